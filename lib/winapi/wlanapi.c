/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Wi-Fi Direct functions of wlanapi.h: arguments, and whom they concern. */
#include "wlanapi-session.h"

#include <base-limits.h>

static void
print_device (const DOT11_MAC_ADDRESS *address, char text[WLANAPI_DEVICE_CHARS])
{
  const UCHAR *o = *address;

  g_snprintf (text, WLANAPI_DEVICE_CHARS, "%02x:%02x:%02x:%02x:%02x:%02x", o[0], o[1], o[2], o[3],
      o[4], o[5]);
}

DWORD WINAPI
WFDOpenHandle (DWORD dwClientVersion, PDWORD pdwNegotiatedVersion, PHANDLE phClientHandle)
{
  HANDLE handle;

  if (dwClientVersion != WFD_API_VERSION || pdwNegotiatedVersion == NULL || phClientHandle == NULL)
    return ERROR_INVALID_PARAMETER;
  handle = wlanapi_client_open ();
  if (handle == NULL)
    return ERROR_REMOTE_SESSION_LIMIT_EXCEEDED;
  if (!wlanapi_service_acquire ()) {
    wlanapi_client_close (handle);
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  *pdwNegotiatedVersion = WFD_API_VERSION;
  *phClientHandle = handle;
  return ERROR_SUCCESS;
}

DWORD WINAPI
WFDCloseHandle (HANDLE hClientHandle)
{
  DWORD result;

  if (hClientHandle == NULL)
    return ERROR_INVALID_PARAMETER;
  result = wlanapi_client_close (hClientHandle);
  if (result == ERROR_SUCCESS)
    wlanapi_service_release ();
  return result;
}

DWORD WINAPI
WFDStartOpenSession (HANDLE hClientHandle, PDOT11_MAC_ADDRESS pDeviceAddress, PVOID pvContext,
    WFD_OPEN_SESSION_COMPLETE_CALLBACK pfnCallback, PHANDLE phSessionHandle)
{
  WlanapiSession wish = { .callback = pfnCallback, .context = pvContext };
  WlanapiSession *session;
  DWORD result;

  if (hClientHandle == NULL || pDeviceAddress == NULL || pfnCallback == NULL
      || phSessionHandle == NULL)
    return ERROR_INVALID_PARAMETER;
  print_device ((const DOT11_MAC_ADDRESS *) pDeviceAddress, wish.device);
  result = wlanapi_session_new (hClientHandle, &wish, &session);
  if (result != ERROR_SUCCESS)
    return result;

  /* The callback may look at it. */
  *phSessionHandle = session->handle;
  wlanapi_service_start (session);
  wlanapi_session_unref (session);
  return ERROR_SUCCESS;
}

DWORD WINAPI
WFDCancelOpenSession (HANDLE hSessionHandle)
{
  WlanapiSession *session;

  if (hSessionHandle == NULL)
    return ERROR_INVALID_PARAMETER;
  session = wlanapi_session_find (hSessionHandle);
  if (session == NULL)
    return ERROR_INVALID_HANDLE;
  wlanapi_service_cancel (session);
  wlanapi_session_unref (session);
  return ERROR_SUCCESS;
}

DWORD WINAPI
WFDOpenLegacySession (HANDLE hClientHandle, PDOT11_MAC_ADDRESS pLegacyMacAddress,
    HANDLE *phSessionHandle, GUID *pGuidSessionInterface)
{
  WlanapiSession wish = { .is_legacy = TRUE };
  WlanapiSession *session;
  DWORD result;

  if (hClientHandle == NULL || pLegacyMacAddress == NULL || phSessionHandle == NULL
      || pGuidSessionInterface == NULL)
    return ERROR_INVALID_PARAMETER;
  /* wpa_supplicant does not note who has been in a group of ours but for Wi-Fi Direct devices. */
  result = wlanapi_session_new (hClientHandle, &wish, &session);
  if (result != ERROR_SUCCESS)
    return result;

  wlanapi_service_start (session);
  result = wlanapi_session_wait (session);
  if (result == ERROR_SUCCESS) {
    *phSessionHandle = session->handle;
    *pGuidSessionInterface = session->guid;
  }
  wlanapi_session_unref (session);
  return result;
}

DWORD WINAPI
WFDCloseSession (HANDLE hSessionHandle)
{
  WlanapiSession *session;
  DWORD result;

  if (hSessionHandle == NULL)
    return ERROR_INVALID_PARAMETER;
  result = wlanapi_session_take_open (hSessionHandle, &session);
  if (session != NULL) {
    wlanapi_service_close (session);
    wlanapi_session_unref (session);
  }
  return result;
}

/* --- visibility --- */

/* What was found of the devices that were looked for last, in that order. */
typedef struct
{
  char device[WLANAPI_DEVICE_CHARS];
  gboolean is_visible;
} Seen;

static GMutex seen_lock;
static GQueue seen = G_QUEUE_INIT; /* Seen */

/* With the lock. (nullable) */
static GList *
find_seen (const char *device)
{
  GList *link = seen.head;

  while (link != NULL && strcmp (((Seen *) link->data)->device, device) != 0)
    link = link->next;
  return link;
}

static void
keep_visibility (const char *device, gboolean is_visible)
{
  Seen *kept = g_new (Seen, 1);
  GList *before;

  g_strlcpy (kept->device, device, sizeof (kept->device));
  kept->is_visible = is_visible;
  g_mutex_lock (&seen_lock);
  before = find_seen (device);
  if (before == NULL && seen.length >= WFD_LIMIT_LINK_PEERS)
    before = seen.head;
  if (before != NULL) {
    g_free (before->data);
    g_queue_delete_link (&seen, before);
  }
  g_queue_push_tail (&seen, kept);
  g_mutex_unlock (&seen_lock);
}

DWORD WINAPI
WFDUpdateDeviceVisibility (PDOT11_MAC_ADDRESS pDeviceAddress)
{
  char device[WLANAPI_DEVICE_CHARS];
  gboolean is_visible;
  DWORD result;

  if (pDeviceAddress == NULL)
    return ERROR_INVALID_PARAMETER;
  print_device ((const DOT11_MAC_ADDRESS *) pDeviceAddress, device);
  if (!wlanapi_service_acquire ())
    return ERROR_NOT_ENOUGH_MEMORY;
  result = wlanapi_service_look_for (device, &is_visible);
  wlanapi_service_release ();
  if (result == ERROR_SUCCESS)
    keep_visibility (device, is_visible);
  return result;
}

DWORD WINAPI
WfdxGetDeviceVisibility (PDOT11_MAC_ADDRESS pDeviceAddress, PBOOL pbIsVisible)
{
  char device[WLANAPI_DEVICE_CHARS];
  const GList *known;

  if (pDeviceAddress == NULL || pbIsVisible == NULL)
    return ERROR_INVALID_PARAMETER;
  print_device ((const DOT11_MAC_ADDRESS *) pDeviceAddress, device);
  g_mutex_lock (&seen_lock);
  known = find_seen (device);
  if (known != NULL)
    *pbIsVisible = ((const Seen *) known->data)->is_visible;
  g_mutex_unlock (&seen_lock);
  return known != NULL ? ERROR_SUCCESS : ERROR_NOT_FOUND;
}

DWORD WINAPI
WfdxGetInterface (const GUID *pGuid, PWFDX_INTERFACE pInterface)
{
  if (pGuid == NULL || pInterface == NULL)
    return ERROR_INVALID_PARAMETER;
  return wlanapi_service_get_interface (pGuid, pInterface) ? ERROR_SUCCESS : ERROR_NOT_FOUND;
}
