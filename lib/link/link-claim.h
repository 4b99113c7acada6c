/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Notes of what has to be undone, in files, for the case that this program ends
 * without undoing it. A note is locked as long as its program lives, so that one
 * that can be locked is left over, unless it is from before the machine was started anew. */
typedef struct _WfdClaim WfdClaim;

#define WFD_CLAIM_BUSY (-2)

/* @folder is made if need be. NULL if that cannot be: a claim is a precaution. */
WfdClaim *wfd_claim_new (const char *folder);
/* Until it is unlocked nobody else decides by claims what his own says, or takes what is left over.
 * It never waits, as who has it may have been stopped: WFD_CLAIM_BUSY. -1 if @folder is not there. */
int wfd_claim_lock (const char *folder);
void wfd_claim_unlock (int lock);
/* @value: (nullable): not any more; one for which there is no room is left out */
void wfd_claim_set (WfdClaim *self, const char *key, const char *value);
/* Everything is undone. */
void wfd_claim_free (WfdClaim *self);
/* Nothing is, and nothing can be now: it is left over. */
void wfd_claim_abandon (WfdClaim *self);

/* What is left over, which is the caller's to undo now, who has locked @folder: (element-type
 * GHashTable), each of key to value. @ours: (nullable): is not; @ret_is_alone: nobody else
 * lives who has one */
GPtrArray *wfd_claim_take_left_over (const char *folder, const WfdClaim *ours,
    gboolean *ret_is_alone);
/* The same: what those say that somebody else holds. */
GPtrArray *wfd_claim_read_living (const char *folder, const WfdClaim *ours);
/* And what is left over. */
GPtrArray *wfd_claim_read_all (const char *folder, const WfdClaim *ours);

G_END_DECLS
