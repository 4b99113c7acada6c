/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <miracast-chunks.h>
#include <string.h>
#include <windows.h>

#define HEAD FIELD_OFFSET (MIRACAST_CHUNK_DATA, PrivateDriverData)

typedef struct
{
  MiracastChunks *chunks;
  union
  {
    MIRACAST_CHUNK_DATA data;
    guint8 octets[256];
  } buffer;
  UINT size;
  UINT outstanding;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->chunks = miracast_chunks_new ();
  miracast_chunks_open (self->chunks);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  miracast_chunks_free (self->chunks);
}

static NTSTATUS
push (Fixture *self, guint64 frame, const char *text)
{
  MIRACAST_CHUNK_INFO info = { MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE, { .FrameNumber = frame }, 1,
    2 };

  return miracast_chunks_push (self->chunks, &info, text, strlen (text));
}

static NTSTATUS
get_within (Fixture *self, UINT size, UINT timeout_ms, UINT n, HANDLE *events)
{
  self->size = size;
  return miracast_chunks_get (self->chunks, timeout_ms, n, events, &self->size, &self->buffer.data,
      &self->outstanding);
}

static NTSTATUS
get (Fixture *self, UINT size)
{
  return get_within (self, size, 0, 0, NULL);
}

/* One behind the other, which need not be aligned. */
static void
test_packets_follow_each_other (Fixture *self, gconstpointer data)
{
  MIRACAST_CHUNK_INFO info;
  UINT n;

  push (self, 1, "abc");
  push (self, 2, "");
  push (self, 3, "defgh");
  g_assert_cmpint (get (self, 2 * HEAD + 3), ==, STATUS_SUCCESS);
  g_assert_cmpuint (self->size, ==, 2 * HEAD + 3);
  g_assert_cmpuint (self->outstanding, ==, 1);
  g_assert_cmpuint (self->buffer.data.ChunkInfo.ChunkId.FrameNumber, ==, 1);
  g_assert_cmpuint (self->buffer.data.PrivateDriverDataSize, ==, 3);
  g_assert_cmpint (memcmp (self->buffer.data.PrivateDriverData, "abc", 3), ==, 0);
  memcpy (&info, self->buffer.octets + HEAD + 3, sizeof (info));
  memcpy (&n, self->buffer.octets + HEAD + 3 + sizeof (info), sizeof (n));
  g_assert_cmpuint (info.ChunkId.FrameNumber, ==, 2);
  g_assert_cmpuint (info.EncodeRate, ==, 2);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpint (get (self, sizeof (self->buffer)), ==, STATUS_SUCCESS);
  g_assert_cmpuint (self->size, ==, HEAD + 5);
  g_assert_cmpuint (self->outstanding, ==, 0);
}

static void
test_too_small_a_buffer_learns_what_it_needs (Fixture *self, gconstpointer data)
{
  push (self, 1, "abc");
  g_assert_cmpint (get (self, HEAD + 2), ==, STATUS_BUFFER_TOO_SMALL);
  g_assert_cmpuint (self->size, ==, HEAD + 3);
  g_assert_cmpuint (self->outstanding, ==, 1);
  g_assert_cmpint (get (self, self->size), ==, STATUS_SUCCESS);
}

static void
test_nothing_is_a_timeout (Fixture *self, gconstpointer data)
{
  g_assert_cmpint (get (self, 100), ==, STATUS_TIMEOUT);
  g_assert_cmpuint (self->size, ==, 0);
  g_assert_cmpint (get_within (self, 100, 1, 0, NULL), ==, STATUS_TIMEOUT);
}

static void
test_events_end_the_wait (Fixture *self, gconstpointer data)
{
  HANDLE events[MAX_ADDITIONAL_EVENTS];

  for (guint i = 0; i < MAX_ADDITIONAL_EVENTS; i++)
    events[i] = CreateEventW (NULL, FALSE, FALSE, NULL);
  for (UINT i = 0; i < MAX_ADDITIONAL_EVENTS; i++) {
    SetEvent (events[i]);
    self->size = 100;
    g_assert_cmpint (get_within (self, 100, INFINITE, MAX_ADDITIONAL_EVENTS, events), ==,
        STATUS_WAIT_0 + (NTSTATUS) i);
    g_assert_cmpuint (self->size, ==, 0);
  }
  /* It has reset itself. */
  g_assert_cmpint (get_within (self, 100, 0, 4, events), ==, STATUS_TIMEOUT);
  for (guint i = 0; i < MAX_ADDITIONAL_EVENTS; i++)
    CloseHandle (events[i]);
  g_assert_cmpint (get_within (self, 100, 0, 1, events), ==, STATUS_INVALID_PARAMETER);
}

