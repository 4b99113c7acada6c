/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LINK_FLOWS 16

typedef struct
{
  guint32 frame;    /* it belongs to */
  guint32 sequence; /* of packets, without gaps */
  guint32 bytes;
  guint flow;         /* below LINK_FLOWS; the stream is 0 */
  gboolean is_last;   /* of its frame */
  gint64 sent_ms;     /* ms, handed to the kernel */
  guint64 position;   /* bytes of the stream handed over up to its end */
  gpointer user_data; /* whose packet it is */
} LinkPacket;

typedef struct
{
  GArray *packets; /* of LinkPacket */
  guint first;
  gint64 bytes;
} LinkQueue;

void link_queue_init (LinkQueue *self);
void link_queue_clear (LinkQueue *self);
void link_queue_push (LinkQueue *self, const LinkPacket *packet);
/* NULL if it is empty. */
LinkPacket *link_queue_peek (LinkQueue *self);
void link_queue_pop (LinkQueue *self);

typedef struct
{
  gint64 first_above_ms;
  gint64 drop_next_ms;
  guint count;
  guint last_count;
  gboolean is_dropping;
} LinkCodel;

typedef struct
{
  LinkQueue queue;
  LinkCodel codel;
  gint64 deficit_bytes;
  gboolean is_listed;
} LinkFlow;

typedef struct
{
  guint flows[LINK_FLOWS];
  guint n;
} LinkTurns;

/* The queue of mac80211 for a station, in whole milliseconds: a flow at a time has its
 * turn, one that has just begun to send first, and CoDel 20/100 ms for each (RFC 8290).
 * Or one FIFO for all. */
typedef struct
{
  gboolean is_fifo;
  LinkFlow flows[LINK_FLOWS];
  LinkTurns fresh, old;
  gint64 bytes;
  gint64 flow_bytes[LINK_FLOWS]; /* of each flow, also in the FIFO */
  GArray *drops;                 /* of LinkPacket; the user takes them */
} LinkFq;

void link_fq_init (LinkFq *self, gboolean is_fifo);
void link_fq_clear (LinkFq *self);
/* Dropped at once if a megabyte is there. */
void link_fq_push (LinkFq *self, const LinkPacket *packet, gint64 now_ms);
/* The packet whose turn it is, which CoDel has not seen yet; NULL if there is none. */
LinkPacket *link_fq_get_next (LinkFq *self);
/* The packet that may leave now, after those have been dropped that waited too long. */
LinkPacket *link_fq_peek (LinkFq *self, gint64 now_ms);
/* That packet leaves. */
void link_fq_pop (LinkFq *self);

G_END_DECLS
