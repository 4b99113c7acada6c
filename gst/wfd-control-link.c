/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The link of a control: the peer is found and the two get a network before a session
 * can begin, and after that was lost. */
#include "wfd-control-private.h"

GST_DEBUG_CATEGORY_EXTERN (wfd_control_debug);
#define GST_CAT_DEFAULT wfd_control_debug

/* With the group everything goes that has not left yet: the peer has to get the answer
 * to its TEARDOWN, or ours, first. */
#define LINGER_US (50 * G_TIME_SPAN_MILLISECOND)
/* What is under way on the message bus ends as soon as it is cancelled. */
#define DRAIN_US (50 * G_TIME_SPAN_MILLISECOND)

/* The codes of the PROGRESS messages; the steps of a session are told by it. */
static const char *const step_codes[] = {
  [WFD_ESTABLISH_STEP_DISCOVER] = "discover",
  [WFD_ESTABLISH_STEP_PAIR] = "pair",
  [WFD_ESTABLISH_STEP_CONNECT] = "connect",
  [WFD_ESTABLISH_STEP_ADDRESS] = "address",
};

static const GstProgressType progress_types[] = {
  [WFD_ESTABLISH_BEGUN] = GST_PROGRESS_TYPE_START,
  [WFD_ESTABLISH_NEWS] = GST_PROGRESS_TYPE_CONTINUE,
  [WFD_ESTABLISH_DONE] = GST_PROGRESS_TYPE_COMPLETE,
  [WFD_ESTABLISH_FAILED] = GST_PROGRESS_TYPE_ERROR,
};

/* The link has gone between two of its steps: that ends ours, if one is on. What is wrong with a
 * session on a link that stands we tell ourselves. */
static void
tell_failure_between (WfdControl *self, const char *text)
{
  if (!wfd_control_has_link_down (self))
    return;
  if (self->step != WFD_STEP_NONE)
    wfd_control_fail_step (self, text);
  else
    self->events.progress (self->user_data, GST_PROGRESS_TYPE_ERROR,
        step_codes[WFD_ESTABLISH_STEP_CONNECT], text);
}

static void
on_progress (WfdEstablish *establish, WfdEstablishStep step, WfdEstablishProgress progress,
    const char *text, WfdControl *self)
{
  if (step >= G_N_ELEMENTS (step_codes))
    return;
  if (progress == WFD_ESTABLISH_FAILED && self->link_code == NULL) {
    tell_failure_between (self, text);
    return;
  }
  if (progress != WFD_ESTABLISH_NEWS)
    self->link_code = progress == WFD_ESTABLISH_BEGUN ? step_codes[step] : NULL;
  self->events.progress (self->user_data, progress_types[progress], step_codes[step], text);
}

/* --- questions to the application --- */

/* Its handlers may wait for a person, and nothing waits for a handler: each is called in a
 * thread of its own, and answers the session that has asked, if that is still there. */
typedef struct
{
  WfdControl *control;
  guint64 id;
  gboolean is_about_pin;
  char *peer;
  char *name;
  WfdPairing pairing;
  char *pin; /* to be shown, or as it was entered */
  gboolean is_accepted;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  wfd_control_unref (question->control);
  g_free (question->peer);
  g_free (question->name);
  g_free (question->pin);
  g_free (question);
}

/* Who repeats himself is not asked about again while somebody thinks about it. */
static char *
get_key (gboolean is_about_pin, const char *peer)
{
  return g_strdup_printf ("%s %s", is_about_pin ? "PIN" : "pairing", peer);
}

typedef struct
{
  WfdControl *control;
  const char *peer;
  gboolean accept;
  const char *pin; /* (nullable): of a question about one */
} Answer;

static gpointer
deliver (gpointer data)
{
  const Answer *answer = data;
  WfdEstablish *establish = answer->control->establish;
  g_autofree char *key = get_key (answer->pin != NULL, answer->peer);

  wfd_questions_answer (&answer->control->questions, key);
  if (establish != NULL && answer->pin != NULL)
    wfd_establish_enter_pin (establish, answer->peer, answer->pin);
  else if (establish != NULL)
    wfd_establish_answer (establish, answer->peer, answer->accept);
  return NULL;
}

static gpointer
take_answer (gpointer data)
{
  const Question *question = data;
  WfdControl *self = question->control;
  Answer answer = { self, question->peer, TRUE, question->is_about_pin ? question->pin : NULL };
  g_autofree char *key = get_key (question->is_about_pin, question->peer);

  wfd_questions_end (&self->questions, question->id);
  GST_INFO ("%s: %s", key,
      question->is_accepted         ? "accepted"
          : self->establish == NULL ? "too late"
                                    : "left open");
  return question->is_accepted ? deliver (&answer) : NULL;
}

