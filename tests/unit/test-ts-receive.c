/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sender and receiver over a network that is simulated; in real time this would
 * take minutes. */
#include <string.h>
#include <ts-audio.h>
#include <ts-receive.h>
#include <ts-write.h>

#include "ts-builder.h"

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define FRAME_NS (33 * MS)

#define VIDEO 0
#define AUDIO 1

typedef struct
{
  gint64 at_ns;
  guint order; /* of those that arrive at the same time */
  GBytes *datagram;
} Flight;

typedef struct
{
  WfdTsWriter *writer;
  WfdTsReceiver *receiver;
  GRand *rand;
  GArray *flights; /* Flight, sorted */
  guint n_sent;

  /* What the network does to datagram number i. */
  gint64 jitter_ns;
  gboolean (*loses) (guint i);
  gint64 (*holds_ns) (guint i);

  GPtrArray *pictures_sent; /* GBytes */
  GArray *sent_ns;          /* gint64 */
  guint n_pictures;         /* received */
  guint n_lossy;
  guint n_sounds;
  gint64 longest_ns; /* from sending to handing on */
  gint64 last_picture_ns;
  gint64 longest_pause_ns; /* between pictures handed on */
  gint64 last_time_ns[2];
  guint n_restarts; /* units that said so */
  gint64 latest_ns; /* handed on after its time, at most */
} Simulation;

static Simulation
simulation (WfdTsCodec audio)
{
  const WfdTsWriterConfig config = {
    .formats = {
      { .codec = WFD_TS_CODEC_H264, .profile = { 0x42, 0xc0, 0x1f } },
      { .codec = audio, .rate_hz = 48000, .channels = 2 },
    },
    .n_streams = 2,
    .ssrc = 0x1234,
    .sequence = 65000
  };
  Simulation self = {
    .writer = wfd_ts_writer_new (&config, NULL),
    .receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS),
    .rand = g_rand_new_with_seed (7),
    .flights = g_array_new (FALSE, FALSE, sizeof (Flight)),
    .pictures_sent = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
    .sent_ns = g_array_new (FALSE, FALSE, sizeof (gint64)),
  };

  g_assert_nonnull (self.writer);
  return self;
}

static void
simulation_clear (Simulation *self)
{
  for (guint i = 0; i < self->flights->len; i++)
    g_bytes_unref (g_array_index (self->flights, Flight, i).datagram);
  g_array_unref (self->flights);
  wfd_ts_writer_free (self->writer);
  wfd_ts_receiver_free (self->receiver);
  g_rand_free (self->rand);
  g_ptr_array_unref (self->pictures_sent);
  g_array_unref (self->sent_ns);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Simulation, simulation_clear)

static gint
compare_flights (gconstpointer a, gconstpointer b)
{
  const Flight *first = a, *second = b;

  if (first->at_ns != second->at_ns)
    return first->at_ns < second->at_ns ? -1 : 1;
  return (gint) first->order - (gint) second->order;
}

/* Puts all that the writer has on its way. */
static void
launch (Simulation *self, gint64 now_ns)
{
  guint8 data[16 * (12 + 7 * 188)];
  WfdTsBatch batch = { .data = data, .capacity = sizeof (data), .max_packets = 16 };

  while (wfd_ts_writer_fill (self->writer, &batch)) {
    for (gsize at = 0; at < batch.bytes; at += batch.segment_bytes) {
      guint i = self->n_sent++;
      Flight flight = { .order = i };

      if (self->loses != NULL && self->loses (i))
        continue;
      flight.at_ns = now_ns + MS + (self->holds_ns != NULL ? self->holds_ns (i) : 0);
      if (self->jitter_ns > 0)
        flight.at_ns += (gint64) (g_rand_double (self->rand) * self->jitter_ns);
      flight.datagram = g_bytes_new (data + at, MIN (batch.segment_bytes, batch.bytes - at));
      g_array_append_val (self->flights, flight);
    }
  }
  g_array_sort (self->flights, compare_flights);
}

