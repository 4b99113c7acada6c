/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-context.h"

#include <handle-table.h>

#include "miracast-counters.h"
#include "miracast-visit.h"
#include "winapi-descriptors.h"

/* A sink that says nothing shall be told of within 15 s; a television that asks its user has
 * answered M1 long before. */
#define START_LIMIT_MS 12000

/* One display device, one context; nobody has many. */
#define MAX_CONTEXTS 64

static GMutex table_lock;
static WfdHandleTable table = WFD_HANDLE_TABLE_INIT (WFD_HANDLE_MIRACAST, MAX_CONTEXTS);

MiracastContext *
miracast_context_find (gconstpointer handle)
{
  MiracastContext *self;

  g_mutex_lock (&table_lock);
  self = wfd_handle_table_get (&table, handle);
  if (self != NULL)
    g_atomic_rc_box_acquire (self);
  g_mutex_unlock (&table_lock);
  return self;
}

/* FALSE if there are as many as may be. */
static gboolean
take_handle (MiracastContext *self)
{
  g_mutex_lock (&table_lock);
  self->handle = wfd_handle_table_add (&table, self);
  if (self->handle != NULL)
    g_atomic_rc_box_acquire (self);
  g_mutex_unlock (&table_lock);
  return self->handle != NULL;
}

MiracastContext *
miracast_context_new (HANDLE device, const MIRACAST_CALLBACKS *callbacks)
{
  g_autoptr (MiracastContext) self = g_atomic_rc_box_new0 (MiracastContext);

  self->device = device;
  self->callbacks = *callbacks;
  self->start_limit_ms = START_LIMIT_MS;
  g_rw_lock_init (&self->calls);
  g_mutex_init (&self->lock);
  if (!miracast_thread_start (&self->thread, "wfd-miracast"))
    return NULL;
  if (!take_handle (self)) {
    miracast_thread_end (&self->thread);
    return NULL;
  }
  return g_steal_pointer (&self);
}

static void
clear (gpointer data)
{
  MiracastContext *self = data;

  g_rw_lock_clear (&self->calls);
  g_mutex_clear (&self->lock);
}

