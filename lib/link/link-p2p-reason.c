/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Why it did not work, in words that say what to do. */
#include <base-text.h>
#include <wfd/wfd-error.h>

#include "link-p2p-wire.h"
#include "link-wpas.h"

/* --- negotiation and invitation (P2P 1.7 table 18) --- */

static const struct
{
  gint status;
  WfdError code;
  const char *text;
  gboolean may_pass; /* by itself, so that it is worth another try */
} statuses[] = {
  { WFD_P2P_NO_ANSWER, WFD_ERROR_TIMEOUT,
      "no answer; is the peer's screen for wireless displays still open?", TRUE },
  { 1, WFD_ERROR_REFUSED, "somebody has to accept at the peer first", TRUE },
  { 2, WFD_ERROR_UNSUPPORTED,
      "the two do not fit together; perhaps both are sources, or both are sinks" },
  { 3, WFD_ERROR_REFUSED, "the peer has as many connections as it can; end one of them" },
  { 4, WFD_ERROR_REFUSED, "the peer takes a parameter for wrong; another go-intent may help",
      TRUE },
  { 5, WFD_ERROR_REFUSED, "the peer is busy; end what it does", TRUE },
  { 6, WFD_ERROR_REFUSED, "the peer stumbled over an earlier message; try again", TRUE },
  { 7, WFD_ERROR_UNSUPPORTED,
      "no common channel; check the country (iw reg get) and the channel of the own Wi-Fi network" },
  { 8, WFD_ERROR_NOT_PAIRED, "the peer has forgotten the pairing; pair again" },
  { 9, WFD_ERROR_UNSUPPORTED, "both insist on owning the group; choose a go-intent below 15" },
  { 10, WFD_ERROR_PAIRING, "the peer wants to be paired in another way: by button, or by PIN" },
  { 11, WFD_ERROR_REFUSED, "the person at the peer has refused" },
};

GError *
wfd_p2p_error_from_status (const char *what, gint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    if (statuses[i].status == status)
      return g_error_new (WFD_ERROR, statuses[i].code, "%s (status %d): %s", what, status,
          statuses[i].text);
  }
  return g_error_new (WFD_ERROR, WFD_ERROR_REFUSED, "%s (status %d)", what, status);
}

gboolean
wfd_p2p_may_status_pass (gint status)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++) {
    if (statuses[i].status == status)
      return statuses[i].may_pass;
  }
  return FALSE;
}

/* --- pairing (Wi-Fi Simple Configuration 2.0, Configuration Error) --- */

static const struct
{
  gint16 config_error;
  const char *text;
} wps_errors[] = {
  { 2, "a message could not be decrypted; try again nearer to the peer" },
  { 3, "one of the two cannot use the channel of 2.4 GHz; try another frequency, of 5 GHz" },
  { 4, "one of the two cannot use the channel of 5 GHz; try another frequency, of 2.4 GHz" },
  { 5, "the signal is too weak; try again nearer to the peer" },
  { 6, "the owner of the group has refused the password; pair again" },
  { 7, "the owner of the group has not let in; pair again" },
  { 12, "buttons were pressed on more than two devices; wait two minutes and try again" },
  { 13,
      "the peer suspects that somebody else takes part; see what else pairs nearby, and try again" },
  { 14, "the peer is busy; end what it does, or try again later" },
  { 15, "the peer takes no more PINs for now; switch it off and on" },
  { 16, "a message did not come in time; try again nearer to the peer" },
  { 17, "it took too long; try again, within two minutes on both devices" },
  { 18, "the PIN is wrong; type the one that is shown now, which may be another one each time" },
};

GError *
wfd_p2p_error_from_wps (GVariant *args)
{
  g_autoptr (GVariant) dict = NULL;
  gint16 config_error = 0;

  if (g_variant_is_of_type (args, G_VARIANT_TYPE ("(sa{sv})"))) {
    dict = g_variant_get_child_value (args, 1);
    g_variant_lookup (dict, WPAS_KEY_CONFIG_ERROR, "n", &config_error);
  }
  for (guint i = 0; i < G_N_ELEMENTS (wps_errors); i++) {
    if (wps_errors[i].config_error == config_error)
      return g_error_new (WFD_ERROR, WFD_ERROR_PAIRING, "The pairing failed: %s",
          wps_errors[i].text);
  }
  return g_error_new (WFD_ERROR, WFD_ERROR_PAIRING,
      "The pairing failed (WPS error %d); try again, within two minutes on both devices",
      config_error);
}

/* --- calls --- */

#define NO_SERVICE_TEXT \
  "wpa_supplicant does not run or offers no D-Bus; install and start it (Debian: package " \
  "wpasupplicant, systemctl start wpa_supplicant)"
#define OTHER_VERSION_TEXT "is this wpa_supplicant older than 2.10?"
#define SILENT_TEXT "wpa_supplicant does not answer; restart it (systemctl restart wpa_supplicant)"

