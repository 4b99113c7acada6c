/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <link-net.h>
#include <link-p2p.h>
#include <station-builder.h>
#include <wfd/wfd-error.h>

#include "fake-wpas.h"

G_BEGIN_DECLS

/* On a private bus: a fake wpa_supplicant with one interface, a link, and what
 * the link has told. */

#define ROOT "/fi/w1/wpa_supplicant1"
#define IFACE ROOT "/Interfaces/0"
#define GROUP_IFACE ROOT "/Interfaces/1"
#define GROUP GROUP_IFACE "/Groups/ab"
#define BSS GROUP_IFACE "/BSSs/0"
#define SECOND ROOT "/Interfaces/10"
#define PERSISTENT IFACE "/PersistentGroups/"
#define TV IFACE "/Peers/020000000100"
#define TV_ID "02:00:00:00:01:00"
#define OTHER IFACE "/Peers/020000000200"
#define OTHER_ID "02:00:00:00:02:00"

#define IF_INTERFACE "fi.w1.wpa_supplicant1.Interface"
#define IF_P2P "fi.w1.wpa_supplicant1.Interface.P2PDevice"
#define IF_PEER "fi.w1.wpa_supplicant1.Peer"
#define IF_GROUP "fi.w1.wpa_supplicant1.Group"

#define ROKU_IES "[byte 0x00, 0x00, 0x06, 0x00, 0x11, 0x1c, 0x44, 0x00, 0x96]"

typedef struct
{
  FakeWpas *fake; /* may be NULL: there is none */
  GDBusConnection *bus;
  WfdLink *link;
  char *owner;      /* what lab_get_owner () has returned */
  char *folder;     /* with programs */
  GArray *stations; /* WfdStation; NULL if there is no nl80211 */
  GString *network; /* addresses set and removed: "+192.168.42.100/24 …" */
  GCancellable *cancellable;

  GString *told; /* signals of the link, one after the other: "found lost …" */
  WfdLinkPeer *last_peer;
  char *pin;
  GError *told_error;

  gboolean done;
  GError *error;
} Lab;

/* g_test_run () with a bus for all tests; skips if this machine has none. */
int lab_run (void);
/* The same bus without tests; FALSE if this machine has none. */
gboolean lab_begin_bus (void);
void lab_end_bus (void);
const char *lab_get_bus_address (void);

void lab_set_up (Lab *lab, gconstpointer data);
/* One more, wlan1, which wpa_supplicant names first, and which can Wi-Fi Direct as well. */
void lab_add_adapter (Lab *lab);
/* Without a fake. */
void lab_set_up_bare (Lab *lab, gconstpointer data);
void lab_tear_down (Lab *lab, gconstpointer data);
/* Another link, with these options. */
void lab_use_options (Lab *lab, const WfdP2pOptions *options);
/* That of a source for this interface; NULL for any. */
void lab_use_interface (Lab *lab, const char *name);
void lab_drop_fake (Lab *lab);
void lab_add_fake (Lab *lab);
/* As claims name the fake. */
const char *lab_get_owner (Lab *lab);

GVariant *parse (const char *text);
/* The peer is known to wpa_supplicant before we come. */
void lab_know_tv (Lab *lab);
void lab_say (Lab *lab, const char *signal, const char *args);
void lab_say_tv_found (Lab *lab);
/* The television is known to own a group, or to own none any more, and is heard when it is
 * searched for next. */
void lab_hear_owner (Lab *lab, gboolean owns_group);
/* The fake says it as its reaction to a call. */
void lab_react (Lab *lab, const char *key, const char *signal, const char *args);
/* It lets a group begin after this call. @role: "GO" or "client" */
void lab_start_group_after (Lab *lab, const char *key, const char *role);
void lab_start_group (Lab *lab, const char *role);

/* Of link-lab-kernel.c: as each test finds it. */
void lab_reset_kernel (Lab *lab);
/* What the kernel answers to a request for an address: 0 for yes, or -NLE_…. */
void lab_set_kernel_answer (gint answer);
/* What the kernel says of the driver of wlan0; of others it says nothing. */
void lab_set_radio_p2p (Lab *lab, WfdNetP2p p2p);
/* On which channel it has heard the group of the television; 0, as at first: it has not. */
void lab_set_group_mhz (Lab *lab, guint frequency_mhz);
/* In another group of this machine; NULL at first. */
void lab_set_address_of_other (const char *address);

