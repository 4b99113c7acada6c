/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-stamp.h"

#define CELLS_PER_WIDTH 80
#define ROW_BITS CAST_STAMP_COLUMNS
#define WHITE 0xff
#define BLACK 0x00

/* CRC-16/XMODEM; an arbitrary picture passes for a stamp once in 65536. */
static guint16
get_check_sum (guint32 time_us)
{
  guint16 sum = 0;

  for (gint bit = 31; bit >= 0; bit--) {
    gboolean carry = (sum >> 15 ^ time_us >> bit) & 1;

    sum = sum << 1 ^ (carry ? 0x1021 : 0);
  }
  /* Inverted, so that neither a black nor a white field is a stamp. */
  return ~sum;
}

static void
pack (guint32 time_us, guint16 rows[CAST_STAMP_ROWS])
{
  rows[0] = time_us >> 16;
  rows[1] = time_us & 0xffff;
  rows[2] = get_check_sum (time_us);
}

static void
get_cell (const GstVideoRectangle *content, gint row, gint column, GstVideoRectangle *ret_cell)
{
  gint left = content->w * column / CELLS_PER_WIDTH;
  gint top = content->w * row / CELLS_PER_WIDTH;

  ret_cell->x = content->x + left;
  ret_cell->y = content->y + top;
  ret_cell->w = content->w * (column + 1) / CELLS_PER_WIDTH - left;
  ret_cell->h = content->w * (row + 1) / CELLS_PER_WIDTH - top;
}

void
cast_stamp_get_area (const GstVideoRectangle *content, GstVideoRectangle *ret_area)
{
  ret_area->x = content->x;
  ret_area->y = content->y;
  ret_area->w = content->w * CAST_STAMP_COLUMNS / CELLS_PER_WIDTH;
  ret_area->h = content->w * CAST_STAMP_ROWS / CELLS_PER_WIDTH;
}

gboolean
cast_stamp_is_possible (const GstVideoInfo *info)
{
  const GstVideoFormatInfo *format = info->finfo;

  return GST_VIDEO_INFO_WIDTH (info) >= CAST_STAMP_MIN_WIDTH
      && GST_VIDEO_INFO_HEIGHT (info) >= CAST_STAMP_MIN_WIDTH / 4
      && GST_VIDEO_FORMAT_INFO_N_COMPONENTS (format) >= 3
      && GST_VIDEO_FORMAT_INFO_DEPTH (format, 0) == 8 && !GST_VIDEO_FORMAT_INFO_IS_TILED (format)
      && (GST_VIDEO_FORMAT_INFO_IS_RGB (format) || GST_VIDEO_FORMAT_INFO_IS_YUV (format));
}

/* Red, green and blue, or the luma alone, whose chroma is left to what is below. */
static guint
count_written_components (const GstVideoFrame *frame)
{
  return GST_VIDEO_FORMAT_INFO_IS_RGB (frame->info.finfo) ? 3 : 1;
}

static guint8 *
get_pixel (const GstVideoFrame *frame, guint component, gint x, gint y)
{
  guint8 *data = GST_VIDEO_FRAME_COMP_DATA (frame, component);

  return data + (gssize) y * GST_VIDEO_FRAME_COMP_STRIDE (frame, component)
      + (gssize) x * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, component);
}

static void
write_cell (GstVideoFrame *frame, const GstVideoRectangle *cell, guint8 value)
{
  for (guint component = 0; component < count_written_components (frame); component++)
    for (gint y = cell->y; y < cell->y + cell->h; y++)
      for (gint x = cell->x; x < cell->x + cell->w; x++)
        *get_pixel (frame, component, x, y) = value;
}

void
cast_stamp_write (GstVideoFrame *frame, gint64 time_us)
{
  GstVideoRectangle content = { 0, 0, GST_VIDEO_FRAME_WIDTH (frame),
    GST_VIDEO_FRAME_HEIGHT (frame) };
  guint16 rows[CAST_STAMP_ROWS];

  pack ((guint32) time_us, rows);
  for (gint row = 0; row < CAST_STAMP_ROWS; row++) {
    for (gint column = 0; column < CAST_STAMP_COLUMNS; column++) {
      GstVideoRectangle cell;

      get_cell (&content, row, column, &cell);
      write_cell (frame, &cell, rows[row] >> (ROW_BITS - 1 - column) & 1 ? WHITE : BLACK);
    }
  }
}

/* Of the middle half of the cell, since the edges run into each other. */
static gboolean
is_white (GstVideoFrame *frame, const GstVideoRectangle *cell)
{
  guint sum = 0, count = 0;

  for (gint y = cell->y + cell->h / 4; y < cell->y + cell->h * 3 / 4; y++) {
    for (gint x = cell->x + cell->w / 4; x < cell->x + cell->w * 3 / 4; x++) {
      sum += *get_pixel (frame, 0, x, y);
      count++;
    }
  }
  return sum > count * 0x80;
}

gboolean
cast_stamp_read (GstVideoFrame *frame, const GstVideoRectangle *content, guint32 *ret_time_us)
{
  guint16 rows[CAST_STAMP_ROWS] = { 0 };
  guint32 time_us;

  for (gint row = 0; row < CAST_STAMP_ROWS; row++) {
    for (gint column = 0; column < CAST_STAMP_COLUMNS; column++) {
      GstVideoRectangle cell;

      get_cell (content, row, column, &cell);
      rows[row] = rows[row] << 1 | is_white (frame, &cell);
    }
  }
  time_us = (guint32) rows[0] << 16 | rows[1];
  if (rows[2] != get_check_sum (time_us))
    return FALSE;
  *ret_time_us = time_us;
  return TRUE;
}
