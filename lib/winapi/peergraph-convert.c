/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

/* Windows' structs and those of the room peer. */

void
peergraph_guid_from_wire (const WfdPeerGuid *wire, GUID *ret_guid)
{
  const guint8 *bytes = wire->bytes;

  ret_guid->Data1 = wfd_peer_get_u32 (bytes);
  ret_guid->Data2 = bytes[4] << 8 | bytes[5];
  ret_guid->Data3 = bytes[6] << 8 | bytes[7];
  memcpy (ret_guid->Data4, bytes + 8, sizeof (ret_guid->Data4));
}

WfdPeerGuid
peergraph_guid_to_wire (const GUID *guid)
{
  WfdPeerGuid wire;

  wfd_peer_put_u32 (wire.bytes, guid->Data1);
  wfd_peer_put_u32 (wire.bytes + 4, (guint32) guid->Data2 << 16 | guid->Data3);
  memcpy (wire.bytes + 8, guid->Data4, sizeof (guid->Data4));
  return wire;
}

FILETIME
peergraph_time_from_ticks (guint64 ticks)
{
  return (FILETIME) { (DWORD) ticks, ticks >> 32 };
}

guint64
peergraph_time_to_ticks (const FILETIME *time)
{
  return (guint64) time->dwHighDateTime << 32 | time->dwLowDateTime;
}

void
peergraph_address_from_peer (const WfdPeerAddress *peer, PEER_ADDRESS *ret_address)
{
  *ret_address = (PEER_ADDRESS) { sizeof (PEER_ADDRESS),
    { .sin6_family = AF_INET6, .sin6_port = htons (peer->port), .sin6_scope_id = peer->scope_id } };
  memcpy (&ret_address->sin6.sin6_addr, peer->ip, sizeof (peer->ip));
}

gboolean
peergraph_address_to_peer (const PEER_ADDRESS *address, WfdPeerAddress *ret_peer)
{
  WfdPeerAddress peer = { 0 };

  if (address == NULL || address->dwSize != sizeof (*address)
      || address->sin6.sin6_family != AF_INET6)
    return FALSE;
  memcpy (peer.ip, &address->sin6.sin6_addr, sizeof (peer.ip));
  peer.port = ntohs (address->sin6.sin6_port);
  peer.scope_id = address->sin6.sin6_scope_id;
  if (!wfd_peer_address_can_be (&peer))
    return FALSE;

  *ret_peer = peer;
  return TRUE;
}

char *
peergraph_id_from_wide (PCWSTR id)
{
  g_autofree char *text =
      id != NULL ? winapi_text_from_wide (id, WFD_LIMIT_PEER_ID_CHARS - 1) : NULL;

  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static void
fill_connection (gpointer block, gconstpointer item, gpointer ret_built)
{
  const WfdPeerLinkInfo *info = item;
  PEER_CONNECTION_INFO *ret_info = ret_built;

  *ret_info = (PEER_CONNECTION_INFO) { sizeof (*ret_info), info->type, info->link_id, info->node_id,
    winapi_text_add_wide (block, info->peer_id) };
  peergraph_address_from_peer (&info->address, &ret_info->address);
}

void
peergraph_fill_node (gpointer block, const WfdPeerNodeInfo *info, PEER_NODE_INFO *ret_info)
{
  *ret_info = (PEER_NODE_INFO) { sizeof (*ret_info), info->node_id,
    winapi_text_add_wide (block, info->peer_id), info->n_addresses,
    info->n_addresses > 0 ? winapi_block_add (block, info->n_addresses * sizeof (PEER_ADDRESS))
                          : NULL,
    winapi_text_add_wide (block, info->attributes) };
  for (guint i = 0; i < info->n_addresses; i++)
    peergraph_address_from_peer (&info->addresses[i], &ret_info->pAddresses[i]);
}

static PEER_DATA
add_data (gpointer block, GBytes *bytes)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  return (PEER_DATA) { size, size > 0 ? winapi_block_add_copy (block, data, size) : NULL };
}

void
peergraph_fill_record (gpointer block, const WfdPeerRecord *record, PEER_RECORD *ret_record)
{
  *ret_record = (PEER_RECORD) { .dwSize = sizeof (*ret_record),
    .dwVersion = record->version,
    .dwFlags = record->flags,
    .pwzCreatorId = winapi_text_add_wide (block, record->creator),
    .pwzModifiedById =
        winapi_text_add_wide (block, record->modifier != NULL ? record->modifier : record->creator),
    .pwzAttributes = winapi_text_add_wide (block, record->attributes),
    .ftCreation = peergraph_time_from_ticks (record->created),
    .ftExpiration = peergraph_time_from_ticks (record->expires),
    .ftLastModified = peergraph_time_from_ticks (record->modified),
    .securityData = add_data (block, record->security),
    .data = add_data (block, record->payload) };
  peergraph_guid_from_wire (&record->type, &ret_record->type);
  peergraph_guid_from_wire (&record->id, &ret_record->id);
}

static void
fill_node (gpointer block, gconstpointer item, gpointer ret_built)
{
  peergraph_fill_node (block, item, ret_built);
}

static void
fill_record (gpointer block, gconstpointer item, gpointer ret_built)
{
  peergraph_fill_record (block, item, ret_built);
}

const WinapiItemType peergraph_connections = { sizeof (PEER_CONNECTION_INFO), fill_connection };
const WinapiItemType peergraph_nodes = { sizeof (PEER_NODE_INFO), fill_node };
const WinapiItemType peergraph_records = { sizeof (PEER_RECORD), fill_record };
