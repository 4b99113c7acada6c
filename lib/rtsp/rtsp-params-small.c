/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The small values of WFD 2.1 §6.1: one token or a few. */
#include "rtsp-params-private.h"

#include <base-limits.h>

#include <string.h>

#define EDID_BLOCK_BYTES 128

/* A 33-bit time stamp stands in the upper bits of 40 (WFD 2.1 §6.1.13). */
#define TIME_STAMP_SHIFT 7

/* wfd_standby and wfd_idr_request consist of their name. */
guint
wfd_param_parse_nothing (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  return wfd_text_is_empty (value) ? 0 : WFD_PARAM_STATUS_NOT_UNDERSTOOD;
}

/* "RTP/AVP/UDP;unicast" or the same with TCP, taken up to the next token. The
 * short form RTP/AVP, seen in Transport headers, is UDP. */
static gboolean
take_profile (WfdText *text, gboolean *ret_tcp)
{
  static const char *const profiles[] = { "RTP/AVP/UDP", "RTP/AVP", "RTP/AVP/TCP", NULL };
  WfdText rest = *text, profile;
  gint index;

  if (!wfd_text_take_until (&rest, ';', &profile))
    return FALSE;
  index = wfd_param_find_word (profiles, profile);
  if (index < 0 || !wfd_param_take_word (&rest, "unicast"))
    return FALSE;

  *ret_tcp = index == 2;
  *text = rest;
  return TRUE;
}

/* Both ports 0 are reserved (WFD 2.1 §6.1.10). Two ports are too, but
 * gnome-network-displays takes the 0 for a broken RTCP port and repeats
 * "19000 0" as "19000 19001" in M4. */
