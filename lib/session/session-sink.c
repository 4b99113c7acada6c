/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sink's part of WFD 2.1 §6.4: it answers M1, M3, M4, M5 and M16, and
 * sends M2, M6 to M9 and M13. docs/state-machines.md draws it. */
#include "session-machine-private.h"

#include <string.h>

#define ANSWER_US (10 * G_USEC_PER_SEC)
/* gnome-network-displays starts its encoder before it answers M6: 9 s seen. */
#define ANSWER_SETUP_US (20 * G_USEC_PER_SEC)
/* How long a source may take between its requests (T1, T4: 6 s). */
#define NEXT_REQUEST_US (15 * G_USEC_PER_SEC)
/* Windows lowers its bit rate when M13 comes more often. */
#define IDR_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)
/* wds assumes 60 s whatever the header says; and a margin. */
#define DEFAULT_TIMEOUT_S 60
#define TIMEOUT_MARGIN_S 10

static void
after_options (WfdMachine *self)
{
  GstRTSPMessage *request;

  if (self->state != STATE_M1)
    return;
  wfd_machine_enter (self, STATE_M3);
  request = wfd_machine_request (self, MESSAGE_M2, "*", NULL);
  if (request != NULL)
    gst_rtsp_message_add_header (request, GST_RTSP_HDR_REQUIRE, WFD_TAG);
}

/* What we answer to M3. What is not listed here is "none". */
static const WfdParamId capabilities[] = {
  WFD_PARAM_VIDEO_FORMATS,
  WFD_PARAM_AUDIO_CODECS,
  WFD_PARAM_CLIENT_RTP_PORTS,
  WFD_PARAM_CONNECTOR_TYPE,
  WFD_PARAM_IDR_REQUEST_CAPABILITY,
  WFD_PARAM_INTEL_FRIENDLY_NAME,
  WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME,
  WFD_PARAM_INTEL_SINK_MODEL_NAME,
  WFD_PARAM_INTEL_SINK_VERSION,
};

static void
fill_capabilities (WfdMachine *self, WfdParams *params)
{
  for (gsize i = 0; i < G_N_ELEMENTS (capabilities); i++)
    wfd_params_set (params, capabilities[i]);
  params->video_formats = self->config.video;
  params->audio_codecs = self->config.audio;
  params->client_rtp_ports.port0 = self->config.rtp_port;
  params->connector_type = 7; /* shown in a window of an integrated display */
  params->idr_request_supported = TRUE;
  params->text[WFD_PARAM_INTEL_FRIENDLY_NAME] = g_strdup ("gst-wfd");
  params->text[WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME] = g_strdup ("gst-wfd");
  params->text[WFD_PARAM_INTEL_SINK_MODEL_NAME] = g_strdup ("wfdsrc");
  params->text[WFD_PARAM_INTEL_SINK_VERSION] =
      g_strdup ("product_ID=gst-wfd hw_version=1.0.0.0 sw_version=" WFD_VERSION ".0");
}

/* Windows waits for an answer to each name it asked for, also to those that
 * nobody has described; others get what the standard says, nothing. */
