/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-encoder.h"

#include <gst/pbutils/pbutils.h>

/* A full VBV of 100 ms delays by as much, and keeps an IDR at two to three
 * times the size of the other pictures; with 600 ms it is ten times. */
#define VBV_MS 100
/* A peer that lost something waits for the next IDR, unless it asks. */
#define GOP_SECONDS 2
#define GOP_SECONDS_ON_REQUEST 10
/* Room above the target that encoders with a peak rate are given. */
#define PEAK_PERCENT 125
/* Of what a peer takes: MPEG-TS, RTP, and the sound. */
#define OVERHEAD_PERCENT 10

#define H264_PROFILES(cbp, chp) \
  { \
    [WFD_H264_PROFILE_CBP] = cbp, [WFD_H264_PROFILE_CHP] = chp \
  }

/* The second, where there is one, needs less power. */
#define VA_H264(name) \
  { \
    .factory = name, .package = "gstreamer1.0-plugins-bad", .kind = WFD_ENCODER_H264, \
    .raw_format = "NV12", .bitrate = "bitrate", .bitrate_unit = 1, .vbv = "cpb-size", \
    .vbv_unit = WFD_ENCODER_VBV_KBIT, .gop = "key-int-max", .key_units = TRUE, \
    .profiles = H264_PROFILES ("constrained-baseline", "high"), \
    .settings = { { "rate-control", "cbr" }, { "b-frames", "0" }, { "i-frames", "0" }, \
      { "ref-frames", "1" }, { "num-slices", "1" }, { "cabac", "false" }, { "dct8x8", "false" }, \
      { "aud", "true" }, { "cc-insert", "false" } }, \
    .high_settings = { { "dct8x8", "true" } }, .fast_settings = { { "target-usage", "6" } }, \
  }

