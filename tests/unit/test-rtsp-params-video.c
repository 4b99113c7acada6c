/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <rtsp-params.h>
#include <wfd/wfd-error.h>

#include <string.h>

#define CBP WFD_H264_PROFILE_CBP
#define CHP WFD_H264_PROFILE_CHP

/* What a device sends, what it means, and how we would write it. */
typedef struct
{
  const char *name;
  const char *text;
  WfdVideoFormats expected;
  const char *canonical; /* NULL: as in text */
} VideoVector;

static const VideoVector video_vectors[] = {
  { "none", "none", { .n_codecs = 0 }, NULL },
  { "minimal-sink-galaxy-tab", "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x1, 0, 0 } } } },
      NULL },
  { "windows-10-sink-slice-params-without-min-slice",
      "40 00 01 10 0001bdeb 051557ff 00000fff 10 0000 001f 11 0780 0438, "
      "02 10 0001bdeb 155557ff 00000fff 10 0000 001f 11 0780 0438",
      { .native = 0x40,
          .n_codecs = 2,
          .codecs = { { .profiles = CBP,
                          .level = 42,
                          .modes = { 0x1bdeb, 0x51557ff, 0xfff },
                          .latency_ms = 80,
                          .slice_enc_params = 0x1f,
                          .frame_rate_control = 0x11,
                          .max_hres = 1920,
                          .max_vres = 1080 },
              { .profiles = CHP,
                  .level = 42,
                  .modes = { 0x1bdeb, 0x155557ff, 0xfff },
                  .latency_ms = 80,
                  .slice_enc_params = 0x1f,
                  .frame_rate_control = 0x11,
                  .max_hres = 1920,
                  .max_vres = 1080 } } },
      NULL },
  { "lg-webos-upper-case",
      "40 00 01 10 000194FF 155575DF 00000555 00 0000 0000 1F none none, "
      "02 10 000194FF 155575DF 00000555 00 0000 0000 1F none none",
      { .native = 0x40,
          .n_codecs = 2,
          .codecs = { { .profiles = CBP,
                          .level = 42,
                          .modes = { 0x194ff, 0x155575df, 0x555 },
                          .frame_rate_control = 0x1f },
              { .profiles = CHP,
                  .level = 42,
                  .modes = { 0x194ff, 0x155575df, 0x555 },
                  .frame_rate_control = 0x1f } } },
      "40 00 01 10 000194ff 155575df 00000555 00 0000 0000 1f none none, "
      "02 10 000194ff 155575df 00000555 00 0000 0000 1f none none" },
  { "actiontec-preferred-mode-and-high-profile-first",
      "00 01 02 08 00019ceb 05557fff 00000fff 02 0000 00ff 11 0780 0438, "
      "01 08 00019ceb 05557fff 00000fff 02 0000 00ff 11 0780 0438",
      { .preferred = 1,
          .n_codecs = 2,
          .codecs = { { .profiles = CHP,
                          .level = 41,
                          .modes = { 0x19ceb, 0x5557fff, 0xfff },
                          .latency_ms = 10,
                          .slice_enc_params = 0xff,
                          .frame_rate_control = 0x11,
                          .max_hres = 1920,
                          .max_vres = 1080 },
              { .profiles = CBP,
                  .level = 41,
                  .modes = { 0x19ceb, 0x5557fff, 0xfff },
                  .latency_ms = 10,
                  .slice_enc_params = 0xff,
                  .frame_rate_control = 0x11,
                  .max_hres = 1920,
                  .max_vres = 1080 } } },
      NULL },
  { "aosp-sample-sink-all-bits-and-reserved-ones",
      "28 00 01 01 ffffffff ffffffff ffffffff 00 0000 0000 00 none none",
      { .native = 0x28,
          .n_codecs = 1,
          .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x1ffff, 0x3fffffff, 0xfff } } } },
      "28 00 01 01 0001ffff 3fffffff 00000fff 00 0000 0000 00 none none" },
  { "miraclecast-two-profiles-in-one-tuple",
      "00 00 03 10 0001ffff 1fffffff 00001fff 00 0000 0000 10 none none",
      { .n_codecs = 1,
          .codecs = { { .profiles = CBP | CHP,
              .level = 42,
              .modes = { 0x1ffff, 0x1fffffff, 0xfff },
              .frame_rate_control = 0x10 } } },
      "00 00 03 10 0001ffff 1fffffff 00000fff 00 0000 0000 10 none none" },
  { "lazycast-high-profile-only-and-vesa-bit-29",
      "00 00 02 10 0001FEFF 3FFFFFFF 00000FFF 00 0000 0000 00 none none",
      { .n_codecs = 1,
          .codecs = { { .profiles = CHP, .level = 42, .modes = { 0x1feff, 0x3fffffff, 0xfff } } } },
      "00 00 02 10 0001feff 3fffffff 00000fff 00 0000 0000 00 none none" },
  { "m4-high-profile-with-wrong-level",
      "00 00 02 02 00000002 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CHP, .level = 32, .modes = { 0x2, 0, 0 } } } },
      NULL },
  { "m4-vesa-mode", "00 00 02 10 00000000 00000002 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CHP, .level = 42, .modes = { 0, 0x2, 0 } } } },
      NULL },
  { "m4-native-not-zero", "28 00 01 01 00000020 00000000 00000000 00 0000 0000 00 none none",
      { .native = 0x28,
          .n_codecs = 1,
          .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x20, 0, 0 } } } },
      NULL },
  { "m4-1080p30", "00 00 01 04 00000080 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 40, .modes = { 0x80, 0, 0 } } } },
      NULL },
  { "m4-libwds-hh-mode-at-level-42",
      "00 00 01 10 00000000 00000000 00000040 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 42, .modes = { 0, 0, 0x40 } } } },
      NULL },
  { "m4-tizen-no-mode-and-max-size",
      "40 00 01 01 00000000 00000000 00000000 00 0000 0000 00 0280 01e0",
      { .native = 0x40,
          .n_codecs = 1,
          .codecs = { { .profiles = CBP, .level = 31, .max_hres = 640, .max_vres = 480 } } },
      NULL },
  { "m4-wds-0000-for-none", "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 0000 0000",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x1, 0, 0 } } } },
      "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none" },
  { "truncated-behind-hh", "00 00 01 10 0001bde1 00300000 000003c0",
      { .n_codecs = 1,
          .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x1bde1, 0x300000, 0x3c0 } } } },
      "00 00 01 10 0001bde1 00300000 000003c0 00 0000 0000 00 none none" },
  { "truncated-behind-cea", "00 00 01 01 00000001",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x1, 0, 0 } } } },
      "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none" },
  { "truncated-second-tuple",
      "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none, 02 10 00000080 00000001",
      { .n_codecs = 2,
          .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x1, 0, 0 } },
              { .profiles = CHP, .level = 42, .modes = { 0x80, 0x1, 0 } } } },
      "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none, "
      "02 10 00000080 00000001 00000000 00 0000 0000 00 none none" },
  { "every-field-in-its-place", "21 01 02 08 00000011 00000022 00000033 04 0055 0066 07 0888 0999",
      { .native = 0x21,
          .preferred = 1,
          .n_codecs = 1,
          .codecs = { { .profiles = CHP,
              .level = 41,
              .modes = { 0x11, 0x22, 0x33 },
              .latency_ms = 20,
              .min_slice_size_mb = 0x55,
              .slice_enc_params = 0x66,
              .frame_rate_control = 0x07,
              .max_hres = 0x888,
              .max_vres = 0x999 } } },
      NULL },
  { "several-levels-mean-the-highest",
      "00 00 01 0f 00000001 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 41, .modes = { 0x1, 0, 0 } } } },
      "00 00 01 08 00000001 00000000 00000000 00 0000 0000 00 none none" },
  { "reserved-levels-beside-others-are-dropped",
      "00 00 01 e2 00000001 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 32, .modes = { 0x1, 0, 0 } } } },
      "00 00 01 02 00000001 00000000 00000000 00 0000 0000 00 none none" },
  { "reserved-level-alone-means-the-highest",
      "00 00 01 20 00000001 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x1, 0, 0 } } } },
      "00 00 01 10 00000001 00000000 00000000 00 0000 0000 00 none none" },
  { "reserved-profile-beside-others-is-dropped",
      "00 00 f1 01 00000001 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 31, .modes = { 0x1, 0, 0 } } } },
      "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none" },
  { "tuple-of-unknown-profile-is-left-out",
      "00 00 04 01 00000001 00000000 00000000 00 0000 0000 00 none none, "
      "01 02 00000002 00000000 00000000 00 0000 0000 00 none none",
      { .n_codecs = 1, .codecs = { { .profiles = CBP, .level = 32, .modes = { 0x2, 0, 0 } } } },
      "00 00 01 02 00000002 00000000 00000000 00 0000 0000 00 none none" },
  { "suggested-sink-default",
      "40 00 01 10 000101eb 00000000 00000000 00 0000 0000 00 none none, "
      "02 10 000101eb 00000000 00000000 00 0000 0000 00 none none",
      { .native = 0x40,
          .n_codecs = 2,
          .codecs = { { .profiles = CBP, .level = 42, .modes = { 0x101eb, 0, 0 } },
              { .profiles = CHP, .level = 42, .modes = { 0x101eb, 0, 0 } } } },
      NULL },
  { "sink-at-level-41",
      "38 00 01 08 0001bdeb 00000000 00000000 00 0000 0000 00 none none, "
      "02 08 0001bdeb 00000000 00000000 00 0000 0000 00 none none",
      { .native = 0x38,
          .n_codecs = 2,
          .codecs = { { .profiles = CBP, .level = 41, .modes = { 0x1bdeb, 0, 0 } },
              { .profiles = CHP, .level = 41, .modes = { 0x1bdeb, 0, 0 } } } },
      NULL },
};

