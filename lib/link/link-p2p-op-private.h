/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-error.h>

#include "link-p2p-private.h"

G_BEGIN_DECLS

/* What is known of an operation to those who do its steps. */

struct _WfdP2pOp
{
  gint n_refs;
  WfdP2pLink *link; /* held while the operation lasts */
  GTask *task;      /* NULL if nobody has asked for it */
  GCancellable *calls;
  GSource *cancelled;
  GSource *timer;
  GSource *step_timer; /* of the step alone */
  GSource *joining;    /* the group of the peer, which may be gone */
  GSource *pause;      /* before it is tried again */
  GSource *radio;      /* before the step begins: it is back from a search */
  GSource *expecting;  /* the peer, which is doubted, to be heard */

  WfdP2pStep step;
  guint wish; /* the facts that it has begun with */
  guint facts;
  char *wanted;
  WfdLinkPeer *peer;
  WfdLinkPairing pairing;
  gboolean forgets; /* a new pairing */
  char *pin;

  char **paths; /* of objects that are asked one after the other */
  guint n_asked;
  GString *names;        /* of interfaces that will not do */
  GHashTable *adapters;  /* path to name of each that can do Wi-Fi Direct */
  char *manager_path;    /* of that of them by which it is done; NULL: not known */
  gboolean is_off;       /* one of them would, if it were switched on */
  guint n_without;       /* of those that are meant: without Wi-Fi Direct */
  WfdNetP2p radio_p2p;   /* of these, the most */
  char *persistent_path; /* of the pairing of before */
  GPtrArray *held;       /* WfdClaim: until the link has one; what crashed programs have left */
  GPtrArray *left;       /* claims of programs of ours that crashed while they formed a group */

  guint undo;
  guint n_failures;
  guint n_invitations;     /* not answered, in this attempt */
  guint n_negotiations;    /* begun; not those in which the group of the peer was joined */
  gboolean has_negotiated; /* in this attempt */
  gboolean has_interface;  /* for the group, in this attempt */
  guint n_unformed;        /* attempts that had none when they failed */
  gboolean admits;         /* the peer, who has to be paired, into a group of ours */
  gboolean invites_in;     /* and it has not come yet */
  gboolean has_waited;     /* for the group of another link of ours */
  gboolean is_settling;    /* the peer has a lease, and sets it */
  guint n_busy;            /* times running that somebody else had locked the claims */
  gboolean asks_again;     /* and wpa_supplicant has not answered that yet */
  gboolean has_joined;     /* the group of the peer, or tried to, whatever is heard of it since */
  gboolean was_started_over;
  gboolean was_unheard;  /* the peer, in this attempt: it was searched for once more */
  gboolean doubts_peer;  /* that it is still there: it has to be heard first */
  gboolean is_awaited;   /* by the peer, which has asked; nobody there has to be waited for */
  gboolean doubts_group; /* that the peer still owns one: to join it was in vain */
  guint only_mhz;        /* where the group has to be that is negotiated; 0: anywhere */
  guint kept_mhz;        /* the same, of the pairing of before */
  gboolean has_begun;    /* a group of ours, in this attempt */
  gboolean has_said_yes; /* to an invitation, in this attempt */
  guint n_in_vain;       /* times that the peer said yes to an invitation and did not come */
  GError *refusal;       /* by the owner of a group, if it still owns one */
  gboolean may_pass;     /* the failure, so that it is tried again */
  GError *last_failure;  /* of the attempt before */
  GError *failure;       /* what is to be said when everything is undone */
  gboolean is_over;
};

/* Wi-Fi Simple Configuration 2.0, Device Name; wpa_supplicant refuses a longer one. */
#define WFD_P2P_NAME_BYTES 32

/* That a peer has after its yes to come into a group (hostap, P2P_MAX_INITIAL_CONN_WAIT_GO_REINVOKE). */
#define WFD_P2P_COME_MS 15000

/* Each step in one row: how it begins, and what is done with the answer, which
 * is NULL if the step does not mind an error. */
typedef struct
{
  void (*begin) (WfdP2pOp *op);
  void (*answered) (WfdP2pOp *op, GVariant *answer);
  gboolean minds_no_error;
} WfdP2pStepRule;