static const WfdEncoder encoders[] = {
  VA_H264 ("vah264enc"),
  VA_H264 ("vah264lpenc"),
  {
      .factory = "nvh264enc",
      .package = "gstreamer1.0-plugins-bad",
      .kind = WFD_ENCODER_H264,
      .raw_format = "NV12",
      .bitrate = "bitrate",
      .bitrate_unit = 1,
      .peak_bitrate = "max-bitrate",
      .vbv = "vbv-buffer-size",
      .vbv_unit = WFD_ENCODER_VBV_KBIT,
      .gop = "gop-size",
      .key_units = TRUE,
      /* High comes with CABAC, which cannot be switched off. */
      .profiles = H264_PROFILES ("constrained-baseline", NULL),
      .level_in_caps = TRUE,
      .settings = { { "preset", "low-latency-hq" }, { "rc-mode", "cbr" }, { "zerolatency", "true" },
          { "bframes", "0" }, { "rc-lookahead", "0" }, { "weighted-pred", "false" },
          { "aud", "true" } },
      .fast_settings = { { "preset", "low-latency-hp" } },
  },
  {
      .factory = "qsvh264enc",
      .package = "gstreamer1.0-plugins-bad",
      .kind = WFD_ENCODER_H264,
      .raw_format = "NV12",
      .bitrate = "bitrate",
      .bitrate_unit = 1,
      .peak_bitrate = "max-bitrate",
      .gop = "gop-size",
      .key_units = TRUE,
      .profiles = H264_PROFILES ("constrained-baseline", "constrained-high"),
      .settings = { { "rate-control", "cbr" }, { "low-latency", "true" }, { "b-frames", "0" },
          { "ref-frames", "1" }, { "idr-interval", "0" }, { "cabac", "off" } },
      .fast_settings = { { "target-usage", "6" } },
  },
  {
      .factory = "vaapih264enc",
      .package = "gstreamer1.0-vaapi",
      .kind = WFD_ENCODER_H264,
      .raw_format = "NV12",
      .bitrate = "bitrate",
      .bitrate_unit = 1,
      .vbv = "cpb-length",
      .vbv_unit = WFD_ENCODER_VBV_MS,
      .gop = "keyframe-period",
      .key_units = TRUE,
      .profiles = H264_PROFILES ("constrained-baseline", "high"),
      .settings = { { "rate-control", "cbr" }, { "max-bframes", "0" }, { "refs", "1" },
          { "num-slices", "1" }, { "cabac", "false" }, { "dct8x8", "false" }, { "aud", "true" } },
      .high_settings = { { "dct8x8", "true" } },
      .fast_settings = { { "quality-level", "6" } },
  },
  {
      .factory = "msdkh264enc",
      .package = "gstreamer1.0-plugins-bad",
      .kind = WFD_ENCODER_H264,
      .raw_format = "NV12",
      .bitrate = "bitrate",
      .bitrate_unit = 1,
      .peak_bitrate = "max-vbv-bitrate",
      .gop = "gop-size",
      .key_units = TRUE,
      .profiles = H264_PROFILES ("constrained-baseline", "high"),
      .settings = { { "rate-control", "cbr" }, { "async-depth", "1" }, { "b-frames", "0" },
          { "i-frames", "0" }, { "ref-frames", "1" }, { "num-slices", "1" }, { "cabac", "false" },
          { "lowdelay-brc", "on" } },
      .fast_settings = { { "target-usage", "6" } },
  },
  {
      .factory = "v4l2h264enc",
      .package = "gstreamer1.0-plugins-good",
      .kind = WFD_ENCODER_H264,
      .raw_format = "{ NV12, I420 }",
      .bitrate = "video_bitrate",
      .bitrate_unit = 1000,
      .gop = "video_gop_size",
      /* Its driver is told from GStreamer 1.24 on only. */
      .key_units = FALSE,
      .controls = "extra-controls",
      .profiles = H264_PROFILES ("constrained-baseline", NULL),
      .level_in_caps = TRUE,
      .settings = { { "video_bitrate_mode", "1" }, { "video_b_frames", "0" },
          { "h264_entropy_mode", "0" }, { "repeat_sequence_header", "1" } },
  },
  {
      .factory = "x264enc",
      .package = "gstreamer1.0-plugins-ugly",
      .kind = WFD_ENCODER_H264,
      .tested = TRUE,
      /* Left alone it takes Y444 from who offers it, and sends High 4:4:4. */
      .raw_format = "I420",
      .bitrate = "bitrate",
      .bitrate_unit = 1,
      .vbv = "vbv-buf-capacity",
      .vbv_unit = WFD_ENCODER_VBV_MS,
      /* Up to 1.1 pictures it is sure that one fills it, and makes 0.86 of what it is
       * told; above that it keeps half of it empty: 0.63, and 0.86 again with two. */
      .vbv_gap_from = 109,
      .vbv_gap_to = 195,
      .gop = "key-int-max",
      .obeys_at_once = TRUE,
      .key_units = TRUE,
      .profiles = H264_PROFILES ("constrained-baseline", "high"),
      .level_in_caps = TRUE,
      /* More threads mean more slices or a picture of delay each. */
      .settings = { { "tune", "zerolatency" }, { "speed-preset", "superfast" }, { "threads", "1" },
          { "sliced-threads", "false" }, { "bframes", "0" }, { "b-adapt", "false" },
          { "weightb", "false" }, { "ref", "1" }, { "cabac", "false" }, { "dct8x8", "false" },
          { "rc-lookahead", "0" }, { "aud", "true" }, { "insert-vui", "true" },
          { "byte-stream", "true" }, { "option-string", "repeat-headers=1" } },
      .high_settings = { { "dct8x8", "true" } },
      .fast_settings = { { "speed-preset", "ultrafast" } },
  },
  {
      .factory = "openh264enc",
      .package = "gstreamer1.0-plugins-bad",
      .kind = WFD_ENCODER_H264,
      .tested = TRUE,
      .raw_format = "I420",
      .bitrate = "bitrate",
      .bitrate_unit = 1000,
      /* Without it a change of the bit rate can force an IDR. */
      .peak_bitrate = "max-bitrate",
      .gop = "gop-size",
      .key_units = TRUE,
      .profiles = H264_PROFILES ("constrained-baseline", NULL),
      /* "screen" stays at a third of the bit rate, and takes long to climb. */
      .settings = { { "usage-type", "camera" }, { "rate-control", "bitrate" },
          { "complexity", "low" }, { "multi-thread", "1" }, { "slice-mode", "n-slices" },
          { "num-slices", "1" }, { "enable-frame-skip", "false" },
          /* makes IDR that nobody asked for */
          { "scene-change-detection", "false" } },
  },

  {
      .factory = "fdkaacenc",
      .package = "gstreamer1.0-fdkaac",
      .kind = WFD_ENCODER_AAC,
      .max_channels = 8,
      .raw_format = "S16LE",
      .bitrate = "bitrate",
      .bitrate_unit = 1000,
  },
  /* In front of that of libav, which looks at the next frame before it makes one: 21 ms
   * for which the picture has to wait. It is the better one, too: at 128 kbit/s what it adds to
   * music has an eighth of the power. */
  {
      .factory = "voaacenc",
      .package = "gstreamer1.0-plugins-bad",
      .kind = WFD_ENCODER_AAC,
      .tested = TRUE,
      .raw_format = "S16LE",
      .bitrate = "bitrate",
      .bitrate_unit = 1000,
      .max_channels = 2,
  },
  {
      .factory = "avenc_aac",
      .package = "gstreamer1.0-libav",
      .kind = WFD_ENCODER_AAC,
      .tested = TRUE,
      .raw_format = "F32LE",
      .bitrate = "bitrate",
      .bitrate_unit = 1000,
      .max_channels = 6,
      /* "aac-ms", on by default, forces mid and side: of tones that are on one side
       * only, half comes out on the other. */
      .settings = { { "aac-coder", "fast" }, { "aac-ms", "false" } },
  },
  {
      .factory = "faac",
      .package = "gstreamer1.0-plugins-bad",
      .kind = WFD_ENCODER_AAC,
      .max_channels = 6,
      .raw_format = "S16LE",
      .bitrate = "bitrate",
      .bitrate_unit = 1000,
      .settings = { { "rate-control", "ABR" } },
  },
};

