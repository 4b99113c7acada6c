/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A process that has few descriptors left. */

/* More than anything here takes. */
#define SCARCE_MAX 32

/* Exactly @n can be had from now on. */
void scarce_begin (guint n);
void scarce_end (void);

/* Of a folder, as "/proc/self/fd" is one. */
guint scarce_count_entries (const char *path);

G_END_DECLS
