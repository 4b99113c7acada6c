/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergroup-private.h"

/* Groups: create, open, join, connect, close, and what is known of them. */

#define MIN_PRESENCE_S 300
#define MIN_MEMBER_S (8 * 3600)
#define MAX_MEMBER_S (10 * 365 * 24 * 3600)
#define MAX_CONNECT_ADDRESSES 64

/* --- create --- */

/* A group takes its name of @to as it was, if the application says nothing. */
static HRESULT
read_texts (const PEER_GROUP_PROPERTIES *from, WfdPeerGroupProperties *to)
{
  to->classifier = winapi_text_from_wide (from->pwzClassifier != NULL ? from->pwzClassifier : L"",
      PEERIDENTITY_MAX_CLASSIFIER_CHARS);
  if (to->classifier == NULL)
    return PEER_E_INVALID_CLASSIFIER;
  if (!winapi_text_read_optional (from->pwzFriendlyName, PEERIDENTITY_MAX_FRIENDLY_CHARS,
          &to->friendly_name))
    return PEER_E_INVALID_FRIENDLY_NAME;
  return winapi_text_read_optional (from->pwzComment, PEERIDENTITY_MAX_FRIENDLY_CHARS, &to->comment)
      ? S_OK
      : PEER_E_INVALID_GROUP_PROPERTIES;
}

static HRESULT
read_numbers (const PEER_GROUP_PROPERTIES *from, WfdPeerGroupProperties *to)
{
  const DWORD all = PEER_MEMBER_DATA_OPTIONAL | PEER_DISABLE_PRESENCE | PEER_DEFER_EXPIRATION;

  if ((from->dwFlags & ~all) != 0
      || (from->ulMemberDataLifetime != 0
          && (from->ulMemberDataLifetime < MIN_MEMBER_S
              || from->ulMemberDataLifetime > MAX_MEMBER_S)))
    return PEER_E_INVALID_GROUP_PROPERTIES;
  to->flags = from->dwFlags;
  to->member_lifetime_s = from->ulMemberDataLifetime;
  to->presence_lifetime_s = MAX (from->ulPresenceLifetime, MIN_PRESENCE_S);
  return S_OK;
}

/* What a program of before 1.1 does not have. */
static gboolean
has_password_part (const PEER_GROUP_PROPERTIES *from)
{
  return from->dwSize == sizeof (*from);
}

/* Nobody can say the password that there is once more; whoever changes something else leaves it
 * out, if @is_kept. */
static HRESULT
read_password (const PEER_GROUP_PROPERTIES *from, gboolean is_kept, WfdPeerGroupProperties *to,
    char **ret_password)
{
  const DWORD all = PEER_GROUP_GMC_AUTHENTICATION | PEER_GROUP_PASSWORD_AUTHENTICATION;
  DWORD schemes = has_password_part (from) ? from->dwAuthenticationSchemes : 0;

  *ret_password = NULL;
  if ((schemes & ~all) != 0)
    return PEER_E_INVALID_GROUP_PROPERTIES;
  if ((schemes & PEER_GROUP_PASSWORD_AUTHENTICATION) == 0)
    return has_password_part (from) && from->pwzGroupPassword != NULL
        ? PEER_E_INVALID_GROUP_PROPERTIES
        : S_OK;
  if (!peergroup_read_roles (1, &from->groupPasswordRole, &to->password_roles))
    return PEER_E_INVALID_ROLE_PROPERTY;
  if (is_kept && from->pwzGroupPassword == NULL)
    return S_OK;
  *ret_password = peergroup_read_password (from->pwzGroupPassword);
  return *ret_password != NULL ? S_OK : PEER_E_PASSWORD_DOES_NOT_MEET_POLICY;
}

static HRESULT
read_properties (const PEER_GROUP_PROPERTIES *from, gboolean is_kept, WfdPeerGroupProperties *to,
    char **ret_password)
{
  HRESULT result;

  if (from == NULL
      || (!has_password_part (from)
          && from->dwSize != G_STRUCT_OFFSET (PEER_GROUP_PROPERTIES, dwAuthenticationSchemes)))
    return E_INVALIDARG;
  result = read_texts (from, to);
  if (SUCCEEDED (result))
    result = read_numbers (from, to);
  return SUCCEEDED (result) ? read_password (from, is_kept, to, ret_password) : result;
}

static WfdPeerGroupEntry *
new_entry (const char *identity, const PeerCloud *cloud, const char *friendly_name)
{
  WfdPeerGroupEntry *entry = g_new0 (WfdPeerGroupEntry, 1);

  entry->identity = g_strdup (identity);
  entry->friendly_name = g_strdup (friendly_name != NULL ? friendly_name : "");
  entry->cloud = g_strdup (cloud->name != NULL ? cloud->name : WFD_PEER_CLOUD_NAME);
  entry->scope = cloud->name != NULL ? cloud->scope : WFD_PEER_CLOUD_GLOBAL;
  entry->cloud_flags = cloud->flags;
  return entry;
}

