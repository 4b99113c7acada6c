/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The way to a search or to an open link, as steps. Each is one question to
 * wpa_supplicant or the wait for one of its signals; what comes next depends on
 * what is known by then. */

typedef enum
{
  WFD_P2P_STEP_START,
  WFD_P2P_STEP_BUS,          /* the system's message bus */
  WFD_P2P_STEP_SERVICE,      /* have wpa_supplicant started */
  WFD_P2P_STEP_OWNER,        /* whose messages are its messages */
  WFD_P2P_STEP_CLEAN,        /* groups that were left over when we crashed */
  WFD_P2P_STEP_ROOT,         /* what it was built with, and which interfaces it has */
  WFD_P2P_STEP_INTERFACES,   /* the one with Wi-Fi Direct */
  WFD_P2P_STEP_READ_CONFIG,  /* what is set by its configuration */
  WFD_P2P_STEP_READ_METHODS, /* and how it may be paired */
  WFD_P2P_STEP_CONFIGURE,    /* our name, type and addresses */
  WFD_P2P_STEP_ANNOUNCE,     /* our WFD information */
  WFD_P2P_STEP_MANAGER,      /* of several adapters: by which it does Wi-Fi Direct */
  WFD_P2P_STEP_PEERS,        /* the devices that it knows already */
  WFD_P2P_STEP_FIND,         /* search, for whoever there is */
  WFD_P2P_STEP_PAIRINGS,     /* whether it is worth while to search */
  WFD_P2P_STEP_SEARCH,       /* search until the peer is found */
  WFD_P2P_STEP_GROUPS,       /* the pairing of before */
  WFD_P2P_STEP_SHARE,        /* whether another link of ours has a group for us, or forms one */
  WFD_P2P_STEP_INVITE,       /* open it again: ask the peer */
  WFD_P2P_STEP_REJOIN,       /* open it again: the peer is there already */
  WFD_P2P_STEP_FORGET,       /* drop a pairing that the peer does not know */
  WFD_P2P_STEP_PAIR,         /* negotiate a new group or join that of the peer */
  WFD_P2P_STEP_STATION,      /* whether this device is in a network, whose channel it shares */
  WFD_P2P_STEP_BEGIN_5_GHZ,  /* a group of our own in the better band, if there may be one */
  WFD_P2P_STEP_BEGIN,        /* a group of our own, for whoever comes */
  WFD_P2P_STEP_GROUP,        /* wait until the group stands */
  WFD_P2P_STEP_NETWORK,      /* the interface of the group */
  WFD_P2P_STEP_FREQUENCY,    /* the group's frequency */
  WFD_P2P_STEP_SERVE,        /* as its owner: our address, and addresses for clients */
  WFD_P2P_STEP_ADMIT,        /* let the peer into a group of ours, as a new one */
  WFD_P2P_STEP_INVITE_IN,    /* or as one that was paired before */
  WFD_P2P_STEP_MEMBER,       /* who else is in the group; wait if it is ours */
  WFD_P2P_STEP_ADDRESS,      /* as client: ours, if the handshake has told it */
  WFD_P2P_STEP_LEASE,        /* else by DHCP */
  WFD_P2P_STEP_PEER_ADDRESS, /* that of the peer, where nobody has told it */
  WFD_P2P_STEP_DONE,
  WFD_P2P_STEP_NOT_PAIRED, /* there is no pairing, and none may be made */
  WFD_P2P_N_STEPS,
} WfdP2pStep;

/* What is known. */
typedef enum
{
  WFD_P2P_PREPARED = 1 << 0,   /* up to the step PEERS everything was done before */
  WFD_P2P_OPENS = 1 << 1,      /* a link is wanted, not just a search */
  WFD_P2P_REOPENS = 1 << 2,    /* and that with a pairing of before */
  WFD_P2P_MAY_PAIR = 1 << 3,   /* if there is none, a new one may be made */
  WFD_P2P_PEER_KNOWN = 1 << 4, /* wpa_supplicant has heard of the peer */
  WFD_P2P_PEER_OWNS_GROUP = 1 << 5,
  WFD_P2P_PAIRED = 1 << 6,     /* there is a pairing of before */
  WFD_P2P_FORGOTTEN = 1 << 7,  /* but the peer does not know it */
  WFD_P2P_STARTED = 1 << 8,    /* a group stands, whoever began it */
  WFD_P2P_OWNER = 1 << 9,      /* and is ours */
  WFD_P2P_ADDRESSED = 1 << 10, /* our address in it is known */
  WFD_P2P_BEGINS = 1 << 11,    /* a group of our own is wanted, without anybody in it */
  WFD_P2P_INSIDE = 1 << 12,    /* such a group, or an open link in one of ours, takes the peer in */
  WFD_P2P_UP = 1 << 13,        /* there is an open link in it already */
  WFD_P2P_HOSTS = 1 << 14,     /* and that is one of before */
  WFD_P2P_MAY_CHOOSE = 1 << 15,  /* the channel: nothing says where it has to be */
  WFD_P2P_BEGUN = 1 << 16,       /* wpa_supplicant has taken the better band */
  WFD_P2P_ASKS_FIRST = 1 << 17,  /* a pairing has to be there, and is found without the peer */
  WFD_P2P_PEER_HIDDEN = 1 << 18, /* the address of the peer in the group is not known */
  WFD_P2P_SHARES = 1 << 19,      /* the group of another link of ours is ours too */
  WFD_P2P_PAIRED_HERE = 1 << 20, /* the pairing of before is that of a group of ours */
  WFD_P2P_PICKS = 1 << 21,       /* where a group of ours is, which has to be there before */
  WFD_P2P_UNHEARD = 1 << 22,     /* wpa_supplicant knows the peer, but not where to call it */
  WFD_P2P_IN_VAIN = 1 << 23,     /* the peer takes invitations into it, but cannot come */
  WFD_P2P_SEVERAL = 1 << 24,     /* adapters; which of them it is is not known */
  WFD_P2P_MISPLACED = 1 << 25,   /* it is another than was taken for it */
} WfdP2pFact;

/* What follows on @step, which has succeeded; @facts: of WfdP2pFact. */
WfdP2pStep wfd_p2p_next_step (WfdP2pStep step, guint facts);

/* e.g. "looking for the peer", for progress and errors */
const char *wfd_p2p_step_to_text (WfdP2pStep step);
/* That of which it is a part; -1 if it does not change it. */
gint wfd_p2p_step_get_stage (WfdP2pStep step);

/* What has to be undone if the step fails or is cancelled. */
typedef enum
{
  WFD_P2P_UNDO_SEARCH = 1 << 0,
  WFD_P2P_UNDO_FORMATION = 1 << 1,
  WFD_P2P_UNDO_GROUP = 1 << 2,
  WFD_P2P_UNDO_TURN = 1 << 3, /* to form a group: a step of it, or about to be */
} WfdP2pUndo;

guint wfd_p2p_step_get_undo (WfdP2pStep step);

G_END_DECLS
