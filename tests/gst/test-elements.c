/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every element of the plugin owes to whoever uses it. */
#include <gst/check/gstcheck.h>

typedef struct
{
  const char *factory;
  const char *description; /* one that reaches PAUSED without a peer */
  GstStateChangeReturn paused;
} Element;

static const Element elements[] = {
  { "rtspwfd", "rtspwfd location=rtsp://127.0.0.1:1", GST_STATE_CHANGE_NO_PREROLL },
  { "rtspwfd", "rtspwfd role=source rtsp-port=0", GST_STATE_CHANGE_SUCCESS },
  { "wfdsrc", "wfdsrc uri=wfd://127.0.0.1:1", GST_STATE_CHANGE_NO_PREROLL },
  { "wfdsink", "wfdsink rtsp-port=0", GST_STATE_CHANGE_SUCCESS },
};

static GstElement *
make (const Element *row)
{
  g_autoptr (GError) error = NULL;
  GstElement *element =
      gst_parse_launch_full (row->description, NULL, GST_PARSE_FLAG_NO_SINGLE_ELEMENT_BINS, &error);

  fail_unless (element != NULL && error == NULL);
  return gst_object_ref_sink (element);
}

static void
change (GstElement *element, GstState state, GstStateChangeReturn expected)
{
  GstStateChangeReturn ret = gst_element_set_state (element, state);

  fail_unless (ret == expected, "%s: %s", gst_element_state_get_name (state),
      gst_element_state_change_return_get_name (ret));
}

/* Of two templates with one name a class keeps the later. */
GST_START_TEST (element_has_all_its_pads)
{
  static const struct
  {
    const char *factory;
    const char *pads[7];
  } rows[] = {
    { "rtspwfd", { "src", "video_src", "audio_src", "sink", "video_sink", "audio_sink" } },
    { "wfdsrc", { "video", "audio" } },
    { "wfdsink", { "video", "audio" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstElement *element = gst_element_factory_make (rows[i].factory, NULL);

    for (guint k = 0; rows[i].pads[k] != NULL; k++)
      fail_unless (gst_element_get_pad_template (element, rows[i].pads[k]) != NULL, "%s has no %s",
          rows[i].factory, rows[i].pads[k]);
    gst_object_unref (element);
  }
}

GST_END_TEST;

GST_START_TEST (element_goes_through_all_states_again_and_again)
{
  const Element *row = &elements[__i__];
  GstElement *element = make (row);

  for (guint i = 0; i < 3; i++) {
    change (element, GST_STATE_READY, GST_STATE_CHANGE_SUCCESS);
    for (guint k = 0; k < 3; k++) {
      change (element, GST_STATE_PAUSED, row->paused);
      change (element, GST_STATE_PLAYING, GST_STATE_CHANGE_SUCCESS);
      change (element, GST_STATE_PAUSED, row->paused);
      change (element, GST_STATE_READY, GST_STATE_CHANGE_SUCCESS);
    }
    change (element, GST_STATE_NULL, GST_STATE_CHANGE_SUCCESS);
    change (element, GST_STATE_PLAYING,
        row->paused == GST_STATE_CHANGE_NO_PREROLL ? GST_STATE_CHANGE_SUCCESS : row->paused);
    change (element, GST_STATE_NULL, GST_STATE_CHANGE_SUCCESS);
  }
  ASSERT_OBJECT_REFCOUNT (element, row->factory, 1);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (element_that_was_never_used_goes_away)
{
  GstElement *element = make (&elements[__i__]);

  ASSERT_OBJECT_REFCOUNT (element, elements[__i__].factory, 1);
  gst_object_unref (element);
}

GST_END_TEST;

/* Numbers without a unit help nobody. */
static void
assert_unit (GParamSpec *pspec)
{
  static const char *const units[] = { "port", "illisecond", "pixel", "per second", "kbit", "frame",
    "hertz", "Hz", "number", "seconds", "percent" };
  const char *blurb = g_param_spec_get_blurb (pspec);

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strstr (blurb, units[i]) != NULL)
      return;
  fail ("%s: the blurb names no unit: %s", pspec->name, blurb);
}

static void
check_property (GParamSpec *pspec)
{
  const char *blurb = g_param_spec_get_blurb (pspec);
  guint mutable = GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED | GST_PARAM_MUTABLE_PLAYING;

  fail_unless (blurb != NULL && strlen (blurb) > 10, "%s has no blurb", pspec->name);
  fail_unless (pspec->flags & G_PARAM_STATIC_STRINGS);
  fail_unless (!(pspec->flags & G_PARAM_WRITABLE) || (pspec->flags & mutable) != 0,
      "%s: when it may be written is not said", pspec->name);
  if (G_IS_PARAM_SPEC_UINT (pspec))
    assert_unit (pspec);
}

GST_START_TEST (properties_are_described)
{
  g_autoptr (GstElement) element = make (&elements[__i__]);
  g_autofree GParamSpec **all = NULL;
  guint n;

  all = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++)
    if (all[i]->owner_type == G_OBJECT_TYPE (element))
      check_property (all[i]);
}

GST_END_TEST;

/* Whatever the value, the property gives back what was set. */
static void
check_round_trip (GstElement *element, GParamSpec *pspec)
{
  g_auto (GValue) set = G_VALUE_INIT, got = G_VALUE_INIT;

  g_value_init (&set, pspec->value_type);
  g_value_init (&got, pspec->value_type);
  g_object_get_property (G_OBJECT (element), pspec->name, &got);
  if (G_VALUE_HOLDS_UINT (&set) && g_value_get_uint (&got) == G_PARAM_SPEC_UINT (pspec)->maximum)
    g_value_set_uint (&set, g_value_get_uint (&got) - 2);
  else if (G_VALUE_HOLDS_UINT (&set))
    g_value_set_uint (&set, g_value_get_uint (&got) + 2);
  else if (G_VALUE_HOLDS_BOOLEAN (&set))
    g_value_set_boolean (&set, !g_value_get_boolean (&got));
  else
    return;
  g_object_set_property (G_OBJECT (element), pspec->name, &set);
  g_object_get_property (G_OBJECT (element), pspec->name, &got);
  fail_unless (gst_value_compare (&set, &got) == GST_VALUE_EQUAL, "%s", pspec->name);
}

GST_START_TEST (properties_give_back_what_was_set)
{
  g_autoptr (GstElement) element = make (&elements[__i__]);
  g_autofree GParamSpec **all = NULL;
  guint n;

  all = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);
  for (guint i = 0; i < n; i++)
    if (all[i]->owner_type == G_OBJECT_TYPE (element) && (all[i]->flags & G_PARAM_WRITABLE))
      check_round_trip (element, all[i]);
}

