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
#define PEERIDENTITY_MAX_NAME_CHARS (41 + PEERIDENTITY_MAX_CLASSIFIER_CHARS)

/* Where identities lie; to free. */
char *peeridentity_get_folder (void);

/* PEER_NAME_PAIR, of WfdPeerIdentity. */
extern const WinapiItemType peeridentity_pairs;

/* A string of its own, for PeerFreeData (). */
PWSTR peeridentity_return_text (const char *text);

/* The key that a handle means; NULL if it is none. */
WfdPeerKey *peeridentity_ref_key (HCRYPTPROV handle);

/* peeridentity-xml.c; to free. */
char *peeridentity_build_info (GBytes *certificate);
char *peeridentity_build_export (const char *name, GBytes *pfx);
/* FALSE if @xml is no such text. */
gboolean peeridentity_read_export (const char *xml, char **ret_name, GBytes **ret_pfx);

G_END_DECLS
