/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-address.h"
#include "peer-link.h"
#include "peer-node.h"
#include "peer-places.h"

G_BEGIN_DECLS

#define TICKS_PER_S G_GUINT64_CONSTANT (10000000)

/* Peer times further apart than this are none of one graph (3.1.5.2.2). */
#define MAX_TIME_DIFFERENCE (20 * 60 * TICKS_PER_S)
/* Of who has heard it once: the answer may have been longer on its way than the question. */
#define MAX_TIME_CHANGE (60 * TICKS_PER_S)
/* Three thousand years: what is added to it stays a number. */
#define MAX_TIME_DELTA (G_MAXINT64 / 10)

#define MAX_NEIGHBOURS 7
#define IDEAL_NEIGHBOURS 3

/* How many nodes are tried when a neighbour is lost, those that are gone too; and of those
 * that each who refuses names instead, one after the other. */
#define TRIES 8

/* How often somebody who was refused by all of these comes again, after up to a second and then
 * twice as long each time: for a minute. */
#define ROUNDS 6

/* How this side of a link brings its records up to those of the other. */
typedef enum
{
  SYNC_NONE,
  SYNC_TYPES,  /* one type after the other, everything */
  SYNC_TIME,   /* the same, what is newer than what we know; then SYNC_HASHES */
  SYNC_HASHES, /* only what differs */
  SYNC_WANTED, /* what was found to differ has been asked for */
} SyncKind;

typedef struct
{
  guint64 id;
  WfdPeerLinkType type;
  gboolean ours;
  WfdPeerLinkState state;
  gint64 deadline_us; /* of the state, or 0 */
  WfdPeerAddress address;
  char *wanted_id; /* peer id that was asked for, or NULL */
  char *peer_id;   /* of the peer, once it is known */
  gboolean proved; /* that this is who it is */
  guint64 node_id;
  gint64 connected_us;
  gint64 used_us;    /* when data of the application came or went, if it is direct */
  guint64 asked_at;  /* peer time when CONNECT was sent */
  GArray *addresses; /* WfdPeerAddress where the peer listens */
  GArray *refusers;  /* WfdPeerAddress of those who were tried before, one instead of the other */
  gboolean is_busy;  /* it was refused, for there was no place */
  guint n_rounds;    /* how often that began anew, for none of them had a place */

  SyncKind sync;
  guint sync_step;
  guint64 sync_since;       /* peer time of what is new, of SYNC_TIME */
  GQueue floods;            /* WfdPeerGuid of records to send, which are there, in their order */
  GHashTable *floods_known; /* where each is in it */
  gboolean answering;       /* SYNC_END is to be sent behind them */
  gboolean advertised;      /* REQUEST comes next */
  GBytes *asked;            /* SOLICIT or REQUEST that is to be answered later, or NULL */
  gint64 answer_us;         /* when */
  guint64 usefulness;
} Link;

typedef enum
{
  TIMER_MAINTAIN,
  TIMER_EXPIRE,
  TIMER_REFRESH,
  TIMER_PRESENCE,
  TIMER_SIGNATURE, /* there is none, or a lower one is ours */
  TIMER_CONTACTS,  /* to be one of them, or no more */
  TIMER_CONTACT,   /* ours may be out of date */
  TIMER_PARTITION,
  TIMER_NEIGHBOUR, /* one was lost */
  TIMER_MISSED,    /* who has gone without a word may be back */
  N_TIMERS,
} Timer;

/* Of records, each with places of its own. */
typedef enum
{
  KIND_OF_APPLICATION,
  KIND_OF_GRAPH,
  KIND_OF_GROUP,
  N_KINDS,
} Kind;

struct _WfdPeerNode
{
  const WfdPeerNodeCalls *calls;
  gpointer user_data;
  char *graph_id, *peer_id, *friendly_name;
  GArray *precedence; /* WfdPeerGuid */
  guint64 node_id;
  gboolean secured;

  gint64 now_us;
  guint64 utc;
  gint64 time_delta;          /* peer time is the time of day without it */
  gboolean has_time;          /* taken from another node, or the creator's own */
  gint64 furthest_time_delta; /* as it was then */
  gint64 time_since_us;
  guint64
      known_until; /* peer time since when there is no neighbour; 0: there is one, or never was */
  gint64 timers_us[N_TIMERS];

  guint32 status;
  gboolean left;
  gboolean accepts_direct;
  guint max_direct;  /* of others */
  GArray *listening; /* WfdPeerAddress */
  guint64 last_link_id;
  gint64 next_place_us; /* of a neighbour, for a newcomer */
  GHashTable *links;
  GArray *referrals; /* WfdPeerAddress of nodes that were named to us */
  GArray *missed;    /* who has gone without a word */
  GArray *askers;    /* machines that have had us look through the records */
  gint64 missed_delay_us;
  guint n_to_try; /* neighbours to look for, one after the other, since one was lost */

