/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <media-capabilities.h>

#include <string.h>
#include <wfd/wfd-error.h>

static void
check_video_names (const char *names, guint64 cea, guint64 vesa, guint64 hh, guint level,
    guint native)
{
  WfdVideoFormats formats;
  g_autoptr (GError) error = NULL;

  g_test_message ("\"%s\"", names);
  g_assert_true (wfd_media_video_formats_from_names (names, FALSE, &formats, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (formats.n_codecs, ==, 1);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_CEA], ==, cea);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_VESA], ==, vesa);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_HH], ==, hh);
  g_assert_cmpuint (formats.codecs[0].level, ==, level);
  g_assert_cmphex (formats.native, ==, native);
}

static void
test_video_names (void)
{
  check_video_names ("1920x1080p30, 1280x720p60", 0xc3, 0, 0, 40, 0x38);
  check_video_names (" 1280X720P60\t,1920x1080p60,", 0x143, 0, 0, 42, 0x30);
  check_video_names ("1280x720p30", 0x23, 0, 0, 31, 0x28);
  check_video_names ("640x480p60, 640x480p60", 0x1, 0, 0, 31, 0x00);
}

static void
test_video_mandatory (void)
{
  /* Nothing above 640x480p60: bit 0 alone. */
  check_video_names ("640x480p60", 0x1, 0, 0, 31, 0x00);
  check_video_names ("640x360p60", 0x1, 0, 1 << 7, 31, 0x3a);
  /* 60 Hz family: bit 1; 50 Hz family: bit 3; 24 Hz: neither. */
  check_video_names ("854x480p30", 0x3, 0, 1 << 2, 31, 0x12);
  check_video_names ("1280x720p25", 1 << 10 | 0x9, 0, 0, 31, 0x50);
  check_video_names ("1280x720p50, 1280x720p60", 1 << 11 | 0x4b, 0, 0, 32, 0x58);
  check_video_names ("1280x720p24", 1 << 15 | 0x1, 0, 0, 31, 0x78);
  /* VESA p60 brings its p30. */
  check_video_names ("1280x800p60", 0x3, 0x300, 0, 40, 0x49);
  check_video_names ("1280x800p30", 0x3, 0x100, 0, 32, 0x41);
}

static void
test_video_sink (void)
{
  WfdVideoFormats formats;

  g_assert_true (wfd_media_video_formats_from_names ("1920x1080p60", TRUE, &formats, NULL));
  g_assert_cmpuint (formats.n_codecs, ==, 2);
  g_assert_cmphex (formats.codecs[0].profiles, ==, WFD_H264_PROFILE_CBP);
  g_assert_cmphex (formats.codecs[1].profiles, ==, WFD_H264_PROFILE_CHP);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmpuint (formats.codecs[i].level, ==, 42);
    g_assert_cmphex (formats.codecs[i].modes[WFD_TABLE_CEA], ==, 0x103);
  }
  g_assert_cmphex (formats.native, ==, 0x40);
}

static void
test_video_high (void)
{
  WfdVideoFormats formats;

  g_assert_true (wfd_media_video_formats_from_names ("1280x720p30-chp", FALSE, &formats, NULL));
  g_assert_cmpuint (formats.n_codecs, ==, 1);
  g_assert_cmphex (formats.codecs[0].profiles, ==, WFD_H264_PROFILE_CHP);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_CEA], ==, 0x20);
  g_assert_cmpuint (formats.codecs[0].level, ==, 31);
  g_assert_cmphex (formats.native, ==, 0x28);

  g_assert_true (
      wfd_media_video_formats_from_names ("1920x1080p30-CHP, 640x480p60", FALSE, &formats, NULL));
  g_assert_cmpuint (formats.n_codecs, ==, 2);
  g_assert_cmphex (formats.codecs[0].profiles, ==, WFD_H264_PROFILE_CBP);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_CEA], ==, 0x1);
  g_assert_cmphex (formats.codecs[1].profiles, ==, WFD_H264_PROFILE_CHP);
  g_assert_cmphex (formats.codecs[1].modes[WFD_TABLE_CEA], ==, 0x80);
  g_assert_cmphex (formats.native, ==, 0x38);
}

static void
test_video_none (void)
{
  WfdVideoFormats formats = { .n_codecs = 1 };

  g_assert_true (wfd_media_video_formats_from_names (" None ", TRUE, &formats, NULL));
  g_assert_cmpuint (formats.n_codecs, ==, 0);
}

