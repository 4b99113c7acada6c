/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "link-claim.h"
#include "link-dhcp.h"
#include "link-loss.h"
#include "link-net.h"
#include "link-p2p.h"
#include "link-p2p-search.h"
#include "link-p2p-steps.h"
#include "link-process.h"

G_BEGIN_DECLS

/* What link-p2p.c (the object), link-p2p-told.c (what it is told), link-p2p-loss.c
 * (whether the peer is still there) and link-p2p-op.c (what it does) share. */

typedef struct _WfdP2pOp WfdP2pOp;

/* Somebody in a group of ours. */
typedef struct
{
  char *id;
  gboolean has_station; /* it is known as which station: its address there is another */
  guint8 station[WFD_STATION_ADDRESS_BYTES];
} WfdP2pMember;

/* A group that wpa_supplicant has told of. */
typedef struct
{
  WfdLinkInfo *info;
  char *interface_path;
  char *group_path;
  WfdClaim *claim;      /* for the case that we crash; NULL if there can be none */
  gboolean is_up;       /* the application knows it */
  gboolean is_kept;     /* and has begun it: it waits for whoever comes */
  gboolean is_shared;   /* another link of ours has begun it */
  gboolean is_left;     /* to others of ours, who are in it and go on */
  GArray *members;      /* WfdP2pMember: those who are in ours */
  char *newcomer;       /* id; which station it is is told next, if it is told */
  gboolean has_address; /* we have set ours */
  WfdProcess *dhcp;     /* its client or its server; NULL if there is none */
  char *server;         /* the number of one that another of ours has begun; the same */
  guint n_servers;      /* begun by us */
  GPtrArray *leases;    /* of our server to our clients, the last one last */
  GSource *ride_out;    /* the peer has left, perhaps for a moment */

  WfdStationWatch *stations; /* NULL if the kernel tells nothing */
  WfdStation station;        /* that of the peer, as it was seen last */
  gboolean knows_station;    /* ever */
  gboolean has_station;      /* now */

  WfdLossWatch loss;
  GSource *loss_timer; /* NULL while nobody is watched */
  gint64 asked_us;     /* whether it is there, and it has not answered yet; 0: it was not */
  gboolean is_away;    /* the application has been told that the peer is */
  GSource *look_timer; /* for the owner of the group, who is away; NULL if we do not look */
} WfdP2pGroup;

struct _WfdP2pLink
{
  GObject parent_instance;

  WfdP2pOptions options;
  GMainContext *context;
  GDBusConnection *bus;

  /* wpa_supplicant, as far as it has been reached */
  char *owner;           /* its unique name */
  GArray *subscriptions; /* guint */
  gboolean is_prepared;
  gboolean says_busy; /* to others, that a session runs */
  char **interfaces;  /* that it had then; of those that are not ours others make use */
  char *interface_path;
  char *device_name;         /* of that interface */
  gboolean shares_interface; /* by our doing: groups have none of their own */
  GVariant *old_wfd_ies;     /* of before we came; ay */
  GVariant *old_config;      /* the same; a{sv}, with the methods of pairing */
  char *methods;             /* of pairing; NULL: unknown */
  gboolean sets_methods;     /* they were others */
  gboolean is_named;         /* by us */
  gboolean is_nameless;      /* wpa_supplicant has been given no name */
  GInetAddress *go_address;
  GInetAddressMask *go_network;
  WfdDhcpRange pool; /* given to clients in the handshake */
  WfdClaim *claim;   /* of what is set here, for the case that we crash; nullable */
  gboolean claims_forming, claims_turn;

