/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-unpack.h"

#include <ts-nal.h>
#include <ts-sps.h>

#include "wfd-unit-caps.h"

/* Of pictures: a source may say that it has sound before it has any. */
#define SILENCE_NS (5 * (gint64) GST_SECOND)
/* More between two pictures tells nothing of the time. */
#define MAX_PICTURE_NS ((gint64) GST_SECOND)

/* A way out. */
typedef struct
{
  WfdReceiverPad *pad; /* NULL: nobody wants it */
  GstCaps *agreed;     /* on which what the stream says is laid */
  GstCaps *told;
  WfdTsFormat format; /* of what the stream said last */
  GBytes *sps;
  gboolean stale; /* caps have to be looked at again */
  gboolean begun; /* a buffer was pushed */
} Way;

struct _WfdUnpack
{
  gboolean demux;
  WfdTsReorder *reorder;   /* to MPEG-TS */
  WfdTsReceiver *receiver; /* or to access units */
  Way ways[WFD_N_STREAMS];
  GstClockTime base_time;
  gboolean wants_key_unit;
  gboolean has_picture; /* since the stream began */
  gboolean has_sound;   /* likewise */
  gint64 picture_ns;    /* time of the last one; WFD_TS_NO_TIME: none */
  gint64 pictures_ns;   /* for how long they have come */
};

WfdUnpack *
wfd_unpack_new (gboolean demux)
{
  WfdUnpack *self = g_new0 (WfdUnpack, 1);

  self->demux = demux;
  wfd_unpack_forget (self);
  return self;
}

void
wfd_unpack_free (WfdUnpack *self)
{
  if (self == NULL)
    return;

  wfd_ts_receiver_free (self->receiver);
  wfd_ts_reorder_free (self->reorder);
  for (WfdStream kind = 0; kind < WFD_N_STREAMS; kind++) {
    gst_clear_object (&self->ways[kind].pad);
    gst_clear_caps (&self->ways[kind].agreed);
    gst_clear_caps (&self->ways[kind].told);
    g_clear_pointer (&self->ways[kind].sps, g_bytes_unref);
  }
  g_free (self);
}

/* --- caps --- */

static void
tell_caps (Way *way, GstCaps *caps)
{
  if (way->told != NULL && gst_caps_is_equal (way->told, caps))
    return;
  gst_caps_replace (&way->told, caps);
  wfd_receiver_pad_send_event (way->pad, gst_event_new_caps (caps));
}

void
wfd_unpack_set_caps (WfdUnpack *self, WfdStream kind, GstCaps *caps)
{
  Way *way = &self->ways[kind];

  gst_caps_replace (&way->agreed, caps);
  way->stale = TRUE;
  if (way->pad == NULL)
    gst_caps_replace (&way->told, caps);
  else if (!way->begun)
    tell_caps (way, caps);
}

void
wfd_unpack_set_pad (WfdUnpack *self, WfdStream kind, WfdReceiverPad *pad)
{
  gst_object_replace ((GstObject **) &self->ways[kind].pad, GST_OBJECT (pad));
}

/* What the stream does not say was agreed on: the frame rate, or the channels of
 * an AAC that tells them further inside. */
static void
refine_caps (Way *way)
{
  g_autoptr (GstCaps) caps = wfd_unit_caps_new (&way->format);
  GstStructure *agreed = gst_caps_get_structure (way->agreed, 0);
  GstStructure *structure = gst_caps_get_structure (caps, 0);
  static const char *const fields[] = { "width", "height", "framerate", "rate", "channels" };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *value = gst_structure_get_value (agreed, fields[i]);

    if (value != NULL && !gst_structure_has_field (structure, fields[i]))
      gst_structure_set_value (structure, fields[i], value);
  }
  way->stale = FALSE;
  tell_caps (way, caps);
}

static void
look_at_audio (Way *way, const WfdTsUnit *unit)
{
  if (!way->stale && wfd_ts_format_is_same (&way->format, &unit->format))
    return;
  way->format = unit->format;
  refine_caps (way);
}

