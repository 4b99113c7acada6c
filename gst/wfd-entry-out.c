/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/video/video.h>

#include "wfd-element.h"
#include "wfd-entry-private.h"
#include "wfd-fill.h"

GST_DEBUG_CATEGORY_EXTERN (wfd_entry_debug);
#define GST_CAT_DEFAULT wfd_entry_debug

/* How long over the latency of upstream a silent stream is waited for: sound that is
 * late only because the machine is busy is not cut. Silence that an encoder then
 * holds for 43 ms still comes within the 125 ms that sinks wait (ts-lead.h). */
#define PATIENCE (60 * GST_MSECOND)

gboolean
wfd_entry_is_flowing (WfdEntry *self)
{
  return (self->attached || self->discard) && self->open && self->playing;
}

gboolean
wfd_entry_has_live_upstream (WfdEntry *self)
{
  return self->upstream == WFD_UPSTREAM_LIVE;
}

void
wfd_entry_wake (WfdEntry *self)
{
  if (self->waiting_for != NULL)
    gst_clock_id_unschedule (self->waiting_for);
  g_cond_broadcast (&self->changed);
}

GstClockTime
wfd_entry_get_horizon (WfdEntry *self, GstClockTime now)
{
  return now > self->latency ? now - self->latency : 0;
}

void
wfd_entry_drop_buffers (WfdEntry *self)
{
  self->stats.dropped += wfd_backlog_drop_buffers (&self->backlog);
}

GstEvent *
wfd_entry_set_caps_rate (WfdEntry *self, GstEvent *event)
{
  GstCaps *caps;
  GstEvent *changed;

  if (self->kind != WFD_ENTRY_PICTURES || !wfd_entry_has_live_upstream (self) || self->rate_n == 0)
    return event;

  gst_event_parse_caps (event, &caps);
  caps = gst_caps_copy (caps);
  gst_caps_set_simple (caps, "framerate", GST_TYPE_FRACTION, self->rate_n, self->rate_d, NULL);
  changed = gst_event_new_caps (caps);
  gst_caps_unref (caps);
  gst_event_unref (event);
  return changed;
}

/* When a buffer that goes nowhere would have been shown. */
static GstClockTime
get_discard_due (WfdEntry *self, GstBuffer *buffer)
{
  GstClockTime now = wfd_element_get_running_time (GST_ELEMENT (self));
  GstClockTime end = wfd_fill_get_end (&self->out_segment, buffer);

  if (!GST_CLOCK_TIME_IS_VALID (end) || !GST_CLOCK_TIME_IS_VALID (now))
    return 0;
  if (!GST_CLOCK_STIME_IS_VALID (self->discard_shift))
    self->discard_shift = GST_CLOCK_DIFF (end, now);
  return MAX ((GstClockTimeDiff) end + self->discard_shift, 0);
}

static GstClockTime
get_buffer_due (WfdEntry *self)
{
  if (self->discard)
    return get_discard_due (self, wfd_backlog_peek (&self->backlog));
  return self->kind == WFD_ENTRY_PICTURES && wfd_entry_has_live_upstream (self)
      ? wfd_pace_get_due (&self->pace)
      : 0;
}

static GstClockTime
get_fill_due (WfdEntry *self)
{
  if (!wfd_entry_is_flowing (self) || !wfd_entry_has_live_upstream (self)
      || self->out_segment.format != GST_FORMAT_TIME)
    return GST_CLOCK_TIME_NONE;
  if (self->kind == WFD_ENTRY_PICTURES) {
    if (self->show_newest)
      return 0;
    return self->newest != NULL ? wfd_pace_get_repeat (&self->pace) : GST_CLOCK_TIME_NONE;
  }
  if (self->end == GST_CLOCK_TIME_NONE)
    return GST_CLOCK_TIME_NONE;
  return self->end + self->latency + PATIENCE;
}

static gpointer
repeat_picture (WfdEntry *self, GstClockTime now)
{
  GstClockTime running = now > self->delay ? now - self->delay : 0;

  self->show_newest = FALSE;
  return wfd_fill_picture (self->newest, &self->out_segment, running);
}

