/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What leaves the source of a stage, and what comes back to it as RTCP; called instead of what
 * libgstwfd has, by --wrap of the linker. What a test may ask of it is in p2p-stage.h. */

void sent_begin (void);
void sent_end (void);
gboolean sent_has_streams (guint n);

G_END_DECLS
