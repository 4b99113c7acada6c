/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <p2p.h>

#include <glib.h>

G_BEGIN_DECLS

/* What somebody needs to come into a group: MS-PPSEC 2.2.6.1, PEERINVITATION. */

/* As long as Security Properties take it (2.2.3.1). */
#define PEERGROUP_MAX_CLOUD_CHARS 126

/* A cloud, as groups and invitations name it. */
typedef struct
{
  char *name;
  guint scope; /* PNRP_GLOBAL_SCOPE … */
  guint flags; /* PNRP_CLOUD_… */
} PeerCloud;

void peercloud_clear (PeerCloud *self);

typedef struct
{
  PeerCloud cloud;
  GBytes *chain; /* PKCS#7; NULL: a password is needed, and the next two are there */
  char *group_name, *group_friendly_name;
} PeerInvitation;

void peerinvitation_clear (PeerInvitation *self);
/* E_INVALIDARG, or PEER_E_UNSUPPORTED_VERSION. */
HRESULT peerinvitation_read (const char *text, PeerInvitation *ret_invitation);
char *peerinvitation_build (const PeerInvitation *self);

/* PEERGROUPCONFIG: a membership, for another computer of the same user. */
typedef struct
{
  char *identity, *group;
  PeerCloud cloud;
  GBytes *chain;
  GBytes *group_key; /* PKCS#12 of its owner, or NULL */
} PeerGroupConfig;

void peergroupconfig_clear (PeerGroupConfig *self);
gboolean peergroupconfig_read (const char *text, PeerGroupConfig *ret_config);
char *peergroupconfig_build (const PeerGroupConfig *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerCloud, peercloud_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerInvitation, peerinvitation_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerGroupConfig, peergroupconfig_clear)

G_END_DECLS
