/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-rate-control.h"

GST_DEBUG_CATEGORY_STATIC (wfd_rate_debug);
#define GST_CAT_DEFAULT wfd_rate_debug

/* So often a look comes right with what is handed over, which shows whether the queue
 * can be seen at all, and what counts in it for how much. */
#define CHECK_US (100 * G_TIME_SPAN_MILLISECOND)

/* From a picture that comes to its frame leaving an encoder that makes 60 of them. */
#define ENCODE_US 5000

#define DEFAULT_RATE_HZ 30

/* Of so many packets a driver would have told something, if it ever did. */
#define TRIAL_PACKETS 200

/* What no counter does. */
typedef enum
{
  LIE_BACK,
  LIE_GONE,
  LIE_JUMP,
  N_LIES,
} WfdLie;

static const char *const lies[N_LIES] = {
  [LIE_BACK] = "goes back",
  [LIE_GONE] = "is not told any more",
  [LIE_JUMP] = "jumps",
};

struct _WfdRateControl
{
  gatomicrefcount refs;
  WfdRateControlEvents events;
  gpointer owner;

  /* Before the lock of the pump, which is before ours. */
  GMutex pump_lock;
  gpointer pump; /* NULL: none waits for room */
  void (*room) (gpointer pump);

  GMutex lock;
  /* All below with the lock. */
  WfdRateUser user;
  WfdRateStream stream;
  guint ceiling_kbps; /* G_MAXUINT: there is none */
  WfdRate *rate;      /* NULL: no session, or none that is controlled */
  WfdLinkProbe *probe;
  WfdLinkProbe *station; /* in the probe, or NULL */
  gsize waiting_bytes;   /* in the pump */
  gint64 looked_us;      /* when, or when something was handed over to an empty kernel */
  gint64 decided_us;     /* when a picture was decided on */
  gint64 next_us;        /* when the next one is, if it comes as the last two did */
  guint n_trials;        /* packets sent to see whether the driver tells of them */
  gboolean tells_packets;
  gint64 checked_us;           /* when a look last came with what was handed over */
  gboolean is_instant;         /* all was gone at that look */
  const char *problem;         /* (nullable): of the last look */
  WfdRateStation told;         /* what the driver told last; members may be unknown */
  guint told_lies;             /* kinds, as bits, of what it has counted that cannot be */
  gboolean told_no_modulation; /* it has told one that cannot be */
  WfdRateSignal signal;
  gboolean complained; /* of the encoder */
  guint target_kbps;
  guint64 n_left_out;       /* pictures */
  WfdRateDecision decision; /* the last one */
};

WfdRateControl *
wfd_rate_control_new (const WfdRateControlEvents *events, gpointer owner)
{
  WfdRateControl *self = g_new0 (WfdRateControl, 1);

  GST_DEBUG_CATEGORY_INIT (wfd_rate_debug, "wfdrate", 0,
      "At what bit rate a Wi-Fi Display source encodes, and why");
  g_atomic_ref_count_init (&self->refs);
  self->events = *events;
  self->owner = owner;
  self->ceiling_kbps = G_MAXUINT;
  g_mutex_init (&self->pump_lock);
  g_mutex_init (&self->lock);
  return self;
}

