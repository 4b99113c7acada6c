/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One side of a link over Wi-Fi Direct: obeys the commands on its standard input,
 * one a line, and writes a line for whatever happens, with the time.
 *
 *   find | stop-find | connect PEER pbc | connect PEER display | connect PEER keypad PIN |
 *   reopen PEER [as above] | reject PEER | start-group | disconnect | cancel | stats | memory |
 *   receive LOCAL-ADDRESS | received | send ADDRESS N | look ADDRESS | station | quit
 *
 * It uses the system's message bus ($DBUS_SYSTEM_BUS_ADDRESS). */
#include <gio/gunixinputstream.h>
#include <link-p2p.h>
#include <malloc.h>
#include <unistd.h>
#include <wfd/wfd-peer-station.h>

#include "wifi-stream.h"

typedef struct
{
  WfdLink *link;
  WfdPeerStation *station; /* by which an address is reached; NULL: nobody looks */
  GMainLoop *loop;
  GDataInputStream *commands;
  GCancellable *cancellable;
} Peer;

static struct
{
  gboolean is_sink;
  gint go_intent;
  gint frequency_mhz;
  gint lost_ms;
  gint timeout_ms;
  char *name;
  char *script;
  char *programs;
} options = { .go_intent = -1 };

static const GOptionEntry entries[] = {
  { "sink", 0, 0, G_OPTION_ARG_NONE, &options.is_sink, "is a sink, else a source", NULL },
  { "name", 0, 0, G_OPTION_ARG_STRING, &options.name, "its name", "NAME" },
  { "go-intent", 0, 0, G_OPTION_ARG_INT, &options.go_intent, "0 to 15", "N" },
  { "frequency", 0, 0, G_OPTION_ARG_INT, &options.frequency_mhz, "of the group", "MHZ" },
  { "lost", 0, 0, G_OPTION_ARG_INT, &options.lost_ms, "silence that is a loss", "MS" },
  { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout_ms, "of what is done", "MS" },
  { "script", 0, 0, G_OPTION_ARG_STRING, &options.script, "wfd-dhcp-script", "FILE" },
  { "programs", 0, 0, G_OPTION_ARG_STRING, &options.programs, "where DHCP programs are",
      "FOLDERS" },
  { NULL },
};

