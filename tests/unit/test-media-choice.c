/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <media-choice.h>

#include <wfd/wfd-error.h>

#define CBP WFD_H264_PROFILE_CBP
#define CHP WFD_H264_PROFILE_CHP
#define LPCM(bits) [WFD_AUDIO_CODEC_LPCM] = (bits)
#define AAC(bits) [WFD_AUDIO_CODEC_AAC] = (bits)
#define AC3(bits) [WFD_AUDIO_CODEC_AC3] = (bits)

/* A source that encodes Constrained Baseline, all progressive modes up to
 * 1920x1080. */
static const WfdVideoFormats cbp_source = {
  .n_codecs = 1,
  .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x1bdeb, 0x0f3fffff, 0xfff } } },
};

static const WfdVideoFormats both_source = {
  .n_codecs = 2,
  .codecs = {
    { .profiles = CBP, .level = 42, .modes = { 0x1bdeb, 0x1fffffff, 0xfff } },
    { .profiles = CHP, .level = 42, .modes = { 0x1bdeb, 0x1fffffff, 0xfff } },
  },
};

static const WfdVideoFormats no_video = { .n_codecs = 0 };

/* What real sinks answer to M3. */

static const WfdVideoFormats windows_10 = {
  .native = 0x40,
  .n_codecs = 2,
  .codecs = {
    { .profiles = CBP, .level = 42, .modes = { 0x1bdeb, 0x051557ff, 0xfff }, .latency_ms = 80,
      .slice_enc_params = 0x1f, .frame_rate_control = 0x11, .max_hres = 1920, .max_vres = 1080 },
    { .profiles = CHP, .level = 42, .modes = { 0x1bdeb, 0x155557ff, 0xfff }, .latency_ms = 80,
      .slice_enc_params = 0x1f, .frame_rate_control = 0x11, .max_hres = 1920, .max_vres = 1080 },
  },
};

/* Its native mode, 1080p60, is not among its modes. */
static const WfdVideoFormats lg_webos = {
  .native = 0x40,
  .n_codecs = 2,
  .codecs = {
    { .profiles = CBP, .level = 42, .modes = { 0x194ff, 0x155575df, 0x555 },
      .frame_rate_control = 0x1f },
    { .profiles = CHP, .level = 42, .modes = { 0x194ff, 0x155575df, 0x555 },
      .frame_rate_control = 0x1f },
  },
};

static const WfdVideoFormats actiontec = {
  .native = 0x00,
  .preferred = 1,
  .n_codecs = 2,
  .codecs = {
    { .profiles = CHP, .level = 41, .modes = { 0x19ceb, 0x05557fff, 0xfff }, .latency_ms = 10,
      .slice_enc_params = 0xff, .frame_rate_control = 0x11, .max_hres = 1920, .max_vres = 1080 },
    { .profiles = CBP, .level = 41, .modes = { 0x19ceb, 0x05557fff, 0xfff }, .latency_ms = 10,
      .slice_enc_params = 0xff, .frame_rate_control = 0x11, .max_hres = 1920, .max_vres = 1080 },
  },
};

static const WfdVideoFormats aosp_sample = {
  .native = 0x28,
  .n_codecs = 1,
  .codecs = { { .profiles = CBP, .level = 31, .modes = { 0xffffffff, 0xffffffff, 0xffffffff } } },
};

static const WfdVideoFormats miraclecast = {
  .n_codecs = 1,
  .codecs = { { .profiles = CBP | CHP,
      .level = 42,
      .modes = { 0x1ffff, 0x1fffffff, 0x1fff },
      .frame_rate_control = 0x10 } },
};

static const WfdVideoFormats lazycast = {
  .n_codecs = 1,
  .codecs = { { .profiles = CHP, .level = 42, .modes = { 0x1feff, 0x3fffffff, 0xfff } } },
};

/* Galaxy Tab sinks and others that decode far more. */
static const WfdVideoFormats minimal = {
  .n_codecs = 1,
  .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x1, 0, 0 } } },
};

/* The tuple ends after HH; no 640x480p60 trouble, but VESA and HH of its own. */
static const WfdVideoFormats truncated_tuple = {
  .n_codecs = 1,
  .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x1bde1, 0x00300000, 0x3c0 } } },
};

