/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-rtcp.h"

#include "wfd-peer-filter.h"

/* A receiver sends one or two a second; who sends more is not read to the end at
 * once. */
#define MAX_DATAGRAMS 16
/* Others' may fill the socket before the session begins; some milliseconds of them. */
#define MAX_READS 1024
#define MAX_BYTES 1500

struct _WfdRtcp
{
  GSocket *socket;
  GSocketAddress *peer;
  char *name;
  gint64 next_ns; /* of the next report */
  guint64 sent;
  guint64 received;
  gboolean is_new;    /* the report was not taken yet */
  WfdTsReport report; /* the newest, if any was received */
};

/* The name stands for this session only and tells nothing (RFC 7022 §4.2). */
static char *
make_name (void)
{
  return g_strdup_printf ("%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
}

WfdRtcp *
wfd_rtcp_new (GSocket *socket, GInetSocketAddress *peer)
{
  WfdRtcp *self = g_new0 (WfdRtcp, 1);

  self->socket = g_object_ref (socket);
  self->peer = g_object_ref (G_SOCKET_ADDRESS (peer));
  g_socket_set_blocking (socket, FALSE);
  wfd_peer_filter_set (socket, g_inet_socket_address_get_address (peer));
  self->name = make_name ();
  return self;
}

void
wfd_rtcp_free (WfdRtcp *self)
{
  if (self == NULL)
    return;
  wfd_peer_filter_set (self->socket, NULL);
  g_object_unref (self->socket);
  g_object_unref (self->peer);
  g_free (self->name);
  g_free (self);
}

gboolean
wfd_rtcp_is_due (WfdRtcp *self, gint64 now_ns)
{
  return now_ns >= self->next_ns;
}

void
wfd_rtcp_send (WfdRtcp *self, const WfdTsSenderInfo *info, gint64 now_ns)
{
  guint8 packet[WFD_TS_RTCP_WRITTEN_BYTES];
  gsize bytes = wfd_ts_rtcp_write_sender_report (info, self->name, packet);

  self->next_ns = now_ns + WFD_RTCP_INTERVAL_NS;
  /* One that is lost is followed by the next. */
  if (g_socket_send_to (self->socket, self->peer, (const char *) packet, bytes, NULL, NULL) > 0)
    self->sent++;
}

static gboolean
is_peer (WfdRtcp *self, GSocketAddress *from)
{
  return G_IS_INET_SOCKET_ADDRESS (from)
      && g_inet_address_equal (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (from)),
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (self->peer)));
}

static gboolean
take (WfdRtcp *self, WfdBytes datagram, guint32 ssrc)
{
  WfdTsRtcp rtcp;

  if (!wfd_ts_rtcp_read (datagram, ssrc, &rtcp))
    return FALSE;
  if (rtcp.has_report) {
    self->report = rtcp.report;
    self->received++;
    self->is_new = TRUE;
  }
  return TRUE;
}

gboolean
wfd_rtcp_receive (WfdRtcp *self, guint32 ssrc)
{
  gboolean came = FALSE;
  guint n = 0;

  for (guint reads = 0; n < MAX_DATAGRAMS && reads < MAX_READS; reads++) {
    g_autoptr (GSocketAddress) from = NULL;
    guint8 datagram[MAX_BYTES];
    gssize bytes =
        g_socket_receive_from (self->socket, &from, (char *) datagram, sizeof datagram, NULL, NULL);

    if (bytes < 0)
      break;
    if (!is_peer (self, from))
      continue;
    n++;
    came = take (self, wfd_bytes (datagram, bytes), ssrc) || came;
  }
  return came;
}

gboolean
wfd_rtcp_take_loss (WfdRtcp *self, gint64 *ret_permille)
{
  if (!self->is_new)
    return FALSE;
  self->is_new = FALSE;
  *ret_permille = self->report.fraction_lost * 1000 / 256;
  return TRUE;
}

void
wfd_rtcp_add_stats (WfdRtcp *self, GstStructure *stats)
{
  gst_structure_set (stats, "reports-sent", G_TYPE_UINT64, self->sent, "reports-received",
      G_TYPE_UINT64, self->received, NULL);
  if (self->received == 0)
    return;
  gst_structure_set (stats, "peer-fraction-lost", G_TYPE_DOUBLE, self->report.fraction_lost / 256.0,
      "peer-packets-lost", G_TYPE_INT64, (gint64) self->report.lost, "peer-jitter-us",
      G_TYPE_UINT64, (guint64) self->report.jitter * 100 / 9, NULL);
}
