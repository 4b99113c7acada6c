/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ntstatus.h>
#include <winsock2.h>

EXTERN_C_START

/* The Miracast user-mode driver interface, as in Windows' netdispumdddi.h: what an operating
 * system and a driver that speaks Miracast for it call of each other. */

#define MIRACAST_DRIVER_INTERFACE_VERSION_1 0x01
#define MAX_ADDITIONAL_EVENTS 4

/* Why a session cannot go on; each of them ends it. */
__extension__ typedef enum
{
  MIRACAST_STATUS_CRITICAL_ERROR = 0,
  MIRACAST_STATUS_MISSING_KEEPALIVE = 1,
  MIRACAST_STATUS_SINK_DISOCNNECT_REQUEST = 2, /* spelled so */
  MIRACAST_STATUS_INSUFFICIENT_BANDWIDTH = 3,
  MIRACAST_STATUS_SINK_FAILED_STANDARD_MODE_CHANGE = 4,
  MIRACAST_STATUS_COMPANION_DRIVER_DISCONNECT = 5,
  MIRACAST_STATUS_FORCE_UINT32 = 0xffffffff,
} MIRACAST_STATUS;

__extension__ typedef enum
{
  MIRACAST_PROTOCOL_EVENT_IFRAME_RQ = 0,
  MIRACAST_PROTOCOL_EVENT_MONITOR_ARRIVE = 1,
  MIRACAST_PROTOCOL_EVENT_MONITOR_DEPART = 2,
  MIRACAST_PROTOCOL_EVENT_SINK_FAILED_PREFERRED_MODE_CHANGE = 3,
  MIRACAST_PROTOCOL_EVENT_FORCE_UINT32 = 0xffffffff,
} MIRACAST_PROTOCOL_EVENT;

__extension__ typedef enum
{
  MIRACAST_STATISTIC_TYPE_CHUNK_PROCESSING_COMPLETE = 0,
  MIRACAST_STATISTIC_TYPE_CHUNK_SENT = 1,
  MIRACAST_STATISTIC_TYPE_EVENT = 2,
  MIRACAST_STATISTIC_TYPE_FORCE_UINT32 = 0xffffffff,
} MIRACAST_STATISTIC_TYPE;

__extension__ typedef enum
{
  MIRACAST_CHUNK_TYPE_UNKNOWN = 0,
  MIRACAST_CHUNK_TYPE_COLOR_CONVERT_COMPLETE = 1,
  MIRACAST_CHUNK_TYPE_ENCODE_COMPLETE = 2,
  MIRACAST_CHUNK_TYPE_FRAME_START = 3,
  MIRACAST_CHUNK_TYPE_FRAME_DROPPED = 4,
  MIRACAST_CHUNK_TYPE_ENCODE_DRIVER_DEFINED_1 = 0x80000000,
  MIRACAST_CHUNK_TYPE_ENCODE_DRIVER_DEFINED_2 = 0x80000001,
  MIRACAST_CHUNK_TYPE_ENCODE_FORCE_UINT32 = 0xffffffff,
} MIRACAST_CHUNK_TYPE;

/* All chunks of one picture have its number; its last part has the number 0. */
__extension__ typedef union
{
  struct
  {
    UINT64 FrameNumber : 40;
    UINT64 PartNumber : 24;
  };
  UINT64 Value;
} MIRACAST_CHUNK_ID;

typedef struct
{
  MIRACAST_CHUNK_TYPE ChunkType;
  MIRACAST_CHUNK_ID ChunkId;
  UINT ProcessingTime; /* us */
  UINT EncodeRate;     /* kbit/s */
} MIRACAST_CHUNK_INFO;

/* Several follow each other without a gap, so that all but the first may be unaligned: each has
 * FIELD_OFFSET (MIRACAST_CHUNK_DATA, PrivateDriverData) + PrivateDriverDataSize octets. */
typedef struct
{
  MIRACAST_CHUNK_INFO ChunkInfo;
  UINT PrivateDriverDataSize;
  UCHAR PrivateDriverData[1];
} MIRACAST_CHUNK_DATA;

__extension__ typedef struct
{
  MIRACAST_STATISTIC_TYPE StatisticType;
  union
  {
    struct
    {
      MIRACAST_CHUNK_INFO ChunkInfo;
    } EncodeComplete;
    struct
    {
      MIRACAST_CHUNK_ID ChunkId;
    } ChunkSent;
    struct
    {
      MIRACAST_PROTOCOL_EVENT Event;
    } ProtocolEvent;
  };
} MIRACAST_STATISTIC_DATA;

/* Rates in bit/s; the counts are of the time since the notification before. */
typedef struct
{
  UINT64 EncoderBitRate;
  UINT64 CurrentMaxTxDataRate;
  UINT64 TransmittedFrameCount;
  UINT64 FailedFrameCount;
  UINT64 RetriedFrameCount;
  UINT64 MultipleRetryFrameCount;
} MIRACAST_DATARATE_STATS;

