/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "group-stage.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>

static char *folder;

static void
remove_tree (const char *path)
{
  GDir *dir;
  const char *name;

  g_chmod (path, 0700);
  dir = g_dir_open (path, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inside = g_build_filename (path, name, NULL);

    remove_tree (inside);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

const char *
group_stage_get_folder (void)
{
  return folder;
}

static void
remove_home (void)
{
  remove_tree (folder);
}

/* GLib asks for it once in a process. */
static void
set_home (void)
{
  if (folder != NULL)
    return;
  folder = g_dir_make_tmp ("wfd-group-XXXXXX", NULL);
  atexit (remove_home);
  g_assert_true (g_setenv ("XDG_DATA_HOME", folder, TRUE));
}

void
group_stage_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  set_home ();
  g_assert_true (g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE));
}

void
group_stage_begin (void)
{
  PEER_VERSION_DATA version;

  set_home ();
  g_assert_cmphex (PeerGroupStartup (PEER_GROUP_VERSION, &version), ==, S_OK);
  g_assert_cmpuint (version.wVersion, ==, PEER_GROUP_VERSION);
}

void
group_stage_end (void)
{
  g_autofree char *own = g_build_filename (folder, "gst-wfd", NULL);

  g_assert_cmphex (PeerGroupShutdown (), ==, S_OK);
  remove_tree (own);
}

void
member_new (Member *self, PCWSTR classifier)
{
  *self = (Member) { 0 };
  g_assert_cmphex (PeerIdentityCreate (classifier, classifier, 0, &self->identity), ==, S_OK);
}

void
member_create (Member *self, PCWSTR classifier, PCWSTR password)
{
  PEER_GROUP_PROPERTIES properties = { sizeof (properties), .pwzClassifier = (PWSTR) L"friends",
    .pwzFriendlyName = (PWSTR) L"Friends", .pwzComment = (PWSTR) L"of ours" };

  member_new (self, classifier);
  properties.pwzCreatorPeerName = self->identity;
  if (password != NULL) {
    properties.dwAuthenticationSchemes =
        PEER_GROUP_GMC_AUTHENTICATION | PEER_GROUP_PASSWORD_AUTHENTICATION;
    properties.pwzGroupPassword = (PWSTR) password;
    properties.groupPasswordRole = PEER_GROUP_ROLE_MEMBER;
  }
  g_assert_cmphex (PeerGroupCreate (&properties, &self->group), ==, S_OK);
  member_register (self);
}

PWSTR
member_invite (const Member *by, const Member *subject, const PEER_ROLE_ID *role)
{
  PWSTR info, invitation = NULL;

  g_assert_cmphex (PeerIdentityGetXML (subject->identity, &info), ==, S_OK);
  g_assert_cmphex (PeerGroupCreateInvitation (by->group, info, NULL, 1, role, &invitation), ==,
      S_OK);
  PeerFreeData (info);
  return invitation;
}

void
member_join (Member *self, PCWSTR classifier, const Member *by, const PEER_ROLE_ID *role)
{
  PWSTR invitation;

  member_new (self, classifier);
  invitation = member_invite (by, self, role);
  g_assert_cmphex (PeerGroupJoin (self->identity, invitation, NULL, &self->group), ==, S_OK);
  PeerFreeData (invitation);
  member_register (self);
}

PWSTR
member_get_group_name (const Member *self)
{
  PPEER_GROUP_PROPERTIES properties;
  PWSTR name;

  g_assert_cmphex (PeerGroupGetProperties (self->group, &properties), ==, S_OK);
  g_assert_cmphex (PeerCreatePeerName (properties->pwzGroupPeerName, NULL, &name), ==, S_OK);
  PeerFreeData (properties);
  return name;
}

