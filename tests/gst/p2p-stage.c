/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "p2p-stage.h"

#include "p2p-sent.h"

#include <establish-private.h>
#include <glib/gstdio.h>
#include <gstrtspwfd.h>
#include <gstwfdsink.h>
#include <gstwfdsrc.h>
#include <link-net.h>
#include <link-p2p-op-private.h>
#include <wfd/wfd.h>

#define NAME_IF "fi.w1.wpa_supplicant1.Interface"
#define IF_P2P NAME_IF ".P2PDevice"

static const struct
{
  const char *path;
  const char *group_interface;
  const char *group;
  const char *peer; /* the other one, as it sees it */
  const char *peer_properties;
  const char *started; /* what it is told of the group */
} ends[] = {
  [STAGE_SOURCE] = {
      STAGE_ROOT "/Interfaces/0",
      STAGE_ROOT "/Interfaces/10",
      STAGE_ROOT "/Interfaces/10/Groups/ab",
      STAGE_ROOT "/Interfaces/0/Peers/020000000200",
      "{'DeviceName': <'Living room'>, 'groupcapability': <byte 0x00>, "
      "'IEs': <[byte 0x00, 0x00, 0x06, 0x00, 0x11, 0x1c, 0x44, 0x00, 0x96]>}",
      "'IpAddr': <[byte 127, 0, 0, 1]>, 'IpAddrGo': <[byte 127, 0, 0, 2]>",
  },
  [STAGE_DISPLAY] = {
      STAGE_ROOT "/Interfaces/1",
      STAGE_ROOT "/Interfaces/11",
      STAGE_ROOT "/Interfaces/11/Groups/cd",
      STAGE_ROOT "/Interfaces/1/Peers/020000000100",
      "{'DeviceName': <'Laptop'>, 'groupcapability': <byte 0x00>, "
      "'IEs': <[byte 0x00, 0x00, 0x06, 0x00, 0x10, 0x%02x, 0x%02x, 0x00, 0x96]>}",
      "'IpAddr': <[byte 127, 0, 0, 2]>, 'IpAddrGo': <[byte 127, 0, 0, 1]>",
  },
};

/* --- addresses --- */

/* Called instead of what libwfd has, by --wrap of the linker. A group over loopback
 * is no group to it. */
GInetAddressMask *__wrap_wfd_net_new_network (GInetAddress *address, const guint8 *mask);
gboolean __wrap_wfd_net_add_address (const WfdNetAddress *address, GError **error);
void __wrap_wfd_net_remove_address (const WfdNetAddress *address);

GInetAddressMask *
__wrap_wfd_net_new_network (GInetAddress *address, const guint8 *mask)
{
  return g_inet_address_mask_new_from_string ("127.0.0.0/24", NULL);
}

static GMutex network_lock;
static GString *network;

static void
note_address (char sign, const WfdNetAddress *address)
{
  g_autofree char *text = g_inet_address_to_string (address->address);

  g_mutex_lock (&network_lock);
  g_string_append_printf (network, "%c%s/%u on %s ", sign, text, address->prefix_length,
      address->interface);
  g_mutex_unlock (&network_lock);
}

gboolean
__wrap_wfd_net_add_address (const WfdNetAddress *address, GError **error)
{
  note_address ('+', address);
  return TRUE;
}

void
__wrap_wfd_net_remove_address (const WfdNetAddress *address)
{
  note_address ('-', address);
}

/* --- the link --- */

WfdP2pLink *__wrap_wfd_p2p_link_new_full (GDBusConnection *bus, const WfdP2pOptions *options);
WfdP2pLink *__real_wfd_p2p_link_new_full (GDBusConnection *bus, const WfdP2pOptions *options);

static WfdP2pOptions *last_options;
static char *claims; /* of no other test that runs meanwhile */
static const char *programs;
static guint programs_ms;

void
stage_use_programs (const char *folder, guint time_ms)
{
  g_mutex_lock (&network_lock);
  programs = folder;
  programs_ms = time_ms;
  g_mutex_unlock (&network_lock);
}

