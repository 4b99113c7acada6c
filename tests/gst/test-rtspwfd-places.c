/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who gets the one place of a source: of many that connect, few are displays. */
#include <gst/check/gstcheck.h>
#include <wfd/wfd.h>

#include "display.h"
#include "pair.h"

static Side source, sink;

static void
tear_down (void)
{
  side_clear (&sink);
  side_clear (&source);
}

static void
start_source (const char *properties)
{
  side_init_source (&source, TRUE, properties);
  side_set_state (&source, GST_STATE_PLAYING);
}

static void
start_sink (const char *properties)
{
  side_init_sink (&sink, &source, properties);
  side_set_state (&sink, GST_STATE_PLAYING);
}

static void
wait_until_flowing (void)
{
  side_wait_flowing (&source, TRUE);
  side_wait_flowing (&sink, TRUE);
}

/* What a person reads on the way to the picture. */
static const char *const steps[] = { "connect/start", "connect/complete", "negotiate/start",
  "negotiate/complete", "play/start", "play/complete" };

static GSocketConnection *
connect_from (const char *local_address)
{
  return display_connect (side_get_rtsp_port (&source), local_address);
}

/* A stranger keeps no display out by saying nothing, or never all of it. */
GST_START_TEST (silent_connection_makes_room_for_who_waits)
{
  static const char *const texts[] = { "", "RTSP/1.0 200 OK\r\nCSe" };
  GSocketConnection *silent[2];

  start_source ("");
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++) {
    silent[i] = connect_from (NULL);
    display_say (silent[i], texts[__i__]);
  }
  start_sink ("");
  wait_until_flowing ();
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++) {
    fail_unless (display_read_to_the_end (silent[i]) > 0);
    g_object_unref (silent[i]);
  }
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (many_silent_connections_keep_nobody_out)
{
  GSocketConnection *silent[40];

  start_source ("");
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    silent[i] = connect_from (NULL);
  /* So that not all of them are there; each was asked. */
  display_read_message (silent[0]);
  display_expect_closed (silent[0]);
  start_sink ("");
  wait_until_flowing ();
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++) {
    display_read_to_the_end (silent[i]);
    g_object_unref (silent[i]);
  }
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (who_speaks_first_has_the_place)
{
  g_autoptr (GSocketConnection) display = NULL, other = NULL;

  start_source ("");
  display = connect_from (NULL);
  other = connect_from (NULL);
  display_read_message (display);
  display_read_message (other);
  display_say_options (display);
  display_read_message (display);
  display_say_options (other);
  display_expect_closed (other);
  display_say_options (display);
  display_read_message (display);
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 1);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (who_is_never_set_up_makes_room_for_who_waits)
{
  g_autoptr (GSocketConnection) display = NULL;

  start_source ("");
  display = connect_from (NULL);
  display_read_message (display);
  display_say_options (display);
  display_read_message (display);
  start_sink ("");
  wait_until_flowing ();
  display_expect_closed (display);
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 0);
  tear_down ();
}

GST_END_TEST;

/* The end of the connection before may be seen after the next one. */
GST_START_TEST (display_that_comes_again_at_once_is_taken)
{
  g_autoptr (GSocketConnection) before = NULL, again = NULL;

  start_source ("after-session=wait");
  before = connect_from (NULL);
  display_read_message (before);
  display_say (before, "OPTIONS * RTSP/1.0\r\nCSeq: 7\r\nRequire: org.wfa.wfd1.0\r\n\r\n");
  display_read_message (before);
  again = connect_from (NULL);
  g_io_stream_close (G_IO_STREAM (before), NULL, NULL);
  display_read_message (again);
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 0);
  tear_down ();
}

GST_END_TEST;

/* Who waits longest goes next, so the last have to go. */
GST_START_TEST (only_so_many_addresses_wait)
{
  g_autoptr (GSocketConnection) display = NULL;
  GSocketConnection *waiting[10];

  start_source ("");
  display = connect_from (NULL);
  display_read_message (display);
  display_say_options (display);
  display_read_message (display);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++) {
    g_autofree char *address = g_strdup_printf ("127.0.0.%u", 10 + i);

    waiting[i] = connect_from (address);
  }
  for (guint i = 8; i < G_N_ELEMENTS (waiting); i++)
    display_expect_closed (waiting[i]);
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 2);
  g_io_stream_close (G_IO_STREAM (display), NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++) {
    if (i < 8)
      display_read_message (waiting[i]);
    g_object_unref (waiting[i]);
  }
  tear_down ();
}

GST_END_TEST;

#define STRANGER "127.0.0.2"

/* Speaks at once, without waiting for M1. */
static GSocketConnection *
connect_hog (void)
{
  GSocketConnection *connection = connect_from (STRANGER);

  display_say_options (connection);
  return connection;
}

/* Of an address one waits, and after its turn it is the others' turn. */
GST_START_TEST (who_speaks_on_many_connections_has_one_turn)
{
  g_autoptr (GSocketConnection) display = NULL;
  GSocketConnection *hogs[7];

  start_source ("");
  hogs[0] = connect_hog ();
  display_read_message (hogs[0]);
  display_read_message (hogs[0]);
  display = connect_from (NULL);
  for (guint i = 1; i < 6; i++)
    hogs[i] = connect_hog ();
  for (guint i = 1; i < 5; i++)
    display_expect_closed (hogs[i]);
  /* The turn of the first is over. */
  display_read_message (display);
  /* Displays take a moment to answer M1; until then nobody of that address is asked. */
  hogs[6] = connect_hog ();
  display_expect_closed (hogs[5]);
  display_say_options (display);
  display_read_message (display);
  fail_unless_equals_uint64 (side_get_counter (&source, "refused-connections"), 5);
  for (guint i = 0; i < G_N_ELEMENTS (hogs); i++)
    g_object_unref (hogs[i]);
  tear_down ();
}

