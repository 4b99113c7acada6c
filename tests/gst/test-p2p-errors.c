/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What wfdsink and wfdsrc say, over Wi-Fi Direct, of each thing that may be in the way: in which
 * step, as which error of GStreamer, and with what to do. */
#include <glib/gstdio.h>
#include <wfd/wfd.h>

#include "p2p-stage.h"

#define IF_ROOT "fi.w1.wpa_supplicant1"
#define IF_P2P IF_ROOT ".Interface.P2PDevice"
#define DBUS_ERROR "org.freedesktop.DBus.Error."

static const char *const wlans[] = {
  [STAGE_SOURCE] = STAGE_ROOT "/Interfaces/0",
  [STAGE_DISPLAY] = STAGE_ROOT "/Interfaces/1",
};

/* A display goes on, and another source may come. */
#define WAITS (-1)

typedef struct Row Row;
struct Row
{
  guint side;
  const char *name;
  const char *properties; /* of the element */
  void (*spoil) (Stage *stage, const Row *row);
  const char *what; /* to it: a signal, the name of an error, or what is said */
  const char *args;
  gint code;                                   /* GstResourceError, or WAITS */
  const char *words[3];                        /* what is wrong, and what to do */
  const char *steps;                           /* up to the error, or until it waits again */
  void (*lead) (Stage *stage, const Row *row); /* to where it shows; NULL: it does at once */
  GQuark (*domain) (void);                     /* NULL: GST_RESOURCE_ERROR */
};

static char *folder;               /* of programs */
static GSocketService *port;       /* of a source that is none of ours */
static GSocketConnection *visitor; /* a display that is none of ours */

/* --- what is wrong --- */

static void
be_there (Stage *stage, const Row *row)
{
}

static void
take_p2p_away (Stage *stage, const Row *row)
{
  fake_wpas_set (stage->fake, wlans[row->side], "Capabilities",
      g_variant_new_parsed ("{'Modes': <['infrastructure', 'ap']>}"));
}

static void
refuse_to_talk (Stage *stage, const Row *row)
{
  fake_wpas_refuse (stage->fake, "GetAll " IF_ROOT, row->what);
}

static void
refuse_to_pair (Stage *stage, const Row *row)
{
  fake_wpas_refuse (stage->fake, "Connect", row->what);
}

static void
refuse_to_tell (Stage *stage, const Row *row)
{
  fake_wpas_refuse (stage->fake, "Get P2PDeviceConfig", row->what);
}

static void
be_out_of_reach (Stage *stage, const Row *row)
{
  stage->is_deaf = TRUE;
}

static void
say_row (FakeWpas *fake, gpointer user_data)
{
  const Row *row = user_data;

  fake_wpas_say (fake, wlans[row->side], IF_P2P, row->what, g_variant_new_parsed (row->args));
}

static void
say_after_connect (Stage *stage, const Row *row)
{
  fake_wpas_react (stage->fake, "Connect", say_row, (gpointer) row);
}

/* The owner of the group tells none in the handshake, and does not answer. */
static void
give_no_address (Stage *stage, const Row *row)
{
  g_autofree char *client = g_build_filename (folder, "udhcpc", NULL);

  g_assert_true (g_file_set_contents (client, "#!/bin/sh\nexec sleep 1000\n", -1, NULL));
  g_assert_cmpint (g_chmod (client, 0700), ==, 0);
  say_after_connect (stage, row);
}

static void
send_nothing (Stage *stage, const Row *row)
{
  stage_silence_stream (TRUE);
}

static void
send_no_picture (Stage *stage, const Row *row)
{
  stage_mark_pictures (2, 0xff); /* as what is no part of the program */
}

static void
send_what_is_protected (Stage *stage, const Row *row)
{
  stage_mark_pictures (3, 0x80); /* as encrypted */
}

static void
say (GSocketConnection *connection, const char *text)
{
  g_assert_true (
      g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
          strlen (text), NULL, NULL, NULL));
}

