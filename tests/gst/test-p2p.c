/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wfdsink and wfdsrc over Wi-Fi Direct, with a wpa_supplicant that has no radios. */
#include <wfd-encoder.h>
#include <wfd/wfd.h>

#include "p2p-stage.h"

#define add(path, test) \
  g_test_add ("/gst/p2p/" path, Stage, NULL, stage_set_up, test, stage_tear_down)

static void
begin_to_play (Stage *stage)
{
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 10);
}

static void
play (Stage *stage)
{
  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=Living*");
  begin_to_play (stage);
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

/* Both stay in PLAYING, and are told, and what comes can be decoded from the beginning. */
static void
lose_and_go_on (Stage *stage)
{
  g_autofree char *pictures = NULL;

  begin_to_play (stage);
  stage_end_group (stage);
  stage_wait_warning (stage, STAGE_SOURCE);
  stage_wait_warning (stage, STAGE_DISPLAY);
  stage_wait_call (stage, STAGE_SOURCE, "Invite");
  stage_wait_streams (stage, 2);
  stage_wait_buffers (stage, 10);
  pictures = stage_dup_first_pictures (stage);
  g_assert_cmpstr (pictures, ==, "KK");
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
  g_assert_no_error (stage->sides[STAGE_DISPLAY].error);
}

static void
test_loss (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=Living*");
  lose_and_go_on (stage);
}

/* Whose encoder belongs to the application, and makes no IDR picture by itself. */
static void
test_loss_of_coded_video (Stage *stage, gconstpointer data)
{
  if (wfd_encoder_find (WFD_ENCODER_H264, "x264enc", NULL) == NULL) {
    g_test_skip ("x264enc is not installed (Debian: gstreamer1.0-plugins-ugly)");
    return;
  }
  stage_make_display (stage, "after-session=wait");
  stage_make_source_of (stage,
      "framerate=60/1 ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10000 ! "
      "video/x-h264,profile=constrained-baseline",
      "peer=Living*");
  lose_and_go_on (stage);
}

/* Nor is it called by the pairing of before. */
static void
test_pairing_is_not_remembered (Stage *stage, gconstpointer data)
{
  StageSide *source = &stage->sides[STAGE_SOURCE];
  g_autoptr (GstStructure) stats = NULL;
  gboolean is_persistent = TRUE;

  stage_make_display (stage, "after-session=wait persistent=false");
  stage_make_source (stage, "peer=Living* persistent=false");
  begin_to_play (stage);
  for (guint i = 0; i < G_N_ELEMENTS (stage->sides); i++)
    g_assert_cmpuint (stage_count_calls (stage, i, "Connect"), ==, 1);
  g_object_get (source->wfd, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_boolean (stats, "link-persistent", &is_persistent));
  g_assert_false (is_persistent);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  g_string_truncate (source->progress, 0);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_progress (stage, STAGE_SOURCE, "play/complete");
  g_assert_cmpuint (stage_count_calls (stage, STAGE_SOURCE, "Connect"), ==, 2);
  g_assert_cmpuint (stage_count_calls (stage, STAGE_SOURCE, "Invite"), ==, 0);
}

/* Paused for longer than the group may stand unused, and opened again on demand. */
static void
test_unused_group_is_closed (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=" STAGE_DISPLAY_ID " idle-timeout=1");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
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

/* By whom it is opened again is said: the picture stands still, and nobody has asked for it here. */
static void
test_paused_display_closes_group (Stage *stage, gconstpointer data)
{
  StageSide *source = &stage->sides[STAGE_SOURCE];

  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=Living* idle-timeout=1");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 1);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PAUSED);
  stage_wait_call (stage, STAGE_SOURCE, "Disconnect");
  stage_wait_progress (stage, STAGE_SOURCE, "connect/continue");
  g_assert_nonnull (strstr (source->texts->str, "PAUSED, then PLAYING"));
  g_assert_no_error (source->error);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PAUSED);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_SOURCE, "Invite");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 1);
}

/* It has let go, and invites who showed there when it takes it up again. */
static void
test_display_opens_group_again (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=Living* idle-timeout=1");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 1);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PAUSED);
  stage_wait_call (stage, STAGE_SOURCE, "ExtendedListen");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Invite");
  stage_wait_buffers (stage, 1);
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
}

