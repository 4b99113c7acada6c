/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "session-wire.h"

#include <base-limits.h>
#include <base-text.h>
#include <string.h>
#include <wfd/wfd-error.h>

void
wfd_wire_reader_init (WfdWireReader *self)
{
  *self = (WfdWireReader) { g_byte_array_new (), 0 };
}

void
wfd_wire_reader_clear (WfdWireReader *self)
{
  g_clear_pointer (&self->buffer, g_byte_array_unref);
}

void
wfd_wire_reader_push (WfdWireReader *self, const guint8 *bytes, gsize n)
{
  g_byte_array_append (self->buffer, bytes, n);
}

static void
drop (WfdWireReader *self, gsize n)
{
  g_byte_array_remove_range (self->buffer, 0, n);
  self->scanned = 0;
}

/* Devices put blank lines between messages and do not count them. */
static void
skip_blank_lines (WfdWireReader *self)
{
  gsize n = 0;

  while (n < self->buffer->len && (self->buffer->data[n] == '\r' || self->buffer->data[n] == '\n'))
    n++;
  if (n > 0)
    drop (self, n);
}

/* The length of the head with the blank line that ends it, 0 if that is not
 * there yet. Lines end in LF or CRLF. */
static gsize
find_head_end (const WfdWireReader *self, gsize from)
{
  const guint8 *data = self->buffer->data;

  for (gsize i = from; i < self->buffer->len; i++) {
    if (data[i] != '\n' || i == 0)
      continue;
    if (data[i - 1] == '\n' || (i >= 2 && data[i - 1] == '\r' && data[i - 2] == '\n'))
      return i + 1;
  }
  return 0;
}

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, WFD_ERROR, WFD_ERROR_MALFORMED, "%s", what);
  return FALSE;
}

static gboolean
check_version (WfdText version, GError **error)
{
  if (wfd_text_equal (version, "RTSP/1.0"))
    return TRUE;
  if (wfd_text_has_prefix (version, "HTTP/"))
    return fail (error, "an HTTP request");
  return fail (error, "something that is not RTSP");
}

/* "RTSP/1.0 200 OK"; the reason may be missing. */
static gboolean
read_status_line (WfdText line, GstRTSPMessage **ret_message, GError **error)
{
  g_autofree char *reason = NULL;
  WfdText version;
  guint64 status;

  if (!wfd_text_take_token (&line, &version) || !check_version (version, error))
    return FALSE;
  if (!wfd_text_take_decimal (&line, 999, &status) || status < 100)
    return fail (error, "an answer without a status");
  reason = wfd_text_dup (wfd_text_strip (line));
  gst_rtsp_message_new_response (ret_message, status, reason, NULL);
  return TRUE;
}

/* "OPTIONS * RTSP/1.0"; a URI may be anything (Tizen: "rtsp://host(null)"). */
static gboolean
read_request_line (WfdText line, GstRTSPMessage **ret_message, GError **error)
{
  g_autofree char *method = NULL, *uri = NULL;
  WfdText method_text, uri_text, version;

  if (!wfd_text_take_token (&line, &method_text) || !wfd_text_take_token (&line, &uri_text)
      || !wfd_text_take_token (&line, &version))
    return fail (error, "something that is not RTSP");
  if (!check_version (version, error))
    return FALSE;
  method = wfd_text_dup (method_text);
  uri = wfd_text_dup (uri_text);
  gst_rtsp_message_new_request (ret_message, gst_rtsp_find_method (method), uri);
  return TRUE;
}

/* A line without a colon or with a blank in front says nothing to us. */
static void
read_header (WfdText line, GstRTSPMessage *message)
{
  g_autofree char *name = NULL, *value = NULL;
  WfdText name_text;
  GstRTSPHeaderField field;

  if (memchr (line.pos, ':', line.left) == NULL || !wfd_text_take_until (&line, ':', &name_text)
      || name_text.left == 0)
    return;
  name = wfd_text_dup (name_text);
  value = wfd_text_dup (wfd_text_strip (line));
  field = gst_rtsp_find_header_field (name);
  if (field != GST_RTSP_HDR_INVALID)
    gst_rtsp_message_add_header (message, field, value);
  else
    gst_rtsp_message_add_header_by_name (message, name, value);
}

static gboolean
read_start_line (WfdText line, GstRTSPMessage **ret_message, GError **error)
{
  if (wfd_text_has_prefix (line, "RTSP/"))
    return read_status_line (line, ret_message, error);
  return read_request_line (line, ret_message, error);
}

/* Other protocols greet with a line or with binary data, and no blank line follows. */
static gboolean
check_beginning (const WfdWireReader *self, GError **error)
{
  const guint8 *data = self->buffer->data, *fresh = data + self->scanned;
  gsize n_fresh = self->buffer->len - self->scanned;
  WfdText text = wfd_text_sized ((const char *) data, self->buffer->len), line;
  GstRTSPMessage *message = NULL;

  if (n_fresh > 0 && memchr (fresh, '\0', n_fresh) != NULL)
    return fail (error, "something that is not RTSP");
  if (n_fresh == 0 || memchr (fresh, '\n', n_fresh) == NULL)
    return TRUE;
  wfd_text_take_line (&text, &line);
  if (!read_start_line (line, &message, error))
    return FALSE;
  gst_rtsp_message_free (message);
  return TRUE;
}

