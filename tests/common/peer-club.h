/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <peer-chain.h>
#include <peer-codes.h>

G_BEGIN_DECLS

/* A group and people to be in it. */

/* When it is made, and its certificates begin; may be changed before. */
extern gint64 club_now_s;
#define CLUB_NOW_S club_now_s
#define CLUB_DAY_S (24 * 3600)

typedef struct
{
  WfdPeerKey *key;
  WfdPeerCredential *identity;
} Person;

typedef struct
{
  WfdPeerProfile profile;
  WfdPeerKeyKind member_kind; /* of the profile too, perhaps not that of the group */
  WfdPeerKey *key;            /* of the group */
  WfdPeerChain *root;
  char *name;
  Person creator;
  WfdPeerChain *creator_chain;
} Club;

void person_begin (Person *self, WfdPeerKeyKind kind);
void person_end (Person *self);
void club_begin (Club *self, WfdPeerKeyKind kind);
void club_end (Club *self);

/* For a year from now on; NULL with the reason. */
WfdPeerChain *club_issue (WfdPeerChain *issuer, WfdPeerKey *key, const Person *subject, guint roles,
    guint32 *ret_result);
/* A member of the club, let in by its creator. */
WfdPeerChain *club_let_in (Club *self, const Person *subject, guint roles);

/* Of each WfdPeerKeyKind: the data are it, and the path ends with its name. */
typedef struct
{
  const char *name;
  GTestDataFunc func;
} ClubTest;

void club_add_for_kinds (const char *prefix, const ClubTest *tests, guint n);

G_END_DECLS