static void
ask (GstElement *element, gpointer data)
{
  Question *question = data;
  WfdControl *self = question->control;
  const WfdLinkEvents *events = &self->config.link_events;

  if (question->is_about_pin) {
    question->pin = events->pin_request (element, question->peer, question->name);
    question->is_accepted = question->pin != NULL;
  } else {
    question->is_accepted = events->pairing_request (element, question->peer, question->name,
        question->pairing, question->pin);
  }
  wfd_session_thread_call (self->thread, take_answer, question, -1, NULL);
}

/* (transfer full) */
static void
begin_question (WfdControl *self, Question *question)
{
  g_autofree char *key = get_key (question->is_about_pin, question->peer);

  question->control = wfd_control_ref (self);
  question->id = wfd_questions_begin (&self->questions, key, g_get_monotonic_time ());
  if (question->id == 0) {
    GST_DEBUG ("%s: being asked already, or too much else is", key);
    question_free (question);
    return;
  }
  GST_INFO ("%s: asking the application", key);
  gst_element_call_async (self->config.link_data, ask, question, question_free);
}

static gboolean
on_pairing_request (WfdEstablish *establish, const char *peer, const char *name, WfdPairing pairing,
    const char *pin, WfdControl *self)
{
  Question *question;

  if (!self->config.link_events.answers_pairing (self->config.link_data)) {
    GST_INFO ("pairing %s: accepted, nobody is asked", peer);
    return TRUE;
  }
  question = g_new (Question, 1);
  *question = (Question) { .peer = g_strdup (peer),
    .name = g_strdup (name),
    .pairing = pairing,
    .pin = g_strdup (pin) };
  begin_question (self, question);
  return FALSE;
}

static void
on_pin_request (WfdEstablish *establish, const char *peer, const char *name, WfdControl *self)
{
  Question *question = g_new (Question, 1);

  *question = (Question) { .is_about_pin = TRUE, .peer = g_strdup (peer), .name = g_strdup (name) };
  begin_question (self, question);
}

/* Somebody who shows it to a person may take his time as well. */
typedef struct
{
  void (*tell) (GstElement *element, const char *pin);
  char *pin;
} Shown;

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  g_free (shown->pin);
  g_free (shown);
}

static void
show (GstElement *element, gpointer data)
{
  const Shown *shown = data;

  shown->tell (element, shown->pin);
}

static void
on_pin (WfdEstablish *establish, const char *pin, WfdControl *self)
{
  Shown *shown = g_new (Shown, 1);

  *shown = (Shown) { self->config.link_events.pin, g_strdup (pin) };
  gst_element_call_async (self->config.link_data, show, shown, shown_free);
}

void
wfd_control_answer_pairing (WfdControl *self, const char *peer, gboolean accept)
{
  Answer answer = { self, peer, accept, NULL };

  wfd_session_thread_call (self->thread, deliver, &answer, -1, NULL);
}

void
wfd_control_enter_pin (WfdControl *self, const char *peer, const char *pin)
{
  Answer answer = { self, peer, TRUE, pin };

  g_return_if_fail (pin != NULL);
  wfd_session_thread_call (self->thread, deliver, &answer, -1, NULL);
}

/* --- the way --- */

static void
set_host (const char **host, GInetAddress *address)
{
  g_free ((char *) *host);
  *host = g_inet_address_to_string (address);
}

/* As a source we listen in the group and nowhere else; as a sink we connect to who is
 * there. */
