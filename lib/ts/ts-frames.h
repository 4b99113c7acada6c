/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-unit.h"

G_BEGIN_DECLS

/* Takes frames of AAC and AC-3, and the samples of LPCM, out of the payload of
 * PES packets. Frames may lie across packets, several in one, and the time of
 * those that have none goes on from the one before. */
typedef struct
{
  WfdTsCodec codec;
  GByteArray *data; /* from the frame that is not complete yet */
  gint64 last_ns;   /* arrival of the last byte of it */
  gboolean synced;  /* data begins with a frame; else wait for a PES packet */
  guint flags;      /* of the next unit */
  gint64 pts;       /* of the frame at the front of data */
  gsize anchor;     /* the first frame from here on has anchor_pts */
  gint64 anchor_pts;
  gint64 remainder; /* part of a tick that durations have left over, in 1/Hz */
} WfdTsFrames;

void wfd_ts_frames_init (WfdTsFrames *self, WfdTsCodec codec);
void wfd_ts_frames_clear (WfdTsFrames *self);

/* A PES packet begins; that before it is complete. */
void wfd_ts_frames_begin_pes (WfdTsFrames *self, gint64 pts, WfdTsUnitQueue *queue);
void wfd_ts_frames_append (WfdTsFrames *self, WfdBytes payload, gint64 now_ns,
    WfdTsUnitQueue *queue);
/* The PES packet is complete. */
void wfd_ts_frames_end_pes (WfdTsFrames *self, WfdTsUnitQueue *queue);
/* Bytes are missing here: drops what is not complete, up to the next PES packet. */
void wfd_ts_frames_lose (WfdTsFrames *self);

G_END_DECLS
