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

typedef struct _Row Row;

/* What a member is, all of which are as large as an int. */
typedef struct
{
  GParamSpec *(*new_spec) (const Row *row, GParamFlags flags);
  gint (*read) (const GValue *value);
  void (*write) (GValue *value, gint number);
} Kind;

/* A row for each property. */
struct _Row
{
  const char *name;
  const char *nick;
  const char *blurb;
  gsize offset; /* of its member; 0: read-only */
  const Kind *kind;
  GType (*get_type) (void); /* of an enum */
  GParamFlags flags;
  guint min, max, number; /* the default also of an enum or a boolean */
};

static GParamSpec *
new_number (const Row *row, GParamFlags flags)
{
  return g_param_spec_uint (row->name, row->nick, row->blurb, row->min, row->max, row->number,
      flags);
}

static gint
read_number (const GValue *value)
{
  return g_value_get_uint (value);
}

static void
write_number (GValue *value, gint number)
{
  g_value_set_uint (value, number);
}

static const Kind number_kind = { new_number, read_number, write_number };

static GParamSpec *
new_enum (const Row *row, GParamFlags flags)
{
  return g_param_spec_enum (row->name, row->nick, row->blurb, row->get_type (), row->number, flags);
}

static const Kind enum_kind = { new_enum, g_value_get_enum, g_value_set_enum };

static GParamSpec *
new_boolean (const Row *row, GParamFlags flags)
{
  return g_param_spec_boolean (row->name, row->nick, row->blurb, row->number, flags);
}

static const Kind boolean_kind = { new_boolean, g_value_get_boolean, g_value_set_boolean };

static const Row rows[] = {
  [GST_WFD_SINK_BITRATE] = {
      .name = "bitrate",
      .nick = "Bit rate",
      .blurb = "kbit/s at which pictures are encoded with rate-control=off, less where the display "
               "takes no more; else those with which it begins if \"start-bitrate\" is 0",
      .kind = &number_kind,
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
      .kind = &enum_kind,
      .get_type = rate_mode_get_type,
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY,
      .number = TRUE,
  },
  [GST_WFD_SINK_RATE_PROFILE] = {
      .name = "rate-profile",
      .nick = "Rate profile",
      .blurb = "What is more important where the link allows one of them only",
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.profile),
      .kind = &enum_kind,
      .get_type = rate_profile_get_type,
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY,
      .number = WFD_RATE_BALANCED,
  },
  [GST_WFD_SINK_MIN_BITRATE] = {
      .name = "min-bitrate",
      .nick = "Minimum bit rate",
      .blurb = "kbit/s of the picture below which the rate control does not go; it leaves pictures "
               "out instead. A lower \"max-bitrate\" counts",
      .kind = &number_kind,
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
      .kind = &number_kind,
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
      .kind = &number_kind,
      .offset = G_STRUCT_OFFSET (GstWfdSink, rate_user.start_kbps),
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_PLAYING,
      .max = MOST_KBPS,
  },
  [GST_WFD_SINK_MAX_AIR_SHARE] = {
      .name = "max-air-share",
      .nick = "Maximum share of the air",
      .blurb = "Of what the link carries, how many percent the picture may take, so that something "
               "is left for others on the same channel",
      .kind = &number_kind,
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
      .kind = &boolean_kind,
      .flags = G_PARAM_WRITABLE | GST_PARAM_MUTABLE_READY,
      .number = TRUE,
  },
  [GST_WFD_SINK_SUGGESTED_BITRATE] = {
      .name = "suggested-bitrate",
      .nick = "Suggested bit rate",
      .blurb = "kbit/s that the encoder should make now: what ours is told, and what an encoder of "
               "the application had better be told; notified in the thread of the pictures",
      .kind = &number_kind,
      .max = MOST_KBPS,
      .number = 5000,
  },
};

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == GST_WFD_SINK_N_RATE_PROPERTIES);

