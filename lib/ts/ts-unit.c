/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-unit.h"

#include <base-limits.h>

void
wfd_ts_unit_clear (WfdTsUnit *unit)
{
  g_clear_pointer (&unit->data, g_bytes_unref);
}

static void
free_unit (WfdTsUnit *unit)
{
  wfd_ts_unit_clear (unit);
  g_free (unit);
}

void
wfd_ts_unit_queue_clear (WfdTsUnitQueue *self)
{
  g_queue_clear_full (&self->units, (GDestroyNotify) free_unit);
}

void
wfd_ts_unit_queue_push (WfdTsUnitQueue *self, const WfdTsUnit *unit)
{
  guint kind = unit->is_video ? 1 : 0;
  WfdTsUnit *copy;

  if (self->units.length >= WFD_LIMIT_TS_UNITS) {
    self->lost[kind] |= WFD_TS_UNIT_DISCONT;
    g_bytes_unref (unit->data);
    return;
  }

  copy = g_memdup2 (unit, sizeof (*unit));
  copy->flags |= self->lost[kind];
  self->lost[kind] = 0;
  self->n_units++;
  self->n_pictures += unit->is_video;
  self->n_lossy += (copy->flags & WFD_TS_UNIT_LOSSY) != 0;
  g_queue_push_tail (&self->units, copy);
}

gboolean
wfd_ts_unit_queue_pop (WfdTsUnitQueue *self, WfdTsUnit *ret_unit)
{
  g_autofree WfdTsUnit *unit = g_queue_pop_head (&self->units);

  if (unit == NULL)
    return FALSE;

  *ret_unit = *unit;
  return TRUE;
}
