/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-sender.h"

#include <errno.h>
#include <string.h>
#include <ts-lead.h>
#include <ts-nal.h>

#include "wfd-pump.h"
#include "wfd-rate-probe.h"
#include "wfd-rtcp.h"
#include "wfd-unit-caps.h"

GST_DEBUG_CATEGORY_STATIC (wfd_sender_debug);
#define GST_CAT_DEFAULT wfd_sender_debug

/* How long a unit waits for room in the socket. Longer would hold up capture, and
 * a link that stands still for so long has lost more than a picture. */
#define PATIENCE_US (20 * G_TIME_SPAN_MILLISECOND)
/* The timer found somebody sending, who takes along what is due. */
#define RETRY_NS (2 * GST_MSECOND)

/* What an encoder of sound holds at most. */
#define MAX_STALE_UNITS 4

#define PACKET_BYTES (12 + 7 * WFD_TS_PACKET_BYTES)

/* Of UDP and IP, by their family. */
#define HEAD_BYTES_V4 28
#define HEAD_BYTES_V6 48

typedef struct
{
  gboolean present;
  gint index;                /* in the writer; -1: not part of the session */
  guint maybe_stale;         /* so many units may be from before a pause */
  gboolean begun;            /* a unit went out in this session and format */
  GCancellable *cancellable; /* without the lock */
} Stream;

struct _WfdSender
{
  gatomicrefcount refs;
  WfdSenderEvents events;
  GWeakRef owner;

  GMutex lock;
  /* All below with the lock. */
  WfdUdp *udp;
  GSocket *rtp_socket;
  GSocket *rtcp_socket;
  WfdRateControl *rate; /* (nullable) */
  WfdPump *pump;        /* NULL: units leave as they come */
  WfdFormat format;
  gboolean microsoft;
  gboolean open;
  Stream streams[WFD_N_ELEMENTARY];
  WfdTsWriter *writer; /* NULL: no session, or none with a stream of ours */
  guint32 ssrc;
  WfdRtcp *rtcp; /* NULL: not agreed on */
  WfdTsLead lead;
  gboolean begun;  /* it sent something already */
  GstClock *clock; /* NULL: nothing flows */
  GstClockTime base_time;
  GstClockID timer;

  guint64 picture; /* number of the next one */
  guint64 begins;  /* with what is sent next; or none */

  WfdSenderStats stats;
  gboolean complained;

  /* With a lock of their own, as the pump, which we call with ours, tells of them. */
  GMutex left_lock;
  GArray *left; /* guint64: pictures that have left and are to be told */
  gboolean is_telling;

  guint8 data[WFD_UDP_MAX_SEGMENTS * PACKET_BYTES];
};

/* What to tell once the lock is released. */
typedef struct
{
  gboolean lost;
  gboolean alive;
  gboolean drained;
  int trouble; /* errno */
} News;

WfdSender *
wfd_sender_new (const WfdSenderEvents *events, GObject *owner)
{
  WfdSender *self = g_new0 (WfdSender, 1);

  GST_DEBUG_CATEGORY_INIT (wfd_sender_debug, "wfdsender", 0, "Sends to a Wi-Fi Display peer");
  g_atomic_ref_count_init (&self->refs);
  g_mutex_init (&self->lock);
  g_mutex_init (&self->left_lock);
  self->left = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->begins = WFD_SEND_QUEUE_NO_PICTURE;
  self->events = *events;
  g_weak_ref_init (&self->owner, owner);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    self->streams[i] = (Stream) { .index = -1, .cancellable = g_cancellable_new () };
  return self;
}

