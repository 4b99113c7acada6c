/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-source.h>
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
/* As many as one source may keep waiting, of all and of one address, until its thread looks at
 * them. */
#define MAX_GIVEN 16
#define MAX_GIVEN_OF_ADDRESS 4
/* A display may be there before its source has been told that the link is open. It waits 6 s for
 * M1 (T1). */
#define HOLD_US (5 * G_USEC_PER_SEC)
#define MAX_HELD 8

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

  /* With the lock. */
  GInetAddress *peer; /* (nullable): not known */
  GQueue given;       /* GSocketConnections that others have left to this one */
  GSource *wake;      /* (nullable): until they are taken */
  gboolean is_new;    /* and has not looked at what others hold */
  GQueue held;        /* Held, the oldest first, that nobody wants yet */
  GSource *release;   /* (nullable): of the oldest */
};

typedef struct
{
  GSocketConnection *connection;
  gint64 end_us;
} Held;

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

static gboolean on_woken (gpointer user_data);
static gboolean on_release (gpointer user_data);

/* --- accepting --- */

static void deal_out (WfdListener *self, GSocketConnection *connection);
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

  wfd_clear_source (&self->window);
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
    wfd_clear_source (&self->incoming);
  if (accepted == NULL)
    return G_SOURCE_REMOVE;
  connection = g_socket_connection_factory_create_connection (accepted);
  deal_out (self, connection);
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
  wfd_clear_source (&self->window);
  wfd_clear_source (&self->incoming);
}

/* --- one socket for several --- */

static gboolean
is_beside (WfdListener *self, WfdListener *other)
{
  return other->port == self->port && strcmp (other->address, self->address) == 0;
}

/* The first that is at the place of @self. With the lock. */
static WfdListener *
find_sharing (WfdListener *self)
{
  for (GList *link = sharing; link != NULL; link = link->next) {
    if (is_beside (self, link->data))
      return link->data;
  }
  return NULL;
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

/* NULL if it has gone already. */
static GInetAddress *
dup_remote_address (GSocketConnection *connection)
{
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  return G_IS_INET_SOCKET_ADDRESS (remote)
      ? g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)))
      : NULL;
}

static gboolean
is_from (GSocketConnection *connection, GInetAddress *address)
{
  g_autoptr (GInetAddress) remote = dup_remote_address (connection);

  return remote != NULL && address != NULL && g_inet_address_equal (remote, address);
}

/* With the lock. */
static gboolean
is_claimed (WfdListener *self, GSocketConnection *connection)
{
  for (GList *link = sharing; link != NULL; link = link->next) {
    WfdListener *one = link->data;

    if (is_beside (self, one) && is_from (connection, one->peer))
      return TRUE;
  }
  return FALSE;
}

/* With the lock. */
static gboolean
may_want (WfdListener *self, GSocketConnection *connection)
{
  return self->peer != NULL ? is_from (connection, self->peer) : !is_claimed (self, connection);
}

/* The first of those from @from on, at the place of @self, that may want it. With the lock. */
static WfdListener *
find_taker (GList *from, WfdListener *self, GSocketConnection *connection)
{
  for (; from != NULL; from = from->next) {
    if (is_beside (self, from->data) && may_want (from->data, connection))
      return from->data;
  }
  return NULL;
}

/* With the lock. */
static void
give (WfdListener *self, GSocketConnection *connection)
{
  g_autoptr (GInetAddress) address = dup_remote_address (connection);
  guint n = 0;

  for (GList *link = self->given.head; link != NULL; link = link->next)
    n += is_from (link->data, address);
  if (self->given.length >= MAX_GIVEN || n >= MAX_GIVEN_OF_ADDRESS) {
    g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
    return;
  }
  g_queue_push_tail (&self->given, g_object_ref (connection));
  wake (self);
}

/* --- what nobody wants yet --- */

static void
close_held (gpointer data)
{
  Held *held = data;

  g_io_stream_close (G_IO_STREAM (held->connection), NULL, NULL);
  g_object_unref (held->connection);
  g_free (held);
}

/* With the lock. */
static void
set_release (WfdListener *self)
{
  const Held *oldest = g_queue_peek_head (&self->held);

  wfd_clear_source (&self->release);
  if (oldest == NULL)
    return;
  self->release = g_timeout_source_new (0);
  g_source_set_ready_time (self->release, oldest->end_us);
  g_source_set_callback (self->release, on_release, self, NULL);
  g_source_attach (self->release, self->context);
}

static gboolean
on_release (gpointer user_data)
{
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);
  WfdListener *self = user_data;

  close_held (g_queue_pop_head (&self->held));
  set_release (self);
  return G_SOURCE_REMOVE;
}

/* With the lock. */
static void
add_held (WfdListener *self, Held *held)
{
  g_autoptr (GInetAddress) address = dup_remote_address (held->connection);
  GList *next;

  /* Whoever connects anew has given up what was before. */
  for (GList *link = self->held.head; link != NULL; link = next) {
    next = link->next;
    if (is_from (((Held *) link->data)->connection, address)) {
      close_held (link->data);
      g_queue_delete_link (&self->held, link);
    }
  }
  g_queue_push_tail (&self->held, held);
  /* As nobody has been asked anything, the oldest is the least likely to be a display. */
  if (self->held.length > MAX_HELD)
    close_held (g_queue_pop_head (&self->held));
  set_release (self);
}

