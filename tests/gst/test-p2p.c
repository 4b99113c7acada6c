/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wfdsink and wfdsrc over Wi-Fi Direct, with a wpa_supplicant that has no radios. */
#include <gstwfdsink.h>
#include <gstwfdsrc.h>
#include <gstrtspwfd.h>

#include "p2p-stage.h"

#define add(path, test) \
  g_test_add ("/gst/p2p/" path, Stage, NULL, stage_set_up, test, stage_tear_down)

static void
play (Stage *stage)
{
  stage_make_display (stage, "after-session=wait");
  stage_make_source (stage, "peer=Living*");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Find");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 10);
}

static void
test_picture (Stage *stage, gconstpointer data)
{
  play (stage);
  stage_wait_progress (stage, STAGE_SOURCE, "play/complete");
  g_assert_cmpstr (stage->sides[STAGE_SOURCE].progress->str, ==,
      "discover/start discover/complete pair/start pair/complete address/start address/complete "
      "connect/start connect/complete negotiate/start negotiate/complete play/start "
      "play/complete ");
}

/* The second time nobody is needed. */
static void
test_reopens (Stage *stage, gconstpointer data)
{
  StageSide *source = &stage->sides[STAGE_SOURCE];

  play (stage);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_NULL);
  g_string_truncate (source->progress, 0);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_progress (stage, STAGE_SOURCE, "play/complete");
  g_assert_cmpuint (stage_count_calls (stage, STAGE_SOURCE, "Connect"), ==, 1);
  g_assert_cmpuint (stage_count_calls (stage, STAGE_SOURCE, "Invite"), ==, 1);
}

/* Both stay in PLAYING, and are told. */
static void
test_loss (Stage *stage, gconstpointer data)
{
  play (stage);
  stage_end_group (stage);
  stage_wait_warning (stage, STAGE_SOURCE);
  stage_wait_warning (stage, STAGE_DISPLAY);
  stage_wait_call (stage, STAGE_SOURCE, "Invite");
  stage_wait_buffers (stage, 10);
  g_assert_no_error (stage->sides[STAGE_SOURCE].error);
  g_assert_no_error (stage->sides[STAGE_DISPLAY].error);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  GST_ELEMENT_REGISTER (rtspwfd, NULL);
  GST_ELEMENT_REGISTER (wfdsink, NULL);
  GST_ELEMENT_REGISTER (wfdsrc, NULL);
  add ("picture", test_picture);
  add ("reopens", test_reopens);
  add ("loss", test_loss);
  return stage_run ();
}
