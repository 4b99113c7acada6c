/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs one end of a cast as gst-launch-1.0 would, says what happens, and
 * measures. On the sending side it writes the time of capture into each picture
 * (cast-stamp.h), on the receiving side it reads it (cast-watch.h). */

#include <glib-unix.h>
#include <math.h>

#include "cast-report.h"
#include "cast-stamp.h"

#define TICK_MS 50
/* What the element "level" says of silence and of an encoder's noise is less. */
#define LOUD_DB -50.0

typedef struct
{
  char *name;  /* begins each line that is printed */
  char *stamp; /* names of elements of the pipeline */
  char *watch;
  char *session;
  char *sent;     /* size of the stamped pictures, WxH */
  double seconds; /* 0: until somebody ends it */
  double patience_s;
  char *png;
  char *json;
  char *tell;
  gboolean need_picture;
  gboolean need_sound;
  char **pipeline;
} Options;

typedef struct
{
  Options options;
  GMainLoop *loop;
  GstElement *pipeline;
  GstElement *stamp;
  GstElement *session;
  CastWatch *watch;
  CastReport report;
  gboolean failed;
  gboolean begun; /* a picture came */
  gint64 start_us;
  gint64 network_begin_us;
  guint64 network_begin_bytes;
  guint64 begin_idle, begin_all; /* of the processors, in ticks */
  char *told;

  GMutex lock;
  /* Below with the lock: what the streaming thread of the stamp leaves. */
  GstVideoInfo stamp_info;
  gboolean can_stamp;
  gboolean has_size;
} Cast;

static void say (Cast *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (Cast *self, const char *format, ...)
{
  va_list args;

  printf ("  %-8s ", self->options.name);
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  printf ("\n");
  fflush (stdout);
}

static void
end (Cast *self)
{
  g_main_loop_quit (self->loop);
}

static void
fail (Cast *self, const char *text)
{
  say (self, "ERROR: %s", text);
  self->failed = TRUE;
  end (self);
}

/* The sending side: the time goes into the picture. */

static void
on_stamp_caps (Cast *self, GstCaps *caps)
{
  g_mutex_lock (&self->lock);
  self->has_size = gst_video_info_from_caps (&self->stamp_info, caps);
  self->can_stamp = self->has_size && cast_stamp_is_possible (&self->stamp_info);
  g_mutex_unlock (&self->lock);
}

/* The time of capture is what the source says, in whatever clock it has. */
static gint64
get_capture_time_us (Cast *self, GstBuffer *buffer)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (self->stamp);
  gint64 now_us = g_get_monotonic_time ();
  GstClockTime now, captured;

  if (clock == NULL || !GST_BUFFER_PTS_IS_VALID (buffer))
    return now_us;
  now = gst_clock_get_time (clock);
  captured = gst_element_get_base_time (self->stamp) + GST_BUFFER_PTS (buffer);
  return captured < now ? now_us - (gint64) ((now - captured) / 1000) : now_us;
}

static GstBuffer *
stamp_picture (Cast *self, GstBuffer *buffer)
{
  GstVideoFrame frame;

  buffer = gst_buffer_make_writable (buffer);
  if (gst_video_frame_map (&frame, &self->stamp_info, buffer, GST_MAP_READWRITE)) {
    cast_stamp_write (&frame, get_capture_time_us (self, buffer));
    gst_video_frame_unmap (&frame);
  }
  return buffer;
}

static GstPadProbeReturn
on_stamp_pad (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Cast *self = user_data;
  GstCaps *caps;

  if (GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER) {
    if (self->can_stamp)
      info->data = stamp_picture (self, GST_PAD_PROBE_INFO_BUFFER (info));
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS) {
    gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
    on_stamp_caps (self, caps);
  }
  return GST_PAD_PROBE_OK;
}

static gboolean
has_port (Cast *self)
{
  return self->session != NULL
      && g_object_class_find_property (G_OBJECT_GET_CLASS (self->session), "rtsp-port") != NULL;
}

/* Lines "port N", "size WxH" and "picture" in a file, for whoever waits for one
 * of them. */
