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
  WFDX_MIRACAST_MONITOR_OFF = 1, /* nobody looks: the display sleeps, or is paused */
  WFDX_MIRACAST_MONITOR_ON = 2,
  WFDX_MIRACAST_GET_COUNTERS = 3, /* answered by WFDX_MIRACAST_COUNTERS */
} WFDX_MIRACAST_MESSAGE_KIND;

typedef struct
{
  UINT Size; /* octets */
  UINT Kind; /* WFDX_MIRACAST_MESSAGE_KIND */
} WFDX_MIRACAST_MESSAGE;

/* What was reported (ReportStatistic, ReportSessionStatus) since the session was started. */
typedef struct
{
  UINT64 FramesStarted;
  UINT64 FramesConverted;
  UINT64 FramesEncoded;
  UINT64 FramesDropped;
  UINT64 FramesSent;
  MIRACAST_CHUNK_INFO LastProcessed; /* of any step */
  MIRACAST_CHUNK_INFO LastEncoded;
  MIRACAST_CHUNK_ID LastSent;
  UINT64 KeyFrameRequests;
  UINT64 MonitorArrivals;
  UINT64 MonitorDepartures;
  UINT64 OtherReports;
  UINT64 StatusReports;
  MIRACAST_STATUS LastStatus; /* if there was one */
  NTSTATUS LastStatusCode;
  UINT64 EncodeRate; /* bit/s that were suggested, to a driver last, by a system at first; or 0 */
  /* What the rate control of the driver's media has found; 0 while it tells nothing. */
  UINT64 WantedRate;  /* bit/s at which it would encode now, were it not for EncodeRate */
  UINT64 CarriedRate; /* bit/s that the link is taken to carry, with headers */
} WFDX_MIRACAST_COUNTERS;

/* The system: one display device with a driver. Its handle is what the driver gets as the handle
 * of the device. What wants one gives STATUS_INVALID_PARAMETER for NULL and STATUS_INVALID_HANDLE
 * for one that is none; what must not be called just now STATUS_INVALID_DEVICE_STATE. */

typedef VOID (*PFN_WFDX_MIRACAST_MESSAGE_DONE) (PVOID Context, NTSTATUS Status, UINT BytesReturned);

/* The display's part, of the program. Members may be NULL. */
typedef struct
{
  UINT Size; /* octets of this */
  PVOID Context;
  /* The session is over and will be stopped by the system. */
  VOID (*SessionStatus) (PVOID Context, MIRACAST_STATUS MiracastStatus, NTSTATUS Status);
  /* As MiracastIoControl, once the gates are passed. */
  NTSTATUS (*IoControl)
  (PVOID Context, BOOL HardwareAccess, UINT InputBufferSize, VOID *pInputBuffer,
      UINT OutputBufferSize, VOID *pOutputBuffer, UINT *pBytesReturned);
  VOID (*Statistic) (PVOID Context, const MIRACAST_STATISTIC_DATA *pStatistics);
} WFDX_MIRACAST_DISPLAY;

typedef enum
{
  WfdxMiracastStopped = 0,
  WfdxMiracastStartPending = 1,
  WfdxMiracastStarted = 2,
  WfdxMiracastStopPending = 3,
} WFDX_MIRACAST_SESSION_STATE;

/* Loads the driver at @DriverPath, or takes that of this library if it is NULL, and creates its
 * context. STATUS_DLL_NOT_FOUND, STATUS_ENTRYPOINT_NOT_FOUND, STATUS_REVISION_MISMATCH, or what
 * the driver says. */
WFDX_API NTSTATUS WfdxMiracastOpen (PCSTR DriverPath, const WFDX_MIRACAST_DISPLAY *pDisplay,
    HANDLE *phDevice);
/* Stops the session, destroys the context and unloads the driver. STATUS_IO_TIMEOUT: that took
 * the driver more than three seconds; it stays loaded. STATUS_INVALID_DEVICE_STATE from within one
 * of the callbacks, as the driver waits for it. */
WFDX_API NTSTATUS WfdxMiracastClose (HANDLE hDevice);

/* What the driver calls its context; for a WfdMiracastMedia, if it is that of this library. */
WFDX_API NTSTATUS WfdxMiracastGetContext (HANDLE hDevice, PVOID *ppContext);
WFDX_API NTSTATUS WfdxMiracastGetState (HANDLE hDevice, WFDX_MIRACAST_SESSION_STATE *pState);

/* The interface of the link whose statistics are told to the driver, and the address that the
 * peer has there; NULL for whoever is alone there. @RemoteMaxBitRate: bit/s that its hardware
 * takes, 0 if that is not known. While no session is on. */
WFDX_API NTSTATUS WfdxMiracastSetLink (HANDLE hDevice, UINT InterfaceIndex,
    const UCHAR *pPeerAddress, UINT64 RemoteMaxBitRate);
/* What a session would be started with now. */
WFDX_API NTSTATUS WfdxMiracastGetConnectionStats (HANDLE hDevice,
    MIRACAST_WFD_CONNECTION_STATS *pStats);

/* Starts a session on @RtspSocket, which the system takes over and closes after the session.
 * @pStats: NULL for what is measured. */
WFDX_API NTSTATUS WfdxMiracastStart (HANDLE hDevice, SOCKET RtspSocket,
    const MIRACAST_WFD_CONNECTION_STATS *pStats, MIRACAST_SESSION_INFO *pSessionInfo);
/* A start that is under way is ended. */
WFDX_API NTSTATUS WfdxMiracastStop (HANDLE hDevice);

/* What the driver has reported, of the last session. */
WFDX_API NTSTATUS WfdxMiracastGetCounters (HANDLE hDevice, WFDX_MIRACAST_COUNTERS *pCounters);

/* A message to the driver. STATUS_PENDING: @pfnDone tells, once, in a thread of the system. */
WFDX_API NTSTATUS WfdxMiracastSendMessage (HANDLE hDevice, const VOID *pMessage, UINT MessageSize,
    VOID *pOutputBuffer, UINT OutputBufferSize, PFN_WFDX_MIRACAST_MESSAGE_DONE pfnDone,
    PVOID DoneContext);
/* A chunk for GetNextChunkData. STATUS_NO_MEMORY: the driver has not fetched for long, and what
 * it has not is lost. */
WFDX_API NTSTATUS WfdxMiracastPushChunk (HANDLE hDevice, const MIRACAST_CHUNK_INFO *pChunkInfo,
    const VOID *pPrivateDriverData, UINT PrivateDriverDataSize);

EXTERN_C_END
