/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The subelements of WFD 2.1 §5.1 and, where they have gone since, WFD 1.1
 * §5.1: one row each with its length, reader and writer. */
#include "ie-subelements.h"

/* What a mask leaves is defined; the rest is reserved, ignored and sent as 0. */
#define DEVICE_BITS 0x3fffu
#define EXTENDED_BITS 0x003fu
#define CONTENT_PROTECTION_BITS 0x03u
#define COUPLING_BITS 0x03u

#define IP_VERSION_4 1

/* The octets of a session descriptor behind its length (§5.1.10). */
#define SESSION_BYTES 23

/* --- numbers and addresses --- */

/* Readers get at least the octets that their row promises. */
static guint32
take (WfdBytes *body, guint n)
{
  guint32 value = 0;

  wfd_bytes_take_number (body, n, &value);
  return value;
}

static void
take_address (WfdBytes *body, guint8 *ret_address)
{
  WfdBytes address;

  if (wfd_bytes_take (body, WFD_IE_ADDRESS_BYTES, &address))
    memcpy (ret_address, address.pos, WFD_IE_ADDRESS_BYTES);
}

static void
put (GByteArray *out, guint n, guint32 value)
{
  for (guint i = n; i > 0; i--) {
    guint8 octet = value >> 8 * (i - 1);

    g_byte_array_append (out, &octet, 1);
  }
}

static void
put_address (GByteArray *out, const guint8 *address)
{
  g_byte_array_append (out, address, WFD_IE_ADDRESS_BYTES);
}

/* --- the subelements --- */

static void
read_device (WfdBytes body, WfdIe *ie)
{
  ie->device.bits = take (&body, 2) & DEVICE_BITS;
  ie->device.control_port = take (&body, 2);
  ie->device.max_throughput_mbps = take (&body, 2);
}

static void
write_device (const WfdIe *ie, GByteArray *out)
{
  put (out, 2, ie->device.bits & DEVICE_BITS);
  put (out, 2, ie->device.control_port);
  put (out, 2, ie->device.max_throughput_mbps);
}

static void
read_associated_bssid (WfdBytes body, WfdIe *ie)
{
  take_address (&body, ie->associated_bssid);
}

static void
write_associated_bssid (const WfdIe *ie, GByteArray *out)
{
  put_address (out, ie->associated_bssid);
}

static void
read_audio (WfdBytes *body, WfdIeAudio *ret_audio)
{
  ret_audio->modes = take (body, 4);
  ret_audio->latency = take (body, 1);
}

static void
write_audio (const WfdIeAudio *audio, GByteArray *out)
{
  put (out, 4, audio->modes);
  put (out, 1, audio->latency);
}

static void
read_audio_formats (WfdBytes body, WfdIe *ie)
{
  read_audio (&body, &ie->lpcm);
  read_audio (&body, &ie->aac);
  read_audio (&body, &ie->ac3);
}

static void
write_audio_formats (const WfdIe *ie, GByteArray *out)
{
  write_audio (&ie->lpcm, out);
  write_audio (&ie->aac, out);
  write_audio (&ie->ac3, out);
}

static void
read_h264 (WfdBytes *body, WfdIeH264 *ret_h264)
{
  ret_h264->native = take (body, 1);
  ret_h264->profile = take (body, 1);
  ret_h264->level = take (body, 1);
  ret_h264->latency = take (body, 1);
  ret_h264->min_slice_size = take (body, 2);
  ret_h264->slice_enc_params = take (body, 2);
  ret_h264->frame_rate_control = take (body, 1);
}

static void
write_h264 (const WfdIeH264 *h264, GByteArray *out)
{
  put (out, 1, h264->native);
  put (out, 1, h264->profile);
  put (out, 1, h264->level);
  put (out, 1, h264->latency);
  put (out, 2, h264->min_slice_size);
  put (out, 2, h264->slice_enc_params);
  put (out, 1, h264->frame_rate_control);
}

static void
read_video_formats (WfdBytes body, WfdIe *ie)
{
  WfdIeVideo *video;

  if (ie->n_video == G_N_ELEMENTS (ie->video))
    return;
  video = &ie->video[ie->n_video++];
  video->cea = take (&body, 4);
  video->vesa = take (&body, 4);
  video->hh = take (&body, 4);
  read_h264 (&body, &video->h264);
}

static void
write_video (const WfdIeVideo *video, GByteArray *out)
{
  put (out, 4, video->cea);
  put (out, 4, video->vesa);
  put (out, 4, video->hh);
  write_h264 (&video->h264, out);
}