static void
check_picture (Simulation *self, const WfdTsUnit *unit, gint64 now_ns)
{
  gint64 sent_ns = 0;
  guint i;

  /* Pictures have numbers by their PTS, which is when they were sent. */
  for (i = 0; i < self->sent_ns->len; i++) {
    sent_ns = g_array_index (self->sent_ns, gint64, i);
    if (sent_ns * 9 / 100000 == unit->pts)
      break;
  }
  g_assert_cmpuint (i, <, self->sent_ns->len);
  if (unit->flags & WFD_TS_UNIT_LOSSY) {
    self->n_lossy++;
  } else {
    gsize n;
    const guint8 *data = g_bytes_get_data (unit->data, &n);
    const guint8 *expected = g_bytes_get_data (self->pictures_sent->pdata[i], NULL);

    /* The writer put a delimiter in front. */
    g_assert_cmpmem (data + 6, n - 6, expected, g_bytes_get_size (self->pictures_sent->pdata[i]));
  }
  self->longest_ns = MAX (self->longest_ns, now_ns - sent_ns);
  if (self->n_pictures > 0)
    self->longest_pause_ns = MAX (self->longest_pause_ns, now_ns - self->last_picture_ns);
  self->last_picture_ns = now_ns;
  self->n_pictures++;
}

static void
drain (Simulation *self, gint64 now_ns)
{
  WfdTsUnit unit;

  while (wfd_ts_receiver_pop (self->receiver, &unit)) {
    g_assert_cmpint (unit.time_ns, !=, WFD_TS_NO_TIME);
    self->n_restarts += (unit.flags & WFD_TS_UNIT_RESTART) != 0;
    self->latest_ns = MAX (self->latest_ns, now_ns - unit.time_ns);
    self->last_time_ns[unit.is_video ? VIDEO : AUDIO] = unit.time_ns;
    if (unit.is_video)
      check_picture (self, &unit, now_ns);
    else
      self->n_sounds++;
    wfd_ts_unit_clear (&unit);
  }
}

/* Lets time pass: what arrives until @until_ns, and the ticks between. */
static void
pass (Simulation *self, gint64 until_ns)
{
  for (;;) {
    gint64 deadline_ns = wfd_ts_receiver_get_deadline (self->receiver);
    Flight flight = { .at_ns = G_MAXINT64 };

    if (self->flights->len > 0)
      flight = g_array_index (self->flights, Flight, 0);
    if (MIN (deadline_ns, flight.at_ns) > until_ns)
      return;
    if (deadline_ns < flight.at_ns) {
      wfd_ts_receiver_tick (self->receiver, deadline_ns);
      g_assert_cmpint (wfd_ts_receiver_get_deadline (self->receiver), >, deadline_ns);
      drain (self, deadline_ns);
      continue;
    }
    {
      gsize n;
      const guint8 *data = g_bytes_get_data (flight.datagram, &n);

      g_assert_true (wfd_ts_receiver_push (self->receiver, wfd_bytes (data, n), flight.at_ns));
      drain (self, flight.at_ns);
      g_bytes_unref (flight.datagram);
      g_array_remove_index (self->flights, 0);
    }
  }
}

static void
send_picture (Simulation *self, guint i, gsize n, gint64 now_ns)
{
  guint8 *data = g_malloc (n);

  for (gsize j = 0; j < n; j++)
    data[j] = 0x10 + (i + j) % 201;
  memcpy (data, "\0\0\0\1", 4);
  memcpy (data + 4, i % 30 == 0 ? "\x65\x88" : "\x41\x9a", 2);
  g_ptr_array_add (self->pictures_sent, g_bytes_new_take (data, n));
  g_array_append_val (self->sent_ns, now_ns);
  g_assert_true (
      wfd_ts_writer_begin_unit (self->writer, VIDEO, wfd_bytes (data, n), now_ns, now_ns));
  launch (self, now_ns);
}

static void
send_sound (Simulation *self, const guint8 *data, gsize n, gint64 now_ns)
{
  g_assert_true (
      wfd_ts_writer_begin_unit (self->writer, AUDIO, wfd_bytes (data, n), now_ns, now_ns));
  launch (self, now_ns);
}

/* @n pictures at 30 Hz of sizes that vary, and LPCM each 10 ms. */
static void
run (Simulation *self, guint n)
{
  static const guint8 samples[1920];
  gint64 begin_ns = SECOND;

  for (guint i = 0; i < n; i++) {
    gint64 now_ns = begin_ns + i * FRAME_NS;
    gsize size = i % 30 == 0 ? 120000 : 3000 + i * 7919 % 40000;

    pass (self, now_ns);
    send_picture (self, i, size, now_ns);
    for (gint64 sound_ns = now_ns; sound_ns < now_ns + FRAME_NS; sound_ns += 11 * MS) {
      pass (self, sound_ns);
      send_sound (self, samples, sizeof (samples), sound_ns);
    }
  }
  pass (self, begin_ns + n * FRAME_NS + SECOND);
}

