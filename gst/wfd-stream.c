/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-stream.h"

#include "wfd-h264.h"
#include "wfd-make.h"

GST_DEBUG_CATEGORY_STATIC (wfd_stream_debug);
#define GST_CAT_DEFAULT wfd_stream_debug

/* Two seconds of the highest bit rate that Wi-Fi Display sources use. Whoever
 * is so far behind gets no more until he has caught up. */
#define QUEUE_BYTES (8 * 1024 * 1024)

/* A stream that says nothing for so long is said to have a gap. */
#define PATIENCE (500 * GST_MSECOND)
/* Enough for a sink to know that it need not wait. */
#define SHORTEST_GAP GST_MSECOND

struct _WfdStream
{
  GstBin *bin; /* owns us and the elements */
  GstStream *stream;
  WfdStreamMoved moved;
  gpointer user_data;
  GstElement *queue;

  /* Of the streaming thread. */
  GstElement *head;
  GstSegment segment;
  gboolean has_segment;
  GstClockTime position; /* up to where something was said */
  gboolean whole_units;  /* each buffer of H.264 is an access unit */
  gint ending;           /* atomic */
};

typedef struct
{
  const char *media_type; /* of the demultiplexer's pad */
  const char *factory;
} Head;

/* dvdlpcmdec reads the header of Wi-Fi Display's LPCM as it is. */
static const Head heads[] = {
  { "video/x-h264", "h264parse" },
  { "audio/mpeg", "aacparse" },
  { "audio/x-ac3", "ac3parse" },
  { "audio/x-private2-lpcm", "dvdlpcmdec" },
};

static const char *
find_factory (const char *media_type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_equal (heads[i].media_type, media_type))
      return heads[i].factory;
  return NULL;
}

static void
send (WfdStream *self, GstEvent *event)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->queue, "sink");

  gst_pad_send_event (pad, event);
}

/* Behind the queue. Without this a pad that the application did not link
 * would end in an error of the queue. */
static GstPadProbeReturn
drop_if_unlinked (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  g_autoptr (GstPad) peer = NULL;
  g_autoptr (GstObject) ghost = NULL;

  if (GST_IS_EVENT (info->data) && GST_EVENT_TYPE (info->data) != GST_EVENT_EOS)
    return GST_PAD_PROBE_OK;

  peer = gst_pad_get_peer (pad);
  if (peer == NULL)
    return GST_PAD_PROBE_DROP;
  ghost = gst_object_get_parent (GST_OBJECT (peer));
  if (GST_IS_GHOST_PAD (ghost) && !gst_pad_is_linked (GST_PAD (ghost)))
    return GST_PAD_PROBE_DROP;
  return GST_PAD_PROBE_OK;
}

static gboolean
note_segment (WfdStream *self, GstEvent *event)
{
  gst_event_copy_segment (event, &self->segment);
  self->has_segment = TRUE;
  return TRUE;
}

/* h264parse says at first less than the negotiation did, until it has seen an
 * SPS. */
static gboolean
has_size (GstEvent *event)
{
  GstStructure *structure;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  structure = gst_caps_get_structure (caps, 0);
  return !gst_structure_has_name (structure, "video/x-h264")
      || gst_structure_has_field (structure, "width");
}

/* In front of the queue. Downstream was told already which stream this is, and
 * a demultiplexer that changes its pads is not the end. */
static gboolean
is_wanted_event (WfdStream *self, GstEvent *event)
{
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
    case GST_EVENT_STREAM_COLLECTION:
      return FALSE;
    case GST_EVENT_EOS:
      return g_atomic_int_get (&self->ending);
    case GST_EVENT_CAPS:
      return has_size (event);
    case GST_EVENT_SEGMENT:
      return note_segment (self, event);
    default:
      return TRUE;
  }
}

static void
note_buffer (WfdStream *self, GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);

  if (!GST_CLOCK_TIME_IS_VALID (pts))
    return;
  self->position = pts;
  if (GST_BUFFER_DURATION_IS_VALID (buffer))
    self->position += GST_BUFFER_DURATION (buffer);
  self->moved (self, pts, &self->segment, self->user_data);
}

