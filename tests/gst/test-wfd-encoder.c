/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the table of encoders says, held against what the encoders send. */
#include <gst/app/app.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#define GST_USE_UNSTABLE_API
#include <gst/codecparsers/gsth264parser.h>
#include <gst/video/video.h>

#include <wfd-encoder.h>

#define WIDTH 320
#define HEIGHT 240
#define RATE 30

/* What one access unit consists of. */
typedef struct
{
  gboolean begins_with_aud;
  guint n_slices;
  guint n_b_slices;
  gboolean idr;
  gboolean has_sps;
  gboolean has_pps;
  gsize bytes;
} Unit;

typedef struct
{
  const WfdEncoder *row;
  WfdEncoderConfig config;
  GstElement *encoder;
  GstHarness *harness;
  GstH264NalParser *parser;
  GstH264SPS sps; /* the last that came */
  GstH264PPS pps;
  guint frame;
} Fixture;

static WfdEncoderConfig
default_config (void)
{
  return (WfdEncoderConfig) {
    .width = WIDTH,
    .height = HEIGHT,
    .rate_n = RATE,
    .rate_d = 1,
    .profile = WFD_H264_PROFILE_CBP,
    .level = 31,
    .bitrate_kbps = 500,
    .peer_asks_for_idr = TRUE,
  };
}

/* NULL if it is not installed here, which is said. */
static const WfdEncoder *
find_installed (WfdEncoderKind kind, const char *factory)
{
  const WfdEncoder *row = wfd_encoder_find (kind, factory, NULL);

  if (row == NULL)
    g_printerr ("%s is not installed, not tested\n", factory);
  return row;
}

/* The nth row that our tests run, NULL after the last. */
static const WfdEncoder *
find_tested (WfdEncoderKind kind, gint nth)
{
  guint n;
  const WfdEncoder *rows = wfd_encoder_get_table (&n);

  for (guint i = 0; i < n; i++)
    if (rows[i].kind == kind && rows[i].tested && nth-- == 0)
      return find_installed (kind, rows[i].factory);
  return NULL;
}

static void
setup (Fixture *f, const WfdEncoder *row, const WfdEncoderConfig *config)
{
  g_autoptr (GstCaps) raw = wfd_encoder_get_raw_caps (row, config);
  g_autoptr (GstCaps) coded = wfd_encoder_get_coded_caps (row, config);
  GstElement *bin = gst_bin_new (NULL);
  GstElement *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *parse = gst_element_factory_make ("h264parse", NULL);
  g_autoptr (GstPad) first = NULL, last = NULL;

  *f = (Fixture) { .row = row, .config = *config };
  f->encoder = wfd_encoder_make (row, config);
  fail_unless (f->encoder != NULL);
  g_object_set (filter, "caps", coded, NULL);
  g_object_set (parse, "disable-passthrough", TRUE, NULL);
  gst_bin_add_many (GST_BIN (bin), f->encoder, filter, parse, NULL);
  fail_unless (gst_element_link_many (f->encoder, filter, parse, NULL));
  first = gst_element_get_static_pad (f->encoder, "sink");
  last = gst_element_get_static_pad (parse, "src");
  gst_element_add_pad (bin, gst_ghost_pad_new ("sink", first));
  gst_element_add_pad (bin, gst_ghost_pad_new ("src", last));

  f->harness = gst_harness_new_with_element (bin, "sink", "src");
  gst_object_unref (bin);
  gst_harness_set_sink_caps_str (f->harness,
      "video/x-h264, stream-format=byte-stream, alignment=au");
  raw = gst_caps_make_writable (g_steal_pointer (&raw));
  gst_harness_set_src_caps (f->harness, gst_caps_fixate (g_steal_pointer (&raw)));
  f->parser = gst_h264_nal_parser_new ();
}

static void
teardown (Fixture *f)
{
  gst_h264_sps_clear (&f->sps);
  gst_h264_pps_clear (&f->pps);
  gst_h264_nal_parser_free (f->parser);
  gst_harness_teardown (f->harness);
}

/* A pattern that moves, with new noise in a quarter of it: work at any bit rate.
 * The same each run. */
