/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "p2p-sent.h"

#include <ts-codec.h>
#include <ts-read.h>
#include <ts-rtp.h>
#include <wfd-rtcp.h>
#include <wfd-udp.h>
#include <wfd/wfd.h>

#include "p2p-stage.h"

WfdUdpResult __wrap_wfd_udp_send (WfdUdp *udp, const guint8 *data, gsize bytes, gsize segment_bytes,
    gint64 until_us, GCancellable *cancellable, gsize *ret_sent_bytes);
WfdUdpResult __real_wfd_udp_send (WfdUdp *udp, const guint8 *data, gsize bytes, gsize segment_bytes,
    gint64 until_us, GCancellable *cancellable, gsize *ret_sent_bytes);

static gint is_stream_silent; /* atomic */

void
stage_silence_stream (gboolean is_silent)
{
  g_atomic_int_set (&is_stream_silent, is_silent);
}

static gint marked_octet, marked_bits; /* atomic */

void
stage_mark_pictures (guint octet, guint8 bits)
{
  g_atomic_int_set (&marked_octet, octet);
  g_atomic_int_set (&marked_bits, bits);
}

/* (transfer full) */
static guint8 *
dup_marked (const guint8 *data, gsize bytes, gsize segment_bytes)
{
  guint8 *copy = g_memdup2 (data, bytes);

  for (gsize begin = 0; begin < bytes; begin += segment_bytes) {
    gsize end = MIN (begin + segment_bytes, bytes);

    for (gsize at = begin + WFD_TS_RTP_HEADER_BYTES; at + WFD_TS_PACKET_BYTES <= end;
         at += WFD_TS_PACKET_BYTES)
      if (((copy[at + 1] & 0x1f) << 8 | copy[at + 2]) == WFD_TS_PID_VIDEO)
        copy[at + g_atomic_int_get (&marked_octet)] |= g_atomic_int_get (&marked_bits);
  }
  return copy;
}

/* The stream of a session, until its first picture is complete. */
static struct
{
  GMutex lock;
  WfdTsReader *reader; /* NULL: nobody looks */
  GArray *ssrcs;
  GString *pictures;
} sent;

static void
note_first_picture (void)
{
  gboolean is_known = sent.pictures->len == sent.ssrcs->len;
  WfdTsUnit unit;

  while (wfd_ts_reader_pop (sent.reader, &unit)) {
    if (unit.is_video && !is_known)
      g_string_append_c (sent.pictures, (unit.flags & WFD_TS_UNIT_KEY) != 0 ? 'K' : '-');
    is_known |= unit.is_video;
    wfd_ts_unit_clear (&unit);
  }
  g_main_context_wakeup (NULL);
}

/* A stream that had no picture is none. With the lock. */
static void
begin_stream (guint32 ssrc)
{
  g_array_set_size (sent.ssrcs, sent.pictures->len);
  g_array_append_val (sent.ssrcs, ssrc);
  wfd_ts_reader_free (sent.reader);
  sent.reader = wfd_ts_reader_new ();
}

/* With the lock. */
static void
look_at_packet (WfdBytes datagram)
{
  WfdTsRtpPacket packet;

  if (!wfd_ts_rtp_read (datagram, &packet))
    return;
  if (sent.ssrcs->len == 0
      || g_array_index (sent.ssrcs, guint32, sent.ssrcs->len - 1) != packet.ssrc)
    begin_stream (packet.ssrc);
  wfd_ts_reader_push (sent.reader, packet.payload, packet.marker, g_get_monotonic_time () * 1000);
  note_first_picture ();
}

WfdUdpResult
__wrap_wfd_udp_send (WfdUdp *udp, const guint8 *data, gsize bytes, gsize segment_bytes,
    gint64 until_us, GCancellable *cancellable, gsize *ret_sent_bytes)
{
  gsize sent_bytes = bytes;
  g_autofree guint8 *marked = dup_marked (data, bytes, segment_bytes);
  WfdUdpResult result = g_atomic_int_get (&is_stream_silent)
      ? WFD_UDP_SENT
      : __real_wfd_udp_send (udp, marked, bytes, segment_bytes, until_us, cancellable, &sent_bytes);

  g_mutex_lock (&sent.lock);
  for (gsize at = 0; at < sent_bytes && sent.reader != NULL; at += segment_bytes)
    look_at_packet (wfd_bytes (data + at, MIN (segment_bytes, bytes - at)));
  g_mutex_unlock (&sent.lock);
  if (ret_sent_bytes != NULL)
    *ret_sent_bytes = sent_bytes;
  return result;
}

void
sent_begin (void)
{
  g_mutex_lock (&sent.lock);
  sent.reader = wfd_ts_reader_new ();
  sent.ssrcs = g_array_new (FALSE, FALSE, sizeof (guint32));
  sent.pictures = g_string_new (NULL);
  g_mutex_unlock (&sent.lock);
}

void
sent_end (void)
{
  g_mutex_lock (&sent.lock);
  g_clear_pointer (&sent.reader, wfd_ts_reader_free);
  g_array_unref (sent.ssrcs);
  g_string_free (sent.pictures, TRUE);
  g_mutex_unlock (&sent.lock);
}

gboolean
sent_has_streams (guint n)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sent.lock);

  return sent.pictures->len >= n;
}

char *
stage_dup_first_pictures (Stage *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&sent.lock);

  return g_strdup (sent.pictures->str);
}

/* --- what comes to the source --- */

gboolean __wrap_wfd_rtcp_receive (WfdRtcp *rtcp, guint32 ssrc);
gboolean __real_wfd_rtcp_receive (WfdRtcp *rtcp, guint32 ssrc);

static gint are_reports_sent; /* atomic */

void
stage_send_reports (gboolean are_sent)
{
  g_atomic_int_set (&are_reports_sent, are_sent);
}

GInetSocketAddress *__wrap_wfd_session_dup_peer_rtcp_address (WfdSession *session);
GInetSocketAddress *__real_wfd_session_dup_peer_rtcp_address (WfdSession *session);

/* No display of ours has any. */
GInetSocketAddress *
__wrap_wfd_session_dup_peer_rtcp_address (WfdSession *session)
{
  if (!g_atomic_int_get (&are_reports_sent))
    return __real_wfd_session_dup_peer_rtcp_address (session);
  return G_INET_SOCKET_ADDRESS (g_inet_socket_address_new_from_string ("127.0.0.2", 9));
}

gboolean
__wrap_wfd_rtcp_receive (WfdRtcp *rtcp, guint32 ssrc)
{
  return __real_wfd_rtcp_receive (rtcp, ssrc) || g_atomic_int_get (&are_reports_sent);
}
