/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-members.h"

WfdPeerRecord *
member_record_new (const WfdPeerGuid *record_type, const char *creator, const char *modifier)
{
  WfdPeerRecord *record = wfd_peer_record_new ();

  record->type = *record_type;
  record->version = 1;
  record->creator = g_strdup (creator);
  record->modifier = g_strdup (modifier);
  record->created = TICKS (CLUB_NOW_S + 60);
  record->modified = record->created + (modifier != NULL);
  record->expires = TICKS (CLUB_NOW_S + CLUB_DAY_S);
  return record;
}

void
member_begin (Member *self, Club *club, guint roles)
{
  WfdPeerGroupConfig config = { club->name };

  person_begin (&self->person, club->member_kind);
  self->chain = club_let_in (club, &self->person, roles);
  config.key = self->person.key;
  config.identity = self->person.identity;
  config.chain = self->chain;
  g_assert_cmpuint (wfd_peer_group_new (&config, &self->group), ==, WFD_PEER_OK);
}

void
member_end (Member *self)
{
  wfd_peer_group_unref (self->group);
  wfd_peer_chain_unref (self->chain);
  person_end (&self->person);
}

void
member_know (Member *self, const Member *other)
{
  g_assert_cmpuint (
      wfd_peer_group_admit (self->group, other->chain, other->person.identity, CLUB_NOW_S), ==,
      WFD_PEER_OK);
}

const guint8 *
member_get_serial (const Member *self)
{
  return wfd_peer_chain_get_leaf (self->chain)->serial;
}

/* As the own node of @self would never do it. */
void
member_forge (const Member *self, WfdPeerRecord *record, const guint8 *creator)
{
  static const guint8 no_serial[WFD_PEER_SERIAL_BYTES];

  g_assert_true (wfd_peer_record_sign (record, self->person.key, creator,
      record->modifier != NULL ? member_get_serial (self) : no_serial));
}

void
pair_begin (Pair *self, WfdPeerKeyKind kind, guint roles)
{
  club_begin (&self->club, kind);
  member_begin (&self->alice, &self->club, WFD_PEER_ROLE_MEMBER);
  member_begin (&self->bob, &self->club, roles);
  member_know (&self->alice, &self->bob);
}

void
pair_end (Pair *self)
{
  member_end (&self->alice);
  member_end (&self->bob);
  club_end (&self->club);
}

WfdPeerRecord *
member_membership_new (const Member *publisher, WfdPeerChain *chain)
{
  WfdPeerRecord *record =
      member_record_new (&wfd_peer_type_membership, publisher->person.identity->name, NULL);

  g_bytes_unref (record->payload);
  record->payload = wfd_peer_membership_build (chain);
  return record;
}

WfdPeerChain *
member_reissue (WfdPeerChain *issuer, WfdPeerKey *key, const Member *subject, gint64 begins_s,
    gint64 ends_s)
{
  WfdPeerGrant grant = { NULL, WFD_PEER_ROLE_MEMBER, NULL, begins_s, ends_s };
  WfdPeerChain *chain = NULL;

  g_assert_cmpuint (wfd_peer_chain_issue (issuer, key, subject->person.identity, &grant, &chain),
      ==, WFD_PEER_OK);
  return chain;
}

guint32
group_take (WfdPeerGroup *group, WfdPeerRecord *record)
{
  guint32 result = wfd_peer_group_validate (group, record);

  if (result == WFD_PEER_OK)
    wfd_peer_group_note (group, record);
  return result;
}
