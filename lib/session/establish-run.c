/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The course of things: what the link tells, and what establish-state.c wants done. */
#include <base-source.h>
#include <link-net.h>
#include <link-p2p.h>
#include <wfd/wfd-error.h>

#include "establish-private.h"

/* Names in an error. */
#define MAX_NAMED 8
/* A peer that is on and near has been found by then. */
#define NEWS_S 5
/* One that another link of this program showed on is asked for again. */
#define TAKEN_S 20

/* --- what is told --- */

void
wfd_establish_tell (WfdEstablish *self, WfdEstablishProgress progress, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (self->step < 0)
    return;
  if (progress == WFD_ESTABLISH_BEGUN && self->has_begun)
    progress = WFD_ESTABLISH_NEWS;
  self->has_begun = TRUE;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_PROGRESS, (WfdEstablishStep) self->step, progress,
      text);
}

const char *
wfd_establish_name (WfdLinkPeer *peer)
{
  if (peer == NULL)
    return "the peer";
  return *wfd_link_peer_get_name (peer) != '\0' ? wfd_link_peer_get_name (peer)
                                                : wfd_link_peer_get_id (peer);
}

gboolean
wfd_establish_end_step (WfdEstablish *self)
{
  static const struct
  {
    const char *before; /* the name of the peer */
    const char *behind;
  } texts[] = {
    [WFD_ESTABLISH_STEP_DISCOVER] = { "", " is there" },
    [WFD_ESTABLISH_STEP_PAIR] = { "Paired with ", "" },
    [WFD_ESTABLISH_STEP_CONNECT] = { "Connected with ", "" },
    [WFD_ESTABLISH_STEP_ADDRESS] = { "Has an address in a network with ", "" },
    [WFD_ESTABLISH_STEP_NEGOTIATE] = { "Agreed with ", "" },
    [WFD_ESTABLISH_STEP_PLAY] = { "", " plays" },
  };

  gpointer link = self->link;

  if (self->step < 0)
    return TRUE;
  wfd_establish_tell (self, WFD_ESTABLISH_DONE, "%s%s%s", texts[self->step].before,
      wfd_establish_name (self->candidate), texts[self->step].behind);
  if (self->link != link)
    return FALSE;
  self->step = -1;
  return TRUE;
}

gboolean
wfd_establish_begin_step (WfdEstablish *self, WfdEstablishStep step)
{
  if (self->step == (gint) step)
    return TRUE;
  if (!wfd_establish_end_step (self))
    return FALSE;
  self->step = step;
  self->has_begun = FALSE;
  return TRUE;
}

void
wfd_establish_fail_step (WfdEstablish *self, const GError *error)
{
  /* Between two steps, or after the last: the two are not, or no longer, together. */
  if (self->step < 0)
    self->step = WFD_ESTABLISH_STEP_CONNECT;
  wfd_establish_tell (self, WFD_ESTABLISH_FAILED, "%s", error->message);
  self->step = -1;
}

/* Whoever looks at the screen sees it stand still. */
static void
tell_news (WfdEstablish *self, const char *text)
{
  wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_PROGRESS, WFD_ESTABLISH_STEP_CONNECT,
      WFD_ESTABLISH_NEWS, text);
}

/* --- peers --- */

void
wfd_establish_note_failure (WfdEstablish *self, const GError *error)
{
  g_clear_error (&self->failure);
  self->failure = g_error_copy (error);
}

void
wfd_establish_choose (WfdEstablish *self, const char *id)
{
  g_free (self->chosen);
  self->chosen = g_strdup (id);
  g_hash_table_remove_all (self->taken);
  self->has_namesakes = FALSE;
}

static gboolean
may_be_asked (WfdEstablish *self)
{
  static const guint phases =
      1u << WFD_ESTABLISH_LISTENING | 1u << WFD_ESTABLISH_SEEKING | 1u << WFD_ESTABLISH_RESTING;

  return (phases & 1u << self->state.phase) != 0;
}

/* @was_asked: by it, with @pin if that is not NULL */
static gboolean
take_candidate (WfdEstablish *self, WfdLinkPeer *peer, gboolean was_asked, const char *pin)
{
  if (self->is_finding || self->closing != NULL || !may_be_asked (self))
    return FALSE;
  g_set_object (&self->candidate, peer);
  g_clear_object (&self->busy);
  self->was_asked = was_asked;
  g_free (self->shown_pin);
  self->shown_pin = g_strdup (pin);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_PEER);
  return TRUE;
}

