/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-group-store.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>
#include "peer-codes.h"
#include "peer-conn.h"
#include "peer-files.h"
#include "peer-store.h"

#define CHAIN_FILE "chain.p7b"
#define KEY_FILE "key.pem"
#define LOCK_FILE "lock"
/* Last, because without it a folder is none of a group. */
#define GROUP_FILE "group"
#define GROUP "group"

void
wfd_peer_group_entry_free (WfdPeerGroupEntry *self)
{
  g_free (self->identity);
  g_free (self->name);
  g_free (self->friendly_name);
  g_free (self->cloud);
  g_free (self->password_hash);
  g_clear_pointer (&self->chain, wfd_peer_chain_unref);
  g_clear_pointer (&self->key, wfd_peer_key_unref);
  g_free (self);
}

char *
wfd_peer_group_store_get_folder (const char *folder, const char *identity, const char *name)
{
  g_autofree char *of_identity = wfd_peer_files_get_folder (folder, identity);

  return wfd_peer_files_get_folder (of_identity, name);
}

/* --- writing --- */

static void
write_addresses (GKeyFile *file, const WfdPeerGroupEntry *entry)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < entry->n_addresses; i++) {
    g_autoptr (GSocketAddress) address = wfd_peer_address_to_gio (&entry->addresses[i]);

    g_ptr_array_add (texts, g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address)));
  }
  if (texts->len > 0)
    g_key_file_set_string_list (file, GROUP, "addresses", (const char *const *) texts->pdata,
        texts->len);
}

static void
read_addresses (GKeyFile *file, WfdPeerGroupEntry *entry)
{
  g_auto (GStrv) texts = g_key_file_get_string_list (file, GROUP, "addresses", NULL, NULL);

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++) {
    g_autoptr (GSocketConnectable) connectable = g_network_address_parse (texts[i], 0, NULL);
    GNetworkAddress *parsed = G_NETWORK_ADDRESS (connectable);
    g_autoptr (GSocketAddress) address = parsed != NULL
        ? g_inet_socket_address_new_from_string (g_network_address_get_hostname (parsed),
            g_network_address_get_port (parsed))
        : NULL;

    if (entry->n_addresses < G_N_ELEMENTS (entry->addresses)
        && wfd_peer_address_from_gio (address, &entry->addresses[entry->n_addresses]))
      entry->n_addresses++;
  }
}

static char *
build_group (const WfdPeerGroupEntry *entry)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "identity", entry->identity);
  g_key_file_set_string (file, GROUP, "name", entry->name);
  g_key_file_set_string (file, GROUP, "friendly-name", entry->friendly_name);
  g_key_file_set_string (file, GROUP, "cloud", entry->cloud);
  g_key_file_set_integer (file, GROUP, "scope", entry->scope);
  g_key_file_set_integer (file, GROUP, "cloud-flags", entry->cloud_flags);
  if (entry->password_hash != NULL)
    g_key_file_set_string (file, GROUP, "password-hash", entry->password_hash);
  write_addresses (file, entry);
  return g_key_file_to_data (file, NULL, NULL);
}

static guint32
write_files (const char *own, const WfdPeerGroupEntry *entry)
{
  g_autoptr (GBytes) chain = entry->chain != NULL ? wfd_peer_chain_build (entry->chain) : NULL;
  g_autofree char *pem = entry->key != NULL ? wfd_peer_key_to_pem (entry->key) : NULL;
  g_autofree char *group = build_group (entry);
  gsize size = 0;
  gconstpointer octets = chain != NULL ? g_bytes_get_data (chain, &size) : NULL;
  const WfdPeerFile files[] = {
    { CHAIN_FILE, octets, size },
    { KEY_FILE, pem, pem != NULL ? strlen (pem) : 0 },
    { GROUP_FILE, group, strlen (group) },
  };
  guint32 result = (entry->chain == NULL || chain != NULL) && (entry->key == NULL || pem != NULL)
      ? wfd_peer_files_write (own, files, G_N_ELEMENTS (files))
      : WFD_PEER_NO_KEY_ACCESS;

  if (pem != NULL)
    gnutls_memset (pem, 0, strlen (pem));
  return result;
}

