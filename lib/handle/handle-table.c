/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "handle-table.h"

/* A handle is, from below: its kind, its entry, and as much as fits of the use. */
#define KIND_BITS 4
#define ENTRY_BITS 12
#define USE_SHIFT (KIND_BITS + ENTRY_BITS)

G_STATIC_ASSERT (WFD_HANDLE_LAST_KIND < (1 << KIND_BITS) - 1);
G_STATIC_ASSERT (WFD_HANDLE_MAX == 1 << ENTRY_BITS);

static gpointer
build_handle (const WfdHandleTable *self, guint index)
{
  guintptr use = g_array_index (self->entries, WfdHandleEntry, index).use;

  return (gpointer) (use << USE_SHIFT | (guintptr) index << KIND_BITS | self->kind);
}

static WfdHandleEntry *
find_entry (const WfdHandleTable *self, gconstpointer handle)
{
  guintptr value = (guintptr) handle;
  guint index = (value >> KIND_BITS) & (WFD_HANDLE_MAX - 1);

  if (self->entries == NULL || index >= self->entries->len
      || build_handle (self, index) != (gpointer) value)
    return NULL;
  return &g_array_index (self->entries, WfdHandleEntry, index);
}

/* Made in one go, because most tables are small. Uses begin anywhere, so that a number
 * that somebody made up is no handle. */
static void
make_entries (WfdHandleTable *self)
{
  guint max = MIN (self->max, WFD_HANDLE_MAX);

  self->entries = g_array_sized_new (FALSE, TRUE, sizeof (WfdHandleEntry), max);
  g_array_set_size (self->entries, max);
  for (guint i = 0; i < max; i++)
    g_array_index (self->entries, WfdHandleEntry, i).use = g_random_int ();
}

/* From where the last one was found, so that an entry rests before it is used again. */
gpointer
wfd_handle_table_add (WfdHandleTable *self, gpointer object)
{
  WfdHandleEntry *entry;

  if (self->entries == NULL)
    make_entries (self);
  if (self->n_used == self->entries->len)
    return NULL;
  do {
    self->next = (self->next + 1) % self->entries->len;
    entry = &g_array_index (self->entries, WfdHandleEntry, self->next);
  } while (entry->object != NULL);

  entry->object = object;
  self->n_used++;
  return build_handle (self, self->next);
}

gpointer
wfd_handle_table_get (const WfdHandleTable *self, gconstpointer handle)
{
  WfdHandleEntry *entry = find_entry (self, handle);

  return entry != NULL ? entry->object : NULL;
}

gpointer
wfd_handle_table_remove (WfdHandleTable *self, gconstpointer handle)
{
  WfdHandleEntry *entry = find_entry (self, handle);
  gpointer object = entry != NULL ? g_steal_pointer (&entry->object) : NULL;

  if (object == NULL)
    return NULL;
  entry->use++;
  self->n_used--;
  return object;
}
