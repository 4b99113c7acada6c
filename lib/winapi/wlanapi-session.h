/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "wlanapi-service.h"

G_BEGIN_DECLS

/* NULL if there are too many. */
HANDLE wlanapi_client_open (void);
/* Waits for what is pending, and closes what is open. */
DWORD wlanapi_client_close (HANDLE handle);

/* A pending one, as @wish says. @ret_session: (transfer full) */
DWORD wlanapi_session_new (HANDLE client, const WlanapiSession *wish, WlanapiSession **ret_session);
/* For one without a callback. */
DWORD wlanapi_session_wait (WlanapiSession *self);

/* (transfer full); NULL if @handle is none */
WlanapiSession *wlanapi_session_find (HANDLE handle);
/* One that is open has no handle any more. @ret_session: (transfer full): NULL, also with
 * ERROR_SUCCESS, for one that is pending */
DWORD wlanapi_session_take_open (HANDLE handle, WlanapiSession **ret_session);

G_END_DECLS