WfdP2pLink *
__wrap_wfd_p2p_link_new_full (GDBusConnection *bus, const WfdP2pOptions *options)
{
  WfdP2pOptions made = *options;

  g_mutex_lock (&network_lock);
  *last_options = *options;
  made.program_folders = programs;
  made.runtime_folder = claims;
  made.address_ms = programs_ms;
  g_mutex_unlock (&network_lock);
  return __real_wfd_p2p_link_new_full (bus, &made);
}

void __wrap_wfd_p2p_op_begin_share (WfdP2pOp *op);
void __real_wfd_p2p_op_begin_share (WfdP2pOp *op);

static gint n_waits_for_turn; /* atomic */

void
__wrap_wfd_p2p_op_begin_share (WfdP2pOp *op)
{
  g_autoptr (WfdP2pOp) held = wfd_p2p_op_ref (op);

  __real_wfd_p2p_op_begin_share (op);
  if (held->has_waited)
    g_atomic_int_inc (&n_waits_for_turn);
  g_main_context_wakeup (NULL);
}

/* --- the way --- */

WfdEstablish *__wrap_wfd_establish_new (WfdRole role);
WfdEstablish *__real_wfd_establish_new (WfdRole role);

static WfdEstablish *last_establish; /* atomic */

WfdEstablish *
__wrap_wfd_establish_new (WfdRole role)
{
  WfdEstablish *establish = __real_wfd_establish_new (role);

  g_atomic_pointer_set (&last_establish, establish);
  return establish;
}

void
stage_let_time_be_over (Stage *self)
{
  WfdEstablish *establish = g_atomic_pointer_get (&last_establish);

  g_source_set_ready_time (establish->timer, 0);
}

/* --- the end --- */

void __wrap_wfd_session_teardown (WfdSession *session);
void __real_wfd_session_teardown (WfdSession *session);

static guint *held_teardowns; /* atomic */

void
stage_hold_teardown (guint *n_held)
{
  g_atomic_pointer_set (&held_teardowns, n_held);
}

void
__wrap_wfd_session_teardown (WfdSession *session)
{
  guint *n_held = g_atomic_pointer_get (&held_teardowns);

  if (n_held == NULL) {
    __real_wfd_session_teardown (session);
    return;
  }
  g_atomic_int_inc (n_held);
  g_main_context_wakeup (NULL);
}

WfdListener *__wrap_wfd_listener_new_sharing (const char *address, guint port, GError **error);
WfdListener *__real_wfd_listener_new_sharing (const char *address, guint port, GError **error);

static guint *missed_addresses; /* atomic */

void
stage_take_address_away (guint *n_missed)
{
  g_atomic_pointer_set (&missed_addresses, n_missed);
}

WfdListener *
__wrap_wfd_listener_new_sharing (const char *address, guint port, GError **error)
{
  guint *n_missed = g_atomic_pointer_get (&missed_addresses);
  WfdListener *listener;

  if (n_missed == NULL)
    return __real_wfd_listener_new_sharing (address, port, error);
  /* Of a documentation network (RFC 5737). */
  listener = __real_wfd_listener_new_sharing ("192.0.2.1", port, error);
  g_atomic_int_inc (n_missed);
  g_main_context_wakeup (NULL);
  return listener;
}

/* --- the air --- */

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = g_variant_parse (NULL, text, NULL, NULL, &error);

  g_assert_no_error (error);
  return value;
}

static void
set (Stage *self, const char *path, const char *property, const char *text)
{
  g_autoptr (GVariant) value = parse (text);

  fake_wpas_set (self->fake, path, property, value);
}

