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

/* An octet behind a message, which counts it. */
typedef enum
{
  REFUSED, /* where a string would begin */
  IGNORED,
  TAKEN, /* a part of what may have any size */
} Behind;

/* Whole messages, each as it must be built. */
static const struct
{
  const char *name;
  const char *hex;
  Behind behind;
} good[] = {
  { "auth-info", "0000001d 10 01 0000 02 00 0010 0013 0019 'g1'00 'alice'00 'bob'00", IGNORED },
  { "auth-info/nobody-named", "00000019 10 01 0000 01 00 0010 0013 0019 'g1'00 'alice'00",
      REFUSED },
  { "connect/direct", "00000018 10 02 0000 04 00 0018 0018 0000 1122334455667788", REFUSED },
  { "connect/neighbour",
      "00000030 10 02 0000 01 01 0018 002c 0000 1122334455667788" ADDRESS "'bob'00", IGNORED },
  { "welcome/direct",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0020 0024 'bob'00",
      REFUSED },
  { "welcome/neighbour",
      "0000003c 10 03 0000 99aabbccddeeff00 01d0000000000001 01 00 0020 0034 0038" ADDRESS
      "'bob'00 'Bob'00",
      IGNORED },
  { "refuse", "0000000c 10 04 0000 04 00 0000", IGNORED },
  { "refuse/referral", "00000020 10 04 0000 01 01 000c" ADDRESS, IGNORED },
  { "disconnect", "0000000c 10 05 0000 03 00 000c", IGNORED },
  { "disconnect/referral", "00000020 10 05 0000 02 01 000c" ADDRESS, IGNORED },
  { "solicit-new/all", "0000000c 10 06 0000 00 00 000c", IGNORED },
  { "solicit-new/one", "0000001c 10 06 0000 01 00 000c" GUID, IGNORED },
  { "solicit-new/others", "0000002c 10 06 0000 00 02 000c" GUID GUID2, IGNORED },
  { "solicit-time", "00000024 10 07 0000 01 00 0014 01d0000000000001" GUID, IGNORED },
  { "solicit-hash", "0000004c 10 08 0000 00 01 0014 00000001 0024 0000" GUID HASH, IGNORED },
  { "advertise", "00000060 10 09 0000 00000001 00000001 0018 0000 0000004c" BOUNDARY ABSTRACT,
      IGNORED },
  { "request", "00000024 10 0a 0000 00000001 00000010" ABSTRACT, IGNORED },
  { "flood", "00000010 10 0b 0000 000c 0000 01020304", TAKEN },
  { "sync-end", "0000000c 10 0c 0000 00 00 0000", IGNORED },
  { "sync-end/final", "0000000c 10 0c 0000 01 00 0000", IGNORED },
  { "data", "0000001f 10 0d 0000 001c 0000" GUID "'hi!'", TAKEN },
  { "data/ping", "0000001c 10 0d 0000 001c 0000 0ccbb0d2be414bd6914b058ec5dcce64", TAKEN },
  { "ack", "00000020 10 0e 0000 0001 000c" GUID "00000001", IGNORED },
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

static const char *
get_hex (gconstpointer data)
{
  return good[GPOINTER_TO_UINT (data)].hex;
}

static void
test_good (gconstpointer data)
{
  g_autoptr (GByteArray) octets = hex_octets (get_hex (data));
  g_autoptr (GByteArray) built = NULL;
  WfdPeerMessage message;

  g_assert_true (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message));
  built = build (&message);
  g_assert_cmpmem (built->data, built->len, octets->data, octets->len);
}

/* Where a string begins that need not be there, or in what may have any size. */
static gboolean
may_end_at (const GByteArray *octets, gsize n)
{
  switch (octets->data[5]) {
    case WFD_PEER_AUTH_INFO:
      return n == octets->data[15];
    case WFD_PEER_CONNECT:
      return n == octets->data[13];
    case WFD_PEER_WELCOME:
      return n == octets->data[31];
    case WFD_PEER_FLOOD:
      return n >= 12;
    case WFD_PEER_PT2PT:
      return n >= 28;
    default:
      return FALSE;
  }
}