void
gst_wfd_sink_install_rate_properties (GObjectClass *klass, guint first)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_object_class_install_property (klass, first + i,
        rows[i].kind->new_spec (&rows[i],
            rows[i].flags | G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  gst_type_mark_as_plugin_api (rate_mode_get_type (), 0);
  gst_type_mark_as_plugin_api (rate_profile_get_type (), 0);
}

/* kbit/s of video; with the lock. */
static guint
get_suggestion (GstWfdSink *self)
{
  return self->rate_user.on
      ? wfd_rate_control_get_target (self->rate)
      : wfd_rate_control_limit (self->rate, MIN (self->bitrate_kbps, self->limit_kbps));
}

void
gst_wfd_sink_notify_suggestion (GstWfdSink *self)
{
  guint suggested_kbps;
  gboolean moved;

  g_mutex_lock (&self->lock);
  suggested_kbps = get_suggestion (self);
  moved = suggested_kbps != self->notified_kbps;
  self->notified_kbps = suggested_kbps;
  g_mutex_unlock (&self->lock);
  if (moved)
    g_object_notify (G_OBJECT (self), "suggested-bitrate");
}

static void
on_target (gpointer owner)
{
  gst_wfd_sink_notify_suggestion (owner);
}

static void
on_resize (gpointer owner, gint direction)
{
  GstWfdSink *self = owner;

  GST_INFO_OBJECT (self, "asking for a %s picture", direction < 0 ? "smaller" : "larger");
  gst_rtsp_wfd_resize (GST_RTSP_WFD (self->rtspwfd), direction);
}

/* With the lock, so that the last one wins. */
static void
store_bitrate (GstWfdSink *self)
{
  wfd_program_thread_set_bitrate (self->program_thread,
      wfd_rate_control_limit (self->rate, self->bitrate_kbps));
}

/* What is encoded without the rate control obeys too. */
static void
on_ceiling (gpointer owner)
{
  GstWfdSink *self = owner;

  g_mutex_lock (&self->lock);
  store_bitrate (self);
  g_mutex_unlock (&self->lock);
  wfd_program_thread_apply_bitrate (self->program_thread);
  gst_wfd_sink_notify_suggestion (self);
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
  self->limit_kbps = G_MAXUINT;
  self->rate = wfd_rate_control_new (&events, self);
  gst_wfd_sink_update_rate (self);
  self->notified_kbps = get_suggestion (self);
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

/* The default of the minimum is nobody's wish. */
void
gst_wfd_sink_check_rate (GstWfdSink *self)
{
  WfdRateUser user;

  g_mutex_lock (&self->lock);
  user = self->rate_user;
  g_mutex_unlock (&self->lock);
  if (user.min_kbps > user.max_kbps && user.min_kbps != rows[GST_WFD_SINK_MIN_BITRATE].number)
    GST_ELEMENT_WARNING (self, LIBRARY, SETTINGS,
        ("\"min-bitrate\" (%u) is above \"max-bitrate\" (%u); the maximum counts.", user.min_kbps,
            user.max_kbps),
        (NULL));
}

void
gst_wfd_sink_set_rate_property (GstWfdSink *self, guint which, const GValue *value)
{
  guint suggested_kbps;
  gboolean moved;

  g_mutex_lock (&self->lock);
  suggested_kbps = get_suggestion (self);
  *find_member (self, which) = rows[which].kind->read (value);
  gst_wfd_sink_update_rate (self);
  store_bitrate (self);
  moved = get_suggestion (self) != suggested_kbps;
  g_mutex_unlock (&self->lock);
  if (moved)
    wfd_program_thread_apply_bitrate (self->program_thread);
  gst_wfd_sink_notify_suggestion (self);
}

/* With the lock. */
void
gst_wfd_sink_get_rate_property (GstWfdSink *self, guint which, GValue *value)
{
  gint number = which == GST_WFD_SINK_SUGGESTED_BITRATE ? (gint) get_suggestion (self)
                                                        : *find_member (self, which);

  rows[which].kind->write (value, number);
}