/* WFD 2.1 §5.1.2: nobody may try to start a session with it. With whom there was one, it may
 * only not have noticed yet that it has ended. */
static gboolean
is_busy (WfdEstablish *self, WfdLinkPeer *peer)
{
  return !wfd_link_peer_is_available (peer) && self->chosen == NULL;
}

static void
wait_for_busy (WfdEstablish *self, WfdLinkPeer *peer)
{
  /* Once, as some say so again and again, by turns. */
  if (self->busy != NULL)
    return;
  g_set_object (&self->busy, peer);
  wfd_clear_source (&self->news);
  wfd_establish_tell (self, WFD_ESTABLISH_NEWS,
      "%s is there, and says that it is in use; waiting until it is free",
      wfd_establish_name (peer));
}

/* Of two of one name none is taken by chance; either may go, or say that it is called otherwise. */
static void
wait_for_one (WfdEstablish *self, WfdLinkPeer *peer, WfdLinkPeer *other)
{
  wfd_clear_source (&self->news);
  wfd_establish_tell_namesakes (self, peer, other);
}

static void
consider (WfdEstablish *self, WfdLinkPeer *peer)
{
  WfdLinkPeer *other;

  if (self->state.phase != WFD_ESTABLISH_SEEKING || self->is_finding || self->closing != NULL
      || !wfd_establish_is_wanted (self, peer))
    return;
  other = wfd_establish_find_namesake (self, peer);
  if (other != NULL)
    wait_for_one (self, peer, other);
  else if (is_busy (self, peer))
    wait_for_busy (self, peer);
  else
    take_candidate (self, peer, FALSE, NULL);
}

static void
consider_namesake (WfdEstablish *self)
{
  WfdLinkPeer *peer = NULL;

  if (self->has_namesakes && self->link != NULL && self->state.phase == WFD_ESTABLISH_SEEKING)
    peer = wfd_establish_find_wanted (self);
  if (peer != NULL)
    consider (self, peer);
}

static void
on_peer (WfdLink *link, WfdLinkPeer *peer, WfdEstablish *self)
{
  /* From now on it says itself when it is free. */
  if (!wfd_link_peer_is_available (peer))
    g_hash_table_remove (self->taken, wfd_link_peer_get_id (peer));
  if (wfd_establish_is_wanted (self, peer))
    consider (self, peer);
  else
    consider_namesake (self);
}

static void
look_at_known_peers (WfdEstablish *self)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (self->link);

  for (guint i = 0; i < peers->len && self->state.phase == WFD_ESTABLISH_SEEKING; i++)
    consider (self, g_ptr_array_index (peers, i));
}

/* "A, B and others"; NULL if there is none. */
static char *
list_others (WfdEstablish *self)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (self->link);
  g_autoptr (GString) list = g_string_new (NULL);
  guint n = 0;

  for (guint i = 0; i < peers->len; i++) {
    WfdLinkPeer *peer = g_ptr_array_index (peers, i);

    if (!wfd_establish_plays_other_role (self, peer) || n++ >= MAX_NAMED)
      continue;
    g_string_append_printf (list, "%s“%s” (%s)", list->len > 0 ? ", " : "",
        wfd_establish_name (peer), wfd_link_peer_get_id (peer));
  }
  if (n > MAX_NAMED)
    g_string_append (list, " and others");
  return n > 0 ? g_strdup (list->str) : NULL;
}

/* --- what can go wrong without anybody saying so --- */

static GError *
make_no_peer_error (WfdEstablish *self)
{
  g_autofree char *others = list_others (self);
  GError *error = wfd_establish_make_namesake_error (self);

  if (error != NULL)
    return error;
  if (self->peer == NULL)
    return g_error_new (WFD_ERROR, WFD_ERROR_NO_PEER,
        "“peer” has to name the display that shows the screen; in reach %s%s",
        others != NULL ? "are " : "is none now", others != NULL ? others : "");
  if (self->busy != NULL)
    return g_error_new (WFD_ERROR, WFD_ERROR_NO_PEER,
        "%s is there, and in use; end what it shows, or try again later",
        wfd_establish_name (self->busy));
  return g_error_new (WFD_ERROR, WFD_ERROR_NO_PEER,
      "No display “%s” was found; is it on, near, and its screen for wireless displays open? In "
      "reach %s%s",
      self->peer, others != NULL ? "are " : "is no display", others != NULL ? others : "");
}

