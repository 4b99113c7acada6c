/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What leaves the pads for datagrams that the test makes. */
#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include "receiver-stage.h"

/* Time stands still, and a source that is half a second too early has set its
 * clock. */
#define FRAME_TICKS 90
#define PTS(i) (90000 + (i) *FRAME_TICKS)

static const TsBuilderStream h264_aac[] = { { .type = 0x1b, .pid = STAGE_V },
  { .type = 0x0f, .pid = STAGE_A } };

static ReceiverStage stage;

static void
start (void)
{
  stage_init (&stage);
  stage_play (&stage, h264_aac, 2);
}

/* A picture that is whole and known to the test. */
static void
pass_picture (const char *head, guint i, gsize size)
{
  g_autoptr (GBytes) unit = stage_new_unit (head, i, size);

  stage_send_picture (&stage, unit, PTS (i));
  stage_expect (&stage, stage.video, unit);
}

/* --- content --- */

typedef struct
{
  const char *what;
  gsize size;
  gint length; /* of the PES packet */
  guint parts; /* PES packets for a picture */
  guint units; /* pictures in a PES packet */
} Layout;

static const Layout layouts[] = {
  { "with length", 3000, TS_BOUNDED, 1, 1 },
  { "without length", 3000, TS_UNBOUNDED, 1, 1 },
  { "smaller than a packet", 90, TS_BOUNDED, 1, 1 },
  { "larger than a length can tell", 150000, TS_UNBOUNDED, 1, 1 },
  { "larger than the length tells", 150000, 150000 & 0xffff, 1, 1 },
  { "in three PES packets", 9000, TS_BOUNDED, 3, 1 },
  { "two in a PES packet", 3000, TS_UNBOUNDED, 1, 2 },
};

static void
build_pes (const Layout *layout, GByteArray *data, guint64 pts)
{
  gsize part = data->len / layout->parts;

  for (guint i = 0; i < layout->parts; i++) {
    gsize n = i + 1 < layout->parts ? part : data->len - i * part;

    ts_builder_pes (&stage.builder, STAGE_V, 0xe0, i == 0 ? pts : TS_NO_PTS, layout->length,
        data->data + i * part, n);
  }
}

#define N_PICTURES 20

static void
send_pictures (const Layout *layout, GBytes **units, guint i)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();

  for (guint k = i; k < i + layout->units; k++) {
    units[k] = stage_new_unit (k % 10 == 0 ? STAGE_KEY_64x64 : STAGE_SLICE, k, layout->size);
    g_byte_array_append (data, g_bytes_get_data (units[k], NULL), g_bytes_get_size (units[k]));
  }
  build_pes (layout, data, PTS (i));
  stage_send (&stage);
}

static void
expect_picture (const Layout *layout, GBytes *unit, guint i)
{
  guint flags = stage_expect (&stage, stage.video, unit);

  fail_unless (((flags & GST_BUFFER_FLAG_DELTA_UNIT) == 0) == (i % 10 == 0), "%s", layout->what);
  fail_unless (((flags & GST_BUFFER_FLAG_DISCONT) != 0) == (i == 0), "%s", layout->what);
  fail_if (flags & GST_BUFFER_FLAG_CORRUPTED, "%s", layout->what);
}

/* Never more at a time than the socket has room for. */
GST_START_TEST (pictures_come_out_whole)
{
  const Layout *layout = &layouts[__i__];
  GBytes *units[N_PICTURES];

  start ();
  for (guint i = 0; i < N_PICTURES; i += layout->units) {
    send_pictures (layout, units, i);
    for (guint k = i - layout->units; i > 0 && k < i; k++)
      expect_picture (layout, units[k], k);
  }
  for (guint k = N_PICTURES - layout->units; k < N_PICTURES; k++)
    expect_picture (layout, units[k], k);
  fail_unless_equals_int (g_async_queue_length (stage.wishes), 0);
  for (guint i = 0; i < N_PICTURES; i++)
    g_bytes_unref (units[i]);
  stage_clear (&stage);
}

GST_END_TEST;

/* Sound: what lies in a PES packet, what comes out of it, and its caps. */
typedef struct
{
  guint8 type;
  guint8 stream_id;
  const char *head; /* of the payload, in hexadecimal digits */
  gsize bytes;      /* of the payload */
  gsize skip;       /* of it does not come out */
  const char *caps;
} Sound;

