/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline that casts, of which every capture and every unit of the encoder is written
 * down, and which a controller outside of it can steer:
 *
 *   appsrc "capture" → … → encoder, wherever it is → …
 *
 * A capture carries its number in the picture, a unit in a mark. With --ask the
 * emulator is asked at each picture that comes to the encoder what to do with it. Ends
 * on SIGTERM. */
#include <cast-stamp.h>
#include <errno.h>
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "cast-model.h"
#include "cast-picture.h"
#include "cast-program.h"
#include "cast-unit.h"

#define N_BLANKS 16
#define GREY 128
#define ANSWER_MS 50
#define HEARD_BYTES 65536
/* Of what the encoder makes, on the wire: TS and PES headers, RTP, UDP, IP. */
#define PAYLOAD_PART 0.95
/* So often it is written down by what the link is measured. */
#define SIGNAL_CAPTURES 30

typedef struct
{
  char *pipeline;
  char *log;
  char *ask;
  char *properties;
  gint width, height, fps;
  gint seed;
  gboolean model;
  gboolean screen;
} Options;

static Options options = { .width = 1920, .height = 1080, .fps = 60, .seed = 1 };

static const GOptionEntry entries[] = {
  { "pipeline", 0, 0, G_OPTION_ARG_STRING, &options.pipeline, "With an appsrc called capture",
      "TEXT" },
  { "log", 0, 0, G_OPTION_ARG_FILENAME, &options.log, "A line for each capture and unit", "FILE" },
  { "ask", 0, 0, G_OPTION_ARG_FILENAME, &options.ask, "Ask the emulator that listens here",
      "PATH" },
  { "width", 0, 0, G_OPTION_ARG_INT, &options.width, "Pixels (1920)", "N" },
  { "height", 0, 0, G_OPTION_ARG_INT, &options.height, "Pixels (1080)", "N" },
  { "fps", 0, 0, G_OPTION_ARG_INT, &options.fps, "Captures a second (60)", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "Of modelled sizes (1)", "N" },
  { "model", 0, 0, G_OPTION_ARG_NONE, &options.model, "x264enc is one that makes modelled sizes",
      NULL },
  { "screen", 0, 0, G_OPTION_ARG_NONE, &options.screen, "Still, typing, scrolling, video in turn",
      NULL },
  { NULL },
};

typedef struct
{
  guint32 number;
  gint64 at_us;
} Capture;

typedef struct
{
  CastProgram program;
  GstElement *capture;
  GstVideoInfo info;
  CastFilm *film; /* NULL: the pictures are blank */
  GstBuffer *blanks[N_BLANKS];
  gint is_over; /* atomic */
  int ask_fd;

  GMutex lock;
  /* With the lock. */
  FILE *log;
  GstElement *encoder; /* the latest */
  GArray *inside;      /* of Capture: in the encoder */
  GArray *captures;    /* of gint64 us, by number */
  guint32 n_units;
  gboolean asks_for_key; /* of the encoder, by us */
} Source;

/* --- captures --- */

static GstBuffer *
make_blank (Source *self)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&self->info), NULL);

  gst_buffer_memset (buffer, 0, GREY, GST_VIDEO_INFO_SIZE (&self->info));
  return buffer;
}

/* One that nobody looks at any more. */
static GstBuffer *
take_blank (Source *self, guint32 number)
{
  GstBuffer **slot = &self->blanks[number % N_BLANKS];

  if (*slot != NULL && GST_MINI_OBJECT_REFCOUNT_VALUE (*slot) > 1)
    gst_clear_buffer (slot);
  if (*slot == NULL)
    *slot = make_blank (self);
  return *slot;
}

static GstBuffer *
make_picture (Source *self, guint32 number)
{
  GstBuffer *buffer = self->film != NULL ? make_blank (self) : take_blank (self, number);
  GstVideoFrame frame;

  gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READWRITE);
  if (self->film != NULL)
    cast_film_render (self->film, number, &frame);
  else
    cast_stamp_write (&frame, number);
  gst_video_frame_unmap (&frame);
  return self->film != NULL ? buffer : gst_buffer_ref (buffer);
}

