/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAT and PMT as others write them. */
#include "ts-psi.h"

#define TABLE_PAT 0x00
#define TABLE_PMT 0x02

#define HEADER_BYTES 3
#define CRC_BYTES 4

/* The whole length of the section that begins in the buffer; 0 if that cannot be
 * told yet. */
static gsize
section_bytes (const WfdTsSection *self)
{
  if (self->size < HEADER_BYTES)
    return 0;

  return HEADER_BYTES + ((self->data[1] & 15) << 8 | self->data[2]);
}

/* Moves up to @wanted bytes of section from @payload into the buffer. */
static void
collect (WfdTsSection *self, gsize wanted, WfdBytes *payload)
{
  gsize n = MIN (wanted - self->size, payload->left);

  memcpy (self->data + self->size, payload->pos, n);
  self->size += n;
  wfd_bytes_skip (payload, n);
}

/* Takes bytes up to the end of a section. FALSE when the payload ended first,
 * and when what follows is no section. */
static gboolean
take_section (WfdTsSection *self, WfdBytes *payload)
{
  gsize wanted;

  if (self->size < HEADER_BYTES)
    collect (self, HEADER_BYTES, payload);
  wanted = section_bytes (self);
  if (wanted == 0)
    return FALSE;
  /* Too long; so is stuffing, which is 0xff. */
  if (wanted > sizeof (self->data)) {
    wfd_ts_section_lose (self);
    return FALSE;
  }

  collect (self, wanted, payload);
  return self->size == wanted;
}

void
wfd_ts_section_lose (WfdTsSection *self)
{
  self->size = 0;
  self->active = FALSE;
}

/* Returns how many sections had a wrong CRC. */
static guint
take_sections (WfdTsSection *self, WfdBytes payload, WfdTsSectionFound found, gpointer user_data)
{
  guint n_wrong = 0;

  while (self->active && payload.left > 0 && take_section (self, &payload)) {
    WfdBytes section = wfd_bytes (self->data, self->size);

    if (wfd_ts_psi_crc (section) == 0)
      found (section, user_data);
    else
      n_wrong++;
    self->size = 0;
  }
  return n_wrong;
}

guint
wfd_ts_section_push (WfdTsSection *self, WfdBytes payload, gboolean starts, WfdTsSectionFound found,
    gpointer user_data)
{
  WfdBytes before;
  guint8 pointer;
  guint n_wrong;

  if (!starts)
    return take_sections (self, payload, found, user_data);

  if (!wfd_bytes_take_u8 (&payload, &pointer) || !wfd_bytes_take (&payload, pointer, &before)) {
    wfd_ts_section_lose (self);
    return 0;
  }
  n_wrong = self->size > 0 ? take_sections (self, before, found, user_data) : 0;
  self->size = 0;
  self->active = TRUE;
  return n_wrong + take_sections (self, payload, found, user_data);
}

/* What the two tables have in common: the header is taken, the CRC cut off.
 * FALSE for another table, or one that is not in force yet. */
static gboolean
open_table (WfdBytes *section, guint8 wanted_table, guint16 *ret_id)
{
  guint8 table, flags;
  guint16 length, id, numbers;

  if (section->left < CRC_BYTES)
    return FALSE;
  section->left -= CRC_BYTES;
  if (!wfd_bytes_take_u8 (section, &table) || !wfd_bytes_take_u16 (section, &length)
      || !wfd_bytes_take_u16 (section, &id) || !wfd_bytes_take_u8 (section, &flags)
      || !wfd_bytes_take_u16 (section, &numbers))
    return FALSE;

  *ret_id = id;
  return table == wanted_table && flags & 1;
}

gboolean
wfd_ts_psi_read_pat (WfdBytes section, guint16 *ret_program, guint16 *ret_pmt_pid)
{
  guint16 stream_id, program, pid;

  if (!open_table (&section, TABLE_PAT, &stream_id))
    return FALSE;

  while (wfd_bytes_take_u16 (&section, &program) && wfd_bytes_take_u16 (&section, &pid)) {
    /* Program 0 is the network PID. */
    if (program != 0) {
      *ret_program = program;
      *ret_pmt_pid = pid & 0x1fff;
      return TRUE;
    }
  }
  return FALSE;
}

/* The next descriptor; FALSE at the end. */
static gboolean
take_descriptor (WfdBytes *descriptors, guint8 *ret_tag, WfdBytes *ret_body)
{
  guint8 length;

  return wfd_bytes_take_u8 (descriptors, ret_tag) && wfd_bytes_take_u8 (descriptors, &length)
      && wfd_bytes_take (descriptors, length, ret_body);
}

static gboolean
has_hdcp (WfdBytes descriptors)
{
  WfdBytes body;
  guint8 tag;

  while (take_descriptor (&descriptors, &tag, &body)) {
    if (tag == 0x05 && wfd_bytes_take_exact (&body, (const guint8 *) "HDCP", 4))
      return TRUE;
  }
  return FALSE;
}

/* Private data is AC-3 if a descriptor says so (ETSI EN 300 468 Annex D, which
 * ffmpeg and DVB equipment follow). */
static WfdTsCodec
private_codec (WfdBytes descriptors)
{
  WfdBytes body;
  guint8 tag;

  while (take_descriptor (&descriptors, &tag, &body)) {
    if (tag == 0x6a || tag == 0x81)
      return WFD_TS_CODEC_AC3;
    if (tag == 0x7a || tag == 0xcc)
      return WFD_TS_CODEC_EAC3;
  }
  return WFD_TS_CODEC_NONE;
}

#define STREAM_TYPE_PRIVATE 0x06

/* FALSE at the end of the table, and where its lengths lie. */
static gboolean
take_stream (WfdBytes *section, WfdTsElementary *ret_stream)
{
  guint16 pid, length;
  WfdBytes descriptors;
  guint8 type;

  if (!wfd_bytes_take_u8 (section, &type) || !wfd_bytes_take_u16 (section, &pid)
      || !wfd_bytes_take_u16 (section, &length)
      || !wfd_bytes_take (section, length & 0x0fff, &descriptors))
    return FALSE;

  ret_stream->pid = pid & 0x1fff;
  ret_stream->stream_type = type;
  ret_stream->codec = type == STREAM_TYPE_PRIVATE ? private_codec (descriptors)
                                                  : wfd_ts_codec_from_stream_type (type);
  return TRUE;
}

gboolean
wfd_ts_psi_read_pmt (WfdBytes section, WfdTsProgram *ret_program)
{
  WfdTsProgram program = { 0 };
  guint16 pcr_pid, length;
  WfdBytes descriptors;

  if (!open_table (&section, TABLE_PMT, &program.program)
      || !wfd_bytes_take_u16 (&section, &pcr_pid) || !wfd_bytes_take_u16 (&section, &length)
      || !wfd_bytes_take (&section, length & 0x0fff, &descriptors))
    return FALSE;

  program.pcr_pid = pcr_pid & 0x1fff;
  program.is_protected = has_hdcp (descriptors);
  while (program.n_streams < G_N_ELEMENTS (program.streams)
      && take_stream (&section, &program.streams[program.n_streams]))
    program.n_streams++;

  *ret_program = program;
  return TRUE;
}
