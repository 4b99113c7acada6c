/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe.h"

void
wfd_link_probe_sent (WfdLinkProbe *self, const WfdLinkPacket *packets, guint n, gint64 now_us)
{
  if (self->klass->sent != NULL)
    self->klass->sent (self, packets, n, now_us);
}

void
wfd_link_probe_look (WfdLinkProbe *self, WfdLinkReading *ret_reading, gint64 now_us)
{
  *ret_reading = (WfdLinkReading) {
    .queue_bytes = WFD_RATE_UNKNOWN,
    .rtt_us = WFD_RATE_UNKNOWN,
    .station = { WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN,
        WFD_RATE_UNKNOWN },
  };
  self->klass->look (self, ret_reading, now_us);
}

void
wfd_link_probe_free (WfdLinkProbe *self)
{
  if (self != NULL)
    self->klass->free (self);
}

/* What the driver and the peer say of packets comes first, as the queue says the less
 * the more of them there are. */
void
wfd_link_reading_feed (const WfdLinkReading *self, WfdRate *rate, gint64 own_bytes, gint64 now_us)
{
  WfdRateQueue queue = { self->queue_bytes, own_bytes };

  for (guint i = 0; i < self->n_completions; i++)
    wfd_rate_feed_completion (rate, &self->completions[i], now_us);
  wfd_rate_feed_queue (rate, &queue, now_us);
  if (self->has_station)
    wfd_rate_feed_station (rate, &self->station, now_us);
  if (self->rtt_us != WFD_RATE_UNKNOWN)
    wfd_rate_feed_rtt (rate, self->rtt_us, self->rtt_age_us, now_us);
}

typedef struct
{
  WfdLinkProbe parent;
  GPtrArray *probes; /* of WfdLinkProbe */
} Group;

static void
group_sent (WfdLinkProbe *probe, const WfdLinkPacket *packets, guint n, gint64 now_us)
{
  Group *self = (Group *) probe;

  for (guint i = 0; i < self->probes->len; i++)
    wfd_link_probe_sent (g_ptr_array_index (self->probes, i), packets, n, now_us);
}

static void
group_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Group *self = (Group *) probe;

  for (guint i = 0; i < self->probes->len; i++) {
    WfdLinkProbe *one = g_ptr_array_index (self->probes, i);

    one->klass->look (one, reading, now_us);
  }
}

static void
group_free (WfdLinkProbe *probe)
{
  Group *self = (Group *) probe;

  g_ptr_array_unref (self->probes);
  g_free (self);
}

static const WfdLinkProbeClass group_class = { "group", group_sent, group_look, group_free };

WfdLinkProbe *
wfd_link_probe_new_group (void)
{
  Group *self = g_new0 (Group, 1);

  self->parent.klass = &group_class;
  self->probes = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_link_probe_free);
  return &self->parent;
}

void
wfd_link_probe_group_add (WfdLinkProbe *group, WfdLinkProbe *probe)
{
  g_ptr_array_add (((Group *) group)->probes, probe);
}
