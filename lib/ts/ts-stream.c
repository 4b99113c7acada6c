/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-stream.h"

#define TICKS_PER_SECOND 90000

/* A picture later than the one before by more than this, or earlier at all
 * beyond what reordering could do, is of another time line. */
#define MAX_FORWARD (10 * TICKS_PER_SECOND)
#define MAX_BACKWARD (1 * TICKS_PER_SECOND)

/* A century: nobody gets here by wrapping, but a sender that jumps could. */
#define MAX_TICKS (G_GINT64_CONSTANT (1) << 48)

gint64
wfd_ts_timeline_extend (WfdTsTimeline *self, guint64 time)
{
  /* The difference of the low 33 bits, with its sign. */
  gint64 step = (gint64) ((time - (guint64) self->last) << 31) >> 31;

  if (self->is_known && ABS (self->last) < MAX_TICKS)
    self->last += step;
  else
    self->last = time;
  self->is_known = TRUE;
  return self->last;
}

void
wfd_ts_stream_init (WfdTsStream *self, WfdTsCodec codec)
{
  *self = (WfdTsStream) { .codec = codec, .last_pts = WFD_TS_NO_TIME };
  self->is_video = wfd_ts_codec_get_info (codec)->is_video;
  if (self->is_video)
    wfd_ts_video_init (&self->video, codec);
  else if (codec != WFD_TS_CODEC_NONE)
    wfd_ts_frames_init (&self->frames, codec);
}

static void
lose (WfdTsStream *self, gboolean inside)
{
  if (self->is_video)
    wfd_ts_video_lose (&self->video, inside);
  else
    wfd_ts_frames_lose (&self->frames);
}

/* The open packet has a length that is true as far as is known, and not reached. */
static gboolean
is_cut_short (const WfdTsStream *self)
{
  return self->state == WFD_TS_PES_PAYLOAD && self->is_bounded && self->left > 0
      && !(self->end.refuted & WFD_TS_END_LENGTH);
}

static void
clear_video (WfdTsStream *self, WfdTsUnitQueue *queue)
{
  wfd_ts_video_look (&self->video, queue);
  if (is_cut_short (self))
    lose (self, TRUE);
  wfd_ts_video_close (&self->video, queue);
  wfd_ts_video_clear (&self->video);
}

static void
clear_frames (WfdTsStream *self, WfdTsUnitQueue *queue)
{
  if (!is_cut_short (self))
    wfd_ts_frames_end_pes (&self->frames, queue);
  wfd_ts_frames_clear (&self->frames);
}

void
wfd_ts_stream_clear (WfdTsStream *self, WfdTsUnitQueue *queue)
{
  if (self->is_video)
    clear_video (self, queue);
  else if (self->codec != WFD_TS_CODEC_NONE)
    clear_frames (self, queue);
  self->codec = WFD_TS_CODEC_NONE;
  self->is_video = FALSE;
}

static void
append (WfdTsStream *self, WfdBytes payload, gint64 now_ns, WfdTsUnitQueue *queue)
{
  /* The last packet has nothing behind the length, so there the length lies: some
   * write the low 16 bits of what does not fit. */
  if (self->is_video && self->is_bounded && payload.left > self->left && !self->damaged) {
    self->is_bounded = FALSE;
    self->end.refuted |= WFD_TS_END_LENGTH;
  }
  if (self->is_bounded) {
    payload.left = MIN (payload.left, self->left);
    self->left -= payload.left;
  }
  if (payload.left == 0)
    return;
  if (self->is_video)
    wfd_ts_video_append (&self->video, payload, now_ns);
  else
    wfd_ts_frames_append (&self->frames, payload, now_ns, queue);
}

static void
flag_next (WfdTsStream *self, guint flags)
{
  if (self->is_video)
    wfd_ts_video_flag_next (&self->video, flags);
  else
    self->frames.flags |= flags;
}

/* @clock: where the clock is, if there is one; else the stream goes on from its
 * own last time. */