WfdRateControl *
wfd_rate_control_ref (WfdRateControl *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
wfd_rate_control_unref (WfdRateControl *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->rate, wfd_rate_free);
  g_clear_pointer (&self->probe, wfd_link_probe_free);
  g_mutex_clear (&self->pump_lock);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* --- what is to be controlled, with the lock --- */

static gint64
get_interval_us (WfdRateControl *self)
{
  const WfdRateStream *stream = &self->stream;

  if (stream->rate_n <= 0 || stream->rate_d <= 0)
    return G_USEC_PER_SEC / DEFAULT_RATE_HZ;
  return gst_util_uint64_scale (G_USEC_PER_SEC, stream->rate_d, stream->rate_n);
}

/* Without the ceiling. */
static guint
get_own_max_kbps (WfdRateControl *self)
{
  guint limit_kbps = self->stream.limit_kbps > 0 ? self->stream.limit_kbps : G_MAXUINT;

  return MIN (self->user.max_kbps, limit_kbps);
}

static guint
get_max_kbps (WfdRateControl *self)
{
  return MIN (get_own_max_kbps (self), self->ceiling_kbps);
}

static guint
get_min_kbps (WfdRateControl *self)
{
  return MIN (self->user.min_kbps, get_max_kbps (self));
}

static guint
get_start_kbps (WfdRateControl *self)
{
  return CLAMP (self->user.start_kbps, get_min_kbps (self), get_max_kbps (self));
}

/* 0: the controller leaves frame rate and size alone. */
static guint
get_width (WfdRateControl *self)
{
  return self->user.adapts_format ? self->stream.width : 0;
}

static WfdRate *
make_rate (WfdRateControl *self)
{
  const WfdRateConfig config = {
    .profile = self->user.profile,
    .interval_us = get_interval_us (self),
    .encode_us = ENCODE_US,
    .obeys_at_once = self->stream.obeys_at_once,
    .width = get_width (self),
    .height = self->stream.height,
    .can_shrink = self->stream.can_shrink,
    .min_kbps = get_min_kbps (self),
    .max_kbps = get_max_kbps (self),
    .start_kbps = get_start_kbps (self),
    .other_kbps = self->stream.other_kbps,
    .payload_permille = WFD_RATE_PAYLOAD_PERMILLE,
    .air_share_permille = self->user.air_share_percent * 10,
  };

  return wfd_rate_new (&config);
}

static void
update_bounds (WfdRateControl *self)
{
  if (self->rate != NULL)
    wfd_rate_set_bounds (self->rate, get_min_kbps (self), get_max_kbps (self));
  else
    self->target_kbps = get_start_kbps (self);
}

void
wfd_rate_control_set_user (WfdRateControl *self, const WfdRateUser *user)
{
  g_mutex_lock (&self->lock);
  self->user = *user;
  update_bounds (self);
  g_mutex_unlock (&self->lock);
}

void
wfd_rate_control_set_stream (WfdRateControl *self, const WfdRateStream *stream)
{
  g_mutex_lock (&self->lock);
  self->stream = *stream;
  if (self->rate != NULL) {
    wfd_rate_set_captures (self->rate, get_interval_us (self), ENCODE_US, stream->obeys_at_once,
        stream->other_kbps);
    wfd_rate_set_picture (self->rate, get_width (self), stream->height, stream->can_shrink,
        stream->can_grow);
  }
  update_bounds (self);
  g_mutex_unlock (&self->lock);
}

void
wfd_rate_control_set_ceiling (WfdRateControl *self, guint kbps)
{
  guint ceiling_kbps = kbps > 0 ? kbps : G_MAXUINT;
  gboolean moved;

  g_mutex_lock (&self->lock);
  moved = self->ceiling_kbps != ceiling_kbps;
  self->ceiling_kbps = ceiling_kbps;
  update_bounds (self);
  g_mutex_unlock (&self->lock);
  if (moved)
    self->events.ceiling (self->owner);
}

guint
wfd_rate_control_limit (WfdRateControl *self, guint kbps)
{
  guint limited_kbps;

  g_mutex_lock (&self->lock);
  limited_kbps = MIN (kbps, self->ceiling_kbps);
  g_mutex_unlock (&self->lock);
  return limited_kbps;
}

guint
wfd_rate_control_get_target (WfdRateControl *self)
{
  guint target_kbps;

  g_mutex_lock (&self->lock);
  target_kbps = CLAMP (self->target_kbps, get_min_kbps (self), get_max_kbps (self));
  g_mutex_unlock (&self->lock);
  return target_kbps;
}

void
wfd_rate_control_get_found (WfdRateControl *self, guint *ret_wanted_kbps, guint *ret_carried_kbps)
{
  WfdRateView view = { .wanted_kbps = 0 };
  guint max_kbps;

  g_mutex_lock (&self->lock);
  max_kbps = get_own_max_kbps (self);
  if (self->rate != NULL)
    wfd_rate_get_view (self->rate, &view);
  else
    view.wanted_kbps = self->user.start_kbps;
  *ret_wanted_kbps = CLAMP (view.wanted_kbps, MIN (self->user.min_kbps, max_kbps), max_kbps);
  *ret_carried_kbps = view.capacity_kbps;
  g_mutex_unlock (&self->lock);
}

gboolean
wfd_rate_control_is_wanted (WfdRateControl *self)
{
  gboolean on;

  g_mutex_lock (&self->lock);
  on = self->user.on;
  g_mutex_unlock (&self->lock);
  return on;
}

/* --- sessions --- */

void
wfd_rate_control_open (WfdRateControl *self, WfdLinkProbe *probe, WfdLinkProbe *station)
{
  wfd_rate_control_close (self);
  g_mutex_lock (&self->lock);
  self->probe = probe;
  self->station = station;
  self->rate = make_rate (self);
  self->waiting_bytes = 0;
  self->looked_us = self->checked_us = self->decided_us = self->next_us = 0;
  self->n_trials = 0;
  self->tells_packets = self->is_instant = FALSE;
  self->problem = NULL;
  self->told = (WfdRateStation) { WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN,
    WFD_RATE_UNKNOWN, WFD_RATE_UNKNOWN };
  self->told_lies = 0;
  self->told_no_modulation = FALSE;
  self->signal = WFD_RATE_SIGNAL_QUEUE;
  self->complained = FALSE;
  self->n_left_out = 0;
  self->decision = (WfdRateDecision) { .reason = WFD_RATE_REASON_START };
  self->target_kbps = get_start_kbps (self);
  g_mutex_unlock (&self->lock);
}

void
wfd_rate_control_close (WfdRateControl *self)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->rate, wfd_rate_free);
  g_clear_pointer (&self->probe, wfd_link_probe_free);
  self->station = NULL;
  g_mutex_unlock (&self->lock);
}