GST_END_TEST;

GST_START_TEST (element_says_what_it_is)
{
  g_autoptr (GstElementFactory) factory = gst_element_factory_find (elements[__i__].factory);
  static const char *const keys[] = { GST_ELEMENT_METADATA_LONGNAME,
    GST_ELEMENT_METADATA_DESCRIPTION, GST_ELEMENT_METADATA_KLASS, GST_ELEMENT_METADATA_AUTHOR };

  fail_unless (factory != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    const char *text = gst_element_factory_get_metadata (factory, keys[i]);

    fail_unless (text != NULL && strlen (text) > 3);
  }
  fail_unless (
      strstr (gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS), "Network")
      != NULL);
  fail_unless (gst_element_factory_get_num_pad_templates (factory) > 0);
}

GST_END_TEST;

GST_START_TEST (role_decides_whether_it_is_a_source_or_a_sink)
{
  g_autoptr (GstElement) element = make (&elements[0]);

  fail_unless (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE));
  fail_if (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SINK));
  fail_unless (gst_element_request_pad_simple (element, "sink") == NULL);
  gst_util_set_object_arg (G_OBJECT (element), "role", "source");
  fail_if (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE));
  fail_unless (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SINK));
}

GST_END_TEST;

GST_START_TEST (request_pad_is_there_once_and_can_be_given_back)
{
  g_autoptr (GstElement) element = make (&elements[1]);
  GstPadTemplate *template = gst_element_get_pad_template (element, "sink");

  for (guint i = 0; i < 3; i++) {
    g_autoptr (GstPad) pad = gst_element_request_pad (element, template, NULL, NULL);

    fail_unless (pad != NULL);
    fail_unless (gst_element_request_pad (element, template, NULL, NULL) == NULL);
    /* Nor does it become a receiver under the feet of who sends to it. */
    gst_util_set_object_arg (G_OBJECT (element), "role", "sink");
    fail_unless (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SINK));
    gst_element_release_request_pad (element, pad);
  }
  gst_util_set_object_arg (G_OBJECT (element), "role", "sink");
  fail_unless (GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SOURCE));
}

GST_END_TEST;

static void
assert_offer (GstElement *element, const char *property, const char *text)
{
  g_autoptr (GstCaps) caps = NULL, expected = gst_caps_from_string (text);
  g_autofree char *shown = NULL;

  g_object_get (element, property, &caps, NULL);
  shown = gst_caps_to_string (caps);
  fail_unless (gst_caps_is_equal (caps, expected), "%s", shown);
}

GST_START_TEST (offer_is_told_as_caps)
{
  g_autoptr (GstElement) element = make (&elements[0]);
  GstCaps *none = NULL;

  /* With the modes that everybody has to offer. */
  g_object_set (element, "video-formats", "1280x720p30", "audio-codecs", "aac", NULL);
  assert_offer (element, "video-caps",
      "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, "
      "width=(int){ 640, 720 }, height=(int)480, framerate=(fraction)60/1, parsed=(boolean)true; "
      "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au, width=(int)1280, "
      "height=(int)720, framerate=(fraction)30/1, parsed=(boolean)true");
  assert_offer (element, "audio-caps",
      "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts, framed=(boolean)true, "
      "rate=(int)48000, channels=(int)2");
  g_object_set (element, "video-formats", "none", "audio-codecs", "louder", NULL);
  assert_offer (element, "video-caps", "EMPTY");
  g_object_get (element, "audio-caps", &none, NULL);
  fail_unless (none == NULL);
}

