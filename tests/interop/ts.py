# SPDX-License-Identifier: LGPL-2.1-or-later
"""MPEG transport stream with one Wi-Fi Display program: PSI, continuity, clock, PES.

An Analyser is fed with TS packets as they arrive. It keeps figures and a count of complaints; what
is only a matter of taste (PIDs, intervals) is a figure, what breaks ISO 13818-1 a complaint.
"""

import collections
import statistics

import es

PACKET_BYTES = 188
NULL_PID = 0x1fff
TYPE_AAC, TYPE_H264, TYPE_AC3, TYPE_LPCM = 0x0f, 0x1b, 0x81, 0x83
TYPE_NAMES = {TYPE_AAC: 'AAC', TYPE_H264: 'H.264', TYPE_AC3: 'AC-3', TYPE_LPCM: 'LPCM'}
CLOCK_HZ = 90_000
PCR_HZ = 27_000_000
WRAP_33 = 1 << 33
# A jump larger than this is no late packet but another time base.
JUMP_TICKS = 10 * CLOCK_HZ

AccessUnit = collections.namedtuple('AccessUnit', 'first_us last_us pts dts size idr nal_types')
Pmt = collections.namedtuple('Pmt', 'version program pcr_pid streams')


def crc32(data):
    """CRC-32/MPEG-2: over a section with its CRC the result is 0."""
    value = 0xffffffff
    for byte in data:
        value = (value << 8 & 0xffffffff) ^ _CRC_TABLE[value >> 24 ^ byte]
    return value


def _crc_row(index):
    value = index << 24
    for _ in range(8):
        value = (value << 1 ^ (0x04c11db7 if value & 0x80000000 else 0)) & 0xffffffff
    return value


_CRC_TABLE = [_crc_row(index) for index in range(256)]


def section_of(payload):
    """The PSI section that begins in a packet with payload_unit_start_indicator."""
    begin = 1 + payload[0]
    if begin + 3 > len(payload):
        raise ValueError('section begins behind the packet')
    end = begin + 3 + ((payload[begin + 1] & 15) << 8 | payload[begin + 2])
    if end > len(payload):
        raise ValueError('section is longer than one packet')
    section = bytes(payload[begin:end])
    if len(section) < 12 or crc32(section):
        raise ValueError('section has a wrong CRC')
    return section


def parse_pat(section):
    """Return {program number: PMT PID}."""
    entries = section[8:-4]
    pairs = [entries[at:at + 4] for at in range(0, len(entries) - 3, 4)]
    return {p[0] << 8 | p[1]: (p[2] & 31) << 8 | p[3] for p in pairs if p[0] or p[1]}


def parse_pmt(section):
    """Return a Pmt; streams is {PID: (stream type, [descriptor tags])}."""
    streams = {}
    at = 12 + ((section[10] & 15) << 8 | section[11])
    while at + 5 <= len(section) - 4:
        size = (section[at + 3] & 15) << 8 | section[at + 4]
        pid = (section[at + 1] & 31) << 8 | section[at + 2]
        streams[pid] = (section[at], descriptor_tags(section[at + 5:at + 5 + size]))
        at += 5 + size
    return Pmt(section[5] >> 1 & 31, section[3] << 8 | section[4],
               (section[8] & 31) << 8 | section[9], streams)


def descriptor_tags(data):
    tags = []
    at = 0
    while at + 2 <= len(data):
        tags.append(data[at])
        at += 2 + data[at + 1]
    return tags


def read_timestamp(data):
    """33 bits of PTS or DTS."""
    return ((data[0] >> 1 & 7) << 30 | data[1] << 22 | (data[2] >> 1) << 15
            | data[3] << 7 | data[4] >> 1)


def read_pcr(data):
    base = data[0] << 25 | data[1] << 17 | data[2] << 9 | data[3] << 1 | data[4] >> 7
    return base * 300 + ((data[4] & 1) << 8 | data[5])


def signed_step(new, old, modulus=WRAP_33):
    """new - old on a clock that wraps."""
    step = (new - old) % modulus
    return step - modulus if step >= modulus // 2 else step


def spread(values, digits=2):
    """Figures of a list, for a report; None for an empty one."""
    if not values:
        return None
    ordered = sorted(values)
    return {'n': len(ordered), 'min': round(ordered[0], digits),
            'median': round(statistics.median(ordered), digits),
            'p95': round(ordered[int(0.95 * (len(ordered) - 1))], digits),
            'max': round(ordered[-1], digits)}


class Pes:
    """One PES packet while its TS packets come in."""

    def __init__(self, pid, payload, now_us, pcr):
        self.pid = pid
        self.first_us = self.last_us = now_us
        self.pcr = pcr
        self.pts = self.dts = None
        self.data = bytearray()
        self.expected = 0
        self.bad = None
        self.stream_id = 0
        if len(payload) < 9 or payload[:3] != b'\x00\x00\x01':
            self.bad = 'PES without start code'
            return
        self.stream_id = payload[3]
        length = payload[4] << 8 | payload[5]
        flags, header = payload[7], payload[8]
        if flags & 0x80:
            self.pts = read_timestamp(payload[9:14])
        if flags & 0xc0 == 0xc0:
            self.dts = read_timestamp(payload[14:19])
        self.data += payload[9 + header:]
        self.expected = length - 3 - header if length else 0

    def append(self, payload, now_us):
        self.data += payload
        self.last_us = now_us

    @property
    def is_complete(self):
        return 0 < self.expected <= len(self.data)


