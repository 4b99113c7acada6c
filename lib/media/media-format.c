/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd-format.h>

#include "media-capabilities.h"

G_DEFINE_BOXED_TYPE (WfdFormat, wfd_format, wfd_format_copy, wfd_format_free)

/**
 * wfd_format_copy:
 * @self: a #WfdFormat
 *
 * Copies a format. Any thread may call this.
 *
 * Returns: (transfer full): a newly allocated #WfdFormat; free it with
 *   wfd_format_free()
 */
WfdFormat *
wfd_format_copy (const WfdFormat *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_memdup2 (self, sizeof *self);
}

/**
 * wfd_format_free:
 * @self: (transfer full) (nullable): a #WfdFormat from wfd_format_copy(), or
 *   %NULL
 *
 * Frees a format. Any thread may call this.
 */
void
wfd_format_free (WfdFormat *self)
{
  g_free (self);
}

/**
 * wfd_format_equal:
 * @a: a #WfdFormat
 * @b: another #WfdFormat
 *
 * Compares all members of two formats. Any thread may call this.
 *
 * Returns: %TRUE if @a and @b are the same in everything
 */
gboolean
wfd_format_equal (const WfdFormat *a, const WfdFormat *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  return a->width == b->width && a->height == b->height && a->rate_hz == b->rate_hz
      && !a->interlaced == !b->interlaced && a->profile == b->profile && a->level == b->level
      && a->audio_codec == b->audio_codec && a->audio_rate_hz == b->audio_rate_hz
      && a->audio_channels == b->audio_channels;
}

static const char *
get_profile_name (WfdH264Profile profile)
{
  switch (profile) {
    case WFD_H264_PROFILE_NONE:
      break;
    case WFD_H264_PROFILE_CBP:
      return "CBP";
    case WFD_H264_PROFILE_CHP:
      return "CHP";
  }
  return "unknown profile";
}

/* As people write it: "48", but "44.1"; "4", but "4.2". */
static void
append_number (GString *text, guint value, guint unit)
{
  g_string_append_printf (text, "%u", value / unit);
  if (value % unit != 0)
    g_string_append_printf (text, ".%u", value % unit * 10 / unit);
}

static void
append_video (GString *text, const WfdFormat *self)
{
  if (self->width == 0 || self->height == 0) {
    g_string_append (text, "no video");
    return;
  }
  g_string_append_printf (text, "%ux%u%c%u H.264 %s level ", self->width, self->height,
      self->interlaced ? 'i' : 'p', self->rate_hz, get_profile_name (self->profile));
  append_number (text, self->level, 10);
}

static void
append_audio (GString *text, const WfdFormat *self)
{
  const char *codec = wfd_media_audio_codec_name (self->audio_codec);

  if (codec == NULL) {
    g_string_append (text, "no audio");
    return;
  }
  g_string_append_printf (text, "%s ", codec);
  append_number (text, self->audio_rate_hz, 1000);
  g_string_append_printf (text, " kHz %u ch", self->audio_channels);
}

/**
 * wfd_format_to_string:
 * @self: a #WfdFormat
 *
 * Describes a format for people, for example
 * `1920x1080p30 H.264 CBP level 4, AAC 48 kHz 2 ch`, with `no video` or
 * `no audio` for a missing half. The text may change; do not parse it. Any
 * thread may call this.
 *
 * Returns: (transfer full): the text; free it with g_free()
 */
char *
wfd_format_to_string (const WfdFormat *self)
{
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  text = g_string_new (NULL);
  append_video (text, self);
  g_string_append (text, ", ");
  append_audio (text, self);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
