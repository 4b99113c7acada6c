/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wfdsink and wfdsrc over Wi-Fi Direct, with a wpa_supplicant that has no radios. */
#include <gstrtspwfd.h>
#include <gstwfdsink.h>
#include <gstwfdsrc.h>
#include <wfd/wfd.h>

#include "p2p-stage.h"

#define add(path, test) \
  g_test_add ("/gst/p2p/" path, Stage, NULL, stage_set_up, test, stage_tear_down)

static void
play (Stage *stage)
{
  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=Living*");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Find");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 10);
}

static void
test_picture (Stage *stage, gconstpointer data)
{
  play (stage);
  stage_wait_progress (stage, STAGE_SOURCE, "play/complete");
  g_assert_cmpstr (stage->sides[STAGE_SOURCE].progress->str, ==,
      "discover/start discover/complete pair/start pair/complete address/start address/complete "
      "connect/start connect/complete negotiate/start negotiate/complete play/start "
      "play/complete ");
}

/* The second time nobody is needed. */
static void
test_reopens (Stage *stage, gconstpointer data)
{
  StageSide *source = &stage->sides[STAGE_SOURCE];

  play (stage);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  g_string_truncate (source->progress, 0);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_progress (stage, STAGE_SOURCE, "play/complete");
  g_assert_cmpuint (stage_count_calls (stage, STAGE_SOURCE, "Connect"), ==, 1);
  g_assert_cmpuint (stage_count_calls (stage, STAGE_SOURCE, "Invite"), ==, 1);
}

/* Both stay in PLAYING, and are told. */
static void
test_loss (Stage *stage, gconstpointer data)
{
  play (stage);
  stage_end_group (stage);
  stage_wait_warning (stage, STAGE_SOURCE);
  stage_wait_warning (stage, STAGE_DISPLAY);
  stage_wait_call (stage, STAGE_SOURCE, "Invite");
  stage_wait_buffers (stage, 10);
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
  g_assert_no_error (stage->sides[STAGE_DISPLAY].error);
}

/* Paused for longer than the group may stand unused, and opened again on demand. */
static void
test_unused_group_is_closed (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=" STAGE_DISPLAY_ID " idle-timeout=1");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Find");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 1);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PAUSED);
  stage_wait_call (stage, STAGE_SOURCE, "Disconnect");
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_SOURCE, "Invite");
  stage_wait_buffers (stage, 1);
  g_assert_cmpuint (stage->sides[STAGE_SOURCE].n_eos, ==, 0);
}

/* An end in order is EOS on both sides, and no group is left. */
static void
test_end (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Find");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 1);
  gst_element_send_event (stage->sides[STAGE_SOURCE].pipeline, gst_event_new_eos ());
  stage_wait_eos (stage, STAGE_SOURCE);
  stage_wait_eos (stage, STAGE_DISPLAY);
  /* By whoever is faster; for the other it is gone then. */
  stage_wait_any_call (stage, "Disconnect");
}

static gboolean
leave_open (GstElement *wfd, const char *peer, const char *name, gint pairing, const char *pin,
    guint *n_asked)
{
  g_assert_cmpstr (peer, ==, STAGE_SOURCE_ID);
  g_assert_cmpstr (name, ==, "Laptop");
  g_assert_cmpint (pairing, ==, WFD_PAIRING_PBC);
  g_atomic_int_inc (n_asked);
  g_main_context_wakeup (NULL);
  return FALSE;
}

/* By a person, who was asked and then answers. */
static void
test_pairing_is_answered (Stage *stage, gconstpointer data)
{
  GstElement *display;
  guint n_asked = 0;

  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  display = stage->sides[STAGE_DISPLAY].wfd;
  g_signal_connect (display, "pairing-request", G_CALLBACK (leave_open), &n_asked);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Find");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_asked (stage, &n_asked);
  g_signal_emit_by_name (display, "answer-pairing", STAGE_SOURCE_ID, FALSE);
  stage_wait_call (stage, STAGE_DISPLAY, "RejectPeer");
  g_assert_cmpuint (stage_count_calls (stage, STAGE_DISPLAY, "Connect"), ==, 0);
  g_signal_emit_by_name (display, "answer-pairing", STAGE_SOURCE_ID, TRUE);
  stage_wait_buffers (stage, 1);
}

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean is_asked, is_left, may_go;
} Handler;

static gboolean
wait_for_person (GstElement *wfd, const char *peer, const char *name, gint pairing, const char *pin,
    Handler *handler)
{
  g_mutex_lock (&handler->lock);
  handler->is_asked = TRUE;
  g_cond_broadcast (&handler->changed);
  g_main_context_wakeup (NULL);
  while (!handler->may_go)
    g_cond_wait (&handler->changed, &handler->lock);
  handler->is_left = TRUE;
  g_cond_broadcast (&handler->changed);
  g_mutex_unlock (&handler->lock);
  return TRUE;
}

/* The handler goes on only when the pipeline is at NULL. */
static void
test_handler_holds_nothing_up (Stage *stage, gconstpointer data)
{
  static Handler handler;
  GstElement *display;

  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  display = stage->sides[STAGE_DISPLAY].wfd;
  g_signal_connect (display, "pairing-request", G_CALLBACK (wait_for_person), &handler);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Find");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  g_mutex_lock (&handler.lock);
  while (!handler.is_asked) {
    g_mutex_unlock (&handler.lock);
    g_main_context_iteration (NULL, TRUE);
    g_mutex_lock (&handler.lock);
  }
  g_mutex_unlock (&handler.lock);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_NULL);
  g_mutex_lock (&handler.lock);
  handler.may_go = TRUE;
  g_cond_broadcast (&handler.changed);
  while (!handler.is_left)
    g_cond_wait (&handler.changed, &handler.lock);
  g_mutex_unlock (&handler.lock);
  /* Its thread lets go of the element. */
  while (g_atomic_int_get (&G_OBJECT (display)->ref_count) > 2)
    g_thread_yield ();
}

