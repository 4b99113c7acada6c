/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

/* Start-up, shutdown, and the way into every other function. */

#define MAX_GRAPHS 256

/* The hub comes and goes with those who started it; a call that has found it keeps it
 * as long as it lasts. */
static GRWLock life;
static WfdPeerHub *hub;
static guint n_users;

static GPrivate in_callback;

static WfdHandleTable graphs = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_GRAPH, MAX_GRAPHS);

WfdPeerHub *
peergraph_get_hub (void)
{
  return hub;
}

void
peergraph_set_in_callback (gboolean in)
{
  g_private_set (&in_callback, GINT_TO_POINTER (in));
}

HRESULT
peergraph_enter (void)
{
  /* The lock is ours already, and what it guards is half done. */
  if (g_private_get (&in_callback) != NULL)
    return E_UNEXPECTED;

  g_rw_lock_reader_lock (&life);
  if (hub == NULL) {
    g_rw_lock_reader_unlock (&life);
    return PEER_E_NOT_INITIALIZED;
  }
  wfd_peer_hub_lock (hub);
  return S_OK;
}

HRESULT
peergraph_leave (HRESULT result)
{
  wfd_peer_hub_unlock (hub);
  g_rw_lock_reader_unlock (&life);
  return result;
}

HRESULT
peergraph_check_started (void)
{
  HRESULT result = peergraph_enter ();

  return FAILED (result) ? result : peergraph_leave (S_OK);
}

HRESULT
peergraph_enter_graph (HGRAPH handle, Graph **ret_graph)
{
  HRESULT result = peergraph_enter ();
  Graph *graph;

  if (FAILED (result))
    return result;
  graph = wfd_handle_table_get (&graphs, handle);
  if (graph == NULL || graph->graph == NULL)
    return peergraph_leave (PEER_E_INVALID_GRAPH);

  *ret_graph = graph;
  return S_OK;
}

HRESULT
peergraph_enter_event (HPEEREVENT handle, gboolean of_group, Registration **ret_registration)
{
  HRESULT result = peergraph_enter ();
  Registration *registration;

  if (FAILED (result))
    return result;
  registration = wfd_handle_table_get (&peergraph_events, handle);
  if (registration == NULL || registration->graph->of_group != of_group)
    return peergraph_leave (E_INVALIDARG);

  *ret_registration = registration;
  return S_OK;
}

/* --- life --- */

Graph *
peergraph_new (gboolean of_group)
{
  Graph *self = g_new0 (Graph, 1);

  self->of_group = of_group;
  self->handle = wfd_handle_table_add (&graphs, self);
  if (self->handle == NULL)
    g_clear_pointer (&self, g_free);
  return self;
}

HRESULT
peergraph_free (Graph *self)
{
  HRESULT result = S_OK;

  if (self->graph != NULL)
    peergraph_end_registrations (self);
  wfd_handle_table_remove (&graphs, self->handle);
  /* Its callbacks are called until then. */
  if (self->graph != NULL && !self->of_group)
    result = wfd_peer_graph_close (self->graph);
  g_free (self);
  return result;
}

HRESULT
peergraph_start (PeerApi *api)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "gst-wfd", "graphs", NULL);
  HRESULT result = S_OK;

  if (g_private_get (&in_callback) != NULL)
    return E_UNEXPECTED;
  g_rw_lock_writer_lock (&life);
  if (hub == NULL)
    hub = wfd_peer_hub_new (folder);
  if (hub == NULL)
    result = E_OUTOFMEMORY;
  else {
    api->n_users++;
    n_users++;
  }
  g_rw_lock_writer_unlock (&life);
  return result;
}

gboolean
peergraph_stop (PeerApi *api)
{
  gboolean started;

  if (g_private_get (&in_callback) != NULL)
    return FALSE;
  g_rw_lock_writer_lock (&life);
  started = api->n_users > 0;
  if (started && --api->n_users == 0) {
    wfd_peer_hub_lock (hub);
    api->end_all ();
    wfd_peer_hub_unlock (hub);
  }
  if (started && --n_users == 0)
    g_clear_pointer (&hub, wfd_peer_hub_free);
  g_rw_lock_writer_unlock (&life);
  return started;
}

/* Those of groups are ended with these. */
static void
end_graphs (void)
{
  for (guint i = hub->graphs->len; i-- > 0;) {
    WfdPeerGraph *graph = hub->graphs->pdata[i];

    if (graph->told == NULL)
      peergraph_free (graph->user_data);
  }
  winapi_enum_end_all (WINAPI_BLOCK_GRAPH);
}

static PeerApi api = { 0, end_graphs };

HRESULT WINAPI
PeerGraphStartup (WORD wVersionRequested, PPEER_VERSION_DATA pVersionData)
{
  if (pVersionData == NULL)
    return E_INVALIDARG;
  *pVersionData = (PEER_VERSION_DATA) { PEER_GRAPH_VERSION, PEER_GRAPH_VERSION };
  if (wVersionRequested != PEER_GRAPH_VERSION)
    return PEER_E_UNSUPPORTED_VERSION;
  return peergraph_start (&api);
}

HRESULT WINAPI
PeerGraphShutdown (VOID)
{
  if (g_private_get (&in_callback) != NULL)
    return E_UNEXPECTED;
  return peergraph_stop (&api) ? S_OK : PEER_E_NOT_INITIALIZED;
}

VOID WINAPI
PeerGraphFreeData (PVOID pvData)
{
  winapi_block_free (WINAPI_BLOCK_GRAPH, pvData);
}
