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

  GMainContext *context;
  GSocketService *service; /* NULL while another one has the socket for this one as well */
  GSocket *socket;         /* the same */
  char *address;
  guint16 port;
  gboolean is_closed;
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

/* Those of this program that share a socket: the first of a place has it. From any thread. */
static GRecMutex sharing_lock;
static GList *sharing; /* WfdListener */

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

/* --- one socket for several --- */

static gboolean
serve (WfdListener *self, GSocket *socket, GError **error)
{
  self->socket = g_object_ref (socket);
  self->service = g_socket_service_new ();
  if (!g_socket_listener_add_socket (G_SOCKET_LISTENER (self->service), socket, NULL, error))
    return FALSE;
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming), self);
  g_socket_service_start (self->service);
  return TRUE;
}

/* Of those from @from on. With the lock. */
static WfdListener *
find_sharing (GList *from, const char *address, guint16 port)
{
  for (; from != NULL; from = from->next) {
    WfdListener *one = from->data;

    if (one->port == port && strcmp (one->address, address) == 0)
      return one;
  }
  return NULL;
}

/* A connection, or the socket, for the thread of another one. */
typedef struct
{
  WfdListener *to;
  GSocket *socket;
  GSocketConnection *connection;
} Gift;

static void
gift_free (gpointer data)
{
  Gift *gift = data;

  g_object_unref (gift->to);
  g_clear_object (&gift->socket);
  g_clear_object (&gift->connection);
  g_free (gift);
}

/* @socket and @connection: (nullable). With the lock. */
static void
give (WfdListener *to, GSocket *socket, GSocketConnection *connection, GSourceFunc take)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Gift *gift = g_new0 (Gift, 1);

  gift->to = g_object_ref (to);
  g_set_object (&gift->socket, socket);
  g_set_object (&gift->connection, connection);
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, take, gift, gift_free);
  g_source_attach (source, to->context);
}

static gboolean
take_connection (gpointer user_data)
{
  Gift *gift = user_data;

  if (!gift->to->is_closed)
    g_signal_emit (gift->to, signals[SIGNAL_CONNECTION], 0, gift->connection);
  return G_SOURCE_REMOVE;
}

static gboolean take_socket (gpointer user_data);

/* Who waits to be accepted waits on. FALSE if nobody is left. With the lock. */
static gboolean
give_socket (WfdListener *self, GSocket *socket)
{
  WfdListener *heir = find_sharing (sharing, self->address, self->port);

  if (heir != NULL)
    give (heir, socket, NULL, take_socket);
  return heir != NULL;
}

static gboolean
take_socket (gpointer user_data)
{
  Gift *gift = user_data;
  g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);

  if (gift->to->is_closed)
    give_socket (gift->to, gift->socket);
  else
    serve (gift->to, gift->socket, NULL);
  return G_SOURCE_REMOVE;
}

/* FALSE if it has to be closed. */
static gboolean
leave (WfdListener *self)
{
  g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);
  GList *link = g_list_find (sharing, self);

  self->is_closed = TRUE;
  if (link == NULL)
    return FALSE;
  sharing = g_list_delete_link (sharing, link);
  return self->socket == NULL || give_socket (self, self->socket);
}

static void
wfd_listener_dispose (GObject *object)
{
  wfd_listener_close (WFD_LISTENER (object));
  G_OBJECT_CLASS (wfd_listener_parent_class)->dispose (object);
}

static void
wfd_listener_finalize (GObject *object)
{
  WfdListener *self = WFD_LISTENER (object);

  g_main_context_unref (self->context);
  g_free (self->address);
  G_OBJECT_CLASS (wfd_listener_parent_class)->finalize (object);
}

static void
wfd_listener_class_init (WfdListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wfd_listener_dispose;
  G_OBJECT_CLASS (klass)->finalize = wfd_listener_finalize;

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
  self->context = g_main_context_ref_thread_default ();
}

static GSocket *
listen_at (GSocketAddress *wanted, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (wanted),
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return NULL;
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, wanted, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static gboolean
begin (WfdListener *self, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new_from_string (self->address, port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = NULL;

  if (wanted == NULL) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "“%s” is not an IP address to listen on", self->address);
    return FALSE;
  }
  socket = listen_at (wanted, error);
  if (socket == NULL || !serve (self, socket, error))
    return FALSE;
  bound = g_socket_get_local_address (socket, error);
  if (bound == NULL)
    return FALSE;
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return TRUE;
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
  g_autoptr (WfdListener) self = NULL;

  g_return_val_if_fail (address != NULL, NULL);

  self = g_object_new (WFD_TYPE_LISTENER, NULL);
  self->address = g_strdup (address);
  return begin (self, port, error) ? g_steal_pointer (&self) : NULL;
}

/**
 * wfd_listener_new_sharing:
 * @address: as for wfd_listener_new()
 * @port: the port
 * @error: return location for an error, as of wfd_listener_new()
 *
 * Starts to listen, also where others of this program do that were made by this function, in
 * whichever threads: several sources, each with its sink, which all go to the one port that this
 * device has told. The first is told of a connection, and passes it on if it is not of its sink.
 *
 * Returns: (transfer full): a new listener, or %NULL with @error set
 */
WfdListener *
wfd_listener_new_sharing (const char *address, guint16 port, GError **error)
{
  g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);
  WfdListener *self;

  g_return_val_if_fail (address != NULL, NULL);

  if (find_sharing (sharing, address, port) != NULL) {
    self = g_object_new (WFD_TYPE_LISTENER, NULL);
    self->address = g_strdup (address);
    self->port = port;
  } else {
    self = wfd_listener_new (address, port, error);
  }
  if (self != NULL)
    sharing = g_list_append (sharing, self);
  return self;
}

/**
 * wfd_listener_pass_on:
 * @self: a listener
 * @connection: a connection that it has told of
 *
 * Lets the next one that shares the port have it.
 *
 * Returns: whether there is one; else nobody else wants @connection
 */
gboolean
wfd_listener_pass_on (WfdListener *self, GSocketConnection *connection)
{
  g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);
  GList *link = g_list_find (sharing, self);
  WfdListener *next;

  g_return_val_if_fail (WFD_IS_LISTENER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_CONNECTION (connection), FALSE);

  next = link != NULL ? find_sharing (link->next, self->address, self->port) : NULL;
  if (next != NULL)
    give (next, NULL, connection, take_connection);
  return next != NULL;
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
  gboolean is_left;

  g_return_if_fail (WFD_IS_LISTENER (self));

  if (self->is_closed)
    return;
  is_left = leave (self);
  if (self->service == NULL)
    return;
  drop_window (self);
  g_signal_handlers_disconnect_by_data (self->service, self);
  g_socket_service_stop (self->service);
  if (!is_left)
    g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
  g_clear_object (&self->socket);
}
