/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "receiver-stage.h"

#include <gio/gio.h>
#include <gst/check/gstcheck.h>
#include <wfd-rtp-socket.h>

#define MAX_TS_PACKETS 7
#define STEP (20 * GST_MSECOND)

static void
note_wish (gpointer user_data)
{
  ReceiverStage *self = user_data;

  g_async_queue_push (self->wishes, self);
}

static void
add_appsink (GstElement *receiver, GstPad *pad, ReceiverStage *self)
{
  GstElement *sink = gst_element_factory_make ("appsink", NULL);
  g_autoptr (GstPad) sinkpad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  gst_bin_add (GST_BIN (self->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  fail_unless (gst_pad_link (pad, sinkpad) == GST_PAD_LINK_OK);
  *(g_str_equal (GST_PAD_NAME (pad), "audio_src") ? &self->audio : &self->video) = sink;
}

void
stage_init (ReceiverStage *self)
{
  static const WfdReceiverEvents events = { note_wish };
  WfdReceiverConfig config = { .demux = TRUE, .latency_ms = 30, .events = &events };

  *self = (ReceiverStage) { .builder = ts_builder (), .wishes = g_async_queue_new () };
  self->in = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
  self->out =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);
  self->to = g_socket_get_local_address (self->in, NULL);
  config.socket = self->in;
  config.user_data = self;

  self->pipeline = gst_pipeline_new (NULL);
  self->clock = gst_test_clock_new_with_start_time (1000 * GST_SECOND);
  gst_pipeline_use_clock (GST_PIPELINE (self->pipeline), self->clock);
  self->recorder = recorder_new (self->pipeline);
  self->receiver = WFD_RECEIVER (wfd_receiver_new (&config));
  g_signal_connect (self->receiver, "pad-added", G_CALLBACK (add_appsink), self);
  self->source = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  fail_unless (g_socket_bind (self->out, self->source, FALSE, NULL));
  wfd_receiver_set_peer (self->receiver, G_INET_SOCKET_ADDRESS (self->source));
  gst_bin_add (GST_BIN (self->pipeline), GST_ELEMENT (self->receiver));
  stage_set_state (self, GST_STATE_PAUSED);
}

void
stage_clear (ReceiverStage *self)
{
  fail_unless (gst_element_set_state (self->pipeline, GST_STATE_NULL) == GST_STATE_CHANGE_SUCCESS);
  recorder_free (self->recorder);
  gst_object_unref (self->pipeline);
  gst_object_unref (self->clock);
  g_async_queue_unref (self->wishes);
  g_object_unref (self->in);
  g_object_unref (self->out);
  g_object_unref (self->to);
  g_object_unref (self->source);
  ts_builder_clear (&self->builder);
}

void
stage_set_state (ReceiverStage *self, GstState state)
{
  fail_if (gst_element_set_state (self->pipeline, state) == GST_STATE_CHANGE_FAILURE);
}

void
stage_play (ReceiverStage *self, const TsBuilderStream *streams, guint n_streams)
{
  static const WfdFormat agreed = {
    .width = 1920,
    .height = 1080,
    .rate_hz = 30,
    .audio_codec = WFD_AUDIO_CODEC_AAC,
    .audio_rate_hz = 48000,
    .audio_channels = 2,
  };

  wfd_receiver_agree (self->receiver, &agreed);
  stage_set_state (self, GST_STATE_PLAYING);
  ts_builder_pat (&self->builder, 7, STAGE_PMT);
  ts_builder_pmt (&self->builder, STAGE_PMT, 7, STAGE_V, 0, streams, n_streams);
  stage_send (self);
}

void
stage_send_datagram (ReceiverStage *self, const guint8 *data, gsize size)
{
  g_socket_send_to (self->out, self->to, (const char *) data, size, NULL, NULL);
}

void
stage_send (ReceiverStage *self)
{
  GBytes *datagram;

  while ((datagram = ts_builder_take_rtp (&self->builder, self->sequence++, 1, MAX_TS_PACKETS))
      != NULL) {
    gsize size;
    const guint8 *data = g_bytes_get_data (datagram, &size);

    stage_send_datagram (self, data, size);
    g_bytes_unref (datagram);
  }
  self->sequence--;
}

void
stage_send_picture (ReceiverStage *self, GBytes *unit, guint64 pts)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (unit, &size);

  ts_builder_pes (&self->builder, STAGE_V, 0xe0, pts, TS_BOUNDED, data, size);
  stage_send (self);
}

void
stage_send_sound (ReceiverStage *self, guint8 stream_id, GBytes *payload, guint64 pts)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (payload, &size);

  ts_builder_pes (&self->builder, STAGE_A, stream_id, pts, TS_BOUNDED, data, size);
  stage_send (self);
}

void
stage_advance (ReceiverStage *self, GstClockTime time)
{
  gst_test_clock_advance_time (GST_TEST_CLOCK (self->clock), time);
}

GstSample *
stage_pull (ReceiverStage *self, GstElement *appsink)
{
  gint64 end_us = g_get_monotonic_time () + WATCHDOG / GST_USECOND;
  GstSample *sample = NULL;

  for (;;) {
    g_signal_emit_by_name (appsink, "try-pull-sample", (guint64) STEP, &sample);
    if (sample != NULL)
      return sample;
    fail_unless (g_get_monotonic_time () < end_us, "no buffer comes");
    stage_advance (self, STEP);
  }
}

guint
stage_expect (ReceiverStage *self, GstElement *appsink, GBytes *unit)
{
  g_autoptr (GstSample) sample = stage_pull (self, appsink);
  GstBuffer *buffer = gst_sample_get_buffer (sample);
  gsize size;
  gconstpointer data = g_bytes_get_data (unit, &size);

  fail_unless_equals_int (gst_buffer_get_size (buffer), size);
  fail_unless_equals_int (gst_buffer_memcmp (buffer, 0, data, size), 0);
  return GST_BUFFER_FLAGS (buffer);
}

void
stage_wait_for_wish (ReceiverStage *self)
{
  gint64 end_us = g_get_monotonic_time () + WATCHDOG / GST_USECOND;

  while (g_async_queue_timeout_pop (self->wishes, STEP / GST_USECOND) == NULL) {
    fail_unless (g_get_monotonic_time () < end_us, "no key unit is asked for");
    stage_advance (self, STEP);
  }
}

guint64
stage_get_counter (ReceiverStage *self, const char *name)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  guint64 value;

  wfd_receiver_add_stats (self->receiver, stats);
  fail_unless (gst_structure_get_uint64 (stats, name, &value), "no counter %s", name);
  return value;
}

GBytes *
stage_new_unit (const char *head, guint number, gsize size)
{
  gsize n = strlen (head) / 2;
  guint8 *data = g_malloc (MAX (n, size));

  for (gsize i = 0; i < n; i++)
    data[i] = g_ascii_xdigit_value (head[2 * i]) << 4 | g_ascii_xdigit_value (head[2 * i + 1]);
  for (gsize i = n; i < size; i++)
    data[i] = 0x10 + (number + i) % 201;
  return g_bytes_new_take (data, MAX (n, size));
}
