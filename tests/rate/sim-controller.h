/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-driver.h"
#include "sim-encoder.h"

G_BEGIN_DECLS

/* What a controller is told and asked. Ours and the others sit behind the same. */

typedef struct
{
  double fps;
  double min_kbps;
  double max_kbps;
  double start_kbps;
  gint64 encode_ms;
  gboolean obeys_at_once; /* with an encoder_lag of 0 */
  guint width;            /* 0: the controller leaves frame rate and size alone */
  guint height;
} SimSetup;

/* Of a packet, in a report of the peer. */
typedef struct
{
  guint32 bytes;
  guint64 position;
  gint64 sent_ms;
  gint64 arrived_ms; /* -1: lost */
} SimFeedback;

/* What only somebody who sees the future knows. */
typedef struct
{
  const LinkTrace *trace;
  gint64 outstanding_bytes;
  gint64 own_bytes;
  gint64 inside_bytes;
} SimTruth;

typedef struct
{
  gboolean skip;
  gboolean key;
  SimSettings settings;
  int reason; /* of ours */
} SimDecision;

typedef struct _SimController SimController;

/* All but create, free and decide may be NULL. */
typedef struct
{
  const char *name;
  gpointer (*create) (const SimSetup *setup, gconstpointer argument);
  void (*destroy) (gpointer self);
  gconstpointer argument;
  guint feedback_ms; /* how often the peer reports packets; 0: never */

  void (*queue) (gpointer self, gint64 kernel_bytes, gint64 own_bytes, gint64 now_ms);
  void (*completion) (gpointer self, guint64 position, gboolean was_lost, gint64 now_ms);
  void (*station) (gpointer self, const LinkStation *station, gint64 now_ms);
  void (*rtt) (gpointer self, gint64 rtt_ms, gint64 now_ms);
  void (*feedback) (gpointer self, const SimFeedback *packets, guint n, gint64 now_ms);
  void (*key_request) (gpointer self, gint64 now_ms);
  void (*frame) (gpointer self, guint bytes, gboolean is_key, gint64 now_ms);
  void (*sent) (gpointer self, guint bytes, gint64 now_ms);
  /* Bytes that may be handed to the kernel now, of which it has @kernel_bytes. */
  double (*may_send) (gpointer self, gint64 kernel_bytes, gint64 own_bytes, gint64 now_ms);
  /* ms to the next look at the queue. */
  gint64 (*look) (gpointer self);
  void (*decide) (gpointer self, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision);
} SimControllerClass;

extern const SimControllerClass sim_ours_balanced, sim_ours_low_latency, sim_fixed, sim_aimd,
    sim_phy, sim_gcc, sim_scream, sim_oracle;

/* All of them, ours first. */
const SimControllerClass *const *sim_controllers_get_table (guint *ret_n);
const SimControllerClass *sim_controllers_find (const char *name);

/* Key frames as all but ours make them: at most each 250 ms, when asked for. */
typedef struct
{
  gboolean owes;
  gint64 made_ms;
} SimKeys;

void sim_keys_request (SimKeys *self, gint64 now_ms);
gboolean sim_keys_take (SimKeys *self, gint64 now_ms);

G_END_DECLS