guint32
wfd_peer_group_store_write (const char *folder, const WfdPeerGroupEntry *entry)
{
  g_autofree char *own = wfd_peer_group_store_get_folder (folder, entry->identity, entry->name);
  g_autofree char *of_identity = wfd_peer_files_get_folder (folder, entry->identity);
  guint32 result;

  if (g_mkdir_with_parents (own, 0700) != 0)
    return wfd_peer_files_code_of_errno (errno, WFD_PEER_NO_KEY_ACCESS);
  result = write_files (own, entry);
  /* These go only if there was nothing in them. */
  if (WFD_PEER_FAILED (result)) {
    g_rmdir (own);
    g_rmdir (of_identity);
  }
  return result;
}

/* --- reading --- */

static gboolean
read_group (const char *text, gsize size, WfdPeerGroupEntry *entry)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, NULL))
    return FALSE;
  entry->identity = g_key_file_get_string (file, GROUP, "identity", NULL);
  entry->name = g_key_file_get_string (file, GROUP, "name", NULL);
  entry->friendly_name = g_key_file_get_string (file, GROUP, "friendly-name", NULL);
  entry->cloud = g_key_file_get_string (file, GROUP, "cloud", NULL);
  entry->scope = g_key_file_get_integer (file, GROUP, "scope", NULL);
  entry->cloud_flags = g_key_file_get_integer (file, GROUP, "cloud-flags", NULL);
  entry->password_hash = g_key_file_get_string (file, GROUP, "password-hash", NULL);
  read_addresses (file, entry);
  return entry->identity != NULL && entry->name != NULL && entry->friendly_name != NULL
      && entry->cloud != NULL;
}

static guint32
read_chain (const char *own, WfdPeerChain **ret_chain)
{
  g_autofree char *octets = NULL;
  gsize size;
  guint32 result = wfd_peer_files_read (own, CHAIN_FILE, &octets, &size);

  if (result == WFD_PEER_NOT_FOUND)
    return WFD_PEER_OK;
  if (WFD_PEER_FAILED (result))
    return result;
  return WFD_PEER_FAILED (
             wfd_peer_chain_read (wfd_bytes ((const guint8 *) octets, size), ret_chain))
      ? WFD_PEER_NO_KEY_ACCESS
      : WFD_PEER_OK;
}

static guint32
read_key (const char *own, WfdPeerKey **ret_key)
{
  g_autofree char *pem = NULL;
  gsize size;
  guint32 result = wfd_peer_files_read (own, KEY_FILE, &pem, &size);

  if (result == WFD_PEER_NOT_FOUND)
    return WFD_PEER_OK;
  if (WFD_PEER_FAILED (result))
    return result;
  *ret_key = wfd_peer_key_new_from_pem (pem, size);
  gnutls_memset (pem, 0, size);
  return *ret_key != NULL ? WFD_PEER_OK : WFD_PEER_NO_KEY_ACCESS;
}

guint32
wfd_peer_group_store_read (const char *folder, const char *identity, const char *name,
    WfdPeerGroupEntry **ret_entry)
{
  g_autoptr (WfdPeerGroupEntry) entry = g_new0 (WfdPeerGroupEntry, 1);
  g_autofree char *own = wfd_peer_group_store_get_folder (folder, identity, name);
  g_autofree char *text = NULL;
  gsize size;
  guint32 result = wfd_peer_files_read (own, GROUP_FILE, &text, &size);

  if (!WFD_PEER_FAILED (result) && !read_group (text, size, entry))
    result = WFD_PEER_NO_KEY_ACCESS;
  if (!WFD_PEER_FAILED (result))
    result = read_chain (own, &entry->chain);
  if (!WFD_PEER_FAILED (result))
    result = read_key (own, &entry->key);
  if (!WFD_PEER_FAILED (result))
    *ret_entry = g_steal_pointer (&entry);
  return result;
}