void
wfd_rate_control_tell_station (WfdRateControl *self, const WfdRateStation *station)
{
  g_mutex_lock (&self->lock);
  if (self->station != NULL)
    wfd_link_probe_station_tell (self->station, station);
  g_mutex_unlock (&self->lock);
}

/* --- looks, with the lock --- */

static void
note_problem (WfdRateControl *self, const char *problem)
{
  if (g_strcmp0 (problem, self->problem) == 0)
    return;
  if (problem != NULL)
    GST_WARNING ("%s; going by what else is known of the link", problem);
  else
    GST_INFO ("the link can be measured again");
  self->problem = problem;
}

/* Once in a session for each kind. */
static void
note_lie (WfdRateControl *self, WfdLie lie)
{
  if ((self->told_lies & 1u << lie) == 0)
    GST_WARNING ("what the driver counts %s; it is not gone by", lies[lie]);
  self->told_lies |= 1u << lie;
}

static void
note_station (WfdRateControl *self, const WfdRateStation *station)
{
  const gint64 before[] = { self->told.retries, self->told.failed, self->told.packets,
    self->told.queue_drops };
  const gint64 now[] = { station->retries, station->failed, station->packets,
    station->queue_drops };

  self->told = *station;
  for (guint i = 0; i < G_N_ELEMENTS (now); i++) {
    if (now[i] < before[i])
      note_lie (self, now[i] == WFD_RATE_UNKNOWN ? LIE_GONE : LIE_BACK);
    else if (wfd_rate_is_jump (before[i], now[i]))
      note_lie (self, LIE_JUMP);
  }
}

/* Some tell that of the last management frame, so that this is nothing to warn of; once in a
 * session. */
