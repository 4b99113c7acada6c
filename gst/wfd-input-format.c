/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-input-format.h"

#include <gst/pbutils/pbutils.h>

/* Taken for the rate of video that has none of its own, as a screen that is
 * grabbed when it changes. */
#define UNKNOWN_RATE_HZ 30

/* What H.264 calls it, and what a peer must be able to decode for it. Baseline
 * is what some hardware calls its Constrained Baseline. */
static const struct
{
  const char *name;
  WfdH264Profile profile;
} profiles[] = {
  { "constrained-baseline", WFD_H264_PROFILE_CBP },
  { "baseline", WFD_H264_PROFILE_CBP },
  { "constrained-high", WFD_H264_PROFILE_CHP },
  { "progressive-high", WFD_H264_PROFILE_CHP },
  { "high", WFD_H264_PROFILE_CHP },
};

WfdEntryKind
wfd_input_format_find_kind (const GstCaps *caps)
{
  const char *name = gst_structure_get_name (gst_caps_get_structure (caps, 0));

  if (g_str_equal (name, "video/x-raw"))
    return WFD_ENTRY_PICTURES;
  if (g_str_equal (name, "audio/x-raw"))
    return WFD_ENTRY_SOUND;
  if (g_str_has_prefix (name, "audio/x-ac3"))
    return WFD_ENTRY_AC3;
  return g_str_has_prefix (name, "video/") ? WFD_ENTRY_CODED_VIDEO : WFD_ENTRY_CODED_SOUND;
}

static guint
get_number (const GstStructure *structure, const char *field)
{
  gint value = 0;

  gst_structure_get_int (structure, field, &value);
  return MAX (value, 0);
}

static gboolean
read_profile (const char *name, WfdH264Profile *ret_profile, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++) {
    if (g_strcmp0 (profiles[i].name, name) != 0)
      continue;
    *ret_profile = profiles[i].profile;
    return TRUE;
  }
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "The H.264 stream has the profile \"%s\", which no Wi-Fi Display peer has to take; make it "
      "constrained-baseline, or decode it and let wfdsink encode",
      name != NULL ? name : "unknown");
  return FALSE;
}

static gboolean
check_mode (const WfdInputFormat *format, GError **error)
{
  g_autofree char *mode = wfd_input_format_get_offer (format);
  g_autoptr (GError) why = NULL;

  if (wfd_offer_check (&(WfdOffer) { .video_formats = mode }, WFD_ROLE_SOURCE, &why))
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "Wi-Fi Display does not have the size or the rate of the H.264 stream; put videoscale and "
      "videorate in front of its encoder, or let wfdsink encode, which scales by itself: %s",
      why->message);
  return FALSE;
}

static gboolean
read_coded_video (const GstStructure *structure, WfdInputFormat *format, GError **error)
{
  const char *scan = gst_structure_get_string (structure, "interlace-mode");
  const char *level = gst_structure_get_string (structure, "level");

  if (scan != NULL && !g_str_equal (scan, "progressive")) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "The H.264 stream is interlaced; decode it and let wfdsink encode");
    return FALSE;
  }
  if (level != NULL)
    format->level = gst_codec_utils_h264_get_level_idc (level);
  return read_profile (gst_structure_get_string (structure, "profile"), &format->profile, error)
      && check_mode (format, error);
}

/* The modes that Wi-Fi Display has (WFD 2.1 §6.1.2). */
static gboolean
check_coded_sound (const WfdInputFormat *format, GError **error)
{
  gboolean ac3 = format->audio_codec == WFD_AUDIO_CODEC_AC3;
  guint most = ac3 ? 6 : 8;

  if (format->audio_rate_hz == 48000 && format->audio_channels > 0 && format->audio_channels <= most
      && format->audio_channels % 2 == 0)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "The %s stream has %u Hz and %u channels, and Wi-Fi Display wants 48000 Hz and 2, 4%s; "
      "decode it and let wfdsink encode",
      ac3 ? "AC-3" : "AAC", format->audio_rate_hz, format->audio_channels,
      ac3 ? " or 6" : ", 6 or 8");
  return FALSE;
}

static WfdAudioCodec
get_audio_codec (WfdEntryKind kind)
{
  if (kind == WFD_ENTRY_AC3)
    return WFD_AUDIO_CODEC_AC3;
  return kind == WFD_ENTRY_CODED_SOUND ? WFD_AUDIO_CODEC_AAC : WFD_AUDIO_CODEC_NONE;
}

