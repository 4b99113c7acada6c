/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <windef.h>

typedef UCHAR DOT11_MAC_ADDRESS[6];
typedef DOT11_MAC_ADDRESS *PDOT11_MAC_ADDRESS;
