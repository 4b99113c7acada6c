/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets of Group Connect, one behind the other, and the states that they lead to. What
 * was read is written as it was, but for the minor version. */
#include <peer-handshake.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  WfdBytes bytes = wfd_bytes (data, size), body;
  WfdPeerHandshakeState states[2] = { WFD_PEER_HANDSHAKE_LISTENS, WFD_PEER_HANDSHAKE_BEGGED };
  WfdPeerPacketKind kind;

  for (;;) {
    g_autoptr (GByteArray) built = NULL;
    gsize before = bytes.left;

    if (wfd_peer_packet_take (&bytes, &kind, &body) != WFD_PEER_PACKET_GOOD)
      return 0;
    built = wfd_peer_packet_build (kind, body);
    g_assert_cmpuint (built->len, ==, before - bytes.left);
    for (guint i = 0; i < 2; i++)
      wfd_peer_handshake_next (states[i], kind, &states[i]);
  }
}
