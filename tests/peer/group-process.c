/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One member of a group as a program of its own, on the public functions only. Obeys the commands
 * on its standard input, one a line, and answers each with "ok" and what it gives, or "no" and a
 * code; writes a line for whatever happens; leaves with the end of its input.
 *
 *   clock SECONDS                      its own is so much before or behind from now on
 *   identity NAME FILE                 a new one, and its text for others
 *   create [PASSWORD]                  gives the name of the group
 *   invite FILE ROLE SECONDS FILE      whom the first is of, with the second; 0: for ever
 *   invite-by-password FILE
 *   join FILE [PASSWORD] | open IDENTITY GROUP
 *   connect [ADDRESS PORT] | close | delete IDENTITY GROUP
 *   call N                             until direct connections lead to N others
 *   call-at IDENTITY ADDRESS PORT
 *   exchange COUNT SIZE                over each of them
 *   record TEXT                        for all
 *   put-out IDENTITY
 *   address                            and port at which it listens
 *   memory                             which is in use when all has been shut down
 *
 * With the environment variable PEER_INTERFACE everything is on the link of that interface. */
#include <initguid.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "process.h"

static const GUID record_type = { 2, 2, 3, { 4, 5, 6, 7, 8, 9, 10, 11 } };

static PWSTR identity;
static HGROUP group;
static HANDLE event;
static HPEEREVENT registration;
static guint n_wanted; /* links; 0: none is awaited */
static gboolean exchanging;
static gint64 clock_offset_us;

/* The clock of everything in this process: in place of the one of GLib, also for the library. */
gint64
g_get_real_time (void)
{
  struct timeval now;

  gettimeofday (&now, NULL);
  return now.tv_sec * G_USEC_PER_SEC + now.tv_usec + clock_offset_us;
}

static PWSTR
widen (const char *text)
{
  return (PWSTR) g_utf8_to_ucs4_fast (text, -1, NULL);
}

static PWSTR
read_file (const char *path)
{
  g_autofree char *text = NULL;

  demand (g_file_get_contents (path, &text, NULL, NULL), path);
  return widen (text);
}

static void
write_file (const char *path, PWSTR text)
{
  g_autofree char *narrow = g_strdup_printf ("%ls", text);

  demand (g_file_set_contents (path, narrow, -1, NULL), path);
  PeerFreeData (text);
}

static PWSTR
get_cloud (void)
{
  g_autofree char *name = NULL;

  if (get_interface () == 0)
    return NULL;
  name = g_strconcat ("LinkLocal_", g_getenv ("PEER_INTERFACE"), NULL);
  return widen (name);
}

static FILETIME
get_time (gint64 from_now_s)
{
  guint64 ticks = G_GUINT64_CONSTANT (116444736000000000)
      + (guint64) (g_get_real_time () + from_now_s * G_USEC_PER_SEC) * 10;

  return (FILETIME) { (DWORD) ticks, ticks >> 32 };
}

/* --- links --- */

/* There may be more than one. */
static Link *
find_link_to (PCWSTR peer, gboolean ended)
{
  for (guint i = 0; i < n_links; i++)
    if (wcscmp (links[i].peer, peer) == 0 && (links[i].id == 0) == ended)
      return &links[i];
  return NULL;
}

static void
begin_link_to (PCWSTR peer, ULONGLONG id)
{
  Link *link = find_link_to (peer, TRUE);

  if (link == NULL) {
    link = add_link ();
    link->peer = g_memdup2 (peer, (wcslen (peer) + 1) * sizeof (WCHAR));
  }
  begin_link (link, id);
}

static PWSTR
find_peer (ULONGLONG id)
{
  PPEER_CONNECTION_INFO *items;
  HPEERENUM connections;
  ULONG n = MAX_LINKS;
  PWSTR peer = NULL;

  demand (PeerGroupEnumConnections (group, PEER_CONNECTION_DIRECT, &connections) == S_OK
          && PeerGetNextItem (connections, &n, (PVOID **) &items) == S_OK,
      "connections cannot be listed");
  for (ULONG i = 0; i < n; i++)
    if (items[i]->ullConnectionId == id)
      peer = g_memdup2 (items[i]->pwzPeerId, (wcslen (items[i]->pwzPeerId) + 1) * sizeof (WCHAR));
  PeerFreeData (items);
  PeerEndEnumeration (connections);
  return peer;
}

static void
take_link_up (ULONGLONG id)
{
  Link *link = find_link (id);
  g_autofree WCHAR *peer = link == NULL ? find_peer (id) : NULL;

  demand (link == NULL || !link->up, "a connection came up twice");
  if (link == NULL)
    begin_link_to (peer, id);
  link = find_link (id);
  link->up = TRUE;
  say ("linked %ls", link->peer);
}