static const WfdAudioCodecs aac = { .modes = { AAC (0x1) } };
static const WfdAudioCodecs lpcm_aac = { .modes = { LPCM (0x3), AAC (0x1) } };
static const WfdAudioCodecs no_audio = { .modes = { 0 } };

static const WfdWish no_wish = { 0 };
static const WfdWish wish_1080p60 = { 1920, 1080, 60 };

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

static void
check_all (const WfdVideoFormats *source_video, const WfdAudioCodecs *source_audio,
    const WfdVideoFormats *sink_video, const WfdAudioCodecs *sink_audio, WfdWish wish,
    const char *const *expected)
{
  WfdChoice choices[WFD_LIMIT_CHOICES];
  g_autoptr (GError) error = NULL;
  guint n =
      wfd_media_choose (source_video, source_audio, sink_video, sink_audio, &wish, choices, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n && expected[i] != NULL; i++) {
    g_autofree char *text = describe (&choices[i]);

    g_assert_cmpstr (text, ==, expected[i]);
    g_assert_nonnull (choices[i].reason);
  }
  g_assert_cmpuint (n, ==, g_strv_length ((char **) expected));
}

#define ALL(...) ((const char *const[]) { __VA_ARGS__, NULL })

static void
check_first (const WfdVideoFormats *source, const WfdVideoFormats *sink, WfdWish wish,
    const char *expected, const char *reason)
{
  WfdChoice choices[WFD_LIMIT_CHOICES];
  g_autofree char *text = NULL;

  g_assert_cmpuint (wfd_media_choose (source, &aac, sink, &aac, &wish, choices, NULL), >, 0);
  text = describe (&choices[0]);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (choices[0].reason, ==, reason);
}

static const char safe[] = "the largest common mode up to 1920x1080p30, the safe pick";
static const char wished[] = "the mode that was wished for";
static const char wished_size[] = "the wished size at the highest common rate below the wish";
static const char multiple[] = "the wished size at a multiple of the wished rate";
static const char holds[] = "the smallest common mode that holds the wished picture";
static const char below_wish[] = "the largest common mode within the wish";
static const char above_wish[] = "the smallest common mode; all are above the wish";
static const char no_common[] = "no mode in common; every WFD device does 640x480p60";

/* Real sinks */

static void
test_windows (void)
{
  check_all (&cbp_source, &aac, &windows_10, &lpcm_aac, no_wish,
      ALL ("1920x1080p30 CBP 40 aac", "1280x720p60 CBP 32 aac", "1280x720p30 CBP 31 aac",
          "1920x1080p30 CBP 40 -", "640x480p60 CBP 31 -"));
}

/* What a Microsoft adapter makes necessary: it refuses the first. */
static void
test_windows_1080p60 (void)
{
  check_all (&both_source, &aac, &windows_10, &lpcm_aac, wish_1080p60,
      ALL ("1920x1080p60 CBP 42 aac", "1920x1080p30 CBP 40 aac", "1280x720p60 CBP 32 aac",
          "1280x720p30 CBP 31 aac", "1920x1080p60 CBP 42 -", "640x480p60 CBP 31 -"));
}

static void
test_windows_chp_only_mode (void)
{
  check_first (&both_source, &windows_10, (WfdWish) { 1600, 1200, 30 }, "1600x1200p30 CHP 40 aac",
      wished);
}

/* H.264 has no such picture below level 5, which no sink can name. */
static void
test_no_mode_above_its_level (void)
{
  check_first (&both_source, &windows_10, (WfdWish) { 1920, 1200, 30 }, "1920x1080p30 CBP 40 aac",
      below_wish);
}

static void
test_lg_native_lies (void)
{
  check_first (&cbp_source, &lg_webos, no_wish, "1920x1080p30 CBP 40 aac", safe);
  check_first (&cbp_source, &lg_webos, wish_1080p60, "1920x1080p30 CBP 40 aac", wished_size);
  check_first (&cbp_source, &lg_webos, (WfdWish) { 1366, 768, 60 }, "1366x768p60 CBP 42 aac",
      wished);
}

static void
test_actiontec (void)
{
  check_all (&both_source, &aac, &actiontec, &aac, wish_1080p60,
      ALL ("1920x1080p30 CBP 40 aac", "1280x720p60 CBP 32 aac", "1280x720p30 CBP 31 aac",
          "1920x1080p30 CBP 40 -", "640x480p60 CBP 31 -"));
}

