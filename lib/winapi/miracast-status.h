/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netdispumdddi.h>
#include <wfd/wfd.h>

G_BEGIN_DECLS

/* What the end of a session is in the words of the driver interface. @error: (nullable): NULL
 * for the orderly end, which the sink wanted. */
NTSTATUS miracast_status_from_error (const GError *error);
/* @state: how far the session was. */
MIRACAST_STATUS miracast_status_from_end (const GError *error, WfdSessionState state);

G_END_DECLS
