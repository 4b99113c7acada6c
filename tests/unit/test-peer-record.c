/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <hex.h>
#include <peer-record.h>

#define TYPE "aa0102030405060708090a0b0c0d0e0f"
#define ID "101112131415161718191a1b1c1d1e1f"
#define TIMES "0000000000000010 0000000000000030 0000000000000020"
#define ALICE "00000006 0061 006c 0069 0063 0065 0000"
#define BOB "00000004 0062 006f 0062 0000"
#define GRAPH "00000003 0067 0031 0000"

static const char whole[] = TYPE ID "00000007 000000 00" ALICE BOB "00000002 5ea1" TIMES GRAPH
                                    "0100 00000003 'hi!' 00000002 0078 0000";

static WfdPeerRecord *
read_hex (const char *hex)
{
  g_autoptr (GByteArray) octets = hex_octets (hex);

  return wfd_peer_record_read (wfd_bytes (octets->data, octets->len));
}

static void
test_fields (void)
{
  g_autoptr (WfdPeerRecord) record = read_hex (whole);
  g_autoptr (GByteArray) octets = hex_octets (whole);
  g_autoptr (GByteArray) written = g_byte_array_new ();

  g_assert_nonnull (record);
  g_assert_cmpuint (record->version, ==, 7);
  g_assert_cmpstr (record->creator, ==, "alice");
  g_assert_cmpstr (record->modifier, ==, "bob");
  g_assert_cmpstr (record->graph_id, ==, "g1");
  g_assert_cmpstr (record->attributes, ==, "x");
  g_assert_cmpuint (record->created, ==, 0x10);
  g_assert_cmpuint (record->expires, ==, 0x30);
  g_assert_cmpuint (record->modified, ==, 0x20);
  g_assert_cmpmem (g_bytes_get_data (record->payload, NULL), 3, "hi!", 3);
  g_assert_cmpuint (g_bytes_get_size (record->security), ==, 2);
  wfd_peer_record_append (record, written);
  g_assert_cmpmem (written->data, written->len, octets->data, octets->len);
}

static void
test_short_and_long (void)
{
  g_autoptr (GByteArray) octets = hex_octets (whole);

  for (gsize n = 0; n < octets->len; n++) {
    g_autofree guint8 *cut = g_memdup2 (octets->data, n);

    g_assert_null (wfd_peer_record_read (wfd_bytes (cut, n)));
  }
  g_byte_array_append (octets, (const guint8 *) "", 1);
  g_assert_null (wfd_peer_record_read (wfd_bytes (octets->data, octets->len)));
}

