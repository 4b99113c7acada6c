/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <link-station.h>

#include <base-limits.h>
#include <netlink/msg.h>
#include <station-builder.h>

/* netlink(7) is in the byte order of the machine; these octets are those of a
 * little-endian one. */
#define SKIP_IF_BIG_ENDIAN() \
  G_STMT_START \
  { \
    if (G_BYTE_ORDER != G_LITTLE_ENDIAN) { \
      g_test_skip ("the vectors are little-endian"); \
      return; \
    } \
  } \
  G_STMT_END

#define FAMILY 28
#define INTERFACE 7
#define SEQUENCE 9

typedef struct
{
  WfdStationAnswer answer;
} Reader;

static void
set_up (Reader *reader, gconstpointer data)
{
  reader->answer = (WfdStationAnswer) { FAMILY, INTERFACE, SEQUENCE,
    g_array_new (FALSE, FALSE, sizeof (WfdStation)) };
}

static void
tear_down (Reader *reader, gconstpointer data)
{
  g_array_unref (reader->answer.stations);
}

/* In memory of just this size. */
static WfdStationResult
read_octets (Reader *reader, const guint8 *octets, gsize n)
{
  g_autofree guint8 *copy = g_memdup2 (octets, n);

  return wfd_station_read (&reader->answer, copy, n);
}

static const WfdStation *
get_only (Reader *reader)
{
  g_assert_cmpuint (reader->answer.stations->len, ==, 1);
  return &g_array_index (reader->answer.stations, WfdStation, 0);
}

#define U32(value) (value) & 0xff, (value) >> 8 & 0xff, (value) >> 16 & 0xff, (value) >> 24 & 0xff
#define ATTRIBUTE(type, size) (size) + 4, 0, type, 0
#define ATTRIBUTE_U32(type, value) ATTRIBUTE (type, 4), U32 (value)
/* GET_STATION and NEW_STATION: length, type, flags, number, port; command, version */
#define MESSAGE(size, type, flags, sequence, command, version) \
  (size) + 20, 0, 0, 0, type, 0, U32_HIGH (flags), sequence, 0, 0, 0, 0, 0, 0, 0, command, \
      version, 0, 0
#define U32_HIGH(flags) (flags) & 0xff, (flags) >> 8
#define INTERFACE_AND_ADDRESS(last) \
  ATTRIBUTE_U32 (3, INTERFACE), ATTRIBUTE (6, 6), 2, 0, 0, 0, 3, last, 0, 0
#define N_INTERFACE_AND_ADDRESS 20

static void
test_request (void)
{
  /* DUMP, REQUEST */
  static const guint8 expected[] = { MESSAGE (8, FAMILY, 0x0301, SEQUENCE, 17, 0),
    ATTRIBUTE_U32 (3, INTERFACE) };
  struct nl_msg *message = wfd_station_build_request (FAMILY, INTERFACE, SEQUENCE);

  if (G_BYTE_ORDER == G_LITTLE_ENDIAN)
    g_assert_cmpmem (nlmsg_hdr (message), nlmsg_hdr (message)->nlmsg_len, expected,
        sizeof (expected));
  nlmsg_free (message);
}

/* Every value that is read; the long forms of octets win. */
#define N_FULL (N_INTERFACE_AND_ADDRESS + 4 + N_FULL_INFO)
#define N_FULL_INFO (8 * 9 + 2 * 8 + 12 + 16 + 2 * 12)
static const guint8 full[] = {
  MESSAGE (N_FULL, FAMILY, 2, SEQUENCE, 19, 1),
  INTERFACE_AND_ADDRESS (1),
  ATTRIBUTE (21, N_FULL_INFO),
  ATTRIBUTE_U32 (1, 40),
  ATTRIBUTE_U32 (16, 3),
  ATTRIBUTE (7, 1),
  0xc4,
  0,
  0,
  0,
  ATTRIBUTE (13, 1),
  0xc3,
  0,
  0,
  0,
  ATTRIBUTE (8, 8),
  ATTRIBUTE_U32 (5, 1444),
  ATTRIBUTE (14, 12),
  ATTRIBUTE (1, 2),
  10,
  0,
  0,
  0,
  ATTRIBUTE (4, 0),
  ATTRIBUTE_U32 (27, 47100),
  ATTRIBUTE_U32 (10, 1000),
  ATTRIBUTE_U32 (11, 317),
  ATTRIBUTE_U32 (12, 40),
  ATTRIBUTE_U32 (9, 900),
  ATTRIBUTE_U32 (3, 5),
  ATTRIBUTE (24, 8),
  1,
  0,
  0,
  0,
  1,
  0,
  0,
  0,
  ATTRIBUTE_U32 (2, 6),
  ATTRIBUTE (23, 8),
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
  0xff,
};

