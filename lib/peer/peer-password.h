/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>
#include "peer-identity.h"

G_BEGIN_DECLS

/* Passwords of groups (MS-PPSEC 2.2.2.3, 2.2.2.4, 3.3.5.2.5). Nobody but who types it knows
 * the password; all members know its hash string, which is as good. The modern profile
 * has SHA-256 where the documents have SHA-1. */
char *wfd_peer_password_hash (WfdPeerProfile profile, const char *password);

/* What shows that @name knows the hash; @binding: what only this connection has, or
 * nothing. */
GBytes *wfd_peer_password_prove (WfdPeerProfile profile, const char *hash, const char *name,
    WfdBytes binding);

/* Takes as long whatever @given is. */
gboolean wfd_peer_password_is_proof (GBytes *wanted, WfdBytes given);

/* A chain on its way to who has proved it. */
GBytes *wfd_peer_password_lock (WfdPeerProfile profile, const char *hash, WfdBytes plain);
/* NULL if it was locked with another. */
GBytes *wfd_peer_password_unlock (WfdPeerProfile profile, const char *hash, WfdBytes locked);

G_END_DECLS