WfdSender *
wfd_sender_ref (WfdSender *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
wfd_sender_unref (WfdSender *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->writer, wfd_ts_writer_free);
  g_clear_pointer (&self->rtcp, wfd_rtcp_free);
  g_clear_pointer (&self->pump, wfd_pump_free);
  g_clear_pointer (&self->udp, wfd_udp_free);
  g_clear_pointer (&self->rate, wfd_rate_control_unref);
  g_clear_object (&self->rtp_socket);
  g_clear_object (&self->rtcp_socket);
  gst_clear_object (&self->clock);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    g_object_unref (self->streams[i].cancellable);
  g_weak_ref_clear (&self->owner);
  g_array_unref (self->left);
  g_mutex_clear (&self->left_lock);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
note_left (WfdSender *self, guint64 picture)
{
  g_mutex_lock (&self->left_lock);
  g_array_append_val (self->left, picture);
  g_mutex_unlock (&self->left_lock);
}

static gboolean
has_left (WfdSender *self)
{
  gboolean has;

  g_mutex_lock (&self->left_lock);
  has = self->left->len > 0;
  g_mutex_unlock (&self->left_lock);
  return has;
}

/* Whoever is at it already tells those of others too, so that they keep their order. */
static void
tell_left (WfdSender *self, GObject *owner)
{
  g_mutex_lock (&self->left_lock);
  while (self->left->len > 0 && !self->is_telling) {
    guint64 picture = g_array_index (self->left, guint64, 0);

    g_array_remove_index (self->left, 0);
    self->is_telling = TRUE;
    g_mutex_unlock (&self->left_lock);
    self->events.picture (owner, picture);
    g_mutex_lock (&self->left_lock);
    self->is_telling = FALSE;
  }
  g_mutex_unlock (&self->left_lock);
}

/* The owner may go away at any time, for the clock's thread is not ours: it lives on
 * while it is told. */
static void
tell (WfdSender *self, const News *news)
{
  g_autoptr (GObject) owner = NULL;
  gboolean left = has_left (self);

  if (!left && !news->lost && news->trouble == 0 && !news->alive && !news->drained)
    return;
  owner = g_weak_ref_get (&self->owner);
  if (owner == NULL)
    return;
  if (left)
    tell_left (self, owner);
  if (news->lost)
    self->events.lost (owner);
  if (news->trouble != 0)
    self->events.trouble (owner, g_strerror (news->trouble));
  if (news->alive)
    self->events.alive (owner);
  if (news->drained)
    self->events.drained (owner);
}

static gint64
get_now (WfdSender *self)
{
  GstClockTime now = gst_clock_get_time (self->clock);

  return now > self->base_time ? now - self->base_time : 0;
}

/* --- sending, with the lock --- */

/* The picture that begins with what is sent now, if one does. */
static guint64
take_picture (WfdSender *self)
{
  guint64 picture = self->begins;

  self->begins = WFD_SEND_QUEUE_NO_PICTURE;
  return picture;
}

/* FALSE: the rest is lost. */
static gboolean
send_batch (WfdSender *self, const WfdTsBatch *batch, gint64 until_us, GCancellable *cancellable,
    News *news)
{
  guint64 picture = take_picture (self);
  WfdUdpResult result;
  gsize sent_bytes;
  int code;

  if (self->pump != NULL)
    return wfd_pump_put (self->pump, batch->data, batch->bytes, batch->segment_bytes, picture);
  result = wfd_udp_send (self->udp, batch->data, batch->bytes, batch->segment_bytes, until_us,
      cancellable, &sent_bytes);
  code = errno;
  if (sent_bytes > 0 && picture != WFD_SEND_QUEUE_NO_PICTURE)
    note_left (self, picture);
  switch (result) {
    case WFD_UDP_SENT:
      self->stats.bytes += batch->bytes;
      self->stats.packets += batch->n_packets;
      return TRUE;
    case WFD_UDP_BLOCKED:
      return FALSE;
    case WFD_UDP_FAILED:
      self->stats.errors++;
      news->trouble = self->complained ? 0 : code;
      self->complained = TRUE;
      return FALSE;
  }
  g_return_val_if_reached (FALSE);
}

/* All that was begun, which is @picture or none; FALSE if not all of it left. */
static gboolean
send_all (WfdSender *self, const WfdRateFrame *picture, gint64 until_us, GCancellable *cancellable,
    News *news)
{
  gboolean all = TRUE;
  WfdTsBatch batch = {
    .data = self->data,
    .capacity = sizeof self->data,
    .max_packets = WFD_UDP_MAX_SEGMENTS,
  };

  while (all && wfd_ts_writer_fill (self->writer, &batch))
    all = send_batch (self, &batch, until_us, cancellable, news);
  if (!all)
    wfd_ts_writer_abandon (self->writer);
  if (self->pump != NULL)
    wfd_pump_push (self->pump, picture);
  return all;
}

/* Those of the peer are signs of life, and as new as the look at them. */
static void
receive_reports (WfdSender *self, gint64 now_ns, News *news)
{
  WfdRateReport report;

  news->alive = wfd_rtcp_receive (self->rtcp, self->ssrc);
  if (self->rate != NULL && wfd_rtcp_take_loss (self->rtcp, &report.loss_permille))
    wfd_rate_control_report (self->rate, &report, now_ns / GST_USECOND);
}

static void
exchange_reports (WfdSender *self, gint64 now_ns, News *news)
{
  const gint64 from_1900_s = G_GINT64_CONSTANT (2208988800);
  gint64 real_us;
  WfdTsSenderInfo info;
  guint64 ntp;

  if (self->rtcp == NULL)
    return;
  receive_reports (self, now_ns, news);
  if (!wfd_rtcp_is_due (self->rtcp, now_ns))
    return;
  real_us = g_get_real_time ();
  ntp = (guint64) (real_us / G_USEC_PER_SEC + from_1900_s) << 32
      | (guint64) (real_us % G_USEC_PER_SEC << 32) / G_USEC_PER_SEC;
  wfd_ts_writer_get_sender_info (self->writer, now_ns, ntp, &info);
  wfd_rtcp_send (self->rtcp, &info, now_ns);
}

/* --- the timer --- */

static gboolean on_timer (GstClock *clock, GstClockTime time, GstClockID id, gpointer data);

static void
set_timer (WfdSender *self, GstClockTime when)
{
  if (self->timer != NULL) {
    gst_clock_id_unschedule (self->timer);
    gst_clock_id_unref (self->timer);
  }
  self->timer = gst_clock_new_single_shot_id (self->clock, when);
  gst_clock_id_wait_async (self->timer, on_timer, wfd_sender_ref (self),
      (GDestroyNotify) wfd_sender_unref);
}

static void
drop_timer (WfdSender *self)
{
  if (self->timer == NULL)
    return;
  gst_clock_id_unschedule (self->timer);
  gst_clock_id_unref (self->timer);
  self->timer = NULL;
}

/* Units move the deadline on; the timer stays where it is and looks again then. */
static void
tick (WfdSender *self, News *news)
{
  gint64 now_ns = get_now (self), deadline_ns;

  if (wfd_ts_writer_begin_tick (self->writer, now_ns))
    send_all (self, NULL, 0, NULL, news);
  exchange_reports (self, now_ns, news);
  /* What could not leave is due at once, and would be for ever. */
  deadline_ns = MAX (wfd_ts_writer_get_deadline (self->writer), now_ns + (gint64) RETRY_NS);
  set_timer (self, self->base_time + deadline_ns);
}

/* One thread of the process runs all timers, and must not wait for the lock. */
static gboolean
on_timer (GstClock *clock, GstClockTime time, GstClockID id, gpointer data)
{
  WfdSender *self = data;
  News news = { FALSE };

  if (!g_mutex_trylock (&self->lock)) {
    GstClockID again = gst_clock_new_single_shot_id (clock, time + RETRY_NS);

    gst_clock_id_wait_async (again, on_timer, wfd_sender_ref (self),
        (GDestroyNotify) wfd_sender_unref);
    gst_clock_id_unref (again);
    return TRUE;
  }
  if (self->writer != NULL && self->clock == clock)
    tick (self, &news);
  g_mutex_unlock (&self->lock);
  tell (self, &news);
  return TRUE;
}

/* Begins or ends to keep the stream alive, as it is now; with the lock. */
static void
update_timer (WfdSender *self)
{
  drop_timer (self);
  if (self->writer != NULL && self->clock != NULL)
    set_timer (self, gst_clock_get_time (self->clock));
}

/* --- sessions --- */

void
wfd_sender_set_sockets (WfdSender *self, const WfdSenderSockets *sockets, const WfdUdpCalls *calls)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->udp, wfd_udp_free);
  self->udp = wfd_udp_new (sockets->rtp, calls);
  wfd_udp_set_pacing (self->udp, sockets->max_pacing_kbps);
  g_set_object (&self->rtp_socket, sockets->rtp);
  g_set_object (&self->rtcp_socket, sockets->rtcp);
  self->stats = (WfdSenderStats) { 0 };
  g_mutex_unlock (&self->lock);
}

