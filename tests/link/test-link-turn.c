/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One forms a group at a time: other programs have the turn to do so, or the lock of the claims, and
 * perhaps have been stopped. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <link-p2p-op-private.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "link-lab.h"

#define add(path, test) g_test_add ("/link/turn/" path, Lab, NULL, set_up, test, lab_tear_down)

#define LEFT_GROUP ROOT "/Interfaces/7"

static void
find (Lab *lab)
{
  lab_find (lab);
  lab_wait_ok (lab);
  wfd_link_stop_find (lab->link);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
}

/* A source that has reached wpa_supplicant. */
static void
set_up (Lab *lab, gconstpointer data)
{
  static const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
    .go_intent = -1,
  };

  lab_set_up (lab, data);
  lab_use_options (lab, &options);
  lab_know_tv (lab);
  find (lab);
}

static guint
count (Lab *lab, const char *key)
{
  return fake_wpas_count (lab->fake, key);
}

/* --- the turn --- */

/* @key: of what says so: a link, or a group */
static void
claim_turn (Lab *lab, WfdClaim *claim, const char *key, guint ago_s)
{
  struct timespec now;
  g_autofree char *since = NULL;

  clock_gettime (CLOCK_BOOTTIME, &now);
  since = g_strdup_printf ("%" G_GINT64_FORMAT,
      (gint64) (now.tv_sec - ago_s) * G_USEC_PER_SEC + now.tv_nsec / 1000);
  wfd_claim_set (claim, "owner", lab_get_owner (lab));
  wfd_claim_set (claim, key, IFACE);
  wfd_claim_set (claim, "turn", since);
}

static void
connect_in_vain (Lab *lab)
{
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_settle (lab);
  g_assert_cmpint (WFD_P2P_LINK (lab->link)->op->step, ==, WFD_P2P_STEP_SHARE);
  g_assert_cmpuint (count (lab, "Connect"), ==, 0);
}

/* A display would go to the port of the program that was there first. */
static void
test_group_of_other_program (Lab *lab, gconstpointer data)
{
  WfdClaim *claim = wfd_claim_new (lab->folder);

  claim_turn (lab, claim, "adapter", 0);
  wfd_claim_set (claim, "path", GROUP_IFACE);
  wfd_claim_set (claim, "group", GROUP);
  wfd_claim_set (claim, "process", "1");
  connect_in_vain (lab);
  wfd_claim_set (claim, "turn", NULL);
  wfd_claim_set (claim, "open", "yes");
  lab_wait_call (lab, "Connect");
  g_assert_cmpuint (count (lab, "Start"), ==, 0);
  wfd_claim_free (claim);
}

/* The display, which was paired before with what this device owns, would be invited into it. */
static void
test_paired_with_group_of_other_program (Lab *lab, gconstpointer data)
{
  WfdClaim *claim = wfd_claim_new (lab->folder);

  fake_wpas_set (lab->fake, IFACE, "PersistentGroups",
      g_variant_new_parsed ("[objectpath '" PERSISTENT "0']"));
  fake_wpas_set (lab->fake, PERSISTENT "0", "Properties",
      g_variant_new_parsed ("{'mode': <'3'>, 'p2p_client_list': <'" TV_ID "'>}"));
  claim_turn (lab, claim, "adapter", 121);
  wfd_claim_set (claim, "path", GROUP_IFACE);
  wfd_claim_set (claim, "process", "1");
  wfd_claim_set (claim, "open", "yes");
  lab_reopen (lab, TV_ID, TRUE);
  lab_wait_error (lab, WFD_ERROR, WFD_ERROR_STATE);
  g_assert_nonnull (strstr (lab->error->message, "Another program shows something"));
  g_assert_cmpuint (count (lab, "Invite"), ==, 0);
  wfd_claim_free (claim);
  lab_reopen (lab, TV_ID, TRUE);
  lab_wait_call (lab, "Invite");
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Another program lives and does nothing with its turn, or with the group that it forms. */
static void
test_is_over (Lab *lab, gconstpointer data)
{
  static const char *const keys[] = { "device", "adapter" };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    WfdClaim *claim = wfd_claim_new (lab->folder);

    find (lab);
    claim_turn (lab, claim, keys[i], 0);
    connect_in_vain (lab);
    claim_turn (lab, claim, keys[i], 121);
    lab_wait_call (lab, "Connect");
    wfd_link_close (lab->link);
    lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    wfd_claim_free (claim);
  }
}

