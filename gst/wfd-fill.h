/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/audio/audio.h>
#include <gst/gst.h>

G_BEGIN_DECLS

/* What stands in for data that did not come. Times named running are running
 * times in @segment. */

/* Samples of silence; (transfer full). */
GstBuffer *wfd_fill_silence (const GstAudioInfo *info, const GstSegment *segment,
    GstClockTime running, GstClockTime duration);

/* @last once more, later; (transfer full). */
GstBuffer *wfd_fill_picture (GstBuffer *last, const GstSegment *segment, GstClockTime running);

/* A GAP event; (transfer full). */
GstEvent *wfd_fill_gap (const GstSegment *segment, GstClockTime running, GstClockTime duration);

/* Takes from the front of @samples (transfer full) what lies before @running;
 * NULL if nothing is left. */
GstBuffer *wfd_fill_trim (const GstAudioInfo *info, const GstSegment *segment, GstBuffer *samples,
    GstClockTime running);

/* The running time at which @buffer ends, or NONE if it has no timestamp. */
GstClockTime wfd_fill_get_end (const GstSegment *segment, GstBuffer *buffer);

G_END_DECLS
