/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-lead.h"

#include "ts-codec.h"

#define NS_PER_MS G_GINT64_CONSTANT (1000000)

/* By how much the time at which a unit is to be shown lies behind that at which it
 * is sent: capture, encoder, and what a machine that is busy adds to them. It is
 * what GStreamer's multiplexer has, so sinks are used to it. */
#define LEAD_NS (125 * NS_PER_MS)
/* The clock of the stream that a sink has may be that of 40 ms ago, and more if the
 * machine is busy. */
#define MAX_AHEAD_NS (800 * NS_PER_MS)
/* A machine whose units are all late for so long is too slow for them. */
#define LATE_FOR_NS (1000 * NS_PER_MS)
#define LATE_UNITS 5

void
wfd_ts_lead_init (WfdTsLead *self)
{
  *self = (WfdTsLead) { 0 };
  for (guint i = 0; i < G_N_ELEMENTS (self->streams); i++)
    self->streams[i].late_since_ns = WFD_TS_NO_TIME;
}

void
wfd_ts_lead_add_latency (WfdTsLead *self, gint64 latency_ns)
{
  self->latency_ns = CLAMP (latency_ns, self->latency_ns, MAX_AHEAD_NS);
}

gint64
wfd_ts_lead_get_aim (const WfdTsLead *self, gint64 captured_ns)
{
  return captured_ns + MIN (self->latency_ns + LEAD_NS + self->moved_ns, MAX_AHEAD_NS);
}

/* Whether all of the stream was late by now, and by how much at least. */
static gboolean
is_too_slow (WfdTsLead *self, guint stream, gint64 late_ns, gint64 now_ns)
{
  if (self->streams[stream].late_since_ns == WFD_TS_NO_TIME) {
    self->streams[stream].late_since_ns = now_ns;
    self->streams[stream].least_late_ns = late_ns;
    self->streams[stream].n_late = 0;
  }
  self->streams[stream].n_late++;
  self->streams[stream].least_late_ns = MIN (self->streams[stream].least_late_ns, late_ns);
  return self->streams[stream].n_late >= LATE_UNITS
      && now_ns - self->streams[stream].late_since_ns >= LATE_FOR_NS;
}

gint64
wfd_ts_lead_place (WfdTsLead *self, guint stream, gint64 captured_ns, gint64 now_ns)
{
  gint64 late_ns = now_ns - wfd_ts_lead_get_aim (self, captured_ns);

  g_return_val_if_fail (stream < G_N_ELEMENTS (self->streams), now_ns);

  if (late_ns <= 0) {
    self->streams[stream].late_since_ns = WFD_TS_NO_TIME;
  } else if (is_too_slow (self, stream, late_ns, now_ns)) {
    self->moved_ns = MIN (self->moved_ns + self->streams[stream].least_late_ns, MAX_AHEAD_NS);
    self->streams[stream].late_since_ns = WFD_TS_NO_TIME;
  }
  return CLAMP (wfd_ts_lead_get_aim (self, captured_ns), now_ns, now_ns + MAX_AHEAD_NS);
}
