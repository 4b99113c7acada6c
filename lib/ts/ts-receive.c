/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-receive.h"

#include "ts-clock.h"

struct _WfdTsReceiver
{
  WfdTsReorder *reorder;
  WfdTsReader *reader;
  WfdTsClock *clock;
  guint told_jumps[WFD_TS_CLOCK_STREAMS]; /* of the clock */
};

WfdTsReceiver *
wfd_ts_receiver_new (gint64 gap_ns)
{
  WfdTsReceiver *self = g_new0 (WfdTsReceiver, 1);

  self->reorder = wfd_ts_reorder_new (gap_ns);
  self->reader = wfd_ts_reader_new ();
  self->clock = wfd_ts_clock_new ();
  return self;
}

void
wfd_ts_receiver_free (WfdTsReceiver *self)
{
  if (self == NULL)
    return;

  wfd_ts_reorder_free (self->reorder);
  wfd_ts_reader_free (self->reader);
  wfd_ts_clock_free (self->clock);
  g_free (self);
}

void
wfd_ts_receiver_restart (WfdTsReceiver *self)
{
  WfdTsUnit unit;

  wfd_ts_reorder_restart (self->reorder);
  wfd_ts_reader_restart (self->reader);
  wfd_ts_clock_restart (self->clock);
  while (wfd_ts_reader_pop (self->reader, &unit))
    wfd_ts_unit_clear (&unit);
}

/* What is in order goes to the reader, with the time it came at. */
static void
read_ordered (WfdTsReceiver *self)
{
  WfdTsOrdered ordered;
  gint64 clock, clock_ns;
  gboolean jumped;

  while (wfd_ts_reorder_pop (self->reorder, &ordered)) {
    if (ordered.restarted)
      wfd_ts_reader_restart (self->reader);
    if (ordered.n_lost > 0)
      wfd_ts_reader_lose (self->reader, ordered.n_lost);
    wfd_ts_reader_push (self->reader, ordered.packet.payload, ordered.packet.marker,
        ordered.arrival_ns);
    if (wfd_ts_reader_take_clock (self->reader, &clock, &clock_ns, &jumped))
      wfd_ts_clock_add_reference (self->clock, clock, clock_ns, jumped);
  }
}

/* More than one gap may have become too old. */
static void
give_up_gaps (WfdTsReceiver *self, gint64 now_ns)
{
  while (wfd_ts_reorder_get_deadline (self->reorder) <= now_ns) {
    wfd_ts_reorder_tick (self->reorder, now_ns);
    read_ordered (self);
  }
}

gboolean
wfd_ts_receiver_push (WfdTsReceiver *self, WfdBytes datagram, gint64 now_ns)
{
  WfdTsRtpPacket packet;

  if (!wfd_ts_rtp_read (datagram, &packet))
    return FALSE;
  wfd_ts_reorder_push (self->reorder, &packet, now_ns);
  read_ordered (self);
  give_up_gaps (self, now_ns);
  return TRUE;
}

/* Behind a gap the silence of the stream means nothing. */
static gint64
get_quiet_deadline (WfdTsReceiver *self)
{
  if (wfd_ts_reorder_get_deadline (self->reorder) != G_MAXINT64)
    return G_MAXINT64;

  return wfd_ts_reader_get_deadline (self->reader);
}

void
wfd_ts_receiver_tick (WfdTsReceiver *self, gint64 now_ns)
{
  give_up_gaps (self, now_ns);
  if (get_quiet_deadline (self) <= now_ns)
    wfd_ts_reader_tick (self->reader, now_ns);
}

void
wfd_ts_receiver_finish (WfdTsReceiver *self)
{
  gint64 deadline_ns;

  while ((deadline_ns = wfd_ts_reorder_get_deadline (self->reorder)) != G_MAXINT64)
    give_up_gaps (self, deadline_ns);
  wfd_ts_reader_finish (self->reader);
}

gint64
wfd_ts_receiver_get_deadline (WfdTsReceiver *self)
{
  return MIN (wfd_ts_reorder_get_deadline (self->reorder), get_quiet_deadline (self));
}

gboolean
wfd_ts_receiver_pop (WfdTsReceiver *self, WfdTsUnit *ret_unit)
{
  WfdTsClockStream stream;
  guint jumps;

  if (!wfd_ts_reader_pop (self->reader, ret_unit))
    return FALSE;

  if (ret_unit->pts != WFD_TS_NO_TIME) {
    stream = ret_unit->is_video ? WFD_TS_CLOCK_PICTURE : WFD_TS_CLOCK_SOUND;
    ret_unit->time_ns = wfd_ts_clock_place (self->clock, stream, ret_unit->pts, ret_unit->last_ns);
    jumps = wfd_ts_clock_get_jumps (self->clock);
    if (jumps != self->told_jumps[stream])
      ret_unit->flags |= WFD_TS_UNIT_RESTART;
    self->told_jumps[stream] = jumps;
  }
  return TRUE;
}

const WfdTsProgram *
wfd_ts_receiver_get_program (WfdTsReceiver *self)
{
  return wfd_ts_reader_get_program (self->reader);
}

gboolean
wfd_ts_receiver_is_protected (WfdTsReceiver *self)
{
  return wfd_ts_reader_is_protected (self->reader);
}

void
wfd_ts_receiver_get_stats (WfdTsReceiver *self, WfdTsReceiverStats *ret_stats)
{
  wfd_ts_reorder_get_stats (self->reorder, &ret_stats->rtp);
  wfd_ts_reader_get_stats (self->reader, &ret_stats->ts);
  ret_stats->n_clock_jumps = wfd_ts_clock_get_jumps (self->clock);
}