static void
test_every_value (Reader *reader, gconstpointer data)
{
  const WfdStation *station;

  SKIP_IF_BIG_ENDIAN ();
  g_assert_cmpuint (full[0], ==, sizeof (full));
  g_assert_cmpint (read_octets (reader, full, sizeof (full)), ==, WFD_STATION_MORE);
  station = get_only (reader);
  g_assert_cmpmem (station->address, WFD_STATION_ADDRESS_BYTES, "\2\0\0\0\3\1", 6);
  g_assert_cmpint (station->inactive_ms, ==, 40);
  g_assert_cmpint (station->connected_s, ==, 3);
  g_assert_cmpint (station->signal_dbm, ==, -60);
  g_assert_cmpint (station->signal_avg_dbm, ==, -61);
  g_assert_cmpint (station->tx_kbps, ==, 144400);
  g_assert_cmpint (station->rx_kbps, ==, 1000);
  g_assert_cmpint (station->expected_kbps, ==, 47100);
  g_assert_cmpint (station->tx_packets, ==, 1000);
  g_assert_cmpint (station->tx_retries, ==, 317);
  g_assert_cmpint (station->tx_failed, ==, 40);
  g_assert_cmpint (station->rx_packets, ==, 900);
  g_assert_cmpint (station->tx_bytes, ==, G_GINT64_CONSTANT (0x100000001));
  /* More than anybody has received. */
  g_assert_cmpint (station->rx_bytes, ==, WFD_STATION_UNKNOWN);
}

#define N_QUEUE(n) (4 + 8 * (n))
#define N_TID(n) (4 + N_QUEUE (n))
/* A number in the queue of a TID. */
#define QUEUE(attribute, value) ATTRIBUTE_U32 (attribute, value)

/* Of two TIDs, the second of which counts less, and of one without a queue. */
static void
test_queues_of_all_tids (Reader *reader, gconstpointer data)
{
  static const guint8 octets[] = {
    MESSAGE (N_INTERFACE_AND_ADDRESS + 4 + 4 + N_TID (5) + N_TID (2) + 16, FAMILY, 2, SEQUENCE, 19,
        1),
    INTERFACE_AND_ADDRESS (1),
    ATTRIBUTE (21, 4 + N_TID (5) + N_TID (2) + 16),
    ATTRIBUTE (31, N_TID (5) + N_TID (2) + 16),
    ATTRIBUTE (1, N_QUEUE (5)),
    ATTRIBUTE (6, 8 * 5),
    QUEUE (1, 30000),
    QUEUE (2, 20),
    QUEUE (3, 7),
    QUEUE (4, 5),
    QUEUE (6, 3),
    ATTRIBUTE (6, N_QUEUE (2)),
    ATTRIBUTE (6, 8 * 2),
    QUEUE (1, 1500),
    QUEUE (4, 0xffffffff),
    ATTRIBUTE (17, 12),
    ATTRIBUTE (1, 8),
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  };
  const WfdStation *station;

  SKIP_IF_BIG_ENDIAN ();
  g_assert_cmpuint (octets[0], ==, sizeof (octets));
  read_octets (reader, octets, sizeof (octets));
  station = get_only (reader);
  g_assert_cmpint (station->queue_bytes, ==, 31500);
  g_assert_cmpint (station->queue_packets, ==, 20);
  g_assert_cmpint (station->queue_flows, ==, 7);
  g_assert_cmpint (station->queue_drops, ==, G_GINT64_CONSTANT (0x100000004));
  g_assert_cmpint (station->queue_overlimit, ==, 3);
  g_assert_cmpint (station->tx_packets, ==, WFD_STATION_UNKNOWN);
}