/* What is none of a group, or cannot be read, is left out. */
static WfdPeerIdentity *
read_names (const char *folder)
{
  g_autoptr (WfdPeerGroupEntry) entry = g_new0 (WfdPeerGroupEntry, 1);
  g_autofree char *text = NULL;
  WfdPeerIdentity *names;
  gsize size;

  if (WFD_PEER_FAILED (wfd_peer_files_read (folder, GROUP_FILE, &text, &size))
      || !read_group (text, size, entry))
    return NULL;
  names = g_new0 (WfdPeerIdentity, 1);
  names->name = g_steal_pointer (&entry->name);
  names->friendly_name = g_steal_pointer (&entry->friendly_name);
  return names;
}

guint32
wfd_peer_group_store_list (const char *folder, const char *identity, GPtrArray **ret_names)
{
  g_autoptr (GPtrArray) all =
      g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_identity_free);
  g_autofree char *of_identity = wfd_peer_files_get_folder (folder, identity);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (of_identity, 0, &error);
  const char *entry;

  if (dir == NULL && wfd_peer_files_code_of (error) != WFD_PEER_NOT_FOUND)
    return WFD_PEER_NO_KEY_ACCESS;
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL) {
    g_autofree char *own = g_build_filename (of_identity, entry, NULL);
    WfdPeerIdentity *names = read_names (own);

    if (names != NULL)
      g_ptr_array_add (all, names);
  }
  *ret_names = g_steal_pointer (&all);
  return WFD_PEER_OK;
}

/* --- one process --- */

guint32
wfd_peer_group_store_lock (const char *folder, const char *identity, const char *name, int *ret_fd)
{
  g_autofree char *own = wfd_peer_group_store_get_folder (folder, identity, name);
  g_autofree char *path = g_build_filename (own, LOCK_FILE, NULL);
  int fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    return errno == ENOENT ? WFD_PEER_NOT_FOUND : WFD_PEER_NO_KEY_ACCESS;
  if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    close (fd);
    return WFD_PEER_GROUP_IN_USE;
  }
  *ret_fd = fd;
  return WFD_PEER_OK;
}

guint32
wfd_peer_group_store_add (const char *folder, const WfdPeerGroupEntry *entry)
{
  int fd = -1;
  guint32 result = wfd_peer_group_store_lock (folder, entry->identity, entry->name, &fd);

  if (!WFD_PEER_FAILED (result) || result == WFD_PEER_NOT_FOUND)
    result = wfd_peer_group_store_write (folder, entry);
  if (fd >= 0)
    close (fd);
  return result;
}

guint32
wfd_peer_group_store_delete (const char *folder, const char *identity, const char *name)
{
  static const char *const files[] = { GROUP_FILE, CHAIN_FILE, KEY_FILE, LOCK_FILE, NULL };
  g_autofree char *own = wfd_peer_group_store_get_folder (folder, identity, name);
  g_autofree char *of_identity = wfd_peer_files_get_folder (folder, identity);
  WfdPeerStoreKey key = { own, name, identity, WFD_PEER_GROUP_DATABASE };
  int fd;
  guint32 result = wfd_peer_group_store_lock (folder, identity, name, &fd);

  if (WFD_PEER_FAILED (result))
    return result;
  result = wfd_peer_store_delete (&key);
  if (!WFD_PEER_FAILED (result) || result == WFD_PEER_FILE_NOT_FOUND)
    wfd_peer_files_remove (own, files);
  g_rmdir (of_identity);
  close (fd);
  return result == WFD_PEER_FILE_NOT_FOUND ? WFD_PEER_OK : result;
}
