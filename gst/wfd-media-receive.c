/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-media-receive.h"

#include <gst/net/gstnetaddressmeta.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gst/video/video.h>

#include "wfd-make.h"
#include "wfd-ts-list.h"

GST_DEBUG_CATEGORY_STATIC (wfd_media_receive_debug);
#define GST_CAT_DEFAULT wfd_media_receive_debug

/* Without a payload type: 33 is what the standard says, but any will do. */
#define RTP_CAPS "application/x-rtp, media=video, encoding-name=MP2T, clock-rate=90000"

/* More than the receive buffer of the socket holds. */
#define MAX_DRAINED_PACKETS 8192

struct _WfdMediaReceive
{
  GstBin *bin; /* owns us and the elements */
  WfdMediaReceiveEvents events;
  gpointer user_data;
  GstElement *udp;
  GstElement *jitterbuffer;
  GstElement *depay;
  gint restarting; /* atomic: the jitter buffer alone is being flushed */

  /* Of the streaming thread. */
  gboolean ssrc_known;
  guint32 ssrc;

  GMutex lock;
  /* All below with the lock. */
  GInetAddress *peer;
  gboolean peer_seen;
  guint64 packets;
  guint64 bytes;
  guint64 foreign_packets;
  guint64 invalid_packets;
};

/* RTP with at least one TS packet in it. */
static gboolean
read_ssrc (GstBuffer *buffer, guint32 *ret_ssrc)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gboolean valid;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return FALSE;
  valid = gst_rtp_buffer_get_payload_len (&rtp) >= WFD_TS_PACKET_BYTES;
  if (valid)
    *ret_ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return valid;
}

static gboolean
is_from_peer (WfdMediaReceive *self, GstBuffer *buffer)
{
  GstNetAddressMeta *meta = gst_buffer_get_net_address_meta (buffer);

  if (self->peer == NULL || meta == NULL || !G_IS_INET_SOCKET_ADDRESS (meta->addr))
    return TRUE;
  return g_inet_address_equal (self->peer,
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (meta->addr)));
}

/* With the lock. */
static gboolean
is_wanted (WfdMediaReceive *self, GstBuffer *buffer)
{
  gboolean from_peer = is_from_peer (self, buffer);

  if (from_peer && self->peer != NULL)
    self->peer_seen = TRUE;
  return from_peer || !self->peer_seen;
}

/* FluxCast begins anew after each pause, with another SSRC, sequence and clock,
 * and so does the next source. The jitter buffer would hold that against what
 * was before, and now and then wait for hours for what it takes for lost. */
static void
follow_ssrc (WfdMediaReceive *self, GstPad *pad, guint32 ssrc)
{
  g_autoptr (GstPad) sinkpad = NULL;
  GstEvent *segment;

  if (self->ssrc_known && ssrc != self->ssrc) {
    GST_INFO_OBJECT (pad, "SSRC %08x after %08x", ssrc, self->ssrc);
    sinkpad = gst_pad_get_peer (pad);
    g_atomic_int_set (&self->restarting, TRUE);
    gst_pad_send_event (sinkpad, gst_event_new_flush_start ());
    gst_pad_send_event (sinkpad, gst_event_new_flush_stop (FALSE));
    g_atomic_int_set (&self->restarting, FALSE);
    segment = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
    if (segment != NULL)
      gst_pad_send_event (sinkpad, segment);
  }
  self->ssrc_known = TRUE;
  self->ssrc = ssrc;
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdMediaReceive *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gboolean wanted, valid;
  guint32 ssrc = 0;

  valid = read_ssrc (buffer, &ssrc);
  g_mutex_lock (&self->lock);
  wanted = is_wanted (self, buffer);
  if (wanted && valid) {
    self->packets++;
    self->bytes += gst_buffer_get_size (buffer);
  }
  self->foreign_packets += !wanted;
  self->invalid_packets += wanted && !valid;
  g_mutex_unlock (&self->lock);

  if (!wanted || !valid)
    return GST_PAD_PROBE_DROP;
  follow_ssrc (self, pad, ssrc);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_flush (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdMediaReceive *self = user_data;

  return g_atomic_int_get (&self->restarting) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/* A jitter buffer that is not PLAYING keeps a query that is in order with the
 * data, and with it the streaming thread, which udpsrc waits for when it is to
 * send EOS, while nobody can change its state: NULL would hang. Nothing is lost,
 * as there is no pool to be had from a depayloader. */
static GstPadProbeReturn
on_query (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (GST_QUERY_TYPE (GST_PAD_PROBE_INFO_QUERY (info)) == GST_QUERY_ALLOCATION)
    return GST_PAD_PROBE_DROP;
  return GST_PAD_PROBE_OK;
}

/* The depayloader would make a gap in time of it, which MPEG-TS has no use
 * for; what was lost shows in its counters. */
static GstPadProbeReturn
on_lost (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdMediaReceive *self = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);

  if (!gst_event_has_name (event, "GstRTPPacketLost"))
    return GST_PAD_PROBE_OK;

  GST_DEBUG_OBJECT (pad, "packet lost");
  self->events.key_unit_wanted (self->user_data);
  return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_upstream_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  WfdMediaReceive *self = user_data;

  if (!gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    return GST_PAD_PROBE_OK;

  GST_DEBUG_OBJECT (pad, "downstream wants a key unit");
  self->events.key_unit_wanted (self->user_data);
  return GST_PAD_PROBE_DROP;
}

static void
add_probe (WfdMediaReceive *self, GstElement *element, GstPadProbeType type,
    GstPadProbeCallback callback)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  gst_pad_add_probe (pad, type, callback, self, NULL);
}

static void
configure (WfdMediaReceive *self, GSocket *socket, guint latency_ms)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (RTP_CAPS);

  g_object_set (self->udp, "socket", socket, "close-socket", FALSE, "auto-multicast", FALSE, "caps",
      caps, NULL);
  g_object_set (self->jitterbuffer, "latency", latency_ms, "do-lost", TRUE, NULL);
  add_probe (self, self->udp, GST_PAD_PROBE_TYPE_BUFFER, on_packet);
  add_probe (self, self->udp, GST_PAD_PROBE_TYPE_QUERY_DOWNSTREAM, on_query);
  add_probe (self, self->jitterbuffer, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_lost);
  add_probe (self, self->jitterbuffer, GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_flush);
  add_probe (self, self->depay, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event);
}

