/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <initguid.h>

#include <glib/gstdio.h>
#include <group-stage.h>
#include <string.h>

static const GUID chat = { 0x01020304, 0x0506, 0x0708, { 9, 10, 11, 12, 13, 14, 15, 16 } };

static void
open_direct (GroupPair *pair, ULONGLONG *ret_alice, ULONGLONG *ret_bob)
{
  PEER_ADDRESS address = member_get_address (&pair->bob);
  ULONGLONG id = 0;

  g_assert_cmphex (
      PeerGroupOpenDirectConnection (pair->alice.group, pair->bob.identity, &address, &id), ==,
      S_OK);
  *ret_alice = member_wait_link (&pair->alice, PEER_CONNECTED, S_OK);
  *ret_bob = member_wait_link (&pair->bob, PEER_CONNECTED, S_OK);
  g_assert_cmphex (*ret_alice, ==, id);
}

static void
test_data_whole_and_in_order (GroupPair *pair, gconstpointer data)
{
  static const gsize sizes[] = { 0, 1, 16 * 1024, 1024 * 1024, 3 };
  g_autofree guint8 *bytes = g_malloc (1024 * 1024);
  ULONGLONG at_alice, at_bob;

  for (gsize i = 0; i < 1024 * 1024; i++)
    bytes[i] = i * 31;
  open_direct (pair, &at_alice, &at_bob);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_cmphex (PeerGroupSendData (pair->alice.group, at_alice, &chat, sizes[i], bytes), ==,
        S_OK);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    PPEER_GROUP_EVENT_DATA event = member_wait (&pair->bob, PEER_GROUP_EVENT_INCOMING_DATA);

    g_assert_cmphex (event->incomingData.ullConnectionId, ==, at_bob);
    g_assert_true (IsEqualGUID (&event->incomingData.type, &chat));
    g_assert_cmpmem (event->incomingData.data.pbData, event->incomingData.data.cbData, bytes,
        sizes[i]);
    PeerFreeData (event);
  }
}

/* --- direct connections --- */

static void
test_wrong_identity (GroupPair *pair, gconstpointer data)
{
  PEER_ADDRESS address = member_get_address (&pair->bob);
  Member carol;
  ULONGLONG id;

  /* A member, but not the one who is there. */
  member_join (&carol, L"carol", &pair->alice, &PEER_GROUP_ROLE_MEMBER);
  g_assert_cmphex (PeerGroupOpenDirectConnection (pair->alice.group, carol.identity, &address, &id),
      ==, S_OK);
  g_assert_cmphex (
      member_wait_link (&pair->alice, PEER_CONNECTION_FAILED, PEER_E_CONNECTION_NOT_AUTHENTICATED),
      ==, id);
  g_assert_cmpuint (member_count (&pair->bob, PEER_GROUP_EVENT_DIRECT_CONNECTION), ==, 0);
  member_close (&carol);
}

static void
test_refused (GroupPair *pair, gconstpointer data)
{
  PEER_ADDRESS address = member_get_address (&pair->bob);
  ULONGLONG id;

  g_assert_cmphex (PeerGroupUnregisterEvent (pair->bob.registration), ==, S_OK);
  pair->bob.registration = NULL;
  g_assert_cmphex (
      PeerGroupOpenDirectConnection (pair->alice.group, pair->bob.identity, &address, &id), ==,
      S_OK);
  g_assert_cmphex (
      member_wait_link (&pair->alice, PEER_CONNECTION_FAILED, PEER_E_CONNECTION_REFUSED), ==, id);
}

static void
test_nobody_there (GroupPair *pair, gconstpointer data)
{
  PEER_ADDRESS address = member_get_address (&pair->bob);
  ULONGLONG id;

  g_assert_cmphex (PeerGroupClose (pair->bob.group), ==, S_OK);
  pair->bob.group = NULL;
  pair->bob.registration = NULL;
  g_assert_cmphex (
      PeerGroupOpenDirectConnection (pair->alice.group, pair->bob.identity, &address, &id), ==,
      S_OK);
  member_wait_link (&pair->alice, PEER_CONNECTION_FAILED, PEER_E_CONNECTION_FAILED);
}

static void
test_not_to_oneself (GroupPair *pair, gconstpointer data)
{
  PEER_ADDRESS own = member_get_address (&pair->alice);
  ULONGLONG id;

  g_assert_cmphex (
      PeerGroupOpenDirectConnection (pair->alice.group, pair->alice.identity, &own, &id), ==,
      PEER_E_CONNECT_SELF);
  g_assert_cmphex (PeerGroupOpenDirectConnection (pair->alice.group, pair->bob.identity, &own, &id),
      ==, PEER_E_CONNECT_SELF);
  /* At no address is somebody else who is this one. */
  own = member_get_address (&pair->bob);
  g_assert_cmphex (
      PeerGroupOpenDirectConnection (pair->alice.group, pair->alice.identity, &own, &id), ==,
      PEER_E_CONNECT_SELF);
  g_assert_cmpuint (member_count (&pair->alice, PEER_GROUP_EVENT_DIRECT_CONNECTION), ==, 0);
}

static void
test_closing_group_disconnects (GroupPair *pair, gconstpointer data)
{
  ULONGLONG at_alice, at_bob;

  open_direct (pair, &at_alice, &at_bob);
  g_assert_cmphex (PeerGroupClose (pair->alice.group), ==, S_OK);
  pair->alice.group = NULL;
  pair->alice.registration = NULL;
  g_assert_cmphex (member_wait_link (&pair->bob, PEER_DISCONNECTED, S_OK), ==, at_bob);
}

static void
test_close_and_enumerate (GroupPair *pair, gconstpointer data)
{
  ULONGLONG at_alice, at_bob;
  PPEER_CONNECTION_INFO *items;
  HPEERENUM connections;
  ULONG n = 4;

  open_direct (pair, &at_alice, &at_bob);
  g_assert_cmphex (
      PeerGroupEnumConnections (pair->alice.group, PEER_CONNECTION_DIRECT, &connections), ==, S_OK);
  g_assert_cmphex (PeerGraphEndEnumeration (connections), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGetNextItem (connections, &n, (PVOID **) &items), ==, S_OK);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmphex (items[0]->ullConnectionId, ==, at_alice);
  g_assert_true (wcscmp (items[0]->pwzPeerId, pair->bob.identity) == 0);
  PeerFreeData (items);
  g_assert_cmphex (PeerEndEnumeration (connections), ==, S_OK);

  g_assert_cmphex (PeerGroupCloseDirectConnection (pair->alice.group, at_alice), ==, S_OK);
  member_wait_link (&pair->alice, PEER_DISCONNECTED, S_OK);
  member_wait_link (&pair->bob, PEER_DISCONNECTED, S_OK);
  g_assert_cmphex (PeerGroupCloseDirectConnection (pair->alice.group, at_alice), ==,
      PEER_E_CONNECTION_NOT_FOUND);
  g_assert_cmphex (PeerGroupSendData (pair->alice.group, at_alice, &chat, 1, &n), ==,
      PEER_E_CONNECTION_NOT_FOUND);
}

static void
test_only_wanted_type_comes (GroupPair *pair, gconstpointer data)
{
  static const GUID other = { 7, 7, 7, { 7, 7, 7, 7, 7, 7, 7, 7 } };
  PEER_GROUP_EVENT_REGISTRATION only = { PEER_GROUP_EVENT_INCOMING_DATA, (GUID *) &other };
  PPEER_GROUP_EVENT_DATA event;
  ULONGLONG at_alice, at_bob;
  HPEEREVENT registration;

  open_direct (pair, &at_alice, &at_bob);
  g_assert_cmphex (
      PeerGroupRegisterEvent (pair->bob.group, pair->bob.event, 1, &only, &registration), ==, S_OK);
  g_assert_cmphex (PeerGroupSendData (pair->alice.group, at_alice, &chat, 1, &only), ==, S_OK);
  g_assert_cmphex (PeerGroupSendData (pair->alice.group, at_alice, &other, 2, &only), ==, S_OK);
  PeerFreeData (member_wait (&pair->bob, PEER_GROUP_EVENT_INCOMING_DATA));
  PeerFreeData (member_wait (&pair->bob, PEER_GROUP_EVENT_INCOMING_DATA));
  g_assert_cmphex (PeerGroupGetEventData (registration, &event), ==, S_OK);
  g_assert_cmpuint (event->incomingData.data.cbData, ==, 2);
  PeerFreeData (event);
  g_assert_cmphex (PeerGroupGetEventData (registration, &event), ==, PEER_S_NO_EVENT_DATA);
  g_assert_cmphex (PeerGraphUnregisterEvent (registration), !=, S_OK);
  g_assert_cmphex (PeerGroupUnregisterEvent (registration), ==, S_OK);
}

/* --- members --- */

static void
test_members (GroupPair *pair, gconstpointer data)
{
  PPEER_MEMBER *items;
  HPEERENUM members;
  ULONG n = 10;

  member_wait_change (&pair->alice, PEER_MEMBER_JOINED, pair->bob.identity);
  member_wait_change (&pair->alice, PEER_MEMBER_CONNECTED, pair->bob.identity);
  g_assert_cmphex (PeerGroupEnumMembers (pair->alice.group, 0, NULL, &members), ==, S_OK);
  g_assert_cmphex (PeerGetNextItem (members, &n, (PVOID **) &items), ==, S_OK);
  g_assert_cmpuint (n, ==, 2);
  g_assert_true (wcscmp (items[0]->pwzIdentity, pair->alice.identity) == 0);
  g_assert_true (wcscmp (items[1]->pwzIdentity, pair->bob.identity) == 0);
  g_assert_cmphex (items[1]->dwFlags, ==, PEER_MEMBER_PRESENT);
  g_assert_cmphex (items[1]->ullNodeId, !=, 0);
  g_assert_cmpuint (items[1]->pCredentialInfo->cRoles, ==, 1);
  g_assert_true (IsEqualGUID (&items[1]->pCredentialInfo->pRoles[0], &PEER_GROUP_ROLE_MEMBER));
  g_assert_true (wcscmp (items[1]->pCredentialInfo->pwzIssuerPeerName, pair->alice.identity) == 0);
  g_assert_true (wcscmp (items[1]->pCredentialInfo->pwzFriendlyName, L"bob") == 0);
  /* P-256: its name, and a point that is not compressed. */
  g_assert_cmpstr (items[1]->pCredentialInfo->pPublicKey->Algorithm.pszObjId, ==,
      "1.2.840.10045.2.1");
  g_assert_cmpuint (items[1]->pCredentialInfo->pPublicKey->Algorithm.Parameters.cbData, ==, 10);
  g_assert_cmpuint (items[1]->pCredentialInfo->pPublicKey->PublicKey.cbData, ==, 65);
  PeerFreeData (items);
  g_assert_cmphex (PeerEndEnumeration (members), ==, S_OK);

  g_assert_cmphex (PeerGroupClose (pair->bob.group), ==, S_OK);
  pair->bob.group = NULL;
  pair->bob.registration = NULL;
  member_wait_change (&pair->alice, PEER_MEMBER_DISCONNECTED, pair->bob.identity);
}

