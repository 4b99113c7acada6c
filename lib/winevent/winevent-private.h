/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <windows.h>

#include "winevent-helper.h"

G_BEGIN_DECLS

/* What winevent.c (the events) and winevent-wait.c (the wait for them) share. */

/* What a thread does while it waits. */
typedef struct
{
  const WfdxEventHelper *helper; /* NULL: nothing */
  gpointer data;
  GThread *thread;
} WinHelp;

typedef struct
{
  guint n_refs; /* one of the handle, one of each that waits */
  gboolean resets_itself;
  gboolean is_set;
  int fd; /* an eventfd, readable while it is set */
  gboolean is_readable;
  const WinHelp *help; /* of the one thread that waits otherwise; settles what is readable */
  const WfdxEventHelper *helper; /* or NULL */
  gpointer helper_data;
  guint n_helped; /* who has asked for it */
} WinEvent;

/* Held while events and their table are looked at. */
extern GMutex winevent_lock;

WinEvent *winevent_find (HANDLE handle);
/* Of the waiting; closes it when the handle is gone too. */
void winevent_unref (WinEvent *self);
/* Makes it readable, or not, as it is set. */
void winevent_settle (WinEvent *self);
/* It has been waited for with success. */
void winevent_consume (WinEvent *self);

G_END_DECLS
