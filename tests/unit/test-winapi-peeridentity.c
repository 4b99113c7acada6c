/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib.h>
#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <p2p.h>
#include <string.h>

static char *folder;

static char *
narrow (PCWSTR wide)
{
  char *text = g_ucs4_to_utf8 ((const gunichar *) wide, -1, NULL, NULL, NULL);

  g_assert_nonnull (text);
  return text;
}

/* To free with PeerFreeData (). */
static PWSTR
create (PCWSTR classifier, PCWSTR friendly_name)
{
  PWSTR name = NULL;

  g_assert_cmphex (PeerIdentityCreate (classifier, friendly_name, 0, &name), ==, S_OK);
  return name;
}

static void
discard (PWSTR name)
{
  g_assert_cmphex (PeerIdentityDelete (name), ==, S_OK);
  g_assert_cmphex (PeerIdentityDelete (name), ==, PEER_E_NOT_FOUND);
  PeerFreeData (name);
}

static void
assert_friendly (PCWSTR name, PCWSTR expected)
{
  PWSTR friendly_name;

  g_assert_cmphex (PeerIdentityGetFriendlyName (name, &friendly_name), ==, S_OK);
  g_assert_true (wcscmp (friendly_name, expected) == 0);
  PeerFreeData (friendly_name);
}

/* The name is what the public key says, computed here by itself. */
static void
test_name_is_of_key (void)
{
  PWSTR name = create (L"work", L"Alice");
  g_autofree char *text = narrow (name);
  HCRYPTPROV key;
  PSTR pem;
  gnutls_privkey_t private_key;
  gnutls_pubkey_t public_key;
  gnutls_datum_t datum, info;

  g_assert_cmphex (PeerIdentityGetCryptKey (name, &key), ==, S_OK);
  g_assert_cmphex (WfdxCryptKeyToPem (key, &pem), ==, S_OK);
  datum = (gnutls_datum_t) { (guint8 *) pem, strlen (pem) };
  gnutls_privkey_init (&private_key);
  gnutls_pubkey_init (&public_key);
  g_assert_cmpint (
      gnutls_privkey_import_x509_raw (private_key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0), ==, 0);
  g_assert_cmpint (gnutls_pubkey_import_privkey (public_key, private_key, 0, 0), ==, 0);
  g_assert_cmpint (gnutls_pubkey_export2 (public_key, GNUTLS_X509_FMT_DER, &info), ==, 0);
  {
    g_autofree char *hash = g_compute_checksum_for_data (G_CHECKSUM_SHA1, info.data, info.size);
    g_autofree char *expected = g_strconcat (hash, ".work", NULL);

    g_assert_cmpstr (text, ==, expected);
  }
  gnutls_free (info.data);
  gnutls_pubkey_deinit (public_key);
  gnutls_privkey_deinit (private_key);
  PeerFreeData (pem);
  g_assert_true (CryptReleaseContext (key, 0));
  g_assert_false (CryptReleaseContext (key, 0));
  g_assert_cmpuint (GetLastError (), ==, ERROR_INVALID_HANDLE);
  g_assert_cmphex (WfdxCryptKeyToPem (key, &pem), ==, (HRESULT) 0x80070006);
  assert_friendly (name, L"Alice");
  discard (name);
}

static void
test_friendly_name (void)
{
  PWSTR name = create (NULL, NULL);

  assert_friendly (name, name);
  g_assert_cmphex (PeerIdentitySetFriendlyName (name, L"Bob = #1"), ==, S_OK);
  assert_friendly (name, L"Bob = #1");
  g_assert_cmphex (PeerIdentitySetFriendlyName (name, L""), ==, S_OK);
  assert_friendly (name, name);
  discard (name);
}

