/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-properties.h"

#include <wfd/wfd.h>

#include "wfd-settings.h"

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
  KIND_POINTER,
  KIND_CAPS,
  KIND_STRUCTURE,
} Kind;

typedef struct
{
  const char *name;
  const char *nick;
  const char *blurb;
  const char *sink_blurb; /* with role=sink; NULL: the same */
  const char *only;       /* of an element that plays either: where it counts */
  Kind kind;
  GParamFlags flags;
  guint max;                /* of a number */
  guint number;             /* default of a number or an enum */
  const char *text;         /* default of a string */
  GType (*get_type) (void); /* of an enum */
  gboolean is_setting;      /* of rtspwfd, with a member of WfdSettings */
  gsize offset;             /* of that, which has the type of the property */
} Property;

#define SETTING(member) .is_setting = TRUE, .offset = G_STRUCT_OFFSET (WfdSettings, member)

static const Property table[] = {
  [WFD_PROP_ROLE] = {
      .name = "role",
      .nick = "Role",
      .blurb = "The part that is played: the sink shows a received display, the "
          "source sends one",
      .kind = KIND_ENUM,
      .flags = READY_ONLY,
      .number = WFD_ROLE_SINK,
      .get_type = wfd_element_role_get_type,
      SETTING (role),
  },
  [WFD_PROP_LOCATION] = {
      .name = "location",
      .nick = "Location",
      .blurb = "Where the source is: rtsp://host[:port]; without a port 7236, then 554 and "
          "8554 are tried",
      .only = "role=sink",
      .kind = KIND_STRING,
      .flags = READY_ONLY,
      SETTING (location),
  },
  [WFD_PROP_ADDRESS] = {
      .name = "address",
      .nick = "Address",
      .blurb = "Numeric address of this machine (not of the display, see peer) to listen on, as the "
          "display connects; 0.0.0.0 shows the screen to whoever can reach this machine",
      .only = "role=source",
      .kind = KIND_STRING,
      .flags = READY_ONLY,
      .text = "127.0.0.1",
      SETTING (address),
  },
  [WFD_PROP_RTSP_PORT] = {
      .name = "rtsp-port",
      .nick = "RTSP port",
      .blurb = "TCP port to listen on; 0 takes any that is free, which can be read "
          "once the element is PAUSED, and over Wi-Fi Direct the usual one",
      .only = "role=source",
      .kind = KIND_UINT,
      .flags = READY_ONLY,
      .max = G_MAXUINT16,
      .number = WFD_DEFAULT_RTSP_PORT,
      SETTING (rtsp_port),
  },
  [WFD_PROP_PEER] = {
      .name = "peer",
      .nick = "Peer",
      .blurb = "Numeric address from which a display may connect; NULL for any",
      .only = "role=source",
      .kind = KIND_STRING,
      .flags = READY_ONLY,
      SETTING (peer),
  },
  [WFD_PROP_RTP_PORT] = {
      .name = "rtp-port",
      .nick = "RTP port",
      .blurb = "UDP port for the media, received or sent from; 0 takes any even one "
          "that is free",
      .kind = KIND_UINT,
      .flags = READY_ONLY,
      .max = G_MAXUINT16,
      SETTING (rtp_port),
  },
  [WFD_PROP_MAX_PACING_RATE] = {
      .name = "max-pacing-rate",
      .nick = "Maximum pacing rate",
      .blurb = "kbit/s at which the kernel lets packets go at most, for links that lose what "
          "comes in bursts; 0 sends each picture as fast as it can be sent",
      .only = "role=source",
      .kind = KIND_UINT,
      .flags = READY_ONLY,
      .max = 10000000,
      SETTING (max_pacing_kbps),
  },
  [WFD_PROP_VIDEO_FORMATS] = {
      .name = "video-formats",
      .nick = "Video formats",
      .blurb = "What is offered from the next session on: \"default\" for all progressive modes "
          "up to 1920x1080p60, \"none\", names like \"1920x1080p30, 1280x720p60\", or the value of "
          "wfd_video_formats itself",
      .kind = KIND_STRING,
      .flags = ANY_TIME,
      .text = "default",
      SETTING (offer.video_formats),
  },
  [WFD_PROP_AUDIO_CODECS] = {
      .name = "audio-codecs",
      .nick = "Audio codecs",
      .blurb = "What is offered from the next session on: \"default\" for AAC in stereo, and as a sink "
          "LPCM too, \"none\", names like \"aac, lpcm\", or the value of wfd_audio_codecs itself",
      .kind = KIND_STRING,
      .flags = ANY_TIME,
      .text = "default",
      SETTING (offer.audio_codecs),
  },
  [WFD_PROP_VIDEO_CAPS] = {
      .name = "video-caps",
      .nick = "Video caps",
      .blurb = "The video formats that are offered, as caps",
      .kind = KIND_CAPS,
      .flags = READ_ONLY,
  },
  [WFD_PROP_AUDIO_CAPS] = {
      .name = "audio-caps",
      .nick = "Audio caps",
      .blurb = "The audio codecs that are offered, as caps",
      .kind = KIND_CAPS,
      .flags = READ_ONLY,
  },
  [WFD_PROP_TIMEOUT] = {
      .name = "timeout",
      .nick = "Timeout",
      .blurb = "Milliseconds to try to connect, and without any sign of life of a source that should "
          "send, of which it is asked for one in between: up to half as long again may pass",
      .only = "role=sink",
      .kind = KIND_UINT,
      .flags = READY_ONLY,
      .max = G_MAXINT32,
      .number = 15000,
      SETTING (timeout_ms),
  },
  [WFD_PROP_LATENCY] = {
      .name = "latency",
      .nick = "Latency",
      .blurb = "Milliseconds that the network may delay what is shown smoothly nevertheless",
      .only = "role=sink",
      .kind = KIND_UINT,
      .flags = READY_ONLY,
      .max = 10000,
      .number = 30,
      SETTING (latency_ms),
  },
  [WFD_PROP_DEMUX] = {
      .name = "demux",
      .nick = "Demultiplex",
      .blurb = "Whether picture and sound leave by pads of their own, and no MPEG-TS",
      .only = "role=sink",
      .kind = KIND_BOOLEAN,
      .flags = READY_ONLY,
      SETTING (demux),
  },
  [WFD_PROP_AFTER_SESSION] = {
      .name = "after-session",
      .nick = "After session",
      .blurb = "What to do when a session is over; a display that connects and sets none up is "
               "warned of, and the next one waited for",
      .sink_blurb = "What to do when the source ends the session; with \"wait\" a phone, say, can "
                    "come again as often as it likes",
      .kind = KIND_ENUM,
      .flags = READY_ONLY,
      .number = WFD_AFTER_SESSION_STOP,
      .get_type = wfd_after_session_get_type,
      SETTING (after_session),
  },
  [WFD_PROP_MIRACAST_CONTEXT] = {
      .name = "miracast-context",
      .nick = "Miracast context",
      .blurb = "For programs with a Miracast driver (netdispumdddi.h): what CreateMiracastContext "
               "gave. Its sessions are the ones that are served, and nobody can connect otherwise",
      .only = "role=source",
      .kind = KIND_POINTER,
      .flags = READY_ONLY,
      SETTING (miracast_context),
  },
  [WFD_PROP_WISH_WIDTH] = {
      .name = "wish-width",
      .nick = "Wish width",
      .blurb = "Width in pixels of the picture that shall be agreed on if possible; 0 "
          "for no wish",
      .only = "role=source",
      .kind = KIND_UINT,
      .flags = ANY_TIME,
      .max = 16384,
      SETTING (offer.wish.width),
  },
  [WFD_PROP_WISH_HEIGHT] = {
      .name = "wish-height",
      .nick = "Wish height",
      .blurb = "Height in pixels of the picture that shall be agreed on if possible; "
          "0 for no wish",
      .only = "role=source",
      .kind = KIND_UINT,
      .flags = ANY_TIME,
      .max = 16384,
      SETTING (offer.wish.height),
  },
  [WFD_PROP_WISH_RATE] = {
      .name = "wish-rate",
      .nick = "Wish rate",
      .blurb = "Frames per second that shall be agreed on if possible; 0 for no wish",
      .only = "role=source",
      .kind = KIND_UINT,
      .flags = ANY_TIME,
      .max = 1000,
      SETTING (offer.wish.rate_hz),
  },
  [WFD_PROP_WISH_CHANNELS] = {
      .name = "wish-channels",
      .nick = "Wish channels",
      .blurb = "The number of channels of the sound that shall be agreed on if possible; 0 for no "
          "wish",
      .only = "role=source",
      .kind = KIND_UINT,
      .flags = ANY_TIME,
      .max = 8,
      SETTING (offer.wish.channels),
  },
  [WFD_PROP_FLOWING] = {
      .name = "flowing",
      .nick = "Flowing",
      .blurb = "Whether the peer wants media just now",
      .kind = KIND_BOOLEAN,
      .flags = READ_ONLY,
  },
  [WFD_PROP_NEGOTIATED] = {
      .name = "negotiated",
      .nick = "Negotiated",
      .blurb = "What the peers agreed on: structure wfd-negotiated, NULL before",
      .kind = KIND_STRUCTURE,
      .flags = READ_ONLY,
  },
  [WFD_PROP_STATS] = {
      .name = "stats",
      .nick = "Statistics",
      .blurb = "Counters of the session: structure wfd-stats",
      .kind = KIND_STRUCTURE,
      .flags = READ_ONLY,
  },
};

