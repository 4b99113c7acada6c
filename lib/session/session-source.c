/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source's part of WFD 2.1 §6.4: it sends M1, M3, M4, M5 and M16, and
 * answers M2, M6 to M9, M11 and M13. docs/state-machines.md draws it. */
#include "session-machine-private.h"
/* Android and gnome-network-displays send M16 this often; LG webOS resets a
 * connection that is silent for 40 s. */
#define KEEP_ALIVE_US (25 * G_USEC_PER_SEC)
#define SESSION_TIMEOUT_S 60
/* Some sinks never answer M16: gone after two timeouts without any message. */
#define SESSION_LIMIT_US (2 * SESSION_TIMEOUT_S * G_USEC_PER_SEC)
/* T2 is 5 s; televisions ask their user in between. */
#define ANSWER_US (10 * G_USEC_PER_SEC)

static const WfdParamId mandatory_names[] = {
  WFD_PARAM_VIDEO_FORMATS,
  WFD_PARAM_AUDIO_CODECS,
  WFD_PARAM_CLIENT_RTP_PORTS,
};

/* A Microsoft 4K adapter resets the connection if content protection is not
 * asked for, so it is, although we have none. */
static const WfdParamId optional_names[] = {
  WFD_PARAM_CONTENT_PROTECTION,
  WFD_PARAM_DISPLAY_EDID,
  WFD_PARAM_CONNECTOR_TYPE,
  WFD_PARAM_IDR_REQUEST_CAPABILITY,
  WFD_PARAM_INTEL_FRIENDLY_NAME,
  WFD_PARAM_MICROSOFT_MAX_BITRATE,
};

static void
append_names (GString *body, const WfdParamId *ids, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (body, "%s\r\n", wfd_param_get_name (ids[i]));
}

static void
send_m1 (WfdMachine *self)
{
  GstRTSPMessage *request = wfd_machine_request (self, MESSAGE_M1, "*", NULL);

  if (request != NULL)
    gst_rtsp_message_add_header (request, GST_RTSP_HDR_REQUIRE, "org.wfa.wfd1.0");
}

static void
send_m3 (WfdMachine *self, MessageId id)
{
  g_autoptr (GString) body = g_string_new (NULL);

  append_names (body, mandatory_names, G_N_ELEMENTS (mandatory_names));
  if (id == MESSAGE_M3)
    append_names (body, optional_names, G_N_ELEMENTS (optional_names));
  wfd_machine_enter (self, STATE_M3);
  wfd_machine_request (self, id, NULL, body->str);
}

static void
set_choice (WfdParams *params, const WfdChoice *choice)
{
  if (choice->mode != NULL) {
    wfd_media_choice_to_video_formats (choice, &params->video_formats);
    wfd_params_set (params, WFD_PARAM_VIDEO_FORMATS);
  }
  if (choice->audio != NULL) {
    wfd_media_choice_to_audio_codecs (choice, &params->audio_codecs);
    wfd_params_set (params, WFD_PARAM_AUDIO_CODECS);
  }
}

static void
send_m4 (WfdMachine *self)
{
  g_auto (WfdParams) params = { 0 };
  g_autoptr (GString) body = g_string_new (NULL);

  set_choice (&params, &self->choices[self->proposed]);
  params.presentation_urls[0] = g_strdup (self->url);
  wfd_params_set (&params, WFD_PARAM_PRESENTATION_URL);
  params.client_rtp_ports = self->peer_capabilities.client_rtp_ports;
  wfd_params_set (&params, WFD_PARAM_CLIENT_RTP_PORTS);
  wfd_params_print (&params, body);
  wfd_machine_enter (self, STATE_M4);
  wfd_machine_request (self, MESSAGE_M4, NULL, body->str);
}

static void
send_trigger (WfdMachine *self, MessageId id, WfdTrigger trigger)
{
  g_auto (WfdParams) params = { .trigger = trigger };
  g_autoptr (GString) body = g_string_new (NULL);

  wfd_params_set (&params, WFD_PARAM_TRIGGER_METHOD);
  wfd_params_print (&params, body);
  wfd_machine_request (self, id, NULL, body->str);
}

static void
m1_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (status != GST_RTSP_STS_OK)
    wfd_machine_fail (self, WFD_ERROR_REFUSED, "The sink refused M1 (OPTIONS) with status %u",
        status);
  else if (self->state == STATE_M1)
    wfd_machine_enter (self, STATE_M1_ANSWERED);
  else if (self->state == STATE_M2_ANSWERED)
    send_m3 (self, MESSAGE_M3);
}

