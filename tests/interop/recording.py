# SPDX-License-Identifier: LGPL-2.1-or-later
"""A recorded transport stream, cast as if it were live: paced by its PCR, without end, restamped.

A recording cannot be asked for a key frame, but it has many: the Caster jumps to the next one and
rewrites PCR, PTS, DTS and continuity counters so that the stream goes on without a seam.
"""

import bisect
import collections

import es
import rtp
import ts


class Recording:
    """The packets of a file with their times, and where the pictures and the key frames begin."""

    def __init__(self, data):
        self.packets = [data[at:at + ts.PACKET_BYTES]
                        for at in range(0, len(data) - ts.PACKET_BYTES + 1, ts.PACKET_BYTES)]
        self.tables = {}
        self.pmt = None
        self._read_tables()
        self._drop_foreign()
        self.video_pid = next(pid for pid, (kind, _) in self.pmt.streams.items()
                              if kind == ts.TYPE_H264)
        self.pictures = [i for i, p in enumerate(self.packets)
                         if pid_of(p) == self.video_pid and starts_unit(p)]
        self.keys = [i for i in self.pictures if self._is_key(i)]
        if not self.keys:
            raise ValueError('the recording has no key frame')
        self.times = self._interpolate()

    @classmethod
    def load(cls, path):
        with open(path, 'rb') as file:
            return cls(file.read())

    def _read_tables(self):
        for packet in self.packets:
            pid = pid_of(packet)
            if not starts_unit(packet):
                continue
            if pid == 0 and 0 not in self.tables:
                self.tables[0] = packet
                programs = ts.parse_pat(ts.section_of(payload_of(packet)))
                pmt_pid = next(iter(programs.values()))
            elif 0 in self.tables and pid == pmt_pid:
                self.tables[pid] = packet
                self.pmt = ts.parse_pmt(ts.section_of(payload_of(packet)))
                return
        raise ValueError('the recording has no PAT and PMT')

    def _drop_foreign(self):
        """Without SDT and whatever else is not part of the program."""
        known = {*self.tables, *self.pmt.streams, self.pmt.pcr_pid}
        self.packets = [packet for packet in self.packets if pid_of(packet) in known]

    def _is_key(self, index):
        """Look into the first packets of the picture, as parameter sets may be long."""
        data = payload_of(self.packets[index])
        data = data[9 + data[8]:]
        for packet in self.packets[index + 1:index + 60]:
            if pid_of(packet) == self.video_pid:
                if starts_unit(packet):
                    break
                data += payload_of(packet)
        return any(nal[0] & 31 == es.NAL_IDR for nal in es.nal_units(data))

    def _interpolate(self):
        """The time of each packet on the 27 MHz clock, between PCRs by their distance."""
        marks = [(i, pcr_of(p)) for i, p in enumerate(self.packets)
                 if pid_of(p) == self.pmt.pcr_pid and pcr_of(p) is not None]
        return between_clocks(marks, len(self.packets))

    def new_caster(self, first_pcr):
        return Caster(self, first_pcr)

    def next_key(self, index):
        """The first key frame at or behind the packet, or the first of all."""
        at = bisect.bisect_left(self.keys, index)
        return self.keys[at] if at < len(self.keys) else self.keys[0]


def between_clocks(marks, count):
    """The time of each of so many packets, of which those in marks have one: [(index, time)]."""
    if len(marks) < 2:
        raise ValueError('the recording has no clock')
    positions = [i for i, _ in marks]
    times = []
    for index in range(count):
        right = min(max(bisect.bisect_right(positions, index), 1), len(marks) - 1)
        (i0, t0), (i1, t1) = marks[right - 1], marks[right]
        times.append(t0 + (t1 - t0) * (index - i0) / (i1 - i0))
    return times


def pid_of(packet):
    return (packet[1] & 31) << 8 | packet[2]


def starts_unit(packet):
    return bool(packet[1] & 0x40)


def payload_of(packet):
    control = packet[3] >> 4 & 3
    if not control & 1:
        return b''
    return packet[5 + packet[4]:] if control & 2 else packet[4:]


def pcr_of(packet):
    if packet[3] & 0x20 and packet[4] >= 7 and packet[5] & 0x10:
        return ts.read_pcr(packet[6:12])
    return None


def write_timestamp(data, at, value):
    """Put 33 bits of PTS or DTS into their place; the marks around them stay."""
    value %= ts.WRAP_33
    data[at] = data[at] & 0xf1 | value >> 29 & 0x0e
    data[at + 1] = value >> 22 & 0xff
    data[at + 2] = value >> 14 & 0xfe | 1
    data[at + 3] = value >> 7 & 0xff
    data[at + 4] = value << 1 & 0xfe | 1


def write_pcr(data, at, value):
    value %= ts.WRAP_33 * 300
    base, extension = divmod(value, 300)
    data[at:at + 4] = (base >> 1).to_bytes(4, 'big')
    data[at + 4] = (base & 1) << 7 | 0x7e | extension >> 8
    data[at + 5] = extension & 0xff