void
member_register (Member *self)
{
  static const PEER_GROUP_EVENT_TYPE types[] = { PEER_GROUP_EVENT_STATUS_CHANGED,
    PEER_GROUP_EVENT_PROPERTY_CHANGED, PEER_GROUP_EVENT_RECORD_CHANGED,
    PEER_GROUP_EVENT_DIRECT_CONNECTION, PEER_GROUP_EVENT_NEIGHBOR_CONNECTION,
    PEER_GROUP_EVENT_INCOMING_DATA, PEER_GROUP_EVENT_MEMBER_CHANGED,
    PEER_GROUP_EVENT_CONNECTION_FAILED, PEER_GROUP_EVENT_AUTHENTICATION_FAILED };
  PEER_GROUP_EVENT_REGISTRATION all[G_N_ELEMENTS (types)];

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    all[i] = (PEER_GROUP_EVENT_REGISTRATION) { types[i], NULL };
  if (self->heard == NULL)
    self->heard = g_ptr_array_new_with_free_func ((GDestroyNotify) PeerFreeData);
  if (self->event == NULL)
    self->event = CreateEvent (NULL, FALSE, FALSE, NULL);
  g_assert_cmphex (PeerGroupRegisterEvent (self->group, self->event, G_N_ELEMENTS (all), all,
                       &self->registration),
      ==, S_OK);
}

void
member_wait_status (Member *self, DWORD wanted)
{
  DWORD status;

  for (;;) {
    g_assert_cmphex (PeerGroupGetStatus (self->group, &status), ==, S_OK);
    if ((status & wanted) == wanted)
      return;
    PeerFreeData (member_wait (self, PEER_GROUP_EVENT_STATUS_CHANGED));
  }
}

void
member_go_online (Member *self)
{
  g_assert_cmphex (PeerGroupConnect (self->group), ==, S_OK);
  member_wait_status (self, PEER_GROUP_STATUS_LISTENING);
}

PEER_ADDRESS
member_get_address (const Member *self)
{
  HPEERENUM members;
  PPEER_MEMBER *items;
  PEER_ADDRESS address;
  ULONG n = 1;

  g_assert_cmphex (
      PeerGroupEnumMembers (self->group, PEER_MEMBER_PRESENT, self->identity, &members), ==, S_OK);
  g_assert_cmphex (PeerGetNextItem (members, &n, (PVOID **) &items), ==, S_OK);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpuint (items[0]->cAddresses, >, 0);
  address = items[0]->pAddresses[0];
  PeerFreeData (items);
  g_assert_cmphex (PeerEndEnumeration (members), ==, S_OK);
  return address;
}

void
member_connect (Member *self, const Member *other)
{
  PEER_ADDRESS address = member_get_address (other);

  g_assert_cmphex (PeerGroupConnectByAddress (self->group, 1, &address), ==, S_OK);
  member_wait_status (self, PEER_GROUP_STATUS_LISTENING | PEER_GROUP_STATUS_HAS_CONNECTIONS);
}

void
member_close (Member *self)
{
  g_clear_pointer (&self->heard, g_ptr_array_unref);
  if (self->registration != NULL)
    g_assert_cmphex (PeerGroupUnregisterEvent (self->registration), ==, S_OK);
  if (self->group != NULL)
    g_assert_cmphex (PeerGroupClose (self->group), ==, S_OK);
  if (self->event != NULL)
    g_assert_true (CloseHandle (self->event));
  PeerFreeData (self->identity);
  *self = (Member) { 0 };
}

/* --- events --- */

static void
hear (Member *self)
{
  PPEER_GROUP_EVENT_DATA data;

  while (PeerGroupGetEventData (self->registration, &data) == S_OK)
    g_ptr_array_add (self->heard, data);
}

PPEER_GROUP_EVENT_DATA
member_wait (Member *self, PEER_GROUP_EVENT_TYPE type)
{
  for (;;) {
    hear (self);
    for (guint i = 0; i < self->heard->len; i++)
      if (((PPEER_GROUP_EVENT_DATA) self->heard->pdata[i])->eventType == type)
        return g_ptr_array_steal_index (self->heard, i);
    g_assert_cmpuint (WaitForSingleObject (self->event, MEMBER_PATIENCE_MS), ==, WAIT_OBJECT_0);
  }
}