static gboolean
wants_all_names (const GArray *names)
{
  for (guint i = 0; i < names->len; i++) {
    const char *name = g_array_index (names, WfdParamName, i).name;

    if (g_ascii_strncasecmp (name, "microsoft_", 10) == 0
        || g_ascii_strncasecmp (name, "intel_", 6) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
append_answer (const WfdParams *params, const WfdParamName *name, gboolean all, GString *body)
{
  gsize old_len = body->len;

  if (wfd_param_get_use (name->id) & WFD_PARAM_IN_M3)
    wfd_params_print_one (params, name->id, body);
  if (all && body->len == old_len)
    g_string_append_printf (body, "%s: none\r\n", name->name);
}

static guint
answer_names (WfdMachine *self, const GArray *names, GstRTSPMessage *response)
{
  g_auto (WfdParams) params = { 0 };
  g_autoptr (GString) body = g_string_new (NULL);
  gboolean all = wants_all_names (names);

  fill_capabilities (self, &params);
  for (guint i = 0; i < names->len; i++)
    append_answer (&params, &g_array_index (names, WfdParamName, i), all, body);
  wfd_machine_set_body (response, body);
  return GST_RTSP_STS_OK;
}

/* M3 with a body, M16 without. */
static guint
answer_get_parameter (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  g_autoptr (GArray) names = wfd_param_names_new ();
  WfdText body = wfd_machine_get_body (request);

  if (!wfd_params_parse_names (body.pos, body.left, names, NULL))
    return GST_RTSP_STS_BAD_REQUEST;
  if (names->len > 0) {
    if (self->state == STATE_M1)
      return GST_RTSP_STS_METHOD_NOT_VALID_IN_THIS_STATE;
    /* Some ask in several pieces; each starts T4 anew. */
    if (self->state == STATE_M3 || self->state == STATE_M4)
      wfd_machine_enter (self, STATE_M4);
    return answer_names (self, names, response);
  }

  if (self->session_id != NULL) {
    self->stats.keep_alives++;
    gst_rtsp_message_add_header (response, GST_RTSP_HDR_SESSION, self->session_id);
  }
  return GST_RTSP_STS_OK;
}

/* Reads what M4 says of the format into @choice, with the failures of §6.2.3.
 * A parameter that is refused leaves its half of @choice alone. */
static void
check_format (WfdMachine *self, const WfdParams *params, WfdChoice *choice, GArray *failures)
{
  guint code = 0;

  if (wfd_params_has (params, WFD_PARAM_VIDEO_FORMATS))
    code = wfd_media_check_selected_video (&self->config.video, &params->video_formats, choice);
  if (code != 0)
    wfd_param_failures_add (failures, "wfd_video_formats", code);

  code = 0;
  if (wfd_params_has (params, WFD_PARAM_AUDIO_CODECS))
    code = wfd_media_check_selected_audio (&self->config.audio, &params->audio_codecs, choice);
  if (code != 0)
    wfd_param_failures_add (failures, "wfd_audio_codecs", code);

  /* gnome-network-displays says another port1 than we did: no matter. */
  if (wfd_params_has (params, WFD_PARAM_CLIENT_RTP_PORTS)
      && (params->client_rtp_ports.port0 != self->config.rtp_port || params->client_rtp_ports.tcp))
    wfd_param_failures_add (failures, "wfd_client_rtp_ports", WFD_PARAM_STATUS_RTP_PORT);
}

/* What M4 and M5 consist of. */
static const WfdParamId understood[] = {
  WFD_PARAM_VIDEO_FORMATS,
  WFD_PARAM_AUDIO_CODECS,
  WFD_PARAM_CLIENT_RTP_PORTS,
  WFD_PARAM_PRESENTATION_URL,
  WFD_PARAM_TRIGGER_METHOD,
};

/* What would change the stream in ways that we did not offer. */
static const WfdParamId not_offered[] = {
  WFD_PARAM_3D_VIDEO_FORMATS,
  WFD_PARAM_PREFERRED_DISPLAY_MODE,
  WFD_PARAM_STANDBY,
  WFD_PARAM_WFD2_VIDEO_FORMATS,
  WFD_PARAM_WFD2_AUDIO_CODECS,
  WFD_PARAM_WFD2_AUX_STREAM_FORMATS,
  WFD_PARAM_WFD2_DIRECT_STREAMING_MODE,
  WFD_PARAM_WFD2_TRANSPORT_SWITCH,
};

static gboolean
is_among (WfdParamId id, const WfdParamId *ids, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (ids[i] == id)
      return TRUE;
  return FALSE;
}

/* Parameters that we have no use for are accepted and ignored, whatever their
 * value (Windows sets intel_* ones between M4 and M5): a 303 for one of them
 * would cost the session. */
static void
drop_harmless (GArray *failures)
{
  for (guint i = failures->len; i > 0; i--) {
    const char *name = g_array_index (failures, WfdParamFailure, i - 1).name;
    WfdParamId id = wfd_param_find (name, strlen (name));

    if (!is_among (id, understood, G_N_ELEMENTS (understood))
        && !is_among (id, not_offered, G_N_ELEMENTS (not_offered)))
      g_array_remove_index (failures, i - 1);
  }
}

static void
refuse_not_offered (const WfdParams *params, GArray *failures)
{
  for (gsize i = 0; i < G_N_ELEMENTS (not_offered); i++) {
    const char *name = wfd_param_get_name (not_offered[i]);
    gboolean none = not_offered[i] != WFD_PARAM_STANDBY && params->text[not_offered[i]] == NULL;

    if (wfd_params_has (params, not_offered[i]) && !none)
      wfd_param_failures_add (failures, name, WFD_PARAM_STATUS_NOT_FOUND);
  }
}

static gboolean
is_format (const WfdParams *params)
{
  return wfd_params_has (params, WFD_PARAM_VIDEO_FORMATS)
      || wfd_params_has (params, WFD_PARAM_AUDIO_CODECS);
}

static gboolean
is_same_format (const WfdChoice *a, const WfdChoice *b)
{
  return a->mode == b->mode && a->profile == b->profile && a->level == b->level
      && a->audio == b->audio;
}

static void
take_url (WfdMachine *self, const WfdParams *params)
{
  if (!wfd_params_has (params, WFD_PARAM_PRESENTATION_URL) || params->presentation_urls[0] == NULL)
    return;
  g_free (self->url);
  self->url = g_strdup (params->presentation_urls[0]);
}

/* M4 names what changes, be it in session or in several pieces before it. What
 * is acceptable counts even if the rest is refused (§6.2.3). The application
 * hears of the format once the source has said all that it wants to say. */
static void
take_format (WfdMachine *self, const WfdParams *params, GArray *failures)
{
  gboolean in_session = (IN (self->state) & (IN_SESSION | IN (STATE_M6))) != 0;
  const WfdChoice *old = in_session ? &self->choice : &self->change;
  WfdChoice choice = *old;

  take_url (self, params);
  check_format (self, params, &choice, failures);
  if (!is_format (params) || (choice.mode == NULL && choice.audio == NULL))
    return;

  if (!in_session)
    self->change = choice;
  else if (failures->len == 0 || !is_same_format (&choice, old))
    wfd_machine_adopt_choice (self, &choice);
  if (self->state == STATE_M4 && failures->len == 0)
    wfd_machine_enter (self, STATE_M5);
}

/* Whether the trigger may come now (§6.4.5), as a status. */
static guint
check_trigger (WfdMachine *self, WfdTrigger trigger)
{
  static const struct
  {
    guint early; /* when it is too early */
    guint wrong; /* when it asks for what is so already */
  } rules[] = {
    [WFD_TRIGGER_SETUP] = { IN (STATE_M3) | IN (STATE_M4), 0 },
    [WFD_TRIGGER_PLAY] = { ~IN_SESSION, IN (STATE_PLAYING) | IN (STATE_M9) },
    [WFD_TRIGGER_PAUSE] = { ~IN_SESSION, IN (STATE_READY) | IN (STATE_M7) },
    [WFD_TRIGGER_TEARDOWN] = { 0, 0 },
  };

  if (rules[trigger].early & IN (self->state))
    return GST_RTSP_STS_METHOD_NOT_VALID_IN_THIS_STATE;
  if (rules[trigger].wrong & IN (self->state))
    return GST_RTSP_STS_NOT_ACCEPTABLE;
  return GST_RTSP_STS_OK;
}

static guint
answer_set_parameter (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_auto (WfdParams) params = { 0 };
  WfdText body = wfd_machine_get_body (request);
  guint status;

  if (!wfd_params_parse (body.pos, body.left, &params, failures, NULL))
    return GST_RTSP_STS_BAD_REQUEST;
  if (is_format (&params) && self->state == STATE_M3)
    return GST_RTSP_STS_METHOD_NOT_VALID_IN_THIS_STATE;

  /* Some send M4 in several pieces; each starts T4 anew. */
  if (self->state == STATE_M4 || self->state == STATE_M5)
    wfd_machine_enter (self, self->state);
  drop_harmless (failures);
  refuse_not_offered (&params, failures);
  take_format (self, &params, failures);
  if (failures->len > 0 || !wfd_params_has (&params, WFD_PARAM_TRIGGER_METHOD))
    return wfd_machine_answer_failures (response, failures);

  status = check_trigger (self, params.trigger);
  if (status == GST_RTSP_STS_OK) {
    self->trigger = params.trigger;
    self->triggered = TRUE;
  }
  return status;
}

static void
send_setup (WfdMachine *self)
{
  WfdTransport transport = { .client_rtp_port = self->config.rtp_port };
  g_autofree char *print = wfd_transport_print (&transport);
  GstRTSPMessage *request;

  /* M4 without a URL: the one it would have had. */
  if (self->url == NULL)
    self->url = g_strdup_printf ("rtsp://%s/wfd1.0/streamid=0", self->config.peer_host);
  wfd_machine_adopt_choice (self, &self->change);
  wfd_machine_enter (self, STATE_M6);
  request = wfd_machine_request (self, MESSAGE_M6, self->url, NULL);
  if (request != NULL)
    gst_rtsp_message_add_header (request, GST_RTSP_HDR_TRANSPORT, print);
}

static gboolean
send_play (WfdMachine *self)
{
  if (self->state != STATE_READY)
    return FALSE;
  wfd_machine_enter (self, STATE_M7);
  wfd_machine_request (self, MESSAGE_M7, self->url, NULL);
  return TRUE;
}

static gboolean
send_pause (WfdMachine *self)
{
  if (self->state != STATE_PLAYING)
    return FALSE;
  wfd_machine_enter (self, STATE_M9);
  wfd_machine_request (self, MESSAGE_M9, self->url, NULL);
  return TRUE;
}

static void
announce_end (WfdMachine *self)
{
  wfd_machine_request (self, MESSAGE_M8, self->url, NULL);
}

/* The request that an M5 asked for. */
static void
after_set_parameter (WfdMachine *self)
{
  if (!self->triggered)
    return;

  self->triggered = FALSE;
  switch (self->trigger) {
    case WFD_TRIGGER_SETUP:
      if (self->state == STATE_M5)
        send_setup (self);
      break;
    case WFD_TRIGGER_PLAY:
      send_play (self);
      break;
    case WFD_TRIGGER_PAUSE:
      send_pause (self);
      break;
    case WFD_TRIGGER_TEARDOWN:
      wfd_machine_teardown (self, self->now_us);
      break;
  }
}

static void
m2_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  /* Whatever it says, M3 is what counts. */
}

static gint64
session_limit_us (WfdMachine *self)
{
  guint timeout_s = MAX (self->timeout_s, DEFAULT_TIMEOUT_S) + TIMEOUT_MARGIN_S;

  return (gint64) timeout_s * G_USEC_PER_SEC;
}

static void
read_setup_answer (WfdMachine *self, const GstRTSPMessage *response)
{
  char *header = NULL;
  WfdTransport transport;

  if (gst_rtsp_message_get_header (response, GST_RTSP_HDR_SESSION, &header, 0) == GST_RTSP_OK)
    wfd_session_header_parse (header, &self->session_id, &self->timeout_s, NULL);
  /* Media may come from another port all the same (dispd). */
  if (gst_rtsp_message_get_header (response, GST_RTSP_HDR_TRANSPORT, &header, 0) == GST_RTSP_OK
      && wfd_transport_parse (header, &transport, NULL))
    self->peer_rtp_port = transport.server_rtp_port;
}

static void
m6_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (status != GST_RTSP_STS_OK) {
    wfd_machine_fail (self, WFD_ERROR_REFUSED, "The source refused SETUP (M6) with status %u",
        status);
    return;
  }
  read_setup_answer (self, response);
  wfd_machine_arm (self, TIMER_SESSION, session_limit_us (self));
  wfd_machine_enter (self, STATE_READY);
  send_play (self);
}

static void
m7_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (self->state != STATE_M7)
    return;
  /* 406: it plays already. */
  if (status == GST_RTSP_STS_OK || status == GST_RTSP_STS_NOT_ACCEPTABLE)
    wfd_machine_enter (self, STATE_PLAYING);
  else
    wfd_machine_fail (self, WFD_ERROR_REFUSED, "The source refused PLAY (M7) with status %u",
        status);
}

