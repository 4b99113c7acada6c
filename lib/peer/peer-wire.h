/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>

G_BEGIN_DECLS

/* Messages of MS-PPGRH 2.2: bytes to struct and back. What was read points into
 * the message, whose strings are checked: UTF-8 that ends with NUL. Numbers are
 * big-endian, GUIDs too. */

#define WFD_PEER_HEADER_BYTES 8
#define WFD_PEER_DATA_HEADER_BYTES 28 /* of PT2PT */
#define WFD_PEER_VERSION 0x10

typedef enum
{
  WFD_PEER_AUTH_INFO = 0x01,
  WFD_PEER_CONNECT,
  WFD_PEER_WELCOME,
  WFD_PEER_REFUSE,
  WFD_PEER_DISCONNECT,
  WFD_PEER_SOLICIT_NEW,
  WFD_PEER_SOLICIT_TIME,
  WFD_PEER_SOLICIT_HASH,
  WFD_PEER_ADVERTISE,
  WFD_PEER_REQUEST,
  WFD_PEER_FLOOD,
  WFD_PEER_SYNC_END,
  WFD_PEER_PT2PT,
  WFD_PEER_ACK,
} WfdPeerMessageType;

/* In the order of the wire. */
typedef struct
{
  guint8 bytes[16];
} WfdPeerGuid;

static inline gboolean
wfd_peer_guid_equal (const WfdPeerGuid *a, const WfdPeerGuid *b)
{
  return memcmp (a, b, sizeof (*a)) == 0;
}

typedef struct
{
  guint8 ip[16];
  guint16 port;
  guint32 scope_id; /* of the interface here; on no wire */
} WfdPeerAddress;

/* A run of things of equal size in the message. */
typedef struct
{
  const guint8 *data;
  guint n;
} WfdPeerList;

typedef enum
{
  WFD_PEER_LINK_NEIGHBOUR = 1,
  WFD_PEER_LINK_DIRECT = 2,
} WfdPeerLinkType;

typedef struct
{
  WfdPeerLinkType link_type;
  const char *graph_id;
  const char *source_id;
  const char *destination_id; /* NULL: whoever is there */
} WfdPeerAuthInfo;

typedef enum
{
  WFD_PEER_CONNECT_WANTS_LIST = 0x01,
  WFD_PEER_CONNECT_DIRECT = 0x04,
  WFD_PEER_CONNECT_UPDATE = 0x08,
} WfdPeerConnectFlags;

typedef struct
{
  guint8 flags;
  guint64 node_id;
  WfdPeerList addresses;
  const char *friendly_name; /* or NULL */
} WfdPeerConnect;

typedef struct
{
  guint64 node_id;
  guint64 peer_time; /* units of 100 ns since 1601 */
  WfdPeerList addresses;
  const char *peer_id;
  const char *friendly_name; /* or NULL */
} WfdPeerWelcome;

typedef enum
{
  WFD_PEER_REFUSE_BUSY = 1,
  WFD_PEER_REFUSE_ALREADY_CONNECTED,
  WFD_PEER_REFUSE_DUPLICATE,
  WFD_PEER_REFUSE_NO_DIRECT,
} WfdPeerRefuseCode;

typedef enum
{
  WFD_PEER_DISCONNECT_LEAVING = 1,
  WFD_PEER_DISCONNECT_LEAST_USEFUL,
  WFD_PEER_DISCONNECT_APPLICATION,
} WfdPeerDisconnectReason;

/* REFUSE and DISCONNECT. */
typedef struct
{
  guint8 code;
  WfdPeerList referrals;
} WfdPeerEnd;

typedef struct
{
  const WfdPeerGuid *type;
  WfdBytes data;
} WfdPeerData;

typedef struct
{
  WfdPeerGuid id;
  guint8 version[4];
} WfdPeerAbstract;

typedef struct
{
  guint8 md5[16];
  guint8 time[8];
  WfdPeerGuid upper_id; /* the last of the range */
} WfdPeerHash;

typedef struct
{
  guint8 low_time[8];
  WfdPeerGuid low_id;
  guint8 high_time[8];
  WfdPeerGuid high_id;
  guint8 count[4];
} WfdPeerBoundary;

