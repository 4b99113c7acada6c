/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib-unix.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <windows.h>
#include <winevent-helper.h>

/* Long enough to be seen as a hang. */
#define FOREVER_MS 60000

static void
close_event (HANDLE event)
{
  g_assert_true (CloseHandle (event));
}

static void
test_resets_itself (void)
{
  HANDLE event = CreateEventW (NULL, FALSE, TRUE, NULL);

  g_assert_nonnull (event);
  g_assert_cmpuint (WaitForSingleObject (event, INFINITE), ==, WAIT_OBJECT_0);
  g_assert_cmpuint (WaitForSingleObject (event, 0), ==, WAIT_TIMEOUT);
  /* Twice is once. */
  g_assert_true (SetEvent (event));
  g_assert_true (SetEvent (event));
  g_assert_cmpuint (WaitForSingleObject (event, 0), ==, WAIT_OBJECT_0);
  g_assert_cmpuint (WaitForSingleObject (event, 1), ==, WAIT_TIMEOUT);
  close_event (event);
}

static void
test_stays_set (void)
{
  HANDLE event = CreateEventA (NULL, TRUE, FALSE, NULL);

  g_assert_cmpuint (WaitForSingleObject (event, 0), ==, WAIT_TIMEOUT);
  g_assert_true (SetEvent (event));
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (WaitForSingleObject (event, INFINITE), ==, WAIT_OBJECT_0);
  g_assert_true (ResetEvent (event));
  g_assert_cmpuint (WaitForSingleObject (event, 0), ==, WAIT_TIMEOUT);
  close_event (event);
}

static void
test_first_of_several (void)
{
  HANDLE events[3] = {
    CreateEvent (NULL, FALSE, FALSE, NULL),
    CreateEvent (NULL, FALSE, TRUE, NULL),
    CreateEvent (NULL, FALSE, TRUE, NULL),
  };

  g_assert_cmpuint (WaitForMultipleObjects (3, events, FALSE, INFINITE), ==, WAIT_OBJECT_0 + 1);
  g_assert_cmpuint (WaitForMultipleObjects (3, events, FALSE, INFINITE), ==, WAIT_OBJECT_0 + 2);
  g_assert_cmpuint (WaitForMultipleObjects (3, events, FALSE, 0), ==, WAIT_TIMEOUT);
  for (guint i = 0; i < 3; i++)
    close_event (events[i]);
}

/* Nothing is taken before all can be. */
static void
test_all_or_nothing (void)
{
  HANDLE events[2] = {
    CreateEvent (NULL, FALSE, TRUE, NULL),
    CreateEvent (NULL, FALSE, FALSE, NULL),
  };

  g_assert_cmpuint (WaitForMultipleObjects (2, events, TRUE, 1), ==, WAIT_TIMEOUT);
  SetEvent (events[1]);
  g_assert_cmpuint (WaitForMultipleObjects (2, events, TRUE, INFINITE), ==, WAIT_OBJECT_0);
  g_assert_cmpuint (WaitForMultipleObjects (2, events, FALSE, 0), ==, WAIT_TIMEOUT);
  close_event (events[0]);
  close_event (events[1]);
}

/* --- two threads --- */

typedef struct
{
  HANDLE events[2];
  gboolean wants_all;
  DWORD result;
} Waiting;

static gpointer
wait_in_thread (gpointer user_data)
{
  Waiting *waiting = user_data;

  waiting->result = WaitForMultipleObjects (2, waiting->events, waiting->wants_all, FOREVER_MS);
  return NULL;
}

static void
test_wakes_thread (void)
{
  for (guint i = 0; i < 2; i++) {
    Waiting waiting = { .wants_all = i == 1, .result = WAIT_FAILED };
    GThread *thread;

    for (guint j = 0; j < 2; j++)
      waiting.events[j] = CreateEvent (NULL, FALSE, FALSE, NULL);
    thread = g_thread_new ("waits", wait_in_thread, &waiting);
    SetEvent (waiting.events[1]);
    if (waiting.wants_all)
      SetEvent (waiting.events[0]);
    g_thread_join (thread);
    g_assert_cmpuint (waiting.result, ==, waiting.wants_all ? WAIT_OBJECT_0 : WAIT_OBJECT_0 + 1);
    close_event (waiting.events[0]);
    close_event (waiting.events[1]);
  }
}

