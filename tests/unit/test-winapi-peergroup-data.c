/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a group knows, and where: records, copies, time, roles, kinds of keys, links. */
#include <initguid.h>

#include <glib/gstdio.h>
#include <group-stage.h>
#include <net/if.h>
#include <string.h>

static const GUID chat = { 0x01020304, 0x0506, 0x0708, { 9, 10, 11, 12, 13, 14, 15, 16 } };

static GUID
add_record (const Member *self, const char *text, PCWSTR attributes)
{
  PEER_RECORD record = { sizeof (record), .type = chat, .ftExpiration = group_time_from_now (600),
    .pwzAttributes = (PWSTR) attributes, .data = { strlen (text), (PBYTE) text } };
  GUID id;

  g_assert_cmphex (PeerGroupAddRecord (self->group, &record, &id), ==, S_OK);
  return id;
}

static void
wait_record (Member *self, const GUID *id)
{
  gboolean found = FALSE;

  while (!found) {
    PPEER_GROUP_EVENT_DATA event = member_wait (self, PEER_GROUP_EVENT_RECORD_CHANGED);

    found = IsEqualGUID (&event->recordChangeData.recordId, id);
    PeerFreeData (event);
  }
}

static void
assert_record (const Member *self, const GUID *id, const char *text)
{
  PPEER_RECORD got;

  g_assert_cmphex (PeerGroupGetRecord (self->group, id, &got), ==, S_OK);
  g_assert_cmpmem (got->data.pbData, got->data.cbData, text, strlen (text));
  PeerFreeData (got);
}

/* --- copies of the database --- */

static PWSTR
get_copy_path (void)
{
  g_autofree char *path = g_build_filename (group_stage_get_folder (), "copy", NULL);

  return (PWSTR) g_utf8_to_ucs4_fast (path, -1, NULL);
}

/* A copy of Bob's, who has deleted the group since, and comes again with the certificate that he
 * had. */
static void
copy_and_come_again (Member *bob, PCWSTR path)
{
  PWSTR group = member_get_group_name (bob), xml, identity, imported;

  g_assert_cmphex (PeerGroupExportDatabase (bob->group, path), ==, S_OK);
  g_assert_cmphex (PeerGroupExportConfig (bob->group, L"secret", &xml), ==, S_OK);
  g_assert_cmphex (PeerGroupDelete (bob->identity, group), ==, S_OK);
  g_assert_cmphex (PeerGroupImportConfig (xml, L"secret", FALSE, &identity, &imported), ==, S_OK);
  g_assert_cmphex (PeerGroupOpen (identity, imported, NULL, &bob->group), ==, S_OK);
  member_register (bob);
  PeerFreeData (imported);
  PeerFreeData (identity);
  PeerFreeData (xml);
  PeerFreeData (group);
}

static void
test_database (GroupPair *pair, gconstpointer data)
{
  g_autofree WCHAR *path = get_copy_path ();
  GUID own = add_record (&pair->bob, "own", NULL), other = add_record (&pair->alice, "other", NULL);
  PPEER_RECORD none;
  Member carol;

  wait_record (&pair->bob, &other);
  g_assert_cmphex (PeerGroupExportDatabase (pair->bob.group, L"/nowhere/copy"), ==, E_ACCESSDENIED);
  g_assert_cmphex (PeerGroupExportDatabase (pair->bob.group, path), ==, S_OK);
  g_assert_cmphex (PeerGroupImportDatabase (pair->bob.group, path), ==, PEER_E_GROUP_IN_USE);
  /* Over the one that is there. */
  copy_and_come_again (&pair->bob, path);
  g_assert_cmphex (PeerGroupGetRecord (pair->bob.group, &own, &none), ==, PEER_E_GROUP_NOT_READY);
  g_assert_cmphex (PeerGroupImportDatabase (pair->bob.group, L"/nowhere/copy"), ==,
      HRESULT_FROM_WIN32 (ERROR_FILE_NOT_FOUND));
  g_assert_cmphex (PeerGroupImportDatabase (pair->bob.group, path), ==, S_OK);
  assert_record (&pair->bob, &own, "own");
  assert_record (&pair->bob, &other, "other");

  /* Of another group. */
  member_create (&carol, L"carol", NULL);
  g_assert_cmphex (PeerGroupImportDatabase (carol.group, path), ==, PEER_E_INVALID_DATABASE);
  member_close (&carol);
}

