/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ie-subelements.h>

#define octets(...) ((const guint8[]) { __VA_ARGS__ })
#define bytes_of(...) wfd_bytes (octets (__VA_ARGS__), sizeof (octets (__VA_ARGS__)))
#define HAS(id) (1u << (id))

/* --- one row of the table each --- */

#define DEVICE_INFO 0x00, 0x00, 0x06, 0x01, 0x51, 0x1c, 0x44, 0x00, 0x36
#define H264 0x38, 0x02, 0x10, 0x05, 0x00, 0x11, 0x02, 0x03, 0x13

static const WfdIeH264 h264 = { 0x38, 2, 0x10, 5, 0x11, 0x203, 0x13 };

typedef struct
{
  const char *name;
  guint8 exact[32]; /* id, two octets of length, body */
  gsize n;
  WfdIe expected;
} Row;

static const Row rows[] = {
  /* hostap's tests: primary sink, available, service discovery, HDCP */
  { "device", { DEVICE_INFO }, 9, { .present = HAS (0), .device = { 0x0151, 7236, 54 } } },
  { "associated-bssid", { 0x01, 0, 6, 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01 }, 9,
      { .present = HAS (1), .associated_bssid = { 0x02, 0xaa, 0xbb, 0xcc, 0xdd, 0x01 } } },
  { "audio-formats", { 0x02, 0, 15, 0, 0, 0, 3, 1, 0, 0, 0, 0x0f, 2, 0x80, 0, 0, 7, 3 }, 18,
      { .present = HAS (2), .lpcm = { 3, 1 }, .aac = { 0x0f, 2 }, .ac3 = { 0x80000007, 3 } } },
  { "video-formats", { 0x03, 0, 21, 0, 1, 0xff, 0xff, 0x1f, 0xff, 0, 0, 0, 0, 0x0f, 0xff, H264 },
      24,
      { .present = HAS (3), .video = { { 0x1ffff, 0x1fff0000, 0x0fff, h264 } }, .n_video = 1 } },
  { "3d-formats", { 0x04, 0, 17, 0x80, 0, 0, 1, 0, 0, 0, 2, H264 }, 20,
      { .present = HAS (4), .video_3d = { 0x8000000100000002, h264 } } },
  { "content-protection", { 0x05, 0, 1, 0x03 }, 4,
      { .present = HAS (5), .content_protection = WFD_IE_HDCP_2_0 | WFD_IE_HDCP_2_1 } },
  { "coupled-sink", { 0x06, 0, 7, 0x01, 2, 3, 4, 5, 6, 7 }, 10,
      { .present = HAS (6), .coupled = { WFD_IE_COUPLED, { 2, 3, 4, 5, 6, 7 } } } },
  { "extended-capability", { 0x07, 0, 2, 0x00, 0x09 }, 5,
      { .present = HAS (7), .extended = WFD_IE_EXTENDED_UIBC | WFD_IE_EXTENDED_STANDBY } },
  { "local-ip", { 0x08, 0, 5, 1, 192, 168, 49, 1 }, 8,
      { .present = HAS (8), .local_ip = 0xc0a83101 } },
  { "alternative-address", { 0x0a, 0, 6, 6, 5, 4, 3, 2, 1 }, 9,
      { .present = HAS (10), .alternative_address = { 6, 5, 4, 3, 2, 1 } } },
  { "r2-device", { 0x0b, 0, 2, 0x00, 0x03 }, 5,
      { .present = HAS (11), .r2_type = WFD_IE_TYPE_DUAL } },
};

static void
assert_same (const WfdIe *ie, const WfdIe *expected)
{
  g_assert_cmphex (ie->present, ==, expected->present);
  g_assert_cmpmem (ie, sizeof (*ie), expected, sizeof (*expected));
}

static void
test_exact (gconstpointer data)
{
  const Row *row = data;
  WfdIe ie;

  wfd_ie_read (wfd_bytes (row->exact, row->n), &ie);
  assert_same (&ie, &row->expected);
}

