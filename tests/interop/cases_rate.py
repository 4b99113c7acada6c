# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsink casts over a link of which the test says what it carries, and how it is measured: what the
sink of plain sockets gets follows it, and whatever is told of it ends in a sane rate."""

import asyncio
import contextlib
import re
import socket
import subprocess
import time

import machine as machine_parts
import modes
from cases_wfdsink import stage
from harness import case, check

# Of IP, UDP and RTP.
HEAD_BYTES = 40
TELL_S = 0.004
GOOD_KBPS = 20000
LEAST_KBPS, MOST_KBPS = 200, 10000


class Link:
    """Tells what a driver would of a queue that drains at kbps; its socket is what wfdsink reads."""

    def __init__(self, machine):
        self.machine = machine
        self.kbps = GOOD_KBPS
        self.lies = ()        # lines instead of the truth, in turn
        self.connections = 0
        self.connection = None
        self.sink = None
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.bind(machine.path('link'))
        self.socket.listen()
        self.socket.setblocking(False)
        machine.env['GST_WFD_EMULATED_LINK'] = machine.path('link')

    def sent_bytes(self):
        sizes = self.sink.media.counter.sizes if self.sink else {}
        return sum((size + HEAD_BYTES) * count for size, count in sizes.items())

    async def serve(self):
        while True:
            self.connection, _ = await asyncio.get_running_loop().sock_accept(self.socket)
            self.connections += 1
            with contextlib.suppress(OSError):
                await self._tell()

    async def _tell(self):
        left_bytes, number, last = 0, 0, time.monotonic()
        while True:
            await asyncio.sleep(TELL_S)
            now = time.monotonic()
            left_bytes = min(left_bytes + self.kbps * 125 * (now - last), self.sent_bytes())
            last, number = now, number + 1
            line = self.lies[number % len(self.lies)] if self.lies else 'queue %d' % left_bytes
            with contextlib.suppress(BlockingIOError):
                self.connection.send(line.encode() + b'\n', socket.MSG_DONTWAIT)

    def vanish(self):
        self.connection.shutdown(socket.SHUT_RDWR)

    def warnings(self):
        """What the rate control has warned of in the log of the pipeline."""
        with open(self.machine.path('pipeline.log'), encoding='utf-8', errors='replace') as file:
            return [line.strip() for line in file if re.search(r'WARN +wfdrate ', line)]


@contextlib.asynccontextmanager
async def cast(machine, formats, properties='', source=None, lossless=True, emulated=True, **parameters):
    """A session over a Link, after its first pictures. Pictures are left out before they become packets,
    so none of those is lost, unless it is said that nothing leaves. Or over loopback, as the kernel tells of it."""
    mode = modes.find(formats[0])
    source = source or ('videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=180,'
                        'framerate=%d/1 ! queue' % mode.rate_hz)
    link = Link(machine)
    if not emulated:
        del machine.env['GST_WFD_EMULATED_LINK']
    serving = asyncio.ensure_future(link.serve())
    description = '''wfdsink name=w address=127.0.0.1 rtsp-port=7236 after-session=wait
        min-bitrate=%d max-bitrate=%d start-bitrate=2000 video-formats="%s" %s %s ! w. ''' % (
            LEAST_KBPS, MOST_KBPS, ', '.join(formats), properties, source)
    try:
        async with stage(machine, description) as scene:
            link.sink = scene.sink(parameters=dict(
                wfd_video_formats=modes.offer([modes.find(name) for name in formats], 'cbp'),
                wfd_audio_codecs='none', **parameters))
            await link.sink.open()
            await link.sink.media.wait_pictures(mode.rate_hz)
            yield scene, link
            check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
            rtp = link.sink.media.counter.report()
            check(not lossless or rtp['lost'] == rtp['doubled'] == 0, 'RTP: %s', rtp)
    finally:
        serving.cancel()


async def measure(link, seconds):
    """Return the kbit/s on the wire and the pictures a second, over so many."""
    begin, sent, pictures = time.monotonic(), link.sent_bytes(), link.sink.media.pictures
    await asyncio.sleep(seconds)  # what comes in this time is what is measured
    took = time.monotonic() - begin
    return (link.sent_bytes() - sent) / took / 125, (link.sink.media.pictures - pictures) / took


async def check_sane(scene, link):
    """The rate is one that may be, and pictures come."""
    kbps = int(await scene.pipeline.get('w', 'suggested-bitrate'))
    check(LEAST_KBPS <= kbps <= MOST_KBPS, 'told %d kbit/s', kbps)
    await link.sink.media.wait_pictures(30)


async def follows_case(machine, profile, mode):
    """What is sent is what the link carries, most of it and no more, before and after a fall."""
    async with cast(machine, [mode], 'rate-profile=%s adapt-format=false' % profile) as (
            scene, link):
        for carries in (4000, 1000):
            link.kbps = carries
            await measure(link, 2)
            kbps, rate = await measure(link, 4)
            check(carries * 0.5 / machine_parts.slowness() < kbps < carries * 1.05,
                  '%d of %d kbit/s', kbps, carries)
            check(rate > 0.8 * modes.find(mode).rate_hz / machine_parts.slowness(),
                  '%.1f pictures a second at %d kbit/s', rate, carries)
        stats = await scene.pipeline.get('w', 'stats')
        check(re.search(r'rate-signal\W+string\W+queue', stats), 'statistics: %s', stats)
        check(not link.warnings(), 'warnings: %s', link.warnings())


for _profile, _mode in (('balanced', '1280x720p24'), ('balanced', '1280x720p30'),
                        ('low-latency', '1280x720p30'), ('low-latency', '640x480p60')):
    case('rate-%s-%s' % (_profile, _mode.rpartition('p')[2]), profile=_profile,
         mode=_mode)(follows_case)


def picture_of(sink):
    sps = sink.media.analyser.video().checker.sps
    return '%dx%d' % (sps.width, sps.height)


async def wait_for_picture(sink, m4_count, mode):
    await sink.wait_event('m4', 40, count=m4_count)
    check(modes.selected(sink.agreed['wfd_video_formats'])[0] == modes.find(mode), 'M4: %s',
          sink.agreed)
    for _ in range(100):
        if picture_of(sink) == mode.partition('p')[0]:
            return
        await sink.media.wait_pictures(1)
    check(False, 'the picture is %s', picture_of(sink))


@case('rate-smaller-picture')
async def smaller_picture(machine):
    """Too few bits for the picture: M4 asks for a smaller one, which comes, and later for the other."""
    large, small = '1280x720p30', '640x360p30'
    async with cast(machine, [large, small]) as (_, link):
        check(picture_of(link.sink) == '1280x720', 'it begins with %s', picture_of(link.sink))
        link.kbps = 600
        await wait_for_picture(link.sink, 2, small)
        link.kbps = GOOD_KBPS
        await wait_for_picture(link.sink, 3, large)
        await link.sink.media.wait_pictures(30)


@case('rate-off')
async def off(machine):
    """With rate-control=off nobody asks for the link, and the bit rate is what it was set to."""
    async with cast(machine, ['1280x720p30'], 'rate-control=off bitrate=3000') as (scene, link):
        link.kbps = 500
        kbps, rate = await measure(link, 4)
        check(link.connections == 0, 'the link was asked')
        check(2000 / machine_parts.slowness() < kbps < 4500, '%d kbit/s', kbps)
        check(rate > 24 / machine_parts.slowness(), '%.1f pictures a second', rate)
        stats = await scene.pipeline.get('w', 'stats')
        check('rate-signal' not in stats, 'statistics: %s', stats)


async def peer_maximum_case(machine, properties):
    """More than the peer says it takes (microsoft_max_bitrate) is not sent, whoever decides."""
    async with cast(machine, ['1280x720p30'], properties, microsoft_max_bitrate='1500000') as (scene, link):
        await measure(link, 1)
        kbps, rate = await measure(link, 4)
        # On the wire, with what comes beside the picture.
        check(1000 / machine_parts.slowness() < kbps < 1500 * 1.15, '%d kbit/s', kbps)
        check(rate > 24 / machine_parts.slowness(), '%.1f pictures a second', rate)
        told = int(await scene.pipeline.get('w', 'suggested-bitrate'))
        check(told <= 1500, 'told %d kbit/s', told)


case('rate-peer-maximum', properties='')(peer_maximum_case)
case('rate-off-peer-maximum', properties='rate-control=off bitrate=6000')(peer_maximum_case)


@case('rate-peer-maximum-below-a-kilobit')
async def peer_maximum_below_a_kilobit(machine):
    """As little as can be, which is not what a peer gets that says nothing."""
    async with cast(machine, ['640x360p30'], microsoft_max_bitrate='500') as (scene, _):
        told = int(await scene.pipeline.get('w', 'suggested-bitrate'))
        check(told == 1, 'told %d kbit/s', told)


@case('rate-application-obeys')
async def application_obeys(machine):
    """An encoder of the application that is told what wfdsink suggests: all of its pictures get through."""
    source = '''videotestsrc is-live=true pattern=snow ! video/x-raw,width=640,height=360,framerate=30/1 !
        x264enc name=app tune=zerolatency speed-preset=ultrafast bitrate=2000 vbv-buf-capacity=50 !
        video/x-h264,profile=constrained-baseline'''
    async with cast(machine, ['640x360p30'], source=source) as (scene, link):
        async def obey():
            told = None
            while True:
                suggested = await scene.pipeline.get('w', 'suggested-bitrate')
                if suggested != told:
                    await scene.pipeline.tell('set app bitrate %s' % suggested)
                told = suggested
                await asyncio.sleep(TELL_S)

        obeying = asyncio.ensure_future(obey())
        try:
            for carries in (4000, 1500):
                link.kbps = carries
                await measure(link, 2)
                kbps, rate = await measure(link, 4)
                check(carries * 0.5 / machine_parts.slowness() < kbps < carries * 1.05,
                      '%d of %d kbit/s', kbps, carries)
                check(rate > 24 / machine_parts.slowness(), '%.1f pictures a second at %d kbit/s', rate,
                      carries)
        finally:
            obeying.cancel()
        check(not link.warnings(), 'warnings: %s', link.warnings())


@case('rate-link-vanishes')
async def vanishes(machine):
    """What the link is measured by goes away while it casts."""
    async with cast(machine, ['1280x720p30']) as (scene, link):
        link.vanish()
        await check_sane(scene, link)
        stats = await scene.pipeline.get('w', 'stats')
        check('rate-problem' in stats, 'statistics: %s', stats)
        check(len(link.warnings()) == 1, 'warnings: %s', link.warnings())


@case('rate-interface-vanishes')
async def interface_vanishes(machine):
    """The way to the display goes with its interface while it casts, and comes back."""
    async with cast(machine, ['1280x720p30'], lossless=False, emulated=False) as (scene, link):
        subprocess.run(['ip', 'address', 'flush', 'dev', 'lo'], check=True)
        await asyncio.sleep(2)  # nothing comes that could be waited for
        kbps = int(await scene.pipeline.get('w', 'suggested-bitrate'))
        check(LEAST_KBPS <= kbps <= MOST_KBPS, 'told %d kbit/s', kbps)
        warnings = [str(entry) for entry in scene.pipeline.all('warning')]
        check(len(warnings) == 1 and 'does not take the stream' in warnings[0], 'told: %s', warnings)
        subprocess.run(['ip', 'address', 'add', '127.0.0.1/8', 'dev', 'lo'], check=True)
        await check_sane(scene, link)


# In all of them nothing leaves the queue.
LIES = {
    'go-back': ('queue 0', 'station 65000 100 10 5000 0', 'station 65000 50 5 2500 0'),
    'wrap': ('queue 1', 'station 65000 4294967295 4294967295 4294967295 0',
             'station 65000 0 0 0 0'),
    'vanish': ('station 65000 100 10 5000 0', 'station - - - - -', 'queue 0'),
}


async def lies_case(machine, lies):
    """What is told of the link cannot be."""
    async with cast(machine, ['1280x720p30'], lossless=False) as (scene, link):
        link.lies = lies
        await measure(link, 7)
        await check_sane(scene, link)
        # One line for each kind: what wraps both jumps and goes back.
        told = [line.partition('note_lie: ')[2] for line in link.warnings()]
        check(told and len(set(told)) == len(told), 'warnings: %s', link.warnings())
        link.lies = ()
        await link.sink.media.wait_pictures(60)


for _name, _lies in LIES.items():
    case('rate-statistics-%s' % _name, lies=_lies)(lies_case)


async def encoder_ignores_case(machine, carries):
    """An encoder of the application makes what it likes: the peer gets what the link carries.

    A key picture of it takes the slow one more than a second.
    """
    source = '''videotestsrc is-live=true pattern=snow ! video/x-raw,width=1280,height=720,
        framerate=30/1 ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=6000 cabac=false !
        video/x-h264,profile=constrained-baseline'''
    async with cast(machine, ['1280x720p30'], source=source) as (scene, link):
        link.kbps = carries
        await measure(link, 3)
        kbps, _ = await measure(link, 5)
        check(kbps < carries * 1.1, '%d of %d kbit/s', kbps, carries)
        check(len(link.warnings()) == 1, 'warnings: %s', link.warnings())
        link.kbps = GOOD_KBPS
        await check_sane(scene, link)


case('rate-encoder-ignores', carries=1500)(encoder_ignores_case)
case('rate-encoder-ignores-slow', carries=700)(encoder_ignores_case)