void
miracast_context_unref (MiracastContext *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/*
 * What the system is told
 */

/* FALSE if it may not be called any more. */
static gboolean
begin_call (MiracastContext *self, MiracastVisit *visit)
{
  g_rw_lock_reader_lock (&self->calls);
  if (!self->is_dead) {
    miracast_visit_begin (visit, self);
    return TRUE;
  }
  g_rw_lock_reader_unlock (&self->calls);
  return FALSE;
}

static void
end_call (MiracastContext *self, MiracastVisit *visit)
{
  miracast_visit_end (visit);
  g_rw_lock_reader_unlock (&self->calls);
}

static void
report_statistic (MiracastContext *self, MIRACAST_STATISTIC_DATA *data)
{
  MiracastVisit visit;

  miracast_statistic_log (data, "driver");
  g_mutex_lock (&self->lock);
  miracast_counters_add (&self->counters, data);
  g_mutex_unlock (&self->lock);
  if (self->callbacks.ReportStatistic == NULL || !begin_call (self, &visit))
    return;
  self->callbacks.ReportStatistic (self->device, data);
  end_call (self, &visit);
}

static void
report_event (MiracastContext *self, MIRACAST_PROTOCOL_EVENT event)
{
  MIRACAST_STATISTIC_DATA data = { .StatisticType = MIRACAST_STATISTIC_TYPE_EVENT };

  data.ProtocolEvent.Event = event;
  report_statistic (self, &data);
}

/* wfd_connector_type as a D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY; what a sink does not tell is a
 * display of its own. */
static UINT
find_connector (gint type)
{
  static const gint8 connectors[] = { 0, 1, 2, 3, 4, 5, -1, 15, 8, 9, 10, -1, 12 };

  if (type < 0)
    return 15;
  return type < (gint) G_N_ELEMENTS (connectors) ? (UINT) connectors[type] : (UINT) -1;
}

static void
send_request (MiracastContext *self, WFDX_MIRACAST_REQUEST *request)
{
  MiracastVisit visit;
  NTSTATUS status;

  if (self->callbacks.MiracastIoControl == NULL || !begin_call (self, &visit))
    return;
  status = self->callbacks.MiracastIoControl (self->device, FALSE, request->Size, request, 0, NULL,
      NULL);
  end_call (self, &visit);
  g_debug ("a monitor %s: status 0x%08x",
      request->Kind == WFDX_MIRACAST_MONITOR_ARRIVED ? "arrives" : "departs", (guint) status);
}

/* In this order, as a system lets the request wait for a start that has not returned yet. */
static void
on_monitor (gpointer user_data, const MiracastMonitor *monitor)
{
  MiracastContext *self = user_data;
  gsize n = monitor->edid != NULL ? g_bytes_get_size (monitor->edid) : 0;
  gsize size = MAX (sizeof (WFDX_MIRACAST_REQUEST), FIELD_OFFSET (WFDX_MIRACAST_REQUEST, Edid) + n);
  g_autofree WFDX_MIRACAST_REQUEST *request = g_malloc0 (size);

  request->Size = size;
  request->Kind =
      monitor->is_there ? WFDX_MIRACAST_MONITOR_ARRIVED : WFDX_MIRACAST_MONITOR_DEPARTED;
  request->ConnectorType = find_connector (monitor->connector);
  request->EdidSize = n;
  if (n > 0)
    memcpy (request->Edid, g_bytes_get_data (monitor->edid, NULL), n);
  send_request (self, request);
  report_event (self,
      monitor->is_there ? MIRACAST_PROTOCOL_EVENT_MONITOR_ARRIVE
                        : MIRACAST_PROTOCOL_EVENT_MONITOR_DEPART);
}

static void
on_event (gpointer user_data, MIRACAST_PROTOCOL_EVENT event)
{
  report_event (user_data, event);
}

static void
on_ended (gpointer user_data, MIRACAST_STATUS status, NTSTATUS why)
{
  MiracastContext *self = user_data;
  MiracastVisit visit;

  miracast_status_log (status, why, "driver");
  g_mutex_lock (&self->lock);
  miracast_counters_add_status (&self->counters, status, why);
  g_mutex_unlock (&self->lock);
  if (self->callbacks.ReportSessionStatus == NULL || !begin_call (self, &visit))
    return;
  self->callbacks.ReportSessionStatus (self->device, status, why);
  end_call (self, &visit);
}

static gboolean
is_on (MiracastContext *self)
{
  return self->run != NULL && miracast_run_is_on (self->run);
}

WFDX_MIRACAST_COUNTERS
miracast_context_get_counters (MiracastContext *self)
{
  WFDX_MIRACAST_COUNTERS counters;

  g_mutex_lock (&self->lock);
  counters = self->counters;
  miracast_counters_set_found (&counters, &self->found);
  g_mutex_unlock (&self->lock);
  return counters;
}

/* A picture is not sliced, so its one part is the last and has the number 0. */
void
miracast_context_note_picture (MiracastContext *self, WfdMiracastStep step, guint64 number,
    guint took_us, guint rate_kbps)
{
  static const MIRACAST_CHUNK_TYPE types[] = {
    [WFD_MIRACAST_STEP_START] = MIRACAST_CHUNK_TYPE_FRAME_START,
    [WFD_MIRACAST_STEP_CONVERTED] = MIRACAST_CHUNK_TYPE_COLOR_CONVERT_COMPLETE,
    [WFD_MIRACAST_STEP_ENCODED] = MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE,
    [WFD_MIRACAST_STEP_DROPPED] = MIRACAST_CHUNK_TYPE_FRAME_DROPPED,
  };
  MIRACAST_CHUNK_ID id = { .FrameNumber = number };
  MIRACAST_STATISTIC_DATA data = { .StatisticType = MIRACAST_STATISTIC_TYPE_CHUNK_SENT };
  gboolean is_heard;

  g_mutex_lock (&self->lock);
  is_heard = is_on (self);
  g_mutex_unlock (&self->lock);
  if (!is_heard)
    return;
  if (step == WFD_MIRACAST_STEP_SENDING) {
    data.ChunkSent.ChunkId = id;
  } else {
    data.StatisticType = MIRACAST_STATISTIC_TYPE_CHUNK_PROCESSING_COMPLETE;
    data.EncodeComplete.ChunkInfo = (MIRACAST_CHUNK_INFO) { types[step], id, took_us, rate_kbps };
  }
  report_statistic (self, &data);
}

/*
 * The rate
 */

/* 0 means that nothing is known. */
static guint
to_kbps (guint64 rate_bps)
{
  return rate_bps == 0 ? 0 : CLAMP (rate_bps / 1000, 1, G_MAXINT);
}

static void
set_rate (MiracastContext *self, guint64 rate_bps)
{
  g_autoptr (WfdMiracastMedia) media = NULL;

  g_mutex_lock (&self->lock);
  self->counters.EncodeRate = rate_bps;
  g_set_object (&media, self->media);
  g_mutex_unlock (&self->lock);
  if (media != NULL)
    wfd_miracast_media_set_rate (media, to_kbps (rate_bps));
}

void
miracast_context_note_rate (MiracastContext *self, guint wanted_kbps, guint carried_kbps)
{
  g_mutex_lock (&self->lock);
  self->found = (MiracastFoundRate) { wanted_kbps, carried_kbps, g_get_monotonic_time () };
  g_mutex_unlock (&self->lock);
}

MiracastFoundRate
miracast_context_find_rate (gconstpointer handle)
{
  g_autoptr (MiracastContext) self = miracast_context_find (handle);
  MiracastFoundRate found = { 0 };

  if (self == NULL)
    return found;
  g_mutex_lock (&self->lock);
  found = self->found;
  g_mutex_unlock (&self->lock);
  return found;
}

static VOID NTAPI
on_rate (PVOID handle, MIRACAST_DATARATE_STATS *stats)
{
  g_autoptr (MiracastContext) self = miracast_context_find (handle);
  MiracastRun *run = NULL;
  guint64 rate_bps = stats != NULL ? stats->EncoderBitRate : 0;

  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  if (self->run != NULL)
    run = miracast_run_ref (self->run);
  g_mutex_unlock (&self->lock);
  if (run == NULL)
    return;
  miracast_run_tell_rate (run, to_kbps (rate_bps));
  miracast_run_unref (run);
  if (rate_bps > 0)
    set_rate (self, rate_bps);
}

/* In the thread of a start or a stop, as the system wants it. */
static void
register_for_rates (MiracastContext *self, gboolean wanted)
{
  MiracastVisit visit;
  NTSTATUS status;

  if (self->callbacks.RegisterForDataRateNotifications == NULL
      || (!wanted && !g_atomic_int_compare_and_exchange (&self->is_rate_told, TRUE, FALSE))
      || !begin_call (self, &visit))
    return;
  status = self->callbacks.RegisterForDataRateNotifications (self->device,
      wanted ? self->handle : NULL, wanted ? on_rate : NULL);
  end_call (self, &visit);
  if (wanted && status == STATUS_SUCCESS)
    g_atomic_int_set (&self->is_rate_told, TRUE);
  g_debug ("data rate notifications %s: 0x%08x", wanted ? "on" : "off", (guint) status);
}

/*
 * Sessions
 */

static void
on_begins (gpointer user_data, WfdSession *session, GSocketConnection *connection)
{
  MiracastContext *self = user_data;
  g_autoptr (WfdMiracastMedia) media = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&media, self->media);
  g_mutex_unlock (&self->lock);
  if (media != NULL)
    wfd_miracast_media_begin (media, session, connection);
}

