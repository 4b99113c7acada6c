/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A chat of a group, in the shape of the samples for Windows: lines are records that all members
 * have, and a whisper goes to one of them over a direct connection.
 *
 *   group-chat bob who > bob.who                      who bob is, for whoever invites him
 *   group-chat alice create [PASSWORD]                makes a group, of which alice is administrator
 *   group-chat alice invite bob.who > bob.invitation  for bob alone
 *   group-chat alice invite > invitation              for everybody who has the password
 *   group-chat bob join bob.invitation
 *   group-chat carol join invitation PASSWORD
 *   group-chat alice chat                             says at which port it listens
 *   group-chat bob chat ADDRESS[%IF] PORT             comes online by way of alice
 *
 * What is typed is for everybody, "@bob hello" for bob; the end of the input ends it. */
#include <initguid.h>

#include "chat.h"

#include <locale.h>
#include <poll.h>
#include <time.h>
#include <wctype.h>

#define MAX_TEXT 65536
#define LINE_LIFE_S 3600

static const GUID TYPE_LINE = { 0x7c3f2a10, 0x54d1, 0x4b7e, { 0x8a, 1, 2, 3, 4, 5, 6, 7 } };

static PWSTR self; /* peer name */
static HGROUP group;
static BOOL online;

/* Waits until there is a connection for it. */
static ULONGLONG whisper_to;
static char whisper[1024];

static void
Usage (void)
{
  fprintf (stderr,
      "usage: group-chat NAME who | create [PASSWORD] | invite [FILE] | join FILE [PASSWORD]"
      " | chat [ADDRESS[%%IF] PORT]\n");
  exit (2);
}

/* To free (). */
static PWSTR
Widen (const char *text)
{
  size_t n = strlen (text) + 1;
  PWSTR wide = (PWSTR) calloc (n, sizeof (WCHAR));

  if (wide != NULL)
    mbstowcs (wide, text, n);
  return wide;
}

static PWSTR
ReadText (const char *path)
{
  static char text[MAX_TEXT];
  FILE *file = fopen (path, "r");

  if (file == NULL) {
    perror (path);
    exit (1);
  }
  text[fread (text, 1, sizeof (text) - 1, file)] = '\0';
  fclose (file);
  return Widen (text);
}

static void
PrintText (PWSTR text)
{
  printf ("%ls\n", text);
  PeerFreeData (text);
}

/* --- who we are, and our group --- */

/* The identity that has this name, or a new one. */
static PWSTR
FindIdentity (PCWSTR name)
{
  PWSTR found = NULL;
  PPEER_NAME_PAIR *pair;
  HPEERENUM identities;
  ULONG count = 1;

  Check (PeerEnumIdentities (&identities), "PeerEnumIdentities");
  while (SUCCEEDED (PeerGetNextItem (identities, &count, (PVOID **) &pair)) && count > 0) {
    if (found == NULL && wcscmp (pair[0]->pwzFriendlyName, name) == 0)
      PeerCreatePeerName (pair[0]->pwzPeerName, NULL, &found);
    PeerFreeData (pair);
  }
  PeerEndEnumeration (identities);
  if (found == NULL)
    Check (PeerIdentityCreate (name, name, 0, &found), "PeerIdentityCreate");
  return found;
}

/* The one that this identity is in; this program has but one. */
static void
OpenGroup (void)
{
  PPEER_NAME_PAIR *pair;
  HPEERENUM groups;
  ULONG count = 1;

  Check (PeerEnumGroups (self, &groups), "PeerEnumGroups");
  Check (PeerGetNextItem (groups, &count, (PVOID **) &pair), "PeerGetNextItem");
  PeerEndEnumeration (groups);
  Check (count > 0 ? PeerGroupOpen (self, pair[0]->pwzPeerName, NULL, &group) : PEER_E_NOT_FOUND,
      "PeerGroupOpen");
  PeerFreeData (pair);
}

static void
Who (void)
{
  PWSTR text;

  Check (PeerIdentityGetXML (self, &text), "PeerIdentityGetXML");
  PrintText (text);
}

