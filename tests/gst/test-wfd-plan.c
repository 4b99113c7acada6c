/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-plan.h>

static const WfdEncoder h264_encoder = { .factory = "h264", .kind = WFD_ENCODER_H264 };
static const WfdEncoder stereo_encoder = { .factory = "stereo",
  .kind = WFD_ENCODER_AAC,
  .max_channels = 2 };
static const WfdEncoder surround_encoder = { .factory = "surround",
  .kind = WFD_ENCODER_AAC,
  .max_channels = 6 };

static const WfdPadStatus unknown = { 0 };
static const WfdPadStatus refused = { .refused = TRUE };
static const WfdPadStatus pictures = { .known = TRUE,
  .format = { .width = 1280, .height = 720, .rate_n = 30000, .rate_d = 1001 } };
static const WfdPadStatus h264 = { .known = TRUE,
  .format = { .coded = TRUE,
      .width = 1280,
      .height = 720,
      .rate_n = 30,
      .rate_d = 1,
      .profile = WFD_H264_PROFILE_CBP } };
static const WfdPadStatus samples = { .known = TRUE,
  .format = { .audio_rate_hz = 44100, .audio_channels = 6 } };
static const WfdPadStatus stereo = { .known = TRUE,
  .format = { .audio_rate_hz = 48000, .audio_channels = 2 } };
static const WfdPadStatus samples_71 = { .known = TRUE,
  .format = { .audio_rate_hz = 48000, .audio_channels = 8 } };
static const WfdPadStatus aac = { .known = TRUE,
  .format = { .coded = TRUE,
      .audio_codec = WFD_AUDIO_CODEC_AAC,
      .audio_rate_hz = 48000,
      .audio_channels = 2 } };
static const WfdPadStatus aac_51 = { .known = TRUE,
  .format = { .coded = TRUE,
      .audio_codec = WFD_AUDIO_CODEC_AAC,
      .audio_rate_hz = 48000,
      .audio_channels = 6 } };
static const WfdPadStatus ac3 = { .known = TRUE,
  .format = { .coded = TRUE,
      .audio_codec = WFD_AUDIO_CODEC_AC3,
      .audio_rate_hz = 48000,
      .audio_channels = 6 } };
static const WfdPadStatus absent = { .absent = TRUE };
static const WfdPadStatus guessed_ac3 = { .guessed = TRUE,
  .format = { .coded = TRUE,
      .audio_codec = WFD_AUDIO_CODEC_AC3,
      .audio_rate_hz = 48000,
      .audio_channels = 2 } };

static WfdPlanState
state (const WfdPadStatus *video, const WfdPadStatus *audio)
{
  return (WfdPlanState) {
    .video = video,
    .audio = audio,
    .video_formats = "default",
    .audio_codecs = "default",
    .video_encoder = &h264_encoder,
    .audio_encoder = &stereo_encoder,
    .surround_encoder = &surround_encoder,
    .bitrate_kbps = 4000,
  };
}

typedef struct
{
  const WfdPadStatus *status; /* NULL: no pad */
  const char *offer;
} Offer;

static const Offer video_offers[] = {
  { NULL, "none" },
  { &refused, "none" },
  { &unknown, "default" },
  { &pictures, "default" },
  { &h264, "1280x720p30" },
};

GST_START_TEST (pictures_are_offered_as_the_user_wants_and_coded_video_as_it_is)
{
  WfdPlanState s = state (video_offers[__i__].status, NULL);
  g_autofree char *offer = wfd_plan_get_video_offer (&s);

  fail_unless_equals_string (offer, video_offers[__i__].offer);
}
GST_END_TEST;

static const Offer audio_offers[] = {
  { NULL, "none" },
  { &refused, "none" },
  { &unknown, "aac, lpcm, lpcm-44100" },
  { &samples, "aac-6ch, aac, lpcm, lpcm-44100" },
  { &stereo, "aac, lpcm, lpcm-44100" },
  { &samples_71, "aac, lpcm, lpcm-44100" },
  { &aac, "aac" },
  { &aac_51, "aac-6ch" },
  { &ac3, "ac3-6ch" },
  { &guessed_ac3, "ac3" },
};