static guint
answer_options (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  /* The whole list: libwds' sink gives up without PAUSE in it. */
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_PUBLIC,
      "org.wfa.wfd1.0, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER");
  return GST_RTSP_STS_OK;
}

/* A Microsoft adapter resets the connection, and libwds' sink dies, if M3
 * comes before M2 has been answered. */
static void
after_options (WfdMachine *self)
{
  if (self->state == STATE_M1)
    wfd_machine_enter (self, STATE_M2_ANSWERED);
  else if (self->state == STATE_M1_ANSWERED)
    send_m3 (self, MESSAGE_M3);
}

static gboolean
has_capabilities (const WfdParams *params)
{
  return wfd_params_has (params, WFD_PARAM_CLIENT_RTP_PORTS) &&
      (wfd_params_has (params, WFD_PARAM_VIDEO_FORMATS) ||
      wfd_params_has (params, WFD_PARAM_AUDIO_CODECS));
}

static void
choose_and_send_m4 (WfdMachine *self)
{
  g_autoptr (GError) error = NULL;
  WfdParams *peer = &self->peer_capabilities;

  self->n_choices = wfd_media_choose (&self->config.video, &self->config.audio,
      &peer->video_formats, &peer->audio_codecs, &self->config.wish, self->choices, &error);
  if (self->n_choices == 0) {
    wfd_machine_end (self, g_steal_pointer (&error));
    return;
  }
  g_free (self->url);
  self->url = g_strdup_printf ("rtsp://%s/wfd1.0/streamid=0", self->config.local_host);
  self->proposed = 0;
  send_m4 (self);
}

static void
m3_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  WfdText body = wfd_machine_get_body (response);
  g_autoptr (GError) error = NULL;

  if (self->state != STATE_M3)
    return;

  wfd_params_clear (&self->peer_capabilities);
  if (status == GST_RTSP_STS_OK && !wfd_params_parse (body.pos, body.left,
          &self->peer_capabilities, NULL, NULL, &error)) {
    g_prefix_error (&error, "In the answer to M3: ");
    wfd_machine_end (self, g_steal_pointer (&error));
  } else if (has_capabilities (&self->peer_capabilities)) {
    choose_and_send_m4 (self);
  } else {
    send_m3 (self, MESSAGE_M3_MANDATORY);
  }
}

static void
m3_mandatory_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  WfdText body = wfd_machine_get_body (response);

  if (self->state != STATE_M3)
    return;

  wfd_params_clear (&self->peer_capabilities);
  if (status == GST_RTSP_STS_OK)
    wfd_params_parse (body.pos, body.left, &self->peer_capabilities, NULL, NULL, NULL);
  if (has_capabilities (&self->peer_capabilities))
    choose_and_send_m4 (self);
  else
    wfd_machine_fail (self, WFD_ERROR_REFUSED, "The sink does not tell its formats and its "
        "RTP port in the answer to M3 (status %u)", status);
}

/* Which of the choices to try after the sink refused the parameters in
 * @failures: if only audio was refused keep the picture, if only video was
 * refused keep the sound. */
static guint
next_choice (WfdMachine *self, const GArray *failures)
{
  const WfdChoice *old = &self->choices[self->proposed];
  gboolean video_refused = FALSE, audio_refused = FALSE;

  for (guint i = 0; i < failures->len; i++) {
    const char *name = g_array_index (failures, WfdParamFailure, i).name;

    switch (wfd_param_find (name, strlen (name))) {
      case WFD_PARAM_VIDEO_FORMATS:
        video_refused = TRUE;
        break;
      case WFD_PARAM_AUDIO_CODECS:
        audio_refused = TRUE;
        break;
      default:
        break;
    }
  }

  for (guint i = self->proposed + 1; i < self->n_choices && video_refused != audio_refused; i++) {
    const WfdChoice *choice = &self->choices[i];

    if (audio_refused && choice->mode == old->mode && choice->audio != old->audio)
      return i;
    if (video_refused && choice->mode != old->mode && choice->audio == old->audio)
      return i;
  }
  return self->proposed + 1;
}

static void
m4_refused (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  WfdText body = wfd_machine_get_body (response);
  guint next;

  wfd_params_parse_failures (body.pos, body.left, failures, NULL);
  if (self->state != STATE_M4) {
    wfd_machine_emit (self, WFD_EVENT_FORMAT_REFUSED, g_error_new (WFD_ERROR, WFD_ERROR_REFUSED,
            "The sink refused the new format with status %u", status));
    return;
  }

  next = next_choice (self, failures);
  if (next >= self->n_choices) {
    wfd_machine_fail (self, WFD_ERROR_REFUSED, "The sink refused every format that it had "
        "offered (M4, last status %u: %.*s)", status, (int) MIN (body.left, 200), body.pos);
    return;
  }
  self->proposed = next;
  send_m4 (self);
}

