/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-stage.h"

#include <gst/app/app.h>
#include <gst/check/gstcheck.h>
#include <wfd-encoder.h>

Side source, sink;
GstElement *sound;

void
cast (const char *description)
{
  side_init (&source, description);
  side_set_state (&source, GST_STATE_PLAYING);
}

void
watch (const char *properties, const char *rest)
{
  g_autofree char *description = g_strdup_printf ("wfdsrc name=wfd uri=wfd://127.0.0.1:%u %s %s",
      side_get_rtsp_port (&source), properties, rest);

  side_init (&sink, description);
  sound = gst_bin_get_by_name (GST_BIN (sink.pipeline), "sound");
  side_set_state (&sink, GST_STATE_PLAYING);
}

void
stop_watching (void)
{
  gst_clear_object (&sound);
  side_clear (&sink);
}

void
tear_down (void)
{
  stop_watching ();
  side_clear (&source);
}

gboolean
can_encode (void)
{
  if (wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL) != NULL
      && wfd_encoder_find (WFD_ENCODER_AAC, NULL, NULL) != NULL)
    return TRUE;
  g_printerr ("no encoder is installed, not tested\n");
  return FALSE;
}

gboolean
has_x264 (void)
{
  if (wfd_encoder_find (WFD_ENCODER_H264, "x264enc", NULL) != NULL)
    return TRUE;
  g_printerr ("x264enc is not installed, not tested\n");
  return FALSE;
}

GstSample *
pull_sample (GstElement *appsink)
{
  GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (appsink), WATCHDOG);

  fail_unless (sample != NULL, "nothing comes");
  return sample;
}

void
skip_samples (GstElement *appsink, guint n)
{
  for (guint i = 0; i < n; i++)
    gst_sample_unref (pull_sample (appsink));
}

/* Whether an IDR picture with its parameter sets is in @buffer. */
static gboolean
is_key_unit (GstBuffer *buffer)
{
  GstMapInfo map;
  gboolean sps = FALSE, pps = FALSE, idr = FALSE;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  for (gsize i = 0; i + 3 < map.size; i++) {
    if (map.data[i] != 0 || map.data[i + 1] != 0 || map.data[i + 2] != 1)
      continue;
    sps = sps || (map.data[i + 3] & 0x1f) == 7;
    pps = pps || (map.data[i + 3] & 0x1f) == 8;
    idr = idr || (map.data[i + 3] & 0x1f) == 5;
  }
  gst_buffer_unmap (buffer, &map);
  return sps && pps && idr;
}

gboolean
pull_is_key_unit (void)
{
  g_autoptr (GstSample) sample = pull_sample (sink.app);

  return is_key_unit (gst_sample_get_buffer (sample));
}

void
assert_size (GstElement *appsink, gint width, gint height)
{
  g_autoptr (GstSample) sample = pull_sample (appsink);
  GstStructure *structure = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  gint real_width, real_height;

  fail_unless (gst_structure_get (structure, "width", G_TYPE_INT, &real_width, "height", G_TYPE_INT,
      &real_height, NULL));
  fail_unless (real_width == width && real_height == height, "%dx%d", real_width, real_height);
}

GstElement *
find_encoder (void)
{
  const WfdEncoder *row = wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL);
  g_autoptr (GstIterator) iterator = gst_bin_iterate_recurse (GST_BIN (source.wfd));
  g_auto (GValue) item = G_VALUE_INIT;
  GstElement *found = NULL;

  while (found == NULL && gst_iterator_next (iterator, &item) == GST_ITERATOR_OK) {
    GstElement *element = g_value_get_object (&item);
    GstElementFactory *factory = gst_element_get_factory (element);

    if (factory != NULL && g_strcmp0 (GST_OBJECT_NAME (factory), row->factory) == 0)
      found = gst_object_ref (element);
    g_value_reset (&item);
  }
  return found;
}
