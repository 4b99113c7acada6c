/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <rtsp-params.h>
#include <wfd/wfd-error.h>

#include <string.h>

/* The fields of WfdParams, by hand. */

static void
parse_one (const char *line, WfdParams *ret_params)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();

  g_assert_true (wfd_params_parse (line, strlen (line), ret_params, failures, NULL));
  g_assert_cmpuint (failures->len, ==, 0);
}

static void
ports_of_a_primary_sink (void)
{
  g_auto (WfdParams) params = { 0 };

  parse_one ("wfd_client_rtp_ports: RTP/AVP/UDP;unicast 19000 0 mode=play\r\n", &params);
  g_assert_cmpuint (params.client_rtp_ports.port0, ==, 19000);
  g_assert_cmpuint (params.client_rtp_ports.port1, ==, 0);
  g_assert_false (params.client_rtp_ports.tcp);
}

static void
ports_of_a_secondary_sink_over_tcp (void)
{
  g_auto (WfdParams) params = { 0 };

  parse_one ("wfd_client_rtp_ports: RTP/AVP/TCP;unicast 0 65535 mode=play\r\n", &params);
  g_assert_cmpuint (params.client_rtp_ports.port0, ==, 0);
  g_assert_cmpuint (params.client_rtp_ports.port1, ==, 65535);
  g_assert_true (params.client_rtp_ports.tcp);
}

static void
presentation_url_is_kept_as_it_is (void)
{
  g_auto (WfdParams) params = { 0 };

  parse_one ("wfd_presentation_url : rtsp://255.255.255.255/wfd1.0/streamid=0 None", &params);
  g_assert_cmpstr (params.presentation_urls[0], ==, "rtsp://255.255.255.255/wfd1.0/streamid=0");
  g_assert_null (params.presentation_urls[1]);
}

static void
trigger_is_read (void)
{
  static const struct
  {
    const char *line;
    WfdTrigger trigger;
  } triggers[] = {
    { "wfd_trigger_method: SETUP\r\n", WFD_TRIGGER_SETUP },
    { "wfd_trigger_method: PLAY\r\n", WFD_TRIGGER_PLAY },
    { "wfd_trigger_method: PAUSE\r\n", WFD_TRIGGER_PAUSE },
    { "wfd_trigger_method: TEARDOWN\r\n", WFD_TRIGGER_TEARDOWN },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (triggers); i++) {
    g_auto (WfdParams) params = { 0 };

    parse_one (triggers[i].line, &params);
    g_assert_cmpint (params.trigger, ==, triggers[i].trigger);
  }
}

static void
edid_payload_beats_its_count (void)
{
  static const char *const counts[] = { "0001", "1", "01", "0002", "128", "0x1" };
  g_autofree char *digits = g_strnfill (2 * 128, 'A');
  g_autofree char *expected = g_ascii_strdown (digits, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++) {
    g_autofree char *line = g_strdup_printf ("wfd_display_edid: %s %s", counts[i], digits);
    g_auto (WfdParams) params = { 0 };

    parse_one (line, &params);
    g_assert_true (g_str_has_prefix (params.text[WFD_PARAM_DISPLAY_EDID], "0001 "));
    g_assert_cmpstr (params.text[WFD_PARAM_DISPLAY_EDID] + 5, ==, expected);
  }
}

static void
edid_ends_with_its_last_whole_block (void)
{
  g_autofree char *digits = g_strnfill (2 * 128 + 100, 'c');
  g_autofree char *line = g_strconcat ("wfd_display_edid: 0002 ", digits, NULL);
  g_auto (WfdParams) params = { 0 };

  parse_one (line, &params);
  g_assert_cmpuint (strlen (params.text[WFD_PARAM_DISPLAY_EDID]), ==, strlen ("0001 ") + 2 * 128);
}

static void
no_display_is_not_no_edid (void)
{
  g_auto (WfdParams) no_display = { 0 };
  g_auto (WfdParams) no_edid = { 0 };

  parse_one ("wfd_display_edid: 0000 none\r\n", &no_display);
  g_assert_cmpstr (no_display.text[WFD_PARAM_DISPLAY_EDID], ==, "0000 none");
  parse_one ("wfd_display_edid: none\r\n", &no_edid);
  g_assert_true (wfd_params_has (&no_edid, WFD_PARAM_DISPLAY_EDID));
  g_assert_null (no_edid.text[WFD_PARAM_DISPLAY_EDID]);
}

