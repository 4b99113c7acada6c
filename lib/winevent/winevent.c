/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winevent-private.h"

#include <errno.h>
#include <handle-table.h>
#include <sys/eventfd.h>
#include <unistd.h>

GMutex winevent_lock;

static WfdHandleTable events = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_EVENT, WFD_HANDLE_MAX);

static GPrivate last_error;

DWORD WINAPI
GetLastError (VOID)
{
  return GPOINTER_TO_UINT (g_private_get (&last_error));
}

VOID WINAPI
SetLastError (DWORD dwErrCode)
{
  g_private_set (&last_error, GUINT_TO_POINTER (dwErrCode));
}

WinEvent *
winevent_find (HANDLE handle)
{
  return wfd_handle_table_get (&events, handle);
}

void
winevent_unref (WinEvent *self)
{
  if (--self->n_refs > 0)
    return;
  if (self->helper != NULL)
    self->helper->unref (self->helper_data);
  close (self->fd);
  g_free (self);
}

/* The counter of the eventfd is 1 or 0; neither can block. */
void
winevent_settle (WinEvent *self)
{
  eventfd_t value;

  if (self->is_readable == self->is_set)
    return;
  if (self->is_set)
    self->is_readable = eventfd_write (self->fd, 1) == 0;
  else
    self->is_readable = eventfd_read (self->fd, &value) != 0;
}

static void
set (WinEvent *self)
{
  self->is_set = TRUE;
  /* By the thread that waits for it, which looks next. */
  if (self->help != NULL && self->help->thread == g_thread_self ())
    return;
  winevent_settle (self);
  if (self->help != NULL)
    self->help->helper->wake (self->help->data);
}

static void
reset (WinEvent *self)
{
  self->is_set = FALSE;
  winevent_settle (self);
}

void
winevent_consume (WinEvent *self)
{
  if (self->resets_itself)
    reset (self);
}

/* NULL if there are too many of them, or of descriptors. */
static HANDLE
create (BOOL is_manual, BOOL is_set)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  WinEvent *self;
  HANDLE handle;

  if (fd < 0)
    return NULL;
  self = g_new (WinEvent, 1);
  *self = (WinEvent) { 1, !is_manual, .fd = fd };
  if (is_set)
    set (self);
  handle = wfd_handle_table_add (&events, self);
  if (handle == NULL)
    winevent_unref (self);
  return handle;
}

static HANDLE
create_unless_named (BOOL is_manual, BOOL is_set, gboolean has_name)
{
  HANDLE handle;

  if (has_name) {
    SetLastError (ERROR_NOT_SUPPORTED);
    return NULL;
  }
  g_mutex_lock (&winevent_lock);
  handle = create (is_manual, is_set);
  g_mutex_unlock (&winevent_lock);
  SetLastError (handle != NULL ? ERROR_SUCCESS : ERROR_TOO_MANY_OPEN_FILES);
  return handle;
}

HANDLE WINAPI
CreateEventW (LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
    LPCWSTR lpName)
{
  return create_unless_named (bManualReset, bInitialState, lpName != NULL);
}

HANDLE WINAPI
CreateEventA (LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset, BOOL bInitialState,
    LPCSTR lpName)
{
  return create_unless_named (bManualReset, bInitialState, lpName != NULL);
}

static BOOL
change (HANDLE handle, void (*how) (WinEvent *))
{
  WinEvent *self;

  g_mutex_lock (&winevent_lock);
  self = winevent_find (handle);
  if (self != NULL)
    how (self);
  g_mutex_unlock (&winevent_lock);
  if (self == NULL)
    SetLastError (ERROR_INVALID_HANDLE);
  return self != NULL;
}

BOOL WINAPI
SetEvent (HANDLE hEvent)
{
  return change (hEvent, set);
}

BOOL WINAPI
ResetEvent (HANDLE hEvent)
{
  return change (hEvent, reset);
}

BOOL WINAPI
CloseHandle (HANDLE hObject)
{
  WinEvent *self;

  g_mutex_lock (&winevent_lock);
  self = wfd_handle_table_remove (&events, hObject);
  if (self != NULL)
    winevent_unref (self);
  g_mutex_unlock (&winevent_lock);
  if (self == NULL)
    SetLastError (ERROR_INVALID_HANDLE);
  return self != NULL;
}

int
WfdxGetEventDescriptor (HANDLE hEvent)
{
  WinEvent *self;
  int fd;

  g_mutex_lock (&winevent_lock);
  self = winevent_find (hEvent);
  fd = self != NULL ? self->fd : -1;
  g_mutex_unlock (&winevent_lock);
  if (self == NULL)
    SetLastError (ERROR_INVALID_HANDLE);
  return fd;
}

VOID
WfdxAddEventHelper (HANDLE hEvent, const WfdxEventHelper *helper, PVOID data)
{
  WinEvent *self;

  g_mutex_lock (&winevent_lock);
  self = winevent_find (hEvent);
  if (self != NULL && self->n_helped++ == 0) {
    self->helper = helper;
    self->helper_data = helper->ref (data);
  }
  g_mutex_unlock (&winevent_lock);
}

VOID
WfdxRemoveEventHelper (HANDLE hEvent)
{
  WinEvent *self;

  g_mutex_lock (&winevent_lock);
  self = winevent_find (hEvent);
  if (self != NULL && self->n_helped > 0 && --self->n_helped == 0) {
    self->helper->unref (self->helper_data);
    self->helper = NULL;
  }
  g_mutex_unlock (&winevent_lock);
}
