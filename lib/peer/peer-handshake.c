/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-handshake.h"

#include <base-limits.h>
#include "peer-put.h"

#define TYPE_HELLO 0x0000
#define TYPE_MY_GMC 0x0001
#define TYPE_YOUR_GMC 0x0002
#define TYPE_PASSWORD 0x0005
#define VERSION 0x0100

/* --- packets --- */

/* The length of MyGMC alone has its lowest octet first (2.2.2.2). */
static guint32
turn (guint16 type, guint32 length)
{
  return type == TYPE_MY_GMC ? GUINT32_SWAP_LE_BE (length) : length;
}

static WfdPeerPacketResult
take_body (WfdBytes *bytes, guint16 type, WfdBytes *ret_body)
{
  guint32 length;

  if (!wfd_bytes_take_u32 (bytes, &length))
    return WFD_PEER_PACKET_INCOMPLETE;
  length = turn (type, length);
  if (length > WFD_LIMIT_PEER_CHAIN_BYTES)
    return WFD_PEER_PACKET_BAD;
  return wfd_bytes_take (bytes, length, ret_body) ? WFD_PEER_PACKET_GOOD
                                                  : WFD_PEER_PACKET_INCOMPLETE;
}

/* What has come with a Hello. */
static WfdPeerPacketResult
take_hello (WfdBytes *bytes, WfdPeerPacketKind *ret_kind, WfdBytes *ret_body)
{
  WfdPeerPacketResult result;
  guint16 version, type;

  if (!wfd_bytes_take_u16 (bytes, &version))
    return WFD_PEER_PACKET_INCOMPLETE;
  /* Of a later minor version we understand as much. */
  if (version >> 8 != VERSION >> 8)
    return WFD_PEER_PACKET_BAD;
  *ret_kind = WFD_PEER_PACKET_HELLO;
  *ret_body = wfd_bytes (bytes->pos, 0);
  if (bytes->left == 0)
    return WFD_PEER_PACKET_GOOD;
  if (!wfd_bytes_take_u16 (bytes, &type))
    return WFD_PEER_PACKET_INCOMPLETE;
  if (type != TYPE_MY_GMC && type != TYPE_PASSWORD)
    return WFD_PEER_PACKET_BAD;

  *ret_kind = type == TYPE_MY_GMC ? WFD_PEER_PACKET_MEMBER : WFD_PEER_PACKET_NEWCOMER;
  result = take_body (bytes, type, ret_body);
  return result == WFD_PEER_PACKET_GOOD && type == TYPE_PASSWORD && ret_body->left > 0
      ? WFD_PEER_PACKET_BAD
      : result;
}

WfdPeerPacketResult
wfd_peer_packet_take (WfdBytes *bytes, WfdPeerPacketKind *ret_kind, WfdBytes *ret_body)
{
  WfdBytes rest = *bytes, body = { 0 };
  WfdPeerPacketKind kind;
  WfdPeerPacketResult result;
  guint16 type;

  if (!wfd_bytes_take_u16 (&rest, &type))
    return WFD_PEER_PACKET_INCOMPLETE;
  switch (type) {
    case TYPE_HELLO:
      result = take_hello (&rest, &kind, &body);
      break;
    case TYPE_PASSWORD:
      kind = WFD_PEER_PACKET_PROOF;
      result = take_body (&rest, type, &body);
      break;
    case TYPE_YOUR_GMC:
      kind = WFD_PEER_PACKET_CERTIFICATE;
      result = take_body (&rest, type, &body);
      break;
    default:
      return WFD_PEER_PACKET_BAD;
  }
  if (result != WFD_PEER_PACKET_GOOD)
    return result;
  *bytes = rest;
  *ret_kind = kind;
  *ret_body = body;
  return WFD_PEER_PACKET_GOOD;
}

GByteArray *
wfd_peer_packet_build (WfdPeerPacketKind kind, WfdBytes body)
{
  static const struct
  {
    gboolean hello;
    guint16 type;
  } layouts[WFD_PEER_PACKET_N_KINDS] = {
    [WFD_PEER_PACKET_HELLO] = { TRUE, TYPE_HELLO },
    [WFD_PEER_PACKET_MEMBER] = { TRUE, TYPE_MY_GMC },
    [WFD_PEER_PACKET_NEWCOMER] = { TRUE, TYPE_PASSWORD },
    [WFD_PEER_PACKET_PROOF] = { FALSE, TYPE_PASSWORD },
    [WFD_PEER_PACKET_CERTIFICATE] = { FALSE, TYPE_YOUR_GMC },
  };
  GByteArray *out = g_byte_array_new ();

  if (layouts[kind].hello) {
    put_u16 (out, TYPE_HELLO);
    put_u16 (out, VERSION);
  }
  if (kind == WFD_PEER_PACKET_HELLO)
    return out;
  put_u16 (out, layouts[kind].type);
  put_u32 (out, turn (layouts[kind].type, body.left));
  g_byte_array_append (out, body.pos, body.left);
  return out;
}

/* --- states --- */

typedef struct
{
  guint8 action, then;
} Step;

#define STEP(action, then) \
  { \
    WFD_PEER_HANDSHAKE_##action, WFD_PEER_HANDSHAKE_##then \
  }

/* What is not here fails. */
static const Step steps[WFD_PEER_HANDSHAKE_N_STATES][WFD_PEER_PACKET_N_KINDS] = {
  [WFD_PEER_HANDSHAKE_LISTENS] = {
    [WFD_PEER_PACKET_HELLO] = STEP (RECALL, DONE),
    [WFD_PEER_PACKET_MEMBER] = STEP (ADMIT, DONE),
    [WFD_PEER_PACKET_NEWCOMER] = STEP (OFFER, DOUBTS),
  },
  [WFD_PEER_HANDSHAKE_DOUBTS] = {
    [WFD_PEER_PACKET_PROOF] = STEP (ISSUE, DONE),
  },
  [WFD_PEER_HANDSHAKE_ASKED] = {
    [WFD_PEER_PACKET_HELLO] = STEP (TRUST_KNOWN, DONE),
    [WFD_PEER_PACKET_MEMBER] = STEP (TRUST, DONE),
  },
  [WFD_PEER_HANDSHAKE_BEGGED] = {
    [WFD_PEER_PACKET_MEMBER] = STEP (PROVE, PROVED),
  },
  [WFD_PEER_HANDSHAKE_PROVED] = {
    [WFD_PEER_PACKET_CERTIFICATE] = STEP (BELONG, DONE),
  },
};

WfdPeerHandshakeAction
wfd_peer_handshake_next (WfdPeerHandshakeState state, WfdPeerPacketKind kind,
    WfdPeerHandshakeState *ret_then)
{
  const Step *step = &steps[state][kind];

  *ret_then = step->action != WFD_PEER_HANDSHAKE_FAIL ? step->then : state;
  return step->action;
}
