/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-error.h"

#include <gio/gio.h>
#include <wfd/wfd.h>

typedef struct
{
  int code; /* in the domain of the table */
  const char *name;
  GstResourceError resource;
  const char *what_to_do; /* if the error does not say it; PEER: what that is to the user */
} Advice;

#define NAMED(code) code, #code

static const Advice session_advices[] = {
  { NAMED (WFD_ERROR_MALFORMED), GST_RESOURCE_ERROR_READ,
      "Check that the address is that of a Wi-Fi Display (Miracast) device" },
  { NAMED (WFD_ERROR_UNSUPPORTED), GST_RESOURCE_ERROR_SETTINGS, NULL },
  { NAMED (WFD_ERROR_TIMEOUT), GST_RESOURCE_ERROR_READ,
      "Check that a Wi-Fi Display (Miracast) PEER is there, still within reach, and try again" },
  { NAMED (WFD_ERROR_STATE), GST_RESOURCE_ERROR_READ,
      "Try again, and restart the PEER if that does not help" },
  { NAMED (WFD_ERROR_REFUSED), GST_RESOURCE_ERROR_NOT_AUTHORIZED,
      "Look on the screen of the PEER whether it asks or shows something" },
  { NAMED (WFD_ERROR_NO_FORMAT), GST_RESOURCE_ERROR_SETTINGS,
      "Offer more formats with video-formats or audio-codecs" },
  { NAMED (WFD_ERROR_CONNECT), GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      "Check its address and port, and the firewall on both sides" },
  { NAMED (WFD_ERROR_CLOSED), GST_RESOURCE_ERROR_READ,
      "Connect again, or set after-session=wait to go on by itself" },
  { NAMED (WFD_ERROR_INVALID_ARGUMENT), GST_RESOURCE_ERROR_SETTINGS, NULL },
  { NAMED (WFD_ERROR_NO_SERVICE), GST_RESOURCE_ERROR_NOT_FOUND, NULL },
  { NAMED (WFD_ERROR_NO_PERMISSION), GST_RESOURCE_ERROR_NOT_AUTHORIZED, NULL },
  { NAMED (WFD_ERROR_NO_DEVICE), GST_RESOURCE_ERROR_NOT_FOUND, NULL },
  { NAMED (WFD_ERROR_NO_PEER), GST_RESOURCE_ERROR_NOT_FOUND, NULL },
  { NAMED (WFD_ERROR_PAIRING), GST_RESOURCE_ERROR_NOT_AUTHORIZED, NULL },
  { NAMED (WFD_ERROR_NOT_PAIRED), GST_RESOURCE_ERROR_NOT_AUTHORIZED, NULL },
  { NAMED (WFD_ERROR_IN_USE), GST_RESOURCE_ERROR_BUSY, NULL },
};

static const Advice network_advices[] = {
  { NAMED (G_IO_ERROR_ADDRESS_IN_USE), GST_RESOURCE_ERROR_BUSY,
      "End the program that uses the port, or set rtsp-port or rtp-port to another one" },
  { NAMED (G_IO_ERROR_PERMISSION_DENIED), GST_RESOURCE_ERROR_OPEN_READ_WRITE,
      "Set rtsp-port and rtp-port to ports above 1023" },
};

static const Advice other_advice = { 0, NULL, GST_RESOURCE_ERROR_OPEN_READ_WRITE,
  "Check addresses and ports, and the firewall on both sides" };
static const Advice thread_advice = { NAMED (G_THREAD_ERROR_AGAIN),
  GST_RESOURCE_ERROR_NO_SPACE_LEFT, "End other programs, or allow more threads (ulimit -u)" };
static const Advice setting_advice = { 0, NULL, GST_RESOURCE_ERROR_SETTINGS, NULL };

static const Advice *
find_code (const Advice *advices, gsize n, int code)
{
  for (gsize i = 0; i < n; i++)
    if (advices[i].code == code)
      return &advices[i];
  return &other_advice;
}

static gboolean
is_setting (const GError *error)
{
  return error->domain == GST_URI_ERROR
      || g_error_matches (error, WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT);
}

static const Advice *
find_advice (const GError *error)
{
  if (error->domain == GST_URI_ERROR)
    return &setting_advice;
  if (error->domain == G_THREAD_ERROR)
    return &thread_advice;
  if (error->domain == WFD_ERROR)
    return find_code (session_advices, G_N_ELEMENTS (session_advices), error->code);
  if (error->domain == G_IO_ERROR)
    return find_code (network_advices, G_N_ELEMENTS (network_advices), error->code);
  return &other_advice;
}