static void
paint (guint8 *luma, gint stride, guint frame)
{
  for (guint y = 0; y < HEIGHT; y++) {
    guint salt = y < HEIGHT / 4 ? frame * 374761393u : 0;

    for (guint x = 0; x < WIDTH; x++) {
      guint32 block =
          (((x + frame * 5) / 8) * 2654435761u) ^ (((y + frame) / 8) * 2246822519u) ^ salt;

      luma[y * stride + x] = 64 + (block * 2654435761u >> 13) % 80;
    }
  }
}

static void
push_picture (Fixture *f)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (f->harness->srcpad);
  GstVideoInfo info;
  GstVideoFrame frame;
  GstBuffer *buffer;

  fail_unless (gst_video_info_from_caps (&info, caps));
  buffer = gst_buffer_new_allocate (NULL, info.size, NULL);
  gst_buffer_memset (buffer, 0, 128, info.size);
  fail_unless (gst_video_frame_map (&frame, &info, buffer, GST_MAP_WRITE));
  paint (GST_VIDEO_FRAME_PLANE_DATA (&frame, 0), GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0),
      f->frame);
  gst_video_frame_unmap (&frame);

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (f->frame, GST_SECOND, RATE);
  GST_BUFFER_DURATION (buffer) = GST_SECOND / RATE;
  f->frame++;
  fail_unless_equals_int (gst_harness_push (f->harness, buffer), GST_FLOW_OK);
}

static void
read_nal (Fixture *f, GstH264NalUnit *nal, Unit *unit)
{
  GstH264SliceHdr slice;

  switch (nal->type) {
    case GST_H264_NAL_SPS:
      unit->has_sps = TRUE;
      gst_h264_sps_clear (&f->sps);
      fail_unless_equals_int (gst_h264_parser_parse_sps (f->parser, nal, &f->sps),
          GST_H264_PARSER_OK);
      break;
    case GST_H264_NAL_PPS:
      unit->has_pps = TRUE;
      gst_h264_pps_clear (&f->pps);
      fail_unless_equals_int (gst_h264_parser_parse_pps (f->parser, nal, &f->pps),
          GST_H264_PARSER_OK);
      break;
    case GST_H264_NAL_SLICE_IDR:
      unit->idr = TRUE;
      /* fallthrough */
    case GST_H264_NAL_SLICE:
      unit->n_slices++;
      fail_unless_equals_int (
          gst_h264_parser_parse_slice_hdr (f->parser, nal, &slice, FALSE, FALSE),
          GST_H264_PARSER_OK);
      unit->n_b_slices += GST_H264_IS_B_SLICE (&slice);
      break;
    default:
      gst_h264_parser_parse_nal (f->parser, nal);
      break;
  }
}

static Unit
read_unit (Fixture *f, GstBuffer *buffer)
{
  Unit unit = { 0 };
  GstH264NalUnit nal;
  GstMapInfo map;
  gsize at = 0;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  unit.bytes = map.size;
  while (at < map.size) {
    GstH264ParserResult result =
        gst_h264_parser_identify_nalu (f->parser, map.data, at, map.size, &nal);

    fail_unless (result == GST_H264_PARSER_OK || result == GST_H264_PARSER_NO_NAL_END);
    unit.begins_with_aud |= at == 0 && nal.type == GST_H264_NAL_AU_DELIMITER;
    read_nal (f, &nal, &unit);
    at = nal.offset + nal.size;
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return unit;
}

/* One picture in, and what comes out for it: at once. */
static Unit
encode (Fixture *f)
{
  push_picture (f);
  fail_unless_equals_int (gst_harness_buffers_in_queue (f->harness), 1);
  return read_unit (f, gst_harness_pull (f->harness));
}

static gsize
encode_bytes (Fixture *f, guint n)
{
  gsize bytes = 0;

  while (n-- > 0)
    bytes += encode (f).bytes;
  return bytes;
}

static void
ask_for_key_unit (Fixture *f)
{
  fail_unless (gst_harness_push_upstream_event (f->harness,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0)));
}

