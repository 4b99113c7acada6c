/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ie-element.h"

#define VENDOR_SPECIFIC 0xdd

static const guint8 oui_and_type[] = { 0x50, 0x6f, 0x9a, 0x0a };

/* The length counts the four octets above too. */
#define MAX_CARRIED_BYTES (G_MAXUINT8 - sizeof (oui_and_type))

gboolean
wfd_ie_collect (WfdBytes elements, GByteArray *out)
{
  guint begin = out->len;
  gboolean found = FALSE;
  guint8 id, length;
  WfdBytes body;

  while (wfd_bytes_take_u8 (&elements, &id) && wfd_bytes_take_u8 (&elements, &length)
      && wfd_bytes_take (&elements, length, &body)) {
    if (id != VENDOR_SPECIFIC || !wfd_bytes_take_exact (&body, oui_and_type, sizeof (oui_and_type)))
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
    guint8 header[2] = { VENDOR_SPECIFIC };

    wfd_bytes_take (&subelements, MIN (subelements.left, MAX_CARRIED_BYTES), &part);
    header[1] = sizeof (oui_and_type) + part.left;
    g_byte_array_append (out, header, sizeof (header));
    g_byte_array_append (out, oui_and_type, sizeof (oui_and_type));
    g_byte_array_append (out, part.pos, part.left);
  }
}