static const MiracastRunEvents events = { on_begins, on_monitor, on_event, on_ended };

/* (transfer full) (nullable) */
static MiracastRun *
take_run (MiracastContext *self)
{
  MiracastRun *run;

  g_mutex_lock (&self->lock);
  run = g_steal_pointer (&self->run);
  g_mutex_unlock (&self->lock);
  return run;
}

/* Unless a Stop has taken it, after which the next one may be there. */
static void
drop_failed (MiracastContext *self, MiracastRun *failed)
{
  g_mutex_lock (&self->lock);
  if (self->run == failed)
    g_clear_pointer (&self->run, miracast_run_unref);
  g_mutex_unlock (&self->lock);
}

/* With the lock. */
static GMainContext *
get_main_context (MiracastContext *self)
{
  return self->media != NULL ? wfd_miracast_media_get_main_context (self->media)
                             : self->thread.main_context;
}

/* @ret_run: (transfer full), as a Stop may take ours at any time. */
static NTSTATUS
begin_run (MiracastContext *self, SOCKET socket, guint kbps, MiracastRun **ret_run)
{
  NTSTATUS status = STATUS_INVALID_DEVICE_STATE;

  g_mutex_lock (&self->lock);
  if (self->is_ending)
    status = STATUS_INVALID_HANDLE;
  else if (self->run == NULL)
    status = miracast_run_new (get_main_context (self), socket, kbps, &events, self, &self->run);
  if (status == STATUS_SUCCESS) {
    self->counters = (WFDX_MIRACAST_COUNTERS) { 0 };
    *ret_run = miracast_run_ref (self->run);
  }
  g_mutex_unlock (&self->lock);
  return status;
}