const WfdEncoder *
wfd_encoder_get_table (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (encoders);
  return encoders;
}

/* A driver that is missing or a device that is taken shows in READY. */
static gboolean
works (const WfdEncoder *self)
{
  g_autoptr (GstElement) element = gst_element_factory_make (self->factory, NULL);
  gboolean ready;

  if (element == NULL)
    return FALSE;
  gst_object_ref_sink (element);
  ready = gst_element_set_state (element, GST_STATE_READY) == GST_STATE_CHANGE_SUCCESS;
  gst_element_set_state (element, GST_STATE_NULL);
  return ready;
}

static const char *
get_kind_name (WfdEncoderKind kind)
{
  return kind == WFD_ENCODER_H264 ? "H.264" : "AAC";
}

/* "x264enc (gstreamer1.0-plugins-ugly), …": those that need no hardware. */
static char *
list_names (WfdEncoderKind kind, gboolean tested_only)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++) {
    const WfdEncoder *row = &encoders[i];

    if (row->kind != kind || (tested_only && !row->tested))
      continue;
    g_string_append_printf (list, "%s%s (%s)", list->len > 0 ? ", " : "", row->factory,
        row->package);
  }
  return g_string_free (g_steal_pointer (&list), FALSE);
}

static const WfdEncoder *
get_row (WfdEncoderKind kind, const char *factory)
{
  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++)
    if (encoders[i].kind == kind && g_str_equal (encoders[i].factory, factory))
      return &encoders[i];
  return NULL;
}

static gboolean
is_installed (const char *factory)
{
  g_autoptr (GstElementFactory) found = gst_element_factory_find (factory);

  return found != NULL;
}

static char *
say_what_is_missing (WfdEncoderKind kind, const char *factory)
{
  const WfdEncoder *row = factory != NULL ? get_row (kind, factory) : NULL;
  g_autofree char *names = list_names (kind, factory == NULL);

  if (factory == NULL)
    return g_strdup_printf ("No %s encoder works on this machine: install one of %s",
        get_kind_name (kind), names);
  if (row == NULL)
    return g_strdup_printf ("\"%s\" is not a known %s encoder: choose one of %s", factory,
        get_kind_name (kind), names);
  if (!is_installed (factory))
    return g_strdup_printf (
        "The %s encoder \"%s\" is not installed, or finds no device: it is in %s",
        get_kind_name (kind), factory, row->package);
  return g_strdup_printf (
      "The %s encoder \"%s\" does not start, as if its device were taken: choose another",
      get_kind_name (kind), factory);
}

const WfdEncoder *
wfd_encoder_find (WfdEncoderKind kind, const char *factory, GError **error)
{
  g_autofree char *text = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++) {
    const WfdEncoder *row = &encoders[i];

    if (row->kind != kind || (factory != NULL && g_strcmp0 (row->factory, factory) != 0))
      continue;
    if (works (row))
      return row;
  }

  text = say_what_is_missing (kind, factory);
  g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, text);
  return NULL;
}

const WfdEncoder *
wfd_encoder_find_widest (void)
{
  const WfdEncoder *widest = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++) {
    const WfdEncoder *row = &encoders[i];

    if (row->kind == WFD_ENCODER_AAC && (widest == NULL || row->max_channels > widest->max_channels)
        && works (row))
      widest = row;
  }
  return widest;
}

