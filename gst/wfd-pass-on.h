/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What the bins around rtspwfd show of it as theirs. */

/* The signals "session-opened", when a session was set up (SETUP, M6), and
 * "session-closed", when one that was is over; both in the thread of the session. Of
 * rtspwfd too. */
void wfd_pass_on_install_signals (GType type);

/* The properties @ids of rtspwfd, which 0 ends, numbered from @first_id on; @role: as
 * with wfd_property_new(). */
void wfd_pass_on_install_properties (GObjectClass *klass, guint first_id, const guint *ids,
    const char *role);

/* From here on @bin tells what @rtspwfd tells of @ids and with these signals. */
void wfd_pass_on_connect (GstBin *bin, GstElement *rtspwfd, const guint *ids);

G_END_DECLS
