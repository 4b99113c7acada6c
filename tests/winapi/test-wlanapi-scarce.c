/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Wi-Fi Direct functions in a process that runs out of descriptors, and of threads. */
#include <scarce.h>
#include <wlanapi-service.h>

#include "wlan-lab.h"

#define MANY_MS (60 * 1000)

static void
close_client (WlanLab *lab)
{
  BlockingCall call;

  wlan_call (&call, wlan_close_handle, g_steal_pointer (&lab->client));
  g_assert_cmpuint (wlan_wait_result (&call), ==, ERROR_SUCCESS);
}

static void
test_open (WlanLab *lab, gconstpointer data)
{
  guint n_opened = 0;

  close_client (lab);
  for (guint n = 0; n <= SCARCE_MAX; n++) {
    DWORD version = 77, result;

    scarce_begin (n);
    result = WFDOpenHandle (1, &version, &lab->client);
    if (result != ERROR_SUCCESS) {
      g_assert_cmpuint (result, ==, ERROR_NOT_ENOUGH_MEMORY);
      g_assert_cmpuint (version, ==, 77);
      g_assert_null (lab->client);
      g_assert_cmpuint (n_opened, ==, 0);
    } else {
      n_opened++;
      close_client (lab);
    }
    scarce_end ();
  }
  g_assert_cmpuint (n_opened, >, 0);
  g_assert_cmpuint (n_opened, <, SCARCE_MAX);
}

static void
test_open_without_thread (WlanLab *lab, gconstpointer data)
{
  DWORD version;

  close_client (lab);
  for (gint n = 0; n < 3; n++) {
    scarce_set_threads (0);
    g_assert_cmpuint (WFDOpenHandle (1, &version, &lab->client), ==, ERROR_NOT_ENOUGH_MEMORY);
    g_assert_null (lab->client);
    g_assert_cmpuint (WFDUpdateDeviceVisibility (&wlan_tv), ==, ERROR_NOT_ENOUGH_MEMORY);
    scarce_set_threads (-1);
    g_assert_cmpuint (WFDOpenHandle (1, &version, &lab->client), ==, ERROR_SUCCESS);
    close_client (lab);
  }
}

/* Each start that is accepted has its callback, whatever that says. */
static void
test_start (WlanLab *lab, gconstpointer data)
{
  guint n_refused = 0, n_opened = 0;

  wlan_pair (lab);
  wlan_answer_invitation (lab);
  for (guint n = 0; n <= SCARCE_MAX; n++) {
    Started started = { 0 };
    DWORD result;

    scarce_begin (n);
    result = WFDStartOpenSession (lab->client, &wlan_tv, &started, wlan_callback, &started.handle);
    if (result == ERROR_SUCCESS)
      wlan_wait_called (&started);
    scarce_end ();
    if (result != ERROR_SUCCESS) {
      g_assert_cmpuint (result, ==, ERROR_NOT_ENOUGH_MEMORY);
      g_assert_null (started.handle);
      n_refused++;
    } else if (started.error == ERROR_SUCCESS) {
      n_opened++;
      wlan_close_session (&started);
    }
  }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_opened, >, 0);
}

/* Its callback has one. */
static void
test_start_without_thread (WlanLab *lab, gconstpointer data)
{
  Started started = { 0 };

  wlan_pair (lab);
  wlan_answer_invitation (lab);
  scarce_set_threads (0);
  for (guint i = 0; i < 300; i++)
    g_assert_cmpuint (
        WFDStartOpenSession (lab->client, &wlan_tv, &started, wlan_callback, &started.handle), ==,
        ERROR_NOT_ENOUGH_MEMORY);
  g_assert_null (started.handle);
  scarce_set_threads (-1);
  g_assert_cmpuint (
      WFDStartOpenSession (lab->client, &wlan_tv, &started, wlan_callback, &started.handle), ==,
      ERROR_SUCCESS);
  wlan_wait_called (&started);
  g_assert_cmpuint (started.error, ==, ERROR_SUCCESS);
  wlan_close_session (&started);
}

static DWORD
look (gpointer data)
{
  return WFDUpdateDeviceVisibility (data);
}

static void
test_visibility (WlanLab *lab, gconstpointer data)
{
  guint n_refused = 0, n_seen = 0;

  close_client (lab);
  lab_know_tv (&lab->lab);
  for (guint n = 0; n <= SCARCE_MAX; n++) {
    BlockingCall call;
    DWORD result;

    scarce_begin (n);
    wlan_call (&call, look, &wlan_tv);
    result = wlan_wait_result (&call);
    scarce_end ();
    if (result != ERROR_SUCCESS) {
      g_assert_cmpuint (result, ==, ERROR_NOT_ENOUGH_MEMORY);
      n_refused++;
    } else {
      n_seen++;
    }
  }
  g_assert_cmpuint (n_refused, >, 0);
  g_assert_cmpuint (n_seen, >, 0);
}

static void
add_tests (void)
{
  wlanapi_attempt_ms = wlanapi_look_ms = MANY_MS;
  wlan_add ("scarce/open", test_open);
  wlan_add ("scarce/open-without-thread", test_open_without_thread);
  wlan_add ("scarce/start", test_start);
  wlan_add ("scarce/start-without-thread", test_start_without_thread);
  wlan_add ("scarce/visibility", test_visibility);
}

int
main (int argc, char **argv)
{
  return wlan_run (argc, argv, add_tests);
}
