/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The input is the payload of a PES packet of video. */
#include <string.h>
#include <wfd-h264.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* Twice the same is never one access unit. */
static void
check_twice (const guint8 *data, gsize size)
{
  g_autofree guint8 *twice = g_malloc (2 * size);

  memcpy (twice, data, size);
  memcpy (twice + size, data, size);
  g_assert_false (wfd_h264_is_access_unit (twice, 2 * size));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (wfd_h264_is_access_unit (data, size))
    check_twice (data, size);
  return 0;
}