static void
m4_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (status != GST_RTSP_STS_OK) {
    m4_refused (self, response, status);
  } else if (self->state == STATE_M4) {
    wfd_machine_adopt_choice (self, &self->choices[self->proposed]);
    wfd_machine_enter (self, STATE_M5);
    send_trigger (self, MESSAGE_M5_SETUP, WFD_TRIGGER_SETUP);
  } else if (self->change.mode != NULL) {
    wfd_machine_adopt_choice (self, &self->change);
    self->change = (WfdChoice) { 0 };
  }
}

static void
m5_setup_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  /* An ActionTec dongle says 200 to an M4 it cannot take and 403 here. */
  if (status != GST_RTSP_STS_OK && IN (self->state) & (IN (STATE_M5) | IN (STATE_M5_AGAIN))) {
    g_autofree char *mode = self->choice.mode != NULL
        ? wfd_media_mode_to_name (self->choice.mode) : g_strdup ("no video");

    wfd_machine_fail (self, WFD_ERROR_REFUSED, "The sink refused to set up the stream (M5, "
        "status %u) after it had accepted %s", status, mode);
  }
}

/* The sink has not sent M6: perhaps it overlooked M5. */
static void
retry_setup (WfdMachine *self)
{
  wfd_machine_enter (self, STATE_M5_AGAIN);
  send_trigger (self, MESSAGE_M5_SETUP_AGAIN, WFD_TRIGGER_SETUP);
}

static const WaitRule wait_for_play = {
  .wait_us = 9 * G_USEC_PER_SEC,
  .timer = "T5",
  .missing = "PLAY (M7)",
};

static const WaitRule wait_for_triggered = {
  .wait_us = ANSWER_US,
  .timer = "T6",
  .missing = "the request that was triggered (M5)",
};

static void
m5_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  gboolean asked_to_play = self->trigger == WFD_TRIGGER_PLAY;

  /* The sink may have sent its request before the answer. */
  if (status == GST_RTSP_STS_OK && self->state == (asked_to_play ? STATE_READY : STATE_PLAYING))
    wfd_machine_wait (self, &wait_for_triggered);
}

static void
m5_teardown_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (status != GST_RTSP_STS_OK)
    wfd_machine_end (self, NULL);
}

/* Sinks leave out the stream id, the port or more (LG, MiraScreen): anything
 * below /wfd1.0 is ours. */
static gboolean
is_our_uri (const char *uri)
{
  const char *path = g_ascii_strncasecmp (uri, "rtsp://", 7) == 0 ? strchr (uri + 7, '/') : uri;

  return path == NULL || g_ascii_strncasecmp (path, "/wfd1.0", 7) == 0;
}

static guint
answer_setup (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  g_autofree char *print = NULL, *session = NULL;
  WfdTransport transport;
  char *header = NULL;

  if (!is_our_uri (request->type_data.request.uri))
    return GST_RTSP_STS_NOT_FOUND;
  if (gst_rtsp_message_get_header (request, GST_RTSP_HDR_TRANSPORT, &header, 0) != GST_RTSP_OK)
    return GST_RTSP_STS_BAD_REQUEST;
  if (!wfd_transport_parse (header, &transport, NULL) || transport.tcp)
    return GST_RTSP_STS_UNSUPPORTED_TRANSPORT;

  /* An old LG dongle names no port: the one of M3 then. */
  if (transport.client_rtp_port == 0)
    transport.client_rtp_port = self->peer_capabilities.client_rtp_ports.port0;
  if (transport.client_rtp_port == 0)
    return GST_RTSP_STS_UNSUPPORTED_TRANSPORT;
  transport.server_rtp_port = self->config.rtp_port;
  transport.server_rtcp_port = 0;
  self->peer_rtp_port = transport.client_rtp_port;
  self->peer_rtcp_port = transport.client_rtcp_port;

  /* LG does not take ids of more than 15 characters. */
  if (self->session_id == NULL)
    self->session_id = g_strdup_printf ("%08u", g_random_int_range (0, 100000000));
  session = g_strdup_printf ("%s;timeout=%d", self->session_id, SESSION_TIMEOUT_S);
  print = wfd_transport_print (&transport);
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_SESSION, session);
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_TRANSPORT, print);
  return GST_RTSP_STS_OK;
}