WfdMediaReceive *
wfd_media_receive_new (GstBin *bin, GSocket *socket, guint latency_ms,
    const WfdMediaReceiveEvents *events, gpointer user_data, GError **error)
{
  g_autoptr (WfdMediaReceive) self = g_new0 (WfdMediaReceive, 1);

  GST_DEBUG_CATEGORY_INIT (wfd_media_receive_debug, "wfdreceive", 0, "Media of the WFD sink role");
  g_mutex_init (&self->lock);
  self->bin = bin;
  self->events = *events;
  self->user_data = user_data;
  self->udp = wfd_make_element (bin, "udpsrc", error);
  if (self->udp == NULL)
    return NULL;
  self->jitterbuffer = wfd_make_element (bin, "rtpjitterbuffer", error);
  if (self->jitterbuffer == NULL)
    return NULL;
  self->depay = wfd_make_element (bin, "rtpmp2tdepay", error);
  if (self->depay == NULL)
    return NULL;

  configure (self, socket, latency_ms);
  gst_element_link_many (self->udp, self->jitterbuffer, self->depay, NULL);
  return g_steal_pointer (&self);
}

void
wfd_media_receive_free (WfdMediaReceive *self)
{
  if (self == NULL)
    return;
  wfd_remove_element (self->bin, self->udp);
  wfd_remove_element (self->bin, self->jitterbuffer);
  wfd_remove_element (self->bin, self->depay);
  g_clear_object (&self->peer);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GstPad *
wfd_media_receive_get_pad (WfdMediaReceive *self)
{
  return gst_element_get_static_pad (self->depay, "src");
}

void
wfd_media_receive_set_peer (WfdMediaReceive *self, GInetAddress *peer)
{
  g_mutex_lock (&self->lock);
  g_set_object (&self->peer, peer);
  self->peer_seen = FALSE;
  g_mutex_unlock (&self->lock);
}

/* What waits in the socket would be played that much too late ever after.
 * The source goes on sending meanwhile, so there is a limit. */
void
wfd_media_receive_drain (WfdMediaReceive *self)
{
  g_autoptr (GSocket) socket = NULL;
  char byte;
  guint n = 0;

  g_object_get (self->udp, "used-socket", &socket, NULL);
  while (socket != NULL && n < MAX_DRAINED_PACKETS
      && g_socket_receive_with_blocking (socket, &byte, 1, FALSE, NULL, NULL) >= 0)
    n++;
  if (n == 0)
    return;
  GST_DEBUG_OBJECT (self->udp, "dropped %u packets that came before PLAYING", n);
  self->events.key_unit_wanted (self->user_data);
}

void
wfd_media_receive_end (WfdMediaReceive *self)
{
  gst_element_send_event (self->udp, gst_event_new_eos ());
}

guint64
wfd_media_receive_count_packets (WfdMediaReceive *self)
{
  guint64 packets;

  g_mutex_lock (&self->lock);
  packets = self->packets;
  g_mutex_unlock (&self->lock);
  return packets;
}

void
wfd_media_receive_add_stats (WfdMediaReceive *self, GstStructure *stats)
{
  g_autoptr (GstStructure) buffer = NULL;
  guint64 lost = 0, jitter_ns = 0;

  g_object_get (self->jitterbuffer, "stats", &buffer, NULL);
  gst_structure_get (buffer, "num-lost", G_TYPE_UINT64, &lost, "avg-jitter", G_TYPE_UINT64,
      &jitter_ns, NULL);

  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "packets-received", G_TYPE_UINT64, self->packets, "bytes-received",
      G_TYPE_UINT64, self->bytes, "packets-lost", G_TYPE_UINT64, lost, "packets-foreign",
      G_TYPE_UINT64, self->foreign_packets, "packets-invalid", G_TYPE_UINT64, self->invalid_packets,
      "jitter-us", G_TYPE_UINT64, jitter_ns / 1000, NULL);
  g_mutex_unlock (&self->lock);
}
