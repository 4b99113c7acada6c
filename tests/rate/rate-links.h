/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-trace.h"

G_BEGIN_DECLS

/* Small links for tests, in pieces of constant capacity. */
typedef struct
{
  guint ms;
  double mbps;
} LinkPiece;

static inline LinkTrace *
link_from_pieces (const LinkPiece *pieces, guint n)
{
  LinkTrace *trace;
  guint total = 0, ms = 0;

  for (guint i = 0; i < n; i++)
    total += pieces[i].ms;
  trace = link_trace_new ("pieces", total);
  for (guint i = 0; i < n; i++) {
    for (guint j = 0; j < pieces[i].ms; j++)
      trace->ms[ms++] = (LinkMs) { pieces[i].mbps * 125, 200000, 0, 0 };
  }
  return trace;
}

G_END_DECLS