static void say (Stage *self, guint side, const char *signal, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
say (Stage *self, guint side, const char *signal, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autoptr (GVariant) args = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  args = parse (text);
  fake_wpas_say (self->fake, ends[side].path, IF_P2P, signal, args);
}

/* Who made the last call of @key. */
static guint
find_caller (Stage *self, const char *key)
{
  const char *call = fake_wpas_find_call (self->fake, key);

  return strstr (call, ends[STAGE_SOURCE].path) != NULL ? STAGE_SOURCE : STAGE_DISPLAY;
}

static char *
dup_peer_properties (Stage *self, guint side)
{
  g_autofree char *source = NULL;

  if (side == STAGE_SOURCE)
    return g_strdup (ends[side].peer_properties);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  source =
      g_strdup_printf (ends[side].peer_properties, self->rtsp_port >> 8, self->rtsp_port & 0xff);
#pragma GCC diagnostic pop
  return g_steal_pointer (&source);
}

static void
say_found (Stage *self, guint side)
{
  g_autofree char *properties = dup_peer_properties (self, side);

  say (self, side, "DeviceFoundProperties", "(objectpath '%s', %s)", ends[side].peer, properties);
}

void
stage_know_peer (Stage *self, guint side)
{
  g_autofree char *properties = dup_peer_properties (self, side);
  g_autofree char *paths = g_strdup_printf ("[objectpath '%s']", ends[side].peer);
  g_autoptr (GVariant) dict = parse (properties);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value))
    fake_wpas_set (self->fake, ends[side].peer, name, value);
  set (self, ends[side].path, "Peers", paths);
}

static void
on_find (FakeWpas *fake, gpointer user_data)
{
  Stage *self = user_data;

  if (!self->is_deaf)
    say_found (self, find_caller (self, "Find"));
}

void
stage_start_group (Stage *self)
{
  for (guint side = 0; side < G_N_ELEMENTS (ends); side++)
    say (self, side, "GroupStarted",
        "({'interface_object': <objectpath '%s'>, 'group_object': <objectpath '%s'>, "
        "'persistent': <%s>, 'role': <'client'>, 'IpAddrMask': <[byte 255, 255, 255, 0]>, %s},)",
        ends[side].group_interface, ends[side].group, self->is_paired ? "true" : "false",
        ends[side].started);
}

void
stage_start_bare_group (Stage *self, guint side)
{
  say (self, side, "GroupStarted",
      "({'interface_object': <objectpath '%s'>, 'group_object': <objectpath '%s'>, 'role': "
      "<'client'>},)",
      ends[side].group_interface, ends[side].group);
}

/* Both have it in a file. */
static void
remember_pairing (Stage *self)
{
  self->is_paired = TRUE;
  for (guint side = 0; side < G_N_ELEMENTS (ends); side++) {
    g_autofree char *path = g_strconcat (ends[side].path, "/PersistentGroups/0", NULL);
    g_autofree char *paths = g_strdup_printf ("[objectpath '%s']", path);

    set (self, ends[side].path, "PersistentGroups", paths);
    set (self, path, "Properties",
        side == STAGE_SOURCE ? "{'mode': <'0'>, 'bssid': <'" STAGE_DISPLAY_ID "'>}"
                             : "{'mode': <'0'>, 'bssid': <'" STAGE_SOURCE_ID "'>}");
  }
}

void
stage_ask_by (Stage *self, guint side, const char *signal)
{
  /* Whoever asks says who he is. */
  say_found (self, side);
  say (self, side, signal, "(objectpath '%s',)", ends[side].peer);
}

void
stage_ask (Stage *self, guint side)
{
  stage_ask_by (self, side, "ProvisionDiscoveryPBCRequest");
}

