/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-group-node-private.h"

#include <base-source.h>
#include <net/if.h>
#include <unistd.h>
#include "peer-password.h"

#define EPOCH_S G_GINT64_CONSTANT (11644473600) /* 1601 to 1970 */
#define TICKS_PER_S G_GUINT64_CONSTANT (10000000)
/* A group has no end; its certificate must. */
#define LIFE_S (100LL * 365 * 24 * 3600)

/* --- what others need of it --- */

const WfdPeerGroupEntry *
wfd_peer_group_node_get_entry (const WfdPeerGroupNode *self)
{
  return self->entry;
}

WfdPeerGraph *
wfd_peer_group_node_get_graph (const WfdPeerGroupNode *self)
{
  return self->graph;
}

WfdPeerNode *
wfd_peer_group_node_begin (WfdPeerGroupNode *self)
{
  return wfd_peer_graph_begin (self->graph);
}

void
wfd_peer_group_node_wake (WfdPeerGroupNode *self)
{
  g_source_set_ready_time (self->timer, 0);
}

guint32
wfd_peer_group_node_store (WfdPeerGroupNode *self)
{
  return wfd_peer_group_store_write (self->folder, self->entry);
}

static gint64
get_now_s (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* Nothing of a member lives longer than its certificate (MS-PPSEC 3.1.7.1). */
guint64
wfd_peer_group_node_get_end_ticks (const WfdPeerGroupNode *self)
{
  const WfdPeerCredential *leaf = wfd_peer_chain_get_leaf (self->entry->chain);

  return (guint64) (leaf->ends_s + EPOCH_S) * TICKS_PER_S;
}

/* --- what the graph tells --- */

static void
on_told (gpointer user_data, WfdPeerEvent *event)
{
  WfdPeerGroupNode *self = user_data;

  wfd_peer_group_node_link_told (self, event);
  wfd_peer_group_node_member_told (self, event);
}

/* Another member may have issued one for us: for the password, or because an administrator
 * wants us in another role. */
static void
keep_chain (WfdPeerGroupNode *self)
{
  WfdPeerChain *latest = wfd_peer_group_get_chain (self->group);

  if (latest == NULL || latest == self->entry->chain)
    return;
  g_clear_pointer (&self->entry->chain, wfd_peer_chain_unref);
  self->entry->chain = wfd_peer_chain_ref (latest);
  g_clear_pointer (&self->entry->password_hash, g_free);
  /* With a disk that is full it is there until the group is closed, and asked for once more. */
  wfd_peer_group_node_store (self);
}

static gboolean
on_timer (gpointer data)
{
  WfdPeerGroupNode *self = data;

  keep_chain (self);
  wfd_peer_group_node_tell_members (self);
  wfd_peer_group_node_go_on (self);
  return G_SOURCE_CONTINUE;
}

guint32
wfd_peer_cloud_get_index (const char *cloud)
{
  return g_str_has_prefix (cloud, WFD_PEER_CLOUD_OF_LINK)
      ? if_nametoindex (cloud + strlen (WFD_PEER_CLOUD_OF_LINK))
      : 0;
}

/* --- life --- */

static guint32
node_free (WfdPeerGroupNode *self)
{
  guint32 result = WFD_PEER_OK;

  wfd_peer_group_node_remember (self);
  g_clear_pointer (&self->finder, wfd_peer_finder_free);
  if (self->graph != NULL)
    result = wfd_peer_graph_close (self->graph);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  wfd_clear_source (&self->timer);
  g_ptr_array_remove_fast (self->hub->groups, self);
  g_clear_pointer (&self->group, wfd_peer_group_unref);
  g_clear_pointer (&self->entry, wfd_peer_group_entry_free);
  g_clear_pointer (&self->key, wfd_peer_key_unref);
  g_clear_pointer (&self->identity, wfd_peer_credential_unref);
  g_hash_table_unref (self->attempts);
  g_ptr_array_unref (self->told);
  g_free (self->folder);
  g_free (self->identities);
  g_array_unref (self->addresses);
  g_free (self);
  return result;
}

static WfdPeerGroupNode *
node_new (const WfdPeerGroupPlace *place)
{
  WfdPeerGroupNode *self = g_new0 (WfdPeerGroupNode, 1);

  self->n_users = 1;
  self->hub = place->hub;
  self->folder = g_strdup (place->groups);
  self->identities = g_strdup (place->identities);
  self->lock_fd = -1;
  self->timer = wfd_peer_loop_add_timer (&place->hub->loop, on_timer, self);
  self->attempts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->addresses = g_array_new (FALSE, FALSE, sizeof (WfdPeerAddress));
  self->told = g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_event_unref);
  g_ptr_array_add (place->hub->groups, self);
  return self;
}

