/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-model.h"

G_BEGIN_DECLS

/* What becomes of each capture, and what the peer sees and says of it. */
typedef struct
{
  gint64 captured_ms;
  gint64 complete_ms; /* all of it had come; -1 */
  double rate_kbps;   /* what the encoder was told when it was captured */
  guint32 bytes;
  guint32 n_packets; /* 0 until it left the encoder */
  guint32 n_arrived;
  gboolean is_skipped;
  gboolean is_key;
  gboolean is_shown; /* it came whole, and so did what it refers to */
} SimFrame;

typedef struct
{
  GArray *frames; /* of SimFrame */
  SimRandom random;
  guint32 next_sequence; /* of packets */
  gboolean is_broken;    /* until the next key frame */
  gint64 request_ms;     /* when the next request for one reaches us; -1 */
} SimPeer;

void sim_peer_init (SimPeer *self, guint64 seed);
void sim_peer_clear (SimPeer *self);
SimFrame *sim_peer_get_frame (SimPeer *self, guint n);
void sim_peer_arrive (SimPeer *self, const LinkEvent *event);
/* Whether a request for a key frame reaches us now. */
gboolean sim_peer_take_request (SimPeer *self, gint64 now_ms);

G_END_DECLS
