/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media-capabilities.h"

#include <string.h>

#include <base-text.h>
#include <wfd/wfd-error.h>

/* WFD 2.1 §6.1.2; what R2 adds to LPCM belongs to wfd2_audio_codecs. */
static const WfdAudioMode audio_modes[] = {
  /* codec, bit, rate in Hz, bits per sample, channels */
  { WFD_AUDIO_CODEC_LPCM, 0, 44100, 2 },
  { WFD_AUDIO_CODEC_LPCM, 1, 48000, 2 },
  { WFD_AUDIO_CODEC_AAC, 0, 48000, 2 },
  { WFD_AUDIO_CODEC_AAC, 1, 48000, 4 },
  { WFD_AUDIO_CODEC_AAC, 2, 48000, 6 },
  { WFD_AUDIO_CODEC_AAC, 3, 48000, 8 },
  { WFD_AUDIO_CODEC_AC3, 0, 48000, 2 },
  { WFD_AUDIO_CODEC_AC3, 1, 48000, 4 },
  { WFD_AUDIO_CODEC_AC3, 2, 48000, 6 },
};

static const char *const audio_codec_names[WFD_N_AUDIO_CODECS] = {
  [WFD_AUDIO_CODEC_LPCM] = "LPCM",
  [WFD_AUDIO_CODEC_AAC] = "AAC",
  [WFD_AUDIO_CODEC_AC3] = "AC3",
};

/* What wfd_video_formats has a word for (WFD 2.1 §6.1.3). */
#define HIGHEST_LEVEL 42

/* A set of modes that is being put together. */
typedef struct
{
  guint64 modes[WFD_N_TABLES];
  const WfdMode *native; /* NULL while the set is empty */
} ModeSet;

const WfdAudioMode *
wfd_media_get_audio_modes (guint *ret_n)
{
  *ret_n = G_N_ELEMENTS (audio_modes);
  return audio_modes;
}

const WfdAudioMode *
wfd_media_find_audio_mode (WfdAudioCodec codec, guint bit)
{
  for (guint i = 0; i < G_N_ELEMENTS (audio_modes); i++) {
    if (audio_modes[i].codec == codec && audio_modes[i].bit == bit)
      return &audio_modes[i];
  }
  return NULL;
}

const char *
wfd_media_audio_codec_name (WfdAudioCodec codec)
{
  return (guint) codec < WFD_N_AUDIO_CODECS ? audio_codec_names[codec] : NULL;
}

