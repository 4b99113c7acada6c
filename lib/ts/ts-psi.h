/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>
#include <base-limits.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* PAT and PMT (ISO/IEC 13818-1 §2.4.4), written and read. */

/* --- to write: one program with number 1, each table in one packet --- */

typedef struct
{
  guint16 pid;
  WfdTsFormat format;
} WfdTsPmtStream;

/* @version: 0 to 31; AOSP sends 1, and a projector made from it shows nothing
 * else. The packets begin with continuity counter 0. */
void wfd_ts_psi_write_pat (guint version, guint8 *ret_packet);
/* FALSE if the table does not fit into a packet. */
gboolean wfd_ts_psi_write_pmt (guint version, const WfdTsPmtStream *streams, guint n_streams,
    guint8 *ret_packet);
/* Appends the descriptors of a stream, with tags and lengths. */
void wfd_ts_psi_append_descriptors (const WfdTsFormat *format, GByteArray *out);

/* --- to read --- */

/* A section while its packets come in. All zero at the start. */
typedef struct
{
  gsize size;
  gboolean active; /* a start has been seen since the last loss */
  guint8 data[WFD_LIMIT_PSI_SECTION_BYTES];
} WfdTsSection;

/* @section: whole, with its header, CRC checked and right. */
typedef void (*WfdTsSectionFound) (WfdBytes section, gpointer user_data);

/* Takes the payload of one packet; @starts is its payload_unit_start_indicator.
 * Returns how many sections had a wrong CRC. */
guint wfd_ts_section_push (WfdTsSection *self, WfdBytes payload, gboolean starts,
    WfdTsSectionFound found, gpointer user_data);
/* Packets are missing here. */
void wfd_ts_section_lose (WfdTsSection *self);

/* The first program of a PAT; FALSE if it is no PAT in force, or has none. */
gboolean wfd_ts_psi_read_pat (WfdBytes section, guint16 *ret_program, guint16 *ret_pmt_pid);

typedef struct
{
  guint16 pid;
  guint8 stream_type;
  WfdTsCodec codec;
} WfdTsElementary;

typedef struct
{
  guint16 program;
  guint16 pcr_pid;
  gboolean is_protected; /* the HDCP registration descriptor is there */
  guint n_streams;
  WfdTsElementary streams[WFD_LIMIT_TS_STREAMS];
} WfdTsProgram;

/* FALSE if it is no PMT in force. Streams beyond the limit are left out. */
gboolean wfd_ts_psi_read_pmt (WfdBytes section, WfdTsProgram *ret_program);

/* CRC-32 of ISO/IEC 13818-1 Annex A; 0 over a section with its CRC. */
guint32 wfd_ts_psi_crc (WfdBytes bytes);

G_END_DECLS