static void
take_connection (const PEER_EVENT_CONNECTION_CHANGE_DATA *change)
{
  Link *link = find_link (change->ullConnectionId);

  if (change->status == PEER_CONNECTED) {
    take_link_up (change->ullConnectionId);
    return;
  }
  demand (link != NULL && link->up == (change->status == PEER_DISCONNECTED),
      "a connection ended that was none");
  if (change->status == PEER_DISCONNECTED)
    say ("lost %ls", link->peer);
  else
    say ("refused 0x%08x", change->hrConnectionFailedReason);
  end_link (link);
}

/* --- events --- */

static void
take_status (DWORD status)
{
  if ((status & PEER_GROUP_STATUS_LISTENING) != 0)
    say ("online");
  if ((status & PEER_GROUP_STATUS_HAS_CONNECTIONS) != 0)
    say ("connected");
}

static void
take_member (const PEER_EVENT_MEMBER_CHANGE_DATA *change)
{
  static const char *const names[] = { "?", "present", "away", "updated", "joined", "left" };

  say ("%s %ls", names[change->changeType], change->pwzIdentity);
}

static void
take_record (const PEER_EVENT_RECORD_CHANGE_DATA *change)
{
  PPEER_RECORD record;

  if (!IsEqualGUID (&change->recordType, &record_type) || change->changeType != PEER_RECORD_ADDED)
    return;
  demand (PeerGroupGetRecord (group, &change->recordId, &record) == S_OK, "no record");
  say ("record %.*s", (int) record->data.cbData, (const char *) record->data.pbData);
  PeerFreeData (record);
}

static void
take_event (const PEER_GROUP_EVENT_DATA *data)
{
  switch (data->eventType) {
    case PEER_GROUP_EVENT_STATUS_CHANGED:
      take_status (data->dwStatus);
      break;
    case PEER_GROUP_EVENT_DIRECT_CONNECTION:
      take_connection (&data->connectionChangeData);
      break;
    case PEER_GROUP_EVENT_INCOMING_DATA:
      take_message (&data->incomingData);
      break;
    case PEER_GROUP_EVENT_MEMBER_CHANGED:
      take_member (&data->memberChangeData);
      break;
    case PEER_GROUP_EVENT_RECORD_CHANGED:
      take_record (&data->recordChangeData);
      break;
    case PEER_GROUP_EVENT_CONNECTION_FAILED:
      say ("unconnected 0x%08x", data->hrConnectionFailedReason);
      break;
    case PEER_GROUP_EVENT_AUTHENTICATION_FAILED:
      say ("wrong-password");
      break;
    default:
      break;
  }
}

static void
take_events (void)
{
  PPEER_GROUP_EVENT_DATA data;

  while (registration != NULL && PeerGroupGetEventData (registration, &data) == S_OK) {
    take_event (data);
    PeerFreeData (data);
  }
}

/* --- what is wanted --- */

static HRESULT
open_link (PCWSTR peer, PEER_ADDRESS *address)
{
  ULONGLONG id;
  HRESULT result = PeerGroupOpenDirectConnection (group, peer, address, &id);

  if (SUCCEEDED (result))
    begin_link_to (peer, id);
  return result;
}

/* Whose name is behind ours is for us to call. */
static void
call_all (void)
{
  PPEER_MEMBER *items;
  HPEERENUM members;
  ULONG n = MAX_LINKS;

  demand (PeerGroupEnumMembers (group, PEER_MEMBER_PRESENT, NULL, &members) == S_OK
          && PeerGetNextItem (members, &n, (PVOID **) &items) == S_OK,
      "members cannot be listed");
  for (ULONG i = 0; i < n; i++) {
    PEER_ADDRESS address;

    if (wcscmp (items[i]->pwzIdentity, identity) <= 0 || items[i]->cAddresses == 0
        || find_link_to (items[i]->pwzIdentity, FALSE) != NULL)
      continue;
    address = items[i]->pAddresses[0];
    demand (open_link (items[i]->pwzIdentity, &address) == S_OK, "PeerGroupOpenDirectConnection");
  }
  PeerFreeData (items);
  PeerEndEnumeration (members);
}

static void
go_on (void)
{
  if (n_wanted > 0)
    call_all ();
  if (n_wanted > 0 && count_links () >= n_wanted) {
    n_wanted = 0;
    say ("linked-all");
  }
  if (exchanging && has_all ()) {
    exchanging = FALSE;
    say ("exchanged");
  }
}

static void obey (const char *line);

static HRESULT
send_to_group (ULONGLONG link, const GUID *type, ULONG n_bytes, PVOID data)
{
  return PeerGroupSendData (group, link, type, n_bytes, data);
}

static const Process process = { take_events, obey, go_on, send_to_group };

static HRESULT
exchange (char **words)
{
  exchanging = TRUE;
  send_all (&process, atoi (words[1]), atoi (words[2]));
  return S_OK;
}