static gboolean
on_connection (GSocketService *service, GSocketConnection *connection, GObject *object,
    gpointer user_data)
{
  const Row *row = user_data;

  g_set_object (&visitor, connection);
  say (connection, row->what);
  return TRUE;
}

/* As a source that says all at once what it has to say. */
static void
listen_at_port (Stage *stage, const Row *row)
{
  g_autoptr (GSocketAddress) address =
      g_inet_socket_address_new_from_string ("127.0.0.1", stage->rtsp_port);

  port = g_socket_service_new ();
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (port), address,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, NULL, NULL));
  g_signal_connect (port, "incoming", G_CALLBACK (on_connection), (gpointer) row);
}

/* --- where it shows --- */

static void
let_time_be_over (Stage *stage, const Row *row)
{
  stage_wait_call (stage, row->side, "Find");
  stage_let_time_be_over (stage);
}

/* The display is asked, by a source that is none of ours. */
static void
ask (Stage *stage, const Row *row)
{
  stage_wait_call (stage, row->side, "Listen");
  stage_ask (stage, row->side);
}

static void
ask_with_pin (Stage *stage, const Row *row)
{
  stage_wait_call (stage, row->side, "Listen");
  stage_ask_by (stage, row->side, "ProvisionDiscoveryRequestEnterPin");
}

/* The other is in the group, and no more than that. */
static void
be_in_group (Stage *stage, const Row *row)
{
  if (row->side == STAGE_DISPLAY)
    ask (stage, row);
  stage_wait_call (stage, row->side, "Connect");
  stage_start_group (stage);
  stage_wait_progress (stage, row->side, "connect/start");
}

static void
be_in_group_in_vain (Stage *stage, const Row *row)
{
  be_in_group (stage, row);
  stage_let_time_be_over (stage);
}

static void
vanish (Stage *stage, const Row *row)
{
  be_in_group (stage, row);
  stage_end_group (stage);
}

static GSocketConnection *
connect_to (Stage *stage)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) from = g_inet_socket_address_new_from_string ("127.0.0.2", 0);
  GSocketConnection *connection;

  g_socket_client_set_local_address (client, from);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", stage->rtsp_port, NULL, NULL);
  g_assert_nonnull (connection);
  return connection;
}

static void
visit (Stage *stage, const Row *row)
{
  be_in_group (stage, row);
  visitor = connect_to (stage);
  say (visitor, row->what);
}

static void
visit_and_vanish (Stage *stage, const Row *row)
{
  visit (stage, row);
  stage_wait_progress (stage, row->side, "negotiate/start");
  stage_end_group (stage);
}

static void
visit_in_vain (Stage *stage, const Row *row)
{
  g_autoptr (GSocketConnection) next = NULL;
  char octet;

  visit (stage, row);
  stage_wait_progress (stage, row->side, "negotiate/error");
  /* Whoever is spoken to now comes after the end of that. */
  next = connect_to (stage);
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (next)), &octet,
                       1, NULL, NULL),
      ==, 1);
  stage_let_time_be_over (stage);
}

/* Ours. */
static void
cast (Stage *stage, const Row *row)
{
  stage_wait_call (stage, row->side, "Listen");
  stage_make_source (stage, "peer=Living*");
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
}

/* --- and what is said of it --- */

#define NEGOTIATION "GONegotiationFailure"
#define WPS(number) say_after_connect, "WpsFailed", "('fail', {'config_error': <int16 " number ">})"
#define STARTED(n) \
  "({'interface_object': <objectpath '" STAGE_ROOT "/Interfaces/" n "'>, 'group_object': " \
  "<objectpath '" STAGE_ROOT "/Interfaces/" n "/Groups/ab'>, 'role': <'client'>},)"

/* The steps that are behind, and the one that is on. */
#define SEARCH "discover/start "
#define PAIR SEARCH "discover/complete pair/start "
#define ADDRESS PAIR "pair/complete address/start "
#define CONNECT ADDRESS "address/complete connect/start "
#define NEGOTIATE CONNECT "connect/complete negotiate/start "
#define PLAY NEGOTIATE "negotiate/complete play/start "

