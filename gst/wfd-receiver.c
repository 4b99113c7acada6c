/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-receiver.h"

#include "wfd-datagrams.h"
#include "wfd-error.h"
#include "wfd-origin.h"
#include "wfd-unit-caps.h"
#include "wfd-unpack.h"

GST_DEBUG_CATEGORY_STATIC (wfd_receiver_debug);
#define GST_CAT_DEFAULT wfd_receiver_debug

/* More than the receive buffer of the socket holds: the source goes on sending
 * while it is emptied. */
#define MAX_DRAINED_READS (8192 / WFD_DATAGRAMS_MAX)
/* So long is read without a look at whether to stop, and so long for what is left
 * when a session ends. A datagram may cost fifty times as much as those of honest
 * sources do. */
#define MAX_TURN_US (5 * G_TIME_SPAN_MILLISECOND)
#define MAX_REST_US (50 * G_TIME_SPAN_MILLISECOND)

#define MAX_ADDRESS_BYTES 16

struct _WfdReceiver
{
  GstElement parent;

  /* Set once. */
  WfdReceiverConfig config;
  WfdReceiverEvents events;
  char *stream_id;
  guint group_id;
  WfdDatagrams *datagrams;
  GThread *thread;
  WfdReceiverPad *pads[WFD_N_STREAMS]; /* of the thread that calls agree */

  GMutex turn; /* to take the lock */
  GMutex lock;
  GCond changed;
  /* All below with the lock. */
  gboolean stopping;
  gboolean playing;
  gboolean ending;
  WfdUnpack *unpack;
  GstClock *clock;                /* while playing */
  guint8 peer[MAX_ADDRESS_BYTES]; /* its address */
  gsize peer_bytes;               /* 0: there is no session */
  guint16 peer_port;              /* 0: not told */
  WfdOrigin origin;
  gboolean protection_told;
  gboolean unknown_told[WFD_N_STREAMS];
  gboolean silence_told;
  guint64 packets;
  guint64 bytes;
  guint64 foreign_packets;
  guint64 invalid_packets;
};

GstStaticPadTemplate wfd_receiver_ts_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_SOMETIMES,
        GST_STATIC_CAPS ("video/mpegts, systemstream=(boolean)true, packetsize=(int)188"));
GstStaticPadTemplate wfd_receiver_video_template = GST_STATIC_PAD_TEMPLATE ("video_src",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS (WFD_UNIT_VIDEO_CAPS));
GstStaticPadTemplate wfd_receiver_audio_template = GST_STATIC_PAD_TEMPLATE ("audio_src",
    GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS (WFD_UNIT_AUDIO_CAPS));

G_DEFINE_FINAL_TYPE_WITH_CODE (WfdReceiver, wfd_receiver, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (wfd_receiver_debug, "wfdreceiver", 0, "Media of the WFD sink role"))

/* A mutex is had by whoever comes first, which is the thread again and again while
 * packets pour in. So all wait for their turn to wait for it. */
static void
acquire (WfdReceiver *self)
{
  g_mutex_lock (&self->turn);
  g_mutex_lock (&self->lock);
  g_mutex_unlock (&self->turn);
}

static void
release (WfdReceiver *self)
{
  g_mutex_unlock (&self->lock);
}

/* --- the thread; all with the lock --- */

/* Without a session nothing is read: who sends early finds his packets in the
 * socket, and a stranger his in nobody's hands. */
static gboolean
is_reading (WfdReceiver *self)
{
  return self->playing && self->peer_bytes > 0;
}

static WfdOriginPlace
find_place (WfdReceiver *self, guint i)
{
  if (!wfd_datagrams_is_from (self->datagrams, i, wfd_bytes (self->peer, self->peer_bytes)))
    return WFD_ORIGIN_NOWHERE;
  if (self->peer_port == 0 || wfd_datagrams_get_port (self->datagrams, i) != self->peer_port)
    return WFD_ORIGIN_ADDRESS;
  return WFD_ORIGIN_PORT;
}

static void
take_datagram (WfdReceiver *self, guint i, gint64 now_ns)
{
  WfdBytes datagram = wfd_datagrams_get (self->datagrams, i);
  WfdOriginPlace place = find_place (self, i);

  if (!wfd_origin_is_wanted (&self->origin, place, now_ns)) {
    self->foreign_packets++;
    return;
  }
  if (wfd_origin_is_better (&self->origin, place))
    wfd_unpack_forget (self->unpack);
  if (!wfd_unpack_push (self->unpack, datagram, now_ns)) {
    self->invalid_packets++;
    return;
  }
  wfd_origin_note (&self->origin, place, now_ns);
  self->packets++;
  self->bytes += datagram.left;
}

