/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-backoff.h"

#define MAX_MS 15000
#define MAX_DOUBLINGS 16

guint
wfd_backoff_get_ms (guint first_ms, guint n_failures, guint32 random)
{
  guint doublings = MIN (n_failures > 0 ? n_failures - 1 : 0, MAX_DOUBLINGS);
  guint64 ms = MIN ((guint64) first_ms << doublings, MAX_MS);

  return ms * 3 / 4 + ms / 2 * random / G_MAXUINT32;
}
