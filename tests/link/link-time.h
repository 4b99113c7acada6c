/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Simulated time, for a program that is linked with link_time_args: what is due at a
 * certain time (g_source_set_ready_time ()) comes when the test lets that time pass. */

/* From now on; ours is another one than that of the machine, which goes on without us. */
void link_time_stop (void);
void link_time_go_on (void);
/* While it is stopped, as g_get_monotonic_time () tells. */
gint64 link_time_get_us (void);
/* Until @until_us, or until *@is_over (nullable) when something was due. */
void link_time_pass (gint64 until_us, const gboolean *is_over);

G_END_DECLS
