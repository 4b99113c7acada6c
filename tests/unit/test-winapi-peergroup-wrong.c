/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What groups answer to handles, arguments and calls that are wrong. */
#include <initguid.h>

#include <group-stage.h>
#include <string.h>

static const GUID chat = { 0x01020304, 0x0506, 0x0708, { 9, 10, 11, 12, 13, 14, 15, 16 } };

#define N_CALLS 27

typedef struct
{
  const char *call;
  HRESULT result;
} Outcome;

#define CALL(...) \
  { \
#__VA_ARGS__, __VA_ARGS__ \
  }

/* What was called at all. */
static GString *called;

/* Each function that takes a handle of a group, with nothing else wrong. */
static void
call_all (HGROUP h, PCWSTR identity, HPEEREVENT registration, Outcome results[N_CALLS])
{
  GUID id = { 0 };
  ULONGLONG link;
  HPEERENUM items;
  PWSTR text;
  PVOID got;
  FILETIME t = { 0 };
  PEER_ADDRESS address = { sizeof (address), { .sin6_family = AF_INET6, .sin6_port = 1 } };
  const Outcome all[] = {
    CALL (PeerGroupConnect (h)),
    CALL (PeerGroupConnectByAddress (h, 1, &address)),
    CALL (PeerGroupClose (h)),
    CALL (PeerGroupGetStatus (h, (DWORD *) &link)),
    CALL (PeerGroupGetProperties (h, (PPEER_GROUP_PROPERTIES *) &got)),
    CALL (PeerGroupSetProperties (h, NULL)),
    CALL (PeerGroupResumePasswordAuthentication (h, registration)),
    CALL (PeerGroupOpenDirectConnection (h, identity, &address, &link)),
    CALL (PeerGroupCloseDirectConnection (h, 1)),
    CALL (PeerGroupSendData (h, 1, &id, 0, NULL)),
    CALL (PeerGroupEnumConnections (h, PEER_CONNECTION_DIRECT, &items)),
    CALL (PeerGroupEnumMembers (h, 0, NULL, &items)),
    CALL (PeerGroupRegisterEvent (h, NULL, 0, NULL, NULL)),
    CALL (PeerGroupGetRecord (h, &id, (PPEER_RECORD *) &got)),
    CALL (PeerGroupAddRecord (h, NULL, &id)),
    CALL (PeerGroupUpdateRecord (h, NULL)),
    CALL (PeerGroupDeleteRecord (h, &id)),
    CALL (PeerGroupEnumRecords (h, NULL, &items)),
    CALL (PeerGroupSearchRecords (h, L"", &items)),
    CALL (PeerGroupExportDatabase (h, L"/tmp/none")),
    CALL (PeerGroupImportDatabase (h, L"/tmp/none")),
    CALL (PeerGroupExportConfig (h, L"secret", &text)),
    CALL (PeerGroupPeerTimeToUniversalTime (h, &t, &t)),
    CALL (PeerGroupUniversalTimeToPeerTime (h, &t, &t)),
    CALL (PeerGroupCreateInvitation (h, L"", NULL, 1, &PEER_GROUP_ROLE_MEMBER, &text)),
    CALL (PeerGroupCreatePasswordInvitation (h, &text)),
    CALL (PeerGroupIssueCredentials (h, identity, NULL, 0, &text)),
  };

  G_STATIC_ASSERT (G_N_ELEMENTS (all) == N_CALLS);
  memcpy (results, all, sizeof (all));
}

static PWSTR
group_path (PCWSTR name)
{
  g_autofree char *path = g_strdup_printf ("%s/%ls", group_stage_get_folder (), name);

  return (PWSTR) g_utf8_to_ucs4_fast (path, -1, NULL);
}

static void
assert_all (const Outcome *results, guint n, HRESULT expected)
{
  for (guint i = 0; i < n; i++) {
    g_test_message ("%s", results[i].call);
    g_assert_cmphex (results[i].result, ==, expected);
    g_string_append (called, results[i].call);
  }
}

