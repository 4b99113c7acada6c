/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

struct nl_msg;

/* What nl80211 tells of the stations on an interface: as owner of a group, or access
 * point, of its clients, as client of its owner. */

/* What a driver does not tell is not 0. No station is heard at -1 dBm. */
#define WFD_STATION_UNKNOWN (-1)

#define WFD_STATION_ADDRESS_BYTES 6

typedef struct
{
  guint8 address[WFD_STATION_ADDRESS_BYTES]; /* of its interface, not its device address */
  gint64 inactive_ms;                        /* since it sent, or acknowledged, something */
  gint64 connected_s;
  gint64 signal_dbm; /* of the last frame from it */
  gint64 signal_avg_dbm;
  gint64 tx_kbps;       /* kbit/s of the modulation to it */
  gint64 rx_kbps;       /* and from it */
  gint64 expected_kbps; /* kbit/s that the driver thinks will arrive there */
  gint64 tx_packets;    /* to it, in all */
  gint64 tx_retries;    /* sent again, in all */
  gint64 tx_failed;     /* given up, in all */
  gint64 rx_packets;    /* from it, in all */
  gint64 tx_bytes;
  gint64 rx_bytes;
  /* Of the queues that mac80211 has for it, one for each TID, together. */
  gint64 queue_bytes;     /* that wait */
  gint64 queue_packets;   /* that wait */
  gint64 queue_flows;     /* seen, in all */
  gint64 queue_drops;     /* packets that CoDel dropped, in all */
  gint64 queue_overlimit; /* packets dropped because too many waited, in all */
} WfdStation;

/* --- wire: generic netlink, in the byte order of the machine --- */

/* Of all stations on an interface. To be freed with nlmsg_free (). */
struct nl_msg *wfd_station_build_request (guint family, guint interface_index, guint32 sequence);

typedef enum
{
  WFD_STATION_MORE,   /* of the answer is to come */
  WFD_STATION_DONE,   /* it is complete */
  WFD_STATION_FAILED, /* there is no answer: the interface is gone, say */
} WfdStationResult;

/* What has come of the answer to one request. */
typedef struct
{
  guint family;
  guint interface_index;
  guint32 sequence;
  GArray *stations; /* WfdStation */
} WfdStationAnswer;

/* @octets: a datagram, aligned as a struct nlmsghdr. What does not belong to the
 * answer or cannot be read is left aside. */
WfdStationResult wfd_station_read (WfdStationAnswer *answer, gpointer octets, gsize n);

/* Adds what is known, e.g. "signal-dbm" (x), to an a{sv}. */
void wfd_station_insert (const WfdStation *station, GVariantDict *dict);

/* --- socket --- */

typedef struct
{
  gpointer handle;
  int fd; /* never waits */
  guint family;
} WfdStationSocket;

gboolean wfd_station_socket_open (WfdStationSocket *ret_socket, GError **error);
void wfd_station_socket_close (WfdStationSocket *self);

/* --- the two, repeated --- */

typedef struct _WfdStationWatch WfdStationWatch;

/* The stations; none of them if there is none. */
typedef void (*WfdStationFunc) (const WfdStation *stations, guint n, gpointer user_data);

/* Asks at once and each @interval_ms from then on, in @context. @func may free
 * the watch. */
WfdStationWatch *wfd_station_watch_new (guint interface_index, guint interval_ms,
    GMainContext *context, WfdStationFunc func, gpointer user_data, GError **error);
void wfd_station_watch_free (WfdStationWatch *self);

G_END_DECLS
