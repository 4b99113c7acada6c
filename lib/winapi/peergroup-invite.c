/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergroup-private.h"

/* How others come into a group, and how a member takes it along. */

/* Of MS-PPSEC 2.2.5.3: whom administrators have not made one of theirs. */
static const char *const participant[] = { "participant", NULL };

static HRESULT
return_invitation (const Group *group, WfdPeerChain *chain,
    const WfdPeerGroupProperties *properties, PWSTR *ppwzInvitation)
{
  const WfdPeerGroupEntry *entry = wfd_peer_group_node_get_entry (group->node);
  g_autoptr (GBytes) octets = chain != NULL ? wfd_peer_chain_build (chain) : NULL;
  PeerInvitation invitation = { { entry->cloud, entry->scope, entry->cloud_flags }, octets,
    entry->name, properties != NULL ? properties->friendly_name : NULL };
  g_autofree char *text = NULL;

  if (chain != NULL && octets == NULL)
    return PEER_E_NO_KEY_ACCESS;
  if (invitation.group_friendly_name == NULL)
    invitation.group_friendly_name = (char *) "";
  text = peerinvitation_build (&invitation);
  *ppwzInvitation = peeridentity_return_text (text);
  return S_OK;
}

static WfdPeerGrant
make_grant (guint roles, const char *friendly_name, const FILETIME *begin, const FILETIME *end)
{
  WfdPeerGrant grant = { friendly_name, roles };

  grant.classifiers = (roles & WFD_PEER_ROLE_ADMIN) == 0 ? participant : NULL;
  grant.begins_s =
      begin != NULL ? peergroup_time_to_s (begin) : g_get_real_time () / G_USEC_PER_SEC;
  grant.ends_s = end != NULL ? peergroup_time_to_s (end) : G_MAXINT64;
  return grant;
}

/* --- invitations --- */

static HRESULT
invite (const Group *group, const char *xml, guint roles, const FILETIME *end,
    PWSTR *ppwzInvitation)
{
  g_autoptr (GBytes) der = peeridentity_read_info (xml);
  g_autoptr (WfdPeerCredential) identity =
      der != NULL ? wfd_peer_credential_read (wfd_bytes_of (der)) : NULL;
  g_autoptr (WfdPeerChain) chain = NULL;
  WfdPeerGrant grant;
  HRESULT result;

  if (identity == NULL || identity->type != WFD_PEER_CREDENTIAL_IDENTITY)
    return E_INVALIDARG;
  grant = make_grant (roles, identity->friendly_name, NULL, end);
  result = wfd_peer_group_node_issue (group->node, identity, &grant, &chain);
  /* Its page has no code of its own for a time that has passed. */
  if (result == PEER_E_INVALID_TIME_PERIOD)
    return E_INVALIDARG;
  return SUCCEEDED (result) ? return_invitation (group, chain, NULL, ppwzInvitation) : result;
}

HRESULT WINAPI
PeerGroupCreateInvitation (HGROUP hGroup, PCWSTR pwzIdentityInfo, FILETIME *pftExpiration,
    ULONG cRoles, const GUID *pRoles, PWSTR *ppwzInvitation)
{
  g_autofree char *xml = pwzIdentityInfo != NULL
      ? winapi_text_from_wide (pwzIdentityInfo, PEERIDENTITY_MAX_XML_CHARS)
      : NULL;
  guint roles;
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  if (ppwzInvitation == NULL || xml == NULL || pRoles == NULL || cRoles > PEERGROUP_MAX_ROLES
      || !peergroup_read_roles (cRoles, pRoles, &roles))
    return peergraph_leave (E_INVALIDARG);
  result = wfd_peer_group_node_check_keys (group->node);
  return peergraph_leave (
      SUCCEEDED (result) ? invite (group, xml, roles, pftExpiration, ppwzInvitation) : result);
}

HRESULT WINAPI
PeerGroupCreatePasswordInvitation (HGROUP hGroup, PWSTR *ppwzInvitation)
{
  g_auto (WfdPeerGroupProperties) properties = { 0 };
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  if (ppwzInvitation == NULL)
    return peergraph_leave (E_INVALIDARG);
  result = wfd_peer_group_node_get_properties (group->node, &properties);
  /* There is none with which anybody could come. */
  if (SUCCEEDED (result) && properties.password_hash == NULL)
    result = PEER_E_NOT_AUTHORIZED;
  return peergraph_leave (
      SUCCEEDED (result) ? return_invitation (group, NULL, &properties, ppwzInvitation) : result);
}

