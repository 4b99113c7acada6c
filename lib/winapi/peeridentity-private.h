/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <p2p.h>
#include <peer-identity.h>

#include "winapi-block.h"
#include "winapi-enum.h"
#include "winapi-text.h"

G_BEGIN_DECLS

/* 40 digits, a dot, and a classifier of 149. */
#define PEERIDENTITY_MAX_CLASSIFIER_CHARS 149
#define PEERIDENTITY_MAX_FRIENDLY_CHARS 255
#define PEERIDENTITY_MAX_PASSWORD_CHARS 1024
#define PEERIDENTITY_MAX_XML_CHARS (64 * 1024)
#define PEERIDENTITY_MAX_NAME_CHARS (41 + PEERIDENTITY_MAX_CLASSIFIER_CHARS)

/* Where identities lie, and the groups that they are in; to free. */
char *peeridentity_get_folder (void);
char *peeridentity_get_groups_folder (void);

/* PEER_NAME_PAIR, of WfdPeerIdentity. */
extern const WinapiItemType peeridentity_pairs;

/* A string of its own, for PeerFreeData (). */
PWSTR peeridentity_return_text (const char *text);

/* The key that a handle means; NULL if it is none. */
WfdPeerKey *peeridentity_ref_key (HCRYPTPROV handle);

/* peeridentity-xml.c; to free. */
char *peeridentity_build_info (GBytes *certificate);
/* The certificate; NULL if @text is no such text. */
GBytes *peeridentity_read_info (const char *text);
char *peeridentity_build_export (const char *name, GBytes *pfx);
/* FALSE if @text is no such text. */
gboolean peeridentity_read_export (const char *text, char **ret_name, GBytes **ret_pfx);

G_END_DECLS