/* In bit/s. */
typedef struct
{
  UINT64 CurrentBitRate; /* that is suggested for the encoder */
  UINT64 LocalMaxBitRate;
  UINT64 RemoteMaxBitRate;
} MIRACAST_WFD_CONNECTION_STATS;

__extension__ typedef union
{
  struct
  {
    UINT MonitorConnected : 1;
    UINT ReducedModeListDueToBandwidth : 1;
    UINT Reserved : 30;
  };
  UINT Value;
} MIRACAST_SESSION_INFO;

/* What the operating system is called for. */

typedef VOID (NTAPI *PFN_REPORT_SESSION_STATUS) (HANDLE hMiracastDeviceHandle,
    MIRACAST_STATUS MiracastStatus, NTSTATUS Status);

typedef NTSTATUS (NTAPI *PFN_MIRACAST_IO_CONTROL) (HANDLE hMiracastDeviceHandle,
    BOOL HardwareAccess, UINT InputBufferSize, VOID *pInputBuffer, UINT OutputBufferSize,
    VOID *pOutputBuffer, UINT *pBytesReturned);

typedef VOID (NTAPI *PFN_REPORT_STATISTIC) (HANDLE hMiracastDeviceHandle,
    MIRACAST_STATISTIC_DATA *pStatistics);

typedef NTSTATUS (NTAPI *PFN_GET_NEXT_CHUNK_DATA) (HANDLE hMiracastDeviceHandle,
    UINT TimeoutInMilliseconds, UINT AdditionalWaitEventCount, HANDLE *pAdditionalWaitEvents,
    UINT *pChunkDataBufferSize, MIRACAST_CHUNK_DATA *pChunkDataBuffer,
    UINT *pOutstandingChunksToProcess);

typedef VOID (
    NTAPI *PFN_DATARATE_NOTIFICATION) (PVOID context, MIRACAST_DATARATE_STATS *pDataRateStats);

typedef NTSTATUS (NTAPI *PFN_REGISTER_DATARATE_NOTIFICATIONS) (HANDLE hMiracastDeviceHandle,
    PVOID pNotificationContext, PFN_DATARATE_NOTIFICATION pfnDataRateNotify);

typedef struct _MIRACAST_CALLBACKS
{
  PFN_REPORT_SESSION_STATUS ReportSessionStatus;
  PFN_MIRACAST_IO_CONTROL MiracastIoControl;
  PFN_REPORT_STATISTIC ReportStatistic;
  PFN_GET_NEXT_CHUNK_DATA GetNextChunkData;
  PFN_REGISTER_DATARATE_NOTIFICATIONS RegisterForDataRateNotifications;
} MIRACAST_CALLBACKS;

/* What a driver is called for. */

typedef NTSTATUS (NTAPI *PFN_CREATE_MIRACAST_CONTEXT) (HANDLE hMiracastDeviceHandle,
    MIRACAST_CALLBACKS *pMiracastCallbacks, PVOID *ppMiracastContext);

typedef VOID (NTAPI *PFN_DESTROY_MIRACAST_CONTEXT) (PVOID pMiracastContext);

typedef NTSTATUS (NTAPI *PFN_START_MIRACAST_SESSION) (PVOID pMiracastContext,
    SOCKET MiracastRTSPSocket, MIRACAST_WFD_CONNECTION_STATS *pWfdConnectionStats,
    MIRACAST_SESSION_INFO *pSessionInfo);

typedef VOID (NTAPI *PFN_STOP_MIRACAST_SESSION) (PVOID pMiracastContext);

typedef NTSTATUS (NTAPI *PFN_HANDLE_KMD_MESSAGE) (PVOID pMiracastContext, UINT InputBufferSize,
    VOID *pInputBuffer, UINT OutputBufferSize, VOID *pOutputBuffer, UINT *pBytesReturned);

typedef struct _MIRACAST_DRIVER_INTERFACE
{
  UINT Size;
  PFN_CREATE_MIRACAST_CONTEXT CreateMiracastContext;
  PFN_DESTROY_MIRACAST_CONTEXT DestroyMiracastContext;
  PFN_START_MIRACAST_SESSION StartMiracastSession;
  PFN_STOP_MIRACAST_SESSION StopMiracastSession;
  PFN_HANDLE_KMD_MESSAGE HandleKernelModeMessage;
} MIRACAST_DRIVER_INTERFACE;

typedef NTSTATUS (NTAPI *QUERY_MIRACAST_DRIVER_INTERFACE) (UINT MiracastDriverInterfaceVersion,
    UINT MiracastDriverInterfaceSize, VOID *pMiracastDriverInterface);

/* Each driver exports it; that of this library is the driver of this library. */
WFDX_API NTSTATUS NTAPI QueryMiracastDriverInterface (UINT MiracastDriverInterfaceVersion,
    UINT MiracastDriverInterfaceSize, VOID *pMiracastDriverInterface);

EXTERN_C_END
