/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-miracast.h>
#include <wfdxmiracast.h>

#include "miracast-rates.h"
#include "miracast-run.h"
#include "miracast-thread.h"

G_BEGIN_DECLS

/* What the driver has for one display device, between CreateMiracastContext and
 * DestroyMiracastContext. */
typedef struct
{
  HANDLE device;
  gpointer handle; /* of this */
  MIRACAST_CALLBACKS callbacks;
  MiracastThread thread; /* for sessions without media */
  guint start_limit_ms;

  GRWLock calls; /* read while the system is called, written when it may be no more */
  gboolean is_dead;
  gint is_rate_told; /* atomic */

  GMutex lock;
  /* With the lock. */
  gboolean is_ending; /* no session begins any more */
  MiracastRun *run;
  WfdMiracastMedia *media; /* not owned */
  WFDX_MIRACAST_COUNTERS counters;
  MiracastFoundRate found;
} MiracastContext;

/* (transfer full) (nullable): NULL if @handle is none of ours, or is no more. */
MiracastContext *miracast_context_find (gconstpointer handle);
void miracast_context_unref (MiracastContext *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MiracastContext, miracast_context_unref)

/* FALSE if another one is attached, or a session is on. */
gboolean miracast_context_set_media (MiracastContext *self, WfdMiracastMedia *media);
/* Ends the session of @media, which is told to the system. */
void miracast_context_drop_media (MiracastContext *self, WfdMiracastMedia *media);
void miracast_context_note_picture (MiracastContext *self, WfdMiracastStep step, guint64 number,
    guint took_us, guint rate_kbps);
void miracast_context_note_rate (MiracastContext *self, guint wanted_kbps, guint carried_kbps);
/* From any thread; nothing is called meanwhile. Zeros if @handle is none of ours, as that of
 * another driver is. */
MiracastFoundRate miracast_context_find_rate (gconstpointer handle);

/* For miracast-driver.c. (transfer full); NULL if there are as many as may be, or no
 * descriptors for its thread. */
MiracastContext *miracast_context_new (HANDLE device, const MIRACAST_CALLBACKS *callbacks);
NTSTATUS miracast_context_start (MiracastContext *self, SOCKET socket,
    const MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *ret_info);
void miracast_context_stop (MiracastContext *self);
/* The handle is none any more; returns when the system is not called any more. From within what
 * the system is told nothing happens. */
void miracast_context_destroy (MiracastContext *self);
WFDX_MIRACAST_COUNTERS miracast_context_get_counters (MiracastContext *self);
NTSTATUS miracast_context_take_message (MiracastContext *self, UINT kind);

/* For miracast-media.c: in the thread of its main context. */
GMainContext *wfd_miracast_media_get_main_context (WfdMiracastMedia *self);
void wfd_miracast_media_begin (WfdMiracastMedia *self, WfdSession *session,
    GSocketConnection *connection);
/* From any thread. */
void wfd_miracast_media_set_rate (WfdMiracastMedia *self, guint kbps);

G_END_DECLS
