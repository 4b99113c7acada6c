/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <p2p.h>

#include "winapi-block.h"

G_BEGIN_DECLS

/* Enumerations of peers: what was there when they began. Those of each API are known to its own
 * functions only. Any thread may use these. */

typedef struct
{
  gsize size; /* of what the application gets for one item */
  void (*fill) (gpointer block, gconstpointer item, gpointer ret_built);
} WinapiItemType;

/* @items are taken over; @type stays where it is. */
HRESULT winapi_enum_new (WinapiBlockKind api, const WinapiItemType *type, GPtrArray *items,
    HPEERENUM *ret_handle);
HRESULT winapi_enum_count (WinapiBlockKind api, HPEERENUM handle, ULONG *ret_count);
HRESULT winapi_enum_next (WinapiBlockKind api, HPEERENUM handle, ULONG *count, PVOID **ret_items);
HRESULT winapi_enum_end (WinapiBlockKind api, HPEERENUM handle);
void winapi_enum_end_all (WinapiBlockKind api);
/* What a function of one API has made for one of another. */
void winapi_enum_hand_over (HPEERENUM handle, WinapiBlockKind to);

G_END_DECLS
