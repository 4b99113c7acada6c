/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A sink without a pipeline: connects to a source, says what was agreed, leaves.
 *
 *   cc sink.c $(pkg-config --cflags --libs wfd-1.0) -o sink
 *   ./sink HOST [PORT]
 *
 * The session carries no media: a real sink listens for RTP at its rtp-port
 * before it connects, and calls wfd_session_note_media() for what comes. */
#include <wfd/wfd.h>

#include <locale.h>
#include <stdlib.h>

static int status = EXIT_FAILURE;

static void
on_format_agreed (WfdSession *session, const WfdFormat *format, gpointer user_data)
{
  char *text = wfd_format_to_string (format);

  g_print ("agreed on %s\n", text);
  g_free (text);
}

static void
on_state (WfdSession *session, GParamSpec *pspec, gpointer user_data)
{
  if (wfd_session_get_state (session) != WFD_SESSION_STATE_PLAYING)
    return;
  g_print ("the source sends\n");
  status = EXIT_SUCCESS;
  wfd_session_teardown (session);
}

/* Once is enough: there is an attempt each second. */
static void
on_attempt_failed (WfdSession *session, guint port, const GError *error, gpointer user_data)
{
  static gboolean told = FALSE;

  if (!told)
    g_printerr ("%s (port %u); trying again for a while\n", error->message, port);
  told = TRUE;
}

/* The end, whatever it was that came before. */
static void
on_closed (WfdSession *session, const GError *error, gpointer user_data)
{
  if (error != NULL) {
    g_printerr ("%s\n", error->message);
    status = EXIT_FAILURE;
  }
  g_main_loop_quit ((GMainLoop *) user_data);
}

int
main (int argc, char **argv)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);
  WfdSession *session = wfd_session_new (WFD_ROLE_SINK);
  guint64 port = 0; /* the usual ones */

  setlocale (LC_ALL, "");
  if (argc < 2 || argc > 3 || argv[1][0] == '-') {
    g_printerr ("usage: sink HOST [PORT]\n");
    return EXIT_FAILURE;
  }
  if (argc == 3 && !g_ascii_string_to_unsigned (argv[2], 10, 1, G_MAXUINT16, &port, NULL)) {
    g_printerr ("\"%s\" is no port: a number from 1 to 65535\n", argv[2]);
    return EXIT_FAILURE;
  }
  g_object_set (session, "rtp-port", 19000, "connect-timeout-ms", 15000, NULL);
  g_signal_connect (session, "format-agreed", G_CALLBACK (on_format_agreed), NULL);
  g_signal_connect (session, "notify::state", G_CALLBACK (on_state), NULL);
  g_signal_connect (session, "attempt-failed", G_CALLBACK (on_attempt_failed), NULL);
  g_signal_connect (session, "closed", G_CALLBACK (on_closed), loop);
  wfd_session_connect_async (session, argv[1], port, NULL, NULL, NULL);

  g_main_loop_run (loop);
  g_object_unref (session);
  g_main_loop_unref (loop);
  return status;
}
