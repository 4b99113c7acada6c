/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <peergroup-xml.h>

#include <string.h>

#define CLOUD "<CLOUDNAME>Global_</CLOUDNAME><SCOPE>GLOBAL</SCOPE><CLOUDFLAGS>0</CLOUDFLAGS>"
#define GROUP "<GROUPPEERNAME>0.g</GROUPPEERNAME><GROUPFRIENDLYNAME>G</GROUPFRIENDLYNAME>"
#define GMC "<GMC>AAEC</GMC>"
#define INVITATION(version, inside) \
  "<PEERINVITATION VERSION=\"" version "\">" inside "</PEERINVITATION>"

static void
test_invitations (void)
{
  static const struct
  {
    const char *text;
    HRESULT expected;
  } rows[] = {
    { INVITATION ("1.1", CLOUD GROUP), S_OK },
    { INVITATION ("1.0", CLOUD GMC), S_OK },
    { INVITATION ("1.1", GMC CLOUD), S_OK },
    { INVITATION ("1.0", CLOUD "<GMC>AA\n EC</GMC>"), S_OK },
    { INVITATION ("1.0", CLOUD GROUP), PEER_E_UNSUPPORTED_VERSION },
    { INVITATION ("2.0", CLOUD GROUP), PEER_E_UNSUPPORTED_VERSION },
    { INVITATION ("1.1\" VERSION=\"1.1", CLOUD GROUP), E_INVALIDARG },
    { INVITATION ("1.1", CLOUD GROUP GMC), E_INVALIDARG },
    { INVITATION ("1.1", CLOUD), E_INVALIDARG },
    { INVITATION ("1.1", GROUP), E_INVALIDARG },
    { INVITATION ("1.1", CLOUD CLOUD GROUP), E_INVALIDARG },
    { INVITATION ("1.1", CLOUD "<GROUPPEERNAME>0.g</GROUPPEERNAME>"), E_INVALIDARG },
    { INVITATION ("1.1", CLOUD GROUP "<MORE/>"), E_INVALIDARG },
    { INVITATION ("1.1", "<SCOPE>NOWHERE</SCOPE>" GROUP), E_INVALIDARG },
    { INVITATION ("1.0", CLOUD "<GMC>AAE</GMC>"), E_INVALIDARG },
    { INVITATION ("1.0", CLOUD "<GMC>AA*C</GMC>"), E_INVALIDARG },
    { INVITATION ("1.0", CLOUD "<GMC></GMC>"), E_INVALIDARG },
    { "<PEERINVITATION>" CLOUD GROUP "</PEERINVITATION>", E_INVALIDARG },
    { "<PEERINVITATION VERSION=\"1.1\">" CLOUD GROUP, E_INVALIDARG },
    { "<OTHER VERSION=\"1.1\">" CLOUD GROUP "</OTHER>", E_INVALIDARG },
    { "", E_INVALIDARG },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (PeerInvitation) invitation = { { 0 } };

    g_test_message ("%s", rows[i].text);
    g_assert_cmphex (peerinvitation_read (rows[i].text, &invitation), ==, rows[i].expected);
  }
}

static void
test_invitation_is_that_of_the_documents (void)
{
  PeerInvitation invitation = { { (char *) "Global_", 1, 0 }, NULL, (char *) "0.g",
    (char *) "A & B" };
  g_autofree char *text = peerinvitation_build (&invitation);

  g_assert_cmpstr (text, ==,
      INVITATION ("1.1",
          CLOUD "<GROUPPEERNAME>0.g</GROUPPEERNAME>"
                "<GROUPFRIENDLYNAME>A &amp; B</GROUPFRIENDLYNAME>"));
}

static void
test_names_have_limits (void)
{
  g_autofree char *name = g_strnfill (191, 'x');
  g_autofree char *text = g_strdup_printf (INVITATION ("1.1",
                                               CLOUD "<GROUPPEERNAME>%s</GROUPPEERNAME>"
                                                     "<GROUPFRIENDLYNAME/>"),
      name);
  g_auto (PeerInvitation) invitation = { { 0 } };

  g_assert_cmphex (peerinvitation_read (text, &invitation), ==, E_INVALIDARG);
  name[190] = '\0';
  g_free (text);
  text = g_strdup_printf (INVITATION ("1.1",
                              CLOUD "<GROUPPEERNAME>%s</GROUPPEERNAME>"
                                    "<GROUPFRIENDLYNAME/>"),
      name);
  g_assert_cmphex (peerinvitation_read (text, &invitation), ==, S_OK);
  g_assert_cmpstr (invitation.group_name, ==, name);
}

static void
test_config_there_and_back (void)
{
  g_autoptr (GBytes) chain = g_bytes_new_static ("chain", 5);
  g_autoptr (GBytes) key = g_bytes_new_static ("key", 3);
  PeerGroupConfig config = { (char *) "0.i", (char *) "0.g", { (char *) "LinkLocal_p2p0", 3, 1 },
    chain, key };

  for (guint i = 0; i < 2; i++) {
    g_autofree char *text = peergroupconfig_build (&config);
    g_auto (PeerGroupConfig) again = { 0 };

    g_assert_true (peergroupconfig_read (text, &again));
    g_assert_cmpstr (again.identity, ==, "0.i");
    g_assert_cmpstr (again.group, ==, "0.g");
    g_assert_cmpstr (again.cloud.name, ==, "LinkLocal_p2p0");
    g_assert_cmpuint (again.cloud.scope, ==, 3);
    g_assert_cmpuint (again.cloud.flags, ==, 1);
    g_assert_true (g_bytes_equal (again.chain, chain));
    g_assert_true ((again.group_key != NULL) == (config.group_key != NULL));
    config.group_key = NULL;
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peergroup/xml/invitations", test_invitations);
  g_test_add_func ("/peergroup/xml/as-in-the-documents", test_invitation_is_that_of_the_documents);
  g_test_add_func ("/peergroup/xml/names-have-limits", test_names_have_limits);
  g_test_add_func ("/peergroup/xml/config-there-and-back", test_config_there_and_back);
  return g_test_run ();
}
