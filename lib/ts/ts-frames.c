/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-frames.h"

#include <base-limits.h>

#include "ts-audio.h"

#define TICKS_PER_SECOND 90000

void
wfd_ts_frames_init (WfdTsFrames *self, WfdTsCodec codec)
{
  *self = (WfdTsFrames) {
    .codec = codec,
    .data = g_byte_array_new (),
    .pts = WFD_TS_NO_TIME,
    .anchor_pts = WFD_TS_NO_TIME,
  };
}

void
wfd_ts_frames_clear (WfdTsFrames *self)
{
  g_clear_pointer (&self->data, g_byte_array_unref);
}

/* Hands on a copy of the @bytes behind @skip bytes. */
static void
emit (WfdTsFrames *self, gsize skip, gsize bytes, const WfdTsFormat *format, gint64 pts,
    gint64 duration, WfdTsUnitQueue *queue)
{
  WfdTsUnit unit = {
    .format = *format,
    .data = g_bytes_new (self->data->data + skip, bytes),
    .flags = self->flags,
    .pts = pts,
    .duration = duration,
    .last_ns = self->last_ns,
    .time_ns = WFD_TS_NO_TIME,
  };

  self->flags = 0;
  wfd_ts_unit_queue_push (queue, &unit);
}

static void
cut (WfdTsFrames *self, gsize bytes)
{
  g_byte_array_remove_range (self->data, 0, bytes);
  self->anchor = self->anchor > bytes ? self->anchor - bytes : 0;
}

/* The frame at @at may be the first one that begins behind an anchor. */
static void
use_anchor (WfdTsFrames *self, gsize at)
{
  if (self->anchor <= at && self->anchor_pts != WFD_TS_NO_TIME) {
    self->pts = self->anchor_pts;
    self->anchor_pts = WFD_TS_NO_TIME;
    self->remainder = 0;
  }
}

/* The time of the next frame, if no PES packet gives it. Durations are no whole
 * ticks at 44.1 kHz. */
static gint64
advance (WfdTsFrames *self, guint samples, guint rate_hz)
{
  gint64 parts = (gint64) samples * TICKS_PER_SECOND + self->remainder;
  gint64 duration = parts / rate_hz;

  self->remainder = parts % rate_hz;
  if (self->pts != WFD_TS_NO_TIME)
    self->pts += duration;
  return duration;
}

static gboolean
read_frame (const WfdTsFrames *self, WfdBytes bytes, WfdTsFrame *ret_frame)
{
  if (self->codec == WFD_TS_CODEC_AAC)
    return wfd_ts_audio_read_adts (bytes, ret_frame);
  return wfd_ts_audio_read_ac3 (bytes, ret_frame);
}

static void
take_frame (WfdTsFrames *self, gsize at, const WfdTsFrame *frame, gint64 now_ns,
    WfdTsUnitQueue *queue)
{
  WfdTsFormat format = {
    .codec = frame->codec,
    .rate_hz = frame->rate_hz,
    .channels = frame->channels,
  };
  gint64 pts, duration;

  use_anchor (self, at);
  pts = self->pts;
  duration = advance (self, frame->samples, frame->rate_hz);
  emit (self, at, frame->bytes, &format, pts, duration, queue);
  self->last_ns = now_ns;
}

/* Hands on all frames that are complete. What is no frame is skipped up to where
 * one could begin. */
static void
take_frames (WfdTsFrames *self, gint64 now_ns, WfdTsUnitQueue *queue)
{
  WfdTsFrame frame;
  gsize at = 0;

  while (self->data->len - at >= WFD_TS_FRAME_HEADER_BYTES) {
    WfdBytes bytes = wfd_bytes (self->data->data + at, self->data->len - at);

    if (!read_frame (self, bytes, &frame)) {
      self->flags |= WFD_TS_UNIT_DISCONT;
      self->pts = WFD_TS_NO_TIME;
      at++;
      continue;
    }
    if (frame.bytes > bytes.left)
      break;
    take_frame (self, at, &frame, now_ns, queue);
    at += frame.bytes;
  }
  /* Once: the rest is moved. */
  if (at > 0)
    cut (self, at);
}

/* All samples of a PES packet. */
static void
take_lpcm (WfdTsFrames *self, WfdTsUnitQueue *queue)
{
  WfdBytes payload = wfd_bytes (self->data->data, self->data->len);
  WfdTsLpcm lpcm;
  WfdTsFormat format = { .codec = WFD_TS_CODEC_LPCM };
  gsize frame_bytes;

  if (self->data->len == 0)
    return;
  use_anchor (self, 0);
  if (wfd_ts_audio_take_lpcm (&payload, &lpcm) && lpcm.bits == 16) {
    format.rate_hz = lpcm.rate_hz;
    format.channels = lpcm.channels;
    frame_bytes = 2 * lpcm.channels;
    payload.left -= payload.left % frame_bytes;
    if (payload.left > 0)
      emit (self, WFD_TS_LPCM_HEADER_BYTES, payload.left, &format, self->pts,
          (gint64) (payload.left / frame_bytes) * TICKS_PER_SECOND / lpcm.rate_hz, queue);
  } else {
    self->flags |= WFD_TS_UNIT_DISCONT;
  }
  g_byte_array_set_size (self->data, 0);
}

void
wfd_ts_frames_begin_pes (WfdTsFrames *self, gint64 pts, WfdTsUnitQueue *queue)
{
  wfd_ts_frames_end_pes (self, queue);
  /* For the frame that is not complete: it began behind the last anchor. */
  use_anchor (self, 0);
  if (self->codec == WFD_TS_CODEC_LPCM)
    self->pts = WFD_TS_NO_TIME;
  self->synced = TRUE;
  self->anchor = self->data->len;
  self->anchor_pts = pts;
}

void
wfd_ts_frames_append (WfdTsFrames *self, WfdBytes payload, gint64 now_ns, WfdTsUnitQueue *queue)
{
  if (!self->synced)
    return;
  /* A packet that was waited for came after those behind it. */
  self->last_ns = self->data->len == 0 ? now_ns : MAX (self->last_ns, now_ns);
  g_byte_array_append (self->data, payload.pos, payload.left);

  if (self->codec != WFD_TS_CODEC_LPCM)
    take_frames (self, now_ns, queue);
  if (self->data->len > WFD_LIMIT_TS_FRAMES_BYTES)
    wfd_ts_frames_lose (self);
}

void
wfd_ts_frames_end_pes (WfdTsFrames *self, WfdTsUnitQueue *queue)
{
  if (self->codec == WFD_TS_CODEC_LPCM)
    take_lpcm (self, queue);
}

void
wfd_ts_frames_lose (WfdTsFrames *self)
{
  g_byte_array_set_size (self->data, 0);
  self->synced = FALSE;
  self->flags |= WFD_TS_UNIT_DISCONT;
  self->pts = WFD_TS_NO_TIME;
  self->anchor_pts = WFD_TS_NO_TIME;
}
