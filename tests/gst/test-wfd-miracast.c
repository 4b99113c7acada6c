/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* wfdsink as the media of the Miracast driver, with the system's part of the library, and wfdsrc
 * as the display. */
#include <gio/gio.h>
#include <gst/app/app.h>
#include <gst/check/gstcheck.h>
#include <string.h>
#include <unistd.h>
#include <wfd-encoder.h>
#include <wfdxmiracast.h>

#include "pair.h"

static struct
{
  HANDLE device;
  PVOID context;
  GSocket *listener;
  Side source, display;
  GAsyncQueue *told; /* char * */
} now;

static void
tell (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_async_queue_push (now.told, g_strdup_vprintf (format, args));
  va_end (args);
}

static void
wait_told (const char *wanted)
{
  g_autofree char *told = g_async_queue_timeout_pop (now.told, WATCHDOG / GST_USECOND);

  fail_unless_equals_string (told, wanted);
}

static VOID
on_status (PVOID context, MIRACAST_STATUS status, NTSTATUS why)
{
  tell ("status %u %08x", (guint) status, (guint) why);
}

static NTSTATUS
on_io_control (PVOID context, BOOL hardware, UINT size, VOID *input, UINT output_size, VOID *output,
    UINT *ret_bytes)
{
  const WFDX_MIRACAST_REQUEST *request = input;

  tell (request->Kind == WFDX_MIRACAST_MONITOR_ARRIVED ? "arrived" : "departed");
  return STATUS_SUCCESS;
}

/* What was told of each picture, by its number. */
#define MAX_PICTURES 4096

static struct
{
  GMutex lock;
  GCond sent;
  guint steps[MAX_PICTURES]; /* one bit for each MIRACAST_CHUNK_TYPE, bit 0 for those sent */
  guint64 last_sent;
  guint n_sent, n_dropped, n_timed;
  const char *fault;
} pictures;

#define BIT(type) (1u << MIRACAST_CHUNK_TYPE_##type)

/* What has to have been told before, for each that is told. */
static const struct
{
  guint bit, before;
} order[] = {
  { BIT (FRAME_START), 0 },
  { BIT (COLOR_CONVERT_COMPLETE), BIT (FRAME_START) },
  { BIT (ENCODE_COMPLETE), BIT (FRAME_START) | BIT (COLOR_CONVERT_COMPLETE) },
  { BIT (FRAME_DROPPED), BIT (FRAME_START) },
  { 1, BIT (FRAME_START) | BIT (COLOR_CONVERT_COMPLETE) | BIT (ENCODE_COMPLETE) },
};

static void
note_step (MIRACAST_CHUNK_ID id, guint bit)
{
  guint *steps = &pictures.steps[id.FrameNumber % MAX_PICTURES];
  guint before = 0;

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    if (order[i].bit == bit)
      before = order[i].before;
  if (id.PartNumber != 0 || id.FrameNumber == 0 || id.FrameNumber >= MAX_PICTURES)
    pictures.fault = "its number";
  if (*steps != before)
    pictures.fault = "out of order, or twice";
  *steps |= bit;
}

static void
note_info (const MIRACAST_CHUNK_INFO *chunk)
{
  note_step (chunk->ChunkId, 1u << chunk->ChunkType);
  if (chunk->ChunkType == MIRACAST_CHUNK_TYPE_FRAME_DROPPED)
    pictures.n_dropped++;
  if (chunk->ChunkType != MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE)
    return;
  pictures.n_timed += chunk->ProcessingTime > 0;
  if (chunk->EncodeRate == 0)
    pictures.fault = "encoded at no rate";
}

static void
note_sent (MIRACAST_CHUNK_ID id)
{
  note_step (id, 1);
  if (id.FrameNumber <= pictures.last_sent)
    pictures.fault = "sent out of order";
  pictures.last_sent = id.FrameNumber;
  pictures.n_sent++;
  g_cond_signal (&pictures.sent);
}

static VOID
on_statistic (PVOID context, const MIRACAST_STATISTIC_DATA *data)
{
  g_mutex_lock (&pictures.lock);
  if (data->StatisticType == MIRACAST_STATISTIC_TYPE_CHUNK_PROCESSING_COMPLETE)
    note_info (&data->EncodeComplete.ChunkInfo);
  else if (data->StatisticType == MIRACAST_STATISTIC_TYPE_CHUNK_SENT)
    note_sent (data->ChunkSent.ChunkId);
  g_mutex_unlock (&pictures.lock);
}

