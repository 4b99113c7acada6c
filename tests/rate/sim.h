/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sim-controller.h"
#include "sim-peer.h"

G_BEGIN_DECLS

/* One cast over one trace, in steps of a millisecond: captures, encoder, the
 * element's queue, link, peer, and what a controller is told of them, as late and as
 * inexact as drivers tell it. */
typedef struct
{
  SimSetup setup;
  LinkConfig link;
  SimContent content;
  guint encoder_lag;      /* captures after which the encoder obeys; 0: with this one */
  double disobedience;    /* factor on what the encoder is told; 0 for 1 */
  gint64 poll_ms;         /* ms between two looks at the queue; 0: as the controller likes */
  gboolean hides_queue;   /* SIOCOUTQ says 0 at once, as on tun */
  gboolean tells_packets; /* the driver tells of packets that left the air */
  gboolean lacks_station; /* the driver has no statistics */
  gboolean echoes;        /* round trips are measured */
  guint64 seed;
  gint64 from_ms; /* of the trace */
  gint64 duration_ms;
  gint64 settle_ms; /* at the beginning, not counted */
} SimConfig;

/* Parts are of all captures that count. */
typedef struct
{
  double util_part;              /* bytes of pictures in time, of what the link carried */
  double bad_part;               /* late, broken or skipped */
  double late_part;              /* more than 100 ms after the capture */
  double broken_part;            /* something of them or of their reference was lost */
  double skipped_part;           /* not encoded */
  double unavoidable_part;       /* of which the link carried nothing in time */
  double geo_mbps;               /* geometric mean of what each second brought in time */
  double p50_ms, p95_ms, p99_ms; /* from capture to the last packet, of what was shown */
  double freeze_part;            /* of the time, beyond 150 ms without a new picture */
  guint64 n_drops;               /* packets that our own machine dropped */
  double calls_per_s;            /* looks at the queue */
} SimResult;

/* For those who look at single moments; NULL members are not called. */
typedef struct
{
  void (*decided) (gpointer user_data, gint64 now_ms, const SimDecision *decision);
  void (*ended) (gpointer user_data, const SimPeer *peer);
  gpointer user_data;
} SimWatch;

#define SIM_DEADLINE_MS 100

void sim_config_init (SimConfig *self, double fps);
void sim_run (const SimConfig *config, const LinkTrace *trace, const SimControllerClass *klass,
    const SimWatch *watch, SimResult *ret_result);

G_END_DECLS