GST_END_TEST;

static void
count (guint *n)
{
  *n += 1;
}

GST_START_TEST (change_of_the_offer_is_told)
{
  GstElement *element = make (&elements[__i__]);
  guint told = 0;

  g_signal_connect_swapped (element, "notify::video-caps", G_CALLBACK (count), &told);
  g_object_set (element, "video-formats", "1280x720p30", NULL);
  fail_unless_equals_int (told, 1);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (offer_that_stays_is_not_told)
{
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("wfdsink", NULL));
  guint video = 0, audio = 0;
  g_autoptr (GstPad) pad = NULL;

  pad = gst_element_request_pad_simple (element, "audio");
  g_signal_connect_swapped (element, "notify::video-caps", G_CALLBACK (count), &video);
  g_signal_connect_swapped (element, "notify::audio-caps", G_CALLBACK (count), &audio);
  g_object_set (element, "audio-codecs", "lpcm", NULL);
  g_object_set (element, "audio-codecs", "lpcm", NULL);
  fail_unless_equals_int (video, 0);
  fail_unless_equals_int (audio, 1);
  gst_element_release_request_pad (element, pad);
  gst_object_unref (element);
}

GST_END_TEST;

GST_START_TEST (setting_does_not_change_under_way)
{
  static const struct
  {
    guint element;
    const char *property;
    const char *other;
  } rows[] = { { 1, "latency", "31" }, { 1, "peer", "10.0.0.1" }, { 3, "peer", "10.0.0.1" },
    { 3, "encoder", "x264enc" } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GstElement *element = make (&elements[rows[i].element]);
    GParamSpec *pspec =
        g_object_class_find_property (G_OBJECT_GET_CLASS (element), rows[i].property);
    g_auto (GValue) after = G_VALUE_INIT;

    change (element, GST_STATE_PAUSED, GST_STATE_CHANGE_SUCCESS);
    gst_util_set_object_arg (G_OBJECT (element), rows[i].property, rows[i].other);
    g_object_get_property (G_OBJECT (element), rows[i].property, &after);
    fail_unless (g_param_value_defaults (pspec, &after), "%s", rows[i].property);
    change (element, GST_STATE_NULL, GST_STATE_CHANGE_SUCCESS);
    gst_object_unref (element);
  }
}

GST_END_TEST;

GST_START_TEST (free_ports_are_told_while_they_are_ours)
{
  g_autoptr (GstElement) element = make (&elements[1]);
  guint rtsp_port, rtp_port;

  change (element, GST_STATE_PAUSED, GST_STATE_CHANGE_SUCCESS);
  g_object_get (element, "rtsp-port", &rtsp_port, "rtp-port", &rtp_port, NULL);
  fail_if (rtsp_port == 0);
  fail_if (rtp_port == 0 || rtp_port % 2 != 0);
  change (element, GST_STATE_NULL, GST_STATE_CHANGE_SUCCESS);
  g_object_get (element, "rtsp-port", &rtsp_port, "rtp-port", &rtp_port, NULL);
  fail_unless_equals_int (rtsp_port, 0);
  fail_unless_equals_int (rtp_port, 0);
}

GST_END_TEST;

static Suite *
elements_suite (void)
{
  Suite *suite = suite_create ("elements");
  TCase *all = tcase_create ("all"), *rtspwfd = tcase_create ("rtspwfd");
  int n = G_N_ELEMENTS (elements);

  suite_add_tcase (suite, all);
  tcase_set_timeout (all, 60);
  tcase_add_test (all, element_has_all_its_pads);
  tcase_add_loop_test (all, element_goes_through_all_states_again_and_again, 0, n);
  tcase_add_loop_test (all, element_that_was_never_used_goes_away, 0, n);
  tcase_add_loop_test (all, properties_are_described, 0, n);
  tcase_add_loop_test (all, properties_give_back_what_was_set, 0, n);
  tcase_add_loop_test (all, element_says_what_it_is, 0, n);
  tcase_add_loop_test (all, change_of_the_offer_is_told, 0, n);

  suite_add_tcase (suite, rtspwfd);
  tcase_add_test (rtspwfd, role_decides_whether_it_is_a_source_or_a_sink);
  tcase_add_test (rtspwfd, request_pad_is_there_once_and_can_be_given_back);
  tcase_add_test (rtspwfd, offer_is_told_as_caps);
  tcase_add_test (rtspwfd, offer_that_stays_is_not_told);
  tcase_add_test (rtspwfd, setting_does_not_change_under_way);
  tcase_add_test (rtspwfd, free_ports_are_told_while_they_are_ours);
  return suite;
}

GST_CHECK_MAIN (elements);
