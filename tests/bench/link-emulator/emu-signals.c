/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emu-signals.h"

void
emu_signals_init (EmuSignals *self, guint64 seed)
{
  *self = (EmuSignals) { .tells_station = TRUE, .random = { seed } };
}

void
emu_signals_begin (EmuSignals *self, const EmuCore *core)
{
  self->from_bytes = core->media_bytes;
  self->told_bytes = 0;
  self->station_ms = -LINK_STATION_MS;
}

static void
write_queue (EmuSignals *self, const EmuCore *core, GString *text)
{
  guint64 left = emu_core_get_left_bytes (core);
  guint64 bytes = left > self->from_bytes ? left - self->from_bytes : 0;

  if (bytes == self->told_bytes)
    return;
  g_string_append_printf (text, "queue %" G_GUINT64_FORMAT "\n", bytes);
  self->told_bytes = bytes;
}

static void
write_station (EmuSignals *self, const EmuCore *core, gint64 now_ms, GString *text)
{
  LinkStation station;

  if (!self->tells_station || now_ms - self->station_ms < LINK_STATION_MS)
    return;
  self->station_ms = now_ms;
  link_driver_tell (core->link, core->n_drops, core->now_ms, &self->random, &station);
  g_string_append_printf (text,
      "station %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
      " %" G_GINT64_FORMAT "\n",
      station.phy_kbps, station.retries, station.failed, station.packets, station.queue_drops);
}

void
emu_signals_write (EmuSignals *self, EmuCore *core, gint64 now_ms, GString *text)
{
  write_queue (self, core, text);
  write_station (self, core, now_ms, text);
  for (guint i = 0; self->tells_packets && i < core->ended->len; i++) {
    const EmuEnd *end = &g_array_index (core->ended, EmuEnd, i);

    g_string_append_printf (text, "done %u %d\n", end->sequence, end->was_lost);
  }
  g_array_set_size (core->ended, 0);
}

void
emu_signals_missed (EmuSignals *self)
{
  self->told_bytes = 0;
}