/* For about @most_us; returns whether there is more. */
static gboolean
take_what_is_there (WfdReceiver *self, gint64 most_us)
{
  gint64 until_us = g_get_monotonic_time () + most_us;
  guint n;

  do {
    gint64 now_ns = gst_clock_get_time (self->clock);

    n = wfd_datagrams_read (self->datagrams);
    for (guint i = 0; i < n; i++)
      take_datagram (self, i, now_ns);
    wfd_unpack_tick (self->unpack, now_ns);
  } while (n == WFD_DATAGRAMS_MAX && g_get_monotonic_time () < until_us);
  return n == WFD_DATAGRAMS_MAX;
}

/* A source may send what nobody agreed on: say which, as nothing else is to be
 * seen of it. */
static void
tell_unknown (WfdReceiver *self, WfdStream kind)
{
  g_autofree char *types = NULL;
  gboolean is_video = kind == WFD_STREAM_VIDEO;

  if (self->unknown_told[kind])
    return;
  types = wfd_unpack_find_unknown (self->unpack, kind);
  if (types == NULL)
    return;
  self->unknown_told[kind] = TRUE;
  release (self);
  GST_ELEMENT_WARNING (self, STREAM, CODEC_NOT_FOUND,
      ("There is no %s: what the source sends is of the stream types %s, which are not known; let "
       "it send %s.",
          is_video ? "picture" : "sound", types, is_video ? "H.264 or H.265" : "LPCM, AAC or AC-3"),
      (NULL));
  acquire (self);
}

/* A pipeline that waits for it would wait for ever, and nobody would know for what. Once: who
 * turns the sound on and off again knows. */
static void
tell_silence (WfdReceiver *self)
{
  if (self->silence_told || self->unknown_told[WFD_STREAM_AUDIO]
      || !wfd_unpack_lacks_sound (self->unpack))
    return;
  self->silence_told = TRUE;
  release (self);
  GST_ELEMENT_WARNING (self, STREAM, DEMUX,
      ("No sound has come yet: it was agreed on, and in 5 s of the picture the source has sent none. "
       "Perhaps nothing plays there; if it never has any, set audio-codecs=none."),
      (NULL));
  acquire (self);
}

static void
tell_protection (WfdReceiver *self)
{
  g_autoptr (GError) error = g_error_new (GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT,
      "The source protects what it shows with HDCP, which is not supported; show something that is "
      "not protected, or switch the protection off there.");

  wfd_post_error (GST_ELEMENT (self), error);
}

/* What is to be told is told without the lock, as whoever listens may ask us. */
static void
tell (WfdReceiver *self)
{
  gboolean wish = wfd_unpack_take_key_unit_wish (self->unpack);
  gboolean is_protected = !self->protection_told && wfd_unpack_is_protected (self->unpack);

  tell_unknown (self, WFD_STREAM_VIDEO);
  tell_unknown (self, WFD_STREAM_AUDIO);
  tell_silence (self);
  if (!wish && !is_protected)
    return;
  self->protection_told |= is_protected;
  release (self);
  if (wish)
    self->events.key_unit_wanted (self->config.user_data);
  if (is_protected)
    tell_protection (self);
  acquire (self);
}

static GstClockTime
get_timeout (WfdReceiver *self)
{
  gint64 deadline_ns = wfd_unpack_get_deadline (self->unpack);
  gint64 now_ns = gst_clock_get_time (self->clock);

  if (deadline_ns == G_MAXINT64)
    return GST_CLOCK_TIME_NONE;
  return MAX (deadline_ns - now_ns, 0);
}

static void
read_on (WfdReceiver *self)
{
  GstClockTime timeout = get_timeout (self);

  release (self);
  wfd_datagrams_wait (self->datagrams, timeout);
  acquire (self);
  if (is_reading (self))
    take_what_is_there (self, MAX_TURN_US);
  tell (self);
}

/* The session is over: what it sent is in the socket. */
static void
finish (WfdReceiver *self)
{
  gint64 until_us = g_get_monotonic_time () + MAX_REST_US;

  while (is_reading (self) && !self->stopping && take_what_is_there (self, MAX_TURN_US)
      && g_get_monotonic_time () < until_us) {
    release (self);
    acquire (self);
  }
  if (!self->stopping)
    wfd_unpack_finish (self->unpack, self->clock != NULL ? gst_clock_get_time (self->clock) : 0);
}

