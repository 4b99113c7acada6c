/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/video/video.h>

#include "wfd-element.h"
#include "wfd-entry-private.h"
#include "wfd-fill.h"

GST_DEBUG_CATEGORY (wfd_entry_debug);
#define GST_CAT_DEFAULT wfd_entry_debug

/* The longest silence made at once for a GAP event. */
#define MAX_SILENCE (100 * GST_MSECOND)

/* Buffers that wait: of a stored stream until it is held back, of a live one
 * until it is too much. Live pictures never wait for one another. */
static const struct
{
  guint stored;
  guint live;
} limits[] = {
  [WFD_ENTRY_PICTURES] = { 2, 1 },
  [WFD_ENTRY_SOUND] = { 8, 100 },
  [WFD_ENTRY_CODED_VIDEO] = { 8, 60 },
  [WFD_ENTRY_CODED_SOUND] = { 8, 50 },
  [WFD_ENTRY_AC3] = { 8, 50 },
};

guint wfd_entry_signal_end_of_stream;

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_FINAL_TYPE_WITH_CODE (WfdEntry, wfd_entry, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (wfd_entry_debug, "wfdentry", 0, "Where a stream enters wfdsink"))

/*
 * Opening and closing
 */

/* Begins anew; with the lock. What did not come until now will not come. */
static void
resume (WfdEntry *self)
{
  GstClockTime now = wfd_element_get_running_time (GST_ELEMENT (self));

  wfd_pace_restart (&self->pace);
  self->need_key_unit = self->kind == WFD_ENTRY_CODED_VIDEO;
  self->show_newest = self->newest != NULL;
  if (self->kind != WFD_ENTRY_PICTURES && GST_CLOCK_TIME_IS_VALID (now))
    self->end = wfd_entry_get_horizon (self, now);
}

static void
ask_for_key_unit (WfdEntry *self)
{
  gst_pad_push_event (self->sinkpad,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

/* Changes one of the flags of which the flow depends. */
static void
set_flag (WfdEntry *self, gboolean *flag, gboolean value)
{
  gboolean before, after, live;

  g_mutex_lock (&self->lock);
  before = wfd_entry_is_flowing (self);
  *flag = value;
  after = wfd_entry_is_flowing (self);
  live = wfd_entry_has_live_upstream (self);
  if (after && !before)
    self->discard_shift = GST_CLOCK_STIME_NONE;
  if (after && !before && live)
    resume (self);
  if (before && !after && live)
    wfd_entry_drop_buffers (self);
  wfd_entry_wake (self);
  g_mutex_unlock (&self->lock);

  if (after != before)
    GST_DEBUG_OBJECT (self, "%s", after ? "opened" : "closed");
  if (after && !before && live && self->kind == WFD_ENTRY_CODED_VIDEO)
    ask_for_key_unit (self);
}

void
wfd_entry_set_open (WfdEntry *self, gboolean open)
{
  set_flag (self, &self->open, open);
}

void
wfd_entry_set_discard (WfdEntry *self, gboolean discard)
{
  set_flag (self, &self->discard, discard);
}

void
wfd_entry_detach (WfdEntry *self)
{
  set_flag (self, &self->attached, FALSE);
}

/* With the lock, which is released meanwhile. */
static void
ensure_upstream (WfdEntry *self)
{
  wfd_upstream_ensure (&self->upstream, &self->lock, self->sinkpad, &self->latency);
}

gboolean
wfd_entry_is_live (WfdEntry *self)
{
  gboolean live;

  g_mutex_lock (&self->lock);
  ensure_upstream (self);
  live = wfd_entry_has_live_upstream (self);
  g_mutex_unlock (&self->lock);
  return live;
}

void
wfd_entry_set_rate (WfdEntry *self, gint rate_n, gint rate_d)
{
  g_autoptr (GstEvent) old = NULL;

  g_mutex_lock (&self->lock);
  ensure_upstream (self);
  /* Only now: upstream may have sent others meanwhile. */
  old = gst_pad_get_sticky_event (self->srcpad, GST_EVENT_CAPS, 0);
  self->rate_n = rate_n;
  self->rate_d = rate_d;
  if (wfd_entry_has_live_upstream (self))
    wfd_pace_init (&self->pace, rate_n, rate_d);
  if (old != NULL) {
    g_autoptr (GstEvent) changed = wfd_entry_set_caps_rate (self, g_steal_pointer (&old));

    gst_pad_store_sticky_event (self->srcpad, changed);
  }
  g_mutex_unlock (&self->lock);
}

/* A source of sound that did not begin yet must not keep the video from
 * beginning: silence has a format of its own until then. With the lock. */
static void
append_default_format (WfdEntry *self)
{
  g_autofree char *stream_id =
      gst_pad_create_stream_id (self->srcpad, GST_ELEMENT (self), "silence");
  g_autoptr (GstCaps) caps =
      gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, GST_AUDIO_NE (S16), "layout",
          G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, 48000, "channels", G_TYPE_INT, 2, NULL);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  wfd_backlog_push (&self->backlog, gst_event_new_stream_start (stream_id));
  wfd_backlog_push (&self->backlog, gst_event_new_caps (caps));
  wfd_backlog_push (&self->backlog, gst_event_new_segment (&segment));
}

static gboolean
has_format (WfdEntry *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->sinkpad);

  return caps != NULL || self->out_segment.format == GST_FORMAT_TIME;
}