static HRESULT
add_node (HRESULT result, WfdPeerGroupNode *node, HGROUP *ret_handle)
{
  return SUCCEEDED (result) ? peergroup_add (node, ret_handle) : peergroup_code (result);
}

/* Who is in the group from now on. */
static HRESULT
read_who (PCWSTR name, char **ret_identity)
{
  HRESULT result = peergroup_read_identity (name, TRUE, ret_identity);

  return result == E_INVALIDARG ? PEER_E_INVALID_PEER_NAME : result;
}

static HRESULT
create (const char *identity, const PeerCloud *cloud, WfdPeerGroupProperties *properties,
    const char *password, HGROUP *phGroup)
{
  WfdPeerGroupPlace place = peergroup_get_place ();
  WfdPeerGroupEntry *entry = new_entry (identity, cloud, properties->friendly_name);
  WfdPeerGroupNode *node;
  HRESULT result;

  properties->cloud = g_strdup (entry->cloud);
  result = wfd_peer_group_node_create (&place, entry, properties, password, &node);
  /* Of whoever it was. */
  if (result == PEER_E_NOT_FOUND)
    result = HRESULT_FROM_WIN32 (ERROR_DELETE_PENDING);
  return add_node (result, node, phGroup);
}

HRESULT WINAPI
PeerGroupCreate (PPEER_GROUP_PROPERTIES pProperties, HGROUP *phGroup)
{
  g_auto (WfdPeerGroupProperties) properties = { 0 };
  g_auto (PeerCloud) cloud = { 0 };
  g_autofree char *password = NULL;
  g_autofree char *identity = NULL;
  HRESULT result = peergroup_enter ();

  if (FAILED (result))
    return result;
  result =
      phGroup != NULL ? read_properties (pProperties, FALSE, &properties, &password) : E_INVALIDARG;
  if (FAILED (result))
    return peergraph_leave (result);
  if (pProperties->pwzGroupPeerName != NULL)
    return peergraph_leave (PEER_E_INVALID_GROUP_PROPERTIES);
  result = peergroup_read_cloud (pProperties->pwzCloud, &cloud);
  if (SUCCEEDED (result))
    result = read_who (pProperties->pwzCreatorPeerName, &identity);
  return peergraph_leave (
      SUCCEEDED (result) ? create (identity, &cloud, &properties, password, phGroup) : result);
}

/* --- open --- */

HRESULT WINAPI
PeerGroupOpen (PCWSTR pwzIdentity, PCWSTR pwzGroupPeerName, PCWSTR pwzCloud, HGROUP *phGroup)
{
  g_autofree char *name = peergroup_read_name (pwzGroupPeerName);
  g_autofree char *identity = NULL;
  g_auto (PeerCloud) cloud = { 0 };
  WfdPeerGroupPlace place;
  WfdPeerGroupNode *node;
  HRESULT result = peergroup_enter ();

  if (FAILED (result))
    return result;
  if (phGroup == NULL || name == NULL)
    return peergraph_leave (E_INVALIDARG);
  result = peergroup_read_cloud (pwzCloud, &cloud);
  if (SUCCEEDED (result))
    result = peergroup_read_identity (pwzIdentity, FALSE, &identity);
  if (FAILED (result))
    return peergraph_leave (result);

  place = peergroup_get_place ();
  result = wfd_peer_group_node_open (&place, identity, name, &node);
  if (SUCCEEDED (result) && cloud.name != NULL)
    wfd_peer_group_node_set_cloud (node, cloud.name, cloud.scope, cloud.flags);
  return peergraph_leave (add_node (result, node, phGroup));
}

/* What an invitation and whom it is for make: the group, without having opened it. */
static HRESULT
read_entry (const PeerInvitation *invitation, const char *identity, const PeerCloud *cloud,
    WfdPeerGroupEntry **ret_entry)
{
  g_autoptr (WfdPeerChain) chain = NULL;
  HRESULT result = S_OK;

  if (invitation->chain != NULL)
    result = peergroup_read_chain (invitation->chain, &chain);
  if (FAILED (result))
    return result;
  *ret_entry = new_entry (identity, cloud->name != NULL ? cloud : &invitation->cloud,
      chain != NULL ? wfd_peer_chain_get (chain, 0)->friendly_name
                    : invitation->group_friendly_name);
  (*ret_entry)->name = g_strdup (
      chain != NULL ? wfd_peer_chain_get_leaf (chain)->group_name : invitation->group_name);
  (*ret_entry)->chain = g_steal_pointer (&chain);
  return S_OK;
}

