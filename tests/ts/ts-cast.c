/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes a stream as the media room does, for programs that others wrote.
 *
 *   ts-cast VIDEO AUDIO RATE CHANNELS < UNITS > DATAGRAMS
 *
 * VIDEO: h264, h265 or none; AUDIO: lpcm, aac, ac3 or none. UNITS are records of
 * three big-endian numbers of 64 bits, the time in ns, the kind (0 video, 1 audio, 2
 * silence in AAC, 3 a restart) and the size, and a unit; LPCM is little-endian and
 * comes in pieces. DATAGRAMS are records of time and size, and a datagram. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ts.h>

#define MS G_GINT64_CONSTANT (1000000)
#define BATCH_PACKETS 16
#define MAX_DATAGRAM 1500

/* Pictures are captured so long before they are sent. */
#define ENCODER_NS (8 * MS)
#define LEAD_NS (40 * MS)

static const struct
{
  const char *name;
  WfdTsCodec codec;
} codecs[] = { { "h264", WFD_TS_CODEC_H264 }, { "h265", WFD_TS_CODEC_H265 },
  { "lpcm", WFD_TS_CODEC_LPCM }, { "aac", WFD_TS_CODEC_AAC }, { "ac3", WFD_TS_CODEC_AC3 } };

enum
{
  KIND_VIDEO,
  KIND_AUDIO,
  KIND_SILENCE,
  KIND_RESTART,
};

typedef struct
{
  guint channels;
  WfdTsWriter *writer;
  WfdTsLpcmPacker *packer;
  gint stream_of[2]; /* of the writer, by kind; -1: none */
  WfdTsBatch batch;
} Cast;

G_GNUC_NORETURN static void
fail (const char *why)
{
  fprintf (stderr, "ts-cast: %s\n", why);
  exit (EXIT_FAILURE);
}

static void
put_number (guint64 number)
{
  number = GUINT64_TO_BE (number);
  fwrite (&number, sizeof (number), 1, stdout);
}

static gboolean
get_number (guint64 *ret_number)
{
  if (fread (ret_number, sizeof (*ret_number), 1, stdin) != 1)
    return FALSE;
  *ret_number = GUINT64_FROM_BE (*ret_number);
  return TRUE;
}

static void
flush (Cast *self, gint64 now_ns)
{
  while (wfd_ts_writer_fill (self->writer, &self->batch)) {
    for (gsize at = 0; at < self->batch.bytes; at += self->batch.segment_bytes) {
      gsize n = MIN (self->batch.segment_bytes, self->batch.bytes - at);

      put_number (now_ns);
      put_number (n);
      fwrite (self->batch.data + at, 1, n, stdout);
    }
  }
}

/* What is due before @now_ns. */
static void
tick (Cast *self, gint64 now_ns)
{
  gint64 deadline_ns;

  while ((deadline_ns = wfd_ts_writer_get_deadline (self->writer)) < now_ns
      && deadline_ns != WFD_TS_NO_TIME) {
    if (wfd_ts_writer_begin_tick (self->writer, deadline_ns))
      flush (self, deadline_ns);
  }
}

static void
cast_unit (Cast *self, guint kind, WfdBytes unit, gint64 pts_ns, gint64 now_ns)
{
  if (self->stream_of[kind] < 0
      || !wfd_ts_writer_begin_unit (self->writer, self->stream_of[kind], unit, pts_ns + LEAD_NS,
          now_ns))
    fail ("a unit was refused");
  flush (self, now_ns);
}

static void
cast_record (Cast *self, guint64 kind, WfdBytes bytes, gint64 now_ns)
{
  guint8 silence[WFD_TS_SILENCE_BYTES];
  WfdBytes payload;
  gint64 pts_ns;

  if (kind == KIND_RESTART) {
    wfd_ts_writer_restart (self->writer);
    return;
  }
  if (kind == KIND_SILENCE) {
    bytes = wfd_bytes (silence, wfd_ts_audio_write_aac_silence (self->channels, silence));
    kind = KIND_AUDIO;
  }
  tick (self, now_ns);
  if (kind == KIND_VIDEO || self->packer == NULL) {
    cast_unit (self, kind, bytes, now_ns - ENCODER_NS, now_ns);
    return;
  }
  wfd_ts_lpcm_packer_push (self->packer, bytes.pos, bytes.left, now_ns);
  while (wfd_ts_lpcm_packer_pop (self->packer, &payload, &pts_ns))
    cast_unit (self, kind, payload, pts_ns, now_ns);
}

static void
add_stream (WfdTsWriterConfig *config, const char *name, Cast *self, guint kind)
{
  self->stream_of[kind] = -1;
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (g_str_equal (name, codecs[i].name)) {
      self->stream_of[kind] = config->n_streams;
      config->formats[config->n_streams++].codec = codecs[i].codec;
    }
  }
}

int
main (int argc, char **argv)
{
  WfdTsWriterConfig config = { .ssrc = 0x5ca57, .sequence = 65530 };
  g_autoptr (GError) error = NULL;
  guint64 now_ns, kind, size;
  Cast self = { 0 };

  if (argc != 5)
    fail ("usage: ts-cast VIDEO AUDIO RATE CHANNELS");
  self.channels = atoi (argv[4]);
  add_stream (&config, argv[1], &self, KIND_VIDEO);
  add_stream (&config, argv[2], &self, KIND_AUDIO);
  for (guint i = 0; i < config.n_streams; i++) {
    config.formats[i].rate_hz = atoi (argv[3]);
    config.formats[i].channels = self.channels;
  }
  self.writer = wfd_ts_writer_new (&config, &error);
  if (self.writer == NULL)
    fail (error->message);
  if (g_str_equal (argv[2], "lpcm"))
    self.packer = wfd_ts_lpcm_packer_new (atoi (argv[3]), self.channels);
  self.batch.capacity = BATCH_PACKETS * MAX_DATAGRAM;
  self.batch.data = g_malloc (self.batch.capacity);
  self.batch.max_packets = BATCH_PACKETS;

  while (get_number (&now_ns) && get_number (&kind) && get_number (&size)) {
    g_autofree guint8 *bytes = g_malloc (size + 1);

    if (fread (bytes, 1, size, stdin) != size)
      fail ("the last unit is cut");
    cast_record (&self, kind, wfd_bytes (bytes, size), now_ns);
  }

  g_free (self.batch.data);
  wfd_ts_lpcm_packer_free (self.packer);
  wfd_ts_writer_free (self.writer);
  return EXIT_SUCCESS;
}
