/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The XML text of an exported identity, and the PKCS#12 in it. */
#include <peer-key.h>
#include <peeridentity-private.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *xml = g_strndup ((const char *) data, size);
  g_autofree char *name = NULL;
  g_autoptr (GBytes) pfx = NULL;
  g_autoptr (WfdPeerKey) key = NULL;
  gnutls_x509_crt_t certificate = NULL;

  if (!peeridentity_read_export (xml, &name, &pfx))
    return 0;
  g_assert_cmpuint (strlen (name), >, 0);
  if (wfd_peer_pfx_read (pfx, "password", &key, &certificate))
    gnutls_x509_crt_deinit (certificate);
  return 0;
}