/* Who is a member already, and has not been thrown out, needs no password. */
static gboolean
is_member (const WfdPeerGroupPlace *place, const WfdPeerGroupEntry *entry)
{
  g_autoptr (WfdPeerGroupEntry) stored = NULL;

  return SUCCEEDED ((HRESULT) wfd_peer_group_store_read (place->groups, entry->identity,
             entry->name, &stored))
      && stored->chain != NULL;
}

static HRESULT
join (WfdPeerGroupEntry *entry, const char *password, HGROUP *phGroup)
{
  WfdPeerGroupPlace place = peergroup_get_place ();
  WfdPeerGroupNode *node;
  HRESULT result;

  if (password != NULL && is_member (&place, entry)) {
    result = wfd_peer_group_node_open (&place, entry->identity, entry->name, &node);
    result = add_node (result, node, phGroup);
    return SUCCEEDED (result) ? PEER_S_ALREADY_A_MEMBER : result;
  }
  result = wfd_peer_group_node_join (&place, entry, password, &node);
  return add_node (result, node, phGroup);
}

/* @password NULL: the invitation has to be one with a certificate. */
static HRESULT
read_and_join (PCWSTR pwzIdentity, PCWSTR pwzInvitation, const char *password, PCWSTR pwzCloud,
    HGROUP *phGroup)
{
  g_autoptr (WfdPeerGroupEntry) entry = NULL;
  g_auto (PeerInvitation) invitation = { { 0 } };
  g_auto (PeerCloud) cloud = { 0 };
  g_autofree char *identity = NULL;
  HRESULT result = peergroup_read_invitation (pwzInvitation, &invitation);

  if (SUCCEEDED (result) && (invitation.chain == NULL) != (password != NULL))
    result = E_INVALIDARG;
  if (SUCCEEDED (result))
    result = peergroup_read_cloud (pwzCloud, &cloud);
  if (SUCCEEDED (result))
    result = read_who (pwzIdentity, &identity);
  if (SUCCEEDED (result))
    result = read_entry (&invitation, identity, &cloud, &entry);
  return SUCCEEDED (result) ? join (entry, password, phGroup) : result;
}

HRESULT WINAPI
PeerGroupJoin (PCWSTR pwzIdentity, PCWSTR pwzInvitation, PCWSTR pwzCloud, HGROUP *phGroup)
{
  HRESULT result = peergroup_enter ();

  if (FAILED (result))
    return result;
  if (phGroup == NULL)
    return peergraph_leave (E_INVALIDARG);
  return peergraph_leave (read_and_join (pwzIdentity, pwzInvitation, NULL, pwzCloud, phGroup));
}

HRESULT WINAPI
PeerGroupPasswordJoin (PCWSTR pwzIdentity, PCWSTR pwzInvitation, PCWSTR pwzPassword,
    PCWSTR pwzCloud, HGROUP *phGroup)
{
  g_autofree char *password = peergroup_read_password (pwzPassword);
  HRESULT result = peergroup_enter ();

  if (FAILED (result))
    return result;
  if (phGroup == NULL || password == NULL)
    return peergraph_leave (E_INVALIDARG);
  return peergraph_leave (read_and_join (pwzIdentity, pwzInvitation, password, pwzCloud, phGroup));
}

/* --- connect, close --- */

static HRESULT
connect_to (HGROUP hGroup, const WfdPeerAddress *addresses, guint n)
{
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  return peergraph_leave (wfd_peer_group_node_connect (group->node, addresses, n));
}

HRESULT WINAPI
PeerGroupConnect (HGROUP hGroup)
{
  return connect_to (hGroup, NULL, 0);
}

HRESULT WINAPI
PeerGroupConnectByAddress (HGROUP hGroup, ULONG cAddresses, PPEER_ADDRESS pAddresses)
{
  WfdPeerAddress addresses[MAX_CONNECT_ADDRESSES];
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  peergraph_leave (S_OK);
  if (cAddresses == 0 || cAddresses > MAX_CONNECT_ADDRESSES || pAddresses == NULL)
    return E_INVALIDARG;
  for (ULONG i = 0; i < cAddresses; i++)
    if (!peergraph_address_to_peer (&pAddresses[i], &addresses[i]))
      return E_INVALIDARG;
  return connect_to (hGroup, addresses, cAddresses);
}

/* To wait for another password there is nothing: the event tells that the one that was given is
 * wrong. What can be done is to try it again with who is there now. */
HRESULT WINAPI
PeerGroupResumePasswordAuthentication (HGROUP hGroup, HPEEREVENT hPeerEventHandle)
{
  Registration *registration;
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  registration = wfd_handle_table_get (&peergraph_events, hPeerEventHandle);
  if (registration == NULL || registration->graph != group->graph)
    return peergraph_leave (E_INVALIDARG);
  return peergraph_leave (wfd_peer_group_node_reconnect (group->node));
}

