/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-reorder.h"

#include <base-limits.h>

#define NS_PER_MS G_GINT64_CONSTANT (1000000)

/* A stream of which nothing came for so long may have ended. */
#define SILENCE_NS (100 * NS_PER_MS)

/* Of another stream so many are kept, each the successor of the one before, and with
 * none of ours between: if that many come, ours has ended. */
#define STRAY_RUN 64

/* So far behind, a packet is late; further, its number is of another sequence
 * (RFC 3550 §A.1). */
#define MAX_LATE 1000

/* So many late packets in a row, and none that is not, are the sequence of a
 * sender that began anew with a number it had used: Android begins with 0. */
#define LATE_RUN 16

#define GAP_UNKNOWN G_MAXUINT

typedef struct
{
  WfdTsRtpPacket packet;
  guint8 *bytes; /* of its payload; NULL: the slot is empty */
  gint64 arrival_ns;
} Slot;

G_STATIC_ASSERT ((WFD_LIMIT_RTP_WAITING & (WFD_LIMIT_RTP_WAITING - 1)) == 0);

struct _WfdTsReorder
{
  gint64 gap_ns;

  gboolean started;
  gboolean begins_anew; /* with the next packet */
  guint32 ssrc;
  gint64 last_ns; /* arrival of the newest packet of this stream */

  guint16 next;   /* sequence number that comes next */
  guint32 cycles; /* of sequence numbers, times 65536 */
  guint32 first;  /* sequence number the stream began with */
  gint64 received;
  gboolean has_transit;
  guint32 transit; /* 90 kHz, of the last packet: arrival less timestamp */
  guint32 jitter;  /* 16 times */

  Slot *slots; /* by the low bits of the sequence number */
  guint n_waiting;
  guint gap;        /* from @next to the first that waits; or not known */
  guint n_late_run; /* late ones in a row, each the successor of the one before */
  guint16 late_next;
  guint give_up;      /* gaps up to this many numbers ahead are given up */
  guint n_lost;       /* before @next, not told yet */
  gboolean restarted; /* not told yet */

  gboolean has_direct; /* came in order: is @next */
  WfdTsOrdered direct;
  guint8 *popped; /* bytes given away by pop */

  /* Packets of another stream or sequence: those that follow show whether the sender
   * began anew. */
  guint n_strays;
  Slot strays[STRAY_RUN];

  WfdTsReorderStats stats;
};

WfdTsReorder *
wfd_ts_reorder_new (gint64 gap_ns)
{
  WfdTsReorder *self = g_new0 (WfdTsReorder, 1);

  self->gap_ns = gap_ns;
  self->slots = g_new0 (Slot, WFD_LIMIT_RTP_WAITING);
  self->gap = GAP_UNKNOWN;
  return self;
}

static void
clear_slot (Slot *slot)
{
  g_clear_pointer (&slot->bytes, g_free);
}

static void
drop_strays (WfdTsReorder *self)
{
  while (self->n_strays > 0)
    clear_slot (&self->strays[--self->n_strays]);
}

static void
drop_waiting (WfdTsReorder *self)
{
  for (guint i = 0; self->n_waiting > 0 && i < WFD_LIMIT_RTP_WAITING; i++) {
    if (self->slots[i].bytes != NULL) {
      clear_slot (&self->slots[i]);
      self->n_waiting--;
    }
  }
}

void
wfd_ts_reorder_free (WfdTsReorder *self)
{
  if (self == NULL)
    return;

  drop_waiting (self);
  drop_strays (self);
  g_free (self->popped);
  g_free (self->slots);
  g_free (self);
}

void
wfd_ts_reorder_restart (WfdTsReorder *self)
{
  drop_waiting (self);
  drop_strays (self);
  self->has_direct = FALSE;
  self->give_up = 0;
  self->begins_anew = TRUE;
}

static Slot *
slot_of (WfdTsReorder *self, guint16 sequence)
{
  return &self->slots[sequence % WFD_LIMIT_RTP_WAITING];
}

static void
fill_slot (Slot *slot, const WfdTsRtpPacket *packet, gint64 now_ns)
{
  slot->packet = *packet;
  slot->bytes = g_memdup2 (packet->payload.pos, packet->payload.left);
  slot->packet.payload.pos = slot->bytes;
  slot->arrival_ns = now_ns;
}

