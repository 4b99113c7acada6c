/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-identity.h"

#include <base-limits.h>
#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include "peer-codes.h"
#include "peer-credential.h"
#include "peer-files.h"
#include "peer-key.h"

#define AUTHORITY_CHARS 40
#define KEY_FILE "key.pem"
#define CERTIFICATE_FILE "certificate.pem"
#define NAMES_FILE "identity"
#define DEFAULT_FILE "default"
#define GROUP "identity"

void
wfd_peer_identity_free (WfdPeerIdentity *self)
{
  g_free (self->name);
  g_free (self->friendly_name);
  g_free (self);
}

gboolean
wfd_peer_name_get_authority (const char *name, char **ret_authority)
{
  for (guint i = 0; i < AUTHORITY_CHARS; i++)
    if (!g_ascii_isxdigit (name[i]) || g_ascii_isupper (name[i]))
      return FALSE;
  if (name[AUTHORITY_CHARS] != '.')
    return FALSE;

  *ret_authority = g_strndup (name, AUTHORITY_CHARS);
  return TRUE;
}

/* --- files --- */

static guint32
read_file (const char *folder, const char *name, const char *file, char **ret_text, gsize *ret_size)
{
  g_autofree char *own = wfd_peer_files_get_folder (folder, name);

  return wfd_peer_files_read (own, file, ret_text, ret_size);
}

static char *
build_names (const char *name, const char *friendly_name)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "name", name);
  g_key_file_set_string (file, GROUP, "friendly-name", friendly_name);
  return g_key_file_to_data (file, NULL, NULL);
}

/* The names come last: without them it is none. @key_pem NULL: the one that is there. */
static guint32
write_files (const char *own, const char *key_pem, const char *certificate_pem, const char *names)
{
  const WfdPeerFile files[] = {
    { KEY_FILE, key_pem, key_pem != NULL ? strlen (key_pem) : 0 },
    { CERTIFICATE_FILE, certificate_pem, strlen (certificate_pem) },
    { NAMES_FILE, names, strlen (names) },
  };

  return wfd_peer_files_write (own, files, G_N_ELEMENTS (files));
}

static const char *const files[] = { KEY_FILE, CERTIFICATE_FILE, NAMES_FILE, NULL };

static WfdPeerIdentity *
read_names (const char *text, gsize size)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (WfdPeerIdentity) self = g_new0 (WfdPeerIdentity, 1);

  if (!g_key_file_load_from_data (file, text, size, G_KEY_FILE_NONE, NULL))
    return NULL;
  self->name = g_key_file_get_string (file, GROUP, "name", NULL);
  self->friendly_name = g_key_file_get_string (file, GROUP, "friendly-name", NULL);
  return self->name != NULL && self->friendly_name != NULL ? g_steal_pointer (&self) : NULL;
}

guint32
wfd_peer_identity_get (const char *folder, const char *name, WfdPeerIdentity **ret_identity)
{
  g_autofree char *text = NULL;
  gsize size;
  guint32 result = read_file (folder, name, NAMES_FILE, &text, &size);

  if (WFD_PEER_FAILED (result))
    return result;
  *ret_identity = read_names (text, size);
  return *ret_identity != NULL ? WFD_PEER_OK : WFD_PEER_NO_KEY_ACCESS;
}

guint32
wfd_peer_identity_list (const char *folder, GPtrArray **ret_identities)
{
  g_autoptr (GPtrArray) identities =
      g_ptr_array_new_with_free_func ((GDestroyNotify) wfd_peer_identity_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *entry;

  if (dir == NULL && wfd_peer_files_code_of (error) != WFD_PEER_NOT_FOUND)
    return WFD_PEER_NO_KEY_ACCESS;
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, entry, NAMES_FILE, NULL);
    g_autofree char *text = NULL;
    WfdPeerIdentity *identity;
    gsize size;

    if (!g_file_get_contents (path, &text, &size, NULL))
      continue;
    identity = read_names (text, size);
    if (identity != NULL)
      g_ptr_array_add (identities, identity);
  }
  *ret_identities = g_steal_pointer (&identities);
  return WFD_PEER_OK;
}

/* --- life --- */

static guint32
check_room (const char *folder)
{
  g_autoptr (GPtrArray) identities = NULL;
  guint32 result = wfd_peer_identity_list (folder, &identities);

  if (WFD_PEER_FAILED (result))
    return result;
  return identities->len < WFD_LIMIT_PEER_IDENTITIES ? WFD_PEER_OK : WFD_PEER_TOO_MANY_IDENTITIES;
}

