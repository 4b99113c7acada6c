/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-graph.h"

G_BEGIN_DECLS

/* peer-graph.c */
void wfd_peer_graph_tell_all (WfdPeerGraph *self, WfdPeerEvent *event);
/* Of the group: records that have waited for somebody to be known. */
void wfd_peer_graph_take_news (WfdPeerGraph *self);

/* peer-graph-keep.c */
GHashTable *wfd_peer_graph_new_unkept (void);
/* Of one that is not open yet: what makes it one that is created, in memory. */
guint32 wfd_peer_graph_create (WfdPeerGraph *self, const WfdPeerProperties *properties);
/* Reads what is stored; or stores what was created. */
guint32 wfd_peer_graph_open_store (WfdPeerGraph *self);
guint32 wfd_peer_graph_close_store (WfdPeerGraph *self);
/* What could not be kept, when it is due. */
void wfd_peer_graph_keep (WfdPeerGraph *self);
/* For the node. */
guint32 wfd_peer_graph_do_store (gpointer user_data, WfdPeerRecord *const *records, guint n,
    gboolean asked);
guint32 wfd_peer_graph_do_forget (gpointer user_data, WfdPeerRecord *const *records, guint n,
    gboolean asked);

G_END_DECLS