static void
read_3d_formats (WfdBytes body, WfdIe *ie)
{
  ie->video_3d.capability = (guint64) take (&body, 4) << 32;
  ie->video_3d.capability |= take (&body, 4);
  read_h264 (&body, &ie->video_3d.h264);
}

static void
write_3d_formats (const WfdIe *ie, GByteArray *out)
{
  put (out, 4, ie->video_3d.capability >> 32);
  put (out, 4, ie->video_3d.capability & G_MAXUINT32);
  write_h264 (&ie->video_3d.h264, out);
}

static void
read_content_protection (WfdBytes body, WfdIe *ie)
{
  ie->content_protection = take (&body, 1) & CONTENT_PROTECTION_BITS;
}

static void
write_content_protection (const WfdIe *ie, GByteArray *out)
{
  put (out, 1, ie->content_protection & CONTENT_PROTECTION_BITS);
}

static void
read_coupled (WfdBytes *body, WfdIeCoupledSink *ret_coupled)
{
  ret_coupled->status = take (body, 1) & COUPLING_BITS;
  take_address (body, ret_coupled->peer);
}

static void
write_coupled (const WfdIeCoupledSink *coupled, GByteArray *out)
{
  put (out, 1, coupled->status & COUPLING_BITS);
  put_address (out, coupled->peer);
}

static void
read_coupled_sink (WfdBytes body, WfdIe *ie)
{
  read_coupled (&body, &ie->coupled);
}

static void
write_coupled_sink (const WfdIe *ie, GByteArray *out)
{
  write_coupled (&ie->coupled, out);
}

static void
read_extended_capability (WfdBytes body, WfdIe *ie)
{
  ie->extended = take (&body, 2) & EXTENDED_BITS;
}

static void
write_extended_capability (const WfdIe *ie, GByteArray *out)
{
  put (out, 2, ie->extended & EXTENDED_BITS);
}

/* No other version is defined; the rest of the octets would mean nothing. */
static gboolean
is_local_ip (WfdBytes body)
{
  return take (&body, 1) == IP_VERSION_4;
}

static void
read_local_ip (WfdBytes body, WfdIe *ie)
{
  wfd_bytes_skip (&body, 1);
  ie->local_ip = take (&body, 4);
}

static void
write_local_ip (const WfdIe *ie, GByteArray *out)
{
  put (out, 1, IP_VERSION_4);
  put (out, 4, ie->local_ip);
}

static void
read_session (WfdBytes body, WfdIeSession *ret_session)
{
  take_address (&body, ret_session->device_address);
  take_address (&body, ret_session->associated_bssid);
  ret_session->bits = take (&body, 2) & DEVICE_BITS;
  ret_session->max_throughput_mbps = take (&body, 2);
  read_coupled (&body, &ret_session->coupled);
}

static void
write_session (const WfdIeSession *session, GByteArray *out)
{
  put (out, 1, SESSION_BYTES);
  put_address (out, session->device_address);
  put_address (out, session->associated_bssid);
  put (out, 2, session->bits & DEVICE_BITS);
  put (out, 2, session->max_throughput_mbps);
  write_coupled (&session->coupled, out);
}

/* Each descriptor has a length of its own, and may be as wrong as a subelement. */
static void
read_sessions (WfdBytes body, WfdIe *ie)
{
  WfdBytes descriptor;
  guint8 length;

  while (ie->n_sessions < G_N_ELEMENTS (ie->sessions) && wfd_bytes_take_u8 (&body, &length)
      && wfd_bytes_take (&body, length, &descriptor)) {
    if (length >= SESSION_BYTES)
      read_session (descriptor, &ie->sessions[ie->n_sessions++]);
  }
}

static void
write_sessions (const WfdIe *ie, GByteArray *out)
{
  for (guint i = 0; i < MIN (ie->n_sessions, G_N_ELEMENTS (ie->sessions)); i++)
    write_session (&ie->sessions[i], out);
}

static void
read_alternative_address (WfdBytes body, WfdIe *ie)
{
  take_address (&body, ie->alternative_address);
}

static void
write_alternative_address (const WfdIe *ie, GByteArray *out)
{
  put_address (out, ie->alternative_address);
}

static void
read_r2_device (WfdBytes body, WfdIe *ie)
{
  ie->r2_type = take (&body, 2) & WFD_IE_BIT_TYPE;
}

static void
write_r2_device (const WfdIe *ie, GByteArray *out)
{
  put (out, 2, ie->r2_type & WFD_IE_BIT_TYPE);
}

/* --- the table --- */

