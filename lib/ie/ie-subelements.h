/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-bytes.h>
#include <base-limits.h>

G_BEGIN_DECLS

/* The subelements of the WFD information element (WFD 2.1 §5.1), read into one
 * struct and written from it. A bitmap has its reserved bits cleared both ways. */

#define WFD_IE_ADDRESS_BYTES 6

typedef enum
{
  WFD_IE_DEVICE = 0,
  WFD_IE_ASSOCIATED_BSSID = 1,
  WFD_IE_AUDIO_FORMATS = 2,
  WFD_IE_VIDEO_FORMATS = 3,
  WFD_IE_3D_FORMATS = 4,
  WFD_IE_CONTENT_PROTECTION = 5,
  WFD_IE_COUPLED_SINK = 6,
  WFD_IE_EXTENDED_CAPABILITY = 7,
  WFD_IE_LOCAL_IP = 8,
  WFD_IE_SESSIONS = 9,
  WFD_IE_ALTERNATIVE_ADDRESS = 10,
  WFD_IE_R2_DEVICE = 11,
} WfdIeId;

/* What a device is; the values are those of bits 1:0 (§5.1.2). */
typedef enum
{
  WFD_IE_TYPE_SOURCE = 0,
  WFD_IE_TYPE_PRIMARY_SINK = 1,
  WFD_IE_TYPE_SECONDARY_SINK = 2,
  WFD_IE_TYPE_DUAL = 3, /* source or primary sink */
} WfdIeType;

/* Bits of the device information (§5.1.2). */
#define WFD_IE_BIT_TYPE 0x0003u /* a WfdIeType */
#define WFD_IE_BIT_COUPLES_AS_SOURCE 0x0004u
#define WFD_IE_BIT_COUPLES_AS_SINK 0x0008u
#define WFD_IE_BIT_AVAILABILITY 0x0030u
#define WFD_IE_BIT_AVAILABLE 0x0010u /* as value of the two bits */
#define WFD_IE_BIT_SERVICE_DISCOVERY 0x0040u
#define WFD_IE_BIT_PREFERS_TDLS 0x0080u
#define WFD_IE_BIT_CONTENT_PROTECTION 0x0100u
#define WFD_IE_BIT_TIME_SYNC 0x0200u
#define WFD_IE_BIT_NO_AUDIO_AT_SINK 0x0400u
#define WFD_IE_BIT_AUDIO_ONLY_AT_SOURCE 0x0800u
#define WFD_IE_BIT_TDLS_PERSISTENT 0x1000u
#define WFD_IE_BIT_TDLS_REINVOKE 0x2000u

/* Bits of the extended capability (§5.1.8). */
#define WFD_IE_EXTENDED_UIBC 0x0001u
#define WFD_IE_EXTENDED_I2C 0x0002u
#define WFD_IE_EXTENDED_PREFERRED_MODE 0x0004u
#define WFD_IE_EXTENDED_STANDBY 0x0008u
#define WFD_IE_EXTENDED_TDLS_PERSISTENT 0x0010u
#define WFD_IE_EXTENDED_TDLS_BSSID 0x0020u

/* Bits of the content protection (WFD 1.1 §5.1.8). */
#define WFD_IE_HDCP_2_0 0x01u
#define WFD_IE_HDCP_2_1 0x02u

typedef struct
{
  guint16 bits; /* WFD_IE_BIT_… */
  guint16 control_port;
  guint16 max_throughput_mbps;
} WfdIeDevice;

/* The bitmaps are those of wfd_audio_codecs; latency is in units of 5 ms. */
typedef struct
{
  guint32 modes;
  guint8 latency;
} WfdIeAudio;

/* What the video subelements of 2D and 3D end with, as in wfd_video_formats. */
typedef struct
{
  guint8 native;
  guint8 profile;
  guint8 level;
  guint8 latency; /* units of 5 ms */
  guint16 min_slice_size;
  guint16 slice_enc_params;
  guint8 frame_rate_control;
} WfdIeH264;

typedef struct
{
  guint32 cea;
  guint32 vesa;
  guint32 hh;
  WfdIeH264 h264;
} WfdIeVideo;

typedef struct
{
  guint64 capability;
  WfdIeH264 h264;
} WfdIe3d;

typedef enum
{
  WFD_IE_NOT_COUPLED = 0,
  WFD_IE_COUPLED = 1,
  WFD_IE_COUPLING_TEARDOWN = 2,
} WfdIeCoupling;

typedef struct
{
  guint8 status;                     /* a WfdIeCoupling, or 3: reserved */
  guint8 peer[WFD_IE_ADDRESS_BYTES]; /* device address of the other sink */
} WfdIeCoupledSink;

/* A client of the group, as its owner tells of it. */
typedef struct
{
  guint8 device_address[WFD_IE_ADDRESS_BYTES];
  guint8 associated_bssid[WFD_IE_ADDRESS_BYTES];
  guint16 bits; /* WFD_IE_BIT_… */
  guint16 max_throughput_mbps;
  WfdIeCoupledSink coupled;
} WfdIeSession;

/* All zero: nothing is there. A field means something if its subelement is
 * among those present. */
typedef struct
{
  guint present; /* a bit for each WfdIeId */
  WfdIeDevice device;
  guint8 associated_bssid[WFD_IE_ADDRESS_BYTES];
  WfdIeAudio lpcm;
  WfdIeAudio aac;
  WfdIeAudio ac3;
  WfdIeVideo video[WFD_LIMIT_IE_VIDEO_FORMATS];
  guint n_video;
  WfdIe3d video_3d;
  guint8 content_protection; /* WFD_IE_HDCP_… */
  WfdIeCoupledSink coupled;
  guint16 extended; /* WFD_IE_EXTENDED_… */
  guint32 local_ip; /* IPv4 */
  WfdIeSession sessions[WFD_LIMIT_IE_SESSIONS];
  guint n_sessions;
  guint8 alternative_address[WFD_IE_ADDRESS_BYTES];
  WfdIeType r2_type;
} WfdIe;

gboolean wfd_ie_has (const WfdIe *self, WfdIeId id);
void wfd_ie_set (WfdIe *self, WfdIeId id);

/* Reads subelements, one after the other, as wpa_supplicant hands them over. An
 * unknown one is skipped, one too short ignored, of one too long the known part
 * is read, of two the first (as hostap does) except for the video formats, of
 * which there is one for each profile. What is cut off at the end is ignored. */
void wfd_ie_read (WfdBytes subelements, WfdIe *ret_ie);

/* Appends the subelements that are present, in the order of their ids. */
void wfd_ie_append (const WfdIe *self, GByteArray *out);

G_END_DECLS
