/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of parameters and the bodies that consist of them. */
#include "rtsp-params.h"

#include <base-limits.h>
#include <wfd/wfd-error.h>

#include <stddef.h>
#include <string.h>

#include "rtsp-params-private.h"

#define M3 WFD_PARAM_IN_M3
#define M4 WFD_PARAM_IN_M4
#define M5 WFD_PARAM_IN_M5
#define M8 WFD_PARAM_IN_M8
#define M10 WFD_PARAM_IN_M10
#define M11 WFD_PARAM_IN_M11
#define M12 WFD_PARAM_IN_M12
#define M13 WFD_PARAM_IN_M13
#define M14 WFD_PARAM_IN_M14
#define M15 WFD_PARAM_IN_M15
#define SINK_SET WFD_PARAM_IN_SINK_SET

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })
#define FIELD(name) offsetof (WfdParams, name)

/* The values that are kept as text. */
static guint parse_text (const WfdParamRow *row, WfdText value, WfdParams *params);
static gboolean print_text (const WfdParamRow *row, const WfdParams *params, GString *value);

/* clang-format off */
static const WfdParamRow rows[] = {
  /* WFD 2.1 §6.1.2 to §6.1.20: name, where, parse, print, none, … */
  [WFD_PARAM_VIDEO_FORMATS] = { "wfd_video_formats", M3 | M4,
      wfd_param_parse_video_formats, wfd_param_print_video_formats, "none" },
  [WFD_PARAM_AUDIO_CODECS] = { "wfd_audio_codecs", M3 | M4,
      wfd_param_parse_audio_codecs, wfd_param_print_audio_codecs, "none" },
  [WFD_PARAM_CLIENT_RTP_PORTS] = { "wfd_client_rtp_ports", M3 | M4,
      wfd_param_parse_client_rtp_ports, wfd_param_print_client_rtp_ports },
  [WFD_PARAM_PRESENTATION_URL] = { "wfd_presentation_URL", M4,
      wfd_param_parse_presentation_url, wfd_param_print_presentation_url },
  [WFD_PARAM_TRIGGER_METHOD] = { "wfd_trigger_method", M5,
      wfd_param_parse_word, wfd_param_print_word,
      .words = WORDS ("SETUP", "PLAY", "PAUSE", "TEARDOWN"), .offset = FIELD (trigger) },
  [WFD_PARAM_CONTENT_PROTECTION] = { "wfd_content_protection", M3, parse_text, print_text, "none",
      wfd_param_normalise_content_protection },
  [WFD_PARAM_DISPLAY_EDID] = { "wfd_display_edid", M3, parse_text, print_text, "none",
      wfd_param_normalise_display_edid },
  [WFD_PARAM_COUPLED_SINK] = { "wfd_coupled_sink", M3, parse_text, print_text, "none",
      wfd_param_normalise_coupled_sink },
  [WFD_PARAM_ROUTE] = { "wfd_route", M10, parse_text, print_text, NULL,
      wfd_param_normalise_word, WORDS ("primary", "secondary") },
  [WFD_PARAM_I2C] = { "wfd_I2C", M3, parse_text, print_text, "none",
      wfd_param_normalise_i2c },
  [WFD_PARAM_AV_FORMAT_CHANGE_TIMING] = { "wfd_av_format_change_timing", M4,
      wfd_param_parse_av_format_change_timing, wfd_param_print_av_format_change_timing },
  [WFD_PARAM_UIBC_CAPABILITY] = { "wfd_uibc_capability", M3 | M4 | M14, parse_text, print_text,
      "none", wfd_param_normalise_uibc_capability },
  [WFD_PARAM_UIBC_SETTING] = { "wfd_uibc_setting", M4 | M15,
      wfd_param_parse_word, wfd_param_print_word,
      .words = WORDS ("disable", "enable"), .offset = FIELD (uibc_enable) },
  [WFD_PARAM_STANDBY_RESUME_CAPABILITY] = { "wfd_standby_resume_capability", M3,
      wfd_param_parse_word, wfd_param_print_word, "none",
      .words = WORDS ("none", "supported"), .offset = FIELD (standby_resume_supported) },
  [WFD_PARAM_STANDBY] = { "wfd_standby", M12, wfd_param_parse_nothing },
  [WFD_PARAM_CONNECTOR_TYPE] = { "wfd_connector_type", M3 | M11,
      wfd_param_parse_connector_type, wfd_param_print_connector_type, "none" },
  [WFD_PARAM_IDR_REQUEST] = { "wfd_idr_request", M13, wfd_param_parse_nothing },
  [WFD_PARAM_IDR_REQUEST_CAPABILITY] = { "wfd_idr_request_capability", M3,  /* MS-WFDPE §2.6 */
      wfd_param_parse_word, wfd_param_print_word, "0",
      .words = WORDS ("0", "1"), .offset = FIELD (idr_request_supported) },

  /* WFD 1.1 §6.1.4, §6.1.14; gone in R2. */
  [WFD_PARAM_3D_VIDEO_FORMATS] = { "wfd_3d_video_formats", M3 | M4, parse_text, print_text, "none",
      wfd_param_normalise_3d_video_formats },
  [WFD_PARAM_PREFERRED_DISPLAY_MODE] = { "wfd_preferred_display_mode", M4,
      parse_text, print_text, NULL, wfd_param_normalise_preferred_display_mode },

  /* WFD 2.1 §6.1.21 and following: R2. */
  [WFD_PARAM_WFD2_VIDEO_FORMATS] = { "wfd2_video_formats", M3 | M4, parse_text, print_text, "none",
      wfd_param_normalise_wfd2_video_formats },
  [WFD_PARAM_WFD2_AUDIO_CODECS] = { "wfd2_audio_codecs", M3 | M4, parse_text, print_text, "none",
      wfd_param_normalise_wfd2_audio_codecs },
  [WFD_PARAM_WFD2_AUX_STREAM_FORMATS] = { "wfd2_aux_stream_formats", M3 | M4,
      parse_text, print_text, "none", wfd_param_normalise_wfd2_aux_stream_formats },
  [WFD_PARAM_WFD2_DIRECT_STREAMING_MODE] = { "wfd2_direct_streaming_mode", M4,
      parse_text, print_text, NULL, wfd_param_normalise_word, WORDS ("active", "inactive") },
  [WFD_PARAM_WFD2_TRANSPORT_SWITCH] = { "wfd2_transport_switch", M4, parse_text, print_text, NULL,
      wfd_param_normalise_transport_switch },
  [WFD_PARAM_WFD2_BUFFER_LENGTH] = { "wfd2_buffer_length", M3 | M4, parse_text, print_text, "none",
      wfd_param_normalise_buffer_length },
  [WFD_PARAM_WFD2_AUDIO_PLAYBACK_STATUS] = { "wfd2_audio_playback_status", M3,
      parse_text, print_text, "none none", wfd_param_normalise_playback_status },
  [WFD_PARAM_WFD2_VIDEO_PLAYBACK_STATUS] = { "wfd2_video_playback_status", M3,
      parse_text, print_text, "none none", wfd_param_normalise_playback_status },
  [WFD_PARAM_WFD2_CTA_DATABLOCK_COLLECTION] = { "wfd2_cta_datablock_collection", M3,
      parse_text, print_text, "none", wfd_param_normalise_cta_blocks },
  [WFD_PARAM_CTA_AUDIO_INFOFRAME] = { "wfd_cta_audio_infoframe", M4, /* printed without the 2 */
      parse_text, print_text, "none", wfd_param_normalise_cta_blocks },

  /* [MS-WFDPE] §2.1: "none" to a question is understood everywhere. */
  [WFD_PARAM_INTEL_FRIENDLY_NAME] = { "intel_friendly_name", M3, parse_text, print_text, "none",
      wfd_param_normalise_friendly_name },
  [WFD_PARAM_INTEL_SINK_MANUFACTURER_NAME] = { "intel_sink_manufacturer_name", M3,
      parse_text, print_text, "none", wfd_param_normalise_sink_name },
  [WFD_PARAM_INTEL_SINK_MODEL_NAME] = { "intel_sink_model_name", M3, parse_text, print_text, "none",
      wfd_param_normalise_sink_name },
  [WFD_PARAM_INTEL_SINK_VERSION] = { "intel_sink_version", M3, parse_text, print_text, "none",
      wfd_param_normalise_sink_version },
  [WFD_PARAM_INTEL_SINK_DEVICE_URL] = { "intel_sink_device_URL", M3, parse_text, print_text, "none",
      wfd_param_normalise_device_url },
  [WFD_PARAM_INTEL_SINK_MANUFACTURER_LOGO] = { "intel_sink_manufacturer_logo", M3,
      parse_text, print_text, "none", wfd_param_normalise_logo },

  /* [MS-WFDPE] §2.2 to §2.12 and [MS-WDHCE] */
  [WFD_PARAM_WFDX_VIDEO_FORMATS] = { "wfdx_video_formats", M3 | M4, parse_text, print_text, "none",
      wfd_param_normalise_wfdx_video_formats },
  [WFD_PARAM_MICROSOFT_LATENCY_MANAGEMENT_CAPABILITY] = {
      "microsoft_latency_management_capability", M3 | M4, parse_text, print_text, "none",
      wfd_param_normalise_word, WORDS ("supported", "low", "normal", "high") },
  [WFD_PARAM_MICROSOFT_FORMAT_CHANGE_CAPABILITY] = { "microsoft_format_change_capability", M3,
      parse_text, print_text, "none", wfd_param_normalise_word, WORDS ("supported") },
  [WFD_PARAM_MICROSOFT_DIAGNOSTICS_CAPABILITY] = { "microsoft_diagnostics_capability", M3,
      parse_text, print_text, "none", wfd_param_normalise_word, WORDS ("supported") },
  [WFD_PARAM_MICROSOFT_TEARDOWN_REASON] = { "microsoft_teardown_reason", M8,
      parse_text, print_text, NULL, wfd_param_normalise_teardown_reason },
  [WFD_PARAM_MICROSOFT_RTCP_CAPABILITY] = { "microsoft_rtcp_capability", M3,
      parse_text, print_text, "none", wfd_param_normalise_word, WORDS ("supported") },
  [WFD_PARAM_MICROSOFT_MAX_BITRATE] = { "microsoft_max_bitrate", M3,
      wfd_param_parse_max_bitrate, wfd_param_print_max_bitrate, "none" },
  [WFD_PARAM_MICROSOFT_VIDEO_FORMATS] = { "microsoft_video_formats", M3 | M4,
      parse_text, print_text, "000000000000", wfd_param_normalise_microsoft_video_formats },
  [WFD_PARAM_MICROSOFT_COLOR_SPACE_CONVERSION] = { "microsoft_color_space_conversion", M3,
      parse_text, print_text, "none", wfd_param_normalise_word, WORDS ("supported") },
  [WFD_PARAM_MICROSOFT_MULTISCREEN_PROJECTION] = { "microsoft_multiscreen_projection",
      M3 | SINK_SET, parse_text, print_text, "none",
      wfd_param_normalise_multiscreen, WORDS ("supported", "primary") },
  [WFD_PARAM_MICROSOFT_AUDIO_MUTE] = { "microsoft_audio_mute", M3 | SINK_SET,
      parse_text, print_text, "none", wfd_param_normalise_word, WORDS ("supported", "0", "1") },
  [WFD_PARAM_MICROSOFT_CURSOR] = { "microsoft_cursor", M3, parse_text, print_text, "none",
      wfd_param_normalise_cursor, WORDS ("none", "full") },
};
/* clang-format on */

