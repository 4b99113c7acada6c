/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base-limits.h>
#include <hex.h>
#include <peer-frames.h>
#include <peer-wire.h>

/* Everything at once, or octet by octet: the messages, or NULL if the protocol is
 * broken. */
static GPtrArray *
read_frames (WfdPeerFrames *frames, const GByteArray *octets, gsize step)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  for (gsize at = 0; at < octets->len; at += step) {
    WfdBytes bytes = wfd_bytes (octets->data + at, MIN (step, octets->len - at));

    while (bytes.left > 0) {
      GBytes *message;

      if (!wfd_peer_frames_push (frames, &bytes, &message))
        return NULL;
      if (message != NULL)
        g_ptr_array_add (messages, message);
    }
  }
  return g_steal_pointer (&messages);
}

static GPtrArray *
read_hex (const char *hex, gsize step)
{
  g_autoptr (WfdPeerFrames) frames = wfd_peer_frames_new ();
  g_autoptr (GByteArray) octets = hex_octets (hex);

  return read_frames (frames, octets, step);
}

#define SYNC_END "0000000c 10 0c 0000 01 00 0000"

static void
test_split_anywhere (void)
{
  static const char *const same[] = {
    "000c" SYNC_END "000c" SYNC_END,
    "0001 00 0001 00 0001 00 0009 0c 10 0c 0000 01 00 0000 000c" SYNC_END,
    "0008 0000000c 10 0c 0000 0004 01 00 0000 000b 0000000c 10 0c 0000 01 00 00 0001 00",
  };
  g_autoptr (GByteArray) expected = hex_octets (SYNC_END);

  for (guint i = 0; i < G_N_ELEMENTS (same); i++) {
    for (gsize step = 1; step < 40; step++) {
      g_autoptr (GPtrArray) messages = read_hex (same[i], step);

      g_assert_nonnull (messages);
      g_assert_cmpuint (messages->len, ==, 2);
      for (guint m = 0; m < 2; m++) {
        WfdBytes message = wfd_bytes_of (messages->pdata[m]);

        g_assert_cmpmem (message.pos, message.left, expected->data, expected->len);
      }
    }
  }
}

static void
test_incomplete (void)
{
  static const char *const incomplete[] = { "", "00", "000c", "000c 0000000c 10 0c 0000 01 00 00",
    "0008 0000000c 10 0c 0000", "0008 0000000c 10 0c 0000 0003 01 00 00" };

  for (guint i = 0; i < G_N_ELEMENTS (incomplete); i++) {
    g_autoptr (GPtrArray) messages = read_hex (incomplete[i], 100);

    g_assert_nonnull (messages);
    g_assert_cmpuint (messages->len, ==, 0);
  }
}

static void
test_refused (void)
{
  static const char *const refused[] = {
    "0000 000c" SYNC_END,                  /* a frame of nothing */
    "8001 00",                             /* larger than a frame may be */
    "000d" SYNC_END "00",                  /* a frame behind its message */
    "0018" SYNC_END SYNC_END,              /* two messages in one */
    "000c 00000007 10 0c 0000 01 00 0000", /* less than a header */
    "000c 00010000 10 0c 0000 01 00 0000", /* more than it may have */
    "000c ffffffff 10 0b 0000 01 00 0000", "000c 0000000c 10 0f 0000 01 00 0000", /* no type */
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_assert_null (read_hex (refused[i], 100));
    g_assert_null (read_hex (refused[i], 1));
  }
}

/* Somebody who has not said who they are, or is not connected yet, cannot make us hold
 * more than that. */