GST_END_TEST;

/* Connections that were asked before the turn was wasted are no way round it. */
GST_START_TEST (silent_connections_go_with_the_turn_of_their_address)
{
  g_autoptr (GSocketConnection) display = NULL, silent = NULL, other = NULL;

  start_source ("");
  silent = connect_from (STRANGER);
  display_read_message (silent);
  other = connect_from ("127.0.0.3");
  display_read_message (other);
  display = connect_from (STRANGER);
  display_read_message (display);
  display_say (display, "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n");
  display_read_to_the_end (display);
  display_expect_closed (silent);
  display_say_options (other);
  display_read_message (other);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (silent_connections_of_one_address_displace_nobody_else)
{
  g_autoptr (GSocketConnection) display = NULL;
  GSocketConnection *silent[40];

  start_source ("");
  display = connect_from (NULL);
  display_read_message (display);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    silent[i] = connect_from (STRANGER);
  display_read_message (silent[39]);
  display_say_options (display);
  display_read_message (display);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    g_object_unref (silent[i]);
  tear_down ();
}

GST_END_TEST;

static GSocketConnection *
connect_from_number (guint i)
{
  g_autofree char *address = g_strdup_printf ("127.0.1.%u", i + 1);

  return connect_from (address);
}

/* However slow the display, and as often as the others come again. */
GST_START_TEST (silent_connections_of_many_addresses_keep_nobody_out)
{
  g_autoptr (GSocketConnection) display = NULL, last = NULL;
  GSocketConnection *silent[36], *again[G_N_ELEMENTS (silent)];

  start_source ("");
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    silent[i] = connect_from_number (i);
  /* For one that has no place yet. */
  fail_unless (display_read_to_the_end (silent[0]) > 0);
  display = connect_from (NULL);
  display_read_message (display);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    again[i] = connect_from_number (i);
  last = connect_from (STRANGER);
  display_read_message (last);
  display_say_options (display);
  display_read_message (display);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++) {
    g_object_unref (silent[i]);
    g_object_unref (again[i]);
  }
  tear_down ();
}

GST_END_TEST;

/* A thousand may come in a second; the next display is told of as ever. */
GST_START_TEST (who_comes_again_and_again_is_told_of_once)
{
  GstMessageType warning = GST_MESSAGE_WARNING, progress = GST_MESSAGE_PROGRESS;

  start_source ("");
  recorder_wait_progress (source.recorder, "connect/start");
  for (guint i = 0; i < 20; i++) {
    g_autoptr (GSocketConnection) stranger = connect_from (STRANGER);

    display_read_message (stranger);
    display_say (stranger, "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n");
    display_read_to_the_end (stranger);
  }
  /* Asked in the thread that has to do with the end, so it is behind it. */
  side_get_counter (&source, "sessions");
  fail_unless_equals_int (recorder_count (source.recorder, match_type, &warning), 1);
  /* The steps of the first, and that it is waited again. */
  fail_unless_equals_int (recorder_count (source.recorder, match_type, &progress), 4 + 1);

  start_sink ("");
  wait_until_flowing ();
  recorder_wait_progress (source.recorder, "play/complete");
  tear_down ();
}

GST_END_TEST;

/* Its wait is over the ordinary way once there is a format. */
GST_START_TEST (display_that_failed_a_moment_ago_is_told_of_when_it_gets_on)
{
  g_autoptr (GSocketConnection) before = NULL;

  start_source ("");
  before = connect_from (NULL);
  display_read_message (before);
  display_say (before, "RTSP/1.0 404 Not Found\r\nCSeq: 1\r\n\r\n");
  display_read_to_the_end (before);
  side_get_counter (&source, "sessions");
  recorder_mark (source.recorder);
  start_sink ("");
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (!g_str_equal (steps[i], "connect/start"))
      recorder_wait_progress (source.recorder, steps[i]);
  tear_down ();
}

GST_END_TEST;

static Suite *
rtspwfd_places_suite (void)
{
  Suite *suite = suite_create ("rtspwfd-places");
  TCase *places = tcase_create ("places");

  suite_add_tcase (suite, places);
  tcase_set_timeout (places, 60);
  tcase_add_loop_test (places, silent_connection_makes_room_for_who_waits, 0, 2);
  tcase_add_test (places, many_silent_connections_keep_nobody_out);
  tcase_add_test (places, who_speaks_first_has_the_place);
  tcase_add_test (places, who_is_never_set_up_makes_room_for_who_waits);
  tcase_add_test (places, display_that_comes_again_at_once_is_taken);
  tcase_add_test (places, only_so_many_addresses_wait);
  tcase_add_test (places, who_speaks_on_many_connections_has_one_turn);
  tcase_add_test (places, silent_connections_go_with_the_turn_of_their_address);
  tcase_add_test (places, silent_connections_of_one_address_displace_nobody_else);
  tcase_add_test (places, silent_connections_of_many_addresses_keep_nobody_out);
  tcase_add_test (places, who_comes_again_and_again_is_told_of_once);
  tcase_add_test (places, display_that_failed_a_moment_ago_is_told_of_when_it_gets_on);
  return suite;
}

GST_CHECK_MAIN (rtspwfd_places);
