/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once
/* What tests of the way to a session share: one over the link of the lab. */
#include <establish-private.h>
#include <link-p2p-private.h>
#include <wfd/wfd.h>

#include "link-lab.h"

typedef struct
{
  Lab lab;
  WfdEstablish *establish;
  GString *progress; /* "discover+ discover. …": + begun, ~ news, . done, ! failed */
  char *text;        /* of the last */
  char *pin;
  char *request_pin;
  GError *failed;
  GError *down;
  guint n_down;
  guint n_opened;
  guint n_requests;
  guint n_pin_requests;
  gboolean leaves_open;
  const char *closes_at; /* closed in the telling after which progress is this */
} Way;

#define add(path, test) g_test_add ("/establish/" path, Way, NULL, way_set_up, test, way_tear_down)
#define add_sink(path, test) \
  g_test_add ("/establish/" path, Way, "sink", way_set_up, test, way_tear_down)

/* @data: NULL: it is a source. */
void way_set_up (Way *way, gconstpointer data);
void way_tear_down (Way *way, gconstpointer data);
void way_begin (Way *way);
/* wpa_supplicant says that it has ended. */
void way_end_group (Way *way);
/* With that code, and these words in what a person reads. */
void way_wait_failed (Way *way, gint code, const char *words);

#define PATIENCE_S 20

/* *@user_data is TRUE then. */
gboolean way_on_expired (gpointer user_data);

#define WAIT_UNTIL(condition) \
  G_STMT_START \
  { \
    gboolean expired = FALSE; \
    guint watchdog = g_timeout_add_seconds (PATIENCE_S, way_on_expired, &expired); \
\
    while (!(condition) && !expired) \
      g_main_context_iteration (NULL, TRUE); \
    if (expired) \
      g_error ("never: %s; %s", #condition, way->progress->str); \
    g_source_remove (watchdog); \
  } \
  G_STMT_END
