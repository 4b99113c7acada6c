/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets of Group Connect, its states, and what a password is made into. */
#include <hex.h>
#include <peer-handshake.h>
#include <peer-password.h>

/* --- packets --- */

static const struct
{
  const char *name;
  const char *octets;
  WfdPeerPacketKind kind;
  const char *body;
} packets[] = {
  { "hello", "0000 0100", WFD_PEER_PACKET_HELLO, "" },
  { "member", "0000 0100 0001 03000000 'abc'", WFD_PEER_PACKET_MEMBER, "abc" },
  { "newcomer", "0000 0100 0005 00000000", WFD_PEER_PACKET_NEWCOMER, "" },
  { "proof", "0005 00000003 'abc'", WFD_PEER_PACKET_PROOF, "abc" },
  { "certificate", "0002 00000003 'abc'", WFD_PEER_PACKET_CERTIFICATE, "abc" },
};

/* Whole, short by each number of octets, and with another behind it. */
static void
test_packet (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (GByteArray) octets = hex_octets (packets[i].octets);
  g_autoptr (GByteArray) built = wfd_peer_packet_build (packets[i].kind,
      wfd_bytes ((const guint8 *) packets[i].body, strlen (packets[i].body)));
  WfdPeerPacketKind kind;
  WfdBytes bytes, body;

  g_assert_cmpmem (built->data, built->len, octets->data, octets->len);
  for (guint n = 0; n < octets->len; n++) {
    WfdPeerPacketResult result;

    bytes = wfd_bytes (octets->data, n);
    result = wfd_peer_packet_take (&bytes, &kind, &body);
    /* Only where a packet ends does the next one not begin. */
    if (n == 4 && packets[i].kind <= WFD_PEER_PACKET_NEWCOMER) {
      g_assert_cmpint (result, ==, WFD_PEER_PACKET_GOOD);
      continue;
    }
    g_assert_cmpint (result, ==, WFD_PEER_PACKET_INCOMPLETE);
    g_assert_cmpuint (bytes.left, ==, n);
  }

  if (packets[i].kind != WFD_PEER_PACKET_HELLO)
    g_byte_array_append (octets, (const guint8 *) "\0", 1);
  bytes = wfd_bytes (octets->data, octets->len);
  g_assert_cmpint (wfd_peer_packet_take (&bytes, &kind, &body), ==, WFD_PEER_PACKET_GOOD);
  g_assert_cmpint (kind, ==, packets[i].kind);
  g_assert_cmpmem (body.pos, body.left, packets[i].body, strlen (packets[i].body));
  g_assert_cmpuint (bytes.left, ==, octets->len - built->len);
}

static void
test_bad_packets (void)
{
  static const char *const bad[] = {
    "0003",                        /* no type */
    "0001 03000000 'abc'",         /* MyGMC without a Hello */
    "0000 0200",                   /* another version */
    "0000 0100 0002 00000000",     /* YourGMC behind a Hello */
    "0000 0100 0000 0100",         /* two of them */
    "0000 0100 0005 00000001 'a'", /* a proof of nothing that was asked */
    "0000 0100 0001 00000001",     /* a length that begins at the wrong end */
    "0005 00010001",               /* more than the longest chain */
    "0002 ffffffff",
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GByteArray) octets = hex_octets (bad[i]);
    WfdBytes bytes = wfd_bytes (octets->data, octets->len), body;
    WfdPeerPacketKind kind;

    g_assert_cmpint (wfd_peer_packet_take (&bytes, &kind, &body), ==, WFD_PEER_PACKET_BAD);
    g_assert_cmpuint (bytes.left, ==, octets->len);
  }
}

