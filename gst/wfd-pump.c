/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-pump.h"

#include <errno.h>

GST_DEBUG_CATEGORY_STATIC (wfd_pump_debug);
#define GST_CAT_DEFAULT wfd_pump_debug

/* As much as the socket would hold, 200 ms at 40 Mbit/s: the controller never comes
 * near it, an encoder that obeys nobody does. */
#define MAX_WAITING_BYTES (1024 * 1024)
/* Nothing leaves for so long: the peer is out of reach, and wants a new key picture then. */
#define MAX_STALL_US (1000 * G_TIME_SPAN_MILLISECOND)
/* What is older nobody wants to see any more. A key picture on a slow link takes more than a
 * second, and the one in its place would take as long. */
#define MAX_WAITING_US (4000 * G_TIME_SPAN_MILLISECOND)
/* A socket without room, or a driver that tells nothing of what it has. */
#define RETRY_US (5 * G_TIME_SPAN_MILLISECOND)
/* So much before it is due a look comes with a hand-over, and so much later when the thread
 * wakes anyway: each time it wakes for nothing else costs system calls. */
#define EARLY_US 2000
#define LATE_US 4000
/* Pictures that come more rarely are not foreseen; others after the mean of so many. */
#define MAX_INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)
#define INTERVALS 8
/* In an RTP packet. */
#define SEQUENCE_AT 2

struct _WfdPump
{
  WfdUdp *udp;
  guint head_bytes;
  WfdRateControl *rate;
  WfdPumpEvents events;
  gpointer data;
  GThread *thread;

  GMutex lock;
  GCond changed;
  /* All below with the lock. */
  gboolean ends;
  GstClock *clock; /* NULL: nothing flows */
  GstClockTime base_time;
  GstClockID waiting_for; /* what the thread waits for, or NULL */
  gint64 waits_until_us;  /* G_MAXINT64: until something changes */
  gint64 pictured_us;     /* when the last picture was pushed */
  gint64 interval_us;     /* between pictures, in the mean */
  gint64 expected_us;     /* when a look will be due if the next one comes after that */
  WfdSendQueue queue;
  gint64 left_us;   /* when something left last */
  gsize unit_bytes; /* on the wire, of what was put in since the last push */
  WfdPumpStats stats;
  gboolean complained;
  gboolean left;   /* pictures have; to be told */
  gboolean lost;   /* to be told */
  int trouble;     /* to be told */
  gboolean drains; /* that nothing waits any more is to be told */
};

/* --- with the lock --- */

static gint64
get_now_us (WfdPump *self)
{
  GstClockTime now = gst_clock_get_time (self->clock);

  return now > self->base_time ? (now - self->base_time) / GST_USECOND : 0;
}

static gsize
get_waiting_bytes (WfdPump *self)
{
  return self->queue.bytes + (gsize) self->queue.n_packets * self->head_bytes;
}

static void
wake (WfdPump *self)
{
  if (self->waiting_for != NULL)
    gst_clock_id_unschedule (self->waiting_for);
  g_cond_broadcast (&self->changed);
}

static void
throw_away (WfdPump *self)
{
  if (self->queue.n_packets == 0)
    return;
  GST_INFO ("throwing away %u packets", self->queue.n_packets);
  self->stats.thrown_away += self->queue.n_packets;
  self->lost = TRUE;
  wfd_send_queue_clear (&self->queue);
  /* Or the rate control would take it for what holds up the next picture. */
  self->unit_bytes = 0;
  wfd_rate_control_look (self->rate, 0, get_now_us (self));
  wake (self);
}

