/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <fake-wpas.h>
#include <gst/gst.h>
#include <link-p2p.h>

G_BEGIN_DECLS

/* Two elements and the air between them: one wpa_supplicant without radios that has
 * the interface wlan0 for wfdsink and wlan1 for wfdsrc. Whoever searches finds the
 * other, whoever asks is heard by the other, and what both want comes to be, in a
 * network of loopback addresses. The main context of the test is that of the fake. */

#define STAGE_ROOT "/fi/w1/wpa_supplicant1"
#define STAGE_SOURCE_ID "02:00:00:00:01:00"
#define STAGE_DISPLAY_ID "02:00:00:00:02:00"
#define STAGE_SOURCE 0
#define STAGE_DISPLAY 1

/* One of the pipelines, and what it has told. */
typedef struct
{
  GstElement *pipeline;
  GstElement *wfd;
  GString *progress; /* "discover/start discover/complete …" */
  GString *texts;    /* of these, a line each */
  GString *network;  /* addresses set and removed: "+127.0.0.1/24 …" */
  GError *error;     /* the first */
  GstStructure *details;
  guint n_errors;
  guint n_warnings;
  guint n_eos;
} StageSide;

typedef struct
{
  FakeWpas *fake;
  StageSide sides[2];
  guint16 rtsp_port; /* of the source; nobody else has it */
  gboolean is_paired;
  gboolean is_deaf;      /* no search finds anything */
  gint buffers;          /* atomic: that came out of the element "out" of the display */
  WfdP2pOptions options; /* of the link that was made last; its texts are gone */
} Stage;

/* g_test_run () with the elements, and a bus for all tests; skips where there is none. */
int stage_run (void);

void stage_set_up (Stage *self, gconstpointer data);
void stage_tear_down (Stage *self, gconstpointer data);

/* With an element "wfd", and in that of the display a fakesink "out". */
void stage_make (Stage *self, guint side, const char *description);
/* The usual ones, with more properties of wfdsink and wfdsrc. */
void stage_make_source (Stage *self, const char *properties);
/* @pictures: "framerate=60/1", and an encoder of the application */
void stage_make_source_of (Stage *self, const char *pictures, const char *properties);
void stage_make_display (Stage *self, const char *properties);
void stage_set_state (Stage *self, guint side, GstState state);

/* It hears that the other wants to be paired. */
void stage_ask (Stage *self, guint side);
/* In another way than by button: with that signal of wpa_supplicant. */
void stage_ask_by (Stage *self, guint side, const char *signal);
/* Its wpa_supplicant knows the other before anybody searches. */
void stage_know_peer (Stage *self, guint side);
/* The group of both ends. */
void stage_start_group (Stage *self);
/* Of one, in which it is told no address. */
void stage_start_bare_group (Stage *self, guint side);
void stage_end_group (Stage *self);
/* wpa_supplicant goes and another one comes, with the pairings. */
void stage_restart_fake (Stage *self);

/* No session ends in order meanwhile; @n_held: (nullable): atomic: how many would have. */
void stage_hold_teardown (guint *n_held);

/* The address in the group is not there meanwhile; @n_missed: (nullable): atomic: how often it was
 * to be listened at. */
void stage_take_address_away (guint *n_missed);

/* Where programs for DHCP are, and how long they may take; NULL, 0: those of the system. */
void stage_use_programs (const char *folder, guint time_ms);

/* What the side that was made last waits for is given up. */
void stage_let_time_be_over (Stage *self);

/* As which the driver tells that of the peer, to both sides; 0: it does not. */
void stage_tell_modulation (guint kbps);
/* And packets that mac80211 dropped in its queues, in all. */
void stage_tell_drops (guint drops, guint overlimit);
/* Whether the kernel asks for the peer and has no answer; until then it does not ask. It tells
 * nothing of stations. */
void stage_ask_in_vain (gboolean asks);
/* What the source sends is not heard. */
void stage_silence_stream (gboolean is_silent);
/* In each packet of MPEG-TS with something of a picture these bits of an octet are set. */
void stage_mark_pictures (guint octet, guint8 bits);
/* The source is sent RTCP reports. */
void stage_send_reports (gboolean are_sent);
/* Of an interface that has gone nothing is told at all. */
void stage_take_driver_away (gboolean gone);

/* Of the streams that have left the source, a session each, the first picture: 'K' for an
 * IDR one, else '-'. */
char *stage_dup_first_pictures (Stage *self);

/* Each fails after some seconds. */
void stage_wait_streams (Stage *self, guint n);
void stage_wait_buffers (Stage *self, guint n);
void stage_wait_progress (Stage *self, guint side, const char *what);
void stage_wait_error (Stage *self, guint side);
void stage_wait_warning (Stage *self, guint side);
/* Until @n, atomic, is no more 0; whoever sets it wakes the main context. */
void stage_wait_asked (Stage *self, guint *n);
void stage_wait_eos (Stage *self, guint side);
/* A call of @key by the side. */
void stage_wait_call (Stage *self, guint side, const char *key);
void stage_wait_calls (Stage *self, guint side, const char *key, guint n);
/* By either. */
void stage_wait_any_call (Stage *self, const char *key);
/* One of two sources on an adapter does not begin before the other is done. */
void stage_wait_turn (Stage *self);
/* The side is at NULL: what wpa_supplicant was told is as it was, and no address is left. */
void stage_wait_undone (Stage *self, guint side);
guint stage_count_calls (Stage *self, guint side, const char *key);

G_END_DECLS
