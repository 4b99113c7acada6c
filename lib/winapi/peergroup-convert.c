/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peer-der.h>

#include "peergroup-private.h"

/* Windows' structs of groups and those of the room peer. */

#define EPOCH_S G_GINT64_CONSTANT (11644473600) /* 1601 to 1970 */
#define TICKS_PER_S 10000000
#define MAX_KEY_BYTES 4096

/* --- what an application says --- */

HRESULT
peergroup_read_identity (PCWSTR identity, gboolean make, char **ret_identity)
{
  g_autofree char *folder = peeridentity_get_folder ();

  if (identity == NULL)
    return make ? wfd_peer_identity_make_default (folder, ret_identity)
                : wfd_peer_identity_get_default (folder, ret_identity);
  *ret_identity = peergroup_read_name (identity);
  return *ret_identity != NULL ? S_OK : E_INVALIDARG;
}

char *
peergroup_read_name (PCWSTR name)
{
  g_autofree char *text =
      name != NULL ? winapi_text_from_wide (name, PEERIDENTITY_MAX_NAME_CHARS) : NULL;
  g_autofree char *authority = NULL;

  return text != NULL && wfd_peer_name_get_authority (text, &authority) ? g_steal_pointer (&text)
                                                                        : NULL;
}

char *
peergroup_read_password (PCWSTR password)
{
  g_autofree char *text =
      password != NULL ? winapi_text_from_wide (password, PEERIDENTITY_MAX_PASSWORD_CHARS) : NULL;

  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

HRESULT
peergroup_read_cloud (PCWSTR name, PeerCloud *ret_cloud)
{
  g_autofree char *text = NULL;

  if (name == NULL)
    return S_OK;
  text = winapi_text_from_wide (name, PEERGROUP_MAX_CLOUD_CHARS);
  if (text == NULL)
    return E_INVALIDARG;
  if (g_str_equal (text, WFD_PEER_CLOUD_NAME))
    *ret_cloud = (PeerCloud) { NULL, PNRP_GLOBAL_SCOPE, PNRP_CLOUD_NO_FLAGS };
  else if (wfd_peer_cloud_get_index (text) != 0)
    *ret_cloud = (PeerCloud) { NULL, PNRP_LINK_LOCAL_SCOPE, PNRP_CLOUD_NAME_LOCAL };
  else
    return PEER_E_NO_CLOUD;
  ret_cloud->name = g_steal_pointer (&text);
  return S_OK;
}

gboolean
peergroup_read_roles (ULONG n, const PEER_ROLE_ID *roles, guint *ret_roles)
{
  *ret_roles = 0;
  for (ULONG i = 0; i < n; i++) {
    WfdPeerGuid wire = peergraph_guid_to_wire (&roles[i]);
    guint role = wfd_peer_role_from_guid (&wire);

    if (role == 0)
      return FALSE;
    *ret_roles |= role;
  }
  return n > 0;
}

HRESULT
peergroup_read_invitation (PCWSTR text, PeerInvitation *ret_invitation)
{
  g_autofree char *xml =
      text != NULL ? winapi_text_from_wide (text, PEERIDENTITY_MAX_XML_CHARS) : NULL;

  return xml != NULL ? peerinvitation_read (xml, ret_invitation) : E_INVALIDARG;
}

HRESULT
peergroup_read_chain (GBytes *pkcs7, WfdPeerChain **ret_chain)
{
  g_autoptr (WfdPeerChain) chain = NULL;
  HRESULT result = wfd_peer_chain_read (wfd_bytes_of (pkcs7), &chain);

  if (SUCCEEDED (result) && wfd_peer_chain_get_leaf (chain)->type != WFD_PEER_CREDENTIAL_MEMBER)
    result = PEER_E_INVITATION_NOT_TRUSTED;
  if (SUCCEEDED (result))
    result = wfd_peer_chain_check (chain, wfd_peer_chain_get_leaf (chain)->group_name, G_MININT64);
  if (SUCCEEDED (result))
    *ret_chain = g_steal_pointer (&chain);
  return result;
}

/* As DER has the names of the algorithms that keys of identities have. */
static const struct
{
  const char *oid;
  guint8 n, octets[9];
} algorithms[] = {
  { "1.2.840.10045.2.1", 7, { 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01 } },
  { "1.2.840.113549.1.1.1", 9, { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01 } },
  { "1.3.101.112", 3, { 0x2b, 0x65, 0x70 } },
};

static gboolean
put_algorithm (GByteArray *out, const CRYPT_ALGORITHM_IDENTIFIER *algorithm)
{
  g_autoptr (GByteArray) inside = g_byte_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (algorithms); i++)
    if (g_strcmp0 (algorithm->pszObjId, algorithms[i].oid) == 0)
      wfd_peer_der_put (inside, WFD_PEER_DER_OID,
          wfd_bytes (algorithms[i].octets, algorithms[i].n));
  if (inside->len == 0 || algorithm->Parameters.cbData > MAX_KEY_BYTES
      || (algorithm->Parameters.pbData == NULL && algorithm->Parameters.cbData > 0))
    return FALSE;
  g_byte_array_append (inside, algorithm->Parameters.pbData, algorithm->Parameters.cbData);
  wfd_peer_der_put (out, WFD_PEER_DER_SEQUENCE, wfd_bytes (inside->data, inside->len));
  return TRUE;
}