static WfdTsReceiverStats
stats (Simulation *self)
{
  WfdTsReceiverStats got;

  wfd_ts_receiver_get_stats (self->receiver, &got);
  return got;
}

static void
test_all_arrives_at_once (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);

  run (&s, 300);
  g_assert_cmpuint (s.n_pictures, ==, 300);
  g_assert_cmpuint (s.n_sounds, ==, 900);
  g_assert_cmpuint (s.n_lossy, ==, 0);
  /* All but the first ones left the receiver in the moment they came. */
  g_assert_cmpint (s.longest_pause_ns, <=, FRAME_NS);
  g_assert_cmpint (s.longest_ns, <=, MS + FRAME_NS);
  g_assert_cmpint (s.latest_ns, <=, FRAME_NS);
  g_assert_cmpuint (stats (&s).rtp.n_lost, ==, 0);
  g_assert_cmpuint (stats (&s).ts.n_gaps, ==, 0);
}

static void
test_no_wait_after_the_first (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);

  run (&s, 10);
  s.longest_ns = 0;
  for (guint i = 10; i < 300; i++) {
    gint64 now_ns = 20 * SECOND + i * FRAME_NS;

    send_picture (&s, i, i % 10 == 0 ? 100000 : 1000 + 13 * i, now_ns);
    pass (&s, now_ns + FRAME_NS - 1);
  }
  g_assert_cmpuint (s.n_pictures, ==, 300);
  g_assert_cmpint (s.longest_ns, ==, MS);
}

static gint64
hold_some (guint i)
{
  return i % 50 == 7 ? 5 * MS : 0;
}

static void
test_reordering_within_the_gap (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);

  s.holds_ns = hold_some;
  run (&s, 300);
  g_assert_cmpuint (s.n_pictures, ==, 300);
  g_assert_cmpuint (s.n_lossy, ==, 0);
  g_assert_cmpuint (stats (&s).rtp.n_lost, ==, 0);
  g_assert_cmpuint (stats (&s).rtp.n_reordered, >, 50);
}

static gboolean
lose_one (guint i)
{
  return i == 2000;
}

/* The stall that one lost packet makes: the gap, and no more. */
static void
test_one_lost_packet (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);

  s.loses = lose_one;
  run (&s, 300);
  g_assert_cmpuint (s.n_pictures, >=, 299);
  g_assert_cmpuint (stats (&s).rtp.n_lost, ==, 1);
  g_assert_cmpuint (s.n_lossy + (300 - s.n_pictures), <=, 1);
  g_assert_cmpint (s.longest_pause_ns, <=, FRAME_NS + 16 * MS);
}

static gboolean
lose_many (guint i)
{
  return i * 2654435761u % 100 < 2;
}

/* Of 2 % loss nothing is handed on as whole that is not: check_picture () compares
 * every picture that is not marked. */
static void
test_two_percent_loss (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);

  s.loses = lose_many;
  s.jitter_ns = 3 * MS;
  run (&s, 600);
  g_assert_cmpuint (s.n_pictures, >, 500);
  g_assert_cmpuint (s.n_lossy, >, 50);
  g_assert_cmpuint (s.n_lossy, <, 400);
  /* Nothing is given up that is only late; but what came before the very first. */
  g_assert_cmpuint (stats (&s).rtp.n_late, <, 20);
}

/* With 20 ms of jitter and packets that overtake each other all is there, and 40
 * ms of latency are enough to show all of it in time. */
static void
test_jitter (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);

  wfd_ts_receiver_free (s.receiver);
  s.receiver = wfd_ts_receiver_new (25 * MS);
  /* The first packet to come begins the sequence: that it is the first one. */
  run (&s, 2);
  s.jitter_ns = 20 * MS;
  s.latest_ns = 0;
  for (guint i = 2; i < 600; i++) {
    gint64 now_ns = 3 * SECOND + i * FRAME_NS;

    send_picture (&s, i, 20000, now_ns);
    pass (&s, now_ns + FRAME_NS);
    /* The time settles meanwhile. */
    if (i < 100)
      s.latest_ns = 0;
  }
  g_assert_cmpuint (s.n_pictures, ==, 600);
  g_assert_cmpuint (s.n_lossy, ==, 0);
  g_assert_cmpuint (stats (&s).rtp.n_late, ==, 0);
  g_assert_cmpint (s.latest_ns, <=, 40 * MS);
}

