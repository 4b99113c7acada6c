/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-unit.h"

#include <stdio.h>
#include <string.h>

#define MACROBLOCK 16

enum
{
  NAL_SLICE = 1,
  NAL_IDR = 5,
  NAL_SEI = 6,
  NAL_SPS = 7,
  NAL_PPS = 8,
  NAL_AUD = 9,
  NAL_FILLER = 12,
};

/* --- bits --- */

typedef struct
{
  GByteArray *bytes;
  guint n; /* bits in the last byte, 0: it is full */
} Bits;

static void
put (Bits *self, guint n_bits, guint32 value)
{
  const guint8 none = 0;

  while (n_bits-- > 0) {
    if (self->n == 0)
      g_byte_array_append (self->bytes, &none, 1);
    self->bytes->data[self->bytes->len - 1] |= (value >> n_bits & 1) << (7 - self->n);
    self->n = (self->n + 1) % 8;
  }
}

/* §9.1 */
static void
put_ue (Bits *self, guint32 value)
{
  guint n = 31 - __builtin_clz (value + 1);

  put (self, n, 0);
  put (self, n + 1, value + 1);
}

static void
put_se (Bits *self, gint32 value)
{
  put_ue (self, value > 0 ? 2 * value - 1 : -2 * value);
}

/* rbsp_trailing_bits () */
static void
put_end (Bits *self)
{
  put (self, 1, 1);
  self->n = 0;
}

/* With a start code and what keeps start codes out of it (§7.4.1). */
static void
put_nal (GByteArray *unit, guint8 header, const GByteArray *rbsp)
{
  const guint8 start[] = { 0, 0, 0, 1, header }, three = 3;
  guint zeros = 0;

  g_byte_array_append (unit, start, sizeof start);
  for (guint i = 0; i < rbsp->len; i++) {
    if (zeros >= 2 && rbsp->data[i] <= 3) {
      g_byte_array_append (unit, &three, 1);
      zeros = 0;
    }
    g_byte_array_append (unit, &rbsp->data[i], 1);
    zeros = rbsp->data[i] == 0 ? zeros + 1 : 0;
  }
}

static Bits
begin (void)
{
  return (Bits) { g_byte_array_new (), 0 };
}

static void
end (Bits *self, GByteArray *unit, guint8 header)
{
  put_end (self);
  put_nal (unit, header, self->bytes);
  g_byte_array_unref (self->bytes);
}

/* --- the unit --- */

void
cast_units_init (CastUnits *self, guint width, guint height, guint level)
{
  *self = (CastUnits) { .width = width, .height = height, .level = level };
}

static guint
count_blocks (guint pixels)
{
  return (pixels + MACROBLOCK - 1) / MACROBLOCK;
}

static void
write_sps (const CastUnits *self, GByteArray *unit)
{
  guint columns = count_blocks (self->width), rows = count_blocks (self->height);
  gboolean is_cropped = columns * MACROBLOCK != self->width || rows * MACROBLOCK != self->height;
  Bits bits = begin ();

  put (&bits, 8, 66);
  put (&bits, 8, 0xc0); /* constrained */
  put (&bits, 8, self->level);
  put_ue (&bits, 0);
  put_ue (&bits, 0); /* frame_num has four bits */
  put_ue (&bits, 2); /* shown in the order in which they come */
  put_ue (&bits, 1);
  put (&bits, 1, 0);
  put_ue (&bits, columns - 1);
  put_ue (&bits, rows - 1);
  put (&bits, 1, 1);
  put (&bits, 1, 1);
  put (&bits, 1, is_cropped);
  if (is_cropped) {
    put_ue (&bits, 0);
    put_ue (&bits, (columns * MACROBLOCK - self->width) / 2);
    put_ue (&bits, 0);
    put_ue (&bits, (rows * MACROBLOCK - self->height) / 2);
  }
  put (&bits, 1, 0);
  end (&bits, unit, 3 << 5 | NAL_SPS);
}

static void
write_pps (GByteArray *unit)
{
  Bits bits = begin ();

  put_ue (&bits, 0);
  put_ue (&bits, 0);
  put (&bits, 2, 0); /* CAVLC */
  put_ue (&bits, 0);
  put_ue (&bits, 0);
  put_ue (&bits, 0);
  put (&bits, 3, 0);
  put_se (&bits, 0);
  put_se (&bits, 0);
  put_se (&bits, 0);
  put (&bits, 3, 4); /* deblocking is told of in the slice */
  end (&bits, unit, 3 << 5 | NAL_PPS);
}

