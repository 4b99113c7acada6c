/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values that name video and audio formats. Those of R1 are read into
 * structs, those that we only take note of are checked and kept as text. */
#include "rtsp-params-private.h"

#include <wfd/wfd-error.h>

/* The bits that have a meaning in R1, by WfdTable. AOSP's sample sink sets all
 * 32, miraclecast bit 12 of HH. The higher CEA bits are modes of R2, which
 * wfd_video_formats cannot name. VESA bit 29 is reserved in R1, yet Android
 * and lazycast use it for 1920x1200p60. */
static const guint32 r1_modes[WFD_N_TABLES] = {
  [WFD_TABLE_CEA] = 0x0001ffff,
  [WFD_TABLE_VESA] = 0x3fffffff,
  [WFD_TABLE_HH] = 0x00000fff,
};

/* WFD 2.1 §6.1.3, times ten, by bit. */
static const guint8 r1_levels[] = { 31, 32, 40, 41, 42 };

#define LATENCY_UNIT_MS 5

/* The tuple h264-codec of WFD 2.1 §6.1.3. */
enum
{
  PROFILE,
  LEVEL,
  CEA,
  VESA,
  HH,
  LATENCY,
  MIN_SLICE_SIZE,
  SLICE_ENC_PARAMS,
  FRAME_RATE_CONTROL,
  MAX_HRES,
  MAX_VRES,
  N_H264_FIELDS
};

static const guint8 h264_codec[N_H264_FIELDS] = { 2, 2, 8, 8, 8, 2, 4, 4, 2, 4 | WFD_FIELD_OR_NONE,
  4 | WFD_FIELD_OR_NONE };

/* Some sinks end a tuple behind the bitmaps ("00 00 01 10 0001bde1 00300000
 * 000003c0" was seen); without any bitmap it says nothing. */
#define N_REQUIRED_H264_FIELDS (CEA + 1)

static const guint8 native_and_preferred[] = { 2, 2 };

/* The highest of several bits. Reserved bits stand for levels that R1 does not
 * know: beside others they are dropped, alone they mean the highest. */
static guint8
level_from_bits (guint64 bits)
{
  const gsize n = G_N_ELEMENTS (r1_levels);

  for (gsize i = n; i > 0; i--) {
    if (bits & 1 << (i - 1))
      return r1_levels[i - 1];
  }
  return bits != 0 ? r1_levels[n - 1] : 0;
}

static guint64
level_to_bit (guint level)
{
  gsize i = G_N_ELEMENTS (r1_levels) - 1;

  while (i > 0 && r1_levels[i] > level)
    i--;
  return 1 << i;
}

static guint64
latency_to_field (guint latency_ms)
{
  return MIN ((latency_ms + LATENCY_UNIT_MS - 1) / LATENCY_UNIT_MS, 0xff);
}

static guint16
size_from_field (guint64 field)
{
  return field == WFD_FIELD_NONE ? 0 : field;
}

static guint64
size_to_field (guint16 size)
{
  return size == 0 ? WFD_FIELD_NONE : size;
}

static gboolean
read_h264_codec (WfdText text, WfdH264Codec *ret_codec)
{
  guint64 fields[N_H264_FIELDS];

  if (!wfd_param_take_fields (&text, h264_codec, N_H264_FIELDS, N_REQUIRED_H264_FIELDS, fields))
    return FALSE;
  if (!wfd_text_is_empty (text))
    return FALSE;

  *ret_codec = (WfdH264Codec) {
    .profiles = fields[PROFILE] & (WFD_H264_PROFILE_CBP | WFD_H264_PROFILE_CHP),
    .level = level_from_bits (fields[LEVEL]),
    .latency_ms = fields[LATENCY] * LATENCY_UNIT_MS,
    .min_slice_size_mb = fields[MIN_SLICE_SIZE],
    .slice_enc_params = fields[SLICE_ENC_PARAMS],
    .frame_rate_control = fields[FRAME_RATE_CONTROL],
    .max_hres = size_from_field (fields[MAX_HRES]),
    .max_vres = size_from_field (fields[MAX_VRES]),
  };
  for (guint i = 0; i < WFD_N_TABLES; i++)
    ret_codec->modes[i] = fields[CEA + i] & r1_modes[i];
  return TRUE;
}

