/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gstrtspwfd.h>
#include <wfd-offer.h>

GST_START_TEST (offer_that_differs_in_anything_is_another)
{
  const WfdOffer offer = { (char *) "1280x720p60", (char *) "aac", { 1280, 720, 60, 2 } };
  const WfdOffer others[] = {
    { (char *) "none", (char *) "aac", { 1280, 720, 60, 2 } },
    { NULL, (char *) "aac", { 1280, 720, 60, 2 } },
    { (char *) "1280x720p60", (char *) "lpcm", { 1280, 720, 60, 2 } },
    { (char *) "1280x720p60", (char *) "aac", { 640, 720, 60, 2 } },
    { (char *) "1280x720p60", (char *) "aac", { 1280, 480, 60, 2 } },
    { (char *) "1280x720p60", (char *) "aac", { 1280, 720, 30, 2 } },
    { (char *) "1280x720p60", (char *) "aac", { 1280, 720, 60, 6 } },
  };
  g_auto (WfdOffer) copy = wfd_offer_copy (&offer);

  fail_unless (wfd_offer_is_same (&offer, &copy));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    fail_if (wfd_offer_is_same (&offer, &others[i]), "%u", i);
}
GST_END_TEST;

GST_START_TEST (offer_that_cannot_be_read_is_told)
{
  static const WfdOffer offers[] = {
    { (char *) "1280x721p60", (char *) "aac" },
    { (char *) "default", (char *) "louder" },
  };
  const WfdOffer good = { (char *) "default", (char *) "default" };

  fail_unless (wfd_offer_check (&good, WFD_ROLE_SOURCE, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_autoptr (GError) error = NULL;

    fail_if (wfd_offer_check (&offers[i], WFD_ROLE_SOURCE, &error));
    fail_unless (g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT));
  }
}
GST_END_TEST;

/* A thread may be held up between the making of an offer and its telling. */
GST_START_TEST (offer_that_comes_after_a_newer_one_is_dropped)
{
  const WfdOffer older = { (char *) "none", (char *) "lpcm" };
  const WfdOffer newer = { (char *) "1280x720p60", (char *) "aac" };
  GstElement *wfd =
      g_object_ref_sink (g_object_new (GST_TYPE_RTSP_WFD, "role", WFD_ROLE_SOURCE, NULL));
  g_autofree char *video_formats = NULL, *audio_codecs = NULL;

  gst_rtsp_wfd_set_offer (GST_RTSP_WFD (wfd), &newer, 2);
  gst_rtsp_wfd_set_offer (GST_RTSP_WFD (wfd), &older, 1);
  g_object_get (wfd, "video-formats", &video_formats, "audio-codecs", &audio_codecs, NULL);
  fail_unless_equals_string (video_formats, "1280x720p60");
  fail_unless_equals_string (audio_codecs, "aac");
  gst_object_unref (wfd);
}
GST_END_TEST;

static Suite *
wfd_offer_suite (void)
{
  Suite *suite = suite_create ("wfd-offer");
  TCase *tcase = tcase_create ("offer");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, offer_that_differs_in_anything_is_another);
  tcase_add_test (tcase, offer_that_cannot_be_read_is_told);
  tcase_add_test (tcase, offer_that_comes_after_a_newer_one_is_dropped);
  return suite;
}

GST_CHECK_MAIN (wfd_offer);
