/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-record.h"

#include <base-limits.h>
#include "peer-put.h"
#include "peer-string.h"

#define ADDRESS_BYTES 32

const WfdPeerGuid wfd_peer_type_graph_info = { { 0x00, 0x00, 0x01, 0x00 } };
const WfdPeerGuid wfd_peer_type_signature = { { 0x00, 0x00, 0x02, 0x00 } };
const WfdPeerGuid wfd_peer_type_contact = { { 0x00, 0x00, 0x03, 0x00 } };
const WfdPeerGuid wfd_peer_type_presence = { { 0x00, 0x00, 0x04, 0x00 } };
const WfdPeerGuid wfd_peer_id_graph_info = { { 0x6c, 0x79, 0x67, 0x68, 0x77, 0x32, 0x40, 0x6b, 0xbc,
    0x6e, 0x5e, 0x9c, 0x0d, 0x86, 0x45, 0x80 } };
const WfdPeerGuid wfd_peer_id_signature = { { 0x4c, 0x51, 0x5c, 0x94, 0x42, 0x52, 0x49, 0x4f, 0x84,
    0x40, 0x34, 0xcc, 0x79, 0x76, 0x9c, 0x81 } };

gboolean
wfd_peer_type_is_reserved (const WfdPeerGuid *type)
{
  return wfd_peer_guid_equal (type, &wfd_peer_type_graph_info)
      || wfd_peer_guid_equal (type, &wfd_peer_type_signature)
      || wfd_peer_guid_equal (type, &wfd_peer_type_contact)
      || wfd_peer_guid_equal (type, &wfd_peer_type_presence);
}

/* --- graph info (2.2.3.1) --- */

void
wfd_peer_properties_clear (WfdPeerProperties *self)
{
  g_clear_pointer (&self->graph_id, g_free);
  g_clear_pointer (&self->creator, g_free);
  g_clear_pointer (&self->friendly_name, g_free);
  g_clear_pointer (&self->comment, g_free);
}

gboolean
wfd_peer_properties_read (GBytes *payload, WfdPeerProperties *ret_properties)
{
  WfdBytes bytes = wfd_bytes_of (payload);
  g_auto (WfdPeerProperties) self = { 0 };
  guint32 size;

  /* The size is that of a struct, which tells us nothing. */
  if (!wfd_bytes_take_u32 (&bytes, &size) || !wfd_bytes_take_u32 (&bytes, &self.flags)
      || !wfd_bytes_take_u32 (&bytes, &self.scope)
      || !wfd_peer_take_string (&bytes, WFD_LIMIT_PEER_ID_CHARS, &self.graph_id)
      || !wfd_peer_take_string (&bytes, WFD_LIMIT_PEER_ID_CHARS, &self.creator)
      || !wfd_peer_take_string (&bytes, WFD_LIMIT_PEER_ID_CHARS, &self.friendly_name)
      || !wfd_peer_take_string (&bytes, WFD_LIMIT_PEER_COMMENT_CHARS, &self.comment)
      || !wfd_bytes_take_u32 (&bytes, &self.presence_lifetime_s)
      || !wfd_bytes_take_u32 (&bytes, &self.max_presence)
      || !wfd_bytes_take_u32 (&bytes, &self.max_record_bytes) || self.graph_id == NULL
      || self.creator == NULL)
    return FALSE;

  *ret_properties = self;
  self = (WfdPeerProperties) { 0 };
  return TRUE;
}

GBytes *
wfd_peer_properties_build (const WfdPeerProperties *self)
{
  GByteArray *out = g_byte_array_new ();

  put_u32 (out, 0);
  put_u32 (out, self->flags);
  put_u32 (out, self->scope);
  wfd_peer_put_string (out, self->graph_id);
  wfd_peer_put_string (out, self->creator);
  wfd_peer_put_string (out, self->friendly_name);
  wfd_peer_put_string (out, self->comment);
  put_u32 (out, self->presence_lifetime_s);
  put_u32 (out, self->max_presence);
  put_u32 (out, self->max_record_bytes);
  wfd_peer_put_u32 (out->data, out->len);
  return g_byte_array_free_to_bytes (out);
}

/* --- addresses (2.2.1.5) --- */

