/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-video.h"

#include <base-limits.h>

#include "ts-nal.h"

#define MIN_CAPACITY 4096

void
wfd_ts_video_init (WfdTsVideo *self, WfdTsCodec codec)
{
  *self = (WfdTsVideo) { .codec = codec, .pts = WFD_TS_NO_TIME, .next_pts = WFD_TS_NO_TIME };
}

void
wfd_ts_video_clear (WfdTsVideo *self)
{
  g_clear_pointer (&self->data, g_free);
}

gboolean
wfd_ts_video_begins_unit (const WfdTsVideo *self, WfdBytes payload, gboolean *ret_known)
{
  gsize nal = wfd_ts_nal_find (payload.pos, MIN (payload.left, 5), 0);
  WfdTsNalFlags flags;

  *ret_known = payload.left >= 4 + WFD_TS_NAL_KIND_BYTES;
  /* Without a start code it goes on within a NAL unit. */
  if (!*ret_known || nal > 4)
    return FALSE;

  flags = wfd_ts_nal_get_flags (self->codec, payload.pos + nal);
  /* What is neither can stand before and behind slices. */
  *ret_known = (flags & (WFD_TS_NAL_STARTS_UNIT | WFD_TS_NAL_SLICE)) != 0;
  return (flags & WFD_TS_NAL_STARTS_UNIT) != 0;
}

/* Nothing is known of the open picture. */
static void
renew (WfdTsVideo *self, gint64 pts)
{
  self->nal_flags = 0;
  self->flags = self->next_flags;
  self->next_flags = 0;
  self->pts = pts;
}

static void
reserve (WfdTsVideo *self, gsize n)
{
  if (n <= self->capacity)
    return;

  self->capacity = MAX (MAX (n, self->likely_size), MAX (2 * self->capacity, MIN_CAPACITY));
  self->data = g_realloc (self->data, self->capacity);
}

static void
hand_on (WfdTsVideo *self, GBytes *data, WfdTsUnitQueue *queue)
{
  WfdTsUnit unit = {
    .is_video = TRUE,
    .format = { .codec = self->codec },
    .data = data,
    .flags = self->flags | (self->nal_flags & WFD_TS_NAL_KEY ? WFD_TS_UNIT_KEY : 0),
    .pts = self->pts,
    .last_ns = self->last_ns,
    .time_ns = WFD_TS_NO_TIME,
  };

  /* A key picture is many times as large as the others; those follow the size of
   * the one before, and a little. */
  self->likely_size = g_bytes_get_size (data) + g_bytes_get_size (data) / 4;
  wfd_ts_unit_queue_push (queue, &unit);
}

/* Hands the first @size bytes on without a copy of them; copies those behind. */
static GBytes *
steal (WfdTsVideo *self, gsize size)
{
  guint8 *data = g_steal_pointer (&self->data);
  gsize left = self->size - size;

  self->capacity = 0;
  if (left > 0) {
    reserve (self, left);
    memcpy (self->data, data + size, left);
  }
  self->size = left;
  return g_bytes_new_take (data, size);
}

/* The picture from @begin ends where the start code of @nal begins; returns where
 * the next one begins. Of picture and rest the smaller one is copied: a packet may
 * be full of tiny pictures. Moves @nal along. */
static gsize
split (WfdTsVideo *self, gsize begin, gsize *nal, WfdTsUnitQueue *queue)
{
  gsize end = *nal >= begin + 4 && self->data[*nal - 4] == 0 ? *nal - 4 : *nal - 3;
  gboolean is_most = begin == 0 && end > self->size - end;

  if (is_most) {
    hand_on (self, steal (self, end), queue);
    *nal -= end;
    end = 0;
  } else {
    hand_on (self, g_bytes_new (self->data + begin, end - begin), queue);
  }
  renew (self, self->next_pts);
  self->next_pts = WFD_TS_NO_TIME;
  return end;
}

