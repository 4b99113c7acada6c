/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* At what bit rate a source encodes, and which pictures it had better not encode.
 *
 *            feed_frame        feed_sent         feed_queue, feed_completion
 *                |                 |                 |
 *   capture -> encoder -> own -> gate -> socket, driver -> air -> peer
 *      ^                queue                                      |
 *      |                                                           |
 *    decide       feed_station, feed_rtt    feed_report, feed_key_request
 *
 * The narrow place of a Miracast link is in our own machine, so how fast our own
 * queue drains is what the link carries, known at once and with any peer.
 *
 * It is a pure machine: measurements and the time in, a decision for each capture
 * out. Times are in us of any clock; one that goes back stands still meanwhile.
 * What a device does not tell is WFD_RATE_UNKNOWN, which is not 0. */
typedef struct _WfdRate WfdRate;

/* Of the bytes on the wire, what is the encoder's: MPEG-TS, RTP, UDP and IP take the rest. */
#define WFD_RATE_PAYLOAD_PERMILLE 940

/* Requests closer to each other get one key frame. Each gets one, as the frame before it
 * may have been made when nobody wanted it yet. */
#define WFD_RATE_COALESCE_US 250000

/* Of a measurement that a device does not give. */
#define WFD_RATE_UNKNOWN (-1)

typedef enum
{
  WFD_RATE_BALANCED,    /* as much picture as arrives in time */
  WFD_RATE_LOW_LATENCY, /* less of it, earlier */
  WFD_RATE_N_PROFILES,
} WfdRateProfile;

typedef struct
{
  WfdRateProfile profile; /* the operating point */
  gint64 interval_us;     /* us between two captures at the full frame rate */
  gint64 encode_us;       /* us from a capture to its frame leaving the encoder, as is usual */
  gboolean obeys_at_once; /* what is decided holds for that very capture, not the one after it */
  guint width;         /* pixels of the agreed picture; 0 keeps frame rate and size as they are */
  guint height;        /* pixels of the agreed picture; 0 keeps frame rate and size as they are */
  gboolean can_shrink; /* whether the peer would take a smaller picture */
  guint min_kbps;      /* kbit/s below which the encoder is never set */
  guint max_kbps;      /* kbit/s above which it is never set: level, peer and user agree to it */
  guint start_kbps;    /* kbit/s before anything is measured */
  guint other_kbps;    /* kbit/s of what shares the queue, sound above all */
  guint payload_permille;   /* of each byte sent what is the encoder's; 0 for 1000 */
  guint air_share_permille; /* of what the link carries, how much may be used; 0 for 1000 */
} WfdRateConfig;

/* (transfer full). Whatever @config says, what comes of it is within the limits of
 * base-limits.h. */
WfdRate *wfd_rate_new (const WfdRateConfig *config);
void wfd_rate_free (WfdRate *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdRate, wfd_rate_free)

/* New bounds while it runs: the user's, or the peer's microsoft_max_bitrate. */
void wfd_rate_set_bounds (WfdRate *self, guint min_kbps, guint max_kbps);

/* Another rate of captures, encoder, or sound, while it runs; as in WfdRateConfig. */
void wfd_rate_set_captures (WfdRate *self, gint64 interval_us, gint64 encode_us,
    gboolean obeys_at_once, guint other_kbps);

/* A frame left the encoder and waits in the element's own queue. */
typedef struct
{
  guint bytes;     /* bytes it takes on the wire, headers included */
  gboolean is_key; /* whether it is an IDR picture */
} WfdRateFrame;

void wfd_rate_feed_frame (WfdRate *self, const WfdRateFrame *frame, gint64 now_us);

/* @bytes, headers included, were handed to the kernel. */
void wfd_rate_feed_sent (WfdRate *self, guint bytes, gint64 now_us);

/* The queue, looked at as wfd_rate_get_look_us tells until it is empty, at each capture
 * unless it is, and now and then right after a frame was handed over: then something
 * must be in it, or it cannot be seen. */
typedef struct
{
  gint64 kernel_bytes; /* bytes in socket, qdisc and driver, as on the wire; or unknown */
  gint64 own_bytes;    /* bytes in the element's own queue, before the gate */
} WfdRateQueue;

void wfd_rate_feed_queue (WfdRate *self, const WfdRateQueue *queue, gint64 now_us);

/* us from the last look, or from handing something over to an empty queue if that is
 * later, to the next look. */
gint64 wfd_rate_get_look_us (const WfdRate *self);
/* us from the last look, in which no other is needed, whatever is handed over; mostly 0. */
gint64 wfd_rate_get_rest_us (const WfdRate *self);

/* Bytes that the kernel is taken to hold: as looked at last, and handed over since. */
guint wfd_rate_get_kernel_bytes (const WfdRate *self);

/* Whether a look before a capture would tell anything: of the kernel's queue, or of round
 * trips, which go on while nothing is sent. */
gboolean wfd_rate_wants_look (const WfdRate *self);

/* The driver, or a peer that acknowledges packets, tells that one is done with and
 * so all before it. */
typedef struct
{
  guint64 position_bytes; /* bytes handed over by feed_sent up to the end of this packet */
  gboolean was_lost;      /* nobody acknowledged it, so a picture is broken */
} WfdRateCompletion;

void wfd_rate_feed_completion (WfdRate *self, const WfdRateCompletion *completion, gint64 now_us);

