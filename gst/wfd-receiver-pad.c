/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-receiver-pad.h"

#include "wfd-element.h"

#include <gst/video/video.h>

GST_DEBUG_CATEGORY_STATIC (wfd_receiver_pad_debug);
#define GST_CAT_DEFAULT wfd_receiver_pad_debug

/* Two seconds of the highest bit rate that Wi-Fi Display sources use. */
#define MAX_BYTES (8 * 1024 * 1024)
/* Of small ones: MPEG-TS comes to the same, and of sound it is a minute and more. */
#define MAX_ITEMS 8192

/* A stream that says nothing for so long is said to have a gap. */
#define PATIENCE (500 * GST_MSECOND)
/* Enough for a sink to know that it need not wait. */
#define SHORTEST_GAP GST_MSECOND

struct _WfdReceiverPad
{
  GstPad parent;
  WfdReceiverPadConfig config;

  /* Of the thread that pushes. */
  gboolean behind; /* until the queue is empty */
  gboolean waits_for_key;
  gboolean discont;
  GstClockTime position; /* up to where something was said */

  GMutex lock;
  GCond more;
  /* All below with the lock. */
  gboolean flushing;
  GQueue items; /* GstBuffer or GstEvent */
  gsize bytes;
  guint64 n_dropped;
  gboolean is_heard;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (WfdReceiverPad, wfd_receiver_pad, GST_TYPE_PAD,
    GST_DEBUG_CATEGORY_INIT (wfd_receiver_pad_debug, "wfdreceiverpad", 0,
        "Pads of the Wi-Fi Display receiver"))

/* NULL while flushing. (transfer full) */
static GstMiniObject *
pop (WfdReceiverPad *self)
{
  GstMiniObject *item;

  g_mutex_lock (&self->lock);
  while (!self->flushing && self->items.length == 0)
    g_cond_wait (&self->more, &self->lock);
  item = self->flushing ? NULL : g_queue_pop_head (&self->items);
  if (item != NULL && GST_IS_BUFFER (item))
    self->bytes -= gst_buffer_get_size (GST_BUFFER (item));
  g_mutex_unlock (&self->lock);
  return item;
}

/* Downstream cannot go on; nothing else ends here, for a pad may be linked later
 * and a flush may be over soon. A GstBaseSink that is just being stopped may answer
 * with an error in place of flushing. */
static void
fail (WfdReceiverPad *self, GstFlowReturn flow)
{
  g_autoptr (GstElement) element = gst_pad_get_parent_element (GST_PAD (self));

  if (element != NULL && !wfd_element_is_being_stopped (element))
    GST_ELEMENT_FLOW_ERROR (element, flow);
  gst_pad_push_event (GST_PAD (self), gst_event_new_eos ());
  gst_pad_pause_task (GST_PAD (self));
}

/* Who is linked to nobody hears nothing of a gap. */
static void
push_event (WfdReceiverPad *self, GstEvent *event)
{
  gboolean is_gap = GST_EVENT_TYPE (event) == GST_EVENT_GAP;
  gboolean taken = gst_pad_push_event (GST_PAD (self), event);

  g_mutex_lock (&self->lock);
  self->is_heard |= is_gap && taken;
  g_mutex_unlock (&self->lock);
}

static void
loop (gpointer data)
{
  WfdReceiverPad *self = data;
  GstMiniObject *item = pop (self);
  GstFlowReturn flow;

  if (item == NULL) {
    gst_pad_pause_task (GST_PAD (self));
  } else if (GST_IS_EVENT (item)) {
    push_event (self, GST_EVENT (item));
  } else {
    flow = gst_pad_push (GST_PAD (self), GST_BUFFER (item));
    if (flow < GST_FLOW_EOS)
      fail (self, flow);
  }
}

/* With the lock. */
static void
drop_items (WfdReceiverPad *self)
{
  g_queue_clear_full (&self->items, (GDestroyNotify) gst_mini_object_unref);
  self->bytes = 0;
}

static void
set_flushing (WfdReceiverPad *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  drop_items (self);
  g_cond_broadcast (&self->more);
  g_mutex_unlock (&self->lock);
}

static gboolean
activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  if (mode != GST_PAD_MODE_PUSH)
    return FALSE;
  set_flushing (WFD_RECEIVER_PAD (pad), !active);
  return active ? gst_pad_start_task (pad, loop, pad, NULL) : gst_pad_stop_task (pad);
}

static gboolean
handle_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  WfdReceiverPad *self = WFD_RECEIVER_PAD (pad);

  if (!gst_video_event_is_force_key_unit (event))
    return gst_pad_event_default (pad, parent, event);

  GST_DEBUG_OBJECT (pad, "downstream wants a key unit");
  self->config.key_unit_wanted (self->config.user_data);
  gst_event_unref (event);
  return TRUE;
}

static gboolean
handle_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstFormat format;

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_LATENCY:
      gst_query_set_latency (query, TRUE, WFD_RECEIVER_PAD (pad)->config.latency,
          GST_CLOCK_TIME_NONE);
      return TRUE;
    case GST_QUERY_SEEKING:
      gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
      gst_query_set_seeking (query, format, FALSE, 0, -1);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

WfdReceiverPad *
wfd_receiver_pad_new (GstPadTemplate *template, const WfdReceiverPadConfig *config)
{
  WfdReceiverPad *self =
      g_object_new (WFD_TYPE_RECEIVER_PAD, "name", GST_PAD_TEMPLATE_NAME_TEMPLATE (template),
          "direction", GST_PAD_SRC, "template", template, NULL);

  self->config = *config;
  self->waits_for_key = config->begins_with_key;
  return self;
}

