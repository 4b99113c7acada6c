/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Wi-Fi link in user space, between two programs that use the network as always:
 *
 *   command of the source   TUN ── queue, air, loss, delay of a trace ── TUN   command of the sink
 *   10.99.0.1, fd99::1, its own network namespace   10.99.0.2, fd99::2, its own
 *
 * It ends with the command of the source, and with its exit status. 77: the machine
 * has no namespaces or no TUN. docs/rate-control.md */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "emu-net.h"
#include "emu-signals.h"

#define SOURCE_ADDRESS "10.99.0.1"
#define SINK_ADDRESS "10.99.0.2"
#define SOURCE_ADDRESS_6 "fd99::1"
#define SINK_ADDRESS_6 "fd99::2"
#define EXIT_SKIP 77
/* Of the trace that is made up for at once, when the machine was busy elsewhere. */
#define MAX_STEPS 1000
#define LOG_BYTES (64 * 1024)
#define HEARD_BYTES 4096
#define LATE_MS 3
/* From a capture to its picture leaving the encoder, as pilots take it to be. */
#define ENCODE_MS 5

typedef struct
{
  char *trace;
  char *source;
  char *sink;
  char *signals;
  char *log;
  char *report;
  char *pilot;
  gint fps;
  gint min_kbps;
  gint max_kbps;
  gint start_kbps;
  gint seed;
  gint hidden_kb;
  gint seconds;
  gint64 from_ms;
  gboolean fifo;
  gboolean completions;
  gboolean no_station;
} Options;

static Options options = {
  .seed = 1,
  .fps = 60,
  .min_kbps = 1000,
  .max_kbps = 40000,
  .start_kbps = 8000,
};

static const GOptionEntry entries[] = {
  { "trace", 0, 0, G_OPTION_ARG_FILENAME, &options.trace, "What the link carries", "FILE" },
  { "source", 0, 0, G_OPTION_ARG_FILENAME, &options.source,
      "Command for the shell, as " SOURCE_ADDRESS, "COMMAND" },
  { "sink", 0, 0, G_OPTION_ARG_FILENAME, &options.sink,
      "Command for the shell, as " SINK_ADDRESS "; begins first", "COMMAND" },
  { "signals", 0, 0, G_OPTION_ARG_FILENAME, &options.signals,
      "Tell what a driver would on this UNIX socket", "PATH" },
  { "log", 0, 0, G_OPTION_ARG_FILENAME, &options.log, "A line for each packet of the stream",
      "FILE" },
  { "report", 0, 0, G_OPTION_ARG_FILENAME, &options.report,
      "Write there when the trace began, and how late the emulator was", "FILE" },
  { "pilot", 0, 0, G_OPTION_ARG_STRING, &options.pilot,
      "Ask this controller of rate-sim for whoever is on the socket of --signals", "NAME" },
  { "fps", 0, 0, G_OPTION_ARG_INT, &options.fps, "Captures a second, for it (60)", "N" },
  { "min", 0, 0, G_OPTION_ARG_INT, &options.min_kbps, "kbit/s at least, for it (1000)", "N" },
  { "max", 0, 0, G_OPTION_ARG_INT, &options.max_kbps, "kbit/s at most, for it (40000)", "N" },
  { "start", 0, 0, G_OPTION_ARG_INT, &options.start_kbps, "kbit/s at first, for it (8000)", "N" },
  { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, "Of loss, delay and noise (1)", "N" },
  { "from", 0, 0, G_OPTION_ARG_INT64, &options.from_ms, "Where in the trace to begin (0)", "MS" },
  { "seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds,
      "End the source so long after its first packet (when it likes)", "N" },
  { "fifo", 0, 0, G_OPTION_ARG_NONE, &options.fifo, "A queue of 1 MB instead of CoDel", NULL },
  { "hidden", 0, 0, G_OPTION_ARG_INT, &options.hidden_kb, "KiB of a queue in the firmware (0)",
      "N" },
  { "completions", 0, 0, G_OPTION_ARG_NONE, &options.completions, "The driver tells of packets",
      NULL },
  { "no-station", 0, 0, G_OPTION_ARG_NONE, &options.no_station, "The driver has no statistics",
      NULL },
  { NULL },
};

