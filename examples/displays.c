/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists the displays in reach, until Ctrl-C or until the one that was named is there.
 *
 *   cc displays.c $(pkg-config --cflags --libs wfd-1.0) -o displays
 *   ./displays [NAME or ID]
 *
 * wfd_link_connect_async() would pair with one of them, wfd_link_reopen_async() open
 * the link to one that was paired before. */
#include <wfd/wfd.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

static GMainLoop *loop;
static const char *wanted;
static int status = EXIT_SUCCESS;

static void
end_with (const GError *error)
{
  g_printerr ("%s\n", error->message);
  status = EXIT_FAILURE;
  g_main_loop_quit (loop);
}

/* What a device says of Wi-Fi Display may come after the device itself. */
static void
on_peer (WfdLink *link, WfdLinkPeer *peer, gpointer user_data)
{
  if (!wfd_link_peer_is_sink (peer))
    return;
  g_print ("%s %s%s\n", wfd_link_peer_get_id (peer), wfd_link_peer_get_name (peer),
      wfd_link_peer_is_available (peer) ? "" : " (busy)");
  if (wanted != NULL && wfd_link_peer_matches (peer, wanted))
    g_main_loop_quit (loop);
}

static void
on_peer_lost (WfdLink *link, WfdLinkPeer *peer, gpointer user_data)
{
  g_print ("%s is gone\n", wfd_link_peer_get_id (peer));
}

/* wpa_supplicant has ended, or the adapter was unplugged. */
static void
on_unavailable (WfdLink *link, const GError *error, gpointer user_data)
{
  end_with (error);
}

static void
on_searching (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GError *error = NULL;

  if (wfd_link_finish (WFD_LINK (source), result, &error))
    return;
  end_with (error);
  g_error_free (error);
}

int
main (int argc, char **argv)
{
  WfdP2pLink *link;
  gulong on_lost;

  setlocale (LC_ALL, "");
  if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
    g_printerr (
        "usage: displays [NAME or ID]\n"
        "Lists the displays in reach, until Ctrl-C or until the one that was named is there.\n"
        "The NAME is the whole one, as it is listed; no pattern.\n");
    return argc == 2 && strcmp (argv[1], "--help") == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  link = wfd_p2p_link_new (WFD_ROLE_SOURCE);
  loop = g_main_loop_new (NULL, FALSE);
  wanted = argc > 1 ? argv[1] : NULL;
  g_signal_connect (link, "peer-found", G_CALLBACK (on_peer), NULL);
  g_signal_connect (link, "peer-changed", G_CALLBACK (on_peer), NULL);
  on_lost = g_signal_connect (link, "peer-lost", G_CALLBACK (on_peer_lost), NULL);
  g_signal_connect (link, "unavailable", G_CALLBACK (on_unavailable), NULL);
  g_printerr ("Looking for displays…\n");
  wfd_link_find_async (WFD_LINK (link), NULL, on_searching, NULL);

  g_main_loop_run (loop);
  /* The end of the link tells it of each device. */
  g_signal_handler_disconnect (link, on_lost);
  g_object_unref (link);
  g_main_loop_unref (loop);
  return status;
}