static void
time_stamps_stand_in_the_upper_33_bits (void)
{
  g_auto (WfdParams) params = { 0 };

  parse_one ("wfd_av_format_change_timing: 000F424000 ffffffff80\r\n", &params);
  g_assert_cmpuint (params.av_format_change_timing.pts_90khz, ==, 2000000);
  g_assert_cmphex (params.av_format_change_timing.dts_90khz, ==, G_GUINT64_CONSTANT (0x1ffffffff));
}

static void
switches_and_numbers_are_read (void)
{
  g_auto (WfdParams) on = { 0 };
  g_auto (WfdParams) off = { 0 };

  parse_one ("wfd_uibc_setting: enable\r\n"
             "wfd_standby_resume_capability: supported\r\n"
             "wfd_idr_request_capability: 1\r\n"
             "wfd_connector_type: 5\r\n"
             "microsoft_max_bitrate: 9999999999\r\n",
      &on);
  g_assert_true (on.uibc_enable);
  g_assert_true (on.standby_resume_supported);
  g_assert_true (on.idr_request_supported);
  g_assert_cmpint (on.connector_type, ==, 5);
  g_assert_cmpuint (on.max_bitrate_bps, ==, G_GUINT64_CONSTANT (9999999999));

  parse_one ("wfd_uibc_setting: disable\r\n"
             "wfd_standby_resume_capability: none\r\n"
             "wfd_idr_request_capability: 0\r\n"
             "wfd_connector_type: none\r\n"
             "microsoft_max_bitrate: none\r\n",
      &off);
  g_assert_false (off.uibc_enable);
  g_assert_false (off.standby_resume_supported);
  g_assert_false (off.idr_request_supported);
  g_assert_cmpint (off.connector_type, ==, -1);
  g_assert_cmpuint (off.max_bitrate_bps, ==, 0);
}

static void
none_is_no_text (void)
{
  g_auto (WfdParams) params = { 0 };

  parse_one ("wfd_content_protection: none\r\n"
             "wfd_uibc_capability:None\r\n"
             "wfd2_video_formats: none\r\n"
             "microsoft_cursor: NONE\r\n",
      &params);
  g_assert_true (wfd_params_has (&params, WFD_PARAM_CONTENT_PROTECTION));
  g_assert_null (params.text[WFD_PARAM_CONTENT_PROTECTION]);
  g_assert_true (wfd_params_has (&params, WFD_PARAM_UIBC_CAPABILITY));
  g_assert_null (params.text[WFD_PARAM_UIBC_CAPABILITY]);
  g_assert_true (wfd_params_has (&params, WFD_PARAM_WFD2_VIDEO_FORMATS));
  g_assert_null (params.text[WFD_PARAM_WFD2_VIDEO_FORMATS]);
  g_assert_true (wfd_params_has (&params, WFD_PARAM_MICROSOFT_CURSOR));
  g_assert_null (params.text[WFD_PARAM_MICROSOFT_CURSOR]);
}

/* Bodies. */

static void
body_of_an_m4_is_read_whole (void)
{
  const char body[] = "wfd_video_formats: 00 00 01 01 00000020 00000000 00000000 00 0000 0000 00 "
                      "none none\r\n"
                      "wfd_audio_codecs: AAC 00000001 00\r\n"
                      "wfd_presentation_URL: rtsp://192.168.49.1/wfd1.0/streamid=0 none\r\n"
                      "wfd_client_rtp_ports: RTP/AVP/UDP;unicast 19000 0 mode=play\r\n";
  g_autoptr (GString) printed = g_string_new (NULL);
  g_auto (WfdParams) params = { 0 };

  parse_one (body, &params);
  g_assert_cmphex (params.present, ==,
      1 << WFD_PARAM_VIDEO_FORMATS | 1 << WFD_PARAM_AUDIO_CODECS | 1 << WFD_PARAM_PRESENTATION_URL
          | 1 << WFD_PARAM_CLIENT_RTP_PORTS);
  g_assert_cmphex (params.video_formats.codecs[0].modes[WFD_TABLE_CEA], ==, 0x20);
  g_assert_cmphex (params.audio_codecs.modes[WFD_AUDIO_CODEC_AAC], ==, 1);
  g_assert_cmpstr (params.presentation_urls[0], ==, "rtsp://192.168.49.1/wfd1.0/streamid=0");
  g_assert_cmpuint (params.client_rtp_ports.port0, ==, 19000);

  /* The order is that of the table. */
  wfd_params_print (&params, printed);
  g_assert_cmpstr (printed->str, ==,
      "wfd_video_formats: 00 00 01 01 00000020 00000000 00000000 00 0000 0000 00 none none\r\n"
      "wfd_audio_codecs: AAC 00000001 00\r\n"
      "wfd_client_rtp_ports: RTP/AVP/UDP;unicast 19000 0 mode=play\r\n"
      "wfd_presentation_URL: rtsp://192.168.49.1/wfd1.0/streamid=0 none\r\n");
}