/* Both want to. */
static gboolean
is_to_be_remembered (Stage *self)
{
  const GPtrArray *calls = fake_wpas_get_calls (self->fake);

  for (guint i = 0; i < calls->len; i++) {
    const char *call = g_ptr_array_index (calls, i);

    if (g_str_has_prefix (call, "Connect ") && strstr (call, " persistent=true") == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Of two that want to be paired the first asks, and the second agrees. */
static void
on_connect (FakeWpas *fake, gpointer user_data)
{
  Stage *self = user_data;
  guint side = find_caller (self, "Connect");

  if (stage_count_calls (self, !side, "Connect") < stage_count_calls (self, side, "Connect")) {
    stage_ask (self, !side);
    return;
  }
  if (is_to_be_remembered (self))
    remember_pairing (self);
  stage_start_group (self);
}

/* Nobody hears it who has not been there since wpa_supplicant has. */
static void
on_invite (FakeWpas *fake, gpointer user_data)
{
  Stage *self = user_data;
  guint side = find_caller (self, "Invite");
  gboolean is_heard =
      stage_count_calls (self, !side, "Find") > 0 || stage_count_calls (self, !side, "Listen") > 0;

  if (is_heard)
    say_found (self, !side);
  say (self, side, "InvitationResult", "({'status': <%d>},)", is_heard ? 0 : -1);
  if (is_heard)
    stage_start_group (self);
}

void
stage_end_group (Stage *self)
{
  for (guint side = 0; side < G_N_ELEMENTS (ends); side++)
    say (self, side, "GroupFinished",
        "({'interface_object': <objectpath '%s'>, 'group_object': <objectpath '%s'>},)",
        ends[side].group_interface, ends[side].group);
}

static void
on_disconnect (FakeWpas *fake, gpointer user_data)
{
  stage_end_group (user_data);
}

static const struct
{
  const char *key;
  FakeReaction reaction;
} reactions[] = {
  { "Find", on_find },
  { "Connect", on_connect },
  { "Invite", on_invite },
  { "Disconnect", on_disconnect },
};

static void
add_end (Stage *self, guint side)
{
  g_autofree char *bss = g_strconcat (ends[side].group_interface, "/BSSs/0", NULL);

  set (self, ends[side].path, "Ifname", side == STAGE_SOURCE ? "'wlan0'" : "'wlan1'");
  set (self, ends[side].path, "Capabilities", "{'Modes': <['infrastructure', 'ap', 'p2p']>}");
  set (self, ends[side].path, "P2PDeviceConfig", "{'DeviceName': <'somebody'>}");
  set (self, ends[side].path, "Peers", "@ao []");
  set (self, ends[side].path, "PersistentGroups", "@ao []");
  set (self, ends[side].group_interface, "Ifname",
      side == STAGE_SOURCE ? "'p2p-wlan0-0'" : "'p2p-wlan1-0'");
  fake_wpas_set (self->fake, ends[side].group_interface, "PeerGO",
      g_variant_new_object_path (ends[side].peer));
  fake_wpas_set (self->fake, ends[side].group_interface, "CurrentBSS",
      g_variant_new_object_path (bss));
  set (self, bss, "Frequency", "uint16 5180");
  set (self, ends[side].group, "Frequency", "uint16 5180");
  set (self, ends[side].group, "Members", "@ao []");
}

/* --- the bus --- */

/* One for all tests: to start it takes longer than most of them. */
static GTestDBus *bus_of_all;

int
stage_run (void)
{
  g_autofree char *program = g_find_program_in_path ("dbus-daemon");
  int status;

  if (program == NULL) {
    g_print ("1..0 # SKIP dbus-daemon is not installed (Debian: dbus)\n");
    return 0;
  }
  GST_ELEMENT_REGISTER (rtspwfd, NULL);
  GST_ELEMENT_REGISTER (wfdsink, NULL);
  GST_ELEMENT_REGISTER (wfdsrc, NULL);
  network = g_string_new (NULL);
  bus_of_all = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (bus_of_all);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus_of_all), TRUE);
  status = g_test_run ();
  g_test_dbus_down (bus_of_all);
  g_clear_object (&bus_of_all);
  g_string_free (network, TRUE);
  return status;
}

/* --- the stage --- */

static guint16
find_free_port (void)
{
  g_autoptr (WfdListener) listener = wfd_listener_new ("127.0.0.1", 0, NULL);

  return wfd_listener_get_port (listener);
}

static void
add_fake (Stage *self)
{
  self->fake = fake_wpas_new (g_test_dbus_get_bus_address (bus_of_all));
  set (self, STAGE_ROOT, "Capabilities", "['ap', 'p2p']");
  set (self, STAGE_ROOT, "Interfaces",
      "[objectpath '" STAGE_ROOT "/Interfaces/0', '" STAGE_ROOT "/Interfaces/1']");
  set (self, STAGE_ROOT, "WFDIEs", "@ay []");
  for (guint side = 0; side < G_N_ELEMENTS (ends); side++)
    add_end (self, side);
  fake_wpas_answer (self->fake, "Connect", g_variant_new ("(s)", ""));
  for (guint i = 0; i < G_N_ELEMENTS (reactions); i++)
    fake_wpas_react (self->fake, reactions[i].key, reactions[i].reaction, self);
}

static void
drop_fake (Stage *self)
{
  /* What is asked last is heard when there is no bus any more. */
  for (guint i = 0; i < G_N_ELEMENTS (reactions); i++)
    fake_wpas_react (self->fake, reactions[i].key, NULL, NULL);
  g_clear_pointer (&self->fake, fake_wpas_free);
}

void
stage_restart_fake (Stage *self)
{
  drop_fake (self);
  add_fake (self);
  if (self->is_paired)
    remember_pairing (self);
}

void
stage_set_up (Stage *self, gconstpointer data)
{
  self->rtsp_port = find_free_port ();
  last_options = &self->options;
  claims = g_dir_make_tmp ("wfd-stage-XXXXXX", NULL);
  g_atomic_int_set (&n_waits_for_turn, 0);
  sent_begin ();
  add_fake (self);
}

static void
clear_side (StageSide *side)
{
  if (side->pipeline == NULL)
    return;
  gst_element_set_state (side->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (GST_ELEMENT_BUS (side->pipeline));
  gst_object_unref (side->wfd);
  g_assert_finalize_object (side->pipeline);
  g_string_free (side->progress, TRUE);
  g_string_free (side->texts, TRUE);
  g_clear_error (&side->error);
  g_clear_pointer (&side->details, gst_structure_free);
}

void
stage_tear_down (Stage *self, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sides); i++)
    clear_side (&self->sides[i]);
  drop_fake (self);
  sent_end ();
  g_string_truncate (network, 0);
  g_rmdir (claims);
  g_clear_pointer (&claims, g_free);
}

