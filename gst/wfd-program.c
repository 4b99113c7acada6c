/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-program.h"

#include "wfd-captures.h"
#include "wfd-element.h"

#define AUDIO_BITRATE_KBPS 128

struct _WfdProgram
{
  GstBin parent;

  const WfdEncoder *row;   /* of the video encoder */
  GstElement *encoder;     /* NULL: the video comes coded */
  WfdEncoderConfig config; /* of the video */
  WfdCaptures *captures;   /* NULL: the bit rate is not controlled */
  WfdTrail *trail;         /* NULL: nobody wants to know */
};

/* The elements of one stream, each linked to the one before. */
typedef struct
{
  WfdProgram *program;
  GstElement *first;
  GstElement *last;
  GstElement *at_rate; /* the first that gets pictures at the rate at which they are sent */
  GError **error;
} Chain;

G_DEFINE_FINAL_TYPE (WfdProgram, wfd_program, GST_TYPE_BIN)

/* Takes @element, which is in the bin; NULL, if it could not be made. */
static gboolean
chain_link (Chain *self, GstElement *element)
{
  if (element == NULL)
    return FALSE;
  if (self->first == NULL)
    self->first = element;
  else
    gst_element_link (self->last, element);
  self->last = element;
  return TRUE;
}

static gboolean
chain_add (Chain *self, const char *factory)
{
  return chain_link (self, wfd_element_make (GST_BIN (self->program), factory, self->error));
}

static gboolean
chain_add_filter (Chain *self, GstCaps *caps)
{
  if (!chain_add (self, "capsfilter"))
    return FALSE;
  g_object_set (self->last, "caps", caps, NULL);
  return TRUE;
}

static gboolean
chain_add_encoder (Chain *self, const WfdEncoder *row, const WfdEncoderConfig *config)
{
  GstElement *encoder = wfd_encoder_make (row, config);
  g_autoptr (GstCaps) coded = wfd_encoder_get_coded_caps (row, config);

  if (encoder == NULL) {
    g_set_error (self->error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "The encoder \"%s\" is missing; install %s", row->factory, row->package);
    return FALSE;
  }
  gst_bin_add (GST_BIN (self->program), encoder);
  if (row->kind == WFD_ENCODER_H264) {
    self->program->row = row;
    self->program->encoder = encoder;
  }
  return chain_link (self, encoder) && chain_add_filter (self, coded);
}

/* Live pictures come at the right rate; of a file they have to be repeated or
 * left out, beginning with the first one that comes and not at time 0. */
static gboolean
chain_add_rate (Chain *self, gboolean live)
{
  if (live)
    return TRUE;
  if (!chain_add (self, "videorate"))
    return FALSE;
  g_object_set (self->last, "skip-to-first", TRUE, NULL);
  return TRUE;
}

/* In front of what sets the rate, for it makes a picture of each field.
 * Live pictures have their rate already and keep it. */
static gboolean
chain_add_deinterlacer (Chain *self, gboolean live)
{
  if (!chain_add (self, "deinterlace"))
    return FALSE;
  gst_util_set_object_arg (G_OBJECT (self->last), "fields", live ? "top" : "all");
  return TRUE;
}

static gboolean
chain_add_converter (Chain *self)
{
  if (!chain_add (self, "videoconvertscale"))
    return FALSE;
  self->at_rate = self->last;
  g_object_set (self->last, "add-borders", TRUE, NULL);
  return TRUE;
}

/* Coded streams pass through. */
static gboolean
chain_pass (Chain *self)
{
  if (!chain_add (self, "identity"))
    return FALSE;
  self->at_rate = self->last;
  return TRUE;
}

static gboolean
chain_add_video (Chain *self, const WfdProgramConfig *config)
{
  const WfdEncoder *row = config->video_encoder;
  g_autoptr (GstCaps) raw = NULL;

  if (row == NULL)
    return chain_pass (self);

  raw = wfd_encoder_get_raw_caps (row, &config->format);
  return chain_add_deinterlacer (self, config->video_live)
      && chain_add_rate (self, config->video_live) && chain_add_converter (self)
      && chain_add_filter (self, raw) && chain_add_encoder (self, row, &config->format);
}

static GstCaps *
new_lpcm_caps (const WfdEncoderConfig *format)
{
  return gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, "S16LE", "layout",
      G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, (gint) format->audio_rate_hz, "channels",
      G_TYPE_INT, (gint) format->audio_channels, NULL);
}