static void
lines_may_end_and_begin_in_any_way (void)
{
  static const char *const bodies[] = {
    "wfd_trigger_method: PLAY\r\nwfd_connector_type: 07\r\n",
    "wfd_trigger_method: PLAY\nwfd_connector_type: 07\n",
    "wfd_trigger_method: PLAY\r\nwfd_connector_type: 07",
    "\r\nwfd_trigger_method: PLAY\r\n\r\nwfd_connector_type: 07\r\n\r\n",
    "wfd_trigger_method:PLAY\r\nwfd_connector_type:07\r\n",
    "wfd_trigger_method : PLAY\r\nwfd_connector_type\t:\t07 \t\r\n",
    " wfd_trigger_method:   PLAY  \r\n\twfd_connector_type: 07\r\n",
    "WFD_TRIGGER_METHOD: play\r\nWfd_connector_type: 7\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_auto (WfdParams) params = { 0 };

    g_test_message ("body %" G_GSIZE_FORMAT, i);
    parse_one (bodies[i], &params);
    g_assert_true (wfd_params_has (&params, WFD_PARAM_TRIGGER_METHOD));
    g_assert_cmpint (params.trigger, ==, WFD_TRIGGER_PLAY);
    g_assert_true (wfd_params_has (&params, WFD_PARAM_CONNECTOR_TYPE));
    g_assert_cmpint (params.connector_type, ==, 7);
  }
}

static void
nul_behind_the_body_is_no_part_of_it (void)
{
  const char with_end[] = "wfd_connector_type: 07\r\n";
  const char without_end[] = "wfd_connector_type: 07";
  g_auto (WfdParams) a = { 0 };
  g_auto (WfdParams) b = { 0 };

  g_assert_true (wfd_params_parse (with_end, sizeof (with_end), &a, NULL, NULL));
  g_assert_true (wfd_params_has (&a, WFD_PARAM_CONNECTOR_TYPE));
  g_assert_true (wfd_params_parse (without_end, sizeof (without_end), &b, NULL, NULL));
  g_assert_true (wfd_params_has (&b, WFD_PARAM_CONNECTOR_TYPE));
}

static void
reading_stops_at_the_length (void)
{
  const char body[] = "wfd_connector_type: 07";
  g_autofree char *heap = g_memdup2 (body, strlen (body));
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (heap, strlen (body) - 1, &params, NULL, NULL));
  g_assert_cmpint (params.connector_type, ==, 0);
}

static void
idr_request_needs_no_colon (void)
{
  static const char *const bodies[] = {
    "wfd_idr_request\r\n",
    "wfd_idr_request",
    "wfd_idr_request\n",
    "wfd_idr_request:\r\n",
    "wfd_idr_request : \r\n",
    "WFD_IDR_Request\r\n",
    "wfd_connector_type: 05\r\nwfd_idr_request\r\n",
    "x-vendor: 1\r\nwfd_idr_request\r\nwfd_connector_type: 05\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_auto (WfdParams) params = { 0 };

    parse_one (bodies[i], &params);
    g_assert_true (wfd_params_has (&params, WFD_PARAM_IDR_REQUEST));
  }
}

static void
idr_request_is_written_as_aosp_needs_it (void)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_auto (WfdParams) params = { 0 };

  wfd_params_set (&params, WFD_PARAM_IDR_REQUEST);
  wfd_params_print (&params, body);
  g_assert_cmpstr (body->str, ==, "wfd_idr_request\r\n");
}