/* The neighbour that the kernel knows in our group; "192.168.173.10" first, NULL
 * for none. */
void lab_set_neighbour (Lab *lab, const char *address);
/* One more. @station: "02:00:00:00:01:40" is that of the television */
void lab_add_neighbour (Lab *lab, const char *address, const char *station);
/* A program that the link may find from now on; none until then. It writes down
 * how it was called, and its number, before it does what @body says in sh. */
void lab_add_program (Lab *lab, const char *name, const char *body);
/* How it was called last, without the path; NULL if it was not. */
char *lab_get_program_call (Lab *lab, const char *name);
/* Until it has ended. */
void lab_wait_program_gone (Lab *lab, const char *name);
/* Whether the peer answers when the kernel asks for it from now on, as it does until then. */
void lab_set_answers (Lab *lab, gboolean answers);
/* FALSE: the kernel does not ask it, as one whose address was set by hand. */
void lab_set_asks (Lab *lab, gboolean asks);
/* The kernel has no interface of the adapter any more; wpa_supplicant has not said so. */
void lab_unplug (Lab *lab);
/* The same, of its radio. */
void lab_switch_off (Lab *lab);
/* Packets that were sent, and questions asked, to see whether the peer is there. */
guint lab_count_probes (Lab *lab);
/* How often the kernel was asked to forget its neighbours. */
guint lab_count_forgotten (Lab *lab);
/* What the kernel tells of stations from now on, to whoever asks; that there is
 * no nl80211 until then. */
void lab_set_stations (Lab *lab, const WfdStation *stations, guint n);
/* The end of the next answers is lost. */
void lab_cut_stations (Lab *lab, guint n_answers);

/* To be passed on to the functions of the link. */
void lab_on_done (GObject *source, GAsyncResult *result, gpointer user_data);
void lab_find (Lab *lab);
void lab_connect (Lab *lab, const char *peer, WfdPairing pairing, const char *pin);
void lab_reopen (Lab *lab, const char *peer, gboolean may_pair);
void lab_start_own_group (Lab *lab);

/* Each waits, and fails after some seconds. */
void lab_wait_done (Lab *lab);
void lab_wait_ok (Lab *lab);
void lab_wait_error (Lab *lab, GQuark domain, gint code);
void lab_wait_call (Lab *lab, const char *key);
void lab_wait_told (Lab *lab, const char *told);
void lab_wait_stations (Lab *lab, gboolean is_known);
void lab_wait_probes (Lab *lab, guint n);
/* Until everything that was said before has been heard. */
void lab_settle (Lab *lab);

/* The line of a claim that says since when the machine runs. */
char *lab_dup_boot (void);
guint lab_count_claims (Lab *lab);
/* As it stays when nobody holds it any more. */
void lab_leave_claim (Lab *lab, const char *text);

void assert_call (Lab *lab, const char *key, const char *expected);

/* --- all steps of an operation --- */

typedef enum
{
  LAB_FIND,
  LAB_CONNECT,
  LAB_ASK, /* to be opened again, without a new pairing, by one that is not known */
  LAB_REOPEN,
  LAB_START_GROUP,
  LAB_ADMIT,  /* into a group of ours that waits */
  LAB_INVITE, /* the same, paired before */
} LabWish;

/* Where an operation stands when something happens to it. */
typedef struct
{
  const char *step;
  LabWish wish;
  const char *key;    /* the call that the step consists of or begins with */
  gboolean answers;   /* and whether it is answered */
  const char *undone; /* the calls that undo it, e.g. "Cancel Disconnect" */
  const char *closed; /* if closing undoes more */
} LabStep;

extern const LabStep lab_steps[];
extern const guint lab_n_steps;

/* Begins and gets exactly there, where @answer comes. @answer: (nullable): none */
void lab_begin_at (Lab *lab, const LabStep *step, GVariant *answer);
void lab_stop_at (Lab *lab, const LabStep *step);
/* The names of methods called since, without properties. */
char *lab_get_methods_since (Lab *lab, guint n_calls);

G_END_DECLS
