/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Controllers on traces: a table for people, summary.csv for programs, and traces as
 * files. docs/rate-control.md tells how to repeat the figures there. */
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link-scenario.h"
#include "sim-frames.h"
#include "sim-result.h"
#include "sim.h"

/* Seeds that the numbers of the controller were chosen by; those that judge it are
 * from JUDGING_SEED on, and nothing was ever tried on them. */
#define TUNING_SEED 100
#define JUDGING_SEED 9000

/* Of the picture, with --ladder. */
#define WIDTH 1920
#define HEIGHT 1080

typedef struct
{
  gint fps;
  gint seconds;
  gint seeds;
  gboolean tuning;
  gboolean fifo;
  gboolean screen;
  gboolean echoes;
  gboolean completions;
  gboolean no_station;
  gboolean ladder;
  gint hidden_kb;
  gint poll_ms;
  gint lag;
  gint max_kbps;
  gint makes;
  gint start_kbps;
  gint encoder_seed;
  char *controllers;
  char *traces;
  char *scenarios;
  char *out;
  char *judge;
  char *write_traces;
  char *convert;
  gboolean brief;
} Options;

static Options options = {
  .fps = 60,
  .seconds = 90,
  .seeds = 1,
  .lag = 1,
  .max_kbps = 40000,
  .makes = 100,
  .start_kbps = 8000,
  .encoder_seed = 1,
};

static const GOptionEntry entries[] = {
  { "fps", 0, 0, G_OPTION_ARG_INT, &options.fps, "Captures a second (60)", "N" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "Of each trace (90)", "N" },
  { "seeds", 0, 0, G_OPTION_ARG_INT, &options.seeds, "Of each scenario (1)", "N" },
  { "tuning", 0, 0, G_OPTION_ARG_NONE, &options.tuning, "Take the seeds that may be tuned on",
      NULL },
  { "fifo", 0, 0, G_OPTION_ARG_NONE, &options.fifo, "A queue of 1 MB instead of CoDel", NULL },
  { "screen", 0, 0, G_OPTION_ARG_NONE, &options.screen, "Still, typing, scrolling, video in turn",
      NULL },
  { "hidden", 0, 0, G_OPTION_ARG_INT, &options.hidden_kb, "KiB of a queue in the firmware (0)",
      "N" },
  { "echoes", 0, 0, G_OPTION_ARG_NONE, &options.echoes, "Measure round trips", NULL },
  { "completions", 0, 0, G_OPTION_ARG_NONE, &options.completions, "The driver tells of packets",
      NULL },
  { "no-station", 0, 0, G_OPTION_ARG_NONE, &options.no_station, "The driver has no statistics",
      NULL },
  { "ladder", 0, 0, G_OPTION_ARG_NONE, &options.ladder,
      "Ours leave out every second picture of 1920x1080 when bits are few", NULL },
  { "poll", 0, 0, G_OPTION_ARG_INT, &options.poll_ms,
      "ms between looks at the queue (as the controller likes)", "N" },
  { "lag", 0, 0, G_OPTION_ARG_INT, &options.lag,
      "Captures after which the encoder obeys (1); 0: at once", "N" },
  { "max", 0, 0, G_OPTION_ARG_INT, &options.max_kbps, "kbit/s at most (40000)", "N" },
  { "start", 0, 0, G_OPTION_ARG_INT, &options.start_kbps, "kbit/s at first (8000)", "N" },
  { "makes", 0, 0, G_OPTION_ARG_INT, &options.makes,
      "Percent of what the encoder is told that it makes (100)", "N" },
  { "encoder-seed", 0, 0, G_OPTION_ARG_INT, &options.encoder_seed, "Of the encoder's noise (1)",
      "N" },
  { "controllers", 0, 0, G_OPTION_ARG_STRING, &options.controllers,
      "Which (all); with --judge, whose captures they are", "A,B,…" },
  { "traces", 0, 0, G_OPTION_ARG_FILENAME, &options.traces,
      "The traces there, or that file, instead of scenarios", "PATH" },
  { "scenarios", 0, 0, G_OPTION_ARG_STRING, &options.scenarios, "Which (all)", "A,B,…" },
  { "out", 0, 0, G_OPTION_ARG_FILENAME, &options.out,
      "Write summary.csv there, and what became of each capture", "DIR" },
  { "judge", 0, 0, G_OPTION_ARG_FILENAME, &options.judge,
      "Only judge the captures in FILE, on the one trace", "FILE" },
  { "brief", 0, 0, G_OPTION_ARG_NONE, &options.brief, "Means only", NULL },
  { "write-traces", 0, 0, G_OPTION_ARG_FILENAME, &options.write_traces,
      "Only write the scenarios there as files", "DIR" },
  { "convert", 0, 0, G_OPTION_ARG_FILENAME, &options.convert,
      "Only write FILE (seconds and Mbit/s, or Mahimahi) to the standard output", "FILE" },
  { NULL },
};

