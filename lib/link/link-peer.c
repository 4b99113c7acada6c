/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-peer.h"

#include <base-text.h>

/**
 * WfdLinkPeer:
 *
 * A device in reach of a link. The link that found it changes it, in its main
 * context, and says so with its signals; its functions are called from there.
 */
struct _WfdLinkPeer
{
  GObject parent_instance;

  char *id;
  char *name;
  WfdIe ie;
  gboolean owns_group;
  gboolean is_doubted;
  gint64 heard_us; /* when it was said who owns a group; 0 for never */
  gint64 asked_us;
  guint group_mhz;
};

G_DEFINE_FINAL_TYPE (WfdLinkPeer, wfd_link_peer, G_TYPE_OBJECT)

static void
wfd_link_peer_finalize (GObject *object)
{
  WfdLinkPeer *self = WFD_LINK_PEER (object);

  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (wfd_link_peer_parent_class)->finalize (object);
}

static void
wfd_link_peer_class_init (WfdLinkPeerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wfd_link_peer_finalize;
}

static void
wfd_link_peer_init (WfdLinkPeer *self)
{
  self->name = g_strdup ("");
}

WfdLinkPeer *
wfd_link_peer_new (const char *id)
{
  WfdLinkPeer *self = g_object_new (WFD_TYPE_LINK_PEER, NULL);

  self->id = g_strdup (id);
  return self;
}

/**
 * wfd_link_peer_get_id:
 * @self: a device
 *
 * Returns: what stays the same when its name changes; for Wi-Fi Direct its device
 *   address, e.g. "02:00:00:00:01:00"
 */
const char *
wfd_link_peer_get_id (WfdLinkPeer *self)
{
  return self->id;
}

/**
 * wfd_link_peer_get_name:
 * @self: a device
 *
 * Returns: its name for people, which is its own choice, without control
 *   characters; "" if it has told none. Valid until it changes
 */
const char *
wfd_link_peer_get_name (WfdLinkPeer *self)
{
  return self->name;
}

const WfdIe *
wfd_link_peer_get_ie (WfdLinkPeer *self)
{
  return &self->ie;
}

/**
 * wfd_link_peer_is_source:
 * @self: a device
 *
 * What a device says of Wi-Fi Display may come later than the device itself.
 *
 * Returns: whether it can be the source of a session
 */
gboolean
wfd_link_peer_is_source (WfdLinkPeer *self)
{
  return wfd_ie_is_source (&self->ie);
}

/**
 * wfd_link_peer_is_sink:
 * @self: a device
 *
 * Returns: whether it can be the sink of a session: a display
 */
gboolean
wfd_link_peer_is_sink (WfdLinkPeer *self)
{
  return wfd_ie_is_primary_sink (&self->ie);
}

/**
 * wfd_link_peer_is_available:
 * @self: a device
 *
 * Returns: whether it would take a session now, as far as it says
 */
gboolean
wfd_link_peer_is_available (WfdLinkPeer *self)
{
  return wfd_ie_is_available (&self->ie);
}

/**
 * wfd_link_peer_get_rtsp_port:
 * @self: a device
 *
 * Returns: the port of a source's RTSP server
 */
guint16
wfd_link_peer_get_rtsp_port (WfdLinkPeer *self)
{
  return wfd_ie_get_rtsp_port (&self->ie);
}

/**
 * wfd_link_peer_owns_group:
 * @self: a device
 *
 * Returns: whether a group waits at it for others to join
 */
gboolean
wfd_link_peer_owns_group (WfdLinkPeer *self)
{
  return self->owns_group;
}

gboolean
wfd_link_is_address (const char *text)
{
  guint n = strlen (text);

  for (guint i = 0; i < n; i++)
    if (i % 3 == 2 ? text[i] != ':' : !g_ascii_isxdigit (text[i]))
      return FALSE;
  return n == 17;
}

gboolean
wfd_link_read_address (const char *text, guint8 *ret_octets)
{
  if (!wfd_link_is_address (text))
    return FALSE;
  for (guint i = 0; i < 17; i += 3)
    *ret_octets++ = g_ascii_xdigit_value (text[i]) << 4 | g_ascii_xdigit_value (text[i + 1]);
  return TRUE;
}

/**
 * wfd_link_peer_matches:
 * @self: a device
 * @text: an id, in either case, or a name, which does not have the form of an id:
 * whoever calls himself so is not the one that is meant
 *
 * Returns: whether it is that of this device
 */
gboolean
wfd_link_peer_matches (WfdLinkPeer *self, const char *text)
{
  return g_ascii_strcasecmp (self->id, text) == 0
      || (!wfd_link_is_address (text) && strcmp (self->name, text) == 0);
}

gboolean
wfd_link_peer_set_name (WfdLinkPeer *self, const char *name)
{
  g_autofree char *printable = wfd_text_dup_printable (wfd_text (name), WFD_LIMIT_NAME_BYTES);

  if (strcmp (self->name, printable) == 0)
    return FALSE;
  g_free (self->name);
  self->name = g_steal_pointer (&printable);
  return TRUE;
}

gboolean
wfd_link_peer_set_ie (WfdLinkPeer *self, WfdBytes subelements)
{
  WfdIe ie;

  wfd_ie_read (subelements, &ie);
  if (memcmp (&ie, &self->ie, sizeof (ie)) == 0)
    return FALSE;
  self->ie = ie;
  return TRUE;
}

gboolean
wfd_link_peer_set_owns_group (WfdLinkPeer *self, gboolean owns_group)
{
  gboolean is_new = self->owns_group != owns_group;

  self->owns_group = owns_group;
  self->is_doubted = FALSE;
  if (!owns_group)
    self->group_mhz = 0;
  return is_new;
}

void
wfd_link_peer_doubt (WfdLinkPeer *self)
{
  self->is_doubted |= self->owns_group;
  self->owns_group = FALSE;
  self->group_mhz = 0;
}

void
wfd_link_peer_note_heard (WfdLinkPeer *self, gint64 now_us)
{
  self->heard_us = now_us;
}

void
wfd_link_peer_set_group_mhz (WfdLinkPeer *self, guint group_mhz)
{
  self->group_mhz = group_mhz;
}

guint
wfd_link_peer_get_group_mhz (WfdLinkPeer *self)
{
  return self->group_mhz;
}

void
wfd_link_peer_set_asked_us (WfdLinkPeer *self, gint64 asked_us)
{
  self->asked_us = asked_us;
}

gint64
wfd_link_peer_get_asked_us (WfdLinkPeer *self)
{
  return self->asked_us;
}

/* A group ends without a word to those who are not in it. */
#define OWNER_US (3 * G_TIME_SPAN_SECOND)

gint64
wfd_link_peer_get_heard_us (WfdLinkPeer *self)
{
  return self->heard_us;
}

gboolean
wfd_link_peer_is_doubted (WfdLinkPeer *self, gint64 now_us)
{
  return self->is_doubted
      || (self->owns_group && (self->heard_us == 0 || now_us - self->heard_us > OWNER_US));
}