/* --- commands --- */

static HRESULT
set_clock (char **words)
{
  clock_offset_us += atoll (words[1]) * G_USEC_PER_SEC;
  return S_OK;
}

static HRESULT
make_identity (char **words)
{
  g_autofree WCHAR *name = widen (words[1]);
  PWSTR made, text;
  HRESULT result = PeerIdentityCreate (name, name, 0, &made);

  if (SUCCEEDED (result)) {
    identity = g_memdup2 (made, (wcslen (made) + 1) * sizeof (WCHAR));
    PeerFreeData (made);
    result = PeerIdentityGetXML (identity, &text);
  }
  if (SUCCEEDED (result)) {
    write_file (words[2], text);
    say ("is %ls", identity);
  }
  return result;
}

static HRESULT
enter_group (HRESULT result)
{
  static const PEER_GROUP_EVENT_TYPE types[] = { PEER_GROUP_EVENT_STATUS_CHANGED,
    PEER_GROUP_EVENT_RECORD_CHANGED, PEER_GROUP_EVENT_DIRECT_CONNECTION,
    PEER_GROUP_EVENT_INCOMING_DATA, PEER_GROUP_EVENT_MEMBER_CHANGED,
    PEER_GROUP_EVENT_CONNECTION_FAILED, PEER_GROUP_EVENT_AUTHENTICATION_FAILED };
  PEER_GROUP_EVENT_REGISTRATION wanted[G_N_ELEMENTS (types)];

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    wanted[i] = (PEER_GROUP_EVENT_REGISTRATION) { types[i], NULL };
  return SUCCEEDED (result)
      ? PeerGroupRegisterEvent (group, event, G_N_ELEMENTS (wanted), wanted, &registration)
      : result;
}

static HRESULT
create_group (char **words)
{
  g_autofree WCHAR *password = words[1] != NULL ? widen (words[1]) : NULL;
  g_autofree WCHAR *cloud = get_cloud ();
  PEER_GROUP_PROPERTIES properties = { sizeof (properties), .pwzCreatorPeerName = identity,
    .pwzCloud = cloud, .pwzFriendlyName = (PWSTR) L"Friends",
    .dwAuthenticationSchemes = PEER_GROUP_GMC_AUTHENTICATION,
    .groupPasswordRole = PEER_GROUP_ROLE_MEMBER };
  PPEER_GROUP_PROPERTIES got;
  HRESULT result;

  if (password != NULL) {
    properties.dwAuthenticationSchemes |= PEER_GROUP_PASSWORD_AUTHENTICATION;
    properties.pwzGroupPassword = password;
  }
  result = enter_group (PeerGroupCreate (&properties, &group));
  if (SUCCEEDED (result))
    result = PeerGroupGetProperties (group, &got);
  if (SUCCEEDED (result)) {
    say ("group %ls", got->pwzGroupPeerName);
    PeerFreeData (got);
  }
  return result;
}

static HRESULT
invite (char **words)
{
  g_autofree WCHAR *xml = read_file (words[1]);
  const GUID *role =
      strcmp (words[2], "admin") == 0 ? &PEER_GROUP_ROLE_ADMIN : &PEER_GROUP_ROLE_MEMBER;
  FILETIME end = get_time (atoi (words[3]));
  PWSTR invitation;
  HRESULT result = PeerGroupCreateInvitation (group, xml, atoi (words[3]) != 0 ? &end : NULL, 1,
      role, &invitation);

  if (SUCCEEDED (result))
    write_file (words[4], invitation);
  return result;
}

static HRESULT
invite_by_password (char **words)
{
  PWSTR invitation;
  HRESULT result = PeerGroupCreatePasswordInvitation (group, &invitation);

  if (SUCCEEDED (result))
    write_file (words[1], invitation);
  return result;
}

static HRESULT
join (char **words)
{
  g_autofree WCHAR *invitation = read_file (words[1]);
  g_autofree WCHAR *password = words[2] != NULL ? widen (words[2]) : NULL;
  g_autofree WCHAR *cloud = get_cloud ();

  return enter_group (password != NULL
          ? PeerGroupPasswordJoin (identity, invitation, password, cloud, &group)
          : PeerGroupJoin (identity, invitation, cloud, &group));
}

static HRESULT
open_group (char **words)
{
  g_autofree WCHAR *name = widen (words[2]);

  g_free (identity);
  identity = widen (words[1]);
  return enter_group (PeerGroupOpen (identity, name, NULL, &group));
}

static HRESULT
connect_group (char **words)
{
  PEER_ADDRESS address;

  if (words[1] == NULL)
    return PeerGroupConnect (group);
  address = read_address (words[1], atoi (words[2]));
  return PeerGroupConnectByAddress (group, 1, &address);
}