/* What somebody has changed in the copy is not in the group. */
static void
test_forged_database (GroupPair *pair, gconstpointer data)
{
  static const char said[] = "a word of Alice";
  g_autofree WCHAR *path = get_copy_path ();
  g_autofree char *file = g_strdup_printf ("%ls", path);
  g_autofree char *octets = NULL;
  GUID id = add_record (&pair->alice, said, NULL), other = add_record (&pair->alice, "other", NULL);
  PPEER_RECORD none;
  gsize size, n = 0;

  wait_record (&pair->bob, &other);
  copy_and_come_again (&pair->bob, path);
  g_assert_true (g_file_get_contents (file, &octets, &size, NULL));
  for (gsize i = 0; i + strlen (said) <= size; i++) {
    if (memcmp (octets + i, said, strlen (said)) == 0) {
      octets[i] = 'A';
      n++;
    }
  }
  g_assert_cmpuint (n, >, 0);
  g_assert_true (g_file_set_contents (file, octets, size, NULL));
  g_assert_cmphex (PeerGroupImportDatabase (pair->bob.group, path), ==, S_OK);
  assert_record (&pair->bob, &other, "other");
  g_assert_cmphex (PeerGroupGetRecord (pair->bob.group, &id, &none), ==, PEER_E_RECORD_NOT_FOUND);
}

/* --- time --- */

