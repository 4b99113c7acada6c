/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a machine of either role answers a request: the rules of its role say
 * whether it may come, and what to say. */
#include "session-machine-private.h"

#include <string.h>

WfdText
wfd_machine_get_body (const GstRTSPMessage *message)
{
  guint8 *data = NULL;
  guint size = 0;

  gst_rtsp_message_get_body (message, &data, &size);
  return wfd_text_sized ((const char *) data, size);
}

void
wfd_machine_set_body (GstRTSPMessage *message, const GString *body)
{
  if (body->len == 0)
    return;
  gst_rtsp_message_add_header (message, GST_RTSP_HDR_CONTENT_TYPE, "text/parameters");
  gst_rtsp_message_set_body (message, (const guint8 *) body->str, body->len);
}

guint
wfd_machine_answer_failures (GstRTSPMessage *response, const GArray *failures)
{
  g_autoptr (GString) body = NULL;

  if (failures->len == 0)
    return GST_RTSP_STS_OK;

  body = g_string_new (NULL);
  wfd_params_print_failures (failures, body);
  wfd_machine_set_body (response, body);
  return GST_RTSP_STS_SEE_OTHER;
}

/* The reason phrases of §6.4.7 and §6.4.9; for the rest RFC 2326. */
static const char *
status_to_reason (WfdMachine *self, guint status)
{
  if (status == GST_RTSP_STS_NOT_ACCEPTABLE)
    return wfd_machine_get_state (self) == WFD_SESSION_STATE_PLAYING ? "in-play-state"
                                                                     : "in-pause-state";
  return gst_rtsp_status_as_text (status);
}

static gboolean
has_wfd_tag (const char *require)
{
  g_autofree char *lower = g_ascii_strdown (require, -1);

  return strstr (lower, WFD_TAG) != NULL;
}

/* Our tag is enough, whatever others there are, in one header or in several: a
 * source drops a sink that answers 551. */
static guint
check_require (const GstRTSPMessage *request, GstRTSPMessage *response)
{
  const char *unsupported = NULL;
  char *require = NULL;

  for (guint i = 0;
       gst_rtsp_message_get_header (request, GST_RTSP_HDR_REQUIRE, &require, i) == GST_RTSP_OK;
       i++) {
    if (has_wfd_tag (require))
      return GST_RTSP_STS_OK;
    if (*require != '\0')
      unsupported = require;
  }
  if (unsupported == NULL)
    return GST_RTSP_STS_OK;

  gst_rtsp_message_add_header (response, GST_RTSP_HDR_UNSUPPORTED, unsupported);
  return GST_RTSP_STS_OPTION_NOT_SUPPORTED;
}

static guint
check_request (const GstRTSPMessage *request, GstRTSPMessage *response)
{
  char *cseq = NULL;

  if (gst_rtsp_message_get_header (request, GST_RTSP_HDR_CSEQ, &cseq, 0) != GST_RTSP_OK)
    return GST_RTSP_STS_BAD_REQUEST;
  return check_require (request, response);
}

/* RTSP has no such method, or we have not. */
static guint
refuse_method (WfdMachine *self, GstRTSPMethod method, GstRTSPMessage *response)
{
  if (method == GST_RTSP_INVALID)
    return GST_RTSP_STS_NOT_IMPLEMENTED;
  gst_rtsp_message_add_header (response, GST_RTSP_HDR_ALLOW, self->rules->methods);
  return GST_RTSP_STS_METHOD_NOT_ALLOWED;
}

guint
wfd_machine_answer_options (WfdMachine *self, const GstRTSPMessage *request,
    GstRTSPMessage *response)
{
  g_autofree char *public = g_strconcat (WFD_TAG ", ", self->rules->methods, NULL);

  gst_rtsp_message_add_header (response, GST_RTSP_HDR_PUBLIC, public);
  return GST_RTSP_STS_OK;
}

static const RequestRule *
find_request_rule (WfdMachine *self, GstRTSPMethod method)
{
  for (gsize i = 0; i < self->rules->n_requests; i++)
    if (self->rules->requests[i].method == method)
      return &self->rules->requests[i];
  return NULL;
}

static guint
answer_request (WfdMachine *self, const RequestRule *rule, const GstRTSPMessage *request,
    GstRTSPMessage *response)
{
  guint status = check_request (request, response);

  if (status != GST_RTSP_STS_OK)
    return status;
  if (rule == NULL)
    return refuse_method (self, request->type_data.request.method, response);
  if (!(rule->states & IN (self->state)))
    return GST_RTSP_STS_METHOD_NOT_VALID_IN_THIS_STATE;
  return rule->answer (self, request, response);
}

static GstRTSPMessage *
new_response (WfdMachine *self, const GstRTSPMessage *request)
{
  GstRTSPMessage *response = NULL;
  char *cseq = NULL;

  gst_rtsp_message_new_response (&response, GST_RTSP_STS_OK, "OK", NULL);
  if (gst_rtsp_message_get_header (request, GST_RTSP_HDR_CSEQ, &cseq, 0) == GST_RTSP_OK)
    gst_rtsp_message_add_header (response, GST_RTSP_HDR_CSEQ, cseq);
  if (self->config.role == WFD_ROLE_SOURCE)
    gst_rtsp_message_add_header (response, GST_RTSP_HDR_SERVER, WFD_PRODUCT);
  return response;
}

/* Whoever asks more than this is not a display. */
static gboolean
is_flood (WfdMachine *self)
{
  if (self->now_us - self->flood_window_us >= G_USEC_PER_SEC) {
    self->flood_window_us = self->now_us;
    self->flood_requests = 0;
  }
  return ++self->flood_requests > WFD_LIMIT_REQUESTS_PER_SECOND;
}

void
wfd_machine_receive_request (WfdMachine *self, const GstRTSPMessage *request)
{
  const RequestRule *rule = find_request_rule (self, request->type_data.request.method);
  GstRTSPMessage *response;
  guint status;

  self->stats.requests_received++;
  if (is_flood (self)) {
    wfd_machine_fail (self, WFD_ERROR_MALFORMED, "The %s sent more than %d requests in a second",
        wfd_machine_call_peer (self), WFD_LIMIT_REQUESTS_PER_SECOND);
    return;
  }

  response = new_response (self, request);
  status = answer_request (self, rule, request, response);
  response->type_data.response.code = status;
  g_free (response->type_data.response.reason);
  response->type_data.response.reason = g_strdup (status_to_reason (self, status));
  g_debug ("%s in %s: %u", gst_rtsp_method_as_text (request->type_data.request.method),
      wfd_machine_get_state_name (self), status);
  g_queue_push_tail (&self->outbox, response);

  if (status == GST_RTSP_STS_OK && rule->then != NULL)
    rule->then (self);
}