typedef struct
{
  EmuSide source, sink;
  EmuCore *core;
  EmuSignals signals;
  GString *text; /* of the signals */
  int timer_fd, listen_fd, client_fd;
  FILE *log;
  pid_t source_pid, sink_pid;
  gint64 begin_us;   /* of the monotonic clock; times of the core count from there */
  gint64 stepped_ms; /* of the last step */
  gint64 late_ms;    /* at most, of a step while the trace went on */
  guint n_late;      /* milliseconds of the trace that were more than LATE_MS late */
} Emulator;

static volatile sig_atomic_t is_told_to_end;

static void
on_signal (int number)
{
  is_told_to_end = 1;
}

static gint64
get_now_us (const Emulator *self)
{
  return g_get_monotonic_time () - self->begin_us;
}

/* All that has come, before the air moves on. */
static void
read_side (Emulator *self, const EmuSide *side, EmuDirection direction)
{
  guint8 data[EMU_PACKET_BYTES + 1];
  gssize n;

  while ((n = read (side->tun_fd, data, sizeof data)) > 0)
    emu_core_take (self->core, direction, wfd_bytes (data, n), get_now_us (self));
}

static void
write_packets (Emulator *self)
{
  EmuPacket *packet;

  while ((packet = emu_core_pop (self->core, get_now_us (self))) != NULL) {
    const EmuSide *side = packet->direction == EMU_FORTH ? &self->sink : &self->source;

    /* A device that is gone goes with its command. */
    if (write (side->tun_fd, packet->data, packet->bytes) < 0)
      g_debug ("a packet is not taken: %s", g_strerror (errno));
    emu_core_done (self->core, packet);
  }
}

static void
drop_client (Emulator *self)
{
  if (self->client_fd >= 0)
    close (self->client_fd);
  self->client_fd = -1;
}

static void
accept_client (Emulator *self)
{
  drop_client (self);
  self->client_fd = accept4 (self->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  emu_signals_begin (&self->signals, self->core);
}

/* Whoever does not read does not hold up the link, and learns the rest later. */
static void
tell_client (Emulator *self, gint64 now_ms)
{
  emu_signals_write (&self->signals, self->core, now_ms, self->text);
  if (self->text->len > 0 && self->client_fd >= 0
      && send (self->client_fd, self->text->str, self->text->len, MSG_NOSIGNAL) < 0) {
    if (errno == EAGAIN)
      emu_signals_missed (&self->signals);
    else
      drop_client (self);
  }
  g_string_truncate (self->text, 0);
}

/* What the source asks the pilot, which answers at once. */
static void
hear_client (Emulator *self)
{
  char text[HEARD_BYTES];
  gssize n = self->client_fd >= 0 ? recv (self->client_fd, text, sizeof text - 1, 0) : -1;
  gint64 since_ms = get_now_us (self) / 1000 - self->core->begin_ms;

  if (n <= 0) {
    if (n == 0)
      drop_client (self);
    return;
  }
  text[n] = '\0';
  if (self->core->pilot == NULL)
    return;
  emu_pilot_hear (self->core->pilot, self->core->link, text,
      self->core->begin_ms < 0 ? 0 : since_ms, self->text);
  if (self->text->len > 0
      && send (self->client_fd, self->text->str, self->text->len, MSG_NOSIGNAL) < 0)
    drop_client (self);
  g_string_truncate (self->text, 0);
}

static void
flush_log (Emulator *self, gsize from_bytes)
{
  GString *log = self->core->log;

  if (log->len < from_bytes)
    return;
  if (self->log != NULL)
    fwrite (log->str, 1, log->len, self->log);
  g_string_truncate (log, 0);
}

static void
note_lateness (Emulator *self, gint64 now_ms)
{
  gint64 late_ms = now_ms - self->stepped_ms - 1;

  if (self->core->begin_ms < 0)
    return;
  self->late_ms = MAX (self->late_ms, late_ms);
  self->n_late += MAX (late_ms - LATE_MS, 0);
}

static void
step (Emulator *self)
{
  gint64 now_ms = get_now_us (self) / 1000;

  read_side (self, &self->source, EMU_FORTH);
  read_side (self, &self->sink, EMU_BACK);
  note_lateness (self, now_ms);
  self->stepped_ms = MAX (self->stepped_ms, now_ms - MAX_STEPS);
  while (self->stepped_ms < now_ms) {
    self->stepped_ms++;
    emu_core_step (self->core, self->stepped_ms);
    tell_client (self, self->stepped_ms);
  }
  write_packets (self);
  flush_log (self, LOG_BYTES);
}

/* -1 while it runs. */
static int
get_exit_status (pid_t pid)
{
  int status;

  if (waitpid (pid, &status, WNOHANG) != pid)
    return -1;
  return WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status);
}

