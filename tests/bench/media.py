# SPDX-License-Identifier: LGPL-2.1-or-later
"""The measurements of the way of the media, ours beside what stock elements do.

Both are pipelines as a user writes them; what is not said in them has its default.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess

import machine
import pipeline as pipelines
from stage import CAPTURE, PORT, RTP_PORT, TONE, Usage, sink as sink_pipeline, source

OURS, STOCK = 'ours', 'stock'
# Ours as well, with coded input, into which wfdsink has to look.
WFDSINK = 'wfdsink'
FRAME_MS = 1000 / 30

# name: width, height, kbit/s, preset of x264enc where that is written by hand
FORMATS = {
    '720p30': (1280, 720, 8000, 'superfast'),
    '1080p30': (1920, 1080, 12000, 'ultrafast'),
}
SOUNDS = {'none': 'without sound', 'aac': 'AAC', 'lpcm': 'LPCM'}
AUDIO_DECODERS = {'aac': 'avdec_aac ! ', 'lpcm': ''}

# A packet in half a second or so.
LOSE_EVERY = 512

# As sound cards give it, in pieces of 10 ms.
LIVE_TONE = TONE.replace('audiotestsrc', 'audiotestsrc samplesperbuffer=480')

RTP_CAPS = 'application/x-rtp,media=video,encoding-name=MP2T,clock-rate=90000'
# Without it the kernel drops of a key picture what a busy receiver does not take at once.
UDP_BUFFER = 'buffer-size=4000000'


def complain(text, error):
    print('  %s: %s' % (text, str(error).strip().split('\n')[-1][:200]), flush=True)


# What is compared.

def stock_encoder(kbps, preset):
    return ('x264enc tune=zerolatency speed-preset=%s bitrate=%d key-int-max=60 ! '
            'video/x-h264,profile=constrained-baseline' % (preset, kbps))


def stock_sink(port):
    return 'mpegtsmux name=mux alignment=7 ! rtpmp2tpay ! udpsink host=127.0.0.1 port=%d' % port


def stock_source(port):
    return 'udpsrc port=%d caps=%s %s ! rtpjitterbuffer name=count ! rtpmp2tdepay' % (
        port, RTP_CAPS, UDP_BUFFER)


def capture(size):
    width, height, _, _ = FORMATS[size]
    return ('videotestsrc name=capture is-live=true pattern=smpte horizontal-speed=7 ! '
            'video/x-raw,format=I420,width=%d,height=%d,framerate=30/1' % (width, height))


def sending(who, size, sound):
    """Test pictures, and a tone unless sound is none."""
    _, _, kbps, preset = FORMATS[size]
    if who == OURS:
        text = 'wfdsink name=cast rtsp-port=%d bitrate=%d %s ! cast.' % (PORT, kbps, capture(size))
        return text if sound == 'none' else text + ' %s ! cast.' % LIVE_TONE
    text = '%s %s ! %s ! queue ! mux.' % (stock_sink(RTP_PORT), capture(size),
                                          stock_encoder(kbps, preset))
    return text if sound == 'none' else \
        text + ' %s ! audioconvert ! avenc_aac ! aacparse ! queue ! mux.' % LIVE_TONE


def receiving(who, sound, sync):
    show = 'avdec_h264 ! fakevideosink name=show sync=%s' % str(sync).lower()
    hear = 'fakesink name=sound sync=%s' % str(sync).lower()
    if who == OURS:
        codecs = '' if sound == 'none' else 'audio-codecs=%s' % sound
        text = 'wfdsrc name=wfd uri=wfd://127.0.0.1:%d rtp-port=%d %s wfd.video ! %s' % (
            PORT, RTP_PORT, codecs, show)
        return text if sound == 'none' else \
            text + ' wfd.audio ! queue ! %s%s' % (AUDIO_DECODERS[sound], hear)
    if sound == 'none':
        return '%s ! tsdemux ! h264parse ! %s' % (stock_source(RTP_PORT), show)
    return ('%s ! tsdemux name=demux demux. ! queue ! h264parse ! %s '
            'demux. ! queue ! aacparse ! avdec_aac ! %s' % (stock_source(RTP_PORT), show, hear))


# From encoder to decoder, and from capture to the screen.

async def follow(stage, who, size, sound, sync, seconds, *options):
    """Figures of bench-way; None if it failed or the sound was not sent."""
    command = [stage.bench_way, '--port', str(RTP_PORT), '--seconds', str(seconds),
               '--patience', '10',
               '--send', sending(who, size, sound), '--receive', receiving(who, sound, sync),
               *options]
    process = await asyncio.create_subprocess_exec(
        *command, env=stage.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=machine.die_with_parent)
    output, errors = await process.communicate()
    what = '%s, %s, %s' % (who, size, SOUNDS[sound])
    if process.returncode:
        complain(what, errors.decode('utf-8', 'replace') or process.returncode)
        return None
    figures = json.loads(output)
    if sound != 'none' and not figures['sounds']:
        complain(what, 'no such sound was sent')
        return None
    return figures


async def follow_all(stage, runs, size, sound, sync, seconds, *options, who=(OURS, STOCK)):
    """{ours: [figures of each run], stock: …}; the two take turns."""
    found = {OURS: [], STOCK: []}
    for _ in range(runs):
        for one in who:
            figures = await follow(stage, one, size, sound, sync, seconds, *options)
            if figures:
                found[one].append(figures)
    return found


def who_sends(sound):
    """Stock elements cannot send LPCM as Wi-Fi Display wants it."""
    return (OURS,) if sound == 'lpcm' else (OURS, STOCK)


def add_span(table, found, span, key, name, **options):
    """A row of what each run says of a part of the way."""
    values = {who: [run[span][key] for run in runs if run[span]] for who, runs in found.items()}
    return table.add(name, 'ms', ours=values[OURS], stock=values[STOCK], **options)


async def way(stage, table, runs, seconds):
    for size in FORMATS:
        for sound, text in SOUNDS.items():
            found = await follow_all(stage, runs, size, sound, False, seconds,
                                     who=who_sends(sound))
            name = 'encoder output → decoder input, %s, %s, ' % (size, text)
            add_span(table, found, 'transport', 'median_ms', name + 'median', reach=1.5)
            add_span(table, found, 'transport', 'p99_ms', name + '99 % below', reach=5)
            if size == '720p30' and sound == 'none':
                add_at_once(table, found)
    await in_time(stage, table, runs, seconds)


def add_at_once(table, found):
    name = 'capture → shown at once, 720p30, '
    add_span(table, found, 'shown', 'median_ms', name + 'median')
    add_span(table, found, 'codec', 'median_ms', name + 'in the codecs, median')
    add_span(table, found, 'shown_rest', 'median_ms', name + 'besides the codecs, median', reach=3)
    add_span(table, found, 'entry', 'median_ms', name + 'of it in front of the encoder, median')


async def in_time(stage, table, runs, seconds):
    for sound, text in SOUNDS.items():
        found = await follow_all(stage, runs, '720p30', sound, True, seconds,
                                 who=who_sends(sound))
        add_span(table, found, 'shown', 'median_ms',
                 'capture → shown in time, 720p30, %s, median' % text, reach=60)


async def loss(stage, table, runs, seconds):
    """Of each lost packet, what it holds up and what it costs."""
    found = await follow_all(stage, runs, '720p30', 'none', False, seconds, '--lose-every',
                             str(LOSE_EVERY))
    stall = table.add('one lost packet: longest stall of what is delivered', 'ms', reach=25,
                      worst=True)
    gap = table.add('one lost packet: longest time without a picture delivered', 'ms', worst=True)
    cost = table.add('one lost packet: pictures that do not come or come damaged', '')
    for who, all_figures in found.items():
        for figures in all_figures:
            if not figures['datagrams_lost']:
                complain(who, 'no packet could be lost')
                continue
            getattr(stall, who).extend(figures['stalls_ms'])
            getattr(gap, who).append(figures['gap']['max_ms'])
            getattr(cost, who).append(
                (figures['missing'] + figures['damaged']) / max(len(figures['stalls_ms']), 1))


# What it costs without the codecs.

UNITS = ('appsrc name=units is-live=true format=time caps="video/x-h264,stream-format=byte-stream,'
         'alignment=au,width=1280,height=720,framerate=30/1,profile=constrained-baseline,'
         'level=(string)3.1"')


def load_sending(who, index):
    """From where the output of an encoder goes into it."""
    if who == OURS:
        return ('%s ! cast.video_sink rtspwfd name=cast role=source rtsp-port=%d wish-width=1280 '
                'wish-height=720 wish-rate=30' % (UNITS, PORT + index))
    if who == WFDSINK:
        return '%s ! wfdsink rtsp-port=%d' % (UNITS, PORT + index)
    return '%s ! %s' % (UNITS, stock_sink(RTP_PORT + 2 * index))


def load_receiving(who, index):
    if who == STOCK:
        return '%s ! tsdemux ! h264parse ! fakesink name=out sync=false' % stock_source(
            RTP_PORT + 2 * index)
    return ('wfdsrc name=count uri=wfd://127.0.0.1:%d rtp-port=%d count.video ! '
            'fakesink name=out sync=false' % (PORT + index, RTP_PORT + 2 * index))


class Load(pipelines.Pipeline):
    """bench-load with some sessions of one side, if need be under another program."""

    def __init__(self, stage, name, descriptions, mbit, rate_hz, wrapper=()):
        super().__init__(None, None, stage.env, stage.path(name + '.log'))
        self.command = [*wrapper, stage.bench_load, '--mbit', str(mbit), '--rate', str(rate_hz),
                        *descriptions]

    async def counters(self, command):
        before = len(self.all(command))
        await self.tell(command)
        return await self.wait(command, 30, before + 1)


class Loads:
    """Sessions that run: async with Loads (…) as loads; sides are 'send' and 'receive'."""

    def __init__(self, stage, who, sessions, mbit, rate_hz=30, wrappers=None):
        wrappers = wrappers or {}
        self.sides = {
            side: Load(stage, side, [describe(who, index) for index in range(sessions)], mbit,
                       rate_hz, wrappers.get(side, ()))
            for side, describe in (('send', load_sending), ('receive', load_receiving))}

    async def __aenter__(self):
        await self.sides['send'].__aenter__()
        try:
            await self.sides['receive'].__aenter__()
            await self.sides['receive'].wait('flowing', 60)
        except BaseException as error:
            await self.__aexit__(type(error), error, None)
            raise
        return self

    async def __aexit__(self, *error):
        try:
            if self.sides['receive'].process:
                await self.sides['receive'].__aexit__(*error)
        finally:
            await self.sides['send'].__aexit__(*error)

    async def _counters(self, command):
        """Of the side that receives; both are told."""
        return [await load.counters(command) for load in self.sides.values()][-1]

    async def measure(self, seconds):
        """Leave them alone for so long; return how many units came."""
        begin = await self._counters('begin')
        await asyncio.sleep(seconds)
        end = await self._counters('end')
        return end['units'] - begin['units']

    async def measure_units(self, units, timeout_s):
        """Wait until so many have come; return in how many packets."""
        receive = self.sides['receive']
        begin = await self._counters('begin')
        await receive.tell('wait %d' % units)
        await receive.wait('wait', timeout_s)
        end = await self._counters('end')
        return end['packets'] - begin['packets']


INSTRUCTIONS_MBIT = 20
# The same stream at half the speed, as callgrind is slow.
INSTRUCTIONS_RATE_HZ = 15
# After the first picture.
SETTLE_S = 1


async def count_instructions(stage, who, side, units):
    """Of one side, for each packet that came."""
    wrapper = ('valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null',
               '--instr-atstart=no')
    loads = Loads(stage, who, 1, INSTRUCTIONS_MBIT, INSTRUCTIONS_RATE_HZ, {side: wrapper})
    log = loads.sides[side].log_path
    if os.path.exists(log):
        os.remove(log)
    async with loads:
        await asyncio.sleep(SETTLE_S)
        packets = await loads.measure_units(units, 60)
    with open(log, encoding='utf-8', errors='replace') as file:
        return int(re.search(r'Collected : (\d+)', file.read()).group(1)) / packets


INSTRUCTIONS = (
    # side, what it is called, reach, who
    ('send', 'sending %d Mbit/s' % INSTRUCTIONS_MBIT, 1500, (OURS, STOCK)),
    ('send', 'sending %d Mbit/s, coded input of wfdsink' % INSTRUCTIONS_MBIT, None, (WFDSINK,)),
    ('receive', 'receiving %d Mbit/s' % INSTRUCTIONS_MBIT, 2500, (OURS, STOCK)),
)


async def instructions(stage, table, runs, units):
    if not shutil.which('valgrind'):
        complain('instructions', 'valgrind is not installed')
        return
    for side, text, reach, everyone in INSTRUCTIONS:
        figure = table.add('instructions for each RTP packet, ' + text, '', reach=reach)
        for _ in range(runs):
            for who in everyone:
                try:
                    count = round(await count_instructions(stage, who, side, units))
                    (figure.stock if who == STOCK else figure.ours).append(count)
                except Exception as error:  # the others may still work
                    complain('%s, %s' % (who, text), error)


# Mbit/s, sessions
SCALE = ((5, 1), (20, 1), (50, 1), (20, 4), (20, 16))
SCALE_QUICK = ((20, 1), (20, 16))


async def measure_scale(stage, who, mbit, sessions, seconds):
    """{(side, quantity): value}"""
    values = {}
    async with Loads(stage, who, sessions, mbit) as loads:
        await asyncio.sleep(SETTLE_S)
        usages = {side: Usage(load.process.pid) for side, load in loads.sides.items()}
        before = {side: usage.run_s() for side, usage in usages.items()}
        units = await loads.measure(seconds)
        for side, usage in usages.items():
            values[side, 'CPU'] = (usage.run_s() - before[side]) * 100 / seconds
            values[side, 'memory'] = usage.memory_mb()[0]
            values[side, 'threads'] = usage.threads()
    if units < 0.95 * 30 * seconds * sessions:
        complain('%s, %d × %d Mbit/s' % (who, sessions, mbit), 'only %d %% of the pictures came' % (
            units * 100 / (30 * seconds * sessions)))
    return values


QUANTITIES = {'CPU': '%', 'memory': 'MB', 'threads': ''}


async def scale(stage, table, points, seconds):
    for mbit, sessions in points:
        found = {}
        for who in (OURS, STOCK):
            try:
                found[who] = await measure_scale(stage, who, mbit, sessions, seconds)
            except Exception as error:  # the others may still work
                complain('%s, %d × %d Mbit/s' % (who, sessions, mbit), error)
        for quantity, unit in QUANTITIES.items():
            for side, text in (('send', 'sending'), ('receive', 'receiving')):
                table.add('%s %d × %d Mbit/s without codecs: %s' % (
                    text, sessions, mbit, quantity), unit,
                    **{who: [values[side, quantity]] for who, values in found.items()})


# Resident memory.

MEMORY_SETTLE_S = 4


def stock_cast():
    _, _, kbps, preset = FORMATS['1080p30']
    return '%s %s ! videoconvert ! %s ! queue ! mux. %s ! audioconvert ! avenc_aac ! aacparse ' \
        '! queue ! mux.' % (stock_sink(RTP_PORT), CAPTURE, stock_encoder(kbps, preset), TONE)


def stock_show():
    return '%s ! tsdemux name=demux demux. ! queue ! h264parse ! avdec_h264 ! videoconvert ! ' \
        'fakevideosink demux. ! queue ! aacparse ! avdec_aac ! audioconvert ! fakesink sync=true' \
        % stock_source(RTP_PORT)


async def memory(stage, table, peer, open_session, close_session):
    rows = {name: table.add('resident memory, %s 1080p30 with AAC' % name, 'MB', reach=reach)
            for name, reach in (('casting', 200), ('showing', None))}
    if peer:
        sink = await open_session()
        await asyncio.sleep(MEMORY_SETTLE_S)
        rows['casting'].peer.append(Usage(peer.app.pid).memory_mb()[0])
        await close_session(sink)
        peer.arm()
        return
    for who, cast, show in ((OURS, source('bitrate=12000'), sink_pipeline()),
                            (STOCK, stock_cast(), stock_show())):
        with stage.screen() as env, stage.processes(env) as processes:
            running = {name: processes.start(name, ['gst-launch-1.0', '-q', *text.split()])
                       for name, text in (('casting', cast), ('showing', show))}
            await asyncio.sleep(MEMORY_SETTLE_S)
            for name, process in running.items():
                if process.poll() is not None:
                    raise RuntimeError('%s, %s: %s' % (who, name, processes.log(name)[-300:]))
                getattr(rows[name], who).append(Usage(process.pid).memory_mb()[0])
