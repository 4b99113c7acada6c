/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>
#include <wfd/wfd-miracast.h>

G_BEGIN_DECLS

/* Tells of each picture what happens to it on its way through a program. The picture
 * carries its number itself, through whatever scales and encodes it. */
typedef struct _WfdTrail WfdTrail;

/* In the threads of the pictures. @number: 0: it has none yet. Returns the one that it
 * has from now on. */
typedef guint64 (
    *WfdTrailFunc) (gpointer owner, WfdMiracastStep step, guint64 number, guint took_us);

typedef struct
{
  WfdTrailFunc func; /* NULL: nobody wants to know */
  gpointer owner;    /* outlives us */
} WfdTrailListener;

/* @captured: the pad by which pictures come. @scaled: by which the encoder gets them.
 * @coded: by which they leave. */
WfdTrail *wfd_trail_new (const WfdTrailListener *listener, GstPad *captured, GstPad *scaled,
    GstPad *coded);
void wfd_trail_free (WfdTrail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdTrail, wfd_trail_free)

/* The picture that has just come will not be encoded. @self: (nullable) */
void wfd_trail_leave_out (WfdTrail *self, GstBuffer *picture);

/* 0 if it has none. */
guint64 wfd_trail_get_number (GstBuffer *picture);

G_END_DECLS