static const Sound sounds[] = {
  { 0x0f, 0xc0, "fff14c8020bffc", 261, 0, /* ID 0: MPEG-4 */
      "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts, framed=(boolean)true, "
      "rate=(int)48000, channels=(int)2" },
  { 0x0f, 0xc0,
      "fff95180"
      "20bffc",
      261, 0, /* ID 1: MPEG-2; 44.1 kHz, 6 channels */
      "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts, framed=(boolean)true, "
      "rate=(int)44100, channels=(int)6" },
  { 0x81, 0xbd, "0b770000144043", 768, 0,
      "audio/x-ac3, framed=(boolean)true, alignment=(string)frame, rate=(int)48000, "
      "channels=(int)2" },
  { 0x87, 0xbd, "0b7701ff348600", 1024, 0,
      "audio/x-eac3, framed=(boolean)true, alignment=(string)frame, rate=(int)48000" },
  { 0x83, 0xbd, "a0060011", 4 + 1920, 4,
      "audio/x-raw, format=(string)S16BE, layout=(string)interleaved, rate=(int)48000, "
      "channels=(int)2" },
  { 0x83, 0xbd, "a0060009", 4 + 1920, 4,
      "audio/x-raw, format=(string)S16BE, layout=(string)interleaved, rate=(int)44100, "
      "channels=(int)2" },
  { 0x83, 0xbd, "a0060015", 4 + 5760, 4,
      "audio/x-raw, format=(string)S16BE, layout=(string)interleaved, rate=(int)48000, "
      "channels=(int)6, channel-mask=(bitmask)0x3f" },
};

static void
assert_caps (GstSample *sample, const char *text)
{
  g_autoptr (GstCaps) expected = gst_caps_from_string (text);
  g_autofree char *shown = gst_caps_to_string (gst_sample_get_caps (sample));

  fail_unless (gst_caps_is_subset (gst_sample_get_caps (sample), expected), "%s", shown);
}

/* Whatever was agreed on: here AAC in stereo at 48 kHz. */
GST_START_TEST (sound_comes_out_as_what_it_is)
{
  const Sound *sound = &sounds[__i__];
  const TsBuilderStream streams[] = { { .type = 0x1b, .pid = STAGE_V },
    { .type = sound->type, .pid = STAGE_A } };
  g_autoptr (GBytes) payload = stage_new_unit (sound->head, 0, sound->bytes);
  g_autoptr (GBytes) expected =
      g_bytes_new_from_bytes (payload, sound->skip, sound->bytes - sound->skip);

  stage_init (&stage);
  stage_play (&stage, streams, 2);
  for (guint i = 0; i < 3; i++)
    stage_send_sound (&stage, sound->stream_id, payload, PTS (i));
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GstSample) sample = stage_pull (&stage, stage.audio);
    GstBuffer *buffer = gst_sample_get_buffer (sample);
    gsize size;
    gconstpointer data = g_bytes_get_data (expected, &size);

    assert_caps (sample, sound->caps);
    fail_unless_equals_int (gst_buffer_get_size (buffer), size);
    fail_unless_equals_int (gst_buffer_memcmp (buffer, 0, data, size), 0);
    fail_unless (GST_BUFFER_DURATION_IS_VALID (buffer));
    fail_if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT));
  }
  stage_clear (&stage);
}

GST_END_TEST;

/* --- the network --- */

/* Takes all datagrams that were built. */
static GPtrArray *
take_datagrams (void)
{
  GPtrArray *datagrams = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GBytes *datagram;

  while ((datagram = ts_builder_take_rtp (&stage.builder, stage.sequence, 1, 7)) != NULL) {
    g_ptr_array_add (datagrams, datagram);
    stage.sequence++;
  }
  return datagrams;
}

static void
send_one (GPtrArray *datagrams, guint i)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (datagrams->pdata[i], &size);

  stage_send_datagram (&stage, data, size);
}

static GPtrArray *
build_picture (GBytes *unit, guint i)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (unit, &size);

  ts_builder_pes (&stage.builder, STAGE_V, 0xe0, PTS (i), TS_BOUNDED, data, size);
  return take_datagrams ();
}

