/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

/* Enumerations: what was there when they began. */

typedef struct
{
  ItemKind kind;
  GPtrArray *items;
  guint next;
} Enumeration;

static WfdHandleTable enums = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_GRAPH_ENUM, WFD_HANDLE_MAX);
/* The same, to end them all. */
static GHashTable *handles;

static void
end_enumeration (gpointer handle)
{
  Enumeration *self = wfd_handle_table_remove (&enums, handle);

  g_ptr_array_unref (self->items);
  g_free (self);
}

HRESULT
peergraph_new_enum (ItemKind kind, GPtrArray *items, HPEERENUM *phPeerEnum)
{
  Enumeration *self = g_new0 (Enumeration, 1);
  gpointer handle = wfd_handle_table_add (&enums, self);

  self->kind = kind;
  self->items = items;
  if (handle == NULL) {
    g_ptr_array_unref (items);
    g_free (self);
    return E_OUTOFMEMORY;
  }
  if (handles == NULL)
    handles = g_hash_table_new_full (NULL, NULL, end_enumeration, NULL);
  g_hash_table_add (handles, handle);
  *phPeerEnum = handle;
  return S_OK;
}

void
peergraph_end_enums (void)
{
  g_clear_pointer (&handles, g_hash_table_unref);
}

static HRESULT
enter_enum (HPEERENUM handle, Enumeration **ret_enumeration)
{
  HRESULT result = peergraph_enter ();

  if (FAILED (result))
    return result;
  *ret_enumeration = wfd_handle_table_get (&enums, handle);
  return *ret_enumeration != NULL ? S_OK : peergraph_leave (E_INVALIDARG);
}

HRESULT WINAPI
PeerGraphGetItemCount (HPEERENUM hPeerEnum, ULONG *pCount)
{
  Enumeration *self;
  HRESULT result = enter_enum (hPeerEnum, &self);

  if (FAILED (result))
    return result;
  if (pCount == NULL)
    return peergraph_leave (E_INVALIDARG);
  *pCount = self->items->len;
  return peergraph_leave (S_OK);
}

static PVOID
build_item (gpointer block, ItemKind kind, gconstpointer item)
{
  static const gsize sizes[] = {
    [ITEM_CONNECTION] = sizeof (PEER_CONNECTION_INFO),
    [ITEM_NODE] = sizeof (PEER_NODE_INFO),
    [ITEM_RECORD] = sizeof (PEER_RECORD),
  };
  PVOID built = winapi_block_add (block, sizes[kind]);

  switch (kind) {
    case ITEM_CONNECTION:
      peergraph_fill_connection (block, item, built);
      break;
    case ITEM_NODE:
      peergraph_fill_node (block, item, built);
      break;
    case ITEM_RECORD:
      peergraph_fill_record (block, item, built);
      break;
  }
  return built;
}

HRESULT WINAPI
PeerGraphGetNextItem (HPEERENUM hPeerEnum, ULONG *pCount, PVOID **pppvItems)
{
  Enumeration *self;
  HRESULT result = enter_enum (hPeerEnum, &self);
  PVOID *items;

  if (FAILED (result))
    return result;
  if (pCount == NULL || pppvItems == NULL || *pCount == 0)
    return peergraph_leave (E_INVALIDARG);

  *pCount = MIN (*pCount, self->items->len - self->next);
  items = winapi_block_new (WINAPI_BLOCK_GRAPH, *pCount * sizeof (*items));
  for (guint i = 0; i < *pCount; i++)
    items[i] = build_item (items, self->kind, self->items->pdata[self->next++]);
  *pppvItems = items;
  return peergraph_leave (S_OK);
}

HRESULT WINAPI
PeerGraphEndEnumeration (HPEERENUM hPeerEnum)
{
  Enumeration *self;
  HRESULT result = enter_enum (hPeerEnum, &self);

  if (FAILED (result))
    return result;
  g_hash_table_remove (handles, hPeerEnum);
  return peergraph_leave (S_OK);
}