static void
note_capture (Source *self, guint32 number, gint64 now_us)
{
  guint kbps = 0;

  g_mutex_lock (&self->lock);
  g_array_append_val (self->captures, now_us);
  /* What the encoder was told at the capture before, also if that was left out. */
  if (self->encoder != NULL)
    g_object_get (self->encoder, "bitrate", &kbps, NULL);
  fprintf (self->log, "capture,%u,%" G_GINT64_FORMAT ",%u\n", number, now_us, kbps);
  g_mutex_unlock (&self->lock);
}

/* By what the link is measured, where wfdsink says so: "w". */
static void
note_signal (Source *self)
{
  g_autoptr (GstElement) sender = gst_bin_get_by_name (GST_BIN (self->program.pipeline), "w");
  g_autoptr (GstStructure) stats = NULL;
  const char *signal = NULL;

  if (sender != NULL)
    g_object_get (sender, "stats", &stats, NULL);
  if (stats != NULL)
    signal = gst_structure_get_string (stats, "rate-signal");
  if (signal == NULL)
    return;
  g_mutex_lock (&self->lock);
  fprintf (self->log, "signal,%s\n", signal);
  g_mutex_unlock (&self->lock);
}

static gpointer
capture (gpointer data)
{
  Source *self = data;
  gint64 begin_us = g_get_monotonic_time ();

  for (guint32 number = 0; !g_atomic_int_get (&self->is_over); number++) {
    GstBuffer *buffer = make_picture (self, number);
    gint64 due_us = begin_us + (gint64) number * G_USEC_PER_SEC / options.fps;
    gint64 left_us = due_us - g_get_monotonic_time ();
    GstFlowReturn flow;

    g_usleep (MAX (left_us, 0));
    note_capture (self, number, g_get_monotonic_time ());
    GST_BUFFER_PTS (buffer) = gst_element_get_current_running_time (self->program.pipeline);
    GST_BUFFER_DURATION (buffer) = GST_SECOND / options.fps;
    g_signal_emit_by_name (self->capture, "push-buffer", buffer, &flow);
    gst_buffer_unref (buffer);
    if (number % SIGNAL_CAPTURES == 0)
      note_signal (self);
  }
  return NULL;
}

/* --- the controller outside --- */