static gboolean
has_property (GstElement *element, const char *name)
{
  return g_object_class_find_property (G_OBJECT_GET_CLASS (element), name) != NULL;
}

/* Which properties an encoder has depends on its version, and with hardware
 * on the device. */
static void
set_property (GstElement *element, const char *name, const char *value)
{
  if (has_property (element, name))
    gst_util_set_object_arg (G_OBJECT (element), name, value);
  else
    GST_DEBUG_OBJECT (element, "has no property \"%s\"", name);
}

/* A field of the structure that the property @controls holds. */
static void
set_control (GstElement *element, const char *controls, const char *name, const char *value)
{
  g_autofree char *text = g_strdup_printf ("controls, %s=(int)%s", name, value);
  g_autoptr (GstStructure) field = gst_structure_new_from_string (text);
  g_autoptr (GstStructure) structure = NULL;

  if (!has_property (element, controls) || field == NULL)
    return;
  g_object_get (element, controls, &structure, NULL);
  if (structure == NULL)
    structure = gst_structure_new_empty ("controls");
  gst_structure_set_value (structure, name, gst_structure_get_value (field, name));
  g_object_set (element, controls, structure, NULL);
}

static void
set_value (const WfdEncoder *self, GstElement *element, const char *name, const char *value)
{
  if (self->controls != NULL)
    set_control (element, self->controls, name, value);
  else
    set_property (element, name, value);
}

static void
set_number (const WfdEncoder *self, GstElement *element, const char *name, guint number)
{
  g_autofree char *value = g_strdup_printf ("%u", number);

  if (name != NULL)
    set_value (self, element, name, value);
}

static void
set_all (const WfdEncoder *self, GstElement *element, const WfdEncoderSetting *settings, guint n)
{
  for (guint i = 0; i < n && settings[i].property != NULL; i++)
    set_value (self, element, settings[i].property, settings[i].value);
}

/* Rounded down, as the upper end of what is good is where the gap begins. */
static guint
avoid_gap (const WfdEncoder *self, const WfdEncoderConfig *config, guint vbv_ms)
{
  guint64 picture_us =
      gst_util_uint64_scale (G_USEC_PER_SEC, config->rate_d, MAX (config->rate_n, 1));
  guint64 vbv = (guint64) vbv_ms * 1000 * 100;

  if (vbv <= self->vbv_gap_from * picture_us || vbv >= self->vbv_gap_to * picture_us)
    return vbv_ms;
  return MAX (self->vbv_gap_from * picture_us / (1000 * 100), 1);
}

static void
set_vbv (const WfdEncoder *self, GstElement *element, guint bitrate_kbps, guint vbv_ms)
{
  switch (self->vbv_unit) {
    case WFD_ENCODER_VBV_NONE:
      break;
    case WFD_ENCODER_VBV_MS:
      set_number (self, element, self->vbv, vbv_ms);
      break;
    case WFD_ENCODER_VBV_KBIT:
      set_number (self, element, self->vbv, MAX (bitrate_kbps * vbv_ms / 1000, 1));
      break;
  }
}

/* MaxBR of H.264 table A-1, in kbit/s of Baseline. */
static const struct
{
  guint level; /* times ten */
  guint max_kbps;
} levels[] = {
  { 31, 14000 },
  { 32, 20000 },
  { 40, 20000 },
  { 41, 50000 },
  { 42, 50000 },
  { 50, 135000 },
  { 51, 240000 },
  { 52, 240000 },
};

static gboolean
is_high (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  return config->profile == WFD_H264_PROFILE_CHP
      && (self == NULL || self->profiles[WFD_H264_PROFILE_CHP] != NULL);
}

/* The level allows no more, and openh264enc for one calls it by the next level.
 * High may have a quarter more (§A.3.3). */
static guint
get_level_limit_kbps (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (levels[i].level == config->level)
      return is_high (self, config) ? levels[i].max_kbps / 4 * 5 : levels[i].max_kbps;
  return G_MAXUINT;
}

/* kbit/s that an encoder may be told that gets one of @divisor pictures and reckons with all: the
 * peer sees what it makes, but its level goes by what it is told. */
static guint
get_limit_for (const WfdEncoder *self, const WfdEncoderConfig *config, guint divisor)
{
  guint64 peer_kbps = config->max_bitrate_kbps > 0
      ? gst_util_uint64_scale (config->max_bitrate_kbps, 100 - OVERHEAD_PERCENT, 100) * divisor
      : G_MAXUINT;

  if (self != NULL && self->kind != WFD_ENCODER_H264)
    return G_MAXUINT;
  return MAX (MIN (get_level_limit_kbps (self, config), peer_kbps), 1);
}