static HRESULT
close_group (char **words)
{
  HRESULT result = registration != NULL ? PeerGroupUnregisterEvent (registration) : S_OK;

  registration = NULL;
  for (guint i = 0; i < n_links; i++)
    end_link (&links[i]);
  return SUCCEEDED (result) ? PeerGroupClose (group) : result;
}

static HRESULT
delete_group (char **words)
{
  g_autofree WCHAR *who = widen (words[1]);
  g_autofree WCHAR *name = widen (words[2]);

  return PeerGroupDelete (who, name);
}

static HRESULT
call (char **words)
{
  n_wanted = atoi (words[1]);
  return S_OK;
}

static HRESULT
call_at (char **words)
{
  g_autofree WCHAR *peer = widen (words[1]);
  PEER_ADDRESS address = read_address (words[2], atoi (words[3]));

  return open_link (peer, &address);
}

static HRESULT
add_record (char **words)
{
  FILETIME end = get_time (3600);
  PEER_RECORD record = { sizeof (record), .type = record_type,
    .data = { strlen (words[1]), (PBYTE) words[1] } };
  HRESULT result = PeerGroupUniversalTimeToPeerTime (group, &end, &record.ftExpiration);
  GUID id;

  return SUCCEEDED (result) ? PeerGroupAddRecord (group, &record, &id) : result;
}

/* A certificate that ends at once takes the place of the one that was there. */
static HRESULT
put_out (char **words)
{
  g_autofree WCHAR *subject = widen (words[1]);
  PEER_CREDENTIAL_INFO info = { sizeof (info), .ftValidityStart = get_time (0),
    .ftValidityEnd = get_time (1), .cRoles = 1,
    .pRoles = (PEER_ROLE_ID *) &PEER_GROUP_ROLE_MEMBER };

  return PeerGroupIssueCredentials (group, subject, &info, PEER_GROUP_STORE_CREDENTIALS, NULL);
}

static HRESULT
tell_address (char **words)
{
  char text[INET6_ADDRSTRLEN];
  PPEER_MEMBER *items;
  HPEERENUM members;
  ULONG n = 1;
  HRESULT result = PeerGroupEnumMembers (group, PEER_MEMBER_PRESENT, identity, &members);

  if (SUCCEEDED (result))
    result = PeerGetNextItem (members, &n, (PVOID **) &items);
  demand (SUCCEEDED (result) && n == 1 && items[0]->cAddresses > 0, "not present");
  inet_ntop (AF_INET6, &items[0]->pAddresses[0].sin6.sin6_addr, text, sizeof (text));
  say ("at %s %u", text, ntohs (items[0]->pAddresses[0].sin6.sin6_port));
  PeerFreeData (items);
  return PeerEndEnumeration (members);
}

static HRESULT
tell_memory (char **words)
{
  PEER_VERSION_DATA version;
  HRESULT result = PeerGroupShutdown ();

  say ("used %zu", get_memory ());
  return SUCCEEDED (result) ? PeerGroupStartup (PEER_GROUP_VERSION, &version) : result;
}

static const struct
{
  const char *name;
  guint least, most; /* words behind it */
  HRESULT (*obey) (char **words);
} commands[] = {
  { "clock", 1, 1, set_clock },
  { "identity", 2, 2, make_identity },
  { "create", 0, 1, create_group },
  { "invite", 4, 4, invite },
  { "invite-by-password", 1, 1, invite_by_password },
  { "join", 1, 2, join },
  { "open", 2, 2, open_group },
  { "connect", 0, 2, connect_group },
  { "close", 0, 0, close_group },
  { "delete", 2, 2, delete_group },
  { "call", 1, 1, call },
  { "call-at", 3, 3, call_at },
  { "exchange", 2, 2, exchange },
  { "record", 1, 1, add_record },
  { "put-out", 1, 1, put_out },
  { "address", 0, 0, tell_address },
  { "memory", 0, 0, tell_memory },
};

static void
obey (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);

  for (guint i = 0; n > 0 && i < G_N_ELEMENTS (commands); i++) {
    HRESULT result;

    if (strcmp (words[0], commands[i].name) != 0)
      continue;
    demand (n - 1 >= commands[i].least && n - 1 <= commands[i].most, line);
    result = commands[i].obey (words);
    if (SUCCEEDED (result))
      say ("ok %s", words[0]);
    else
      say ("no %s 0x%08x", words[0], result);
    return;
  }
  demand (FALSE, line);
}

int
main (void)
{
  PEER_VERSION_DATA version;

  event = CreateEvent (NULL, FALSE, FALSE, NULL);
  demand (PeerGroupStartup (PEER_GROUP_VERSION, &version) == S_OK, "PeerGroupStartup");
  serve (&process, event);
  demand (PeerGroupShutdown () == S_OK, "PeerGroupShutdown");
  CloseHandle (event);
  return EXIT_SUCCESS;
}
