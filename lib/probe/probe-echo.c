/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "probe-wire.h"
#include "probe.h"

/* Some ten a second, at irregular times, as there are radios that are away regularly. */
#define LEAST_US 50000
#define MOST_US 150000
/* What comes back after so long is worth nothing. */
#define WORTH_US 2000000
#define UNDER_WAY 32

/* Who has not answered so many is asked rarely. */
#define PATIENCE 50
#define RARELY_US 1000000
/* So long after an answer others will come. */
#define FRESH_US 1000000

/* CS4, as the stream: the echo has to wait behind it in the device. */
#define DSCP_TOS 0x80

#define MAX_BYTES 256

typedef struct
{
  WfdLinkProbe parent;
  GSocket *socket;
  gboolean is_v6;
  guint16 sequence;
  gint64 sent_us[UNDER_WAY]; /* us, by sequence; unknown: it is back, or there was none */
  gint64 next_us;            /* us, of the next one */
  gint64 answered_us;        /* us, when an answer was found last; or unknown */
  guint n_unanswered;        /* in a row */
} Echo;

/* us, since when the kernel has had what was received; 0 if it does not tell. */
static gint64
get_held_us (struct msghdr *message)
{
  gint64 now_us = g_get_real_time ();
  struct timespec stamp;

  for (struct cmsghdr *one = CMSG_FIRSTHDR (message); one != NULL;
       one = CMSG_NXTHDR (message, one)) {
    if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SO_TIMESTAMPNS
        || one->cmsg_len < CMSG_LEN (sizeof stamp))
      continue;
    memcpy (&stamp, CMSG_DATA (one), sizeof stamp);
    return MAX (now_us - (stamp.tv_sec * G_USEC_PER_SEC + stamp.tv_nsec / 1000), 0);
  }
  return 0;
}

/* FALSE: nothing more has come. */
static gboolean
receive (Echo *self, WfdLinkReading *reading, gint64 now_us)
{
  guint8 data[MAX_BYTES], control[MAX_BYTES] __attribute__ ((aligned (8)));
  struct iovec part = { data, sizeof data };
  struct msghdr message = { .msg_iov = &part,
    .msg_iovlen = 1,
    .msg_control = control,
    .msg_controllen = sizeof control };
  gint64 *sent_us = NULL;
  guint16 sequence;
  gssize n = recvmsg (g_socket_get_fd (self->socket), &message, MSG_DONTWAIT);

  if (n < 0)
    return FALSE;
  if (wfd_probe_wire_read_echo (wfd_bytes (data, n), self->is_v6, &sequence)
      && (guint16) (self->sequence - sequence) < UNDER_WAY)
    sent_us = &self->sent_us[sequence % UNDER_WAY];
  if (sent_us == NULL || *sent_us == WFD_RATE_UNKNOWN)
    return TRUE;
  reading->rtt_age_us = get_held_us (&message);
  reading->rtt_us = MAX (now_us - *sent_us - reading->rtt_age_us, 0);
  *sent_us = WFD_RATE_UNKNOWN;
  self->answered_us = now_us;
  self->n_unanswered = 0;
  return TRUE;
}

/* A clock that goes back must not end it. */
static gboolean
is_due (const Echo *self, gint64 now_us)
{
  return now_us >= self->next_us || self->next_us - now_us > RARELY_US;
}

static void
send_echo (Echo *self, gint64 now_us)
{
  guint8 data[WFD_PROBE_ECHO_BYTES];
  gint64 pause_us = g_random_int_range (LEAST_US, MOST_US);
  gssize n;

  wfd_probe_wire_write_echo (self->is_v6, ++self->sequence, data);
  n = send (g_socket_get_fd (self->socket), data, sizeof data, MSG_DONTWAIT | MSG_NOSIGNAL);
  self->sent_us[self->sequence % UNDER_WAY] = n > 0 ? now_us : WFD_RATE_UNKNOWN;
  self->next_us = now_us + (self->n_unanswered < PATIENCE ? pause_us : RARELY_US);
  self->n_unanswered++;
}

/* Each attempt to receive is a system call. */
static gboolean
is_any_under_way (const Echo *self, gint64 now_us)
{
  for (guint i = 0; i < UNDER_WAY; i++)
    if (self->sent_us[i] != WFD_RATE_UNKNOWN && now_us - self->sent_us[i] < WORTH_US)
      return TRUE;
  return FALSE;
}

static void
echo_look (WfdLinkProbe *probe, WfdLinkReading *reading, gint64 now_us)
{
  Echo *self = (Echo *) probe;

  if (reading->rtt_us != WFD_RATE_UNKNOWN)
    return;
  for (guint i = 0; i < UNDER_WAY; i++)
    if (!is_any_under_way (self, now_us) || !receive (self, reading, now_us))
      break;
  if (is_due (self, now_us))
    send_echo (self, now_us);
  reading->tells_rtts |=
      self->answered_us != WFD_RATE_UNKNOWN && now_us - self->answered_us < FRESH_US;
}

static void
echo_free (WfdLinkProbe *probe)
{
  Echo *self = (Echo *) probe;

  g_object_unref (self->socket);
  g_free (self);
}

static const WfdLinkProbeClass echo_class = { "echo", NULL, echo_look, echo_free };

/* GLib knows of no ICMP. */
static GSocket *
open_socket (gboolean is_v6, GError **error)
{
  int fd = is_v6 ? socket (AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMPV6)
                 : socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP);
  GSocket *made;

  if (fd < 0) {
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
    return NULL;
  }
  made = g_socket_new_from_fd (fd, error);
  if (made == NULL)
    close (fd);
  return made;
}

static void
set_options (GSocket *socket, gboolean is_v6)
{
  g_socket_set_option (socket, SOL_SOCKET, SO_TIMESTAMPNS, 1, NULL);
  if (is_v6)
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_TCLASS, DSCP_TOS, NULL);
  else
    g_socket_set_option (socket, IPPROTO_IP, IP_TOS, DSCP_TOS, NULL);
}

WfdLinkProbe *
wfd_link_probe_new_echo (GInetAddress *peer, GError **error)
{
  gboolean is_v6 = g_inet_address_get_family (peer) == G_SOCKET_FAMILY_IPV6;
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new (peer, 0);
  g_autoptr (GSocket) socket = open_socket (is_v6, error);
  Echo *self;

  if (socket == NULL || !g_socket_connect (socket, to, NULL, error))
    return NULL;
  set_options (socket, is_v6);
  self = g_new0 (Echo, 1);
  self->parent.klass = &echo_class;
  self->socket = g_steal_pointer (&socket);
  self->is_v6 = is_v6;
  self->answered_us = WFD_RATE_UNKNOWN;
  for (guint i = 0; i < UNDER_WAY; i++)
    self->sent_us[i] = WFD_RATE_UNKNOWN;
  return &self->parent;
}
