/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <media-choice.h>

#define CBP WFD_H264_PROFILE_CBP
#define CHP WFD_H264_PROFILE_CHP
#define LPCM(bits) [WFD_AUDIO_CODEC_LPCM] = (bits)
#define AAC(bits) [WFD_AUDIO_CODEC_AAC] = (bits)
#define AC3(bits) [WFD_AUDIO_CODEC_AC3] = (bits)

/* "1920x1080p30 CBP 40 aac", "-" for what is missing. */
static char *
describe (const WfdChoice *choice)
{
  g_autofree char *video = choice->mode ? wfd_media_mode_to_name (choice->mode) : g_strdup ("-");
  g_autofree char *audio =
      choice->audio ? wfd_media_audio_mode_to_name (choice->audio) : g_strdup ("-");
  const char *profile = choice->profile == CBP ? "CBP" : choice->profile == CHP ? "CHP" : "-";

  return g_strdup_printf ("%s %s %u %s", video, profile, choice->level, audio);
}

/* What our sink offers. */
static const WfdVideoFormats our_sink = {
  .native = 0x40,
  .n_codecs = 2,
  .codecs = {
    { .profiles = CBP, .level = 42, .modes = { 0x1bdeb } },
    { .profiles = CHP, .level = 42, .modes = { 0x1bdeb } },
  },
};

static const WfdVideoFormats lazycast = {
  .n_codecs = 1,
  .codecs = { { .profiles = CHP, .level = 42, .modes = { 0x1feff, 0x3fffffff, 0xfff } } },
};

static const WfdVideoFormats no_video = { .n_codecs = 0 };

static const WfdAudioCodecs lpcm_aac = { .modes = { LPCM (0x3), AAC (0x1) } };

typedef struct
{
  const char *what;
  WfdVideoFormats selected;
  guint status;
  const char *expected;
} SelectCase;

#define TUPLE(p, l, cea, vesa, hh) \
  { \
    .profiles = (p), .level = (l), .modes = { cea, vesa, hh } \
  }
#define SELECT(nat, ...) \
  { \
    .native = (nat), .n_codecs = 1, .codecs = { TUPLE (__VA_ARGS__) } \
  }
#define SELECT_TWO(a, b) \
  { \
    .n_codecs = 2, .codecs = { a, b } \
  }

static void
check_selected (const WfdVideoFormats *offered, const SelectCase *cases, guint n)
{
  for (guint i = 0; i < n; i++) {
    const WfdAudioMode *audio = wfd_media_find_audio_mode (WFD_AUDIO_CODEC_AAC, 0);
    WfdChoice choice = { .level = 77, .audio = audio };

    g_test_message ("%s", cases[i].what);
    g_assert_cmpuint (wfd_media_check_selected_video (offered, &cases[i].selected, &choice), ==,
        cases[i].status);
    if (cases[i].status == 0) {
      g_autofree char *text = describe (&choice);

      g_assert_cmpstr (text, ==, cases[i].expected);
      g_assert_nonnull (choice.reason);
    } else {
      g_assert_cmpuint (choice.level, ==, 77);
      g_assert_null (choice.mode);
    }
    g_assert_true (choice.audio == audio);
  }
}

