/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the media room costs for each RTP packet: bench-ts.py counts the
 * instructions within the functions whose names begin with measured.
 *
 *   bench-ts MBIT SECONDS      prints how many packets there were */
#include <stdlib.h>
#include <string.h>
#include <ts.h>

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define FRAME_NS (SECOND / 30)
#define BATCH_PACKETS 16
#define MAX_DATAGRAM 1500
#define N_PICTURES 8

#define VIDEO 0
#define AUDIO 1

typedef struct
{
  guint8 *bytes;
  gsize n;
} Blob;

/* As an encoder's output looks to a search for start codes: anything but them. */
static Blob
picture (GRand *rand, gboolean key, gsize n)
{
  Blob self = { g_malloc (n), n };

  for (gsize i = 0; i < n; i++) {
    self.bytes[i] = g_rand_int (rand);
    if (i >= 2 && self.bytes[i] <= 3 && self.bytes[i - 1] == 0 && self.bytes[i - 2] == 0)
      self.bytes[i] = 4;
  }
  memcpy (self.bytes, "\0\0\0\1", 4);
  memcpy (self.bytes + 4, key ? "\x65\x88" : "\x41\x9a", 2);
  return self;
}

gboolean measured_begin (WfdTsWriter *writer, guint stream, Blob unit, gint64 now_ns);
gboolean measured_fill (WfdTsWriter *writer, WfdTsBatch *batch);
guint measured_receive (WfdTsReceiver *receiver, const GArray *datagrams);

/* The copy for the receiver is not of the cost. */
static void
keep (const WfdTsBatch *batch, GArray *out)
{
  for (gsize at = 0; at < batch->bytes; at += batch->segment_bytes) {
    Blob datagram = { .n = MIN (batch->segment_bytes, batch->bytes - at) };

    datagram.bytes = g_memdup2 (batch->data + at, datagram.n);
    g_array_append_val (out, datagram);
  }
}

static guint8 batch_data[BATCH_PACKETS * MAX_DATAGRAM];

G_NO_INLINE gboolean
measured_begin (WfdTsWriter *writer, guint stream, Blob unit, gint64 now_ns)
{
  return wfd_ts_writer_begin_unit (writer, stream, wfd_bytes (unit.bytes, unit.n), now_ns, now_ns);
}

G_NO_INLINE gboolean
measured_fill (WfdTsWriter *writer, WfdTsBatch *batch)
{
  return wfd_ts_writer_fill (writer, batch);
}

static void
send_unit (WfdTsWriter *writer, guint stream, Blob unit, gint64 now_ns, GArray *out)
{
  WfdTsBatch batch = {
    .data = batch_data,
    .capacity = sizeof (batch_data),
    .max_packets = BATCH_PACKETS,
  };

  if (!measured_begin (writer, stream, unit, now_ns))
    abort ();
  while (measured_fill (writer, &batch))
    keep (&batch, out);
}

/* Pictures, and LPCM each 10 ms. */
static void
send_all (WfdTsWriter *writer, guint mbit, guint seconds, GArray *out)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gsize n = mbit * 1000000 / 8 / 30;
  Blob pictures[N_PICTURES];
  Blob sound = { g_malloc0 (1920), 1920 };
  gint64 sound_ns = SECOND;

  for (guint i = 0; i < N_PICTURES; i++)
    pictures[i] = picture (rand, i == 0, i == 0 ? 4 * n : n);
  for (gint64 now_ns = SECOND; now_ns < (1 + seconds) * SECOND; now_ns += FRAME_NS) {
    guint i = now_ns / FRAME_NS;

    send_unit (writer, VIDEO, pictures[i % 150 == 30 ? 0 : 1 + i % (N_PICTURES - 1)], now_ns, out);
    for (; sound_ns < now_ns + FRAME_NS; sound_ns += 10 * MS)
      send_unit (writer, AUDIO, sound, sound_ns, out);
  }
  for (guint i = 0; i < N_PICTURES; i++)
    g_free (pictures[i].bytes);
  g_free (sound.bytes);
}

G_NO_INLINE guint
measured_receive (WfdTsReceiver *receiver, const GArray *datagrams)
{
  guint n_units = 0;
  WfdTsUnit unit;

  for (guint i = 0; i < datagrams->len; i++) {
    const Blob *datagram = &g_array_index (datagrams, Blob, i);

    wfd_ts_receiver_push (receiver, wfd_bytes (datagram->bytes, datagram->n), i * MS / 2);
    while (wfd_ts_receiver_pop (receiver, &unit)) {
      wfd_ts_unit_clear (&unit);
      n_units++;
    }
  }
  return n_units;
}

int
main (int argc, char **argv)
{
  const WfdTsWriterConfig config = {
    .formats = { { .codec = WFD_TS_CODEC_H264 },
        { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 2 } },
    .n_streams = 2,
  };
  g_autoptr (WfdTsWriter) writer = wfd_ts_writer_new (&config, NULL);
  g_autoptr (WfdTsReceiver) receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  g_autoptr (GArray) datagrams = g_array_new (FALSE, FALSE, sizeof (Blob));
  guint n_units;

  if (argc != 3) {
    g_printerr ("usage: bench-ts MBIT SECONDS\n");
    return EXIT_FAILURE;
  }
  send_all (writer, atoi (argv[1]), atoi (argv[2]), datagrams);
  n_units = measured_receive (receiver, datagrams);
  g_print ("%u packets %u units\n", datagrams->len, n_units);
  for (guint i = 0; i < datagrams->len; i++)
    g_free (g_array_index (datagrams, Blob, i).bytes);
  return EXIT_SUCCESS;
}
