# SPDX-License-Identifier: LGPL-2.1-or-later
"""The measurements. Each takes the stage and the table, and adds its figures; those that take a peer
measure it instead of us when there is one."""

import asyncio
import contextlib
import time

import figures
import pipeline as pipelines
import wfd_sink
from stage import CAPTURE, PORT, TONE, Usage, sink as sink_pipeline, source

# After something was changed, until it is as quiet as it gets.
SETTLE_S = 1
# A tick of the clock in which CPU is counted is more than nothing.
IDLE_PERCENT = 0.5
# In each session.
IDR_REQUESTS = 7
LIVE = 'live screen'
STORED = ('videotestsrc ! video/x-raw,width=1280,height=720,framerate=30/1 ! queue ! '
          'wfdsink name=cast rtsp-port=%d' % PORT)


def complain(text, error):
    print('  %s: %s' % (text, str(error).split('\n')[0][:200]), flush=True)


# How fast a picture is there.

async def open_session(**options):
    """A sink of plain sockets that plays."""
    sink = wfd_sink.Sink(wfd_sink.Options(port=PORT, **options))
    try:
        await sink.open()
        await sink.media.wait_pictures(3)
        return sink
    except BaseException:
        await sink.close(0)
        raise


async def close_session(sink):
    try:
        await sink.teardown()
    finally:
        await sink.close(0)


def session_times_ms(sink):
    """(connect to the last byte of the first IDR, M1 to the answer to PLAY)."""
    at_ms = {name: sink.events.all(name)[0]['at_ms'] for name in ('connected', 'm1', 'm7')}
    # The kernel stamps what it receives with the other clock.
    shift_s = time.time() - time.monotonic()
    connected_us = (sink.events.start + at_ms['connected'] / 1000 + shift_s) * 1e6
    unit = next(unit for unit in sink.media.analyser.units if unit.idr)
    return (unit.last_us - connected_us) / 1000, at_ms['m7'] - at_ms['m1']


async def idr_times_ms(sink, count):
    """From the request to the first packet of the IDR, asked for at any moment of a frame."""
    times_ms = []
    for index in range(count):
        # Longer than whoever is asked refuses to be asked again, and not in step with the frames.
        await asyncio.sleep(0.6 + index % 7 * 0.0047)
        times_ms.append(await sink.request_idr() * 1000)
    return times_ms


async def measure_plain_sessions(runs, between=lambda: None):
    """Sessions one after another with whoever listens: three lists of times."""
    connect_ms, setup_ms, idr_ms = [], [], []
    for _ in range(runs):
        sink = await open_session()
        times = session_times_ms(sink)
        idr_ms += await idr_times_ms(sink, IDR_REQUESTS)
        await close_session(sink)
        connect_ms.append(times[0])
        setup_ms.append(times[1])
        between()
    return connect_ms, setup_ms, idr_ms


async def plain_sessions(stage, table, peer, runs):
    rows = (table.add('TCP connect → first decodable picture, at a sink of plain sockets', 'ms',
                      reach=250),
            table.add('set-up, M1 → answer to PLAY, at the same', 'ms', reach=30),
            table.add('IDR request → IDR on the wire, at the same', 'ms', reach=50))
    if peer:
        for row, values in zip(rows, await measure_plain_sessions(runs, peer.arm)):
            row.peer = values
        return
    with stage.screen() as env:
        async with stage.pipeline(source('after-session=wait'), env) as pipeline:
            await pipeline.set_state('play')
            for row, values in zip(rows, await measure_plain_sessions(runs)):
                row.ours = values


# From screen to screen.

async def receive_runs(stage, runs, seconds, between=lambda: None):
    """Figures of wfdsrc, each run as (in time, at once)."""
    loop = asyncio.get_running_loop()
    pairs = []
    for _ in range(runs):
        pair = []
        for sync in (True, False):
            pair.append(await loop.run_in_executor(None, stage.receive, seconds, sync) or {})
            between()
        pairs.append(pair)
    return pairs


SCREEN_FIGURES = (
    # at once, key, name, unit, options
    (0, 'connect_to_picture_ms', 'TCP connect → first picture decoded by wfdsrc', 'ms',
     {'reach': 250}),
    (0, 'connect_to_play_ms', 'set-up, connected → PLAY answered, wfdsrc', 'ms', {}),
    (1, 'capture_to_shown_median_ms', 'drawn on the screen → decoded, median', 'ms', {}),
    (1, 'capture_to_shown_p95_ms', 'drawn on the screen → decoded, 95 % below', 'ms', {}),
    (0, 'capture_to_shown_median_ms', 'drawn on the screen → shown in time, median', 'ms', {}),
    (0, 'capture_to_shown_p95_ms', 'drawn on the screen → shown in time, 95 % below', 'ms', {}),
    (0, 'pictures_per_second', 'pictures a second', '1/s', {}),
    (0, 'packets_lost', 'RTP packets lost', '', {'worst': True}),
)


