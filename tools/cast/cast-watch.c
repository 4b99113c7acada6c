/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-watch.h"

#include "cast-stamp.h"

/* Samples of the luma per line and per column that are compared. */
#define GRID_COLUMNS 160
#define GRID_ROWS 90
/* An encoder changes what stands still by less than this. */
#define MOVED_LUMA 24
/* Of the samples: the rest is noise. */
#define MOVED_SAMPLES 4
/* A picture whose luma spreads less than this shows nothing. */
#define BLANK_LUMA 8
#define PNG_TIMEOUT (10 * GST_SECOND)

/* A histogram. */
typedef struct
{
  guint64 count;
  guint32 max_us;
  guint32 steps[CAST_WATCH_MAX_STEPS];
} Delays;

struct _CastWatch
{
  GstPad *pad;
  GstPadChainFunction chain; /* of the element */
  gint sent_width, sent_height;

  GMutex lock;
  /* All below with the lock. */
  GstVideoInfo info;
  GstVideoRectangle content;
  gboolean has_info;
  GstCaps *caps;
  GstBuffer *last;
  GstClockTime first_pts, last_pts;
  CastFigures figures;
  Delays delays;
  guint8 grid[GRID_ROWS][GRID_COLUMNS];
};

static GQuark
get_quark (void)
{
  return g_quark_from_static_string ("cast-watch");
}

static void
delays_add (Delays *self, guint32 delay_us)
{
  self->count++;
  self->max_us = MAX (self->max_us, delay_us);
  self->steps[MIN (delay_us / CAST_WATCH_STEP_US, CAST_WATCH_MAX_STEPS - 1)]++;
}

static double
delays_get_quantile_ms (const Delays *self, double quantile)
{
  guint64 seen = 0, wanted = quantile * self->count;

  for (guint step = 0; step < CAST_WATCH_MAX_STEPS; step++) {
    seen += self->steps[step];
    if (seen > wanted)
      return (step + 0.5) * CAST_WATCH_STEP_US / 1000.0;
  }
  return self->max_us / 1000.0;
}

static void
delays_get (const Delays *self, CastDelay *ret_delay)
{
  *ret_delay = (CastDelay) {
    .count = self->count,
    .median_ms = delays_get_quantile_ms (self, 0.5),
    .p95_ms = delays_get_quantile_ms (self, 0.95),
    .max_ms = self->max_us / 1000.0,
  };
}

/* Where the picture that was sent is in one of another shape. */
static void
update_content (CastWatch *self)
{
  GstVideoRectangle frame = { 0, 0, GST_VIDEO_INFO_WIDTH (&self->info),
    GST_VIDEO_INFO_HEIGHT (&self->info) };
  GstVideoRectangle sent = { 0, 0, self->sent_width, self->sent_height };

  if (sent.w > 0 && sent.h > 0)
    gst_video_center_rect (&sent, &frame, &self->content, TRUE);
  else
    self->content = frame;
}

static void
update_caps (CastWatch *self)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (self->pad);

  if (caps == NULL || caps == self->caps)
    return;
  gst_caps_replace (&self->caps, caps);
  self->has_info = gst_video_info_from_caps (&self->info, caps);
  self->figures.width = GST_VIDEO_INFO_WIDTH (&self->info);
  self->figures.height = GST_VIDEO_INFO_HEIGHT (&self->info);
  gst_util_fraction_to_double (GST_VIDEO_INFO_FPS_N (&self->info),
      GST_VIDEO_INFO_FPS_D (&self->info), &self->figures.rate_hz);
  update_content (self);
}

static gboolean
is_inside (const GstVideoRectangle *area, gint x, gint y)
{
  return x >= area->x && x < area->x + area->w && y >= area->y && y < area->y + area->h;
}

static guint8
get_luma (GstVideoFrame *frame, gint x, gint y)
{
  const guint8 *data = GST_VIDEO_FRAME_COMP_DATA (frame, 0);

  return data[(gssize) y * GST_VIDEO_FRAME_COMP_STRIDE (frame, 0)
      + (gssize) x * GST_VIDEO_FRAME_COMP_PSTRIDE (frame, 0)];
}

/* Takes samples all over the picture and compares with those of the last. */
static void
look_for_motion (CastWatch *self, GstVideoFrame *frame)
{
  GstVideoRectangle stamp;
  guint8 min = 255, max = 0;
  guint changed = 0;

  cast_stamp_get_area (&self->content, &stamp);
  for (gint row = 0; row < GRID_ROWS; row++) {
    for (gint column = 0; column < GRID_COLUMNS; column++) {
      gint x = GST_VIDEO_FRAME_WIDTH (frame) * column / GRID_COLUMNS;
      gint y = GST_VIDEO_FRAME_HEIGHT (frame) * row / GRID_ROWS;
      guint8 *before = &self->grid[row][column], now = get_luma (frame, x, y);

      if (is_inside (&stamp, x, y))
        continue;
      changed += ABS ((gint) now - *before) > MOVED_LUMA;
      min = MIN (min, now);
      max = MAX (max, now);
      *before = now;
    }
  }
  self->figures.moved += self->figures.pictures > 0 && changed >= MOVED_SAMPLES;
  self->figures.blank += max - min < BLANK_LUMA;
}