static void
after_setup (WfdMachine *self)
{
  /* SETUP may overtake the answer to M4; it says yes as well. */
  if (self->state == STATE_M4)
    wfd_machine_adopt_choice (self, &self->choices[self->proposed]);
  wfd_machine_enter (self, STATE_READY);
  wfd_machine_arm (self, TIMER_KEEP_ALIVE, KEEP_ALIVE_US);
  wfd_machine_arm (self, TIMER_SESSION, SESSION_LIMIT_US);
  wfd_machine_wait (self, &wait_for_play);
}

static guint
answer_play (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  if (self->state == STATE_PLAYING)
    return GST_RTSP_STS_NOT_ACCEPTABLE;
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_SESSION, self->session_id);
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_RANGE, "npt=now-");
  return GST_RTSP_STS_OK;
}

static void
after_play (WfdMachine *self)
{
  wfd_machine_enter (self, STATE_PLAYING);
}

static guint
answer_pause (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  if (self->state == STATE_READY)
    return GST_RTSP_STS_NOT_ACCEPTABLE;
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_SESSION, self->session_id);
  return GST_RTSP_STS_OK;
}

static void
after_pause (WfdMachine *self)
{
  wfd_machine_enter (self, STATE_READY);
}

static guint
answer_teardown (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_CONNECTION, "close");
  return GST_RTSP_STS_OK;
}

static void
after_teardown (WfdMachine *self)
{
  wfd_machine_end (self, NULL);
}

/* A sink asks its source for nothing; some use this to keep it alive. */
static guint
answer_get_parameter (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  return GST_RTSP_STS_OK;
}

/* What a sink may set: nothing that it would need from us beforehand and that
 * we did not offer (§6.2.3, 404). Names without a row are ignored (§6.6). */
static gboolean
is_settable (WfdParamId id)
{
  return (wfd_param_get_use (id) & (WFD_PARAM_IN_M11 | WFD_PARAM_IN_M13)) != 0;
}

static guint
answer_set_parameter (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_auto (WfdParams) params = { 0 };
  WfdText body = wfd_machine_get_body (request);

  if (!wfd_params_parse (body.pos, body.left, &params, failures, NULL, NULL))
    return GST_RTSP_STS_BAD_REQUEST;

  for (WfdParamId id = 0; id < WFD_N_PARAMS; id++)
    if (wfd_params_has (&params, id) && !is_settable (id))
      wfd_param_failures_add (failures, wfd_param_get_name (id), WFD_PARAM_STATUS_NOT_FOUND);
  if (wfd_params_has (&params, WFD_PARAM_IDR_REQUEST)) {
    self->stats.idr_requests++;
    wfd_machine_emit (self, WFD_EVENT_IDR_REQUESTED, NULL);
  }
  return wfd_machine_answer_failures (response, failures);
}

/* Any status means that the sink lives: LG answers with an error and plays. */
static void
m16_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  self->stats.keep_alives++;
}

static void
source_expire (WfdMachine *self, TimerId id)
{
  if (id != TIMER_KEEP_ALIVE)
    return;
  wfd_machine_forget (self, MESSAGE_M16);
  wfd_machine_request (self, MESSAGE_M16, NULL, NULL);
  wfd_machine_arm (self, TIMER_KEEP_ALIVE, KEEP_ALIVE_US);
}

static gint64
source_session_limit_us (WfdMachine *self)
{
  return SESSION_LIMIT_US;
}

static void
announce_end (WfdMachine *self)
{
  send_trigger (self, MESSAGE_M5_TEARDOWN, WFD_TRIGGER_TEARDOWN);
}

static gboolean
trigger_play (WfdMachine *self)
{
  if (self->state != STATE_READY)
    return FALSE;
  self->trigger = WFD_TRIGGER_PLAY;
  send_trigger (self, MESSAGE_M5_PLAY, WFD_TRIGGER_PLAY);
  return TRUE;
}

static gboolean
trigger_pause (WfdMachine *self)
{
  if (self->state != STATE_PLAYING)
    return FALSE;
  self->trigger = WFD_TRIGGER_PAUSE;
  send_trigger (self, MESSAGE_M5_PAUSE, WFD_TRIGGER_PAUSE);
  return TRUE;
}

