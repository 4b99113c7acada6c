/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-peer-filter.h"

#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>

#include "wfd-address.h"

#define MAX_WORDS 4
/* The version, two for each word of the address, and two verdicts. */
#define MAX_STEPS (3 + 2 * MAX_WORDS + 2)

/* Where the source address stands in the header. */
#define SOURCE_OF_IPV4 12
#define SOURCE_OF_IPV6 8

typedef struct
{
  guint version;
  guint at;
  guint n_words;
  guint32 words[MAX_WORDS];
} Source;

/* A socket for both families gets IPv4 packets as such, and tells of them as mapped
 * addresses (RFC 4291 §2.5.5.2). */
static Source
find_source (GInetAddress *peer)
{
  WfdBytes bytes = wfd_address_unmap (
      wfd_bytes (g_inet_address_to_bytes (peer), g_inet_address_get_native_size (peer)));
  Source source = bytes.left == 4 ? (Source) { 4, SOURCE_OF_IPV4, 1, { 0 } }
                                  : (Source) { 6, SOURCE_OF_IPV6, MAX_WORDS, { 0 } };

  memcpy (source.words, bytes.pos, bytes.left);
  return source;
}

/* Goes on if the value is @value, and else at the last of the @n_after steps that
 * follow, which drops. */
static struct sock_filter
expect (guint32 value, guint n_after)
{
  return (struct sock_filter) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, value, 0, n_after - 1);
}

static guint
write_steps (const Source *source, struct sock_filter *steps)
{
  guint n = 0, n_all = 3 + 2 * source->n_words + 2;

  steps[n++] = (struct sock_filter) BPF_STMT (BPF_LD | BPF_B | BPF_ABS, SKF_NET_OFF);
  steps[n++] = (struct sock_filter) BPF_STMT (BPF_ALU | BPF_RSH | BPF_K, 4);
  steps[n] = expect (source->version, n_all - 1 - n);
  n++;
  for (guint i = 0; i < source->n_words; i++) {
    steps[n++] =
        (struct sock_filter) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, SKF_NET_OFF + source->at + 4 * i);
    steps[n] = expect (g_ntohl (source->words[i]), n_all - 1 - n);
    n++;
  }
  steps[n++] = (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, G_MAXUINT32);
  steps[n++] = (struct sock_filter) BPF_STMT (BPF_RET | BPF_K, 0);
  return n;
}

gboolean
wfd_peer_filter_set (GSocket *socket, GInetAddress *peer)
{
  struct sock_filter steps[MAX_STEPS];
  struct sock_fprog program = { .filter = steps };
  int fd = g_socket_get_fd (socket), nothing = 0;
  Source source;

  if (peer == NULL)
    return setsockopt (fd, SOL_SOCKET, SO_DETACH_FILTER, &nothing, sizeof nothing) == 0;
  source = find_source (peer);
  program.len = write_steps (&source, steps);
  return setsockopt (fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}
