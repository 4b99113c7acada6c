/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-record.h"

#include <base-limits.h>
#include "peer-put.h"
#include "peer-string.h"

#define PROTOCOL_VERSION 0x0100
#define FLAGS_ON_WIRE WFD_PEER_RECORD_IS_DELETED

WfdPeerRecord *
wfd_peer_record_new (void)
{
  WfdPeerRecord *self = g_new0 (WfdPeerRecord, 1);

  self->security = g_bytes_new (NULL, 0);
  self->payload = g_bytes_new (NULL, 0);
  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

WfdPeerRecord *
wfd_peer_record_copy (const WfdPeerRecord *self)
{
  WfdPeerRecord *copy = g_memdup2 (self, sizeof (*self));

  copy->creator = g_strdup (self->creator);
  copy->modifier = g_strdup (self->modifier);
  copy->graph_id = g_strdup (self->graph_id);
  copy->attributes = g_strdup (self->attributes);
  g_bytes_ref (copy->security);
  g_bytes_ref (copy->payload);
  g_atomic_ref_count_init (&copy->ref_count);
  return copy;
}

WfdPeerRecord *
wfd_peer_record_ref (WfdPeerRecord *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_record_unref (WfdPeerRecord *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->creator);
  g_free (self->modifier);
  g_free (self->graph_id);
  g_free (self->attributes);
  g_bytes_unref (self->security);
  g_bytes_unref (self->payload);
  g_free (self);
}

static gboolean
take_guid (WfdBytes *bytes, WfdPeerGuid *ret_guid)
{
  WfdBytes part;

  if (!wfd_bytes_take (bytes, sizeof (*ret_guid), &part))
    return FALSE;

  memcpy (ret_guid, part.pos, sizeof (*ret_guid));
  return TRUE;
}

static gboolean
take_blob (WfdBytes *bytes, gsize max, GBytes **blob)
{
  guint32 size;
  WfdBytes part;

  if (!wfd_bytes_take_u32 (bytes, &size) || size > max || !wfd_bytes_take (bytes, size, &part))
    return FALSE;

  g_bytes_unref (*blob);
  *blob = g_bytes_new (part.pos, part.left);
  return TRUE;
}

static gboolean
take_fields (WfdBytes *bytes, WfdPeerRecord *self)
{
  guint32 reserved;
  guint16 protocol;

  return take_guid (bytes, &self->type) && take_guid (bytes, &self->id)
      && wfd_bytes_take_u32 (bytes, &self->version) && wfd_bytes_take_u24 (bytes, &reserved)
      && wfd_bytes_take_u8 (bytes, &self->flags)
      && wfd_peer_take_string (bytes, WFD_LIMIT_PEER_ID_CHARS, &self->creator)
      && wfd_peer_take_string (bytes, WFD_LIMIT_PEER_ID_CHARS, &self->modifier)
      && take_blob (bytes, WFD_LIMIT_PEER_SECURITY_BYTES, &self->security)
      && wfd_bytes_take_u64 (bytes, &self->created) && wfd_bytes_take_u64 (bytes, &self->expires)
      && wfd_bytes_take_u64 (bytes, &self->modified)
      && wfd_peer_take_string (bytes, WFD_LIMIT_PEER_ID_CHARS, &self->graph_id)
      && wfd_bytes_take_u16 (bytes, &protocol) && protocol == PROTOCOL_VERSION
      && take_blob (bytes, WFD_LIMIT_PEER_RECORD_BYTES, &self->payload)
      && wfd_peer_take_string (bytes, WFD_LIMIT_PEER_RECORD_BYTES / 2, &self->attributes);
}

/* 3.1.7.27, as far as it needs no graph. */
static gboolean
is_sound (const WfdPeerRecord *self)
{
  return self->creator != NULL && *self->creator != '\0' && self->graph_id != NULL
      && *self->graph_id != '\0' && (self->modifier == NULL || *self->modifier != '\0')
      && (self->flags & ~FLAGS_ON_WIRE) == 0 && self->expires > self->modified
      && self->modified >= self->created
      && ((self->flags & WFD_PEER_RECORD_IS_DELETED) == 0 || g_bytes_get_size (self->payload) == 0)
      && (self->modified != self->created || self->modifier == NULL)
      && wfd_peer_record_get_bytes (self) <= WFD_LIMIT_PEER_RECORD_BYTES;
}

WfdPeerRecord *
wfd_peer_record_read (WfdBytes bytes)
{
  g_autoptr (WfdPeerRecord) self = wfd_peer_record_new ();

  if (!take_fields (&bytes, self) || bytes.left > 0 || !is_sound (self))
    return NULL;

  return g_steal_pointer (&self);
}

static void
put_blob (GByteArray *out, GBytes *blob)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (blob, &size);

  put_u32 (out, size);
  if (size > 0)
    g_byte_array_append (out, data, size);
}

