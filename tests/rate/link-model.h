/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-trace.h"
#include "sim-random.h"

G_BEGIN_DECLS

#define LINK_PACKET_BYTES 1356

/* The way of a packet from the socket to the peer, one millisecond at a time:
 *
 *   send → queue (CoDel or FIFO) [→ hidden FIFO] → air, which loses some → 1 to 3 ms
 */
typedef struct
{
  guint32 frame;    /* it belongs to */
  guint32 sequence; /* of packets, without gaps */
  guint32 bytes;
  gboolean is_last;  /* of its frame */
  gboolean is_probe; /* no packet of the stream but something small that is echoed */
  gint64 sent_ms;    /* ms, handed to the kernel */
  gint64 queued_ms;  /* ms, begins to wait where it is */
  guint64 position;  /* bytes handed over up to its end */
} LinkPacket;

typedef struct
{
  gboolean is_fifo;   /* 1 MB instead of CoDel 20/100 ms as mac80211 has for each station */
  guint hidden_bytes; /* bytes of a FIFO in the firmware; 0: none */
} LinkConfig;

typedef struct
{
  LinkPacket packet;
  gint64 at_ms;      /* ms, reaches the peer; or leaves the sender */
  gboolean was_lost; /* on the air */
} LinkEvent;

typedef struct
{
  GArray *packets; /* of LinkPacket */
  guint first;
  gint64 bytes;
} LinkQueue;

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
  const LinkTrace *trace;
  LinkConfig config;
  SimRandom random;
  LinkQueue queue;
  LinkQueue hidden;
  LinkCodel codel;
  double credit_bytes;
  gint64 arrival_ms; /* of the last packet: they stay in order */

  guint64 n_drops;  /* by the queue */
  guint64 n_failed; /* on the air */
  guint64 n_packets;
  double n_retries;

  GArray *arrivals;    /* of LinkEvent, at the peer or lost there; the user takes them */
  GArray *completions; /* of LinkEvent, left the air */
  guint first_arrival;
} LinkModel;

LinkModel *link_model_new (const LinkTrace *trace, const LinkConfig *config, guint64 seed);
void link_model_free (LinkModel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LinkModel, link_model_free)

void link_model_send (LinkModel *self, const LinkPacket *packet, gint64 now_ms);
/* Something small, ahead of what waits in the queue but behind what the firmware has. */
void link_model_probe (LinkModel *self, gint64 now_ms);
void link_model_step (LinkModel *self, gint64 now_ms);
/* Bytes that SIOCOUTQ would tell of. */
gint64 link_model_get_outstanding (const LinkModel *self);
/* What reaches the peer up to @now_ms, one after the other. */
gboolean link_model_take_arrival (LinkModel *self, gint64 now_ms, LinkEvent *ret_event);

G_END_DECLS