static gint64
extend_pts (WfdTsStream *self, const WfdTsPesHeader *header, const WfdTsTimeline *clock)
{
  WfdTsTimeline around = *clock;
  gint64 pts;

  if (!header->has_pts)
    return WFD_TS_NO_TIME;

  if (!clock->is_known && self->last_pts != WFD_TS_NO_TIME)
    around = (WfdTsTimeline) { TRUE, self->last_pts };
  pts = wfd_ts_timeline_extend (&around, header->pts);
  if (self->last_pts != WFD_TS_NO_TIME
      && (pts > self->last_pts + MAX_FORWARD || pts < self->last_pts - MAX_BACKWARD))
    flag_next (self, WFD_TS_UNIT_RESTART);
  self->last_pts = pts;
  return pts;
}

/* The header is there; @payload is what came behind it. @lost: nothing can be
 * told about the packet before. */
static void
begin_payload (WfdTsStream *self, const WfdTsPesHeader *header, WfdBytes payload, gboolean lost,
    const WfdTsTimeline *clock, gint64 now_ns, WfdTsUnitQueue *queue)
{
  gint64 pts = extend_pts (self, header, clock);
  gboolean begins, known;

  if (self->is_video) {
    begins = wfd_ts_video_begins_unit (&self->video, payload, &known);
    wfd_ts_end_add_packet (&self->end, known && !lost, begins, now_ns);
    wfd_ts_video_begin_pes (&self->video, pts, begins, queue);
  } else {
    wfd_ts_frames_begin_pes (&self->frames, pts, queue);
  }
  self->state = WFD_TS_PES_PAYLOAD;
  self->is_bounded = header->is_bounded;
  self->left = header->payload_bytes;
  append (self, payload, now_ns, queue);
}

/* Collects the header, which may lie across packets. */
static void
read_header (WfdTsStream *self, WfdBytes payload, gboolean lost, const WfdTsTimeline *clock,
    gint64 now_ns, WfdTsUnitQueue *queue)
{
  gsize n = MIN (payload.left, sizeof (self->header) - self->header_bytes);
  gsize had = self->header_bytes, n_header;
  WfdTsPesHeader header;
  WfdBytes bytes;

  memcpy (self->header + had, payload.pos, n);
  self->header_bytes += n;
  bytes = wfd_bytes (self->header, self->header_bytes);
  switch (wfd_ts_pes_take_header (&bytes, &header)) {
    case WFD_TS_PES_SHORT:
      self->state = WFD_TS_PES_HEADER;
      break;
    case WFD_TS_PES_BAD:
      self->state = WFD_TS_PES_NONE;
      lose (self, FALSE);
      break;
    case WFD_TS_PES_WHOLE:
      n_header = self->header_bytes - bytes.left;
      wfd_bytes_skip (&payload, n_header - had);
      begin_payload (self, &header, payload, lost, clock, now_ns, queue);
      break;
  }
}

/* A packet begins. */
static void
start (WfdTsStream *self, WfdBytes payload, gboolean lost, const WfdTsTimeline *clock,
    gint64 now_ns, WfdTsUnitQueue *queue)
{
  /* The length was not reached: it lies, as nothing is missing. */
  if (self->state == WFD_TS_PES_PAYLOAD && self->is_bounded && self->left > 0 && !self->damaged)
    self->end.refuted |= WFD_TS_END_LENGTH;

  self->header_bytes = 0;
  self->damaged = FALSE;
  read_header (self, payload, lost, clock, now_ns, queue);
}

/* The packet goes on. */
static void
go_on (WfdTsStream *self, WfdBytes payload, gboolean lost, gint64 now_ns, WfdTsUnitQueue *queue)
{
  gboolean was_done = self->state == WFD_TS_PES_DONE;

  if (self->is_video)
    wfd_ts_end_add_packet (&self->end, !lost, FALSE, now_ns);
  if (was_done) {
    /* What was handed on was not all: this is the rest of it. */
    self->state = WFD_TS_PES_NONE;
    lose (self, FALSE);
    return;
  }
  append (self, payload, now_ns, queue);
}

