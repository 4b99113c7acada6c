/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens when two things are done at once, or one inside the other. */
#include "wlan-lab.h"

static guint
count (WlanLab *lab, const char *key)
{
  return fake_wpas_count (lab->lab.fake, key);
}

/* --- cancel --- */

/* At each step at which an attempt can be. */
static void
test_cancel (WlanLab *lab, gconstpointer data)
{
  static const char *const held[] = { "GetAll fi.w1.wpa_supplicant1", "Get PersistentGroups",
    "Invite", "Get Ifname" };

  wlan_pair (lab);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++) {
    Started started = { 0 };

    fake_wpas_forget_calls (lab->lab.fake);
    fake_wpas_hold (lab->lab.fake, held[i]);
    wlan_answer_invitation (lab);
    wlan_start (lab, &started);
    lab_wait_call (&lab->lab, held[i]);
    g_assert_cmpuint (WFDCancelOpenSession (started.handle), ==, ERROR_SUCCESS);
    wlan_wait_called (&started);
    wlan_assert_failed (&started, ERROR_CANCELLED, WLAN_REASON_CODE_USER_CANCELLED);
    fake_wpas_answer (lab->lab.fake, held[i], NULL);
    lab_settle (&lab->lab);
  }
}

static void
test_cancel_while_searching (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair_out_of_reach (lab);
  wlan_start (lab, &started);
  lab_wait_call (&lab->lab, "Find");
  g_assert_cmpuint (WFDCancelOpenSession (started.handle), ==, ERROR_SUCCESS);
  wlan_wait_called (&started);
  wlan_assert_failed (&started, ERROR_CANCELLED, WLAN_REASON_CODE_USER_CANCELLED);
  lab_wait_call (&lab->lab, "StopFind");
}

static void
test_cancel_twice (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_start (lab, &started);
  g_assert_cmpuint (WFDCancelOpenSession (started.handle), ==, ERROR_SUCCESS);
  /* The second may find it dead already. */
  g_assert_cmpuint (WFDCancelOpenSession (started.handle), !=, ERROR_INVALID_PARAMETER);
  wlan_wait_called (&started);
  lab_settle (&lab->lab);
  g_assert_cmpint (g_atomic_int_get (&started.n_called), ==, 1);
}

/* It has lost: the session is open, and stays so. */
static void
test_cancel_after_success (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  WFDX_INTERFACE interface;

  wlan_pair (lab);
  wlan_open (lab, &started);
  g_assert_cmpuint (WFDCancelOpenSession (started.handle), ==, ERROR_SUCCESS);
  lab_settle (&lab->lab);
  g_assert_cmpint (g_atomic_int_get (&started.n_called), ==, 1);
  g_assert_cmpuint (WfdxGetInterface (&started.guid, &interface), ==, ERROR_SUCCESS);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 0);
}

static void
close_client (WlanLab *lab)
{
  BlockingCall close;

  wlan_call (&close, wlan_close_handle, lab->client);
  g_assert_cmpuint (wlan_wait_result (&close), ==, ERROR_SUCCESS);
  lab->client = NULL;
  lab_settle (&lab->lab);
}

/* One of the two wins, and the group is closed if the cancel does. */
static void
test_cancel_against_success (WlanLab *lab, gconstpointer data)
{
  guint n_open = 0;

  wlan_pair (lab);
  wlan_answer_invitation (lab);
  for (guint i = 0; i < 60; i++) {
    Started started = { 0 };
    guint n_before = fake_wpas_get_calls (lab->lab.fake)->len;

    wlan_start (lab, &started);
    /* At a later call of the attempt each time. */
    while (fake_wpas_get_calls (lab->lab.fake)->len < n_before + i % 12
        && !g_atomic_int_get (&started.n_called))
      g_main_context_iteration (NULL, TRUE);
    WFDCancelOpenSession (started.handle);
    wlan_wait_called (&started);
    if (started.error == ERROR_SUCCESS)
      wlan_close_session (&started);
    else
      wlan_assert_failed (&started, ERROR_CANCELLED, WLAN_REASON_CODE_USER_CANCELLED);
    n_open += started.error == ERROR_SUCCESS;
  }
  close_client (lab);
  g_test_message ("%u of 60 open", n_open);
  g_assert_cmpuint (n_open, >, 0);
  g_assert_cmpuint (n_open, <, 60);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, lab->n_groups);
}