/* One octet less in the body, and a length that says so. */
static void
test_short (gconstpointer data)
{
  static const WfdIe nothing = { 0 };
  const Row *row = data;
  guint8 octets[32];
  WfdIe ie;

  memcpy (octets, row->exact, row->n);
  octets[2]--;
  wfd_ie_read (wfd_bytes (octets, row->n - 1), &ie);
  assert_same (&ie, &nothing);
}

/* The length promises an octet that is not there. */
static void
test_cut (gconstpointer data)
{
  static const WfdIe nothing = { 0 };
  const Row *row = data;
  WfdIe ie;

  for (gsize n = 0; n < row->n; n++) {
    g_autofree guint8 *cut = g_memdup2 (row->exact, n);

    wfd_ie_read (wfd_bytes (cut, n), &ie);
    assert_same (&ie, &nothing);
  }
}

/* One octet more in the body; what follows is read as well. */
static void
test_long (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  WfdIe ie;

  g_byte_array_append (octets, row->exact, row->n);
  octets->data[2]++;
  g_byte_array_append (octets, octets (0xff), 1);
  wfd_ie_read (wfd_bytes (octets->data, octets->len), &ie);
  assert_same (&ie, &row->expected);

  g_byte_array_append (octets, octets (0xf0, 0, 1, 0xff), 4);
  g_byte_array_append (octets, octets (0x09, 0, 0), 3);
  wfd_ie_read (wfd_bytes (octets->data, octets->len), &ie);
  g_assert_cmphex (ie.present, ==, row->expected.present | HAS (WFD_IE_SESSIONS));
}

static void
test_written (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (GByteArray) out = g_byte_array_new ();

  wfd_ie_append (&row->expected, out);
  g_assert_cmpmem (out->data, out->len, row->exact, row->n);
}

/* --- sessions --- */

#define CLIENT_1 \
  23, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x00, 0x11, 0x00, 0xc8, 0x01, 2, 0, 0, 0, 0, 7
#define CLIENT_2 \
  23, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x00, 0x10, 0x00, 0x32, 0x00, 0, 0, 0, 0, 0, 0

static const WfdIeSession client_1 = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 9 }, 0x0011, 200,
  { WFD_IE_COUPLED, { 2, 0, 0, 0, 0, 7 } } };
static const WfdIeSession client_2 = { { 2, 0, 0, 0, 0, 2 }, { 0 }, 0x0010, 50, { 0 } };

static void
assert_session (const WfdIeSession *session, const WfdIeSession *expected)
{
  g_assert_cmpmem (session->device_address, 6, expected->device_address, 6);
  g_assert_cmpmem (session->associated_bssid, 6, expected->associated_bssid, 6);
  g_assert_cmphex (session->bits, ==, expected->bits);
  g_assert_cmpuint (session->max_throughput_mbps, ==, expected->max_throughput_mbps);
  g_assert_cmpuint (session->coupled.status, ==, expected->coupled.status);
  g_assert_cmpmem (session->coupled.peer, 6, expected->coupled.peer, 6);
}

static void
test_sessions (void)
{
  static const guint8 exact[] = { 0x09, 0, 48, CLIENT_1, CLIENT_2 };
  WfdIe ie, written = { .present = HAS (9), .sessions = { client_1, client_2 }, .n_sessions = 2 };
  g_autoptr (GByteArray) out = g_byte_array_new ();

  wfd_ie_read (wfd_bytes (exact, sizeof (exact)), &ie);
  g_assert_cmphex (ie.present, ==, HAS (9));
  g_assert_cmpuint (ie.n_sessions, ==, 2);
  assert_session (&ie.sessions[0], &client_1);
  assert_session (&ie.sessions[1], &client_2);

  wfd_ie_append (&written, out);
  g_assert_cmpmem (out->data, out->len, exact, sizeof (exact));
}