/* A packet is missing, and the one behind it ends a picture: as long as the gap is
 * open, silence does not end it. */
static void
test_no_picture_ends_in_a_gap (void)
{
  g_auto (TsBuilder) builder = ts_builder ();
  g_autoptr (WfdTsReceiver) receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  const TsBuilderStream stream = { .type = 0x1b, .pid = 0x41 };
  guint8 data[14 * 184 - 14] = { 0, 0, 0, 1, 0x65, 0x88 };
  gint64 now_ns = 0;
  WfdTsUnit unit;
  guint sequence = 0, n = 0;
  GBytes *held = NULL;

  memset (data + 6, 0x77, sizeof (data) - 6);
  ts_builder_pat (&builder, 1, 0x20);
  ts_builder_pmt (&builder, 0x20, 1, 0x41, 0, &stream, 1);
  for (guint i = 0; i < 20; i++) {
    GBytes *datagram;

    now_ns = i * FRAME_NS;
    ts_builder_pes (&builder, 0x41, 0xe0, 9000 + 3000 * i, TS_UNBOUNDED, data, sizeof (data));
    while ((datagram = ts_builder_take_rtp (&builder, sequence, 1, 7)) != NULL) {
      gsize size;
      const guint8 *bytes = g_bytes_get_data (datagram, &size);

      /* Of the last picture the middle is late. */
      if (i == 19 && held == NULL) {
        held = datagram;
      } else {
        wfd_ts_receiver_push (receiver, wfd_bytes (bytes, size), now_ns);
        g_bytes_unref (datagram);
      }
      sequence++;
    }
    while (wfd_ts_receiver_pop (receiver, &unit)) {
      g_assert_cmpuint (g_bytes_get_size (unit.data), ==, sizeof (data));
      wfd_ts_unit_clear (&unit);
      n++;
    }
  }
  g_assert_cmpuint (n, ==, 18);
  g_assert_cmpint (wfd_ts_receiver_get_deadline (receiver), ==, now_ns + WFD_TS_GAP_NS);
  wfd_ts_receiver_tick (receiver, now_ns + WFD_TS_GAP_NS - 1);
  g_assert_false (wfd_ts_receiver_pop (receiver, &unit));
  {
    gsize size;
    const guint8 *bytes = g_bytes_get_data (held, &size);

    wfd_ts_receiver_push (receiver, wfd_bytes (bytes, size), now_ns + 14 * MS);
    wfd_ts_receiver_tick (receiver, now_ns + 40 * MS);
    g_assert_true (wfd_ts_receiver_pop (receiver, &unit));
    g_assert_cmpuint (unit.flags & WFD_TS_UNIT_LOSSY, ==, 0);
    g_assert_cmpuint (g_bytes_get_size (unit.data), ==, sizeof (data));
    wfd_ts_unit_clear (&unit);
    g_bytes_unref (held);
  }
}

typedef struct
{
  WfdTsReceiver *receiver;
  TsBuilder builder;
  guint16 sequence;
  gint64 now_ns;
  gsize picture_bytes;
  guint n_pictures;
} Stalling;

static void
take_whole_pictures (Stalling *self)
{
  WfdTsUnit unit;

  while (wfd_ts_receiver_pop (self->receiver, &unit)) {
    g_assert_cmpuint (g_bytes_get_size (unit.data), ==, self->picture_bytes);
    g_assert_cmpuint (unit.flags & (WFD_TS_UNIT_LOSSY | WFD_TS_UNIT_DISCONT), ==, 0);
    self->n_pictures++;
    wfd_ts_unit_clear (&unit);
  }
}

/* Ticks at each deadline. */
static void
pass_time (Stalling *self, gint64 ns)
{
  gint64 until_ns = self->now_ns + ns, deadline_ns;

  while ((deadline_ns = wfd_ts_receiver_get_deadline (self->receiver)) <= until_ns) {
    wfd_ts_receiver_tick (self->receiver, deadline_ns);
    take_whole_pictures (self);
  }
  self->now_ns = until_ns;
}

/* A picture in datagrams of 7 packets; the network stalls before number @stalled
 * of them. */
