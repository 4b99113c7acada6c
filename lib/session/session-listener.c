/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd-error.h>
#include <wfd/wfd-listener.h>

/* Connections that the kernel holds until we look: who finds no room there comes
 * again after a second (RFC 6298 §2.1), and a port scanner leaves twenty at once. */
#define BACKLOG 512
/* Who is turned away comes again as fast as we turn away: all that a listener does for
 * others is worth a few percent of a CPU. The rest waits in the backlog. */
#define WINDOW_MS 100
#define MAX_IN_WINDOW 50

/**
 * WfdListener:
 *
 * Waits for sinks to connect to the RTSP port of a source. It lives in the
 * thread-default main context in which it was made.
 */
struct _WfdListener
{
  GObject parent_instance;

  GSocketService *service;
  guint16 port;
  GSource *window; /* (nullable): until it ends */
  guint in_window;
};

G_DEFINE_FINAL_TYPE (WfdListener, wfd_listener, G_TYPE_OBJECT)

enum
{
  SIGNAL_CONNECTION,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
drop_window (WfdListener *self)
{
  if (self->window != NULL)
    g_source_destroy (self->window);
  g_clear_pointer (&self->window, g_source_unref);
}

static gboolean
end_window (gpointer user_data)
{
  WfdListener *self = user_data;

  drop_window (self);
  g_socket_service_start (self->service);
  return G_SOURCE_REMOVE;
}

static void
count_incoming (WfdListener *self)
{
  if (self->window == NULL) {
    self->in_window = 0;
    self->window = g_timeout_source_new (WINDOW_MS);
    g_source_set_callback (self->window, end_window, self, NULL);
    g_source_attach (self->window, g_main_context_get_thread_default ());
  }
  if (++self->in_window >= MAX_IN_WINDOW)
    g_socket_service_stop (self->service);
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *connection, GObject *source,
    gpointer user_data)
{
  count_incoming (user_data);
  g_signal_emit (user_data, signals[SIGNAL_CONNECTION], 0, connection);
  return TRUE;
}

static void
wfd_listener_dispose (GObject *object)
{
  wfd_listener_close (WFD_LISTENER (object));
  G_OBJECT_CLASS (wfd_listener_parent_class)->dispose (object);
}

static void
wfd_listener_class_init (WfdListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wfd_listener_dispose;

  /**
   * WfdListener::connection:
   * @self: the listener
   * @connection: the connection of a sink, closed unless somebody takes a
   *   reference
   *
   * A sink has connected.
   */
  signals[SIGNAL_CONNECTION] = g_signal_new ("connection", WFD_TYPE_LISTENER, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_SOCKET_CONNECTION);
}

static void
wfd_listener_init (WfdListener *self)
{
}

/**
 * wfd_listener_new:
 * @address: the numeric address to listen on, e.g. "127.0.0.1" or "fe80::1%wlan0", or
 *   "0.0.0.0" for all networks of this machine
 * @port: the port, usually %WFD_DEFAULT_RTSP_PORT; 0 for any free one
 * @error: return location for an error: %WFD_ERROR_INVALID_ARGUMENT if
 *   @address is none, or an error of the #G_IO_ERROR domain
 *
 * Starts to listen.
 *
 * Returns: (transfer full): a new listener, or %NULL with @error set
 */
WfdListener *
wfd_listener_new (const char *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) wanted = NULL, bound = NULL;
  g_autoptr (WfdListener) self = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  wanted = g_inet_socket_address_new_from_string (address, port);
  if (wanted == NULL) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "“%s” is not an IP address to listen on", address);
    return NULL;
  }

  self = g_object_new (WFD_TYPE_LISTENER, NULL);
  self->service = g_socket_service_new ();
  g_socket_listener_set_backlog (G_SOCKET_LISTENER (self->service), BACKLOG);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted,
          G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, error))
    return NULL;

  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  g_socket_service_start (self->service);
  return g_steal_pointer (&self);
}

/**
 * wfd_listener_get_port:
 * @self: a listener
 *
 * Returns: the port that it listens on
 */
guint16
wfd_listener_get_port (WfdListener *self)
{
  g_return_val_if_fail (WFD_IS_LISTENER (self), 0);
  return self->port;
}

/**
 * wfd_listener_close:
 * @self: a listener
 *
 * Stops listening. Connections that came before stay.
 */
void
wfd_listener_close (WfdListener *self)
{
  g_return_if_fail (WFD_IS_LISTENER (self));

  if (self->service == NULL)
    return;
  drop_window (self);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}
