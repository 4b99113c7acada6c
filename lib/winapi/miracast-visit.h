/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A call from here into a program, on the stack of who calls. What waits for all of them to
 * return must not be asked for from within one. */
typedef struct _MiracastVisit MiracastVisit;
struct _MiracastVisit
{
  gconstpointer owner;
  MiracastVisit *before; /* in this thread */
};

void miracast_visit_begin (MiracastVisit *self, gconstpointer owner);
void miracast_visit_end (MiracastVisit *self);
/* Whether this thread is in a program that @owner has called. */
gboolean miracast_visit_is_of (gconstpointer owner);

G_END_DECLS
