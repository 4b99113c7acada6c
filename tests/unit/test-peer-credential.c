/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates of groups and chains of them, in both profiles. */
#include <base-limits.h>
#include <gnutls/pkcs7.h>
#include <peer-club.h>

#define END_S (CLUB_NOW_S + 365 * CLUB_DAY_S)

/* --- one certificate --- */

/* A reader that does not know them takes the certificate all the same. */
static void
assert_nothing_critical (WfdPeerCredential *credential)
{
  gnutls_x509_crt_t certificate = wfd_peer_credential_get_certificate (credential);
  char oid[128];
  gsize size = sizeof (oid);
  unsigned critical, n = 0;

  while (gnutls_x509_crt_get_extension_info (certificate, n, oid, &size, &critical) >= 0) {
    if (g_str_has_prefix (oid, "1.3.6.1.4.1.311."))
      g_assert_cmpuint (critical, ==, 0);
    size = sizeof (oid);
    n++;
  }
  g_assert_cmpuint (n, >, 1);
}

static void
test_says_what_it_was_given (gconstpointer data)
{
  Club club;
  g_autoptr (WfdPeerChain) chain = NULL;
  WfdPeerCredential *leaf;
  Person bob;

  club_begin (&club, GPOINTER_TO_UINT (data));
  person_begin (&bob, club.member_kind);
  chain = club_let_in (&club, &bob, WFD_PEER_ROLE_INVITING | WFD_PEER_ROLE_MEMBER);
  g_assert_cmpuint (wfd_peer_chain_get_length (chain), ==, 3);
  leaf = wfd_peer_chain_get_leaf (chain);
  assert_nothing_critical (wfd_peer_chain_get (chain, 0));
  assert_nothing_critical (leaf);
  assert_nothing_critical (bob.identity);
  g_assert_cmpint (leaf->type, ==, WFD_PEER_CREDENTIAL_MEMBER);
  g_assert_cmpint (leaf->profile, ==, club.profile);
  g_assert_cmpstr (leaf->name, ==, bob.identity->name);
  g_assert_cmpstr (leaf->friendly_name, ==, "Jürgen 🙂");
  g_assert_cmpstr (leaf->issuer_name, ==, club.creator.identity->name);
  g_assert_cmpstr (leaf->issuer_friendly_name, ==, "Jürgen 🙂");
  g_assert_cmpstr (leaf->group_name, ==, club.name);
  g_assert_cmpuint (leaf->roles, ==, WFD_PEER_ROLE_INVITING | WFD_PEER_ROLE_MEMBER);
  g_assert_cmpstr (leaf->classifiers[0], ==, "participant");
  g_assert_null (leaf->classifiers[1]);
  g_assert_cmpint (leaf->begins_s, ==, CLUB_NOW_S);
  g_assert_cmpint (leaf->ends_s, ==, END_S);
  g_assert_true (wfd_peer_credential_has_same_key (leaf, bob.identity));
  g_assert_false (wfd_peer_credential_has_same_key (leaf, club.creator.identity));
  person_end (&bob);
  club_end (&club);
}

static void
test_names_of_full_length (void)
{
  Club club;
  g_autofree char *longest = g_strnfill (WFD_LIMIT_PEER_NAME_CHARS - 1, 'x');
  g_autofree char *name = g_strconcat (longest, "é", NULL);
  g_autofree char *longer = g_strconcat (name, "x", NULL);
  WfdPeerGrant grant = { name, WFD_PEER_ROLE_MEMBER, NULL, CLUB_NOW_S, END_S };
  g_autoptr (WfdPeerChain) chain = NULL;
  WfdPeerChain *none;

  club_begin (&club, WFD_PEER_KEY_P256);
  g_assert_cmpuint (
      wfd_peer_chain_issue (club.root, club.key, club.creator.identity, &grant, &chain), ==,
      WFD_PEER_OK);
  g_assert_cmpstr (wfd_peer_chain_get_leaf (chain)->friendly_name, ==, name);
  grant.friendly_name = longer;
  g_assert_cmpuint (
      wfd_peer_chain_issue (club.root, club.key, club.creator.identity, &grant, &none), ==,
      WFD_PEER_NO_KEY_ACCESS);
  club_end (&club);
}