static void
test_refused (void)
{
  static const char *const refused[] = {
    /* autorefresh is not sent */
    TYPE ID "00000007 000000 01" ALICE BOB "00000000" TIMES GRAPH "0100 00000000 00000000",
    /* deleted with a payload */
    TYPE ID "00000007 000000 02" ALICE BOB "00000000" TIMES GRAPH "0100 00000001 41 00000000",
    /* no creator, no graph */
    TYPE ID "00000007 000000 00 00000000" BOB "00000000" TIMES GRAPH "0100 00000000 00000000",
    TYPE ID "00000007 000000 00" ALICE BOB "00000000" TIMES "00000000 0100 00000000 00000000",
    /* expires before it was changed, changed before it was made */
    TYPE ID "00000007 000000 00" ALICE BOB
            "00000000 0000000000000010 0000000000000020 0000000000000020" GRAPH
            "0100 00000000 00000000",
    TYPE ID "00000007 000000 00" ALICE BOB
            "00000000 0000000000000010 0000000000000020 000000000000000f" GRAPH
            "0100 00000000 00000000",
    /* somebody changed what was never changed */
    TYPE ID "00000007 000000 00" ALICE BOB
            "00000000 0000000000000010 0000000000000020 0000000000000010" GRAPH
            "0100 00000000 00000000",
    /* another protocol */
    TYPE ID "00000007 000000 00" ALICE BOB "00000000" TIMES GRAPH "0200 00000000 00000000",
    /* half a pair of surrogates, a NUL inside, none at the end */
    TYPE ID "00000007 000000 00 00000002 d800 0000" BOB "00000000" TIMES GRAPH
            "0100 00000000 00000000",
    TYPE ID "00000007 000000 00 00000003 0061 0000 0000" BOB "00000000" TIMES GRAPH
            "0100 00000000 00000000",
    TYPE ID "00000007 000000 00 00000001 0061" BOB "00000000" TIMES GRAPH "0100 00000000 00000000",
    /* more than there is */
    TYPE ID "00000007 000000 00 80000001 0061" BOB "00000000" TIMES GRAPH "0100 00000000 00000000",
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_null (read_hex (refused[i]));
}

/* The half of the id that says who made it, as MD5 gives it: computed elsewhere. */
static void
test_id_of_creator (void)
{
  g_autoptr (WfdPeerRecord) record = read_hex (whole);
  g_autoptr (GChecksum) md5 = g_checksum_new (G_CHECKSUM_MD5);
  g_autoptr (GByteArray) name = hex_octets ("0061 006c 0069 0063 0065 0000");
  guint8 digest[16];
  gsize size = sizeof (digest);

  g_assert_false (wfd_peer_record_id_fits (record));
  g_checksum_update (md5, name->data, name->len);
  g_checksum_get_digest (md5, digest, &size);
  for (guint i = 0; i < 8; i++)
    record->id.bytes[i] = digest[i] ^ digest[i + 8];
  g_assert_true (wfd_peer_record_id_fits (record));
  record->id.bytes[7] ^= 1;
  g_assert_false (wfd_peer_record_id_fits (record));
}

static void
test_newer_wins (void)
{
  g_autoptr (WfdPeerRecord) a = read_hex (whole), b = read_hex (whole);

  g_assert_cmpint (wfd_peer_record_compare (a, b), ==, 0);
  b->modified++;
  g_assert_cmpint (wfd_peer_record_compare (a, b), <, 0);
  g_free (a->modifier);
  a->modifier = g_strdup ("carol");
  g_assert_cmpint (wfd_peer_record_compare (a, b), >, 0);
  g_clear_pointer (&a->modifier, g_free);
  g_assert_cmpint (wfd_peer_record_compare (a, b), <, 0);
  a->version++;
  g_assert_cmpint (wfd_peer_record_compare (a, b), >, 0);
}

/* When all else is the same the larger security data does, and of as much the greater. */
static void
test_security_data_decides (void)
{
  g_autoptr (WfdPeerRecord) a = read_hex (whole), b = read_hex (whole);

  g_bytes_unref (b->security);
  b->security = g_bytes_new_static ("\x5e\xa2", 2);
  g_assert_cmpint (wfd_peer_record_compare (a, b), <, 0);
  g_bytes_unref (a->security);
  a->security = g_bytes_new_static ("\0\0\0", 3);
  g_assert_cmpint (wfd_peer_record_compare (a, b), >, 0);
  b->modified++;
  g_assert_cmpint (wfd_peer_record_compare (a, b), <, 0);
}

/* --- limits --- */

static gboolean
comes_back (const WfdPeerRecord *record)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  g_autoptr (WfdPeerRecord) read = NULL;

  wfd_peer_record_append (record, octets);
  read = wfd_peer_record_read (wfd_bytes (octets->data, octets->len));
  return read != NULL;
}

/* 255 characters and a NUL, and one more. */
static void
test_longest_strings (void)
{
  const gsize strings[] = { G_STRUCT_OFFSET (WfdPeerRecord, creator),
    G_STRUCT_OFFSET (WfdPeerRecord, modifier), G_STRUCT_OFFSET (WfdPeerRecord, graph_id) };

  for (guint i = 0; i < G_N_ELEMENTS (strings); i++) {
    g_autoptr (WfdPeerRecord) record = read_hex (whole);
    char **string = G_STRUCT_MEMBER_P (record, strings[i]);

    for (gsize n = 254; n < 258; n++) {
      g_free (*string);
      *string = g_strnfill (n, 'a');
      g_assert_cmpint (comes_back (record), ==, n <= 255);
    }
  }
}