static void
test_session_short (void)
{
  WfdIe ie;

  /* A descriptor that is cut off, and one that says itself that it is shorter. */
  wfd_ie_read (bytes_of (0x09, 0, 47, CLIENT_1, 23, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x00, 0x10,
                   0x00, 0x32, 0x00, 0, 0, 0, 0, 0),
      &ie);
  g_assert_cmpuint (ie.n_sessions, ==, 1);
  wfd_ie_read (bytes_of (0x09, 0, 47, 22, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x00, 0x11, 0x00,
                   0xc8, 0x01, 2, 0, 0, 0, 0, CLIENT_2),
      &ie);
  g_assert_cmpuint (ie.n_sessions, ==, 1);
  assert_session (&ie.sessions[0], &client_2);
}

static void
test_session_long (void)
{
  WfdIe ie;

  wfd_ie_read (bytes_of (0x09, 0, 49, 24, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x00, 0x11, 0x00,
                   0xc8, 0x01, 2, 0, 0, 0, 0, 7, 0xff, CLIENT_2),
      &ie);
  g_assert_cmpuint (ie.n_sessions, ==, 2);
  assert_session (&ie.sessions[0], &client_1);
  assert_session (&ie.sessions[1], &client_2);
}

static void
test_too_many_sessions (void)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  guint n = WFD_LIMIT_IE_SESSIONS + 1;
  WfdIe ie;

  g_byte_array_append (octets, octets (0x09, n * 24 >> 8, n * 24 & 0xff), 3);
  for (guint i = 0; i < n; i++)
    g_byte_array_append (octets, octets (CLIENT_1), 24);
  g_byte_array_append (octets, octets (DEVICE_INFO), 9);
  wfd_ie_read (wfd_bytes (octets->data, octets->len), &ie);
  g_assert_cmpuint (ie.n_sessions, ==, WFD_LIMIT_IE_SESSIONS);
  g_assert_true (wfd_ie_has (&ie, WFD_IE_DEVICE));
}

/* --- several --- */

static void
test_first_of_two (void)
{
  WfdIe ie;

  wfd_ie_read (bytes_of (DEVICE_INFO, 0x00, 0, 6, 0x00, 0x10, 0x00, 0x01, 0x00, 0x02), &ie);
  g_assert_cmphex (ie.device.bits, ==, 0x0151);
  g_assert_cmpuint (ie.device.control_port, ==, 7236);

  /* The first that can be read, that is. */
  wfd_ie_read (bytes_of (0x00, 0, 1, 0xff, DEVICE_INFO), &ie);
  g_assert_cmphex (ie.device.bits, ==, 0x0151);
}

#define VIDEO(octet) 0x03, 0, 21, 0, 0, 0, octet, 0, 0, 0, 0, 0, 0, 0, 0, H264

static void
test_video_for_each_profile (void)
{
  static const guint8 two[] = { VIDEO (1), VIDEO (2) };
  WfdIe ie,
      written = { .present = HAS (3),
        .n_video = 2,
        .video = { { .cea = 1, .h264 = h264 }, { .cea = 2, .h264 = h264 } } };
  g_autoptr (GByteArray) out = g_byte_array_new ();

  wfd_ie_read (bytes_of (VIDEO (1), VIDEO (2), VIDEO (3), DEVICE_INFO), &ie);
  g_assert_cmpuint (ie.n_video, ==, 2);
  g_assert_cmphex (ie.video[0].cea, ==, 1);
  g_assert_cmphex (ie.video[1].cea, ==, 2);
  g_assert_true (wfd_ie_has (&ie, WFD_IE_DEVICE));

  wfd_ie_append (&written, out);
  g_assert_cmpmem (out->data, out->len, two, sizeof (two));
}

static void
test_unknown_is_skipped (void)
{
  WfdIe ie;

  wfd_ie_read (bytes_of (0x0c, 0, 2, 1, 2, 0xff, 0, 0, DEVICE_INFO), &ie);
  g_assert_cmphex (ie.present, ==, HAS (0));
}

static void
test_overrun_ends (void)
{
  WfdIe ie;

  wfd_ie_read (bytes_of (DEVICE_INFO, 0x07, 0xff, 0xff, 0x00, 0x01), &ie);
  g_assert_cmphex (ie.present, ==, HAS (0));
}