/* M4 in session (§4.10.3.2): the format alone, and when it takes effect. */
gboolean
wfd_machine_change_format (WfdMachine *self, const WfdMode *mode, guint64 pts_90khz,
    gint64 now_us, GError **error)
{
  g_auto (WfdParams) params = { 0 };
  g_autoptr (GString) body = NULL;
  WfdChoice choices[WFD_LIMIT_CHOICES];
  WfdWish wish = { mode->width, mode->height, mode->rate_hz };
  guint n;

  if (self->config.role != WFD_ROLE_SOURCE || !(IN (self->state) & IN_SESSION)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE,
        "Only a source in session can change the format");
    return FALSE;
  }
  n = wfd_media_choose (&self->config.video, &self->config.audio,
      &self->peer_capabilities.video_formats, &self->peer_capabilities.audio_codecs, &wish,
      choices, error);
  if (n == 0)
    return FALSE;
  if (choices[0].mode != mode) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_FORMAT, "The sink cannot show %ux%u at %u Hz",
        mode->width, mode->height, mode->rate_hz);
    return FALSE;
  }

  self->now_us = now_us;
  self->change = choices[0];
  self->change.audio = self->choice.audio;
  set_choice (&params, &(WfdChoice) { .mode = mode, .profile = choices[0].profile,
          .level = choices[0].level });
  params.av_format_change_timing = (WfdFormatChangeTiming) { pts_90khz, pts_90khz };
  wfd_params_set (&params, WFD_PARAM_AV_FORMAT_CHANGE_TIMING);
  body = g_string_new (NULL);
  wfd_params_print (&params, body);
  wfd_machine_request (self, MESSAGE_M4, NULL, body->str);
  return TRUE;
}

/* What a sink may ask of a source, and when (§6.4 table 98). */
static const RequestRule requests[] = {
  /* M2 */ { GST_RTSP_OPTIONS, IN_ANY, answer_options, after_options },
  /* M6 */ { GST_RTSP_SETUP, IN (STATE_M4) | IN (STATE_M5) | IN (STATE_M5_AGAIN), answer_setup,
      after_setup },
  /* M7 */ { GST_RTSP_PLAY, IN (STATE_READY) | IN (STATE_PLAYING), answer_play, after_play },
  /* M8 */ { GST_RTSP_TEARDOWN, IN_ANY, answer_teardown, after_teardown },
  /* M9 */ { GST_RTSP_PAUSE, IN (STATE_READY) | IN (STATE_PLAYING), answer_pause, after_pause },
  /* M11, M13 */ { GST_RTSP_SET_PARAMETER, IN_SESSION, answer_set_parameter, NULL },
  { GST_RTSP_GET_PARAMETER, IN_ANY, answer_get_parameter, NULL },
};

static const ResponseRule responses[] = {
  { MESSAGE_M1, GST_RTSP_OPTIONS, ANSWER_US, m1_answered },
  { MESSAGE_M3, GST_RTSP_GET_PARAMETER, ANSWER_US, m3_answered },
  { MESSAGE_M3_MANDATORY, GST_RTSP_GET_PARAMETER, ANSWER_US, m3_mandatory_answered },
  { MESSAGE_M4, GST_RTSP_SET_PARAMETER, ANSWER_US, m4_answered },
  /* M6 itself says more than the answer to M5, which some sinks leave out. */
  { MESSAGE_M5_SETUP, GST_RTSP_SET_PARAMETER, 0, m5_setup_answered },
  { MESSAGE_M5_SETUP_AGAIN, GST_RTSP_SET_PARAMETER, 0, m5_setup_answered },
  { MESSAGE_M5_PLAY, GST_RTSP_SET_PARAMETER, ANSWER_US, m5_answered },
  { MESSAGE_M5_PAUSE, GST_RTSP_SET_PARAMETER, ANSWER_US, m5_answered },
  { MESSAGE_M5_TEARDOWN, GST_RTSP_SET_PARAMETER, 0, m5_teardown_answered },
  { MESSAGE_M16, GST_RTSP_GET_PARAMETER, 0, m16_answered },
};

/* T4 until M6, with patience: televisions ask their user. */
static const WaitRule waits[] = {
  { STATE_M1_ANSWERED, 15 * G_USEC_PER_SEC, "T4", "OPTIONS (M2)", NULL },
  { STATE_M5, 6 * G_USEC_PER_SEC, "T4", "SETUP (M6)", retry_setup },
  { STATE_M5_AGAIN, 6 * G_USEC_PER_SEC, "T4", "SETUP (M6)", NULL },
};

const RoleRules wfd_source_rules = {
  .requests = requests,
  .n_requests = G_N_ELEMENTS (requests),
  .responses = responses,
  .n_responses = G_N_ELEMENTS (responses),
  .waits = waits,
  .n_waits = G_N_ELEMENTS (waits),
  .start = send_m1,
  .play = trigger_play,
  .pause = trigger_pause,
  .announce_end = announce_end,
  .expire = source_expire,
  .session_limit_us = source_session_limit_us,
};