static void
note_modulation (WfdRateControl *self, gint64 phy_kbps)
{
  if (self->told_no_modulation || phy_kbps == WFD_RATE_UNKNOWN || wfd_rate_is_modulation (phy_kbps))
    return;
  GST_INFO ("the driver tells a modulation of %" G_GINT64_FORMAT " kbit/s, which is not gone by",
      phy_kbps);
  self->told_no_modulation = TRUE;
}

static void
look (WfdRateControl *self, gint64 now_us)
{
  WfdLinkReading reading;

  wfd_link_probe_look (self->probe, &reading, now_us);
  if (reading.has_station) {
    note_station (self, &reading.station);
    note_modulation (self, reading.station.phy_kbps);
  }
  wfd_link_reading_feed (&reading, self->rate, self->waiting_bytes, now_us);
  self->looked_us = now_us;
  self->tells_packets = reading.tells_packets;
  note_problem (self, reading.problem);
}

/* --- captures --- */

static void
explain (WfdRateControl *self, const WfdRateDecision *decision)
{
  WfdRateView view;

  if (gst_debug_category_get_threshold (GST_CAT_DEFAULT) < GST_LEVEL_DEBUG)
    return;
  wfd_rate_get_view (self->rate, &view);
  GST_CAT_LEVEL_LOG (GST_CAT_DEFAULT,
      decision->skip || decision->set_bitrate || decision->key ? GST_LEVEL_DEBUG : GST_LEVEL_LOG,
      NULL,
      "%s %u kbit/s, buffer %u ms: %s; by %s the link carries %u kbit/s, %" G_GINT64_FORMAT
      " us are under way, gate %u bytes",
      decision->skip      ? self->stream.is_coded ? "late" : "skip"
          : decision->key ? "key picture"
                          : "encode",
      decision->bitrate_kbps, decision->vbv_ms, wfd_rate_reason_to_text (decision->reason),
      wfd_rate_signal_to_text (view.signal), view.capacity_kbps, view.backlog_us,
      decision->gate_bytes);
}

/* Once in a session. */
static void
note_encoder (WfdRateControl *self, const WfdRateView *view)
{
  if (!view->is_encoder_deaf || self->complained)
    return;
  GST_WARNING (
      "the encoder makes more than the %u kbit/s that it was told to; leaving out pictures",
      view->bitrate_kbps);
  self->complained = TRUE;
}

/* Also where a queue lies: it is not gone by then. */
static void
note_signal (WfdRateControl *self, const WfdRateView *view)
{
  if (view->signal == self->signal)
    return;
  GST_INFO ("the link is measured by %s now", wfd_rate_signal_to_text (view->signal));
  self->signal = view->signal;
}

static void
note_view (WfdRateControl *self)
{
  WfdRateView view;

  wfd_rate_get_view (self->rate, &view);
  note_encoder (self, &view);
  note_signal (self, &view);
}

static void
tell_room (WfdRateControl *self)
{
  g_mutex_lock (&self->pump_lock);
  if (self->pump != NULL)
    self->room (self->pump);
  g_mutex_unlock (&self->pump_lock);
}

gboolean
wfd_rate_control_decide (WfdRateControl *self, gint64 now_us, WfdRateDecision *ret_decision)
{
  gboolean controlled, moved = FALSE, has_room = FALSE;
  gint resize = 0;

  g_mutex_lock (&self->lock);
  controlled = self->rate != NULL;
  if (controlled) {
    if (wfd_rate_wants_look (self->rate)) {
      look (self, now_us);
      has_room = self->waiting_bytes > 0;
    }
    wfd_rate_decide (self->rate, now_us, ret_decision);
    self->next_us = now_us + CLAMP (now_us - self->decided_us, 0, G_MAXINT64 - MAX (now_us, 0));
    self->decided_us = now_us;
    note_view (self);
    moved = ret_decision->bitrate_kbps != self->target_kbps;
    self->target_kbps = ret_decision->bitrate_kbps;
    /* It stays until the picture is another one, which may never be. */
    resize = ret_decision->resize != self->decision.resize ? ret_decision->resize : 0;
    self->decision = *ret_decision;
    explain (self, ret_decision);
  }
  g_mutex_unlock (&self->lock);
  if (has_room)
    tell_room (self);
  if (moved)
    self->events.target (self->owner);
  if (resize != 0)
    self->events.resize (self->owner, resize);
  return controlled;
}