/* Up to the step PEERS, and from there on. */
extern const WfdP2pStepRule wfd_p2p_preparing[WFD_P2P_N_STEPS];
extern const WfdP2pStepRule wfd_p2p_opening[WFD_P2P_N_STEPS];

/* Of link-p2p-open.c */
void wfd_p2p_op_begin_not_paired (WfdP2pOp *op);
/* What stands, if it is with another peer than the one that is wanted, is no good. */
void wfd_p2p_op_check_group (WfdP2pOp *op);

/* Of link-p2p-claim.c */
void wfd_p2p_op_begin_clean (WfdP2pOp *op);
void wfd_p2p_op_answered_clean (WfdP2pOp *op, GVariant *answer);

/* Of link-p2p-manager.c */
/* Of two that will do: @path, rather than what was chosen until now. */
gboolean wfd_p2p_op_prefers (WfdP2pOp *op, const char *path);
/* Whether it is not known which of several it is. */
gboolean wfd_p2p_op_has_to_choose (WfdP2pOp *op);
/* What others of ours know of it. */
void wfd_p2p_op_note_manager_of_others (WfdP2pOp *op);
/* It is done by another than was chosen. */
gboolean wfd_p2p_op_is_misplaced (WfdP2pOp *op);
/* FALSE: another is named than that which is known, and the operation has failed. */
gboolean wfd_p2p_op_check_manager (WfdP2pOp *op);
/* For others of ours, which need not search then. */
void wfd_p2p_op_claim_manager (WfdP2pOp *op);
void wfd_p2p_op_begin_manager (WfdP2pOp *op);
void wfd_p2p_op_answered_manager (WfdP2pOp *op, GVariant *answer);

/* Of link-p2p-share.c */
void wfd_p2p_op_begin_share (WfdP2pOp *op);

/* Of link-p2p-retry.c */
/* What to ask for in this negotiation. */
void wfd_p2p_op_choose (WfdP2pOp *op, gint *ret_go_intent, guint *ret_frequency_mhz);
/* Whether that is more than the application has asked for. */
gboolean wfd_p2p_op_has_chosen (WfdP2pOp *op);
/* No group was begun, and nothing says why. */
void wfd_p2p_op_note_unformed (WfdP2pOp *op);
/* That the peer, with which a group was negotiated in vain, is still there: it has to be heard before
 * it is asked again... */
void wfd_p2p_op_doubt_peer (WfdP2pOp *op);
/* ... for which this search is; it is gone if it is not found soon. */
void wfd_p2p_op_expect_peer (WfdP2pOp *op, WfdP2pSearch search);
/* For the next attempt, what seems to be the reason; then rests. */
void wfd_p2p_op_prepare_again (WfdP2pOp *op);

/* Of link-p2p-channel.c */
/* @properties: a{sv}, of the pairing that is used */
void wfd_p2p_op_take_channel (WfdP2pOp *op, GVariant *properties);
/* Where a group of ours is begun; 0 for anywhere. */
guint wfd_p2p_op_get_begin_mhz (WfdP2pOp *op);
/* The peer is not there, or we cannot be; whether there was one to forget. */
gboolean wfd_p2p_op_forget_channel (WfdP2pOp *op);

/* Of link-p2p-invite.c */
void wfd_p2p_op_begin_invite (WfdP2pOp *op);
void wfd_p2p_op_answered_invite (WfdP2pOp *op, GVariant *answer);
/* Then @ask asks again, as long as the step lasts... */
void wfd_p2p_op_watch_answer (WfdP2pOp *op, GSourceFunc ask);
/* ... with this. */
void wfd_p2p_op_ask_again (WfdP2pOp *op, const char *method, GVariant *args);
/* It has said that it comes into the group, and does not. */
void wfd_p2p_op_stays_away (WfdP2pOp *op);
/* So often that only another negotiation helps. */
gboolean wfd_p2p_op_invites_in_vain (WfdP2pOp *op);