static void
test_a_changed_octet_is_no_certificate (gconstpointer data)
{
  Club club;
  const WfdPeerCredential *leaf;
  gsize size;
  g_autofree guint8 *der = NULL;

  club_begin (&club, GPOINTER_TO_UINT (data));
  leaf = wfd_peer_chain_get_leaf (club.creator_chain);
  size = g_bytes_get_size (leaf->der);
  der = g_memdup2 (g_bytes_get_data (leaf->der, NULL), size);
  for (gsize i = 0; i < size; i++) {
    g_autoptr (WfdPeerCredential) changed = NULL;

    der[i] ^= 1;
    changed = wfd_peer_credential_read (wfd_bytes (der, size));
    if (changed != NULL)
      g_assert_false (
          wfd_peer_credential_is_signed_by (changed, wfd_peer_chain_get (club.root, 0)));
    der[i] ^= 1;
  }
  for (gsize n = 0; n < size; n++)
    g_assert_null (wfd_peer_credential_read (wfd_bytes (der, n)));
  club_end (&club);
}

/* Those of the one profile say the version of MS-PNRP, 1.2; none has to. */
static void
test_version (gconstpointer data)
{
  static const guint8 wanted[] = { 0x04, 0x04, 0x01, 0x00, 0x02, 0x00 };
  gboolean compatible = GPOINTER_TO_UINT (data) == WFD_PEER_KEY_RSA1024;
  Club club;

  club_begin (&club, GPOINTER_TO_UINT (data));
  {
    WfdPeerCredential *const all[] = { wfd_peer_chain_get (club.creator_chain, 0),
      wfd_peer_chain_get_leaf (club.creator_chain), club.creator.identity };

    for (guint i = 0; i < G_N_ELEMENTS (all); i++) {
      gnutls_datum_t found = { NULL, 0 };
      int result = gnutls_x509_crt_get_extension_by_oid2 (
          wfd_peer_credential_get_certificate (all[i]), "1.3.6.1.4.1.311.44.0.4", 0, &found, NULL);

      g_assert_cmpint (result, ==, compatible ? 0 : GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE);
      if (compatible)
        g_assert_cmpmem (found.data, found.size, wanted, sizeof (wanted));
      gnutls_free (found.data);
    }
  }
  club_end (&club);
}

/* As Windows has it: the name in DNS form stands beside it. */
static void
test_name_beside_another (void)
{
  g_autoptr (WfdPeerCredential) read = NULL;
  g_autoptr (GBytes) der = NULL;
  gnutls_x509_crt_t certificate;
  Person alice;

  person_begin (&alice, WFD_PEER_KEY_RSA1024);
  certificate = wfd_peer_key_certify (alice.key, alice.identity->name, "Alice");
  g_assert_cmpint (gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME,
                       "alice.example", strlen ("alice.example"), GNUTLS_FSAN_SET),
      ==, 0);
  g_assert_cmpint (gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_URI,
                       alice.identity->name, strlen (alice.identity->name), GNUTLS_FSAN_APPEND),
      ==, 0);
  g_assert_true (wfd_peer_certificate_sign (certificate, certificate, alice.key));
  der = wfd_peer_certificate_to_der (certificate);
  read = wfd_peer_credential_read (wfd_bytes_of (der));
  g_assert_nonnull (read);
  g_assert_cmpstr (read->name, ==, alice.identity->name);
  gnutls_x509_crt_deinit (certificate);
  person_end (&alice);
}

/* A name is of the key, or whoever likes could be anybody. */
static void
test_name_of_another_key (void)
{
  Person alice, bob;

  person_begin (&alice, WFD_PEER_KEY_P256);
  person_begin (&bob, WFD_PEER_KEY_P256);
  g_assert_null (wfd_peer_credential_new_identity (bob.key, alice.identity->name));
  person_end (&alice);
  person_end (&bob);
}

