/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NULL of wfdsink and wfdsrc at each step of a link: at once, whether anybody answers or
 * not, and what was begun is undone. */
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <wfd/wfd.h>

#include "p2p-stage.h"

#define MAX_US (200 * G_TIME_SPAN_MILLISECOND)
/* A machine that is busy may be late; an element that waits for somebody is late each time. */
#define MAX_ROUNDS 5

/* What a side speaks with beside the other element: as display, or as the port of a source. */
static GSocketConnection *visitor;
static GSocketListener *port;

static void
begin (Stage *stage, guint side)
{
  if (side == STAGE_SOURCE)
    stage_make_source (stage, "peer=Living*");
  else
    stage_make_display (stage, "after-session=wait");
  stage_set_state (stage, side, GST_STATE_PLAYING);
}

static void
at_call (Stage *stage, guint side, const char *key)
{
  begin (stage, side);
  stage_wait_any_call (stage, key);
}

static void
at_search (Stage *stage, guint side, const char *key)
{
  stage->is_deaf = TRUE;
  at_call (stage, side, key);
  /* The first shows by which of the two adapters Wi-Fi Direct is done. */
  stage_wait_calls (stage, side, key, 2);
}

/* Nobody else is there, and the display is asked. */
static void
at_pairing (Stage *stage, guint side, const char *key)
{
  begin (stage, side);
  if (side == STAGE_DISPLAY) {
    stage_wait_call (stage, side, "Listen");
    stage_ask (stage, side);
  }
  stage_wait_call (stage, side, "Connect");
}

static void
at_group (Stage *stage, guint side, const char *key)
{
  at_pairing (stage, side, NULL);
  stage_start_group (stage);
  if (key != NULL)
    stage_wait_any_call (stage, key);
}

/* The other is in the group, and no more than that. */
static void
at_connect (Stage *stage, guint side, const char *key)
{
  at_group (stage, side, NULL);
  stage_wait_progress (stage, side, "connect/start");
}

static char *folder;          /* of programs */
static int lease_client = -1; /* for DHCP: writes when it begins, and hangs up when it has ended */

static gboolean
on_client (int fd, GIOCondition condition, gpointer is_seen)
{
  *(gboolean *) is_seen = TRUE;
  return G_SOURCE_CONTINUE;
}

static void
wait_for_client (GIOCondition condition)
{
  gboolean is_seen = FALSE;
  guint source = g_unix_fd_add (lease_client, condition, on_client, &is_seen);

  while (!is_seen)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

/* The owner of the group tells no address in the handshake. */
static void
at_lease (Stage *stage, guint side, const char *key)
{
  g_autofree char *path = g_build_filename (folder, "begun", NULL);

  lease_client = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);
  g_assert_cmpint (lease_client, >=, 0);
  at_pairing (stage, side, NULL);
  stage_start_bare_group (stage, side);
  wait_for_client (G_IO_IN);
}

/* Another display is being paired with, which is in nobody's hurry. */
static void
at_turn (Stage *stage, guint side, const char *key)
{
  g_autofree char *description =
      g_strdup_printf ("videotestsrc is-live=true ! wfdsink name=wfd link=p2p interface=wlan0 "
                       "rtsp-port=%u peer=Kitchen",
          stage->rtsp_port);

  fake_wpas_hold (stage->fake, "Connect");
  stage_make (stage, !side, description);
  stage_set_state (stage, !side, GST_STATE_PLAYING);
  stage_wait_call (stage, side, "Find");
  fake_wpas_say (stage->fake, STAGE_ROOT "/Interfaces/0",
      "fi.w1.wpa_supplicant1.Interface.P2PDevice", "DeviceFoundProperties",
      g_variant_new_parsed ("(objectpath '" STAGE_ROOT "/Interfaces/0/Peers/020000000300', "
                            "{'DeviceName': <'Kitchen'>, 'IEs': <[byte 0x00, 0x00, 0x06, 0x00, "
                            "0x11, 0x1c, 0x44, 0x00, 0x96]>})"));
  stage_wait_call (stage, side, "Connect");
  /* Who waits for his turn does not search. */
  stage_know_peer (stage, side);
  begin (stage, side);
  stage_wait_turn (stage);
}

#define ANSWER \
  "RTSP/1.0 200 OK\r\nCSeq: 1\r\n" \
  "Public: org.wfa.wfd1.0, GET_PARAMETER, SET_PARAMETER\r\n\r\n"

static void
visit (Stage *stage)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) from = g_inet_socket_address_new_from_string ("127.0.0.2", 0);

  g_socket_client_set_local_address (client, from);
  visitor = g_socket_client_connect_to_host (client, "127.0.0.1", stage->rtsp_port, NULL, NULL);
  g_assert_nonnull (visitor);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (visitor)),
      ANSWER, strlen (ANSWER), NULL, NULL, NULL));
}

static void
listen_at_port (Stage *stage)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", stage->rtsp_port);

  port = g_socket_listener_new ();
  g_assert_true (g_socket_listener_add_address (port, address, G_SOCKET_TYPE_STREAM,
      G_SOCKET_PROTOCOL_TCP, NULL, NULL, NULL));
}

/* And is connected, and says little. */
static void
at_negotiation (Stage *stage, guint side, const char *key)
{
  if (side == STAGE_DISPLAY)
    listen_at_port (stage);
  at_connect (stage, side, NULL);
  if (side == STAGE_SOURCE)
    visit (stage);
  stage_wait_progress (stage, side, "negotiate/start");
}

static void
at_play (Stage *stage, guint side, const char *key)
{
  begin (stage, STAGE_DISPLAY);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  begin (stage, STAGE_SOURCE);
  stage_wait_buffers (stage, 10);
}

