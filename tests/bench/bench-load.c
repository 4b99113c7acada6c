/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs pipelines that send or receive H.264 nobody encodes or decodes, so that
 * what is measured from outside is the rest: one session each, all in this process.
 *
 * Each appsrc "units" gets pictures of equal size at a steady rate; what comes to
 * the elements "out" is counted, and the packets are what the elements "count" say.
 * Lines on stdin, "begin", "end" and "quit", are answered with the counters, as
 * JSON; under callgrind, instructions are counted between the first two. "wait N"
 * is answered when N more units have come. */
#include <gio/gio.h>
#include <gst/app/gstappsrc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_CALLGRIND
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#endif

/* One of them an IDR. */
#define N_UNITS 30

typedef struct
{
  double mbit;
  double rate_hz;
  char **pipelines;
} Options;

typedef struct
{
  Options options;
  GMainLoop *loop;
  GPtrArray *pipelines; /* of GstElement */
  GPtrArray *sources;   /* of GstAppSrc */
  GPtrArray *counts;    /* of GstElement */
  GBytes *units[N_UNITS];
  GThread *feeder;
  gint stopping; /* atomic */
  gint came;     /* atomic: units */
  gint goal;     /* atomic: how many of them somebody waits for */
  guint n_outs;
  gint n_flowing; /* atomic: of the outs */
  gboolean failed;
} Load;

/* 1280×720 with 30 pictures a second, as x264 writes them, and how its slices begin. */
static const guint8 head_key[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0x10, 0x00, 0x00, 0x00, 0x01, 0x67,
  0x42, 0xc0, 0x1f, 0xda, 0x01, 0x40, 0x16, 0xec, 0x05, 0xa8, 0x08, 0x08, 0x0a, 0x00, 0x00, 0x03,
  0x00, 0x02, 0x00, 0x00, 0x03, 0x00, 0x79, 0x1e, 0x30, 0x65, 0x40, 0x00, 0x00, 0x00, 0x01, 0x68,
  0xce, 0x3c, 0x80, 0x00, 0x00, 0x00, 0x01, 0x65, 0x88, 0x84, 0x37, 0x08 };
static const guint8 head_other[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0x10, 0x00, 0x00, 0x00, 0x01,
  0x41, 0x88, 0x88, 0x11, 0x70 };

/* Without zeros there is no start code in it. */
static GBytes *
make_unit (GRand *rand, gboolean key, gsize n)
{
  gsize n_head = key ? sizeof (head_key) : sizeof (head_other);
  guint8 *data = g_malloc (n + sizeof (head_key));

  memcpy (data, key ? head_key : head_other, n_head);
  n = MAX (n, n_head + 1);
  for (gsize i = n_head; i < n; i++)
    data[i] = g_rand_int_range (rand, 1, 256);
  return g_bytes_new_take (data, n);
}

static void
make_units (Load *self)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  /* At 30 a second; a lower rate is the same stream, slower. */
  for (guint i = 0; i < N_UNITS; i++)
    self->units[i] = make_unit (rand, i == 0, self->options.mbit * 1e6 / 8 / 30);
}

static void
fail (Load *self, const char *who, const char *text)
{
  g_printerr ("%s: %s\n", who, text);
  self->failed = TRUE;
  g_main_loop_quit (self->loop);
}

static void
say (const char *event)
{
  printf ("{\"event\": \"%s\"}\n", event);
  fflush (stdout);
}

/* Sending. */

static void
push (GstAppSrc *source, GBytes *unit, gboolean key)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (source));
  GstBuffer *buffer;

  if (clock == NULL)
    return;
  buffer = gst_buffer_new_wrapped_bytes (unit);
  GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) =
      gst_clock_get_time (clock) - gst_element_get_base_time (GST_ELEMENT (source));
  if (!key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  gst_app_src_push_buffer (source, buffer);
}

static gpointer
feed (gpointer user_data)
{
  Load *self = user_data;
  gint64 begin_us = g_get_monotonic_time ();

  for (guint i = 0; !g_atomic_int_get (&self->stopping); i++) {
    gint64 wait_us = begin_us + i * 1e6 / self->options.rate_hz - g_get_monotonic_time ();

    if (wait_us > 0)
      g_usleep (wait_us);
    for (guint j = 0; j < self->sources->len; j++)
      push (g_ptr_array_index (self->sources, j), self->units[i % N_UNITS], i % N_UNITS == 0);
  }
  return NULL;
}

/* Receiving. */

static GstPadProbeReturn
on_out (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Load *self = user_data;
  GObject *object = G_OBJECT (pad);

  if (g_atomic_int_add (&self->came, 1) + 1 == g_atomic_int_get (&self->goal))
    say ("wait");
  if (g_object_get_data (object, "flows") == NULL) {
    g_object_set_data (object, "flows", self);
    if ((guint) g_atomic_int_add (&self->n_flowing, 1) + 1 == self->n_outs)
      say ("flowing");
  }
  return GST_PAD_PROBE_OK;
}

