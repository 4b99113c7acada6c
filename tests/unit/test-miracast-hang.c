/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Media whose main context hangs for longer than the driver waits for it. */
#include <fcntl.h>
#include <miracast-context.h>
#include <miracast-sink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

typedef struct
{
  MIRACAST_DRIVER_INTERFACE driver;
  PVOID context;
  MiracastSink sink;
  int flags, no_delay; /* of its connection before the driver had it */

  GMainContext *main_context;
  GMainLoop *loop;
  GThread *thread;
  GAsyncQueue *news;
  GMutex gate;        /* what the application waits for */
  gint hangs_at_once; /* atomic: when a session begins */
} Fixture;

static gboolean
on_hang (gpointer data)
{
  Fixture *self = data;

  g_async_queue_push (self->news, self);
  g_mutex_lock (&self->gate);
  g_mutex_unlock (&self->gate);
  return G_SOURCE_REMOVE;
}

static void
on_session (WfdMiracastMedia *media, WfdSession *session, GSocketConnection *connection,
    Fixture *self)
{
  if (g_atomic_int_get (&self->hangs_at_once))
    on_hang (self);
}

static gpointer
run_media (gpointer data)
{
  Fixture *self = data;
  WfdMiracastMedia *media;

  g_main_context_push_thread_default (self->main_context);
  media = wfd_miracast_media_new (self->context, NULL);
  g_signal_connect (media, "session", G_CALLBACK (on_session), self);
  g_async_queue_push (self->news, self);
  g_main_loop_run (self->loop);
  g_object_unref (media);
  g_main_context_pop_thread_default (self->main_context);
  return NULL;
}

static int
get_no_delay (Fixture *self)
{
  socklen_t n = sizeof (int);
  int value = -1;

  getsockopt (self->sink.source_fd, IPPROTO_TCP, TCP_NODELAY, &value, &n);
  return value;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  MIRACAST_CALLBACKS callbacks = { 0 };

  QueryMiracastDriverInterface (1, sizeof (self->driver), &self->driver);
  g_assert_cmpint (self->driver.CreateMiracastContext (self, &callbacks, &self->context), ==, 0);
  g_mutex_init (&self->gate);
  self->news = g_async_queue_new ();
  self->main_context = g_main_context_new ();
  self->loop = g_main_loop_new (self->main_context, FALSE);
  self->thread = g_thread_new ("media", run_media, self);
  g_async_queue_pop (self->news);
  miracast_sink_init (&self->sink, SINK_PLAYS, SINK_VIDEO_CEA);
  self->flags = fcntl (self->sink.source_fd, F_GETFL);
  self->no_delay = get_no_delay (self);
  g_mutex_lock (&self->gate);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  self->driver.DestroyMiracastContext (self->context);
  miracast_sink_clear (&self->sink);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->main_context);
  g_async_queue_unref (self->news);
  g_mutex_clear (&self->gate);
}

static NTSTATUS
start (Fixture *self)
{
  MIRACAST_WFD_CONNECTION_STATS stats = { 0 };
  MIRACAST_SESSION_INFO info;

  return self->driver.StartMiracastSession (self->context, self->sink.source_fd, &stats, &info);
}

static void
check_socket (Fixture *self)
{
  g_assert_cmpint (fcntl (self->sink.source_fd, F_GETFL), ==, self->flags);
  g_assert_cmpint (get_no_delay (self), ==, self->no_delay);
}

static gboolean
on_quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* Returns when it has done all that it had still to do. */
static void
let_go_on (Fixture *self)
{
  g_mutex_unlock (&self->gate);
  g_main_context_invoke (self->main_context, on_quit, self->loop);
  g_thread_join (self->thread);
}

/* The display hears nothing more but what the system says. */
static void
check_only_the_system_writes (Fixture *self)
{
  const char text[] =
      "SET_PARAMETER x RTSP/1.0\r\nCSeq: 99\r\nContent-Length: 13\r\n\r\nwfd_standby\r\n";
  g_autofree char *heard = NULL;

  while (g_async_queue_length (self->sink.events) > 0)
    g_free (g_async_queue_pop (self->sink.events));
  g_assert_cmpint (send (self->sink.source_fd, text, strlen (text), 0), ==, strlen (text));
  heard = g_async_queue_timeout_pop (self->sink.events, 20 * G_USEC_PER_SEC);
  g_assert_cmpstr (heard, ==, "standby");
}

static void
test_stop (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (start (self), ==, STATUS_SUCCESS);
  miracast_sink_wait (&self->sink, "PLAY");
  g_main_context_invoke (self->main_context, on_hang, self);
  g_async_queue_pop (self->news);
  self->driver.StopMiracastSession (self->context);
  check_socket (self);
  let_go_on (self);
  check_socket (self);
  check_only_the_system_writes (self);
}

static void
test_start (Fixture *self, gconstpointer data)
{
  g_autoptr (MiracastContext) context = miracast_context_find (self->context);

  context->start_limit_ms = 50;
  g_atomic_int_set (&self->hangs_at_once, TRUE);
  g_assert_cmpint (start (self), ==, STATUS_IO_TIMEOUT);
  check_socket (self);
  let_go_on (self);
  check_socket (self);
  check_only_the_system_writes (self);
}

#define TEST(name, func) g_test_add ("/miracast/hang/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("socket-is-as-it-was-after-a-stop", test_stop);
  TEST ("socket-is-as-it-was-after-a-start", test_start);
  return g_test_run ();
}