/* What is added to the header comes into the tables. */
static void
assert_every_function (void)
{
  g_autofree char *header = NULL;
  g_autoptr (GRegex) regex = g_regex_new ("\\bPeerGroup\\w+ \\(", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n_functions = 0;

  g_assert_true (g_file_get_contents (PEER_HEADER, &header, NULL, NULL));
  for (g_regex_match (regex, header, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree char *function = g_match_info_fetch (match, 0);

    g_test_message ("%s", function);
    g_assert_nonnull (strstr (called->str, function));
    n_functions++;
  }
  g_assert_cmpuint (n_functions, ==, 38);
}

static void
test_not_started (void)
{
  PEER_GROUP_PROPERTIES properties = { sizeof (properties) };
  Outcome results[N_CALLS];
  PEER_VERSION_DATA version;
  HGROUP group;
  PWSTR text;
  DWORD status;
  const Outcome others[] = {
    CALL (PeerGroupCreate (&properties, &group)),
    CALL (PeerGroupOpen (NULL, L"", NULL, &group)),
    CALL (PeerGroupJoin (NULL, L"", NULL, &group)),
    CALL (PeerGroupPasswordJoin (NULL, L"", L"secret", NULL, &group)),
    CALL (PeerGroupDelete (NULL, L"")),
    CALL (PeerGroupImportConfig (L"", L"secret", FALSE, &text, &text)),
    CALL (PeerGroupUnregisterEvent (NULL)),
    CALL (PeerGroupGetEventData (NULL, NULL)),
  };
  const Outcome without[] = {
    CALL (PeerGroupStartup (PEER_GROUP_VERSION, NULL)),
    CALL (PeerGroupParseInvitation (L"", (PPEER_INVITATION_INFO *) &text)),
  };
  const Outcome stopped = CALL (PeerGroupShutdown ());

  g_string_truncate (called, 0);
  assert_all (&stopped, 1, E_UNEXPECTED);
  assert_all (without, G_N_ELEMENTS (without), E_INVALIDARG);
  assert_all (others, G_N_ELEMENTS (others), PEER_E_NOT_INITIALIZED);
  call_all (NULL, L"", NULL, results);
  assert_all (results, N_CALLS, PEER_E_NOT_INITIALIZED);
  assert_every_function ();
  g_assert_cmphex (PeerGroupStartup (MAKEWORD (2, 0), &version), ==, PEER_E_UNSUPPORTED_VERSION);
  g_assert_cmpuint (version.wHighestVersion, ==, PEER_GROUP_VERSION);
  /* Graphs are another API, though both have the same thread. */
  g_assert_cmphex (PeerGraphStartup (PEER_GRAPH_VERSION, &version), ==, S_OK);
  g_assert_cmphex (PeerGroupGetStatus (NULL, &status), ==, PEER_E_NOT_INITIALIZED);
  g_assert_cmphex (PeerGroupGetEventData (NULL, NULL), ==, PEER_E_NOT_INITIALIZED);
  group_stage_begin ();
  g_assert_cmphex (PeerGraphShutdown (), ==, S_OK);
  g_assert_cmphex (PeerGroupGetStatus (NULL, &status), ==, PEER_E_INVALID_GROUP);
  group_stage_end ();
}

/* The same code for NULL, for a number, for one of another kind or another API, and for one that is
 * no longer. */
static void
test_bad_handles (GroupPair *pair, gconstpointer data)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"graph",
    .pwzCreatorId = (PWSTR) L"alice", .cPresenceMax = (ULONG) -1 };
  PWSTR name = member_get_group_name (&pair->alice);
  Outcome results[N_CALLS];
  PEER_VERSION_DATA version;
  HGROUP stale;
  HGRAPH graph;

  g_assert_cmphex (PeerGroupOpen (pair->alice.identity, name, NULL, &stale), ==, S_OK);
  g_assert_cmphex (PeerGroupClose (stale), ==, S_OK);
  PeerFreeData (name);
  g_assert_cmphex (PeerGraphStartup (PEER_GRAPH_VERSION, &version), ==, S_OK);
  g_assert_cmphex (PeerGraphCreate (&properties, L"db", NULL, &graph), ==, S_OK);
  {
    const HGROUP bad[] = { NULL, (HGROUP) 0x1234, pair->alice.event, pair->alice.registration,
      stale, graph };

    for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
      g_test_message ("handle %u", i);
      call_all (bad[i], pair->bob.identity, pair->alice.registration, results);
      assert_all (results, N_CALLS, PEER_E_INVALID_GROUP);
    }
  }
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  g_assert_cmphex (PeerGraphShutdown (), ==, S_OK);
}

