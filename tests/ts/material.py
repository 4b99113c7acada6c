# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elementary streams to cast, made by ffmpeg and cut into units; records."""

import os
import struct
import subprocess
import sys
import unittest

import machine
import ts
from es import ac3_frames, adts_frames, pictures  # noqa: F401 (for the tests)

FRAME_NS = 1_000_000_000 // 30
RTP_BYTES = 12
TS_BYTES = 188
AAC_SAMPLES, AC3_SAMPLES = 1024, 1536

X264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline',
        '-pix_fmt', 'yuv420p', '-g', '15', '-x264-params', 'aud=1:sliced-threads=0:threads=1']
X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '15',
        '-x265-params', 'aud=1:log-level=none:bframes=0:repeat-headers=1:pools=1:frame-threads=1']


def need(*programs):
    try:
        machine.need(*programs)
    except machine.Missing as missing:
        raise unittest.SkipTest(str(missing)) from missing


def need_elements(*elements):
    try:
        machine.need_elements(*elements)
    except machine.Missing as missing:
        raise unittest.SkipTest(str(missing)) from missing


def main():
    """As unittest.main (), but 77 tells meson that nothing could be tested here."""
    result = unittest.main(verbosity=2, exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(77 if len(result.skipped) >= max(result.testsRun, 1) else 0)


def run(command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=120, **options)


def ffmpeg(*arguments):
    need('ffmpeg')
    return run(['ffmpeg', '-nostdin', '-y', '-v', 'warning', *arguments])


def video(path, codec, seconds=3, size='640x480', rate='4M'):
    """An elementary stream; returns its bytes."""
    options = {'h264': X264, 'hevc': X265}[codec]
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=%s:r=30' % size, '-t', str(seconds), *options, '-b:v',
           rate, '-f', codec, path)
    return read(path)


def audio(path, form, codec, seconds=3, rate=48000, channels=2, options=()):
    ffmpeg('-f', 'lavfi', '-i', 'sine=f=440:r=%d' % rate, '-t', str(seconds), '-ac', str(channels),
           '-c:a', codec, *options, '-f', form, path)
    return read(path)


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def write(path, data):
    with open(path, 'wb') as file:
        file.write(data)
    return path


def first_difference(got, expected):
    """None if two lists of bytes are the same; else where they are not, in a few words."""
    for i, (one, other) in enumerate(zip(got, expected)):
        if one != other:
            at = next((at for at, pair in enumerate(zip(one, other)) if pair[0] != pair[1]),
                      min(len(one), len(other)))
            return 'unit %d differs at %d: it has %d bytes and should have %d' % (
                i, at, len(one), len(other))
    return None if len(got) == len(expected) else '%d units, should be %d' % (
        len(got), len(expected))


# --- records ---

VIDEO, AUDIO, SILENCE, RESTART = range(4)


def timed(units, kind, step_ns, begin_ns=1_000_000_000):
    return [(begin_ns + int(i * step_ns), kind, unit) for i, unit in enumerate(units)]


def cast(units, video='none', audio='none', rate=48000, channels=2):
    """Returns [(ns, datagram)] for [(ns, kind, unit)]."""
    packed = b''.join(struct.pack('>QQQ', at_ns, kind, len(unit)) + unit
                      for at_ns, kind, unit in sorted(units, key=lambda unit: unit[:2]))
    out = run([os.environ['WFD_TS_CAST'], video, audio, str(rate), str(channels)],
              input=packed).stdout
    datagrams = []
    at = 0
    while at < len(out):
        at_ns, size = struct.unpack_from('>QQ', out, at)
        datagrams.append((at_ns, out[at + 16:at + 16 + size]))
        at += 16 + size
    return datagrams


FLAG_KEY, FLAG_LOSSY, FLAG_DISCONT, FLAG_RESTART = 1, 2, 4, 8
CODECS = ('none', 'h264', 'h265', 'lpcm', 'aac', 'ac3', 'eac3')


class Unit:
    def __init__(self, is_video, codec, flags, pts, at_ns, data):
        self.is_video = bool(is_video)
        self.codec = CODECS[codec]
        self.flags = flags
        self.pts = pts
        self.at_ns = at_ns
        self.data = data


def catch(datagrams):
    """Returns ([Unit], {counter: number}) for [(ns, datagram)]."""
    packed = b''.join(struct.pack('>QQ', at_ns, len(datagram)) + datagram
                      for at_ns, datagram in datagrams)
    done = run([os.environ['WFD_TS_CATCH']], input=packed)
    units = []
    at = 0
    while at < len(done.stdout):
        *head, size = struct.unpack_from('>QQQqqQ', done.stdout, at)
        at += 48
        units.append(Unit(*head, done.stdout[at:at + size]))
        at += size
    counted = dict(field.split('=') for field in done.stderr.decode().split())
    return units, {name: int(number) for name, number in counted.items()}


def payload(datagrams):
    """The transport stream."""
    return b''.join(datagram[RTP_BYTES:] for _, datagram in datagrams)


def clock_references(ts_bytes):
    """[(offset, ns)] of the packets with PCR."""
    found = []
    for at in range(0, len(ts_bytes), TS_BYTES):
        if ts_bytes[at + 3] & 0x20 and ts_bytes[at + 4] >= 7 and ts_bytes[at + 5] & 0x10:
            found.append((at, ts.read_pcr(ts_bytes[at + 6:at + 12]) * 1000 // 27))
    return found


def datagrams_of(ts_bytes, per_datagram=7):
    """A transport stream in RTP, each packet at the time its clock has there."""
    size = TS_BYTES * per_datagram
    references = clock_references(ts_bytes)
    datagrams = []
    i = 0
    for number, at in enumerate(range(0, len(ts_bytes), size)):
        while i + 2 < len(references) and references[i + 1][0] <= at:
            i += 1
        (before, before_ns), (after, after_ns) = references[i], references[i + 1]
        at_ns = before_ns + (at - before) * (after_ns - before_ns) // (after - before)
        at_ns = max(at_ns, datagrams[-1][0] if datagrams else 0)
        datagrams.append((at_ns, struct.pack('>BBHII', 0x80, 33, number & 0xffff,
                                             at_ns * 9 // 100000 & 0xffffffff, 77)
                          + ts_bytes[at:at + size]))
    return datagrams