#define N_THREADS 4
#define N_TURNS 500

typedef struct
{
  HANDLE ping, pong;
  gint n_taken;
} Turns;

static gpointer
take_turns (gpointer user_data)
{
  Turns *turns = user_data;

  while (WaitForSingleObject (turns->ping, FOREVER_MS) == WAIT_OBJECT_0
      && g_atomic_int_add (&turns->n_taken, 1) < N_TURNS)
    SetEvent (turns->pong);
  SetEvent (turns->ping);
  return NULL;
}

/* What resets itself is for one of those that wait. */
static void
test_one_thread_each_time (void)
{
  Turns turns = { CreateEvent (NULL, FALSE, FALSE, NULL), CreateEvent (NULL, FALSE, FALSE, NULL),
    0 };
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("takes", take_turns, &turns);
  for (gint i = 0; i < N_TURNS; i++) {
    g_assert_cmpint (g_atomic_int_get (&turns.n_taken), ==, i);
    SetEvent (turns.ping);
    g_assert_cmpuint (WaitForSingleObject (turns.pong, FOREVER_MS), ==, WAIT_OBJECT_0);
  }
  SetEvent (turns.ping);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  close_event (turns.ping);
  close_event (turns.pong);
}

/* --- main loops --- */

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_main_loop (void)
{
  HANDLE event = CreateEvent (NULL, FALSE, FALSE, NULL);
  struct pollfd fd = { .fd = WfdxGetEventDescriptor (event), .events = POLLIN };
  gboolean is_readable = FALSE;

  g_unix_fd_add (fd.fd, G_IO_IN, on_readable, &is_readable);
  g_main_context_iteration (NULL, FALSE);
  g_assert_false (is_readable);
  g_assert_cmpint (poll (&fd, 1, 0), ==, 0);
  SetEvent (event);
  while (!is_readable)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (WaitForSingleObject (event, 0), ==, WAIT_OBJECT_0);
  g_assert_cmpint (poll (&fd, 1, 0), ==, 0);
  close_event (event);
  g_assert_cmpint (WfdxGetEventDescriptor (event), ==, -1);
}

/* --- bad input --- */

static void
assert_error (DWORD expected)
{
  g_assert_cmpuint (GetLastError (), ==, expected);
  SetLastError (ERROR_SUCCESS);
}

static void
test_bad_handles (void)
{
  HANDLE closed = CreateEvent (NULL, TRUE, TRUE, NULL);
  HANDLE good = CreateEvent (NULL, TRUE, TRUE, NULL);
  HANDLE bad[] = { closed, NULL, INVALID_HANDLE_VALUE, &closed, (char *) good + 1 };

  close_event (closed);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    HANDLE both[] = { good, bad[i] };

    g_assert_false (SetEvent (bad[i]));
    assert_error (ERROR_INVALID_HANDLE);
    g_assert_false (ResetEvent (bad[i]));
    assert_error (ERROR_INVALID_HANDLE);
    g_assert_false (CloseHandle (bad[i]));
    assert_error (ERROR_INVALID_HANDLE);
    g_assert_cmpuint (WaitForSingleObject (bad[i], INFINITE), ==, WAIT_FAILED);
    assert_error (ERROR_INVALID_HANDLE);
    g_assert_cmpuint (WaitForMultipleObjects (2, both, FALSE, INFINITE), ==, WAIT_FAILED);
    assert_error (ERROR_INVALID_HANDLE);
  }
  close_event (good);
}

static void
test_bad_arguments (void)
{
  HANDLE event = CreateEvent (NULL, TRUE, TRUE, NULL);
  HANDLE many[MAXIMUM_WAIT_OBJECTS + 1] = { event, event };

  g_assert_cmpuint (WaitForMultipleObjects (0, many, FALSE, INFINITE), ==, WAIT_FAILED);
  assert_error (ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WaitForMultipleObjects (G_N_ELEMENTS (many), many, FALSE, 0), ==, WAIT_FAILED);
  assert_error (ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WaitForMultipleObjects (1, NULL, FALSE, INFINITE), ==, WAIT_FAILED);
  assert_error (ERROR_INVALID_PARAMETER);
  g_assert_cmpuint (WaitForMultipleObjects (2, many, TRUE, INFINITE), ==, WAIT_FAILED);
  assert_error (ERROR_INVALID_PARAMETER);
  g_assert_null (CreateEventW (NULL, TRUE, TRUE, L"name"));
  assert_error (ERROR_NOT_SUPPORTED);
  g_assert_null (CreateEventA (NULL, TRUE, TRUE, "name"));
  assert_error (ERROR_NOT_SUPPORTED);
  close_event (event);
}