/* Of registrations and enumerations too. */
static void
test_other_bad_handles (GroupPair *pair, gconstpointer data)
{
  PEER_GROUP_EVENT_REGISTRATION wanted = { PEER_GROUP_EVENT_STATUS_CHANGED, NULL };
  PPEER_GROUP_EVENT_DATA event;
  HPEEREVENT registration;
  HPEERENUM items;
  PVOID *got;
  ULONG n;

  g_assert_cmphex (
      PeerGroupRegisterEvent (pair->alice.group, pair->alice.event, 1, &wanted, &registration), ==,
      S_OK);
  g_assert_cmphex (PeerGroupUnregisterEvent (registration), ==, S_OK);
  g_assert_cmphex (PeerGroupEnumMembers (pair->alice.group, 0, NULL, &items), ==, S_OK);
  g_assert_cmphex (PeerGetItemCount (items, NULL), ==, E_INVALIDARG);
  n = 0;
  g_assert_cmphex (PeerGetNextItem (items, &n, &got), ==, E_INVALIDARG);
  n = 1;
  g_assert_cmphex (PeerGetNextItem (items, NULL, &got), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGetNextItem (items, &n, NULL), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGraphEndEnumeration (items), ==, E_INVALIDARG);
  g_assert_cmphex (PeerEndEnumeration (items), ==, S_OK);
  {
    const PVOID bad[] = { NULL, (PVOID) 0x1234, pair->alice.group, pair->alice.event, registration,
      items };

    for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
      const Outcome results[] = { CALL (PeerGroupUnregisterEvent (bad[i])),
        CALL (PeerGroupGetEventData (bad[i], &event)), CALL (PeerGetItemCount (bad[i], &n)),
        CALL (PeerGetNextItem (bad[i], &n, &got)), CALL (PeerEndEnumeration (bad[i])) };

      g_test_message ("handle %u", i);
      assert_all (results, G_N_ELEMENTS (results), E_INVALIDARG);
    }
  }
}

static void
test_bad_arguments_of_groups (GroupPair *pair, gconstpointer data)
{
  HGROUP h = pair->alice.group, other;
  PEER_ADDRESS good = member_get_address (&pair->bob), bad = { sizeof (bad) };
  ULONGLONG link;
  HPEERENUM items;
  GUID id = { 0 };
  PEER_GROUP_PROPERTIES properties = { sizeof (properties) };
  const Outcome results[] = {
    CALL (PeerGroupCreate (NULL, &other)),
    CALL (PeerGroupCreate (&properties, NULL)),
    CALL (PeerGroupOpen (NULL, NULL, NULL, &other)),
    CALL (PeerGroupOpen (pair->alice.identity, L"nobody", NULL, &other)),
    CALL (PeerGroupOpen (pair->alice.identity, pair->alice.identity, NULL, NULL)),
    CALL (PeerGroupJoin (pair->alice.identity, NULL, NULL, &other)),
    CALL (PeerGroupJoin (pair->alice.identity, L"<PEERINVITATION/>", NULL, &other)),
    CALL (PeerGroupJoin (L"nobody", L"", NULL, &other)),
    CALL (PeerGroupJoin (pair->alice.identity, L"", NULL, NULL)),
    CALL (PeerGroupPasswordJoin (pair->alice.identity, L"", NULL, NULL, &other)),
    CALL (PeerGroupPasswordJoin (pair->alice.identity, NULL, L"secret", NULL, &other)),
    CALL (PeerGroupPasswordJoin (pair->alice.identity, L"", L"secret", NULL, NULL)),
    CALL (PeerGroupConnectByAddress (h, 0, &good)),
    CALL (PeerGroupConnectByAddress (h, 1, NULL)),
    CALL (PeerGroupConnectByAddress (h, 1, &bad)),
    CALL (PeerGroupDelete (pair->alice.identity, NULL)),
    CALL (PeerGroupDelete (L"nobody", pair->alice.identity)),
    CALL (PeerGroupGetStatus (h, NULL)),
    CALL (PeerGroupGetProperties (h, NULL)),
    CALL (PeerGroupResumePasswordAuthentication (h, NULL)),
    CALL (PeerGroupResumePasswordAuthentication (h, pair->bob.registration)),
    CALL (PeerGroupOpenDirectConnection (h, NULL, &good, &link)),
    CALL (PeerGroupOpenDirectConnection (h, L"nobody", &good, &link)),
    CALL (PeerGroupOpenDirectConnection (h, pair->bob.identity, NULL, &link)),
    CALL (PeerGroupOpenDirectConnection (h, pair->bob.identity, &bad, &link)),
    CALL (PeerGroupOpenDirectConnection (h, pair->bob.identity, &good, NULL)),
    CALL (PeerGroupSendData (h, 1, NULL, 0, NULL)),
    CALL (PeerGroupSendData (h, 1, &id, 1, NULL)),
    CALL (PeerGroupEnumConnections (h, 0, &items)),
    CALL (PeerGroupEnumConnections (h, PEER_CONNECTION_DIRECT, NULL)),
  };

  assert_all (results, G_N_ELEMENTS (results), E_INVALIDARG);
}

