/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-model.h"

#include <gst/pbutils/pbutils.h>
#include <gst/video/gstvideoencoder.h>

#include "cast-unit.h"

#define ENCODE_US 5000
#define ENCODE_SPREAD_US 1000
#define DEFAULT_KBPS 2048
#define DEFAULT_VBV_MS 600
/* Captures that came and never reached the encoder, at most. */
#define MAX_MISSED 1000

#define CAST_TYPE_MODEL (cast_model_get_type ())
G_DECLARE_FINAL_TYPE (CastModel, cast_model, CAST, MODEL, GstVideoEncoder)

struct _CastModel
{
  GstVideoEncoder parent;

  gint bitrate_kbps; /* atomic */
  gint vbv_ms;       /* atomic */
  guint key_int_max;

  /* Of the streaming thread. */
  SimEncoder sizes;
  SimRandom random;
  CastUnits units;
  GstClockTime interval;
  GstClockTime last_pts;
  guint since_key;
};

G_DEFINE_FINAL_TYPE (CastModel, cast_model, GST_TYPE_VIDEO_ENCODER)

/* Whoever makes the element knows nothing of it. */
static CastModelConfig the_config;

enum
{
  PROP_BITRATE = 1,
  PROP_VBV,
  PROP_KEY_INT_MAX,
};

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK,
    GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw, format = I420"));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
        GST_STATIC_CAPS ("video/x-h264, stream-format = byte-stream, alignment = au, "
                         "profile = constrained-baseline"));

/* As x264enc does: the level that is wanted behind it, if there is one. */
static const char *
get_wanted_level (GstVideoEncoder *encoder)
{
  g_autoptr (GstCaps) allowed = gst_pad_get_allowed_caps (encoder->srcpad);
  const char *level = NULL;

  if (allowed != NULL && !gst_caps_is_empty (allowed) && !gst_caps_is_any (allowed))
    level = gst_structure_get_string (gst_caps_get_structure (allowed, 0), "level");
  return g_intern_string (level != NULL ? level : "4.2");
}

static gboolean
model_set_format (GstVideoEncoder *encoder, GstVideoCodecState *state)
{
  CastModel *self = CAST_MODEL (encoder);
  const GstVideoInfo *info = &state->info;
  const char *level = get_wanted_level (encoder);
  SimSettings start = { self->bitrate_kbps, self->vbv_ms };
  g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (&src_template);
  GstVideoCodecState *output;

  self->interval = gst_util_uint64_scale (GST_SECOND, MAX (info->fps_d, 1), MAX (info->fps_n, 1));
  sim_encoder_init (&self->sizes, self->interval / (double) GST_MSECOND, the_config.content, 0,
      &start, the_config.seed);
  self->random.state = the_config.seed + 1;
  cast_units_init (&self->units, info->width, info->height,
      gst_codec_utils_h264_get_level_idc (level));
  self->last_pts = GST_CLOCK_TIME_NONE;
  caps = gst_caps_make_writable (g_steal_pointer (&caps));
  gst_caps_set_simple (caps, "level", G_TYPE_STRING, level, NULL);
  output = gst_video_encoder_set_output_state (encoder, g_steal_pointer (&caps), state);
  gst_video_codec_state_unref (output);
  return gst_video_encoder_negotiate (encoder);
}

/* Scenes go on while nothing is encoded. */
static void
pass_captures (CastModel *self, GstClockTime pts)
{
  guint n = 1;

  if (GST_CLOCK_TIME_IS_VALID (self->last_pts) && pts > self->last_pts)
    n = (pts - self->last_pts + self->interval / 2) / self->interval;
  for (guint i = 0; i < CLAMP (n, 1, MAX_MISSED); i++)
    sim_encoder_capture (&self->sizes);
  self->last_pts = pts;
}

static gboolean
is_key (CastModel *self, GstVideoCodecFrame *frame)
{
  gboolean key = self->units.n_keys == 0 || GST_VIDEO_CODEC_FRAME_IS_FORCE_KEYFRAME (frame)
      || (self->key_int_max > 0 && self->since_key >= self->key_int_max);

  self->since_key = key ? 1 : self->since_key + 1;
  return key;
}

static GstFlowReturn
model_handle_frame (GstVideoEncoder *encoder, GstVideoCodecFrame *frame)
{
  CastModel *self = CAST_MODEL (encoder);
  gint64 ready_us = g_get_monotonic_time () + ENCODE_US
      + sim_random_between (&self->random, -1, 1) * ENCODE_SPREAD_US;
  SimSettings settings = { g_atomic_int_get (&self->bitrate_kbps),
    g_atomic_int_get (&self->vbv_ms) };
  gboolean key = is_key (self, frame);
  g_autoptr (GBytes) unit = NULL;
  gint64 left_us;
  guint bytes;

  sim_encoder_tell (&self->sizes, &settings);
  pass_captures (self, frame->pts);
  bytes = sim_encoder_encode (&self->sizes, key, frame->pts / GST_MSECOND);
  unit = g_byte_array_free_to_bytes (cast_units_write (&self->units, key, bytes));
  frame->output_buffer = gst_buffer_new_wrapped_bytes (unit);
  if (key)
    GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT (frame);
  left_us = ready_us - g_get_monotonic_time ();
  g_usleep (MAX (left_us, 0));
  return gst_video_encoder_finish_frame (encoder, frame);
}

static void
model_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CastModel *self = CAST_MODEL (object);

  if (id == PROP_BITRATE)
    g_atomic_int_set (&self->bitrate_kbps, g_value_get_uint (value));
  else if (id == PROP_VBV)
    g_atomic_int_set (&self->vbv_ms, g_value_get_uint (value));
  else
    self->key_int_max = g_value_get_uint (value);
}

static void
model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  CastModel *self = CAST_MODEL (object);

  if (id == PROP_BITRATE)
    g_value_set_uint (value, g_atomic_int_get (&self->bitrate_kbps));
  else if (id == PROP_VBV)
    g_value_set_uint (value, g_atomic_int_get (&self->vbv_ms));
  else
    g_value_set_uint (value, self->key_int_max);
}

static void
install (GObjectClass *klass, guint id, const char *name, const char *blurb, guint number)
{
  g_object_class_install_property (klass, id,
      g_param_spec_uint (name, name, blurb, 0, G_MAXINT32, number,
          G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS
              | GST_PARAM_MUTABLE_PLAYING));
}

static void
cast_model_class_init (CastModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstVideoEncoderClass *encoder_class = GST_VIDEO_ENCODER_CLASS (klass);

  object_class->set_property = model_set_property;
  object_class->get_property = model_get_property;
  install (object_class, PROP_BITRATE, "bitrate", "kbit/s", DEFAULT_KBPS);
  install (object_class, PROP_VBV, "vbv-buf-capacity", "Milliseconds of the buffer",
      DEFAULT_VBV_MS);
  install (object_class, PROP_KEY_INT_MAX, "key-int-max", "Pictures between two IDR, 0: none", 0);
  encoder_class->set_format = model_set_format;
  encoder_class->handle_frame = model_handle_frame;
  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Encoder of modelled sizes",
      "Codec/Encoder/Video", "Makes pictures as large as an encoder would", "gst-wfd");
}

static void
cast_model_init (CastModel *self)
{
}

gboolean
cast_model_register (const CastModelConfig *config)
{
  the_config = *config;
  return gst_element_register (NULL, "x264enc", GST_RANK_PRIMARY, CAST_TYPE_MODEL);
}
