/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-upstream.h>

/* What is linked to "end". */
static const struct
{
  const char *description;
  gboolean is_there;
} upstreams[] = {
  { "fakesink name=end", FALSE },
  { "identity ! fakesink name=end", FALSE },
  { "queue ! identity ! queue ! fakesink name=end", FALSE },
  { "decodebin ! audioconvert ! fakesink name=end", FALSE },
  { "( identity ) ! queue ! fakesink name=end", FALSE },
  { "fakesrc ! fakesink name=end", TRUE },
  { "fakesrc ! queue ! identity ! fakesink name=end", TRUE },
  { "( fakesrc ) ! queue ! fakesink name=end", TRUE },
  { "fakesrc ! ( identity ) ! queue ! fakesink name=end", TRUE },
  { "funnel name=f ! fakesink name=end  identity ! f.", FALSE },
  { "funnel name=f ! fakesink name=end  identity ! f. fakesrc ! queue ! f.", TRUE },
  { "fakesrc ! tee name=t ! queue ! fakesink  t. ! queue ! fakesink name=end", TRUE },
};

GST_START_TEST (upstream_is_there_if_something_makes_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (upstreams[__i__].description, &error);
  g_autoptr (GstElement) end = NULL;
  g_autoptr (GstPad) pad = NULL;

  fail_unless (pipeline != NULL, "%s", error != NULL ? error->message : "");
  end = GST_IS_BIN (pipeline) ? gst_bin_get_by_name (GST_BIN (pipeline), "end")
                              : gst_object_ref (pipeline);
  pad = gst_element_get_static_pad (end, "sink");
  fail_unless_equals_int (wfd_upstream_is_there (pad), upstreams[__i__].is_there);
}
GST_END_TEST;

static Suite *
wfd_upstream_suite (void)
{
  Suite *suite = suite_create ("wfd-upstream");
  TCase *tcase = tcase_create ("general");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, upstream_is_there_if_something_makes_data, 0,
      G_N_ELEMENTS (upstreams));
  return suite;
}

GST_CHECK_MAIN (wfd_upstream)