static void
tell (Cast *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint port = 0;

  if (self->options.tell == NULL)
    return;
  if (has_port (self))
    g_object_get (self->session, "rtsp-port", &port, NULL);
  if (self->begun)
    g_string_append (text, "picture\n");
  if (port != 0)
    g_string_append_printf (text, "port %u\n", port);
  g_mutex_lock (&self->lock);
  if (self->has_size)
    g_string_append_printf (text, "size %dx%d\n", GST_VIDEO_INFO_WIDTH (&self->stamp_info),
        GST_VIDEO_INFO_HEIGHT (&self->stamp_info));
  g_mutex_unlock (&self->lock);

  if (g_strcmp0 (self->told, text->str) == 0)
    return;
  g_file_set_contents (self->options.tell, text->str, text->len, NULL);
  g_free (self->told);
  self->told = g_strdup (text->str);
}

/* Messages. */

/* In the thread that posts, so that the time is right. */
static GstBusSyncReply
on_sync_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Cast *self = user_data;
  g_autofree char *code = NULL;
  GstProgressType type;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_PROGRESS)
    return GST_BUS_PASS;
  gst_message_parse_progress (message, &type, &code, NULL);
  if (type == GST_PROGRESS_TYPE_COMPLETE && g_str_equal (code, "connect"))
    self->report.connected_us = g_get_monotonic_time ();
  if (type == GST_PROGRESS_TYPE_COMPLETE && g_str_equal (code, "play"))
    self->report.playing_us = g_get_monotonic_time ();
  return GST_BUS_PASS;
}

static void
on_progress (Cast *self, GstMessage *message)
{
  g_autofree char *code = NULL, *text = NULL;
  GstProgressType type;

  gst_message_parse_progress (message, &type, &code, &text);
  say (self, "%-10s %s", code, text);
}

static void
on_error (Cast *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *debug = NULL;

  gst_message_parse_error (message, &error, &debug);
  say (self, "from %s: %s", GST_MESSAGE_SRC_NAME (message), debug != NULL ? debug : "");
  fail (self, error->message);
}

