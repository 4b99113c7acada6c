/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-outlet.h"

#include <ts-audio.h>
#include <ts-lpcm.h>

#include "wfd-error.h"
#include "wfd-trail.h"
#include "wfd-upstream.h"

GST_DEBUG_CATEGORY_STATIC (wfd_outlet_debug);
#define GST_CAT_DEFAULT wfd_outlet_debug

#define AAC_FRAME_SAMPLES 1024
/* Of a gap that is longer the end is filled. */
#define MAX_FRAMES_OF_SILENCE 50

struct _WfdOutlet
{
  GstBaseSink parent;

  WfdSender *sender;
  WfdStream stream;

  /* Of the streaming thread. */
  WfdTsFormat format;
  WfdTsLpcmPacker *packer; /* NULL: no LPCM */
  GstClockTime end;        /* of what was sent, as running time */
  gboolean silent;         /* that was silence */
  GstClockTime latency;    /* of upstream; NONE: not asked yet */
  guint32 stream_seqnum;   /* of its STREAM_START */
  gboolean size_checked;   /* of the pictures with these caps */
  gboolean complained;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (WfdOutlet, wfd_outlet, GST_TYPE_BASE_SINK,
    GST_DEBUG_CATEGORY_INIT (wfd_outlet_debug, "wfdoutlet", 0,
        "Where a stream leaves for a Wi-Fi Display peer"))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_ALWAYS, GST_STATIC_CAPS (WFD_OUTLET_VIDEO_CAPS "; " WFD_OUTLET_AUDIO_CAPS));

static WfdTsFormat
read_format (GstCaps *caps)
{
  static const struct
  {
    const char *name;
    WfdTsCodec codec;
  } names[] = {
    { "video/x-h264", WFD_TS_CODEC_H264 },
    { "audio/mpeg", WFD_TS_CODEC_AAC },
    { "audio/x-ac3", WFD_TS_CODEC_AC3 },
    { "audio/x-raw", WFD_TS_CODEC_LPCM },
  };
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  WfdTsFormat format = { .codec = WFD_TS_CODEC_NONE };
  gint rate_hz = 0, channels = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (gst_structure_has_name (structure, names[i].name))
      format.codec = names[i].codec;
  gst_structure_get_int (structure, "rate", &rate_hz);
  gst_structure_get_int (structure, "channels", &channels);
  format.rate_hz = rate_hz;
  format.channels = channels;
  return format;
}

static void
renew_packer (WfdOutlet *self)
{
  g_clear_pointer (&self->packer, wfd_ts_lpcm_packer_free);
  if (self->format.codec == WFD_TS_CODEC_LPCM)
    self->packer = wfd_ts_lpcm_packer_new (self->format.rate_hz, self->format.channels);
}

static gboolean
outlet_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  WfdOutlet *self = WFD_OUTLET (sink);

  self->format = read_format (caps);
  self->complained = self->size_checked = FALSE;
  renew_packer (self);
  return TRUE;
}

static GstClockTime
to_running_time (WfdOutlet *self, GstClockTime time)
{
  GstSegment *segment = &GST_BASE_SINK (self)->segment;

  if (segment->format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (time))
    return GST_CLOCK_TIME_NONE;
  return gst_segment_to_running_time (segment, GST_FORMAT_TIME, time);
}

static GstFlowReturn
complain (WfdOutlet *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (GST_BASE_SINK_PAD (self));
  g_autofree char *text = NULL;

  if (self->complained)
    return GST_FLOW_ERROR;
  self->complained = TRUE;
  text = caps != NULL ? gst_caps_to_string (caps) : NULL;
  wfd_post_gst_error (GST_ELEMENT (self), GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, text,
      "The %s that comes is not what the display agreed to; set what is offered to it.",
      self->stream == WFD_STREAM_VIDEO ? "video" : "audio");
  return GST_FLOW_ERROR;
}

