/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a pipeline for a test: takes commands as lines on stdin, tells what happens as lines of
 * JSON on stdout, and looks at what the pipeline brings.
 *
 * Elements whose names begin with "picture" must get video/x-raw in I420, those with "sound"
 * audio/x-raw in S16LE; any buffers may come to "units". What goes into them is counted and
 * measured, so that a test can tell a picture from a black or a standing one.
 *
 * A pad that comes and goes is linked to the element "for-" and its name whenever it comes; a
 * description for gst_parse_launch() can only say so for the first time. */

#include <gst/gst.h>
#include <gst/video/video.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

/* A luma that spreads less than this over the whole picture shows nothing. */
#define BLANK_SPREAD 8
/* Only every so-many-th pixel and line is looked at. */
#define PIXEL_STEP 8

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  gint64 start_us;
} Runner;

/* What has come into one of the watched elements. */
typedef struct
{
  Runner *runner;
  const char *kind;
  char *name;
  guint64 count;
  guint64 bytes;
  guint64 key_units;
  guint64 blank;
  guint64 still;
  guint64 discont;
  guint last_hash;
  guint luma_min, luma_max;
  guint peak;
  GstClockTime last_pts;
  GstVideoInfo info;
} Watched;

static GMutex output_lock;

static void
append_string (GString *line, const char *text)
{
  g_string_append_c (line, '"');
  for (const char *p = text != NULL ? text : ""; *p != '\0'; p++) {
    if (*p == '"' || *p == '\\')
      g_string_append_printf (line, "\\%c", *p);
    else if ((guchar) *p < 0x20)
      g_string_append_printf (line, "\\u%04x", (guint) (guchar) *p);
    else
      g_string_append_c (line, *p);
  }
  g_string_append_c (line, '"');
}

static GString *
line_new (Runner *self, const char *event)
{
  GString *line = g_string_new ("{\"event\":");

  append_string (line, event);
  g_string_append_printf (line, ",\"at_ms\":%.1f",
      (g_get_monotonic_time () - self->start_us) / 1000.0);
  return line;
}

static void
line_add_string (GString *line, const char *key, const char *value)
{
  g_string_append_printf (line, ",\"%s\":", key);
  append_string (line, value);
}

static void
line_add_number (GString *line, const char *key, gint64 value)
{
  g_string_append_printf (line, ",\"%s\":%" G_GINT64_FORMAT, key, value);
}

static void
line_print (GString *line)
{
  g_mutex_lock (&output_lock);
  fprintf (stdout, "%s}\n", line->str);
  fflush (stdout);
  g_mutex_unlock (&output_lock);
  g_string_free (line, TRUE);
}

/* Looking at buffers. */

static void
watched_print (Watched *self)
{
  GString *line = line_new (self->runner, self->kind);

  line_add_string (line, "element", self->name);
  line_add_number (line, "count", self->count);
  line_add_number (line, "bytes", self->bytes);
  line_add_number (line, "key_units", self->key_units);
  line_add_number (line, "blank", self->blank);
  line_add_number (line, "still", self->still);
  line_add_number (line, "discont", self->discont);
  line_add_number (line, "luma_min", self->luma_min);
  line_add_number (line, "luma_max", self->luma_max);
  line_add_number (line, "peak", self->peak);
  line_add_number (line, "pts_ms",
      GST_CLOCK_TIME_IS_VALID (self->last_pts) ? (gint64) (self->last_pts / GST_MSECOND) : -1);
  line_print (line);
}

