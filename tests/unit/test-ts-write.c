/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-bytes.h>
#include <ts-codec.h>
#include <ts-write.h>
#include <wfd/wfd-error.h>

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define FULL (12 + 7 * 188)

#define VIDEO 0
#define AUDIO 1

static const WfdTsWriterConfig both = {
  .formats = {
    { .codec = WFD_TS_CODEC_H264, .profile = { 0x42, 0xc0, 0x1f } },
    { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 2 },
  },
  .n_streams = 2,
  .ssrc = 0xdeadbeef,
  .sequence = 0xfffe
};

/* Everything that was sent, datagram by datagram, and its TS packets. */
typedef struct
{
  WfdTsWriter *writer;
  GPtrArray *datagrams; /* GBytes */
  GByteArray *packets;  /* TS, one behind the other */
} Fixture;

static Fixture
fixture (const WfdTsWriterConfig *config)
{
  g_autoptr (GError) error = NULL;
  Fixture self = {
    .writer = wfd_ts_writer_new (config, &error),
    .datagrams = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
    .packets = g_byte_array_new (),
  };

  g_assert_no_error (error);
  return self;
}

static void
fixture_clear (Fixture *self)
{
  wfd_ts_writer_free (self->writer);
  g_ptr_array_unref (self->datagrams);
  g_byte_array_unref (self->packets);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* One batch; what lies behind its end must stay as it was. */
static gboolean
fill (Fixture *self, guint max_packets)
{
  gsize capacity = max_packets * FULL;
  g_autofree guint8 *data = g_malloc (capacity);
  WfdTsBatch batch = { .data = data, .capacity = capacity, .max_packets = max_packets };

  memset (data, 0xee, capacity);
  if (!wfd_ts_writer_fill (self->writer, &batch))
    return FALSE;

  g_assert_cmpuint (batch.n_packets, >, 0);
  g_assert_cmpuint (batch.n_packets, <=, max_packets);
  for (gsize at = 0; at < batch.bytes; at += batch.segment_bytes) {
    gsize n = MIN (batch.segment_bytes, batch.bytes - at);

    g_ptr_array_add (self->datagrams, g_bytes_new (data + at, n));
    g_assert_cmpuint ((n - 12) % 188, ==, 0);
    g_byte_array_append (self->packets, data + at + 12, n - 12);
    batch.n_packets--;
  }
  g_assert_cmpuint (batch.n_packets, ==, 0);
  for (gsize i = batch.bytes; i < capacity; i++)
    g_assert_cmphex (data[i], ==, 0xee);
  return TRUE;
}

static void
send_all (Fixture *self)
{
  while (fill (self, 16))
    ;
  g_assert_false (wfd_ts_writer_is_pending (self->writer));
}

static void
forget (Fixture *self)
{
  g_ptr_array_set_size (self->datagrams, 0);
  g_byte_array_set_size (self->packets, 0);
}

/* A picture of @n octets: a slice (key or not), and a pattern. */
static GBytes *
picture (gboolean key, gsize n)
{
  guint8 *data = g_malloc (n);
  static const guint8 head[] = { 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0x11, 0, 0, 0, 1, 0x68, 0xce,
    0, 0, 1, 0x65, 0x88 };
  static const guint8 other[] = { 0, 0, 0, 1, 0x41, 0x9a };
  gsize n_head = key ? sizeof (head) : sizeof (other);

  for (gsize i = 0; i < n; i++)
    data[i] = 0x80 | i % 127;
  memcpy (data, key ? head : other, MIN (n, n_head));
  return g_bytes_new_take (data, n);
}

static void
begin (Fixture *self, guint stream, GBytes *unit, gint64 pts_ns, gint64 now_ns)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (unit, &n);

  g_assert_true (
      wfd_ts_writer_begin_unit (self->writer, stream, wfd_bytes (data, n), pts_ns, now_ns));
}

static void
send_picture (Fixture *self, gboolean key, gsize n, gint64 now_ns)
{
  g_autoptr (GBytes) unit = picture (key, n);

  begin (self, VIDEO, unit, now_ns, now_ns);
  send_all (self);
}

static void
send_sound (Fixture *self, gint64 now_ns)
{
  g_autofree guint8 *samples = g_malloc0 (1920);

  g_assert_true (
      wfd_ts_writer_begin_unit (self->writer, AUDIO, wfd_bytes (samples, 1920), now_ns, now_ns));
  send_all (self);
}

/* --- what one looks for in packets --- */

static const guint8 *
packet (Fixture *self, guint i)
{
  g_assert_cmpuint ((i + 1) * 188, <=, self->packets->len);
  return self->packets->data + i * 188;
}

