/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <wfd/wfd.h>

#include "miracast-context.h"
#include "miracast-counters.h"

/**
 * WfdMiracastMedia:
 *
 * The media for the sessions of a Miracast driver context: who makes one has each
 * session that the operating system's part begins there, and sends the picture. It,
 * and the sessions, live in the thread-default main context in which it was made.
 * That has to run in another thread than the one that calls StartMiracastSession.
 */
struct _WfdMiracastMedia
{
  GObject parent_instance;

  MiracastContext *context;
  GMainContext *main_context;
  gboolean is_closed;
  gint max_bitrate_kbps; /* atomic */
};

G_DEFINE_FINAL_TYPE (WfdMiracastMedia, wfd_miracast_media, G_TYPE_OBJECT)

enum
{
  PROP_MAX_BITRATE_KBPS = 1,
  N_PROPS,
};

enum
{
  SIGNAL_SESSION,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

GMainContext *
wfd_miracast_media_get_main_context (WfdMiracastMedia *self)
{
  return self->main_context;
}

void
wfd_miracast_media_begin (WfdMiracastMedia *self, WfdSession *session,
    GSocketConnection *connection)
{
  if (!self->is_closed)
    g_signal_emit (self, signals[SIGNAL_SESSION], 0, session, connection);
}

static gboolean
on_rate (gpointer data)
{
  WfdMiracastMedia *self = data;

  if (!self->is_closed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAX_BITRATE_KBPS]);
  return G_SOURCE_REMOVE;
}

void
wfd_miracast_media_set_rate (WfdMiracastMedia *self, guint kbps)
{
  g_autoptr (GSource) source = NULL;

  if (g_atomic_int_get (&self->max_bitrate_kbps) == (gint) kbps)
    return;
  g_atomic_int_set (&self->max_bitrate_kbps, kbps);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_rate, g_object_ref (self), g_object_unref);
  g_source_attach (source, self->main_context);
}

/**
 * wfd_miracast_media_close:
 * @self: the media
 *
 * Ends the session, if there is one, which the operating system's part is told, and
 * takes no more of them.
 */
void
wfd_miracast_media_close (WfdMiracastMedia *self)
{
  g_return_if_fail (WFD_IS_MIRACAST_MEDIA (self));

  if (self->is_closed)
    return;
  self->is_closed = TRUE;
  miracast_context_drop_media (self->context, self);
}

/**
 * wfd_miracast_media_note_picture:
 * @self: the media
 * @step: what has just happened, or is about to
 * @number: of the picture, 40 bits, the same in each step
 * @took_us: microseconds that the step took, 0 if that is not known
 * @rate_kbps: kbit/s of the encoder, 0 if that is not known
 *
 * Tells the operating system's part of a picture on its way (ReportStatistic). May be
 * called from any thread, and is best called at that very moment.
 */
void
wfd_miracast_media_note_picture (WfdMiracastMedia *self, WfdMiracastStep step, guint64 number,
    guint took_us, guint rate_kbps)
{
  g_return_if_fail (WFD_IS_MIRACAST_MEDIA (self));
  g_return_if_fail (step <= WFD_MIRACAST_STEP_SENDING);
  miracast_context_note_picture (self->context, step, number, took_us, rate_kbps);
}

/**
 * wfd_miracast_media_note_rate:
 * @self: the media
 * @wanted_kbps: kbit/s at which would be encoded now, or at the beginning of a session, were it
 *   not for #WfdMiracastMedia:max-bitrate-kbps
 * @carried_kbps: kbit/s that the link is taken to carry, with headers, 0 if nobody measures it
 *
 * Tells the driver what the rate control of the media has found, so that what is suggested
 * can be that. To be repeated some times a second while a session is on. May be called from
 * any thread.
 */
void
wfd_miracast_media_note_rate (WfdMiracastMedia *self, guint wanted_kbps, guint carried_kbps)
{
  g_return_if_fail (WFD_IS_MIRACAST_MEDIA (self));
  miracast_context_note_rate (self->context, wanted_kbps, carried_kbps);
}

