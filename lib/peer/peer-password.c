/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-password.h"

#include <gnutls/crypto.h>
#include "peer-string.h"

#define SALT "MS P2P Grouping"
#define PAD_BYTES 64
#define KEY_BYTES 32
#define BLOCK_BYTES 16
#define MAX_SUM_BYTES 32

static gnutls_digest_algorithm_t
digest_of (WfdPeerProfile profile)
{
  return profile == WFD_PEER_PROFILE_MODERN ? GNUTLS_DIG_SHA256 : GNUTLS_DIG_SHA1;
}

/* UTF-16 with the NUL, without the length. */
static void
put_text (GByteArray *out, const char *text)
{
  guint begin = out->len;

  wfd_peer_put_string (out, text);
  g_byte_array_remove_range (out, begin, 4);
}

static gsize
hash_of (WfdPeerProfile profile, const GByteArray *octets, guint8 sum[MAX_SUM_BYTES])
{
  gnutls_hash_fast (digest_of (profile), octets->data, octets->len, sum);
  return gnutls_hash_get_len (digest_of (profile));
}

/* An octet is two letters from a to p. */
char *
wfd_peer_password_hash (WfdPeerProfile profile, const char *password)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  g_autoptr (GString) string = g_string_new (NULL);
  guint8 sum[MAX_SUM_BYTES];
  gsize n;

  put_text (octets, password);
  put_text (octets, SALT);
  n = hash_of (profile, octets, sum);
  for (gsize i = 0; i < n; i++) {
    g_string_append_c (string, 'a' + (sum[i] >> 4));
    g_string_append_c (string, 'a' + (sum[i] & 0x0f));
  }
  gnutls_memset (octets->data, 0, octets->len);
  return g_string_free (g_steal_pointer (&string), FALSE);
}

GBytes *
wfd_peer_password_prove (WfdPeerProfile profile, const char *hash, const char *name,
    WfdBytes binding)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  guint8 sum[MAX_SUM_BYTES];

  put_text (octets, hash);
  put_text (octets, name);
  g_byte_array_append (octets, binding.pos, binding.left);
  return g_bytes_new (sum, hash_of (profile, octets, sum));
}

gboolean
wfd_peer_password_is_proof (GBytes *wanted, WfdBytes given)
{
  WfdBytes proof = wfd_bytes_of (wanted);

  return proof.left == given.left && gnutls_memcmp (proof.pos, given.pos, given.left) == 0;
}

/* --- the lock: AES-256 in CBC, as CryptDeriveKey makes its key --- */

static void
derive_key (WfdPeerProfile profile, const char *hash, guint8 key[KEY_BYTES])
{
  static const guint8 pads[] = { 0x36, 0x5c };
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  guint8 sum[MAX_SUM_BYTES], sums[2 * MAX_SUM_BYTES], pad[PAD_BYTES];
  gsize n;

  put_text (octets, hash);
  n = hash_of (profile, octets, sum);
  for (guint i = 0; i < G_N_ELEMENTS (pads); i++) {
    memset (pad, pads[i], sizeof (pad));
    for (gsize k = 0; k < n; k++)
      pad[k] ^= sum[k];
    gnutls_hash_fast (digest_of (profile), pad, sizeof (pad), sums + i * n);
  }
  memcpy (key, sums, KEY_BYTES);
}

static gnutls_cipher_hd_t
cipher_new (WfdPeerProfile profile, const char *hash)
{
  guint8 key[KEY_BYTES], iv[BLOCK_BYTES] = { 0 };
  gnutls_datum_t key_datum = { key, sizeof (key) }, iv_datum = { iv, sizeof (iv) };
  gnutls_cipher_hd_t cipher = NULL;

  derive_key (profile, hash, key);
  gnutls_cipher_init (&cipher, GNUTLS_CIPHER_AES_256_CBC, &key_datum, &iv_datum);
  gnutls_memset (key, 0, sizeof (key));
  return cipher;
}

GBytes *
wfd_peer_password_lock (WfdPeerProfile profile, const char *hash, WfdBytes plain)
{
  gnutls_cipher_hd_t cipher = cipher_new (profile, hash);
  GByteArray *octets = g_byte_array_new ();
  guint8 padding = BLOCK_BYTES - plain.left % BLOCK_BYTES;

  g_byte_array_append (octets, plain.pos, plain.left);
  g_byte_array_set_size (octets, plain.left + padding);
  memset (octets->data + plain.left, padding, padding);
  gnutls_cipher_encrypt (cipher, octets->data, octets->len);
  gnutls_cipher_deinit (cipher);
  return g_byte_array_free_to_bytes (octets);
}

static gboolean
cut_padding (GByteArray *octets)
{
  guint8 padding = octets->data[octets->len - 1];

  if (padding == 0 || padding > BLOCK_BYTES)
    return FALSE;
  for (guint i = octets->len - padding; i < octets->len; i++)
    if (octets->data[i] != padding)
      return FALSE;
  g_byte_array_set_size (octets, octets->len - padding);
  return TRUE;
}

GBytes *
wfd_peer_password_unlock (WfdPeerProfile profile, const char *hash, WfdBytes locked)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  gnutls_cipher_hd_t cipher;

  if (locked.left == 0 || locked.left % BLOCK_BYTES != 0)
    return NULL;
  g_byte_array_append (octets, locked.pos, locked.left);
  cipher = cipher_new (profile, hash);
  gnutls_cipher_decrypt (cipher, octets->data, octets->len);
  gnutls_cipher_deinit (cipher);
  return cut_padding (octets) ? g_byte_array_free_to_bytes (g_steal_pointer (&octets)) : NULL;
}
