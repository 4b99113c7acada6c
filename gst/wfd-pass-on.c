/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-pass-on.h"

#include "wfd-properties.h"

static const char *const signals[] = { "session-opened", "session-closed" };

void
wfd_pass_on_install_signals (GType type)
{
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_new (signals[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

void
wfd_pass_on_install_properties (GObjectClass *klass, guint first_id, const guint *ids,
    const char *role)
{
  for (guint i = 0; ids[i] != 0; i++)
    g_object_class_install_property (klass, first_id + i, wfd_property_new (ids[i], role));
}

static void
on_notify (GObject *rtspwfd, GParamSpec *pspec, GObject *bin)
{
  g_object_notify (bin, pspec->name);
}

static void
on_signal (GstElement *rtspwfd, GstBin *bin)
{
  const GSignalInvocationHint *hint = g_signal_get_invocation_hint (rtspwfd);

  g_signal_emit_by_name (bin, g_signal_name (hint->signal_id));
}

void
wfd_pass_on_connect (GstBin *bin, GstElement *rtspwfd, const guint *ids)
{
  for (guint i = 0; ids[i] != 0; i++) {
    g_autofree char *name = g_strdup_printf ("notify::%s", wfd_property_get_name (ids[i]));

    g_signal_connect (rtspwfd, name, G_CALLBACK (on_notify), bin);
  }
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect (rtspwfd, signals[i], G_CALLBACK (on_signal), bin);
}