static gboolean
read_head (WfdText head, GstRTSPMessage **ret_message, GError **error)
{
  GstRTSPMessage *message = NULL;
  WfdText line;
  guint n_lines = 0;

  if (memchr (head.pos, '\0', head.left) != NULL)
    return fail (error, "something that is not RTSP");

  wfd_text_take_line (&head, &line);
  if (!read_start_line (line, &message, error))
    return FALSE;

  while (wfd_text_take_line (&head, &line)) {
    if (++n_lines > WFD_LIMIT_HEAD_LINES) {
      gst_rtsp_message_free (message);
      return fail (error, "too many headers");
    }
    read_header (line, message);
  }
  *ret_message = message;
  return TRUE;
}

/* Twice the same is once (Tizen sends two). */
static gboolean
read_content_length (const GstRTSPMessage *message, guint64 *ret_length, GError **error)
{
  guint64 length = 0, other;
  char *value = NULL;

  for (guint i = 0;
       gst_rtsp_message_get_header (message, GST_RTSP_HDR_CONTENT_LENGTH, &value, i) == GST_RTSP_OK;
       i++) {
    WfdText text = wfd_text (value);

    if (!wfd_text_take_decimal (&text, G_MAXUINT64, &other) || !wfd_text_is_empty (text))
      return fail (error, "a Content-Length that is no number");
    if (i > 0 && other != length)
      return fail (error, "two different Content-Lengths");
    length = other;
  }
  if (length > WFD_LIMIT_BODY_BYTES)
    return fail (error, "a message that is too large");
  *ret_length = length;
  return TRUE;
}

static void
set_body (GstRTSPMessage *message, const guint8 *data, gsize length)
{
  if (length > 0)
    gst_rtsp_message_set_body (message, data, length);
}

/* @take_short: a body that is not all there is as long as it is. */
static WfdWireResult
take (WfdWireReader *self, gboolean take_short, GstRTSPMessage **ret_message, GError **error)
{
  GstRTSPMessage *message = NULL;
  gsize head_bytes;
  guint64 length;

  skip_blank_lines (self);
  if (self->buffer->len > 0 && self->buffer->data[0] == '$') {
    fail (error, "interleaved data");
    return WFD_WIRE_ERROR;
  }
  head_bytes = find_head_end (self, self->scanned > 2 ? self->scanned - 2 : 0);
  if (head_bytes > WFD_LIMIT_HEAD_BYTES
      || (head_bytes == 0 && self->buffer->len > WFD_LIMIT_HEAD_BYTES)) {
    fail (error, "a message that is too large");
    return WFD_WIRE_ERROR;
  }
  if (head_bytes == 0 && !check_beginning (self, error))
    return WFD_WIRE_ERROR;
  if (head_bytes == 0) {
    self->scanned = self->buffer->len;
    return WFD_WIRE_MORE;
  }

  if (!read_head (wfd_text_sized ((const char *) self->buffer->data, head_bytes), &message, error))
    return WFD_WIRE_ERROR;
  if (!read_content_length (message, &length, error)) {
    gst_rtsp_message_free (message);
    return WFD_WIRE_ERROR;
  }
  if (length > self->buffer->len - head_bytes) {
    if (!take_short) {
      gst_rtsp_message_free (message);
      return WFD_WIRE_MORE;
    }
    length = self->buffer->len - head_bytes;
  }
  set_body (message, self->buffer->data + head_bytes, length);
  drop (self, head_bytes + length);
  *ret_message = message;
  return WFD_WIRE_MESSAGE;
}

WfdWireResult
wfd_wire_reader_take (WfdWireReader *self, GstRTSPMessage **ret_message, GError **error)
{
  return take (self, FALSE, ret_message, error);
}

gboolean
wfd_wire_reader_is_short (const WfdWireReader *self)
{
  return find_head_end (self, 0) > 0;
}

WfdWireResult
wfd_wire_reader_take_short (WfdWireReader *self, GstRTSPMessage **ret_message, GError **error)
{
  return take (self, TRUE, ret_message, error);
}

void
wfd_wire_print (const GstRTSPMessage *message, GString *bytes)
{
  const GstRTSPMessage *m = message;
  guint8 *body = NULL;
  guint length = 0;

  if (m->type == GST_RTSP_MESSAGE_REQUEST)
    g_string_append_printf (bytes, "%s %s RTSP/1.0\r\n",
        gst_rtsp_method_as_text (m->type_data.request.method), m->type_data.request.uri);
  else
    g_string_append_printf (bytes, "RTSP/1.0 %u %s\r\n", m->type_data.response.code,
        m->type_data.response.reason);

  gst_rtsp_message_append_headers (m, bytes);
  gst_rtsp_message_get_body (m, &body, &length);
  if (length > 0)
    g_string_append_printf (bytes, "Content-Length: %u\r\n", length);
  g_string_append (bytes, "\r\n");
  g_string_append_len (bytes, (const char *) body, length);
}