static void
note_time (CastWatch *self, GstBuffer *buffer, gint64 now_us)
{
  if (self->figures.pictures == 0)
    self->figures.first_us = now_us;
  self->figures.last_us = now_us;
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return;
  if (!GST_CLOCK_TIME_IS_VALID (self->first_pts))
    self->first_pts = GST_BUFFER_PTS (buffer);
  self->last_pts = MAX (GST_BUFFER_PTS (buffer), self->first_pts);
  self->figures.media = self->last_pts - self->first_pts;
}

/* TRUE if there is a stamp in it. */
static gboolean
look (CastWatch *self, GstBuffer *buffer, guint32 *ret_stamp_us)
{
  GstVideoFrame frame;
  gboolean stamped;

  update_caps (self);
  if (!self->has_info || !gst_video_frame_map (&frame, &self->info, buffer, GST_MAP_READ))
    return FALSE;

  look_for_motion (self, &frame);
  stamped = cast_stamp_read (&frame, &self->content, ret_stamp_us);
  gst_video_frame_unmap (&frame);
  return stamped;
}

static GstFlowReturn
watch_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  CastWatch *self = g_object_get_qdata (G_OBJECT (pad), get_quark ());
  gint64 now_us = g_get_monotonic_time ();
  guint32 stamp_us = 0;
  gboolean stamped;
  GstFlowReturn flow;

  g_mutex_lock (&self->lock);
  stamped = look (self, buffer, &stamp_us);
  note_time (self, buffer, now_us);
  self->figures.pictures++;
  gst_buffer_replace (&self->last, buffer);
  g_mutex_unlock (&self->lock);

  flow = self->chain (pad, parent, buffer);

  if (stamped && flow == GST_FLOW_OK) {
    g_mutex_lock (&self->lock);
    delays_add (&self->delays, cast_stamp_get_age_us (stamp_us, g_get_monotonic_time ()));
    g_mutex_unlock (&self->lock);
  }
  return flow;
}

CastWatch *
cast_watch_new (GstPad *pad)
{
  CastWatch *self = g_new0 (CastWatch, 1);

  g_mutex_init (&self->lock);
  self->first_pts = self->last_pts = GST_CLOCK_TIME_NONE;
  self->pad = gst_object_ref (pad);
  self->chain = GST_PAD_CHAINFUNC (pad);
  g_object_set_qdata (G_OBJECT (pad), get_quark (), self);
  gst_pad_set_chain_function (pad, watch_chain);
  return self;
}

void
cast_watch_free (CastWatch *self)
{
  if (self == NULL)
    return;
  gst_pad_set_chain_function (self->pad, self->chain);
  gst_object_unref (self->pad);
  gst_buffer_replace (&self->last, NULL);
  gst_caps_replace (&self->caps, NULL);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
cast_watch_set_sent_size (CastWatch *self, gint width, gint height)
{
  self->sent_width = width;
  self->sent_height = height;
}

gint64
cast_watch_get_first_us (CastWatch *self)
{
  gint64 first_us;

  g_mutex_lock (&self->lock);
  first_us = self->figures.first_us;
  g_mutex_unlock (&self->lock);
  return first_us;
}

void
cast_watch_get_figures (CastWatch *self, CastFigures *ret_figures)
{
  g_mutex_lock (&self->lock);
  delays_get (&self->delays, &self->figures.delay);
  *ret_figures = self->figures;
  g_mutex_unlock (&self->lock);
}

static GstSample *
get_last_sample (CastWatch *self)
{
  GstSample *sample = NULL;

  g_mutex_lock (&self->lock);
  if (self->last != NULL && self->caps != NULL)
    sample = gst_sample_new (self->last, self->caps, NULL, NULL);
  g_mutex_unlock (&self->lock);
  return sample;
}

gboolean
cast_watch_save_picture (CastWatch *self, const char *path, GError **error)
{
  g_autoptr (GstSample) sample = get_last_sample (self), png = NULL;
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("image/png");
  GstMapInfo map;
  gboolean saved;

  if (sample == NULL) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, "There was no picture");
    return FALSE;
  }
  png = gst_video_convert_sample (sample, caps, PNG_TIMEOUT, error);
  if (png == NULL)
    return FALSE;
  gst_buffer_map (gst_sample_get_buffer (png), &map, GST_MAP_READ);
  saved = g_file_set_contents (path, (const char *) map.data, map.size, error);
  gst_buffer_unmap (gst_sample_get_buffer (png), &map);
  return saved;
}
