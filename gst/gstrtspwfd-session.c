/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "gstrtspwfd-private.h"
#include "wfd-element.h"
#include "wfd-error.h"
#include "wfd-pass-on.h"
#include "wfd-report.h"

GST_DEBUG_CATEGORY_EXTERN (rtsp_wfd_debug);
#define GST_CAT_DEFAULT rtsp_wfd_debug

#define PTS_MASK G_GUINT64_CONSTANT (0x1ffffffff)

static guint signal_session_preparing;

/* What the control tells us, in its thread. */

static void
on_progress (gpointer user_data, GstProgressType type, const char *code, const char *text)
{
  GstRtspWfd *self = user_data;

  self->failed_step = type == GST_PROGRESS_TYPE_ERROR ? code : NULL;
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_progress (GST_OBJECT (self), type, code, text));
}

static gboolean
on_preparing (gpointer user_data)
{
  gboolean wait = FALSE;

  g_signal_emit (user_data, signal_session_preparing, 0, &wait);
  return wait;
}

void
gst_rtsp_wfd_expose_pad (GstElement *receiver, GstPad *target, GstRtspWfd *self)
{
  GstPad *pad = gst_ghost_pad_new_from_template (GST_PAD_NAME (target), target,
      GST_PAD_PAD_TEMPLATE (target));

  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (GST_ELEMENT (self), pad);
}

void
gst_rtsp_wfd_set_agreement (GstRtspWfd *self, const WfdControlAgreement *agreement)
{
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->negotiated, gst_structure_free);
  if (agreement != NULL) {
    self->negotiated = wfd_report_new_negotiated (self->settings.role, agreement);
    self->terms = agreement->terms;
  }
  GST_OBJECT_UNLOCK (self);
  g_object_notify (G_OBJECT (self), "negotiated");
}

gboolean
gst_rtsp_wfd_get_terms (GstRtspWfd *self, WfdTerms *ret_terms)
{
  gboolean agreed;

  GST_OBJECT_LOCK (self);
  agreed = self->negotiated != NULL;
  if (agreed)
    *ret_terms = self->terms;
  GST_OBJECT_UNLOCK (self);
  return agreed;
}

/* Names have a "p", which "default", "none" and the value of a parameter have not. */
static gboolean
is_named (const char *formats, const char *mode)
{
  return formats == NULL || strchr (formats, 'p') == NULL || strstr (formats, mode) != NULL;
}

/* What each display should take stands in for what was named. A smaller picture that
 * the session changes to is the one that the link carries. */
static void
tell_stand_in (GstRtspWfd *self, const WfdFormat *format)
{
  g_autofree char *formats = NULL;
  g_autofree char *mode =
      g_strdup_printf ("%ux%up%u", format->width, format->height, format->rate_hz);

  GST_OBJECT_LOCK (self);
  formats = g_strdup (self->settings.offer.video_formats);
  GST_OBJECT_UNLOCK (self);
  if (format->width > 0 && !self->flowing && !is_named (formats, mode))
    GST_ELEMENT_WARNING (self, RESOURCE, SETTINGS,
        ("The display takes none of the \"video-formats\" %s; agreed on is %s, one of those "
         "that are always offered.",
            formats, mode),
        (NULL));
}

static void
on_agreed (gpointer user_data, const WfdControlAgreement *agreement)
{
  GstRtspWfd *self = user_data;
  const WfdTerms *terms = &agreement->terms;

  if (self->receive == NULL)
    tell_stand_in (self, &terms->format);
  /* What is told first is what the pads are made for. */
  gst_rtsp_wfd_set_agreement (self, agreement);
  gst_element_post_message (GST_ELEMENT (self),
      gst_message_new_element (GST_OBJECT (self),
          wfd_report_new_negotiated (self->settings.role, agreement)));
  if (self->receive != NULL)
    wfd_receiver_agree (self->receive, &terms->format);
  else
    wfd_sender_pads_set_format (self->pads, &terms->format, terms->microsoft);
}

static void
on_opened (gpointer user_data, GInetSocketAddress *rtp, GInetSocketAddress *rtcp, GSocket *rtsp)
{
  GstRtspWfd *self = user_data;

  if (self->receive != NULL)
    wfd_receiver_set_peer (self->receive, rtp);
  else
    wfd_sender_pads_open (self->pads, &(WfdSenderPeer) { rtp, rtcp, rtsp });
  g_signal_emit_by_name (self, "session-opened");
}

static void
set_flowing (GstRtspWfd *self, gboolean flowing)
{
  GST_OBJECT_LOCK (self);
  self->flowing = flowing;
  GST_OBJECT_UNLOCK (self);
  g_object_notify (G_OBJECT (self), "flowing");
}

static gboolean
has_pad (GstRtspWfd *self, const char *name)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (GST_ELEMENT (self), name);

  return pad != NULL;
}

