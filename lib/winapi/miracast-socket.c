/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a session sets for itself. */
static const struct
{
  int level;
  int name;
} options[] = {
  { IPPROTO_TCP, TCP_NODELAY },
  { IPPROTO_TCP, TCP_KEEPIDLE },
  { IPPROTO_TCP, TCP_KEEPINTVL },
  { IPPROTO_TCP, TCP_KEEPCNT },
  { SOL_SOCKET, SO_KEEPALIVE },
};

G_STATIC_ASSERT (G_N_ELEMENTS (options) == G_N_ELEMENTS (((MiracastSocket *) NULL)->options));

static NTSTATUS
check (int fd)
{
  struct sockaddr_storage peer;
  socklen_t length = sizeof (peer);
  int protocol = 0;

  if (getpeername (fd, (struct sockaddr *) &peer, &length) < 0)
    return errno == ENOTCONN ? STATUS_DEVICE_NOT_CONNECTED : STATUS_INVALID_PARAMETER;
  length = sizeof (protocol);
  if (getsockopt (fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) < 0 || protocol != IPPROTO_TCP)
    return STATUS_NOT_SUPPORTED;
  return STATUS_SUCCESS;
}

static void
close_all (MiracastSocket *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->dead_fd >= 0)
    close (self->dead_fd);
  *self = (MiracastSocket) MIRACAST_SOCKET_INIT;
}

NTSTATUS
miracast_socket_borrow (MiracastSocket *ret_socket, SOCKET original)
{
  int fd = original <= G_MAXINT ? (int) original : -1;
  NTSTATUS status = check (fd);

  if (status != STATUS_SUCCESS)
    return status;
  ret_socket->dead_fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  ret_socket->fd = fcntl (fd, F_DUPFD_CLOEXEC, 0);
  if (ret_socket->fd < 0 || ret_socket->dead_fd < 0) {
    close_all (ret_socket);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  ret_socket->flags = fcntl (fd, F_GETFL);
  for (guint i = 0; i < G_N_ELEMENTS (options); i++) {
    socklen_t length = sizeof (int);

    getsockopt (fd, options[i].level, options[i].name, &ret_socket->options[i], &length);
  }
  return STATUS_SUCCESS;
}

GSocketConnection *
miracast_socket_connect (MiracastSocket *self, GError **error)
{
  int fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 0);
  g_autoptr (GSocket) socket = fd >= 0 ? g_socket_new_from_fd (fd, error) : NULL;

  if (socket != NULL) {
    self->session_fd = fd;
    return g_socket_connection_factory_create_connection (socket);
  }
  if (fd >= 0)
    close (fd);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES, "%s", g_strerror (errno));
  return NULL;
}

void
miracast_socket_give_back (MiracastSocket *self)
{
  if (self->fd < 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    setsockopt (self->fd, options[i].level, options[i].name, &self->options[i], sizeof (int));
  fcntl (self->fd, F_SETFL, self->flags);
  close_all (self);
}

/* Who has closed it may have another file by that number now. */
static gboolean
is_open_in_session (const MiracastSocket *self)
{
  struct stat ours, theirs;

  return self->session_fd >= 0 && fstat (self->fd, &ours) == 0
      && fstat (self->session_fd, &theirs) == 0 && ours.st_dev == theirs.st_dev
      && ours.st_ino == theirs.st_ino;
}

void
miracast_socket_take_away (MiracastSocket *self)
{
  if (self->fd < 0)
    return;
  /* First, as what is written to a socket that blocks would hang. */
  if (is_open_in_session (self))
    dup3 (self->dead_fd, self->session_fd, O_CLOEXEC);
  miracast_socket_give_back (self);
}
