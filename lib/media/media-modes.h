/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The three tables of resolutions (WFD 2.1 §5.4.1.1, tables CEA, VESA, HH). */
typedef enum
{
  WFD_TABLE_CEA,
  WFD_TABLE_VESA,
  WFD_TABLE_HH,
} WfdTable;

#define WFD_N_TABLES 3
#define WFD_N_MODES 73 /* rows of the three tables together */

/* One row of a table: bit @bit of bitmap @table stands for this mode. */
typedef struct
{
  WfdTable table;
  guint8 bit;
  guint16 width;  /* pixels */
  guint16 height; /* pixels */
  guint8 rate_hz; /* frames, or fields if interlaced, per second */
  gboolean interlaced;
  guint8 h264_level; /* lowest H.264 level that carries it, times ten */
  gboolean r2;       /* defined in WFD R2 only */
} WfdMode;

/* All modes, table by table in order of their bits. */
const WfdMode *wfd_media_get_modes (guint *ret_n);
/* NULL for a reserved bit. */
const WfdMode *wfd_media_find_mode (WfdTable table, guint bit);
/* The mode with this name, e.g. "1920x1080p30", in either case; NULL if there
 * is none. */
const WfdMode *wfd_media_find_mode_by_name (const char *name);
/* The progressive mode of this size and rate; NULL if there is none. */
const WfdMode *wfd_media_find_mode_by_size (guint width, guint height, guint rate_hz);
/* e.g. "1920x1080p30" */
char *wfd_media_mode_to_name (const WfdMode *mode);
/* Pixels per second that are really coded: a field is half a picture. */
guint64 wfd_media_mode_get_pixel_rate (const WfdMode *mode);
/* The bit rate below which a desktop in this mode is not worth looking at any more, in
 * kbit/s; by the table of docs/winapi.md. */
guint wfd_media_mode_get_least_kbps (const WfdMode *mode);
/* The lowest H.264 level, times ten, that a stream of this mode may call its
 * own: the level of the table unless H.264 table A-1 wants a higher one, as it
 * does for 1920x1080p25 (level 4, where the tables of WFD say 3.2). For
 * 1920x1200p30 that is 5, which wfd_video_formats has no word for: no encoder
 * makes such a stream at the 4.2 of the tables, so it is never chosen. */
guint wfd_media_mode_get_stream_level (const WfdMode *mode);

G_END_DECLS
