/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The emulator without its devices and its clock: packets in, time on, packets out. */
#include <cast-unit.h>
#include <stdio.h>
#include <string.h>

#include "emu-signals.h"

#define MS 1000
#define MEDIA_BYTES 1356

typedef struct
{
  LinkTrace *trace;
  EmuCore *core;
  EmuSignals signals;
  guint16 sequence;
  guint n_out[2];
  guint16 last_out; /* sequence of the last packet of the stream that came out */
} Fixture;

static Fixture
fixture (guint mbps, const LinkConfig *config)
{
  Fixture f = { link_trace_new ("t", 2000) };

  for (guint i = 0; i < f.trace->n_ms; i++)
    f.trace->ms[i] = (LinkMs) { mbps * 125, 65000, 100, 0 };
  f.core = emu_core_new (f.trace, config, 1);
  emu_signals_init (&f.signals, 3);
  return f;
}

static void
fixture_clear (Fixture *self)
{
  emu_core_free (self->core);
  link_trace_free (self->trace);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

/* IPv4 from 10.99.0.1 to 10.99.0.2, UDP from 5000 to 19000, RTP of MPEG-TS. */
static void
send_media (Fixture *self, guint n, gint64 now_us)
{
  guint8 data[MEDIA_BYTES] = { 0x45, 0, 5, 0x4c, [8] = 64, [9] = 17, [12] = 10, 99, 0, 1, 10, 99, 0,
    2, 0x13, 0x88, 0x4a, 0x38, 5, 0x38, 0, 0, 0x80, 33 };

  for (guint i = 0; i < n; i++) {
    data[30] = self->sequence >> 8;
    data[31] = self->sequence++ & 255;
    data[35] = 90;
    emu_core_take (self->core, EMU_FORTH, wfd_bytes (data, sizeof data), now_us);
  }
}

/* TCP, one way or the other. */
static void
send_control (Fixture *self, EmuDirection direction, gint64 now_us)
{
  const guint8 data[60] = { 0x45, 0, 0, 60, [8] = 64, [9] = 6, [12] = 10, 99, 0, 1, 10, 99, 0, 2,
    0x1c, 0x44, 0xc0, 0 };

  emu_core_take (self->core, direction, wfd_bytes (data, sizeof data), now_us);
}

static void
take_out (Fixture *self, gint64 now_us)
{
  EmuPacket *packet;

  while ((packet = emu_core_pop (self->core, now_us)) != NULL) {
    self->n_out[packet->direction]++;
    if (packet->info.is_media)
      self->last_out = packet->info.sequence;
    emu_core_done (self->core, packet);
  }
}

static void
pass (Fixture *self, gint64 from_ms, gint64 to_ms)
{
  for (gint64 ms = from_ms; ms < to_ms; ms++) {
    emu_core_step (self->core, ms);
    take_out (self, ms * MS);
  }
}

static void
test_packets_are_told_apart (void)
{
  const guint8 media[] = { 0x46, 0, 0, 0, 0, 0, 0, 0, 64, 17, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9,
    9, 0x13, 0x88, 0x4a, 0x38, 0, 0, 0, 0, 0x80, 0xa1, 0x12, 0x34, 0, 1, 2, 3 };
  guint8 other[sizeof media];
  EmuInfo info;

  /* With options in the IP header, and the marker of RTP. */
  g_assert_true (emu_packet_look (wfd_bytes (media, sizeof media), &info));
  g_assert_true (info.is_media);
  g_assert_cmpuint (info.flow, ==, 0);
  g_assert_cmphex (info.sequence, ==, 0x1234);
  g_assert_cmphex (info.rtp_timestamp, ==, 0x010203);

  /* A sender report of RTCP. */
  memcpy (other, media, sizeof media);
  other[33] = 200;
  g_assert_true (emu_packet_look (wfd_bytes (other, sizeof other), &info));
  g_assert_false (info.is_media);
  g_assert_cmpuint (info.flow, >, 0);
  g_assert_cmpuint (info.flow, <, LINK_FLOWS);

  /* Whatever is cut off is no stream. */
  for (gsize n = 0; n < sizeof media; n++)
    g_assert_false (emu_packet_look (wfd_bytes (media, n), &info) && info.is_media);

  other[0] = 0x50;
  g_assert_false (emu_packet_look (wfd_bytes (other, sizeof other), &info));
}

static void
test_ipv6_is_told_apart (void)
{
  guint8 packet[60] = { 0x60, [6] = 17, 64, 0xfd, 0x99, [23] = 1, 0xfd, 0x99, [39] = 2, 0x13, 0x88,
    0x4a, 0x38, [48] = 0x80, 33, 0x12, 0x34, 0, 1, 2, 3 };
  EmuInfo info;

  g_assert_true (emu_packet_look (wfd_bytes (packet, sizeof packet), &info));
  g_assert_true (info.is_media);
  g_assert_cmphex (info.sequence, ==, 0x1234);
  packet[6] = 58; /* ICMP */
  g_assert_true (emu_packet_look (wfd_bytes (packet, sizeof packet), &info));
  g_assert_false (info.is_media);
  for (gsize n = 0; n < 40; n++)
    g_assert_false (emu_packet_look (wfd_bytes (packet, n), &info));
}

static void
test_marked_pictures_are_known (void)
{
  const CastMark mark = { .unit = 4711, .capture = 4712, .captured_us = 99, .is_key = TRUE };
  g_autoptr (GBytes) sei = cast_mark_write (&mark);
  guint8 packet[400] = { 0x45, 0, 1, 0x90, [9] = 17, [24] = 0x4a, 0x38, [28] = 0x80, 33 };
  gsize n;
  gconstpointer data = g_bytes_get_data (sei, &n);
  EmuInfo info;

  g_assert_true (emu_packet_look (wfd_bytes (packet, sizeof packet), &info));
  g_assert_cmpint (info.unit, ==, -1);
  memcpy (packet + 250, data, n);
  g_assert_true (emu_packet_look (wfd_bytes (packet, sizeof packet), &info));
  g_assert_cmpint (info.unit, ==, 4711);
}

static EmuPilot *
make_pilot (const char *name)
{
  SimSetup setup = { .fps = 60,
    .min_kbps = 1000,
    .max_kbps = 40000,
    .start_kbps = 8000,
    .encode_ms = 5,
    .obeys_at_once = TRUE };

  return emu_pilot_new (sim_controllers_find (name), &setup, 5);
}

static void
test_pilot_paces (void)
{
  g_auto (Fixture) f = fixture (80, &(LinkConfig) { 0 });

  f.core->pilot = make_pilot ("gcc");
  send_media (&f, 100, 0);
  pass (&f, 0, 20);
  /* 2.5 × 8 Mbit/s, where the link would have carried all of it. */
  g_assert_cmpuint (f.n_out[EMU_FORTH], >, 20);
  g_assert_cmpuint (f.n_out[EMU_FORTH], <, 50);
  pass (&f, 20, 100);
  g_assert_cmpuint (f.n_out[EMU_FORTH], ==, 100);
}

static guint
ask_pilot (Fixture *self, gint64 now_ms)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  guint skip, key, kbps = 0, vbv_ms;

  emu_pilot_hear (self->core->pilot, self->core->link, "capture\n", now_ms, answer);
  g_assert_cmpint (sscanf (answer->str, "decide %u %u %u %u\n", &skip, &key, &kbps, &vbv_ms), ==,
      4);
  return kbps;
}