static gboolean
chain_add_audio (Chain *self, const WfdProgramConfig *config)
{
  const WfdEncoder *row = config->audio_encoder;
  WfdEncoderConfig format = config->format;
  g_autoptr (GstCaps) raw = NULL;

  if (row == NULL && !config->audio_lpcm)
    return chain_pass (self);

  format.bitrate_kbps = AUDIO_BITRATE_KBPS * format.audio_channels / 2;
  raw = row != NULL ? wfd_encoder_get_raw_caps (row, &format) : new_lpcm_caps (&format);
  return chain_add (self, "audioconvert") && chain_add (self, "audioresample")
      && chain_add_filter (self, raw) && (row == NULL || chain_add_encoder (self, row, &format));
}

/* MPEG-TS and the headers add a tenth, to the frames of AAC some more. */
static guint
get_sound_kbps (const WfdProgramConfig *config)
{
  guint channels = config->format.audio_channels;
  guint kbps = config->audio_lpcm ? config->format.audio_rate_hz * channels * 16 / 1000
                                  : AUDIO_BITRATE_KBPS * channels / 2;

  return config->audio ? kbps * 11 / 10 : 0;
}

static void
control_video (Chain *self, const WfdProgramConfig *config)
{
  g_autoptr (GstPad) pictures = gst_element_get_static_pad (self->at_rate, "sink");
  g_autoptr (GstPad) coded = gst_element_get_static_pad (self->last, "src");
  const WfdCapturesConfig captures = {
    .element = GST_ELEMENT (self->program),
    .pictures = pictures,
    .coded = coded,
    .row = config->video_encoder,
    .encoder = self->program->encoder,
    .format = config->format,
    .can_shrink = config->can_shrink,
    .can_grow = config->can_grow,
    .other_kbps = get_sound_kbps (config),
    .rate = config->rate,
    .trail = self->program->trail,
  };

  self->program->captures = wfd_captures_new (&captures);
}

/* Before the control of the rate, which may leave a picture out that has begun. */
static void
follow_pictures (Chain *self, const WfdProgramConfig *config)
{
  g_autoptr (GstPad) captured = gst_element_get_static_pad (self->at_rate, "sink");
  g_autoptr (GstPad) scaled = gst_element_get_static_pad (self->program->encoder, "sink");
  g_autoptr (GstPad) coded = gst_element_get_static_pad (self->last, "src");

  self->program->trail = wfd_trail_new (&config->trail, captured, scaled, coded);
}

static gboolean
build_video (WfdProgram *self, const WfdProgramConfig *config, GError **error)
{
  Chain chain = { .program = self, .error = error };

  self->config = config->format;
  if (!chain_add_video (&chain, config))
    return FALSE;
  if (config->trail.func != NULL && self->encoder != NULL)
    follow_pictures (&chain, config);
  if (config->rate != NULL)
    control_video (&chain, config);
  wfd_element_add_ghost (GST_ELEMENT (self), "video", chain.first, "sink");
  wfd_element_add_ghost (GST_ELEMENT (self), "video_src", chain.last, "src");
  return TRUE;
}

static gboolean
build_audio (WfdProgram *self, const WfdProgramConfig *config, GError **error)
{
  Chain chain = { .program = self, .error = error };

  if (!chain_add_audio (&chain, config))
    return FALSE;
  wfd_element_add_ghost (GST_ELEMENT (self), "audio", chain.first, "sink");
  wfd_element_add_ghost (GST_ELEMENT (self), "audio_src", chain.last, "src");
  return TRUE;
}

WfdProgram *
wfd_program_new (const WfdProgramConfig *config, GError **error)
{
  g_autoptr (WfdProgram) self = g_object_ref_sink (g_object_new (WFD_TYPE_PROGRAM, NULL));

  if ((config->video && !build_video (self, config, error))
      || (config->audio && !build_audio (self, config, error)))
    return NULL;

  g_object_force_floating (G_OBJECT (self));
  return g_steal_pointer (&self);
}

void
wfd_program_set_bitrate (WfdProgram *self, guint bitrate_kbps)
{
  g_autoptr (GstPad) video = gst_element_get_static_pad (GST_ELEMENT (self), "video");
  WfdEncoderConfig config = self->config;

  if (self->captures != NULL)
    return;
  config.bitrate_kbps = bitrate_kbps;
  if (self->encoder != NULL)
    wfd_encoder_set_bitrate (self->row, self->encoder, &config);
  else if (video != NULL)
    wfd_captures_suggest (video, MIN (bitrate_kbps, wfd_encoder_get_limit (NULL, &self->config)));
}

static void
wfd_program_finalize (GObject *object)
{
  WfdProgram *self = WFD_PROGRAM (object);

  wfd_captures_free (self->captures);
  wfd_trail_free (self->trail);
  G_OBJECT_CLASS (wfd_program_parent_class)->finalize (object);
}

static void
wfd_program_class_init (WfdProgramClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wfd_program_finalize;
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Wi-Fi Display program",
      "Codec", "Encodes what a session sends", "gst-wfd");
}

static void
wfd_program_init (WfdProgram *self)
{
}
