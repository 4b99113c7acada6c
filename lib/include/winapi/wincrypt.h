/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <windef.h>

EXTERN_C_START

/* As much of CryptoAPI as identities of peers need: a handle that stands for a key, and how
 * credentials show a public one. */

typedef ULONG_PTR HCRYPTPROV;

typedef struct _CRYPTOAPI_BLOB
{
  DWORD cbData;
  BYTE *pbData;
} CRYPT_OBJID_BLOB, *PCRYPT_OBJID_BLOB, CRYPT_INTEGER_BLOB, CRYPT_DATA_BLOB, DATA_BLOB;

typedef struct _CRYPT_ALGORITHM_IDENTIFIER
{
  LPSTR pszObjId;
  CRYPT_OBJID_BLOB Parameters;
} CRYPT_ALGORITHM_IDENTIFIER, *PCRYPT_ALGORITHM_IDENTIFIER;

typedef struct _CRYPT_BIT_BLOB
{
  DWORD cbData;
  BYTE *pbData;
  DWORD cUnusedBits;
} CRYPT_BIT_BLOB, *PCRYPT_BIT_BLOB;

typedef struct _CERT_PUBLIC_KEY_INFO
{
  CRYPT_ALGORITHM_IDENTIFIER Algorithm;
  CRYPT_BIT_BLOB PublicKey;
} CERT_PUBLIC_KEY_INFO, *PCERT_PUBLIC_KEY_INFO;

/* Gives back what PeerIdentityGetCryptKey () gave. @dwFlags is 0. */
WFDX_API BOOL WINAPI CryptReleaseContext (HCRYPTPROV hProv, DWORD dwFlags);

EXTERN_C_END
