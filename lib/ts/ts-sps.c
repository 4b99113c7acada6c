/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-sps.h"

#include "ts-nal.h"

/* H.264 level 6.2 and H.265 level 6.2 end at 16,888 (tables A-1, A.8). */
#define MAX_SIDE 16888

#define MB 16

/* Bits without the emulation prevention. Reading behind the end gives zeros and
 * is remembered, so that only the end of a reader has to ask. */
typedef struct
{
  WfdBytes bytes;
  guint zeros; /* octets of 0 before */
  guint8 octet;
  guint n_bits; /* of it are left */
  gboolean failed;
} Bits;

static void
next_octet (Bits *self)
{
  guint8 octet;

  if (self->zeros >= 2 && self->bytes.left > 0 && self->bytes.pos[0] == 3) {
    wfd_bytes_skip (&self->bytes, 1);
    self->zeros = 0;
  }
  if (!wfd_bytes_take_u8 (&self->bytes, &octet)) {
    self->failed = TRUE;
    octet = 0;
  }
  self->zeros = octet == 0 ? self->zeros + 1 : 0;
  self->octet = octet;
  self->n_bits = 8;
}

/* @n: up to 32. */
static guint32
take (Bits *self, guint n)
{
  guint32 value = 0;

  for (guint i = 0; i < n; i++) {
    if (self->n_bits == 0)
      next_octet (self);
    self->n_bits--;
    value = value << 1 | (self->octet >> self->n_bits & 1);
  }
  return value;
}

static void
skip (Bits *self, guint n)
{
  while (n-- > 0)
    take (self, 1);
}

/* ue(v), §9.1; more than 31 zeros are none. */
static guint32
take_ue (Bits *self)
{
  guint zeros = 0;

  while (!self->failed && zeros < 32 && take (self, 1) == 0)
    zeros++;
  if (zeros >= 32)
    self->failed = TRUE;
  if (self->failed)
    return 0;
  return (1u << zeros) - 1 + take (self, zeros);
}

static gint32
take_se (Bits *self)
{
  guint32 value = take_ue (self);

  return value & 1 ? (gint32) (value / 2) + 1 : -(gint32) (value / 2);
}

/* What chroma_format_idc means for the units of cropping (H.264 table 6-1, H.265
 * table 6-1). */
static const struct
{
  guint8 x;
  guint8 y;
} chroma_units[4] = { { 1, 1 }, { 2, 2 }, { 2, 1 }, { 1, 1 } };

typedef struct
{
  guint32 left, right, top, bottom;
} Crop;

static Crop
take_crop (Bits *bits)
{
  Crop crop = { 0 };

  if (take (bits, 1)) {
    crop.left = take_ue (bits);
    crop.right = take_ue (bits);
    crop.top = take_ue (bits);
    crop.bottom = take_ue (bits);
  }
  return crop;
}

/* FALSE if nothing is left, or more than may be there. */
static gboolean
crop_side (guint64 coded, guint64 before, guint64 behind, guint unit, guint *ret_side)
{
  guint64 away = (before + behind) * unit;

  if (coded > MAX_SIDE || away >= coded)
    return FALSE;
  *ret_side = coded - away;
  return TRUE;
}

/* --- H.264 --- */

/* Profiles that tell their chroma format (§7.3.2.1.1.1). */
static gboolean
has_chroma_format (guint8 profile)
{
  static const guint8 profiles[] = { 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135 };

  return memchr (profiles, profile, sizeof (profiles)) != NULL;
}

static void
skip_scaling_list (Bits *bits, guint n)
{
  guint8 last = 8, next = 8;

  for (guint i = 0; i < n; i++) {
    if (next != 0)
      next = last + take_se (bits);
    if (next != 0)
      last = next;
  }
}

static void
skip_scaling_lists (Bits *bits, guint chroma)
{
  for (guint i = 0; i < (chroma == 3 ? 12 : 8); i++) {
    if (take (bits, 1))
      skip_scaling_list (bits, i < 6 ? 16 : 64);
  }
}

