/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a direct connection costs, of a graph and of a group, beside plain TCP and TLS in the same
 * run: two processes on ::1, one asks and one answers. All take turns, and the median of the turns
 * counts, for a machine that is fast now and slow then.
 *
 *   bench-peer [ROUNDS [MEGABYTES [KIND…]]]     part of the name of a kind; none means all
 */
#include "bench-peer.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define SMALL_BYTES 64
#define LARGE_BYTES (1024 * 1024)
#define N_TURNS 9
#define N_OPENED 40
#define N_IDLE 200

static const Kind *const all_kinds[] = { &kind_tcp, &kind_gnutls, &kind_gio,
#ifdef HAVE_OPENSSL
  &kind_openssl,
#endif
  &kind_graph, &kind_modern, &kind_compatible };

#define MAX_KINDS G_N_ELEMENTS (all_kinds)

static guint rounds = 2000, megabytes = 64;
static const Kind *kinds[MAX_KINDS];
static guint n_kinds;
static char *bytes;
static int talk[2]; /* to us, to the other */

void
demand_or_say (gboolean what, const char *why)
{
  if (what)
    return;
  g_printerr ("%s\n", why);
  exit (EXIT_FAILURE);
}

void
tell (gconstpointer data, gsize size)
{
  demand (write (talk[1], data, size) == (gssize) size);
}

void
learn (gpointer data, gsize size)
{
  for (gsize got = 0; got < size;) {
    gssize n = read (talk[0], (char *) data + got, size - got);

    demand (n > 0);
    got += n;
  }
}

/* --- what is measured; each is done by both, and timed by the one that asks --- */

static void
do_rounds (const Kind *kind, End *end, gboolean asks)
{
  for (guint i = 0; i < rounds; i++) {
    if (asks)
      kind->give (end, bytes, SMALL_BYTES);
    kind->take (end, bytes, SMALL_BYTES);
    if (!asks)
      kind->give (end, bytes, SMALL_BYTES);
  }
}

static void
do_stream (const Kind *kind, End *end, gboolean asks)
{
  for (guint i = 0; i < megabytes; i++)
    (asks ? kind->give : kind->take) (end, bytes, LARGE_BYTES);
  (asks ? kind->take : kind->give) (end, bytes, 1);
}

static void
do_open (const Kind *kind, End *end, gboolean asks)
{
  for (guint i = 0; i < N_OPENED; i++) {
    End other = { end->place };

    (asks ? kind->open : kind->accept) (&other);
    kind->close (&other, asks);
  }
}

/* Of this process so far; unlike the clock, much the same on a machine that has other things to
 * do. */
static gint64
get_processor_us (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec
      + usage.ru_stime.tv_usec;
}

static gint
compare_times (gconstpointer a, gconstpointer b)
{
  return *(const gint64 *) a < *(const gint64 *) b ? -1 : 1;
}

static gint64
get_median (gint64 times[N_TURNS])
{
  qsort (times, N_TURNS, sizeof (gint64), compare_times);
  return times[N_TURNS / 2];
}

typedef void (*Measure) (const Kind *kind, End *end, gboolean asks);

/* Microseconds, of the median turn: by the clock, and of the processor. */
static void
take_turns (Measure measure, End *ends, gboolean asks, gint64 ret_us[MAX_KINDS],
    gint64 ret_processor_us[MAX_KINDS])
{
  gint64 times[MAX_KINDS][N_TURNS], processor[MAX_KINDS][N_TURNS];

  for (guint turn = 0; turn < N_TURNS; turn++) {
    for (guint k = 0; k < n_kinds; k++) {
      gint64 begun_us = g_get_monotonic_time (), begun_processor_us = get_processor_us ();

      measure (kinds[k], &ends[k], asks);
      times[k][turn] = g_get_monotonic_time () - begun_us;
      processor[k][turn] = get_processor_us () - begun_processor_us;
    }
  }
  for (guint k = 0; k < n_kinds; k++) {
    ret_us[k] = get_median (times[k]);
    ret_processor_us[k] = get_median (processor[k]);
  }
}

/* The last of @text, which is the sum: how much of it there is. */
static gint64
read_sum (const char *text, const char *what)
{
  const char *at = g_strrstr (text, what);

  demand (at != NULL && (at = strstr (at, "size=\"")) != NULL);
  return g_ascii_strtoll (at + strlen ("size=\""), NULL, 10);
}

/* What the process has allocated. Resident memory would say little: there is much that was in use
 * before and is free. */