static char *
make_advice (GstElement *element, const Advice *advice)
{
  GString *text = g_string_new (advice->what_to_do);
  gboolean casts = GST_OBJECT_FLAG_IS_SET (element, GST_ELEMENT_FLAG_SINK);

  g_string_replace (text, "PEER", casts ? "display" : "source", 0);
  return g_string_free (text, FALSE);
}

/* The texts of the link do: what is wrong; what to do. Or they ask whether it is so. */
static gboolean
says_what_to_do (const GError *error)
{
  return error->domain == WFD_ERROR
      && (strstr (error->message, "; ") != NULL || g_str_has_suffix (error->message, "?"));
}

/* All of it: gst-launch-1.0 and many players show nothing else. */
static char *
make_text (GstElement *element, const GError *error, const Advice *advice)
{
  g_autofree char *what_to_do = make_advice (element, advice);
  const char *stop = g_str_has_suffix (error->message, "?") ? "" : ".";

  if (is_setting (error))
    return g_strdup_printf ("A property has a value that cannot be used: %s%s", error->message,
        stop);
  if (advice->what_to_do == NULL || says_what_to_do (error))
    return g_strdup_printf ("%s%s", error->message, stop);
  return g_strdup_printf ("%s%s %s.", error->message, stop, what_to_do);
}

/* Where the tables have no name the type has. */
static const char *
find_name (const GError *error, const Advice *advice)
{
  const struct
  {
    GQuark domain;
    GType type;
  } types[] = {
    { GST_CORE_ERROR, GST_TYPE_CORE_ERROR },
    { GST_RESOURCE_ERROR, GST_TYPE_RESOURCE_ERROR },
    { GST_STREAM_ERROR, GST_TYPE_STREAM_ERROR },
    { GST_URI_ERROR, GST_TYPE_URI_ERROR },
    { G_IO_ERROR, G_TYPE_IO_ERROR_ENUM },
  };

  if (advice->name != NULL)
    return advice->name;
  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    g_autoptr (GEnumClass) names = NULL;
    const GEnumValue *value;

    if (types[i].domain != error->domain)
      continue;
    names = g_type_class_ref (types[i].type);
    value = g_enum_get_value (names, error->code);
    return value != NULL ? value->value_name : NULL;
  }
  return NULL;
}

static char *
make_debug (const GError *error, const char *name)
{
  if (name != NULL)
    return g_strdup (name);
  return g_strdup_printf ("%s %d", g_quark_to_string (error->domain), error->code);
}

/* For programs, which read no texts. */
static GstStructure *
new_details (const GError *error, const char *name, const char *step)
{
  GstStructure *details = gst_structure_new ("wfd-error", "domain", G_TYPE_STRING,
      g_quark_to_string (error->domain), "code", G_TYPE_INT, error->code, NULL);

  if (name != NULL)
    gst_structure_set (details, "name", G_TYPE_STRING, name, NULL);
  if (step != NULL)
    gst_structure_set (details, "step", G_TYPE_STRING, step, NULL);
  return details;
}

/* One that is as GStreamer wants it: its text says what to do. */
static gboolean
is_of_gstreamer (const GError *error)
{
  return error->domain == GST_CORE_ERROR || error->domain == GST_RESOURCE_ERROR
      || error->domain == GST_STREAM_ERROR;
}

static void
post_as_is (GstElement *element, const GError *error, const char *debug, const char *step)
{
  const char *name = find_name (error, &other_advice);

  gst_element_message_full_with_details (element, GST_MESSAGE_ERROR, error->domain, error->code,
      g_strdup (error->message), g_strdup (debug), __FILE__, GST_FUNCTION, __LINE__,
      new_details (error, name, step));
}

void
wfd_post_error_in (GstElement *element, const GError *error, const char *step)
{
  const Advice *advice = find_advice (error);
  const char *name = find_name (error, advice);

  if (is_of_gstreamer (error))
    post_as_is (element, error, NULL, step);
  else
    gst_element_message_full_with_details (element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
        advice->resource, make_text (element, error, advice), make_debug (error, name), __FILE__,
        GST_FUNCTION, __LINE__, new_details (error, name, step));
}

void
wfd_post_error (GstElement *element, const GError *error)
{
  wfd_post_error_in (element, error, NULL);
}

void
wfd_post_gst_error (GstElement *element, GQuark domain, gint code, const char *debug,
    const char *format, ...)
{
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (domain, code, format, args);
  va_end (args);
  post_as_is (element, error, debug, NULL);
}
