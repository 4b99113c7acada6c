/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "wfd-entry.h"

G_BEGIN_DECLS

/* What the application puts into one pad of wfdsink: a parser if it is coded,
 * and the entry. Pads "sink" and "src". */
#define WFD_TYPE_INPUT (wfd_input_get_type ())
G_DECLARE_FINAL_TYPE (WfdInput, wfd_input, WFD, INPUT, GstBin)

/* (transfer floating). Errors: GST_CORE_ERROR_MISSING_PLUGIN. */
WfdInput *wfd_input_new (WfdEntryKind kind, GError **error);
WfdEntry *wfd_input_get_entry (WfdInput *self);
/* Where the caps show what really comes; (transfer full). */
GstPad *wfd_input_get_format_pad (WfdInput *self);

G_END_DECLS