/* --- pipelines --- */

/* Each step begins once and ends once. Behind one that is complete the link may be lost; behind a
 * session first that, then the link. */
static void
check_step (const StageSide *side, const char *code, GstProgressType type)
{
  g_auto (GStrv) told = g_strsplit (side->progress->str, " ", -1);
  g_autofree char *start = g_strconcat (code, "/start", NULL);
  g_autofree char *prefix = g_strconcat (code, "/", NULL);
  gboolean has_begun = FALSE, is_up = FALSE, has_played = FALSE;

  for (guint i = 0; told[i] != NULL; i++) {
    if (*told[i] == '\0' || g_str_has_suffix (told[i], "/continue"))
      continue;
    if (g_str_has_prefix (told[i], prefix) || strcmp (told[i], "null") == 0)
      has_begun = strcmp (told[i], start) == 0;
    has_played |= strcmp (told[i], "play/complete") == 0;
    is_up = g_str_has_suffix (told[i], "/complete")
        || (has_played && !g_str_has_suffix (told[i], "/start"));
  }
  if (type == GST_PROGRESS_TYPE_ERROR && is_up && strcmp (code, "connect") == 0)
    return;
  if (type != GST_PROGRESS_TYPE_CONTINUE && has_begun == (type == GST_PROGRESS_TYPE_START))
    g_error ("%s%s of %s\n%s", side->progress->str,
        has_begun ? "and a second START" : "and an end without START", code, side->texts->str);
}

static void
note_progress (StageSide *side, GstMessage *message)
{
  static const char *const names[] = {
    [GST_PROGRESS_TYPE_START] = "start",
    [GST_PROGRESS_TYPE_CONTINUE] = "continue",
    [GST_PROGRESS_TYPE_COMPLETE] = "complete",
    [GST_PROGRESS_TYPE_CANCELED] = "canceled",
    [GST_PROGRESS_TYPE_ERROR] = "error",
  };
  g_autofree char *code = NULL, *text = NULL;
  GstProgressType type;

  gst_message_parse_progress (message, &type, &code, &text);
  check_step (side, code, type);
  g_string_append_printf (side->progress, "%s/%s ", code, names[type]);
  g_string_append_printf (side->texts, "%s\n", text);
}