/* Behind their number; what is none of IPv6 is left out. */
static gboolean
take_addresses (WfdBytes *bytes, WfdPeerAddress *ret_addresses, guint *ret_n)
{
  guint32 n;
  WfdBytes all;

  if (!wfd_bytes_take_u32 (bytes, &n) || n > WFD_LIMIT_PEER_ADDRESSES
      || !wfd_bytes_take (bytes, n * ADDRESS_BYTES, &all))
    return FALSE;

  *ret_n = 0;
  for (guint i = 0; i < n; i++) {
    WfdPeerAddress *address = &ret_addresses[*ret_n];
    guint32 size = 0, flow, zero;
    guint16 family = 0;
    WfdBytes ip = { 0 };

    wfd_bytes_take_u32 (&all, &size);
    wfd_bytes_take_u16 (&all, &family);
    wfd_bytes_take_u16 (&all, &address->port);
    wfd_bytes_take_u32 (&all, &flow);
    wfd_bytes_take (&all, sizeof (address->ip), &ip);
    wfd_bytes_take_u32 (&all, &zero);
    memcpy (address->ip, ip.pos, sizeof (address->ip));
    address->scope_id = 0;
    if (size == ADDRESS_BYTES && family == 0x0017)
      (*ret_n)++;
  }
  return TRUE;
}

static void
put_addresses (GByteArray *out, const WfdPeerAddress *addresses, guint n)
{
  put_u32 (out, n);
  for (guint i = 0; i < n; i++) {
    put_u32 (out, ADDRESS_BYTES);
    put_u16 (out, 0x0017);
    put_u16 (out, addresses[i].port);
    put_u32 (out, 0);
    g_byte_array_append (out, addresses[i].ip, sizeof (addresses[i].ip));
    put_u32 (out, 0);
  }
}

/* --- signature (2.2.3.2), contact (2.2.3.3) --- */

gboolean
wfd_peer_signature_read (GBytes *payload, guint64 *ret_signature)
{
  WfdBytes bytes = wfd_bytes_of (payload);
  guint64 signature;

  if (!wfd_bytes_take_u64 (&bytes, &signature) || bytes.left > 0)
    return FALSE;
  *ret_signature = signature;
  return TRUE;
}

GBytes *
wfd_peer_signature_build (guint64 signature)
{
  GByteArray *out = g_byte_array_new ();

  put_u64 (out, signature);
  return g_byte_array_free_to_bytes (out);
}

gboolean
wfd_peer_contact_read (GBytes *payload, WfdPeerContact *ret_contact)
{
  WfdBytes bytes = wfd_bytes_of (payload);
  WfdPeerContact self = { 0 };

  if (!wfd_bytes_take_u64 (&bytes, &self.signature) || !wfd_bytes_take_u64 (&bytes, &self.node_id)
      || !take_addresses (&bytes, self.addresses, &self.n_addresses) || bytes.left > 0)
    return FALSE;
  *ret_contact = self;
  return TRUE;
}

GBytes *
wfd_peer_contact_build (const WfdPeerContact *self)
{
  GByteArray *out = g_byte_array_new ();

  put_u64 (out, self->signature);
  put_u64 (out, self->node_id);
  put_addresses (out, self->addresses, self->n_addresses);
  return g_byte_array_free_to_bytes (out);
}

/* --- presence (2.2.3.4) --- */

void
wfd_peer_presence_clear (WfdPeerPresence *self)
{
  g_clear_pointer (&self->attributes, g_free);
}

gboolean
wfd_peer_presence_read (GBytes *payload, WfdPeerPresence *ret_presence)
{
  WfdBytes bytes = wfd_bytes_of (payload);
  g_auto (WfdPeerPresence) self = { 0 };

  if (!wfd_bytes_take_u64 (&bytes, &self.node_id)
      || !wfd_peer_take_string (&bytes, WFD_LIMIT_PEER_RECORD_BYTES / 2, &self.attributes)
      || !take_addresses (&bytes, self.addresses, &self.n_addresses))
    return FALSE;

  *ret_presence = self;
  self.attributes = NULL;
  return TRUE;
}

GBytes *
wfd_peer_presence_build (const WfdPeerPresence *self)
{
  GByteArray *out = g_byte_array_new ();

  put_u64 (out, self->node_id);
  wfd_peer_put_string (out, self->attributes);
  put_addresses (out, self->addresses, self->n_addresses);
  return g_byte_array_free_to_bytes (out);
}