static void
unknown_names_are_ignored (void)
{
  const char body[] = "wd_initial_buffer: 3\r\nwfd_connector_type: 05\r\n"
                      "wfd_sec_screensharing\r\nWD_initial_buffer: 4\r\n"
                      "wfdx_rotation_capability: none\r\nintel_overscan_comp: x=0, y=0\r\n";
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (body, strlen (body), &params, failures, NULL));
  g_assert_cmpuint (failures->len, ==, 0);
  g_assert_cmphex (params.present, ==, 1 << WFD_PARAM_CONNECTOR_TYPE);
}

static void
good_ones_are_taken_beside_bad_ones (void)
{
  const char body[] = "WFD_Video_Formats: 00 00 04 01 00000001\r\n"
                      "wfd_audio_codecs: AAC 00000001 00\r\n"
                      "wfd_client_rtp_ports: RTP/AVP/UDP;unicast 99999 0 mode=play\r\n"
                      "wfd_trigger_method\r\n";
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GString) printed = g_string_new (NULL);
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (body, strlen (body), &params, failures, NULL));
  g_assert_cmphex (params.present, ==, 1 << WFD_PARAM_AUDIO_CODECS);
  wfd_params_print_failures (failures, printed);
  g_assert_cmpstr (printed->str, ==,
      "WFD_Video_Formats: 457\r\nwfd_client_rtp_ports: 401\r\nwfd_trigger_method: 451\r\n");
}

static void
last_of_two_counts (void)
{
  static const struct
  {
    const char *body;
    gint type;
    guint n_failures;
  } bodies[] = {
    { "wfd_connector_type: 05\r\nwfd_connector_type: 07\r\n", 7, 0 },
    { "wfd_connector_type: x\r\nWFD_connector_type: 07\r\n", 7, 0 },
    { "wfd_connector_type: 05\r\nwfd_connector_type: x\r\n", -2, 1 },
    { "wfd_connector_type: x\r\nwfd_connector_type: y\r\n", -2, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (GArray) failures = wfd_param_failures_new ();
    g_auto (WfdParams) params = { 0 };
    gboolean present;

    g_assert_true (
        wfd_params_parse (bodies[i].body, strlen (bodies[i].body), &params, failures, NULL));
    present = wfd_params_has (&params, WFD_PARAM_CONNECTOR_TYPE);
    g_assert_cmpint (present ? params.connector_type : -2, ==, bodies[i].type);
    g_assert_cmpuint (failures->len, ==, bodies[i].n_failures);
  }
}

/* Strings and bytes that a second line replaces: for the leak checker. */
static void
replaced_values_are_freed (void)
{
  g_autofree char *digits = g_strnfill (256, '0');
  g_autofree char *body =
      g_strdup_printf ("wfd_display_edid: 0001 %s\nwfd_display_edid: 0000 none\n"
                       "wfd_presentation_URL: rtsp://a none\n"
                       "wfd_presentation_URL: rtsp://b none\n"
                       "wfd_I2C: 1\nwfd_I2C: 2\nwfd_I2C: x\n",
          digits);
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (body, strlen (body), &params, NULL, NULL));
  g_assert_cmpstr (params.text[WFD_PARAM_DISPLAY_EDID], ==, "0000 none");
  g_assert_cmpstr (params.presentation_urls[0], ==, "rtsp://b");
  g_assert_false (wfd_params_has (&params, WFD_PARAM_I2C));
}

static void
nul_is_no_part_of_a_name (void)
{
  const char body[] = "wfd_I2C: 1\r\nwfd_\0I2C: 2\r\n\0: 3\r\n";
  g_autoptr (GArray) names = wfd_param_names_new ();
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (body, sizeof (body), &params, NULL, NULL));
  g_assert_cmpstr (params.text[WFD_PARAM_I2C], ==, "1");
  g_assert_true (wfd_params_parse_names (body, sizeof (body), names, NULL));
  g_assert_cmpuint (names->len, ==, 1);
}