static VOID NTAPI
on_own_statistic (HANDLE device, MIRACAST_STATISTIC_DATA *data)
{
  on_statistic (NULL, data);
}

static void
forget_pictures (void)
{
  g_mutex_lock (&pictures.lock);
  memset (pictures.steps, 0, sizeof (pictures.steps));
  pictures.last_sent = 0;
  pictures.n_sent = pictures.n_dropped = pictures.n_timed = 0;
  pictures.fault = NULL;
  g_mutex_unlock (&pictures.lock);
}

/* One that has come may not have been told as sent yet. */
static void
check_pictures (guint n_wanted)
{
  guint n_timed;
  const char *fault;

  g_mutex_lock (&pictures.lock);
  while (pictures.n_sent < n_wanted && pictures.fault == NULL)
    g_cond_wait (&pictures.sent, &pictures.lock);
  n_timed = pictures.n_timed;
  fault = pictures.fault;
  g_mutex_unlock (&pictures.lock);
  fail_unless (fault == NULL, "%s", fault);
  fail_unless (n_timed >= n_wanted, "%u of %u took time", n_timed, n_wanted);
}

static const WFDX_MIRACAST_DISPLAY display = {
  .Size = sizeof (WFDX_MIRACAST_DISPLAY),
  .SessionStatus = on_status,
  .IoControl = on_io_control,
  .Statistic = on_statistic,
};

static guint
listen_somewhere (void)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  now.listener =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  fail_unless (g_socket_bind (now.listener, any, FALSE, NULL));
  fail_unless (g_socket_listen (now.listener, NULL));
  bound = g_socket_get_local_address (now.listener, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* What the system hands to the driver. */
static int
accept_display (void)
{
  g_autoptr (GSocket) accepted = g_socket_accept (now.listener, NULL, NULL);

  fail_unless (accepted != NULL);
  return dup (g_socket_get_fd (accepted));
}

#define PICTURES "videotestsrc is-live=true ! video/x-raw, width=640, height=480, framerate=60/1 ! "

static void
set_up (void)
{
  memset (&now, 0, sizeof (now));
  forget_pictures ();
  now.told = g_async_queue_new_full (g_free);
  fail_unless_equals_int (WfdxMiracastOpen (NULL, &display, &now.device), STATUS_SUCCESS);
  fail_unless_equals_int (WfdxMiracastGetContext (now.device, &now.context), STATUS_SUCCESS);
}

/* Without a state. */
static void
make_source (const char *properties)
{
  g_autofree char *description =
      g_strdup_printf (PICTURES "wfdsink name=wfd bitrate=1000 %s", properties);

  side_init (&now.source, description);
  g_object_set (now.source.wfd, "miracast-context", now.context, NULL);
}

static void
make_display (guint port)
{
  g_autofree char *description = g_strdup_printf (
      "wfdsrc name=wfd uri=wfd://127.0.0.1:%u wfd.video ! appsink name=app sync=false async=false "
      "max-buffers=100 drop=true wait-on-eos=false",
      port);

  side_init (&now.display, description);
  side_set_state (&now.display, GST_STATE_PLAYING);
}

static void
tear_down (void)
{
  side_clear (&now.display);
  side_clear (&now.source);
  fail_unless_equals_int (WfdxMiracastClose (now.device), STATUS_SUCCESS);
  g_clear_object (&now.listener);
  g_async_queue_unref (now.told);
}

static gboolean
can_encode (void)
{
  if (wfd_encoder_find (WFD_ENCODER_H264, NULL, NULL) != NULL)
    return TRUE;
  g_printerr ("no encoder is installed, not tested\n");
  return FALSE;
}

static void
start (guint64 rate_bps, UINT wanted)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { .CurrentBitRate = rate_bps };
  MIRACAST_SESSION_INFO info = { .Value = 0 };

  fail_unless_equals_int (WfdxMiracastStart (now.device, accept_display (), &stats, &info),
      STATUS_SUCCESS);
  fail_unless_equals_int (info.Value, wanted);
}

static void
pull (guint n)
{
  for (guint i = 0; i < n; i++) {
    GstSample *sample = gst_app_sink_try_pull_sample (GST_APP_SINK (now.display.app), WATCHDOG);

    fail_unless (sample != NULL, "nothing comes");
    gst_sample_unref (sample);
  }
}

