/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wlanapi.h>

/* What Windows has elsewhere, and a program on Linux needs. */

EXTERN_C_START

/* The interface of a session, while that is open and its link is up. Addresses are those of IPv4
 * as text, and empty if they are not known. */
typedef struct _WFDX_INTERFACE
{
  DWORD dwIndex; /* as of if_nametoindex () */
  WFD_ROLE_TYPE Role;
  CHAR szName[16];
  CHAR szLocalAddress[16];
  CHAR szPeerAddress[16];
} WFDX_INTERFACE, *PWFDX_INTERFACE;

/* @pGuid: as the callback has told it. ERROR_NOT_FOUND if no open session is there. */
WFDX_API DWORD WINAPI WfdxGetInterface (const GUID *pGuid, PWFDX_INTERFACE pInterface);

/* DEVPKEY_WiFiDirect_IsVisible, as WFDUpdateDeviceVisibility () has found it last;
 * ERROR_NOT_FOUND if it has not looked for this device. */
WFDX_API DWORD WINAPI WfdxGetDeviceVisibility (PDOT11_MAC_ADDRESS pDeviceAddress,
    PBOOL pbIsVisible);

EXTERN_C_END
