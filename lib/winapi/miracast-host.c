/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part of an operating system for a Miracast driver. */
#include "miracast-host.h"

#include <handle-table.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "miracast-context.h"
#include "miracast-counters.h"
#include "miracast-visit.h"
#include "winapi-descriptors.h"

/* What the interface gives a driver to be gone. */
#define DESTROY_LIMIT_MS 3000

#define MAX_HOSTS 64

static GMutex table_lock;
static WfdHandleTable table = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_MIRACAST_HOST, MAX_HOSTS);

MiracastHost *
miracast_host_find (gconstpointer handle, NTSTATUS *ret_status)
{
  MiracastHost *self;

  g_mutex_lock (&table_lock);
  self = handle != NULL ? wfd_handle_table_get (&table, handle) : NULL;
  if (self != NULL)
    g_atomic_rc_box_acquire (self);
  g_mutex_unlock (&table_lock);
  *ret_status = handle == NULL ? STATUS_INVALID_PARAMETER
      : self == NULL           ? STATUS_INVALID_HANDLE
                               : STATUS_SUCCESS;
  return self;
}

static void
clear (gpointer data)
{
  MiracastHost *self = data;

  miracast_chunks_free (self->chunks);
  g_mutex_clear (&self->turn);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
}

void
miracast_host_unref (MiracastHost *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static MiracastHost *
create_host (const WFDX_MIRACAST_DISPLAY *display, const MiracastLibrary *library)
{
  MiracastHost *self = g_atomic_rc_box_new0 (MiracastHost);

  self->display = *display;
  self->library = *library;
  self->chunks = miracast_chunks_new ();
  self->destroy_limit_ms = DESTROY_LIMIT_MS;
  self->phase = MIRACAST_PHASE_CREATING;
  self->phase_thread = g_thread_self ();
  self->fd = -1;
  g_mutex_init (&self->turn);
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->messages);
  return self;
}

/* With the lock. */
static gboolean
enter (MiracastHost *self, MiracastPhase from, MiracastPhase to)
{
  if (self->phase != from)
    return FALSE;
  self->phase = to;
  self->phase_thread = g_thread_self ();
  g_cond_broadcast (&self->changed);
  return TRUE;
}

/* One of the four calls begins, with the turn; FALSE if it may not. */
static gboolean
begin (MiracastHost *self, MiracastPhase from, MiracastPhase to)
{
  gboolean possible;

  g_mutex_lock (&self->lock);
  possible = enter (self, from, to);
  g_mutex_unlock (&self->lock);
  return possible;
}

/* Whoever sees that a start is under way has its socket to shut down. */
static gboolean
begin_session (MiracastHost *self, int fd)
{
  gboolean possible;

  g_mutex_lock (&self->lock);
  possible = enter (self, MIRACAST_PHASE_IDLE, MIRACAST_PHASE_STARTING);
  if (possible) {
    self->session++;
    self->fd = fd;
  }
  g_mutex_unlock (&self->lock);
  return possible;
}

