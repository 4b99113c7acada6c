/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The XML texts in which identities and groups are carried around: a root with a version, and
 * in it elements that have text, each at most once and in any order. */

#define PEERXML_MAX_ELEMENTS 8

typedef struct
{
  const char *name;
  const char *other_name; /* or NULL: what some documents call it */
} PeerXmlElement;

typedef struct
{
  const char *root;
  PeerXmlElement elements[PEERXML_MAX_ELEMENTS]; /* up to one without a name */
} PeerXmlKind;

typedef struct
{
  char *version;
  char *texts[PEERXML_MAX_ELEMENTS]; /* as the elements of the kind; NULL: it is not there */
} PeerXml;

void peerxml_clear (PeerXml *self);
/* FALSE if @text is none of @kind. */
gboolean peerxml_read (const PeerXmlKind *kind, const char *text, PeerXml *ret_xml);
/* NULL if @text is NULL or no base64. */
GBytes *peerxml_decode (const char *text);

/* One after the other; what is NULL is left out. */
GString *peerxml_begin (const char *root, const char *version);
void peerxml_add_text (GString *xml, const char *element, const char *text);
void peerxml_add_number (GString *xml, const char *element, guint number);
void peerxml_add_octets (GString *xml, const char *element, GBytes *octets);
char *peerxml_end (GString *xml, const char *root);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PeerXml, peerxml_clear)

G_END_DECLS
