/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "miracast-display.h"

HANDLE display_device;

static GAsyncQueue *told; /* char * */

void
display_tell (const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_async_queue_push (told, g_strdup_vprintf (format, args));
  va_end (args);
}

void
display_wait_told (const char *wanted)
{
  g_autofree char *text = g_async_queue_timeout_pop (told, 20 * G_USEC_PER_SEC);

  g_assert_cmpstr (text, ==, wanted);
}

const char *
display_get_state_name (void)
{
  static const char *const names[] = { "stopped", "starting", "started", "stopping" };
  WFDX_MIRACAST_SESSION_STATE state;

  g_assert_cmpint (WfdxMiracastGetState (display_device, &state), ==, STATUS_SUCCESS);
  return names[state];
}

VOID
display_on_done (PVOID context, NTSTATUS status, UINT n)
{
  display_tell ("done %s %08x %u", (const char *) context, (guint) status, n);
}

static VOID
on_status (PVOID context, MIRACAST_STATUS status, NTSTATUS why)
{
  display_tell ("status %u %08x", (guint) status, (guint) why);
}

static NTSTATUS
on_io_control (PVOID context, BOOL hardware, UINT size, VOID *input, UINT output_size, VOID *output,
    UINT *ret_bytes)
{
  g_assert_nonnull (ret_bytes);
  *ret_bytes = 5;
  display_tell ("io %s", display_get_state_name ());
  return STATUS_SUCCESS;
}

static VOID
on_statistic (PVOID context, const MIRACAST_STATISTIC_DATA *data)
{
  display_tell ("statistic %u", (guint) data->StatisticType);
}

const WFDX_MIRACAST_DISPLAY display = {
  .Size = sizeof (WFDX_MIRACAST_DISPLAY),
  .SessionStatus = on_status,
  .IoControl = on_io_control,
  .Statistic = on_statistic,
};

void
display_begin (void)
{
  told = g_async_queue_new_full (g_free);
}

void
display_end (void)
{
  display_device = NULL;
  g_async_queue_unref (told);
}

guint
display_count_told (void)
{
  return g_async_queue_length (told);
}