static gboolean
connect_ask (Source *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct timeval patience = { .tv_usec = ANSWER_MS * 1000 };

  if (strlen (options.ask) >= sizeof address.sun_path)
    return FALSE;
  strcpy (address.sun_path, options.ask);
  self->ask_fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  setsockopt (self->ask_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return connect (self->ask_fd, (struct sockaddr *) &address, sizeof address) == 0;
}

typedef struct
{
  gint skip, key;
  guint kbps, vbv_ms;
} Answer;

/* What else the emulator says is for others. */
static gboolean
ask (Source *self, Answer *ret_answer)
{
  static char text[HEARD_BYTES]; /* one thread */
  gssize n;

  if (send (self->ask_fd, "capture\n", 8, MSG_NOSIGNAL) < 0)
    return FALSE;
  while ((n = recv (self->ask_fd, text, sizeof text - 1, 0)) > 0) {
    const char *line;

    text[n] = '\0';
    line = strstr (text, "decide ");
    if (line != NULL)
      return sscanf (line, "decide %d %d %u %u", &ret_answer->skip, &ret_answer->key,
                 &ret_answer->kbps, &ret_answer->vbv_ms)
          == 4;
  }
  return FALSE;
}

static void
ask_encoder_for_key (Source *self, GstElement *encoder)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (encoder, "src");

  self->asks_for_key = TRUE;
  gst_pad_send_event (pad,
      gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  self->asks_for_key = FALSE;
}

/* FALSE: the picture is not to be encoded. */
static gboolean
steer (Source *self, GstElement *encoder)
{
  Answer answer;

  if (!ask (self, &answer))
    return TRUE;
  g_object_set (encoder, "bitrate", MAX ((guint) (answer.kbps * PAYLOAD_PART), 1), NULL);
  g_object_set (encoder, "vbv-buf-capacity", answer.vbv_ms, NULL);
  if (answer.key)
    ask_encoder_for_key (self, encoder);
  return !answer.skip;
}

/* --- the encoder --- */

static gboolean
read_number (Source *self, GstBuffer *buffer, guint32 *ret_number)
{
  GstVideoRectangle whole = { 0, 0, GST_VIDEO_INFO_WIDTH (&self->info),
    GST_VIDEO_INFO_HEIGHT (&self->info) };
  GstVideoFrame frame;
  gboolean found;

  if (!gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READ))
    return FALSE;
  found = cast_stamp_read (&frame, &whole, ret_number);
  gst_video_frame_unmap (&frame);
  return found;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Source *self = user_data;
  GstElement *encoder = GST_ELEMENT (GST_PAD_PARENT (pad));
  Capture capture = { 0 };

  if (!read_number (self, GST_PAD_PROBE_INFO_BUFFER (info), &capture.number)) {
    cast_program_fail (&self->program, "a picture at the encoder has no number");
    return GST_PAD_PROBE_DROP;
  }
  if (self->ask_fd >= 0 && !steer (self, encoder))
    return GST_PAD_PROBE_DROP;
  g_mutex_lock (&self->lock);
  if (capture.number < self->captures->len)
    capture.at_us = g_array_index (self->captures, gint64, capture.number);
  g_array_append_val (self->inside, capture);
  g_mutex_unlock (&self->lock);
  return GST_PAD_PROBE_OK;
}

/* The same unit with a mark in it. */
static GstBuffer *
mark (GstBuffer *buffer, const CastMark *mark)
{
  GstMapInfo map;
  gsize offset;
  GstBuffer *head, *rest;

  gst_buffer_map (buffer, &map, GST_MAP_READ);
  offset = cast_mark_get_offset (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  head = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, 0, offset);
  rest = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, offset, -1);
  head = gst_buffer_append (head, gst_buffer_new_wrapped_bytes (cast_mark_write (mark)));
  return gst_buffer_append (head, rest);
}

static GstPadProbeReturn
on_unit (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Source *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  CastMark got = { .is_key = !GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT) };
  guint kbps = 0;

  g_object_get (GST_PAD_PARENT (pad), "bitrate", &kbps, NULL);
  g_mutex_lock (&self->lock);
  if (self->inside->len > 0) {
    const Capture *capture = &g_array_index (self->inside, Capture, 0);

    got.unit = self->n_units++;
    got.capture = capture->number;
    got.captured_us = capture->at_us;
    g_array_remove_index (self->inside, 0);
  }
  info->data = mark (buffer, &got);
  fprintf (self->log, "unit,%u,%u,%" G_GINT64_FORMAT ",%" G_GSIZE_FORMAT ",%d,%u\n", got.unit,
      got.capture, g_get_monotonic_time (), gst_buffer_get_size (info->data), got.is_key, kbps);
  g_mutex_unlock (&self->lock);
  gst_buffer_unref (buffer);
  return GST_PAD_PROBE_OK;
}

/* The controller says when there is a key picture. */
static GstPadProbeReturn
on_request (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Source *self = user_data;

  if (self->asks_for_key || !gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;
  if (send (self->ask_fd, "key\n", 4, MSG_NOSIGNAL) < 0)
    return GST_PAD_PROBE_OK;
  return GST_PAD_PROBE_DROP;
}

static void
add_probe (Source *self, GstElement *element, const char *name, GstPadProbeType type,
    GstPadProbeCallback callback)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, type, callback, self, NULL);
}