static void
write_slice_header (const CastUnits *self, Bits *bits, gboolean is_key)
{
  put_ue (bits, 0);
  put_ue (bits, is_key ? 7 : 5); /* I, P */
  put_ue (bits, 0);
  put (bits, 4, self->picture % 16);
  if (is_key)
    put_ue (bits, self->n_keys % 2);
  if (!is_key) {
    put (bits, 1, 0);
    put (bits, 1, 0);
  }
  /* dec_ref_pic_marking () */
  put (bits, is_key ? 2 : 1, 0);
  put_se (bits, 0);
  put_ue (bits, 1); /* no deblocking */
}

/* Intra 16×16 without coefficients: the first from nothing, the others from beside or
 * above, whichever takes fewest bits. */
static void
write_grey (const CastUnits *self, Bits *bits)
{
  guint columns = count_blocks (self->width), n = columns * count_blocks (self->height);

  for (guint i = 0; i < n; i++) {
    put_ue (bits, i == 0 ? 3 : i < columns ? 2 : 1);
    put_ue (bits, 0);
    put_se (bits, 0);
    put (bits, 1, 1); /* coeff_token: none */
  }
}

static void
write_slice (const CastUnits *self, GByteArray *unit, gboolean is_key)
{
  Bits bits = begin ();

  write_slice_header (self, &bits, is_key);
  if (is_key)
    write_grey (self, &bits);
  else
    put_ue (&bits, count_blocks (self->width) * count_blocks (self->height)); /* mb_skip_run */
  end (&bits, unit, (is_key ? 3 : 2) << 5 | (is_key ? NAL_IDR : NAL_SLICE));
}

static void
write_filler (GByteArray *unit, guint bytes)
{
  const guint8 start[] = { 0, 0, 0, 1, NAL_FILLER }, stop = 0x80;
  guint from = unit->len + sizeof start;

  if (unit->len + sizeof start + 1 > bytes)
    return;
  g_byte_array_append (unit, start, sizeof start);
  g_byte_array_set_size (unit, bytes - 1);
  memset (unit->data + from, 0xff, bytes - 1 - from);
  g_byte_array_append (unit, &stop, 1);
}

GByteArray *
cast_units_write (CastUnits *self, gboolean is_key, guint bytes)
{
  const guint8 delimiter[] = { 0, 0, 0, 1, NAL_AUD, 0xf0 };
  GByteArray *unit = g_byte_array_new ();

  if (is_key) {
    self->picture = 0;
    self->n_keys++;
  }
  g_byte_array_append (unit, delimiter, sizeof delimiter);
  if (is_key) {
    write_sps (self, unit);
    write_pps (unit);
  }
  write_slice (self, unit, is_key);
  write_filler (unit, bytes);
  self->picture++;
  return unit;
}

/* --- the mark --- */

/* A UUID, of letters, so that nothing in it needs an escape. */
#define MARK_NAME "wfd-cast-picture"
#define MARK_FORMAT "%010u %010u %016" G_GINT64_MODIFIER "x %d"
#define MARK_BYTES 40
#define USER_DATA_UNREGISTERED 5
#define SEARCHED_BYTES 1600

GBytes *
cast_mark_write (const CastMark *self)
{
  char text[MARK_BYTES + 1];
  GByteArray *unit = g_byte_array_new ();
  Bits bits = begin ();

  snprintf (text, sizeof text, MARK_FORMAT, self->unit, self->capture, self->captured_us,
      self->is_key);
  put (&bits, 8, USER_DATA_UNREGISTERED);
  put (&bits, 8, strlen (MARK_NAME) + MARK_BYTES);
  g_byte_array_append (bits.bytes, (const guint8 *) MARK_NAME, strlen (MARK_NAME));
  g_byte_array_append (bits.bytes, (const guint8 *) text, MARK_BYTES);
  end (&bits, unit, NAL_SEI);
  return g_byte_array_free_to_bytes (unit);
}

gboolean
cast_mark_find (const guint8 *data, gsize size, CastMark *ret_mark)
{
  const guint8 *at = memmem (data, MIN (size, SEARCHED_BYTES), MARK_NAME, strlen (MARK_NAME));
  char text[MARK_BYTES + 1] = "";

  if (at == NULL || (gsize) (data + size - at) < strlen (MARK_NAME) + MARK_BYTES)
    return FALSE;
  memcpy (text, at + strlen (MARK_NAME), MARK_BYTES);
  return sscanf (text, "%u %u %" G_GINT64_MODIFIER "x %d", &ret_mark->unit, &ret_mark->capture,
             &ret_mark->captured_us, &ret_mark->is_key)
      == 4;
}

gsize
cast_mark_get_offset (const guint8 *data, gsize size)
{
  for (gsize i = 0; i + 5 <= size; i++) {
    const guint8 start[] = { 0, 0, 0, 1 };
    guint8 kind = data[i + 4] & 31;

    if (memcmp (data + i, start, sizeof start) == 0 && (kind == NAL_SLICE || kind == NAL_IDR))
      return i;
  }
  return 0;
}