static guint32
write_identity (const char *own, const char *name, const char *friendly_name, WfdPeerKey *key,
    gnutls_x509_crt_t certificate)
{
  g_autofree char *key_pem = wfd_peer_key_to_pem (key);
  g_autofree char *certificate_pem = wfd_peer_certificate_to_pem (certificate);
  g_autofree char *names = build_names (name, friendly_name);
  guint32 result = key_pem != NULL && certificate_pem != NULL
      ? write_files (own, key_pem, certificate_pem, names)
      : WFD_PEER_NO_KEY_ACCESS;

  if (key_pem != NULL)
    gnutls_memset (key_pem, 0, strlen (key_pem));
  return result;
}

/* The folder is who made it: of two that make the same identity at once one fails. */
static guint32
store (const char *folder, const char *name, const char *friendly_name, WfdPeerKey *key,
    gnutls_x509_crt_t certificate)
{
  g_autofree char *own = wfd_peer_files_get_folder (folder, name);
  guint32 result = check_room (folder);

  if (WFD_PEER_FAILED (result))
    return result;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return wfd_peer_files_code_of_errno (errno, WFD_PEER_NO_KEY_ACCESS);
  if (g_mkdir (own, 0700) != 0)
    return errno == EEXIST ? WFD_PEER_ALREADY_EXISTS
                           : wfd_peer_files_code_of_errno (errno, WFD_PEER_NO_KEY_ACCESS);

  result = write_identity (own, name, friendly_name, key, certificate);
  if (WFD_PEER_FAILED (result))
    wfd_peer_files_remove (own, files);
  return result;
}

static const char *
choose_friendly_name (const char *name, const char *friendly_name)
{
  return friendly_name != NULL && *friendly_name != '\0' ? friendly_name : name;
}

guint32
wfd_peer_identity_create (const char *folder, WfdPeerKey *key, const char *classifier,
    const char *friendly_name, char **ret_name)
{
  g_autofree char *authority = wfd_peer_key_get_authority (key);
  g_autofree char *name = NULL;
  gnutls_x509_crt_t certificate;
  guint32 result;

  if (authority == NULL)
    return WFD_PEER_NO_KEY_ACCESS;
  name = g_strconcat (authority, ".", classifier, NULL);
  friendly_name = choose_friendly_name (name, friendly_name);
  certificate = wfd_peer_key_certify (key, name, friendly_name);
  if (certificate == NULL)
    return WFD_PEER_NO_KEY_ACCESS;

  result = store (folder, name, friendly_name, key, certificate);
  gnutls_x509_crt_deinit (certificate);
  if (!WFD_PEER_FAILED (result))
    *ret_name = g_steal_pointer (&name);
  return result;
}

guint32
wfd_peer_identity_delete (const char *folder, const char *name)
{
  g_autoptr (WfdPeerIdentity) identity = NULL;
  g_autofree char *own = wfd_peer_files_get_folder (folder, name);
  guint32 result = wfd_peer_identity_get (folder, name, &identity);

  if (!WFD_PEER_FAILED (result))
    wfd_peer_files_remove (own, files);
  return result;
}

guint32
wfd_peer_identity_load_key (const char *folder, const char *name, WfdPeerKey **ret_key)
{
  g_autofree char *text = NULL;
  gsize size;
  guint32 result = read_file (folder, name, KEY_FILE, &text, &size);

  if (WFD_PEER_FAILED (result))
    return result;
  *ret_key = wfd_peer_key_new_from_pem (text, size);
  gnutls_memset (text, 0, size);
  return *ret_key != NULL ? WFD_PEER_OK : WFD_PEER_NO_KEY_ACCESS;
}

/* Its certificate says the name to others. */
static guint32
rename_to (const char *own, WfdPeerKey *key, const char *name, const char *friendly_name)
{
  gnutls_x509_crt_t certificate = wfd_peer_key_certify (key, name, friendly_name);
  g_autofree char *names = build_names (name, friendly_name);
  g_autofree char *pem = NULL;

  if (certificate == NULL)
    return WFD_PEER_NO_KEY_ACCESS;
  pem = wfd_peer_certificate_to_pem (certificate);
  gnutls_x509_crt_deinit (certificate);
  return pem != NULL ? write_files (own, NULL, pem, names) : WFD_PEER_NO_KEY_ACCESS;
}

guint32
wfd_peer_identity_set_friendly_name (const char *folder, const char *name,
    const char *friendly_name)
{
  g_autofree char *own = wfd_peer_files_get_folder (folder, name);
  g_autoptr (WfdPeerKey) key = NULL;
  guint32 result = wfd_peer_identity_load_key (folder, name, &key);

  return WFD_PEER_FAILED (result)
      ? result
      : rename_to (own, key, name, choose_friendly_name (name, friendly_name));
}