static void
on_warning (Cast *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  say (self, "warning    %s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
}

/* The channels of a tone are alike, so one of them will do. */
static void
on_level (Cast *self, const GstStructure *structure)
{
  const GValue *value = gst_structure_get_value (structure, "rms");
  GValueArray *channels = value != NULL ? g_value_get_boxed (value) : NULL;
  double level_db;

  if (channels == NULL || channels->n_values == 0)
    return;
  level_db = g_value_get_double (channels->values);
  self->report.sound_levels++;
  self->report.sound_loud += level_db > LOUD_DB;
  self->report.sound_sum += pow (10, level_db / 10);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Cast *self = user_data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      on_progress (self, message);
      break;
    case GST_MESSAGE_ERROR:
      on_error (self, message);
      break;
    case GST_MESSAGE_WARNING:
      on_warning (self, message);
      break;
    case GST_MESSAGE_EOS:
      say (self, "end        The stream has ended");
      end (self);
      break;
    case GST_MESSAGE_LATENCY:
      gst_bin_recalculate_latency (GST_BIN (self->pipeline));
      break;
    case GST_MESSAGE_ELEMENT:
      if (gst_message_has_name (message, "level"))
        on_level (self, gst_message_get_structure (message));
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* As time goes by. */

static void
note_network (Cast *self, gboolean begin)
{
  g_autoptr (GstStructure) stats = NULL;
  guint64 bytes = 0;

  if (self->session == NULL)
    return;
  g_object_get (self->session, "stats", &stats, NULL);
  if (stats == NULL || !gst_structure_get_uint64 (stats, "bytes-received", &bytes))
    return;
  if (begin) {
    self->network_begin_us = g_get_monotonic_time ();
    self->network_begin_bytes = bytes;
    return;
  }
  self->report.has_network = TRUE;
  self->report.bytes = bytes - self->network_begin_bytes;
  self->report.bytes_time_us = g_get_monotonic_time () - self->network_begin_us;
  gst_structure_get_uint64 (stats, "packets-received", &self->report.packets);
  gst_structure_get_uint64 (stats, "packets-lost", &self->report.lost);
}

/* Ticks of all processors since the machine was started; 0 where that is not told. */
static void
read_ticks (guint64 *ret_idle, guint64 *ret_all)
{
  g_autofree char *text = NULL;
  unsigned long long user, nice, system, idle, waiting, irq, softirq, steal;

  *ret_idle = *ret_all = 0;
  if (!g_file_get_contents ("/proc/stat", &text, NULL, NULL)
      || sscanf (text, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
             &waiting, &irq, &softirq, &steal)
          != 8)
    return;
  *ret_idle = idle + waiting;
  *ret_all = *ret_idle + user + nice + system + irq + softirq + steal;
}

static void
note_processors (Cast *self)
{
  guint64 idle, all;

  read_ticks (&idle, &all);
  if (self->begin_all > 0 && all > self->begin_all)
    self->report.busy_percent = 100 - 100.0 * (idle - self->begin_idle) / (all - self->begin_all);
}

static void
check_pictures (Cast *self, gint64 now_us)
{
  gint64 first_us = cast_watch_get_first_us (self->watch);

  if (first_us == 0) {
    if (now_us - self->start_us > self->options.patience_s * 1e6)
      fail (self, "No picture came.");
    return;
  }
  if (!self->begun) {
    self->begun = TRUE;
    say (self, "picture    The first picture is here");
    note_network (self, TRUE);
    read_ticks (&self->begin_idle, &self->begin_all);
  }
  if (self->options.seconds > 0 && now_us - first_us > self->options.seconds * 1e6)
    end (self);
}

static gboolean
on_tick (gpointer user_data)
{
  Cast *self = user_data;

  tell (self);
  if (self->watch != NULL)
    check_pictures (self, g_get_monotonic_time ());
  return G_SOURCE_CONTINUE;
}

static gboolean
on_signal (gpointer user_data)
{
  end (user_data);
  return G_SOURCE_CONTINUE;
}

/* Making and ending. */

static GstElement *
find_element (Cast *self, const char *name)
{
  GstElement *element;

  if (name == NULL)
    return NULL;
  element = gst_bin_get_by_name (GST_BIN (self->pipeline), name);
  if (element == NULL) {
    g_printerr ("the pipeline has no element \"%s\"\n", name);
    self->failed = TRUE;
  }
  return element;
}

static void
add_stamp (Cast *self)
{
  g_autoptr (GstPad) pad = NULL;

  self->stamp = find_element (self, self->options.stamp);
  if (self->stamp == NULL)
    return;
  pad = gst_element_get_static_pad (self->stamp, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_stamp_pad, self, NULL);
}

static void
add_watch (Cast *self)
{
  g_autoptr (GstElement) element = find_element (self, self->options.watch);
  g_autoptr (GstPad) pad = NULL;
  gint width, height;

  if (element == NULL)
    return;
  pad = gst_element_get_static_pad (element, "sink");
  self->watch = cast_watch_new (pad);
  if (self->options.sent != NULL && sscanf (self->options.sent, "%dx%d", &width, &height) == 2)
    cast_watch_set_sent_size (self->watch, width, height);
}

static gboolean
prepare (Cast *self)
{
  g_autofree char *text = g_strjoinv (" ", self->options.pipeline);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (self->pipeline == NULL) {
    g_printerr ("%s\n", error->message);
    return FALSE;
  }
  self->session = find_element (self, self->options.session);
  add_stamp (self);
  add_watch (self);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, on_sync_message, self, NULL);
  gst_bus_add_watch (bus, on_message, self);
  return !self->failed;
}

static void
run (Cast *self)
{
  self->start_us = g_get_monotonic_time ();
  g_timeout_add (TICK_MS, on_tick, self);
  g_unix_signal_add (SIGINT, on_signal, self);
  g_unix_signal_add (SIGTERM, on_signal, self);
  /* What went wrong comes as a message. */
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  g_main_loop_run (self->loop);

  note_network (self, FALSE);
  if (self->watch != NULL) {
    self->report.has_pictures = TRUE;
    cast_watch_get_figures (self->watch, &self->report.pictures);
    self->report.watched_us = g_get_monotonic_time () - self->report.pictures.first_us;
    note_processors (self);
  }
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
}

static void
save (Cast *self)
{
  const Options *options = &self->options;
  g_autoptr (GError) error = NULL;
  g_autofree char *json = cast_report_to_json (&self->report);

  if (options->json != NULL && !g_file_set_contents (options->json, json, -1, &error))
    fail (self, error->message);
  g_clear_error (&error);
  if (options->png != NULL && self->watch != NULL
      && !cast_watch_save_picture (self->watch, options->png, &error))
    fail (self, error->message);
}

static void
judge (Cast *self)
{
  if (self->watch != NULL)
    cast_report_print (&self->report, stdout);
  /* That none came may have been said. */
  if (self->options.need_picture && !cast_report_has_motion (&self->report)
      && !(self->failed && self->report.pictures.pictures == 0)) {
    g_autofree char *text = cast_report_explain_stillness (&self->report);

    fail (self, text);
  }
  if (self->options.need_sound && !cast_report_has_sound (&self->report))
    fail (self, "No sound was heard.");
}

static void
clear (Cast *self)
{
  g_autoptr (GstBus) bus = NULL;

  g_clear_pointer (&self->watch, cast_watch_free);
  gst_clear_object (&self->stamp);
  gst_clear_object (&self->session);
  if (self->pipeline != NULL) {
    bus = gst_element_get_bus (self->pipeline);
    gst_bus_remove_watch (bus);
    gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  }
  gst_clear_object (&self->pipeline);
  g_main_loop_unref (self->loop);
  g_mutex_clear (&self->lock);
  g_free (self->told);
}

static gboolean
parse_options (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "name", 0, 0, G_OPTION_ARG_STRING, &options->name, "What each line begins with", "TEXT" },
    { "stamp", 0, 0, G_OPTION_ARG_STRING, &options->stamp,
        "Write the time of capture into the pictures that leave this element", "ELEMENT" },
    { "watch", 0, 0, G_OPTION_ARG_STRING, &options->watch,
        "Look at the pictures that come to this element", "ELEMENT" },
    { "session", 0, 0, G_OPTION_ARG_STRING, &options->session,
        "Take statistics and port from this element", "ELEMENT" },
    { "sent", 0, 0, G_OPTION_ARG_STRING, &options->sent, "Size of the stamped pictures", "WxH" },
    { "seconds", 0, 0, G_OPTION_ARG_DOUBLE, &options->seconds,
        "End so long after the first picture", "N" },
    { "patience", 0, 0, G_OPTION_ARG_DOUBLE, &options->patience_s,
        "Give up if no picture came for so many seconds", "N" },
    { "png", 0, 0, G_OPTION_ARG_FILENAME, &options->png, "Write the last picture", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &options->json, "Write the figures", "FILE" },
    { "tell", 0, 0, G_OPTION_ARG_FILENAME, &options->tell,
        "Write port, size of the pictures and that one came, as soon as it is known", "FILE" },
    { "need-picture", 0, 0, G_OPTION_ARG_NONE, &options->need_picture,
        "Fail if the picture does not move", NULL },
    { "need-sound", 0, 0, G_OPTION_ARG_NONE, &options->need_sound,
        "Fail if \"level\" hears nothing", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->pipeline, NULL, "PIPELINE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (g_option_context_parse (context, argc, argv, &error) && options->pipeline != NULL)
    return TRUE;
  g_printerr ("%s\n", error != NULL ? error->message : "no pipeline");
  return FALSE;
}

static void
clear_options (Options *options)
{
  char **strings[] = { &options->name, &options->stamp, &options->watch, &options->session,
    &options->sent, &options->png, &options->json, &options->tell };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++)
    g_free (*strings[i]);
  g_strfreev (options->pipeline);
}

int
main (int argc, char **argv)
{
  Cast self = { .options = { .patience_s = 30 } };

  self.options.name = g_strdup ("cast");
  if (!parse_options (&self.options, &argc, &argv))
    return 2;

  g_mutex_init (&self.lock);
  self.loop = g_main_loop_new (NULL, FALSE);
  self.failed = !prepare (&self);
  if (!self.failed) {
    run (&self);
    judge (&self);
    save (&self);
  }
  clear (&self);
  clear_options (&self.options);
  return self.failed ? 1 : 0;
}