async def screen_to_screen(stage, table, peer, runs, seconds):
    """wfdsrc receives from both; the drawing says when it was drawn."""
    if peer:
        pairs = await receive_runs(stage, runs, seconds, peer.arm)
    else:
        with stage.screen() as env:
            async with stage.pipeline(source('after-session=wait'), env) as pipeline:
                await pipeline.set_state('play')
                pairs = await receive_runs(stage, runs, seconds)
    for at_once, key, name, unit, options in SCREEN_FIGURES:
        values = [pair[at_once][key] for pair in pairs if pair[at_once].get(key) is not None]
        table.add(name, unit, **{'peer' if peer else 'ours': values}, **options)


# How fast it ends.

@contextlib.asynccontextmanager
async def silent_peer():
    """Accepts a connection and says nothing."""
    server = await asyncio.start_server(lambda reader, writer: None, '127.0.0.1', PORT)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


@contextlib.asynccontextmanager
async def casting(stage, env):
    async with stage.pipeline(source(), env) as pipeline:
        await pipeline.set_state('play')
        yield pipeline


async def end_waiting(stage, env):
    async with casting(stage, env) as pipeline:
        await pipeline.wait('progress', type='start', code='connect')
        return await pipeline.set_state('null')


async def end_source_negotiating(stage, env):
    async with casting(stage, env) as pipeline:
        reader, writer = await asyncio.open_connection('127.0.0.1', PORT)
        m1 = await reader.readuntil(b'\r\n\r\n')
        cseq = next(line for line in m1.split(b'\r\n') if line.lower().startswith(b'cseq'))
        writer.write(b'RTSP/1.0 200 OK\r\n' + cseq + b'\r\nPublic: org.wfa.wfd1.0, '
                     b'GET_PARAMETER, SET_PARAMETER\r\n\r\n')
        await pipeline.wait('progress', type='start', code='negotiate')
        took_ms = await pipeline.set_state('null')
        writer.close()
        return took_ms


async def end_source_session(stage, env, paused, **options):
    async with casting(stage, env) as pipeline:
        sink = await open_session(**options)
        if paused:
            await sink.pause()
        took_ms = await pipeline.set_state('null')
        await sink.close(0)
        return took_ms


async def end_connecting(stage, env):
    async with stage.pipeline(sink_pipeline()) as pipeline:
        await pipeline.set_state('play')
        await pipeline.wait('progress', type='start', code='connect')
        return await pipeline.set_state('null')


async def end_sink_negotiating(stage, env):
    async with silent_peer(), stage.pipeline(sink_pipeline()) as pipeline:
        await pipeline.set_state('play')
        await pipeline.wait('progress', type='start', code='negotiate')
        return await pipeline.set_state('null')


async def end_sink_session(stage, env, paused):
    async with casting(stage, env), stage.pipeline(sink_pipeline()) as pipeline:
        await pipeline.set_state('play')
        await pipeline.wait('progress', type='complete', code='play')
        await asyncio.sleep(SETTLE_S)
        if paused:
            await pipeline.set_state('pause')
            await asyncio.sleep(SETTLE_S)
        return await pipeline.set_state('null')


PHASES = (
    ('wfdsink waits for a sink', end_waiting, {}),
    ('wfdsink, the sink says nothing after M1', end_source_negotiating, {}),
    ('wfdsink casts', end_source_session, {'paused': False}),
    ('wfdsink is paused', end_source_session, {'paused': True}),
    ('wfdsink, the sink does not obey', end_source_session,
     {'paused': False, 'triggers': 'ignore'}),
    ('wfdsrc connects, nobody listens', end_connecting, {}),
    ('wfdsrc, the source says nothing', end_sink_negotiating, {}),
    ('wfdsrc receives', end_sink_session, {'paused': False}),
    ('wfdsrc is paused', end_sink_session, {'paused': True}),
)


async def endings(stage, table, runs):
    with stage.screen() as env:
        for name, end, options in PHASES:
            figure = table.add('to NULL: ' + name, 'ms', reach=200, worst=True)
            for _ in range(runs):
                try:
                    figure.ours.append(await end(stage, env, **options))
                except (pipelines.PipelineError, wfd_sink.SinkError, TimeoutError) as error:
                    complain(name, error)


# What it takes while nothing is to be done.

# A stored stream is encoded until the queues before the closed gate are full.
IDLE_SETTLE_S = 3


async def idle_of(pipeline, seconds):
    await asyncio.sleep(IDLE_SETTLE_S)
    return await Usage(pipeline.process.pid).cpu_percent(seconds)


async def idle_plain_session(seconds, get_pid):
    """CPU of a source while a sink has paused it."""
    sink = await open_session()
    await sink.pause()
    await asyncio.sleep(IDLE_SETTLE_S)
    percent = await Usage(get_pid()).cpu_percent(seconds)
    await close_session(sink)
    return percent