static gpointer
receive (gpointer data)
{
  WfdReceiver *self = data;

  acquire (self);
  while (!self->stopping && !self->ending) {
    if (is_reading (self))
      read_on (self);
    else
      g_cond_wait (&self->changed, &self->lock);
  }
  finish (self);
  release (self);
  return NULL;
}

/* --- states --- */

/* What waits in the socket would be shown that much too late ever after. TRUE if
 * there was anything. */
static gboolean
drain (WfdReceiver *self)
{
  guint n, total = 0, reads = 0;

  do {
    n = wfd_datagrams_read (self->datagrams);
    total += n;
  } while (n == WFD_DATAGRAMS_MAX && ++reads < MAX_DRAINED_READS);
  GST_DEBUG_OBJECT (self, "dropped %u packets that came too early", total);
  return total > 0;
}

/* An element that is alone has no clock. */
static GstClock *
get_clock (WfdReceiver *self)
{
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));

  return clock != NULL ? clock : gst_system_clock_obtain ();
}

static void
play (WfdReceiver *self)
{
  gboolean drained;

  acquire (self);
  gst_clear_object (&self->clock);
  self->clock = get_clock (self);
  drained = drain (self);
  wfd_unpack_restart (self->unpack, gst_element_get_base_time (GST_ELEMENT (self)));
  self->playing = TRUE;
  wfd_datagrams_call_away (self->datagrams, self->ending);
  g_cond_broadcast (&self->changed);
  release (self);

  if (drained)
    self->events.key_unit_wanted (self->config.user_data);
}

/* @flag is one of those that the thread looks at. */
static void
call_away (WfdReceiver *self, gboolean *flag, gboolean value)
{
  acquire (self);
  *flag = value;
  wfd_datagrams_call_away (self->datagrams, TRUE);
  g_cond_broadcast (&self->changed);
  release (self);
}

static void
stop (WfdReceiver *self)
{
  if (self->thread == NULL)
    return;
  call_away (self, &self->stopping, TRUE);
  g_thread_join (g_steal_pointer (&self->thread));
}

static gboolean
start (WfdReceiver *self)
{
  g_autoptr (GError) error = NULL;

  self->thread = g_thread_try_new ("wfd-receive", receive, self, &error);
  if (self->thread == NULL)
    wfd_post_error (GST_ELEMENT (self), error);
  return self->thread != NULL;
}

