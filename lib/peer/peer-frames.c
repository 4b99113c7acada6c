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
  guint8 size[2];  /* of the frame */
  guint n_size;    /* bytes of it that are there */
  gsize left;      /* of the frame; 0: the next is a size */
  guint8 *message; /* behind PAD_BYTES, or NULL */
  gsize n_message, n_allocated;
  gsize max_bytes;
  WfdPeerUnwrap unwrap; /* or NULL */
  gpointer user_data;
  GByteArray *wrapped; /* of the frame, so far */
};

WfdPeerFrames *
wfd_peer_frames_new (void)
{
  WfdPeerFrames *self = g_new0 (WfdPeerFrames, 1);

  self->max_bytes = WFD_LIMIT_PEER_AUTH_BYTES;
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
  self->wrapped = g_byte_array_new ();
}

void
wfd_peer_frames_free (WfdPeerFrames *self)
{
  g_clear_pointer (&self->wrapped, g_byte_array_unref);
  g_free (self->message);
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

/* Size of the message, or of its header as long as that is not there. */
static gsize
message_size (const WfdPeerFrames *self)
{
  return self->n_message < WFD_PEER_HEADER_BYTES ? WFD_PEER_HEADER_BYTES
                                                 : wfd_peer_get_u32 (self->message + PAD_BYTES);
}

static gboolean
header_is_good (const WfdPeerFrames *self)
{
  gsize size = wfd_peer_get_u32 (self->message + PAD_BYTES);
  gsize max = MIN (self->max_bytes, wfd_peer_message_max_bytes (self->message[PAD_BYTES + 5]));

  return size >= WFD_PEER_HEADER_BYTES && size <= max;
}

gsize
wfd_peer_frames_get_partial_bytes (const WfdPeerFrames *self)
{
  return message_size (self) > WFD_LIMIT_PEER_SMALL_BYTES ? self->n_message : 0;
}

static void
append (WfdPeerFrames *self, WfdBytes part)
{
  gsize size = self->n_message + part.left;

  if (size > self->n_allocated) {
    self->n_allocated = MAX (MIN (message_size (self), GROWTH * size), LEAST_BYTES);
    self->message = g_realloc (self->message, PAD_BYTES + self->n_allocated);
  }
  memcpy (self->message + PAD_BYTES + self->n_message, part.pos, part.left);
  self->n_message = size;
}

static gboolean
take_payload (WfdPeerFrames *self, WfdBytes *bytes)
{
  gsize wanted = message_size (self) - self->n_message;
  WfdBytes part = { 0 };

  wfd_bytes_take (bytes, MIN (MIN (wanted, self->left), bytes->left), &part);
  if (part.left == 0)
    return TRUE;
  append (self, part);
  self->left -= part.left;
  return self->n_message != WFD_PEER_HEADER_BYTES || header_is_good (self);
}

static gboolean
is_whole (const WfdPeerFrames *self)
{
  return self->n_message >= WFD_PEER_HEADER_BYTES && self->n_message == message_size (self);
}

static GBytes *
steal_message (WfdPeerFrames *self)
{
  g_autoptr (GBytes) padded =
      g_bytes_new_take (g_steal_pointer (&self->message), PAD_BYTES + self->n_message);
  GBytes *message = g_bytes_new_from_bytes (padded, PAD_BYTES, self->n_message);

  self->n_message = self->n_allocated = 0;
  return message;
}

/* What was in a frame, which ends with the message if the message ends in it. */
static gboolean
take_plain (WfdPeerFrames *self, WfdBytes plain)
{
  self->left = plain.left;
  while (plain.left > 0)
    if (is_whole (self) || !take_payload (self, &plain))
      return FALSE;
  return TRUE;
}

static gboolean
take_wrapped (WfdPeerFrames *self, WfdBytes *bytes)
{
  g_autoptr (GByteArray) plain = NULL;
  WfdBytes part = { 0 };

  wfd_bytes_take (bytes, MIN (self->left, bytes->left), &part);
  if (part.left == 0)
    return TRUE;
  self->left -= part.left;
  /* Most come in one piece. */
  if (self->left > 0 || self->wrapped->len > 0)
    g_byte_array_append (self->wrapped, part.pos, part.left);
  if (self->left > 0)
    return TRUE;
  if (self->wrapped->len > 0)
    part = wfd_bytes (self->wrapped->data, self->wrapped->len);
  plain = g_byte_array_sized_new (part.left);
  if (!self->unwrap (self->user_data, part, plain))
    return FALSE;
  g_byte_array_set_size (self->wrapped, 0);
  return take_plain (self, wfd_bytes (plain->data, plain->len));
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
