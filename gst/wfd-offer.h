/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd.h>

G_BEGIN_DECLS

/* What a source would like most; 0: it does not care. */
typedef struct
{
  guint width;
  guint height;
  guint rate_hz;
  guint channels; /* of sound */
} WfdOfferWish;

/* What a session is begun with: what can be done, as a session takes it, and what
 * a source would like. */
typedef struct
{
  char *video_formats;
  char *audio_codecs;
  WfdOfferWish wish;
} WfdOffer;

WfdOffer wfd_offer_copy (const WfdOffer *self);
void wfd_offer_clear (WfdOffer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdOffer, wfd_offer_clear)
gboolean wfd_offer_is_same (const WfdOffer *a, const WfdOffer *b);
/* Errors: WFD_ERROR_INVALID_ARGUMENT. */
gboolean wfd_offer_apply (const WfdOffer *self, WfdSession *session, GError **error);

/* What is offered, as caps; (transfer full), empty if nothing is. NULL if the
 * text cannot be read. */
GstCaps *wfd_offer_new_video_caps (WfdRole role, const char *video_formats);
GstCaps *wfd_offer_new_audio_caps (WfdRole role, const char *audio_codecs);

/* Whether it can be read, and is none of nothing. Errors: WFD_ERROR_INVALID_ARGUMENT. */
gboolean wfd_offer_check (const WfdOffer *self, WfdRole role, GError **error);

G_END_DECLS
