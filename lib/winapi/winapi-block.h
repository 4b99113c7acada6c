/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory that a function of the Windows API returns and the application gives back with one
 * call: a struct, and what it points to. Any thread may use these. */

typedef enum
{
  WINAPI_BLOCK_GRAPH = 1, /* PeerGraphFreeData () */
  WINAPI_BLOCK_GROUP,     /* PeerFreeData () */
} WinapiBlockKind;

/* Zeroed. */
gpointer winapi_block_new (WinapiBlockKind kind, gsize size);
/* More of it, zeroed, that lives as long as @block. */
gpointer winapi_block_add (gpointer block, gsize size);
gpointer winapi_block_add_copy (gpointer block, gconstpointer data, gsize size);
/* Where @bytes are, once for a block, which nobody else reads any more: the application may
 * write there. */
gpointer winapi_block_keep (gpointer block, GBytes *bytes);
/* What a function of one API has made for one of another. */
void winapi_block_hand_over (gpointer block, WinapiBlockKind to);
/* FALSE, and nothing is done: @block is none of @kind, or none any more. */
gboolean winapi_block_free (WinapiBlockKind kind, gpointer block);

G_END_DECLS