static guint
pid_of (const guint8 *p)
{
  g_assert_cmphex (p[0], ==, 0x47);
  return (p[1] & 0x1f) << 8 | p[2];
}

/* The PIDs of all packets as text; ' in front: payload_unit_start_indicator. */
static char *
pids (Fixture *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->packets->len / 188; i++)
    g_string_append_printf (text, "%s%s%x", i > 0 ? " " : "", packet (self, i)[1] & 0x40 ? "'" : "",
        pid_of (packet (self, i)));
  return g_string_free (text, FALSE);
}

static void
assert_pids (Fixture *self, const char *expected)
{
  g_autofree char *got = pids (self);

  g_assert_cmpstr (got, ==, expected);
}

static guint
count_pid (Fixture *self, guint pid)
{
  guint n = 0;

  for (guint i = 0; i < self->packets->len / 188; i++)
    n += pid_of (packet (self, i)) == pid;
  return n;
}

/* What lies in the PES packets of @pid, behind their headers. */
static GByteArray *
payload_of (Fixture *self, guint pid)
{
  GByteArray *out = g_byte_array_new ();

  for (guint i = 0; i < self->packets->len / 188; i++) {
    const guint8 *p = packet (self, i);
    guint at = 4;

    if (pid_of (p) != pid || !(p[3] & 0x10))
      continue;
    if (p[3] & 0x20)
      at += 1 + p[4];
    if (p[1] & 0x40)
      at += 9 + p[at + 8];
    g_byte_array_append (out, p + at, 188 - at);
  }
  return out;
}

/* --- tests --- */

/* All of the first datagram, by hand: RTP header, PAT, PMT, PCR, and a picture
 * of 24 octets with a delimiter in front. */
static void
test_first_datagram (void)
{
  static const guint8 rtp[] = { 0x80, 0x21, 0xff, 0xfe, 0x00, 0x01, 0x5f, 0x90, 0xde, 0xad, 0xbe,
    0xef };
  static const guint8 pat[] = { 0x47, 0x40, 0x00, 0x10, 0x00, 0x00, 0xb0, 0x0d, 0x00, 0x00, 0xc3,
    0x00, 0x00, 0x00, 0x01, 0xe1, 0x00, 0x2d, 0xf6, 0x52, 0x95, 0xff };
  static const guint8 pmt[] = { 0x47, 0x41, 0x00, 0x10, 0x00, 0x02, 0xb0, 0x25, 0x00, 0x01, 0xc3 };
  /* 1 s + 1 us: base 90000, extension 27. */
  static const guint8 pcr[] = { 0x47, 0x50, 0x00, 0x20, 0xb7, 0x10, 0x00, 0x00, 0xaf, 0xc8, 0x7e,
    0x1b, 0xff, 0xff };
  /* 14 octets of PES header, 6 of delimiter, 24 of picture leave 140 of adaptation
   * field; PTS 90000 + 4500. */
  static const guint8 unit[] = { 0x47, 0x50, 0x11, 0x30, 0x8b, 0x40, 0xff };
  static const guint8 pes[] = { 0x00, 0x00, 0x01, 0xe0, 0x00, 0x26, 0x84, 0x80, 0x05, 0x21, 0x00,
    0x05, 0xe2, 0x49, 0x00, 0x00, 0x00, 0x01, 0x09, 0xf0, 0x00, 0x00, 0x00, 0x01, 0x67, 0x42 };
  g_auto (Fixture) f = fixture (&both);
  g_autoptr (GBytes) key = picture (TRUE, 24);
  const guint8 *datagram;
  gsize n;

  begin (&f, VIDEO, key, SECOND + 50 * MS, SECOND + 1000);
  send_all (&f);
  assert_pids (&f, "'0 '100 '1000 '1011");
  g_assert_cmpuint (f.datagrams->len, ==, 1);
  datagram = g_bytes_get_data (f.datagrams->pdata[0], &n);
  g_assert_cmpuint (n, ==, 12 + 4 * 188);
  g_assert_cmpmem (datagram, sizeof (rtp), rtp, sizeof (rtp));
  g_assert_cmpmem (packet (&f, 0), sizeof (pat), pat, sizeof (pat));
  g_assert_cmpmem (packet (&f, 1), sizeof (pmt), pmt, sizeof (pmt));
  g_assert_cmpmem (packet (&f, 2), sizeof (pcr), pcr, sizeof (pcr));
  g_assert_cmpmem (packet (&f, 3), sizeof (unit), unit, sizeof (unit));
  g_assert_cmpmem (packet (&f, 3) + 4 + 140, sizeof (pes), pes, sizeof (pes));
}

/* The packet of WFD 2.1 Appendix B table 106, PTS 0: 20 octets of header, 1,920 of
 * samples, in eleven TS packets. */
