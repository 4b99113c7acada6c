/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The requests of a machine of either role, and which of them an answer belongs
 * to; the rules of its role say what follows. */
#include "session-machine-private.h"

#include <string.h>

#define CONTROL_URI "rtsp://localhost/wfd1.0"

static const ResponseRule *
find_response_rule (WfdMachine *self, MessageId id)
{
  for (gsize i = 0; i < self->rules->n_responses; i++)
    if (self->rules->responses[i].id == id)
      return &self->rules->responses[i];
  g_return_val_if_reached (NULL);
}

GstRTSPMessage *
wfd_machine_request (WfdMachine *self, MessageId id, const char *uri, const char *body)
{
  const ResponseRule *rule = find_response_rule (self, id);
  g_autofree char *cseq = g_strdup_printf ("%u", self->next_cseq);
  GstRTSPMessage *message = NULL;

  if (self->state == STATE_CLOSED)
    return NULL;
  if (self->n_pending == G_N_ELEMENTS (self->pending)) {
    wfd_machine_end (self,
        g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT, "The %s left %u requests without an answer",
            wfd_machine_call_peer (self), self->n_pending));
    return NULL;
  }

  gst_rtsp_message_new_request (&message, rule->method, uri != NULL ? uri : CONTROL_URI);
  gst_rtsp_message_add_header (message, GST_RTSP_HDR_CSEQ, cseq);
  /* Samsung and Tizen sources do not answer an M2 without a User-Agent. */
  if (self->config.role == WFD_ROLE_SINK)
    gst_rtsp_message_add_header (message, GST_RTSP_HDR_USER_AGENT, WFD_PRODUCT);
  if (self->session_id != NULL)
    gst_rtsp_message_add_header (message, GST_RTSP_HDR_SESSION, self->session_id);
  if (body != NULL) {
    gst_rtsp_message_add_header (message, GST_RTSP_HDR_CONTENT_TYPE, "text/parameters");
    gst_rtsp_message_set_body (message, (const guint8 *) body, strlen (body));
  }

  self->pending[self->n_pending++] = (Pending) {
    .id = id,
    .cseq = self->next_cseq++,
    .sent_us = self->now_us,
    .deadline_us = rule->answer_us > 0 ? self->now_us + rule->answer_us : G_MAXINT64,
  };
  self->stats.requests_sent++;
  g_queue_push_tail (&self->outbox, message);
  return message;
}

gboolean
wfd_machine_is_pending (WfdMachine *self, MessageId id)
{
  for (guint i = 0; i < self->n_pending; i++)
    if (self->pending[i].id == id)
      return TRUE;
  return FALSE;
}

static void
remove_pending (WfdMachine *self, guint i)
{
  self->n_pending--;
  memmove (&self->pending[i], &self->pending[i + 1], (self->n_pending - i) * sizeof (Pending));
}

void
wfd_machine_forget (WfdMachine *self, MessageId id)
{
  for (guint i = self->n_pending; i > 0; i--) {
    if (self->pending[i - 1].id != id)
      continue;
    self->forgotten[self->n_forgotten++ % G_N_ELEMENTS (self->forgotten)] =
        self->pending[i - 1].cseq;
    remove_pending (self, i - 1);
  }
}

static gboolean
is_forgotten (WfdMachine *self, guint cseq)
{
  for (guint i = 0; i < MIN (self->n_forgotten, G_N_ELEMENTS (self->forgotten)); i++)
    if (self->forgotten[i] == cseq)
      return TRUE;
  return FALSE;
}

/* 0, which is no number of ours, if there is none that can be read. */
static guint
get_cseq (const GstRTSPMessage *response)
{
  char *header = NULL;
  WfdText text;
  guint64 cseq;

  if (gst_rtsp_message_get_header (response, GST_RTSP_HDR_CSEQ, &header, 0) != GST_RTSP_OK)
    return 0;
  text = wfd_text (header);
  return wfd_text_take_decimal (&text, G_MAXUINT, &cseq) ? cseq : 0;
}

/* The answer's CSeq names the request; an old lazycast answers CSeq 0 with
 * CSeq 1, so an unknown number means the oldest request. But the number of one
 * that we no longer wait for is that of a sink which answers M16 late. FALSE if
 * the answer belongs to nothing. */
static gboolean
find_pending (WfdMachine *self, const GstRTSPMessage *response, guint *ret_index)
{
  guint cseq = get_cseq (response);

  for (guint i = 0; i < self->n_pending; i++) {
    if (self->pending[i].cseq == cseq) {
      *ret_index = i;
      return TRUE;
    }
  }
  if (self->n_pending == 0 || is_forgotten (self, cseq))
    return FALSE;

  g_debug ("answer with the unknown CSeq %u taken for the oldest request", cseq);
  *ret_index = 0;
  return TRUE;
}

void
wfd_machine_receive_response (WfdMachine *self, const GstRTSPMessage *response)
{
  guint status = response->type_data.response.code;
  const ResponseRule *rule;
  Pending pending;
  guint i;

  self->stats.responses_received++;
  if (!find_pending (self, response, &i))
    return;

  pending = self->pending[i];
  remove_pending (self, i);
  self->stats.last_rtt_us = self->now_us - pending.sent_us;

  rule = find_response_rule (self, pending.id);
  g_debug ("answer to %s in %s: %u", rule->name, wfd_machine_get_state_name (self), status);
  rule->answered (self, response, status);
}

static void
expire (WfdMachine *self, const Pending *pending)
{
  const ResponseRule *rule = find_response_rule (self, pending->id);

  if (self->state == STATE_M8)
    wfd_machine_end (self, NULL);
  else
    wfd_machine_fail (self, WFD_ERROR_TIMEOUT, "The %s did not answer %s within %d s (T2)",
        wfd_machine_call_peer (self), rule->name, (int) (rule->answer_us / G_USEC_PER_SEC));
}

/* One is the end of the session, and of them all. */
void
wfd_machine_expire_pending (WfdMachine *self)
{
  for (guint i = 0; i < self->n_pending; i++) {
    if (self->now_us < self->pending[i].deadline_us)
      continue;
    expire (self, &self->pending[i]);
    return;
  }
}
