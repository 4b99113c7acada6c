/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-status.h"

static const struct
{
  WfdError code;
  NTSTATUS status;
} rows[] = {
  { WFD_ERROR_TIMEOUT, STATUS_IO_TIMEOUT },
  { WFD_ERROR_CLOSED, STATUS_CONNECTION_RESET },
  { WFD_ERROR_REFUSED, STATUS_CONNECTION_REFUSED },
  { WFD_ERROR_NO_FORMAT, STATUS_NOT_SUPPORTED },
  { WFD_ERROR_UNSUPPORTED, STATUS_NOT_SUPPORTED },
  { WFD_ERROR_STATE, STATUS_INVALID_DEVICE_STATE },
  { WFD_ERROR_INVALID_ARGUMENT, STATUS_INVALID_PARAMETER },
};

NTSTATUS
miracast_status_from_error (const GError *error)
{
  if (error == NULL)
    return STATUS_CONNECTION_RESET;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return STATUS_CANCELLED;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_error_matches (error, WFD_ERROR, rows[i].code))
      return rows[i].status;
  return STATUS_UNSUCCESSFUL;
}

MIRACAST_STATUS
miracast_status_from_end (const GError *error, WfdSessionState state)
{
  gboolean was_set_up = state >= WFD_SESSION_STATE_READY;

  if (error == NULL)
    return MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST;
  if (was_set_up && g_error_matches (error, WFD_ERROR, WFD_ERROR_TIMEOUT))
    return MIRACAST_STATUS_MISSING_KEEPALIVE;
  if (!was_set_up && g_error_matches (error, WFD_ERROR, WFD_ERROR_REFUSED))
    return MIRACAST_STATUS_SINK_FAILED_STANDARD_MODE_CHANGE;
  return MIRACAST_STATUS_CRITICAL_ERROR;
}