static void
test_signature (gconstpointer data)
{
  WfdBytes text = wfd_bytes ((const guint8 *) "text", 4);
  g_autoptr (GBytes) signature = NULL;
  g_autofree guint8 *octets = NULL;
  Person alice, bob;
  gsize size;

  person_begin (&alice, GPOINTER_TO_UINT (data));
  person_begin (&bob, GPOINTER_TO_UINT (data));
  signature = wfd_peer_key_sign (alice.key, text);
  size = g_bytes_get_size (signature);
  octets = g_memdup2 (g_bytes_get_data (signature, NULL), size);
  if (GPOINTER_TO_UINT (data) == WFD_PEER_KEY_RSA1024)
    g_assert_cmpuint (size, ==, 128);
  g_assert_true (wfd_peer_credential_verify (alice.identity, text, wfd_bytes (octets, size)));
  g_assert_false (wfd_peer_credential_verify (bob.identity, text, wfd_bytes (octets, size)));
  text.left--;
  g_assert_false (wfd_peer_credential_verify (alice.identity, text, wfd_bytes (octets, size)));
  text.left++;
  g_assert_false (wfd_peer_credential_verify (alice.identity, text, wfd_bytes (octets, size - 1)));
  octets[size / 2] ^= 1;
  g_assert_false (wfd_peer_credential_verify (alice.identity, text, wfd_bytes (octets, size)));
  person_end (&alice);
  person_end (&bob);
}

/* --- chains --- */

static WfdPeerChain *
reread (WfdPeerChain *chain)
{
  g_autoptr (GBytes) pkcs7 = wfd_peer_chain_build (chain);
  WfdPeerChain *read = NULL;

  g_assert_cmpuint (
      wfd_peer_chain_read (wfd_bytes (g_bytes_get_data (pkcs7, NULL), g_bytes_get_size (pkcs7)),
          &read),
      ==, WFD_PEER_OK);
  return read;
}

static void
test_chain_is_read_as_it_was_built (gconstpointer data)
{
  Club club;
  g_autoptr (WfdPeerChain) chain = NULL, read = NULL;
  Person bob;

  club_begin (&club, GPOINTER_TO_UINT (data));
  person_begin (&bob, club.member_kind);
  chain = club_let_in (&club, &bob, WFD_PEER_ROLE_MEMBER);
  read = reread (chain);
  g_assert_cmpuint (wfd_peer_chain_get_length (read), ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_true (
        g_bytes_equal (wfd_peer_chain_get (read, i)->der, wfd_peer_chain_get (chain, i)->der));
  g_assert_cmpuint (wfd_peer_chain_check (read, club.name, CLUB_NOW_S), ==, WFD_PEER_OK);
  person_end (&bob);
  club_end (&club);
}

static void
test_times (void)
{
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  g_assert_cmpuint (wfd_peer_chain_check (club.creator_chain, club.name, END_S - 1), ==,
      WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_chain_check (club.creator_chain, club.name, END_S), ==,
      WFD_PEER_INVALID_TIME);
  g_assert_cmpuint (wfd_peer_chain_check (club.creator_chain, club.name, G_MININT64), ==,
      WFD_PEER_OK);
  g_assert_cmpuint (
      wfd_peer_chain_check (club.creator_chain, club.name, CLUB_NOW_S - WFD_PEER_CLOCK_TOLERANCE_S),
      ==, WFD_PEER_OK);
  g_assert_cmpuint (wfd_peer_chain_check (club.creator_chain, club.name, CLUB_NOW_S - 3600), ==,
      WFD_PEER_INVALID_TIME);
  club_end (&club);
}

static void
test_root_alone_is_no_member (void)
{
  Club club;

  club_begin (&club, WFD_PEER_KEY_P256);
  g_assert_cmpuint (wfd_peer_chain_check (club.root, club.name, CLUB_NOW_S), ==,
      WFD_PEER_NOT_TRUSTED);
  club_end (&club);
}

static void
test_member_of_another_group (void)
{
  Club club, other;

  club_begin (&club, WFD_PEER_KEY_P256);
  club_begin (&other, WFD_PEER_KEY_P256);
  g_assert_cmpuint (wfd_peer_chain_check (other.creator_chain, club.name, CLUB_NOW_S), ==,
      WFD_PEER_NOT_TRUSTED);
  club_end (&club);
  club_end (&other);
}

/* --- who may let in whom --- */

static void
test_rights_to_issue (void)
{
  static const guint8 may[3][3] = {
    /* admin, inviting, member */
    { TRUE, TRUE, TRUE },
    { FALSE, TRUE, TRUE },
    { FALSE, FALSE, FALSE },
  };
  Club club;
  Person bob, carol;

  club_begin (&club, WFD_PEER_KEY_P256);
  person_begin (&bob, club.member_kind);
  person_begin (&carol, club.member_kind);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (WfdPeerChain) issuer = club_let_in (&club, &bob, 1u << i);

    for (guint k = 0; k < 3; k++) {
      guint32 result;
      g_autoptr (WfdPeerChain) chain = club_issue (issuer, bob.key, &carol, 1u << k, &result);

      g_assert_cmpuint (result, ==, may[i][k] ? WFD_PEER_OK : WFD_PEER_NOT_AUTHORIZED);
    }
  }
  person_end (&bob);
  person_end (&carol);
  club_end (&club);
}

