/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <miracast-context.h>
#include <miracast-sink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <scarce.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wfd/wfd.h>

#define MBPS 1000000ull

#define EDID_HEAD "00ffffffffffff001e6d"
#define EDID \
  "wfd_connector_type: 05\r\nwfd_display_edid: 0001 " EDID_HEAD \
  "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" \
  "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" \
  "0000000000000000000000000000000000000000\r\n"
#define NO_MONITOR "wfd_connector_type: none\r\nwfd_display_edid: 0000 none\r\n"

/* What the system is told, and what it knows of the driver. */
typedef struct
{
  MIRACAST_DRIVER_INTERFACE driver;
  PVOID context;
  MiracastSink sink;
  GAsyncQueue *told; /* char *, by the callbacks */
  PFN_DATARATE_NOTIFICATION notify;
  PVOID notify_context;
  GThread *registered_by;
  gboolean stops_at_status, stops_at_arrival, stops_at_registration, destroys_at_arrival;
  GAsyncQueue *waiting;
  GMutex *gate;     /* (nullable): what a request waits for, as for the end of a start */
  gboolean lingers; /* in the start, until the monitor has had time to arrive */
} Fixture;

/* The handle of the device. */
static Fixture *device;

static void
tell (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_async_queue_push (device->told, g_strdup_vprintf (format, args));
  va_end (args);
}

static VOID NTAPI
report_status (HANDLE handle, MIRACAST_STATUS status, NTSTATUS why)
{
  g_assert_true (handle == device);
  if (device->stops_at_status)
    device->driver.StopMiracastSession (device->context);
  tell ("status %u %08x", (guint) status, (guint) why);
}

static NTSTATUS NTAPI
io_control (HANDLE handle, BOOL hardware, UINT size, VOID *input, UINT output_size, VOID *output,
    UINT *ret_bytes)
{
  const WFDX_MIRACAST_REQUEST *request = input;

  g_assert_true (handle == device);
  g_assert_false (hardware);
  g_assert_cmpuint (size, >=, sizeof (*request));
  g_assert_cmpuint (request->Size, ==, size);
  if (device->gate != NULL) {
    g_async_queue_push (device->waiting, device);
    g_mutex_lock (device->gate);
    g_mutex_unlock (device->gate);
  }
  tell ("%s connector %d edid %u %02x%02x",
      request->Kind == WFDX_MIRACAST_MONITOR_ARRIVED ? "arrived" : "departed",
      (gint) request->ConnectorType, request->EdidSize, request->Edid[0],
      request->EdidSize > 0 ? request->Edid[1] : 0);
  if (device->stops_at_arrival)
    device->driver.StopMiracastSession (device->context);
  if (device->destroys_at_arrival)
    device->driver.DestroyMiracastContext (device->context);
  return STATUS_SUCCESS;
}

static VOID NTAPI
report_statistic (HANDLE handle, MIRACAST_STATISTIC_DATA *data)
{
  const MIRACAST_CHUNK_INFO *chunk = &data->EncodeComplete.ChunkInfo;

  switch (data->StatisticType) {
    case MIRACAST_STATISTIC_TYPE_EVENT:
      tell ("event %u", (guint) data->ProtocolEvent.Event);
      break;
    case MIRACAST_STATISTIC_TYPE_CHUNK_SENT:
      tell ("sent %" G_GUINT64_FORMAT "/%u", (guint64) data->ChunkSent.ChunkId.FrameNumber,
          (guint) data->ChunkSent.ChunkId.PartNumber);
      break;
    default:
      tell ("chunk %u %" G_GUINT64_FORMAT " %u us %u kbit/s", (guint) chunk->ChunkType,
          (guint64) chunk->ChunkId.FrameNumber, chunk->ProcessingTime, chunk->EncodeRate);
  }
}

static gpointer
stop_elsewhere (gpointer data)
{
  device->driver.StopMiracastSession (device->context);
  return NULL;
}

static NTSTATUS NTAPI
register_for_rates (HANDLE handle, PVOID context, PFN_DATARATE_NOTIFICATION notify)
{
  device->notify = notify;
  device->notify_context = context;
  device->registered_by = g_thread_self ();
  if (device->stops_at_registration && notify != NULL)
    g_thread_join (g_thread_new ("stop", stop_elsewhere, NULL));
  if (device->lingers)
    g_assert_null (g_async_queue_timeout_pop (device->told, G_USEC_PER_SEC / 5));
  return STATUS_SUCCESS;
}

static MIRACAST_CALLBACKS callbacks = {
  report_status,
  io_control,
  report_statistic,
  NULL,
  register_for_rates,
};