#define PLAYED PLAY "play/complete "

#define ANSWER(number, status) "RTSP/1.0 " status "\r\nCSeq: " number "\r\n\r\n"
#define HOST "rtsp://localhost/wfd1.0"
#define REQUEST(method, number, length, text) \
  method " " HOST " RTSP/1.0\r\nCSeq: " number "\r\nContent-Type: text/parameters\r\n" \
         "Content-Length: " length "\r\n\r\n" text "\r\n"
#define M1 "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nRequire: org.wfa.wfd1.0\r\n\r\n"
#define M2_ANSWER \
  "RTSP/1.0 200 OK\r\nCSeq: 1\r\n" \
  "Public: org.wfa.wfd1.0, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER\r\n\r\n"
#define M3 REQUEST ("GET_PARAMETER", "2", "19", "wfd_video_formats")
#define FORMAT "wfd_video_formats: 00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none"
#define M4 \
  REQUEST ("SET_PARAMETER", "3", "148", FORMAT "\r\nwfd_presentation_URL: " HOST "/streamid=0 none")
#define M5 REQUEST ("SET_PARAMETER", "4", "27", "wfd_trigger_method: SETUP")
/* All that a source says until SETUP is answered. */
#define M1_TO_M6(status) M1 M2_ANSWER M3 M4 M5 ANSWER ("2", status)

