/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-ts-list.h"

#include <string.h>

/* Below this rtpmp2tpay waits for more. */
#define AT_ONCE_BYTES (2 * WFD_TS_PACKET_BYTES)

static void
fill_null_packet (guint8 *packet)
{
  static const guint8 header[] = { 0x47, 0x1f, 0xff, 0x10 };

  memcpy (packet, header, sizeof header);
  memset (packet + sizeof header, 0xff, WFD_TS_PACKET_BYTES - sizeof header);
}

static gsize
copy_list (GstBufferList *list, guint8 *to, gsize size)
{
  gsize at = 0;

  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    at += gst_buffer_extract (gst_buffer_list_get (list, i), 0, to + at, size - at);
  return at;
}

GstBuffer *
wfd_ts_list_merge (GstBufferList *list)
{
  gsize size = gst_buffer_list_calculate_size (list);
  gboolean pad = size == WFD_TS_PACKET_BYTES;
  GstBuffer *merged = gst_buffer_new_allocate (NULL, pad ? AT_ONCE_BYTES : size, NULL);
  GstMapInfo map;

  if (gst_buffer_list_length (list) > 0)
    gst_buffer_copy_into (merged, gst_buffer_list_get (list, 0),
        GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  if (gst_buffer_map (merged, &map, GST_MAP_WRITE)) {
    copy_list (list, map.data, size);
    if (pad)
      fill_null_packet (map.data + WFD_TS_PACKET_BYTES);
    gst_buffer_unmap (merged, &map);
  }
  gst_buffer_list_unref (list);
  return merged;
}
