/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A node, and a peer that says anything: the first octet chooses who made the link
 * and of which type it is, then come messages, each behind its size. A message with
 * the size 0 lets time pass. */
#include <peer-node.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define START_UTC G_GUINT64_CONSTANT (134090000000000000)

static guint64 opened;
static guint n_sent;

static void
do_open (gpointer user_data, guint64 link_id, const WfdPeerAddress *address)
{
  opened = link_id;
}

static void
do_trust (gpointer user_data, guint64 link_id, gsize max_bytes)
{
}

static void
do_send (gpointer user_data, guint64 link_id, WfdBytes head, WfdBytes body)
{
  n_sent += head.left > 0;
}

static gboolean
do_room (gpointer user_data, guint64 link_id, gsize size)
{
  return n_sent % 8 != 0;
}

static void
do_close (gpointer user_data, guint64 link_id)
{
}

static void
do_tell (gpointer user_data, WfdPeerEvent *event)
{
  g_assert_cmpuint (wfd_peer_event_get_bytes (event), >, 0);
}

static guint32
do_store (gpointer user_data, WfdPeerRecord *const *records, guint n, gboolean asked)
{
  return WFD_PEER_OK;
}

static guint32
do_forget (gpointer user_data, WfdPeerRecord *const *records, guint n, gboolean asked)
{
  return WFD_PEER_OK;
}

static const WfdPeerNodeCalls calls = { do_open, do_trust, do_send, do_room, do_close, do_tell,
  do_store, do_forget };

static guint64
begin_link (WfdPeerNode *node, guint8 kind)
{
  WfdPeerLinkType type = kind & 1 ? WFD_PEER_LINK_DIRECT : WFD_PEER_LINK_NEIGHBOUR;
  WfdPeerAuthInfo info = { type, "g1", "alice", "bob" };
  WfdPeerAddress address = { { 0xfd }, 1 };
  guint64 link_id;

  if (kind & 2)
    return wfd_peer_node_accept (node, &info, &address);
  wfd_peer_node_connect (node, type, "alice", &address, &link_id);
  wfd_peer_node_opened (node, link_id);
  return link_id;
}

static void
talk (WfdPeerNode *node, guint64 link_id, WfdBytes bytes)
{
  gint64 now_us = G_USEC_PER_SEC;
  WfdBytes message;
  guint16 size;

  while (wfd_bytes_take_u16 (&bytes, &size)
      && wfd_bytes_take (&bytes, MIN (size, bytes.left), &message)) {
    now_us += size == 0 ? 10 * G_USEC_PER_SEC : 1000;
    wfd_peer_node_set_now (node, now_us, START_UTC + now_us * 10);
    if (size == 0)
      wfd_peer_node_tick (node);
    else {
      g_autoptr (GBytes) octets = g_bytes_new (message.pos, message.left);

      wfd_peer_node_received (node, link_id, octets);
    }
    wfd_peer_node_drained (node, link_id);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  WfdPeerNodeConfig config = { "g1", "bob" };
  WfdPeerProperties properties = { .graph_id = (char *) "g1",
    .creator = (char *) "bob",
    .max_presence = G_MAXUINT32 };
  g_autoptr (WfdPeerNode) node = wfd_peer_node_new (&config, &calls, NULL);
  WfdBytes bytes = wfd_bytes (data, size);
  WfdPeerAddress address = { { 0xfd }, 2 };
  guint8 kind;

  if (!wfd_bytes_take_u8 (&bytes, &kind))
    return 0;
  wfd_peer_node_set_now (node, 1, START_UTC);
  if (kind & 4) {
    wfd_peer_node_create (node, &properties);
    wfd_peer_node_set_listening (node, &address, 1);
  }
  wfd_peer_node_accept_direct (node, TRUE);
  talk (node, begin_link (node, kind), bytes);
  wfd_peer_node_leave (node);
  return 0;
}
