/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd-error.h>
#include <wfd/wfd-listener.h>

/* Connections that the kernel holds until we look: who finds no room there comes
 * again after a second (RFC 6298 §2.1), and a port scanner leaves twenty at once. */
#define BACKLOG 512
/* Who is turned away comes again as fast as we turn away: all that a listener does for
 * others is worth a few percent of a CPU. The rest waits in the backlog, and so does
 * everybody while there is no file descriptor. */
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
  GSocket *socket;   /* of all that share it; NULL once closed */
  gboolean serves;   /* else another one accepts for this one as well */
  GSource *incoming; /* (nullable): when somebody connects; none until the window ends */
  char *address;
  guint16 port;
  GSource *window; /* (nullable): until it ends */
  guint in_window;

  /* What others have left to this one. With the lock. */
  GQueue given;  /* GSocketConnection */
  GSource *wake; /* (nullable): until it is taken */
};

G_DEFINE_FINAL_TYPE (WfdListener, wfd_listener, G_TYPE_OBJECT)

enum
{
  SIGNAL_CONNECTION,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Those of this program that share a socket: the first of a place accepts. From any thread. */
static GRecMutex sharing_lock;
static GList *sharing; /* WfdListener */

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* --- accepting --- */

static gboolean on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data);

static void
wait_for_incoming (WfdListener *self)
{
  self->incoming = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->incoming, G_SOURCE_FUNC (on_incoming), self, NULL);
  g_source_attach (self->incoming, self->context);
}

static gboolean
end_window (gpointer user_data)
{
  WfdListener *self = user_data;

  drop_source (&self->window);
  if (self->incoming == NULL)
    wait_for_incoming (self);
  return G_SOURCE_REMOVE;
}

static void
begin_window (WfdListener *self)
{
  if (self->window != NULL)
    return;
  self->in_window = 0;
  self->window = g_timeout_source_new (WINDOW_MS);
  g_source_set_callback (self->window, end_window, self, NULL);
  g_source_attach (self->window, self->context);
}

static gboolean
on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  WfdListener *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);
  g_autoptr (GSocketConnection) connection = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  begin_window (self);
  if (accepted == NULL || ++self->in_window >= MAX_IN_WINDOW)
    drop_source (&self->incoming);
  if (accepted == NULL)
    return G_SOURCE_REMOVE;
  connection = g_socket_connection_factory_create_connection (accepted);
  g_signal_emit (self, signals[SIGNAL_CONNECTION], 0, connection);
  return G_SOURCE_CONTINUE;
}

static void
serve (WfdListener *self)
{
  self->serves = TRUE;
  wait_for_incoming (self);
}

static void
stop_serving (WfdListener *self)
{
  self->serves = FALSE;
  drop_source (&self->window);
  drop_source (&self->incoming);
}

/* --- one socket for several --- */

/* The first of those from @from on that is at the place of @self. With the lock. */
static WfdListener *
find_sharing (GList *from, WfdListener *self)
{
  for (; from != NULL; from = from->next) {
    WfdListener *one = from->data;

    if (one->port == self->port && strcmp (one->address, self->address) == 0)
      return one;
  }
  return NULL;
}

/* What is left to @self, one after the other; NULL at the end. */
static GSocketConnection *
take (WfdListener *self)
{
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);

  /* In the place of one that has gone, the first accepts. */
  if (!self->serves && find_sharing (sharing, self) == self)
    serve (self);
  if (g_queue_is_empty (&self->given))
    drop_source (&self->wake);
  return g_queue_pop_head (&self->given);
}

static gboolean
on_woken (gpointer user_data)
{
  g_autoptr (GSocketConnection) connection = take (user_data);

  if (connection == NULL)
    return G_SOURCE_REMOVE;
  g_signal_emit (user_data, signals[SIGNAL_CONNECTION], 0, connection);
  return G_SOURCE_CONTINUE;
}

/* With the lock. */
static void
wake (WfdListener *self)
{
  if (self->wake != NULL)
    return;
  self->wake = g_idle_source_new ();
  g_source_set_priority (self->wake, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->wake, on_woken, self, NULL);
  g_source_attach (self->wake, self->context);
}

/* Who waits to be accepted, or looked at, waits on. With the lock. */
static void
leave (WfdListener *self)
{
  GSocketConnection *connection;
  WfdListener *heir;

  while ((connection = g_queue_pop_head (&self->given)) != NULL) {
    wfd_listener_pass_on (self, connection);
    g_object_unref (connection);
  }
  drop_source (&self->wake);
  sharing = g_list_remove (sharing, self);
  heir = find_sharing (sharing, self);
  if (heir != NULL)
    wake (heir);
  else
    g_socket_close (self->socket, NULL);
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
  g_socket_set_blocking (socket, FALSE);
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

  if (wanted == NULL) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "“%s” is not an IP address to listen on", self->address);
    return FALSE;
  }
  self->socket = listen_at (wanted, error);
  if (self->socket == NULL)
    return FALSE;
  bound = g_socket_get_local_address (self->socket, error);
  if (bound == NULL)
    return FALSE;
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  serve (self);
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
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);
  g_autoptr (WfdListener) self = NULL;
  WfdListener *first;

  g_return_val_if_fail (address != NULL, NULL);

  self = g_object_new (WFD_TYPE_LISTENER, NULL);
  self->address = g_strdup (address);
  self->port = port;
  first = find_sharing (sharing, self);
  if (first != NULL)
    self->socket = g_object_ref (first->socket);
  else if (!begin (self, port, error))
    return NULL;
  sharing = g_list_append (sharing, self);
  return g_steal_pointer (&self);
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
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);
  GList *link = g_list_find (sharing, self);
  WfdListener *next;

  g_return_val_if_fail (WFD_IS_LISTENER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_CONNECTION (connection), FALSE);

  next = link != NULL ? find_sharing (link->next, self) : NULL;
  if (next == NULL)
    return FALSE;
  g_queue_push_tail (&next->given, g_object_ref (connection));
  wake (next);
  return TRUE;
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
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);

  g_return_if_fail (WFD_IS_LISTENER (self));

  stop_serving (self);
  if (self->socket != NULL)
    leave (self);
  g_clear_object (&self->socket);
}
