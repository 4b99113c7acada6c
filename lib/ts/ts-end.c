/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ts-end.h"

#define NS_PER_MS G_GINT64_CONSTANT (1000000)

/* Silence that ends a picture: while nothing is known of the stream; where no
 * other sign was ever proved, as for a source that never stuffs; and where one
 * was, which then is missing here by chance or by loss. */
#define QUIET_AT_FIRST_NS (20 * NS_PER_MS)
#define QUIET_ALONE_NS (5 * NS_PER_MS / 2)
#define QUIET_BESIDE_NS (10 * NS_PER_MS)
#define QUIET_MAX_NS (100 * NS_PER_MS)

/* Pictures after which gaps are known, and after which they are forgotten. */
#define LEARN_UNITS 8
#define WINDOW_UNITS 64

static void
count_unit (WfdTsEnd *self)
{
  self->n_units++;
  if (self->n_units >= LEARN_UNITS)
    self->learned = TRUE;
  if (self->n_units >= WINDOW_UNITS) {
    self->gap_ns[1] = self->gap_ns[0];
    self->gap_ns[0] = 0;
    self->n_units = 0;
  }
}

void
wfd_ts_end_add_packet (WfdTsEnd *self, gboolean known, gboolean begins, gint64 now_ns)
{
  if (known && begins) {
    self->proved |= self->signs;
    count_unit (self);
  } else if (known) {
    self->refuted |= self->signs;
    self->gap_ns[0] = MAX (self->gap_ns[0], now_ns - self->last_ns);
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
  gint64 quiet_ns = self->proved & ~self->refuted ? QUIET_BESIDE_NS : QUIET_ALONE_NS;
  gint64 gap_ns = MAX (self->gap_ns[0], self->gap_ns[1]);

  if (!self->learned)
    quiet_ns = QUIET_AT_FIRST_NS;
  return self->last_ns + MIN (MAX (quiet_ns, 2 * gap_ns), QUIET_MAX_NS);
}
