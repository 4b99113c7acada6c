/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-read.h"

#include "ts-stream.h"

#define N_PIDS 8192

/* 16 TS packets lost are not seen in a continuity counter, so so many lost RTP
 * packets are a loss of every stream. */
#define CERTAIN_LOSS_RTP_PACKETS 3

/* So many scrambled packets in a row are no bits that were hurt on their way. */
#define SCRAMBLED_PACKETS 8
/* So long, and without any picture: two datagrams that say so may be anybody's. */
#define PROTECTION_NS G_GINT64_CONSTANT (1000000000)

/* What a PID is for; one may be the clock as well. */
typedef enum
{
  SLOT_NONE,
  SLOT_PAT,
  SLOT_PMT,
  SLOT_CLOCK,
  SLOT_VIDEO,
  SLOT_AUDIO,
  N_SLOTS,
} SlotId;

typedef struct
{
  guint16 pid;
  gboolean is_clock;
  gboolean has_counter;
  guint8 counter;
  gboolean repeated; /* the last packet came twice, which it may once */
  gboolean lost;     /* for certain, whatever the counter says */
  gboolean doubtful; /* the counter may agree by chance */
} Slot;

struct _WfdTsReader
{
  guint8 slot_of_pid[N_PIDS]; /* SlotId */
  Slot slots[N_SLOTS];

  WfdTsSection pat;
  WfdTsSection pmt;
  guint16 program_number;
  gboolean has_program;
  WfdTsProgram program;
  guint32 pmt_crc;   /* of the PMT in force */
  guint n_scrambled; /* packets of streams, without a clear one between */

  gboolean seems_protected;
  gint64 protected_ns;          /* since when */
  guint64 protected_n_pictures; /* how many had come then */
  gboolean is_protected;        /* it lasted */
  gint64 now_ns;                /* of the packets that are read */

  WfdTsStream video;
  WfdTsStream audio;
  WfdTsUnitQueue queue;
  guint longest; /* TS packets in an RTP packet */

  WfdTsTimeline clock_base;
  gboolean has_clock; /* not taken yet */
  gboolean clock_jumped;
  gint64 clock; /* 27 MHz */
  gint64 clock_ns;

  WfdTsReaderStats stats;
};

static void
place (WfdTsReader *self, SlotId id, guint16 pid)
{
  Slot *slot = &self->slots[id];

  if (self->slot_of_pid[slot->pid] == id)
    self->slot_of_pid[slot->pid] = SLOT_NONE;
  *slot = (Slot) { .pid = pid };
  self->slot_of_pid[pid] = id;
}

WfdTsReader *
wfd_ts_reader_new (void)
{
  WfdTsReader *self = g_new0 (WfdTsReader, 1);

  place (self, SLOT_PAT, WFD_TS_PID_PAT);
  wfd_ts_stream_init (&self->video, WFD_TS_CODEC_NONE);
  wfd_ts_stream_init (&self->audio, WFD_TS_CODEC_NONE);
  return self;
}

void
wfd_ts_reader_free (WfdTsReader *self)
{
  if (self == NULL)
    return;

  wfd_ts_stream_clear (&self->video, &self->queue);
  wfd_ts_stream_clear (&self->audio, &self->queue);
  wfd_ts_unit_queue_clear (&self->queue);
  g_free (self);
}

/* --- protection --- */

static void
note_protection (WfdTsReader *self, gboolean seems_protected)
{
  gboolean is_new = !self->seems_protected || self->protected_n_pictures != self->queue.n_pictures;

  self->seems_protected = seems_protected;
  if (is_new) {
    self->protected_ns = self->now_ns;
    self->protected_n_pictures = self->queue.n_pictures;
  }
  self->is_protected = seems_protected && self->now_ns - self->protected_ns >= PROTECTION_NS;
}

static void
note_scrambling (WfdTsReader *self, gboolean is_scrambled)
{
  self->n_scrambled = is_scrambled ? MIN (self->n_scrambled + 1, SCRAMBLED_PACKETS) : 0;
  if (self->n_scrambled == SCRAMBLED_PACKETS)
    note_protection (self, TRUE);
}

