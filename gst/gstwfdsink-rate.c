/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of wfdsink that are about the bit rate. */
#include "gstrtspwfd.h"
#include "gstwfdsink-private.h"

GST_DEBUG_CATEGORY_EXTERN (wfd_sink_debug);
#define GST_CAT_DEFAULT wfd_sink_debug

#define LEAST_KBPS 100
#define MOST_KBPS 1000000

static GType
rate_mode_get_type (void)
{
  static const GEnumValue values[] = {
    { TRUE, "Follows what the link carries, picture by picture", "auto" },
    { FALSE, "Stays at \"bitrate\"", "off" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstWfdRateControl", values));
  return type;
}

static GType
rate_profile_get_type (void)
{
  static const GEnumValue values[] = {
    { WFD_RATE_BALANCED, "As much picture as arrives in time", "balanced" },
    { WFD_RATE_LOW_LATENCY, "Less of it, earlier", "low-latency" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstWfdRateProfile", values));
  return type;
}

/* A row for each property; its member is an int, an enum or a boolean. */
static const struct
{
  const char *name;
  const char *nick;
  const char *blurb;
  gsize offset;             /* 0: read-only */
  GType (*get_enum) (void); /* NULL: a number */
  gboolean is_boolean;
  GParamFlags flags;
  guint min, max, number; /* the default also of an enum or a boolean */
} rows[] = {
  [GST_WFD_SINK_BITRATE] = {
      .name = "bitrate",
      .nick = "Bit rate",
      .blurb = "kbit/s at which pictures are encoded with rate-control=off, less where the display "
               "takes no more; else those with which it begins if \"start-bitrate\" is 0",
      .offset = G_STRUCT_OFFSET (GstWfdSink, bitrate_kbps),
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_PLAYING,
      .min = LEAST_KBPS,
      .max = 100000,
      .number = 5000,
  },
  [GST_WFD_SINK_RATE_CONTROL] = {
      .name = "rate-control",
      .nick = "Rate control",
      .blurb = "Who decides at which bit rate pictures are encoded, and which are left out so that "
               "those after them come in time",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.on),
      .get_enum = rate_mode_get_type,
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY,
      .number = TRUE,
  },
  [GST_WFD_SINK_RATE_PROFILE] = {
      .name = "rate-profile",
      .nick = "Rate profile",
      .blurb = "What is more important where the link allows one of them only",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.profile),
      .get_enum = rate_profile_get_type,
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY,
      .number = WFD_RATE_BALANCED,
  },
  [GST_WFD_SINK_MIN_BITRATE] = {
      .name = "min-bitrate",
      .nick = "Minimum bit rate",
      .blurb = "kbit/s of the picture below which the rate control does not go; it leaves pictures "
               "out instead",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.min_kbps),
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_PLAYING,
      .min = LEAST_KBPS,
      .max = MOST_KBPS,
      .number = 1000,
  },
  [GST_WFD_SINK_MAX_BITRATE] = {
      .name = "max-bitrate",
      .nick = "Maximum bit rate",
      .blurb = "kbit/s of the picture above which the rate control does not go; neither does it go "
               "above what the display takes and the H.264 level allows",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.max_kbps),
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_PLAYING,
      .min = LEAST_KBPS,
      .max = MOST_KBPS,
      .number = 40000,
  },
  [GST_WFD_SINK_START_BITRATE] = {
      .name = "start-bitrate",
      .nick = "Start bit rate",
      .blurb = "kbit/s of the picture with which the rate control begins a session; 0 takes "
               "\"bitrate\"",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.start_kbps),
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_PLAYING,
      .max = MOST_KBPS,
  },
  [GST_WFD_SINK_MAX_AIR_SHARE] = {
      .name = "max-air-share",
      .nick = "Maximum share of the air",
      .blurb = "Of what the link carries, how many percent the picture may take, so that something "
               "is left for others on the same channel",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.air_share_percent),
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY,
      .min = 5,
      .max = 100,
      .number = 100,
  },
  [GST_WFD_SINK_ADAPT_FORMAT] = {
      .name = "adapt-format",
      .nick = "Adapt format",
      .blurb = "Whether every second picture is left out, and a smaller picture asked for, while "
               "there are too few bits for all of them; else pictures only get worse",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.adapts_format),
      .is_boolean = TRUE,
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY,
      .number = TRUE,
  },
  [GST_WFD_SINK_SUGGESTED_BITRATE] = {
      .name = "suggested-bitrate",
      .nick = "Suggested bit rate",
      .blurb = "kbit/s that the encoder should make now: what ours is told, and what an encoder of "
               "the application had better be told; notified in the thread of the pictures",
      .max = MOST_KBPS,
      .number = 5000,
  },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == GST_WFD_SINK_N_RATE_PROPERTIES);

