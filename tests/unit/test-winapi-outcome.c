/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gio/gio.h>
#include <wfd/wfd-error.h>
#include <winapi-outcome.h>
#include <winerror.h>

static const struct
{
  gint code; /* -1: success, -2: cancelled, -3: of another domain */
  DWORD error, reason;
} rows[] = {
  { -1, 0, 0 },
  { -2, 1223, 0x38001 },
  { -3, 31, 0x10001 },
  { WFD_ERROR_NOT_PAIRED, 1168, 0x80002 },
  { WFD_ERROR_NO_PEER, 4319, 0x2800b },
  { WFD_ERROR_REFUSED, 1225, 0x38002 },
  { WFD_ERROR_TIMEOUT, 1460, 0x38003 },
  { WFD_ERROR_NO_DEVICE, 5023, 0x10001 },
  { WFD_ERROR_NO_SERVICE, 1062, 0x10001 },
  { WFD_ERROR_NO_PERMISSION, 5, 0x10001 },
  { WFD_ERROR_PAIRING, 31, 0x38006 },
  { WFD_ERROR_IN_USE, 170, 0x38002 },
  { WFD_ERROR_CLOSED, 31, 0x38002 },
  { WFD_ERROR_MALFORMED, 31, 0x10001 },
  { WFD_ERROR_UNSUPPORTED, 50, 0x38002 },
  { 1000, 31, 0x10001 },
};

static GError *
build_error (gint code)
{
  if (code == -1)
    return NULL;
  if (code == -2)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "");
  if (code == -3)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "");
  return g_error_new_literal (WFD_ERROR, code, "");
}

static void
test_rows (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = build_error (rows[i].code);
    WinapiOutcome outcome = winapi_outcome_from_error (error);

    g_assert_cmphex (outcome.error, ==, rows[i].error);
    g_assert_cmphex (outcome.reason, ==, rows[i].reason);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/winapi/outcome/rows", test_rows);
  return g_test_run ();
}
