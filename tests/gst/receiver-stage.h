/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/check/gsttestclock.h>
#include <gst/gst.h>
#include <ts-builder.h>
#include <wfd-receiver.h>

#include "recorder.h"

G_BEGIN_DECLS

/* A receiver that gets datagrams over loopback as a test makes them, with an
 * appsink behind each pad. No session: what was agreed on the test says. Time only
 * goes on, in steps of 20 ms, when something is waited for that does not come
 * without. */
typedef struct
{
  GstElement *pipeline;
  GstClock *clock;
  WfdReceiver *receiver;
  GstElement *video; /* appsinks, from when there are pads */
  GstElement *audio;
  Recorder *recorder;
  GAsyncQueue *wishes; /* something for each key unit wanted */
  GSocket *in, *out;
  GSocketAddress *to, *source; /* the port of which is not told */
  TsBuilder builder;
  guint16 sequence;
} ReceiverStage;

#define STAGE_PMT 0x0020
#define STAGE_V 0x0041
#define STAGE_A 0x0050

/* In PAUSED. */
void stage_init (ReceiverStage *self);
void stage_clear (ReceiverStage *self);
void stage_set_state (ReceiverStage *self, GstState state);
/* Picture and sound agreed on, PLAYING, and the tables were sent. */
void stage_play (ReceiverStage *self, const TsBuilderStream *streams, guint n_streams);

/* Sends all that was built, in datagrams of up to seven packets. */
void stage_send (ReceiverStage *self);
void stage_send_datagram (ReceiverStage *self, const guint8 *data, gsize size);
/* A PES packet of video with its length. */
void stage_send_picture (ReceiverStage *self, GBytes *unit, guint64 pts);
void stage_send_sound (ReceiverStage *self, guint8 stream_id, GBytes *payload, guint64 pts);

/* The next buffer with its caps; fails if none comes. (transfer full) */
GstSample *stage_pull (ReceiverStage *self, GstElement *appsink);
/* And it is @unit. Returns its flags. */
guint stage_expect (ReceiverStage *self, GstElement *appsink, GBytes *unit);
void stage_advance (ReceiverStage *self, GstClockTime time);
void stage_wait_for_wish (ReceiverStage *self);
guint64 stage_get_counter (ReceiverStage *self, const char *name);

/* Pictures: @head of hexadecimal digits, NAL units with start codes, and filled up
 * to @size so that each number has other bytes. (transfer full) */
GBytes *stage_new_unit (const char *head, guint number, gsize size);

/* Delimiter, SPS of the size in the name, PPS and the begin of an IDR slice. */
#define STAGE_KEY_64x64 \
  "0000000109f000000001" \
  "6742d00b8c8d4212403c2211a8" \
  "0000000168ce3c80000000016588"
#define STAGE_KEY_1280x720 \
  "0000000109f000000001" \
  "6742c01fd9005005bb016a02020280000003008000001e478c1924" \
  "0000000168ce3c80000000016588"
#define STAGE_SLICE "0000000109f000000001419a"

G_END_DECLS