void
wfd_entry_attach (WfdEntry *self)
{
  g_mutex_lock (&self->lock);
  ensure_upstream (self);
  self->flow = GST_FLOW_OK;
  if (self->kind == WFD_ENTRY_SOUND && wfd_entry_has_live_upstream (self) && !has_format (self))
    append_default_format (self);
  self->n_attached++;
  self->need_key_unit = self->kind == WFD_ENTRY_CODED_VIDEO;
  /* Takes the sticky events with it. */
  wfd_backlog_push (&self->backlog,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("wfd-attached")));
  g_mutex_unlock (&self->lock);

  set_flag (self, &self->attached, TRUE);
}

/*
 * What comes, in upstream's thread
 */

/* With the lock. */
static void
note_arrival (WfdEntry *self, GstBuffer *buffer)
{
  GstClockTime now = wfd_element_get_running_time (GST_ELEMENT (self)), end = GST_CLOCK_TIME_NONE;

  if (self->kind != WFD_ENTRY_PICTURES)
    return;
  gst_buffer_replace (&self->newest, buffer);
  if (GST_CLOCK_TIME_IS_VALID (now))
    wfd_pace_note_arrival (&self->pace, now);
  if (self->in_segment.format == GST_FORMAT_TIME)
    end = gst_segment_to_running_time (&self->in_segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (GST_CLOCK_TIME_IS_VALID (now) && GST_CLOCK_TIME_IS_VALID (end))
    self->delay = now > end ? now - end : 0;
}

/* Whether coded video can go on with @buffer. */
static gboolean
is_decodable (WfdEntry *self, GstBuffer *buffer)
{
  if (!self->need_key_unit)
    return TRUE;
  self->need_key_unit = GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return !self->need_key_unit;
}

/* Makes room in a live stream; returns whether a key unit has to be asked for. */
static gboolean
make_room (WfdEntry *self)
{
  if (self->backlog.n_buffers < limits[self->kind].live)
    return FALSE;
  if (self->kind != WFD_ENTRY_CODED_VIDEO) {
    self->stats.dropped += wfd_backlog_drop_oldest (&self->backlog);
    return FALSE;
  }
  GST_INFO_OBJECT (self, "video is too slow behind us, going on with the next key unit");
  wfd_entry_drop_buffers (self);
  self->need_key_unit = TRUE;
  return TRUE;
}

/* With the lock. */
static GstFlowReturn
take_live (WfdEntry *self, GstBuffer *buffer, gboolean *ret_ask)
{
  note_arrival (self, buffer);
  if (!wfd_entry_is_flowing (self) || self->discard || self->flow != GST_FLOW_OK) {
    self->stats.dropped++;
    gst_buffer_unref (buffer);
    return self->flow;
  }

  *ret_ask = make_room (self);
  if (!is_decodable (self, buffer)) {
    self->stats.dropped++;
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  self->show_newest = FALSE;
  wfd_backlog_push (&self->backlog, buffer);
  wfd_entry_wake (self);
  return GST_FLOW_OK;
}

static GstFlowReturn
take_stored (WfdEntry *self, GstBuffer *buffer)
{
  while (!self->flushing && self->flow == GST_FLOW_OK
      && (!wfd_entry_is_flowing (self) || self->backlog.n_buffers >= limits[self->kind].stored))
    g_cond_wait (&self->changed, &self->lock);

  if (self->flushing || self->flow != GST_FLOW_OK || !is_decodable (self, buffer)) {
    gst_buffer_unref (buffer);
    return self->flushing ? GST_FLOW_FLUSHING : self->flow;
  }
  wfd_backlog_push (&self->backlog, buffer);
  wfd_entry_wake (self);
  return GST_FLOW_OK;
}

static GstFlowReturn
take (WfdEntry *self, GstBuffer *buffer)
{
  GstFlowReturn flow;
  gboolean ask = FALSE;

  g_mutex_lock (&self->lock);
  ensure_upstream (self);
  if (self->flushing) {
    gst_buffer_unref (buffer);
    flow = GST_FLOW_FLUSHING;
  } else {
    flow = wfd_entry_has_live_upstream (self) ? take_live (self, buffer, &ask)
                                              : take_stored (self, buffer);
  }
  g_mutex_unlock (&self->lock);

  if (ask)
    ask_for_key_unit (self);
  return flow;
}

static GstFlowReturn
entry_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  return take (WFD_ENTRY (parent), buffer);
}

/* NULL: nothing is known of the sound. */
static GstBuffer *
make_silence (WfdEntry *self, GstClockTime duration)
{
  GstBuffer *silence = NULL;

  g_mutex_lock (&self->lock);
  if (GST_AUDIO_INFO_IS_VALID (&self->in_info))
    silence = wfd_fill_silence (&self->in_info, &self->in_segment, 0, duration);
  g_mutex_unlock (&self->lock);
  return silence;
}

/* Encoders keep a GAP event back until more samples come. */
static gboolean
fill_gap (WfdEntry *self, GstEvent *event)
{
  GstClockTime start, duration;

  gst_event_parse_gap (event, &start, &duration);
  gst_event_unref (event);
  if (!GST_CLOCK_TIME_IS_VALID (duration))
    return TRUE;

  while (duration > 0) {
    GstClockTime part = MIN (duration, MAX_SILENCE);
    GstBuffer *silence = make_silence (self, part);

    if (silence == NULL)
      return TRUE;
    GST_BUFFER_PTS (silence) = start;
    if (take (self, silence) != GST_FLOW_OK)
      return FALSE;
    start += part;
    duration -= part;
  }
  return TRUE;
}

static gboolean
queue_event (WfdEntry *self, GstEvent *event)
{
  g_mutex_lock (&self->lock);
  if (self->flushing) {
    gst_event_unref (event);
  } else {
    wfd_backlog_push (&self->backlog, event);
    wfd_entry_wake (self);
  }
  g_mutex_unlock (&self->lock);
  return TRUE;
}

void
wfd_entry_end (WfdEntry *self)
{
  queue_event (self, gst_event_new_eos ());
}

/* With the lock. */
static void
empty (WfdEntry *self)
{
  wfd_backlog_flush (&self->backlog, self->srcpad);
  gst_clear_buffer (&self->newest);
  self->show_newest = FALSE;
  self->eos_told = FALSE;
  self->end = GST_CLOCK_TIME_NONE;
}

static void
set_flushing (WfdEntry *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  empty (self);
  if (!flushing) {
    self->flow = GST_FLOW_OK;
    gst_segment_init (&self->in_segment, GST_FORMAT_UNDEFINED);
    gst_segment_init (&self->out_segment, GST_FORMAT_UNDEFINED);
  }
  wfd_entry_wake (self);
  g_mutex_unlock (&self->lock);
}

static gboolean
flush_start (WfdEntry *self, GstEvent *event)
{
  gboolean pushed;

  set_flushing (self, TRUE);
  pushed = gst_pad_push_event (self->srcpad, event);
  gst_pad_pause_task (self->srcpad);
  return pushed;
}

static gboolean
flush_stop (WfdEntry *self, GstEvent *event)
{
  gboolean pushed;

  set_flushing (self, FALSE);
  pushed = gst_pad_push_event (self->srcpad, event);
  gst_pad_start_task (self->srcpad, wfd_entry_loop, self, NULL);
  return pushed;
}

static void
forget_upstream (WfdEntry *self)
{
  g_mutex_lock (&self->lock);
  self->upstream = WFD_UPSTREAM_UNKNOWN;
  self->eos_told = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
note_sound (WfdEntry *self, GstEvent *event)
{
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  g_mutex_lock (&self->lock);
  if (!gst_audio_info_from_caps (&self->in_info, caps))
    gst_audio_info_init (&self->in_info);
  g_mutex_unlock (&self->lock);
}

static gboolean
entry_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  WfdEntry *self = WFD_ENTRY (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_FLUSH_START:
      return flush_start (self, event);
    case GST_EVENT_FLUSH_STOP:
      return flush_stop (self, event);
    case GST_EVENT_GAP:
      if (self->kind == WFD_ENTRY_SOUND)
        return fill_gap (self, event);
      break;
    case GST_EVENT_STREAM_START:
      forget_upstream (self);
      break;
    case GST_EVENT_CAPS:
      if (self->kind == WFD_ENTRY_SOUND)
        note_sound (self, event);
      break;
    case GST_EVENT_SEGMENT:
      g_mutex_lock (&self->lock);
      gst_event_copy_segment (event, &self->in_segment);
      g_mutex_unlock (&self->lock);
      break;
    default:
      break;
  }
  if (GST_EVENT_IS_SERIALIZED (event))
    return queue_event (self, event);
  return gst_pad_event_default (pad, parent, event);
}

/* What upstream sends shall not depend on the session that is on just now. */
static gboolean
entry_sink_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  g_autoptr (GstCaps) caps = NULL;
  GstCaps *filter;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_CAPS:
      gst_query_parse_caps (query, &filter);
      caps = filter != NULL ? gst_caps_ref (filter) : gst_caps_new_any ();
      gst_query_set_caps_result (query, caps);
      return TRUE;
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_set_accept_caps_result (query, TRUE);
      return TRUE;
    default:
      return !GST_QUERY_IS_SERIALIZED (query) && gst_pad_query_default (pad, parent, query);
  }
}