gboolean
wfd_input_format_read (const GstCaps *caps, WfdInputFormat *ret_format, GError **error)
{
  const GstStructure *structure = gst_caps_get_structure (caps, 0);
  WfdEntryKind kind = wfd_input_format_find_kind (caps);
  WfdInputFormat format = {
    .coded = kind != WFD_ENTRY_PICTURES && kind != WFD_ENTRY_SOUND,
    .width = get_number (structure, "width"),
    .height = get_number (structure, "height"),
    .rate_d = 1,
    .audio_codec = get_audio_codec (kind),
    .audio_rate_hz = get_number (structure, "rate"),
    .audio_channels = get_number (structure, "channels"),
  };

  gst_structure_get_fraction (structure, "framerate", &format.rate_n, &format.rate_d);
  if (kind == WFD_ENTRY_CODED_VIDEO && !read_coded_video (structure, &format, error))
    return FALSE;
  if (format.audio_codec != WFD_AUDIO_CODEC_NONE && !check_coded_sound (&format, error))
    return FALSE;
  *ret_format = format;
  return TRUE;
}

guint
wfd_input_format_get_rate_hz (const WfdInputFormat *self)
{
  if (self->rate_n <= 0 || self->rate_d <= 0)
    return 0;
  return gst_util_uint64_scale_int_round (1, self->rate_n, self->rate_d);
}

/* A scaled picture may lose so much of its area before the next mode is taken. */
#define ENOUGH_PERCENT 85

static void
find_size (const WfdInputFormat *self, WfdOfferWish *wish)
{
  static const struct
  {
    guint width;
    guint height;
  } sizes[] = { { 640, 480 }, { 720, 480 }, { 720, 576 }, { 1280, 720 }, { 1920, 1080 } };
  guint64 area = (guint64) self->width * self->height;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gboolean exact = sizes[i].width == self->width && sizes[i].height == self->height;
    gboolean wide = sizes[i].width >= 1280;

    wish->width = sizes[i].width;
    wish->height = sizes[i].height;
    if (exact || (wide && sizes[i].width * sizes[i].height * 100 >= area * ENOUGH_PERCENT))
      return;
  }
}

WfdOfferWish
wfd_input_format_get_wish (const WfdInputFormat *self)
{
  static const guint rates_hz[] = { 24, 25, 30, 50, 60 };
  guint rate_hz = wfd_input_format_get_rate_hz (self);
  WfdOfferWish wish = { .rate_hz = rate_hz > 60 ? 60 : UNKNOWN_RATE_HZ };

  for (guint i = 0; i < G_N_ELEMENTS (rates_hz); i++)
    if (rates_hz[i] == rate_hz)
      wish.rate_hz = rate_hz;
  if (self->coded) {
    wish.width = self->width;
    wish.height = self->height;
  } else {
    find_size (self, &wish);
  }
  return wish;
}

static guint
get_coded_rate_hz (const WfdInputFormat *self)
{
  guint rate_hz = wfd_input_format_get_rate_hz (self);

  return rate_hz > 0 ? rate_hz : UNKNOWN_RATE_HZ;
}

static char *
get_sound_offer (const WfdInputFormat *self)
{
  const char *codec = self->audio_codec == WFD_AUDIO_CODEC_AC3 ? "ac3" : "aac";

  return self->audio_channels == 2 ? g_strdup (codec)
                                   : g_strdup_printf ("%s-%uch", codec, self->audio_channels);
}

char *
wfd_input_format_get_offer (const WfdInputFormat *self)
{
  if (self->audio_codec != WFD_AUDIO_CODEC_NONE)
    return get_sound_offer (self);
  return g_strdup_printf ("%ux%up%u%s", self->width, self->height, get_coded_rate_hz (self),
      self->profile == WFD_H264_PROFILE_CHP ? "-chp" : "");
}

gboolean
wfd_input_format_check (const WfdInputFormat *self, const WfdEncoderConfig *agreed, GError **error)
{
  guint agreed_rate_hz = agreed->rate_n / MAX (agreed->rate_d, 1);

  if (self->width == agreed->width && self->height == agreed->height
      && get_coded_rate_hz (self) == agreed_rate_hz && self->profile <= agreed->profile)
    return TRUE;
  g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
      "The display does not take %ux%u at %u Hz in Constrained %s, which the H.264 stream is, but "
      "%ux%u at %u Hz in Constrained %s; decode it and let wfdsink encode",
      self->width, self->height, get_coded_rate_hz (self),
      self->profile == WFD_H264_PROFILE_CHP ? "High" : "Baseline", agreed->width, agreed->height,
      agreed_rate_hz, agreed->profile == WFD_H264_PROFILE_CHP ? "High" : "Baseline");
  return FALSE;
}
