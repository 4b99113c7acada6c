/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ie-device.h>

#define octets(...) ((const guint8[]) { __VA_ARGS__ })
#define bytes_of(...) wfd_bytes (octets (__VA_ARGS__), sizeof (octets (__VA_ARGS__)))

static void
assert_advertised (WfdIeAdvert advert, WfdBytes expected)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  WfdIe ie;

  wfd_ie_advertise (&advert, &ie);
  wfd_ie_append (&ie, out);
  g_assert_cmpmem (out->data, out->len, expected.pos, expected.left);
}

static void
test_source (void)
{
  assert_advertised ((WfdIeAdvert) { WFD_IE_TYPE_SOURCE, TRUE, 7236, 200, 0 },
      bytes_of (0, 0, 6, 0x00, 0x10, 0x1c, 0x44, 0x00, 0xc8, 11, 0, 2, 0, 0));
}

static void
test_primary_sink (void)
{
  assert_advertised ((WfdIeAdvert) { WFD_IE_TYPE_PRIMARY_SINK, TRUE, 0, 300, WFD_IE_EXTENDED_UIBC },
      bytes_of (0, 0, 6, 0x00, 0x11, 0x1c, 0x44, 0x01, 0x2c, 7, 0, 2, 0, 1, 11, 0, 2, 0, 1));
}

static void
test_secondary_sink (void)
{
  assert_advertised ((WfdIeAdvert) { WFD_IE_TYPE_SECONDARY_SINK, TRUE, 0, 50, 0 },
      bytes_of (0, 0, 6, 0x00, 0x12, 0x1c, 0x44, 0x00, 0x32));
}

static void
test_dual (void)
{
  assert_advertised ((WfdIeAdvert) { WFD_IE_TYPE_DUAL, TRUE, 49152, 50, 0 },
      bytes_of (0, 0, 6, 0x00, 0x13, 0xc0, 0x00, 0x00, 0x32, 11, 0, 2, 0, 3));
}

static void
test_busy (void)
{
  assert_advertised ((WfdIeAdvert) { WFD_IE_TYPE_SOURCE, FALSE, 7236, 200, 0 },
      bytes_of (0, 0, 6, 0x00, 0x00, 0x1c, 0x44, 0x00, 0xc8, 11, 0, 2, 0, 0));
}

/* As found in the field, what it can be, and whether it would take a session. */
static const struct
{
  const char *name;
  guint8 octets[16];
  gsize n;
  gboolean source, primary_sink, available, r2;
  guint16 port;
} devices[] = {
  { "roku", { 0, 0, 6, 0x00, 0x11, 0x1c, 0x44, 0x00, 0x96 }, 9, FALSE, TRUE, TRUE, FALSE, 7236 },
  { "roku-with-hdcp", { 0, 0, 6, 0x01, 0x11, 0x1c, 0x44, 0x00, 0x96 }, 9, FALSE, TRUE, TRUE, FALSE,
      7236 },
  /* It says that it prefers TDLS, which is ignored. */
  { "gnome-network-displays", { 0, 0, 6, 0x00, 0x90, 0x1c, 0x44, 0x00, 0xc8 }, 9, TRUE, FALSE, TRUE,
      FALSE, 7236 },
  { "busy-sink", { 0, 0, 6, 0x00, 0x01, 0x1c, 0x44, 0x00, 0xc8 }, 9, FALSE, TRUE, FALSE, FALSE,
      7236 },
  { "reserved-availability", { 0, 0, 6, 0x00, 0x31, 0x1c, 0x44, 0x00, 0xc8 }, 9, FALSE, TRUE, FALSE,
      FALSE, 7236 },
  { "secondary-sink", { 0, 0, 6, 0x00, 0x12, 0x1c, 0x44, 0x00, 0xc8 }, 9, FALSE, FALSE, TRUE, FALSE,
      7236 },
  { "dual-r2", { 0, 0, 6, 0x00, 0x13, 0xc0, 0x01, 0x00, 0xc8, 11, 0, 2, 0, 3 }, 14, TRUE, TRUE,
      TRUE, TRUE, 49153 },
  /* In what both describe, that of the first release counts. */
  { "source-that-is-a-sink-in-r2",
      { 0, 0, 6, 0x00, 0x10, 0x1c, 0x44, 0x00, 0xc8, 11, 0, 2, 0x00, 0x01 }, 14, TRUE, FALSE, TRUE,
      TRUE, 7236 },
  { "port-zero", { 0, 0, 6, 0x00, 0x10, 0x00, 0x00, 0x00, 0xc8 }, 9, TRUE, FALSE, TRUE, FALSE,
      7236 },
  { "no-device-information", { 7, 0, 2, 0, 1 }, 5, FALSE, FALSE, FALSE, FALSE, 7236 },
};

static void
test_device (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  WfdIe ie;

  wfd_ie_read (wfd_bytes (devices[i].octets, devices[i].n), &ie);
  g_assert_cmpint (wfd_ie_is_source (&ie), ==, devices[i].source);
  g_assert_cmpint (wfd_ie_is_primary_sink (&ie), ==, devices[i].primary_sink);
  g_assert_cmpint (wfd_ie_is_available (&ie), ==, devices[i].available);
  g_assert_cmpint (wfd_ie_is_r2 (&ie), ==, devices[i].r2);
  g_assert_cmpuint (wfd_ie_get_rtsp_port (&ie), ==, devices[i].port);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ie/device/advertise/source", test_source);
  g_test_add_func ("/ie/device/advertise/primary-sink", test_primary_sink);
  g_test_add_func ("/ie/device/advertise/secondary-sink", test_secondary_sink);
  g_test_add_func ("/ie/device/advertise/dual", test_dual);
  g_test_add_func ("/ie/device/advertise/busy", test_busy);
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++) {
    g_autofree char *path = g_strdup_printf ("/ie/device/%s", devices[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_device);
  }
  return g_test_run ();
}