static void
lines_without_a_name_are_skipped (void)
{
  g_autofree char *long_name = g_strnfill (WFD_LIMIT_PARAM_NAME_CHARS + 1, 'x');
  g_autofree char *body =
      g_strdup_printf (": 1\r\n(null): 2\r\n%s: 3\r\nB\xc3\xbcro: 4\r\ntwo words: 5\r\n"
                       "wfd_connector_type: 05\r\n",
          long_name);
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GArray) names = wfd_param_names_new ();
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (body, strlen (body), &params, failures, NULL));
  g_assert_cmpuint (failures->len, ==, 0);
  g_assert_cmphex (params.present, ==, 1 << WFD_PARAM_CONNECTOR_TYPE);
  g_assert_true (wfd_params_parse_names (body, strlen (body), names, NULL));
  g_assert_cmpuint (names->len, ==, 1);
}

static void
empty_body_has_no_parameters (void)
{
  static const char *const bodies[] = { "", "\r\n", " \t\r\n\n\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (GArray) names = wfd_param_names_new ();
    g_auto (WfdParams) params = { .present = 1 };

    parse_one (bodies[i], &params);
    g_assert_cmphex (params.present, ==, 0);
    g_assert_true (wfd_params_parse_names (bodies[i], strlen (bodies[i]), names, NULL));
    g_assert_cmpuint (names->len, ==, 0);
  }
  g_assert_true (wfd_params_parse (NULL, 0, &(WfdParams) { 0 }, NULL, NULL));
}

static void
refuse_body (const char *body, gsize len)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GArray) names = wfd_param_names_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) names_error = NULL;
  WfdParams params = { .connector_type = 0x55 };

  g_assert_false (wfd_params_parse (body, len, &params, failures, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_MALFORMED);
  g_assert_cmpint (params.connector_type, ==, 0x55);
  g_assert_cmpuint (failures->len, ==, 0);
  g_assert_false (wfd_params_parse_names (body, len, names, &names_error));
  g_assert_error (names_error, WFD_ERROR, WFD_ERROR_MALFORMED);
  g_assert_cmpuint (names->len, ==, 0);
}

static void
garbage_is_refused (void)
{
  refuse_body ("\x01\x02\xff\xfe\x00\x7f", 6);
  refuse_body ("not a parameter\r\nnor this one\r\n", 31);
  refuse_body (":::::", 5);
}

static void
body_beyond_the_limits_is_refused (void)
{
  g_autofree char *blanks = g_strnfill (WFD_LIMIT_BODY_BYTES + 1, '\n');
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GArray) names = wfd_param_names_new ();
  g_auto (WfdParams) params = { 0 };

  blanks[0] = 'a';
  refuse_body (blanks, WFD_LIMIT_BODY_BYTES + 1);
  g_assert_true (wfd_params_parse (blanks, WFD_LIMIT_BODY_BYTES, &params, NULL, NULL));

  for (guint i = 0; i < WFD_LIMIT_BODY_LINES; i++)
    g_string_append_printf (lines, "name%u\r\n\r\n", i);
  g_assert_true (wfd_params_parse_names (lines->str, lines->len, names, NULL));
  g_assert_cmpuint (names->len, ==, WFD_LIMIT_BODY_LINES);
  g_string_append (lines, "one_more\r\n");
  refuse_body (lines->str, lines->len);
}

/* Lists of names. */

static void
names_of_a_windows_m3_are_read (void)
{
  static const char *const body = "wfd_video_formats\r\nwfd_audio_codecs\r\n"
                                  "wfd_client_rtp_ports\r\nwfd_display_edid\r\n"
                                  "wfd_connector_type\r\nwfd_uibc_capability\r\n"
                                  "wfd2_rotation_capability\r\nwfd2_video_formats\r\n"
                                  "wfd2_audio_codecs\r\nwfd2_video_stream_control\r\n"
                                  "wfd_content_protection\r\nwfd_idr_request_capability\r\n"
                                  "intel_friendly_name\r\nintel_sink_device_URL\r\n"
                                  "microsoft_cursor\r\nmicrosoft_custom_video_formats\r\n";
  static const WfdParamId ids[] = { WFD_PARAM_VIDEO_FORMATS, WFD_PARAM_AUDIO_CODECS,
    WFD_PARAM_CLIENT_RTP_PORTS, WFD_PARAM_DISPLAY_EDID, WFD_PARAM_CONNECTOR_TYPE,
    WFD_PARAM_UIBC_CAPABILITY, WFD_PARAM_UNKNOWN, WFD_PARAM_WFD2_VIDEO_FORMATS,
    WFD_PARAM_WFD2_AUDIO_CODECS, WFD_PARAM_UNKNOWN, WFD_PARAM_CONTENT_PROTECTION,
    WFD_PARAM_IDR_REQUEST_CAPABILITY, WFD_PARAM_INTEL_FRIENDLY_NAME,
    WFD_PARAM_INTEL_SINK_DEVICE_URL, WFD_PARAM_MICROSOFT_CURSOR, WFD_PARAM_UNKNOWN };
  g_autoptr (GArray) names = wfd_param_names_new ();

  g_assert_true (wfd_params_parse_names (body, strlen (body), names, NULL));
  g_assert_cmpuint (names->len, ==, G_N_ELEMENTS (ids));
  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_cmpint (g_array_index (names, WfdParamName, i).id, ==, ids[i]);
  g_assert_cmpstr (g_array_index (names, WfdParamName, 6).name, ==, "wfd2_rotation_capability");
  g_assert_cmpstr (g_array_index (names, WfdParamName, 15).name, ==,
      "microsoft_custom_video_formats");
}

