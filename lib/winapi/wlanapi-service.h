/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <wfdx.h>
#include <wlanapi.h>

#include "winapi-outcome.h"

G_BEGIN_DECLS

/* The thread with the link, and the sessions that it opens. */

/* "02:00:00:00:01:00" */
#define WLANAPI_DEVICE_CHARS 18

typedef struct
{
  gint n_refs;
  HANDLE handle;
  guint n_pending;     /* starts whose callback has not returned */
  GPtrArray *sessions; /* that have a handle */
} WlanapiClient;

typedef enum
{
  WLANAPI_PENDING, /* until the callback is entered, and, of a failure, until it has returned */
  WLANAPI_OPEN,
  WLANAPI_CLOSED,
} WlanapiState;

typedef struct
{
  gint n_refs;
  WlanapiClient *client;
  HANDLE handle;
  char device[WLANAPI_DEVICE_CHARS]; /* empty for all that are no Wi-Fi Direct devices */
  gboolean is_legacy;
  WFD_OPEN_SESSION_COMPLETE_CALLBACK callback; /* NULL: somebody waits for it */
  PVOID context;

  WlanapiState state;   /* with the lock of wlanapi-session.c */
  gboolean is_complete; /* the same */

  /* Written by the service before it completes, and not after. */
  WinapiOutcome outcome;
  GUID guid;
  guint group; /* the service's number of the group that it is in; 0 for none */
} WlanapiSession;

/* --- sessions and their handles --- */

WlanapiSession *wlanapi_session_ref (WlanapiSession *self);
void wlanapi_session_unref (WlanapiSession *self);
/* In the thread of the service: the attempt is over. Who waits for it, or calls back, is another
 * one. */
void wlanapi_session_complete (WlanapiSession *self, const GError *error, const GUID *guid);

/* --- the service --- */

/* For an attempt as a whole: enough for a device that listens now and then, and not too
 * long for a person who waits. For the search for one device. Tests have shorter ones. */
extern guint wlanapi_attempt_ms;
extern guint wlanapi_look_ms;

/* There is one while somebody uses it; FALSE if there cannot be one. Not in its own thread. */
gboolean wlanapi_service_acquire (void);
void wlanapi_service_release (void);

/* Each is done in its thread, in the order in which they come. */
void wlanapi_service_start (WlanapiSession *session);
void wlanapi_service_cancel (WlanapiSession *session);
void wlanapi_service_close (WlanapiSession *session);

/* Waits until it is known. */
DWORD wlanapi_service_look_for (const char *device, gboolean *ret_is_visible);

/* FALSE if no open session is on it. */
gboolean wlanapi_service_get_interface (const GUID *guid, WFDX_INTERFACE *ret_interface);

G_END_DECLS
