/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-hub.h"

G_BEGIN_DECLS

/* Members of a group in the networks of this computer, by DNS-SD: Avahi has its records, if it
 * runs. What PNRP is to Windows, but for the Internet. A service of type _p2pgrouping._tcp has
 * the id of a node as its name, and "group=" with SHA-1 over the name of the group in its text:
 * who knows the group finds it, and others learn nothing. */
typedef struct _WfdPeerFinder WfdPeerFinder;

typedef struct
{
  /* With the lock of the hub held. */
  void (*found) (gpointer user_data, const WfdPeerAddress *address);
  /* There is nobody who could be asked. */
  void (*failed) (gpointer user_data);
} WfdPeerFinderCalls;

/* By the thread of @hub, with the lock held. @interface 0: in all networks. */
WfdPeerFinder *wfd_peer_finder_new (WfdPeerHub *hub, const char *group_name, guint32 interface,
    const WfdPeerFinderCalls *calls, gpointer user_data);
/* With the lock held; nothing is told any more. */
void wfd_peer_finder_free (WfdPeerFinder *self);

void wfd_peer_finder_browse (WfdPeerFinder *self);
void wfd_peer_finder_publish (WfdPeerFinder *self, guint64 node_id, guint16 port);

G_END_DECLS