static const struct
{
  const char *name; /* of the D-Bus error */
  WfdError code;
  const char *text;
} call_errors[] = {
  { "org.freedesktop.DBus.Error.ServiceUnknown", WFD_ERROR_NO_SERVICE, NO_SERVICE_TEXT },
  { "org.freedesktop.DBus.Error.NameHasNoOwner", WFD_ERROR_NO_SERVICE, NO_SERVICE_TEXT },
  { "org.freedesktop.DBus.Error.AccessDenied", WFD_ERROR_NO_PERMISSION,
      "this user may not talk to wpa_supplicant; run as root or join the group netdev" },
  { "org.freedesktop.DBus.Error.AuthFailed", WFD_ERROR_NO_PERMISSION,
      "the message bus refuses this user; run as root or as the user of the bus" },
  { "org.freedesktop.DBus.Error.NoReply", WFD_ERROR_NO_SERVICE, SILENT_TEXT },
  { "org.freedesktop.DBus.Error.Timeout", WFD_ERROR_NO_SERVICE, SILENT_TEXT },
  { "org.freedesktop.DBus.Error.TimedOut", WFD_ERROR_NO_SERVICE, SILENT_TEXT },
  { "org.freedesktop.DBus.Error.UnknownMethod", WFD_ERROR_UNSUPPORTED,
      "wpa_supplicant does not know how; " OTHER_VERSION_TEXT },
  { WPAS_ERROR_CONNECT, WFD_ERROR_REFUSED,
      "wpa_supplicant could not begin a group; perhaps the driver gives it no interface beside that "
      "of the own network, from which to disconnect then" },
  { WPAS_ERROR_INTERFACE_UNKNOWN, WFD_ERROR_NO_DEVICE,
      "the Wi-Fi interface is gone, or its Wi-Fi Direct is switched off; was the adapter unplugged, "
      "or p2p_disabled=1 set?" },
  { WPAS_ERROR_CHANNEL_UNAVAILABLE, WFD_ERROR_UNSUPPORTED,
      "the channel cannot be used now; leave the frequency open, or that of the own network" },
  { WPAS_ERROR_CHANNEL_UNSUPPORTED, WFD_ERROR_UNSUPPORTED,
      "the channel is not allowed here; check the country (iw reg get) and the frequency" },
};

/* Starting it may fail in a dozen ways, all of which mean the same. */
static gboolean
is_spawn_error (const char *name)
{
  return g_str_has_prefix (name, "org.freedesktop.DBus.Error.Spawn.")
      || g_str_has_prefix (name, "org.freedesktop.systemd1.");
}

static GError *
from_remote (const char *name, const GError *error, const char *doing)
{
  for (guint i = 0; i < G_N_ELEMENTS (call_errors); i++) {
    if (strcmp (call_errors[i].name, name) == 0)
      return g_error_new (WFD_ERROR, call_errors[i].code, "Error %s: %s (%s)", doing,
          call_errors[i].text, name);
  }
  if (strstr (error->message, WPAS_TEXT_NO_P2P) != NULL)
    return g_error_new (WFD_ERROR, WFD_ERROR_NO_DEVICE,
        "Error %s: wpa_supplicant does Wi-Fi Direct by none of its adapters: the one by which it did "
        "is gone (plug that in again, or restart wpa_supplicant), or it is switched off "
        "(p2p_disabled)",
        doing);
  if (is_spawn_error (name))
    return g_error_new (WFD_ERROR, WFD_ERROR_NO_SERVICE, "Error %s: " NO_SERVICE_TEXT " (%s)",
        doing, name);
  return g_error_new (WFD_ERROR, WFD_ERROR_REFUSED,
      "Error %s: wpa_supplicant refuses: %s; its log says more (journalctl -u wpa_supplicant)",
      doing, error->message);
}

gboolean
wfd_p2p_is_unspecified (const GError *error)
{
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  return g_strcmp0 (name, WPAS_ERROR_CONNECT) == 0 || g_strcmp0 (name, WPAS_ERROR_UNKNOWN) == 0;
}

GError *
wfd_p2p_error_from_call (GError *error, const char *doing)
{
  g_autoptr (GError) taken = error;
  g_autofree char *name = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&taken);

  name = g_dbus_error_get_remote_error (error);
  if (name != NULL) {
    g_dbus_error_strip_remote_error (error);
    return from_remote (name, error, doing);
  }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (WFD_ERROR, WFD_ERROR_NO_SERVICE, "Error %s: " SILENT_TEXT, doing);
  /* What GDBus says of a reply of another type than the call must have. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
    return g_error_new (WFD_ERROR, WFD_ERROR_MALFORMED, "Error %s: %s; " OTHER_VERSION_TEXT, doing,
        error->message);
  return g_error_new (WFD_ERROR, WFD_ERROR_NO_SERVICE,
      "Error %s: %s; is the message bus (D-Bus) there?", doing, error->message);
}
