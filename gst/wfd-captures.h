/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-encoder.h"
#include "wfd-rate-control.h"
#include "wfd-trail.h"

G_BEGIN_DECLS

/* Asks the rate control before each picture, and does what it says: leaves the picture
 * out, tells the encoder, has it make a key picture. In the thread of the pictures.
 *
 * Those of an encoder of the application cannot be left out one by one, as each
 * refers to the one before. It is told the bit rate by an event, and if pictures would
 * come too late for long nevertheless, none goes on until its next key picture. */
typedef struct _WfdCaptures WfdCaptures;

typedef struct
{
  GstElement *element; /* with the running time */
  GstPad *pictures;    /* the sink pad by which they come; the encoder is behind it, or none */
  GstPad *coded;       /* the src pad by which they leave, to which key pictures are asked for */
  const WfdEncoder *row;
  GstElement *encoder; /* NULL: they come coded */
  WfdEncoderConfig format;
  gboolean can_shrink; /* the peer would take a smaller picture */
  gboolean can_grow;   /* it took a larger one */
  guint other_kbps;    /* of the sound beside the picture, as on the wire */
  WfdRateControl *rate;
  WfdTrail *trail; /* (nullable): is told of pictures that are left out before the encoder */
} WfdCapturesConfig;

/* What @config names is borrowed and outlives us, but for the pads and the rate control. */
WfdCaptures *wfd_captures_new (const WfdCapturesConfig *config);
void wfd_captures_free (WfdCaptures *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdCaptures, wfd_captures_free)

/* The event upstream with "bitrate" (uint, kbit/s) for an encoder of the application. */
#define WFD_CAPTURES_SUGGESTION "wfd-suggested-bitrate"
/* Tells it without any rate control; @pad: a sink pad. */
void wfd_captures_suggest (GstPad *pad, guint kbps);

G_END_DECLS
