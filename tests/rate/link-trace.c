/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-trace.h"

#include <base-text.h>
#include <gio/gio.h>
#include <string.h>

#include "sim-random.h"

#define HEADER "# wfd-link-trace 1"

/* A day. */
#define MAX_MS (24u * 3600 * 1000)
#define MAX_CAPACITY_BYTES 10000000
#define PHY_WINDOW_MS 2000

LinkTrace *
link_trace_new (const char *name, guint n_ms)
{
  LinkTrace *self = g_new0 (LinkTrace, 1);

  self->name = g_strdup (name);
  self->ms = g_new0 (LinkMs, n_ms);
  self->n_ms = n_ms;
  return self;
}

void
link_trace_free (LinkTrace *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->ms);
  g_free (self);
}

const LinkMs *
link_trace_at (const LinkTrace *self, gint64 ms)
{
  return &self->ms[ms % self->n_ms];
}

static LinkTrace *
fail (GError **error, const char *name, guint line)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: line %u is not understood", name,
      line);
  return NULL;
}

static gboolean
take_ms (WfdText line, LinkMs *ret_ms)
{
  static const guint64 most[] = { MAX_CAPACITY_BYTES, G_MAXINT32, 1000, 1000000 };
  guint64 got[G_N_ELEMENTS (most)];

  for (guint i = 0; i < G_N_ELEMENTS (most); i++) {
    if (!wfd_text_take_decimal (&line, most[i], &got[i]))
      return FALSE;
  }
  *ret_ms = (LinkMs) { got[0], got[1], got[2], got[3] };
  return wfd_text_is_empty (wfd_text_strip (line));
}

static LinkTrace *
from_array (const char *name, GArray *array)
{
  LinkTrace *self = link_trace_new (name, array->len);

  memcpy (self->ms, array->data, array->len * sizeof (LinkMs));
  return self;
}

LinkTrace *
link_trace_parse (const char *name, const char *text, GError **error)
{
  g_autoptr (GArray) array = g_array_new (FALSE, FALSE, sizeof (LinkMs));
  WfdText rest = wfd_text (text), line;
  guint number = 1;

  if (!wfd_text_take_line (&rest, &line) || !wfd_text_equal (wfd_text_strip (line), HEADER))
    return fail (error, name, 1);
  while (wfd_text_take_line (&rest, &line) && array->len < MAX_MS) {
    LinkMs ms;

    number++;
    if (wfd_text_has_prefix (line, "#") || wfd_text_is_empty (wfd_text_strip (line)))
      continue;
    if (!take_ms (line, &ms))
      return fail (error, name, number);
    g_array_append_val (array, ms);
  }
  return array->len > 0 ? from_array (name, array) : fail (error, name, number);
}

LinkTrace *
link_trace_load (const char *path, GError **error)
{
  g_autofree char *text = NULL, *base = g_path_get_basename (path);
  char *dot;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  dot = strrchr (base, '.');
  if (dot != NULL && dot != base)
    *dot = '\0';
  return link_trace_parse (base, text, error);
}

gboolean
link_trace_is_one (const char *path)
{
  g_autofree char *text = NULL;

  return g_str_has_suffix (path, ".trace")
      || (g_file_get_contents (path, &text, NULL, NULL) && g_str_has_prefix (text, HEADER));
}

char *
link_trace_to_text (const LinkTrace *self)
{
  GString *text = g_string_new (HEADER "\n");

  for (guint i = 0; i < self->n_ms; i++)
    g_string_append_printf (text, "%u %u %u %u\n", self->ms[i].capacity_bytes, self->ms[i].phy_kbps,
        self->ms[i].retry_permille, self->ms[i].loss_ppm);
  return g_string_free (text, FALSE);
}

