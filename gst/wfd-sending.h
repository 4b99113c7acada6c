/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-input.h"
#include "wfd-program.h"

G_BEGIN_DECLS

/* Brings the way from the inputs to rtspwfd into being for each session and
 * takes it away after it, in a thread of its own: neither the session nor the
 * streams wait for elements that are made. */
typedef struct _WfdSending WfdSending;

typedef enum
{
  WFD_SENDING_VIDEO,
  WFD_SENDING_AUDIO,
} WfdSendingStream;

#define WFD_SENDING_N_STREAMS 2

/* What shall be. */
typedef struct
{
  gboolean wanted;                           /* there is a session */
  gboolean flowing;                          /* and the peer wants to see it */
  WfdInput *inputs[WFD_SENDING_N_STREAMS];   /* NULL: not part of it */
  WfdInput *left_out[WFD_SENDING_N_STREAMS]; /* there, but not part of it */
  GstPad *to[WFD_SENDING_N_STREAMS];         /* where each goes; NULL as the input */
  WfdProgramConfig program;                  /* video and audio follow from the inputs */
} WfdSendingPlan;

/* Called in the thread. */
typedef void (*WfdSendingFailed) (gpointer user_data, const GError *error);

/* @bin gets the elements and outlives us. */
WfdSending *wfd_sending_new (GstBin *bin, WfdSendingFailed failed, gpointer user_data);
void wfd_sending_free (WfdSending *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdSending, wfd_sending_free)

/* Does not wait; the inputs are referenced. A program whose configuration
 * changed is made anew. */
void wfd_sending_set_plan (WfdSending *self, const WfdSendingPlan *plan);
/* Waits until the plan is carried out. */
void wfd_sending_wait (WfdSending *self);
/* Waits until nothing is being made, and holds everything until
 * wfd_sending_clear(). */
void wfd_sending_hold (WfdSending *self);
/* Takes away what there is; nothing is planned any more. */
void wfd_sending_clear (WfdSending *self);

gboolean wfd_sending_is_running (WfdSending *self);
void wfd_sending_set_bitrate (WfdSending *self, guint bitrate_kbps);

G_END_DECLS
