/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-group-records.h"

#include <base-limits.h>
#include "peer-codes.h"
#include "peer-credential-oids.h"
#include "peer-put.h"
#include "peer-string.h"

const WfdPeerGuid wfd_peer_type_membership = { { 0x01 } };
const WfdPeerGuid wfd_peer_type_group_properties = { { 0x02 } };

#define N_LIFETIMES 2
/* By certificate and by password: what a group with a password has to say. */
#define AUTHENTICATION_FLAGS 3

/* --- numbers with the lowest octet first, and strings behind such a length --- */

static gboolean
take_le (WfdBytes *bytes, guint32 *ret_value)
{
  guint32 value;

  if (!wfd_bytes_take_u32 (bytes, &value))
    return FALSE;
  *ret_value = GUINT32_SWAP_LE_BE (value);
  return TRUE;
}

static void
put_le (GByteArray *out, guint32 value)
{
  put_u32 (out, GUINT32_SWAP_LE_BE (value));
}

static gboolean
take_text (WfdBytes *bytes, gsize max_chars, char **ret_text)
{
  g_autoptr (GByteArray) counted = g_byte_array_new ();
  WfdBytes text, rest;
  guint32 size;

  if (!take_le (bytes, &size) || size % 2 != 0 || !wfd_bytes_take (bytes, size, &text))
    return FALSE;
  put_u32 (counted, size / 2);
  g_byte_array_append (counted, text.pos, text.left);
  rest = wfd_bytes (counted->data, counted->len);
  return wfd_peer_take_string (&rest, max_chars + 1, ret_text);
}

static void
put_text (GByteArray *out, const char *text)
{
  g_autoptr (GByteArray) counted = g_byte_array_new ();

  wfd_peer_put_string (counted, text != NULL ? text : "");
  put_le (out, counted->len - 4);
  g_byte_array_append (out, counted->data + 4, counted->len - 4);
}

/* --- Security Properties (2.2.3.1) --- */

static const struct
{
  gsize offset;
  gsize max_chars;
} texts[] = {
  { G_STRUCT_OFFSET (WfdPeerGroupProperties, comment), 512 },
  { G_STRUCT_OFFSET (WfdPeerGroupProperties, cloud), 255 },
  { G_STRUCT_OFFSET (WfdPeerGroupProperties, classifier), 149 },
  { G_STRUCT_OFFSET (WfdPeerGroupProperties, group_name), 190 },
  { G_STRUCT_OFFSET (WfdPeerGroupProperties, creator_name), 190 },
  { G_STRUCT_OFFSET (WfdPeerGroupProperties, friendly_name), 255 },
};

static char **
text_of (WfdPeerGroupProperties *self, guint i)
{
  return (char **) ((guint8 *) self + texts[i].offset);
}

void
wfd_peer_group_properties_clear (WfdPeerGroupProperties *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (text_of (self, i), g_free);
  g_clear_pointer (&self->password_hash, g_free);
}

static gboolean
take_password (WfdBytes *bytes, WfdPeerGroupProperties *self)
{
  guint32 flags, n;
  WfdPeerGuid role;
  WfdBytes octets;

  if (!wfd_bytes_take_u32 (bytes, &flags) || flags != AUTHENTICATION_FLAGS || !take_le (bytes, &n)
      || n != 1 || !take_text (bytes, 2 * 32, &self->password_hash) || self->password_hash == NULL
      || !wfd_bytes_take (bytes, sizeof (role), &octets))
    return FALSE;
  wfd_peer_guid_swap (&role, octets.pos);
  self->password_roles = wfd_peer_role_from_guid (&role);
  return self->password_roles != 0;
}

gboolean
wfd_peer_group_properties_read (GBytes *payload, WfdPeerGroupProperties *ret_properties)
{
  g_auto (WfdPeerGroupProperties) self = { 0 };
  WfdBytes bytes = wfd_bytes_of (payload);
  guint8 major, minor;
  guint32 n;

  if (!wfd_bytes_take_u8 (&bytes, &major) || major != 1 || !wfd_bytes_take_u8 (&bytes, &minor)
      || minor > 1 || !wfd_bytes_take_u32 (&bytes, &self.flags) || !take_le (&bytes, &n)
      || n != N_LIFETIMES || !take_le (&bytes, &self.member_lifetime_s)
      || !take_le (&bytes, &self.presence_lifetime_s))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    if (!take_text (&bytes, texts[i].max_chars, text_of (&self, i)))
      return FALSE;
  if ((minor > 0 && !take_password (&bytes, &self)) || bytes.left > 0)
    return FALSE;

  *ret_properties = self;
  self = (WfdPeerGroupProperties) { 0 };
  return TRUE;
}

GBytes *
wfd_peer_group_properties_build (const WfdPeerGroupProperties *self)
{
  GByteArray *out = g_byte_array_new ();
  WfdPeerGuid role;

  put_u8 (out, 1);
  put_u8 (out, self->password_hash != NULL);
  put_u32 (out, self->flags);
  put_le (out, N_LIFETIMES);
  put_le (out, self->member_lifetime_s);
  put_le (out, self->presence_lifetime_s);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    put_text (out, *text_of ((WfdPeerGroupProperties *) self, i));
  if (self->password_hash != NULL) {
    put_u32 (out, AUTHENTICATION_FLAGS);
    put_le (out, 1);
    put_text (out, self->password_hash);
    wfd_peer_guid_swap (&role, wfd_peer_role_to_guid (self->password_roles)->bytes);
    put_guid (out, &role);
  }
  return g_byte_array_free_to_bytes (out);
}