static void
test_large_only_when_allowed (void)
{
  static const struct
  {
    gsize max_bytes; /* 0: as at first */
    const char *hex;
    gboolean good;
  } cases[] = {
    { 0, "000c 00001000 10 02 0000 04 00 0018", FALSE },
    { WFD_LIMIT_PEER_CONNECT_BYTES, "000c 00001000 10 02 0000 04 00 0018", TRUE },
    { WFD_LIMIT_PEER_CONNECT_BYTES, "000c 00100000 10 0b 0000 000c 0000", FALSE },
    { G_MAXSIZE, "000c 00100000 10 0b 0000 000c 0000", TRUE },
    { G_MAXSIZE, "000c 00100000 10 02 0000 04 00 0018", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (WfdPeerFrames) frames = wfd_peer_frames_new ();
    g_autoptr (GByteArray) octets = hex_octets (cases[i].hex);
    g_autoptr (GPtrArray) messages = NULL;

    if (cases[i].max_bytes != 0)
      wfd_peer_frames_set_max_bytes (frames, cases[i].max_bytes);
    messages = read_frames (frames, octets, 100);
    g_assert_cmpint (messages != NULL, ==, cases[i].good);
  }
}

static void
test_large_is_split_and_joined (void)
{
  gsize sizes[] = { 0, 1, WFD_LIMIT_PEER_SENT_FRAME_BYTES - 28,
    WFD_LIMIT_PEER_SENT_FRAME_BYTES - 27, 1000000, WFD_LIMIT_PEER_DATA_BYTES };
  static const WfdPeerGuid type = { { 1, 2, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (WfdPeerFrames) frames = wfd_peer_frames_new ();
    g_autoptr (GByteArray) message = wfd_peer_build_data (&type, sizes[i]);
    g_autoptr (GByteArray) octets = g_byte_array_new ();
    g_autoptr (GPtrArray) messages = NULL;
    WfdBytes joined;

    g_byte_array_set_size (message, 28 + sizes[i]);
    for (gsize at = 0; at < sizes[i]; at++)
      message->data[28 + at] = at * 7;
    wfd_peer_frames_append (octets, wfd_bytes (message->data, message->len));
    g_assert_cmpuint (octets->len, ==,
        message->len + 2 * ((message->len - 1) / WFD_LIMIT_PEER_SENT_FRAME_BYTES + 1));

    wfd_peer_frames_set_max_bytes (frames, G_MAXSIZE);
    messages = read_frames (frames, octets, 1460);
    g_assert_nonnull (messages);
    g_assert_cmpuint (messages->len, ==, 1);
    joined = wfd_bytes_of (messages->pdata[0]);
    g_assert_cmpmem (joined.pos, joined.left, message->data, message->len);
  }
}

/* Of a large one that has come in part, as much as has come. */
static void
test_large_in_part (void)
{
  g_autoptr (WfdPeerFrames) frames = wfd_peer_frames_new ();
  g_autoptr (GByteArray) octets =
      hex_octets ("000a 00010001 10 0d 0000 001c 0008 00010001 10 0d 0000 0001 00");
  WfdBytes bytes = wfd_bytes (octets->data, 10), rest = wfd_bytes (octets->data + 10, 3);
  GBytes *message;

  wfd_peer_frames_set_max_bytes (frames, G_MAXSIZE);
  g_assert_cmpuint (wfd_peer_frames_get_partial_bytes (frames), ==, 0);
  g_assert_true (wfd_peer_frames_push (frames, &bytes, &message));
  g_assert_cmpuint (wfd_peer_frames_get_partial_bytes (frames), ==, 8);
  g_assert_true (wfd_peer_frames_push (frames, &rest, &message));
  g_assert_cmpuint (wfd_peer_frames_get_partial_bytes (frames), ==, 10);
  g_assert_null (message);
}

/* --- wrapped --- */

/* An octet more, of which nothing is left where it was alone; 0xff is no token. */
static gboolean
unwrap (gpointer user_data, WfdBytes octets, GByteArray *plain)
{
  guint *n_frames = user_data;

  ++*n_frames;
  for (gsize i = 1; i < octets.left; i++) {
    guint8 octet = octets.pos[i] ^ 0x55;

    g_byte_array_append (plain, &octet, 1);
  }
  return octets.pos[0] != 0xff;
}

static void
put_wrapped (GByteArray *out, guint8 first, const guint8 *plain, gsize size)
{
  guint8 head[] = { (size + 1) >> 8, size + 1, first };

  g_byte_array_append (out, head, sizeof (head));
  for (gsize i = 0; i < size; i++) {
    guint8 octet = plain[i] ^ 0x55;

    g_byte_array_append (out, &octet, 1);
  }
}

static GPtrArray *
read_wrapped (const GByteArray *octets, gsize step, guint *n_frames)
{
  g_autoptr (WfdPeerFrames) frames = wfd_peer_frames_new ();

  *n_frames = 0;
  wfd_peer_frames_set_unwrap (frames, unwrap, n_frames);
  return read_frames (frames, octets, step);
}

/* Frames with nothing in them, a message in one, and one in three. */
static void
test_wrapped (void)
{
  g_autoptr (GByteArray) message = hex_octets (SYNC_END), octets = g_byte_array_new ();

  put_wrapped (octets, 0, NULL, 0);
  put_wrapped (octets, 0, message->data, message->len);
  put_wrapped (octets, 0, NULL, 0);
  put_wrapped (octets, 0, message->data, 3);
  put_wrapped (octets, 0, message->data + 3, 8);
  put_wrapped (octets, 0, message->data + 11, 1);
  for (gsize step = 1; step < octets->len + 1; step++) {
    guint n_frames;
    g_autoptr (GPtrArray) messages = read_wrapped (octets, step, &n_frames);

    g_assert_nonnull (messages);
    g_assert_cmpuint (n_frames, ==, 6);
    g_assert_cmpuint (messages->len, ==, 2);
    for (guint m = 0; m < 2; m++) {
      WfdBytes read = wfd_bytes_of (messages->pdata[m]);

      g_assert_cmpmem (read.pos, read.left, message->data, message->len);
    }
  }
}

/* Its header comes with the first of them, or before. */
static void
test_wrapped_in_many (void)
{
  static const WfdPeerGuid type = { { 1, 2, 3 } };
  static const gsize first_sizes[] = { 3, 8, 28, 16348 };
  gsize size = 28 + 100000;
  g_autoptr (GByteArray) message = wfd_peer_build_data (&type, size - 28);

  g_byte_array_set_size (message, size);
  for (gsize at = 28; at < size; at++)
    message->data[at] = at * 7;
  for (guint i = 0; i < G_N_ELEMENTS (first_sizes); i++) {
    g_autoptr (WfdPeerFrames) frames = wfd_peer_frames_new ();
    g_autoptr (GByteArray) octets = g_byte_array_new ();
    g_autoptr (GPtrArray) messages = NULL;
    guint n_frames = 0;
    WfdBytes joined;

    put_wrapped (octets, 0, message->data, first_sizes[i]);
    for (gsize at = first_sizes[i]; at < size; at += 16348)
      put_wrapped (octets, 0, message->data + at, MIN (16348, size - at));
    wfd_peer_frames_set_max_bytes (frames, G_MAXSIZE);
    wfd_peer_frames_set_unwrap (frames, unwrap, &n_frames);
    messages = read_frames (frames, octets, 1460);
    g_assert_nonnull (messages);
    g_assert_cmpuint (messages->len, ==, 1);
    joined = wfd_bytes_of (messages->pdata[0]);
    g_assert_cmpmem (joined.pos, joined.left, message->data, size);
  }
}

static void
test_bad_wrapped (void)
{
  g_autoptr (GByteArray) message = hex_octets (SYNC_END "00"), longer = g_byte_array_new (),
                         later = g_byte_array_new (), broken = g_byte_array_new (),
                         nonsense = g_byte_array_new ();
  guint n_frames;

  put_wrapped (longer, 0, message->data, message->len);
  g_assert_null (read_wrapped (longer, 100, &n_frames));
  put_wrapped (later, 0, message->data, 9);
  put_wrapped (later, 0, message->data + 9, 4);
  g_assert_null (read_wrapped (later, 100, &n_frames));
  put_wrapped (broken, 0xff, message->data, message->len - 1);
  g_assert_null (read_wrapped (broken, 100, &n_frames));
  put_wrapped (nonsense, 0, (const guint8 *) "\0\0\0\7\x10\x0c\0\0", 8);
  g_assert_null (read_wrapped (nonsense, 100, &n_frames));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peer/frames/split-anywhere", test_split_anywhere);
  g_test_add_func ("/peer/frames/incomplete-waits", test_incomplete);
  g_test_add_func ("/peer/frames/refused", test_refused);
  g_test_add_func ("/peer/frames/large-only-when-allowed", test_large_only_when_allowed);
  g_test_add_func ("/peer/frames/large-is-split-and-joined", test_large_is_split_and_joined);
  g_test_add_func ("/peer/frames/large-in-part", test_large_in_part);
  g_test_add_func ("/peer/frames/wrapped", test_wrapped);
  g_test_add_func ("/peer/frames/wrapped-in-many", test_wrapped_in_many);
  g_test_add_func ("/peer/frames/bad-wrapped", test_bad_wrapped);
  return g_test_run ();
}
