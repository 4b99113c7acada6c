/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A ported program, in what C11 and C++17 have in common: the widths that Windows
 * has, constants of which one file makes the objects, and an event. */
#include <initguid.h>
#include <netdispumdddi.h>
#include <ntstatus.h>
#include <p2p.h>
#include <windows.h>
#include <wlanapi.h>

#include <stdio.h>

#include "peer-layout.h"

#define CHECK(what) \
  do { \
    if (!(what)) { \
      printf ("not true: %s\n", #what); \
      return 1; \
    } \
  } while (0)

static int
check_types (void)
{
  CHECK (sizeof (DWORD) == 4 && sizeof (ULONG) == 4 && sizeof (LONG) == 4 && sizeof (BOOL) == 4);
  CHECK ((DWORD) -1 > 0 && (ULONG) -1 > 0 && (LONG) -1 < 0);
  CHECK (sizeof (HRESULT) == 4 && sizeof (NTSTATUS) == 4 && sizeof (WORD) == 2);
  CHECK (sizeof (HANDLE) == sizeof (void *) && sizeof (ULONG_PTR) == sizeof (void *));
  CHECK (sizeof (GUID) == 16 && sizeof (FILETIME) == 8 && sizeof (LARGE_INTEGER) == 8);
  CHECK (sizeof (DOT11_MAC_ADDRESS) == 6 && sizeof (DOT11_SSID) == 36);
  CHECK (sizeof (WFD_GROUP_ID) == 44 && sizeof (DEVPROPKEY) == 20);
  CHECK (sizeof (WCHAR) == sizeof (L'x'));
  return 0;
}

static int
check_peer_codes (void)
{
  CHECK ((DWORD) PEER_E_CONNECTION_REFUSED == 0x8063010b && SUCCEEDED (PEER_S_NO_EVENT_DATA));
  CHECK ((DWORD) PEER_E_NOT_READY == 0x80630013 && (DWORD) PEER_S_DATA_CREATED == 0x00630001);
  CHECK ((DWORD) PEER_E_INVALID_PROPERTIES == 0x80632040);
  CHECK ((DWORD) PEER_E_PRESENCE_DISABLED == 0x80630f01);
  CHECK (PeerGraphShutdown () == PEER_E_NOT_INITIALIZED);
  return 0;
}

static int
check_groups (void)
{
  CHECK (sizeof (CRYPT_OBJID_BLOB) == 16 && sizeof (CRYPT_BIT_BLOB) == 24);
  CHECK (sizeof (CERT_PUBLIC_KEY_INFO) == 48);
  CHECK (PEER_GROUP_ROLE_ADMIN.Data1 == 0x04387127 && PEER_GROUP_ROLE_MEMBER.Data4[7] == 0xc2);
  CHECK (PEER_GROUP_ROLE_INVITING_MEMBER.Data2 == 0xdc18);
  CHECK ((DWORD) PEER_E_INVALID_GROUP == 0x80632093 && SUCCEEDED (PEER_S_ALREADY_A_MEMBER));
  CHECK (PeerGroupShutdown () == E_UNEXPECTED);
  return 0;
}

static int
check_miracast_structs (void)
{
  MIRACAST_CHUNK_ID id;
  MIRACAST_SESSION_INFO info;
  MIRACAST_DRIVER_INTERFACE driver;

  CHECK (sizeof (MIRACAST_CHUNK_ID) == 8 && sizeof (MIRACAST_CHUNK_INFO) == 24);
  CHECK (sizeof (MIRACAST_CHUNK_DATA) == 32);
  CHECK (offsetof (MIRACAST_CHUNK_DATA, PrivateDriverData) == 28);
  CHECK (sizeof (MIRACAST_STATISTIC_DATA) == 32);
  CHECK (offsetof (MIRACAST_STATISTIC_DATA, ProtocolEvent) == 8);
  CHECK (sizeof (MIRACAST_DATARATE_STATS) == 48 && sizeof (MIRACAST_WFD_CONNECTION_STATS) == 24);
  CHECK (sizeof (MIRACAST_SESSION_INFO) == 4 && sizeof (MIRACAST_CALLBACKS) == 40);
  CHECK (sizeof (MIRACAST_DRIVER_INTERFACE) == 48 && sizeof (MIRACAST_CHUNK_TYPE) == 4);
  CHECK (MIRACAST_CHUNK_TYPE_ENCODE_DRIVER_DEFINED_2 == 0x80000001u);
  id.Value = info.Value = 0;
  id.FrameNumber = 1;
  id.PartNumber = 2;
  CHECK (id.Value == (1 | (UINT64) 2 << 40));
  info.ReducedModeListDueToBandwidth = 1;
  CHECK (info.Value == 2);
  CHECK (
      QueryMiracastDriverInterface (MIRACAST_DRIVER_INTERFACE_VERSION_1, sizeof (driver), &driver)
          == STATUS_SUCCESS
      && driver.Size == 48);
  return 0;
}

static int
check_codes (void)
{
  CHECK (FAILED (E_INVALIDARG) && SUCCEEDED (S_FALSE) && !NT_SUCCESS (STATUS_UNSUCCESSFUL));
  CHECK ((DWORD) HRESULT_FROM_WIN32 (ERROR_NOT_FOUND) == 0x80070490 && HRESULT_FROM_WIN32 (0) == 0);
  CHECK ((DWORD) MAKE_HRESULT (SEVERITY_ERROR, FACILITY_P2P, 0x109) == 0x80630109);
  CHECK (MAKEWORD (1, 2) == 0x0201 && LOBYTE (0x0201) == 1 && HIBYTE (0x0201) == 2);
  CHECK (MAKELONG (1, 0xffff) == (LONG) 0xffff0001 && HIWORD (0xffff0001u) == 0xffff);
  return 0;
}

static int
check_guids (void)
{
  GUID copy = DEVPKEY_WiFiDirect_IsVisible.fmtid;

  CHECK (DEVPKEY_WiFiDirect_IsVisible.pid == 6 && copy.Data1 == 0x1506935d);
  CHECK (GUID_DEVINTERFACE_WIFIDIRECT_DEVICE.Data4[7] == 0x43);
#ifdef __cplusplus
  CHECK (copy == DEVPKEY_WiFiDirect_GroupId.fmtid && copy != GUID_DEVINTERFACE_WIFIDIRECT_DEVICE);
#else
  CHECK (IsEqualGUID (&copy, &DEVPKEY_WiFiDirect_GroupId.fmtid));
#endif
  return 0;
}

static int
check_events (void)
{
  HANDLE event = CreateEvent (NULL, FALSE, FALSE, NULL);

  CHECK (event != NULL && WaitForSingleObject (event, 0) == WAIT_TIMEOUT);
  CHECK (SetEvent (event) && WaitForSingleObject (event, INFINITE) == WAIT_OBJECT_0);
  CHECK (CloseHandle (event) && !CloseHandle (event) && GetLastError () == ERROR_INVALID_HANDLE);
  return 0;
}

int
main (void)
{
  return check_types () != 0 || check_peer_codes () != 0 || check_groups () != 0
      || check_miracast_structs () != 0 || check_codes () != 0 || check_guids () != 0
      || check_events () != 0;
}