GST_START_TEST (test_pictures_come_through_the_driver)
{
  WFDX_MIRACAST_COUNTERS counters;
  g_autoptr (GstStructure) negotiated = NULL;

  if (!can_encode ())
    return;
  set_up ();
  make_source ("");
  side_set_state (&now.source, GST_STATE_PLAYING);
  make_display (listen_somewhere ());
  start (5000000, 1);
  wait_told ("arrived");
  pull (30);
  check_pictures (30);
  fail_unless (side_get_counter (&now.source, "miracast-frame") >= 30);
  g_object_get (now.source.wfd, "negotiated", &negotiated, NULL);
  fail_unless_equals_string (gst_structure_get_string (negotiated, "peer"), "127.0.0.1");

  fail_unless_equals_int (WfdxMiracastStop (now.device), STATUS_SUCCESS);
  side_wait_flowing (&now.source, FALSE);
  /* What the element says is what the driver was told. */
  fail_unless_equals_uint64 (side_get_counter (&now.source, "miracast-frame"), pictures.last_sent);
  fail_unless_equals_uint64 (side_get_counter (&now.source, "miracast-frames-sent"),
      pictures.n_sent);
  fail_unless_equals_int (WfdxMiracastGetCounters (now.device, &counters), STATUS_SUCCESS);
  fail_unless_equals_uint64 (counters.FramesSent, pictures.n_sent);
  fail_unless_equals_uint64 (counters.LastSent.FrameNumber, pictures.last_sent);
  tear_down ();
}
GST_END_TEST

/* The sessions of a driver context come one after the other. */
GST_START_TEST (test_one_session_after_the_other)
{
  if (!can_encode ())
    return;
  set_up ();
  make_source ("after-session=wait");
  side_set_state (&now.source, GST_STATE_PLAYING);
  for (guint i = 0; i < 3; i++) {
    g_clear_object (&now.listener);
    make_display (listen_somewhere ());
    start (5000000, 1);
    wait_told ("arrived");
    pull (5);
    fail_unless_equals_int (WfdxMiracastStop (now.device), STATUS_SUCCESS);
    side_wait_flowing (&now.source, FALSE);
    side_clear (&now.display);
  }
  tear_down ();
}
GST_END_TEST

static void
check_status (const char *wanted, guint wanted_code)
{
  g_autoptr (GstStructure) stats = NULL;
  guint code = 0;

  g_object_get (now.source.wfd, "stats", &stats, NULL);
  fail_unless_equals_string (gst_structure_get_string (stats, "miracast-status"), wanted);
  fail_unless (gst_structure_get_uint (stats, "miracast-status-code", &code));
  fail_unless_equals_int (code, wanted_code);
}

GST_START_TEST (test_display_that_leaves_is_told)
{
  if (!can_encode ())
    return;
  set_up ();
  make_source ("after-session=wait");
  side_set_state (&now.source, GST_STATE_PLAYING);
  make_display (listen_somewhere ());
  start (5000000, 1);
  wait_told ("arrived");
  pull (5);
  side_clear (&now.display);
  wait_told ("status 2 c000020d");
  check_status ("sink-disconnect-request", (guint) STATUS_CONNECTION_RESET);
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_source_that_stops_is_told)
{
  if (!can_encode ())
    return;
  set_up ();
  make_source ("");
  side_set_state (&now.source, GST_STATE_PLAYING);
  make_display (listen_somewhere ());
  start (5000000, 1);
  wait_told ("arrived");
  pull (5);
  side_clear (&now.source);
  wait_told ("status 0 c0000120");
  tear_down ();
}
GST_END_TEST

GST_START_TEST (test_rate_of_the_system_is_a_limit)
{
  g_autoptr (GstStructure) stats = NULL;
  guint suggested;

  if (!can_encode ())
    return;
  set_up ();
  make_source ("max-bitrate=40000 start-bitrate=20000");
  side_set_state (&now.source, GST_STATE_PLAYING);
  make_display (listen_somewhere ());
  start (1500000, 3);
  wait_told ("arrived");
  pull (10);
  g_object_get (now.source.wfd, "suggested-bitrate", &suggested, NULL);
  fail_unless (suggested <= 1500, "%u", suggested);
  tear_down ();
}
GST_END_TEST

/*
 * The test as the system, which tells rates when it likes
 */

static struct
{
  MIRACAST_DRIVER_INTERFACE driver;
  int fd;
  PVOID rate_context;
  PFN_DATARATE_NOTIFICATION notify;
  GAsyncQueue *moved; /* when suggested-bitrate is another one */
} own;