/* Level 3.1 bounds what all these bits say. */
static void
test_aosp_sample (void)
{
  check_first (&cbp_source, &aosp_sample, no_wish, "1280x720p30 CBP 31 aac", safe);
  check_first (&both_source, &aosp_sample, wish_1080p60, "1280x720p30 CBP 31 aac", below_wish);
}

static void
test_miraclecast (void)
{
  check_first (&cbp_source, &miraclecast, no_wish, "1920x1080p30 CBP 40 aac", safe);
  check_first (&both_source, &miraclecast, wish_1080p60, "1920x1080p60 CBP 42 aac", wished);
}

static void
test_lazycast (void)
{
  check_all (&cbp_source, &aac, &lazycast, &no_audio, no_wish,
      ALL ("1920x1080p30 CHP 40 -", "1280x720p60 CHP 32 -", "1280x720p30 CHP 31 -",
          "640x480p60 CBP 31 -"));
  check_first (&both_source, &lazycast, wish_1080p60, "1920x1080p50 CHP 42 aac", wished_size);
}

static void
test_minimal (void)
{
  check_all (&both_source, &aac, &minimal, &aac, wish_1080p60,
      ALL ("640x480p60 CBP 31 aac", "640x480p60 CBP 31 -"));
  check_first (&cbp_source, &minimal, no_wish, "640x480p60 CBP 31 aac", safe);
}

static void
test_truncated_tuple (void)
{
  check_first (&cbp_source, &truncated_tuple, no_wish, "1920x1080p30 CBP 40 aac", safe);
  check_first (&cbp_source, &truncated_tuple, (WfdWish) { 1600, 900, 60 }, "1600x900p60 CBP 42 aac",
      wished);
}

/* Rules */

static void
test_interlaced (void)
{
  WfdVideoFormats all = { .n_codecs = 1,
    .codecs = {
        { .profiles = CHP, .level = 52, .modes = { G_MAXUINT64, G_MAXUINT64, G_MAXUINT64 } } } };
  WfdVideoFormats interlaced = { .n_codecs = 1,
    .codecs = {
        { .profiles = CHP, .level = 52, .modes = { 1 << 2 | 1 << 4 | 1 << 9 | 1 << 14 } } } };
  static const WfdWish wishes[] = { { 0 }, { 1920, 1080, 60 }, { 720, 480, 60 }, { 1920, 1080, 50 },
    { 720, 576, 50 } };

  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++) {
    WfdChoice choices[WFD_LIMIT_CHOICES];
    guint n = wfd_media_choose (&all, &aac, &all, &aac, &wishes[i], choices, NULL);

    for (guint k = 0; k < n; k++)
      g_assert_false (choices[k].mode->interlaced);
    check_first (&all, &interlaced, wishes[i], "640x480p60 CBP 31 aac", no_common);
  }
}

static void
test_level (void)
{
  static const struct
  {
    guint8 source_level, sink_level;
    const char *expected;
  } cases[] = {
    { 42, 42, "1920x1080p60 CBP 42 aac" },
    { 41, 42, "1920x1080p30 CBP 40 aac" },
    { 42, 41, "1920x1080p30 CBP 40 aac" },
    { 40, 40, "1920x1080p30 CBP 40 aac" },
    { 42, 32, "1280x720p60 CBP 32 aac" },
    { 32, 42, "1280x720p60 CBP 32 aac" },
    { 31, 42, "1280x720p30 CBP 31 aac" },
    { 42, 31, "1280x720p30 CBP 31 aac" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    WfdVideoFormats source = cbp_source, sink = windows_10;
    WfdChoice choices[WFD_LIMIT_CHOICES];
    g_autofree char *text = NULL;

    source.codecs[0].modes[WFD_TABLE_VESA] = source.codecs[0].modes[WFD_TABLE_HH] = 0;
    source.codecs[0].level = cases[i].source_level;
    sink.codecs[0].level = sink.codecs[1].level = cases[i].sink_level;
    wfd_media_choose (&source, &aac, &sink, &aac, &wish_1080p60, choices, NULL);
    text = describe (&choices[0]);
    g_assert_cmpstr (text, ==, cases[i].expected);
  }
}

/* WFD allows 1080p24 at level 3.2, H.264 does not. */
static void
test_level_h264 (void)
{
  WfdVideoFormats sink = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 32, .modes = { 1 << 16 | 1 << 5 | 1 } } } };
  const WfdWish wish = { 1920, 1080, 24 };

  check_first (&cbp_source, &sink, wish, "640x480p60 CBP 31 aac", above_wish);
  sink.codecs[0].level = 40;
  check_first (&cbp_source, &sink, wish, "1920x1080p24 CBP 40 aac", wished);
}

