/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The source's part of WFD 2.1 §6.4: it sends M1, M3, M4, M5, M12 and M16, and
 * answers M2, M6 to M9 and M11 to M13. docs/state-machines.md draws it. */
#include "session-source.h"

#include <string.h>

/* Android and gnome-network-displays send M16 this often; LG webOS resets a
 * connection that is silent for 40 s. */
#define KEEP_ALIVE_US (25 * G_USEC_PER_SEC)
#define SESSION_TIMEOUT_S 60
/* Some sinks never answer M16: gone after two timeouts without any message. */
#define SESSION_LIMIT_US (2 * SESSION_TIMEOUT_S * G_USEC_PER_SEC)
/* T2 is 5 s; televisions ask their user in between. */
#define ANSWER_US (10 * G_USEC_PER_SEC)

static void
send_m1 (WfdMachine *self)
{
  GstRTSPMessage *request = wfd_machine_request (self, MESSAGE_M1, "*", NULL);

  if (request != NULL)
    gst_rtsp_message_add_header (request, GST_RTSP_HDR_REQUIRE, WFD_TAG);
}

void
wfd_source_send_trigger (WfdMachine *self, MessageId id, WfdTrigger trigger)
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
    wfd_machine_fail (self, WFD_ERROR_REFUSED, "The display refused M1 (OPTIONS) with status %u",
        status);
  else if (self->state == STATE_M1)
    wfd_machine_enter (self, STATE_M1_ANSWERED);
  else if (self->state == STATE_M2_ANSWERED)
    wfd_source_ask_capabilities (self, MESSAGE_M3);
}

/* A Microsoft adapter resets the connection, and libwds' sink dies, if M3
 * comes before M2 has been answered. */
static void
after_options (WfdMachine *self)
{
  if (self->state == STATE_M1)
    wfd_machine_enter (self, STATE_M2_ANSWERED);
  else if (self->state == STATE_M1_ANSWERED)
    wfd_source_ask_capabilities (self, MESSAGE_M3);
}

static void
m5_setup_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  /* An ActionTec dongle says 200 to an M4 it cannot take and 403 here. */
  if (status != GST_RTSP_STS_OK && IN (self->state) & (IN (STATE_M5) | IN (STATE_M5_AGAIN))) {
    g_autofree char *mode = self->choice.mode != NULL ? wfd_media_mode_to_name (self->choice.mode)
                                                      : g_strdup ("no video");

    wfd_machine_fail (self, WFD_ERROR_REFUSED,
        "The display refused to set up the stream (M5, "
        "status %u) after it had accepted %s",
        status, mode);
  }
}

/* The sink has not sent M6: perhaps it overlooked M5. */
static void
retry_setup (WfdMachine *self)
{
  wfd_machine_enter (self, STATE_M5_AGAIN);
  wfd_source_send_trigger (self, MESSAGE_M5_SETUP, WFD_TRIGGER_SETUP);
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

/* What was triggered follows, unless the sink sent it before the answer. */
static void
await_triggered (WfdMachine *self, guint status, State state_before)
{
  if (status == GST_RTSP_STS_OK && self->state == state_before)
    wfd_machine_wait (self, &wait_for_triggered);
}

static void
m5_play_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  await_triggered (self, status, STATE_READY);
}

static void
m5_pause_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  await_triggered (self, status, STATE_PLAYING);
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

/* Players offer several transports; the first that we can serve. */
static guint
find_transport (const GstRTSPMessage *request, WfdTransport *ret_transport)
{
  WfdText rest, alternative;
  char *header = NULL;

  if (gst_rtsp_message_get_header (request, GST_RTSP_HDR_TRANSPORT, &header, 0) != GST_RTSP_OK)
    return GST_RTSP_STS_BAD_REQUEST;

  rest = wfd_text (header);
  while (wfd_text_take_until (&rest, ',', &alternative)) {
    g_autofree char *value = wfd_text_dup (alternative);

    if (wfd_transport_parse (value, ret_transport, NULL) && !ret_transport->tcp)
      return GST_RTSP_STS_OK;
  }
  return GST_RTSP_STS_UNSUPPORTED_TRANSPORT;
}

/* Below are the services of a system (RFC 6335 §6), which a display is not; those
 * seen have 1028 and more. Our stream shall not be aimed at one of them. */
