/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <netdispumdddi.h>

G_BEGIN_DECLS

/* What the kernel tells each second of the peer on an interface, for the driver. All of it is
 * made, used and freed in the thread of a main context, but where it says otherwise. */
typedef struct _MiracastLink MiracastLink;

/* @address: (nullable): of 6 octets. @driver_context: what the driver calls its own. NULL if the
 * kernel cannot be asked. */
MiracastLink *miracast_link_new (GMainContext *main_context, guint interface_index,
    const guint8 *address, guint64 remote_max_bps, PVOID driver_context);
void miracast_link_free (MiracastLink *self);

/* From any thread. @notify: NULL: nobody. STATUS_INVALID_PARAMETER: there is one, or none,
 * already. A call that is under way may still be so when it returns, as who calls this may have
 * what that waits for. */
NTSTATUS miracast_link_register (MiracastLink *self, PVOID context,
    PFN_DATARATE_NOTIFICATION notify);
/* When it returns nobody is called any more. */
void miracast_link_end_session (MiracastLink *self);
MIRACAST_WFD_CONNECTION_STATS miracast_link_get_connection (MiracastLink *self);

G_END_DECLS
