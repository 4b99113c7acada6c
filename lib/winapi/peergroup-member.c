/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergroup-private.h"

static void
fill_member (gpointer block, gconstpointer item, gpointer ret_built)
{
  const WfdPeerMember *member = item;
  PPEER_MEMBER built = ret_built;
  PEER_NODE_INFO node = { 0 };

  if (member->node != NULL)
    peergraph_fill_node (block, member->node, &node);
  *built = (PEER_MEMBER) { sizeof (*built), member->node != NULL ? PEER_MEMBER_PRESENT : 0,
    winapi_text_add_wide (block, member->identity), node.pwzAttributes, node.ullNodeId,
    node.cAddresses, node.pAddresses,
    member->chain != NULL ? peergroup_build_credential (block, member->chain) : NULL };
}

HRESULT WINAPI
PeerGroupEnumMembers (HGROUP hGroup, DWORD dwFlags, PCWSTR pwzIdentity, HPEERENUM *phPeerEnum)
{
  static const WinapiItemType type = { sizeof (PEER_MEMBER), fill_member };
  g_autofree char *identity = peergroup_read_name (pwzIdentity);
  Group *group;
  HRESULT result = peergroup_enter_group (hGroup, &group);

  if (FAILED (result))
    return result;
  if (phPeerEnum == NULL || (dwFlags & ~PEER_MEMBER_PRESENT) != 0
      || (pwzIdentity != NULL && identity == NULL))
    return peergraph_leave (E_INVALIDARG);
  return peergraph_leave (winapi_enum_new (WINAPI_BLOCK_GROUP, &type,
      wfd_peer_group_node_list_members (group->node, (dwFlags & PEER_MEMBER_PRESENT) != 0,
          identity),
      phPeerEnum));
}
