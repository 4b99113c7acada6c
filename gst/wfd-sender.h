/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <ts-write.h>
#include <wfd/wfd-format.h>

#include "wfd-rate-control.h"
#include "wfd-stream.h"
#include "wfd-udp.h"

G_BEGIN_DECLS

/* The elementary streams of one element on their way to the peer: a program of
 * MPEG-TS for each session, its RTP, its clock and its reports. A unit leaves as
 * soon as it comes, all of it, whether or not the other stream has any.
 *
 * While no unit comes, a timer of the pipeline's clock keeps tables and clock
 * references going. With a rate control a pump lets go what the kernel should have, and
 * nobody waits. Without one, whoever sends a unit waits at most a moment for room in the
 * socket; what then has not left is given up as a whole. The other stream waits
 * with it, for the units of a program leave one after the other. */
typedef struct _WfdSender WfdSender;

/* Called in the thread that sends or that of the clock, with @owner. */
typedef struct
{
  /* A picture went out in part or not at all: a key unit is needed. */
  void (*lost) (gpointer owner);
  /* The network takes nothing; once in a session. */
  void (*trouble) (gpointer owner, const char *text);
  /* A report of the peer came. */
  void (*alive) (gpointer owner);
  /* (nullable): the kernel has taken the first packet of a picture; @number: of its trail, 0 if
   * it has none. In their order, and no two at once. */
  void (*picture) (gpointer owner, guint64 number);
  /* All units have left, or were thrown away; once for wfd_sender_drain(), perhaps before that
   * returns. */
  void (*drained) (gpointer owner);
} WfdSenderEvents;

/* @owner is told until it is gone; we do not keep it. */
WfdSender *wfd_sender_new (const WfdSenderEvents *events, GObject *owner);
WfdSender *wfd_sender_ref (WfdSender *self);
void wfd_sender_unref (WfdSender *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdSender, wfd_sender_unref)

/* The functions below may be called from any thread. */

typedef struct
{
  GSocket *rtp;
  GSocket *rtcp; /* (nullable) */
  guint max_pacing_kbps;
} WfdSenderSockets;

/* Before data comes. @calls: for tests, else NULL. */
void wfd_sender_set_sockets (WfdSender *self, const WfdSenderSockets *sockets,
    const WfdUdpCalls *calls);
/* What controls the encoder, and then also how much the kernel is given at a time.
 * Before a session. */
void wfd_sender_set_rate_control (WfdSender *self, WfdRateControl *rate);
/* Whether there is a pad for @stream; a session sends what is there when it
 * begins. */
void wfd_sender_set_present (WfdSender *self, WfdStream stream, gboolean present);

/* What the session that begins, or that is on, has agreed on. */
void wfd_sender_set_format (WfdSender *self, const WfdFormat *format, gboolean microsoft);
WfdFormat wfd_sender_get_format (WfdSender *self);
/* Where the media of a session goes, and what the session has beside it. */
typedef struct
{
  GInetSocketAddress *rtp;
  GInetSocketAddress *rtcp; /* (nullable) */
  GSocket *rtsp;            /* (nullable): the connection, of which round trips are known */
} WfdSenderPeer;

/* A session begins. */
void wfd_sender_open (WfdSender *self, const WfdSenderPeer *peer);
void wfd_sender_close (WfdSender *self);

/* The peer wants to see something, and the element plays by this clock; NULL: it
 * does not. */
void wfd_sender_set_clock (WfdSender *self, GstClock *clock, GstClockTime base_time);

/* The next unit is a picture of this number (0: none), which is told if it leaves. */
void wfd_sender_note_picture (WfdSender *self, guint64 number);
/* A unit of @format, as wfd_ts_writer_begin_unit() takes it, which is to be shown
 * at @running_time (NONE: now). @latency: of what is upstream. FALSE if the unit
 * is not what was agreed on. */
gboolean wfd_sender_send (WfdSender *self, WfdStream stream, const WfdTsFormat *format,
    WfdBytes unit, GstClockTime running_time, GstClockTime latency);

/* No unit comes any more: tells when those that came have left, or were given up, which
 * takes four seconds at most. */
void wfd_sender_drain (WfdSender *self);

/* Lets go who waits for room in the socket, until it is FALSE again. */
void wfd_sender_set_flushing (WfdSender *self, WfdStream stream, gboolean flushing);

typedef struct
{
  guint64 bytes; /* of UDP payload */
  guint64 packets;
  guint64 abandoned; /* units that did not leave as a whole */
  guint64 refused;   /* buffers that were no unit */
  guint64 errors;    /* of the socket */
} WfdSenderStats;

void wfd_sender_get_stats (WfdSender *self, WfdSenderStats *ret_stats);
/* What the peer reported when it was last read: once a second. */
void wfd_sender_add_reports (WfdSender *self, GstStructure *stats);

G_END_DECLS