static gpointer
make_fill (WfdEntry *self, GstClockTime now)
{
  GstClockTime start = self->end, horizon = wfd_entry_get_horizon (self, now);

  self->stats.filled++;
  if (self->kind == WFD_ENTRY_PICTURES)
    return repeat_picture (self, now);

  if (self->kind == WFD_ENTRY_SOUND)
    return wfd_fill_silence (&self->out_info, &self->out_segment, start, horizon - start);
  self->end = horizon;
  return wfd_fill_gap (&self->out_segment, start, horizon - start);
}

static gboolean
is_end (gpointer item)
{
  return GST_IS_EVENT (item) && GST_EVENT_TYPE (item) == GST_EVENT_EOS;
}

/* Once; releases the lock meanwhile. */
static void
tell_end (WfdEntry *self)
{
  if (self->eos_told)
    return;
  self->eos_told = TRUE;
  g_mutex_unlock (&self->lock);
  g_signal_emit (self, wfd_entry_signal_end_of_stream, 0);
  g_mutex_lock (&self->lock);
}

/* Nobody is there who would end the session. */
static gboolean
is_end_unseen (WfdEntry *self)
{
  return !self->eos_told && !self->attached && is_end (wfd_backlog_peek (&self->backlog));
}

/* NULL: nothing may leave now. With the lock. */
static gpointer
take_item (WfdEntry *self)
{
  gpointer head = wfd_backlog_peek (&self->backlog);
  GstClockTime now = wfd_element_get_running_time (GST_ELEMENT (self));

  if (GST_IS_EVENT (head))
    return is_end (head) && !self->attached ? NULL : wfd_backlog_pop (&self->backlog);
  if (!wfd_entry_is_flowing (self) || now == GST_CLOCK_TIME_NONE)
    return NULL;
  if (head != NULL)
    return now >= get_buffer_due (self) ? wfd_backlog_pop (&self->backlog) : NULL;
  return !self->discard && now >= get_fill_due (self) ? make_fill (self, now) : NULL;
}

static GstClockTime
get_deadline (WfdEntry *self)
{
  gpointer head = wfd_backlog_peek (&self->backlog);

  if (GST_IS_EVENT (head) || !wfd_entry_is_flowing (self) || (self->discard && head == NULL))
    return GST_CLOCK_TIME_NONE;
  return head != NULL ? get_buffer_due (self) : get_fill_due (self);
}

/* With the lock, which is released meanwhile. */
static void
wait_until (WfdEntry *self, GstClockTime running)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (self));
  GstClockID id;

  if (running == GST_CLOCK_TIME_NONE || clock == NULL) {
    g_cond_wait (&self->changed, &self->lock);
    return;
  }

  id = gst_clock_new_single_shot_id (clock,
      gst_element_get_base_time (GST_ELEMENT (self)) + running);
  self->waiting_for = id;
  g_mutex_unlock (&self->lock);
  gst_clock_id_wait (id, NULL);
  g_mutex_lock (&self->lock);
  self->waiting_for = NULL;
  gst_clock_id_unref (id);
}

/* With the lock. */
static GstEvent *
note_event (WfdEntry *self, GstEvent *event)
{
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      event = wfd_entry_set_caps_rate (self, event);
      gst_event_parse_caps (event, &caps);
      if (self->kind == WFD_ENTRY_SOUND)
        gst_audio_info_from_caps (&self->out_info, caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->out_segment);
      break;
    default:
      break;
  }
  /* What a flush finds in the backlog must not come before what just left it. */
  wfd_backlog_keep_sticky (event, self->srcpad);
  return event;
}

/* NULL when the thread has to end. */
static gpointer
wait_for_item (WfdEntry *self)
{
  gpointer item = NULL;

  g_mutex_lock (&self->lock);
  while (!self->flushing && (item = take_item (self)) == NULL)
    if (is_end_unseen (self))
      tell_end (self);
    else
      wait_until (self, get_deadline (self));
  if (item != NULL && GST_IS_EVENT (item))
    item = note_event (self, item);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return item;
}