static NTSTATUS NTAPI
keep_notify (HANDLE device, PVOID context, PFN_DATARATE_NOTIFICATION notify)
{
  own.rate_context = context;
  own.notify = notify;
  return STATUS_SUCCESS;
}

static void
on_moved (GObject *sink, GParamSpec *pspec, gpointer data)
{
  g_async_queue_push (own.moved, sink);
}

static void
start_own (const char *properties, guint64 rate_bps)
{
  MIRACAST_CALLBACKS callbacks = {
    .ReportStatistic = on_own_statistic,
    .RegisterForDataRateNotifications = keep_notify,
  };
  MIRACAST_WFD_CONNECTION_STATS stats = { .CurrentBitRate = rate_bps };
  MIRACAST_SESSION_INFO info;

  memset (&now, 0, sizeof (now));
  forget_pictures ();
  now.told = g_async_queue_new_full (g_free);
  own.notify = NULL;
  own.moved = g_async_queue_new ();
  fail_unless_equals_int (QueryMiracastDriverInterface (MIRACAST_DRIVER_INTERFACE_VERSION_1,
                              sizeof (own.driver), &own.driver),
      STATUS_SUCCESS);
  fail_unless_equals_int (own.driver.CreateMiracastContext (NULL, &callbacks, &now.context),
      STATUS_SUCCESS);
  make_source (properties);
  g_signal_connect (now.source.wfd, "notify::suggested-bitrate", G_CALLBACK (on_moved), NULL);
  side_set_state (&now.source, GST_STATE_PLAYING);
  make_display (listen_somewhere ());
  own.fd = accept_display ();
  fail_unless_equals_int (own.driver.StartMiracastSession (now.context, own.fd, &stats, &info),
      STATUS_SUCCESS);
  fail_unless (own.notify != NULL);
}

static void
stop_own (void)
{
  own.driver.StopMiracastSession (now.context);
  fail_unless (own.notify == NULL);
  close (own.fd);
  side_clear (&now.display);
  side_clear (&now.source);
  own.driver.DestroyMiracastContext (now.context);
  g_clear_object (&now.listener);
  g_async_queue_unref (own.moved);
  g_async_queue_unref (now.told);
}

static void
notify_rate (guint64 rate_bps)
{
  MIRACAST_DATARATE_STATS stats = { .EncoderBitRate = rate_bps };

  own.notify (own.rate_context, &stats);
}

static guint
get_suggested (void)
{
  guint kbps;

  g_object_get (now.source.wfd, "suggested-bitrate", &kbps, NULL);
  return kbps;
}

static void
wait_suggested (guint from_kbps, guint to_kbps)
{
  while (get_suggested () < from_kbps || get_suggested () > to_kbps)
    fail_unless (g_async_queue_timeout_pop (own.moved, WATCHDOG / GST_USECOND) != NULL,
        "it stays at %u kbit/s", get_suggested ());
}

static guint
get_told_rate (void)
{
  g_autoptr (GstStructure) stats = NULL;
  guint kbps = 0;

  g_object_get (now.source.wfd, "stats", &stats, NULL);
  gst_structure_get_uint (stats, "miracast-bitrate", &kbps);
  return kbps;
}

GST_START_TEST (test_notifications_lower_and_raise_the_rate)
{
  if (!can_encode ())
    return;
  start_own ("max-bitrate=40000 start-bitrate=20000", 3000000);
  pull (10);
  fail_unless (get_suggested () <= 3000);
  notify_rate (1600000);
  wait_suggested (1, 1600);
  fail_unless_equals_int (get_told_rate (), 1600);
  notify_rate (30000000);
  wait_suggested (3001, 30000);
  pull (10);
  notify_rate (2000000);
  wait_suggested (1, 2000);
  notify_rate (500);
  wait_suggested (0, 500);
  /* What a system has said is over with its session. */
  gst_element_set_state (now.source.pipeline, GST_STATE_NULL);
  wait_suggested (2001, 40000);
  stop_own ();
}
GST_END_TEST

static guint64
get_wanted_bps (guint64 *ret_carried_bps)
{
  WFDX_MIRACAST_MESSAGE message = { sizeof (message), WFDX_MIRACAST_GET_COUNTERS };
  WFDX_MIRACAST_COUNTERS counters;

  fail_unless_equals_int (own.driver.HandleKernelModeMessage (now.context, sizeof (message),
                              &message, sizeof (counters), &counters, NULL),
      STATUS_SUCCESS);
  *ret_carried_bps = counters.CarriedRate;
  return counters.WantedRate;
}

