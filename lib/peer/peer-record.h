/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-limits.h>
#include "peer-wire.h"

G_BEGIN_DECLS

/* PEER_RECORD (MS-PPGRH 2.2.1.9) and the records that graphs have for themselves
 * (2.2.3). Strings are UTF-16 on the wire and UTF-8 here; times are peer time in
 * units of 100 ns since 1601. */

typedef enum
{
  WFD_PEER_RECORD_REFRESHED = 1, /* here only: it is published again before it expires */
  WFD_PEER_RECORD_IS_DELETED = 2,
} WfdPeerRecordFlags;

/* Never changed once others can see it. */
typedef struct
{
  WfdPeerGuid type, id;
  guint32 version;
  guint8 flags;
  char *creator;
  char *modifier; /* or NULL */
  char *graph_id;
  char *attributes; /* or NULL */
  guint64 created, expires, modified;
  GBytes *security, *payload;
  WfdPeerGuid host; /* that has brought it here: wfd_peer_ip_get_host (); or none */
  gint ref_count;
} WfdPeerRecord;

/* With nothing in it. */
WfdPeerRecord *wfd_peer_record_new (void);
WfdPeerRecord *wfd_peer_record_copy (const WfdPeerRecord *self);
WfdPeerRecord *wfd_peer_record_ref (WfdPeerRecord *self);
void wfd_peer_record_unref (WfdPeerRecord *self);

/* NULL if it breaks the rules of 2.2.1.9 and 3.1.7.27 that need no graph. */
WfdPeerRecord *wfd_peer_record_read (WfdBytes bytes);
void wfd_peer_record_append (const WfdPeerRecord *self, GByteArray *out);
/* Payload and attributes, as the maximum of the graph counts them. */
gsize wfd_peer_record_get_bytes (const WfdPeerRecord *self);

/* The half of a record's id that its creator determines, or that a fixed id has
 * (3.1.7.27). */
void wfd_peer_record_make_id (const char *creator, WfdPeerGuid *ret_id);
gboolean wfd_peer_record_id_fits (const WfdPeerRecord *self);

/* Which of two versions of a record wins, as for a comparison. */
int wfd_peer_record_compare (const WfdPeerRecord *a, const WfdPeerRecord *b);

/* --- types of the graph itself --- */

extern const WfdPeerGuid wfd_peer_type_graph_info, wfd_peer_type_signature, wfd_peer_type_contact,
    wfd_peer_type_presence;
extern const WfdPeerGuid wfd_peer_id_graph_info, wfd_peer_id_signature;
gboolean wfd_peer_type_is_reserved (const WfdPeerGuid *type);

#define WFD_PEER_GRAPH_DEFERS_EXPIRATION 0x2

typedef struct
{
  guint32 flags;
  guint32 scope;
  char *graph_id, *creator, *friendly_name, *comment;
  guint32 presence_lifetime_s;
  guint32 max_presence; /* G_MAXUINT32: everybody */
  guint32 max_record_bytes;
} WfdPeerProperties;

void wfd_peer_properties_clear (WfdPeerProperties *self);
gboolean wfd_peer_properties_read (GBytes *payload, WfdPeerProperties *ret_properties);
GBytes *wfd_peer_properties_build (const WfdPeerProperties *self);

typedef struct
{
  guint64 node_id;
  char *attributes; /* or NULL */
  WfdPeerAddress addresses[WFD_LIMIT_PEER_ADDRESSES];
  guint n_addresses;
} WfdPeerPresence;

void wfd_peer_presence_clear (WfdPeerPresence *self);
gboolean wfd_peer_presence_read (GBytes *payload, WfdPeerPresence *ret_presence);
GBytes *wfd_peer_presence_build (const WfdPeerPresence *self);

/* How long they live (3.1.7.5, 3.1.7.6). */
#define WFD_PEER_SIGNATURE_LIFE_S 300
#define WFD_PEER_CONTACT_LIFE_S 900

/* The lowest id of a node of the graph: as long as all hear of each other, they have the
 * same one. */
gboolean wfd_peer_signature_read (GBytes *payload, guint64 *ret_signature);
GBytes *wfd_peer_signature_build (guint64 signature);

/* A node that others may come to, and the signature that it knows. */
typedef struct
{
  guint64 signature;
  guint64 node_id;
  WfdPeerAddress addresses[WFD_LIMIT_PEER_ADDRESSES];
  guint n_addresses;
} WfdPeerContact;

gboolean wfd_peer_contact_read (GBytes *payload, WfdPeerContact *ret_contact);
GBytes *wfd_peer_contact_build (const WfdPeerContact *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdPeerRecord, wfd_peer_record_unref)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdPeerProperties, wfd_peer_properties_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdPeerPresence, wfd_peer_presence_clear)

G_END_DECLS
