/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "session-private.h"

/* What an application may know of a session: what was agreed on, where the media go,
 * and counters. */

/**
 * wfd_session_get_state:
 * @self: a session
 *
 * Returns: its state
 */
WfdSessionState
wfd_session_get_state (WfdSession *self)
{
  g_return_val_if_fail (WFD_IS_SESSION (self), WFD_SESSION_STATE_CLOSED);
  return self->state;
}

/**
 * wfd_session_dup_format:
 * @self: a session
 *
 * Returns: (transfer full): what was agreed to be sent, all zeros before
 *   #WfdSession::format-agreed
 */
WfdFormat *
wfd_session_dup_format (WfdSession *self)
{
  WfdFormat format = { 0 };

  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);

  if (self->machine != NULL)
    wfd_media_choice_to_format (wfd_machine_get_choice (self->machine), &format);
  return wfd_format_copy (&format);
}

/* The address of the peer's side of the connection, with another port. */
static GInetSocketAddress *
dup_peer_address (WfdSession *self, guint16 port)
{
  g_autoptr (GSocketAddress) remote = NULL;
  GInetAddress *address;
  guint32 scope_id = 0;

  if (self->connection == NULL)
    return NULL;
  remote = g_socket_connection_get_remote_address (self->connection, NULL);
  if (remote == NULL)
    return NULL;
  address = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote));
  /* A link-local address leads nowhere without its interface. */
  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    scope_id = g_inet_socket_address_get_scope_id (G_INET_SOCKET_ADDRESS (remote));
  return g_object_new (G_TYPE_INET_SOCKET_ADDRESS, "address", address, "port", (guint) port,
      "scope-id", scope_id, NULL);
}

/* One that was closed may never have had a connection. */
static gboolean
is_set_up (WfdSession *self)
{
  return self->state >= WFD_SESSION_STATE_READY && self->machine != NULL;
}

/**
 * wfd_session_dup_peer_rtp_address:
 * @self: a session
 *
 * Where a source sends its RTP: the address that the sink connected from and
 * the port that it named in SETUP (M6). For a sink, where the RTP comes from: the
 * source's address, and the port that it named in its answer to SETUP, or 0; some
 * sources name one and send from another.
 *
 * Returns: (transfer full) (nullable): the address, or %NULL before SETUP
 */
GInetSocketAddress *
wfd_session_dup_peer_rtp_address (WfdSession *self)
{
  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);

  if (!is_set_up (self))
    return NULL;
  return dup_peer_address (self, wfd_machine_get_peer_rtp_port (self->machine));
}

/**
 * wfd_session_dup_peer_rtcp_address:
 * @self: a session
 *
 * Where a source sends its RTCP reports, if the sink asked for them in SETUP
 * (M6), or before (`microsoft_rtcp_capability`). Those of the sink come to
 * #WfdSession:rtcp-port.
 *
 * Returns: (transfer full) (nullable): the address, or %NULL before SETUP and
 *   without RTCP
 */
GInetSocketAddress *
wfd_session_dup_peer_rtcp_address (WfdSession *self)
{
  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);

  if (!is_set_up (self) || wfd_machine_get_peer_rtcp_port (self->machine) == 0)
    return NULL;
  return dup_peer_address (self, wfd_machine_get_peer_rtcp_port (self->machine));
}

/**
 * wfd_session_has_peer_monitor:
 * @self: a session of role %WFD_ROLE_SOURCE that was held, see wfd_session_hold()
 *
 * Returns: whether there is a monitor behind the sink, as far as it says; %FALSE
 *   before #WfdSession::peer-capabilities
 */
gboolean
wfd_session_has_peer_monitor (WfdSession *self)
{
  g_return_val_if_fail (WFD_IS_SESSION (self), FALSE);
  return self->machine != NULL && wfd_machine_has_peer_monitor (self->machine);
}