/* SubjectPublicKeyInfo (RFC 5280 4.1). */
WfdPeerCredential *
peergroup_read_public_key (const CERT_PUBLIC_KEY_INFO *info, const char *name)
{
  g_autoptr (GByteArray) bits = g_byte_array_new ();
  g_autoptr (GByteArray) inside = g_byte_array_new ();
  g_autoptr (GByteArray) whole = g_byte_array_new ();
  guint8 unused = info->PublicKey.cUnusedBits;

  if (info->PublicKey.pbData == NULL || info->PublicKey.cbData > MAX_KEY_BYTES
      || !put_algorithm (inside, &info->Algorithm))
    return NULL;
  g_byte_array_append (bits, &unused, 1);
  g_byte_array_append (bits, info->PublicKey.pbData, info->PublicKey.cbData);
  wfd_peer_der_put (inside, WFD_PEER_DER_BITS, wfd_bytes (bits->data, bits->len));
  wfd_peer_der_put (whole, WFD_PEER_DER_SEQUENCE, wfd_bytes (inside->data, inside->len));
  return wfd_peer_credential_new_of_key (name, wfd_bytes (whole->data, whole->len));
}

gint64
peergroup_time_to_s (const FILETIME *time)
{
  return (gint64) (peergraph_time_to_ticks (time) / TICKS_PER_S) - EPOCH_S;
}

/* --- what it gets --- */

FILETIME
peergroup_time_from_s (gint64 time_s)
{
  return peergraph_time_from_ticks ((guint64) (time_s + EPOCH_S) * TICKS_PER_S);
}

void
peergroup_role_to_guid (guint role, PEER_ROLE_ID *ret_role)
{
  peergraph_guid_from_wire (wfd_peer_role_to_guid (role), ret_role);
}

void
peergroup_fill_roles (gpointer block, guint roles, ULONG *ret_n, PEER_ROLE_ID **ret_roles)
{
  *ret_n = 0;
  *ret_roles = winapi_block_add (block, 3 * sizeof (**ret_roles));
  for (guint role = WFD_PEER_ROLE_ADMIN; role <= WFD_PEER_ROLE_MEMBER; role <<= 1)
    if ((roles & role) != 0)
      peergroup_role_to_guid (role, &(*ret_roles)[(*ret_n)++]);
}

static BYTE *
add_bytes (gpointer block, WfdBytes bytes, DWORD *ret_n)
{
  *ret_n = bytes.left;
  return winapi_block_add_copy (block, bytes.pos, *ret_n);
}

static const char *
get_oid (const WfdPeerCredential *credential)
{
  return gnutls_pk_get_oid (gnutls_pubkey_get_pk_algorithm (credential->key, NULL));
}

CERT_PUBLIC_KEY_INFO *
peergroup_build_public_key (gpointer block, const WfdPeerCredential *credential)
{
  CERT_PUBLIC_KEY_INFO *info = winapi_block_add (block, sizeof (*info));
  const char *oid = get_oid (credential);
  WfdBytes all = wfd_bytes_of (credential->public_key), inside = { 0 }, algorithm = { 0 },
           key = { 0 }, name;
  guint8 unused = 0;

  /* SubjectPublicKeyInfo (RFC 5280 4.1), which GnuTLS has read. */
  wfd_peer_der_take (&all, WFD_PEER_DER_SEQUENCE, &inside);
  wfd_peer_der_take (&inside, WFD_PEER_DER_SEQUENCE, &algorithm);
  wfd_peer_der_take (&algorithm, WFD_PEER_DER_OID, &name);
  wfd_peer_der_take (&inside, WFD_PEER_DER_BITS, &key);
  wfd_bytes_take_u8 (&key, &unused);
  info->Algorithm.pszObjId = winapi_block_add_copy (block, oid, strlen (oid) + 1);
  info->Algorithm.Parameters.pbData =
      add_bytes (block, algorithm, &info->Algorithm.Parameters.cbData);
  info->PublicKey.pbData = add_bytes (block, key, &info->PublicKey.cbData);
  info->PublicKey.cUnusedBits = unused;
  return info;
}

PPEER_CREDENTIAL_INFO
peergroup_build_credential (gpointer block, const WfdPeerChain *chain)
{
  PPEER_CREDENTIAL_INFO info = winapi_block_add (block, sizeof (*info));
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (chain);

  *info =
      (PEER_CREDENTIAL_INFO) { sizeof (*info), 0, winapi_text_add_wide (block, leaf->friendly_name),
        peergroup_build_public_key (block, leaf), winapi_text_add_wide (block, leaf->issuer_name),
        winapi_text_add_wide (block, leaf->issuer_friendly_name),
        peergroup_time_from_s (leaf->begins_s), peergroup_time_from_s (leaf->ends_s) };
  peergroup_fill_roles (block, leaf->roles, &info->cRoles, &info->pRoles);
  return info;
}