G_STATIC_ASSERT (G_N_ELEMENTS (rows) == WFD_N_PARAMS);
G_STATIC_ASSERT (WFD_N_PARAMS <= 64);                   /* bits of WfdParams.present */
G_STATIC_ASSERT (sizeof (WfdTrigger) == sizeof (gint)); /* WfdParamRow.offset */

static WfdParamId
row_to_id (const WfdParamRow *row)
{
  return row - rows;
}

static guint64
id_to_bit (WfdParamId id)
{
  return G_GUINT64_CONSTANT (1) << id;
}

/* Also what became "none" on the way, as a friendly name "none-" does. */
static gboolean
is_none (const WfdParamRow *row, WfdText text)
{
  return row->none != NULL && (wfd_text_equal (text, "none") || wfd_text_equal (text, row->none));
}

static guint
parse_text (const WfdParamRow *row, WfdText value, WfdParams *params)
{
  g_autoptr (GString) text = g_string_new (NULL);
  char **field = &params->text[row_to_id (row)];
  guint code;

  if (is_none (row, value))
    g_string_append (text, row->none);
  else if ((code = row->normalise (row, value, text)) != 0)
    return code;

  g_clear_pointer (field, g_free);
  if (!is_none (row, wfd_text (text->str)))
    *field = g_string_free (g_steal_pointer (&text), FALSE);
  return 0;
}