static const Row rows[] = {
  { STAGE_SOURCE, "no-service", "", refuse_to_talk, DBUS_ERROR "ServiceUnknown", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND,
      { "does not run", "package wpasupplicant, systemctl start wpa_supplicant" },
      SEARCH "discover/error " },
  { STAGE_SOURCE, "no-permission", "", refuse_to_talk, DBUS_ERROR "AccessDenied", NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "may not talk to wpa_supplicant", "run as root or join the group netdev" },
      SEARCH "discover/error " },
  { STAGE_SOURCE, "frozen", "", refuse_to_talk, DBUS_ERROR "NoReply", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND, { "wpa_supplicant does not answer", "restart it" },
      SEARCH "discover/error " },
  { STAGE_SOURCE, "no-p2p", "", take_p2p_away, NULL, NULL, GST_RESOURCE_ERROR_NOT_FOUND,
      { "wlan0", "no Wi-Fi Direct: the driver has none", "p2p_disabled=1 is to be taken out" },
      SEARCH "discover/error " },
  { STAGE_SOURCE, "no-peer", "", be_out_of_reach, NULL, NULL, GST_RESOURCE_ERROR_NOT_FOUND,
      { "No display “Living*” was found", "is it on, near", "is no display" },
      SEARCH "discover/error ", let_time_be_over },
  { STAGE_SOURCE, "refused-by-wpa-supplicant", "", refuse_to_pair, IF_ROOT ".InvalidArgs", NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, { "wpa_supplicant refuses", "its log" },
      PAIR "pair/error " },
  { STAGE_SOURCE, "interface-is-gone", "", refuse_to_pair, IF_ROOT ".InterfaceUnknown", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND,
      { "the Wi-Fi interface is gone", "was the adapter unplugged, or p2p_disabled=1 set?" },
      PAIR "pair/error " },
  { STAGE_SOURCE, "no-pin", "pairing=pin-keypad", be_there, NULL, NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "was not paired with this device", "set “pin” to the PIN that it shows" },
      PAIR "pair/error " },
  { STAGE_SOURCE, "wrong-pin", "pairing=pin-keypad pin=12345670", WPS ("18"),
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, { "the PIN is wrong", "type the one that is shown now" },
      PAIR "pair/error " },
  { STAGE_SOURCE, "wps-fails", "", WPS ("12"), GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "more than two devices", "wait two minutes and try again" }, PAIR "pair/error " },
  { STAGE_SOURCE, "negotiation-status-7", "", say_after_connect, NEGOTIATION, "({'status': <7>},)",
      GST_RESOURCE_ERROR_SETTINGS, { "(status 7)", "no common channel; check the country" },
      PAIR "pair/error " },
  { STAGE_SOURCE, "negotiation-status-10", "", say_after_connect, NEGOTIATION,
      "({'status': <10>},)", GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "(status 10)", "by button, or by PIN" }, PAIR "pair/error " },
  { STAGE_SOURCE, "negotiation-status-11", "", say_after_connect, NEGOTIATION,
      "({'status': <11>},)", GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "(status 11)", "the person at the peer has refused", "on the screen of the display" },
      PAIR "pair/error " },
  { STAGE_SOURCE, "no-address", "", give_no_address, "GroupStarted", STARTED ("10"),
      GST_RESOURCE_ERROR_READ, { "No address came", "UDP ports 67 and 68", "go-intent of 15" },
      ADDRESS "address/error " },
  { STAGE_SOURCE, "not-connected", "", be_there, NULL, NULL, GST_RESOURCE_ERROR_READ,
      { "does not connect", "is it a display", "let TCP port " }, CONNECT "connect/error ",
      be_in_group_in_vain },
  { STAGE_SOURCE, "gone-before-it-connects", "", be_there, NULL, NULL, GST_RESOURCE_ERROR_READ,
      { "has left the group" }, CONNECT "connect/error ", vanish },
  { STAGE_SOURCE, "gone-while-agreeing", "", be_there, ANSWER ("1", "200 OK"), NULL,
      GST_RESOURCE_ERROR_READ, { "has left the group" }, NEGOTIATE "negotiate/error ",
      visit_and_vanish },
  { STAGE_SOURCE, "m1-refused", "", be_there, ANSWER ("1", "551 Option not supported"), NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "The display refused M1 (OPTIONS) with status 551", "on the screen of the display" },
      NEGOTIATE "negotiate/error connect/start connect/error ", visit_in_vain },
  { STAGE_DISPLAY, "no-service", "", refuse_to_talk, DBUS_ERROR "ServiceUnknown", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND,
      { "does not run", "package wpasupplicant, systemctl start wpa_supplicant" },
      SEARCH "discover/error " },
  { STAGE_DISPLAY, "no-permission", "", refuse_to_talk, DBUS_ERROR "AccessDenied", NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "may not talk to wpa_supplicant", "run as root or join the group netdev" },
      SEARCH "discover/error " },
  { STAGE_DISPLAY, "frozen", "", refuse_to_talk, DBUS_ERROR "NoReply", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND, { "wpa_supplicant does not answer", "restart it" },
      SEARCH "discover/error " },
  { STAGE_DISPLAY, "no-p2p", "", take_p2p_away, NULL, NULL, GST_RESOURCE_ERROR_NOT_FOUND,
      { "wlan1", "no Wi-Fi Direct: the driver has none", "p2p_disabled=1 is to be taken out" },
      SEARCH "discover/error " },
  { STAGE_DISPLAY, "interface-is-gone", "", refuse_to_tell, IF_ROOT ".InterfaceUnknown", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND,
      { "the Wi-Fi interface is gone", "was the adapter unplugged, or p2p_disabled=1 set?" },
      SEARCH "discover/error " },
  { STAGE_DISPLAY, "refused-by-wpa-supplicant", "", refuse_to_pair, IF_ROOT ".InvalidArgs", NULL,
      WAITS, { "wpa_supplicant refuses", "its log" }, PAIR "pair/error " SEARCH, ask },
  { STAGE_DISPLAY, "no-pin", "pairing=pin-keypad", be_there, NULL, NULL, WAITS,
      { "was not paired with this device", "set “pin” to the PIN that it shows" },
      PAIR "pair/error " SEARCH, ask_with_pin },
  { STAGE_DISPLAY, "wrong-pin", "pairing=pin-keypad pin=12345670", WPS ("18"), WAITS,
      { "the PIN is wrong", "type the one that is shown now" }, PAIR "pair/error " SEARCH,
      ask_with_pin },
  { STAGE_DISPLAY, "wps-fails", "", WPS ("12"), WAITS,
      { "more than two devices", "wait two minutes and try again" }, PAIR "pair/error " SEARCH,
      ask },
  { STAGE_DISPLAY, "negotiation-status-7", "", say_after_connect, NEGOTIATION, "({'status': <7>},)",
      WAITS, { "(status 7)", "no common channel; check the country" }, PAIR "pair/error " SEARCH,
      ask },
  { STAGE_DISPLAY, "negotiation-status-11", "", say_after_connect, NEGOTIATION,
      "({'status': <11>},)", WAITS, { "(status 11)", "the person at the peer has refused" },
      PAIR "pair/error " SEARCH, ask },
  { STAGE_DISPLAY, "no-address", "", give_no_address, "GroupStarted", STARTED ("11"), WAITS,
      { "No address came", "UDP ports 67 and 68", "go-intent of 15" },
      ADDRESS "address/error " SEARCH, ask },
  { STAGE_DISPLAY, "gone-before-it-is-reached", "", be_there, NULL, NULL, WAITS,
      { "has left the group" }, CONNECT "connect/error " SEARCH, vanish },
  { STAGE_DISPLAY, "not-reached", "", be_there, NULL, NULL, WAITS,
      { "no session came with it", "does it cast", "let that port through?" },
      CONNECT "connect/error " SEARCH, be_in_group_in_vain },
  { STAGE_DISPLAY, "tcp-refused", "timeout=1", be_there, NULL, NULL,
      GST_RESOURCE_ERROR_OPEN_READ_WRITE, { "Connection refused", "Check its address and port" },
      CONNECT "connect/error ", be_in_group },
  { STAGE_DISPLAY, "m6-refused", "", listen_at_port, M1_TO_M6 ("404 Not Found"), NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "The source refused SETUP (M6) with status 404", "on the screen of the source" },
      PLAY "play/error ", be_in_group },
  { STAGE_DISPLAY, "no-rtp", "timeout=6000", send_nothing, NULL, NULL,
      GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      { "nothing of it has come to UDP port", "does a firewall here let that" }, PLAYED, cast },
  { STAGE_DISPLAY, "nothing-decodable", "timeout=6000", send_no_picture, NULL, NULL,
      GST_STREAM_ERROR_DECODE,
      { "no picture in it that could be decoded", "without content protection" }, PLAYED, cast,
      gst_stream_error_quark },
  { STAGE_DISPLAY, "protected", "", send_what_is_protected, NULL, NULL, GST_STREAM_ERROR_DECRYPT,
      { "HDCP, which is not supported", "switch the protection off" }, PLAYED, cast,
      gst_stream_error_quark },
};

