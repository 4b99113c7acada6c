/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-codes.h>
#include <peer-group-store.h>
#include <string.h>

#include "peeridentity-private.h"

/* The Identity Manager: who this user is to peers. Its functions need no start-up, and
 * what they change is on the disk, where other programs of the user see it. */

char *
peeridentity_get_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "gst-wfd", "identities", NULL);
}

char *
peeridentity_get_groups_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "gst-wfd", "groups", NULL);
}

PWSTR
peeridentity_return_text (const char *text)
{
  g_autofree gunichar *wide = NULL;
  glong n;
  PWSTR block;

  wide = g_utf8_to_ucs4_fast (text, -1, &n);
  block = winapi_block_new (WINAPI_BLOCK_GROUP, (n + 1) * sizeof (WCHAR));
  memcpy (block, wide, (n + 1) * sizeof (WCHAR));
  return block;
}

VOID WINAPI
PeerFreeData (LPCVOID pvData)
{
  winapi_block_free (WINAPI_BLOCK_GROUP, (gpointer) pvData);
}

/* NULL if it is none. */
static char *
read_name (PCWSTR identity)
{
  return identity != NULL ? winapi_text_from_wide (identity, PEERIDENTITY_MAX_NAME_CHARS) : NULL;
}

/* --- enumerations --- */

static void
fill_pair (gpointer block, gconstpointer item, gpointer ret_built)
{
  const WfdPeerIdentity *identity = item;
  PPEER_NAME_PAIR pair = ret_built;

  *pair = (PEER_NAME_PAIR) { sizeof (*pair), winapi_text_add_wide (block, identity->name),
    winapi_text_add_wide (block, identity->friendly_name) };
}

const WinapiItemType peeridentity_pairs = { sizeof (PEER_NAME_PAIR), fill_pair };

HRESULT WINAPI
PeerEnumIdentities (HPEERENUM *phPeerEnum)
{
  g_autofree char *folder = peeridentity_get_folder ();
  GPtrArray *identities;
  HRESULT result;

  if (phPeerEnum == NULL)
    return E_INVALIDARG;
  result = wfd_peer_identity_list (folder, &identities);
  return FAILED (result)
      ? result
      : winapi_enum_new (WINAPI_BLOCK_GROUP, &peeridentity_pairs, identities, phPeerEnum);
}

HRESULT WINAPI
PeerGetItemCount (HPEERENUM hPeerEnum, ULONG *pCount)
{
  return winapi_enum_count (WINAPI_BLOCK_GROUP, hPeerEnum, pCount);
}

HRESULT WINAPI
PeerGetNextItem (HPEERENUM hPeerEnum, ULONG *pCount, PVOID **pppvItems)
{
  return winapi_enum_next (WINAPI_BLOCK_GROUP, hPeerEnum, pCount, pppvItems);
}

HRESULT WINAPI
PeerEndEnumeration (HPEERENUM hPeerEnum)
{
  return winapi_enum_end (WINAPI_BLOCK_GROUP, hPeerEnum);
}

/* --- identities --- */

static HRESULT
create (WfdPeerKey *key, const char *classifier, const char *friendly_name, PWSTR *ppwzIdentity)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *name = NULL;
  HRESULT result = wfd_peer_identity_create (folder, key, classifier != NULL ? classifier : "",
      friendly_name, &name);

  if (SUCCEEDED (result))
    *ppwzIdentity = peeridentity_return_text (name);
  return result;
}

HRESULT WINAPI
PeerIdentityCreate (PCWSTR pwzClassifier, PCWSTR pwzFriendlyName, HCRYPTPROV hCryptProv,
    PWSTR *ppwzIdentity)
{
  g_autoptr (WfdPeerKey) key = NULL;
  g_autofree char *classifier = NULL;
  g_autofree char *friendly_name = NULL;

  if (ppwzIdentity == NULL
      || !winapi_text_read_optional (pwzClassifier, PEERIDENTITY_MAX_CLASSIFIER_CHARS, &classifier)
      || !winapi_text_read_optional (pwzFriendlyName, PEERIDENTITY_MAX_FRIENDLY_CHARS,
          &friendly_name))
    return E_INVALIDARG;

  key = hCryptProv != 0 ? peeridentity_ref_key (hCryptProv) : wfd_peer_key_new ();
  if (key == NULL)
    return hCryptProv != 0 ? HRESULT_FROM_WIN32 (ERROR_INVALID_HANDLE) : PEER_E_NO_KEY_ACCESS;
  return create (key, classifier, friendly_name, ppwzIdentity);
}

HRESULT WINAPI
PeerIdentityGetFriendlyName (PCWSTR pwzIdentity, PWSTR *ppwzFriendlyName)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *name = read_name (pwzIdentity);
  g_autoptr (WfdPeerIdentity) identity = NULL;
  HRESULT result;

  if (ppwzFriendlyName == NULL || name == NULL)
    return E_INVALIDARG;
  result = wfd_peer_identity_get (folder, name, &identity);
  if (SUCCEEDED (result))
    *ppwzFriendlyName = peeridentity_return_text (identity->friendly_name);
  return result;
}