/* Returns ChromaArrayType. */
static guint
take_h264_chroma (Bits *bits)
{
  guint chroma = take_ue (bits);
  gboolean separate = chroma == 3 && take (bits, 1);

  take_ue (bits); /* bit_depth_luma_minus8 */
  take_ue (bits);
  take (bits, 1); /* qpprime_y_zero_transform_bypass_flag */
  if (take (bits, 1))
    skip_scaling_lists (bits, chroma);
  if (chroma > 3)
    bits->failed = TRUE;
  return separate || chroma > 3 ? 0 : chroma;
}

static void
skip_order_count (Bits *bits)
{
  guint type = take_ue (bits), n;

  if (type == 0) {
    take_ue (bits);
  } else if (type == 1) {
    take (bits, 1);
    take_se (bits);
    take_se (bits);
    n = take_ue (bits);
    for (guint i = 0; i < n && !bits->failed; i++)
      take_se (bits);
  }
}

static gboolean
read_h264 (Bits *bits, WfdTsFormat *format)
{
  guint chroma = 1, fields;
  guint64 width, height;
  Crop crop;

  skip (bits, 8 + 24); /* NAL header, profile and level */
  take_ue (bits);      /* seq_parameter_set_id */
  if (has_chroma_format (format->profile[0]))
    chroma = take_h264_chroma (bits);
  take_ue (bits); /* log2_max_frame_num_minus4 */
  skip_order_count (bits);
  take_ue (bits); /* max_num_ref_frames */
  take (bits, 1);
  width = ((guint64) take_ue (bits) + 1) * MB;
  height = ((guint64) take_ue (bits) + 1) * MB;
  fields = take (bits, 1) ? 1 : 2; /* frame_mbs_only_flag */
  if (fields == 2)
    take (bits, 1);
  take (bits, 1); /* direct_8x8_inference_flag */
  crop = take_crop (bits);
  return crop_side (width, crop.left, crop.right, chroma_units[chroma].x, &format->width)
      && crop_side (height * fields, crop.top, crop.bottom, chroma_units[chroma].y * fields,
          &format->height);
}

/* --- H.265 --- */

#define PROFILE_BITS 88
#define LEVEL_BITS 8

/* §7.3.3. */
static void
skip_profile_tier_level (Bits *bits, guint n_sub_layers)
{
  guint present[8];

  skip (bits, PROFILE_BITS + LEVEL_BITS);
  for (guint i = 0; i < n_sub_layers; i++)
    present[i] = take (bits, 2);
  if (n_sub_layers > 0)
    skip (bits, 2 * (8 - n_sub_layers));
  for (guint i = 0; i < n_sub_layers; i++) {
    skip (bits, present[i] & 2 ? PROFILE_BITS : 0);
    skip (bits, present[i] & 1 ? LEVEL_BITS : 0);
  }
}

static gboolean
read_h265 (Bits *bits, WfdTsFormat *format)
{
  guint chroma, n_sub_layers;
  guint64 width, height;
  Crop crop;

  skip (bits, 16 + 4); /* NAL header, sps_video_parameter_set_id */
  n_sub_layers = take (bits, 3);
  take (bits, 1);
  skip_profile_tier_level (bits, n_sub_layers);
  take_ue (bits); /* sps_seq_parameter_set_id */
  chroma = take_ue (bits);
  if (chroma > 3)
    return FALSE;
  if (chroma == 3 && take (bits, 1))
    chroma = 0;
  width = take_ue (bits);
  height = take_ue (bits);
  crop = take_crop (bits);
  return crop_side (width, crop.left, crop.right, chroma_units[chroma].x, &format->width)
      && crop_side (height, crop.top, crop.bottom, chroma_units[chroma].y, &format->height);
}

gboolean
wfd_ts_sps_read (WfdTsCodec codec, WfdBytes sps, WfdTsFormat *ret_format)
{
  WfdTsFormat format = { .codec = codec };
  Bits bits = { .bytes = sps };

  if (!wfd_ts_nal_read_profile (codec, sps, format.profile)
      || !(codec == WFD_TS_CODEC_H265 ? read_h265 (&bits, &format) : read_h264 (&bits, &format))
      || bits.failed)
    return FALSE;

  *ret_format = format;
  return TRUE;
}