static void
assert_says (const char *text, const char *words)
{
  if (words != NULL && strstr (text, words) == NULL)
    g_error ("“%s” does not say “%s”", text, words);
}

/* What the other is to be looked at for, when it says nothing of it itself. */
static void
assert_peer_is_left_alone (const GError *error, const Row *row)
{
  static const char *const advices[] = { "on the screen of", "Check ", "the address is that" };

  for (guint i = 0; i < G_N_ELEMENTS (advices); i++) {
    gboolean is_meant = FALSE;

    for (guint j = 0; j < G_N_ELEMENTS (row->words); j++)
      is_meant |= row->words[j] != NULL && strstr (row->words[j], advices[i]) != NULL;
    if (!is_meant && strstr (error->message, advices[i]) != NULL)
      g_error ("“%s” says “%s”", error->message, advices[i]);
  }
}

/* The steps and their ends, without what was told in between. */
static char *
dup_steps (const StageSide *side)
{
  g_autoptr (GRegex) news = g_regex_new ("[a-z]+/continue ", 0, 0, NULL);

  return g_regex_replace_literal (news, side->progress->str, -1, 0, "", 0, NULL);
}

/* The step that is on ends with that error, and it begins anew. */
static void
assert_waits (Stage *stage, const Row *row)
{
  StageSide *side = &stage->sides[row->side];
  g_autofree char *told = NULL;

  stage_wait_progress (stage, row->side, "error discover/start");
  g_assert_no_error (side->error);
  told = dup_steps (side);
  g_assert_cmpstr (told, ==, row->steps);
  for (guint i = 0; i < G_N_ELEMENTS (row->words); i++)
    assert_says (side->texts->str, row->words[i]);
}

