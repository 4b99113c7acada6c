/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "link-station.h"

#include <base-limits.h>
#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

/* --- asked --- */

struct nl_msg *
wfd_station_build_request (guint family, guint interface_index, guint32 sequence)
{
  struct nl_msg *message = nlmsg_alloc ();

  genlmsg_put (message, 0, sequence, family, 0, NLM_F_REQUEST | NLM_F_DUMP, NL80211_CMD_GET_STATION,
      0);
  nla_put_u32 (message, NL80211_ATTR_IFINDEX, interface_index);
  return message;
}

/* --- answered --- */

/* A message in which one of these is too short is none; others are not looked at,
 * and none has to be there. */
static struct nla_policy station_policy[NL80211_ATTR_MAX + 1] = {
  [NL80211_ATTR_IFINDEX] = { .type = NLA_U32 },
  [NL80211_ATTR_MAC] = { .minlen = WFD_STATION_ADDRESS_BYTES },
  [NL80211_ATTR_STA_INFO] = { .type = NLA_NESTED },
};

static struct nla_policy info_policy[NL80211_STA_INFO_MAX + 1] = {
  [NL80211_STA_INFO_INACTIVE_TIME] = { .type = NLA_U32 },
  [NL80211_STA_INFO_CONNECTED_TIME] = { .type = NLA_U32 },
  [NL80211_STA_INFO_SIGNAL] = { .type = NLA_U8 },
  [NL80211_STA_INFO_SIGNAL_AVG] = { .type = NLA_U8 },
  [NL80211_STA_INFO_TX_BITRATE] = { .type = NLA_NESTED },
  [NL80211_STA_INFO_RX_BITRATE] = { .type = NLA_NESTED },
  [NL80211_STA_INFO_EXPECTED_THROUGHPUT] = { .type = NLA_U32 },
  [NL80211_STA_INFO_TX_PACKETS] = { .type = NLA_U32 },
  [NL80211_STA_INFO_TX_RETRIES] = { .type = NLA_U32 },
  [NL80211_STA_INFO_TX_FAILED] = { .type = NLA_U32 },
  [NL80211_STA_INFO_RX_PACKETS] = { .type = NLA_U32 },
  [NL80211_STA_INFO_TX_BYTES] = { .type = NLA_U32 },
  [NL80211_STA_INFO_RX_BYTES] = { .type = NLA_U32 },
  [NL80211_STA_INFO_TX_BYTES64] = { .type = NLA_U64 },
  [NL80211_STA_INFO_RX_BYTES64] = { .type = NLA_U64 },
  [NL80211_STA_INFO_TID_STATS] = { .type = NLA_NESTED },
};

static struct nla_policy tid_policy[NL80211_TID_STATS_MAX + 1] = {
  [NL80211_TID_STATS_TXQ_STATS] = { .type = NLA_NESTED },
};

static struct nla_policy queue_policy[NL80211_TXQ_STATS_MAX + 1] = {
  [NL80211_TXQ_STATS_BACKLOG_BYTES] = { .type = NLA_U32 },
  [NL80211_TXQ_STATS_BACKLOG_PACKETS] = { .type = NLA_U32 },
  [NL80211_TXQ_STATS_FLOWS] = { .type = NLA_U32 },
  [NL80211_TXQ_STATS_DROPS] = { .type = NLA_U32 },
  [NL80211_TXQ_STATS_OVERLIMIT] = { .type = NLA_U32 },
};

static struct nla_policy rate_policy[NL80211_RATE_INFO_MAX + 1] = {
  [NL80211_RATE_INFO_BITRATE] = { .type = NLA_U16 },
  [NL80211_RATE_INFO_BITRATE32] = { .type = NLA_U32 },
};

static gint64
read_rate (struct nlattr *attribute)
{
  struct nlattr *rate[NL80211_RATE_INFO_MAX + 1];
  gint64 units;

  if (nla_parse_nested (rate, NL80211_RATE_INFO_MAX, attribute, rate_policy) < 0)
    return WFD_STATION_UNKNOWN;
  if (rate[NL80211_RATE_INFO_BITRATE32] != NULL)
    units = nla_get_u32 (rate[NL80211_RATE_INFO_BITRATE32]);
  else if (rate[NL80211_RATE_INFO_BITRATE] != NULL)
    units = nla_get_u16 (rate[NL80211_RATE_INFO_BITRATE]);
  else
    units = 0;
  /* No station is reached at no rate. */
  return units > 0 ? units * 100 : WFD_STATION_UNKNOWN;
}

