/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rtsp-transport.h"

#include <base-limits.h>
#include <base-text.h>
#include <wfd/wfd-error.h>

#include <string.h>

/* What is quoted of a header in a message. */
#define MAX_QUOTED_CHARS 80

static char *
quote (WfdText text)
{
  g_autofree char *copy = NULL;

  text.left = MIN (text.left, MAX_QUOTED_CHARS);
  copy = wfd_text_dup (text);
  return g_strescape (copy, NULL);
}

static gboolean
fail (GError **error, WfdError code, const char *what, WfdText text)
{
  g_autofree char *quoted = quote (text);

  g_set_error (error, WFD_ERROR, code, "%s: \"%s\"", what, quoted);
  return FALSE;
}

static gboolean
read_profile (WfdText profile, gboolean *ret_tcp, GError **error)
{
  /* The short form is what RTSP servers and old LG dongles write. */
  if (wfd_text_equal (profile, "RTP/AVP/UDP") || wfd_text_equal (profile, "RTP/AVP"))
    *ret_tcp = FALSE;
  else if (wfd_text_equal (profile, "RTP/AVP/TCP"))
    *ret_tcp = TRUE;
  else
    return fail (error, WFD_ERROR_UNSUPPORTED, "The transport is not RTP over UDP or TCP", profile);
  return TRUE;
}

/* "19000" or "19000-19001". The second is 0 if it is missing, or written as 0
 * as in wfd_client_rtp_ports. It need not be the first plus one: "53151-53153"
 * was seen. */
static gboolean
read_ports (WfdText text, guint16 *ret_rtp_port, guint16 *ret_rtcp_port, GError **error)
{
  WfdText rest = text, first = wfd_text ("");
  guint64 rtp_port, rtcp_port = 0;

  wfd_text_take_until (&rest, '-', &first);
  if (!wfd_text_take_decimal (&first, G_MAXUINT16, &rtp_port) || rtp_port == 0
      || !wfd_text_is_empty (first))
    return fail (error, WFD_ERROR_MALFORMED, "The transport has a port that is none", text);
  if (!wfd_text_is_empty (rest)
      && (!wfd_text_take_decimal (&rest, G_MAXUINT16, &rtcp_port) || !wfd_text_is_empty (rest)))
    return fail (error, WFD_ERROR_MALFORMED, "The transport has a port that is none", text);

  *ret_rtp_port = rtp_port;
  *ret_rtcp_port = rtcp_port;
  return TRUE;
}

/* What follows @key and its '='. iwd leaves the '=' out of "client_port46083"
 * in its answer, but there we do not need it. */
static gboolean
match_ports (WfdText part, const char *key, WfdText *ret_value)
{
  WfdText name;

  if (!wfd_text_take_until (&part, '=', &name) || !wfd_text_equal (name, key))
    return FALSE;
  *ret_value = wfd_text_strip (part);
  return TRUE;
}

static gboolean
read_part (WfdText part, WfdTransport *self, GError **error)
{
  WfdText value;

  if (wfd_text_equal (part, "multicast"))
    return fail (error, WFD_ERROR_UNSUPPORTED, "The transport is not unicast", part);
  /* RTP inside the RTSP connection: AOSP's own sink asks for it. */
  if (wfd_text_has_prefix (part, "interleaved"))
    return fail (error, WFD_ERROR_UNSUPPORTED, "The transport is not a connection of its own",
        part);
  if (match_ports (part, "client_port", &value))
    return read_ports (value, &self->client_rtp_port, &self->client_rtcp_port, error);
  if (match_ports (part, "server_port", &value))
    return read_ports (value, &self->server_rtp_port, &self->server_rtcp_port, error);

  /* unicast, and what comes along: ssrc, mode, blocksize, rtcp-fb-ssrc, … */
  return TRUE;
}

static gboolean
read_transport (WfdText text, WfdTransport *ret_transport, GError **error)
{
  WfdTransport transport = { 0 };
  WfdText part = wfd_text ("");

  wfd_text_take_until (&text, ';', &part);
  if (!read_profile (part, &transport.tcp, error))
    return FALSE;
  while (wfd_text_take_until (&text, ';', &part)) {
    if (!read_part (part, &transport, error))
      return FALSE;
  }

  *ret_transport = transport;
  return TRUE;
}

gboolean
wfd_transport_parse (const char *value, WfdTransport *ret_transport, GError **error)
{
  WfdText text = wfd_text (value), alternative = wfd_text ("");
  g_autoptr (GError) first_error = NULL;

  /* RTSP players offer several, the preferred one first (RFC 2326 §12.39). */
  do {
    wfd_text_take_until (&text, ',', &alternative);
    if (read_transport (alternative, ret_transport, first_error == NULL ? &first_error : NULL))
      return TRUE;
  } while (text.left > 0);

  g_propagate_error (error, g_steal_pointer (&first_error));
  return FALSE;
}

static void
print_ports (const char *key, guint16 rtp_port, guint16 rtcp_port, GString *out)
{
  if (rtp_port == 0)
    return;
  g_string_append_printf (out, ";%s=%u", key, rtp_port);
  if (rtcp_port != 0)
    g_string_append_printf (out, "-%u", rtcp_port);
}

char *
wfd_transport_print (const WfdTransport *self)
{
  GString *out = g_string_new (self->tcp ? "RTP/AVP/TCP;unicast" : "RTP/AVP/UDP;unicast");

  print_ports ("client_port", self->client_rtp_port, self->client_rtcp_port, out);
  print_ports ("server_port", self->server_rtp_port, self->server_rtcp_port, out);
  return g_string_free (out, FALSE);
}

static gboolean
is_session_id (WfdText id)
{
  if (id.left == 0 || id.left > WFD_LIMIT_SESSION_ID_CHARS)
    return FALSE;
  for (gsize i = 0; i < id.left; i++) {
    if (!g_ascii_isgraph (id.pos[i]))
      return FALSE;
  }
  return TRUE;
}

gboolean
wfd_session_header_parse (const char *value, char **ret_id, guint *ret_timeout_s, GError **error)
{
  WfdText text = wfd_text (value), id = wfd_text (""), part, key;
  guint64 timeout_s = 0;

  wfd_text_take_until (&text, ';', &id);
  if (!is_session_id (id))
    return fail (error, WFD_ERROR_MALFORMED, "The Session header has no usable id",
        wfd_text (value));

  while (wfd_text_take_until (&text, ';', &part)) {
    if (!wfd_text_take_until (&part, '=', &key) || !wfd_text_equal (key, "timeout"))
      continue;
    if (!wfd_text_take_decimal (&part, G_MAXUINT64, &timeout_s) || !wfd_text_is_empty (part))
      return fail (error, WFD_ERROR_MALFORMED, "The Session header has a timeout that is none",
          wfd_text (value));
  }

  *ret_id = wfd_text_dup (id);
  *ret_timeout_s = MIN (timeout_s, WFD_LIMIT_SESSION_TIMEOUT_S);
  return TRUE;
}