static guint32
load_identity (const WfdPeerGroupPlace *place, const char *name, WfdPeerKey **ret_key,
    WfdPeerCredential **ret_identity)
{
  g_autoptr (GBytes) der = NULL;
  guint32 result = wfd_peer_identity_load_key (place->identities, name, ret_key);

  if (!WFD_PEER_FAILED (result))
    result = wfd_peer_identity_load_certificate (place->identities, name, &der);
  if (WFD_PEER_FAILED (result))
    return result;
  *ret_identity = wfd_peer_credential_read (wfd_bytes_of (der));
  return *ret_identity != NULL ? WFD_PEER_OK : WFD_PEER_NO_KEY_ACCESS;
}

static guint32
make_group (WfdPeerGroupNode *self)
{
  const WfdPeerGroupEntry *entry = self->entry;
  WfdPeerGroupConfig config = { entry->name, self->key, self->identity, entry->chain, entry->key,
    entry->password_hash };

  return wfd_peer_group_new (&config, &self->group);
}

/* @properties: of the graph that is created, or NULL. */
static guint32
open_graph (WfdPeerGroupNode *self, const WfdPeerProperties *properties)
{
  g_autofree char *folder =
      wfd_peer_group_store_get_folder (self->folder, self->entry->identity, self->entry->name);
  WfdPeerGraphConfig config = { { self->entry->name, self->entry->identity,
                                    self->identity->friendly_name },
    .folder = folder, .database = WFD_PEER_GROUP_DATABASE, .told = on_told, .user_data = self };
  guint32 result = make_group (self);

  config.group = self->group;
  if (!WFD_PEER_FAILED (result))
    result = wfd_peer_graph_open (self->hub, &config, properties, &self->graph);
  return WFD_PEER_FAILED (result) ? result : WFD_PEER_OK;
}

static guint32
lock (WfdPeerGroupNode *self)
{
  return wfd_peer_group_store_lock (self->folder, self->entry->identity, self->entry->name,
      &self->lock_fd);
}

static WfdPeerGroupNode *
look_for (const WfdPeerHub *hub, const char *identity, const char *name)
{
  for (guint i = 0; i < hub->groups->len; i++) {
    WfdPeerGroupNode *node = hub->groups->pdata[i];

    if (node->entry != NULL && g_str_equal (node->entry->identity, identity)
        && g_str_equal (node->entry->name, name))
      return node;
  }
  return NULL;
}

/* While another thread opens it, nobody can say yet whether it is open. */
static WfdPeerGroupNode *
find (WfdPeerHub *hub, const char *identity, const char *name)
{
  WfdPeerGroupNode *node;

  while ((node = look_for (hub, identity, name)) != NULL && node->graph == NULL)
    g_cond_wait (&hub->loop.changed, &hub->loop.lock);
  return node;
}

guint32
wfd_peer_group_node_open (const WfdPeerGroupPlace *place, const char *identity, const char *name,
    WfdPeerGroupNode **ret_node)
{
  WfdPeerGroupNode *self = find (place->hub, identity, name);
  guint32 result;

  if (self != NULL) {
    self->n_users++;
    *ret_node = self;
    return WFD_PEER_OK;
  }

  self = node_new (place);
  result = load_identity (place, identity, &self->key, &self->identity);
  if (!WFD_PEER_FAILED (result))
    result = wfd_peer_group_store_read (place->groups, identity, name, &self->entry);
  if (!WFD_PEER_FAILED (result))
    result = lock (self);
  if (!WFD_PEER_FAILED (result))
    result = open_graph (self, NULL);
  if (!WFD_PEER_FAILED (result) && self->entry->scope == WFD_PEER_CLOUD_LINK)
    self->link_scope_id = wfd_peer_cloud_get_index (self->entry->cloud);
  if (WFD_PEER_FAILED (result))
    node_free (self);
  else
    *ret_node = self;
  return result;
}

