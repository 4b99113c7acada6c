/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Buffers of a stream and the events between them that wait to leave. Buffers
 * may be dropped, events not. Without a lock of its own. */
typedef struct
{
  GQueue items;
  guint n_buffers; /* of them */
} WfdBacklog;

/* @item is a GstBuffer or a GstEvent (transfer full). */
void wfd_backlog_push (WfdBacklog *self, gpointer item);
/* NULL if there is nothing; (transfer none) and (transfer full). */
gpointer wfd_backlog_peek (const WfdBacklog *self);
gpointer wfd_backlog_pop (WfdBacklog *self);

gboolean wfd_backlog_drop_oldest (WfdBacklog *self);
/* Returns how many there were. */
guint wfd_backlog_drop_buffers (WfdBacklog *self);

/* Drops everything but the state of the stream, which goes to the sticky events
 * of @pad. */
void wfd_backlog_flush (WfdBacklog *self, GstPad *pad);
/* Puts @item, if it is such state, to the sticky events of @pad. */
void wfd_backlog_keep_sticky (gpointer item, gpointer pad);

G_END_DECLS
