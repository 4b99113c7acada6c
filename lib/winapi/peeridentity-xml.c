/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peeridentity-private.h"
#include "peerxml.h"

/* What identities are carried around in. */

#define INFO "PEERIDENTITYINFO"
#define EXPORT "PEERIDENTITYEXPORT"
#define VERSION "1.0"

char *
peeridentity_build_info (GBytes *certificate)
{
  GString *xml = peerxml_begin (INFO, VERSION);

  peerxml_add_octets (xml, "IDC", certificate);
  return peerxml_end (xml, INFO);
}

GBytes *
peeridentity_read_info (const char *text)
{
  static const PeerXmlKind kind = { INFO, { { "IDC" } } };
  g_auto (PeerXml) xml = { 0 };

  return peerxml_read (&kind, text, &xml) && g_str_equal (xml.version, VERSION)
      ? peerxml_decode (xml.texts[0])
      : NULL;
}

char *
peeridentity_build_export (const char *name, GBytes *pfx)
{
  GString *xml = peerxml_begin (EXPORT, VERSION);

  peerxml_add_text (xml, "PEERNAME", name);
  peerxml_add_octets (xml, "DATA", pfx);
  return peerxml_end (xml, EXPORT);
}

/* One page of the documents has other names for the two. */
gboolean
peeridentity_read_export (const char *text, char **ret_name, GBytes **ret_pfx)
{
  static const PeerXmlKind kind = { EXPORT,
    { { "PEERNAME", "IDENTITY" }, { "DATA", "IDENTITYDATA" } } };
  g_auto (PeerXml) xml = { 0 };
  GBytes *pfx;

  if (!peerxml_read (&kind, text, &xml) || !g_str_equal (xml.version, VERSION)
      || xml.texts[0] == NULL || *xml.texts[0] == '\0')
    return FALSE;
  pfx = peerxml_decode (xml.texts[1]);
  if (pfx == NULL)
    return FALSE;

  *ret_pfx = pfx;
  *ret_name = g_steal_pointer (&xml.texts[0]);
  return TRUE;
}
