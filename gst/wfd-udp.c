/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* CS4: Wi-Fi takes it for video (WMM access category AC_VI), so that a download
 * beside it does not hold it up. Sound goes the same way, being part of it. */
#define DSCP_TOS 0x80

struct _WfdUdp
{
  GSocket *socket;
  WfdUdpCalls calls;
  struct sockaddr_storage to;
  gsize to_bytes; /* 0: nobody */
  gboolean segmentation;
};

static gboolean
wait_for_room (GSocket *socket, gint64 timeout_us, GCancellable *cancellable)
{
  return g_socket_condition_timed_wait (socket, G_IO_OUT, timeout_us, cancellable, NULL);
}

static const WfdUdpCalls system_calls = { sendmsg, wait_for_room };

static void
set_class (GSocket *socket)
{
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_IPV6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_TCLASS, DSCP_TOS, NULL);
  else
    g_socket_set_option (socket, IPPROTO_IP, IP_TOS, DSCP_TOS, NULL);
}

WfdUdp *
wfd_udp_new (GSocket *socket, const WfdUdpCalls *calls)
{
  WfdUdp *self = g_new0 (WfdUdp, 1);

  self->socket = g_object_ref (socket);
  self->calls = calls != NULL ? *calls : system_calls;
  self->segmentation = TRUE;
  set_class (socket);
  return self;
}

void
wfd_udp_free (WfdUdp *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->socket);
  g_free (self);
}

void
wfd_udp_set_destination (WfdUdp *self, GInetSocketAddress *to)
{
  GSocketAddress *address = (GSocketAddress *) to;

  self->to_bytes = 0;
  if (to != NULL && g_socket_address_to_native (address, &self->to, sizeof self->to, NULL))
    self->to_bytes = g_socket_address_get_native_size (address);
}

void
wfd_udp_set_pacing (WfdUdp *self, guint kbps)
{
  guint32 bytes_per_second = kbps != 0 ? kbps * 125 : G_MAXUINT32;

  setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_MAX_PACING_RATE, &bytes_per_second,
      sizeof bytes_per_second);
}

/* @segment_bytes: 0 for one datagram. */
static gboolean
send_once (WfdUdp *self, const guint8 *data, gsize bytes, guint16 segment_bytes)
{
  struct iovec part = { (guint8 *) data, bytes };
  union
  {
    struct cmsghdr header;
    char room[CMSG_SPACE (sizeof (guint16))];
  } control = { 0 };
  struct msghdr message = { .msg_name = &self->to,
    .msg_namelen = self->to_bytes,
    .msg_iov = &part,
    .msg_iovlen = 1 };

  if (segment_bytes != 0) {
    message.msg_control = &control;
    message.msg_controllen = sizeof control.room;
    control.header.cmsg_level = IPPROTO_UDP;
    control.header.cmsg_type = UDP_SEGMENT;
    control.header.cmsg_len = CMSG_LEN (sizeof segment_bytes);
    memcpy (CMSG_DATA (&control.header), &segment_bytes, sizeof segment_bytes);
  }
  return self->calls.send (g_socket_get_fd (self->socket), &message, MSG_DONTWAIT | MSG_NOSIGNAL)
      >= 0;
}

static WfdUdpResult
send_waiting (WfdUdp *self, const guint8 *data, gsize bytes, guint16 segment_bytes, gint64 until_us,
    GCancellable *cancellable)
{
  while (!send_once (self, data, bytes, segment_bytes)) {
    gint64 left_us;

    if (errno == EINTR)
      continue;
    /* No room in the device is nothing that one could wait for. */
    if (errno == ENOBUFS)
      return WFD_UDP_BLOCKED;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
      return WFD_UDP_FAILED;
    left_us = until_us - (until_us != 0 ? g_get_monotonic_time () : 0);
    if (left_us <= 0 || !self->calls.wait (self->socket, left_us, cancellable))
      return WFD_UDP_BLOCKED;
  }
  return WFD_UDP_SENT;
}

/* A kernel without it (EINVAL, EOPNOTSUPP), a device without checksums of its
 * own (EIO), a path with small packets (EMSGSIZE). Each sends plain datagrams. */
static gboolean
is_about_segments (int code)
{
  return code == EIO || code == EINVAL || code == EOPNOTSUPP || code == ENOPROTOOPT
      || code == EMSGSIZE;
}

static WfdUdpResult
send_one_by_one (WfdUdp *self, const guint8 *data, gsize bytes, gsize segment_bytes,
    gint64 until_us, GCancellable *cancellable, gsize *ret_sent_bytes)
{
  WfdUdpResult result = WFD_UDP_SENT;
  gsize at = 0;

  while (at < bytes && result == WFD_UDP_SENT) {
    gsize n = MIN (bytes - at, segment_bytes);

    result = send_waiting (self, data + at, n, 0, until_us, cancellable);
    at += result == WFD_UDP_SENT ? n : 0;
  }
  *ret_sent_bytes = at;
  return result;
}

WfdUdpResult
wfd_udp_send (WfdUdp *self, const guint8 *data, gsize bytes, gsize segment_bytes, gint64 until_us,
    GCancellable *cancellable, gsize *ret_sent_bytes)
{
  WfdUdpResult result = WFD_UDP_SENT;
  gsize sent_bytes;
  gboolean at_once = self->to_bytes == 0;

  if (!at_once && self->segmentation && bytes > segment_bytes) {
    result = send_waiting (self, data, bytes, segment_bytes, until_us, cancellable);
    self->segmentation = at_once = result != WFD_UDP_FAILED || !is_about_segments (errno);
  }
  if (at_once)
    sent_bytes = result == WFD_UDP_SENT ? bytes : 0;
  else
    result = send_one_by_one (self, data, bytes, segment_bytes, until_us, cancellable, &sent_bytes);
  if (ret_sent_bytes != NULL)
    *ret_sent_bytes = sent_bytes;
  return result;
}
