/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-h264.h"

/* What a NAL unit is for finding the borders of access units. */
typedef enum
{
  NAL_SLICE_FIRST, /* the first slice of a picture */
  NAL_SLICE_OTHER,
  NAL_OPENING, /* after a slice it opens the next access unit */
  NAL_NEUTRAL,
} Nal;

/* The first element of a slice header is first_mb_in_slice as ue(v), and 0 is
 * coded as a single set bit. */
static Nal
classify_slice (const guint8 *nal, gsize size)
{
  return size > 1 && (nal[1] & 0x80) != 0 ? NAL_SLICE_FIRST : NAL_SLICE_OTHER;
}

static Nal
classify (const guint8 *nal, gsize size)
{
  guint type = nal[0] & 0x1f;

  switch (type) {
    case 1: /* slice */
    case 2: /* its partition A */
    case 5: /* IDR slice */
      return classify_slice (nal, size);
    case 6: /* SEI */
    case 7: /* SPS */
    case 8: /* PPS */
    case 9: /* access unit delimiter */
    case 14:
    case 15:
    case 16:
    case 17:
    case 18:
      return NAL_OPENING;
    default:
      return NAL_NEUTRAL;
  }
}

/* Where the byte behind the next 00 00 01 is, from @at on; @size if there is
 * none. */
static gsize
find_nal (const guint8 *data, gsize size, gsize at)
{
  for (; at + 2 < size; at++)
    if (data[at] == 0 && data[at + 1] == 0 && data[at + 2] == 1)
      return at + 3;
  return size;
}

/* Only zero bytes may stand in front of the first start code. */
static gboolean
begins_with_nal (const guint8 *data, gsize size)
{
  gsize first = find_nal (data, size, 0);

  if (first == size)
    return FALSE;
  for (gsize i = 0; i + 3 < first; i++)
    if (data[i] != 0)
      return FALSE;
  return TRUE;
}

gboolean
wfd_h264_is_access_unit (const guint8 *data, gsize size)
{
  gboolean slice_seen = FALSE;
  gsize at;

  if (!begins_with_nal (data, size))
    return FALSE;

  for (at = find_nal (data, size, 0); at < size; at = find_nal (data, size, at)) {
    switch (classify (data + at, size - at)) {
      case NAL_SLICE_FIRST:
        if (slice_seen)
          return FALSE;
        slice_seen = TRUE;
        break;
      case NAL_SLICE_OTHER:
        if (!slice_seen)
          return FALSE;
        break;
      case NAL_OPENING:
        if (slice_seen)
          return FALSE;
        break;
      case NAL_NEUTRAL:
        break;
    }
  }
  return slice_seen;
}