/* Some displays show what comes, whatever they have agreed to. */
static void
check_size (WfdOutlet *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (GST_BASE_SINK_PAD (self));
  WfdFormat agreed = wfd_sender_get_format (self->sender);
  gint width, height;

  self->size_checked = TRUE;
  if (caps == NULL
      || !gst_structure_get (gst_caps_get_structure (caps, 0), "width", G_TYPE_INT, &width,
          "height", G_TYPE_INT, &height, NULL)
      || (width == (gint) agreed.width && height == (gint) agreed.height))
    return;
  GST_ELEMENT_WARNING (self, STREAM, WRONG_TYPE,
      ("The display was promised a picture of %ux%u, and what comes has %dx%d; set "
       "\"video-formats\" to that.",
          agreed.width, agreed.height, width, height),
      (NULL));
}

static GstFlowReturn
send_unit (WfdOutlet *self, WfdBytes unit, GstClockTime running_time)
{
  /* What is not live does not lag behind the clock. */
  if (!GST_CLOCK_TIME_IS_VALID (self->latency))
    wfd_upstream_query (GST_BASE_SINK_PAD (self), &self->latency);
  return wfd_sender_send (self->sender, self->stream, &self->format, unit, running_time,
             self->latency)
      ? GST_FLOW_OK
      : complain (self);
}

static GstFlowReturn
send_packed (WfdOutlet *self)
{
  GstFlowReturn flow = GST_FLOW_OK;
  WfdBytes payload;
  gint64 pts_ns;

  while (wfd_ts_lpcm_packer_pop (self->packer, &payload, &pts_ns))
    if (flow == GST_FLOW_OK)
      flow = send_unit (self, payload, MAX (pts_ns, 0));
  return flow;
}

static GstFlowReturn
send_samples (WfdOutlet *self, WfdBytes samples, GstClockTime running_time)
{
  gsize whole = samples.left - samples.left % (2 * self->format.channels);

  wfd_ts_lpcm_packer_push (self->packer, samples.pos, whole,
      GST_CLOCK_TIME_IS_VALID (running_time) ? (gint64) running_time : WFD_TS_NO_TIME);
  return send_packed (self);
}

static GstClockTime
get_frame_duration (WfdOutlet *self)
{
  return gst_util_uint64_scale_int (AAC_FRAME_SAMPLES, GST_SECOND, self->format.rate_hz);
}

/* Sound that comes after silence was sent in its place. */
static gboolean
is_replaced (WfdOutlet *self, GstClockTime running_time)
{
  if (!GST_CLOCK_TIME_IS_VALID (running_time) || self->format.codec != WFD_TS_CODEC_AAC)
    return FALSE;
  if (self->silent && running_time + get_frame_duration (self) / 2 < self->end)
    return TRUE;
  self->silent = FALSE;
  self->end = running_time + get_frame_duration (self);
  return FALSE;
}