static void
send_stalling_picture (Stalling *self, guint i, guint stalled, gint64 stall_ns)
{
  g_autofree guint8 *data = g_malloc (self->picture_bytes);
  GBytes *datagram;

  memset (data, 0x77, self->picture_bytes);
  memcpy (data, i == 0 ? "\0\0\0\1\x65\x88" : "\0\0\0\1\x41\x9a", 6);
  ts_builder_pes (&self->builder, 0x41, 0xe0, 9000 + 3000 * i, TS_UNBOUNDED, data,
      self->picture_bytes);
  for (guint n = 0; (datagram = ts_builder_take_rtp (&self->builder, self->sequence, 1, 7)) != NULL;
       n++) {
    gsize size;
    const guint8 *bytes = g_bytes_get_data (datagram, &size);

    pass_time (self, n == stalled ? stall_ns : MS / 10);
    wfd_ts_receiver_push (self->receiver, wfd_bytes (bytes, size), self->now_ns);
    take_whole_pictures (self);
    self->sequence++;
    g_bytes_unref (datagram);
  }
}

/* 30 pictures of @bytes, of which number @stalled and each fifth after it stall. */
static void
assert_stalls_do_not_cut (gsize bytes, gint64 step_ns, guint stalled, gint64 stall_ns)
{
  const TsBuilderStream stream = { .type = 0x1b, .pid = 0x41 };
  Stalling s = { .builder = ts_builder (), .picture_bytes = bytes };

  s.receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  ts_builder_pat (&s.builder, 1, 0x20);
  ts_builder_pmt (&s.builder, 0x20, 1, 0x41, 0, &stream, 1);
  for (guint i = 0; i < 30; i++) {
    gboolean stalls = i >= stalled && (i - stalled) % 5 == 0;

    send_stalling_picture (&s, i, stalls ? 1 + i % 2 : G_MAXUINT, stall_ns);
    g_assert_cmpuint (s.n_pictures, >=, i);
    pass_time (&s, step_ns);
  }
  pass_time (&s, 1000 * MS);
  g_assert_cmpuint (s.n_pictures, ==, 30);
  ts_builder_clear (&s.builder);
  wfd_ts_receiver_free (s.receiver);
}

/* Pictures without length, at 15, 30 and 60 Hz, with a last packet that is stuffed
 * and one that is not. */
static void
test_stalls_do_not_cut (void)
{
  static const gint64 steps_ns[] = { 66 * MS, 33 * MS, 16 * MS };
  static const guint stalled[] = { 0, 1, 12 };
  static const gint64 stalls_ns[] = { MS, 3 * MS, 11 * MS, 21 * MS, 50 * MS, 101 * MS, 200 * MS };

  for (guint i = 0; i < G_N_ELEMENTS (steps_ns); i++)
    for (guint j = 0; j < G_N_ELEMENTS (stalled); j++)
      for (guint k = 0; k < G_N_ELEMENTS (stalls_ns); k++) {
        assert_stalls_do_not_cut (20 * 184 - 14, steps_ns[i], stalled[j], stalls_ns[k]);
        assert_stalls_do_not_cut (20 * 184 - 30, steps_ns[i], stalled[j], stalls_ns[k]);
        assert_stalls_do_not_cut (21 * 184 - 14, steps_ns[i], stalled[j], stalls_ns[k]);
      }
}

/* Nothing comes any more: what waits behind gaps is handed on, and what is open. */
static void
test_finish (void)
{
  g_auto (TsBuilder) builder = ts_builder ();
  g_autoptr (WfdTsReceiver) receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  const TsBuilderStream stream = { .type = 0x1b, .pid = 0x41 };
  guint8 data[1000] = { 0, 0, 0, 1, 0x65, 0x88 };
  WfdTsUnit unit;
  guint n = 0;

  ts_builder_pat (&builder, 1, 0x20);
  ts_builder_pmt (&builder, 0x20, 1, 0x41, 0, &stream, 1);
  for (guint i = 0; i < 7; i++) {
    g_autoptr (GBytes) datagram = NULL;
    gsize size;
    const guint8 *bytes;

    ts_builder_pes (&builder, 0x41, 0xe0, 9000, TS_UNBOUNDED, data, sizeof (data));
    datagram = ts_builder_take_rtp (&builder, i, 1, 20);
    bytes = g_bytes_get_data (datagram, &size);
    if (i != 3 && i != 5)
      wfd_ts_receiver_push (receiver, wfd_bytes (bytes, size), 0);
  }
  wfd_ts_receiver_finish (receiver);
  g_assert_cmpint (wfd_ts_receiver_get_deadline (receiver), ==, G_MAXINT64);
  for (; wfd_ts_receiver_pop (receiver, &unit); n++) {
    g_assert_cmpuint (g_bytes_get_size (unit.data), ==, sizeof (data));
    wfd_ts_unit_clear (&unit);
  }
  g_assert_cmpuint (n, ==, 5);
}

