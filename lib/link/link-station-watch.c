/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <glib-unix.h>
#include <netlink/msg.h>
#include <sys/socket.h>

#include "link-station.h"

/* The kernel fills no more than this at once. */
#define DATAGRAM_BYTES (32 * 1024)
/* The rest of an answer comes when the context has done other things. */
#define MAX_DATAGRAMS_AT_ONCE 4

struct _WfdStationWatch
{
  gint n_refs;
  WfdStationSocket socket;
  WfdStationAnswer answer;
  gboolean is_asked;
  guint n_waited; /* intervals since */
  GSource *timer;
  GSource *readable;
  WfdStationFunc func; /* NULL when freed */
  gpointer user_data;
  guint64 datagram[DATAGRAM_BYTES / sizeof (guint64)]; /* aligned */
};

static void
unref (WfdStationWatch *self)
{
  if (--self->n_refs > 0)
    return;
  g_array_unref (self->answer.stations);
  g_free (self);
}

/* After so many intervals the end of an answer has been lost. */
#define MAX_WAITED 4

/* One question at a time; one that could not be asked is asked the next time. */
static gboolean
on_timer (gpointer user_data)
{
  WfdStationWatch *self = user_data;
  struct nl_msg *request;
  struct nlmsghdr *header;

  if (self->is_asked && ++self->n_waited < MAX_WAITED)
    return G_SOURCE_CONTINUE;
  self->n_waited = 0;
  g_array_set_size (self->answer.stations, 0);
  request = wfd_station_build_request (self->answer.family, self->answer.interface_index,
      ++self->answer.sequence);
  header = nlmsg_hdr (request);
  self->is_asked =
      send (self->socket.fd, header, header->nlmsg_len, MSG_NOSIGNAL) == (gssize) header->nlmsg_len;
  nlmsg_free (request);
  return G_SOURCE_CONTINUE;
}

static void
finish (WfdStationWatch *self, WfdStationResult result)
{
  self->is_asked = FALSE;
  if (result == WFD_STATION_DONE)
    self->func ((const WfdStation *) self->answer.stations->data, self->answer.stations->len,
        self->user_data);
}

/* Something of the answer may have been lost on the way, e.g. for want of memory. */
static gboolean
is_lost (gssize n)
{
  return n < 0 && errno != EAGAIN && errno != EINTR;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer user_data)
{
  WfdStationWatch *self = user_data;
  WfdStationResult result = WFD_STATION_MORE;

  self->n_refs++;
  for (guint i = 0; i < MAX_DATAGRAMS_AT_ONCE && self->func != NULL; i++) {
    gssize n = recv (fd, self->datagram, sizeof (self->datagram), MSG_DONTWAIT);

    result = is_lost (n) ? WFD_STATION_FAILED : WFD_STATION_MORE;
    if (n > 0 && self->is_asked)
      result = wfd_station_read (&self->answer, self->datagram, n);
    if (result != WFD_STATION_MORE)
      finish (self, result);
    if (n <= 0)
      break;
  }
  unref (self);
  return G_SOURCE_CONTINUE;
}

static GSource *
attach (GSource *source, GSourceFunc callback, WfdStationWatch *self, GMainContext *context)
{
  g_source_set_callback (source, callback, self, NULL);
  g_source_attach (source, context);
  return source;
}

WfdStationWatch *
wfd_station_watch_new (guint interface_index, guint interval_ms, GMainContext *context,
    WfdStationFunc func, gpointer user_data, GError **error)
{
  WfdStationSocket socket;
  WfdStationWatch *self;

  if (!wfd_station_socket_open (&socket, error))
    return NULL;
  self = g_new0 (WfdStationWatch, 1);
  self->n_refs = 1;
  self->socket = socket;
  self->answer.family = socket.family;
  self->answer.interface_index = interface_index;
  self->answer.stations = g_array_new (FALSE, FALSE, sizeof (WfdStation));
  self->func = func;
  self->user_data = user_data;
  self->timer = attach (g_timeout_source_new (interval_ms), on_timer, self, context);
  self->readable = attach (g_unix_fd_source_new (socket.fd, G_IO_IN), G_SOURCE_FUNC (on_readable),
      self, context);
  on_timer (self);
  return self;
}

static void
destroy (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

void
wfd_station_watch_free (WfdStationWatch *self)
{
  destroy (self->timer);
  destroy (self->readable);
  wfd_station_socket_close (&self->socket);
  self->func = NULL;
  unref (self);
}
