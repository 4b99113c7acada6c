/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What leaves the sender, datagram by datagram, by a clock that the test turns. */
#include <errno.h>
#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <string.h>
#include <ts-rtcp.h>
#include <wfd-outlet.h>
#include <wfd-rtp-socket.h>
#include <wfd-sender.h>

#include "stream-writer.h"

#define TS_BYTES 188
#define RTP_BYTES 12

static WfdSender *sender;
static GObject *owner;
static gboolean owner_goes; /* while it is told */
static GstClock *test_clock;
static GSocket *rtp, *rtcp, *peer; /* ours, and that of the peer for reports */
static GPtrArray *datagrams;       /* GBytes */
static guint n_lost, n_troubles, n_alive, n_drained;
static guint n_calls;  /* of the socket */
static guint room;     /* datagrams that it still takes */
static GArray *told;   /* of guint64: pictures */
static int send_error; /* then */
static gboolean can_segment;

static void
note_lost (gpointer data)
{
  n_lost++;
}

static void
note_trouble (gpointer data, const char *text)
{
  gpointer is = data;

  if (owner_goes) {
    g_object_add_weak_pointer (data, &is);
    g_clear_object (&owner);
    fail_unless (is != NULL, "it was told something when it was gone");
    g_object_remove_weak_pointer (data, &is);
  }
  n_troubles++;
}

static void
note_alive (gpointer data)
{
  n_alive++;
}

static void
note_drained (gpointer data)
{
  n_drained++;
}

static void
note_picture (gpointer data, guint64 number)
{
  g_array_append_val (told, number);
}

static guint
get_segment_bytes (const struct msghdr *message)
{
  guint16 segment;

  if (message->msg_controllen == 0)
    return message->msg_iov[0].iov_len;
  memcpy (&segment, CMSG_DATA (CMSG_FIRSTHDR (message)), sizeof segment);
  return segment;
}

static gssize
fake_send (int fd, const struct msghdr *message, int flags)
{
  const guint8 *at = message->msg_iov[0].iov_base;
  gsize left = message->msg_iov[0].iov_len, segment = get_segment_bytes (message);
  guint n = (left + segment - 1) / segment;

  n_calls++;
  if (n > 1 && !can_segment) {
    errno = EIO;
    return -1;
  }
  if (n > room) {
    errno = send_error;
    return -1;
  }
  fail_unless (n <= 16);
  room -= n;
  for (; left > 0; at += MIN (left, segment), left -= MIN (left, segment))
    g_ptr_array_add (datagrams, g_bytes_new (at, MIN (left, segment)));
  return message->msg_iov[0].iov_len;
}

static gboolean
fake_wait (GSocket *socket, gint64 timeout_us, GCancellable *cancellable)
{
  fail_unless (timeout_us <= 20 * G_TIME_SPAN_MILLISECOND);
  return FALSE;
}

static const WfdFormat both = {
  .width = 1280,
  .height = 720,
  .rate_hz = 30,
  .profile = WFD_H264_PROFILE_CBP,
  .level = 31,
  .audio_codec = WFD_AUDIO_CODEC_AAC,
  .audio_rate_hz = 48000,
  .audio_channels = 2,
};
static const WfdTsFormat video = { .codec = WFD_TS_CODEC_H264 };
static const WfdTsFormat sound = { .codec = WFD_TS_CODEC_AAC, .rate_hz = 48000, .channels = 2 };

static void
open_session (const WfdFormat *format, gboolean microsoft)
{
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string ("127.0.0.1", 9);
  g_autoptr (GSocketAddress) reports = g_socket_get_local_address (peer, NULL);

  wfd_sender_set_format (sender, format, microsoft);
  wfd_sender_open (sender,
      &(WfdSenderPeer) { G_INET_SOCKET_ADDRESS (to), G_INET_SOCKET_ADDRESS (reports), NULL });
  wfd_sender_set_clock (sender, test_clock, 0);
}