/* Who never ticks waits no longer than the next packet. */
static void
test_gap_without_ticks (void)
{
  g_auto (TsBuilder) builder = ts_builder ();
  g_autoptr (WfdTsReceiver) receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  const TsBuilderStream stream = { .type = 0x1b, .pid = 0x41 };
  guint8 data[1000] = { 0, 0, 0, 1, 0x65, 0x88 };
  WfdTsReceiverStats got;

  ts_builder_pat (&builder, 1, 0x20);
  ts_builder_pmt (&builder, 0x20, 1, 0x41, 0, &stream, 1);
  for (guint i = 0; i < 10; i++) {
    g_autoptr (GBytes) datagram = NULL;
    gsize size;
    const guint8 *bytes;

    ts_builder_pes (&builder, 0x41, 0xe0, 9000, TS_BOUNDED, data, sizeof (data));
    datagram = ts_builder_take_rtp (&builder, i, 1, 20);
    bytes = g_bytes_get_data (datagram, &size);
    if (i != 3)
      wfd_ts_receiver_push (receiver, wfd_bytes (bytes, size), i * FRAME_NS);
  }
  wfd_ts_receiver_get_stats (receiver, &got);
  g_assert_cmpuint (got.rtp.n_lost, ==, 1);
  g_assert_cmpuint (got.ts.n_packets, ==, 2 + 9 * 6);
}

static void
test_what_is_no_rtp (void)
{
  g_autoptr (WfdTsReceiver) receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  WfdTsUnit unit;

  g_assert_false (wfd_ts_receiver_push (receiver, wfd_bytes (NULL, 0), 0));
  g_assert_false (wfd_ts_receiver_push (receiver, wfd_bytes ((const guint8 *) "GET /", 5), 0));
  g_assert_false (wfd_ts_receiver_pop (receiver, &unit));
  g_assert_cmpint (wfd_ts_receiver_get_deadline (receiver), ==, G_MAXINT64);
  g_assert_null (wfd_ts_receiver_get_program (receiver));
  g_assert_false (wfd_ts_receiver_is_protected (receiver));
}

/* A new sender in the same session (FluxCast after a pause): all its own, and the
 * first unit says that time jumped. */
static void
test_new_sender (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);
  const WfdTsWriterConfig config = { .formats = { { .codec = WFD_TS_CODEC_H264 } },
    .n_streams = 1,
    .ssrc = 0x9999,
    .sequence = 5 };

  run (&s, 60);
  g_assert_cmpuint (s.n_pictures, ==, 60);
  g_assert_cmpuint (s.n_restarts, ==, 0);
  wfd_ts_writer_free (s.writer);
  s.writer = wfd_ts_writer_new (&config, NULL);
  g_array_set_size (s.sent_ns, 0);
  g_ptr_array_set_size (s.pictures_sent, 0);
  s.n_pictures = 0;
  /* Its clock is behind ours by more than a second; the network bridges that. */
  for (guint i = 0; i < 30; i++) {
    gint64 now_ns = SECOND / 2 + i * FRAME_NS;

    send_picture (&s, i, 5000, now_ns);
    for (guint j = 0; j < s.flights->len; j++)
      g_array_index (s.flights, Flight, j).at_ns = now_ns + 5 * SECOND;
    pass (&s, now_ns + 5 * SECOND);
  }
  g_assert_cmpuint (stats (&s).rtp.n_restarts, ==, 1);
  g_assert_cmpuint (stats (&s).ts.n_gaps, ==, 0);
  g_assert_cmpuint (s.n_pictures, ==, 30);
  g_assert_cmpuint (s.n_lossy, ==, 0);
  g_assert_cmpuint (s.n_restarts, ==, 1);
  g_assert_cmpuint (stats (&s).n_clock_jumps, >, 0);
  g_assert_cmpint (ABS (s.last_time_ns[VIDEO] - (SECOND / 2 + 29 * FRAME_NS + 5 * SECOND)), <=,
      FRAME_NS + MS);
}

