/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <wfd/wfd-export.h>
#include <wfd/wfd-format.h>

G_BEGIN_DECLS

/**
 * WFD_DEFAULT_RTSP_PORT:
 *
 * The control port of a source that says nothing else (WFD 2.1 §4.5.4).
 */
#define WFD_DEFAULT_RTSP_PORT 7236

/**
 * WfdRole:
 * @WFD_ROLE_SOURCE: sends its display; RTSP server
 * @WFD_ROLE_SINK: shows a received display; RTSP client
 *
 * The part a device plays in a session. Not the direction of a GStreamer
 * element: `wfdsink` plays the source.
 */
typedef enum
{
  WFD_ROLE_SOURCE,
  WFD_ROLE_SINK,
} WfdRole;

/**
 * WfdSessionState:
 * @WFD_SESSION_STATE_IDLE: not connected yet
 * @WFD_SESSION_STATE_CONNECTING: the TCP connection is being made
 * @WFD_SESSION_STATE_NEGOTIATING: M1 to M5; Init in the standard
 * @WFD_SESSION_STATE_READY: SETUP (M6) is done and nothing flows: before the
 *   first PLAY, or paused
 * @WFD_SESSION_STATE_PLAYING: PLAY (M7) is done, the source sends
 * @WFD_SESSION_STATE_CLOSING: TEARDOWN is under way
 * @WFD_SESSION_STATE_CLOSED: over; a session object is used once
 *
 * The state of a session (WFD 2.1 §6.4).
 */
typedef enum
{
  WFD_SESSION_STATE_IDLE,
  WFD_SESSION_STATE_CONNECTING,
  WFD_SESSION_STATE_NEGOTIATING,
  WFD_SESSION_STATE_READY,
  WFD_SESSION_STATE_PLAYING,
  WFD_SESSION_STATE_CLOSING,
  WFD_SESSION_STATE_CLOSED,
} WfdSessionState;

#define WFD_TYPE_SESSION (wfd_session_get_type ())
WFD_API
G_DECLARE_FINAL_TYPE (WfdSession, wfd_session, WFD, SESSION, GObject)

WFD_API WfdSession *wfd_session_new (WfdRole role);

WFD_API gboolean wfd_session_set_video_formats (WfdSession *self, const char *formats,
    GError **error);
WFD_API gboolean wfd_session_set_audio_codecs (WfdSession *self, const char *codecs,
    GError **error);
WFD_API void wfd_session_set_wish (WfdSession *self, guint width, guint height, guint rate_hz);
WFD_API void wfd_session_set_wish_channels (WfdSession *self, guint channels);
WFD_API void wfd_session_set_max_bitrate (WfdSession *self, guint kbps);
WFD_API GPtrArray *wfd_session_dup_video_offer (WfdSession *self);
WFD_API GPtrArray *wfd_session_dup_audio_offer (WfdSession *self);
WFD_API GPtrArray *wfd_session_dup_peer_video_offer (WfdSession *self);

WFD_API void wfd_session_connect_async (WfdSession *self, const char *host, guint16 port,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
WFD_API gboolean wfd_session_connect_finish (WfdSession *self, GAsyncResult *result,
    GError **error);
WFD_API gboolean wfd_session_start (WfdSession *self, GSocketConnection *connection,
    GError **error);

WFD_API void wfd_session_hold (WfdSession *self);
WFD_API void wfd_session_release (WfdSession *self);

WFD_API gboolean wfd_session_play (WfdSession *self, GError **error);
WFD_API gboolean wfd_session_pause (WfdSession *self, GError **error);
WFD_API gboolean wfd_session_standby (WfdSession *self, GError **error);
WFD_API gboolean wfd_session_request_idr (WfdSession *self, GError **error);
WFD_API gboolean wfd_session_change_format (WfdSession *self, guint width, guint height,
    guint rate_hz, guint64 pts_90khz, GError **error);
WFD_API void wfd_session_note_media (WfdSession *self);
WFD_API void wfd_session_teardown (WfdSession *self);
WFD_API void wfd_session_close (WfdSession *self);

WFD_API WfdSessionState wfd_session_get_state (WfdSession *self);
WFD_API WfdFormat *wfd_session_dup_format (WfdSession *self);
WFD_API GInetSocketAddress *wfd_session_dup_peer_rtp_address (WfdSession *self);
WFD_API GInetSocketAddress *wfd_session_dup_peer_rtcp_address (WfdSession *self);
WFD_API gboolean wfd_session_has_peer_monitor (WfdSession *self);
WFD_API int wfd_session_get_peer_connector (WfdSession *self);
WFD_API GBytes *wfd_session_dup_peer_edid (WfdSession *self);
WFD_API GVariant *wfd_session_dup_stats (WfdSession *self);

G_END_DECLS
