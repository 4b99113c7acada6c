/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-trail.h"

/* Of no kind that a filter or an encoder would take for changed by what it does, so
 * that all of them pass it on. */
#define META "GstWfdPicture"

/* The places that a picture is seen at. */
typedef enum
{
  PLACE_CAPTURED,
  PLACE_SCALED,
  PLACE_CODED,
  N_PLACES,
} Place;

struct _WfdTrail
{
  WfdTrailListener listener;
  GstPad *pads[N_PLACES];
  gulong probes[N_PLACES];
};

static gboolean
read_meta (GstBuffer *picture, guint64 *ret_number, gint64 *ret_since_us)
{
  GstCustomMeta *meta = gst_buffer_get_custom_meta (picture, META);

  return meta != NULL
      && gst_structure_get (gst_custom_meta_get_structure (meta), "number", G_TYPE_UINT64,
          ret_number, "since-us", G_TYPE_INT64, ret_since_us, NULL);
}

/* @picture: (transfer full). (transfer full) */
static GstBuffer *
write_meta (GstBuffer *picture, guint64 number, gint64 now_us)
{
  GstBuffer *marked = gst_buffer_make_writable (picture);
  GstCustomMeta *meta = gst_buffer_get_custom_meta (marked, META);

  if (meta == NULL)
    meta = gst_buffer_add_custom_meta (marked, META);
  gst_structure_set (gst_custom_meta_get_structure (meta), "number", G_TYPE_UINT64, number,
      "since-us", G_TYPE_INT64, now_us, NULL);
  return marked;
}

static guint64
tell (WfdTrail *self, WfdMiracastStep step, guint64 number, gint64 took_us)
{
  return self->listener.func (self->listener.owner, step, number,
      (guint) CLAMP (took_us, 0, G_MAXUINT));
}

/* It may have one of another wfdsink. */
static GstPadProbeReturn
on_captured (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint64 number = tell (user_data, WFD_MIRACAST_STEP_START, 0, 0);

  info->data = write_meta (info->data, number, g_get_monotonic_time ());
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
go_on (WfdTrail *self, GstPadProbeInfo *info, WfdMiracastStep step)
{
  gint64 since_us, now_us = g_get_monotonic_time ();
  guint64 number;

  if (!read_meta (info->data, &number, &since_us)) {
    number = 0;
    since_us = now_us;
  }
  number = tell (self, step, number, now_us - since_us);
  info->data = write_meta (info->data, number, now_us);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_scaled (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return go_on (user_data, info, WFD_MIRACAST_STEP_CONVERTED);
}

static GstPadProbeReturn
on_coded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return go_on (user_data, info, WFD_MIRACAST_STEP_ENCODED);
}

void
wfd_trail_leave_out (WfdTrail *self, GstBuffer *picture)
{
  gint64 since_us;
  guint64 number;

  if (self != NULL && read_meta (picture, &number, &since_us))
    tell (self, WFD_MIRACAST_STEP_DROPPED, number, 0);
}

guint64
wfd_trail_get_number (GstBuffer *picture)
{
  gint64 since_us;
  guint64 number;

  return read_meta (picture, &number, &since_us) ? number : 0;
}

static void
register_meta (void)
{
  static const char *const tags[] = { NULL };
  static gsize done = 0;

  if (!g_once_init_enter (&done))
    return;
  gst_meta_register_custom (META, (const char **) tags, NULL, NULL, NULL);
  g_once_init_leave (&done, 1);
}

WfdTrail *
wfd_trail_new (const WfdTrailListener *listener, GstPad *captured, GstPad *scaled, GstPad *coded)
{
  static const GstPadProbeCallback callbacks[N_PLACES] = {
    [PLACE_CAPTURED] = on_captured,
    [PLACE_SCALED] = on_scaled,
    [PLACE_CODED] = on_coded,
  };
  GstPad *pads[N_PLACES] = {
    [PLACE_CAPTURED] = captured,
    [PLACE_SCALED] = scaled,
    [PLACE_CODED] = coded,
  };
  WfdTrail *self = g_new0 (WfdTrail, 1);

  register_meta ();
  self->listener = *listener;
  for (guint i = 0; i < N_PLACES; i++) {
    self->pads[i] = gst_object_ref (pads[i]);
    self->probes[i] =
        gst_pad_add_probe (pads[i], GST_PAD_PROBE_TYPE_BUFFER, callbacks[i], self, NULL);
  }
  return self;
}

void
wfd_trail_free (WfdTrail *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < N_PLACES; i++) {
    gst_pad_remove_probe (self->pads[i], self->probes[i]);
    gst_object_unref (self->pads[i]);
  }
  g_free (self);
}