/**
 * wfd_session_get_peer_connector:
 * @self: a session of role %WFD_ROLE_SOURCE
 *
 * Returns: how the monitor is connected to the sink, as in `wfd_connector_type` (WFD
 *   2.1 §6.1), e.g. 5 for HDMI; -1 for none, or if the sink does not tell
 */
int
wfd_session_get_peer_connector (WfdSession *self)
{
  g_return_val_if_fail (WFD_IS_SESSION (self), -1);
  return self->machine != NULL ? wfd_machine_get_peer_connector (self->machine) : -1;
}

/**
 * wfd_session_dup_peer_edid:
 * @self: a session of role %WFD_ROLE_SOURCE that was held, see wfd_session_hold()
 *
 * Returns: (transfer full) (nullable): the EDID of the monitor, in whole blocks of
 *   128 bytes and not looked at; %NULL if the sink does not tell
 */
GBytes *
wfd_session_dup_peer_edid (WfdSession *self)
{
  const char *digits;
  guint8 *octets;
  gsize n;

  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);

  digits = self->machine != NULL ? wfd_machine_get_peer_edid (self->machine) : NULL;
  if (digits == NULL)
    return NULL;
  n = strlen (digits) / 2;
  octets = g_malloc (n);
  for (gsize i = 0; i < n; i++)
    octets[i] =
        g_ascii_xdigit_value (digits[2 * i]) << 4 | g_ascii_xdigit_value (digits[2 * i + 1]);
  return g_bytes_new_take (octets, n);
}

/* 0: not connected. */
static guint
get_peer_port (WfdSession *self)
{
  g_autoptr (GSocketAddress) remote = NULL;

  if (self->connection != NULL)
    remote = g_socket_connection_get_remote_address (self->connection, NULL);
  return remote != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (remote)) : 0;
}

/**
 * wfd_session_dup_stats:
 * @self: a session
 *
 * Counters of the dialogue: requests-received, requests-sent,
 * responses-received, keep-alives, idr-requests (type t), and when they are
 * known last-rtt-us (type x), max-bitrate-bps (type t, more a sink does not
 * take), session-id and reason (type s, why the format was chosen), and for a
 * sink peer-port (type u, the RTSP port of the source).
 *
 * Returns: (transfer full): a variant of type a{sv}
 */
GVariant *
wfd_session_dup_stats (WfdSession *self)
{
  static const WfdMachineStats none = { .last_rtt_us = -1 };
  const WfdMachineStats *stats = &none;
  GVariantDict dict;
  const char *session_id = NULL, *reason = NULL;
  guint64 max_bitrate_bps = 0;
  guint peer_port;

  g_return_val_if_fail (WFD_IS_SESSION (self), NULL);

  if (self->machine != NULL) {
    stats = wfd_machine_get_stats (self->machine);
    max_bitrate_bps = wfd_machine_get_max_bitrate_bps (self->machine);
    session_id = wfd_machine_get_session_id (self->machine);
    reason = wfd_machine_get_choice (self->machine)->reason;
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "requests-received", "t", stats->requests_received);
  g_variant_dict_insert (&dict, "requests-sent", "t", stats->requests_sent);
  g_variant_dict_insert (&dict, "responses-received", "t", stats->responses_received);
  g_variant_dict_insert (&dict, "keep-alives", "t", stats->keep_alives);
  g_variant_dict_insert (&dict, "idr-requests", "t", stats->idr_requests);
  if (stats->last_rtt_us >= 0)
    g_variant_dict_insert (&dict, "last-rtt-us", "x", stats->last_rtt_us);
  if (max_bitrate_bps > 0)
    g_variant_dict_insert (&dict, "max-bitrate-bps", "t", max_bitrate_bps);
  if (session_id != NULL)
    g_variant_dict_insert (&dict, "session-id", "s", session_id);
  if (reason != NULL)
    g_variant_dict_insert (&dict, "reason", "s", reason);
  peer_port = self->role == WFD_ROLE_SINK ? get_peer_port (self) : 0;
  if (peer_port != 0)
    g_variant_dict_insert (&dict, "peer-port", "u", peer_port);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
