/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invitations into groups and memberships as XML texts: what was read is built and read again. */
#include <peergroup-xml.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *xml = g_strndup ((const char *) data, size);
  g_auto (PeerInvitation) invitation = { { 0 } };
  g_auto (PeerInvitation) again = { { 0 } };
  g_auto (PeerGroupConfig) config = { 0 };
  g_auto (PeerGroupConfig) config_again = { 0 };
  g_autofree char *built = NULL;

  if (!g_utf8_validate (xml, -1, NULL))
    return 0;
  if (peerinvitation_read (xml, &invitation) == S_OK) {
    built = peerinvitation_build (&invitation);
    g_assert_cmphex (peerinvitation_read (built, &again), ==, S_OK);
    g_assert_cmpstr (again.cloud.name, ==, invitation.cloud.name);
    g_assert_cmpuint (again.cloud.scope, ==, invitation.cloud.scope);
    g_assert_cmpstr (again.group_name, ==, invitation.group_name);
    g_assert_true ((again.chain == NULL) == (invitation.chain == NULL));
    g_assert_true (again.chain == NULL || g_bytes_equal (again.chain, invitation.chain));
  } else if (peergroupconfig_read (xml, &config)) {
    built = peergroupconfig_build (&config);
    g_assert_true (peergroupconfig_read (built, &config_again));
    g_assert_cmpstr (config_again.identity, ==, config.identity);
    g_assert_true (g_bytes_equal (config_again.chain, config.chain));
  }
  return 0;
}
