/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-frames.h"

#include <base-limits.h>
#include "peer-put.h"

/* The data of PT2PT, behind a header of 28, is aligned as memory of its own would be. */
#define PAD_BYTES 4

/* Memory grows with what has come, never with what is said; and for a large message in few
 * steps, for each may copy what is there, while what nothing was written to costs nothing. */
#define GROWTH 64
#define LEAST_BYTES 124

struct _WfdPeerFrames
{
  guint8 size[2];      /* of the frame */
  guint n_size;        /* bytes of it that are there */
  gsize left;          /* of the frame; 0: the next is a size */
  GByteArray *message; /* behind PAD_BYTES */
  gsize n_reserved;    /* for the message */
  gsize max_bytes;
  WfdPeerUnwrap unwrap; /* or NULL */
  gpointer user_data;
  GByteArray *wrapped; /* of the frame, so far, or NULL */
};

static void
begin_message (WfdPeerFrames *self)
{
  self->message = g_byte_array_sized_new (PAD_BYTES + LEAST_BYTES);
  g_byte_array_set_size (self->message, PAD_BYTES);
  self->n_reserved = LEAST_BYTES;
}

WfdPeerFrames *
wfd_peer_frames_new (void)
{
  WfdPeerFrames *self = g_new0 (WfdPeerFrames, 1);

  self->max_bytes = WFD_LIMIT_PEER_AUTH_BYTES;
  begin_message (self);
  return self;
}

void
wfd_peer_frames_set_max_bytes (WfdPeerFrames *self, gsize max_bytes)
{
  self->max_bytes = max_bytes;
}

void
wfd_peer_frames_set_unwrap (WfdPeerFrames *self, WfdPeerUnwrap unwrap, gpointer user_data)
{
  self->unwrap = unwrap;
  self->user_data = user_data;
}

void
wfd_peer_frames_free (WfdPeerFrames *self)
{
  g_clear_pointer (&self->wrapped, g_byte_array_unref);
  g_byte_array_unref (self->message);
  g_free (self);
}

static gboolean
take_size (WfdPeerFrames *self, WfdBytes *bytes)
{
  while (self->n_size < 2 && wfd_bytes_take_u8 (bytes, &self->size[self->n_size]))
    self->n_size++;
  if (self->n_size < 2)
    return TRUE;

  self->n_size = 0;
  self->left = self->size[0] << 8 | self->size[1];
  return self->left >= 1 && self->left <= WFD_LIMIT_PEER_FRAME_BYTES;
}

static gsize
get_length (const WfdPeerFrames *self)
{
  return self->message->len - PAD_BYTES;
}

/* Size of the message, or of its header as long as that is not there. */
static gsize
message_size (const WfdPeerFrames *self)
{
  return get_length (self) < WFD_PEER_HEADER_BYTES
      ? WFD_PEER_HEADER_BYTES
      : wfd_peer_get_u32 (self->message->data + PAD_BYTES);
}

static gboolean
header_is_good (const WfdPeerFrames *self)
{
  gsize size = wfd_peer_get_u32 (self->message->data + PAD_BYTES);
  gsize max =
      MIN (self->max_bytes, wfd_peer_message_max_bytes (self->message->data[PAD_BYTES + 5]));

  return size >= WFD_PEER_HEADER_BYTES && size <= max;
}

gsize
wfd_peer_frames_get_partial_bytes (const WfdPeerFrames *self)
{
  return message_size (self) > WFD_LIMIT_PEER_SMALL_BYTES ? get_length (self) : 0;
}

/* For so much more of the message. */
static void
reserve (WfdPeerFrames *self, gsize n)
{
  gsize length = get_length (self), wanted = length + n, size = message_size (self);

  if (wanted <= self->n_reserved)
    return;
  self->n_reserved = wanted > size / GROWTH ? size : GROWTH * wanted;
  g_byte_array_set_size (self->message, PAD_BYTES + self->n_reserved);
  g_byte_array_set_size (self->message, PAD_BYTES + length);
}

static gboolean
take_payload (WfdPeerFrames *self, WfdBytes *bytes)
{
  gsize wanted = message_size (self) - get_length (self);
  WfdBytes part = { 0 };

  wfd_bytes_take (bytes, MIN (MIN (wanted, self->left), bytes->left), &part);
  if (part.left == 0)
    return TRUE;
  reserve (self, part.left);
  g_byte_array_append (self->message, part.pos, part.left);
  self->left -= part.left;
  return get_length (self) != WFD_PEER_HEADER_BYTES || header_is_good (self);
}

static gboolean
is_whole (const WfdPeerFrames *self)
{
  return get_length (self) >= WFD_PEER_HEADER_BYTES && get_length (self) == message_size (self);
}

static GBytes *
steal_message (WfdPeerFrames *self)
{
  gsize length = get_length (self);
  g_autoptr (GBytes) padded = g_byte_array_free_to_bytes (self->message);

  begin_message (self);
  return g_bytes_new_from_bytes (padded, PAD_BYTES, length);
}

/* What was in a frame comes to its place in the message, and ends with it if that ends in it. */
static gboolean
unwrap (WfdPeerFrames *self, WfdBytes octets)
{
  gboolean had_header = get_length (self) >= WFD_PEER_HEADER_BYTES;

  if (had_header)
    reserve (self, MIN (octets.left, message_size (self) - get_length (self)));
  if (!self->unwrap (self->user_data, octets, self->message))
    return FALSE;
  if (get_length (self) < WFD_PEER_HEADER_BYTES)
    return TRUE;
  return (had_header || header_is_good (self)) && get_length (self) <= message_size (self);
}

static gboolean
take_wrapped (WfdPeerFrames *self, WfdBytes *bytes)
{
  g_autoptr (GByteArray) wrapped = NULL;
  WfdBytes part = { 0 };

  wfd_bytes_take (bytes, MIN (self->left, bytes->left), &part);
  if (part.left == 0)
    return TRUE;
  /* Most come in one piece. */
  if (part.left == self->left && self->wrapped == NULL) {
    self->left = 0;
    return unwrap (self, part);
  }
  if (self->wrapped == NULL)
    self->wrapped = g_byte_array_sized_new (self->left);
  self->left -= part.left;
  g_byte_array_append (self->wrapped, part.pos, part.left);
  if (self->left > 0)
    return TRUE;
  wrapped = g_steal_pointer (&self->wrapped);
  return unwrap (self, wfd_bytes (wrapped->data, wrapped->len));
}

gboolean
wfd_peer_frames_push (WfdPeerFrames *self, WfdBytes *bytes, GBytes **ret_message)
{
  *ret_message = NULL;
  while (bytes->left > 0) {
    if (self->left == 0 && !take_size (self, bytes))
      return FALSE;
    if (!(self->unwrap != NULL ? take_wrapped : take_payload) (self, bytes))
      return FALSE;
    if (!is_whole (self))
      continue;
    /* A frame belongs to one message. */
    if (self->left > 0)
      return FALSE;

    *ret_message = steal_message (self);
    return TRUE;
  }
  return TRUE;
}

void
wfd_peer_frames_append (GByteArray *out, WfdBytes message)
{
  while (message.left > 0) {
    WfdBytes part = { 0 };

    wfd_bytes_take (&message, MIN (message.left, WFD_LIMIT_PEER_SENT_FRAME_BYTES), &part);
    put_u16 (out, part.left);
    g_byte_array_append (out, part.pos, part.left);
  }
}
