/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <media-capabilities.h>

G_BEGIN_DECLS

/* The RTSP parameters of WFD 2.1 §6.1, [MS-WFDPE] and Intel WiDi that have a
 * row in the table of rtsp-params.c, in the order of that table. */
typedef enum
{
  WFD_PARAM_VIDEO_FORMATS,
  WFD_PARAM_AUDIO_CODECS,
  WFD_PARAM_CLIENT_RTP_PORTS,
  WFD_PARAM_PRESENTATION_URL,
  WFD_PARAM_TRIGGER_METHOD,
  WFD_PARAM_CONTENT_PROTECTION,
  WFD_PARAM_DISPLAY_EDID,
  WFD_PARAM_COUPLED_SINK,
  WFD_PARAM_ROUTE,
  WFD_PARAM_I2C,
  WFD_PARAM_AV_FORMAT_CHANGE_TIMING,
  WFD_PARAM_UIBC_CAPABILITY,
  WFD_PARAM_UIBC_SETTING,
  WFD_PARAM_STANDBY_RESUME_CAPABILITY,
  WFD_PARAM_STANDBY,
  WFD_PARAM_CONNECTOR_TYPE,
  WFD_PARAM_IDR_REQUEST,
  WFD_PARAM_IDR_REQUEST_CAPABILITY,
  WFD_PARAM_3D_VIDEO_FORMATS,
  WFD_PARAM_PREFERRED_DISPLAY_MODE,
  WFD_PARAM_WFD2_VIDEO_FORMATS,
  WFD_PARAM_WFD2_AUDIO_CODECS,
  WFD_PARAM_WFD2_AUX_STREAM_FORMATS,
  WFD_PARAM_WFD2_DIRECT_STREAMING_MODE,
  WFD_PARAM_WFD2_TRANSPORT_SWITCH,
  WFD_PARAM_WFD2_BUFFER_LENGTH,
  WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS,
  WFD_PARAM_WFD2_VIDEO_PLAYBACK_STATUS,
  WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION,
  WFD_PARAM_CTA_AUDIO_INFOFRAME,
  WFD_PARAM_INTEL_FRIENDLY_NAME,
  WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME,
  WFD_PARAM_INTEL_SINK_MODEL_NAME,
  WFD_PARAM_INTEL_SINK_VERSION,
  WFD_PARAM_INTEL_SINK_DEVICE_URL,
  WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO,
  WFD_PARAM_WFDX_VIDEO_FORMATS,
  WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY,
  WFD_PARAM_MICROSOFT_FORMAT_CHANGE_CAPABILITY,
  WFD_PARAM_MICROSOFT_DIAGNOSTICS_CAPABILITY,
  WFD_PARAM_MICROSOFT_TEARDOWN_REASON,
  WFD_PARAM_MICROSOFT_RTCP_CAPABILITY,
  WFD_PARAM_MICROSOFT_MAX_BITRATE,
  WFD_PARAM_MICROSOFT_VIDEO_FORMATS,
  WFD_PARAM_MICROSOFT_COLOR_SPACE_CONVERSION,
  WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION,
  WFD_PARAM_MICROSOFT_AUDIO_MUTE,
  WFD_PARAM_MICROSOFT_CURSOR,
  WFD_PARAM_UNKNOWN,
} WfdParamId;

#define WFD_N_PARAMS WFD_PARAM_UNKNOWN

/* Where a parameter may stand, a bit each (WFD 2.1 §6.1.1, "Ops"). */
typedef enum
{
  WFD_PARAM_IN_M3 = 1 << 0, /* asked for and answered */
  WFD_PARAM_IN_M4 = 1 << 1,
  WFD_PARAM_IN_M5 = 1 << 2,
  WFD_PARAM_IN_M8 = 1 << 3,
  WFD_PARAM_IN_M10 = 1 << 4,
  WFD_PARAM_IN_M11 = 1 << 5,
  WFD_PARAM_IN_M12 = 1 << 6,
  WFD_PARAM_IN_M13 = 1 << 7,
  WFD_PARAM_IN_M14 = 1 << 8,
  WFD_PARAM_IN_M15 = 1 << 9,
  /* A SET_PARAMETER of the sink that has no number: [MS-WFDPE] §2.11, §2.12. */
  WFD_PARAM_IN_SINK_SET = 1 << 10,
} WfdParamUse;

typedef enum
{
  WFD_TRIGGER_SETUP,
  WFD_TRIGGER_PLAY,
  WFD_TRIGGER_PAUSE,
  WFD_TRIGGER_TEARDOWN,
} WfdTrigger;

typedef struct
{
  guint16 port0; /* RTP of a primary sink */
  guint16 port1; /* of a secondary sink; 0 otherwise */
  gboolean tcp;  /* R2 only */
} WfdRtpPorts;

typedef struct
{
  guint64 pts_90khz; /* 33 bits */
  guint64 dts_90khz;
} WfdFormatChangeTiming;