static void
look_at_picture (Watched *self, GstBuffer *buffer)
{
  GstVideoFrame frame;
  guint min = 255, max = 0, hash = 0;

  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READ))
    return;

  for (gint y = 0; y < GST_VIDEO_FRAME_HEIGHT (&frame); y += PIXEL_STEP) {
    const guint8 *row = GST_VIDEO_FRAME_PLANE_DATA (&frame, 0);

    row += (gsize) y * GST_VIDEO_FRAME_PLANE_STRIDE (&frame, 0);
    for (gint x = 0; x < GST_VIDEO_FRAME_WIDTH (&frame); x += PIXEL_STEP) {
      min = MIN (min, row[x]);
      max = MAX (max, row[x]);
      hash = hash * 31 + row[x];
    }
  }
  gst_video_frame_unmap (&frame);

  self->blank += max - min < BLANK_SPREAD;
  self->still += self->count > 1 && hash == self->last_hash;
  self->last_hash = hash;
  self->luma_min = min;
  self->luma_max = max;
}

static void
look_at_sound (Watched *self, GstBuffer *buffer)
{
  GstMapInfo map;
  guint peak = 0;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  for (gsize i = 0; i + 2 <= map.size; i += 2)
    peak = MAX (peak, (guint) ABS ((gint) (gint16) GST_READ_UINT16_LE (map.data + i)));
  gst_buffer_unmap (buffer, &map);
  self->peak = peak;
}

static void
on_buffer (Watched *self, GstBuffer *buffer)
{
  self->count++;
  self->bytes += gst_buffer_get_size (buffer);
  self->key_units += !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  self->discont += GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->last_pts = GST_BUFFER_PTS (buffer);
  if (strcmp (self->kind, "picture") == 0)
    look_at_picture (self, buffer);
  else if (strcmp (self->kind, "sound") == 0)
    look_at_sound (self, buffer);
  watched_print (self);
}

static gboolean
on_listed_buffer (GstBuffer **buffer, guint index, gpointer user_data)
{
  on_buffer (user_data, *buffer);
  return TRUE;
}

static void
on_caps (Watched *self, GstCaps *caps)
{
  GString *line = line_new (self->runner, "caps");
  g_autofree char *text = gst_caps_to_string (caps);

  if (strcmp (self->kind, "picture") == 0 && !gst_video_info_from_caps (&self->info, caps))
    g_printerr ("%s needs raw video, not %s\n", self->name, text);
  line_add_string (line, "element", self->name);
  line_add_string (line, "caps", text);
  line_print (line);
}

static GstPadProbeReturn
on_pad (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Watched *self = user_data;
  GstEvent *event;
  GstCaps *caps;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    on_buffer (self, GST_PAD_PROBE_INFO_BUFFER (info));
  } else if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), on_listed_buffer, self);
  } else {
    event = GST_PAD_PROBE_INFO_EVENT (info);
    if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
      gst_event_parse_caps (event, &caps);
      on_caps (self, caps);
    }
  }
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *element, GstPad *pad, gpointer user_data)
{
  Runner *self = user_data;
  g_autofree char *name = gst_pad_get_name (pad);
  g_autofree char *other_name = g_strconcat ("for-", name, NULL);
  g_autoptr (GstElement) other = gst_bin_get_by_name (GST_BIN (self->pipeline), other_name);
  GString *line = line_new (self, "pad-added");

  line_add_string (line, "element", GST_OBJECT_NAME (element));
  line_add_string (line, "name", name);
  line_print (line);
  if (other != NULL && !gst_pad_is_linked (pad))
    gst_element_link_pads (element, name, other, "sink");
}

static void
watched_free (gpointer data)
{
  Watched *watched = data;

  g_free (watched->name);
  g_free (watched);
}

static void
watch_element (Runner *self, GstElement *element)
{
  static const char *const kinds[] = { "picture", "sound", "units" };

  if (GST_OBJECT_PARENT (element) == GST_OBJECT (self->pipeline))
    g_signal_connect (element, "pad-added", G_CALLBACK (on_pad_added), self);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autoptr (GstPad) pad = NULL;
    Watched *watched;

    if (!g_str_has_prefix (GST_OBJECT_NAME (element), kinds[i]))
      continue;
    pad = gst_element_get_static_pad (element, "sink");
    if (pad == NULL)
      continue;
    watched = g_new0 (Watched, 1);
    watched->runner = self;
    watched->kind = kinds[i];
    watched->name = gst_object_get_name (GST_OBJECT (element));
    gst_pad_add_probe (pad,
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST
            | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        on_pad, watched, watched_free);
  }
}

