/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens a Wi-Fi Direct session to a device that was paired before, waits for Enter, and closes
 * it, as a program for Windows does. Only what stands in #ifdef __linux__ is of here:
 *
 *   cc open-session.c $(pkg-config --cflags --libs wfd-winapi-1.0 wfd-winapi-events-1.0)
 *   ./a.out 02:00:00:00:01:00
 */
#include <windows.h>
#include <wlanapi.h>

#include <stdio.h>
#ifdef __linux__
#include <wfdx.h>
#endif

/* The person may have to switch the device on. */
#define PATIENCE_MS 60000

typedef struct _OPENING
{
  HANDLE hComplete;
  GUID guidInterface;
  DWORD dwError;
  DWORD dwReasonCode;
} OPENING, *POPENING;

static VOID WINAPI
OnOpenComplete (HANDLE hSessionHandle, PVOID pvContext, GUID guidSessionInterface, DWORD dwError,
    DWORD dwReasonCode)
{
  POPENING pOpening = (POPENING) pvContext;

  UNREFERENCED_PARAMETER (hSessionHandle);
  pOpening->guidInterface = guidSessionInterface;
  pOpening->dwError = dwError;
  pOpening->dwReasonCode = dwReasonCode;
  SetEvent (pOpening->hComplete);
}

static BOOL
ParseAddress (PCSTR pszText, DOT11_MAC_ADDRESS *pAddress)
{
  UINT o[6];
  int i;

  if (sscanf (pszText, "%2x%*1[:-]%2x%*1[:-]%2x%*1[:-]%2x%*1[:-]%2x%*1[:-]%2x", &o[0], &o[1], &o[2],
          &o[3], &o[4], &o[5])
      != 6)
    return FALSE;
  for (i = 0; i < 6; i++)
    (*pAddress)[i] = (UCHAR) o[i];
  return TRUE;
}

static VOID
PrintInterface (const GUID *pGuid)
{
#ifdef __linux__
  WFDX_INTERFACE interface;

  if (WfdxGetInterface (pGuid, &interface) == ERROR_SUCCESS)
    printf ("interface %s, number %u: we are %s, the device is %s\n", interface.szName,
        (unsigned) interface.dwIndex, interface.szLocalAddress, interface.szPeerAddress);
#else
  UNREFERENCED_PARAMETER (pGuid);
#endif
}

/* What it can come of; an application that has them asks the person to do something about it. */
static VOID
PrintError (DWORD dwError, DWORD dwReasonCode)
{
  static const struct
  {
    DWORD dwError;
    PCSTR pszText;
  } Rows[] = {
    { ERROR_ACCESS_DENIED, "this user may not use Wi-Fi" },
    { ERROR_SERVICE_NOT_ACTIVE, "the Wi-Fi service does not run" },
    { ERROR_INVALID_STATE, "there is no adapter with Wi-Fi Direct, or it is off" },
    { ERROR_NOT_FOUND, "the device was not paired, or has forgotten it" },
    { ERROR_DEVICE_NOT_AVAILABLE, "the device was not found" },
    { ERROR_TIMEOUT, "the device was found, and did not get ready" },
    { ERROR_CONNECTION_REFUSED, "the device has refused, or is busy" },
    { ERROR_CANCELLED, "it took too long" },
  };
  PCSTR pszText = "it went wrong";
  UINT i;

  for (i = 0; i < ARRAYSIZE (Rows); i++)
    if (Rows[i].dwError == dwError)
      pszText = Rows[i].pszText;
  printf ("%s: error %u, reason 0x%x\n", pszText, (unsigned) dwError, (unsigned) dwReasonCode);
}

/* Whether the session is open. Either way its callback has come. */
static BOOL
OpenSession (HANDLE hClient, DOT11_MAC_ADDRESS *pAddress, HANDLE *phSession)
{
  OPENING opening;
  DWORD dwError;

  ZeroMemory (&opening, sizeof (opening));
  opening.hComplete = CreateEvent (NULL, TRUE, FALSE, NULL);
  if (opening.hComplete == NULL)
    return FALSE;
  dwError = WFDStartOpenSession (hClient, pAddress, &opening, OnOpenComplete, phSession);
  if (dwError == ERROR_SUCCESS) {
    if (WaitForSingleObject (opening.hComplete, PATIENCE_MS) == WAIT_TIMEOUT) {
      WFDCancelOpenSession (*phSession);
      WaitForSingleObject (opening.hComplete, INFINITE);
    }
    dwError = opening.dwError;
  }
  CloseHandle (opening.hComplete);

  if (dwError != ERROR_SUCCESS)
    PrintError (dwError, opening.dwReasonCode);
  else
    PrintInterface (&opening.guidInterface);
  return dwError == ERROR_SUCCESS;
}

int
main (int argc, char **argv)
{
  DOT11_MAC_ADDRESS address;
  HANDLE hClient, hSession;
  DWORD dwVersion, dwError;
  BOOL bOpen;

  if (argc != 2 || !ParseAddress (argv[1], &address)) {
    printf ("usage: %s DEVICE-ADDRESS\n", argv[0]);
    return 2;
  }
  dwError = WFDOpenHandle (WFD_API_VERSION, &dwVersion, &hClient);
  if (dwError != ERROR_SUCCESS) {
    PrintError (dwError, 0);
    return 1;
  }
  bOpen = OpenSession (hClient, &address, &hSession);
  if (bOpen) {
    printf ("open; Enter closes the session\n");
    fflush (stdout);
    getchar ();
    WFDCloseSession (hSession);
  }
  WFDCloseHandle (hClient);
  return bOpen ? 0 : 1;
}
