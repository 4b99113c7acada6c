/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-wire.h"

#include <base-limits.h>
#include "peer-string.h"

#define ADDRESS_BYTES 20
/* AF_INET6 as Windows has it. */
#define ADDRESS_FAMILY 0x0017

/* The string from @offset to before @end, with its NUL. */
static gboolean
read_string (WfdBytes message, gsize offset, gsize end, const char **ret_string)
{
  WfdBytes part;
  const char *text;
  const guint8 *nul;

  if (end < offset || !wfd_bytes_part (message, offset, end - offset, &part))
    return FALSE;

  text = (const char *) part.pos;
  nul = part.left > 0 ? memchr (part.pos, 0, part.left) : NULL;
  if (nul == NULL || nul - part.pos >= WFD_LIMIT_PEER_ID_BYTES
      || !g_utf8_validate_len (text, (gsize) (nul - part.pos), NULL))
    return FALSE;

  *ret_string = text;
  return TRUE;
}

static gboolean
read_id (WfdBytes message, gsize offset, gsize end, const char **ret_string)
{
  const char *id;

  if (!read_string (message, offset, end, &id) || *id == '\0'
      || wfd_peer_string_chars (id) >= WFD_LIMIT_PEER_ID_CHARS)
    return FALSE;

  *ret_string = id;
  return TRUE;
}

/* @n things of @size bytes each from @offset, which for none may be anything up to
 * the end: Windows writes 0, the size of the fixed part or that of the message. */
static gboolean
read_list (WfdBytes message, gsize fixed, gsize offset, gsize n, gsize size, WfdPeerList *ret_list)
{
  WfdBytes part;

  if (offset > message.left)
    return FALSE;
  if (n == 0) {
    *ret_list = (WfdPeerList) { NULL, 0 };
    return TRUE;
  }
  if (offset < fixed || n > message.left / size
      || !wfd_bytes_part (message, offset, n * size, &part))
    return FALSE;

  *ret_list = (WfdPeerList) { part.pos, n };
  return TRUE;
}

/* The second list is behind the first (3.1.5.2.7). */
static gboolean
are_in_order (WfdPeerList first, gsize size, WfdPeerList second)
{
  return first.n == 0 || second.n == 0 || first.data + first.n * size <= second.data;
}

/* 2.2.2.1; the checks are those of 3.1.5.1.1. */
static gboolean
read_auth_info (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  WfdPeerAuthInfo *info = &ret_message->auth_info;
  guint8 link_type, reserved;
  guint16 graph, source, destination;

  if (!wfd_bytes_take_u8 (&body, &link_type) || !wfd_bytes_take_u8 (&body, &reserved)
      || !wfd_bytes_take_u16 (&body, &graph) || !wfd_bytes_take_u16 (&body, &source)
      || !wfd_bytes_take_u16 (&body, &destination))
    return FALSE;
  if (link_type != WFD_PEER_LINK_NEIGHBOUR && link_type != WFD_PEER_LINK_DIRECT)
    return FALSE;
  if (graph < 16 || destination > message.left)
    return FALSE;

  info->link_type = link_type;
  info->destination_id = NULL;
  return read_id (message, graph, source, &info->graph_id)
      && read_id (message, source, destination, &info->source_id)
      && (destination == message.left
          || read_id (message, destination, message.left, &info->destination_id));
}

/* 2.2.2.2; 3.1.5.2.1. */
static gboolean
read_connect (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  WfdPeerConnect *connect = &ret_message->connect;
  guint8 n;
  guint16 offset, name, reserved;

  if (!wfd_bytes_take_u8 (&body, &connect->flags) || !wfd_bytes_take_u8 (&body, &n)
      || !wfd_bytes_take_u16 (&body, &offset) || !wfd_bytes_take_u16 (&body, &name)
      || !wfd_bytes_take_u16 (&body, &reserved) || !wfd_bytes_take_u64 (&body, &connect->node_id))
    return FALSE;
  if (!read_list (message, 24, offset, n, ADDRESS_BYTES, &connect->addresses)
      || name < offset + n * ADDRESS_BYTES || name > message.left || name < 24)
    return FALSE;

  connect->friendly_name = NULL;
  return name == message.left || read_string (message, name, message.left, &connect->friendly_name);
}

/* 2.2.2.3; 3.1.5.2.2. */
static gboolean
read_welcome (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  WfdPeerWelcome *welcome = &ret_message->welcome;
  guint8 n, reserved;
  guint16 offset, id, name;

  if (!wfd_bytes_take_u64 (&body, &welcome->node_id)
      || !wfd_bytes_take_u64 (&body, &welcome->peer_time) || !wfd_bytes_take_u8 (&body, &n)
      || !wfd_bytes_take_u8 (&body, &reserved) || !wfd_bytes_take_u16 (&body, &offset)
      || !wfd_bytes_take_u16 (&body, &id) || !wfd_bytes_take_u16 (&body, &name))
    return FALSE;
  if (!read_list (message, 32, offset, n, ADDRESS_BYTES, &welcome->addresses)
      || id < offset + n * ADDRESS_BYTES || id < 32 || name > message.left)
    return FALSE;

  welcome->friendly_name = NULL;
  return read_id (message, id, name, &welcome->peer_id)
      && (name == message.left
          || read_string (message, name, message.left, &welcome->friendly_name));
}

