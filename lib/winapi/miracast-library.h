/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netdispumdddi.h>

/* A driver: that of this library, or one that is loaded. */
typedef struct
{
  void *library; /* NULL for our own */
  MIRACAST_DRIVER_INTERFACE driver;
} MiracastLibrary;

/* @path: NULL for our own. STATUS_DLL_NOT_FOUND; STATUS_ENTRYPOINT_NOT_FOUND; what the driver
 * says; STATUS_REVISION_MISMATCH: it leaves something of the interface out. */
NTSTATUS miracast_library_load (MiracastLibrary *ret_library, const char *path);
void miracast_library_unload (MiracastLibrary *self);
