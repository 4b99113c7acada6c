/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-h264.h>

#include "stream-writer.h"

/* Of NAL units only what counts: a start code, the type, and for a slice the
 * bit that says that it begins the picture. */
#define CODE 0, 0, 0, 1
#define SHORT_CODE 0, 0, 1
#define AUD CODE, 0x09, 0xf0
#define SPS CODE, 0x67, 0x42
#define PPS SHORT_CODE, 0x68, 0xce
#define SEI SHORT_CODE, 0x06, 0x05
#define IDR_FIRST SHORT_CODE, 0x65, 0xb8, 0x11
#define IDR_MORE SHORT_CODE, 0x65, 0x38, 0x11
#define P_FIRST CODE, 0x41, 0x9a, 0x11
#define P_MORE CODE, 0x41, 0x1a, 0x11
#define FILLER CODE, 0x0c, 0xff
#define END_OF_SEQUENCE CODE, 0x0a

typedef struct
{
  const char *what;
  gboolean whole;
  gsize size;
  guint8 data[64];
} Unit;

#define UNIT(what, whole, ...) \
  { \
    what, whole, sizeof ((const guint8[]) { __VA_ARGS__ }), \
    { \
      __VA_ARGS__ \
    } \
  }

static const Unit units[] = {
  UNIT ("key unit with all headers", TRUE, AUD, SPS, PPS, SEI, IDR_FIRST),
  UNIT ("picture without a delimiter", TRUE, P_FIRST),
  UNIT ("picture in three slices", TRUE, AUD, P_FIRST, P_MORE, P_MORE),
  UNIT ("key unit in two slices", TRUE, SPS, PPS, IDR_FIRST, IDR_MORE),
  UNIT ("zeros in front and behind", TRUE, 0, 0, 0, P_FIRST, 0, 0),
  UNIT ("filler and end behind the slices", TRUE, P_FIRST, FILLER, END_OF_SEQUENCE),
  UNIT ("two pictures", FALSE, P_FIRST, P_FIRST),
  UNIT ("two pictures with delimiters", FALSE, AUD, P_FIRST, AUD, P_FIRST),
  UNIT ("the delimiter of the next one", FALSE, P_FIRST, AUD),
  UNIT ("parameter sets behind the picture", FALSE, P_FIRST, SPS),
  UNIT ("headers alone", FALSE, AUD, SPS, PPS, SEI),
  UNIT ("the second slice of a picture", FALSE, P_MORE),
  UNIT ("headers and a second slice", FALSE, AUD, P_MORE),
  UNIT ("the rest of a slice", FALSE, 0x12, 0x34, 0x56, 0x78),
  UNIT ("the rest of a slice and a picture", FALSE, 0x12, 0x34, P_FIRST),
  UNIT ("a slice cut behind its type", FALSE, SHORT_CODE, 0x41),
  UNIT ("a start code alone", FALSE, CODE),
  UNIT ("half a start code", FALSE, 0, 0),
};

GST_START_TEST (unit_is_told_from_its_parts)
{
  const Unit *unit = &units[__i__];
  /* Exactly as large as the data, so that a read behind its end shows. */
  g_autofree guint8 *copy = g_memdup2 (unit->data, unit->size);

  fail_unless (wfd_h264_is_access_unit (copy, unit->size) == unit->whole, "%s", unit->what);
}

GST_END_TEST;

GST_START_TEST (nothing_is_no_unit)
{
  fail_if (wfd_h264_is_access_unit (NULL, 0));
}

GST_END_TEST;

GST_START_TEST (what_an_encoder_makes_is_a_unit)
{
  g_autoptr (GBytes) picture = stream_get_picture (__i__);
  gsize size;
  const guint8 *data = g_bytes_get_data (picture, &size);

  fail_unless (wfd_h264_is_access_unit (data, size));
}

GST_END_TEST;

static Suite *
wfd_h264_suite (void)
{
  Suite *suite = suite_create ("wfd-h264");
  TCase *tcase = tcase_create ("access unit");

  suite_add_tcase (suite, tcase);
  tcase_add_loop_test (tcase, unit_is_told_from_its_parts, 0, G_N_ELEMENTS (units));
  tcase_add_test (tcase, nothing_is_no_unit);
  tcase_add_loop_test (tcase, what_an_encoder_makes_is_a_unit, 0, 3);
  return suite;
}

GST_CHECK_MAIN (wfd_h264);
