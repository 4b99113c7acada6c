/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-counters.h"

static const char *
find_name (const char *const *names, guint n, guint value)
{
  return value < n ? names[value] : "other";
}

static const char *
get_chunk_name (MIRACAST_CHUNK_TYPE type)
{
  static const char *const names[] = {
    [MIRACAST_CHUNK_TYPE_UNKNOWN] = "unknown",
    [MIRACAST_CHUNK_TYPE_COLOR_CONVERT_COMPLETE] = "converted",
    [MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE] = "encoded",
    [MIRACAST_CHUNK_TYPE_FRAME_START] = "started",
    [MIRACAST_CHUNK_TYPE_FRAME_DROPPED] = "dropped",
  };

  return find_name (names, G_N_ELEMENTS (names), type);
}

static const char *
get_event_name (MIRACAST_PROTOCOL_EVENT event)
{
  static const char *const names[] = {
    [MIRACAST_PROTOCOL_EVENT_IFRAME_RQ] = "key frame wanted",
    [MIRACAST_PROTOCOL_EVENT_MONITOR_ARRIVE] = "monitor arrives",
    [MIRACAST_PROTOCOL_EVENT_MONITOR_DEPART] = "monitor departs",
    [MIRACAST_PROTOCOL_EVENT_SINK_FAILED_PREFERRED_MODE_CHANGE] = "preferred mode failed",
  };

  return find_name (names, G_N_ELEMENTS (names), event);
}

static const char *
get_status_name (MIRACAST_STATUS status)
{
  static const char *const names[] = {
    [MIRACAST_STATUS_CRITICAL_ERROR] = "critical-error",
    [MIRACAST_STATUS_MISSING_KEEPALIVE] = "missing-keepalive",
    [MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST] = "sink-disconnect-request",
    [MIRACAST_STATUS_INSUFFICIENT_BANDWIDTH] = "insufficient-bandwidth",
    [MIRACAST_STATUS_SINK_FAILED_STANDARD_MODE_CHANGE] = "sink-failed-standard-mode-change",
    [MIRACAST_STATUS_COMPANION_DRIVER_DISCONNECT] = "companion-driver-disconnect",
  };

  return find_name (names, G_N_ELEMENTS (names), status);
}

static void
add_chunk (WFDX_MIRACAST_COUNTERS *self, const MIRACAST_CHUNK_INFO *chunk)
{
  self->LastProcessed = *chunk;
  switch ((guint) chunk->ChunkType) {
    case MIRACAST_CHUNK_TYPE_FRAME_START:
      self->FramesStarted++;
      break;
    case MIRACAST_CHUNK_TYPE_COLOR_CONVERT_COMPLETE:
      self->FramesConverted++;
      break;
    case MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE:
      self->FramesEncoded++;
      self->LastEncoded = *chunk;
      break;
    case MIRACAST_CHUNK_TYPE_FRAME_DROPPED:
      self->FramesDropped++;
      break;
    default:
      self->OtherReports++;
  }
}

static void
add_event (WFDX_MIRACAST_COUNTERS *self, MIRACAST_PROTOCOL_EVENT event)
{
  switch ((guint) event) {
    case MIRACAST_PROTOCOL_EVENT_IFRAME_RQ:
      self->KeyFrameRequests++;
      break;
    case MIRACAST_PROTOCOL_EVENT_MONITOR_ARRIVE:
      self->MonitorArrivals++;
      break;
    case MIRACAST_PROTOCOL_EVENT_MONITOR_DEPART:
      self->MonitorDepartures++;
      break;
    default:
      self->OtherReports++;
  }
}

static void
log_chunk (const char *who, const MIRACAST_CHUNK_INFO *chunk)
{
  g_debug ("%s: frame %" G_GUINT64_FORMAT ", part %u: %s, %u us, %u kbit/s", who,
      (guint64) chunk->ChunkId.FrameNumber, (guint) chunk->ChunkId.PartNumber,
      get_chunk_name (chunk->ChunkType), chunk->ProcessingTime, chunk->EncodeRate);
}