  gboolean is_finding;   /* for the application, not for an operation */
  gboolean expects_back; /* a source: the peer of a link that was open, since any was looked for */
  gboolean seeks_back;   /* whom it has had, who may be there again at any moment */
  guint last_mhz;        /* where its last group was; 0 if that is not known */
  gboolean is_reachable; /* though it neither searches nor waits */
  WfdP2pSearch search;
  gboolean had_company;   /* others of ours were on the adapter then */
  gint64 search_us;       /* when that began */
  gint64 deaf_until_us;   /* to whom it has refused, if it searches */
  guint n_glances;        /* since it was begun by an operation, or the peer may come back */
  gboolean is_at_rest;    /* the interface of the adapter */
  guint n_networks;       /* it may be in */
  gboolean is_connected;  /* and is */
  gboolean is_in_network; /* or looks for one; either way it listens less */
  gint64 listened_us;     /* when it was last begun to listen */
  gint64 glance_us;       /* when it is time for the next glance, while it waits */
  guint listen_ms;        /* for which wpa_supplicant listens by itself, again and again; or 0 */
  gint64 radio_back_us;   /* when the radio will be back from where it is */
  GSource *search_again;
  GCancellable *asking; /* who a peer is */
  GHashTable *peers;    /* id to WfdLinkPeer */

  WfdP2pGroup *group;
  GPtrArray *unseen; /* paths of interfaces of groups that have not begun */
  WfdP2pOp *op;      /* what is under way; NULL if nothing */
};

/* --- the object --- */

void wfd_p2p_clear_source (GSource **source);
/* Of an option that is 0 unless somebody has set it. */
static inline guint
wfd_p2p_or_default (guint option, guint value)
{
  return option != 0 ? option : value;
}
/* Whether a session runs, if that has changed; all that we are. */
void wfd_p2p_link_announce (WfdP2pLink *self);
void wfd_p2p_link_announce_anew (WfdP2pLink *self);
/* Listens to what @self->owner says from now on. */
void wfd_p2p_link_subscribe (WfdP2pLink *self);
/* It is gone, or has to be looked for again. */
void wfd_p2p_link_forget_service (WfdP2pLink *self);
/* What we have begun and set is undone; waits for wpa_supplicant until @end_us at most, to be
 * told of what it has begun. */
void wfd_p2p_link_undo_everything (WfdP2pLink *self, gint64 end_us);
/* What it was told of us before has been, or cannot be, restored. */
void wfd_p2p_link_forget_old (WfdP2pLink *self);
void wfd_p2p_link_lose_peer (WfdP2pLink *self, const char *path);
void wfd_p2p_link_lose_all_peers (WfdP2pLink *self);
/* Of ".../Peers/020000000100"; NULL if that is no peer. Of too many another one goes. */
WfdLinkPeer *wfd_p2p_link_ensure_peer (WfdP2pLink *self, const char *path);
/* @is_heard: just now, and not known from before. */
void wfd_p2p_link_update_peer (WfdP2pLink *self, const char *path, GVariant *properties,
    gboolean is_heard);
WfdLinkPeer *wfd_p2p_link_find_peer (WfdP2pLink *self, const char *text);
gboolean wfd_p2p_link_has_peer (WfdP2pLink *self, WfdLinkPeer *peer);
char *wfd_p2p_link_dup_peer_path (WfdP2pLink *self, WfdLinkPeer *peer);
/* Does not wait for the answer, which nobody wants. */
void wfd_p2p_link_send (WfdP2pLink *self, const char *path, const char *method, GVariant *args);
void wfd_p2p_link_send_to (WfdP2pLink *self, const char *path, const char *interface,
    const char *method, GVariant *args);
void wfd_p2p_link_clear_group (WfdP2pLink *self);
/* FALSE if the address of @group is not known. */
gboolean wfd_p2p_group_get_address (const WfdP2pGroup *group, WfdNetAddress *ret_address);
/* Nothing is under way: a group that the peer has begun meanwhile is looked at,
 * else the application's search goes on. */
void wfd_p2p_link_look_around (WfdP2pLink *self);

/* Whether an interface is that of a group on the adapter @device, both by name. */
gboolean wfd_p2p_is_group_of (const char *name, const char *device);
/* An interface for a group has been added, and has gone or got its group. */
void wfd_p2p_link_note_unseen (WfdP2pLink *self, const char *path);
void wfd_p2p_link_forget_unseen (WfdP2pLink *self, const char *path);
/* Somebody else has begun a group there. */
void wfd_p2p_link_note_other (WfdP2pLink *self, const char *path);
/* When Cancel has been answered: what it has left. */
void wfd_p2p_link_end_unseen (WfdP2pLink *self);
/* When Cancel has been sent, and nothing will be heard any more: the same. Waits for
 * wpa_supplicant until @end_us at most; without that, for what is known of. */