static void
note_error (StageSide *side, GstMessage *message)
{
  const GstStructure *details = NULL;

  gst_message_parse_error (message, &side->error, NULL);
  gst_message_parse_error_details (message, &details);
  side->details = details != NULL ? gst_structure_copy (details) : NULL;
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  StageSide *side = user_data;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_PROGRESS:
      note_progress (side, message);
      break;
    case GST_MESSAGE_ERROR:
      side->n_errors++;
      if (side->error == NULL)
        note_error (side, message);
      break;
    case GST_MESSAGE_WARNING:
      side->n_warnings++;
      break;
    case GST_MESSAGE_EOS:
      side->n_eos++;
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static void
on_handoff (GstElement *out, GstBuffer *buffer, GstPad *pad, Stage *self)
{
  g_atomic_int_inc (&self->buffers);
  g_main_context_wakeup (NULL);
}

void
stage_make (Stage *self, guint side, const char *description)
{
  StageSide *made = &self->sides[side];
  g_autoptr (GstElement) out = NULL;
  g_autoptr (GError) error = NULL;

  made->pipeline = gst_parse_launch (description, &error);
  g_assert_no_error (error);
  made->wfd = gst_bin_get_by_name (GST_BIN (made->pipeline), "wfd");
  out = gst_bin_get_by_name (GST_BIN (made->pipeline), "out");
  if (out != NULL)
    g_signal_connect (out, "handoff", G_CALLBACK (on_handoff), self);
  made->progress = g_string_new (NULL);
  made->texts = g_string_new (NULL);
  made->network = network;
  gst_bus_add_watch (GST_ELEMENT_BUS (made->pipeline), on_message, made);
}

void
stage_make_source_of (Stage *self, const char *pictures, const char *properties)
{
  g_autofree char *description =
      g_strdup_printf ("videotestsrc is-live=true ! video/x-raw,width=640,height=480,%s ! "
                       "wfdsink name=wfd link=p2p interface=wlan0 rtsp-port=%u bitrate=1000 %s",
          pictures, self->rtsp_port, properties);

  stage_make (self, STAGE_SOURCE, description);
}

void
stage_make_source (Stage *self, const char *properties)
{
  stage_make_source_of (self, "framerate=30/1", properties);
}

void
stage_make_display (Stage *self, const char *properties)
{
  g_autofree char *description =
      g_strdup_printf ("wfdsrc name=wfd link=p2p interface=wlan1 %s wfd.video ! "
                       "fakesink name=out signal-handoffs=true sync=false async=false",
          properties);

  stage_make (self, STAGE_DISPLAY, description);
}

void
stage_set_state (Stage *self, guint side, GstState state)
{
  g_assert_cmpint (gst_element_set_state (self->sides[side].pipeline, state), !=,
      GST_STATE_CHANGE_FAILURE);
  if (state == GST_STATE_NULL)
    g_string_append (self->sides[side].progress, "null ");
}

/* --- waiting --- */

#define PATIENCE_S 20

static gboolean
on_expired (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
fail (Stage *self, const char *what)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sides); i++) {
    StageSide *side = &self->sides[i];

    g_autoptr (GstStructure) stats = NULL;
    g_autofree char *text = NULL;

    if (side->pipeline == NULL)
      continue;
    g_object_get (side->wfd, "stats", &stats, NULL);
    text = gst_structure_to_string (stats);
    g_printerr ("%s: %s; error: %s\n%s%s\n", i == STAGE_SOURCE ? "source" : "display",
        side->progress->str, side->error != NULL ? side->error->message : "none", side->texts->str,
        text);
  }
  g_error ("%s did not come", what);
}

#define WAIT_UNTIL(condition, what) \
  G_STMT_START \
  { \
    gboolean expired = FALSE; \
    guint watchdog = g_timeout_add_seconds (PATIENCE_S, on_expired, &expired); \
\
    while (!(condition) && !expired) \
      g_main_context_iteration (NULL, TRUE); \
    if (expired) \
      fail (self, what); \
    else \
      g_source_remove (watchdog); \
  } \
  G_STMT_END

