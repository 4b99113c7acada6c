/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "peer-wire.h"

/* Extensions of MS-PPSEC 2.2.5 and MS-PNRP 2.2.3.5.1, and the kinds of names in them, in
 * DER. */
#define OID_GROUP_NAME "1.3.6.1.4.1.311.44.3.1"
#define OID_ROLES "1.3.6.1.4.1.311.44.3.3"
#define OID_CLASSIFIERS "1.3.6.1.4.1.311.44.3.5"

static const guint8 wfd_peer_oid_name[] = { 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37,
  0x2c, 0x00, 0x02 };
static const guint8 wfd_peer_oid_classifier[] = { 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82,
  0x37, 0x2c, 0x00, 0x03 };

/* Between the order of the wire and the one in which a Windows program has it in memory. */
static inline void
wfd_peer_guid_swap (WfdPeerGuid *ret_guid, const guint8 bytes[16])
{
  static const guint8 order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

  for (guint i = 0; i < 16; i++)
    ret_guid->bytes[i] = bytes[order[i]];
}
