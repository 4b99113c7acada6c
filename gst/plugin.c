/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>

#include "gstrtspwfd.h"
#include "gstwfdsink.h"
#include "gstwfdsrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER (rtspwfd, plugin) && GST_ELEMENT_REGISTER (wfdsrc, plugin)
      && GST_ELEMENT_REGISTER (wfdsink, plugin);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, wfd,
    "Wi-Fi Display (Miracast): sends and receives a screen", plugin_init, VERSION, "LGPL",
    "gst-wfd", "Unknown package origin")
