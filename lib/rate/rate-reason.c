/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rate.h"

static const char *const reasons[] = {
  [WFD_RATE_REASON_START] = "nothing measured yet",
  [WFD_RATE_REASON_DRAIN] = "follows how fast the queue drains",
  [WFD_RATE_REASON_BACKLOG] = "what is under way has to go out first",
  [WFD_RATE_REASON_CONTENT] = "the picture needs less than the link carries",
  [WFD_RATE_REASON_PHY] = "the modulation carries no more",
  [WFD_RATE_REASON_HIDDEN] = "follows round trips, the device hides its queue",
  [WFD_RATE_REASON_BLIND] = "no queue can be seen, slowly up until packets are lost",
  [WFD_RATE_REASON_REPORT] = "the peer reports losses",
  [WFD_RATE_REASON_AIR_SHARE] = "the share of the air that is allowed",
  [WFD_RATE_REASON_MAXIMUM] = "the maximum",
  [WFD_RATE_REASON_MINIMUM] = "the minimum",
  [WFD_RATE_REASON_ENCODER] = "the encoder makes more than it is told to",
  [WFD_RATE_REASON_KEY] = "a key frame, as something was lost or the peer asks for one",
  [WFD_RATE_REASON_SKIP_BACKLOG] = "skipped, it would come too late",
  [WFD_RATE_REASON_SKIP_STALL] = "skipped, nothing gets through",
  [WFD_RATE_REASON_SKIP_KEY] = "skipped, the key frame waits until it gets through",
  [WFD_RATE_REASON_SKIP_FRAME_RATE] = "skipped, fewer pictures are better ones at this rate",
};

G_STATIC_ASSERT (G_N_ELEMENTS (reasons) == WFD_RATE_N_REASONS);

const char *
wfd_rate_reason_to_text (WfdRateReason reason)
{
  return (guint) reason < WFD_RATE_N_REASONS ? reasons[reason] : "unknown";
}

const char *
wfd_rate_signal_to_text (WfdRateSignal signal)
{
  switch (signal) {
    case WFD_RATE_SIGNAL_NONE:
      return "none";
    case WFD_RATE_SIGNAL_QUEUE:
      return "queue";
    case WFD_RATE_SIGNAL_COMPLETION:
      return "completion";
    case WFD_RATE_SIGNAL_RTT:
      return "rtt";
  }
  return "unknown";
}
