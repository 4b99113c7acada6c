/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-hub.h"

#include <base-limits.h>
#include <base-source.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include "peer-codes.h"
#include "peer-crowd.h"
#include "peer-graph.h"
#include "peer-link.h"

#define BACKLOG 256
#define SHUTDOWN_US G_USEC_PER_SEC

/* When a socket could not be had, which is when the process has too many files: who
 * comes waits in the backlog. */
#define RETRY_US (G_USEC_PER_SEC / 10)

struct _WfdPeerListener
{
  guint n_refs;
  WfdPeerHub *hub;
  WfdPeerAddress address;
  GSocket *socket;
  WfdPeerWatch watch; /* for nothing until @retry */
  GSource *retry;
};

typedef struct
{
  WfdPeerListener *listener;
  WfdPeerConn *conn;
  GSource *timer;
} Stranger;

/* --- those who have not said who they are --- */

static void
forget (Stranger *stranger)
{
  WfdPeerHub *hub = stranger->listener->hub;

  g_source_destroy (stranger->timer);
  g_source_unref (stranger->timer);
  g_ptr_array_remove (hub->strangers, stranger);
  wfd_peer_listener_unref (stranger->listener);
  g_free (stranger);
}

static void
turn_away (Stranger *stranger)
{
  WfdPeerConn *conn = stranger->conn;

  forget (stranger);
  wfd_peer_conn_abort (conn);
}

static void
on_introduced (WfdPeerConn *conn, gpointer owner, GBytes *octets)
{
  Stranger *stranger = owner;
  WfdPeerHub *hub = stranger->listener->hub;
  WfdPeerMessage message;

  if (!wfd_peer_message_read (wfd_bytes_of (octets), &message)
      || message.type != WFD_PEER_AUTH_INFO) {
    turn_away (stranger);
    return;
  }

  for (guint i = 0; i < hub->graphs->len; i++) {
    if (wfd_peer_graph_take (hub->graphs->pdata[i], stranger->listener, conn, &message.auth_info)) {
      forget (stranger);
      return;
    }
  }
  /* No word of what would have been right (3.1.5.1.1). */
  turn_away (stranger);
}

static void
on_lost (WfdPeerConn *conn, gpointer owner)
{
  forget (owner);
}

static gboolean
on_too_late (gpointer data)
{
  turn_away (data);
  return G_SOURCE_CONTINUE;
}

/* One of those who have been silent for longest makes room for somebody who may not be; they are
 * in the order in which they came, the newcomer the last one. */
static void
make_room (WfdPeerHub *hub)
{
  g_autofree WfdPeerComer *comers = NULL;
  guint max = wfd_peer_loop_get_share (&hub->loop, WFD_LIMIT_PEER_STRANGERS);

  if (hub->strangers->len <= max && g_hash_table_size (hub->loop.conns) <= hub->loop.max_conns)
    return;
  comers = g_new (WfdPeerComer, hub->strangers->len);
  for (guint i = 0; i < hub->strangers->len; i++) {
    Stranger *stranger = hub->strangers->pdata[i];

    comers[i] = (WfdPeerComer) { wfd_peer_conn_get_remote (stranger->conn)->ip, i, stranger };
  }
  turn_away (wfd_peer_crowd_find_excess (comers, hub->strangers->len)->who);
}

static void
take_stranger (WfdPeerListener *listener, GSocket *socket)
{
  static const WfdPeerConnCalls calls = { .received = on_introduced, .lost = on_lost };
  WfdPeerHub *hub = listener->hub;
  Stranger *stranger;
  gint64 limit_us;

  stranger = g_new0 (Stranger, 1);
  stranger->listener = listener;
  listener->n_refs++;
  stranger->conn = wfd_peer_conn_new_accepted (&hub->loop, socket, &calls, stranger);
  stranger->timer = wfd_peer_loop_add_timer (&hub->loop, on_too_late, stranger);
  limit_us = wfd_peer_link_get_auth_limit_us (g_hash_table_size (hub->loop.conns));
  g_source_set_ready_time (stranger->timer, g_get_monotonic_time () + limit_us);
  g_ptr_array_add (hub->strangers, stranger);
  make_room (hub);
}

/* --- listeners --- */

static void
accept_stranger (WfdPeerListener *self)
{
  g_autoptr (GError) error = NULL;
  GSocket *accepted = g_socket_accept (self->socket, NULL, &error);

  if (accepted != NULL)
    take_stranger (self, accepted);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    wfd_peer_loop_watch (&self->hub->loop, &self->watch, 0);
    g_source_set_ready_time (self->retry, g_get_monotonic_time () + RETRY_US);
  }
}

static void
on_connection (WfdPeerWatch *watch, guint32 events)
{
  accept_stranger (
      (WfdPeerListener *) ((guint8 *) watch - G_STRUCT_OFFSET (struct _WfdPeerListener, watch)));
}

static gboolean
start_accepting (gpointer data)
{
  WfdPeerListener *self = data;

  if (!wfd_peer_loop_watch (&self->hub->loop, &self->watch, EPOLLIN))
    g_source_set_ready_time (self->retry, g_get_monotonic_time () + RETRY_US);
  return G_SOURCE_CONTINUE;
}

static WfdPeerListener *
find_listener (const WfdPeerHub *self, const WfdPeerAddress *address)
{
  for (guint i = 0; i < self->listeners->len; i++) {
    WfdPeerListener *listener = self->listeners->pdata[i];

    if (address->port != 0 && memcmp (&listener->address, address, sizeof (*address)) == 0)
      return listener;
  }
  return NULL;
}

