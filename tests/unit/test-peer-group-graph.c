/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Nodes of a group on ::1, each with a thread and a folder of its own. */
#include <base-limits.h>
#include <glib/gstdio.h>
#include <peer-club.h>
#include <peer-graph.h>
#include <peer-password.h>
#include <signal.h>
#include <sys/resource.h>

#define EPOCH_TICKS G_GUINT64_CONSTANT (116444736000000000)
#define SCOPE_LOOPBACK 4

static const WfdPeerGuid type = { { 0xca, 0xfe } };

typedef struct
{
  Person person;
  char *folder;
  WfdPeerHub *hub;
  WfdPeerGroup *group;
  WfdPeerGraph *graph;
  WfdPeerQueue *queue;
  GCond happened;
} Site;

static void
on_event (gpointer user_data)
{
  g_cond_broadcast (&((Site *) user_data)->happened);
}

static void
add_queue (Site *self)
{
  static const WfdPeerFilter filters[] = { { WFD_PEER_EVENT_STATUS }, { WFD_PEER_EVENT_RECORD },
    { WFD_PEER_EVENT_DIRECT }, { WFD_PEER_EVENT_NEIGHBOUR }, { WFD_PEER_EVENT_DATA } };

  self->queue = wfd_peer_queue_new (filters, G_N_ELEMENTS (filters), on_event, self);
  wfd_peer_graph_add_queue (self->graph, self->queue);
}

/* @properties: of the one who creates the graph. @chain NULL and no @password: nobody
 * minds who comes. */
static void
site_open (Site *self, Club *club, WfdPeerChain *chain, const char *password,
    const WfdPeerProperties *properties)
{
  g_autofree char *hash =
      password != NULL ? wfd_peer_password_hash (club->profile, password) : NULL;
  WfdPeerGroupConfig group = { club->name, self->person.key, self->person.identity, chain,
    .group_key = properties != NULL ? club->key : NULL, .password_hash = hash };
  WfdPeerGraphConfig config = { .node = { .graph_id = club->name,
                                    .peer_id = self->person.identity->name },
    .database = "group" };

  self->folder = g_dir_make_tmp ("wfd-group-XXXXXX", NULL);
  self->hub = wfd_peer_hub_new (self->folder);
  self->group = NULL;
  g_cond_init (&self->happened);
  if (chain != NULL || password != NULL)
    g_assert_cmpuint (wfd_peer_group_new (&group, &self->group), ==, WFD_PEER_OK);
  config.group = self->group;
  wfd_peer_hub_lock (self->hub);
  g_assert_false (
      WFD_PEER_FAILED (wfd_peer_graph_open (self->hub, &config, properties, &self->graph)));
  add_queue (self);
}

/* The lock is held from open to close, but for when the site waits. */
static void
site_close (Site *self)
{
  g_autofree char *command = NULL;

  wfd_peer_hub_free (self->hub);
  g_clear_pointer (&self->group, wfd_peer_group_unref);
  g_cond_clear (&self->happened);
  command = g_strdup_printf ("rm -r '%s'", self->folder);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (self->folder);
  person_end (&self->person);
}

static void
close_both (Site *creator, Site *other)
{
  wfd_peer_hub_unlock (creator->hub);
  wfd_peer_hub_unlock (other->hub);
  site_close (other);
  site_close (creator);
}

static void
add (Site *self, const WfdPeerGuid *record_type, const char *creator, GBytes *payload)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();
  guint32 result;

  record->type = *record_type;
  record->creator = g_strdup (creator);
  record->expires = EPOCH_TICKS + (CLUB_NOW_S + CLUB_DAY_S) * G_GUINT64_CONSTANT (10000000);
  g_bytes_unref (record->payload);
  record->payload = payload;
  result = wfd_peer_node_add_record (wfd_peer_graph_begin (self->graph), record);
  wfd_peer_graph_end (self->graph);
  g_assert_cmpuint (result, ==, WFD_PEER_OK);
}

