/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <windows.h>

/* For the library that sets an event, and for nobody else: a thread that waits for the event
 * may do meanwhile what leads to it, so that no other thread has to wake it up. */
typedef struct
{
  PVOID (*ref) (PVOID data);
  void (*unref) (PVOID data);
  /* What the thread polls besides the event; -1: nothing. */
  int (*begin) (PVOID data);
  /* It is readable. FALSE: it shall be polled no more. */
  BOOL (*help) (PVOID data);
  /* After each begin; @helped: it gave a descriptor. */
  void (*end) (PVOID data, BOOL helped);
} WfdxEventHelper;

/* The first one counts, and is there until as many have taken it away. */
WFDX_API VOID WfdxAddEventHelper (HANDLE hEvent, const WfdxEventHelper *helper, PVOID data);
WFDX_API VOID WfdxRemoveEventHelper (HANDLE hEvent);
