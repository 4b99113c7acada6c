/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver as the system sees it: what is wrong with arguments is found out here. */
#include "miracast-context.h"

/* NULL with the status in @ret_status. */
static MiracastContext *
find (PVOID handle, NTSTATUS *ret_status)
{
  MiracastContext *self = handle != NULL ? miracast_context_find (handle) : NULL;

  *ret_status = handle == NULL ? STATUS_INVALID_PARAMETER
      : self == NULL           ? STATUS_INVALID_HANDLE
                               : STATUS_SUCCESS;
  return self;
}

static NTSTATUS NTAPI
create_context (HANDLE device, MIRACAST_CALLBACKS *callbacks, PVOID *ret_context)
{
  g_autoptr (MiracastContext) self = NULL;

  if (callbacks == NULL || ret_context == NULL)
    return STATUS_INVALID_PARAMETER;
  self = miracast_context_new (device, callbacks);
  if (self == NULL)
    return STATUS_INSUFFICIENT_RESOURCES;
  *ret_context = self->handle;
  return STATUS_SUCCESS;
}

static VOID NTAPI
destroy_context (PVOID context)
{
  NTSTATUS status;
  g_autoptr (MiracastContext) self = find (context, &status);

  if (self != NULL)
    miracast_context_destroy (self);
}

static NTSTATUS NTAPI
start_session (PVOID context, SOCKET socket, MIRACAST_WFD_CONNECTION_STATS *stats,
    MIRACAST_SESSION_INFO *ret_info)
{
  NTSTATUS status;
  g_autoptr (MiracastContext) self = find (context, &status);

  if (self == NULL)
    return status;
  if (stats == NULL || ret_info == NULL)
    return STATUS_INVALID_PARAMETER;
  return miracast_context_start (self, socket, stats, ret_info);
}

static VOID NTAPI
stop_session (PVOID context)
{
  NTSTATUS status;
  g_autoptr (MiracastContext) self = find (context, &status);

  if (self != NULL)
    miracast_context_stop (self);
}

static NTSTATUS
answer_counters (MiracastContext *self, UINT size, VOID *ret_buffer, UINT *ret_bytes)
{
  WFDX_MIRACAST_COUNTERS counters = miracast_context_get_counters (self);

  if (size < sizeof (counters) || ret_buffer == NULL)
    return STATUS_BUFFER_TOO_SMALL;
  memcpy (ret_buffer, &counters, sizeof (counters));
  if (ret_bytes != NULL)
    *ret_bytes = sizeof (WFDX_MIRACAST_COUNTERS);
  return STATUS_SUCCESS;
}

static NTSTATUS NTAPI
handle_message (PVOID context, UINT input_size, VOID *input, UINT output_size, VOID *output,
    UINT *ret_bytes)
{
  NTSTATUS status;
  g_autoptr (MiracastContext) self = find (context, &status);
  WFDX_MIRACAST_MESSAGE message;

  if (self == NULL)
    return status;
  if (ret_bytes != NULL)
    *ret_bytes = 0;
  if (input == NULL || input_size < sizeof (message))
    return STATUS_INVALID_PARAMETER;
  memcpy (&message, input, sizeof (message));
  if (message.Size < sizeof (message) || message.Size > input_size)
    return STATUS_INVALID_PARAMETER;
  if (message.Kind == WFDX_MIRACAST_GET_COUNTERS)
    return answer_counters (self, output_size, output, ret_bytes);
  return miracast_context_take_message (self, message.Kind);
}

NTSTATUS NTAPI
QueryMiracastDriverInterface (UINT version, UINT size, VOID *ret_interface)
{
  const MIRACAST_DRIVER_INTERFACE interface = {
    .Size = sizeof (MIRACAST_DRIVER_INTERFACE),
    .CreateMiracastContext = create_context,
    .DestroyMiracastContext = destroy_context,
    .StartMiracastSession = start_session,
    .StopMiracastSession = stop_session,
    .HandleKernelModeMessage = handle_message,
  };

  if (ret_interface == NULL)
    return STATUS_INVALID_PARAMETER;
  if (version != MIRACAST_DRIVER_INTERFACE_VERSION_1)
    return STATUS_REVISION_MISMATCH;
  if (size < sizeof (interface))
    return STATUS_BUFFER_TOO_SMALL;
  memcpy (ret_interface, &interface, sizeof (interface));
  return STATUS_SUCCESS;
}