/* 2.2.2.4 and 2.2.2.5. */
static gboolean
read_end (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  WfdPeerEnd *end = &ret_message->end;
  guint8 n;
  guint16 offset;

  return wfd_bytes_take_u8 (&body, &end->code) && wfd_bytes_take_u8 (&body, &n)
      && wfd_bytes_take_u16 (&body, &offset)
      && read_list (message, 12, offset, n, ADDRESS_BYTES, &end->referrals);
}

/* 2.2.2.6 to 2.2.2.8 have this in common; inclusion and exclusion do not go
 * together. */
static gboolean
read_types (WfdBytes message, gsize fixed, guint8 n_in, guint8 n_ex, guint16 offset,
    WfdPeerSolicit *ret_solicit)
{
  WfdPeerList types;

  if ((n_in != 0 && n_ex != 0)
      || !read_list (message, fixed, offset, n_in + n_ex, sizeof (WfdPeerGuid), &types))
    return FALSE;

  ret_solicit->included = n_in != 0 ? types : (WfdPeerList) { NULL, 0 };
  ret_solicit->excluded = n_ex != 0 ? types : (WfdPeerList) { NULL, 0 };
  return TRUE;
}

static gboolean
read_solicit (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  WfdPeerSolicit *solicit = &ret_message->solicit;
  guint8 n_in, n_ex;
  guint16 offset, hash_offset = 0, reserved;
  guint32 n_hashes = 0;
  gsize fixed = ret_message->type == WFD_PEER_SOLICIT_NEW ? 12 : 20;

  if (!wfd_bytes_take_u8 (&body, &n_in) || !wfd_bytes_take_u8 (&body, &n_ex)
      || !wfd_bytes_take_u16 (&body, &offset)
      || !read_types (message, fixed, n_in, n_ex, offset, solicit))
    return FALSE;

  solicit->time = 0;
  solicit->hashes = (WfdPeerList) { NULL, 0 };
  if (ret_message->type == WFD_PEER_SOLICIT_NEW)
    return n_in <= 1;
  if (ret_message->type == WFD_PEER_SOLICIT_TIME)
    return n_in <= 1 && wfd_bytes_take_u64 (&body, &solicit->time);
  return wfd_bytes_take_u32 (&body, &n_hashes) && wfd_bytes_take_u16 (&body, &hash_offset)
      && wfd_bytes_take_u16 (&body, &reserved)
      && read_list (message, fixed, hash_offset, n_hashes, sizeof (WfdPeerHash), &solicit->hashes)
      && are_in_order (n_in != 0 ? solicit->included : solicit->excluded, sizeof (WfdPeerGuid),
          solicit->hashes);
}

/* 2.2.2.9 */
static gboolean
read_advertise (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  WfdPeerAdvertise *advertise = &ret_message->advertise;
  guint32 n_boundaries, n_abstracts, abstracts;
  guint16 boundaries, reserved;

  return wfd_bytes_take_u32 (&body, &n_boundaries) && wfd_bytes_take_u32 (&body, &n_abstracts)
      && wfd_bytes_take_u16 (&body, &boundaries) && wfd_bytes_take_u16 (&body, &reserved)
      && wfd_bytes_take_u32 (&body, &abstracts)
      && read_list (message, 24, boundaries, n_boundaries, sizeof (WfdPeerBoundary),
          &advertise->boundaries)
      && read_list (message, 24, abstracts, n_abstracts, sizeof (WfdPeerAbstract),
          &advertise->abstracts)
      && are_in_order (advertise->boundaries, sizeof (WfdPeerBoundary), advertise->abstracts);
}

/* 2.2.2.10 */
static gboolean
read_request (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  guint32 n, offset;

  return wfd_bytes_take_u32 (&body, &n) && wfd_bytes_take_u32 (&body, &offset)
      && read_list (message, 16, offset, n, sizeof (WfdPeerAbstract), &ret_message->request);
}

/* 2.2.2.11 */
static gboolean
read_flood (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  guint16 offset, reserved;

  return wfd_bytes_take_u16 (&body, &offset) && wfd_bytes_take_u16 (&body, &reserved)
      && reserved == 0 && offset >= 12 && offset <= message.left
      && wfd_bytes_part (message, offset, message.left - offset, &ret_message->record);
}

/* 2.2.2.12 */
static gboolean
read_sync_end (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  guint8 flags;

  if (!wfd_bytes_take_u8 (&body, &flags))
    return FALSE;

  ret_message->final = (flags & 0x01) != 0;
  return TRUE;
}