/* wpa_supplicant hands over what ten thousand elements would hold. */
static void
test_ten_thousand (void)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  WfdIe ie;

  for (guint i = 0; i < 10000; i++)
    g_byte_array_append (octets, octets (i, 0, 6, 0, 0x11, 0x1c, 0x44, i >> 8, i), 9);
  wfd_ie_read (wfd_bytes (octets->data, octets->len), &ie);
  g_assert_cmpuint (ie.device.max_throughput_mbps, ==, 0);
  g_assert_cmpuint (ie.n_sessions, ==, 0);
}

static void
test_reserved_bits (void)
{
  WfdIe ie;
  WfdIe wrong = { .present = HAS (0) | HAS (5) | HAS (6) | HAS (7) | HAS (11),
    .device.bits = 0xffff,
    .content_protection = 0xff,
    .coupled.status = 0xff,
    .extended = 0xffff,
    .r2_type = 0xff };
  static const guint8 expected[] = { 0, 0, 6, 0x3f, 0xff, 0, 0, 0, 0, 5, 0, 1, 0x03, 6, 0, 7, 0x03,
    0, 0, 0, 0, 0, 0, 7, 0, 2, 0x00, 0x3f, 11, 0, 2, 0, 3 };
  g_autoptr (GByteArray) out = g_byte_array_new ();

  wfd_ie_read (bytes_of (0, 0, 6, 0xff, 0xff, 0, 0, 0, 0, 5, 0, 1, 0xff, 6, 0, 7, 0xff, 0, 0, 0, 0,
                   0, 0, 7, 0, 2, 0xff, 0xff, 11, 0, 2, 0xff, 0xff),
      &ie);
  g_assert_cmphex (ie.device.bits, ==, 0x3fff);
  g_assert_cmphex (ie.content_protection, ==, 3);
  g_assert_cmphex (ie.coupled.status, ==, 3);
  g_assert_cmphex (ie.extended, ==, 0x3f);
  g_assert_cmphex (ie.r2_type, ==, 3);

  wfd_ie_append (&wrong, out);
  g_assert_cmpmem (out->data, out->len, expected, sizeof (expected));
}

static void
test_local_ip_of_other_version (void)
{
  WfdIe ie;

  wfd_ie_read (bytes_of (0x08, 0, 5, 2, 192, 168, 49, 1), &ie);
  g_assert_cmphex (ie.present, ==, 0);
}

static void
add_row (const Row *row, const char *what, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/ie/subelements/%s/%s", row->name, what);

  g_test_add_data_func (path, row, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    add_row (&rows[i], "exact", test_exact);
    add_row (&rows[i], "one-octet-short", test_short);
    add_row (&rows[i], "cut-off-anywhere", test_cut);
    add_row (&rows[i], "too-long", test_long);
    add_row (&rows[i], "written", test_written);
  }
  g_test_add_func ("/ie/subelements/sessions/exact", test_sessions);
  g_test_add_func ("/ie/subelements/sessions/one-octet-short", test_session_short);
  g_test_add_func ("/ie/subelements/sessions/too-long", test_session_long);
  g_test_add_func ("/ie/subelements/sessions/too-many", test_too_many_sessions);
  g_test_add_func ("/ie/subelements/first-of-two", test_first_of_two);
  g_test_add_func ("/ie/subelements/video-for-each-profile", test_video_for_each_profile);
  g_test_add_func ("/ie/subelements/unknown-is-skipped", test_unknown_is_skipped);
  g_test_add_func ("/ie/subelements/overrun-ends", test_overrun_ends);
  g_test_add_func ("/ie/subelements/ten-thousand", test_ten_thousand);
  g_test_add_func ("/ie/subelements/reserved-bits-are-zero", test_reserved_bits);
  g_test_add_func ("/ie/subelements/local-ip-of-other-version", test_local_ip_of_other_version);
  return g_test_run ();
}
