/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winapi-guid.h"

/* Of this project: 6f1d6b5e-0d0c-5b1a-9c51-8a3f2f6f4e17. */
static const guint8 namespace[16] = { 0x6f, 0x1d, 0x6b, 0x5e, 0x0d, 0x0c, 0x5b, 0x1a, 0x9c, 0x51,
  0x8a, 0x3f, 0x2f, 0x6f, 0x4e, 0x17 };

/* RFC 4122 §4.3, version 5. */
GUID
winapi_guid_of_interface (const char *name, guint index)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  g_autofree char *text = g_strdup_printf ("%s#%u", name, index);
  guint8 o[20];
  gsize n = sizeof (o);
  GUID guid;

  g_checksum_update (sha1, namespace, sizeof (namespace));
  g_checksum_update (sha1, (const guchar *) text, strlen (text));
  g_checksum_get_digest (sha1, o, &n);
  guid = (GUID) {
    .Data1 = (DWORD) o[0] << 24 | o[1] << 16 | o[2] << 8 | o[3],
    .Data2 = o[4] << 8 | o[5],
    .Data3 = (o[6] & 0x0f) << 8 | o[7] | 5 << 12,
  };
  memcpy (guid.Data4, o + 8, sizeof (guid.Data4));
  guid.Data4[0] = (guid.Data4[0] & 0x3f) | 0x80;
  return guid;
}