/* The values of one message. A value counts only if its parameter is in
 * @present. Strings are owned. Parameters without a field of their own keep
 * their value as text in @text[] in the form in which it is written: checked,
 * blanks folded, numbers with all their digits, keywords in the standard's
 * case. NULL means "none". Values to be sent may be put there in any form the
 * reader takes. */
typedef struct
{
  guint64 present; /* bit per WfdParamId */
  WfdVideoFormats video_formats;
  WfdAudioCodecs audio_codecs;
  WfdRtpPorts client_rtp_ports;
  char *presentation_urls[2]; /* NULL for none */
  WfdTrigger trigger;
  WfdFormatChangeTiming av_format_change_timing;
  gboolean uibc_enable;
  gboolean standby_resume_supported;
  gboolean idr_request_supported;
  gint connector_type;     /* wfd_connector_type, 0 (VGA) to 255; -1 for none */
  guint64 max_bitrate_bps; /* microsoft_max_bitrate, 0 for none */
  char *text[WFD_N_PARAMS];
} WfdParams;

/* One parameter that could not be taken, with its code (WFD 2.1 §6.2.3). */
typedef struct
{
  char *name;       /* as the peer wrote it */
  guint16 codes[4]; /* 0 ends, if there are fewer than four */
} WfdParamFailure;

#define WFD_PARAM_STATUS_PORT 401
#define WFD_PARAM_STATUS_RTP_PORT 401
#define WFD_PARAM_STATUS_NOT_FOUND 404
#define WFD_PARAM_STATUS_FORMAT 415
#define WFD_PARAM_STATUS_NOT_UNDERSTOOD 451
#define WFD_PARAM_STATUS_PROFILE 457

/* A name out of a GET_PARAMETER body. */
typedef struct
{
  WfdParamId id; /* WFD_PARAM_UNKNOWN if it has no row */
  char *name;    /* as the peer wrote it */
} WfdParamName;

/* Frees what @self holds and makes it empty: all zero, nothing present. */
void wfd_params_clear (WfdParams *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WfdParams, wfd_params_clear)

gboolean wfd_params_has (const WfdParams *self, WfdParamId id);
/* Marks @id as present; its value is what the field of @self says. */
void wfd_params_set (WfdParams *self, WfdParamId id);

/* The name as it is written; NULL for WFD_PARAM_UNKNOWN. */
const char *wfd_param_get_name (WfdParamId id);
/* Without regard to case; WFD_PARAM_UNKNOWN if the name has no row. */
WfdParamId wfd_param_find (const char *name, gsize len);
/* WfdParamUse bits; 0 for WFD_PARAM_UNKNOWN. */
guint wfd_param_get_use (WfdParamId id);

/* Reads "name: value" lines into @ret_params, which need not be initialised
 * and must be cleared after success. Parameters that cannot be understood go
 * to @ret_failures (element-type WfdParamFailure) (nullable) with their code;
 * the others are taken all the same, as §6.2.3 wants, and unknown names are
 * ignored. Of a parameter that comes twice only the last counts, be it good or
 * bad. A line that is neither a name nor "name: value" is skipped. FALSE only
 * for a body in which no line is one of these although there is something in
 * it, or beyond the limits (WFD_ERROR_MALFORMED). An empty body is a body
 * without parameters. */
gboolean wfd_params_parse (const char *body, gsize len, WfdParams *ret_params, GArray *ret_failures,
    GError **error);

/* Reads the names of a GET_PARAMETER, in their order, each once; a colon
 * behind a name and what follows it is ignored. FALSE as above. */
gboolean wfd_params_parse_names (const char *body, gsize len, GArray *ret_names, GError **error);

/* Arrays that own the strings of their elements (transfer full). */
GArray *wfd_param_failures_new (void);
/* Adds @code to the codes of @name; no more than four, each once. */
void wfd_param_failures_add (GArray *self, const char *name, guint code);
GArray *wfd_param_names_new (void);

/* Appends "name: value\r\n" in the exact form of the standard; the present
 * parameters in the order of the table, or one of them. A parameter that is
 * not present is written by wfd_params_print_one() as the standard writes one
 * that is not supported, mostly "none"; not at all if there is no such form
 * (wfd_trigger_method has none). */
void wfd_params_print (const WfdParams *self, GString *body);
void wfd_params_print_one (const WfdParams *self, WfdParamId id, GString *body);
/* Appends the body of a 303 answer (WFD 2.1 §6.2.3). */
void wfd_params_print_failures (const GArray *failures, GString *body);
/* Reads the body of a 303 answer (WFD 2.1 §6.2.3). Lines of another form are
 * skipped; FALSE as for wfd_params_parse(). */
gboolean wfd_params_parse_failures (const char *body, gsize len, GArray *ret_failures,
    GError **error);

/* The value of wfd_video_formats or wfd_audio_codecs by itself, for
 * applications that give it as text: WFD_ERROR_INVALID_ARGUMENT if it cannot
 * be read. */
gboolean wfd_params_parse_video_formats (const char *value, WfdVideoFormats *ret_formats,
    GError **error);
gboolean wfd_params_parse_audio_codecs (const char *value, WfdAudioCodecs *ret_codecs,
    GError **error);

G_END_DECLS