/* Whether the chain is one for this identity is looked at before anything is stored. */
static guint32
check_entry (const WfdPeerGroupPlace *place, WfdPeerGroupEntry *entry, const char *password)
{
  g_autoptr (WfdPeerKey) key = NULL;
  g_autoptr (WfdPeerCredential) identity = NULL;
  g_autoptr (WfdPeerGroup) group = NULL;
  WfdPeerGroupConfig config = { .group_name = entry->name, .chain = entry->chain };
  guint32 result = load_identity (place, entry->identity, &key, &identity);

  if (WFD_PEER_FAILED (result))
    return result;
  if (password != NULL)
    entry->password_hash = wfd_peer_password_hash (wfd_peer_key_get_profile (key), password);
  config.key = key;
  config.identity = identity;
  result = wfd_peer_group_new (&config, &group);
  if (!WFD_PEER_FAILED (result) && entry->chain != NULL)
    result = wfd_peer_chain_check (entry->chain, entry->name, get_now_s ());
  return result;
}

guint32
wfd_peer_group_node_join (const WfdPeerGroupPlace *place, WfdPeerGroupEntry *entry,
    const char *password, WfdPeerGroupNode **ret_node)
{
  g_autoptr (WfdPeerGroupEntry) before = NULL;
  guint32 result = find (place->hub, entry->identity, entry->name) == NULL
      ? check_entry (place, entry, password)
      : WFD_PEER_GROUP_IN_USE;

  wfd_peer_group_store_read (place->groups, entry->identity, entry->name, &before);
  if (!WFD_PEER_FAILED (result))
    result = wfd_peer_group_store_add (place->groups, entry);
  if (WFD_PEER_FAILED (result))
    return result;
  result = wfd_peer_group_node_open (place, entry->identity, entry->name, ret_node);
  if (WFD_PEER_FAILED (result) && before != NULL)
    wfd_peer_group_store_add (place->groups, before);
  else if (WFD_PEER_FAILED (result))
    wfd_peer_group_store_delete (place->groups, entry->identity, entry->name);
  return result;
}

guint32
wfd_peer_group_node_close (WfdPeerGroupNode *self)
{
  return --self->n_users == 0 ? node_free (self) : WFD_PEER_OK;
}

void
wfd_peer_group_node_set_cloud (WfdPeerGroupNode *self, const char *cloud, guint scope, guint flags)
{
  g_free (self->entry->cloud);
  self->entry->cloud = g_strdup (cloud);
  self->entry->scope = scope;
  self->entry->cloud_flags = flags;
  self->link_scope_id = wfd_peer_cloud_get_index (cloud);
}

guint32
wfd_peer_group_node_check_keys (WfdPeerGroupNode *self)
{
  g_autoptr (WfdPeerKey) key = NULL;

  return WFD_PEER_FAILED (
             wfd_peer_identity_load_key (self->identities, self->entry->identity, &key))
      ? WFD_PEER_NO_KEY_ACCESS
      : WFD_PEER_OK;
}

/* --- creation --- */

static void
set_password (const WfdPeerGroupNode *self, WfdPeerGroupProperties *properties,
    const char *password)
{
  if (password == NULL)
    return;
  g_free (properties->password_hash);
  properties->password_hash =
      wfd_peer_password_hash (wfd_peer_key_get_profile (self->key), password);
}

static WfdPeerChain *
make_root (WfdPeerKey *key, const char *name, const char *friendly_name)
{
  WfdPeerGrant grant = { *friendly_name != '\0' ? friendly_name : NULL, .begins_s = get_now_s () };
  g_autoptr (WfdPeerCredential) root = NULL;

  grant.ends_s = grant.begins_s + LIFE_S;
  root = wfd_peer_credential_new_group (key, name, &grant);
  return root != NULL ? wfd_peer_chain_new (root) : NULL;
}

