/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* Group Connect (MS-PPSEC 2.2.2, 3.2, 3.3): what the two ends of a connection say to each
 * other, inside TLS, before either believes that the other is a member. Octets to
 * packets and back, and a table of what may come when and what is to be done. */
typedef enum
{
  WFD_PEER_PACKET_HELLO,       /* alone: my certificate is out of date, look for another */
  WFD_PEER_PACKET_MEMBER,      /* Hello and MyGMC */
  WFD_PEER_PACKET_NEWCOMER,    /* Hello and an empty Password: I only have a password */
  WFD_PEER_PACKET_PROOF,       /* Password */
  WFD_PEER_PACKET_CERTIFICATE, /* YourGMC */
  WFD_PEER_PACKET_N_KINDS,
} WfdPeerPacketKind;

typedef enum
{
  WFD_PEER_PACKET_GOOD,
  WFD_PEER_PACKET_INCOMPLETE,
  WFD_PEER_PACKET_BAD,
} WfdPeerPacketResult;

/* Takes a packet off @bytes, all that has come so far; @ret_body is what is in it but for
 * types and lengths. */
WfdPeerPacketResult wfd_peer_packet_take (WfdBytes *bytes, WfdPeerPacketKind *ret_kind,
    WfdBytes *ret_body);
GByteArray *wfd_peer_packet_build (WfdPeerPacketKind kind, WfdBytes body);

typedef enum
{
  /* of who is asked, the authenticator */
  WFD_PEER_HANDSHAKE_LISTENS, /* nothing has come */
  WFD_PEER_HANDSHAKE_DOUBTS,  /* a newcomer shall prove the password */
  /* of who asks, the requestor */
  WFD_PEER_HANDSHAKE_ASKED,  /* as a member */
  WFD_PEER_HANDSHAKE_BEGGED, /* as a newcomer */
  WFD_PEER_HANDSHAKE_PROVED, /* the proof was sent */
  /* of both */
  WFD_PEER_HANDSHAKE_DONE,
  WFD_PEER_HANDSHAKE_N_STATES,
} WfdPeerHandshakeState;

typedef enum
{
  WFD_PEER_HANDSHAKE_FAIL,
  WFD_PEER_HANDSHAKE_ADMIT,       /* check the chain, answer with ours, done */
  WFD_PEER_HANDSHAKE_RECALL,      /* look for a chain of theirs, answer with ours, done */
  WFD_PEER_HANDSHAKE_OFFER,       /* answer with ours, ask for a proof */
  WFD_PEER_HANDSHAKE_ISSUE,       /* check the proof, send them a chain, done */
  WFD_PEER_HANDSHAKE_TRUST,       /* check the chain, done */
  WFD_PEER_HANDSHAKE_TRUST_KNOWN, /* look for a chain of theirs, done */
  WFD_PEER_HANDSHAKE_PROVE,       /* check the chain, send the proof */
  WFD_PEER_HANDSHAKE_BELONG,      /* take the chain as ours, done */
} WfdPeerHandshakeAction;

WfdPeerHandshakeAction wfd_peer_handshake_next (WfdPeerHandshakeState state, WfdPeerPacketKind kind,
    WfdPeerHandshakeState *ret_then);

G_END_DECLS