GST_START_TEST (swapped_and_doubled_datagrams_change_nothing)
{
  start ();
  for (guint i = 0; i < 10; i++) {
    g_autoptr (GBytes) unit = stage_new_unit (i == 0 ? STAGE_KEY_64x64 : STAGE_SLICE, i, 9001);
    g_autoptr (GPtrArray) datagrams = build_picture (unit, i);

    send_one (datagrams, 0);
    send_one (datagrams, 0);
    for (guint k = 1; k + 1 < datagrams->len; k += 2) {
      send_one (datagrams, k + 1);
      send_one (datagrams, k);
    }
    if (datagrams->len % 2 == 0)
      send_one (datagrams, datagrams->len - 1);
    fail_if (stage_expect (&stage, stage.video, unit) & GST_BUFFER_FLAG_CORRUPTED);
  }
  fail_unless_equals_uint64 (stage_get_counter (&stage, "packets-lost"), 0);
  fail_unless (stage_get_counter (&stage, "packets-reordered") > 0);
  fail_unless (
      stage_get_counter (&stage, "packets-late") + stage_get_counter (&stage, "packets-repeated")
      > 0);
  stage_clear (&stage);
}

GST_END_TEST;

GST_START_TEST (lost_datagram_damages_one_picture)
{
  g_autoptr (GBytes) unit = stage_new_unit (STAGE_SLICE, 1, 9000);
  g_autoptr (GPtrArray) datagrams = NULL;
  g_autoptr (GstSample) damaged = NULL;

  start ();
  pass_picture (STAGE_KEY_64x64, 0, 9000);
  datagrams = build_picture (unit, 1);
  for (guint i = 0; i < datagrams->len; i++)
    if (i != 3)
      send_one (datagrams, i);
  damaged = stage_pull (&stage, stage.video);
  fail_unless (GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (damaged), GST_BUFFER_FLAG_CORRUPTED));
  stage_wait_for_wish (&stage);
  pass_picture (STAGE_SLICE, 2, 9000);
  fail_unless_equals_uint64 (stage_get_counter (&stage, "packets-lost"), 1);
  fail_unless_equals_uint64 (stage_get_counter (&stage, "units-damaged"), 1);
  stage_clear (&stage);
}

GST_END_TEST;

/* A decoder could only show grey; a key unit is asked for with each. */
GST_START_TEST (pictures_before_the_first_key_unit_are_left_out)
{
  start ();
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GBytes) unit = stage_new_unit (STAGE_SLICE, i, 1000);

    stage_send_picture (&stage, unit, PTS (i));
    stage_wait_for_wish (&stage);
  }
  pass_picture (STAGE_KEY_64x64, 3, 1000);
  pass_picture (STAGE_SLICE, 4, 1000);
  stage_clear (&stage);
}

GST_END_TEST;

GST_START_TEST (decoder_asks_for_a_key_unit)
{
  start ();
  gst_element_send_event (stage.video,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  stage_wait_for_wish (&stage);
  stage_clear (&stage);
}

GST_END_TEST;

/* Garbage of many kinds, and then a stream as if nothing had been. */

static void
send_noise (GRand *rand, guint n, gboolean with_header)
{
  for (guint i = 0; i < n; i++) {
    guint8 data[12 + 7 * 188];
    gsize size = with_header ? sizeof (data) : (gsize) g_rand_int_range (rand, 0, sizeof (data));

    for (gsize k = 0; k < sizeof (data); k++)
      data[k] = g_rand_int (rand);
    if (with_header) {
      GBytes *head;

      ts_builder_packet (&stage.builder, i % 0x100, TRUE, NULL, 0, data, 184);
      head = ts_builder_take_rtp (&stage.builder, stage.sequence++, 1, 7);
      memcpy (data, g_bytes_get_data (head, NULL), 12 + 4);
      g_bytes_unref (head);
      for (gsize k = 12 + 188; k < sizeof (data); k += 188)
        data[k] = 0x47;
    }
    stage_send_datagram (&stage, data, size);
  }
}

/* Far more than a picture may have. */
static void
send_endless_pes (void)
{
  g_autofree guint8 *data = g_malloc0 (1024 * 1024);

  for (guint i = 0; i < 10; i++) {
    if (i == 0)
      ts_builder_pes (&stage.builder, STAGE_V, 0xe0, PTS (0), TS_UNBOUNDED, data, 1024 * 1024);
    for (gsize at = 0; i > 0 && at < 1024 * 1024; at += 184)
      ts_builder_packet (&stage.builder, STAGE_V, FALSE, NULL, 0, data, 184);
    stage_send (&stage);
  }
}

static void
send_many_tables (void)
{
  for (guint i = 0; i < 500; i++) {
    const TsBuilderStream streams[] = { { .type = i % 2 ? 0x1b : 0x24, .pid = 0x200 + i },
      { .type = i % 3 ? 0x0f : 0x83, .pid = 0x800 + i } };

    ts_builder_pmt (&stage.builder, 0x20, 7, 0x200 + i, i % 32, streams, 2);
    stage_send (&stage);
  }
}

GST_START_TEST (garbage_is_survived)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (__i__);
  guint i = 0;

  start ();
  if (__i__ == 0)
    send_noise (rand, 3000, FALSE);
  else if (__i__ == 1)
    send_noise (rand, 3000, TRUE);
  else if (__i__ == 2)
    send_endless_pes ();
  else
    send_many_tables ();

  /* The socket may have dropped some, so that it takes a while; what is
   * encrypted says so, which noise may do as well. */
  stage.sequence += 2000;
  if (__i__ == 1) {
    stage_clear (&stage);
    return;
  }
  for (GstSample *sample = NULL; sample == NULL; i++) {
    g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, i, 4000);

    fail_unless (i < 1000);
    ts_builder_pat (&stage.builder, 7, 0x20);
    ts_builder_pmt (&stage.builder, 0x20, 7, STAGE_V, 0, h264_aac, 2);
    stage_send_picture (&stage, unit, PTS (i));
    g_signal_emit_by_name (stage.video, "try-pull-sample", (guint64) 20 * GST_MSECOND, &sample);
    if (sample != NULL)
      gst_sample_unref (sample);
  }
  recorder_assert_no_error (stage.recorder);
  stage_clear (&stage);
}