GST_START_TEST (test_rate_that_is_found_is_known_to_the_driver)
{
  guint64 wanted_bps = 0, carried_bps = 0;

  if (!can_encode ())
    return;
  start_own ("max-bitrate=40000 start-bitrate=20000", 3000000);
  notify_rate (1600000);
  for (guint i = 0; i < 600 && wanted_bps <= 1600000; i++) {
    pull (1);
    wanted_bps = get_wanted_bps (&carried_bps);
  }
  fail_unless (carried_bps > 0);
  fail_unless (wanted_bps > 1600000, "%" G_GUINT64_FORMAT, wanted_bps);
  stop_own ();
}
GST_END_TEST

/* At so few bits every second picture is not encoded at all. */
GST_START_TEST (test_pictures_that_are_left_out_are_told)
{
  guint n_dropped = 0;

  if (!can_encode ())
    return;
  start_own ("max-bitrate=40000", 3000000);
  pull (5);
  notify_rate (200000);
  for (guint i = 0; i < 200 && n_dropped == 0; i++) {
    pull (1);
    g_mutex_lock (&pictures.lock);
    n_dropped = pictures.n_dropped;
    g_mutex_unlock (&pictures.lock);
  }
  fail_unless (n_dropped > 0);
  check_pictures (5);
  stop_own ();
}
GST_END_TEST

GST_START_TEST (test_notifications_are_obeyed_without_rate_control)
{
  if (!can_encode ())
    return;
  start_own ("rate-control=off bitrate=8000", 3000000);
  pull (10);
  fail_unless_equals_int (get_suggested (), 3000);
  notify_rate (1600000);
  wait_suggested (1600, 1600);
  notify_rate (30000000);
  wait_suggested (8000, 8000);
  pull (10);
  stop_own ();
}
GST_END_TEST

GST_START_TEST (test_suggestion_is_notified_when_it_has_moved)
{
  static const struct
  {
    guint64 rate_bps;
    guint kbps; /* 0: it stays */
  } steps[] = { { 1600000, 1600 }, { 30000000, 8000 }, { 20000000, 0 }, { 1500000, 1500 } };

  if (!can_encode ())
    return;
  start_own ("rate-control=off bitrate=8000", 3000000);
  pull (10);
  while (g_async_queue_try_pop (own.moved) != NULL)
    continue;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    notify_rate (steps[i].rate_bps);
    while (steps[i].kbps == 0 && get_told_rate () != steps[i].rate_bps / 1000)
      pull (1);
    if (steps[i].kbps == 0)
      continue;
    fail_unless (g_async_queue_timeout_pop (own.moved, WATCHDOG / GST_USECOND) != NULL);
    fail_unless_equals_int (get_suggested (), steps[i].kbps);
    fail_unless_equals_int (g_async_queue_length (own.moved), 0);
  }
  stop_own ();
}
GST_END_TEST

GST_START_TEST (test_context_that_is_none_is_an_error)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstBus) bus = NULL;

  set_up ();
  make_source ("");
  g_object_set (now.source.wfd, "miracast-context", &now, NULL);
  fail_unless_equals_int (gst_element_set_state (now.source.pipeline, GST_STATE_PLAYING),
      GST_STATE_CHANGE_FAILURE);
  g_object_set (now.source.wfd, "miracast-context", now.context, NULL);
  tear_down ();
}
GST_END_TEST

static Suite *
wfd_miracast_suite (void)
{
  Suite *suite = suite_create ("wfd-miracast");
  TCase *tcase = tcase_create ("wfd-miracast");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, test_pictures_come_through_the_driver);
  tcase_add_test (tcase, test_one_session_after_the_other);
  tcase_add_test (tcase, test_display_that_leaves_is_told);
  tcase_add_test (tcase, test_source_that_stops_is_told);
  tcase_add_test (tcase, test_rate_of_the_system_is_a_limit);
  tcase_add_test (tcase, test_notifications_lower_and_raise_the_rate);
  tcase_add_test (tcase, test_rate_that_is_found_is_known_to_the_driver);
  tcase_add_test (tcase, test_pictures_that_are_left_out_are_told);
  tcase_add_test (tcase, test_notifications_are_obeyed_without_rate_control);
  tcase_add_test (tcase, test_suggestion_is_notified_when_it_has_moved);
  tcase_add_test (tcase, test_context_that_is_none_is_an_error);
  return suite;
}

GST_CHECK_MAIN (wfd_miracast);
