/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The readers of subelements, of the elements around them, and of who owns a group. What was read
 * is written, must be read as the same, and come out of its elements again. */
#include <ie-device.h>
#include <ie-element.h>
#include <ie-p2p.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
fuzz_subelements (WfdBytes input)
{
  g_autoptr (GByteArray) written = g_byte_array_new ();
  g_autoptr (GByteArray) wrapped = g_byte_array_new ();
  g_autoptr (GByteArray) collected = g_byte_array_new ();
  WfdIe ie, again;

  wfd_ie_read (input, &ie);
  g_assert_cmpuint (ie.n_sessions, <=, WFD_LIMIT_IE_SESSIONS);
  g_assert_cmpuint (ie.n_video, <=, WFD_LIMIT_IE_VIDEO_FORMATS);
  g_assert_cmpuint (wfd_ie_get_rtsp_port (&ie), !=, 0);

  wfd_ie_append (&ie, written);
  wfd_ie_read (wfd_bytes (written->data, written->len), &again);
  g_assert_cmpmem (&again, sizeof (again), &ie, sizeof (ie));

  wfd_ie_wrap (wfd_bytes (written->data, written->len), wrapped);
  g_assert_true (
      wfd_ie_collect (wfd_bytes (wrapped->data, wrapped->len), WFD_IE_ELEMENT_WFD, collected)
      == (ie.present != 0));
  g_assert_cmpmem (collected->data, collected->len, written->data, written->len);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) collected = g_byte_array_new ();
  guint8 address[WFD_IE_ADDRESS_BYTES];

  wfd_ie_read_group_owner (wfd_bytes (data, size), address);
  fuzz_subelements (wfd_bytes (data, size));
  if (wfd_ie_collect (wfd_bytes (data, size), WFD_IE_ELEMENT_WFD, collected))
    fuzz_subelements (wfd_bytes (collected->data, collected->len));
  return 0;
}
