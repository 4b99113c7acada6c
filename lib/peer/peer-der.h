/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* DER, as far as the extensions of peer certificates need it: tags of one octet, lengths
 * of up to 16 MiB in their shortest form. */

#define WFD_PEER_DER_BITS 0x03
#define WFD_PEER_DER_OCTETS 0x04
#define WFD_PEER_DER_OID 0x06
#define WFD_PEER_DER_UNIVERSAL_STRING 0x1c
#define WFD_PEER_DER_SEQUENCE 0x30
/* [n], with something inside */
#define WFD_PEER_DER_TAGGED(n) (0xa0 + (n))

/* What is in the next thing, if that is a @tag. */
gboolean wfd_peer_der_take (WfdBytes *bytes, guint8 tag, WfdBytes *ret_content);
/* The next thing with its tag and length. */
gboolean wfd_peer_der_take_whole (WfdBytes *bytes, guint8 tag, WfdBytes *ret_whole);
/* UniversalString, UTF-32. */
gboolean wfd_peer_der_take_text (WfdBytes *bytes, gsize max_chars, char **ret_text);

void wfd_peer_der_put (GByteArray *out, guint8 tag, WfdBytes content);
void wfd_peer_der_put_text (GByteArray *out, const char *text);

G_END_DECLS