static void
on_opened (WfdEstablish *establish, WfdControl *self)
{
  g_autoptr (GError) error = NULL;

  self->step = WFD_STEP_NONE;
  if (!wfd_control_is_source (self)) {
    set_host (&self->config.host, wfd_establish_get_peer_address (establish));
    self->config.port = wfd_establish_get_peer_port (establish);
    wfd_control_connect (self);
    return;
  }
  set_host (&self->config.address, wfd_establish_get_local_address (establish));
  if (wfd_control_listen (self, &error))
    return;
  /* EADDRNOTAVAIL, which GIO has no name for: the interface has gone, as the link will tell. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED))
    GST_INFO ("not listening: %s", error->message);
  else
    wfd_control_finish (self, error);
}

/* The session, or what led to it, is over; the next one begins when the link is up
 * again. */
static void
on_down (WfdEstablish *establish, const GError *error, WfdControl *self)
{
  GST_INFO ("link down: %s", error != NULL ? error->message : "no error");
  wfd_control_drop_timer (&self->retry_timer);
  wfd_control_stop_listening (self);
  wfd_control_end_session (self, error);
}

static void
on_failed (WfdEstablish *establish, const GError *error, WfdControl *self)
{
  self->link_failed = TRUE;
  wfd_control_drop_timer (&self->retry_timer);
  wfd_control_stop_listening (self);
  wfd_control_end_session (self, error);
}

void
wfd_control_want_link (WfdControl *self)
{
  if (!self->is_finished && !self->stopping && !self->stream_ended)
    wfd_establish_begin (self->establish);
}

gboolean
wfd_control_has_link_down (WfdControl *self)
{
  return self->establish != NULL && !wfd_establish_is_open (self->establish);
}

void
wfd_control_create_link (WfdControl *self)
{
  const WfdLinkSettings *link = &self->config.link;

  /* It is announced before it is listened on. */
  if (self->config.rtsp_port == 0)
    self->config.rtsp_port = WFD_DEFAULT_RTSP_PORT;
  self->establish = wfd_establish_new (self->config.role);
  g_object_set (self->establish, "peer", link->peer, "interface", link->interface, "pairing",
      link->pairing, "pin", link->pin, "device-name", link->device_name, "persistent",
      link->persistent, "go-intent", link->go_intent, "frequency-mhz", link->frequency_mhz,
      "idle-timeout-ms", link->idle_timeout_ms, "lost-timeout-ms", link->lost_timeout_ms,
      "rtsp-port", (guint) self->config.rtsp_port, NULL);
  g_signal_connect (self->establish, "progress", G_CALLBACK (on_progress), self);
  g_signal_connect (self->establish, "pairing-request", G_CALLBACK (on_pairing_request), self);
  if (self->config.link_events.answers_pin (self->config.link_data))
    g_signal_connect (self->establish, "pin-request", G_CALLBACK (on_pin_request), self);
  g_signal_connect (self->establish, "pin", G_CALLBACK (on_pin), self);
  g_signal_connect (self->establish, "opened", G_CALLBACK (on_opened), self);
  g_signal_connect (self->establish, "down", G_CALLBACK (on_down), self);
  g_signal_connect (self->establish, "failed", G_CALLBACK (on_failed), self);
}

static void
note_gone (gpointer data, GObject *object)
{
  *(gboolean *) data = TRUE;
}

static void
note_time (gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* Runs the main context until @is_over or @end_us. */
static void
run_until (WfdControl *self, const gboolean *is_over, gint64 end_us)
{
  gboolean expired = FALSE;
  GSource *limit = wfd_session_thread_add_timer (self->thread, end_us, note_time, &expired);

  while (!*is_over && !expired)
    g_main_context_iteration (g_main_context_get_thread_default (), TRUE);
  wfd_control_drop_timer (&limit);
}

static gint64
get_linger_end_us (WfdControl *self)
{
  return self->end_us != 0 ? self->end_us + LINGER_US : 0;
}

static void
close_link (gpointer data)
{
  WfdControl *self = data;

  wfd_control_drop_timer (&self->linger_timer);
  wfd_establish_close (self->establish);
}

static void
forget_link (WfdControl *self)
{
  wfd_control_drop_timer (&self->linger_timer);
  g_signal_handlers_disconnect_by_data (self->establish, self);
}

void
wfd_control_close_link_soon (WfdControl *self)
{
  forget_link (self);
  if (self->link_code != NULL)
    self->events.progress (self->user_data, GST_PROGRESS_TYPE_CANCELED, self->link_code, "Ended");
  self->link_code = NULL;
  wfd_control_set_timer (self, &self->linger_timer, get_linger_end_us (self), close_link);
}

void
wfd_control_drop_link (WfdControl *self)
{
  WfdEstablish *establish = self->establish;
  static const gboolean never = FALSE;
  gboolean gone = FALSE;

  if (establish == NULL)
    return;
  forget_link (self);
  if (wfd_establish_is_open (establish))
    run_until (self, &never, get_linger_end_us (self));
  wfd_establish_close (establish);
  g_object_weak_ref (G_OBJECT (establish), note_gone, &gone);
  g_clear_object (&self->establish);
  /* What was cancelled still comes back to this context, and holds its objects until
   * then. */
  run_until (self, &gone, g_get_monotonic_time () + DRAIN_US);
  if (!gone)
    g_object_weak_unref (G_OBJECT (establish), note_gone, &gone);
}
