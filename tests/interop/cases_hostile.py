# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may send to wfdsrc's port sends what no source does, as fast as it can: no hang, no memory
without bound, NULL at once, and the next session works."""

import asyncio
import itertools
import random
import struct
import threading

import rtp
import ts
from cases_wfdsrc import NULL_MS, stage, wfdsrc
from harness import case, check

SECONDS = 3
# What waits in queues and sockets, and the largest picture; without a bound it is many times more.
GROWTH_LIMIT_KB = 120 * 1024
PARTS = '''queue name=for-video ! fakesink name=units sync=false async=false
           queue name=for-audio ! fakesink sync=false async=false'''
PMT_PID, VIDEO_PID = 0x100, 0x1011


def section(table, body):
    data = struct.pack('>BH', table, 0xb000 | len(body) + 4) + body
    return b'\0' + data + struct.pack('>I', ts.crc32(data))


def packet(pid, counter, payload, starts=False):
    head = struct.pack('>BHB', 0x47, pid | (0x4000 if starts else 0), 0x10 | counter & 15)
    return (head + payload).ljust(ts.PACKET_BYTES, b'\xff')[:ts.PACKET_BYTES]


def tables(number, stream_type=0x1b, video_pid=VIDEO_PID):
    version = 0xc1 | (number & 31) << 1
    pat = section(0, struct.pack('>HBBBHH', 1, 0xc1, 0, 0, 1, 0xe000 | PMT_PID))
    pmt = section(2, struct.pack('>HBBBHHBHH', 1, version, 0, 0, 0xe000 | video_pid, 0xf000,
                                 stream_type, 0xe000 | video_pid, 0xf000))
    return packet(0, number, pat, True) + packet(PMT_PID, number, pmt, True)


# Each gives datagrams without end; packets are those of a good stream.

def numbered(payloads):
    for number, payload in enumerate(payloads):
        yield rtp.build(number & 0xffff, number * 90 & 0xffffffff, 1, payload)


def noise(packets):
    while True:
        yield random.randbytes(random.randrange(1500))


def tiny(packets):
    for number in itertools.count():
        yield bytes([number & 255])


def huge(packets):
    """More than any buffer: a whole IP datagram of TS packets."""
    return numbered(itertools.repeat(b''.join(packets[:348])))


def spoiled(packets):
    """Some bits of each datagram are other ones."""
    good = numbered(b''.join(packets[at:at + 7])
                    for at in itertools.cycle(range(0, len(packets) - 7, 7)))
    for datagram in good:
        data = bytearray(datagram)
        for _ in range(random.randrange(4)):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
        yield bytes(data)


def scattered(packets):
    """Sequence numbers and senders at random: all waits for something."""
    body = b''.join(packets[:7])
    while True:
        yield rtp.build(random.randrange(0x10000), 0, random.randrange(3), body)


def gaps(packets):
    """Each second packet is missing, so that all others are kept."""
    body = b''.join(packets[:7])
    for number in itertools.count():
        yield rtp.build(number * 2 & 0xffff, 0, 1, body)


def endless(packets):
    """A picture that never ends, with and without anything that could be one."""
    yield from numbered(itertools.chain(
        [tables(0) + packet(VIDEO_PID, 0, b'\0\0\1\xe0\0\0\x80\0\0\0\0\0\1\x65\x88', True)],
        (b''.join(packet(VIDEO_PID, counter + i, b'\x77' * 184) for i in range(7))
         for counter in itertools.count(1, 7))))


def slices(packets):
    """Nothing but beginnings of pictures."""
    return numbered(itertools.chain([tables(0)], (
        b''.join(packet(VIDEO_PID, counter + i, b'\0\0\1\xe0\0\0\x80\0\0' + b'\0\0\1\x65\x88' * 35,
                        True) for i in range(7)) for counter in itertools.count(0, 7))))


def versions(packets):
    """Each PMT has another version, PID and type."""
    types = 0x1b, 0x24, 0x0f, 0x83, 0x02
    return numbered(tables(number, types[number % 5], 0x200 + number % 0x1000)
                    for number in itertools.count())


def memory_kb(pid, name):
    with open('/proc/%d/status' % pid, encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ':'))


class Flood:
    """async with Flood (session, datagrams): they are sent all the time."""

    def __init__(self, session, datagrams):
        self.media, self.datagrams = session.media, datagrams
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._send, daemon=True)
        self.sent = 0

    def _send(self):
        for datagram in self.datagrams:
            if self.stopping.is_set():
                return
            try:
                self.media.socket.sendto(datagram, self.media.destination)
            except OSError:
                continue  # nobody is there any more
            self.sent += 1

    async def __aenter__(self):
        self.thread.start()
        return self

    async def __aexit__(self, *_):
        self.stopping.set()
        self.thread.join()


async def hostile_case(machine, make):
    """The flood goes on until NULL is done."""
    async with stage(machine, wfdsrc(parts=PARTS)) as scene:
        pipeline = scene.pipeline
        session = await scene.session()
        session.media.play = lambda: None
        await session.open()
        before_kb = memory_kb(pipeline.process.pid, 'VmRSS')
        async with Flood(session, make(scene.stream.packets)) as flood:
            await asyncio.sleep(SECONDS)  # it is what happens meanwhile that counts
            stats = await pipeline.get('w', 'stats')
            await pipeline.set_null(NULL_MS)
        growth_kb = memory_kb(pipeline.process.pid, 'VmHWM') - before_kb
        print('%d datagrams, %d KiB more, %s' % (flood.sent, growth_kb, stats))
        check(growth_kb < GROWTH_LIMIT_KB, 'memory grew by %d KiB', growth_kb)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())
        session.close()
        session = await scene.session()
        await session.open()
        await pipeline.more('units', 20)
        await scene.end()


for _make in noise, tiny, huge, spoiled, scattered, gaps, endless, slices, versions:
    case('wfdsrc-hostile-' + _make.__name__, family='wfdsrc-hostile', make=_make)(hostile_case)
