/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* A view of bytes that came from the network, read from the front. It owns
 * nothing. A take that does not fit takes nothing and leaves its result alone.
 * Numbers are big-endian. */
typedef struct
{
  const guint8 *pos;
  gsize left;
} WfdBytes;

/* @data may be NULL if @size is 0. */
static inline WfdBytes
wfd_bytes (const guint8 *data, gsize size)
{
  return (WfdBytes) { data, size };
}

/* A view of @bytes, which stay. */
static inline WfdBytes
wfd_bytes_of (GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return wfd_bytes (data, size);
}

static inline gboolean
wfd_bytes_skip (WfdBytes *self, gsize n)
{
  if (n > self->left)
    return FALSE;

  self->pos += n;
  self->left -= n;
  return TRUE;
}

static inline gboolean
wfd_bytes_take (WfdBytes *self, gsize n, WfdBytes *ret_bytes)
{
  const guint8 *pos = self->pos;

  if (!wfd_bytes_skip (self, n))
    return FALSE;

  *ret_bytes = (WfdBytes) { pos, n };
  return TRUE;
}

/* @n is 1 to 4. */
static inline gboolean
wfd_bytes_take_number (WfdBytes *self, guint n, guint32 *ret_value)
{
  const guint8 *pos = self->pos;
  guint32 value = 0;

  if (!wfd_bytes_skip (self, n))
    return FALSE;

  for (guint i = 0; i < n; i++)
    value = value << 8 | pos[i];
  *ret_value = value;
  return TRUE;
}

static inline gboolean
wfd_bytes_take_u8 (WfdBytes *self, guint8 *ret_value)
{
  guint32 value;

  if (!wfd_bytes_take_number (self, 1, &value))
    return FALSE;

  *ret_value = value;
  return TRUE;
}

static inline gboolean
wfd_bytes_take_u16 (WfdBytes *self, guint16 *ret_value)
{
  guint32 value;

  if (!wfd_bytes_take_number (self, 2, &value))
    return FALSE;

  *ret_value = value;
  return TRUE;
}

static inline gboolean
wfd_bytes_take_u24 (WfdBytes *self, guint32 *ret_value)
{
  return wfd_bytes_take_number (self, 3, ret_value);
}

static inline gboolean
wfd_bytes_take_u32 (WfdBytes *self, guint32 *ret_value)
{
  return wfd_bytes_take_number (self, 4, ret_value);
}

static inline gboolean
wfd_bytes_take_u64 (WfdBytes *self, guint64 *ret_value)
{
  WfdBytes octets;
  guint64 value = 0;

  if (!wfd_bytes_take (self, 8, &octets))
    return FALSE;

  for (guint i = 0; i < 8; i++)
    value = value << 8 | octets.pos[i];
  *ret_value = value;
  return TRUE;
}

/* @n bytes from @offset on, which both may be anything. */
static inline gboolean
wfd_bytes_part (WfdBytes self, gsize offset, gsize n, WfdBytes *ret_bytes)
{
  return wfd_bytes_skip (&self, offset) && wfd_bytes_take (&self, n, ret_bytes);
}

/* Takes @wanted if the bytes begin with it. */
static inline gboolean
wfd_bytes_take_exact (WfdBytes *self, const guint8 *wanted, gsize n)
{
  if (n > self->left || memcmp (self->pos, wanted, n) != 0)
    return FALSE;

  return wfd_bytes_skip (self, n);
}

G_END_DECLS