static void
publish_membership (Site *self)
{
  add (self, &wfd_peer_type_membership, NULL,
      wfd_peer_membership_build (wfd_peer_group_get_chain (self->group)));
}

/* Who makes the group. */
static void
site_found (Site *self, Club *club, const char *password, WfdPeerAddress *ret_address)
{
  WfdPeerProperties properties = { 0, 1, club->name, club->creator.identity->name,
    .presence_lifetime_s = 300, .max_presence = G_MAXUINT32 };
  g_autofree char *hash =
      password != NULL ? wfd_peer_password_hash (club->profile, password) : NULL;
  WfdPeerGroupProperties own = { .group_name = club->name,
    .creator_name = club->creator.identity->name,
    .password_hash = hash,
    .password_roles = WFD_PEER_ROLE_MEMBER };
  WfdPeerNodeInfo *info;

  self->person.key = wfd_peer_key_ref (club->creator.key);
  self->person.identity = wfd_peer_credential_ref (club->creator.identity);
  site_open (self, club, club->creator_chain, NULL, &properties);
  add (self, &wfd_peer_type_group_properties, club->name, wfd_peer_group_properties_build (&own));
  publish_membership (self);
  g_assert_cmpuint (wfd_peer_graph_listen (self->graph, SCOPE_LOOPBACK, 0, 0), ==, WFD_PEER_OK);
  info = wfd_peer_node_get_info (self->graph->node, 0);
  *ret_address = info->addresses[0];
  wfd_peer_node_info_free (info);
}

static WfdPeerEvent *
wait_for (Site *self, WfdPeerEventType wanted, guint32 change)
{
  gint64 until_us = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;

  for (;;) {
    WfdPeerEvent *event = wfd_peer_graph_next_event (self->graph, self->queue);

    if (event != NULL && event->type == wanted && (event->change == change || change == 0))
      return event;
    if (event != NULL)
      wfd_peer_event_unref (event);
    else
      g_assert_true (g_cond_wait_until (&self->happened, &self->hub->loop.lock, until_us));
  }
}

static void
expect (Site *self, WfdPeerEventType wanted, guint32 change)
{
  wfd_peer_event_unref (wait_for (self, wanted, change));
}

static guint64
connect_to (Site *self, WfdPeerLinkType link_type, const char *name, const WfdPeerAddress *address)
{
  guint64 link_id;

  g_assert_cmpuint (wfd_peer_graph_connect (self->graph, link_type, name, address, &link_id), ==,
      WFD_PEER_OK);
  return link_id;
}

static void
expect_refusal (Site *self, WfdPeerEventType wanted, guint32 reason)
{
  g_autoptr (WfdPeerEvent) event = wait_for (self, wanted, 0);

  g_assert_cmpuint (event->change, ==, WFD_PEER_LINK_FAILED);
  g_assert_cmphex (event->reason, ==, reason);
}

static void
wait_synchronized (Site *self)
{
  while ((wfd_peer_node_get_status (self->graph->node) & WFD_PEER_STATUS_SYNCHRONIZED) == 0)
    expect (self, WFD_PEER_EVENT_STATUS, 0);
}

/* The lock of one has to be free while the other waits. */
#define WHILE_FREE(site, what) \
  wfd_peer_hub_unlock ((site)->hub); \
  what; \
  wfd_peer_hub_lock ((site)->hub)

static void
exchange_records (Site *creator, Site *member)
{
  WHILE_FREE (creator, wait_synchronized (member));
  publish_membership (member);
  add (member, &type, NULL, g_bytes_new_static ("from the member", 15));
  for (;;) {
    g_autoptr (WfdPeerEvent) event = NULL;

    WHILE_FREE (member, event = wait_for (creator, WFD_PEER_EVENT_RECORD, WFD_PEER_RECORD_ADDED));
    if (wfd_peer_guid_equal (&event->guid, &type))
      break;
  }
  add (creator, &type, NULL, g_bytes_new_static ("from the creator", 16));
  for (;;) {
    g_autoptr (WfdPeerEvent) event = NULL;
    g_autoptr (WfdPeerRecord) record = NULL;

    WHILE_FREE (creator, event = wait_for (member, WFD_PEER_EVENT_RECORD, WFD_PEER_RECORD_ADDED));
    record = wfd_peer_node_get_record (member->graph->node, &event->record_id);
    if (record != NULL && g_bytes_get_size (record->payload) == 16)
      break;
  }
}

