/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base-text.h>

#include "rtsp-params.h"

G_BEGIN_DECLS

typedef struct _WfdParamRow WfdParamRow;

/* One parameter. A reader gets the value stripped of blanks on both sides and
 * returns 0, or the code of WFD 2.1 §6.2.3; it then leaves @params as it was,
 * but @text may hold a part of the value. A printer appends the value and
 * returns FALSE if @params holds something that may not be sent. */
struct _WfdParamRow
{
  const char *name;
  guint use; /* WfdParamUse bits */
  guint (*parse) (const WfdParamRow *row, WfdText value, WfdParams *params);
  gboolean (*print) (const WfdParamRow *row, const WfdParams *params, GString *value);
  const char *none; /* the value of a device without it; NULL: there is none */
  /* For values that are kept as text: appends what was read in the form in
   * which it is written. */
  guint (*normalise) (const WfdParamRow *row, WfdText value, GString *text);
  /* For values that are one of some words, NULL ends: kept as text, or as the
   * index of the word in the gint (or enum) at @offset of WfdParams. */
  const char *const *words;
  gsize offset;
};

/* A field of a list that blanks separate: the number of its digits on the
 * wire, and what else it may be. */
#define WFD_FIELD_DECIMAL 0x40
#define WFD_FIELD_OR_NONE 0x80
#define WFD_FIELD_DIGITS(format) ((format) &0x1f)
/* The value of a field that says "none". */
#define WFD_FIELD_NONE G_MAXUINT64
#define WFD_MAX_FIELDS 16

/* Takes fields from the front of @text. Hexadecimal ones may have more or
 * fewer digits and count modulo their width; decimal ones may have leading
 * zeros. Fields behind the first @required may be missing at the end of @text:
 * they are 0 or none. Takes nothing unless it can take all. */
gboolean wfd_param_take_fields (WfdText *text, const guint8 *formats, gsize n, gsize required,
    guint64 *ret_values);
/* Appends fields with all their digits, a blank between them. */
void wfd_param_print_fields (const guint8 *formats, const guint64 *values, gsize n, GString *out);
/* Both: takes all @n fields and appends them. */
gboolean wfd_param_fold_fields (WfdText *text, const guint8 *formats, gsize n, GString *out);
/* @value consists of these fields and nothing else. */
guint wfd_param_normalise_fields (WfdText value, const guint8 *formats, gsize n, GString *out);

/* Takes the word if it is the next token and ends there. */
gboolean wfd_param_take_word (WfdText *text, const char *word);
/* The index of @word in @words (NULL ends) without regard to case, or -1. */
gint wfd_param_find_word (const char *const *words, WfdText word);
/* A TCP or UDP port, 1 to 65535. */
gboolean wfd_param_take_port (WfdText *text, guint64 *ret_port);
/* Free text of 1 to @max_bytes: UTF-8 (or ASCII) without control characters;
 * blanks are folded. */
gboolean wfd_param_fold_free_text (WfdText value, gsize max_bytes, gboolean ascii, GString *out);
/* Text of visible ASCII characters without blanks. */
gboolean wfd_param_is_visible (WfdText text, gsize max_bytes);
/* Appends hex digits, an even number of them and at most 2 * @max_bytes. */
gboolean wfd_param_fold_octets (WfdText digits, gsize max_bytes, GString *out);

/* rtsp-params-video.c: values that name formats. */
guint wfd_param_parse_video_formats (const WfdParamRow *row, WfdText value, WfdParams *params);
gboolean wfd_param_print_video_formats (const WfdParamRow *row, const WfdParams *params,
    GString *value);
guint wfd_param_parse_audio_codecs (const WfdParamRow *row, WfdText value, WfdParams *params);
gboolean wfd_param_print_audio_codecs (const WfdParamRow *row, const WfdParams *params,
    GString *value);
guint wfd_param_normalise_3d_video_formats (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_preferred_display_mode (const WfdParamRow *row, WfdText value,
    GString *text);
guint wfd_param_normalise_wfd2_video_formats (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_wfd2_audio_codecs (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_wfd2_aux_stream_formats (const WfdParamRow *row, WfdText value,
    GString *text);
guint wfd_param_normalise_wfdx_video_formats (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_microsoft_video_formats (const WfdParamRow *row, WfdText value,
    GString *text);

/* rtsp-params-small.c: the small values of WFD 2.1. */
guint wfd_param_parse_nothing (const WfdParamRow *row, WfdText value, WfdParams *params);
guint wfd_param_parse_client_rtp_ports (const WfdParamRow *row, WfdText value, WfdParams *params);
gboolean wfd_param_print_client_rtp_ports (const WfdParamRow *row, const WfdParams *params,
    GString *value);
guint wfd_param_parse_presentation_url (const WfdParamRow *row, WfdText value, WfdParams *params);
gboolean wfd_param_print_presentation_url (const WfdParamRow *row, const WfdParams *params,
    GString *value);
guint wfd_param_parse_word (const WfdParamRow *row, WfdText value, WfdParams *params);
gboolean wfd_param_print_word (const WfdParamRow *row, const WfdParams *params, GString *value);
guint wfd_param_normalise_word (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_display_edid (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_parse_av_format_change_timing (const WfdParamRow *row, WfdText value,
    WfdParams *params);
gboolean wfd_param_print_av_format_change_timing (const WfdParamRow *row, const WfdParams *params,
    GString *value);
guint wfd_param_parse_connector_type (const WfdParamRow *row, WfdText value, WfdParams *params);
gboolean wfd_param_print_connector_type (const WfdParamRow *row, const WfdParams *params,
    GString *value);
guint wfd_param_normalise_content_protection (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_coupled_sink (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_i2c (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_transport_switch (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_buffer_length (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_playback_status (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_cta_blocks (const WfdParamRow *row, WfdText value, GString *text);

/* rtsp-params-uibc.c */
guint wfd_param_normalise_uibc_capability (const WfdParamRow *row, WfdText value, GString *text);

/* rtsp-params-vendor.c: [MS-WFDPE] and Intel WiDi. */
guint wfd_param_parse_max_bitrate (const WfdParamRow *row, WfdText value, WfdParams *params);
gboolean wfd_param_print_max_bitrate (const WfdParamRow *row, const WfdParams *params,
    GString *value);
guint wfd_param_normalise_friendly_name (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_sink_name (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_sink_version (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_device_url (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_logo (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_teardown_reason (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_multiscreen (const WfdParamRow *row, WfdText value, GString *text);
guint wfd_param_normalise_cursor (const WfdParamRow *row, WfdText value, GString *text);

G_END_DECLS
