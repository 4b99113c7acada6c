/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link-lab.h>
#include <wfdx.h>
#include <wlanapi.h>

G_BEGIN_DECLS

/* A fake wpa_supplicant in the main context, which is also the system's for the library,
 * and what callbacks have told from their threads. */

/* What has come of one start. */
typedef struct _Started Started;

struct _Started
{
  HANDLE handle; /* as the start has returned it */
  gint n_called; /* atomic, as all that is read while the callback may run */

  HANDLE told_handle;
  GUID guid;
  DWORD error, reason;
  GThread *thread;
  /* What the callback does besides; may be NULL. */
  void (*then) (Started *self);
  gpointer data;
  gint has_returned;
};

typedef struct
{
  Lab lab;
  HANDLE client;
  guint n_groups; /* that have begun after an invitation */
} WlanLab;

#define wlan_add(path, test) \
  g_test_add ("/wlanapi/" path, WlanLab, NULL, wlan_set_up, test, wlan_tear_down)

/* A test program: main () ends with it. */
int wlan_run (int argc, char **argv, void (*add_tests) (void));

void wlan_set_up (WlanLab *lab, gconstpointer data);
void wlan_tear_down (WlanLab *lab, gconstpointer data);

/* Paired with the television, which is in reach. */
void wlan_pair (WlanLab *lab);
void wlan_pair_out_of_reach (WlanLab *lab);
/* And, as the owner of a group, with the other device, which is not. */
void wlan_pair_both (WlanLab *lab);
/* Each invitation of the television brings a group from now on. */
void wlan_answer_invitation (WlanLab *lab);

VOID wlan_callback (HANDLE session, PVOID context, GUID guid, DWORD error, DWORD reason);
/* To the television; @started is the context. */
void wlan_start (WlanLab *lab, Started *started);
void wlan_wait_called (Started *started);
void wlan_start_and_wait (WlanLab *lab, Started *started);
/* That it is open. */
void wlan_open (WlanLab *lab, Started *started);
void wlan_assert_failed (const Started *started, DWORD error, DWORD reason);
/* That of the television. */
void wlan_close_session (Started *started);

/* wpa_supplicant ends the group; until the library has heard it. */
void wlan_end_group (WlanLab *lab, const Started *started);
/* Whether the interface that the callback has told is that of an open session. */
gboolean wlan_has_interface (const Started *started);
/* Until wpa_supplicant was asked so often. */
void wlan_wait_count (WlanLab *lab, const char *key, guint n);

/* A call that may block, in a thread of its own. */
typedef struct
{
  DWORD (*func) (gpointer data);
  gpointer data;
  DWORD result;
  gint is_done;
  GThread *thread;
} BlockingCall;

void wlan_call (BlockingCall *call, DWORD (*func) (gpointer), gpointer data);
DWORD wlan_wait_result (BlockingCall *call);

/* Until @condition of the atomic @flag; the fake works meanwhile. */
void wlan_wait_flag (const gint *flag);

static inline gboolean
wlan_is_done (const BlockingCall *call)
{
  return g_atomic_int_get (&call->is_done);
}

DWORD wlan_close_handle (gpointer handle);

extern DOT11_MAC_ADDRESS wlan_tv, wlan_other;

G_END_DECLS
