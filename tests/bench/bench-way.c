/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a sending and a receiving pipeline in one process, on one clock, follows
 * every picture from capture to the screen, and prints as JSON how long it took.
 *
 * The element "capture" of the sending pipeline must give raw video; its time
 * is written into the pictures. The sink "show" of the receiving one shows them.
 * Video encoders and decoders are found by what they say of themselves, wherever
 * they are and whenever they come. What comes to "sound" is counted. */
#include <gst/video/video.h>
#include <stdio.h>
#include <stdlib.h>

#include <cast-stamp.h>

#include "drop.h"
#include "way.h"

#define TICK_MS 20
/* What left the encoder so late may be on its way still when all ends. */
#define TAIL_US (600 * 1000)

typedef struct
{
  char *send;
  char *receive;
  double seconds;
  double settle_s; /* from the first picture on */
  double patience_s;
  gint port; /* of RTP, at the receiver */
  gint lose_every;
} Options;

typedef struct _Bench Bench;

/* A pad that is looked at. */
typedef struct
{
  Bench *bench;
  WayPoint point;
  GstCaps *caps; /* of the streaming thread */
  GstVideoInfo info;
} Watch;

struct _Bench
{
  Options options;
  GMainLoop *loop;
  GstElement *send;
  GstElement *receive;
  GstPadChainFunction show_chain;
  gint64 start_us;
  gint64 begin_us; /* of what is measured; 0: not yet */
  gint64 end_us;
  gboolean failed;
  gint sounds; /* atomic */
  gint shown;  /* atomic */

  GMutex lock;
  Way *way; /* with the lock */
};

static void fail (Bench *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
fail (Bench *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  self->failed = TRUE;
  g_main_loop_quit (self->loop);
}

static Watch *
watch_new (Bench *bench, WayPoint point)
{
  Watch *self = g_new0 (Watch, 1);

  self->bench = bench;
  self->point = point;
  return self;
}

static void
watch_free (gpointer data)
{
  Watch *self = data;

  gst_caps_replace (&self->caps, NULL);
  g_free (self);
}

/* Pictures. */

static gboolean
update_info (Watch *self, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps == NULL)
    return FALSE;
  if (caps == self->caps)
    return TRUE;
  if (!gst_video_info_from_caps (&self->info, caps))
    return FALSE;
  gst_caps_replace (&self->caps, caps);
  return TRUE;
}

static gboolean
read_stamp (Watch *self, GstPad *pad, GstBuffer *buffer, guint32 *ret_stamp)
{
  GstVideoRectangle whole = { 0 };
  GstVideoFrame frame;
  gboolean found;

  if (!update_info (self, pad) || !gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READ))
    return FALSE;
  whole.w = GST_VIDEO_INFO_WIDTH (&self->info);
  whole.h = GST_VIDEO_INFO_HEIGHT (&self->info);
  found = cast_stamp_read (&frame, &whole, ret_stamp);
  gst_video_frame_unmap (&frame);
  return found;
}

static void
note (Watch *self, const WayEvent *event)
{
  g_mutex_lock (&self->bench->lock);
  way_note (self->bench->way, self->point, event);
  g_mutex_unlock (&self->bench->lock);
}

/* The same in front of a codec and behind it, whatever segment it makes. */
static GstClockTime
get_running_time (GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;

  if (event == NULL)
    return GST_CLOCK_TIME_NONE;
  gst_event_parse_segment (event, &segment);
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
}

static void
note_raw (Watch *self, GstPad *pad, GstBuffer *buffer, gint64 now_us)
{
  WayEvent event = { .at_us = now_us, .time_ns = get_running_time (pad, buffer) };

  /* Of what comes out of a decoder the time stamp is enough. */
  if (self->point == WAY_DECODER_OUT || read_stamp (self, pad, buffer, &event.key))
    note (self, &event);
}

static void
note_unit (Watch *self, GstPad *pad, GstBuffer *buffer, gint64 now_us)
{
  WayEvent event = { .at_us = now_us, .time_ns = get_running_time (pad, buffer) };
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  event.key = way_hash_tail (map.data, map.size);
  event.bytes = map.size;
  gst_buffer_unmap (buffer, &map);
  note (self, &event);
}

