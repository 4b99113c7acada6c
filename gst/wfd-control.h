/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <rate.h>
#include <wfd/wfd.h>

#include "wfd-link-settings.h"
#include "wfd-offer.h"
#include "wfd-terms.h"

G_BEGIN_DECLS

/* Runs the sessions of one element, one after the other, in a thread of its
 * own: listens or connects, accepts or refuses, plays and pauses as the element
 * does, looks whether the peer is alive. Knows nothing of pads. */
typedef struct _WfdControl WfdControl;

/* Everything is copied. */
typedef struct
{
  WfdRole role;
  const char *host;    /* sink role: where to connect */
  guint16 port;        /* 0: the usual ones in turn */
  const char *address; /* source role: where to listen */
  guint16 rtsp_port;   /* 0: any that is free; over a link the usual one */
  const char *peer;    /* source role: who may connect; NULL: anyone */
  guint16 rtp_port;    /* of our socket */
  guint16 rtcp_port;   /* source role: of that for reports; 0: there is none */
  WfdOffer offer;
  guint timeout_ms;
  gboolean wait_for_next;    /* go on after the end of a session */
  gpointer miracast_context; /* source role: whose sessions they are; NULL: we listen */
  /* With a link other than by address it says host, port, address and peer. */
  WfdLinkSettings link;
  WfdLinkEvents link_events;
  GstElement *link_data; /* of those */
} WfdControlConfig;

/* Who and what, as far as it is known; valid during the call only. */
typedef struct
{
  WfdTerms terms;
  const char *peer;      /* address */
  const char *peer_name; /* (nullable) */
  const char *reason;    /* (nullable): why this format */
} WfdControlAgreement;

/* Called in the control's thread, with @user_data. */
typedef struct
{
  void (*progress) (gpointer user_data, GstProgressType type, const char *code, const char *text);
  /* A session begins: the last moment for wfd_control_set_offer(). TRUE: it is
   * not known yet what to offer, wait for that call (source role). */
  gboolean (*preparing) (gpointer user_data);
  void (*agreed) (gpointer user_data, const WfdControlAgreement *agreement);
  /* SETUP is done. @rtp: where the peer receives, or sends from, with port 0 if it
   * did not say; @rtcp: (nullable): source role: where it takes reports; @rtsp: source
   * role: the connection. */
  void (*opened) (gpointer user_data, GInetSocketAddress *rtp, GInetSocketAddress *rtcp,
      GSocket *rtsp);
  /* Media flows from now on, or no more. */
  void (*flow) (gpointer user_data, gboolean on);
  void (*key_unit) (gpointer user_data);
  /* What went wrong did no lasting harm; we go on. */
  void (*trouble) (gpointer user_data, const GError *error);
  /* Nothing went wrong, and somebody may wonder. */
  void (*news) (gpointer user_data, const char *text);
  /* A session that was opened is over. */
  void (*closed) (gpointer user_data);
  /* Nothing more will happen. @error NULL: the orderly end. */
  void (*finished) (gpointer user_data, const GError *error);
  /* Source role: what the driver tells of the peer, some times a second. */
  void (*station) (gpointer user_data, const WfdRateStation *station);
  /* Source role, with a Miracast context: kbit/s that the picture may have from now on; 0: no
   * such limit is known. */
  void (*ceiling) (gpointer user_data, guint kbps);
  /* Source role, with a Miracast context: see wfd_rate_control_get_found (); wanted 0: there is
   * no rate control. */
  void (*found_rate) (gpointer user_data, guint *ret_wanted_kbps, guint *ret_carried_kbps);
  /* Sink role: RTP packets received so far. */
  guint64 (*count_media) (gpointer user_data);
  /* Sink role: FALSE if none of this session could be decoded, though there ought to be one. */
  gboolean (*has_picture) (gpointer user_data);
} WfdControlEvents;

/* NULL: no thread can be had. */
WfdControl *wfd_control_new (const WfdControlConfig *config, const WfdControlEvents *events,
    gpointer user_data, GError **error);
/* Listens (an error is returned) or begins to connect. */
gboolean wfd_control_start (WfdControl *self, GError **error);
/* Source role, after the start. */
guint16 wfd_control_get_rtsp_port (WfdControl *self);

/* These do not wait for anything. */

/* From the next session on; copied. */
void wfd_control_set_offer (WfdControl *self, const WfdOffer *offer);
/* Source role: who waits for an offer is asked again (preparing). */
void wfd_control_consider_offer (WfdControl *self);
/* With another link than by address: of a request to pair that was left open. Waits for
 * the thread. */
void wfd_control_answer_pairing (WfdControl *self, const char *peer, gboolean accept);
void wfd_control_enter_pin (WfdControl *self, const char *peer, const char *pin);
void wfd_control_set_playing (WfdControl *self, gboolean playing);
/* Sink role: M13. */
void wfd_control_request_key_unit (WfdControl *self);
/* Source role: a picture was lost on its way out, which is mended as if the
 * sink had asked. */
void wfd_control_note_loss (WfdControl *self);
/* Source role: see wfd_miracast_media_note_picture (); nothing without a Miracast context. */
void wfd_control_note_picture (WfdControl *self, WfdMiracastStep step, guint64 number,
    guint took_us, guint rate_kbps);
/* Source role: a report of the sink came. */
void wfd_control_note_media (WfdControl *self);
/* Source role: asks the sink to take a smaller (-1) or larger (1) picture from
 * @pts_90khz on; if it does, there is an agreement again. */
void wfd_control_resize (WfdControl *self, gint direction, guint64 pts_90khz);
/* The stream has ended: TEARDOWN, then finished. */
void wfd_control_end_stream (WfdControl *self);
/* Begins the end, whatever is going on. The session that is on goes through its
 * end, with progress, flow and closed; finished does not follow. */
void wfd_control_begin_stop (WfdControl *self);

/* Whether somebody is being told something just now, and asks from there. */
gboolean wfd_control_is_telling (WfdControl *self);
/* Not from there. Waits up to 100 ms for the peer's part in the end, then ends at once: nothing is
 * told any more. Once, before the reference that wfd_control_new() gave is dropped. */
void wfd_control_stop (WfdControl *self);

WfdControl *wfd_control_ref (WfdControl *self);
void wfd_control_unref (WfdControl *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdControl, wfd_control_unref)

/* Waits up to 100 ms for the thread, and therefore not with a lock that it or who
 * streams may want. (transfer full) (nullable): a{sv}; NULL if the thread is busy. */
GVariant *wfd_control_dup_stats (WfdControl *self);

G_END_DECLS