static void
assert_not_invited (const Member *by, const Member *subject, const PEER_ROLE_ID *role,
    HRESULT expected)
{
  PWSTR info, invitation;

  g_assert_cmphex (PeerIdentityGetXML (subject->identity, &info), ==, S_OK);
  g_assert_cmphex (PeerGroupCreateInvitation (by->group, info, NULL, 1, role, &invitation), ==,
      expected);
  PeerFreeData (info);
}

static void
test_who_may_invite (GroupPair *pair, gconstpointer data)
{
  Member carol, dave;

  member_join (&carol, L"carol", &pair->alice, &PEER_GROUP_ROLE_INVITING_MEMBER);
  member_new (&dave, L"dave");
  assert_not_invited (&pair->bob, &dave, &PEER_GROUP_ROLE_MEMBER, PEER_E_NOT_AUTHORIZED);
  assert_not_invited (&carol, &dave, &PEER_GROUP_ROLE_ADMIN, PEER_E_NOT_AUTHORIZED);
  PeerFreeData (member_invite (&carol, &dave, &PEER_GROUP_ROLE_MEMBER));
  member_close (&carol);
  member_close (&dave);
}

static void
test_chain_ends (void)
{
  Member chain[26];
  guint n = 1;

  group_stage_begin ();
  member_create (&chain[0], L"first", NULL);
  /* The root is one too. */
  for (; n < 24; n++)
    member_join (&chain[n], L"next", &chain[n - 1], &PEER_GROUP_ROLE_ADMIN);
  member_new (&chain[n], L"last");
  assert_not_invited (&chain[n - 1], &chain[n], &PEER_GROUP_ROLE_ADMIN, PEER_E_CHAIN_TOO_LONG);
  for (guint i = 0; i <= n; i++)
    member_close (&chain[i]);
  group_stage_end ();
}

/* --- invitations --- */

static void
test_invitation_is_read (GroupPair *pair, gconstpointer data)
{
  PWSTR invitation = member_invite (&pair->alice, &pair->bob, &PEER_GROUP_ROLE_MEMBER);
  PWSTR group = member_get_group_name (&pair->alice);
  PPEER_INVITATION_INFO info;

  g_assert_cmphex (PeerGroupParseInvitation (invitation, &info), ==, S_OK);
  g_assert_cmpuint (info->dwSize, ==, sizeof (*info));
  g_assert_true (wcscmp (info->pwzGroupPeerName, group) == 0);
  g_assert_true (wcscmp (info->pwzSubjectPeerName, pair->bob.identity) == 0);
  g_assert_true (wcscmp (info->pwzIssuerPeerName, pair->alice.identity) == 0);
  g_assert_true (wcscmp (info->pwzGroupFriendlyName, L"Friends") == 0);
  g_assert_true (wcscmp (info->pwzCloudName, L"Global_") == 0);
  g_assert_cmpint (info->authScheme, ==, PEER_GROUP_GMC_AUTHENTICATION);
  g_assert_cmpuint (info->cRoles, ==, 1);
  g_assert_cmpuint (info->cClassifiers, ==, 1);
  g_assert_true (wcscmp (info->ppwzClassifiers[0], L"participant") == 0);
  PeerFreeData (info);
  PeerFreeData (invitation);
  PeerFreeData (group);
}

/* What the invited call themselves is what others see, whatever is in it. */
static void
test_invitation_has_friendly_name (GroupPair *pair, gconstpointer data)
{
  static const PCWSTR names[] = { L"Bob", L" B\u00f6b, the \"#1\" = a+b;\\<c>", L"#b" };
  PPEER_INVITATION_INFO info;
  PWSTR invitation;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_cmphex (PeerIdentitySetFriendlyName (pair->bob.identity, names[i]), ==, S_OK);
    invitation = member_invite (&pair->alice, &pair->bob, &PEER_GROUP_ROLE_MEMBER);
    g_assert_cmphex (PeerGroupParseInvitation (invitation, &info), ==, S_OK);
    g_assert_true (wcscmp (info->pwzSubjectFriendlyName, names[i]) == 0);
    g_assert_true (wcscmp (info->pwzIssuerFriendlyName, L"alice") == 0);
    PeerFreeData (info);
    PeerFreeData (invitation);
  }
}

static void
test_invitation_for_somebody_else (GroupPair *pair, gconstpointer data)
{
  PWSTR invitation = member_invite (&pair->alice, &pair->bob, &PEER_GROUP_ROLE_MEMBER);
  Member carol;

  member_new (&carol, L"carol");
  g_assert_cmphex (PeerGroupJoin (carol.identity, invitation, NULL, &carol.group), ==,
      PEER_E_INVITATION_NOT_TRUSTED);
  member_close (&carol);
  PeerFreeData (invitation);
}