/* Capacity is known; the modulation is what carried the best of the last seconds. */
static void
invent_phy (LinkTrace *self)
{
  double recent = 0;
  g_autofree double *smooth = g_new0 (double, self->n_ms);

  for (guint i = 0; i < self->n_ms; i++) {
    recent += (self->ms[i].capacity_bytes * 8 - recent) / 20;
    smooth[i] = recent;
  }
  for (guint i = 0; i < self->n_ms; i += 50) {
    double best = 0;

    for (guint j = i > PHY_WINDOW_MS ? i - PHY_WINDOW_MS : 0; j <= i; j += 10)
      best = MAX (best, smooth[j]);
    for (guint j = i; j < MIN (i + 50, self->n_ms); j++) {
      self->ms[j].phy_kbps = MAX (best / 0.6, 6500);
      self->ms[j].retry_permille = 50;
      self->ms[j].loss_ppm = 5;
    }
  }
}

typedef struct
{
  double at_s;
  double mbps;
} Step;

static gboolean
take_step (WfdText line, Step *ret_step)
{
  g_autofree char *copy = wfd_text_dup (line);
  g_auto (GStrv) words = g_strsplit_set (g_strstrip (copy), " \t,", 2);

  if (words[0] == NULL || words[1] == NULL)
    return FALSE;
  *ret_step =
      (Step) { g_ascii_strtod (words[0], NULL), g_ascii_strtod (g_strstrip (words[1]), NULL) };
  return ret_step->at_s >= 0 && ret_step->at_s < MAX_MS / 1000 && ret_step->mbps >= 0
      && ret_step->mbps * 125 < MAX_CAPACITY_BYTES;
}

/* What such a file says is a mean; a link sends in bursts of some milliseconds. */
static void
fill_step (LinkTrace *self, guint from_ms, guint to_ms, double mbps, SimRandom *random)
{
  guint i = from_ms;

  while (i < to_ms) {
    guint burst_ms = 1 + (guint) sim_random_exponential (random, 3);
    guint n = MIN (burst_ms, to_ms - i);
    double factor = 1 + 0.35 * sim_random_normal (random);

    for (guint j = 0; j < n; j++)
      self->ms[i + j].capacity_bytes = mbps * 125 * CLAMP (factor, 0, 2);
    i += n;
  }
}

LinkTrace *
link_trace_parse_steps (const char *name, const char *text, guint64 seed, GError **error)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_autoptr (LinkTrace) self = NULL;
  SimRandom random = { seed };
  WfdText rest = wfd_text (text), line;
  Step step, *all;

  for (guint number = 1; wfd_text_take_line (&rest, &line); number++) {
    if (wfd_text_is_empty (wfd_text_strip (line)))
      continue;
    if (!take_step (line, &step)
        || (steps->len > 0 && step.at_s <= g_array_index (steps, Step, steps->len - 1).at_s))
      return fail (error, name, number);
    g_array_append_val (steps, step);
  }
  if (steps->len < 2)
    return fail (error, name, 1);

  all = (Step *) steps->data;
  self = link_trace_new (name, (all[steps->len - 1].at_s - all[0].at_s) * 1000 + 1);
  for (guint i = 0; i + 1 < steps->len; i++)
    fill_step (self, (all[i].at_s - all[0].at_s) * 1000, (all[i + 1].at_s - all[0].at_s) * 1000,
        all[i].mbps, &random);
  invent_phy (self);
  return g_steal_pointer (&self);
}

LinkTrace *
link_trace_parse_chances (const char *name, const char *text, GError **error)
{
  g_autoptr (GArray) array = g_array_new (FALSE, TRUE, sizeof (LinkMs));
  LinkTrace *self;
  WfdText rest = wfd_text (text), line;

  for (guint number = 1; wfd_text_take_line (&rest, &line); number++) {
    guint64 ms;

    if (wfd_text_is_empty (wfd_text_strip (line)))
      continue;
    if (!wfd_text_take_decimal (&line, MAX_MS - 1, &ms))
      return fail (error, name, number);
    if (ms >= array->len)
      g_array_set_size (array, ms + 1);
    g_array_index (array, LinkMs, ms).capacity_bytes += 1500;
  }
  if (array->len == 0)
    return fail (error, name, 1);
  self = from_array (name, array);
  invent_phy (self);
  return self;
}
