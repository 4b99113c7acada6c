/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * WfdAfterSession:
 * @WFD_AFTER_SESSION_STOP: EOS after an orderly end, an error if the peer vanished
 * @WFD_AFTER_SESSION_WAIT: listen or connect again
 *
 * What an element does when a session is over. With role=source only a session that
 * was set up (M6) ends: whoever came before and was no display, could not do what is
 * offered, or refused it, is told in a WARNING message, and the next one waited for.
 * With role=sink the source was named, so that what fails is an error, or tried again.
 */
typedef enum
{
  WFD_AFTER_SESSION_STOP,
  WFD_AFTER_SESSION_WAIT,
} WfdAfterSession;

#define WFD_TYPE_ELEMENT_ROLE (wfd_element_role_get_type ())
GType wfd_element_role_get_type (void) G_GNUC_CONST;

#define WFD_TYPE_AFTER_SESSION (wfd_after_session_get_type ())
GType wfd_after_session_get_type (void) G_GNUC_CONST;

/**
 * WfdLinkKind:
 * @WFD_LINK_ADDRESS: the peer's IP address is known, or it connects to us
 * @WFD_LINK_P2P: Wi-Fi Direct, by wpa_supplicant
 *
 * How the IP path to the peer comes to be.
 */
typedef enum
{
  WFD_LINK_ADDRESS,
  WFD_LINK_P2P,
} WfdLinkKind;

#define WFD_TYPE_LINK_KIND (wfd_link_kind_get_type ())
GType wfd_link_kind_get_type (void) G_GNUC_CONST;

/* The properties of rtspwfd. */
enum
{
  WFD_PROP_ROLE = 1,
  WFD_PROP_LOCATION,
  WFD_PROP_ADDRESS,
  WFD_PROP_RTSP_PORT,
  WFD_PROP_PEER,
  WFD_PROP_RTP_PORT,
  WFD_PROP_MAX_PACING_RATE,
  WFD_PROP_VIDEO_FORMATS,
  WFD_PROP_AUDIO_CODECS,
  WFD_PROP_VIDEO_CAPS,
  WFD_PROP_AUDIO_CAPS,
  WFD_PROP_TIMEOUT,
  WFD_PROP_LATENCY,
  WFD_PROP_DEMUX,
  WFD_PROP_AFTER_SESSION,
  WFD_PROP_MIRACAST_CONTEXT,
  WFD_PROP_WISH_WIDTH,
  WFD_PROP_WISH_HEIGHT,
  WFD_PROP_WISH_RATE,
  WFD_PROP_WISH_CHANNELS,
  WFD_PROP_FLOWING,
  WFD_PROP_NEGOTIATED,
  WFD_PROP_STATS,
  WFD_N_PROPS,
};

/* The one with @id, as rtspwfd has it and the bins around it pass it on. @role:
 * "role=source" or "role=sink", if the element always has that, else NULL. (transfer
 * floating) */
GParamSpec *wfd_property_new (guint id, const char *role);
const char *wfd_property_get_name (guint id);

/* Where WfdSettings has the value; FALSE if it is no setting. */
gboolean wfd_property_find_setting (guint id, gsize *ret_offset);

/* FALSE, with a warning, in a state in which @pspec cannot change. */
gboolean wfd_property_may_be_set (GstElement *element, const GParamSpec *pspec);

G_END_DECLS
