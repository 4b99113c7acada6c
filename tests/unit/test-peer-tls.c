/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handshakes with somebody who has a key like a member's and TLS of their own, over a socket. */
#include <peer-club.h>
#include <peer-key.h>
#include <peer-tls.h>
#include <sys/socket.h>
#include <unistd.h>

/* What old algorithms need; whoever shall not meet does not because of the version. */
#define ANY_STRENGTH \
  ":+SIGN-RSA-SHA1:+SIGN-RSA-SHA256:%PROFILE_VERY_WEAK:%VERIFY_ALLOW_SIGN_WITH_SHA1"

#define PATIENCE_MS 20000

typedef struct
{
  const char *versions;                 /* of the other one */
  gnutls_protocol_t modern, compatible; /* what both have; 0: they do not meet */
} Case;

static const Case cases[] = {
  { "+VERS-TLS1.3", GNUTLS_TLS1_3, 0 },
  { "+VERS-TLS1.2", 0, GNUTLS_TLS1_2 },
  { "+VERS-TLS1.1", 0, GNUTLS_TLS1_1 },
  { "+VERS-TLS1.0", 0, GNUTLS_TLS1_0 },
  { "+VERS-TLS1.3:+VERS-TLS1.2", GNUTLS_TLS1_3, GNUTLS_TLS1_2 },
  { "+VERS-TLS1.3:+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0", GNUTLS_TLS1_3, GNUTLS_TLS1_2 },
};

/* The other one. */
typedef struct
{
  const char *versions;
  gboolean client;
  int fd;
  const Person *person;
  gnutls_protocol_t version; /* 0: it failed */
} Other;

static gnutls_session_t
new_session (Other *self, gnutls_certificate_credentials_t credentials)
{
  g_autofree char *priority = g_strconcat ("NORMAL:-VERS-ALL:", self->versions, ANY_STRENGTH, NULL);
  gnutls_session_t session;

  g_assert_cmpint (gnutls_init (&session,
                       self->client ? GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT : GNUTLS_SERVER),
      ==, 0);
  g_assert_cmpint (gnutls_priority_set_direct (session, priority, NULL), ==, 0);
  gnutls_credentials_set (session, GNUTLS_CRD_CERTIFICATE, credentials);
  if (!self->client)
    gnutls_certificate_server_set_request (session, GNUTLS_CERT_REQUIRE);
  gnutls_handshake_set_timeout (session, PATIENCE_MS);
  gnutls_transport_set_int (session, self->fd);
  return session;
}

static gpointer
run_other (gpointer data)
{
  Other *self = data;
  gnutls_x509_crt_t certificate = wfd_peer_credential_get_certificate (self->person->identity);
  gnutls_certificate_credentials_t credentials;
  gnutls_session_t session;
  int result;

  gnutls_certificate_allocate_credentials (&credentials);
  g_assert_cmpint (
      gnutls_certificate_set_x509_key (credentials, &certificate, 1, self->person->key->key), ==,
      0);
  session = new_session (self, credentials);
  do
    result = gnutls_handshake (session);
  while (result < 0 && !gnutls_error_is_fatal (result));
  if (result == 0)
    self->version = gnutls_protocol_get_version (session);
  gnutls_deinit (session);
  gnutls_certificate_free_credentials (credentials);
  shutdown (self->fd, SHUT_RDWR);
  return NULL;
}

static void
send_all (int fd, GByteArray *out)
{
  /* They may have left. */
  if (out->len > 0)
    send (fd, out->data, out->len, MSG_NOSIGNAL);
  g_byte_array_set_size (out, 0);
}

/* Whether we are sure of the other one in the end. */
static gboolean
shake_hands (WfdPeerTls *tls, int fd)
{
  g_autoptr (GByteArray) plain = g_byte_array_new (), out = g_byte_array_new ();
  guint8 octets[4096];
  gssize n = 0;
  gboolean good;

  do {
    good = wfd_peer_tls_take (tls, wfd_bytes (octets, n), plain, out);
    send_all (fd, out);
  } while (good && !wfd_peer_tls_is_open (tls) && (n = read (fd, octets, sizeof (octets))) > 0);
  return good && wfd_peer_tls_is_open (tls);
}

static void
check (const Case *wanted, WfdPeerKeyKind kind, gboolean client)
{
  gnutls_protocol_t version = kind == WFD_PEER_KEY_P256 ? wanted->modern : wanted->compatible;
  g_autoptr (WfdPeerTlsContext) context = NULL;
  g_autoptr (WfdPeerTls) tls = NULL;
  Other other = { wanted->versions, !client };
  Person alice, mallory;
  GThread *thread;
  int fds[2];

  g_test_message ("%s, %s", wanted->versions, client ? "they answer" : "they ask");
  person_begin (&alice, kind);
  person_begin (&mallory, kind);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  other.fd = fds[1];
  other.person = &mallory;
  context = wfd_peer_tls_context_new (alice.key, alice.identity);
  tls = wfd_peer_tls_new (context, client);
  g_assert_nonnull (tls);
  thread = g_thread_new ("other", run_other, &other);
  g_assert_cmpint (shake_hands (tls, fds[0]), ==, version != 0);
  shutdown (fds[0], SHUT_WR);
  g_thread_join (thread);
  g_assert_cmpint (other.version, ==, version);
  if (version != 0)
    g_assert_cmpstr (wfd_peer_tls_get_peer (tls)->name, ==, mallory.identity->name);
  close (fds[0]);
  close (fds[1]);
  person_end (&mallory);
  person_end (&alice);
}

static void
test_versions (gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    check (&cases[i], GPOINTER_TO_UINT (data), TRUE);
    check (&cases[i], GPOINTER_TO_UINT (data), FALSE);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/peer/tls/modern-is-1.3-alone", GUINT_TO_POINTER (WFD_PEER_KEY_P256),
      test_versions);
  g_test_add_data_func ("/peer/tls/compatible-is-never-1.3",
      GUINT_TO_POINTER (WFD_PEER_KEY_RSA1024), test_versions);
  return g_test_run ();
}
