/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-wire.h"

/* What the writers of messages and of records share. */

static inline void
put_u8 (GByteArray *out, guint8 value)
{
  g_byte_array_append (out, &value, 1);
}

static inline void
put_u16 (GByteArray *out, guint16 value)
{
  put_u8 (out, value >> 8);
  put_u8 (out, value & 0xff);
}

static inline void
put_u32 (GByteArray *out, guint32 value)
{
  guint8 bytes[4];

  wfd_peer_put_u32 (bytes, value);
  g_byte_array_append (out, bytes, sizeof (bytes));
}

static inline void
put_u64 (GByteArray *out, guint64 value)
{
  guint8 bytes[8];

  wfd_peer_put_u64 (bytes, value);
  g_byte_array_append (out, bytes, sizeof (bytes));
}

static inline void
put_guid (GByteArray *out, const WfdPeerGuid *guid)
{
  g_byte_array_append (out, guid->bytes, sizeof (guid->bytes));
}