GST_START_TEST (video_is_constrained_baseline)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL)
    return;
  setup (&f, row, &config);
  fail_unless (encode (&f).has_sps);
  fail_unless_equals_int (f.sps.profile_idc, 66);
  fail_unless_equals_int (f.sps.constraint_set1_flag, 1);
  fail_unless_equals_int (f.sps.chroma_format_idc, 1);
  fail_unless_equals_int (f.sps.frame_mbs_only_flag, 1);
  fail_unless_equals_int (f.pps.entropy_coding_mode_flag, 0);
  fail_unless_equals_int (f.sps.width, WIDTH);
  fail_unless_equals_int (f.sps.height, HEIGHT);
  teardown (&f);
}
GST_END_TEST;

GST_START_TEST (level_is_the_negotiated_one)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL || !row->level_in_caps)
    return;
  for (guint level = 31; level <= 40; level += 9) {
    config.level = level;
    setup (&f, row, &config);
    encode (&f);
    fail_unless_equals_int (f.sps.level_idc, level);
    teardown (&f);
  }
}
GST_END_TEST;

GST_START_TEST (high_profile_has_no_cabac_and_no_b_pictures)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL)
    return;
  config.profile = WFD_H264_PROFILE_CHP;
  setup (&f, row, &config);
  for (guint i = 0; i < 10; i++)
    fail_unless_equals_int (encode (&f).n_b_slices, 0);
  fail_unless_equals_int (f.sps.profile_idc,
      row->profiles[WFD_H264_PROFILE_CHP] != NULL ? 100 : 66);
  fail_unless_equals_int (f.pps.entropy_coding_mode_flag, 0);
  teardown (&f);
}
GST_END_TEST;

GST_START_TEST (every_unit_has_a_delimiter_and_one_slice)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL)
    return;
  setup (&f, row, &config);
  for (guint i = 0; i < 60; i++) {
    Unit unit = encode (&f);

    fail_unless (unit.begins_with_aud);
    fail_unless_equals_int (unit.n_slices, 1);
    fail_unless_equals_int (unit.n_b_slices, 0);
  }
  fail_unless_equals_int (f.sps.num_ref_frames, 1);
  teardown (&f);
}
GST_END_TEST;

GST_START_TEST (key_unit_comes_with_the_next_picture_when_asked_for)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL)
    return;
  fail_unless (row->key_units);
  setup (&f, row, &config);
  fail_unless (encode (&f).idr);
  for (guint i = 1; i < 40; i++)
    fail_if (encode (&f).idr);

  ask_for_key_unit (&f);
  {
    Unit unit = encode (&f);

    fail_unless (unit.idr && unit.has_sps && unit.has_pps);
  }
  fail_if (encode (&f).idr);
  teardown (&f);
}
GST_END_TEST;

/* x264enc gives its first picture a time of 1000 hours, and GStreamer's own limit
 * of key units then let none through until that time was over. */
GST_START_TEST (key_unit_asked_for_before_the_first_picture_is_not_the_last)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL)
    return;
  setup (&f, row, &config);
  ask_for_key_unit (&f);
  fail_unless (encode (&f).idr);
  for (guint i = 1; i < 40; i++)
    encode (&f);
  ask_for_key_unit (&f);
  fail_unless (encode (&f).idr);
  teardown (&f);
}
GST_END_TEST;

GST_START_TEST (key_units_come_by_themselves_unless_the_peer_asks)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL)
    return;
  config.peer_asks_for_idr = FALSE;
  setup (&f, row, &config);
  for (guint i = 0; i < 2 * RATE + 1; i++)
    fail_unless_equals_int (encode (&f).idr, i % (2 * RATE) == 0);
  teardown (&f);

  config.peer_asks_for_idr = TRUE;
  setup (&f, row, &config);
  for (guint i = 0; i < 4 * RATE; i++)
    fail_unless_equals_int (encode (&f).idr, i == 0);
  teardown (&f);
}
GST_END_TEST;

/* Encoders stay below the target, some by a third; off by a unit is a factor
 * of a thousand. */
static void
check_rate (gsize bytes, guint pictures, guint kbps)
{
  guint64 real = gst_util_uint64_scale (bytes * 8, RATE, pictures * 1000);

  fail_unless (real >= kbps * 45 / 100 && real <= kbps * 115 / 100,
      "%" G_GUINT64_FORMAT " kbit/s instead of %u", real, kbps);
}

static void
set_bitrate (Fixture *f, guint kbps)
{
  f->config.bitrate_kbps = kbps;
  wfd_encoder_set_bitrate (f->row, f->encoder, &f->config);
}