static gboolean
print_text (const WfdParamRow *row, const WfdParams *params, GString *value)
{
  const char *field = params->text[row_to_id (row)];
  WfdText text = wfd_text_strip (wfd_text (field != NULL ? field : "none"));

  if (!is_none (row, text))
    return row->normalise (row, text, value) == 0;
  g_string_append (value, row->none);
  return TRUE;
}

void
wfd_params_clear (WfdParams *self)
{
  for (guint i = 0; i < WFD_N_PARAMS; i++)
    g_free (self->text[i]);
  for (guint i = 0; i < G_N_ELEMENTS (self->presentation_urls); i++)
    g_free (self->presentation_urls[i]);
  memset (self, 0, sizeof (*self));
}

gboolean
wfd_params_has (const WfdParams *self, WfdParamId id)
{
  return id < WFD_N_PARAMS && (self->present & id_to_bit (id)) != 0;
}

void
wfd_params_set (WfdParams *self, WfdParamId id)
{
  g_return_if_fail (id < WFD_N_PARAMS);

  self->present |= id_to_bit (id);
}

/* Returns 0 or a code, as the reader of the row does. */
static guint
read_value (WfdParams *self, WfdParamId id, WfdText value)
{
  guint code = rows[id].parse (&rows[id], wfd_text_strip (value), self);

  if (code == 0)
    wfd_params_set (self, id);
  return code;
}