static GstPadProbeReturn
on_codec_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gint64 now_us = g_get_monotonic_time ();

  if (self->point == WAY_ENCODER_OUT || self->point == WAY_DECODER_IN)
    note_unit (self, pad, buffer, now_us);
  else
    note_raw (self, pad, buffer, now_us);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_captured (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *self = user_data;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  gint64 now_us = g_get_monotonic_time ();
  GstVideoFrame frame;

  info->data = buffer;
  if (update_info (self, pad)
      && gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READWRITE)) {
    cast_stamp_write (&frame, now_us);
    gst_video_frame_unmap (&frame);
  }
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_sound (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watch *self = user_data;

  g_atomic_int_inc (&self->bench->sounds);
  return GST_PAD_PROBE_OK;
}

/* A picture is shown when the sink is done with it, whatever it waited for. */
static GstFlowReturn
show_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  Watch *self = g_object_get_data (G_OBJECT (pad), "bench-watch");
  WayEvent event = { 0 };
  gboolean stamped = read_stamp (self, pad, buffer, &event.key);
  GstFlowReturn flow = self->bench->show_chain (pad, parent, buffer);

  if (stamped && flow == GST_FLOW_OK) {
    event.at_us = g_get_monotonic_time ();
    note (self, &event);
    g_atomic_int_inc (&self->bench->shown);
  }
  return flow;
}

static void
add_probe (Bench *self, GstElement *element, const char *pad_name, WayPoint point,
    GstPadProbeCallback callback)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  if (pad != NULL)
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, watch_new (self, point),
        watch_free);
}

static void
watch_show (Bench *self, GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  self->show_chain = GST_PAD_CHAINFUNC (pad);
  g_object_set_data_full (G_OBJECT (pad), "bench-watch", watch_new (self, WAY_SHOWN), watch_free);
  gst_pad_set_chain_function (pad, show_chain);
}

static void
watch_element (Bench *self, GstElement *element)
{
  const char *klass = gst_element_get_metadata (element, GST_ELEMENT_METADATA_KLASS);

  if (GST_IS_BIN (element))
    klass = NULL;
  if (klass != NULL && strstr (klass, "Encoder/Video") != NULL) {
    add_probe (self, element, "sink", WAY_ENCODER_IN, on_codec_buffer);
    add_probe (self, element, "src", WAY_ENCODER_OUT, on_codec_buffer);
  }
  if (klass != NULL && strstr (klass, "Decoder/Video") != NULL) {
    add_probe (self, element, "sink", WAY_DECODER_IN, on_codec_buffer);
    add_probe (self, element, "src", WAY_DECODER_OUT, on_codec_buffer);
  }
  if (g_str_equal (GST_OBJECT_NAME (element), "capture"))
    add_probe (self, element, "src", 0, on_captured);
  if (g_str_equal (GST_OBJECT_NAME (element), "sound"))
    add_probe (self, element, "sink", 0, on_sound);
  if (g_str_equal (GST_OBJECT_NAME (element), "show"))
    watch_show (self, element);
}

static void
on_element_added (GstBin *pipeline, GstBin *bin, GstElement *element, gpointer user_data)
{
  watch_element (user_data, element);
}

static void
on_element (const GValue *item, gpointer user_data)
{
  watch_element (user_data, g_value_get_object (item));
}

/* The pipelines. */

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Bench *self = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fail (self, "%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    fail (self, "a pipeline has ended");
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY) {
    gst_bin_recalculate_latency (GST_BIN (GST_MESSAGE_SRC (message) != NULL
                && gst_object_has_as_ancestor (GST_MESSAGE_SRC (message), GST_OBJECT (self->send))
            ? self->send
            : self->receive));
  }
  return G_SOURCE_CONTINUE;
}

static GstElement *
make_pipeline (Bench *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  GstIterator *elements;

  if (pipeline == NULL) {
    fail (self, "%s: %s", text, error->message);
    return NULL;
  }
  g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (on_element_added), self);
  elements = gst_bin_iterate_recurse (GST_BIN (pipeline));
  gst_iterator_foreach (elements, on_element, self);
  gst_iterator_free (elements);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_message, self);
  return pipeline;
}

static void
begin_measuring (Bench *self, gint64 now_us)
{
  g_autoptr (GError) error = NULL;

  self->begin_us = now_us;
  self->end_us = now_us + self->options.seconds * 1e6;
  if (self->options.lose_every > 0
      && !drop_begin (self->options.port, self->options.lose_every, &error))
    fail (self, "%s", error->message);
}

static gboolean
on_tick (gpointer user_data)
{
  Bench *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  if (g_atomic_int_get (&self->shown) == 0) {
    if (now_us - self->start_us > self->options.patience_s * 1e6)
      fail (self, "no picture came");
    self->end_us = now_us + self->options.settle_s * 1e6;
  } else if (now_us >= self->end_us && self->begin_us == 0) {
    begin_measuring (self, now_us);
  } else if (self->begin_us != 0 && now_us >= self->end_us + TAIL_US) {
    g_main_loop_quit (self->loop);
  }
  return G_SOURCE_CONTINUE;
}

