/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whoever waits for a sound that was agreed on is told when none comes. */
#include <gst/check/gstcheck.h>

#include "receiver-stage.h"

#define WORDS "No sound has come yet"
#define SOUND "fff14c8020bffc" /* AAC of 261 bytes */

static const TsBuilderStream h264_aac[] = { { .type = 0x1b, .pid = STAGE_V },
  { .type = 0x0f, .pid = STAGE_A } };

static ReceiverStage stage;
static guint64 now_90khz;

static void
start (void)
{
  stage_init (&stage);
  stage_play (&stage, h264_aac, 2);
  now_90khz = 90000;
}

/* One picture a second, the first at once. */
static void
play_pictures (guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (GBytes) unit = stage_new_unit (STAGE_KEY_64x64, i, 1000);

    stage_send_picture (&stage, unit, now_90khz);
    stage_expect (&stage, stage.video, unit);
    stage_advance (&stage, GST_SECOND);
    now_90khz += 90000;
  }
}

static void
play_sound (void)
{
  g_autoptr (GBytes) unit = stage_new_unit (SOUND, 0, 261);

  stage_send_sound (&stage, 0xc0, unit, now_90khz);
  stage_expect (&stage, stage.audio, unit);
}

static guint
count_told (void)
{
  return recorder_count (stage.recorder, match_words, WORDS);
}

GST_START_TEST (silence_is_told_once)
{
  start ();
  play_pictures (5);
  fail_unless_equals_int (count_told (), 0);
  play_pictures (2);
  recorder_wait (stage.recorder, match_words, WORDS);
  play_pictures (10);
  fail_unless_equals_int (count_told (), 1);
  stage_clear (&stage);
}

GST_END_TEST;

/* It lives, however little there is of it. */
GST_START_TEST (sparse_sound_is_no_silence)
{
  start ();
  play_pictures (4);
  play_sound ();
  play_pictures (20);
  fail_unless_equals_int (count_told (), 0);
  stage_clear (&stage);
}

GST_END_TEST;

/* Who shows the picture alone has no use for it. */
GST_START_TEST (who_is_not_linked_is_told_nothing)
{
  g_autoptr (GstPad) pad = NULL, sink = NULL;

  start ();
  pad = gst_element_get_static_pad (GST_ELEMENT (stage.receiver), "audio_src");
  sink = gst_pad_get_peer (pad);
  fail_unless (gst_pad_unlink (pad, sink));
  play_pictures (20);
  fail_unless_equals_int (count_told (), 0);
  stage_clear (&stage);
}

GST_END_TEST;

/* A source whose picture stands still says nothing for long. */
GST_START_TEST (pause_between_pictures_is_no_silence)
{
  start ();
  for (guint i = 0; i < 3; i++) {
    play_pictures (1);
    stage_advance (&stage, 20 * GST_SECOND);
    now_90khz += 20 * 90000;
  }
  play_pictures (1);
  fail_unless_equals_int (count_told (), 0);
  stage_clear (&stage);
}

GST_END_TEST;

static Suite *
wfd_receiver_sound_suite (void)
{
  Suite *suite = suite_create ("wfd-receiver-sound");
  TCase *tcase = tcase_create ("sound");

  suite_add_tcase (suite, tcase);
  tcase_set_timeout (tcase, 60);
  tcase_add_test (tcase, silence_is_told_once);
  tcase_add_test (tcase, sparse_sound_is_no_silence);
  tcase_add_test (tcase, who_is_not_linked_is_told_nothing);
  tcase_add_test (tcase, pause_between_pictures_is_no_silence);
  return suite;
}

GST_CHECK_MAIN (wfd_receiver_sound);