GST_START_TEST (bit_rate_is_in_kbit_and_can_change_while_it_runs)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  Fixture f;

  if (row == NULL)
    return;
  config.bitrate_kbps = 800;
  setup (&f, row, &config);
  encode_bytes (&f, RATE);
  check_rate (encode_bytes (&f, 2 * RATE), 2 * RATE, 800);

  set_bitrate (&f, 300);
  encode_bytes (&f, RATE);
  check_rate (encode_bytes (&f, 2 * RATE), 2 * RATE, 300);

  set_bitrate (&f, 1200);
  encode_bytes (&f, RATE);
  check_rate (encode_bytes (&f, 2 * RATE), 2 * RATE, 1200);
  teardown (&f);
}
GST_END_TEST;

/* @n captures, of which every second one is left out before the encoder. */
static gsize
encode_half (Fixture *f, guint n)
{
  gsize bytes = 0;

  for (guint i = 0; i < n / 2; i++) {
    bytes += encode (f).bytes;
    f->frame++;
  }
  return bytes;
}

GST_START_TEST (half_of_the_pictures_make_all_of_the_bits)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  gsize all, half;
  Fixture f;

  if (row == NULL)
    return;
  config.bitrate_kbps = 800;
  setup (&f, row, &config);
  encode_bytes (&f, RATE);
  all = encode_bytes (&f, 4 * RATE);
  f.config.frame_divisor = 2;
  set_bitrate (&f, 800);
  encode_half (&f, RATE);
  half = encode_half (&f, 4 * RATE);
  fail_unless (half >= all * 8 / 10 && half <= all * 12 / 10,
      "%" G_GSIZE_FORMAT " bytes, without %" G_GSIZE_FORMAT, half, all);
  teardown (&f);
}

GST_END_TEST;

static guint
get_kbps (Fixture *f, const char *property)
{
  guint value;

  g_object_get (f->encoder, property, &value, NULL);
  return value / f->row->bitrate_unit;
}

/* H.264 table A-1, and 90 % of what the peer says. */
GST_START_TEST (bit_rate_is_what_level_and_peer_allow)
{
  static const struct
  {
    guint level;
    guint peer_kbps;
    WfdH264Profile profile;
    guint allowed_kbps;
    guint high_kbps; /* of an encoder that has this profile */
    gboolean peer_is_less;
  } rows[] = {
    { 31, 0, WFD_H264_PROFILE_CBP, 14000, 14000 },
    { 31, 0, WFD_H264_PROFILE_CHP, 14000, 17500 },
    { 42, 0, WFD_H264_PROFILE_CBP, 50000, 50000 },
    { 42, 10000, WFD_H264_PROFILE_CBP, 9000, 9000, TRUE },
    { 31, 100000, WFD_H264_PROFILE_CBP, 14000, 14000 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
    WfdEncoderConfig config = default_config ();
    gboolean high = row != NULL && row->profiles[WFD_H264_PROFILE_CHP] != NULL;
    guint allowed_kbps = high ? rows[i].high_kbps : rows[i].allowed_kbps;
    Fixture f;

    if (row == NULL)
      return;
    config.level = rows[i].level;
    config.profile = rows[i].profile;
    config.max_bitrate_kbps = rows[i].peer_kbps;
    config.bitrate_kbps = 60000;
    setup (&f, row, &config);
    fail_unless_equals_int (get_kbps (&f, row->bitrate), allowed_kbps);
    if (row->peak_bitrate != NULL)
      fail_unless_equals_int (get_kbps (&f, row->peak_bitrate), allowed_kbps);
    encode (&f);
    fail_unless (f.sps.level_idc <= config.level, "%u", f.sps.level_idc);

    set_bitrate (&f, 100000);
    fail_unless_equals_int (get_kbps (&f, row->bitrate), allowed_kbps);
    /* Of half of the pictures the peer gets half of what the encoder is told, whose level
     * remains. */
    f.config.frame_divisor = 2;
    set_bitrate (&f, 100000);
    fail_unless_equals_int (get_kbps (&f, row->bitrate),
        rows[i].peer_is_less ? 2 * allowed_kbps : allowed_kbps);
    teardown (&f);
  }
}
GST_END_TEST;

/* With 1.2 to 1.9 pictures x264enc makes two thirds of what it is told. */
GST_START_TEST (buffer_is_one_picture_or_two)
{
  static const struct
  {
    gint rate;
    guint vbv_ms;
    guint told_ms;
    guint frame_divisor;
  } rows[] = {
    { 30, 34, 34 },
    { 30, 37, 36 },
    { 30, 64, 36 },
    { 30, 66, 66 },
    { 60, 27, 18 },
    { 60, 33, 33 },
    { 24, 60, 45 },
    /* Of every second picture: as many of those that the encoder counts. */
    { 60, 67, 33, 2 },
    { 60, 60, 18, 2 },
  };
  const WfdEncoder *row = find_installed (WFD_ENCODER_H264, "x264enc");

  for (guint i = 0; row != NULL && i < G_N_ELEMENTS (rows); i++) {
    WfdEncoderConfig config = default_config ();
    g_autoptr (GstElement) element = NULL;
    guint told_ms;

    config.rate_n = rows[i].rate;
    config.vbv_ms = rows[i].vbv_ms;
    config.frame_divisor = rows[i].frame_divisor;
    element = gst_object_ref_sink (wfd_encoder_make (row, &config));
    g_object_get (element, row->vbv, &told_ms, NULL);
    fail_unless_equals_int (told_ms, rows[i].told_ms);
  }
}
GST_END_TEST;

/* openh264enc makes one with the first rise, where it looks at its level again. */
GST_START_TEST (changes_of_the_bit_rate_do_not_make_key_units)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_H264, __i__);
  WfdEncoderConfig config = default_config ();
  guint key_units = 0;
  Fixture f;

  if (row == NULL)
    return;
  setup (&f, row, &config);
  encode (&f);
  for (guint i = 0; i < 100; i++) {
    key_units += encode (&f).idr;
    if (i % 5 == 0)
      set_bitrate (&f, i % 10 == 0 ? 300 + i : 900 - i);
  }
  fail_unless (key_units <= (g_str_equal (row->factory, "openh264enc") ? 1 : 0), "%u", key_units);
  teardown (&f);
}