static gboolean
is_event (gpointer item, GstEventType type)
{
  return item != NULL && GST_IS_EVENT (item) && GST_EVENT_TYPE (item) == type;
}

/* What a source can make come without end. With the lock. */
static gboolean
is_too_much (WfdReceiverPad *self, gpointer item)
{
  return is_event (item, GST_EVENT_GAP) && self->items.length >= MAX_ITEMS;
}

/* Caps that no buffer followed tell nobody anything. With the lock. */
static void
drop_idle_caps (WfdReceiverPad *self, gpointer next)
{
  if (is_event (next, GST_EVENT_CAPS)
      && is_event (g_queue_peek_tail (&self->items), GST_EVENT_CAPS))
    gst_mini_object_unref (g_queue_pop_tail (&self->items));
}

static void
append (WfdReceiverPad *self, gpointer item, gsize bytes)
{
  g_mutex_lock (&self->lock);
  drop_idle_caps (self, item);
  if (self->flushing || is_too_much (self, item)) {
    gst_mini_object_unref (item);
  } else {
    g_queue_push_tail (&self->items, item);
    self->bytes += bytes;
    g_cond_signal (&self->more);
  }
  g_mutex_unlock (&self->lock);
}

void
wfd_receiver_pad_send_event (WfdReceiverPad *self, GstEvent *event)
{
  append (self, event, 0);
}

/* Whether @bytes more are too much. */
static gboolean
is_behind (WfdReceiverPad *self, gsize bytes)
{
  gboolean behind;

  g_mutex_lock (&self->lock);
  behind = self->items.length > 0
      && (self->behind || self->bytes + bytes > MAX_BYTES || self->items.length >= MAX_ITEMS);
  self->n_dropped += behind;
  g_mutex_unlock (&self->lock);
  return behind;
}

/* Downstream cannot use what does not follow on what it has. */
static void
fall_behind (WfdReceiverPad *self)
{
  if (!self->behind)
    GST_WARNING_OBJECT (self, "downstream is too slow, dropping");
  self->behind = TRUE;
  self->discont = TRUE;
  self->waits_for_key = self->config.begins_with_key;
}

static void
note_position (WfdReceiverPad *self, GstBuffer *buffer)
{
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return;
  self->position = GST_BUFFER_PTS (buffer);
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    self->position += GST_BUFFER_DURATION (buffer);
}

static gboolean
lacks_key (WfdReceiverPad *self, GstBuffer *buffer)
{
  return self->waits_for_key && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
}

gboolean
wfd_receiver_pad_push (WfdReceiverPad *self, GstBuffer *buffer)
{
  gsize bytes = gst_buffer_get_size (buffer);

  if (is_behind (self, bytes)) {
    fall_behind (self);
    gst_buffer_unref (buffer);
    return TRUE;
  }
  self->behind = FALSE;
  if (lacks_key (self, buffer)) {
    gst_buffer_unref (buffer);
    return FALSE;
  }

  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = self->waits_for_key = FALSE;
  note_position (self, buffer);
  append (self, buffer, bytes);
  return TRUE;
}

/* A source that starts anew goes back in time. */
static gboolean
is_in_time (WfdReceiverPad *self, GstClockTime position)
{
  return GST_CLOCK_TIME_IS_VALID (self->position) && position < self->position + PATIENCE
      && self->position < position + PATIENCE;
}

void
wfd_receiver_pad_fill (WfdReceiverPad *self, GstClockTime position)
{
  GstClockTime start = position;

  if (is_in_time (self, position))
    return;
  if (GST_CLOCK_TIME_IS_VALID (self->position) && self->position < position)
    start = self->position;
  wfd_receiver_pad_send_event (self,
      gst_event_new_gap (start, MAX (position - start, SHORTEST_GAP)));
  self->position = MAX (position, start + SHORTEST_GAP);
}

guint64
wfd_receiver_pad_count_dropped (WfdReceiverPad *self)
{
  guint64 n;

  g_mutex_lock (&self->lock);
  n = self->n_dropped;
  g_mutex_unlock (&self->lock);
  return n;
}

gboolean
wfd_receiver_pad_is_heard (WfdReceiverPad *self)
{
  gboolean is_heard;

  g_mutex_lock (&self->lock);
  is_heard = self->is_heard;
  g_mutex_unlock (&self->lock);
  return is_heard;
}

static void
wfd_receiver_pad_finalize (GObject *object)
{
  WfdReceiverPad *self = WFD_RECEIVER_PAD (object);

  drop_items (self);
  g_cond_clear (&self->more);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (wfd_receiver_pad_parent_class)->finalize (object);
}

static void
wfd_receiver_pad_class_init (WfdReceiverPadClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wfd_receiver_pad_finalize;
}

static void
wfd_receiver_pad_init (WfdReceiverPad *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->more);
  g_queue_init (&self->items);
  self->flushing = TRUE;
  self->discont = TRUE;
  self->position = GST_CLOCK_TIME_NONE;
  gst_pad_set_activatemode_function (GST_PAD (self), activate_mode);
  gst_pad_set_event_function (GST_PAD (self), handle_event);
  gst_pad_set_query_function (GST_PAD (self), handle_query);
  gst_pad_use_fixed_caps (GST_PAD (self));
}