static void
print_h264_codec (const WfdH264Codec *codec, GString *out)
{
  guint64 fields[N_H264_FIELDS] = {
    [PROFILE] = codec->profiles,
    [LEVEL] = level_to_bit (codec->level),
    [LATENCY] = latency_to_field (codec->latency_ms),
    [MIN_SLICE_SIZE] = codec->min_slice_size_mb,
    [SLICE_ENC_PARAMS] = codec->slice_enc_params,
    [FRAME_RATE_CONTROL] = codec->frame_rate_control,
    [MAX_HRES] = size_to_field (codec->max_hres),
    [MAX_VRES] = size_to_field (codec->max_vres),
  };

  for (guint i = 0; i < WFD_N_TABLES; i++)
    fields[CEA + i] = codec->modes[i] & r1_modes[i];
  wfd_param_print_fields (h264_codec, fields, N_H264_FIELDS, out);
}

/* Tuples for a profile we do not know or without a level are left out, as are
 * more than we have room for: devices that list many repeat themselves. */
static guint
read_h264_codecs (WfdText list, WfdVideoFormats *formats)
{
  WfdText part;

  if (wfd_text_is_empty (list))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  while (wfd_text_take_until (&list, ',', &part)) {
    WfdH264Codec codec;

    if (!read_h264_codec (part, &codec))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
    if (codec.profiles == 0 || codec.level == 0 || formats->n_codecs == WFD_LIMIT_H264_CODECS)
      continue;
    formats->codecs[formats->n_codecs++] = codec;
  }
  return formats->n_codecs > 0 ? 0 : WFD_PARAM_STATUS_PROFILE;
}

static guint
read_video_formats (WfdText value, WfdVideoFormats *ret_formats)
{
  WfdVideoFormats formats = { 0 };
  guint64 head[G_N_ELEMENTS (native_and_preferred)];
  guint code;

  if (!wfd_text_equal (value, "none")) {
    if (!wfd_param_take_fields (&value, native_and_preferred, 2, 2, head))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
    formats.native = head[0];
    formats.preferred = head[1] != 0;
    if ((code = read_h264_codecs (value, &formats)) != 0)
      return code;
  }

  *ret_formats = formats;
  return 0;
}

static void
print_video_formats (const WfdVideoFormats *formats, GString *out)
{
  guint64 head[] = { formats->native, formats->preferred != 0 };

  if (formats->n_codecs == 0) {
    g_string_append (out, "none");
    return;
  }

  wfd_param_print_fields (native_and_preferred, head, 2, out);
  for (guint i = 0; i < formats->n_codecs; i++) {
    g_string_append (out, i == 0 ? " " : ", ");
    print_h264_codec (&formats->codecs[i], out);
  }
}

/* The value of wfd_audio_codecs: a word and these fields, in a list. */
static const guint8 audio_fields[] = { 8, 2 };

static guint32
known_audio_modes (WfdAudioCodec codec)
{
  guint32 modes = 0;

  for (guint bit = 0; bit < 32; bit++) {
    if (wfd_media_find_audio_mode (codec, bit) != NULL)
      modes |= (guint32) 1 << bit;
  }
  return modes;
}

/* WFD_AUDIO_CODEC_NONE for one that wfd_audio_codecs does not have. */
static WfdAudioCodec
find_audio_codec (WfdText name)
{
  guint codec = WFD_N_AUDIO_CODECS - 1;

  while (codec > 0 && !wfd_text_equal (name, wfd_media_audio_codec_name (codec)))
    codec--;
  return codec;
}

/* A bitmap of 0 ("AC3 00000000 02" was seen) means: not supported. */
static guint
read_audio_codec (WfdText part, WfdAudioCodecs *codecs, gboolean *known)
{
  guint64 fields[G_N_ELEMENTS (audio_fields)];
  WfdAudioCodec codec;
  WfdText name;
  guint32 modes;

  if (!wfd_text_take_token (&part, &name))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  codec = find_audio_codec (name);
  if (codec == WFD_AUDIO_CODEC_NONE)
    return 0;
  if (!wfd_param_take_fields (&part, audio_fields, 2, 2, fields) || !wfd_text_is_empty (part))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  *known = TRUE;
  modes = fields[0] & known_audio_modes (codec);
  if (modes == 0)
    return 0;
  codecs->modes[codec] |= modes;
  codecs->latency_ms[codec] = MAX (codecs->latency_ms[codec], fields[1] * LATENCY_UNIT_MS);
  return 0;
}

