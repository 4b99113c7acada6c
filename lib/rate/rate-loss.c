/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate-loss.h"

#include <base-limits.h>

#define MS G_GINT64_CONSTANT (1000)

/* Counters that lie must not fill the link with key frames. */
#define SUSPECT_US (500 * MS)

/* No key frame comes so late; one of which nothing is seen by then was not made. */
#define KEY_COMES_US (500 * MS)

#define CUT_US (100 * MS)
#define LOCAL_US (1000 * MS)

#define BAD_PERMILLE 20
#define GOOD_PERMILLE 10
#define BAD_REPORTS 2
#define CAP_DOWN 0.85
#define CAP_UP 1.05

void
wfd_rate_loss_init (WfdRateLoss *self)
{
  *self = (WfdRateLoss) {
    .due_us = WFD_RATE_UNKNOWN,
    .key_us = WFD_RATE_UNKNOWN,
    .drop_us = WFD_RATE_UNKNOWN,
    .cut_us = WFD_RATE_UNKNOWN,
    .cap_kbps = WFD_LIMIT_RATE_KBPS,
  };
}

static gboolean
is_since (gint64 event_us, gint64 span_us, gint64 now_us)
{
  return event_us != WFD_RATE_UNKNOWN && now_us - event_us < span_us;
}

/* At @due_us, or before that if one is due then anyway. */
static void
owe_key (WfdRateLoss *self, gint64 due_us)
{
  self->due_us = self->due_us == WFD_RATE_UNKNOWN ? due_us : MIN (self->due_us, due_us);
}

/* @span_us after @event_us, if that is later than @now_us. */
static gint64
wait_for (gint64 event_us, gint64 span_us, gint64 now_us)
{
  return is_since (event_us, span_us, now_us) ? event_us + span_us : now_us;
}

void
wfd_rate_loss_request (WfdRateLoss *self, gint64 now_us)
{
  owe_key (self, wait_for (self->key_us, WFD_RATE_COALESCE_US, now_us));
}

void
wfd_rate_loss_suspect (WfdRateLoss *self, gint64 now_us)
{
  owe_key (self, wait_for (self->key_us, SUSPECT_US, now_us));
}

void
wfd_rate_loss_at (WfdRateLoss *self, guint64 position_bytes, gint64 now_us)
{
  /* The key frame comes after all that was handed over, and repairs it. */
  if (self->awaits_key && is_since (self->key_us, KEY_COMES_US, now_us))
    return;
  if (position_bytes > self->key_bytes)
    wfd_rate_loss_request (self, now_us);
}

gboolean
wfd_rate_loss_drop (WfdRateLoss *self, gint64 now_us)
{
  gboolean cut = !is_since (self->cut_us, CUT_US, now_us);

  self->drop_us = now_us;
  if (cut)
    self->cut_us = now_us;
  wfd_rate_loss_request (self, now_us);
  return cut;
}

void
wfd_rate_loss_report (WfdRateLoss *self, gint64 loss_permille, double bitrate_kbps, gint64 now_us)
{
  if (loss_permille < 0 || loss_permille > 1000)
    return;

  if (loss_permille <= BAD_PERMILLE) {
    self->n_bad = 0;
    if (loss_permille <= GOOD_PERMILLE)
      self->cap_kbps = MIN (self->cap_kbps * CAP_UP, WFD_LIMIT_RATE_KBPS);
    return;
  }
  /* What we dropped ourselves is no news. */
  if (is_since (self->drop_us, LOCAL_US, now_us))
    return;
  if (++self->n_bad >= BAD_REPORTS)
    self->cap_kbps = MIN (self->cap_kbps, bitrate_kbps) * CAP_DOWN;
}

gboolean
wfd_rate_loss_owes_key (const WfdRateLoss *self, gint64 now_us)
{
  return self->due_us != WFD_RATE_UNKNOWN && self->due_us <= now_us;
}

void
wfd_rate_loss_key_made (WfdRateLoss *self, gint64 now_us)
{
  self->awaits_key = TRUE;
  self->due_us = WFD_RATE_UNKNOWN;
  self->key_us = now_us;
  self->n_keys++;
}

void
wfd_rate_loss_key_left (WfdRateLoss *self, guint64 position_bytes)
{
  self->awaits_key = FALSE;
  self->key_bytes = position_bytes;
}
