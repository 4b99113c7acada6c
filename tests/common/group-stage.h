/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <p2p.h>

/* A member of a group in this process, with everything that it hears of. */
typedef struct
{
  PWSTR identity;
  HGROUP group;
  HANDLE event;
  HPEEREVENT registration;
  GPtrArray *heard; /* PPEER_GROUP_EVENT_DATA that were not waited for yet */
} Member;

#define MEMBER_PATIENCE_MS 20000

/* Of a test, before anything of the library is called, even what must fail: GLib asks once in a
 * process where the user's data are. It finds nobody on the network of this computer. */
void group_stage_init (int *argc, char ***argv);
/* With keys and groups in a folder of its own, which is gone afterwards. */
void group_stage_begin (void);
void group_stage_end (void);
const char *group_stage_get_folder (void);

/* A new identity that is in no group. */
void member_new (Member *self, PCWSTR classifier);
/* The creator of a group. @password NULL: by invitation only. */
void member_create (Member *self, PCWSTR classifier, PCWSTR password);
/* With an invitation of @by for @role. */
void member_join (Member *self, PCWSTR classifier, const Member *by, const PEER_ROLE_ID *role);
PWSTR member_invite (const Member *by, const Member *subject, const PEER_ROLE_ID *role);
PWSTR member_get_group_name (const Member *self);
/* For everything that happens in its group. */
void member_register (Member *self);
/* Until it has all of these. */
void member_wait_status (Member *self, DWORD wanted);
void member_go_online (Member *self);
/* To where @other is. */
void member_connect (Member *self, const Member *other);
/* The first address at which it listens. */
PEER_ADDRESS member_get_address (const Member *self);
void member_close (Member *self);

/* The next event of this type that has come or comes; to free. */
PPEER_GROUP_EVENT_DATA member_wait (Member *self, PEER_GROUP_EVENT_TYPE type);
guint member_count (Member *self, PEER_GROUP_EVENT_TYPE type);
ULONGLONG member_wait_link (Member *self, PEER_CONNECTION_STATUS status, HRESULT reason);
/* Until @who has changed so. */
void member_wait_change (Member *self, PEER_MEMBER_CHANGE_TYPE change, PCWSTR who);
HRESULT member_wait_failure (Member *self);

/* --- two of them --- */

typedef struct
{
  Member alice, bob; /* who has created the group, and who was invited; both are online */
} GroupPair;

/* They listen at ports of their own, as if they were two processes. */
void group_pair_begin (GroupPair *pair, gconstpointer data);
void group_pair_end (GroupPair *pair, gconstpointer data);

#define GROUP_PAIR_ADD(name, func) \
  g_test_add ("/peergroup/" name, GroupPair, NULL, group_pair_begin, (func), group_pair_end)

FILETIME group_time_from_now (int s);