/* --- program --- */

/* The first stream of a codec that we know, on a PID that is free. */
static const WfdTsElementary *
find_stream (WfdTsReader *self, gboolean is_video)
{
  for (guint i = 0; i < self->program.n_streams; i++) {
    const WfdTsElementary *stream = &self->program.streams[i];
    SlotId taken = self->slot_of_pid[stream->pid];

    if (stream->codec != WFD_TS_CODEC_NONE && taken != SLOT_PAT && taken != SLOT_PMT
        && (is_video || taken != SLOT_VIDEO) && stream->pid != WFD_TS_PID_NULL
        && wfd_ts_codec_get_info (stream->codec)->is_video == is_video)
      return stream;
  }
  return NULL;
}

/* A stream that stays goes on as it is. */
static void
follow_stream (WfdTsReader *self, SlotId id, WfdTsStream *stream)
{
  const WfdTsElementary *found = find_stream (self, id == SLOT_VIDEO);
  WfdTsCodec codec = found != NULL ? found->codec : WFD_TS_CODEC_NONE;

  if (codec == stream->codec && (found == NULL || found->pid == self->slots[id].pid))
    return;

  wfd_ts_stream_clear (stream, &self->queue);
  wfd_ts_stream_init (stream, codec);
  if (found != NULL)
    place (self, id, found->pid);
  else if (self->slot_of_pid[self->slots[id].pid] == id)
    self->slot_of_pid[self->slots[id].pid] = SLOT_NONE;
}

static void
follow_clock (WfdTsReader *self)
{
  guint16 pid = self->program.pcr_pid;

  for (guint i = 0; i < N_SLOTS; i++)
    self->slots[i].is_clock = FALSE;
  if (pid == WFD_TS_PID_NULL)
    return;
  if (self->slot_of_pid[pid] == SLOT_NONE)
    place (self, SLOT_CLOCK, pid);
  self->slots[self->slot_of_pid[pid]].is_clock = TRUE;
}

/* The table in force has come, again maybe. */
static void
note_table (WfdTsReader *self)
{
  note_protection (self, self->program.is_protected || self->n_scrambled == SCRAMBLED_PACKETS);
}

/* Tables come ten times a second; only another one is looked at. Its version
 * does not matter, as some sources change a table without it. */
static void
found_pmt (WfdBytes section, gpointer user_data)
{
  WfdTsReader *self = user_data;
  WfdBytes tail = section;
  WfdTsProgram program;
  guint32 crc;

  wfd_bytes_skip (&tail, section.left - 4);
  if (!wfd_bytes_take_u32 (&tail, &crc))
    return;
  if (self->has_program && crc == self->pmt_crc) {
    note_table (self);
    return;
  }
  if (!wfd_ts_psi_read_pmt (section, &program) || program.program != self->program_number)
    return;

  self->pmt_crc = crc;
  self->has_program = TRUE;
  self->program = program;
  note_table (self);
  follow_stream (self, SLOT_VIDEO, &self->video);
  follow_stream (self, SLOT_AUDIO, &self->audio);
  follow_clock (self);
}

static void
found_pat (WfdBytes section, gpointer user_data)
{
  WfdTsReader *self = user_data;
  guint16 program, pid;

  if (!wfd_ts_psi_read_pat (section, &program, &pid) || pid == WFD_TS_PID_PAT
      || pid == WFD_TS_PID_NULL)
    return;
  if (program == self->program_number && pid == self->slots[SLOT_PMT].pid)
    return;

  self->program_number = program;
  self->has_program = FALSE;
  wfd_ts_section_lose (&self->pmt);
  place (self, SLOT_PMT, pid);
}

static void
push_section (WfdTsReader *self, WfdTsSection *section, WfdTsSectionFound found, WfdBytes payload,
    gboolean starts, gboolean lost)
{
  if (lost)
    wfd_ts_section_lose (section);
  self->stats.n_bad_sections += wfd_ts_section_push (section, payload, starts, found, self);
}

