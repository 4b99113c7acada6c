/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline that obeys the commands on its standard input, one a line, and writes a
 * line for whatever happens, with the time.
 *
 *   play | pause | null | look | memory | stats | ask | accept ADDRESS |
 *   refuse ADDRESS | enter ADDRESS PIN | quit
 *
 * After ask the element "w" leaves to a person who may be paired, and with which PIN.
 *
 * Of the fakesink "pictures", with GRAY8, the next picture after look is told, by the
 * means of seven columns of equal width in its upper half. */
#include <gio/gunixinputstream.h>
#include <gst/gst.h>
#include <malloc.h>
#include <unistd.h>

#define N_COLUMNS 7

typedef struct
{
  GstElement *pipeline;
  GMainLoop *loop;
  GDataInputStream *commands;
  gint looks; /* atomic; for the next picture */
} Peer;

static void tell (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
tell (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("%.3f %s\n", (double) g_get_monotonic_time () / G_USEC_PER_SEC, text);
}

/* --- pictures --- */

static guint
get_mean (const guint8 *octets, gsize n, guint width, guint column)
{
  guint from = column * width / N_COLUMNS, to = (column + 1) * width / N_COLUMNS;
  guint64 sum = 0, count = 0;

  for (gsize line = 0; line + width <= n; line += width) {
    for (guint x = from; x < to; x++)
      sum += octets[line + x];
    count += to - from;
  }
  return count > 0 ? sum / count : 0;
}

static void
tell_picture (GstBuffer *buffer, guint width)
{
  g_autoptr (GString) text = g_string_new ("picture");
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  for (guint i = 0; i < N_COLUMNS; i++)
    g_string_append_printf (text, " %u", get_mean (map.data, map.size / 2, width, i));
  gst_buffer_unmap (buffer, &map);
  tell ("%s", text->str);
}

static void
on_picture (GstElement *sink, GstBuffer *buffer, GstPad *pad, Peer *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  gint width;

  if (g_atomic_int_compare_and_exchange (&self->looks, TRUE, FALSE)
      && gst_structure_get_int (gst_caps_get_structure (caps, 0), "width", &width))
    tell_picture (buffer, width);
}

/* --- messages --- */

static void
tell_progress (GstMessage *message)
{
  static const char *const types[] = { "start", "continue", "complete", "canceled", "error" };
  g_autofree char *code = NULL, *text = NULL;
  GstProgressType type;

  gst_message_parse_progress (message, &type, &code, &text);
  tell ("progress %s %s %s", code, types[type], text);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      tell_progress (message);
      break;
    case GST_MESSAGE_ERROR:
      gst_message_parse_error (message, &error, NULL);
      tell ("failed %s %d: %s", g_quark_to_string (error->domain), error->code, error->message);
      break;
    case GST_MESSAGE_EOS:
      tell ("eos");
      break;
    case GST_MESSAGE_ELEMENT:
      tell ("element %s", gst_structure_get_name (gst_message_get_structure (message)));
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

/* --- pairing, in threads of their own --- */

static gboolean
on_pairing_request (GstElement *element, const char *address, const char *name, gint pairing,
    const char *pin, gpointer user_data)
{
  static const char *const names[] = { "pbc", "display", "keypad" };

  tell ("request %s %s %s", address, names[pairing], pin != NULL ? pin : "");
  return FALSE;
}

static char *
on_pin_request (GstElement *element, const char *address, const char *name, gpointer user_data)
{
  tell ("asked %s", address);
  return NULL;
}

static void
on_pin (GstElement *element, const char *pin, gpointer user_data)
{
  tell ("pin %s", pin);
}

static void
ask (GstElement *element)
{
  g_signal_connect (element, "pairing-request", G_CALLBACK (on_pairing_request), NULL);
  g_signal_connect (element, "pin-request", G_CALLBACK (on_pin_request), NULL);
  g_signal_connect (element, "pin", G_CALLBACK (on_pin), NULL);
}

/* Whether @words are such a command. */
static gboolean
obey_person (GstElement *element, char **words)
{
  guint n = g_strv_length (words);

  if (n == 1 && g_str_equal (words[0], "ask"))
    ask (element);
  else if (n == 2 && g_str_equal (words[0], "accept"))
    g_signal_emit_by_name (element, "answer-pairing", words[1], TRUE);
  else if (n == 2 && g_str_equal (words[0], "refuse"))
    g_signal_emit_by_name (element, "answer-pairing", words[1], FALSE);
  else if (n == 3 && g_str_equal (words[0], "enter"))
    g_signal_emit_by_name (element, "enter-pin", words[1], words[2]);
  else
    return FALSE;
  return TRUE;
}

/* --- commands --- */

static void
tell_stats (GstElement *element)
{
  g_autoptr (GstStructure) stats = NULL;
  g_autofree char *text = NULL;

  g_object_get (element, "stats", &stats, NULL);
  text = gst_structure_to_string (stats);
  tell ("stats %s", text);
}

static void
set_state (Peer *self, GstState state, const char *command)
{
  tell ("begins %s", command);
  if (gst_element_set_state (self->pipeline, state) == GST_STATE_CHANGE_FAILURE)
    tell ("failed %s", command);
  else
    tell ("done %s", command);
}

static void
obey (Peer *self, const char *command)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->pipeline), "w");
  g_auto (GStrv) words = g_strsplit (command, " ", 0);

  if (element != NULL && obey_person (element, words))
    return;
  if (g_str_equal (command, "play"))
    set_state (self, GST_STATE_PLAYING, command);
  else if (g_str_equal (command, "pause"))
    set_state (self, GST_STATE_PAUSED, command);
  else if (g_str_equal (command, "null"))
    set_state (self, GST_STATE_NULL, command);
  else if (g_str_equal (command, "look"))
    g_atomic_int_set (&self->looks, TRUE);
  else if (g_str_equal (command, "memory"))
    tell ("memory %zu", mallinfo2 ().uordblks + mallinfo2 ().hblkhd);
  else if (element != NULL && g_str_equal (command, "stats"))
    tell_stats (element);
  else
    g_main_loop_quit (self->loop);
}

static void
on_command (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->commands, result, NULL, NULL);

  obey (self, line != NULL ? line : "quit");
  if (g_main_loop_is_running (self->loop))
    g_data_input_stream_read_line_async (self->commands, G_PRIORITY_DEFAULT, NULL, on_command,
        self);
}

static void
watch_pictures (Peer *self)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "pictures");

  if (sink != NULL)
    g_signal_connect (sink, "handoff", G_CALLBACK (on_picture), self);
}

int
main (int argc, char **argv)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;
  Peer self = { .loop = g_main_loop_new (NULL, FALSE) };

  gst_init (&argc, &argv);
  self.pipeline = gst_parse_launch (argv[1], &error);
  if (error != NULL) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  watch_pictures (&self);
  bus = gst_element_get_bus (self.pipeline);
  gst_bus_add_watch (bus, on_message, NULL);
  self.commands = g_data_input_stream_new (input);
  g_data_input_stream_read_line_async (self.commands, G_PRIORITY_DEFAULT, NULL, on_command, &self);
  g_main_loop_run (self.loop);

  gst_element_set_state (self.pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_object_unref (self.pipeline);
  g_object_unref (self.commands);
  g_main_loop_unref (self.loop);
  return 0;
}
