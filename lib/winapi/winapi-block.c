/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winapi-block.h"

#include <string.h>

typedef struct
{
  WinapiBlockKind kind;
  GPtrArray *parts; /* the first is the block */
  GBytes *kept;     /* or NULL */
} Block;

static GMutex lock;
/* All there are, so that what is none is found out and not followed. */
static GHashTable *blocks;

static void
free_block (gpointer data)
{
  Block *block = data;

  g_ptr_array_unref (block->parts);
  g_clear_pointer (&block->kept, g_bytes_unref);
  g_free (block);
}

gpointer
winapi_block_new (WinapiBlockKind kind, gsize size)
{
  Block *block = g_new0 (Block, 1);
  gpointer first = g_malloc0 (MAX (size, 1));

  block->kind = kind;
  block->parts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (block->parts, first);
  g_mutex_lock (&lock);
  if (blocks == NULL)
    blocks = g_hash_table_new_full (NULL, NULL, NULL, free_block);
  g_hash_table_insert (blocks, first, block);
  g_mutex_unlock (&lock);
  return first;
}

gpointer
winapi_block_add (gpointer first, gsize size)
{
  gpointer part = g_malloc0 (MAX (size, 1));
  Block *block;

  g_mutex_lock (&lock);
  block = g_hash_table_lookup (blocks, first);
  g_ptr_array_add (block->parts, part);
  g_mutex_unlock (&lock);
  return part;
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
  Block *block;

  g_mutex_lock (&lock);
  block = g_hash_table_lookup (blocks, first);
  block->kept = g_bytes_ref (bytes);
  g_mutex_unlock (&lock);
  return (gpointer) g_bytes_get_data (bytes, NULL);
}

void
winapi_block_hand_over (gpointer first, WinapiBlockKind to)
{
  Block *block;

  g_mutex_lock (&lock);
  block = g_hash_table_lookup (blocks, first);
  block->kind = to;
  g_mutex_unlock (&lock);
}

gboolean
winapi_block_free (WinapiBlockKind kind, gpointer first)
{
  const Block *block;
  gboolean found;

  g_mutex_lock (&lock);
  block = blocks != NULL ? g_hash_table_lookup (blocks, first) : NULL;
  found = block != NULL && block->kind == kind;
  if (found)
    g_hash_table_remove (blocks, first);
  if (found && g_hash_table_size (blocks) == 0)
    g_clear_pointer (&blocks, g_hash_table_unref);
  g_mutex_unlock (&lock);
  return found;
}