/* A name of wpa_supplicant is one of a bus, and said on another there is another one. */
static void
test_other_bus (Lab *lab, gconstpointer data)
{
  WfdClaim *claim = wfd_claim_new (lab->folder);
  g_autofree char *owner =
      g_strconcat (WFD_P2P_LINK (lab->link)->owner, " 0123456789abcdef0123456789abcdef", NULL);

  claim_turn (lab, claim, "device", 0);
  connect_in_vain (lab);
  wfd_claim_set (claim, "owner", owner);
  lab_wait_call (lab, "Connect");
  wfd_claim_free (claim);
}

#define N_TURNS 1000

typedef struct
{
  Lab *lab;
  WfdClaim *link, *group;
  gint has_formed; /* atomic */
} Other;

/* Another link of ours. */
static gpointer
form_group (gpointer data)
{
  Other *other = data;

  other->group = wfd_claim_new (other->lab->folder);
  wfd_claim_set (other->group, "owner", other->lab->owner);
  wfd_claim_set (other->group, "path", GROUP_IFACE);
  wfd_claim_set (other->link, "turn", NULL);
  g_atomic_int_set (&other->has_formed, TRUE);
  return NULL;
}

/* Whoever looks finds the turn or the group, also in the moment between both. */
static void
test_turn_or_group (Lab *lab, gconstpointer data)
{
  Other other = { lab, wfd_claim_new (lab->folder), NULL, FALSE };

  for (guint i = 0; i < N_TURNS; i++) {
    GThread *thread;

    claim_turn (lab, other.link, "device", 0);
    g_clear_pointer (&other.group, wfd_claim_free);
    g_atomic_int_set (&other.has_formed, FALSE);
    thread = g_thread_new ("other", form_group, &other);
    while (!g_atomic_int_get (&other.has_formed))
      g_assert_true (wfd_p2p_link_is_of_other (WFD_P2P_LINK (lab->link), GROUP_IFACE));
    g_thread_join (thread);
  }
  wfd_claim_free (other.group);
  wfd_claim_free (other.link);
}

/* --- the lock --- */

/* As long as somebody has it who does nothing any more. */
static int
hold_lock (Lab *lab)
{
  int fd = g_open (lab->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  return fd;
}

static void
wait_busy (Lab *lab)
{
  while (!lab->done && WFD_P2P_LINK (lab->link)->op->n_busy == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (lab->done);
}

/* As often as it is tried. */
static void
wait_in_vain (Lab *lab)
{
  wait_busy (lab);
  WFD_P2P_LINK (lab->link)->op->n_busy = G_MAXINT;
}

/* A group of a program that has crashed. */
static void
leave_group (Lab *lab)
{
  WfdClaim *claim = wfd_claim_new (lab->folder);

  wfd_claim_set (claim, "owner", lab_get_owner (lab));
  wfd_claim_set (claim, "path", LEFT_GROUP);
  wfd_claim_abandon (claim);
  wfd_link_close (lab->link);
  lab_settle (lab);
}

/* Nothing waits for it for long; what is left over is undone when it is free. */
static void
test_lock_is_kept (Lab *lab, gconstpointer data)
{
  int other;

  leave_group (lab);
  other = hold_lock (lab);
  lab_find (lab);
  wait_in_vain (lab);
  lab_wait_ok (lab);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 0);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  wait_in_vain (lab);
  lab_wait_call (lab, "Connect");
  close (other);
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  fake_wpas_forget_calls (lab->fake);
  lab_find (lab);
  lab_wait_ok (lab);
  assert_call (lab, "Disconnect", "Disconnect " LEFT_GROUP " ");
}

/* And who has it for a moment holds nobody up for longer. */
static void
test_lock_is_given_back (Lab *lab, gconstpointer data)
{
  int other;

  leave_group (lab);
  other = hold_lock (lab);
  lab_find (lab);
  wait_busy (lab);
  close (other);
  lab_wait_ok (lab);
  assert_call (lab, "Disconnect", "Disconnect " LEFT_GROUP " ");
}

static void
test_closed_without_lock (Lab *lab, gconstpointer data)
{
  g_autoptr (GPtrArray) living = NULL;
  int other;

  lab_start_group_after (lab, "Connect", "client");
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_ok (lab);
  other = hold_lock (lab);
  wfd_link_close (lab->link);
  lab_settle (lab);
  assert_call (lab, "Disconnect", "Disconnect " GROUP_IFACE " ");
  living = wfd_claim_read_living (lab->folder, NULL);
  g_assert_cmpuint (living->len, ==, 0);
  close (other);
}

/* --- one setting of the adapter --- */

static WfdLink *
begin_link (Lab *lab, const WfdP2pOptions *options)
{
  WfdLink *link = WFD_LINK (wfd_p2p_link_new_full (lab->bus, options));

  lab->done = FALSE;
  wfd_link_find_async (link, NULL, lab_on_done, lab);
  lab_wait_ok (lab);
  lab_settle (lab);
  return link;
}

static WfdLink *
begin_display (Lab *lab)
{
  const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, 0 },
    .go_intent = -1,
    .runtime_folder = lab->folder,
  };

  return begin_link (lab, &options);
}