static GstStateChangeReturn
wfd_receiver_change_state (GstElement *element, GstStateChange transition)
{
  WfdReceiver *self = WFD_RECEIVER (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    call_away (self, &self->playing, FALSE);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop (self);

  ret = GST_ELEMENT_CLASS (wfd_receiver_parent_class)->change_state (element, transition);
  if (ret == GST_STATE_CHANGE_FAILURE)
    return ret;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    play (self);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED
      || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    return GST_STATE_CHANGE_NO_PREROLL;
  return ret;
}

static gboolean
wfd_receiver_send_event (GstElement *element, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (wfd_receiver_parent_class)->send_event (element, event);

  wfd_receiver_end (WFD_RECEIVER (element));
  gst_event_unref (event);
  return TRUE;
}

/* --- pads --- */

typedef struct
{
  GstStaticPadTemplate *template;
  const char *name;
  GstStreamType type;
  /* The caps of what was agreed on; NULL if there will be none of it. */
  GstCaps *(*new_caps) (const WfdFormat *agreed);
} Kind;

static GstCaps *
new_ts_caps (const WfdFormat *agreed)
{
  return gst_static_pad_template_get_caps (&wfd_receiver_ts_template);
}

static const Kind kinds[WFD_N_STREAMS] = {
  [WFD_STREAM_TS] = { &wfd_receiver_ts_template, "ts", GST_STREAM_TYPE_CONTAINER, new_ts_caps },
  [WFD_STREAM_VIDEO] = { &wfd_receiver_video_template, "video", GST_STREAM_TYPE_VIDEO,
      wfd_unit_caps_new_video },
  [WFD_STREAM_AUDIO] = { &wfd_receiver_audio_template, "audio", GST_STREAM_TYPE_AUDIO,
      wfd_unit_caps_new_audio },
};

static void
want_key_unit (gpointer user_data)
{
  WfdReceiver *self = user_data;

  self->events.key_unit_wanted (self->config.user_data);
}

static void
add_pad (WfdReceiver *self, WfdStream kind)
{
  g_autoptr (GstPadTemplate) template = gst_static_pad_template_get (kinds[kind].template);
  const WfdReceiverPadConfig config = {
    .begins_with_key = kind == WFD_STREAM_VIDEO,
    .latency = self->config.latency_ms * GST_MSECOND,
    .key_unit_wanted = want_key_unit,
    .user_data = self,
  };

  self->pads[kind] = wfd_receiver_pad_new (template, &config);
  gst_pad_set_active (GST_PAD (self->pads[kind]), TRUE);
  gst_element_add_pad (GST_ELEMENT (self), GST_PAD (self->pads[kind]));
}

static GstStream *
new_stream (WfdReceiver *self, WfdStream kind, GstCaps *caps)
{
  g_autofree char *id = g_strdup_printf ("%s/%s", self->stream_id, kinds[kind].name);

  return gst_stream_new (id, caps, kinds[kind].type, GST_STREAM_FLAG_NONE);
}

/* Downstream is told what this is before any of it comes. */
static void
begin_pad (WfdReceiver *self, WfdStream kind, GstStream *stream, GstStreamCollection *collection)
{
  WfdReceiverPad *pad = self->pads[kind];
  GstEvent *start = gst_event_new_stream_start (gst_stream_get_stream_id (stream));
  g_autoptr (GstCaps) caps = gst_stream_get_caps (stream);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_event_set_group_id (start, self->group_id);
  gst_event_set_stream (start, stream);
  wfd_receiver_pad_send_event (pad, start);
  if (collection != NULL)
    wfd_receiver_pad_send_event (pad, gst_event_new_stream_collection (collection));
  wfd_receiver_pad_send_event (pad, gst_event_new_caps (caps));
  wfd_receiver_pad_send_event (pad, gst_event_new_segment (&segment));
}

/* MPEG-TS is no collection, but has one inside. */
static GstStreamCollection *
new_collection (WfdReceiver *self, GstStream *const *streams)
{
  GstStreamCollection *collection;

  if (!self->config.demux)
    return NULL;
  collection = gst_stream_collection_new (self->stream_id);
  for (WfdStream kind = 0; kind < WFD_N_STREAMS; kind++) {
    if (streams[kind] != NULL)
      gst_stream_collection_add_stream (collection, gst_object_ref (streams[kind]));
  }
  return collection;
}

/* Those of which @streams are there and the pads are new. */
static void
begin_pads (WfdReceiver *self, GstStream *const *streams, const gboolean *is_new)
{
  g_autoptr (GstStreamCollection) collection = new_collection (self, streams);

  for (WfdStream kind = 0; kind < WFD_N_STREAMS; kind++) {
    if (!is_new[kind])
      continue;
    begin_pad (self, kind, streams[kind], collection);
    acquire (self);
    wfd_unpack_set_pad (self->unpack, kind, self->pads[kind]);
    release (self);
  }
  if (collection != NULL)
    gst_element_post_message (GST_ELEMENT (self),
        gst_message_new_stream_collection (GST_OBJECT (self), collection));
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_latency (GST_OBJECT (self)));
}

/* Before SETUP, which follows, no source sends to us. */
static void
drop_what_is_of_no_session (WfdReceiver *self)
{
  acquire (self);
  if (self->peer_bytes == 0)
    drain (self);
  release (self);
}

void
wfd_receiver_agree (WfdReceiver *self, const WfdFormat *agreed)
{
  GstStream *streams[WFD_N_STREAMS] = { NULL };
  gboolean is_new[WFD_N_STREAMS] = { FALSE }, any_new = FALSE;

  drop_what_is_of_no_session (self);
  for (WfdStream kind = 0; kind < WFD_N_STREAMS; kind++) {
    gboolean is_ours = (kind == WFD_STREAM_TS) == !self->config.demux;
    g_autoptr (GstCaps) caps = is_ours ? kinds[kind].new_caps (agreed) : NULL;

    if (caps == NULL)
      continue;
    acquire (self);
    wfd_unpack_set_caps (self->unpack, kind, caps);
    release (self);
    streams[kind] = new_stream (self, kind, caps);
    is_new[kind] = self->pads[kind] == NULL;
    any_new |= is_new[kind];
    if (is_new[kind])
      add_pad (self, kind);
  }
  if (any_new) {
    gst_element_no_more_pads (GST_ELEMENT (self));
    begin_pads (self, streams, is_new);
  }
  for (WfdStream kind = 0; kind < WFD_N_STREAMS; kind++)
    gst_clear_object (&streams[kind]);
}

