/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/video/video.h>
#include <wfd-entry.h>

#define MS GST_MSECOND
#define PICTURES "video/x-raw, format=I420, width=16, height=16, framerate=0/1"
#define SOUND "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=2"
#define CODED_VIDEO "video/x-h264, stream-format=byte-stream, alignment=au, width=16, height=16"
#define CODED_SOUND "audio/mpeg, mpegversion=4, stream-format=adts, rate=48000, channels=2"
/* 10 ms of sound. */
#define SOUND_BYTES (480 * 4)

/* An entry between a source whose kind the test decides and a sink, with a
 * clock that stands still. */
static GstHarness *h;
static WfdEntry *entry;

static void
set_up (WfdEntryKind kind, gboolean live, const char *caps)
{
  entry = wfd_entry_new (kind);
  h = gst_harness_new_with_element (GST_ELEMENT (entry), "sink", "src");
  gst_object_unref (entry);
  gst_harness_set_live (h, live);
  gst_harness_use_testclock (h);
  gst_harness_set_time (h, GST_SECOND);
  if (caps != NULL)
    gst_harness_set_src_caps_str (h, caps);
}

static void
open_entry (void)
{
  wfd_entry_attach (entry);
  wfd_entry_set_open (entry, TRUE);
}

static void
tear_down (void)
{
  gst_harness_teardown (h);
}

/* Bytes that all are @value. */
static GstBuffer *
make_buffer (guint8 value, gsize size, GstClockTime pts, GstClockTime duration)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_memset (buffer, 0, value, size);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = duration;
  return buffer;
}

static void
push (guint8 value, GstClockTime pts)
{
  fail_unless_equals_int (gst_harness_push (h, make_buffer (value, 384, pts, GST_CLOCK_TIME_NONE)),
      GST_FLOW_OK);
}

static void
push_sound (guint8 value, GstClockTime pts)
{
  fail_unless_equals_int (gst_harness_push (h, make_buffer (value, SOUND_BYTES, pts, 10 * MS)),
      GST_FLOW_OK);
}

static guint8
get_value (GstBuffer *buffer)
{
  guint8 value;

  fail_unless_equals_int (gst_buffer_extract (buffer, 0, &value, 1), 1);
  return value;
}

/* The first byte of the next buffer. */
static guint8
pull (GstClockTime *ret_pts)
{
  g_autoptr (GstBuffer) buffer = gst_harness_pull (h);

  fail_unless (buffer != NULL);
  if (ret_pts != NULL)
    *ret_pts = GST_BUFFER_PTS (buffer);
  return get_value (buffer);
}

/* Waits until the entry waits for the clock, and lets that time come. */
static void
let_time_pass (void)
{
  fail_unless (gst_harness_wait_for_clock_id_waits (h, 1, 30));
  fail_unless (gst_harness_crank_single_clock_wait (h));
}

static WfdEntryStats
get_stats (void)
{
  WfdEntryStats stats;

  wfd_entry_get_stats (entry, &stats);
  return stats;
}

/* The next event that is not sticky, or NULL; sticky ones are forgotten. */
static GstEvent *
pull_event (GstEventType type)
{
  GstEvent *event;

  while ((event = gst_harness_pull_event (h)) != NULL) {
    if (GST_EVENT_TYPE (event) == type)
      return event;
    gst_event_unref (event);
  }
  return NULL;
}

GST_START_TEST (live_pictures_are_dropped_while_closed)
{
  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  wfd_entry_attach (entry);
  for (guint i = 0; i < 5; i++)
    push (i, i * MS);
  fail_unless_equals_uint64 (get_stats ().dropped, 5);
  fail_unless_equals_int (gst_harness_buffers_received (h), 0);
  tear_down ();
}

GST_END_TEST;