static void
test_lpcm_golden (void)
{
  static const guint8 header[] = { 0x00, 0x00, 0x01, 0xbd, 0x07, 0x8e, 0x80, 0x80, 0x07, 0x21, 0x00,
    0x01, 0x00, 0x01, 0xff, 0xff, 0xa0, 0x06, 0x00, 0x11 };
  g_auto (Fixture) f = fixture (&both);
  g_autoptr (GByteArray) payload = NULL;
  guint8 samples[1920];
  const guint8 *p;

  for (guint i = 0; i < sizeof (samples); i++)
    samples[i] = i % 251;
  g_assert_true (wfd_ts_writer_begin_unit (f.writer, AUDIO, wfd_bytes (samples, 1920), 0, 0));
  send_all (&f);
  assert_pids (&f, "'0 '100 '1000 '1100 1100 1100 1100 1100 1100 1100 1100 1100 1100 1100");
  p = packet (&f, 3);
  g_assert_cmphex (p[3], ==, 0x10);
  g_assert_cmpmem (p + 4, sizeof (header), header, sizeof (header));
  payload = payload_of (&f, 0x1100);
  g_assert_cmpmem (payload->data + 4, payload->len - 4, samples, sizeof (samples));
}

/* Whatever the size, the picture is all there, in its own datagrams, full but for
 * the last. */
static void
test_every_size_leaves_whole (void)
{
  for (gsize n = 6; n < 3000; n++) {
    g_auto (Fixture) f = fixture (&both);
    g_autoptr (GBytes) unit = picture (FALSE, n);
    g_autoptr (GByteArray) got = NULL;
    gsize size;

    send_picture (&f, FALSE, n, SECOND);
    got = payload_of (&f, 0x1011);
    g_assert_cmpuint (got->len, ==, 6 + n);
    g_assert_cmpmem (got->data + 6, n, g_bytes_get_data (unit, NULL), n);
    for (guint i = 0; i + 1 < f.datagrams->len; i++)
      g_assert_cmpuint (g_bytes_get_size (f.datagrams->pdata[i]), ==, FULL);
    size = g_bytes_get_size (f.datagrams->pdata[f.datagrams->len - 1]);
    g_assert_cmpuint (size, >, 12);
    g_assert_cmpuint (size, <=, FULL);
  }
}

static void
test_batches_are_bounded (void)
{
  g_auto (Fixture) f = fixture (&both);
  g_autoptr (GBytes) unit = picture (TRUE, 300000);
  guint n = 0;

  begin (&f, VIDEO, unit, SECOND, SECOND);
  while (fill (&f, 16)) {
    n++;
    g_assert_cmpuint (f.datagrams->len, <=, 16 * n);
  }
  g_assert_cmpuint (n, ==, (f.datagrams->len + 15) / 16);
  /* Over 64 KiB: no length. */
  g_assert_cmpmem (packet (&f, 3) + 6 + 4, 2, "\0\0", 2);
}

/* One counter for each PID, and none for the clock, which has no payload. */
static void
test_continuity (void)
{
  g_auto (Fixture) f = fixture (&both);
  guint next[0x2000] = { 0 };

  for (guint i = 0; i < 200; i++) {
    send_picture (&f, i % 30 == 0, 100 + 37 * i, SECOND + i * 33 * MS);
    send_sound (&f, SECOND + i * 33 * MS);
  }
  for (guint i = 0; i < f.packets->len / 188; i++) {
    const guint8 *p = packet (&f, i);

    g_assert_cmpuint (p[3] & 15, ==, next[pid_of (p)]);
    if (p[3] & 0x10)
      next[pid_of (p)] = (next[pid_of (p)] + 1) & 15;
  }
  g_assert_cmpuint (count_pid (&f, 0x1000), >, 100);
}

static void
test_sequence_and_timestamp (void)
{
  g_auto (Fixture) f = fixture (&both);

  for (guint i = 0; i < 5; i++)
    send_picture (&f, FALSE, 100, SECOND + i * SECOND);
  for (guint i = 0; i < 5; i++) {
    const guint8 *d = g_bytes_get_data (f.datagrams->pdata[i], NULL);

    g_assert_cmphex (d[1], ==, 33); /* no marker bit */
    g_assert_cmpuint ((guint16) (d[2] << 8 | d[3]), ==, (guint16) (0xfffe + i));
    g_assert_cmpuint ((guint32) d[4] << 24 | d[5] << 16 | d[6] << 8 | d[7], ==, 90000 * (i + 1));
  }
}