typedef struct
{
  WfdPeerGuid id;
  guint8 flags[4];
} WfdPeerAckEntry;

#define WFD_PEER_ACK_USEFUL 0x00000001

/* SOLICIT_NEW, SOLICIT_TIME, SOLICIT_HASH: one of included and excluded is empty;
 * both: all types. */
typedef struct
{
  WfdPeerList included, excluded; /* WfdPeerGuid */
  guint64 time;                   /* SOLICIT_TIME */
  WfdPeerList hashes;             /* SOLICIT_HASH: WfdPeerHash */
} WfdPeerSolicit;

typedef struct
{
  WfdPeerList boundaries; /* WfdPeerBoundary */
  WfdPeerList abstracts;  /* WfdPeerAbstract */
} WfdPeerAdvertise;

typedef struct
{
  WfdPeerMessageType type;
  GBytes *octets; /* or NULL: what it was read from, for who keeps a part of it */
  union
  {
    WfdPeerAuthInfo auth_info;
    WfdPeerConnect connect;
    WfdPeerWelcome welcome;
    WfdPeerEnd end;
    WfdPeerSolicit solicit;
    WfdPeerAdvertise advertise;
    WfdPeerList request; /* WfdPeerAbstract */
    WfdBytes record;     /* FLOOD */
    gboolean final;      /* SYNC_END */
    WfdPeerData data;
    WfdPeerList ack; /* WfdPeerAckEntry */
  };
} WfdPeerMessage;

/* A whole message, with nothing behind it. FALSE: whoever sent it breaks the
 * protocol, and the connection with them ends. */
gboolean wfd_peer_message_read (WfdBytes bytes, WfdPeerMessage *ret_message);

/* What a message of the type may have, headers included; 0 for no type. */
gsize wfd_peer_message_max_bytes (guint8 type);

/* @i of a list of addresses; FALSE if it is none of IPv6. */
gboolean wfd_peer_list_address (WfdPeerList list, guint i, WfdPeerAddress *ret_address);

/* Each makes a message. Lists that are too long for their offsets are cut. */
GByteArray *wfd_peer_build_auth_info (const WfdPeerAuthInfo *info);
GByteArray *wfd_peer_build_connect (const WfdPeerConnect *connect, const WfdPeerAddress *addresses,
    guint n_addresses);
GByteArray *wfd_peer_build_welcome (const WfdPeerWelcome *welcome, const WfdPeerAddress *addresses,
    guint n_addresses);
/* @type is REFUSE or DISCONNECT. */
GByteArray *wfd_peer_build_end (WfdPeerMessageType type, guint8 code,
    const WfdPeerAddress *referrals, guint n_referrals);
/* What is before @size octets of data. */
GByteArray *wfd_peer_build_data (const WfdPeerGuid *type, gsize size);
/* The kind of solicitation. */
GByteArray *wfd_peer_build_solicit (WfdPeerMessageType type, const WfdPeerSolicit *solicit);
GByteArray *wfd_peer_build_advertise (const WfdPeerAdvertise *advertise);
GByteArray *wfd_peer_build_request (WfdPeerList abstracts);
GByteArray *wfd_peer_build_flood (WfdBytes record);
GByteArray *wfd_peer_build_sync_end (gboolean final);
GByteArray *wfd_peer_build_ack (WfdPeerList entries);

static inline guint32
wfd_peer_get_u32 (const guint8 bytes[4])
{
  return (guint32) bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static inline guint64
wfd_peer_get_u64 (const guint8 bytes[8])
{
  return (guint64) wfd_peer_get_u32 (bytes) << 32 | wfd_peer_get_u32 (bytes + 4);
}

static inline void
wfd_peer_put_u32 (guint8 bytes[4], guint32 value)
{
  for (guint i = 0; i < 4; i++)
    bytes[i] = value >> (24 - 8 * i);
}

static inline void
wfd_peer_put_u64 (guint8 bytes[8], guint64 value)
{
  wfd_peer_put_u32 (bytes, value >> 32);
  wfd_peer_put_u32 (bytes + 4, (guint32) value);
}

G_END_DECLS
