/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames, and the messages in them: the first octet says how they arrive. Every
 * octet that a message points to is touched. */
#include <base-limits.h>
#include <peer-frames.h>
#include <peer-wire.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static volatile guint touched;

static void
touch (gconstpointer data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    touched += ((const guint8 *) data)[i];
}

static void
touch_string (const char *text)
{
  if (text != NULL)
    touch (text, strlen (text) + 1);
}

static void
touch_addresses (WfdPeerList list)
{
  WfdPeerAddress address;

  for (guint i = 0; i <= list.n; i++)
    touched += wfd_peer_list_address (list, i, &address);
}

static void
touch_solicit (const WfdPeerSolicit *solicit)
{
  touch (solicit->included.data, solicit->included.n * sizeof (WfdPeerGuid));
  touch (solicit->excluded.data, solicit->excluded.n * sizeof (WfdPeerGuid));
  touch (solicit->hashes.data, solicit->hashes.n * sizeof (WfdPeerHash));
}

static void
touch_message (const WfdPeerMessage *message)
{
  switch (message->type) {
    case WFD_PEER_AUTH_INFO:
      touch_string (message->auth_info.graph_id);
      touch_string (message->auth_info.source_id);
      touch_string (message->auth_info.destination_id);
      break;
    case WFD_PEER_CONNECT:
      touch_addresses (message->connect.addresses);
      touch_string (message->connect.friendly_name);
      break;
    case WFD_PEER_WELCOME:
      touch_addresses (message->welcome.addresses);
      touch_string (message->welcome.peer_id);
      touch_string (message->welcome.friendly_name);
      break;
    case WFD_PEER_REFUSE:
    case WFD_PEER_DISCONNECT:
      touch_addresses (message->end.referrals);
      break;
    case WFD_PEER_SOLICIT_NEW:
    case WFD_PEER_SOLICIT_TIME:
    case WFD_PEER_SOLICIT_HASH:
      touch_solicit (&message->solicit);
      break;
    case WFD_PEER_ADVERTISE:
      touch (message->advertise.boundaries.data,
          message->advertise.boundaries.n * sizeof (WfdPeerBoundary));
      touch (message->advertise.abstracts.data,
          message->advertise.abstracts.n * sizeof (WfdPeerAbstract));
      break;
    case WFD_PEER_REQUEST:
      touch (message->request.data, message->request.n * sizeof (WfdPeerAbstract));
      break;
    case WFD_PEER_FLOOD:
      touch (message->record.pos, message->record.left);
      break;
    case WFD_PEER_SYNC_END:
      break;
    case WFD_PEER_PT2PT:
      touch (message->data.type, sizeof (WfdPeerGuid));
      touch (message->data.data.pos, message->data.data.left);
      break;
    case WFD_PEER_ACK:
      touch (message->ack.data, message->ack.n * sizeof (WfdPeerAckEntry));
      break;
  }
}

static gboolean
push (WfdPeerFrames *frames, WfdBytes bytes)
{
  while (bytes.left > 0) {
    g_autoptr (GBytes) octets = NULL;
    WfdPeerMessage message;

    if (!wfd_peer_frames_push (frames, &bytes, &octets))
      return FALSE;
    if (octets == NULL)
      continue;
    if (!wfd_peer_message_read (wfd_bytes_of (octets), &message))
      return FALSE;
    touch_message (&message);
  }
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (WfdPeerFrames) frames = wfd_peer_frames_new ();
  WfdBytes bytes = wfd_bytes (data, size), part;
  guint8 step;

  if (!wfd_bytes_take_u8 (&bytes, &step))
    return 0;
  if (step & 0x80)
    wfd_peer_frames_set_max_bytes (frames, G_MAXSIZE);
  step = MAX (step & 0x7f, 1);
  while (wfd_bytes_take (&bytes, MIN (step, bytes.left), &part) && part.left > 0)
    if (!push (frames, part))
      break;
  return 0;
}
