/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-net.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <wfd/wfd-error.h>

/* One request goes over each socket. */
#define SEQUENCE 1

/* --- wire --- */

static void
append_attribute (GByteArray *out, guint16 type, const guint8 *octets, guint16 n)
{
  struct rtattr attribute = { .rta_len = RTA_LENGTH (n), .rta_type = type };

  g_byte_array_append (out, (const guint8 *) &attribute, sizeof (attribute));
  g_byte_array_append (out, octets, n);
}

void
wfd_net_build_request (WfdNetRequest request, const WfdNetAddress *address, guint interface_index,
    guint32 sequence, GByteArray *out)
{
  const guint8 *octets = g_inet_address_to_bytes (address->address);
  gsize n = g_inet_address_get_native_size (address->address);
  gboolean adds = request == WFD_NET_ADD;
  struct nlmsghdr header = {
    .nlmsg_len = NLMSG_LENGTH (sizeof (struct ifaddrmsg)) + 2 * RTA_LENGTH (n),
    .nlmsg_type = adds ? RTM_NEWADDR : RTM_DELADDR,
    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | (adds ? NLM_F_CREATE | NLM_F_EXCL : 0),
    .nlmsg_seq = sequence,
  };
  struct ifaddrmsg message = {
    .ifa_family = AF_INET,
    .ifa_prefixlen = address->prefix_length,
    .ifa_index = interface_index,
  };

  g_byte_array_append (out, (const guint8 *) &header, sizeof (header));
  g_byte_array_append (out, (const guint8 *) &message, sizeof (message));
  append_attribute (out, IFA_LOCAL, octets, n);
  append_attribute (out, IFA_ADDRESS, octets, n);
}

static gboolean
take_struct (WfdBytes *bytes, gpointer ret_struct, gsize n)
{
  WfdBytes taken;

  if (!wfd_bytes_take (bytes, n, &taken))
    return FALSE;
  memcpy (ret_struct, taken.pos, n);
  return TRUE;
}

gboolean
wfd_net_read_answer (WfdBytes message, guint32 sequence, gint *ret_errno)
{
  gsize size = message.left;
  struct nlmsghdr header;
  gint32 error;

  if (!take_struct (&message, &header, sizeof (header)) || header.nlmsg_len > size
      || header.nlmsg_len < sizeof (header) + sizeof (error) || header.nlmsg_type != NLMSG_ERROR
      || header.nlmsg_seq != sequence)
    return FALSE;
  if (!take_struct (&message, &error, sizeof (error)) || error > 0 || error == G_MININT32)
    return FALSE;
  *ret_errno = -error;
  return TRUE;
}

/* --- asked and answered --- */

static gboolean
check_answer (gint number, const WfdNetAddress *address, GError **error)
{
  if (number == 0 || number == EEXIST)
    return TRUE;
  if (number == EPERM || number == EACCES)
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_PERMISSION,
        "This program may not set an address on %s; it needs CAP_NET_ADMIN (or to be root)",
        address->interface);
  else
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_DEVICE, "No address could be set on %s: %s",
        address->interface, g_strerror (number));
  return FALSE;
}

static gboolean
ask (WfdNetRequest request, const WfdNetAddress *address, GError **error)
{
  g_autoptr (GByteArray) asked = g_byte_array_new ();
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  guint index = wfd_net_get_index (address->interface);
  gint number;

  if (index == 0) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_DEVICE, "There is no network interface %s",
        address->interface);
    return FALSE;
  }
  wfd_net_build_request (request, address, index, SEQUENCE, asked);
  if (!wfd_net_exchange (asked, answer, error))
    return FALSE;
  if (!wfd_net_read_answer (wfd_bytes (answer->data, answer->len), SEQUENCE, &number)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_MALFORMED, "The kernel's answer cannot be read");
    return FALSE;
  }
  return check_answer (number, address, error);
}

gboolean
wfd_net_add_address (const WfdNetAddress *address, GError **error)
{
  return ask (WFD_NET_ADD, address, error);
}

void
wfd_net_remove_address (const WfdNetAddress *address)
{
  ask (WFD_NET_REMOVE, address, NULL);
}
