/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline that shows, of which every unit is written down that comes to the element
 * "units". With --ssim the pictures that come to "show" are compared with the film,
 * as a viewer has it who wants each picture within the deadline of its capture. Ends on
 * SIGTERM. */
#include <cast-stamp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cast-picture.h"
#include "cast-program.h"
#include "cast-unit.h"

#define DEADLINE_US (100 * 1000)

typedef struct
{
  char *pipeline;
  char *log;
  char *ssim;
  gint fps;
} Options;

static Options options = { .fps = 30 };

static const GOptionEntry entries[] = {
  { "pipeline", 0, 0, G_OPTION_ARG_STRING, &options.pipeline, "With an element called units",
      "TEXT" },
  { "log", 0, 0, G_OPTION_ARG_FILENAME, &options.log, "A line for each unit", "FILE" },
  { "ssim", 0, 0, G_OPTION_ARG_FILENAME, &options.ssim,
      "A line for each capture, how similar it is", "FILE" },
  { "fps", 0, 0, G_OPTION_ARG_INT, &options.fps, "Captures a second, of the film (30)", "N" },
  { NULL },
};

typedef struct
{
  CastProgram program;
  FILE *log;
  FILE *ssim;

  GMutex lock;
  GHashTable *late; /* with the lock: numbers of captures that came too late */

  /* Of the thread of "show". */
  GstCaps *caps;
  GstVideoInfo info;
  CastFilm *film;
  GstBuffer *scratch; /* a picture of the film */
  GstBuffer *shown;   /* (nullable) */
  guint32 shown_number;
} Sink;

/* --- units --- */

static void
note_unit (Sink *self, const CastMark *mark, gsize bytes, gint64 now_us)
{
  fprintf (self->log, "%" G_GINT64_FORMAT ",%u,%u,%" G_GINT64_FORMAT ",%" G_GSIZE_FORMAT ",%d\n",
      now_us, mark->unit, mark->capture, mark->captured_us, bytes, mark->is_key);
  if (now_us - mark->captured_us <= DEADLINE_US)
    return;
  g_mutex_lock (&self->lock);
  g_hash_table_add (self->late, GUINT_TO_POINTER (mark->capture));
  g_mutex_unlock (&self->lock);
}

static GstPadProbeReturn
on_unit (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gint64 now_us = g_get_monotonic_time ();
  GstMapInfo map;
  CastMark mark;

  if (!gst_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), &map, GST_MAP_READ))
    return GST_PAD_PROBE_OK;
  if (cast_mark_find (map.data, map.size, &mark))
    note_unit (user_data, &mark, map.size, now_us);
  gst_buffer_unmap (GST_PAD_PROBE_INFO_BUFFER (info), &map);
  return GST_PAD_PROBE_OK;
}

/* --- pictures --- */

static gboolean
update_info (Sink *self, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps == NULL || !gst_video_info_from_caps (&self->info, caps))
    return FALSE;
  if (gst_caps_replace (&self->caps, caps) || self->scratch == NULL) {
    gst_clear_buffer (&self->scratch);
    self->scratch = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (&self->info), NULL);
  }
  return GST_VIDEO_INFO_FORMAT (&self->info) == GST_VIDEO_FORMAT_I420;
}

static gboolean
read_number (Sink *self, GstBuffer *buffer, guint32 *ret_number)
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

/* What the viewer sees in the place of capture @number. */
static void
compare (Sink *self, guint32 number, GstBuffer *seen)
{
  GstVideoFrame film, frame;

  if (!gst_video_frame_map (&frame, &self->info, seen, GST_MAP_READ))
    return;
  gst_video_frame_map (&film, &self->info, self->scratch, GST_MAP_READWRITE);
  cast_film_render (self->film, number, &film);
  fprintf (self->ssim, "%u,%.5f\n", number, cast_ssim (&film, &frame));
  gst_video_frame_unmap (&film);
  gst_video_frame_unmap (&frame);
}

static gboolean
was_late (Sink *self, guint32 number)
{
  gboolean late;

  g_mutex_lock (&self->lock);
  late = g_hash_table_contains (self->late, GUINT_TO_POINTER (number));
  g_mutex_unlock (&self->lock);
  return late;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Sink *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  guint32 number;

  if (!update_info (self, pad) || !read_number (self, buffer, &number))
    return GST_PAD_PROBE_OK;
  if (self->shown != NULL && number > self->shown_number) {
    for (guint32 i = self->shown_number + 1; i < number; i++)
      compare (self, i, self->shown);
    compare (self, number, was_late (self, number) ? self->shown : buffer);
  }
  gst_buffer_replace (&self->shown, buffer);
  self->shown_number = number;
  return GST_PAD_PROBE_OK;
}

/* --- the pipeline --- */

static gboolean
watch (Sink *self, const char *name, GstPadProbeCallback callback)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (self->program.pipeline), name);
  g_autoptr (GstPad) pad = element != NULL ? gst_element_get_static_pad (element, "sink") : NULL;

  return pad != NULL
      && gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, self, NULL) != 0;
}

static gboolean
prepare (Sink *self, GError **error)
{
  if (options.pipeline == NULL || !cast_program_open (&self->program, options.pipeline, error))
    return FALSE;
  self->log = options.log != NULL ? fopen (options.log, "w") : NULL;
  self->ssim = options.ssim != NULL ? fopen (options.ssim, "w") : NULL;
  if (options.ssim != NULL)
    self->film = cast_film_new (options.fps);
  return self->log != NULL && watch (self, "units", on_unit)
      && (options.ssim == NULL || (self->ssim != NULL && watch (self, "show", on_picture)));
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Sink self = { .program = { .name = "rate-sink", .may_end = TRUE } };

  g_mutex_init (&self.lock);
  self.late = g_hash_table_new (NULL, NULL);
  if (!cast_program_init (&self.program, "- a sink whose pictures are counted", entries, &argc,
          &argv, &error)
      || !prepare (&self, &error)) {
    fprintf (stderr, "rate-sink: %s\n",
        error != NULL ? error->message : "--pipeline with what is looked at and --log are needed");
    return EXIT_FAILURE;
  }
  gst_element_set_state (self.program.pipeline, GST_STATE_PLAYING);
  g_main_loop_run (self.program.loop);
  gst_element_set_state (self.program.pipeline, GST_STATE_NULL);
  fclose (self.log);
  if (self.ssim != NULL)
    fclose (self.ssim);
  return self.program.status;
}