G_STATIC_ASSERT (G_N_ELEMENTS (table) == WFD_N_PROPS);

/* With a fixed role there is no need to say which. */
static const char *
get_blurb (const Property *property, const char *role)
{
  g_autofree char *blurb = NULL;

  if (property->sink_blurb != NULL && g_strcmp0 (role, "role=sink") == 0)
    return property->sink_blurb;
  if (property->only == NULL || g_strcmp0 (property->only, role) == 0)
    return property->blurb;
  blurb = g_strdup_printf ("%s (%s)", property->blurb, property->only);
  return g_intern_string (blurb);
}

GParamSpec *
wfd_property_new (guint id, const char *role)
{
  const Property *property = &table[id];
  const char *blurb = get_blurb (property, role);

  switch (property->kind) {
    case KIND_STRING:
      return g_param_spec_string (property->name, property->nick, blurb, property->text,
          property->flags);
    case KIND_UINT:
      return g_param_spec_uint (property->name, property->nick, blurb, 0, property->max,
          property->number, property->flags);
    case KIND_BOOLEAN:
      return g_param_spec_boolean (property->name, property->nick, blurb, property->number != 0,
          property->flags);
    case KIND_ENUM:
      return g_param_spec_enum (property->name, property->nick, blurb, property->get_type (),
          property->number, property->flags);
    case KIND_POINTER:
      return g_param_spec_pointer (property->name, property->nick, blurb, property->flags);
    case KIND_CAPS:
      return g_param_spec_boxed (property->name, property->nick, blurb, GST_TYPE_CAPS,
          property->flags);
    case KIND_STRUCTURE:
      return g_param_spec_boxed (property->name, property->nick, blurb, GST_TYPE_STRUCTURE,
          property->flags);
  }
  g_return_val_if_reached (NULL);
}