/* Attributes count as they are sent. */
static void
test_size (void)
{
  g_autoptr (WfdPeerRecord) record = read_hex (whole);

  g_assert_cmpuint (wfd_peer_record_get_bytes (record), ==, 3 + 2 * 2);
  g_clear_pointer (&record->attributes, g_free);
  g_assert_cmpuint (wfd_peer_record_get_bytes (record), ==, 3);
  record->attributes = g_strdup ("\xc3\xa4\xf0\x9f\x98\x80");
  g_assert_cmpuint (wfd_peer_record_get_bytes (record), ==, 3 + 2 * 4);
}

static void
set_bytes (GBytes **bytes, gsize size)
{
  g_bytes_unref (*bytes);
  *bytes = g_bytes_new_take (g_malloc0 (size), size);
}

/* 64 KiB of security data; 60 MiB of payload and attributes together. */
static void
test_largest (void)
{
  g_autoptr (WfdPeerRecord) record = read_hex (whole);
  const gsize max = 60 << 20, attributes = 2 * 2;

  set_bytes (&record->security, 64 << 10);
  g_assert_true (comes_back (record));
  set_bytes (&record->security, (64 << 10) + 1);
  g_assert_false (comes_back (record));
  set_bytes (&record->security, 0);
  set_bytes (&record->payload, max - attributes);
  g_assert_cmpuint (wfd_peer_record_get_bytes (record), ==, max);
  g_assert_true (comes_back (record));
  set_bytes (&record->payload, max - attributes + 1);
  g_assert_false (comes_back (record));
}

static GBytes *
payload (const char *hex)
{
  return g_byte_array_free_to_bytes (hex_octets (hex));
}

static void
test_graph_info (void)
{
  static const char hex[] =
      "00000042 00000002 00000003" GRAPH ALICE "00000000" BOB "0000012c ffffffff 00000400";
  g_autoptr (GBytes) octets = payload (hex);
  g_autoptr (GBytes) written = NULL;
  g_auto (WfdPeerProperties) properties = { 0 };

  g_assert_true (wfd_peer_properties_read (octets, &properties));
  g_assert_cmpstr (properties.creator, ==, "alice");
  g_assert_null (properties.friendly_name);
  g_assert_cmpstr (properties.comment, ==, "bob");
  g_assert_cmpuint (properties.presence_lifetime_s, ==, 300);
  written = wfd_peer_properties_build (&properties);
  g_assert_true (g_bytes_equal (written, octets));
  g_assert_cmpuint (properties.flags, ==, 2);
  g_assert_cmpuint (properties.scope, ==, 3);
  g_assert_cmpstr (properties.graph_id, ==, "g1");
  g_assert_cmpuint (properties.max_presence, ==, G_MAXUINT32);
  g_assert_cmpuint (properties.max_record_bytes, ==, 1024);
  for (gsize n = 0; n < g_bytes_get_size (octets); n++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (octets, 0, n);
    g_auto (WfdPeerProperties) none = { 0 };

    g_assert_false (wfd_peer_properties_read (cut, &none));
  }
}

#define PEER_ADDRESS "00000020 0017 1c44 00000000 fe800000000000000000000000000001 00000000"

static void
test_presence (void)
{
  g_autoptr (GBytes) octets = payload ("1122334455667788" BOB "00000001" PEER_ADDRESS);
  g_autoptr (GBytes) too_many = payload ("1122334455667788" BOB "00000021" PEER_ADDRESS);
  g_autoptr (GBytes) written = NULL;
  g_auto (WfdPeerPresence) presence = { 0 }, none = { 0 };

  g_assert_true (wfd_peer_presence_read (octets, &presence));
  g_assert_cmphex (presence.node_id, ==, 0x1122334455667788);
  g_assert_cmpstr (presence.attributes, ==, "bob");
  g_assert_cmpuint (presence.n_addresses, ==, 1);
  g_assert_cmpuint (presence.addresses[0].port, ==, 7236);
  written = wfd_peer_presence_build (&presence);
  g_assert_true (g_bytes_equal (written, octets));
  g_assert_false (wfd_peer_presence_read (too_many, &none));
  for (gsize n = 0; n < g_bytes_get_size (octets); n++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (octets, 0, n);

    g_assert_false (wfd_peer_presence_read (cut, &none));
  }
}

