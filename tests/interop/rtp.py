# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTP packets as Wi-Fi Display sends them (WFD 2.1 App. B.1, RFC 2250): read, write, count."""

import collections
import struct

TS_PACKET_BYTES = 188
MP2T = 33
MAX_TS_PER_PACKET = 7

Packet = collections.namedtuple('Packet', 'payload_type marker sequence timestamp ssrc payload')


def parse(data):
    """Return a Packet, or raise ValueError if this is no RTP."""
    if len(data) < 12:
        raise ValueError('%d bytes are too short for RTP' % len(data))
    first, second, sequence, timestamp, ssrc = struct.unpack('!BBHII', data[:12])
    if first >> 6 != 2:
        raise ValueError('RTP version is %d' % (first >> 6))
    begin = 12 + 4 * (first & 15)
    if first & 0x10:
        if len(data) < begin + 4:
            raise ValueError('RTP extension is cut off')
        begin += 4 + 4 * struct.unpack('!H', data[begin + 2:begin + 4])[0]
    end = len(data)
    if first & 0x20:
        end -= data[-1]
    if begin > end:
        raise ValueError('RTP header is longer than the packet')
    return Packet(second & 0x7f, second >> 7, sequence, timestamp, ssrc, data[begin:end])


def build(sequence, timestamp, ssrc, payload, payload_type=MP2T, marker=0):
    return struct.pack('!BBHII', 0x80, marker << 7 | payload_type, sequence & 0xffff,
                       timestamp & 0xffffffff, ssrc) + payload


def rtcp_types(data):
    """The packet types in a compound RTCP packet: 200 SR, 201 RR, 202 SDES, 203 BYE, 205, 206."""
    types = []
    at = 0
    while at + 4 <= len(data):
        types.append(data[at + 1])
        at += 4 + 4 * struct.unpack('!H', data[at + 2:at + 4])[0]
    return types


class Counter:
    """Counts what was lost, doubled or out of order, over the wrap at 65535, per SSRC."""

    def __init__(self):
        self.packets = 0
        self.lost = 0
        self.reordered = 0
        self.doubled = 0
        self.markers = 0
        self.payload_types = collections.Counter()
        self.sizes = collections.Counter()
        self.ssrcs = []
        self.complaints = collections.Counter()
        self.highest = None
        self.recent = collections.deque(maxlen=64)
        self.first_sequence = None
        self.first_timestamp = None

    def count(self, packet):
        self.packets += 1
        self.markers += packet.marker
        self.payload_types[packet.payload_type] += 1
        self.sizes[len(packet.payload)] += 1
        if not self.ssrcs or self.ssrcs[-1] != packet.ssrc:
            self._restart(packet)
        else:
            self._follow(packet.sequence)
        self.recent.append(packet.sequence)
        for complaint in payload_complaints(packet):
            self.complaints[complaint] += 1

    def _restart(self, packet):
        if not self.ssrcs:
            self.first_sequence = packet.sequence
            self.first_timestamp = packet.timestamp
        self.ssrcs.append(packet.ssrc)
        self.recent.clear()
        self.highest = packet.sequence

    def _follow(self, sequence):
        step = (sequence - self.highest) & 0xffff
        if sequence in self.recent:
            self.doubled += 1
        elif step < 0x8000:
            self.lost += step - 1
            self.highest = sequence
        else:
            self.reordered += 1
            self.lost = max(0, self.lost - 1)

    def report(self):
        return {
            'packets': self.packets, 'lost': self.lost, 'reordered': self.reordered,
            'doubled': self.doubled, 'markers': self.markers,
            'payload_types': dict(self.payload_types),
            'payload_bytes': {str(size): n for size, n in sorted(self.sizes.items())},
            'ssrcs': ['%08x' % ssrc for ssrc in self.ssrcs],
            'first_sequence': self.first_sequence, 'first_timestamp': self.first_timestamp,
            'complaints': dict(self.complaints),
        }


def payload_complaints(packet):
    """What is not as App. B.1 wants it."""
    complaints = []
    size = len(packet.payload)
    if packet.payload_type != MP2T:
        complaints.append('payload type %d' % packet.payload_type)
    if size == 0 or size % TS_PACKET_BYTES:
        complaints.append('payload of %d bytes' % size)
    if size > MAX_TS_PER_PACKET * TS_PACKET_BYTES:
        complaints.append('more than 7 TS packets')
    if any(packet.payload[at] != 0x47 for at in range(0, size, TS_PACKET_BYTES)):
        complaints.append('a TS packet without sync byte')
    return complaints