/* --- closing --- */

/* That is what cancel is for. */
static void
test_close_session_while_pending (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair (lab);
  wlan_start (lab, &started);
  lab_wait_call (&lab->lab, "Invite");
  g_assert_cmpuint (WFDCloseSession (started.handle), ==, ERROR_SUCCESS);
  g_assert_cmpuint (WFDCloseSession (started.handle), ==, ERROR_SUCCESS);
  lab_start_group (&lab->lab, "client");
  wlan_wait_called (&started);
  g_assert_cmpuint (started.error, ==, ERROR_SUCCESS);
  wlan_close_session (&started);
}

static void
test_close_handle_waits (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 }, late = { 0 };
  BlockingCall close;
  HANDLE handle;

  wlan_pair (lab);
  wlan_start (lab, &started);
  lab_wait_call (&lab->lab, "Invite");
  wlan_call (&close, wlan_close_handle, lab->client);
  /* Until the other thread has begun. */
  while (WFDStartOpenSession (lab->client, &wlan_other, &late, wlan_callback, &handle)
      == ERROR_SUCCESS) {
    WFDCancelOpenSession (handle);
    g_thread_yield ();
  }
  g_assert_cmpuint (WFDCloseHandle (lab->client), ==, ERROR_INVALID_HANDLE);
  lab_settle (&lab->lab);
  g_assert_false (wlan_is_done (&close));

  lab_start_group (&lab->lab, "client");
  g_assert_cmpuint (wlan_wait_result (&close), ==, ERROR_SUCCESS);
  g_assert_true (g_atomic_int_get (&started.has_returned));
  g_assert_cmpuint (started.error, ==, ERROR_SUCCESS);
  /* What was open is closed with the handle. */
  lab_settle (&lab->lab);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 1);
  g_assert_cmpuint (WFDCloseSession (started.handle), ==, ERROR_INVALID_HANDLE);
  lab->client = NULL;
}

/* The quick way out. */
static void
test_cancel_then_close (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  BlockingCall close;

  wlan_pair (lab);
  wlan_start (lab, &started);
  lab_wait_call (&lab->lab, "Invite");
  WFDCancelOpenSession (started.handle);
  wlan_call (&close, wlan_close_handle, lab->client);
  g_assert_cmpuint (wlan_wait_result (&close), ==, ERROR_SUCCESS);
  wlan_assert_failed (&started, ERROR_CANCELLED, WLAN_REASON_CODE_USER_CANCELLED);
  lab->client = NULL;
  lab_settle (&lab->lab);
  g_assert_cmpuint (count (lab, "Cancel"), >=, 1);
}

static void
test_two_close (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };
  BlockingCall closes[2];
  DWORD results[2];

  wlan_pair (lab);
  wlan_start (lab, &started);
  lab_wait_call (&lab->lab, "Invite");
  for (guint i = 0; i < 2; i++)
    wlan_call (&closes[i], wlan_close_handle, lab->client);
  lab_start_group (&lab->lab, "client");
  for (guint i = 0; i < 2; i++)
    results[i] = wlan_wait_result (&closes[i]);
  g_assert_cmpuint (MIN (results[0], results[1]), ==, ERROR_SUCCESS);
  g_assert_cmpuint (MAX (results[0], results[1]), ==, ERROR_INVALID_HANDLE);
  lab->client = NULL;
}

static DWORD
close_session (gpointer handle)
{
  return WFDCloseSession (handle);
}

static void
test_two_close_session (WlanLab *lab, gconstpointer data)
{
  wlan_pair (lab);
  for (guint i = 0; i < 20; i++) {
    Started started = { 0 };
    BlockingCall calls[2];
    guint n_good = 0;

    wlan_open (lab, &started);
    for (guint j = 0; j < 2; j++)
      wlan_call (&calls[j], close_session, started.handle);
    for (guint j = 0; j < 2; j++)
      n_good += wlan_wait_result (&calls[j]) == ERROR_SUCCESS;
    g_assert_cmpuint (n_good, ==, 1);
  }
}