/* Cut anywhere it is refused, whether it says its new size or the one that it had. */
static void
test_short (gconstpointer data)
{
  g_autoptr (GByteArray) octets = hex_octets (get_hex (data));
  WfdPeerMessage message;

  for (gsize n = 0; n < octets->len; n++) {
    g_autofree guint8 *cut = g_memdup2 (octets->data, n);
    gboolean read;

    g_assert_false (wfd_peer_message_read (wfd_bytes (cut, n), &message));
    if (n < 4)
      continue;
    wfd_peer_put_u32 (cut, n);
    read = wfd_peer_message_read (wfd_bytes (cut, n), &message);
    g_assert_cmpint (read, ==, may_end_at (octets, n));
    if (read) {
      g_autoptr (GByteArray) built = build (&message);

      g_assert_cmpmem (built->data, built->len, cut, n);
    }
  }
}

/* With an octet more, of which its size tells or not. */
static void
test_long (gconstpointer data)
{
  Behind behind = good[GPOINTER_TO_UINT (data)].behind;
  g_autoptr (GByteArray) octets = hex_octets (get_hex (data));
  gsize size = octets->len;
  WfdPeerMessage message;

  g_byte_array_append (octets, (const guint8 *) "\xff", 1);
  g_assert_false (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message));
  wfd_peer_put_u32 (octets->data, octets->len);
  g_assert_cmpint (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message), ==,
      behind != REFUSED);
  if (behind != REFUSED) {
    g_autoptr (GByteArray) built = build (&message);

    g_assert_cmpuint (wfd_peer_get_u32 (built->data), ==, behind == TAKEN ? size + 1 : size);
    g_assert_cmpmem (built->data + 4, built->len - 4, octets->data + 4,
        behind == TAKEN ? size - 3 : size - 4);
  }
}

