/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-put.h"

#include <base-limits.h>

/* A message; its size comes at the end. */
static GByteArray *
begin (WfdPeerMessageType type, gsize size)
{
  const guint8 header[WFD_PEER_HEADER_BYTES] = { 0, 0, 0, 0, WFD_PEER_VERSION, type };

  return g_byte_array_append (g_byte_array_sized_new (size), header, sizeof (header));
}

static GByteArray *
end (GByteArray *out)
{
  wfd_peer_put_u32 (out->data, out->len);
  return out;
}

static gsize
string_size (const char *text)
{
  return text != NULL ? strlen (text) + 1 : 0;
}

static void
put_string (GByteArray *out, const char *text)
{
  g_byte_array_append (out, (const guint8 *) text, string_size (text));
}

static void
put_list (GByteArray *out, WfdPeerList list, gsize size)
{
  g_byte_array_append (out, list.data, list.n * size);
}

/* Without the scope, which is an interface of this machine. */
static void
put_addresses (GByteArray *out, const WfdPeerAddress *addresses, guint n)
{
  for (guint i = 0; i < n; i++) {
    put_u16 (out, 0x0017);
    put_u16 (out, addresses[i].port);
    g_byte_array_append (out, addresses[i].ip, sizeof (addresses[i].ip));
  }
}

GByteArray *
wfd_peer_build_auth_info (const WfdPeerAuthInfo *info)
{
  GByteArray *out = begin (WFD_PEER_AUTH_INFO, 128);
  guint16 graph = 16, source = graph + string_size (info->graph_id);

  put_u8 (out, info->link_type);
  put_u8 (out, 0);
  put_u16 (out, graph);
  put_u16 (out, source);
  put_u16 (out, source + string_size (info->source_id));
  put_string (out, info->graph_id);
  put_string (out, info->source_id);
  if (info->destination_id != NULL)
    put_string (out, info->destination_id);
  return end (out);
}

GByteArray *
wfd_peer_build_connect (const WfdPeerConnect *connect, const WfdPeerAddress *addresses, guint n)
{
  GByteArray *out = begin (WFD_PEER_CONNECT, 128);

  n = MIN (n, WFD_LIMIT_PEER_ADDRESSES);
  put_u8 (out, connect->flags);
  put_u8 (out, n);
  put_u16 (out, 24);
  put_u16 (out, 24 + n * 20);
  put_u16 (out, 0);
  put_u64 (out, connect->node_id);
  put_addresses (out, addresses, n);
  if (connect->friendly_name != NULL)
    put_string (out, connect->friendly_name);
  return end (out);
}

/* Without addresses their offset is 0, as 3.1.5.2.2 says, which also its check
 * needs. */
GByteArray *
wfd_peer_build_welcome (const WfdPeerWelcome *welcome, const WfdPeerAddress *addresses, guint n)
{
  GByteArray *out = begin (WFD_PEER_WELCOME, 128);

  n = MIN (n, WFD_LIMIT_PEER_ADDRESSES);
  put_u64 (out, welcome->node_id);
  put_u64 (out, welcome->peer_time);
  put_u8 (out, n);
  put_u8 (out, 0);
  put_u16 (out, n > 0 ? 32 : 0);
  put_u16 (out, 32 + n * 20);
  put_u16 (out, 32 + n * 20 + string_size (welcome->peer_id));
  put_addresses (out, addresses, n);
  put_string (out, welcome->peer_id);
  if (welcome->friendly_name != NULL)
    put_string (out, welcome->friendly_name);
  return end (out);
}

/* Without referrals REFUSE has the offset 0 and DISCONNECT the size of the
 * message (2.2.2.4, 2.2.2.5). */
GByteArray *
wfd_peer_build_end (WfdPeerMessageType type, guint8 code, const WfdPeerAddress *referrals, guint n)
{
  GByteArray *out = begin (type, 64);

  n = MIN (n, WFD_LIMIT_PEER_REFERRALS_SENT);
  put_u8 (out, code);
  put_u8 (out, n);
  put_u16 (out, n > 0 || type == WFD_PEER_DISCONNECT ? 12 : 0);
  put_addresses (out, referrals, n);
  return end (out);
}

GByteArray *
wfd_peer_build_data (const WfdPeerGuid *type, gsize size)
{
  GByteArray *out = begin (WFD_PEER_PT2PT, WFD_PEER_DATA_HEADER_BYTES);

  put_u16 (out, WFD_PEER_DATA_HEADER_BYTES);
  put_u16 (out, 0);
  put_guid (out, type);
  wfd_peer_put_u32 (out->data, out->len + size);
  return out;
}

GByteArray *
wfd_peer_build_solicit (WfdPeerMessageType type, const WfdPeerSolicit *solicit)
{
  GByteArray *out = begin (type, 256);
  const WfdPeerList *types = solicit->included.n > 0 ? &solicit->included : &solicit->excluded;
  guint16 fixed = type == WFD_PEER_SOLICIT_NEW ? 12 : 20;

  put_u8 (out, solicit->included.n);
  put_u8 (out, solicit->included.n > 0 ? 0 : solicit->excluded.n);
  put_u16 (out, fixed);
  if (type == WFD_PEER_SOLICIT_TIME)
    put_u64 (out, solicit->time);
  if (type == WFD_PEER_SOLICIT_HASH) {
    put_u32 (out, solicit->hashes.n);
    put_u16 (out, fixed + types->n * sizeof (WfdPeerGuid));
    put_u16 (out, 0);
  }
  put_list (out, *types, sizeof (WfdPeerGuid));
  if (type == WFD_PEER_SOLICIT_HASH)
    put_list (out, solicit->hashes, sizeof (WfdPeerHash));
  return end (out);
}

GByteArray *
wfd_peer_build_advertise (const WfdPeerAdvertise *advertise)
{
  GByteArray *out = begin (WFD_PEER_ADVERTISE, 256);

  put_u32 (out, advertise->boundaries.n);
  put_u32 (out, advertise->abstracts.n);
  put_u16 (out, 24);
  put_u16 (out, 0);
  put_u32 (out, 24 + advertise->boundaries.n * sizeof (WfdPeerBoundary));
  put_list (out, advertise->boundaries, sizeof (WfdPeerBoundary));
  put_list (out, advertise->abstracts, sizeof (WfdPeerAbstract));
  return end (out);
}

GByteArray *
wfd_peer_build_request (WfdPeerList abstracts)
{
  GByteArray *out = begin (WFD_PEER_REQUEST, 256);

  put_u32 (out, abstracts.n);
  put_u32 (out, 16);
  put_list (out, abstracts, sizeof (WfdPeerAbstract));
  return end (out);
}

GByteArray *
wfd_peer_build_flood (WfdBytes record)
{
  GByteArray *out = begin (WFD_PEER_FLOOD, 12 + record.left);

  put_u16 (out, 12);
  put_u16 (out, 0);
  g_byte_array_append (out, record.pos, record.left);
  return end (out);
}

GByteArray *
wfd_peer_build_sync_end (gboolean final)
{
  GByteArray *out = begin (WFD_PEER_SYNC_END, 12);

  put_u8 (out, final ? 0x01 : 0);
  put_u8 (out, 0);
  put_u16 (out, 0);
  return end (out);
}

GByteArray *
wfd_peer_build_ack (WfdPeerList entries)
{
  GByteArray *out = begin (WFD_PEER_ACK, 64);

  put_u16 (out, entries.n);
  put_u16 (out, 12);
  put_list (out, entries, sizeof (WfdPeerAckEntry));
  return end (out);
}
