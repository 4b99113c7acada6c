/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-end.h"

#define NS_PER_MS G_GINT64_CONSTANT (1000000)

/* Silence that ends a picture: that of a still screen, and no stall of a sender or
 * of Wi-Fi, which last 100 ms and more. Where a stall was longer, the next one may
 * be as well. */
#define QUIET_NS (500 * NS_PER_MS)
#define QUIET_MAX_NS (2000 * NS_PER_MS)

void
wfd_ts_end_add_packet (WfdTsEnd *self, gboolean known, gboolean begins, gint64 now_ns)
{
  if (known && begins) {
    self->proved |= self->signs;
  } else if (known) {
    self->refuted |= self->signs;
    self->stall_ns = MAX (self->stall_ns, now_ns - self->last_ns);
  }
  self->signs = 0;
  self->last_ns = now_ns;
}

gboolean
wfd_ts_end_add_signs (WfdTsEnd *self, guint signs)
{
  self->signs |= signs;
  return (self->signs & self->proved & ~self->refuted) != 0;
}

gint64
wfd_ts_end_get_deadline (const WfdTsEnd *self)
{
  return self->last_ns + CLAMP (2 * self->stall_ns, QUIET_NS, QUIET_MAX_NS);
}
