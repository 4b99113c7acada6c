/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-link-settings.h"

static GType
get_pairing_type (void)
{
  static const GEnumValue values[] = {
    { WFD_PAIRING_PBC, "By accepting on the devices, or pressing their buttons", "pbc" },
    { WFD_PAIRING_PIN_DISPLAY, "With a PIN that is shown here and entered there", "pin-display" },
    { WFD_PAIRING_PIN_KEYPAD, "With a PIN that is shown there and entered here", "pin-keypad" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("WfdElementPairing", values));
  return type;
}

/* A row for each property; its type is that of the member. */
static const struct
{
  const char *name;
  const char *nick;
  const char *blurb;
  const char *sink_blurb; /* of a display; NULL: the same */
  gsize offset;
  GType (*get_enum) (void);
  GType type;            /* if that is NULL */
  gint min, max, number; /* of a number; the default of an enum or a boolean */
} rows[] = {
  {
      .name = "link",
      .nick = "Link",
      .blurb = "How the IP path to the peer comes to be; link=p2p peer=NAME casts over Wi-Fi "
               "Direct, and link=p2p without peer ends with a list of the displays in reach",
      .sink_blurb = "How the IP path to the peer comes to be; with link=p2p this is a display that "
                    "sources find by Wi-Fi Direct, and peer=NAME lets in one of them only",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, kind),
      .get_enum = wfd_link_kind_get_type,
      .number = WFD_LINK_ADDRESS,
  },
  {
      .name = "peer",
      .nick = "Peer",
      .blurb =
          "With link=p2p the display to show the screen on, which has to be set: its name, in "
          "upper and lower case as it says it, a pattern with * and ?, or its P2P device address; a "
          "name that two have in reach is nobody's. With link=address the numeric address from which the display may connect; "
          "NULL for any",
      .sink_blurb =
          "The only source that may connect, e.g. a phone, by the name in its settings, in "
          "upper and lower case as there, a pattern with * and ?, or its P2P device address; NULL for any (link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, peer),
      .type = G_TYPE_STRING,
  },
  {
      .name = "interface",
      .nick = "Interface",
      .blurb = "Wi-Fi interface, e.g. \"wlan0\"; NULL for the first with Wi-Fi Direct (link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, interface),
      .type = G_TYPE_STRING,
  },
  {
      .name = "pairing",
      .nick = "Pairing",
      .blurb = "How a person agrees, if the two devices were not paired before (link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, pairing),
      .get_enum = get_pairing_type,
      .number = WFD_PAIRING_PBC,
  },
  {
      .name = "pin",
      .nick = "PIN",
      .blurb = "The one that the peer shows, with pairing=pin-keypad, NULL for one that the signal "
               "pin-request asks for; or that is to be shown here, with pairing=pin-display, NULL "
               "for one that is made up then (link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, pin),
      .type = G_TYPE_STRING,
  },
  {
      .name = "device-name",
      .nick = "Device name",
      .blurb =
          "What the peer sees, in up to 32 octets; NULL for what wpa_supplicant is configured with, or the name of the host (link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, device_name),
      .type = G_TYPE_STRING,
  },
  {
      .name = "persistent",
      .nick = "Persistent",
      .blurb = "Whether a new pairing is remembered, so that it needs nobody the next time "
               "(link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, persistent),
      .type = G_TYPE_BOOLEAN,
      .number = TRUE,
  },
  {
      .name = "go-intent",
      .nick = "GO intent",
      .blurb = "How much this side wants to own a new group, 15 for certainly; -1 leaves it to "
               "wpa_supplicant (link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, go_intent),
      .type = G_TYPE_INT,
      .min = -1,
      .max = 15,
      .number = -1,
  },
  {
      .name = "frequency",
      .nick = "Frequency",
      .blurb =
          "MHz of a new group, or of one of before that this device owns, e.g. 5180; 0 for any "
          "(link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, frequency_mhz),
      .type = G_TYPE_UINT,
      .max = G_MAXUINT16,
  },
  {
      .name = "idle-timeout",
      .nick = "Idle timeout",
      .blurb = "Milliseconds after which a group is closed in which nothing plays; 0 for never "
               "(link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, idle_timeout_ms),
      .type = G_TYPE_UINT,
      .max = G_MAXINT32,
      .number = 30000,
  },
  {
      .name = "lost-timeout",
      .nick = "Lost timeout",
      .blurb = "Milliseconds of silence after which the peer is lost and the link is opened again; "
               "for one that has left the group 3000 at most (link=p2p)",
      .offset = G_STRUCT_OFFSET (WfdLinkSettings, lost_timeout_ms),
      .type = G_TYPE_UINT,
      .min = 500,
      .max = G_MAXINT32,
      .number = 4500,
  },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == WFD_LINK_N_PROPS);

