/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media-choice.h"

#include <wfd/wfd-error.h>

/* What is sent to who has no wish: 1920x1080p30. A Microsoft adapter refuses
 * 1080p60 although it offers it, and not every link carries it. */
#define SAFE_WIDTH 1920
#define SAFE_HEIGHT 1080
#define SAFE_PIXEL_RATE (G_GUINT64_CONSTANT (1920) * 1080 * 30)

/* A mode that both sides can do. */
typedef struct
{
  const WfdMode *mode;
  WfdH264Profile profile;
  guint8 level;    /* times ten, for M4 */
  gboolean native; /* the sink calls it so */
} Candidate;

typedef struct
{
  Candidate items[WFD_N_MODES];
  guint n;
} Candidates;

typedef struct
{
  WfdChoice *items;
  guint n;
} Choices;

/* How a mode compares with the wish, best first. */
typedef enum
{
  RANK_WISHED,
  RANK_WISHED_SIZE_EVEN, /* each picture is sent twice, or three times */
  RANK_WISHED_SIZE,
  RANK_HOLDS_EVEN, /* no line is lost, and each picture is sent equally often */
  RANK_HOLDS,
  RANK_WITHIN,
  RANK_ABOVE,
} Rank;

typedef enum
{
  REASON_WISHED,
  REASON_WISHED_SIZE_EVEN,
  REASON_WISHED_SIZE,
  REASON_HOLDS,
  REASON_BELOW_WISH,
  REASON_ABOVE_WISH,
  REASON_SAFE,
  REASON_ABOVE_SAFE,
  REASON_NO_COMMON_MODE,
  REASON_LESSER,
  REASON_MANDATORY,
} Reason;

#define REASON(text) \
  { \
    text, text "; no sound: no audio codec in common" \
  }

/* With sound and without. */
static const char *const reasons[][2] = {
  [REASON_WISHED] = REASON ("the mode that was wished for"),
  [REASON_WISHED_SIZE_EVEN] = REASON ("the wished size at a multiple of the wished rate"),
  [REASON_WISHED_SIZE] = REASON ("the wished size at the highest common rate below the wish"),
  [REASON_HOLDS] = REASON ("the smallest common mode that holds the wished picture"),
  [REASON_BELOW_WISH] = REASON ("the largest common mode within the wish"),
  [REASON_ABOVE_WISH] = REASON ("the smallest common mode; all are above the wish"),
  [REASON_SAFE] = REASON ("the largest common mode up to 1920x1080p30, the safe pick"),
  [REASON_ABOVE_SAFE] = REASON ("the smallest common mode; all are above 1920x1080p30"),
  [REASON_NO_COMMON_MODE] = REASON ("no mode in common; every WFD device does 640x480p60"),
  [REASON_LESSER] = REASON ("a lesser mode, should the sink refuse the better one"),
  [REASON_MANDATORY] = REASON ("what every WFD device does, should the sink refuse the others"),
};

static const char reason_refused_audio[] = "without sound, should the sink refuse the audio codec";
static const char reason_audio_only[] = "sound only: source and sink have no video in common";
static const char reason_other_audio[] =
    "another audio codec, should the sink refuse the better one";

/* Stereo first: more channels cost bits that the picture needs, and most
 * sinks mix them down. AAC before LPCM for the same reason. */
static const struct
{
  WfdAudioCodec codec;
  guint bit;
} audio_order[] = {
  { WFD_AUDIO_CODEC_AAC, 0 },
  { WFD_AUDIO_CODEC_LPCM, 1 },
  { WFD_AUDIO_CODEC_LPCM, 0 },
  { WFD_AUDIO_CODEC_AC3, 0 },
  { WFD_AUDIO_CODEC_AAC, 2 },
  { WFD_AUDIO_CODEC_AAC, 3 },
  { WFD_AUDIO_CODEC_AAC, 1 },
  { WFD_AUDIO_CODEC_AC3, 2 },
  { WFD_AUDIO_CODEC_AC3, 1 },
};

