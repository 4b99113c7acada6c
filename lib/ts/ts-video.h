/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-unit.h"

G_BEGIN_DECLS

/* Puts pictures together from the payload of PES packets: cuts where a packet
 * has several of them, joins where one lies in several packets. */
typedef struct
{
  WfdTsCodec codec;
  guint8 *data; /* of the picture that is open */
  gsize size;
  gsize capacity;
  gsize likely_size; /* of the next picture */
  gboolean skips;    /* up to the next PES packet */
  gsize scanned;     /* NAL units up to here are known */
  guint nal_flags;   /* of all of them */
  guint flags;       /* of the unit */
  guint next_flags;  /* of the one after it */
  gint64 pts;
  gint64 next_pts; /* of the first picture that begins in this PES packet */
  gint64 last_ns;
} WfdTsVideo;

void wfd_ts_video_init (WfdTsVideo *self, WfdTsCodec codec);
void wfd_ts_video_clear (WfdTsVideo *self);

/* Whether @payload, with which a PES packet begins, begins a picture: sets
 * @ret_known to FALSE if that cannot be told. */
gboolean wfd_ts_video_begins_unit (const WfdTsVideo *self, WfdBytes payload, gboolean *ret_known);

/* A PES packet begins. @begins_unit: the open picture, if it has any slice, is
 * complete. */
void wfd_ts_video_begin_pes (WfdTsVideo *self, gint64 pts, gboolean begins_unit,
    WfdTsUnitQueue *queue);
void wfd_ts_video_append (WfdTsVideo *self, WfdBytes payload, gint64 now_ns);
/* The same for @n whole TS packets without adaptation field; returns how many were
 * taken, which is none if there is no room for all. */
guint wfd_ts_video_append_plain (WfdTsVideo *self, const guint8 *packets, guint n, gint64 now_ns);
/* Looks at the NAL units that have come, and hands on the pictures that ended with
 * the beginning of another. To be called before is_open, begin_pes and close, and
 * not for each packet, as it takes as long as all the rest. */
void wfd_ts_video_look (WfdTsVideo *self, WfdTsUnitQueue *queue);
/* Flags for the next picture to begin. */
void wfd_ts_video_flag_next (WfdTsVideo *self, guint flags);
/* Bytes are missing here. @inside: of the open picture; else before the next. */
void wfd_ts_video_lose (WfdTsVideo *self, gboolean inside);
/* Whether there is a picture that could be complete. */
gboolean wfd_ts_video_is_open (const WfdTsVideo *self);
/* It is complete: hands it on. */
void wfd_ts_video_close (WfdTsVideo *self, WfdTsUnitQueue *queue);
/* Forgets what is open. */
void wfd_ts_video_drop (WfdTsVideo *self);

G_END_DECLS
