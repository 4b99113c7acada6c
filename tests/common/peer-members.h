/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-club.h"

#include <peer-group.h>

G_BEGIN_DECLS

/* Members of a club, each with what it knows of the others. */

#define EPOCH_S G_GINT64_CONSTANT (11644473600)
#define TICKS(seconds) ((guint64) ((seconds) + EPOCH_S) * 10000000)
#define END_S (CLUB_NOW_S + 365 * CLUB_DAY_S)

typedef struct
{
  Person person;
  WfdPeerChain *chain;
  WfdPeerGroup *group;
} Member;

void member_begin (Member *self, Club *club, guint roles);
void member_end (Member *self);
void member_know (Member *self, const Member *other);
const guint8 *member_get_serial (const Member *self);
/* @issuer's, whose key is @key, as a member. */
WfdPeerChain *member_reissue (WfdPeerChain *issuer, WfdPeerKey *key, const Member *subject,
    gint64 begins_s, gint64 ends_s);

/* A minute old, for a day. */
WfdPeerRecord *member_record_new (const WfdPeerGuid *record_type, const char *creator,
    const char *modifier);
WfdPeerRecord *member_membership_new (const Member *publisher, WfdPeerChain *chain);
/* Signs it as the own node of @self would never do it. */
void member_forge (const Member *self, WfdPeerRecord *record, const guint8 *creator);

/* Alice judges what Bob, who has the roles, has made. */
typedef struct
{
  Club club;
  Member alice, bob;
} Pair;

void pair_begin (Pair *self, WfdPeerKeyKind kind, guint roles);
void pair_end (Pair *self);

/* What becomes of @record in a graph of @group: noted, if it is valid. */
guint32 group_take (WfdPeerGroup *group, WfdPeerRecord *record);

G_END_DECLS
