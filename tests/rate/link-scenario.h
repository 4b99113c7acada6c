/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-trace.h"

G_BEGIN_DECLS

/* Wi-Fi links as a model makes them: shadowing and fading → modulation that lags →
 * aggregation → repetitions → turns with others on the air, and what takes the air
 * away. docs/rate-control.md tells what is in each. */
typedef struct
{
  const char *name;
  guint radio;      /* 0: HT20 one stream, 1: HT40 two, 2: VHT80 two */
  double snr_db;    /* mean signal to noise; of a walk, the best */
  double walk_db;   /* dB down and up again in 60 s */
  double shadow_db; /* dB, deviation over 1.5 s */
  double fading_db; /* dB, deviation over 60 ms */
  guint rivals[2];  /* others with full queues: fewest and most, in turn */
  guint off_ms;     /* ms of each period in which the air is somebody else's */
  guint period_ms;  /* ms; 0: none */
  double off_part;  /* of such time, how much is lost */
  gboolean scans;   /* whether the radio leaves the channel now and then to scan */
} LinkScenario;

const LinkScenario *link_scenario_get_table (guint *ret_n);
/* NULL if there is none of that name. */
const LinkScenario *link_scenario_find (const char *name);
LinkTrace *link_scenario_generate (const LinkScenario *self, guint64 seed, guint seconds);

G_END_DECLS