/* --- what the session says and asks --- */

/* What the source of the session that ends has sent is in the socket, and what it
 * sends from now on is of no session. */
static void
close_session (WfdReceiver *self)
{
  if (is_reading (self)) {
    take_what_is_there (self, MAX_REST_US);
    wfd_unpack_flush (self->unpack, gst_clock_get_time (self->clock));
  }
  self->peer_bytes = 0;
  wfd_datagrams_hear_only (self->datagrams, NULL);
}

static void
open_session (WfdReceiver *self, GInetSocketAddress *peer)
{
  GInetAddress *address = g_inet_socket_address_get_address (peer);
  gsize bytes = g_inet_address_get_native_size (address);

  memcpy (self->peer, g_inet_address_to_bytes (address), bytes);
  self->peer_bytes = bytes;
  self->peer_port = g_inet_socket_address_get_port (peer);
  wfd_datagrams_hear_only (self->datagrams, address);
  self->origin = (WfdOrigin) { 0 };
  wfd_unpack_forget_picture (self->unpack);
  wfd_unpack_restart (self->unpack, gst_element_get_base_time (GST_ELEMENT (self)));
  g_cond_broadcast (&self->changed);
}

void
wfd_receiver_set_peer (WfdReceiver *self, GInetSocketAddress *peer)
{
  acquire (self);
  close_session (self);
  if (peer != NULL)
    open_session (self, peer);
  release (self);
}

void
wfd_receiver_end (WfdReceiver *self)
{
  call_away (self, &self->ending, TRUE);
}

guint64
wfd_receiver_count_packets (WfdReceiver *self)
{
  guint64 packets;

  acquire (self);
  packets = self->packets;
  release (self);
  return packets;
}

gboolean
wfd_receiver_has_picture (WfdReceiver *self)
{
  gboolean has_picture;

  acquire (self);
  has_picture = wfd_unpack_has_picture (self->unpack);
  release (self);
  return has_picture;
}

void
wfd_receiver_add_stats (WfdReceiver *self, GstStructure *stats)
{
  acquire (self);
  gst_structure_set (stats, "packets-received", G_TYPE_UINT64, self->packets, "bytes-received",
      G_TYPE_UINT64, self->bytes, "packets-foreign", G_TYPE_UINT64, self->foreign_packets,
      "packets-invalid", G_TYPE_UINT64, self->invalid_packets, NULL);
  wfd_unpack_add_stats (self->unpack, stats);
  release (self);
}

/* --- the object --- */

GstElement *
wfd_receiver_new (const WfdReceiverConfig *config)
{
  WfdReceiver *self = g_object_new (WFD_TYPE_RECEIVER, NULL);

  self->config = *config;
  self->config.socket = NULL; /* the reader has it */
  self->events = *config->events;
  self->datagrams = wfd_datagrams_new (config->socket);
  self->unpack = wfd_unpack_new (config->demux);
  return GST_ELEMENT (self);
}

static void
wfd_receiver_finalize (GObject *object)
{
  WfdReceiver *self = WFD_RECEIVER (object);

  g_clear_pointer (&self->unpack, wfd_unpack_free);
  g_clear_pointer (&self->datagrams, wfd_datagrams_free);
  gst_clear_object (&self->clock);
  g_free (self->stream_id);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->turn);
  G_OBJECT_CLASS (wfd_receiver_parent_class)->finalize (object);
}

static void
wfd_receiver_class_init (WfdReceiverClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = wfd_receiver_finalize;
  element_class->change_state = wfd_receiver_change_state;
  element_class->send_event = wfd_receiver_send_event;
  gst_element_class_add_static_pad_template (element_class, &wfd_receiver_ts_template);
  gst_element_class_add_static_pad_template (element_class, &wfd_receiver_video_template);
  gst_element_class_add_static_pad_template (element_class, &wfd_receiver_audio_template);
  gst_element_class_set_static_metadata (element_class, "Wi-Fi Display media receiver",
      "Source/Network/Demuxer", "Receives RTP with MPEG-TS", "The gst-wfd authors");
}

static void
wfd_receiver_init (WfdReceiver *self)
{
  g_mutex_init (&self->turn);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->stream_id = g_strdup_printf ("wfd-%08x%08x", g_random_int (), g_random_int ());
  self->group_id = gst_util_group_id_next ();
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
