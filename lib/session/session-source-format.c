/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a source finds out what the sink can do (M3) and settles on a format
 * (M4), before the session and in it (WFD 2.1 §6.4.3, §6.4.4, §4.10.3.2). */
#include "session-source.h"

#include <string.h>

static const WfdParamId mandatory_names[] = {
  WFD_PARAM_VIDEO_FORMATS,
  WFD_PARAM_AUDIO_CODECS,
  WFD_PARAM_CLIENT_RTP_PORTS,
};

/* A Microsoft 4K adapter resets the connection if content protection is not
 * asked for, so it is, although we have none. Who asks for a connector or for
 * IDR requests says by that that it knows M11 and M13. */
static const WfdParamId optional_names[] = {
  WFD_PARAM_CONTENT_PROTECTION,
  WFD_PARAM_CONNECTOR_TYPE,
  WFD_PARAM_IDR_REQUEST_CAPABILITY,
  WFD_PARAM_INTEL_FRIENDLY_NAME,
  WFD_PARAM_MICROSOFT_RTCP_CAPABILITY,
  WFD_PARAM_MICROSOFT_MAX_BITRATE,
};

/* For who wants to know the monitor before there is a format, and may have it sleep: who asks
 * for that says that he knows M12. */
static const WfdParamId monitor_names[] = {
  WFD_PARAM_DISPLAY_EDID,
  WFD_PARAM_STANDBY_RESUME_CAPABILITY,
};

static void
append_names (GString *body, const WfdParamId *ids, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (body, "%s\r\n", wfd_param_get_name (ids[i]));
}

void
wfd_source_ask_capabilities (WfdMachine *self, MessageId id)
{
  g_autoptr (GString) body = g_string_new (NULL);

  append_names (body, mandatory_names, G_N_ELEMENTS (mandatory_names));
  if (id != MESSAGE_M3_MANDATORY)
    append_names (body, optional_names, G_N_ELEMENTS (optional_names));
  if (id != MESSAGE_M3_MANDATORY && self->tells_capabilities)
    append_names (body, monitor_names, G_N_ELEMENTS (monitor_names));
  if (id != MESSAGE_M3_IN_SESSION)
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

/* A value that could not be read counts as missing: better to ask again than
 * to send a television sound only. */
static gboolean
has_all (const WfdParams *params)
{
  return wfd_params_has (params, WFD_PARAM_CLIENT_RTP_PORTS)
      && wfd_params_has (params, WFD_PARAM_VIDEO_FORMATS);
}

static gboolean
has_enough (const WfdParams *params)
{
  return wfd_params_has (params, WFD_PARAM_CLIENT_RTP_PORTS)
      && (wfd_params_has (params, WFD_PARAM_VIDEO_FORMATS)
          || wfd_params_has (params, WFD_PARAM_AUDIO_CODECS));
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
take_capabilities (WfdMachine *self)
{
  if (self->tells_capabilities)
    wfd_machine_emit (self, WFD_EVENT_CAPABILITIES, NULL);
  if (self->n_holds > 0)
    wfd_machine_enter (self, STATE_M3_ANSWERED);
  else
    choose_and_send_m4 (self);
}

void
wfd_machine_hold (WfdMachine *self)
{
  self->n_holds++;
  self->tells_capabilities = TRUE;
}

void
wfd_machine_release (WfdMachine *self, gint64 now_us)
{
  g_return_if_fail (self->n_holds > 0);

  self->now_us = now_us;
  self->n_holds--;
  if (self->n_holds == 0 && self->state == STATE_M3_ANSWERED)
    choose_and_send_m4 (self);
}

void
wfd_machine_set_offer (WfdMachine *self, const WfdVideoFormats *video, const WfdAudioCodecs *audio,
    const WfdWish *wish)
{
  self->config.video = *video;
  self->config.audio = *audio;
  self->config.wish = *wish;
}

void
wfd_source_m3_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  WfdText body = wfd_machine_get_body (response);
  g_autoptr (GError) error = NULL;

  if (self->state != STATE_M3)
    return;

  wfd_params_clear (&self->peer_capabilities);
  if (status == GST_RTSP_STS_OK
      && !wfd_params_parse (body.pos, body.left, &self->peer_capabilities, NULL, &error)) {
    g_prefix_error (&error, "In the answer to M3: ");
    wfd_machine_end (self, g_steal_pointer (&error));
  } else if (has_all (&self->peer_capabilities)) {
    take_capabilities (self);
  } else {
    wfd_source_ask_capabilities (self, MESSAGE_M3_MANDATORY);
  }
}

void
wfd_source_m3_mandatory_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  WfdText body = wfd_machine_get_body (response);

  if (self->state != STATE_M3)
    return;

  wfd_params_clear (&self->peer_capabilities);
  if (status == GST_RTSP_STS_OK)
    wfd_params_parse (body.pos, body.left, &self->peer_capabilities, NULL, NULL);
  if (has_enough (&self->peer_capabilities))
    take_capabilities (self);
  else
    wfd_machine_fail (self, WFD_ERROR_REFUSED,
        "The display does not tell its formats and its RTP port in the answer to M3 (status %u)",
        status);
}

/* What the sink can do from now on; the stream goes on as it is. An answer that
 * says nothing changes nothing. */
