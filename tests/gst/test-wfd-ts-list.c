/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <wfd-ts-list.h>

#include "stream-writer.h"

static GstBufferList *
make_list (guint n)
{
  GstBufferList *list = gst_buffer_list_new ();

  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer = stream_write_numbered (i, 1);

    GST_BUFFER_PTS (buffer) = (i + 1) * GST_SECOND;
    gst_buffer_list_add (list, buffer);
  }
  return list;
}

GST_START_TEST (list_becomes_one_buffer_in_order)
{
  g_autoptr (GstBuffer) merged = wfd_ts_list_merge (make_list (20));
  GstMapInfo map;

  fail_unless_equals_int (gst_buffer_get_size (merged), 20 * WFD_TS_PACKET_BYTES);
  fail_unless (GST_BUFFER_PTS (merged) == GST_SECOND);
  gst_buffer_map (merged, &map, GST_MAP_READ);
  for (guint i = 0; i < 20; i++)
    fail_unless_equals_int (stream_read_number (map.data + i * WFD_TS_PACKET_BYTES), i);
  gst_buffer_unmap (merged, &map);
}

GST_END_TEST;

GST_START_TEST (empty_list_is_an_empty_buffer)
{
  g_autoptr (GstBuffer) merged = wfd_ts_list_merge (gst_buffer_list_new ());

  fail_unless_equals_int (gst_buffer_get_size (merged), 0);
}

GST_END_TEST;

/* The promise itself: whatever the size of a frame, the payloader has nothing
 * left of it. */
GST_START_TEST (payloader_keeps_nothing_of_a_frame)
{
  GstHarness *h = gst_harness_new_parse ("rtpmp2tpay mtu=1328");
  guint packets = __i__, sent = 0;

  gst_harness_set_src_caps_str (h, "video/mpegts, packetsize=188, systemstream=true");
  gst_harness_push (h, wfd_ts_list_merge (make_list (packets)));
  while (gst_harness_buffers_in_queue (h) > 0) {
    g_autoptr (GstBuffer) rtp = gst_harness_pull (h);

    sent += (gst_buffer_get_size (rtp) - 12) / WFD_TS_PACKET_BYTES;
  }
  fail_unless_equals_int (sent, MAX (packets, 2));
  gst_harness_teardown (h);
}

GST_END_TEST;

GST_START_TEST (single_packet_is_followed_by_a_null_packet)
{
  g_autoptr (GstBuffer) merged = wfd_ts_list_merge (make_list (1));
  GstMapInfo map;

  gst_buffer_map (merged, &map, GST_MAP_READ);
  fail_unless_equals_int (map.size, 2 * WFD_TS_PACKET_BYTES);
  fail_unless_equals_int (stream_read_number (map.data), 0);
  fail_unless_equals_int (GST_READ_UINT32_BE (map.data + WFD_TS_PACKET_BYTES), 0x471fff10);
  gst_buffer_unmap (merged, &map);
}

GST_END_TEST;

static Suite *
wfd_ts_list_suite (void)
{
  Suite *suite = suite_create ("wfd-ts-list");
  TCase *tcase = tcase_create ("merge");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, list_becomes_one_buffer_in_order);
  tcase_add_test (tcase, empty_list_is_an_empty_buffer);
  tcase_add_loop_test (tcase, payloader_keeps_nothing_of_a_frame, 1, 30);
  tcase_add_test (tcase, single_packet_is_followed_by_a_null_packet);
  return suite;
}

GST_CHECK_MAIN (wfd_ts_list);
