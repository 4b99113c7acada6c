/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <wfd/wfd-p2p-link.h>

#include "link.h"

G_BEGIN_DECLS

/* What links of two streams carry at best; a peer takes it for a wish. */
#define WFD_P2P_MAX_THROUGHPUT_MBPS 300

typedef struct
{
  WfdIeAdvert advert;          /* what we are */
  const char *device_name;     /* nullable: as wpa_supplicant or the host is called */
  const char *interface;       /* nullable: the first with Wi-Fi Direct */
  const char *program_folders; /* nullable: where DHCP programs are, as in $PATH */
  const char *dhcp_script;     /* nullable: the one that is installed */
  const char *runtime_folder;  /* nullable: for notes of groups; that of the user, or /run */
  gint go_intent;              /* 0 to 15; -1 for wpa_supplicant's own */
  guint frequency_mhz;         /* of a group that we negotiate; 0 for any */
  guint timeout_ms;            /* of a whole operation; 0 for the default */
  guint max_attempts;          /* if what fails may pass; 0 for the default */
  guint retry_ms;              /* before the second of them; 0 for the default */
  guint ask_again_ms;          /* while a peer does not answer; 0 for the default */
  guint come_ms;         /* that a peer has after its yes to come into a group; 0 for the default */
  guint unanswered_ms;   /* an invitation, until the peer is searched for; 0 for the default */
  guint join_ms;         /* until the peer's group is found; 0 for the default */
  guint wps_end_ms;      /* after it has failed, if wpa_supplicant says nothing; 0: default */
  guint address_ms;      /* until there have to be addresses; 0 for the default */
  guint call_timeout_ms; /* until wpa_supplicant has to answer; 0 for the default */
  guint lost_ms;         /* of silence or absence, until the peer is lost; 0 for the default */
  guint look_ms;         /* between two looks for an owner who is away; 0 for the default */
  guint station_ms;      /* between two looks at the peer as a station; 0 for the default */
  guint search_again_ms; /* after somebody else has stopped it; 0 for the default */
} WfdP2pOptions;

/* @bus: (nullable): for tests; that of the system if NULL. @options is copied. */
WfdP2pLink *wfd_p2p_link_new_full (GDBusConnection *bus, const WfdP2pOptions *options);

/* Begins the last of the groups of before that this device owns, and waits for nobody to come
 * into it. With wfd_link_finish (). */
void wfd_p2p_link_host_async (WfdP2pLink *self, GCancellable *cancellable,
    GAsyncReadyCallback callback, gpointer user_data);

/* Whether a source looks for a display that it has had. */
void wfd_p2p_link_seek_back (WfdP2pLink *self, gboolean seeks_back);

/* Whether this device can be found and invited when nothing is under way, at little cost: where a
 * network or another group needs the radio, it listens for an eighth of the time. Ends by itself
 * with the next operation or group. */
void wfd_p2p_link_set_reachable (WfdP2pLink *self, gboolean is_reachable);
/* Whether an operation is under way, also one that a peer has begun, or a group stands. */
gboolean wfd_p2p_link_is_busy (WfdP2pLink *self);

G_END_DECLS