#define LOWEST_CLIENT_PORT 1024

/* [MS-WFDPE] §2.8: a sink that has said "supported" is given two ports, whatever it asks for, and
 * one that has said "none" is given one. Of who says nothing WFD 2.1 §6.2.4 is true: who asks for two
 * ports gets two, and AOSP's sink cannot read a single one. */
static gboolean
wants_reports (WfdMachine *self, const WfdTransport *transport)
{
  const WfdParams *peer = &self->peer_capabilities;

  if (wfd_params_has (peer, WFD_PARAM_MICROSOFT_RTCP_CAPABILITY))
    return peer->text[WFD_PARAM_MICROSOFT_RTCP_CAPABILITY] != NULL;
  return transport->client_rtcp_port != 0;
}

/* The Transport header of M6, completed with what we say in it. */
static guint
read_transport (WfdMachine *self, const GstRTSPMessage *request, WfdTransport *ret_transport)
{
  WfdTransport transport;
  guint status = find_transport (request, &transport);

  if (status != GST_RTSP_STS_OK)
    return status;
  /* An old LG dongle names no port: the one of M3 then. */
  if (transport.client_rtp_port == 0)
    transport.client_rtp_port = self->peer_capabilities.client_rtp_ports.port0;
  if (transport.client_rtp_port < LOWEST_CLIENT_PORT
      || (transport.client_rtcp_port != 0 && transport.client_rtcp_port < LOWEST_CLIENT_PORT))
    return GST_RTSP_STS_UNSUPPORTED_TRANSPORT;

  transport.server_rtp_port = self->config.rtp_port;
  transport.server_rtcp_port = wants_reports (self, &transport) ? self->config.rtcp_port : 0;
  *ret_transport = transport;
  return GST_RTSP_STS_OK;
}

/* Where reports go to: nowhere without a port to send them from, and beside the media to a sink
 * that names one port only (RFC 3550 §11). */
static guint16
get_reports_port (const WfdTransport *transport)
{
  if (transport->server_rtcp_port == 0)
    return 0;
  return transport->client_rtcp_port != 0 ? transport->client_rtcp_port
                                          : transport->client_rtp_port + 1;
}

static gboolean
is_same_client (WfdMachine *self, const WfdTransport *transport)
{
  return transport->client_rtp_port == self->peer_rtp_port
      && get_reports_port (transport) == self->peer_rtcp_port;
}

static guint
answer_setup (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  g_autofree char *print = NULL, *session = NULL;
  WfdTransport transport;
  guint status;

  if (!is_our_uri (request->type_data.request.uri))
    return GST_RTSP_STS_NOT_FOUND;
  if ((status = read_transport (self, request, &transport)) != GST_RTSP_STS_OK)
    return status;
  /* A slow sink that saw M5 twice sends SETUP twice. */
  if (self->state == STATE_READY && !is_same_client (self, &transport))
    return GST_RTSP_STS_METHOD_NOT_VALID_IN_THIS_STATE;

  self->peer_rtp_port = transport.client_rtp_port;
  self->peer_rtcp_port = get_reports_port (&transport);
  /* LG does not take ids of more than 15 characters. */
  if (self->session_id == NULL)
    self->session_id = g_strdup_printf ("%08u", g_random_int_range (0, 100000000));
  session = g_strdup_printf ("%s;timeout=%d", self->session_id, SESSION_TIMEOUT_S);
  print = wfd_transport_print (&transport);
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_SESSION, session);
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_TRANSPORT, print);
  return GST_RTSP_STS_OK;
}

/* A Microsoft adapter takes M16 for a reason to send TEARDOWN. It answers
 * nothing else either, so only the connection tells that it is there. */
static gboolean
bears_keep_alive (WfdMachine *self)
{
  return self->peer_name == NULL || !g_str_has_prefix (self->peer_name, "MSFT-WDD");
}

