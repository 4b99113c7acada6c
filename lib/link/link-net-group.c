/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ie-p2p.h>
#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "link-net.h"

static struct nla_policy bss_policy[NL80211_BSS_MAX + 1] = {
  [NL80211_BSS_FREQUENCY] = { .type = NLA_U32 },
  [NL80211_BSS_SEEN_MS_AGO] = { .type = NLA_U32 },
};

static gboolean
is_owner (struct nlattr *elements, const guint8 *device)
{
  guint8 owner[WFD_IE_ADDRESS_BYTES];

  return elements != NULL
      && wfd_ie_read_group_owner (wfd_bytes (nla_data (elements), nla_len (elements)), owner)
      && memcmp (owner, device, sizeof (owner)) == 0;
}

gboolean
wfd_net_read_group (struct nlmsghdr *header, const guint8 *device, guint *ret_frequency_mhz,
    guint *ret_age_ms)
{
  struct nlattr *attribute, *bss[NL80211_BSS_MAX + 1];

  if (!genlmsg_valid_hdr (header, 0) || genlmsg_hdr (header)->cmd != NL80211_CMD_NEW_SCAN_RESULTS)
    return FALSE;
  attribute = nlmsg_find_attr (header, GENL_HDRLEN, NL80211_ATTR_BSS);
  if (attribute == NULL || nla_parse_nested (bss, NL80211_BSS_MAX, attribute, bss_policy) < 0)
    return FALSE;
  if (bss[NL80211_BSS_FREQUENCY] == NULL || bss[NL80211_BSS_SEEN_MS_AGO] == NULL
      || !is_owner (bss[NL80211_BSS_INFORMATION_ELEMENTS], device))
    return FALSE;
  *ret_frequency_mhz = nla_get_u32 (bss[NL80211_BSS_FREQUENCY]);
  *ret_age_ms = nla_get_u32 (bss[NL80211_BSS_SEEN_MS_AGO]);
  return TRUE;
}

gint
wfd_net_read_radio (struct nlmsghdr *header)
{
  struct nlattr *wiphy;

  if (!genlmsg_valid_hdr (header, 0) || genlmsg_hdr (header)->cmd != NL80211_CMD_NEW_INTERFACE)
    return -1;
  wiphy = nlmsg_find_attr (header, GENL_HDRLEN, NL80211_ATTR_WIPHY);
  if (wiphy == NULL || nla_len (wiphy) != sizeof (guint32) || nla_get_u32 (wiphy) > G_MAXINT)
    return -1;
  return nla_get_u32 (wiphy);
}

/* A set of them is a list of flags whose types are its members. */
static gboolean
has_type (struct nlattr *types, guint type)
{
  return nla_find (nla_data (types), nla_len (types), type) != NULL;
}

WfdNetP2p
wfd_net_read_p2p (struct nlmsghdr *header)
{
  struct nlattr *types;

  if (!genlmsg_valid_hdr (header, 0) || genlmsg_hdr (header)->cmd != NL80211_CMD_NEW_WIPHY)
    return WFD_NET_P2P_UNKNOWN;
  types = nlmsg_find_attr (header, GENL_HDRLEN, NL80211_ATTR_SUPPORTED_IFTYPES);
  if (types == NULL || nla_len (types) == 0)
    return WFD_NET_P2P_UNKNOWN;
  return has_type (types, NL80211_IFTYPE_P2P_CLIENT) && has_type (types, NL80211_IFTYPE_P2P_GO)
      ? WFD_NET_P2P_THERE
      : WFD_NET_P2P_NONE;
}