GST_START_TEST (sound_is_offered_as_all_that_it_can_become)
{
  WfdPlanState s = state (NULL, audio_offers[__i__].status);
  g_autofree char *offer = wfd_plan_get_audio_offer (&s);

  fail_unless_equals_string (offer, audio_offers[__i__].offer);
}
GST_END_TEST;

GST_START_TEST (user_chooses_the_codecs)
{
  WfdPlanState s = state (NULL, &samples);
  g_autofree char *offer = NULL;

  s.audio_codecs = "lpcm";
  offer = wfd_plan_get_audio_offer (&s);
  fail_unless_equals_string (offer, "lpcm");
}
GST_END_TEST;

/* No encoder makes more channels than it can. */
GST_START_TEST (of_what_the_user_wants_is_offered_what_can_be_made)
{
  static const struct
  {
    const WfdPadStatus *status;
    const char *wanted;
    const char *offer;
  } rows[] = {
    { &samples_71, "aac-8ch, aac-6ch, lpcm", "aac-6ch, lpcm" },
    { &samples, "aac-8ch", "none" },
    { &aac_51, "aac-8ch", "aac-8ch" },
  };
  WfdPlanState s = state (NULL, rows[__i__].status);
  g_autofree char *offer = NULL;

  s.audio_codecs = rows[__i__].wanted;
  offer = wfd_plan_get_audio_offer (&s);
  fail_unless_equals_string (offer, rows[__i__].offer);
}
GST_END_TEST;

GST_START_TEST (wish_has_the_channels_of_the_sound)
{
  WfdPlanState s = state (NULL, &samples);

  fail_unless_equals_int (wfd_plan_get_wish (&s).channels, 6);
}
GST_END_TEST;

GST_START_TEST (without_an_encoder_there_is_lpcm)
{
  WfdPlanState s = state (NULL, &samples);
  g_autofree char *offer = NULL;

  s.audio_encoder = s.surround_encoder = NULL;
  offer = wfd_plan_get_audio_offer (&s);
  fail_unless_equals_string (offer, "lpcm, lpcm-44100");
}
GST_END_TEST;