static void
set_up (Fixture *self, gconstpointer data)
{
  device = self;
  self->told = g_async_queue_new_full (g_free);
  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (self->driver), &self->driver), ==, 0);
  g_assert_cmpint (self->driver.CreateMiracastContext (self, &callbacks, &self->context), ==, 0);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  self->driver.DestroyMiracastContext (self->context);
  if (self->sink.thread != NULL)
    miracast_sink_clear (&self->sink);
  g_async_queue_unref (self->told);
}

static void
wait_told (Fixture *self, const char *wanted)
{
  g_autofree char *told = g_async_queue_timeout_pop (self->told, 20 * G_USEC_PER_SEC);

  g_assert_cmpstr (told, ==, wanted);
}

static NTSTATUS
start (Fixture *self, guint64 rate_bps, MIRACAST_SESSION_INFO *ret_info)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { .CurrentBitRate = rate_bps };

  return self->driver.StartMiracastSession (self->context, self->sink.source_fd, &stats, ret_info);
}

static void
start_well (Fixture *self, const char *capabilities)
{
  MIRACAST_SESSION_INFO info;

  miracast_sink_init (&self->sink, SINK_PLAYS, capabilities);
  g_assert_cmpint (start (self, 0, &info), ==, STATUS_SUCCESS);
}

static void
test_query_refuses_what_it_cannot_serve (void)
{
  MIRACAST_DRIVER_INTERFACE interface = { 0 };
  guint8 large[2 * sizeof (interface)];

  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (interface), NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (QueryMiracastDriverInterface (0, sizeof (interface), &interface), ==,
      STATUS_REVISION_MISMATCH);
  g_assert_cmpint (QueryMiracastDriverInterface (2, sizeof (interface), &interface), ==,
      STATUS_REVISION_MISMATCH);
  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (interface) - 1, &interface), ==,
      STATUS_BUFFER_TOO_SMALL);
  g_assert_cmpuint (interface.Size, ==, 0);
  /* A system that knows more than we do. */
  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (large), large), ==, STATUS_SUCCESS);
  g_assert_cmpint (QueryMiracastDriverInterface (1, sizeof (interface), &interface), ==, 0);
  g_assert_cmpuint (interface.Size, ==, sizeof (interface));
}

