/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ie-device.h"

/* By type. Bit 8 (content protection) stays clear: a television of 2024 waits
 * for HDCP for ever if a source claims it and does nothing. */
static const struct
{
  gboolean source;
  gboolean primary_sink;
  gboolean in_r2; /* §5.1.12 has no value for a secondary sink */
} types[] = {
  [WFD_IE_TYPE_SOURCE] = { TRUE, FALSE, TRUE },
  [WFD_IE_TYPE_PRIMARY_SINK] = { FALSE, TRUE, TRUE },
  [WFD_IE_TYPE_SECONDARY_SINK] = { FALSE, FALSE, FALSE },
  [WFD_IE_TYPE_DUAL] = { TRUE, TRUE, TRUE },
};

void
wfd_ie_advertise (const WfdIeAdvert *advert, WfdIe *ret_ie)
{
  WfdIe ie = { 0 };

  wfd_ie_set (&ie, WFD_IE_DEVICE);
  ie.device.bits = advert->type | (advert->available ? WFD_IE_BIT_AVAILABLE : 0);
  /* Sinks without a server may say 0, but all that were seen say this. */
  ie.device.control_port = advert->port != 0 ? advert->port : WFD_IE_DEFAULT_PORT;
  ie.device.max_throughput_mbps = advert->max_throughput_mbps;

  if (advert->extended != 0) {
    wfd_ie_set (&ie, WFD_IE_EXTENDED_CAPABILITY);
    ie.extended = advert->extended;
  }
  if (types[advert->type].in_r2) {
    wfd_ie_set (&ie, WFD_IE_R2_DEVICE);
    ie.r2_type = advert->type;
  }
  *ret_ie = ie;
}

static WfdIeType
get_type (const WfdIe *self)
{
  return self->device.bits & WFD_IE_BIT_TYPE;
}

gboolean
wfd_ie_is_source (const WfdIe *self)
{
  return wfd_ie_has (self, WFD_IE_DEVICE) && types[get_type (self)].source;
}

gboolean
wfd_ie_is_primary_sink (const WfdIe *self)
{
  return wfd_ie_has (self, WFD_IE_DEVICE) && types[get_type (self)].primary_sink;
}

gboolean
wfd_ie_is_available (const WfdIe *self)
{
  return wfd_ie_has (self, WFD_IE_DEVICE)
      && (self->device.bits & WFD_IE_BIT_AVAILABILITY) == WFD_IE_BIT_AVAILABLE;
}

gboolean
wfd_ie_is_r2 (const WfdIe *self)
{
  return wfd_ie_has (self, WFD_IE_R2_DEVICE);
}

guint16
wfd_ie_get_rtsp_port (const WfdIe *self)
{
  guint16 port = wfd_ie_has (self, WFD_IE_DEVICE) ? self->device.control_port : 0;

  return port != 0 ? port : WFD_IE_DEFAULT_PORT;
}
