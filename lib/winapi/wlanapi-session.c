/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Clients and sessions of the Wi-Fi Direct functions, and what may be done with their
 * handles from any thread. */
#include "wlanapi-session.h"

#include <handle-table.h>

#include "winapi-descriptors.h"

/* More than any program needs, so that one that forgets to close them is told. */
#define MAX_CLIENTS 64
#define MAX_SESSIONS 256

/* Of everything here; no callback and no service is called with it. */
static GMutex lock;
/* A session is not pending any more. */
static GCond completed;
static WfdHandleTable clients = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_CLIENT, MAX_CLIENTS);
static WfdHandleTable sessions = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_SESSION, MAX_SESSIONS);

/* The session whose callback this thread is in. */
static GPrivate called_session;

static void
client_unref (WlanapiClient *self)
{
  if (!g_atomic_int_dec_and_test (&self->n_refs))
    return;
  g_ptr_array_unref (self->sessions);
  g_free (self);
}

WlanapiSession *
wlanapi_session_ref (WlanapiSession *self)
{
  g_atomic_int_inc (&self->n_refs);
  return self;
}

void
wlanapi_session_unref (WlanapiSession *self)
{
  if (!g_atomic_int_dec_and_test (&self->n_refs))
    return;
  client_unref (self->client);
  g_free (self);
}

/* --- clients --- */

HANDLE
wlanapi_client_open (void)
{
  WlanapiClient *self = g_new0 (WlanapiClient, 1);
  HANDLE handle;

  self->n_refs = 1;
  self->sessions = g_ptr_array_new ();
  g_mutex_lock (&lock);
  handle = wfd_handle_table_add (&clients, self);
  g_mutex_unlock (&lock);
  if (handle == NULL)
    client_unref (self);
  return handle;
}

/* With the lock. Its handle means nothing from now on. */
static void
forget (WlanapiSession *self)
{
  if (wfd_handle_table_remove (&sessions, self->handle) == NULL)
    return;
  g_ptr_array_remove_fast (self->client->sessions, self);
  self->state = WLANAPI_CLOSED;
  wlanapi_session_unref (self);
}

/* With the lock. Not for the one whose callback closes the handle: it would wait for
 * itself. */
static void
wait_for_starts (WlanapiClient *self)
{
  WlanapiSession *called = g_private_get (&called_session);
  guint n_own = called != NULL && called->client == self ? 1 : 0;

  while (self->n_pending > n_own)
    g_cond_wait (&completed, &lock);
}

DWORD
wlanapi_client_close (HANDLE handle)
{
  g_autoptr (GPtrArray) open =
      g_ptr_array_new_with_free_func ((GDestroyNotify) wlanapi_session_unref);
  WlanapiClient *self;

  g_mutex_lock (&lock);
  self = wfd_handle_table_remove (&clients, handle);
  if (self != NULL) {
    wait_for_starts (self);
    while (self->sessions->len > 0) {
      WlanapiSession *session = g_ptr_array_index (self->sessions, 0);

      g_ptr_array_add (open, wlanapi_session_ref (session));
      forget (session);
    }
  }
  g_mutex_unlock (&lock);
  if (self == NULL)
    return ERROR_INVALID_HANDLE;

  for (guint i = 0; i < open->len; i++)
    wlanapi_service_close (g_ptr_array_index (open, i));
  client_unref (self);
  return ERROR_SUCCESS;
}

/* --- the life of a session --- */

/* What has failed is over with this. */
static void
end_start (WlanapiSession *self)
{
  g_mutex_lock (&lock);
  if (self->outcome.error != ERROR_SUCCESS)
    forget (self);
  self->client->n_pending--;
  g_cond_broadcast (&completed);
  g_mutex_unlock (&lock);
}

static void
wait_and_open (WlanapiSession *self)
{
  g_mutex_lock (&lock);
  while (!self->is_complete)
    g_cond_wait (&completed, &lock);
  if (self->outcome.error == ERROR_SUCCESS && self->state == WLANAPI_PENDING)
    self->state = WLANAPI_OPEN;
  g_mutex_unlock (&lock);
}

static gpointer
call_back (gpointer user_data)
{
  WlanapiSession *self = user_data;

  wait_and_open (self);
  g_private_set (&called_session, self);
  self->callback (self->handle, self->context, self->guid, self->outcome.error,
      self->outcome.reason);
  g_private_set (&called_session, NULL);
  end_start (self);
  wlanapi_session_unref (self);
  return NULL;
}

/* A callback may take its time, and call any of the functions, so it has a thread. It is there
 * from the beginning, as later nobody could be told that there is none. */
static gboolean
start_caller (WlanapiSession *self)
{
  GThread *thread = g_thread_try_new ("wfd-callback", call_back, wlanapi_session_ref (self), NULL);

  if (thread != NULL)
    g_thread_unref (thread);
  else
    wlanapi_session_unref (self);
  return thread != NULL;
}

DWORD
wlanapi_session_new (HANDLE client_handle, const WlanapiSession *wish, WlanapiSession **ret_session)
{
  WlanapiSession *self = g_new (WlanapiSession, 1);
  WlanapiClient *client;

  *self = *wish;
  self->n_refs = 2; /* that of the handle, and the caller's */
  g_mutex_lock (&lock);
  client = wfd_handle_table_get (&clients, client_handle);
  self->handle = client != NULL && winapi_has_descriptors (WINAPI_DESCRIPTORS_OF_LINK)
      ? wfd_handle_table_add (&sessions, self)
      : NULL;
  if (self->handle != NULL) {
    g_atomic_int_inc (&client->n_refs);
    self->client = client;
    client->n_pending++;
    g_ptr_array_add (client->sessions, self);
  }
  g_mutex_unlock (&lock);
  if (self->handle == NULL) {
    g_free (self);
    return client == NULL ? ERROR_INVALID_HANDLE : ERROR_NOT_ENOUGH_MEMORY;
  }
  if (self->callback != NULL && !start_caller (self)) {
    self->outcome.error = ERROR_NOT_ENOUGH_MEMORY;
    end_start (self);
    wlanapi_session_unref (self);
    return ERROR_NOT_ENOUGH_MEMORY;
  }
  *ret_session = self;
  return ERROR_SUCCESS;
}

void
wlanapi_session_complete (WlanapiSession *self, const GError *error, const GUID *guid)
{
  /* The codes have no words. */
  if (error != NULL)
    g_debug ("%s: %s", self->device, error->message);
  g_mutex_lock (&lock);
  self->outcome = winapi_outcome_from_error (error);
  if (error == NULL)
    self->guid = *guid;
  self->is_complete = TRUE;
  g_cond_broadcast (&completed);
  g_mutex_unlock (&lock);
}

DWORD
wlanapi_session_wait (WlanapiSession *self)
{
  wait_and_open (self);
  end_start (self);
  return self->outcome.error;
}

WlanapiSession *
wlanapi_session_find (HANDLE handle)
{
  WlanapiSession *self;

  g_mutex_lock (&lock);
  self = wfd_handle_table_get (&sessions, handle);
  if (self != NULL)
    wlanapi_session_ref (self);
  g_mutex_unlock (&lock);
  return self;
}

DWORD
wlanapi_session_take_open (HANDLE handle, WlanapiSession **ret_session)
{
  WlanapiSession *self;

  *ret_session = NULL;
  g_mutex_lock (&lock);
  self = wfd_handle_table_get (&sessions, handle);
  if (self != NULL && self->state == WLANAPI_OPEN) {
    *ret_session = wlanapi_session_ref (self);
    forget (self);
  }
  g_mutex_unlock (&lock);
  return self != NULL ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
}
