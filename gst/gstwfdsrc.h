/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_WFD_SRC (gst_wfd_src_get_type ())
G_DECLARE_FINAL_TYPE (GstWfdSrc, gst_wfd_src, GST, WFD_SRC, GstBin)

GST_ELEMENT_REGISTER_DECLARE (wfdsrc);

G_END_DECLS