static guint
read_audio_codecs (WfdText value, WfdAudioCodecs *ret_codecs)
{
  WfdAudioCodecs codecs = { 0 };
  gboolean known = FALSE;
  WfdText part;
  guint code;

  if (wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  if (!wfd_text_equal (value, "none")) {
    while (wfd_text_take_until (&value, ',', &part)) {
      if ((code = read_audio_codec (part, &codecs, &known)) != 0)
        return code;
    }
    if (!known)
      return WFD_PARAM_STATUS_FORMAT;
  }

  *ret_codecs = codecs;
  return 0;
}

static void
print_audio_codecs (const WfdAudioCodecs *codecs, GString *out)
{
  gsize start = out->len;

  for (guint i = 0; i < WFD_N_AUDIO_CODECS; i++) {
    guint64 fields[] = { codecs->modes[i], latency_to_field (codecs->latency_ms[i]) };
    const char *name = wfd_media_audio_codec_name (i);

    if (name == NULL || codecs->modes[i] == 0)
      continue;
    g_string_append_printf (out, "%s%s ", out->len > start ? ", " : "", name);
    wfd_param_print_fields (audio_fields, fields, 2, out);
  }
  if (out->len == start)
    g_string_append (out, "none");
}

guint
wfd_param_parse_video_formats (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  return read_video_formats (value, &params->video_formats);
}

gboolean
wfd_param_print_video_formats (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  print_video_formats (&params->video_formats, value);
  return TRUE;
}

guint
wfd_param_parse_audio_codecs (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  return read_audio_codecs (value, &params->audio_codecs);
}

gboolean
wfd_param_print_audio_codecs (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  print_audio_codecs (&params->audio_codecs, value);
  return TRUE;
}

static gboolean
check_application_value (guint code, WfdParamId id, const char *value, GError **error)
{
  if (code == 0)
    return TRUE;
  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT, "\"%s\" is no value of %s%s", value,
      wfd_param_get_name (id),
      code == WFD_PARAM_STATUS_NOT_UNDERSTOOD ? "" : ": it names no format that is known");
  return FALSE;
}

gboolean
wfd_params_parse_video_formats (const char *value, WfdVideoFormats *ret_formats, GError **error)
{
  guint code = read_video_formats (wfd_text_strip (wfd_text (value)), ret_formats);

  return check_application_value (code, WFD_PARAM_VIDEO_FORMATS, value, error);
}

gboolean
wfd_params_parse_audio_codecs (const char *value, WfdAudioCodecs *ret_codecs, GError **error)
{
  guint code = read_audio_codecs (wfd_text_strip (wfd_text (value)), ret_codecs);

  return check_application_value (code, WFD_PARAM_AUDIO_CODECS, value, error);
}

/* Appends tuples of @n fields each, the parts of a list. */
static guint
normalise_tuples (WfdText list, const guint8 *formats, gsize n, GString *text)
{
  const char *before = "";
  WfdText part;

  if (wfd_text_is_empty (list))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  while (wfd_text_take_until (&list, ',', &part)) {
    g_string_append (text, before);
    if (wfd_param_normalise_fields (part, formats, n, text) != 0)
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
    before = ", ";
  }
  return 0;
}

