/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winapi-block.h"

#include <string.h>

typedef struct _Part Part;

/* In front of what whoever has the block sees of it. */
struct _Part
{
  Part *next;
  gint64 data[];
};

typedef struct
{
  WinapiBlockKind kind;
  GBytes *kept; /* or NULL */
  Part first;
} Block;

static GMutex lock;
/* All there are, so that what is none is found out and not followed. */
static GHashTable *blocks;

static Block *
block_of (gpointer first)
{
  return (Block *) ((guint8 *) first - G_STRUCT_OFFSET (Block, first.data));
}

static void
free_block (gpointer first)
{
  Block *block = block_of (first);
  Part *next;

  for (Part *part = block->first.next; part != NULL; part = next) {
    next = part->next;
    g_free (part);
  }
  g_clear_pointer (&block->kept, g_bytes_unref);
  g_free (block);
}

gpointer
winapi_block_new (WinapiBlockKind kind, gsize size)
{
  Block *block = g_malloc0 (sizeof (Block) + MAX (size, 1));

  block->kind = kind;
  g_mutex_lock (&lock);
  if (blocks == NULL)
    blocks = g_hash_table_new_full (NULL, NULL, free_block, NULL);
  g_hash_table_add (blocks, block->first.data);
  g_mutex_unlock (&lock);
  return block->first.data;
}

gpointer
winapi_block_add (gpointer first, gsize size)
{
  Part *part = g_malloc0 (sizeof (Part) + MAX (size, 1));
  Block *block = block_of (first);

  part->next = block->first.next;
  block->first.next = part;
  return part->data;
}

gpointer
winapi_block_add_copy (gpointer first, gconstpointer data, gsize size)
{
  gpointer part = winapi_block_add (first, size);

  if (size > 0)
    memcpy (part, data, size);
  return part;
}

gpointer
winapi_block_keep (gpointer first, GBytes *bytes)
{
  block_of (first)->kept = g_bytes_ref (bytes);
  return (gpointer) g_bytes_get_data (bytes, NULL);
}

void
winapi_block_hand_over (gpointer first, WinapiBlockKind to)
{
  block_of (first)->kind = to;
}

gboolean
winapi_block_free (WinapiBlockKind kind, gpointer first)
{
  gboolean found;

  g_mutex_lock (&lock);
  found = blocks != NULL && g_hash_table_contains (blocks, first) && block_of (first)->kind == kind;
  if (found)
    g_hash_table_remove (blocks, first);
  g_mutex_unlock (&lock);
  return found;
}