void
miracast_statistic_log (const MIRACAST_STATISTIC_DATA *data, const char *who)
{
  MIRACAST_CHUNK_ID sent;

  switch ((guint) data->StatisticType) {
    case MIRACAST_STATISTIC_TYPE_CHUNK_PROCESSING_COMPLETE:
      log_chunk (who, &data->EncodeComplete.ChunkInfo);
      break;
    case MIRACAST_STATISTIC_TYPE_CHUNK_SENT:
      sent = data->ChunkSent.ChunkId;
      g_debug ("%s: frame %" G_GUINT64_FORMAT ", part %u: sent", who, (guint64) sent.FrameNumber,
          (guint) sent.PartNumber);
      break;
    case MIRACAST_STATISTIC_TYPE_EVENT:
      g_debug ("%s: event: %s", who, get_event_name (data->ProtocolEvent.Event));
      break;
    default:
      g_debug ("%s: a statistic of type %u", who, (guint) data->StatisticType);
  }
}

void
miracast_status_log (MIRACAST_STATUS status, NTSTATUS why, const char *who)
{
  g_debug ("%s: session status: %s (%u), 0x%08x", who, get_status_name (status), (guint) status,
      (guint) why);
}

void
miracast_counters_add (WFDX_MIRACAST_COUNTERS *self, const MIRACAST_STATISTIC_DATA *data)
{
  switch ((guint) data->StatisticType) {
    case MIRACAST_STATISTIC_TYPE_CHUNK_PROCESSING_COMPLETE:
      add_chunk (self, &data->EncodeComplete.ChunkInfo);
      break;
    case MIRACAST_STATISTIC_TYPE_CHUNK_SENT:
      self->FramesSent++;
      self->LastSent = data->ChunkSent.ChunkId;
      break;
    case MIRACAST_STATISTIC_TYPE_EVENT:
      add_event (self, data->ProtocolEvent.Event);
      break;
    default:
      self->OtherReports++;
  }
}

void
miracast_counters_add_status (WFDX_MIRACAST_COUNTERS *self, MIRACAST_STATUS status, NTSTATUS why)
{
  self->StatusReports++;
  self->LastStatus = status;
  self->LastStatusCode = why;
}

void
miracast_counters_set_found (WFDX_MIRACAST_COUNTERS *self, const MiracastFoundRate *found)
{
  self->WantedRate = 1000ull * found->wanted_kbps;
  self->CarriedRate = 1000ull * found->carried_kbps;
}

static void
add_status_text (GVariantDict *dict, const WFDX_MIRACAST_COUNTERS *self)
{
  if (self->StatusReports == 0)
    return;
  g_variant_dict_insert (dict, "miracast-status", "s", get_status_name (self->LastStatus));
  g_variant_dict_insert (dict, "miracast-status-code", "u", (guint) self->LastStatusCode);
}

GVariant *
miracast_counters_to_variant (const WFDX_MIRACAST_COUNTERS *self)
{
  const MIRACAST_CHUNK_INFO *encoded = &self->LastEncoded;
  const struct
  {
    const char *name;
    guint64 value;
  } counts[] = {
    { "miracast-frame", self->LastSent.FrameNumber },
    { "miracast-part", self->LastSent.PartNumber },
    { "miracast-frames-started", self->FramesStarted },
    { "miracast-frames-converted", self->FramesConverted },
    { "miracast-frames-encoded", self->FramesEncoded },
    { "miracast-frames-dropped", self->FramesDropped },
    { "miracast-frames-sent", self->FramesSent },
    { "miracast-key-frame-requests", self->KeyFrameRequests },
    { "miracast-monitor-arrivals", self->MonitorArrivals },
    { "miracast-monitor-departures", self->MonitorDepartures },
    { "miracast-status-reports", self->StatusReports },
  };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_variant_dict_insert (&dict, counts[i].name, "t", counts[i].value);
  g_variant_dict_insert (&dict, "miracast-encode-time-us", "u", encoded->ProcessingTime);
  g_variant_dict_insert (&dict, "miracast-encode-rate", "u", encoded->EncodeRate);
  g_variant_dict_insert (&dict, "miracast-bitrate", "u", (guint) (self->EncodeRate / 1000));
  add_status_text (&dict, self);
  return g_variant_dict_end (&dict);
}
