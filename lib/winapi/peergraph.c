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

WfdHandleTable peergraph_graphs = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_GRAPH, MAX_GRAPHS);

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
  graph = wfd_handle_table_get (&peergraph_graphs, handle);
  if (graph == NULL || graph->graph == NULL)
    return peergraph_leave (PEER_E_INVALID_GRAPH);

  *ret_graph = graph;
  return S_OK;
}

HRESULT
peergraph_enter_event (HPEEREVENT handle, Registration **ret_registration)
{
  HRESULT result = peergraph_enter ();
  Registration *registration;

  if (FAILED (result))
    return result;
  registration = wfd_handle_table_get (&peergraph_events, handle);
  if (registration == NULL)
    return peergraph_leave (E_INVALIDARG);

  *ret_registration = registration;
  return S_OK;
}

HRESULT WINAPI
PeerGraphStartup (WORD wVersionRequested, PPEER_VERSION_DATA pVersionData)
{
  g_autofree char *folder = NULL;

  if (pVersionData == NULL)
    return E_INVALIDARG;
  *pVersionData = (PEER_VERSION_DATA) { PEER_GRAPH_VERSION, PEER_GRAPH_VERSION };
  if (wVersionRequested != PEER_GRAPH_VERSION)
    return PEER_E_UNSUPPORTED_VERSION;
  if (g_private_get (&in_callback) != NULL)
    return E_UNEXPECTED;

  folder = g_build_filename (g_get_user_data_dir (), "gst-wfd", "graphs", NULL);
  g_rw_lock_writer_lock (&life);
  if (n_users++ == 0)
    hub = wfd_peer_hub_new (folder);
  g_rw_lock_writer_unlock (&life);
  return S_OK;
}

static void
end_graphs (void)
{
  while (hub->graphs->len > 0) {
    WfdPeerGraph *graph = hub->graphs->pdata[0];
    Graph *object = graph->user_data;

    peergraph_end_registrations (object);
    wfd_handle_table_remove (&peergraph_graphs, object->handle);
    wfd_peer_graph_close (graph);
    g_free (object);
  }
}

HRESULT WINAPI
PeerGraphShutdown (VOID)
{
  HRESULT result = S_OK;

  if (g_private_get (&in_callback) != NULL)
    return E_UNEXPECTED;

  g_rw_lock_writer_lock (&life);
  if (n_users == 0)
    result = PEER_E_NOT_INITIALIZED;
  else if (--n_users == 0) {
    wfd_peer_hub_lock (hub);
    winapi_enum_end_all (WINAPI_BLOCK_GRAPH);
    end_graphs ();
    wfd_peer_hub_unlock (hub);
    g_clear_pointer (&hub, wfd_peer_hub_free);
  }
  g_rw_lock_writer_unlock (&life);
  return result;
}

VOID WINAPI
PeerGraphFreeData (PVOID pvData)
{
  winapi_block_free (WINAPI_BLOCK_GRAPH, pvData);
}