static gboolean
is_wanted (const char *list, const char *name)
{
  g_auto (GStrv) names = g_strsplit (list != NULL ? list : name, ",", -1);

  return g_strv_contains ((const char *const *) names, name);
}

static void
die (const GError *error)
{
  g_printerr ("rate-sim: %s\n", error->message);
  exit (EXIT_FAILURE);
}

static const char *
get_controller_name (guint i)
{
  guint n;
  const SimControllerClass *const *table = sim_controllers_get_table (&n);

  return i < n ? table[i]->name : NULL;
}

static const char *
get_scenario_name (guint i)
{
  guint n;
  const LinkScenario *table = link_scenario_get_table (&n);

  return i < n ? table[i].name : NULL;
}

/* A name that nobody has would only make a table shorter. */
static void
check_list (const char *option, const char *list, const char *(*get_name) (guint i))
{
  g_auto (GStrv) names = g_strsplit (list != NULL ? list : "", ",", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) known = NULL;
  g_autofree char *all = NULL;

  for (guint i = 0; get_name (i) != NULL; i++)
    g_strv_builder_add (builder, get_name (i));
  known = g_strv_builder_end (builder);
  all = g_strjoinv (",", known);
  for (guint i = 0; names[i] != NULL; i++) {
    if (g_strv_contains ((const char *const *) known, names[i]))
      continue;
    g_printerr ("rate-sim: %s has no \"%s\", but %s\n", option, names[i], all);
    exit (2);
  }
}

static void
check_names (void)
{
  if (options.judge == NULL)
    check_list ("--controllers", options.controllers, get_controller_name);
  check_list ("--scenarios", options.scenarios, get_scenario_name);
}

static GPtrArray *
generate (void)
{
  GPtrArray *traces = g_ptr_array_new_with_free_func ((GDestroyNotify) link_trace_free);
  guint64 first = options.tuning ? TUNING_SEED : JUDGING_SEED;
  guint n;
  const LinkScenario *table = link_scenario_get_table (&n);

  for (guint i = 0; i < n; i++) {
    for (gint seed = 0; seed < options.seeds && is_wanted (options.scenarios, table[i].name);
         seed++) {
      LinkTrace *trace = link_scenario_generate (&table[i], first + seed, options.seconds);

      if (options.seeds > 1) {
        g_free (trace->name);
        trace->name = g_strdup_printf ("%s-%d", table[i].name, seed);
      }
      g_ptr_array_add (traces, trace);
    }
  }
  return traces;
}

static gint
compare_traces (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(LinkTrace *const *) a)->name, (*(LinkTrace *const *) b)->name);
}

static void
die_of_names (const char *name)
{
  g_printerr ("rate-sim: two traces have the name \"%s\"\n", name);
  exit (EXIT_FAILURE);
}

static GPtrArray *
load (const char *path)
{
  GPtrArray *traces = g_ptr_array_new_with_free_func ((GDestroyNotify) link_trace_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    dir = g_dir_open (path, 0, &error);
  else
    g_ptr_array_add (traces, link_trace_load (path, &error));
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *file = g_build_filename (path, name, NULL);
    LinkTrace *trace;

    if (!g_file_test (file, G_FILE_TEST_IS_REGULAR) || !link_trace_is_one (file))
      continue;
    trace = link_trace_load (file, &error);
    if (trace == NULL)
      break;
    g_ptr_array_add (traces, trace);
  }
  if (error != NULL)
    die (error);
  g_ptr_array_sort (traces, compare_traces);
  for (guint i = 1; i < traces->len; i++)
    if (compare_traces (&traces->pdata[i - 1], &traces->pdata[i]) == 0)
      die_of_names (((LinkTrace *) traces->pdata[i])->name);
  return traces;
}

