/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-encoder.h"
#include "wfd-entry.h"
#include "wfd-offer.h"

G_BEGIN_DECLS

/* What comes into a pad of wfdsink, read from its caps, and what can be offered of
 * it. Pure. */

/* Which kind of entry @caps need. */
WfdEntryKind wfd_input_format_find_kind (const GstCaps *caps);

/* What is known of a stream. */
typedef struct
{
  gboolean coded;
  /* Video; the rate is 0/1 if it varies or is not known. */
  guint width;
  guint height;
  gint rate_n;
  gint rate_d;
  WfdH264Profile profile; /* coded */
  guint level;            /* coded; times ten */
  /* Sound. */
  WfdAudioCodec audio_codec; /* NONE: samples */
  guint audio_rate_hz;
  guint audio_channels;
} WfdInputFormat;

/* Errors, GST_STREAM_ERROR with a sentence that says what to do: coded in a way
 * that no peer may be sent. */
gboolean wfd_input_format_read (const GstCaps *caps, WfdInputFormat *ret_format, GError **error);

/* The whole number of pictures per second that stands for the rate, 0 if there
 * is none: 60, 30 and 24 stand for 59.94, 29.97 and 23.98 too (WFD 2.1
 * §3.4.2). */
guint wfd_input_format_get_rate_hz (const WfdInputFormat *self);

/* The mode that shows pictures of this format best, as a wish: the exact size if
 * every peer may have it, else one that is not much smaller and 16:9 as most
 * displays are. */
WfdOfferWish wfd_input_format_get_wish (const WfdInputFormat *self);

/* The only value of video-formats or audio-codecs that a coded stream is; (transfer
 * full). */
char *wfd_input_format_get_offer (const WfdInputFormat *self);

/* Whether a coded stream is what was agreed on. Errors: GST_STREAM_ERROR. */
gboolean wfd_input_format_check (const WfdInputFormat *self, const WfdEncoderConfig *agreed,
    GError **error);

G_END_DECLS
