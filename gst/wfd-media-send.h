/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>

#include "wfd-gate.h"
#include "wfd-sender.h"

G_BEGIN_DECLS

/* The media of the source role inside @bin: a gate for each stream and what sends
 * it. What is live leaves at once, what is not goes by the clock.
 *
 *   video, audio   gate → outlet → sender
 *   sink (TS)      gate → payloader → UDP
 */
typedef struct _WfdMediaSend WfdMediaSend;

typedef enum
{
  WFD_MEDIA_VIDEO = WFD_SENDER_VIDEO,
  WFD_MEDIA_AUDIO = WFD_SENDER_AUDIO,
  WFD_MEDIA_TS, /* a ready transport stream, instead of the others */
} WfdMediaKind;

#define WFD_MEDIA_N_KINDS 3

/* Called in any thread, with @user_data. */
typedef struct
{
  WfdSenderEvents sender;
  /* A stream has ended, and no other goes on. */
  void (*ended) (gpointer user_data);
} WfdMediaSendEvents;

WfdMediaSend *wfd_media_send_new (GstBin *bin, const WfdMediaSendEvents *events,
    gpointer user_data);
/* Takes the elements out of the bin. */
void wfd_media_send_free (WfdMediaSend *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdMediaSend, wfd_media_send_free)

/* Makes what a stream needs and gives its pad, which the bin gets and which has
 * the name and the caps of @template. NULL without @error: the stream is there
 * already, or does not go together with those that are there. (transfer none) */
GstPad *wfd_media_send_add (WfdMediaSend *self, WfdMediaKind kind, GstPadTemplate *template,
    GError **error);
/* FALSE if @pad is none of ours. */
gboolean wfd_media_send_remove (WfdMediaSend *self, GstPad *pad);
gboolean wfd_media_send_is_empty (WfdMediaSend *self);

typedef struct
{
  GSocket *rtp;
  GSocket *rtcp; /* (nullable) */
  guint max_pacing_kbps;
} WfdMediaSockets;

/* Before the elements go to PAUSED. */
void wfd_media_send_set_sockets (WfdMediaSend *self, const WfdMediaSockets *sockets);
void wfd_media_send_set_format (WfdMediaSend *self, const WfdFormat *format, gboolean microsoft);
/* A session begins. @rtcp: (nullable). */
void wfd_media_send_open (WfdMediaSend *self, GInetSocketAddress *rtp, GInetSocketAddress *rtcp);
void wfd_media_send_close (WfdMediaSend *self);
/* Whether the peer wants media, and whether the element plays. */
void wfd_media_send_set_wanted (WfdMediaSend *self, gboolean wanted);
void wfd_media_send_set_playing (WfdMediaSend *self, gboolean playing);
/* Nobody will want anything any more. */
void wfd_media_send_end (WfdMediaSend *self);
void wfd_media_send_request_key_unit (WfdMediaSend *self);

/* Whether @message is a complaint of the socket that was heard before: each
 * packet that the network does not take makes one. From any thread. */
gboolean wfd_media_send_is_repetition (WfdMediaSend *self, GstMessage *message);
void wfd_media_send_add_stats (WfdMediaSend *self, GstStructure *stats);

G_END_DECLS
