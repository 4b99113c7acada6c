/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A display in a thread of its own, of plain sockets and nothing of ours: it answers M1 to M5,
 * sets up and plays. */

#define SINK_VIDEO_CEA \
  "wfd_video_formats: 38 00 01 10 0001dfff 00000000 00000000 00 0000 0000 00 none none\r\n"
#define SINK_VIDEO_VGA \
  "wfd_video_formats: 00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none\r\n"
#define SINK_VIDEO_VESA \
  "wfd_video_formats: 00 00 01 10 00000001 00000007 00000000 00 0000 0000 00 none none\r\n"
#define SINK_STANDBY "wfd_standby_resume_capability: supported\r\n"
#define SINK_AUDIO "wfd_audio_codecs: LPCM 00000002 00, AAC 00000001 00\r\n"

typedef enum
{
  SINK_PLAYS,
  SINK_IS_SILENT,   /* it says nothing at all */
  SINK_NEVER_TELLS, /* what it can do (M3) */
  SINK_CLOSES_AT_M3,
  SINK_REFUSES_FORMATS, /* each M4 */
} SinkBehaviour;

typedef struct
{
  int source_fd;       /* the other end of its connection, for whom it is tested with */
  GAsyncQueue *events; /* char *: "M3", "PLAY", "pause", "standby", "TEARDOWN", "closed" */

  SinkBehaviour behaviour;
  GSocket *socket;
  GThread *thread;
  GMutex lock;
  char *capabilities; /* with the lock: what it answers to M3, but for its port */
  guint rtp_port;
  guint cseq;
  gboolean asked_setup;
} MiracastSink;

void miracast_sink_init (MiracastSink *self, SinkBehaviour behaviour, const char *capabilities);
/* Closes both ends. */
void miracast_sink_clear (MiracastSink *self);
/* Sends an M11 and answers as @capabilities says from then on. */
void miracast_sink_exchange_monitor (MiracastSink *self, const char *connector,
    const char *capabilities);
void miracast_sink_request_key_frame (MiracastSink *self);
void miracast_sink_tear_down (MiracastSink *self);
void miracast_sink_close (MiracastSink *self);
/* Returns when @event has come; what comes before it is dropped. */
void miracast_sink_wait (MiracastSink *self, const char *event);

G_END_DECLS
