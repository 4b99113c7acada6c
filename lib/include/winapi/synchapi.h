/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <windef.h>

EXTERN_C_START

/* Events, of the library whose pkg-config name is wfd-winapi-events-1.0; any thread may call
 * these. What fails tells the reason by GetLastError (). */

#define INFINITE 0xffffffffu
#define WAIT_OBJECT_0 0u
#define WAIT_ABANDONED 0x80u
#define WAIT_ABANDONED_0 0x80u
#define WAIT_TIMEOUT 258u
#define WAIT_FAILED 0xffffffffu
#define MAXIMUM_WAIT_OBJECTS 64

typedef struct _SECURITY_ATTRIBUTES
{
  DWORD nLength;
  LPVOID lpSecurityDescriptor;
  BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;

/* The attributes are ignored; there are no events with a name: ERROR_NOT_SUPPORTED. */
WFDX_API HANDLE WINAPI CreateEventW (LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
    BOOL bInitialState, LPCWSTR lpName);
WFDX_API HANDLE WINAPI CreateEventA (LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
    BOOL bInitialState, LPCSTR lpName);
#define CreateEvent CreateEventW

WFDX_API BOOL WINAPI SetEvent (HANDLE hEvent);
WFDX_API BOOL WINAPI ResetEvent (HANDLE hEvent);

WFDX_API DWORD WINAPI WaitForSingleObject (HANDLE hHandle, DWORD dwMilliseconds);
/* An event may stand in @lpHandles once. */
WFDX_API DWORD WINAPI WaitForMultipleObjects (DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
    DWORD dwMilliseconds);

/* Not of Windows: a descriptor that poll () finds readable while the event is set, for main loops;
 * to be neither read nor written nor closed, and gone with CloseHandle (). When it is readable,
 * WaitForSingleObject (event, 0) says whether the event is still set, and resets one that resets
 * itself. -1 if @hEvent is no event. */
WFDX_API int WfdxGetEventDescriptor (HANDLE hEvent);

EXTERN_C_END