static void
Create (PWSTR password)
{
  PEER_GROUP_PROPERTIES properties;

  memset (&properties, 0, sizeof (properties));
  properties.dwSize = sizeof (properties);
  properties.pwzCreatorPeerName = self;
  properties.pwzFriendlyName = (PWSTR) L"Chat";
  properties.dwAuthenticationSchemes = PEER_GROUP_GMC_AUTHENTICATION;
  if (password != NULL) {
    properties.dwAuthenticationSchemes |= PEER_GROUP_PASSWORD_AUTHENTICATION;
    properties.pwzGroupPassword = password;
    properties.groupPasswordRole = PEER_GROUP_ROLE_MEMBER;
  }
  Check (PeerGroupCreate (&properties, &group), "PeerGroupCreate");
}

/* @who NULL: whoever has the password. */
static void
Invite (PCWSTR who)
{
  PWSTR invitation;

  OpenGroup ();
  if (who != NULL)
    Check (PeerGroupCreateInvitation (group, who, NULL, 1, &PEER_GROUP_ROLE_MEMBER, &invitation),
        "PeerGroupCreateInvitation");
  else
    Check (PeerGroupCreatePasswordInvitation (group, &invitation),
        "PeerGroupCreatePasswordInvitation");
  PrintText (invitation);
}

static void
Join (PCWSTR invitation, PCWSTR password)
{
  if (password != NULL)
    Check (PeerGroupPasswordJoin (self, invitation, password, NULL, &group),
        "PeerGroupPasswordJoin");
  else
    Check (PeerGroupJoin (self, invitation, NULL, &group), "PeerGroupJoin");
}

/* --- members --- */

/* One item; NULL if there is none. To free with PeerFreeData (). */
static PPEER_MEMBER *
GetMember (PCWSTR identity, DWORD flags)
{
  HPEERENUM members;
  PPEER_MEMBER *member;
  ULONG count = 1;

  Check (PeerGroupEnumMembers (group, flags, identity, &members), "PeerGroupEnumMembers");
  Check (PeerGetNextItem (members, &count, (PVOID **) &member), "PeerGetNextItem");
  PeerEndEnumeration (members);
  if (count > 0)
    return member;
  PeerFreeData (member);
  return NULL;
}

/* The member has chosen it. */
static void
PrintName (PCWSTR name)
{
  for (; *name != L'\0'; name++)
    if (!iswcntrl ((wint_t) *name))
      printf ("%lc", (wint_t) *name);
}

static void
ShowLine (PCWSTR from, const char *how, const PEER_DATA *line)
{
  PPEER_MEMBER *member = GetMember (from, 0);

  PrintName (member != NULL && member[0]->pCredentialInfo != NULL
          ? member[0]->pCredentialInfo->pwzFriendlyName
          : from);
  printf ("%s: ", how);
  PrintLine (line->pbData, line->cbData);
  if (member != NULL)
    PeerFreeData (member);
}

/* --- what is typed --- */

static void
SendToEverybody (char *text)
{
  PEER_RECORD record;
  /* 100 ns since 1601. */
  ULONGLONG end = ((ULONGLONG) time (NULL) + LINE_LIFE_S + 11644473600ULL) * 10000000;
  FILETIME expiration = { (DWORD) end, (DWORD) (end >> 32) };
  GUID id;

  memset (&record, 0, sizeof (record));
  record.dwSize = sizeof (record);
  record.type = TYPE_LINE;
  record.data.cbData = (ULONG) strlen (text);
  record.data.pbData = (PBYTE) text;
  Check (PeerGroupUniversalTimeToPeerTime (group, &expiration, &record.ftExpiration),
      "PeerGroupUniversalTimeToPeerTime");
  Check (PeerGroupAddRecord (group, &record, &id), "PeerGroupAddRecord");
}

