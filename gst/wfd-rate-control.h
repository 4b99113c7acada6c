/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <probe.h>

G_BEGIN_DECLS

/* The controller of the room rate for the threads of an element: the one that encodes
 * asks it before each picture, the pump tells it what leaves, the session what the peer
 * says. It looks at the link itself, through a probe that lives as long as a session.
 *
 * Times are running times of the pipeline, in us, so that a test clock turns all of it.
 * All functions may be called from any thread. */
typedef struct _WfdRateControl WfdRateControl;

/* Of the properties; kbit/s of video. */
typedef struct
{
  gboolean on;
  WfdRateProfile profile;
  guint min_kbps;
  guint max_kbps;
  guint start_kbps;
  guint air_share_percent; /* of what the link carries, how much may be used */
  gboolean adapts_format;  /* frame rate and picture may get smaller */
} WfdRateUser;

/* Of the program that is sent. */
typedef struct
{
  gint rate_n; /* captures per second; 0: unknown */
  gint rate_d;
  gboolean is_coded; /* pictures come so, and none can be left out alone */
  guint width;       /* pixels; 0: the frame rate cannot be changed */
  guint height;
  gboolean can_shrink;    /* the peer would take a smaller picture */
  gboolean can_grow;      /* it took a larger one */
  gboolean obeys_at_once; /* what the encoder is told holds for the next picture */
  guint limit_kbps;       /* that neither level nor peer allow to be exceeded */
  guint other_kbps;       /* of the sound, as on the wire */
} WfdRateStream;

/* Called without a lock, in the thread of the pictures, with @owner. */
typedef struct
{
  void (*target) (gpointer owner); /* it is another one */
  void (
      *resize) (gpointer owner, gint direction); /* -1: a smaller picture is better, 1: a larger */
  void (*ceiling) (gpointer owner); /* it is another one; in the thread that has set it */
} WfdRateControlEvents;

WfdRateControl *wfd_rate_control_new (const WfdRateControlEvents *events, gpointer owner);
WfdRateControl *wfd_rate_control_ref (WfdRateControl *self);
void wfd_rate_control_unref (WfdRateControl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdRateControl, wfd_rate_control_unref)

/* Whether it is on counts for the next session, the bounds at once. */
void wfd_rate_control_set_user (WfdRateControl *self, const WfdRateUser *user);
void wfd_rate_control_set_stream (WfdRateControl *self, const WfdRateStream *stream);
/* kbit/s that somebody allows who knows the link better; 0: nobody does. At once, and also for
 * who encodes at a rate of his own. */
void wfd_rate_control_set_ceiling (WfdRateControl *self, guint kbps);
/* @kbps, or the ceiling if that is lower. */
guint wfd_rate_control_limit (WfdRateControl *self, guint kbps);
/* kbit/s that an encoder had better make now, within bounds that have changed since it was
 * decided. */
guint wfd_rate_control_get_target (WfdRateControl *self);
/* @ret_wanted_kbps: that it would be without the ceiling. @ret_carried_kbps: that the link
 * is taken to carry, with headers; 0: nobody measures it. */
void wfd_rate_control_get_found (WfdRateControl *self, guint *ret_wanted_kbps,
    guint *ret_carried_kbps);
gboolean wfd_rate_control_is_wanted (WfdRateControl *self);

/* A session begins. @probe: (transfer full). @station: (nullable): in it, what a driver
 * tells. */
void wfd_rate_control_open (WfdRateControl *self, WfdLinkProbe *probe, WfdLinkProbe *station);
void wfd_rate_control_close (WfdRateControl *self);
/* What the driver tells of the peer; some times a second. */
void wfd_rate_control_tell_station (WfdRateControl *self, const WfdRateStation *station);

/* What to do with the picture that comes now; FALSE: nothing is controlled. */
gboolean wfd_rate_control_decide (WfdRateControl *self, gint64 now_us,
    WfdRateDecision *ret_decision);
/* A picture was left out. */
void wfd_rate_control_leave_out (WfdRateControl *self);
/* The peer, or the sender, needs a key frame; FALSE: nobody here will see to it. */
gboolean wfd_rate_control_request_key (WfdRateControl *self, gint64 now_us);
void wfd_rate_control_report (WfdRateControl *self, const WfdRateReport *report, gint64 now_us);

/* Of the pump, in which @waiting_bytes wait. */
void wfd_rate_control_frame (WfdRateControl *self, const WfdRateFrame *frame, gint64 now_us);
void wfd_rate_control_sent (WfdRateControl *self, const WfdLinkPacket *packets, guint n,
    gsize waiting_bytes, gint64 now_us);
void wfd_rate_control_look (WfdRateControl *self, gsize waiting_bytes, gint64 now_us);
/* After a hand-over, for links that are done with everything at once, as tunnels and
 * cables are: TRUE if this one was, now as well. */
gboolean wfd_rate_control_look_at_once (WfdRateControl *self, gsize waiting_bytes, gint64 now_us);
/* How many bytes may leave now. */
gsize wfd_rate_control_get_room (WfdRateControl *self);
/* Whether the driver tells of each packet, or it is not known yet: before Linux 6.16 it
 * tells nothing of what the kernel has cut up (UDP_SEGMENT). */
gboolean wfd_rate_control_wants_single_packets (WfdRateControl *self);
/* When to look next; G_MAXINT64 while the kernel has nothing. */
gint64 wfd_rate_control_get_look_us (WfdRateControl *self);
/* No look is needed before, whatever is handed over; in the past most of the time. */
gint64 wfd_rate_control_get_rest_us (WfdRateControl *self);
/* @room is called with @pump in the thread of the pictures after a look for a decision, if something
 * waits, as there may be room for it now. NULL: nobody is. */
void wfd_rate_control_set_pump (WfdRateControl *self, void (*room) (gpointer pump), gpointer pump);
/* When the next picture is decided on, which comes with a look, if it comes as the last two did;
 * G_MAXINT64: nobody knows. */
gint64 wfd_rate_control_get_next_us (WfdRateControl *self, gint64 now_us);

void wfd_rate_control_add_stats (WfdRateControl *self, GstStructure *stats);

G_END_DECLS