static void
test_bad_arguments (Fixture *self, gconstpointer data)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { 0 };
  MIRACAST_SESSION_INFO info = { .Value = 7 };
  int unconnected = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int pair[2];
  PVOID context = NULL;

  g_assert_cmpint (self->driver.CreateMiracastContext (self, NULL, &context), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (self->driver.CreateMiracastContext (self, &callbacks, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (self->driver.StartMiracastSession (self->context, unconnected, NULL, &info), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (self->driver.StartMiracastSession (self->context, unconnected, &stats, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (self->driver.StartMiracastSession (self->context, INVALID_SOCKET, &stats, &info),
      ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (self->driver.StartMiracastSession (self->context, unconnected, &stats, &info),
      ==, STATUS_DEVICE_NOT_CONNECTED);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_cmpint (self->driver.StartMiracastSession (self->context, pair[0], &stats, &info), ==,
      STATUS_NOT_SUPPORTED);
  g_assert_cmpuint (info.Value, ==, 7);
  close (unconnected);
  close (pair[0]);
  close (pair[1]);
}

static void
check_dead (Fixture *self, PVOID handle, NTSTATUS status)
{
  WFDX_MIRACAST_MESSAGE message = { sizeof (message), WFDX_MIRACAST_MONITOR_ON };
  MIRACAST_WFD_CONNECTION_STATS stats = { 0 };
  MIRACAST_SESSION_INFO info;

  g_assert_cmpint (self->driver.StartMiracastSession (handle, 0, &stats, &info), ==, status);
  g_assert_cmpint (
      self->driver.HandleKernelModeMessage (handle, sizeof (message), &message, 0, NULL, NULL), ==,
      status);
  self->driver.StopMiracastSession (handle);
  self->driver.DestroyMiracastContext (handle);
}

static void
test_handles_that_are_none (Fixture *self, gconstpointer data)
{
  PVOID stale;

  check_dead (self, NULL, STATUS_INVALID_PARAMETER);
  check_dead (self, self, STATUS_INVALID_HANDLE);
  check_dead (self, INVALID_HANDLE_VALUE, STATUS_INVALID_HANDLE);
  g_assert_cmpint (self->driver.CreateMiracastContext (self, &callbacks, &stale), ==, 0);
  self->driver.DestroyMiracastContext (stale);
  check_dead (self, stale, STATUS_INVALID_HANDLE);
}

static void
test_messages_are_checked (Fixture *self, gconstpointer data)
{
  WFDX_MIRACAST_MESSAGE message = { sizeof (message), WFDX_MIRACAST_MONITOR_OFF };
  PFN_HANDLE_KMD_MESSAGE handle = self->driver.HandleKernelModeMessage;
  WFDX_MIRACAST_COUNTERS counters;
  UINT n = 5;

  g_assert_cmpint (handle (self->context, 8, NULL, 0, NULL, &n), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpint (handle (self->context, 7, &message, 0, NULL, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (handle (self->context, 8, &message, 0, NULL, NULL), ==,
      STATUS_INVALID_DEVICE_STATE);
  message.Size = 9;
  g_assert_cmpint (handle (self->context, 8, &message, 0, NULL, NULL), ==,
      STATUS_INVALID_PARAMETER);
  message = (WFDX_MIRACAST_MESSAGE) { sizeof (message), 99 };
  g_assert_cmpint (handle (self->context, 8, &message, 0, NULL, NULL), ==, STATUS_NOT_SUPPORTED);
  message.Kind = WFDX_MIRACAST_GET_COUNTERS;
  g_assert_cmpint (handle (self->context, 8, &message, sizeof (counters) - 1, &counters, &n), ==,
      STATUS_BUFFER_TOO_SMALL);
  g_assert_cmpint (handle (self->context, 8, &message, sizeof (counters), &counters, &n), ==,
      STATUS_SUCCESS);
  g_assert_cmpuint (n, ==, sizeof (counters));
}

static void
test_monitor_is_known_and_arrives (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info = { .Value = 0xff };

  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA EDID);
  g_assert_cmpint (start (self, 5 * MBPS, &info), ==, STATUS_SUCCESS);
  g_assert_cmpuint (info.Value, ==, 1);
  wait_told (self, "arrived connector 5 edid 128 00ff");
  wait_told (self, "event 1");
  miracast_sink_wait (&self->sink, "PLAY");
  self->driver.StopMiracastSession (self->context);
  miracast_sink_wait (&self->sink, "TEARDOWN");
  g_assert_cmpint (g_async_queue_length (self->told), ==, 0);
}

static void
test_monitor_comes_and_goes_later (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info = { .Value = 0xff };

  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA NO_MONITOR);
  /* There is nothing that could be too slow. */
  g_assert_cmpint (start (self, 1, &info), ==, STATUS_SUCCESS);
  g_assert_cmpuint (info.Value, ==, 0);
  miracast_sink_wait (&self->sink, "PLAY");
  g_assert_cmpint (g_async_queue_length (self->told), ==, 0);
  self->notify (self->notify_context, &(MIRACAST_DATARATE_STATS) { .EncoderBitRate = 20 * MBPS });

  miracast_sink_exchange_monitor (&self->sink, "05", SINK_VIDEO_CEA EDID);
  wait_told (self, "arrived connector 5 edid 128 00ff");
  wait_told (self, "event 1");
  miracast_sink_exchange_monitor (&self->sink, "none", SINK_VIDEO_CEA NO_MONITOR);
  wait_told (self, "departed connector 15 edid 0 0000");
  wait_told (self, "event 2");
}

static void
test_monitor_that_is_too_much_ends_it (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA NO_MONITOR);
  g_assert_cmpint (start (self, MBPS / 2, &info), ==, STATUS_SUCCESS);
  miracast_sink_wait (&self->sink, "PLAY");
  miracast_sink_exchange_monitor (&self->sink, "05", SINK_VIDEO_CEA EDID);
  wait_told (self, "status 3 c0000468");
}

static void
test_rates_and_what_comes_of_them (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *video;
    guint64 rate_bps;
    NTSTATUS status;
    UINT info;
  } rows[] = {
    { SINK_VIDEO_CEA, 0, STATUS_SUCCESS, 1 },
    { SINK_VIDEO_CEA, 1, STATUS_DEVICE_INSUFFICIENT_RESOURCES, 9 },
    { SINK_VIDEO_CEA, 500000, STATUS_DEVICE_INSUFFICIENT_RESOURCES, 9 },
    { SINK_VIDEO_CEA, 1499999, STATUS_DEVICE_INSUFFICIENT_RESOURCES, 9 },
    { SINK_VIDEO_CEA, 1500000, STATUS_SUCCESS, 3 },
    { SINK_VIDEO_CEA, 4499999, STATUS_SUCCESS, 3 },
    { SINK_VIDEO_CEA, 5000000, STATUS_SUCCESS, 1 },
    { SINK_VIDEO_CEA, G_MAXUINT64, STATUS_SUCCESS, 1 },
    { SINK_VIDEO_VGA, 999999, STATUS_DEVICE_INSUFFICIENT_RESOURCES, 9 },
    { SINK_VIDEO_VGA, 1000000, STATUS_SUCCESS, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    MIRACAST_SESSION_INFO info = { .Value = 9 };

    g_test_message ("row %u", i);
    miracast_sink_init (&self->sink, SINK_PLAYS, rows[i].video);
    g_assert_cmpint (start (self, rows[i].rate_bps, &info), ==, rows[i].status);
    g_assert_cmpuint (info.Value, ==, rows[i].info);
    self->driver.StopMiracastSession (self->context);
    miracast_sink_clear (&self->sink);
    self->sink.thread = NULL;
  }
}

typedef struct
{
  int flags, no_delay, keep_alive;
} SocketState;

static SocketState
get_socket_state (int fd)
{
  SocketState state = { .flags = fcntl (fd, F_GETFL) };
  socklen_t n = sizeof (int);

  getsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &state.no_delay, &n);
  getsockopt (fd, SOL_SOCKET, SO_KEEPALIVE, &state.keep_alive, &n);
  return state;
}

static void
check_socket (Fixture *self, SocketState before)
{
  SocketState after = get_socket_state (self->sink.source_fd);

  g_assert_cmpint (after.flags, ==, before.flags);
  g_assert_cmpint (after.no_delay, ==, before.no_delay);
  g_assert_cmpint (after.keep_alive, ==, before.keep_alive);
}

static void
check_failure (Fixture *self, SinkBehaviour behaviour, NTSTATUS status)
{
  g_autoptr (MiracastContext) context = miracast_context_find (self->context);
  MIRACAST_SESSION_INFO info = { .Value = 9 };
  SocketState before;

  context->start_limit_ms = behaviour == SINK_CLOSES_AT_M3 ? 20000 : 50;
  miracast_sink_init (&self->sink, behaviour, SINK_VIDEO_CEA);
  before = get_socket_state (self->sink.source_fd);
  g_assert_cmpint (start (self, 5 * MBPS, &info), ==, status);
  g_assert_cmpuint (info.Value, ==, 9);
  g_assert_cmpint (g_async_queue_length (self->told), ==, 0);
  g_assert_null (self->notify);
  check_socket (self, before);

  /* It can be tried again. */
  miracast_sink_clear (&self->sink);
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  context->start_limit_ms = 20000;
  g_assert_cmpint (start (self, 5 * MBPS, &info), ==, STATUS_SUCCESS);
}

static void
test_sink_that_is_silent (Fixture *self, gconstpointer data)
{
  check_failure (self, SINK_IS_SILENT, STATUS_IO_TIMEOUT);
}

static void
test_sink_that_never_answers_m3 (Fixture *self, gconstpointer data)
{
  check_failure (self, SINK_NEVER_TELLS, STATUS_IO_TIMEOUT);
}

static void
test_sink_that_closes_at_m3 (Fixture *self, gconstpointer data)
{
  check_failure (self, SINK_CLOSES_AT_M3, STATUS_CONNECTION_RESET);
}

static void
test_limit_is_below_15_s (Fixture *self, gconstpointer data)
{
  g_autoptr (MiracastContext) context = miracast_context_find (self->context);

  g_assert_cmpuint (context->start_limit_ms, >=, 10000);
  g_assert_cmpuint (context->start_limit_ms, <, 15000);
}

static void
test_socket_is_as_it_was_after_stop (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;
  SocketState before;
  char text[8] = "";

  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  before = get_socket_state (self->sink.source_fd);
  g_assert_cmpint (start (self, 5 * MBPS, &info), ==, STATUS_SUCCESS);
  miracast_sink_wait (&self->sink, "PLAY");
  self->driver.StopMiracastSession (self->context);
  check_socket (self, before);
  /* What comes now is for who has the socket: nobody else reads. */
  miracast_sink_wait (&self->sink, "TEARDOWN");
  g_socket_send (self->sink.socket, "later", 5, NULL, NULL);
  while (memchr (text, 'r', sizeof (text)) == NULL || memcmp (text, "later", 5) != 0) {
    memmove (text, text + 1, 4);
    g_assert_cmpint (recv (self->sink.source_fd, text + 4, 1, 0), ==, 1);
  }
}

static void
test_end_by_the_sink_is_told (Fixture *self, gconstpointer data)
{
  start_well (self, SINK_VIDEO_CEA NO_MONITOR);
  miracast_sink_wait (&self->sink, "PLAY");
  miracast_sink_tear_down (&self->sink);
  wait_told (self, "status 2 c000020d");
}

static void
test_connection_that_breaks_is_told (Fixture *self, gconstpointer data)
{
  start_well (self, SINK_VIDEO_CEA NO_MONITOR);
  miracast_sink_wait (&self->sink, "PLAY");
  miracast_sink_close (&self->sink);
  wait_told (self, "status 0 c000020d");
}

static void
test_formats_that_are_refused_are_told (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  miracast_sink_init (&self->sink, SINK_REFUSES_FORMATS, SINK_VIDEO_CEA);
  g_assert_cmpint (start (self, 0, &info), ==, STATUS_SUCCESS);
  wait_told (self, "status 4 c0000236");
}

static void
test_stop_from_within_a_status (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  self->stops_at_status = TRUE;
  test_end_by_the_sink_is_told (self, data);
  miracast_sink_clear (&self->sink);
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  g_assert_cmpint (start (self, 0, &info), ==, STATUS_SUCCESS);
}

static void
test_monitor_arrives_when_the_start_has_returned (Fixture *self, gconstpointer data)
{
  self->lingers = TRUE;
  start_well (self, SINK_VIDEO_CEA);
  self->lingers = FALSE;
  wait_told (self, "arrived connector 15 edid 0 0000");
  wait_told (self, "event 1");
}

/* A system lets the request wait until it has returned, and then so does the event. */
static void
test_arrival_waits_for_the_system (Fixture *self, gconstpointer data)
{
  GMutex gate;

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  self->waiting = g_async_queue_new ();
  self->gate = &gate;
  start_well (self, SINK_VIDEO_CEA);
  g_assert_nonnull (g_async_queue_timeout_pop (self->waiting, 20 * G_USEC_PER_SEC));
  g_assert_cmpint (g_async_queue_length (self->told), ==, 0);
  g_mutex_unlock (&gate);
  wait_told (self, "arrived connector 15 edid 0 0000");
  wait_told (self, "event 1");
  self->driver.StopMiracastSession (self->context);
  g_async_queue_unref (self->waiting);
  g_mutex_clear (&gate);
}

static void
test_destruction_from_within_an_arrival (Fixture *self, gconstpointer data)
{
  self->destroys_at_arrival = TRUE;
  start_well (self, SINK_VIDEO_CEA);
  wait_told (self, "arrived connector 15 edid 0 0000");
  wait_told (self, "event 1");
  /* It is there still. */
  miracast_sink_wait (&self->sink, "PLAY");
  g_assert_cmpint (start (self, 0, &(MIRACAST_SESSION_INFO) { 0 }), ==,
      STATUS_INVALID_DEVICE_STATE);
}

static void
test_no_rates_after_a_stop (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  self->stops_at_registration = TRUE;
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  g_assert_cmpint (start (self, 0, &info), ==, STATUS_SUCCESS);
  g_assert_null (self->notify);
}

static void
test_stop_from_within_an_arrival (Fixture *self, gconstpointer data)
{
  self->stops_at_arrival = TRUE;
  start_well (self, SINK_VIDEO_CEA);
  wait_told (self, "arrived connector 15 edid 0 0000");
  wait_told (self, "event 1");
}

/* Who has found it before that is still in the start. */
static void
test_start_of_what_is_being_destroyed (Fixture *self, gconstpointer data)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { 0 };
  MIRACAST_SESSION_INFO info;
  g_autoptr (MiracastContext) context = miracast_context_find (self->context);

  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  self->driver.DestroyMiracastContext (self->context);
  g_assert_cmpint (miracast_context_start (context, self->sink.source_fd, &stats, &info), ==,
      STATUS_INVALID_HANDLE);
}

static void
test_a_second_start_is_refused (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;

  start_well (self, SINK_VIDEO_CEA);
  g_assert_cmpint (start (self, 0, &info), ==, STATUS_INVALID_DEVICE_STATE);
  miracast_sink_wait (&self->sink, "PLAY");
}

static gpointer
stop_soon (gpointer data)
{
  Fixture *self = data;

  miracast_sink_wait (&self->sink, "M3");
  self->driver.StopMiracastSession (self->context);
  return NULL;
}

static void
test_stop_ends_a_start (Fixture *self, gconstpointer data)
{
  MIRACAST_SESSION_INFO info;
  GThread *thread;

  miracast_sink_init (&self->sink, SINK_NEVER_TELLS, "");
  thread = g_thread_new ("stop", stop_soon, self);
  g_assert_cmpint (start (self, 0, &info), ==, STATUS_CANCELLED);
  g_thread_join (thread);
}

static void
test_key_frames_are_events (Fixture *self, gconstpointer data)
{
  start_well (self, SINK_VIDEO_CEA NO_MONITOR);
  miracast_sink_wait (&self->sink, "PLAY");
  miracast_sink_request_key_frame (&self->sink);
  wait_told (self, "event 0");
}

static void
test_link_that_stays_too_slow_ends_it (Fixture *self, gconstpointer data)
{
  MIRACAST_DATARATE_STATS slow = { .EncoderBitRate = MBPS }, fast = { .EncoderBitRate = 2 * MBPS };

  start_well (self, SINK_VIDEO_CEA);
  g_assert_true (self->registered_by == g_thread_self ());
  wait_told (self, "arrived connector 15 edid 0 0000");
  wait_told (self, "event 1");
  miracast_sink_wait (&self->sink, "PLAY");
  for (guint i = 0; i < 4; i++)
    self->notify (self->notify_context, &slow);
  self->notify (self->notify_context, &fast);
  for (guint i = 0; i < 4; i++)
    self->notify (self->notify_context, &slow);
  self->notify (self->notify_context, NULL);
  for (guint i = 0; i < 4; i++)
    self->notify (self->notify_context, &slow);
  miracast_sink_request_key_frame (&self->sink);
  wait_told (self, "event 0");
  self->notify (self->notify_context, &slow);
  wait_told (self, "status 3 c0000468");
  self->driver.StopMiracastSession (self->context);
  g_assert_null (self->notify);
}

/* A thread whose main context has the media, as an element is. */
typedef struct
{
  Fixture *fixture;
  GMainContext *main_context;
  GMainLoop *loop;
  GThread *thread;
  WfdMiracastMedia *media;
  guint sessions;
  guint kbps;
  GError *error;
  GAsyncQueue *ready;
  char *format;
} Media;

static void
on_format (WfdSession *session, const WfdFormat *format, Media *self)
{
  self->format = wfd_format_to_string (format);
}

static void
on_session (WfdMiracastMedia *media, WfdSession *session, GSocketConnection *connection,
    Media *self)
{
  g_assert_true (G_IS_SOCKET_CONNECTION (connection));
  self->sessions++;
  wfd_session_set_wish (session, 1920, 1080, 60);
  g_signal_connect (session, "format-agreed", G_CALLBACK (on_format), self);
}

static void
on_rate (WfdMiracastMedia *media, GParamSpec *pspec, Media *self)
{
  guint kbps;

  g_object_get (media, "max-bitrate-kbps", &kbps, NULL);
  tell ("rate %u", kbps);
}

static gpointer
run_media (gpointer data)
{
  Media *self = data;

  g_main_context_push_thread_default (self->main_context);
  self->media = wfd_miracast_media_new (self->fixture->context, &self->error);
  g_assert_no_error (self->error);
  g_signal_connect (self->media, "session", G_CALLBACK (on_session), self);
  g_signal_connect (self->media, "notify::max-bitrate-kbps", G_CALLBACK (on_rate), self);
  g_async_queue_push (self->ready, self);
  g_main_loop_run (self->loop);
  g_object_unref (self->media);
  g_main_context_pop_thread_default (self->main_context);
  return NULL;
}

static void
media_init (Media *self, Fixture *fixture)
{
  *self = (Media) { .fixture = fixture, .main_context = g_main_context_new () };
  self->loop = g_main_loop_new (self->main_context, FALSE);
  self->ready = g_async_queue_new ();
  self->thread = g_thread_new ("media", run_media, self);
  g_async_queue_pop (self->ready);
}

static gboolean
on_quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

static void
media_clear (Media *self)
{
  g_main_context_invoke (self->main_context, on_quit, self->loop);
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->main_context);
  g_async_queue_unref (self->ready);
  g_free (self->format);
}

static void
test_media_has_the_session (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  MIRACAST_SESSION_INFO info;
  Media media;

  media_init (&media, self);
  g_assert_null (wfd_miracast_media_new (self->context, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (wfd_miracast_media_new (self, &error));
  g_assert_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);

  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  g_assert_cmpint (start (self, 3 * MBPS, &info), ==, STATUS_SUCCESS);
  wait_told (self, "rate 3000");
  wait_told (self, "arrived connector 15 edid 0 0000");
  wait_told (self, "event 1");
  miracast_sink_wait (&self->sink, "PLAY");
  g_assert_cmpuint (media.sessions, ==, 1);
  /* The wish was for 60 Hz, which 3 Mbit/s do not carry. */
  g_assert_true (g_str_has_prefix (media.format, "1920x1080p30"));

  self->notify (self->notify_context, &(MIRACAST_DATARATE_STATS) { .EncoderBitRate = 4 * MBPS });
  wait_told (self, "rate 4000");
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_START, 7, 0, 0);
  wait_told (self, "chunk 3 7 0 us 0 kbit/s");
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_CONVERTED, 7, 950, 0);
  wait_told (self, "chunk 1 7 950 us 0 kbit/s");
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_ENCODED, 7, 1042, 15000);
  wait_told (self, "chunk 2 7 1042 us 15000 kbit/s");
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_SENDING, 7, 0, 0);
  wait_told (self, "sent 7/0");
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_DROPPED, 8, 0, 0);
  wait_told (self, "chunk 4 8 0 us 0 kbit/s");

  /* The application takes its media away. */
  media_clear (&media);
  wait_told (self, "status 0 c0000120");
  self->driver.StopMiracastSession (self->context);
}