static void
test_pilot_learns_what_arrives (void)
{
  g_auto (Fixture) f = fixture (40, &(LinkConfig) { 0 });
  guint before_kbps;

  f.core->pilot = make_pilot ("gcc");
  before_kbps = ask_pilot (&f, 0);
  g_assert_cmpuint (before_kbps, ==, 8000);
  for (gint64 ms = 0; ms < 2000; ms += 16) {
    send_media (&f, 12, ms * MS);
    pass (&f, ms, ms + 16);
  }
  g_assert_cmpuint (ask_pilot (&f, 2000), >, before_kbps);
}

static void
test_pilot_answers_requests_for_key_pictures (void)
{
  g_auto (Fixture) f = fixture (40, &(LinkConfig) { 0 });
  g_autoptr (GString) answer = g_string_new (NULL);

  f.core->pilot = make_pilot ("fixed");
  emu_pilot_hear (f.core->pilot, f.core->link, "key\ncapture\n", 500, answer);
  g_assert_true (g_str_has_prefix (answer->str, "decide 0 1 4096 "));
  g_string_truncate (answer, 0);
  emu_pilot_hear (f.core->pilot, f.core->link, "nonsense\ncapture\n", 516, answer);
  g_assert_true (g_str_has_prefix (answer->str, "decide 0 0 4096 "));
}

static void
test_carries_what_the_trace_says (void)
{
  LinkConfig config = { 0 };
  g_auto (Fixture) f = fixture (20, &config); /* 2500 bytes each ms */

  send_media (&f, 100, 5000 * MS);
  pass (&f, 5000, 5030);
  /* 30 ms of 2500 bytes are 55 packets; the last are still in the air. */
  g_assert_cmpuint (f.n_out[EMU_FORTH], >=, 49);
  g_assert_cmpuint (f.n_out[EMU_FORTH], <=, 55);
  pass (&f, 5030, 5060);
  g_assert_cmpuint (f.n_out[EMU_FORTH], ==, 100);
  g_assert_cmpuint (f.last_out, ==, 99);
}

