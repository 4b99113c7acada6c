/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-strange-driver.h"

#define EXPORT __attribute__ ((visibility ("default")))

extern StrangeHooks strange_driver_hooks;
EXPORT StrangeHooks strange_driver_hooks;

static NTSTATUS NTAPI
create (HANDLE device, MIRACAST_CALLBACKS *callbacks, PVOID *ret_context)
{
  *ret_context = &strange_driver_hooks;
  return strange_driver_hooks.create != NULL ? strange_driver_hooks.create (device, callbacks)
                                             : STATUS_SUCCESS;
}

static VOID NTAPI
destroy (PVOID context)
{
  if (strange_driver_hooks.destroy != NULL)
    strange_driver_hooks.destroy ();
}

static NTSTATUS NTAPI
start (PVOID context, SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *info)
{
  return strange_driver_hooks.start != NULL ? strange_driver_hooks.start (socket, stats, info)
                                            : STATUS_SUCCESS;
}

static VOID NTAPI
stop (PVOID context)
{
  if (strange_driver_hooks.stop != NULL)
    strange_driver_hooks.stop ();
}

static NTSTATUS NTAPI
handle_message (PVOID context, UINT size, VOID *input, UINT output_size, VOID *output,
    UINT *ret_bytes)
{
  return strange_driver_hooks.message != NULL
      ? strange_driver_hooks.message (size, input, output_size, output, ret_bytes)
      : STATUS_SUCCESS;
}

EXPORT NTSTATUS NTAPI
QueryMiracastDriverInterface (UINT version, UINT size, VOID *ret_interface)
{
  MIRACAST_DRIVER_INTERFACE *driver = ret_interface;

  *driver = (MIRACAST_DRIVER_INTERFACE) { sizeof (*driver), create, destroy, start, stop,
    handle_message };
  return strange_driver_hooks.query != NULL ? strange_driver_hooks.query (version, size, driver)
                                            : STATUS_SUCCESS;
}
