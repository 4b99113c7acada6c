/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "station-builder.h"

#include <linux/nl80211.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

WfdStation
station_new (guint8 last)
{
  WfdStation station = { { 2, 0, 0, 0, 3, last } };

  for (gint64 *value = &station.inactive_ms; value <= &station.queue_overlimit; value++)
    *value = WFD_STATION_UNKNOWN;
  return station;
}

static void
put_u32 (struct nl_msg *message, int attribute, gint64 value)
{
  if (value != WFD_STATION_UNKNOWN)
    nla_put_u32 (message, attribute, value);
}

static void
put_dbm (struct nl_msg *message, int attribute, gint64 value)
{
  if (value != WFD_STATION_UNKNOWN)
    nla_put_u8 (message, attribute, value);
}

static void
put_rate (struct nl_msg *message, int attribute, gint64 kbps)
{
  struct nlattr *nest;

  if (kbps == WFD_STATION_UNKNOWN)
    return;
  nest = nla_nest_start (message, attribute);
  nla_put_u32 (message, NL80211_RATE_INFO_BITRATE32, kbps / 100);
  nla_nest_end (message, nest);
}

static gboolean
has_queue (const WfdStation *station)
{
  for (const gint64 *value = &station->queue_bytes; value <= &station->queue_overlimit; value++)
    if (*value != WFD_STATION_UNKNOWN)
      return TRUE;
  return FALSE;
}

/* As of TID 0, which is all of them together. */
static void
put_queue (struct nl_msg *message, const WfdStation *station)
{
  struct nlattr *tids, *tid, *queue;

  if (!has_queue (station))
    return;
  tids = nla_nest_start (message, NL80211_STA_INFO_TID_STATS);
  tid = nla_nest_start (message, 1);
  queue = nla_nest_start (message, NL80211_TID_STATS_TXQ_STATS);
  put_u32 (message, NL80211_TXQ_STATS_BACKLOG_BYTES, station->queue_bytes);
  put_u32 (message, NL80211_TXQ_STATS_BACKLOG_PACKETS, station->queue_packets);
  put_u32 (message, NL80211_TXQ_STATS_FLOWS, station->queue_flows);
  put_u32 (message, NL80211_TXQ_STATS_DROPS, station->queue_drops);
  put_u32 (message, NL80211_TXQ_STATS_OVERLIMIT, station->queue_overlimit);
  nla_nest_end (message, queue);
  nla_nest_end (message, tid);
  nla_nest_end (message, tids);
}

static void
append (GByteArray *out, struct nl_msg *message)
{
  struct nlmsghdr *header = nlmsg_hdr (message);

  g_byte_array_append (out, (const guint8 *) header, header->nlmsg_len);
  g_byte_array_set_size (out, NLMSG_ALIGN (out->len));
  nlmsg_free (message);
}

void
station_append (GByteArray *out, const WfdStationAnswer *to, const WfdStation *station)
{
  struct nl_msg *message = nlmsg_alloc ();
  struct nlattr *info;

  genlmsg_put (message, 0, to->sequence, to->family, 0, NLM_F_MULTI, NL80211_CMD_NEW_STATION, 1);
  nla_put_u32 (message, NL80211_ATTR_IFINDEX, to->interface_index);
  nla_put (message, NL80211_ATTR_MAC, WFD_STATION_ADDRESS_BYTES, station->address);
  info = nla_nest_start (message, NL80211_ATTR_STA_INFO);
  put_u32 (message, NL80211_STA_INFO_INACTIVE_TIME, station->inactive_ms);
  put_u32 (message, NL80211_STA_INFO_CONNECTED_TIME, station->connected_s);
  put_dbm (message, NL80211_STA_INFO_SIGNAL, station->signal_dbm);
  put_dbm (message, NL80211_STA_INFO_SIGNAL_AVG, station->signal_avg_dbm);
  put_rate (message, NL80211_STA_INFO_TX_BITRATE, station->tx_kbps);
  put_rate (message, NL80211_STA_INFO_RX_BITRATE, station->rx_kbps);
  put_u32 (message, NL80211_STA_INFO_EXPECTED_THROUGHPUT, station->expected_kbps);
  put_u32 (message, NL80211_STA_INFO_TX_PACKETS, station->tx_packets);
  put_u32 (message, NL80211_STA_INFO_TX_RETRIES, station->tx_retries);
  put_u32 (message, NL80211_STA_INFO_TX_FAILED, station->tx_failed);
  put_u32 (message, NL80211_STA_INFO_RX_PACKETS, station->rx_packets);
  put_u32 (message, NL80211_STA_INFO_TX_BYTES, station->tx_bytes);
  put_u32 (message, NL80211_STA_INFO_RX_BYTES, station->rx_bytes);
  put_queue (message, station);
  nla_nest_end_keep_empty (message, info);
  append (out, message);
}

void
station_append_end (GByteArray *out, const WfdStationAnswer *to)
{
  struct nl_msg *message = nlmsg_alloc ();
  gint32 status = 0;

  nlmsg_put (message, 0, to->sequence, NLMSG_DONE, 0, NLM_F_MULTI);
  nlmsg_append (message, &status, sizeof (status), 0);
  append (out, message);
}