/* It is we who connect. */
static GError *
make_not_reached_error (WfdEstablish *self)
{
  GInetAddress *address = wfd_establish_get_peer_address (self);
  g_autofree char *text = address != NULL ? g_inet_address_to_string (address) : NULL;
  guint16 port = wfd_establish_get_peer_port (self);

  return g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
      "%s is in the group and no session came with it, at TCP port %u of %s; does it cast, and do "
      "firewalls on both sides let that port through?",
      wfd_establish_name (self->candidate), port != 0 ? port : WFD_DEFAULT_RTSP_PORT, text);
}

static GError *
make_no_session_error (WfdEstablish *self)
{
  const char *name = wfd_establish_name (self->candidate);

  if (self->refusal != NULL)
    return g_error_copy (self->refusal);
  if (self->role == WFD_ROLE_SINK)
    return make_not_reached_error (self);

  if (wfd_establish_get_peer_address (self) == NULL)
    return g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
        "%s is in the group and has taken no address there; install dnsmasq-base, which gives it "
        "one, or try with a go-intent of 0",
        name);
  return g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
      "%s is in the group and does not connect; is it a display, and do firewalls on both sides "
      "let TCP port %u through?",
      name, self->rtsp_port);
}

static void
note_time_is_over (WfdEstablish *self)
{
  g_autoptr (GError) error = NULL;

  if (self->state.phase == WFD_ESTABLISH_SEEKING)
    error = make_no_peer_error (self);
  else if (self->state.phase == WFD_ESTABLISH_ASKING)
    error = g_error_new (WFD_ERROR, WFD_ERROR_PAIRING,
        "The PIN that %s shows was not entered here in time; try again",
        wfd_establish_name (self->candidate));
  else
    error = make_no_session_error (self);
  wfd_establish_note_failure (self, error);
}

/* --- what is done --- */

/* What was asked of a link that was closed meanwhile still comes back. */
static gboolean
is_ours (WfdEstablish *self, gpointer link)
{
  return link == self->link;
}

static void call_peer (WfdEstablish *self);

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdEstablish) self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean begun = wfd_link_finish (WFD_LINK (source), result, &error);

  if (!is_ours (self, source))
    return;
  self->is_finding = FALSE;
  /* Who calls does not wait to be found. */
  if (self->state.phase == WFD_ESTABLISH_CALLING)
    call_peer (self);
  if (self->state.phase != WFD_ESTABLISH_SEEKING)
    return;
  if (begun) {
    wfd_establish_state_note_search (&self->state);
    look_at_known_peers (self);
  } else if (!g_error_matches (error, WFD_ERROR, WFD_ERROR_STATE)) {
    wfd_establish_note_failure (self, error);
    wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
  } /* else a peer was faster, and the link is being opened */
}

/* Who has mistyped the name sees it. */
static gboolean
on_not_found_yet (gpointer user_data)
{
  G_GNUC_UNUSED g_autoptr (WfdEstablish) self = g_object_ref (user_data);
  g_autofree char *others = list_others (self);

  wfd_establish_tell (self, WFD_ESTABLISH_NEWS, "No display “%s” is found yet; in reach %s%s",
      self->peer, others != NULL ? "are " : "is no display", others != NULL ? others : "");
  wfd_clear_source (&self->news);
  return G_SOURCE_REMOVE;
}

/* Nobody tells when the other link of this program leaves it. */
static gboolean
on_taken_again (gpointer user_data)
{
  G_GNUC_UNUSED g_autoptr (WfdEstablish) self = g_object_ref (user_data);

  wfd_clear_source (&self->news);
  g_hash_table_remove_all (self->taken);
  look_at_known_peers (self);
  return G_SOURCE_REMOVE;
}

static void
watch_search (WfdEstablish *self)
{
  gboolean is_taken = g_hash_table_size (self->taken) > 0;

  if (self->role == WFD_ROLE_SINK || self->peer == NULL || (self->busy != NULL && !is_taken))
    return;
  wfd_clear_source (&self->news);
  self->news = g_timeout_source_new_seconds (is_taken ? TAKEN_S : NEWS_S);
  g_source_set_callback (self->news, is_taken ? on_taken_again : on_not_found_yet, self, NULL);
  g_source_attach (self->news, self->context);
}

