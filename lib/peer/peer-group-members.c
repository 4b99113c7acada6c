/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-group-node-private.h"

/* Who is in a group: by the certificates that are published in it, and by presence. */

void
wfd_peer_member_free (WfdPeerMember *self)
{
  g_free (self->identity);
  g_clear_pointer (&self->chain, wfd_peer_chain_unref);
  g_clear_pointer (&self->node, wfd_peer_node_info_free);
  g_free (self);
}

static const char *
get_name (const WfdPeerChain *chain)
{
  return wfd_peer_chain_get_leaf (chain)->name;
}

/* --- list --- */

typedef struct
{
  GPtrArray *all;
  GHashTable *by_identity;
} Members;

static WfdPeerMember *
get_member (Members *members, const char *identity)
{
  WfdPeerMember *member = g_hash_table_lookup (members->by_identity, identity);

  if (member != NULL)
    return member;
  member = g_new0 (WfdPeerMember, 1);
  member->identity = g_strdup (identity);
  g_ptr_array_add (members->all, member);
  g_hash_table_insert (members->by_identity, member->identity, member);
  return member;
}

/* The latest of a member counts. */
static void
add_chain (Members *members, WfdPeerChain *chain)
{
  WfdPeerMember *member = get_member (members, get_name (chain));

  if (member->chain != NULL
      && wfd_peer_chain_get_leaf (member->chain)->begins_s
          >= wfd_peer_chain_get_leaf (chain)->begins_s)
    return;
  g_clear_pointer (&member->chain, wfd_peer_chain_unref);
  member->chain = wfd_peer_chain_ref (chain);
}

GPtrArray *
wfd_peer_group_node_list_published (WfdPeerGroupNode *self)
{
  g_autoptr (GPtrArray) records = wfd_peer_node_list_records (wfd_peer_group_node_begin (self),
      &wfd_peer_type_membership, NULL);
  GPtrArray *chains = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_chain_unref);

  for (guint i = 0; i < records->len; i++) {
    WfdPeerChain *chain = wfd_peer_group_read_membership (self->group, records->pdata[i]);

    if (chain != NULL)
      g_ptr_array_add (chains, chain);
  }
  return chains;
}

static void
add_published (WfdPeerGroupNode *self, Members *members)
{
  g_autoptr (GPtrArray) chains = wfd_peer_group_node_list_published (self);

  for (guint i = 0; i < chains->len; i++)
    if (wfd_peer_group_find_member (self->group, get_name (chains->pdata[i])) != NULL)
      add_chain (members, chains->pdata[i]);
}

static void
add_present (WfdPeerGroupNode *self, Members *members)
{
  g_autoptr (GPtrArray) nodes = wfd_peer_node_list_nodes (wfd_peer_group_node_begin (self), NULL);

  for (guint i = nodes->len; i-- > 0;) {
    WfdPeerNodeInfo *node = nodes->pdata[i];
    WfdPeerMember *member = get_member (members, node->peer_id);

    if (member->node == NULL)
      member->node = g_ptr_array_steal_index_fast (nodes, i);
  }
}

GPtrArray *
wfd_peer_group_node_list_members (WfdPeerGroupNode *self, gboolean only_present,
    const char *identity)
{
  g_autoptr (GHashTable) by_identity = g_hash_table_new (g_str_hash, g_str_equal);
  Members members = { g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_member_free),
    by_identity };
  WfdPeerMember *own = get_member (&members, self->entry->identity);

  if (self->entry->chain != NULL)
    add_chain (&members, self->entry->chain);
  if (self->state == WFD_PEER_GROUP_ONLINE)
    own->node = wfd_peer_node_get_info (wfd_peer_group_node_begin (self), 0);
  add_published (self, &members);
  add_present (self, &members);

  for (guint i = members.all->len; i-- > 0;) {
    const WfdPeerMember *member = members.all->pdata[i];

    if ((only_present && member->node == NULL)
        || (identity != NULL && !g_str_equal (member->identity, identity)))
      g_ptr_array_remove_index (members.all, i);
  }
  return members.all;
}

/* --- events --- */

static void
tell (WfdPeerGroupNode *self, WfdPeerMemberChange change, const char *identity)
{
  g_autoptr (WfdPeerEvent) event = wfd_peer_event_new (WFD_PEER_EVENT_MEMBER);

  event->change = change;
  event->peer_id = g_strdup (identity);
  wfd_peer_graph_tell (self->graph, event);
}

void
wfd_peer_group_node_member_told (WfdPeerGroupNode *self, const WfdPeerEvent *event)
{
  if (event->type == WFD_PEER_EVENT_NODE)
    tell (self, (WfdPeerMemberChange) event->change, event->peer_id);
  else if (event->type == WFD_PEER_EVENT_RECORD
      && wfd_peer_guid_equal (&event->guid, &wfd_peer_type_membership)) {
    g_ptr_array_add (self->told, wfd_peer_event_ref ((WfdPeerEvent *) event));
    wfd_peer_group_node_wake (self);
  } else if (event->type == WFD_PEER_EVENT_RECORD
      && wfd_peer_guid_equal (&event->guid, &wfd_peer_type_group_properties)) {
    g_autoptr (WfdPeerEvent) changed = wfd_peer_event_new (WFD_PEER_EVENT_PROPERTIES);

    wfd_peer_graph_tell (self->graph, changed);
  }
}

static void
tell_record (WfdPeerGroupNode *self, const WfdPeerEvent *event)
{
  g_autoptr (WfdPeerRecord) record =
      wfd_peer_node_get_record (wfd_peer_group_node_begin (self), &event->record_id);
  g_autoptr (WfdPeerChain) chain =
      record != NULL ? wfd_peer_group_read_membership (self->group, record) : NULL;

  if (chain == NULL)
    return;
  tell (self,
      event->change == WFD_PEER_RECORD_ADDED ? WFD_PEER_MEMBER_JOINED : WFD_PEER_MEMBER_UPDATED,
      get_name (chain));
}

void
wfd_peer_group_node_tell_members (WfdPeerGroupNode *self)
{
  g_autoptr (GPtrArray) told = g_steal_pointer (&self->told);

  self->told = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_event_unref);
  for (guint i = 0; i < told->len; i++)
    tell_record (self, told->pdata[i]);
}