/* What to try when the sink refuses the best: 1080p30, 720p60, 720p30. A
 * Microsoft adapter that offers 1080p60 takes one of these. */
static const guint8 lesser_cea_bits[] = { 7, 6, 5 };

/* The profiles of a source that serve for a stream called @profile. Constrained
 * Baseline has no tool that Constrained High lacks (WFD 2.1 §3.4.2), so its
 * encoder serves a sink like lazycast that lists Constrained High only. */
static guint
encoders_for (WfdH264Profile profile)
{
  return profile == WFD_H264_PROFILE_CHP ? WFD_H264_PROFILE_CBP | WFD_H264_PROFILE_CHP : profile;
}

/* Constrained Baseline wherever the sink lists it, being the safe choice. In M4
 * stands a profile that the sink itself listed. */
static gboolean
find_common (const WfdVideoFormats *source, const WfdVideoFormats *sink, const WfdMode *mode,
    Candidate *ret_candidate)
{
  static const WfdH264Profile profiles[] = { WFD_H264_PROFILE_CBP, WFD_H264_PROFILE_CHP };
  /* The level of the stream itself, not the highest common one: a decoder sets
   * its buffers up by it, and a change of mode brings its own M4. */
  guint level = wfd_media_mode_get_stream_level (mode);

  for (guint i = 0; i < G_N_ELEMENTS (profiles); i++) {
    guint source_level, sink_level;

    if (!wfd_media_video_formats_has (source, encoders_for (profiles[i]), mode, &source_level)
        || !wfd_media_video_formats_has (sink, profiles[i], mode, &sink_level))
      continue;
    if (MIN (source_level, sink_level) < level)
      continue;
    *ret_candidate = (Candidate) {
      .mode = mode,
      .profile = profiles[i],
      .level = level,
      .native = sink->native == (mode->bit << 3 | mode->table),
    };
    return TRUE;
  }
  return FALSE;
}

/* Goes through the modes that the tables define, so reserved bits, which the
 * AOSP sample sink sets all, do not count. */
static void
collect_candidates (const WfdVideoFormats *source, const WfdVideoFormats *sink,
    Candidates *ret_candidates)
{
  guint i, n_modes;
  const WfdMode *modes = wfd_media_get_modes (&n_modes);

  ret_candidates->n = 0;
  for (i = 0; i < n_modes; i++) {
    if (!modes[i].interlaced
        && find_common (source, sink, &modes[i], &ret_candidates->items[ret_candidates->n]))
      ret_candidates->n++;
  }
}

static gboolean
has_wish (const WfdWish *wish)
{
  return wish->width != 0 || wish->height != 0 || wish->rate_hz != 0;
}

static gboolean
is_size_wished (const WfdMode *mode, const WfdWish *wish)
{
  return (wish->width == 0 || mode->width == wish->width)
      && (wish->height == 0 || mode->height == wish->height);
}

static gboolean
is_wished (const WfdMode *mode, const WfdWish *wish)
{
  return has_wish (wish) && is_size_wished (mode, wish)
      && (wish->rate_hz == 0 || mode->rate_hz == wish->rate_hz);
}

/* Whether @mode exceeds neither the wish nor, where there is no wish, what is
 * safe. */
static gboolean
is_within (const WfdMode *mode, const WfdWish *wish)
{
  if (mode->width > (wish->width != 0 ? wish->width : SAFE_WIDTH)
      || mode->height > (wish->height != 0 ? wish->height : SAFE_HEIGHT))
    return FALSE;
  if (wish->rate_hz != 0)
    return mode->rate_hz <= wish->rate_hz;
  return wfd_media_mode_get_pixel_rate (mode) <= SAFE_PIXEL_RATE;
}

static gboolean
is_even (const WfdMode *mode, const WfdWish *wish)
{
  return wish->rate_hz == 0 || mode->rate_hz % wish->rate_hz == 0;
}

