/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates of groups, alone and in PKCS#7. What is a chain is written as one. */
#include <peer-chain.h>
#include <peer-codes.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (WfdPeerCredential) credential = wfd_peer_credential_read (wfd_bytes (data, size));
  g_autoptr (WfdPeerChain) chain = NULL;

  if (credential != NULL)
    wfd_peer_credential_is_signed_by (credential, credential);
  if (WFD_PEER_FAILED (wfd_peer_chain_read (wfd_bytes (data, size), &chain)))
    return 0;
  wfd_peer_chain_check (chain, wfd_peer_chain_get (chain, 0)->name, 0);
  g_bytes_unref (wfd_peer_chain_build (chain));
  return 0;
}