/* --- Membership (2.2.3.2) --- */

guint32
wfd_peer_membership_read (GBytes *payload, WfdPeerChain **ret_chain)
{
  static const guint8 version[] = { 1, 1 };
  WfdBytes bytes = wfd_bytes_of (payload);
  guint32 size;

  if (!wfd_bytes_take_exact (&bytes, version, sizeof (version)) || !take_le (&bytes, &size)
      || size != bytes.left)
    return WFD_PEER_INVALID_RECORD;
  return wfd_peer_chain_read (bytes, ret_chain);
}

GBytes *
wfd_peer_membership_build (WfdPeerChain *chain)
{
  g_autoptr (GBytes) pkcs7 = wfd_peer_chain_build (chain);
  GByteArray *out = g_byte_array_new ();

  put_u16 (out, 0x0101);
  put_le (out, g_bytes_get_size (pkcs7));
  g_byte_array_append (out, g_bytes_get_data (pkcs7, NULL), g_bytes_get_size (pkcs7));
  return g_byte_array_free_to_bytes (out);
}

/* --- security data (2.2.4) --- */

gboolean
wfd_peer_record_security_read (GBytes *security, WfdPeerRecordSecurity *ret_security)
{
  WfdBytes bytes = wfd_bytes_of (security), creator, modifier;

  if (!wfd_bytes_take (&bytes, WFD_PEER_SERIAL_BYTES, &creator)
      || !wfd_bytes_take (&bytes, WFD_PEER_SERIAL_BYTES, &modifier) || bytes.left == 0)
    return FALSE;
  memcpy (ret_security->creator, creator.pos, WFD_PEER_SERIAL_BYTES);
  memcpy (ret_security->modifier, modifier.pos, WFD_PEER_SERIAL_BYTES);
  ret_security->signature = bytes;
  return TRUE;
}

/* Of the compatible profile without its length, as the documents have it; there a text
 * could move from one place to the next without a change of what is signed. */
static void
put_signed_text (GByteArray *out, const char *text, gboolean counted)
{
  g_autoptr (GByteArray) string = g_byte_array_new ();

  wfd_peer_put_string (string, text);
  g_byte_array_append (out, string->data + (counted ? 0 : 4), string->len - (counted ? 0 : 4));
}

GByteArray *
wfd_peer_record_build_signed_text (const WfdPeerRecord *record, WfdPeerProfile profile,
    const guint8 creator[WFD_PEER_SERIAL_BYTES], const guint8 modifier[WFD_PEER_SERIAL_BYTES])
{
  gboolean counted = profile == WFD_PEER_PROFILE_MODERN;
  GByteArray *out = g_byte_array_new ();
  WfdBytes payload = wfd_bytes_of (record->payload);

  put_u32 (out, 0x60); /* the size of a PEER_RECORD in memory */
  put_guid (out, &record->type);
  put_guid (out, &record->id);
  put_u32 (out, record->version);
  put_u32 (out, record->flags & WFD_PEER_RECORD_IS_DELETED);
  put_u64 (out, record->created);
  put_u64 (out, record->expires);
  put_u64 (out, record->modified);
  put_signed_text (out, record->creator, counted);
  put_signed_text (out, record->modifier, counted);
  put_signed_text (out, record->attributes, counted);
  if (payload.left > 0 || counted)
    put_u32 (out, payload.left);
  g_byte_array_append (out, payload.pos, payload.left);
  g_byte_array_append (out, creator, WFD_PEER_SERIAL_BYTES);
  g_byte_array_append (out, modifier, WFD_PEER_SERIAL_BYTES);
  return out;
}

gboolean
wfd_peer_record_sign (WfdPeerRecord *record, WfdPeerKey *key,
    const guint8 creator[WFD_PEER_SERIAL_BYTES], const guint8 modifier[WFD_PEER_SERIAL_BYTES])
{
  g_autoptr (GByteArray) text =
      wfd_peer_record_build_signed_text (record, wfd_peer_key_get_profile (key), creator, modifier);
  g_autoptr (GBytes) signature = wfd_peer_key_sign (key, wfd_bytes (text->data, text->len));
  GByteArray *security;

  if (signature == NULL)
    return FALSE;
  security = g_byte_array_new ();
  g_byte_array_append (security, creator, WFD_PEER_SERIAL_BYTES);
  g_byte_array_append (security, modifier, WFD_PEER_SERIAL_BYTES);
  g_byte_array_append (security, g_bytes_get_data (signature, NULL), g_bytes_get_size (signature));
  g_bytes_unref (record->security);
  record->security = g_byte_array_free_to_bytes (security);
  return TRUE;
}

gboolean
wfd_peer_record_is_signed_by (const WfdPeerRecord *record, const WfdPeerCredential *signer)
{
  WfdPeerRecordSecurity security;
  g_autoptr (GByteArray) text = NULL;

  if (!wfd_peer_record_security_read (record->security, &security))
    return FALSE;
  text = wfd_peer_record_build_signed_text (record, signer->profile, security.creator,
      security.modifier);
  return wfd_peer_credential_verify (signer, wfd_bytes (text->data, text->len), security.signature);
}
