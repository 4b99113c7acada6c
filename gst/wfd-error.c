/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-error.h"

#include <gio/gio.h>
#include <wfd/wfd.h>

typedef struct
{
  int code; /* of WfdError */
  GstResourceError resource;
  const char *text;
} Advice;

static const Advice advices[] = {
  { WFD_ERROR_MALFORMED, GST_RESOURCE_ERROR_READ,
      "The peer does not speak Wi-Fi Display; check that the address is that of a Miracast device." },
  { WFD_ERROR_UNSUPPORTED, GST_RESOURCE_ERROR_SETTINGS,
      "The peer wants something that is not supported here; see the debug information." },
  { WFD_ERROR_TIMEOUT, GST_RESOURCE_ERROR_READ,
      "The peer has not answered in time; check that it is still within reach and try again." },
  { WFD_ERROR_STATE, GST_RESOURCE_ERROR_READ,
      "The peer broke the order of the dialogue; try again, and restart the peer if it helps not." },
  { WFD_ERROR_REFUSED, GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "The peer refused the session; look on its screen whether it asks or shows something." },
  { WFD_ERROR_NO_FORMAT, GST_RESOURCE_ERROR_SETTINGS,
      "The two devices have no format in common; offer more with video-formats or audio-codecs." },
  { WFD_ERROR_CONNECT, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      "No connection with the peer; check its address and port, and the firewall on both sides." },
  { WFD_ERROR_CLOSED, GST_RESOURCE_ERROR_READ,
      "The peer closed the connection without an end of the session; connect again." },
};

/* What is wrong with it the error says. */
static const Advice setting_advice = { 0, GST_RESOURCE_ERROR_SETTINGS,
  "A property has a value that cannot be used" };
static const Advice network_advice = { 0, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
  "The network does not let us; check addresses, ports and the firewall on both sides." };

static const Advice *
find_advice (const GError *error)
{
  if (error->domain == GST_URI_ERROR
      || g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT))
    return &setting_advice;
  if (error->domain != WFD_ERROR)
    return &network_advice;
  for (gsize i = 0; i < G_N_ELEMENTS (advices); i++)
    if (advices[i].code == error->code)
      return &advices[i];
  return &network_advice;
}

void
wfd_post_error (GstElement *element, const GError *error)
{
  const Advice *advice = find_advice (error);
  g_autofree char *text = advice == &setting_advice
      ? g_strdup_printf ("%s: %s.", advice->text, error->message)
      : g_strdup (advice->text);

  if (error->domain == GST_CORE_ERROR || error->domain == GST_STREAM_ERROR) {
    gst_element_message_full (element, GST_MESSAGE_ERROR, error->domain, error->code,
        g_strdup (error->message), NULL, __FILE__, GST_FUNCTION, __LINE__);
    return;
  }
  gst_element_message_full (element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, advice->resource,
      g_steal_pointer (&text), g_strdup (error->message), __FILE__, GST_FUNCTION, __LINE__);
}
