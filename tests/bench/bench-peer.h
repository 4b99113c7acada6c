/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>
#include <gnutls/gnutls.h>
#include <p2p.h>

/* The kinds of connections that bench-peer sets side by side. Two processes have them, one asks
 * and one answers. */

/* Where connections of one kind come from and lead to. */
typedef struct _Place Place;

/* One end of a connection. */
typedef struct
{
  Place *place;
  int fd;
  gnutls_session_t gnutls;
  GIOStream *gio;
  gpointer openssl;
  ULONGLONG link;
} End;

typedef struct
{
  const char *name;
  /* By both at once; who answers makes a place, and tells who asks. */
  Place *(*enter) (gboolean asks);
  void (*accept) (End *end);
  void (*open) (End *end);
  void (*close) (End *end, gboolean first);
  void (*give) (End *end, char *data, gsize size);
  void (*take) (End *end, char *data, gsize size);
} Kind;

extern const Kind kind_tcp, kind_gnutls, kind_gio, kind_openssl;
extern const Kind kind_graph, kind_modern, kind_compatible;

#define demand(what) demand_or_say ((what), G_STRLOC ": " #what)
void demand_or_say (gboolean what, const char *why);

/* To and from the other process. */
void tell (gconstpointer data, gsize size);
void learn (gpointer data, gsize size);

/* Before there are two of them: both show the same certificate. */
void make_certificate (void);