static void
watch_value (const GValue *item, gpointer user_data)
{
  watch_element (user_data, g_value_get_object (item));
}

/* playbin takes the elements it was given when it plays. */
static void
on_deep_element_added (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer user_data)
{
  watch_element (user_data, element);
}

static void
watch_elements (Runner *self)
{
  g_autoptr (GstIterator) iterator = gst_bin_iterate_recurse (GST_BIN (self->pipeline));

  gst_iterator_foreach (iterator, watch_value, self);
  g_signal_connect (self->pipeline, "deep-element-added", G_CALLBACK (on_deep_element_added), self);
}

/* Messages. */

static void
print_failure (Runner *self, GstMessage *message)
{
  GString *line = line_new (self, GST_MESSAGE_TYPE_NAME (message));
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  else
    gst_message_parse_warning (message, &error, &debug);
  line_add_string (line, "element", GST_MESSAGE_SRC_NAME (message));
  line_add_string (line, "domain", g_quark_to_string (error->domain));
  line_add_number (line, "code", error->code);
  line_add_string (line, "text", error->message);
  line_add_string (line, "debug", debug);
  line_print (line);
}

static void
print_state (Runner *self, GstMessage *message)
{
  GstState state, pending;
  GString *line;

  if (GST_MESSAGE_SRC (message) != GST_OBJECT (self->pipeline))
    return;
  gst_message_parse_state_changed (message, NULL, &state, &pending);
  line = line_new (self, "state");
  line_add_string (line, "state", gst_element_state_get_name (state));
  line_add_string (line, "pending", gst_element_state_get_name (pending));
  line_print (line);
}

static void
print_progress (Runner *self, GstMessage *message)
{
  GString *line = line_new (self, "progress");
  g_autoptr (GEnumClass) types = g_type_class_ref (GST_TYPE_PROGRESS_TYPE);
  g_autofree char *code = NULL, *text = NULL;
  GstProgressType type;

  gst_message_parse_progress (message, &type, &code, &text);
  line_add_string (line, "element", GST_MESSAGE_SRC_NAME (message));
  line_add_string (line, "type", g_enum_get_value (types, type)->value_nick);
  line_add_string (line, "code", code);
  line_add_string (line, "text", text);
  line_print (line);
}

static void
print_structure (Runner *self, GstMessage *message)
{
  GString *line = line_new (self, GST_MESSAGE_TYPE_NAME (message));
  const GstStructure *structure = gst_message_get_structure (message);
  g_autofree char *text = structure != NULL ? gst_structure_to_string (structure) : NULL;

  line_add_string (line, "element", GST_MESSAGE_SRC_NAME (message));
  line_add_string (line, "structure", text);
  line_print (line);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Runner *self = user_data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
    case GST_MESSAGE_WARNING:
      print_failure (self, message);
      break;
    case GST_MESSAGE_STATE_CHANGED:
      print_state (self, message);
      break;
    case GST_MESSAGE_PROGRESS:
      print_progress (self, message);
      break;
    case GST_MESSAGE_ELEMENT:
    case GST_MESSAGE_EOS:
      print_structure (self, message);
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (self->pipeline));
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* Commands. */

static void
change_state (Runner *self, GstState state)
{
  gint64 begin_us = g_get_monotonic_time ();
  GstStateChangeReturn result = gst_element_set_state (self->pipeline, state);
  GString *line = line_new (self, "set-state");

  line_add_string (line, "state", gst_element_state_get_name (state));
  line_add_string (line, "result", gst_element_state_change_return_get_name (result));
  line_add_number (line, "took_us", g_get_monotonic_time () - begin_us);
  line_print (line);
}

