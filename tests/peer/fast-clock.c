/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fast-clock.h"

#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static int speed = 1;

void
fast_clock_start (int times)
{
  speed = times;
}

static struct timespec
read_clock (clockid_t clock)
{
  struct timespec now;

  syscall (SYS_clock_gettime, clock, &now);
  return now;
}

static gint64
to_ns (struct timespec time)
{
  return time.tv_sec * G_GINT64_CONSTANT (1000000000) + time.tv_nsec;
}

static struct timespec
from_ns (gint64 ns)
{
  return (
      struct timespec) { ns / G_GINT64_CONSTANT (1000000000), ns % G_GINT64_CONSTANT (1000000000) };
}

/* --- in the place of the C library's --- */

/* By how much the one that only counts is ahead, the other ones are. */
int
clock_gettime (clockid_t clock, struct timespec *ret_now)
{
  gint64 ahead_ns = to_ns (read_clock (CLOCK_MONOTONIC)) * (speed - 1);
  gboolean is_time = clock == CLOCK_MONOTONIC || clock == CLOCK_REALTIME;

  *ret_now = from_ns (to_ns (read_clock (clock)) + (is_time ? ahead_ns : 0));
  return 0;
}

int
gettimeofday (struct timeval *ret_now, void *zone)
{
  struct timespec now;

  clock_gettime (CLOCK_REALTIME, &now);
  *ret_now = (struct timeval) { now.tv_sec, now.tv_nsec / 1000 };
  return 0;
}

int
ppoll (struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
  struct timespec shorter = { 0 };

  if (timeout != NULL)
    shorter = from_ns (to_ns (*timeout) / speed);
  return syscall (SYS_ppoll, fds, n, timeout != NULL ? &shorter : NULL, mask, _NSIG / 8);
}

int
poll (struct pollfd *fds, nfds_t n, int timeout_ms)
{
  struct timespec timeout = from_ns (MAX (timeout_ms, 0) * G_GINT64_CONSTANT (1000000));

  return ppoll (fds, n, timeout_ms < 0 ? NULL : &timeout, NULL);
}

int
epoll_wait (int fd, struct epoll_event *events, int n, int timeout_ms)
{
  int shorter_ms = timeout_ms > 0 ? (timeout_ms + speed - 1) / speed : timeout_ms;

  return syscall (SYS_epoll_pwait, fd, events, n, shorter_ms, NULL, _NSIG / 8);
}

int
setsockopt (int fd, int level, int option, const void *value, socklen_t size)
{
  gboolean is_time = level == IPPROTO_TCP && (option == TCP_KEEPIDLE || option == TCP_KEEPINTVL);
  int shorter = is_time ? MAX (*(const int *) value / speed, 1) : 0;

  return syscall (SYS_setsockopt, fd, level, option, is_time ? &shorter : value, size);
}

int
getsockopt (int fd, int level, int option, void *value, socklen_t *size)
{
  int result = syscall (SYS_getsockopt, fd, level, option, value, size);

  if (result == 0 && level == IPPROTO_TCP && option == TCP_INFO)
    ((struct tcp_info *) value)->tcpi_last_ack_recv *= speed;
  return result;
}
