/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions that a Miracast driver context gives, in the place of those of a listener. */
#include "wfd-control-private.h"

GST_DEBUG_CATEGORY_EXTERN (wfd_control_debug);
#define GST_CAT_DEFAULT wfd_control_debug

static const char *const step_names[] = {
  [WFD_MIRACAST_STEP_START] = "captured",
  [WFD_MIRACAST_STEP_CONVERTED] = "scaled",
  [WFD_MIRACAST_STEP_ENCODED] = "encoded",
  [WFD_MIRACAST_STEP_DROPPED] = "left out",
  [WFD_MIRACAST_STEP_SENDING] = "leaves",
};

void
wfd_control_release_held (gpointer data)
{
  WfdControl *self = data;
  g_autoptr (GError) error = NULL;

  wfd_control_drop_timer (&self->waiting_timer);
  if (!self->is_held || self->session == NULL)
    return;
  self->is_held = FALSE;
  if (wfd_control_apply_offer (self, self->session, &error))
    wfd_session_release (self->session);
  else
    wfd_control_end_session (self, error);
}

/* It goes as far as to what the display can do, while it is found out what can be
 * offered to it. */
static void
hold (WfdControl *self, WfdSession *session)
{
  GST_INFO ("waiting for what can be offered");
  wfd_session_hold (session);
  self->is_held = TRUE;
  wfd_control_set_timer (self, &self->waiting_timer,
      g_get_monotonic_time () + WFD_CONTROL_OFFER_PATIENCE_US, wfd_control_release_held);
}

static void
on_max_bitrate (WfdMiracastMedia *media, GParamSpec *pspec, WfdControl *self)
{
  guint kbps;

  g_object_get (media, "max-bitrate-kbps", &kbps, NULL);
  GST_DEBUG ("the system suggests %u kbit/s", kbps);
  self->events.ceiling (self->user_data, kbps);
}

static void
on_session (WfdMiracastMedia *media, WfdSession *session, GSocketConnection *connection,
    WfdControl *self)
{
  g_autoptr (GError) error = NULL;

  if (self->stopping || self->stream_ended || self->session != NULL)
    return;
  g_free (self->peer);
  self->peer = wfd_control_get_remote_address (connection);
  self->begin_us = g_get_monotonic_time ();
  on_max_bitrate (media, NULL, self);
  if (self->events.preparing (self->user_data))
    hold (self, session);
  if (!wfd_control_adopt_session (self, g_object_ref (session), &error)) {
    wfd_control_end_session (self, error);
    return;
  }
  wfd_control_set_session_socket (self, connection);
}

/* In the thread, as all that sets the media. */
void
wfd_control_tell_rate (WfdControl *self)
{
  guint wanted_kbps = 0, carried_kbps = 0;

  if (self->media == NULL)
    return;
  self->events.found_rate (self->user_data, &wanted_kbps, &carried_kbps);
  wfd_miracast_media_note_rate (self->media, wanted_kbps, carried_kbps);
}

gboolean
wfd_control_attach_media (WfdControl *self, GError **error)
{
  WfdMiracastMedia *media = wfd_miracast_media_new (self->config.miracast_context, error);

  if (media == NULL)
    return FALSE;
  g_signal_connect (media, "session", G_CALLBACK (on_session), self);
  g_signal_connect (media, "notify::max-bitrate-kbps", G_CALLBACK (on_max_bitrate), self);
  g_mutex_lock (&self->lock);
  self->media = media;
  g_mutex_unlock (&self->lock);
  wfd_control_tell_rate (self);
  wfd_control_enter_step (self, WFD_STEP_CONNECT);
  return TRUE;
}

/* (transfer full) (nullable) */
static WfdMiracastMedia *
ref_media (WfdControl *self)
{
  WfdMiracastMedia *media = NULL;

  g_mutex_lock (&self->lock);
  g_set_object (&media, self->media);
  g_mutex_unlock (&self->lock);
  return media;
}

void
wfd_control_close_media (WfdControl *self)
{
  g_autoptr (WfdMiracastMedia) media = ref_media (self);

  if (media != NULL)
    wfd_miracast_media_close (media);
}

void
wfd_control_drop_media (WfdControl *self)
{
  g_autoptr (WfdMiracastMedia) media = ref_media (self);

  if (media == NULL)
    return;
  g_mutex_lock (&self->lock);
  g_clear_object (&self->media);
  g_mutex_unlock (&self->lock);
  g_signal_handlers_disconnect_by_data (media, self);
  wfd_miracast_media_close (media);
  /* Who limited it is gone. */
  self->events.ceiling (self->user_data, 0);
}

void
wfd_control_note_picture (WfdControl *self, WfdMiracastStep step, guint64 number, guint took_us,
    guint rate_kbps)
{
  g_autoptr (WfdMiracastMedia) media = ref_media (self);

  if (media == NULL)
    return;
  GST_LOG ("picture %" G_GUINT64_FORMAT ": %s, %u us, %u kbit/s", number, step_names[step], took_us,
      rate_kbps);
  wfd_miracast_media_note_picture (media, step, number, took_us, rate_kbps);
}