void wfd_p2p_link_end_unseen_now (WfdP2pLink *self, gint64 end_us);
/* What was sent is on its way, unless the message bus takes nothing until @end_us. */
void wfd_p2p_link_flush (WfdP2pLink *self, gint64 end_us);

/* --- claims --- */

/* For the case that we crash: @config is about to be set, ... */
void wfd_p2p_link_claim (WfdP2pLink *self, GVariant *config);
/* ... and announced, ... */
void wfd_p2p_link_claim_announced (WfdP2pLink *self, GVariant *wfd_ies);
/* ... others have begun groups meanwhile, ... */
void wfd_p2p_link_claim_interfaces (WfdP2pLink *self);
/* ... a group may begin from now on, or not any more, ... */
void wfd_p2p_link_claim_forming (WfdP2pLink *self);
/* ... it has begun, and we have done more to it. */
void wfd_p2p_group_claim (WfdP2pLink *self);
void wfd_p2p_group_claim_more (WfdP2pGroup *group);
/* Whether it is open, and with whom. */
void wfd_p2p_group_claim_open (WfdP2pGroup *group);
/* Of what all share, what was set before is set again: by those of ours who go on, else by
 * somebody else. */
void wfd_p2p_link_leave (WfdP2pLink *self);

/* --- one group for several links --- */

/* Whether another link of ours may begin a group just now, which a search would disturb. */
gboolean wfd_p2p_link_gives_way (WfdP2pLink *self);
/* Whether what begins at @interface_path is its group. */
gboolean wfd_p2p_link_is_of_other (WfdP2pLink *self, const char *interface_path);
/* It is over for us; whoever else is in it keeps what it needs. */
void wfd_p2p_group_release (WfdP2pLink *self);
/* The same; returns what to ask of it then: that it ends, or lets the peer go. NULL if
 * nothing. */
const char *wfd_p2p_group_get_end (WfdP2pLink *self, GVariant **ret_args);
/* Asks that, and does not wait for the answer. */
void wfd_p2p_link_end_group (WfdP2pLink *self);
/* Whether others of ours are in the group. */
gboolean wfd_p2p_link_shares_group (WfdP2pLink *self);
/* Of another link, or about to be. */
gboolean wfd_p2p_link_is_beside_group (WfdP2pLink *self);
/* We listen for @period_ms at a time, 0 for not any more; wpa_supplicant has one such setting for
 * each adapter. Returns: that of those of ours on it who listen longest */
guint wfd_p2p_link_share_listening (WfdP2pLink *self, guint period_ms);
/* Others of ours, on our adapter; those that listen. */
gboolean wfd_p2p_link_has_company (WfdP2pLink *self);
gboolean wfd_p2p_link_others_listen (WfdP2pLink *self);

/* --- groups of our own --- */

void wfd_p2p_group_init_members (WfdP2pGroup *group);
/* Somebody is in the group, or comes just now, as a station of which wpa_supplicant tells
 * then, or has left. */
void wfd_p2p_group_add_member (WfdP2pGroup *group, const char *peer_path);
void wfd_p2p_group_note_joined (WfdP2pGroup *group, const char *peer_path);
void wfd_p2p_group_note_station (WfdP2pGroup *group, const char *station);
/* All but @peer, as far as it is known which stations they are. */
void wfd_p2p_group_turn_out (WfdP2pLink *self, WfdLinkPeer *peer);
/* What another link of ours has noted so. */
void wfd_p2p_group_learn_stations (WfdP2pGroup *group, const char *text);
void wfd_p2p_group_remove_member (WfdP2pGroup *group, const char *peer_path);
/* As which station the peer is in it; NULL if that is not known. */
const guint8 *wfd_p2p_group_get_station (WfdP2pGroup *group);
/* Whether that of the peer is known; else of those that may be it none is another's. */
gboolean wfd_p2p_group_knows_station (WfdP2pGroup *group);
gboolean wfd_p2p_group_may_be_peer (const guint8 *station, gpointer group);
/* What our server has given: to the peer, NULL if nothing. */
void wfd_p2p_group_take_lease (WfdP2pGroup *group, GInetAddress *address, const guint8 *station);
GInetAddress *wfd_p2p_group_find_lease (WfdP2pGroup *group);
/* Whether it goes on when its peer has gone. */
gboolean wfd_p2p_group_outlives_peer (WfdP2pGroup *group);
/* The peer has gone; the group waits for the next. */
void wfd_p2p_group_vacate (WfdP2pGroup *group);