GST_END_TEST;

/* --- format --- */

static void
expect_caps (const char *text)
{
  g_autoptr (GstSample) sample = stage_pull (&stage, stage.video);

  assert_caps (sample, text);
}

#define H264 "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, "

GST_START_TEST (format_that_changes_in_band_is_told_in_place)
{
  static const char *const heads[] = { STAGE_KEY_64x64, STAGE_SLICE, STAGE_KEY_1280x720,
    STAGE_SLICE };
  static const char *const caps[] = {
    H264 "width=(int)64, height=(int)64, level=(string)1b, framerate=(fraction)30/1",
    H264 "width=(int)64, height=(int)64",
    H264 "width=(int)1280, height=(int)720, level=(string)3.1, "
         "profile=(string)constrained-baseline, parsed=(boolean)true",
    H264 "width=(int)1280, height=(int)720",
  };

  start ();
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++) {
    g_autoptr (GBytes) unit = stage_new_unit (heads[i], i, 2000);

    stage_send_picture (&stage, unit, PTS (i));
  }
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    expect_caps (caps[i]);
  stage_clear (&stage);
}

GST_END_TEST;

/* By M4: the pictures that are on their way are still the old ones; what only the
 * session knows comes with the next SPS. */
GST_START_TEST (format_that_changes_by_m4_waits_for_its_pictures)
{
  static const char *const heads[] = { STAGE_SLICE, STAGE_KEY_1280x720 };
  static const char *const caps[] = { "width=(int)64, height=(int)64, framerate=(fraction)30/1",
    "width=(int)1280, height=(int)720, framerate=(fraction)60/1" };

  start ();
  pass_picture (STAGE_KEY_64x64, 0, 2000);
  wfd_receiver_agree (stage.receiver, &(WfdFormat) { .width = 1280, .height = 720, .rate_hz = 60 });
  for (guint i = 0; i < 2; i++) {
    g_autoptr (GBytes) unit = stage_new_unit (heads[i], i, 2000);
    g_autofree char *text = g_strconcat (H264, caps[i], NULL);

    stage_send_picture (&stage, unit, PTS (i + 1));
    expect_caps (text);
  }
  fail_unless_equals_int (g_list_length (GST_ELEMENT (stage.receiver)->srcpads), 2);
  stage_clear (&stage);
}

GST_END_TEST;

GST_START_TEST (h265_is_told_by_the_tables)
{
  static const TsBuilderStream h265[] = { { .type = 0x24, .pid = STAGE_V } };
  static const char head[] =
      "00000001460150"
      "00000001420101016000000300900000030000030078a003c08010e5964a924cafff0001000"
      "16a02020208000003000800000300f040"
      "000000014401c172b46240"
      "000000012601af";
  g_autoptr (GBytes) unit = stage_new_unit (head, 0, 3000);

  stage_init (&stage);
  stage_play (&stage, h265, 1);
  stage_send_picture (&stage, unit, PTS (0));
  expect_caps ("video/x-h265, stream-format=(string)byte-stream, alignment=(string)au, "
               "width=(int)1920, height=(int)1080, profile=(string)main, tier=(string)main, "
               "level=(string)4, framerate=(fraction)30/1");
  stage_clear (&stage);
}

