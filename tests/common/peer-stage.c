/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-stage.h"

#include <glib/gstdio.h>
#include <stdlib.h>

static char *folder;

/* Only of what we made ourselves: no folders in folders but ours. */
static void
remove_tree (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *inside = g_build_filename (path, name, NULL);

    remove_tree (inside);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_remove (path);
}

static void
remove_home (void)
{
  remove_tree (folder);
}

void
peer_stage_begin (void)
{
  PEER_VERSION_DATA version;

  /* GLib asks for it once in a process. */
  if (folder == NULL) {
    folder = g_dir_make_tmp ("wfd-peer-XXXXXX", NULL);
    atexit (remove_home);
    g_assert_true (g_setenv ("XDG_DATA_HOME", folder, TRUE));
  }
  g_assert_cmphex (PeerGraphStartup (PEER_GRAPH_VERSION, &version), ==, S_OK);
  g_assert_cmpuint (version.wVersion, ==, PEER_GRAPH_VERSION);
}

void
peer_stage_end (void)
{
  g_autofree char *databases = g_build_filename (folder, "gst-wfd", NULL);

  g_assert_cmphex (PeerGraphShutdown (), ==, S_OK);
  remove_tree (databases);
}

void
peer_register (Peer *self)
{
  PEER_GRAPH_EVENT_REGISTRATION all[PEER_GRAPH_EVENT_SYNCHRONIZED];

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    all[i] = (PEER_GRAPH_EVENT_REGISTRATION) { i + 1, NULL };
  if (self->heard == NULL)
    self->heard = g_ptr_array_new_with_free_func (PeerGraphFreeData);
  if (self->event == NULL)
    self->event = CreateEvent (NULL, FALSE, FALSE, NULL);
  g_assert_nonnull (self->event);
  g_assert_cmphex (PeerGraphRegisterEvent (self->graph, self->event, G_N_ELEMENTS (all), all,
                       &self->registration),
      ==, S_OK);
}

void
peer_create (Peer *self, PCWSTR graph_id, PCWSTR peer_id)
{
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) graph_id,
    .pwzCreatorId = (PWSTR) peer_id, .cPresenceMax = (ULONG) -1 };

  *self = (Peer) { 0 };
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", NULL, &self->graph), ==, S_OK);
  peer_register (self);
}

void
peer_open (Peer *self, PCWSTR graph_id, PCWSTR peer_id)
{
  *self = (Peer) { 0 };
  g_assert_cmphex (PeerGraphOpen (graph_id, peer_id, L"test", NULL, 0, NULL, &self->graph), ==,
      PEER_S_GRAPH_DATA_CREATED);
  peer_register (self);
}

void
peer_listen (Peer *self, PEER_ADDRESS *ret_address)
{
  PPEER_NODE_INFO info;

  g_assert_cmphex (PeerGraphListen (self->graph, PEER_GRAPH_SCOPE_LOOPBACK, 0, 0), ==, S_OK);
  g_assert_cmphex (PeerGraphGetNodeInfo (self->graph, 0, &info), ==, S_OK);
  g_assert_cmpuint (info->cAddresses, ==, 1);
  *ret_address = info->pAddresses[0];
  PeerGraphFreeData (info);
}

void
peer_close (Peer *self)
{
  g_clear_pointer (&self->heard, g_ptr_array_unref);
  g_assert_cmphex (PeerGraphUnregisterEvent (self->registration), ==, S_OK);
  g_assert_cmphex (PeerGraphClose (self->graph), ==, S_OK);
  g_assert_true (CloseHandle (self->event));
  *self = (Peer) { 0 };
}

static void
hear (Peer *self)
{
  PPEER_GRAPH_EVENT_DATA data;

  while (PeerGraphGetEventData (self->registration, &data) == S_OK)
    g_ptr_array_add (self->heard, data);
}

PPEER_GRAPH_EVENT_DATA
peer_wait (Peer *self, PEER_GRAPH_EVENT_TYPE type)
{
  for (;;) {
    hear (self);
    for (guint i = 0; i < self->heard->len; i++)
      if (((PPEER_GRAPH_EVENT_DATA) self->heard->pdata[i])->eventType == type)
        return g_ptr_array_steal_index (self->heard, i);
    g_assert_cmpuint (WaitForSingleObject (self->event, PEER_PATIENCE_MS), ==, WAIT_OBJECT_0);
  }
}

guint
peer_count (Peer *self, PEER_GRAPH_EVENT_TYPE type)
{
  guint n = 0;

  hear (self);
  for (guint i = 0; i < self->heard->len; i++)
    n += ((PPEER_GRAPH_EVENT_DATA) self->heard->pdata[i])->eventType == type;
  return n;
}

ULONGLONG
peer_wait_link (Peer *self, PEER_GRAPH_EVENT_TYPE type, PEER_CONNECTION_STATUS status,
    HRESULT reason)
{
  PPEER_GRAPH_EVENT_DATA data = peer_wait (self, type);
  const PEER_EVENT_CONNECTION_CHANGE_DATA *change = &data->connectionChangeData;
  ULONGLONG id = change->ullConnectionId;

  g_assert_cmpuint (change->dwSize, ==, sizeof (*change));
  g_assert_cmpint (change->status, ==, status);
  g_assert_cmphex (change->hrConnectionFailedReason, ==, reason);
  PeerGraphFreeData (data);
  return id;
}

void
peer_wait_data (Peer *self, ULONGLONG link, const GUID *type, gconstpointer bytes, gsize size)
{
  PPEER_GRAPH_EVENT_DATA data = peer_wait (self, PEER_GRAPH_EVENT_INCOMING_DATA);
  const PEER_EVENT_INCOMING_DATA *incoming = &data->incomingData;

  g_assert_cmpuint (incoming->dwSize, ==, sizeof (*incoming));
  g_assert_cmphex (incoming->ullConnectionId, ==, link);
  g_assert_true (IsEqualGUID (&incoming->type, type));
  g_assert_cmpmem (incoming->data.pbData, incoming->data.cbData, bytes, size);
  PeerGraphFreeData (data);
}