static void
test_video_names_refused (void)
{
  static const char *const names[] = { "", " ", ",", "1920x1080p31", "1920x1080p30 1280x720p60",
    "1280x720p60, none", "1280x720p60,,1920x1080p30", ", 1280x720p60", "1080p30", "default", "-chp",
    "1280x720p30-cbp", "1280x720p30 -chp",
    /* interlaced */ "1920x1080i60", /* R2 */ "3840x2160p30", "1920x1200p60" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    WfdVideoFormats formats = { .n_codecs = 7 };
    g_autoptr (GError) error = NULL;

    g_test_message ("\"%s\"", names[i]);
    g_assert_false (wfd_media_video_formats_from_names (names[i], FALSE, &formats, &error));
    g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
    g_assert_cmpuint (formats.n_codecs, ==, 7);
  }
}

static void
test_video_error_text (void)
{
  WfdVideoFormats formats;
  g_autoptr (GError) error = NULL;

  wfd_media_video_formats_from_names ("1280x720p60, 1920x1080p31", FALSE, &formats, &error);
  g_assert_true (g_str_has_prefix (error->message,
      "\"1920x1080p31\" is no video format; possible "
      "are none or a list of 640x480p60, 720x480p60, 720x576p50, 1280x720p30, "));
  g_assert_nonnull (strstr (error->message, "1366x768p60"));
  g_assert_true (g_str_has_suffix (error->message, ", 848x480p60"));
  g_assert_null (strstr (error->message, "i60"));
  g_assert_null (strstr (error->message, "3840x2160"));
}

/* Every name in the text of the error is a name that is taken. */
static void
test_video_error_names (void)
{
  WfdVideoFormats formats;
  g_autoptr (GError) error = NULL;
  const char *names;

  wfd_media_video_formats_from_names ("?", FALSE, &formats, &error);
  names = strstr (error->message, "640x480p60");
  g_assert_true (wfd_media_video_formats_from_names (names, FALSE, &formats, NULL));
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_CEA], ==, 0x1bdeb);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_VESA], ==, 0x1fffffff);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_HH], ==, 0xfff);
  g_assert_cmpuint (formats.codecs[0].level, ==, 42);
}

/* All progressive CEA modes of R1; no HH, which intel/wds would pick. */
static void
test_video_default_sink (void)
{
  WfdVideoFormats formats;

  wfd_media_default_video_formats (TRUE, &formats);
  g_assert_cmphex (formats.native, ==, 0x40);
  g_assert_cmpuint (formats.preferred, ==, 0);
  g_assert_cmpuint (formats.n_codecs, ==, 2);
  for (guint i = 0; i < 2; i++) {
    g_assert_cmphex (formats.codecs[i].profiles, ==, i + 1);
    g_assert_cmpuint (formats.codecs[i].level, ==, 42);
    g_assert_cmphex (formats.codecs[i].modes[WFD_TABLE_CEA], ==, 0x1bdeb);
    g_assert_cmphex (formats.codecs[i].modes[WFD_TABLE_VESA], ==, 0);
    g_assert_cmphex (formats.codecs[i].modes[WFD_TABLE_HH], ==, 0);
    g_assert_cmpuint (formats.codecs[i].slice_enc_params, ==, 0);
    g_assert_cmpuint (formats.codecs[i].max_hres, ==, 0);
  }
}

/* VESA without 1600x1200 (bits 22, 23) and 1920x1200 (28). */
static void
test_video_default_source (void)
{
  WfdVideoFormats formats;

  wfd_media_default_video_formats (FALSE, &formats);
  g_assert_cmpuint (formats.n_codecs, ==, 1);
  g_assert_cmphex (formats.codecs[0].profiles, ==, WFD_H264_PROFILE_CBP);
  g_assert_cmpuint (formats.codecs[0].level, ==, 42);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_CEA], ==, 0x1bdeb);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_VESA], ==, 0x0f3fffff);
  g_assert_cmphex (formats.codecs[0].modes[WFD_TABLE_HH], ==, 0xfff);
}

static void
test_video_has (void)
{
  const WfdMode *p30 = wfd_media_find_mode_by_name ("1920x1080p30");
  const WfdMode *p60 = wfd_media_find_mode_by_name ("1920x1080p60");
  const WfdVideoFormats formats = {
    .n_codecs = 2,
    .codecs = {
      { .profiles = 1, .level = 40, .modes = { 0x80, 0, 0 } },
      { .profiles = 2, .level = 42, .modes = { 0x180, 0, 0 } },
    },
  };
  guint level = 7;

  g_assert_true (wfd_media_video_formats_has (&formats, 1, p30, &level));
  g_assert_cmpuint (level, ==, 40);
  g_assert_true (wfd_media_video_formats_has (&formats, 3, p30, &level));
  g_assert_cmpuint (level, ==, 42);
  g_assert_true (wfd_media_video_formats_has (&formats, 2, p60, NULL));
  level = 7;
  g_assert_false (wfd_media_video_formats_has (&formats, 1, p60, &level));
  g_assert_cmpuint (level, ==, 7);
}