void
wfd_sender_set_present (WfdSender *self, WfdStream stream, gboolean present)
{
  g_mutex_lock (&self->lock);
  self->streams[stream].present = present;
  g_mutex_unlock (&self->lock);
}

/* Neither size nor rate: as Android's, which sinks know, the tables have no
 * descriptors for them. The constraints are those of Constrained Baseline and
 * Constrained High (H.264 §A.2.1.1, §A.2.4.2). */
static WfdTsFormat
get_video_format (const WfdFormat *format)
{
  const gboolean high = format->profile == WFD_H264_PROFILE_CHP;

  if (format->width == 0)
    return (WfdTsFormat) { .codec = WFD_TS_CODEC_NONE };
  return (WfdTsFormat) {
    .codec = WFD_TS_CODEC_H264,
    .profile = { high ? 100 : 66, high ? 0x0c : 0xc0, format->level },
  };
}

static WfdTsFormat
get_stream_format (const WfdFormat *format, WfdStream stream)
{
  return stream == WFD_STREAM_VIDEO ? get_video_format (format)
                                    : wfd_unit_get_audio_format (format);
}

/* With the lock. */
static void
make_writer (WfdSender *self)
{
  g_autoptr (GError) error = NULL;
  WfdTsWriterConfig config = {
    .ssrc = self->ssrc,
    .sequence = g_random_int (),
    .marker = self->microsoft ? WFD_TS_MARKER_UNIT_END : WFD_TS_MARKER_JUMP,
  };

  g_clear_pointer (&self->writer, wfd_ts_writer_free);
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    WfdTsFormat format = get_stream_format (&self->format, i);

    self->streams[i].index = -1;
    self->streams[i].begun = FALSE;
    if (!self->streams[i].present || format.codec == WFD_TS_CODEC_NONE)
      continue;
    self->streams[i].index = config.n_streams;
    config.formats[config.n_streams++] = format;
  }
  if (config.n_streams > 0 && (self->writer = wfd_ts_writer_new (&config, &error)) == NULL)
    GST_WARNING ("%s", error->message);
  wfd_ts_lead_init (&self->lead);
  self->begun = self->clock != NULL;
  update_timer (self);
}

