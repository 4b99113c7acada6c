/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What wfdsink says, over Wi-Fi Direct, of each thing that may be in the way: as which error of
 * GStreamer, and with what to do. */
#include <glib/gstdio.h>
#include <wfd/wfd.h>

#include "p2p-stage.h"

#define WLAN STAGE_ROOT "/Interfaces/0"
#define GROUP STAGE_ROOT "/Interfaces/10"
#define IF_ROOT "fi.w1.wpa_supplicant1"
#define IF_P2P IF_ROOT ".Interface.P2PDevice"
#define DBUS_ERROR "org.freedesktop.DBus.Error."

typedef struct Row Row;
struct Row
{
  const char *name;
  const char *properties; /* of wfdsink */
  void (*spoil) (Stage *stage, const Row *row);
  const char *what; /* to it: a signal, or the name of an error */
  const char *args;
  GstResourceError code;
  const char *words[3]; /* what is wrong, and what to do */
};

static char *folder; /* of programs */

/* --- what is wrong --- */

static void
take_p2p_away (Stage *stage, const Row *row)
{
  fake_wpas_set (stage->fake, WLAN, "Capabilities",
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
be_there (Stage *stage, const Row *row)
{
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

  fake_wpas_say (fake, WLAN, IF_P2P, row->what, g_variant_new_parsed (row->args));
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

/* --- and what is said of it --- */

#define NEGOTIATION "GONegotiationFailure"
#define WPS(number) say_after_connect, "WpsFailed", "('fail', {'config_error': <int16 " number ">})"
#define STARTED \
  "({'interface_object': <objectpath '" GROUP "'>, 'group_object': <objectpath '" GROUP \
  "/Groups/ab'>, 'role': <'client'>},)"

static const Row rows[] = {
  { "no-service", "", refuse_to_talk, DBUS_ERROR "ServiceUnknown", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND, { "does not run", "install and start wpasupplicant" } },
  { "no-permission", "", refuse_to_talk, DBUS_ERROR "AccessDenied", NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "may not talk to wpa_supplicant", "run as root or join the group netdev" } },
  { "frozen", "", refuse_to_talk, DBUS_ERROR "NoReply", NULL, GST_RESOURCE_ERROR_NOT_FOUND,
      { "wpa_supplicant does not answer", "restart it" } },
  { "no-p2p", "", take_p2p_away, NULL, NULL, GST_RESOURCE_ERROR_NOT_FOUND,
      { "wlan0", "no Wi-Fi Direct: the driver has none", "p2p_disabled=1 is to be taken out" } },
  { "no-peer", "", be_out_of_reach, NULL, NULL, GST_RESOURCE_ERROR_NOT_FOUND,
      { "No display “Living*” was found", "is it on, near", "is no display" } },
  { "refused-by-wpa-supplicant", "", refuse_to_pair, IF_ROOT ".InvalidArgs", NULL,
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, { "wpa_supplicant refuses", "its log" } },
  { "interface-is-gone", "", refuse_to_pair, IF_ROOT ".InterfaceUnknown", NULL,
      GST_RESOURCE_ERROR_NOT_FOUND,
      { "the Wi-Fi interface is gone", "was the adapter unplugged, or p2p_disabled=1 set?" } },
  { "no-pin", "pairing=pin-keypad", be_there, NULL, NULL, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "was not paired with this device", "set “pin” to the PIN that it shows" } },
  { "wrong-pin", "pairing=pin-keypad pin=12345670", WPS ("18"), GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "the PIN is wrong", "type the one that is shown now" } },
  { "wps-fails", "", WPS ("12"), GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "more than two devices", "wait two minutes and try again" } },
  { "negotiation-status-7", "", say_after_connect, NEGOTIATION, "({'status': <7>},)",
      GST_RESOURCE_ERROR_SETTINGS, { "(status 7)", "no common channel; check the country" } },
  { "negotiation-status-10", "", say_after_connect, NEGOTIATION, "({'status': <10>},)",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED, { "(status 10)", "by button, or by PIN" } },
  { "negotiation-status-11", "", say_after_connect, NEGOTIATION, "({'status': <11>},)",
      GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      { "(status 11)", "the person at the peer has refused", "the screen of the display" } },
  { "no-address", "", give_no_address, "GroupStarted", STARTED, GST_RESOURCE_ERROR_READ,
      { "No address came", "UDP ports 67 and 68", "go-intent of 15" } },
};

static void
assert_says (const GError *error, const char *words)
{
  if (words != NULL && strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

/* What the display is to be looked at for, when it says nothing of it itself. */
static void
assert_display_is_left_alone (const GError *error, const Row *row)
{
  static const char *const advices[] = { "screen of the display", "Check that",
    "the address is that" };

  for (guint i = 0; i < G_N_ELEMENTS (advices); i++) {
    gboolean is_meant = FALSE;

    for (guint j = 0; j < G_N_ELEMENTS (row->words); j++)
      is_meant |= row->words[j] != NULL && strstr (row->words[j], advices[i]) != NULL;
    if (!is_meant && strstr (error->message, advices[i]) != NULL)
      g_error ("“%s” says “%s”", error->message, advices[i]);
  }
}

static void
test_row (Stage *stage, gconstpointer data)
{
  const Row *row = data;
  g_autofree char *properties = g_strconcat ("peer=Living* ", row->properties, NULL);
  const GError *error;

  row->spoil (stage, row);
  stage_make_source (stage, properties);
  stage_set_state (stage, STAGE_SOURCE, GST_STATE_PLAYING);
  if (stage->is_deaf) {
    stage_wait_call (stage, STAGE_SOURCE, "Find");
    stage_let_time_be_over (stage);
  }
  stage_wait_error (stage, STAGE_SOURCE);
  error = stage->sides[STAGE_SOURCE].error;
  g_test_message ("%s", error->message);
  g_assert_error (error, GST_RESOURCE_ERROR, (gint) row->code);
  for (guint i = 0; i < G_N_ELEMENTS (row->words); i++)
    assert_says (error, row->words[i]);
  assert_display_is_left_alone (error, row);
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
  int status;

  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/gst/p2p/error/", rows[i].name, NULL);

    g_test_add (path, Stage, &rows[i], stage_set_up, test_row, stage_tear_down);
  }
  folder = g_dir_make_tmp ("p2p-errors-XXXXXX", NULL);
  stage_use_programs (folder);
  status = stage_run ();
  remove_folder ();
  return status;
}