/* What opens a session does not use up the trace. */
static void
test_trace_begins_with_the_stream (void)
{
  LinkConfig config = { 0 };
  g_auto (Fixture) f = fixture (20, &config);

  f.trace->ms[0].capacity_bytes = 0;
  for (guint i = 0; i < 50; i++)
    send_control (&f, EMU_FORTH, i * MS);
  pass (&f, 0, 100);
  g_assert_cmpuint (f.n_out[EMU_FORTH], ==, 50);
  send_media (&f, 1, 100 * MS);
  emu_core_step (f.core, 100);
  g_assert_cmpuint (emu_core_get_left_bytes (f.core), ==, 0);
  emu_core_step (f.core, 101);
  g_assert_cmpuint (emu_core_get_left_bytes (f.core), ==, MEDIA_BYTES);
}

/* When the one packet that is no media comes out. */
static gint64
find_control_ms (Fixture *self, gint64 from_ms)
{
  for (gint64 ms = from_ms; ms < 500; ms++) {
    EmuPacket *packet;
    gboolean is_there = FALSE;

    emu_core_step (self->core, ms);
    while ((packet = emu_core_pop (self->core, ms * MS)) != NULL) {
      is_there |= !packet->info.is_media;
      emu_core_done (self->core, packet);
    }
    if (is_there)
      return ms;
  }
  return -1;
}

/* The control connection has a turn of its own, so it passes by a full queue, but not
 * by the one that the firmware has. */
static void
test_small_flow_passes_by (void)
{
  const struct
  {
    LinkConfig config;
    gint64 least_ms, most_ms;
  } cases[] = {
    { { FALSE, 0 }, 1, 8 },
    { { TRUE, 0 }, 100, 120 },
    { { FALSE, 64 * 1024 }, 50, 60 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Fixture) f = fixture (10, &cases[i].config); /* 1250 bytes each ms */
    gint64 found_ms;

    send_media (&f, 100, 0);
    emu_core_step (f.core, 0);
    send_control (&f, EMU_FORTH, MS);
    found_ms = find_control_ms (&f, 1);
    g_assert_cmpint (found_ms, >=, cases[i].least_ms);
    g_assert_cmpint (found_ms, <=, cases[i].most_ms);
  }
}

static void
test_way_back_needs_air (void)
{
  LinkConfig config = { 0 };
  g_auto (Fixture) f = fixture (10, &config);

  for (guint i = 10; i < 60; i++)
    f.trace->ms[i].capacity_bytes = 0;
  send_media (&f, 1, 0);
  send_control (&f, EMU_BACK, 0);
  pass (&f, 0, 5);
  g_assert_cmpuint (f.n_out[EMU_BACK], ==, 1);
  send_control (&f, EMU_BACK, 12 * MS);
  pass (&f, 5, 60);
  g_assert_cmpuint (f.n_out[EMU_BACK], ==, 1);
  pass (&f, 60, 61);
  g_assert_cmpuint (f.n_out[EMU_BACK], ==, 2);
}

static guint
count (const char *text, const char *what)
{
  guint n = 0;

  for (; (text = strstr (text, what)) != NULL; text += strlen (what))
    n++;
  return n;
}

/* Each packet of the stream has one line, whatever became of it. */
static void
test_every_packet_has_a_fate (void)
{
  LinkConfig config = { 0 };
  g_auto (Fixture) f = fixture (2, &config);
  guint dropped, lost, delivered;

  for (guint i = 0; i < f.trace->n_ms; i++)
    f.trace->ms[i].loss_ppm = 300000;
  send_media (&f, 100, 7 * MS);
  pass (&f, 7, 1000);
  dropped = count (f.core->log->str, ",dropped\n");
  lost = count (f.core->log->str, ",-1,lost\n");
  delivered = count (f.core->log->str, ",delivered\n");
  g_assert_true (g_str_has_prefix (f.core->log->str, EMU_LOG_HEADER));
  g_assert_cmpuint (dropped, ==, f.core->n_drops);
  g_assert_cmpuint (dropped, >=, 3);
  g_assert_cmpuint (lost, >=, 10);
  g_assert_cmpuint (delivered, ==, f.n_out[EMU_FORTH]);
  g_assert_cmpuint (dropped + lost + delivered, ==, 100);
  g_assert_cmpuint (f.core->live.length, ==, 0);
  /* Times count from the first packet. */
  g_assert_nonnull (strstr (f.core->log->str, "\n0,90,-1,1356,0,"));
}

