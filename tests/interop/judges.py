# SPDX-License-Identifier: LGPL-2.1-or-later
"""What programs that nobody here wrote say of a stream: ffmpeg, stock GStreamer, Wireshark. Each
function returns the lines of complaint, [] for a stream without a flaw."""

import os
import re
import struct
import subprocess

from machine import need, need_elements
from streams import ROOM

SENDER_PORT, PORT = 18998, 19000

# What ffmpeg says of a stream of which without () has left nothing but the line in the PMT.
EMPTY_IN_FFMPEG = re.compile(
    r'Could not find codec parameters for stream \d+ \(Unknown: none \(\[131\]'
    r'|Consider increasing the value for the .analyzeduration|Unsupported codec with id 0'
    r'|Stream mapping|Cannot .*unknown stream')
# It wants to see the descriptors of ATSC's program or of DVB, where Wi-Fi Display has ATSC's own.
AC3_IN_TSDEMUX = re.compile('AC3 stream type found but no guaranteed way')


def _run(command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, check=False, **options)


def _lines(done, ignored=None):
    lines = [line for line in done.stderr.decode('utf-8', 'replace').splitlines()
             if line.strip() and not (ignored and ignored.search(line))]
    return lines + (['exit code %d' % done.returncode] if done.returncode else [])


def without(path, pid, out):
    """A copy without the packets of a PID. ffmpeg does not know the LPCM of Wi-Fi Display and takes
    it for whatever it resembles, so it is not to see it."""
    with open(path, 'rb') as file:
        data = file.read()
    packets = (data[at:at + 188] for at in range(0, len(data), 188))
    with open(out, 'wb') as file:
        file.writelines(packet for packet in packets if (packet[1] & 31) << 8 | packet[2] != pid)
    return out


def ffprobe(path):
    need('ffprobe')
    return _lines(_run(['ffprobe', '-v', 'warning', '-err_detect', 'crccheck+bitstream+buffer+careful',
                        '-show_packets', '-show_frames', '-of', 'json', path]), EMPTY_IN_FFMPEG)


def ffmpeg(path):
    need('ffmpeg')
    return _lines(_run(['ffmpeg', '-nostdin', '-v', 'warning', '-xerror', '-err_detect',
                        'crccheck+bitstream+buffer+careful', '-i', path, '-fps_mode', 'passthrough',
                        '-enc_time_base', '-1', '-f', 'null', '-']), EMPTY_IN_FFMPEG)


def _launch(*words):
    """A pipeline of stock elements, with all that is unusual to them (level 3)."""
    env = dict(os.environ, GST_DEBUG='tsdemux:3,mpegts*:3,tsparse:3,dvdlpcmdec:3,h264parse:3,'
               'baseparse:3,libav:3', GST_DEBUG_NO_COLOR='1')
    return _lines(_run(['gst-launch-1.0', '-q', *words], env=env), AC3_IN_TSDEMUX)


def tsdemux(path, video_out, audio_caps=None, audio_out=None):
    """Writes the elementary streams to files."""
    need_elements('tsdemux')
    words = ['filesrc', 'location=' + path, '!', 'tsdemux', 'name=d', 'd.', '!', 'video/x-h264',
             '!', *ROOM, '!', 'filesink', 'location=' + video_out]
    if audio_caps:
        words += ['d.', '!', audio_caps, '!', *ROOM, '!', 'filesink', 'location=' + audio_out]
    return _launch(*words)


def tsparse(path, out):
    """It must give what it was given."""
    need_elements('tsparse')
    lines = _launch('filesrc', 'location=' + path, '!', 'tsparse', 'set-timestamps=true', '!',
                    'filesink', 'location=' + out)
    with open(path, 'rb') as given, open(out, 'rb') as got:
        return lines + ([] if given.read() == got.read() else ['tsparse changes the stream'])


def tshark(pcap_path, *fields, only=None):
    """Lines of fields, of the packets that the display filter lets through."""
    need('tshark')
    command = ['tshark', '-r', pcap_path, '-d', 'udp.port==%d,rtp' % PORT]
    if only:
        command += ['-Y', only]
    command += ['-T', 'fields'] + [word for field in fields for word in ('-e', field)]
    done = _run(command)
    if done.returncode:
        raise RuntimeError('tshark: %s' % done.stderr.decode())
    return done.stdout.decode().splitlines()


# Warnings and errors of RTP, MPEG-TS, PES and tables; a note of a jump; what is not dissected.
FLAWS = ('_ws.expert.severity >= 0x400000 or _ws.malformed', 'mp2t.cc.drop', 'not mp2t')


def wireshark(pcap_path):
    return [line for flaw in FLAWS
            for line in tshark(pcap_path, 'frame.number', '_ws.expert.message', only=flaw)]


def pcap(datagrams):
    """A capture of [(ns, datagram)], sent from one port to another on an Ethernet."""
    out = [struct.pack('<IHHiIII', 0xa1b23c4d, 2, 4, 0, 0, 65535, 1)]
    for at_ns, datagram in datagrams:
        udp = struct.pack('>HHHH', SENDER_PORT, PORT, 8 + len(datagram), 0) + datagram
        ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(udp), 0, 0x4000, 64, 17, 0,
                         bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])) + udp
        frame = bytes([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]) + ip
        out.append(struct.pack('<IIII', *divmod(at_ns, 10 ** 9), len(frame), len(frame)) + frame)
    return b''.join(out)
