/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <windef.h>

EXTERN_C_START

/* Of the library whose pkg-config name is wfd-winapi-events-1.0. */

WFDX_API BOOL WINAPI CloseHandle (HANDLE hObject);

/* Of the calling thread. */
WFDX_API DWORD WINAPI GetLastError (VOID);
WFDX_API VOID WINAPI SetLastError (DWORD dwErrCode);

EXTERN_C_END