static void
push_event (WfdEntry *self, GstEvent *event)
{
  gboolean end = is_end (event);

  gst_pad_push_event (self->srcpad, event);
  if (!end)
    return;
  g_mutex_lock (&self->lock);
  tell_end (self);
  g_mutex_unlock (&self->lock);
}

/* A live picture leaves now, and is shown at a time of the negotiated rate, never
 * before one that left already. NULL if there is no place for it. */
static GstBuffer *
note_picture (WfdEntry *self, GstBuffer *buffer)
{
  GstClockTime now = wfd_element_get_running_time (GST_ELEMENT (self)), running;

  GST_BUFFER_DURATION (buffer) = GST_CLOCK_TIME_NONE;
  running = wfd_fill_get_end (&self->out_segment, buffer);
  if (!GST_CLOCK_TIME_IS_VALID (now) || !GST_CLOCK_TIME_IS_VALID (running))
    return buffer;
  wfd_pace_note (&self->pace, now);
  running = wfd_pace_place (&self->pace, running, now, self->end);
  if (!GST_CLOCK_TIME_IS_VALID (running)) {
    self->stats.dropped++;
    gst_buffer_unref (buffer);
    return NULL;
  }
  GST_BUFFER_PTS (buffer) =
      gst_segment_position_from_running_time (&self->out_segment, GST_FORMAT_TIME, running);
  return buffer;
}

/* NULL if there is nothing in @buffer that did not leave already. With the
 * lock. */
static GstBuffer *
note_buffer (WfdEntry *self, GstBuffer *buffer)
{
  GstClockTime end;

  if (wfd_entry_has_live_upstream (self) && self->kind == WFD_ENTRY_PICTURES)
    buffer = note_picture (self, buffer);
  else if (wfd_entry_has_live_upstream (self) && self->kind == WFD_ENTRY_SOUND
      && GST_CLOCK_TIME_IS_VALID (self->end))
    buffer = wfd_fill_trim (&self->out_info, &self->out_segment, buffer, self->end);
  if (buffer == NULL)
    return NULL;

  end = wfd_fill_get_end (&self->out_segment, buffer);
  if (GST_CLOCK_TIME_IS_VALID (end)
      && (self->end == GST_CLOCK_TIME_NONE || end > self->end
          || !wfd_entry_has_live_upstream (self)))
    self->end = end;
  return buffer;
}

/* With the lock. */
static void
end_flow (WfdEntry *self, GstFlowReturn flow)
{
  /* A "src" that leads nowhere is no fault: the session has ended. */
  gboolean is_over = flow == GST_FLOW_FLUSHING || flow == GST_FLOW_NOT_LINKED;

  if (is_over)
    self->attached = FALSE;
  else
    self->flow = flow;
  if (!is_over || wfd_entry_has_live_upstream (self))
    wfd_entry_drop_buffers (self);
  wfd_entry_wake (self);
}

/* @n_attached: when it was pushed. The next session may have begun until we hear what the
 * one before said. */
static void
note_flow (WfdEntry *self, GstFlowReturn flow, guint n_attached)
{
  if (flow == GST_FLOW_OK)
    return;
  GST_DEBUG_OBJECT (self, "downstream says %s", gst_flow_get_name (flow));
  g_mutex_lock (&self->lock);
  if (n_attached == self->n_attached)
    end_flow (self, flow);
  g_mutex_unlock (&self->lock);
}

static void
push_buffer (WfdEntry *self, GstBuffer *buffer)
{
  guint n_attached;

  g_mutex_lock (&self->lock);
  n_attached = self->n_attached;
  if (self->discard) {
    gst_clear_buffer (&buffer);
    self->stats.dropped++;
  } else {
    buffer = note_buffer (self, gst_buffer_make_writable (buffer));
  }
  self->stats.passed += buffer != NULL;
  g_mutex_unlock (&self->lock);
  if (buffer != NULL)
    note_flow (self, gst_pad_push (self->srcpad, buffer), n_attached);
}

void
wfd_entry_loop (gpointer data)
{
  WfdEntry *self = data;
  gpointer item = wait_for_item (self);

  if (item == NULL)
    gst_pad_pause_task (self->srcpad);
  else if (GST_IS_EVENT (item))
    push_event (self, item);
  else
    push_buffer (self, item);
}
