/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-datagrams.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "wfd-address.h"
#include "wfd-peer-filter.h"

/* Jumbo frames have 9,000. */
#define DATAGRAM_BYTES 9216

struct _WfdDatagrams
{
  GSocket *socket;
  GstPoll *poll;
  GstPollFD fd;
  struct mmsghdr headers[WFD_DATAGRAMS_MAX];
  struct iovec vectors[WFD_DATAGRAMS_MAX];
  struct sockaddr_storage from[WFD_DATAGRAMS_MAX];
  guint8 bytes[WFD_DATAGRAMS_MAX][DATAGRAM_BYTES];
};

WfdDatagrams *
wfd_datagrams_new (GSocket *socket)
{
  WfdDatagrams *self = g_new0 (WfdDatagrams, 1);

  self->socket = g_object_ref (socket);
  self->poll = gst_poll_new (TRUE);
  gst_poll_fd_init (&self->fd);
  self->fd.fd = g_socket_get_fd (socket);
  gst_poll_add_fd (self->poll, &self->fd);
  gst_poll_fd_ctl_read (self->poll, &self->fd, TRUE);
  for (guint i = 0; i < WFD_DATAGRAMS_MAX; i++) {
    self->vectors[i] = (struct iovec) { self->bytes[i], DATAGRAM_BYTES };
    self->headers[i].msg_hdr.msg_name = &self->from[i];
    self->headers[i].msg_hdr.msg_iov = &self->vectors[i];
    self->headers[i].msg_hdr.msg_iovlen = 1;
  }
  return self;
}

void
wfd_datagrams_free (WfdDatagrams *self)
{
  if (self == NULL)
    return;
  gst_poll_free (self->poll);
  g_object_unref (self->socket);
  g_free (self);
}

void
wfd_datagrams_hear_only (WfdDatagrams *self, GInetAddress *peer)
{
  wfd_peer_filter_set (self->socket, peer);
}

void
wfd_datagrams_wait (WfdDatagrams *self, GstClockTime timeout)
{
  gst_poll_wait (self->poll, timeout);
}

void
wfd_datagrams_call_away (WfdDatagrams *self, gboolean away)
{
  gst_poll_set_flushing (self->poll, away);
}

guint
wfd_datagrams_read (WfdDatagrams *self)
{
  int n;

  for (guint i = 0; i < WFD_DATAGRAMS_MAX; i++)
    self->headers[i].msg_hdr.msg_namelen = sizeof (self->from[i]);
  n = recvmmsg (self->fd.fd, self->headers, WFD_DATAGRAMS_MAX, MSG_DONTWAIT, NULL);
  return MAX (n, 0);
}

WfdBytes
wfd_datagrams_get (WfdDatagrams *self, guint i)
{
  return wfd_bytes (self->bytes[i], self->headers[i].msg_len);
}

gboolean
wfd_datagrams_is_from (WfdDatagrams *self, guint i, WfdBytes address)
{
  const struct sockaddr_storage *from = &self->from[i];
  const struct sockaddr_in6 *inet6 = (const struct sockaddr_in6 *) from;
  const struct sockaddr_in *inet = (const struct sockaddr_in *) from;
  WfdBytes is = from->ss_family == AF_INET6 ? wfd_bytes (inet6->sin6_addr.s6_addr, 16)
                                            : wfd_bytes ((const guint8 *) &inet->sin_addr, 4);

  is = wfd_address_unmap (is);
  address = wfd_address_unmap (address);
  return wfd_bytes_take_exact (&is, address.pos, address.left) && is.left == 0;
}

/* Both families have it at the same place. */
guint16
wfd_datagrams_get_port (WfdDatagrams *self, guint i)
{
  const struct sockaddr_in *inet = (const struct sockaddr_in *) &self->from[i];

  G_STATIC_ASSERT (
      offsetof (struct sockaddr_in, sin_port) == offsetof (struct sockaddr_in6, sin6_port));
  return g_ntohs (inet->sin_port);
}