/* Returns whether decoding can begin with the picture: with an IDR picture, or
 * where the parameter sets stand, as in a stream that is refreshed bit by bit. */
static gboolean
look_at_video (Way *way, const WfdTsUnit *unit)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (unit->data, &size);
  WfdTsUnitHead head;
  WfdBytes known = { NULL, 0 };

  wfd_ts_nal_read_head (unit->format.codec, wfd_bytes (data, size), &head);
  if (head.sps.left == 0)
    return (unit->flags & WFD_TS_UNIT_KEY) != 0;

  if (way->sps != NULL)
    known.pos = g_bytes_get_data (way->sps, &known.left);
  if (way->stale || way->format.codec != unit->format.codec || known.left != head.sps.left
      || memcmp (known.pos, head.sps.pos, known.left) != 0) {
    g_clear_pointer (&way->sps, g_bytes_unref);
    way->sps = g_bytes_new (head.sps.pos, head.sps.left);
    if (wfd_ts_sps_read (unit->format.codec, head.sps, &way->format))
      refine_caps (way);
  }
  return TRUE;
}

/* --- buffers --- */

static GstClockTime
to_running_time (WfdUnpack *self, gint64 time_ns)
{
  return MAX (time_ns - (gint64) self->base_time, 0);
}

static GstBuffer *
new_buffer (WfdUnpack *self, const WfdTsUnit *unit, gboolean is_key)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (unit->data);

  if (unit->time_ns != WFD_TS_NO_TIME)
    GST_BUFFER_PTS (buffer) = to_running_time (self, unit->time_ns);
  if (unit->duration > 0)
    GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale (unit->duration, GST_MSECOND, 90);
  if (unit->flags & (WFD_TS_UNIT_DISCONT | WFD_TS_UNIT_RESTART))
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  if (unit->flags & WFD_TS_UNIT_LOSSY)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_CORRUPTED);
  if (!is_key)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  return buffer;
}

/* Whoever waits for a sound that does not come must not hold up the picture:
 * Android stops sending audio when there is none, and gnome-network-displays may
 * agree on audio that it never sends. Of a picture that stands still nobody is
 * told: a decoder would forget those that the next one is made from. */
static void
fill_sound (WfdUnpack *self, gint64 now_ns)
{
  WfdReceiverPad *sound = self->ways[WFD_STREAM_AUDIO].pad;

  if (sound != NULL)
    wfd_receiver_pad_fill (sound, to_running_time (self, now_ns));
}

static void
count_time (WfdUnpack *self, gint64 time_ns)
{
  if (time_ns == WFD_TS_NO_TIME)
    return;
  if (self->picture_ns != WFD_TS_NO_TIME)
    self->pictures_ns += CLAMP (time_ns - self->picture_ns, 0, MAX_PICTURE_NS);
  self->picture_ns = time_ns;
}

/* A picture of which something is missing, or something before it that it needs. */
static gboolean
is_damaged (const WfdTsUnit *unit)
{
  if (unit->flags & WFD_TS_UNIT_LOSSY)
    return TRUE;
  return (unit->flags & (WFD_TS_UNIT_DISCONT | WFD_TS_UNIT_KEY)) == WFD_TS_UNIT_DISCONT;
}

static void
hand_on (WfdUnpack *self, const WfdTsUnit *unit, gint64 now_ns)
{
  Way *way = &self->ways[unit->is_video ? WFD_STREAM_VIDEO : WFD_STREAM_AUDIO];
  gboolean is_key = TRUE;

  if (way->pad == NULL)
    return;
  if (unit->is_video) {
    is_key = look_at_video (way, unit);
    self->has_picture |= is_key;
    self->wants_key_unit |= is_damaged (unit);
    count_time (self, unit->time_ns);
  } else {
    self->has_sound = TRUE;
    look_at_audio (way, unit);
  }
  if (wfd_receiver_pad_push (way->pad, new_buffer (self, unit, is_key)))
    way->begun = TRUE;
  else
    self->wants_key_unit = TRUE;
  if (unit->is_video)
    fill_sound (self, now_ns);
}

