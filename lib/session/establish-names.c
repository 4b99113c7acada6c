/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom the application means, by a name that anybody may bear. */
#include <link.h>
#include <wfd/wfd-error.h>

#include "establish-private.h"

gboolean
wfd_establish_is_named (WfdEstablish *self, WfdLinkPeer *peer)
{
  g_autofree char *lower = NULL;

  if (self->peer == NULL)
    return TRUE;
  if (self->chosen != NULL)
    return strcmp (wfd_link_peer_get_id (peer), self->chosen) == 0;
  lower = g_ascii_strdown (self->peer, -1);
  return wfd_link_peer_matches (peer, self->peer)
      || (!wfd_link_is_address (self->peer)
          && g_pattern_match_simple (self->peer, wfd_link_peer_get_name (peer)))
      || g_pattern_match_simple (lower, wfd_link_peer_get_id (peer));
}

gboolean
wfd_establish_plays_other_role (WfdEstablish *self, WfdLinkPeer *peer)
{
  return self->role == WFD_ROLE_SOURCE ? wfd_link_peer_is_sink (peer)
                                       : wfd_link_peer_is_source (peer);
}

gboolean
wfd_establish_is_wanted (WfdEstablish *self, WfdLinkPeer *peer)
{
  return self->role == WFD_ROLE_SOURCE && self->peer != NULL && wfd_establish_is_named (self, peer)
      && wfd_establish_plays_other_role (self, peer)
      && !g_hash_table_contains (self->taken, wfd_link_peer_get_id (peer));
}

/* Which may be a pattern as well. */
static gboolean
bears_name (WfdEstablish *self, WfdLinkPeer *peer)
{
  return g_strcmp0 (wfd_link_peer_get_name (peer), self->peer) == 0;
}

WfdLinkPeer *
wfd_establish_find_namesake (WfdEstablish *self, WfdLinkPeer *peer)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (self->link);

  if (self->chosen != NULL || !bears_name (self, peer))
    return NULL;
  for (guint i = 0; i < peers->len; i++) {
    WfdLinkPeer *other = g_ptr_array_index (peers, i);

    if (other != peer && bears_name (self, other) && wfd_establish_is_wanted (self, other))
      return other;
  }
  return NULL;
}

WfdLinkPeer *
wfd_establish_find_wanted (WfdEstablish *self)
{
  g_autoptr (GPtrArray) peers = wfd_link_dup_peers (self->link);

  for (guint i = 0; i < peers->len; i++) {
    if (wfd_establish_is_wanted (self, g_ptr_array_index (peers, i)))
      return g_ptr_array_index (peers, i);
  }
  return NULL;
}

static char *
describe_namesakes (WfdEstablish *self, WfdLinkPeer *peer, WfdLinkPeer *other)
{
  return g_strdup_printf (
      "Two displays are called “%s”: %s and %s; set “peer” to the address of the "
      "one that is meant",
      self->peer, wfd_link_peer_get_id (peer), wfd_link_peer_get_id (other));
}

GError *
wfd_establish_make_namesake_error (WfdEstablish *self)
{
  WfdLinkPeer *peer = wfd_establish_find_wanted (self);
  WfdLinkPeer *other = peer != NULL ? wfd_establish_find_namesake (self, peer) : NULL;
  g_autofree char *text = other != NULL ? describe_namesakes (self, peer, other) : NULL;

  if (text == NULL)
    return NULL;
  return g_error_new_literal (WFD_ERROR, WFD_ERROR_INVALID_ARGUMENT, text);
}

/* Once, as anybody may come with that name, and go, again and again. */
void
wfd_establish_tell_namesakes (WfdEstablish *self, WfdLinkPeer *peer, WfdLinkPeer *other)
{
  g_autofree char *text = NULL;

  if (self->has_namesakes)
    return;
  self->has_namesakes = TRUE;
  text = describe_namesakes (self, peer, other);
  wfd_establish_tell (self, WFD_ESTABLISH_NEWS, "%s", text);
}
