/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cast-report.h"

#include <math.h>

/* A picture that moves shows something new this often at least. */
#define MOVED_PERCENT 10
#define MOVED_MIN 5
/* Whose processors have so little left, and show less than half of the pictures, is too
 * slow; who has time for more has another fault. */
#define BUSY_PERCENT 90
#define SLOW_PERCENT 50
/* What tools/try asks for. */
#define USUAL_RATE_HZ 30
/* Sound may need a moment to begin. */
#define LOUD_PERCENT 50

gboolean
cast_report_has_motion (const CastReport *self)
{
  const CastFigures *pictures = &self->pictures;

  return pictures->moved >= MOVED_MIN
      && pictures->moved * 100 >= pictures->pictures * MOVED_PERCENT;
}

gboolean
cast_report_has_sound (const CastReport *self)
{
  return self->sound_loud > 0 && self->sound_loud * 100 >= self->sound_levels * LOUD_PERCENT;
}

char *
cast_report_explain_stillness (const CastReport *self)
{
  const CastFigures *pictures = &self->pictures;
  double per_second = self->watched_us > 0 ? pictures->pictures * 1e6 / self->watched_us : 0;
  double wanted = pictures->rate_hz > 0 ? pictures->rate_hz : USUAL_RATE_HZ;
  gboolean slow = per_second * 100 < wanted * SLOW_PERCENT;

  if (pictures->pictures == 0)
    return g_strdup ("No picture came.");
  if (slow && self->busy_percent >= BUSY_PERCENT)
    return g_strdup_printf (
        "This machine is too slow for it, or too busy: of %.0f pictures a second "
        "it showed %.1f, with its processors busy for %.0f %% of the time.",
        wanted, per_second, self->busy_percent);
  return g_strdup_printf ("The picture did not move: %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT
                          " pictures showed something new; %.1f came a second, of %.0f.",
      pictures->moved, pictures->pictures, per_second, wanted);
}

static double
to_ms (gint64 time_us)
{
  return time_us / 1000.0;
}

static gint64
get_picture_time_us (const CastReport *self)
{
  return self->pictures.last_us - self->pictures.first_us;
}

static double
get_frame_rate (const CastReport *self)
{
  gint64 time_us = get_picture_time_us (self);

  return time_us > 0 ? (self->pictures.pictures - 1) * 1e6 / time_us : 0;
}

static double
get_bit_rate_kbps (const CastReport *self)
{
  return self->bytes_time_us > 0 ? self->bytes * 8e3 / self->bytes_time_us : 0;
}

static double
get_sound_db (const CastReport *self)
{
  return 10 * log10 (self->sound_sum / self->sound_levels);
}

static void print_row (FILE *file, const char *label, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
print_row (FILE *file, const char *label, const char *format, ...)
{
  va_list args;

  fprintf (file, "  %-44s ", label);
  va_start (args, format);
  vfprintf (file, format, args);
  va_end (args);
  fputc ('\n', file);
}

static void
print_times (const CastReport *self, FILE *file)
{
  if (self->connected_us == 0)
    return;
  if (self->pictures.first_us != 0)
    print_row (file, "TCP connect to the first decoded picture", "%.0f ms",
        to_ms (self->pictures.first_us - self->connected_us));
  if (self->playing_us != 0)
    print_row (file, "set-up, from connected to PLAY answered", "%.1f ms",
        to_ms (self->playing_us - self->connected_us));
}

static void
print_delay (FILE *file, const char *label, const CastDelay *delay)
{
  if (delay->count > 0)
    print_row (file, label, "median %.0f ms, 95 %% below %.0f ms, longest %.0f ms",
        delay->median_ms, delay->p95_ms, delay->max_ms);
}

static void
print_pictures (const CastReport *self, FILE *file)
{
  const CastFigures *pictures = &self->pictures;

  print_delay (file, "delay from capture to shown picture", &pictures->delay);
  print_row (file, "pictures",
      "%" G_GUINT64_FORMAT " of %ux%u, %.1f a second; %" G_GUINT64_FORMAT " show something new",
      pictures->pictures, pictures->width, pictures->height, get_frame_rate (self),
      pictures->moved);
}

static void
print_network (const CastReport *self, FILE *file)
{
  print_row (file, "bit rate", "%.2f Mbit/s", get_bit_rate_kbps (self) / 1000);
  print_row (file, "RTP packets lost", "%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT, self->lost,
      self->packets + self->lost);
}

void
cast_report_print (const CastReport *self, FILE *file)
{
  print_times (self, file);
  if (self->has_pictures)
    print_pictures (self, file);
  if (self->has_network)
    print_network (self, file);
  if (self->sound_levels > 0)
    print_row (file, "sound", "%.1f dB on average, heard %.0f %% of the time", get_sound_db (self),
        100.0 * self->sound_loud / self->sound_levels);
  else if (self->has_pictures)
    print_row (file, "sound", "none");
}

static void
add_number (GString *json, const char *key, gboolean known, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (json, "%s\n  \"%s\": %s", json->len > 1 ? "," : "", key,
      known && isfinite (value) ? g_ascii_formatd (text, sizeof text, "%.3f", value) : "null");
}

static void
add_count (GString *json, const char *key, gboolean known, guint64 value)
{
  if (known)
    g_string_append_printf (json, "%s\n  \"%s\": %" G_GUINT64_FORMAT, json->len > 1 ? "," : "", key,
        value);
  else
    add_number (json, key, FALSE, 0);
}

static void
add_delay (GString *json, const char *name, const CastDelay *delay)
{
  const struct
  {
    const char *what;
    double value;
  } rows[] = {
    { "median_ms", delay->median_ms },
    { "p95_ms", delay->p95_ms },
    { "max_ms", delay->max_ms },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *key = g_strdup_printf ("%s_%s", name, rows[i].what);

    add_number (json, key, delay->count > 0, rows[i].value);
  }
}

static void
add_pictures (GString *json, const CastReport *self)
{
  const CastFigures *pictures = &self->pictures;
  gboolean any = self->has_pictures;

  add_count (json, "pictures", any, pictures->pictures);
  add_count (json, "pictures_moved", any, pictures->moved);
  add_count (json, "pictures_blank", any, pictures->blank);
  add_count (json, "pictures_stamped", any, pictures->delay.count);
  add_count (json, "width", any, pictures->width);
  add_count (json, "height", any, pictures->height);
  add_number (json, "pictures_per_second", any, get_frame_rate (self));
  add_number (json, "media_s", any, (double) pictures->media / GST_SECOND);
  add_number (json, "wall_s", any, get_picture_time_us (self) / 1e6);
  add_delay (json, "capture_to_shown", &pictures->delay);
}

char *
cast_report_to_json (const CastReport *self)
{
  GString *json = g_string_new ("{");
  gboolean connected = self->connected_us != 0;

  add_number (json, "connect_to_picture_ms", connected && self->pictures.first_us != 0,
      to_ms (self->pictures.first_us - self->connected_us));
  add_number (json, "connect_to_play_ms", connected && self->playing_us != 0,
      to_ms (self->playing_us - self->connected_us));
  add_pictures (json, self);
  add_number (json, "bit_rate_kbps", self->has_network, get_bit_rate_kbps (self));
  add_count (json, "packets", self->has_network, self->packets);
  add_count (json, "packets_lost", self->has_network, self->lost);
  add_number (json, "sound_db", self->sound_levels > 0, get_sound_db (self));
  add_number (json, "sound_loud_percent", self->sound_levels > 0,
      100.0 * self->sound_loud / self->sound_levels);
  g_string_append (json, "\n}\n");
  return g_string_free (json, FALSE);
}