static PPEER_INVITATION_INFO
new_info (const PeerCloud *cloud)
{
  PPEER_INVITATION_INFO info = winapi_block_new (WINAPI_BLOCK_GROUP, sizeof (*info));

  info->dwSize = sizeof (*info);
  info->pwzCloudName = winapi_text_add_wide (info, cloud->name);
  info->dwScope = cloud->scope;
  info->dwCloudFlags = cloud->flags;
  return info;
}

static void
fill_from_chain (PPEER_INVITATION_INFO info, const WfdPeerChain *chain)
{
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (chain);
  guint n = leaf->classifiers != NULL ? g_strv_length (leaf->classifiers) : 0;

  info->authScheme = PEER_GROUP_GMC_AUTHENTICATION;
  info->pwzGroupPeerName = winapi_text_add_wide (info, leaf->group_name);
  info->pwzIssuerPeerName = winapi_text_add_wide (info, leaf->issuer_name);
  info->pwzSubjectPeerName = winapi_text_add_wide (info, leaf->name);
  info->pwzGroupFriendlyName =
      winapi_text_add_wide (info, wfd_peer_chain_get (chain, 0)->friendly_name);
  info->pwzIssuerFriendlyName = winapi_text_add_wide (info, leaf->issuer_friendly_name);
  info->pwzSubjectFriendlyName = winapi_text_add_wide (info, leaf->friendly_name);
  info->ftValidityStart = peergroup_time_from_s (leaf->begins_s);
  info->ftValidityEnd = peergroup_time_from_s (leaf->ends_s);
  info->pSubjectPublicKey = peergroup_build_public_key (info, leaf);
  peergroup_fill_roles (info, leaf->roles, &info->cRoles, &info->pRoles);
  info->cClassifiers = n;
  info->ppwzClassifiers = winapi_block_add (info, n * sizeof (PWSTR));
  for (guint i = 0; i < n; i++)
    info->ppwzClassifiers[i] = winapi_text_add_wide (info, leaf->classifiers[i]);
}

HRESULT WINAPI
PeerGroupParseInvitation (PCWSTR pwzInvitation, PPEER_INVITATION_INFO *ppInvitationInfo)
{
  g_auto (PeerInvitation) invitation = { { 0 } };
  g_autoptr (WfdPeerChain) chain = NULL;
  PPEER_INVITATION_INFO info;
  HRESULT result = ppInvitationInfo != NULL ? S_OK : E_INVALIDARG;

  if (SUCCEEDED (result))
    result = peergroup_read_invitation (pwzInvitation, &invitation);
  if (SUCCEEDED (result) && invitation.chain != NULL)
    result = peergroup_read_chain (invitation.chain, &chain);
  if (FAILED (result))
    return result;

  info = *ppInvitationInfo = new_info (&invitation.cloud);
  if (chain != NULL)
    fill_from_chain (info, chain);
  else {
    info->authScheme = PEER_GROUP_PASSWORD_AUTHENTICATION;
    info->pwzGroupPeerName = winapi_text_add_wide (info, invitation.group_name);
    info->pwzGroupFriendlyName = winapi_text_add_wide (info, invitation.group_friendly_name);
  }
  return S_OK;
}

/* --- credentials --- */

static WfdPeerChain *
find_chain (const Group *group, const char *subject)
{
  g_autoptr (GPtrArray) members = wfd_peer_group_node_list_members (group->node, FALSE, subject);
  const WfdPeerMember *member = members->len > 0 ? members->pdata[0] : NULL;

  return member != NULL && member->chain != NULL ? wfd_peer_chain_ref (member->chain) : NULL;
}

/* A member, or somebody of whom the application has the key. */
static HRESULT
find_subject (const Group *group, const char *name, const PEER_CREDENTIAL_INFO *info,
    WfdPeerCredential **ret_subject)
{
  g_autoptr (WfdPeerChain) chain = find_chain (group, name);

  if (info != NULL && info->dwSize != sizeof (*info))
    return PEER_E_INVALID_CREDENTIAL_INFO;
  if (chain == NULL && (info == NULL || info->pPublicKey == NULL))
    return PEER_E_IDENTITY_NOT_FOUND;
  if (chain != NULL)
    *ret_subject = wfd_peer_credential_ref (wfd_peer_chain_get_leaf (chain));
  else
    *ret_subject = peergroup_read_public_key (info->pPublicKey, name);
  return *ret_subject != NULL ? S_OK : PEER_E_INVALID_CREDENTIAL_INFO;
}

