/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What receiving costs, from the socket to the pads, and how long it takes.
 *
 *   bench-receive send PORT MBIT SECONDS LOSE
 *   bench-receive receive
 *
 * The one that receives prints its port first, and at the end of the stream one
 * line of figures. Each picture ends with the time at which its last datagram was
 * made, of a clock that both have. LOSE: every so many pictures a datagram is left
 * out; 0 for none. bench-receive.py runs both. */
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <ts.h>
#include <wfd-receiver.h>
#include <wfd-rtp-socket.h>

#define MS G_GINT64_CONSTANT (1000000)
#define SECOND (1000 * MS)
#define FRAME_NS (SECOND / 30)
#define MAX_DATAGRAM 1500
#define END_BYTES 16 /* "the end " and the time */

static const char end_mark[] = "the end ";

static gint64
get_time_ns (void)
{
  return gst_util_get_timestamp ();
}

/* --- the one that sends --- */

typedef struct
{
  WfdTsWriter *writer;
  GSocket *socket;
  GSocketAddress *to;
  guint n_sent;
} Sender;

/* The last datagram holds the end of the picture. */
static void
stamp (guint8 *datagram, gsize bytes)
{
  gint64 now_ns = get_time_ns ();
  guint8 *mark = memmem (datagram, bytes, end_mark, 8);

  if (mark != NULL && mark + END_BYTES <= datagram + bytes)
    memcpy (mark + 8, &now_ns, 8);
}

/* @lost: number of the datagram that is left out. */
static void
send_unit (Sender *self, guint stream, guint8 *data, gsize bytes, gint64 pts_ns, guint lost)
{
  guint8 datagram[MAX_DATAGRAM];
  WfdTsBatch batch = { .data = datagram, .capacity = sizeof (datagram), .max_packets = 1 };

  wfd_ts_writer_begin_unit (self->writer, stream, wfd_bytes (data, bytes), pts_ns, pts_ns);
  for (guint i = 0; wfd_ts_writer_fill (self->writer, &batch); i++) {
    stamp (datagram, batch.bytes);
    if (i != lost)
      g_socket_send_to (self->socket, self->to, (const char *) datagram, batch.bytes, NULL, NULL);
  }
}

static void
wait_until (gint64 time_ns)
{
  gint64 wait_us = (time_ns - get_time_ns ()) / 1000;

  if (wait_us > 0)
    g_usleep (wait_us);
}

static void
send_all (Sender *self, guint mbit, guint seconds, guint lose)
{
  static const guint8 head[] = { 0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0xd9, 0x00, 0x50, 0x05, 0xbb,
    0x01, 0x6a, 0, 0, 0, 1, 0x65, 0x88 };
  gsize most = mbit * 1000000 / 8 / 30;
  g_autofree guint8 *picture = g_malloc (most);
  g_autofree guint8 *sound = g_malloc0 (1920);
  gint64 begin_ns = get_time_ns ();

  for (guint i = 0; i < 30 * seconds; i++) {
    /* The mark may lie across TS packets, so not always at the same place. */
    gsize bytes = most - i % 97;
    gint64 pts_ns = begin_ns + i * FRAME_NS;

    for (gsize k = 0; k < most; k++)
      picture[k] = 4 + (k * 2654435761u >> 13) % 251;
    memcpy (picture + bytes - END_BYTES, end_mark, 8);
    memcpy (picture, head, sizeof (head));
    if (i % 150 != 0)
      memcpy (picture + sizeof (head) - 6, "\0\0\0\1\x41\x9a", 6);
    wait_until (pts_ns);
    send_unit (self, 0, picture, bytes, pts_ns, lose > 0 && i % lose == lose - 1 ? 2 : G_MAXUINT);
    for (guint k = 0; k < 3; k++)
      send_unit (self, 1, sound, 1920, pts_ns + k * 10 * MS, G_MAXUINT);
  }
}

static int
run_sender (guint port, guint mbit, guint seconds, guint lose)
{
  const WfdTsWriterConfig config = {
    .formats = { { .codec = WFD_TS_CODEC_H264 },
        { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 2 } },
    .n_streams = 2,
  };
  Sender self = { .writer = wfd_ts_writer_new (&config, NULL) };

  self.socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  self.to = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  send_all (&self, mbit, seconds, lose);
  /* What is no RTP, in case one is lost: the end. */
  for (guint i = 0; i < 10; i++) {
    g_socket_send_to (self.socket, self.to, "end", 3, NULL, NULL);
    g_usleep (10000);
  }
  wfd_ts_writer_free (self.writer);
  g_object_unref (self.socket);
  g_object_unref (self.to);
  return EXIT_SUCCESS;
}