static guint32
code_of (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    return WFD_PEER_ADDRESS_IN_USE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return WFD_PEER_ACCESS_DENIED;
  return WFD_PEER_INVALID_ARGUMENT;
}

static GSocket *
bind_socket (const WfdPeerAddress *address, guint32 *ret_result)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) gio = wfd_peer_address_to_gio (address);
  g_autoptr (GSocket) socket =
      g_socket_new (G_SOCKET_FAMILY_IPV6, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);

  if (socket != NULL) {
    g_socket_set_blocking (socket, FALSE);
    g_socket_set_listen_backlog (socket, BACKLOG);
    /* A graph has IPv6 only; a program may listen with IPv4 at the same port. */
    g_socket_set_option (socket, IPPROTO_IPV6, IPV6_V6ONLY, 1, NULL);
  }
  if (socket == NULL || !g_socket_bind (socket, gio, TRUE, &error)
      || !g_socket_listen (socket, &error)) {
    *ret_result = code_of (error);
    return NULL;
  }
  return g_steal_pointer (&socket);
}

WfdPeerListener *
wfd_peer_hub_listen (WfdPeerHub *self, const WfdPeerAddress *address, guint32 *ret_result)
{
  WfdPeerListener *listener = find_listener (self, address);
  g_autoptr (GSocketAddress) bound = NULL;
  GSocket *socket;

  if (listener != NULL) {
    listener->n_refs++;
    return listener;
  }
  socket = bind_socket (address, ret_result);
  if (socket == NULL)
    return NULL;

  listener = g_new0 (WfdPeerListener, 1);
  listener->n_refs = 1;
  listener->hub = self;
  listener->address = *address;
  bound = g_socket_get_local_address (socket, NULL);
  if (bound != NULL)
    listener->address.port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  listener->socket = socket;
  listener->watch = (WfdPeerWatch) { g_socket_get_fd (socket), .ready = on_connection };
  listener->retry = wfd_peer_loop_add_timer (&self->loop, start_accepting, listener);
  start_accepting (listener);
  g_ptr_array_add (self->listeners, listener);
  return listener;
}

guint16
wfd_peer_listener_get_port (const WfdPeerListener *self)
{
  return self->address.port;
}

void
wfd_peer_listener_unref (WfdPeerListener *self)
{
  if (--self->n_refs > 0)
    return;

  g_ptr_array_remove_fast (self->hub->listeners, self);
  wfd_peer_loop_watch (&self->hub->loop, &self->watch, 0);
  wfd_clear_source (&self->retry);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

/* --- life --- */

/* They were cancelled, and are answered soon. */
static gboolean
has_calls (WfdPeerHub *self)
{
  gboolean has;

  wfd_peer_hub_lock (self);
  has = self->n_calls > 0;
  wfd_peer_hub_unlock (self);
  return has;
}

static gpointer
run (gpointer data)
{
  WfdPeerHub *self = data;

  g_main_context_push_thread_default (self->loop.context);
  g_main_loop_run (self->main_loop);
  while (has_calls (self))
    g_main_context_iteration (self->loop.context, TRUE);
  g_main_context_pop_thread_default (self->loop.context);
  return NULL;
}

WfdPeerHub *
wfd_peer_hub_new (const char *folder)
{
  WfdPeerHub *self = g_new0 (WfdPeerHub, 1);

  if (!wfd_peer_loop_init (&self->loop)) {
    g_free (self);
    return NULL;
  }
  g_atomic_ref_count_init (&self->ref_count);
  self->folder = g_strdup (folder);
  self->graphs = g_ptr_array_new ();
  self->groups = g_ptr_array_new ();
  self->listeners = g_ptr_array_new ();
  self->strangers = g_ptr_array_new ();
  self->main_loop = g_main_loop_new (self->loop.context, FALSE);
  self->thread = g_thread_try_new ("wfd-peer", run, self, NULL);
  if (self->thread == NULL)
    g_clear_pointer (&self, wfd_peer_hub_unref);
  return self;
}

static void
say_goodbye (WfdPeerHub *self)
{
  gint64 until_us = g_get_monotonic_time () + SHUTDOWN_US;

  while (self->graphs->len > 0)
    wfd_peer_graph_close (self->graphs->pdata[0]);
  while (self->strangers->len > 0)
    turn_away (self->strangers->pdata[0]);
  while (g_hash_table_size (self->loop.conns) > 0)
    if (!g_cond_wait_until (&self->loop.changed, &self->loop.lock, until_us))
      break;
  wfd_peer_conn_abort_all (&self->loop);
}

static gboolean
quit (gpointer main_loop)
{
  g_main_loop_quit (main_loop);
  return G_SOURCE_REMOVE;
}

void
wfd_peer_hub_free (WfdPeerHub *self)
{
  wfd_peer_hub_lock (self);
  wfd_peer_loop_keep (&self->loop);
  say_goodbye (self);
  wfd_peer_hub_unlock (self);
  g_main_context_invoke (self->loop.context, quit, self->main_loop);
  g_thread_join (self->thread);
  wfd_peer_hub_unref (self);
}

WfdPeerHub *
wfd_peer_hub_ref (WfdPeerHub *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
wfd_peer_hub_unref (WfdPeerHub *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_main_loop_unref (self->main_loop);
  wfd_peer_loop_clear (&self->loop);
  g_ptr_array_unref (self->graphs);
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->listeners);
  g_ptr_array_unref (self->strangers);
  g_free (self->folder);
  g_free (self);
}
