/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <p2p.h>

/* A node of a graph in this process, with everything that it hears of. */
typedef struct
{
  HGRAPH graph;
  HANDLE event;
  HPEEREVENT registration;
  GPtrArray *heard; /* PPEER_GRAPH_EVENT_DATA that were not waited for yet */
} Peer;

#define PEER_PATIENCE_MS 20000

/* With databases in a folder of its own, which is gone afterwards. */
void peer_stage_begin (void);
void peer_stage_end (void);

void peer_create (Peer *self, PCWSTR graph_id, PCWSTR peer_id);
void peer_open (Peer *self, PCWSTR graph_id, PCWSTR peer_id);
/* For everything; done by both of the above. */
void peer_register (Peer *self);
void peer_listen (Peer *self, PEER_ADDRESS *ret_address);
void peer_close (Peer *self);

/* The next event of this type that has come or comes; to free. */
PPEER_GRAPH_EVENT_DATA peer_wait (Peer *self, PEER_GRAPH_EVENT_TYPE type);
/* What has come without having been waited for. */
guint peer_count (Peer *self, PEER_GRAPH_EVENT_TYPE type);

/* The next change of a link: the id; it has to be @status with @reason. */
ULONGLONG peer_wait_link (Peer *self, PEER_GRAPH_EVENT_TYPE type, PEER_CONNECTION_STATUS status,
    HRESULT reason);
/* The next data have to be these. */
void peer_wait_data (Peer *self, ULONGLONG link, const GUID *type, gconstpointer data, gsize size);