/* --- packets --- */

/* What the adaptation field says. */
typedef struct
{
  gboolean jumped; /* discontinuity_indicator */
  gboolean has_clock;
  guint64 clock_base;    /* 90 kHz, 33 bits */
  guint clock_extension; /* 27 MHz */
  gboolean is_stuffed;   /* longer than its flags need */
} Adaptation;

static void
read_clock (WfdBytes field, Adaptation *adaptation)
{
  const guint8 *octets = field.pos;

  adaptation->has_clock = TRUE;
  adaptation->clock_base = (guint64) octets[0] << 25 | (guint64) octets[1] << 17
      | (guint64) octets[2] << 9 | (guint64) octets[3] << 1 | octets[4] >> 7;
  adaptation->clock_extension = (octets[4] & 1u) << 8 | octets[5];
}

/* ISO/IEC 13818-1 table 2-6, in the order in which the fields stand: their flag,
 * and their octets; 0: an octet before them tells how many. */
static const struct
{
  guint8 flag;
  guint8 bytes;
} adaptation_fields[] = {
  { 0x10, 6 }, /* PCR */
  { 0x08, 6 }, /* OPCR */
  { 0x04, 1 }, /* splice_countdown */
  { 0x02, 0 }, /* private data */
  { 0x01, 0 }, /* extension */
};

/* @field: without its length. FALSE if its flags need more than it has. */
static gboolean
read_adaptation (WfdBytes field, Adaptation *ret_adaptation)
{
  Adaptation adaptation = { 0 };
  WfdBytes part;
  guint8 flags, bytes;

  if (!wfd_bytes_take_u8 (&field, &flags)) {
    ret_adaptation->is_stuffed = TRUE;
    return TRUE;
  }
  adaptation.jumped = (flags & 0x80) != 0;
  for (guint i = 0; flags & 0x1f && i < G_N_ELEMENTS (adaptation_fields); i++) {
    if (!(flags & adaptation_fields[i].flag))
      continue;
    bytes = adaptation_fields[i].bytes;
    if ((bytes == 0 && !wfd_bytes_take_u8 (&field, &bytes))
        || !wfd_bytes_take (&field, bytes, &part))
      return FALSE;
    if (i == 0)
      read_clock (part, &adaptation);
  }
  adaptation.is_stuffed = field.left > 0;
  *ret_adaptation = adaptation;
  return TRUE;
}

static void
take_clock (WfdTsReader *self, const Adaptation *adaptation, gint64 now_ns)
{
  self->clock = wfd_ts_timeline_extend (&self->clock_base, adaptation->clock_base) * 300
      + adaptation->clock_extension;
  self->clock_ns = now_ns;
  self->clock_jumped |= adaptation->jumped;
  self->has_clock = TRUE;
}

/* Whether the packet is to be used; sets @ret_lost if others are missing before
 * it. The counter counts packets with payload. */
static gboolean
check_counter (WfdTsReader *self, Slot *slot, guint8 counter, gboolean jumped, gboolean *ret_lost)
{
  guint8 expected = (slot->counter + 1) & 15;
  gboolean had_counter = slot->has_counter, lost = slot->lost;

  slot->has_counter = TRUE;
  slot->repeated = !slot->repeated && had_counter && !lost && !slot->doubtful && !jumped
      && counter == slot->counter;
  if (slot->repeated) {
    self->stats.n_repeated++;
    return FALSE;
  }
  if (had_counter && counter != expected && !jumped) {
    self->stats.n_gaps++;
    lost = TRUE;
  }
  slot->counter = counter;
  slot->lost = FALSE;
  slot->doubtful = FALSE;
  *ret_lost = lost;
  return TRUE;
}