static WFDX_MIRACAST_COUNTERS
get_counters (Fixture *self)
{
  WFDX_MIRACAST_MESSAGE message = { sizeof (message), WFDX_MIRACAST_GET_COUNTERS };
  WFDX_MIRACAST_COUNTERS counters;

  g_assert_cmpint (self->driver.HandleKernelModeMessage (self->context, sizeof (message), &message,
                       sizeof (counters), &counters, NULL),
      ==, STATUS_SUCCESS);
  return counters;
}

static void
test_counters_are_of_the_session (Fixture *self, gconstpointer data)
{
  WFDX_MIRACAST_COUNTERS counters;
  g_autoptr (GVariant) stats = NULL;
  const char *status;
  guint64 frame;
  guint value;
  Media media;

  media_init (&media, self);
  /* There is no session yet. */
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_SENDING, 1, 0, 0);
  start_well (self, SINK_VIDEO_CEA NO_MONITOR);
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_START, 2, 0, 0);
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_ENCODED, 2, 5, 9);
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_SENDING, 2, 0, 0);
  counters = get_counters (self);
  g_assert_cmpuint (counters.FramesStarted, ==, 1);
  g_assert_cmpuint (counters.FramesEncoded, ==, 1);
  g_assert_cmpuint (counters.FramesSent, ==, 1);
  g_assert_cmpuint (counters.LastSent.FrameNumber, ==, 2);
  g_assert_cmpuint (counters.FramesDropped, ==, 0);
  g_assert_null (wfd_miracast_dup_stats (NULL));
  g_assert_null (wfd_miracast_dup_stats (self));
  miracast_sink_wait (&self->sink, "PLAY");
  miracast_sink_tear_down (&self->sink);
  wait_told (self, "chunk 3 2 0 us 0 kbit/s");
  wait_told (self, "chunk 2 2 5 us 9 kbit/s");
  wait_told (self, "sent 2/0");
  wait_told (self, "status 2 c000020d");
  stats = wfd_miracast_dup_stats (self->context);
  g_assert_true (g_variant_lookup (stats, "miracast-frame", "t", &frame));
  g_assert_cmpuint (frame, ==, 2);
  g_assert_true (g_variant_lookup (stats, "miracast-encode-time-us", "u", &value));
  g_assert_cmpuint (value, ==, 5);
  g_assert_true (g_variant_lookup (stats, "miracast-status", "&s", &status));
  g_assert_cmpstr (status, ==, "sink-disconnect-request");
  g_assert_true (g_variant_lookup (stats, "miracast-status-code", "u", &value));
  g_assert_cmphex (value, ==, 0xc000020d);
  media_clear (&media);
}