static void
test_invitation_out_of_date (GroupPair *pair, gconstpointer data)
{
  FILETIME past = group_time_from_now (-3600);
  PWSTR info, invitation = NULL;
  Member carol;

  member_new (&carol, L"carol");
  g_assert_cmphex (PeerIdentityGetXML (carol.identity, &info), ==, S_OK);
  g_assert_cmphex (PeerGroupCreateInvitation (pair->alice.group, info, &past, 1,
                       &PEER_GROUP_ROLE_MEMBER, &invitation),
      ==, E_INVALIDARG);
  PeerFreeData (info);
  member_close (&carol);
}

/* --- passwords --- */

static void
join_by_password (Member *self, PCWSTR classifier, const Member *by, PCWSTR password)
{
  PWSTR invitation;
  PPEER_INVITATION_INFO info;

  member_new (self, classifier);
  g_assert_cmphex (PeerGroupCreatePasswordInvitation (by->group, &invitation), ==, S_OK);
  g_assert_cmphex (PeerGroupParseInvitation (invitation, &info), ==, S_OK);
  g_assert_cmpint (info->authScheme, ==, PEER_GROUP_PASSWORD_AUTHENTICATION);
  g_assert_true (wcscmp (info->pwzGroupFriendlyName, L"Friends") == 0);
  PeerFreeData (info);
  g_assert_cmphex (PeerGroupPasswordJoin (self->identity, invitation, password, NULL, &self->group),
      ==, S_OK);
  PeerFreeData (invitation);
  member_register (self);
}

static void
assert_called (const Member *by, const Member *other, PCWSTR friendly_name)
{
  PPEER_MEMBER *items;
  HPEERENUM members;
  ULONG n = 1;

  g_assert_cmphex (PeerGroupEnumMembers (by->group, 0, other->identity, &members), ==, S_OK);
  g_assert_cmphex (PeerGetNextItem (members, &n, (PVOID **) &items), ==, S_OK);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (wcscmp (items[0]->pCredentialInfo->pwzFriendlyName, friendly_name) == 0);
  PeerFreeData (items);
  g_assert_cmphex (PeerEndEnumeration (members), ==, S_OK);
}

/* In how many of the files below @path @text is. */
static guint
count_files_with (const char *path, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autofree char *octets = NULL;
  gsize size = 0;
  guint n = 0;

  if (dir == NULL)
    return g_file_get_contents (path, &octets, &size, NULL)
        && g_strstr_len (octets, size, text) != NULL;
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;) {
    g_autofree char *below = g_build_filename (path, name, NULL);

    n += count_files_with (below, text);
  }
  return n;
}

static void
test_password (void)
{
  Member alice, bob;
  PWSTR invitation;
  HGROUP again;

  group_stage_begin ();
  member_create (&alice, L"alice", L"open sesame");
  member_go_online (&alice);
  join_by_password (&bob, L"bob", &alice, L"open sesame");
  g_assert_cmpuint (count_files_with (group_stage_get_folder (), "password-hash"), ==, 1);
  member_connect (&bob, &alice);
  member_wait_change (&alice, PEER_MEMBER_JOINED, bob.identity);
  assert_called (&alice, &bob, L"bob");

  g_assert_cmphex (PeerGroupCreatePasswordInvitation (alice.group, &invitation), ==, S_OK);
  g_assert_cmphex (PeerGroupPasswordJoin (bob.identity, invitation, L"whatever", NULL, &again), ==,
      PEER_S_ALREADY_A_MEMBER);
  g_assert_cmphex (PeerGroupClose (again), ==, S_OK);
  PeerFreeData (invitation);
  member_close (&bob);
  /* With a certificate there is no more need for it. */
  g_assert_cmpuint (count_files_with (group_stage_get_folder (), "password-hash"), ==, 0);
  member_close (&alice);
  group_stage_end ();
}

static void
test_wrong_password (void)
{
  PPEER_GROUP_EVENT_DATA event;
  PEER_ADDRESS address;
  Member alice, bob;

  group_stage_begin ();
  member_create (&alice, L"alice", L"open sesame");
  member_go_online (&alice);
  join_by_password (&bob, L"bob", &alice, L"open barley");
  address = member_get_address (&alice);
  g_assert_cmphex (PeerGroupConnectByAddress (bob.group, 1, &address), ==, S_OK);
  g_assert_cmphex (member_wait_failure (&bob), ==, PEER_E_CONNECTION_NOT_AUTHENTICATED);
  event = member_wait (&bob, PEER_GROUP_EVENT_AUTHENTICATION_FAILED);
  PeerFreeData (event);

  g_assert_cmphex (PeerGroupResumePasswordAuthentication (bob.group, bob.registration), ==, S_OK);
  g_assert_cmphex (member_wait_failure (&bob), ==, PEER_E_CONNECTION_NOT_AUTHENTICATED);
  member_close (&bob);
  member_close (&alice);
  group_stage_end ();
}

static void
test_no_password_no_invitation (GroupPair *pair, gconstpointer data)
{
  PWSTR invitation;

  g_assert_cmphex (PeerGroupCreatePasswordInvitation (pair->alice.group, &invitation), ==,
      PEER_E_NOT_AUTHORIZED);
}