const char *
wfd_param_get_name (WfdParamId id)
{
  return id < WFD_N_PARAMS ? rows[id].name : NULL;
}

guint
wfd_param_get_use (WfdParamId id)
{
  return id < WFD_N_PARAMS ? rows[id].use : 0;
}

WfdParamId
wfd_param_find (const char *name, gsize len)
{
  guint id = 0;

  while (id < WFD_N_PARAMS && !wfd_text_equal (wfd_text_sized (name, len), rows[id].name))
    id++;
  return id;
}

static void
clear_failure (gpointer data)
{
  WfdParamFailure *self = data;

  g_free (self->name);
}

GArray *
wfd_param_failures_new (void)
{
  GArray *self = g_array_new (FALSE, TRUE, sizeof (WfdParamFailure));

  g_array_set_clear_func (self, clear_failure);
  return self;
}

static WfdParamFailure *
find_failure (GArray *failures, const char *name)
{
  for (guint i = 0; i < failures->len; i++) {
    WfdParamFailure *failure = &g_array_index (failures, WfdParamFailure, i);

    if (g_ascii_strcasecmp (failure->name, name) == 0)
      return failure;
  }
  return NULL;
}

void
wfd_param_failures_add (GArray *self, const char *name, guint code)
{
  WfdParamFailure *failure = find_failure (self, name);

  if (failure == NULL) {
    WfdParamFailure new_failure = { .name = g_strdup (name) };

    g_array_append_val (self, new_failure);
    failure = &g_array_index (self, WfdParamFailure, self->len - 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (failure->codes); i++) {
    if (failure->codes[i] == code)
      return;
    if (failure->codes[i] == 0) {
      failure->codes[i] = code;
      return;
    }
  }
}

static void
remove_failure (GArray *failures, const char *name)
{
  WfdParamFailure *failure = find_failure (failures, name);

  if (failure != NULL)
    g_array_remove_index (failures, failure - (WfdParamFailure *) (gpointer) failures->data);
}

static void
clear_name (gpointer data)
{
  WfdParamName *self = data;

  g_free (self->name);
}

GArray *
wfd_param_names_new (void)
{
  GArray *self = g_array_new (FALSE, TRUE, sizeof (WfdParamName));

  g_array_set_clear_func (self, clear_name);
  return self;
}

/* Each name once. */
static void
names_add (GArray *names, WfdParamId id, const char *name)
{
  WfdParamName new_name = { .id = id };

  for (guint i = 0; i < names->len; i++) {
    if (g_ascii_strcasecmp (g_array_index (names, WfdParamName, i).name, name) == 0)
      return;
  }
  new_name.name = g_strdup (name);
  g_array_append_val (names, new_name);
}

/* Lines of a body that have something in them; a reader is called for each
 * that begins with a name, with what follows the colon. */
typedef gboolean (*LineFunc) (const char *name, WfdText value, gpointer user_data);

/* Libgstrtsp counts the NUL that it puts behind a body it received. */
static WfdText
body_to_text (const char *body, gsize len)
{
  while (len > 0 && body[len - 1] == '\0')
    len--;
  return wfd_text_sized (body, len);
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_' || c == '-' || c == '.';
}

static gboolean
is_name (WfdText text)
{
  if (text.left == 0 || text.left > WFD_LIMIT_PARAM_NAME_CHARS)
    return FALSE;
  for (gsize i = 0; i < text.left; i++) {
    if (!is_name_char (text.pos[i]))
      return FALSE;
  }
  return TRUE;
}

/* Counts the lines, so that nothing of a body with too many is taken. */
static gboolean
check_limits (WfdText body, GError **error)
{
  guint n_lines = 0;
  WfdText line;

  if (body.left > WFD_LIMIT_BODY_BYTES) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_MALFORMED,
        "A message body of %" G_GSIZE_FORMAT " bytes is too long", body.left);
    return FALSE;
  }
  while (wfd_text_take_line (&body, &line))
    n_lines += !wfd_text_is_empty (line);
  if (n_lines > WFD_LIMIT_BODY_LINES) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_MALFORMED, "A message body of %u lines is too long",
        n_lines);
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_lines (const char *body, gsize len, LineFunc func, gpointer user_data, GError **error)
{
  WfdText text = body_to_text (body, len), line;
  gboolean any = FALSE, good = FALSE;

  if (!check_limits (text, error))
    return FALSE;

  while (wfd_text_take_line (&text, &line)) {
    g_autofree char *name = NULL;
    WfdText key;

    if (wfd_text_is_empty (line))
      continue;
    any = TRUE;
    wfd_text_take_until (&line, ':', &key);
    if (!is_name (key))
      continue;
    name = wfd_text_dup (key);
    good |= func (name, wfd_text_strip (line), user_data);
  }

  if (any && !good) {
    g_set_error (error, WFD_ERROR, WFD_ERROR_MALFORMED,
        "A message body of %" G_GSIZE_FORMAT " bytes has no line that can be read", len);
    return FALSE;
  }
  return TRUE;
}