static void
test_link_in_stats (Stage *stage, gconstpointer data)
{
  g_autoptr (GstStructure) stats = NULL;
  guint frequency_mhz;

  play (stage);
  g_object_get (stage->sides[STAGE_SOURCE].wfd, "stats", &stats, NULL);
  g_assert_cmpstr (gst_structure_get_string (stats, "link-interface"), ==, "p2p-0");
  g_assert_cmpstr (gst_structure_get_string (stats, "link-peer-address"), ==, "127.0.0.2");
  g_assert_true (gst_structure_get_uint (stats, "link-frequency-mhz", &frequency_mhz));
  g_assert_cmpuint (frequency_mhz, ==, 5180);
}

/* Addresses are taken away with the group. */
static void
test_nothing_is_left (Stage *stage, gconstpointer data)
{
  play (stage);
  g_assert_nonnull (strstr (stage->sides[STAGE_SOURCE].network->str, "+127.0.0.1/24 on p2p-0"));
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  g_assert_nonnull (strstr (stage->sides[STAGE_SOURCE].network->str, "-127.0.0.1/24 on p2p-0"));
  stage_wait_call (stage, STAGE_SOURCE, "Disconnect");
}

static GSocketConnection *
connect_from (Stage *stage, const char *address)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) local = g_inet_socket_address_new_from_string (address, 0);
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_set_local_address (client, local);
  g_socket_client_set_timeout (client, 20);
  connection =
      g_socket_client_connect_to_host (client, "127.0.0.1", stage->rtsp_port, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

static gssize
read_some (GSocketConnection *connection)
{
  char octets[64];

  return g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), octets,
      sizeof (octets), NULL, NULL);
}

/* Of all who reach the port only the peer of the link is spoken to. */
static void
test_stranger_is_refused (Stage *stage, gconstpointer data)
{
  g_autoptr (GSocketConnection) stranger = NULL, display = NULL;

  stage_make_source (stage, "peer=Living*");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_SOURCE, "Connect");
  stage_start_group (stage);
  stage_wait_progress (stage, STAGE_SOURCE, "connect/start");
  stranger = connect_from (stage, "127.0.0.3");
  g_assert_cmpint (read_some (stranger), <=, 0);
  display = connect_from (stage, "127.0.0.2");
  g_assert_cmpint (read_some (display), >, 0);
}

/* wpa_supplicant is restarted, and the picture comes back. */
static void
test_supplicant_is_restarted (Stage *stage, gconstpointer data)
{
  play (stage);
  stage_restart_fake (stage);
  stage_wait_warning (stage, STAGE_SOURCE);
  stage_wait_call (stage, STAGE_DISPLAY, "Find");
  stage_wait_buffers (stage, 10);
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
  g_assert_no_error (stage->sides[STAGE_DISPLAY].error);
}

/* Stopped at each step: what was begun is undone, whether it is answered or not. */
static const struct
{
  const char *name;
  const char *key; /* of the call that is not answered */
  gboolean answers;
  const char *undone;
} steps[] = {
  { "announce", "Set WFDIEs", FALSE, NULL },
  { "discover", "Find", TRUE, "StopFind" },
  { "pair", "Connect", FALSE, "Cancel" },
  { "address", "Get Ifname", FALSE, "Disconnect" },
};

static void
test_stopped_at (Stage *stage, gconstpointer data)
{
  const char *name = data;
  guint i = 0;

  while (!g_str_equal (steps[i].name, name))
    i++;
  stage->is_deaf = g_str_equal (name, "discover");
  if (!steps[i].answers)
    fake_wpas_hold (stage->fake, steps[i].key);
  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  if (g_str_equal (name, "address")) {
    stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
    stage_wait_call (stage, STAGE_DISPLAY, "Find");
  }
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_any_call (stage, steps[i].key);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  if (steps[i].undone != NULL)
    stage_wait_call (stage, STAGE_SOURCE, steps[i].undone);
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
}

static void
add_steps (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *path = g_strconcat ("/gst/p2p/stopped-at/", steps[i].name, NULL);

    g_test_add (path, Stage, steps[i].name, stage_set_up, test_stopped_at, stage_tear_down);
  }
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (rtspwfd, NULL);
  GST_ELEMENT_REGISTER (wfdsink, NULL);
  GST_ELEMENT_REGISTER (wfdsrc, NULL);
  add ("picture", test_picture);
  add ("reopens", test_reopens);
  add ("loss", test_loss);
  add ("unused-group-is-closed", test_unused_group_is_closed);
  add ("end", test_end);
  add ("pairing-is-answered", test_pairing_is_answered);
  add ("handler-holds-nothing-up", test_handler_holds_nothing_up);
  add ("link-in-stats", test_link_in_stats);
  add ("nothing-is-left", test_nothing_is_left);
  add ("stranger-is-refused", test_stranger_is_refused);
  add ("supplicant-is-restarted", test_supplicant_is_restarted);
  add_steps ();
  return stage_run ();
}