/* Fields that come once, then a list of tuples. */
static guint
normalise_formats (WfdText value, const guint8 *head, gsize n_head, const guint8 *tuple,
    gsize n_tuple, GString *text)
{
  if (!wfd_param_fold_fields (&value, head, n_head, text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  g_string_append_c (text, ' ');
  return normalise_tuples (value, tuple, n_tuple, text);
}

/* WFD 1.1 §6.1.4 */
guint
wfd_param_normalise_3d_video_formats (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 codec[] = { 2, 2, 16, 2, 4, 4, 2, 4 | WFD_FIELD_OR_NONE,
    4 | WFD_FIELD_OR_NONE };

  return normalise_formats (value, native_and_preferred, G_N_ELEMENTS (native_and_preferred), codec,
      G_N_ELEMENTS (codec), text);
}

/* WFD 1.1 §6.1.14: clock, H, V, three more, then the codec. */
guint
wfd_param_normalise_preferred_display_mode (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 head[] = { 6, 4, 4, 4, 4, 4, 4, 4, 4, 2, 2, 2 };

  return normalise_formats (value, head, G_N_ELEMENTS (head), h264_codec, N_H264_FIELDS, text);
}

/* [MS-WFDPE] §2.7.1.1 */
guint
wfd_param_normalise_wfdx_video_formats (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 head[] = { 4, 2 };
  static const guint8 codec[] = { 4, 4, 10, 10, 8, 2, 4, 4, 2, 4 | WFD_FIELD_OR_NONE,
    4 | WFD_FIELD_OR_NONE };

  return normalise_formats (value, head, G_N_ELEMENTS (head), codec, G_N_ELEMENTS (codec), text);
}

/* [MS-WFDPE] §2.7.1.2 */
guint
wfd_param_normalise_microsoft_video_formats (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 bitmap[] = { 12 };

  return wfd_param_normalise_fields (value, bitmap, G_N_ELEMENTS (bitmap), text);
}

/* What ends wfd2_video_formats: the non-transcoding octet behind the last
 * codec, and in M4 the word that stands for portrait mode. */
static guint
normalise_wfd2_end (WfdText end, GString *text)
{
  static const guint8 non_transcoding[] = { 2 };

  g_string_append_c (text, ' ');
  if (!wfd_param_fold_fields (&end, non_transcoding, G_N_ELEMENTS (non_transcoding), text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  if (wfd_param_take_word (&end, "enabled"))
    g_string_append (text, " enabled");
  return wfd_text_is_empty (end) ? 0 : WFD_PARAM_STATUS_NOT_UNDERSTOOD;
}

/* WFD 2.1 §6.1.22. Without a codec it is "none", which portrait mode may
 * follow too; we do not keep that. */
guint
wfd_param_normalise_wfd2_video_formats (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 native[] = { 2 };
  static const guint8 codec[] = { 2, 2, 4, 12, 12, 12, 2, 4, 4, 2 };
  const char *before = " ";
  WfdText part, rest = value;

  if (wfd_param_take_word (&rest, "none") && wfd_param_take_word (&rest, "enabled")
      && wfd_text_is_empty (rest)) {
    g_string_append (text, row->none);
    return 0;
  }

  if (!wfd_param_fold_fields (&value, native, G_N_ELEMENTS (native), text))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  while (wfd_text_take_until (&value, ',', &part)) {
    g_string_append (text, before);
    if (!wfd_param_fold_fields (&part, codec, G_N_ELEMENTS (codec), text))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
    if (value.left == 0)
      return normalise_wfd2_end (part, text);
    if (!wfd_text_is_empty (part))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
    before = ", ";
  }
  return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
}

/* WFD 2.1 §6.1.21. Codecs of later versions are left out. */
guint
wfd_param_normalise_wfd2_audio_codecs (const WfdParamRow *row, WfdText value, GString *text)
{
  static const char *const names[] = { "LPCM", "AAC", "AC3", "CTA", "AAC-ELDv2", NULL };
  gsize start = text->len;
  WfdText part, name;
  gint index;

  if (wfd_text_is_empty (value))
    return WFD_PARAM_STATUS_NOT_UNDERSTOOD;

  while (wfd_text_take_until (&value, ',', &part)) {
    if (!wfd_text_take_token (&part, &name))
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
    if ((index = wfd_param_find_word (names, name)) < 0)
      continue;
    g_string_append_printf (text, "%s%s ", text->len > start ? ", " : "", names[index]);
    if (wfd_param_normalise_fields (part, audio_fields, G_N_ELEMENTS (audio_fields), text) != 0)
      return WFD_PARAM_STATUS_NOT_UNDERSTOOD;
  }
  return text->len > start ? 0 : WFD_PARAM_STATUS_FORMAT;
}

/* WFD 2.1 §6.1.23: codecs, layers, reference resolution. */
guint
wfd_param_normalise_wfd2_aux_stream_formats (const WfdParamRow *row, WfdText value, GString *text)
{
  static const guint8 fields[] = { 2, 2, 2 };

  return wfd_param_normalise_fields (value, fields, G_N_ELEMENTS (fields), text);
}
