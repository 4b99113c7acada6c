/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-private.h"

#include <base-source.h>
#include <wfd/wfd-error.h>

/* Between two attempts to connect (T0): soon at first, for the source that is
 * about to listen, then at the pace that sinks have. */
#define RETRY_FIRST_MS 50
#define RETRY_MAX_MS 1000

/* Where a source may be whose port nobody has told: where the standard has it,
 * where a Microsoft adapter looked for it, where AOSP has it for some Broadcom
 * sinks. */
static const guint16 usual_ports[] = { WFD_DEFAULT_RTSP_PORT, 554, 8554 };

/* An attempt at one of the others: a firewall may not answer at all. */
#define OTHER_PORT_TIMEOUT_S 1

static void connect_once (WfdSession *self, GTask *task);

static gboolean
on_retry (gpointer user_data)
{
  GTask *task = user_data;
  WfdSession *self = g_task_get_source_object (task);

  connect_once (self, task);
  return G_SOURCE_REMOVE;
}

static void
finish_connecting (WfdSession *self, GTask *task, GError *error)
{
  wfd_clear_source (&self->retry);
  g_clear_object (&self->connecting);
  if (error == NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  wfd_session_give_up (self, error);
  g_task_return_error (task, error);
}

/* Whether it may be that the source just does not listen yet. */
static gboolean
is_worth_a_retry (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

typedef struct
{
  char *host;
  guint16 port; /* 0: one of the usual */
} Target;

static void
free_target (gpointer data)
{
  Target *target = data;

  g_free (target->host);
  g_free (target);
}

/* Whether there is another port to try before the next pause. Not at first: what
 * is there may be no source, and the source about to listen at the usual one. */
static gboolean
next_port (WfdSession *self, const Target *target)
{
  if (target->port != 0 || self->retry_ms < RETRY_MAX_MS)
    return FALSE;
  self->usual_port = (self->usual_port + 1) % G_N_ELEMENTS (usual_ports);
  return self->usual_port != 0;
}

static void
retry (WfdSession *self, GTask *task)
{
  if (next_port (self, g_task_get_task_data (task))) {
    connect_once (self, task);
    return;
  }
  self->retry = g_timeout_source_new (self->retry_ms);
  self->retry_ms = MIN (2 * self->retry_ms, RETRY_MAX_MS);
  g_source_set_callback (self->retry, on_retry, g_object_ref (task), g_object_unref);
  g_source_attach (self->retry, self->context);
}

static char *
dup_tried_ports (WfdSession *self, const Target *target)
{
  g_autoptr (GString) text = NULL;

  if (target->port != 0)
    return g_strdup_printf ("port %u", target->port);
  text = g_string_new ("port");
  for (guint i = 0; i < self->n_usual_ports; i++)
    g_string_append_printf (text, "%s %u", i > 0 ? "," : "", usual_ports[i]);
  return g_strdup (text->str);
}

/* (transfer full) @error. What the application itself ended stays what it is. */
static GError *
make_connect_error (WfdSession *self, const Target *target, GError *error)
{
  g_autofree char *ports = NULL;
  GError *made;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return error;
  ports = dup_tried_ports (self, target);
  if (error->domain == G_RESOLVER_ERROR)
    made = g_error_new (WFD_ERROR, WFD_ERROR_NO_PEER,
        "No connection to the source: %s; check how the name is written, or use an IP address",
        error->message);
  else
    made = g_error_new (WFD_ERROR, WFD_ERROR_CONNECT, "No connection to the source (%s): %s", ports,
        error->message);
  g_error_free (error);
  return made;
}

static guint16
get_port (WfdSession *self, const Target *target)
{
  return target->port != 0 ? target->port : usual_ports[self->usual_port];
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  WfdSession *self = g_task_get_source_object (task);
  const Target *target = g_task_get_task_data (task);
  g_autoptr (GSocketConnection) connection = NULL;
  GError *error = NULL;

  connection = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);
  if (self->connecting != task) { /* wfd_session_close () came first */
    g_clear_error (&error);
    return;
  }
  if (connection != NULL) {
    /* The socket keeps the time limit of the attempt, and would end a session
     * in which the source says nothing for so long: M16 may come once a minute. */
    g_socket_set_timeout (g_socket_connection_get_socket (connection), 0);
    wfd_session_begin (self, connection, &error);
    finish_connecting (self, task, error);
  } else if (is_worth_a_retry (error) && g_get_monotonic_time () < self->connect_deadline_us) {
    wfd_session_note_attempt (self, get_port (self, target), error);
    g_clear_error (&error);
    if (self->connecting == task) /* no handler has closed it */
      retry (self, task);
  } else {
    finish_connecting (self, task, make_connect_error (self, target, error));
  }
}

static void
set_local_address (WfdSession *self, GSocketClient *client)
{
  g_autoptr (GSocketAddress) address = NULL;

  if (self->local_address == NULL)
    return;
  address = g_inet_socket_address_new (self->local_address, 0);
  g_socket_client_set_local_address (client, address);
}

static void
connect_once (WfdSession *self, GTask *task)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  gint64 left_us = self->connect_deadline_us - g_get_monotonic_time ();
  Target *target = g_task_get_task_data (task);

  self->n_usual_ports = MAX (self->n_usual_ports, self->usual_port + 1);
  wfd_clear_source (&self->retry);
  g_socket_client_set_enable_proxy (client, FALSE);
  set_local_address (self, client);
  g_socket_client_set_timeout (client,
      self->usual_port > 0 ? OTHER_PORT_TIMEOUT_S : MAX (1, left_us / G_USEC_PER_SEC));
  g_socket_client_connect_to_host_async (client, target->host, get_port (self, target),
      g_task_get_cancellable (task), on_connected, g_object_ref (task));
}