/* What nl80211 says of the peer; counters count from when they like and may begin
 * anew. */
typedef struct
{
  gint64 phy_kbps;    /* kbit/s of the modulation in use; or unknown */
  gint64 retries;     /* packets sent again, in all; or unknown */
  gint64 failed;      /* packets given up, in all; or unknown */
  gint64 packets;     /* packets sent, in all; or unknown */
  gint64 queue_drops; /* packets that the queue in the kernel dropped, in all; or unknown */
} WfdRateStation;

void wfd_rate_feed_station (WfdRate *self, const WfdRateStation *station, gint64 now_us);
/* Whether a counter has gone on by more than it can have, so that it is not gone by. */
gboolean wfd_rate_is_jump (gint64 before, gint64 now);
/* Whether pictures can be sent at a modulation of @phy_kbps; if not it is taken for unknown. */
gboolean wfd_rate_is_modulation (gint64 phy_kbps);

/* The round trip of something small (control connection, echo) that came back @age_us ago and
 * was sent @rtt_us before; some ten a second, at irregular times, as there are radios
 * that are away regularly. */
void wfd_rate_feed_rtt (WfdRate *self, gint64 rtt_us, gint64 age_us, gint64 now_us);

/* A report of the peer (RTCP RR). */
typedef struct
{
  gint64 loss_permille; /* of the packets since the last report, how many are missing; or unknown */
} WfdRateReport;

void wfd_rate_feed_report (WfdRate *self, const WfdRateReport *report, gint64 now_us);

/* The peer wants an IDR (M13, PLI). */
void wfd_rate_feed_key_request (WfdRate *self, gint64 now_us);

typedef enum
{
  WFD_RATE_REASON_START,
  WFD_RATE_REASON_DRAIN,
  WFD_RATE_REASON_BACKLOG,
  WFD_RATE_REASON_CONTENT,
  WFD_RATE_REASON_PHY,
  WFD_RATE_REASON_HIDDEN,
  WFD_RATE_REASON_BLIND,
  WFD_RATE_REASON_REPORT,
  WFD_RATE_REASON_AIR_SHARE,
  WFD_RATE_REASON_MAXIMUM,
  WFD_RATE_REASON_MINIMUM,
  WFD_RATE_REASON_ENCODER,
  WFD_RATE_REASON_KEY,
  WFD_RATE_REASON_SKIP_BACKLOG,
  WFD_RATE_REASON_SKIP_STALL,
  WFD_RATE_REASON_SKIP_KEY,
  WFD_RATE_REASON_SKIP_FRAME_RATE,
  WFD_RATE_N_REASONS,
} WfdRateReason;

/* One line for people; never NULL. */
const char *wfd_rate_reason_to_text (WfdRateReason reason);

/* What to do with the picture that was just captured. */
typedef struct
{
  gboolean skip;        /* do not encode it */
  gboolean key;         /* encode it as an IDR picture */
  guint bitrate_kbps;   /* kbit/s for the encoder from now on */
  gboolean set_bitrate; /* it moved enough to tell the encoder, here or in vbv_ms */
  guint vbv_ms;         /* ms at that rate, of the encoder's buffer: no frame takes longer */
  guint gate_bytes;     /* bytes in the kernel up to which more is handed over */
  guint frame_divisor;  /* of this many captures one is encoded */
  gint resize;          /* -1: a smaller picture would be better, 1: a larger one is affordable */
  WfdRateReason reason; /* why */
} WfdRateDecision;

void wfd_rate_decide (WfdRate *self, gint64 now_us, WfdRateDecision *ret_decision);

/* How many bytes may be handed over right now; at least two packets whenever the
 * kernel holds none. */
guint wfd_rate_get_gate_bytes (WfdRate *self);

/* The picture changed as `resize` proposed, or the application changed it. */
void wfd_rate_set_picture (WfdRate *self, guint width, guint height, gboolean can_shrink,
    gboolean can_grow);

typedef enum
{
  WFD_RATE_SIGNAL_NONE,       /* no queue can be seen: losses and round trips only */
  WFD_RATE_SIGNAL_QUEUE,      /* the drain of the socket's queue */
  WFD_RATE_SIGNAL_COMPLETION, /* packets told by the driver or the peer */
  WFD_RATE_SIGNAL_RTT,        /* the queue is in the device: round trips */
} WfdRateSignal;

const char *wfd_rate_signal_to_text (WfdRateSignal signal);

/* For statistics and logs. */
typedef struct
{
  WfdRateSignal signal;     /* what the capacity is measured by */
  guint capacity_kbps;      /* kbit/s that the link is taken to carry */
  gint64 backlog_us;        /* us that what is under way needs to be sent */
  guint bitrate_kbps;       /* kbit/s of the last decision */
  guint wanted_kbps;        /* kbit/s that it would have been without a maximum */
  gint64 phy_kbps;          /* kbit/s of the modulation; or unknown */
  guint cap_kbps;           /* kbit/s to which reports limit; the maximum if they do not */
  guint frame_divisor;      /* of this many captures one is encoded */
  guint64 n_keys;           /* IDR pictures wanted since the beginning */
  guint64 n_drops;          /* packets dropped in our own machine since the beginning */
  gboolean is_encoder_deaf; /* the encoder makes far more than it is told to */
} WfdRateView;

void wfd_rate_get_view (WfdRate *self, WfdRateView *ret_view);

G_END_DECLS
