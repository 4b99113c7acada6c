/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-offer.h"

#include "wfd-unit-caps.h"

WfdOffer
wfd_offer_copy (const WfdOffer *self)
{
  WfdOffer copy = *self;

  copy.video_formats = g_strdup (self->video_formats);
  copy.audio_codecs = g_strdup (self->audio_codecs);
  return copy;
}

void
wfd_offer_clear (WfdOffer *self)
{
  g_clear_pointer (&self->video_formats, g_free);
  g_clear_pointer (&self->audio_codecs, g_free);
}

gboolean
wfd_offer_is_same (const WfdOffer *a, const WfdOffer *b)
{
  return g_strcmp0 (a->video_formats, b->video_formats) == 0
      && g_strcmp0 (a->audio_codecs, b->audio_codecs) == 0 && a->wish.width == b->wish.width
      && a->wish.height == b->wish.height && a->wish.rate_hz == b->wish.rate_hz
      && a->wish.channels == b->wish.channels;
}

gboolean
wfd_offer_apply (const WfdOffer *self, WfdSession *session, GError **error)
{
  const WfdOfferWish *wish = &self->wish;

  wfd_session_set_wish (session, wish->width, wish->height, wish->rate_hz);
  wfd_session_set_wish_channels (session, wish->channels);
  return wfd_session_set_video_formats (session, self->video_formats, error)
      && wfd_session_set_audio_codecs (session, self->audio_codecs, error);
}

static GstCaps *
new_caps (const WfdFormat *format)
{
  GstCaps *caps = wfd_unit_caps_new_video (format);

  return caps != NULL ? caps : wfd_unit_caps_new_audio (format);
}

/* The mandatory mode is in more than one table; and of some fifty structures nobody
 * sees more than of lists of rates. */
static GstCaps *
merge_caps (GPtrArray *formats)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (guint i = 0; i < formats->len; i++)
    caps = gst_caps_merge (caps, new_caps (g_ptr_array_index (formats, i)));
  return gst_caps_simplify (caps);
}

GstCaps *
wfd_offer_new_video_caps (WfdRole role, const char *video_formats)
{
  g_autoptr (WfdSession) session = wfd_session_new (role);
  g_autoptr (GPtrArray) formats = NULL;

  if (!wfd_session_set_video_formats (session, video_formats, NULL))
    return NULL;
  formats = wfd_session_dup_video_offer (session);
  return merge_caps (formats);
}

GstCaps *
wfd_offer_new_audio_caps (WfdRole role, const char *audio_codecs)
{
  g_autoptr (WfdSession) session = wfd_session_new (role);
  g_autoptr (GPtrArray) formats = NULL;

  if (!wfd_session_set_audio_codecs (session, audio_codecs, NULL))
    return NULL;
  formats = wfd_session_dup_audio_offer (session);
  return merge_caps (formats);
}

gboolean
wfd_offer_check (const WfdOffer *self, WfdRole role, GError **error)
{
  g_autoptr (WfdSession) session = wfd_session_new (role);
  g_autoptr (GPtrArray) video = NULL, audio = NULL;

  if (!wfd_offer_apply (self, session, error))
    return FALSE;
  video = wfd_session_dup_video_offer (session);
  audio = wfd_session_dup_audio_offer (session);
  if (video->len + audio->len > 0)
    return TRUE;
  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "nothing is offered, neither in \"video-formats\" nor in \"audio-codecs\"");
  return FALSE;
}