static gboolean
has_mode (const WfdVideoFormats *video, const char *name)
{
  return wfd_media_video_formats_has (video, WFD_H264_PROFILE_CBP | WFD_H264_PROFILE_CHP,
      wfd_media_find_mode_by_name (name), NULL);
}

static void
test_video_limit (void)
{
  WfdVideoFormats video;

  wfd_media_default_video_formats (FALSE, &video);
  wfd_media_video_formats_limit (&video, 2800);
  g_assert_true (has_mode (&video, "1920x1080p30"));
  g_assert_true (has_mode (&video, "1280x720p60"));
  g_assert_false (has_mode (&video, "1920x1080p60"));
  wfd_media_video_formats_limit (&video, 2799);
  g_assert_false (has_mode (&video, "1920x1080p30"));
  wfd_media_video_formats_limit (&video, 0);
  g_assert_false (has_mode (&video, "1280x720p60"));
  g_assert_true (has_mode (&video, "640x480p60"));
}

static void
test_audio_rows (void)
{
  static const WfdAudioMode rows[] = {
    { WFD_AUDIO_CODEC_LPCM, 0, 44100, 2 },
    { WFD_AUDIO_CODEC_LPCM, 1, 48000, 2 },
    { WFD_AUDIO_CODEC_AAC, 0, 48000, 2 },
    { WFD_AUDIO_CODEC_AAC, 1, 48000, 4 },
    { WFD_AUDIO_CODEC_AAC, 2, 48000, 6 },
    { WFD_AUDIO_CODEC_AAC, 3, 48000, 8 },
    { WFD_AUDIO_CODEC_AC3, 0, 48000, 2 },
    { WFD_AUDIO_CODEC_AC3, 1, 48000, 4 },
    { WFD_AUDIO_CODEC_AC3, 2, 48000, 6 },
  };
  guint n;

  wfd_media_get_audio_modes (&n);
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (rows));
  for (guint i = 0; i < n; i++) {
    const WfdAudioMode *mode = wfd_media_find_audio_mode (rows[i].codec, rows[i].bit);

    g_assert_nonnull (mode);
    g_assert_cmpuint (mode->rate_hz, ==, rows[i].rate_hz);
    g_assert_cmpuint (mode->channels, ==, rows[i].channels);
  }
}

static void
test_audio_reserved (void)
{
  g_assert_null (wfd_media_find_audio_mode (WFD_AUDIO_CODEC_NONE, 0));
  g_assert_null (wfd_media_find_audio_mode (WFD_AUDIO_CODEC_LPCM, 2));
  g_assert_null (wfd_media_find_audio_mode (WFD_AUDIO_CODEC_AAC, 4));
  g_assert_null (wfd_media_find_audio_mode (WFD_AUDIO_CODEC_AC3, 3));
}

static void
test_audio_codec_names (void)
{
  g_assert_cmpstr (wfd_media_audio_codec_name (WFD_AUDIO_CODEC_LPCM), ==, "LPCM");
  g_assert_cmpstr (wfd_media_audio_codec_name (WFD_AUDIO_CODEC_AAC), ==, "AAC");
  g_assert_cmpstr (wfd_media_audio_codec_name (WFD_AUDIO_CODEC_AC3), ==, "AC3");
  g_assert_null (wfd_media_audio_codec_name (WFD_AUDIO_CODEC_NONE));
  g_assert_null (wfd_media_audio_codec_name ((WfdAudioCodec) WFD_N_AUDIO_CODECS));
}

static void
check_audio_names (const char *names, guint32 lpcm, guint32 aac, guint32 ac3)
{
  WfdAudioCodecs codecs = { .modes = { 0, 0xff, 0xff, 0xff } };
  g_autoptr (GError) error = NULL;

  g_test_message ("\"%s\"", names);
  g_assert_true (wfd_media_audio_codecs_from_names (names, &codecs, &error));
  g_assert_no_error (error);
  g_assert_cmphex (codecs.modes[WFD_AUDIO_CODEC_LPCM], ==, lpcm);
  g_assert_cmphex (codecs.modes[WFD_AUDIO_CODEC_AAC], ==, aac);
  g_assert_cmphex (codecs.modes[WFD_AUDIO_CODEC_AC3], ==, ac3);
}

static void
test_audio_names (void)
{
  check_audio_names ("aac, lpcm", 2, 1, 0);
  check_audio_names ("lpcm-44100, aac-6ch", 1, 4, 0);
  check_audio_names ("LPCM,lpcm-44100,", 3, 0, 0);
  check_audio_names ("aac,aac-4ch,aac-6ch,aac-8ch,ac3,ac3-4ch,ac3-6ch", 0, 0xf, 7);
  check_audio_names (" None ", 0, 0, 0);
}