/* LPCM needs none, however it is written. */
GST_START_TEST (encoder_is_missed_only_if_nothing_can_be_made)
{
  static const struct
  {
    const WfdPadStatus *status;
    const char *wanted;
    gboolean lacks;
  } rows[] = {
    { &stereo, "default", FALSE },
    { &stereo, "aac, lpcm", FALSE },
    { &stereo, "AAC, LPCM", FALSE },
    { &stereo, "aac", TRUE },
    { &stereo, "AAC", TRUE },
    { &stereo, "none", FALSE },
    { &unknown, "aac", FALSE },
    { &refused, "aac", FALSE },
    { &aac, "aac", FALSE },
    { NULL, "aac", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    WfdPlanState s = state (&pictures, rows[i].status);

    s.audio_codecs = rows[i].wanted;
    s.audio_encoder = s.surround_encoder = NULL;
    fail_unless_equals_int (wfd_plan_lacks_audio_encoder (&s), rows[i].lacks);
    fail_if (wfd_plan_lacks_video_encoder (&s));
  }
}
GST_END_TEST;

GST_START_TEST (pictures_miss_an_encoder_and_coded_video_does_not)
{
  WfdPlanState s = state (&pictures, NULL);

  s.video_encoder = NULL;
  fail_unless (wfd_plan_lacks_video_encoder (&s));
  s.video = &h264;
  fail_if (wfd_plan_lacks_video_encoder (&s));
  s.video = &unknown;
  fail_if (wfd_plan_lacks_video_encoder (&s));
}
GST_END_TEST;

/* Members of a WfdFormat. */
#define VIDEO \
  .width = 1280, .height = 720, .rate_hz = 30, .profile = WFD_H264_PROFILE_CBP, .level = 31
#define AUDIO(codec, channels) \
  .audio_codec = WFD_AUDIO_CODEC_##codec, .audio_rate_hz = 48000, .audio_channels = channels
#define TERMS(...) (&(WfdTerms) { .format = { __VA_ARGS__ } })

GST_START_TEST (pictures_become_what_was_agreed_on)
{
  WfdPlanState s = state (&pictures, &samples);
  WfdTerms *terms = TERMS (VIDEO, AUDIO (AAC, 2));
  WfdPlan plan;

  terms->idr_request = TRUE;
  terms->max_bitrate_kbps = 8000;
  fail_unless (wfd_plan_make (&s, terms, &plan, NULL));
  fail_unless (plan.video && plan.audio && plan.video_ready && plan.audio_ready);
  fail_unless (plan.program.video_encoder == &h264_encoder);
  fail_unless (plan.program.audio_encoder == &stereo_encoder);
  fail_unless_equals_int (plan.program.format.width, 1280);
  /* As they come: 30 stands for 29.97. */
  fail_unless_equals_int (plan.program.format.rate_n, 30000);
  fail_unless_equals_int (plan.program.format.level, 31);
  fail_unless_equals_int (plan.program.format.bitrate_kbps, 4000);
  fail_unless_equals_int (plan.program.format.audio_channels, 2);
  fail_unless (plan.program.format.peer_asks_for_idr);
  fail_unless_equals_int (plan.program.format.max_bitrate_kbps, 8000);
}
GST_END_TEST;

/* The best for two channels may take no more. */
GST_START_TEST (more_channels_than_two_have_another_encoder)
{
  WfdPlanState s = state (NULL, &samples);
  WfdPlan plan;

  fail_unless (wfd_plan_make (&s, TERMS (AUDIO (AAC, 6)), &plan, NULL));
  fail_unless (plan.audio && plan.audio_ready);
  fail_unless (plan.program.audio_encoder == &surround_encoder);
}
GST_END_TEST;

GST_START_TEST (samples_become_lpcm_without_encoder)
{
  WfdPlanState s = state (NULL, &unknown);
  WfdPlan plan;

  s.audio_encoder = s.surround_encoder = NULL;
  fail_unless (wfd_plan_make (&s, TERMS (AUDIO (LPCM, 2)), &plan, NULL));
  fail_unless (plan.audio && plan.audio_ready && plan.program.audio_lpcm);
  fail_unless (plan.program.audio_encoder == NULL);
}
GST_END_TEST;

GST_START_TEST (coded_streams_need_no_encoder)
{
  WfdPlanState s = state (&h264, &ac3);
  WfdPlan plan;

  s.video_encoder = s.audio_encoder = s.surround_encoder = NULL;
  fail_unless (wfd_plan_make (&s, TERMS (VIDEO, AUDIO (AC3, 6)), &plan, NULL));
  fail_unless (plan.video_ready && plan.audio_ready);
  fail_unless (plan.program.video_encoder == NULL && plan.program.audio_encoder == NULL);
  fail_if (plan.program.audio_lpcm);
}
GST_END_TEST;

GST_START_TEST (pictures_are_waited_for_until_they_are_known)
{
  WfdPlanState s = state (&unknown, NULL);
  WfdPlan plan;

  fail_unless (wfd_plan_make (&s, TERMS (VIDEO), &plan, NULL));
  fail_unless (plan.video);
  fail_if (plan.video_ready);
}
GST_END_TEST;

/* Of a film, what leads nowhere once the other stream is there. */
GST_START_TEST (stream_that_does_not_come_is_neither_offered_nor_waited_for)
{
  WfdPlanState silent = state (&pictures, &absent), dark = state (&absent, &stereo);
  WfdPlanState early = state (&unknown, &absent);
  g_autofree char *no_audio = wfd_plan_get_audio_offer (&silent);
  g_autofree char *no_video = wfd_plan_get_video_offer (&dark);
  g_autofree char *audio = wfd_plan_get_audio_offer (&early);
  WfdPlan plan;

  fail_unless_equals_string (no_audio, "none");
  fail_unless_equals_string (no_video, "none");
  fail_unless_equals_string (audio, "aac, lpcm, lpcm-44100");
  /* Agreed on before anything was known. */
  fail_unless (wfd_plan_make (&dark, TERMS (VIDEO, AUDIO (AAC, 2)), &plan, NULL));
  fail_unless (!plan.video && plan.video_ready && plan.audio);
  fail_unless (wfd_plan_make (&silent, TERMS (VIDEO, AUDIO (AAC, 2)), &plan, NULL));
  fail_unless (plan.video && !plan.audio && plan.audio_ready);
}
GST_END_TEST;

GST_START_TEST (what_was_not_agreed_on_is_left_out)
{
  WfdPlanState s = state (&pictures, &samples);
  WfdPlan plan;

  fail_unless (wfd_plan_make (&s, TERMS (VIDEO), &plan, NULL));
  fail_unless (plan.video && !plan.audio && plan.audio_ready);
  fail_unless (wfd_plan_make (&s, TERMS (AUDIO (AAC, 2)), &plan, NULL));
  fail_unless (!plan.video && plan.video_ready && plan.audio);
}
GST_END_TEST;

GST_START_TEST (coded_video_that_was_not_agreed_on_is_an_error)
{
  WfdPlanState s = state (&h264, NULL);
  g_autoptr (GError) error = NULL;
  WfdPlan plan;

  fail_if (wfd_plan_make (&s,
      TERMS (.width = 640, .height = 480, .rate_hz = 60, .profile = WFD_H264_PROFILE_CBP), &plan,
      &error));
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE));
}
GST_END_TEST;