class Stream:
    """One elementary stream of the program."""

    def __init__(self, pid, stream_type, tags):
        self.pid = pid
        self.stream_type = stream_type
        self.tags = tags
        self.pes = None
        self.count = 0
        self.size = 0
        self.stream_ids = set()
        self.unbounded = 0
        self.steps_ms = []
        self.ahead_ms = []
        self.last_pts = None
        self.checker = {TYPE_H264: es.H264Checker, TYPE_AAC: es.AdtsChecker,
                        TYPE_LPCM: es.LpcmChecker,
                        TYPE_AC3: es.Ac3Checker}.get(stream_type, lambda: None)()

    @property
    def is_video(self):
        return self.stream_type == TYPE_H264

    def report(self):
        report = {
            'pid': '0x%04x' % self.pid, 'type': '0x%02x' % self.stream_type,
            'codec': TYPE_NAMES.get(self.stream_type, 'unknown'), 'pes': self.count,
            'bytes': self.size, 'stream_ids': ['0x%02x' % i for i in sorted(self.stream_ids)],
            'descriptors': ['0x%02x' % tag for tag in self.tags],
            'pes_without_length': self.unbounded, 'pts_step_ms': spread(self.steps_ms),
            'pts_ahead_of_pcr_ms': spread(self.ahead_ms),
        }
        if self.checker:
            report.update(self.checker.report())
        return report