char *
wfd_media_audio_mode_to_name (const WfdAudioMode *mode)
{
  g_autoptr (GString) name = g_string_new (audio_codec_names[mode->codec]);

  g_string_ascii_down (name);
  if (mode->rate_hz != 48000)
    g_string_append_printf (name, "-%u", mode->rate_hz);
  if (mode->channels != 2)
    g_string_append_printf (name, "-%uch", mode->channels);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

gboolean
wfd_media_video_formats_has (const WfdVideoFormats *self, guint profiles, const WfdMode *mode,
    guint *ret_level)
{
  gboolean found = FALSE;
  guint level = 0;

  for (guint i = 0; i < self->n_codecs; i++) {
    const WfdH264Codec *codec = &self->codecs[i];

    if ((codec->profiles & profiles) == 0 || (codec->modes[mode->table] >> mode->bit & 1) == 0)
      continue;
    level = MAX (level, codec->level);
    found = TRUE;
  }

  if (found && ret_level != NULL)
    *ret_level = level;
  return found;
}

static gboolean
is_mandatory (const WfdMode *mode)
{
  return mode->table == WFD_TABLE_CEA && mode->bit == 0;
}

void
wfd_media_video_formats_limit (WfdVideoFormats *self, guint kbps)
{
  const WfdMode *modes;
  guint n;

  modes = wfd_media_get_modes (&n);
  for (guint i = 0; i < n; i++) {
    const WfdMode *mode = &modes[i];

    if (is_mandatory (mode) || wfd_media_mode_get_least_kbps (mode) <= kbps)
      continue;
    for (guint j = 0; j < self->n_codecs; j++)
      self->codecs[j].modes[mode->table] &= ~(G_GUINT64_CONSTANT (1) << mode->bit);
  }
}

gboolean
wfd_media_audio_codecs_has (const WfdAudioCodecs *self, const WfdAudioMode *mode)
{
  return (self->modes[mode->codec] >> mode->bit & 1) != 0;
}

static void
add_mode (ModeSet *self, const WfdMode *mode)
{
  self->modes[mode->table] |= G_GUINT64_CONSTANT (1) << mode->bit;
  if (self->native == NULL)
    self->native = mode;

  /* p60 may be set only if p30 of the same size is (WFD 2.1 §5.4.1.1, VESA). */
  if (mode->table == WFD_TABLE_VESA)
    self->modes[WFD_TABLE_VESA] |= G_GUINT64_CONSTANT (1) << (mode->bit & ~1);
}

/* WFD 2.1 §3.4.2: 640x480p60 always; above it 720x480p60 for who does 30 or 60
 * Hz, 720x576p50 for who does 25 or 50 Hz. 1280x720p30 is for R2 devices. */
static void
add_mandatory_modes (ModeSet *self)
{
  const WfdMode *smallest = wfd_media_find_mode (WFD_TABLE_CEA, 0);
  gboolean family_60 = FALSE, family_50 = FALSE;
  guint i, n;
  const WfdMode *modes = wfd_media_get_modes (&n);

  for (i = 0; i < n; i++) {
    const WfdMode *mode = &modes[i];

    if ((self->modes[mode->table] >> mode->bit & 1) == 0
        || mode->width * mode->height <= smallest->width * smallest->height)
      continue;
    family_60 = family_60 || mode->rate_hz % 30 == 0;
    family_50 = family_50 || mode->rate_hz % 25 == 0;
  }

  add_mode (self, smallest);
  if (family_60)
    add_mode (self, wfd_media_find_mode (WFD_TABLE_CEA, 1));
  if (family_50)
    add_mode (self, wfd_media_find_mode (WFD_TABLE_CEA, 3));
}

static guint
highest_level (const ModeSet *set)
{
  guint i, n, level = 31;
  const WfdMode *modes = wfd_media_get_modes (&n);

  for (i = 0; i < n; i++) {
    if (set->modes[modes[i].table] >> modes[i].bit & 1)
      level = MAX (level, wfd_media_mode_get_stream_level (&modes[i]));
  }
  return MIN (level, HIGHEST_LEVEL);
}

static void
add_codec (WfdVideoFormats *formats, WfdH264Profile profile, const ModeSet *set)
{
  WfdH264Codec *codec = &formats->codecs[formats->n_codecs++];

  codec->profiles = profile;
  codec->level = highest_level (set);
  for (guint table = 0; table < WFD_N_TABLES; table++)
    codec->modes[table] = set->modes[table];
}

/* Of a source Constrained Baseline, of a sink both profiles. */
static void
add_codecs (WfdVideoFormats *formats, const ModeSet *set, gboolean sink)
{
  add_codec (formats, WFD_H264_PROFILE_CBP, set);
  if (sink)
    add_codec (formats, WFD_H264_PROFILE_CHP, set);
}

static guint8
get_native (const WfdMode *mode)
{
  return mode->bit << 3 | mode->table;
}

/* Whether we do @mode at all: no peer needs interlaced pictures, and
 * wfd_video_formats has no words for the modes of R2. */
static gboolean
is_usable (const WfdMode *mode)
{
  return !mode->interlaced && !mode->r2;
}

void
wfd_media_default_video_formats (gboolean sink, WfdVideoFormats *ret_formats)
{
  ModeSet set = { .native = wfd_media_find_mode_by_size (1920, 1080, 60) };
  guint i, n;
  const WfdMode *modes = wfd_media_get_modes (&n);

  for (i = 0; i < n; i++) {
    const WfdMode *mode = &modes[i];

    if (!is_usable (mode) || mode->width > 1920 || mode->height > 1080)
      continue;
    /* intel/wds as a source picks 640x360 of table HH from a sink that offers
     * everything; a screen that shows only CEA modes is what sources expect. */
    if (sink && mode->table != WFD_TABLE_CEA)
      continue;
    add_mode (&set, mode);
  }
  *ret_formats = (WfdVideoFormats) { .native = get_native (set.native) };
  add_codecs (ret_formats, &set, sink);
}

void
wfd_media_default_audio_codecs (gboolean sink, WfdAudioCodecs *ret_codecs)
{
  *ret_codecs = (WfdAudioCodecs) { .modes = { [WFD_AUDIO_CODEC_AAC] = 1 << 0 } };

  if (sink)
    ret_codecs->modes[WFD_AUDIO_CODEC_LPCM] = 1 << 0 | 1 << 1;
}

static void
set_name_error (GError **error, WfdText name, const char *what, const GString *possible)
{
  g_autofree char *text = wfd_text_dup (name);

  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "\"%s\" is no %s; possible are none or a list of %s", text, what, possible->str);
}

