/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stream-writer.h"

#include <string.h>

#define PACKET_BYTES 188
#define PID_PMT 0x100
#define PID_VIDEO 0x1011
#define PID_AUDIO 0x1100
#define PID_NULL 0x1fff
#define PCR_LEAD (100 * GST_MSECOND)
#define LPCM_BYTES (480 * 2 * 2)

enum
{
  COUNTER_TABLES,
  COUNTER_VIDEO,
  COUNTER_AUDIO,
};

static const guint8 idr[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0xf0, 0x00, 0x00, 0x00, 0x01, 0x67,
  0x42, 0xd0, 0x0b, 0x8c, 0x8d, 0x42, 0x12, 0x40, 0x3c, 0x22, 0x11, 0xa8, 0x00, 0x00, 0x00, 0x01,
  0x68, 0xce, 0x3c, 0x80, 0x00, 0x00, 0x00, 0x01, 0x65, 0xb8, 0x00, 0x04, 0x00, 0x00, 0x09, 0xff,
  0xff, 0xf8, 0x7a, 0x28, 0x00, 0x08, 0x27, 0xf9, 0x39, 0x39, 0x3a, 0xeb, 0xae, 0xba, 0xeb, 0xae,
  0xba, 0x92, 0xba, 0xeb, 0xc0 };
static const guint8 second[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0xf0, 0x00, 0x00, 0x00, 0x01, 0x61,
  0xe0, 0x00, 0x40, 0x00, 0xbe, 0x40, 0x9e, 0x11, 0x80 };
static const guint8 third[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0xf0, 0x00, 0x00, 0x00, 0x01, 0x61,
  0xe0, 0x00, 0x80, 0x01, 0x3e, 0x40, 0xfe, 0x11, 0x80 };
static const guint8 silence[] = { 0xff, 0xf1, 0x4e, 0xb0, 0x01, 0xbf, 0xfc, 0x21, 0x10, 0x04, 0x60,
  0x8c, 0x1c };

GBytes *
stream_get_picture (guint number)
{
  switch (number) {
    case 0:
      return g_bytes_new_static (idr, sizeof idr);
    case 1:
      return g_bytes_new_static (second, sizeof second);
    default:
      return g_bytes_new_static (third, sizeof third);
  }
}

GBytes *
stream_get_silence (void)
{
  return g_bytes_new_static (silence, sizeof silence);
}

/* The CRC of ISO/IEC 13818-1 annex A. */
static guint32
compute_crc (const guint8 *data, gsize size)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < size; i++) {
    crc ^= (guint32) data[i] << 24;
    for (guint bit = 0; bit < 8; bit++)
      crc = (crc & 0x80000000) != 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc;
}

static void
write_header (guint8 *packet, guint pid, gboolean start, guint8 control, guint8 counter)
{
  packet[0] = 0x47;
  packet[1] = (start ? 0x40 : 0) | (pid >> 8);
  packet[2] = pid & 0xff;
  packet[3] = control | (counter & 0x0f);
}

static void
append_section (GByteArray *out, guint pid, guint8 counter, guint8 *section, gsize size)
{
  guint8 packet[PACKET_BYTES];
  guint32 crc = compute_crc (section, size);

  memset (packet, 0xff, sizeof packet);
  write_header (packet, pid, TRUE, 0x10, counter);
  packet[4] = 0; /* pointer */
  memcpy (packet + 5, section, size);
  GST_WRITE_UINT32_BE (packet + 5 + size, crc);
  g_byte_array_append (out, packet, sizeof packet);
}

static guint
get_pid (const StreamWriter *self, guint pid)
{
  return pid + 8 * self->layout;
}

static guint8
get_version (const StreamWriter *self)
{
  return 0xc1 | self->layout << 1;
}

static void
append_pat (StreamWriter *self, GByteArray *out)
{
  guint pmt = get_pid (self, PID_PMT);
  guint8 pat[] = { 0x00, 0xb0, 13, 0x00, 0x01, get_version (self), 0x00, 0x00, 0x00, 0x01,
    0xe0 | pmt >> 8, pmt & 0xff };

  append_section (out, 0, self->counters[COUNTER_TABLES], pat, sizeof pat);
}

static void
append_pmt (StreamWriter *self, GByteArray *out)
{
  guint video = get_pid (self, PID_VIDEO), audio = get_pid (self, PID_AUDIO);
  guint8 pmt[] = { 0x02, 0xb0, self->audio ? 23 : 18, 0x00, 0x01, get_version (self), 0x00, 0x00,
    0xe0 | video >> 8, video & 0xff, 0xf0, 0x00,                             /* PCR */
    0x1b, 0xe0 | video >> 8, video & 0xff, 0xf0, 0x00,                       /* H.264 */
    self->lpcm ? 0x83 : 0x0f, 0xe0 | audio >> 8, audio & 0xff, 0xf0, 0x00 }; /* AAC */

  append_section (out, get_pid (self, PID_PMT), self->counters[COUNTER_TABLES], pmt,
      self->audio ? sizeof pmt : sizeof pmt - 5);
}