guint
wfd_param_parse_client_rtp_ports (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  gboolean tcp;
  guint64 ports[2];

  if (!take_profile (&value, &tcp))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  for (guint i = 0; i < 2; i++) {
    if (!wfd_text_take_decimal (&value, G_MAXUINT64, &ports[i]))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  }
  if (!wfd_param_take_word (&value, "mode=play") || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  if (ports[0] > G_MAXUINT16 || ports[1] > G_MAXUINT16 || (ports[0] == 0 && ports[1] == 0))
    return WFD_PARAM_STATUS_PORT;

  params->client_rtp_ports = (WfdRtpPorts) { .port0 = ports[0], .port1 = ports[1], .tcp = tcp };
  return 0;
}

gboolean
wfd_param_print_client_rtp_ports (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  const WfdRtpPorts *ports = &params->client_rtp_ports;

  g_string_append_printf (value, "RTP/AVP/%s;unicast %u %u mode=play", ports->tcp ? "TCP" : "UDP",
      ports->port0, ports->port1);
  return TRUE;
}

/* Any host and path: Windows sends rtsp://255.255.255.255/wfd1.0/streamid=0,
 * others 127.0.0.1 or a port. The text is for request lines, never for making
 * a connection. */
static gboolean
is_url (WfdText text)
{
  const char scheme[] = "rtsp://";

  return text.left > strlen (scheme) && wfd_text_has_prefix (text, scheme)
      && wfd_param_is_visible (text, WFD_LIMIT_URL_CHARS);
}

/* The second URL belongs to a secondary sink and may be missing. */
guint
wfd_param_parse_presentation_url (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  WfdText urls[2] = { wfd_text (""), wfd_text ("none") };

  for (guint i = 0; i < 2; i++) {
    if (!wfd_text_take_token (&value, &urls[i]) && i == 0)
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
    if (!wfd_text_equal (urls[i], "none") && !is_url (urls[i]))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  }
  if (!wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  for (guint i = 0; i < 2; i++) {
    g_free (params->presentation_urls[i]);
    params->presentation_urls[i] = wfd_text_equal (urls[i], "none") ? NULL : wfd_text_dup (urls[i]);
  }
  return 0;
}

gboolean
wfd_param_print_presentation_url (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  for (guint i = 0; i < 2; i++) {
    const char *url = params->presentation_urls[i];

    if (url != NULL && !is_url (wfd_text (url)))
      return FALSE;
    g_string_append_printf (value, "%s%s", i == 0 ? "" : " ", url != NULL ? url : "none");
  }
  return TRUE;
}

static gboolean
is_hex (WfdText text)
{
  for (gsize i = 0; i < text.left; i++) {
    if (!g_ascii_isxdigit (text.pos[i]))
      return FALSE;
  }
  return TRUE;
}

/* The digits behind the number of blocks, which devices write in hex, in
 * decimal or wrong: the digits say how many there are. What is behind the last
 * whole block is dropped. No digits: no display attached. */
static gboolean
read_edid_payload (WfdText value, WfdText *ret_payload)
{
  WfdText payload;
  guint64 count;

  if (!wfd_text_take_hex (&value, G_MAXUINT64, &count) || !wfd_text_take_token (&value, &payload)
      || !wfd_text_is_empty (value))
    return FALSE;
  if (wfd_text_equal (payload, "none"))
    payload = wfd_text ("");
  else if (payload.left < 2 * EDID_BLOCK_BYTES || payload.left > 2 * WFD_LIMIT_EDID_BYTES
      || !is_hex (payload))
    return FALSE;

  payload.left -= payload.left % (2 * EDID_BLOCK_BYTES);
  *ret_payload = payload;
  return TRUE;
}

/* WFD 2.1 §6.1.6. The EDID itself is not looked at. */
guint
wfd_param_normalise_display_edid (const WfdParamRow *row, WfdText value, GString *text)
{
  WfdText payload;

  if (!read_edid_payload (value, &payload))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_printf (text, "%04x ", (guint) (payload.left / (2 * EDID_BLOCK_BYTES)));
  if (!wfd_param_fold_octets (payload, WFD_LIMIT_EDID_BYTES, text))
    g_string_append (text, "none");
  return 0;
}

/* WFD 2.1 §6.1.13 */
static const guint8 timing_fields[] = { 10, 10 };

guint
wfd_param_parse_av_format_change_timing (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  guint64 stamps[2];

  if (!wfd_param_take_fields (&value, timing_fields, 2, 2, stamps) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  params->av_format_change_timing = (WfdFormatChangeTiming) {
    .pts_90khz = stamps[0] >> TIME_STAMP_SHIFT,
    .dts_90khz = stamps[1] >> TIME_STAMP_SHIFT,
  };
  return 0;
}

gboolean
wfd_param_print_av_format_change_timing (const WfdParamRow *row, const WfdParams *params,
    GString *value)
{
  const guint64 mask = (G_GUINT64_CONSTANT (1) << 33) - 1;
  guint64 stamps[] = {
    (params->av_format_change_timing.pts_90khz & mask) << TIME_STAMP_SHIFT,
    (params->av_format_change_timing.dts_90khz & mask) << TIME_STAMP_SHIFT,
  };

  wfd_param_print_fields (timing_fields, stamps, 2, value);
  return TRUE;
}

/* Two hex digits; "5" was seen for "05". */
guint
wfd_param_parse_connector_type (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  guint64 type;

  if (wfd_text_equal (value, "none")) {
    params->connector_type = -1;
    return 0;
  }
  if (!wfd_text_take_hex (&value, G_MAXUINT8, &type) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  params->connector_type = type;
  return 0;
}

gboolean
wfd_param_print_connector_type (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  if (params->connector_type > G_MAXUINT8)
    return FALSE;
  if (params->connector_type < 0)
    g_string_append (value, "none");
  else
    g_string_append_printf (value, "%02x", params->connector_type);
  return TRUE;
}

/* WFD 2.1 §6.1.5. The standard knows HDCP2.0 and HDCP2.1; HDCP2.2 is sent too,
 * and some put a blank behind HDCP. */
guint
wfd_param_normalise_content_protection (const WfdParamRow *row, WfdText value, GString *text)
{
  static const char *const versions[] = { "2.0", "2.1", "2.2", "2.3", NULL };
  const char name[] = "HDCP", key[] = "port=";
  WfdText version;
  guint64 port;
  gint index;

  if (!wfd_text_has_prefix (value, name))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  value = wfd_text_sized (value.pos + strlen (name), value.left - strlen (name));
  if (!wfd_text_take_token (&value, &version)
      || (index = wfd_param_find_word (versions, version)) < 0)
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  value = wfd_text_strip (value);
  if (!wfd_text_has_prefix (value, key))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  value = wfd_text_sized (value.pos + strlen (key), value.left - strlen (key));
  if (!wfd_param_take_port (&value, &port) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  g_string_append_printf (text, "HDCP%s port=%" G_GUINT64_FORMAT, versions[index], port);
  return 0;
}

/* WFD 2.1 §6.1.7: status, MAC address. */
guint
wfd_param_normalise_coupled_sink (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 fields[] = { 2, 12 | WFD_FIELD_OR_NONE };

  return wfd_param_normalise_fields (value, fields, G_N_ELEMENTS (fields), text);
}

guint
wfd_param_normalise_i2c (const WfdParamRow *row, WfdText value, GString *text)
{
  guint64 port;

  if (!wfd_param_take_port (&value, &port) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_printf (text, "%" G_GUINT64_FORMAT, port);
  return 0;
}

/* WFD 2.1 §6.1.25 */
guint
wfd_param_normalise_transport_switch (const WfdParamRow *row, WfdText value, GString *text)
{
  gboolean tcp;

  if (!take_profile (&value, &tcp) || !wfd_param_take_word (&value, "mode=play")
      || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_printf (text, "RTP/AVP/%s;unicast mode=play", tcp ? "TCP" : "UDP");
  return 0;
}

/* WFD 2.1 §6.1.26, milliseconds */
guint
wfd_param_normalise_buffer_length (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 fields[] = { 4 | WFD_FIELD_DECIMAL };

  return wfd_param_normalise_fields (value, fields, G_N_ELEMENTS (fields), text);
}

/* WFD 2.1 §6.1.27, §6.1.28: buffered milliseconds, time stamp. */
guint
wfd_param_normalise_playback_status (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 fields[] = { 4 | WFD_FIELD_DECIMAL | WFD_FIELD_OR_NONE,
    10 | WFD_FIELD_OR_NONE };

  return wfd_param_normalise_fields (value, fields, G_N_ELEMENTS (fields), text);
}

/* WFD 2.1 §6.1.29: a length, and data blocks if it is not 0. */
guint
wfd_param_normalise_cta_blocks (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 length[] = { 4 };
  WfdText blocks;

  if (!wfd_param_fold_fields (&value, length, G_N_ELEMENTS (length), text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  if (!wfd_text_take_token (&value, &blocks))
    return 0;
  g_string_append_c (text, ' ');
  if (!wfd_param_fold_octets (blocks, WFD_LIMIT_CTA_BYTES, text) || !wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  return 0;
}
