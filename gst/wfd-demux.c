/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-demux.h"

#include "wfd-make.h"

GST_DEBUG_CATEGORY_STATIC (wfd_demux_debug);
#define GST_CAT_DEFAULT wfd_demux_debug

/* A session has one picture and one sound. */
typedef enum
{
  KIND_VIDEO,
  KIND_AUDIO,
  N_KINDS,
} Kind;

static const char *const kind_names[N_KINDS] = { "video", "audio" };

struct _WfdDemux
{
  GstBin *bin; /* owns us and the elements */
  GstElement *tsdemux;
  guint group_id;
  char *upstream_id;

  GMutex lock;
  WfdStream *streams[N_KINDS]; /* with the lock; once there they stay */
  gboolean begun[N_KINDS];
};

static WfdStream *
get_stream (WfdDemux *self, Kind kind)
{
  WfdStream *stream;

  g_mutex_lock (&self->lock);
  stream = self->streams[kind];
  g_mutex_unlock (&self->lock);
  return stream;
}

/* The picture goes on: whoever waits for a sound that does not come must not
 * hold it up. Android stops sending audio when there is none, and
 * gnome-network-displays may agree on audio that it never sends. */
static void
on_moved (WfdStream *stream, GstClockTime pts, const GstSegment *segment, gpointer user_data)
{
  WfdDemux *self = user_data;
  WfdStream *audio = get_stream (self, KIND_AUDIO);

  if (audio != NULL && stream != audio)
    wfd_stream_fill (audio, pts, segment);
}

static gboolean
find_kind (GstPad *pad, Kind *ret_kind)
{
  for (Kind kind = 0; kind < N_KINDS; kind++) {
    if (g_str_has_prefix (GST_PAD_NAME (pad), kind_names[kind])) {
      *ret_kind = kind;
      return TRUE;
    }
  }
  return FALSE;
}

static void
on_pad_added (GstElement *tsdemux, GstPad *pad, WfdDemux *self)
{
  g_autoptr (GError) error = NULL;
  WfdStream *stream = NULL;
  Kind kind;

  if (find_kind (pad, &kind))
    stream = get_stream (self, kind);
  if (stream == NULL) {
    GST_INFO_OBJECT (pad, "was not agreed on, ignoring");
    return;
  }
  if (!wfd_stream_link (stream, pad, &error)) {
    GST_ELEMENT_WARNING (self->bin, STREAM, DECODE, ("%s.", error->message), (NULL));
    return;
  }
  gst_element_post_message (GST_ELEMENT (self->bin),
      gst_message_new_latency (GST_OBJECT (self->bin)));
}

/* The end reaches also the streams of which nothing ever came. */
static GstPadProbeReturn
on_input_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdDemux *self = user_data;

  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;

  for (Kind kind = 0; kind < N_KINDS; kind++) {
    WfdStream *stream = get_stream (self, kind);

    if (stream != NULL)
      wfd_stream_end (stream);
  }
  return GST_PAD_PROBE_OK;
}

WfdDemux *
wfd_demux_new (GstBin *bin, GError **error)
{
  g_autoptr (WfdDemux) self = g_new0 (WfdDemux, 1);
  g_autoptr (GstPad) sinkpad = NULL;

  GST_DEBUG_CATEGORY_INIT (wfd_demux_debug, "wfddemux", 0, "Demultiplexing in wfdsrc");
  g_mutex_init (&self->lock);
  self->bin = bin;
  self->group_id = gst_util_group_id_next ();
  self->upstream_id = g_strdup_printf ("wfd-%08x%08x", g_random_int (), g_random_int ());
  self->tsdemux = wfd_make_element (bin, "tsdemux", error);
  if (self->tsdemux == NULL)
    return NULL;

  /* Its latency is for stored files; the jitter buffer has done its work. */
  g_object_set (self->tsdemux, "latency", 0, NULL);
  g_signal_connect (self->tsdemux, "pad-added", G_CALLBACK (on_pad_added), self);
  sinkpad = gst_element_get_static_pad (self->tsdemux, "sink");
  gst_pad_add_probe (sinkpad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_input_event, self, NULL);
  return g_steal_pointer (&self);
}

void
wfd_demux_free (WfdDemux *self)
{
  if (self == NULL)
    return;
  wfd_remove_element (self->bin, self->tsdemux);
  for (Kind kind = 0; kind < N_KINDS; kind++)
    g_clear_pointer (&self->streams[kind], wfd_stream_free);
  g_free (self->upstream_id);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstPad *
wfd_demux_get_sink (WfdDemux *self)
{
  return gst_element_get_static_pad (self->tsdemux, "sink");
}

WfdStream *
wfd_demux_add_stream (WfdDemux *self, GstStreamType type, GstCaps *caps, GError **error)
{
  Kind kind = type == GST_STREAM_TYPE_VIDEO ? KIND_VIDEO : KIND_AUDIO;
  g_autofree char *id = g_strdup_printf ("%s/%s", self->upstream_id, kind_names[kind]);
  g_autoptr (GstStream) stream = NULL;
  WfdStream *added;

  if (get_stream (self, kind) != NULL)
    return NULL;

  stream = gst_stream_new (id, caps, type,
      kind == KIND_VIDEO ? GST_STREAM_FLAG_SELECT : GST_STREAM_FLAG_NONE);
  added = wfd_stream_new (self->bin, stream, on_moved, self, error);
  g_mutex_lock (&self->lock);
  self->streams[kind] = added;
  g_mutex_unlock (&self->lock);
  return added;
}

static GstStreamCollection *
create_collection (WfdDemux *self)
{
  GstStreamCollection *collection = gst_stream_collection_new (self->upstream_id);

  for (Kind kind = 0; kind < N_KINDS; kind++)
    if (self->streams[kind] != NULL)
      gst_stream_collection_add_stream (collection,
          gst_object_ref (wfd_stream_get_stream (self->streams[kind])));
  return collection;
}

void
wfd_demux_begin (WfdDemux *self)
{
  g_autoptr (GstStreamCollection) collection = create_collection (self);

  gst_element_post_message (GST_ELEMENT (self->bin),
      gst_message_new_stream_collection (GST_OBJECT (self->bin), collection));
  for (Kind kind = 0; kind < N_KINDS; kind++) {
    if (self->streams[kind] == NULL || self->begun[kind])
      continue;
    self->begun[kind] = TRUE;
    wfd_stream_begin (self->streams[kind], self->group_id, collection);
  }
}