/* The group is closed, as nothing plays in it; a source waits whether its display comes back. */
static void
at_idle (Stage *stage, guint side, const char *key)
{
  stage_make_display (stage,
      side == STAGE_DISPLAY ? "after-session=wait idle-timeout=1" : "after-session=wait");
  stage_make_source (stage,
      side == STAGE_SOURCE ? "peer=Living* idle-timeout=1" : "peer=Living* idle-timeout=0");
  stage_set_state (stage, STAGE_DISPLAY, GST_STATE_PLAYING);
  stage_wait_call (stage, STAGE_DISPLAY, "Listen");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  stage_wait_buffers (stage, 1);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PAUSED);
  stage_wait_call (stage, side, "Disconnect");
  if (side == STAGE_SOURCE)
    stage_wait_call (stage, side, "ExtendedListen");
}

static void
at_loss (Stage *stage, guint side, const char *key)
{
  at_play (stage, side, NULL);
  fake_wpas_hold (stage->fake, key);
  stage_end_group (stage);
  stage_wait_warning (stage, side);
  if (side == STAGE_SOURCE)
    stage_wait_call (stage, side, key);
}

static const struct
{
  const char *name;
  void (*lead) (Stage *stage, guint side, const char *key);
  const char *key; /* of the call that is reached */
  gboolean answers;
  const char *undone[2]; /* by the source, and by the display: called anew */
  gboolean is_of_source; /* only */
} steps[] = {
  { "announce", at_call, "Set WFDIEs", FALSE, { NULL, NULL } },
  { "manager", at_call, "StopFind", FALSE, { NULL, NULL } },
  { "search", at_search, "Find", TRUE, { "StopFind", "StopFind" } },
  { "pair", at_pairing, "Connect", FALSE, { "Cancel", "Cancel" } },
  { "group", at_pairing, NULL, TRUE, { "Cancel", "Cancel" } },
  { "turn", at_turn, NULL, TRUE, { "StopFind", NULL }, TRUE },
  { "lease", at_lease, NULL, TRUE, { "Disconnect", "Disconnect" } },
  { "address", at_group, "Get Ifname", FALSE, { "Disconnect", "Disconnect" } },
  { "connect", at_connect, NULL, TRUE, { "Disconnect", "Disconnect" } },
  { "negotiate", at_negotiation, NULL, TRUE, { "Disconnect", "Disconnect" } },
  { "play", at_play, NULL, TRUE, { "Disconnect", "Disconnect" } },
  { "idle", at_idle, NULL, TRUE, { "ExtendedListen", NULL } },
  { "lost", at_loss, "Invite", TRUE, { NULL, NULL } },
};

typedef struct
{
  guint step;
  guint side;
} Case;

static Case cases[2 * G_N_ELEMENTS (steps)];

static void
wait_until_client_has_ended (void)
{
  if (lease_client < 0)
    return;
  wait_for_client (G_IO_HUP);
  g_close (lease_client, NULL);
  lease_client = -1;
}

static gint64
measure (Stage *stage, const Case *at)
{
  const char *undone = steps[at->step].undone[at->side];
  gint64 begin_us, taken_us;
  guint n_calls;

  if (!steps[at->step].answers)
    fake_wpas_hold (stage->fake, steps[at->step].key);
  steps[at->step].lead (stage, at->side, steps[at->step].key);
  fake_wpas_be_deaf (stage->fake);
  n_calls = undone != NULL ? stage_count_calls (stage, at->side, undone) : 0;
  begin_us = g_get_monotonic_time ();
  stage_set_state (stage, at->side, GST_STATE_NULL);
  taken_us = g_get_monotonic_time () - begin_us;
  if (undone != NULL)
    stage_wait_calls (stage, at->side, undone, n_calls + 1);
  stage_wait_undone (stage, at->side);
  wait_until_client_has_ended ();
  g_assert_no_error (stage->sides[at->side].error);
  g_clear_object (&visitor);
  g_clear_object (&port);
  return taken_us;
}

static void
test_null_at (gconstpointer data)
{
  gint64 taken_us = G_MAXINT64;

  for (guint i = 0; i < MAX_ROUNDS && taken_us > MAX_US; i++) {
    Stage stage = { 0 };

    stage_set_up (&stage, NULL);
    taken_us = measure (&stage, data);
    stage_tear_down (&stage, NULL);
    g_test_message ("%" G_GINT64_FORMAT " us", taken_us);
  }
  g_assert_cmpint (taken_us, <=, MAX_US);
}

static void
add_client (void)
{
  g_autofree char *path = NULL, *text = NULL, *begun = NULL;

  folder = g_dir_make_tmp ("p2p-null-XXXXXX", NULL);
  path = g_build_filename (folder, "udhcpc", NULL);
  text = g_strdup_printf ("#!/bin/sh\nexec 3> '%s/begun'\necho >&3\nexec sleep 1000\n", folder);
  begun = g_build_filename (folder, "begun", NULL);
  g_assert_cmpint (mkfifo (begun, 0600), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  stage_use_programs (folder, 0);
}

static void
remove_client (void)
{
  static const char *const names[] = { "udhcpc", "begun" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (folder, names[i], NULL);

    g_remove (path);
  }
  g_rmdir (folder);
  g_free (folder);
}

int
main (int argc, char **argv)
{
  static const char *const sides[] = { "source", "display" };
  int status;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = NULL;

    cases[i] = (Case) { i / 2, i % 2 };
    if (cases[i].side == STAGE_DISPLAY && steps[cases[i].step].is_of_source)
      continue;
    path = g_strdup_printf ("/gst/p2p/null/%s-at-%s", sides[i % 2], steps[i / 2].name);
    g_test_add_data_func (path, &cases[i], test_null_at);
  }
  add_client ();
  status = stage_run ();
  remove_client ();
  return status;
}