GST_END_TEST;

/* The settings of a row are names and values of properties: of those encoders
 * that are here, tested or not, each must be known and taken. */
GST_START_TEST (settings_are_properties_that_take_the_value)
{
  guint n;
  const WfdEncoder *rows = wfd_encoder_get_table (&n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GstElement) element = NULL;

    if (!rows[i].tested)
      continue;
    element = gst_element_factory_make (rows[i].factory, NULL);
    if (element == NULL)
      continue;
    gst_object_ref_sink (element);
    for (guint s = 0; s < WFD_ENCODER_MAX_SETTINGS && rows[i].settings[s].property != NULL; s++) {
      GParamSpec *pspec =
          g_object_class_find_property (G_OBJECT_GET_CLASS (element), rows[i].settings[s].property);
      g_auto (GValue) value = G_VALUE_INIT;

      fail_unless (pspec != NULL, "%s has no %s", rows[i].factory, rows[i].settings[s].property);
      g_value_init (&value, pspec->value_type);
      fail_unless (gst_value_deserialize (&value, rows[i].settings[s].value), "%s: %s=%s",
          rows[i].factory, rows[i].settings[s].property, rows[i].settings[s].value);
    }
  }
}
GST_END_TEST;

GST_START_TEST (encoder_that_cannot_be_had_says_where_it_is)
{
  guint n, n_missing = 0;
  const WfdEncoder *rows = wfd_encoder_get_table (&n);

  for (guint i = 0; i < n; i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (rows[i].factory);
    g_autoptr (GError) error = NULL;

    if (factory != NULL)
      continue;
    n_missing++;
    fail_unless (wfd_encoder_find (rows[i].kind, rows[i].factory, &error) == NULL);
    fail_unless (strstr (error->message, rows[i].package) != NULL, "%s", error->message);
    fail_unless (strstr (error->message, "not a known") == NULL, "%s", error->message);
  }
  if (n_missing == 0)
    g_printerr ("all encoders are installed, not tested\n");
}

GST_END_TEST;