static void
test_audio_names_refused (void)
{
  static const char *const names[] = { "", " ", ",", "mp3", "aac lpcm", "aac,,lpcm", "aac, none",
    "aac-2ch", "lpcm-48000", "ac3-8ch", "lpcm-44100-2ch", "LPCM 00000003 00" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    WfdAudioCodecs codecs = { .modes = { 0, 9, 0, 0 } };
    g_autoptr (GError) error = NULL;

    g_test_message ("\"%s\"", names[i]);
    g_assert_false (wfd_media_audio_codecs_from_names (names[i], &codecs, &error));
    g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
    g_assert_cmphex (codecs.modes[WFD_AUDIO_CODEC_LPCM], ==, 9);
  }
}

static void
test_audio_error_text (void)
{
  WfdAudioCodecs codecs;
  g_autoptr (GError) error = NULL;

  wfd_media_audio_codecs_from_names ("aac, mp3", &codecs, &error);
  g_assert_cmpstr (error->message, ==,
      "\"mp3\" is no audio codec; possible are none or a list of "
      "lpcm-44100, lpcm, aac, aac-4ch, aac-6ch, aac-8ch, ac3, ac3-4ch, ac3-6ch");
}

static void
test_audio_default (void)
{
  WfdAudioCodecs sink, source;

  wfd_media_default_audio_codecs (TRUE, &sink);
  g_assert_cmphex (sink.modes[WFD_AUDIO_CODEC_LPCM], ==, 3);
  g_assert_cmphex (sink.modes[WFD_AUDIO_CODEC_AAC], ==, 1);
  g_assert_cmphex (sink.modes[WFD_AUDIO_CODEC_AC3], ==, 0);
  wfd_media_default_audio_codecs (FALSE, &source);
  g_assert_cmphex (source.modes[WFD_AUDIO_CODEC_LPCM], ==, 0);
  g_assert_cmphex (source.modes[WFD_AUDIO_CODEC_AAC], ==, 1);
  g_assert_cmphex (source.modes[WFD_AUDIO_CODEC_AC3], ==, 0);
}

static void
test_audio_has (void)
{
  const WfdAudioCodecs codecs = { .modes = { [WFD_AUDIO_CODEC_LPCM] = 2 } };

  g_assert_true (
      wfd_media_audio_codecs_has (&codecs, wfd_media_find_audio_mode (WFD_AUDIO_CODEC_LPCM, 1)));
  g_assert_false (
      wfd_media_audio_codecs_has (&codecs, wfd_media_find_audio_mode (WFD_AUDIO_CODEC_LPCM, 0)));
  g_assert_false (
      wfd_media_audio_codecs_has (&codecs, wfd_media_find_audio_mode (WFD_AUDIO_CODEC_AAC, 1)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/capabilities/video-names", test_video_names);
  g_test_add_func ("/media/capabilities/video-names-bring-mandatory-modes", test_video_mandatory);
  g_test_add_func ("/media/capabilities/video-sink-takes-both-profiles", test_video_sink);
  g_test_add_func ("/media/capabilities/video-chp-names-one-profile", test_video_high);
  g_test_add_func ("/media/capabilities/video-none", test_video_none);
  g_test_add_func ("/media/capabilities/video-wrong-names-are-refused", test_video_names_refused);
  g_test_add_func ("/media/capabilities/video-error-lists-names", test_video_error_text);
  g_test_add_func ("/media/capabilities/video-error-lists-only-good-names", test_video_error_names);
  g_test_add_func ("/media/capabilities/video-default-of-sink-is-cea", test_video_default_sink);
  g_test_add_func ("/media/capabilities/video-default-of-source", test_video_default_source);
  g_test_add_func ("/media/capabilities/video-has-looks-at-profile", test_video_has);
  g_test_add_func ("/media/capabilities/video-limit-leaves-what-the-rate-carries",
      test_video_limit);
  g_test_add_func ("/media/capabilities/audio-rows", test_audio_rows);
  g_test_add_func ("/media/capabilities/audio-reserved-bits-are-no-mode", test_audio_reserved);
  g_test_add_func ("/media/capabilities/audio-codec-names", test_audio_codec_names);
  g_test_add_func ("/media/capabilities/audio-names", test_audio_names);
  g_test_add_func ("/media/capabilities/audio-wrong-names-are-refused", test_audio_names_refused);
  g_test_add_func ("/media/capabilities/audio-error-lists-names", test_audio_error_text);
  g_test_add_func ("/media/capabilities/audio-default-is-stereo", test_audio_default);
  g_test_add_func ("/media/capabilities/audio-has-looks-at-bit", test_audio_has);
  return g_test_run ();
}