static guint32
load_certificate (const char *folder, const char *name, gnutls_x509_crt_t *ret_certificate)
{
  g_autofree char *text = NULL;
  gsize size;
  guint32 result = read_file (folder, name, CERTIFICATE_FILE, &text, &size);

  if (WFD_PEER_FAILED (result))
    return result;
  *ret_certificate = wfd_peer_certificate_from_pem (text, size);
  return *ret_certificate != NULL ? WFD_PEER_OK : WFD_PEER_NO_KEY_ACCESS;
}

guint32
wfd_peer_identity_load_certificate (const char *folder, const char *name, GBytes **ret_certificate)
{
  gnutls_x509_crt_t certificate;
  guint32 result = load_certificate (folder, name, &certificate);

  if (WFD_PEER_FAILED (result))
    return result;
  *ret_certificate = wfd_peer_certificate_to_der (certificate);
  gnutls_x509_crt_deinit (certificate);
  return *ret_certificate != NULL ? WFD_PEER_OK : WFD_PEER_NO_KEY_ACCESS;
}

/* --- the default --- */

guint32
wfd_peer_identity_get_default (const char *folder, char **ret_name)
{
  g_autofree char *path = g_build_filename (folder, DEFAULT_FILE, NULL);
  g_autofree char *name = NULL;
  g_autoptr (WfdPeerIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;
  guint32 result;

  if (!g_file_get_contents (path, &name, NULL, &error))
    return wfd_peer_files_code_of (error);
  /* It may have been deleted. */
  result = wfd_peer_identity_get (folder, name, &identity);
  if (!WFD_PEER_FAILED (result))
    *ret_name = g_steal_pointer (&name);
  return result;
}

guint32
wfd_peer_identity_make_default (const char *folder, char **ret_name)
{
  g_autoptr (WfdPeerKey) key = NULL;
  g_autofree char *name = NULL;
  WfdPeerFile file;
  guint32 result = wfd_peer_identity_get_default (folder, ret_name);

  if (result != WFD_PEER_NOT_FOUND)
    return result;
  key = wfd_peer_key_new ();
  if (key == NULL)
    return WFD_PEER_NO_KEY_ACCESS;
  result = wfd_peer_identity_create (folder, key, "default", NULL, &name);
  if (WFD_PEER_FAILED (result))
    return result;
  file = (WfdPeerFile) { DEFAULT_FILE, name, strlen (name) };
  result = wfd_peer_files_write (folder, &file, 1);
  if (WFD_PEER_FAILED (result))
    wfd_peer_identity_delete (folder, name);
  else
    *ret_name = g_steal_pointer (&name);
  return result;
}

/* --- copies --- */

guint32
wfd_peer_identity_export (const char *folder, const char *name, const char *password,
    GBytes **ret_pfx)
{
  g_autoptr (WfdPeerKey) key = NULL;
  gnutls_x509_crt_t certificate;
  guint32 result = wfd_peer_identity_load_key (folder, name, &key);

  if (!WFD_PEER_FAILED (result))
    result = load_certificate (folder, name, &certificate);
  if (WFD_PEER_FAILED (result))
    return result;
  *ret_pfx = wfd_peer_pfx_build (key, certificate, password);
  gnutls_x509_crt_deinit (certificate);
  return *ret_pfx != NULL ? WFD_PEER_OK : WFD_PEER_INVALID_ARGUMENT;
}

/* The text of a copy says a name, which is the one of the certificate and of the key in it. */
static guint32
store_copy (const char *folder, const char *name, WfdPeerKey *key, gnutls_x509_crt_t certificate)
{
  g_autoptr (GBytes) der = wfd_peer_certificate_to_der (certificate);
  g_autoptr (WfdPeerCredential) said =
      der != NULL ? wfd_peer_credential_read (wfd_bytes_of (der)) : NULL;
  g_autofree char *authority = wfd_peer_key_get_authority (key);

  return said != NULL && authority != NULL && said->type == WFD_PEER_CREDENTIAL_IDENTITY
          && g_str_equal (said->name, name) && g_str_has_prefix (name, authority)
      ? store (folder, name, said->friendly_name, key, certificate)
      : WFD_PEER_INVALID_ARGUMENT;
}

guint32
wfd_peer_identity_import (const char *folder, const char *name, GBytes *pfx, const char *password)
{
  g_autoptr (WfdPeerKey) key = NULL;
  gnutls_x509_crt_t certificate;
  guint32 result;

  if (!wfd_peer_pfx_read (pfx, password, &key, &certificate))
    return WFD_PEER_INVALID_ARGUMENT;
  result = store_copy (folder, name, key, certificate);
  gnutls_x509_crt_deinit (certificate);
  return result;
}