/* What is to be in the new certificate: what the application says, or what the old one has. */
static HRESULT
read_grant (const PEER_CREDENTIAL_INFO *info, const WfdPeerCredential *old, char **ret_name,
    WfdPeerGrant *ret_grant)
{
  guint roles = 0;

  if (info == NULL) {
    *ret_grant = make_grant (old->roles, old->friendly_name, NULL, NULL);
    return S_OK;
  }
  if (info->dwFlags != 0 || info->cRoles > PEERGROUP_MAX_ROLES || info->pRoles == NULL
      || !peergroup_read_roles (info->cRoles, info->pRoles, &roles)
      || !winapi_text_read_optional (info->pwzFriendlyName, PEERIDENTITY_MAX_FRIENDLY_CHARS,
          ret_name))
    return PEER_E_INVALID_CREDENTIAL_INFO;
  *ret_grant = make_grant (roles, *ret_name != NULL ? *ret_name : old->friendly_name,
      &info->ftValidityStart, &info->ftValidityEnd);
  /* An older one would not take the place of the one that is there. */
  return ret_grant->begins_s > old->begins_s && ret_grant->ends_s > ret_grant->begins_s
      ? S_OK
      : PEER_E_INVALID_CREDENTIAL_INFO;
}

/* Who has no certificate yet hears from issuing that the group is not ready. */
static gboolean
is_administrator (const Group *group)
{
  const WfdPeerChain *chain = wfd_peer_group_node_get_entry (group->node)->chain;

  return chain == NULL || (wfd_peer_chain_get_leaf (chain)->roles & WFD_PEER_ROLE_ADMIN) != 0;
}

static HRESULT
issue (const Group *group, const char *name, const PEER_CREDENTIAL_INFO *info, DWORD flags,
    PWSTR *ppwzInvitation)
{
  g_autoptr (WfdPeerCredential) subject = NULL;
  g_autoptr (WfdPeerChain) chain = NULL;
  g_autofree char *friendly_name = NULL;
  WfdPeerGrant grant;
  HRESULT result =
      is_administrator (group) ? find_subject (group, name, info, &subject) : PEER_E_NOT_AUTHORIZED;

  if (SUCCEEDED (result))
    result = read_grant (info, subject, &friendly_name, &grant);
  if (SUCCEEDED (result))
    result = wfd_peer_group_node_issue (group->node, subject, &grant, &chain);
  if (SUCCEEDED (result) && (flags & PEER_GROUP_STORE_CREDENTIALS) != 0)
    result = wfd_peer_group_node_publish_member (group->node, chain);
  return SUCCEEDED (result) && ppwzInvitation != NULL
      ? return_invitation (group, chain, NULL, ppwzInvitation)
      : result;
}

HRESULT WINAPI
PeerGroupIssueCredentials (HGROUP hGroup, PCWSTR pwzSubjectIdentity,
    PEER_CREDENTIAL_INFO *pCredentialInfo, DWORD dwFlags, PWSTR *ppwzInvitation)
{
  g_autofree char *subject = peergroup_read_name (pwzSubjectIdentity);
  gboolean stores = (dwFlags & PEER_GROUP_STORE_CREDENTIALS) != 0;
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  if (subject == NULL || (dwFlags & ~PEER_GROUP_STORE_CREDENTIALS) != 0
      || (!stores && ppwzInvitation == NULL))
    return peergraph_leave (E_INVALIDARG);
  result = wfd_peer_group_node_check_keys (group->node);
  return peergraph_leave (SUCCEEDED (result)
          ? peergroup_code (issue (group, subject, pCredentialInfo, dwFlags, ppwzInvitation))
          : result);
}

/* --- configurations --- */

/* The certificate beside the key is the root, so that it is the same group. */
static GBytes *
lock_group_key (const WfdPeerGroupEntry *entry, const char *password)
{
  return wfd_peer_pfx_build (entry->key,
      wfd_peer_credential_get_certificate (wfd_peer_chain_get (entry->chain, 0)), password);
}

static HRESULT
export_config (const WfdPeerGroupEntry *entry, const char *password, PWSTR *ppwzXML)
{
  g_autoptr (GBytes) chain = wfd_peer_chain_build (entry->chain);
  g_autoptr (GBytes) key = entry->key != NULL ? lock_group_key (entry, password) : NULL;
  PeerGroupConfig config = { entry->identity, entry->name,
    { entry->cloud, entry->scope, entry->cloud_flags }, chain, key };
  g_autofree char *text = NULL;

  if (chain == NULL || (key == NULL) != (entry->key == NULL))
    return PEER_E_NO_KEY_ACCESS;
  text = peergroupconfig_build (&config);
  *ppwzXML = peeridentity_return_text (text);
  return S_OK;
}