static void
test_marker_at_the_end_of_a_unit (void)
{
  WfdTsWriterConfig config = both;

  config.marker = WFD_TS_MARKER_UNIT_END;
  {
    g_auto (Fixture) f = fixture (&config);

    send_picture (&f, FALSE, 3000, SECOND);
    g_assert_cmpuint (f.datagrams->len, ==, 3);
    for (guint i = 0; i < 3; i++)
      g_assert_cmphex (((const guint8 *) g_bytes_get_data (f.datagrams->pdata[i], NULL))[1], ==,
          i == 2 ? 0xa1 : 0x21);
    forget (&f);
    g_assert_true (wfd_ts_writer_begin_tick (f.writer, 2 * SECOND));
    send_all (&f);
    g_assert_cmphex (((const guint8 *) g_bytes_get_data (f.datagrams->pdata[0], NULL))[1], ==,
        0x21);
  }
}

/* --- tables and clock --- */

typedef struct
{
  gint64 last_ns[0x2000];
  gint64 most_ns[0x2000];
} Intervals;

static void
measure (Fixture *f, Intervals *intervals, gint64 now_ns)
{
  for (guint i = 0; i < f->packets->len / 188; i++) {
    guint pid = pid_of (packet (f, i));

    if (intervals->last_ns[pid] != 0)
      intervals->most_ns[pid] = MAX (intervals->most_ns[pid], now_ns - intervals->last_ns[pid]);
    intervals->last_ns[pid] = now_ns;
  }
  forget (f);
}

/* Runs 10 s with pictures each @frame_ns (0: none) and sound or not, with ticks 2
 * ms late. Returns how many datagrams were ticks. */
static guint
run (gint64 frame_ns, gboolean sound, Intervals *intervals)
{
  g_auto (Fixture) f = fixture (&both);
  gint64 frame_at_ns = SECOND, tick_at_ns = 0;
  guint n_ticks = 0;

  send_picture (&f, TRUE, 2000, SECOND);
  measure (&f, intervals, SECOND);
  for (gint64 now_ns = SECOND; now_ns < 11 * SECOND; now_ns += MS) {
    if (frame_ns != 0 && now_ns >= frame_at_ns + frame_ns) {
      send_picture (&f, FALSE, 2000, now_ns);
      frame_at_ns += frame_ns;
    }
    if (sound && now_ns / MS % 10 == 0)
      send_sound (&f, now_ns);
    if (wfd_ts_writer_get_deadline (f.writer) > now_ns)
      tick_at_ns = 0;
    else if (tick_at_ns == 0)
      tick_at_ns = now_ns + 2 * MS;
    if (tick_at_ns != 0 && now_ns >= tick_at_ns && wfd_ts_writer_begin_tick (f.writer, now_ns)) {
      send_all (&f);
      n_ticks++;
    }
    measure (&f, intervals, now_ns);
  }
  return n_ticks;
}

/* WFD 2.1 Appendix D.4.2: tables each 100 ms, clock each 40 ms, at whatever rate
 * there are pictures. */
static void
test_intervals (void)
{
  static const gint64 frames[] = { 0, 1000, 100, 67, 41667, 40, 33333, 20, 16667, 8 };

  for (guint i = 0; i < 2 * G_N_ELEMENTS (frames); i++) {
    gint64 frame = frames[i / 2];
    Intervals intervals = { 0 };

    run (frame > 2000 ? frame * 1000 : frame * MS, i % 2, &intervals);
    g_assert_cmpint (intervals.most_ns[0x0000], <=, 100 * MS);
    g_assert_cmpint (intervals.most_ns[0x0100], <=, 100 * MS);
    g_assert_cmpint (intervals.most_ns[0x1000], <=, 40 * MS);
    g_assert_cmpint (intervals.most_ns[0x1000], >, 15 * MS);
  }
}

/* A tick is a datagram of its own, so units carry tables and clock. */
static void
test_units_save_ticks (void)
{
  Intervals intervals = { 0 };

  g_assert_cmpuint (run (33333 * 1000, FALSE, &intervals), ==, 0);
  g_assert_cmpuint (run (16667 * 1000, TRUE, &intervals), ==, 0);
  g_assert_cmpuint (run (41667 * 1000, TRUE, &intervals), ==, 0);
  g_assert_cmpuint (run (0, TRUE, &intervals), ==, 0);
  g_assert_cmpuint (run (0, FALSE, &intervals), >=, 250);
}

static void
test_tick (void)
{
  g_auto (Fixture) f = fixture (&both);

  /* Nothing was ever sent: at once. */
  g_assert_cmpint (wfd_ts_writer_get_deadline (f.writer), <=, 0);
  g_assert_true (wfd_ts_writer_begin_tick (f.writer, SECOND));
  send_all (&f);
  assert_pids (&f, "'0 '100 '1000");
  forget (&f);
  g_assert_false (wfd_ts_writer_begin_tick (f.writer, SECOND + MS));
  g_assert_cmpint (wfd_ts_writer_get_deadline (f.writer), >, SECOND + 30 * MS);
  g_assert_cmpint (wfd_ts_writer_get_deadline (f.writer), <, SECOND + 40 * MS);
  g_assert_true (wfd_ts_writer_begin_tick (f.writer, SECOND + 40 * MS));
  send_all (&f);
  assert_pids (&f, "'1000");
}

