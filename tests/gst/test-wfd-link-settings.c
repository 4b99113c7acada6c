/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/check/gstcheck.h>
#include <wfd-link-settings.h>

GST_START_TEST (frequency_is_that_of_a_channel)
{
  static const struct
  {
    guint mhz;
    gboolean is_good;
  } rows[] = { { 0, TRUE }, { 2412, TRUE }, { 2413, FALSE }, { 2472, TRUE }, { 2477, FALSE },
    { 2484, TRUE }, { 36, FALSE }, { 5180, TRUE }, { 5885, TRUE }, { 5890, FALSE }, { 5935, TRUE },
    { 5950, FALSE }, { 5955, TRUE }, { 7115, TRUE }, { 7120, FALSE }, { 58320, TRUE },
    { 64800, TRUE }, { 65535, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_auto (WfdLinkSettings) settings = { 0 };
    g_autoptr (GError) error = NULL;

    wfd_link_settings_init (&settings);
    settings.kind = WFD_LINK_P2P;
    settings.frequency_mhz = rows[i].mhz;
    fail_unless_equals_int (wfd_link_settings_check (&settings, &error), rows[i].is_good);
    fail_unless (rows[i].is_good || g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT));
  }
}
GST_END_TEST

static Suite *
wfd_link_settings_suite (void)
{
  Suite *suite = suite_create ("wfd-link-settings");
  TCase *tc = tcase_create ("settings");

  tcase_add_test (tc, frequency_is_that_of_a_channel);
  suite_add_tcase (suite, tc);
  return suite;
}

GST_CHECK_MAIN (wfd_link_settings);
