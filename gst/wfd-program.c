/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-program.h"

#include "wfd-make.h"

/* The numbers that a source has to use (WFD 2.1 annex D.4.2). */
#define PID_PMT 0x0100
#define PAD_VIDEO "sink_4113"
#define PAD_AUDIO "sink_4352"

/* PAT, PMT and PCR come with pictures, of which the slowest mode has 24 in a
 * second, and each has to come within 100 ms (WFD 2.1 annex D.4.2). In ticks
 * of 90 kHz. */
#define TABLE_INTERVAL (90 * 55)
#define PCR_INTERVAL (90 * 30)

#define AUDIO_BITRATE_KBPS 128
/* Between an encoder and the multiplexer, which waits for the other stream. */
#define QUEUE_TIME GST_SECOND

#define H264_CAPS "video/x-h264, stream-format=(string)byte-stream, alignment=(string)au"
#define AAC_CAPS "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts"

struct _WfdProgram
{
  GstBin parent;

  const WfdEncoder *row; /* of the video encoder */
  GstElement *encoder;   /* NULL: the video comes coded */
  GstElement *mux;
};

/* The elements of one stream, each linked to the one before. */
typedef struct
{
  WfdProgram *program;
  GstElement *first;
  GstElement *last;
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
  return chain_link (self, wfd_make_element (GST_BIN (self->program), factory, self->error));
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
chain_add_filter_text (Chain *self, const char *text)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (text);

  return chain_add_filter (self, caps);
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

/* A second of each stream may wait until the other one is there. */
static gboolean
chain_add_queue (Chain *self)
{
  if (!chain_add (self, "queue"))
    return FALSE;
  g_object_set (self->last, "max-size-buffers", 0, "max-size-bytes", 0, "max-size-time", QUEUE_TIME,
      NULL);
  return TRUE;
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

static gboolean
chain_add_converter (Chain *self)
{
  if (!chain_add (self, "deinterlace") || !chain_add (self, "videoconvertscale"))
    return FALSE;
  g_object_set (self->last, "add-borders", TRUE, NULL);
  return TRUE;
}

/* Puts in what a decoder that begins in the middle needs, and the delimiters
 * that some encoders leave out. */
static gboolean
chain_add_parser (Chain *self)
{
  if (!chain_add (self, "h264parse"))
    return FALSE;
  g_object_set (self->last, "config-interval", -1, "disable-passthrough", TRUE, NULL);
  return chain_add_filter_text (self, H264_CAPS);
}

static gboolean
chain_add_video (Chain *self, const WfdProgramConfig *config)
{
  const WfdEncoder *row = config->video_encoder;
  g_autoptr (GstCaps) raw = NULL;

  if (row == NULL)
    return TRUE;

  raw = wfd_encoder_get_raw_caps (row, &config->format);
  if (!chain_add_rate (self, config->video_live) || !chain_add_converter (self)
      || !chain_add_filter (self, raw) || !chain_add_encoder (self, row, &config->format)
      || !chain_add_parser (self))
    return FALSE;
  return TRUE;
}

static gboolean
chain_add_audio (Chain *self, const WfdProgramConfig *config)
{
  const WfdEncoder *row = config->audio_encoder;
  WfdEncoderConfig format = config->format;
  g_autoptr (GstCaps) raw = NULL;

  if (row == NULL)
    return TRUE;

  format.bitrate_kbps = AUDIO_BITRATE_KBPS;
  raw = wfd_encoder_get_raw_caps (row, &format);
  return chain_add (self, "audioconvert") && chain_add (self, "audioresample")
      && chain_add_filter (self, raw) && chain_add_encoder (self, row, &format)
      && chain_add (self, "aacparse") && chain_add_filter_text (self, AAC_CAPS);
}

static void
add_ghost (WfdProgram *self, const char *name, GstElement *element, const char *pad_name)
{
  g_autoptr (GstPad) target = gst_element_get_static_pad (element, pad_name);

  gst_element_add_pad (GST_ELEMENT (self), gst_ghost_pad_new (name, target));
}

/* Ends the chain at the multiplexer and begins it at a pad of the bin. */
static gboolean
chain_finish (Chain *self, const char *name, const char *mux_pad)
{
  if (!chain_add_queue (self))
    return FALSE;
  gst_element_link_pads (self->last, "src", self->program->mux, mux_pad);
  add_ghost (self->program, name, self->first, "sink");
  return TRUE;
}

/* One program; the clock is that of the video if there is one. A plain int as
 * PMT_1 is ignored. */
static GstStructure *
create_program_map (const WfdProgramConfig *config)
{
  GstStructure *map = gst_structure_new ("program_map", "PMT_1", G_TYPE_UINT, PID_PMT, "PCR_1",
      G_TYPE_STRING, config->video ? PAD_VIDEO : PAD_AUDIO, NULL);

  if (config->video)
    gst_structure_set (map, PAD_VIDEO, G_TYPE_INT, 1, NULL);
  if (config->audio)
    gst_structure_set (map, PAD_AUDIO, G_TYPE_INT, 1, NULL);
  return map;
}

/* With alignment 0 what belongs to a frame leaves at once, as a list. */
static gboolean
add_mux (WfdProgram *self, const WfdProgramConfig *config, GError **error)
{
  g_autoptr (GstStructure) map = create_program_map (config);

  self->mux = wfd_make_element (GST_BIN (self), "mpegtsmux", error);
  if (self->mux == NULL)
    return FALSE;
  g_object_set (self->mux, "alignment", 0, "prog-map", map, "pat-interval", TABLE_INTERVAL,
      "pmt-interval", TABLE_INTERVAL, "pcr-interval", PCR_INTERVAL, NULL);
  gst_util_set_object_arg (G_OBJECT (self->mux), "start-time-selection", "first");
  add_ghost (self, "src", self->mux, "src");
  return TRUE;
}

static gboolean
build_video (WfdProgram *self, const WfdProgramConfig *config, GError **error)
{
  Chain chain = { .program = self, .error = error };

  return !config->video
      || (chain_add_video (&chain, config) && chain_finish (&chain, "video", PAD_VIDEO));
}

static gboolean
build_audio (WfdProgram *self, const WfdProgramConfig *config, GError **error)
{
  Chain chain = { .program = self, .error = error };

  return !config->audio
      || (chain_add_audio (&chain, config) && chain_finish (&chain, "audio", PAD_AUDIO));
}

WfdProgram *
wfd_program_new (const WfdProgramConfig *config, GError **error)
{
  g_autoptr (WfdProgram) self = g_object_ref_sink (g_object_new (WFD_TYPE_PROGRAM, NULL));

  if (!add_mux (self, config, error) || !build_video (self, config, error)
      || !build_audio (self, config, error))
    return NULL;

  g_object_force_floating (G_OBJECT (self));
  return g_steal_pointer (&self);
}

void
wfd_program_set_bitrate (WfdProgram *self, guint bitrate_kbps)
{
  if (self->encoder != NULL)
    wfd_encoder_set_bitrate (self->row, self->encoder, bitrate_kbps);
}

static void
wfd_program_class_init (WfdProgramClass *klass)
{
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Wi-Fi Display program",
      "Codec/Muxer", "Encodes what a session sends and puts it into MPEG-TS", "gst-wfd");
}

static void
wfd_program_init (WfdProgram *self)
{
}