/* --- connecting --- */

static void
test_nobody_is_found (GroupPair *pair, gconstpointer data)
{
  PEER_ADDRESS address = member_get_address (&pair->alice);
  Member carol;

  member_join (&carol, L"carol", &pair->alice, &PEER_GROUP_ROLE_MEMBER);
  address.sin6.sin6_port = htons (9);
  g_assert_cmphex (PeerGroupConnectByAddress (carol.group, 1, &address), ==, S_OK);
  g_assert_cmphex (member_wait_failure (&carol), ==, PEER_E_NO_MEMBER_CONNECTIONS);
  member_close (&carol);
}

/* Who has been in the group once can open it again, and is online at once. */
static void
test_again (GroupPair *pair, gconstpointer data)
{
  PWSTR group = member_get_group_name (&pair->bob);
  HGROUP second;

  g_assert_cmphex (PeerGroupOpen (pair->bob.identity, group, NULL, &second), ==, S_OK);
  g_assert_cmphex (PeerGroupConnect (second), ==, PEER_S_ALREADY_CONNECTED);
  g_assert_cmphex (PeerGroupClose (second), ==, S_OK);
  g_assert_cmphex (PeerGroupClose (second), ==, PEER_E_INVALID_GROUP);

  g_assert_cmphex (PeerGroupUnregisterEvent (pair->bob.registration), ==, S_OK);
  g_assert_cmphex (PeerGroupClose (pair->bob.group), ==, S_OK);
  g_assert_cmphex (PeerGroupOpen (pair->bob.identity, group, L"Global_", &pair->bob.group), ==,
      S_OK);
  member_register (&pair->bob);
  member_connect (&pair->bob, &pair->alice);
  PeerFreeData (group);
}

static void
open_again (Member *self, PCWSTR group)
{
  g_assert_cmphex (PeerGroupUnregisterEvent (self->registration), ==, S_OK);
  g_assert_cmphex (PeerGroupClose (self->group), ==, S_OK);
  g_assert_cmphex (PeerGroupOpen (self->identity, group, NULL, &self->group), ==, S_OK);
  member_register (self);
}

/* Without any address: where the other one was the last time. */
static void
test_found_again (GroupPair *pair, gconstpointer data)
{
  PWSTR group = member_get_group_name (&pair->bob);

  member_wait_change (&pair->bob, PEER_MEMBER_CONNECTED, pair->alice.identity);
  open_again (&pair->bob, group);
  member_go_online (&pair->bob);
  member_wait_status (&pair->bob, PEER_GROUP_STATUS_HAS_CONNECTIONS);
  PeerFreeData (group);
}

/* Who was alone the last time still knows where somebody was before. */
static void
test_alone_for_once (GroupPair *pair, gconstpointer data)
{
  PWSTR group = member_get_group_name (&pair->bob);
  guint n;

  member_wait_change (&pair->bob, PEER_MEMBER_CONNECTED, pair->alice.identity);
  open_again (&pair->bob, group);
  member_go_online (&pair->bob);
  member_wait_status (&pair->bob, PEER_GROUP_STATUS_HAS_CONNECTIONS);
  open_again (&pair->alice, group);
  member_wait_change (&pair->bob, PEER_MEMBER_DISCONNECTED, pair->alice.identity);
  n = count_files_with (group_stage_get_folder (), "addresses=[");
  g_assert_cmpuint (n, >, 0);
  open_again (&pair->bob, group);
  g_assert_cmpuint (count_files_with (group_stage_get_folder (), "addresses=["), ==, n);
  PeerFreeData (group);
}

static void
test_deleted (GroupPair *pair, gconstpointer data)
{
  PWSTR group = member_get_group_name (&pair->bob);
  HPEERENUM groups;
  HGROUP again;
  DWORD status;
  ULONG n;

  g_assert_cmphex (PeerIdentityDelete (pair->bob.identity), ==, PEER_E_GROUPS_EXIST);
  g_assert_cmphex (PeerEnumGroups (pair->bob.identity, &groups), ==, S_OK);
  g_assert_cmphex (PeerGetItemCount (groups, &n), ==, S_OK);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmphex (PeerEndEnumeration (groups), ==, S_OK);

  g_assert_cmphex (PeerGroupDelete (pair->bob.identity, group), ==, S_OK);
  g_assert_cmphex (PeerGroupGetStatus (pair->bob.group, &status), ==, PEER_E_INVALID_GROUP);
  g_assert_cmphex (PeerGroupDelete (pair->bob.identity, group), ==, PEER_E_NOT_FOUND);
  g_assert_cmphex (PeerGroupOpen (pair->bob.identity, group, NULL, &again), ==, PEER_E_NOT_FOUND);
  g_assert_cmphex (PeerIdentityDelete (pair->bob.identity), ==, S_OK);
  pair->bob.group = NULL;
  pair->bob.registration = NULL;
  PeerFreeData (group);
}

/* --- properties --- */

