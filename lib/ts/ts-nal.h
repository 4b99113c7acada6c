/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

#include "ts-codec.h"

G_BEGIN_DECLS

/* NAL units of H.264 and H.265 in the byte-stream format, as far as one must
 * know them to tell where an access unit begins. */

typedef enum
{
  WFD_TS_NAL_SLICE = 1 << 0,
  WFD_TS_NAL_KEY = 1 << 1,        /* of an IDR picture, or IRAP */
  WFD_TS_NAL_PARAMETERS = 1 << 2, /* VPS, SPS, PPS */
  WFD_TS_NAL_SPS = 1 << 3,
  WFD_TS_NAL_AUD = 1 << 4,
  /* Cannot stand behind a slice of the same access unit: a delimiter, parameter
   * sets, SEI, or the first slice of a picture. */
  WFD_TS_NAL_STARTS_UNIT = 1 << 5,
} WfdTsNalFlags;

/* Bytes behind a start code that tell the kind of a NAL unit. */
#define WFD_TS_NAL_KIND_BYTES 3

/* @nal: WFD_TS_NAL_KIND_BYTES of it, without the start code; zeros where it
 * has fewer. H.264 §7.4.1.2.3, H.265 §7.4.2.4.4. */
WfdTsNalFlags wfd_ts_nal_get_flags (WfdTsCodec codec, const guint8 *nal);

/* Where the first NAL unit at or behind @from begins, behind its start code;
 * @size if there is no start code any more. @from must be 3 or less, or behind
 * what an earlier search has seen. */
gsize wfd_ts_nal_find (const guint8 *data, gsize size, gsize from);

/* What stands in front of the first slice of an access unit. */
typedef struct
{
  WfdTsNalFlags flags; /* of all NAL units up to and with the first slice */
  gsize aud_bytes;     /* the delimiter with its start code, if it comes first */
  WfdBytes parameters; /* from the first to the last parameter set, with start codes */
  WfdBytes sps;        /* the last one, without start code */
} WfdTsUnitHead;

void wfd_ts_nal_read_head (WfdTsCodec codec, WfdBytes unit, WfdTsUnitHead *ret_head);

/* Takes the profile and level out of an SPS as WfdTsFormat has them. FALSE if
 * it is too short. */
gboolean wfd_ts_nal_read_profile (WfdTsCodec codec, WfdBytes sps, guint8 *ret_profile);

G_END_DECLS
