/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergroup-xml.h"

#include <string.h>

#include "peeridentity-private.h"
#include "peerxml.h"

#define INVITATION "PEERINVITATION"
#define CONFIG "PEERGROUPCONFIG"

/* --- clouds --- */

void
peercloud_clear (PeerCloud *self)
{
  g_clear_pointer (&self->name, g_free);
}

/* By their numbers; 0 is none. */
static const char *const scopes[] = { NULL, "GLOBAL", "SITELOCAL", "LINKLOCAL" };

static gboolean
read_scope (const char *text, guint *ret_scope)
{
  for (guint i = 1; text != NULL && i < G_N_ELEMENTS (scopes); i++) {
    if (g_str_equal (text, scopes[i])) {
      *ret_scope = i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
is_name (const char *text, glong max_chars)
{
  return text != NULL && *text != '\0' && g_utf8_strlen (text, -1) <= max_chars;
}

/* Three elements one after the other. */
static gboolean
take_cloud (char **texts, PeerCloud *ret_cloud)
{
  if (!is_name (texts[0], PEERGROUP_MAX_CLOUD_CHARS) || !read_scope (texts[1], &ret_cloud->scope)
      || texts[2] == NULL || (!g_str_equal (texts[2], "0") && !g_str_equal (texts[2], "1")))
    return FALSE;
  ret_cloud->flags = *texts[2] - '0';
  ret_cloud->name = g_steal_pointer (&texts[0]);
  return TRUE;
}

static void
add_cloud (GString *xml, const PeerCloud *cloud)
{
  peerxml_add_text (xml, "CLOUDNAME", cloud->name);
  peerxml_add_text (xml, "SCOPE", scopes[cloud->scope]);
  peerxml_add_number (xml, "CLOUDFLAGS", cloud->flags);
}

/* --- invitations --- */

void
peerinvitation_clear (PeerInvitation *self)
{
  peercloud_clear (&self->cloud);
  g_clear_pointer (&self->chain, g_bytes_unref);
  g_clear_pointer (&self->group_name, g_free);
  g_clear_pointer (&self->group_friendly_name, g_free);
}

static gboolean
is_for_password (const PeerXml *xml)
{
  return is_name (xml->texts[4], PEERIDENTITY_MAX_NAME_CHARS) && xml->texts[5] != NULL
      && g_utf8_strlen (xml->texts[5], -1) <= PEERIDENTITY_MAX_FRIENDLY_CHARS;
}

HRESULT
peerinvitation_read (const char *text, PeerInvitation *ret_invitation)
{
  static const PeerXmlKind kind = { INVITATION,
    { { "CLOUDNAME" }, { "SCOPE" }, { "CLOUDFLAGS" }, { "GMC" }, { "GROUPPEERNAME" },
        { "GROUPFRIENDLYNAME" } } };
  g_auto (PeerInvitation) self = { { 0 } };
  g_auto (PeerXml) xml = { 0 };
  gboolean has_chain;

  if (!peerxml_read (&kind, text, &xml))
    return E_INVALIDARG;
  if (!g_str_equal (xml.version, "1.0") && !g_str_equal (xml.version, "1.1"))
    return PEER_E_UNSUPPORTED_VERSION;
  has_chain = xml.texts[3] != NULL;
  if (!take_cloud (xml.texts, &self.cloud) || has_chain == (xml.texts[4] != NULL))
    return E_INVALIDARG;
  if (!has_chain && g_str_equal (xml.version, "1.0"))
    return PEER_E_UNSUPPORTED_VERSION;

  self.chain = peerxml_decode (xml.texts[3]);
  if (has_chain ? self.chain == NULL : !is_for_password (&xml))
    return E_INVALIDARG;
  self.group_name = g_steal_pointer (&xml.texts[4]);
  self.group_friendly_name = g_steal_pointer (&xml.texts[5]);
  *ret_invitation = self;
  memset (&self, 0, sizeof (self));
  return S_OK;
}

char *
peerinvitation_build (const PeerInvitation *self)
{
  GString *xml = peerxml_begin (INVITATION, self->chain != NULL ? "1.0" : "1.1");

  add_cloud (xml, &self->cloud);
  peerxml_add_octets (xml, "GMC", self->chain);
  if (self->chain == NULL) {
    peerxml_add_text (xml, "GROUPPEERNAME", self->group_name);
    peerxml_add_text (xml, "GROUPFRIENDLYNAME", self->group_friendly_name);
  }
  return peerxml_end (xml, INVITATION);
}

/* --- memberships --- */

void
peergroupconfig_clear (PeerGroupConfig *self)
{
  g_clear_pointer (&self->identity, g_free);
  g_clear_pointer (&self->group, g_free);
  peercloud_clear (&self->cloud);
  g_clear_pointer (&self->chain, g_bytes_unref);
  g_clear_pointer (&self->group_key, g_bytes_unref);
}

/* What Windows calls the element with the key of the group is not known. */
static const PeerXmlKind config_kind = { CONFIG,
  { { "CLOUDNAME" }, { "SCOPE" }, { "CLOUDFLAGS" }, { "IDENTITYPEERNAME" }, { "GROUPPEERNAME" },
      { "GMC" }, { "GROUPKEY" } } };

gboolean
peergroupconfig_read (const char *text, PeerGroupConfig *ret_config)
{
  g_auto (PeerGroupConfig) self = { 0 };
  g_auto (PeerXml) xml = { 0 };

  if (!peerxml_read (&config_kind, text, &xml) || !g_str_equal (xml.version, "1.0")
      || !take_cloud (xml.texts, &self.cloud)
      || !is_name (xml.texts[3], PEERIDENTITY_MAX_NAME_CHARS)
      || !is_name (xml.texts[4], PEERIDENTITY_MAX_NAME_CHARS))
    return FALSE;
  self.chain = peerxml_decode (xml.texts[5]);
  self.group_key = peerxml_decode (xml.texts[6]);
  if (self.chain == NULL || (self.group_key == NULL) != (xml.texts[6] == NULL))
    return FALSE;

  self.identity = g_steal_pointer (&xml.texts[3]);
  self.group = g_steal_pointer (&xml.texts[4]);
  *ret_config = self;
  memset (&self, 0, sizeof (self));
  return TRUE;
}

char *
peergroupconfig_build (const PeerGroupConfig *self)
{
  GString *xml = peerxml_begin (CONFIG, "1.0");

  peerxml_add_text (xml, "IDENTITYPEERNAME", self->identity);
  peerxml_add_text (xml, "GROUPPEERNAME", self->group);
  add_cloud (xml, &self->cloud);
  peerxml_add_octets (xml, "GMC", self->chain);
  peerxml_add_octets (xml, "GROUPKEY", self->group_key);
  return peerxml_end (xml, CONFIG);
}