/* --- inside the callback --- */

static void
close_own_handle (Started *started)
{
  WlanLab *lab = started->data;

  g_assert_cmpuint (WFDCloseHandle (lab->client), ==, ERROR_SUCCESS);
  g_assert_cmpuint (WFDCloseHandle (lab->client), ==, ERROR_INVALID_HANDLE);
  g_assert_cmpuint (WFDCloseSession (started->handle), ==, ERROR_INVALID_HANDLE);
  lab->client = NULL;
}

static void
test_close_handle_in_callback (WlanLab *lab, gconstpointer data)
{
  Started started = { .then = close_own_handle, .data = lab };

  wlan_pair (lab);
  wlan_open (lab, &started);
  g_assert_null (lab->client);
  lab_settle (&lab->lab);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, 1);
}

static void
test_close_handle_in_failed_callback (WlanLab *lab, gconstpointer data)
{
  Started started = { .then = close_own_handle, .data = lab };

  lab_know_tv (&lab->lab);
  wlan_start_and_wait (lab, &started);
  wlan_assert_failed (&started, ERROR_NOT_FOUND, WLAN_REASON_CODE_PROFILE_MISSING);
}

static void
close_own_session (Started *started)
{
  g_assert_cmpuint (WFDCancelOpenSession (started->handle), ==, ERROR_SUCCESS);
  g_assert_cmpuint (WFDCloseSession (started->handle), ==, ERROR_SUCCESS);
  started->data = GUINT_TO_POINTER (WFDCloseSession (started->handle));
}

static void
test_close_session_in_callback (WlanLab *lab, gconstpointer data)
{
  Started good = { .then = close_own_session }, bad = { .then = close_own_session };

  wlan_pair (lab);
  wlan_open (lab, &good);
  lab_wait_call (&lab->lab, "Disconnect");
  g_assert_cmpuint (GPOINTER_TO_UINT (good.data), ==, ERROR_INVALID_HANDLE);
  /* One that has failed is pending as long as its callback lasts. */
  lab_react (&lab->lab, "Invite", "InvitationResult", "({'status': <11>},)");
  wlan_start_and_wait (lab, &bad);
  g_assert_cmpuint (bad.error, ==, ERROR_CONNECTION_REFUSED);
  g_assert_cmpuint (GPOINTER_TO_UINT (bad.data), ==, ERROR_SUCCESS);
}

static void
start_next (Started *started)
{
  Started *next = started->data;
  WlanLab *lab = next->data;

  wlan_start (lab, next);
}

static void
test_start_in_callback (WlanLab *lab, gconstpointer data)
{
  Started next = { .data = lab }, started = { .then = start_next, .data = &next };

  wlan_pair (lab);
  wlan_open (lab, &started);
  wlan_wait_called (&next);
  g_assert_cmpuint (next.error, ==, ERROR_SUCCESS);
}

static void
wait_for_other (Started *started)
{
  Started *other = started->data;

  while (!g_atomic_int_get (&other->has_returned))
    g_thread_yield ();
}

/* A callback that does not return keeps nobody else. */
static void
test_slow_callback (WlanLab *lab, gconstpointer data)
{
  Started quick = { 0 }, slow = { .then = wait_for_other, .data = &quick };

  wlan_pair (lab);
  wlan_answer_invitation (lab);
  wlan_start (lab, &slow);
  wlan_wait_flag (&slow.n_called);
  g_assert_false (g_atomic_int_get (&slow.has_returned));
  wlan_start_and_wait (lab, &quick);
  wlan_wait_called (&slow);
}

static void
close_while_other_pends (Started *started)
{
  WlanLab *lab = started->data;

  g_assert_cmpuint (WFDCloseHandle (lab->client), ==, ERROR_SUCCESS);
  lab->client = NULL;
}

/* It waits for those of the others. */
static void
test_close_handle_in_callback_of_two (WlanLab *lab, gconstpointer data)
{
  Started first = { .then = close_while_other_pends, .data = lab }, second = { 0 };

  wlan_pair (lab);
  wlan_start (lab, &second);
  lab_wait_call (&lab->lab, "Invite");
  wlan_start (lab, &first);
  WFDCancelOpenSession (first.handle);
  wlan_wait_flag (&first.n_called);
  lab_settle (&lab->lab);
  g_assert_false (g_atomic_int_get (&first.has_returned));
  lab_start_group (&lab->lab, "client");
  wlan_wait_called (&second);
  wlan_wait_called (&first);
  g_assert_cmpuint (second.error, ==, ERROR_SUCCESS);
}

