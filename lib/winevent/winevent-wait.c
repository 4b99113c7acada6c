/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "winevent-private.h"

#include <errno.h>
#include <poll.h>

typedef struct
{
  WinEvent *events[MAXIMUM_WAIT_OBJECTS];
  guint n;
  gboolean wants_all;
  gboolean waits; /* or only looks */
  gint64 end_us;  /* -1 for never */

  /* What the thread does meanwhile. */
  const WfdxEventHelper *helper; /* NULL: nothing */
  gpointer helper_data;
  int helper_fd;
} Wait;

/* FALSE, and holds nothing, if one of the handles is none. */
static gboolean
hold_events (Wait *wait, const HANDLE *handles, guint n)
{
  for (wait->n = 0; wait->n < n; wait->n++) {
    WinEvent *event = winevent_find (handles[wait->n]);

    if (event == NULL)
      break;
    event->n_refs++;
    wait->events[wait->n] = event;
  }
  if (wait->n == n)
    return TRUE;
  while (wait->n > 0)
    winevent_unref (wait->events[--wait->n]);
  return FALSE;
}

/* The first whose state is @is_set; n if there is none. */
static guint
find_first (const Wait *wait, gboolean is_set)
{
  guint i = 0;

  while (i < wait->n && wait->events[i]->is_set != is_set)
    i++;
  return i;
}

/* Takes what is waited for, if it is there; all of it or nothing. */
static gboolean
take (Wait *wait, guint *ret_index)
{
  guint first = find_first (wait, TRUE);

  if (wait->wants_all) {
    if (find_first (wait, FALSE) < wait->n)
      return FALSE;
    for (guint i = 0; i < wait->n; i++)
      winevent_consume (wait->events[i]);
    first = 0;
  } else if (first < wait->n) {
    winevent_consume (wait->events[first]);
  } else {
    return FALSE;
  }
  *ret_index = first;
  return TRUE;
}

/* Of all, those that are set need no waiting for; the first that is not says when it is worth
 * to look again. */
static nfds_t
list_descriptors (const Wait *wait, struct pollfd *fds)
{
  guint from = wait->wants_all ? find_first (wait, FALSE) : 0;
  guint n = wait->wants_all ? 1 : wait->n;

  for (guint i = 0; i < n; i++)
    fds[i] = (struct pollfd) { .fd = wait->events[from + i]->fd, .events = POLLIN };
  return n;
}

/* FALSE when the time is over. */
static gboolean
wait_for_change (const struct pollfd *fds, nfds_t n, gint64 end_us)
{
  gint64 left_us = MAX (end_us - g_get_monotonic_time (), 0);
  struct timespec left = { left_us / G_USEC_PER_SEC, left_us % G_USEC_PER_SEC * 1000 };
  int n_ready = ppoll ((struct pollfd *) fds, n, end_us < 0 ? NULL : &left, NULL);

  return n_ready > 0 || (n_ready < 0 && errno == EINTR);
}

/* --- what is done meanwhile --- */

/* With the lock held. */
static void
find_helper (Wait *wait)
{
  for (guint i = 0; i < wait->n && wait->helper == NULL; i++) {
    const WinEvent *event = wait->events[i];

    if (event->helper != NULL) {
      wait->helper = event->helper;
      wait->helper_data = event->helper->ref (event->helper_data);
    }
  }
}

static void
begin_help (Wait *wait)
{
  if (wait->helper != NULL)
    wait->helper_fd = wait->helper->begin (wait->helper_data);
}

static void
end_help (Wait *wait)
{
  if (wait->helper == NULL)
    return;
  wait->helper->end (wait->helper_data, wait->helper_fd >= 0);
  wait->helper->unref (wait->helper_data);
  wait->helper = NULL;
}

/* Whoever sets an event meanwhile need not make it readable: this thread looks next. */
static void
stay_awake (Wait *wait, int by)
{
  g_mutex_lock (&winevent_lock);
  for (guint i = 0; i < wait->n; i++)
    wait->events[i]->n_awake += by;
  g_mutex_unlock (&winevent_lock);
}

static void
help (Wait *wait)
{
  gboolean goes_on;

  stay_awake (wait, 1);
  goes_on = wait->helper->help (wait->helper_data);
  stay_awake (wait, -1);
  if (!goes_on)
    end_help (wait);
}

/* FALSE when the time is over. */
static gboolean
pass_time (Wait *wait, struct pollfd *fds, nfds_t n)
{
  gboolean helps = wait->helper != NULL && wait->helper_fd >= 0;

  if (helps)
    fds[n] = (struct pollfd) { .fd = wait->helper_fd, .events = POLLIN };
  if (!wait_for_change (fds, n + helps, wait->end_us))
    return FALSE;
  if (helps && fds[n].revents != 0)
    help (wait);
  return TRUE;
}

/* After a look at what is set. */
static gboolean
look (Wait *wait, guint *ret_index)
{
  gboolean taken = take (wait, ret_index);

  for (guint i = 0; i < wait->n; i++)
    winevent_settle (wait->events[i]);
  return taken;
}

/* With the lock held, and given up only while it waits. */
static DWORD
wait_for (Wait *wait)
{
  struct pollfd fds[MAXIMUM_WAIT_OBJECTS + 1];
  gboolean has_time = TRUE;
  guint index = wait->n;

  if (look (wait, &index))
    return WAIT_OBJECT_0 + index;

  if (wait->waits)
    find_helper (wait);
  g_mutex_unlock (&winevent_lock);
  begin_help (wait);
  g_mutex_lock (&winevent_lock);
  while (!look (wait, &index)) {
    nfds_t n = list_descriptors (wait, fds);

    if (!has_time)
      break;
    g_mutex_unlock (&winevent_lock);
    has_time = pass_time (wait, fds, n);
    g_mutex_lock (&winevent_lock);
  }
  g_mutex_unlock (&winevent_lock);
  end_help (wait);
  g_mutex_lock (&winevent_lock);
  return index < wait->n ? WAIT_OBJECT_0 + index : WAIT_TIMEOUT;
}

static gboolean
has_doubles (const HANDLE *handles, guint n)
{
  for (guint i = 0; i < n; i++) {
    for (guint j = 0; j < i; j++) {
      if (handles[i] == handles[j])
        return TRUE;
    }
  }
  return FALSE;
}

static DWORD
fail (DWORD error)
{
  SetLastError (error);
  return WAIT_FAILED;
}

DWORD WINAPI
WaitForMultipleObjects (DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll, DWORD dwMilliseconds)
{
  Wait wait = { .wants_all = bWaitAll, .waits = dwMilliseconds > 0, .end_us = -1 };
  DWORD result = WAIT_FAILED;

  if (nCount == 0 || nCount > MAXIMUM_WAIT_OBJECTS || lpHandles == NULL
      || has_doubles (lpHandles, nCount))
    return fail (ERROR_INVALID_PARAMETER);
  if (dwMilliseconds != INFINITE)
    wait.end_us = g_get_monotonic_time () + (gint64) dwMilliseconds * 1000;

  g_mutex_lock (&winevent_lock);
  if (hold_events (&wait, lpHandles, nCount)) {
    result = wait_for (&wait);
    for (guint i = 0; i < wait.n; i++)
      winevent_unref (wait.events[i]);
  }
  g_mutex_unlock (&winevent_lock);
  return result != WAIT_FAILED ? result : fail (ERROR_INVALID_HANDLE);
}

DWORD WINAPI
WaitForSingleObject (HANDLE hHandle, DWORD dwMilliseconds)
{
  return WaitForMultipleObjects (1, &hHandle, FALSE, dwMilliseconds);
}