GST_END_TEST;

static void
build_scrambled (void)
{
  static const guint8 scrambled[184];

  for (guint i = 0; i < 8; i++) {
    ts_builder_packet (&stage.builder, STAGE_V, i == 0, NULL, 0, scrambled, 184);
    stage.builder.ts->data[stage.builder.ts->len - 185] |= 0x80;
  }
}

/* --- sessions and strangers --- */

static const WfdFormat picture_only = { .width = 1920, .height = 1080, .rate_hz = 30 };

/* What was built goes out by @socket. */
static void
send_by (GSocket *socket)
{
  GSocket *own = stage.out;

  stage.out = socket;
  stage_send (&stage);
  stage.out = own;
}

static GSocket *
new_socket_at (const char *address)
{
  g_autoptr (GSocketAddress) local = g_inet_socket_address_new_from_string (address, 0);
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  fail_unless (g_socket_bind (socket, local, FALSE, NULL));
  return socket;
}

static void
wait_for_counter (const char *name, guint64 value)
{
  gint64 end_us = g_get_monotonic_time () + WATCHDOG / GST_USECOND;

  while (stage_get_counter (&stage, name) < value) {
    fail_unless (g_get_monotonic_time () < end_us, "%s is %" G_GUINT64_FORMAT, name,
        stage_get_counter (&stage, name));
    g_thread_yield ();
  }
}

static void
build_tables (const TsBuilderStream *streams, guint n_streams)
{
  ts_builder_pat (&stage.builder, 7, STAGE_PMT);
  ts_builder_pmt (&stage.builder, STAGE_PMT, 7, STAGE_V, 0, streams, n_streams);
}

static void
build_protected_tables (void)
{
  stage.builder.hdcp = TRUE;
  build_tables (h264_aac, 1);
  stage.builder.hdcp = FALSE;
}

static guint
count_errors (void)
{
  GstMessageType type = GST_MESSAGE_ERROR;

  return recorder_count (stage.recorder, match_type, &type);
}

/* Once it lasted for a second. */
GST_START_TEST (protected_program_is_an_error)
{
  g_autoptr (GError) error = NULL;
  guint16 begin;

  stage_init (&stage);
  begin = stage.sequence;
  stage.builder.hdcp = __i__ == 0;
  stage_play (&stage, h264_aac, 1);
  for (guint i = 0; i < 2; i++) {
    build_tables (h264_aac, 1);
    if (__i__ == 1)
      build_scrambled ();
    stage_send (&stage);
    wait_for_counter ("packets-received", (guint16) (stage.sequence - begin));
    fail_unless_equals_int (i == 0 ? count_errors () : 0, 0);
    stage_advance (&stage, GST_SECOND);
  }
  error = recorder_wait_error (stage.recorder);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT));
  fail_unless (strstr (error->message, "HDCP") != NULL);
  stage_clear (&stage);
}

GST_END_TEST;

/* Nor is it life: it does not count as received. */
GST_START_TEST (stranger_is_not_heard_while_the_source_is_silent)
{
  g_autoptr (GSocket) stranger = new_socket_at ("127.0.0.9");
  guint16 begin;

  stage_init (&stage);
  wfd_receiver_agree (stage.receiver, &picture_only);
  stage_set_state (&stage, GST_STATE_PLAYING);
  for (guint i = 0; i < 3; i++) {
    build_protected_tables ();
    build_scrambled ();
    send_by (stranger);
    stage_advance (&stage, 500 * GST_MSECOND);
  }
  begin = stage.sequence;
  build_tables (h264_aac, 2);
  pass_picture (STAGE_KEY_64x64, 0, 2000);
  fail_unless_equals_uint64 (stage_get_counter (&stage, "packets-received"),
      (guint16) (stage.sequence - begin));
  fail_unless_equals_int (count_errors (), 0);
  stage_clear (&stage);
}

GST_END_TEST;