static void
test_properties (GroupPair *pair, gconstpointer data)
{
  PPEER_GROUP_PROPERTIES properties;

  g_assert_cmphex (PeerGroupGetProperties (pair->bob.group, &properties), ==, S_OK);
  g_assert_true (wcscmp (properties->pwzFriendlyName, L"Friends") == 0);
  g_assert_true (wcscmp (properties->pwzComment, L"of ours") == 0);
  g_assert_true (wcscmp (properties->pwzCreatorPeerName, pair->alice.identity) == 0);
  g_assert_true (wcscmp (properties->pwzClassifier, L"friends") == 0);
  g_assert_cmphex (properties->dwAuthenticationSchemes, ==, PEER_GROUP_GMC_AUTHENTICATION);
  g_assert_cmpuint (properties->ulPresenceLifetime, ==, 300);

  properties->pwzFriendlyName = (PWSTR) L"Enemies";
  g_assert_cmphex (PeerGroupSetProperties (pair->bob.group, properties), ==, PEER_E_NOT_AUTHORIZED);
  while (member_count (&pair->bob, PEER_GROUP_EVENT_PROPERTY_CHANGED) > 0)
    PeerFreeData (member_wait (&pair->bob, PEER_GROUP_EVENT_PROPERTY_CHANGED));
  g_assert_cmphex (PeerGroupSetProperties (pair->alice.group, properties), ==, S_OK);
  PeerFreeData (properties);
  PeerFreeData (member_wait (&pair->bob, PEER_GROUP_EVENT_PROPERTY_CHANGED));
  g_assert_cmphex (PeerGroupGetProperties (pair->bob.group, &properties), ==, S_OK);
  g_assert_true (wcscmp (properties->pwzFriendlyName, L"Enemies") == 0);
  PeerFreeData (properties);
}

/* --- records --- */

static void
test_records (GroupPair *pair, gconstpointer data)
{
  PEER_RECORD record = { sizeof (record), .type = chat, .ftExpiration = group_time_from_now (600) };
  PPEER_GROUP_EVENT_DATA event;
  PPEER_RECORD got;
  GUID id;

  record.data = (PEER_DATA) { 3, (PBYTE) "abc" };
  /* Whose it is, and which version, is not for the application to say. */
  record.pwzCreatorId = pair->alice.identity;
  record.dwVersion = 7;
  g_assert_cmphex (PeerGroupAddRecord (pair->bob.group, &record, &id), ==, S_OK);
  do {
    gboolean found;

    event = member_wait (&pair->alice, PEER_GROUP_EVENT_RECORD_CHANGED);
    found = IsEqualGUID (&event->recordChangeData.recordId, &id);
    PeerFreeData (event);
    if (found)
      break;
  } while (TRUE);
  g_assert_cmphex (PeerGroupGetRecord (pair->alice.group, &id, &got), ==, S_OK);
  g_assert_true (wcscmp (got->pwzCreatorId, pair->bob.identity) == 0);
  g_assert_cmpuint (got->dwVersion, ==, 1);
  g_assert_cmpmem (got->data.pbData, got->data.cbData, "abc", 3);
  g_assert_cmpuint (got->securityData.cbData, >, 32);

  /* Alice is an administrator. */
  got->data = (PEER_DATA) { 2, (PBYTE) "xy" };
  got->dwFlags ^= PEER_RECORD_FLAG_AUTOREFRESH;
  g_assert_cmphex (PeerGroupUpdateRecord (pair->alice.group, got), ==, E_INVALIDARG);
  got->dwFlags ^= PEER_RECORD_FLAG_AUTOREFRESH;
  /* Which the group makes itself. */
  got->securityData = (PEER_DATA) { 1, NULL };
  g_assert_cmphex (PeerGroupUpdateRecord (pair->alice.group, got), ==, S_OK);
  PeerFreeData (got);
  g_assert_cmphex (PeerGroupDeleteRecord (pair->alice.group, &id), ==, S_OK);
  g_assert_cmphex (PeerGroupDeleteRecord (pair->alice.group, &id), ==, PEER_E_RECORD_NOT_FOUND);

  record.securityData = (PEER_DATA) { 1, NULL };
  g_assert_cmphex (PeerGroupAddRecord (pair->alice.group, &record, &id), ==, S_OK);
  do {
    event = member_wait (&pair->bob, PEER_GROUP_EVENT_RECORD_CHANGED);
    if (IsEqualGUID (&event->recordChangeData.recordId, &id))
      break;
    PeerFreeData (event);
  } while (TRUE);
  PeerFreeData (event);
  g_assert_cmphex (PeerGroupDeleteRecord (pair->bob.group, &id), ==, PEER_E_NOT_AUTHORIZED);
}

static void
test_own_types_of_groups_are_refused (GroupPair *pair, gconstpointer data)
{
  static const DWORD own[] = { 0x01000000, 0x02000000, 0x100, 0x200, 0x300, 0x400 };
  PEER_RECORD record = { sizeof (record), .ftExpiration = group_time_from_now (600) };
  GUID id;

  for (guint i = 0; i < G_N_ELEMENTS (own); i++) {
    record.type.Data1 = own[i];
    g_assert_cmphex (PeerGroupAddRecord (pair->alice.group, &record, &id), ==,
        PEER_E_NOT_AUTHORIZED);
    g_assert_cmphex (PeerGroupUpdateRecord (pair->alice.group, &record), ==, PEER_E_NOT_AUTHORIZED);
  }
}

/* --- credentials, configurations --- */