static char *
tell (Fixture *self, gint64 now_ms)
{
  GString *text = g_string_new (NULL);

  emu_core_step (self->core, now_ms);
  take_out (self, now_ms * MS);
  emu_signals_write (&self->signals, self->core, now_ms, text);
  return g_string_free (text, FALSE);
}

static void
test_signals_are_those_of_the_listener (void)
{
  LinkConfig config = { 0 };
  g_auto (Fixture) f = fixture (11, &config); /* a packet each ms */
  g_autofree char *first = NULL, *second = NULL, *third = NULL, *nothing = NULL, *again = NULL;

  f.signals.tells_packets = TRUE;
  f.trace->ms[2].loss_ppm = 1000000;
  send_media (&f, 1, 0);
  emu_signals_begin (&f.signals, f.core);
  send_media (&f, 2, 0);
  /* What was there before is another socket's. */
  first = tell (&f, 0);
  g_assert_cmpstr (first, ==, "station 65000 0 0 1 0\ndone 0 0\n");
  second = tell (&f, 1);
  g_assert_cmpstr (second, ==, "queue 1356\ndone 1 0\n");
  third = tell (&f, 2);
  g_assert_cmpstr (third, ==, "queue 2712\ndone 2 1\n");
  nothing = tell (&f, 3);
  g_assert_cmpstr (nothing, ==, "");
  emu_signals_missed (&f.signals);
  again = tell (&f, 4);
  g_assert_cmpstr (again, ==, "queue 2712\n");
}

/* The modulation is late and sometimes another one, counters are right. */
static void
test_station_is_as_drivers_tell (void)
{
  LinkConfig config = { 0 };
  g_auto (Fixture) f = fixture (10, &config);
  guint n_late = 0, n_wrong = 0, n = 0;

  for (guint i = 1000; i < f.trace->n_ms; i++)
    f.trace->ms[i].phy_kbps = 6500;
  send_media (&f, 1, 0);
  emu_signals_begin (&f.signals, f.core);
  for (gint64 ms = 0; ms < 2000; ms++) {
    g_autofree char *text = tell (&f, ms);
    gboolean is_told = g_str_has_prefix (text, "station ") || strstr (text, "\nstation ") != NULL;

    n += is_told;
    n_wrong += is_told && strstr (text, "station 65000 ") == NULL
        && strstr (text, "station 6500 ") == NULL;
    n_late += ms >= 1000 && ms < 1050 && strstr (text, "station 65000 ") != NULL;
  }
  g_assert_cmpuint (n, ==, 20);
  g_assert_cmpuint (n_late, ==, 1);
  g_assert_cmpuint (n_wrong, >, 0);
  g_assert_cmpuint (n_wrong, <, 6);
}

static void
test_hidden_queue_is_not_told (void)
{
  LinkConfig config = { .hidden_bytes = 64 * 1024 };
  g_auto (Fixture) f = fixture (10, &config);
  g_autofree char *text = NULL;

  emu_signals_begin (&f.signals, f.core);
  f.signals.tells_station = FALSE;
  send_media (&f, 40, 0);
  text = tell (&f, 0);
  g_assert_cmpstr (text, ==, "queue 54240\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/emulator/packets-are-told-apart", test_packets_are_told_apart);
  g_test_add_func ("/emulator/carries-what-the-trace-says", test_carries_what_the_trace_says);
  g_test_add_func ("/emulator/trace-begins-with-the-stream", test_trace_begins_with_the_stream);
  g_test_add_func ("/emulator/small-flow-passes-by", test_small_flow_passes_by);
  g_test_add_func ("/emulator/way-back-needs-air", test_way_back_needs_air);
  g_test_add_func ("/emulator/ipv6-is-told-apart", test_ipv6_is_told_apart);
  g_test_add_func ("/emulator/marked-pictures-are-known", test_marked_pictures_are_known);
  g_test_add_func ("/emulator/pilot-paces", test_pilot_paces);
  g_test_add_func ("/emulator/pilot-learns-what-arrives", test_pilot_learns_what_arrives);
  g_test_add_func ("/emulator/pilot-answers-requests-for-key-pictures",
      test_pilot_answers_requests_for_key_pictures);
  g_test_add_func ("/emulator/every-packet-has-a-fate", test_every_packet_has_a_fate);
  g_test_add_func ("/emulator/signals-are-those-of-the-listener",
      test_signals_are_those_of_the_listener);
  g_test_add_func ("/emulator/station-is-as-drivers-tell", test_station_is_as_drivers_tell);
  g_test_add_func ("/emulator/hidden-queue-is-not-told", test_hidden_queue_is_not_told);
  return g_test_run ();
}