/* The same key makes other identities; the same identity is there already. */
static void
test_key_of_another (void)
{
  PWSTR name = create (L"a", NULL), other;
  HCRYPTPROV key;

  g_assert_cmphex (PeerIdentityGetCryptKey (name, &key), ==, S_OK);
  g_assert_cmphex (PeerIdentityCreate (L"a", NULL, key, &other), ==, PEER_E_ALREADY_EXISTS);
  g_assert_cmphex (PeerIdentityCreate (L"b", NULL, key, &other), ==, S_OK);
  g_assert_true (wcsncmp (name, other, 41) == 0);
  g_assert_true (CryptReleaseContext (key, 0));
  g_assert_cmphex (PeerIdentityCreate (L"c", NULL, key, &other), ==, (HRESULT) 0x80070006);
  discard (other);
  discard (name);
}

/* Of that what makes a folder an identity, in as many others as are wanted. */
static void
copy_identities (guint n, gboolean there)
{
  g_autofree char *identities = g_build_filename (folder, "gst-wfd/identities", NULL);
  g_autofree char *text = NULL;
  GDir *dir = g_dir_open (identities, 0, NULL);
  const char *entry;

  while (text == NULL && (entry = g_dir_read_name (dir)) != NULL) {
    g_autofree char *names = g_build_filename (identities, entry, "identity", NULL);

    g_file_get_contents (names, &text, NULL, NULL);
  }
  g_dir_close (dir);
  g_assert_nonnull (text);
  for (guint i = 0; i < n; i++) {
    g_autofree char *own = g_strdup_printf ("%s/copy-%u", identities, i);
    g_autofree char *names = g_build_filename (own, "identity", NULL);

    if (there) {
      g_assert_cmpint (g_mkdir (own, 0700), ==, 0);
      g_assert_true (
          g_file_set_contents_full (names, text, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
    } else {
      g_assert_cmpint (g_remove (names), ==, 0);
      g_assert_cmpint (g_remove (own), ==, 0);
    }
  }
}

/* As many as the documentation says, and one more only in the place of another. */
static void
test_too_many (void)
{
  PWSTR first = create (L"first", NULL), last, other = NULL;

  copy_identities (254, TRUE);
  last = create (L"last", NULL);
  g_assert_cmphex (PeerIdentityCreate (L"more", NULL, 0, &other), ==, PEER_E_TOO_MANY_IDENTITIES);
  discard (last);
  discard (create (L"more", NULL));
  copy_identities (254, FALSE);
  discard (first);
}

static void
test_enumerated (void)
{
  PWSTR names[2] = { create (L"one", L"One"), create (L"two", L"Two") };
  PPEER_NAME_PAIR *pairs;
  HPEERENUM all;
  ULONG count;

  g_assert_cmphex (PeerEnumIdentities (&all), ==, S_OK);
  g_assert_cmphex (PeerGetItemCount (all, &count), ==, S_OK);
  g_assert_cmpuint (count, ==, 2);
  count = 5;
  g_assert_cmphex (PeerGetNextItem (all, &count, (PVOID **) &pairs), ==, S_OK);
  g_assert_cmpuint (count, ==, 2);
  for (guint i = 0; i < 2; i++) {
    guint which = wcscmp (pairs[0]->pwzPeerName, names[i]) == 0 ? 0 : 1;

    g_assert_cmpuint (pairs[which]->dwSize, ==, sizeof (PEER_NAME_PAIR));
    g_assert_true (wcscmp (pairs[which]->pwzPeerName, names[i]) == 0);
    g_assert_true (wcscmp (pairs[which]->pwzFriendlyName, i == 0 ? L"One" : L"Two") == 0);
  }
  PeerFreeData (pairs);
  count = 1;
  g_assert_cmphex (PeerGetNextItem (all, &count, (PVOID **) &pairs), ==, S_OK);
  g_assert_cmpuint (count, ==, 0);
  PeerFreeData (pairs);
  g_assert_cmphex (PeerEndEnumeration (all), ==, S_OK);
  g_assert_cmphex (PeerEndEnumeration (all), ==, E_INVALIDARG);
  g_assert_cmphex (PeerGetItemCount (all, &count), ==, E_INVALIDARG);
  discard (names[0]);
  discard (names[1]);
}

/* As the page of the import has the elements. */
static void
assert_other_names (PCWSTR name, PCWSTR xml)
{
  g_autofree char *text = g_ucs4_to_utf8 ((const gunichar *) xml, -1, NULL, NULL, NULL);
  g_autoptr (GString) other = g_string_new (text);
  g_autofree gunichar *wide = NULL;
  PWSTR again;

  g_string_replace (other, "PEERNAME>", "IDENTITY>", 0);
  g_string_replace (other, "<DATA", "<IDENTITYDATA", 0);
  g_string_replace (other, "</DATA>", "</IDENTITYDATA>", 0);
  g_assert_cmpstr (other->str, !=, text);
  wide = g_utf8_to_ucs4_fast (other->str, -1, NULL);
  g_assert_cmphex (PeerIdentityImport ((PCWSTR) wide, L"pass wörd", &again), ==, S_OK);
  g_assert_true (wcscmp (again, name) == 0);
  PeerFreeData (again);
  g_assert_cmphex (PeerIdentityDelete (name), ==, S_OK);
}

/* What was carried away can be brought back, with the password and as it was. */
static void
test_export (void)
{
  PWSTR name = create (L"carried & back", L"Alice"), xml, again = NULL, old_xml, new_xml;
  PWSTR spoiled;

  g_assert_cmphex (PeerIdentityGetXML (name, &old_xml), ==, S_OK);
  g_assert_cmphex (PeerIdentityExport (name, L"pass wörd", &xml), ==, S_OK);
  g_assert_cmphex (PeerIdentityImport (xml, L"pass wörd", &again), ==, PEER_E_ALREADY_EXISTS);
  g_assert_cmphex (PeerIdentityDelete (name), ==, S_OK);
  g_assert_cmphex (PeerIdentityImport (xml, L"password", &again), ==, E_INVALIDARG);

  assert_other_names (name, xml);
  spoiled = (PWSTR) g_memdup2 (xml, (wcslen (xml) + 1) * sizeof (WCHAR));
  *wcsstr (spoiled, L"<PEERNAME>") = L'[';
  g_assert_cmphex (PeerIdentityImport (spoiled, L"pass wörd", &again), ==, E_INVALIDARG);
  wcscpy (spoiled, xml);
  wcsstr (spoiled, L"<PEERNAME>")[10] ^= 1;
  g_assert_cmphex (PeerIdentityImport (spoiled, L"pass wörd", &again), ==, E_INVALIDARG);
  wcscpy (spoiled, xml);
  wcsstr (spoiled, L"back</PEERNAME>")[0] = L'p'; /* of the same key, but another one */
  g_assert_cmphex (PeerIdentityImport (spoiled, L"pass wörd", &again), ==, E_INVALIDARG);
  wcscpy (spoiled, xml);
  wcsstr (spoiled, L"base64\">")[100] ^= 3;
  g_assert_cmphex (PeerIdentityImport (spoiled, L"pass wörd", &again), ==, E_INVALIDARG);
  g_free (spoiled);

  g_assert_cmphex (PeerIdentityImport (xml, L"pass wörd", &again), ==, S_OK);
  g_assert_true (wcscmp (name, again) == 0);
  g_assert_cmphex (PeerIdentityGetXML (name, &new_xml), ==, S_OK);
  g_assert_true (wcscmp (old_xml, new_xml) == 0);
  assert_friendly (again, L"Alice");
  PeerFreeData (old_xml);
  PeerFreeData (new_xml);
  PeerFreeData (xml);
  PeerFreeData (name);
  discard (again);
}

static void
test_default (void)
{
  PWSTR name, xml, again;

  g_assert_cmphex (PeerIdentityGetDefault (&name), ==, PEER_E_NOT_FOUND);
  g_assert_cmphex (PeerIdentityGetXML (NULL, &xml), ==, S_OK);
  g_assert_nonnull (wcsstr (xml, L"<PEERIDENTITYINFO VERSION=\"1.0\"><IDC "));
  g_assert_cmphex (PeerIdentityGetDefault (&name), ==, S_OK);
  g_assert_cmphex (PeerIdentityGetXML (name, &again), ==, S_OK);
  g_assert_true (wcscmp (xml, again) == 0);
  PeerFreeData (xml);
  PeerFreeData (again);
  g_assert_cmphex (PeerIdentityDelete (name), ==, S_OK);
  g_assert_cmphex (PeerIdentityGetXML (name, &xml), ==, E_HANDLE);
  PeerFreeData (name);
  g_assert_cmphex (PeerIdentityGetDefault (&name), ==, PEER_E_NOT_FOUND);
}

static void
assert_name (PCWSTR identity, PCWSTR classifier, PCWSTR expected)
{
  PWSTR name = NULL;

  g_assert_cmphex (PeerCreatePeerName (identity, classifier, &name), ==, S_OK);
  g_assert_true (wcscmp (name, expected) == 0);
  PeerFreeData (name);
}

#define DIGITS L"0123456789abcdef0123456789abcdef01234567"

static void
test_names (void)
{
  PWSTR name = NULL;

  assert_name (DIGITS L".a", L"b.c", DIGITS L".b.c");
  assert_name (NULL, L"b", L"0.b");
  assert_name (DIGITS L".a", NULL, DIGITS L".a");
  g_assert_cmphex (PeerCreatePeerName (NULL, NULL, &name), ==, E_INVALIDARG);
  g_assert_cmphex (PeerCreatePeerName (L"0.a", L"b", &name), ==, E_INVALIDARG);
  g_assert_cmphex (PeerCreatePeerName (DIGITS, L"b", &name), ==, E_INVALIDARG);
  g_assert_cmphex (PeerCreatePeerName (DIGITS L".a", L"b", NULL), ==, E_INVALIDARG);
}

static void
test_long_texts (void)
{
  WCHAR text[257];
  PWSTR name = NULL;

  wmemset (text, L'x', G_N_ELEMENTS (text));
  text[256] = 0;
  g_assert_cmphex (PeerIdentityCreate (NULL, text, 0, &name), ==, E_INVALIDARG);
  g_assert_cmphex (PeerIdentitySetFriendlyName (L"nobody", text), ==, E_INVALIDARG);
  text[150] = 0;
  g_assert_cmphex (PeerIdentityCreate (text, NULL, 0, &name), ==, E_INVALIDARG);
}

/* What is added to the header comes into the table below. */
static void
assert_every_function (const char *called)
{
  g_autofree char *header = NULL;
  g_autoptr (GRegex) regex = g_regex_new (
      "\\bPeer(Identity\\w+|CreatePeerName|EnumIdentities|Get\\w+|End\\w+) \\(", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  guint n_functions = 0;

  g_assert_true (g_file_get_contents (PEER_HEADER, &header, NULL, NULL));
  for (g_regex_match (regex, header, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL)) {
    g_autofree char *function = g_match_info_fetch (match, 0);

    g_test_message ("%s", function);
    g_assert_nonnull (strstr (called, function));
    n_functions++;
  }
  g_assert_cmpuint (n_functions, >=, 14);
}

/* An enumeration of another API. */
static HPEERENUM
open_foreign (HGRAPH *ret_graph)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice" };
  PEER_VERSION_DATA version;
  HPEERENUM items;

  g_assert_cmphex (PeerGraphStartup (PEER_GRAPH_VERSION, &version), ==, S_OK);
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, ret_graph), ==, S_OK);
  g_assert_cmphex (PeerGraphEnumRecords (*ret_graph, NULL, NULL, &items), ==, S_OK);
  return items;
}