/* Calls whoever is present and has this name; they are told when they have answered. */
static void
Whisper (PCWSTR name, const char *text)
{
  HPEERENUM members;
  PPEER_MEMBER *member;
  ULONG count = 1;
  HRESULT hr = PEER_E_NO_MEMBERS_FOUND;

  snprintf (whisper, sizeof (whisper), "%s", text);
  Check (PeerGroupEnumMembers (group, PEER_MEMBER_PRESENT, NULL, &members), "PeerGroupEnumMembers");
  while (SUCCEEDED (PeerGetNextItem (members, &count, (PVOID **) &member)) && count > 0) {
    if (member[0]->cAddresses > 0 && member[0]->pCredentialInfo != NULL
        && wcscmp (member[0]->pCredentialInfo->pwzFriendlyName, name) == 0)
      hr = PeerGroupOpenDirectConnection (group, member[0]->pwzIdentity, &member[0]->pAddresses[0],
          &whisper_to);
    PeerFreeData (member);
  }
  PeerEndEnumeration (members);
  if (FAILED (hr))
    printf ("* %ls is not here (0x%08x)\n", name, (unsigned) hr);
}

static void
Say (char *line)
{
  char *text = strchr (line, ' ');
  PWSTR name;

  if (line[0] != '@' || text == NULL) {
    SendToEverybody (line);
    return;
  }
  *text = '\0';
  name = Widen (line + 1);
  Whisper (name, text + 1);
  free (name);
}

/* --- what happens --- */

static void
ShowRecord (const PEER_EVENT_RECORD_CHANGE_DATA *change)
{
  PPEER_RECORD record;

  if (change->changeType != PEER_RECORD_ADDED
      || FAILED (PeerGroupGetRecord (group, &change->recordId, &record)))
    return;
  if (wcscmp (record->pwzCreatorId, self) != 0)
    ShowLine (record->pwzCreatorId, "", &record->data);
  PeerFreeData (record);
}

/* Whoever has called has said all with it. */
static void
ShowWhisper (const PEER_EVENT_INCOMING_DATA *incoming)
{
  HPEERENUM connections;
  PPEER_CONNECTION_INFO *info;
  ULONG count = 1;

  Check (PeerGroupEnumConnections (group, PEER_CONNECTION_DIRECT, &connections),
      "PeerGroupEnumConnections");
  while (SUCCEEDED (PeerGetNextItem (connections, &count, (PVOID **) &info)) && count > 0) {
    if (info[0]->ullConnectionId == incoming->ullConnectionId)
      ShowLine (info[0]->pwzPeerId, " to you", &incoming->data);
    PeerFreeData (info);
  }
  PeerEndEnumeration (connections);
  PeerGroupCloseDirectConnection (group, incoming->ullConnectionId);
}

static void
TakeConnection (const PEER_EVENT_CONNECTION_CHANGE_DATA *change)
{
  if (change->ullConnectionId != whisper_to)
    return;
  if (change->status == PEER_CONNECTED)
    PeerGroupSendData (group, whisper_to, &TYPE_LINE, (ULONG) strlen (whisper), whisper);
  else if (change->status == PEER_CONNECTION_FAILED)
    printf ("* not heard (0x%08x)\n", (unsigned) change->hrConnectionFailedReason);
}

static void
TakeStatus (DWORD status)
{
  PPEER_MEMBER *member;

  if (online || !(status & PEER_GROUP_STATUS_LISTENING)
      || (member = GetMember (self, PEER_MEMBER_PRESENT)) == NULL)
    return;
  online = TRUE;
  if (member[0]->cAddresses > 0)
    printf ("* online at port %d\n", ntohs (member[0]->pAddresses[0].sin6.sin6_port));
  PeerFreeData (member);
}

static void
Take (const PEER_GROUP_EVENT_DATA *data)
{
  switch (data->eventType) {
    case PEER_GROUP_EVENT_STATUS_CHANGED:
      TakeStatus (data->dwStatus);
      break;
    case PEER_GROUP_EVENT_RECORD_CHANGED:
      ShowRecord (&data->recordChangeData);
      break;
    case PEER_GROUP_EVENT_DIRECT_CONNECTION:
      TakeConnection (&data->connectionChangeData);
      break;
    case PEER_GROUP_EVENT_INCOMING_DATA:
      ShowWhisper (&data->incomingData);
      break;
    case PEER_GROUP_EVENT_CONNECTION_FAILED:
      Fail (data->hrConnectionFailedReason, "this group");
      break;
    default:
      break;
  }
}