static void
m9_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (self->state == STATE_M9)
    wfd_machine_enter (self,
        status == GST_RTSP_STS_OK || status == GST_RTSP_STS_NOT_ACCEPTABLE ? STATE_READY
                                                                           : STATE_PLAYING);
}

/* gnome-network-displays wants the TEARDOWN on the URL without the stream id
 * and says so with a 460; nobody else's answer matters. */
static void
m8_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  char *stream = self->url != NULL ? strstr (self->url, "/streamid=") : NULL;
  g_autofree char *aggregate = NULL;

  if (status != GST_RTSP_STS_ONLY_AGGREGATE_OPERATION_ALLOWED || stream == NULL) {
    wfd_machine_end (self, NULL);
    return;
  }
  aggregate = g_strndup (self->url, stream - self->url);
  wfd_machine_request (self, MESSAGE_M8_AGGREGATE, aggregate, NULL);
}

static void
m8_aggregate_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  wfd_machine_end (self, NULL);
}

static void
m13_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  /* The IDR itself is the answer. */
}

static void
send_idr_request (WfdMachine *self)
{
  wfd_machine_disarm (self, TIMER_IDR);
  wfd_machine_forget (self, MESSAGE_M13);
  self->last_idr_us = self->now_us;
  self->stats.idr_requests++;
  /* AOSP wants this very body. */
  wfd_machine_request (self, MESSAGE_M13, self->url, "wfd_idr_request\r\n");
}