static void
test_later_minor_version (void)
{
  g_autoptr (GByteArray) octets = hex_octets ("0000 0101 0001 00000000");
  WfdBytes bytes = wfd_bytes (octets->data, octets->len), body;
  WfdPeerPacketKind kind;

  g_assert_cmpint (wfd_peer_packet_take (&bytes, &kind, &body), ==, WFD_PEER_PACKET_GOOD);
  g_assert_cmpint (kind, ==, WFD_PEER_PACKET_MEMBER);
}

/* --- states --- */

/* The two ends of each way to get in, and nothing else gets anybody anywhere. */
static void
test_states (void)
{
  static const struct
  {
    WfdPeerHandshakeState state;
    WfdPeerPacketKind kind;
    WfdPeerHandshakeAction action;
    WfdPeerHandshakeState then;
  } good[] = {
    { WFD_PEER_HANDSHAKE_LISTENS, WFD_PEER_PACKET_HELLO, WFD_PEER_HANDSHAKE_RECALL,
        WFD_PEER_HANDSHAKE_DONE },
    { WFD_PEER_HANDSHAKE_LISTENS, WFD_PEER_PACKET_MEMBER, WFD_PEER_HANDSHAKE_ADMIT,
        WFD_PEER_HANDSHAKE_DONE },
    { WFD_PEER_HANDSHAKE_LISTENS, WFD_PEER_PACKET_NEWCOMER, WFD_PEER_HANDSHAKE_OFFER,
        WFD_PEER_HANDSHAKE_DOUBTS },
    { WFD_PEER_HANDSHAKE_DOUBTS, WFD_PEER_PACKET_PROOF, WFD_PEER_HANDSHAKE_ISSUE,
        WFD_PEER_HANDSHAKE_DONE },
    { WFD_PEER_HANDSHAKE_ASKED, WFD_PEER_PACKET_HELLO, WFD_PEER_HANDSHAKE_TRUST_KNOWN,
        WFD_PEER_HANDSHAKE_DONE },
    { WFD_PEER_HANDSHAKE_ASKED, WFD_PEER_PACKET_MEMBER, WFD_PEER_HANDSHAKE_TRUST,
        WFD_PEER_HANDSHAKE_DONE },
    { WFD_PEER_HANDSHAKE_BEGGED, WFD_PEER_PACKET_MEMBER, WFD_PEER_HANDSHAKE_PROVE,
        WFD_PEER_HANDSHAKE_PROVED },
    { WFD_PEER_HANDSHAKE_PROVED, WFD_PEER_PACKET_CERTIFICATE, WFD_PEER_HANDSHAKE_BELONG,
        WFD_PEER_HANDSHAKE_DONE },
  };
  guint n = 0;

  for (guint state = 0; state < WFD_PEER_HANDSHAKE_N_STATES; state++) {
    for (guint kind = 0; kind < WFD_PEER_PACKET_N_KINDS; kind++) {
      WfdPeerHandshakeState then;
      WfdPeerHandshakeAction action = wfd_peer_handshake_next (state, kind, &then);

      if (n < G_N_ELEMENTS (good) && good[n].state == state && good[n].kind == kind) {
        g_assert_cmpint (action, ==, good[n].action);
        g_assert_cmpint (then, ==, good[n].then);
        n++;
      } else {
        g_assert_cmpint (action, ==, WFD_PEER_HANDSHAKE_FAIL);
        g_assert_cmpint (then, ==, state);
      }
    }
  }
  g_assert_cmpuint (n, ==, G_N_ELEMENTS (good));
}

/* --- passwords --- */

#define PLAIN "a chain of certificates"

