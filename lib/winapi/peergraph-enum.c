/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "peergraph-private.h"

HRESULT WINAPI
PeerGraphGetItemCount (HPEERENUM hPeerEnum, ULONG *pCount)
{
  HRESULT result = peergraph_check_started ();

  return FAILED (result) ? result : winapi_enum_count (WINAPI_BLOCK_GRAPH, hPeerEnum, pCount);
}

HRESULT WINAPI
PeerGraphGetNextItem (HPEERENUM hPeerEnum, ULONG *pCount, PVOID **pppvItems)
{
  HRESULT result = peergraph_check_started ();

  return FAILED (result) ? result
                         : winapi_enum_next (WINAPI_BLOCK_GRAPH, hPeerEnum, pCount, pppvItems);
}

HRESULT WINAPI
PeerGraphEndEnumeration (HPEERENUM hPeerEnum)
{
  HRESULT result = peergraph_check_started ();

  return FAILED (result) ? result : winapi_enum_end (WINAPI_BLOCK_GRAPH, hPeerEnum);
}