/* Also before a session, which begins with it. */
static void
test_rate_that_media_found_is_told (Fixture *self, gconstpointer data)
{
  Media media;

  media_init (&media, self);
  wfd_miracast_media_note_rate (media.media, 5000, 0);
  start_well (self, SINK_VIDEO_CEA NO_MONITOR);
  g_assert_cmpuint (get_counters (self).WantedRate, ==, 5 * MBPS);
  wfd_miracast_media_note_rate (media.media, 12000, 20000);
  g_assert_cmpuint (get_counters (self).WantedRate, ==, 12 * MBPS);
  g_assert_cmpuint (get_counters (self).CarriedRate, ==, 20 * MBPS);
  media_clear (&media);
}

static void
test_media_outlives_its_context (Fixture *self, gconstpointer data)
{
  Media media;

  media_init (&media, self);
  start_well (self, SINK_VIDEO_CEA);
  miracast_sink_wait (&self->sink, "PLAY");
  self->driver.DestroyMiracastContext (self->context);
  g_async_queue_unref (self->told);
  self->told = g_async_queue_new_full (g_free);
  wfd_miracast_media_note_picture (media.media, WFD_MIRACAST_STEP_SENDING, 7, 0, 0);
  media_clear (&media);
  g_assert_cmpint (g_async_queue_length (self->told), ==, 0);
}