guint
wfd_encoder_get_limit (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  return get_limit_for (self, config, 1);
}

/* An encoder spends on each picture what is its part at the rate of the caps, whenever it comes. */
void
wfd_encoder_set_bitrate (const WfdEncoder *self, GstElement *element,
    const WfdEncoderConfig *config)
{
  guint divisor = MAX (config->frame_divisor, 1);
  guint limit_kbps = get_limit_for (self, config, divisor);
  guint kbps = MIN ((guint64) config->bitrate_kbps * divisor, limit_kbps);
  guint peak_kbps = MIN (gst_util_uint64_scale (kbps, PEAK_PERCENT, 100), limit_kbps);
  guint vbv_ms = MAX ((config->vbv_ms > 0 ? config->vbv_ms : VBV_MS) / divisor, 1);

  set_number (self, element, self->peak_bitrate, peak_kbps * self->bitrate_unit);
  set_number (self, element, self->bitrate, kbps * self->bitrate_unit);
  set_vbv (self, element, kbps, avoid_gap (self, config, vbv_ms));
}

static guint
get_gop_pictures (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  gboolean on_request = config->peer_asks_for_idr && self->key_units;
  guint seconds = on_request ? GOP_SECONDS_ON_REQUEST : GOP_SECONDS;

  return gst_util_uint64_scale (seconds, config->rate_n, MAX (config->rate_d, 1));
}

static gboolean
is_above_1080p30 (const WfdEncoderConfig *config)
{
  guint64 pixels = (guint64) config->width * config->height;

  return gst_util_uint64_scale (pixels, config->rate_n, MAX (config->rate_d, 1)) > 1920 * 1080 * 30;
}

GstElement *
wfd_encoder_make (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  GstElement *element = gst_element_factory_make (self->factory, NULL);

  if (element == NULL)
    return NULL;

  set_all (self, element, self->settings, G_N_ELEMENTS (self->settings));
  if (self->kind == WFD_ENCODER_H264) {
    if (config->profile == WFD_H264_PROFILE_CHP)
      set_all (self, element, self->high_settings, G_N_ELEMENTS (self->high_settings));
    if (is_above_1080p30 (config))
      set_all (self, element, self->fast_settings, G_N_ELEMENTS (self->fast_settings));
    set_number (self, element, self->gop, get_gop_pictures (self, config));
  }
  wfd_encoder_set_bitrate (self, element, config);
  return element;
}

static GstCaps *
get_picture_caps (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  g_autofree char *text = g_strdup_printf ("video/x-raw, format=(string) %s", self->raw_format);
  GstCaps *caps = gst_caps_from_string (text);

  gst_caps_set_simple (caps, "width", G_TYPE_INT, (gint) config->width, "height", G_TYPE_INT,
      (gint) config->height, "framerate", GST_TYPE_FRACTION, config->rate_n, config->rate_d,
      "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, "interlace-mode", G_TYPE_STRING, "progressive",
      NULL);
  return caps;
}

GstCaps *
wfd_encoder_get_raw_caps (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  if (self->kind == WFD_ENCODER_H264)
    return get_picture_caps (self, config);

  return gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, self->raw_format, "layout",
      G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, (gint) config->audio_rate_hz, "channels",
      G_TYPE_INT, (gint) config->audio_channels, NULL);
}

/* What a decoder of Constrained High decodes in any case. */
static const char *
get_profile_name (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  const char *name = self->profiles[config->profile];

  return name != NULL ? name : self->profiles[WFD_H264_PROFILE_CBP];
}

GstCaps *
wfd_encoder_get_coded_caps (const WfdEncoder *self, const WfdEncoderConfig *config)
{
  GstCaps *caps;

  if (self->kind == WFD_ENCODER_AAC)
    return gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 4, NULL);

  caps = gst_caps_new_simple ("video/x-h264", "stream-format", G_TYPE_STRING, "byte-stream",
      "alignment", G_TYPE_STRING, "au", "profile", G_TYPE_STRING, get_profile_name (self, config),
      NULL);
  if (self->level_in_caps && config->level > 0) {
    const guint8 sps[] = { 66, 0, config->level };

    gst_caps_set_simple (caps, "level", G_TYPE_STRING,
        gst_codec_utils_h264_get_level (sps, sizeof sps), NULL);
  }
  return caps;
}