/* Whether the streams are the same, so that the program goes on. */
static gboolean
is_same_program (const WfdFormat *a, const WfdFormat *b)
{
  return (a->width > 0) == (b->width > 0)
      && (a->audio_codec == WFD_AUDIO_CODEC_NONE) == (b->audio_codec == WFD_AUDIO_CODEC_NONE);
}

/* The session goes on with another format; with the lock. */
static void
change_writer (WfdSender *self)
{
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++) {
    WfdTsFormat format = get_stream_format (&self->format, i);

    if (self->streams[i].index < 0)
      continue;
    self->streams[i].begun = FALSE;
    wfd_ts_writer_set_format (self->writer, self->streams[i].index, &format, NULL);
  }
}

void
wfd_sender_set_format (WfdSender *self, const WfdFormat *format, gboolean microsoft)
{
  WfdFormat old;

  g_mutex_lock (&self->lock);
  old = self->format;
  self->format = *format;
  self->microsoft = microsoft;
  if (self->open && self->writer != NULL && is_same_program (&old, format))
    change_writer (self);
  else if (self->open)
    make_writer (self);
  g_mutex_unlock (&self->lock);
}

WfdFormat
wfd_sender_get_format (WfdSender *self)
{
  WfdFormat format;

  g_mutex_lock (&self->lock);
  format = self->format;
  g_mutex_unlock (&self->lock);
  return format;
}

void
wfd_sender_set_rate_control (WfdSender *self, WfdRateControl *rate)
{
  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->rate, wfd_rate_control_unref);
  self->rate = wfd_rate_control_ref (rate);
  g_mutex_unlock (&self->lock);
}

/* In the thread of the pump. */
static void
on_pump_lost (gpointer data)
{
  tell (data, &(News) { .lost = TRUE });
}

static void
on_pump_leaves (gpointer data, guint64 picture)
{
  note_left (data, picture);
}

static void
on_pump_have_left (gpointer data)
{
  tell (data, &(News) { FALSE });
}

static void
on_pump_trouble (gpointer data, int code)
{
  tell (data, &(News) { .trouble = code });
}

static void
on_pump_drained (gpointer data)
{
  tell (data, &(News) { .drained = TRUE });
}

/* What was sent so far stays counted; with the lock. */
static void
count_pump (WfdSender *self, WfdSenderStats *stats)
{
  WfdPumpStats pump;

  if (self->pump == NULL)
    return;
  wfd_pump_get_stats (self->pump, &pump);
  stats->bytes += pump.bytes;
  stats->packets += pump.packets;
  stats->errors += pump.errors;
}

