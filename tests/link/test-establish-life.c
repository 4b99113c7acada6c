/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a session hears keeps the link, whatever the kernel knows of the peer; and when it hears
 * nothing more, that is a loss. In simulated time. */
#include "establish-way.h"
#include "link-time.h"

#define S(seconds) ((seconds) * (gint64) G_TIME_SPAN_SECOND)
#define MS(ms) ((ms) * (gint64) G_TIME_SPAN_MILLISECOND)

/* By default, of silence. */
#define LEAST_US S (3)
#define MOST_US MS (4500)

/* Of a source, in state PLAYING. */
#define KEEP_ALIVE_US S (25)

typedef struct
{
  Way way;
  WfdListener *listener;
  WfdSession *source;
  WfdSession *display;
  GMainContext *display_context; /* the display does something when this runs */
  guint n_heard;                 /* requests of the display */
  gboolean is_lost;
} Life;

static void
note_lost (WfdLink *link, const GError *error, Life *life)
{
  life->is_lost = TRUE;
}

static void
note_request (WfdSession *session, Life *life)
{
  life->n_heard++;
}

static void
on_connection (WfdListener *listener, GSocketConnection *connection, Life *life)
{
  g_assert_true (wfd_session_start (life->source, connection, NULL));
  wfd_establish_follow (life->way.establish, life->source);
}

static void
run_both (Life *life)
{
  g_main_context_iteration (NULL, FALSE);
  g_main_context_iteration (life->display_context, FALSE);
}

/* For what the display does by itself. */
static void
push_display (Life *life)
{
  g_main_context_push_thread_default (life->display_context);
}

static void
pop_display (Life *life)
{
  g_main_context_pop_thread_default (life->display_context);
}

static void
play (Life *life)
{
  life->listener = wfd_listener_new ("127.0.0.1", 0, NULL);
  g_signal_connect (life->listener, "connection", G_CALLBACK (on_connection), life);
  life->source = wfd_session_new (WFD_ROLE_SOURCE);
  g_signal_connect (life->source, "idr-requested", G_CALLBACK (note_request), life);
  life->display_context = g_main_context_new ();
  push_display (life);
  life->display = wfd_session_new (WFD_ROLE_SINK);
  g_object_set (life->display, "rtp-port", 19000, NULL);
  wfd_session_connect_async (life->display, "127.0.0.1", wfd_listener_get_port (life->listener),
      NULL, NULL, NULL);
  pop_display (life);
  while (wfd_session_get_state (life->source) != WFD_SESSION_STATE_PLAYING
      || wfd_session_get_state (life->display) != WFD_SESSION_STATE_PLAYING)
    run_both (life);
}

static void
set_up (Life *life, gconstpointer data)
{
  Way *way = &life->way;

  way_set_up (way, NULL);
  lab_know_tv (&way->lab);
  lab_start_group_after (&way->lab, "Connect", "client");
  lab_set_answers (&way->lab, FALSE);
  way_begin (way);
  WAIT_UNTIL (way->n_opened == 1);
  g_signal_connect (way->lab.link, "lost", G_CALLBACK (note_lost), life);
  link_time_stop ();
  wfd_link_tell (way->lab.link, WFD_LINK_HEARD);
  play (life);
}

static void
tear_down (Life *life, gconstpointer data)
{
  link_time_go_on ();
  push_display (life);
  wfd_session_close (life->display);
  g_object_unref (life->display);
  while (g_main_context_iteration (life->display_context, FALSE))
    continue;
  pop_display (life);
  wfd_session_close (life->source);
  g_object_unref (life->source);
  g_object_unref (life->listener);
  way_tear_down (&life->way, NULL);
  g_main_context_unref (life->display_context);
}

static void
pass (Life *life, gint64 us)
{
  link_time_pass (link_time_get_us () + us, &life->is_lost);
}

static void
assert_lost_in_time (Life *life)
{
  gint64 silent_us = link_time_get_us ();

  pass (life, KEEP_ALIVE_US);
  g_assert_true (life->is_lost);
  g_assert_cmpint (link_time_get_us () - silent_us, >, LEAST_US);
  g_assert_cmpint (link_time_get_us () - silent_us, <=, MOST_US);
}

/* The kernel asks for the display in vain all the time. */
static void
assert_keeps_link (Life *life, void (*say) (Life *life))
{
  for (guint i = 0; i < 10; i++) {
    pass (life, S (2));
    g_assert_false (life->is_lost);
    say (life);
  }
  assert_lost_in_time (life);
}

static void
say_media (Life *life)
{
  wfd_establish_note_media (life->way.establish);
}

static void
test_media (Life *life, gconstpointer data)
{
  assert_keeps_link (life, say_media);
}

static void
say_request (Life *life)
{
  guint n_before = life->n_heard;

  push_display (life);
  g_assert_true (wfd_session_request_idr (life->display, NULL));
  pop_display (life);
  while (life->n_heard == n_before)
    run_both (life);
}

static void
test_rtsp (Life *life, gconstpointer data)
{
  assert_keeps_link (life, say_request);
}

static void
test_nothing (Life *life, gconstpointer data)
{
  assert_lost_in_time (life);
}

/* The kernel neither tells nor asks: there is nothing but the keep-alive. */
static void
test_keep_alive (Life *life, gconstpointer data)
{
  const WfdLossWatch *loss = &WFD_P2P_LINK (life->way.lab.link)->group->loss;

  lab_set_asks (&life->way.lab, FALSE);
  for (guint i = 0; i < 2; i++) {
    pass (life, KEEP_ALIVE_US);
    g_assert_cmpint (loss->attempt_us, ==, link_time_get_us ());
    while (loss->life_us < link_time_get_us ())
      run_both (life);
  }
  pass (life, KEEP_ALIVE_US);
  g_assert_false (life->is_lost);
  assert_lost_in_time (life);
}

#define add_life(path, test) \
  g_test_add ("/establish/life/" path, Life, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_life ("nothing-is-loss", test_nothing);
  add_life ("media-keeps-link", test_media);
  add_life ("rtsp-keeps-link", test_rtsp);
  add_life ("keep-alive-keeps-link", test_keep_alive);
  return lab_run ();
}