static void
after_setup (WfdMachine *self)
{
  if (self->state == STATE_READY)
    return;
  /* SETUP may overtake the answer to M4, or take its place. */
  if (self->state == STATE_M4) {
    wfd_machine_forget (self, MESSAGE_M4);
    wfd_machine_adopt_choice (self, &self->choices[self->proposed]);
  }
  wfd_machine_enter (self, STATE_READY);
  if (bears_keep_alive (self)) {
    wfd_machine_arm (self, TIMER_KEEP_ALIVE, KEEP_ALIVE_US);
    wfd_machine_arm (self, TIMER_SESSION, SESSION_LIMIT_US);
  }
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
  self->is_standby = FALSE;
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

/* [MS-WFDPE] §2.2: a Microsoft sink says why in the body. */
static void
log_teardown_reason (const GstRTSPMessage *request)
{
  WfdText body = wfd_machine_get_body (request);
  g_auto (WfdParams) params = { 0 };

  if (wfd_params_parse (body.pos, body.left, &params, NULL, NULL)
      && wfd_params_has (&params, WFD_PARAM_MICROSOFT_TEARDOWN_REASON))
    g_debug ("the sink ends the session: %s", params.text[WFD_PARAM_MICROSOFT_TEARDOWN_REASON]);
}

static guint
answer_teardown (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  log_teardown_reason (request);
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

/* Whether both have said that they know M12. */
static gboolean
has_standby (const WfdMachine *self)
{
  return self->tells_capabilities && self->peer_capabilities.standby_resume_supported;
}

/* What a sink may set: nothing that it would need from us beforehand and that
 * we did not offer (§6.2.3, 404). Names without a row are ignored (§6.6). */
static gboolean
is_settable (const WfdMachine *self, WfdParamId id)
{
  guint uses = WFD_PARAM_IN_M11 | WFD_PARAM_IN_M13;

  if (has_standby (self))
    uses |= WFD_PARAM_IN_M12;
  return (wfd_param_get_use (id) & uses) != 0;
}

/* Nothing flows any more, the session stays (§4.15). */
static void
enter_standby (WfdMachine *self)
{
  self->is_standby = TRUE;
  if (self->state == STATE_PLAYING)
    wfd_machine_enter (self, STATE_READY);
}

static guint
answer_set_parameter (WfdMachine *self, const GstRTSPMessage *request, GstRTSPMessage *response)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_auto (WfdParams) params = { 0 };
  WfdText body = wfd_machine_get_body (request);

  if (!wfd_params_parse (body.pos, body.left, &params, failures, NULL))
    return GST_RTSP_STS_BAD_REQUEST;
  /* §4.15: a sink that sleeps sends nothing of the kind. */
  if (self->is_standby && !wfd_params_has (&params, WFD_PARAM_STANDBY))
    return GST_RTSP_STS_NOT_ACCEPTABLE;

  for (WfdParamId id = 0; id < WFD_N_PARAMS; id++)
    if (wfd_params_has (&params, id) && !is_settable (self, id))
      wfd_param_failures_add (failures, wfd_param_get_name (id), WFD_PARAM_STATUS_NOT_FOUND);
  if (wfd_params_has (&params, WFD_PARAM_IDR_REQUEST)) {
    self->stats.idr_requests++;
    wfd_machine_emit (self, WFD_EVENT_IDR_REQUESTED, NULL);
  }
  self->connector_changed =
      failures->len == 0 && wfd_params_has (&params, WFD_PARAM_CONNECTOR_TYPE);
  self->standby_wanted = failures->len == 0 && wfd_params_has (&params, WFD_PARAM_STANDBY);
  return wfd_machine_answer_failures (response, failures);
}

/* Behind another connector (M11) is another display. */
static void
after_set_parameter (WfdMachine *self)
{
  if (self->standby_wanted)
    enter_standby (self);
  if (self->connector_changed && !wfd_machine_is_pending (self, MESSAGE_M3_IN_SESSION))
    wfd_source_ask_capabilities (self, MESSAGE_M3_IN_SESSION);
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
  wfd_machine_arm (self, TIMER_KEEP_ALIVE, KEEP_ALIVE_US);
  wfd_machine_forget (self, MESSAGE_M16);
  wfd_machine_request (self, MESSAGE_M16, NULL, NULL);
}

static gint64
source_session_limit_us (WfdMachine *self)
{
  return SESSION_LIMIT_US;
}

static void
announce_end (WfdMachine *self)
{
  wfd_source_send_trigger (self, MESSAGE_M5_TEARDOWN, WFD_TRIGGER_TEARDOWN);
}

static gboolean
trigger_play (WfdMachine *self)
{
  if (self->state != STATE_READY)
    return FALSE;
  wfd_source_send_trigger (self, MESSAGE_M5_PLAY, WFD_TRIGGER_PLAY);
  return TRUE;
}

static gboolean
trigger_pause (WfdMachine *self)
{
  if (self->state != STATE_PLAYING)
    return FALSE;
  wfd_source_send_trigger (self, MESSAGE_M5_PAUSE, WFD_TRIGGER_PAUSE);
  return TRUE;
}

static gboolean
send_standby (WfdMachine *self)
{
  g_autofree char *body = NULL;

  if (self->state != STATE_PLAYING || !has_standby (self)
      || wfd_machine_is_pending (self, MESSAGE_M12))
    return FALSE;
  body = g_strconcat (wfd_param_get_name (WFD_PARAM_STANDBY), "\r\n", NULL);
  wfd_machine_request (self, MESSAGE_M12, NULL, body);
  return TRUE;
}

/* One that does not want to can pause all the same. */
static void
m12_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (status == GST_RTSP_STS_OK)
    enter_standby (self);
  else
    trigger_pause (self);
}

