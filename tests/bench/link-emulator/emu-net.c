/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "emu-net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICE "wfd0"
/* Only the model may drop anything. In a user namespace it stays at 500, which are
 * enough unless a sender holds nothing back. */
#define QUEUE_PACKETS 10000
#define ADDRESS_TRIES 100
#define ADDRESS_MS 10

static gboolean
fail (GError **error, const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

static gboolean
write_map (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean done = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);
  return done;
}

gboolean
emu_net_prepare (GError **error)
{
  g_autofree char *uid_map = g_strdup_printf ("0 %u 1", (guint) getuid ());
  g_autofree char *gid_map = g_strdup_printf ("0 %u 1", (guint) getgid ());

  if (geteuid () == 0)
    return TRUE;
  if (unshare (CLONE_NEWUSER) != 0)
    return fail (error, "no user namespace can be made");
  if (!write_map ("/proc/self/setgroups", "deny") || !write_map ("/proc/self/uid_map", uid_map)
      || !write_map ("/proc/self/gid_map", gid_map))
    return fail (error, "the user namespace cannot be set up");
  return TRUE;
}

static gboolean
set_address (int fd, struct ifreq *request, unsigned long code, const char *text)
{
  struct sockaddr_in address = { .sin_family = AF_INET };

  inet_pton (AF_INET, text, &address.sin_addr);
  memcpy (&request->ifr_addr, &address, sizeof address);
  return ioctl (fd, code, request) == 0;
}

/* linux/ipv6.h, which does not go with netinet/in.h. */
typedef struct
{
  struct in6_addr address;
  guint32 prefix_bits;
  int index;
} Ip6Request;

/* A TUN device has no neighbours to ask whether the address is taken, but that there are none is
 * found in a thread of the kernel, which may have to wait for a processor. */
static gboolean
wait_for_address6 (int fd, const struct in6_addr *address)
{
  struct sockaddr_in6 own = { .sin6_family = AF_INET6, .sin6_addr = *address };

  for (guint i = 0; i < ADDRESS_TRIES; i++) {
    if (bind (fd, (struct sockaddr *) &own, sizeof own) == 0)
      return TRUE;
    g_usleep (ADDRESS_MS * 1000);
  }
  return FALSE;
}

/* A machine without it does without. */
static void
set_address6 (const char *text)
{
  Ip6Request request = { .prefix_bits = 64, .index = if_nametoindex (DEVICE) };
  int fd = socket (AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  inet_pton (AF_INET6, text, &request.address);
  if (fd < 0 || ioctl (fd, SIOCSIFADDR, &request) != 0 || !wait_for_address6 (fd, &request.address))
    g_debug ("no IPv6: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
}

static gboolean
set_up (int fd, const char *device)
{
  struct ifreq request = { .ifr_flags = IFF_UP };

  g_strlcpy (request.ifr_name, device, sizeof request.ifr_name);
  return ioctl (fd, SIOCSIFFLAGS, &request) == 0;
}

static gboolean
configure (const char *address, const char *address6, GError **error)
{
  struct ifreq request = { 0 };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  gboolean done;

  g_strlcpy (request.ifr_name, DEVICE, sizeof request.ifr_name);
  done = fd >= 0 && set_address (fd, &request, SIOCSIFADDR, address)
      && set_address (fd, &request, SIOCSIFNETMASK, "255.255.255.0") && set_up (fd, DEVICE)
      && set_up (fd, "lo");
  request.ifr_qlen = QUEUE_PACKETS;
  if (done && ioctl (fd, SIOCSIFTXQLEN, &request) != 0)
    g_debug ("the queue of the device keeps its length: %s", g_strerror (errno));
  if (done)
    set_address6 (address6);
  else
    fail (error, "the device cannot be set up");
  if (fd >= 0)
    close (fd);
  return done;
}

static gboolean
open_tun (EmuSide *self, GError **error)
{
  struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };

  g_strlcpy (request.ifr_name, DEVICE, sizeof request.ifr_name);
  self->tun_fd = open ("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (self->tun_fd < 0 || ioctl (self->tun_fd, TUNSETIFF, &request) != 0)
    return fail (error, "no TUN device can be made");
  return TRUE;
}

gboolean
emu_net_open (EmuSide *self, const char *address, const char *address6, GError **error)
{
  if (unshare (CLONE_NEWNET) != 0)
    return fail (error, "no network namespace can be made");
  /* As on a usual system; not so in a namespace. */
  write_map ("/proc/sys/net/ipv4/ping_group_range", "0 0");
  self->namespace_fd = open ("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (self->namespace_fd < 0)
    return fail (error, "the network namespace cannot be opened");
  return open_tun (self, error) && configure (address, address6, error);
}

void
emu_net_close (EmuSide *self)
{
  if (self->tun_fd >= 0)
    close (self->tun_fd);
  if (self->namespace_fd >= 0)
    close (self->namespace_fd);
  *self = (EmuSide) EMU_SIDE_INIT;
}

gboolean
emu_net_enter (const EmuSide *self)
{
  return setns (self->namespace_fd, CLONE_NEWNET) == 0;
}
