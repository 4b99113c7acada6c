/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-settings.h"

typedef struct
{
  const char *name; /* of the property, whose type is that of the member */
  gsize offset;
} Setting;

#define SETTING(name, member) \
  { \
    name, G_STRUCT_OFFSET (WfdSettings, member) \
  }

static const Setting table[] = {
  SETTING ("role", role),
  SETTING ("after-session", after_session),
  SETTING ("location", location),
  SETTING ("address", address),
  SETTING ("peer", peer),
  SETTING ("video-formats", video_formats),
  SETTING ("audio-codecs", audio_codecs),
  SETTING ("rtsp-port", rtsp_port),
  SETTING ("rtp-port", rtp_port),
  SETTING ("timeout", timeout_ms),
  SETTING ("latency", latency_ms),
  SETTING ("wish-width", wish_width),
  SETTING ("wish-height", wish_height),
  SETTING ("wish-rate", wish_rate_hz),
};

static gpointer
find_member (const WfdSettings *self, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].name, name))
      return G_STRUCT_MEMBER_P (self, table[i].offset);
  return NULL;
}

gboolean
wfd_settings_set (WfdSettings *self, const GParamSpec *pspec, const GValue *value)
{
  gpointer member = find_member (self, pspec->name);

  if (member == NULL)
    return FALSE;
  if (G_VALUE_HOLDS_STRING (value)) {
    g_free (*(char **) member);
    *(char **) member = g_value_dup_string (value);
  } else if (G_VALUE_HOLDS_UINT (value)) {
    *(guint *) member = g_value_get_uint (value);
  } else {
    *(gint *) member = g_value_get_enum (value);
  }
  return TRUE;
}

gboolean
wfd_settings_get (const WfdSettings *self, const GParamSpec *pspec, GValue *value)
{
  gconstpointer member = find_member (self, pspec->name);

  if (member == NULL)
    return FALSE;
  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, *(char *const *) member);
  else if (G_VALUE_HOLDS_UINT (value))
    g_value_set_uint (value, *(const guint *) member);
  else
    g_value_set_enum (value, *(const gint *) member);
  return TRUE;
}

void
wfd_settings_init (WfdSettings *self, GObjectClass *klass)
{
  *self = (WfdSettings) { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    GParamSpec *pspec = g_object_class_find_property (klass, table[i].name);

    wfd_settings_set (self, pspec, g_param_spec_get_default_value (pspec));
  }
}

void
wfd_settings_clear (WfdSettings *self)
{
  g_free (self->location);
  g_free (self->address);
  g_free (self->peer);
  g_free (self->video_formats);
  g_free (self->audio_codecs);
  *self = (WfdSettings) { 0 };
}
