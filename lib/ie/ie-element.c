/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ie-element.h"

#define VENDOR_SPECIFIC 0xdd

static const guint8 oui[] = { 0x50, 0x6f, 0x9a };

/* The length counts these and the type too. */
#define HEADER_BYTES (sizeof (oui) + 1)
#define MAX_CARRIED_BYTES (G_MAXUINT8 - HEADER_BYTES)

gboolean
wfd_ie_collect (WfdBytes elements, guint8 type, GByteArray *out)
{
  guint begin = out->len;
  gboolean found = FALSE;
  guint8 id, length, body_type;
  WfdBytes body;

  while (wfd_bytes_take_u8 (&elements, &id) && wfd_bytes_take_u8 (&elements, &length)
      && wfd_bytes_take (&elements, length, &body)) {
    if (id != VENDOR_SPECIFIC || !wfd_bytes_take_exact (&body, oui, sizeof (oui))
        || !wfd_bytes_take_u8 (&body, &body_type) || body_type != type)
      continue;
    found = TRUE;
    g_byte_array_append (out, body.pos, MIN (body.left, WFD_LIMIT_IE_BYTES - (out->len - begin)));
  }
  return found;
}

void
wfd_ie_wrap (WfdBytes subelements, GByteArray *out)
{
  while (subelements.left > 0) {
    WfdBytes part = { 0 };
    guint8 header[] = { VENDOR_SPECIFIC, 0, oui[0], oui[1], oui[2], WFD_IE_ELEMENT_WFD };

    wfd_bytes_take (&subelements, MIN (subelements.left, MAX_CARRIED_BYTES), &part);
    header[1] = HEADER_BYTES + part.left;
    g_byte_array_append (out, header, sizeof (header));
    g_byte_array_append (out, part.pos, part.left);
  }
}