static void
test_bad_arguments_in_groups (GroupPair *pair, gconstpointer data)
{
  HGROUP h = pair->alice.group;
  PWSTR text = NULL;
  HPEERENUM items;
  HPEEREVENT event;
  FILETIME t = { 0 };
  GUID id = { 0 };
  PEER_RECORD record = { sizeof (record), .type = chat };
  PEER_GROUP_EVENT_REGISTRATION none = { (PEER_GROUP_EVENT_TYPE) 7, NULL };
  PEER_GROUP_EVENT_REGISTRATION good = { PEER_GROUP_EVENT_STATUS_CHANGED, NULL };
  const Outcome results[] = {
    CALL (PeerGroupEnumMembers (h, 2, NULL, &items)),
    CALL (PeerGroupEnumMembers (h, 0, L"nobody", &items)),
    CALL (PeerGroupEnumMembers (h, 0, NULL, NULL)),
    CALL (PeerGroupRegisterEvent (h, NULL, 1, &none, &event)),
    CALL (PeerGroupRegisterEvent (h, pair->alice.event, 1, &none, &event)),
    CALL (PeerGroupRegisterEvent (h, pair->alice.event, 0, &none, &event)),
    CALL (PeerGroupRegisterEvent (h, pair->alice.event, 1, NULL, &event)),
    CALL (PeerGroupRegisterEvent (h, pair->alice.event, 1, &good, NULL)),
    CALL (PeerGroupUnregisterEvent (NULL)),
    CALL (PeerGroupGetEventData (NULL, (PPEER_GROUP_EVENT_DATA *) &text)),
    CALL (PeerGroupGetEventData (pair->alice.registration, NULL)),
    CALL (PeerGroupGetRecord (h, NULL, (PPEER_RECORD *) &text)),
    CALL (PeerGroupGetRecord (h, &id, NULL)),
    CALL (PeerGroupAddRecord (h, NULL, &id)),
    CALL (PeerGroupAddRecord (h, &record, NULL)),
    CALL (PeerGroupAddRecord (h, &record, &id)), /* no expiration */
    CALL (PeerGroupUpdateRecord (h, NULL)),
    CALL (PeerGroupDeleteRecord (h, NULL)),
    CALL (PeerGroupEnumRecords (h, NULL, NULL)),
    CALL (PeerGroupSearchRecords (h, NULL, &items)),
    CALL (PeerGroupSearchRecords (h, L"", NULL)),
    CALL (PeerGroupExportDatabase (h, NULL)),
    CALL (PeerGroupImportDatabase (h, NULL)),
    CALL (PeerGroupExportConfig (h, NULL, &text)),
    CALL (PeerGroupExportConfig (h, L"secret", NULL)),
    CALL (PeerGroupImportConfig (NULL, L"secret", FALSE, &text, &text)),
    CALL (PeerGroupImportConfig (L"", NULL, FALSE, &text, &text)),
    CALL (PeerGroupImportConfig (L"", L"secret", FALSE, NULL, &text)),
    CALL (PeerGroupImportConfig (L"", L"secret", FALSE, &text, NULL)),
    CALL (PeerGroupImportConfig (L"<PEERGROUPCONFIG/>", L"secret", FALSE, &text, &text)),
    CALL (PeerGroupPeerTimeToUniversalTime (h, NULL, &t)),
    CALL (PeerGroupPeerTimeToUniversalTime (h, &t, NULL)),
    CALL (PeerGroupUniversalTimeToPeerTime (h, NULL, &t)),
    CALL (PeerGroupUniversalTimeToPeerTime (h, &t, NULL)),
    CALL (PeerGroupCreateInvitation (h, NULL, NULL, 1, &PEER_GROUP_ROLE_MEMBER, &text)),
    CALL (PeerGroupCreateInvitation (h, L"<PEERIDENTITYINFO/>", NULL, 1, &PEER_GROUP_ROLE_MEMBER,
        &text)),
    CALL (PeerGroupCreateInvitation (h, L"", NULL, 0, &PEER_GROUP_ROLE_MEMBER, &text)),
    CALL (PeerGroupCreateInvitation (h, L"", NULL, 1, &chat, &text)),
    CALL (PeerGroupCreateInvitation (h, L"", NULL, 1, NULL, &text)),
    CALL (PeerGroupCreateInvitation (h, L"", NULL, 1, &PEER_GROUP_ROLE_MEMBER, NULL)),
    CALL (PeerGroupCreatePasswordInvitation (h, NULL)),
    CALL (PeerGroupParseInvitation (NULL, (PPEER_INVITATION_INFO *) &text)),
    CALL (PeerGroupParseInvitation (L"", NULL)),
    CALL (PeerGroupIssueCredentials (h, NULL, NULL, 0, &text)),
    CALL (PeerGroupIssueCredentials (h, pair->bob.identity, NULL, 2, &text)),
    CALL (PeerGroupIssueCredentials (h, pair->bob.identity, NULL, 0, NULL)),
    CALL (PeerEnumGroups (pair->alice.identity, NULL)),
    CALL (PeerEnumGroups (L"nobody", &items)),
  };

  assert_all (results, G_N_ELEMENTS (results), E_INVALIDARG);
}