static void
add (SimResult *sum, const SimResult *result)
{
  double *to = (double *) sum;
  const double *from = (const double *) result;

  for (guint i = 0; i < G_STRUCT_OFFSET (SimResult, n_drops) / sizeof (double); i++)
    to[i] += from[i];
  sum->n_drops += result->n_drops;
  sum->calls_per_s += result->calls_per_s;
}

static void
divide (SimResult *sum, guint n)
{
  double *to = (double *) sum;

  for (guint i = 0; i < G_STRUCT_OFFSET (SimResult, n_drops) / sizeof (double); i++)
    to[i] /= n;
  sum->calls_per_s /= n;
}

static void
print_row (const char *trace, const char *controller, const SimResult *r)
{
  g_print (
      "%-16s %-12s %6.1f %6.2f (%5.2f %5.2f %5.2f) %5.2f %6.2f %4.0f %4.0f %4.0f %5.2f %7" G_GUINT64_FORMAT
      " %4.0f\n",
      trace, controller, 100 * r->util_part, 100 * r->bad_part, 100 * r->late_part,
      100 * r->broken_part, 100 * r->skipped_part, 100 * r->unavoidable_part, r->geo_mbps,
      r->p50_ms, r->p95_ms, r->p99_ms, 100 * r->freeze_part, r->n_drops, r->calls_per_s);
}

/* As RFC 4180 quotes it. */
static char *
quote (const char *field)
{
  g_auto (GStrv) parts = g_strsplit (field, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", parts);

  return strpbrk (field, ",\"\r\n") != NULL ? g_strdup_printf ("\"%s\"", doubled)
                                            : g_strdup (field);
}

static void
write_row (GString *csv, const char *trace, const char *controller, const SimResult *r)
{
  g_autofree char *name = quote (trace);

  g_string_append_printf (csv, "%s,%s,%.2f,%.3f,%.3f,%.3f,%.3f,%.3f,%.3f,%.0f,%.0f,%.0f,%.3f\n",
      name, controller, 100 * r->util_part, 100 * r->bad_part, 100 * r->late_part,
      100 * r->broken_part, 100 * r->skipped_part, 100 * r->unavoidable_part, r->geo_mbps,
      r->p50_ms, r->p95_ms, r->p99_ms, 100 * r->freeze_part);
}

static void
configure (SimConfig *config)
{
  sim_config_init (config, options.fps);
  config->duration_ms = options.seconds * 1000;
  config->content = options.screen ? SIM_CONTENT_SCREEN : SIM_CONTENT_FILM;
  config->link = (LinkConfig) { options.fifo, options.hidden_kb * 1024 };
  config->echoes = options.echoes;
  config->tells_packets = options.completions;
  config->lacks_station = options.no_station;
  config->poll_ms = options.poll_ms;
  config->encoder_lag = options.lag;
  config->setup.obeys_at_once = options.lag == 0;
  config->setup.width = options.ladder ? WIDTH : 0;
  config->setup.height = options.ladder ? HEIGHT : 0;
  config->setup.max_kbps = options.max_kbps;
  config->setup.start_kbps = options.start_kbps;
  config->disobedience = options.makes / 100.0;
  config->seed = options.encoder_seed;
}

/* Of a run that is written to a file. */
typedef struct
{
  const char *trace;
  const char *controller;
} Run;

static void
write_text (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (options.out, name, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, text, -1, &error))
    die (error);
}

static void
write_frames (gpointer user_data, const SimPeer *peer)
{
  const Run *run = user_data;
  g_autofree char *name = g_strdup_printf ("%s.%s.frames", run->trace, run->controller);
  g_autofree char *text = sim_frames_to_text (peer);

  if (options.out != NULL)
    write_text (name, text);
}

static void
run_controller (const SimControllerClass *klass, GPtrArray *traces, GString *csv)
{
  SimResult sum = { 0 }, worst = { 1 };
  SimConfig config;

  configure (&config);
  for (guint i = 0; i < traces->len; i++) {
    const LinkTrace *trace = g_ptr_array_index (traces, i);
    Run run = { trace->name, klass->name };
    SimWatch watch = { .ended = write_frames, .user_data = &run };
    SimResult result;

    sim_run (&config, trace, klass, &watch, &result);
    add (&sum, &result);
    worst.util_part = MIN (worst.util_part, result.util_part);
    worst.bad_part = MAX (worst.bad_part, result.bad_part);
    if (!options.brief)
      print_row (trace->name, klass->name, &result);
    write_row (csv, trace->name, klass->name, &result);
  }
  divide (&sum, traces->len);
  print_row ("MEAN", klass->name, &sum);
  g_print ("%-16s %-12s %6.1f %6.2f\n", "WORST", klass->name, 100 * worst.util_part,
      100 * worst.bad_part);
}

