/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-fq.h"
#include "link-trace.h"
#include "sim-random.h"

G_BEGIN_DECLS

#define LINK_PACKET_BYTES 1356

/* The way of a packet from the socket to the peer, one millisecond at a time:
 *
 *   send → queue (fq with CoDel, or FIFO) [→ hidden FIFO] → air, which loses some → 1 to 3 ms
 */
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
  const LinkTrace *trace;
  LinkConfig config;
  SimRandom random;
  LinkFq fq;
  LinkQueue hidden;
  double credit_bytes;
  gint64 arrival_ms; /* of the last packet: they stay in order */

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
void link_model_step (LinkModel *self, gint64 now_ms);
/* Bytes that SIOCOUTQ would tell of for the socket of the stream. */
gint64 link_model_get_outstanding (const LinkModel *self);
/* What reaches the peer up to @now_ms, one after the other. */
gboolean link_model_take_arrival (LinkModel *self, gint64 now_ms, LinkEvent *ret_event);

G_END_DECLS