static void
test_what_is_not_there (GroupPair *pair, gconstpointer data)
{
  HGROUP h = pair->alice.group, other;
  PEER_CREDENTIAL_INFO info = { 0 };
  PWSTR invitation = member_invite (&pair->alice, &pair->bob, &PEER_GROUP_ROLE_MEMBER);
  PWSTR text = NULL;
  HPEERENUM items;
  GUID id = { 0 };
  const struct
  {
    HRESULT got, expected;
  } others[] = {
    { PeerGroupOpen (pair->alice.identity, pair->alice.identity, L"Nowhere_", &other),
        PEER_E_NO_CLOUD },
    { PeerGroupOpen (pair->alice.identity, pair->bob.identity, NULL, &other), PEER_E_NOT_FOUND },
    { PeerGroupJoin (L"nobody", invitation, NULL, &other), PEER_E_INVALID_PEER_NAME },
    { PeerGroupSetProperties (h, NULL), PEER_E_INVALID_GROUP_PROPERTIES },
    { PeerGroupIssueCredentials (h, pair->alice.identity, &info, 0, &text),
        PEER_E_INVALID_CREDENTIAL_INFO },
    { PeerGroupCloseDirectConnection (h, 77), PEER_E_CONNECTION_NOT_FOUND },
    { PeerGroupGetRecord (h, &id, (PPEER_RECORD *) &text), PEER_E_RECORD_NOT_FOUND },
    { PeerGroupSearchRecords (h, L"<peersearch/>", &items), PEER_E_INVALID_SEARCH },
    { PeerGroupImportDatabase (h, L"/tmp/none"), PEER_E_GROUP_IN_USE },
  };

  for (guint r = 0; r < G_N_ELEMENTS (others); r++) {
    g_test_message ("call %u", r);
    g_assert_cmphex (others[r].got, ==, others[r].expected);
  }
  PeerFreeData (invitation);
}

/* Whoever has not been in the group yet knows nothing of it. */
static void
test_not_ready (GroupPair *pair, gconstpointer data)
{
  PEER_RECORD record = { sizeof (record), .type = chat, .ftExpiration = group_time_from_now (600) };
  PEER_ADDRESS address = member_get_address (&pair->bob);
  PPEER_GROUP_PROPERTIES properties;
  PPEER_RECORD got;
  GUID id = { 0 };
  ULONGLONG link;
  Member carol;

  member_join (&carol, L"carol", &pair->alice, &PEER_GROUP_ROLE_MEMBER);
  g_assert_cmphex (PeerGroupGetProperties (carol.group, &properties), ==, PEER_E_GROUP_NOT_READY);
  g_assert_cmphex (PeerGroupAddRecord (carol.group, &record, &id), ==, PEER_E_GROUP_NOT_READY);
  g_assert_cmphex (PeerGroupGetRecord (carol.group, &id, &got), ==, PEER_E_GROUP_NOT_READY);
  /* But they may call who is in it. */
  g_assert_cmphex (PeerGroupOpenDirectConnection (carol.group, pair->bob.identity, &address, &link),
      ==, S_OK);
  g_assert_cmpuint (member_wait_link (&carol, PEER_CONNECTED, S_OK), ==, link);
  g_assert_cmphex (PeerGroupConnect (carol.group), ==, S_OK);
  g_assert_cmphex (member_wait_failure (&carol), ==, PEER_E_NO_MEMBERS_FOUND);
  member_close (&carol);
}