/* Made with Python's hashlib and the openssl program. */
static const struct
{
  const char *hash, *proof, *bound_proof, *locked;
} vectors[] = {
  [WFD_PEER_PROFILE_MODERN] = { "flclejfaanfbbgbdobkjjnnenojbajplfmcodaheljolchkfopkdgehaaalldkgp",
      "1cea084a92072b2340bc2d9b411df3ff2c776c6e2fc0338644cb5d47f6c3f6eb",
      "23f64b6d22f9c4f6a5e6087db9062d3e9539343fe7cc3ec2119e1014d344813c",
      "78ec3d0fbd45b755f6efdc0a66bbdcc963f968fefba2ff852dce9c78837c26c3" },
  [WFD_PEER_PROFILE_COMPATIBLE] = { "mlcgfhboifjjegfchogfmamhnhmpplmckaponefh",
      "c8018e4109c3dcac0b5033e9f38c876fba063a9a", "d3e27518153d9c9a93770e03b3aaefb614549035",
      "703e72a71edfdfada1fab037d52919e5bacd187a4f113b812ccbc2cc45726ed1" },
};

static void
assert_octets (GBytes *bytes, const char *hex)
{
  g_autoptr (GByteArray) octets = hex_octets (hex);

  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), octets->data,
      octets->len);
}

static void
test_password (gconstpointer data)
{
  static const guint8 binding[] = { 1, 2 };
  WfdPeerProfile profile = GPOINTER_TO_UINT (data);
  g_autofree char *hash = wfd_peer_password_hash (profile, "sesame");
  g_autoptr (GBytes) proof = NULL, bound_proof = NULL, locked = NULL, plain = NULL;
  gsize size;

  g_assert_cmpstr (hash, ==, vectors[profile].hash);
  proof = wfd_peer_password_prove (profile, hash, "0.alice", wfd_bytes (NULL, 0));
  assert_octets (proof, vectors[profile].proof);
  bound_proof =
      wfd_peer_password_prove (profile, hash, "0.alice", wfd_bytes (binding, sizeof (binding)));
  assert_octets (bound_proof, vectors[profile].bound_proof);
  locked =
      wfd_peer_password_lock (profile, hash, wfd_bytes ((const guint8 *) PLAIN, strlen (PLAIN)));
  assert_octets (locked, vectors[profile].locked);

  size = g_bytes_get_size (locked);
  plain =
      wfd_peer_password_unlock (profile, hash, wfd_bytes (g_bytes_get_data (locked, NULL), size));
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), PLAIN, strlen (PLAIN));
  for (gsize n = 0; n < size; n++)
    g_assert_null (
        wfd_peer_password_unlock (profile, hash, wfd_bytes (g_bytes_get_data (locked, NULL), n)));
  g_assert_null (wfd_peer_password_unlock (profile, "other",
      wfd_bytes (g_bytes_get_data (locked, NULL), size)));
}

/* Whole, and right in each bit. */
static void
test_proof (void)
{
  guint8 octets[33] = { 1, 2, 3, [31] = 4 };
  g_autoptr (GBytes) wanted = g_bytes_new (octets, 32);

  for (gsize n = 0; n <= sizeof (octets); n++)
    g_assert_cmpint (wfd_peer_password_is_proof (wanted, wfd_bytes (octets, n)), ==, n == 32);
  for (guint bit = 0; bit < 32 * 8; bit++) {
    octets[bit / 8] ^= 1 << bit % 8;
    g_assert_false (wfd_peer_password_is_proof (wanted, wfd_bytes (octets, 32)));
    octets[bit / 8] ^= 1 << bit % 8;
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (packets); i++) {
    g_autofree char *path = g_strconcat ("/peer/handshake/packet/", packets[i].name, NULL);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_packet);
  }
  g_test_add_func ("/peer/handshake/bad-packets", test_bad_packets);
  g_test_add_func ("/peer/handshake/later-minor-version", test_later_minor_version);
  g_test_add_func ("/peer/handshake/states", test_states);
  g_test_add_data_func ("/peer/password/modern", GUINT_TO_POINTER (WFD_PEER_PROFILE_MODERN),
      test_password);
  g_test_add_data_func ("/peer/password/compatible", GUINT_TO_POINTER (WFD_PEER_PROFILE_COMPATIBLE),
      test_password);
  g_test_add_func ("/peer/password/proof", test_proof);
  return g_test_run ();
}
