/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is a body: of values, of names and of failures. What could be read
 * is written, and what was written must be read as the same. */
#include <base-limits.h>
#include <rtsp-params.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
assert_equal_codec (const WfdH264Codec *a, const WfdH264Codec *b)
{
  g_assert_cmphex (a->profiles, ==, b->profiles);
  g_assert_cmpuint (a->level, ==, b->level);
  for (guint i = 0; i < WFD_N_TABLES; i++)
    g_assert_cmphex (a->modes[i], ==, b->modes[i]);
  g_assert_cmpuint (a->latency_ms, ==, b->latency_ms);
  g_assert_cmpuint (a->min_slice_size_mb, ==, b->min_slice_size_mb);
  g_assert_cmphex (a->slice_enc_params, ==, b->slice_enc_params);
  g_assert_cmphex (a->frame_rate_control, ==, b->frame_rate_control);
  g_assert_cmpuint (a->max_hres, ==, b->max_hres);
  g_assert_cmpuint (a->max_vres, ==, b->max_vres);
}

static void
assert_equal_video (const WfdVideoFormats *a, const WfdVideoFormats *b)
{
  g_assert_cmpuint (a->n_codecs, ==, b->n_codecs);
  for (guint i = 0; i < a->n_codecs; i++)
    assert_equal_codec (&a->codecs[i], &b->codecs[i]);
  if (a->n_codecs > 0) {
    g_assert_cmphex (a->native, ==, b->native);
    g_assert_cmpuint (a->preferred, ==, b->preferred);
  }
}

static void
assert_equal_audio (const WfdAudioCodecs *a, const WfdAudioCodecs *b)
{
  for (guint i = 0; i < WFD_N_AUDIO_CODECS; i++) {
    g_assert_cmphex (a->modes[i], ==, b->modes[i]);
    g_assert_cmpuint (a->latency_ms[i], ==, b->latency_ms[i]);
  }
}

#define HAS(params, id) wfd_params_has ((params), WFD_PARAM_##id)

static void
assert_equal_fields (const WfdParams *a, const WfdParams *b)
{
  if (HAS (a, VIDEO_FORMATS))
    assert_equal_video (&a->video_formats, &b->video_formats);
  if (HAS (a, AUDIO_CODECS))
    assert_equal_audio (&a->audio_codecs, &b->audio_codecs);
  if (HAS (a, CLIENT_RTP_PORTS)) {
    g_assert_cmpuint (a->client_rtp_ports.port0, ==, b->client_rtp_ports.port0);
    g_assert_cmpuint (a->client_rtp_ports.port1, ==, b->client_rtp_ports.port1);
    g_assert_cmpint (a->client_rtp_ports.tcp, ==, b->client_rtp_ports.tcp);
  }
  if (HAS (a, PRESENTATION_URL)) {
    g_assert_cmpstr (a->presentation_urls[0], ==, b->presentation_urls[0]);
    g_assert_cmpstr (a->presentation_urls[1], ==, b->presentation_urls[1]);
  }
  if (HAS (a, AV_FORMAT_CHANGE_TIMING)) {
    g_assert_cmphex (a->av_format_change_timing.pts_90khz, ==,
        b->av_format_change_timing.pts_90khz);
    g_assert_cmphex (a->av_format_change_timing.dts_90khz, ==,
        b->av_format_change_timing.dts_90khz);
  }
}

static void
assert_equal_switches (const WfdParams *a, const WfdParams *b)
{
  if (HAS (a, TRIGGER_METHOD))
    g_assert_cmpint (a->trigger, ==, b->trigger);
  if (HAS (a, UIBC_SETTING))
    g_assert_cmpint (a->uibc_enable, ==, b->uibc_enable);
  if (HAS (a, STANDBY_RESUME_CAPABILITY))
    g_assert_cmpint (a->standby_resume_supported, ==, b->standby_resume_supported);
  if (HAS (a, IDR_REQUEST_CAPABILITY))
    g_assert_cmpint (a->idr_request_supported, ==, b->idr_request_supported);
  if (HAS (a, CONNECTOR_TYPE))
    g_assert_cmpint (a->connector_type, ==, b->connector_type);
  if (HAS (a, MICROSOFT_MAX_BITRATE))
    g_assert_cmpuint (a->max_bitrate_bps, ==, b->max_bitrate_bps);
}

