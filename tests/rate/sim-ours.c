/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <rate.h>

#include "sim-controller.h"

#define US 1000

static const WfdRateProfile balanced = WFD_RATE_BALANCED;
static const WfdRateProfile low_latency = WFD_RATE_LOW_LATENCY;

static gpointer
create (const SimSetup *setup, gconstpointer argument)
{
  WfdRateConfig config = {
    .profile = *(const WfdRateProfile *) argument,
    .interval_us = 1e6 / setup->fps,
    .encode_us = setup->encode_ms * US,
    .obeys_at_once = setup->obeys_at_once,
    .width = setup->width,
    .height = setup->height,
    .min_kbps = setup->min_kbps,
    .max_kbps = setup->max_kbps,
    .start_kbps = setup->start_kbps,
  };

  return wfd_rate_new (&config);
}

static void
destroy (gpointer self)
{
  wfd_rate_free (self);
}

static void
queue (gpointer self, gint64 kernel_bytes, gint64 own_bytes, gint64 now_ms)
{
  WfdRateQueue got = { kernel_bytes, own_bytes };

  wfd_rate_feed_queue (self, &got, now_ms * US);
}

static void
completion (gpointer self, guint64 position, gboolean was_lost, gint64 now_ms)
{
  WfdRateCompletion got = { position, was_lost };

  wfd_rate_feed_completion (self, &got, now_ms * US);
}

static void
station (gpointer self, const LinkStation *got, gint64 now_ms)
{
  WfdRateStation copy = { got->phy_kbps, got->retries, got->failed, got->packets,
    got->queue_drops };

  wfd_rate_feed_station (self, &copy, now_ms * US);
}

static void
rtt (gpointer self, gint64 rtt_ms, gint64 now_ms)
{
  wfd_rate_feed_rtt (self, rtt_ms * US, 0, now_ms * US);
}

static void
key_request (gpointer self, gint64 now_ms)
{
  wfd_rate_feed_key_request (self, now_ms * US);
}

static void
frame (gpointer self, guint bytes, gboolean is_key, gint64 now_ms)
{
  WfdRateFrame got = { bytes, is_key };

  wfd_rate_feed_frame (self, &got, now_ms * US);
}

static void
sent (gpointer self, guint bytes, gint64 now_ms)
{
  wfd_rate_feed_sent (self, bytes, now_ms * US);
}

static double
may_send (gpointer self, gint64 kernel_bytes, gint64 own_bytes, gint64 now_ms)
{
  return (double) wfd_rate_get_gate_bytes (self) - kernel_bytes;
}

static gint64
look (gpointer self)
{
  return wfd_rate_get_look_us (self) / US;
}

static void
decide (gpointer self, const SimTruth *truth, gint64 now_ms, SimDecision *ret_decision)
{
  WfdRateDecision decision;

  wfd_rate_decide (self, now_ms * US, &decision);
  ret_decision->skip = decision.skip;
  ret_decision->key = decision.key;
  ret_decision->reason = decision.reason;
  /* As wfdsink tells an encoder that reckons with all pictures. */
  ret_decision->settings = (SimSettings) { decision.bitrate_kbps * decision.frame_divisor,
    decision.vbv_ms / (double) decision.frame_divisor };
}

#define OURS(label, which) \
  { \
    .name = label, .create = create, .destroy = destroy, .argument = &which, .queue = queue, \
    .completion = completion, .station = station, .rtt = rtt, .key_request = key_request, \
    .frame = frame, .sent = sent, .look = look, .may_send = may_send, .decide = decide, \
  }

const SimControllerClass sim_ours_balanced = OURS ("balanced", balanced);
const SimControllerClass sim_ours_low_latency = OURS ("low-latency", low_latency);
