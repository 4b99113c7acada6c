/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Of PNRP only what invitations to groups say of the cloud. */

typedef enum _PNRP_SCOPE
{
  PNRP_SCOPE_ANY = 0,
  PNRP_GLOBAL_SCOPE = 1,
  PNRP_SITE_LOCAL_SCOPE = 2,
  PNRP_LINK_LOCAL_SCOPE = 3
} PNRP_SCOPE;

#define PNRP_CLOUD_NO_FLAGS 0
#define PNRP_CLOUD_NAME_LOCAL 1