static void
tell_unlinked (GstRtspWfd *self, const char *what, const char *pad, const char *property)
{
  GST_ELEMENT_WARNING (self, CORE, PAD,
      ("The display was promised %s, and nothing is linked to \"%s\"; link it, or set %s=none.",
          what, pad, property),
      (NULL));
}

static void
check_pads (GstRtspWfd *self)
{
  const WfdFormat *format = &self->terms.format;

  if (has_pad (self, "sink"))
    return;
  if (format->width > 0 && !has_pad (self, "video_sink"))
    tell_unlinked (self, "a picture", "video_sink", "video-formats");
  if (format->audio_codec != WFD_AUDIO_CODEC_NONE && !has_pad (self, "audio_sink"))
    tell_unlinked (self, "sound", "audio_sink", "audio-codecs");
}

static void
on_flow (gpointer user_data, gboolean on)
{
  GstRtspWfd *self = user_data;

  GST_INFO_OBJECT (self, "the media %s", on ? "flows" : "stops");
  if (self->receive == NULL) {
    wfd_sender_pads_set_wanted (self->pads, on);
    if (on)
      check_pads (self);
  }
  set_flowing (self, on);
}

static void
on_key_unit (gpointer user_data)
{
  GstRtspWfd *self = user_data;

  wfd_sender_pads_request_key_unit (self->pads);
}

static void
on_trouble (gpointer user_data, const GError *error)
{
  GST_ELEMENT_WARNING (user_data, RESOURCE, FAILED,
      ("%s%s Waiting for the next session.", error->message,
          g_str_has_suffix (error->message, "?") ? "" : "."),
      (NULL));
}

/* gst-launch-1.0 shows the second one only. */
static void
on_news (gpointer user_data, const char *text)
{
  GST_ELEMENT_INFO (user_data, RESOURCE, BUSY, ("%s.", text), ("%s.", text));
}

static void
on_closed (gpointer user_data)
{
  GstRtspWfd *self = user_data;

  if (self->receive != NULL)
    wfd_receiver_set_peer (self->receive, NULL);
  else
    wfd_sender_pads_close (self->pads);
  g_signal_emit_by_name (self, "session-closed");
}

/* As a sink element does: at the end of the stream, and only in PLAYING. */
void
gst_rtsp_wfd_post_due_eos (GstRtspWfd *self)
{
  gboolean due;

  GST_OBJECT_LOCK (self);
  due = self->finished && self->playing;
  GST_OBJECT_UNLOCK (self);
  if (due)
    gst_element_post_message (GST_ELEMENT (self), gst_message_new_eos (GST_OBJECT (self)));
}

static void
finish_source (GstRtspWfd *self, const GError *error)
{
  wfd_sender_pads_end (self->pads);
  if (error != NULL)
    return;
  GST_OBJECT_LOCK (self);
  self->finished = TRUE;
  GST_OBJECT_UNLOCK (self);
  gst_rtsp_wfd_post_due_eos (self);
}

/* What a source does that has another display, or wants another one, which connecting
 * again would not change; NULL if @error says all. (transfer full) */
static GError *
find_early_end (GstRtspWfd *self, const GError *error)
{
  if (self->receive == NULL || GST_ELEMENT (self)->srcpads != NULL)
    return NULL;
  if (error != NULL && !g_error_matches (error, WFD_ERROR, WFD_ERROR_CLOSED))
    return NULL;
  return g_error_new (WFD_ERROR, WFD_ERROR_REFUSED,
      "%s before the session had begun; this may not be the peer that it wants (\"peer\" of a "
      "wfdsink), it may be busy with another display, or want none of the formats that are offered "
      "to it",
      error != NULL ? "The source closed the connection" : "The source left");
}

static void
on_finished (gpointer user_data, const GError *error)
{
  GstRtspWfd *self = user_data;
  g_autoptr (GError) early = find_early_end (self, error);

  if (early != NULL)
    error = early;
  if (error != NULL)
    wfd_post_error_in (GST_ELEMENT (self), error, self->failed_step);

  if (self->receive == NULL)
    finish_source (self, error);
  else
    wfd_receiver_end (self->receive);
}

static void
on_station (gpointer user_data, const WfdRateStation *station)
{
  GstRtspWfd *self = user_data;

  if (self->rate != NULL)
    wfd_rate_control_tell_station (self->rate, station);
}

static void
on_ceiling (gpointer user_data, guint kbps)
{
  GstRtspWfd *self = user_data;

  if (self->rate != NULL)
    wfd_rate_control_set_ceiling (self->rate, kbps);
}

static void
on_found_rate (gpointer user_data, guint *ret_wanted_kbps, guint *ret_carried_kbps)
{
  GstRtspWfd *self = user_data;

  if (self->rate != NULL)
    wfd_rate_control_get_found (self->rate, ret_wanted_kbps, ret_carried_kbps);
}

