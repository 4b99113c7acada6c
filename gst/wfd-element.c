/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-element.h"

typedef struct
{
  const char *factory;
  const char *package; /* of Debian; other systems name them alike */
} Origin;

static const Origin origins[] = {
  { "aacparse", "gstreamer1.0-plugins-good" },
  { "ac3parse", "gstreamer1.0-plugins-good" },
  { "audioconvert", "gstreamer1.0-plugins-base" },
  { "audioresample", "gstreamer1.0-plugins-base" },
  { "deinterlace", "gstreamer1.0-plugins-good" },
  { "h264parse", "gstreamer1.0-plugins-bad" },
  { "multiudpsink", "gstreamer1.0-plugins-good" },
  { "rtpmp2tpay", "gstreamer1.0-plugins-good" },
  { "videoconvertscale", "gstreamer1.0-plugins-base" },
  { "videorate", "gstreamer1.0-plugins-base" },
};

static const char *
find_package (const char *factory)
{
  for (gsize i = 0; i < G_N_ELEMENTS (origins); i++)
    if (g_str_equal (origins[i].factory, factory))
      return origins[i].package;
  return "one of the GStreamer plugin packages";
}

GstElement *
wfd_element_make (GstBin *bin, const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "The GStreamer element \"%s\" is missing; install %s", factory, find_package (factory));
    return NULL;
  }
  gst_bin_add (bin, element);
  return element;
}

void
wfd_element_remove (GstBin *bin, GstElement *element)
{
  if (element == NULL)
    return;
  /* A state change of the bin under way must not bring it back. */
  gst_element_set_locked_state (element, TRUE);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_bin_remove (bin, element);
}

void
wfd_element_post_collection (GstElement *element, GstMessage *message)
{
  g_autoptr (GstStreamCollection) collection = NULL;

  gst_message_parse_stream_collection (message, &collection);
  gst_message_unref (message);
  gst_element_post_message (element,
      gst_message_new_stream_collection (GST_OBJECT (element), collection));
}

void
wfd_element_add_ghost (GstElement *element, const char *name, GstElement *inside,
    const char *pad_name)
{
  g_autoptr (GstPad) target = gst_element_get_static_pad (inside, pad_name);

  gst_element_add_pad (element, gst_ghost_pad_new (name, target));
}

void
wfd_element_remove_src_pads (GstElement *element)
{
  while (element->srcpads != NULL) {
    GstPad *pad = element->srcpads->data;

    gst_pad_set_active (pad, FALSE);
    gst_element_remove_pad (element, pad);
  }
}

gboolean
wfd_element_is_being_stopped (GstElement *element)
{
  GstObject *top = gst_object_ref (GST_OBJECT (element)), *parent;
  gboolean stopped;

  while ((parent = gst_object_get_parent (top)) != NULL) {
    gst_object_unref (top);
    top = parent;
  }
  stopped = GST_STATE_TARGET (top) < GST_STATE_PAUSED;
  gst_object_unref (top);
  return stopped;
}

GstClockTime
wfd_element_get_running_time (GstElement *element)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (element);
  GstClockTime now, base_time = gst_element_get_base_time (element);

  if (clock == NULL)
    return GST_CLOCK_TIME_NONE;
  now = gst_clock_get_time (clock);
  return now > base_time ? now - base_time : 0;
}

void
wfd_element_tell_unlinked (GstElement *element, const char *pads)
{
  g_autofree char *text =
      g_strdup_printf ("Nothing is linked to it yet (%s), so that there is nothing to show.", pads);

  /* gst-launch-1.0 shows the second one only. */
  if (element->sinkpads == NULL)
    GST_ELEMENT_INFO (element, CORE, PAD, ("%s", text), ("%s", text));
}