/* It has ended. */
static void
finish (MiracastHost *self, MiracastPhase to)
{
  g_mutex_lock (&self->lock);
  self->phase = to;
  self->phase_thread = NULL;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
forget (MiracastHost *self)
{
  g_mutex_lock (&table_lock);
  if (wfd_handle_table_remove (&table, self->handle) != NULL)
    miracast_host_unref (self);
  g_mutex_unlock (&table_lock);
}

static NTSTATUS
create_context (MiracastHost *self)
{
  MIRACAST_CALLBACKS callbacks = miracast_host_callbacks;
  NTSTATUS status;

  g_mutex_lock (&table_lock);
  self->handle = wfd_handle_table_add (&table, self);
  if (self->handle != NULL)
    g_atomic_rc_box_acquire (self);
  g_mutex_unlock (&table_lock);
  if (self->handle == NULL)
    return STATUS_INSUFFICIENT_RESOURCES;
  status = self->library.driver.CreateMiracastContext (self->handle, &callbacks, &self->context);
  finish (self, status == STATUS_SUCCESS ? MIRACAST_PHASE_IDLE : MIRACAST_PHASE_GONE);
  if (status != STATUS_SUCCESS)
    forget (self);
  return status;
}

NTSTATUS
WfdxMiracastOpen (PCSTR driver_path, const WFDX_MIRACAST_DISPLAY *display, HANDLE *ret_device)
{
  g_autoptr (MiracastHost) self = NULL;
  MiracastLibrary library;
  NTSTATUS status;

  if (display == NULL || display->Size < sizeof (*display) || ret_device == NULL)
    return STATUS_INVALID_PARAMETER;
  /* So that a driver that cannot be opened now is not taken for one that is not there. */
  if (!winapi_has_descriptors (WINAPI_DESCRIPTORS_OF_THREAD))
    return STATUS_INSUFFICIENT_RESOURCES;
  status = miracast_library_load (&library, driver_path);
  if (status != STATUS_SUCCESS)
    return status;
  self = create_host (display, &library);
  if (self->chunks != NULL && miracast_thread_start (&self->thread, "wfd-miracast-os"))
    status = create_context (self);
  else
    status = STATUS_INSUFFICIENT_RESOURCES;
  if (status != STATUS_SUCCESS) {
    miracast_thread_end (&self->thread);
    miracast_library_unload (&self->library);
    return status;
  }
  *ret_device = self->handle;
  return STATUS_SUCCESS;
}

/* Within one of the four, or in the thread that whoever has the turn may be waiting for. */
static gboolean
is_within_call (MiracastHost *self)
{
  GThread *called = g_thread_self ();
  gboolean is_within;

  g_mutex_lock (&self->lock);
  is_within = self->phase_thread == called || self->thread.thread == called;
  g_mutex_unlock (&self->lock);
  return is_within;
}

/*
 * Start and stop
 */

/* From then on nobody shuts it down. */
static int
take_socket (MiracastHost *self)
{
  int fd;

  g_mutex_lock (&self->lock);
  fd = self->fd;
  self->fd = -1;
  g_mutex_unlock (&self->lock);
  return fd;
}

/* As who has called keeps the socket then. */
static gboolean
is_refusal (NTSTATUS status)
{
  return status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_HANDLE
      || status == STATUS_INVALID_DEVICE_STATE;
}

static MIRACAST_WFD_CONNECTION_STATS
get_connection (MiracastHost *self)
{
  return self->link != NULL ? miracast_link_get_connection (self->link)
                            : (MIRACAST_WFD_CONNECTION_STATS) { 0 };
}

/* If the driver wanted that while it started. */
static void
stop_if_wanted (MiracastHost *self)
{
  guint session;

  g_mutex_lock (&self->lock);
  session = self->session_to_stop;
  self->session_to_stop = 0;
  g_mutex_unlock (&self->lock);
  if (session != 0)
    miracast_host_stop_later (self, session);
}

/* With the turn, in the phase of a start. */
static NTSTATUS
start (MiracastHost *self, SOCKET socket, const MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *ret_info)
{
  MIRACAST_WFD_CONNECTION_STATS given = stats != NULL ? *stats : get_connection (self);
  MIRACAST_SESSION_INFO info = { .Value = 0 };
  NTSTATUS status;
  int fd;

  g_mutex_lock (&self->lock);
  self->counters = (WFDX_MIRACAST_COUNTERS) { .EncodeRate = given.CurrentBitRate };
  g_mutex_unlock (&self->lock);
  miracast_chunks_open (self->chunks);
  status = self->library.driver.StartMiracastSession (self->context, socket, &given, &info);
  g_debug ("start: 0x%08x, session information 0x%x", (guint) status, info.Value);
  if (status == STATUS_SUCCESS) {
    *ret_info = info;
    finish (self, MIRACAST_PHASE_STREAMING);
    miracast_host_send_deferred (self);
    return status;
  }
  if (self->link != NULL)
    miracast_link_end_session (self->link);
  miracast_chunks_close (self->chunks);
  fd = take_socket (self);
  if (!is_refusal (status))
    close (fd);
  finish (self, MIRACAST_PHASE_IDLE);
  miracast_host_drop_messages (self);
  return status;
}

NTSTATUS
WfdxMiracastStart (HANDLE device, SOCKET socket, const MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *ret_info)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  if (ret_info == NULL || socket > G_MAXINT)
    return STATUS_INVALID_PARAMETER;
  if (is_within_call (self))
    return STATUS_INVALID_DEVICE_STATE;
  g_mutex_lock (&self->turn);
  if (begin_session (self, (int) socket))
    status = start (self, socket, stats, ret_info);
  else
    status = STATUS_INVALID_DEVICE_STATE;
  g_mutex_unlock (&self->turn);
  stop_if_wanted (self);
  return status;
}

/* With the turn. FALSE if no session is on. */
static gboolean
stop (MiracastHost *self)
{
  if (!begin (self, MIRACAST_PHASE_STREAMING, MIRACAST_PHASE_STOPPING))
    return FALSE;
  miracast_host_wait_for_messages (self);
  miracast_chunks_close (self->chunks);
  self->library.driver.StopMiracastSession (self->context);
  if (self->link != NULL)
    miracast_link_end_session (self->link);
  close (take_socket (self));
  finish (self, MIRACAST_PHASE_IDLE);
  g_debug ("stopped");
  return TRUE;
}