gboolean
wfd_machine_request_idr (WfdMachine *self, gint64 now_us, GError **error)
{
  gint64 next_us;

  self->now_us = now_us;
  if (self->config.role != WFD_ROLE_SINK || self->state != STATE_PLAYING) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE,
        "Only a sink that is playing can ask for a key frame");
    return FALSE;
  }
  next_us = self->last_idr_us == G_MININT64 ? now_us : self->last_idr_us + IDR_INTERVAL_US;
  if (next_us <= now_us)
    send_idr_request (self);
  else if (self->deadline_us[TIMER_IDR] == G_MAXINT64)
    wfd_machine_arm (self, TIMER_IDR, next_us - now_us);
  return TRUE;
}

static void
sink_expire (WfdMachine *self, TimerId id)
{
  if (id == TIMER_IDR && self->state == STATE_PLAYING)
    send_idr_request (self);
  else
    wfd_machine_disarm (self, id);
}

/* What a source may ask of a sink, and when (§6.4 table 98). */
static const RequestRule requests[] = {
  /* M1 */ { GST_RTSP_OPTIONS, IN_ANY, wfd_machine_answer_options, after_options },
  /* M3, M16 */ { GST_RTSP_GET_PARAMETER, IN_ANY, answer_get_parameter, NULL },
  /* M4, M5 */
  { GST_RTSP_SET_PARAMETER, IN_ANY & ~IN (STATE_M1), answer_set_parameter, after_set_parameter },
};