static void
take_units (WfdUnpack *self, gint64 now_ns)
{
  WfdTsUnit unit;

  while (wfd_ts_receiver_pop (self->receiver, &unit)) {
    hand_on (self, &unit, now_ns);
    wfd_ts_unit_clear (&unit);
  }
}

static void
take_packets (WfdUnpack *self)
{
  WfdReceiverPad *pad = self->ways[WFD_STREAM_TS].pad;
  WfdTsOrdered ordered;
  GstBuffer *buffer;

  while (wfd_ts_reorder_pop (self->reorder, &ordered)) {
    self->wants_key_unit |= ordered.n_lost > 0;
    if (pad == NULL)
      continue;
    buffer = gst_buffer_new_memdup (ordered.packet.payload.pos, ordered.packet.payload.left);
    GST_BUFFER_PTS (buffer) = GST_BUFFER_DTS (buffer) = to_running_time (self, ordered.arrival_ns);
    if (ordered.n_lost > 0 || ordered.restarted)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    wfd_receiver_pad_push (pad, buffer);
  }
}

static void
give_up_gaps (WfdUnpack *self, gint64 now_ns)
{
  while (wfd_ts_reorder_get_deadline (self->reorder) <= now_ns) {
    wfd_ts_reorder_tick (self->reorder, now_ns);
    take_packets (self);
  }
}

void
wfd_unpack_restart (WfdUnpack *self, GstClockTime base_time)
{
  self->base_time = base_time;
  if (self->receiver != NULL)
    wfd_ts_receiver_restart (self->receiver);
  else
    wfd_ts_reorder_restart (self->reorder);
}

void
wfd_unpack_forget (WfdUnpack *self)
{
  g_clear_pointer (&self->receiver, wfd_ts_receiver_free);
  g_clear_pointer (&self->reorder, wfd_ts_reorder_free);
  wfd_unpack_forget_picture (self);
  if (self->demux)
    self->receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  else
    self->reorder = wfd_ts_reorder_new (WFD_TS_GAP_NS);
}

static gboolean
push_packet (WfdUnpack *self, WfdBytes datagram, gint64 now_ns)
{
  WfdTsRtpPacket packet;

  if (!wfd_ts_rtp_read (datagram, &packet))
    return FALSE;
  wfd_ts_reorder_push (self->reorder, &packet, now_ns);
  take_packets (self);
  give_up_gaps (self, now_ns);
  return TRUE;
}

gboolean
wfd_unpack_push (WfdUnpack *self, WfdBytes datagram, gint64 now_ns)
{
  if (self->receiver == NULL)
    return push_packet (self, datagram, now_ns);
  if (!wfd_ts_receiver_push (self->receiver, datagram, now_ns))
    return FALSE;
  take_units (self, now_ns);
  return TRUE;
}

void
wfd_unpack_tick (WfdUnpack *self, gint64 now_ns)
{
  if (self->receiver == NULL) {
    give_up_gaps (self, now_ns);
    return;
  }
  wfd_ts_receiver_tick (self->receiver, now_ns);
  take_units (self, now_ns);
}

gint64
wfd_unpack_get_deadline (WfdUnpack *self)
{
  return self->receiver != NULL ? wfd_ts_receiver_get_deadline (self->receiver)
                                : wfd_ts_reorder_get_deadline (self->reorder);
}

static void
finish_packets (WfdUnpack *self)
{
  gint64 deadline_ns;

  while ((deadline_ns = wfd_ts_reorder_get_deadline (self->reorder)) != G_MAXINT64)
    give_up_gaps (self, deadline_ns);
}

void
wfd_unpack_flush (WfdUnpack *self, gint64 now_ns)
{
  if (self->receiver == NULL) {
    finish_packets (self);
    return;
  }
  wfd_ts_receiver_finish (self->receiver);
  take_units (self, now_ns);
}

void
wfd_unpack_finish (WfdUnpack *self, gint64 now_ns)
{
  wfd_unpack_flush (self, now_ns);
  for (WfdStream kind = 0; kind < WFD_N_STREAMS; kind++) {
    if (self->ways[kind].pad != NULL)
      wfd_receiver_pad_send_event (self->ways[kind].pad, gst_event_new_eos ());
  }
}

