/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/rtsp/gstrtspmessage.h>
#include <media-choice.h>
#include <wfd/wfd-session.h>

G_BEGIN_DECLS

/* One WFD session as a machine without socket, clock or main loop (WFD 2.1
 * §6.4, §6.5). What arrives goes in with the time, what is to be sent and what
 * happened is taken out:
 *
 *   receive, tick, play, …  ->  pop_message, pop_event, get_deadline_us
 *
 * Times are monotonic and in microseconds. */
typedef struct _WfdMachine WfdMachine;

typedef struct
{
  WfdRole role;
  WfdVideoFormats video; /* what we can do */
  WfdAudioCodecs audio;
  WfdWish wish;           /* source: what the user would like */
  guint16 rtp_port;       /* sink: where we receive; source: server_port */
  guint16 rtcp_port;      /* source: where it takes reports; 0: nowhere */
  const char *local_host; /* source: our address, for the presentation URL */
  const char *peer_host;  /* sink: the source's address, if M4 names no URL */
} WfdMachineConfig;

typedef enum
{
  WFD_EVENT_STATE, /* wfd_machine_get_state () changed */
  WFD_EVENT_FORMAT_AGREED,
  WFD_EVENT_FORMAT_REFUSED, /* a change in session; the old format stays */
  WFD_EVENT_IDR_REQUESTED,  /* source: an M13 came */
  WFD_EVENT_CAPABILITIES,   /* source that was held: the answer to M3 came, also after an M11 */
  WFD_EVENT_ENDED,          /* last; send what is left and close */
} WfdEventType;

typedef struct
{
  WfdEventType type;
  GError *error; /* FORMAT_REFUSED: why; ENDED: why, or NULL */
} WfdEvent;

typedef struct
{
  guint64 requests_received;
  guint64 requests_sent;
  guint64 responses_received;
  guint64 keep_alives;  /* M16 answered by us or by the peer */
  guint64 idr_requests; /* M13 received or sent */
  gint64 last_rtt_us;   /* request to response, -1 if unknown */
} WfdMachineStats;

WfdMachine *wfd_machine_new (const WfdMachineConfig *config);
void wfd_machine_free (WfdMachine *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdMachine, wfd_machine_free)

/* The TCP connection stands; a source sends M1. */
void wfd_machine_start (WfdMachine *self, gint64 now_us);
void wfd_machine_receive (WfdMachine *self, const GstRTSPMessage *message, gint64 now_us);
/* @error: (nullable): what the socket said; NULL if the peer just closed. */
void wfd_machine_disconnect (WfdMachine *self, const GError *error, gint64 now_us);
/* RTP or RTCP came from the peer at @media_us: a sign of life (§6.5.1). */
void wfd_machine_note_media (WfdMachine *self, gint64 media_us);
void wfd_machine_tick (WfdMachine *self, gint64 now_us);

/* G_MAXINT64 if nothing is waited for. */
gint64 wfd_machine_get_deadline_us (WfdMachine *self);
/* (transfer full) (nullable) */
GstRTSPMessage *wfd_machine_pop_message (WfdMachine *self);
gboolean wfd_machine_pop_event (WfdMachine *self, WfdEvent *ret_event);

gboolean wfd_machine_play (WfdMachine *self, gint64 now_us, GError **error);
gboolean wfd_machine_pause (WfdMachine *self, gint64 now_us, GError **error);
/* Source: as a pause that lets the sink sleep (M12), if it can. */
gboolean wfd_machine_standby (WfdMachine *self, gint64 now_us, GError **error);
gboolean wfd_machine_request_idr (WfdMachine *self, gint64 now_us, GError **error);
gboolean wfd_machine_change_format (WfdMachine *self, const WfdMode *mode, guint64 pts_90khz,
    gint64 now_us, GError **error);
void wfd_machine_teardown (WfdMachine *self, gint64 now_us);
/* Source: M4 is not sent until wfd_machine_release () was called as often. Before M3
 * it also has the sink asked for the EDID of its monitor. */
void wfd_machine_hold (WfdMachine *self);
void wfd_machine_release (WfdMachine *self, gint64 now_us);
/* Source: another offer, as long as M4 was not sent. */
void wfd_machine_set_offer (WfdMachine *self, const WfdVideoFormats *video,
    const WfdAudioCodecs *audio, const WfdWish *wish);
/* The end at once and without a word. */
void wfd_machine_close (WfdMachine *self);

WfdSessionState wfd_machine_get_state (WfdMachine *self);
/* Valid from FORMAT_AGREED on. */
const WfdChoice *wfd_machine_get_choice (WfdMachine *self);
/* Source: from SETUP on; 0 before. Sink: the source's port, 0 if not told. */
guint16 wfd_machine_get_peer_rtp_port (WfdMachine *self);
/* Source: where the sink takes RTCP; 0 if the two do without. */
guint16 wfd_machine_get_peer_rtcp_port (WfdMachine *self);
/* Source, from the answer to M3 on: what the sink says of itself. */
gboolean wfd_machine_has_peer_idr_request (WfdMachine *self);
gboolean wfd_machine_is_peer_microsoft (WfdMachine *self);
/* Whether a monitor is there, as far as the sink says: one that says nothing is one. */
gboolean wfd_machine_has_peer_monitor (WfdMachine *self);
/* wfd_connector_type; -1 for none, or if it has not said. */
gint wfd_machine_get_peer_connector (WfdMachine *self);
/* (nullable): hexadecimal digits; NULL if it has not said, or there is no monitor. */
const char *wfd_machine_get_peer_edid (WfdMachine *self);
const WfdVideoFormats *wfd_machine_get_peer_video (WfdMachine *self);
/* What people call the peer (intel_friendly_name), or its Server or User-Agent;
 * NULL until known. */
const char *wfd_machine_get_peer_name (WfdMachine *self);
/* Source: more than this the sink does not take (microsoft_max_bitrate); 0 if it
 * has not said. */
guint64 wfd_machine_get_max_bitrate_bps (WfdMachine *self);
/* NULL before SETUP. */
const char *wfd_machine_get_session_id (WfdMachine *self);
const WfdMachineStats *wfd_machine_get_stats (WfdMachine *self);

G_END_DECLS
