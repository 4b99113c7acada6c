/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd.h>

#include "wfd-offer.h"
#include "wfd-properties.h"

G_BEGIN_DECLS

/* What the properties of rtspwfd say, with the defaults that they have there. */
typedef struct
{
  WfdRole role;
  WfdAfterSession after_session;
  char *location;
  char *address;
  char *peer;
  guint rtsp_port;
  guint rtp_port;
  guint max_pacing_kbps;
  guint timeout_ms;
  guint latency_ms;
  gboolean demux;
  gpointer miracast_context;
  WfdOffer offer;
} WfdSettings;

void wfd_settings_init (WfdSettings *self);
void wfd_settings_clear (WfdSettings *self);
/* FALSE if the property with @id is no setting. */
gboolean wfd_settings_set (WfdSettings *self, guint id, const GValue *value);
gboolean wfd_settings_get (const WfdSettings *self, guint id, GValue *value);

G_END_DECLS