/* No TIDs, one of nothing, and one with a number of three octets. */
static void
test_queues_unknown (Reader *reader, gconstpointer data)
{
  static const guint8 messages[][64] = {
    { MESSAGE (N_INTERFACE_AND_ADDRESS + 8, FAMILY, 2, SEQUENCE, 19, 1), INTERFACE_AND_ADDRESS (1),
        ATTRIBUTE (21, 4), ATTRIBUTE (31, 0) },
    { MESSAGE (N_INTERFACE_AND_ADDRESS + 12, FAMILY, 2, SEQUENCE, 19, 1), INTERFACE_AND_ADDRESS (1),
        ATTRIBUTE (21, 8), ATTRIBUTE (31, 4), ATTRIBUTE (1, 0) },
    { MESSAGE (N_INTERFACE_AND_ADDRESS + 24, FAMILY, 2, SEQUENCE, 19, 1), INTERFACE_AND_ADDRESS (1),
        ATTRIBUTE (21, 20), ATTRIBUTE (31, 16), ATTRIBUTE (1, 12), ATTRIBUTE (6, 8),
        ATTRIBUTE (1, 3), 1, 0, 0, 0 },
  };
  WfdStation nothing = station_new (1);

  SKIP_IF_BIG_ENDIAN ();
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_array_set_size (reader->answer.stations, 0);
    read_octets (reader, messages[i], messages[i][0]);
    g_assert_cmpmem (get_only (reader), sizeof (WfdStation), &nothing, sizeof (nothing));
  }
}

static void
test_absent_is_unknown (Reader *reader, gconstpointer data)
{
  static const guint8 empty[] = { MESSAGE (N_INTERFACE_AND_ADDRESS + 4, FAMILY, 2, SEQUENCE, 19, 1),
    INTERFACE_AND_ADDRESS (1), ATTRIBUTE (21, 0) };
  WfdStation nothing = station_new (1);

  SKIP_IF_BIG_ENDIAN ();
  read_octets (reader, empty, sizeof (empty));
  g_assert_cmpmem (get_only (reader), sizeof (WfdStation), &nothing, sizeof (nothing));
}

/* A rate without a number, one of none, and an octet where there should be two. */
static void
test_rate_unknown (Reader *reader, gconstpointer data)
{
  static const guint8 rates[][52] = {
    { MESSAGE (32, FAMILY, 2, SEQUENCE, 19, 1), INTERFACE_AND_ADDRESS (1), ATTRIBUTE (21, 4),
        ATTRIBUTE (8, 0) },
    { MESSAGE (32, FAMILY, 2, SEQUENCE, 19, 1), INTERFACE_AND_ADDRESS (1), ATTRIBUTE (21, 8),
        ATTRIBUTE (8, 4), ATTRIBUTE (4, 0) },
  };

  SKIP_IF_BIG_ENDIAN ();
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    g_array_set_size (reader->answer.stations, 0);
    read_octets (reader, rates[i], rates[i][0]);
    g_assert_cmpint (get_only (reader)->tx_kbps, ==, WFD_STATION_UNKNOWN);
  }
}

/* With the interface, or the address, or all of what is told of it missing, of
 * another interface, an answer to something else, or another message. */
static void
test_not_a_station (Reader *reader, gconstpointer data)
{
  static const guint8 messages[][48] = {
    { MESSAGE (16, FAMILY, 2, SEQUENCE, 19, 1), ATTRIBUTE (6, 6), 2, 0, 0, 0, 3, 1, 0, 0,
        ATTRIBUTE (21, 0) },
    { MESSAGE (12, FAMILY, 2, SEQUENCE, 19, 1), ATTRIBUTE_U32 (3, INTERFACE), ATTRIBUTE (21, 0) },
    { MESSAGE (20, FAMILY, 2, SEQUENCE, 19, 1), INTERFACE_AND_ADDRESS (1) },
    { MESSAGE (24, FAMILY, 2, SEQUENCE, 19, 1), ATTRIBUTE_U32 (3, 8), ATTRIBUTE (6, 6), 2, 0, 0, 0,
        3, 1, 0, 0, ATTRIBUTE (21, 0) },
    { MESSAGE (24, FAMILY, 2, SEQUENCE, 20, 1), INTERFACE_AND_ADDRESS (1), ATTRIBUTE (21, 0) },
    { MESSAGE (24, FAMILY, 2, SEQUENCE + 1, 19, 1), INTERFACE_AND_ADDRESS (1), ATTRIBUTE (21, 0) },
    { MESSAGE (24, FAMILY + 1, 2, SEQUENCE, 19, 1), INTERFACE_AND_ADDRESS (1), ATTRIBUTE (21, 0) },
    { MESSAGE (20, FAMILY, 2, SEQUENCE, 19, 1), ATTRIBUTE_U32 (3, INTERFACE), ATTRIBUTE (6, 4), 2,
        0, 0, 0, ATTRIBUTE (21, 0) },
  };

  SKIP_IF_BIG_ENDIAN ();
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++) {
    g_assert_cmpint (read_octets (reader, messages[i], messages[i][0]), ==, WFD_STATION_MORE);
    g_assert_cmpuint (reader->answer.stations->len, ==, 0);
  }
}