static void
Connect (const char *address, const char *port)
{
  PEER_ADDRESS where = ReadAddress (address, port);

  Check (PeerGroupConnectByAddress (group, 1, &where), "PeerGroupConnectByAddress");
}

/* What is typed waits until there is a group to which it can be said. */
static void
Loop (HANDLE event, HPEEREVENT events)
{
  struct pollfd wanted[] = { { WfdxGetEventDescriptor (event), POLLIN, 0 },
    { STDIN_FILENO, POLLIN, 0 } };
  PPEER_GROUP_EVENT_DATA data;
  char line[1024];
  BOOL more = TRUE;

  while (more) {
    fflush (stdout);
    wanted[1].revents = 0;
    poll (wanted, online ? 2 : 1, -1);
    WaitForSingleObject (event, 0);
    while (PeerGroupGetEventData (events, &data) == S_OK) {
      Take (data);
      PeerFreeData (data);
    }
    if (wanted[1].revents == 0)
      continue;
    more = ReadLine (line, sizeof (line));
    if (more)
      Say (line);
  }
}

/* @address NULL: we are the first, or members are where they were. */
static void
Chat (const char *address, const char *port)
{
  PEER_GROUP_EVENT_REGISTRATION wanted[] = { { PEER_GROUP_EVENT_STATUS_CHANGED, NULL },
    { PEER_GROUP_EVENT_RECORD_CHANGED, (GUID *) &TYPE_LINE },
    { PEER_GROUP_EVENT_DIRECT_CONNECTION, NULL }, { PEER_GROUP_EVENT_INCOMING_DATA, NULL },
    { PEER_GROUP_EVENT_CONNECTION_FAILED, NULL } };
  HANDLE event = CreateEvent (NULL, FALSE, FALSE, NULL);
  HPEEREVENT events;

  OpenGroup ();
  Check (PeerGroupRegisterEvent (group, event, ARRAYSIZE (wanted), wanted, &events),
      "PeerGroupRegisterEvent");
  if (address != NULL)
    Connect (address, port);
  else
    Check (PeerGroupConnect (group), "PeerGroupConnect");
  Loop (event, events);
  PeerGroupUnregisterEvent (events);
  CloseHandle (event);
}

/* Whether there is this command, with so many words behind it. */
static BOOL
IsCommand (const char *what, int words)
{
  static const struct
  {
    const char *what;
    int least, most;
  } commands[] = { { "who", 0, 0 }, { "create", 0, 1 }, { "invite", 0, 1 }, { "join", 1, 2 },
    { "chat", 0, 0 }, { "chat", 2, 2 } };

  for (size_t i = 0; i < ARRAYSIZE (commands); i++)
    if (strcmp (commands[i].what, what) == 0 && words >= commands[i].least
        && words <= commands[i].most)
      return TRUE;
  return FALSE;
}

int
main (int argc, char *argv[])
{
  const char *first = argc > 3 ? argv[3] : NULL, *second = argc > 4 ? argv[4] : NULL;
  const char *what = argc > 2 ? argv[2] : "";
  PEER_VERSION_DATA version;

  setlocale (LC_ALL, "");
  /* Before an identity is made for a name that was none. */
  if (!IsCommand (what, argc - 3) || argv[1][0] == '-')
    Usage ();
  Check (PeerGroupStartup (PEER_GROUP_VERSION, &version), "PeerGroupStartup");
  self = FindIdentity (Widen (argv[1]));
  if (strcmp (what, "who") == 0)
    Who ();
  else if (strcmp (what, "create") == 0)
    Create (first != NULL ? Widen (first) : NULL);
  else if (strcmp (what, "invite") == 0)
    Invite (first != NULL ? ReadText (first) : NULL);
  else if (strcmp (what, "join") == 0)
    Join (ReadText (first), second != NULL ? Widen (second) : NULL);
  else
    Chat (first, second);
  if (group != NULL)
    PeerGroupClose (group);
  PeerGroupShutdown ();
  return 0;
}
