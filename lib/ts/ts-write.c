/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-write.h"

#include <wfd/wfd-error.h>

#include "ts-audio.h"
#include "ts-nal.h"
#include "ts-pes.h"
#include "ts-psi.h"
#include "ts-rtp.h"

#define NS_PER_MS G_GINT64_CONSTANT (1000000)

/* AOSP's; sinks made from it look at nothing else. */
#define FIRST_VERSION 1

/* Adaptation field (ISO/IEC 13818-1 §2.4.3.5). */
#define FLAG_DISCONTINUITY 0x80
#define FLAG_RANDOM_ACCESS 0x40
#define FLAG_PCR 0x10

/* What is sent beside the units. A unit carries it along once it is as old as
 * said here, so that a tick, which is a packet of its own, is needed only when
 * no unit comes. The standard wants the tables at least each 100 ms, the clock
 * too (WFD 2.1 Appendix D.4.2); MPEG-2 decoders want the clock each 40 ms. The
 * ticks leave 5 and 10 ms to the timer that calls them. */
static const struct
{
  gint64 with_video_ns;
  gint64 with_audio_ns;
  gint64 tick_ns;
} intervals[] = {
  { 60 * NS_PER_MS, 80 * NS_PER_MS, 90 * NS_PER_MS },
  { 18 * NS_PER_MS, 28 * NS_PER_MS, 35 * NS_PER_MS },
};

enum
{
  TABLES,
  CLOCK,
  N_EXTRAS,
};

/* What the next packets are, in this order. */
enum
{
  DUE_PAT = 1 << 0,
  DUE_PMT = 1 << 1,
  DUE_PCR = 1 << 2,
  DUE_UNIT = 1 << 3
};

#define DUE_TABLES (DUE_PAT | DUE_PMT)

static const guint due_of_extra[N_EXTRAS] = { DUE_TABLES, DUE_PCR };

typedef struct
{
  WfdTsPmtStream pmt;
  guint8 continuity;
  gboolean jumped;        /* not told yet */
  GByteArray *parameters; /* parameter sets as they came last */
} Output;

struct _WfdTsWriter
{
  WfdTsWriterConfig config;
  Output outputs[WFD_TS_WRITER_STREAMS];

  guint version;
  gboolean version_sent;
  guint8 pat[WFD_TS_PACKET_BYTES];
  guint8 pmt[WFD_TS_PACKET_BYTES];
  guint8 pat_counter; /* continuity of each */
  guint8 pmt_counter;
  gint64 sent_ns[N_EXTRAS];  /* WFD_TS_NO_TIME: never */
  gboolean clock_jumped;     /* not told yet, in the PCR */
  gboolean timestamp_jumped; /* neither in RTP */

  /* What is being sent. */
  guint due;
  Output *output;
  guint8 unit_flags;   /* of the adaptation field of its first packet */
  gboolean unit_begun; /* that one was written */
  GByteArray *head;    /* PES header and what we put in front of the unit */
  WfdBytes head_left;
  WfdBytes unit_left;
  guint64 clock; /* 27 MHz */

  guint16 sequence;
  guint32 n_packets;
  guint32 n_bytes;
};

/* --- configuration --- */

/* The standard has 44.1 and 48 kHz for all, and 2 to 8 channels; H.264 and H.265
 * say the rest themselves. */
static gboolean
is_sendable (const WfdTsFormat *format)
{
  switch (format->codec) {
    case WFD_TS_CODEC_H264:
    case WFD_TS_CODEC_H265:
      return format->width <= 0x3fff && format->height <= 0x3fff && format->frame_rate_code <= 8;
    case WFD_TS_CODEC_LPCM:
      return (format->rate_hz == 44100 || format->rate_hz == 48000) && format->channels >= 2
          && format->channels <= 8;
    case WFD_TS_CODEC_AAC:
      return (format->rate_hz == 44100 || format->rate_hz == 48000) && format->channels >= 1
          && format->channels <= 8 && format->channels != 7;
    case WFD_TS_CODEC_AC3:
      return (format->rate_hz == 44100 || format->rate_hz == 48000) && format->channels >= 1
          && format->channels <= 6;
    case WFD_TS_CODEC_NONE:
    case WFD_TS_CODEC_EAC3:
      break;
  }
  return FALSE;
}