static void
search (WfdEstablish *self)
{
  g_autoptr (WfdLink) link = g_object_ref (self->link);
  g_autoptr (GError) error = NULL;

  if (self->closing != NULL)
    self->after = WFD_ESTABLISH_DO_SEARCH;
  if (self->closing != NULL || self->is_finding)
    return;
  if (!wfd_establish_begin_step (self, WFD_ESTABLISH_STEP_DISCOVER))
    return;
  if (self->role == WFD_ROLE_SINK)
    wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Waiting for %s to connect",
        self->peer != NULL ? self->peer : "a source");
  else
    wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Looking for %s",
        self->peer != NULL ? self->peer : "displays");
  /* Closed when it was told. */
  if (!is_ours (self, link))
    return;
  self->has_namesakes = FALSE;
  self->refused = 0;
  if (!wfd_net_check_rights (&error)) {
    wfd_establish_note_failure (self, error);
    wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
    return;
  }
  watch_search (self);
  wfd_p2p_link_seek_back (WFD_P2P_LINK (link),
      self->role == WFD_ROLE_SOURCE && self->state.has_worked);
  self->is_finding = TRUE;
  wfd_link_find_async (link, NULL, on_found, g_object_ref (self));
}

/* What the peer asks by itself comes as any request to be paired, or as a link that is up. */
static void
listen_for_peer (WfdEstablish *self)
{
  if (self->closing != NULL)
    self->after = WFD_ESTABLISH_DO_LISTEN;
  else
    wfd_p2p_link_set_reachable (WFD_P2P_LINK (self->link), TRUE);
}

/* Where any display will do, that is another one. */
static gboolean
put_aside (WfdEstablish *self, const GError *error)
{
  const char *id = wfd_link_peer_get_id (self->candidate);
  g_autofree char *text = NULL;

  if (!g_error_matches (error, WFD_ERROR, WFD_ERROR_IN_USE) || self->chosen != NULL
      || wfd_link_peer_matches (self->candidate, self->peer))
    return FALSE;
  g_hash_table_add (self->taken, g_strdup (id));
  g_set_object (&self->busy, self->candidate);
  text = g_strdup_printf ("%s shows what another link of this program sends; looking for another",
      wfd_establish_name (self->candidate));
  tell_news (self, text);
  return TRUE;
}

static void
on_open_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdEstablish) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wfd_link_finish (WFD_LINK (source), result, &error) || !is_ours (self, source)
      || self->state.phase != WFD_ESTABLISH_OPENING)
    return;
  if (g_error_matches (error, WFD_ERROR, WFD_ERROR_NOT_PAIRED) && !wfd_establish_can_pair (self)) {
    if (!wfd_establish_ask_pin (self))
      wfd_establish_fail_without_pin (self);
    return;
  }
  if (put_aside (self, error)) {
    wfd_establish_feed (self, WFD_ESTABLISH_EVENT_WRONG);
    return;
  }
  wfd_establish_note_failure (self, error);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
}

static void
open_link (WfdEstablish *self)
{
  const char *id = wfd_link_peer_get_id (self->candidate);
  WfdLinkPairing pairing;

  if (self->entered_pin == NULL && !wfd_establish_end_step (self))
    return;
  pairing = (WfdLinkPairing) { self->pairing, wfd_establish_get_pin (self), self->persistent };
  g_hash_table_remove_all (self->requests);
  if (self->role == WFD_ROLE_SOURCE)
    wfd_link_stop_find (self->link);
  if (self->was_asked && !wfd_establish_can_pair (self) && wfd_establish_ask_pin (self))
    return;
  if ((self->was_asked && wfd_establish_can_pair (self)) || self->entered_pin != NULL)
    wfd_link_connect_async (self->link, id, &pairing, NULL, on_open_done, g_object_ref (self));
  else
    wfd_link_reopen_async (self->link, id, wfd_establish_can_pair (self) ? &pairing : NULL, NULL,
        on_open_done, g_object_ref (self));
  g_clear_pointer (&self->entered_pin, g_free);
  g_clear_pointer (&self->shown_pin, g_free);
}

static void
on_called (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdEstablish) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wfd_link_finish (WFD_LINK (source), result, &error) || !is_ours (self, source)
      || self->state.phase != WFD_ESTABLISH_CALLING)
    return;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_clear_error (&error);
    error = g_error_new (WFD_ERROR, WFD_ERROR_NO_PEER,
        "%s does not answer; it is waited for, so cast from there again",
        wfd_establish_name (self->candidate));
  }
  wfd_establish_note_failure (self, error);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
}