/* The same with all of the functions: what is answered by who has joined and knows nothing yet. */
static void
test_calls_when_not_ready (GroupPair *pair, gconstpointer data)
{
  PEER_RECORD record = { sizeof (record), .type = chat, .ftExpiration = group_time_from_now (600) };
  PEER_GROUP_PROPERTIES properties = { sizeof (properties) };
  FILETIME t = { 0 };
  PWSTR info, text = NULL, path;
  PVOID got = NULL;
  HPEERENUM items[4] = { NULL };
  GUID id = { 0 };
  DWORD status;
  Member carol;

  member_join (&carol, L"carol", &pair->alice, &PEER_GROUP_ROLE_ADMIN);
  g_assert_cmphex (PeerIdentityGetXML (pair->bob.identity, &info), ==, S_OK);
  path = group_path (L"copy");
  {
    HGROUP h = carol.group;
    const struct
    {
      const char *name;
      HRESULT got, expected;
    } calls[] = {
      { "GetStatus", PeerGroupGetStatus (h, &status), S_OK },
      { "GetProperties", PeerGroupGetProperties (h, (PPEER_GROUP_PROPERTIES *) &got),
          PEER_E_GROUP_NOT_READY },
      { "SetProperties", PeerGroupSetProperties (h, &properties), PEER_E_GROUP_NOT_READY },
      { "CloseDirectConnection", PeerGroupCloseDirectConnection (h, 1),
          PEER_E_CONNECTION_NOT_FOUND },
      { "SendData", PeerGroupSendData (h, 1, &chat, 0, NULL), PEER_E_CONNECTION_NOT_FOUND },
      { "EnumConnections", PeerGroupEnumConnections (h, PEER_CONNECTION_DIRECT, &items[0]), S_OK },
      { "EnumMembers", PeerGroupEnumMembers (h, 0, NULL, &items[1]), S_OK },
      { "GetRecord", PeerGroupGetRecord (h, &id, (PPEER_RECORD *) &got), PEER_E_GROUP_NOT_READY },
      { "AddRecord", PeerGroupAddRecord (h, &record, &id), PEER_E_GROUP_NOT_READY },
      { "UpdateRecord", PeerGroupUpdateRecord (h, &record), PEER_E_GROUP_NOT_READY },
      { "DeleteRecord", PeerGroupDeleteRecord (h, &id), PEER_E_GROUP_NOT_READY },
      { "EnumRecords", PeerGroupEnumRecords (h, NULL, &items[2]), S_OK },
      { "SearchRecords", PeerGroupSearchRecords (h, L"<peersearch/>", &items[3]),
          PEER_E_INVALID_SEARCH },
      { "PeerTimeToUniversalTime", PeerGroupPeerTimeToUniversalTime (h, &t, &t),
          PEER_E_GROUP_NOT_READY },
      { "UniversalTimeToPeerTime", PeerGroupUniversalTimeToPeerTime (h, &t, &t),
          PEER_E_GROUP_NOT_READY },
      { "CreateInvitation",
          PeerGroupCreateInvitation (h, info, NULL, 1, &PEER_GROUP_ROLE_MEMBER, &text), S_OK },
      { "CreatePasswordInvitation", PeerGroupCreatePasswordInvitation (h, &text),
          PEER_E_GROUP_NOT_READY },
      { "IssueCredentials", PeerGroupIssueCredentials (h, pair->bob.identity, NULL, 0, &text),
          PEER_E_IDENTITY_NOT_FOUND },
      { "ExportDatabase", PeerGroupExportDatabase (h, path), S_OK },
      { "ImportDatabase", PeerGroupImportDatabase (h, path), S_OK },
      { "PeerTimeToUniversalTime, with a copy of nothing",
          PeerGroupPeerTimeToUniversalTime (h, &t, &t), PEER_E_GROUP_NOT_READY },
      { "ResumePasswordAuthentication",
          PeerGroupResumePasswordAuthentication (h, carol.registration), S_OK },
    };

    for (guint i = 0; i < G_N_ELEMENTS (calls); i++) {
      g_test_message ("%s", calls[i].name);
      g_assert_cmphex (calls[i].got, ==, calls[i].expected);
    }
  }
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    if (items[i] != NULL)
      g_assert_cmphex (PeerEndEnumeration (items[i]), ==, S_OK);
  PeerFreeData (info);
  g_free (path);
  member_close (&carol);
}