GST_START_TEST (unknown_encoder_is_an_error_that_names_the_known)
{
  g_autoptr (GError) error = NULL;

  fail_unless (wfd_encoder_find (WFD_ENCODER_H264, "theoraenc", &error) == NULL);
  fail_unless (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN));
  fail_unless (strstr (error->message, "theoraenc") != NULL);
  fail_unless (strstr (error->message, "x264enc (gstreamer1.0-plugins-ugly)") != NULL);
}
GST_END_TEST;

GST_START_TEST (hardware_comes_before_software)
{
  guint n, software = 0;
  const WfdEncoder *rows = wfd_encoder_get_table (&n);

  for (guint i = 0; i < n; i++) {
    if (rows[i].kind != WFD_ENCODER_H264)
      continue;
    software +=
        g_str_equal (rows[i].factory, "x264enc") || g_str_equal (rows[i].factory, "openh264enc");
    fail_unless (software == 0 || rows[i].tested);
  }
  fail_unless_equals_int (software, 2);
}
GST_END_TEST;

static void
count_bytes (GstElement *sink, GstBuffer *buffer, GstPad *pad, gsize *bytes)
{
  *bytes += gst_buffer_get_size (buffer);
}

/* The caps behind the encoder and how much it made of a second of noise. */
static GstCaps *
run_sound (const WfdEncoder *row, const WfdEncoderConfig *config, gsize *ret_bytes)
{
  g_autoptr (GstElement) pipeline = gst_pipeline_new (NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstCaps) raw = wfd_encoder_get_raw_caps (row, config);
  g_autoptr (GstMessage) end = NULL;
  g_autoptr (GstPad) pad = NULL;
  GstElement *source = gst_element_factory_make ("audiotestsrc", NULL);
  GstElement *encoder = wfd_encoder_make (row, config);
  GstElement *parse = gst_element_factory_make ("aacparse", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstCaps) adts = gst_caps_from_string ("audio/mpeg, stream-format=adts");
  GstCaps *caps;

  /* Pink noise, which is as much work at 48 kHz as music. */
  gst_util_set_object_arg (G_OBJECT (source), "wave", "pink-noise");
  g_object_set (source, "num-buffers", 100, "samplesperbuffer", 480, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, encoder, parse, sink, NULL);
  fail_unless (gst_element_link_filtered (source, encoder, raw));
  fail_unless (gst_element_link (encoder, parse));
  fail_unless (gst_element_link_filtered (parse, sink, adts));

  *ret_bytes = 0;
  g_object_set (sink, "signal-handoffs", TRUE, NULL);
  g_signal_connect (sink, "handoff", G_CALLBACK (count_bytes), ret_bytes);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  end = gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  fail_unless_equals_int (GST_MESSAGE_TYPE (end), GST_MESSAGE_EOS);
  pad = gst_element_get_static_pad (sink, "sink");
  caps = gst_pad_get_current_caps (pad);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return caps;
}

GST_START_TEST (sound_is_aac_lc_in_the_negotiated_format)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_AAC, __i__);
  WfdEncoderConfig config = {
    .audio_rate_hz = 48000,
    .audio_channels = 2,
    .bitrate_kbps = 128,
  };
  g_autoptr (GstCaps) caps = NULL;
  GstStructure *structure;
  gint rate, channels;
  gsize bytes;

  if (row == NULL)
    return;
  caps = run_sound (row, &config, &bytes);
  structure = gst_caps_get_structure (caps, 0);
  fail_unless (gst_structure_get_int (structure, "rate", &rate));
  fail_unless (gst_structure_get_int (structure, "channels", &channels));
  fail_unless_equals_int (rate, 48000);
  fail_unless_equals_int (channels, 2);
  fail_unless_equals_string (gst_structure_get_string (structure, "base-profile"), "lc");
  /* 128 kbit/s are 16000 bytes in a second. */
  fail_unless (bytes > 12000 && bytes < 20000, "%" G_GSIZE_FORMAT " bytes", bytes);
}
GST_END_TEST;