#define CALL(call, expected) \
  { \
#call, call, expected \
  }

static void
test_bad_arguments (void)
{
  g_autoptr (GString) called = g_string_new (NULL);
  PWSTR name = NULL;
  HPEERENUM all, foreign;
  HCRYPTPROV key;
  HGRAPH graph;
  ULONG count = 1;
  PVOID *items;
  PSTR pem;

  foreign = open_foreign (&graph);
  g_assert_cmphex (PeerEnumIdentities (&all), ==, S_OK);
  {
    const struct
    {
      const char *text;
      HRESULT got, expected;
    } calls[] = {
      CALL (PeerIdentityDelete (NULL), E_INVALIDARG),
      CALL (PeerIdentityDelete (L"nobody"), PEER_E_NOT_FOUND),
      CALL (PeerIdentityGetFriendlyName (NULL, &name), E_INVALIDARG),
      CALL (PeerIdentityGetFriendlyName (L"nobody", NULL), E_INVALIDARG),
      CALL (PeerIdentityGetFriendlyName (L"nobody", &name), PEER_E_NOT_FOUND),
      CALL (PeerIdentitySetFriendlyName (NULL, L"x"), E_INVALIDARG),
      CALL (PeerIdentityCreate (NULL, NULL, 77, &name), (HRESULT) 0x80070006),
      CALL (PeerIdentitySetFriendlyName (L"nobody", NULL), PEER_E_NOT_FOUND),
      CALL (PeerIdentityGetCryptKey (NULL, &key), E_INVALIDARG),
      CALL (PeerIdentityGetCryptKey (L"nobody", NULL), E_INVALIDARG),
      CALL (PeerIdentityGetCryptKey (L"nobody", &key), PEER_E_NOT_FOUND),
      CALL (PeerIdentityGetXML (L"nobody", NULL), E_INVALIDARG),
      CALL (PeerIdentityGetXML (L"nobody", &name), E_HANDLE),
      CALL (PeerIdentityExport (NULL, L"x", &name), E_INVALIDARG),
      CALL (PeerIdentityExport (L"nobody", NULL, &name), E_INVALIDARG),
      CALL (PeerIdentityExport (L"nobody", L"x", NULL), E_INVALIDARG),
      CALL (PeerIdentityExport (L"nobody", L"x", &name), PEER_E_NOT_FOUND),
      CALL (PeerIdentityImport (NULL, L"x", &name), E_INVALIDARG),
      CALL (PeerIdentityImport (L"<a/>", NULL, &name), E_INVALIDARG),
      CALL (PeerIdentityImport (L"<a/>", L"x", NULL), E_INVALIDARG),
      CALL (PeerIdentityImport (L"<a/>", L"x", &name), E_INVALIDARG),
      CALL (PeerIdentityGetDefault (NULL), E_INVALIDARG),
      CALL (PeerEnumIdentities (NULL), E_INVALIDARG),
      CALL (PeerGetItemCount (NULL, &count), E_INVALIDARG),
      CALL (PeerGetItemCount (all, NULL), E_INVALIDARG),
      CALL (PeerGetItemCount (foreign, &count), E_INVALIDARG),
      CALL (PeerGetItemCount (&count, &count), E_INVALIDARG),
      CALL (PeerGetNextItem (NULL, &count, &items), E_INVALIDARG),
      CALL (PeerGetNextItem (all, NULL, &items), E_INVALIDARG),
      CALL (PeerGetNextItem (all, &count, NULL), E_INVALIDARG),
      CALL (PeerGetNextItem (foreign, &count, &items), E_INVALIDARG),
      CALL (PeerEndEnumeration (NULL), E_INVALIDARG),
      CALL (PeerEndEnumeration (foreign), E_INVALIDARG),
      CALL (PeerEndEnumeration (all), S_OK),
      CALL (PeerGetItemCount (all, &count), E_INVALIDARG),
      CALL (PeerGetNextItem (all, &count, &items), E_INVALIDARG),
      CALL (PeerEndEnumeration (all), E_INVALIDARG),
      CALL (PeerIdentitySetFriendlyName (L"nobody", L"x"), PEER_E_NOT_FOUND),
      CALL (PeerIdentityCreate (NULL, NULL, 0, NULL), E_INVALIDARG),
      CALL (PeerCreatePeerName (NULL, NULL, &name), E_INVALIDARG),
      CALL (PeerCreatePeerName (NULL, L"a", NULL), E_INVALIDARG),
      CALL (WfdxCreateCryptKey (3, &key), E_INVALIDARG),
      CALL (WfdxCreateCryptKey (WFDX_PROFILE_MODERN, NULL), E_INVALIDARG),
      CALL (WfdxCryptKeyToPem (77, NULL), E_INVALIDARG),
      CALL (WfdxCryptKeyToPem (77, &pem), HRESULT_FROM_WIN32 (ERROR_INVALID_HANDLE)),
    };

    for (guint i = 0; i < G_N_ELEMENTS (calls); i++) {
      g_test_message ("%s", calls[i].text);
      g_assert_cmphex (calls[i].got, ==, calls[i].expected);
      g_string_append_printf (called, "%s\n", calls[i].text);
    }
  }
  assert_every_function (called->str);
  g_assert_cmphex (PeerGraphEndEnumeration (foreign), ==, S_OK);
  g_assert_cmphex (PeerGraphClose (graph), ==, S_OK);
  g_assert_cmphex (PeerGraphDelete (L"g1", L"alice", L"test"), ==, S_OK);
  g_assert_cmphex (PeerGraphShutdown (), ==, S_OK);
  PeerFreeData (NULL);
  PeerFreeData (&name);
}

