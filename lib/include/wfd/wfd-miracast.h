/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-export.h>
#include <wfd/wfd-session.h>

G_BEGIN_DECLS

/**
 * WfdMiracastStep:
 * @WFD_MIRACAST_STEP_START: a picture was captured
 * @WFD_MIRACAST_STEP_CONVERTED: it was brought into the colours and the size of the encoder
 * @WFD_MIRACAST_STEP_ENCODED: it was encoded
 * @WFD_MIRACAST_STEP_DROPPED: it will not be sent, though it was captured
 * @WFD_MIRACAST_STEP_SENDING: the network has taken the first of it
 *
 * What happens to a picture on its way.
 */
typedef enum
{
  WFD_MIRACAST_STEP_START,
  WFD_MIRACAST_STEP_CONVERTED,
  WFD_MIRACAST_STEP_ENCODED,
  WFD_MIRACAST_STEP_DROPPED,
  WFD_MIRACAST_STEP_SENDING,
} WfdMiracastStep;

#define WFD_TYPE_MIRACAST_MEDIA (wfd_miracast_media_get_type ())
WFD_API
G_DECLARE_FINAL_TYPE (WfdMiracastMedia, wfd_miracast_media, WFD, MIRACAST_MEDIA, GObject)

WFD_API WfdMiracastMedia *wfd_miracast_media_new (gpointer context, GError **error);
WFD_API void wfd_miracast_media_note_picture (WfdMiracastMedia *self, WfdMiracastStep step,
    guint64 number, guint took_us, guint rate_kbps);
WFD_API void wfd_miracast_media_note_rate (WfdMiracastMedia *self, guint wanted_kbps,
    guint carried_kbps);
WFD_API void wfd_miracast_media_close (WfdMiracastMedia *self);
WFD_API GVariant *wfd_miracast_dup_stats (gpointer context);

G_END_DECLS
