/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <handle-table.h>
#include <string.h>

#include "peeridentity-private.h"

/* Keys that an application holds. */

#define MAX_KEYS 1024

static GMutex lock;
static WfdHandleTable keys = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_CRYPT_KEY, MAX_KEYS);

WfdPeerKey *
peeridentity_ref_key (HCRYPTPROV handle)
{
  WfdPeerKey *key;

  g_mutex_lock (&lock);
  key = wfd_handle_table_get (&keys, (gconstpointer) handle);
  if (key != NULL)
    wfd_peer_key_ref (key);
  g_mutex_unlock (&lock);
  return key;
}

static HRESULT
add_key (WfdPeerKey *key, HCRYPTPROV *ret_handle)
{
  gpointer handle;

  g_mutex_lock (&lock);
  handle = wfd_handle_table_add (&keys, key);
  g_mutex_unlock (&lock);
  if (handle == NULL) {
    wfd_peer_key_unref (key);
    return E_OUTOFMEMORY;
  }
  *ret_handle = (HCRYPTPROV) handle;
  return S_OK;
}

HRESULT WINAPI
PeerIdentityGetCryptKey (PCWSTR pwzIdentity, HCRYPTPROV *phCryptProv)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *name =
      pwzIdentity != NULL ? winapi_text_from_wide (pwzIdentity, PEERIDENTITY_MAX_NAME_CHARS) : NULL;
  WfdPeerKey *key;
  HRESULT result;

  if (phCryptProv == NULL || name == NULL)
    return E_INVALIDARG;
  result = wfd_peer_identity_load_key (folder, name, &key);
  return FAILED (result) ? result : add_key (key, phCryptProv);
}

HRESULT WINAPI
WfdxCreateCryptKey (DWORD dwProfile, HCRYPTPROV *phCryptProv)
{
  static const WfdPeerKeyKind kinds[] = {
    [WFDX_PROFILE_MODERN] = WFD_PEER_KEY_P256,
    [WFDX_PROFILE_COMPATIBLE] = WFD_PEER_KEY_RSA1024,
    [WFDX_PROFILE_MODERN_ED25519] = WFD_PEER_KEY_ED25519,
  };
  WfdPeerKey *key;

  if (phCryptProv == NULL || dwProfile >= G_N_ELEMENTS (kinds))
    return E_INVALIDARG;
  key = wfd_peer_key_new_of (kinds[dwProfile]);
  return key != NULL ? add_key (key, phCryptProv) : PEER_E_NO_KEY_ACCESS;
}

BOOL WINAPI
CryptReleaseContext (HCRYPTPROV hProv, DWORD dwFlags)
{
  WfdPeerKey *key = NULL;

  if (dwFlags != 0) {
    SetLastError (ERROR_INVALID_PARAMETER);
    return FALSE;
  }
  g_mutex_lock (&lock);
  key = wfd_handle_table_remove (&keys, (gconstpointer) hProv);
  g_mutex_unlock (&lock);
  if (key == NULL) {
    SetLastError (ERROR_INVALID_HANDLE);
    return FALSE;
  }
  wfd_peer_key_unref (key);
  return TRUE;
}

HRESULT WINAPI
WfdxCryptKeyToPem (HCRYPTPROV hProv, PSTR *ppszPem)
{
  g_autoptr (WfdPeerKey) key = peeridentity_ref_key (hProv);
  g_autofree char *pem = NULL;

  if (ppszPem == NULL)
    return E_INVALIDARG;
  if (key == NULL)
    return HRESULT_FROM_WIN32 (ERROR_INVALID_HANDLE);
  pem = wfd_peer_key_to_pem (key);
  if (pem == NULL)
    return PEER_E_NO_KEY_ACCESS;
  *ppszPem = winapi_block_new (WINAPI_BLOCK_GROUP, strlen (pem) + 1);
  memcpy (*ppszPem, pem, strlen (pem) + 1);
  return S_OK;
}
