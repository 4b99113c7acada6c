/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include "peer-record.h"

G_BEGIN_DECLS

/* What a graph keeps on disk: a SQLite file with its records and some values. What
 * fails is told as a result code of peer-codes.h. */
typedef struct _WfdPeerStore WfdPeerStore;

/* Which graph of which peer; @name is the application's, without a folder. */
typedef struct
{
  const char *folder;
  const char *graph_id, *peer_id, *name;
} WfdPeerStoreKey;

char *wfd_peer_store_get_path (const WfdPeerStoreKey *key);
/* @first: what is in a new one from the start; or none. @ret_new: whether it has been made now; of
 * several processes one is told so. May wait for others for some seconds. A process has each once. */
guint32 wfd_peer_store_open (const WfdPeerStoreKey *key, WfdPeerRecord *const *first, guint n_first,
    gboolean *ret_new, WfdPeerStore **ret_store);
void wfd_peer_store_close (WfdPeerStore *self);
guint32 wfd_peer_store_delete (const WfdPeerStoreKey *key);

/* All of them, or none. @waits: for other processes, some seconds; else WFD_PEER_FILE_LOCKED at
 * once. */
guint32 wfd_peer_store_put (WfdPeerStore *self, WfdPeerRecord *const *records, guint n,
    gboolean waits);
guint32 wfd_peer_store_remove (WfdPeerStore *self, WfdPeerRecord *const *records, guint n,
    gboolean waits);
typedef void (*WfdPeerStoreFunc) (gpointer user_data, WfdPeerRecord *record);
void wfd_peer_store_foreach (WfdPeerStore *self, WfdPeerStoreFunc func, gpointer user_data);

#define WFD_PEER_STORE_TIME_DELTA "time-delta"
#define WFD_PEER_STORE_KNOWN_UNTIL "known-until"
#define WFD_PEER_STORE_SYNCHRONIZED "synchronized"
/* Waits for nobody. */
guint32 wfd_peer_store_set_number (WfdPeerStore *self, const char *name, gint64 value);
gint64 wfd_peer_store_get_number (WfdPeerStore *self, const char *name);

/* A copy at @path, in the place of what is there already. */
guint32 wfd_peer_store_export (WfdPeerStore *self, const char *path, gint64 time_delta);
/* Each record of such a copy; WFD_PEER_INVALID_DATABASE if it is of another graph or
 * peer, or not such a copy. */
guint32 wfd_peer_store_import (const WfdPeerStoreKey *key, const char *path, WfdPeerStoreFunc func,
    gpointer user_data, gint64 *ret_time_delta);

G_END_DECLS