static void
test_credentials (GroupPair *pair, gconstpointer data)
{
  PEER_CREDENTIAL_INFO info = { sizeof (info), .cRoles = 1,
    .pRoles = (PEER_ROLE_ID *) &PEER_GROUP_ROLE_ADMIN, .ftValidityStart = group_time_from_now (1),
    .ftValidityEnd = group_time_from_now (3600) };
  PWSTR invitation;

  member_wait_change (&pair->alice, PEER_MEMBER_JOINED, pair->bob.identity);
  g_assert_cmphex (
      PeerGroupIssueCredentials (pair->alice.group, pair->bob.identity, &info, 0, &invitation), ==,
      S_OK);
  PeerFreeData (invitation);
  g_assert_cmphex (
      PeerGroupIssueCredentials (pair->bob.group, pair->alice.identity, NULL, 0, &invitation), ==,
      PEER_E_NOT_AUTHORIZED);
  info.ftValidityStart = group_time_from_now (-3600);
  g_assert_cmphex (
      PeerGroupIssueCredentials (pair->alice.group, pair->bob.identity, &info, 0, &invitation), ==,
      PEER_E_INVALID_CREDENTIAL_INFO);
}

/* Somebody whose key is all that the administrator has. */
static void
test_credentials_by_key (GroupPair *pair, gconstpointer data)
{
  PEER_CREDENTIAL_INFO info = { sizeof (info), .pwzFriendlyName = (PWSTR) L"Dave", .cRoles = 1,
    .pRoles = (PEER_ROLE_ID *) &PEER_GROUP_ROLE_MEMBER, .ftValidityStart = group_time_from_now (0),
    .ftValidityEnd = group_time_from_now (3600) };
  PPEER_INVITATION_INFO daves, bobs;
  PWSTR invitation;
  Member carol, dave;

  member_join (&carol, L"carol", &pair->alice, &PEER_GROUP_ROLE_INVITING_MEMBER);
  member_new (&dave, L"dave");
  invitation = member_invite (&pair->alice, &pair->bob, &PEER_GROUP_ROLE_MEMBER);
  g_assert_cmphex (PeerGroupParseInvitation (invitation, &bobs), ==, S_OK);
  PeerFreeData (invitation);
  invitation = member_invite (&pair->alice, &dave, &PEER_GROUP_ROLE_MEMBER);
  g_assert_cmphex (PeerGroupParseInvitation (invitation, &daves), ==, S_OK);
  PeerFreeData (invitation);
  {
    CERT_PUBLIC_KEY_INFO good = *daves->pSubjectPublicKey, bad[] = { good, good, good, good };
    PEER_CREDENTIAL_INFO wrong[G_N_ELEMENTS (bad) + 1];

    bad[0].Algorithm.pszObjId = NULL;
    bad[1].Algorithm.pszObjId = (LPSTR) "1.2.3";
    bad[2].PublicKey.pbData = NULL;
    bad[3].PublicKey.cbData--;
    for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
      wrong[i] = info;
      wrong[i].pPublicKey = i < G_N_ELEMENTS (bad) ? &bad[i] : bobs->pSubjectPublicKey;
    }
    for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
      g_assert_cmphex (
          PeerGroupIssueCredentials (pair->alice.group, dave.identity, &wrong[i], 0, &invitation),
          ==, PEER_E_INVALID_CREDENTIAL_INFO);
    g_assert_cmphex (
        PeerGroupIssueCredentials (pair->alice.group, dave.identity, NULL, 0, &invitation), ==,
        PEER_E_IDENTITY_NOT_FOUND);
    g_assert_cmphex (
        PeerGroupIssueCredentials (pair->alice.group, dave.identity, &info, 0, &invitation), ==,
        PEER_E_IDENTITY_NOT_FOUND);
    info.pPublicKey = &good;
    g_assert_cmphex (PeerGroupIssueCredentials (carol.group, dave.identity, &info, 0, &invitation),
        ==, PEER_E_NOT_AUTHORIZED);
    g_assert_cmphex (PeerGroupIssueCredentials (pair->alice.group, dave.identity, &info,
                         PEER_GROUP_STORE_CREDENTIALS, &invitation),
        ==, S_OK);
  }
  assert_called (&pair->alice, &dave, L"Dave");
  g_assert_cmphex (PeerGroupJoin (dave.identity, invitation, NULL, &dave.group), ==, S_OK);
  member_register (&dave);
  member_connect (&dave, &pair->alice);
  PeerFreeData (invitation);
  PeerFreeData (daves);
  PeerFreeData (bobs);
  member_close (&dave);
  member_close (&carol);
}

static void
test_config (GroupPair *pair, gconstpointer data)
{
  PWSTR xml, group = member_get_group_name (&pair->alice), identity, imported;
  Member carol;

  member_new (&carol, L"carol");
  g_assert_cmphex (PeerGroupExportConfig (pair->alice.group, L"secret", &xml), ==, S_OK);
  g_assert_cmphex (PeerGroupImportConfig (xml, L"secret", FALSE, &identity, &imported), ==,
      PEER_E_ALREADY_EXISTS);
  g_assert_cmphex (PeerGroupDelete (pair->alice.identity, group), ==, S_OK);
  pair->alice.group = NULL;
  pair->alice.registration = NULL;
  g_assert_cmphex (PeerGroupImportConfig (xml, L"wrong", FALSE, &identity, &imported), ==,
      E_INVALIDARG);
  g_assert_cmphex (PeerGroupImportConfig (xml, L"secret", FALSE, &identity, &imported), ==, S_OK);
  g_assert_true (wcscmp (identity, pair->alice.identity) == 0);
  g_assert_true (wcscmp (imported, group) == 0);
  g_assert_cmphex (PeerGroupOpen (identity, imported, NULL, &pair->alice.group), ==, S_OK);
  PeerFreeData (identity);
  PeerFreeData (imported);
  PeerFreeData (group);
  PeerFreeData (xml);
  member_close (&carol);
}