/* The figures. */

static void
print_span (const char *name, const WaySpan *span)
{
  printf ("  \"%s\": ", name);
  if (span->count == 0)
    printf ("null,\n");
  else
    printf ("{\"count\": %u, \"median_ms\": %.3f, \"p95_ms\": %.3f, \"p99_ms\": %.3f, "
            "\"max_ms\": %.3f},\n",
        span->count, span->median_ms, span->p95_ms, span->p99_ms, span->max_ms);
}

static void
print_figures (Bench *self, const WayFigures *figures, guint dropped)
{
  printf ("{\n");
  print_span ("entry", &figures->entry);
  print_span ("transport", &figures->transport);
  print_span ("codec", &figures->codec);
  print_span ("shown", &figures->shown);
  print_span ("shown_rest", &figures->shown_rest);
  print_span ("gap", &figures->gap);
  printf ("  \"stalls_ms\": [");
  for (guint i = 0; i < figures->stalls_ms->len; i++)
    printf ("%s%.3f", i > 0 ? ", " : "", g_array_index (figures->stalls_ms, double, i));
  printf ("],\n  \"units\": %u, \"missing\": %u, \"damaged\": %u, \"unit_bytes\": %.0f,\n",
      figures->units, figures->missing, figures->damaged, figures->bytes);
  printf ("  \"datagrams_lost\": %u, \"sounds\": %d\n}\n", dropped,
      g_atomic_int_get (&self->sounds));
}

static void
run (Bench *self)
{
  g_auto (WayFigures) figures = { 0 };
  guint dropped;

  self->start_us = g_get_monotonic_time ();
  g_timeout_add (TICK_MS, on_tick, self);
  /* What went wrong comes as a message. */
  gst_element_set_state (self->send, GST_STATE_PLAYING);
  gst_element_set_state (self->receive, GST_STATE_PLAYING);
  g_main_loop_run (self->loop);

  dropped = drop_count (self->options.port);
  gst_element_set_state (self->receive, GST_STATE_NULL);
  gst_element_set_state (self->send, GST_STATE_NULL);
  if (self->failed)
    return;
  way_get_figures (self->way, self->begin_us, self->end_us, &figures);
  print_figures (self, &figures, dropped);
}

static gboolean
parse_options (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "send", 0, 0, G_OPTION_ARG_STRING, &options->send, "The sending pipeline", "PIPELINE" },
    { "receive", 0, 0, G_OPTION_ARG_STRING, &options->receive, "And the other", "PIPELINE" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &options->seconds, "How long to measure", "N" },
    { "settle", 0, 0, G_OPTION_ARG_DOUBLE, &options->settle_s,
        "Begin so long after the first picture", "N" },
    { "patience", 0, 0, G_OPTION_ARG_DOUBLE, &options->patience_s,
        "Give up if no picture came for so many seconds", "N" },
    { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "Where RTP is received", "PORT" },
    { "lose-every", 0, 0, G_OPTION_ARG_INT, &options->lose_every,
        "Lose packets with a multiple of N as number, if they are within a picture", "N" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (g_option_context_parse (context, argc, argv, &error) && options->send != NULL
      && options->receive != NULL)
    return TRUE;
  g_printerr ("%s\n", error != NULL ? error->message : "--send and --receive are needed");
  return FALSE;
}

static void
clear_pipeline (GstElement **pipeline)
{
  g_autoptr (GstBus) bus = *pipeline != NULL ? gst_element_get_bus (*pipeline) : NULL;

  if (bus != NULL)
    gst_bus_remove_watch (bus);
  gst_clear_object (pipeline);
}

int
main (int argc, char **argv)
{
  Bench self = { .options = { .seconds = 5, .settle_s = 1, .patience_s = 20 } };

  if (!parse_options (&self.options, &argc, &argv))
    return 2;
  g_mutex_init (&self.lock);
  self.way = way_new ();
  self.loop = g_main_loop_new (NULL, FALSE);
  self.send = make_pipeline (&self, self.options.send);
  self.receive = make_pipeline (&self, self.options.receive);
  if (!self.failed)
    run (&self);
  clear_pipeline (&self.receive);
  clear_pipeline (&self.send);
  g_main_loop_unref (self.loop);
  way_free (self.way);
  g_mutex_clear (&self.lock);
  g_free (self.options.send);
  g_free (self.options.receive);
  return self.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
