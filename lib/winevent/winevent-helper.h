/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <windows.h>

/* For the library that sets an event, and for nobody else: a thread that waits for the event
 * may do meanwhile what leads to it, so that no other thread has to wake it up. */
typedef struct
{
  PVOID (*ref) (PVOID data);
  void (*unref) (PVOID data);
  /* FALSE: the thread waits for the event alone. */
  BOOL (*begin) (PVOID data);
  /* Instead of that: until something has been done, wake () was called, or @end_us of the
   * monotonic clock, if that is not -1. FALSE: it shall do so no more. */
  BOOL (*help) (PVOID data, gint64 end_us);
  /* From another thread, and with a lock held. */
  void (*wake) (PVOID data);
  /* After each begin; @helped: what that gave. */
  void (*end) (PVOID data, BOOL helped);
} WfdxEventHelper;

/* The first one counts, and is there until as many have taken it away. */
WFDX_API VOID WfdxAddEventHelper (HANDLE hEvent, const WfdxEventHelper *helper, PVOID data);
WFDX_API VOID WfdxRemoveEventHelper (HANDLE hEvent);
