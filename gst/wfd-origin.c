/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-origin.h"

/* A picture that stands still comes as its tables at least, ten times a second. */
#define SILENCE_NS (G_GINT64_CONSTANT (500) * 1000 * 1000)

gboolean
wfd_origin_is_wanted (WfdOrigin *self, WfdOriginPlace place, gint64 now_ns)
{
  gboolean is_silent;

  if (!self->begun)
    *self = (WfdOrigin) { .begun = TRUE, .last_ns = now_ns };
  is_silent = now_ns - self->last_ns >= SILENCE_NS;

  switch (place) {
    case WFD_ORIGIN_NOWHERE:
      return FALSE;
    case WFD_ORIGIN_ADDRESS:
      return self->best < WFD_ORIGIN_PORT || is_silent;
    case WFD_ORIGIN_PORT:
      return TRUE;
  }
  g_return_val_if_reached (FALSE);
}

gboolean
wfd_origin_is_better (const WfdOrigin *self, WfdOriginPlace place)
{
  return self->best != WFD_ORIGIN_NOWHERE && place > self->best;
}

void
wfd_origin_note (WfdOrigin *self, WfdOriginPlace place, gint64 now_ns)
{
  if (place < self->best)
    return;
  self->best = place;
  self->last_ns = now_ns;
}