static void
test_tables_in_front_of_a_key_picture (void)
{
  g_auto (Fixture) f = fixture (&both);

  send_picture (&f, TRUE, 100, SECOND);
  forget (&f);
  send_picture (&f, FALSE, 100, SECOND + 10 * MS);
  assert_pids (&f, "'1011");
  forget (&f);
  send_picture (&f, TRUE, 100, SECOND + 17 * MS);
  assert_pids (&f, "'0 '100 '1011");
}

static void
test_clock_wraps (void)
{
  g_auto (Fixture) f = fixture (&both);
  /* 2^33 / 90 kHz = 95,443.717688888… s; the tick before it wraps, and after. */
  gint64 wrap_ns = G_GINT64_CONSTANT (95443717688889);
  const guint8 last[] = { 0xff, 0xff, 0xff, 0xff, 0xff };
  const guint8 first[] = { 0x00, 0x00, 0x00, 0x00, 0x7e };

  g_assert_true (wfd_ts_writer_begin_tick (f.writer, wrap_ns - 100));
  send_all (&f);
  g_assert_cmpmem (packet (&f, 2) + 6, 5, last, 5);
  forget (&f);
  g_assert_true (wfd_ts_writer_begin_tick (f.writer, wrap_ns + 100 * MS));
  forget (&f);
  send_all (&f);
  g_assert_cmphex (packet (&f, 2)[6], ==, 0x00);
  {
    g_auto (Fixture) other = fixture (&both);

    g_assert_true (wfd_ts_writer_begin_tick (other.writer, wrap_ns));
    send_all (&other);
    g_assert_cmpmem (packet (&other, 2) + 6, 5, first, 5);
  }
}

/* --- pause, formats, loss --- */

static void
test_restart (void)
{
  g_auto (Fixture) f = fixture (&both);
  const guint8 *d;

  send_picture (&f, TRUE, 100, SECOND);
  send_sound (&f, SECOND);
  forget (&f);
  wfd_ts_writer_restart (f.writer);
  send_picture (&f, TRUE, 100, SECOND + MS);
  assert_pids (&f, "'0 '100 '1000 '1011");
  d = g_bytes_get_data (f.datagrams->pdata[0], NULL);
  g_assert_cmphex (d[1], ==, 0xa1);
  g_assert_cmphex (packet (&f, 2)[5], ==, 0x90);
  g_assert_cmphex (packet (&f, 3)[5], ==, 0xc0);
  forget (&f);
  send_sound (&f, SECOND + 2 * MS);
  g_assert_cmphex (packet (&f, 0)[5], ==, 0x80);
  forget (&f);
  /* Said once. */
  send_picture (&f, FALSE, 4000, SECOND + 40 * MS);
  d = g_bytes_get_data (f.datagrams->pdata[0], NULL);
  g_assert_cmphex (d[1], ==, 0x21);
  g_assert_cmphex (packet (&f, 0)[5], ==, 0x10);
  g_assert_cmphex (packet (&f, 1)[3] & 0x20, ==, 0x00);
}

static guint
pmt_version (Fixture *f)
{
  for (guint i = 0; i < f->packets->len / 188; i++) {
    if (pid_of (packet (f, i)) == 0x100)
      return packet (f, i)[10] >> 1 & 31;
  }
  return 99;
}

/* The first PMT tells what the first picture is, with version 1. */
static void
test_profile_of_the_stream (void)
{
  static const guint8 level_4[] = { 0, 0, 0, 1, 0x67, 0x64, 0x0c, 0x28, 0x11, 0, 0, 0, 1, 0x68,
    0xce, 0, 0, 1, 0x65, 0x88 };
  g_auto (Fixture) f = fixture (&both);

  g_assert_true (wfd_ts_writer_begin_unit (f.writer, VIDEO, wfd_bytes (level_4, sizeof (level_4)),
      SECOND, SECOND));
  send_all (&f);
  g_assert_cmpuint (pmt_version (&f), ==, 1);
  g_assert_cmpmem (packet (&f, 1) + 24, 3, level_4 + 5, 3);
  forget (&f);
  /* Less is no other table. */
  send_picture (&f, TRUE, 100, SECOND + MS);
  g_assert_cmpuint (pmt_version (&f), ==, 1);
  g_assert_cmpmem (packet (&f, 1) + 24, 3, level_4 + 5, 3);
}

