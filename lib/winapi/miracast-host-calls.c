/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a driver calls, and when it may. */
#include "miracast-counters.h"
#include "miracast-host.h"
#include "miracast-visit.h"

gboolean
miracast_host_is_called_in (MiracastHost *self, MiracastPhase phase, MiracastPhase other)
{
  gboolean is_called;

  g_mutex_lock (&self->lock);
  is_called =
      (self->phase == phase || self->phase == other) && self->phase_thread == g_thread_self ();
  g_mutex_unlock (&self->lock);
  return is_called;
}

static VOID NTAPI
report_status (HANDLE device, MIRACAST_STATUS miracast_status, NTSTATUS why)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);
  gboolean is_starting, is_on;
  MiracastVisit visit;
  guint session;

  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  is_starting = self->phase == MIRACAST_PHASE_STARTING;
  is_on = is_starting || self->phase == MIRACAST_PHASE_STREAMING;
  session = self->session;
  if (is_starting)
    self->session_to_stop = session;
  if (is_on)
    miracast_counters_add_status (&self->counters, miracast_status, why);
  g_mutex_unlock (&self->lock);
  if (!is_on)
    return;
  miracast_status_log (miracast_status, why, "system");
  if (self->display.SessionStatus != NULL) {
    miracast_visit_begin (&visit, self);
    self->display.SessionStatus (self->display.Context, miracast_status, why);
    miracast_visit_end (&visit);
  }
  if (!is_starting)
    miracast_host_stop_later (self, session);
}

/* While a session starts, others wait; while it stops, or when there is none, they may not. */
static gboolean
pass_gate (MiracastHost *self)
{
  gboolean is_ours, is_open;

  g_mutex_lock (&self->lock);
  is_ours = self->phase_thread == g_thread_self ();
  while (!is_ours && self->phase == MIRACAST_PHASE_STARTING)
    g_cond_wait (&self->changed, &self->lock);
  is_open = is_ours || self->phase == MIRACAST_PHASE_STREAMING;
  g_mutex_unlock (&self->lock);
  return is_open;
}

static NTSTATUS NTAPI
io_control (HANDLE device, BOOL hardware_access, UINT input_size, VOID *input, UINT output_size,
    VOID *output, UINT *ret_bytes)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);
  MiracastVisit visit;
  UINT n_bytes = 0;

  if (self == NULL)
    return status;
  if ((input == NULL && input_size > 0) || (output == NULL && output_size > 0))
    return STATUS_INVALID_PARAMETER;
  if (!pass_gate (self))
    return STATUS_INVALID_DEVICE_STATE;
  if (self->display.IoControl == NULL)
    return STATUS_NOT_SUPPORTED;
  miracast_visit_begin (&visit, self);
  status = self->display.IoControl (self->display.Context, hardware_access, input_size, input,
      output_size, output, &n_bytes);
  miracast_visit_end (&visit);
  if (ret_bytes != NULL)
    *ret_bytes = n_bytes;
  return status;
}

static VOID NTAPI
report_statistic (HANDLE device, MIRACAST_STATISTIC_DATA *data)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);
  MiracastVisit visit;

  if (self == NULL || data == NULL)
    return;
  miracast_statistic_log (data, "system");
  g_mutex_lock (&self->lock);
  miracast_counters_add (&self->counters, data);
  g_mutex_unlock (&self->lock);
  if (self->display.Statistic == NULL)
    return;
  miracast_visit_begin (&visit, self);
  self->display.Statistic (self->display.Context, data);
  miracast_visit_end (&visit);
}

static NTSTATUS NTAPI
get_next_chunk (HANDLE device, UINT timeout_ms, UINT n_events, HANDLE *events, UINT *inout_size,
    MIRACAST_CHUNK_DATA *ret_data, UINT *ret_outstanding)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  return miracast_chunks_get (self->chunks, timeout_ms, n_events, events, inout_size, ret_data,
      ret_outstanding);
}

static NTSTATUS NTAPI
register_for_rates (HANDLE device, PVOID context, PFN_DATARATE_NOTIFICATION notify)
{
  NTSTATUS status;
  g_autoptr (MiracastHost) self = miracast_host_find (device, &status);

  if (self == NULL)
    return status;
  /* In these phases the link stays as it is. */
  if (!miracast_host_is_called_in (self, MIRACAST_PHASE_STARTING, MIRACAST_PHASE_STOPPING)
      || self->link == NULL)
    return STATUS_NOT_SUPPORTED;
  return miracast_link_register (self->link, context, notify);
}

const MIRACAST_CALLBACKS miracast_host_callbacks = {
  report_status,
  io_control,
  report_statistic,
  get_next_chunk,
  register_for_rates,
};