static void
set_up (void)
{
  static const WfdSenderEvents events = { note_lost, note_trouble, note_alive, note_picture,
    note_drained };
  static const WfdUdpCalls calls = { fake_send, fake_wait };

  n_lost = n_troubles = n_alive = n_drained = n_calls = 0;
  room = G_MAXUINT;
  send_error = EAGAIN;
  can_segment = TRUE;
  told = g_array_new (FALSE, FALSE, sizeof (guint64));
  datagrams = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  test_clock = gst_test_clock_new_with_start_time (GST_SECOND);
  rtp = wfd_rtp_socket_new_pair ("127.0.0.1", 0, &rtcp, NULL);
  fail_unless (rtp != NULL && rtcp != NULL);
  peer = wfd_rtp_socket_new ("127.0.0.1", 0, NULL);
  owner = g_object_new (G_TYPE_OBJECT, NULL);
  owner_goes = FALSE;
  sender = wfd_sender_new (&events, owner);
  wfd_sender_set_sockets (sender, &(WfdSenderSockets) { rtp, rtcp, 0 }, &calls);
  wfd_sender_set_present (sender, WFD_STREAM_VIDEO, TRUE);
  wfd_sender_set_present (sender, WFD_STREAM_AUDIO, TRUE);
}

static void
tear_down (void)
{
  wfd_sender_close (sender);
  wfd_sender_unref (sender);
  g_clear_object (&owner);
  gst_object_unref (test_clock);
  g_object_unref (rtp);
  g_object_unref (rtcp);
  g_object_unref (peer);
  g_ptr_array_unref (datagrams);
  g_array_unref (told);
}

/* An IDR picture of @bytes; nothing in it looks like a start code. */
static GBytes *
make_picture (gsize bytes)
{
  g_autoptr (GBytes) small = stream_get_picture (0);
  g_autoptr (GByteArray) picture = g_byte_array_new ();

  g_byte_array_append (picture, g_bytes_get_data (small, NULL), g_bytes_get_size (small));
  while (picture->len < bytes)
    g_byte_array_append (picture, (const guint8 *) "\xaa", 1);
  return g_byte_array_free_to_bytes (g_steal_pointer (&picture));
}

static GstClockTime
now (void)
{
  return gst_clock_get_time (test_clock);
}

static void
send_picture (gsize bytes)
{
  g_autoptr (GBytes) picture = make_picture (bytes);

  fail_unless (wfd_sender_send (sender, WFD_STREAM_VIDEO, &video,
      wfd_bytes (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture)), now (), 0));
}

static void
send_sound (void)
{
  g_autoptr (GBytes) frame = stream_get_silence ();

  fail_unless (wfd_sender_send (sender, WFD_STREAM_AUDIO, &sound,
      wfd_bytes (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame)), now (), 0));
}

static const guint8 *
get_datagram (guint i)
{
  return g_bytes_get_data (g_ptr_array_index (datagrams, i), NULL);
}

static guint
get_sequence (guint i)
{
  return GST_READ_UINT16_BE (get_datagram (i) + 2);
}

static gboolean
get_marker (guint i)
{
  return (get_datagram (i)[1] & 0x80) != 0;
}

/* Calls @func for each TS packet of the datagrams from @first on. */
typedef void (*PacketFunc) (const guint8 *packet, guint pid, gpointer data);

static void
for_each_packet (guint from, PacketFunc func, gpointer data)
{
  for (guint i = from; i < datagrams->len; i++) {
    gsize size;
    const guint8 *at = g_bytes_get_data (g_ptr_array_index (datagrams, i), &size);

    fail_unless_equals_int ((size - RTP_BYTES) % TS_BYTES, 0);
    for (gsize k = RTP_BYTES; k < size; k += TS_BYTES)
      func (at + k, GST_READ_UINT16_BE (at + k + 1) & 0x1fff, data);
  }
}

typedef struct
{
  guint pid;
  guint n;
  gsize payload; /* bytes */
  guint pmt_version;
} Count;

static void
count_packet (const guint8 *packet, guint pid, gpointer data)
{
  Count *count = data;

  if (pid == 0x0100)
    count->pmt_version = packet[10] >> 1 & 31;
  if (pid != count->pid)
    return;
  count->n++;
  count->payload += 184 - (packet[3] & 0x20 ? packet[4] + 1 : 0);
}

static Count
count_packets (guint from, guint pid)
{
  Count count = { .pid = pid };

  for_each_packet (from, count_packet, &count);
  return count;
}

