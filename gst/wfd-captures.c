/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-captures.h"

#include <gst/video/video.h>

#include "wfd-element.h"

/* A picture that comes late is better than a second of waiting for a key picture; this
 * long it must have been foreseen. */
#define PATIENCE_US (150 * G_TIME_SPAN_MILLISECOND)

/* An encoder of the application that has made no key picture after so long may not have heard
 * of the request. */
#define ASK_AGAIN_US (500 * G_TIME_SPAN_MILLISECOND)

struct _WfdCaptures
{
  WfdCapturesConfig config;
  gulong pictures_probe;
  gulong coded_probe;

  /* Of the thread of the pictures. */
  guint told_kbps;      /* to an encoder of the application; 0: nothing yet */
  gboolean until_key;   /* what comes coded is left out */
  gint64 late_since_us; /* it would have been, had it been ours; -1: it would not */

  GMutex mutex;
  gint64 asked_us; /* when an encoder of the application was last asked for a key picture */
};

/* -1: nothing plays. */
static gint64
get_now_us (WfdCaptures *self)
{
  GstClockTime now = wfd_element_get_running_time (self->config.element);

  return GST_CLOCK_TIME_IS_VALID (now) ? (gint64) (now / GST_USECOND) : -1;
}

static GstEvent *
new_key_request (void)
{
  return gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0);
}

static void
tell_encoder (WfdCaptures *self, const WfdRateDecision *decision)
{
  WfdCapturesConfig *config = &self->config;

  if (decision->set_bitrate || decision->frame_divisor != config->format.frame_divisor) {
    config->format.bitrate_kbps = decision->bitrate_kbps;
    config->format.vbv_ms = decision->vbv_ms;
    config->format.frame_divisor = decision->frame_divisor;
    wfd_encoder_set_bitrate (config->row, config->encoder, &config->format);
  }
  if (decision->key) {
    g_autoptr (GstPad) src = gst_element_get_static_pad (config->encoder, "src");

    gst_pad_send_event (src, new_key_request ());
  }
}

static GstPadProbeReturn
on_raw (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdCaptures *self = user_data;
  gint64 now_us = get_now_us (self);
  WfdRateDecision decision;

  if (now_us < 0 || !wfd_rate_control_decide (self->config.rate, now_us, &decision))
    return GST_PAD_PROBE_OK;
  tell_encoder (self, &decision);
  if (!decision.skip)
    return GST_PAD_PROBE_OK;
  wfd_trail_leave_out (self->config.trail, info->data);
  wfd_rate_control_leave_out (self->config.rate);
  return GST_PAD_PROBE_DROP;
}

void
wfd_captures_suggest (GstPad *pad, guint kbps)
{
  gst_pad_push_event (pad,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new (WFD_CAPTURES_SUGGESTION, "bitrate", G_TYPE_UINT, kbps, NULL)));
}

static void
tell_application (WfdCaptures *self, GstPad *pad, guint kbps)
{
  if (kbps != self->told_kbps)
    wfd_captures_suggest (pad, kbps);
  self->told_kbps = kbps;
}

/* Whether what comes has been too late for so long that it is worth a key picture. */
static gboolean
is_hopeless (WfdCaptures *self, const WfdRateDecision *decision, gint64 now_us)
{
  if (!decision->skip)
    self->late_since_us = -1;
  else if (self->late_since_us < 0)
    self->late_since_us = now_us;
  return self->late_since_us >= 0 && now_us - self->late_since_us >= PATIENCE_US;
}

/* The key picture is owed from then on, so that the rate control says when it can get
 * through. */
static void
leave_out (WfdCaptures *self, gint64 now_us)
{
  self->until_key = TRUE;
  wfd_rate_control_request_key (self->config.rate, now_us);
}

/* Whether the encoder was not asked within @span_us; it is now. Of two threads one is told so. */
static gboolean
begin_to_ask (WfdCaptures *self, gint64 span_us, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  if (now_us - self->asked_us < span_us)
    return FALSE;
  self->asked_us = now_us;
  return TRUE;
}

/* What only our own machine knows that it is lost, or what the peer has asked for too soon; and
 * while nothing else goes on again and again. */