/* The stream begins with @packet. */
static void
start (WfdTsReorder *self, const WfdTsRtpPacket *packet)
{
  if (self->started)
    self->stats.n_restarts++;
  drop_waiting (self);
  self->restarted = self->started;
  self->started = TRUE;
  self->begins_anew = FALSE;
  self->ssrc = packet->ssrc;
  self->next = self->first = packet->sequence;
  self->cycles = 0;
  self->received = 0;
  self->has_transit = FALSE;
  self->jitter = 0;
  self->n_lost = 0;
  self->n_late_run = 0;
  self->gap = GAP_UNKNOWN;
  self->give_up = 0;
}

static void
pass (WfdTsReorder *self, const WfdTsRtpPacket *packet, gint64 now_ns)
{
  self->has_direct = TRUE;
  self->direct = (WfdTsOrdered) { .packet = *packet, .arrival_ns = now_ns };
}

static void
keep (WfdTsReorder *self, const WfdTsRtpPacket *packet, guint ahead, gint64 now_ns)
{
  Slot *slot = slot_of (self, packet->sequence);

  if (slot->bytes != NULL) {
    self->stats.n_repeated++;
    return;
  }
  fill_slot (slot, packet, now_ns);
  if (self->n_waiting == 0 || (self->gap != GAP_UNKNOWN && ahead < self->gap))
    self->gap = ahead;
  self->n_waiting++;
}

static gint16
count_ahead (WfdTsReorder *self, const WfdTsRtpPacket *packet)
{
  return packet->sequence - self->next;
}

static gboolean
is_of_stream (WfdTsReorder *self, const WfdTsRtpPacket *packet)
{
  gint16 ahead = count_ahead (self, packet);

  return packet->ssrc == self->ssrc && ahead < WFD_LIMIT_RTP_WAITING && ahead >= -MAX_LATE;
}

/* What was kept of another stream is the beginning of ours. */
static void
become_strays (WfdTsReorder *self)
{
  guint n = self->n_strays;

  start (self, &self->strays[0].packet);
  for (guint i = 0; i < n; i++)
    *slot_of (self, self->strays[i].packet.sequence) = self->strays[i];
  self->n_strays = 0;
  self->n_waiting = n;
  self->received = n;
  self->stats.n_foreign -= n;
}

/* A packet of another stream, or with a number far from what is awaited: once it is
 * an accident, twice in sequence, and nothing of our stream for a while, it is the
 * sender's new beginning (RFC 3550 §A.1). FluxCast has a new sender after each
 * pause, Android devices too. While ours goes on, anybody can send two packets; a
 * sender that changes without a pause is known when ours is silent, and what it sent
 * until then was kept. TRUE if @packet goes on with the stream that is ours now. */
static gboolean
take_stray (WfdTsReorder *self, const WfdTsRtpPacket *packet, gint64 now_ns)
{
  const WfdTsRtpPacket *last = self->n_strays > 0 ? &self->strays[self->n_strays - 1].packet : NULL;
  gboolean follows = last != NULL && packet->ssrc == last->ssrc
      && packet->sequence == (guint16) (last->sequence + 1);

  if (follows && (self->n_strays == STRAY_RUN || now_ns - self->last_ns >= SILENCE_NS)) {
    become_strays (self);
    return TRUE;
  }
  if (!follows)
    drop_strays (self);
  fill_slot (&self->strays[self->n_strays++], packet, now_ns);
  self->stats.n_foreign++;
  return FALSE;
}

/* A packet from before what was passed on. */
static void
take_late (WfdTsReorder *self, const WfdTsRtpPacket *packet, gint64 now_ns)
{
  self->n_late_run = packet->sequence == self->late_next ? self->n_late_run + 1 : 1;
  self->late_next = packet->sequence + 1;
  self->stats.n_late++;
  if (self->n_late_run < LATE_RUN)
    return;

  drop_strays (self);
  start (self, packet);
  self->last_ns = now_ns;
  self->received = 1;
  pass (self, packet, now_ns);
}

static void
take_in_window (WfdTsReorder *self, const WfdTsRtpPacket *packet, guint ahead, gint64 now_ns)
{
  self->n_late_run = 0;
  self->last_ns = now_ns;
  drop_strays (self);
  if (ahead == 0) {
    self->stats.n_reordered += self->n_waiting > 0;
    pass (self, packet, now_ns);
  } else {
    keep (self, packet, ahead, now_ns);
  }
}