static void
close_picture (WfdTsStream *self, WfdTsUnitQueue *queue)
{
  wfd_ts_video_look (&self->video, queue);
  if (!wfd_ts_video_is_open (&self->video))
    return;
  wfd_ts_video_close (&self->video, queue);
  self->state = WFD_TS_PES_DONE;
}

/* The packet may have reached the length of its PES packet. */
static void
check_length (WfdTsStream *self, WfdTsUnitQueue *queue)
{
  if (self->state != WFD_TS_PES_PAYLOAD || !self->is_bounded || self->left > 0)
    return;
  if (self->is_video)
    wfd_ts_stream_add_signs (self, WFD_TS_END_LENGTH, queue);
  else
    wfd_ts_frames_end_pes (&self->frames, queue);
}

guint
wfd_ts_stream_take_plain (WfdTsStream *self, const guint8 *packets, guint n, gint64 now_ns)
{
  if (!self->is_video || self->state != WFD_TS_PES_PAYLOAD)
    return 0;
  /* The one that reaches the length, or goes beyond it, is not plain. */
  if (self->is_bounded)
    n = MIN (n, self->left > 0 ? (self->left - 1) / WFD_TS_FULL_PAYLOAD_BYTES : 0);
  n = wfd_ts_video_append_plain (&self->video, packets, n, now_ns);
  if (n == 0)
    return 0;

  wfd_ts_end_add_packet (&self->end, TRUE, FALSE, now_ns);
  if (self->is_bounded)
    self->left -= n * WFD_TS_FULL_PAYLOAD_BYTES;
  return n;
}

void
wfd_ts_stream_look (WfdTsStream *self, WfdTsUnitQueue *queue)
{
  if (self->is_video)
    wfd_ts_video_look (&self->video, queue);
}

void
wfd_ts_stream_push (WfdTsStream *self, WfdBytes payload, gboolean starts, gboolean lost,
    const WfdTsTimeline *clock, gint64 now_ns, WfdTsUnitQueue *queue)
{
  /* What is said from here on is not about what came before. */
  if (lost || starts)
    wfd_ts_stream_look (self, queue);
  if (lost) {
    gboolean inside = self->state == WFD_TS_PES_PAYLOAD;

    /* A packet that had its whole length lost nothing. */
    if (inside && starts && self->is_bounded && self->left == 0)
      inside = FALSE;
    self->damaged = inside;
    lose (self, inside);
    if (!inside)
      self->state = WFD_TS_PES_NONE;
  }

  if (starts)
    start (self, payload, lost, clock, now_ns, queue);
  else if (self->state == WFD_TS_PES_HEADER)
    read_header (self, payload, lost, clock, now_ns, queue);
  else if (self->state != WFD_TS_PES_NONE)
    go_on (self, payload, lost, now_ns, queue);

  check_length (self, queue);
}

void
wfd_ts_stream_add_signs (WfdTsStream *self, guint signs, WfdTsUnitQueue *queue)
{
  if (!self->is_video || self->state != WFD_TS_PES_PAYLOAD)
    return;
  if (wfd_ts_end_add_signs (&self->end, signs))
    close_picture (self, queue);
}

/* A packet whose length is not reached is not complete, however quiet it is;
 * once the length was found to lie, or bytes are missing, it says nothing. */
static gboolean
may_be_complete (const WfdTsStream *self)
{
  if (!self->is_video || self->state != WFD_TS_PES_PAYLOAD || !wfd_ts_video_is_open (&self->video))
    return FALSE;

  return !self->is_bounded || self->left == 0 || self->damaged
      || self->end.refuted & WFD_TS_END_LENGTH;
}

gint64
wfd_ts_stream_get_deadline (const WfdTsStream *self)
{
  return may_be_complete (self) ? wfd_ts_end_get_deadline (&self->end) : G_MAXINT64;
}

void
wfd_ts_stream_tick (WfdTsStream *self, gint64 now_ns, WfdTsUnitQueue *queue)
{
  if (now_ns >= wfd_ts_stream_get_deadline (self))
    close_picture (self, queue);
}