/* Whether @mode has room for each line and each picture of the wish, and is safe. */
static gboolean
holds_wish (const WfdMode *mode, const WfdWish *wish)
{
  return wish->width != 0 && wish->height != 0 && mode->width >= wish->width
      && mode->height >= wish->height && mode->rate_hz >= wish->rate_hz
      && wfd_media_mode_get_pixel_rate (mode) <= SAFE_PIXEL_RATE;
}

static Rank
rank_larger_mode (const WfdMode *mode, const WfdWish *wish)
{
  if (!holds_wish (mode, wish))
    return RANK_ABOVE;
  if (!is_even (mode, wish))
    return RANK_HOLDS;
  return is_size_wished (mode, wish) ? RANK_WISHED_SIZE_EVEN : RANK_HOLDS_EVEN;
}

static Rank
rank_mode (const WfdMode *mode, const WfdWish *wish)
{
  if (is_wished (mode, wish))
    return RANK_WISHED;
  if (!is_within (mode, wish))
    return rank_larger_mode (mode, wish);
  /* The picture need not be scaled: text on a screen stays sharp. */
  if (wish->width != 0 && wish->height != 0 && is_size_wished (mode, wish))
    return RANK_WISHED_SIZE;
  return RANK_WITHIN;
}

/* Native counts between equals only: many sinks lie about it. What is equal
 * even then stays in the order of the tables, CEA first. */
static gboolean
is_better (const Candidate *a, const Candidate *b, const WfdWish *wish)
{
  Rank rank_a = rank_mode (a->mode, wish), rank_b = rank_mode (b->mode, wish);
  gboolean within_a = is_within (a->mode, wish), within_b = is_within (b->mode, wish);
  guint64 pixels_a = wfd_media_mode_get_pixel_rate (a->mode);
  guint64 pixels_b = wfd_media_mode_get_pixel_rate (b->mode);

  if (rank_a != rank_b)
    return rank_a < rank_b;
  if (within_a != within_b)
    return within_a;
  if (pixels_a != pixels_b)
    return within_a ? pixels_a > pixels_b : pixels_a < pixels_b;
  return a->native && !b->native;
}

static const Candidate *
find_best (const Candidates *candidates, const WfdWish *wish)
{
  const Candidate *best = &candidates->items[0];

  for (guint i = 1; i < candidates->n; i++) {
    if (is_better (&candidates->items[i], best, wish))
      best = &candidates->items[i];
  }
  return best;
}

static Reason
get_reason (const WfdMode *mode, const WfdWish *wish)
{
  switch (rank_mode (mode, wish)) {
    case RANK_WISHED:
      return REASON_WISHED;
    case RANK_WISHED_SIZE_EVEN:
      return REASON_WISHED_SIZE_EVEN;
    case RANK_WISHED_SIZE:
      return REASON_WISHED_SIZE;
    case RANK_HOLDS_EVEN:
    case RANK_HOLDS:
      return REASON_HOLDS;
    case RANK_WITHIN:
      return has_wish (wish) ? REASON_BELOW_WISH : REASON_SAFE;
    case RANK_ABOVE:
      return has_wish (wish) ? REASON_ABOVE_WISH : REASON_ABOVE_SAFE;
  }
  g_assert_not_reached ();
}

const WfdAudioMode *
wfd_media_find_common_audio (const WfdAudioCodecs *one, const WfdAudioCodecs *other,
    const WfdAudioMode *previous)
{
  gboolean seen = previous == NULL;

  for (guint i = 0; i < G_N_ELEMENTS (audio_order); i++) {
    const WfdAudioMode *mode = wfd_media_find_audio_mode (audio_order[i].codec, audio_order[i].bit);

    if (seen && wfd_media_audio_codecs_has (one, mode) && wfd_media_audio_codecs_has (other, mode))
      return mode;
    seen = seen || mode == previous;
  }
  return NULL;
}