static GParamSpec *
new_property (guint n)
{
  const GParamFlags flags = rows[n].flags | G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const char *name = rows[n].name, *nick = rows[n].nick, *blurb = rows[n].blurb;

  if (rows[n].get_enum != NULL)
    return g_param_spec_enum (name, nick, blurb, rows[n].get_enum (), rows[n].number, flags);
  if (rows[n].is_boolean)
    return g_param_spec_boolean (name, nick, blurb, rows[n].number, flags);
  return g_param_spec_uint (name, nick, blurb, rows[n].min, rows[n].max, rows[n].number, flags);
}

void
gst_wfd_sink_install_rate_properties (GObjectClass *klass, guint first)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_object_class_install_property (klass, first + i, new_property (i));
  gst_type_mark_as_plugin_api (rate_mode_get_type (), 0);
  gst_type_mark_as_plugin_api (rate_profile_get_type (), 0);
}

static void
on_target (gpointer owner)
{
  g_object_notify (owner, "suggested-bitrate");
}

static void
on_resize (gpointer owner, gint direction)
{
  GstWfdSink *self = owner;

  GST_INFO_OBJECT (self, "asking for a %s picture", direction < 0 ? "smaller" : "larger");
  gst_rtsp_wfd_resize (GST_RTSP_WFD (self->rtspwfd), direction);
}

/* What is encoded without the rate control obeys too. */
static void
on_ceiling (gpointer owner)
{
  GstWfdSink *self = owner;
  guint bitrate_kbps;

  g_mutex_lock (&self->lock);
  bitrate_kbps = wfd_rate_control_limit (self->rate, self->bitrate_kbps);
  g_mutex_unlock (&self->lock);
  wfd_program_thread_set_bitrate (self->program_thread, bitrate_kbps);
  g_object_notify (owner, "suggested-bitrate");
}

static gint *
find_member (GstWfdSink *self, guint which)
{
  return G_STRUCT_MEMBER_P (self, rows[which].offset);
}

void
gst_wfd_sink_init_rate (GstWfdSink *self)
{
  static const WfdRateControlEvents events = { on_target, on_resize, on_ceiling };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].offset > 0)
      *find_member (self, i) = rows[i].number;
  self->rate = wfd_rate_control_new (&events, self);
  gst_wfd_sink_update_rate (self);
}

/* With the lock, or before others know of the element. */
void
gst_wfd_sink_update_rate (GstWfdSink *self)
{
  WfdRateUser user = self->rate_user;

  if (user.start_kbps == 0 || !user.on)
    user.start_kbps = self->bitrate_kbps;
  wfd_rate_control_set_user (self->rate, &user);
}

static gint
read_value (const GValue *value)
{
  if (G_VALUE_HOLDS_UINT (value))
    return g_value_get_uint (value);
  return G_VALUE_HOLDS_BOOLEAN (value) ? g_value_get_boolean (value) : g_value_get_enum (value);
}

static void
write_value (GValue *value, gint number)
{
  if (G_VALUE_HOLDS_UINT (value))
    g_value_set_uint (value, number);
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, number);
  else
    g_value_set_enum (value, number);
}

void
gst_wfd_sink_set_rate_property (GstWfdSink *self, guint which, const GValue *value)
{
  guint bitrate_kbps;

  g_mutex_lock (&self->lock);
  *find_member (self, which) = read_value (value);
  gst_wfd_sink_update_rate (self);
  bitrate_kbps = wfd_rate_control_limit (self->rate, self->bitrate_kbps);
  g_mutex_unlock (&self->lock);
  if (which == GST_WFD_SINK_BITRATE)
    wfd_program_thread_set_bitrate (self->program_thread, bitrate_kbps);
}

/* With the lock. */
static guint
get_suggestion (GstWfdSink *self)
{
  return self->rate_user.on ? wfd_rate_control_get_target (self->rate)
                            : wfd_rate_control_limit (self->rate, self->bitrate_kbps);
}

/* With the lock. */
void
gst_wfd_sink_get_rate_property (GstWfdSink *self, guint which, GValue *value)
{
  if (which == GST_WFD_SINK_SUGGESTED_BITRATE)
    write_value (value, get_suggestion (self));
  else
    write_value (value, *find_member (self, which));
}
