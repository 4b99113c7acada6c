/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netdispumdddi.h>

/* A driver in a library of its own that does what the test says. */
typedef struct
{
  /* NULL: it says STATUS_SUCCESS, and knows no more. */
  NTSTATUS (*query) (UINT version, UINT size, MIRACAST_DRIVER_INTERFACE *driver);
  NTSTATUS (*create) (HANDLE device, MIRACAST_CALLBACKS *callbacks);
  NTSTATUS (*start)
  (SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *info);
  void (*stop) (void);
  void (*destroy) (void);
  NTSTATUS (*message) (UINT size, VOID *input, UINT output_size, VOID *output, UINT *n_bytes);
} StrangeHooks;

/* Exported as "strange_driver_hooks". */
