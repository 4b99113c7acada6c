# SPDX-License-Identifier: LGPL-2.1-or-later
"""The media side of a sink: an RTP and an RTCP socket, what came in, and what was wrong with it."""

import asyncio
import collections
import socket
import struct
import time

import rtp
import ts

SO_TIMESTAMPNS = 35  # Linux, not in the socket module
SO_RCVBUFFORCE = 33
RECEIVE_BUFFER_BYTES = 8 << 20
DATAGRAMS_PER_TURN = 256


def _udp_socket(address, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
    except OSError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setblocking(False)
    sock.bind((address, port))
    return sock


def open_port_pair(address, port=0):
    """Bind an even port and the next one; any free pair if port is 0."""
    if port:
        return _udp_socket(address, port), _udp_socket(address, port + 1)
    for candidate in range(19000, 20000, 2):
        try:
            first = _udp_socket(address, candidate)
        except OSError:
            continue
        try:
            return first, _udp_socket(address, candidate + 1)
        except OSError:
            first.close()
    raise OSError('no free pair of UDP ports')


class Receiver:
    """Reads, writes the transport stream to a file, analyses, and lets others wait for pictures."""

    def __init__(self, events, address='127.0.0.1', port=0, out_path=None,
                 keep=False):
        self.events = events
        self.rtp_socket, self.rtcp_socket = open_port_pair(address, port)
        self.port = self.rtp_socket.getsockname()[1]
        self.out = open(out_path, 'wb') if out_path else None
        # [(µs, datagram)] as they came, if they are to be kept.
        self.datagrams = [] if keep else None
        self.counter = rtp.Counter()
        self.analyser = ts.Analyser(self._on_access_unit)
        self.rtcp_types = collections.Counter()
        self.bad_datagrams = 0
        self.pictures = 0
        self.idrs = 0
        self.last_us = 0
        self.senders = set()
        self.waiting = []
        self.ended = False
        self.packets_after_end = 0

    def start(self):
        loop = asyncio.get_running_loop()
        loop.add_reader(self.rtp_socket, self._read_rtp)
        loop.add_reader(self.rtcp_socket, self._read_rtcp)

    def stop(self):
        loop = asyncio.get_running_loop()
        for sock in (self.rtp_socket, self.rtcp_socket):
            loop.remove_reader(sock)
            sock.close()
        self.analyser.finish()
        if self.out:
            self.out.close()

    def end(self):
        """From here on nothing may come any more; what does is counted apart."""
        self.ended = True

    def restart(self):
        self.analyser.restart()

    def _read_rtp(self):
        for _ in range(DATAGRAMS_PER_TURN):
            try:
                data, ancillary, _, sender = self.rtp_socket.recvmsg(65536, 256)
            except BlockingIOError:
                break
            self._on_datagram(data, _arrival_us(ancillary), sender)
        self._wake()

    def _read_rtcp(self):
        try:
            self.rtcp_types.update(rtp.rtcp_types(self.rtcp_socket.recv(65536)))
        except BlockingIOError:
            pass

    def _on_datagram(self, data, now_us, sender):
        if self.ended:
            self.packets_after_end += 1
            return
        try:
            packet = rtp.parse(data)
        except ValueError:
            self.bad_datagrams += 1
            return
        if not self.counter.packets:
            self.events.note('rtp')
        if self.datagrams is not None:
            self.datagrams.append((now_us, data))
        self.last_us = now_us
        self.senders.add(sender)
        self.counter.count(packet)
        self.analyser.feed(packet.payload, now_us, packet.timestamp)
        if self.out:
            self.out.write(packet.payload)

    def _on_access_unit(self, unit):
        self.pictures += 1
        if self.pictures == 1:
            self.events.note('picture')
        if unit.idr:
            self.idrs += 1
            self.events.note('idr', picture=self.pictures, bytes=unit.size)

    def _wake(self):
        for is_true, future in self.waiting:
            if not future.done() and is_true():
                future.set_result(None)
        self.waiting = [entry for entry in self.waiting if not entry[1].done()]

    async def _until(self, is_true, timeout_s, what):
        if is_true():
            return
        future = asyncio.get_running_loop().create_future()
        self.waiting.append((is_true, future))
        try:
            await asyncio.wait_for(future, timeout_s)
        except asyncio.TimeoutError:
            raise TimeoutError('no %s within %g s (%d packets, %d pictures so far)' % (
                what, timeout_s, self.counter.packets, self.pictures)) from None

    async def wait_pictures(self, count, timeout_s=20):
        """Wait for so many more pictures."""
        goal = self.pictures + count
        await self._until(lambda: self.pictures >= goal, timeout_s, '%d pictures' % count)

    async def wait_idr(self, timeout_s=10):
        """Wait for one more IDR; return the seconds until its first packet came."""
        begin_us = time.clock_gettime_ns(time.CLOCK_REALTIME) // 1000
        goal = self.idrs + 1
        await self._until(lambda: self.idrs >= goal, timeout_s, 'IDR')
        unit = next(unit for unit in reversed(self.analyser.units) if unit.idr)
        return (unit.first_us - begin_us) / 1e6

    async def wait_quiet(self, quiet_s=0.3, timeout_s=5):
        """Wait until nothing has come for quiet_s."""
        deadline = time.monotonic() + timeout_s
        seen = self.counter.packets
        while time.monotonic() < deadline:
            await asyncio.sleep(quiet_s)  # the time of quiet is what is waited for
            if self.counter.packets == seen:
                return
            seen = self.counter.packets
        raise TimeoutError('RTP goes on after %g s' % timeout_s)

    def report(self):
        return {
            'rtp': self.counter.report(), 'ts': self.analyser.report(),
            'rtcp_types': dict(self.rtcp_types), 'bad_datagrams': self.bad_datagrams,
            'packets_after_end': self.packets_after_end,
            'senders': ['%s:%d' % sender for sender in sorted(self.senders)],
        }


def _arrival_us(ancillary):
    """The kernel's stamp, so that our own slowness is not measured."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) >= 16:
            seconds, nanoseconds = struct.unpack('qq', data[:16])
            return seconds * 1_000_000 + nanoseconds // 1000
    return time.clock_gettime_ns(time.CLOCK_REALTIME) // 1000