static void
test_cut_off (Reader *reader, gconstpointer data)
{
  SKIP_IF_BIG_ENDIAN ();
  for (gsize n = 0; n < sizeof (full); n++) {
    g_assert_cmpint (read_octets (reader, full, n), ==, WFD_STATION_MORE);
    g_assert_cmpuint (reader->answer.stations->len, ==, 0);
  }
}

/* Inside, a length that says more, or less, than there is. */
static void
test_wrong_lengths (Reader *reader, gconstpointer data)
{
  static const guint8 lengths[] = { 0, 1, 3, 5, 250 };
  guint8 changed[sizeof (full)];

  SKIP_IF_BIG_ENDIAN ();
  for (gsize i = 20; i < sizeof (full); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (lengths); j++) {
      memcpy (changed, full, sizeof (full));
      changed[i] = lengths[j];
      read_octets (reader, changed, sizeof (changed));
    }
  }
  g_assert_cmpuint (reader->answer.stations->len, <=, WFD_LIMIT_STATIONS);
}

static void
test_end (Reader *reader, gconstpointer data)
{
  g_autoptr (GByteArray) octets = g_byte_array_new ();
  WfdStation first = station_new (1), second = station_new (2), third = station_new (3);

  station_append (octets, &reader->answer, &first);
  station_append (octets, &reader->answer, &second);
  g_assert_cmpint (read_octets (reader, octets->data, octets->len), ==, WFD_STATION_MORE);
  g_byte_array_set_size (octets, 0);
  station_append (octets, &reader->answer, &third);
  station_append_end (octets, &reader->answer);
  g_assert_cmpint (read_octets (reader, octets->data, octets->len), ==, WFD_STATION_DONE);
  g_assert_cmpuint (reader->answer.stations->len, ==, 3);
}

/* ENODEV: the interface is gone. */
static void
test_refused (Reader *reader, gconstpointer data)
{
  static const guint8 error[] = { 20, 0, 0, 0, 2, 0, 0, 0, SEQUENCE, 0, 0, 0, 0, 0, 0, 0, 0xed,
    0xff, 0xff, 0xff };

  SKIP_IF_BIG_ENDIAN ();
  g_assert_cmpint (read_octets (reader, error, sizeof (error)), ==, WFD_STATION_FAILED);
}

static void
test_too_many (Reader *reader, gconstpointer data)
{
  WfdStation station = station_new (1);

  for (guint i = 0; i < 2 * WFD_LIMIT_STATIONS; i++) {
    g_autoptr (GByteArray) octets = g_byte_array_new ();

    station_append (octets, &reader->answer, &station);
    read_octets (reader, octets->data, octets->len);
  }
  g_assert_cmpuint (reader->answer.stations->len, ==, WFD_LIMIT_STATIONS);
}

#define add(path, test) g_test_add ("/link/station/" path, Reader, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/link/station/request", test_request);
  add ("every-value", test_every_value);
  add ("queues-of-all-tids", test_queues_of_all_tids);
  add ("queues-unknown", test_queues_unknown);
  add ("absent-is-unknown", test_absent_is_unknown);
  add ("rate-unknown", test_rate_unknown);
  add ("not-a-station", test_not_a_station);
  add ("cut-off", test_cut_off);
  add ("wrong-lengths", test_wrong_lengths);
  add ("end", test_end);
  add ("refused", test_refused);
  add ("too-many", test_too_many);
  return g_test_run ();
}