/* It is announced before anything listens. */
static void
test_any_port_is_the_usual_one (Stage *stage, gconstpointer data)
{
  StageSide *source = &stage->sides[STAGE_SOURCE];

  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living* rtsp-port=0");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  /* Another one may have it. */
  while (source->error == NULL && strstr (source->progress->str, "connect/start") == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%s", source->error != NULL ? source->error->message : source->texts->str);
  g_assert_nonnull (
      strstr (source->error != NULL ? source->error->message : source->texts->str, "7236"));
}

/* An end in order is EOS on both sides, and no group is left. */
static void
test_end (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
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
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_asked (stage, &n_asked);
  g_signal_emit_by_name (display, "answer-pairing", STAGE_SOURCE_ID, TRUE);
  stage_wait_buffers (stage, 1);
}

static void
test_pairing_is_refused (Stage *stage, gconstpointer data)
{
  GstElement *display;
  guint n_asked = 0;

  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  display = stage->sides[STAGE_DISPLAY].wfd;
  g_signal_connect (display, "pairing-request", G_CALLBACK (leave_open), &n_asked);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_asked (stage, &n_asked);
  g_signal_emit_by_name (display, "answer-pairing", STAGE_SOURCE_ID, FALSE);
  stage_wait_call (stage, STAGE_DISPLAY, "RejectPeer");
  g_assert_cmpuint (stage_count_calls (stage, STAGE_DISPLAY, "Connect"), ==, 0);
}

static gboolean
accept_pairing (GstElement *wfd, const char *peer, const char *name, gint pairing, const char *pin,
    guint *n_asked)
{
  g_atomic_int_inc (n_asked);
  return TRUE;
}

static void
test_pairing_is_accepted (Stage *stage, gconstpointer data)
{
  guint n_asked = 0;

  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  g_signal_connect (stage->sides[STAGE_DISPLAY].wfd, "pairing-request", G_CALLBACK (accept_pairing),
      &n_asked);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 1);
  g_assert_cmpuint (g_atomic_int_get (&n_asked), ==, 1);
}

/* The first to be called waits for a person. */
typedef struct
{
  GMutex lock;
  GCond changed;
  guint n_calls;
  gboolean is_left, may_go;
} Handler;

/* FALSE for all but the first. */
static gboolean
wait_for_person (Handler *handler)
{
  gboolean is_first;

  g_mutex_lock (&handler->lock);
  is_first = handler->n_calls++ == 0;
  g_main_context_wakeup (NULL);
  while (is_first && !handler->may_go)
    g_cond_wait (&handler->changed, &handler->lock);
  handler->is_left |= is_first;
  g_cond_broadcast (&handler->changed);
  g_mutex_unlock (&handler->lock);
  return is_first;
}

static gboolean
accept_first (GstElement *wfd, const char *peer, const char *name, gint pairing, const char *pin,
    Handler *handler)
{
  return wait_for_person (handler);
}

static char *
enter_first (GstElement *wfd, const char *peer, const char *name, Handler *handler)
{
  return wait_for_person (handler) ? g_strdup ("12345670") : NULL;
}

static guint
count_handler_calls (Handler *handler)
{
  guint n_calls;

  g_mutex_lock (&handler->lock);
  n_calls = handler->n_calls;
  g_mutex_unlock (&handler->lock);
  return n_calls;
}

static void
wait_handler_calls (Handler *handler, guint n)
{
  while (count_handler_calls (handler) < n)
    g_main_context_iteration (NULL, TRUE);
}

static void
let_handler_go (Handler *handler)
{
  g_mutex_lock (&handler->lock);
  handler->may_go = TRUE;
  g_cond_broadcast (&handler->changed);
  while (!handler->is_left)
    g_cond_wait (&handler->changed, &handler->lock);
  g_mutex_unlock (&handler->lock);
}

static void
wait_until_asked (Stage *stage, Handler *handler)
{
  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living*");
  g_signal_connect (stage->sides[STAGE_DISPLAY].wfd, "pairing-request", G_CALLBACK (accept_first),
      handler);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  wait_handler_calls (handler, 1);
}

