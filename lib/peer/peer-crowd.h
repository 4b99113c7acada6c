/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Somebody who has one of the places that are for all. */
typedef struct
{
  const guint8 *ip; /* 16 octets */
  guint64 age;      /* whoever has the least goes first */
  gpointer who;
} WfdPeerComer;

/* Who shall go when there are too many: of the network that has most, of the address in it that
 * has most, the first. So those who take many places take them from each other. @comers are put
 * into another order. */
const WfdPeerComer *wfd_peer_crowd_find_excess (WfdPeerComer *comers, guint n);

G_END_DECLS