/* NULL if it is none. */
static WfdPeerChain *
chain_of (WfdPeerCredential *const *credentials, guint n)
{
  gnutls_pkcs7_t pkcs7;
  gnutls_datum_t der;
  WfdPeerChain *chain = NULL;

  gnutls_pkcs7_init (&pkcs7);
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (
        gnutls_pkcs7_set_crt (pkcs7, wfd_peer_credential_get_certificate (credentials[i])), ==, 0);
  g_assert_cmpint (gnutls_pkcs7_export2 (pkcs7, GNUTLS_X509_FMT_DER, &der), ==, 0);
  wfd_peer_chain_read (wfd_bytes (der.data, der.size), &chain);
  gnutls_free (der.data);
  gnutls_pkcs7_deinit (pkcs7);
  return chain;
}

static WfdPeerChain *
add_to (const WfdPeerChain *begin, WfdPeerCredential *last)
{
  WfdPeerCredential *all[WFD_LIMIT_PEER_CHAIN];
  guint n = wfd_peer_chain_get_length (begin);

  for (guint i = 0; i < n; i++)
    all[i] = wfd_peer_chain_get (begin, i);
  all[n] = last;
  return chain_of (all, n + 1);
}

/* Nobody asks issue () whether they may. */
static void
test_more_than_the_issuer_has (void)
{
  Club club;
  Person bob, carol;
  WfdPeerGrant grants[] = {
    { "Carol", WFD_PEER_ROLE_ADMIN, NULL, CLUB_NOW_S, END_S },      /* a higher role */
    { "Carol", WFD_PEER_ROLE_MEMBER, NULL, CLUB_NOW_S, END_S + 1 }, /* longer */
    { "Carol", WFD_PEER_ROLE_MEMBER, NULL, CLUB_NOW_S - 1, END_S }, /* earlier */
    { "Carol", 0, NULL, CLUB_NOW_S, END_S },                        /* nothing at all */
    { "Carol", WFD_PEER_ROLE_MEMBER, NULL, CLUB_NOW_S, END_S },
  };
  g_autoptr (WfdPeerChain) issuer = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  person_begin (&bob, club.member_kind);
  person_begin (&carol, club.member_kind);
  issuer = club_let_in (&club, &bob, WFD_PEER_ROLE_INVITING);
  for (guint i = 0; i < G_N_ELEMENTS (grants); i++) {
    g_autoptr (WfdPeerCredential) last = wfd_peer_credential_new_member (bob.key,
        wfd_peer_chain_get_leaf (issuer), carol.identity, &grants[i]);
    g_autoptr (WfdPeerChain) chain = add_to (issuer, last);

    g_assert_cmpuint (wfd_peer_chain_check (chain, club.name, CLUB_NOW_S), ==,
        i + 1 < G_N_ELEMENTS (grants) ? WFD_PEER_NOT_TRUSTED : WFD_PEER_OK);
  }
  person_end (&bob);
  person_end (&carol);
  club_end (&club);
}

