/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-nal.h"

#define SLICE WFD_TS_NAL_SLICE
#define KEY (WFD_TS_NAL_SLICE | WFD_TS_NAL_KEY)
#define STARTS WFD_TS_NAL_STARTS_UNIT
#define PARAMETERS (WFD_TS_NAL_STARTS_UNIT | WFD_TS_NAL_PARAMETERS)
#define SPS (PARAMETERS | WFD_TS_NAL_SPS)
#define AUD (WFD_TS_NAL_STARTS_UNIT | WFD_TS_NAL_AUD)

/* H.264 table 7-1. */
static const guint8 h264_kinds[32] = {
  [1] = SLICE,
  [2] = SLICE,
  [5] = KEY,
  [6] = STARTS,
  [7] = SPS,
  [8] = PARAMETERS,
  [9] = AUD,
  [14] = STARTS,
  [15] = STARTS,
  [16] = STARTS,
  [17] = STARTS,
  [18] = STARTS,
};

/* H.265 table 7-1; prefix SEI is 39. */
static const guint8 h265_kinds[64] = {
  [0 ... 9] = SLICE,
  [16 ... 23] = KEY,
  [32] = PARAMETERS,
  [33] = SPS,
  [34] = PARAMETERS,
  [35] = AUD,
  [39] = STARTS,
  [41 ... 44] = STARTS,
  [48 ... 55] = STARTS,
};

/* A slice of the first macroblock starts a picture: first_mb_in_slice is 0,
 * which is one bit, and first_slice_segment_in_pic_flag is a bit. */
WfdTsNalFlags
wfd_ts_nal_get_flags (WfdTsCodec codec, const guint8 *nal)
{
  WfdTsNalFlags flags;
  guint8 slice;

  if (codec == WFD_TS_CODEC_H265) {
    flags = h265_kinds[nal[0] >> 1 & 63];
    slice = nal[2];
  } else {
    flags = h264_kinds[nal[0] & 31];
    slice = nal[1];
  }
  if (flags & SLICE && slice & 0x80)
    flags |= STARTS;
  return flags;
}

gsize
wfd_ts_nal_find (const guint8 *data, gsize size, gsize from)
{
  /* The 1 of a start code is rarer than its zeros. */
  gsize at = MAX (from, 3) - 1;

  while (at < size) {
    const guint8 *one = memchr (data + at, 0x01, size - at);

    if (one == NULL)
      break;
    if (one[-1] == 0 && one[-2] == 0)
      return one - data + 1;
    at = one - data + 1;
  }
  return size;
}

static WfdTsNalFlags
flags_at (WfdTsCodec codec, WfdBytes unit, gsize at)
{
  guint8 nal[WFD_TS_NAL_KIND_BYTES] = { 0 };

  memcpy (nal, unit.pos + at, MIN (sizeof (nal), unit.left - at));
  return wfd_ts_nal_get_flags (codec, nal);
}

/* Where the start code in front of @nal begins; it may have one zero more. */
static gsize
start_code_at (WfdBytes unit, gsize nal)
{
  return nal >= 4 && unit.pos[nal - 4] == 0 ? nal - 4 : nal - 3;
}

void
wfd_ts_nal_read_head (WfdTsCodec codec, WfdBytes unit, WfdTsUnitHead *ret_head)
{
  gsize at = wfd_ts_nal_find (unit.pos, unit.left, 0);
  gsize first = 0, end;
  gboolean any = FALSE;

  *ret_head = (WfdTsUnitHead) { 0 };
  while (at < unit.left && !(ret_head->flags & WFD_TS_NAL_SLICE)) {
    WfdTsNalFlags flags = flags_at (codec, unit, at);
    gsize next;

    /* The search would go through the whole picture. */
    next = flags & WFD_TS_NAL_SLICE ? unit.left : wfd_ts_nal_find (unit.pos, unit.left, at + 3);
    end = next < unit.left ? start_code_at (unit, next) : unit.left;
    if (flags & WFD_TS_NAL_AUD && ret_head->flags == 0)
      ret_head->aud_bytes = end;
    if (flags & WFD_TS_NAL_PARAMETERS) {
      first = any ? first : start_code_at (unit, at);
      any = TRUE;
      ret_head->parameters = wfd_bytes (unit.pos + first, end - first);
    }
    if (flags & WFD_TS_NAL_SPS)
      ret_head->sps = wfd_bytes (unit.pos + at, end - at);
    ret_head->flags |= flags;
    at = next;
  }
}

/* Copies @n octets without the emulation prevention (H.264 §7.4.1, H.265
 * §7.4.2). */
static gboolean
take_plain (WfdBytes *bytes, gsize n, guint8 *ret_octets)
{
  guint zeros = 0;
  guint8 octet;

  while (n > 0) {
    if (!wfd_bytes_take_u8 (bytes, &octet))
      return FALSE;
    if (zeros >= 2 && octet == 3) {
      zeros = 0;
      continue;
    }
    zeros = octet == 0 ? zeros + 1 : 0;
    *ret_octets++ = octet;
    n--;
  }
  return TRUE;
}

gboolean
wfd_ts_nal_read_profile (WfdTsCodec codec, WfdBytes sps, guint8 *ret_profile)
{
  guint8 octets[12];
  /* NAL header; H.265 has two octets of it, and ids of four, three and one bits
   * behind it. */
  gsize before = codec == WFD_TS_CODEC_H265 ? 3 : 1;
  gsize n = codec == WFD_TS_CODEC_H265 ? 12 : 3;

  if (!wfd_bytes_skip (&sps, before) || !take_plain (&sps, n, octets))
    return FALSE;

  memcpy (ret_profile, octets, n);
  return TRUE;
}