/* --- the one that receives --- */

typedef struct
{
  GstElement *pipeline;
  GArray *latencies_ns; /* gint64 */
  gint64 last_ns;
  gint64 longest_ns; /* between two pictures */
} Sink;

static gint64
read_stamp (GstBuffer *buffer)
{
  guint8 end[END_BYTES] = { 0 };
  gint64 time_ns;

  gst_buffer_extract (buffer, gst_buffer_get_size (buffer) - END_BYTES, end, END_BYTES);
  memcpy (&time_ns, end + 8, 8);
  return memcmp (end, end_mark, 8) == 0 ? time_ns : 0;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Sink *self = user_data;
  gint64 now_ns = get_time_ns ();
  gint64 sent_ns = read_stamp (GST_PAD_PROBE_INFO_BUFFER (info));
  gint64 latency_ns = now_ns - sent_ns;

  if (sent_ns != 0)
    g_array_append_val (self->latencies_ns, latency_ns);
  if (self->last_ns != 0)
    self->longest_ns = MAX (self->longest_ns, now_ns - self->last_ns);
  self->last_ns = now_ns;
  return GST_PAD_PROBE_OK;
}

static void
add_sink (GstElement *receiver, GstPad *pad, Sink *self)
{
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sinkpad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  gst_pad_link (pad, sinkpad);
  if (g_str_equal (GST_PAD_NAME (pad), "video"))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_picture, self, NULL);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 difference = *(const gint64 *) a - *(const gint64 *) b;

  return difference < 0 ? -1 : difference > 0;
}

static void
ignore_wish (gpointer user_data)
{
}

static guint64
get_counter (WfdReceiver *receiver, const char *name)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  guint64 value = 0;

  wfd_receiver_add_stats (receiver, stats);
  gst_structure_get_uint64 (stats, name, &value);
  return value;
}

static void
print_figures (Sink *self, WfdReceiver *receiver)
{
  GArray *latencies = self->latencies_ns;

  g_array_sort (latencies, compare);
  g_print ("packets %" G_GUINT64_FORMAT " lost %" G_GUINT64_FORMAT " pictures %u",
      get_counter (receiver, "packets-received"), get_counter (receiver, "packets-lost"),
      latencies->len);
  if (latencies->len > 0)
    g_print (" median-us %.0f p99-us %.0f",
        g_array_index (latencies, gint64, latencies->len / 2) / 1e3,
        g_array_index (latencies, gint64, latencies->len * 99 / 100) / 1e3);
  g_print (" longest-ms %.1f\n", self->longest_ns / 1e6);
}

static int
run_receiver (void)
{
  static const WfdReceiverEvents events = { ignore_wish };
  g_autoptr (GSocket) socket = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
  const WfdReceiverConfig config = { .socket = socket,
    .demux = TRUE,
    .latency_ms = 30,
    .events = &events };
  g_autoptr (GstStructure) negotiated = gst_structure_from_string (
      "wfd-negotiated, width=1280, height=720, framerate=30/1, audio-codec=lpcm, audio-rate=48000, "
      "audio-channels=2",
      NULL);
  Sink self = { gst_pipeline_new (NULL), g_array_new (FALSE, FALSE, sizeof (gint64)), 0, 0 };
  GstElement *receiver = wfd_receiver_new (&config);

  g_signal_connect (receiver, "pad-added", G_CALLBACK (add_sink), &self);
  gst_bin_add (GST_BIN (self.pipeline), receiver);
  gst_element_set_state (self.pipeline, GST_STATE_PAUSED);
  wfd_receiver_agree (WFD_RECEIVER (receiver), negotiated);
  gst_element_set_state (self.pipeline, GST_STATE_PLAYING);
  /* Not by g_print, which would keep it to itself. */
  printf ("%u\n", wfd_rtp_socket_get_port (socket));
  fflush (stdout);
  while (get_counter (WFD_RECEIVER (receiver), "packets-invalid") == 0)
    g_usleep (100000);
  print_figures (&self, WFD_RECEIVER (receiver));
  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_object_unref (self.pipeline);
  g_array_unref (self.latencies_ns);
  return EXIT_SUCCESS;
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  if (argc == 6 && g_str_equal (argv[1], "send"))
    return run_sender (atoi (argv[2]), atoi (argv[3]), atoi (argv[4]), atoi (argv[5]));
  if (argc == 2 && g_str_equal (argv[1], "receive"))
    return run_receiver ();
  g_printerr ("usage: bench-receive send PORT MBIT SECONDS LOSE | receive\n");
  return EXIT_FAILURE;
}