static void
test_overflow_is_told_once (Fixture *self, gconstpointer data)
{
  g_autofree char *large = g_strnfill (MIRACAST_CHUNKS_MAX_BYTES / 2, 'x');

  g_assert_cmpint (push (self, 1, large), ==, STATUS_SUCCESS);
  g_assert_cmpint (push (self, 2, large), ==, STATUS_NO_MEMORY);
  g_assert_cmpint (get (self, 100), ==, STATUS_CONNECTION_RESET);
  g_assert_cmpuint (self->size, ==, 0);
  g_assert_cmpint (get (self, 100), ==, STATUS_TIMEOUT);
  g_assert_cmpint (push (self, 3, "new"), ==, STATUS_SUCCESS);
  g_assert_cmpint (get (self, 100), ==, STATUS_SUCCESS);
  g_assert_cmpuint (self->buffer.data.ChunkInfo.ChunkId.FrameNumber, ==, 3);
}

static void
test_full_is_full_to_the_last_octet (Fixture *self, gconstpointer data)
{
  g_autofree char *all = g_strnfill (MIRACAST_CHUNKS_MAX_BYTES - HEAD, 'x');

  g_assert_cmpint (push (self, 1, all), ==, STATUS_SUCCESS);
  g_assert_cmpint (push (self, 2, ""), ==, STATUS_NO_MEMORY);
  g_assert_cmpint (push (self, 3, all + HEAD), ==, STATUS_SUCCESS);
  g_assert_cmpint (push (self, 4, ""), ==, STATUS_SUCCESS);
  g_assert_cmpint (push (self, 5, ""), ==, STATUS_NO_MEMORY);
}

static void
test_bad_arguments (Fixture *self, gconstpointer data)
{
  HANDLE events[MAX_ADDITIONAL_EVENTS + 1] = { NULL };
  UINT size = 10;

  g_assert_cmpint (miracast_chunks_get (self->chunks, 0, 0, NULL, NULL, &self->buffer.data, NULL),
      ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (miracast_chunks_get (self->chunks, 0, 0, NULL, &size, NULL, NULL), ==,
      STATUS_INVALID_PARAMETER);
  g_assert_cmpint (get_within (self, 10, 0, 1, NULL), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (get_within (self, 10, 0, 1, events), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpint (get_within (self, 10, 0, 5, events), ==, STATUS_INVALID_PARAMETER);
  g_assert_cmpuint (size, ==, 10);
}

static gpointer
wait_for_ever (gpointer data)
{
  return GINT_TO_POINTER (get_within (data, 100, INFINITE, 0, NULL));
}

static void
test_the_end_wakes_who_waits (Fixture *self, gconstpointer data)
{
  GThread *thread = g_thread_new ("reader", wait_for_ever, self);

  miracast_chunks_close (self->chunks);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, STATUS_INSTANCE_NOT_AVAILABLE);
  g_assert_cmpint (push (self, 1, "x"), ==, STATUS_INVALID_DEVICE_STATE);
  g_assert_cmpint (get (self, 100), ==, STATUS_INSTANCE_NOT_AVAILABLE);
  miracast_chunks_open (self->chunks);
  g_assert_cmpint (get (self, 100), ==, STATUS_TIMEOUT);
}

static void
test_a_chunk_wakes_who_waits (Fixture *self, gconstpointer data)
{
  GThread *thread = g_thread_new ("reader", wait_for_ever, self);

  push (self, 5, "x");
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, STATUS_SUCCESS);
  g_assert_cmpuint (self->size, ==, HEAD + 1);
}

static gpointer
wait_until_let (gpointer data)
{
  NTSTATUS status;

  do
    status = get_within (data, 100, INFINITE, 0, NULL);
  while (status == STATUS_INVALID_DEVICE_STATE);
  return GINT_TO_POINTER (status);
}

static void
test_one_reads_at_a_time (Fixture *self, gconstpointer data)
{
  GThread *thread = g_thread_new ("reader", wait_until_let, self);
  gint64 end_us = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;
  MIRACAST_CHUNK_DATA chunk;
  NTSTATUS status;

  do {
    UINT size = sizeof (chunk);

    /* Valgrind lets one thread run at a time. */
    g_thread_yield ();
    status = miracast_chunks_get (self->chunks, 0, 0, NULL, &size, &chunk, NULL);
  } while (status == STATUS_TIMEOUT && g_get_monotonic_time () < end_us);
  g_assert_cmpint (status, ==, STATUS_INVALID_DEVICE_STATE);
  push (self, 5, "x");
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, STATUS_SUCCESS);
}

#define TEST(name, func) \
  g_test_add ("/miracast/chunks/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  TEST ("packets-follow-each-other", test_packets_follow_each_other);
  TEST ("too-small-a-buffer-learns-what-it-needs", test_too_small_a_buffer_learns_what_it_needs);
  TEST ("nothing-is-a-timeout", test_nothing_is_a_timeout);
  TEST ("events-end-the-wait", test_events_end_the_wait);
  TEST ("overflow-is-told-once", test_overflow_is_told_once);
  TEST ("full-is-full-to-the-last-octet", test_full_is_full_to_the_last_octet);
  TEST ("bad-arguments", test_bad_arguments);
  TEST ("the-end-wakes-who-waits", test_the_end_wakes_who_waits);
  TEST ("a-chunk-wakes-who-waits", test_a_chunk_wakes_who_waits);
  TEST ("one-reads-at-a-time", test_one_reads_at_a_time);
  return g_test_run ();
}
