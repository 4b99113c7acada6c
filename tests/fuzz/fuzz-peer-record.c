/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records, and the payloads that graphs have for themselves. What was read is
 * written as it was. */
#include <peer-record.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fuzz_payload (GBytes *payload)
{
  g_auto (WfdPeerProperties) properties = { 0 };
  g_auto (WfdPeerPresence) presence = { 0 };
  WfdPeerContact contact;
  guint64 signature;

  if (wfd_peer_properties_read (payload, &properties)) {
    g_autoptr (GBytes) written = wfd_peer_properties_build (&properties);

    g_assert_cmpuint (g_bytes_get_size (written), <=, g_bytes_get_size (payload));
  }
  if (wfd_peer_presence_read (payload, &presence)) {
    g_autoptr (GBytes) written = wfd_peer_presence_build (&presence);

    g_assert_cmpuint (g_bytes_get_size (written), <=, g_bytes_get_size (payload));
  }
  if (wfd_peer_contact_read (payload, &contact)) {
    g_autoptr (GBytes) written = wfd_peer_contact_build (&contact);

    g_assert_cmpuint (g_bytes_get_size (written), <=, g_bytes_get_size (payload));
  }
  if (wfd_peer_signature_read (payload, &signature)) {
    g_autoptr (GBytes) written = wfd_peer_signature_build (signature);

    g_assert_true (g_bytes_equal (written, payload));
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_read (wfd_bytes (data, size));
  g_autoptr (GBytes) payload = g_bytes_new (data, size);

  fuzz_payload (payload);
  if (record != NULL) {
    g_autoptr (GByteArray) written = g_byte_array_new ();

    wfd_peer_record_append (record, written);
    /* The reserved octets of the flags are written as 0. */
    g_assert_cmpuint (written->len, ==, size);
    wfd_peer_record_id_fits (record);
    fuzz_payload (record->payload);
  }
  return 0;
}