void
wfd_unpack_forget_picture (WfdUnpack *self)
{
  self->has_picture = self->has_sound = FALSE;
  self->picture_ns = WFD_TS_NO_TIME;
  self->pictures_ns = 0;
}

gboolean
wfd_unpack_has_picture (WfdUnpack *self)
{
  return self->has_picture || self->ways[WFD_STREAM_VIDEO].pad == NULL;
}

gboolean
wfd_unpack_lacks_sound (WfdUnpack *self)
{
  WfdReceiverPad *sound = self->ways[WFD_STREAM_AUDIO].pad;

  return sound != NULL && !self->has_sound && self->pictures_ns >= SILENCE_NS
      && wfd_receiver_pad_is_heard (sound);
}

gboolean
wfd_unpack_take_key_unit_wish (WfdUnpack *self)
{
  gboolean wish = self->wants_key_unit;

  self->wants_key_unit = FALSE;
  return wish;
}

gboolean
wfd_unpack_is_protected (WfdUnpack *self)
{
  return self->receiver != NULL && wfd_ts_receiver_is_protected (self->receiver);
}

/* What the tables have is none of what was agreed on, for all that is known. */
static gboolean
is_of_unknown_type (const WfdTsProgram *program, gboolean is_video)
{
  gboolean unknown = FALSE;

  for (guint i = 0; i < program->n_streams; i++) {
    WfdTsCodec codec = program->streams[i].codec;

    if (codec == WFD_TS_CODEC_NONE)
      unknown = TRUE;
    else if (wfd_ts_codec_get_info (codec)->is_video == is_video)
      return FALSE;
  }
  return unknown;
}

static char *
list_unknown_types (const WfdTsProgram *program)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < program->n_streams; i++) {
    if (program->streams[i].codec == WFD_TS_CODEC_NONE)
      g_string_append_printf (list, "%s0x%02x", list->len > 0 ? ", " : "",
          program->streams[i].stream_type);
  }
  return g_string_free (list, FALSE);
}

char *
wfd_unpack_find_unknown (WfdUnpack *self, WfdStream kind)
{
  const WfdTsProgram *program;

  if (self->receiver == NULL || self->ways[kind].pad == NULL)
    return NULL;
  program = wfd_ts_receiver_get_program (self->receiver);
  if (program == NULL || !is_of_unknown_type (program, kind == WFD_STREAM_VIDEO))
    return NULL;
  return list_unknown_types (program);
}

/* --- statistics --- */

static void
add (GstStructure *stats, const char *name, guint64 value)
{
  gst_structure_set (stats, name, G_TYPE_UINT64, value, NULL);
}

static void
add_rtp (GstStructure *stats, const WfdTsReorderStats *rtp)
{
  add (stats, "packets-lost", rtp->n_lost);
  add (stats, "packets-reordered", rtp->n_reordered);
  add (stats, "packets-late", rtp->n_late);
  add (stats, "packets-repeated", rtp->n_repeated);
  add (stats, "jitter-us", (guint64) rtp->jitter * 100 / 9);
}

void
wfd_unpack_add_stats (WfdUnpack *self, GstStructure *stats)
{
  WfdTsReceiverStats receiver = { 0 };
  guint64 n_dropped = 0;

  for (WfdStream kind = 0; kind < WFD_N_STREAMS; kind++) {
    if (self->ways[kind].pad != NULL)
      n_dropped += wfd_receiver_pad_count_dropped (self->ways[kind].pad);
  }
  add (stats, "buffers-dropped", n_dropped);
  if (self->receiver == NULL) {
    wfd_ts_reorder_get_stats (self->reorder, &receiver.rtp);
    add_rtp (stats, &receiver.rtp);
    return;
  }
  wfd_ts_receiver_get_stats (self->receiver, &receiver);
  add_rtp (stats, &receiver.rtp);
  add (stats, "units-received", receiver.ts.n_units);
  add (stats, "units-damaged", receiver.ts.n_lossy);
  add (stats, "clock-jumps", receiver.n_clock_jumps);
}