/* Signed by somebody who only has the issuer's name. */
static void
test_forged_issuer (void)
{
  Club club;
  Person mallory;
  WfdPeerGrant grant = { "Mallory", WFD_PEER_ROLE_ADMIN, NULL, CLUB_NOW_S, END_S };
  g_autoptr (WfdPeerCredential) forged = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  person_begin (&mallory, club.member_kind);
  forged = wfd_peer_credential_new_member (mallory.key,
      wfd_peer_chain_get_leaf (club.creator_chain), mallory.identity, &grant);
  g_assert_nonnull (forged);
  g_assert_null (add_to (club.creator_chain, forged));
  person_end (&mallory);
  club_end (&club);
}

/* The key of one group signs that somebody is a member of another one. */
static void
test_root_of_another_group (void)
{
  Club club, other;
  Person mallory;
  WfdPeerGrant grant = { "Mallory", WFD_PEER_ROLE_ADMIN, NULL, CLUB_NOW_S, END_S };
  g_autoptr (WfdPeerCredential) root = NULL, forged = NULL;
  g_autoptr (WfdPeerChain) chain = NULL;

  club_begin (&club, WFD_PEER_KEY_P256);
  club_begin (&other, WFD_PEER_KEY_P256);
  person_begin (&mallory, club.member_kind);
  root = wfd_peer_credential_read (wfd_bytes_of (wfd_peer_chain_get (other.root, 0)->der));
  g_free (root->group_name);
  root->group_name = g_strdup (club.name);
  forged = wfd_peer_credential_new_member (other.key, root, mallory.identity, &grant);
  g_assert_cmpstr (forged->group_name, ==, club.name);
  chain = add_to (other.root, forged);
  g_assert_nonnull (chain);
  g_assert_cmpuint (wfd_peer_chain_check (chain, club.name, CLUB_NOW_S), ==, WFD_PEER_NOT_TRUSTED);
  g_assert_cmpuint (wfd_peer_chain_check (chain, other.name, CLUB_NOW_S), ==, WFD_PEER_NOT_TRUSTED);
  person_end (&mallory);
  club_end (&other);
  club_end (&club);
}

/* It has the key of the group, which has not signed what else is in it. */
static void
test_forged_root (void)
{
  Club club;
  g_autoptr (WfdPeerCredential) forged = NULL;
  g_autoptr (WfdPeerChain) chain = NULL;
  g_autofree guint8 *der = NULL;
  gsize size;

  club_begin (&club, WFD_PEER_KEY_P256);
  der = g_bytes_unref_to_data (g_bytes_ref (wfd_peer_chain_get (club.root, 0)->der), &size);
  der[size - 1] ^= 1;
  forged = wfd_peer_credential_read (wfd_bytes (der, size));
  g_assert_nonnull (forged);
  {
    WfdPeerCredential *all[] = { forged, wfd_peer_chain_get_leaf (club.creator_chain) };

    chain = chain_of (all, G_N_ELEMENTS (all));
  }
  g_assert_null (chain);
  club_end (&club);
}

static void
test_profiles_are_not_mixed (void)
{
  Club club;
  Person old;
  guint32 result;

  club_begin (&club, WFD_PEER_KEY_P256);
  person_begin (&old, WFD_PEER_KEY_RSA1024);
  g_assert_null (
      club_issue (club.creator_chain, club.creator.key, &old, WFD_PEER_ROLE_MEMBER, &result));
  g_assert_cmpuint (result, ==, WFD_PEER_INVALID_ARGUMENT);
  person_end (&old);
  club_end (&club);
}