static void
measure_jitter (WfdTsReorder *self, const WfdTsRtpPacket *packet, gint64 now_ns)
{
  guint32 transit =
      (guint32) (now_ns / 100000 * 9 + now_ns % 100000 * 9 / 100000) - packet->timestamp;
  gint32 step = transit - self->transit;

  if (self->has_transit)
    self->jitter += ABS (step) - ((self->jitter + 8) >> 4);
  self->transit = transit;
  self->has_transit = TRUE;
}

void
wfd_ts_reorder_push (WfdTsReorder *self, const WfdTsRtpPacket *packet, gint64 now_ns)
{
  gint16 ahead;

  g_return_if_fail (!self->has_direct);

  if (packet->payload.left > WFD_LIMIT_RTP_PACKET_BYTES)
    return;
  self->stats.n_received++;
  if (!self->started || self->begins_anew)
    start (self, packet);
  else if (!is_of_stream (self, packet) && !take_stray (self, packet, now_ns))
    return;

  ahead = count_ahead (self, packet);
  self->received++;
  measure_jitter (self, packet, now_ns);

  if (ahead < 0)
    take_late (self, packet, now_ns);
  else
    take_in_window (self, packet, ahead, now_ns);
  wfd_ts_reorder_tick (self, now_ns);
}

/* How many numbers ahead of the next one the first packet waits. */
static guint
gap_length (WfdTsReorder *self)
{
  guint n = 0;

  if (self->gap == GAP_UNKNOWN) {
    while (slot_of (self, self->next + n)->bytes == NULL)
      n++;
    self->gap = n;
  }
  return self->gap;
}

/* Packets wait, and none can be popped: the time of the first one counts. */
void
wfd_ts_reorder_tick (WfdTsReorder *self, gint64 now_ns)
{
  guint gap;

  /* One gap at a time: pop takes what stands behind it, and looks again. */
  if (self->n_waiting == 0 || self->has_direct)
    return;

  gap = gap_length (self);
  if (gap > 0 && now_ns - slot_of (self, self->next + gap)->arrival_ns >= self->gap_ns)
    self->give_up = gap;
}

gint64
wfd_ts_reorder_get_deadline (WfdTsReorder *self)
{
  if (self->n_waiting == 0)
    return G_MAXINT64;

  return slot_of (self, self->next + gap_length (self))->arrival_ns + self->gap_ns;
}

/* The packet in the slot of the next number is taken out. */
static void
take_waiting (WfdTsReorder *self, WfdTsOrdered *ret_ordered)
{
  Slot *slot = slot_of (self, self->next);

  *ret_ordered = (WfdTsOrdered) { .packet = slot->packet, .arrival_ns = slot->arrival_ns };
  self->popped = g_steal_pointer (&slot->bytes);
  self->n_waiting--;
}

static void
advance (WfdTsReorder *self, guint n)
{
  guint16 before = self->next;

  self->next += n;
  self->gap = GAP_UNKNOWN;
  if (self->next < before)
    self->cycles += 1 << 16;
}

gboolean
wfd_ts_reorder_pop (WfdTsReorder *self, WfdTsOrdered *ret_ordered)
{
  g_clear_pointer (&self->popped, g_free);

  if (self->give_up > 0) {
    self->stats.n_lost += self->give_up;
    self->n_lost += self->give_up;
    advance (self, self->give_up);
    self->give_up = 0;
  }
  if (self->has_direct) {
    *ret_ordered = self->direct;
    self->has_direct = FALSE;
  } else if (self->n_waiting > 0 && slot_of (self, self->next)->bytes != NULL) {
    take_waiting (self, ret_ordered);
  } else {
    return FALSE;
  }

  advance (self, 1);
  ret_ordered->n_lost = self->n_lost;
  ret_ordered->restarted = self->restarted;
  self->n_lost = 0;
  self->restarted = FALSE;
  return TRUE;
}

void
wfd_ts_reorder_get_stats (WfdTsReorder *self, WfdTsReorderStats *ret_stats)
{
  *ret_stats = self->stats;
  ret_stats->ssrc = self->ssrc;
  ret_stats->highest = self->cycles + (guint16) (self->next - 1);
  ret_stats->received = self->received;
  ret_stats->jitter = self->jitter >> 4;
  ret_stats->expected = self->started ? (gint64) ret_stats->highest - self->first + 1 : 0;
}
