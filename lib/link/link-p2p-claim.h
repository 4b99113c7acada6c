/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-p2p-private.h"

G_BEGIN_DECLS

/* What a claim says, of a group */
#define KEY_OWNER "owner" /* wpa_supplicant, as it was then: "NAME GUID" of its bus */
#define KEY_PATH "path"   /* of the group's interface there */
#define KEY_INTERFACE "interface"
#define KEY_ADDRESS "address" /* ours on it, with the length of its prefix */
#define KEY_PROGRAM "program" /* the number of one for DHCP */
#define KEY_PROCESS "process" /* the number of this one */
#define KEY_PEER "peer"       /* the id of ours, there if the link to it is open */
/* that others of this program may have their peers let in, ... */
#define KEY_ADAPTER "adapter" /* the path of that by which it was formed */
#define KEY_GROUP "group"     /* its own path */
#define KEY_PERSISTENT "persistent"
#define KEY_STATIONS "stations" /* as which its members are in it: "ID STATION ID STATION" */
#define KEY_OPEN "open"         /* ... there if they may do so now */
/* and of what we have set, and before there is a group. */
#define KEY_DEVICE "device"         /* the path of the adapter */
#define KEY_MANAGER "manager"       /* there if Wi-Fi Direct is surely done by that */
#define KEY_NAME "device-name"      /* of its interface */
#define KEY_INTERFACES "interfaces" /* all paths of others */
#define KEY_WFD_IES "wfd-ies"       /* what was there before, as text */
#define KEY_CONFIG "config"
#define KEY_FORMING "forming" /* there if a group may begin */
/* For another program of ours that announces something too: what we do, and since when. */
#define KEY_ANNOUNCES "announces"
#define KEY_CONFIGURES "configures"
#define KEY_SINCE "since"
#define KEY_LISTENS "listens" /* on that adapter, for how many us at a time */
#define KEY_TURN "turn"       /* since when we form one, or this one, and nobody else does */

#define CLAIM_YES "yes"

/* All that a claim says of a group when it has begun. */
void wfd_p2p_group_claim_all (WfdP2pLink *self);
void wfd_p2p_link_claim_turn (WfdP2pLink *self, gboolean is_ours);
/* Of this process. */
char *wfd_p2p_claim_dup_process (void);
char *wfd_p2p_link_dup_claim_folder (WfdP2pLink *self);
/* Whoever else has locked the claims has them for less than a millisecond, unless it was stopped. */
#define WFD_P2P_CLAIMS_BUSY_MS 50
/* FALSE: somebody else has them, and it is to be tried again after that time; not often, after
 * which @ret_lock is WFD_CLAIM_BUSY. */
gboolean wfd_p2p_op_lock_claims (WfdP2pOp *op, int *ret_lock);
/* The time that it says, by the clock that goes on in sleep; long ago if it says none. */
gint64 wfd_p2p_claim_get_us (GHashTable *claim, const char *key);
gint64 wfd_p2p_claim_get_now_us (void);
/* What others of ours, which live, say of this wpa_supplicant, of which there is one announcement
 * for all. (element-type GHashTable) */
GPtrArray *wfd_p2p_link_read_others (WfdP2pLink *self);
/* NULL if it is none. */
const char *wfd_p2p_claim_get_path (GHashTable *claim, const char *key);
/* Whether it says that @key is @value; @value: (nullable): nothing is. */
gboolean wfd_p2p_claim_says (GHashTable *claim, const char *key, const char *value);

G_END_DECLS