/* The source may be faster than we hear of the answer to SETUP. */
GST_START_TEST (what_comes_before_the_session_is_known_is_read_then)
{
  g_autoptr (GSocket) stranger = new_socket_at ("127.0.0.9");
  g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, 0, 2000);

  stage_init (&stage);
  wfd_receiver_set_peer (stage.receiver, NULL);
  build_protected_tables ();
  wfd_receiver_agree (stage.receiver, &picture_only);
  stage_set_state (&stage, GST_STATE_PLAYING);
  send_by (stranger);
  build_tables (h264_aac, 2);
  stage_send_picture (&stage, unit, PTS (0));
  fail_unless_equals_uint64 (stage_get_counter (&stage, "packets-received"), 0);

  wfd_receiver_set_peer (stage.receiver, G_INET_SOCKET_ADDRESS (stage.source));
  stage_expect (&stage, stage.video, unit);
  fail_unless_equals_uint64 (stage_get_counter (&stage, "packets-foreign"), 1);
  fail_unless_equals_int (count_errors (), 0);
  stage_clear (&stage);
}

GST_END_TEST;

GST_START_TEST (what_comes_between_two_sessions_is_not_shown)
{
  g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, 1, 2000);

  start ();
  pass_picture (STAGE_KEY_64x64, 0, 2000);
  wfd_receiver_set_peer (stage.receiver, NULL);
  stage_send_picture (&stage, unit, PTS (1));
  wfd_receiver_agree (stage.receiver, &picture_only);
  wfd_receiver_set_peer (stage.receiver, G_INET_SOCKET_ADDRESS (stage.source));
  build_tables (h264_aac, 2);
  pass_picture (STAGE_KEY_64x64, 2, 2000);
  stage_clear (&stage);
}

GST_END_TEST;

/* What is in the socket when the session ends belongs to it. */
GST_START_TEST (last_picture_of_a_session_is_shown)
{
  for (guint i = 0; i < 20; i++) {
    g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, 0, 2000);

    start ();
    stage_send_picture (&stage, unit, PTS (0));
    wfd_receiver_set_peer (stage.receiver, NULL);
    stage_expect (&stage, stage.video, unit);
    stage_clear (&stage);
  }
}

GST_END_TEST;

/* Another program on the source's machine: even with its SSRC and its numbers. */
GST_START_TEST (other_ports_than_the_one_told_are_not_heard)
{
  g_autoptr (GSocket) other = new_socket_at ("127.0.0.1");
  g_autoptr (GSocketAddress) source = NULL;
  static const guint8 filler[184];

  stage_init (&stage);
  source = g_socket_get_local_address (stage.out, NULL);
  wfd_receiver_set_peer (stage.receiver, G_INET_SOCKET_ADDRESS (source));
  stage_play (&stage, h264_aac, 2);
  for (guint i = 0; i < 20; i++) {
    pass_picture (i % 10 == 0 ? STAGE_KEY_64x64 : STAGE_SLICE, i, 2000);
    /* The last picture may be long ago. */
    build_tables (h264_aac, 2);
    stage_send (&stage);
    ts_builder_packet (&stage.builder, STAGE_A, FALSE, NULL, 0, filler, 184);
    stage.sequence += 500;
    send_by (other);
    stage.sequence -= 501;
  }
  wait_for_counter ("packets-foreign", 20);
  fail_unless_equals_uint64 (stage_get_counter (&stage, "packets-lost"), 0);
  stage_clear (&stage);
}

GST_END_TEST;

/* --- time --- */

static GstClockTime
pull_pts (GstElement *appsink)
{
  g_autoptr (GstSample) sample = stage_pull (&stage, appsink);

  return GST_BUFFER_PTS (gst_sample_get_buffer (sample));
}

static GstClockTime
get_running_time (void)
{
  return gst_clock_get_time (stage.clock) - gst_element_get_base_time (stage.pipeline);
}

/* Time may have gone on further, in a wait. */
static void
advance_to (GstClockTime running_time)
{
  GstClockTime now = get_running_time ();

  if (now < running_time)
    stage_advance (&stage, running_time - now);
}

/* Where its pictures end is known: the third one leaves as soon as it came. */
static void
start_and_learn (void)
{
  g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, 0, 2000);

  start ();
  stage_send_picture (&stage, unit, PTS (1000) - 3600);
  stage_send_picture (&stage, unit, PTS (1000) - 3600);
  pull_pts (stage.video);
  pull_pts (stage.video);
  advance_to (40 * GST_MSECOND);
}