static gboolean
is_over (const Emulator *self, gint64 now_ms)
{
  return is_told_to_end
      || (options.seconds > 0 && self->core->begin_ms >= 0
          && now_ms - self->core->begin_ms >= options.seconds * G_GINT64_CONSTANT (1000));
}

static int
run (Emulator *self)
{
  struct pollfd fds[] = {
    { self->timer_fd, POLLIN },
    { self->source.tun_fd, POLLIN },
    { self->sink.tun_fd, POLLIN },
    { self->listen_fd, POLLIN },
    { self->client_fd, POLLIN },
  };
  guint64 ticks;
  int status;

  while ((status = get_exit_status (self->source_pid)) < 0) {
    if (is_over (self, get_now_us (self) / 1000))
      return EXIT_SUCCESS;
    fds[4].fd = self->client_fd;
    if (poll (fds, G_N_ELEMENTS (fds), 1000) < 0 && errno != EINTR)
      return EXIT_FAILURE;
    if ((fds[0].revents & POLLIN) != 0 && read (self->timer_fd, &ticks, sizeof ticks) < 0)
      return EXIT_FAILURE;
    if ((fds[3].revents & POLLIN) != 0)
      accept_client (self);
    step (self);
    if ((fds[4].revents & (POLLIN | POLLHUP)) != 0)
      hear_client (self);
  }
  self->source_pid = -1;
  return status;
}

static pid_t
spawn (const char *command, const EmuSide *side)
{
  pid_t pid;

  if (command == NULL)
    return -1;
  pid = fork ();
  if (pid != 0)
    return pid;
  /* A group of its own, so that it can be ended with all that it began. */
  setpgid (0, 0);
  if (emu_net_enter (side))
    execl ("/bin/sh", "sh", "-c", command, NULL);
  _exit (127);
}

static void
end_command (pid_t pid)
{
  if (pid <= 0)
    return;
  kill (-pid, SIGTERM);
  for (guint i = 0; i < 20 && waitpid (pid, NULL, WNOHANG) == 0; i++)
    g_usleep (100000);
  kill (-pid, SIGKILL);
  waitpid (pid, NULL, 0);
}

static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd;

  if (path == NULL)
    return -1;
  if (strlen (path) >= sizeof address.sun_path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  unlink (path);
  fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0
      && listen (fd, 1) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static int
open_timer (void)
{
  struct itimerspec each_ms = { { 0, 1000000 }, { 0, 1000000 } };
  int fd = timerfd_create (CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);

  timerfd_settime (fd, 0, &each_ms, NULL);
  return fd;
}

/* From @from_ms on. */
static LinkTrace *
load_trace (GError **error)
{
  g_autoptr (LinkTrace) whole = link_trace_load (options.trace, error);
  LinkTrace *shifted;

  if (whole == NULL)
    return NULL;
  shifted = link_trace_new (whole->name, whole->n_ms);
  for (guint i = 0; i < whole->n_ms; i++)
    shifted->ms[i] = *link_trace_at (whole, options.from_ms + i);
  return shifted;
}

static gboolean
add_pilot (Emulator *self, GError **error)
{
  SimSetup setup = {
    .fps = options.fps,
    .min_kbps = options.min_kbps,
    .max_kbps = options.max_kbps,
    .start_kbps = options.start_kbps,
    .encode_ms = ENCODE_MS,
    .obeys_at_once = TRUE,
  };
  const SimControllerClass *klass;

  if (options.pilot == NULL)
    return TRUE;
  klass = sim_controllers_find (options.pilot);
  if (klass == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "there is no controller \"%s\"",
        options.pilot);
    return FALSE;
  }
  self->core->pilot = emu_pilot_new (klass, &setup, options.seed + 3);
  return TRUE;
}

