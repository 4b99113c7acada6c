/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_WFD_SINK (gst_wfd_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstWfdSink, gst_wfd_sink, GST, WFD_SINK, GstBin)

GST_ELEMENT_REGISTER_DECLARE (wfdsink);

G_END_DECLS
