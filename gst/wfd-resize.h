/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-format.h>

G_BEGIN_DECLS

/* The picture to change to while a session is on, when the link carries too little for
 * the present one or enough for more: of the same rate and shape, a step at a time.
 * Only arithmetic. */
typedef struct
{
  WfdFormat now;
  WfdFormat most;   /* the one that the session began with; it never grows beyond */
  GPtrArray *ours;  /* of WfdFormat; borrowed */
  GPtrArray *peers; /* of WfdFormat; borrowed */
} WfdResize;

/* @direction: -1: smaller, 1: larger. NULL: there is none. (transfer none) */
const WfdFormat *wfd_resize_find (const WfdResize *self, gint direction);

G_END_DECLS