static void
wfd_miracast_media_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  WfdMiracastMedia *self = WFD_MIRACAST_MEDIA (object);

  if (id == PROP_MAX_BITRATE_KBPS)
    g_value_set_uint (value, g_atomic_int_get (&self->max_bitrate_kbps));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
wfd_miracast_media_dispose (GObject *object)
{
  WfdMiracastMedia *self = WFD_MIRACAST_MEDIA (object);

  if (self->context != NULL)
    wfd_miracast_media_close (self);
  G_OBJECT_CLASS (wfd_miracast_media_parent_class)->dispose (object);
}

static void
wfd_miracast_media_finalize (GObject *object)
{
  WfdMiracastMedia *self = WFD_MIRACAST_MEDIA (object);

  g_clear_pointer (&self->context, miracast_context_unref);
  g_main_context_unref (self->main_context);
  G_OBJECT_CLASS (wfd_miracast_media_parent_class)->finalize (object);
}

static void
wfd_miracast_media_class_init (WfdMiracastMediaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = wfd_miracast_media_get_property;
  object_class->dispose = wfd_miracast_media_dispose;
  object_class->finalize = wfd_miracast_media_finalize;

  properties[PROP_MAX_BITRATE_KBPS] = g_param_spec_uint ("max-bitrate-kbps", "Maximum bit rate",
      "kbit/s at which to encode at most, as the operating system's part suggests; 0: it does not",
      0, G_MAXINT, 0, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * WfdMiracastMedia::session:
   * @self: the media
   * @session: the session, of role %WFD_ROLE_SOURCE
   * @connection: its connection to the sink, to know who that is
   *
   * A session is about to begin: the moment to set what it offers, and its ports, and
   * to listen to it. Who needs longer to know what to offer calls wfd_session_hold()
   * here, and wfd_session_release() later.
   */
  signals[SIGNAL_SESSION] = g_signal_new ("session", WFD_TYPE_MIRACAST_MEDIA, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 2, WFD_TYPE_SESSION, G_TYPE_SOCKET_CONNECTION);
}

static void
wfd_miracast_media_init (WfdMiracastMedia *self)
{
  self->main_context = g_main_context_ref_thread_default ();
}

/**
 * wfd_miracast_media_new:
 * @context: what CreateMiracastContext of this library's driver gave
 * @error: return location for an error: %WFD_ERROR_INVALID_ARGUMENT if @context is none,
 *   %WFD_ERROR_STATE if it has media already or a session is on
 *
 * Attaches media to a Miracast driver context, as netdispumdddi.h has it.
 *
 * Returns: (transfer full) (nullable): the media, or %NULL with @error set
 */
WfdMiracastMedia *
wfd_miracast_media_new (gpointer context, GError **error)
{
  MiracastContext *found = miracast_context_find (context);
  g_autoptr (WfdMiracastMedia) self = NULL;

  if (found == NULL) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT,
        "This is no Miracast context, or one that was destroyed");
    return NULL;
  }
  self = g_object_new (WFD_TYPE_MIRACAST_MEDIA, NULL);
  self->context = found;
  if (!miracast_context_set_media (found, self)) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_STATE,
        "The Miracast context has media already, or a session");
    return NULL;
  }
  return g_steal_pointer (&self);
}

/**
 * wfd_miracast_dup_stats:
 * @context: what CreateMiracastContext of this library's driver gave
 *
 * What the driver has reported since its session was started: how many pictures came to
 * each step, the number of the one that was sent last, what the sink wanted, how the
 * session ended. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): a dictionary ("a{sv}"), or %NULL if @context is
 *   none, or was destroyed
 */
GVariant *
wfd_miracast_dup_stats (gpointer context)
{
  g_autoptr (MiracastContext) found = context != NULL ? miracast_context_find (context) : NULL;
  WFDX_MIRACAST_COUNTERS counters;

  if (found == NULL)
    return NULL;
  counters = miracast_context_get_counters (found);
  return g_variant_ref_sink (miracast_counters_to_variant (&counters));
}