static void
test_selected_taken (void)
{
  static const SelectCase cases[] = {
    { "exact", SELECT (0, CBP, 40, 0x80, 0, 0), 0, "1920x1080p30 CBP 40 aac" },
    { "native set", SELECT (0x28, CBP, 31, 0x20, 0, 0), 0, "1280x720p30 CBP 31 aac" },
    { "wrong level", SELECT (0, CHP, 32, 0x2, 0, 0), 0, "720x480p60 CHP 32 aac" },
    { "level above the offer", SELECT (0, CBP, 52, 0x80, 0, 0), 0, "1920x1080p30 CBP 52 aac" },
    { "no level", SELECT (0, CBP, 0, 0x80, 0, 0), 0, "1920x1080p30 CBP 40 aac" },
    { "more than one bit", SELECT (0, CBP, 42, 0x1e1, 0, 0), 0, "1920x1080p60 CBP 42 aac" },
    { "one bit of two", SELECT (0, CBP, 42, 0xe04, 0, 0), 0, "1280x720p50 CBP 42 aac" },
    { "bits in two tables", SELECT (0, CBP, 40, 0x80, 0x1, 0x1), 0, "1920x1080p30 CBP 40 aac" },
    { "reserved bits", SELECT (0, CBP, 31, 0xf8000020, 0, 0), 0, "1280x720p30 CBP 31 aac" },
    { "two profiles", SELECT (0, CBP | CHP, 40, 0x80, 0, 0), 0, "1920x1080p30 CHP 40 aac" },
    { "two tuples", SELECT_TWO (TUPLE (CBP, 31, 0x1, 0, 0), TUPLE (CHP, 40, 0x80, 0, 0)), 0,
        "1920x1080p30 CHP 40 aac" },
    { "one tuple of two", SELECT_TWO (TUPLE (CBP, 40, 0x80, 0, 0), TUPLE (4, 40, 0x100, 0, 0)), 0,
        "1920x1080p30 CBP 40 aac" },
    { "none", { .n_codecs = 0 }, 0, "- - 0 aac" },
  };

  check_selected (&our_sink, cases, G_N_ELEMENTS (cases));
}

static void
test_selected_refused (void)
{
  static const SelectCase cases[] = {
    /* Tizen when nothing matches */
    { "no bit", SELECT (0, CBP, 31, 0, 0, 0), 415 },
    /* intel/wds, 640x360 */
    { "HH", SELECT (0, CBP, 42, 0, 0, 0x40), 415 },
    { "VESA", SELECT (0, CBP, 40, 0, 0x2, 0), 415 },
    { "interlaced", SELECT (0, CHP, 40, 0x200, 0, 0), 415 },
    { "reserved bit", SELECT (0, CBP, 40, 0x80000000, 0, 0), 415 },
    { "no profile", SELECT (0, 0, 40, 0x80, 0, 0), 457 },
    { "unknown profile", SELECT (0, 4, 40, 0x80, 0, 0), 457 },
    { "mode and profile", SELECT_TWO (TUPLE (4, 40, 0x80, 0, 0), TUPLE (CBP, 40, 0x4, 0, 0)), 415 },
  };

  check_selected (&our_sink, cases, G_N_ELEMENTS (cases));
}

static void
test_selected_profile (void)
{
  static const WfdVideoFormats cbp_sink = { .n_codecs = 1,
    .codecs = { TUPLE (CBP, 42, 0x1bdeb, 0, 0) } };
  static const SelectCase of_cbp[] = {
    { "CHP of CBP", SELECT (0, CHP, 40, 0x80, 0, 0), 457 },
    { "both of CBP", SELECT (0, CBP | CHP, 40, 0x80, 0, 0), 0, "1920x1080p30 CBP 40 aac" },
  };
  static const SelectCase of_chp[] = {
    { "CBP of CHP", SELECT (0, CBP, 40, 0x80, 0, 0), 0, "1920x1080p30 CBP 40 aac" },
    { "both of CHP", SELECT (0, CBP | CHP, 40, 0x80, 0, 0), 0, "1920x1080p30 CHP 40 aac" },
  };
  static const SelectCase of_none[] = {
    { "video of none", SELECT (0, CBP, 31, 0x1, 0, 0), 415 },
    { "none of none", { .n_codecs = 0 }, 0, "- - 0 aac" },
  };

  check_selected (&cbp_sink, of_cbp, G_N_ELEMENTS (of_cbp));
  check_selected (&lazycast, of_chp, G_N_ELEMENTS (of_chp));
  check_selected (&no_video, of_none, G_N_ELEMENTS (of_none));
}