static void
test_more_than_the_tables_say (void)
{
  static const guint8 level_4[] = { 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x28, 0x11, 0, 0, 0, 1, 0x68,
    0xce, 0, 0, 1, 0x65, 0x88 };
  g_auto (Fixture) f = fixture (&both);

  send_picture (&f, TRUE, 100, SECOND);
  g_assert_cmpuint (pmt_version (&f), ==, 1);
  forget (&f);
  g_assert_true (wfd_ts_writer_begin_unit (f.writer, VIDEO, wfd_bytes (level_4, sizeof (level_4)),
      SECOND, SECOND + MS));
  send_all (&f);
  g_assert_cmpuint (pmt_version (&f), ==, 2);
  g_assert_cmpmem (packet (&f, 1) + 24, 3, level_4 + 5, 3);
}

static void
test_new_format (void)
{
  const WfdTsFormat slower = { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 44100, .channels = 2 };
  const WfdTsFormat aac = { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000, .channels = 2 };
  g_autoptr (GError) error = NULL;
  g_auto (Fixture) f = fixture (&both);

  send_picture (&f, TRUE, 100, SECOND);
  forget (&f);
  g_assert_true (wfd_ts_writer_set_format (f.writer, AUDIO, &slower, &error));
  /* Twice before anything is sent is one change. */
  g_assert_true (wfd_ts_writer_set_format (f.writer, AUDIO, &aac, &error));
  g_assert_true (wfd_ts_writer_set_format (f.writer, AUDIO, &slower, &error));
  send_sound (&f, SECOND + MS);
  g_assert_cmpuint (pmt_version (&f), ==, 2);
  assert_pids (&f, "'0 '100 '1100 1100 1100 1100 1100 1100 1100 1100 1100 1100 1100");
  g_assert_cmphex (packet (&f, 2)[5], ==, 0x80);
  g_assert_cmphex (packet (&f, 2)[6 + 19], ==, 0x09);
}

static void
test_abandon (void)
{
  g_auto (Fixture) f = fixture (&both);
  g_autoptr (GBytes) unit = picture (FALSE, 20000);
  const guint8 *p, *d;
  guint n;

  begin (&f, VIDEO, unit, SECOND, SECOND);
  g_assert_false (wfd_ts_writer_begin_unit (f.writer, AUDIO, wfd_bytes (NULL, 0), 0, 0));
  g_assert_true (fill (&f, 2));
  g_assert_true (wfd_ts_writer_is_pending (f.writer));
  n = count_pid (&f, 0x1011);
  g_assert_true (wfd_ts_writer_abandon (f.writer));
  g_assert_false (wfd_ts_writer_is_pending (f.writer));
  g_assert_false (fill (&f, 2));
  forget (&f);

  /* Number and counter leave one out. */
  send_picture (&f, FALSE, 100, SECOND + 10 * MS);
  d = g_bytes_get_data (f.datagrams->pdata[0], NULL);
  p = packet (&f, 0);
  g_assert_cmphex (d[2] << 8 | d[3], ==, 0x0001);
  g_assert_cmphex (pid_of (p), ==, 0x1011);
  g_assert_cmpuint (p[3] & 15, ==, (n + 1) & 15);
}

/* What was not begun is not missing; the tables are still due. */
static void
test_abandon_before_the_first_packet (void)
{
  g_auto (Fixture) f = fixture (&both);
  g_autoptr (GBytes) unit = picture (FALSE, 20000);
  const guint8 *d;

  begin (&f, VIDEO, unit, SECOND, SECOND);
  g_assert_false (wfd_ts_writer_abandon (f.writer));
  send_picture (&f, FALSE, 100, SECOND + MS);
  assert_pids (&f, "'0 '100 '1000 '1011");
  d = g_bytes_get_data (f.datagrams->pdata[0], NULL);
  g_assert_cmphex (d[2] << 8 | d[3], ==, 0xfffe);
  g_assert_cmphex (packet (&f, 3)[3] & 15, ==, 0);
}

/* --- what is put into units --- */

static void
assert_unit (Fixture *f, const guint8 *unit, gsize n, const guint8 *expected, gsize n_expected)
{
  g_autoptr (GByteArray) got = NULL;

  forget (f);
  g_assert_true (wfd_ts_writer_begin_unit (f->writer, VIDEO, wfd_bytes (unit, n), SECOND, SECOND));
  send_all (f);
  got = payload_of (f, 0x1011);
  g_assert_cmpmem (got->data, got->len, expected, n_expected);
}