static void tell (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
tell (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("%.3f %s\n", (double) g_get_monotonic_time () / G_USEC_PER_SEC, text);
}

/* --- what happens --- */

static void
on_peer (WfdLink *link, WfdLinkPeer *peer, const char *what)
{
  tell ("%s %s %s%s%s", what, wfd_link_peer_get_id (peer), wfd_link_peer_get_name (peer),
      wfd_link_peer_get_ie (peer)->present != 0 ? " wfd" : "",
      wfd_link_peer_owns_group (peer) ? " owner" : "");
}

static void
on_request (WfdLink *link, WfdLinkPeer *peer, guint pairing, const char *pin, gpointer user_data)
{
  static const char *const names[] = { "pbc", "display", "keypad" };

  tell ("request %s %s %s", wfd_link_peer_get_id (peer), names[pairing], pin != NULL ? pin : "");
}

static void
on_pin (WfdLink *link, const char *pin, gpointer user_data)
{
  tell ("pin %s", pin);
}

static void
on_stage (WfdLink *link, guint stage, gpointer user_data)
{
  static const char *const names[] = {
    [WFD_LINK_STAGE_PREPARE] = "prepare",
    [WFD_LINK_STAGE_SEARCH] = "search",
    [WFD_LINK_STAGE_PAIR] = "pair",
    [WFD_LINK_STAGE_REOPEN] = "reopen",
    [WFD_LINK_STAGE_ADDRESS] = "address",
  };

  tell ("stage %s", names[stage]);
}

static void
tell_error (const char *what, const GError *error)
{
  tell ("%s %s %d: %s", what, g_quark_to_string (error->domain), error->code, error->message);
}

static void
on_error (WfdLink *link, const GError *error, const char *what)
{
  tell_error (what, error);
}

static void
tell_stats (WfdLink *link, const char *what)
{
  g_autoptr (GVariant) stats = wfd_link_dup_stats (link);
  g_autofree char *text = g_variant_print (stats, FALSE);

  tell ("%s %s", what, text);
}

/* FALSE if it is about something else. */
static gboolean
look (Peer *self, char **words)
{
  if (words[1] == NULL && self->station != NULL && g_str_equal (words[0], "station")) {
    g_autoptr (GVariant) stats = wfd_peer_station_dup_stats (self->station);
    g_autofree char *text = g_variant_print (stats, FALSE);

    tell ("station %s", text);
  } else if (words[1] != NULL && g_str_equal (words[0], "look")) {
    g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (words[1], 7236);

    g_clear_object (&self->station);
    self->station = wfd_peer_station_new (G_INET_SOCKET_ADDRESS (address));
  } else {
    return FALSE;
  }
  return TRUE;
}

static void
on_opened (WfdLink *link, gpointer user_data)
{
  tell_stats (link, "opened");
}

static void
on_plain (WfdLink *link, const char *what)
{
  tell ("%s", what);
}

static void
on_done (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree char *command = user_data;
  g_autoptr (GError) error = NULL;

  if (wfd_link_finish (WFD_LINK (source), result, &error))
    tell ("done %s", command);
  else
    tell_error ("failed", error);
}

/* --- what is wanted --- */

static gboolean
get_pairing (char **words, WfdLinkPairing *ret_pairing)
{
  static const char *const names[] = { "pbc", "display", "keypad" };
  guint n = g_strv_length (words);

  *ret_pairing = (WfdLinkPairing) { .pin = n > 3 ? words[3] : NULL, .persist = TRUE };
  for (guint i = 0; i < G_N_ELEMENTS (names) && n > 2; i++) {
    if (g_str_equal (names[i], words[2])) {
      ret_pairing->pairing = i;
      return TRUE;
    }
  }
  return FALSE;
}

static void
renew_cancellable (Peer *self)
{
  g_object_unref (self->cancellable);
  self->cancellable = g_cancellable_new ();
}

/* FALSE if it is none. */
static gboolean
begin (Peer *self, char **words)
{
  guint n = g_strv_length (words);
  gboolean is_connect = n > 1 && g_str_equal (words[0], "connect");
  WfdLinkPairing pairing;
  gboolean has_pairing = get_pairing (words, &pairing);

  renew_cancellable (self);
  if (g_str_equal (words[0], "find"))
    wfd_link_find_async (self->link, self->cancellable, on_done, g_strdup (words[0]));
  else if (is_connect && has_pairing)
    wfd_link_connect_async (self->link, words[1], &pairing, self->cancellable, on_done,
        g_strdup (words[0]));
  else if (n > 1 && g_str_equal (words[0], "reopen"))
    wfd_link_reopen_async (self->link, words[1], has_pairing ? &pairing : NULL, self->cancellable,
        on_done, g_strdup (words[0]));
  else if (g_str_equal (words[0], "start-group"))
    wfd_link_start_group_async (self->link, self->cancellable, on_done, g_strdup (words[0]));
  else if (g_str_equal (words[0], "disconnect"))
    wfd_link_disconnect_async (self->link, self->cancellable, on_done, g_strdup (words[0]));
  else
    return FALSE;
  return TRUE;
}

static void
reject (WfdLink *link, const char *peer)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (link);

  for (guint i = 0; i < peers->len; i++) {
    if (wfd_link_peer_matches (peers->pdata[i], peer))
      wfd_link_reject (link, peers->pdata[i]);
  }
}

static void
on_sent (const WfdStreamResult *result, gpointer user_data)
{
  tell ("sent %u done %u lost %u queue %" G_GINT64_FORMAT, result->n_sent, result->n_done,
      result->n_lost, result->most_queue_bytes);
}

