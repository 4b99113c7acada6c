/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <hex.h>
#include <peer-wire.h>

#define GUID "000102030405060708090a0b0c0d0e0f"
#define GUID2 "101112131415161718191a1b1c1d1e1f"
#define ADDRESS "0017 1c44 fe800000000000000000000000000001"
#define ABSTRACT GUID "00000007"
#define HASH "ffeeddccbbaa99887766554433221100 0000000000000001" GUID
#define BOUNDARY "0000000000000001" GUID "0000000000000002" GUID2 "0000000a"

/* Whole messages, each as it must be built. Every one but for the fields whose
 * room is a tail is refused when an octet is missing, and each with one more. */
static const struct
{
  const char *name;
  const char *hex;
} good[] = {
  { "auth-info", "0000001d 10 01 0000 02 00 0010 0013 0019 'g1'00 'alice'00 'bob'00" },
  { "auth-info/nobody-named", "00000019 10 01 0000 01 00 0010 0013 0019 'g1'00 'alice'00" },
  { "connect/direct", "00000018 10 02 0000 04 00 0018 0018 0000 1122334455667788" },
  { "connect/neighbour",
      "00000030 10 02 0000 01 01 0018 002c 0000 1122334455667788" ADDRESS "'bob'00" },
  { "welcome/direct",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0020 0024 'bob'00" },
  { "welcome/neighbour",
      "0000003c 10 03 0000 99aabbccddeeff00 01d0000000000001 01 00 0020 0034 0038" ADDRESS
      "'bob'00 'Bob'00" },
  { "refuse", "0000000c 10 04 0000 04 00 0000" },
  { "refuse/referral", "00000020 10 04 0000 01 01 000c" ADDRESS },
  { "disconnect", "0000000c 10 05 0000 03 00 000c" },
  { "solicit-new/all", "0000000c 10 06 0000 00 00 000c" },
  { "solicit-new/one", "0000001c 10 06 0000 01 00 000c" GUID },
  { "solicit-new/others", "0000002c 10 06 0000 00 02 000c" GUID GUID2 },
  { "solicit-time", "00000024 10 07 0000 01 00 0014 01d0000000000001" GUID },
  { "solicit-hash", "0000004c 10 08 0000 00 01 0014 00000001 0024 0000" GUID HASH },
  { "advertise", "00000060 10 09 0000 00000001 00000001 0018 0000 0000004c" BOUNDARY ABSTRACT },
  { "request", "00000024 10 0a 0000 00000001 00000010" ABSTRACT },
  { "flood", "00000010 10 0b 0000 000c 0000 01020304" },
  { "sync-end", "0000000c 10 0c 0000 00 00 0000" },
  { "sync-end/final", "0000000c 10 0c 0000 01 00 0000" },
  { "data", "0000001f 10 0d 0000 001c 0000" GUID "'hi!'" },
  { "data/ping", "0000001c 10 0d 0000 001c 0000 0ccbb0d2be414bd6914b058ec5dcce64" },
  { "ack", "00000020 10 0e 0000 0001 000c" GUID "00000001" },
};

static guint
list_addresses (WfdPeerList list, WfdPeerAddress *addresses)
{
  guint n;

  for (n = 0; n < list.n; n++)
    g_assert_true (wfd_peer_list_address (list, n, &addresses[n]));
  return n;
}

static GByteArray *
build (const WfdPeerMessage *message)
{
  WfdPeerAddress addresses[WFD_LIMIT_PEER_ADDRESSES];
  GByteArray *built;
  guint n;

  switch (message->type) {
    case WFD_PEER_AUTH_INFO:
      return wfd_peer_build_auth_info (&message->auth_info);
    case WFD_PEER_CONNECT:
      n = list_addresses (message->connect.addresses, addresses);
      return wfd_peer_build_connect (&message->connect, addresses, n);
    case WFD_PEER_WELCOME:
      n = list_addresses (message->welcome.addresses, addresses);
      return wfd_peer_build_welcome (&message->welcome, addresses, n);
    case WFD_PEER_REFUSE:
    case WFD_PEER_DISCONNECT:
      n = list_addresses (message->end.referrals, addresses);
      return wfd_peer_build_end (message->type, message->end.code, addresses, n);
    case WFD_PEER_SOLICIT_NEW:
    case WFD_PEER_SOLICIT_TIME:
    case WFD_PEER_SOLICIT_HASH:
      return wfd_peer_build_solicit (message->type, &message->solicit);
    case WFD_PEER_ADVERTISE:
      return wfd_peer_build_advertise (&message->advertise);
    case WFD_PEER_REQUEST:
      return wfd_peer_build_request (message->request);
    case WFD_PEER_FLOOD:
      return wfd_peer_build_flood (message->record);
    case WFD_PEER_SYNC_END:
      return wfd_peer_build_sync_end (message->final);
    case WFD_PEER_PT2PT:
      built = wfd_peer_build_data (message->data.type, message->data.data.left);
      g_byte_array_append (built, message->data.data.pos, message->data.data.left);
      return built;
    case WFD_PEER_ACK:
      return wfd_peer_build_ack (message->ack);
  }
  g_assert_not_reached ();
}

static void
test_good (gconstpointer data)
{
  g_autoptr (GByteArray) octets = hex_octets (data);
  g_autoptr (GByteArray) built = NULL;
  WfdPeerMessage message;

  g_assert_true (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message));
  built = build (&message);
  g_assert_cmpmem (built->data, built->len, octets->data, octets->len);
}