void
stage_wait_buffers (Stage *self, guint n)
{
  guint wanted = g_atomic_int_get (&self->buffers) + n;

  WAIT_UNTIL ((guint) g_atomic_int_get (&self->buffers) >= wanted, "the picture");
}

void
stage_wait_streams (Stage *self, guint n)
{
  WAIT_UNTIL (sent_has_streams (n), "another stream");
}

void
stage_wait_progress (Stage *self, guint side, const char *what)
{
  WAIT_UNTIL (strstr (self->sides[side].progress->str, what) != NULL, what);
}

void
stage_wait_error (Stage *self, guint side)
{
  WAIT_UNTIL (self->sides[side].error != NULL, "an error");
}

void
stage_wait_warning (Stage *self, guint side)
{
  WAIT_UNTIL (self->sides[side].n_warnings > 0, "a warning");
}

void
stage_wait_asked (Stage *self, guint *n)
{
  WAIT_UNTIL (g_atomic_int_get (n) > 0, "a question");
}

void
stage_wait_eos (Stage *self, guint side)
{
  WAIT_UNTIL (self->sides[side].n_eos > 0, "EOS");
}

guint
stage_count_calls (Stage *self, guint side, const char *key)
{
  const GPtrArray *calls = fake_wpas_get_calls (self->fake);
  g_autofree char *own = g_strdup_printf ("%s %s ", key, ends[side].path);
  g_autofree char *of_group = g_strdup_printf ("%s %s ", key, ends[side].group_interface);
  guint n = 0;

  for (guint i = 0; i < calls->len; i++) {
    const char *call = g_ptr_array_index (calls, i);

    n += g_str_has_prefix (call, own) || g_str_has_prefix (call, of_group);
  }
  return n;
}

void
stage_wait_call (Stage *self, guint side, const char *key)
{
  stage_wait_calls (self, side, key, 1);
}

void
stage_wait_calls (Stage *self, guint side, const char *key, guint n)
{
  WAIT_UNTIL (stage_count_calls (self, side, key) >= n, key);
}

void
stage_wait_any_call (Stage *self, const char *key)
{
  WAIT_UNTIL (fake_wpas_count (self->fake, key) > 0, key);
}

void
stage_wait_turn (Stage *self)
{
  WAIT_UNTIL (g_atomic_int_get (&n_waits_for_turn) > 0, "a wait for another link");
}

static gboolean
is_running (Stage *self, guint side)
{
  GstElement *pipeline = self->sides[side].pipeline;

  return pipeline != NULL && GST_STATE (pipeline) > GST_STATE_NULL;
}

/* Addresses of the group that were set and not removed. */
static guint
count_addresses (guint side)
{
  g_autofree char *interface = g_strdup_printf (" on p2p-wlan%u-0", side);
  g_auto (GStrv) told = NULL;
  guint n = 0;

  g_mutex_lock (&network_lock);
  told = g_strsplit (network->str, interface, -1);
  g_mutex_unlock (&network_lock);
  for (guint i = 0; told[i] != NULL && told[i + 1] != NULL; i++)
    n += strrchr (told[i], '+') > strrchr (told[i], '-') ? 1 : -1;
  return n;
}

/* What both have set only when none is there any more. */
static gboolean
is_undone (Stage *self, guint side)
{
  const char *name = "";

  g_variant_lookup (fake_wpas_get (self->fake, ends[side].path, "P2PDeviceConfig"), "DeviceName",
      "&s", &name);
  if (is_running (self, side) || count_addresses (side) > 0 || strcmp (name, "somebody") != 0)
    return FALSE;
  return is_running (self, !side)
      || g_variant_n_children (fake_wpas_get (self->fake, STAGE_ROOT, "WFDIEs")) == 0;
}

void
stage_wait_undone (Stage *self, guint side)
{
  WAIT_UNTIL (is_undone (self, side), "the end of what was begun");
}