/* Of link-p2p-own.c */
void wfd_p2p_op_begin_station (WfdP2pOp *op);
void wfd_p2p_op_answered_station (WfdP2pOp *op, GVariant *answer);
void wfd_p2p_op_begin_5_ghz (WfdP2pOp *op);
void wfd_p2p_op_answered_5_ghz (WfdP2pOp *op, GVariant *answer);
void wfd_p2p_op_begin_begin (WfdP2pOp *op);
void wfd_p2p_op_begin_admit (WfdP2pOp *op);
void wfd_p2p_op_answered_admit (WfdP2pOp *op, GVariant *answer);
void wfd_p2p_op_begin_invite_in (WfdP2pOp *op);
/* Once more, which nobody waits for. */
void wfd_p2p_op_invite_in (WfdP2pOp *op);
/* Whether it lets its peer into a group of ours that stood before. */
gboolean wfd_p2p_op_is_inside (WfdP2pOp *op);
/* Whoever knocks from now on is not let in. */
void wfd_p2p_op_stop_admitting (WfdP2pOp *op);
/* The peer has come, or shall not. */
void wfd_p2p_op_end_invitation (WfdP2pOp *op);

/* Of link-p2p-address.c */
void wfd_p2p_op_begin_serve (WfdP2pOp *op);
void wfd_p2p_op_begin_address (WfdP2pOp *op);
void wfd_p2p_op_begin_lease (WfdP2pOp *op);
void wfd_p2p_op_begin_peer_address (WfdP2pOp *op);

WfdP2pOp *wfd_p2p_op_ref (WfdP2pOp *op);
void wfd_p2p_op_unref (WfdP2pOp *op);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WfdP2pOp, wfd_p2p_op_unref)

/* In this step, and in place of what was to come. */
void wfd_p2p_op_wake_in (WfdP2pOp *op, guint wake_ms, GSourceFunc callback);
/* Its time begins anew. */
void wfd_p2p_op_watch_time (WfdP2pOp *op);
/* The step has succeeded; @op may be gone afterwards. */
void wfd_p2p_op_advance (WfdP2pOp *op);
/* @error: (nullable) (transfer full) */
void wfd_p2p_op_finish (WfdP2pOp *op, GError *error);
void wfd_p2p_op_fail_with (WfdP2pOp *op, WfdError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* @peer_path: (nullable): nobody is named */
gboolean wfd_p2p_op_is_with_peer (WfdP2pOp *op, const char *peer_path);
/* Whether to join the group of the peer. */
gboolean wfd_p2p_op_joins (WfdP2pOp *op);
/* @may_pass: by itself, so that all is tried again. @error: (transfer full) */
void wfd_p2p_op_fail_for_now (WfdP2pOp *op, gboolean may_pass, GError *error);
/* No failure that counts: whoever is waited for takes his time. @why: (transfer full) */
void wfd_p2p_op_start_over (WfdP2pOp *op, GError *why);
/* Tries again, after a while... */
void wfd_p2p_op_pause (WfdP2pOp *op);
/* ... or at once, if it was about to. */
void wfd_p2p_op_end_pause (WfdP2pOp *op);
/* Whether somebody, from a signal say, has ended it. */
gboolean wfd_p2p_op_has_ended (WfdP2pOp *op);

/* Until wpa_supplicant has to answer. */
guint wfd_p2p_link_get_call_timeout_ms (WfdP2pLink *self);
/* Asks; the answer comes to the step's rule if its step lasts until then. */
void wfd_p2p_op_ask (WfdP2pOp *op, const char *name, const char *path, const char *interface,
    const char *method, GVariant *args, const char *answer_type);
void wfd_p2p_op_ask_all (WfdP2pOp *op, const char *path, const char *interface);
void wfd_p2p_op_ask_property (WfdP2pOp *op, const char *path, const char *interface,
    const char *property);
void wfd_p2p_op_set_property (WfdP2pOp *op, const char *path, const char *interface,
    const char *property, GVariant *value);
void wfd_p2p_op_ask_p2p (WfdP2pOp *op, const char *method, GVariant *args, const char *answer_type);
void wfd_p2p_op_answered_nothing (WfdP2pOp *op, GVariant *answer);
/* Objects that are asked one after the other; takes @paths and leaves aside
 * what is too many. */
void wfd_p2p_op_take_paths (WfdP2pOp *op, char **paths);

G_END_DECLS
