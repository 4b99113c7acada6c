/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfdxmiracast.h>

#include "miracast-chunks.h"
#include "miracast-library.h"
#include "miracast-link.h"
#include "miracast-thread.h"

G_BEGIN_DECLS

/* What the files of the system share: miracast-host.c does the four calls that exclude each
 * other, miracast-host-calls.c what the driver calls, miracast-host-messages.c what it is sent. */

/* Which of the four is under way, or what is between them. */
typedef enum
{
  MIRACAST_PHASE_CREATING,
  MIRACAST_PHASE_IDLE,
  MIRACAST_PHASE_STARTING,
  MIRACAST_PHASE_STREAMING,
  MIRACAST_PHASE_STOPPING,
  MIRACAST_PHASE_DESTROYING,
  MIRACAST_PHASE_GONE,
} MiracastPhase;

typedef struct
{
  HANDLE handle;
  WFDX_MIRACAST_DISPLAY display;
  MiracastLibrary library;
  PVOID context; /* of the driver */
  MiracastThread thread;
  MiracastChunks *chunks;
  MiracastLink *link; /* (nullable); in the thread */
  guint destroy_limit_ms;

  GMutex turn; /* of the four calls */
  GMutex lock;
  GCond changed;
  /* With the lock. */
  MiracastPhase phase;
  GThread *phase_thread;           /* of the call that is under way */
  guint session;                   /* counts them */
  guint session_to_stop;           /* once it has started; 0: none */
  int fd;                          /* of the session; -1 without one */
  GQueue messages;                 /* that wait for the end of a start */
  WFDX_MIRACAST_COUNTERS counters; /* of the session, or the last one */
  guint n_handled;                 /* messages that the driver has in hand */
} MiracastHost;

/* (transfer full) (nullable) */
MiracastHost *miracast_host_find (gconstpointer handle, NTSTATUS *ret_status);
void miracast_host_unref (MiracastHost *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MiracastHost, miracast_host_unref)

extern const MIRACAST_CALLBACKS miracast_host_callbacks;
/* Whether this is the thread of a call that is in one of the two phases. */
gboolean miracast_host_is_called_in (MiracastHost *self, MiracastPhase phase, MiracastPhase other);
/* A stop of that session, soon. */
void miracast_host_stop_later (MiracastHost *self, guint session);

/* The start has succeeded, or not; with the turn. */
void miracast_host_send_deferred (MiracastHost *self);
void miracast_host_drop_messages (MiracastHost *self);
/* No message is with the driver any more, nor will there be. */
void miracast_host_wait_for_messages (MiracastHost *self);

G_END_DECLS