/* FALSE if it is about something else. */
static gboolean
stream (char **words)
{
  guint n = g_strv_length (words);

  if (n == 1 && g_str_equal (words[0], "received"))
    tell ("received %u", wfd_stream_get_n_received ());
  else if (n == 2 && g_str_equal (words[0], "receive"))
    wfd_stream_receive (words[1]);
  else if (n == 3 && g_str_equal (words[0], "send"))
    wfd_stream_send (words[1], strtoul (words[2], NULL, 10), on_sent, NULL);
  else
    return FALSE;
  return TRUE;
}

static void
obey (Peer *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  if (words[0] == NULL || g_str_equal (words[0], "quit"))
    g_main_loop_quit (self->loop);
  else if (g_str_equal (words[0], "stats"))
    tell_stats (self->link, "stats");
  else if (g_str_equal (words[0], "memory"))
    tell ("memory %zu", mallinfo2 ().uordblks + mallinfo2 ().hblkhd);
  else if (g_str_equal (words[0], "stop-find"))
    wfd_link_stop_find (self->link);
  else if (g_str_equal (words[0], "reject") && words[1] != NULL)
    reject (self->link, words[1]);
  else if (g_str_equal (words[0], "cancel"))
    g_cancellable_cancel (self->cancellable);
  else if (!stream (words) && !look (self, words) && !begin (self, words))
    tell ("what is “%s”?", line);
}

static void
on_command (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Peer *self = user_data;
  g_autofree char *line = g_data_input_stream_read_line_finish (self->commands, result, NULL, NULL);

  if (line == NULL) {
    g_main_loop_quit (self->loop);
    return;
  }
  obey (self, line);
  g_data_input_stream_read_line_async (self->commands, G_PRIORITY_DEFAULT, NULL, on_command, self);
}

static WfdLink *
make_link (void)
{
  WfdP2pOptions link_options = {
    .advert = { options.is_sink ? WFD_IE_TYPE_PRIMARY_SINK : WFD_IE_TYPE_SOURCE, TRUE, 7236, 300,
        0 },
    .device_name = options.name,
    .go_intent = options.go_intent,
    .frequency_mhz = options.frequency_mhz,
    .lost_ms = options.lost_ms,
    .timeout_ms = options.timeout_ms,
    .dhcp_script = options.script,
    .program_folders = options.programs,
  };

  return WFD_LINK (wfd_p2p_link_new_full (NULL, &link_options));
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  Peer self = { .loop = g_main_loop_new (NULL, FALSE), .cancellable = g_cancellable_new () };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, NULL))
    return 2;
  self.commands = g_data_input_stream_new (input);
  self.link = make_link ();
  g_signal_connect (self.link, "peer-found", G_CALLBACK (on_peer), (gpointer) "found");
  g_signal_connect (self.link, "peer-changed", G_CALLBACK (on_peer), (gpointer) "changed");
  g_signal_connect (self.link, "peer-lost", G_CALLBACK (on_peer), (gpointer) "peer-lost");
  g_signal_connect (self.link, "pairing-request", G_CALLBACK (on_request), NULL);
  g_signal_connect (self.link, "stage", G_CALLBACK (on_stage), NULL);
  g_signal_connect (self.link, "pin", G_CALLBACK (on_pin), NULL);
  g_signal_connect (self.link, "opened", G_CALLBACK (on_opened), NULL);
  g_signal_connect (self.link, "interrupted", G_CALLBACK (on_plain), (gpointer) "interrupted");
  g_signal_connect (self.link, "resumed", G_CALLBACK (on_plain), (gpointer) "resumed");
  g_signal_connect (self.link, "lost", G_CALLBACK (on_error), (gpointer) "lost");
  g_signal_connect (self.link, "unavailable", G_CALLBACK (on_error), (gpointer) "unavailable");
  g_data_input_stream_read_line_async (self.commands, G_PRIORITY_DEFAULT, NULL, on_command, &self);
  g_main_loop_run (self.loop);
  g_clear_object (&self.station);
  wfd_link_close (self.link);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_object_unref (self.link);
  g_object_unref (self.commands);
  g_object_unref (self.cancellable);
  g_main_loop_unref (self.loop);
  return 0;
}
