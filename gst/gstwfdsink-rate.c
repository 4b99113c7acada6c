/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties of wfdsink that are about the bit rate. */
#include "gstrtspwfd.h"
#include "gstwfdsink-private.h"

GST_DEBUG_CATEGORY_EXTERN (wfd_sink_debug);
#define GST_CAT_DEFAULT wfd_sink_debug

#define DEFAULT_BITRATE_KBPS 5000
#define DEFAULT_MIN_KBPS 1000
#define DEFAULT_MAX_KBPS 40000
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

void
gst_wfd_sink_install_rate_properties (GObjectClass *klass, guint first)
{
  GParamFlags any_time = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
  GParamFlags ready = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;

  g_object_class_install_property (klass, first + GST_WFD_SINK_BITRATE,
      g_param_spec_uint ("bitrate", "Bit rate",
          "kbit/s at which pictures are encoded with rate-control=off, less where the display takes "
          "no more; else those with which it begins if \"start-bitrate\" is 0",
          LEAST_KBPS, 100000, DEFAULT_BITRATE_KBPS, any_time));
  g_object_class_install_property (klass, first + GST_WFD_SINK_RATE_CONTROL,
      g_param_spec_enum ("rate-control", "Rate control",
          "Who decides at which bit rate pictures are encoded, and which are left out so that those "
          "after them come in time",
          rate_mode_get_type (), TRUE, ready));
  g_object_class_install_property (klass, first + GST_WFD_SINK_RATE_PROFILE,
      g_param_spec_enum ("rate-profile", "Rate profile",
          "What is more important where the link allows one of them only", rate_profile_get_type (),
          WFD_RATE_BALANCED, ready));
  g_object_class_install_property (klass, first + GST_WFD_SINK_MIN_BITRATE,
      g_param_spec_uint ("min-bitrate", "Minimum bit rate",
          "kbit/s of the picture below which the rate control does not go; it leaves pictures out "
          "instead",
          LEAST_KBPS, MOST_KBPS, DEFAULT_MIN_KBPS, any_time));
  g_object_class_install_property (klass, first + GST_WFD_SINK_MAX_BITRATE,
      g_param_spec_uint ("max-bitrate", "Maximum bit rate",
          "kbit/s of the picture above which the rate control does not go; neither does it go "
          "above what the display takes and the H.264 level allows",
          LEAST_KBPS, MOST_KBPS, DEFAULT_MAX_KBPS, any_time));
  g_object_class_install_property (klass, first + GST_WFD_SINK_START_BITRATE,
      g_param_spec_uint ("start-bitrate", "Start bit rate",
          "kbit/s of the picture with which the rate control begins a session; 0 takes \"bitrate\"",
          0, MOST_KBPS, 0, any_time));
  g_object_class_install_property (klass, first + GST_WFD_SINK_MAX_AIR_SHARE,
      g_param_spec_uint ("max-air-share", "Maximum share of the air",
          "Of what the link carries, how many percent the picture may take, so that something is left "
          "for others on the same channel",
          5, 100, 100, ready));
  g_object_class_install_property (klass, first + GST_WFD_SINK_ADAPT_FORMAT,
      g_param_spec_boolean ("adapt-format", "Adapt format",
          "Whether every second picture is left out, and a smaller picture asked for, while there are "
          "too few bits for all of them; else pictures only get worse",
          TRUE, ready));
  g_object_class_install_property (klass, first + GST_WFD_SINK_SUGGESTED_BITRATE,
      g_param_spec_uint ("suggested-bitrate", "Suggested bit rate",
          "kbit/s that the encoder should make now: what ours is told, and what an encoder of the "
          "application had better be told; notified in the thread of the pictures",
          0, MOST_KBPS, DEFAULT_BITRATE_KBPS, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
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

void
gst_wfd_sink_init_rate (GstWfdSink *self)
{
  static const WfdRateControlEvents events = { on_target, on_resize, on_ceiling };

  self->bitrate_kbps = DEFAULT_BITRATE_KBPS;
  self->rate_user = (WfdRateUser) {
    .on = TRUE,
    .min_kbps = DEFAULT_MIN_KBPS,
    .max_kbps = DEFAULT_MAX_KBPS,
    .air_share_percent = 100,
  };
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

void
gst_wfd_sink_set_rate_property (GstWfdSink *self, guint which, const GValue *value)
{
  guint bitrate_kbps;

  g_mutex_lock (&self->lock);
  if (which == GST_WFD_SINK_BITRATE)
    self->bitrate_kbps = g_value_get_uint (value);
  else if (which == GST_WFD_SINK_RATE_CONTROL)
    self->rate_user.on = g_value_get_enum (value);
  else if (which == GST_WFD_SINK_RATE_PROFILE)
    self->rate_user.profile = g_value_get_enum (value);
  else if (which == GST_WFD_SINK_MIN_BITRATE)
    self->rate_user.min_kbps = g_value_get_uint (value);
  else if (which == GST_WFD_SINK_MAX_BITRATE)
    self->rate_user.max_kbps = g_value_get_uint (value);
  else if (which == GST_WFD_SINK_START_BITRATE)
    self->rate_user.start_kbps = g_value_get_uint (value);
  else if (which == GST_WFD_SINK_MAX_AIR_SHARE)
    self->rate_user.air_share_percent = g_value_get_uint (value);
  else if (which == GST_WFD_SINK_ADAPT_FORMAT)
    self->rate_user.keeps_format = !g_value_get_boolean (value);
  gst_wfd_sink_update_rate (self);
  bitrate_kbps = wfd_rate_control_limit (self->rate, self->bitrate_kbps);
  g_mutex_unlock (&self->lock);
  if (which == GST_WFD_SINK_BITRATE)
    wfd_program_thread_set_bitrate (self->program_thread, bitrate_kbps);
}

/* With the lock. */
void
gst_wfd_sink_get_rate_property (GstWfdSink *self, guint which, GValue *value)
{
  const WfdRateUser *user = &self->rate_user;

  if (which == GST_WFD_SINK_RATE_CONTROL)
    g_value_set_enum (value, user->on);
  else if (which == GST_WFD_SINK_RATE_PROFILE)
    g_value_set_enum (value, user->profile);
  else if (which == GST_WFD_SINK_SUGGESTED_BITRATE)
    g_value_set_uint (value,
        user->on ? wfd_rate_control_get_target (self->rate)
                 : wfd_rate_control_limit (self->rate, self->bitrate_kbps));
  else if (which == GST_WFD_SINK_BITRATE)
    g_value_set_uint (value, self->bitrate_kbps);
  else if (which == GST_WFD_SINK_MIN_BITRATE)
    g_value_set_uint (value, user->min_kbps);
  else if (which == GST_WFD_SINK_MAX_BITRATE)
    g_value_set_uint (value, user->max_kbps);
  else if (which == GST_WFD_SINK_START_BITRATE)
    g_value_set_uint (value, user->start_kbps);
  else if (which == GST_WFD_SINK_MAX_AIR_SHARE)
    g_value_set_uint (value, user->air_share_percent);
  else if (which == GST_WFD_SINK_ADAPT_FORMAT)
    g_value_set_boolean (value, !user->keeps_format);
}