static GstFlowReturn
outlet_render (GstBaseSink *sink, GstBuffer *buffer)
{
  WfdOutlet *self = WFD_OUTLET (sink);
  GstClockTime running_time = to_running_time (self, GST_BUFFER_PTS (buffer));
  GstFlowReturn flow;
  GstMapInfo map;
  WfdBytes bytes;

  if (is_replaced (self, running_time) || !gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_FLOW_OK;
  bytes = wfd_bytes (map.data, map.size);
  if (self->stream == WFD_STREAM_VIDEO) {
    wfd_sender_note_picture (self->sender, wfd_trail_get_number (buffer));
    if (!self->size_checked)
      check_size (self);
  }
  if (self->packer != NULL)
    flow = send_samples (self, bytes, running_time);
  else
    flow = send_unit (self, bytes, running_time);
  gst_buffer_unmap (buffer, &map);
  return flow;
}

/* Frames up to @until, on the grid of those that came. */
static void
send_silence (WfdOutlet *self, GstClockTime start, GstClockTime until)
{
  GstClockTime frame = get_frame_duration (self);
  guint8 silence[WFD_TS_SILENCE_BYTES];
  gsize bytes = wfd_ts_audio_write_aac_silence (self->format.channels, silence);

  if (bytes == 0)
    return;
  if (!GST_CLOCK_TIME_IS_VALID (self->end) || self->end + MAX_FRAMES_OF_SILENCE * frame < until)
    self->end = start;
  for (guint i = 0; i < MAX_FRAMES_OF_SILENCE && self->end + frame <= until; i++) {
    send_unit (self, wfd_bytes (silence, bytes), self->end);
    self->end += frame;
    self->silent = TRUE;
  }
}

static void
fill_gap (WfdOutlet *self, GstEvent *event)
{
  GstClockTime start, duration, until;

  gst_event_parse_gap (event, &start, &duration);
  if (!GST_CLOCK_TIME_IS_VALID (duration))
    return;
  until = to_running_time (self, start + duration);
  start = to_running_time (self, start);
  if (!GST_CLOCK_TIME_IS_VALID (until) || !GST_CLOCK_TIME_IS_VALID (start))
    return;
  if (self->packer != NULL) {
    wfd_ts_lpcm_packer_fill (self->packer, until);
    send_packed (self);
  } else if (self->format.codec == WFD_TS_CODEC_AAC) {
    send_silence (self, start, until);
  }
}

/* What was sent, and samples that wait for more of them. */
static void
forget (WfdOutlet *self)
{
  self->latency = self->end = GST_CLOCK_TIME_NONE;
  self->silent = FALSE;
  if (self->packer != NULL)
    renew_packer (self);
}

/* A gate that shifts the time sends all events again. */
static gboolean
is_new_stream (WfdOutlet *self, GstEvent *event)
{
  guint32 seqnum = gst_event_get_seqnum (event);

  if (GST_EVENT_TYPE (event) != GST_EVENT_STREAM_START || seqnum == self->stream_seqnum)
    return FALSE;
  self->stream_seqnum = seqnum;
  return TRUE;
}

static gboolean
outlet_event (GstBaseSink *sink, GstEvent *event)
{
  WfdOutlet *self = WFD_OUTLET (sink);
  g_autoptr (GstEvent) gap = NULL;
  gboolean handled;

  if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP || is_new_stream (self, event))
    forget (self);
  if (GST_EVENT_TYPE (event) == GST_EVENT_GAP)
    gap = gst_event_ref (event);
  /* Waits until it is time for the gap. */
  handled = GST_BASE_SINK_CLASS (wfd_outlet_parent_class)->event (sink, event);
  if (gap != NULL && handled)
    fill_gap (self, gap);
  return handled;
}

static gboolean
outlet_unlock (GstBaseSink *sink)
{
  WfdOutlet *self = WFD_OUTLET (sink);

  wfd_sender_set_flushing (self->sender, self->stream, TRUE);
  return TRUE;
}

static gboolean
outlet_unlock_stop (GstBaseSink *sink)
{
  WfdOutlet *self = WFD_OUTLET (sink);

  wfd_sender_set_flushing (self->sender, self->stream, FALSE);
  return TRUE;
}

static void
outlet_finalize (GObject *object)
{
  WfdOutlet *self = WFD_OUTLET (object);

  g_clear_pointer (&self->packer, wfd_ts_lpcm_packer_free);
  wfd_sender_unref (self->sender);
  G_OBJECT_CLASS (wfd_outlet_parent_class)->finalize (object);
}

static void
wfd_outlet_class_init (WfdOutletClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink_class = GST_BASE_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = outlet_finalize;
  sink_class->set_caps = outlet_set_caps;
  sink_class->render = outlet_render;
  sink_class->event = outlet_event;
  sink_class->unlock = outlet_unlock;
  sink_class->unlock_stop = outlet_unlock_stop;

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display outlet", "Sink/Network",
      "Gives a stream to the sender of a session", "gst-wfd");
}

static void
wfd_outlet_init (WfdOutlet *self)
{
  self->latency = self->end = GST_CLOCK_TIME_NONE;
}

GstElement *
wfd_outlet_new (WfdSender *sender, WfdStream stream)
{
  WfdOutlet *self = g_object_new (WFD_TYPE_OUTLET, "async", FALSE, "sync", FALSE,
      "enable-last-sample", FALSE, "processing-deadline", G_GUINT64_CONSTANT (0), NULL);

  self->sender = wfd_sender_ref (sender);
  self->stream = stream;
  return GST_ELEMENT (self);
}
