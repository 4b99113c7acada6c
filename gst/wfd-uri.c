/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "wfd-uri.h"

/* A DNS name has up to 253 characters, an IPv6 address with a zone fewer. */
#define MAX_HOST_CHARS 255

typedef struct
{
  char *scheme;
  char *userinfo;
  char *host;
  int port; /* -1: not named */
  char *path;
  char *query;
  char *fragment;
} Parts;

static void
parts_clear (Parts *self)
{
  g_free (self->scheme);
  g_free (self->userinfo);
  g_free (self->host);
  g_free (self->path);
  g_free (self->query);
  g_free (self->fragment);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Parts, parts_clear)

static gboolean
refuse (const char *text, const char *scheme, const char *why, GError **error)
{
  g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI,
      "\"%s\" cannot be used: %s (expected %s://host[:port])", text, why, scheme);
  return FALSE;
}

/* What a part of the URI must not be; NULL if all is well. The URL that a
 * source presents has a path, so rtsp:// may come with one; nothing else in
 * it would have an effect. */
static const char *
find_fault (const Parts *parts, const char *scheme)
{
  if (parts->host == NULL || parts->host[0] == '\0')
    return "it names no host";
  if (strlen (parts->host) > MAX_HOST_CHARS)
    return "the host is too long";
  if (parts->port == 0)
    return "port 0 cannot be connected to";
  if (parts->userinfo != NULL)
    return "Wi-Fi Display knows no user or password";
  if (parts->query != NULL || parts->fragment != NULL)
    return "nothing may follow behind ? or #";
  if (g_str_equal (scheme, WFD_URI_SCHEME) && parts->path[0] != '\0'
      && !g_str_equal (parts->path, "/"))
    return "it has a path";
  return NULL;
}

gboolean
wfd_uri_parse (const char *text, const char *scheme, WfdUri *ret_uri, GError **error)
{
  g_auto (Parts) parts = { NULL };
  g_autoptr (GError) why = NULL;
  const char *fault;

  if (!g_uri_split (text, G_URI_FLAGS_NONE, &parts.scheme, &parts.userinfo, &parts.host,
          &parts.port, &parts.path, &parts.query, &parts.fragment, &why))
    return refuse (text, scheme, why->message, error);

  if (parts.scheme == NULL || !g_str_equal (parts.scheme, scheme)) {
    g_set_error (error, GST_URI_ERROR, GST_URI_ERROR_UNSUPPORTED_PROTOCOL,
        "\"%s\" does not begin with %s:// (expected %s://host[:port])", text, scheme, scheme);
    return FALSE;
  }

  fault = find_fault (&parts, scheme);
  if (fault != NULL)
    return refuse (text, scheme, fault, error);

  *ret_uri = (WfdUri) {
    .host = g_steal_pointer (&parts.host),
    .port = MAX (parts.port, 0),
  };
  return TRUE;
}

char *
wfd_uri_to_string (const WfdUri *self, const char *scheme)
{
  int port = self->port == 0 ? -1 : self->port;

  return g_uri_join (G_URI_FLAGS_NONE, scheme, NULL, self->host, port, "", NULL, NULL);
}

void
wfd_uri_clear (WfdUri *self)
{
  g_clear_pointer (&self->host, g_free);
  self->port = 0;
}
