/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How long to wait after so many failures, the first of them being 1: each time
 * about twice as long, up to 15 seconds. @random makes it up to a quarter more or
 * less, for two devices that fail because they try at the same time. */
guint wfd_backoff_get_ms (guint first_ms, guint n_failures, guint32 random);

G_END_DECLS