/* The most that a message of its type may have, and an octet more. */
static void
test_largest (gconstpointer data)
{
  static const gsize limits[] = {
    [WFD_PEER_AUTH_INFO] = 16 + 3 * 4 * 256,
    [WFD_PEER_CONNECT] = 65535,
    [WFD_PEER_WELCOME] = 65535,
    [WFD_PEER_REFUSE] = 65535,
    [WFD_PEER_DISCONNECT] = 65535,
    [WFD_PEER_SOLICIT_NEW] = 65535,
    [WFD_PEER_SOLICIT_TIME] = 65535,
    [WFD_PEER_SOLICIT_HASH] = 6 << 20,
    [WFD_PEER_ADVERTISE] = 6 << 20,
    [WFD_PEER_REQUEST] = 6 << 20,
    [WFD_PEER_FLOOD] = (60 << 20) + (128 << 10),
    [WFD_PEER_SYNC_END] = 65535,
    [WFD_PEER_PT2PT] = 28 + (16 << 20),
    [WFD_PEER_ACK] = 6 << 20,
  };
  g_autoptr (GByteArray) octets = hex_octets (get_hex (data));
  gsize size = limits[octets->data[5]];
  g_autofree guint8 *large = g_malloc0 (size + 1);
  WfdPeerMessage message;

  memcpy (large, octets->data, octets->len);
  wfd_peer_put_u32 (large, size);
  g_assert_true (wfd_peer_message_read (wfd_bytes (large, size), &message));
  wfd_peer_put_u32 (large, size + 1);
  g_assert_false (wfd_peer_message_read (wfd_bytes (large, size + 1), &message));
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
  { "auth-info/destination-at-source",
      "0000001d 10 01 0000 02 00 0010 0013 0013 'g1'00 'alice'00 'bob'00" },
  { "auth-info/graph-beyond", "0000001d 10 01 0000 02 00 001e 001f 001d 'g1'00 'alice'00 'bob'00" },
  { "auth-info/source-beyond",
      "0000001d 10 01 0000 02 00 0010 001e 001d 'g1'00 'alice'00 'bob'00" },
  { "auth-info/destination-beyond",
      "0000001d 10 01 0000 02 00 0010 0013 001e 'g1'00 'alice'00 'bob'00" },
  { "auth-info/graph-empty", "0000001c 10 01 0000 02 00 0010 0012 0018 0041 'alice'00 'bob'00" },
  { "auth-info/source-empty", "00000018 10 01 0000 02 00 0010 0013 0014 'g1'00 00 'bob'00" },
  { "auth-info/destination-empty", "0000001a 10 01 0000 02 00 0010 0013 0019 'g1'00 'alice'00 00" },
  { "auth-info/no-nul", "0000001d 10 01 0000 02 00 0010 0013 0019 'g1!' 'alice'00 'bob'00" },
  { "auth-info/no-nul-at-end", "0000001d 10 01 0000 02 00 0010 0013 0019 'g1'00 'alice'00 'bobo'" },
  { "auth-info/not-utf-8", "0000001d 10 01 0000 02 00 0010 0013 0019 'g'ff00 'alice'00 'bob'00" },
  { "connect/addresses-beyond",
      "0000002b 10 02 0000 00 01 0018 002b 0000 1122334455667788 0017 1c44 "
      "fe8000000000000000000000000000" },
  { "connect/addresses-in-fixed",
      "0000002c 10 02 0000 00 01 0010 002c 0000 1122334455667788" ADDRESS },
  { "connect/no-addresses-beyond", "00000018 10 02 0000 04 00 0019 0018 0000 1122334455667788" },
  { "connect/name-in-addresses",
      "0000002c 10 02 0000 00 01 0018 0018 0000 1122334455667788" ADDRESS },
  { "connect/name-beyond", "00000018 10 02 0000 04 00 0018 0019 0000 1122334455667788" },
  { "connect/name-in-fixed", "00000018 10 02 0000 04 00 0000 0010 0000 1122334455667788" },
  { "connect/name-without-nul", "0000001b 10 02 0000 04 00 0018 0018 0000 1122334455667788 'bob'" },
  { "welcome/addresses-in-fixed",
      "00000038 10 03 0000 99aabbccddeeff00 01d0000000000001 01 00 001f 0034 0038" ADDRESS
      "'bob'00" },
  { "welcome/addresses-beyond",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 01 00 0020 0020 0024 'bob'00" },
  { "welcome/no-addresses-beyond",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0025 0020 0024 'bob'00" },
  { "welcome/peer-id-beyond",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0025 0024 'bob'00" },
  { "welcome/name-at-peer-id",
      "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0020 0020 'bob'00" },
  { "welcome/peer-id-empty",
      "00000021 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0000 0020 0021 00" },
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
  { "refuse/referral-in-fixed", "00000020 10 04 0000 01 01 000b" ADDRESS },
  { "disconnect/offset-beyond", "0000000c 10 05 0000 03 00 000d" },
  { "disconnect/referral-beyond", "00000020 10 05 0000 01 01 000d" ADDRESS },
  { "disconnect/referral-in-fixed", "00000020 10 05 0000 01 01 000b" ADDRESS },
  { "solicit-new/both", "0000002c 10 06 0000 01 01 000c" GUID GUID2 },
  { "solicit-new/two-included", "0000002c 10 06 0000 02 00 000c" GUID GUID2 },
  { "solicit-new/in-fixed", "0000001c 10 06 0000 01 00 000b" GUID },
  { "solicit-new/beyond", "0000001c 10 06 0000 01 00 000d" GUID },
  { "solicit-new/none-beyond", "0000000c 10 06 0000 00 00 000d" },
  { "solicit-time/both", "00000034 10 07 0000 01 01 0014 01d0000000000001" GUID GUID2 },
  { "solicit-time/in-fixed", "00000024 10 07 0000 01 00 0013 01d0000000000001" GUID },
  { "solicit-time/beyond", "00000024 10 07 0000 01 00 0015 01d0000000000001" GUID },
  { "solicit-time/two-included", "00000034 10 07 0000 02 00 0014 01d0000000000001" GUID GUID2 },
  { "solicit-hash/beyond", "0000004c 10 08 0000 00 01 0014 00000001 0025 0000" GUID HASH },
  { "solicit-hash/in-fixed", "0000003c 10 08 0000 00 00 0014 00000001 0013 0000" HASH },
  { "solicit-hash/both", "0000005c 10 08 0000 01 01 0014 00000001 0034 0000" GUID GUID2 HASH },
  { "solicit-hash/types-in-fixed", "0000004c 10 08 0000 00 01 0013 00000001 0024 0000" GUID HASH },
  { "solicit-hash/types-beyond", "0000004c 10 08 0000 00 01 003d 00000001 0024 0000" GUID HASH },
  { "solicit-hash/hashes-in-types", "0000004c 10 08 0000 00 01 0014 00000001 0023 0000" GUID HASH },
  { "solicit-hash/hashes-before-types",
      "0000004c 10 08 0000 00 01 003c 00000001 0014 0000" HASH GUID },
  { "solicit-hash/count-overflows", "0000003c 10 08 0000 00 00 0014 66666667 0014 0000" HASH },
  { "advertise/boundaries-beyond",
      "0000004b 10 09 0000 00000001 00000000 0018 0000 0000004b 0000000000000001" GUID
      "0000000000000002" GUID2 "00000a" },
  { "advertise/abstracts-in-fixed",
      "0000002c 10 09 0000 00000000 00000001 0018 0000 00000017" ABSTRACT },
  { "advertise/boundaries-in-fixed",
      "0000004c 10 09 0000 00000001 00000000 0017 0000 0000004c" BOUNDARY },
  { "advertise/abstracts-beyond",
      "0000002c 10 09 0000 00000000 00000001 0018 0000 00000019" ABSTRACT },
  { "advertise/abstracts-in-boundaries",
      "00000060 10 09 0000 00000001 00000001 0018 0000 0000004b" BOUNDARY ABSTRACT },
  { "advertise/abstracts-before-boundaries",
      "00000060 10 09 0000 00000001 00000001 002c 0000 00000018" ABSTRACT BOUNDARY },
  { "advertise/count-overflows",
      "0000002c 10 09 0000 00000000 0ccccccd 0018 0000 00000018" ABSTRACT },
  { "request/beyond", "00000024 10 0a 0000 00000001 00000011" ABSTRACT },
  { "request/in-fixed", "00000024 10 0a 0000 00000001 0000000f" ABSTRACT },
  { "flood/reserved", "00000010 10 0b 0000 000c 0001 01020304" },
  { "flood/beyond", "00000010 10 0b 0000 0011 0000 01020304" },
  { "flood/in-fixed", "00000010 10 0b 0000 000b 0000 01020304" },
  { "data/in-fixed", "0000001f 10 0d 0000 001b 0000" GUID "'hi!'" },
  { "data/beyond", "0000001f 10 0d 0000 0020 0000" GUID "'hi!'" },
  { "ack/beyond", "00000020 10 0e 0000 0001 000d" GUID "00000001" },
  { "ack/one-too-many", "00000020 10 0e 0000 0002 000c" GUID "00000001" },
  { "ack/in-fixed", "00000020 10 0e 0000 0001 000b" GUID "00000001" },
};

static void
test_bad (gconstpointer data)
{
  g_autoptr (GByteArray) octets = hex_octets (data);
  WfdPeerMessage message;

  g_assert_false (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message));
}

/* An id of 255 characters fits, one of 256 has no room for its NUL; those that take two in UTF-16
 * count so. */
static void
test_longest_id (void)
{
  g_autofree char *id = g_strnfill (WFD_LIMIT_PEER_ID_CHARS - 1, 'a');
  g_autofree char *longer = g_strnfill (WFD_LIMIT_PEER_ID_CHARS, 'a');
  g_autoptr (GString) wide = g_string_new ("aa");

  for (guint i = 0; i < 127; i++)
    g_string_append_unichar (wide, 0x1f600);
  for (guint i = 0; i < 4; i++) {
    const char *const ids[] = { id, wide->str + 1, longer, wide->str };
    WfdPeerAuthInfo info = { WFD_PEER_LINK_DIRECT, id, id, ids[i] };
    g_autoptr (GByteArray) octets = wfd_peer_build_auth_info (&info);
    WfdPeerMessage message;

    g_assert_cmpint (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message), ==,
        i < 2);
  }
}

/* Of a list of nothing it does not matter where it is. */
static void
test_empty_lists (void)
{
  static const char *const empty[] = {
    "00000018 10 02 0000 04 00 0000 0018 0000 1122334455667788",
    "00000024 10 03 0000 99aabbccddeeff00 01d0000000000001 00 00 0020 0020 0024 'bob'00",
    "0000000c 10 04 0000 04 00 000c",
    "0000000c 10 05 0000 03 00 0000",
    "0000000c 10 06 0000 00 00 0000",
    "00000014 10 07 0000 00 00 0000 01d0000000000001",
    "0000003c 10 08 0000 00 00 003c 00000001 0014 0000" HASH,
    "00000024 10 08 0000 01 00 0014 00000000 0000 0000" GUID,
    "0000002c 10 09 0000 00000000 00000001 002c 0000 00000018" ABSTRACT,
    "0000004c 10 09 0000 00000001 00000000 0018 0000 00000000" BOUNDARY,
    "00000010 10 0a 0000 00000000 00000000",
    "0000000c 10 0e 0000 0000 0000",
  };

  for (guint i = 0; i < G_N_ELEMENTS (empty); i++) {
    g_autoptr (GByteArray) octets = hex_octets (empty[i]);
    WfdPeerMessage message;

    g_assert_true (wfd_peer_message_read (wfd_bytes (octets->data, octets->len), &message));
  }
}

/* --- fields, written by hand --- */

/* The message lies in @ret_octets. */
static WfdPeerMessage
read_good (const char *name, GByteArray **ret_octets)
{
  WfdPeerMessage message;
  guint i = 0;

  while (g_strcmp0 (good[i].name, name) != 0)
    i++;
  *ret_octets = hex_octets (good[i].hex);
  g_assert_true (
      wfd_peer_message_read (wfd_bytes ((*ret_octets)->data, (*ret_octets)->len), &message));
  return message;
}

static void
assert_list (WfdPeerList list, gsize size, const char *hex)
{
  g_autoptr (GByteArray) expected = hex_octets (hex);

  g_assert_cmpmem (list.data, list.n * size, expected->data, expected->len);
}

static void
assert_address (WfdPeerList list)
{
  static const guint8 ip[16] = { 0xfe, 0x80, [15] = 0x01 };
  WfdPeerAddress address;

  g_assert_cmpuint (list.n, ==, 1);
  g_assert_true (wfd_peer_list_address (list, 0, &address));
  g_assert_cmpuint (address.port, ==, 7236);
  g_assert_cmpuint (address.scope_id, ==, 0);
  g_assert_cmpmem (address.ip, sizeof (address.ip), ip, sizeof (ip));
  g_assert_false (wfd_peer_list_address (list, 1, &address));
}

static void
test_fields_of_opening (void)
{
  g_autoptr (GByteArray) auth = NULL, nobody = NULL, direct = NULL, neighbour = NULL;
  WfdPeerMessage message = read_good ("auth-info", &auth);

  g_assert_cmpint (message.type, ==, WFD_PEER_AUTH_INFO);
  g_assert_cmpint (message.auth_info.link_type, ==, WFD_PEER_LINK_DIRECT);
  g_assert_cmpstr (message.auth_info.graph_id, ==, "g1");
  g_assert_cmpstr (message.auth_info.source_id, ==, "alice");
  g_assert_cmpstr (message.auth_info.destination_id, ==, "bob");
  message = read_good ("auth-info/nobody-named", &nobody);
  g_assert_cmpint (message.auth_info.link_type, ==, WFD_PEER_LINK_NEIGHBOUR);
  g_assert_cmpstr (message.auth_info.source_id, ==, "alice");
  g_assert_null (message.auth_info.destination_id);

  message = read_good ("connect/direct", &direct);
  g_assert_cmpint (message.type, ==, WFD_PEER_CONNECT);
  g_assert_cmphex (message.connect.flags, ==, WFD_PEER_CONNECT_DIRECT);
  g_assert_cmphex (message.connect.node_id, ==, 0x1122334455667788);
  g_assert_cmpuint (message.connect.addresses.n, ==, 0);
  g_assert_null (message.connect.friendly_name);
  message = read_good ("connect/neighbour", &neighbour);
  g_assert_cmphex (message.connect.flags, ==, WFD_PEER_CONNECT_WANTS_LIST);
  g_assert_cmpstr (message.connect.friendly_name, ==, "bob");
  assert_address (message.connect.addresses);
}

static void
test_fields_of_answers (void)
{
  g_autoptr (GByteArray) welcome = NULL, direct = NULL, refuse = NULL, disconnect = NULL;
  WfdPeerMessage message = read_good ("welcome/neighbour", &welcome);

  g_assert_cmpint (message.type, ==, WFD_PEER_WELCOME);
  g_assert_cmphex (message.welcome.node_id, ==, 0x99aabbccddeeff00);
  g_assert_cmphex (message.welcome.peer_time, ==, 0x01d0000000000001);
  g_assert_cmpstr (message.welcome.peer_id, ==, "bob");
  g_assert_cmpstr (message.welcome.friendly_name, ==, "Bob");
  assert_address (message.welcome.addresses);
  message = read_good ("welcome/direct", &direct);
  g_assert_cmpuint (message.welcome.addresses.n, ==, 0);
  g_assert_null (message.welcome.friendly_name);

  message = read_good ("refuse/referral", &refuse);
  g_assert_cmpint (message.type, ==, WFD_PEER_REFUSE);
  g_assert_cmpuint (message.end.code, ==, WFD_PEER_REFUSE_BUSY);
  assert_address (message.end.referrals);
  message = read_good ("disconnect/referral", &disconnect);
  g_assert_cmpint (message.type, ==, WFD_PEER_DISCONNECT);
  g_assert_cmpuint (message.end.code, ==, WFD_PEER_DISCONNECT_LEAST_USEFUL);
  assert_address (message.end.referrals);
}

static void
test_fields_of_solicitations (void)
{
  g_autoptr (GByteArray) one = NULL, others = NULL, time = NULL, hash = NULL;
  WfdPeerMessage message = read_good ("solicit-new/one", &one);

  g_assert_cmpint (message.type, ==, WFD_PEER_SOLICIT_NEW);
  assert_list (message.solicit.included, sizeof (WfdPeerGuid), GUID);
  g_assert_cmpuint (message.solicit.excluded.n, ==, 0);
  message = read_good ("solicit-new/others", &others);
  g_assert_cmpuint (message.solicit.included.n, ==, 0);
  assert_list (message.solicit.excluded, sizeof (WfdPeerGuid), GUID GUID2);
  message = read_good ("solicit-time", &time);
  g_assert_cmpint (message.type, ==, WFD_PEER_SOLICIT_TIME);
  assert_list (message.solicit.included, sizeof (WfdPeerGuid), GUID);
  g_assert_cmphex (message.solicit.time, ==, 0x01d0000000000001);
  message = read_good ("solicit-hash", &hash);
  g_assert_cmpint (message.type, ==, WFD_PEER_SOLICIT_HASH);
  assert_list (message.solicit.excluded, sizeof (WfdPeerGuid), GUID);
  assert_list (message.solicit.hashes, sizeof (WfdPeerHash), HASH);
}

static void
test_fields_of_records (void)
{
  g_autoptr (GByteArray) advertise = NULL, request = NULL, flood = NULL, ack = NULL;
  WfdPeerMessage message = read_good ("advertise", &advertise);

  g_assert_cmpint (message.type, ==, WFD_PEER_ADVERTISE);
  assert_list (message.advertise.boundaries, sizeof (WfdPeerBoundary), BOUNDARY);
  assert_list (message.advertise.abstracts, sizeof (WfdPeerAbstract), ABSTRACT);
  message = read_good ("request", &request);
  g_assert_cmpint (message.type, ==, WFD_PEER_REQUEST);
  assert_list (message.request, sizeof (WfdPeerAbstract), ABSTRACT);
  message = read_good ("flood", &flood);
  g_assert_cmpint (message.type, ==, WFD_PEER_FLOOD);
  g_assert_cmpmem (message.record.pos, message.record.left, "\1\2\3\4", 4);
  message = read_good ("ack", &ack);
  g_assert_cmpint (message.type, ==, WFD_PEER_ACK);
  assert_list (message.ack, sizeof (WfdPeerAckEntry), GUID "00000001");
}

static void
test_fields_of_the_rest (void)
{
  g_autoptr (GByteArray) end = NULL, final = NULL, data = NULL, type = hex_octets (GUID);
  WfdPeerMessage message = read_good ("sync-end", &end);

  g_assert_cmpint (message.type, ==, WFD_PEER_SYNC_END);
  g_assert_false (message.final);
  message = read_good ("sync-end/final", &final);
  g_assert_true (message.final);
  message = read_good ("data", &data);
  g_assert_cmpint (message.type, ==, WFD_PEER_PT2PT);
  g_assert_cmpmem (message.data.type, sizeof (WfdPeerGuid), type->data, type->len);
  g_assert_cmpmem (message.data.data.pos, message.data.data.left, "hi!", 3);
}

static void
add (const char *folder, const char *name, gconstpointer data, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/peer/wire/%s/%s", folder, name);

  g_test_add_data_func (path, data, test);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    add ("as-specified", good[i].name, GUINT_TO_POINTER (i), test_good);
    add ("short", good[i].name, GUINT_TO_POINTER (i), test_short);
    add ("long", good[i].name, GUINT_TO_POINTER (i), test_long);
    if (good[i].behind != REFUSED)
      add ("largest", good[i].name, GUINT_TO_POINTER (i), test_largest);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    add ("refused", bad[i].name, bad[i].hex, test_bad);
  g_test_add_func ("/peer/wire/longest-id", test_longest_id);
  g_test_add_func ("/peer/wire/empty-lists", test_empty_lists);
  g_test_add_func ("/peer/wire/fields/opening", test_fields_of_opening);
  g_test_add_func ("/peer/wire/fields/answers", test_fields_of_answers);
  g_test_add_func ("/peer/wire/fields/solicitations", test_fields_of_solicitations);
  g_test_add_func ("/peer/wire/fields/records", test_fields_of_records);
  g_test_add_func ("/peer/wire/fields/rest", test_fields_of_the_rest);
  return g_test_run ();
}
