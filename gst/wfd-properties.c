/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-properties.h"

#include <wfd/wfd.h>

#define READ_ONLY (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)
/* Taken into account when the next session begins. */
#define READY_ONLY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define ANY_TIME (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

typedef enum
{
  KIND_STRING,
  KIND_UINT,
  KIND_BOOLEAN,
  KIND_ENUM,
  KIND_CAPS,
  KIND_STRUCTURE,
} Kind;

typedef struct
{
  const char *name;
  const char *nick;
  const char *blurb;
  Kind kind;
  GParamFlags flags;
  guint max;                /* of a number */
  guint number;             /* default of a number or an enum */
  const char *text;         /* default of a string */
  GType (*get_type) (void); /* of an enum */
} Property;

static const Property table[] = {
  { "role", "Role",
      "The part that is played: the sink shows a received display, the source "
      "sends one",
      KIND_ENUM, READY_ONLY, 0, WFD_ROLE_SINK, NULL, wfd_role_get_type },
  { "location", "Location", "Where the source is: rtsp://host[:port] (role=sink)", KIND_STRING,
      READY_ONLY, 0, 0, NULL, NULL },
  { "address", "Address",
      "Numeric address to listen on; 0.0.0.0 shows the screen to whoever can "
      "reach this machine (role=source)",
      KIND_STRING, READY_ONLY, 0, 0, "127.0.0.1", NULL },
  { "rtsp-port", "RTSP port",
      "TCP port to listen on; 0 takes any that is free, which can be read "
      "once the element is PAUSED (role=source)",
      KIND_UINT, READY_ONLY, G_MAXUINT16, WFD_DEFAULT_RTSP_PORT, NULL, NULL },
  { "peer", "Peer", "Numeric address from which a sink may connect; NULL for any (role=source)",
      KIND_STRING, READY_ONLY, 0, 0, NULL, NULL },
  { "rtp-port", "RTP port",
      "UDP port for the media, received or sent from; 0 takes any even one "
      "that is free",
      KIND_UINT, READY_ONLY, G_MAXUINT16, 0, NULL, NULL },
  { "video-formats", "Video formats",
      "What is offered: \"default\", \"none\", names like "
      "\"1920x1080p30, 1280x720p60\", or the value of wfd_video_formats itself",
      KIND_STRING, ANY_TIME, 0, 0, "default", NULL },
  { "audio-codecs", "Audio codecs",
      "What is offered: \"default\", \"none\", names like "
      "\"aac, lpcm\", or the value of wfd_audio_codecs itself",
      KIND_STRING, ANY_TIME, 0, 0, "default", NULL },
  { "video-caps", "Video caps", "The video formats that are offered, as caps", KIND_CAPS, READ_ONLY,
      0, 0, NULL, NULL },
  { "audio-caps", "Audio caps", "The audio codecs that are offered, as caps", KIND_CAPS, READ_ONLY,
      0, 0, NULL, NULL },
  { "timeout", "Timeout",
      "Milliseconds to try to connect, and without any sign of life of a "
      "source that should send (role=sink)",
      KIND_UINT, READY_ONLY, G_MAXINT32, 15000, NULL, NULL },
  { "latency", "Latency", "Milliseconds that packets may come late or out of order (role=sink)",
      KIND_UINT, READY_ONLY, 10000, 30, NULL, NULL },
  { "after-session", "After session", "What to do when a session is over", KIND_ENUM, READY_ONLY, 0,
      WFD_AFTER_SESSION_STOP, NULL, wfd_after_session_get_type },
  { "wish-width", "Wish width",
      "Width in pixels of the picture that shall be agreed on if "
      "possible; 0 for no wish (role=source)",
      KIND_UINT, ANY_TIME, 16384, 0, NULL, NULL },
  { "wish-height", "Wish height",
      "Height in pixels of the picture that shall be agreed on if "
      "possible; 0 for no wish (role=source)",
      KIND_UINT, ANY_TIME, 16384, 0, NULL, NULL },
  { "wish-rate", "Wish rate",
      "Frames per second that shall be agreed on if possible; 0 for no "
      "wish (role=source)",
      KIND_UINT, ANY_TIME, 1000, 0, NULL, NULL },
  { "flowing", "Flowing", "Whether the peer wants media just now", KIND_BOOLEAN, READ_ONLY, 0, 0,
      NULL, NULL },
  { "negotiated", "Negotiated", "What the peers agreed on: structure wfd-negotiated, NULL before",
      KIND_STRUCTURE, READ_ONLY, 0, 0, NULL, NULL },
  { "stats", "Statistics", "Counters of the session: structure wfd-stats", KIND_STRUCTURE,
      READ_ONLY, 0, 0, NULL, NULL },
};

static const Property *
find_property (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].name, name))
      return &table[i];
  return NULL;
}

GParamSpec *
wfd_property_new (const char *name)
{
  const Property *property = find_property (name);

  g_return_val_if_fail (property != NULL, NULL);
  switch (property->kind) {
    case KIND_STRING:
      return g_param_spec_string (property->name, property->nick, property->blurb, property->text,
          property->flags);
    case KIND_UINT:
      return g_param_spec_uint (property->name, property->nick, property->blurb, 0, property->max,
          property->number, property->flags);
    case KIND_BOOLEAN:
      return g_param_spec_boolean (property->name, property->nick, property->blurb,
          property->number != 0, property->flags);
    case KIND_ENUM:
      return g_param_spec_enum (property->name, property->nick, property->blurb,
          property->get_type (), property->number, property->flags);
    case KIND_CAPS:
      return g_param_spec_boxed (property->name, property->nick, property->blurb, GST_TYPE_CAPS,
          property->flags);
    case KIND_STRUCTURE:
      return g_param_spec_boxed (property->name, property->nick, property->blurb,
          GST_TYPE_STRUCTURE, property->flags);
  }
  g_return_val_if_reached (NULL);
}

void
wfd_properties_install (GObjectClass *klass, guint first_id, const char *const *names,
    guint n_names)
{
  for (guint i = 0; i < n_names; i++)
    g_object_class_install_property (klass, first_id + i, wfd_property_new (names[i]));
}

GType
wfd_after_session_get_type (void)
{
  static const GEnumValue values[] = {
    { WFD_AFTER_SESSION_STOP, "EOS after an orderly end, an error if the peer vanished", "stop" },
    { WFD_AFTER_SESSION_WAIT, "Listen or connect again", "wait" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("WfdAfterSession", values));
  return type;
}

GType
wfd_link_kind_get_type (void)
{
  static const GEnumValue values[] = {
    { WFD_LINK_ADDRESS, "The peer's IP address is known, or it connects to us", "address" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("WfdLinkKind", values));
  return type;
}
