# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sound that says which channel it is and whether any of it is missing: a tone of its own in each."""

import array
import math
import struct
import sys

# Front left and right, centre, low frequencies, back and side: what an encoder takes them for.
# Each is a whole number of waves in a window, so that one does not leak into another.
TONES_HZ = {2: (500, 900), 4: (500, 900, 1300, 1700), 6: (500, 900, 1300, 100, 1700, 2100),
            8: (500, 900, 1300, 100, 1700, 2100, 2500, 2900)}
CHANNEL_MASKS = {2: 0x3, 4: 0x107, 6: 0x3f, 8: 0x63f}
WINDOWS_PER_S = 100
LEVEL = 8000


def samples(rate_hz, channels, seconds):
    """Interleaved signed 16-bit samples."""
    tables = [[round(LEVEL * math.sin(2 * math.pi * tone * i / rate_hz))
               for i in range(rate_hz // WINDOWS_PER_S)] for tone in TONES_HZ[channels]]
    window = array.array('h', [table[i] for i in range(rate_hz // WINDOWS_PER_S)
                               for table in tables])
    return window * int(seconds * WINDOWS_PER_S)


def to_bytes(values, big_endian):
    if big_endian != (sys.byteorder == 'big'):
        values = array.array('h', values)
        values.byteswap()
    return values.tobytes()


def from_bytes(data, big_endian):
    values = array.array('h', data[:len(data) // 2 * 2])
    if big_endian != (sys.byteorder == 'big'):
        values.byteswap()
    return values


def write_wav(path, rate_hz, channels, values):
    """With a channel mask, without which more than two channels mean nothing."""
    data = to_bytes(values, big_endian=False)
    pcm = bytes.fromhex('0100000000001000800000aa00389b71')
    form = struct.pack('<HHIIHHHHI', 0xfffe, channels, rate_hz, rate_hz * channels * 2,
                       channels * 2, 16, 22, 16, CHANNEL_MASKS[channels]) + pcm
    with open(path, 'wb') as file:
        file.write(b'RIFF' + struct.pack('<I', 4 + 8 + len(form) + 8 + len(data)) + b'WAVE')
        file.write(b'fmt ' + struct.pack('<I', len(form)) + form)
        file.write(b'data' + struct.pack('<I', len(data)) + data)


def windows(values, rate_hz, channels):
    """For each channel what its tone is like in each window: [(level, phase, strange share)]."""
    size = rate_hz // WINDOWS_PER_S
    found = []
    for channel, tone in enumerate(TONES_HZ[channels]):
        own = values[channel::channels]
        waves = [2 * math.pi * tone * i / rate_hz for i in range(size)]
        sines, cosines = [math.sin(w) for w in waves], [math.cos(w) for w in waves]
        found.append([_measure(own[at:at + size], sines, cosines)
                      for at in range(0, len(own) - size + 1, size)])
    return found


def _measure(part, sines, cosines):
    size = len(part)
    real = sum(a * b for a, b in zip(part, sines)) * 2 / size
    imaginary = sum(a * b for a, b in zip(part, cosines)) * 2 / size
    power = sum(a * a for a in part) / size
    level = math.hypot(real, imaginary)
    strange = 1 - level * level / 2 / power if power > 0 else 0
    return level, math.atan2(imaginary, real), strange


def complaints(values, rate_hz, channels, seconds, slack_s):
    """Whether these are the samples that were put in, as a lossy codec gives them back: in each
    channel its own tone, as long as it was, without a gap. Before and after it may be silence."""
    found = []
    for channel, measured in enumerate(windows(values, rate_hz, channels)):
        heard = [at for at, (level, *_) in enumerate(measured) if level > LEVEL / 10]
        if not heard:
            found.append('channel %d has no tone of %d Hz' % (channel, TONES_HZ[channels][channel]))
            continue
        # Its begin and end are not whole windows.
        whole = measured[heard[0] + 5:heard[-1] - 4]
        length_s = (heard[-1] + 1 - heard[0]) / WINDOWS_PER_S
        if abs(length_s - seconds) > slack_s:
            found.append('channel %d lasts %.2f s, should be %.2f' % (channel, length_s, seconds))
        bad = [number for number, (level, phase, strange) in enumerate(whole)
               if not 0.7 < level / LEVEL < 1.3 or strange > 0.15
               or abs(math.remainder(phase - whole[0][1], 2 * math.pi)) > 0.3]
        if bad:
            found.append('channel %d errs in %d of %d windows, first %d: %s' % (
                channel, len(bad), len(whole), bad[0], whole[bad[0]]))
    return found
