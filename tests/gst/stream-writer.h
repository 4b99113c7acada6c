/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* A tiny MPEG-TS, made here so that a test decides everything about it. */
typedef struct
{
  gboolean audio;     /* the PMT names an audio stream */
  gboolean lpcm;      /* of this kind, else AAC */
  guint8 layout;      /* 0 to 7: another one has other PIDs and versions */
  guint8 counters[3]; /* continuity: tables, video, audio */
} StreamWriter;

/* A picture of 64x64: number 0 is an IDR picture with SPS and PPS, 1 and 2
 * follow on it. */
GBytes *stream_get_picture (guint number);
/* 1024 samples of silence as AAC in ADTS. */
GBytes *stream_get_silence (void);

/* TS packets; (transfer full). */
GstBuffer *stream_write_tables (StreamWriter *self);
/* One PES packet of video with its length and, if @pcr, a PCR 100 ms ahead of
 * @pts, which is also the time stamp of the buffer. */
GstBuffer *stream_write_video (StreamWriter *self, const guint8 *data, gsize size, GstClockTime pts,
    gboolean pcr);
/* A frame of AAC, or 10 ms of LPCM. */
GstBuffer *stream_write_audio (StreamWriter *self, GstClockTime pts);
/* 480 samples of 16 bit in stereo, as they stand in the stream. */
GBytes *stream_get_samples (void);
/* Picture @number as a whole, with the tables in front if it is the first. */
GstBuffer *stream_write_picture (StreamWriter *self, guint number, GstClockTime pts);

/* @n null packets, numbered from @first on. */
GstBuffer *stream_write_numbered (guint first, guint n);
/* The number of the null packet at @packet. */
guint stream_read_number (const guint8 *packet);

G_END_DECLS