static void
test_delimiter_and_parameter_sets (void)
{
  static const guint8 full[] = { 0, 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0, 0, 0,
    1, 0x68, 0xce, 0, 0, 0, 1, 0x65, 0x88, 0x11 };
  static const guint8 bare_key[] = { 0, 0, 0, 1, 0x65, 0x88, 0x11 };
  static const guint8 repeated[] = { 0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0, 0,
    0, 1, 0x68, 0xce, 0, 0, 0, 1, 0x65, 0x88, 0x11 };
  static const guint8 bare_marked[] = { 0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x65, 0x88, 0x11 };
  static const guint8 marked_key[] = { 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x65, 0x88, 0x11 };
  static const guint8 marked_repeated[] = { 0, 0, 1, 9, 0x10, 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0,
    0, 0, 1, 0x68, 0xce, 0, 0, 0, 1, 0x65, 0x88, 0x11 };
  static const guint8 other[] = { 0, 0, 1, 0x41, 0x9a, 0x22 };
  static const guint8 marked_other[] = { 0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x41, 0x9a, 0x22 };
  g_auto (Fixture) f = fixture (&both);

  assert_unit (&f, full, sizeof (full), full, sizeof (full));
  assert_unit (&f, bare_key, sizeof (bare_key), repeated, sizeof (repeated));
  assert_unit (&f, marked_key, sizeof (marked_key), marked_repeated, sizeof (marked_repeated));
  assert_unit (&f, other, sizeof (other), marked_other, sizeof (marked_other));
  /* Those of before a change of format are not of this one. */
  g_assert_true (wfd_ts_writer_set_format (f.writer, VIDEO, &both.formats[VIDEO], NULL));
  assert_unit (&f, bare_key, sizeof (bare_key), bare_marked, sizeof (bare_marked));
}

static void
test_h265 (void)
{
  const WfdTsWriterConfig config = { .formats = { { .codec = WFD_TS_CODEC_H265 } },
    .n_streams = 1 };
  static const guint8 unit[] = { 0, 0, 0, 1, 0x02, 0x01, 0xd0, 0x11 };
  static const guint8 marked[] = { 0, 0, 0, 1, 0x46, 0x01, 0x50, 0, 0, 0, 1, 0x02, 0x01, 0xd0,
    0x11 };
  g_auto (Fixture) f = fixture (&config);

  assert_unit (&f, unit, sizeof (unit), marked, sizeof (marked));
  g_assert_cmphex (packet (&f, 1)[17], ==, 0x24);
}

static GByteArray *
send_aac (Fixture *f, const guint8 *unit, gsize n)
{
  forget (f);
  g_assert_true (wfd_ts_writer_begin_unit (f->writer, 0, wfd_bytes (unit, n), SECOND, SECOND));
  send_all (f);
  return payload_of (f, 0x1100);
}

static void
test_aac_gets_its_header (void)
{
  const WfdTsWriterConfig config = {
    .formats = { { .codec = WFD_TS_CODEC_AAC, .rate_hz = 44100, .channels = 2 } },
    .n_streams = 1
  };
  static const guint8 raw[] = { 0x21, 0x00, 0x00, 0x00, 0x00, 0x1c };
  static const guint8 framed[] = { 0xff, 0xf9, 0x50, 0x80, 0x01, 0xbf, 0xfc, 0x21, 0x00, 0x00, 0x00,
    0x00, 0x1c };
  g_auto (Fixture) f = fixture (&config);
  g_autoptr (GByteArray) from_raw = send_aac (&f, raw, sizeof (raw));
  g_autoptr (GByteArray) from_framed = send_aac (&f, framed, sizeof (framed));

  g_assert_cmpmem (from_raw->data, from_raw->len, framed, sizeof (framed));
  g_assert_cmpmem (from_framed->data, from_framed->len, framed, sizeof (framed));
}

static void
test_ac3 (void)
{
  const WfdTsWriterConfig config = {
    .formats = { { .codec = WFD_TS_CODEC_AC3, .rate_hz = 48000, .channels = 2 } },
    .n_streams = 1
  };
  guint8 frame[768] = { 0x0b, 0x77, 0x12, 0x34, 0x14, 0x40, 0x43 };
  g_auto (Fixture) f = fixture (&config);
  const guint8 *p;

  g_assert_true (
      wfd_ts_writer_begin_unit (f.writer, 0, wfd_bytes (frame, sizeof (frame)), SECOND, SECOND));
  send_all (&f);
  p = packet (&f, 3);
  g_assert_cmphex (pid_of (p), ==, 0x1100);
  g_assert_cmphex (p[4 + 3], ==, 0xbd);
  g_assert_false (wfd_ts_writer_begin_unit (f.writer, 0, wfd_bytes (frame, 767), SECOND, SECOND));
  frame[1] = 0x78;
  g_assert_false (wfd_ts_writer_begin_unit (f.writer, 0, wfd_bytes (frame, 768), SECOND, SECOND));
}

