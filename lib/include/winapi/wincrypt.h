/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <windef.h>

EXTERN_C_START

/* As much of CryptoAPI as identities of peers need: a handle that stands for a key. */

typedef ULONG_PTR HCRYPTPROV;

/* Gives back what PeerIdentityGetCryptKey () gave. @dwFlags is 0. */
WFDX_API BOOL WINAPI CryptReleaseContext (HCRYPTPROV hProv, DWORD dwFlags);

EXTERN_C_END