void
wfd_source_m3_in_session_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  WfdText body = wfd_machine_get_body (response);
  g_auto (WfdParams) params = { 0 };

  if (status != GST_RTSP_STS_OK || !wfd_params_parse (body.pos, body.left, &params, NULL, NULL)
      || !has_enough (&params))
    return;
  wfd_params_clear (&self->peer_capabilities);
  self->peer_capabilities = params;
  params = (WfdParams) { 0 };
  if (self->tells_capabilities)
    wfd_machine_emit (self, WFD_EVENT_CAPABILITIES, NULL);
}

static gboolean
is_refused (const GArray *failures, WfdParamId id)
{
  for (guint i = 0; i < failures->len; i++) {
    const char *name = g_array_index (failures, WfdParamFailure, i).name;

    if (wfd_param_find (name, strlen (name)) == id)
      return TRUE;
  }
  return FALSE;
}

/* Which of the choices to try after the sink refused the parameters in
 * @failures: the next, unless it was only the sound; then the same picture. */
static guint
next_choice (WfdMachine *self, const GArray *failures)
{
  const WfdMode *mode = self->choices[self->proposed].mode;
  guint next = self->proposed + 1;

  if (!is_refused (failures, WFD_PARAM_AUDIO_CODECS)
      || is_refused (failures, WFD_PARAM_VIDEO_FORMATS))
    return next;
  for (guint i = next; i < self->n_choices; i++)
    if (self->choices[i].mode == mode)
      return i;
  return next;
}

static void
propose_next (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  WfdText body = wfd_machine_get_body (response);
  guint next;

  wfd_params_parse_failures (body.pos, body.left, failures, NULL);
  next = next_choice (self, failures);
  if (next >= self->n_choices) {
    g_autofree char *text = wfd_text_dup_printable (body, WFD_LIMIT_NAME_BYTES);

    wfd_machine_fail (self, WFD_ERROR_REFUSED,
        "The display refused every format that it had offered (M4, last status %u: %s); restart it, "
        "or offer others",
        status, text);
    return;
  }
  self->proposed = next;
  send_m4 (self);
}

static void
change_answered (WfdMachine *self, guint status)
{
  WfdChoice change = self->change;

  self->change = (WfdChoice) { .mode = NULL };
  if (status == GST_RTSP_STS_OK)
    wfd_machine_adopt_choice (self, &change);
  else
    wfd_machine_emit (self, WFD_EVENT_FORMAT_REFUSED,
        g_error_new (WFD_ERROR, WFD_ERROR_REFUSED,
            "The display refused the new format with status %u", status));
}

void
wfd_source_m4_answered (WfdMachine *self, const GstRTSPMessage *response, guint status)
{
  if (IN (self->state) & IN_SESSION) {
    change_answered (self, status);
  } else if (self->state != STATE_M4) {
    return;
  } else if (status == GST_RTSP_STS_OK) {
    wfd_machine_adopt_choice (self, &self->choices[self->proposed]);
    wfd_machine_enter (self, STATE_M5);
    wfd_source_send_trigger (self, MESSAGE_M5_SETUP, WFD_TRIGGER_SETUP);
  } else {
    propose_next (self, response, status);
  }
}

/* The format in which the sink would take @mode. */
static gboolean
choose_mode (WfdMachine *self, const WfdMode *mode, WfdChoice *ret_choice, GError **error)
{
  const WfdParams *peer = &self->peer_capabilities;
  WfdWish wish = { mode->width, mode->height, mode->rate_hz };
  WfdChoice choices[WFD_LIMIT_CHOICES];

  if (wfd_media_choose (&self->config.video, &self->config.audio, &peer->video_formats,
          &peer->audio_codecs, &wish, choices, error)
      == 0)
    return FALSE;
  if (choices[0].mode != mode) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_FORMAT, "The display cannot show %ux%u at %u Hz",
        mode->width, mode->height, mode->rate_hz);
    return FALSE;
  }
  *ret_choice = choices[0];
  return TRUE;
}

static gboolean
may_change (WfdMachine *self, GError **error)
{
  if (self->config.role != WFD_ROLE_SOURCE || !(IN (self->state) & IN_SESSION)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE,
        "Only a source in session can change the format");
    return FALSE;
  }
  if (self->is_standby) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE, "The display sleeps (M12)");
    return FALSE;
  }
  if (wfd_machine_is_pending (self, MESSAGE_M4)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE,
        "The display has not answered the last change of the format yet");
    return FALSE;
  }
  return TRUE;
}

/* M4 in session (§4.10.3.2): the picture alone, and when it takes effect. */
gboolean
wfd_machine_change_format (WfdMachine *self, const WfdMode *mode, guint64 pts_90khz, gint64 now_us,
    GError **error)
{
  g_auto (WfdParams) params = { 0 };
  g_autoptr (GString) body = NULL;
  WfdChoice change;

  if (!may_change (self, error) || !choose_mode (self, mode, &change, error))
    return FALSE;

  self->now_us = now_us;
  change.audio = NULL;
  set_choice (&params, &change);
  params.av_format_change_timing = (WfdFormatChangeTiming) { pts_90khz, pts_90khz };
  wfd_params_set (&params, WFD_PARAM_AV_FORMAT_CHANGE_TIMING);
  body = g_string_new (NULL);
  wfd_params_print (&params, body);

  self->change = change;
  self->change.audio = self->choice.audio;
  wfd_machine_request (self, MESSAGE_M4, NULL, body->str);
  return TRUE;
}
