/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-backlog.h"

void
wfd_backlog_push (WfdBacklog *self, gpointer item)
{
  g_queue_push_tail (&self->items, item);
  if (GST_IS_BUFFER (item))
    self->n_buffers++;
}

gpointer
wfd_backlog_peek (const WfdBacklog *self)
{
  return g_queue_peek_head ((GQueue *) &self->items);
}

gpointer
wfd_backlog_pop (WfdBacklog *self)
{
  gpointer item = g_queue_pop_head (&self->items);

  if (item != NULL && GST_IS_BUFFER (item))
    self->n_buffers--;
  return item;
}

gboolean
wfd_backlog_drop_oldest (WfdBacklog *self)
{
  for (GList *link = self->items.head; link != NULL; link = link->next) {
    if (!GST_IS_BUFFER (link->data))
      continue;
    gst_buffer_unref (link->data);
    g_queue_delete_link (&self->items, link);
    self->n_buffers--;
    return TRUE;
  }
  return FALSE;
}

guint
wfd_backlog_drop_buffers (WfdBacklog *self)
{
  guint n = self->n_buffers;

  while (wfd_backlog_drop_oldest (self))
    continue;
  return n;
}

void
wfd_backlog_keep_sticky (gpointer item, gpointer pad)
{
  if (!GST_IS_EVENT (item) || !GST_EVENT_IS_STICKY (item))
    return;
  if (GST_EVENT_TYPE (item) != GST_EVENT_EOS && GST_EVENT_TYPE (item) != GST_EVENT_SEGMENT)
    gst_pad_store_sticky_event (pad, item);
}

void
wfd_backlog_flush (WfdBacklog *self, GstPad *pad)
{
  g_queue_foreach (&self->items, wfd_backlog_keep_sticky, pad);
  g_queue_clear_full (&self->items, (GDestroyNotify) gst_mini_object_unref);
  self->n_buffers = 0;
}
