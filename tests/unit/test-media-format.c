/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd-format.h>

static const WfdFormat full_hd = {
  .width = 1920,
  .height = 1080,
  .rate_hz = 30,
  .interlaced = FALSE,
  .profile = WFD_H264_PROFILE_CBP,
  .level = 40,
  .audio_codec = WFD_AUDIO_CODEC_AAC,
  .audio_rate_hz = 48000,
  .audio_channels = 2,
};

static void
test_copy (void)
{
  g_autoptr (WfdFormat) copy = wfd_format_copy (&full_hd);

  g_assert_true (copy != &full_hd);
  g_assert_true (wfd_format_equal (copy, &full_hd));
  copy->width = 1280;
  g_assert_cmpuint (full_hd.width, ==, 1920);
}

static void
test_boxed (void)
{
  g_auto (GValue) value = G_VALUE_INIT, other = G_VALUE_INIT;

  g_value_init (&value, WFD_TYPE_FORMAT);
  g_value_init (&other, WFD_TYPE_FORMAT);
  g_value_set_boxed (&value, &full_hd);
  g_value_copy (&value, &other);
  g_assert_true (g_value_get_boxed (&other) != g_value_get_boxed (&value));
  g_assert_true (wfd_format_equal (g_value_get_boxed (&other), &full_hd));
}

static void
test_equal (void)
{
  for (guint i = 0; i < 9; i++) {
    WfdFormat other = full_hd;

    other.width += i == 0;
    other.height += i == 1;
    other.rate_hz += i == 2;
    other.interlaced = i == 3;
    other.profile = i == 4 ? WFD_H264_PROFILE_CHP : other.profile;
    other.level += i == 5;
    other.audio_codec = i == 6 ? WFD_AUDIO_CODEC_LPCM : other.audio_codec;
    other.audio_rate_hz += i == 7;
    other.audio_channels += i == 8;
    g_test_message ("member %u", i);
    g_assert_false (wfd_format_equal (&full_hd, &other));
    g_assert_false (wfd_format_equal (&other, &full_hd));
  }
  g_assert_true (wfd_format_equal (&full_hd, &full_hd));
}

static void
check_string (const WfdFormat *format, const char *expected)
{
  g_autofree char *text = wfd_format_to_string (format);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_string (void)
{
  WfdFormat format = full_hd;

  check_string (&format, "1920x1080p30 H.264 CBP level 4, AAC 48 kHz 2 ch");
  format.rate_hz = 60;
  format.profile = WFD_H264_PROFILE_CHP;
  format.level = 42;
  format.audio_codec = WFD_AUDIO_CODEC_LPCM;
  format.audio_rate_hz = 44100;
  check_string (&format, "1920x1080p60 H.264 CHP level 4.2, LPCM 44.1 kHz 2 ch");
  format.interlaced = TRUE;
  format.audio_codec = WFD_AUDIO_CODEC_AC3;
  format.audio_rate_hz = 48000;
  format.audio_channels = 6;
  check_string (&format, "1920x1080i60 H.264 CHP level 4.2, AC3 48 kHz 6 ch");
}

static void
test_string_halves (void)
{
  WfdFormat video_only = full_hd, audio_only = full_hd, nothing = { 0 };

  video_only.audio_codec = WFD_AUDIO_CODEC_NONE;
  check_string (&video_only, "1920x1080p30 H.264 CBP level 4, no audio");
  audio_only.width = audio_only.height = 0;
  check_string (&audio_only, "no video, AAC 48 kHz 2 ch");
  check_string (&nothing, "no video, no audio");
}

/* The struct is public: an application may put anything into it. */
static void
test_string_strange (void)
{
  WfdFormat format = full_hd;

  format.profile = (WfdH264Profile) 3;
  format.audio_codec = (WfdAudioCodec) 4;
  check_string (&format, "1920x1080p30 H.264 unknown profile level 4, no audio");
  format.audio_codec = (WfdAudioCodec) -1;
  check_string (&format, "1920x1080p30 H.264 unknown profile level 4, no audio");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/format/copy-is-separate", test_copy);
  g_test_add_func ("/media/format/boxed-value-copies", test_boxed);
  g_test_add_func ("/media/format/equal-sees-every-member", test_equal);
  g_test_add_func ("/media/format/string-for-people", test_string);
  g_test_add_func ("/media/format/string-names-missing-half", test_string_halves);
  g_test_add_func ("/media/format/string-of-strange-values", test_string_strange);
  return g_test_run ();
}
