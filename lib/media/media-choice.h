/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "media-capabilities.h"

G_BEGIN_DECLS

/* What the user would like to see; zeros for no wish. */
typedef struct
{
  guint width;  /* pixels */
  guint height; /* pixels */
  guint rate_hz;
  guint channels; /* of sound; where both sides have no mode with as many: stereo */
} WfdWish;

/* A format that both sides can do, as M4 names it. */
typedef struct
{
  const WfdMode *mode; /* NULL: no video */
  WfdH264Profile profile;
  guint8 level;              /* times ten */
  const WfdAudioMode *audio; /* NULL: no audio */
  const char *reason;        /* static: why it stands where it stands in the list */
} WfdChoice;

#define WFD_LIMIT_CHOICES 16

/* Formats in the order in which a source should try them: the best for @wish
 * first, then what to fall back to when the sink refuses M4 although it
 * offered it (a Microsoft adapter does that with 1080p60; others refuse one
 * of two parameters): lesser modes, then without audio, last 640x480p60 with
 * Constrained Baseline at level 3.1, without audio, whether the sink listed it
 * or not. Never interlaced, nothing above the level of either side.
 *
 * The best is the wished mode; else the wished size at a whole multiple of the
 * wished rate; else that size at a lower rate; else the smallest that holds the
 * wished picture, rather at a whole multiple of its rate; else the largest that
 * exceeds the wish in nothing; else the smallest above it. Without a wish the
 * limit is what 1920x1080p30 has, as it is for what exceeds the wish to hold it.
 * A @wish of which only some members
 * are set holds for these; NULL is no wish.
 *
 * The profile is Constrained Baseline where the sink lists it for the mode. A
 * choice of Constrained High may be served by an encoder of Constrained
 * Baseline, all tools of which are tools of Constrained High. The level is that
 * of the stream, see wfd_media_mode_get_stream_level ().
 *
 * Returns how many there are; 0 with @error WFD_ERROR_NO_FORMAT when neither
 * video nor audio is common. */
guint wfd_media_choose (const WfdVideoFormats *source_video, const WfdAudioCodecs *source_audio,
    const WfdVideoFormats *sink_video, const WfdAudioCodecs *sink_audio, const WfdWish *wish,
    WfdChoice ret_choices[WFD_LIMIT_CHOICES], GError **error);

/* The audio mode that comes after @previous (NULL for the first) among those
 * which both have, the best first: AAC, LPCM, AC-3 in stereo, then the same with
 * more channels. NULL after the last. */
const WfdAudioMode *wfd_media_find_common_audio (const WfdAudioCodecs *one,
    const WfdAudioCodecs *other, const WfdAudioMode *previous);

/* Sink: whether @selected, the value of an M4, is something that @offered
 * covers, and which single mode it means. Takes more than one bit or tuple (the
 * largest mode), a native that is not 0, a level above the offered one,
 * Constrained Baseline where Constrained High was offered, and "none". Returns
 * 0 and sets its half of @ret_choice (video: mode, profile, level and reason;
 * audio: audio), or the code of WFD 2.1 §6.2.3: 415 for a mode or codec, 457
 * for a profile that was not offered. */
guint wfd_media_check_selected_video (const WfdVideoFormats *offered,
    const WfdVideoFormats *selected, WfdChoice *ret_choice);
guint wfd_media_check_selected_audio (const WfdAudioCodecs *offered, const WfdAudioCodecs *selected,
    WfdChoice *ret_choice);

/* The values of M4 for @choice, and what both sides then know. No codecs, or
 * bitmaps of 0, stand for a half that is missing and needs no line in M4. */
void wfd_media_choice_to_video_formats (const WfdChoice *choice, WfdVideoFormats *ret_formats);
void wfd_media_choice_to_audio_codecs (const WfdChoice *choice, WfdAudioCodecs *ret_codecs);
void wfd_media_choice_to_format (const WfdChoice *choice, WfdFormat *ret_format);

G_END_DECLS