/* --- everything at once --- */

#define N_THREADS 4
#define N_ROUNDS 60

typedef struct
{
  guint32 seed;
  gint n_callbacks;
  guint n_starts;
} Worker;

static VOID
on_worker_opened (HANDLE session, PVOID context, GUID guid, DWORD error, DWORD reason)
{
  Worker *self = context;

  if (g_atomic_int_add (&self->n_callbacks, 1) % 3 == 0)
    WFDCloseSession (session);
}

static DWORD
work (gpointer data)
{
  Worker *self = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (self->seed);

  for (guint i = 0; i < N_ROUNDS; i++) {
    HANDLE client, sessions[3] = { NULL };
    DWORD version;

    g_assert_cmpuint (WFDOpenHandle (1, &version, &client), ==, ERROR_SUCCESS);
    for (guint j = 0; j < G_N_ELEMENTS (sessions); j++) {
      g_assert_cmpuint (
          WFDStartOpenSession (client, &wlan_tv, self, on_worker_opened, &sessions[j]), ==,
          ERROR_SUCCESS);
      self->n_starts++;
      if (g_rand_boolean (rand))
        WFDCancelOpenSession (sessions[g_rand_int_range (rand, 0, j + 1)]);
      if (g_rand_boolean (rand))
        WFDCloseSession (sessions[g_rand_int_range (rand, 0, j + 1)]);
    }
    /* Half of them are to come to an end by themselves. */
    for (guint j = 0; j < G_N_ELEMENTS (sessions) && i % 2 == 0; j++)
      WFDCancelOpenSession (sessions[j]);
    g_assert_cmpuint (WFDCloseHandle (client), ==, ERROR_SUCCESS);
    g_assert_cmpint (g_atomic_int_get (&self->n_callbacks), ==, self->n_starts);
  }
  return 0;
}

static void
test_everything_at_once (WlanLab *lab, gconstpointer data)
{
  BlockingCall calls[N_THREADS];
  Worker workers[N_THREADS] = { { 0 } };

  wlan_pair (lab);
  wlan_answer_invitation (lab);
  for (guint i = 0; i < N_THREADS; i++) {
    workers[i].seed = i + 1;
    wlan_call (&calls[i], work, &workers[i]);
  }
  for (guint i = 0; i < N_THREADS; i++)
    wlan_wait_result (&calls[i]);
  close_client (lab);
  g_test_message ("%u groups", lab->n_groups);
  g_assert_cmpuint (count (lab, "Disconnect"), ==, lab->n_groups);
}

static void
add_tests (void)
{
  wlan_add ("cancel/each-step", test_cancel);
  wlan_add ("cancel/while-searching", test_cancel_while_searching);
  wlan_add ("cancel/twice", test_cancel_twice);
  wlan_add ("cancel/after-success", test_cancel_after_success);
  wlan_add ("cancel/against-success", test_cancel_against_success);
  wlan_add ("close/session-while-pending", test_close_session_while_pending);
  wlan_add ("close/handle-waits", test_close_handle_waits);
  wlan_add ("close/cancel-then-close", test_cancel_then_close);
  wlan_add ("close/two-threads", test_two_close);
  wlan_add ("close/session-two-threads", test_two_close_session);
  wlan_add ("callback/closes-handle", test_close_handle_in_callback);
  wlan_add ("callback/closes-handle-when-failed", test_close_handle_in_failed_callback);
  wlan_add ("callback/closes-session", test_close_session_in_callback);
  wlan_add ("callback/starts", test_start_in_callback);
  wlan_add ("callback/slow", test_slow_callback);
  wlan_add ("callback/closes-handle-of-two", test_close_handle_in_callback_of_two);
  wlan_add ("everything-at-once", test_everything_at_once);
}

int
main (int argc, char **argv)
{
  return wlan_run (argc, argv, add_tests);
}