/* 2.2.2.13. The minimum of 3.1.5.2.13 has no room for the type. */
static gboolean
read_data (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  guint16 offset, reserved;
  WfdBytes type;

  if (!wfd_bytes_take_u16 (&body, &offset) || !wfd_bytes_take_u16 (&body, &reserved)
      || !wfd_bytes_take (&body, sizeof (WfdPeerGuid), &type) || offset < WFD_PEER_DATA_HEADER_BYTES
      || offset > message.left)
    return FALSE;

  ret_message->data.type = (const WfdPeerGuid *) type.pos;
  return wfd_bytes_part (message, offset, message.left - offset, &ret_message->data.data);
}

/* 2.2.2.14 */
static gboolean
read_ack (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message)
{
  guint16 n, offset;

  return wfd_bytes_take_u16 (&body, &n) && wfd_bytes_take_u16 (&body, &offset)
      && read_list (message, 12, offset, n, sizeof (WfdPeerAckEntry), &ret_message->ack);
}

/* A reader is not called with less than the fixed part. */
static const struct
{
  gsize fixed_bytes, max_bytes;
  gboolean (*read) (WfdBytes message, WfdBytes body, WfdPeerMessage *ret_message);
} messages[] = {
  [WFD_PEER_AUTH_INFO] = { 16, WFD_LIMIT_PEER_AUTH_BYTES, read_auth_info },
  [WFD_PEER_CONNECT] = { 24, WFD_LIMIT_PEER_CONNECT_BYTES, read_connect },
  [WFD_PEER_WELCOME] = { 32, WFD_LIMIT_PEER_CONNECT_BYTES, read_welcome },
  [WFD_PEER_REFUSE] = { 12, WFD_LIMIT_PEER_CONNECT_BYTES, read_end },
  [WFD_PEER_DISCONNECT] = { 12, WFD_LIMIT_PEER_CONNECT_BYTES, read_end },
  [WFD_PEER_SOLICIT_NEW] = { 12, WFD_LIMIT_PEER_CONNECT_BYTES, read_solicit },
  [WFD_PEER_SOLICIT_TIME] = { 20, WFD_LIMIT_PEER_CONNECT_BYTES, read_solicit },
  [WFD_PEER_SOLICIT_HASH] = { 20, WFD_LIMIT_PEER_SYNC_BYTES, read_solicit },
  [WFD_PEER_ADVERTISE] = { 24, WFD_LIMIT_PEER_SYNC_BYTES, read_advertise },
  [WFD_PEER_REQUEST] = { 16, WFD_LIMIT_PEER_SYNC_BYTES, read_request },
  [WFD_PEER_FLOOD] = { 12, WFD_LIMIT_PEER_FLOOD_BYTES, read_flood },
  [WFD_PEER_SYNC_END] = { 12, WFD_LIMIT_PEER_CONNECT_BYTES, read_sync_end },
  [WFD_PEER_PT2PT] = { WFD_PEER_DATA_HEADER_BYTES,
      WFD_PEER_DATA_HEADER_BYTES + WFD_LIMIT_PEER_DATA_BYTES, read_data },
  [WFD_PEER_ACK] = { 12, WFD_LIMIT_PEER_SYNC_BYTES, read_ack },
};

gsize
wfd_peer_message_max_bytes (guint8 type)
{
  return type < G_N_ELEMENTS (messages) ? messages[type].max_bytes : 0;
}

gboolean
wfd_peer_message_read (WfdBytes bytes, WfdPeerMessage *ret_message)
{
  WfdBytes body = bytes;
  WfdPeerMessage message = { 0 };
  guint32 size;
  guint8 version, type;
  guint16 reserved;

  if (!wfd_bytes_take_u32 (&body, &size) || !wfd_bytes_take_u8 (&body, &version)
      || !wfd_bytes_take_u8 (&body, &type) || !wfd_bytes_take_u16 (&body, &reserved))
    return FALSE;
  if (size != bytes.left || version != WFD_PEER_VERSION || size > wfd_peer_message_max_bytes (type)
      || size < messages[type].fixed_bytes)
    return FALSE;

  message.type = type;
  if (!messages[type].read (bytes, body, &message))
    return FALSE;

  *ret_message = message;
  return TRUE;
}

gboolean
wfd_peer_list_address (WfdPeerList list, guint i, WfdPeerAddress *ret_address)
{
  WfdBytes bytes = { list.data, list.n * ADDRESS_BYTES }, ip;
  WfdPeerAddress address = { 0 };
  guint16 family;

  if (!wfd_bytes_skip (&bytes, i * ADDRESS_BYTES) || !wfd_bytes_take_u16 (&bytes, &family)
      || family != ADDRESS_FAMILY || !wfd_bytes_take_u16 (&bytes, &address.port)
      || !wfd_bytes_take (&bytes, sizeof (address.ip), &ip))
    return FALSE;

  memcpy (address.ip, ip.pos, sizeof (address.ip));
  *ret_address = address;
  return TRUE;
}