/* The modes of the tuple of a profile are those of no other. */
static void
test_profile_of_mode (void)
{
  const WfdVideoFormats sink = { .n_codecs = 2,
    .codecs = { { .profiles = CHP, .level = 42, .modes = { 0x1e3 } },
        { .profiles = CBP, .level = 31, .modes = { 0x23 } } } };

  check_first (&both_source, &sink, no_wish, "1920x1080p30 CHP 40 aac", safe);
  check_first (&both_source, &sink, (WfdWish) { 1280, 720, 30 }, "1280x720p30 CBP 31 aac", wished);
  check_first (&both_source, &sink, (WfdWish) { 1280, 720, 60 }, "1280x720p60 CHP 32 aac", wished);
}

static void
test_chp_source (void)
{
  WfdVideoFormats source = { .n_codecs = 1,
    .codecs = { { .profiles = CHP, .level = 42, .modes = { 0x1bdeb } } } };
  WfdVideoFormats cbp_sink = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x1bdeb } } } };

  check_first (&source, &windows_10, no_wish, "1920x1080p30 CHP 40 aac", safe);
  check_first (&source, &cbp_sink, no_wish, "640x480p60 CBP 31 aac", no_common);
}

static void
test_wish (void)
{
  check_first (&cbp_source, &windows_10, (WfdWish) { 1280, 720, 60 }, "1280x720p60 CBP 32 aac",
      wished);
  check_first (&cbp_source, &windows_10, (WfdWish) { 720, 576, 50 }, "720x576p50 CBP 31 aac",
      wished);
  /* the size is more than pixels per second: not 1366x768p60, which has more */
  check_first (&cbp_source, &lg_webos, wish_1080p60, "1920x1080p30 CBP 40 aac", wished_size);
}

static void
test_wish_within (void)
{
  static const WfdWish wishes[] = { { 1900, 1000, 60 }, { 1920, 1079, 60 }, { 1919, 1080, 60 },
    { 2560, 1440, 29 } };
  static const char *const expected[] = { "1600x900p30 CBP 40 aac", "1680x1050p30 CBP 40 aac",
    "1680x1050p30 CBP 40 aac", "1920x1080p25 CBP 40 aac" };
  WfdVideoFormats sink = windows_10;

  /* 1080p60 and p30 for who does not obey; no 720p60, which has more pixels */
  for (guint i = 0; i < 2; i++) {
    sink.codecs[i].modes[WFD_TABLE_CEA] = 0x11183;
    sink.codecs[i].modes[WFD_TABLE_VESA] = 1 << 26 | 1 << 20;
  }
  for (guint i = 0; i < G_N_ELEMENTS (wishes); i++)
    check_first (&cbp_source, &sink, wishes[i], expected[i], below_wish);
}

static void
test_wish_above (void)
{
  const WfdVideoFormats sink = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x1c0 } } } };

  check_first (&cbp_source, &sink, (WfdWish) { 640, 360, 30 }, "1280x720p60 CBP 32 aac", holds);
  check_first (&cbp_source, &windows_10, (WfdWish) { 320, 240, 10 }, "640x360p30 CBP 31 aac",
      holds);
  check_first (&cbp_source, &minimal, (WfdWish) { 320, 240, 70 }, "640x480p60 CBP 31 aac",
      above_wish);
}

#define CEA(bit) (G_GUINT64_CONSTANT (1) << (bit))