static void
test_selected_audio (void)
{
  static const struct
  {
    WfdAudioCodecs selected;
    guint status;
    const char *expected;
  } cases[] = {
    { { { LPCM (2) } }, 0, "lpcm" },
    { { { LPCM (1) } }, 0, "lpcm-44100" },
    { { { AAC (1) } }, 0, "aac" },
    { { { LPCM (2), AAC (1) } }, 0, "aac" },
    { { { AAC (5) } }, 0, "aac" },
    /* gnome-network-displays to a sink that has LPCM only */
    { { { 0 } }, 0, "-" },
    { { { AAC (2) } }, 415 },
    { { { AC3 (1) } }, 415 },
    { { { AAC (0x10) } }, 415 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const WfdMode *mode = wfd_media_find_mode (WFD_TABLE_CEA, 7);
    const WfdAudioMode *before = wfd_media_find_audio_mode (WFD_AUDIO_CODEC_AC3, 2);
    WfdChoice choice = { .mode = mode, .profile = CBP, .level = 40, .audio = before };

    g_assert_cmpuint (wfd_media_check_selected_audio (&lpcm_aac, &cases[i].selected, &choice), ==,
        cases[i].status);
    if (cases[i].status == 0) {
      g_autofree char *text = describe (&choice);
      g_autofree char *expected = g_strdup_printf ("1920x1080p30 CBP 40 %s", cases[i].expected);

      g_assert_cmpstr (text, ==, expected);
    } else {
      g_assert_true (choice.audio == before);
    }
  }
}

/* Conversions */

static void
test_to_m4 (void)
{
  const WfdChoice choice = {
    .mode = wfd_media_find_mode_by_name ("1366x768p60"),
    .profile = CHP,
    .level = 42,
    .audio = wfd_media_find_audio_mode (WFD_AUDIO_CODEC_LPCM, 1),
  };
  WfdVideoFormats video = { .native = 9,
    .preferred = 1,
    .n_codecs = 2,
    .codecs = { TUPLE (3, 31, 1, 1, 1), TUPLE (3, 31, 1, 1, 1) } };
  WfdAudioCodecs audio = { .modes = { LPCM (9), AAC (9), AC3 (9) }, .latency_ms = { 1, 1, 1, 1 } };
  const WfdAudioCodecs expected_audio = { .modes = { LPCM (2) } };
  const WfdH264Codec expected = { .profiles = CHP, .level = 42, .modes = { 0, 1 << 13, 0 } };

  wfd_media_choice_to_video_formats (&choice, &video);
  g_assert_cmpuint (video.native, ==, 0);
  g_assert_cmpuint (video.preferred, ==, 0);
  g_assert_cmpuint (video.n_codecs, ==, 1);
  g_assert_cmpmem (&video.codecs[0], sizeof expected, &expected, sizeof expected);
  wfd_media_choice_to_audio_codecs (&choice, &audio);
  g_assert_cmpmem (&audio, sizeof audio, &expected_audio, sizeof expected_audio);
}

static void
test_to_m4_none (void)
{
  const WfdChoice nothing = { .mode = NULL };
  WfdVideoFormats video = our_sink;
  WfdAudioCodecs audio = lpcm_aac;

  wfd_media_choice_to_video_formats (&nothing, &video);
  g_assert_cmpuint (video.n_codecs, ==, 0);
  wfd_media_choice_to_audio_codecs (&nothing, &audio);
  for (guint i = 0; i < WFD_N_AUDIO_CODECS; i++)
    g_assert_cmphex (audio.modes[i], ==, 0);
}

static void
test_to_format (void)
{
  const WfdChoice choice = {
    .mode = wfd_media_find_mode_by_name ("1920x1080i60"),
    .profile = CHP,
    .level = 41,
    .audio = wfd_media_find_audio_mode (WFD_AUDIO_CODEC_AC3, 2),
  };
  const WfdChoice nothing = { .mode = NULL };
  const WfdFormat expected = { 1920, 1080, 60, TRUE, CHP, 41, WFD_AUDIO_CODEC_AC3, 48000, 6 };
  const WfdFormat empty = { 0 };
  WfdFormat format = { .level = 99 };

  wfd_media_choice_to_format (&choice, &format);
  g_assert_true (wfd_format_equal (&format, &expected));
  wfd_media_choice_to_format (&nothing, &format);
  g_assert_true (wfd_format_equal (&format, &empty));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/selected/taken", test_selected_taken);
  g_test_add_func ("/media/selected/refused", test_selected_refused);
  g_test_add_func ("/media/selected/profile-must-be-offered", test_selected_profile);
  g_test_add_func ("/media/selected/audio", test_selected_audio);
  g_test_add_func ("/media/selected/to-m4-has-one-bit", test_to_m4);
  g_test_add_func ("/media/selected/to-m4-none", test_to_m4_none);
  g_test_add_func ("/media/selected/to-format", test_to_format);
  return g_test_run ();
}
