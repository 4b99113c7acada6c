/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <windef.h>

G_BEGIN_DECLS

/* How the attempt to open a session has ended, in Windows' codes. */
typedef struct
{
  DWORD error;
  DWORD reason; /* WLAN_REASON_CODE_… */
} WinapiOutcome;

/* @error: (nullable): of WFD_ERROR, or G_IO_ERROR_CANCELLED or _BUSY; NULL for success */
WinapiOutcome winapi_outcome_from_error (const GError *error);

G_END_DECLS
