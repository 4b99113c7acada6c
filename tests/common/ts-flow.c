/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-flow.h"

#include <string.h>

const TsBuilderStream ts_flow_streams[2] = { { .type = 0x1b, .pid = TS_FLOW_V },
  { .type = 0x0f, .pid = TS_FLOW_A } };

void
ts_flow_drain (TsFlow *self)
{
  WfdTsUnit unit;

  while (wfd_ts_reader_pop (self->reader, &unit)) {
    g_string_append_printf (self->out, "%s%s%s%s%s%s%" G_GSIZE_FORMAT "@%" G_GINT64_FORMAT,
        self->out->len > 0 ? " " : "", unit.is_video ? "V" : "A",
        unit.flags & WFD_TS_UNIT_KEY ? "K" : "", unit.flags & WFD_TS_UNIT_LOSSY ? "!" : "",
        unit.flags & WFD_TS_UNIT_DISCONT ? "d" : "", unit.flags & WFD_TS_UNIT_RESTART ? "r" : "",
        g_bytes_get_size (unit.data), unit.pts == WFD_TS_NO_TIME ? -1 : unit.pts);
    g_ptr_array_add (self->units, unit.data);
    unit.data = NULL;
    self->last = unit;
  }
}

/* Gives what was built, in pushes of @n packets. */
void
ts_flow_pass_by (TsFlow *self, guint n)
{
  g_autoptr (GByteArray) ts = g_steal_pointer (&self->builder.ts);

  self->builder.ts = g_byte_array_new ();
  for (gsize at = 0; at < ts->len; at += n * 188) {
    gsize bytes = MIN (ts->len - at, n * 188);
    g_autofree guint8 *block = g_memdup2 (ts->data + at, bytes);

    wfd_ts_reader_push (self->reader, wfd_bytes (block, bytes), FALSE, self->now_ns);
    ts_flow_drain (self);
  }
}

void
ts_flow_pass (TsFlow *self)
{
  ts_flow_pass_by (self, 1);
}

void
ts_flow_assert (TsFlow *self, const char *expected)
{
  g_assert_cmpstr (self->out->str, ==, expected);
  g_string_truncate (self->out, 0);
}

TsFlow
ts_flow_without_program (void)
{
  return (TsFlow) {
    .builder = ts_builder (),
    .reader = wfd_ts_reader_new (),
    .out = g_string_new (NULL),
    .units = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
  };
}

TsFlow
ts_flow_with (const TsBuilderStream *streams, guint n)
{
  TsFlow self = ts_flow_without_program ();

  ts_builder_pat (&self.builder, 7, 0x0020);
  ts_builder_pmt (&self.builder, 0x0020, 7, TS_FLOW_V, 0, streams, n);
  ts_flow_pass (&self);
  return self;
}

TsFlow
ts_flow (void)
{
  return ts_flow_with (ts_flow_streams, 2);
}

void
ts_flow_clear (TsFlow *self)
{
  ts_builder_clear (&self->builder);
  wfd_ts_reader_free (self->reader);
  g_string_free (self->out, TRUE);
  g_ptr_array_unref (self->units);
}

WfdTsReaderStats
ts_flow_get_stats (TsFlow *self)
{
  WfdTsReaderStats got;

  wfd_ts_reader_get_stats (self->reader, &got);
  return got;
}

/* @n octets: a start code, @head, and what never looks like a start code. */
GBytes *
ts_flow_nal (const char *head, gsize n)
{
  guint8 *data = g_malloc (n);

  g_assert_cmpuint (n, >=, 4 + strlen (head));
  for (gsize i = 0; i < n; i++)
    data[i] = 0x40 + i % 150;
  memcpy (data, "\0\0\0\1", 4);
  memcpy (data + 4, head, strlen (head));
  return g_bytes_new_take (data, n);
}

void
ts_flow_pes (TsFlow *self, const char *head, gsize n, guint64 pts, gint length)
{
  g_autoptr (GBytes) data = ts_flow_nal (head, n);

  ts_builder_pes (&self->builder, TS_FLOW_V, 0xe0, pts, length, g_bytes_get_data (data, NULL), n);
}

/* A picture of @n octets, number @i. */
void
ts_flow_picture (TsFlow *self, guint i, gsize n, gint length)
{
  self->now_ns = i * TS_FLOW_FRAME_NS;
  ts_flow_pes (self, i == 0 ? KEY_SLICE : SLICE, n, 1000 + i * TS_FLOW_FRAME_TICKS, length);
}
