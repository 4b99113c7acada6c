/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads a stream as the media room does, from programs that others wrote.
 *
 *   ts-catch < DATAGRAMS > UNITS
 *
 * DATAGRAMS are records of two big-endian numbers of 64 bits, time in ns and size,
 * and a datagram with RTP; UNITS records of six: whether it is video, the codec,
 * flags, PTS, the time it was handed on at, and size; and a unit. At the end comes
 * what was counted, on stderr. */
#include <stdio.h>
#include <stdlib.h>
#include <ts.h>

static void
put_number (guint64 number)
{
  number = GUINT64_TO_BE (number);
  fwrite (&number, sizeof (number), 1, stdout);
}

static gboolean
get_number (guint64 *ret_number)
{
  if (fread (ret_number, sizeof (*ret_number), 1, stdin) != 1)
    return FALSE;
  *ret_number = GUINT64_FROM_BE (*ret_number);
  return TRUE;
}

static void
drain (WfdTsReceiver *receiver, gint64 now_ns)
{
  WfdTsUnit unit;

  while (wfd_ts_receiver_pop (receiver, &unit)) {
    gsize n;
    const guint8 *data = g_bytes_get_data (unit.data, &n);

    put_number (unit.is_video);
    put_number (unit.format.codec);
    put_number (unit.flags);
    put_number (unit.pts);
    put_number (now_ns);
    put_number (n);
    fwrite (data, 1, n, stdout);
    wfd_ts_unit_clear (&unit);
  }
}

static void
tick (WfdTsReceiver *receiver, gint64 until_ns)
{
  gint64 deadline_ns;

  while ((deadline_ns = wfd_ts_receiver_get_deadline (receiver)) < until_ns) {
    wfd_ts_receiver_tick (receiver, deadline_ns);
    drain (receiver, deadline_ns);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (WfdTsReceiver) receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS);
  WfdTsReceiverStats stats;
  guint64 now_ns, size, n_refused = 0;

  while (get_number (&now_ns) && get_number (&size)) {
    g_autofree guint8 *bytes = g_malloc (size + 1);

    if (fread (bytes, 1, size, stdin) != size) {
      fprintf (stderr, "ts-catch: the last datagram is cut\n");
      return EXIT_FAILURE;
    }
    tick (receiver, now_ns);
    n_refused += !wfd_ts_receiver_push (receiver, wfd_bytes (bytes, size), now_ns);
    drain (receiver, now_ns);
  }
  tick (receiver, G_MAXINT64);

  wfd_ts_receiver_get_stats (receiver, &stats);
  fprintf (stderr,
      "refused=%" G_GUINT64_FORMAT " lost=%" G_GUINT64_FORMAT " gaps=%" G_GUINT64_FORMAT
      " unsynced=%" G_GUINT64_FORMAT " bad_sections=%" G_GUINT64_FORMAT " lossy=%" G_GUINT64_FORMAT
      " clock_jumps=%" G_GUINT64_FORMAT "\n",
      n_refused, stats.rtp.n_lost, stats.ts.n_gaps, stats.ts.n_unsynced, stats.ts.n_bad_sections,
      stats.ts.n_lossy, stats.n_clock_jumps);
  return EXIT_SUCCESS;
}
