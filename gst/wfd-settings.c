/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-settings.h"

static gpointer
find_member (const WfdSettings *self, guint id)
{
  gsize offset;

  return wfd_property_find_setting (id, &offset) ? G_STRUCT_MEMBER_P (self, offset) : NULL;
}

gboolean
wfd_settings_set (WfdSettings *self, guint id, const GValue *value)
{
  gpointer member = find_member (self, id);

  if (member == NULL)
    return FALSE;
  if (G_VALUE_HOLDS_STRING (value)) {
    g_free (*(char **) member);
    *(char **) member = g_value_dup_string (value);
  } else if (G_VALUE_HOLDS_UINT (value)) {
    *(guint *) member = g_value_get_uint (value);
  } else if (G_VALUE_HOLDS_BOOLEAN (value)) {
    *(gboolean *) member = g_value_get_boolean (value);
  } else if (G_VALUE_HOLDS_POINTER (value)) {
    *(gpointer *) member = g_value_get_pointer (value);
  } else {
    *(gint *) member = g_value_get_enum (value);
  }
  return TRUE;
}

gboolean
wfd_settings_get (const WfdSettings *self, guint id, GValue *value)
{
  gconstpointer member = find_member (self, id);

  if (member == NULL)
    return FALSE;
  if (G_VALUE_HOLDS_STRING (value))
    g_value_set_string (value, *(char *const *) member);
  else if (G_VALUE_HOLDS_UINT (value))
    g_value_set_uint (value, *(const guint *) member);
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_value_set_boolean (value, *(const gboolean *) member);
  else if (G_VALUE_HOLDS_POINTER (value))
    g_value_set_pointer (value, *(const gpointer *) member);
  else
    g_value_set_enum (value, *(const gint *) member);
  return TRUE;
}

void
wfd_settings_init (WfdSettings *self)
{
  *self = (WfdSettings) { 0 };
  for (guint id = 1; id < WFD_N_PROPS; id++) {
    GParamSpec *pspec = g_param_spec_ref_sink (wfd_property_new (id, NULL));

    wfd_settings_set (self, id, g_param_spec_get_default_value (pspec));
    g_param_spec_unref (pspec);
  }
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