/* 640x480p60 is in each, as every sink has it. */
static void
test_wish_held (void)
{
  static const struct
  {
    WfdWish wish;
    guint64 cea;
    const char *expected, *reason;
  } cases[] = {
    /* films of standard definition, to a sink that has all */
    { { 720, 576, 25 }, 0x1bdeb, "720x576p50 CBP 31 aac", multiple },
    { { 720, 480, 30 }, 0x1bdeb, "720x480p60 CBP 31 aac", multiple },
    { { 640, 480, 30 }, 0x1bdeb, "640x480p60 CBP 31 aac", multiple },
    { { 640, 480, 25 }, 0x1bdeb, "720x576p50 CBP 31 aac", holds },
    { { 720, 576, 30 }, 0x1bdeb, "1280x720p30 CBP 31 aac", holds },
    { { 720, 576, 25 }, CEA (10) | CEA (5), "1280x720p25 CBP 31 aac", holds },
    /* each picture equally often, or else at least each of them */
    { { 720, 576, 25 }, CEA (11) | CEA (5), "1280x720p50 CBP 32 aac", holds },
    { { 720, 576, 25 }, CEA (5) | CEA (7), "1280x720p30 CBP 31 aac", holds },
    { { 1280, 720, 25 }, CEA (11) | CEA (15), "1280x720p50 CBP 32 aac", multiple },
    /* the size before the rate, and all lines before no scaling up */
    { { 1280, 720, 25 }, CEA (15) | CEA (12), "1280x720p24 CBP 31 aac", wished_size },
    { { 1280, 720, 30 }, CEA (1) | CEA (7), "1920x1080p30 CBP 40 aac", holds },
    /* not what may be refused, or more than the link carries */
    { { 1920, 1080, 30 }, CEA (8) | CEA (5), "1280x720p30 CBP 31 aac", below_wish },
    { { 1280, 720, 60 }, CEA (8) | CEA (5), "1280x720p30 CBP 31 aac", wished_size },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    const WfdVideoFormats sink = { .n_codecs = 1,
      .codecs = { { .profiles = CBP, .level = 42, .modes = { cases[i].cea | CEA (0) } } } };

    check_first (&cbp_source, &sink, cases[i].wish, cases[i].expected, cases[i].reason);
  }
}

/* Members that are 0 are no wish. */
static void
test_wish_partial (void)
{
  check_first (&cbp_source, &windows_10, (WfdWish) { 0, 0, 60 }, "1920x1080p60 CBP 42 aac", wished);
  check_first (&cbp_source, &windows_10, (WfdWish) { 0, 0, 25 }, "1920x1080p25 CBP 40 aac", wished);
  check_first (&cbp_source, &windows_10, (WfdWish) { 1920, 1080, 0 }, "1920x1080p30 CBP 40 aac",
      wished);
  check_first (&cbp_source, &windows_10, (WfdWish) { 0, 720, 0 }, "1280x720p60 CBP 32 aac", wished);
}

/* Of the modes that are wished for, the safe ones come first: p24 before p50. */
static void
test_wish_partial_safe (void)
{
  const WfdVideoFormats sink = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 42, .modes = { 1 << 16 | 1 << 13 | 1 } } } };

  check_first (&cbp_source, &sink, (WfdWish) { 1920, 1080, 0 }, "1920x1080p24 CBP 40 aac", wished);
}

static void
test_no_wish_at_all (void)
{
  WfdChoice choices[WFD_LIMIT_CHOICES];

  g_assert_cmpuint (wfd_media_choose (&cbp_source, &aac, &windows_10, &aac, NULL, choices, NULL), >,
      0);
  g_assert_cmpuint (choices[0].mode->rate_hz, ==, 30);
}

static void
test_safe (void)
{
  WfdVideoFormats sink = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 42, .modes = { 1 << 8 | 1 << 6 | 1 } } } };

  check_first (&cbp_source, &sink, no_wish, "1280x720p60 CBP 32 aac", safe);
  sink.codecs[0].modes[WFD_TABLE_CEA] = 1 << 8 | 1 << 13;
  check_first (&cbp_source, &sink, no_wish, "1920x1080p50 CBP 42 aac",
      "the smallest common mode; all are above 1920x1080p30");
}