static GParamSpec *
new_property (guint n, WfdRole role)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  const char *name = rows[n].name, *nick = rows[n].nick, *blurb = rows[n].blurb;

  if (role == WFD_ROLE_SINK && rows[n].sink_blurb != NULL)
    blurb = rows[n].sink_blurb;
  if (rows[n].get_enum != NULL)
    return g_param_spec_enum (name, nick, blurb, rows[n].get_enum (), rows[n].number, flags);
  switch (rows[n].type) {
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean (name, nick, blurb, rows[n].number, flags);
    case G_TYPE_INT:
      return g_param_spec_int (name, nick, blurb, rows[n].min, rows[n].max, rows[n].number, flags);
    case G_TYPE_UINT:
      return g_param_spec_uint (name, nick, blurb, rows[n].min, rows[n].max, rows[n].number, flags);
    default:
      return g_param_spec_string (name, nick, blurb, NULL, flags);
  }
}

void
wfd_link_settings_install_properties (GObjectClass *klass, guint first_id, WfdRole role)
{
  for (guint n = 0; n < WFD_LINK_N_PROPS; n++)
    g_object_class_install_property (klass, first_id + n, new_property (n, role));
  gst_type_mark_as_plugin_api (WFD_TYPE_LINK_KIND, 0);
  gst_type_mark_as_plugin_api (get_pairing_type (), 0);
}

void
wfd_link_settings_set (WfdLinkSettings *self, guint n, const GValue *value)
{
  gpointer member = G_STRUCT_MEMBER_P (self, rows[n].offset);

  if (G_VALUE_HOLDS_STRING (value)) {
    g_free (*(char **) member);
    *(char **) member = g_value_dup_string (value);
  } else if (G_VALUE_HOLDS_ENUM (value)) {
    *(gint *) member = g_value_get_enum (value);
  } else if (G_VALUE_HOLDS_BOOLEAN (value)) {
    *(gboolean *) member = g_value_get_boolean (value);
  } else if (G_VALUE_HOLDS_INT (value)) {
    *(gint *) member = g_value_get_int (value);
  } else {
    *(guint *) member = g_value_get_uint (value);
  }
}

void
wfd_link_settings_get (const WfdLinkSettings *self, guint n, GValue *value)
{
  gconstpointer member = G_STRUCT_MEMBER_P (self, rows[n].offset);

  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, *(char *const *) member);
  else if (G_VALUE_HOLDS_ENUM (value))
    g_value_set_enum (value, *(const gint *) member);
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, *(const gboolean *) member);
  else if (G_VALUE_HOLDS_INT (value))
    g_value_set_int (value, *(const gint *) member);
  else
    g_value_set_uint (value, *(const guint *) member);
}

void
wfd_link_settings_init (WfdLinkSettings *self)
{
  *self = (WfdLinkSettings) { 0 };
  for (guint n = 0; n < WFD_LINK_N_PROPS; n++) {
    GParamSpec *pspec = g_param_spec_ref_sink (new_property (n, WFD_ROLE_SOURCE));

    wfd_link_settings_set (self, n, g_param_spec_get_default_value (pspec));
    g_param_spec_unref (pspec);
  }
}

void
wfd_link_settings_clear (WfdLinkSettings *self)
{
  g_free (self->peer);
  g_free (self->interface);
  g_free (self->pin);
  g_free (self->device_name);
  *self = (WfdLinkSettings) { 0 };
}