GST_START_TEST (picture_leaves_at_once_and_whole)
{
  set_up ();
  open_session (&both, FALSE);
  send_picture (50000);
  /* All of it, with its PES header of 14 octets, and not one packet more. */
  fail_unless (count_packets (0, 0x1011).payload >= 50014);
  fail_unless (count_packets (0, 0x1011).payload < 50014 + 184);
  fail_unless_equals_int (count_packets (0, 0x0100).n, 1);
  for (guint i = 1; i < datagrams->len; i++)
    fail_unless_equals_int (get_sequence (i), (get_sequence (i - 1) + 1) & 0xffff);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (no_stream_waits_for_the_other)
{
  set_up ();
  open_session (&both, FALSE);
  for (guint i = 0; i < 5; i++)
    send_picture (3000);
  fail_unless (count_packets (0, 0x1011).payload > 5 * 3000);
  fail_unless_equals_int (count_packets (0, 0x1100).n, 0);
  for (guint i = 0; i < 5; i++) {
    guint before = datagrams->len;

    send_sound ();
    fail_unless_equals_int (count_packets (before, 0x1100).n, 1);
  }
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (device_that_cannot_segment_gets_the_same_datagrams)
{
  set_up ();
  can_segment = FALSE;
  open_session (&both, FALSE);
  send_picture (50000);
  fail_unless (count_packets (0, 0x1011).payload >= 50014);
  fail_unless_equals_int (n_calls, 1 + datagrams->len);
  fail_unless_equals_int (n_lost, 0);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (picture_for_which_there_is_no_room_is_given_up_and_told)
{
  WfdSenderStats stats;
  guint begun;

  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  begun = datagrams->len;
  room = 16;
  send_picture (50000);
  fail_unless_equals_int (datagrams->len - begun, 16);
  fail_unless_equals_int (n_lost, 1);
  room = G_MAXUINT;
  send_picture (3000);
  /* A receiver sees that something is missing. */
  fail_unless (get_sequence (begun + 16) != ((get_sequence (begun + 15) + 1) & 0xffff));
  wfd_sender_get_stats (sender, &stats);
  fail_unless_equals_int (stats.abandoned, 1);
  fail_unless_equals_int (stats.packets, datagrams->len);
  tear_down ();
}
GST_END_TEST;

static void
check_told (guint n, guint64 last)
{
  fail_unless_equals_int (told->len, n);
  if (n > 0)
    fail_unless_equals_uint64 (g_array_index (told, guint64, n - 1), last);
}

/* Not those that could not be decoded, for which there is no room, or that were not agreed on. */
GST_START_TEST (only_pictures_that_leave_are_told)
{
  WfdTsFormat other = sound;
  const guint8 delta[] = { 0, 0, 0, 1, 0x41, 0x9a, 0, 0 };

  set_up ();
  open_session (&both, FALSE);
  wfd_sender_note_picture (sender, 1);
  wfd_sender_send (sender, WFD_STREAM_VIDEO, &video, wfd_bytes (delta, sizeof delta), now (), 0);
  wfd_sender_note_picture (sender, 2);
  fail_if (wfd_sender_send (sender, WFD_STREAM_VIDEO, &other, wfd_bytes (delta, sizeof delta),
      now (), 0));
  wfd_sender_note_picture (sender, 3);
  room = 0;
  send_picture (4000);
  check_told (0, 0);
  room = G_MAXUINT;
  wfd_sender_note_picture (sender, 4);
  send_picture (40000);
  check_told (1, 4);
  send_sound ();
  check_told (1, 4);
  wfd_sender_note_picture (sender, 5);
  send_picture (100);
  check_told (2, 5);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (sound_that_is_given_up_needs_no_key_unit)
{
  set_up ();
  open_session (&both, FALSE);
  room = 0;
  send_sound ();
  fail_unless_equals_int (n_lost, 0);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (network_that_takes_nothing_is_told_once)
{
  WfdSenderStats stats;

  set_up ();
  open_session (&both, FALSE);
  room = 0;
  send_error = ENETUNREACH;
  for (guint i = 0; i < 5; i++)
    send_picture (3000);
  fail_unless_equals_int (n_troubles, 1);
  wfd_sender_get_stats (sender, &stats);
  fail_unless_equals_int (stats.errors, 5);
  tear_down ();
}
GST_END_TEST;

/* The clock's thread goes on when the element is taken away. */
GST_START_TEST (owner_lives_while_it_is_told_and_is_told_no_more)
{
  set_up ();
  open_session (&both, FALSE);
  room = 0;
  send_error = ENETUNREACH;
  owner_goes = TRUE;
  send_picture (3000);
  fail_unless_equals_int (n_troubles, 1);
  fail_unless_equals_int (n_lost, 1);
  send_picture (3000);
  fail_unless_equals_int (n_lost, 1);
  tear_down ();
}
GST_END_TEST;

static guint64
read_pcr (const guint8 *packet)
{
  guint64 base = (guint64) GST_READ_UINT32_BE (packet + 6) << 1 | packet[10] >> 7;

  return base * 300 + ((packet[10] & 1) << 8 | packet[11]);
}

typedef struct
{
  guint64 last;
  guint64 longest;
  guint n;
} Clock;

static void
note_pcr (const guint8 *packet, guint pid, gpointer data)
{
  Clock *self = data;
  guint64 pcr;

  if (pid != 0x1000)
    return;
  pcr = read_pcr (packet);
  if (self->n++ > 0)
    self->longest = MAX (self->longest, pcr - self->last);
  self->last = pcr;
}

GST_START_TEST (clock_goes_on_while_the_picture_stands_still)
{
  Clock pcrs = { 0 };
  GstClockTime begin;

  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  begin = now ();
  while (now () < begin + GST_SECOND)
    fail_unless (gst_test_clock_crank (GST_TEST_CLOCK (test_clock)));
  for_each_packet (0, note_pcr, &pcrs);
  fail_unless (pcrs.n >= 25, "%u", pcrs.n);
  fail_unless (pcrs.longest <= 27000 * 40, "%" G_GUINT64_FORMAT, pcrs.longest / 27000);
  fail_unless (count_packets (0, 0x0100).n >= 10);
  fail_unless_equals_int (count_packets (0, 0x1011).payload / 3000, 1);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (nothing_leaves_while_nothing_is_wanted)
{
  guint before;

  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  wfd_sender_set_clock (sender, NULL, 0);
  before = datagrams->len;
  gst_test_clock_advance_time (GST_TEST_CLOCK (test_clock), GST_SECOND);
  fail_unless_equals_int (gst_test_clock_peek_id_count (GST_TEST_CLOCK (test_clock)), 0);
  send_picture (3000);
  fail_unless_equals_int (datagrams->len, before);

  /* What goes on after a pause says so: RFC 2250, the first packet only. */
  wfd_sender_set_clock (sender, test_clock, 0);
  send_picture (3000);
  fail_unless (get_marker (before));
  fail_if (get_marker (before + 1));
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (end_of_what_does_not_wait_is_told_at_once)
{
  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  wfd_sender_drain (sender);
  fail_unless_equals_int (n_drained, 1);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (microsoft_is_told_where_a_picture_ends)
{
  set_up ();
  open_session (&both, TRUE);
  send_picture (5000);
  for (guint i = 0; i < datagrams->len; i++)
    fail_unless (get_marker (i) == (i + 1 == datagrams->len));
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (format_that_changes_in_session_brings_new_tables)
{
  WfdFormat other = both;
  guint before, version;

  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  version = count_packets (0, 0x0100).pmt_version;
  before = datagrams->len;
  other.width = 640;
  other.height = 480;
  wfd_sender_set_format (sender, &other, FALSE);
  send_picture (3000);
  fail_unless_equals_int (count_packets (before, 0x0100).pmt_version, version + 1);
  /* The session is the same. */
  fail_unless (memcmp (get_datagram (0) + 8, get_datagram (before) + 8, 4) == 0);
  fail_unless_equals_int (get_sequence (before), (get_sequence (before - 1) + 1) & 0xffff);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (what_was_not_agreed_on_is_not_sent)
{
  const WfdTsFormat lpcm = { .codec = WFD_TS_CODEC_LPCM, .rate_hz = 48000, .channels = 2 };
  WfdFormat silent = both;
  guint8 samples[1920] = { 0 };

  set_up ();
  open_session (&both, FALSE);
  fail_if (wfd_sender_send (sender, WFD_STREAM_AUDIO, &lpcm, wfd_bytes (samples, sizeof samples),
      now (), 0));
  fail_unless_equals_int (datagrams->len, 0);
  wfd_sender_close (sender);

  silent.audio_codec = WFD_AUDIO_CODEC_NONE;
  open_session (&silent, FALSE);
  send_sound ();
  fail_unless_equals_int (datagrams->len, 0);
  tear_down ();
}
GST_END_TEST;

GST_START_TEST (each_session_has_numbers_of_its_own)
{
  guint32 before;

  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  before = GST_READ_UINT32_BE (get_datagram (0) + 8);
  wfd_sender_close (sender);
  g_ptr_array_set_size (datagrams, 0);
  open_session (&both, FALSE);
  send_picture (3000);
  fail_unless (GST_READ_UINT32_BE (get_datagram (0) + 8) != before);
  tear_down ();
}
GST_END_TEST;

typedef struct
{
  guint n;
  guint8 profile[3];
  guint versions; /* bits */
} Tables;

static void
note_table (const guint8 *packet, guint pid, gpointer data)
{
  Tables *self = data;

  if (pid != 0x0100)
    return;
  self->n++;
  self->versions |= 1 << (packet[10] >> 1 & 31);
  memcpy (self->profile, packet + 24, sizeof self->profile);
}

/* They go out before the first picture does. */
GST_START_TEST (tables_say_from_the_beginning_what_was_agreed_on)
{
  static const struct
  {
    WfdH264Profile profile;
    guint8 expected[3];
  } rows[] = {
    { WFD_H264_PROFILE_CBP, { 0x42, 0xc0, 0x1f } },
    { WFD_H264_PROFILE_CHP, { 0x64, 0x0c, 0x1f } },
  };
  WfdFormat format = both;
  Tables tables = { 0 };

  set_up ();
  format.profile = rows[__i__].profile;
  open_session (&format, FALSE);
  while (datagrams->len == 0)
    fail_unless (gst_test_clock_crank (GST_TEST_CLOCK (test_clock)));
  for_each_packet (0, note_table, &tables);
  fail_unless_equals_int (tables.n, 1);
  fail_unless (memcmp (tables.profile, rows[__i__].expected, 3) == 0);

  /* The picture is less, which the table covers. */
  send_picture (3000);
  for_each_packet (0, note_table, &tables);
  fail_unless_equals_int (tables.versions, 1 << 1);
  fail_unless (memcmp (tables.profile, rows[__i__].expected, 3) == 0);
  tear_down ();
}
GST_END_TEST;

static void
send_delta (void)
{
  g_autoptr (GBytes) picture = stream_get_picture (1);

  fail_unless (wfd_sender_send (sender, WFD_STREAM_VIDEO, &video,
      wfd_bytes (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture)), now (), 0));
}

/* In each session, and in a new format. */
GST_START_TEST (video_begins_with_a_key_picture)
{
  WfdFormat other = both;

  set_up ();
  other.width = 640;
  for (guint i = 0; i < 3; i++) {
    guint before;

    if (i < 2)
      open_session (&both, FALSE);
    else
      wfd_sender_set_format (sender, &other, FALSE);
    before = datagrams->len;
    n_lost = 0;
    send_delta ();
    fail_unless_equals_int (count_packets (before, 0x1011).n, 0);
    /* It is asked for. */
    fail_unless_equals_int (n_lost, 1);
    send_picture (3000);
    send_delta ();
    fail_unless (count_packets (before, 0x1011).payload > 3000 + 20);
    fail_unless_equals_int (n_lost, 1);
    if (i == 0)
      wfd_sender_close (sender);
  }
  tear_down ();
}
GST_END_TEST;

/* A key picture of which a part is missing is none. */
GST_START_TEST (video_begins_with_a_whole_picture)
{
  guint before;

  set_up ();
  open_session (&both, FALSE);
  room = 16;
  send_picture (50000);
  room = G_MAXUINT;
  before = datagrams->len;
  send_delta ();
  fail_unless_equals_int (count_packets (before, 0x1011).n, 0);
  tear_down ();
}
GST_END_TEST;

typedef struct
{
  guint pid;
  gint64 pts; /* of the last PES, 90 kHz; -1: there is none */
} Time;

static void
note_pts (const guint8 *packet, guint pid, gpointer data)
{
  Time *self = data;
  const guint8 *pes = packet + 4 + (packet[3] & 0x20 ? packet[4] + 1 : 0);

  if (pid != self->pid || (packet[1] & 0x40) == 0)
    return;
  self->pts = (gint64) (pes[9] >> 1 & 7) << 30 | (GST_READ_UINT16_BE (pes + 10) >> 1) << 15
      | GST_READ_UINT16_BE (pes + 12) >> 1;
}

static gint64
get_last_pts (guint from, guint pid)
{
  Time time = { .pid = pid, .pts = -1 };

  for_each_packet (from, note_pts, &time);
  return time.pts;
}

static void
advance_ms (guint ms)
{
  gst_test_clock_advance_time (GST_TEST_CLOCK (test_clock), ms * GST_MSECOND);
}

static void
send_sound_of (GstClockTime running_time)
{
  g_autoptr (GBytes) frame = stream_get_silence ();

  fail_unless (wfd_sender_send (sender, WFD_STREAM_AUDIO, &sound,
      wfd_bytes (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame)), running_time, 0));
}

static void
send_picture_of (GstClockTime running_time)
{
  g_autoptr (GBytes) picture = make_picture (3000);

  fail_unless (wfd_sender_send (sender, WFD_STREAM_VIDEO, &video,
      wfd_bytes (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture)), running_time, 0));
}

#define LEAD_TICKS (125 * 90)

/* Later than the lead, so that who plays by the clock would drop it. */
GST_START_TEST (what_is_late_is_shown_at_once)
{
  GstClockTime begin;
  gint64 ticks;

  set_up ();
  open_session (&both, FALSE);
  begin = now ();
  ticks = begin * 9 / 100000;
  send_picture_of (begin);
  send_sound_of (begin);
  fail_unless_equals_int64 (get_last_pts (0, 0x1011), ticks + LEAD_TICKS);

  advance_ms (325);
  send_picture_of (begin);
  fail_unless_equals_int64 (get_last_pts (0, 0x1011), ticks + 325 * 90);
  send_picture_of (begin + 325 * GST_MSECOND);
  fail_unless_equals_int64 (get_last_pts (0, 0x1011), ticks + 325 * 90 + LEAD_TICKS);
  send_sound_of (begin + 325 * GST_MSECOND);
  fail_unless_equals_int64 (get_last_pts (0, 0x1100), ticks + 325 * 90 + LEAD_TICKS);
  tear_down ();
}
GST_END_TEST;

/* An encoder gives its last frames only when more come. */
GST_START_TEST (sound_from_before_a_pause_is_dropped)
{
  GstClockTime begin;
  guint before;

  set_up ();
  open_session (&both, FALSE);
  begin = now ();
  send_sound_of (begin);
  wfd_sender_set_clock (sender, NULL, 0);
  advance_ms (5000);
  wfd_sender_set_clock (sender, test_clock, 0);
  before = datagrams->len;
  for (guint i = 1; i < 4; i++)
    send_sound_of (begin + i * 21 * GST_MSECOND);
  fail_unless_equals_int64 (get_last_pts (before, 0x1100), -1);
  send_sound_of (begin + 5000 * GST_MSECOND);
  fail_unless_equals_int64 (get_last_pts (before, 0x1100),
      (begin + 5125 * GST_MSECOND) * 9 / 100000);
  /* What is late from here on is not from before. */
  send_sound_of (begin + 4800 * GST_MSECOND);
  fail_unless_equals_int64 (get_last_pts (before, 0x1100),
      (begin + 5000 * GST_MSECOND) * 9 / 100000);
  tear_down ();
}
GST_END_TEST;

static void
pass_time_of_reports (void)
{
  GstClockTime begin = now ();

  while (now () < begin + GST_SECOND + 40 * GST_MSECOND)
    fail_unless (gst_test_clock_crank (GST_TEST_CLOCK (test_clock)));
}

static WfdTsRtcp
receive_report (void)
{
  guint8 datagram[500];
  gssize bytes = g_socket_receive (peer, (char *) datagram, sizeof datagram, NULL, NULL);
  WfdTsRtcp report;

  fail_unless (bytes > 0);
  fail_unless (wfd_ts_rtcp_read (wfd_bytes (datagram, bytes), 0, &report));
  return report;
}

static GstBuffer *
make_samples (guint n)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, 4 * n, NULL);

  gst_buffer_memset (buffer, 0, 1, 4 * n);
  GST_BUFFER_PTS (buffer) = now ();
  return buffer;
}

/* A shift of the time, after which all events come again, is no new stream. */
GST_START_TEST (samples_that_wait_outlive_a_shift)
{
  GstElement *outlet;
  WfdFormat format = both;
  GstHarness *h;

  set_up ();
  format.audio_codec = WFD_AUDIO_CODEC_LPCM;
  outlet = wfd_outlet_new (sender, WFD_STREAM_AUDIO);
  h = gst_harness_new_with_element (outlet, "sink", NULL);
  gst_harness_set_src_caps_str (h,
      "audio/x-raw, format=S16LE, layout=interleaved, rate=48000, channels=2");
  open_session (&format, FALSE);
  fail_unless_equals_int (gst_harness_push (h, make_samples (300)), GST_FLOW_OK);
  fail_unless_equals_int (count_packets (0, 0x1100).n, 0);
  gst_pad_set_offset (h->srcpad, GST_MSECOND);
  fail_unless_equals_int (gst_harness_push (h, make_samples (300)), GST_FLOW_OK);
  fail_unless (count_packets (0, 0x1100).payload >= 480 * 4);
  gst_harness_teardown (h);
  gst_object_unref (outlet);
  tear_down ();
}

GST_END_TEST;

GST_START_TEST (reports_say_what_was_sent)
{
  WfdTsRtcp one, next;

  set_up ();
  open_session (&both, FALSE);
  send_picture (20000);
  one = receive_report ();
  fail_unless (one.has_sender_info);
  fail_unless_equals_int (one.sender_info.ssrc, GST_READ_UINT32_BE (get_datagram (0) + 8));
  fail_unless_equals_int (one.sender_info.n_packets, datagrams->len);
  fail_unless_equals_int (one.sender_info.timestamp, GST_READ_UINT32_BE (get_datagram (0) + 4));
  pass_time_of_reports ();
  next = receive_report ();
  fail_unless (next.sender_info.n_packets > one.sender_info.n_packets);
  /* About a next, in which the reports may be late by a tick. */
  fail_unless (next.sender_info.timestamp - one.sender_info.timestamp >= 90000);
  fail_unless (next.sender_info.timestamp - one.sender_info.timestamp <= 90000 + 3600);
  fail_unless ((next.sender_info.ntp >> 32) >= (one.sender_info.ntp >> 32));
  tear_down ();
}
GST_END_TEST;

/* RFC 3550 §6.4.2: a quarter was lost lately, @lost in all; jitter of 900. */
static void
send_receiver_report (GSocket *from, guint8 lost)
{
  g_autoptr (GSocketAddress) to = g_socket_get_local_address (rtcp, NULL);
  guint8 packet[] = { 0x81, 201, 0, 7, 0, 0, 0, 7, 0, 0, 0, 0, 64, 0, 0, lost, 0, 0, 0, 0, 0, 0,
    900 >> 8, 900 & 0xff, 0, 0, 0, 0, 0, 0, 0, 0 };

  /* The SSRC of the stream. */
  memcpy (packet + 8, get_datagram (0) + 8, 4);
  fail_unless (g_socket_send_to (from, to, (char *) packet, sizeof packet, NULL, NULL) > 0);
}

GST_START_TEST (reports_of_the_peer_are_read_and_others_not)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  g_autoptr (GSocket) foreign = wfd_rtp_socket_new ("127.0.0.2", 0, NULL);
  guint64 jitter_us = 0;
  gint64 lost = 0;
  gdouble fraction = 0;

  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  send_receiver_report (peer, 5);
  if (foreign != NULL)
    send_receiver_report (foreign, 9);
  pass_time_of_reports ();
  wfd_sender_add_reports (sender, stats);
  fail_unless (
      gst_structure_get (stats, "peer-packets-lost", G_TYPE_INT64, &lost, "peer-fraction-lost",
          G_TYPE_DOUBLE, &fraction, "peer-jitter-us", G_TYPE_UINT64, &jitter_us, NULL));
  fail_unless_equals_int (lost, 5);
  fail_unless (fraction == 0.25);
  fail_unless_equals_int (jitter_us, 10000);
  tear_down ();
}
GST_END_TEST;

/* Before the session is known and after: they have no room in the socket, and those
 * that are in it already hold up nothing. */
GST_START_TEST (reports_come_through_a_flood_of_strangers)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");
  g_autoptr (GSocket) foreign = wfd_rtp_socket_new ("127.0.0.2", 0, NULL);
  g_autoptr (GSocketAddress) to = NULL;
  gint64 lost = 0;

  set_up ();
  to = g_socket_get_local_address (rtcp, NULL);
  for (guint i = 0; i < 100; i++)
    g_socket_send_to (foreign, to, "x", 1, NULL, NULL);
  open_session (&both, FALSE);
  send_picture (3000);
  for (guint i = 0; i < 50000; i++)
    g_socket_send_to (foreign, to, "x", 1, NULL, NULL);
  send_receiver_report (peer, 5);
  pass_time_of_reports ();
  wfd_sender_add_reports (sender, stats);
  fail_unless (gst_structure_get_int64 (stats, "peer-packets-lost", &lost));
  fail_unless_equals_int (lost, 5);
  tear_down ();
}
GST_END_TEST;

/* Long before the next of ours is due, also if somebody looks at the statistics all the time. */
GST_START_TEST (report_of_the_peer_is_a_sign_of_life)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("stats");

  set_up ();
  open_session (&both, FALSE);
  send_picture (3000);
  send_receiver_report (peer, 0);
  wfd_sender_add_reports (sender, stats);
  fail_unless (gst_test_clock_crank (GST_TEST_CLOCK (test_clock)));
  fail_unless_equals_int (n_alive, 1);
  tear_down ();
}
GST_END_TEST;

static Suite *
wfd_sender_suite (void)
{
  Suite *suite = suite_create ("wfd-sender");
  TCase *units = tcase_create ("units");
  TCase *reports = tcase_create ("reports");

  suite_add_tcase (suite, units);
  tcase_add_test (units, picture_leaves_at_once_and_whole);
  tcase_add_test (units, no_stream_waits_for_the_other);
  tcase_add_test (units, device_that_cannot_segment_gets_the_same_datagrams);
  tcase_add_test (units, picture_for_which_there_is_no_room_is_given_up_and_told);
  tcase_add_test (units, only_pictures_that_leave_are_told);
  tcase_add_test (units, sound_that_is_given_up_needs_no_key_unit);
  tcase_add_test (units, network_that_takes_nothing_is_told_once);
  tcase_add_test (units, owner_lives_while_it_is_told_and_is_told_no_more);
  tcase_add_test (units, clock_goes_on_while_the_picture_stands_still);
  tcase_add_test (units, nothing_leaves_while_nothing_is_wanted);
  tcase_add_test (units, end_of_what_does_not_wait_is_told_at_once);
  tcase_add_test (units, microsoft_is_told_where_a_picture_ends);
  tcase_add_test (units, format_that_changes_in_session_brings_new_tables);
  tcase_add_test (units, what_was_not_agreed_on_is_not_sent);
  tcase_add_test (units, each_session_has_numbers_of_its_own);

  tcase_add_loop_test (units, tables_say_from_the_beginning_what_was_agreed_on, 0, 2);
  tcase_add_test (units, video_begins_with_a_key_picture);
  tcase_add_test (units, video_begins_with_a_whole_picture);
  tcase_add_test (units, what_is_late_is_shown_at_once);
  tcase_add_test (units, sound_from_before_a_pause_is_dropped);
  tcase_add_test (units, samples_that_wait_outlive_a_shift);

  suite_add_tcase (suite, reports);
  tcase_add_test (reports, reports_say_what_was_sent);
  tcase_add_test (reports, reports_of_the_peer_are_read_and_others_not);
  tcase_add_test (reports, reports_come_through_a_flood_of_strangers);
  tcase_add_test (reports, report_of_the_peer_is_a_sign_of_life);
  return suite;
}

GST_CHECK_MAIN (wfd_sender);
