/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-chunks.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <windows.h>

#define HEAD_BYTES FIELD_OFFSET (MIRACAST_CHUNK_DATA, PrivateDriverData)

struct _MiracastChunks
{
  GMutex lock;
  GQueue chunks; /* of GBytes, as they are given away */
  gsize n_bytes;
  gboolean is_open;
  gboolean is_lost; /* which is told once */
  gboolean is_read; /* somebody is in miracast_chunks_get () */
  int fd;           /* readable while there is something to tell */
};

MiracastChunks *
miracast_chunks_new (void)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  MiracastChunks *self;

  if (fd < 0)
    return NULL;
  self = g_new0 (MiracastChunks, 1);
  self->fd = fd;
  g_mutex_init (&self->lock);
  g_queue_init (&self->chunks);
  return self;
}

static void
drop_all (MiracastChunks *self)
{
  g_queue_clear_full (&self->chunks, (GDestroyNotify) g_bytes_unref);
  self->n_bytes = 0;
}

void
miracast_chunks_free (MiracastChunks *self)
{
  if (self == NULL)
    return;
  drop_all (self);
  close (self->fd);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
has_news (MiracastChunks *self)
{
  return !self->is_open || self->is_lost || self->chunks.length > 0;
}

/* After each change. */
static void
update_fd (MiracastChunks *self)
{
  guint64 count = 1;
  gssize n = has_news (self) ? write (self->fd, &count, sizeof (count))
                             : read (self->fd, &count, sizeof (count));

  /* It was as it is to be. */
  (void) n;
}

static void
set_open (MiracastChunks *self, gboolean is_open)
{
  g_mutex_lock (&self->lock);
  drop_all (self);
  self->is_open = is_open;
  self->is_lost = FALSE;
  update_fd (self);
  g_mutex_unlock (&self->lock);
}

void
miracast_chunks_open (MiracastChunks *self)
{
  set_open (self, TRUE);
}

void
miracast_chunks_close (MiracastChunks *self)
{
  set_open (self, FALSE);
}

static GBytes *
build (const MIRACAST_CHUNK_INFO *info, gconstpointer octets, UINT n_octets)
{
  guint8 *chunk = g_malloc0 (HEAD_BYTES + n_octets);

  memcpy (chunk, info, sizeof (*info));
  memcpy (chunk + sizeof (*info), &n_octets, sizeof (n_octets));
  if (n_octets > 0)
    memcpy (chunk + HEAD_BYTES, octets, n_octets);
  return g_bytes_new_take (chunk, HEAD_BYTES + n_octets);
}

NTSTATUS
miracast_chunks_push (MiracastChunks *self, const MIRACAST_CHUNK_INFO *info, gconstpointer octets,
    UINT n_octets)
{
  NTSTATUS status = STATUS_SUCCESS;

  g_mutex_lock (&self->lock);
  if (!self->is_open) {
    status = STATUS_INVALID_DEVICE_STATE;
  } else if ((guint64) HEAD_BYTES + n_octets > MIRACAST_CHUNKS_MAX_BYTES - self->n_bytes) {
    drop_all (self);
    self->is_lost = TRUE;
    status = STATUS_NO_MEMORY;
  } else {
    g_queue_push_tail (&self->chunks, build (info, octets, n_octets));
    self->n_bytes += HEAD_BYTES + n_octets;
  }
  update_fd (self);
  g_mutex_unlock (&self->lock);
  return status;
}

/* As many as fit. */
static NTSTATUS
take (MiracastChunks *self, UINT *inout_size, guint8 *ret_octets)
{
  gsize room = *inout_size, n = 0;
  GBytes *chunk;

  while ((chunk = g_queue_peek_head (&self->chunks)) != NULL) {
    gsize size = g_bytes_get_size (chunk);

    if (size > room - n)
      break;
    memcpy (ret_octets + n, g_bytes_get_data (chunk, NULL), size);
    n += size;
    self->n_bytes -= size;
    g_bytes_unref (g_queue_pop_head (&self->chunks));
  }
  *inout_size = n > 0 ? n : g_bytes_get_size (chunk);
  return n > 0 ? STATUS_SUCCESS : STATUS_BUFFER_TOO_SMALL;
}

/* STATUS_PENDING: there is nothing to tell. */
static NTSTATUS
try (MiracastChunks *self, UINT *inout_size, guint8 *ret_octets, UINT *ret_outstanding)
{
  NTSTATUS status = STATUS_PENDING;

  g_mutex_lock (&self->lock);
  if (!self->is_open) {
    status = STATUS_INSTANCE_NOT_AVAILABLE;
  } else if (self->is_lost) {
    self->is_lost = FALSE;
    status = STATUS_CONNECTION_RESET;
  } else if (self->chunks.length > 0) {
    status = take (self, inout_size, ret_octets);
  }
  if (ret_outstanding != NULL)
    *ret_outstanding = self->chunks.length;
  update_fd (self);
  g_mutex_unlock (&self->lock);
  return status;
}

/* STATUS_PENDING: look again. */
static NTSTATUS
wait_for_news (MiracastChunks *self, UINT n_events, HANDLE *events, gint64 end_us)
{
  struct pollfd fds[1 + MAX_ADDITIONAL_EVENTS] = { { self->fd, POLLIN, 0 } };
  gint64 left_us = end_us - g_get_monotonic_time ();
  int timeout_ms = end_us == G_MAXINT64 ? -1 : (int) MAX (0, (left_us + 999) / 1000);

  for (UINT i = 0; i < n_events; i++)
    fds[1 + i] = (struct pollfd) { WfdxGetEventDescriptor (events[i]), POLLIN, 0 };
  if (poll (fds, 1 + n_events, timeout_ms) < 0 && errno != EINTR)
    return STATUS_INVALID_PARAMETER;
  for (UINT i = 0; i < n_events; i++)
    if (fds[1 + i].revents != 0 && WaitForSingleObject (events[i], 0) == WAIT_OBJECT_0)
      return STATUS_WAIT_0 + (NTSTATUS) i;
  if (fds[0].revents == 0 && end_us != G_MAXINT64 && g_get_monotonic_time () >= end_us)
    return STATUS_TIMEOUT;
  return STATUS_PENDING;
}

static gboolean
are_events (UINT n_events, HANDLE *events)
{
  if (n_events > MAX_ADDITIONAL_EVENTS || (n_events > 0 && events == NULL))
    return FALSE;
  for (UINT i = 0; i < n_events; i++)
    if (WfdxGetEventDescriptor (events[i]) < 0)
      return FALSE;
  return TRUE;
}

static gboolean
set_read (MiracastChunks *self, gboolean is_read)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->is_read != is_read;
  self->is_read = is_read;
  g_mutex_unlock (&self->lock);
  return changed;
}

NTSTATUS
miracast_chunks_get (MiracastChunks *self, UINT timeout_ms, UINT n_events, HANDLE *events,
    UINT *inout_size, MIRACAST_CHUNK_DATA *ret_data, UINT *ret_outstanding)
{
  gint64 end_us =
      timeout_ms == INFINITE ? G_MAXINT64 : g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  NTSTATUS status;

  if (inout_size == NULL || ret_data == NULL || !are_events (n_events, events))
    return STATUS_INVALID_PARAMETER;
  /* The interface has one thread do it. */
  if (!set_read (self, TRUE))
    return STATUS_INVALID_DEVICE_STATE;
  do {
    status = try (self, inout_size, (guint8 *) ret_data, ret_outstanding);
    if (status != STATUS_PENDING)
      break;
    status = wait_for_news (self, n_events, events, end_us);
    if (status != STATUS_PENDING)
      *inout_size = 0;
  } while (status == STATUS_PENDING);
  if (status == STATUS_CONNECTION_RESET || status == STATUS_INSTANCE_NOT_AVAILABLE)
    *inout_size = 0;
  set_read (self, FALSE);
  return status;
}