static void
exchange_data (Site *creator, Site *member, const WfdPeerAddress *address)
{
  const gsize size = 1024 * 1024;
  g_autofree guint8 *data = g_malloc0 (size);
  guint64 link_id =
      connect_to (member, WFD_PEER_LINK_DIRECT, creator->person.identity->name, address);
  g_autoptr (WfdPeerEvent) there = NULL, back = NULL;

  WHILE_FREE (creator, expect (member, WFD_PEER_EVENT_DIRECT, WFD_PEER_LINK_UP));
  data[size / 2] = 42;
  g_assert_cmpuint (wfd_peer_graph_send (member->graph, link_id, &type, data, size), ==,
      WFD_PEER_OK);
  WHILE_FREE (member, there = wait_for (creator, WFD_PEER_EVENT_DATA, 0));
  g_assert_cmpmem (g_bytes_get_data (there->data, NULL), g_bytes_get_size (there->data), data,
      size);
  g_assert_cmpuint (wfd_peer_graph_send (creator->graph, there->link_id, &type, NULL, 0), ==,
      WFD_PEER_OK);
  WHILE_FREE (creator, back = wait_for (member, WFD_PEER_EVENT_DATA, 0));
  g_assert_cmpuint (g_bytes_get_size (back->data), ==, 0);
  g_assert_cmpuint (wfd_peer_node_disconnect_direct (wfd_peer_graph_begin (member->graph), link_id),
      ==, WFD_PEER_OK);
  wfd_peer_graph_end (member->graph);
  WHILE_FREE (member, expect (creator, WFD_PEER_EVENT_DIRECT, WFD_PEER_LINK_DOWN));
}

/* --- members --- */

static void
test_members (gconstpointer data)
{
  Club club;
  Site creator, member;
  WfdPeerAddress address;
  g_autoptr (WfdPeerChain) chain = NULL;

  club_begin (&club, GPOINTER_TO_UINT (data));
  site_found (&creator, &club, NULL, &address);
  person_begin (&member.person, club.member_kind);
  chain = club_let_in (&club, &member.person, WFD_PEER_ROLE_MEMBER);
  site_open (&member, &club, chain, NULL, NULL);
  connect_to (&member, WFD_PEER_LINK_NEIGHBOUR, NULL, &address);
  exchange_records (&creator, &member);
  exchange_data (&creator, &member, &address);
  close_both (&creator, &member);
  club_end (&club);
}

static void
test_password (gconstpointer data)
{
  Club club;
  Site creator, member;
  WfdPeerAddress address;

  club_begin (&club, GPOINTER_TO_UINT (data));
  site_found (&creator, &club, "sesame", &address);
  person_begin (&member.person, club.member_kind);
  site_open (&member, &club, NULL, "sesame", NULL);
  connect_to (&member, WFD_PEER_LINK_NEIGHBOUR, NULL, &address);
  exchange_records (&creator, &member);
  exchange_data (&creator, &member, &address);
  close_both (&creator, &member);
  club_end (&club);
}

/* --- who is not let in --- */

typedef WfdPeerChain *(*LetIn) (Club *club, const Person *person);

static WfdPeerChain *
let_in_for_half_an_hour (Club *club, const Person *person)
{
  WfdPeerGrant grant = { "Late", WFD_PEER_ROLE_MEMBER, NULL, CLUB_NOW_S, CLUB_NOW_S + 1800 };
  WfdPeerChain *chain = NULL;

  g_assert_cmpuint (wfd_peer_chain_issue (club->creator_chain, club->creator.key, person->identity,
                        &grant, &chain),
      ==, WFD_PEER_OK);
  return chain;
}

