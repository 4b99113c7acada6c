/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The interface of a group that has not been told of. */
#define FAKE_UNSEEN "/fi/w1/wpa_supplicant1/Interfaces/2"

/* A wpa_supplicant without a radio: it owns the name on a private bus, answers
 * as it is told, writes down what it is asked, and says what a test wants. It
 * checks nothing, so that it can say what no wpa_supplicant should. */
typedef struct _FakeWpas FakeWpas;

/* Called after the answer to a call has been sent. */
typedef void (*FakeReaction) (FakeWpas *fake, gpointer user_data);

FakeWpas *fake_wpas_new (const char *bus_address);
/* Its connection breaks, as if it were killed. */
void fake_wpas_free (FakeWpas *self);

/* A property of the object, which answers Get, GetAll and Set. */
void fake_wpas_set (FakeWpas *self, const char *path, const char *property, GVariant *value);
void fake_wpas_unset (FakeWpas *self, const char *path, const char *property);
GVariant *fake_wpas_get (FakeWpas *self, const char *path, const char *property);

/* How to answer calls from now on. @key is the name of the method, for properties
 * "Get Peers", "Set WFDIEs" or "GetAll fi.w1…Peer". */
void fake_wpas_answer (FakeWpas *self, const char *key, GVariant *answer);
void fake_wpas_refuse (FakeWpas *self, const char *key, const char *error_name);
void fake_wpas_refuse_saying (FakeWpas *self, const char *key, const char *error_name,
    const char *text);
/* No answer comes, unless it is released. */
void fake_wpas_hold (FakeWpas *self, const char *key);
/* That to the oldest of the calls with this key that have none; NULL: its time is over. */
void fake_wpas_release (FakeWpas *self, const char *key, GVariant *answer);
void fake_wpas_react (FakeWpas *self, const char *key, FakeReaction reaction, gpointer user_data);

/* Who waits for an answer, as a link that is closed, gets none any more. */
void fake_wpas_be_deaf (FakeWpas *self);
void fake_wpas_say (FakeWpas *self, const char *path, const char *interface, const char *signal,
    GVariant *args);

/* The calls so far: key, path and arguments, a dictionary's in the order of its
 * keys, e.g. "Find /fi/w1/… DiscoveryType='social' Timeout=10". */
const GPtrArray *fake_wpas_get_calls (FakeWpas *self);
/* How many of them have this key. */
guint fake_wpas_count (FakeWpas *self, const char *key);
/* The last of them; NULL if there is none. */
const char *fake_wpas_find_call (FakeWpas *self, const char *key);
void fake_wpas_forget_calls (FakeWpas *self);

G_END_DECLS