HRESULT WINAPI
PeerGroupExportConfig (HGROUP hGroup, PCWSTR pwzPassword, PWSTR *ppwzXML)
{
  g_autofree char *password = peergroup_read_password (pwzPassword);
  const WfdPeerGroupEntry *entry;
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  if (ppwzXML == NULL || password == NULL)
    return peergraph_leave (E_INVALIDARG);
  entry = wfd_peer_group_node_get_entry (group->node);
  /* Who has only a password has nothing yet to take along. */
  return peergraph_leave (
      entry->chain != NULL ? export_config (entry, password, ppwzXML) : PEER_E_GROUP_NOT_READY);
}

static HRESULT
unlock_group_key (const PeerGroupConfig *config, const char *password, WfdPeerKey **ret_key)
{
  g_autofree char *authority = NULL;
  g_autofree char *named = NULL;
  gnutls_x509_crt_t certificate;

  if (config->group_key == NULL)
    return S_OK;
  if (!wfd_peer_pfx_read (config->group_key, password, ret_key, &certificate))
    return E_INVALIDARG;
  gnutls_x509_crt_deinit (certificate);
  authority = wfd_peer_key_get_authority (*ret_key);
  return wfd_peer_name_get_authority (config->group, &named) && g_strcmp0 (authority, named) == 0
      ? S_OK
      : E_INVALIDARG;
}

static HRESULT
read_config (const PeerGroupConfig *config, const char *password, WfdPeerGroupEntry *entry)
{
  HRESULT result = peergroup_read_chain (config->chain, &entry->chain);

  if (FAILED (result))
    return E_INVALIDARG;
  entry->identity = g_strdup (config->identity);
  entry->name = g_strdup (config->group);
  entry->friendly_name = g_strdup (wfd_peer_chain_get (entry->chain, 0)->friendly_name);
  entry->cloud = g_strdup (config->cloud.name);
  entry->scope = config->cloud.scope;
  entry->cloud_flags = config->cloud.flags;
  if (!g_str_equal (wfd_peer_chain_get_leaf (entry->chain)->name, entry->identity)
      || !g_str_equal (wfd_peer_chain_get_leaf (entry->chain)->group_name, entry->name))
    return E_INVALIDARG;
  return unlock_group_key (config, password, &entry->key);
}

static HRESULT
import_config (WfdPeerGroupEntry *entry, BOOL overwrite)
{
  WfdPeerGroupPlace place = peergroup_get_place ();
  g_autoptr (WfdPeerGroupEntry) old = NULL;
  g_autoptr (WfdPeerIdentity) identity = NULL;
  HRESULT result = wfd_peer_identity_get (place.identities, entry->identity, &identity);

  if (FAILED (result))
    return result;
  result = wfd_peer_group_store_read (place.groups, entry->identity, entry->name, &old);
  if (result == S_OK && !overwrite)
    return PEER_E_ALREADY_EXISTS;
  return result == S_OK || result == PEER_E_NOT_FOUND
      ? (HRESULT) wfd_peer_group_store_add (place.groups, entry)
      : result;
}

HRESULT WINAPI
PeerGroupImportConfig (PCWSTR pwzXML, PCWSTR pwzPassword, BOOL fOverwrite, PWSTR *ppwzIdentity,
    PWSTR *ppwzGroup)
{
  g_autoptr (WfdPeerGroupEntry) entry = g_new0 (WfdPeerGroupEntry, 1);
  g_autofree char *password = peergroup_read_password (pwzPassword);
  g_autofree char *xml =
      pwzXML != NULL ? winapi_text_from_wide (pwzXML, PEERIDENTITY_MAX_XML_CHARS) : NULL;
  g_auto (PeerGroupConfig) config = { 0 };
  HRESULT result = peergroup_enter ();

  if (FAILED (result))
    return result;
  if (ppwzIdentity == NULL || ppwzGroup == NULL || password == NULL || xml == NULL
      || !peergroupconfig_read (xml, &config))
    return peergraph_leave (E_INVALIDARG);
  result = read_config (&config, password, entry);
  if (SUCCEEDED (result))
    result = import_config (entry, fOverwrite);
  if (SUCCEEDED (result)) {
    *ppwzIdentity = peeridentity_return_text (entry->identity);
    *ppwzGroup = peeridentity_return_text (entry->name);
  }
  return peergraph_leave (result);
}
