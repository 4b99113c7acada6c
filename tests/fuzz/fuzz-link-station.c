/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel might say of stations. */
#include <base-limits.h>
#include <link-station.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GArray) stations = g_array_new (FALSE, FALSE, sizeof (WfdStation));
  WfdStationAnswer answer = { 28, 7, 9, stations };
  g_autofree guint8 *aligned = g_memdup2 (data, size);

  wfd_station_read (&answer, aligned, size);
  g_assert_cmpuint (stations->len, <=, WFD_LIMIT_STATIONS);
  for (guint i = 0; i < stations->len; i++) {
    const WfdStation *station = &g_array_index (stations, WfdStation, i);
    g_autoptr (GVariantDict) dict = g_variant_dict_new (NULL);
    g_autoptr (GVariant) stats = NULL;

    wfd_station_insert (station, dict);
    stats = g_variant_ref_sink (g_variant_dict_end (dict));
    g_assert_true (station->signal_dbm == WFD_STATION_UNKNOWN
        || (station->signal_dbm >= G_MININT8 && station->signal_dbm <= G_MAXINT8));
    g_assert_true (station->tx_bytes == WFD_STATION_UNKNOWN || station->tx_bytes >= 0);
    for (const gint64 *value = &station->queue_bytes; value <= &station->queue_overlimit; value++)
      g_assert_true (*value == WFD_STATION_UNKNOWN || *value >= 0);
  }
  return 0;
}