/* Both kinds of links end the same way, and the other side hears nothing. */
static void
check_refused (Club *club, LetIn let_in, const char *password, guint32 reason)
{
  Site creator, stranger;
  WfdPeerAddress address;
  g_autoptr (WfdPeerChain) chain = NULL;
  WfdPeerEvent *event;

  site_found (&creator, club, "sesame", &address);
  person_begin (&stranger.person, club->member_kind);
  chain = let_in != NULL ? let_in (club, &stranger.person) : NULL;
  site_open (&stranger, club, chain, password, NULL);
  connect_to (&stranger, WFD_PEER_LINK_DIRECT, creator.person.identity->name, &address);
  WHILE_FREE (&creator, expect_refusal (&stranger, WFD_PEER_EVENT_DIRECT, reason));
  connect_to (&stranger, WFD_PEER_LINK_NEIGHBOUR, NULL, &address);
  WHILE_FREE (&creator, expect_refusal (&stranger, WFD_PEER_EVENT_NEIGHBOUR, reason));
  while ((event = wfd_peer_graph_next_event (creator.graph, creator.queue)) != NULL) {
    g_assert_true (event->type == WFD_PEER_EVENT_STATUS || event->type == WFD_PEER_EVENT_RECORD);
    wfd_peer_event_unref (event);
  }
  close_both (&creator, &stranger);
}

static void
test_stranger_without_group (void)
{
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  check_refused (&club, NULL, NULL, WFD_PEER_CONNECTION_FAILED);
  club_end (&club);
}

static void
test_wrong_password (void)
{
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  check_refused (&club, NULL, "simsim", WFD_PEER_NOT_AUTHENTICATED);
  club_end (&club);
}

static void
test_expired_member (void)
{
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  check_refused (&club, let_in_for_half_an_hour, NULL, WFD_PEER_NOT_AUTHENTICATED);
  club_end (&club);
}

/* Whoever holds a record can change it, but not its signature; what else they hold comes. */
static void
test_forged_record (void)
{
  Club club;
  Site creator, member;
  WfdPeerAddress address;
  g_autoptr (WfdPeerChain) chain = NULL;
  g_autoptr (GPtrArray) held = NULL;
  guint n_good = 0, n_forged = 0;

  club_begin (&club, WFD_PEER_KEY_P256);
  site_found (&creator, &club, NULL, &address);
  add (&creator, &type, NULL, g_bytes_new_static ("true", 4));
  add (&creator, &type, NULL, g_bytes_new_static ("false", 5));
  held = wfd_peer_node_list_records (creator.graph->node, &type, NULL);
  g_assert_cmpuint (held->len, ==, 2);
  for (guint i = 0; i < held->len; i++) {
    WfdPeerRecord *record = held->pdata[i];

    if (g_bytes_get_size (record->payload) != 5)
      continue;
    g_bytes_unref (record->payload);
    record->payload = g_bytes_new_static ("forged", 6);
  }

  person_begin (&member.person, club.member_kind);
  chain = club_let_in (&club, &member.person, WFD_PEER_ROLE_MEMBER);
  site_open (&member, &club, chain, NULL, NULL);
  connect_to (&member, WFD_PEER_LINK_NEIGHBOUR, NULL, &address);
  WHILE_FREE (&creator, wait_synchronized (&member));
  g_clear_pointer (&held, g_ptr_array_unref);
  held = wfd_peer_node_list_records (member.graph->node, &type, NULL);
  for (guint i = 0; i < held->len; i++) {
    gsize size = g_bytes_get_size (((WfdPeerRecord *) held->pdata[i])->payload);

    n_good += size == 4;
    n_forged += size == 6;
  }
  g_assert_cmpuint (n_good, ==, 1);
  g_assert_cmpuint (n_forged, ==, 0);
  close_both (&creator, &member);
  club_end (&club);
}

