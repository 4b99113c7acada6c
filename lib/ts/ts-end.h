/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How to know that a picture is complete before the next one begins.
 *
 * A PES packet with a length ends there; one without still ends in a TS packet
 * that had to be stuffed; many sources end it with a short RTP packet or with
 * the marker bit. But a source may put a picture into several PES packets, or
 * stuff where it likes. So each sign is watched first: it counts once the next
 * packet of the stream has begun a picture, and never again once it did not.
 *
 * A short silence is no sign: a picture that comes a little later, with the first
 * packet of the next one, is better than one that a stall has cut. */

typedef enum
{
  WFD_TS_END_LENGTH = 1 << 0,   /* PES_packet_length is reached */
  WFD_TS_END_STUFFING = 1 << 1, /* an adaptation field longer than its flags need */
  WFD_TS_END_SHORT = 1 << 2,    /* RTP packet with fewer TS packets than others */
  WFD_TS_END_MARKER = 1 << 3,   /* RTP packet with the marker bit */
} WfdTsEndSigns;

typedef struct
{
  guint signs; /* of the last packet */
  guint proved;
  guint refuted;
  gint64 last_ns;  /* arrival of the last packet */
  gint64 stall_ns; /* longest within a picture */
} WfdTsEnd;

/* A packet of the stream came, before its signs are added. @begins: whether it
 * begins a picture; @known: whether that can be told. */
void wfd_ts_end_add_packet (WfdTsEnd *self, gboolean known, gboolean begins, gint64 now_ns);
/* Adds signs of the packet that came last. TRUE if the picture is complete. */
gboolean wfd_ts_end_add_signs (WfdTsEnd *self, guint signs);
/* When the picture is taken for complete if nothing comes until then. */
gint64 wfd_ts_end_get_deadline (const WfdTsEnd *self);

G_END_DECLS