/* 1280x720p25 and 800x480p60 are 23.04 million pixels per second both. */
static void
test_native (void)
{
  WfdVideoFormats sink = { .native = 0,
    .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 42, .modes = { 1 << 10 | 1, 0, 1 << 1 } } } };

  check_first (&cbp_source, &sink, no_wish, "1280x720p25 CBP 31 aac", safe);
  sink.native = 1 << 3 | WFD_TABLE_HH;
  check_first (&cbp_source, &sink, no_wish, "800x480p60 CBP 31 aac", safe);
  /* more pixels count more */
  sink.native = 0;
  check_first (&cbp_source, &sink, no_wish, "1280x720p25 CBP 31 aac", safe);
}

static void
test_no_common_mode (void)
{
  WfdVideoFormats sink = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 42, .modes = { 0 } } } };

  check_all (&cbp_source, &aac, &sink, &aac, no_wish,
      ALL ("640x480p60 CBP 31 aac", "640x480p60 CBP 31 -"));
  check_first (&cbp_source, &sink, wish_1080p60, "640x480p60 CBP 31 aac", no_common);
  /* a sink whose masks hold reserved bits only */
  sink.codecs[0].modes[WFD_TABLE_CEA] = 0xf8000000;
  sink.codecs[0].modes[WFD_TABLE_HH] = 0xfffff000;
  check_first (&cbp_source, &sink, no_wish, "640x480p60 CBP 31 aac", no_common);
}

/* The sink left bit 0 out, which it may not. */
static void
test_last_resort (void)
{
  const WfdVideoFormats sink = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x20 } } } };

  check_all (&cbp_source, &aac, &sink, &aac, no_wish,
      ALL ("1280x720p30 CBP 31 aac", "1280x720p30 CBP 31 -", "640x480p60 CBP 31 -"));
}

static void
test_lesser (void)
{
  check_all (&cbp_source, &aac, &windows_10, &aac, ((WfdWish) { 1280, 720, 60 }),
      ALL ("1280x720p60 CBP 32 aac", "1280x720p30 CBP 31 aac", "1280x720p60 CBP 32 -",
          "640x480p60 CBP 31 -"));
  check_all (&cbp_source, &aac, &windows_10, &aac, ((WfdWish) { 720, 480, 60 }),
      ALL ("720x480p60 CBP 31 aac", "720x480p60 CBP 31 -", "640x480p60 CBP 31 -"));
}

static void
test_unique (void)
{
  static const WfdVideoFormats *const sinks[] = { &windows_10, &lg_webos, &actiontec, &aosp_sample,
    &miraclecast, &lazycast, &minimal, &truncated_tuple };

  for (guint s = 0; s < G_N_ELEMENTS (sinks); s++) {
    WfdChoice choices[WFD_LIMIT_CHOICES];
    guint n =
        wfd_media_choose (&both_source, &aac, sinks[s], &lpcm_aac, &wish_1080p60, choices, NULL);

    for (guint i = 0; i < n; i++) {
      for (guint k = 0; k < i; k++)
        g_assert_false (choices[i].mode == choices[k].mode && choices[i].audio == choices[k].audio
            && choices[i].profile == choices[k].profile);
    }
    g_assert_null (choices[n - 1].audio);
    g_assert_true (choices[n - 1].mode == wfd_media_find_mode (WFD_TABLE_CEA, 0));
    g_assert_cmpuint (choices[n - 1].profile, ==, CBP);
    g_assert_cmpuint (choices[n - 1].level, ==, 31);
  }
}

/* Audio */