typedef struct
{
  WfdParams *params;
  GArray *failures;
} Parse;

static gboolean
parse_line (const char *name, WfdText value, gpointer user_data)
{
  Parse *parse = user_data;
  WfdParamId id = wfd_param_find (name, strlen (name));
  guint code;

  if (id == WFD_PARAM_UNKNOWN)
    return TRUE;

  /* Of several lines for one parameter the last counts. */
  if (parse->failures != NULL)
    remove_failure (parse->failures, name);
  parse->params->present &= ~id_to_bit (id);
  code = read_value (parse->params, id, value);
  if (code != 0 && parse->failures != NULL)
    wfd_param_failures_add (parse->failures, name, code);
  return TRUE;
}

gboolean
wfd_params_parse (const char *body, gsize len, WfdParams *ret_params, GArray *ret_failures,
    GError **error)
{
  g_auto (WfdParams) params = { 0 };
  Parse parse = { &params, ret_failures };

  if (!read_lines (body, len, parse_line, &parse, error))
    return FALSE;
  *ret_params = params;
  params = (WfdParams) { 0 };
  return TRUE;
}

static gboolean
parse_name (const char *name, WfdText value, gpointer user_data)
{
  names_add (user_data, wfd_param_find (name, strlen (name)), name);
  return TRUE;
}