  GHashTable *records;           /* by id */
  GHashTable *deferred;          /* the same, not valid yet */
  WfdPeerPlaces places[N_KINDS]; /* of the records */
  WfdPeerPlaces deferred_places;
  gboolean has_properties;
  WfdPeerProperties properties;

  gboolean forced_presence;
  char *attributes;
  WfdPeerGuid presence_id;
  gboolean has_presence;
  WfdPeerGuid contact_id;
};

/* peer-node.c */
void wfd_peer_node_update_status (WfdPeerNode *self);
void wfd_peer_node_set_synchronized (WfdPeerNode *self);
void wfd_peer_node_start_timer (WfdPeerNode *self, Timer timer, gint64 delay_us);
/* From here on peer time is known, but for @max_change. */
void wfd_peer_node_begin_time (WfdPeerNode *self, gint64 time_delta, gint64 max_change);
/* No later than it is. */
void wfd_peer_node_hasten_timer (WfdPeerNode *self, Timer timer, gint64 delay_us);

/* peer-node-link.c */
Link *wfd_peer_node_get_link (const WfdPeerNode *self, guint64 link_id);
guint wfd_peer_node_count_neighbours (const WfdPeerNode *self);
void wfd_peer_node_link_event (WfdPeerNode *self, Link *link, WfdPeerLinkEvent event,
    const WfdPeerMessage *message);
void wfd_peer_node_send_message (WfdPeerNode *self, Link *link, GByteArray *message);
void wfd_peer_node_send_addresses (WfdPeerNode *self);
void wfd_peer_node_free_link (gpointer data);
/* FALSE if it did not work. */
Link *wfd_peer_node_open_link (WfdPeerNode *self, WfdPeerLinkType type, const char *peer_id,
    const WfdPeerAddress *address);

/* peer-node-guard.c */
/* To look at all records takes time in which nobody else is heard: a machine has a tenth of it, and
 * as much in advance as it takes to be told everything when it comes. */
#define LOOK_US 10 /* for each of them */
#define LOOKS_AHEAD_US (4 * G_USEC_PER_SEC)
GArray *wfd_peer_node_new_askers (void);
/* How long somebody on the machine of @link has to wait who has us look at @n; 0: not at all, and it
 * is done. */
gint64 wfd_peer_node_take_looks_us (WfdPeerNode *self, const Link *link, guint n);
gboolean wfd_peer_node_is_full_of_direct (const WfdPeerNode *self);
/* The one of too many, of the same type, that shall go for @newcomer, or NULL. */
Link *wfd_peer_node_find_place (WfdPeerNode *self, const Link *newcomer);
/* Whether what @record says of its history, and of the graph if it is of that, can be true. */
gboolean wfd_peer_node_is_plausible (const WfdPeerNode *self, const WfdPeerRecord *record);
/* The earliest time at which it can have been changed to @version. */
guint64 wfd_peer_node_plausible_time (const WfdPeerRecord *record, guint32 version);

/* peer-node-sync.c */
/* Something has come of what was asked for, if anything was. */
void wfd_peer_node_watch_silence (WfdPeerNode *self, Link *link);
void wfd_peer_node_start_sync (WfdPeerNode *self, Link *link);
/* FALSE: it broke the protocol. */
gboolean wfd_peer_node_sync_message (WfdPeerNode *self, Link *link, const WfdPeerMessage *message);
/* What has waited for its time. */
void wfd_peer_node_answer_asked (WfdPeerNode *self, Link *link);
void wfd_peer_node_queue_flood (WfdPeerNode *self, Link *link, const WfdPeerGuid *id);
/* A record that is gone. */
void wfd_peer_node_unqueue_flood (Link *link, const WfdPeerGuid *id);
void wfd_peer_node_pump (WfdPeerNode *self, Link *link);

/* peer-node-records.c */
typedef enum
{
  TAKEN_NEW,
  TAKEN_SAME,
  TAKEN_OLD,
  TAKEN_REFUSED,
} Taken;

/* A record that @from, or a file if NULL, has. */
Taken wfd_peer_node_take_record (WfdPeerNode *self, WfdPeerRecord *record, Link *from);
void wfd_peer_node_init_places (WfdPeerNode *self);
void wfd_peer_node_clear_places (WfdPeerNode *self);
gboolean wfd_peer_node_is_alive (const WfdPeerNode *self, const WfdPeerRecord *record);
/* Stamps and signs records that have an id, and lets the graph have them: all, or none. */
guint32 wfd_peer_node_publish (WfdPeerNode *self, WfdPeerRecord *const *records, guint n,
    WfdPeerRecordChange change);