static void
on_sink_state (WfdSession *session, GParamSpec *pspec, GMainLoop *loop)
{
  if (wfd_session_get_state (session) == WFD_SESSION_STATE_PLAYING
      || wfd_session_get_state (session) == WFD_SESSION_STATE_CLOSED)
    g_main_loop_quit (loop);
}

static void
on_sink_connection (WfdListener *listener, GSocketConnection *connection, WfdSession *session)
{
  g_assert_true (wfd_session_start (session, connection, NULL));
}

static gpointer
start_in_thread (gpointer data)
{
  MIRACAST_SESSION_INFO info;

  g_assert_cmpint (start (data, 5 * MBPS, &info), ==, STATUS_SUCCESS);
  g_assert_cmpuint (info.Value, ==, 1);
  return NULL;
}

static gpointer
stop_in_thread (gpointer data)
{
  Fixture *self = data;

  self->driver.StopMiracastSession (self->context);
  return NULL;
}

static void
test_with_our_own_sink (Fixture *self, gconstpointer data)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (WfdSession) session = wfd_session_new (WFD_ROLE_SINK);
  g_autoptr (WfdListener) listener = wfd_listener_new ("127.0.0.1", 0, NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  GThread *thread;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1",
      wfd_listener_get_port (listener), NULL, NULL);
  self->sink.source_fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  g_object_set (session, "rtp-port", 19000, NULL);
  g_signal_connect (session, "notify::state", G_CALLBACK (on_sink_state), loop);
  g_signal_connect (listener, "connection", G_CALLBACK (on_sink_connection), session);
  thread = g_thread_new ("start", start_in_thread, self);
  g_main_loop_run (loop);
  g_assert_cmpint (wfd_session_get_state (session), ==, WFD_SESSION_STATE_PLAYING);
  g_thread_join (thread);
  thread = g_thread_new ("stop", stop_in_thread, self);
  g_main_loop_run (loop);
  g_thread_join (thread);
  g_assert_cmpint (wfd_session_get_state (session), ==, WFD_SESSION_STATE_CLOSED);
  g_assert_cmpint (fcntl (self->sink.source_fd, F_GETFD), >=, 0);
}