/* Returns where the picture begins that is open then. */
static gsize
find_pictures (WfdTsVideo *self, WfdTsUnitQueue *queue)
{
  gsize begin = 0;

  for (;;) {
    gsize nal = wfd_ts_nal_find (self->data, self->size, self->scanned);
    WfdTsNalFlags flags;

    self->scanned = nal;
    if (self->size - nal < WFD_TS_NAL_KIND_BYTES)
      return begin;
    flags = wfd_ts_nal_get_flags (self->codec, self->data + nal);
    if (flags & WFD_TS_NAL_STARTS_UNIT && self->nal_flags & WFD_TS_NAL_SLICE)
      begin = split (self, begin, &nal, queue);
    self->nal_flags |= flags;
    self->scanned = nal + 1;
  }
}

void
wfd_ts_video_look (WfdTsVideo *self, WfdTsUnitQueue *queue)
{
  gsize begin = find_pictures (self, queue);

  if (begin == 0)
    return;
  self->size -= begin;
  self->scanned -= begin;
  memmove (self->data, self->data + begin, self->size);
}

void
wfd_ts_video_begin_pes (WfdTsVideo *self, gint64 pts, gboolean begins_unit, WfdTsUnitQueue *queue)
{
  if (begins_unit)
    wfd_ts_video_close (self, queue);
  /* The end of something that began before we looked, or was too large. */
  if (begins_unit && self->size > 0 && self->nal_flags == 0)
    wfd_ts_video_drop (self);
  self->skips = FALSE;

  /* If something is open still, it is parameter sets in a packet of their own,
   * or a picture that goes on: then the time is that of the next one. */
  self->next_pts = WFD_TS_NO_TIME;
  if (self->size > 0 && !begins_unit)
    self->next_pts = pts;
  else if (self->pts == WFD_TS_NO_TIME)
    self->pts = pts;
}

/* A packet that was waited for came after those behind it. */
static void
note_arrival (WfdTsVideo *self, gint64 now_ns)
{
  self->last_ns = self->size == 0 ? now_ns : MAX (self->last_ns, now_ns);
}

void
wfd_ts_video_append (WfdTsVideo *self, WfdBytes payload, gint64 now_ns)
{
  if (payload.left > WFD_LIMIT_TS_UNIT_BYTES - self->size) {
    wfd_ts_video_drop (self);
    self->skips = TRUE;
  }
  if (self->skips)
    return;
  note_arrival (self, now_ns);
  reserve (self, self->size + payload.left);
  memcpy (self->data + self->size, payload.pos, payload.left);
  self->size += payload.left;
}

guint
wfd_ts_video_append_plain (WfdTsVideo *self, const guint8 *packets, guint n, gint64 now_ns)
{
  gsize bytes = n * WFD_TS_FULL_PAYLOAD_BYTES;
  guint8 *end;

  if (self->size == 0 || self->skips || bytes > WFD_LIMIT_TS_UNIT_BYTES - self->size)
    return 0;

  note_arrival (self, now_ns);
  reserve (self, self->size + bytes);
  end = self->data + self->size;
  for (guint i = 0; i < n; i++) {
    memcpy (end, packets + WFD_TS_HEADER_BYTES, WFD_TS_FULL_PAYLOAD_BYTES);
    end += WFD_TS_FULL_PAYLOAD_BYTES;
    packets += WFD_TS_PACKET_BYTES;
  }
  self->size += bytes;
  return n;
}

void
wfd_ts_video_flag_next (WfdTsVideo *self, guint flags)
{
  if (self->size > 0)
    self->next_flags |= flags;
  else
    self->flags |= flags;
}

void
wfd_ts_video_lose (WfdTsVideo *self, gboolean inside)
{
  if (inside && self->size > 0)
    self->flags |= WFD_TS_UNIT_LOSSY;
  else
    wfd_ts_video_flag_next (self, WFD_TS_UNIT_DISCONT);
}

gboolean
wfd_ts_video_is_open (const WfdTsVideo *self)
{
  return (self->nal_flags & WFD_TS_NAL_SLICE) != 0;
}

void
wfd_ts_video_close (WfdTsVideo *self, WfdTsUnitQueue *queue)
{
  if (!wfd_ts_video_is_open (self))
    return;
  hand_on (self, steal (self, self->size), queue);
  self->scanned = 0;
  renew (self, WFD_TS_NO_TIME);
}

void
wfd_ts_video_drop (WfdTsVideo *self)
{
  self->size = 0;
  self->scanned = 0;
  renew (self, WFD_TS_NO_TIME);
  self->flags |= WFD_TS_UNIT_DISCONT;
}
