/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* What the emulator has to know of an IP packet. */
typedef struct
{
  guint flow;            /* 0: the stream; others from 1 to below LINK_FLOWS */
  gboolean is_media;     /* RTP of the stream */
  guint16 sequence;      /* of the RTP packet */
  guint32 rtp_timestamp; /* of the RTP packet, 90 kHz */
  gint64 unit;           /* of the marked picture (cast-unit.h) that begins in it; -1 */
} EmuInfo;

/* FALSE if it is not IP. */
gboolean emu_packet_look (WfdBytes packet, EmuInfo *ret_info);

G_END_DECLS
