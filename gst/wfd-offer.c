/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-offer.h"

#include "wfd-unit-caps.h"

static GstCaps *
new_caps (const WfdFormat *format)
{
  GstCaps *caps = wfd_unit_caps_new_video (format);

  return caps != NULL ? caps : wfd_unit_caps_new_audio (format);
}

/* The mandatory mode is in more than one table. */
static GstCaps *
merge_caps (GPtrArray *formats)
{
  GstCaps *caps = gst_caps_new_empty ();

  for (guint i = 0; i < formats->len; i++)
    caps = gst_caps_merge (caps, new_caps (g_ptr_array_index (formats, i)));
  return caps;
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
wfd_offer_check (WfdRole role, const char *video_formats, const char *audio_codecs, GError **error)
{
  g_autoptr (WfdSession) session = wfd_session_new (role);

  return wfd_session_set_video_formats (session, video_formats, error)
      && wfd_session_set_audio_codecs (session, audio_codecs, error);
}
