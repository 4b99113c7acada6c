/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes as a session: each tells of a measurement, as wild as it likes, of time that
 * passes or goes back, or of a capture. After each one what must always hold is
 * asserted, and at the end that an ordinary link brings the pictures back. */
void rate_script_run (const guint8 *data, gsize size);

G_END_DECLS