void
wfd_rate_control_leave_out (WfdRateControl *self)
{
  g_mutex_lock (&self->lock);
  self->n_left_out++;
  if (self->stream.is_coded)
    GST_DEBUG ("left out, as what comes after it will be up to a key picture");
  g_mutex_unlock (&self->lock);
}

gboolean
wfd_rate_control_request_key (WfdRateControl *self, gint64 now_us)
{
  gboolean controlled;

  g_mutex_lock (&self->lock);
  controlled = self->rate != NULL;
  if (controlled)
    wfd_rate_feed_key_request (self->rate, now_us);
  g_mutex_unlock (&self->lock);
  return controlled;
}

void
wfd_rate_control_report (WfdRateControl *self, const WfdRateReport *report, gint64 now_us)
{
  g_mutex_lock (&self->lock);
  if (self->rate != NULL)
    wfd_rate_feed_report (self->rate, report, now_us);
  g_mutex_unlock (&self->lock);
}

/* --- the pump --- */

void
wfd_rate_control_frame (WfdRateControl *self, const WfdRateFrame *frame, gint64 now_us)
{
  g_mutex_lock (&self->lock);
  if (self->rate != NULL)
    wfd_rate_feed_frame (self->rate, frame, now_us);
  g_mutex_unlock (&self->lock);
}

/* Whether a look is due with the hand-over; with the lock. */
static gboolean
is_check_due (WfdRateControl *self, gint64 now_us)
{
  if (now_us - self->checked_us >= 0 && now_us - self->checked_us < CHECK_US)
    return FALSE;
  self->checked_us = now_us;
  return TRUE;
}

/* With the lock. */
static void
check (WfdRateControl *self, gint64 now_us)
{
  look (self, now_us);
  self->is_instant = wfd_rate_get_kernel_bytes (self->rate) == 0;
}

void
wfd_rate_control_sent (WfdRateControl *self, const WfdLinkPacket *packets, guint n,
    gsize waiting_bytes, gint64 now_us)
{
  guint bytes = 0;
  gboolean was_empty;

  for (guint i = 0; i < n; i++)
    bytes += packets[i].bytes;
  g_mutex_lock (&self->lock);
  self->waiting_bytes = waiting_bytes;
  if (self->rate != NULL) {
    was_empty = wfd_rate_get_kernel_bytes (self->rate) == 0;
    wfd_rate_feed_sent (self->rate, bytes, now_us);
    self->n_trials = MIN (self->n_trials + n, TRIAL_PACKETS);
    wfd_link_probe_sent (self->probe, packets, n, now_us);
    if (was_empty)
      self->looked_us = now_us;
    if (was_empty && is_check_due (self, now_us))
      check (self, now_us);
  }
  g_mutex_unlock (&self->lock);
}

void
wfd_rate_control_look (WfdRateControl *self, gsize waiting_bytes, gint64 now_us)
{
  g_mutex_lock (&self->lock);
  self->waiting_bytes = waiting_bytes;
  if (self->rate != NULL)
    look (self, now_us);
  g_mutex_unlock (&self->lock);
}

gboolean
wfd_rate_control_look_at_once (WfdRateControl *self, gsize waiting_bytes, gint64 now_us)
{
  gboolean is_gone = FALSE;

  g_mutex_lock (&self->lock);
  if (self->rate != NULL && self->is_instant && wfd_rate_get_kernel_bytes (self->rate) > 0) {
    self->waiting_bytes = waiting_bytes;
    check (self, now_us);
    is_gone = self->is_instant;
  }
  g_mutex_unlock (&self->lock);
  return is_gone;
}