static void
test_units_that_are_none (void)
{
  static const guint8 no_slice[] = { 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f };
  g_autofree guint8 *samples = g_malloc0 (1921);
  g_auto (Fixture) f = fixture (&both);

  g_assert_false (wfd_ts_writer_begin_unit (f.writer, VIDEO, wfd_bytes (NULL, 0), 0, 0));
  g_assert_false (
      wfd_ts_writer_begin_unit (f.writer, VIDEO, wfd_bytes (no_slice, sizeof (no_slice)), 0, 0));
  g_assert_false (wfd_ts_writer_begin_unit (f.writer, AUDIO, wfd_bytes (samples, 1919), 0, 0));
  g_assert_false (wfd_ts_writer_begin_unit (f.writer, AUDIO, wfd_bytes (samples, 1921), 0, 0));
  g_assert_false (wfd_ts_writer_is_pending (f.writer));
  g_assert_false (fill (&f, 1));
}

static void
test_configurations_that_are_refused (void)
{
  static const WfdTsFormat formats[] = {
    { .codec = WFD_TS_CODEC_NONE },
    { .codec = WFD_TS_CODEC_EAC3, .rate_hz = 48000, .channels = 2 },
    { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 32000, .channels = 2 },
    { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 1 },
    { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 9 },
    { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000, .channels = 7 },
    { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000, .channels = 0 },
    { .codec = WFD_TS_CODEC_AC3, .rate_hz = 48000, .channels = 7 },
    { .codec = WFD_TS_CODEC_H264, .width = 0x4000 },
    { .codec = 77 },
  };
  WfdTsWriterConfig config = both;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (GError) error = NULL;

    config.formats[1] = formats[i];
    g_assert_null (wfd_ts_writer_new (&config, &error));
    g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
  }
  config = both;
  config.n_streams = 0;
  g_assert_null (wfd_ts_writer_new (&config, NULL));
}

static void
test_sender_info (void)
{
  g_auto (Fixture) f = fixture (&both);
  WfdTsSenderInfo info;

  send_picture (&f, FALSE, 3000, SECOND);
  wfd_ts_writer_get_sender_info (f.writer, 2 * SECOND, 0x1234, &info);
  g_assert_cmphex (info.ssrc, ==, 0xdeadbeef);
  g_assert_cmphex (info.ntp, ==, 0x1234);
  g_assert_cmpuint (info.timestamp, ==, 180000);
  g_assert_cmpuint (info.n_packets, ==, 3);
  g_assert_cmpuint (info.n_bytes, ==, f.packets->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ts/write/first-datagram", test_first_datagram);
  g_test_add_func ("/ts/write/lpcm-golden", test_lpcm_golden);
  g_test_add_func ("/ts/write/every-size-leaves-whole", test_every_size_leaves_whole);
  g_test_add_func ("/ts/write/batches-are-bounded", test_batches_are_bounded);
  g_test_add_func ("/ts/write/continuity", test_continuity);
  g_test_add_func ("/ts/write/sequence-and-timestamp", test_sequence_and_timestamp);
  g_test_add_func ("/ts/write/marker-at-the-end-of-a-unit", test_marker_at_the_end_of_a_unit);
  g_test_add_func ("/ts/write/intervals", test_intervals);
  g_test_add_func ("/ts/write/units-save-ticks", test_units_save_ticks);
  g_test_add_func ("/ts/write/tick", test_tick);
  g_test_add_func ("/ts/write/tables-in-front-of-a-key-picture",
      test_tables_in_front_of_a_key_picture);
  g_test_add_func ("/ts/write/clock-wraps", test_clock_wraps);
  g_test_add_func ("/ts/write/restart", test_restart);
  g_test_add_func ("/ts/write/profile-of-the-stream", test_profile_of_the_stream);
  g_test_add_func ("/ts/write/more-than-the-tables-say", test_more_than_the_tables_say);
  g_test_add_func ("/ts/write/new-format", test_new_format);
  g_test_add_func ("/ts/write/abandon", test_abandon);
  g_test_add_func ("/ts/write/abandon-before-the-first-packet",
      test_abandon_before_the_first_packet);
  g_test_add_func ("/ts/write/delimiter-and-parameter-sets", test_delimiter_and_parameter_sets);
  g_test_add_func ("/ts/write/h265", test_h265);
  g_test_add_func ("/ts/write/aac-gets-its-header", test_aac_gets_its_header);
  g_test_add_func ("/ts/write/ac3", test_ac3);
  g_test_add_func ("/ts/write/units-that-are-none", test_units_that_are_none);
  g_test_add_func ("/ts/write/configurations-that-are-refused",
      test_configurations_that_are_refused);
  g_test_add_func ("/ts/write/sender-info", test_sender_info);

  return g_test_run ();
}
