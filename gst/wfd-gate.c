/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-gate.h"

#include <gst/video/video.h>

#include "wfd-element.h"
#include "wfd-error.h"
#include "wfd-ts-list.h"
#include "wfd-upstream.h"

GST_DEBUG_CATEGORY_STATIC (wfd_gate_debug);
#define GST_CAT_DEFAULT wfd_gate_debug

/* Well within the time that a unit is given to reach the peer. */
#define SLIGHT_LATENESS (60 * GST_MSECOND)
/* The tables of a transport stream may come before its first clock, and have no time. */
#define MAX_UNTIMED 2

struct _WfdGateGroup
{
  gatomicrefcount refs;
  GMutex lock;
  /* With the lock. */
  GstClockTime shift;
  guint started; /* bits of the members that are not stopped */
  guint resumed; /* and of those that went on with this shift */
};

struct _WfdGate
{
  GstElement parent;
  WfdGateGroup *group;
  guint member; /* bit in it */

  GstPad *sinkpad;
  GstPad *srcpad;

  GMutex lock;
  GCond changed;
  /* All below with the lock. */
  gboolean open;    /* the peer wants the stream */
  gboolean playing; /* the element does */
  gboolean ended;
  gboolean eos; /* of upstream */
  gboolean flushing;
  gboolean resume; /* the next buffer is the first after a stop */
  WfdUpstream upstream;
  WfdGateStats stats;

  /* With the stream lock of the sink pad. */
  gboolean shift_due; /* no timestamp came since the stop */
  guint untimed;      /* buffers without one */
  GstSegment segment;
};

enum
{
  PROP_0,
  PROP_LIVE,
  N_PROPS,
};

enum
{
  SIGNAL_END_OF_STREAM,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

G_DEFINE_FINAL_TYPE_WITH_CODE (WfdGate, wfd_gate, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (wfd_gate_debug, "wfdgate", 0, "Gate in front of a Wi-Fi Display peer"))

WfdGateGroup *
wfd_gate_group_new (void)
{
  WfdGateGroup *self = g_new0 (WfdGateGroup, 1);

  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  return self;
}

void
wfd_gate_group_unref (WfdGateGroup *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* A member goes on and is late by @late: the first sets the shift of all, and the
 * others can only add to it. An encoder of pictures begins a little later than one of
 * sound, which is no reason to interrupt the sound that flows already. */
static void
group_shift (WfdGateGroup *self, guint member, GstClockTime late)
{
  g_mutex_lock (&self->lock);
  if ((self->resumed & member) != 0)
    self->resumed = 0;
  if (self->resumed == 0 || late > self->shift + SLIGHT_LATENESS)
    self->shift = late;
  self->resumed |= member;
  g_mutex_unlock (&self->lock);
}

static GstClockTime
group_get_shift (WfdGateGroup *self)
{
  GstClockTime shift;

  g_mutex_lock (&self->lock);
  shift = self->shift;
  g_mutex_unlock (&self->lock);
  return shift;
}

static void
group_stop (WfdGateGroup *self, guint member)
{
  g_mutex_lock (&self->lock);
  self->started &= ~member;
  self->resumed &= ~member;
  g_mutex_unlock (&self->lock);
}

/* The first begins anew; who comes later leaves the others where they are. */
static void
group_start (WfdGateGroup *self, guint member)
{
  g_mutex_lock (&self->lock);
  if (self->started == 0)
    self->shift = 0;
  self->started |= member;
  g_mutex_unlock (&self->lock);
}

static gboolean
is_flowing (WfdGate *self)
{
  return self->open && self->playing && !self->ended;
}

/* Changes one of the flags of which the flow depends. */
static void
set_flag (WfdGate *self, gboolean *flag, gboolean value)
{
  gboolean before, after;

  g_mutex_lock (&self->lock);
  before = is_flowing (self);
  *flag = value;
  after = is_flowing (self);
  if (after && !before)
    self->resume = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  if (after != before)
    GST_DEBUG_OBJECT (self, "%s", after ? "opened" : "closed");
  if (after && !before)
    wfd_gate_request_key_unit (self);
}

void
wfd_gate_set_open (WfdGate *self, gboolean open)
{
  set_flag (self, &self->open, open);
}

void
wfd_gate_end (WfdGate *self)
{
  set_flag (self, &self->ended, TRUE);
}

void
wfd_gate_request_key_unit (WfdGate *self)
{
  guint count;

  g_mutex_lock (&self->lock);
  count = self->stats.key_units++;
  g_mutex_unlock (&self->lock);

  GST_DEBUG_OBJECT (self, "asking upstream for key unit %u", count);
  gst_pad_push_event (self->sinkpad,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, count));
}

void
wfd_gate_get_stats (WfdGate *self, WfdGateStats *ret_stats)
{
  g_mutex_lock (&self->lock);
  *ret_stats = self->stats;
  g_mutex_unlock (&self->lock);
}

/* With the lock, which is released meanwhile. */
static void
ensure_upstream (WfdGate *self)
{
  if (!wfd_upstream_ensure (&self->upstream, &self->lock, self->sinkpad, NULL))
    return;
  g_mutex_unlock (&self->lock);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIVE]);
  g_mutex_lock (&self->lock);
}

