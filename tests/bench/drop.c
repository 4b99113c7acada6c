/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "drop.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#define UDP_BYTES 8
#define RTP_BYTES 12
#define TS_BYTES 188
#define N_TS 7
#define MAX_FD 1024
/* Of the first four bytes of a TS packet: unit start, adaptation and payload. */
#define TS_KIND 0x00400030
#define TS_PAYLOAD_ONLY 0x00000010

static gboolean
is_bound_to (int fd, guint16 port)
{
  struct sockaddr_storage address = { 0 };
  socklen_t n = sizeof (address), n_type = sizeof (int);
  int type = 0;

  if (getsockopt (fd, SOL_SOCKET, SO_TYPE, &type, &n_type) != 0 || type != SOCK_DGRAM)
    return FALSE;
  if (getsockname (fd, (struct sockaddr *) &address, &n) != 0)
    return FALSE;
  /* The port is at the same place in both. */
  return (address.ss_family == AF_INET || address.ss_family == AF_INET6)
      && ((struct sockaddr_in *) &address)->sin_port == g_htons (port);
}

/* -1: none. */
static int
find_socket (guint16 port)
{
  for (int fd = 0; fd < MAX_FD; fd++)
    if (is_bound_to (fd, port))
      return fd;
  return -1;
}

typedef struct
{
  struct sock_filter code[64];
  guint n;
} Program;

static void
add (Program *self, struct sock_filter instruction)
{
  self->code[self->n++] = instruction;
}

/* The jumps are filled in at the end. */
static void
add_keep_unless (Program *self, guint32 value)
{
  add (self, (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0));
}

/* The filter sees the header of UDP as well. */
static void
make_program (Program *self, guint every)
{
  *self = (Program) { .n = 0 };
  add (self, (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_LEN, 0));
  add_keep_unless (self, UDP_BYTES + RTP_BYTES + N_TS * TS_BYTES);
  add (self, (struct sock_filter) BPF_STMT (BPF_LD | BPF_H | BPF_ABS, UDP_BYTES + 2));
  add (self, (struct sock_filter) BPF_STMT (BPF_ALU | BPF_AND | BPF_K, every - 1));
  add_keep_unless (self, 0);
  for (guint i = 0; i < N_TS; i++) {
    add (self,
        (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS,
            UDP_BYTES + RTP_BYTES + i * TS_BYTES));
    add (self, (struct sock_filter) BPF_STMT (BPF_ALU | BPF_AND | BPF_K, TS_KIND));
    add_keep_unless (self, TS_PAYLOAD_ONLY);
  }
  add (self, (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, 0));
  add (self, (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, G_MAXUINT32));
  for (guint i = 0; i < self->n; i++)
    if (BPF_CLASS (self->code[i].code) == BPF_JMP)
      self->code[i].jf = self->n - 1 - (i + 1);
}

gboolean
drop_begin (guint16 port, guint every, GError **error)
{
  int fd = find_socket (port), off = 0;
  Program program;
  struct sock_fprog attached;

  g_return_val_if_fail (every != 0 && (every & (every - 1)) == 0, FALSE);

  make_program (&program, every);
  attached = (struct sock_fprog) { .len = program.n, .filter = program.code };
  /* Else a filter sees a train of packets as one. */
  if (fd >= 0)
    setsockopt (fd, IPPROTO_UDP, UDP_GRO, &off, sizeof (off));
  if (fd >= 0 && setsockopt (fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof (attached)) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (fd >= 0 ? errno : ENOENT),
      "no packets can be lost at port %u: %s", port,
      fd >= 0 ? g_strerror (errno) : "no socket has it");
  return FALSE;
}

guint
drop_count (guint16 port)
{
  guint32 values[SK_MEMINFO_VARS] = { 0 };
  socklen_t n = sizeof (values);
  int fd = find_socket (port);

  if (fd < 0 || getsockopt (fd, SOL_SOCKET, SO_MEMINFO, values, &n) != 0)
    return 0;
  return values[SK_MEMINFO_DROPS];
}
