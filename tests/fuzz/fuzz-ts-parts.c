/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The readers of the media room that take bytes in one piece: RTP, RTCP, sections,
 * headers of PES packets and of frames, NAL units. What was read of what we could
 * have written is written, and must be read as the same. */
#include <ts-audio.h>
#include <ts-nal.h>
#include <ts-pes.h>
#include <ts-psi.h>
#include <ts-rtcp.h>
#include <ts-rtp.h>
#include <ts-sps.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static gboolean
is_within (WfdBytes part, WfdBytes whole)
{
  return part.left <= whole.left && part.pos >= whole.pos
      && part.pos + part.left <= whole.pos + whole.left;
}

static void
fuzz_rtp (WfdBytes input)
{
  guint8 header[WFD_TS_RTP_HEADER_BYTES];
  WfdTsRtpPacket packet;

  if (!wfd_ts_rtp_read (input, &packet))
    return;
  g_assert_true (is_within (packet.payload, input));
  g_assert_cmpuint (packet.payload.left % WFD_TS_PACKET_BYTES, ==, 0);
  wfd_ts_rtp_write_header (&packet, header);
  g_assert_cmpmem (header + 1, 11, input.pos + 1, 11);
}

static void
fuzz_rtcp (WfdBytes input)
{
  guint8 out[WFD_TS_RTCP_WRITTEN_BYTES];
  WfdTsRtcp rtcp, again;
  guint32 ssrc = 0;
  WfdBytes rest = input;
  gsize n;

  /* The stream is that of the first report in an RR. */
  if (wfd_bytes_skip (&rest, 8))
    wfd_bytes_take_u32 (&rest, &ssrc);
  if (!wfd_ts_rtcp_read (input, ssrc, &rtcp))
    return;
  if (rtcp.has_report)
    g_assert_cmphex (rtcp.report.ssrc, ==, ssrc);
  if (rtcp.has_sender_info) {
    n = wfd_ts_rtcp_write_sender_report (&rtcp.sender_info, "x", out);
    g_assert_true (wfd_ts_rtcp_read (wfd_bytes (out, n), ssrc, &again));
    g_assert_cmphex (again.sender_info.ntp, ==, rtcp.sender_info.ntp);
    g_assert_cmphex (again.sender_info.n_bytes, ==, rtcp.sender_info.n_bytes);
  }
}

static void
found_section (WfdBytes section, gpointer user_data)
{
  WfdTsProgram program;
  guint16 number, pid;

  g_assert_cmpuint (section.left, <=, WFD_LIMIT_PSI_SECTION_BYTES);
  if (wfd_ts_psi_read_pat (section, &number, &pid))
    g_assert_true (number != 0 && pid < 0x2000);
  if (wfd_ts_psi_read_pmt (section, &program)) {
    g_assert_cmpuint (program.n_streams, <=, WFD_LIMIT_TS_STREAMS);
    for (guint i = 0; i < program.n_streams; i++)
      g_assert_true (program.streams[i].pid < 0x2000 && program.streams[i].codec < WFD_TS_N_CODECS);
  }
}

/* As payloads of packets of 184 octets, the first octet of which tells whether a
 * section starts; and as a section itself, whatever its CRC. */
static void
fuzz_sections (WfdBytes input)
{
  WfdTsSection section = { 0 };
  WfdBytes payload;
  guint8 starts;

  found_section (input.left <= WFD_LIMIT_PSI_SECTION_BYTES ? input : wfd_bytes (input.pos, 1024),
      NULL);
  while (wfd_bytes_take_u8 (&input, &starts)
      && wfd_bytes_take (&input, MIN (input.left, 184), &payload)) {
    wfd_ts_section_push (&section, payload, starts & 1, found_section, NULL);
    if (starts & 0x80)
      wfd_ts_section_lose (&section);
  }
}

static void
fuzz_pes (WfdBytes input)
{
  WfdBytes rest = input;
  WfdTsPesHeader header;

  switch (wfd_ts_pes_take_header (&rest, &header)) {
    case WFD_TS_PES_WHOLE:
      g_assert_true (is_within (rest, input));
      g_assert_true (!header.has_pts || header.pts < G_GUINT64_CONSTANT (1) << 33);
      break;
    case WFD_TS_PES_SHORT:
      g_assert_cmpuint (input.left, <, WFD_TS_PES_READ_BYTES);
      g_assert_true (rest.pos == input.pos && rest.left == input.left);
      break;
    case WFD_TS_PES_BAD:
      break;
  }
}

static void
fuzz_frames (WfdBytes input)
{
  guint8 header[WFD_TS_ADTS_HEADER_BYTES];
  WfdBytes rest = input;
  WfdTsFrame frame, again;
  WfdTsLpcm lpcm;

  if (wfd_ts_audio_read_adts (input, &frame)) {
    g_assert_true (frame.bytes >= 7 && frame.rate_hz > 0 && frame.samples > 0);
    if (wfd_ts_audio_write_adts (frame.rate_hz, frame.channels, frame.bytes - 7, header)) {
      g_assert_true (wfd_ts_audio_read_adts (wfd_bytes (header, sizeof (header)), &again));
      g_assert_cmpuint (again.bytes, ==, frame.bytes);
      g_assert_cmpuint (again.channels, ==, frame.channels);
    }
  }
  if (wfd_ts_audio_read_ac3 (input, &frame))
    g_assert_true (
        frame.bytes >= 7 && frame.rate_hz > 0 && frame.samples > 0 && frame.channels > 0);
  if (wfd_ts_audio_take_lpcm (&rest, &lpcm))
    g_assert_true (lpcm.channels >= 1 && lpcm.channels <= 8 && rest.left == input.left - 4);
}

static void
fuzz_nal (WfdBytes input)
{
  for (guint codec = WFD_TS_CODEC_H264; codec <= WFD_TS_CODEC_H265; codec++) {
    guint8 profile[12];
    WfdTsUnitHead head;

    wfd_ts_nal_read_head (codec, input, &head);
    g_assert_cmpuint (head.aud_bytes, <=, input.left);
    g_assert_true (head.parameters.left == 0 || is_within (head.parameters, input));
    g_assert_true (head.sps.left == 0 || is_within (head.sps, input));
    wfd_ts_nal_read_profile (codec, head.sps, profile);
  }
}

static void
fuzz_sps (WfdBytes input)
{
  for (guint codec = WFD_TS_CODEC_H264; codec <= WFD_TS_CODEC_H265; codec++) {
    WfdTsFormat format;

    if (wfd_ts_sps_read (codec, input, &format))
      g_assert_true (
          format.width > 0 && format.width < 0x8000 && format.height > 0 && format.height < 0x8000);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  WfdBytes input = wfd_bytes (data, size);

  fuzz_rtp (input);
  fuzz_rtcp (input);
  fuzz_sections (input);
  fuzz_pes (input);
  fuzz_frames (input);
  fuzz_nal (input);
  fuzz_sps (input);
  return 0;
}