static void
append_name (GString *list, char *name)
{
  if (list->len > 0)
    g_string_append (list, ", ");
  g_string_append (list, name);
  g_free (name);
}

static void
set_video_name_error (GError **error, WfdText name)
{
  g_autoptr (GString) possible = g_string_new (NULL);
  guint i, n;
  const WfdMode *modes = wfd_media_get_modes (&n);

  for (i = 0; i < n; i++) {
    if (is_usable (&modes[i]))
      append_name (possible, wfd_media_mode_to_name (&modes[i]));
  }
  set_name_error (error, name, "video format", possible);
}

static void
set_audio_name_error (GError **error, WfdText name)
{
  g_autoptr (GString) possible = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (audio_modes); i++)
    append_name (possible, wfd_media_audio_mode_to_name (&audio_modes[i]));
  set_name_error (error, name, "audio codec", possible);
}

static gboolean
is_none (WfdText names)
{
  return wfd_text_equal (names, "none");
}

/* Takes "-chp" from the end of @name. */
static gboolean
take_high (char *name)
{
  static const char suffix[] = "-chp";
  gsize length = strlen (name), suffix_length = strlen (suffix);

  if (length < suffix_length || g_ascii_strcasecmp (name + length - suffix_length, suffix) != 0)
    return FALSE;
  name[length - suffix_length] = '\0';
  return TRUE;
}

/* Adds @part to @plain or, with "-chp", to @high; NULL if it is no mode. */
static const WfdMode *
add_named_mode (WfdText part, ModeSet *plain, ModeSet *high)
{
  g_autofree char *name = wfd_text_dup (part);
  ModeSet *set = take_high (name) ? high : plain;
  const WfdMode *mode = wfd_media_find_mode_by_name (name);

  if (mode == NULL || !is_usable (mode))
    return NULL;
  add_mode (set, mode);
  return mode;
}

gboolean
wfd_media_video_formats_from_names (const char *names, gboolean sink, WfdVideoFormats *ret_formats,
    GError **error)
{
  WfdText rest = wfd_text_strip (wfd_text (names)), part;
  ModeSet plain = { .native = NULL }, high = { .native = NULL };
  const WfdMode *native = NULL;

  if (is_none (rest)) {
    *ret_formats = (WfdVideoFormats) { .n_codecs = 0 };
    return TRUE;
  }

  while (wfd_text_take_until (&rest, ',', &part)) {
    const WfdMode *mode = add_named_mode (part, &plain, &high);

    if (mode == NULL) {
      set_video_name_error (error, part);
      return FALSE;
    }
    if (native == NULL)
      native = mode;
  }

  if (native == NULL) {
    set_video_name_error (error, rest);
    return FALSE;
  }
  *ret_formats = (WfdVideoFormats) { .native = get_native (native) };
  if (plain.native != NULL) {
    add_mandatory_modes (&plain);
    add_codecs (ret_formats, &plain, sink);
  }
  if (high.native != NULL)
    add_codec (ret_formats, WFD_H264_PROFILE_CHP, &high);
  return TRUE;
}

static const WfdAudioMode *
find_audio_mode_by_name (WfdText name)
{
  for (guint i = 0; i < G_N_ELEMENTS (audio_modes); i++) {
    g_autofree char *mode_name = wfd_media_audio_mode_to_name (&audio_modes[i]);

    if (wfd_text_equal (name, mode_name))
      return &audio_modes[i];
  }
  return NULL;
}

gboolean
wfd_media_audio_codecs_from_names (const char *names, WfdAudioCodecs *ret_codecs, GError **error)
{
  WfdText rest = wfd_text_strip (wfd_text (names)), part;
  WfdAudioCodecs codecs = { .modes = { 0 } };

  if (wfd_text_is_empty (rest)) {
    set_audio_name_error (error, rest);
    return FALSE;
  }
  if (is_none (rest)) {
    *ret_codecs = codecs;
    return TRUE;
  }

  while (wfd_text_take_until (&rest, ',', &part)) {
    const WfdAudioMode *mode = find_audio_mode_by_name (part);

    if (mode == NULL) {
      set_audio_name_error (error, part);
      return FALSE;
    }
    codecs.modes[mode->codec] |= 1u << mode->bit;
  }
  *ret_codecs = codecs;
  return TRUE;
}
