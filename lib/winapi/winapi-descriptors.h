/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* GLib ends the process where it cannot have a descriptor for a main context or a cancellable,
 * and what begins something in a program that has no more of them is to fail with a code. So that
 * is asked for before. Whether @n can be had now; what others open meanwhile nobody can know. */
gboolean winapi_has_descriptors (guint n);

/* What a thread with a main context needs, and what happens in it. */
#define WINAPI_DESCRIPTORS_OF_THREAD 4
/* A session of the Miracast driver: its connection, what cancels it. */
#define WINAPI_DESCRIPTORS_OF_SESSION 8
/* A link: the message bus, the kernel, and what waits for both. */
#define WINAPI_DESCRIPTORS_OF_LINK 16

G_END_DECLS