/* How many frames go in until one comes out. */
static guint
count_frames_until_output (const WfdEncoder *row)
{
  const WfdEncoderConfig config = { .audio_rate_hz = 48000,
    .audio_channels = 2,
    .bitrate_kbps = 128 };
  g_autoptr (GstCaps) raw = wfd_encoder_get_raw_caps (row, &config);
  const gsize bytes = g_str_equal (row->raw_format, "F32LE") ? 8 * 1024 : 4 * 1024;
  GstElement *encoder = wfd_encoder_make (row, &config);
  GstHarness *h = gst_harness_new_with_element (encoder, "sink", "src");
  guint n = 0;

  gst_object_unref (encoder);
  gst_caps_set_simple (raw, "channel-mask", GST_TYPE_BITMASK, G_GUINT64_CONSTANT (3), NULL);
  gst_harness_set_src_caps (h, g_steal_pointer (&raw));
  while (gst_harness_buffers_in_queue (h) == 0) {
    GstBuffer *frame = gst_buffer_new_allocate (NULL, bytes, NULL);

    gst_buffer_memset (frame, 0, 0, bytes);
    GST_BUFFER_PTS (frame) = gst_util_uint64_scale (n++, 1024 * GST_SECOND, 48000);
    fail_unless_equals_int (gst_harness_push (h, frame), GST_FLOW_OK);
    fail_unless (n < 10);
  }
  gst_harness_teardown (h);
  return n;
}

/* The picture would have to wait for it. */
GST_START_TEST (best_for_stereo_holds_no_frame_back)
{
  const WfdEncoder *best = wfd_encoder_find (WFD_ENCODER_AAC, NULL, NULL);
  const WfdEncoder *tested = find_tested (WFD_ENCODER_AAC, 0);

  if (tested == NULL || best != tested)
    return;
  fail_unless_equals_int (count_frames_until_output (best), 1);
}
GST_END_TEST;

GST_START_TEST (widest_encoder_takes_as_many_channels_as_any)
{
  const WfdEncoder *widest = wfd_encoder_find_widest ();
  guint n;
  const WfdEncoder *rows = wfd_encoder_get_table (&n);

  for (guint i = 0; i < n; i++)
    if (rows[i].kind == WFD_ENCODER_AAC
        && wfd_encoder_find (WFD_ENCODER_AAC, rows[i].factory, NULL))
      fail_unless (widest != NULL && widest->max_channels >= rows[i].max_channels);
}
GST_END_TEST;

/* 2 cos (2 pi f / 48000): a tone, and Goertzel's filter for it. */
#define TONE_500_HZ 1.995717847
#define TONE_900_HZ 1.986136921
#define SECOND_OF_SAMPLES 48000

/* A second with one tone on the left and another on the right. */
static GstBuffer *
make_tones (void)
{
  static const double factors[] = { TONE_500_HZ, TONE_900_HZ };
  g_autofree float *samples = g_new (float, 2 * SECOND_OF_SAMPLES);

  for (guint side = 0; side < 2; side++) {
    double before = -0.02, now = 0;

    for (guint i = 0; i < SECOND_OF_SAMPLES; i++) {
      double next = factors[side] * now - before;

      samples[2 * i + side] = now;
      before = now;
      now = next;
    }
  }
  return gst_buffer_new_memdup (samples, 2 * SECOND_OF_SAMPLES * sizeof (float));
}

static double
get_power (const GArray *samples, guint side, double factor)
{
  double before = 0, now = 0;

  for (guint i = side; i < samples->len; i += 2) {
    double next = g_array_index (samples, float, i) + factor * now - before;

    before = now;
    now = next;
  }
  return now * now + before * before - factor * now * before;
}

static GArray *
decode (GstElement *out)
{
  GArray *samples = g_array_new (FALSE, FALSE, sizeof (float));
  GstSample *sample;

  while ((sample = gst_app_sink_pull_sample (GST_APP_SINK (out))) != NULL) {
    GstMapInfo map;

    fail_unless (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ));
    g_array_append_vals (samples, map.data, map.size / sizeof (float));
    gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
    gst_sample_unref (sample);
  }
  return samples;
}