/* --- keys --- */

static void
test_no_key_access (GroupPair *pair, gconstpointer data)
{
  g_autofree char *identities =
      g_build_filename (group_stage_get_folder (), "gst-wfd", "identities", NULL);
  g_autofree char *away = g_strconcat (identities, ".away", NULL);
  PWSTR group = member_get_group_name (&pair->bob);
  PWSTR invitation = member_invite (&pair->alice, &pair->bob, &PEER_GROUP_ROLE_MEMBER);
  PEER_GROUP_PROPERTIES properties = { sizeof (properties),
    .pwzCreatorPeerName = pair->alice.identity };
  PEER_ADDRESS address = member_get_address (&pair->bob);
  ULONGLONG id;
  HGROUP other;

  /* A file in its place cannot be read as a folder, not even by root. */
  g_assert_cmpint (g_rename (identities, away), ==, 0);
  g_assert_true (g_file_set_contents (identities, "", 0, NULL));
  g_assert_cmphex (
      PeerGroupOpenDirectConnection (pair->alice.group, pair->bob.identity, &address, &id), ==,
      PEER_E_NO_KEY_ACCESS);
  g_assert_cmphex (PeerGroupCreate (&properties, &other), ==, PEER_E_NO_KEY_ACCESS);
  g_assert_cmphex (PeerGroupUnregisterEvent (pair->bob.registration), ==, S_OK);
  pair->bob.registration = NULL;
  g_assert_cmphex (PeerGroupClose (pair->bob.group), ==, S_OK);
  pair->bob.group = NULL;
  g_assert_cmphex (PeerGroupOpen (pair->bob.identity, group, NULL, &other), ==,
      PEER_E_NO_KEY_ACCESS);
  g_assert_cmphex (PeerGroupJoin (pair->bob.identity, invitation, NULL, &other), ==,
      PEER_E_NO_KEY_ACCESS);
  g_remove (identities);
  g_assert_cmpint (g_rename (away, identities), ==, 0);
  PeerFreeData (group);
  PeerFreeData (invitation);
}

int
main (int argc, char **argv)
{
  group_stage_init (&argc, &argv);
  GROUP_PAIR_ADD ("direct/data-whole-and-in-order", test_data_whole_and_in_order);
  GROUP_PAIR_ADD ("direct/wrong-identity", test_wrong_identity);
  GROUP_PAIR_ADD ("direct/refused-without-registration", test_refused);
  GROUP_PAIR_ADD ("direct/nobody-there", test_nobody_there);
  GROUP_PAIR_ADD ("direct/not-to-oneself", test_not_to_oneself);
  GROUP_PAIR_ADD ("direct/closing-the-group-disconnects", test_closing_group_disconnects);
  GROUP_PAIR_ADD ("direct/closed-and-enumerated", test_close_and_enumerate);
  GROUP_PAIR_ADD ("direct/only-the-wanted-type-comes", test_only_wanted_type_comes);
  GROUP_PAIR_ADD ("members/seen-by-others", test_members);
  GROUP_PAIR_ADD ("members/who-may-invite", test_who_may_invite);
  g_test_add_func ("/peergroup/members/chain-ends", test_chain_ends);
  GROUP_PAIR_ADD ("invitation/is-read", test_invitation_is_read);
  GROUP_PAIR_ADD ("invitation/has-the-friendly-name", test_invitation_has_friendly_name);
  GROUP_PAIR_ADD ("invitation/is-for-one", test_invitation_for_somebody_else);
  GROUP_PAIR_ADD ("invitation/out-of-date", test_invitation_out_of_date);
  g_test_add_func ("/peergroup/password/lets-in", test_password);
  g_test_add_func ("/peergroup/password/wrong", test_wrong_password);
  GROUP_PAIR_ADD ("password/none-no-invitation", test_no_password_no_invitation);
  GROUP_PAIR_ADD ("connect/nobody-is-found", test_nobody_is_found);
  GROUP_PAIR_ADD ("connect/again", test_again);
  GROUP_PAIR_ADD ("connect/found-where-it-was", test_found_again);
  GROUP_PAIR_ADD ("connect/alone-for-once", test_alone_for_once);
  GROUP_PAIR_ADD ("life/deleted", test_deleted);
  GROUP_PAIR_ADD ("properties/by-the-creator", test_properties);
  GROUP_PAIR_ADD ("records/signed-and-changed-by-who-may", test_records);
  GROUP_PAIR_ADD ("records/own-types-are-refused", test_own_types_of_groups_are_refused);
  GROUP_PAIR_ADD ("credentials/issued-by-administrators", test_credentials);
  GROUP_PAIR_ADD ("credentials/by-key", test_credentials_by_key);
  GROUP_PAIR_ADD ("config/exported-and-imported", test_config);
  GROUP_PAIR_ADD ("keys/no-access", test_no_key_access);
  return g_test_run ();
}