/* The step is the one that has ended so, the last. */
static void
assert_tells_programs (const StageSide *side, const Row *row)
{
  const char *step = gst_structure_get_string (side->details, "step");
  const char *domain = gst_structure_get_string (side->details, "domain");
  g_autofree char *end = g_strdup_printf ("%s/error ", step);

  g_assert_true (gst_structure_has_name (side->details, "wfd-error"));
  g_assert_true (gst_structure_has_field_typed (side->details, "code", G_TYPE_INT));
  if (g_str_has_suffix (row->steps, "/error "))
    g_assert_true (g_str_has_suffix (row->steps, end));
  else
    g_assert_null (step);
  if (row->domain != NULL)
    g_assert_cmpstr (domain, ==, g_quark_to_string (row->domain ()));
  else
    g_assert_true (
        g_str_has_prefix (gst_structure_get_string (side->details, "name"), "WFD_ERROR_"));
}

/* Once, however often it may be noticed, and as that of the step. */
static void
assert_fails (Stage *stage, const Row *row)
{
  StageSide *side = &stage->sides[row->side];
  GQuark domain = row->domain != NULL ? row->domain () : GST_RESOURCE_ERROR;
  g_autofree char *told = NULL;

  stage_wait_error (stage, row->side);
  told = dup_steps (side);
  stage_set_state (stage, row->side, GST_STATE_READY);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_test_message ("%s", side->error->message);
  g_assert_error (side->error, domain, row->code);
  g_assert_cmpuint (side->n_errors, ==, 1);
  for (guint i = 0; i < G_N_ELEMENTS (row->words); i++)
    assert_says (side->error->message, row->words[i]);
  assert_peer_is_left_alone (side->error, row);
  assert_tells_programs (side, row);
  g_assert_cmpstr (told, ==, row->steps);
}

static void
make (Stage *stage, const Row *row)
{
  g_autofree char *properties = g_strconcat ("peer=Living* ", row->properties, NULL);

  if (row->side == STAGE_SOURCE)
    stage_make_source (stage, properties);
  else
    stage_make_display (stage, row->properties);
}

static void
test_row (Stage *stage, gconstpointer data)
{
  const Row *row = data;

  row->spoil (stage, row);
  make (stage, row);
  stage_set_state (stage, row->side, GST_STATE_PLAYING);
  if (row->lead != NULL)
    row->lead (stage, row);
  if (row->code == WAITS)
    assert_waits (stage, row);
  else
    assert_fails (stage, row);
  stage_silence_stream (FALSE);
  stage_mark_pictures (0, 0);
  g_clear_object (&visitor);
  if (port != NULL) {
    g_socket_service_stop (port);
    g_socket_listener_close (G_SOCKET_LISTENER (port));
  }
  g_clear_object (&port);
}

static void
remove_folder (void)
{
  g_autofree char *client = g_build_filename (folder, "udhcpc", NULL);

  g_remove (client);
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
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path =
        g_strdup_printf ("/gst/p2p/error/%s-at-%s", sides[rows[i].side], rows[i].name);

    g_test_add (path, Stage, &rows[i], stage_set_up, test_row, stage_tear_down);
  }
  folder = g_dir_make_tmp ("p2p-errors-XXXXXX", NULL);
  stage_use_programs (folder, 1);
  status = stage_run ();
  remove_folder ();
  return status;
}