static gboolean
check_format (const WfdTsFormat *format, GError **error)
{
  if ((guint) format->codec < WFD_TS_N_CODECS && is_sendable (format))
    return TRUE;

  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "No stream of codec %d with %u Hz and %u channels can be sent", format->codec,
      format->rate_hz, format->channels);
  return FALSE;
}

static gboolean
check_config (const WfdTsWriterConfig *config, GError **error)
{
  if (config->n_streams == 0 || config->n_streams > WFD_TS_WRITER_STREAMS) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT, "%u streams cannot be sent",
        config->n_streams);
    return FALSE;
  }
  for (guint i = 0; i < config->n_streams; i++) {
    if (!check_format (&config->formats[i], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
write_pmt (WfdTsWriter *self, GError **error)
{
  WfdTsPmtStream streams[WFD_TS_WRITER_STREAMS];

  for (guint i = 0; i < self->config.n_streams; i++)
    streams[i] = self->outputs[i].pmt;
  if (!wfd_ts_psi_write_pmt (self->version, streams, self->config.n_streams, self->pmt)) {
    g_set_error_literal (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "The streams do not fit into one table");
    return FALSE;
  }
  return TRUE;
}

WfdTsWriter *
wfd_ts_writer_new (const WfdTsWriterConfig *config, GError **error)
{
  g_autoptr (WfdTsWriter) self = NULL;
  guint16 pids[] = { WFD_TS_PID_AUDIO, WFD_TS_PID_VIDEO };

  if (!check_config (config, error))
    return NULL;

  self = g_new0 (WfdTsWriter, 1);
  self->config = *config;
  for (guint i = 0; i < config->n_streams; i++) {
    Output *output = &self->outputs[i];

    output->pmt.format = config->formats[i];
    output->pmt.pid = pids[wfd_ts_codec_get_info (config->formats[i].codec)->is_video]++;
    output->parameters = g_byte_array_new ();
  }
  self->head = g_byte_array_new ();
  self->sequence = config->sequence;
  self->version = FIRST_VERSION;
  for (guint i = 0; i < N_EXTRAS; i++)
    self->sent_ns[i] = WFD_TS_NO_TIME;

  wfd_ts_psi_write_pat (FIRST_VERSION, self->pat);
  if (!write_pmt (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

void
wfd_ts_writer_free (WfdTsWriter *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->config.n_streams; i++)
    g_byte_array_unref (self->outputs[i].parameters);
  g_byte_array_unref (self->head);
  g_free (self);
}

/* The next PMT is another one, if one went out at all. */
static void
renew_pmt (WfdTsWriter *self)
{
  if (self->version_sent) {
    self->version = (self->version + 1) % 32;
    self->version_sent = FALSE;
  }
  self->sent_ns[TABLES] = WFD_TS_NO_TIME;
  /* It fitted before, and descriptors have one size for each codec. */
  write_pmt (self, NULL);
}

gboolean
wfd_ts_writer_set_format (WfdTsWriter *self, guint stream, const WfdTsFormat *format,
    GError **error)
{
  WfdTsFormat *now;

  g_return_val_if_fail (stream < self->config.n_streams, FALSE);

  now = &self->outputs[stream].pmt.format;
  if (!check_format (format, error))
    return FALSE;
  if (wfd_ts_codec_get_info (format->codec)->is_video
      != wfd_ts_codec_get_info (now->codec)->is_video) {
    g_set_error_literal (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "A stream stays video or audio");
    return FALSE;
  }

  *now = *format;
  self->outputs[stream].jumped = TRUE;
  g_byte_array_set_size (self->outputs[stream].parameters, 0);
  renew_pmt (self);
  return TRUE;
}

void
wfd_ts_writer_restart (WfdTsWriter *self)
{
  for (guint i = 0; i < self->config.n_streams; i++)
    self->outputs[i].jumped = TRUE;
  for (guint i = 0; i < N_EXTRAS; i++)
    self->sent_ns[i] = WFD_TS_NO_TIME;
  self->clock_jumped = TRUE;
  self->timestamp_jumped = TRUE;
}

/* --- what is put in front of a unit --- */

static const guint8 h264_aud[] = { 0x00, 0x00, 0x00, 0x01, 0x09, 0xf0 };
static const guint8 h265_aud[] = { 0x00, 0x00, 0x00, 0x01, 0x46, 0x01, 0x50 };

/* What the tables said already stays as long as it is true: a descriptor names
 * what a decoder must be able to do, and some start anew with each version. */
static gboolean
is_told (WfdTsWriter *self, const WfdTsFormat *format, const guint8 *profile)
{
  if (self->version_sent && format->codec == WFD_TS_CODEC_H264)
    return profile[0] <= format->profile[0] && profile[2] <= format->profile[2];
  return memcmp (profile, format->profile, sizeof (format->profile)) == 0;
}

/* The tables are to tell what the stream really is. */
static void
look_at_parameters (WfdTsWriter *self, Output *output, const WfdTsUnitHead *head)
{
  WfdTsFormat *format = &output->pmt.format;
  guint8 profile[sizeof (format->profile)] = { 0 };

  if (!(head->flags & WFD_TS_NAL_SPS))
    return;

  g_byte_array_set_size (output->parameters, 0);
  g_byte_array_append (output->parameters, head->parameters.pos, head->parameters.left);
  if (wfd_ts_nal_read_profile (format->codec, head->sps, profile)
      && !is_told (self, format, profile)) {
    memcpy (format->profile, profile, sizeof (profile));
    renew_pmt (self);
  }
}

static gboolean
begin_video (WfdTsWriter *self, Output *output, WfdBytes *unit)
{
  WfdTsUnitHead head;
  WfdBytes aud;

  wfd_ts_nal_read_head (output->pmt.format.codec, *unit, &head);
  if (!(head.flags & WFD_TS_NAL_SLICE))
    return FALSE;

  look_at_parameters (self, output, &head);
  if (head.aud_bytes > 0)
    wfd_bytes_take (unit, head.aud_bytes, &aud);
  else if (output->pmt.format.codec == WFD_TS_CODEC_H265)
    aud = wfd_bytes (h265_aud, sizeof (h265_aud));
  else
    aud = wfd_bytes (h264_aud, sizeof (h264_aud));
  g_byte_array_append (self->head, aud.pos, aud.left);

  if (head.flags & WFD_TS_NAL_KEY) {
    if (!(head.flags & WFD_TS_NAL_SPS))
      g_byte_array_append (self->head, output->parameters->data, output->parameters->len);
    self->unit_flags |= FLAG_RANDOM_ACCESS;
    self->due |= DUE_TABLES;
  }
  return TRUE;
}

static gboolean
begin_lpcm (WfdTsWriter *self, Output *output, WfdBytes *unit)
{
  const WfdTsFormat *format = &output->pmt.format;
  guint8 header[WFD_TS_LPCM_HEADER_BYTES];

  if (unit->left != 2 * format->channels * WFD_TS_LPCM_UNIT_SAMPLES * WFD_TS_LPCM_PES_UNITS)
    return FALSE;

  wfd_ts_audio_write_lpcm (format->rate_hz, format->channels, header);
  g_byte_array_append (self->head, header, sizeof (header));
  return TRUE;
}

static gboolean
begin_aac (WfdTsWriter *self, Output *output, WfdBytes *unit)
{
  const WfdTsFormat *format = &output->pmt.format;
  guint8 header[WFD_TS_ADTS_HEADER_BYTES];
  WfdTsFrame frame;

  if (wfd_ts_audio_read_adts (*unit, &frame) && frame.bytes == unit->left)
    return TRUE;
  if (!wfd_ts_audio_write_adts (format->rate_hz, format->channels, unit->left, header))
    return FALSE;

  g_byte_array_append (self->head, header, sizeof (header));
  return TRUE;
}

static gboolean
begin_ac3 (WfdTsWriter *self, Output *output, WfdBytes *unit)
{
  WfdTsFrame frame;

  return wfd_ts_audio_read_ac3 (*unit, &frame) && frame.codec == WFD_TS_CODEC_AC3
      && frame.bytes == unit->left;
}

static gboolean (*const begin_codec[WFD_TS_N_CODECS]) (WfdTsWriter *self, Output *output,
    WfdBytes *unit) = {
  [WFD_TS_CODEC_H264] = begin_video,
  [WFD_TS_CODEC_H265] = begin_video,
  [WFD_TS_CODEC_LPCM] = begin_lpcm,
  [WFD_TS_CODEC_AAC] = begin_aac,
  [WFD_TS_CODEC_AC3] = begin_ac3,
};

/* --- time --- */

static guint64
to_clock (gint64 ns)
{
  return (guint64) ns * 27 / 1000;
}

/* Rounded, so that 60 pictures a second lie 1500 ticks apart. */
static gint64
to_pts (gint64 ns)
{
  return (ns * 9 + 50000) / 100000;
}

static void
set_time (WfdTsWriter *self, gint64 now_ns)
{
  self->clock = to_clock (now_ns);
  for (guint i = 0; i < N_EXTRAS; i++) {
    if (self->due & due_of_extra[i])
      self->sent_ns[i] = now_ns;
  }
}

/* What has become as old as @field of the table says. */
#define IS_OLD(self, i, now_ns, field) \
  ((self)->sent_ns[i] == WFD_TS_NO_TIME || (now_ns) - (self)->sent_ns[i] >= intervals[i].field)

gboolean
wfd_ts_writer_begin_unit (WfdTsWriter *self, guint stream, WfdBytes unit, gint64 pts_ns,
    gint64 now_ns)
{
  guint8 header[WFD_TS_PES_WRITTEN_BYTES];
  gsize header_bytes;
  gboolean is_video;
  Output *output;

  g_return_val_if_fail (stream < self->config.n_streams, FALSE);

  output = &self->outputs[stream];
  if (wfd_ts_writer_is_pending (self) || unit.left == 0)
    return FALSE;

  g_byte_array_set_size (self->head, sizeof (header));
  self->unit_flags = output->jumped ? FLAG_DISCONTINUITY : 0;
  if (!begin_codec[output->pmt.format.codec](self, output, &unit)) {
    self->due = 0;
    return FALSE;
  }

  /* The length is known only now, so the header goes to the end of the room that
   * was left for it. */
  header_bytes = wfd_ts_pes_write_header (output->pmt.format.codec, to_pts (pts_ns),
      self->head->len - sizeof (header) + unit.left, header);
  self->head_left = wfd_bytes (self->head->data, self->head->len);
  wfd_bytes_skip (&self->head_left, sizeof (header) - header_bytes);
  memcpy (self->head->data + sizeof (header) - header_bytes, header, header_bytes);

  is_video = wfd_ts_codec_get_info (output->pmt.format.codec)->is_video;
  for (guint i = 0; i < N_EXTRAS; i++) {
    if (is_video ? IS_OLD (self, i, now_ns, with_video_ns)
                 : IS_OLD (self, i, now_ns, with_audio_ns))
      self->due |= due_of_extra[i];
  }
  self->due |= DUE_UNIT;
  self->output = output;
  self->unit_left = unit;
  self->unit_begun = FALSE;
  set_time (self, now_ns);
  return TRUE;
}

gint64
wfd_ts_writer_get_deadline (WfdTsWriter *self)
{
  gint64 deadline_ns = G_MAXINT64;

  for (guint i = 0; i < N_EXTRAS; i++) {
    if (self->sent_ns[i] == WFD_TS_NO_TIME)
      return WFD_TS_NO_TIME;
    deadline_ns = MIN (deadline_ns, self->sent_ns[i] + intervals[i].tick_ns);
  }
  return deadline_ns;
}

gboolean
wfd_ts_writer_begin_tick (WfdTsWriter *self, gint64 now_ns)
{
  if (wfd_ts_writer_is_pending (self))
    return FALSE;

  for (guint i = 0; i < N_EXTRAS; i++) {
    if (IS_OLD (self, i, now_ns, tick_ns))
      self->due |= due_of_extra[i];
  }
  if (self->due == 0)
    return FALSE;

  set_time (self, now_ns);
  return TRUE;
}

/* --- packets --- */

static void
write_table (const guint8 *table, guint8 *counter, guint8 *out)
{
  memcpy (out, table, WFD_TS_PACKET_BYTES);
  out[3] |= *counter;
  *counter = (*counter + 1) & 15;
}

/* Only an adaptation field, so the continuity counter stands still. */
static void
write_pcr (WfdTsWriter *self, guint8 *out)
{
  guint64 base = self->clock / 300;
  guint32 extension = self->clock % 300;
  const guint8 packet[] = { WFD_TS_SYNC_BYTE, 0x40 | WFD_TS_PID_PCR >> 8, WFD_TS_PID_PCR & 0xff,
    0x20, WFD_TS_FULL_PAYLOAD_BYTES - 1, FLAG_PCR | (self->clock_jumped ? FLAG_DISCONTINUITY : 0),
    base >> 25 & 0xff, base >> 17 & 0xff, base >> 9 & 0xff, base >> 1 & 0xff,
    (base << 7 & 0x80) | 0x7e | extension >> 8, extension & 0xff };

  memcpy (out, packet, sizeof (packet));
  memset (out + sizeof (packet), 0xff, WFD_TS_PACKET_BYTES - sizeof (packet));
  self->clock_jumped = FALSE;
}

/* Moves @n bytes of header and unit to @out. */
static void
take_payload (WfdTsWriter *self, gsize n, guint8 *out)
{
  gsize from_head = MIN (n, self->head_left.left);

  if (from_head > 0) {
    memcpy (out, self->head_left.pos, from_head);
    wfd_bytes_skip (&self->head_left, from_head);
    out += from_head;
    n -= from_head;
  }
  memcpy (out, self->unit_left.pos, n);
  wfd_bytes_skip (&self->unit_left, n);
}

/* An adaptation field of @bytes, of which it fills with stuffing what @flags do
 * not need. */
static void
write_adaptation (guint8 flags, gsize bytes, guint8 *out)
{
  out[0] = bytes - 1;
  if (bytes > 1)
    out[1] = flags;
  if (bytes > 2)
    memset (out + 2, 0xff, bytes - 2);
}

static void
write_payload (WfdTsWriter *self, guint8 *out)
{
  Output *output = self->output;
  gsize left = self->head_left.left + self->unit_left.left;
  guint8 flags = self->unit_begun ? 0 : self->unit_flags;
  gsize n = MIN (left, flags != 0 ? WFD_TS_FULL_PAYLOAD_BYTES - 2 : WFD_TS_FULL_PAYLOAD_BYTES);
  gsize adaptation = WFD_TS_FULL_PAYLOAD_BYTES - n;

  out[0] = WFD_TS_SYNC_BYTE;
  out[1] = (self->unit_begun ? 0x00 : 0x40) | output->pmt.pid >> 8;
  out[2] = output->pmt.pid & 0xff;
  out[3] = (adaptation > 0 ? 0x30 : 0x10) | output->continuity;
  if (adaptation > 0)
    write_adaptation (flags, adaptation, out + WFD_TS_HEADER_BYTES);
  take_payload (self, n, out + WFD_TS_HEADER_BYTES + adaptation);

  output->continuity = (output->continuity + 1) & 15;
  output->jumped = FALSE;
  self->unit_begun = TRUE;
  if (n == left)
    self->due &= ~DUE_UNIT;
}

/* The next packet of what is due. */
static void
write_packet (WfdTsWriter *self, guint8 *out)
{
  if (G_LIKELY ((self->due & (DUE_TABLES | DUE_PCR)) == 0)) {
    write_payload (self, out);
  } else if (self->due & DUE_PAT) {
    write_table (self->pat, &self->pat_counter, out);
    self->due &= ~DUE_PAT;
  } else if (self->due & DUE_PMT) {
    write_table (self->pmt, &self->pmt_counter, out);
    self->version_sent = TRUE;
    self->due &= ~DUE_PMT;
  } else {
    write_pcr (self, out);
    self->due &= ~DUE_PCR;
  }
}

static gboolean
is_marked (WfdTsWriter *self)
{
  switch (self->config.marker) {
    case WFD_TS_MARKER_JUMP:
      return self->timestamp_jumped;
    case WFD_TS_MARKER_UNIT_END:
      return self->due == 0 && self->output != NULL;
  }
  return FALSE;
}

/* Writes an RTP packet; returns its bytes. */
static gsize
write_datagram (WfdTsWriter *self, guint8 *out)
{
  guint8 *end = out + WFD_TS_RTP_HEADER_BYTES;
  WfdTsRtpPacket packet = {
    .payload_type = WFD_TS_RTP_PAYLOAD_TYPE,
    .sequence = self->sequence++,
    .timestamp = (guint32) (self->clock / 300),
    .ssrc = self->config.ssrc,
  };

  for (guint i = 0; i < WFD_TS_RTP_MAX_TS_PACKETS && self->due != 0; i++) {
    write_packet (self, end);
    end += WFD_TS_PACKET_BYTES;
  }
  packet.marker = is_marked (self);
  wfd_ts_rtp_write_header (&packet, out);

  self->timestamp_jumped = FALSE;
  self->n_packets++;
  self->n_bytes += end - out - WFD_TS_RTP_HEADER_BYTES;
  return end - out;
}

gboolean
wfd_ts_writer_fill (WfdTsWriter *self, WfdTsBatch *batch)
{
  const gsize full = WFD_TS_RTP_HEADER_BYTES + WFD_TS_RTP_MAX_TS_PACKETS * WFD_TS_PACKET_BYTES;

  g_return_val_if_fail (batch->capacity >= full && batch->max_packets > 0, FALSE);

  batch->bytes = 0;
  batch->n_packets = 0;
  while (self->due != 0 && batch->n_packets < batch->max_packets
      && batch->capacity - batch->bytes >= full) {
    batch->bytes += write_datagram (self, batch->data + batch->bytes);
    batch->n_packets++;
  }
  batch->segment_bytes = batch->n_packets > 1 ? full : batch->bytes;
  if (self->due == 0)
    self->output = NULL;
  return batch->n_packets > 0;
}

gboolean
wfd_ts_writer_is_pending (WfdTsWriter *self)
{
  return self->due != 0;
}

gboolean
wfd_ts_writer_abandon (WfdTsWriter *self)
{
  gboolean was_begun = self->due & DUE_UNIT && self->unit_begun;

  if (was_begun) {
    self->output->continuity = (self->output->continuity + 1) & 15;
    self->sequence++;
  }
  /* The tables and the clock, if they did not go out, are due again. */
  for (guint i = 0; i < N_EXTRAS; i++) {
    if (self->due & due_of_extra[i])
      self->sent_ns[i] = WFD_TS_NO_TIME;
  }
  self->due = 0;
  self->output = NULL;
  return was_begun;
}

void
wfd_ts_writer_get_sender_info (WfdTsWriter *self, gint64 now_ns, guint64 ntp,
    WfdTsSenderInfo *ret_info)
{
  *ret_info = (WfdTsSenderInfo) {
    .ssrc = self->config.ssrc,
    .ntp = ntp,
    .timestamp = (guint32) (to_clock (now_ns) / 300),
    .n_packets = self->n_packets,
    .n_bytes = self->n_bytes,
  };
}
