/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wfd/wfd-error.h>

#include "link-net.h"

/* An answer repeats the request behind its own header. */
#define ANSWER_BYTES 1024

guint
wfd_net_get_index (const char *interface)
{
  return if_nametoindex (interface);
}

static gboolean
fail (const char *what, GError **error)
{
  g_set_error (error, WFD_ERROR, WFD_ERROR_NO_DEVICE, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

/* The kernel has done it, and its answer is there, when send () comes back. */
static gboolean
exchange (int fd, const GByteArray *request, GByteArray *answer, GError **error)
{
  guint8 octets[ANSWER_BYTES];
  gssize n;

  if (send (fd, request->data, request->len, 0) < 0)
    return fail ("The kernel takes no request for an address", error);
  n = recv (fd, octets, sizeof (octets), MSG_DONTWAIT);
  if (n < 0)
    return fail ("The kernel does not answer a request for an address", error);
  g_byte_array_append (answer, octets, n);
  return TRUE;
}

gboolean
wfd_net_exchange (const GByteArray *request, GByteArray *answer, GError **error)
{
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  gboolean ok;

  if (fd < 0)
    return fail ("There is no rtnetlink", error);
  ok = exchange (fd, request, answer, error);
  close (fd);
  return ok;
}
