/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peer-crowd.h"

#include "peer-address.h"

#define IP_BYTES 16

static int
compare (gconstpointer a, gconstpointer b)
{
  const WfdPeerComer *first = a, *second = b;
  int order = memcmp (first->ip, second->ip, IP_BYTES);

  return order != 0 ? order : (first->age > second->age) - (first->age < second->age);
}

typedef struct
{
  WfdPeerComer *first;
  guint n;
  guint64 age; /* of the first of them to go */
} Group;

/* Those whose addresses begin with the same @n_bytes stand together. */
static Group
find_largest (const Group *all, gsize n_bytes)
{
  Group largest = { NULL };

  for (guint i = 0; i < all->n;) {
    Group group = { &all->first[i], 0, G_MAXUINT64 };

    for (; i < all->n && memcmp (group.first->ip, all->first[i].ip, n_bytes) == 0; i++) {
      group.n++;
      group.age = MIN (group.age, all->first[i].age);
    }
    if (group.n > largest.n || (group.n == largest.n && group.age < largest.age))
      largest = group;
  }
  return largest;
}

const WfdPeerComer *
wfd_peer_crowd_find_excess (WfdPeerComer *comers, guint n)
{
  Group all = { comers, n }, network;

  qsort (comers, n, sizeof (*comers), compare);
  network = find_largest (&all, WFD_PEER_NETWORK_BYTES);
  return find_largest (&network, IP_BYTES).first;
}