typedef struct
{
  guint16 min_bytes;                    /* of the body; a reader gets no fewer */
  gboolean (*is_valid) (WfdBytes body); /* nullable */
  void (*read) (WfdBytes body, WfdIe *ie);
  /* NULL for what is written once for each profile */
  void (*write) (const WfdIe *ie, GByteArray *out);
} Subelement;

static const Subelement subelements[] = {
  /* WFD 2.1 §5.1.2 */
  [WFD_IE_DEVICE] = { 6, NULL, read_device, write_device },
  /* §5.1.3 */
  [WFD_IE_ASSOCIATED_BSSID] = { 6, NULL, read_associated_bssid, write_associated_bssid },
  /* WFD 1.1 §5.1.7 */
  [WFD_IE_AUDIO_FORMATS] = { 15, NULL, read_audio_formats, write_audio_formats },
  /* WFD 1.1 §5.1.5 */
  [WFD_IE_VIDEO_FORMATS] = { 21, NULL, read_video_formats, NULL },
  /* WFD 1.1 §5.1.6 */
  [WFD_IE_3D_FORMATS] = { 17, NULL, read_3d_formats, write_3d_formats },
  /* WFD 1.1 §5.1.8 */
  [WFD_IE_CONTENT_PROTECTION] = { 1, NULL, read_content_protection, write_content_protection },
  /* WFD 2.1 §5.1.4 */
  [WFD_IE_COUPLED_SINK] = { 7, NULL, read_coupled_sink, write_coupled_sink },
  /* §5.1.8 */
  [WFD_IE_EXTENDED_CAPABILITY] = { 2, NULL, read_extended_capability, write_extended_capability },
  /* §5.1.9 */
  [WFD_IE_LOCAL_IP] = { 5, is_local_ip, read_local_ip, write_local_ip },
  /* §5.1.10; no client is no reason to send it, but no fault */
  [WFD_IE_SESSIONS] = { 0, NULL, read_sessions, write_sessions },
  /* §5.2.3 */
  [WFD_IE_ALTERNATIVE_ADDRESS] = { 6, NULL, read_alternative_address, write_alternative_address },
  /* §5.1.12 */
  [WFD_IE_R2_DEVICE] = { 2, NULL, read_r2_device, write_r2_device },
};

gboolean
wfd_ie_has (const WfdIe *self, WfdIeId id)
{
  return (self->present & 1u << id) != 0;
}

void
wfd_ie_set (WfdIe *self, WfdIeId id)
{
  self->present |= 1u << id;
}

static void
read_subelement (guint8 id, WfdBytes body, WfdIe *ie)
{
  const Subelement *row;

  if (id >= G_N_ELEMENTS (subelements))
    return;
  row = &subelements[id];
  if (body.left < row->min_bytes || (row->is_valid != NULL && !row->is_valid (body)))
    return;
  if (wfd_ie_has (ie, id) && id != WFD_IE_VIDEO_FORMATS)
    return;

  row->read (body, ie);
  wfd_ie_set (ie, id);
}

void
wfd_ie_read (WfdBytes bytes, WfdIe *ret_ie)
{
  guint8 id;
  guint16 length;
  WfdBytes body;

  memset (ret_ie, 0, sizeof (*ret_ie));
  while (wfd_bytes_take_u8 (&bytes, &id) && wfd_bytes_take_u16 (&bytes, &length)
      && wfd_bytes_take (&bytes, length, &body))
    read_subelement (id, body, ret_ie);
}

/* The length is known when the body is written. */
static guint
begin_subelement (GByteArray *out, WfdIeId id)
{
  put (out, 1, id);
  put (out, 2, 0);
  return out->len;
}

static void
end_subelement (GByteArray *out, guint begin)
{
  guint length = out->len - begin;

  out->data[begin - 2] = length >> 8;
  out->data[begin - 1] = length & 0xff;
}

static void
append_video_formats (const WfdIe *ie, GByteArray *out)
{
  for (guint i = 0; i < MIN (ie->n_video, G_N_ELEMENTS (ie->video)); i++) {
    guint begin = begin_subelement (out, WFD_IE_VIDEO_FORMATS);

    write_video (&ie->video[i], out);
    end_subelement (out, begin);
  }
}

void
wfd_ie_append (const WfdIe *self, GByteArray *out)
{
  for (guint id = 0; id < G_N_ELEMENTS (subelements); id++) {
    guint begin;

    if (!wfd_ie_has (self, id))
      continue;
    if (subelements[id].write == NULL) {
      append_video_formats (self, out);
      continue;
    }
    begin = begin_subelement (out, id);
    subelements[id].write (self, out);
    end_subelement (out, begin);
  }
}