static gint64
read_u32 (struct nlattr *attribute)
{
  return nla_get_u32 (attribute);
}

static gint64
read_u64 (struct nlattr *attribute)
{
  guint64 value = nla_get_u64 (attribute);

  return value <= G_MAXINT64 ? (gint64) value : WFD_STATION_UNKNOWN;
}

/* In an octet with a sign. */
static gint64
read_dbm (struct nlattr *attribute)
{
  return (gint8) nla_get_u8 (attribute);
}

typedef struct
{
  guint attribute;
  gint64 (*read) (struct nlattr *attribute);
  gsize offset;
  const char *key; /* in statistics; NULL if another row has it */
} Value;

/* Of two rows for the same value, the later counts. */
static const Value values[] = {
#define VALUE(attribute, read, name, key) \
  { \
    NL80211_STA_INFO_##attribute, read, G_STRUCT_OFFSET (WfdStation, name), key \
  }
  VALUE (INACTIVE_TIME, read_u32, inactive_ms, "inactive-ms"),
  VALUE (CONNECTED_TIME, read_u32, connected_s, "connected-s"),
  VALUE (SIGNAL, read_dbm, signal_dbm, "signal-dbm"),
  VALUE (SIGNAL_AVG, read_dbm, signal_avg_dbm, "signal-avg-dbm"),
  VALUE (TX_BITRATE, read_rate, tx_kbps, "tx-kbps"),
  VALUE (RX_BITRATE, read_rate, rx_kbps, "rx-kbps"),
  VALUE (EXPECTED_THROUGHPUT, read_u32, expected_kbps, "expected-kbps"),
  VALUE (TX_PACKETS, read_u32, tx_packets, "tx-packets"),
  VALUE (TX_RETRIES, read_u32, tx_retries, "tx-retries"),
  VALUE (TX_FAILED, read_u32, tx_failed, "tx-failed"),
  VALUE (RX_PACKETS, read_u32, rx_packets, "rx-packets"),
  VALUE (TX_BYTES, read_u32, tx_bytes, "tx-bytes"),
  VALUE (RX_BYTES, read_u32, rx_bytes, "rx-bytes"),
  VALUE (TX_BYTES64, read_u64, tx_bytes, NULL),
  VALUE (RX_BYTES64, read_u64, rx_bytes, NULL),
#undef VALUE
};

static const Value queue_values[] = {
#define VALUE(attribute, name, key) \
  { \
    NL80211_TXQ_STATS_##attribute, read_u32, G_STRUCT_OFFSET (WfdStation, name), key \
  }
  VALUE (BACKLOG_BYTES, queue_bytes, "queue-bytes"),
  VALUE (BACKLOG_PACKETS, queue_packets, "queue-packets"),
  VALUE (FLOWS, queue_flows, "queue-flows"),
  VALUE (DROPS, queue_drops, "queue-drops"),
  VALUE (OVERLIMIT, queue_overlimit, "queue-overlimit"),
#undef VALUE
};

static gint64 *
find_value (WfdStation *station, const Value *row)
{
  return G_STRUCT_MEMBER_P (station, row->offset);
}

static void
read_values (struct nlattr **info, WfdStation *station)
{
  for (guint i = 0; i < G_N_ELEMENTS (values); i++) {
    struct nlattr *attribute = info[values[i].attribute];

    if (values[i].key != NULL)
      *find_value (station, &values[i]) = WFD_STATION_UNKNOWN;
    if (attribute != NULL)
      *find_value (station, &values[i]) = values[i].read (attribute);
  }
}