static gboolean
entry_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_RECONFIGURE || GST_EVENT_TYPE (event) == GST_EVENT_QOS) {
    gst_event_unref (event);
    return TRUE;
  }
  return gst_pad_event_default (pad, parent, event);
}

/*
 * Element
 */

static gboolean
entry_src_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  WfdEntry *self = WFD_ENTRY (parent);

  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  set_flushing (self, !active);
  return active ? gst_pad_start_task (pad, wfd_entry_loop, self, NULL) : gst_pad_stop_task (pad);
}

static GstStateChangeReturn
entry_change_state (GstElement *element, GstStateChange transition)
{
  WfdEntry *self = WFD_ENTRY (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    set_flag (self, &self->playing, FALSE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    set_flushing (self, TRUE);

  ret = GST_ELEMENT_CLASS (wfd_entry_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING && ret != GST_STATE_CHANGE_FAILURE)
    set_flag (self, &self->playing, TRUE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    g_mutex_lock (&self->lock);
    self->attached = self->open = self->discard = FALSE;
    g_mutex_unlock (&self->lock);
    forget_upstream (self);
  }
  return ret;
}

static void
entry_finalize (GObject *object)
{
  WfdEntry *self = WFD_ENTRY (object);

  empty (self);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (wfd_entry_parent_class)->finalize (object);
}

static void
wfd_entry_class_init (WfdEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->finalize = entry_finalize;
  element_class->change_state = entry_change_state;

  wfd_entry_signal_end_of_stream = g_signal_new ("end-of-stream", WFD_TYPE_ENTRY, G_SIGNAL_RUN_LAST,
      0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display entry", "Filter",
      "Brings a stream to the pace of the session", "gst-wfd");
}

static void
wfd_entry_init (WfdEntry *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  gst_segment_init (&self->in_segment, GST_FORMAT_UNDEFINED);
  gst_segment_init (&self->out_segment, GST_FORMAT_UNDEFINED);
  gst_audio_info_init (&self->in_info);
  gst_audio_info_init (&self->out_info);
  wfd_pace_init (&self->pace, 0, 1);
  self->flow = GST_FLOW_OK;
  self->end = GST_CLOCK_TIME_NONE;
  self->discard_shift = GST_CLOCK_STIME_NONE;
  self->flushing = TRUE;

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, entry_chain);
  gst_pad_set_event_function (self->sinkpad, entry_sink_event);
  gst_pad_set_query_function (self->sinkpad, entry_sink_query);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_event_function (self->srcpad, entry_src_event);
  gst_pad_set_activatemode_function (self->srcpad, entry_src_activate_mode);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

WfdEntry *
wfd_entry_new (WfdEntryKind kind)
{
  WfdEntry *self = g_object_new (WFD_TYPE_ENTRY, NULL);

  self->kind = kind;
  return self;
}

WfdEntryKind
wfd_entry_get_kind (WfdEntry *self)
{
  return self->kind;
}

void
wfd_entry_get_stats (WfdEntry *self, WfdEntryStats *ret_stats)
{
  g_mutex_lock (&self->lock);
  *ret_stats = self->stats;
  g_mutex_unlock (&self->lock);
}