/* The key of the group makes its creator an administrator. */
static guint32
make_chain (WfdPeerGroupNode *self)
{
  g_autoptr (WfdPeerChain) root =
      make_root (self->entry->key, self->entry->name, self->entry->friendly_name);
  WfdPeerGrant grant = { self->identity->friendly_name, WFD_PEER_ROLE_ADMIN };

  if (root == NULL)
    return WFD_PEER_NO_KEY_ACCESS;
  grant.begins_s = wfd_peer_chain_get_leaf (root)->begins_s;
  grant.ends_s = wfd_peer_chain_get_leaf (root)->ends_s;
  return wfd_peer_chain_issue (root, self->entry->key, self->identity, &grant, &self->entry->chain);
}

static guint32
make_entry (WfdPeerGroupNode *self, const WfdPeerGroupProperties *properties)
{
  g_autofree char *authority = NULL;
  guint32 result;

  self->entry->key = wfd_peer_key_new_of (wfd_peer_key_get_kind (self->key));
  authority = self->entry->key != NULL ? wfd_peer_key_get_authority (self->entry->key) : NULL;
  if (authority == NULL)
    return WFD_PEER_NO_KEY_ACCESS;
  self->entry->name = g_strconcat (authority, ".", properties->classifier, NULL);
  result = make_chain (self);
  return WFD_PEER_FAILED (result) ? result : wfd_peer_group_node_store (self);
}

static void
take_flags (WfdPeerProperties *of_graph, guint32 flags)
{
  of_graph->flags = flags & WFD_PEER_GROUP_DEFERS_EXPIRATION ? WFD_PEER_GRAPH_DEFERS_EXPIRATION : 0;
  of_graph->max_presence = flags & WFD_PEER_GROUP_NO_PRESENCE ? 0 : G_MAXUINT32;
}

/* What the graph has of a group; the rest is in Security Properties (3.1.4.1). */
static guint32
create_graph (WfdPeerGroupNode *self, const WfdPeerGroupProperties *properties)
{
  WfdPeerProperties of_graph = {
    .scope = self->entry->scope,
    .graph_id = self->entry->name,
    .creator = self->entry->identity,
    .friendly_name = properties->friendly_name,
    .comment = properties->comment,
    .presence_lifetime_s = properties->presence_lifetime_s,
  };

  take_flags (&of_graph, properties->flags);
  return open_graph (self, &of_graph);
}

static guint32
publish (WfdPeerGroupNode *self, const WfdPeerGuid *type, GBytes *payload, const char *creator,
    guint64 expires)
{
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();
  guint32 result;

  record->type = *type;
  record->creator = g_strdup (creator);
  record->expires = expires;
  g_bytes_unref (record->payload);
  record->payload = g_bytes_ref (payload);
  result = wfd_peer_node_add_record (wfd_peer_group_node_begin (self), record);
  wfd_peer_graph_end (self->graph);
  return result;
}

static guint32
publish_properties (WfdPeerGroupNode *self, WfdPeerGroupProperties *properties)
{
  g_autoptr (GBytes) payload = NULL;

  g_free (properties->group_name);
  properties->group_name = g_strdup (self->entry->name);
  g_free (properties->creator_name);
  properties->creator_name = g_strdup (self->entry->identity);
  payload = wfd_peer_group_properties_build (properties);
  return publish (self, &wfd_peer_type_group_properties, payload, self->entry->name,
      wfd_peer_group_node_get_end_ticks (self));
}

/* Nothing of what it was to be is left. */
static void
undo_create (WfdPeerGroupNode *self)
{
  g_autofree char *folder = g_strdup (self->folder);
  g_autofree char *identity = g_strdup (self->entry->identity);
  g_autofree char *name = g_strdup (self->entry->name);

  node_free (self);
  if (name != NULL)
    wfd_peer_group_store_delete (folder, identity, name);
}

guint32
wfd_peer_group_node_create (const WfdPeerGroupPlace *place, WfdPeerGroupEntry *entry,
    WfdPeerGroupProperties *properties, const char *password, WfdPeerGroupNode **ret_node)
{
  WfdPeerGroupNode *self = node_new (place);
  guint32 result = load_identity (place, entry->identity, &self->key, &self->identity);

  self->entry = entry;
  if (!WFD_PEER_FAILED (result))
    set_password (self, properties, password);
  if (!WFD_PEER_FAILED (result))
    result = make_entry (self, properties);
  if (!WFD_PEER_FAILED (result))
    result = lock (self);
  if (!WFD_PEER_FAILED (result))
    result = create_graph (self, properties);
  if (entry->scope == WFD_PEER_CLOUD_LINK)
    self->link_scope_id = wfd_peer_cloud_get_index (entry->cloud);
  if (!WFD_PEER_FAILED (result))
    result = publish_properties (self, properties);
  if (!WFD_PEER_FAILED (result))
    result = wfd_peer_group_node_publish_member (self, entry->chain);
  if (WFD_PEER_FAILED (result))
    undo_create (self);
  else
    *ret_node = self;
  return result;
}