static const ResponseRule responses[] = {
  /* M3 says more than the answer to M2. */
  { MESSAGE_M2, GST_RTSP_OPTIONS, "M2 (OPTIONS)", 0, m2_answered },
  { MESSAGE_M6, GST_RTSP_SETUP, "M6 (SETUP)", ANSWER_SETUP_US, m6_answered },
  { MESSAGE_M7, GST_RTSP_PLAY, "M7 (PLAY)", ANSWER_US, m7_answered },
  { MESSAGE_M8, GST_RTSP_TEARDOWN, "M8 (TEARDOWN)", 0, m8_answered },
  { MESSAGE_M8_AGGREGATE, GST_RTSP_TEARDOWN, "M8 (TEARDOWN)", 0, m8_aggregate_answered },
  { MESSAGE_M9, GST_RTSP_PAUSE, "M9 (PAUSE)", ANSWER_US, m9_answered },
  { MESSAGE_M13, GST_RTSP_SET_PARAMETER, "M13 (wfd_idr_request)", 0, m13_answered },
};

static const WaitRule waits[] = {
  { STATE_M1, NEXT_REQUEST_US, "T1", "OPTIONS (M1), with which each Wi-Fi Display source begins,",
      NULL },
  { STATE_M3, NEXT_REQUEST_US, "T4", "GET_PARAMETER (M3)", NULL },
  { STATE_M4, NEXT_REQUEST_US, "T4", "SET_PARAMETER (M4)", NULL },
  { STATE_M5, NEXT_REQUEST_US, "T4", "the trigger for SETUP (M5)", NULL },
};

const RoleRules wfd_sink_rules = {
  .requests = requests,
  .n_requests = G_N_ELEMENTS (requests),
  .responses = responses,
  .n_responses = G_N_ELEMENTS (responses),
  .waits = waits,
  .n_waits = G_N_ELEMENTS (waits),
  /* Exactly these: dispd refuses a fourth method, others leave the group. */
  .methods = "GET_PARAMETER, SET_PARAMETER",
  .play = send_play,
  .pause = send_pause,
  .announce_end = announce_end,
  .expire = sink_expire,
  .session_limit_us = session_limit_us,
};
