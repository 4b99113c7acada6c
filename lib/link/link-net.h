/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* An IPv4 address on a network interface of this machine, by rtnetlink. With it
 * the kernel makes the route into its network, on this interface and no other. */
typedef struct
{
  const char *interface;
  GInetAddress *address;
  guint prefix_length;
} WfdNetAddress;

/* Needs CAP_NET_ADMIN. An address that is there already is no error. */
gboolean wfd_net_add_address (const WfdNetAddress *address, GError **error);
/* Whether that worked or not: the interface may be gone as well. */
void wfd_net_remove_address (const WfdNetAddress *address);

/* --- wire: netlink(7), in the byte order of the machine --- */

typedef enum
{
  WFD_NET_ADD,
  WFD_NET_REMOVE,
} WfdNetRequest;

void wfd_net_build_request (WfdNetRequest request, const WfdNetAddress *address,
    guint interface_index, guint32 sequence, GByteArray *out);
/* What the kernel says to the request of that number: 0 or an errno. FALSE if it
 * is no answer to it. */
gboolean wfd_net_read_answer (WfdBytes message, guint32 sequence, gint *ret_errno);

/* --- socket --- */

/* 0 if there is no such interface. */
guint wfd_net_get_index (const char *interface);
/* Sends @request to the kernel, which answers at once; appends the answer. */
gboolean wfd_net_exchange (const GByteArray *request, GByteArray *answer, GError **error);

G_END_DECLS
