/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sim-frames.h"

#include <base-text.h>
#include <gio/gio.h>

#define HEADER "captured_ms,rate_kbps,bytes,packets,arrived,complete_ms,skipped,key,shown"
#define N_COLUMNS 9

/* A day, and more than any encoder makes. */
#define MAX_MS (24 * 3600 * 1000)
#define MAX_NUMBER 100000000

char *
sim_frames_to_text (const SimPeer *peer)
{
  GString *text = g_string_new (HEADER "\n");

  for (guint i = 0; i < peer->frames->len; i++) {
    const SimFrame *frame = &g_array_index (peer->frames, SimFrame, i);

    g_string_append_printf (text,
        "%" G_GINT64_FORMAT ",%.0f,%u,%u,%u,%" G_GINT64_FORMAT ",%d,%d,%d\n", frame->captured_ms,
        frame->rate_kbps, frame->bytes, frame->n_packets, frame->n_arrived, frame->complete_ms,
        frame->is_skipped, frame->is_key, frame->is_shown);
  }
  return g_string_free (text, FALSE);
}

static gboolean
take_columns (WfdText line, gint64 columns[N_COLUMNS])
{
  for (guint i = 0; i < N_COLUMNS; i++) {
    WfdText part;
    guint64 number;

    if (!wfd_text_take_until (&line, ',', &part))
      return FALSE;
    if (wfd_text_equal (part, "-1"))
      columns[i] = -1;
    else if (wfd_text_take_decimal (&part, MAX_NUMBER, &number) && wfd_text_is_empty (part))
      columns[i] = number;
    else
      return FALSE;
  }
  return wfd_text_is_empty (line);
}

static gboolean
take_frame (WfdText line, gint64 after_ms, SimFrame *ret_frame)
{
  gint64 c[N_COLUMNS];

  if (!take_columns (line, c))
    return FALSE;
  for (guint i = 0; i < N_COLUMNS; i++) {
    if (c[i] < 0 && i != 5)
      return FALSE;
  }
  *ret_frame = (SimFrame) {
    .captured_ms = c[0],
    .rate_kbps = c[1],
    .bytes = c[2],
    .n_packets = c[3],
    .n_arrived = c[4],
    .complete_ms = c[5],
    .is_skipped = c[6] != 0,
    .is_key = c[7] != 0,
    .is_shown = c[8] != 0,
  };
  return c[0] >= after_ms && c[0] <= MAX_MS && (c[5] < 0 || (c[5] >= c[0] && c[5] <= MAX_MS));
}

gboolean
sim_frames_parse (SimPeer *peer, const char *text, GError **error)
{
  WfdText rest = wfd_text (text), line;
  gboolean is_right =
      wfd_text_take_line (&rest, &line) && wfd_text_equal (wfd_text_strip (line), HEADER);
  gint64 after_ms = 0;
  guint number = 1;

  while (is_right && wfd_text_take_line (&rest, &line)) {
    SimFrame frame;

    number++;
    is_right = take_frame (line, after_ms, &frame);
    if (is_right) {
      g_array_append_val (peer->frames, frame);
      after_ms = frame.captured_ms;
    }
  }
  if (!is_right)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "line %u is no frame", number);
  return is_right;
}