/* With the lock. */
static void
open_pump (WfdSender *self, GSocket *rtsp)
{
  static const WfdPumpEvents events = { on_pump_leaves, on_pump_have_left, on_pump_lost,
    on_pump_trouble, on_pump_drained };
  g_autoptr (GError) error = NULL;
  WfdLinkProbe *probe, *station;
  gboolean v6;

  if (self->pump != NULL || self->rate == NULL || !wfd_rate_control_is_wanted (self->rate))
    return;
  v6 = g_socket_get_family (self->rtp_socket) == G_SOCKET_FAMILY_IPV6;
  probe = wfd_rate_probe_new (self->rtp_socket, rtsp, &station);
  wfd_rate_control_open (self->rate, probe, station);
  self->pump = wfd_pump_new (self->udp, v6 ? HEAD_BYTES_V6 : HEAD_BYTES_V4, self->rate, &events,
      self, &error);
  if (self->pump == NULL) {
    GST_WARNING ("what the link carries is not measured: %s", error->message);
    wfd_rate_control_close (self->rate);
  } else if (self->clock != NULL) {
    wfd_pump_set_clock (self->pump, self->clock, self->base_time);
  }
}

/* With the lock; what is returned is to be freed without it, as the pump may be telling
 * something. */
static WfdPump *
take_pump (WfdSender *self)
{
  count_pump (self, &self->stats);
  if (self->pump != NULL)
    wfd_rate_control_close (self->rate);
  return g_steal_pointer (&self->pump);
}

void
wfd_sender_open (WfdSender *self, const WfdSenderPeer *peer)
{
  g_mutex_lock (&self->lock);
  self->open = TRUE;
  self->complained = FALSE;
  self->ssrc = g_random_int ();
  wfd_udp_set_destination (self->udp, peer->rtp);
  open_pump (self, peer->rtsp);
  if (peer->rtcp != NULL && self->rtcp_socket != NULL)
    self->rtcp = wfd_rtcp_new (self->rtcp_socket, peer->rtcp);
  make_writer (self);
  g_mutex_unlock (&self->lock);
}

void
wfd_sender_close (WfdSender *self)
{
  WfdPump *pump;

  g_mutex_lock (&self->lock);
  self->open = FALSE;
  drop_timer (self);
  g_clear_pointer (&self->writer, wfd_ts_writer_free);
  g_clear_pointer (&self->rtcp, wfd_rtcp_free);
  pump = take_pump (self);
  g_mutex_unlock (&self->lock);
  wfd_pump_free (pump);
  tell (self, &(News) { FALSE });

  g_mutex_lock (&self->lock);
  if (self->udp != NULL && !self->open)
    wfd_udp_set_destination (self->udp, NULL);
  g_mutex_unlock (&self->lock);
}

void
wfd_sender_set_clock (WfdSender *self, GstClock *clock, GstClockTime base_time)
{
  g_mutex_lock (&self->lock);
  gst_object_replace ((GstObject **) &self->clock, GST_OBJECT_CAST (clock));
  self->base_time = base_time;
  if (self->pump != NULL)
    wfd_pump_set_clock (self->pump, clock, base_time);
  if (clock != NULL && self->writer != NULL && self->begun)
    wfd_ts_writer_restart (self->writer);
  self->begun = self->begun || clock != NULL;
  for (guint i = 0; i < WFD_N_ELEMENTARY; i++)
    self->streams[i].maybe_stale = clock != NULL ? MAX_STALE_UNITS : 0;
  update_timer (self);
  g_mutex_unlock (&self->lock);
}

/* --- units --- */

static gboolean
is_agreed (WfdSender *self, WfdStream stream, const WfdTsFormat *format)
{
  WfdTsFormat agreed = get_stream_format (&self->format, stream);

  return wfd_ts_format_is_same (&agreed, format);
}

/* Nothing goes in front of the first key picture with its parameter sets, for
 * nobody could decode it. */
static gboolean
is_decodable (WfdSender *self, WfdStream stream, WfdTsNalFlags flags)
{
  const WfdTsNalFlags needed = WFD_TS_NAL_KEY | WFD_TS_NAL_SPS;

  return stream != WFD_STREAM_VIDEO || self->streams[stream].begun || (flags & needed) == needed;
}

