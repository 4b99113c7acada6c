/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TCP, and TLS over it in three ways. Each has the cipher of groups, and shows a certificate at
 * both ends as members do; nobody looks whose it is. */
#include "bench-peer.h"

#include <gnutls/x509.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#ifdef HAVE_OPENSSL
#include <openssl/pem.h>
#include <openssl/ssl.h>
#endif

#define PRIORITY "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM"

/* --- TCP --- */

struct _Place
{
  int listener;
  SOCKADDR_IN6 address;
};

static Place *
enter_tcp (gboolean asks)
{
  Place *place = g_new0 (Place, 1);
  socklen_t size = sizeof (place->address);

  if (asks) {
    learn (&place->address, size);
    return place;
  }
  place->address = (SOCKADDR_IN6) { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  place->listener = socket (AF_INET6, SOCK_STREAM, 0);
  demand (bind (place->listener, (SOCKADDR *) &place->address, size) == 0);
  demand (listen (place->listener, 100) == 0);
  demand (getsockname (place->listener, (SOCKADDR *) &place->address, &size) == 0);
  tell (&place->address, size);
  return place;
}

static void
set_up (int fd)
{
  int on = 1;

  demand (fd >= 0);
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof (on));
}

static void
accept_tcp (End *end)
{
  end->fd = accept (end->place->listener, NULL, NULL);
  set_up (end->fd);
}

static void
open_tcp (End *end)
{
  const SOCKADDR_IN6 *address = &end->place->address;

  end->fd = socket (AF_INET6, SOCK_STREAM, 0);
  demand (connect (end->fd, (const SOCKADDR *) address, sizeof (*address)) == 0);
  set_up (end->fd);
}

static void
close_tcp (End *end, gboolean first)
{
  char octet;

  if (first)
    shutdown (end->fd, SHUT_WR);
  demand (read (end->fd, &octet, 1) == 0);
  close (end->fd);
}

static void
give_tcp (End *end, char *data, gsize size)
{
  for (gsize sent = 0; sent < size;) {
    gssize n = write (end->fd, data + sent, size - sent);

    demand (n > 0);
    sent += n;
  }
}

static void
wait_readable (int fd)
{
  struct pollfd wanted = { .fd = fd, .events = POLLIN };

  demand (poll (&wanted, 1, 30000) == 1);
}

/* As a program does that has more than one connection. */
static void
take_tcp (End *end, char *data, gsize size)
{
  for (gsize got = 0; got < size;) {
    gssize n;

    wait_readable (end->fd);
    n = read (end->fd, data + got, size - got);
    demand (n > 0);
    got += n;
  }
}

const Kind kind_tcp = { "TCP", enter_tcp, accept_tcp, open_tcp, close_tcp, give_tcp, take_tcp };

/* --- the certificate --- */

static gnutls_certificate_credentials_t credentials;
static char *pem; /* of the certificate and its key */

static void
write_pem (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  gnutls_datum_t parts[2];

  demand (gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &parts[0]) == 0);
  demand (gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
              &parts[1])
      == 0);
  pem = g_strdup_printf ("%s%s", parts[0].data, parts[1].data);
}

void
make_certificate (void)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  guint8 serial = 1;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA,
      GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, &serial, 1);
  gnutls_x509_crt_set_activation_time (certificate, time (NULL) - 60);
  gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + 3600);
  gnutls_x509_crt_set_dn (certificate, "CN=bench", NULL);
  gnutls_x509_crt_set_key (certificate, key);
  demand (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0) == 0);
  write_pem (certificate, key);
  gnutls_certificate_allocate_credentials (&credentials);
  demand (gnutls_certificate_set_x509_key (credentials, &certificate, 1, key) == 0);
  /* Before GIO makes up its mind. */
  g_setenv ("G_TLS_GNUTLS_PRIORITY", PRIORITY, TRUE);
}

/* --- TLS of GnuTLS --- */

static void
shake_hands (End *end, guint flags)
{
  int result;

  gnutls_init (&end->gnutls, flags | GNUTLS_NO_TICKETS | GNUTLS_FORCE_CLIENT_CERT);
  demand (gnutls_priority_set_direct (end->gnutls, PRIORITY, NULL) == 0);
  gnutls_credentials_set (end->gnutls, GNUTLS_CRD_CERTIFICATE, credentials);
  if (flags == GNUTLS_SERVER)
    gnutls_certificate_server_set_request (end->gnutls, GNUTLS_CERT_REQUIRE);
  gnutls_transport_set_int (end->gnutls, end->fd);
  do
    result = gnutls_handshake (end->gnutls);
  while (result < 0 && !gnutls_error_is_fatal (result));
  demand (result == 0);
}

static void
accept_gnutls (End *end)
{
  accept_tcp (end);
  shake_hands (end, GNUTLS_SERVER);
}

static void
open_gnutls (End *end)
{
  open_tcp (end);
  shake_hands (end, GNUTLS_CLIENT);
}

static void
close_gnutls (End *end, gboolean first)
{
  char octet;

  if (first) {
    gnutls_bye (end->gnutls, GNUTLS_SHUT_WR);
    shutdown (end->fd, SHUT_WR);
  }
  while (gnutls_record_recv (end->gnutls, &octet, 1) == GNUTLS_E_AGAIN)
    ;
  gnutls_deinit (end->gnutls);
  close (end->fd);
}

static void
give_gnutls (End *end, char *data, gsize size)
{
  for (gsize sent = 0; sent < size;) {
    gssize n = gnutls_record_send (end->gnutls, data + sent, size - sent);

    demand (n > 0);
    sent += n;
  }
}