/* A member who sits where another one is looked for. */
static void
test_wrong_member_at_the_address (void)
{
  Club club;
  Site creator, member;
  WfdPeerAddress address;
  g_autoptr (WfdPeerChain) chain = NULL;
  g_autofree char *other = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  site_found (&creator, &club, NULL, &address);
  person_begin (&member.person, club.member_kind);
  chain = club_let_in (&club, &member.person, WFD_PEER_ROLE_MEMBER);
  site_open (&member, &club, chain, NULL, NULL);
  other = g_strconcat (creator.person.identity->name, "2", NULL);
  connect_to (&member, WFD_PEER_LINK_DIRECT, other, &address);
  WHILE_FREE (&creator,
      expect_refusal (&member, WFD_PEER_EVENT_DIRECT, WFD_PEER_NOT_AUTHENTICATED));
  close_both (&creator, &member);
  club_end (&club);
}

static void
put_out (Site *creator, Club *club, const Person *subject)
{
  WfdPeerGrant out = { "Out", WFD_PEER_ROLE_MEMBER, NULL, CLUB_NOW_S + 1, CLUB_NOW_S + 2 };
  g_autoptr (WfdPeerChain) last = NULL;

  g_assert_cmpuint (
      wfd_peer_chain_issue (club->creator_chain, club->creator.key, subject->identity, &out, &last),
      ==, WFD_PEER_OK);
  add (creator, &wfd_peer_type_membership, NULL, wfd_peer_membership_build (last));
}

/* Once a certificate that has ended is in the group, the first one opens nothing. */
static void
test_member_that_was_put_out (void)
{
  Club club;
  Site creator, member;
  WfdPeerAddress address;
  g_autoptr (WfdPeerChain) chain = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  site_found (&creator, &club, NULL, &address);
  person_begin (&member.person, club.member_kind);
  chain = club_let_in (&club, &member.person, WFD_PEER_ROLE_MEMBER);
  put_out (&creator, &club, &member.person);
  site_open (&member, &club, chain, NULL, NULL);
  connect_to (&member, WFD_PEER_LINK_DIRECT, creator.person.identity->name, &address);
  WHILE_FREE (&creator,
      expect_refusal (&member, WFD_PEER_EVENT_DIRECT, WFD_PEER_NOT_AUTHENTICATED));
  close_both (&creator, &member);
  club_end (&club);
}

/* Who is there when the news comes, as neighbour and by a direct connection. */
static void
test_put_out_while_connected (void)
{
  Club club;
  Site creator, member;
  WfdPeerAddress address;
  g_autoptr (WfdPeerChain) chain = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  site_found (&creator, &club, NULL, &address);
  person_begin (&member.person, club.member_kind);
  chain = club_let_in (&club, &member.person, WFD_PEER_ROLE_MEMBER);
  site_open (&member, &club, chain, NULL, NULL);
  connect_to (&member, WFD_PEER_LINK_NEIGHBOUR, NULL, &address);
  exchange_records (&creator, &member);
  connect_to (&member, WFD_PEER_LINK_DIRECT, creator.person.identity->name, &address);
  WHILE_FREE (&creator, expect (&member, WFD_PEER_EVENT_DIRECT, WFD_PEER_LINK_UP));
  put_out (&creator, &club, &member.person);
  WHILE_FREE (&creator, expect (&member, WFD_PEER_EVENT_DIRECT, WFD_PEER_LINK_DOWN));
  WHILE_FREE (&member, expect (&creator, WFD_PEER_EVENT_DIRECT, WFD_PEER_LINK_DOWN));
  while ((wfd_peer_node_get_status (creator.graph->node) & WFD_PEER_STATUS_CONNECTED) != 0) {
    WHILE_FREE (&member, expect (&creator, WFD_PEER_EVENT_NEIGHBOUR, 0));
  }
  close_both (&creator, &member);
  club_end (&club);
}