typedef struct
{
  const WfdPadStatus *status;
  WfdFormat agreed;
  gboolean possible;
} Match;

static const Match matches[] = {
  { &samples, { AUDIO (AAC, 2) }, TRUE },
  { &samples, { AUDIO (LPCM, 2) }, TRUE },
  { &samples, { AUDIO (AC3, 2) }, FALSE },
  { &aac, { AUDIO (AAC, 2) }, TRUE },
  { &aac, { AUDIO (LPCM, 2) }, FALSE },
  { &aac_51, { AUDIO (AAC, 2) }, FALSE },
  { &ac3, { AUDIO (AC3, 6) }, TRUE },
  { &ac3, { AUDIO (AC3, 2) }, FALSE },
  { &ac3, { AUDIO (AAC, 6) }, FALSE },
  { &unknown, { AUDIO (AAC, 2) }, TRUE },
};

GST_START_TEST (sound_that_cannot_become_what_was_agreed_on_is_told)
{
  const Match *match = &matches[__i__];
  WfdPlanState s = state (NULL, match->status);
  g_autoptr (GError) error = NULL;

  fail_unless_equals_int (wfd_plan_check_audio (&s, &match->agreed, &error), match->possible);
  fail_unless ((error == NULL) == match->possible);
}
GST_END_TEST;

static Suite *
wfd_plan_suite (void)
{
  Suite *suite = suite_create ("wfd-plan");
  TCase *offer = tcase_create ("offer");
  TCase *plan = tcase_create ("plan");

  suite_add_tcase (suite, offer);
  tcase_add_loop_test (offer, pictures_are_offered_as_the_user_wants_and_coded_video_as_it_is, 0,
      G_N_ELEMENTS (video_offers));
  tcase_add_loop_test (offer, sound_is_offered_as_all_that_it_can_become, 0,
      G_N_ELEMENTS (audio_offers));
  tcase_add_test (offer, user_chooses_the_codecs);
  tcase_add_loop_test (offer, of_what_the_user_wants_is_offered_what_can_be_made, 0, 3);
  tcase_add_test (offer, wish_has_the_channels_of_the_sound);
  tcase_add_test (offer, without_an_encoder_there_is_lpcm);
  tcase_add_test (offer, encoder_is_missed_only_if_nothing_can_be_made);
  tcase_add_test (offer, pictures_miss_an_encoder_and_coded_video_does_not);

  suite_add_tcase (suite, plan);
  tcase_add_test (plan, pictures_become_what_was_agreed_on);
  tcase_add_test (plan, more_channels_than_two_have_another_encoder);
  tcase_add_test (plan, samples_become_lpcm_without_encoder);
  tcase_add_test (plan, coded_streams_need_no_encoder);
  tcase_add_test (plan, pictures_are_waited_for_until_they_are_known);
  tcase_add_test (plan, stream_that_does_not_come_is_neither_offered_nor_waited_for);
  tcase_add_test (plan, what_was_not_agreed_on_is_left_out);
  tcase_add_test (plan, coded_video_that_was_not_agreed_on_is_an_error);
  tcase_add_loop_test (plan, sound_that_cannot_become_what_was_agreed_on_is_told, 0,
      G_N_ELEMENTS (matches));
  return suite;
}

GST_CHECK_MAIN (wfd_plan);