static guint64
get_ticks (FILETIME time)
{
  return (guint64) time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static void
test_time (GroupPair *pair, gconstpointer data)
{
  FILETIME now = group_time_from_now (0), peer, back;
  Member carol;

  g_assert_cmphex (PeerGroupUniversalTimeToPeerTime (pair->bob.group, &now, &peer), ==, S_OK);
  /* Both have the clock of this machine. */
  g_assert_cmpint (ABS ((gint64) (get_ticks (peer) - get_ticks (now))), <, 5 * 10000000);
  g_assert_cmphex (PeerGroupPeerTimeToUniversalTime (pair->bob.group, &peer, &back), ==, S_OK);
  g_assert_cmpuint (get_ticks (back), ==, get_ticks (now));

  member_join (&carol, L"carol", &pair->alice, &PEER_GROUP_ROLE_MEMBER);
  g_assert_cmphex (PeerGroupUniversalTimeToPeerTime (carol.group, &now, &peer), ==,
      PEER_E_GROUP_NOT_READY);
  g_assert_cmphex (PeerGroupPeerTimeToUniversalTime (carol.group, &now, &peer), ==,
      PEER_E_GROUP_NOT_READY);
  member_close (&carol);
}

/* --- search --- */

static ULONG
count_found (const Member *self, PCWSTR criteria)
{
  PPEER_RECORD *items;
  HPEERENUM found;
  ULONG n, wanted = 10;

  g_assert_cmphex (PeerGroupSearchRecords (self->group, criteria, &found), ==, S_OK);
  g_assert_cmphex (PeerGetItemCount (found, &n), ==, S_OK);
  g_assert_cmphex (PeerGetNextItem (found, &wanted, (PVOID **) &items), ==, S_OK);
  g_assert_cmpuint (wanted, ==, n);
  PeerFreeData (items);
  g_assert_cmphex (PeerEndEnumeration (found), ==, S_OK);
  return n;
}

static void
test_search (GroupPair *pair, gconstpointer data)
{
  GUID id;

  add_record (&pair->bob, "1",
      L"<attributes><attribute name='colour' type='string'>red</attribute>"
      L"</attributes>");
  id = add_record (&pair->bob, "2",
      L"<attributes><attribute name='colour' type='string'>blue</attribute>"
      L"</attributes>");
  wait_record (&pair->alice, &id);
  g_assert_cmpuint (count_found (&pair->alice,
                        L"<peersearch><clause attrib='colour' type='string'>b*</clause>"
                        L"</peersearch>"),
      ==, 1);
  g_assert_cmpuint (count_found (&pair->alice,
                        L"<peersearch><clause attrib='colour' type='string'>*e*</clause>"
                        L"</peersearch>"),
      ==, 2);
  g_assert_cmpuint (count_found (&pair->alice,
                        L"<peersearch><clause attrib='colour' type='string'>green</clause>"
                        L"</peersearch>"),
      ==, 0);
}

/* --- roles --- */

static void
wait_role (Member *self, const PEER_ROLE_ID *role, const Member *of)
{
  gboolean found = FALSE;

  while (!found) {
    PPEER_MEMBER *items;
    HPEERENUM members;
    ULONG n = 1;

    member_wait_change (self, PEER_MEMBER_JOINED, of->identity);
    g_assert_cmphex (PeerGroupEnumMembers (self->group, 0, of->identity, &members), ==, S_OK);
    g_assert_cmphex (PeerGetNextItem (members, &n, (PVOID **) &items), ==, S_OK);
    g_assert_cmpuint (n, ==, 1);
    found = IsEqualGUID (&items[0]->pCredentialInfo->pRoles[0], role);
    PeerFreeData (items);
    g_assert_cmphex (PeerEndEnumeration (members), ==, S_OK);
  }
}

/* Bob becomes an administrator, and may do so at once with those that he has of the group. */
static void
test_stored_credentials (GroupPair *pair, gconstpointer data)
{
  PEER_CREDENTIAL_INFO info = { sizeof (info), .cRoles = 1,
    .pRoles = (PEER_ROLE_ID *) &PEER_GROUP_ROLE_ADMIN, .ftValidityStart = group_time_from_now (1),
    .ftValidityEnd = group_time_from_now (3600) };
  GUID id = add_record (&pair->alice, "of Alice", NULL);
  PWSTR text = NULL;
  Member carol;

  wait_record (&pair->bob, &id);
  member_wait_change (&pair->alice, PEER_MEMBER_JOINED, pair->bob.identity);
  g_assert_cmphex (PeerGroupDeleteRecord (pair->bob.group, &id), ==, PEER_E_NOT_AUTHORIZED);
  member_new (&carol, L"carol");
  g_assert_cmphex (PeerGroupIssueCredentials (pair->alice.group, carol.identity, &info,
                       PEER_GROUP_STORE_CREDENTIALS, &text),
      ==, PEER_E_IDENTITY_NOT_FOUND);
  g_assert_cmphex (PeerGroupIssueCredentials (pair->alice.group, pair->bob.identity, &info,
                       PEER_GROUP_STORE_CREDENTIALS, NULL),
      ==, S_OK);
  wait_role (&pair->bob, &PEER_GROUP_ROLE_ADMIN, &pair->bob);
  PeerFreeData (member_invite (&pair->bob, &carol, &PEER_GROUP_ROLE_ADMIN));
  g_assert_cmphex (PeerGroupDeleteRecord (pair->bob.group, &id), ==, S_OK);
  wait_record (&pair->alice, &id);
  member_close (&carol);
}

/* --- who is seen --- */

static ULONG
count_memberships (const Member *self)
{
  static const GUID membership = { 0x01000000 };
  HPEERENUM records;
  ULONG n;

  g_assert_cmphex (PeerGroupEnumRecords (self->group, &membership, &records), ==, S_OK);
  g_assert_cmphex (PeerGetItemCount (records, &n), ==, S_OK);
  g_assert_cmphex (PeerEndEnumeration (records), ==, S_OK);
  return n;
}

/* A member of whom the group has no certificate is seen from their first record on, by those too
 * who have never met them. */
static void
test_member_data_optional (void)
{
  PEER_GROUP_PROPERTIES properties = { sizeof (properties), .dwFlags = PEER_MEMBER_DATA_OPTIONAL };
  Member alice, bob, carol;
  GUID id;

  group_stage_begin ();
  member_new (&alice, L"alice");
  properties.pwzCreatorPeerName = alice.identity;
  g_assert_cmphex (PeerGroupCreate (&properties, &alice.group), ==, S_OK);
  member_register (&alice);
  member_go_online (&alice);
  member_join (&bob, L"bob", &alice, &PEER_GROUP_ROLE_MEMBER);
  member_connect (&bob, &alice);
  member_wait_change (&alice, PEER_MEMBER_CONNECTED, bob.identity);
  g_assert_cmpuint (count_memberships (&bob), ==, 1);
  id = add_record (&bob, "hello", NULL);
  g_assert_cmpuint (count_memberships (&bob), ==, 2);
  wait_record (&alice, &id);
  member_wait_change (&alice, PEER_MEMBER_JOINED, bob.identity);
  member_close (&bob);

  member_join (&carol, L"carol", &alice, &PEER_GROUP_ROLE_MEMBER);
  member_connect (&carol, &alice);
  assert_record (&carol, &id, "hello");
  member_close (&carol);
  member_close (&alice);
  group_stage_end ();
}

/* --- clouds --- */

static void
test_cloud_of_a_link (void)
{
  PEER_GROUP_PROPERTIES properties = { sizeof (properties), .pwzCloud = (PWSTR) L"LinkLocal_lo" };
  PPEER_INVITATION_INFO info;
  PPEER_GROUP_PROPERTIES got;
  Member alice, bob;
  PWSTR invitation;
  HGROUP none;

  if (if_nametoindex ("lo") == 0) {
    g_test_skip ("no interface is called lo");
    return;
  }
  group_stage_begin ();
  member_new (&alice, L"alice");
  properties.pwzCreatorPeerName = alice.identity;
  g_assert_cmphex (PeerGroupCreate (&properties, &alice.group), ==, S_OK);
  g_assert_cmphex (PeerGroupGetProperties (alice.group, &got), ==, S_OK);
  g_assert_true (wcscmp (got->pwzCloud, L"LinkLocal_lo") == 0);
  PeerFreeData (got);
  member_new (&bob, L"bob");
  invitation = member_invite (&alice, &bob, &PEER_GROUP_ROLE_MEMBER);
  g_assert_cmphex (PeerGroupParseInvitation (invitation, &info), ==, S_OK);
  g_assert_true (wcscmp (info->pwzCloudName, L"LinkLocal_lo") == 0);
  g_assert_cmpuint (info->dwScope, ==, PNRP_LINK_LOCAL_SCOPE);
  PeerFreeData (info);
  g_assert_cmphex (PeerGroupJoin (bob.identity, invitation, L"LinkLocal_none", &none), ==,
      PEER_E_NO_CLOUD);
  g_assert_cmphex (PeerGroupJoin (bob.identity, invitation, NULL, &bob.group), ==, S_OK);
  PeerFreeData (invitation);
  /* Nothing goes over it. */
  member_register (&alice);
  g_assert_cmphex (PeerGroupConnect (alice.group), ==, S_OK);
  g_assert_cmphex (member_wait_failure (&alice), ==, PEER_E_UNABLE_TO_LISTEN);
  member_close (&bob);
  member_close (&alice);
  group_stage_end ();
}

/* --- kinds of keys --- */

static void
member_new_with (Member *self, PCWSTR classifier, DWORD profile)
{
  HCRYPTPROV key;

  *self = (Member) { 0 };
  g_assert_cmphex (WfdxCreateCryptKey (profile, &key), ==, S_OK);
  g_assert_cmphex (PeerIdentityCreate (classifier, NULL, key, &self->identity), ==, S_OK);
  g_assert_true (CryptReleaseContext (key, 0));
}

static void
create_with (Member *self, DWORD profile)
{
  PEER_GROUP_PROPERTIES properties = { sizeof (properties) };

  member_new_with (self, L"alice", profile);
  properties.pwzCreatorPeerName = self->identity;
  g_assert_cmphex (PeerGroupCreate (&properties, &self->group), ==, S_OK);
  member_register (self);
  member_go_online (self);
}

/* With an identity that is there. */
static void
join_and_connect (Member *self, const Member *by)
{
  PWSTR invitation = member_invite (by, self, &PEER_GROUP_ROLE_MEMBER);

  g_assert_cmphex (PeerGroupJoin (self->identity, invitation, NULL, &self->group), ==, S_OK);
  PeerFreeData (invitation);
  member_register (self);
  member_connect (self, by);
}

static void
assert_not_invited (const Member *by, const Member *subject)
{
  PWSTR info, invitation;

  g_assert_cmphex (PeerIdentityGetXML (subject->identity, &info), ==, S_OK);
  g_assert_cmphex (
      PeerGroupCreateInvitation (by->group, info, NULL, 1, &PEER_GROUP_ROLE_MEMBER, &invitation),
      ==, E_INVALIDARG);
  PeerFreeData (info);
}

static void
test_wrong_kind_of_key (void)
{
  HCRYPTPROV key;

  g_assert_cmphex (WfdxCreateCryptKey (3, &key), ==, E_INVALIDARG);
  g_assert_cmphex (WfdxCreateCryptKey (0, NULL), ==, E_INVALIDARG);
}

/* A group of the one has no member of the other. */
static void
test_compatible (void)
{
  Member alice, bob, carol;

  group_stage_begin ();
  create_with (&alice, WFDX_PROFILE_COMPATIBLE);
  member_new_with (&bob, L"bob", WFDX_PROFILE_COMPATIBLE);
  join_and_connect (&bob, &alice);
  for (DWORD other = 0; other <= WFDX_PROFILE_MODERN_ED25519; other++) {
    if (other == WFDX_PROFILE_COMPATIBLE)
      continue;
    member_new_with (&carol, L"carol", other);
    assert_not_invited (&alice, &carol);
    member_close (&carol);
  }
  member_close (&bob);
  member_close (&alice);
  group_stage_end ();
}

/* Keys of both kinds in a group, whose own is of its creator's kind. */
static void
test_ed25519 (void)
{
  PWSTR xml, group, identity, imported, exported;
  Member alice, bob;
  GUID id;

  group_stage_begin ();
  create_with (&alice, WFDX_PROFILE_MODERN_ED25519);
  member_new (&bob, L"bob");
  join_and_connect (&bob, &alice);
  id = add_record (&bob, "hello", NULL);
  wait_record (&alice, &id);
  id = add_record (&alice, "hello too", NULL);
  wait_record (&bob, &id);

  group = member_get_group_name (&alice);
  g_assert_cmphex (PeerGroupExportConfig (alice.group, L"secret", &xml), ==, S_OK);
  g_assert_cmphex (PeerIdentityExport (alice.identity, L"secret", &exported), ==, S_OK);
  g_assert_cmphex (PeerGroupDelete (alice.identity, group), ==, S_OK);
  g_assert_cmphex (PeerIdentityDelete (alice.identity), ==, S_OK);
  g_assert_cmphex (PeerIdentityImport (exported, L"secret", &identity), ==, S_OK);
  PeerFreeData (identity);
  g_assert_cmphex (PeerGroupImportConfig (xml, L"secret", FALSE, &identity, &imported), ==, S_OK);
  g_assert_cmphex (PeerGroupOpen (identity, imported, NULL, &alice.group), ==, S_OK);
  alice.registration = NULL;
  PeerFreeData (identity);
  PeerFreeData (imported);
  PeerFreeData (exported);
  PeerFreeData (group);
  PeerFreeData (xml);
  member_close (&bob);
  member_close (&alice);
  group_stage_end ();
}

/* --- properties --- */

/* The properties of the group, once it has this comment. */
static PPEER_GROUP_PROPERTIES
wait_properties (Member *self, PCWSTR comment)
{
  for (;;) {
    PPEER_GROUP_PROPERTIES properties;

    g_assert_cmphex (PeerGroupGetProperties (self->group, &properties), ==, S_OK);
    if (properties->pwzComment != NULL && wcscmp (properties->pwzComment, comment) == 0)
      return properties;
    PeerFreeData (properties);
    PeerFreeData (member_wait (self, PEER_GROUP_EVENT_PROPERTY_CHANGED));
  }
}

static void
assert_comes_in (Member *self, PCWSTR classifier, const Member *by, PCWSTR password)
{
  PWSTR invitation;

  member_new (self, classifier);
  g_assert_cmphex (PeerGroupCreatePasswordInvitation (by->group, &invitation), ==, S_OK);
  g_assert_cmphex (PeerGroupPasswordJoin (self->identity, invitation, password, NULL, &self->group),
      ==, S_OK);
  PeerFreeData (invitation);
  member_register (self);
  member_connect (self, by);
}

/* What a group says of itself can be given back to it with another comment; the password, which
 * nobody has, stays. Who comes by it is from then on what the properties say. */
static void
test_properties_of_a_group_with_password (void)
{
  PPEER_GROUP_PROPERTIES properties;
  Member alice, bob, carol;
  HPEERENUM members;
  PPEER_MEMBER *items;
  ULONG n = 1;

  group_stage_begin ();
  member_create (&alice, L"alice", L"sesame");
  member_go_online (&alice);
  assert_comes_in (&bob, L"bob", &alice, L"sesame");
  g_assert_cmphex (PeerGroupGetProperties (alice.group, &properties), ==, S_OK);
  properties->pwzComment = (PWSTR) L"new";
  properties->dwFlags = PEER_DEFER_EXPIRATION;
  properties->groupPasswordRole = PEER_GROUP_ROLE_INVITING_MEMBER;
  g_assert_cmphex (PeerGroupSetProperties (alice.group, properties), ==, S_OK);
  PeerFreeData (properties);
  properties = wait_properties (&bob, L"new");
  g_assert_cmpuint (properties->dwFlags, ==, PEER_DEFER_EXPIRATION);
  g_assert_true (IsEqualGUID (&properties->groupPasswordRole, &PEER_GROUP_ROLE_INVITING_MEMBER));
  PeerFreeData (properties);

  assert_comes_in (&carol, L"carol", &alice, L"sesame");
  g_assert_cmphex (PeerGroupEnumMembers (carol.group, 0, carol.identity, &members), ==, S_OK);
  g_assert_cmphex (PeerGetNextItem (members, &n, (PVOID **) &items), ==, S_OK);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (
      IsEqualGUID (&items[0]->pCredentialInfo->pRoles[0], &PEER_GROUP_ROLE_INVITING_MEMBER));
  PeerFreeData (items);
  PeerEndEnumeration (members);
  member_close (&carol);
  member_close (&bob);
  member_close (&alice);
  group_stage_end ();
}

int
main (int argc, char **argv)
{
  group_stage_init (&argc, &argv);
  GROUP_PAIR_ADD ("database/exported-and-imported", test_database);
  GROUP_PAIR_ADD ("database/forged", test_forged_database);
  GROUP_PAIR_ADD ("time/of-peers-and-of-the-world", test_time);
  GROUP_PAIR_ADD ("records/searched", test_search);
  GROUP_PAIR_ADD ("credentials/stored-change-the-role", test_stored_credentials);
  g_test_add_func ("/peergroup/properties/with-password", test_properties_of_a_group_with_password);
  g_test_add_func ("/peergroup/members/data-optional", test_member_data_optional);
  g_test_add_func ("/peergroup/cloud/of-a-link", test_cloud_of_a_link);
  g_test_add_func ("/peergroup/keys/wrong-kind", test_wrong_kind_of_key);
  g_test_add_func ("/peergroup/keys/compatible", test_compatible);
  g_test_add_func ("/peergroup/keys/ed25519", test_ed25519);
  return g_test_run ();
}
