/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ie-p2p.h"

#include "ie-element.h"

/* Attributes (P2P 1.7 table 6): one octet, a length of two, little-endian, and a body. The
 * address is in a beacon alone, or begins what a probe response says of the device. */
#define CAPABILITY 2
#define DEVICE_ID 3
#define DEVICE_INFO 13

#define GROUP_OWNER 0x01 /* of the second octet of the capability */

static gboolean
take_attribute (WfdBytes *self, guint8 *ret_id, WfdBytes *ret_body)
{
  guint8 low, high;

  return wfd_bytes_take_u8 (self, ret_id) && wfd_bytes_take_u8 (self, &low)
      && wfd_bytes_take_u8 (self, &high) && wfd_bytes_take (self, high << 8 | low, ret_body);
}

gboolean
wfd_ie_read_group_owner (WfdBytes elements, guint8 *ret_address)
{
  g_autoptr (GByteArray) collected = g_byte_array_new ();
  gboolean is_owner = FALSE;
  WfdBytes attributes, body, address = { 0 };
  guint8 id;

  wfd_ie_collect (elements, WFD_IE_ELEMENT_P2P, collected);
  attributes = wfd_bytes (collected->data, collected->len);
  while (take_attribute (&attributes, &id, &body)) {
    if (id == CAPABILITY && body.left == 2)
      is_owner = (body.pos[1] & GROUP_OWNER) != 0;
    else if (id == DEVICE_ID || id == DEVICE_INFO)
      wfd_bytes_take (&body, WFD_IE_ADDRESS_BYTES, &address);
  }
  if (!is_owner || address.left == 0)
    return FALSE;
  memcpy (ret_address, address.pos, WFD_IE_ADDRESS_BYTES);
  return TRUE;
}