/* Only for whom they are, and told apart from not being there. */
static void
test_key_access (void)
{
  PWSTR name = create (L"secret", NULL), again;
  g_autofree char *identities = g_build_filename (folder, "gst-wfd", "identities", NULL);
  g_autofree char *moved = g_strconcat (identities, "-moved", NULL);
  g_autofree char *text = narrow (name);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_autofree char *key = g_build_filename (identities, sum, "key.pem", NULL);
  HPEERENUM all;
  HCRYPTPROV handle;
  GStatBuf status;

  g_assert_cmpint (g_stat (key, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_rename (identities, moved), ==, 0);
  g_assert_true (g_file_set_contents (identities, "no folder", -1, NULL));
  g_assert_cmphex (PeerIdentityCreate (NULL, NULL, 0, &again), ==, PEER_E_NO_KEY_ACCESS);
  g_assert_cmphex (PeerIdentityGetCryptKey (name, &handle), ==, PEER_E_NO_KEY_ACCESS);
  g_assert_cmphex (PeerEnumIdentities (&all), ==, PEER_E_NO_KEY_ACCESS);
  g_assert_cmpint (g_unlink (identities), ==, 0);
  g_assert_cmpint (g_rename (moved, identities), ==, 0);
  discard (name);
}

int
main (int argc, char *argv[])
{
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("wfd-identity-XXXXXX", NULL);
  g_assert_true (g_setenv ("XDG_DATA_HOME", folder, TRUE));
  g_test_add_func ("/peeridentity/name-is-of-key", test_name_is_of_key);
  g_test_add_func ("/peeridentity/friendly-name", test_friendly_name);
  g_test_add_func ("/peeridentity/key-of-another", test_key_of_another);
  g_test_add_func ("/peeridentity/too-many", test_too_many);
  g_test_add_func ("/peeridentity/enumerated", test_enumerated);
  g_test_add_func ("/peeridentity/carried-away-and-back", test_export);
  g_test_add_func ("/peeridentity/default", test_default);
  g_test_add_func ("/peeridentity/names", test_names);
  g_test_add_func ("/peeridentity/long-texts", test_long_texts);
  g_test_add_func ("/peeridentity/bad-arguments", test_bad_arguments);
  g_test_add_func ("/peeridentity/key-access", test_key_access);
  result = g_test_run ();
  {
    const char *const inside[] = { "gst-wfd/graphs", "gst-wfd/identities/default",
      "gst-wfd/identities", "gst-wfd", "" };

    for (guint i = 0; i < G_N_ELEMENTS (inside); i++) {
      g_autofree char *path = g_build_filename (folder, inside[i], NULL);

      g_remove (path);
    }
  }
  g_free (folder);
  return result;
}
