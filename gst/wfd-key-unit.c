/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-key-unit.h"

static gint64
get_end_us (const WfdKeyUnit *self)
{
  return self->last_us == G_MININT64 ? G_MININT64 : self->last_us + WFD_KEY_UNIT_INTERVAL_US;
}

static gboolean
ask_now (WfdKeyUnit *self, gint64 now_us)
{
  self->last_us = now_us;
  self->owed = FALSE;
  return TRUE;
}

gboolean
wfd_key_unit_request (WfdKeyUnit *self, gint64 now_us)
{
  if (now_us >= get_end_us (self))
    return ask_now (self, now_us);

  self->owed = TRUE;
  return FALSE;
}

gboolean
wfd_key_unit_tick (WfdKeyUnit *self, gint64 now_us)
{
  if (!self->owed || now_us < get_end_us (self))
    return FALSE;
  return ask_now (self, now_us);
}

gint64
wfd_key_unit_get_deadline_us (const WfdKeyUnit *self)
{
  return self->owed ? get_end_us (self) : G_MAXINT64;
}