/* Cut anywhere, with the size that it says mended or not, a message says something
 * else or nothing, and what is read lies in it. */
static void
test_short (gconstpointer data)
{
  g_autoptr (GByteArray) octets = hex_octets (data);
  WfdPeerMessage message;

  for (gsize n = 0; n < octets->len; n++) {
    g_autofree guint8 *cut = g_memdup2 (octets->data, n);

    g_assert_false (wfd_peer_message_read (wfd_bytes (cut, n), &message));
    if (n < 12)
      continue;
    wfd_peer_put_u32 (cut, n);
    if (wfd_peer_message_read (wfd_bytes (cut, n), &message)) {
      g_autoptr (GByteArray) built = build (&message);

      g_assert_cmpuint (built->len, <=, n);
    }
  }
}

static void
test_long (gconstpointer data)
{
  g_autoptr (GByteArray) octets = hex_octets (data);
  WfdPeerMessage message;

  g_byte_array_append (octets, (const guint8 *) "", 1);
  g_assert_false (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message));
}

static const struct
{
  const char *name;
  const char *hex;
} bad[] = {
  { "version", "0000000c 11 0c 0000 01 00 0000" },
  { "type-0", "0000000c 10 00 0000 01 00 0000" },
  { "type-15", "0000000c 10 0f 0000 01 00 0000" },
  { "size-below-header", "00000007 10 0c 0000 01 00 0000" },
  { "auth-info/link-type-3", "0000001d 10 01 0000 03 00 0010 0013 0019 'g1'00 'alice'00 'bob'00" },
  { "auth-info/graph-in-fixed",
      "0000001d 10 01 0000 02 00 000f 0013 0019 'g1'00 'alice'00 'bob'00" },
  { "auth-info/source-before-graph",
      "0000001d 10 01 0000 02 00 0013 0010 0019 'g1'00 'alice'00 'bob'00" },
  { "auth-info/source-at-graph",
      "0000001d 10 01 0000 02 00 0010 0010 0019 'g1'00 'alice'00 'bob'00" },
  { "auth-info/destination-before-source",
      "0000001d 10 01 0000 02 00 0010 0013 0012 'g1'00 'alice'00 'bob'00" },
  { "auth-info/destination-beyond",
      "0000001d 10 01 0000 02 00 0010 0013 001e 'g1'00 'alice'00 'bob'00" },
  { "auth-info/graph-empty", "0000001c 10 01 0000 02 00 0010 0012 0018 0041 'alice'00 'bob'00" },
  { "auth-info/destination-empty", "0000001a 10 01 0000 02 00 0010 0013 0019 'g1'00 'alice'00 00" },
  { "auth-info/no-nul", "0000001d 10 01 0000 02 00 0010 0013 0019 'g1!' 'alice'00 'bob'00" },
  { "auth-info/no-nul-at-end", "0000001d 10 01 0000 02 00 0010 0013 0019 'g1'00 'alice'00 'bobo'" },
  { "auth-info/not-utf-8", "0000001d 10 01 0000 02 00 0010 0013 0019 'g'ff00 'alice'00 'bob'00" },
  { "connect/addresses-beyond",
      "0000002b 10 02 0000 00 01 0018 002b 0000 1122334455667788 0017 1c44 "
      "fe8000000000000000000000000000" },
  { "connect/addresses-in-fixed",
      "0000002c 10 02 0000 00 01 0010 002c 0000 1122334455667788" ADDRESS },
  { "connect/name-in-addresses",
      "0000002c 10 02 0000 00 01 0018 0018 0000 1122334455667788" ADDRESS },
  { "connect/name-beyond", "00000018 10 02 0000 04 00 0018 0019 0000 1122334455667788" },
  { "connect/name-in-fixed", "00000018 10 02 0000 04 00 0000 0010 0000 1122334455667788" },
  { "connect/name-without-nul", "0000001b 10 02 0000 04 00 0018 0018 0000 1122334455667788 'bob'" },
  { "welcome/peer-id-in-fixed",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 001f 0024 'bob'00" },
  { "welcome/no-peer-id",
      "00000020 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0020 0020" },
  { "welcome/name-before-peer-id",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0022 0021 62 00 62 00" },
  { "welcome/name-beyond",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0020 0025 'bob'00" },
  { "welcome/peer-id-in-addresses",
      "00000038 10 03 0000 99aabbccddeeff00 01d0000000000001 01 00 0020 0033 0038" ADDRESS
      "'bob'00" },
  { "refuse/referral-beyond",
      "0000001f 10 04 0000 01 01 000c 0017 1c44 "
      "fe8000000000000000000000000000" },
  { "refuse/offset-beyond", "0000000c 10 04 0000 04 00 000d" },
  { "disconnect/referral-in-fixed", "00000020 10 05 0000 01 01 000b" ADDRESS },
  { "solicit-new/both", "0000002c 10 06 0000 01 01 000c" GUID GUID2 },
  { "solicit-new/two-included", "0000002c 10 06 0000 02 00 000c" GUID GUID2 },
  { "solicit-new/in-fixed", "0000001c 10 06 0000 01 00 000b" GUID },
  { "solicit-new/beyond", "0000001c 10 06 0000 01 00 000d" GUID },
  { "solicit-time/two-included", "00000034 10 07 0000 02 00 0014 01d0000000000001" GUID GUID2 },
  { "solicit-hash/beyond", "0000004c 10 08 0000 00 01 0014 00000001 0025 0000" GUID HASH },
  { "solicit-hash/in-fixed", "0000003c 10 08 0000 00 00 0014 00000001 0013 0000" HASH },
  { "solicit-hash/count-overflows", "0000003c 10 08 0000 00 00 0014 66666667 0014 0000" HASH },
  { "advertise/boundaries-beyond",
      "0000004b 10 09 0000 00000001 00000000 0018 0000 0000004b 0000000000000001" GUID
      "0000000000000002" GUID2 "00000a" },
  { "advertise/abstracts-in-fixed",
      "0000002c 10 09 0000 00000000 00000001 0018 0000 00000017" ABSTRACT },
  { "advertise/count-overflows",
      "0000002c 10 09 0000 00000000 0ccccccd 0018 0000 00000018" ABSTRACT },
  { "request/beyond", "00000024 10 0a 0000 00000001 00000011" ABSTRACT },
  { "request/in-fixed", "00000024 10 0a 0000 00000001 0000000f" ABSTRACT },
  { "flood/reserved", "00000010 10 0b 0000 000c 0001 01020304" },
  { "flood/beyond", "00000010 10 0b 0000 0011 0000 01020304" },
  { "flood/in-fixed", "00000010 10 0b 0000 000b 0000 01020304" },
  { "data/in-fixed", "0000001f 10 0d 0000 001b 0000" GUID "'hi!'" },
  { "data/beyond", "0000001f 10 0d 0000 0020 0000" GUID "'hi!'" },
  { "ack/beyond", "00000020 10 0e 0000 0002 000c" GUID "00000001" },
  { "ack/in-fixed", "00000020 10 0e 0000 0001 000b" GUID "00000001" },
};

static void
test_bad (gconstpointer data)
{
  g_autoptr (GByteArray) octets = hex_octets (data);
  WfdPeerMessage message;

  g_assert_false (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message));
}

/* An id of 255 characters fits, one of 256 has no room for its NUL. */
static void
test_longest_id (void)
{
  g_autofree char *id = g_strnfill (WFD_LIMIT_PEER_ID_CHARS - 1, 'a');
  g_autofree char *longer = g_strnfill (WFD_LIMIT_PEER_ID_CHARS, 'a');
  WfdPeerAuthInfo info = { WFD_PEER_LINK_DIRECT, id, id, id };
  g_autoptr (GByteArray) fits = wfd_peer_build_auth_info (&info);
  g_autoptr (GByteArray) too_long = NULL;
  WfdPeerMessage message;

  g_assert_true (wfd_peer_message_read (wfd_bytes (fits->data, fits->len), &message));
  info.destination_id = longer;
  too_long = wfd_peer_build_auth_info (&info);
  g_assert_false (wfd_peer_message_read (wfd_bytes (too_long->data, too_long->len), &message));
}

/* The fields of the worked examples, written by hand. */
static void
test_fields (void)
{
  g_autoptr (GByteArray) auth = hex_octets (good[0].hex);
  g_autoptr (GByteArray) welcome = hex_octets (good[5].hex);
  WfdPeerMessage message;
  WfdPeerAddress address;

  g_assert_true (wfd_peer_message_read (wfd_bytes (auth->data, auth->len), &message));
  g_assert_cmpint (message.auth_info.link_type, ==, WFD_PEER_LINK_DIRECT);
  g_assert_cmpstr (message.auth_info.graph_id, ==, "g1");
  g_assert_cmpstr (message.auth_info.source_id, ==, "alice");
  g_assert_cmpstr (message.auth_info.destination_id, ==, "bob");

  g_assert_true (wfd_peer_message_read (wfd_bytes (welcome->data, welcome->len), &message));
  g_assert_cmphex (message.welcome.node_id, ==, 0x99aabbccddeeff00);
  g_assert_cmphex (message.welcome.peer_time, ==, 0x01d0000000000001);
  g_assert_cmpstr (message.welcome.peer_id, ==, "bob");
  g_assert_cmpstr (message.welcome.friendly_name, ==, "Bob");
  g_assert_cmpuint (message.welcome.addresses.n, ==, 1);
  g_assert_true (wfd_peer_list_address (message.welcome.addresses, 0, &address));
  g_assert_cmpuint (address.port, ==, 7236);
  g_assert_cmphex (address.ip[0], ==, 0xfe);
  g_assert_cmphex (address.ip[15], ==, 0x01);
  g_assert_false (wfd_peer_list_address (message.welcome.addresses, 1, &address));
}

static void
add (const char *folder, const char *name, const char *hex, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/peer/wire/%s/%s", folder, name);

  g_test_add_data_func (path, hex, test);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    add ("as-specified", good[i].name, good[i].hex, test_good);
    add ("short", good[i].name, good[i].hex, test_short);
    add ("long", good[i].name, good[i].hex, test_long);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    add ("refused", bad[i].name, bad[i].hex, test_bad);
  g_test_add_func ("/peer/wire/longest-id", test_longest_id);
  g_test_add_func ("/peer/wire/fields", test_fields);
  return g_test_run ();
}