async def idle_captures(stage, table, env, seconds):
    alone = table.add('CPU of capturing the screen alone', '%')
    async with stage.pipeline(CAPTURE + ' ! fakesink ' + TONE + ' ! fakesink', env) as pipeline:
        await pipeline.set_state('play')
        alone.ours.append(await idle_of(pipeline, seconds))


def idle_rows(table, label):
    # Of a live screen the capture goes on, whatever becomes of the pictures.
    reach = None if label == LIVE else IDLE_PERCENT
    return (table.add('CPU of a source that waits, ' + label, '%', reach=reach),
            table.add('CPU of a source whose session is paused, ' + label, '%', reach=reach))


async def idle_peer(table, peer, seconds):
    waiting, paused = idle_rows(table, LIVE)
    waiting.peer.append(await Usage(peer.app.pid).cpu_percent(seconds))
    paused.peer.append(await idle_plain_session(seconds, lambda: peer.app.pid))
    peer.arm()


async def idle_source(stage, table, description, env, label, seconds):
    waiting, paused = idle_rows(table, label)
    async with stage.pipeline(description, env) as pipeline:
        await pipeline.set_state('play')
        waiting.ours.append(await idle_of(pipeline, seconds))
        paused.ours.append(await idle_plain_session(seconds, lambda: pipeline.process.pid))


async def idle_sink(stage, table, env, seconds):
    figure = table.add('CPU of wfdsrc that is paused', '%', reach=IDLE_PERCENT)
    async with casting(stage, env), stage.pipeline(sink_pipeline()) as pipeline:
        await pipeline.set_state('play')
        await pipeline.wait('progress', type='complete', code='play')
        await asyncio.sleep(SETTLE_S)
        await pipeline.set_state('pause')
        figure.ours.append(await idle_of(pipeline, seconds))


async def idle(stage, table, peer, seconds):
    if peer:
        await idle_peer(table, peer, seconds)
        return
    with stage.screen() as env:
        await idle_source(stage, table, STORED, env, 'stored input', seconds)
        await idle_source(stage, table, source('after-session=wait'), env, LIVE, seconds)
        await idle_captures(stage, table, env, seconds)
        await idle_sink(stage, table, env, seconds)


# Whether it grows.

# Small, so that an hour of it can run beside other work.
GROWTH_SCREEN = (1280, 720)
TELL_EVERY = 60


def add_growth(table, name, samples):
    """The first third is for warming up."""
    steady = samples[len(samples) // 3:]
    first, last = steady[0], steady[-1]
    table.add('%s: resident memory at the end' % name, 'MB').ours.append(last['resident_mb'])
    table.add('%s: memory of its own at the end' % name, 'MB').ours.append(last['own_mb'])
    table.add('%s: memory of its own more than at first' % name, 'MB').ours.append(
        last['own_mb'] - first['own_mb'])
    # A short run would only tell of noise.
    if last['s'] - first['s'] >= 60:
        per_s = figures.slope([(sample['s'], sample['own_mb']) for sample in steady])
        table.add('%s: memory of its own, slope' % name, 'kB/h').ours.append(per_s * 3600 * 1000)
    for key in ('descriptors', 'threads'):
        table.add('%s: %s more than at first' % (name, key), '').ours.append(
            last[key] - first[key])


def take_sample(pid, begin):
    usage = Usage(pid)
    resident_mb, own_mb = usage.memory_mb()
    return {'s': time.monotonic() - begin, 'resident_mb': resident_mb, 'own_mb': own_mb,
            'descriptors': usage.descriptors(), 'threads': usage.threads()}


def tell_growth(name, sample):
    print('  after %.0f min %s has %.1f MB, %.1f MB of its own, %d descriptors, %d threads' % (
        sample['s'] / 60, name, sample['resident_mb'], sample['own_mb'], sample['descriptors'],
        sample['threads']), flush=True)


async def growth(stage, table, minutes, interval_s=5):
    """Both ends as gst-launch-1.0 runs them, looked at now and then."""
    samples = {'wfdsink': [], 'wfdsrc': []}
    with stage.screen(GROWTH_SCREEN) as env, stage.processes(env) as processes:
        running = {name: processes.start(name, ['gst-launch-1.0', '-q', *text.split()])
                   for name, text in (('wfdsink', source()), ('wfdsrc', sink_pipeline()))}
        begin = time.monotonic()
        while time.monotonic() - begin < minutes * 60:
            await asyncio.sleep(interval_s)
            for name, process in running.items():
                if process.poll() is not None:
                    raise RuntimeError('%s ended after %.0f s: %s' % (
                        name, time.monotonic() - begin, processes.log(name)[-500:]))
                samples[name].append(take_sample(process.pid, begin))
                if len(samples[name]) % TELL_EVERY == 0:
                    tell_growth(name, samples[name][-1])
    for name, taken in samples.items():
        add_growth(table, name, taken)
    return samples