const char *
wfd_property_get_name (guint id)
{
  return table[id].name;
}

gboolean
wfd_property_find_setting (guint id, gsize *ret_offset)
{
  *ret_offset = table[id].offset;
  return table[id].is_setting;
}

gboolean
wfd_property_may_be_set (GstElement *element, const GParamSpec *pspec)
{
  if (GST_STATE (element) <= GST_STATE_READY || (pspec->flags & GST_PARAM_MUTABLE_PLAYING) != 0)
    return TRUE;
  GST_WARNING_OBJECT (element, "\"%s\" can only change in NULL or READY", pspec->name);
  return FALSE;
}

/* That of the library has no text for people. */
GType
wfd_element_role_get_type (void)
{
  static const GEnumValue values[] = {
    { WFD_ROLE_SOURCE, "Sends a picture and sound; waits for the display to connect", "source" },
    { WFD_ROLE_SINK, "Is the display; connects to the source", "sink" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("WfdElementRole", values));
  return type;
}

GType
wfd_after_session_get_type (void)
{
  static const GEnumValue values[] = {
    { WFD_AFTER_SESSION_STOP, "EOS after an orderly end, an error if the peer vanished", "stop" },
    { WFD_AFTER_SESSION_WAIT, "Wait for the next one: listen, be found, or connect again", "wait" },
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
    { WFD_LINK_P2P, "Wi-Fi Direct, by wpa_supplicant; the peer is found and paired", "p2p" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("WfdLinkKind", values));
  return type;
}