/* The driver notices that its connection has gone, and waits for nothing any more. */
static void
hurry_start (MiracastHost *self)
{
  g_mutex_lock (&self->lock);
  if (self->phase == MIRACAST_PHASE_STARTING && self->fd >= 0)
    shutdown (self->fd, SHUT_RDWR);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  MiracastHost *host;
  guint session;
} StopOrder;

static void
free_stop_order (gpointer data)
{
  StopOrder *order = data;

  miracast_host_unref (order->host);
  g_free (order);
}

/* With the lock. */
static gboolean
is_on (MiracastHost *self, guint session)
{
  return self->session == session && self->phase == MIRACAST_PHASE_STREAMING;
}

/* Meanwhile there may be another session, or none. Whoever has the turn may be waiting for this
 * thread; he has it for moments only while a session is on. */
static gboolean
on_stop_later (gpointer data)
{
  StopOrder *order = data;
  MiracastHost *self = order->host;
  gboolean is_due;

  g_mutex_lock (&self->lock);
  is_due = is_on (self, order->session);
  g_mutex_unlock (&self->lock);
  if (!is_due)
    return G_SOURCE_REMOVE;
  if (!g_mutex_trylock (&self->turn))
    return G_SOURCE_CONTINUE;
  stop (self);
  g_mutex_unlock (&self->turn);
  return G_SOURCE_REMOVE;
}

void
miracast_host_stop_later (MiracastHost *self, guint session)
{
  StopOrder *order;

  g_mutex_lock (&self->lock);
  /* Without a session the thread may be gone. */
  if (is_on (self, session)) {
    order = g_new (StopOrder, 1);
    *order = (StopOrder) { g_atomic_rc_box_acquire (self), session };
    miracast_thread_post (&self->thread, on_stop_later, order, free_stop_order);
  }
  g_mutex_unlock (&self->lock);
}

/* To who has the turn, or comes after. */
static NTSTATUS
leave_stop (MiracastHost *self)
{
  gboolean is_starting, is_streaming;
  guint session;

  g_mutex_lock (&self->lock);
  session = self->session;
  is_starting = self->phase == MIRACAST_PHASE_STARTING;
  is_streaming = self->phase == MIRACAST_PHASE_STREAMING;
  if (is_starting)
    self->session_to_stop = session;
  g_mutex_unlock (&self->lock);
  if (is_streaming)
    miracast_host_stop_later (self, session);
  return is_starting || is_streaming ? STATUS_PENDING : STATUS_SUCCESS;
}

NTSTATUS
WfdxMiracastStop (HANDLE device)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  if (is_within_call (self))
    return STATUS_INVALID_DEVICE_STATE;
  hurry_start (self);
  /* Whoever has the turn may be waiting for the driver, which has called us. */
  if (!miracast_visit_is_of (self))
    g_mutex_lock (&self->turn);
  else if (!g_mutex_trylock (&self->turn))
    return leave_stop (self);
  stop (self);
  g_mutex_unlock (&self->turn);
  return STATUS_SUCCESS;
}

/*
 * The end
 */

static gpointer
destroy (gpointer data)
{
  g_autoptr (MiracastHost) self = data;

  begin (self, MIRACAST_PHASE_IDLE, MIRACAST_PHASE_DESTROYING);
  self->library.driver.DestroyMiracastContext (self->context);
  finish (self, MIRACAST_PHASE_GONE);
  return NULL;
}

/* FALSE if the driver did not come to an end. Without a thread to be had it has all the time. */
static gboolean
destroy_in_time (MiracastHost *self)
{
  gint64 end_us = g_get_monotonic_time () + self->destroy_limit_ms * 1000ll;
  GThread *thread =
      g_thread_try_new ("wfd-miracast-end", destroy, g_atomic_rc_box_acquire (self), NULL);
  gboolean in_time = TRUE;

  if (thread == NULL) {
    destroy (self);
    return TRUE;
  }
  g_mutex_lock (&self->lock);
  while (self->phase != MIRACAST_PHASE_GONE && in_time)
    in_time = g_cond_wait_until (&self->changed, &self->lock, end_us);
  in_time = self->phase == MIRACAST_PHASE_GONE;
  g_mutex_unlock (&self->lock);
  if (in_time)
    g_thread_join (thread);
  else
    g_thread_unref (thread);
  return in_time;
}

static void
free_link (gpointer data)
{
  MiracastHost *self = data;

  g_clear_pointer (&self->link, miracast_link_free);
}