static guint64
on_count_media (gpointer user_data)
{
  GstRtspWfd *self = user_data;

  return wfd_receiver_count_packets (self->receive);
}

static gboolean
on_has_picture (gpointer user_data)
{
  GstRtspWfd *self = user_data;

  return wfd_receiver_has_picture (self->receive);
}

const WfdControlEvents gst_rtsp_wfd_control_events = {
  on_progress,
  on_preparing,
  on_agreed,
  on_opened,
  on_flow,
  on_key_unit,
  on_trouble,
  on_news,
  on_closed,
  on_finished,
  on_station,
  on_ceiling,
  on_found_rate,
  on_count_media,
  on_has_picture,
};

/* What the media tell us. */

static void
call_control (GstRtspWfd *self, void (*func) (WfdControl *control))
{
  g_mutex_lock (&self->control_lock);
  if (self->control != NULL)
    func (self->control);
  g_mutex_unlock (&self->control_lock);
}

/* What is under way still has the old size, and a program for the new one has to be
 * made. */
#define RESIZE_AHEAD (500 * GST_MSECOND)

void
gst_rtsp_wfd_resize (GstRtspWfd *self, gint direction)
{
  GstClockTime now = wfd_element_get_running_time (GST_ELEMENT (self));

  g_mutex_lock (&self->control_lock);
  if (self->control != NULL && GST_CLOCK_TIME_IS_VALID (now))
    wfd_control_resize (self->control, direction,
        gst_util_uint64_scale (now + RESIZE_AHEAD, 90000, GST_SECOND) & PTS_MASK);
  g_mutex_unlock (&self->control_lock);
}

void
gst_rtsp_wfd_consider_offer (GstRtspWfd *self)
{
  call_control (self, wfd_control_consider_offer);
}

static void
on_key_unit_wanted (gpointer user_data)
{
  call_control (user_data, wfd_control_request_key_unit);
}

static void
on_streams_ended (gpointer user_data)
{
  call_control (user_data, wfd_control_end_stream);
}

static void
on_picture_lost (gpointer user_data)
{
  call_control (user_data, wfd_control_note_loss);
}

static void
on_send_trouble (gpointer user_data, const char *text)
{
  GST_ELEMENT_WARNING (user_data, RESOURCE, WRITE,
      ("The network does not take the stream (%s); is the display still connected?", text), (NULL));
}

static void
on_peer_alive (gpointer user_data)
{
  call_control (user_data, wfd_control_note_media);
}

/* The system may do what it likes when it is told, so that no lock is held. */
static guint64
note_step (gpointer owner, WfdMiracastStep step, guint64 number, guint took_us)
{
  GstRtspWfd *self = owner;
  g_autoptr (WfdControl) control = NULL;
  guint rate_kbps = 0;

  g_mutex_lock (&self->control_lock);
  if (number == 0)
    number = ++self->n_pictures;
  if (self->control != NULL)
    control = wfd_control_ref (self->control);
  g_mutex_unlock (&self->control_lock);
  if (step == WFD_MIRACAST_STEP_ENCODED && self->rate != NULL)
    rate_kbps = wfd_rate_control_get_target (self->rate);
  if (control != NULL)
    wfd_control_note_picture (control, step, number, took_us, rate_kbps);
  return number;
}

/* One that has no number was encoded by somebody who does not tell how. */
static void
on_picture (gpointer user_data, guint64 number)
{
  if (number == 0)
    number = note_step (user_data, WFD_MIRACAST_STEP_ENCODED, 0, 0);
  note_step (user_data, WFD_MIRACAST_STEP_SENDING, number, 0);
}

WfdTrailListener
gst_rtsp_wfd_get_trail (GstRtspWfd *self)
{
  WfdTrailListener listener = { NULL, self };

  GST_OBJECT_LOCK (self);
  if (self->settings.miracast_context != NULL)
    listener.func = note_step;
  GST_OBJECT_UNLOCK (self);
  return listener;
}

const WfdSenderEvents gst_rtsp_wfd_send_events = {
  on_picture_lost,
  on_send_trouble,
  on_peer_alive,
  on_picture,
  on_streams_ended,
};

const WfdReceiverEvents gst_rtsp_wfd_receive_events = { on_key_unit_wanted };

void
gst_rtsp_wfd_install_signals (void)
{
  /**
   * GstRtspWfd::session-preparing:
   * @self: the element
   *
   * There is a peer, or one is looked for, and a session begins: the last moment
   * at which what is offered to it can change. Emitted in the thread of the
   * session.
   *
   * Returns: with role=source: whether the session has to wait until what is
   *   offered changes, for two seconds at most
   */
  signal_session_preparing = g_signal_new ("session-preparing", GST_TYPE_RTSP_WFD,
      G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 0);

  wfd_pass_on_install_signals (GST_TYPE_RTSP_WFD);
}