/* Other ways to write
 * "28 00 01 10 0000001f 0000000a 00000000 02 0000 0000 00 none none, 02 …". */
static const struct
{
  const char *name;
  const char *text;
} same_video[] = {
  { "blank-before-comma",
      "28 00 01 10 0000001f 0000000a 00000000 02 0000 0000 00 none none , "
      "02 10 0000001f 0000000a 00000000 02 0000 0000 00 none none" },
  { "no-blank-after-comma",
      "28 00 01 10 0000001f 0000000a 00000000 02 0000 0000 00 none none,"
      "02 10 0000001f 0000000a 00000000 02 0000 0000 00 none none" },
  { "tabs-and-double-blanks",
      "\t28  00\t01 10 \t 0000001f  0000000a 00000000 02 0000 0000 00 none\tnone\t,\t"
      "02 10 0000001f 0000000a\t\t00000000 02 0000 0000 00 none none \t" },
  { "upper-case",
      "28 00 01 10 0000001F 0000000A 00000000 02 0000 0000 00 NONE None, "
      "02 10 0000001F 0000000A 00000000 02 0000 0000 00 nONE NONE" },
  { "fewer-digits", "28 0 1 10 1f a 0 2 0 0 0 none none, 2 10 1f a 0 2 0 0 0 none none" },
  { "more-digits",
      "0028 0000 0001 0010 000000000000001f 00000000000000000000000a 0000000000 0002 00000 00000 "
      "000 none none, 0002 0010 00000001f 0000000000a 0000000000 00002 00000 00000 000 none none" },
  { "more-digits-than-the-field-has-bits",
      "128 f00 101 110 f0000001f 10000000a 100000000 102 10000 f0000 100 none none, "
      "102 110 f0000001f 10000000a 100000000 102 10000 f0000 100 none none" },
  { "0x-prefix",
      "0x28 0x00 0x01 0x10 0x0000001f 0x0000000A 0x00000000 0x02 0x0000 0x0000 0X00 none none, "
      "0x02 0x10 0X0000001f 0x0000000a 0x0 0x02 0x0000 0x0000 0x00 none none" },
  { "comma-at-the-end",
      "28 00 01 10 0000001f 0000000a 00000000 02 0000 0000 00 none none, "
      "02 10 0000001f 0000000a 00000000 02 0000 0000 00 none none," },
};