/* --- properties --- */

static WfdPeerRecord *
get_properties_record (WfdPeerGroupNode *self)
{
  g_autoptr (GPtrArray) records = wfd_peer_node_list_records (wfd_peer_group_node_begin (self),
      &wfd_peer_type_group_properties, self->entry->name);

  return records->len > 0 ? wfd_peer_record_ref (records->pdata[0]) : NULL;
}

guint32
wfd_peer_group_node_get_properties (WfdPeerGroupNode *self, WfdPeerGroupProperties *ret_properties)
{
  g_autoptr (WfdPeerRecord) record = get_properties_record (self);

  return record != NULL && wfd_peer_group_properties_read (record->payload, ret_properties)
      ? WFD_PEER_OK
      : WFD_PEER_GROUP_NOT_READY;
}

static void
take_text (char **to, const char *from)
{
  g_free (*to);
  *to = g_strdup (from);
}

/* The flags are in the properties of the graph too. */
static guint32
change_both (WfdPeerNode *node, const WfdPeerRecord *record, guint32 flags)
{
  const WfdPeerProperties *there = wfd_peer_node_get_properties (node);
  WfdPeerProperties of_graph;

  if (there == NULL)
    return WFD_PEER_GROUP_NOT_READY;
  of_graph = *there;
  take_flags (&of_graph, flags);
  return wfd_peer_node_set_properties (node, &of_graph, record);
}

guint32
wfd_peer_group_node_set_properties (WfdPeerGroupNode *self, const WfdPeerGroupProperties *changes,
    const char *password)
{
  g_autoptr (WfdPeerRecord) there = get_properties_record (self);
  g_auto (WfdPeerGroupProperties) properties = { 0 };
  g_autoptr (WfdPeerRecord) record = NULL;
  gboolean other_flags;
  WfdPeerNode *node;
  guint32 result;

  if (there == NULL || !wfd_peer_group_properties_read (there->payload, &properties))
    return WFD_PEER_GROUP_NOT_READY;
  if (self->entry->key == NULL)
    return WFD_PEER_NOT_AUTHORIZED;

  take_text (&properties.friendly_name, changes->friendly_name);
  take_text (&properties.comment, changes->comment);
  other_flags = properties.flags != changes->flags;
  properties.flags = changes->flags;
  if (properties.password_hash != NULL) {
    set_password (self, &properties, password);
    properties.password_roles =
        changes->password_roles != 0 ? changes->password_roles : properties.password_roles;
  }
  record = wfd_peer_record_copy (there);
  g_bytes_unref (record->payload);
  record->payload = wfd_peer_group_properties_build (&properties);
  node = wfd_peer_group_node_begin (self);
  result = other_flags ? change_both (node, record, changes->flags)
                       : wfd_peer_node_update_record (node, record);
  wfd_peer_graph_end (self->graph);
  return result;
}

/* --- certificates --- */

guint32
wfd_peer_group_node_issue (WfdPeerGroupNode *self, const WfdPeerCredential *identity,
    const WfdPeerGrant *grant, WfdPeerChain **ret_chain)
{
  /* Who has seen a new role among the members may use it before the timer is due. */
  keep_chain (self);
  if (self->entry->chain == NULL)
    return WFD_PEER_GROUP_NOT_READY;
  return wfd_peer_chain_issue (wfd_peer_group_get_chain_at (self->group, get_now_s ()), self->key,
      identity, grant, ret_chain);
}

guint32
wfd_peer_group_node_publish_member (WfdPeerGroupNode *self, WfdPeerChain *chain)
{
  g_autoptr (GBytes) payload = wfd_peer_membership_build (chain);

  return publish (self, &wfd_peer_type_membership, payload, NULL,
      wfd_peer_group_node_get_end_ticks (self));
}
