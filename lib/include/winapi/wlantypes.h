/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <windef.h>

#define DOT11_SSID_MAX_LENGTH 32

typedef struct _DOT11_SSID
{
  ULONG uSSIDLength; /* octets */
  UCHAR ucSSID[DOT11_SSID_MAX_LENGTH];
} DOT11_SSID, *PDOT11_SSID;
