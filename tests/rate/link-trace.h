/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a link carries, millisecond by millisecond. As a file: a line
 * "# wfd-link-trace 1", then for each millisecond
 *   <capacity bytes> <phy kbit/s> <retry permille> <loss ppm>
 * A trace that is too short begins again. */
typedef struct
{
  guint32 capacity_bytes; /* bytes that the air carries in this millisecond */
  guint32 phy_kbps;       /* kbit/s of the modulation */
  guint32 retry_permille; /* of the packets on the air, how many are repeated */
  guint32 loss_ppm;       /* of the packets, how many are lost for good */
} LinkMs;

typedef struct
{
  char *name;
  LinkMs *ms;
  guint n_ms;
} LinkTrace;

LinkTrace *link_trace_new (const char *name, guint n_ms);
void link_trace_free (LinkTrace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LinkTrace, link_trace_free)

const LinkMs *link_trace_at (const LinkTrace *self, gint64 ms);

/* NULL and @error for what is no such text. */
LinkTrace *link_trace_parse (const char *name, const char *text, GError **error);
LinkTrace *link_trace_load (const char *path, GError **error);
/* Whether the file is called a trace, or its first line says so. */
gboolean link_trace_is_one (const char *path);
char *link_trace_to_text (const LinkTrace *self);

/* Of lines "<seconds> <Mbit/s>", each until the next; and of Mahimahi, a line for
 * each chance to send 1500 bytes, with its millisecond. They know nothing of the
 * modulation, so it is the best of the last two seconds, and each fall looks as if
 * others took the air. */
LinkTrace *link_trace_parse_steps (const char *name, const char *text, guint64 seed,
    GError **error);
LinkTrace *link_trace_parse_chances (const char *name, const char *text, GError **error);

G_END_DECLS
