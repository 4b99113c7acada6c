/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-settings.h"

static gpointer
find_member (const WfdSettings *self, const char *name)
{
  gsize offset;

  return wfd_property_find_setting (name, &offset) ? G_STRUCT_MEMBER_P (self, offset) : NULL;
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
  } else if (G_VALUE_HOLDS_BOOLEAN (value)) {
    *(gboolean *) member = g_value_get_boolean (value);
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
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, *(const gboolean *) member);
  else
    g_value_set_enum (value, *(const gint *) member);
  return TRUE;
}

void
wfd_settings_init (WfdSettings *self, GObjectClass *klass)
{
  guint n;
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (klass, &n);

  *self = (WfdSettings) { 0 };
  for (guint i = 0; i < n; i++)
    wfd_settings_set (self, pspecs[i], g_param_spec_get_default_value (pspecs[i]));
}

void
wfd_settings_clear (WfdSettings *self)
{
  g_free (self->location);
  g_free (self->address);
  g_free (self->peer);
  wfd_offer_clear (&self->offer);
  *self = (WfdSettings) { 0 };
}