static void
take_gnutls (End *end, char *data, gsize size)
{
  for (gsize got = 0; got < size;) {
    gssize n;

    if (gnutls_record_check_pending (end->gnutls) == 0)
      wait_readable (end->fd);
    n = gnutls_record_recv (end->gnutls, data + got, size - got);
    demand (n > 0 || n == GNUTLS_E_AGAIN);
    got += MAX (n, 0);
  }
}

const Kind kind_gnutls = { "TLS, GnuTLS", enter_tcp, accept_gnutls, open_gnutls, close_gnutls,
  give_gnutls, take_gnutls };

/* --- TLS of GIO --- */

static gboolean
accept_any (void)
{
  return TRUE;
}

/* Takes the descriptor. Without a database, or it reads that of the system each time. */
static void
begin_gio (End *end, gboolean client)
{
  GTlsBackend *backend = g_tls_backend_get_default ();
  g_autoptr (GSocket) socket = g_socket_new_from_fd (end->fd, NULL);
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (socket);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (pem, -1, NULL);

  demand (certificate != NULL);
  end->gio = g_initable_new (client ? g_tls_backend_get_client_connection_type (backend)
                                    : g_tls_backend_get_server_connection_type (backend),
      NULL, NULL, "base-io-stream", base, "certificate", certificate, "database", NULL, NULL);
  demand (end->gio != NULL);
  if (!client)
    g_object_set (end->gio, "authentication-mode", G_TLS_AUTHENTICATION_REQUIRED, NULL);
  g_signal_connect (end->gio, "accept-certificate", G_CALLBACK (accept_any), NULL);
  demand (g_tls_connection_handshake (G_TLS_CONNECTION (end->gio), NULL, NULL));
}

static void
accept_gio (End *end)
{
  accept_tcp (end);
  begin_gio (end, FALSE);
}

static void
open_gio (End *end)
{
  open_tcp (end);
  begin_gio (end, TRUE);
}

static void
close_gio (End *end, gboolean first)
{
  char octet;

  if (first)
    g_output_stream_close (g_io_stream_get_output_stream (end->gio), NULL, NULL);
  demand (
      g_input_stream_read (g_io_stream_get_input_stream (end->gio), &octet, 1, NULL, NULL) <= 0);
  g_io_stream_close (end->gio, NULL, NULL);
  g_clear_object (&end->gio);
}

static void
give_gio (End *end, char *data, gsize size)
{
  demand (g_output_stream_write_all (g_io_stream_get_output_stream (end->gio), data, size, NULL,
      NULL, NULL));
}

static void
take_gio (End *end, char *data, gsize size)
{
  gsize got;

  demand (g_input_stream_read_all (g_io_stream_get_input_stream (end->gio), data, size, &got, NULL,
              NULL)
      && got == size);
}

const Kind kind_gio = { "TLS, GIO", enter_tcp, accept_gio, open_gio, close_gio, give_gio,
  take_gio };

/* --- TLS of OpenSSL --- */

#ifdef HAVE_OPENSSL
static SSL_CTX *
new_context (void)
{
  SSL_CTX *context = SSL_CTX_new (TLS_method ());
  BIO *bio = BIO_new_mem_buf (pem, -1);
  X509 *certificate = PEM_read_bio_X509 (bio, NULL, NULL, NULL);
  EVP_PKEY *key = PEM_read_bio_PrivateKey (bio, NULL, NULL, NULL);

  demand (SSL_CTX_use_certificate (context, certificate) == 1
      && SSL_CTX_use_PrivateKey (context, key) == 1
      && SSL_CTX_set_min_proto_version (context, TLS1_3_VERSION) == 1
      && SSL_CTX_set_ciphersuites (context, "TLS_AES_128_GCM_SHA256") == 1
      && SSL_CTX_set_num_tickets (context, 0) == 1);
  X509_free (certificate);
  EVP_PKEY_free (key);
  BIO_free (bio);
  return context;
}

static int
accept_any_chain (X509_STORE_CTX *chain, void *user_data)
{
  return 1;
}

static SSL *
new_ssl (End *end)
{
  static SSL_CTX *context;
  SSL *ssl;

  if (context == NULL) {
    context = new_context ();
    SSL_CTX_set_verify (context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_cert_verify_callback (context, accept_any_chain, NULL);
  }
  ssl = SSL_new (context);
  SSL_set_fd (ssl, end->fd);
  end->openssl = ssl;
  return ssl;
}

static void
accept_openssl (End *end)
{
  accept_tcp (end);
  demand (SSL_accept (new_ssl (end)) == 1);
}

static void
open_openssl (End *end)
{
  open_tcp (end);
  demand (SSL_connect (new_ssl (end)) == 1);
}

static void
close_openssl (End *end, gboolean first)
{
  char octet;

  if (first) {
    SSL_shutdown (end->openssl);
    shutdown (end->fd, SHUT_WR);
  }
  demand (SSL_read (end->openssl, &octet, 1) <= 0);
  SSL_free (end->openssl);
  close (end->fd);
}

static void
give_openssl (End *end, char *data, gsize size)
{
  demand (SSL_write (end->openssl, data, size) == (int) size);
}

static void
take_openssl (End *end, char *data, gsize size)
{
  for (gsize got = 0; got < size;) {
    int n;

    if (SSL_pending (end->openssl) == 0)
      wait_readable (end->fd);
    n = SSL_read (end->openssl, data + got, size - got);
    demand (n > 0);
    got += n;
  }
}

const Kind kind_openssl = { "TLS, OpenSSL", enter_tcp, accept_openssl, open_openssl, close_openssl,
  give_openssl, take_openssl };
#endif