/* What @changes make of the record that they name. */
guint32 wfd_peer_node_prepare_update (WfdPeerNode *self, const WfdPeerRecord *changes,
    WfdPeerRecord **ret_record);
/* Under @id, over what is there, deleted or not. */
void wfd_peer_node_publish_own (WfdPeerNode *self, const WfdPeerGuid *type, const WfdPeerGuid *id,
    guint8 flags, guint64 life, GBytes *payload);
/* Deletes it, if it is there. */
void wfd_peer_node_withdraw (WfdPeerNode *self, const WfdPeerGuid *id);
void wfd_peer_node_expire (WfdPeerNode *self);
void wfd_peer_node_refresh (WfdPeerNode *self);

/* peer-node-presence.c */
void wfd_peer_node_publish_presence (WfdPeerNode *self);
void wfd_peer_node_withdraw_presence (WfdPeerNode *self);
/* @old: what was there before, or NULL. */
void wfd_peer_node_presence_changed (WfdPeerNode *self, const WfdPeerRecord *record,
    const WfdPeerRecord *old, WfdPeerRecordChange change);
/* @addresses has room for all; how many there are. */
guint wfd_peer_node_copy_listening (const WfdPeerNode *self, WfdPeerAddress *addresses);
/* What a presence or contact record says of where a node is, without what cannot be. */
gboolean wfd_peer_node_read_place (const WfdPeerNode *self, const WfdPeerRecord *record,
    WfdPeerContact *ret_place);

/* peer-node-missed.c */
GArray *wfd_peer_node_new_missed (void);
void wfd_peer_node_miss (WfdPeerNode *self, guint64 node_id, const WfdPeerAddress *addresses,
    guint n, gboolean was_neighbour);
/* By a presence or contact record, which was @old. */
void wfd_peer_node_place_changed (WfdPeerNode *self, const WfdPeerRecord *record,
    const WfdPeerRecord *old, WfdPeerRecordChange change);
void wfd_peer_node_try_missed (WfdPeerNode *self);

/* peer-node-neighbours.c */
gboolean wfd_peer_node_has_link_to (const WfdPeerNode *self, guint64 node_id);
/* The one that the peer has named there; FALSE: none that we could reach. */
gboolean wfd_peer_link_read_address (const Link *link, WfdPeerList list, guint i,
    WfdPeerAddress *ret_address);
/* To neighbours. */
guint wfd_peer_node_count_attempts (const WfdPeerNode *self);
gboolean wfd_peer_addresses_contain (const GArray *addresses, const WfdPeerAddress *address);
/* One at random, out of @addresses, where there are some. */
void wfd_peer_take_any (GArray *addresses, WfdPeerAddress *ret_address);
gboolean wfd_peer_node_is_tried (const WfdPeerNode *self, const WfdPeerAddress *address);
/* FALSE: there are not enough neighbours, and nobody is known to be asked. */
gboolean wfd_peer_node_maintain (WfdPeerNode *self);
/* A neighbour was lost. */
void wfd_peer_node_look_for_others (WfdPeerNode *self);
/* Something came of it: the next, if there are not enough yet. */
void wfd_peer_node_go_on (WfdPeerNode *self);
void wfd_peer_node_look (WfdPeerNode *self);
/* By the one to whom @link leads, or led. */
void wfd_peer_node_remember_referrals (WfdPeerNode *self, const Link *link, WfdPeerList addresses);
guint wfd_peer_node_list_referrals (WfdPeerNode *self, const Link *except,
    WfdPeerAddress *addresses, guint max);

/* peer-node-contact.c */
/* Something changed that signature, contacts or parts may follow from. */
void wfd_peer_node_watch_parts (WfdPeerNode *self);
void wfd_peer_node_publish_signature (WfdPeerNode *self);
void wfd_peer_node_balance_contacts (WfdPeerNode *self);
void wfd_peer_node_renew_contact (WfdPeerNode *self);
void wfd_peer_node_mend_partition (WfdPeerNode *self);
void wfd_peer_node_ask_for_others (WfdPeerNode *self);
/* And the signature, if it is ours. */
void wfd_peer_node_withdraw_contact (WfdPeerNode *self);
gint64 wfd_peer_node_get_signature_delay_us (guint64 node_id);
guint wfd_peer_node_get_min_contacts (guint64 signature);
gboolean wfd_peer_node_is_contact (const WfdPeerNode *self);

static inline gboolean
wfd_peer_link_is_neighbour (const Link *link)
{
  return link->type == WFD_PEER_LINK_NEIGHBOUR && link->state == WFD_PEER_LINK_CONNECTED;
}

static inline gboolean
wfd_peer_address_equal (const WfdPeerAddress *a, const WfdPeerAddress *b)
{
  return a->port == b->port && memcmp (a->ip, b->ip, sizeof (a->ip)) == 0;
}

G_END_DECLS
