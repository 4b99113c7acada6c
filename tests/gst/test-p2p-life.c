/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes of the stream keeps the link, where the kernel knows nothing of the peer and asks for
 * it in vain. */
#include "p2p-stage.h"

#define add(path, test) \
  g_test_add ("/gst/p2p/life/" path, Stage, NULL, stage_set_up, test, stage_tear_down)

/* Of the side that is looked at, the other one waits. */
#define LOST "lost-timeout=1500 "
#define WAITS "lost-timeout=600000 "
/* 30 of them come in a second. */
#define PICTURES 75
/* On a machine that is busy the stream may stand still for so long; a link that it does not keep
 * is lost each time. */
#define MAX_ROUNDS 5

static gboolean
is_kept (Stage *stage, guint side)
{
  guint n_before;

  stage_ask_in_vain (FALSE);
  stage_wait_buffers (stage, 1);
  n_before = stage->sides[side].n_warnings;
  stage_ask_in_vain (TRUE);
  stage_wait_buffers (stage, PICTURES);
  return stage->sides[side].n_warnings == n_before;
}

static void
check_kept (Stage *stage, guint side)
{
  guint n = 1;

  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  while (!is_kept (stage, side))
    g_assert_cmpuint (n++, <, MAX_ROUNDS);
  g_test_message ("kept in round %u", n);
}

static void
check_lost (Stage *stage, guint side)
{
  stage->sides[side].n_warnings = 0;
  stage_wait_warning (stage, side);
  g_assert_no_error (stage->sides[side].error);
  stage_ask_in_vain (FALSE);
}

static void
test_stream (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, LOST "after-session=wait");
  stage_make_source (stage, WAITS "peer=Living*");
  check_kept (stage, STAGE_DISPLAY);
  stage_silence_stream (TRUE);
  check_lost (stage, STAGE_DISPLAY);
  stage_silence_stream (FALSE);
}

static void
test_reports (Stage *stage, gconstpointer data)
{
  stage_make_display (stage, WAITS "after-session=wait");
  stage_make_source (stage, LOST "peer=Living*");
  stage_send_reports (TRUE);
  check_kept (stage, STAGE_SOURCE);
  stage_send_reports (FALSE);
  check_lost (stage, STAGE_SOURCE);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  add ("stream-keeps-link", test_stream);
  add ("reports-keep-link", test_reports);
  return stage_run ();
}
