/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-builder.h"

#include <string.h>

TsBuilder
ts_builder (void)
{
  return (TsBuilder) { .ts = g_byte_array_new () };
}

void
ts_builder_clear (TsBuilder *self)
{
  g_byte_array_unref (self->ts);
}

static void
put (GByteArray *out, guint64 value, guint n)
{
  while (n-- > 0)
    g_byte_array_append (out, &(guint8) { value >> (8 * n) & 0xff }, 1);
}

/* Bit by bit, as ISO/IEC 13818-1 Annex A draws it. */
static guint32
crc (const GByteArray *section)
{
  guint32 value = 0xffffffff;

  for (guint i = 0; i < section->len * 8; i++) {
    guint bit = section->data[i / 8] >> (7 - i % 8) & 1;

    value = (value << 1) ^ ((value >> 31 ^ bit) ? 0x04c11db7 : 0);
  }
  return value;
}

static void
put_section (TsBuilder *self, guint16 pid, GByteArray *section)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  gsize n = section->len + 4 - 3;

  section->data[1] = 0xb0 | n >> 8;
  section->data[2] = n & 0xff;
  put (section, crc (section), 4);
  put (payload, 0, 1);
  g_byte_array_append (payload, section->data, section->len);
  while (payload->len % 184 != 0)
    put (payload, 0xff, 1);
  for (gsize at = 0; at < payload->len; at += 184)
    ts_builder_packet (self, pid, at == 0, NULL, 0, payload->data + at, 184);
}

void
ts_builder_pat (TsBuilder *self, guint16 program, guint16 pmt_pid)
{
  g_autoptr (GByteArray) section = g_byte_array_new ();

  put (section, 0x00b000, 3);
  put (section, 0x0001c10000, 5);
  put (section, program, 2);
  put (section, 0xe000 | pmt_pid, 2);
  put_section (self, 0, section);
}

void
ts_builder_pmt (TsBuilder *self, guint16 pmt_pid, guint16 program, guint16 pcr_pid, guint version,
    const TsBuilderStream *streams, guint n_streams)
{
  static const guint8 hdcp[] = { 0x05, 5, 'H', 'D', 'C', 'P', 0x20 };
  g_autoptr (GByteArray) section = g_byte_array_new ();

  put (section, 0x02b000, 3);
  put (section, program, 2);
  put (section, 0xc1 | version << 1, 1);
  put (section, 0, 2);
  put (section, 0xe000 | pcr_pid, 2);
  put (section, 0xf000 | (self->hdcp ? sizeof hdcp : 0), 2);
  if (self->hdcp)
    g_byte_array_append (section, hdcp, sizeof hdcp);
  for (guint i = 0; i < n_streams; i++) {
    put (section, streams[i].type, 1);
    put (section, 0xe000 | streams[i].pid, 2);
    put (section, 0xf000 | streams[i].n_descriptors, 2);
    g_byte_array_append (section, streams[i].descriptors, streams[i].n_descriptors);
  }
  put_section (self, pmt_pid, section);
}

gsize
ts_builder_packet (TsBuilder *self, guint16 pid, gboolean starts, const guint8 *adaptation,
    gsize n_adaptation, const guint8 *payload, gsize n_payload)
{
  gsize field = adaptation != NULL ? 1 + n_adaptation : 0;
  gsize n = MIN (n_payload, 184 - field);
  gsize begin = self->ts->len;

  field = 184 - n;
  put (self->ts, 0x47, 1);
  put (self->ts, (starts ? 0x4000 : 0) | pid, 2);
  put (self->ts, (field > 0 ? 0x20 : 0) | (n > 0 ? 0x10 : 0) | self->counters[pid], 1);
  if (n > 0)
    self->counters[pid] = (self->counters[pid] + 1) & 15;
  if (field > 0)
    put (self->ts, field - 1, 1);
  if (adaptation != NULL)
    g_byte_array_append (self->ts, adaptation, n_adaptation);
  else if (field > 1)
    put (self->ts, 0x00, 1);
  while (self->ts->len < begin + 188 - n)
    put (self->ts, 0xff, 1);
  g_byte_array_append (self->ts, payload, n);
  return n;
}

void
ts_builder_pcr (TsBuilder *self, guint16 pid, guint64 base, guint8 flags)
{
  g_autoptr (GByteArray) field = g_byte_array_new ();

  put (field, 0x10 | flags, 1);
  put (field, base >> 1, 4);
  put (field, (base & 1) << 15 | 0x7e00, 2);
  ts_builder_packet (self, pid, FALSE, field->data, field->len, NULL, 0);
}

GByteArray *
ts_builder_pes_header (guint8 stream_id, guint64 pts, guint length)
{
  GByteArray *out = g_byte_array_new ();

  put (out, 0x000001, 3);
  put (out, stream_id, 1);
  put (out, length, 2);
  put (out, 0x80, 1);
  if (pts == TS_NO_PTS) {
    put (out, 0x0000, 2);
  } else {
    put (out, 0x8005, 2);
    put (out, 0x21 | (pts >> 30 & 7) << 1, 1);
    put (out, (pts >> 15 & 0x7fff) << 1 | 1, 2);
    put (out, (pts & 0x7fff) << 1 | 1, 2);
  }
  return out;
}

void
ts_builder_pes (TsBuilder *self, guint16 pid, guint8 stream_id, guint64 pts, gint length,
    const guint8 *data, gsize n)
{
  guint bounded = n + 3 + (pts == TS_NO_PTS ? 0 : 5);
  g_autoptr (GByteArray) pes =
      ts_builder_pes_header (stream_id, pts, length == TS_BOUNDED ? bounded : (guint) length);
  gsize at = 0;

  g_byte_array_append (pes, data, n);
  while (at < pes->len)
    at += ts_builder_packet (self, pid, at == 0, NULL, 0, pes->data + at, pes->len - at);
}

GBytes *
ts_builder_take_rtp (TsBuilder *self, guint16 sequence, guint32 ssrc, guint max)
{
  gsize n = MIN (self->ts->len, max * 188);
  GByteArray *out;

  if (n == 0)
    return NULL;
  out = g_byte_array_new ();
  put (out, 0x8021, 2);
  put (out, sequence, 2);
  put (out, 0, 4);
  put (out, ssrc, 4);
  g_byte_array_append (out, self->ts->data, n);
  g_byte_array_remove_range (self->ts, 0, n);
  return g_byte_array_free_to_bytes (out);
}
