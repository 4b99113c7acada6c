/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link.h>
#include <wfd/wfd-session.h>

#include "session-machine.h"
#include "session-socket.h"

G_BEGIN_DECLS

/* Told of each message that comes, and of each request that leaves. */
typedef void (*WfdSessionLifeFunc) (WfdSession *session, WfdLinkLife life, gpointer user_data);

/* What the files of the object share: session.c drives it, session-connect.c connects,
 * session-offer.c has what this side can do, session-report.c what can be known of it. */
struct _WfdSession
{
  GObject parent_instance;

  WfdRole role;
  WfdVideoFormats video;
  WfdAudioCodecs audio;
  WfdWish wish;
  guint max_kbps; /* of pictures; 0: not known */
  guint rtp_port;
  guint rtcp_port;
  guint connect_timeout_ms;
  guint n_holds;               /* before there is a machine */
  GInetAddress *local_address; /* NULL for any */

  GMainContext *context;
  WfdSessionState state;
  GTask *connecting;
  gint64 connect_deadline_us;
  guint retry_ms;
  guint usual_port;    /* index of the port that is tried, if none was named */
  guint n_usual_ports; /* how many of them were tried */
  GSource *retry;

  GSocketConnection *connection;
  WfdSocket *socket;
  WfdMachine *machine;
  GSource *timer;
  gboolean heard;  /* the peer has said something */
  gint64 media_us; /* atomic: when media last came */
  WfdSessionLifeFunc life_func;
  gpointer life_data;
};

/* What of the formats is offered. */
void wfd_session_get_video_offer (WfdSession *self, WfdVideoFormats *ret_video);
/* @func: (nullable) */
void wfd_session_set_life_func (WfdSession *self, WfdSessionLifeFunc func, gpointer user_data);

void wfd_session_set_state (WfdSession *self, WfdSessionState state);
/* Begins the dialogue on @connection. */
gboolean wfd_session_begin (WfdSession *self, GSocketConnection *connection, GError **error);
/* Says that an attempt to connect failed, and that it is not the last. */
void wfd_session_note_attempt (WfdSession *self, guint port, const GError *error);
/* Says that there is no session; the object is over. @error: (nullable) */
void wfd_session_give_up (WfdSession *self, const GError *error);
/* Gives up an attempt to connect, if there is one. */
void wfd_session_stop_connecting (WfdSession *self);

G_END_DECLS