/* After a pause, and on another clock: half a picture and a gap are forgotten, and
 * what comes is shown when it comes. */
static void
test_restart (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_LPCM);
  Flight flight;

  run (&s, 60);
  send_picture (&s, 0, 50000, 100 * SECOND);
  for (guint i = 0; i < 20; i++) {
    gsize n;
    const guint8 *data;

    flight = g_array_index (s.flights, Flight, i);
    data = g_bytes_get_data (flight.datagram, &n);
    if (i != 10)
      wfd_ts_receiver_push (s.receiver, wfd_bytes (data, n), flight.at_ns);
  }
  wfd_ts_receiver_restart (s.receiver);
  g_assert_cmpint (wfd_ts_receiver_get_deadline (s.receiver), ==, G_MAXINT64);
  for (guint i = 0; i < s.flights->len; i++)
    g_bytes_unref (g_array_index (s.flights, Flight, i).datagram);
  g_array_set_size (s.flights, 0);

  s.n_pictures = s.n_restarts = 0;
  for (guint i = 0; i < 30; i++) {
    send_picture (&s, i, 5000, 200 * SECOND + i * FRAME_NS);
    for (guint j = 0; j < s.flights->len; j++)
      g_array_index (s.flights, Flight, j).at_ns = i * FRAME_NS;
    pass (&s, i * FRAME_NS);
  }
  g_assert_cmpuint (s.n_pictures, >=, 29);
  g_assert_cmpuint (s.n_lossy, ==, 0);
  g_assert_cmpuint (s.n_restarts, ==, 1);
  g_assert_cmpuint (stats (&s).rtp.n_lost, ==, 0);
  g_assert_cmpint (ABS (s.last_time_ns[VIDEO] - 29 * FRAME_NS), <=, FRAME_NS);
}

/* Sound is shown with the picture that was captured with it, or up to 20 ms later. */
static void
test_lip_sync (void)
{
  g_auto (Simulation) s = simulation (WFD_TS_CODEC_AAC);
  guint8 frame[WFD_TS_SILENCE_BYTES];
  gsize n = wfd_ts_audio_write_aac_silence (2, frame);

  for (guint i = 0; i < 600; i++) {
    gint64 now_ns = SECOND + i * FRAME_NS;

    s.jitter_ns = i > 0 ? 5 * MS : 0;
    send_picture (&s, i, 9000, now_ns);
    pass (&s, now_ns + MS);
    /* But the encoder took longer. */
    g_assert_true (
        wfd_ts_writer_begin_unit (s.writer, AUDIO, wfd_bytes (frame, n), now_ns, now_ns + 25 * MS));
    launch (&s, now_ns + 25 * MS);
    pass (&s, now_ns + FRAME_NS - MS);
    if (i > 100) {
      g_assert_cmpint (s.last_time_ns[AUDIO] - s.last_time_ns[VIDEO], >=, 19 * MS);
      g_assert_cmpint (s.last_time_ns[AUDIO] - s.last_time_ns[VIDEO], <=, 21 * MS);
    }
  }
  g_assert_cmpuint (s.n_sounds, ==, 600);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/receive/all-arrives-at-once", test_all_arrives_at_once);
  g_test_add_func ("/ts/receive/no-wait-after-the-first", test_no_wait_after_the_first);
  g_test_add_func ("/ts/receive/reordering-within-the-gap", test_reordering_within_the_gap);
  g_test_add_func ("/ts/receive/one-lost-packet", test_one_lost_packet);
  g_test_add_func ("/ts/receive/two-percent-loss", test_two_percent_loss);
  g_test_add_func ("/ts/receive/jitter", test_jitter);
  g_test_add_func ("/ts/receive/no-picture-ends-in-a-gap", test_no_picture_ends_in_a_gap);
  g_test_add_func ("/ts/receive/stalls-do-not-cut", test_stalls_do_not_cut);
  g_test_add_func ("/ts/receive/finish", test_finish);
  g_test_add_func ("/ts/receive/gap-without-ticks", test_gap_without_ticks);
  g_test_add_func ("/ts/receive/what-is-no-rtp", test_what_is_no_rtp);
  g_test_add_func ("/ts/receive/new-sender", test_new_sender);
  g_test_add_func ("/ts/receive/restart", test_restart);
  g_test_add_func ("/ts/receive/lip-sync", test_lip_sync);

  return g_test_run ();
}
