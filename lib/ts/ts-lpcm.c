/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-lpcm.h"

#include "ts-audio.h"

#define NS_PER_SECOND G_GINT64_CONSTANT (1000000000)
#define NS_PER_MS G_GINT64_CONSTANT (1000000)

/* Times of a capture jitter by less than this; sound that is further away was
 * lost, or comes twice. */
#define TOLERANCE_NS (20 * NS_PER_MS)
/* Gaps up to here are filled with silence. */
#define MAX_FILL_NS (200 * NS_PER_MS)
/* Sound that overlaps by more does not repeat what was there: time jumps back. */
#define MAX_OVERLAP_NS (500 * NS_PER_MS)
/* What part of its error each piece corrects. */
#define FOLLOW 32

struct _WfdTsLpcmPacker
{
  guint rate_hz;
  gsize frame_bytes; /* a sample of all channels */
  gsize block_bytes; /* a payload */

  GByteArray *waiting; /* little-endian, from @taken */
  gsize taken;
  guint8 *block; /* what pop gave away */

  gint64 base_ns;   /* time of sample 0, WFD_TS_NO_TIME before the first */
  gint64 n_popped;  /* samples since then */
  gint64 pinned_ns; /* of the next payload, which is from before a jump */
};

WfdTsLpcmPacker *
wfd_ts_lpcm_packer_new (guint rate_hz, guint channels)
{
  WfdTsLpcmPacker *self;

  g_return_val_if_fail (rate_hz == 44100 || rate_hz == 48000, NULL);
  g_return_val_if_fail (channels >= 2 && channels <= 8, NULL);

  self = g_new0 (WfdTsLpcmPacker, 1);
  self->rate_hz = rate_hz;
  self->frame_bytes = 2 * channels;
  self->block_bytes = self->frame_bytes * WFD_TS_LPCM_UNIT_SAMPLES * WFD_TS_LPCM_PES_UNITS;
  self->waiting = g_byte_array_new ();
  self->block = g_malloc (self->block_bytes);
  self->base_ns = WFD_TS_NO_TIME;
  self->pinned_ns = WFD_TS_NO_TIME;
  return self;
}

void
wfd_ts_lpcm_packer_free (WfdTsLpcmPacker *self)
{
  if (self == NULL)
    return;

  g_byte_array_unref (self->waiting);
  g_free (self->block);
  g_free (self);
}

static gint64
duration_ns (const WfdTsLpcmPacker *self, gint64 samples)
{
  return samples * NS_PER_SECOND / self->rate_hz;
}

static gsize
waiting_bytes (const WfdTsLpcmPacker *self)
{
  return self->waiting->len - self->taken;
}

static gint64
end_ns (const WfdTsLpcmPacker *self)
{
  return self->base_ns
      + duration_ns (self, self->n_popped + waiting_bytes (self) / self->frame_bytes);
}

static void
append_silence (WfdTsLpcmPacker *self, gsize bytes)
{
  gsize before = self->waiting->len;

  g_byte_array_set_size (self->waiting, before + bytes);
  memset (self->waiting->data + before, 0, bytes);
}

static void
fill_block (WfdTsLpcmPacker *self)
{
  gsize part = waiting_bytes (self) % self->block_bytes;

  if (part > 0)
    append_silence (self, self->block_bytes - part);
}

/* What waits goes out with the time it has; what comes now begins at @pts_ns. */
static void
jump (WfdTsLpcmPacker *self, gint64 pts_ns)
{
  fill_block (self);
  if (waiting_bytes (self) > 0)
    self->pinned_ns = self->base_ns + duration_ns (self, self->n_popped);
  self->base_ns = pts_ns;
  self->n_popped = -(gint64) (waiting_bytes (self) / self->frame_bytes);
}

/* Brings the two times together; returns how many bytes of the input repeat
 * what is there. */
static gsize
align (WfdTsLpcmPacker *self, gint64 pts_ns)
{
  gint64 ahead_ns = pts_ns - end_ns (self);
  gint64 frames = ahead_ns * self->rate_hz / NS_PER_SECOND;

  if (ABS (ahead_ns) <= TOLERANCE_NS) {
    self->base_ns += ahead_ns / FOLLOW;
    return 0;
  }
  if (ahead_ns > MAX_FILL_NS || ahead_ns < -MAX_OVERLAP_NS) {
    jump (self, pts_ns);
    return 0;
  }
  if (ahead_ns > 0)
    append_silence (self, frames * self->frame_bytes);
  return ahead_ns > 0 ? 0 : -frames * self->frame_bytes;
}

void
wfd_ts_lpcm_packer_push (WfdTsLpcmPacker *self, const guint8 *samples, gsize bytes, gint64 pts_ns)
{
  gsize repeated = 0;

  g_return_if_fail (waiting_bytes (self) < self->block_bytes);
  g_return_if_fail (bytes % self->frame_bytes == 0);

  if (self->base_ns == WFD_TS_NO_TIME)
    self->base_ns = pts_ns == WFD_TS_NO_TIME ? 0 : pts_ns;
  else if (pts_ns != WFD_TS_NO_TIME)
    repeated = align (self, pts_ns);

  if (repeated < bytes)
    g_byte_array_append (self->waiting, samples + repeated, bytes - repeated);
}

void
wfd_ts_lpcm_packer_fill (WfdTsLpcmPacker *self, gint64 until_ns)
{
  gint64 missing_ns;

  g_return_if_fail (waiting_bytes (self) < self->block_bytes);

  if (self->base_ns == WFD_TS_NO_TIME)
    self->base_ns = until_ns;
  missing_ns = until_ns - end_ns (self);
  if (missing_ns > MAX_FILL_NS)
    jump (self, until_ns);
  else if (missing_ns > 0)
    append_silence (self, missing_ns * self->rate_hz / NS_PER_SECOND * self->frame_bytes);
  fill_block (self);
}

static void
swap (const guint8 *from, guint8 *to, gsize bytes)
{
  for (gsize i = 0; i < bytes; i += 2) {
    to[i] = from[i + 1];
    to[i + 1] = from[i];
  }
}

gboolean
wfd_ts_lpcm_packer_pop (WfdTsLpcmPacker *self, WfdBytes *ret_payload, gint64 *ret_pts_ns)
{
  if (waiting_bytes (self) < self->block_bytes) {
    g_byte_array_remove_range (self->waiting, 0, self->taken);
    self->taken = 0;
    return FALSE;
  }

  swap (self->waiting->data + self->taken, self->block, self->block_bytes);
  self->taken += self->block_bytes;
  *ret_pts_ns = self->pinned_ns != WFD_TS_NO_TIME
      ? self->pinned_ns
      : self->base_ns + duration_ns (self, self->n_popped);
  self->pinned_ns = WFD_TS_NO_TIME;
  self->n_popped += self->block_bytes / self->frame_bytes;
  *ret_payload = wfd_bytes (self->block, self->block_bytes);
  return TRUE;
}