/* The monitor arrives when the start has returned. After a Stop, who has not found that rates are
 * told, the thread may be gone. */
static void
go_on (MiracastContext *self, MiracastRun *run)
{
  gboolean is_on;

  g_mutex_lock (&self->lock);
  is_on = self->run == run;
  if (is_on)
    miracast_run_go_on (run);
  g_mutex_unlock (&self->lock);
  if (!is_on)
    register_for_rates (self, FALSE);
}

NTSTATUS
miracast_context_start (MiracastContext *self, SOCKET socket,
    const MIRACAST_WFD_CONNECTION_STATS *stats, MIRACAST_SESSION_INFO *ret_info)
{
  MIRACAST_SESSION_INFO info = { .Value = 0 };
  MiracastRun *run = NULL;
  NTSTATUS status;

  if (!winapi_has_descriptors (WINAPI_DESCRIPTORS_OF_SESSION))
    return STATUS_INSUFFICIENT_RESOURCES;
  status = begin_run (self, socket, to_kbps (stats->CurrentBitRate), &run);
  if (status != STATUS_SUCCESS)
    return status;
  set_rate (self, stats->CurrentBitRate);
  status = miracast_run_start (run, self->start_limit_ms, &info);
  g_debug ("started: 0x%08x, monitor %u, modes reduced %u", (guint) status, info.MonitorConnected,
      info.ReducedModeListDueToBandwidth);
  if (status == STATUS_SUCCESS) {
    *ret_info = info;
    register_for_rates (self, TRUE);
    go_on (self, run);
  } else {
    drop_failed (self, run);
  }
  miracast_run_unref (run);
  return status;
}

void
miracast_context_stop (MiracastContext *self)
{
  MiracastRun *run = take_run (self);

  register_for_rates (self, FALSE);
  if (run == NULL)
    return;
  miracast_run_stop (run);
  miracast_run_unref (run);
}

void
miracast_context_destroy (MiracastContext *self)
{
  /* It would wait for itself. */
  if (miracast_visit_is_of (self))
    return;
  g_mutex_lock (&table_lock);
  if (wfd_handle_table_remove (&table, self->handle) == NULL) {
    g_mutex_unlock (&table_lock);
    return;
  }
  g_mutex_unlock (&table_lock);

  g_mutex_lock (&self->lock);
  self->is_ending = TRUE;
  g_mutex_unlock (&self->lock);
  miracast_context_stop (self);
  miracast_thread_end (&self->thread);
  g_rw_lock_writer_lock (&self->calls);
  self->is_dead = TRUE;
  g_rw_lock_writer_unlock (&self->calls);
  miracast_context_unref (self);
}

NTSTATUS
miracast_context_take_message (MiracastContext *self, UINT kind)
{
  NTSTATUS status = STATUS_INVALID_DEVICE_STATE;

  if (kind != WFDX_MIRACAST_MONITOR_OFF && kind != WFDX_MIRACAST_MONITOR_ON)
    return STATUS_NOT_SUPPORTED;
  g_mutex_lock (&self->lock);
  if (is_on (self)) {
    miracast_run_set_playing (self->run, kind == WFDX_MIRACAST_MONITOR_ON);
    status = STATUS_SUCCESS;
  }
  g_mutex_unlock (&self->lock);
  return status;
}

gboolean
miracast_context_set_media (MiracastContext *self, WfdMiracastMedia *media)
{
  gboolean is_free;

  g_mutex_lock (&self->lock);
  is_free = self->media == NULL && self->run == NULL;
  if (is_free)
    self->media = media;
  g_mutex_unlock (&self->lock);
  return is_free;
}

void
miracast_context_drop_media (MiracastContext *self, WfdMiracastMedia *media)
{
  MiracastRun *run = NULL;

  g_mutex_lock (&self->lock);
  if (self->media == media) {
    self->media = NULL;
    self->found = (MiracastFoundRate) { 0 };
    if (self->run != NULL)
      run = miracast_run_ref (self->run);
  }
  g_mutex_unlock (&self->lock);
  if (run == NULL)
    return;
  miracast_run_give_up (run);
  miracast_run_unref (run);
}
