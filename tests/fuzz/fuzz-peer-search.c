/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes of a record and a query, with a NUL between them. */
#include <peer-attributes.h>
#include <peer-codes.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  const guint8 *nul = size > 0 ? memchr (data, 0, size) : NULL;
  gsize first = nul != NULL ? (gsize) (nul - data) : size;
  g_autofree char *attributes = g_strndup ((const char *) data, first);
  g_autofree char *query =
      nul != NULL ? g_strndup ((const char *) nul + 1, size - first - 1) : g_strdup ("");
  g_autoptr (GPtrArray) read = wfd_peer_attributes_read (attributes);
  g_autoptr (WfdPeerSearch) search = NULL;
  g_autoptr (WfdPeerRecord) record = wfd_peer_record_new ();
  guint32 code = WFD_PEER_OK;

  search = wfd_peer_search_new (query, &code);
  g_assert_true (search != NULL || WFD_PEER_FAILED (code));
  if (search == NULL)
    return 0;
  record->creator = g_strdup ("alice");
  record->attributes = read != NULL ? g_strdup (attributes) : NULL;
  wfd_peer_search_matches (search, record);
  return 0;
}