/* Its thread lets go of the element. */
static void
wait_until_forgotten (Stage *stage, guint side)
{
  while (g_atomic_int_get (&G_OBJECT (stage->sides[side].wfd)->ref_count) > 2)
    g_thread_yield ();
}

/* The handler goes on only when the pipeline is at NULL. */
static void
test_handler_holds_nothing_up (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 0 };

  wait_until_asked (stage, &handler);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_NULL);
  let_handler_go (&handler);
  wait_until_forgotten (stage, STAGE_DISPLAY);
}

/* Whatever becomes of the handler that was called first, the next session has its own
 * questions and answers. */
static void
test_handler_of_before (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 0 };
  GstElement *display;

  wait_until_asked (stage, &handler);
  display = stage->sides[STAGE_DISPLAY].wfd;
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_NULL);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  wait_handler_calls (&handler, 2);
  let_handler_go (&handler);
  /* What is open in this session can still be refused. */
  g_signal_emit_by_name (display, "answer-pairing", STAGE_SOURCE_ID, FALSE);
  stage_wait_call (stage, STAGE_DISPLAY, "RejectPeer");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_NULL);
  wait_until_forgotten (stage, STAGE_DISPLAY);
  g_assert_cmpuint (stage_count_calls (stage, STAGE_DISPLAY, "Connect"), ==, 0);
}

/* Somebody thinks about it; the source asks again meanwhile. */
static void
test_nobody_is_asked_twice (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 0 };

  wait_until_asked (stage, &handler);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_calls (stage, STAGE_SOURCE, "Connect", 2);
  let_handler_go (&handler);
  stage_wait_buffers (stage, 1);
  g_assert_cmpuint (count_handler_calls (&handler), ==, 1);
}

static void
show_first (GstElement *wfd, const char *pin, Handler *handler)
{
  g_assert_cmpstr (pin, ==, "12345670");
  wait_for_person (handler);
}

static void
test_shown_pin_holds_nothing_up (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 0 };

  stage_make_display (stage, "pairing=pin-keypad pin=12345670");
  stage_make_source (stage, "peer=Living* pairing=pin-display pin=12345670");
  g_signal_connect (stage->sides[STAGE_SOURCE].wfd, "pin", G_CALLBACK (show_first), &handler);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  wait_handler_calls (&handler, 1);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  let_handler_go (&handler);
  wait_until_forgotten (stage, STAGE_SOURCE);
}

static void
make_source_that_asks (Stage *stage, Handler *handler)
{
  guint n_calls = handler->n_calls;

  stage_make_display (stage, "");
  stage_make_source (stage, "peer=Living* pairing=pin-keypad");
  g_signal_connect (stage->sides[STAGE_SOURCE].wfd, "pin-request", G_CALLBACK (enter_first),
      handler);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  wait_handler_calls (handler, n_calls + 1);
  stage_wait_call (stage, STAGE_SOURCE, "ProvisionDiscoveryRequest");
}

static void
assert_pairs_with_pin (Stage *stage)
{
  stage_wait_call (stage, STAGE_SOURCE, "Connect");
  g_assert_nonnull (strstr (fake_wpas_find_call (stage->fake, "Connect"), "pin='12345670'"));
  /* Asked for, and used, in one step. */
  stage_wait_progress (stage, STAGE_SOURCE, "pair/start pair/continue");
  g_assert_null (
      strstr (strstr (stage->sides[STAGE_SOURCE].progress->str, "pair/continue"), "pair/start"));
}

static void
test_pin_is_entered (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 0 };

  make_source_that_asks (stage, &handler);
  let_handler_go (&handler);
  assert_pairs_with_pin (stage);
}

static void
test_pin_is_entered_later (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 1 }; /* none is the first, so it is left open */

  make_source_that_asks (stage, &handler);
  g_signal_emit_by_name (stage->sides[STAGE_SOURCE].wfd, "enter-pin", STAGE_DISPLAY_ID, "12345670");
  assert_pairs_with_pin (stage);
}

static void
enter (Stage *stage, const char *pin)
{
  g_signal_emit_by_name (stage->sides[STAGE_SOURCE].wfd, "enter-pin", STAGE_DISPLAY_ID, pin);
}

