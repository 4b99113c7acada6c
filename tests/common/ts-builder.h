/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes MPEG-TS octet by octet, as well formed or as odd as a test wants it. It
 * shares nothing with the room it is to test. */
typedef struct
{
  GByteArray *ts;
  guint8 counters[0x2000];
  gboolean hdcp; /* the program says that it is protected */
} TsBuilder;

TsBuilder ts_builder (void);
void ts_builder_clear (TsBuilder *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TsBuilder, ts_builder_clear)

typedef struct
{
  guint8 type;
  guint16 pid;
  guint8 descriptors[8]; /* with tag and length */
  guint8 n_descriptors;
} TsBuilderStream;

void ts_builder_pat (TsBuilder *self, guint16 program, guint16 pmt_pid);
void ts_builder_pmt (TsBuilder *self, guint16 pmt_pid, guint16 program, guint16 pcr_pid,
    guint version, const TsBuilderStream *streams, guint n_streams);

/* One packet with the first octets of @payload that fit; returns how many did.
 * @adaptation: its octets without the length; NULL for none. Stuffing fills what
 * the payload does not. */
gsize ts_builder_packet (TsBuilder *self, guint16 pid, gboolean starts, const guint8 *adaptation,
    gsize n_adaptation, const guint8 *payload, gsize n_payload);
/* A packet with only a clock reference of @base (90 kHz), or also flags. */
void ts_builder_pcr (TsBuilder *self, guint16 pid, guint64 base, guint8 flags);

#define TS_NO_PTS G_MAXUINT64
/* Lengths for PES packets: right, 0, or what is given. */
#define TS_BOUNDED -1
#define TS_UNBOUNDED 0

/* A PES packet in as many TS packets as it needs. */
void ts_builder_pes (TsBuilder *self, guint16 pid, guint8 stream_id, guint64 pts, gint length,
    const guint8 *data, gsize n);
/* Its header, for packets that are cut by hand. (transfer full) */
GByteArray *ts_builder_pes_header (guint8 stream_id, guint64 pts, guint length);

/* A datagram with all that was built since the last one, at most @max TS packets;
 * NULL when there is nothing left. (transfer full) */
GBytes *ts_builder_take_rtp (TsBuilder *self, guint16 sequence, guint32 ssrc, guint max);

G_END_DECLS
