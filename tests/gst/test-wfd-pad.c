/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-pad.h>

#define N_RACES 300

static GstStaticPadTemplate template = GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SINK,
    GST_PAD_REQUEST, GST_STATIC_CAPS ("audio/x-raw; audio/mpeg"));
static GstStaticPadTemplate upstream_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("audio/x-raw, format=(string)S16LE, "
                         "layout=(string)interleaved, rate=(int)48000, "
                         "channels=(int)2"));

/* A bin with one pad, and what upstream pushes into it. */
typedef struct
{
  GstBin *bin;
  GstPad *upstream;
  WfdPad *pad;
  gint ready;
} Stage;

static void
ignore (gpointer user_data, WfdPad *pad)
{
}

static gboolean
fail_refused (gpointer user_data, WfdPad *pad, const GError *error)
{
  fail ("refused: %s", error->message);
  return FALSE;
}

static const WfdPadEvents events = { ignore, fail_refused, ignore };

static void
stage_init (Stage *stage)
{
  g_autoptr (GstPadTemplate) pad_template = gst_static_pad_template_get (&template);
  g_autoptr (GstPadTemplate) src_template = gst_static_pad_template_get (&upstream_template);

  *stage = (Stage) { .bin = GST_BIN (gst_object_ref_sink (gst_bin_new (NULL))) };
  stage->pad = wfd_pad_new (stage->bin, pad_template, &events, NULL);
  gst_element_add_pad (GST_ELEMENT (stage->bin), wfd_pad_get_pad (stage->pad));
  fail_unless_equals_int (gst_element_set_state (GST_ELEMENT (stage->bin), GST_STATE_PAUSED),
      GST_STATE_CHANGE_SUCCESS);

  stage->upstream = gst_object_ref_sink (gst_pad_new_from_template (src_template, "src"));
  gst_pad_set_active (stage->upstream, TRUE);
  fail_unless_equals_int (gst_pad_link (stage->upstream, wfd_pad_get_pad (stage->pad)),
      GST_PAD_LINK_OK);
}

static void
stage_clear (Stage *stage)
{
  gst_pad_set_active (stage->upstream, FALSE);
  gst_element_set_state (GST_ELEMENT (stage->bin), GST_STATE_NULL);
  gst_element_remove_pad (GST_ELEMENT (stage->bin), wfd_pad_get_pad (stage->pad));
  wfd_pad_unref (stage->pad);
  fail_unless_equals_int (stage->bin->numchildren, 0);
  gst_object_unref (stage->upstream);
  gst_object_unref (stage->bin);
}

static void
push_start (Stage *stage)
{
  fail_unless (gst_pad_push_event (stage->upstream, gst_event_new_stream_start ("sound")));
}

static void
push_caps (Stage *stage)
{
  g_autoptr (GstCaps) caps = gst_pad_get_pad_template_caps (stage->upstream);

  fail_unless (gst_pad_push_event (stage->upstream, gst_event_new_caps (caps)));
}

/* So that both threads begin at the same moment. */
static void
meet (Stage *stage)
{
  g_atomic_int_inc (&stage->ready);
  while (g_atomic_int_get (&stage->ready) < 2)
    continue;
}

static gpointer
expect_sound (gpointer user_data)
{
  Stage *stage = user_data;

  meet (stage);
  wfd_pad_expect_sound (stage->pad);
  return NULL;
}

static void
check_one_input (Stage *stage)
{
  g_autoptr (WfdInput) input = wfd_pad_dup_input (stage->pad);
  g_autoptr (GstPad) target =
      gst_ghost_pad_get_target (GST_GHOST_PAD (wfd_pad_get_pad (stage->pad)));

  fail_unless (input != NULL);
  fail_unless_equals_int (stage->bin->numchildren, 1);
  fail_unless (GST_OBJECT_PARENT (target) == GST_OBJECT (input));
}

static gboolean
has_ended (Stage *stage)
{
  WfdPadStatus status;

  wfd_pad_get_status (stage->pad, &status);
  return status.ended;
}

GST_START_TEST (session_and_upstream_make_one_input)
{
  for (guint i = 0; i < N_RACES; i++) {
    GThread *session;
    Stage stage;

    stage_init (&stage);
    push_start (&stage);
    session = g_thread_new ("session", expect_sound, &stage);
    meet (&stage);
    push_caps (&stage);
    g_thread_join (session);
    check_one_input (&stage);
    stage_clear (&stage);
  }
}
GST_END_TEST;

GST_START_TEST (sound_expected_while_the_pad_goes_leaves_nothing)
{
  Stage stage;

  stage_init (&stage);
  wfd_pad_reset (stage.pad);
  wfd_pad_expect_sound (stage.pad);
  check_one_input (&stage);
  stage_clear (&stage);
}
GST_END_TEST;

GST_START_TEST (stream_that_goes_on_has_not_ended)
{
  Stage stage;

  stage_init (&stage);
  push_start (&stage);
  gst_pad_push_event (stage.upstream, gst_event_new_eos ());
  fail_unless (has_ended (&stage));

  gst_pad_push_event (stage.upstream, gst_event_new_flush_start ());
  gst_pad_push_event (stage.upstream, gst_event_new_flush_stop (TRUE));
  fail_if (has_ended (&stage));

  gst_pad_push_event (stage.upstream, gst_event_new_eos ());
  fail_unless (has_ended (&stage));
  push_start (&stage);
  fail_if (has_ended (&stage));
  stage_clear (&stage);
}
GST_END_TEST;

/* What leads nowhere is told, until something comes all the same. */
GST_START_TEST (pad_to_which_nothing_leads_has_no_stream)
{
  WfdPadStatus status;
  Stage stage;

  stage_init (&stage);
  wfd_pad_guess (stage.pad);
  wfd_pad_get_status (stage.pad, &status);
  fail_if (status.absent);

  gst_pad_unlink (stage.upstream, wfd_pad_get_pad (stage.pad));
  wfd_pad_guess (stage.pad);
  wfd_pad_get_status (stage.pad, &status);
  fail_unless (status.absent && !status.begun);

  fail_unless_equals_int (gst_pad_link (stage.upstream, wfd_pad_get_pad (stage.pad)),
      GST_PAD_LINK_OK);
  push_start (&stage);
  push_caps (&stage);
  wfd_pad_get_status (stage.pad, &status);
  fail_unless (!status.absent && status.begun);
  stage_clear (&stage);
}
GST_END_TEST;

static Suite *
wfd_pad_suite (void)
{
  Suite *suite = suite_create ("wfd-pad");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, session_and_upstream_make_one_input);
  tcase_add_test (tcase, sound_expected_while_the_pad_goes_leaves_nothing);
  tcase_add_test (tcase, stream_that_goes_on_has_not_ended);
  tcase_add_test (tcase, pad_to_which_nothing_leads_has_no_stream);
  return suite;
}

GST_CHECK_MAIN (wfd_pad)