/* What a sink may ask of a source, and when (§6.4 table 98). */
static const RequestRule requests[] = {
  /* M2 */ { GST_RTSP_OPTIONS, IN_ANY, wfd_machine_answer_options, after_options },
  /* M6 */
  { GST_RTSP_SETUP, IN (STATE_M4) | IN (STATE_M5) | IN (STATE_M5_AGAIN) | IN (STATE_READY),
      answer_setup, after_setup },
  /* M7 */ { GST_RTSP_PLAY, IN (STATE_READY) | IN (STATE_PLAYING), answer_play, after_play },
  /* M8 */ { GST_RTSP_TEARDOWN, IN_ANY, answer_teardown, after_teardown },
  /* M9 */ { GST_RTSP_PAUSE, IN (STATE_READY) | IN (STATE_PLAYING), answer_pause, after_pause },
  /* M11, M12, M13 */
  { GST_RTSP_SET_PARAMETER, IN_SESSION, answer_set_parameter, after_set_parameter },
  { GST_RTSP_GET_PARAMETER, IN_ANY, answer_get_parameter, NULL },
};

static const ResponseRule responses[] = {
  { MESSAGE_M1, GST_RTSP_OPTIONS, "M1 (OPTIONS)", ANSWER_US, m1_answered },
  { MESSAGE_M3, GST_RTSP_GET_PARAMETER, "M3 (GET_PARAMETER)", ANSWER_US, wfd_source_m3_answered },
  { MESSAGE_M3_MANDATORY, GST_RTSP_GET_PARAMETER, "M3 (GET_PARAMETER)", ANSWER_US,
      wfd_source_m3_mandatory_answered },
  { MESSAGE_M3_IN_SESSION, GST_RTSP_GET_PARAMETER, "M3 (GET_PARAMETER)", 0,
      wfd_source_m3_in_session_answered },
  { MESSAGE_M4, GST_RTSP_SET_PARAMETER, "M4 (SET_PARAMETER)", ANSWER_US, wfd_source_m4_answered },
  /* M6 itself says more than the answer to M5, which some sinks leave out. */
  { MESSAGE_M5_SETUP, GST_RTSP_SET_PARAMETER, "M5 (trigger SETUP)", 0, m5_setup_answered },
  { MESSAGE_M5_PLAY, GST_RTSP_SET_PARAMETER, "M5 (trigger PLAY)", ANSWER_US, m5_play_answered },
  { MESSAGE_M5_PAUSE, GST_RTSP_SET_PARAMETER, "M5 (trigger PAUSE)", ANSWER_US, m5_pause_answered },
  { MESSAGE_M5_TEARDOWN, GST_RTSP_SET_PARAMETER, "M5 (trigger TEARDOWN)", 0, m5_teardown_answered },
  { MESSAGE_M12, GST_RTSP_SET_PARAMETER, "M12 (standby)", ANSWER_US, m12_answered },
  { MESSAGE_M16, GST_RTSP_GET_PARAMETER, "M16 (GET_PARAMETER)", 0, m16_answered },
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
  /* The whole list: libwds' sink gives up without PAUSE in it. */
  .methods = "SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER",
  .start = send_m1,
  .play = trigger_play,
  .pause = trigger_pause,
  .standby = send_standby,
  .announce_end = announce_end,
  .expire = source_expire,
  .session_limit_us = source_session_limit_us,
};