/* A screen that does not change gives no picture for a long time. */
GST_START_TEST (newest_picture_comes_at_once_when_opened)
{
  GstClockTime pts;

  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  wfd_entry_set_rate (entry, 30, 1);
  push (1, 900 * MS);
  push (2, 990 * MS);
  gst_harness_set_time (h, 60 * GST_SECOND);
  open_entry ();
  fail_unless_equals_int (pull (&pts), 2);
  /* 10 ms old when it came, and now too: the last period that had begun. */
  fail_unless_equals_uint64 (pts, gst_util_uint64_scale_round (1799, GST_SECOND, 30));
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (only_the_newest_picture_goes_on)
{
  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  wfd_entry_set_rate (entry, 30, 1);
  open_entry ();
  push (1, GST_SECOND);
  fail_unless_equals_int (pull (NULL), 1);

  push (2, GST_SECOND + 5 * MS);
  push (3, GST_SECOND + 10 * MS);
  push (4, GST_SECOND + 15 * MS);
  let_time_pass ();
  fail_unless_equals_int (pull (NULL), 4);
  fail_unless_equals_uint64 (get_stats ().dropped, 2);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (last_picture_comes_again_when_none_comes)
{
  GstClockTime begin, again, and_again;

  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  wfd_entry_set_rate (entry, 25, 1);
  open_entry ();
  push (7, GST_SECOND);
  fail_unless_equals_int (pull (&begin), 7);
  let_time_pass ();
  fail_unless_equals_int (pull (&again), 7);
  let_time_pass ();
  fail_unless_equals_int (pull (&and_again), 7);
  /* It leaves each 60 ms, and the times are those of the rate. */
  fail_unless_equals_uint64 (again, begin + 40 * MS);
  fail_unless_equals_uint64 (and_again, again + 80 * MS);
  fail_unless_equals_uint64 (get_stats ().filled, 2);
  tear_down ();
}

GST_END_TEST;

/* The repeated picture has the time at which it left; a late one that was taken
 * before must not go back behind it. */
GST_START_TEST (picture_never_goes_back_in_time)
{
  GstClockTime repeated, late;

  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  wfd_entry_set_rate (entry, 25, 1);
  open_entry ();
  push (1, GST_SECOND);
  pull (NULL);
  let_time_pass ();
  fail_unless_equals_int (pull (&repeated), 1);
  push (2, GST_SECOND + 50 * MS);
  let_time_pass ();
  fail_unless_equals_int (pull (&late), 2);
  fail_unless (late > repeated);
  tear_down ();
}

GST_END_TEST;

static gint
get_out_rate (void)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (h->sinkpad);
  gint rate_n, rate_d;

  fail_unless (caps != NULL);
  gst_structure_get_fraction (gst_caps_get_structure (caps, 0), "framerate", &rate_n, &rate_d);
  return rate_n;
}

GST_START_TEST (live_pictures_have_the_rate_of_the_session)
{
  g_autoptr (GstCaps) pictures = gst_caps_from_string (PICTURES);

  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  wfd_entry_set_rate (entry, 30, 1);
  open_entry ();
  push (1, GST_SECOND);
  pull (NULL);
  fail_unless_equals_int (get_out_rate (), 30);

  /* The next session, with another one; nothing links while nothing is linked,
   * which the harness is always. */
  wfd_entry_detach (entry);
  gst_harness_set_time (h, 2 * GST_SECOND);
  wfd_entry_set_rate (entry, 60, 1);
  wfd_entry_attach (entry);
  push (2, 2 * GST_SECOND);
  gst_harness_push_event (h, gst_event_new_caps (pictures));
  push (3, 3 * GST_SECOND);
  pull (NULL);
  fail_unless_equals_int (get_out_rate (), 60);
  tear_down ();
}

GST_END_TEST;

/* Sends other caps while the entry waits for an answer. */
static GstPadProbeReturn
change_size (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstEvent *event;
  GstCaps *caps;
  gint width = 0;

  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) != GST_QUERY_LATENCY)
    return GST_PAD_PROBE_OK;
  caps = gst_caps_from_string ("video/x-raw, format=I420, width=32, height=32, framerate=0/1");
  gst_pad_push_event (pad, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  while (width != 32) {
    event = pull_event (GST_EVENT_CAPS);
    fail_unless (event != NULL);
    gst_event_parse_caps (event, &caps);
    gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width);
    gst_event_unref (event);
  }
  return GST_PAD_PROBE_REMOVE;
}

