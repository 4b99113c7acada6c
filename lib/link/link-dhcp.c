/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-dhcp.h"

#include "link-net.h"
#include "link-peer.h"

void
wfd_dhcp_lease_clear (WfdDhcpLease *self)
{
  g_clear_object (&self->address);
  g_clear_object (&self->network);
  g_clear_object (&self->server);
}

guint32
wfd_dhcp_to_number (GInetAddress *address)
{
  guint32 number;

  memcpy (&number, g_inet_address_to_bytes (address), sizeof (number));
  return GUINT32_FROM_BE (number);
}

GInetAddress *
wfd_dhcp_from_number (guint32 number)
{
  guint32 octets = GUINT32_TO_BE (number);

  return g_inet_address_new_from_bytes ((const guint8 *) &octets, G_SOCKET_FAMILY_IPV4);
}

/* --- clients --- */

/* %i: the interface, %s: the script. All stay, renew the lease, and ask at short
 * intervals in the beginning where they can be told to. dhclient comes last:
 * AppArmor, where it is in use, does not let it run scripts that it does not know. */
static const struct
{
  const char *name;
  const char *args;
} clients[] = {
  { "udhcpc", "-f -t 10 -T 1 -i %i -s %s" },
  { "dhcpcd", "-4 -B -A -t 0 --noconfigure -f /dev/null -c %s %i" },
  { "busybox", "udhcpc -f -t 10 -T 1 -i %i -s %s" },
  { "dhclient", "-4 -d -cf /dev/null -lf /dev/null -pf /dev/null -sf %s %i" },
};

const char *
wfd_dhcp_get_client (guint n)
{
  return n < G_N_ELEMENTS (clients) ? clients[n].name : NULL;
}

static const char *
fill_in (const char *word, const char *interface, const char *script)
{
  if (strcmp (word, "%i") == 0)
    return interface;
  return strcmp (word, "%s") == 0 ? script : word;
}

char **
wfd_dhcp_build_client (guint n, const char *path, const char *interface, const char *script)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) words = g_strsplit (clients[n].args, " ", -1);

  g_strv_builder_add (argv, path);
  for (guint i = 0; words[i] != NULL; i++)
    g_strv_builder_add (argv, fill_in (words[i], interface, script));
  return g_strv_builder_end (argv);
}

/* NULL if it is none. */
static GInetAddress *
parse_ipv4 (WfdText text)
{
  g_autofree char *copy = wfd_text_dup (text);
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (copy);

  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4)
    return NULL;
  return g_steal_pointer (&address);
}

static gboolean
is_lease_event (WfdText event)
{
  static const char *const events[] = { "bound", "renew", "rebind", "reboot" };

  for (guint i = 0; i < G_N_ELEMENTS (events); i++) {
    if (wfd_text_equal (event, events[i]))
      return TRUE;
  }
  return FALSE;
}

static void
read_pair (WfdText pair, WfdDhcpLease *lease, GInetAddress **mask, GInetAddress **router)
{
  WfdText key;
  GInetAddress **places[] = { &lease->address, mask, &lease->server, router };
  static const char *const keys[] = { "address", "mask", "server", "router" };

  if (!wfd_text_take_until (&pair, '=', &key))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (wfd_text_equal (key, keys[i]) && *places[i] == NULL)
      *places[i] = parse_ipv4 (pair);
  }
}

static gboolean
is_in (GInetAddressMask *network, GInetAddress *address)
{
  return address != NULL && g_inet_address_mask_matches (network, address);
}

gboolean
wfd_dhcp_read_client (WfdText line, WfdDhcpLease *ret_lease)
{
  g_auto (WfdDhcpLease) lease = { NULL };
  g_autoptr (GInetAddress) mask = NULL, router = NULL;
  WfdText token;

  if (!wfd_text_take_token (&line, &token) || !is_lease_event (token))
    return FALSE;
  while (wfd_text_take_token (&line, &token))
    read_pair (token, &lease, &mask, &router);
  if (lease.address == NULL || mask == NULL)
    return FALSE;
  lease.network = wfd_net_new_network (lease.address, g_inet_address_to_bytes (mask));
  if (lease.network == NULL || !wfd_net_is_small (lease.network))
    return FALSE;
  if (!is_in (lease.network, lease.server))
    g_clear_object (&lease.server);
  if (lease.server == NULL && is_in (lease.network, router))
    lease.server = g_steal_pointer (&router);
  *ret_lease = lease;
  lease = (WfdDhcpLease) { NULL };
  return TRUE;
}