#define COLUMNS \
  "trace,controller,util_pct,bad_pct,late_pct,broken_pct,skipped_pct,unavoidable_pct,geo_mbps," \
  "p50_ms,p95_ms,p99_ms,freeze_pct\n"

static void
run_all (GPtrArray *traces)
{
  g_autoptr (GString) csv = g_string_new (COLUMNS);
  guint n;
  const SimControllerClass *const *table = sim_controllers_get_table (&n);

  g_print ("%-16s %-12s %6s %6s (%5s %5s %5s) %5s %6s %4s %4s %4s %5s %7s %4s\n", "trace",
      "controller", "util%", "bad%", "late", "brokn", "skip", "unav", "geo", "p50", "p95", "p99",
      "frz%", "drops", "look");
  for (guint i = 0; i < n; i++) {
    if (is_wanted (options.controllers, table[i]->name))
      run_controller (table[i], traces, csv);
  }
  if (options.out != NULL)
    write_text ("summary.csv", csv->str);
}

/* Somebody else has cast, over the trace; the row of it. */
static void
judge (const LinkTrace *trace)
{
  g_autoptr (GString) csv = g_string_new (COLUMNS);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  SimConfig config;
  SimResult result;
  SimPeer peer;

  configure (&config);
  sim_peer_init (&peer, 0);
  if (!g_file_get_contents (options.judge, &text, NULL, &error)
      || !sim_frames_parse (&peer, text, &error))
    die (error);
  sim_result_compute (&config, trace, &peer, &result);
  write_row (csv, trace->name, options.controllers != NULL ? options.controllers : "-", &result);
  /* Names as they are, which g_print () would turn into what the locale has. */
  fputs (csv->str, stdout);
  sim_peer_clear (&peer);
}

static void
write_traces (GPtrArray *traces)
{
  g_mkdir_with_parents (options.write_traces, 0777);
  for (guint i = 0; i < traces->len; i++) {
    const LinkTrace *trace = g_ptr_array_index (traces, i);
    g_autofree char *name = g_strconcat (trace->name, ".trace", NULL);
    g_autofree char *path = g_build_filename (options.write_traces, name, NULL);
    g_autofree char *text = link_trace_to_text (trace);
    g_autoptr (GError) error = NULL;

    if (!g_file_set_contents (path, text, -1, &error))
      die (error);
  }
}

/* A line of Mahimahi has one word. */
static void
convert (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *out = NULL;
  g_autoptr (LinkTrace) trace = NULL;

  if (!g_file_get_contents (options.convert, &text, NULL, &error))
    die (error);
  if (strcspn (text, " \t,") < strcspn (text, "\n"))
    trace = link_trace_parse_steps (options.convert, text, 1, &error);
  else
    trace = link_trace_parse_chances (options.convert, text, &error);
  if (trace == NULL)
    die (error);
  out = link_trace_to_text (trace);
  g_print ("%s", out);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- controllers of the bit rate on links");
  g_autoptr (GPtrArray) traces = NULL;
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    die (error);
  if (options.fps < 1 || options.fps > 240 || options.seconds < 5 || options.seeds < 1
      || options.seeds > 1000 || options.max_kbps < 1000 || options.makes < 1
      || options.start_kbps < 1) {
    g_printerr (
        "rate-sim: --fps is 1 to 240, --seconds from 5, --seeds 1 to 1000, --max from 1000, "
        "--makes and --start from 1\n");
    return EXIT_FAILURE;
  }
  check_names ();
  if (options.convert != NULL) {
    convert ();
    return EXIT_SUCCESS;
  }
  traces = options.traces != NULL ? load (options.traces) : generate ();
  if (traces->len == 0) {
    g_printerr ("rate-sim: there is no trace\n");
    return EXIT_FAILURE;
  }
  if (options.out != NULL)
    g_mkdir_with_parents (options.out, 0777);
  if (options.write_traces != NULL)
    write_traces (traces);
  else if (options.judge != NULL)
    judge (g_ptr_array_index (traces, 0));
  else
    run_all (traces);
  return EXIT_SUCCESS;
}