static void
assert_listens (Lab *lab, const char *expected)
{
  lab_settle (lab);
  assert_call (lab, "ExtendedListen", expected);
  fake_wpas_forget_calls (lab->fake);
}

/* Nothing has ended it, nor made it begin anew after the next pause. */
static void
assert_listens_on (Lab *lab)
{
  lab_settle (lab);
  g_assert_cmpuint (count (lab, "ExtendedListen"), ==, 0);
  g_assert_cmpuint (count (lab, "StopFind"), ==, 0);
}

/* Who can be found for a moment now and then, or not any more, is not alone. */
static void
test_display_listens_on (Lab *lab, gconstpointer data)
{
  static const char lasting[] = "ExtendedListen " IFACE " interval=4100 period=4000";
  WfdP2pLink *source = WFD_P2P_LINK (lab->link);
  WfdLink *display = begin_display (lab);

  assert_listens (lab, lasting);
  source->is_in_network = TRUE;
  wfd_p2p_link_set_reachable (source, TRUE);
  assert_listens (lab, lasting);
  wfd_p2p_link_set_reachable (source, FALSE);
  assert_listens_on (lab);
  wfd_p2p_link_set_reachable (source, TRUE);
  assert_listens (lab, lasting);
  wfd_link_stop_find (display);
  assert_listens (lab, "ExtendedListen " IFACE " interval=2000 period=250");
  wfd_p2p_link_set_reachable (source, FALSE);
  assert_listens (lab, "ExtendedListen " IFACE " ");
  wfd_link_close (display);
  lab_settle (lab);
  g_assert_finalize_object (display);
}