static void
test_the_longest_chain (void)
{
  Club club;
  g_autoptr (WfdPeerChain) chain = NULL, read = NULL;
  g_autoptr (WfdPeerKey) key = NULL;
  guint32 result = WFD_PEER_OK;

  club_begin (&club, WFD_PEER_KEY_P256);
  chain = wfd_peer_chain_ref (club.root);
  key = wfd_peer_key_ref (club.key);
  while (wfd_peer_chain_get_length (chain) < WFD_LIMIT_PEER_CHAIN) {
    WfdPeerChain *longer;
    Person next;

    person_begin (&next, club.member_kind);
    longer = club_issue (chain, key, &next, WFD_PEER_ROLE_ADMIN, NULL);
    g_assert_nonnull (longer);
    wfd_peer_chain_unref (chain);
    chain = longer;
    wfd_peer_key_unref (key);
    key = wfd_peer_key_ref (next.key);
    person_end (&next);
  }
  read = reread (chain);
  g_assert_cmpuint (wfd_peer_chain_check (read, club.name, CLUB_NOW_S), ==, WFD_PEER_OK);
  g_assert_null (club_issue (chain, key, &club.creator, WFD_PEER_ROLE_MEMBER, &result));
  g_assert_cmpuint (result, ==, WFD_PEER_CHAIN_TOO_LONG);
  club_end (&club);
}

static void
test_kinds_of_rsa (void)
{
  static const struct
  {
    guint n_modulus, n_exponent;
    gboolean good;
  } cases[] = { { 128, 3, TRUE }, { 128, 4, TRUE }, { 128, 5, FALSE }, { 128, 128, FALSE },
    { 127, 3, FALSE }, { 129, 3, FALSE }, { 256, 3, FALSE } };
  guint8 octets[256];

  memset (octets, 0x81, sizeof (octets));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gnutls_datum_t modulus = { octets, cases[i].n_modulus };
    gnutls_datum_t exponent = { octets, cases[i].n_exponent };
    gnutls_pubkey_t key;
    WfdPeerKeyKind kind;

    gnutls_pubkey_init (&key);
    g_assert_cmpint (gnutls_pubkey_import_rsa_raw (key, &modulus, &exponent), >=, 0);
    g_assert_cmpint (wfd_peer_key_kind_of (key, &kind), ==, cases[i].good);
    gnutls_pubkey_deinit (key);
  }
}

int
main (int argc, char *argv[])
{
  static const ClubTest both[] = {
    { "credential/says-what-it-was-given", test_says_what_it_was_given },
    { "credential/a-changed-octet-is-none", test_a_changed_octet_is_no_certificate },
    { "credential/signature", test_signature },
    { "credential/version", test_version },
    { "chain/read-as-it-was-built", test_chain_is_read_as_it_was_built },
  };

  g_test_init (&argc, &argv, NULL);
  club_add_for_kinds ("/peer/", both, G_N_ELEMENTS (both));
  g_test_add_func ("/peer/credential/names-of-full-length", test_names_of_full_length);
  g_test_add_func ("/peer/credential/name-beside-another", test_name_beside_another);
  g_test_add_func ("/peer/credential/name-of-another-key", test_name_of_another_key);
  g_test_add_func ("/peer/chain/times", test_times);
  g_test_add_func ("/peer/chain/root-alone-is-no-member", test_root_alone_is_no_member);
  g_test_add_func ("/peer/chain/member-of-another-group", test_member_of_another_group);
  g_test_add_func ("/peer/chain/rights-to-issue", test_rights_to_issue);
  g_test_add_func ("/peer/chain/more-than-the-issuer-has", test_more_than_the_issuer_has);
  g_test_add_func ("/peer/chain/forged-issuer", test_forged_issuer);
  g_test_add_func ("/peer/chain/root-of-another-group", test_root_of_another_group);
  g_test_add_func ("/peer/chain/forged-root", test_forged_root);
  g_test_add_func ("/peer/chain/profiles-are-not-mixed", test_profiles_are_not_mixed);
  g_test_add_func ("/peer/chain/the-longest", test_the_longest_chain);
  g_test_add_func ("/peer/credential/kinds-of-rsa", test_kinds_of_rsa);
  return g_test_run ();
}