HRESULT WINAPI
PeerIdentitySetFriendlyName (PCWSTR pwzIdentity, PCWSTR pwzFriendlyName)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *name = read_name (pwzIdentity);
  g_autofree char *friendly_name = NULL;

  if (name == NULL
      || !winapi_text_read_optional (pwzFriendlyName, PEERIDENTITY_MAX_FRIENDLY_CHARS,
          &friendly_name))
    return E_INVALIDARG;
  return wfd_peer_identity_set_friendly_name (folder, name, friendly_name);
}

HRESULT WINAPI
PeerIdentityDelete (PCWSTR pwzIdentity)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *groups_folder = peeridentity_get_groups_folder ();
  g_autofree char *name = read_name (pwzIdentity);
  g_autoptr (GPtrArray) groups = NULL;
  HRESULT result = name != NULL ? S_OK : E_INVALIDARG;

  if (SUCCEEDED (result))
    result = wfd_peer_group_store_list (groups_folder, name, &groups);
  if (SUCCEEDED (result) && groups->len > 0)
    return PEER_E_GROUPS_EXIST;
  return SUCCEEDED (result) ? (HRESULT) wfd_peer_identity_delete (folder, name) : result;
}

HRESULT WINAPI
PeerIdentityGetDefault (PWSTR *ppwzPeerName)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *name = NULL;
  HRESULT result;

  if (ppwzPeerName == NULL)
    return E_INVALIDARG;
  result = wfd_peer_identity_get_default (folder, &name);
  if (SUCCEEDED (result))
    *ppwzPeerName = peeridentity_return_text (name);
  return result;
}

/* --- names and texts --- */

HRESULT WINAPI
PeerCreatePeerName (PCWSTR pwzIdentity, PCWSTR pwzClassifier, PWSTR *ppwzPeerName)
{
  g_autofree char *identity = NULL;
  g_autofree char *classifier = NULL;
  g_autofree char *authority = NULL;
  g_autofree char *name = NULL;

  if (ppwzPeerName == NULL || (pwzIdentity == NULL && pwzClassifier == NULL)
      || !winapi_text_read_optional (pwzIdentity, PEERIDENTITY_MAX_NAME_CHARS, &identity)
      || !winapi_text_read_optional (pwzClassifier, PEERIDENTITY_MAX_CLASSIFIER_CHARS, &classifier)
      || (identity != NULL && !wfd_peer_name_get_authority (identity, &authority)))
    return E_INVALIDARG;

  if (classifier != NULL)
    name = g_strconcat (authority != NULL ? authority : "0", ".", classifier, NULL);
  *ppwzPeerName = peeridentity_return_text (name != NULL ? name : identity);
  return S_OK;
}

/* An identity that is named and is not there has no handle: E_HANDLE, as the page says. */
HRESULT WINAPI
PeerIdentityGetXML (PCWSTR pwzIdentity, PWSTR *ppwzIdentityXML)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *name = read_name (pwzIdentity);
  g_autofree char *xml = NULL;
  g_autoptr (GBytes) certificate = NULL;
  HRESULT result = S_OK;

  if (ppwzIdentityXML == NULL || (pwzIdentity != NULL && name == NULL))
    return E_INVALIDARG;
  if (name == NULL)
    result = wfd_peer_identity_make_default (folder, &name);
  if (SUCCEEDED (result))
    result = wfd_peer_identity_load_certificate (folder, name, &certificate);
  if (FAILED (result))
    return result == PEER_E_NOT_FOUND ? E_HANDLE : result;

  xml = peeridentity_build_info (certificate);
  *ppwzIdentityXML = peeridentity_return_text (xml);
  return S_OK;
}

HRESULT WINAPI
PeerIdentityExport (PCWSTR pwzIdentity, PCWSTR pwzPassword, PWSTR *ppwzExportXML)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *name = read_name (pwzIdentity);
  g_autofree char *password = NULL;
  g_autofree char *xml = NULL;
  g_autoptr (GBytes) pfx = NULL;
  HRESULT result;

  if (ppwzExportXML == NULL || name == NULL || pwzPassword == NULL
      || !winapi_text_read_optional (pwzPassword, PEERIDENTITY_MAX_PASSWORD_CHARS, &password))
    return E_INVALIDARG;
  result = wfd_peer_identity_export (folder, name, password, &pfx);
  if (FAILED (result))
    return result;
  xml = peeridentity_build_export (name, pfx);
  *ppwzExportXML = peeridentity_return_text (xml);
  return S_OK;
}

HRESULT WINAPI
PeerIdentityImport (PCWSTR pwzImportXML, PCWSTR pwzPassword, PWSTR *ppwzIdentity)
{
  g_autofree char *folder = peeridentity_get_folder ();
  g_autofree char *xml = NULL;
  g_autofree char *password = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GBytes) pfx = NULL;
  HRESULT result;

  if (ppwzIdentity == NULL || pwzImportXML == NULL || pwzPassword == NULL
      || !winapi_text_read_optional (pwzImportXML, PEERIDENTITY_MAX_XML_CHARS, &xml)
      || !winapi_text_read_optional (pwzPassword, PEERIDENTITY_MAX_PASSWORD_CHARS, &password)
      || !peeridentity_read_export (xml, &name, &pfx)
      || g_utf8_strlen (name, -1) > PEERIDENTITY_MAX_NAME_CHARS)
    return E_INVALIDARG;

  result = wfd_peer_identity_import (folder, name, pfx, password);
  if (SUCCEEDED (result))
    *ppwzIdentity = peeridentity_return_text (name);
  return result;
}