/* The radio is away for it, and what is asked there and then would wait for it. */
static void
test_asks_when_the_radio_is_back (Lab *lab, gconstpointer data)
{
  WfdLink *display = begin_display (lab);

  fake_wpas_forget_calls (lab->fake);
  lab_connect (lab, TV_ID, WFD_PAIRING_PBC, NULL);
  lab_wait_call (lab, "StopFind");
  g_assert_cmpuint (count (lab, "Connect"), ==, 0);
  lab_wait_call (lab, "Connect");
  wfd_link_close (lab->link);
  lab_wait_error (lab, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wfd_link_close (display);
  lab_settle (lab);
  g_assert_finalize_object (display);
}

static void
close_display (Lab *lab, WfdLink *display)
{
  wfd_link_close (display);
  lab_settle (lab);
  g_assert_finalize_object (display);
}

/* Whichever of two stops, or is closed, the other is not deaf. */
static void
test_one_of_two_listens_on (Lab *lab, gconstpointer data)
{
  WfdLink *first = begin_display (lab), *second = begin_display (lab);

  fake_wpas_forget_calls (lab->fake);
  wfd_link_stop_find (first);
  assert_listens_on (lab);
  lab->done = FALSE;
  wfd_link_find_async (first, NULL, lab_on_done, lab);
  lab_wait_ok (lab);
  lab_settle (lab);
  fake_wpas_forget_calls (lab->fake);
  close_display (lab, first);
  assert_listens_on (lab);
  wfd_link_stop_find (second);
  lab_settle (lab);
  g_assert_cmpuint (count (lab, "StopFind"), ==, 1);
  assert_listens (lab, "ExtendedListen " IFACE " ");
  close_display (lab, second);
}

/* As wpa_supplicant tells all of them. */
static void
stop_search_of_source (Lab *lab)
{
  fake_wpas_forget_calls (lab->fake);
  wfd_link_stop_find (lab->link);
  lab_wait_call (lab, "StopFind");
  lab_say (lab, "FindStopped", "()");
  lab_settle (lab);
}

/* It has ended what the display did, which would not listen again for up to 4 s. */
static void
test_display_listens_after_search (Lab *lab, gconstpointer data)
{
  WfdLink *display = begin_display (lab);
  const GPtrArray *calls = fake_wpas_get_calls (lab->fake);

  lab_find (lab);
  lab_wait_ok (lab);
  stop_search_of_source (lab);
  assert_call (lab, "Listen", "Listen " IFACE " (4,)");
  g_assert_true (g_str_has_prefix (g_ptr_array_index (calls, 0), "StopFind "));
  wfd_link_stop_find (display);
  lab_find (lab);
  lab_wait_ok (lab);
  stop_search_of_source (lab);
  g_assert_cmpuint (count (lab, "Listen"), ==, 0);
  close_display (lab, display);
}

/* Of whom a third one asks for a group the answer would be missed. */
static void
test_none_listens_while_one_asks (Lab *lab, gconstpointer data)
{
  WfdLink *display = begin_display (lab);
  WfdClaim *claim = wfd_claim_new (lab->folder);

  lab_find (lab);
  lab_wait_ok (lab);
  claim_turn (lab, claim, "device", 0);
  stop_search_of_source (lab);
  g_assert_cmpuint (count (lab, "Listen"), ==, 0);
  wfd_claim_free (claim);
  close_display (lab, display);
}

static WfdLink *
begin_second_search (Lab *lab)
{
  const WfdP2pOptions options = {
    .advert = { WFD_IE_TYPE_SOURCE, TRUE, 7237, 200, 0 },
    .go_intent = -1,
    .search_again_ms = G_MAXINT,
    .runtime_folder = lab->folder,
  };

  lab_find (lab);
  lab_wait_ok (lab);
  return begin_link (lab, &options);
}

/* The same with the search of another one. */
static void
test_other_searches_again (Lab *lab, gconstpointer data)
{
  WfdLink *second = begin_second_search (lab);

  stop_search_of_source (lab);
  lab_wait_call (lab, "Find");
  assert_call (lab, "Find", "Find " IFACE " DiscoveryType='social' Timeout=1");
  close_display (lab, second);
}

/* Also when there is nobody any more who may have ended it; but somebody else, who is not one of
 * ours, may form a group. */
static void
test_searches_again_after_the_end_of_other (Lab *lab, gconstpointer data)
{
  WfdLink *second = begin_second_search (lab);

  fake_wpas_forget_calls (lab->fake);
  wfd_link_close (lab->link);
  lab_say (lab, "FindStopped", "()");
  lab_wait_call (lab, "Find");
  lab_settle (lab);
  wfd_p2p_link_search (WFD_P2P_LINK (second), WFD_P2P_SEARCH_SOCIAL);
  lab_say (lab, "FindStopped", "()");
  lab_settle (lab);
  g_assert_cmpint (g_source_get_ready_time (WFD_P2P_LINK (second)->search_again), >,
      g_get_monotonic_time () + G_MAXINT);
  close_display (lab, second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("group-of-other-program", test_group_of_other_program);
  add ("paired-with-group-of-other-program", test_paired_with_group_of_other_program);
  add ("is-over", test_is_over);
  add ("other-bus", test_other_bus);
  add ("turn-or-group", test_turn_or_group);
  add ("lock-is-kept", test_lock_is_kept);
  add ("lock-is-given-back", test_lock_is_given_back);
  add ("closed-without-lock", test_closed_without_lock);
  add ("display-listens-on", test_display_listens_on);
  add ("asks-when-the-radio-is-back", test_asks_when_the_radio_is_back);
  add ("one-of-two-listens-on", test_one_of_two_listens_on);
  add ("display-listens-after-search", test_display_listens_after_search);
  add ("none-listens-while-one-asks", test_none_listens_while_one_asks);
  add ("other-searches-again", test_other_searches_again);
  add ("searches-again-after-the-end-of-other", test_searches_again_after_the_end_of_other);
  return lab_run ();
}
