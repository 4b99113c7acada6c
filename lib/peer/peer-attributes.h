/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-record.h"

G_BEGIN_DECLS

/* The attributes of a record, an XML text (MS-PPGRH 2.2.3.5):
 *   <attributes><attribute name="colour" type="string">red</attribute>…</attributes> */

typedef enum
{
  WFD_PEER_ATTRIBUTE_STRING,
  WFD_PEER_ATTRIBUTE_INT,
  WFD_PEER_ATTRIBUTE_DATE,
} WfdPeerAttributeType;

typedef struct
{
  char *name;
  WfdPeerAttributeType type;
  char *text;
  gint64 number; /* of an int, and of a date in microseconds since 1970 */
} WfdPeerAttribute;

void wfd_peer_attribute_free (WfdPeerAttribute *self);

/* WfdPeerAttribute; NULL if it is no such text, or sets one that the graph sets. */
GPtrArray *wfd_peer_attributes_read (const char *xml);

gboolean wfd_peer_attribute_type_read (const char *name, WfdPeerAttributeType *ret_type);
/* FALSE if @text is none of @type. */
gboolean wfd_peer_attribute_read_value (WfdPeerAttributeType type, const char *text,
    gint64 *ret_number);
/* One that an application cannot set, and can search for. */
gboolean wfd_peer_attribute_is_reserved (const char *name);

/* --- searches --- */

/* A query:
 *   <peersearch><and><clause attrib="colour" type="string">r*</clause>…</and></peersearch> */
typedef struct _WfdPeerSearch WfdPeerSearch;

/* NULL with the code for it. */
WfdPeerSearch *wfd_peer_search_new (const char *xml, guint32 *ret_result);
void wfd_peer_search_free (WfdPeerSearch *self);
gboolean wfd_peer_search_matches (const WfdPeerSearch *self, const WfdPeerRecord *record);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerSearch, wfd_peer_search_free)

G_END_DECLS