static NTSTATUS
end (MiracastHost *self)
{
  gboolean in_time = destroy_in_time (self);

  forget (self);
  miracast_thread_call (&self->thread, free_link, self);
  miracast_thread_end (&self->thread);
  if (!in_time) {
    g_debug ("the driver did not end within %u ms, and stays", self->destroy_limit_ms);
    return STATUS_IO_TIMEOUT;
  }
  miracast_library_unload (&self->library);
  return STATUS_SUCCESS;
}

NTSTATUS
WfdxMiracastClose (HANDLE device)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);
  gboolean is_ours;

  if (self == NULL)
    return status;
  /* The driver would be waited for, which waits for the program that it has called. */
  if (is_within_call (self) || miracast_visit_is_of (self))
    return STATUS_INVALID_DEVICE_STATE;
  hurry_start (self);
  g_mutex_lock (&self->turn);
  stop (self);
  g_mutex_lock (&self->lock);
  is_ours = self->phase == MIRACAST_PHASE_IDLE;
  g_mutex_unlock (&self->lock);
  status = is_ours ? end (self) : STATUS_INVALID_HANDLE;
  g_mutex_unlock (&self->turn);
  return status;
}

/*
 * What a program may ask and set
 */

NTSTATUS
WfdxMiracastGetContext (HANDLE device, PVOID *ret_context)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  if (ret_context == NULL)
    return STATUS_INVALID_PARAMETER;
  *ret_context = self->context;
  return STATUS_SUCCESS;
}

NTSTATUS
WfdxMiracastGetCounters (HANDLE device, WFDX_MIRACAST_COUNTERS *ret_counters)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);
  MiracastFoundRate found;

  if (self == NULL)
    return status;
  if (ret_counters == NULL)
    return STATUS_INVALID_PARAMETER;
  found = miracast_context_find_rate (self->context);
  g_mutex_lock (&self->lock);
  *ret_counters = self->counters;
  g_mutex_unlock (&self->lock);
  miracast_counters_set_found (ret_counters, &found);
  return STATUS_SUCCESS;
}

NTSTATUS
WfdxMiracastGetState (HANDLE device, WFDX_MIRACAST_SESSION_STATE *ret_state)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  if (ret_state == NULL)
    return STATUS_INVALID_PARAMETER;
  g_mutex_lock (&self->lock);
  *ret_state = self->phase == MIRACAST_PHASE_STARTING ? WfdxMiracastStartPending
      : self->phase == MIRACAST_PHASE_STREAMING       ? WfdxMiracastStarted
      : self->phase == MIRACAST_PHASE_STOPPING        ? WfdxMiracastStopPending
                                                      : WfdxMiracastStopped;
  g_mutex_unlock (&self->lock);
  return STATUS_SUCCESS;
}

typedef struct
{
  MiracastHost *host;
  UINT interface_index;
  const UCHAR *address;
  UINT64 remote_max_bps;
} LinkOrder;

static void
set_link (gpointer data)
{
  const LinkOrder *order = data;
  MiracastHost *self = order->host;

  free_link (self);
  self->link = miracast_link_new (self->thread.main_context, order->interface_index, order->address,
      order->remote_max_bps, self->context);
}

NTSTATUS
WfdxMiracastSetLink (HANDLE device, UINT interface_index, const UCHAR *address,
    UINT64 remote_max_bps)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);
  LinkOrder order = { self, interface_index, address, remote_max_bps };

  if (self == NULL)
    return status;
  if (interface_index == 0)
    return STATUS_INVALID_PARAMETER;
  if (is_within_call (self))
    return STATUS_INVALID_DEVICE_STATE;
  g_mutex_lock (&self->turn);
  if (self->phase == MIRACAST_PHASE_IDLE) {
    miracast_thread_call (&self->thread, set_link, &order);
    status = self->link != NULL ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
  } else {
    status = STATUS_INVALID_DEVICE_STATE;
  }
  g_mutex_unlock (&self->turn);
  return status;
}

NTSTATUS
WfdxMiracastGetConnectionStats (HANDLE device, MIRACAST_WFD_CONNECTION_STATS *ret_stats)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  if (ret_stats == NULL)
    return STATUS_INVALID_PARAMETER;
  if (is_within_call (self))
    return STATUS_INVALID_DEVICE_STATE;
  g_mutex_lock (&self->turn);
  *ret_stats = get_connection (self);
  g_mutex_unlock (&self->turn);
  return STATUS_SUCCESS;
}

NTSTATUS
WfdxMiracastPushChunk (HANDLE device, const MIRACAST_CHUNK_INFO *info, const VOID *octets,
    UINT n_octets)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  if (info == NULL || (octets == NULL && n_octets > 0))
    return STATUS_INVALID_PARAMETER;
  return miracast_chunks_push (self->chunks, info, octets, n_octets);
}
