/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-media-send.h"

#include "wfd-make.h"
#include "wfd-ts-list.h"

/* Seven TS packets and the header, as all Miracast sources send. */
#define RTP_PACKET_BYTES (12 + 7 * WFD_TS_PACKET_BYTES)

struct _WfdMediaSend
{
  GstBin *bin; /* owns us and the elements */
  GstElement *gate;
  GstElement *pay;
  GstElement *udp;
  gint complaints; /* atomic: in this session */
  gint errors;     /* atomic: in all */
};

static void
configure (WfdMediaSend *self)
{
  g_object_set (self->pay, "pt", 33, "mtu", (guint) RTP_PACKET_BYTES, NULL);
  /* No preroll: nothing passes the gate before PLAYING. */
  g_object_set (self->udp, "async", FALSE, "close-socket", FALSE, "auto-multicast", FALSE,
      "processing-deadline", G_GUINT64_CONSTANT (0), NULL);
  g_object_bind_property (self->gate, "live", self->udp, "sync",
      G_BINDING_SYNC_CREATE | G_BINDING_INVERT_BOOLEAN);
}

WfdMediaSend *
wfd_media_send_new (GstBin *bin, GError **error)
{
  g_autoptr (WfdMediaSend) self = g_new0 (WfdMediaSend, 1);

  self->bin = bin;
  self->gate = wfd_gate_new ();
  gst_bin_add (bin, self->gate);
  self->pay = wfd_make_element (bin, "rtpmp2tpay", error);
  if (self->pay == NULL)
    return NULL;
  self->udp = wfd_make_element (bin, "multiudpsink", error);
  if (self->udp == NULL)
    return NULL;

  configure (self);
  gst_element_link_many (self->gate, self->pay, self->udp, NULL);
  return g_steal_pointer (&self);
}

void
wfd_media_send_free (WfdMediaSend *self)
{
  if (self == NULL)
    return;
  wfd_remove_element (self->bin, self->udp);
  wfd_remove_element (self->bin, self->pay);
  wfd_remove_element (self->bin, self->gate);
  g_free (self);
}

WfdGate *
wfd_media_send_get_gate (WfdMediaSend *self)
{
  return WFD_GATE (self->gate);
}

void
wfd_media_send_set_socket (WfdMediaSend *self, GSocket *socket)
{
  gboolean v6 = g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6;

  g_object_set (self->udp, "socket", v6 ? NULL : socket, "socket-v6", v6 ? socket : NULL, NULL);
}

void
wfd_media_send_set_destination (WfdMediaSend *self, GInetSocketAddress *destination)
{
  g_autofree char *host = NULL;

  g_atomic_int_set (&self->complaints, 0);
  g_signal_emit_by_name (self->udp, "clear");
  if (destination == NULL)
    return;
  host = g_inet_address_to_string (g_inet_socket_address_get_address (destination));
  g_signal_emit_by_name (self->udp, "add", host,
      (int) g_inet_socket_address_get_port (destination));
}

gboolean
wfd_media_send_is_repetition (WfdMediaSend *self, GstMessage *message)
{
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_WARNING
      || GST_MESSAGE_SRC (message) != GST_OBJECT (self->udp))
    return FALSE;
  g_atomic_int_inc (&self->errors);
  return g_atomic_int_add (&self->complaints, 1) > 0;
}

void
wfd_media_send_add_stats (WfdMediaSend *self, GstStructure *stats)
{
  WfdGateStats gate;
  guint64 sent_bytes = 0;

  wfd_gate_get_stats (WFD_GATE (self->gate), &gate);
  g_object_get (self->udp, "bytes-served", &sent_bytes, NULL);
  gst_structure_set (stats, "bytes-sent", G_TYPE_UINT64, sent_bytes, "buffers-dropped",
      G_TYPE_UINT64, gate.dropped_buffers, "key-units-requested", G_TYPE_UINT64,
      (guint64) gate.key_units, "send-errors", G_TYPE_UINT64,
      (guint64) g_atomic_int_get (&self->errors), NULL);
}
