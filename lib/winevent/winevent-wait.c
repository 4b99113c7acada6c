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

  WinHelp help;
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
  gint64 now_us = g_get_monotonic_time (), left_us = MAX (end_us - now_us, 0);
  struct timespec left = { left_us / G_USEC_PER_SEC, left_us % G_USEC_PER_SEC * 1000 };
  int n_ready = ppoll ((struct pollfd *) fds, n, end_us < 0 ? NULL : &left, NULL);

  return n_ready > 0 || (n_ready < 0 && errno == EINTR);
}

/* --- what is done meanwhile --- */

/* With the lock held. An event has one thread that does something else for it. */
static void
find_help (Wait *wait)
{
  const WinEvent *found = NULL;

  for (guint i = 0; i < wait->n; i++) {
    if (wait->events[i]->help != NULL)
      return;
    if (found == NULL && wait->events[i]->helper != NULL)
      found = wait->events[i];
  }
  if (found == NULL)
    return;
  wait->help =
      (WinHelp) { found->helper, found->helper->ref (found->helper_data), g_thread_self () };
  for (guint i = 0; i < wait->n; i++)
    wait->events[i]->help = &wait->help;
}

/* With the lock held, which is given up for others to be called. */
static void
end_help (Wait *wait, gboolean helped)
{
  for (guint i = 0; i < wait->n; i++)
    wait->events[i]->help = NULL;
  g_mutex_unlock (&winevent_lock);
  wait->help.helper->end (wait->help.data, helped);
  wait->help.helper->unref (wait->help.data);
  g_mutex_lock (&winevent_lock);
  wait->help.helper = NULL;
}

static void
begin_help (Wait *wait)
{
  gboolean helps;

  find_help (wait);
  if (wait->help.helper == NULL)
    return;
  g_mutex_unlock (&winevent_lock);
  helps = wait->help.helper->begin (wait->help.data);
  g_mutex_lock (&winevent_lock);
  if (!helps)
    end_help (wait, FALSE);
}

/* With the lock held, and given up meanwhile; FALSE when the time is over. */
static gboolean
pass_time (Wait *wait)
{
  struct pollfd fds[MAXIMUM_WAIT_OBJECTS];
  nfds_t n = list_descriptors (wait, fds);
  gboolean goes_on = TRUE, has_time;

  g_mutex_unlock (&winevent_lock);
  if (wait->help.helper == NULL)
    has_time = wait_for_change (fds, n, wait->end_us);
  else {
    goes_on = wait->help.helper->help (wait->help.data, wait->end_us);
    has_time = wait->end_us < 0 || g_get_monotonic_time () < wait->end_us;
  }
  g_mutex_lock (&winevent_lock);
  if (!goes_on)
    end_help (wait, TRUE);
  return has_time;
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
  gboolean has_time = TRUE;
  guint index = wait->n;

  if (look (wait, &index))
    return WAIT_OBJECT_0 + index;

  if (wait->waits)
    begin_help (wait);
  while (!look (wait, &index) && has_time)
    has_time = pass_time (wait);
  if (wait->help.helper != NULL)
    end_help (wait, TRUE);
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
