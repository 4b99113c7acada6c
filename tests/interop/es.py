# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elementary streams: what H.264, ADTS and WFD LPCM say about themselves."""

import collections
import re

NAL_SLICE, NAL_IDR, NAL_SEI, NAL_SPS, NAL_PPS, NAL_AUD = 1, 5, 6, 7, 8, 9
START_CODE = re.compile(b'\x00\x00\x01')
ADTS_RATES_HZ = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)

Sps = collections.namedtuple(
    'Sps', 'profile_idc constraints level_idc width height chroma progressive')
Slice = collections.namedtuple('Slice', 'first_macroblock type')


class Bits:
    """Reads bits from the most significant one on."""

    def __init__(self, data):
        self.value = int.from_bytes(data, 'big')
        self.left = 8 * len(data)

    def take(self, count):
        if count > self.left:
            raise ValueError('out of bits')
        self.left -= count
        return self.value >> self.left & ((1 << count) - 1)

    def ue(self):
        """Exp-Golomb, unsigned (H.264 §9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self):
        value = self.ue()
        return (value + 1) // 2 if value & 1 else -(value // 2)


def nal_units(data):
    """The NAL units of a byte stream, without start codes and the zeros before the next one."""
    starts = [match.end() for match in START_CODE.finditer(data)]
    ends = [start - 3 for start in starts[1:]] + [len(data)]
    return [data[start:end].rstrip(b'\x00') for start, end in zip(starts, ends) if end > start]


def _payload(nal, limit=256):
    """The bits behind the NAL header, without the emulation prevention bytes."""
    return Bits(nal[1:limit].replace(b'\x00\x00\x03', b'\x00\x00'))


def pictures(data, codec='h264'):
    """The access units of a byte stream with delimiters, each from its delimiter to the next."""
    pattern = {'h264': rb'\x00\x00\x00\x01\x09', 'hevc': rb'\x00\x00\x00\x01\x46'}[codec]
    begins = [found.start() for found in re.finditer(pattern, data)]
    assert begins[0] == 0
    return [data[begin:end] for begin, end in zip(begins, begins[1:] + [len(data)])]


def adts_frames(data):
    frames = []
    while data:
        assert data[0] == 0xff and data[1] & 0xf6 == 0xf0
        size = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
        frames.append(data[:size])
        data = data[size:]
    return frames


def ac3_frames(data):
    """All frames are as long as the distance of the first two syncwords that fit."""
    size = next(at for at in range(64, len(data)) if data[at:at + 2] == b'\x0b\x77'
                and data[at + 4] == data[4] and len(data) % at == 0)
    return [data[at:at + size] for at in range(0, len(data), size)]


def parse_sps(nal):
    bits = _payload(nal)
    profile, constraints, level = bits.take(8), bits.take(8), bits.take(8)
    bits.ue()
    chroma = 1
    if profile in (100, 110, 122, 244, 44, 83, 86, 118, 128):
        chroma = bits.ue()
        _skip_high_profile(bits, chroma)
    bits.ue()
    _skip_picture_order(bits)
    bits.ue()
    bits.take(1)
    width, height = 16 * (bits.ue() + 1), 16 * (bits.ue() + 1)
    progressive = bits.take(1)
    height *= 2 - progressive
    if not progressive:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        unit_x, unit_y = (1 if chroma in (0, 3) else 2), (2 if chroma == 1 else 1)
        unit_y *= 2 - progressive
        width -= unit_x * (bits.ue() + bits.ue())
        height -= unit_y * (bits.ue() + bits.ue())
    return Sps(profile, constraints, level, width, height, chroma, bool(progressive))


def _skip_high_profile(bits, chroma):
    if chroma == 3:
        bits.take(1)
    bits.ue()
    bits.ue()
    bits.take(1)
    if bits.take(1):
        raise ValueError('scaling matrices')


def _skip_picture_order(bits):
    kind = bits.ue()
    if kind == 0:
        bits.ue()
    elif kind == 1:
        bits.take(1)
        bits.se()
        bits.se()
        for _ in range(bits.ue()):
            bits.se()


def pps_uses_cabac(nal):
    bits = _payload(nal)
    bits.ue()
    bits.ue()
    return bool(bits.take(1))


def parse_slice(nal):
    bits = _payload(nal, 24)
    return Slice(bits.ue(), bits.ue() % 5)


SLICE_NAMES = 'PBIps'


class H264Checker:
    """Looks at access units one by one and keeps what the stream is and what is wrong with it."""

    def __init__(self):
        self.sps = None
        self.sps_seen = []
        self.cabac = False
        self.slice_types = collections.Counter()
        self.slices_per_picture = collections.Counter()
        self.complaints = collections.Counter()
        self.started = False

    def look(self, data):
        """Return the NAL types of one access unit; the argument is the payload of one PES."""
        nals = nal_units(data)
        types = [nal[0] & 31 for nal in nals]
        if not self.started:
            self.started = True
            if NAL_IDR not in types:
                self.complaints['the first picture is no IDR'] += 1
        pictures = 0
        slices = 0
        for nal, kind in zip(nals, types):
            try:
                pictures += self._look_at(nal, kind)
            except ValueError as error:
                self.complaints['NAL type %d: %s' % (kind, error)] += 1
            slices += kind in (NAL_SLICE, NAL_IDR)
        self.slices_per_picture[slices] += 1
        if NAL_IDR in types and not {NAL_SPS, NAL_PPS} <= set(types[:types.index(NAL_IDR)]):
            self.complaints['an IDR without SPS and PPS before it'] += 1
        if pictures != 1:
            self.complaints['a PES with %d pictures' % pictures] += 1
        return types

    def _look_at(self, nal, kind):
        """Return 1 if a picture begins with this NAL unit."""
        if kind == NAL_SPS:
            sps = parse_sps(nal)
            if sps != self.sps:
                self.sps = sps
                self.sps_seen.append(sps)
        elif kind == NAL_PPS:
            self.cabac |= pps_uses_cabac(nal)
        elif kind in (NAL_SLICE, NAL_IDR):
            found = parse_slice(nal)
            self.slice_types[SLICE_NAMES[found.type]] += 1
            return found.first_macroblock == 0
        return 0

    @property
    def is_constrained_baseline(self):
        """What WFD 2.1 table 6 allows in CBP: profile 66 or flags that say so, CAVLC, I and P."""
        return (self.sps is not None and self.sps.profile_idc == 66
                and bool(self.sps.constraints & 0x40) and not self.cabac
                and set(self.slice_types) <= {'P', 'I'})

    def report(self):
        sps = self.sps
        return {
            'profile_idc': sps and sps.profile_idc, 'constraints': sps and '%02x' % sps.constraints,
            'level_idc': sps and sps.level_idc, 'width': sps and sps.width,
            'height': sps and sps.height, 'formats': len(self.sps_seen), 'cabac': self.cabac,
            'slice_types': dict(self.slice_types), 'constrained_baseline':
            self.is_constrained_baseline, 'complaints': dict(self.complaints),
            'slices_per_picture': dict(self.slices_per_picture),
        }


class AdtsChecker:
    """Follows ADTS frames through the PES payloads, which need not end with a frame."""

    def __init__(self):
        self.rest = b''
        self.frames = 0
        self.formats = set()
        self.complaints = collections.Counter()

    def look(self, data):
        data = self.rest + data
        at = 0
        while at + 7 <= len(data):
            if data[at] != 0xff or data[at + 1] & 0xf6 != 0xf0:
                self.complaints['ADTS sync lost'] += 1
                at = len(data)
                break
            length = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
            if length < 7:
                self.complaints['ADTS frame of %d bytes' % length] += 1
                at = len(data)
                break
            if at + length > len(data):
                break
            self.frames += 1
            self.formats.add(_adts_format(data[at:at + 4]))
            at += length
        self.rest = data[at:]

    def report(self):
        return {'frames': self.frames, 'formats': sorted(self.formats),
                'complaints': dict(self.complaints)}


def _adts_format(head):
    profile = ('main', 'LC', 'SSR', 'LTP')[head[2] >> 6]
    index = head[2] >> 2 & 15
    rate = ADTS_RATES_HZ[index] if index < len(ADTS_RATES_HZ) else 0
    channels = (head[2] & 1) << 2 | head[3] >> 6
    return 'AAC %s %d Hz %d ch' % (profile, rate, channels)


class LpcmChecker:
    """The private header of WFD 2.1 App. B table 106, and how many samples follow it."""

    def __init__(self):
        self.samples = 0
        self.formats = set()
        self.complaints = collections.Counter()

    def look(self, data):
        if len(data) < 4 or data[0] != 0xa0:
            self.complaints['no LPCM header'] += 1
            return
        rate = {1: 44100, 2: 48000}.get(data[3] >> 3 & 7, 0)
        bits = {0: 16}.get(data[3] >> 6, 0)
        channels = (data[3] & 7) + 1
        self.formats.add('LPCM %d Hz %d bit %d ch' % (rate, bits, channels))
        if data[1] * 80 * channels * 2 != len(data) - 4:
            self.complaints['%d access units in %d bytes' % (data[1], len(data) - 4)] += 1
        self.samples += (len(data) - 4) // (2 * channels)

    def report(self):
        return {'samples': self.samples, 'formats': sorted(self.formats),
                'complaints': dict(self.complaints)}


AC3_BITRATES_KBPS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512,
                     576, 640)


class Ac3Checker:
    """Frames of AC-3 at 48 kHz (ATSC A/52), of which each PES holds one or more."""

    def __init__(self):
        self.frames = 0
        self.formats = set()
        self.complaints = collections.Counter()

    def look(self, data):
        while data:
            code = data[4] if len(data) > 6 else 255
            if data[:2] != b'\x0b\x77' or code >> 6 or code >> 1 >= len(AC3_BITRATES_KBPS):
                self.complaints['AC-3 sync lost'] += 1
                return
            size = AC3_BITRATES_KBPS[code >> 1] * 4
            if size > len(data):
                self.complaints['AC-3 frame cut'] += 1
                return
            self.frames += 1
            self.formats.add('AC-3 48000 Hz mode %d' % (data[6] >> 5))
            data = data[size:]

    def report(self):
        return {'frames': self.frames, 'formats': sorted(self.formats),
                'complaints': dict(self.complaints)}