static void
print_property (Runner *self, GstElement *element, const char *name)
{
  GString *line = line_new (self, "property");
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *text = NULL;

  line_add_string (line, "name", name);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (element), name) != NULL) {
    g_object_get_property (G_OBJECT (element), name, &value);
    text = gst_value_serialize (&value);
  }
  line_add_string (line, "value", text);
  line_print (line);
}

static void
ask_key_unit (GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  gst_pad_push_event (pad,
      gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
          gst_structure_new ("GstForceKeyUnit", "all-headers", G_TYPE_BOOLEAN, TRUE, NULL)));
}

static void
print_latency (Runner *self)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  GstClockTime min = 0, max = 0;
  gboolean live = FALSE;
  GString *line = line_new (self, "latency");

  line_add_number (line, "answered", gst_element_query (self->pipeline, query));
  gst_query_parse_latency (query, &live, &min, &max);
  line_add_number (line, "live", live);
  line_add_number (line, "min_us", min / 1000);
  line_add_number (line, "max_us", GST_CLOCK_TIME_IS_VALID (max) ? (gint64) (max / 1000) : -1);
  line_print (line);
}

static void
run_element_command (Runner *self, char **words, guint count)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->pipeline), words[1]);

  if (element == NULL)
    g_printerr ("there is no element %s\n", words[1]);
  else if (strcmp (words[0], "key-unit") == 0)
    ask_key_unit (element);
  else if (strcmp (words[0], "get") == 0 && count == 3)
    print_property (self, element, words[2]);
  else if (strcmp (words[0], "set") == 0 && count == 4)
    gst_util_set_object_arg (G_OBJECT (element), words[2], words[3]);
  else
    g_printerr ("unknown command %s\n", words[0]);
}

static void
run_command (Runner *self, const char *text)
{
  static const struct
  {
    const char *name;
    GstState state;
  } states[] = {
    { "null", GST_STATE_NULL },
    { "ready", GST_STATE_READY },
    { "pause", GST_STATE_PAUSED },
    { "play", GST_STATE_PLAYING },
  };
  g_auto (GStrv) words = g_strsplit (text, " ", 4);
  guint count = g_strv_length (words);

  if (count > 1) {
    run_element_command (self, words, count);
    return;
  }
  for (guint i = 0; i < G_N_ELEMENTS (states); i++) {
    if (strcmp (text, states[i].name) == 0)
      change_state (self, states[i].state);
  }
  if (strcmp (text, "eos") == 0)
    gst_element_send_event (self->pipeline, gst_event_new_eos ());
  else if (strcmp (text, "latency") == 0)
    print_latency (self);
  else if (strcmp (text, "quit") == 0)
    g_main_loop_quit (self->loop);
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  Runner *self = user_data;
  g_autofree char *text = NULL;

  if (g_io_channel_read_line (channel, &text, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit (self->loop);
    return G_SOURCE_REMOVE;
  }
  run_command (self, g_strstrip (text));
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  Runner self = { NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOChannel) input = NULL;
  g_autoptr (GstBus) bus = NULL;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  gst_init (&argc, &argv);
  if (argc != 2) {
    g_printerr ("usage: %s PIPELINE\n", argv[0]);
    return 2;
  }
  self.start_us = g_get_monotonic_time ();
  self.loop = g_main_loop_new (NULL, FALSE);
  self.pipeline = gst_parse_launch_full (argv[1], NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (self.pipeline == NULL) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  watch_elements (&self);
  bus = gst_element_get_bus (self.pipeline);
  gst_bus_add_watch (bus, on_message, &self);
  input = g_io_channel_unix_new (0);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_input, &self);
  line_print (line_new (&self, "ready"));
  g_main_loop_run (self.loop);
  change_state (&self, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_object_unref (self.pipeline);
  g_main_loop_unref (self.loop);
  return 0;
}