static GstPadProbeReturn
on_head_output (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdStream *self = user_data;

  if (GST_IS_BUFFER (info->data))
    note_buffer (self, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (!is_wanted_event (self, GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_DROP;
  return GST_PAD_PROBE_OK;
}

/* tsdemux does not say that its buffers are access units, and h264parse would
 * hold each until the next one comes. All sources that were seen put one into
 * each PES packet; so we say it for them as long as it is true. */
static GstEvent *
describe_units (WfdStream *self, GstEvent *event)
{
  g_autoptr (GstCaps) described = NULL;
  GstCaps *caps;

  gst_event_parse_caps (event, &caps);
  described = gst_caps_copy (caps);
  gst_event_unref (event);
  if (self->whole_units)
    gst_caps_set_simple (described, "alignment", G_TYPE_STRING, "au", NULL);
  else
    gst_structure_remove_field (gst_caps_get_structure (described, 0), "alignment");
  return gst_event_new_caps (described);
}

static gboolean
is_whole_unit (GstBuffer *buffer)
{
  gboolean whole;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  whole = wfd_h264_is_access_unit (map.data, map.size);
  gst_buffer_unmap (buffer, &map);
  return whole;
}

/* Once is enough: from then on the parser looks for the borders itself. */
static void
check_unit (WfdStream *self, GstPad *pad, GstBuffer *buffer)
{
  GstEvent *caps;

  if (!self->whole_units || is_whole_unit (buffer))
    return;

  GST_INFO_OBJECT (pad, "the PES packets are no access units");
  self->whole_units = FALSE;
  caps = gst_pad_get_sticky_event (pad, GST_EVENT_CAPS, 0);
  if (caps != NULL)
    gst_pad_send_event (pad, caps);
  gst_element_post_message (self->head, gst_message_new_latency (GST_OBJECT (self->head)));
}

static GstPadProbeReturn
on_video_input (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdStream *self = user_data;

  if (GST_IS_BUFFER (info->data))
    check_unit (self, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (GST_EVENT_TYPE (info->data) == GST_EVENT_CAPS)
    info->data = describe_units (self, GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_OK;
}

static void
add_probe (WfdStream *self, GstElement *element, const char *name, GstPadProbeType type,
    GstPadProbeCallback callback)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, name);

  gst_pad_add_probe (pad, type, callback, self, NULL);
}

WfdStream *
wfd_stream_new (GstBin *bin, GstStream *stream, WfdStreamMoved moved, gpointer user_data,
    GError **error)
{
  g_autoptr (WfdStream) self = g_new0 (WfdStream, 1);

  GST_DEBUG_CATEGORY_INIT (wfd_stream_debug, "wfdstream", 0, "Elementary stream of wfdsrc");
  self->bin = bin;
  self->stream = gst_object_ref (stream);
  self->moved = moved;
  self->user_data = user_data;
  self->position = GST_CLOCK_TIME_NONE;
  self->whole_units = TRUE;
  gst_segment_init (&self->segment, GST_FORMAT_TIME);

  self->queue = wfd_make_element (bin, "queue", error);
  if (self->queue == NULL)
    return NULL;
  g_object_set (self->queue, "max-size-bytes", QUEUE_BYTES, "max-size-buffers", 0, "max-size-time",
      G_GUINT64_CONSTANT (0), NULL);
  add_probe (self, self->queue, "src",
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, drop_if_unlinked);
  gst_element_sync_state_with_parent (self->queue);
  return g_steal_pointer (&self);
}

void
wfd_stream_free (WfdStream *self)
{
  if (self == NULL)
    return;
  wfd_remove_element (self->bin, self->head);
  wfd_remove_element (self->bin, self->queue);
  gst_object_unref (self->stream);
  g_free (self);
}

GstStream *
wfd_stream_get_stream (WfdStream *self)
{
  return self->stream;
}

GstPad *
wfd_stream_get_pad (WfdStream *self)
{
  return gst_element_get_static_pad (self->queue, "src");
}

void
wfd_stream_begin (WfdStream *self, guint group_id, GstStreamCollection *collection)
{
  GstEvent *start = gst_event_new_stream_start (gst_stream_get_stream_id (self->stream));
  g_autoptr (GstCaps) caps = gst_stream_get_caps (self->stream);

  gst_event_set_group_id (start, group_id);
  gst_event_set_stream (start, self->stream);
  send (self, start);
  send (self, gst_event_new_stream_collection (collection));
  send (self, gst_event_new_caps (caps));
}

static char *
get_media_type (GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (caps == NULL)
    caps = gst_pad_query_caps (pad, NULL);
  if (gst_caps_is_any (caps) || gst_caps_is_empty (caps))
    return g_strdup ("nothing known");
  return g_strdup (gst_structure_get_name (gst_caps_get_structure (caps, 0)));
}

static gboolean
make_head (WfdStream *self, GstPad *pad, GError **error)
{
  g_autofree char *media_type = get_media_type (pad);
  const char *factory = find_factory (media_type);

  if (factory == NULL) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE,
        "The source sends %s, which Wi-Fi Display does not know", media_type);
    return FALSE;
  }
  self->head = wfd_make_element (self->bin, factory, error);
  return self->head != NULL;
}

gboolean
wfd_stream_link (WfdStream *self, GstPad *pad, GError **error)
{
  g_autoptr (GstPad) sinkpad = NULL;

  wfd_remove_element (self->bin, g_steal_pointer (&self->head));
  if (!make_head (self, pad, error))
    return FALSE;

  add_probe (self, self->head, "src",
      GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_head_output);
  if (gst_stream_get_stream_type (self->stream) == GST_STREAM_TYPE_VIDEO)
    add_probe (self, self->head, "sink",
        GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_video_input);
  gst_element_link (self->head, self->queue);
  gst_element_sync_state_with_parent (self->head);
  sinkpad = gst_element_get_static_pad (self->head, "sink");
  if (gst_pad_link (pad, sinkpad) == GST_PAD_LINK_OK)
    return TRUE;

  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_PAD, "%s does not take what the source sends",
      GST_ELEMENT_NAME (self->head));
  return FALSE;
}

/* A source that starts anew goes back in time. */
static gboolean
is_in_time (WfdStream *self, GstClockTime pts)
{
  return GST_CLOCK_TIME_IS_VALID (self->position) && pts < self->position + PATIENCE
      && self->position < pts + PATIENCE;
}

void
wfd_stream_fill (WfdStream *self, GstClockTime pts, const GstSegment *segment)
{
  GstClockTime start = pts;

  if (is_in_time (self, pts))
    return;

  if (!self->has_segment || !gst_segment_is_equal (segment, &self->segment)) {
    gst_segment_copy_into (segment, &self->segment);
    self->has_segment = TRUE;
    send (self, gst_event_new_segment (segment));
  }
  if (GST_CLOCK_TIME_IS_VALID (self->position) && self->position < pts)
    start = self->position;
  send (self, gst_event_new_gap (start, MAX (pts - start, SHORTEST_GAP)));
  self->position = MAX (pts, start + SHORTEST_GAP);
}

void
wfd_stream_end (WfdStream *self)
{
  g_atomic_int_set (&self->ending, TRUE);
  if (self->head == NULL)
    send (self, gst_event_new_eos ());
}