/* Nothing is added to the time stamps but by the latency. */
GST_START_TEST (time_is_when_it_came)
{
  start_and_learn ();
  for (guint i = 0; i < 10; i++) {
    g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, i, 2000);
    GstClockTime came = get_running_time (), pts;

    stage_send_picture (&stage, unit, PTS (1000) + i * 3600);
    pts = pull_pts (stage.video);
    fail_unless (pts >= came && pts <= get_running_time () + 20 * GST_MSECOND);
    advance_to (came + 40 * GST_MSECOND);
  }
  stage_clear (&stage);
}

GST_END_TEST;

/* The sound comes 15 ms behind its picture, which is known after the first ones. */
GST_START_TEST (picture_and_sound_of_one_moment_have_one_time)
{
  static const char adts[] = "fff14c8020bffc";

  start_and_learn ();
  for (guint i = 0; i < 100; i++) {
    g_autoptr (GBytes) picture = stage_new_unit (i == 0 ? STAGE_KEY_64x64 : STAGE_SLICE, i, 2000);
    g_autoptr (GBytes) sound = stage_new_unit (adts, i, 261);
    GstClockTime begin = get_running_time (), picture_pts;
    GstClockTimeDiff apart;

    stage_send_picture (&stage, picture, PTS (0) + i * 3600);
    picture_pts = pull_pts (stage.video);
    advance_to (begin + 15 * GST_MSECOND);
    stage_send_sound (&stage, 0xc0, sound, PTS (0) + i * 3600);
    apart = GST_CLOCK_DIFF (picture_pts, pull_pts (stage.audio));
    fail_unless (i < 10 || ABS (apart) <= (GstClockTimeDiff) (20 * GST_MSECOND),
        "%u: %" GST_STIME_FORMAT, i, GST_STIME_ARGS (apart));
    advance_to (begin + 40 * GST_MSECOND);
  }
  stage_clear (&stage);
}

GST_END_TEST;

GST_START_TEST (what_came_in_a_pause_is_not_shown)
{
  g_autoptr (GBytes) missed = stage_new_unit (STAGE_KEY_64x64, 7, 2000);
  g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, 8, 2000);
  GstClockTime before;

  start ();
  pass_picture (STAGE_KEY_64x64, 0, 2000);
  stage_set_state (&stage, GST_STATE_PAUSED);
  stage_send_picture (&stage, missed, PTS (1));
  stage_set_state (&stage, GST_STATE_PLAYING);
  stage_wait_for_wish (&stage);
  before = get_running_time ();
  stage_send_picture (&stage, unit, PTS (900));
  fail_unless (pull_pts (stage.video) >= before);
  fail_unless_equals_uint64 (stage_get_counter (&stage, "packets-lost"), 0);
  stage_clear (&stage);
}

GST_END_TEST;

/* Of what is not known nothing comes; the other stream does. */
GST_START_TEST (stream_of_an_unknown_type_is_told)
{
  const TsBuilderStream streams[] = {
    { .type = __i__ == 0 ? 0x02 : 0x1b, .pid = STAGE_V },
    { .type = __i__ == 0 ? 0x0f : 0x06, .pid = STAGE_A },
  };
  static const char *const words[][2] = { { "picture", "0x02" }, { "sound", "0x06" } };
  GstMessageType type = GST_MESSAGE_WARNING;
  g_autoptr (GError) warning = NULL;

  stage_init (&stage);
  stage_play (&stage, streams, 2);
  gst_message_parse_warning (recorder_wait (stage.recorder, match_type, &type), &warning, NULL);
  fail_unless (g_error_matches (warning, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND));
  for (guint i = 0; i < 2; i++)
    fail_unless (strstr (warning->message, words[__i__][i]) != NULL, "%s", warning->message);
  if (__i__ == 0) {
    g_autoptr (GBytes) frame = stage_new_unit ("fff14c8020bffc", 0, 261);

    stage_send_sound (&stage, 0xc0, frame, PTS (0));
    stage_expect (&stage, stage.audio, frame);
  } else {
    pass_picture (STAGE_KEY_64x64, 0, 2000);
  }
  fail_unless_equals_int (recorder_count (stage.recorder, match_type, &type), 1);
  stage_clear (&stage);
}

GST_END_TEST;

/* --- beginning and end --- */