class Caster:
    """Gives the packets of a recording one after another, for ever. Times are 27 MHz ticks.

    first_pcr: where the clock begins; near 2^33 * 300 it wraps in the middle of the session.
    """

    def __init__(self, recording, first_pcr=0):
        self.recording = recording
        self.index = recording.keys[0]
        self.offset = int(first_pcr - recording.times[self.index])
        self.counters = {}
        self.key_wanted = False
        self.pictures = 0
        self.queue = collections.deque(self._tables())

    def time(self):
        """When the next packet is due."""
        return self.recording.times[self.index] + self.offset

    def want_key(self):
        """The next picture shall be a key frame (M13)."""
        self.key_wanted = True

    def pause(self):
        """Return what completes the units that have begun; call it where at_picture()."""
        return [self._stamp(packet) for packet in self._rest_of_others()]

    def resume(self, time):
        """Go on with a key frame at this time, after pause()."""
        self._go_to(self.recording.next_key(self.index), time)

    def next(self):
        """Return the next packet, restamped."""
        if self.queue:
            return self._stamp(self.queue.popleft())
        if self.index >= len(self.recording.packets) - 1:
            self._jump(self.recording.keys[0], self.time())
            return self.next()
        if self.key_wanted and self.at_picture():
            self.key_wanted = False
            self._jump(self.recording.next_key(self.index), self.time())
            return self.next()
        self.pictures += self.at_picture()
        packet = self.recording.packets[self.index]
        self.index += 1
        return self._stamp(packet)

    def at_picture(self):
        """Whether the next packet begins a picture."""
        packet = self.recording.packets[self.index]
        return starts_unit(packet) and pid_of(packet) == self.recording.video_pid

    def _tables(self):
        return [self.recording.tables[pid] for pid in sorted(self.recording.tables)]

    def _jump(self, index, time):
        """Let the next packet be this one, at this time; end what is unfinished first."""
        self.queue.extend(self._rest_of_others())
        self._go_to(index, time)

    def _go_to(self, index, time):
        self.queue.extend(self._tables())
        self.index = index
        self.offset = int(time - self.recording.times[index])

    def _rest_of_others(self):
        """The packets that complete the PES of the other streams."""
        rest = []
        open_pids = set(self.recording.pmt.streams) - {self.recording.video_pid}
        for packet in self.recording.packets[self.index:self.index + 500]:
            pid = pid_of(packet)
            if pid in open_pids and starts_unit(packet):
                open_pids.discard(pid)
            elif pid in open_pids:
                rest.append(packet)
        return rest

    def _stamp(self, packet):
        data = bytearray(packet)
        pid = pid_of(packet)
        has_payload = bool(packet[3] & 0x10)
        counter = self.counters.get(pid, -1) + has_payload & 15
        self.counters[pid] = counter
        data[3] = data[3] & 0xf0 | counter
        pcr = pcr_of(packet)
        if pcr is not None:
            write_pcr(data, 6, pcr + self.offset)
        if starts_unit(packet) and pid in self.recording.pmt.streams:
            self._stamp_pes(data)
        return bytes(data)

    def _stamp_pes(self, data):
        begin = 5 + data[4] if data[3] & 0x20 else 4
        flags = data[begin + 7]
        for flag, at in ((0x80, begin + 9), (0x40, begin + 14)):
            if flags & flag and at + 5 <= len(data):
                value = ts.read_timestamp(data[at:at + 5])
                write_timestamp(data, at, value + self.offset // 300)


class Once:
    """Gives the packets of a transport stream as they are, each at its time, and then no more."""

    def __init__(self, data):
        self.packets = [data[at:at + ts.PACKET_BYTES]
                        for at in range(0, len(data), ts.PACKET_BYTES)]
        self.index = self.pictures = 0
        clock = [(index, pcr_of(packet)) for index, packet in enumerate(self.packets)
                 if pcr_of(packet) is not None]
        self.times = between_clocks(clock, len(self.packets)) if data else [0]

    def new_caster(self, first_pcr):
        return self

    def time(self):
        return self.times[min(self.index, len(self.times) - 1)]

    def next(self):
        if self.index == len(self.packets):
            return None
        self.index += 1
        return self.packets[self.index - 1]

    def at_picture(self):
        return False

    def want_key(self):
        """There is none to be had."""

    def pause(self):
        return []

    def resume(self, time):
        pass


class RtpSender:
    """Puts TS packets into RTP and sends them, with the flaws a network or a source may have.

    loss: every so-many-th packet is not sent; swap, double likewise.
    timestamps: 'pcr' as the standard says, 'zero', or 'jumping' by minutes.
    """

    def __init__(self, send, sequence=0, ssrc=1, payload_type=rtp.MP2T, loss=0, swap=0, double=0,
                 timestamps='pcr', markers=False):
        self.send = send
        self.sequence = sequence
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.loss, self.swap, self.double = loss, swap, double
        self.timestamps = timestamps
        self.markers = markers
        self.count = 0
        self.held = None

    def cast(self, packets, ticks, ends_frame):
        """Send up to 7 TS packets; ticks is their time in 90 kHz."""
        stamp = {'pcr': ticks, 'zero': 0, 'jumping': ticks + self.count // 50 * 90000 * 300}
        data = rtp.build(self.sequence, int(stamp[self.timestamps]), self.ssrc, b''.join(packets),
                         self.payload_type, int(self.markers and ends_frame))
        self.sequence = self.sequence + 1 & 0xffff
        self.count += 1
        if self.loss and self.count % self.loss == 0:
            return
        if self.swap and self.count % self.swap == 0 and self.held is None:
            self.held = data
            return
        self.send(data)
        if self.held is not None:
            self.send(self.held)
            self.held = None
        if self.double and self.count % self.double == 0:
            self.send(data)
