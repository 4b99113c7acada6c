# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a Wi-Fi Display source may send, to the byte (WFD 2.1 App. B and D): stricter than ts.py, which
says what a sink should get along with, and with eyes of its own for each packet.

Judges datagrams: [(arrival in µs, bytes)] of one session without a pause.
"""

import collections
import struct

import machine
import ts

PID_PAT, PID_PMT, PID_PCR, PID_VIDEO, PID_AUDIO = 0, 0x0100, 0x1000, 0x1011, 0x1100
PCR_LIMIT_MS, TABLE_LIMIT_MS = 40, 100
# Behind the clock nothing can be played; a decoder need not hold more than a second (H.222.0 §2.7.9).
AHEAD_LIMIT_MS = 1000
RTP_BYTES = 12
# Of machine.slowness ().
SLOW = 1

# Stream type, stream id, descriptors that must be there, and their bytes where they are fixed.
KINDS = {
    'H264': (0x1b, 0xe0, {0x28: 4, 0x2a: 2}),
    'AAC': (0x0f, 0xc0, {0x2b: 3}),
    'LPCM': (0x83, 0xbd, {0x83: 2}),
    'AC3': (0x81, 0xbd, {0x81: None}),
}
LPCM_QUALITY = {48000: 0x11, 44100: 0x09}
LPCM_DESCRIPTOR = {48000: bytes([0x46]), 44100: bytes([0x26])}
# An AAC frame that is longer, as with eight channels, has a PES of its own.
MAX_AAC_BYTES, MAX_AC3_BYTES = 2020, 2560


class Judge:
    """complaints is a Counter; the other members are what the stream is."""

    def __init__(self, datagrams, audio=None, audio_rate_hz=48000, late_ms=0):
        self.kinds = {PID_VIDEO: 'H264'}
        if audio:
            self.kinds[PID_AUDIO] = audio
        self.audio_rate_hz = audio_rate_hz
        self.late_ms = late_ms
        self.complaints = collections.Counter()
        self.continuity = {}
        self.pes = {}
        self.came = {}
        self.units = collections.defaultdict(list)  # PID: [(PTS, payload)]
        self.clock = []                             # (PCR, arrival, RTP timestamp)
        self.tables = collections.defaultdict(list)
        self.descriptors = {}
        self.now_us = self.ticks = 0
        self.last_sequence = None
        self.ssrc = None
        for now_us, data in datagrams:
            self._datagram(now_us, data)
        for pid in list(self.pes):
            self._close(pid)
        self._judge_clock()
        self._judge_tables()
        self._judge_times()

    def _say(self, condition, text, *values):
        if not condition:
            self.complaints[text % values if values else text] += 1
        return bool(condition)

    # RTP.

    def _datagram(self, now_us, data):
        first, second, sequence, self.ticks, ssrc = struct.unpack('!BBHII', data[:RTP_BYTES])
        self.now_us = now_us
        self._say(first == 0x80, 'RTP begins with %02x', first)
        self._say(second & 0x7f == 33, 'payload type %d', second & 0x7f)
        self._say(self.ssrc in (None, ssrc), 'another SSRC')
        self._say(self.last_sequence is None or sequence == (self.last_sequence + 1) & 0xffff,
                  'RTP out of sequence')
        self.ssrc, self.last_sequence = ssrc, sequence
        packets, rest = divmod(len(data) - RTP_BYTES, ts.PACKET_BYTES)
        if self._say(not rest and 1 <= packets <= 7, 'a datagram of %d bytes', len(data)):
            for at in range(RTP_BYTES, len(data), ts.PACKET_BYTES):
                self._packet(data[at:at + ts.PACKET_BYTES])

    # Transport packets.

    def _packet(self, packet):
        pid = (packet[1] & 31) << 8 | packet[2]
        control = packet[3] >> 4 & 3
        self._say(packet[0] == 0x47, 'no sync byte')
        self._say(not packet[1] & 0x80 and not packet[3] & 0xc0, 'error or scrambling indicated')
        if not self._say(control, 'neither payload nor adaptation field'):
            return
        begin = self._adaptation(pid, packet) if control & 2 else 4
        if pid == PID_PCR:
            self._pcr(packet)
        elif self._say(control & 1 and begin < ts.PACKET_BYTES, 'PID %04x without payload', pid):
            self._counted(pid, packet[3] & 15)
            self._payload(pid, packet[1] & 0x40, packet[begin:])

    def _adaptation(self, pid, packet):
        size = packet[4]
        end = 5 + size
        if size:
            flags = packet[5]
            stuffing = packet[6 + (6 if flags & 0x10 else 0):end]
            self._say(not flags & 0x0f, 'adaptation field with flags %02x', flags)
            self._say(pid == PID_PCR or not flags & 0x10, 'PCR on PID %04x', pid)
            self._say(set(stuffing) <= {0xff}, 'stuffing that is not ff')
        return end

    def _counted(self, pid, counter):
        last = self.continuity.get(pid)
        self._say(last is None or counter == (last + 1) & 15, 'PID %04x: counter %s after %s', pid,
                  counter, last)
        self.continuity[pid] = counter

    def _pcr(self, packet):
        # As AOSP writes it, payload_unit_start_indicator and all.
        self._say(packet[1:5] == b'\x50\x00\x20\xb7', 'a PCR packet begins with %s',
                  packet[:6].hex())
        if self._say(packet[5] & 0x7f == 0x10, 'a PCR packet with flags %02x', packet[5]):
            self.clock.append((ts.read_pcr(packet[6:12]), self.now_us, self.ticks))

    def _payload(self, pid, starts, payload):
        if pid in (PID_PAT, PID_PMT):
            self._say(starts, 'a table in several packets')
            self._table(pid, payload)
        elif self._say(pid in self.kinds, 'PID %04x', pid):
            self._say(self.clock and self.tables[PID_PAT] and self.tables[PID_PMT],
                      'media before the tables and the clock')
            if starts:
                if pid in self.pes:
                    self._close(pid)
                self.pes[pid] = bytearray(payload)
            elif self._say(pid in self.pes, 'PID %04x begins in the middle', pid):
                self.pes[pid] += payload
            # When the last of a unit came: before its PTS, or it would be shown too late.
            self.came[pid] = self.clock[-1][0] if self.clock else None

    # Tables.

    def _table(self, pid, payload):
        try:
            section = ts.section_of(payload)
        except ValueError as error:
            self._say(False, 'PID %04x: %s', pid, error)
            return
        self._say(payload[0] == 0 and set(payload[1 + len(section):]) <= {0xff},
                  'a table that is not filled up with ff')
        self._say(section[5] == 0xc3, 'PID %04x: version byte %02x', pid, section[5])
        self._say(section[6:8] == b'\0\0', 'several sections')
        self.tables[pid].append((self.now_us, self.ticks, bytes(section)))
        if pid == PID_PAT:
            self._say(section[:12] == bytes.fromhex('00b00d0000c300000001e100'), 'PAT %s',
                      section.hex())
        else:
            self._pmt(section)

    def _pmt(self, section):
        self._say(section[0] == 2 and section[1] & 0xf0 == 0xb0 and section[3:5] == b'\0\1',
                  'PMT %s', section.hex())
        self._say(section[8:12] == bytes.fromhex('f000f000'), 'PMT %s', section.hex())
        found = {}
        at = 12
        while at < len(section) - 4:
            pid = (section[at + 1] & 31) << 8 | section[at + 2]
            size = (section[at + 3] & 15) << 8 | section[at + 4]
            found[pid] = section[at], dict(_descriptors(section[at + 5:at + 5 + size]))
            at += 5 + size
        if self._say(list(found) == sorted(self.kinds), 'streams %s',
                     ['%04x' % pid for pid in found]):
            for pid, kind in self.kinds.items():
                self._stream(kind, *found[pid])

    def _stream(self, kind, stream_type, descriptors):
        wanted, _, tags = KINDS[kind]
        self._say(stream_type == wanted, '%s has type %02x', kind, stream_type)
        for tag, size in tags.items():
            data = descriptors.get(tag)
            if self._say(data is not None, '%s lacks descriptor %02x', kind, tag):
                self._say(size in (None, len(data)), '%s: descriptor %02x is %s', kind, tag,
                          data.hex())
        self.descriptors[kind] = descriptors
        if kind == 'LPCM' and 0x83 in descriptors:
            self._say(descriptors[0x83][:1] == LPCM_DESCRIPTOR[self.audio_rate_hz]
                      and descriptors[0x83][1] >> 5 == 1, 'LPCM: descriptor 83 is %s',
                      descriptors[0x83].hex())

    # Packets of the elementary streams.

    def _close(self, pid):
        kind, data = self.kinds[pid], bytes(self.pes.pop(pid))
        if not self._say(len(data) > 14 and data[:3] == b'\0\0\1', '%s: no PES', kind):
            return
        length, header = data[4] << 8 | data[5], data[8]
        self._say(data[3] == KINDS[kind][1], '%s on stream id %02x', kind, data[3])
        self._say(data[6] & 0xf0 == 0x80, '%s: PES flags %02x', kind, data[6])
        self._say(data[7] == 0x80, '%s: PES flags %02x', kind, data[7])
        self._say(header >= 5 and set(data[14:9 + header]) <= {0xff}, '%s: PES header %s', kind,
                  data[:9 + header].hex())
        self._say(data[9] & 0xf1 == 0x21 and data[11] & 1 and data[13] & 1, 'PTS %s',
                  data[9:14].hex())
        payload = data[9 + header:]
        if length:
            self._say(length == len(data) - 6, '%s: PES of %d bytes says %d', kind, len(data) - 6,
                      length)
        else:
            self._say(kind == 'H264' and len(data) - 6 > 0xffff, '%s: PES without length', kind)
        if kind != 'H264':
            self._say(header == 7, '%s: %d bytes of PES header', kind, header)
        self.units[pid].append((ts.read_timestamp(data[9:14]), payload))
        self._ahead(kind, ts.read_timestamp(data[9:14]), self.came[pid])
        getattr(self, '_payload_' + kind)(data, payload)

    def _ahead(self, kind, pts, pcr):
        if pcr is not None:
            ahead_ms = ts.signed_step(pts, pcr // 300) / 90
            self._say(0 <= ahead_ms <= AHEAD_LIMIT_MS, '%s is %s its clock', kind,
                      'behind' if ahead_ms < 0 else 'too far before')

    def _payload_H264(self, data, payload):
        self._say(data[6] & 4, 'H264: not called aligned')
        self._say(payload.startswith((b'\0\0\0\1\x09', b'\0\0\1\x09')), 'H264: no delimiter first')

    def _payload_AAC(self, data, payload):
        at = frames = 0
        while at + 7 <= len(payload):
            size = (payload[at + 3] & 3) << 11 | payload[at + 4] << 3 | payload[at + 5] >> 5
            if not self._say(payload[at] == 0xff and payload[at + 1] & 0xf6 == 0xf0 and size > 7,
                             'AAC: no ADTS'):
                return
            at += size
            frames += 1
        self._say(at == len(payload), 'AAC: not whole frames')
        self._say(at <= MAX_AAC_BYTES or frames == 1, 'AAC: %d bytes in a PES', at)

    def _payload_LPCM(self, data, payload):
        head = bytes([0xa0, 6, 0, LPCM_QUALITY[self.audio_rate_hz]])
        self._say(data[4:6] == b'\x07\x8e' and len(payload) == 1924, 'LPCM: PES of %d bytes',
                  len(data) - 6)
        self._say(payload[:4] == head, 'LPCM: header %s', payload[:4].hex())

    def _payload_AC3(self, data, payload):
        self._say(payload[:2] == b'\x0b\x77', 'AC3: no frame')
        self._say(len(payload) <= MAX_AC3_BYTES, 'AC3: %d bytes in a PES', len(payload))

    # All of it.

    def _judge_clock(self):
        """In time, on a line with the arrival, and the one that RTP has."""
        if not self._say(len(self.clock) > 2, 'no clock'):
            return
        for (before, *_), (after, *_) in zip(self.clock, self.clock[1:]):
            step_ms = ts.signed_step(after, before, ts.WRAP_33 * 300) / 27000
            self._say(0 < step_ms <= PCR_LIMIT_MS + self.late_ms, 'PCR after %.0f ms', step_ms)
        begin, begin_us, _ = self.clock[0]
        offsets_ms = [(now_us - begin_us) / 1000
                      - ts.signed_step(pcr, begin, ts.WRAP_33 * 300) / 27000
                      for pcr, now_us, _ in self.clock]
        middle = sorted(offsets_ms)[len(offsets_ms) // 2]
        apart = sorted(abs(offset - middle) for offset in offsets_ms)[len(offsets_ms) // 2]
        self._say(apart <= 1, 'PCR is %.1f ms from the time it was sent', apart)
        half = len(offsets_ms) // 2
        drift_ms = min(offsets_ms[half:]) - min(offsets_ms[:half])
        self._say(abs(drift_ms) <= 1, 'PCR drifts by %.1f ms', drift_ms)
        ticks = [ts.signed_step(ticks, pcr // 300, 1 << 32) for pcr, _, ticks in self.clock]
        self._say(max(ticks) - min(ticks) <= 90, 'RTP and PCR differ by %d to %d ticks', min(ticks),
                  max(ticks))

    def _judge_tables(self):
        for pid in PID_PAT, PID_PMT:
            entries = self.tables[pid]
            self._say(entries, 'PID %04x never came', pid)
            self._say(len({section for *_, section in entries}) <= 1, 'PID %04x changes', pid)
            for (_, before, _), (_, after, _) in zip(entries, entries[1:]):
                step_ms = ts.signed_step(after, before, 1 << 32) / 90
                self._say(step_ms <= TABLE_LIMIT_MS + self.late_ms, 'PID %04x after %.0f ms', pid,
                          step_ms)

    def _judge_times(self):
        for pid, units in self.units.items():
            for (before, _), (after, _) in zip(units, units[1:]):
                self._say(ts.signed_step(after, before) > 0, '%s: PTS goes back', self.kinds[pid])

    def payloads(self, pid):
        return [payload for _, payload in self.units[pid]]

    def times(self, pid):
        """PTS from the first on, over the wrap."""
        first = self.units[pid][0][0]
        return [ts.signed_step(pts, first) for pts, _ in self.units[pid]]


def _descriptors(data):
    at = 0
    while at + 2 <= len(data):
        yield data[at], bytes(data[at + 2:at + 2 + data[at + 1]])
        at += 2 + data[at + 1]


def judge_places(times, places):
    """Whether each is at its place, a tick more or less; None if so. What a busy machine was too slow for comes later."""
    offsets = [time - place for time, place in zip(times, places)]
    late = sum(offset > min(offsets) + 2 for offset in offsets)
    if late and machine.slowness() <= SLOW:
        return '%d of %d are late, by %.1f ticks at most' % (late, len(offsets), max(offsets) - min(offsets))
    return None