/* One digit is wrong, which only the last one tells. */
static void
test_mistyped_pin_is_asked_for_again (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 1 };

  make_source_that_asks (stage, &handler);
  enter (stage, "12345671");
  wait_handler_calls (&handler, 3);
  stage_wait_progress (stage, STAGE_SOURCE, "pair/continue");
  g_assert_nonnull (strstr (stage->sides[STAGE_SOURCE].texts->str, "four digits, or eight"));
  enter (stage, "12345670");
  assert_pairs_with_pin (stage);
}

/* Also while the handler still waits for the person. */
static void
test_mistyped_pin_beside_handler (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 0 };

  make_source_that_asks (stage, &handler);
  enter (stage, "12345671");
  wait_handler_calls (&handler, 2);
  let_handler_go (&handler);
  assert_pairs_with_pin (stage);
}

/* A program that asks nobody would go on for ever. */
static void
test_what_is_no_pin_three_times (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 1 };
  StageSide *source = &stage->sides[STAGE_SOURCE];

  make_source_that_asks (stage, &handler);
  for (guint i = 0; i < 3; i++)
    enter (stage, "");
  stage_wait_error (stage, STAGE_SOURCE);
  g_test_message ("%s", source->error->message);
  g_assert_error (source->error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_AUTHORIZED);
  g_assert_nonnull (strstr (source->error->message, "four digits, or eight"));
  g_assert_null (strstr (source->error->message, "A property"));
}

static void
test_pin_handler_holds_nothing_up (Stage *stage, gconstpointer data)
{
  Handler handler = { .n_calls = 0 };

  make_source_that_asks (stage, &handler);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  let_handler_go (&handler);
  wait_until_forgotten (stage, STAGE_SOURCE);
  g_assert_cmpuint (stage_count_calls (stage, STAGE_SOURCE, "Connect"), ==, 0);
}

/* What the library makes of it is tested there. */
static void
test_settings_reach_the_link (Stage *stage, gconstpointer data)
{
  stage_make_source (stage,
      "peer=Living* lost-timeout=700 go-intent=3 frequency=5180 device-name=Desk");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_SOURCE, "Find");
  g_assert_cmpuint (stage->options.lost_ms, ==, 700);
  g_assert_cmpint (stage->options.go_intent, ==, 3);
  g_assert_cmpuint (stage->options.frequency_mhz, ==, 5180);
  g_assert_nonnull (
      strstr (fake_wpas_find_call (stage->fake, "Set P2PDeviceConfig"), "'DeviceName': <'Desk'>"));
}

static void
test_settings_that_cannot_work (Stage *stage, gconstpointer data)
{
  static const struct
  {
    const char *settings;
    const char *words;
  } rows[] = {
    { "pairing=pin-keypad pin=1234abcd", "four digits, or eight" },
    { "pairing=pin-display pin=12345678", "four digits, or eight" },
    { "pin=12345670", "pairing=pin-keypad" },
    { "frequency=36", "5180" },
    { "peer=192.168.1.20", "is an IP address" },
    { "peer=fe80::1", "is an IP address" },
    { "peer=02:00:00:00:01", "02:00:00:00:01 is no such address" },
    { "peer=02-00-00-00-01-00", "is no such address" },
    { "peer=02:00:00:00:01:00:00:00", "is no such address" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text =
        g_strdup_printf ("videotestsrc ! wfdsink link=p2p peer=Living* %s", rows[i].settings);
    g_autoptr (GstElement) pipeline = gst_parse_launch (text, NULL);
    g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
    g_autoptr (GstMessage) message = NULL;
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (gst_element_set_state (pipeline, GST_STATE_PAUSED), ==,
        GST_STATE_CHANGE_FAILURE);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    gst_message_parse_error (message, &error, NULL);
    g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull (strstr (error->message, rows[i].words));
    gst_element_set_state (pipeline, GST_STATE_NULL);
  }
}

static void
test_name_too_long (Stage *stage, gconstpointer data)
{
  stage_make_source (stage, "peer=Living* device-name=the-name-that-has-thirty-five-octets");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_error (stage, STAGE_SOURCE);
  g_assert_error (stage->sides[STAGE_SOURCE].error, GST_RESOURCE_ERROR,
      GST_RESOURCE_ERROR_SETTINGS);
  g_assert_nonnull (strstr (stage->sides[STAGE_SOURCE].error->message, "octets"));
}

static void
test_link_in_stats (Stage *stage, gconstpointer data)
{
  static const struct
  {
    const char *interface, *peer_address;
  } sides[] = {
    [STAGE_SOURCE] = { "p2p-wlan0-0", "127.0.0.2" },
    [STAGE_DISPLAY] = { "p2p-wlan1-0", "127.0.0.1" },
  };

  play (stage);
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++) {
    g_autoptr (GstStructure) stats = NULL;
    guint frequency_mhz;

    g_object_get (stage->sides[i].wfd, "stats", &stats, NULL);
    g_assert_cmpstr (gst_structure_get_string (stats, "link-interface"), ==, sides[i].interface);
    g_assert_cmpstr (gst_structure_get_string (stats, "link-peer-address"), ==,
        sides[i].peer_address);
    g_assert_true (gst_structure_get_uint (stats, "link-frequency-mhz", &frequency_mhz));
    g_assert_cmpuint (frequency_mhz, ==, 5180);
  }
}

