/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wfd-control.h"
#include "wfd-key-unit.h"
#include "wfd-questions.h"
#include "wfd-session-thread.h"
#include "wfd-turns.h"
#include "wfd-watchdog.h"

G_BEGIN_DECLS

/* What wfd-control.c, which begins and ends, shares with wfd-control-session.c,
 * which knows what happens between. */

/* What a person waits for, in this order. */
typedef enum
{
  WFD_STEP_NONE,
  WFD_STEP_CONNECT,
  WFD_STEP_NEGOTIATE,
  WFD_STEP_PLAY,
} WfdStep;

/* What the element wants. Before it was PLAYING for the first time it is on
 * its way there, and a session that is faster is not paused for that. */
typedef enum
{
  WFD_WANT_START,
  WFD_WANT_PLAY,
  WFD_WANT_PAUSE,
} WfdWant;

/* M1 is out, and another one has the place. */
typedef struct
{
  WfdSession *session;
  char *peer;
  gint64 begin_us;
} WfdSilent;

struct _WfdControl
{
  WfdControlConfig config; /* the offer in it with the lock */
  WfdControlEvents events;
  gpointer user_data;
  WfdSessionThread *thread;
  guint16 rtsp_port;
  GInetSocketAddress *wanted_peer; /* source role; NULL: anyone */
  char *turned_away;               /* (nullable): who was told of last */

  GMutex lock;
  GCond over_cond;
  gboolean over;           /* with the lock: nothing is left to wait for */
  WfdMiracastMedia *media; /* (nullable): set with the lock, in the thread */

  gint resize_direction;    /* with the lock */
  guint64 resize_pts_90khz; /* with the lock */

  /* All below belongs to the thread. */
  WfdEstablish *establish; /* NULL with link=address */
  WfdQuestions questions;  /* that the application has not answered yet */
  const char *link_code;   /* (nullable): of the step of the link that has begun */
  gboolean link_failed;    /* for good */
  gint64 end_us;           /* of the last session that was opened; 0 if none has ended */
  WfdPeerStation *station; /* of the session, with link=address; or NULL */
  GSource *linger_timer;   /* until the link is closed */
  WfdListener *listener;
  WfdSession *session;
  gboolean heard;   /* its peer has said something */
  gboolean is_held; /* by us: it is not known yet what to offer */
  gint64 begin_us;  /* of the session, again when its peer speaks */
  GQueue silent;    /* source role: WfdSilent, whose peers have said nothing yet */
  WfdTurns turns;   /* source role: GSocketConnections without a session yet */
  GCancellable *cancellable;
  char *peer;
  WfdStep step;
  WfdWant want;
  gboolean stopping;
  gboolean stream_ended;
  gboolean is_finished;
  gboolean opened;
  gboolean told_of_others; /* who want to connect while it is open */
  gboolean flowing;
  gboolean paused_by_us;
  GSource *retry_timer;
  GSource *waiting_timer;
  GSource *key_unit_timer;
  GSource *watchdog_timer;
  GSource *media_timer;
  GSource *station_timer;
  gboolean had_station; /* the driver told of it at the last look */
  WfdKeyUnit key_unit;
  WfdFormat most; /* source role: what the session began with */
  WfdWatchdog watchdog;
  guint64 heard_media; /* packets, as counted last */
  gboolean has_shown;  /* sink role: a picture of any session was seen to come */
  guint64 sessions;
  guint64 refused_connections;
};

/* Of a WfdSession of the source role: the GSocket of its connection. */
#define WFD_CONTROL_SESSION_SOCKET "wfd-control-socket"

