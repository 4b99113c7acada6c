/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes from a peer, in two pieces: what is read does not depend on where they
 * are split, and what was read and is printed reads the same. */
#include <session-wire.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* Everything that is read, printed again. */
static GString *
read_all (const guint8 *data, gsize size, gsize split, WfdWireResult *ret_result)
{
  GString *printed = g_string_new (NULL);
  WfdWireReader reader;

  wfd_wire_reader_init (&reader);
  for (guint piece = 0; piece < 2; piece++) {
    GstRTSPMessage *message = NULL;

    wfd_wire_reader_push (&reader, piece == 0 ? data : data + split,
        piece == 0 ? split : size - split);
    while ((*ret_result = wfd_wire_reader_take (&reader, &message, NULL)) == WFD_WIRE_MESSAGE) {
      wfd_wire_print (message, printed);
      gst_rtsp_message_free (message);
    }
    if (*ret_result == WFD_WIRE_ERROR)
      break;
  }
  wfd_wire_reader_clear (&reader);
  return printed;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GString) whole = NULL, split = NULL;
  WfdWireResult whole_result, split_result;

  whole = read_all (data, size, size, &whole_result);
  split = read_all (data, size, size > 0 ? data[size - 1] % size : 0, &split_result);
  g_assert_cmpstr (whole->str, ==, split->str);
  g_assert_cmpint (whole_result, ==, split_result);
  return 0;
}
