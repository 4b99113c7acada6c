/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "establish.h"
#include "establish-state.h"

G_BEGIN_DECLS

/* What establish.c, the object, establish-run.c, the course of things, establish-pin.c, whose PIN
 * it is, and establish-names.c, who is meant, share. */

typedef enum
{
  WFD_ESTABLISH_SIGNAL_PROGRESS,
  WFD_ESTABLISH_SIGNAL_PAIRING_REQUEST,
  WFD_ESTABLISH_SIGNAL_PIN,
  WFD_ESTABLISH_SIGNAL_PIN_REQUEST,
  WFD_ESTABLISH_SIGNAL_OPENED,
  WFD_ESTABLISH_SIGNAL_DOWN,
  WFD_ESTABLISH_SIGNAL_FAILED,
  WFD_ESTABLISH_N_SIGNALS,
} WfdEstablishSignal;

struct _WfdEstablish
{
  GObject parent_instance;

  WfdRole role;
  char *peer;
  char *interface;
  char *device_name;
  char *pin;
  WfdPairing pairing;
  gboolean persistent;
  gint go_intent;
  guint frequency_mhz;
  guint rtsp_port;
  guint idle_timeout_ms;
  guint lost_timeout_ms;

  GMainContext *context;
  WfdLink *link; /* from the begin on */
  WfdEstablishState state;
  GSource *timer;
  GSource *news;                     /* until it is told who is there instead of the peer */
  GSource *closing;                  /* the link is about to be closed */
  GCancellable *closing_cancellable; /* of its end, from then on */
  GCancellable *calling;             /* of the last invitation by a sink */
  WfdLinkPeer *last;                 /* to whom the link was open */
  gboolean is_finding;               /* a search is being begun */
  WfdEstablishAction after;          /* once the link is closed */
  WfdLinkPeer *busy;                 /* is wanted, and in use */
  gboolean has_namesakes;            /* it was told, in this search, that two bear the name */
  guint refused;                     /* the same: why others are not let in */
  GHashTable *taken;                 /* ids of those that other links of this program showed on */
  WfdLinkPeer *candidate;            /* with whom the link is, or is to be, opened */
  gboolean was_asked;                /* by it: it does not know of an earlier pairing */
  GHashTable *requests;              /* ids of peers whose requests are left open, to PINs */
  char *shown_pin;                   /* here, as an answer to the request of the candidate */
  char *entered_pin;                 /* that it shows, for the next attempt */
  guint n_mistyped;                  /* of those that were entered */
  char *chosen;                      /* the id of the one that was named, once the link was up */
  gint step;                         /* that is told of; -1 if none is */
  gboolean has_begun;                /* to be told: what else begins in it is news */
  GError *failure;                   /* the last */
  GError *refusal;                   /* of the last session, which has not come to play */
  WfdSession *session;
};

/* The arguments are those of the signal. */
void wfd_establish_emit (WfdEstablish *self, WfdEstablishSignal signal, ...);
gboolean wfd_establish_has_handler (WfdEstablish *self, WfdEstablishSignal signal);

/* Makes the link, unless there is one, and listens to it. */
void wfd_establish_adopt_link (WfdEstablish *self);
void wfd_establish_feed (WfdEstablish *self, WfdEstablishEvent event);
/* What the timer does that goes off at the deadline. */
void wfd_establish_time_is_over (WfdEstablish *self);
gboolean wfd_establish_is_phase_open (WfdEstablishPhase phase);
/* Why what follows has not worked. */
void wfd_establish_note_failure (WfdEstablish *self, const GError *error);

/* Whoever has had a session has it again: another one may bear the name meanwhile. */
gboolean wfd_establish_is_named (WfdEstablish *self, WfdLinkPeer *peer);
/* What a peer says of itself may come later than the peer. */
gboolean wfd_establish_plays_other_role (WfdEstablish *self, WfdLinkPeer *peer);
/* A sink waits to be asked. A source does not show its screen to whoever is near. */
gboolean wfd_establish_is_wanted (WfdEstablish *self, WfdLinkPeer *peer);
/* The first of them; NULL if there is none. */
WfdLinkPeer *wfd_establish_find_wanted (WfdEstablish *self);
/* Another one with the very name that is wanted; NULL if there is none. */
WfdLinkPeer *wfd_establish_find_namesake (WfdEstablish *self, WfdLinkPeer *peer);
void wfd_establish_tell_namesakes (WfdEstablish *self, WfdLinkPeer *peer, WfdLinkPeer *other);
/* (nullable): two bear it, still */
GError *wfd_establish_make_namesake_error (WfdEstablish *self);

/* (nullable): the one that would be used now */
const char *wfd_establish_get_pin (WfdEstablish *self);
gboolean wfd_establish_can_pair (WfdEstablish *self);
/* Tells how. */
void wfd_establish_begin_pairing (WfdEstablish *self);
/* FALSE if there is nobody to enter it. */
gboolean wfd_establish_ask_pin (WfdEstablish *self);
void wfd_establish_fail_without_pin (WfdEstablish *self);
/* FALSE if @pin is none, and asks for another one, or gives up. */
gboolean wfd_establish_check_entered (WfdEstablish *self, const char *pin);

/* A request of @peer to be paired that was left open. @pin: (nullable): shown with it */
void wfd_establish_answer_request (WfdEstablish *self, WfdLinkPeer *peer, gboolean accept,
    const char *pin);
/* The peer from now on; NULL for whoever is named. */
void wfd_establish_choose (WfdEstablish *self, const char *id);
/* For people; never NULL. */
const char *wfd_establish_name (WfdLinkPeer *peer);

/* FALSE: closed by who was told that the step before has ended. */
gboolean wfd_establish_begin_step (WfdEstablish *self, WfdEstablishStep step);
gboolean wfd_establish_end_step (WfdEstablish *self);
void wfd_establish_fail_step (WfdEstablish *self, const GError *error);
void wfd_establish_tell (WfdEstablish *self, WfdEstablishProgress progress, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS
