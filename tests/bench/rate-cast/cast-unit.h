/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Access units of H.264, in the byte-stream format, of a size that somebody else has
 * decided on: a grey picture in a small slice, and filler data (§7.3.2.7) behind it.
 * Decoders take them. */
typedef struct
{
  guint width; /* pixels, multiples of 16 but for the cropped edge */
  guint height;
  guint level;   /* times ten */
  guint picture; /* since the last key picture */
  guint n_keys;
} CastUnits;

void cast_units_init (CastUnits *self, guint width, guint height, guint level);
/* The next one, of @bytes, or more if the picture does not fit. */
GByteArray *cast_units_write (CastUnits *self, gboolean is_key, guint bytes);

/* Which picture a unit is, as an SEI message (user data, §D.1.7): it goes
 * through packets and parsers as it is. */
typedef struct
{
  guint32 unit;       /* in the order of the encoder */
  guint32 capture;    /* number of the capture */
  gint64 captured_us; /* us of the monotonic clock */
  gboolean is_key;
} CastMark;

GBytes *cast_mark_write (const CastMark *self);
/* FALSE if there is none within the first bytes. */
gboolean cast_mark_find (const guint8 *data, gsize size, CastMark *ret_mark);
/* Where it goes: in front of the picture. */
gsize cast_mark_get_offset (const guint8 *data, gsize size);

G_END_DECLS