static void
write_report (const Emulator *self)
{
  g_autofree char *text =
      g_strdup_printf ("begin_us %" G_GINT64_FORMAT "\nlate_ms %" G_GINT64_FORMAT "\nn_late %u\n",
          self->core->begin_ms < 0 ? -1 : self->begin_us + self->core->begin_ms * 1000,
          self->late_ms, self->n_late);
  g_autoptr (GError) error = NULL;

  if (options.report != NULL && !g_file_set_contents (options.report, text, -1, &error))
    g_printerr ("link-emulator: %s\n", error->message);
}

static int
complain (const GError *error, int status)
{
  g_printerr ("link-emulator: %s\n", error->message);
  return status;
}

static int
emulate (Emulator *self, const LinkTrace *trace)
{
  LinkConfig config = { options.fifo, options.hidden_kb * 1024 };
  g_autoptr (GError) error = NULL;
  int status;

  self->core = emu_core_new (trace, &config, options.seed);
  if (!add_pilot (self, &error)) {
    emu_core_free (self->core);
    return complain (error, 2);
  }
  self->text = g_string_new (NULL);
  emu_signals_init (&self->signals, options.seed + 2);
  self->signals.tells_station = !options.no_station;
  self->signals.tells_packets = options.completions;
  self->timer_fd = open_timer ();
  self->begin_us = g_get_monotonic_time ();
  self->sink_pid = spawn (options.sink, &self->sink);
  self->source_pid = spawn (options.source, &self->source);
  status = run (self);
  end_command (self->source_pid);
  end_command (self->sink_pid);
  flush_log (self, 0);
  write_report (self);
  emu_core_free (self->core);
  g_string_free (self->text, TRUE);
  return status;
}

static gboolean
parse (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- a Wi-Fi link in user space");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options.trace != NULL && options.source != NULL && options.from_ms >= 0
      && options.hidden_kb >= 0)
    return TRUE;
  g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--trace and --source are needed, and no number is negative");
  return FALSE;
}

int
main (int argc, char **argv)
{
  Emulator self = { EMU_SIDE_INIT, EMU_SIDE_INIT, .listen_fd = -1, .client_fd = -1 };
  g_autoptr (LinkTrace) trace = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!parse (&argc, &argv, &error) || (trace = load_trace (&error)) == NULL)
    return complain (error, 2);
  if (!emu_net_prepare (&error)
      || !emu_net_open (&self.source, SOURCE_ADDRESS, SOURCE_ADDRESS_6, &error)
      || !emu_net_open (&self.sink, SINK_ADDRESS, SINK_ADDRESS_6, &error))
    return complain (error, EXIT_SKIP);
  self.listen_fd = listen_at (options.signals);
  if (options.signals != NULL && self.listen_fd < 0) {
    g_printerr ("link-emulator: %s: %s\n", options.signals, g_strerror (errno));
    return 2;
  }
  if (options.log != NULL && (self.log = fopen (options.log, "w")) == NULL) {
    g_printerr ("link-emulator: %s: %s\n", options.log, g_strerror (errno));
    return 2;
  }
  signal (SIGINT, on_signal);
  signal (SIGTERM, on_signal);
  status = emulate (&self, trace);
  if (self.log != NULL && fclose (self.log) != 0)
    status = EXIT_FAILURE;
  drop_client (&self);
  if (options.signals != NULL)
    unlink (options.signals);
  emu_net_close (&self.source);
  emu_net_close (&self.sink);
  return status;
}
