/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Handles as Windows has them: what a program holds says which entry of a table it means, and
 * for the how-manieth time that entry is used, so that a handle that is closed, made up or of
 * another kind is found out and not followed. The caller has the lock. */

typedef enum
{
  WFD_HANDLE_EVENT = 1,
  WFD_HANDLE_CLIENT,
  WFD_HANDLE_SESSION,
  WFD_HANDLE_MIRACAST,
  WFD_HANDLE_MIRACAST_HOST,
  WFD_HANDLE_GRAPH,
  WFD_HANDLE_GRAPH_EVENT,
  WFD_HANDLE_PEER_ENUM,
  WFD_HANDLE_GROUP,
  WFD_HANDLE_CRYPT_KEY,
  WFD_HANDLE_LAST_KIND = 14, /* so that no handle is NULL or INVALID_HANDLE_VALUE */
} WfdHandleKind;

/* Of 12 bits of a handle. */
#define WFD_HANDLE_MAX 4096

typedef struct
{
  gpointer object; /* NULL while nobody has the handle */
  guint32 use;
} WfdHandleEntry;

typedef struct
{
  WfdHandleKind kind;
  guint max;
  GArray *entries; /* WfdHandleEntry; NULL at first */
  guint next;      /* where a free one is looked for */
  guint n_used;
} WfdHandleTable;

#define WFD_HANDLE_TABLE_INIT(kind, max) \
  { \
    kind, max, NULL, 0, 0 \
  }

/* NULL if there are as many as may be. */
gpointer wfd_handle_table_add (WfdHandleTable *self, gpointer object);
/* The object; NULL if @handle is none of this table. */
gpointer wfd_handle_table_get (const WfdHandleTable *self, gconstpointer handle);
/* The same, and the handle is none any more. */
gpointer wfd_handle_table_remove (WfdHandleTable *self, gconstpointer handle);

G_END_DECLS