WfdLinkSettings
wfd_link_settings_copy (const WfdLinkSettings *self)
{
  WfdLinkSettings copy = *self;

  copy.peer = g_strdup (self->peer);
  copy.interface = g_strdup (self->interface);
  copy.pin = g_strdup (self->pin);
  copy.device_name = g_strdup (self->device_name);
  return copy;
}

/*
 * What cannot work
 */

/* Of the bands of Wi-Fi, in MHz: 2.4, 5, 6 and 60 GHz; of that, what the 16 bits hold in which
 * wpa_supplicant tells of a group. */
static gboolean
is_channel (guint mhz)
{
  static const struct
  {
    guint first, last, step;
  } bands[] = { { 2412, 2472, 5 }, { 2484, 2484, 1 }, { 5160, 5885, 5 }, { 5935, 5935, 1 },
    { 5955, 7115, 5 }, { 58320, 64800, 2160 } };

  for (guint i = 0; i < G_N_ELEMENTS (bands); i++)
    if (mhz >= bands[i].first && mhz <= bands[i].last
        && (mhz - bands[i].first) % bands[i].step == 0)
      return TRUE;
  return FALSE;
}

/* Without a PIN, one is made up or asked for. */
static gboolean
check_pin (const WfdLinkSettings *self, GError **error)
{
  const WfdLinkPairing pairing = { self->pairing, self->pin, self->persistent };

  if (self->pin == NULL)
    return TRUE;
  if (self->pairing != WFD_PAIRING_PBC)
    return wfd_link_pairing_check (&pairing, error);
  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "\"pin\" is set, and \"pairing\" does without one; pairing=pin-keypad is for a PIN that the "
      "peer shows, pin-display for one that is shown here");
  return FALSE;
}

/* "02:00:00:00:01", with any separator: a name may look like two or three octets. */
#define MIN_OCTETS 4

/* How many octets, written with a separator between each, @text is, and nothing else; 0 if it is
 * something else. */
static guint
count_octets (const char *text)
{
  gsize n = strlen (text);

  for (gsize i = 0; i < n; i++)
    if (i % 3 == 2 ? text[i] != ':' && text[i] != '-' : !g_ascii_isxdigit (text[i]))
      return 0;
  return n % 3 == 2 ? n / 3 + 1 : 0;
}

/* Nobody has such a name, and it would be searched in vain. */
static gboolean
check_peer (const WfdLinkSettings *self, GError **error)
{
  guint n_octets = self->peer != NULL ? count_octets (self->peer) : 0;
  g_autoptr (GInetAddress) address =
      self->peer != NULL ? g_inet_address_new_from_string (self->peer) : NULL;
  const char *what = NULL;

  if (n_octets >= MIN_OCTETS && (n_octets != 6 || strchr (self->peer, '-') != NULL))
    what = "is no such address";
  else if (address != NULL)
    what = "is an IP address, which counts with link=address";
  if (what != NULL)
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "\"peer\" has to be a name, a pattern, or a P2P device address as 02:00:00:00:01:00, and %s %s",
        self->peer, what);
  return what == NULL;
}

gboolean
wfd_link_settings_check (const WfdLinkSettings *self, GError **error)
{
  if (self->kind == WFD_LINK_ADDRESS)
    return TRUE;
  if (!check_peer (self, error))
    return FALSE;
  if (self->frequency_mhz == 0 || is_channel (self->frequency_mhz))
    return check_pin (self, error);
  g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
      "no channel of Wi-Fi has a \"frequency\" of %u MHz; channel 36 has 5180",
      self->frequency_mhz);
  return FALSE;
}

/*
 * What counts for nothing
 */

static gboolean
is_set (GObject *element, const char *name)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);
  g_auto (GValue) value = G_VALUE_INIT;

  if (pspec == NULL)
    return FALSE;
  g_value_init (&value, pspec->value_type);
  g_object_get_property (element, name, &value);
  return !g_param_value_defaults (pspec, &value);
}

/* Those that are of one link say so. */
static gboolean
is_of_p2p (GObject *element, const char *name)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), name);

  return g_str_has_suffix (g_param_spec_get_blurb (pspec), "(link=p2p)");
}