void
wfd_peer_record_append (const WfdPeerRecord *self, GByteArray *out)
{
  put_guid (out, &self->type);
  put_guid (out, &self->id);
  put_u32 (out, self->version);
  put_u32 (out, self->flags & FLAGS_ON_WIRE);
  wfd_peer_put_string (out, self->creator);
  wfd_peer_put_string (out, self->modifier);
  put_blob (out, self->security);
  put_u64 (out, self->created);
  put_u64 (out, self->expires);
  put_u64 (out, self->modified);
  wfd_peer_put_string (out, self->graph_id);
  put_u16 (out, PROTOCOL_VERSION);
  put_blob (out, self->payload);
  wfd_peer_put_string (out, self->attributes);
}

gsize
wfd_peer_record_get_bytes (const WfdPeerRecord *self)
{
  gsize attributes = self->attributes != NULL ? wfd_peer_string_chars (self->attributes) + 1 : 0;

  return g_bytes_get_size (self->payload) + 2 * attributes;
}

/* --- ids --- */

/* MD5 of the creator as on the wire in records, with its NUL, folded to a half. */
static void
fold_creator (const char *creator, guint8 ret_half[8])
{
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  guint8 digest[16];
  gsize size = sizeof (digest);

  wfd_peer_put_string (text, creator);
  g_checksum_update (md5, text->data + 4, text->len - 4);
  g_checksum_get_digest (md5, digest, &size);
  for (guint i = 0; i < 8; i++)
    ret_half[i] = digest[i] ^ digest[8 + i];
}

void
wfd_peer_record_make_id (const char *creator, WfdPeerGuid *ret_id)
{
  fold_creator (creator, ret_id->bytes);
  wfd_peer_put_u32 (ret_id->bytes + 8, g_random_int ());
  wfd_peer_put_u32 (ret_id->bytes + 12, g_random_int ());
}

gboolean
wfd_peer_record_id_fits (const WfdPeerRecord *self)
{
  guint8 half[8];

  if (wfd_peer_guid_equal (&self->type, &wfd_peer_type_graph_info))
    return wfd_peer_guid_equal (&self->id, &wfd_peer_id_graph_info);
  if (wfd_peer_guid_equal (&self->type, &wfd_peer_type_signature))
    return wfd_peer_guid_equal (&self->id, &wfd_peer_id_signature);
  fold_creator (self->creator, half);
  return memcmp (self->id.bytes, half, sizeof (half)) == 0;
}

/* --- which wins --- */

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int
compare_modifiers (const WfdPeerRecord *a, const WfdPeerRecord *b)
{
  if (a->modifier == NULL || b->modifier == NULL)
    return (a->modifier != NULL) - (b->modifier != NULL);
  return strcmp (a->modifier, b->modifier);
}

int
wfd_peer_record_compare (const WfdPeerRecord *a, const WfdPeerRecord *b)
{
  gsize a_size, b_size;
  const guint8 *a_data = g_bytes_get_data (a->security, &a_size);
  const guint8 *b_data = g_bytes_get_data (b->security, &b_size);
  int result = COMPARE (a->version, b->version);

  if (result == 0)
    result = compare_modifiers (a, b);
  if (result == 0)
    result = COMPARE (a->modified, b->modified);
  if (result == 0)
    result = COMPARE (a_size, b_size);
  if (result == 0 && a_size > 0)
    result = memcmp (a_data, b_data, a_size);
  return result;
}