static gint64
get_allocated_bytes (void)
{
  char *text = NULL;
  size_t size;
  FILE *out = open_memstream (&text, &size);
  gint64 allocated;

  demand (malloc_info (0, out) == 0 && fclose (out) == 0);
  allocated = read_sum (text, "<system type=\"current\"") + read_sum (text, "type=\"mmap\"")
      - read_sum (text, "type=\"fast\"") - read_sum (text, "type=\"rest\"");
  free (text);
  return allocated;
}

/* Of both ends, for each connection, without what only the first one takes. */
static gint64
get_idle_bytes (const Kind *kind, Place *place, gboolean asks)
{
  g_autofree End *ends = g_new0 (End, N_IDLE);
  gint64 ours, theirs = 0;

  for (guint i = 0; i < N_IDLE; i++)
    ends[i].place = place;
  do_open (kind, ends, asks);
  ours = -get_allocated_bytes ();
  for (guint i = 0; i < N_IDLE; i++)
    (asks ? kind->open : kind->accept) (&ends[i]);
  ours += get_allocated_bytes ();
  tell (&ours, sizeof (ours));
  learn (&theirs, sizeof (theirs));
  for (guint i = 0; i < N_IDLE; i++)
    kind->close (&ends[i], asks);
  return (ours + theirs) / N_IDLE;
}

typedef struct
{
  gint64 round_us[MAX_KINDS], stream_us[MAX_KINDS], open_us[MAX_KINDS];
  gint64 processor_us[MAX_KINDS]; /* of the stream */
  gint64 idle_bytes[MAX_KINDS];   /* of both ends */
} Figures;

static void
report (const Figures *ours, const Figures *theirs)
{
  g_print ("%-18s %9s %8s %13s %13s %8s %9s\n", "", "64 bytes", "one way", "CPU to send",
      "to receive", "made", "idle");
  for (guint k = 0; k < n_kinds; k++)
    g_print ("%-18s %6.1f us %5.0f MB/s %8.0f us/MB %8.0f us/MB %6.0f/s %5.1f KiB\n",
        kinds[k]->name, (double) ours->round_us[k] / rounds,
        megabytes * (double) LARGE_BYTES / ours->stream_us[k],
        (double) ours->processor_us[k] / megabytes, (double) theirs->processor_us[k] / megabytes,
        N_OPENED * 1e6 / ours->open_us[k], ours->idle_bytes[k] / 1024.0);
}

static void
measure_all (gboolean asks)
{
  End ends[MAX_KINDS] = { 0 };
  Figures ours = { 0 }, theirs;
  gint64 unused[MAX_KINDS];

  /* Memory that nobody has written to is one page for all of it. */
  bytes = g_malloc (LARGE_BYTES);
  memset (bytes, 0x5a, LARGE_BYTES);
  for (guint k = 0; k < n_kinds; k++)
    ends[k].place = kinds[k]->enter (asks);
  for (guint k = 0; k < n_kinds; k++)
    ours.idle_bytes[k] = get_idle_bytes (kinds[k], ends[k].place, asks);
  for (guint k = 0; k < n_kinds; k++)
    (asks ? kinds[k]->open : kinds[k]->accept) (&ends[k]);
  take_turns (do_rounds, ends, asks, ours.round_us, unused);
  take_turns (do_stream, ends, asks, ours.stream_us, ours.processor_us);
  take_turns (do_open, ends, asks, ours.open_us, unused);
  tell (&ours, sizeof (ours));
  learn (&theirs, sizeof (theirs));
  if (asks)
    report (&ours, &theirs);
}

static void
choose (int n, char **names)
{
  for (guint k = 0; k < MAX_KINDS; k++) {
    gboolean wanted = n == 0;

    for (int i = 0; i < n; i++)
      wanted |= strstr (all_kinds[k]->name, names[i]) != NULL;
    if (wanted)
      kinds[n_kinds++] = all_kinds[k];
  }
}

/* The child is made before there is a thread. */
int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("wfd-bench-XXXXXX", NULL);
  g_autofree char *command = g_strdup_printf ("rm -r '%s'", folder);
  int to_child[2], to_parent[2], status;
  pid_t child;

  if (argc > 1)
    rounds = atoi (argv[1]);
  if (argc > 2)
    megabytes = atoi (argv[2]);
  choose (MAX (argc - 3, 0), argv + 3);
  g_setenv ("XDG_DATA_HOME", folder, TRUE);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  make_certificate ();
  demand (pipe (to_child) == 0 && pipe (to_parent) == 0);
  child = fork ();
  talk[0] = child == 0 ? to_child[0] : to_parent[0];
  talk[1] = child == 0 ? to_parent[1] : to_child[1];
  measure_all (child != 0);
  if (child == 0)
    _exit (EXIT_SUCCESS);
  waitpid (child, &status, 0);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
  return WIFEXITED (status) ? WEXITSTATUS (status) : EXIT_FAILURE;
}