static void
note_sent (WfdPump *self, const guint8 *data, gsize bytes, gsize segment_bytes, gint64 now_us)
{
  WfdLinkPacket packets[WFD_UDP_MAX_SEGMENTS];
  guint64 picture;
  guint n = 0;

  for (gsize at = 0; at < bytes && n < G_N_ELEMENTS (packets); at += segment_bytes)
    packets[n++] = (WfdLinkPacket) { GST_READ_UINT16_BE (data + at + SEQUENCE_AT),
      MIN (segment_bytes, bytes - at) + self->head_bytes };
  picture = wfd_send_queue_drop (&self->queue, n);
  if (picture != WFD_SEND_QUEUE_NO_PICTURE) {
    self->events.leaves (self->data, picture);
    self->left = TRUE;
  }
  self->stats.bytes += bytes;
  self->stats.packets += n;
  self->left_us = now_us;
  wfd_rate_control_sent (self->rate, packets, n, get_waiting_bytes (self), now_us);
}

static void
note_failure (WfdPump *self, int code)
{
  self->stats.errors++;
  if (!self->complained)
    self->trouble = code;
  self->complained = TRUE;
  throw_away (self);
  wake (self);
}

/* Up to @max packets of those in front; FALSE: nothing leaves for now. */
static gboolean
send_some (WfdPump *self, guint max, gint64 now_us)
{
  const guint8 *data;
  gsize bytes, segment_bytes, sent_bytes;
  WfdUdpResult result;
  int code;
  guint most = wfd_rate_control_wants_single_packets (self->rate) ? 1 : WFD_UDP_MAX_SEGMENTS;

  if (wfd_send_queue_peek (&self->queue, MIN (max, most), &data, &bytes, &segment_bytes) == 0)
    return FALSE;
  result = wfd_udp_send (self->udp, data, bytes, segment_bytes, 0, NULL, &sent_bytes);
  code = errno;
  if (sent_bytes > 0)
    note_sent (self, data, sent_bytes, segment_bytes, now_us);
  if (result == WFD_UDP_FAILED)
    note_failure (self, code);
  return result == WFD_UDP_SENT;
}

/* Of full packets; the last one of a unit may be smaller, which is as well. */
static guint
count_allowed (WfdPump *self)
{
  gsize packet_bytes = get_waiting_bytes (self) / MAX (self->queue.n_packets, 1);

  return wfd_rate_control_get_room (self->rate) / MAX (packet_bytes, 1);
}

static gboolean
is_given_up (WfdPump *self, gint64 now_us)
{
  gint64 since_us = wfd_send_queue_get_since_us (&self->queue);

  return now_us - MAX (since_us, self->left_us) > MAX_STALL_US
      || now_us - since_us > MAX_WAITING_US;
}

static void
let_go (WfdPump *self, gint64 now_us)
{
  if (is_given_up (self, now_us))
    throw_away (self);
  do
    while (self->queue.n_packets > 0 && send_some (self, count_allowed (self), now_us))
      continue;
  while (wfd_rate_control_look_at_once (self->rate, get_waiting_bytes (self), now_us));
}

/* When there is something to do; G_MAXINT64: not before something is put in. */
static gint64
get_due_us (WfdPump *self, gint64 now_us)
{
  gint64 look_us = wfd_rate_control_get_look_us (self->rate);

  if (look_us == G_MAXINT64 && self->queue.n_packets > 0)
    return now_us + RETRY_US;
  return look_us;
}

static void
look_if_due (WfdPump *self, gint64 early_us, gint64 now_us)
{
  gint64 look_us = wfd_rate_control_get_look_us (self->rate);

  if (look_us != G_MAXINT64 && now_us >= look_us - early_us)
    wfd_rate_control_look (self->rate, get_waiting_bytes (self), now_us);
}

/* Until when the thread may sleep. What is decided before is decided with a look, after which goes
 * what may, and with the next picture too, so that it need not be woken for that and is there soon
 * enough after it, or after the one behind it. */
static gint64
get_sleep_us (WfdPump *self, gint64 now_us)
{
  gint64 due_us = get_due_us (self, now_us);
  gint64 decided_us = wfd_rate_control_get_next_us (self->rate, now_us);
  gint64 expected_us = self->expected_us;

  if (now_us >= expected_us || due_us < MIN (decided_us - EARLY_US, expected_us))
    return due_us;
  if (wfd_rate_control_get_rest_us (self->rate) >= expected_us)
    expected_us += self->interval_us;
  return expected_us;
}