static void
test_audio_order (void)
{
  static const struct
  {
    WfdAudioCodecs source, sink;
    const char *expected; /* first in the list */
  } cases[] = {
    { { { LPCM (3), AAC (15), AC3 (7) } }, { { LPCM (3), AAC (15), AC3 (7) } }, "aac" },
    { { { LPCM (3), AAC (15), AC3 (7) } }, { { LPCM (3), AC3 (7) } }, "lpcm" },
    { { { LPCM (3), AAC (15), AC3 (7) } }, { { LPCM (1), AC3 (7) } }, "lpcm-44100" },
    { { { LPCM (3), AAC (15), AC3 (7) } }, { { AC3 (7) } }, "ac3" },
    { { { LPCM (3), AAC (15), AC3 (7) } }, { { AC3 (6) } }, "ac3-6ch" },
    { { { AAC (4) } }, { { LPCM (3), AAC (7) } }, "aac-6ch" },
    { { { LPCM (2), AAC (4) } }, { { LPCM (3), AAC (15) } }, "lpcm" },
    { { { LPCM (2) } }, { { LPCM (3), AAC (1) } }, "lpcm" },
    { { { AAC (1) } }, { { LPCM (3) } }, "-" },
    { { { AAC (4) } }, { { AAC (1) } }, "-" },
    { { { LPCM (3), AAC (1) } }, { { 0 } }, "-" },
    { { { 0 } }, { { LPCM (3), AAC (1) } }, "-" },
    { { { AAC (0x1) } }, { { AAC (0xfffffff0) } }, "-" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    WfdChoice choices[WFD_LIMIT_CHOICES];
    g_autofree char *text = NULL, *expected = NULL;

    wfd_media_choose (&cbp_source, &cases[i].source, &minimal, &cases[i].sink, &no_wish, choices,
        NULL);
    text = describe (&choices[0]);
    expected = g_strdup_printf ("640x480p60 CBP 31 %s", cases[i].expected);
    g_assert_cmpstr (text, ==, expected);
  }
}

static void
test_audio_none_common (void)
{
  WfdChoice choices[WFD_LIMIT_CHOICES];

  wfd_media_choose (&cbp_source, &aac, &windows_10, &no_audio, &no_wish, choices, NULL);
  g_assert_null (choices[0].audio);
  g_assert_cmpstr (choices[0].reason, ==,
      "the largest common mode up to 1920x1080p30, the safe pick; no sound: no audio codec in "
      "common");
}

static void
test_audio_only (void)
{
  const WfdAudioCodecs both = { .modes = { LPCM (2), AAC (1) } };

  check_all (&cbp_source, &both, &no_video, &lpcm_aac, no_wish, ALL ("- - 0 aac", "- - 0 lpcm"));
  check_all (&no_video, &aac, &windows_10, &lpcm_aac, no_wish, ALL ("- - 0 aac"));
}

static void
test_nothing_common (void)
{
  WfdChoice choices[WFD_LIMIT_CHOICES];
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (
      wfd_media_choose (&cbp_source, &aac, &no_video, &no_audio, &no_wish, choices, &error), ==, 0);
  g_assert_error (error, WFD_ERROR, WFD_ERROR_NO_FORMAT);
  g_assert_cmpstr (error->message, ==,
      "nothing can be sent: the sink has no video and no audio codec is in common");
  g_clear_error (&error);
  g_assert_cmpuint (
      wfd_media_choose (&no_video, &aac, &windows_10, &no_audio, &no_wish, choices, &error), ==, 0);
  g_assert_error (error, WFD_ERROR, WFD_ERROR_NO_FORMAT);
  g_assert_cmpstr (error->message, ==,
      "nothing can be sent: the source has no video and no audio codec is in common");
}

/* What a source chooses and writes is what a sink takes and reads. */
static void
test_both_sides_agree (void)
{
  static const WfdVideoFormats *const sinks[] = { &windows_10, &lg_webos, &actiontec, &aosp_sample,
    &miraclecast, &lazycast, &minimal };

  for (guint s = 0; s < G_N_ELEMENTS (sinks); s++) {
    WfdChoice choices[WFD_LIMIT_CHOICES];
    guint n =
        wfd_media_choose (&both_source, &aac, sinks[s], &lpcm_aac, &wish_1080p60, choices, NULL);

    for (guint i = 0; i < n; i++) {
      WfdVideoFormats video;
      WfdAudioCodecs audio;
      WfdChoice read = { 0 };

      wfd_media_choice_to_video_formats (&choices[i], &video);
      wfd_media_choice_to_audio_codecs (&choices[i], &audio);
      g_assert_cmpuint (wfd_media_check_selected_video (sinks[s], &video, &read), ==, 0);
      g_assert_cmpuint (wfd_media_check_selected_audio (&lpcm_aac, &audio, &read), ==, 0);
      g_assert_true (read.mode == choices[i].mode);
      g_assert_true (read.audio == choices[i].audio);
      g_assert_cmpuint (read.profile, ==, choices[i].profile);
      g_assert_cmpuint (read.level, ==, choices[i].level);
    }
  }
}

/* Without a wish stereo is better, however many channels both have. */
static void
test_channels (void)
{
  static const WfdAudioCodecs many = { .modes = { LPCM (0x3), AAC (0xf), AC3 (0x7) } };
  static const struct
  {
    guint channels;
    const WfdAudioCodecs *sink;
    const char *expected;
  } rows[] = {
    { 0, &many, "1280x720p30 CBP 31 aac" },
    { 2, &many, "1280x720p30 CBP 31 aac" },
    { 6, &many, "1280x720p30 CBP 31 aac-6ch" },
    { 8, &many, "1280x720p30 CBP 31 aac-8ch" },
    { 6, &lpcm_aac, "1280x720p30 CBP 31 aac" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    WfdWish wish = { .channels = rows[i].channels };
    WfdChoice choices[WFD_LIMIT_CHOICES];
    g_autofree char *first = NULL;

    g_assert_cmpuint (
        wfd_media_choose (&cbp_source, &many, &aosp_sample, rows[i].sink, &wish, choices, NULL), >,
        0);
    first = describe (&choices[0]);
    g_assert_cmpstr (first, ==, rows[i].expected);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/media/choice/windows-10-gets-1080p30", test_windows);
  g_test_add_func ("/media/choice/windows-10-refusing-1080p60-gets-less", test_windows_1080p60);
  g_test_add_func ("/media/choice/windows-10-mode-of-chp-only", test_windows_chp_only_mode);
  g_test_add_func ("/media/choice/no-mode-above-its-level", test_no_mode_above_its_level);
  g_test_add_func ("/media/choice/lg-webos-native-is-not-offered", test_lg_native_lies);
  g_test_add_func ("/media/choice/actiontec-chp-first-gets-cbp", test_actiontec);
  g_test_add_func ("/media/choice/aosp-sample-level-bounds-all-bits", test_aosp_sample);
  g_test_add_func ("/media/choice/miraclecast-two-profiles-in-one", test_miraclecast);
  g_test_add_func ("/media/choice/lazycast-chp-only-is-served", test_lazycast);
  g_test_add_func ("/media/choice/minimal-gets-640x480", test_minimal);
  g_test_add_func ("/media/choice/truncated-tuple-counts", test_truncated_tuple);
  g_test_add_func ("/media/choice/never-interlaced", test_interlaced);
  g_test_add_func ("/media/choice/level-is-the-lower-of-both", test_level);
  g_test_add_func ("/media/choice/level-obeys-h264", test_level_h264);
  g_test_add_func ("/media/choice/profile-is-that-of-the-mode", test_profile_of_mode);
  g_test_add_func ("/media/choice/chp-source-needs-chp-sink", test_chp_source);
  g_test_add_func ("/media/choice/wish-comes-first", test_wish);
  g_test_add_func ("/media/choice/wish-is-not-exceeded", test_wish_within);
  g_test_add_func ("/media/choice/wish-too-small-gets-smallest", test_wish_above);
  g_test_add_func ("/media/choice/no-line-of-the-wish-is-lost", test_wish_held);
  g_test_add_func ("/media/choice/wish-may-be-partial", test_wish_partial);
  g_test_add_func ("/media/choice/wish-of-a-size-gets-a-safe-rate", test_wish_partial_safe);
  g_test_add_func ("/media/choice/wish-may-be-null", test_no_wish_at_all);
  g_test_add_func ("/media/choice/no-wish-gets-safe-pick", test_safe);
  g_test_add_func ("/media/choice/native-breaks-ties-only", test_native);
  g_test_add_func ("/media/choice/no-common-mode-gets-640x480", test_no_common_mode);
  g_test_add_func ("/media/choice/last-resort-need-not-be-offered", test_last_resort);
  g_test_add_func ("/media/choice/fallbacks-are-lesser", test_lesser);
  g_test_add_func ("/media/choice/fallbacks-are-unique-and-end-with-640x480", test_unique);
  g_test_add_func ("/media/choice/audio-order", test_audio_order);
  g_test_add_func ("/media/choice/no-common-audio-is-video-only", test_audio_none_common);
  g_test_add_func ("/media/choice/no-video-is-audio-only", test_audio_only);
  g_test_add_func ("/media/choice/sound-has-the-channels-of-the-wish", test_channels);
  g_test_add_func ("/media/choice/nothing-in-common-is-an-error", test_nothing_common);
  g_test_add_func ("/media/choice/both-sides-agree", test_both_sides_agree);
  return g_test_run ();
}