/* Nobody is paired anew with by that. */
static void
call_peer (WfdEstablish *self)
{
  if (self->closing != NULL)
    self->after = WFD_ESTABLISH_DO_CALL;
  if (self->closing != NULL || self->is_finding || self->state.phase != WFD_ESTABLISH_CALLING)
    return;
  /* Somebody is coming. */
  if (wfd_p2p_link_is_busy (WFD_P2P_LINK (self->link))) {
    wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
    return;
  }
  g_set_object (&self->candidate, self->last);
  g_clear_object (&self->calling);
  self->calling = g_cancellable_new ();
  wfd_link_reopen_async (self->link, wfd_link_peer_get_id (self->candidate), NULL, self->calling,
      on_called, g_object_ref (self));
}

static void perform (WfdEstablish *self, WfdEstablishAction action);

static void
on_link_closed (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WfdEstablish) self = user_data;
  WfdEstablishAction after = self->after;

  wfd_link_finish (WFD_LINK (source), result, NULL);
  if (!is_ours (self, source))
    return;
  wfd_clear_source (&self->closing);
  g_clear_object (&self->closing_cancellable);
  self->after = WFD_ESTABLISH_DO_NOTHING;
  perform (self, after);
}

static gboolean
on_close_link (gpointer user_data)
{
  WfdEstablish *self = user_data;

  self->closing_cancellable = g_cancellable_new ();
  wfd_link_disconnect_async (self->link, self->closing_cancellable, on_link_closed,
      g_object_ref (self));
  return G_SOURCE_REMOVE;
}

/* Not at once: it may be the link that tells just now that it is up. */
static void
close_link (WfdEstablish *self)
{
  if (self->closing != NULL)
    return;
  self->closing = g_idle_source_new ();
  g_source_set_callback (self->closing, on_close_link, self, NULL);
  g_source_attach (self->closing, self->context);
}

static void
give_up (WfdEstablish *self)
{
  g_autoptr (GError) error = g_steal_pointer (&self->failure);

  wfd_establish_close (self);
  wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_FAILED, error);
}

static void
perform (WfdEstablish *self, WfdEstablishAction action)
{
  switch (action) {
    case WFD_ESTABLISH_DO_NOTHING:
      break;
    case WFD_ESTABLISH_DO_SEARCH:
      search (self);
      break;
    case WFD_ESTABLISH_DO_OPEN:
      open_link (self);
      break;
    case WFD_ESTABLISH_DO_CALL:
      call_peer (self);
      break;
    case WFD_ESTABLISH_DO_HANG_UP:
      /* Who has come is given the time for that. */
      if (self->step != WFD_ESTABLISH_STEP_ADDRESS)
        g_cancellable_cancel (self->calling);
      break;
    case WFD_ESTABLISH_DO_CLOSE:
      close_link (self);
      break;
    case WFD_ESTABLISH_DO_CLOSE_AND_SEARCH:
      close_link (self);
      search (self);
      break;
    case WFD_ESTABLISH_DO_LISTEN:
      listen_for_peer (self);
      break;
    case WFD_ESTABLISH_DO_CLOSE_AND_LISTEN:
      close_link (self);
      listen_for_peer (self);
      break;
    case WFD_ESTABLISH_DO_GIVE_UP:
      give_up (self);
      break;
  }
}

/* --- the course of things --- */

gboolean
wfd_establish_is_phase_open (WfdEstablishPhase phase)
{
  return phase >= WFD_ESTABLISH_OPEN && phase <= WFD_ESTABLISH_TROUBLED;
}

/* A person has let go, and so it is not looked for. */
static void
tell_rests (WfdEstablish *self)
{
  g_autofree char *text = g_strdup_printf (
      "The group with %s is closed, as nothing has used it; it is opened again when that asks for "
      "it, or when a session is asked for here (of a pipeline: PAUSED, then PLAYING)",
      wfd_establish_name (self->candidate));

  tell_news (self, text);
}

static gboolean
is_bad (WfdEstablishEvent event)
{
  return event == WFD_ESTABLISH_EVENT_FAILED || event == WFD_ESTABLISH_EVENT_LOST
      || event == WFD_ESTABLISH_EVENT_WRONG || event == WFD_ESTABLISH_EVENT_TIME;
}

