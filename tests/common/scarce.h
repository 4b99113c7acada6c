/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A process that has few descriptors left, or can begin no thread. */

/* More than anything here takes. */
#define SCARCE_MAX 32

/* Exactly @n can be had from now on. */
void scarce_begin (guint n);
void scarce_end (void);

/* Of those that are begun in a way that may fail, @n can be had from now on; -1: all. */
void scarce_set_threads (gint n);

/* Of a folder, as "/proc/self/fd" is one. */
guint scarce_count_entries (const char *path);

G_END_DECLS