/* Waits while the gate is closed; with the lock. What is not known to be live
 * is not lost by waiting. */
static GstFlowReturn
wait_until_wanted (WfdGate *self)
{
  while (
      self->upstream != WFD_UPSTREAM_LIVE && !self->flushing && !self->ended && !is_flowing (self))
    g_cond_wait (&self->changed, &self->lock);

  if (self->flushing)
    return GST_FLOW_FLUSHING;
  return self->ended ? GST_FLOW_EOS : GST_FLOW_OK;
}

static void
note_untimed (WfdGate *self)
{
  if (++self->untimed == MAX_UNTIMED)
    GST_ELEMENT_WARNING (self, STREAM, FORMAT,
        ("The stream has no timestamps and is sent as fast as it comes; if it is MPEG-TS, put "
         "\"tsparse set-timestamps=true\" in front of it."),
        (NULL));
}

/* A stored stream goes on at the time it is now; what is early can wait. Only the
 * streaming thread calls it. */
static void
resume_now (WfdGate *self, GstClockTime timestamp)
{
  GstClockTime now = wfd_element_get_running_time (GST_ELEMENT (self));
  GstClockTime running_time = GST_CLOCK_TIME_NONE;

  if (self->segment.format == GST_FORMAT_TIME)
    running_time = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, timestamp);
  if (!GST_CLOCK_TIME_IS_VALID (running_time)) {
    note_untimed (self);
    return;
  }
  self->shift_due = FALSE;
  if (!GST_CLOCK_TIME_IS_VALID (now))
    return;
  group_shift (self->group, self->member, now > running_time ? now - running_time : 0);
}

/* The other stream may have been later. */
static void
follow_shift (WfdGate *self)
{
  gint64 shift = group_get_shift (self->group);

  if (gst_pad_get_offset (self->srcpad) == shift)
    return;
  GST_DEBUG_OBJECT (self, "shifting by %" GST_TIME_FORMAT, GST_TIME_ARGS (shift));
  gst_pad_set_offset (self->srcpad, shift);
}

/* Whether what comes may pass, and is the first again; if not, upstream gets @ret_flow. */
static gboolean
may_pass (WfdGate *self, GstClockTime timestamp, gboolean *ret_first, GstFlowReturn *ret_flow)
{
  gboolean pass = FALSE, shift = FALSE, stored;
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  ensure_upstream (self);
  flow = wait_until_wanted (self);
  if (flow == GST_FLOW_OK && is_flowing (self)) {
    pass = TRUE;
    *ret_first = self->resume;
    shift = self->resume && self->upstream != WFD_UPSTREAM_LIVE;
    self->resume = FALSE;
  } else {
    *ret_flow = flow;
    self->stats.dropped_buffers += flow == GST_FLOW_OK;
  }
  stored = self->upstream != WFD_UPSTREAM_LIVE;
  g_mutex_unlock (&self->lock);

  self->shift_due = self->shift_due || shift;
  if (pass && stored && self->shift_due)
    resume_now (self, timestamp);
  if (pass && stored)
    follow_shift (self);
  return pass;
}

/* A file that is read as it is. What is behind us would say no more than that it cannot
 * negotiate. */
static GstFlowReturn
refuse_unknown (WfdGate *self, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  wfd_post_gst_error (GST_ELEMENT (self), GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, NULL,
      "The stream does not say what it is; put \"tsparse set-timestamps=true\" in front of it if it "
      "is MPEG-TS, else the parser of what it is, as h264parse.");
  return GST_FLOW_NOT_NEGOTIATED;
}

static GstFlowReturn
gate_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  WfdGate *self = WFD_GATE (parent);
  GstFlowReturn flow;
  gboolean first;

  if (!gst_pad_has_current_caps (pad))
    return refuse_unknown (self, buffer);
  if (!may_pass (self, GST_BUFFER_DTS_OR_PTS (buffer), &first, &flow)) {
    gst_buffer_unref (buffer);
    return flow;
  }

  if (first) {
    buffer = gst_buffer_make_writable (buffer);
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  }
  return gst_pad_push (self->srcpad, buffer);
}

