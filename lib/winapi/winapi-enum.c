/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winapi-enum.h"

#include <handle-table.h>

typedef struct
{
  WinapiBlockKind api;
  const WinapiItemType *type;
  GPtrArray *items;
  guint next;
} Enumeration;

static GMutex lock;
static WfdHandleTable enums = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_PEER_ENUM, WFD_HANDLE_MAX);
/* The same, to end them all. */
static GHashTable *handles;

static void
enumeration_free (Enumeration *self)
{
  g_ptr_array_unref (self->items);
  g_free (self);
}

HRESULT
winapi_enum_new (WinapiBlockKind api, const WinapiItemType *type, GPtrArray *items,
    HPEERENUM *ret_handle)
{
  Enumeration *self = g_new0 (Enumeration, 1);
  gpointer handle;

  *self = (Enumeration) { api, type, items };
  g_mutex_lock (&lock);
  handle = wfd_handle_table_add (&enums, self);
  if (handle != NULL && handles == NULL)
    handles = g_hash_table_new (NULL, NULL);
  if (handle != NULL)
    g_hash_table_insert (handles, handle, self);
  g_mutex_unlock (&lock);
  if (handle == NULL) {
    enumeration_free (self);
    return E_OUTOFMEMORY;
  }
  *ret_handle = handle;
  return S_OK;
}

static Enumeration *
get (WinapiBlockKind api, HPEERENUM handle)
{
  Enumeration *self = wfd_handle_table_get (&enums, handle);

  return self != NULL && self->api == api ? self : NULL;
}

HRESULT
winapi_enum_count (WinapiBlockKind api, HPEERENUM handle, ULONG *ret_count)
{
  const Enumeration *self;

  if (ret_count == NULL)
    return E_INVALIDARG;
  g_mutex_lock (&lock);
  self = get (api, handle);
  if (self != NULL)
    *ret_count = self->items->len;
  g_mutex_unlock (&lock);
  return self != NULL ? S_OK : E_INVALIDARG;
}

static PVOID *
build_items (Enumeration *self, ULONG count)
{
  PVOID *items = winapi_block_new (self->api, count * sizeof (*items));

  for (guint i = 0; i < count; i++) {
    items[i] = winapi_block_add (items, self->type->size);
    self->type->fill (items, self->items->pdata[self->next++], items[i]);
  }
  return items;
}

HRESULT
winapi_enum_next (WinapiBlockKind api, HPEERENUM handle, ULONG *count, PVOID **ret_items)
{
  Enumeration *self;

  if (count == NULL || ret_items == NULL || *count == 0)
    return E_INVALIDARG;
  g_mutex_lock (&lock);
  self = get (api, handle);
  if (self != NULL) {
    *count = MIN (*count, self->items->len - self->next);
    *ret_items = build_items (self, *count);
  }
  g_mutex_unlock (&lock);
  return self != NULL ? S_OK : E_INVALIDARG;
}

static void
forget (gpointer handle)
{
  wfd_handle_table_remove (&enums, handle);
  g_hash_table_remove (handles, handle);
  if (g_hash_table_size (handles) == 0)
    g_clear_pointer (&handles, g_hash_table_unref);
}

HRESULT
winapi_enum_end (WinapiBlockKind api, HPEERENUM handle)
{
  Enumeration *self;

  g_mutex_lock (&lock);
  self = get (api, handle);
  if (self != NULL)
    forget (handle);
  g_mutex_unlock (&lock);
  if (self == NULL)
    return E_INVALIDARG;
  enumeration_free (self);
  return S_OK;
}

void
winapi_enum_end_all (WinapiBlockKind api)
{
  g_autoptr (GList) all = NULL;

  g_mutex_lock (&lock);
  all = handles != NULL ? g_hash_table_get_keys (handles) : NULL;
  g_mutex_unlock (&lock);
  for (GList *l = all; l != NULL; l = l->next)
    winapi_enum_end (api, l->data);
}

void
winapi_enum_hand_over (HPEERENUM handle, WinapiBlockKind to)
{
  Enumeration *self;

  g_mutex_lock (&lock);
  self = wfd_handle_table_get (&enums, handle);
  if (self != NULL)
    self->api = to;
  g_mutex_unlock (&lock);
}