static gint64
work (WfdPump *self)
{
  gint64 now_us;

  if (self->clock == NULL)
    return G_MAXINT64;
  now_us = get_now_us (self);
  look_if_due (self, 0, now_us);
  let_go (self, now_us);
  return get_sleep_us (self, now_us);
}

/* --- the thread --- */

/* With the lock, which is released meanwhile. */
static void
wait_until (WfdPump *self, gint64 due_us)
{
  GstClockID id;

  self->waits_until_us = due_us;
  if (due_us == G_MAXINT64) {
    g_cond_wait (&self->changed, &self->lock);
    return;
  }
  id = gst_clock_new_single_shot_id (self->clock, self->base_time + due_us * GST_USECOND);
  self->waiting_for = id;
  g_mutex_unlock (&self->lock);
  gst_clock_id_wait (id, NULL);
  g_mutex_lock (&self->lock);
  self->waiting_for = NULL;
  gst_clock_id_unref (id);
}

static gboolean
has_news (WfdPump *self)
{
  return self->left || self->lost || self->trouble != 0
      || (self->drains && self->queue.n_packets == 0);
}

/* With the lock, which is released meanwhile. FALSE: there is nothing to tell. */
static gboolean
tell (WfdPump *self)
{
  gboolean left = self->left, lost = self->lost;
  gboolean drained = self->drains && self->queue.n_packets == 0;
  int trouble = self->trouble;

  if (!has_news (self))
    return FALSE;
  self->left = self->lost = FALSE;
  self->trouble = 0;
  self->drains = self->drains && !drained;
  g_mutex_unlock (&self->lock);
  if (left)
    self->events.have_left (self->data);
  if (lost)
    self->events.lost (self->data);
  if (trouble != 0)
    self->events.trouble (self->data, trouble);
  if (drained)
    self->events.drained (self->data);
  g_mutex_lock (&self->lock);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  WfdPump *self = data;

  g_mutex_lock (&self->lock);
  while (!self->ends) {
    gint64 due_us = work (self);

    if (!tell (self))
      wait_until (self, due_us);
  }
  g_mutex_unlock (&self->lock);
  return NULL;
}

/* Has the thread look at what there is to do, if it @wakes. Releases the lock, as with it the thread
 * would wake to wait for that. */
static void
unlock (WfdPump *self, gboolean wakes)
{
  GstClockID waiting_for =
      wakes && self->waiting_for != NULL ? gst_clock_id_ref (self->waiting_for) : NULL;

  g_mutex_unlock (&self->lock);
  if (waiting_for != NULL) {
    gst_clock_id_unschedule (waiting_for);
    gst_clock_id_unref (waiting_for);
  } else if (wakes) {
    g_cond_broadcast (&self->changed);
  }
}

/* In the thread that decides on pictures, which tells nobody. */
static void
use_room (gpointer data)
{
  WfdPump *self = data;

  g_mutex_lock (&self->lock);
  if (self->clock != NULL && self->queue.n_packets > 0)
    let_go (self, get_now_us (self));
  unlock (self, has_news (self));
}

WfdPump *
wfd_pump_new (WfdUdp *udp, guint head_bytes, WfdRateControl *rate, const WfdPumpEvents *events,
    gpointer data, GError **error)
{
  WfdPump *self = g_new0 (WfdPump, 1);

  GST_DEBUG_CATEGORY_INIT (wfd_pump_debug, "wfdpump", 0, "What waits to be sent");
  self->udp = udp;
  self->head_bytes = head_bytes;
  self->rate = wfd_rate_control_ref (rate);
  self->events = *events;
  self->data = data;
  self->waits_until_us = G_MAXINT64;
  self->queue = (WfdSendQueue) WFD_SEND_QUEUE_INIT;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->thread = g_thread_try_new ("wfd-pump", run, self, error);
  if (self->thread == NULL)
    g_clear_pointer (&self, wfd_pump_free);
  else
    wfd_rate_control_set_pump (rate, use_room, self);
  return self;
}

