/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-event.h"

WfdPeerEvent *
wfd_peer_event_new (WfdPeerEventType type)
{
  WfdPeerEvent *self = g_new0 (WfdPeerEvent, 1);

  self->type = type;
  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

WfdPeerEvent *
wfd_peer_event_ref (WfdPeerEvent *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_event_unref (WfdPeerEvent *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->peer_id);
  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self);
}

gboolean
wfd_peer_event_is_shared (const WfdPeerEvent *self)
{
  return g_atomic_int_get (&self->ref_count) > 1;
}

gsize
wfd_peer_event_get_bytes (const WfdPeerEvent *self)
{
  return sizeof (*self) + (self->data != NULL ? g_bytes_get_size (self->data) : 0);
}