gboolean
wfd_params_parse_names (const char *body, gsize len, GArray *ret_names, GError **error)
{
  return read_lines (body, len, parse_name, ret_names, error);
}

/* failure-line = name ":" SP code *( "," SP code ) */
static gboolean
parse_failure (const char *name, WfdText value, gpointer user_data)
{
  gboolean any = FALSE;
  WfdText part;

  while (wfd_text_take_until (&value, ',', &part)) {
    guint64 code;

    if (!wfd_text_take_decimal (&part, 999, &code) || code < 100 || !wfd_text_is_empty (part))
      continue;
    wfd_param_failures_add (user_data, name, code);
    any = TRUE;
  }
  return any;
}

gboolean
wfd_params_parse_failures (const char *body, gsize len, GArray *ret_failures, GError **error)
{
  return read_lines (body, len, parse_failure, ret_failures, error);
}

void
wfd_params_print_failures (const GArray *failures, GString *body)
{
  for (guint i = 0; i < failures->len; i++) {
    const WfdParamFailure *failure = &g_array_index (failures, WfdParamFailure, i);

    g_string_append_printf (body, "%s:", failure->name);
    for (guint j = 0; j < G_N_ELEMENTS (failure->codes) && failure->codes[j] != 0; j++)
      g_string_append_printf (body, "%s %u", j > 0 ? "," : "", failure->codes[j]);
    g_string_append (body, "\r\n");
  }
}

void
wfd_params_print_one (const WfdParams *self, WfdParamId id, GString *body)
{
  g_autoptr (GString) value = g_string_new (NULL);
  const WfdParamRow *row;

  g_return_if_fail (id < WFD_N_PARAMS);

  row = &rows[id];
  if (!wfd_params_has (self, id)) {
    if (row->none != NULL)
      g_string_append_printf (body, "%s: %s\r\n", row->name, row->none);
    return;
  }
  if (row->print == NULL) {
    g_string_append_printf (body, "%s\r\n", row->name);
    return;
  }

  if (!row->print (row, self, value))
    g_return_if_reached ();
  g_string_append_printf (body, "%s: %s\r\n", row->name, value->str);
}

void
wfd_params_print (const WfdParams *self, GString *body)
{
  for (guint id = 0; id < WFD_N_PARAMS; id++) {
    if (wfd_params_has (self, id))
      wfd_params_print_one (self, id, body);
  }
}
