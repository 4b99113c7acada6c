/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <rate.h>

G_BEGIN_DECLS

/* What can be measured of a link from this end of it. An interface, and the kinds that
 * need no more than a socket; whoever has another one fills in a class.
 *
 * A probe belongs to one stream and is made with the WfdRate that it feeds, as both
 * count what was sent. It is used by one thread at a time, and never waits. */
typedef struct _WfdLinkProbe WfdLinkProbe;

/* A packet of the stream that was handed to the kernel. */
typedef struct
{
  guint16 sequence; /* of RTP */
  guint bytes;      /* bytes on the wire, headers of IP and UDP included */
} WfdLinkPacket;

/* Of a look; more than 60 ms of packets at 40 Mbit/s. */
#define WFD_LINK_PROBE_COMPLETIONS 256

/* What is known now, or new since the last look. */
typedef struct
{
  gint64 queue_bytes;     /* bytes of the stream in the kernel, as on the wire; or unknown */
  gint64 rtt_us;          /* us, of something small that came back since; or unknown */
  gint64 rtt_age_us;      /* us since it came back */
  gboolean tells_rtts;    /* such come back, so that nothing else need be asked for them */
  gboolean has_station;   /* whether the driver told something since */
  WfdRateStation station; /* that; members may be unknown */
  gboolean tells_packets; /* completions come, so that the queue need not be looked at */
  WfdRateCompletion completions[WFD_LINK_PROBE_COMPLETIONS]; /* packets done with since */
  guint n_completions;
  const char *problem; /* (nullable): what cannot be read any more, and why; for a log */
} WfdLinkReading;

typedef struct
{
  const char *name; /* for statistics */
  /* May be NULL. */
  void (*sent) (WfdLinkProbe *self, const WfdLinkPacket *packets, guint n, gint64 now_us);
  /* Fills in what it knows and nobody before it did. */
  void (*look) (WfdLinkProbe *self, WfdLinkReading *reading, gint64 now_us);
  void (*free) (WfdLinkProbe *self);
} WfdLinkProbeClass;

struct _WfdLinkProbe
{
  const WfdLinkProbeClass *klass;
};

/* After each hand-over, with what wfd_rate_feed_sent() is told too. */
void wfd_link_probe_sent (WfdLinkProbe *self, const WfdLinkPacket *packets, guint n, gint64 now_us);
void wfd_link_probe_look (WfdLinkProbe *self, WfdLinkReading *ret_reading, gint64 now_us);
void wfd_link_probe_free (WfdLinkProbe *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdLinkProbe, wfd_link_probe_free)

/* Tells @rate what was read. @own_bytes: bytes that wait before the gate. */
void wfd_link_reading_feed (const WfdLinkReading *self, WfdRate *rate, gint64 own_bytes,
    gint64 now_us);

/* Several as one; the first that knows something is believed. */
WfdLinkProbe *wfd_link_probe_new_group (void);
/* @probe: (transfer full). */
void wfd_link_probe_group_add (WfdLinkProbe *group, WfdLinkProbe *probe);

/* The drain of the queue of @socket, by SIOCOUTQ. */
WfdLinkProbe *wfd_link_probe_new_queue (GSocket *socket);
/* Packets of @socket one by one as the driver is done with them, by SO_WIFI_STATUS:
 * mac80211 only, and not for what UDP_SEGMENT cuts up. Before the queue in a group. */
WfdLinkProbe *wfd_link_probe_new_packets (GSocket *socket);
/* Round trips of @socket, a TCP connection to the peer. */
WfdLinkProbe *wfd_link_probe_new_tcp (GSocket *socket);
/* Round trips of echo requests (ICMP) to @peer, some ten a second. An error where the
 * system lets nobody send them (net.ipv4.ping_group_range). */
WfdLinkProbe *wfd_link_probe_new_echo (GInetAddress *peer, GError **error);
/* What the driver says of the peer, from whoever asks it (nl80211, in lib/link). */
WfdLinkProbe *wfd_link_probe_new_station (void);
/* From any thread; the next look gives it, once. */
void wfd_link_probe_station_tell (WfdLinkProbe *self, const WfdRateStation *station);
/* What an emulated link tells at @path, a UNIX socket: lines "queue <bytes>" (that left
 * the kernel, in all), "station <phy kbit/s> <retries> <failed> <packets> <queue drops>",
 * "done <RTP sequence> <0|1>" (1: nobody acknowledged it). "-" is unknown. */
WfdLinkProbe *wfd_link_probe_new_emulated (const char *path, GError **error);

G_END_DECLS
