/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* The time of capture, written into the picture itself as a field of black and
 * white cells at its top left corner, so that it goes through scaler, encoder,
 * network and decoder as every other pixel does:
 *
 *     ┌──────────── width / 80 each ───────────┐
 *     │ 16 bits of time, high half             │
 *     │ 16 bits of time, low half              │
 *     │ 16 bits of check sum                   │
 *     └────────────────────────────────────────┘
 */
#define CAST_STAMP_COLUMNS 16
#define CAST_STAMP_ROWS 3

/* Pictures narrower than this have no room for cells that survive an encoder. */
#define CAST_STAMP_MIN_WIDTH 640

/* Where the field is in a picture whose content, without any borders that a
 * scaler added, is @content. */
void cast_stamp_get_area (const GstVideoRectangle *content, GstVideoRectangle *ret_area);

/* FALSE if pictures of this kind cannot be written to: too small, or not eight
 * bits of red, green and blue or of luma for each pixel. */
gboolean cast_stamp_is_possible (const GstVideoInfo *info);

/* @time_us: microseconds of the monotonic clock, of which the low 32 bits go
 * into the picture. */
void cast_stamp_write (GstVideoFrame *frame, gint64 time_us);

/* FALSE if there is no stamp in it. */
gboolean cast_stamp_read (GstVideoFrame *frame, const GstVideoRectangle *content,
    guint32 *ret_time_us);

/* How old a stamp is. */
static inline guint32
cast_stamp_get_age_us (guint32 stamp_us, gint64 now_us)
{
  return (guint32) now_us - stamp_us;
}

G_END_DECLS
