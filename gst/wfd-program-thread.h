/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-input.h"
#include "wfd-program.h"
#include "wfd-stream.h"

G_BEGIN_DECLS

/* Makes the program, which leads from the inputs to rtspwfd, for each session and
 * takes it away after it, in a thread of its own: neither the session nor the
 * streams wait for elements that are made. */
typedef struct _WfdProgramThread WfdProgramThread;

/* What shall be. */
typedef struct
{
  gboolean wanted;                      /* there is a session */
  gboolean flowing;                     /* and the peer wants to see it */
  WfdInput *inputs[WFD_N_ELEMENTARY];   /* NULL: not part of it */
  WfdInput *left_out[WFD_N_ELEMENTARY]; /* there, but not part of it */
  GstPad *to[WFD_N_ELEMENTARY];         /* where each goes; NULL as the input */
  WfdProgramConfig program;             /* video and audio follow from the inputs */
} WfdProgramPlan;

/* Gives back what it references; nothing is wanted any more. */
void wfd_program_plan_clear (WfdProgramPlan *self);

/* Called in the thread. */
typedef void (*WfdProgramThreadFailed) (gpointer user_data, const GError *error);

/* @bin gets the elements and outlives us. */
WfdProgramThread *wfd_program_thread_new (GstBin *bin, WfdProgramThreadFailed failed,
    gpointer user_data);
void wfd_program_thread_free (WfdProgramThread *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdProgramThread, wfd_program_thread_free)

/* Does not wait; the inputs are referenced. A program whose configuration
 * changed is made anew. */
void wfd_program_thread_set_plan (WfdProgramThread *self, const WfdProgramPlan *plan);
/* Waits until the plan is carried out. */
void wfd_program_thread_wait (WfdProgramThread *self);
/* Waits until nothing is being made, and holds everything until
 * wfd_program_thread_clear(). */
void wfd_program_thread_hold (WfdProgramThread *self);
/* Takes away what there is; nothing is planned any more. */
void wfd_program_thread_clear (WfdProgramThread *self);

gboolean wfd_program_thread_is_running (WfdProgramThread *self);
/* Of the plan; the encoder has it with the second, which tells others. */
void wfd_program_thread_set_bitrate (WfdProgramThread *self, guint bitrate_kbps);
void wfd_program_thread_apply_bitrate (WfdProgramThread *self);

G_END_DECLS
