/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets like those of a session, over a link that is open, and what lib/probe says of them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  guint n_sent;
  guint n_done; /* that the driver is done with */
  guint n_lost; /* of these, that nobody acknowledged */
  gint64 most_queue_bytes;
} WfdStreamResult;

typedef void (*WfdStreamDone) (const WfdStreamResult *result, gpointer user_data);

/* Sends @n to @address, with @done afterwards. */
void wfd_stream_send (const char *address, guint n, WfdStreamDone done, gpointer user_data);
/* Counts what comes, from now on. */
void wfd_stream_receive (const char *local_address);
guint wfd_stream_get_n_received (void);

G_END_DECLS
