/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* MPEG-TS and RTP as Wi-Fi Display has them (WFD 2.1 Appendix B and D).
 *
 *   access units ──► ts-write ──► RTP packets, ready for one send
 *                      ├ ts-psi     PAT, PMT, descriptors
 *                      ├ ts-pes     headers of PES packets
 *                      ├ ts-nal     delimiters and parameter sets of video
 *                      ├ ts-audio   ADTS headers, LPCM headers, silence
 *                      └ ts-rtp     headers of RTP packets
 *   sound ─────────► ts-lpcm ───► units of LPCM, 10 ms each
 *
 *   datagrams ─────► ts-receive ► access units, and when to show them
 *                      ├ ts-rtp     is it RTP with MPEG-TS?
 *                      ├ ts-reorder in order, and what is lost
 *                      ├ ts-read    packets, tables (ts-psi-read), clock
 *                      ├ ts-stream  PES packets: where units begin and end
 *                      │   ├ ts-end     is the picture complete already?
 *                      │   ├ ts-video   pictures, cut and joined
 *                      │   └ ts-frames  frames of sound
 *                      └ ts-clock   from the sender's clock to ours
 *
 *   parameter set ─► ts-sps ────► size of the picture
 *
 *   reports ◄──────► ts-rtcp
 *
 * Nothing here has a socket, a clock, a thread or a lock: bytes and times are
 * passed in, bytes and deadlines come out. Times are ns, as elements have them,
 * because the stream runs at 27 MHz, 37 ns a tick. What a peer can make us hold
 * is in base-limits.h. Nothing waits that need not: a unit is on its way with
 * its own last packet, and is handed on with it. */

#include "ts-audio.h"
#include "ts-codec.h"
#include "ts-lpcm.h"
#include "ts-receive.h"
#include "ts-rtcp.h"
#include "ts-rtp.h"
#include "ts-write.h"