/**
 * wfd_session_connect_async:
 * @self: a session of role %WFD_ROLE_SINK that was not used yet
 * @host: name or address of the source
 * @port: its RTSP port; 0 if it is not known: %WFD_DEFAULT_RTSP_PORT then, and
 *   where nobody listens there for some two seconds, 554 and 8554 in turn
 * @cancellable: (nullable): to give up the attempt
 * @callback: (scope async): called when the connection stands or cannot be made
 * @user_data: data for @callback
 *
 * Connects to a source, trying again while nobody listens until
 * #WfdSession:connect-timeout-ms is over (T0), and begins the dialogue. Each
 * attempt that fails is told by #WfdSession::attempt-failed. The session goes on by
 * itself once it is connected; see #WfdSession:state.
 */
void
wfd_session_connect_async (WfdSession *self, const char *host, guint16 port,
    GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = NULL;
  Target *target;

  g_return_if_fail (WFD_IS_SESSION (self));
  g_return_if_fail (host != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, wfd_session_connect_async);
  if (self->role != WFD_ROLE_SINK || self->state != WFD_SESSION_STATE_IDLE) {
    g_task_return_new_error (task, WFD_ERROR, WFD_ERROR_STATE,
        "Only a sink connects, and a session can be used once only");
    return;
  }

  target = g_new (Target, 1);
  *target = (Target) { g_strdup (host), port };
  g_task_set_task_data (task, target, free_target);
  self->connecting = g_object_ref (task);
  self->connect_deadline_us = g_get_monotonic_time () + self->connect_timeout_ms * 1000ll;
  self->retry_ms = RETRY_FIRST_MS;
  wfd_session_set_state (self, WFD_SESSION_STATE_CONNECTING);
  connect_once (self, task);
}

/**
 * wfd_session_connect_finish:
 * @self: a session
 * @result: what the callback was given
 * @error: return location for an error: %WFD_ERROR_CONNECT, %WFD_ERROR_NO_PEER if the
 *   name of the source is not known, %WFD_ERROR_STATE, or one of the #G_IO_ERROR domain,
 *   as %G_IO_ERROR_CANCELLED
 *
 * Returns: whether the connection stands
 */
gboolean
wfd_session_connect_finish (WfdSession *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
wfd_session_stop_connecting (WfdSession *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->connecting);

  wfd_clear_source (&self->retry);
  wfd_session_give_up (self, NULL);
  if (task != NULL)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The session was closed");
}
