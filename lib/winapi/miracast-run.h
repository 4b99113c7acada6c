/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netdispumdddi.h>
#include <wfd/wfd.h>

G_BEGIN_DECLS

/* One session of the driver, from Start to Stop. It lives in a main context that another thread
 * runs; who starts and stops it waits for that thread. */
typedef struct _MiracastRun MiracastRun;

/* The monitor behind the sink. */
typedef struct
{
  gboolean is_there;
  gint connector; /* of wfd_connector_type; -1 if not told */
  GBytes *edid;   /* (nullable) */
} MiracastMonitor;

typedef struct
{
  /* These come in the thread of the main context. */
  /* The session is about to begin: the last moment to say what it shall offer. */
  void (*begins) (gpointer user_data, WfdSession *session, GSocketConnection *connection);
  void (*monitor) (gpointer user_data, const MiracastMonitor *monitor);
  void (*event) (gpointer user_data, MIRACAST_PROTOCOL_EVENT event);
  /* It is over by itself; not after miracast_run_stop () has begun. */
  void (*ended) (gpointer user_data, MIRACAST_STATUS status, NTSTATUS why);
} MiracastRunEvents;

/* Of a socket that is no connection: see miracast_socket_borrow (). */
NTSTATUS miracast_run_new (GMainContext *main_context, SOCKET socket, guint kbps,
    const MiracastRunEvents *events, gpointer user_data, MiracastRun **ret_run);
/* Waits until it is known what the sink and its monitor are; @limit_ms at most. */
NTSTATUS miracast_run_start (MiracastRun *self, guint limit_ms, MIRACAST_SESSION_INFO *ret_info);
/* After a start that has succeeded, which the sink waits for. */
void miracast_run_go_on (MiracastRun *self);
/* Ends it as if it had ended by itself; in the thread of the main context. */
void miracast_run_give_up (MiracastRun *self);
/* Waits until nobody uses the socket any more, or takes it away from a main context that hangs;
 * nothing is told from then on. */
void miracast_run_stop (MiracastRun *self);
MiracastRun *miracast_run_ref (MiracastRun *self);
void miracast_run_unref (MiracastRun *self);

/* From any thread. */
gboolean miracast_run_is_on (MiracastRun *self);
/* Whether the picture is wanted. */
void miracast_run_set_playing (MiracastRun *self, gboolean playing);
/* The link carries this much now; too little for some seconds ends it. */
void miracast_run_tell_rate (MiracastRun *self, guint kbps);

G_END_DECLS
