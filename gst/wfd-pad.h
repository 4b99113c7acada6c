/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-input-format.h"
#include "wfd-input.h"

G_BEGIN_DECLS

/* One request pad of wfdsink: finds out what comes, and puts behind the pad what
 * has to be there. */
typedef struct _WfdPad WfdPad;

/* Called in the streaming thread, with @user_data. */
typedef struct
{
  /* What comes, or whether it can be sent, is another thing now. */
  void (*changed) (gpointer user_data, WfdPad *pad);
  /* Nobody can be sent what comes (GST_STREAM_ERROR) or an element is missing;
   * called before changed. Returns whether it is left out, and taken from upstream all the same. */
  gboolean (*refused) (gpointer user_data, WfdPad *pad, const GError *error);
  /* The stream has ended, in a session or without one. */
  void (*ended) (gpointer user_data, WfdPad *pad);
} WfdPadEvents;

/* Makes the pad, which is not in @bin yet; @bin and @events outlive us. */
WfdPad *wfd_pad_new (GstBin *bin, GstPadTemplate *template, const WfdPadEvents *events,
    gpointer user_data);
WfdPad *wfd_pad_ref (WfdPad *self);
void wfd_pad_unref (WfdPad *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPad, wfd_pad_unref)

/* (transfer none) */
GstPad *wfd_pad_get_pad (WfdPad *self);

typedef struct
{
  gboolean known;   /* what comes: format is set */
  gboolean guessed; /* what will come probably: format is set too */
  WfdInputFormat format;
  gboolean absent; /* nothing leads to the pad that could make a stream */
  gboolean begun;  /* upstream has said what comes */
  gboolean refused;
  gboolean left_out; /* if refused */
  gboolean ended;
} WfdPadStatus;

/* From any thread. */
void wfd_pad_get_status (WfdPad *self, WfdPadStatus *ret_status);

/* Asks upstream what will come and whether anything can, should nothing have come yet:
 * a live source whose pipeline waits for a display to connect has not begun. */
void wfd_pad_guess (WfdPad *self);

/* What is behind the pad: NULL until the first caps; (transfer full). */
WfdInput *wfd_pad_dup_input (WfdPad *self);

/* Prepares for the sound that upstream says it has, should nothing have come
 * yet. */
void wfd_pad_expect_sound (WfdPad *self);

/* Takes away what is behind the pad. */
void wfd_pad_reset (WfdPad *self);

G_END_DECLS
