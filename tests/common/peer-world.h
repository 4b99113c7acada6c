/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <peer-node-private.h>

/* Nodes without sockets, in a time that is made: what one sends, the other gets. */

#define S G_GINT64_CONSTANT (1000000)
#define START_UTC G_GUINT64_CONSTANT (134090000000000000)

typedef struct _World World;

typedef struct
{
  World *world;
  WfdPeerNode *node;
  guint16 port;
  guint8 host; /* the last octet of its network */
  gboolean reachable;
  gboolean has_no_room; /* on none of its links */
  GPtrArray *events;
  guint n_stored, n_trusted;
  guint32 verdict; /* on records */
  guint32 kept;    /* what comes of storing them */
  gint64 wrong_s;  /* its clock */
} Node;

/* A TCP connection: the ends are 0, who made it, and 1. */
typedef struct
{
  Node *ends[2];
  guint64 ids[2];
  gboolean closed[2];
} Wire;

typedef struct
{
  Wire *wire;
  int to;          /* which end */
  GBytes *message; /* NULL: opened, or closed if @end */
  gboolean end;
} Delivery;

struct _World
{
  gint64 now_us;
  GPtrArray *nodes, *wires;
  GQueue deliveries;
  guint32 max_presence; /* of a graph that is created */
  guint n_sent[16];     /* messages, by type */
  /* Or NULL: no connection can be made. */
  gboolean (*is_parted) (World *world, const Wire *wire);
  gboolean loses; /* and nobody is told, nor of what is lost on those that there are */
};

WfdPeerNode *touch (Node *node);
Wire *find_wire (Node *node, guint64 id, int *ret_end);
/* One message comes to its end. */
void take_delivery (Delivery *delivery);
/* The next one does; FALSE: none is under way. */
gboolean take_next (World *world);
/* Until nothing is under way. */
void settle (World *world);
void pass (World *world, gint64 us);
World *world_new (void);
void world_free (World *world);
Node *add_node (World *world, const char *peer_id);
WfdPeerAddress address_of (const Node *node);
void create (Node *node);
guint64 connect_to (Node *node, WfdPeerLinkType type, const char *peer_id, const Node *other);
/* As a program does: connect, wait, listen. */
void join (Node *node, const Node *other);
/* The last event of the type; NULL if there was none. */
const WfdPeerEvent *last_event (const Node *node, WfdPeerEventType type);
void assert_link (const Node *node, WfdPeerEventType type, guint64 id, WfdPeerLinkChange change,
    guint32 reason);
WfdPeerGuid add_record (Node *node, const char *text, gint64 life_s, guint8 flags);
gboolean has_record (Node *node, const WfdPeerGuid *id);
