# SPDX-License-Identifier: LGPL-2.1-or-later
"""Transport streams made by hand, as odd as a source may send them."""

import struct

import recording
import ts


def with_crc(head):
    """Put the CRC behind the section of a PSI packet and fill it up."""
    section = head[5:]
    return (head + struct.pack('!I', ts.crc32(section))).ljust(188, b'\xff')


def ts_packet(pid, counter, payload, start=False, pcr=None):
    """One TS packet, stuffed in the adaptation field."""
    field = b''
    if pcr is not None:
        data = bytearray(6)
        recording.write_pcr(data, 0, pcr)
        field = b'\x10' + bytes(data)
    room = 184 - len(payload)
    if room:
        field = (field or (b'\x00' if room > 1 else b'')).ljust(room - 1, b'\xff')
        field = bytes([len(field)]) + field
    assert len(field) == room, (room, field)
    control = (0x20 if room else 0) | (0x10 if payload else 0)
    return bytes([0x47, (0x40 if start else 0) | pid >> 8, pid & 255, control | counter]) \
        + field + payload


def pes(stream_id, pts, data, length=None):
    stamp = bytearray(b'\x21\x00\x01\x00\x01')
    recording.write_timestamp(stamp, 0, pts)
    size = len(data) + 8 if length is None else length
    return (b'\x00\x00\x01' + bytes([stream_id]) + struct.pack('!H', size) + b'\x84\x80\x05'
            + bytes(stamp) + data)


class Maker:
    """Puts units into packets in the order in which they are given. Times are in 90 kHz."""

    def __init__(self, streams, pmt_pid=0x100, pcr_pid=None, program=1):
        """streams: {PID: (stream type, descriptors)}; without pcr_pid the first of them is it."""
        self.streams = streams
        self.pmt_pid, self.program = pmt_pid, program
        self.pcr_pid = pcr_pid or next(iter(streams))
        self.version = 0
        self.counters = {}
        self.packets = []

    def tables(self):
        """A PAT and a PMT."""
        pat = struct.pack('>HBBBHH', 0, 0xc1 | self.version << 1, 0, 0, self.program,
                          0xe000 | self.pmt_pid)
        self._section(0, 0, pat)
        pmt = struct.pack('>HBBBHH', self.program, 0xc1 | self.version << 1, 0, 0,
                          0xe000 | self.pcr_pid, 0xf000)
        for pid, (kind, descriptors) in self.streams.items():
            pmt += struct.pack('>BHH', kind, 0xe000 | pid, 0xf000 | len(descriptors)) + descriptors
        self._section(self.pmt_pid, 2, pmt)

    def _section(self, pid, table, data):
        head = struct.pack('>BHBBBH', 0x47, 0x4000 | pid, 0x10 | self._count(pid), 0, table,
                           0xb000 | len(data) + 4)
        self.packets.append(with_crc(head + data))

    def _count(self, pid, has_payload=True):
        self.counters[pid] = self.counters.get(pid, -1) + has_payload & 15
        return self.counters[pid]

    def clock(self, ticks):
        """A packet with nothing but a PCR."""
        self.counters.setdefault(self.pcr_pid, 0)
        self.packets.append(ts_packet(self.pcr_pid, self._count(self.pcr_pid, False), b'',
                                      pcr=ticks * 300))

    def unit(self, pid, stream_id, pts, data, length=None, pcr=None, stuffed=0):
        """A PES, without a time if pts is None; stuffed: this many payload bytes less in each
        packet, for the sake of it."""
        rest = pes(stream_id, pts, data, length) if pts is not None else \
            b'\x00\x00\x01' + struct.pack('>BH', stream_id, len(data) + 3) + b'\x80\0\0' + data
        starts = True
        while rest:
            field = 8 if starts and pcr is not None else stuffed
            size = min(len(rest), 184 - field)
            self.packets.append(ts_packet(pid, self._count(pid), rest[:size], starts,
                                          pcr * 300 if field == 8 and starts else None))
            rest = rest[size:]
            starts = False

    def null(self):
        self.packets.append(b'\x47\x1f\xff\x10'.ljust(188, b'\xff'))

    def bytes(self):
        return b''.join(self.packets)
