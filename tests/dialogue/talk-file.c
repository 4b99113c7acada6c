/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "talk-file.h"

#include <string.h>

static void
free_step (gpointer data)
{
  TalkStep *step = data;

  g_string_free (step->text, TRUE);
  g_free (step);
}

static const struct
{
  char mark;
  TalkKind kind;
} marks[] = {
  { '=', TALK_SET },
  { '<', TALK_SEND },
  { '>', TALK_EXPECT },
  { '@', TALK_WAIT },
  { '!', TALK_EVENT },
  { '*', TALK_ACTION },
  { 'x', TALK_HANG_UP },
  { '-', TALK_AGAIN },
};

static TalkKind
find_kind (const char *path, guint line, char mark)
{
  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++)
    if (marks[i].mark == mark)
      return marks[i].kind;
  g_error ("%s:%u: a line cannot begin with “%c”", path, line, mark);
}

/* Puts CRLF behind each line of a block and adds the headers of the body,
 * unless the block has its own Content-Length. */
static void
finish_send (TalkStep *step)
{
  g_auto (GStrv) parts = g_strsplit (step->text->str, "\n\n", 2);
  g_auto (GStrv) head = g_strsplit (parts[0], "\n", -1);
  g_autoptr (GString) body = g_string_new (parts[0] != NULL ? parts[1] : NULL);
  g_autofree char *lower = g_ascii_strdown (parts[0], -1);
  g_autofree char *lines = g_strjoinv ("\r\n", head);

  if (body->len > 0) {
    g_string_replace (body, "\n", "\r\n", 0);
    g_string_append (body, "\r\n");
  }
  g_string_printf (step->text, "%s\r\n", lines);
  if (body->len > 0 && strstr (lower, "\ncontent-length:") == NULL)
    g_string_append_printf (step->text,
        "Content-Type: text/parameters\r\nContent-Length: %" G_GSIZE_FORMAT "\r\n", body->len);
  g_string_append_printf (step->text, "\r\n%s", body->str);
}

/* \r, \n, \t, \\ and \xHH; the bytes may have NULs among them. */
static void
append_raw (TalkStep *step, const char *escaped)
{
  static const char letters[] = "rnt\\", bytes[] = "\r\n\t\\";

  for (const char *p = escaped; *p != '\0'; p++) {
    const char *letter = *p == '\\' && p[1] != '\0' ? strchr (letters, p[1]) : NULL;

    if (*p != '\\') {
      g_string_append_c (step->text, *p);
    } else if (letter != NULL) {
      g_string_append_c (step->text, bytes[letter - letters]);
      p++;
    } else if (p[1] == 'x' && g_ascii_isxdigit (p[2]) && g_ascii_isxdigit (p[3])) {
      g_string_append_c (step->text,
          g_ascii_xdigit_value (p[2]) << 4 | g_ascii_xdigit_value (p[3]));
      p += 3;
    } else {
      g_error ("“%s”: a backslash with nothing known behind it", escaped);
    }
  }
}

static void read_into (GPtrArray *steps, const char *path);

/* "name", or "name x200" for two hundred times. */
static void
include (GPtrArray *steps, const char *path, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_auto (GStrv) words = g_strsplit (text, " x", 2);
  g_autofree char *file = g_strconcat (words[0], ".part", NULL);
  g_autofree char *other = g_build_filename (folder, file, NULL);
  guint64 times = words[1] != NULL ? g_ascii_strtoull (words[1], NULL, 10) : 1;

  for (guint64 i = 0; i < times; i++)
    read_into (steps, other);
}

static TalkStep *
add_step (GPtrArray *steps, TalkKind kind, guint line)
{
  TalkStep *step = g_new (TalkStep, 1);

  *step = (TalkStep) { kind, line, g_string_new (NULL) };
  g_ptr_array_add (steps, step);
  return step;
}

static gboolean
is_block (TalkKind kind)
{
  return kind == TALK_SEND || kind == TALK_EXPECT;
}

static void
read_into (GPtrArray *steps, const char *path)
{
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  TalkStep *open = NULL; /* a block of < or > that goes on */

  if (!g_file_get_contents (path, &contents, NULL, &error))
    g_error ("%s", error->message);

  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++) {
    const char *line = lines[i];
    const char *text = line[0] != '\0' && line[1] == ' ' ? line + 2 : "";
    TalkKind kind;

    if (open != NULL
        && (line[0] == '\0' || find_kind (path, i + 1, line[0]) != open->kind || line[1] == '<')) {
      if (open->kind == TALK_SEND)
        finish_send (open);
      open = NULL;
    }
    if (line[0] == '\0' || line[0] == '#')
      continue;
    if (line[0] == '&') {
      include (steps, path, text);
      continue;
    }

    kind = find_kind (path, i + 1, line[0]);
    if (kind == TALK_SEND && line[1] == '<') {
      append_raw (add_step (steps, kind, i + 1), line + 3);
    } else if (open != NULL) {
      g_string_append_printf (open->text, "\n%s", text);
    } else {
      open = add_step (steps, kind, i + 1);
      g_string_append (open->text, text);
      if (!is_block (kind))
        open = NULL;
    }
  }
}

static void
check_title (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *title = NULL, *contents = NULL;

  *strrchr (base, '.') = '\0';
  title = g_strdup_printf ("# %s: ", base);
  if (g_file_get_contents (path, &contents, NULL, NULL) && !g_str_has_prefix (contents, title))
    g_error ("%s:1: the first line does not begin with “%s”", path, title);
}

GPtrArray *
talk_file_read (const char *path)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func (free_step);

  check_title (path);
  read_into (steps, path);
  return steps;
}
