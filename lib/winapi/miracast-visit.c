/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-visit.h"

static GPrivate innermost;

void
miracast_visit_begin (MiracastVisit *self, gconstpointer owner)
{
  *self = (MiracastVisit) { owner, g_private_get (&innermost) };
  g_private_set (&innermost, self);
}

void
miracast_visit_end (MiracastVisit *self)
{
  g_private_set (&innermost, self->before);
}

gboolean
miracast_visit_is_of (gconstpointer owner)
{
  const MiracastVisit *visit = g_private_get (&innermost);

  while (visit != NULL && visit->owner != owner)
    visit = visit->before;
  return visit != NULL;
}
