/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <miracast-rates.h>
#include <station-builder.h>

#define SECOND G_USEC_PER_SEC

/* There is no rate control. */
static const MiracastFoundRate nothing_found;

static WfdStation
station (gint64 tx_kbps, gint64 packets, gint64 retries, gint64 failed)
{
  WfdStation station = station_new (1);

  station.tx_kbps = tx_kbps;
  station.tx_packets = packets;
  station.tx_retries = retries;
  station.tx_failed = failed;
  return station;
}

static void
test_counts_are_since_the_last_time (void)
{
  WfdStation first = station (65000, 1000, 100, 7), second = station (65000, 1500, 150, 10);
  WfdStation storm = station (65000, 1600, 950, 10), again = station (65000, 5, 1, 0);
  MIRACAST_DATARATE_STATS stats;
  MiracastRates rates;

  miracast_rates_init (&rates, 0);
  stats = miracast_rates_add (&rates, &first, &nothing_found, SECOND);
  g_assert_cmpuint (stats.TransmittedFrameCount, ==, 0);
  g_assert_cmpuint (stats.FailedFrameCount, ==, 0);
  stats = miracast_rates_add (&rates, &second, &nothing_found, 2 * SECOND);
  g_assert_cmpuint (stats.TransmittedFrameCount, ==, 450);
  g_assert_cmpuint (stats.RetriedFrameCount, ==, 50);
  g_assert_cmpuint (stats.MultipleRetryFrameCount, ==, 0);
  g_assert_cmpuint (stats.FailedFrameCount, ==, 3);
  g_assert_cmpuint (stats.CurrentMaxTxDataRate, ==, 65000000);
  /* More repetitions than packets. */
  stats = miracast_rates_add (&rates, &storm, &nothing_found, 3 * SECOND);
  g_assert_cmpuint (stats.TransmittedFrameCount, ==, 0);
  g_assert_cmpuint (stats.RetriedFrameCount, ==, 100);
  /* The station came anew. */
  stats = miracast_rates_add (&rates, &again, &nothing_found, 4 * SECOND);
  g_assert_cmpuint (stats.TransmittedFrameCount, ==, 0);
}

static void
test_suggestion_is_what_the_modulation_gives (void)
{
  WfdStation slow = station (10000, 100, 0, 0), fast = station (866700, 200, 0, 0);
  MIRACAST_WFD_CONNECTION_STATS connection;
  MIRACAST_DATARATE_STATS stats;
  MiracastRates rates;

  miracast_rates_init (&rates, 0);
  /* Before anything is known: what wfdsink begins with. */
  connection = miracast_rates_get_connection (&rates, &nothing_found, 0, 0);
  g_assert_cmpuint (connection.CurrentBitRate, ==, 5000000);
  g_assert_cmpuint (connection.LocalMaxBitRate, ==, 0);

  /* 35 % of the modulation, less what is not the encoder's. */
  stats = miracast_rates_add (&rates, &slow, &nothing_found, SECOND);
  g_assert_cmpuint (stats.EncoderBitRate, ==, 3290000);
  connection = miracast_rates_get_connection (&rates, &nothing_found, 0, SECOND);
  g_assert_cmpuint (connection.CurrentBitRate, ==, 3290000);
  connection = miracast_rates_get_connection (&rates, &nothing_found, 1000000, SECOND);
  g_assert_cmpuint (connection.CurrentBitRate, ==, 1000000);
  g_assert_cmpuint (connection.RemoteMaxBitRate, ==, 1000000);

  stats = miracast_rates_add (&rates, &fast, &nothing_found, 2 * SECOND);
  g_assert_cmpuint (stats.EncoderBitRate, ==, 40000000);
  connection = miracast_rates_get_connection (&rates, &nothing_found, 0, 2 * SECOND);
  g_assert_cmpuint (connection.CurrentBitRate, ==, 5000000);
}

static void
test_retries_lower_the_suggestion (void)
{
  WfdStation first = station (10000, 0, 0, 0), bad = station (10000, 100, 100, 0);
  MiracastRates rates;

  miracast_rates_init (&rates, 0);
  miracast_rates_add (&rates, &first, &nothing_found, SECOND);
  g_assert_cmpuint (miracast_rates_add (&rates, &bad, &nothing_found, 2 * SECOND).EncoderBitRate, <,
      3000000);
}