void
wfd_pump_free (WfdPump *self)
{
  if (self == NULL)
    return;
  wfd_rate_control_set_pump (self->rate, NULL, NULL);
  g_mutex_lock (&self->lock);
  self->ends = TRUE;
  wake (self);
  g_mutex_unlock (&self->lock);
  if (self->thread != NULL)
    g_thread_join (self->thread);

  if (self->drains)
    self->events.drained (self->data);
  wfd_send_queue_clear (&self->queue);
  gst_clear_object (&self->clock);
  wfd_rate_control_unref (self->rate);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

/* --- the functions for other threads --- */

void
wfd_pump_set_clock (WfdPump *self, GstClock *clock, GstClockTime base_time)
{
  g_mutex_lock (&self->lock);
  if (clock == NULL)
    throw_away (self);
  gst_object_replace ((GstObject **) &self->clock, GST_OBJECT_CAST (clock));
  self->base_time = base_time;
  self->left_us = 0;
  wake (self);
  g_mutex_unlock (&self->lock);
}

gboolean
wfd_pump_put (WfdPump *self, const guint8 *data, gsize bytes, gsize segment_bytes, guint64 picture)
{
  gboolean fits;

  g_mutex_lock (&self->lock);
  fits = self->clock != NULL && self->queue.bytes + bytes <= MAX_WAITING_BYTES;
  if (fits) {
    gsize waiting_bytes = get_waiting_bytes (self);

    wfd_send_queue_put (&self->queue, data, bytes, segment_bytes, picture, get_now_us (self));
    self->unit_bytes += get_waiting_bytes (self) - waiting_bytes;
  }
  g_mutex_unlock (&self->lock);
  return fits;
}

static void
expect_next (WfdPump *self, gint64 due_us, gint64 now_us)
{
  gint64 interval_us = now_us - self->pictured_us;

  self->pictured_us = now_us;
  self->expected_us = 0;
  if (interval_us <= RETRY_US || interval_us >= MAX_INTERVAL_US)
    self->interval_us = 0;
  else if (self->interval_us == 0)
    self->interval_us = interval_us;
  else
    self->interval_us += (interval_us - self->interval_us) / INTERVALS;
  if (self->interval_us > 0 && due_us != G_MAXINT64)
    self->expected_us = due_us + self->interval_us + LATE_US / 4;
}

/* With the lock; TRUE if the thread sleeps too long for what is to be done now. */
static gboolean
push (WfdPump *self, const WfdRateFrame *picture, gint64 now_us)
{
  gint64 due_us;

  look_if_due (self, EARLY_US, now_us);
  if (picture != NULL) {
    WfdRateFrame frame = { self->unit_bytes, picture->is_key };

    wfd_rate_control_frame (self->rate, &frame, now_us);
  }
  let_go (self, now_us);
  due_us = get_due_us (self, now_us);
  if (picture != NULL)
    expect_next (self, due_us, now_us);
  return due_us < G_MAXINT64 - LATE_US && due_us + LATE_US < self->waits_until_us;
}

void
wfd_pump_push (WfdPump *self, const WfdRateFrame *picture)
{
  gboolean wakes;

  g_mutex_lock (&self->lock);
  wakes = self->clock != NULL && push (self, picture, get_now_us (self));
  self->left = FALSE; /* who pushes is to look himself */
  self->unit_bytes = 0;
  unlock (self, wakes);
}

void
wfd_pump_drain (WfdPump *self)
{
  g_mutex_lock (&self->lock);
  self->drains = TRUE;
  wake (self);
  g_mutex_unlock (&self->lock);
}

void
wfd_pump_get_stats (WfdPump *self, WfdPumpStats *ret_stats)
{
  g_mutex_lock (&self->lock);
  *ret_stats = self->stats;
  g_mutex_unlock (&self->lock);
}
