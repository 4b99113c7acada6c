/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <netdispumdddi.h>

EXTERN_C_START

/* Not of Windows: what the driver of this library says to the display's part of a system, and
 * what it is told from there; all that is private to a driver there. And a system, for this
 * driver or another one. docs/winapi.md explains both. */

/* MiracastIoControl of this driver: a monitor arrived, after it was known to the start of the
 * session or later, or has gone. */
typedef enum
{
  WFDX_MIRACAST_MONITOR_ARRIVED = 1,
  WFDX_MIRACAST_MONITOR_DEPARTED = 2,
} WFDX_MIRACAST_REQUEST_KIND;

typedef struct
{
  UINT Size;          /* octets, with the EDID */
  UINT Kind;          /* WFDX_MIRACAST_REQUEST_KIND */
  UINT ConnectorType; /* D3DKMDT_VIDEO_OUTPUT_TECHNOLOGY, 15 for a display that needs none */
  UINT EdidSize;      /* octets; 0 if the sink does not tell */
  UCHAR Edid[1];
} WFDX_MIRACAST_REQUEST;

/* HandleKernelModeMessage of this driver takes one of these. */
typedef enum
{
  WFDX_MIRACAST_MONITOR_OFF = 1, /* nobody looks: the stream is paused */
  WFDX_MIRACAST_MONITOR_ON = 2,
  WFDX_MIRACAST_GET_COUNTERS = 3, /* answered by WFDX_MIRACAST_COUNTERS */
} WFDX_MIRACAST_MESSAGE_KIND;

typedef struct
{
  UINT Size; /* octets */
  UINT Kind; /* WFDX_MIRACAST_MESSAGE_KIND */
} WFDX_MIRACAST_MESSAGE;

/* Since the session was started. */
typedef struct
{
  UINT64 FramesStarted;
  UINT64 FramesEncoded;
  UINT64 FramesDropped;
  UINT64 FramesSent;
  MIRACAST_CHUNK_ID LastSent;
  UINT64 KeyFrameRequests;
  UINT64 EncodeRate; /* bit/s that were suggested last; 0 if none were */
} WFDX_MIRACAST_COUNTERS;

EXTERN_C_END
