/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole stream. The input is written so that most of it gets past the sync
 * bytes, the CRCs and the sequence numbers: records of an octet that tells what
 * comes, and that.
 *
 *   0 n…     a TS packet: PID from a list, flags, counter; then n octets of payload
 *   1        the packets so far go out as a datagram
 *   2 n      so many milliseconds pass
 *   3 n      the sequence number goes on by n, with sign
 *   4        the other sender
 *   5 n…     a section on a PID from the list, with its right CRC
 *   6 n…     a datagram as it stands
 *   7        nobody reads for a while, and then with another clock */
#include <base-limits.h>
#include <ts-psi.h>
#include <ts-receive.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define MS G_GINT64_CONSTANT (1000000)
#define MAX_TS_PACKETS 7

static const guint16 pids[] = { 0x0000, 0x0020, 0x0100, 0x1000, 0x1011, 0x1100, 0x1fff, 0x0041 };

typedef struct
{
  WfdTsReceiver *receiver;
  gint64 now_ns;
  guint16 sequence;
  guint32 ssrc;
  guint8 datagram[WFD_TS_RTP_HEADER_BYTES + MAX_TS_PACKETS * WFD_TS_PACKET_BYTES];
  guint n_packets;
  guint8 counters[G_N_ELEMENTS (pids)];
} Fuzz;

static void
drain (Fuzz *self)
{
  WfdTsUnit unit;

  while (wfd_ts_receiver_pop (self->receiver, &unit)) {
    g_assert_cmpuint (g_bytes_get_size (unit.data), >, 0);
    g_assert_cmpuint (g_bytes_get_size (unit.data), <=, WFD_LIMIT_TS_UNIT_BYTES);
    g_assert_true (unit.format.codec > WFD_TS_CODEC_NONE && unit.format.codec < WFD_TS_N_CODECS);
    g_assert_true (unit.is_video || unit.format.rate_hz > 0);
    g_assert_true ((unit.time_ns == WFD_TS_NO_TIME) == (unit.pts == WFD_TS_NO_TIME));
    g_assert_cmpint (unit.last_ns, <=, self->now_ns);
    wfd_ts_unit_clear (&unit);
  }
}

/* What is due is done, and then it is not due any more. */
static void
tick (Fuzz *self)
{
  while (wfd_ts_receiver_get_deadline (self->receiver) <= self->now_ns) {
    gint64 before_ns = wfd_ts_receiver_get_deadline (self->receiver);

    wfd_ts_receiver_tick (self->receiver, self->now_ns);
    drain (self);
    g_assert_cmpint (wfd_ts_receiver_get_deadline (self->receiver), >, before_ns);
  }
}

static void
push (Fuzz *self, WfdBytes datagram)
{
  g_autofree guint8 *block = g_memdup2 (datagram.pos, datagram.left);

  wfd_ts_receiver_push (self->receiver, wfd_bytes (block, datagram.left), self->now_ns);
  drain (self);
  tick (self);
}

static void
send (Fuzz *self, gboolean marker)
{
  WfdTsRtpPacket packet = {
    .marker = marker,
    .payload_type = 33,
    .sequence = self->sequence++,
    .ssrc = self->ssrc,
  };

  if (self->n_packets == 0)
    return;
  wfd_ts_rtp_write_header (&packet, self->datagram);
  push (self,
      wfd_bytes (self->datagram, WFD_TS_RTP_HEADER_BYTES + self->n_packets * WFD_TS_PACKET_BYTES));
  self->n_packets = 0;
}

/* The octets of the input come first, as an adaptation field and payload might
 * stand; what is missing is filled up. @how: PID, start and adaptation flags;
 * whether the counter goes on. */
static void
add_packet (Fuzz *self, guint8 how, WfdBytes octets)
{
  guint8 *packet;
  guint i = how & 7;

  if (self->n_packets == MAX_TS_PACKETS)
    send (self, FALSE);
  packet = self->datagram + WFD_TS_RTP_HEADER_BYTES + self->n_packets++ * WFD_TS_PACKET_BYTES;
  memset (packet, 0xff, WFD_TS_PACKET_BYTES);
  packet[0] = WFD_TS_SYNC_BYTE;
  packet[1] = (how & 0x08 ? 0x40 : 0) | pids[i] >> 8;
  packet[2] = pids[i] & 0xff;
  packet[3] = (how & 0x10 ? 0x20 : 0) | (how & 0x20 ? 0 : 0x10) | self->counters[i];
  if (how & 0x80)
    packet[3] ^= 5;
  if (!(how & 0x20))
    self->counters[i] = (self->counters[i] + 1) & 15;
  memcpy (packet + 4, octets.pos, MIN (octets.left, WFD_TS_FULL_PAYLOAD_BYTES));
}

static void
add_section (Fuzz *self, guint8 how, WfdBytes octets)
{
  guint8 payload[WFD_TS_FULL_PAYLOAD_BYTES];
  gsize n = MIN (octets.left, sizeof (payload) - 8);
  guint32 crc;

  memset (payload, 0xff, sizeof (payload));
  if (n < 3)
    return;
  payload[0] = 0;
  memcpy (payload + 1, octets.pos, n);
  payload[2] = 0xb0;
  payload[3] = n + 4 - 3;
  crc = GUINT32_TO_BE (wfd_ts_psi_crc (wfd_bytes (payload + 1, n)));
  memcpy (payload + 1 + n, &crc, 4);
  add_packet (self, (how & 7) | 0x08, wfd_bytes (payload, sizeof (payload)));
}

static void
restart (Fuzz *self, guint8 how)
{
  wfd_ts_receiver_restart (self->receiver);
  self->now_ns = how * 1000 * MS;
  g_assert_cmpint (wfd_ts_receiver_get_deadline (self->receiver), ==, G_MAXINT64);
}

static gboolean
take_record (Fuzz *self, WfdBytes *input)
{
  WfdBytes octets = { NULL, 0 };
  guint8 what, how, n = 0;

  if (!wfd_bytes_take_u8 (input, &what) || !wfd_bytes_take_u8 (input, &how))
    return FALSE;
  what %= 8;
  if ((what == 0 || what == 5 || what == 6)
      && (!wfd_bytes_take_u8 (input, &n) || !wfd_bytes_take (input, MIN (n, input->left), &octets)))
    return FALSE;

  if (what == 0)
    add_packet (self, how, octets);
  else if (what == 1)
    send (self, how & 1);
  else if (what == 3)
    self->sequence += (gint8) how;
  else if (what == 4)
    self->ssrc ^= how & 1;
  else if (what == 5)
    add_section (self, how, octets);
  else if (what == 6)
    push (self, octets);
  else if (what == 7)
    restart (self, how);
  self->now_ns += what == 2 ? how * MS : 0;
  tick (self);
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Fuzz self = { .receiver = wfd_ts_receiver_new (WFD_TS_GAP_NS), .now_ns = 1000 * MS };
  WfdBytes input = wfd_bytes (data, size);
  WfdTsReceiverStats stats;

  while (take_record (&self, &input))
    ;
  send (&self, FALSE);
  /* A still screen, or the end. */
  self.now_ns += size % 2 * 1000 * MS;
  tick (&self);
  wfd_ts_receiver_finish (self.receiver);
  g_assert_cmpint (wfd_ts_receiver_get_deadline (self.receiver), ==, G_MAXINT64);
  drain (&self);
  wfd_ts_receiver_get_program (self.receiver);
  wfd_ts_receiver_is_protected (self.receiver);
  wfd_ts_receiver_get_stats (self.receiver, &stats);
  wfd_ts_receiver_free (self.receiver);
  return 0;
}