static guint64
count_packets (Load *self)
{
  static const char *const fields[] = { "packets-received", "num-pushed" };
  guint64 packets = 0, n;

  for (guint i = 0; i < self->counts->len; i++) {
    g_autoptr (GstStructure) stats = NULL;

    g_object_get (g_ptr_array_index (self->counts, i), "stats", &stats, NULL);
    for (guint j = 0; stats != NULL && j < G_N_ELEMENTS (fields); j++)
      if (gst_structure_get_uint64 (stats, fields[j], &n))
        packets += n;
  }
  return packets;
}

/* Both. */

static void
on_line (Load *self, const char *line)
{
  if (g_str_has_prefix (line, "wait ")) {
    g_atomic_int_set (&self->goal, g_atomic_int_get (&self->came) + atoi (line + 5));
    return;
  }
  if (g_str_equal (line, "begin"))
    CALLGRIND_START_INSTRUMENTATION;
  if (g_str_equal (line, "end"))
    CALLGRIND_STOP_INSTRUMENTATION;
  printf ("{\"event\": \"%s\", \"packets\": %" G_GUINT64_FORMAT ", \"units\": %d}\n", line,
      count_packets (self), g_atomic_int_get (&self->came));
  fflush (stdout);
}

static gboolean
on_stdin (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  Load *self = user_data;
  g_autofree char *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL
      || g_str_has_prefix (line, "quit"))
    g_main_loop_quit (self->loop);
  else
    on_line (self, g_strchomp (line));
  return G_SOURCE_CONTINUE;
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    fail (user_data, GST_MESSAGE_SRC_NAME (message), error->message);
  }
  return G_SOURCE_CONTINUE;
}

static void
adopt_element (Load *self, GstElement *element)
{
  g_autoptr (GstPad) pad = NULL;

  if (g_str_equal (GST_OBJECT_NAME (element), "units"))
    g_ptr_array_add (self->sources, gst_object_ref (element));
  if (g_str_equal (GST_OBJECT_NAME (element), "count"))
    g_ptr_array_add (self->counts, gst_object_ref (element));
  if (g_str_equal (GST_OBJECT_NAME (element), "out")) {
    pad = gst_element_get_static_pad (element, "sink");
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_out, self, NULL);
    self->n_outs++;
  }
}

static void
on_element (const GValue *item, gpointer user_data)
{
  adopt_element (user_data, g_value_get_object (item));
}

static void
add_pipeline (Load *self, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;
  GstElement *pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  GstIterator *elements;

  if (pipeline == NULL) {
    fail (self, text, error->message);
    return;
  }
  g_ptr_array_add (self->pipelines, pipeline);
  elements = gst_bin_iterate_elements (GST_BIN (pipeline));
  gst_iterator_foreach (elements, on_element, self);
  gst_iterator_free (elements);
  bus = gst_element_get_bus (pipeline);
  gst_bus_add_watch (bus, on_message, self);
}

static void
set_state (Load *self, GstState state)
{
  for (guint i = 0; i < self->pipelines->len; i++)
    gst_element_set_state (g_ptr_array_index (self->pipelines, i), state);
}

static void
run (Load *self)
{
  GIOChannel *channel = g_io_channel_unix_new (0);

  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, on_stdin, self);
  g_io_channel_unref (channel);
  /* What goes wrong comes as a message. */
  set_state (self, GST_STATE_PLAYING);
  say ("ready");
  if (self->sources->len > 0)
    self->feeder = g_thread_new ("feeder", feed, self);
  g_main_loop_run (self->loop);
  g_atomic_int_set (&self->stopping, TRUE);
  g_clear_pointer (&self->feeder, g_thread_join);
  set_state (self, GST_STATE_NULL);
}

static gboolean
parse_options (Options *options, int *argc, char ***argv)
{
  const GOptionEntry entries[] = {
    { "mbit", 0, 0, G_OPTION_ARG_DOUBLE, &options->mbit,
        "So many Mbit/s would 30 pictures a second be", "N" },
    { "rate", 0, 0, G_OPTION_ARG_DOUBLE, &options->rate_hz, "Pictures a second", "N" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->pipelines, NULL, "PIPELINE…" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (g_option_context_parse (context, argc, argv, &error) && options->pipelines != NULL)
    return TRUE;
  g_printerr ("%s\n", error != NULL ? error->message : "no pipeline");
  return FALSE;
}

static void
remove_watch (gpointer data)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (data);

  gst_bus_remove_watch (bus);
  gst_object_unref (data);
}

int
main (int argc, char **argv)
{
  Load self = { .options = { .mbit = 20, .rate_hz = 30 } };

  if (!parse_options (&self.options, &argc, &argv))
    return 2;
  self.loop = g_main_loop_new (NULL, FALSE);
  self.pipelines = g_ptr_array_new_with_free_func (remove_watch);
  self.sources = g_ptr_array_new_with_free_func (gst_object_unref);
  self.counts = g_ptr_array_new_with_free_func (gst_object_unref);
  make_units (&self);
  for (guint i = 0; self.options.pipelines[i] != NULL && !self.failed; i++)
    add_pipeline (&self, self.options.pipelines[i]);
  if (!self.failed)
    run (&self);
  g_ptr_array_unref (self.counts);
  g_ptr_array_unref (self.sources);
  g_ptr_array_unref (self.pipelines);
  for (guint i = 0; i < N_UNITS; i++)
    g_bytes_unref (self.units[i]);
  g_main_loop_unref (self.loop);
  g_strfreev (self.options.pipelines);
  return self.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