GST_START_TEST (end_comes_behind_the_last_picture)
{
  g_autoptr (GBytes) first = stage_new_unit (STAGE_KEY_64x64, 0, 2000);
  gsize size;
  const guint8 *data = g_bytes_get_data (first, &size);

  start ();
  /* Without a length, it waits for what follows. */
  ts_builder_pes (&stage.builder, STAGE_V, 0xe0, PTS (0), TS_UNBOUNDED, data, size);
  stage_send (&stage);
  wfd_receiver_end (stage.receiver);
  stage_expect (&stage, stage.video, first);
  recorder_wait_eos (stage.recorder);
  stage_clear (&stage);
}

GST_END_TEST;

GST_START_TEST (end_in_paused_is_an_end)
{
  stage_init (&stage);
  wfd_receiver_agree (stage.receiver, &(WfdFormat) { .width = 64, .height = 64, .rate_hz = 30 });
  gst_element_send_event (GST_ELEMENT (stage.receiver), gst_event_new_eos ());
  stage_set_state (&stage, GST_STATE_PLAYING);
  recorder_wait_eos (stage.recorder);
  stage_clear (&stage);
}

GST_END_TEST;

static gpointer
pour (gpointer data)
{
  g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, 0, 20000);

  for (guint i = 0; !g_atomic_int_get ((gint *) data); i++)
    stage_send_picture (&stage, unit, PTS (i));
  return NULL;
}

GST_START_TEST (stop_while_it_pours)
{
  for (guint i = 0; i < 20; i++) {
    gint stop = FALSE;
    GThread *thread;

    start ();
    thread = g_thread_new ("pour", pour, &stop);
    if (i % 2 == 0)
      gst_sample_unref (stage_pull (&stage, stage.video));
    stage_set_state (&stage, i % 3 == 0 ? GST_STATE_PAUSED : GST_STATE_READY);
    stage_set_state (&stage, GST_STATE_NULL);
    g_atomic_int_set (&stop, TRUE);
    g_thread_join (thread);
    stage_clear (&stage);
  }
}

GST_END_TEST;

static Suite *
wfd_receiver_suite (void)
{
  Suite *suite = suite_create ("wfd-receiver");
  TCase *content = tcase_create ("content"), *network = tcase_create ("network"),
        *format = tcase_create ("format"), *strangers = tcase_create ("strangers"),
        *times = tcase_create ("time"), *states = tcase_create ("states");

  suite_add_tcase (suite, content);
  tcase_add_loop_test (content, pictures_come_out_whole, 0, G_N_ELEMENTS (layouts));
  tcase_add_loop_test (content, sound_comes_out_as_what_it_is, 0, G_N_ELEMENTS (sounds));

  suite_add_tcase (suite, network);
  tcase_set_timeout (network, 60);
  tcase_add_test (network, swapped_and_doubled_datagrams_change_nothing);
  tcase_add_test (network, lost_datagram_damages_one_picture);
  tcase_add_test (network, pictures_before_the_first_key_unit_are_left_out);
  tcase_add_test (network, decoder_asks_for_a_key_unit);
  tcase_add_loop_test (network, garbage_is_survived, 0, 4);

  suite_add_tcase (suite, format);
  tcase_add_test (format, format_that_changes_in_band_is_told_in_place);
  tcase_add_test (format, format_that_changes_by_m4_waits_for_its_pictures);
  tcase_add_test (format, h265_is_told_by_the_tables);
  tcase_add_loop_test (format, protected_program_is_an_error, 0, 2);
  tcase_add_loop_test (format, stream_of_an_unknown_type_is_told, 0, 2);

  suite_add_tcase (suite, strangers);
  tcase_add_test (strangers, stranger_is_not_heard_while_the_source_is_silent);
  tcase_add_test (strangers, what_comes_before_the_session_is_known_is_read_then);
  tcase_add_test (strangers, what_comes_between_two_sessions_is_not_shown);
  tcase_add_test (strangers, last_picture_of_a_session_is_shown);
  tcase_add_test (strangers, other_ports_than_the_one_told_are_not_heard);

  suite_add_tcase (suite, times);
  tcase_add_test (times, time_is_when_it_came);
  tcase_add_test (times, picture_and_sound_of_one_moment_have_one_time);
  tcase_add_test (times, what_came_in_a_pause_is_not_shown);

  suite_add_tcase (suite, states);
  tcase_set_timeout (states, 60);
  tcase_add_test (states, end_comes_behind_the_last_picture);
  tcase_add_test (states, end_in_paused_is_an_end);
  tcase_add_test (states, stop_while_it_pours);
  return suite;
}

GST_CHECK_MAIN (wfd_receiver);
