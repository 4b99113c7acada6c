/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who was asked and has said nothing yet. */
#include "wfd-control-private.h"

/* More than anybody has who waits for one display; each is a connection and a session,
 * which costs nothing to whoever makes us keep it. */
#define MAX_SILENT 32

void
wfd_control_free_silent (WfdControl *self, WfdSilent *silent)
{
  wfd_control_release_session (self, silent->session);
  g_free (silent->peer);
  g_free (silent);
}

void
wfd_control_drop_all_silent (WfdControl *self)
{
  WfdSilent *silent;

  while ((silent = g_queue_pop_head (&self->silent)) != NULL)
    wfd_control_free_silent (self, silent);
}

WfdSilent *
wfd_control_take_silent (WfdControl *self, WfdSession *session)
{
  for (GList *link = self->silent.head; link != NULL; link = link->next) {
    WfdSilent *silent = link->data;

    if (silent->session == session) {
      g_queue_delete_link (&self->silent, link);
      return silent;
    }
  }
  return NULL;
}

static void
give_up (WfdControl *self, WfdSilent *silent)
{
  wfd_turns_note_silent (&self->turns, silent->peer, g_get_monotonic_time ());
  wfd_control_free_silent (self, silent);
}

gboolean
wfd_control_drop_silent (WfdControl *self, WfdSession *session)
{
  WfdSilent *silent = wfd_control_take_silent (self, session);

  if (silent == NULL)
    return FALSE;
  give_up (self, silent);
  wfd_session_thread_post (self->thread, wfd_control_consider_waiting, self);
  return TRUE;
}

/* Others of its address have wasted its turn. */
void
wfd_control_drop_silent_of (WfdControl *self, const char *peer)
{
  GList *next;

  for (GList *link = self->silent.head; link != NULL; link = next) {
    WfdSilent *silent = link->data;

    next = link->next;
    if (!g_str_equal (silent->peer, peer))
      continue;
    g_queue_delete_link (&self->silent, link);
    wfd_control_free_silent (self, silent);
  }
}

/* The index of who makes room, and when. The session that has the place is the last. */
static guint
find_excess (WfdControl *self, gint64 *ret_when_us)
{
  WfdTurnsAsked asked[MAX_SILENT + 1];
  guint n = 0;

  for (GList *link = self->silent.head; link != NULL; link = link->next) {
    const WfdSilent *silent = link->data;

    asked[n++] = (WfdTurnsAsked) { silent->peer, silent->begin_us };
  }
  if (self->session != NULL)
    asked[n++] = (WfdTurnsAsked) { self->peer, self->begin_us };
  return wfd_turns_find_excess (&self->turns, asked, n, g_get_monotonic_time (), ret_when_us);
}

gint64
wfd_control_get_room_us (WfdControl *self)
{
  gint64 when_us = 0;

  if (g_queue_get_length (&self->silent) >= MAX_SILENT)
    find_excess (self, &when_us);
  return when_us;
}

void
wfd_control_put_aside (WfdControl *self)
{
  WfdSilent *silent = g_new (WfdSilent, 1);
  gint64 when_us;

  *silent = (WfdSilent) { g_steal_pointer (&self->session), g_steal_pointer (&self->peer),
    self->begin_us };
  g_queue_push_tail (&self->silent, silent);
  if (g_queue_get_length (&self->silent) > MAX_SILENT)
    give_up (self, g_queue_pop_nth (&self->silent, find_excess (self, &when_us)));
}