static void
push_payload (WfdTsReader *self, SlotId id, WfdBytes payload, gboolean starts, gboolean lost,
    gint64 now_ns)
{
  switch (id) {
    case SLOT_PAT:
      push_section (self, &self->pat, found_pat, payload, starts, lost);
      break;
    case SLOT_PMT:
      push_section (self, &self->pmt, found_pmt, payload, starts, lost);
      break;
    case SLOT_VIDEO:
      wfd_ts_stream_push (&self->video, payload, starts, lost, &self->clock_base, now_ns,
          &self->queue);
      break;
    case SLOT_AUDIO:
      wfd_ts_stream_push (&self->audio, payload, starts, lost, &self->clock_base, now_ns,
          &self->queue);
      break;
    case SLOT_NONE:
    case SLOT_CLOCK:
    case N_SLOTS:
      break;
  }
}

/* The parts of a packet, once header and adaptation field are read. */
static void
push_parts (WfdTsReader *self, SlotId id, const guint8 *header, const Adaptation *adaptation,
    WfdBytes payload, gint64 now_ns)
{
  Slot *slot = &self->slots[id];
  gboolean lost;

  if (adaptation->has_clock && slot->is_clock)
    take_clock (self, adaptation, now_ns);
  if (!(header[3] & 0x10) || !check_counter (self, slot, header[3] & 15, adaptation->jumped, &lost))
    return;
  if (id == SLOT_VIDEO || id == SLOT_AUDIO)
    note_scrambling (self, header[3] >> 6 != 0);
  if (header[3] >> 6 != 0)
    return;

  push_payload (self, id, payload, header[1] & 0x40, lost, now_ns);
  if (adaptation->is_stuffed && id == SLOT_VIDEO)
    wfd_ts_stream_add_signs (&self->video, WFD_TS_END_STUFFING, &self->queue);
}

/* How many packets from the first on are nothing but payload of the picture, with
 * the counters that come next. */
static guint
count_plain (WfdTsReader *self, WfdBytes packets)
{
  const Slot *slot = &self->slots[SLOT_VIDEO];
  guint32 head = (guint32) WFD_TS_SYNC_BYTE << 24 | slot->pid << 8 | 0x10;
  guint32 got;
  guint n;

  if (!slot->has_counter || slot->lost || slot->doubtful
      || self->slot_of_pid[slot->pid] != SLOT_VIDEO)
    return 0;
  for (n = 0; (n + 1) * WFD_TS_PACKET_BYTES <= packets.left; n++) {
    memcpy (&got, packets.pos + n * WFD_TS_PACKET_BYTES, sizeof (got));
    if (GUINT32_FROM_BE (got) != (head | ((slot->counter + n + 1) & 15)))
      break;
  }
  return n;
}

/* Nearly all packets are of this kind, so they are taken together. */
static gboolean
push_plain_packets (WfdTsReader *self, WfdBytes *packets, gint64 now_ns)
{
  Slot *slot = &self->slots[SLOT_VIDEO];
  guint n = count_plain (self, *packets);

  if (n > 0)
    n = wfd_ts_stream_take_plain (&self->video, packets->pos, n, now_ns);
  if (n == 0)
    return FALSE;

  slot->counter = (slot->counter + n) & 15;
  slot->repeated = FALSE;
  note_scrambling (self, FALSE);
  return wfd_bytes_skip (packets, n * WFD_TS_PACKET_BYTES);
}

/* Returns what the packet was for. */
static SlotId
push_packet (WfdTsReader *self, WfdBytes packet, gint64 now_ns)
{
  const guint8 *header = packet.pos;
  Adaptation adaptation = { 0 };
  WfdBytes field;
  guint8 bytes;
  SlotId id;

  if (header[0] != WFD_TS_SYNC_BYTE || header[1] & 0x80) {
    self->stats.n_unsynced++;
    return SLOT_NONE;
  }
  id = self->slot_of_pid[(header[1] & 0x1f) << 8 | header[2]];
  if (id == SLOT_NONE)
    return id;

  wfd_bytes_skip (&packet, WFD_TS_HEADER_BYTES);
  if (header[3] & 0x20
      && (!wfd_bytes_take_u8 (&packet, &bytes) || !wfd_bytes_take (&packet, bytes, &field)
          || !read_adaptation (field, &adaptation))) {
    self->stats.n_unsynced++;
    return SLOT_NONE;
  }
  push_parts (self, id, header, &adaptation, packet, now_ns);
  return id;
}

