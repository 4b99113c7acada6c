/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-link.h>
#include <wfd/wfd-session.h>

G_BEGIN_DECLS

/**
 * WfdEstablishStep:
 * @WFD_ESTABLISH_STEP_DISCOVER: the peer is looked for, or waited for
 * @WFD_ESTABLISH_STEP_PAIR: a person has to agree, on one device or on both
 * @WFD_ESTABLISH_STEP_CONNECT: the two come together in a group
 * @WFD_ESTABLISH_STEP_ADDRESS: they get addresses there
 * @WFD_ESTABLISH_STEP_NEGOTIATE: the two agree on a format (M1 to M6)
 * @WFD_ESTABLISH_STEP_PLAY: the sink asks for the stream (M7)
 *
 * What has to be done until a picture can be seen, in this order. To a peer that
 * was paired before there is no %WFD_ESTABLISH_STEP_PAIR.
 */
typedef enum
{
  WFD_ESTABLISH_STEP_DISCOVER,
  WFD_ESTABLISH_STEP_PAIR,
  WFD_ESTABLISH_STEP_CONNECT,
  WFD_ESTABLISH_STEP_ADDRESS,
  WFD_ESTABLISH_STEP_NEGOTIATE,
  WFD_ESTABLISH_STEP_PLAY,
} WfdEstablishStep;

/**
 * WfdEstablishProgress:
 * @WFD_ESTABLISH_BEGUN: the step has begun
 * @WFD_ESTABLISH_NEWS: it goes on, and there is something to tell
 * @WFD_ESTABLISH_DONE: it has succeeded
 * @WFD_ESTABLISH_FAILED: it has not
 *
 * Where a step stands.
 */
typedef enum
{
  WFD_ESTABLISH_BEGUN,
  WFD_ESTABLISH_NEWS,
  WFD_ESTABLISH_DONE,
  WFD_ESTABLISH_FAILED,
} WfdEstablishProgress;

#define WFD_TYPE_ESTABLISH (wfd_establish_get_type ())
WFD_API
G_DECLARE_FINAL_TYPE (WfdEstablish, wfd_establish, WFD, ESTABLISH, GObject)

WFD_API WfdEstablish *wfd_establish_new (WfdRole role);

WFD_API void wfd_establish_begin (WfdEstablish *self);
WFD_API void wfd_establish_close (WfdEstablish *self);
WFD_API void wfd_establish_answer (WfdEstablish *self, const char *peer, gboolean accept);
WFD_API void wfd_establish_enter_pin (WfdEstablish *self, const char *peer, const char *pin);
WFD_API void wfd_establish_follow (WfdEstablish *self, WfdSession *session);

WFD_API gboolean wfd_establish_is_open (WfdEstablish *self);
WFD_API const char *wfd_establish_get_peer_name (WfdEstablish *self);
WFD_API GInetAddress *wfd_establish_get_local_address (WfdEstablish *self);
WFD_API GInetAddress *wfd_establish_get_peer_address (WfdEstablish *self);
WFD_API guint16 wfd_establish_get_peer_port (WfdEstablish *self);
WFD_API gboolean wfd_establish_accepts (WfdEstablish *self, GInetAddress *address);
WFD_API void wfd_establish_note_media (WfdEstablish *self);
WFD_API GVariant *wfd_establish_dup_stats (WfdEstablish *self);

G_END_DECLS