static void
limit_files (rlim_t size)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = MIN (size, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The creator's, of a group with another member. */
static void
export_group (Club *club, const Person *other, const char *path)
{
  g_autoptr (WfdPeerChain) chain = club_let_in (club, other, WFD_PEER_ROLE_MEMBER);
  WfdPeerAddress address;
  Site creator;

  site_found (&creator, club, NULL, &address);
  add (&creator, &wfd_peer_type_membership, NULL, wfd_peer_membership_build (chain));
  g_assert_cmphex (wfd_peer_graph_export (creator.graph, path), ==, WFD_PEER_OK);
  wfd_peer_hub_unlock (creator.hub);
  site_close (&creator);
}

/* Whom a copy tells of is not known when the disk has not taken it. */
static void
test_copy_without_room (void)
{
  g_autofree char *folder = g_dir_make_tmp ("wfd-copy-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "copy", NULL);
  Person other;
  Site creator;
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  person_begin (&other, WFD_PEER_KEY_P256);
  export_group (&club, &other, path);
  creator.person.key = wfd_peer_key_ref (club.creator.key);
  creator.person.identity = wfd_peer_credential_ref (club.creator.identity);
  site_open (&creator, &club, club.creator_chain, NULL, NULL);
  limit_files (0);
  g_assert_cmphex (wfd_peer_graph_import (creator.graph, path), ==, WFD_PEER_DISK_FULL);
  limit_files (RLIM_INFINITY);
  g_assert_null (wfd_peer_group_find_member (creator.group, other.identity->name));
  g_assert_nonnull (wfd_peer_group_get_chain (creator.group));
  g_assert_cmphex (wfd_peer_graph_import (creator.graph, path), ==, WFD_PEER_OK);
  g_assert_nonnull (wfd_peer_group_find_member (creator.group, other.identity->name));
  wfd_peer_hub_unlock (creator.hub);
  site_close (&creator);
  g_assert_cmpint (g_remove (path) | g_rmdir (folder), ==, 0);
  person_end (&other);
  club_end (&club);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  signal (SIGXFSZ, SIG_IGN);
  /* The sockets have the time of day. */
  club_now_s = g_get_real_time () / G_USEC_PER_SEC - 3600;
  g_test_add_data_func ("/peer/group-graph/members/modern", GUINT_TO_POINTER (WFD_PEER_KEY_P256),
      test_members);
  g_test_add_data_func ("/peer/group-graph/members/compatible",
      GUINT_TO_POINTER (WFD_PEER_KEY_RSA1024), test_members);
  g_test_add_data_func ("/peer/group-graph/members/ed25519",
      GUINT_TO_POINTER (WFD_PEER_KEY_ED25519), test_members);
  g_test_add_data_func ("/peer/group-graph/password/modern", GUINT_TO_POINTER (WFD_PEER_KEY_P256),
      test_password);
  g_test_add_data_func ("/peer/group-graph/password/compatible",
      GUINT_TO_POINTER (WFD_PEER_KEY_RSA1024), test_password);
  g_test_add_data_func ("/peer/group-graph/password/ed25519",
      GUINT_TO_POINTER (WFD_PEER_KEY_ED25519), test_password);
  g_test_add_func ("/peer/group-graph/stranger-without-group", test_stranger_without_group);
  g_test_add_func ("/peer/group-graph/wrong-password", test_wrong_password);
  g_test_add_func ("/peer/group-graph/expired-member", test_expired_member);
  g_test_add_func ("/peer/group-graph/forged-record", test_forged_record);
  g_test_add_func ("/peer/group-graph/wrong-member-at-the-address",
      test_wrong_member_at_the_address);
  g_test_add_func ("/peer/group-graph/member-that-was-put-out", test_member_that_was_put_out);
  g_test_add_func ("/peer/group-graph/put-out-while-connected", test_put_out_while_connected);
  g_test_add_func ("/peer/group-graph/copy-without-room", test_copy_without_room);
  return g_test_run ();
}