static void
assert_not_created (PEER_GROUP_PROPERTIES properties, HRESULT expected)
{
  HGROUP group;

  g_assert_cmphex (PeerGroupCreate (&properties, &group), ==, expected);
}

static void
test_bad_properties (void)
{
  PEER_GROUP_PROPERTIES good = { sizeof (good) }, bad;
  WCHAR long_text[300];
  Member alice;

  wmemset (long_text, L'x', 299);
  long_text[299] = 0;
  group_stage_begin ();
  member_new (&alice, L"alice");
  good.pwzCreatorPeerName = alice.identity;
#define WITH(field, value, expected) \
  bad = good; \
  bad.field = value; \
  assert_not_created (bad, expected)
  WITH (dwSize, 4, E_INVALIDARG);
  WITH (dwFlags, 8, PEER_E_INVALID_GROUP_PROPERTIES);
  WITH (pwzCloud, (PWSTR) L"Nowhere_", PEER_E_NO_CLOUD);
  WITH (pwzClassifier, long_text, PEER_E_INVALID_CLASSIFIER);
  WITH (pwzGroupPeerName, alice.identity, PEER_E_INVALID_GROUP_PROPERTIES);
  WITH (pwzCreatorPeerName, (PWSTR) L"nobody", PEER_E_INVALID_PEER_NAME);
  WITH (pwzCreatorPeerName, (PWSTR) L"0123456789012345678901234567890123456789.gone",
      HRESULT_FROM_WIN32 (ERROR_DELETE_PENDING));
  WITH (pwzFriendlyName, long_text, PEER_E_INVALID_FRIENDLY_NAME);
  WITH (pwzComment, long_text, PEER_E_INVALID_GROUP_PROPERTIES);
  WITH (ulMemberDataLifetime, 60, PEER_E_INVALID_GROUP_PROPERTIES);
  WITH (dwAuthenticationSchemes, 4, PEER_E_INVALID_GROUP_PROPERTIES);
  WITH (pwzGroupPassword, (PWSTR) L"secret", PEER_E_INVALID_GROUP_PROPERTIES);
  WITH (dwAuthenticationSchemes, 2, PEER_E_INVALID_ROLE_PROPERTY);
  good.groupPasswordRole = PEER_GROUP_ROLE_MEMBER;
  WITH (dwAuthenticationSchemes, 2, PEER_E_PASSWORD_DOES_NOT_MEET_POLICY);
#undef WITH
  member_close (&alice);
  group_stage_end ();
}

int
main (int argc, char **argv)
{
  g_autoptr (GString) calls = g_string_new (NULL);

  group_stage_init (&argc, &argv);
  called = calls;
  g_test_add_func ("/peergroup/wrong/not-started", test_not_started);
  GROUP_PAIR_ADD ("wrong/handles", test_bad_handles);
  GROUP_PAIR_ADD ("wrong/handles-of-other-things", test_other_bad_handles);
  GROUP_PAIR_ADD ("wrong/arguments-of-groups", test_bad_arguments_of_groups);
  GROUP_PAIR_ADD ("wrong/arguments-in-groups", test_bad_arguments_in_groups);
  GROUP_PAIR_ADD ("wrong/what-is-not-there", test_what_is_not_there);
  GROUP_PAIR_ADD ("wrong/not-ready", test_not_ready);
  GROUP_PAIR_ADD ("wrong/calls-when-not-ready", test_calls_when_not_ready);
  g_test_add_func ("/peergroup/wrong/properties", test_bad_properties);
  return g_test_run ();
}