GST_START_TEST (rate_leaves_caps_that_come_meanwhile)
{
  g_autoptr (GstCaps) caps = NULL;
  GstStructure *structure;
  gint width, rate_n, rate_d;

  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  gst_event_unref (pull_event (GST_EVENT_CAPS));
  gst_pad_add_probe (h->srcpad, GST_PAD_PROBE_TYPE_QUERY_UPSTREAM | GST_PAD_PROBE_TYPE_PUSH,
      change_size, NULL, NULL);
  wfd_entry_set_rate (entry, 30, 1);
  caps = gst_pad_get_current_caps (GST_ELEMENT (entry)->srcpads->data);
  structure = gst_caps_get_structure (caps, 0);
  gst_structure_get_int (structure, "width", &width);
  gst_structure_get_fraction (structure, "framerate", &rate_n, &rate_d);
  fail_unless_equals_int (width, 32);
  fail_unless_equals_int (rate_n, 30);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (format_is_told_when_attached)
{
  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  wfd_entry_attach (entry);
  gst_event_unref (pull_event (GST_EVENT_CAPS));
  gst_event_unref (pull_event (GST_EVENT_SEGMENT));
  tear_down ();
}

GST_END_TEST;

static gpointer
push_three (gpointer data)
{
  GstFlowReturn *flow = data;

  for (guint i = 1; i <= 3; i++)
    *flow = gst_harness_push (h, make_buffer (i, 384, i * MS, MS));
  return NULL;
}

GST_START_TEST (stored_stream_waits_and_loses_nothing)
{
  GstFlowReturn flow = GST_FLOW_CUSTOM_ERROR;
  GThread *thread;

  set_up (WFD_ENTRY_PICTURES, FALSE, PICTURES);
  thread = g_thread_new ("push", push_three, &flow);
  open_entry ();
  for (guint i = 1; i <= 3; i++)
    fail_unless_equals_int (pull (NULL), i);
  g_thread_join (thread);
  fail_unless_equals_int (flow, GST_FLOW_OK);
  fail_unless_equals_uint64 (get_stats ().dropped, 0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stop_frees_a_stored_stream_that_waits)
{
  GstFlowReturn flow = GST_FLOW_OK;
  GThread *thread;

  set_up (WFD_ENTRY_PICTURES, FALSE, PICTURES);
  wfd_entry_attach (entry);
  thread = g_thread_new ("push", push_three, &flow);
  gst_element_set_state (GST_ELEMENT (entry), GST_STATE_NULL);
  g_thread_join (thread);
  fail_unless_equals_int (flow, GST_FLOW_FLUSHING);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stored_stream_that_nobody_gets_goes_by_in_real_time)
{
  g_autoptr (GstTestClock) clock = NULL;
  GstFlowReturn flow = GST_FLOW_CUSTOM_ERROR;
  GThread *thread;

  set_up (WFD_ENTRY_PICTURES, FALSE, PICTURES);
  wfd_entry_set_discard (entry, TRUE);
  wfd_entry_set_open (entry, TRUE);
  thread = g_thread_new ("push", push_three, &flow);
  /* Each is 1 ms after the one before. */
  let_time_pass ();
  let_time_pass ();
  g_thread_join (thread);
  fail_unless_equals_int (flow, GST_FLOW_OK);
  while (get_stats ().dropped < 3)
    g_thread_yield ();
  fail_unless_equals_int (gst_harness_buffers_received (h), 0);
  clock = gst_harness_get_testclock (h);
  fail_unless (gst_clock_get_time (GST_CLOCK (clock)) == GST_SECOND + 2 * MS);
  tear_down ();
}

GST_END_TEST;

static gboolean
is_silence (GstBuffer *buffer)
{
  GstMapInfo map;
  gboolean silent = TRUE;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (gsize i = 0; i < map.size; i++)
    silent = silent && map.data[i] == 0;
  gst_buffer_unmap (buffer, &map);
  return silent;
}

/* Pulls sound until @until; it has to be without a gap from @from on. Returns
 * how many bytes were not silence. */
static gsize
pull_sound (GstClockTime from, GstClockTime until)
{
  gsize loud = 0;

  while (from + MS < until) {
    g_autoptr (GstBuffer) buffer = gst_harness_pull (h);
    gint64 gap = GST_CLOCK_DIFF (from, GST_BUFFER_PTS (buffer));

    fail_unless (ABS (gap) < 100 * GST_USECOND, "a gap of %" G_GINT64_FORMAT " ns", gap);
    if (!is_silence (buffer))
      loud += gst_buffer_get_size (buffer);
    from = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  }
  return loud;
}

GST_START_TEST (sound_that_stops_goes_on_as_silence)
{
  set_up (WFD_ENTRY_SOUND, TRUE, SOUND);
  open_entry ();
  push_sound (9, GST_SECOND);
  fail_unless_equals_int (pull_sound (GST_SECOND, GST_SECOND + 10 * MS), SOUND_BYTES);
  let_time_pass ();
  fail_unless_equals_int (pull_sound (GST_SECOND + 10 * MS, GST_SECOND + 70 * MS), 0);
  let_time_pass ();
  fail_unless_equals_int (pull_sound (GST_SECOND + 70 * MS, GST_SECOND + 130 * MS), 0);
  fail_unless (get_stats ().filled >= 2);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (sound_that_comes_late_is_cut_where_silence_was)
{
  set_up (WFD_ENTRY_SOUND, TRUE, SOUND);
  open_entry ();
  push_sound (9, GST_SECOND);
  pull_sound (GST_SECOND, GST_SECOND + 10 * MS);
  let_time_pass ();
  pull_sound (GST_SECOND + 10 * MS, GST_SECOND + 70 * MS);

  /* All of it, and half of it. */
  push_sound (9, GST_SECOND + 30 * MS);
  push_sound (9, GST_SECOND + 65 * MS);
  push_sound (9, GST_SECOND + 75 * MS);
  fail_unless_equals_int (pull_sound (GST_SECOND + 70 * MS, GST_SECOND + 85 * MS),
      SOUND_BYTES + SOUND_BYTES / 2);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (sound_that_never_began_is_silence)
{
  set_up (WFD_ENTRY_SOUND, TRUE, NULL);
  open_entry ();
  let_time_pass ();
  fail_unless_equals_int (pull_sound (GST_SECOND, GST_SECOND + 60 * MS), 0);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (upstream_gets_the_time_that_it_said_it_needs)
{
  g_autoptr (GstBuffer) silence = NULL;
  g_autoptr (GstTestClock) clock = NULL;

  set_up (WFD_ENTRY_SOUND, TRUE, SOUND);
  gst_harness_set_upstream_latency (h, 200 * MS);
  open_entry ();
  push_sound (9, GST_SECOND - 200 * MS);
  gst_buffer_unref (gst_harness_pull (h));
  let_time_pass ();
  silence = gst_harness_pull (h);
  clock = gst_harness_get_testclock (h);
  fail_unless (gst_clock_get_time (GST_CLOCK (clock)) >= GST_SECOND + 10 * MS);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (silence), GST_SECOND - 190 * MS);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (gap_in_stored_sound_becomes_silence)
{
  set_up (WFD_ENTRY_SOUND, FALSE, SOUND);
  open_entry ();
  gst_harness_push_event (h, gst_event_new_gap (0, 250 * MS));
  fail_unless_equals_int (pull_sound (0, 250 * MS), 0);
  tear_down ();
}

GST_END_TEST;

static void
push_coded (guint8 value, gboolean key, GstClockTime pts)
{
  GstBuffer *buffer = make_buffer (value, 100, pts, 33 * MS);

  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
}

static gboolean
is_key_unit_asked_for (void)
{
  GstEvent *event;
  gboolean asked = FALSE;

  while ((event = gst_harness_try_pull_upstream_event (h)) != NULL) {
    asked = asked || gst_video_event_is_force_key_unit (event);
    gst_event_unref (event);
  }
  return asked;
}

GST_START_TEST (coded_video_begins_with_a_key_unit)
{
  set_up (WFD_ENTRY_CODED_VIDEO, TRUE, CODED_VIDEO);
  open_entry ();
  fail_unless (is_key_unit_asked_for ());
  push_coded (1, FALSE, GST_SECOND);
  push_coded (2, TRUE, GST_SECOND + 33 * MS);
  push_coded (3, FALSE, GST_SECOND + 66 * MS);
  fail_unless_equals_int (pull (NULL), 2);
  fail_unless_equals_int (pull (NULL), 3);

  /* And again after the peer has paused. */
  wfd_entry_set_open (entry, FALSE);
  push_coded (4, TRUE, GST_SECOND + 99 * MS);
  wfd_entry_set_open (entry, TRUE);
  fail_unless (is_key_unit_asked_for ());
  push_coded (5, FALSE, GST_SECOND + 132 * MS);
  push_coded (6, TRUE, GST_SECOND + 165 * MS);
  fail_unless_equals_int (pull (NULL), 6);
  tear_down ();
}

GST_END_TEST;

static GstPadProbeReturn
tell_blocked (GstPad *pad, GstPadProbeInfo *info, gpointer blocked)
{
  g_async_queue_push (blocked, pad);
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (coded_video_that_lags_goes_on_with_a_new_key_unit)
{
  g_autoptr (GAsyncQueue) blocked = g_async_queue_new ();
  gulong block;

  set_up (WFD_ENTRY_CODED_VIDEO, TRUE, CODED_VIDEO);
  open_entry ();
  is_key_unit_asked_for ();
  block = gst_pad_add_probe (h->sinkpad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BLOCK,
      tell_blocked, blocked, NULL);
  push_coded (1, TRUE, GST_SECOND);
  g_async_queue_pop (blocked);
  for (guint i = 0; i < 100; i++)
    push_coded (2, FALSE, GST_SECOND + i * 33 * MS);
  fail_unless (is_key_unit_asked_for ());
  push_coded (3, TRUE, 5 * GST_SECOND);
  gst_pad_remove_probe (h->sinkpad, block);

  /* The one that stood in the way, then the new one. */
  fail_unless_equals_int (pull (NULL), 1);
  fail_unless_equals_int (pull (NULL), 3);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (coded_stream_that_stops_tells_of_a_gap)
{
  static const struct
  {
    WfdEntryKind kind;
    const char *caps;
  } streams[] = { { WFD_ENTRY_CODED_VIDEO, CODED_VIDEO }, { WFD_ENTRY_CODED_SOUND, CODED_SOUND } };
  g_autoptr (GstEvent) event = NULL;
  GstClockTime start, duration;

  set_up (streams[__i__].kind, TRUE, streams[__i__].caps);
  open_entry ();
  push_coded (1, TRUE, GST_SECOND);
  pull (NULL);
  let_time_pass ();
  event = pull_event (GST_EVENT_GAP);
  fail_unless (event != NULL);
  gst_event_parse_gap (event, &start, &duration);
  fail_unless_equals_uint64 (start, GST_SECOND + 33 * MS);
  fail_unless_equals_uint64 (duration, 60 * MS);
  tear_down ();
}

GST_END_TEST;

static void
count_end (WfdEntry *element, GAsyncQueue *ends)
{
  g_async_queue_push (ends, element);
}

GST_START_TEST (end_is_told_when_there_is_no_session)
{
  g_autoptr (GAsyncQueue) ends = g_async_queue_new ();

  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  g_signal_connect (entry, "end-of-stream", G_CALLBACK (count_end), ends);
  gst_harness_push_event (h, gst_event_new_eos ());
  fail_unless (g_async_queue_pop (ends) == entry);

  /* And comes through when there is one at last. */
  open_entry ();
  gst_event_unref (pull_event (GST_EVENT_EOS));
  fail_unless_equals_int (g_async_queue_length (ends), 0);
  tear_down ();
}

GST_END_TEST;

/* In a session, too, and after it has left. */
GST_START_TEST (end_is_told_when_it_has_left)
{
  g_autoptr (GAsyncQueue) ends = g_async_queue_new ();

  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  g_signal_connect (entry, "end-of-stream", G_CALLBACK (count_end), ends);
  open_entry ();
  gst_harness_push_event (h, gst_event_new_eos ());
  gst_event_unref (pull_event (GST_EVENT_EOS));
  fail_unless (g_async_queue_pop (ends) == entry);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (stream_that_did_not_begin_can_be_ended)
{
  set_up (WFD_ENTRY_SOUND, TRUE, NULL);
  open_entry ();
  wfd_entry_end (entry);
  gst_event_unref (pull_event (GST_EVENT_EOS));
  tear_down ();
}

GST_END_TEST;

static GstFlowReturn answer;

static GstFlowReturn
answer_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GAsyncQueue *seen = g_object_get_data (G_OBJECT (pad), "seen");

  gst_buffer_unref (buffer);
  g_async_queue_push (seen, pad);
  return answer;
}

/* Until what downstream said has come back, which is the entry's own thread's. */
static GstFlowReturn
push_until_not_ok (void)
{
  GstFlowReturn flow = GST_FLOW_OK;

  for (guint i = 0; flow == GST_FLOW_OK && i < 1000000; i++)
    flow = gst_harness_push (h, make_buffer (1, 384, GST_SECOND + i * MS, MS));
  return flow;
}

GST_START_TEST (what_downstream_says_is_told_upstream)
{
  static const GstFlowReturn flows[] = { GST_FLOW_ERROR, GST_FLOW_NOT_NEGOTIATED, GST_FLOW_EOS };
  g_autoptr (GAsyncQueue) seen = g_async_queue_new ();

  answer = flows[__i__];
  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  g_object_set_data (G_OBJECT (h->sinkpad), "seen", seen);
  gst_pad_set_chain_function (h->sinkpad, answer_chain);
  open_entry ();
  fail_unless_equals_int (push_until_not_ok (), flows[__i__]);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (session_that_goes_away_is_no_error)
{
  g_autoptr (GAsyncQueue) seen = g_async_queue_new ();
  guint64 dropped;

  answer = GST_FLOW_FLUSHING;
  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  g_object_set_data (G_OBJECT (h->sinkpad), "seen", seen);
  gst_pad_set_chain_function (h->sinkpad, answer_chain);
  open_entry ();
  push (1, GST_SECOND);
  g_async_queue_pop (seen);

  /* Closed from then on, until the next one. */
  do {
    dropped = get_stats ().dropped;
    push (2, 2 * GST_SECOND);
  } while (get_stats ().dropped == dropped);
  answer = GST_FLOW_OK;
  open_entry ();
  g_async_queue_pop (seen);
  tear_down ();
}

GST_END_TEST;

/* Tells that a buffer is here, and keeps it until it may go. */
static GstFlowReturn
slow_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GAsyncQueue *go = g_object_get_data (G_OBJECT (pad), "go");
  GstFlowReturn flow = answer;

  answer_chain (pad, parent, buffer);
  g_async_queue_pop (go);
  return flow;
}

GST_START_TEST (what_a_session_that_is_over_says_does_not_end_the_next)
{
  static const GstFlowReturn flows[] = { GST_FLOW_FLUSHING, GST_FLOW_NOT_LINKED, GST_FLOW_ERROR };
  g_autoptr (GAsyncQueue) seen = g_async_queue_new (), go = g_async_queue_new ();

  answer = flows[__i__];
  set_up (WFD_ENTRY_PICTURES, TRUE, PICTURES);
  g_object_set_data (G_OBJECT (h->sinkpad), "seen", seen);
  g_object_set_data (G_OBJECT (h->sinkpad), "go", go);
  gst_pad_set_chain_function (h->sinkpad, slow_chain);
  open_entry ();
  push (1, GST_SECOND);
  g_async_queue_pop (seen);

  gst_harness_set_time (h, 2 * GST_SECOND);
  wfd_entry_detach (entry);
  answer = GST_FLOW_OK;
  wfd_entry_attach (entry);
  g_async_queue_push (go, entry);
  /* The newest picture, for the next session. */
  g_async_queue_pop (seen);
  for (guint i = 0; i < 10; i++)
    g_async_queue_push (go, entry);
  push (2, 2 * GST_SECOND);
  tear_down ();
}

GST_END_TEST;

static Suite *
wfd_entry_suite (void)
{
  Suite *suite = suite_create ("wfd-entry");
  TCase *entries = tcase_create ("entry");

  suite_add_tcase (suite, entries);
  tcase_add_test (entries, live_pictures_are_dropped_while_closed);
  tcase_add_test (entries, newest_picture_comes_at_once_when_opened);
  tcase_add_test (entries, only_the_newest_picture_goes_on);
  tcase_add_test (entries, last_picture_comes_again_when_none_comes);
  tcase_add_test (entries, picture_never_goes_back_in_time);
  tcase_add_test (entries, live_pictures_have_the_rate_of_the_session);
  tcase_add_test (entries, rate_leaves_caps_that_come_meanwhile);
  tcase_add_test (entries, format_is_told_when_attached);
  tcase_add_test (entries, stored_stream_waits_and_loses_nothing);
  tcase_add_test (entries, stop_frees_a_stored_stream_that_waits);
  tcase_add_test (entries, stored_stream_that_nobody_gets_goes_by_in_real_time);
  tcase_add_test (entries, sound_that_stops_goes_on_as_silence);
  tcase_add_test (entries, sound_that_comes_late_is_cut_where_silence_was);
  tcase_add_test (entries, sound_that_never_began_is_silence);
  tcase_add_test (entries, upstream_gets_the_time_that_it_said_it_needs);
  tcase_add_test (entries, gap_in_stored_sound_becomes_silence);
  tcase_add_test (entries, coded_video_begins_with_a_key_unit);
  tcase_add_test (entries, coded_video_that_lags_goes_on_with_a_new_key_unit);
  tcase_add_loop_test (entries, coded_stream_that_stops_tells_of_a_gap, 0, 2);
  tcase_add_test (entries, end_is_told_when_there_is_no_session);
  tcase_add_test (entries, end_is_told_when_it_has_left);
  tcase_add_test (entries, stream_that_did_not_begin_can_be_ended);
  tcase_add_loop_test (entries, what_downstream_says_is_told_upstream, 0, 3);
  tcase_add_test (entries, session_that_goes_away_is_no_error);
  tcase_add_loop_test (entries, what_a_session_that_is_over_says_does_not_end_the_next, 0, 3);
  return suite;
}

GST_CHECK_MAIN (wfd_entry);
