/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-process.h"

#include <base-limits.h>
#include <signal.h>

#define CHUNK_BYTES 512

struct _WfdProcess
{
  gint n_refs;
  GSubprocess *process;
  GInputStream *output; /* of that */
  GSource *reading;
  const WfdProcessRules *rules;
  gpointer user_data;
  GString *line; /* as far as it has come */
  gboolean is_too_long;
  gboolean is_freed;
  char chunk[CHUNK_BYTES];
};

static void
unref (WfdProcess *self)
{
  if (--self->n_refs > 0)
    return;
  g_object_unref (self->process);
  g_source_unref (self->reading);
  g_string_free (self->line, TRUE);
  g_free (self);
}

/* --- what it says --- */

static void
end_line (WfdProcess *self)
{
  if (!self->is_too_long)
    self->rules->line (wfd_text_sized (self->line->str, self->line->len), self->user_data);
  self->is_too_long = FALSE;
  g_string_truncate (self->line, 0);
}

static void
add_character (WfdProcess *self, char character)
{
  if (character == '\n')
    end_line (self);
  else if (self->line->len < WFD_LIMIT_PROGRAM_LINE_BYTES)
    g_string_append_c (self->line, character);
  else
    self->is_too_long = TRUE;
}

static gboolean
on_readable (GObject *stream, gpointer user_data)
{
  WfdProcess *self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream),
      self->chunk, CHUNK_BYTES, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return G_SOURCE_CONTINUE;
  self->n_refs++;
  for (gssize i = 0; i < n && !self->is_freed; i++)
    add_character (self, self->chunk[i]);
  if (n <= 0 && !self->is_freed) {
    g_source_destroy (self->reading);
    self->rules->ended (self->user_data);
  }
  unref (self);
  return G_SOURCE_CONTINUE;
}

/* A source, which ends at once, also where nobody looks at the context any more. */
static void
begin_reading (WfdProcess *self)
{
  self->reading =
      g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (self->output), NULL);
  g_source_set_callback (self->reading, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->reading, g_main_context_get_thread_default ());
}

/* --- begin and end --- */

char *
wfd_process_find (const char *name, const char *folders)
{
  g_auto (GStrv) places = NULL;

  if (folders == NULL) {
    char *path = g_find_program_in_path (name);

    if (path != NULL)
      return path;
    folders = "/usr/local/sbin:/usr/sbin:/sbin";
  }
  places = g_strsplit (folders, ":", -1);
  for (guint i = 0; places[i] != NULL; i++) {
    g_autofree char *path = g_build_filename (places[i], name, NULL);

    if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
      return g_steal_pointer (&path);
  }
  return NULL;
}

WfdProcess *
wfd_process_new (const char *const *argv, const WfdProcessRules *rules, gpointer user_data,
    GError **error)
{
  GSubprocessFlags flags = rules->reads_errors
      ? G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
      : G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE;
  GSubprocess *process = g_subprocess_newv (argv, flags, error);
  WfdProcess *self;

  if (process == NULL)
    return NULL;
  self = g_new0 (WfdProcess, 1);
  self->n_refs = 1;
  self->process = process;
  self->rules = rules;
  self->user_data = user_data;
  self->line = g_string_new (NULL);
  self->output = rules->reads_errors ? g_subprocess_get_stderr_pipe (process)
                                     : g_subprocess_get_stdout_pipe (process);
  begin_reading (self);
  return self;
}

static void
stop_reading (WfdProcess *self)
{
  self->is_freed = TRUE;
  g_source_destroy (self->reading);
  unref (self);
}

/* GLib keeps a pipe open that nobody reads, and who writes there would wait for ever when it is
 * full. dnsmasq takes no notice of one that is closed. */
void
wfd_process_leave (WfdProcess *self)
{
  g_input_stream_close (self->output, NULL, NULL);
  stop_reading (self);
}

void
wfd_process_free (WfdProcess *self)
{
  g_subprocess_send_signal (self->process, SIGTERM);
  stop_reading (self);
}

/* --- of others --- */

const char *
wfd_process_get_number (WfdProcess *self)
{
  return g_subprocess_get_identifier (self->process);
}

/* "wlan0" is one of "wlan0" and of "--interface=wlan0". */
static gboolean
is_argument (const char *argument, const char *word)
{
  const char *end = argument + strlen (argument) - strlen (word);

  return *word != '\0' && g_str_has_suffix (argument, word) && (end == argument || end[-1] == '=');
}

void
wfd_process_end_stray (const char *number, const char *word)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/cmdline", number);
  g_autofree char *arguments = NULL;
  guint64 pid;
  gsize n;

  if (!g_ascii_string_to_unsigned (number, 10, 2, G_MAXINT32, &pid, NULL)
      || !g_file_get_contents (path, &arguments, &n, NULL))
    return;
  for (gsize i = 0; i < n; i += strlen (arguments + i) + 1) {
    if (is_argument (arguments + i, word)) {
      kill (pid, SIGTERM);
      return;
    }
  }
}