gboolean wfd_control_is_source (WfdControl *self);
void wfd_control_post_progress (WfdControl *self, GstProgressType type, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Says that @step begins. */
void wfd_control_enter_step (WfdControl *self, WfdStep step);
/* Says that the step that is on, if one is, ends without success, and why. */
void wfd_control_fail_step (WfdControl *self, const char *why);
void wfd_control_drop_timer (GSource **timer);
/* @when_us: G_MAXINT64 for never. */
void wfd_control_set_timer (WfdControl *self, GSource **timer, gint64 when_us,
    WfdSessionThreadFunc func);

/* Media, or a report about it, came: the peer is there. */
void wfd_control_hear_media (WfdControl *self);
/* Its peer is there. */
void wfd_control_enter_negotiating (WfdControl *self);
/* What a stream is shows within moments of its begin. The standard does not say
 * how long a sink waits for M1; gnome-network-displays waits for ever. */
#define WFD_CONTROL_OFFER_PATIENCE_US (2 * G_TIME_SPAN_SECOND)
gboolean wfd_control_apply_offer (WfdControl *self, WfdSession *session, GError **error);
/* A new session object in self->session, ready to connect or to start. */
gboolean wfd_control_create_session (WfdControl *self, GError **error);
/* The same with one that others have made; (transfer full). */
gboolean wfd_control_adopt_session (WfdControl *self, WfdSession *session, GError **error);
/* (transfer full) (nullable): if it is not known */
char *wfd_control_get_remote_address (GSocketConnection *connection);
void wfd_control_set_session_socket (WfdControl *self, GSocketConnection *connection);

/* Source role, with a Miracast context. */
gboolean wfd_control_attach_media (WfdControl *self, GError **error);
/* What the rate control has found, or will begin with. */
void wfd_control_tell_rate (WfdControl *self);
/* Ends its session, and takes no more. */
void wfd_control_close_media (WfdControl *self);
void wfd_control_drop_media (WfdControl *self);
/* It is known, or as much as will be, what to offer; @data is the control. */
void wfd_control_release_held (gpointer data);
/* Pauses or resumes, if the session is not as the element wants it. */
void wfd_control_reconcile (WfdControl *self);
/* The session, if there is one, is over; then waits for the next or finishes. */
void wfd_control_end_session (WfdControl *self, const GError *error);

/* Source role: the next smaller (-1) or larger (1) picture; 0 wide: there is none. */
WfdFormat wfd_control_find_picture (WfdControl *self, const WfdFormat *now, gint direction);
/* Source role: asks for a key unit, but not too often. */
void wfd_control_need_key_unit (WfdControl *self);
/* Source role: begins a session with the next that waits, if there is or will be
 * room for one; @data is the control. */
void wfd_control_consider_waiting (gpointer data);
/* Source role: closes the connections with which no session began. */
void wfd_control_refuse_waiting (WfdControl *self, const char *why);
/* Source role: the peer of @session says something for the first time. */
void wfd_control_give_place (WfdControl *self, WfdSession *session);
/* Source role: M1 is out; who speaks first gets the place. A port scanner, or a display
 * without power, does not. */
void wfd_control_put_aside (WfdControl *self);
/* Source role: from when on there is room for one more that is put aside. */
gint64 wfd_control_get_room_us (WfdControl *self);
/* (transfer full) (nullable) */
WfdSilent *wfd_control_take_silent (WfdControl *self, WfdSession *session);
void wfd_control_free_silent (WfdControl *self, WfdSilent *silent);
/* Source role: ends @session, if it is one of those that have said nothing. */
gboolean wfd_control_drop_silent (WfdControl *self, WfdSession *session);
void wfd_control_drop_all_silent (WfdControl *self);
/* Of the address @peer. */
void wfd_control_drop_silent_of (WfdControl *self, const char *peer);
/* Ends @session without hearing of it. */
void wfd_control_release_session (WfdControl *self, WfdSession *session);
/* Source role: on the address that is configured. */
gboolean wfd_control_listen (WfdControl *self, GError **error);
void wfd_control_stop_listening (WfdControl *self);
/* Sink role: begins to connect; @data is the control. */
void wfd_control_connect (gpointer data);
/* With another link than by address: what leads to it, which begins when the element
 * plays. */
void wfd_control_create_link (WfdControl *self);
/* The element plays: a session is wanted. */
void wfd_control_want_link (WfdControl *self);
/* When the peer has got what was said last. */
void wfd_control_close_link_soon (WfdControl *self);
/* Undoes it and waits until it is gone. */
void wfd_control_drop_link (WfdControl *self);
/* While the session is open, tells what the driver knows of the peer, and a Miracast system
 * what the rate control has found. */
void wfd_control_watch_station (WfdControl *self);
void wfd_control_drop_station (WfdControl *self);
/* (transfer full) (nullable): a{sv}: what is known of the link. */
GVariant *wfd_control_dup_link_stats (WfdControl *self);
/* Whether a session has to wait for it. */
gboolean wfd_control_has_link_down (WfdControl *self);
/* The end of everything. */
void wfd_control_finish (WfdControl *self, const GError *error);

G_END_DECLS
