/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gst/gst.h>
#include <ts.h>

G_BEGIN_DECLS

/* Datagrams out of a socket, many with one call. For one thread, which can be
 * called away from its wait. */
typedef struct _WfdDatagrams WfdDatagrams;

WfdDatagrams *wfd_datagrams_new (GSocket *socket);
void wfd_datagrams_free (WfdDatagrams *self);

/* From now on the kernel drops what others send; NULL: it does not. */
void wfd_datagrams_hear_only (WfdDatagrams *self, GInetAddress *peer);

/* Until there is something to read, @timeout is over, or the thread is called
 * away. */
void wfd_datagrams_wait (WfdDatagrams *self, GstClockTime timeout);
/* While it is called away, nothing is waited for. From any thread. */
void wfd_datagrams_call_away (WfdDatagrams *self, gboolean away);

/* Reads what is there, without waiting; returns how many, less than
 * WFD_DATAGRAMS_MAX if that was all. */
#define WFD_DATAGRAMS_MAX 32
guint wfd_datagrams_read (WfdDatagrams *self);
/* One of those, valid until the next reading. */
WfdBytes wfd_datagrams_get (WfdDatagrams *self, guint i);
/* Whether it came from @address, of which these are the bytes. */
gboolean wfd_datagrams_is_from (WfdDatagrams *self, guint i, WfdBytes address);
guint16 wfd_datagrams_get_port (WfdDatagrams *self, guint i);

G_END_DECLS