/* More channels than two only for who has them. */
static const WfdAudioMode *
find_audio (const WfdAudioCodecs *source, const WfdAudioCodecs *sink, const WfdWish *wish)
{
  const WfdAudioMode *best = wfd_media_find_common_audio (source, sink, NULL);

  for (const WfdAudioMode *mode = best; mode != NULL && wish->channels > 2;
       mode = wfd_media_find_common_audio (source, sink, mode))
    if (mode->channels == wish->channels)
      return mode;
  return best;
}

static void
add_choice (Choices *self, const Candidate *video, const WfdAudioMode *audio, const char *reason)
{
  for (guint i = 0; i < self->n; i++) {
    const WfdChoice *other = &self->items[i];

    if (other->mode == video->mode && other->profile == video->profile && other->audio == audio)
      return;
  }
  g_assert (self->n < WFD_LIMIT_CHOICES);
  self->items[self->n++] = (WfdChoice) {
    .mode = video->mode,
    .profile = video->profile,
    .level = video->level,
    .audio = audio,
    .reason = reason,
  };
}

static void
add_lesser_modes (Choices *self, const Candidates *candidates, const Candidate *best,
    const WfdAudioMode *audio)
{
  guint64 limit = wfd_media_mode_get_pixel_rate (best->mode);

  for (guint i = 0; i < G_N_ELEMENTS (lesser_cea_bits); i++) {
    const WfdMode *mode = wfd_media_find_mode (WFD_TABLE_CEA, lesser_cea_bits[i]);

    if (wfd_media_mode_get_pixel_rate (mode) >= limit)
      continue;
    for (guint k = 0; k < candidates->n; k++) {
      if (candidates->items[k].mode == mode)
        add_choice (self, &candidates->items[k], audio, reasons[REASON_LESSER][audio == NULL]);
    }
  }
}

static void
add_video_choices (Choices *self, const Candidates *candidates, const WfdAudioMode *audio,
    const WfdWish *wish)
{
  const Candidate mandatory = {
    .mode = wfd_media_find_mode (WFD_TABLE_CEA, 0),
    .profile = WFD_H264_PROFILE_CBP,
    .level = 31,
  };
  const Candidate *best = &mandatory;
  Reason reason = REASON_NO_COMMON_MODE;

  if (candidates->n > 0) {
    best = find_best (candidates, wish);
    reason = get_reason (best->mode, wish);
  }
  add_choice (self, best, audio, reasons[reason][audio == NULL]);
  add_lesser_modes (self, candidates, best, audio);
  add_choice (self, best, NULL, reason_refused_audio);
  add_choice (self, &mandatory, NULL, reasons[REASON_MANDATORY][FALSE]);
}

static void
add_audio_choices (Choices *self, const WfdAudioCodecs *source, const WfdAudioCodecs *sink)
{
  const Candidate no_video = { .mode = NULL };
  const WfdAudioMode *audio = NULL;

  while ((audio = wfd_media_find_common_audio (source, sink, audio)) != NULL)
    add_choice (self, &no_video, audio, self->n == 0 ? reason_audio_only : reason_other_audio);
}

guint
wfd_media_choose (const WfdVideoFormats *source_video, const WfdAudioCodecs *source_audio,
    const WfdVideoFormats *sink_video, const WfdAudioCodecs *sink_audio, const WfdWish *wish,
    WfdChoice ret_choices[WFD_LIMIT_CHOICES], GError **error)
{
  static const WfdWish no_wish = { 0 };
  const WfdWish *wished = wish != NULL ? wish : &no_wish;
  Choices choices = { .items = ret_choices };
  Candidates candidates;

  if (source_video->n_codecs > 0 && sink_video->n_codecs > 0) {
    collect_candidates (source_video, sink_video, &candidates);
    add_video_choices (&choices, &candidates, find_audio (source_audio, sink_audio, wished),
        wished);
  } else {
    add_audio_choices (&choices, source_audio, sink_audio);
  }

  if (choices.n == 0)
    g_set_error (error, WFD_ERROR, WFD_ERROR_NO_FORMAT,
        "nothing can be sent: the %s has no video and no audio codec is in common",
        sink_video->n_codecs == 0 ? "sink" : "source");
  return choices.n;
}