static void
ask_application (WfdCaptures *self, GstPad *pad, const WfdRateDecision *decision, gint64 now_us)
{
  if ((decision->key && begin_to_ask (self, WFD_RATE_COALESCE_US, now_us))
      || (self->until_key && !decision->skip && begin_to_ask (self, ASK_AGAIN_US, now_us)))
    gst_pad_push_event (pad, new_key_request ());
}

static GstPadProbeReturn
on_coded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdCaptures *self = user_data;
  gboolean is_key = !GST_BUFFER_FLAG_IS_SET (info->data, GST_BUFFER_FLAG_DELTA_UNIT);
  gint64 now_us = get_now_us (self);
  WfdRateDecision decision;

  if (now_us < 0 || !wfd_rate_control_decide (self->config.rate, now_us, &decision))
    return GST_PAD_PROBE_OK;
  tell_application (self, pad, decision.bitrate_kbps);
  if (is_key)
    self->until_key = FALSE;
  else if (!self->until_key && is_hopeless (self, &decision, now_us))
    leave_out (self, now_us);
  if (!is_key)
    ask_application (self, pad, &decision, now_us);
  if (!self->until_key)
    return GST_PAD_PROBE_OK;
  wfd_rate_control_leave_out (self->config.rate);
  return GST_PAD_PROBE_DROP;
}

/* Requests of the peer, in its thread. An encoder of the application is asked at once, unless it
 * was just now, as nobody knows when it makes the next picture. */
static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdCaptures *self = user_data;
  gint64 now_us = get_now_us (self);

  if (!gst_video_event_is_force_key_unit (info->data) || now_us < 0
      || !wfd_rate_control_request_key (self->config.rate, now_us))
    return GST_PAD_PROBE_OK;
  return self->config.encoder == NULL && begin_to_ask (self, WFD_RATE_COALESCE_US, now_us)
      ? GST_PAD_PROBE_OK
      : GST_PAD_PROBE_DROP;
}

static void
set_stream (WfdCaptures *self)
{
  const WfdEncoderConfig *format = &self->config.format;
  gboolean ours = self->config.encoder != NULL;
  const WfdRateStream stream = {
    .rate_n = format->rate_n,
    .rate_d = format->rate_d,
    .is_coded = !ours,
    .width = ours ? format->width : 0,
    .height = ours ? format->height : 0,
    .can_shrink = ours && self->config.can_shrink,
    .can_grow = ours && self->config.can_grow,
    .obeys_at_once = ours && self->config.row->obeys_at_once,
    .limit_kbps = wfd_encoder_get_limit (self->config.row, format),
    .other_kbps = self->config.other_kbps,
  };

  wfd_rate_control_set_stream (self->config.rate, &stream);
}

/* From there on the rate control knows what it was told. */
static void
begin (WfdCaptures *self)
{
  WfdCapturesConfig *config = &self->config;

  config->format.bitrate_kbps = wfd_rate_control_get_target (config->rate);
  if (config->encoder != NULL)
    wfd_encoder_set_bitrate (config->row, config->encoder, &config->format);
}

WfdCaptures *
wfd_captures_new (const WfdCapturesConfig *config)
{
  WfdCaptures *self = g_new0 (WfdCaptures, 1);

  self->config = *config;
  self->late_since_us = -1;
  self->asked_us = -ASK_AGAIN_US;
  g_mutex_init (&self->mutex);
  wfd_rate_control_ref (config->rate);
  gst_object_ref (config->pictures);
  gst_object_ref (config->coded);
  set_stream (self);
  begin (self);
  self->pictures_probe = gst_pad_add_probe (config->pictures, GST_PAD_PROBE_TYPE_BUFFER,
      config->encoder != NULL ? on_raw : on_coded, self, NULL);
  self->coded_probe =
      gst_pad_add_probe (config->coded, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_event, self, NULL);
  return self;
}

void
wfd_captures_free (WfdCaptures *self)
{
  if (self == NULL)
    return;
  gst_pad_remove_probe (self->config.pictures, self->pictures_probe);
  gst_pad_remove_probe (self->config.coded, self->coded_probe);
  gst_object_unref (self->config.pictures);
  gst_object_unref (self->config.coded);
  wfd_rate_control_unref (self->config.rate);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