static void
rearm (WfdEstablish *self)
{
  gint64 deadline_us = self->state.deadline_us;

  if (self->timer != NULL)
    g_source_set_ready_time (self->timer, deadline_us != G_MAXINT64 ? deadline_us : -1);
}

void
wfd_establish_feed (WfdEstablish *self, WfdEstablishEvent event)
{
  G_GNUC_UNUSED g_autoptr (WfdEstablish) held = g_object_ref (self);
  gboolean was_open = wfd_establish_is_phase_open (self->state.phase);
  WfdEstablishAction action =
      wfd_establish_state_feed (&self->state, event, g_get_monotonic_time (), g_random_int ());

  rearm (self);
  if (self->state.phase != WFD_ESTABLISH_SEEKING)
    wfd_clear_source (&self->news);
  if (is_bad (event) && self->failure != NULL)
    wfd_establish_fail_step (self, self->failure);
  if (was_open && self->state.phase == WFD_ESTABLISH_LISTENING && self->link != NULL)
    tell_rests (self);
  if (was_open && !wfd_establish_is_phase_open (self->state.phase)
      && action != WFD_ESTABLISH_DO_GIVE_UP)
    wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_DOWN, self->failure);
  if (self->link != NULL)
    perform (self, action);
  g_clear_error (&self->failure);
}

void
wfd_establish_time_is_over (WfdEstablish *self)
{
  WfdEstablishPhase phase = self->state.phase;

  if (phase == WFD_ESTABLISH_SEEKING || phase == WFD_ESTABLISH_ASKING
      || phase == WFD_ESTABLISH_OPEN)
    note_time_is_over (self);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_TIME);
}

/* --- what the link tells --- */

static void
on_stage (WfdLink *link, guint stage, WfdEstablish *self)
{
  if (stage == WFD_LINK_STAGE_PAIR) {
    wfd_establish_begin_pairing (self);
  } else if (stage == WFD_LINK_STAGE_REOPEN) {
    if (wfd_establish_begin_step (self, WFD_ESTABLISH_STEP_CONNECT))
      wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Connecting with %s, which was paired before",
          wfd_establish_name (self->candidate));
  } else if (stage == WFD_LINK_STAGE_ADDRESS) {
    if (wfd_establish_begin_step (self, WFD_ESTABLISH_STEP_ADDRESS))
      wfd_establish_tell (self, WFD_ESTABLISH_BEGUN, "Waiting for addresses");
  }
}

static void
on_pin (WfdLink *link, const char *pin, WfdEstablish *self)
{
  wfd_establish_tell (self, WFD_ESTABLISH_NEWS, "Enter the PIN %s at %s", pin,
      wfd_establish_name (self->candidate));
  wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_PIN, pin);
}

/* Whoever says nothing of it may play any. */
static gboolean
plays_our_role (WfdEstablish *self, WfdLinkPeer *peer)
{
  gboolean ours =
      self->role == WFD_ROLE_SOURCE ? wfd_link_peer_is_source (peer) : wfd_link_peer_is_sink (peer);

  return ours && !wfd_establish_plays_other_role (self, peer);
}

/* It may be the one that is waited for, and asks again. */
static gboolean
may_be_named (WfdEstablish *self, WfdLinkPeer *peer)
{
  return self->peer != NULL && !wfd_link_is_address (self->peer) && self->chosen == NULL
      && *wfd_link_peer_get_name (peer) == '\0';
}

/* Why requests of others are refused. */
#define REFUSED_ROLE (1 << 0)
#define REFUSED_PAIRING (1 << 1)

/* Once in a search, as anybody may ask again and again. */
static gboolean
is_news (WfdEstablish *self, guint refused)
{
  gboolean is_new = (self->refused & refused) == 0;

  self->refused |= refused;
  return is_new;
}