static void
names_are_listed_once_as_the_peer_wrote_them (void)
{
  const char body[] = "WFD_Audio_Codecs\nwfd_audio_codecs\n\n wfd_I2C:\nx_y\nwfd_i2c: none\nX_Y";
  g_autoptr (GArray) names = wfd_param_names_new ();

  g_assert_true (wfd_params_parse_names (body, strlen (body), names, NULL));
  g_assert_cmpuint (names->len, ==, 3);
  g_assert_cmpstr (g_array_index (names, WfdParamName, 0).name, ==, "WFD_Audio_Codecs");
  g_assert_cmpint (g_array_index (names, WfdParamName, 0).id, ==, WFD_PARAM_AUDIO_CODECS);
  g_assert_cmpstr (g_array_index (names, WfdParamName, 1).name, ==, "wfd_I2C");
  g_assert_cmpstr (g_array_index (names, WfdParamName, 2).name, ==, "x_y");
}

/* 303 answers. */

static void
failures_are_read (void)
{
  const char body[] = "wfd_video_formats: 415, 457\r\nwfd_audio_codecs:415\r\n"
                      "WFD_video_formats : 415 ,465\r\nwfd_I2C: 1, 4511, x, 99, 404\r\n"
                      "wfd_route: primary\r\n";
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GString) printed = g_string_new (NULL);

  g_assert_true (wfd_params_parse_failures (body, strlen (body), failures, NULL));
  g_assert_cmpuint (failures->len, ==, 3);
  g_assert_cmpstr (g_array_index (failures, WfdParamFailure, 0).name, ==, "wfd_video_formats");
  g_assert_cmpuint (g_array_index (failures, WfdParamFailure, 0).codes[0], ==, 415);
  g_assert_cmpuint (g_array_index (failures, WfdParamFailure, 0).codes[1], ==, 457);
  g_assert_cmpuint (g_array_index (failures, WfdParamFailure, 0).codes[2], ==, 465);
  g_assert_cmpuint (g_array_index (failures, WfdParamFailure, 0).codes[3], ==, 0);

  wfd_params_print_failures (failures, printed);
  g_assert_cmpstr (printed->str, ==,
      "wfd_video_formats: 415, 457, 465\r\nwfd_audio_codecs: 415\r\nwfd_I2C: 404\r\n");
}

static void
failures_keep_four_codes (void)
{
  const char body[] = "wfd_video_formats: 400, 404, 415, 457, 458, 465\r\n";
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GString) printed = g_string_new (NULL);

  g_assert_true (wfd_params_parse_failures (body, strlen (body), failures, NULL));
  wfd_params_print_failures (failures, printed);
  g_assert_cmpstr (printed->str, ==, "wfd_video_formats: 400, 404, 415, 457\r\n");
}