static gint64
get_number (Stage *stage, const char *field)
{
  g_autoptr (GstStructure) stats = NULL;
  gint64 number = -1;

  g_object_get (stage->sides[STAGE_SOURCE].wfd, "stats", &stats, NULL);
  gst_structure_get_int64 (stats, field, &number);
  return number;
}

/* Whoever measures does it beside the pictures. */
static void
wait_number (Stage *stage, const char *field)
{
  for (guint i = 0; i < 100 && get_number (stage, field) < 0; i++)
    stage_wait_buffers (stage, 10);
}

/* The one under the name of the link, the other as what the rate control goes by. */
static void
test_modulation_in_stats (Stage *stage, gconstpointer data)
{
  play (stage);
  g_assert_cmpint (get_number (stage, "link-tx-kbps"), ==, -1);
  g_assert_cmpint (get_number (stage, "rate-modulation"), ==, -1);
  stage_tell_modulation (65000);
  wait_number (stage, "link-tx-kbps");
  wait_number (stage, "rate-modulation");
  g_assert_cmpint (get_number (stage, "link-tx-kbps"), ==, 65000);
  g_assert_cmpint (get_number (stage, "rate-modulation"), ==, 65000);
  stage_tell_modulation (0);
}

/* The queues of mac80211 as the driver tells of them, and what is dropped in them, in whichever way,
 * since the session began. */
static void
test_queues_in_stats (Stage *stage, gconstpointer data)
{
  static const struct
  {
    const char *field;
    gint64 number;
  } told[] = { { "link-queue-bytes", 3000 }, { "link-queue-packets", 2 }, { "link-queue-flows", 9 },
    { "link-queue-drops", 3 }, { "link-queue-overlimit", 1 } };
  guint64 dropped = 0;

  stage_tell_modulation (65000);
  stage_tell_drops (3, 1);
  play (stage);
  wait_number (stage, "rate-modulation");
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    g_assert_cmpint (get_number (stage, told[i].field), ==, told[i].number);
  stage_tell_drops (8, 4);
  for (guint i = 0; i < 100 && dropped == 0; i++) {
    g_autoptr (GstStructure) stats = NULL;

    stage_wait_buffers (stage, 10);
    g_object_get (stage->sides[STAGE_SOURCE].wfd, "stats", &stats, NULL);
    g_assert_true (gst_structure_get_uint64 (stats, "packets-dropped-here", &dropped));
  }
  g_assert_cmpuint (dropped, ==, 8);
  stage_tell_modulation (0);
  stage_tell_drops (0, 0);
}

static void
count_warning (GstDebugCategory *category, GstDebugLevel level, const char *file,
    const char *function, gint line, GObject *object, GstDebugMessage *message, gpointer count)
{
  if (level == GST_LEVEL_WARNING && strcmp (gst_debug_category_get_name (category), "wfdrate") == 0)
    g_atomic_int_inc ((gint *) count);
}