static gboolean
is_let_in (WfdEstablish *self, WfdLinkPeer *peer, WfdPairing pairing)
{
  if (!wfd_establish_is_named (self, peer) || (self->role == WFD_ROLE_SOURCE && self->peer == NULL)
      || wfd_establish_find_namesake (self, peer) != NULL)
    return FALSE;
  if (plays_our_role (self, peer)) {
    if (is_news (self, REFUSED_ROLE))
      wfd_establish_tell (self, WFD_ESTABLISH_NEWS, "%s wants to be paired, and is a %s itself",
          wfd_establish_name (peer), self->role == WFD_ROLE_SOURCE ? "source" : "display");
    return FALSE;
  }
  if (pairing != self->pairing) {
    if (is_news (self, REFUSED_PAIRING))
      wfd_establish_tell (self, WFD_ESTABLISH_NEWS,
          "%s wants to be paired in another way; see “pairing”", wfd_establish_name (peer));
    return FALSE;
  }
  return TRUE;
}

void
wfd_establish_answer_request (WfdEstablish *self, WfdLinkPeer *peer, gboolean accept,
    const char *pin)
{
  if (accept)
    take_candidate (self, peer, TRUE, pin);
  else if (self->link != NULL)
    wfd_link_reject (self->link, peer);
}

/* What is shown already stays: wpa_supplicant makes up another PIN each time that the peer
 * asks. Returns what is to be shown; NULL if that is nothing. */
static const char *
note_request (WfdEstablish *self, const char *id, const char *pin)
{
  if (self->pairing == WFD_PAIRING_PIN_DISPLAY && self->pin != NULL)
    pin = self->pin;
  if (g_hash_table_lookup (self->requests, id) == NULL)
    g_hash_table_insert (self->requests, g_strdup (id), g_strdup (pin));
  return g_hash_table_lookup (self->requests, id);
}

/* Our own settings come first, then the application. What it leaves open the peer
 * waits for. */
static void
on_pairing_request (WfdLink *link, WfdLinkPeer *peer, guint pairing, const char *pin,
    WfdEstablish *self)
{
  const char *id = wfd_link_peer_get_id (peer);
  g_autofree char *shown = NULL;
  gboolean accepted = FALSE;

  if (!may_be_asked (self))
    return;
  if (!is_let_in (self, peer, pairing)) {
    /* It may have been closed when that was told. */
    if (is_ours (self, link) && !may_be_named (self, peer))
      wfd_link_reject (self->link, peer);
    return;
  }
  shown = g_strdup (note_request (self, id, pin));
  wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_PAIRING_REQUEST, id, wfd_link_peer_get_name (peer),
      pairing, shown, &accepted);
  if (accepted)
    wfd_establish_answer (self, id, TRUE);
}

static void
on_peer_lost (WfdLink *link, WfdLinkPeer *peer, WfdEstablish *self)
{
  g_hash_table_remove (self->requests, wfd_link_peer_get_id (peer));
  g_hash_table_remove (self->taken, wfd_link_peer_get_id (peer));
  if (self->busy == peer)
    g_clear_object (&self->busy);
  consider_namesake (self);
}

/* Which was sought and found when no other bore its name. */
static gboolean
is_opened_by_us (WfdEstablish *self, WfdLinkPeer *peer)
{
  return self->state.phase == WFD_ESTABLISH_OPENING
      && strcmp (wfd_link_peer_get_id (peer), wfd_link_peer_get_id (self->candidate)) == 0;
}

/* Whether a session can come of it. A group that another program has begun may be with
 * nobody, or anybody. */
static gboolean
is_of_use (WfdEstablish *self, const WfdLinkInfo *info)
{
  if (info->peer == NULL || info->local_address == NULL
      || !wfd_establish_is_named (self, info->peer))
    return FALSE;
  if (self->role == WFD_ROLE_SINK)
    return info->peer_address != NULL;
  return self->peer != NULL
      && (is_opened_by_us (self, info->peer)
          || wfd_establish_find_namesake (self, info->peer) == NULL);
}

static void
note_wrong (WfdEstablish *self, const WfdLinkInfo *info)
{
  g_autoptr (GError) error = NULL;

  if (info->peer != NULL && wfd_establish_is_named (self, info->peer)
      && self->role == WFD_ROLE_SINK)
    error = g_error_new (WFD_ERROR, WFD_ERROR_TIMEOUT,
        "%s is in the group, and its address there is not known; try again",
        wfd_establish_name (info->peer));
  else
    error = g_error_new (WFD_ERROR, WFD_ERROR_REFUSED,
        "%s has come by itself, and is not the one that is meant; set “peer” to it if it is",
        wfd_establish_name (info->peer));
  wfd_establish_note_failure (self, error);
}