static void
add_queue (struct nlattr *attribute, WfdStation *station)
{
  struct nlattr *tid[NL80211_TID_STATS_MAX + 1], *queue[NL80211_TXQ_STATS_MAX + 1];

  if (nla_parse_nested (tid, NL80211_TID_STATS_MAX, attribute, tid_policy) < 0
      || tid[NL80211_TID_STATS_TXQ_STATS] == NULL
      || nla_parse_nested (queue, NL80211_TXQ_STATS_MAX, tid[NL80211_TID_STATS_TXQ_STATS],
             queue_policy)
          < 0)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (queue_values); i++) {
    gint64 *value = find_value (station, &queue_values[i]);

    if (queue[queue_values[i].attribute] != NULL)
      *value = MAX (*value, 0) + queue_values[i].read (queue[queue_values[i].attribute]);
  }
}

/* @attribute: (nullable): one for each TID. */
static void
read_queues (struct nlattr *attribute, WfdStation *station)
{
  struct nlattr *tid;
  int left;

  for (guint i = 0; i < G_N_ELEMENTS (queue_values); i++)
    *find_value (station, &queue_values[i]) = WFD_STATION_UNKNOWN;
  if (attribute == NULL)
    return;
  nla_for_each_nested (tid, attribute, left) add_queue (tid, station);
}

static gboolean
read_station (const WfdStationAnswer *answer, struct nlmsghdr *header, WfdStation *ret_station)
{
  struct nlattr *attributes[NL80211_ATTR_MAX + 1], *info[NL80211_STA_INFO_MAX + 1];

  if (!genlmsg_valid_hdr (header, 0) || genlmsg_hdr (header)->cmd != NL80211_CMD_NEW_STATION
      || genlmsg_parse (header, 0, attributes, NL80211_ATTR_MAX, station_policy) < 0)
    return FALSE;
  if (attributes[NL80211_ATTR_IFINDEX] == NULL || attributes[NL80211_ATTR_MAC] == NULL
      || attributes[NL80211_ATTR_STA_INFO] == NULL
      || nla_get_u32 (attributes[NL80211_ATTR_IFINDEX]) != answer->interface_index
      || nla_parse_nested (info, NL80211_STA_INFO_MAX, attributes[NL80211_ATTR_STA_INFO],
             info_policy)
          < 0)
    return FALSE;
  memcpy (ret_station->address, nla_data (attributes[NL80211_ATTR_MAC]), WFD_STATION_ADDRESS_BYTES);
  read_values (info, ret_station);
  read_queues (info[NL80211_STA_INFO_TID_STATS], ret_station);
  return TRUE;
}

static WfdStationResult
read_message (WfdStationAnswer *answer, struct nlmsghdr *header)
{
  WfdStation station = { { 0 } };

  if (header->nlmsg_seq != answer->sequence)
    return WFD_STATION_MORE;
  if (header->nlmsg_type == NLMSG_DONE)
    return WFD_STATION_DONE;
  if (header->nlmsg_type == NLMSG_ERROR)
    return WFD_STATION_FAILED;
  if (header->nlmsg_type == answer->family && answer->stations->len < WFD_LIMIT_STATIONS
      && read_station (answer, header, &station))
    g_array_append_val (answer->stations, station);
  return WFD_STATION_MORE;
}

WfdStationResult
wfd_station_read (WfdStationAnswer *answer, gpointer octets, gsize n)
{
  WfdStationResult result = WFD_STATION_MORE;
  struct nlmsghdr *header = octets;
  int left = MIN (n, G_MAXINT);

  while (result == WFD_STATION_MORE && nlmsg_ok (header, left)) {
    result = read_message (answer, header);
    header = nlmsg_next (header, &left);
  }
  return result;
}

/* --- told --- */

static void
insert (const WfdStation *station, const Value *rows, guint n, GVariantDict *dict)
{
  for (guint i = 0; i < n; i++) {
    gint64 value = *(const gint64 *) G_STRUCT_MEMBER_P (station, rows[i].offset);

    if (rows[i].key != NULL && value != WFD_STATION_UNKNOWN)
      g_variant_dict_insert (dict, rows[i].key, "x", value);
  }
}

void
wfd_station_insert (const WfdStation *station, GVariantDict *dict)
{
  insert (station, values, G_N_ELEMENTS (values), dict);
  insert (station, queue_values, G_N_ELEMENTS (queue_values), dict);
}