static void
failures_without_a_code_are_refused (void)
{
  const char body[] = "wfd_video_formats\r\nwfd_audio_codecs: none\r\n";
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (wfd_params_parse_failures (body, strlen (body), failures, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_MALFORMED);
  g_assert_cmpuint (failures->len, ==, 0);
  g_assert_true (wfd_params_parse_failures ("", 0, failures, NULL));
}

/* Writing. */

static void
what_is_not_present_is_written_as_not_supported (void)
{
  const WfdParams params = { .trigger = WFD_TRIGGER_PLAY, .connector_type = 5 };
  g_autoptr (GString) body = g_string_new (NULL);
  static const WfdParamId ids[] = { WFD_PARAM_VIDEO_FORMATS, WFD_PARAM_TRIGGER_METHOD,
    WFD_PARAM_CONTENT_PROTECTION, WFD_PARAM_DISPLAY_EDID, WFD_PARAM_STANDBY,
    WFD_PARAM_CONNECTOR_TYPE, WFD_PARAM_IDR_REQUEST_CAPABILITY,
    WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS, WFD_PARAM_MICROSOFT_VIDEO_FORMATS };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    wfd_params_print_one (&params, ids[i], body);
  g_assert_cmpstr (body->str, ==,
      "wfd_video_formats: none\r\nwfd_content_protection: none\r\nwfd_display_edid: none\r\n"
      "wfd_connector_type: none\r\nwfd_idr_request_capability: 0\r\n"
      "wfd2_audio_playback_status: none none\r\nmicrosoft_video_formats: 000000000000\r\n");

  g_string_truncate (body, 0);
  wfd_params_print (&params, body);
  g_assert_cmpstr (body->str, ==, "");
}

/* A source that asks for all there is gets an answer to all; a sink has ports. */
static void
whatever_m3_asks_for_can_be_refused (void)
{
  const WfdParams params = { 0 };

  for (guint id = 0; id < WFD_N_PARAMS; id++) {
    g_autoptr (GString) body = g_string_new (NULL);
    g_auto (WfdParams) again = { 0 };

    if ((wfd_param_get_use (id) & WFD_PARAM_IN_M3) == 0 || id == WFD_PARAM_CLIENT_RTP_PORTS)
      continue;
    wfd_params_print_one (&params, id, body);
    g_test_message ("%s", wfd_param_get_name (id));
    parse_one (body->str, &again);
    g_assert_true (wfd_params_has (&again, id));
    g_assert_null (again.text[id]);
  }
}

static void
text_to_be_sent_is_brought_into_form (void)
{
  g_autoptr (GString) body = g_string_new (NULL);
  g_auto (WfdParams) params = { 0 };

  params.text[WFD_PARAM_INTEL_FRIENDLY_NAME] = g_strdup ("living-room television");
  params.text[WFD_PARAM_I2C] = g_strdup (" None ");
  params.text[WFD_PARAM_UIBC_CAPABILITY] = g_strdup ("input_category_list=generic");
  wfd_params_set (&params, WFD_PARAM_INTEL_FRIENDLY_NAME);
  wfd_params_set (&params, WFD_PARAM_I2C);
  wfd_params_set (&params, WFD_PARAM_UIBC_CAPABILITY);
  wfd_params_print (&params, body);
  g_assert_cmpstr (body->str, ==,
      "wfd_I2C: none\r\n"
      "wfd_uibc_capability: input_category_list=GENERIC;generic_cap_list=none;"
      "hidc_cap_list=none;port=none\r\n"
      "intel_friendly_name: living room televi\r\n");
}

/* Nothing we hold can put a line of its own into a message. */
static void
refuse_to_write (WfdParams *params, WfdParamId id)
{
  g_autoptr (GString) body = g_string_new (NULL);

  wfd_params_set (params, id);
  g_test_expect_message ("wfd-rtsp", G_LOG_LEVEL_CRITICAL, "*should not be reached*");
  wfd_params_print (params, body);
  g_test_assert_expected_messages ();
  g_assert_cmpstr (body->str, ==, "");
  wfd_params_clear (params);
}

static void
what_could_not_be_read_is_not_written (void)
{
  g_auto (WfdParams) params = { 0 };

  params.text[WFD_PARAM_INTEL_SINK_MODEL_NAME] = g_strdup ("x\r\nwfd_standby");
  refuse_to_write (&params, WFD_PARAM_INTEL_SINK_MODEL_NAME);
  params.text[WFD_PARAM_ROUTE] = g_strdup ("none");
  refuse_to_write (&params, WFD_PARAM_ROUTE);
  refuse_to_write (&params, WFD_PARAM_ROUTE);
  params.presentation_urls[0] = g_strdup ("rtsp://h\r\n/wfd1.0");
  refuse_to_write (&params, WFD_PARAM_PRESENTATION_URL);
  params.text[WFD_PARAM_DISPLAY_EDID] = g_strdup ("0001 00ff");
  refuse_to_write (&params, WFD_PARAM_DISPLAY_EDID);
  params.connector_type = 256;
  refuse_to_write (&params, WFD_PARAM_CONNECTOR_TYPE);
  params.trigger = WFD_TRIGGER_TEARDOWN + 1;
  refuse_to_write (&params, WFD_PARAM_TRIGGER_METHOD);
  params.max_bitrate_bps = G_GUINT64_CONSTANT (10000000000);
  refuse_to_write (&params, WFD_PARAM_MICROSOFT_MAX_BITRATE);
}

static void
clearing_leaves_nothing (void)
{
  WfdParams params = { 0 };
  const WfdParams empty = { 0 };

  parse_one ("wfd_presentation_URL: rtsp://a rtsp://b\nwfd_display_edid: 0000 none\nwfd_I2C: 1\n",
      &params);
  wfd_params_clear (&params);
  g_assert_cmpmem (&params, sizeof (params), &empty, sizeof (empty));
}

#define ADD(path, func) g_test_add_func ("/rtsp/params/" path, func)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("field/ports-of-a-primary-sink", ports_of_a_primary_sink);
  ADD ("field/ports-of-a-secondary-sink-over-tcp", ports_of_a_secondary_sink_over_tcp);
  ADD ("field/presentation-url-is-kept-as-it-is", presentation_url_is_kept_as_it_is);
  ADD ("field/trigger", trigger_is_read);
  ADD ("field/edid-payload-beats-its-count", edid_payload_beats_its_count);
  ADD ("field/edid-ends-with-its-last-whole-block", edid_ends_with_its_last_whole_block);
  ADD ("field/no-display-is-not-no-edid", no_display_is_not_no_edid);
  ADD ("field/time-stamps-stand-in-the-upper-33-bits", time_stamps_stand_in_the_upper_33_bits);
  ADD ("field/switches-and-numbers", switches_and_numbers_are_read);
  ADD ("field/none-is-no-text", none_is_no_text);

  ADD ("body/m4-is-read-whole", body_of_an_m4_is_read_whole);
  ADD ("body/lines-may-end-and-begin-in-any-way", lines_may_end_and_begin_in_any_way);
  ADD ("body/nul-behind-it-is-no-part-of-it", nul_behind_the_body_is_no_part_of_it);
  ADD ("body/reading-stops-at-the-length", reading_stops_at_the_length);
  ADD ("body/idr-request-needs-no-colon", idr_request_needs_no_colon);
  ADD ("body/unknown-names-are-ignored", unknown_names_are_ignored);
  ADD ("body/good-ones-are-taken-beside-bad-ones", good_ones_are_taken_beside_bad_ones);
  ADD ("body/last-of-two-counts", last_of_two_counts);
  ADD ("body/replaced-values-are-freed", replaced_values_are_freed);
  ADD ("body/nul-is-no-part-of-a-name", nul_is_no_part_of_a_name);
  ADD ("body/lines-without-a-name-are-skipped", lines_without_a_name_are_skipped);
  ADD ("body/empty-one-has-no-parameters", empty_body_has_no_parameters);
  ADD ("body/garbage-is-refused", garbage_is_refused);
  ADD ("body/beyond-the-limits-is-refused", body_beyond_the_limits_is_refused);

  ADD ("names/windows-m3", names_of_a_windows_m3_are_read);
  ADD ("names/once-as-the-peer-wrote-them", names_are_listed_once_as_the_peer_wrote_them);

  ADD ("failures/read", failures_are_read);
  ADD ("failures/four-codes", failures_keep_four_codes);
  ADD ("failures/without-a-code-are-refused", failures_without_a_code_are_refused);

  ADD ("write/idr-request-as-aosp-needs-it", idr_request_is_written_as_aosp_needs_it);
  ADD ("write/not-present-is-not-supported", what_is_not_present_is_written_as_not_supported);
  ADD ("write/whatever-m3-asks-for-can-be-refused", whatever_m3_asks_for_can_be_refused);
  ADD ("write/text-is-brought-into-form", text_to_be_sent_is_brought_into_form);
  ADD ("write/what-could-not-be-read-is-not-written", what_could_not_be_read_is_not_written);
  ADD ("set/clearing-leaves-nothing", clearing_leaves_nothing);

  return g_test_run ();
}