class Analyser:
    """on_access_unit (AccessUnit) is called for each complete video access unit."""

    def __init__(self, on_access_unit=None):
        self.on_access_unit = on_access_unit or (lambda unit: None)
        self.complaints = collections.Counter()
        self.packets = 0
        self.before_tables = 0
        self.pids = collections.Counter()
        self.continuity = {}
        self.pat_ticks, self.pmt_ticks = [], []
        self.media_ticks = []
        self.pmt_pids = {}
        self.pmt = None
        self.pmt_versions = []
        self.streams = {}
        self.pcr = None
        self.pcrs = 0
        self.pcr_steps_ms = []
        self.pcr_flagged = 0
        self.restarts = 0
        self.units = []
        self.now_us = 0
        self.ticks = 0

    def feed(self, payload, now_us=0, ticks=0):
        """Take whole TS packets. now_us: when they came; ticks: their 90 kHz RTP timestamp."""
        self.now_us, self.ticks = now_us, ticks
        self.media_ticks.append(ticks)
        for at in range(0, len(payload) - PACKET_BYTES + 1, PACKET_BYTES):
            self._packet(payload[at:at + PACKET_BYTES])

    def restart(self):
        """The stream may begin anew here (PLAY after PAUSE): compare nothing with before."""
        self.restarts += 1
        self.continuity.clear()
        self.pcr = None
        for ticks in (self.pat_ticks, self.pmt_ticks, self.media_ticks):
            ticks.append(None)
        for stream in self.streams.values():
            stream.pes = None
            stream.last_pts = None

    def finish(self):
        """Close what has no end of its own: a PES without length ends with the stream."""
        for stream in self.streams.values():
            if stream.pes and not stream.pes.expected:
                self._close(stream)

    def _packet(self, packet):
        self.packets += 1
        if packet[0] != 0x47:
            self.complaints['no sync byte'] += 1
            return
        pid = (packet[1] & 31) << 8 | packet[2]
        self.pids[pid] += 1
        if packet[1] & 0x80:
            self.complaints['transport error indicator'] += 1
        if pid == NULL_PID:
            return
        control = packet[3] >> 4 & 3
        begin = 4
        jump_allowed = False
        if control & 2:
            begin = 5 + packet[4]
            jump_allowed = self._adaptation(pid, packet)
        has_payload = bool(control & 1)
        if begin > PACKET_BYTES or (has_payload and begin == PACKET_BYTES):
            self.complaints['adaptation field fills the packet'] += 1
            return
        if self._continues(pid, packet[3] & 15, has_payload, jump_allowed) and has_payload:
            self._payload(pid, bool(packet[1] & 0x40), packet[begin:])

    def _adaptation(self, pid, packet):
        """Return whether the discontinuity indicator is set."""
        if packet[4] == 0:
            return False
        flags = packet[5]
        if flags & 0x10 and packet[4] >= 7 and self.pmt and pid == self.pmt.pcr_pid:
            self._clock(read_pcr(packet[6:12]), bool(flags & 0x80))
        return bool(flags & 0x80)

    def _clock(self, pcr, jump_allowed):
        self.pcrs += 1
        self.pcr_flagged += jump_allowed
        if self.pcr is not None and not jump_allowed:
            step = signed_step(pcr, self.pcr, WRAP_33 * 300)
            if step <= 0:
                self.complaints['PCR goes back'] += 1
            self.pcr_steps_ms.append(step * 1000 / PCR_HZ)
        self.pcr = pcr

    def _continues(self, pid, counter, has_payload, jump_allowed):
        """Check the continuity counter; False for a packet sent twice (ISO 13818-1 §2.4.3.3)."""
        last = self.continuity.get(pid)
        self.continuity[pid] = counter
        if last is None or jump_allowed:
            return True
        if has_payload and counter == last:
            self.complaints['packet sent twice'] += 1
            return False
        if counter != (last + has_payload & 15):
            self.complaints['continuity broken'] += 1
        return True

    def _payload(self, pid, is_start, payload):
        if pid == 0 or pid in self.pmt_pids:
            if is_start:
                self._section(pid, payload)
        elif pid in self.streams:
            self._pes(self.streams[pid], is_start, payload)
        elif self.pmt:
            self.complaints['PID 0x%04x is not in the PMT' % pid] += 1
        else:
            self.before_tables += 1

    def _section(self, pid, payload):
        try:
            section = section_of(payload)
        except ValueError as error:
            self.complaints['PID 0x%04x: %s' % (pid, error)] += 1
            return
        if pid == 0:
            self.pat_ticks.append(self.ticks)
            self.pmt_pids = {pmt_pid: program for program, pmt_pid in parse_pat(section).items()}
        else:
            self.pmt_ticks.append(self.ticks)
            self._program(parse_pmt(section))

    def _program(self, pmt):
        if pmt == self.pmt:
            return
        self.pmt = pmt
        self.pmt_versions.append(pmt.version)
        for pid, (stream_type, tags) in pmt.streams.items():
            if pid not in self.streams or self.streams[pid].stream_type != stream_type:
                self.streams[pid] = Stream(pid, stream_type, tags)

    def _pes(self, stream, is_start, payload):
        if is_start:
            if stream.pes:
                self._close(stream)
            stream.pes = Pes(stream.pid, payload, self.now_us, self.pcr)
        elif stream.pes:
            stream.pes.append(payload, self.now_us)
        else:
            return
        if stream.pes.is_complete:
            self._close(stream)

    def _close(self, stream):
        pes, stream.pes = stream.pes, None
        stream.count += 1
        stream.size += len(pes.data)
        stream.stream_ids.add(pes.stream_id)
        stream.unbounded += not pes.expected
        if pes.bad:
            self.complaints[pes.bad] += 1
            return
        if pes.expected and len(pes.data) != pes.expected:
            self.complaints['PES is not as long as it says'] += 1
        self._timing(stream, pes)
        nal_types = stream.checker.look(bytes(pes.data)) if stream.checker else None
        if stream.is_video:
            unit = AccessUnit(pes.first_us, pes.last_us, pes.pts, pes.dts, len(pes.data),
                              es.NAL_IDR in nal_types, nal_types)
            self.units.append(unit)
            self.on_access_unit(unit)

    def _timing(self, stream, pes):
        if pes.pts is None:
            self.complaints['PES without PTS'] += 1
            return
        if stream.last_pts is not None:
            step = signed_step(pes.pts, stream.last_pts)
            if step <= 0 and abs(step) < JUMP_TICKS:
                self.complaints['PTS goes back'] += 1
            stream.steps_ms.append(step / 90)
        stream.last_pts = pes.pts
        if pes.pcr is not None:
            stream.ahead_ms.append(signed_step(pes.pts, pes.pcr // 300) / 90)

    def video(self):
        return next((s for s in self.streams.values() if s.is_video), None)

    def audio(self):
        return next((s for s in self.streams.values() if not s.is_video), None)

    def report(self):
        pmt = self.pmt
        return {
            'packets': self.packets, 'complaints': dict(self.complaints),
            'packets_before_tables': self.before_tables,
            'pids': {'0x%04x' % pid: n for pid, n in sorted(self.pids.items())},
            'pmt_pid': pmt and '0x%04x' % next(iter(self.pmt_pids), 0),
            'pcr_pid': pmt and '0x%04x' % pmt.pcr_pid, 'pmt_versions': self.pmt_versions,
            'pat_interval_ms': spread(_intervals_ms(self.pat_ticks)),
            'pmt_interval_ms': spread(_intervals_ms(self.pmt_ticks)),
            # Where nothing was sent there could be no table either.
            'silence_ms': spread(_intervals_ms(self.media_ticks)),
            'pcrs': self.pcrs, 'pcr_interval_ms': spread(self.pcr_steps_ms),
            'restarts': self.restarts, 'pcr_jumps_announced': self.pcr_flagged,
            'idrs': sum(unit.idr for unit in self.units), 'pictures': len(self.units),
            'streams': [stream.report() for stream in self.streams.values()],
            'video': self.video() and self.video().report(),
            'audio': self.audio() and self.audio().report(),
        }


def _intervals_ms(ticks):
    """Times between entries on the RTP clock; None stands for a place where it may jump."""
    pairs = zip(ticks, ticks[1:])
    return [signed_step(b, a, 1 << 32) / 90 for a, b in pairs if None not in (a, b)]