static void
watch_element (Source *self, GstElement *element)
{
  const char *klass = gst_element_get_metadata (element, GST_ELEMENT_METADATA_KLASS);

  if (GST_IS_BIN (element) || klass == NULL || strstr (klass, "Encoder/Video") == NULL)
    return;
  g_mutex_lock (&self->lock);
  g_array_set_size (self->inside, 0);
  gst_object_replace ((GstObject **) &self->encoder, GST_OBJECT (element));
  g_mutex_unlock (&self->lock);
  add_probe (self, element, "sink", GST_PAD_PROBE_TYPE_BUFFER, on_picture);
  add_probe (self, element, "src", GST_PAD_PROBE_TYPE_BUFFER, on_unit);
  if (self->ask_fd >= 0)
    add_probe (self, element, "src", GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_request);
}

static void
on_element_added (GstBin *pipeline, GstBin *bin, GstElement *element, gpointer user_data)
{
  watch_element (user_data, element);
}

static void
on_element (const GValue *item, gpointer user_data)
{
  watch_element (user_data, g_value_get_object (item));
}

/* --- the pipeline --- */

static gboolean
make_pipeline (Source *self, GError **error)
{
  g_autoptr (GstCaps) caps = NULL;
  GstIterator *elements;

  if (!cast_program_open (&self->program, options.pipeline, error))
    return FALSE;
  self->capture = gst_bin_get_by_name (GST_BIN (self->program.pipeline), "capture");
  if (self->capture == NULL) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "nothing is called capture");
    return FALSE;
  }
  gst_video_info_set_format (&self->info, GST_VIDEO_FORMAT_I420, options.width, options.height);
  self->info.fps_n = options.fps;
  self->info.fps_d = 1;
  caps = gst_video_info_to_caps (&self->info);
  g_object_set (self->capture, "caps", caps, "is-live", TRUE, "format", GST_FORMAT_TIME, NULL);
  g_signal_connect (self->program.pipeline, "deep-element-added", G_CALLBACK (on_element_added),
      self);
  elements = gst_bin_iterate_recurse (GST_BIN (self->program.pipeline));
  gst_iterator_foreach (elements, on_element, self);
  gst_iterator_free (elements);
  return TRUE;
}

/* The file is there once somebody can connect, which others wait for. */
static gboolean
open_log (Source *self, GError **error)
{
  self->log = fopen (options.log, "w");
  if (self->log == NULL)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", options.log,
        g_strerror (errno));
  return self->log != NULL;
}

static gboolean
run (Source *self, GError **error)
{
  GThread *thread;

  gst_element_set_state (self->program.pipeline, GST_STATE_PLAYING);
  if (open_log (self, error)) {
    thread = g_thread_new ("capture", capture, self);
    g_main_loop_run (self->program.loop);
    g_atomic_int_set (&self->is_over, TRUE);
    g_thread_join (thread);
  }
  gst_element_set_state (self->program.pipeline, GST_STATE_NULL);
  if (self->log != NULL)
    fclose (self->log);
  return self->log != NULL;
}

static gboolean
prepare (Source *self, GError **error)
{
  CastModelConfig model = { options.screen ? SIM_CONTENT_SCREEN : SIM_CONTENT_FILM, options.seed };

  if (options.pipeline == NULL || options.log == NULL) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
        "--pipeline and --log are needed");
    return FALSE;
  }
  if (options.model)
    cast_model_register (&model);
  else
    self->film = cast_film_new (options.fps);
  if (options.ask != NULL && !connect_ask (self)) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", options.ask,
        g_strerror (errno));
    return FALSE;
  }
  return make_pipeline (self, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Source self = { .program = { .name = "rate-source" }, .ask_fd = -1 };

  g_mutex_init (&self.lock);
  self.inside = g_array_new (FALSE, FALSE, sizeof (Capture));
  self.captures = g_array_new (FALSE, FALSE, sizeof (gint64));
  if (!cast_program_init (&self.program, "- a source whose pictures are counted", entries, &argc,
          &argv, &error)
      || !prepare (&self, &error) || !run (&self, &error)) {
    fprintf (stderr, "rate-source: %s\n", error->message);
    return EXIT_FAILURE;
  }
  return self.program.status;
}
