/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-queue.h"

#include <base-limits.h>

struct _WfdPeerQueue
{
  WfdPeerFilter *filters;
  guint n_filters;
  void (*notify) (gpointer user_data);
  gpointer user_data;
  GQueue events;
  gsize bytes;
};

WfdPeerQueue *
wfd_peer_queue_new (const WfdPeerFilter *filters, guint n_filters, void (*notify) (gpointer),
    gpointer user_data)
{
  WfdPeerQueue *self = g_new0 (WfdPeerQueue, 1);

  self->filters = g_memdup2 (filters, n_filters * sizeof (*filters));
  self->n_filters = n_filters;
  self->notify = notify;
  self->user_data = user_data;
  return self;
}

void
wfd_peer_queue_free (WfdPeerQueue *self)
{
  g_queue_clear_full (&self->events, (GDestroyNotify) wfd_peer_event_unref);
  g_free (self->filters);
  g_free (self);
}

gboolean
wfd_peer_queue_wants (const WfdPeerQueue *self, WfdPeerEventType type)
{
  for (guint i = 0; i < self->n_filters; i++)
    if (self->filters[i].type == type)
      return TRUE;
  return FALSE;
}

static gboolean
matches (const WfdPeerFilter *filter, const WfdPeerEvent *event)
{
  gboolean typed = event->type == WFD_PEER_EVENT_RECORD || event->type == WFD_PEER_EVENT_DATA;

  return filter->type == event->type
      && (!typed || !filter->has_guid || wfd_peer_guid_equal (&filter->guid, &event->guid));
}

void
wfd_peer_queue_push (WfdPeerQueue *self, WfdPeerEvent *event)
{
  guint i = 0;

  while (i < self->n_filters && !matches (&self->filters[i], event))
    i++;
  if (i == self->n_filters)
    return;

  g_queue_push_tail (&self->events, wfd_peer_event_ref (event));
  self->bytes += wfd_peer_event_get_bytes (event);
  self->notify (self->user_data);
}

WfdPeerEvent *
wfd_peer_queue_pop (WfdPeerQueue *self)
{
  WfdPeerEvent *event = g_queue_pop_head (&self->events);

  if (event != NULL)
    self->bytes -= wfd_peer_event_get_bytes (event);
  return event;
}

gboolean
wfd_peer_queue_is_full (const WfdPeerQueue *self)
{
  return self->bytes > WFD_LIMIT_PEER_EVENTS_BYTES;
}

gboolean
wfd_peer_queue_is_half_empty (const WfdPeerQueue *self)
{
  return self->bytes <= WFD_LIMIT_PEER_EVENTS_BYTES / 2;
}