/* --- loss --- */

/* The link is up, with a peer or without. */
void wfd_p2p_link_watch_peer (WfdP2pLink *self);
/* What wpa_supplicant tells as owner of the group, and what the application does. */
void wfd_p2p_link_peer_joined (WfdP2pLink *self, const char *peer_path);
void wfd_p2p_link_peer_left (WfdP2pLink *self, const char *peer_path);
void wfd_p2p_link_tell (WfdP2pLink *self, WfdLinkLife life);

/* --- operations --- */

typedef struct
{
  guint facts;
  const char *peer;              /* nullable */
  const WfdLinkPairing *pairing; /* nullable */
} WfdP2pWish;

/* @task: (nullable) (transfer full) */
void wfd_p2p_op_begin (WfdP2pLink *self, const WfdP2pWish *wish, GTask *task);
void wfd_p2p_op_disconnect (WfdP2pLink *self, GTask *task);

/* What has happened meanwhile; @self->op is not NULL in any of them. */
void wfd_p2p_op_peer_seen (WfdP2pOp *op, WfdLinkPeer *peer);
/* To be paired. */
void wfd_p2p_op_peer_asks (WfdP2pOp *op, WfdLinkPeer *peer);
/* wpa_supplicant has forgotten somebody. */
void wfd_p2p_op_peer_lost (WfdP2pOp *op);
void wfd_p2p_op_group_started (WfdP2pOp *op);
void wfd_p2p_op_peer_joined (WfdP2pOp *op, const char *peer_path);
void wfd_p2p_op_station_told (WfdP2pOp *op);
/* Whoever is in a group in which the peer is waited for. */
void wfd_p2p_op_turn_out_others (WfdP2pOp *op);
void wfd_p2p_op_interface_added (WfdP2pOp *op);
/* That adapter has said that a search is over. */
void wfd_p2p_op_note_manager (WfdP2pOp *op, const char *path);
/* As it has agreed to be paired, say. */
void wfd_p2p_op_stop_asking (WfdP2pOp *op);
void wfd_p2p_op_invitation_result (WfdP2pOp *op, gint status);
/* A group of ours, where it has to be on @only_mhz; 0: anywhere, or that of the peer. @peer_path:
 * (nullable) */
void wfd_p2p_op_negotiated (WfdP2pOp *op, const char *peer_path, guint only_mhz);
/* wpa_supplicant remembers the group. */
void wfd_p2p_op_pairing_added (WfdP2pOp *op, const char *persistent_path);
/* @error: (transfer full) in each; @peer_path: (nullable): with whom; @may_pass:
 * by itself, so that it is tried again */
void wfd_p2p_op_formation_failed (WfdP2pOp *op, const char *peer_path, gboolean may_pass,
    GError *error);
void wfd_p2p_op_group_gone (WfdP2pOp *op, GError *error);
void wfd_p2p_op_fail (WfdP2pOp *op, GError *error);
/* Ends at once, without undoing anything. */
void wfd_p2p_op_abandon (WfdP2pOp *op, GError *error);

/* Whether it is about to pair with @peer: its requests are what we want. */
gboolean wfd_p2p_op_pairs_with (WfdP2pOp *op, WfdLinkPeer *peer);
/* Whether a group is being negotiated with @peer, which owns none then. */
gboolean wfd_p2p_op_negotiates (WfdP2pOp *op, WfdLinkPeer *peer);
/* Whether @peer is the one that it is about, or may be. */
gboolean wfd_p2p_op_wants (WfdP2pOp *op, WfdLinkPeer *peer);
/* Whether it waits for its peer to be found. */
gboolean wfd_p2p_op_searches (WfdP2pOp *op);
/* Whether what is under way has come so far that some of @what would have to be undone; of
 * WfdP2pUndo. */
gboolean wfd_p2p_link_has_to_undo (WfdP2pLink *self, guint what);

G_END_DECLS