/* "a, b and c", each in quotes. (transfer full) (nullable): NULL if there is none */
static char *
list_unused (WfdLinkKind kind, GObject *element, guint *ret_n)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GString *list = g_string_new (NULL);

  if (kind == WFD_LINK_ADDRESS) {
    for (guint i = 0; i < WFD_LINK_N_PROPS; i++)
      if (is_of_p2p (element, rows[i].name) && is_set (element, rows[i].name))
        g_ptr_array_add (names, (gpointer) rows[i].name);
  } else if (is_set (element, "address")) {
    g_ptr_array_add (names, (gpointer) "address");
  } else if (is_set (element, "uri")) {
    g_ptr_array_add (names, (gpointer) "uri\" or \"location");
  }
  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (list, "%s\"%s\"",
        i == 0                    ? ""
            : i + 1 == names->len ? " and "
                                  : ", ",
        (const char *) names->pdata[i]);
  *ret_n = names->len;
  return g_string_free (list, FALSE);
}

void
wfd_link_settings_tell_unused (const WfdLinkSettings *self, GstElement *element)
{
  guint n;
  g_autofree char *names = list_unused (self->kind, G_OBJECT (element), &n);
  const char *link = self->kind == WFD_LINK_ADDRESS ? "p2p" : "address";

  if (n > 0)
    GST_ELEMENT_WARNING (element, RESOURCE, SETTINGS,
        ("%s %s with link=%s only; set that, or leave %s out.", names, n > 1 ? "count" : "counts",
            link, n > 1 ? "them" : "it"),
        (NULL));
}

/*
 * Signals
 */

/* Nobody has to be asked; whoever is asked may take his time. */
static gboolean
default_pairing_request (GstElement *element, const char *peer, const char *name, gint pairing,
    const char *pin)
{
  return TRUE;
}

/* pairing-request (peer's P2P device address, its name, how, nullable PIN to be shown):
 * returns FALSE to leave it open. answer-pairing (that address, whether to accept).
 * pin-request (that address, name): returns the PIN that the peer shows, or NULL to leave it
 * open. enter-pin (that address, PIN). pin (PIN to be shown). */
void
wfd_link_settings_install_signals (GType type, GCallback answer, GCallback enter)
{
  g_signal_new_class_handler ("answer-pairing", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, answer,
      NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  g_signal_new_class_handler ("enter-pin", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, enter, NULL,
      NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new_class_handler ("pairing-request", type, G_SIGNAL_RUN_LAST,
      G_CALLBACK (default_pairing_request), g_signal_accumulator_first_wins, NULL, NULL,
      G_TYPE_BOOLEAN, 4, G_TYPE_STRING, G_TYPE_STRING, get_pairing_type (), G_TYPE_STRING);
  g_signal_new ("pin-request", type, G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_first_wins, NULL,
      NULL, G_TYPE_STRING, 2, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new ("pin", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static gboolean
has_handler (GstElement *element, const char *signal)
{
  guint id = g_signal_lookup (signal, G_OBJECT_TYPE (element));

  return g_signal_has_handler_pending (element, id, 0, FALSE);
}

static gboolean
answers_pairing (GstElement *element)
{
  return has_handler (element, "pairing-request");
}

static gboolean
answers_pin (GstElement *element)
{
  return has_handler (element, "pin-request");
}

static gboolean
emit_pairing_request (GstElement *element, const char *peer, const char *name, WfdPairing pairing,
    const char *pin)
{
  gboolean accepted = TRUE;

  g_signal_emit_by_name (element, "pairing-request", peer, name, pairing, pin, &accepted);
  return accepted;
}

static char *
emit_pin_request (GstElement *element, const char *peer, const char *name)
{
  char *pin = NULL;

  g_signal_emit_by_name (element, "pin-request", peer, name, &pin);
  return pin;
}

static void
emit_pin (GstElement *element, const char *pin)
{
  g_signal_emit_by_name (element, "pin", pin);
}

const WfdLinkEvents wfd_link_settings_events = { answers_pairing, answers_pin, emit_pairing_request,
  emit_pin_request, emit_pin };