static GstBuffer *
finish (GByteArray *packets, GstClockTime pts)
{
  gsize size = packets->len;
  GstBuffer *buffer = gst_buffer_new_wrapped (g_byte_array_free (packets, FALSE), size);

  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

GstBuffer *
stream_write_tables (StreamWriter *self)
{
  GByteArray *out = g_byte_array_new ();

  append_pat (self, out);
  append_pmt (self, out);
  self->counters[COUNTER_TABLES]++;
  return finish (out, GST_CLOCK_TIME_NONE);
}

static guint64
to_90khz (GstClockTime time)
{
  return gst_util_uint64_scale (time, 90000, GST_SECOND);
}

static void
write_pts (guint8 *to, guint64 pts)
{
  to[0] = 0x21 | ((pts >> 29) & 0x0e);
  to[1] = (pts >> 22) & 0xff;
  to[2] = 0x01 | ((pts >> 14) & 0xfe);
  to[3] = (pts >> 7) & 0xff;
  to[4] = 0x01 | ((pts << 1) & 0xfe);
}

static GByteArray *
wrap_pes (guint8 stream_id, const guint8 *data, gsize size, GstClockTime pts)
{
  guint8 header[14] = { 0x00, 0x00, 0x01, stream_id, 0, 0, 0x80, 0x80, 5 };
  GByteArray *pes = g_byte_array_new ();

  GST_WRITE_UINT16_BE (header + 4, 8 + size);
  write_pts (header + 9, to_90khz (pts));
  g_byte_array_append (pes, header, sizeof header);
  g_byte_array_append (pes, data, size);
  return pes;
}

/* Adaptation field with a PCR, or @stuffing bytes of it. */
static gsize
write_adaptation (guint8 *packet, gsize bytes, const guint64 *pcr)
{
  memset (packet + 4, 0xff, bytes);
  packet[4] = bytes - 1;
  if (bytes > 1)
    packet[5] = pcr != NULL ? 0x10 : 0x00;
  if (pcr != NULL) {
    GST_WRITE_UINT32_BE (packet + 6, *pcr >> 1);
    packet[10] = ((*pcr & 1) << 7) | 0x7e;
    packet[11] = 0;
  }
  return bytes;
}

static void
append_pes (GByteArray *out, guint pid, guint8 *counter, GByteArray *pes, const guint64 *pcr)
{
  gsize at = 0;

  while (at < pes->len) {
    guint8 packet[PACKET_BYTES];
    gsize room = PACKET_BYTES - 4 - (pcr != NULL ? 8 : 0);
    gsize n = MIN (room, pes->len - at);
    gsize adaptation = PACKET_BYTES - 4 - n;

    write_header (packet, pid, at == 0, adaptation > 0 ? 0x30 : 0x10, (*counter)++);
    if (adaptation > 0)
      write_adaptation (packet, adaptation, pcr);
    memcpy (packet + 4 + adaptation, pes->data + at, n);
    g_byte_array_append (out, packet, sizeof packet);
    at += n;
    pcr = NULL;
  }
  g_byte_array_unref (pes);
}

GstBuffer *
stream_write_video (StreamWriter *self, const guint8 *data, gsize size, GstClockTime pts,
    gboolean pcr)
{
  GByteArray *out = g_byte_array_new ();
  guint64 clock = to_90khz (pts - PCR_LEAD);

  append_pes (out, get_pid (self, PID_VIDEO), &self->counters[COUNTER_VIDEO],
      wrap_pes (0xe0, data, size, pts), pcr ? &clock : NULL);
  return finish (out, pts);
}

GBytes *
stream_get_samples (void)
{
  guint8 *samples = g_malloc (LPCM_BYTES);

  for (guint i = 0; i < LPCM_BYTES; i++)
    samples[i] = i * 7;
  return g_bytes_new_take (samples, LPCM_BYTES);
}

/* Six times 80 samples, 16 bit, 48 kHz, stereo (WFD 2.1 §B.2). */
static GByteArray *
wrap_samples (GstClockTime pts)
{
  g_autoptr (GBytes) samples = stream_get_samples ();
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  static const guint8 header[] = { 0xa0, 0x06, 0x00, 0x11 };

  g_byte_array_append (payload, header, sizeof header);
  g_byte_array_append (payload, g_bytes_get_data (samples, NULL), LPCM_BYTES);
  return wrap_pes (0xbd, payload->data, payload->len, pts);
}

GstBuffer *
stream_write_audio (StreamWriter *self, GstClockTime pts)
{
  GByteArray *out = g_byte_array_new ();
  GByteArray *pes = self->lpcm ? wrap_samples (pts) : wrap_pes (0xc0, silence, sizeof silence, pts);

  append_pes (out, get_pid (self, PID_AUDIO), &self->counters[COUNTER_AUDIO], pes, NULL);
  return finish (out, pts);
}

GstBuffer *
stream_write_picture (StreamWriter *self, guint number, GstClockTime pts)
{
  g_autoptr (GBytes) picture = stream_get_picture (number);
  gsize size;
  const guint8 *data = g_bytes_get_data (picture, &size);
  GstBuffer *video = stream_write_video (self, data, size, pts, TRUE);

  if (number == 0) {
    video = gst_buffer_append (stream_write_tables (self), video);
    GST_BUFFER_PTS (video) = pts;
  }
  return video;
}

GstBuffer *
stream_write_numbered (guint first, guint n)
{
  GByteArray *out = g_byte_array_new ();

  for (guint i = 0; i < n; i++) {
    guint8 packet[PACKET_BYTES];

    memset (packet, 0xff, sizeof packet);
    write_header (packet, PID_NULL, FALSE, 0x10, 0);
    GST_WRITE_UINT32_BE (packet + 4, first + i);
    g_byte_array_append (out, packet, sizeof packet);
  }
  return finish (out, GST_CLOCK_TIME_NONE);
}

guint
stream_read_number (const guint8 *packet)
{
  return GST_READ_UINT32_BE (packet + 4);
}
