/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a record of a group has: its payloads and its security data. The signature itself
 * nobody can guess. */
#include <peer-codes.h>
#include <peer-group-records.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) payload = g_bytes_new (data, size);
  g_auto (WfdPeerGroupProperties) properties = { 0 };
  g_autoptr (WfdPeerChain) chain = NULL;
  WfdPeerRecordSecurity security;

  if (wfd_peer_group_properties_read (payload, &properties)) {
    g_autoptr (GBytes) built = wfd_peer_group_properties_build (&properties);

    g_assert_cmpuint (g_bytes_get_size (built), >=, size);
  }
  if (!WFD_PEER_FAILED (wfd_peer_membership_read (payload, &chain)))
    g_assert_cmpuint (wfd_peer_chain_get_length (chain), >, 0);
  if (wfd_peer_record_security_read (payload, &security))
    g_assert_cmpuint (security.signature.left, ==, size - 2 * WFD_PEER_SERIAL_BYTES);
  return 0;
}