static WfdTsNalFlags
read_flags (WfdStream stream, WfdBytes unit)
{
  WfdTsUnitHead head = { 0 };

  if (stream == WFD_STREAM_VIDEO)
    wfd_ts_nal_read_head (WFD_TS_CODEC_H264, unit, &head);
  return head.flags;
}

/* Sound that an encoder kept over a pause: it belongs to what is over. */
static gboolean
is_stale (WfdSender *self, WfdStream stream, gint64 pts_ns, gint64 now_ns)
{
  guint *maybe = &self->streams[stream].maybe_stale;

  if (stream == WFD_STREAM_AUDIO && *maybe > 0 && pts_ns < now_ns) {
    *maybe -= 1;
    return TRUE;
  }
  *maybe = 0;
  return FALSE;
}

/* With the lock. */
static void
send_unit (WfdSender *self, WfdStream stream, WfdBytes unit, GstClockTime running_time, News *news)
{
  gint index = self->streams[stream].index;
  gint64 now_ns = get_now (self);
  gint64 captured_ns = GST_CLOCK_TIME_IS_VALID (running_time) ? (gint64) running_time : now_ns;
  WfdTsNalFlags flags = read_flags (stream, unit);
  WfdRateFrame picture = { .is_key = (flags & WFD_TS_NAL_KEY) != 0 };
  gint64 pts_ns;

  if (!is_decodable (self, stream, flags)) {
    news->lost = TRUE;
    return;
  }
  if (is_stale (self, stream, wfd_ts_lead_get_aim (&self->lead, captured_ns), now_ns))
    return;
  pts_ns = wfd_ts_lead_place (&self->lead, stream, captured_ns, now_ns);
  if (!wfd_ts_writer_begin_unit (self->writer, index, unit, pts_ns, now_ns)) {
    GST_DEBUG ("%zu bytes are no unit of stream %d", unit.left, stream);
    self->stats.refused++;
    return;
  }
  if (stream == WFD_STREAM_VIDEO && self->events.picture != NULL)
    self->begins = self->picture;
  if (send_all (self, stream == WFD_STREAM_VIDEO ? &picture : NULL,
          g_get_monotonic_time () + PATIENCE_US, self->streams[stream].cancellable, news)) {
    self->streams[stream].begun = TRUE;
  } else {
    self->stats.abandoned++;
    news->lost = stream == WFD_STREAM_VIDEO;
  }
  exchange_reports (self, now_ns, news);
}

void
wfd_sender_note_picture (WfdSender *self, guint64 number)
{
  g_mutex_lock (&self->lock);
  self->picture = number;
  g_mutex_unlock (&self->lock);
}

gboolean
wfd_sender_send (WfdSender *self, WfdStream stream, const WfdTsFormat *format, WfdBytes unit,
    GstClockTime running_time, GstClockTime latency)
{
  News news = { FALSE };
  gboolean agreed = TRUE;

  g_mutex_lock (&self->lock);
  if (self->writer != NULL && self->clock != NULL && self->streams[stream].index >= 0) {
    agreed = is_agreed (self, stream, format);
    wfd_ts_lead_add_latency (&self->lead, latency);
    if (agreed)
      send_unit (self, stream, unit, running_time, &news);
  }
  g_mutex_unlock (&self->lock);
  tell (self, &news);
  return agreed;
}

void
wfd_sender_drain (WfdSender *self)
{
  News news = { FALSE };

  g_mutex_lock (&self->lock);
  if (self->pump != NULL)
    wfd_pump_drain (self->pump);
  else
    news.drained = TRUE;
  g_mutex_unlock (&self->lock);
  tell (self, &news);
}

void
wfd_sender_set_flushing (WfdSender *self, WfdStream stream, gboolean flushing)
{
  if (flushing)
    g_cancellable_cancel (self->streams[stream].cancellable);
  else
    g_cancellable_reset (self->streams[stream].cancellable);
}

void
wfd_sender_get_stats (WfdSender *self, WfdSenderStats *ret_stats)
{
  g_mutex_lock (&self->lock);
  *ret_stats = self->stats;
  count_pump (self, ret_stats);
  g_mutex_unlock (&self->lock);
}

void
wfd_sender_add_reports (WfdSender *self, GstStructure *stats)
{
  g_mutex_lock (&self->lock);
  if (self->rtcp != NULL)
    wfd_rtcp_add_stats (self->rtcp, stats);
  g_mutex_unlock (&self->lock);
}