static const struct
{
  const char *name;
  const char *text;
  guint code;
} bad_video[] = {
  { "empty", "", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "native-only", "28", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-tuple", "28 00", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-level", "28 00 01", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-bitmap", "28 00 01 10", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-digits", "28 00 01 10 grey", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "prefix-without-digits", "28 00 01 10 0x", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "negative", "28 00 01 10 -1", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "more-than-64-bits", "28 00 01 10 10000000000000000", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "none-and-more", "none none", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "none-for-a-bitmap", "28 00 01 10 none", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "one-token-too-many", "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none none",
      WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "native-and-preferred-again",
      "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none, "
      "00 00 02 01 00000001 00000000 00000000 00 0000 0000 00 none none",
      WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "empty-tuple-first", "00 00 , 01 01 00000001", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "empty-tuple-between", "00 00 01 01 00000001,, 02 01 00000001",
      WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "bad-second-tuple", "00 00 01 01 00000001, 02 01", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-profile-that-is-known", "00 00 04 01 00000001", WFD_PARAM_STATUS_PROFILE },
  { "no-profile", "00 00 00 01 00000001", WFD_PARAM_STATUS_PROFILE },
  { "no-level-bit", "00 00 01 00 00000001", WFD_PARAM_STATUS_PROFILE },
};

typedef struct
{
  const char *name;
  const char *text;
  WfdAudioCodecs expected;
  const char *canonical; /* NULL: as in text */
} AudioVector;

#define LPCM WFD_AUDIO_CODEC_LPCM
#define AAC WFD_AUDIO_CODEC_AAC
#define AC3 WFD_AUDIO_CODEC_AC3

static const AudioVector audio_vectors[] = {
  { "none", "none", { .modes = { 0 } }, NULL },
  { "none-in-another-case", "None", { .modes = { 0 } }, "none" },
  { "lpcm-44100-and-48000", "LPCM 00000003 00", { .modes = { [LPCM] = 3 } }, NULL },
  { "lpcm-44100-only", "LPCM 00000001 00", { .modes = { [LPCM] = 1 } }, NULL },
  { "aac-without-lpcm", "AAC 00000001 00", { .modes = { [AAC] = 1 } }, NULL },
  { "aac-up-to-6-channels", "AAC 00000007 00", { .modes = { [AAC] = 7 } }, NULL },
  { "aac-up-to-8-channels", "AAC 0000000F 00", { .modes = { [AAC] = 15 } }, "AAC 0000000f 00" },
  { "lpcm-and-aac", "LPCM 00000003 00, AAC 00000001 00", { .modes = { [LPCM] = 3, [AAC] = 1 } },
      NULL },
  { "m3-example", "LPCM 00000002 00, AAC 00000001 00", { .modes = { [LPCM] = 2, [AAC] = 1 } },
      NULL },
  { "m4-example", "LPCM 00000002 00", { .modes = { [LPCM] = 2 } }, NULL },
  { "three-codecs-one-without-modes", "LPCM 00000003 02, AAC 00000001 02, AC3 00000000 02",
      { .modes = { [LPCM] = 3, [AAC] = 1 }, .latency_ms = { [LPCM] = 10, [AAC] = 10 } },
      "LPCM 00000003 02, AAC 00000001 02" },
  { "only-one-without-modes", "AC3 00000000 00", { .modes = { 0 } }, "none" },
  { "all-three", "LPCM 00000003 ff, AAC 0000000f 01, AC3 00000007 10",
      { .modes = { [LPCM] = 3, [AAC] = 15, [AC3] = 7 },
          .latency_ms = { [LPCM] = 1275, [AAC] = 5, [AC3] = 80 } },
      NULL },
  { "another-order", "AC3 00000001 00, AAC 00000001 00, LPCM 00000002 00",
      { .modes = { [LPCM] = 2, [AAC] = 1, [AC3] = 1 } },
      "LPCM 00000002 00, AAC 00000001 00, AC3 00000001 00" },
  { "codec-twice", "LPCM 00000001 01, LPCM 00000002 02",
      { .modes = { [LPCM] = 3 }, .latency_ms = { [LPCM] = 10 } }, "LPCM 00000003 02" },
  { "reserved-modes-are-dropped", "LPCM ffffffff 00, AAC fffffff0 00, AC3 FFFFFFFF 00",
      { .modes = { [LPCM] = 3, [AC3] = 7 } }, "LPCM 00000003 00, AC3 00000007 00" },
  { "codecs-of-r2-are-left-out", "CTA 00000001 00, AAC 00000001 00, AAC-ELDv2 00000003 00",
      { .modes = { [AAC] = 1 } }, "AAC 00000001 00" },
  { "lower-case-tabs-and-no-blank-after-comma", "lpcm\t00000003  00 ,aac 1 0",
      { .modes = { [LPCM] = 3, [AAC] = 1 } }, "LPCM 00000003 00, AAC 00000001 00" },
  { "0x-prefix-and-more-digits", "LPCM 0x3 0x02, AAC 000000000001 100",
      { .modes = { [LPCM] = 3, [AAC] = 1 }, .latency_ms = { [LPCM] = 10 } },
      "LPCM 00000003 02, AAC 00000001 00" },
};

static const struct
{
  const char *name;
  const char *text;
  guint code;
} bad_audio[] = {
  { "empty", "", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "name-only", "LPCM", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-latency", "LPCM 00000003", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "one-token-too-many", "LPCM 00000003 00 00", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-comma", "LPCM 00000003 00 AAC 00000001 00", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "no-digits", "LPCM two 00", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "empty-between", "LPCM 00000003 00,,AAC 00000001 00", WFD_PARAM_STATUS_NOT_UNDERSTOOD },
  { "none-and-more", "none 00000003 00", WFD_PARAM_STATUS_FORMAT },
  { "no-codec-that-is-known", "DTS 00000001 00", WFD_PARAM_STATUS_FORMAT },
};

static void
assert_equal_codec (const WfdH264Codec *a, const WfdH264Codec *b)
{
  g_assert_cmphex (a->profiles, ==, b->profiles);
  g_assert_cmpuint (a->level, ==, b->level);
  for (guint i = 0; i < WFD_N_TABLES; i++)
    g_assert_cmphex (a->modes[i], ==, b->modes[i]);
  g_assert_cmpuint (a->latency_ms, ==, b->latency_ms);
  g_assert_cmpuint (a->min_slice_size_mb, ==, b->min_slice_size_mb);
  g_assert_cmphex (a->slice_enc_params, ==, b->slice_enc_params);
  g_assert_cmphex (a->frame_rate_control, ==, b->frame_rate_control);
  g_assert_cmpuint (a->max_hres, ==, b->max_hres);
  g_assert_cmpuint (a->max_vres, ==, b->max_vres);
}

static void
assert_equal_video (const WfdVideoFormats *a, const WfdVideoFormats *b)
{
  g_assert_cmphex (a->native, ==, b->native);
  g_assert_cmpuint (a->preferred, ==, b->preferred);
  g_assert_cmpuint (a->n_codecs, ==, b->n_codecs);
  for (guint i = 0; i < a->n_codecs; i++)
    assert_equal_codec (&a->codecs[i], &b->codecs[i]);
}

static void
assert_equal_audio (const WfdAudioCodecs *a, const WfdAudioCodecs *b)
{
  for (guint i = 0; i < WFD_N_AUDIO_CODECS; i++) {
    g_assert_cmphex (a->modes[i], ==, b->modes[i]);
    g_assert_cmpuint (a->latency_ms[i], ==, b->latency_ms[i]);
  }
}

static void
read_video_vector (gconstpointer data)
{
  const VideoVector *vector = data;
  g_autoptr (GError) error = NULL;
  WfdVideoFormats formats;

  g_assert_true (wfd_params_parse_video_formats (vector->text, &formats, &error));
  g_assert_no_error (error);
  assert_equal_video (&formats, &vector->expected);
}

/* A value as it stands in a message. */
static char *
print (const WfdParams *params, WfdParamId id)
{
  g_autoptr (GString) line = g_string_new (NULL);

  wfd_params_print_one (params, id, line);
  g_assert_true (g_str_has_suffix (line->str, "\r\n"));
  g_string_truncate (line, line->len - 2);
  return g_strdup (strstr (line->str, ": ") + 2);
}

static char *
print_video (const WfdVideoFormats *formats)
{
  const WfdParams params = { .present = 1 << WFD_PARAM_VIDEO_FORMATS, .video_formats = *formats };

  return print (&params, WFD_PARAM_VIDEO_FORMATS);
}

static char *
print_audio (const WfdAudioCodecs *codecs)
{
  const WfdParams params = { .present = 1 << WFD_PARAM_AUDIO_CODECS, .audio_codecs = *codecs };

  return print (&params, WFD_PARAM_AUDIO_CODECS);
}

static void
write_video_vector (gconstpointer data)
{
  const VideoVector *vector = data;
  g_autofree char *text = print_video (&vector->expected);

  g_assert_cmpstr (text, ==, vector->canonical != NULL ? vector->canonical : vector->text);
}

static void
read_same_video (gconstpointer data)
{
  const WfdH264Codec codec = { .profiles = CBP,
    .level = 42,
    .modes = { 0x1f, 0xa, 0 },
    .latency_ms = 10 };
  WfdVideoFormats expected = { .native = 0x28, .n_codecs = 2, .codecs = { codec, codec } };
  WfdVideoFormats formats;

  expected.codecs[1].profiles = CHP;
  g_assert_true (wfd_params_parse_video_formats (data, &formats, NULL));
  assert_equal_video (&formats, &expected);
}

/* The code that a 303 would have for this line; 0 if it was taken. */
static guint
code_of (WfdParamId id, const char *value)
{
  g_autofree char *body = g_strdup_printf ("%s: %s\r\n", wfd_param_get_name (id), value);
  g_autoptr (GArray) failures = wfd_param_failures_new ();
  g_auto (WfdParams) params = { 0 };

  g_assert_true (wfd_params_parse (body, strlen (body), &params, failures, NULL));
  if (failures->len == 0) {
    g_assert_true (wfd_params_has (&params, id));
    return 0;
  }
  g_assert_false (wfd_params_has (&params, id));
  g_assert_cmpuint (failures->len, ==, 1);
  return g_array_index (failures, WfdParamFailure, 0).codes[0];
}

static void
refuse_video (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  WfdVideoFormats formats = { .native = 0x55 };

  g_assert_cmpuint (code_of (WFD_PARAM_VIDEO_FORMATS, bad_video[i].text), ==, bad_video[i].code);
  g_assert_false (wfd_params_parse_video_formats (bad_video[i].text, &formats, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
  g_assert_cmphex (formats.native, ==, 0x55);
}

static void
more_tuples_than_we_keep (void)
{
  g_autoptr (GString) text = g_string_new ("00 00 ");
  WfdVideoFormats formats;

  for (guint i = 0; i < WFD_LIMIT_H264_CODECS + 3; i++)
    g_string_append_printf (text, "%s01 01 %08x 00000000 00000000 00 0000 0000 00 none none",
        i > 0 ? ", " : "", i + 1);
  g_assert_true (wfd_params_parse_video_formats (text->str, &formats, NULL));
  g_assert_cmpuint (formats.n_codecs, ==, WFD_LIMIT_H264_CODECS);
  for (guint i = 0; i < WFD_LIMIT_H264_CODECS; i++)
    g_assert_cmphex (formats.codecs[i].modes[WFD_TABLE_CEA], ==, i + 1);
}

/* AOSP reads a tuple at fixed offsets and aborts if it is shorter. */
static void
write_with_all_digits (void)
{
  const WfdVideoFormats formats = { .n_codecs = 2,
    .codecs = { { .profiles = CBP, .level = 31 }, { .profiles = CHP, .level = 31 } } };
  g_autofree char *text = print_video (&formats);

  g_assert_cmpstr (text, ==,
      "00 00 01 01 00000000 00000000 00000000 00 0000 0000 00 none none, "
      "02 01 00000000 00000000 00000000 00 0000 0000 00 none none");
}

static void
write_only_what_r1_can_name (void)
{
  const WfdVideoFormats formats = { .preferred = 7,
    .n_codecs = 1,
    .codecs = { { .profiles = CBP,
        .level = 52,
        .modes = { 0x7ffffff, G_GUINT64_CONSTANT (0x3ffffffff), 0xffff },
        .latency_ms = 6 } } };
  const WfdVideoFormats slow = { .n_codecs = 1,
    .codecs = { { .profiles = CBP, .level = 0, .latency_ms = G_MAXUINT16 } } };
  g_autofree char *text = print_video (&formats);
  g_autofree char *slow_text = print_video (&slow);

  g_assert_cmpstr (text, ==, "00 01 01 10 0001ffff 3fffffff 00000fff 02 0000 0000 00 none none");
  g_assert_cmpstr (slow_text, ==,
      "00 00 01 01 00000000 00000000 00000000 ff 0000 0000 00 none none");
}

static void
read_audio_vector (gconstpointer data)
{
  const AudioVector *vector = data;
  g_autoptr (GError) error = NULL;
  WfdAudioCodecs codecs;

  g_assert_true (wfd_params_parse_audio_codecs (vector->text, &codecs, &error));
  g_assert_no_error (error);
  assert_equal_audio (&codecs, &vector->expected);
}

static void
write_audio_vector (gconstpointer data)
{
  const AudioVector *vector = data;
  g_autofree char *text = print_audio (&vector->expected);

  g_assert_cmpstr (text, ==, vector->canonical != NULL ? vector->canonical : vector->text);
}

static void
refuse_audio (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  WfdAudioCodecs codecs = { .modes = { 0x55 } };

  g_assert_cmpuint (code_of (WFD_PARAM_AUDIO_CODECS, bad_audio[i].text), ==, bad_audio[i].code);
  g_assert_false (wfd_params_parse_audio_codecs (bad_audio[i].text, &codecs, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
  g_assert_cmphex (codecs.modes[0], ==, 0x55);
}

/* Formats that are kept as text: what comes in, and how it is kept and
 * written; or the code. */
static const struct
{
  const char *name;
  WfdParamId id;
  const char *text;
  const char *canonical; /* NULL for none, if there is no code */
  guint code;
} text_vectors[] = {
  { "wfd2-video/windows-sink", WFD_PARAM_WFD2_VIDEO_FORMATS,
      "40 01 04 0080 000001ffbdeb 000155557fff 000000000fff 10 0000 001f 11, "
      "01 01 0080 000001ffbdeb 0001555557ff 000000000fff 10 0000 001f 11 00",
      "40 01 04 0080 000001ffbdeb 000155557fff 000000000fff 10 0000 001f 11, "
      "01 01 0080 000001ffbdeb 0001555557ff 000000000fff 10 0000 001f 11 00" },
  { "wfd2-video/one-codec", WFD_PARAM_WFD2_VIDEO_FORMATS, "0 2 1 10 200000 0 0 0 0 0 0 1",
      "00 02 01 0010 000000200000 000000000000 000000000000 "
      "00 0000 0000 00 01" },
  { "wfd2-video/portrait-mode", WFD_PARAM_WFD2_VIDEO_FORMATS,
      "00 02 01 0010 000000200000 000000000000 000000000000 00 0000 0000 00 00 Enabled",
      "00 02 01 0010 000000200000 000000000000 000000000000 00 0000 0000 00 00 enabled" },
  { "wfd2-video/none", WFD_PARAM_WFD2_VIDEO_FORMATS, "none", NULL },
  { "wfd2-video/none-in-portrait-mode", WFD_PARAM_WFD2_VIDEO_FORMATS, "none enabled", NULL },
  { "wfd2-video/none-and-more", WFD_PARAM_WFD2_VIDEO_FORMATS,
      "none 00 02 01 0010 000000200000 000000000000 000000000000 00 0000 0000 00 00", NULL, 451 },
  { "wfd2-video/no-non-transcoding", WFD_PARAM_WFD2_VIDEO_FORMATS,
      "00 02 01 0010 000000200000 000000000000 000000000000 00 0000 0000 00", NULL, 451 },
  { "wfd2-video/non-transcoding-before-the-comma", WFD_PARAM_WFD2_VIDEO_FORMATS,
      "00 02 01 0010 000000200000 000000000000 000000000000 00 0000 0000 00 00, "
      "01 01 0080 000001ffbdeb 0001555557ff 000000000fff 10 0000 001f 11 00",
      NULL, 451 },
  { "wfd2-video/behind-enabled", WFD_PARAM_WFD2_VIDEO_FORMATS,
      "00 02 01 0010 000000200000 000000000000 000000000000 00 0000 0000 00 00 enabled 00", NULL,
      451 },
  { "wfd2-video/native-only", WFD_PARAM_WFD2_VIDEO_FORMATS, "00", NULL, 451 },
  { "wfd2-video/r1-value", WFD_PARAM_WFD2_VIDEO_FORMATS,
      "00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none", NULL, 451 },
  { "wfd2-audio/windows-sink", WFD_PARAM_WFD2_AUDIO_CODECS, "LPCM 000001ff 00",
      "LPCM 000001ff 00" },
  { "wfd2-audio/all", WFD_PARAM_WFD2_AUDIO_CODECS,
      "lpcm 3ff 1,AAC F 0 , ac3 7 0, cta 1 0, aac-eldV2 7f 0",
      "LPCM 000003ff 01, AAC 0000000f 00, AC3 00000007 00, CTA 00000001 00, "
      "AAC-ELDv2 0000007f 00" },
  { "wfd2-audio/unknown-ones-are-left-out", WFD_PARAM_WFD2_AUDIO_CODECS,
      "MPEG-H 00000001 00, LPCM 00000002 00", "LPCM 00000002 00" },
  { "wfd2-audio/only-unknown-ones", WFD_PARAM_WFD2_AUDIO_CODECS, "MPEG-H 00000001 00", NULL, 415 },
  { "wfd2-audio/no-latency", WFD_PARAM_WFD2_AUDIO_CODECS, "LPCM 000001ff", NULL, 451 },
  { "3d/mandatory-mode", WFD_PARAM_3D_VIDEO_FORMATS,
      "80 00 03 0F 0000000000000001 00 0000 0000 00 none 0438",
      "80 00 03 0f 0000000000000001 00 0000 0000 00 none 0438" },
  { "3d/two-codecs", WFD_PARAM_3D_VIDEO_FORMATS,
      "0 0 1 1 1 0 0 0 0 none none,2 1 ffffffffffffffff 0 0 0 0 780 438",
      "00 00 01 01 0000000000000001 00 0000 0000 00 none none, "
      "02 01 ffffffffffffffff 00 0000 0000 00 0780 0438" },
  { "3d/no-codec", WFD_PARAM_3D_VIDEO_FORMATS, "00 00", NULL, 451 },
  { "3d/short", WFD_PARAM_3D_VIDEO_FORMATS, "00 00 01 01 0000000000000001", NULL, 451 },
  { "preferred-mode/1080p60", WFD_PARAM_PREFERRED_DISPLAY_MODE,
      "003A02 0780 0118 8058 002C 0438 002D 8004 0005 00 01 00 "
      "01 10 00000000 00000000 00000000 00 0000 0000 00 none none",
      "003a02 0780 0118 8058 002c 0438 002d 8004 0005 00 01 00 "
      "01 10 00000000 00000000 00000000 00 0000 0000 00 none none" },
  { "preferred-mode/none", WFD_PARAM_PREFERRED_DISPLAY_MODE, "none", NULL, 451 },
  { "preferred-mode/without-codec", WFD_PARAM_PREFERRED_DISPLAY_MODE,
      "003a02 0780 0118 8058 002c 0438 002d 8004 0005 00 01 00", NULL, 451 },
  { "wfdx/one-codec", WFD_PARAM_WFDX_VIDEO_FORMATS,
      "0040 00 0004 0080 00000bffff 01ffffffff 00000fff 00 0000 0000 11 none none",
      "0040 00 0004 0080 00000bffff 01ffffffff 00000fff 00 0000 0000 11 none none" },
  { "wfdx/short", WFD_PARAM_WFDX_VIDEO_FORMATS, "0040 00 0004 0080 00000bffff", NULL, 451 },
  { "microsoft/all", WFD_PARAM_MICROSOFT_VIDEO_FORMATS, "0000001fffff", "0000001fffff" },
  { "microsoft/none-supported", WFD_PARAM_MICROSOFT_VIDEO_FORMATS, "000000000000", NULL },
  { "microsoft/the-word-none", WFD_PARAM_MICROSOFT_VIDEO_FORMATS, "none", NULL },
  { "aux/png", WFD_PARAM_WFD2_AUX_STREAM_FORMATS, "1 02 0", "01 02 00" },
};

static void
text_vector (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *body =
      g_strdup_printf ("%s: %s\r\n", wfd_param_get_name (text_vectors[i].id), text_vectors[i].text);
  g_auto (WfdParams) params = { 0 };

  g_assert_cmpuint (code_of (text_vectors[i].id, text_vectors[i].text), ==, text_vectors[i].code);
  g_assert_true (wfd_params_parse (body, strlen (body), &params, NULL, NULL));
  g_assert_cmpstr (params.text[text_vectors[i].id], ==, text_vectors[i].canonical);
}

static void
add (const char *path, const char *name, GTestDataFunc func, gconstpointer data)
{
  g_autofree char *full = g_strconcat ("/rtsp/params/", path, "/", name, NULL);

  g_test_add_data_func (full, data, func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (video_vectors); i++) {
    add ("video/read", video_vectors[i].name, read_video_vector, &video_vectors[i]);
    add ("video/write", video_vectors[i].name, write_video_vector, &video_vectors[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (same_video); i++)
    add ("video/same", same_video[i].name, read_same_video, same_video[i].text);
  for (gsize i = 0; i < G_N_ELEMENTS (bad_video); i++)
    add ("video/refused", bad_video[i].name, refuse_video, GSIZE_TO_POINTER (i));
  g_test_add_func ("/rtsp/params/video/tuples-beyond-the-limit-are-ignored",
      more_tuples_than_we_keep);
  g_test_add_func ("/rtsp/params/video/write/all-digits-for-aosp", write_with_all_digits);
  g_test_add_func ("/rtsp/params/video/write/only-what-r1-can-name", write_only_what_r1_can_name);

  for (gsize i = 0; i < G_N_ELEMENTS (audio_vectors); i++) {
    add ("audio/read", audio_vectors[i].name, read_audio_vector, &audio_vectors[i]);
    add ("audio/write", audio_vectors[i].name, write_audio_vector, &audio_vectors[i]);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (bad_audio); i++)
    add ("audio/refused", bad_audio[i].name, refuse_audio, GSIZE_TO_POINTER (i));

  for (gsize i = 0; i < G_N_ELEMENTS (text_vectors); i++)
    add ("formats-as-text", text_vectors[i].name, text_vector, GSIZE_TO_POINTER (i));

  return g_test_run ();
}