/* With the lock. */
static void
hold (WfdListener *self, GSocketConnection *connection)
{
  Held *held = g_new (Held, 1);

  *held = (Held) { g_object_ref (connection), g_get_monotonic_time () + HOLD_US };
  add_held (self, held);
}

/* What @other holds for @self. With the lock. */
static void
take_held (WfdListener *self, WfdListener *other)
{
  GList *next;

  for (GList *link = other->held.head; link != NULL; link = next) {
    Held *held = link->data;

    next = link->next;
    if (!may_want (self, held->connection))
      continue;
    give (self, held->connection);
    g_object_unref (held->connection);
    g_free (held);
    g_queue_delete_link (&other->held, link);
  }
  set_release (other);
}

/* Once it is known where its peer is. With the lock. */
static void
look_at_held (WfdListener *self)
{
  for (GList *link = sharing; link != NULL; link = link->next) {
    WfdListener *one = link->data;

    self->is_new |= is_beside (self, one) && one->held.length > 0;
  }
  if (self->is_new)
    wake (self);
}

/* --- from one to the other --- */

static void
deal_out (WfdListener *self, GSocketConnection *connection)
{
  WfdListener *taker = self;

  g_rec_mutex_lock (&sharing_lock);
  if (g_list_find (sharing, self) != NULL)
    taker = find_taker (sharing, self, connection);
  if (taker == NULL)
    hold (self, connection);
  else if (taker != self)
    give (taker, connection);
  g_rec_mutex_unlock (&sharing_lock);
  if (taker == self)
    g_signal_emit (self, signals[SIGNAL_CONNECTION], 0, connection);
}

/* What is left to @self, one after the other; NULL at the end. */
static GSocketConnection *
take (WfdListener *self)
{
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);

  /* In the place of one that has gone, the first accepts. */
  if (!self->serves && find_sharing (self) == self)
    serve (self);
  for (GList *link = sharing; self->is_new && link != NULL; link = link->next) {
    if (is_beside (self, link->data))
      take_held (self, link->data);
  }
  self->is_new = FALSE;
  if (g_queue_is_empty (&self->given))
    wfd_clear_source (&self->wake);
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

/* Who waits to be accepted, or looked at, waits on. With the lock. */
static void
leave (WfdListener *self)
{
  GSocketConnection *connection;
  WfdListener *heir;
  Held *held;

  while ((connection = g_queue_pop_head (&self->given)) != NULL) {
    wfd_listener_pass_on (self, connection);
    g_object_unref (connection);
  }
  wfd_clear_source (&self->wake);
  wfd_clear_source (&self->release);
  sharing = g_list_remove (sharing, self);
  heir = find_sharing (self);
  while ((held = g_queue_pop_head (&self->held)) != NULL) {
    if (heir != NULL)
      add_held (heir, held);
    else
      close_held (held);
  }
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
  g_clear_object (&self->peer);
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
 * device has told. A connection is that of who has named its address by wfd_listener_set_peer();
 * else the first is told of it, and passes it on if it is not of its sink.
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
  first = find_sharing (self);
  if (first != NULL)
    self->socket = g_object_ref (first->socket);
  else if (!begin (self, port, error))
    return NULL;
  sharing = g_list_append (sharing, self);
  look_at_held (self);
  return g_steal_pointer (&self);
}

/**
 * wfd_listener_set_peer:
 * @self: a listener made by wfd_listener_new_sharing()
 * @address: (nullable): from where its sink connects; %NULL if that is not known
 *
 * From now on @self is told of connections from @address alone, and no other listener at its port
 * is, unless it has said the same. One that does not know where its sink is, as at first, is told
 * of all that nobody else claims.
 */
void
wfd_listener_set_peer (WfdListener *self, GInetAddress *address)
{
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);

  g_return_if_fail (WFD_IS_LISTENER (self));
  g_return_if_fail (address == NULL || G_IS_INET_ADDRESS (address));

  g_set_object (&self->peer, address);
}

/**
 * wfd_listener_pass_on:
 * @self: a listener
 * @connection: a connection that it has told of
 *
 * Lets the next one that shares the port have it. If there is none, and nobody has claimed it, it
 * is kept for some seconds, as its source may be about to begin.
 *
 * Returns: whether somebody else wants @connection, or may do so; if not it is still the caller's
 */
gboolean
wfd_listener_pass_on (WfdListener *self, GSocketConnection *connection)
{
  G_GNUC_UNUSED g_autoptr (GRecMutexLocker) locker = g_rec_mutex_locker_new (&sharing_lock);
  GList *link = g_list_find (sharing, self);
  WfdListener *next;

  g_return_val_if_fail (WFD_IS_LISTENER (self), FALSE);
  g_return_val_if_fail (G_IS_SOCKET_CONNECTION (connection), FALSE);

  if (link == NULL)
    return FALSE;
  next = find_taker (link->next, self, connection);
  if (next != NULL)
    give (next, connection);
  else if (is_claimed (self, connection))
    return FALSE;
  else
    hold (self, connection);
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