/* What was put in, coded and decoded. */
static GArray *
run_tones (const WfdEncoder *row, const WfdEncoderConfig *config)
{
  g_autoptr (GstElement) pipeline = gst_parse_launch (
      "appsrc name=in format=time caps=\"audio/x-raw, format=F32LE, layout=interleaved, "
      "rate=48000, channels=2, channel-mask=(bitmask)3\" ! audioconvert name=convert "
      "avdec_aac name=decode ! audioconvert ! audio/x-raw, format=F32LE, layout=interleaved ! "
      "appsink name=out sync=false",
      NULL);
  g_autoptr (GstCaps) raw = wfd_encoder_get_raw_caps (row, config);
  GstElement *encoder = wfd_encoder_make (row, config);
  g_autoptr (GstElement) in = gst_bin_get_by_name (GST_BIN (pipeline), "in");
  g_autoptr (GstElement) out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_autoptr (GstElement) convert = gst_bin_get_by_name (GST_BIN (pipeline), "convert");
  g_autoptr (GstElement) decoder = gst_bin_get_by_name (GST_BIN (pipeline), "decode");
  GArray *samples;

  gst_bin_add (GST_BIN (pipeline), encoder);
  fail_unless (gst_element_link_filtered (convert, encoder, raw));
  fail_unless (gst_element_link (encoder, decoder));
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  gst_app_src_push_buffer (GST_APP_SRC (in), make_tones ());
  gst_app_src_end_of_stream (GST_APP_SRC (in));
  samples = decode (out);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return samples;
}

GST_START_TEST (sound_stays_on_its_side)
{
  const WfdEncoder *row = find_tested (WFD_ENCODER_AAC, __i__);
  WfdEncoderConfig config = { .audio_rate_hz = 48000, .audio_channels = 2, .bitrate_kbps = 128 };
  g_autoptr (GArray) samples = NULL;

  if (row == NULL)
    return;
  samples = run_tones (row, &config);
  fail_unless (samples->len > SECOND_OF_SAMPLES);
  fail_unless (get_power (samples, 0, TONE_500_HZ) > 1000 * get_power (samples, 1, TONE_500_HZ));
  fail_unless (get_power (samples, 1, TONE_900_HZ) > 1000 * get_power (samples, 0, TONE_900_HZ));
}
GST_END_TEST;

static Suite *
wfd_encoder_suite (void)
{
  Suite *suite = suite_create ("wfd-encoder");
  TCase *video = tcase_create ("video");
  TCase *table = tcase_create ("table");

  suite_add_tcase (suite, video);
  tcase_set_timeout (video, 60);
  tcase_add_loop_test (video, video_is_constrained_baseline, 0, 2);
  tcase_add_loop_test (video, level_is_the_negotiated_one, 0, 2);
  tcase_add_loop_test (video, high_profile_has_no_cabac_and_no_b_pictures, 0, 2);
  tcase_add_loop_test (video, every_unit_has_a_delimiter_and_one_slice, 0, 2);
  tcase_add_loop_test (video, key_unit_comes_with_the_next_picture_when_asked_for, 0, 2);
  tcase_add_loop_test (video, key_unit_asked_for_before_the_first_picture_is_not_the_last, 0, 2);
  tcase_add_loop_test (video, key_units_come_by_themselves_unless_the_peer_asks, 0, 2);
  tcase_add_loop_test (video, bit_rate_is_in_kbit_and_can_change_while_it_runs, 0, 2);
  tcase_add_loop_test (video, half_of_the_pictures_make_all_of_the_bits, 0, 2);
  tcase_add_loop_test (video, bit_rate_is_what_level_and_peer_allow, 0, 2);
  tcase_add_loop_test (video, changes_of_the_bit_rate_do_not_make_key_units, 0, 2);

  suite_add_tcase (suite, table);
  tcase_add_test (table, buffer_is_one_picture_or_two);
  tcase_add_test (table, settings_are_properties_that_take_the_value);
  tcase_add_test (table, encoder_that_cannot_be_had_says_where_it_is);
  tcase_add_test (table, unknown_encoder_is_an_error_that_names_the_known);
  tcase_add_test (table, hardware_comes_before_software);
  tcase_add_loop_test (table, sound_is_aac_lc_in_the_negotiated_format, 0, 2);
  tcase_add_loop_test (table, sound_stays_on_its_side, 0, 2);
  tcase_add_test (table, best_for_stereo_holds_no_frame_back);
  tcase_add_test (table, widest_encoder_takes_as_many_channels_as_any);
  return suite;
}

GST_CHECK_MAIN (wfd_encoder);
