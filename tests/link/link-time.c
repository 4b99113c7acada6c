/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-time.h"

/* Called instead of what GLib has, by --wrap of the linker. */
gint64 __wrap_g_get_monotonic_time (void);
gint64 __real_g_get_monotonic_time (void);
void __wrap_g_source_set_ready_time (GSource *source, gint64 ready_time);
void __real_g_source_set_ready_time (GSource *source, gint64 ready_time);

/* The machine does not get that far. */
#define AHEAD_US (24 * G_TIME_SPAN_HOUR)

static gint64 stopped_us; /* 0: it is not */
static GHashTable *due;   /* GSource: gint64; those that wait */

gint64
__wrap_g_get_monotonic_time (void)
{
  return stopped_us != 0 ? stopped_us : __real_g_get_monotonic_time ();
}

void
__wrap_g_source_set_ready_time (GSource *source, gint64 ready_time)
{
  if (stopped_us == 0) {
    __real_g_source_set_ready_time (source, ready_time);
    return;
  }
  __real_g_source_set_ready_time (source, ready_time <= stopped_us ? ready_time : -1);
  if (ready_time < 0)
    g_hash_table_remove (due, source);
  else
    g_hash_table_insert (due, g_source_ref (source), g_memdup2 (&ready_time, sizeof (ready_time)));
}

void
link_time_stop (void)
{
  due = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_source_unref, g_free);
  stopped_us = __real_g_get_monotonic_time () + AHEAD_US;
}

void
link_time_go_on (void)
{
  stopped_us = 0;
  g_clear_pointer (&due, g_hash_table_unref);
}

gint64
link_time_get_us (void)
{
  return stopped_us;
}

static GSource *
find_next (gint64 *ret_due_us)
{
  GSource *next = NULL, *source;
  GHashTableIter iter;
  gint64 *due_us;

  g_hash_table_iter_init (&iter, due);
  while (g_hash_table_iter_next (&iter, (gpointer *) &source, (gpointer *) &due_us)) {
    if (g_source_is_destroyed (source)) {
      g_hash_table_iter_remove (&iter);
    } else if (next == NULL || *due_us < *ret_due_us) {
      next = source;
      *ret_due_us = *due_us;
    }
  }
  return next;
}

/* Whatever else is ready comes as well. */
static void
dispatch (GSource *source)
{
  g_autoptr (GSource) held = g_source_ref (source);

  g_hash_table_remove (due, source);
  __real_g_source_set_ready_time (source, 0);
  while (!g_source_is_destroyed (source) && g_source_get_ready_time (source) >= 0)
    g_main_context_iteration (g_source_get_context (source), TRUE);
}

void
link_time_pass (gint64 until_us, const gboolean *is_over)
{
  gint64 due_us = 0;
  GSource *next;

  while ((next = find_next (&due_us)) != NULL && due_us <= until_us) {
    stopped_us = MAX (stopped_us, due_us);
    dispatch (next);
    if (is_over != NULL && *is_over)
      return;
  }
  stopped_us = MAX (stopped_us, until_us);
}