HRESULT WINAPI
PeerGroupClose (HGROUP hGroup)
{
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  return peergraph_leave (peergroup_free (group));
}

HRESULT WINAPI
PeerGroupDelete (PCWSTR pwzIdentity, PCWSTR pwzGroupPeerName)
{
  g_autofree char *name = peergroup_read_name (pwzGroupPeerName);
  g_autofree char *identity = NULL;
  HRESULT result = peergroup_enter ();
  WfdPeerGroupPlace place;

  if (FAILED (result))
    return result;
  if (name == NULL)
    return peergraph_leave (E_INVALIDARG);
  result = peergroup_read_identity (pwzIdentity, FALSE, &identity);
  if (FAILED (result))
    return peergraph_leave (result);

  place = peergroup_get_place ();
  peergroup_free_all_of (identity, name);
  result = wfd_peer_group_store_delete (place.groups, identity, name);
  /* Another process has it open. */
  return peergraph_leave (result == PEER_E_GROUP_IN_USE ? E_ACCESSDENIED : result);
}

HRESULT WINAPI
PeerEnumGroups (PCWSTR pwzIdentity, HPEERENUM *phPeerEnum)
{
  g_autofree char *groups = peeridentity_get_groups_folder ();
  g_autofree char *identities = peeridentity_get_folder ();
  g_autoptr (WfdPeerIdentity) known = NULL;
  g_autofree char *identity = NULL;
  GPtrArray *names;
  HRESULT result = phPeerEnum != NULL ? S_OK : E_INVALIDARG;

  if (SUCCEEDED (result))
    result = peergroup_read_identity (pwzIdentity, FALSE, &identity);
  if (SUCCEEDED (result))
    result = wfd_peer_identity_get (identities, identity, &known);
  if (SUCCEEDED (result))
    result = wfd_peer_group_store_list (groups, identity, &names);
  return SUCCEEDED (result)
      ? winapi_enum_new (WINAPI_BLOCK_GROUP, &peeridentity_pairs, names, phPeerEnum)
      : result;
}

/* --- what is known of it --- */

HRESULT WINAPI
PeerGroupGetStatus (HGROUP hGroup, DWORD *pdwStatus)
{
  HGRAPH graph;
  DWORD status;
  HRESULT result = peergroup_get_graph (hGroup, &graph);

  if (SUCCEEDED (result) && pdwStatus == NULL)
    result = E_INVALIDARG;
  if (SUCCEEDED (result))
    result = peergroup_code (PeerGraphGetStatus (graph, &status));
  if (SUCCEEDED (result))
    *pdwStatus = status & PEERGROUP_STATUS;
  return result;
}

static PPEER_GROUP_PROPERTIES
build_properties (const WfdPeerGroupProperties *from)
{
  PPEER_GROUP_PROPERTIES built = winapi_block_new (WINAPI_BLOCK_GROUP, sizeof (*built));

  *built = (PEER_GROUP_PROPERTIES) { sizeof (*built), from->flags,
    winapi_text_add_wide (built, from->cloud), winapi_text_add_wide (built, from->classifier),
    winapi_text_add_wide (built, from->group_name),
    winapi_text_add_wide (built, from->creator_name),
    winapi_text_add_wide (built, from->friendly_name), winapi_text_add_wide (built, from->comment),
    from->member_lifetime_s, from->presence_lifetime_s, PEER_GROUP_GMC_AUTHENTICATION };
  /* Members have its hash; the password itself nobody has. */
  if (from->password_hash != NULL) {
    built->dwAuthenticationSchemes |= PEER_GROUP_PASSWORD_AUTHENTICATION;
    peergroup_role_to_guid (from->password_roles, &built->groupPasswordRole);
  }
  return built;
}

HRESULT WINAPI
PeerGroupGetProperties (HGROUP hGroup, PPEER_GROUP_PROPERTIES *ppProperties)
{
  g_auto (WfdPeerGroupProperties) properties = { 0 };
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  if (ppProperties == NULL)
    return peergraph_leave (E_INVALIDARG);
  result = wfd_peer_group_node_get_properties (group->node, &properties);
  if (SUCCEEDED (result))
    *ppProperties = build_properties (&properties);
  return peergraph_leave (result);
}

HRESULT WINAPI
PeerGroupSetProperties (HGROUP hGroup, PPEER_GROUP_PROPERTIES pProperties)
{
  g_auto (WfdPeerGroupProperties) changes = { 0 };
  g_autofree char *password = NULL;
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  result = read_properties (pProperties, TRUE, &changes, &password);
  if (result == E_INVALIDARG)
    result = PEER_E_INVALID_GROUP_PROPERTIES;
  return peergraph_leave (SUCCEEDED (result)
          ? (HRESULT) wfd_peer_group_node_set_properties (group->node, &changes, password)
          : result);
}