void
wfd_ts_reader_push (WfdTsReader *self, WfdBytes packets, gboolean marker, gint64 now_ns)
{
  guint n = packets.left / WFD_TS_PACKET_BYTES, signs = 0;
  SlotId last = SLOT_NONE;
  WfdBytes packet;

  self->stats.n_packets += n;
  self->now_ns = now_ns;
  while (packets.left > 0) {
    if (push_plain_packets (self, &packets, now_ns))
      last = SLOT_VIDEO;
    else if (wfd_bytes_take (&packets, WFD_TS_PACKET_BYTES, &packet))
      last = push_packet (self, packet, now_ns);
    else
      break;
  }

  if (marker)
    signs |= WFD_TS_END_MARKER;
  if (n < self->longest)
    signs |= WFD_TS_END_SHORT;
  self->longest = MAX (self->longest, n);
  if (last == SLOT_VIDEO && signs != 0)
    wfd_ts_stream_add_signs (&self->video, signs, &self->queue);
  wfd_ts_stream_look (&self->video, &self->queue);
}

void
wfd_ts_reader_lose (WfdTsReader *self, guint n_packets)
{
  for (guint i = 0; i < N_SLOTS; i++) {
    self->slots[i].doubtful = TRUE;
    if (n_packets >= CERTAIN_LOSS_RTP_PACKETS)
      self->slots[i].lost = TRUE;
  }
}

static void
restart_stream (WfdTsReader *self, WfdTsStream *stream)
{
  WfdTsCodec codec = stream->codec;

  wfd_ts_stream_clear (stream, &self->queue);
  wfd_ts_stream_init (stream, codec);
}

void
wfd_ts_reader_finish (WfdTsReader *self)
{
  restart_stream (self, &self->video);
  restart_stream (self, &self->audio);
}

void
wfd_ts_reader_restart (WfdTsReader *self)
{
  for (guint i = 0; i < N_SLOTS; i++) {
    self->slots[i].has_counter = FALSE;
    self->slots[i].lost = TRUE;
  }
  wfd_ts_section_lose (&self->pat);
  wfd_ts_section_lose (&self->pmt);
  wfd_ts_reader_finish (self);
  self->clock_base.is_known = FALSE;
  self->longest = 0;
  self->n_scrambled = 0;
  self->seems_protected = FALSE;
  self->is_protected = FALSE;
}

void
wfd_ts_reader_tick (WfdTsReader *self, gint64 now_ns)
{
  wfd_ts_stream_tick (&self->video, now_ns, &self->queue);
}

gint64
wfd_ts_reader_get_deadline (WfdTsReader *self)
{
  return wfd_ts_stream_get_deadline (&self->video);
}

gboolean
wfd_ts_reader_pop (WfdTsReader *self, WfdTsUnit *ret_unit)
{
  return wfd_ts_unit_queue_pop (&self->queue, ret_unit);
}

gboolean
wfd_ts_reader_take_clock (WfdTsReader *self, gint64 *ret_clock, gint64 *ret_arrival_ns,
    gboolean *ret_jumped)
{
  if (!self->has_clock)
    return FALSE;

  *ret_clock = self->clock;
  *ret_arrival_ns = self->clock_ns;
  *ret_jumped = self->clock_jumped;
  self->has_clock = FALSE;
  self->clock_jumped = FALSE;
  return TRUE;
}

const WfdTsProgram *
wfd_ts_reader_get_program (WfdTsReader *self)
{
  return self->has_program ? &self->program : NULL;
}

gboolean
wfd_ts_reader_is_protected (WfdTsReader *self)
{
  return self->is_protected;
}

void
wfd_ts_reader_get_stats (WfdTsReader *self, WfdTsReaderStats *ret_stats)
{
  *ret_stats = self->stats;
  ret_stats->n_units = self->queue.n_units;
  ret_stats->n_lossy = self->queue.n_lossy;
}
