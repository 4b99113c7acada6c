/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "cast-watch.h"

G_BEGIN_DECLS

/* What was measured while a pipeline ran. */
typedef struct
{
  /* Monotonic times; 0: did not happen. */
  gint64 connected_us;
  gint64 playing_us; /* PLAY was answered */

  gboolean has_pictures; /* somebody looked at them */
  CastFigures pictures;
  gint64 watched_us;   /* since the first of them */
  double busy_percent; /* of all processors meanwhile; 0: not known */

  gboolean has_network;
  guint64 bytes; /* of RTP, in the time below */
  gint64 bytes_time_us;
  guint64 packets;
  guint64 lost;

  guint64 sound_levels; /* how often the level was measured */
  guint64 sound_loud;   /* and was that of a sound */
  double sound_sum;     /* of the mean squares, 1 is full scale */
} CastReport;

gboolean cast_report_has_motion (const CastReport *self);
gboolean cast_report_has_sound (const CastReport *self);
/* A sentence for a person about pictures of which cast_report_has_motion () is FALSE. */
char *cast_report_explain_stillness (const CastReport *self);

/* For a person. */
void cast_report_print (const CastReport *self, FILE *file);
/* The same as a JSON object; what was not measured is null. */
char *cast_report_to_json (const CastReport *self);

G_END_DECLS