/* --- server --- */

/* That of @first to @last, as far as it is in @whole, if it is larger than @range. */
static void
take_larger (WfdDhcpRange *range, const WfdDhcpRange *whole, gint64 first, gint64 last)
{
  gint64 low = MAX (first, (gint64) whole->first), high = MIN (last, (gint64) whole->last);

  if (high - low > (gint64) range->last - range->first)
    *range = (WfdDhcpRange) { low, high };
}

gboolean
wfd_dhcp_choose_range (GInetAddressMask *network, GInetAddress *ours, const WfdDhcpRange *taken,
    WfdDhcpRange *ret_range)
{
  guint32 base = wfd_dhcp_to_number (g_inet_address_mask_get_address (network));
  guint length = g_inet_address_mask_get_length (network);
  guint32 own = wfd_dhcp_to_number (ours);
  WfdDhcpRange range = { 1, 0 }, whole, low = { own, own }, high = { own, own };

  if (length > 30)
    return FALSE;
  whole = (WfdDhcpRange) { base + 1, (base | G_MAXUINT32 >> length) - 1 };
  if (taken->first > own)
    high = *taken;
  else if (taken->last >= taken->first)
    low = *taken;
  take_larger (&range, &whole, 0, (gint64) low.first - 1);
  take_larger (&range, &whole, (gint64) low.last + 1, (gint64) high.first - 1);
  take_larger (&range, &whole, (gint64) MAX (low.last, high.last) + 1, G_MAXUINT32);
  if (range.last < range.first)
    return FALSE;
  *ret_range = range;
  return TRUE;
}

/* No router and no name server, because what leads out of the group is none of
 * its business; no ping before an address is given, which takes three seconds. */
static const char *const server_args[] = { "--keep-in-foreground", "--conf-file=/dev/null",
  "--port=0", "--bind-interfaces", "--except-interface=lo", "--dhcp-authoritative", "--no-ping",
  "--dhcp-option=3", "--dhcp-option=6", "--leasefile-ro", "--pid-file", "--log-facility=-", NULL };

char **
wfd_dhcp_build_server (const char *path, const char *interface, const WfdDhcpRange *range)
{
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autoptr (GInetAddress) first = wfd_dhcp_from_number (range->first);
  g_autoptr (GInetAddress) last = wfd_dhcp_from_number (range->last);
  g_autofree char *first_text = g_inet_address_to_string (first);
  g_autofree char *last_text = g_inet_address_to_string (last);
  g_autofree char *given = g_strdup_printf ("--dhcp-range=%s,%s,1h", first_text, last_text);
  g_autofree char *on = g_strconcat ("--interface=", interface, NULL);

  g_strv_builder_add_many (argv, path, on, given, NULL);
  g_strv_builder_addv (argv, (const char **) server_args);
  return g_strv_builder_end (argv);
}

/* "dnsmasq-dhcp[4711]: DHCPACK(p2p-wlan0-0) 192.168.173.104 02:00:00:00:03:00 name" */
GInetAddress *
wfd_dhcp_read_server (WfdText line, guint8 *ret_station)
{
  g_autofree char *station = NULL;
  WfdText token, address;

  while (wfd_text_take_token (&line, &token) && !wfd_text_has_prefix (token, "DHCPACK("))
    continue;
  if (!wfd_text_take_token (&line, &address) || !wfd_text_take_token (&line, &token))
    return NULL;
  station = wfd_text_dup (token);
  return wfd_link_read_address (station, ret_station) ? parse_ipv4 (address) : NULL;
}
