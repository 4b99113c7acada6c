/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages of the display's part to the driver: what is sent while a session starts waits for
 * that, and what is under way when it stops is dropped. */
#include "miracast-host.h"

#include <string.h>

#define MAX_MESSAGES 64
#define MAX_MESSAGE_BYTES 65536

typedef struct
{
  MiracastHost *host; /* NULL while it waits */
  guint session;      /* for which it is on its way then */
  GBytes *input;
  VOID *output;
  UINT output_size;
  PFN_WFDX_MIRACAST_MESSAGE_DONE done;
  PVOID context;
} Message;

static void
free_message (gpointer data)
{
  Message *message = data;

  g_clear_pointer (&message->host, miracast_host_unref);
  g_bytes_unref (message->input);
  g_free (message);
}

static void
finish (Message *message, NTSTATUS status, UINT n_bytes)
{
  if (message->done != NULL)
    message->done (message->context, status, n_bytes);
}

/* FALSE if its session is no more, though there may be another one. */
static gboolean
take_in_hand (MiracastHost *self, guint session)
{
  gboolean is_on;

  g_mutex_lock (&self->lock);
  is_on = self->phase == MIRACAST_PHASE_STREAMING && self->session == session;
  if (is_on)
    self->n_handled++;
  g_mutex_unlock (&self->lock);
  return is_on;
}

static void
put_down (MiracastHost *self)
{
  g_mutex_lock (&self->lock);
  self->n_handled--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static gboolean
on_message (gpointer data)
{
  Message *message = data;
  MiracastHost *self = message->host;
  g_autofree VOID *input = NULL;
  gsize size = g_bytes_get_size (message->input);
  NTSTATUS status;
  UINT n_bytes = 0;

  if (!take_in_hand (self, message->session)) {
    finish (message, STATUS_CANCELLED, 0);
    return G_SOURCE_REMOVE;
  }
  /* The driver may write into what it is given. */
  input = g_memdup2 (g_bytes_get_data (message->input, NULL), size);
  status = self->library.driver.HandleKernelModeMessage (self->context, size, input,
      message->output_size, message->output, &n_bytes);
  put_down (self);
  finish (message, status, n_bytes);
  return G_SOURCE_REMOVE;
}

/* With the lock. (transfer full) @message */
static void
send_now (MiracastHost *self, Message *message)
{
  message->session = self->session;
  message->host = g_atomic_rc_box_acquire (self);
  miracast_thread_post (&self->thread, on_message, message, free_message);
}

static NTSTATUS
queue (MiracastHost *self, Message *message)
{
  NTSTATUS status = STATUS_PENDING;

  g_mutex_lock (&self->lock);
  if (self->phase == MIRACAST_PHASE_STREAMING)
    send_now (self, message);
  else if (self->phase != MIRACAST_PHASE_STARTING)
    status = STATUS_INVALID_DEVICE_STATE;
  else if (self->messages.length >= MAX_MESSAGES)
    status = STATUS_INSUFFICIENT_RESOURCES;
  else
    g_queue_push_tail (&self->messages, message);
  g_mutex_unlock (&self->lock);
  return status;
}

NTSTATUS
WfdxMiracastSendMessage (HANDLE device, const VOID *input, UINT size, VOID *output,
    UINT output_size, PFN_WFDX_MIRACAST_MESSAGE_DONE done, PVOID context)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);
  Message *message;

  if (self == NULL)
    return status;
  if (input == NULL || size == 0 || size > MAX_MESSAGE_BYTES || (output == NULL && output_size > 0))
    return STATUS_INVALID_PARAMETER;
  message = g_new (Message, 1);
  *message = (Message) { NULL, 0, g_bytes_new (input, size), output, output_size, done, context };
  status = queue (self, message);
  if (status != STATUS_PENDING)
    free_message (message);
  return status;
}

void
miracast_host_send_deferred (MiracastHost *self)
{
  Message *message;

  g_mutex_lock (&self->lock);
  while ((message = g_queue_pop_head (&self->messages)) != NULL)
    send_now (self, message);
  g_mutex_unlock (&self->lock);
}

void
miracast_host_drop_messages (MiracastHost *self)
{
  Message *message;

  do {
    g_mutex_lock (&self->lock);
    message = g_queue_pop_head (&self->messages);
    g_mutex_unlock (&self->lock);
    if (message != NULL) {
      finish (message, STATUS_CANCELLED, 0);
      free_message (message);
    }
  } while (message != NULL);
}

void
miracast_host_wait_for_messages (MiracastHost *self)
{
  g_mutex_lock (&self->lock);
  while (self->n_handled > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}
