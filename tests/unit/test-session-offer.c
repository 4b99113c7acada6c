/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd.h>

static WfdSession *
new_session (WfdRole role, const char *video, const char *audio)
{
  WfdSession *session = wfd_session_new (role);
  g_autoptr (GError) error = NULL;

  g_assert_true (wfd_session_set_video_formats (session, video, &error));
  g_assert_no_error (error);
  g_assert_true (wfd_session_set_audio_codecs (session, audio, &error));
  g_assert_no_error (error);
  return session;
}

static guint
count (GPtrArray *formats, guint width, guint height, guint rate_hz, WfdH264Profile profile)
{
  guint n = 0;

  for (guint i = 0; i < formats->len; i++) {
    const WfdFormat *format = g_ptr_array_index (formats, i);

    g_assert_cmpuint (format->audio_codec, ==, WFD_AUDIO_CODEC_NONE);
    g_assert_cmpuint (format->level, >=, 31);
    n += format->width == width && format->height == height && format->rate_hz == rate_hz
        && format->profile == profile;
  }
  return n;
}

static void
test_video_names (void)
{
  g_autoptr (WfdSession) session = new_session (WFD_ROLE_SOURCE, "1280x720p30", "none");
  g_autoptr (GPtrArray) formats = wfd_session_dup_video_offer (session);
  g_autoptr (GPtrArray) audio = wfd_session_dup_audio_offer (session);

  g_assert_cmpuint (count (formats, 1280, 720, 30, WFD_H264_PROFILE_CBP), ==, 1);
  g_assert_cmpuint (count (formats, 1920, 1080, 30, WFD_H264_PROFILE_CBP), ==, 0);
  g_assert_cmpuint (audio->len, ==, 0);
}

/* Bit 8 of the CEA table with Constrained High at level 4.2. */
static void
test_video_value (void)
{
  g_autoptr (WfdSession) session = new_session (WFD_ROLE_SINK,
      "00 00 02 10 00000100 00000000 00000000 00 0000 0000 00 none none", "none");
  g_autoptr (GPtrArray) formats = wfd_session_dup_video_offer (session);
  const WfdFormat *format;

  g_assert_cmpuint (formats->len, ==, 1);
  format = g_ptr_array_index (formats, 0);
  g_assert_cmpuint (count (formats, 1920, 1080, 60, WFD_H264_PROFILE_CHP), ==, 1);
  g_assert_cmpuint (format->level, ==, 42);
  g_assert_false (format->interlaced);
}

static void
test_no_video (void)
{
  g_autoptr (WfdSession) session = new_session (WFD_ROLE_SINK, "none", "default");
  g_autoptr (GPtrArray) formats = wfd_session_dup_video_offer (session);

  g_assert_cmpuint (formats->len, ==, 0);
}

static void
test_audio_value (void)
{
  g_autoptr (WfdSession) session =
      new_session (WFD_ROLE_SINK, "none", "LPCM 00000003 00, AAC 00000001 00");
  g_autoptr (GPtrArray) formats = wfd_session_dup_audio_offer (session);
  static const WfdFormat expected[] = {
    { .audio_codec = WFD_AUDIO_CODEC_LPCM, .audio_rate_hz = 44100, .audio_channels = 2 },
    { .audio_codec = WFD_AUDIO_CODEC_LPCM, .audio_rate_hz = 48000, .audio_channels = 2 },
    { .audio_codec = WFD_AUDIO_CODEC_AAC, .audio_rate_hz = 48000, .audio_channels = 2 },
  };

  g_assert_cmpuint (formats->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_true (wfd_format_equal (g_ptr_array_index (formats, i), &expected[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/session/offer/video-names", test_video_names);
  g_test_add_func ("/session/offer/video-value", test_video_value);
  g_test_add_func ("/session/offer/no-video", test_no_video);
  g_test_add_func ("/session/offer/audio-value", test_audio_value);
  return g_test_run ();
}
