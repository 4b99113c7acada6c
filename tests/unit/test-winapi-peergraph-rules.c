/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the documents leave open in graphs, at the functions of Windows. */
#include <peer-stage.h>
#include <string.h>

static const GUID note = { 0x0a0b0c0d, 0x0506, 0x0708, { 9, 10, 11, 12, 13, 14, 15, 16 } };

static FILETIME
from_now (int s)
{
  ULONGLONG ticks = G_GUINT64_CONSTANT (116444736000000000)
      + (ULONGLONG) (g_get_real_time () + s * G_TIME_SPAN_SECOND) * 10;

  return (FILETIME) { (DWORD) ticks, ticks >> 32 };
}

static HRESULT
add_note (Peer *self, const char *text, PCWSTR attributes, GUID *ret_id)
{
  PEER_RECORD record = { sizeof (record), .type = note, .ftExpiration = from_now (3600),
    .pwzAttributes = (PWSTR) attributes, .data = { strlen (text), (PBYTE) text } };

  return PeerGraphAddRecord (self->graph, &record, ret_id);
}

/* --- callbacks --- */

static guint n_secured, n_freed;
static PEER_DATA bad = { 5, NULL };

static HRESULT
validate (HGRAPH hGraph, PVOID pvContext, PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType)
{
  return S_OK;
}

static HRESULT
secure (HGRAPH hGraph, PVOID pvContext, PPEER_RECORD pRecord, PEER_RECORD_CHANGE_TYPE changeType,
    PPEER_DATA *ppSecurityData)
{
  if (IsEqualGUID (&pRecord->type, &note)) {
    n_secured++;
    *ppSecurityData = &bad;
  }
  return S_OK;
}

static HRESULT
free_security_data (HGRAPH hGraph, PVOID pvContext, PPEER_DATA pSecurityData)
{
  g_assert_true (pSecurityData == &bad);
  n_freed++;
  return S_OK;
}

static void
test_bad_security_data (void)
{
  PEER_SECURITY_INTERFACE security = { sizeof (security), .pfnValidateRecord = validate,
    .pfnSecureRecord = secure, .pfnFreeSecurityData = free_security_data };
  PEER_GRAPH_PROPERTIES properties = { sizeof (properties), .pwzGraphId = (PWSTR) L"g1",
    .pwzCreatorId = (PWSTR) L"alice" };
  Peer alice = { 0 };
  GUID id;

  peer_stage_begin ();
  g_assert_cmphex (PeerGraphCreate (&properties, L"test", &security, &alice.graph), ==, S_OK);
  peer_register (&alice);
  g_assert_cmphex (add_note (&alice, "x", NULL, &id), ==, E_INVALIDARG);
  g_assert_cmpuint (n_secured, ==, 1);
  g_assert_cmpuint (n_freed, ==, 1);
  peer_close (&alice);
  peer_stage_end ();
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/peergraph/rules/bad-security-data", test_bad_security_data);
  return g_test_run ();
}