/* The one at which it would encode, be it more or less than what usually arrives. */
static void
test_suggestion_is_what_the_rate_control_has_found (void)
{
  WfdStation known = station (10000, 0, 0, 0);
  MiracastFoundRate found = { 12000, 20000, SECOND };
  MiracastRates rates;

  miracast_rates_init (&rates, 0);
  g_assert_cmpuint (miracast_rates_add (&rates, &known, &found, SECOND).EncoderBitRate, ==,
      12000000);
  found = (MiracastFoundRate) { 1200, 2000, 2 * SECOND };
  g_assert_cmpuint (miracast_rates_add (&rates, &known, &found, 2 * SECOND).EncoderBitRate, ==,
      1200000);
  g_assert_cmpuint (miracast_rates_get_connection (&rates, &found, 0, 2 * SECOND).CurrentBitRate,
      ==, 1200000);
  /* It has not told for long. */
  g_assert_cmpuint (miracast_rates_add (&rates, &known, &found, 4 * SECOND + 1).EncoderBitRate, ==,
      3290000);
}

/* What it begins with, where the link carries that. */
static void
test_session_begins_with_what_the_rate_control_would (void)
{
  WfdStation slow = station (10000, 0, 0, 0), fast = station (65000, 0, 0, 0);
  const MiracastFoundRate found = { 8000, 0, 0 };
  MiracastRates rates;

  miracast_rates_init (&rates, 0);
  g_assert_cmpuint (miracast_rates_get_connection (&rates, &found, 0, 0).CurrentBitRate, ==,
      8000000);
  miracast_rates_add (&rates, &slow, &found, SECOND);
  g_assert_cmpuint (miracast_rates_get_connection (&rates, &found, 0, SECOND).CurrentBitRate, ==,
      3290000);
  miracast_rates_add (&rates, &fast, &found, 2 * SECOND);
  g_assert_cmpuint (miracast_rates_get_connection (&rates, &found, 0, 2 * SECOND).CurrentBitRate,
      ==, 8000000);
}

/* wfdsink may be told to encode at up to 1 Gbit/s. */
static void
test_rate_that_was_found_has_no_other_limit (void)
{
  WfdStation fast = station (866700, 0, 0, 0);
  const MiracastFoundRate live = { 60000, 90000, SECOND }, set = { 60000, 0, SECOND };
  MiracastRates rates;

  miracast_rates_init (&rates, 0);
  g_assert_cmpuint (miracast_rates_add (&rates, &fast, &live, SECOND).EncoderBitRate, ==, 60000000);
  g_assert_cmpuint (miracast_rates_get_connection (&rates, &live, 0, SECOND).CurrentBitRate, ==,
      60000000);
  /* Nobody measures: rate-control=off. */
  g_assert_cmpuint (miracast_rates_add (&rates, &fast, &set, SECOND).EncoderBitRate, ==, 60000000);
  g_assert_cmpuint (miracast_rates_get_connection (&rates, &set, 0, SECOND).CurrentBitRate, ==,
      60000000);
}

static void
test_what_is_not_told_is_not_zero (void)
{
  WfdStation nothing = station_new (1);
  MIRACAST_DATARATE_STATS stats;
  MiracastRates rates;

  miracast_rates_init (&rates, 0);
  miracast_rates_add (&rates, &nothing, &nothing_found, SECOND);
  stats = miracast_rates_add (&rates, &nothing, &nothing_found, 2 * SECOND);
  g_assert_cmpuint (stats.EncoderBitRate, ==, 40000000);
  g_assert_cmpuint (stats.CurrentMaxTxDataRate, ==, 0);
  g_assert_cmpuint (stats.TransmittedFrameCount, ==, 0);
}

static void
test_silence_is_the_end (void)
{
  WfdStation known = station (65000, 0, 0, 0);
  MiracastRates rates;

  miracast_rates_init (&rates, 10 * SECOND);
  g_assert_false (miracast_rates_is_gone (&rates, 13 * SECOND));
  g_assert_true (miracast_rates_is_gone (&rates, 13 * SECOND + 1));
  miracast_rates_add (&rates, &known, &nothing_found, 14 * SECOND);
  g_assert_false (miracast_rates_is_gone (&rates, 17 * SECOND));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/miracast/rates/counts-are-since-the-last-time",
      test_counts_are_since_the_last_time);
  g_test_add_func ("/miracast/rates/suggestion-is-what-the-modulation-gives",
      test_suggestion_is_what_the_modulation_gives);
  g_test_add_func ("/miracast/rates/retries-lower-the-suggestion",
      test_retries_lower_the_suggestion);
  g_test_add_func ("/miracast/rates/suggestion-is-what-the-rate-control-has-found",
      test_suggestion_is_what_the_rate_control_has_found);
  g_test_add_func ("/miracast/rates/session-begins-with-what-the-rate-control-would",
      test_session_begins_with_what_the_rate_control_would);
  g_test_add_func ("/miracast/rates/rate-that-was-found-has-no-other-limit",
      test_rate_that_was_found_has_no_other_limit);
  g_test_add_func ("/miracast/rates/what-is-not-told-is-not-zero",
      test_what_is_not_told_is_not_zero);
  g_test_add_func ("/miracast/rates/silence-is-the-end", test_silence_is_the_end);
  return g_test_run ();
}