static void
on_opened (WfdLink *link, WfdEstablish *self)
{
  const WfdLinkInfo *info = wfd_link_get_info (link);

  if (!is_of_use (self, info)) {
    note_wrong (self, info);
    wfd_establish_feed (self, WFD_ESTABLISH_EVENT_WRONG);
    return;
  }
  g_clear_error (&self->refusal);
  g_set_object (&self->candidate, info->peer);
  g_set_object (&self->last, info->peer);
  if (self->role == WFD_ROLE_SOURCE)
    wfd_establish_choose (self, wfd_link_peer_get_id (info->peer));
  if (!wfd_establish_end_step (self))
    return;
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_OPENED);
  if (self->state.phase == WFD_ESTABLISH_OPEN)
    wfd_establish_emit (self, WFD_ESTABLISH_SIGNAL_OPENED);
}

/* It may pass without anybody doing anything, unless it has gone with the session. */
static void
on_interrupted (WfdLink *link, WfdEstablish *self)
{
  WfdEstablishPhase phase = self->state.phase;
  g_autofree char *text = NULL;

  if (self->session == NULL)
    wfd_establish_feed (self, WFD_ESTABLISH_EVENT_AWAY);
  if (!is_ours (self, link) || self->state.phase != phase)
    return;
  text =
      g_strdup_printf ("%s is not heard, and may come back", wfd_establish_name (self->candidate));
  tell_news (self, text);
}

static void
on_resumed (WfdLink *link, WfdEstablish *self)
{
  g_autofree char *text = g_strdup_printf ("%s is back", wfd_establish_name (self->candidate));

  tell_news (self, text);
}

static void
on_lost (WfdLink *link, const GError *error, WfdEstablish *self)
{
  wfd_establish_note_failure (self, error);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_LOST);
}

static void
on_not_opened (WfdLink *link, const GError *error, WfdEstablish *self)
{
  wfd_establish_note_failure (self, error);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_WRONG);
}

static void
on_unavailable (WfdLink *link, const GError *error, WfdEstablish *self)
{
  /* The peer cannot open it any more. */
  if (self->state.phase == WFD_ESTABLISH_LISTENING)
    tell_news (self, error->message);
  if ((self->state.phase != WFD_ESTABLISH_SEEKING && self->state.phase != WFD_ESTABLISH_ASKING)
      || self->is_finding)
    return;
  wfd_establish_note_failure (self, error);
  wfd_establish_feed (self, WFD_ESTABLISH_EVENT_FAILED);
}

static WfdLink *
make_link (WfdEstablish *self)
{
  const WfdP2pOptions options = {
    .advert = {
      .type = self->role == WFD_ROLE_SOURCE ? WFD_IE_TYPE_SOURCE : WFD_IE_TYPE_PRIMARY_SINK,
      .available = TRUE,
      .port = self->rtsp_port,
      .max_throughput_mbps = WFD_P2P_MAX_THROUGHPUT_MBPS,
    },
    .device_name = self->device_name,
    .interface = self->interface,
    .go_intent = self->go_intent,
    .frequency_mhz = self->frequency_mhz,
    .lost_ms = self->lost_timeout_ms,
  };

  return WFD_LINK (wfd_p2p_link_new_full (NULL, &options));
}

void
wfd_establish_adopt_link (WfdEstablish *self)
{
  if (self->link == NULL)
    self->link = make_link (self);
  g_signal_connect (self->link, "peer-found", G_CALLBACK (on_peer), self);
  g_signal_connect (self->link, "peer-changed", G_CALLBACK (on_peer), self);
  g_signal_connect (self->link, "peer-lost", G_CALLBACK (on_peer_lost), self);
  g_signal_connect (self->link, "stage", G_CALLBACK (on_stage), self);
  g_signal_connect (self->link, "pin", G_CALLBACK (on_pin), self);
  g_signal_connect (self->link, "pairing-request", G_CALLBACK (on_pairing_request), self);
  g_signal_connect (self->link, "opened", G_CALLBACK (on_opened), self);
  g_signal_connect (self->link, "interrupted", G_CALLBACK (on_interrupted), self);
  g_signal_connect (self->link, "resumed", G_CALLBACK (on_resumed), self);
  g_signal_connect (self->link, "lost", G_CALLBACK (on_lost), self);
  g_signal_connect (self->link, "not-opened", G_CALLBACK (on_not_opened), self);
  g_signal_connect (self->link, "unavailable", G_CALLBACK (on_unavailable), self);
}