static void
assert_equal_params (const WfdParams *a, const WfdParams *b)
{
  g_assert_cmphex (a->present, ==, b->present);
  assert_equal_fields (a, b);
  assert_equal_switches (a, b);
  for (guint id = 0; id < WFD_N_PARAMS; id++) {
    if (wfd_params_has (a, id))
      g_assert_cmpstr (a->text[id], ==, b->text[id]);
  }
}

static void
assert_equal_failures (const GArray *a, const GArray *b)
{
  g_assert_cmpuint (a->len, ==, b->len);
  for (guint i = 0; i < a->len; i++) {
    const WfdParamFailure *failure_a = &g_array_index (a, WfdParamFailure, i);
    const WfdParamFailure *failure_b = &g_array_index (b, WfdParamFailure, i);

    g_assert_cmpstr (failure_a->name, ==, failure_b->name);
    for (guint j = 0; j < G_N_ELEMENTS (failure_a->codes); j++)
      g_assert_cmpuint (failure_a->codes[j], ==, failure_b->codes[j]);
  }
}

/* A value may take more room with all its digits than it had. */
static gboolean
is_within_limits (const GString *body)
{
  return body->len <= WFD_LIMIT_BODY_BYTES;
}

static void
write_and_read_failures (const GArray *failures)
{
  g_autoptr (GArray) again = wfd_param_failures_new ();
  g_autoptr (GString) body = g_string_new (NULL);

  wfd_params_print_failures (failures, body);
  if (!is_within_limits (body))
    return;
  g_assert_true (wfd_params_parse_failures (body->str, body->len, again, NULL));
  assert_equal_failures (failures, again);
}

static void
write_and_read_params (const WfdParams *params)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GString) body = g_string_new (NULL);
  g_auto (WfdParams) again = { 0 };

  wfd_params_print (params, body);
  if (!is_within_limits (body))
    return;
  g_assert_true (wfd_params_parse (body->str, body->len, &again, failures, NULL));
  g_assert_cmpuint (failures->len, ==, 0);
  assert_equal_params (params, &again);
}

static void
fuzz_values (const char *body, gsize len)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_autoptr (GError) error = NULL;
  g_auto (WfdParams) params = { 0 };

  if (!wfd_params_parse (body, len, &params, failures, &error)) {
    g_assert_nonnull (error);
    return;
  }
  g_assert_no_error (error);
  write_and_read_params (&params);
  write_and_read_failures (failures);
}

static void
fuzz_names (const char *body, gsize len)
{
  g_autoptr (GArray) names = wfd_param_names_new ();

  if (!wfd_params_parse_names (body, len, names, NULL))
    return;
  g_assert_cmpuint (names->len, <=, WFD_LIMIT_BODY_LINES);
  for (guint i = 0; i < names->len; i++) {
    const WfdParamName *name = &g_array_index (names, WfdParamName, i);

    g_assert_true (g_str_is_ascii (name->name));
    if (name->id != WFD_PARAM_UNKNOWN)
      g_assert_cmpint (g_ascii_strcasecmp (name->name, wfd_param_get_name (name->id)), ==, 0);
  }
}

static void
fuzz_failures (const char *body, gsize len)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();

  if (wfd_params_parse_failures (body, len, failures, NULL))
    write_and_read_failures (failures);
}

/* What an application gives as text. */
static void
fuzz_formats (const char *text)
{
  WfdParams params = { 0 };

  if (wfd_params_parse_video_formats (text, &params.video_formats, NULL))
    wfd_params_set (&params, WFD_PARAM_VIDEO_FORMATS);
  if (wfd_params_parse_audio_codecs (text, &params.audio_codecs, NULL))
    wfd_params_set (&params, WFD_PARAM_AUDIO_CODECS);
  write_and_read_params (&params);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const char *body = (const char *) data;
  g_autofree char *text = g_strndup (body, size);

  fuzz_values (body, size);
  fuzz_names (body, size);
  fuzz_failures (body, size);
  fuzz_formats (text);
  return 0;
}
