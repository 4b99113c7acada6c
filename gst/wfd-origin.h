/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whose packets are the media of a session, of those that come from the peer's
 * address; others never are. Those from the port that the source named in SETUP, once
 * there are any: then other programs on its machine have no say. Until then, and half
 * a second after the last of them, those from any port: dispd names one port and
 * sends from another, iwd names none that could be read. Arithmetic without a clock. */
typedef enum
{
  WFD_ORIGIN_NOWHERE,
  WFD_ORIGIN_ADDRESS,
  WFD_ORIGIN_PORT,
} WfdOriginPlace;

typedef struct
{
  WfdOriginPlace best; /* where media came from so far */
  gboolean begun;
  gint64 last_ns; /* of the best, or when it begun */
} WfdOrigin;

/* Whether to look at a packet from @place. */
gboolean wfd_origin_is_wanted (WfdOrigin *self, WfdOriginPlace place, gint64 now_ns);
/* Whether what came before was of somebody else. */
gboolean wfd_origin_is_better (const WfdOrigin *self, WfdOriginPlace place);
/* It was media. */
void wfd_origin_note (WfdOrigin *self, WfdOriginPlace place, gint64 now_ns);

G_END_DECLS