static gpointer
read_last_error (gpointer user_data)
{
  return GUINT_TO_POINTER (GetLastError ());
}

static void
test_last_error_of_thread (void)
{
  SetLastError (ERROR_GEN_FAILURE);
  g_assert_cmpuint (
      GPOINTER_TO_UINT (g_thread_join (g_thread_new ("reads", read_last_error, NULL))), ==, 0);
  assert_error (ERROR_GEN_FAILURE);
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* --- a thread that waits and does meanwhile what leads to the event --- */

typedef struct
{
  HANDLE event;
  guint n_refs, n_begun, n_helped, n_woken, n_ended, n_until_set;
  gboolean was_readable;
  BOOL begins, goes_on;
  gint n_helping;
  int woken; /* 0, or what is waited for */
} Help;

static PVOID
ref_help (PVOID data)
{
  ((Help *) data)->n_refs++;
  return data;
}

static void
unref_help (PVOID data)
{
  ((Help *) data)->n_refs--;
}

static BOOL
begin_help (PVOID data)
{
  ((Help *) data)->n_begun++;
  return ((Help *) data)->begins;
}

static gboolean
is_readable (HANDLE event)
{
  struct pollfd wanted = { .fd = WfdxGetEventDescriptor (event), .events = POLLIN };

  return poll (&wanted, 1, 0) == 1;
}

static BOOL
do_help (PVOID data, gint64 end_us)
{
  Help *help = data;
  eventfd_t n;

  g_atomic_int_inc (&help->n_helping);
  if (help->woken != 0)
    g_assert_cmpint (eventfd_read (help->woken, &n), ==, 0);
  if (++help->n_helped == help->n_until_set) {
    SetEvent (help->event);
    help->was_readable = is_readable (help->event);
  }
  return help->goes_on;
}

static void
wake (PVOID data)
{
  Help *help = data;

  help->n_woken++;
  g_assert_cmpint (eventfd_write (help->woken, 1), ==, 0);
}

static void
end_help (PVOID data, BOOL helped)
{
  g_assert_true (helped == ((Help *) data)->begins);
  ((Help *) data)->n_ended++;
}

static const WfdxEventHelper helper = { ref_help, unref_help, begin_help, do_help, wake, end_help };

static void
help_begin (Help *help, BOOL is_manual)
{
  *help = (Help) { CreateEvent (NULL, is_manual, FALSE, NULL), .n_until_set = 3, .begins = TRUE,
    .goes_on = TRUE };
  WfdxAddEventHelper (help->event, &helper, help);
}

static void
help_end (Help *help)
{
  close_event (help->event);
  g_assert_cmpuint (help->n_refs, ==, 0);
  g_assert_cmpuint (help->n_begun, ==, help->n_ended);
}

/* It need not wake itself up. */
static void
test_who_waits_helps (void)
{
  Help help;

  help_begin (&help, FALSE);
  g_assert_cmpuint (WaitForSingleObject (help.event, INFINITE), ==, WAIT_OBJECT_0);
  g_assert_cmpuint (help.n_helped, ==, 3);
  g_assert_cmpuint (help.n_woken, ==, 0);
  g_assert_false (help.was_readable);
  g_assert_false (is_readable (help.event));
  /* Who only looks does not. */
  g_assert_cmpuint (WaitForSingleObject (help.event, 0), ==, WAIT_TIMEOUT);
  g_assert_cmpuint (help.n_begun, ==, 1);
  help_end (&help);
}

static void
test_others_see_what_stays_set (void)
{
  Help help;

  help_begin (&help, TRUE);
  g_assert_cmpuint (WaitForSingleObject (help.event, INFINITE), ==, WAIT_OBJECT_0);
  g_assert_true (is_readable (help.event));
  help_end (&help);
}

/* Who is told that others do it, or not to do it any more, waits like everybody. */
static void
test_help_that_is_not_wanted (void)
{
  Help help;

  help_begin (&help, FALSE);
  help.begins = FALSE;
  g_assert_cmpuint (WaitForSingleObject (help.event, 1), ==, WAIT_TIMEOUT);
  g_assert_cmpuint (help.n_helped, ==, 0);
  help.begins = TRUE;
  help.goes_on = FALSE;
  g_assert_cmpuint (WaitForSingleObject (help.event, 1), ==, WAIT_TIMEOUT);
  g_assert_cmpuint (help.n_helped, ==, 1);
  /* As often as it was added. */
  WfdxAddEventHelper (help.event, &helper, &help);
  WfdxRemoveEventHelper (help.event);
  g_assert_cmpuint (WaitForSingleObject (help.event, 1), ==, WAIT_TIMEOUT);
  g_assert_cmpuint (help.n_helped, ==, 2);
  WfdxRemoveEventHelper (help.event);
  g_assert_cmpuint (WaitForSingleObject (help.event, 1), ==, WAIT_TIMEOUT);
  g_assert_cmpuint (help.n_helped, ==, 2);
  help_end (&help);
}

static gpointer
set_when_helping (gpointer data)
{
  Help *help = data;

  while (g_atomic_int_get (&help->n_helping) == 0)
    g_thread_yield ();
  SetEvent (help->event);
  return NULL;
}

static void
test_who_helps_is_woken (void)
{
  GThread *thread;
  Help help;

  help_begin (&help, FALSE);
  help.n_until_set = 0;
  help.woken = eventfd (0, EFD_CLOEXEC);
  thread = g_thread_new ("sets", set_when_helping, &help);
  g_assert_cmpuint (WaitForSingleObject (help.event, INFINITE), ==, WAIT_OBJECT_0);
  g_thread_join (thread);
  g_assert_cmpuint (help.n_woken, ==, 1);
  close (help.woken);
  help_end (&help);
}

static gpointer
wait_for_one (gpointer user_data)
{
  return GUINT_TO_POINTER (WaitForSingleObject (user_data, 20));
}

/* Who waits when it is closed waits on, and the descriptor is closed then. */
static void
test_nothing_left_over (void)
{
  guint n_before = count_descriptors ();
  HANDLE event;

  for (guint i = 0; i < 100; i++)
    close_event (CreateEvent (NULL, TRUE, TRUE, NULL));
  for (guint i = 0; i < 10; i++) {
    GThread *thread;
    DWORD result;

    event = CreateEvent (NULL, FALSE, FALSE, NULL);
    thread = g_thread_new ("waits", wait_for_one, event);
    g_thread_yield ();
    close_event (event);
    result = GPOINTER_TO_UINT (g_thread_join (thread));
    g_assert_true (result == WAIT_TIMEOUT || result == WAIT_FAILED);
  }
  g_assert_cmpuint (count_descriptors (), ==, n_before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/winevent/resets-itself", test_resets_itself);
  g_test_add_func ("/winevent/stays-set", test_stays_set);
  g_test_add_func ("/winevent/first-of-several", test_first_of_several);
  g_test_add_func ("/winevent/all-or-nothing", test_all_or_nothing);
  g_test_add_func ("/winevent/wakes-thread", test_wakes_thread);
  g_test_add_func ("/winevent/one-thread-each-time", test_one_thread_each_time);
  g_test_add_func ("/winevent/main-loop", test_main_loop);
  g_test_add_func ("/winevent/bad-handles", test_bad_handles);
  g_test_add_func ("/winevent/bad-arguments", test_bad_arguments);
  g_test_add_func ("/winevent/last-error-of-thread", test_last_error_of_thread);
  g_test_add_func ("/winevent/who-waits-helps", test_who_waits_helps);
  g_test_add_func ("/winevent/others-see-what-stays-set", test_others_see_what_stays_set);
  g_test_add_func ("/winevent/help-that-is-not-wanted", test_help_that_is_not_wanted);
  g_test_add_func ("/winevent/who-helps-is-woken", test_who_helps_is_woken);
  g_test_add_func ("/winevent/nothing-left-over", test_nothing_left_over);
  return g_test_run ();
}