/* Of a graph that may be of a later version. */
static void
test_more_than_is_known (void)
{
  g_autoptr (GBytes) info = payload (
      "ffffffff 00000002 00000003" GRAPH ALICE "00000000" BOB "0000012c ffffffff 00000400 ff");
  g_autoptr (GBytes) present = payload ("1122334455667788" BOB "00000001" PEER_ADDRESS "ff");
  g_auto (WfdPeerProperties) properties = { 0 };
  g_auto (WfdPeerPresence) presence = { 0 };

  g_assert_true (wfd_peer_properties_read (info, &properties));
  g_assert_cmpuint (properties.max_record_bytes, ==, 1024);
  g_assert_true (wfd_peer_presence_read (present, &presence));
  g_assert_cmpuint (presence.n_addresses, ==, 1);
}

static void
test_contact (void)
{
  static const char hex[] = "0102030405060708 1122334455667788 00000001" PEER_ADDRESS;
  g_autoptr (GBytes) octets = payload (hex), written = NULL;
  g_autoptr (GBytes) too_long = payload ("0102030405060708 1122334455667788 00000000 00");
  g_autoptr (GBytes) too_many = payload ("0102030405060708 1122334455667788 00000021" PEER_ADDRESS);
  WfdPeerContact contact;

  g_assert_true (wfd_peer_contact_read (octets, &contact));
  g_assert_cmphex (contact.signature, ==, 0x0102030405060708);
  g_assert_cmphex (contact.node_id, ==, 0x1122334455667788);
  g_assert_cmpuint (contact.n_addresses, ==, 1);
  g_assert_cmpuint (contact.addresses[0].port, ==, 7236);
  written = wfd_peer_contact_build (&contact);
  g_assert_true (g_bytes_equal (written, octets));
  g_assert_false (wfd_peer_contact_read (too_long, &contact));
  g_assert_false (wfd_peer_contact_read (too_many, &contact));
  for (gsize n = 0; n < g_bytes_get_size (octets); n++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (octets, 0, n);

    contact.signature = 7;
    g_assert_false (wfd_peer_contact_read (cut, &contact));
    g_assert_cmpuint (contact.signature, ==, 7);
  }
}

static void
test_signature (void)
{
  static const char hex[] = "0102030405060708 09";
  g_autoptr (GBytes) octets = payload (hex);
  guint64 signature;

  for (gsize n = 0; n <= g_bytes_get_size (octets); n++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (octets, 0, n);
    g_autoptr (GBytes) written = NULL;

    signature = 7;
    g_assert_cmpint (wfd_peer_signature_read (cut, &signature), ==, n == 8);
    if (n != 8) {
      g_assert_cmpuint (signature, ==, 7);
      continue;
    }
    g_assert_cmphex (signature, ==, 0x0102030405060708);
    written = wfd_peer_signature_build (signature);
    g_assert_true (g_bytes_equal (written, cut));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/record/fields", test_fields);
  g_test_add_func ("/peer/record/short-and-long", test_short_and_long);
  g_test_add_func ("/peer/record/refused", test_refused);
  g_test_add_func ("/peer/record/id-of-creator", test_id_of_creator);
  g_test_add_func ("/peer/record/newer-wins", test_newer_wins);
  g_test_add_func ("/peer/record/security-data-decides", test_security_data_decides);
  g_test_add_func ("/peer/record/longest-strings", test_longest_strings);
  g_test_add_func ("/peer/record/size", test_size);
  g_test_add_func ("/peer/record/largest", test_largest);
  g_test_add_func ("/peer/record/graph-info", test_graph_info);
  g_test_add_func ("/peer/record/presence", test_presence);
  g_test_add_func ("/peer/record/more-than-is-known", test_more_than_is_known);
  g_test_add_func ("/peer/record/contact", test_contact);
  g_test_add_func ("/peer/record/signature", test_signature);
  return g_test_run ();
}