/* The rate stays in its bounds, and one line says what has happened. */
static void
test_driver_that_has_gone_is_named_once (Stage *stage, gconstpointer data)
{
  gint n_warnings = 0;
  guint bitrate_kbps;

  play (stage);
  gst_debug_set_threshold_for_name ("wfdrate", GST_LEVEL_WARNING);
  gst_debug_set_active (TRUE);
  gst_debug_add_log_function (count_warning, &n_warnings, NULL);
  stage_tell_modulation (65000);
  wait_number (stage, "rate-modulation");
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 0);
  stage_take_driver_away (TRUE);
  for (guint i = 0; i < 30 && get_number (stage, "rate-modulation") >= 0; i++)
    stage_wait_buffers (stage, 10);
  g_assert_cmpint (get_number (stage, "rate-modulation"), ==, -1);
  g_assert_cmpint (g_atomic_int_get (&n_warnings), ==, 1);
  g_object_get (stage->sides[STAGE_SOURCE].wfd, "suggested-bitrate", &bitrate_kbps, NULL);
  g_assert_cmpuint (bitrate_kbps, >=, 1000);
  g_assert_cmpuint (bitrate_kbps, <=, 40000);
  gst_debug_remove_log_function (count_warning);
  stage_take_driver_away (FALSE);
  stage_tell_modulation (0);
}

/* Addresses are taken away with the group. */
static void
test_nothing_is_left (Stage *stage, gconstpointer data)
{
  play (stage);
  g_assert_nonnull (
      strstr (stage->sides[STAGE_SOURCE].network->str, "+127.0.0.1/24 on p2p-wlan0-0"));
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  g_assert_nonnull (
      strstr (stage->sides[STAGE_SOURCE].network->str, "-127.0.0.1/24 on p2p-wlan0-0"));
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
  g_socket_client_set_enable_proxy (client, FALSE);
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
  display = connect_from (stage, "127.0.0.2");
  g_assert_cmpint (read_some (display), >, 0);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  g_assert_cmpint (read_some (stranger), <=, 0);
}

/* The source is in the group, and there is nobody at its port: which, and where. */
static void
test_refused_port_is_told (Stage *stage, gconstpointer data)
{
  StageSide *display = &stage->sides[STAGE_DISPLAY];
  g_autofree char *refused =
      g_strdup_printf ("127.0.0.1: Connection refused (port %u)", stage->rtsp_port);
  g_autofree char *nobody = g_strdup_printf ("TCP port %u of 127.0.0.1;", stage->rtsp_port);

  stage_make_display (stage, "after-session=wait");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_ask (stage, STAGE_DISPLAY);
  stage_wait_call (stage, STAGE_DISPLAY, "Connect");
  stage_start_group (stage);
  stage_wait_progress (stage, STAGE_DISPLAY, "connect/continue");
  g_test_message ("%s", display->texts->str);
  g_assert_nonnull (strstr (display->texts->str, refused));
  stage_let_time_be_over (stage);
  stage_wait_progress (stage, STAGE_DISPLAY, "connect/error");
  g_test_message ("%s", display->texts->str);
  g_assert_nonnull (strstr (display->texts->str, nobody));
  stage_wait_call (stage, STAGE_DISPLAY, "Disconnect");
}

static void
on_other_connection (WfdListener *listener, GSocketConnection *connection, guint *n_told)
{
  (*n_told)++;
}

/* Of another source of this program at the same port, while one waits for its display to end. */
static void
test_display_of_another_at_end (Stage *stage, gconstpointer data)
{
  g_autoptr (WfdListener) other = NULL;
  g_autoptr (GSocketConnection) connection = NULL;
  guint n_held = 0, n_told = 0;

  play (stage);
  stage_hold_teardown (&n_held);
  gst_element_send_event (stage->sides[STAGE_SOURCE].pipeline, gst_event_new_eos ());
  stage_wait_asked (stage, &n_held);
  other = wfd_listener_new_sharing ("127.0.0.1", stage->rtsp_port, NULL);
  g_assert_nonnull (other);
  g_signal_connect (other, "connection", G_CALLBACK (on_other_connection), &n_told);
  connection = connect_from (stage, "127.0.0.3");
  stage_wait_asked (stage, &n_told);
  stage_hold_teardown (NULL);
}

/* It connects to the port of another source of this program before its own one has been told
 * that it is in the group; and the other one does not know where its display is. */