/* A multiplexer sends what belongs to one frame as a list. */
static GstFlowReturn
chain_ts_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  return gate_chain (pad, parent, wfd_ts_list_merge (list));
}

void
wfd_gate_set_ts (WfdGate *self)
{
  gst_pad_set_chain_list_function (self->sinkpad, chain_ts_list);
}

static gboolean
flush (WfdGate *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  if (!flushing) {
    gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
    self->resume = TRUE;
    self->eos = FALSE;
  }
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return TRUE;
}

static void
forget_upstream (WfdGate *self)
{
  g_mutex_lock (&self->lock);
  self->upstream = WFD_UPSTREAM_UNKNOWN;
  self->resume = TRUE;
  self->eos = FALSE;
  g_mutex_unlock (&self->lock);
}

static void
note_end (WfdGate *self, gboolean ended)
{
  g_mutex_lock (&self->lock);
  self->eos = ended;
  g_mutex_unlock (&self->lock);
}

gboolean
wfd_gate_is_awaited (WfdGate *self)
{
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->eos;
  g_mutex_unlock (&self->lock);
  return !ended && wfd_upstream_is_there (self->sinkpad);
}

static gboolean
gate_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  WfdGate *self = WFD_GATE (parent);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      gst_event_unref (event);
      GST_DEBUG_OBJECT (self, "upstream has ended");
      note_end (self, TRUE);
      g_signal_emit (self, signals[SIGNAL_END_OF_STREAM], 0);
      return TRUE;
    case GST_EVENT_FLUSH_START:
      flush (self, TRUE);
      break;
    case GST_EVENT_FLUSH_STOP:
      flush (self, FALSE);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      break;
    case GST_EVENT_STREAM_START:
      forget_upstream (self);
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

static void
reset (WfdGate *self)
{
  g_mutex_lock (&self->lock);
  self->open = self->playing = self->ended = self->eos = self->flushing = FALSE;
  self->resume = TRUE;
  self->upstream = WFD_UPSTREAM_UNKNOWN;
  self->stats = (WfdGateStats) { 0 };
  g_mutex_unlock (&self->lock);
  self->shift_due = FALSE;
  self->untimed = 0;
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  gst_pad_set_offset (self->srcpad, 0);
}

static GstStateChangeReturn
gate_change_state (GstElement *element, GstStateChange transition)
{
  WfdGate *self = WFD_GATE (element);
  GstStateChangeReturn ret;

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      reset (self);
      group_start (self->group, self->member);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      set_flag (self, &self->playing, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      flush (self, TRUE);
      break;
    default:
      break;
  }

  ret = GST_ELEMENT_CLASS (wfd_gate_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING && ret != GST_STATE_CHANGE_FAILURE)
    set_flag (self, &self->playing, TRUE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    group_stop (self->group, self->member);
  return ret;
}

static void
gate_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  WfdGate *self = WFD_GATE (object);

  switch (id) {
    case PROP_LIVE:
      g_mutex_lock (&self->lock);
      g_value_set_boolean (value, self->upstream == WFD_UPSTREAM_LIVE);
      g_mutex_unlock (&self->lock);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  }
}

static void
gate_finalize (GObject *object)
{
  WfdGate *self = WFD_GATE (object);

  wfd_gate_group_unref (self->group);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  G_OBJECT_CLASS (wfd_gate_parent_class)->finalize (object);
}

static void
wfd_gate_class_init (WfdGateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->get_property = gate_get_property;
  object_class->finalize = gate_finalize;
  element_class->change_state = gate_change_state;

  properties[PROP_LIVE] = g_param_spec_boolean ("live", "Live", "Whether upstream is live", FALSE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_END_OF_STREAM] = g_signal_new ("end-of-stream", WFD_TYPE_GATE, G_SIGNAL_RUN_LAST,
      0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display gate", "Filter/Network",
      "Lets a stream through while the peer wants it", "gst-wfd");
}

static void
wfd_gate_init (WfdGate *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, gate_chain);
  gst_pad_set_event_function (self->sinkpad, gate_sink_event);
  GST_PAD_SET_PROXY_CAPS (self->sinkpad);
  GST_PAD_SET_PROXY_ALLOCATION (self->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  GST_PAD_SET_PROXY_CAPS (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);

  reset (self);
}

GstElement *
wfd_gate_new (WfdGateGroup *group, guint member)
{
  WfdGate *self = g_object_new (WFD_TYPE_GATE, NULL);

  g_atomic_ref_count_inc (&group->refs);
  self->group = group;
  self->member = 1u << member;
  return GST_ELEMENT (self);
}