gsize
wfd_rate_control_get_room (WfdRateControl *self)
{
  gsize room = G_MAXUINT;

  g_mutex_lock (&self->lock);
  if (self->rate != NULL) {
    guint gate = wfd_rate_get_gate_bytes (self->rate);

    room = gate - MIN (gate, wfd_rate_get_kernel_bytes (self->rate));
  }
  g_mutex_unlock (&self->lock);
  return room;
}

gboolean
wfd_rate_control_wants_single_packets (WfdRateControl *self)
{
  gboolean wants;

  g_mutex_lock (&self->lock);
  wants = self->rate != NULL && (self->tells_packets || self->n_trials < TRIAL_PACKETS);
  g_mutex_unlock (&self->lock);
  return wants;
}

gint64
wfd_rate_control_get_look_us (WfdRateControl *self)
{
  gint64 due_us = G_MAXINT64;

  g_mutex_lock (&self->lock);
  if (self->rate != NULL && wfd_rate_get_kernel_bytes (self->rate) > 0)
    due_us = self->looked_us + wfd_rate_get_look_us (self->rate);
  g_mutex_unlock (&self->lock);
  return due_us;
}

gint64
wfd_rate_control_get_rest_us (WfdRateControl *self)
{
  gint64 rest_us = 0;

  g_mutex_lock (&self->lock);
  if (self->rate != NULL)
    rest_us = self->looked_us + wfd_rate_get_rest_us (self->rate);
  g_mutex_unlock (&self->lock);
  return rest_us;
}

void
wfd_rate_control_set_pump (WfdRateControl *self, void (*room) (gpointer pump), gpointer pump)
{
  g_mutex_lock (&self->pump_lock);
  self->room = room;
  self->pump = pump;
  g_mutex_unlock (&self->pump_lock);
}

gint64
wfd_rate_control_get_next_us (WfdRateControl *self, gint64 now_us)
{
  gint64 next_us;

  g_mutex_lock (&self->lock);
  next_us = self->next_us > now_us ? self->next_us : G_MAXINT64;
  g_mutex_unlock (&self->lock);
  return next_us;
}

/* --- statistics --- */

void
wfd_rate_control_add_stats (WfdRateControl *self, GstStructure *stats)
{
  WfdRateView view;

  g_mutex_lock (&self->lock);
  if (self->rate != NULL) {
    wfd_rate_get_view (self->rate, &view);
    gst_structure_set (stats, "rate-signal", G_TYPE_STRING, wfd_rate_signal_to_text (view.signal),
        "rate-reason", G_TYPE_STRING, wfd_rate_reason_to_text (self->decision.reason),
        "rate-target", G_TYPE_UINT, view.bitrate_kbps, "rate-capacity", G_TYPE_UINT,
        view.capacity_kbps, "rate-queue-us", G_TYPE_INT64, view.backlog_us, "pictures-skipped",
        G_TYPE_UINT64, self->n_left_out, "rate-key-pictures", G_TYPE_UINT64, view.n_keys,
        "rate-frame-divisor", G_TYPE_UINT, view.frame_divisor, "rate-gate-bytes", G_TYPE_UINT,
        wfd_rate_get_gate_bytes (self->rate), "rate-buffer-ms", G_TYPE_UINT, self->decision.vbv_ms,
        NULL);
    if (view.cap_kbps < get_max_kbps (self))
      gst_structure_set (stats, "rate-cap", G_TYPE_UINT, view.cap_kbps, NULL);
    if (self->told.queue_drops != WFD_RATE_UNKNOWN)
      gst_structure_set (stats, "packets-dropped-here", G_TYPE_UINT64, view.n_drops, NULL);
    if (view.phy_kbps != WFD_RATE_UNKNOWN)
      gst_structure_set (stats, "rate-modulation", G_TYPE_INT64, view.phy_kbps, NULL);
    if (self->problem != NULL)
      gst_structure_set (stats, "rate-problem", G_TYPE_STRING, self->problem, NULL);
  }
  g_mutex_unlock (&self->lock);
}