static void
test_display_is_early (Stage *stage, gconstpointer data)
{
  g_autoptr (WfdListener) other = wfd_listener_new_sharing ("127.0.0.1", stage->rtsp_port, NULL);
  g_autoptr (GInetAddress) elsewhere = g_inet_address_new_from_string ("127.0.0.9");
  g_autoptr (GSocketConnection) early = NULL, late = NULL;
  guint n_told = 0;

  g_signal_connect (other, "connection", G_CALLBACK (on_other_connection), &n_told);
  wfd_listener_set_peer (other, elsewhere);
  stage_make_source (stage, "peer=Living*");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_SOURCE, "Connect");
  early = connect_from (stage, "127.0.0.2");
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  stage_start_group (stage);
  stage_wait_progress (stage, STAGE_SOURCE, "connect/start");
  g_assert_cmpint (read_some (early), >, 0);
  wfd_listener_set_peer (other, NULL);
  late = connect_from (stage, "127.0.0.2");
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (n_told, ==, 0);
}

/* The adapter was unplugged as soon as there was an address: what the link says of it is told. */
static void
test_address_has_gone (Stage *stage, gconstpointer data)
{
  guint n_missed = 0;

  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=Living*");
  stage_take_address_away (&n_missed);
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_asked (stage, &n_missed);
  stage_take_address_away (NULL);
  stage_end_group (stage);
  stage_wait_error (stage, STAGE_SOURCE);
  g_assert_nonnull (strstr (stage->sides[STAGE_SOURCE].error->message, "has left the group"));
}

/* wpa_supplicant is restarted, and the picture comes back. */
static void
test_supplicant_is_restarted (Stage *stage, gconstpointer data)
{
  play (stage);
  stage_restart_fake (stage);
  stage_wait_warning (stage, STAGE_SOURCE);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_wait_buffers (stage, 10);
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
  g_assert_no_error (stage->sides[STAGE_DISPLAY].error);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("picture", test_picture);
  add ("reopens", test_reopens);
  add ("loss", test_loss);
  add ("loss-of-coded-video", test_loss_of_coded_video);
  add ("pairing-is-not-remembered", test_pairing_is_not_remembered);
  add ("unused-group-is-closed", test_unused_group_is_closed);
  add ("paused-display-closes-group", test_paused_display_closes_group);
  add ("display-opens-group-again", test_display_opens_group_again);
  add ("any-port-is-the-usual-one", test_any_port_is_the_usual_one);
  add ("end", test_end);
  add ("pairing-is-answered", test_pairing_is_answered);
  add ("pairing-is-refused", test_pairing_is_refused);
  add ("pairing-is-accepted", test_pairing_is_accepted);
  add ("handler-holds-nothing-up", test_handler_holds_nothing_up);
  add ("handler-of-before", test_handler_of_before);
  add ("nobody-is-asked-twice", test_nobody_is_asked_twice);
  add ("pin-is-entered", test_pin_is_entered);
  add ("pin-is-entered-later", test_pin_is_entered_later);
  add ("mistyped-pin-is-asked-for-again", test_mistyped_pin_is_asked_for_again);
  add ("mistyped-pin-beside-handler", test_mistyped_pin_beside_handler);
  add ("what-is-no-pin-three-times", test_what_is_no_pin_three_times);
  add ("pin-handler-holds-nothing-up", test_pin_handler_holds_nothing_up);
  add ("shown-pin-holds-nothing-up", test_shown_pin_holds_nothing_up);
  add ("settings-reach-the-link", test_settings_reach_the_link);
  add ("settings-that-cannot-work", test_settings_that_cannot_work);
  add ("name-too-long", test_name_too_long);
  add ("link-in-stats", test_link_in_stats);
  add ("queues-in-stats", test_queues_in_stats);
  add ("modulation-in-stats", test_modulation_in_stats);
  add ("driver-that-has-gone-is-named-once", test_driver_that_has_gone_is_named_once);
  add ("nothing-is-left", test_nothing_is_left);
  add ("stranger-is-refused", test_stranger_is_refused);
  add ("display-is-early", test_display_is_early);
  add ("refused-port-is-told", test_refused_port_is_told);
  add ("display-of-another-at-end", test_display_of_another_at_end);
  add ("address-has-gone", test_address_has_gone);
  add ("supplicant-is-restarted", test_supplicant_is_restarted);
  return stage_run ();
}