guint
member_count (Member *self, PEER_GROUP_EVENT_TYPE type)
{
  guint n = 0;

  hear (self);
  for (guint i = 0; i < self->heard->len; i++)
    n += ((PPEER_GROUP_EVENT_DATA) self->heard->pdata[i])->eventType == type;
  return n;
}

ULONGLONG
member_wait_link (Member *self, PEER_CONNECTION_STATUS status, HRESULT reason)
{
  PPEER_GROUP_EVENT_DATA data = member_wait (self, PEER_GROUP_EVENT_DIRECT_CONNECTION);
  const PEER_EVENT_CONNECTION_CHANGE_DATA *change = &data->connectionChangeData;
  ULONGLONG id = change->ullConnectionId;

  g_assert_cmpuint (change->dwSize, ==, sizeof (*change));
  g_assert_cmpint (change->status, ==, status);
  g_assert_cmphex (change->hrConnectionFailedReason, ==, reason);
  PeerFreeData (data);
  return id;
}

void
member_wait_change (Member *self, PEER_MEMBER_CHANGE_TYPE change, PCWSTR who)
{
  for (;;) {
    hear (self);
    for (guint i = 0; i < self->heard->len; i++) {
      const PEER_GROUP_EVENT_DATA *data = self->heard->pdata[i];

      if (data->eventType != PEER_GROUP_EVENT_MEMBER_CHANGED
          || data->memberChangeData.changeType != change
          || wcscmp (data->memberChangeData.pwzIdentity, who) != 0)
        continue;
      g_assert_cmpuint (data->memberChangeData.dwSize, ==, sizeof (data->memberChangeData));
      g_ptr_array_remove_index (self->heard, i);
      return;
    }
    g_assert_cmpuint (WaitForSingleObject (self->event, MEMBER_PATIENCE_MS), ==, WAIT_OBJECT_0);
  }
}

HRESULT
member_wait_failure (Member *self)
{
  PPEER_GROUP_EVENT_DATA data = member_wait (self, PEER_GROUP_EVENT_CONNECTION_FAILED);
  HRESULT reason = data->hrConnectionFailedReason;

  PeerFreeData (data);
  return reason;
}

/* --- two of them --- */

/* Who is online while somebody else has the port of groups gets another. Two in one process would
 * share it. Another program that has it may let go of it at any moment. */
static gboolean
goes_online_elsewhere (Member *member)
{
  g_autoptr (GSocketListener) other = g_socket_listener_new ();

  g_socket_listener_add_inet_port (other, 3587, NULL, NULL);
  member_go_online (member);
  return ntohs (member_get_address (member).sin6.sin6_port) != 3587;
}

void
group_pair_begin (GroupPair *pair, gconstpointer data)
{
  group_stage_begin ();
  member_create (&pair->alice, L"alice", NULL);
  while (!goes_online_elsewhere (&pair->alice)) {
    member_close (&pair->alice);
    group_stage_end ();
    group_stage_begin ();
    member_create (&pair->alice, L"alice", NULL);
  }
  member_join (&pair->bob, L"bob", &pair->alice, &PEER_GROUP_ROLE_MEMBER);
  member_connect (&pair->bob, &pair->alice);
}

void
group_pair_end (GroupPair *pair, gconstpointer data)
{
  member_close (&pair->alice);
  member_close (&pair->bob);
  group_stage_end ();
}

FILETIME
group_time_from_now (int s)
{
  guint64 ticks =
      G_GUINT64_CONSTANT (116444736000000000) + (guint64) (g_get_real_time () + s * 1000000LL) * 10;

  return (FILETIME) { (DWORD) ticks, ticks >> 32 };
}