static void
test_a_thousand_sessions_leave_nothing (Fixture *self, gconstpointer data)
{
  guint n_files = 0, n_threads = scarce_count_entries ("/proc/self/task");

  for (guint i = 0; i < 1000; i++) {
    miracast_sink_init (&self->sink, i % 10 == 9 ? SINK_CLOSES_AT_M3 : SINK_PLAYS, SINK_VIDEO_CEA);
    start (self, 5 * MBPS, &(MIRACAST_SESSION_INFO) { .Value = 0 });
    if (i % 3 == 0 && i % 10 != 9)
      miracast_sink_wait (&self->sink, "PLAY");
    self->driver.StopMiracastSession (self->context);
    miracast_sink_clear (&self->sink);
    self->sink.thread = NULL;
    if (i == 20)
      n_files = scarce_count_entries ("/proc/self/fd");
  }
  g_assert_cmpuint (scarce_count_entries ("/proc/self/fd"), ==, n_files);
  /* One that was joined may be there for a moment longer. */
  while (scarce_count_entries ("/proc/self/task") > n_threads)
    g_thread_yield ();
}

#define TEST(name, func) \
  g_test_add ("/miracast/driver/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/miracast/driver/query-refuses-what-it-cannot-serve",
      test_query_refuses_what_it_cannot_serve);
  TEST ("bad-arguments", test_bad_arguments);
  TEST ("handles-that-are-none", test_handles_that_are_none);
  TEST ("messages-are-checked", test_messages_are_checked);
  TEST ("monitor-is-known-and-arrives", test_monitor_is_known_and_arrives);
  TEST ("monitor-comes-and-goes-later", test_monitor_comes_and_goes_later);
  TEST ("monitor-that-is-too-much-ends-it", test_monitor_that_is_too_much_ends_it);
  TEST ("rates-and-what-comes-of-them", test_rates_and_what_comes_of_them);
  TEST ("sink-that-is-silent", test_sink_that_is_silent);
  TEST ("sink-that-never-answers-m3", test_sink_that_never_answers_m3);
  TEST ("sink-that-closes-at-m3", test_sink_that_closes_at_m3);
  TEST ("limit-is-below-15-s", test_limit_is_below_15_s);
  TEST ("socket-is-as-it-was-after-stop", test_socket_is_as_it_was_after_stop);
  TEST ("end-by-the-sink-is-told", test_end_by_the_sink_is_told);
  TEST ("connection-that-breaks-is-told", test_connection_that_breaks_is_told);
  TEST ("formats-that-are-refused-are-told", test_formats_that_are_refused_are_told);
  TEST ("stop-from-within-a-status", test_stop_from_within_a_status);
  TEST ("stop-from-within-an-arrival", test_stop_from_within_an_arrival);
  TEST ("monitor-arrives-when-the-start-has-returned",
      test_monitor_arrives_when_the_start_has_returned);
  TEST ("arrival-waits-for-the-system", test_arrival_waits_for_the_system);
  TEST ("destruction-from-within-an-arrival", test_destruction_from_within_an_arrival);
  TEST ("no-rates-after-a-stop", test_no_rates_after_a_stop);
  TEST ("start-of-what-is-being-destroyed", test_start_of_what_is_being_destroyed);
  TEST ("a-second-start-is-refused", test_a_second_start_is_refused);
  TEST ("stop-ends-a-start", test_stop_ends_a_start);
  TEST ("key-frames-are-events", test_key_frames_are_events);
  TEST ("link-that-stays-too-slow-ends-it", test_link_that_stays_too_slow_ends_it);
  TEST ("media-has-the-session", test_media_has_the_session);
  TEST ("counters-are-of-the-session", test_counters_are_of_the_session);
  TEST ("rate-that-media-found-is-told", test_rate_that_media_found_is_told);
  TEST ("media-outlives-its-context", test_media_outlives_its_context);
  TEST ("with-our-own-sink", test_with_our_own_sink);
  TEST ("a-thousand-sessions-leave-nothing", test_a_thousand_sessions_leave_nothing);
  return g_test_run ();
}
