# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsrc receives from our plain-socket source, which talks like many and errs like some."""

import asyncio
import contextlib
import re

import profiles
import recording
import wfd_source
from harness import case, check

# pipeline-runner links the pads video and audio of wfdsrc to for-video and for-audio.
VIDEO = '''queue name=for-video ! identity name=units silent=true ! h264parse ! avdec_h264 !
           videoconvert ! video/x-raw,format=I420 ! fakesink name=picture sync=false async=false '''
AUDIO = '''queue name=for-audio ! aacparse ! avdec_aac ! audioconvert !
           audio/x-raw,format=S16LE ! fakesink name=sound sync=false async=false '''
# The time NULL may take, whatever is going on.
NULL_MS = 200
# A session that ends must be noticed within this time, where no timer of the standard is involved.
NOTICE_S = 10
# T1 to T5 are up to 6 s in the standard, and a sink is advised to be patient.
TIMER_S = 25


def wfdsrc(properties='', parts=VIDEO + AUDIO):
    return 'wfdsrc name=w uri=wfd://127.0.0.1:7236 %s %s' % (properties, parts)


class Stage:
    """A source that listens, and a pipeline that shall receive from it."""

    def __init__(self, machine, pipeline, stream):
        self.machine, self.pipeline, self.stream = machine, pipeline, stream
        self.sources = []
        self.sessions = []

    async def session(self, **options):
        """Listen, play, wait for the pipeline to connect; the session has not begun then."""
        transcript = self.machine.path('session-%d.txt' % len(self.sessions))
        source = wfd_source.Source(
            wfd_source.Options(transcript=transcript, **options), stream=self.stream)
        await source.listen()
        self.sources.append(source)
        await self.pipeline.set_state('play')
        session = await source.accept()
        source.close()
        self.sessions.append(session)
        return session

    async def play(self, pictures=20, **options):
        """A whole session that must work: open it and wait for pictures."""
        session = await self.session(**options)
        await session.open()
        await self.pipeline.more('picture', pictures)
        return session

    async def end(self):
        """NULL, and it must be quick; TEARDOWN must have come if there was something to end."""
        await self.pipeline.set_null(NULL_MS)

    def close(self):
        for each in self.sessions + self.sources:
            each.close()


@contextlib.asynccontextmanager
async def stage(machine, description=None, **stream_options):
    machine.need_plugin('wfdsrc')
    stream = recording.Recording.load(machine.recording(**stream_options))
    async with machine.pipeline(description or wfdsrc()) as pipeline:
        scene = Stage(machine, pipeline, stream)
        try:
            yield scene
        finally:
            scene.close()


def check_moving(pipeline, pictures):
    """The decoded pictures must be pictures, and different ones."""
    figures = pipeline.last['picture']
    check(figures['count'] >= pictures, 'only %d pictures', figures['count'])
    check(figures['blank'] == 0, '%d blank pictures', figures['blank'])
    check(figures['still'] * 10 <= figures['count'], '%d of %d pictures stand still',
          figures['still'], figures['count'])


def check_tone(pipeline, buffers):
    figures = pipeline.last.get('sound', {'count': 0, 'peak': 0})
    check(figures['count'] >= buffers, 'only %d buffers of sound', figures['count'])
    check(figures['peak'] > 1000, 'the sound has a peak of %d', figures['peak'])


def check_tongue(session):
    """What our sink says must be faultless, however the source talks."""
    report = session.report()
    check(not report['rtsp_complaints'], 'our sink wrote: %s', report['rtsp_complaints'])
    check(not report['errors'], 'the source noted: %s', report['errors'])


@case('wfdsrc-picture-and-sound')
async def picture_and_sound(machine):
    """A plain session: picture and sound decoded, caps as agreed, TEARDOWN at the end."""
    async with stage(machine) as scene:
        session = await scene.play(60)
        pipeline = scene.pipeline
        await pipeline.more('sound', 30)
        check_moving(pipeline, 60)
        check_tone(pipeline, 30)
        caps = pipeline.all('caps', element='units')[0]['caps']
        check('width=(int)1280' in caps and 'height=(int)720' in caps, 'caps are %s', caps)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())
        await scene.end()
        await session.wait_event('m8', 2)
        check_tongue(session)
        m2 = session.events.all('m2')[0]
        check(m2['agent'], 'a sink must send User-Agent: Samsung and Tizen sources drop it without')
        check(set(profiles.MANDATORY) <= set(session.capabilities), 'M3 was answered with %s',
              session.capabilities)


async def profile_case(machine, profile):
    """The pipeline plays what this kind of source sends, and says nothing it would stumble on."""
    # libwds takes a handheld mode when there is one.
    offer = 'video-formats="40 00 01 10 0001DEFF 157C7FFF 00000FFF 00 0000 0000 11 none none"'
    async with stage(machine, wfdsrc(offer if profile == 'libwds' else '')) as scene:
        session = await scene.play(30, profile=profile)
        check_moving(scene.pipeline, 30)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
        missing = [name for name in session.names_asked if name not in session.capabilities]
        if profile == 'windows':
            check(not missing, 'Windows stalls when a name is not answered: %s', missing)
        await scene.end()
        await session.wait_event('m8', 2)
        check_tongue(session)


for _name in profiles.PROFILES:
    if _name != 'never-keep-alive':
        case('wfdsrc-source-like-' + _name, family='wfdsrc-sources', profile=_name)(profile_case)


@case('wfdsrc-source-without-keep-alive')
async def without_keep_alive(machine):
    """A source that never sends M16 while RTP flows is alive, whatever its timeout says."""
    async with stage(machine) as scene:
        session = await scene.play(30, profile='never-keep-alive')
        await scene.pipeline.more('picture', 25 * 30, timeout_s=60)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
        await scene.end()
        await session.wait_event('m8', 2)


@case('wfdsrc-keep-alive-answered')
async def keep_alive_answered(machine):
    """M16 is answered with 200, again and again, also while paused."""
    async with stage(machine) as scene:
        session = await scene.play(10, profile='short-timeout')
        await session.wait_event('m16', 10)
        await scene.pipeline.set_state('pause')
        await session.wait_event('m9')
        await session.wait_event('m16', 20, count=3)
        await scene.pipeline.set_state('play')
        await scene.pipeline.more('picture', 10)
        check(session.keep_alive_statuses == [200] * len(session.keep_alive_statuses),
              'M16 was answered with %s', session.keep_alive_statuses)
        check_tongue(session)


@case('wfdsrc-key-unit')
async def key_unit(machine):
    """GstForceKeyUnit upstream becomes M13, and the key unit comes out."""
    async with stage(machine, gop=150) as scene:
        session = await scene.play(20)
        pipeline = scene.pipeline
        # What the element asked for by itself is not what is looked for here.
        before, keys = session.idr_requests, pipeline.last['units']['key_units']
        await pipeline.tell('key-unit units')
        await session.wait_event('m13', 5, count=before + 1)
        await pipeline.until(lambda: pipeline.last['units']['key_units'] > keys, 3, 'key unit')
        check_tongue(session)


@case('wfdsrc-pause-play')
async def pause_play(machine):
    """PAUSED sends M9, PLAYING sends M7; the picture goes on, also when the clock went back."""
    async with stage(machine) as scene:
        for restarts in (False, True):
            session = await scene.play(20, clock_restarts=restarts)
            for count in (1, 2):
                await scene.pipeline.set_state('pause')
                await session.wait_event('m9', count=count)
                await scene.pipeline.set_state('play')
                await session.wait_event('m7', count=count + 1)
                await scene.pipeline.more('picture', 30)
            check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
            check_tongue(session)
            await scene.end()
            await session.wait_event('m8', 2)


@case('wfdsrc-triggers')
async def triggers(machine):
    """M5 PAUSE, PLAY and TEARDOWN are followed by the request; the last ends the stream."""
    async with stage(machine) as scene:
        session = await scene.play(20)
        await session.trigger('PAUSE')
        await session.wait_event('m9')
        await session.trigger('PLAY')
        await session.wait_event('m7', count=2)
        await scene.pipeline.more('picture', 20)
        await session.trigger('TEARDOWN')
        await session.wait_event('m8')
        await scene.pipeline.wait('eos', NOTICE_S)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
        check_tongue(session)
        await scene.end()


@case('wfdsrc-asked-again')
async def asked_again(machine):
    """M3 and M4 in the session, as Windows sends them seconds after the start."""
    async with stage(machine) as scene:
        session = await scene.play(20)
        await session.ask_capabilities()
        await session.set_formats()
        await scene.pipeline.more('picture', 30)
        check_tongue(session)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())


@case('wfdsrc-waits-for-the-next')
async def waits_for_the_next(machine):
    """after-session=wait: a source that vanishes and comes again is received again."""
    async with stage(machine, wfdsrc('after-session=wait')) as scene:
        for how in ('reset', 'close', 'reset'):
            session = await scene.play(20)
            await session.misbehave(how)
            session.close()
            check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
        await scene.play(20)
        await scene.end()


@case('wfdsrc-nobody-listens')
async def nobody_listens(machine):
    """No source: it is tried for the time given, then there is one clear error."""
    async with stage(machine, wfdsrc('timeout=2000')) as scene:
        await scene.pipeline.set_state('play')
        error = await scene.pipeline.wait('error', 10)
        check('127.0.0.1' in error['text'] + error['debug'], 'the error does not say who: %s', error)
        await scene.end()
        await scene.play(10)


@case('wfdsrc-null-at-any-moment')
async def null_at_any_moment(machine):
    """NULL is quick while a source is silent at each message, and the next session works."""
    async with stage(machine) as scene:
        for point in ('m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', None):
            session = await scene.session(faults=[point + ':silence'] if point else [])
            opening = asyncio.ensure_future(session.open())
            if point:
                await _until(lambda: not session.plan.not_done())
            else:
                await opening
                await scene.pipeline.more('picture', 5)
            await scene.end()
            opening.cancel()
            session.close()
        await scene.play(10)


@case('wfdsrc-null-while-flooded')
async def null_while_flooded(machine):
    """A header that never ends keeps no thread so busy that NULL would have to wait."""
    async with stage(machine) as scene:
        session = await scene.session(faults=['m3:flood'])
        opening = asyncio.ensure_future(session.open())
        await _until(lambda: not session.plan.not_done())
        await asyncio.sleep(1)  # let it flow
        await scene.end()
        opening.cancel()
        session.close()
        await scene.play(10)


async def _until(is_true, timeout_s=10):
    deadline = asyncio.get_running_loop().time() + timeout_s
    while not is_true():
        check(asyncio.get_running_loop().time() < deadline, 'waited %g s in vain', timeout_s)
        await asyncio.sleep(0.01)


# What a source may do wrong without any harm. The point is the message of the source.
HARMLESS = (
    'm1:blank-lines', 'm3:blank-lines', 'm3:bytewise', 'm4:bytewise', 'm6:bytewise', 'm7:late=2',
    'm6:late=3', 'm1:late=2', 'm3:lf-only', 'm6:lf-only', 'm6:wrong-cseq', 'm7:wrong-cseq',
    'm2:wrong-cseq', 'm7:twice', 'm2:twice', 'm2:status=551',
    'm6:no-cseq', 'm2:no-cseq',
)


async def harmless_case(machine, fault):
    """The session works all the same."""
    async with stage(machine) as scene:
        session = await scene.play(15, faults=[fault])
        check(not session.plan.not_done(), 'the fault never happened')
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())


for _fault in HARMLESS:
    case('wfdsrc-bears-' + re.sub('[:=]', '-', _fault), family='wfdsrc-bears',
         fault=_fault)(harmless_case)

# What ends a session: with a clear error, in a bounded time, and the next one works.
FATAL = (
    'm1:garbage', 'm1:http', 'm1:huge-length', 'm1:negative-length',
    'm1:half-then-close', 'm1:reset', 'm1:close', 'm2:garbage', 'm2:reset',
    'm3:garbage', 'm3:huge-length', 'm3:many-headers', 'm3:close', 'm4:garbage', 'm4:reset',
    'm5:close', 'm6:garbage', 'm6:status=461', 'm6:status=404', 'm6:status=503',
    'm6:half-then-close', 'm6:reset', 'm7:status=454', 'm7:status=500', 'm7:garbage', 'm7:reset',
    'm7:interleaved', 'm6:huge-length',
)
# The same, but only a timer can find it.
SILENT = ('m1:silence', 'm1:half', 'm1:endless', 'm3:flood', 'm2:silence', 'm3:silence', 'm3:half', 'm4:silence',
          'm5:silence', 'm6:silence', 'm7:silence', 'm7:half')


async def fatal_case(machine, fault, patience_s):
    """One error that says something, NULL at once, and the next session works."""
    async with stage(machine) as scene:
        pipeline = scene.pipeline
        session = await scene.session(faults=[fault])
        opening = asyncio.ensure_future(session.open())
        await pipeline.until(lambda: pipeline.all('error') or pipeline.all('eos'), patience_s,
                             'error')
        opening.cancel()
        check(not session.plan.not_done(), 'the fault never happened')
        errors = pipeline.all('error')
        check(len(errors) == 1, '%d errors: %s, EOS: %s', len(errors), errors, pipeline.all('eos'))
        check(len(errors[0]['text']) > 20, 'the error says only "%s"', errors[0]['text'])
        await scene.end()
        session.close()
        await scene.play(10)
        check(len(pipeline.all('error')) == 1, 'errors: %s', pipeline.errors())


for _fault in FATAL:
    case('wfdsrc-ends-with-' + re.sub('[:=]', '-', _fault), family='wfdsrc-ends', fault=_fault,
         patience_s=NOTICE_S)(fatal_case)
for _fault in SILENT:
    case('wfdsrc-ends-with-' + re.sub('[:=]', '-', _fault), family='wfdsrc-ends', fault=_fault,
         patience_s=TIMER_S)(fatal_case)


async def vanish_case(machine, action):
    """A source that is gone in the middle of the picture gives one clear error."""
    async with stage(machine) as scene:
        session = await scene.play(20)
        await session.misbehave(action)
        await scene.pipeline.wait('error', NOTICE_S)
        check(len(scene.pipeline.all('error')) == 1, 'errors: %s', scene.pipeline.errors())
        await scene.end()
        session.close()
        await scene.play(10)


for _action in ('reset', 'close', 'garbage', 'huge-length'):
    case('wfdsrc-vanishing-by-' + _action, family='wfdsrc-ends', action=_action)(vanish_case)


@case('wfdsrc-rtp-stops')
async def rtp_stops(machine):
    """RTP ends, RTSP is silent too, TCP stays: the timeout finds it."""
    async with stage(machine, wfdsrc('timeout=3000')) as scene:
        session = await scene.play(20)
        await session.media.stop()
        session.link.deaf = True
        await scene.pipeline.wait('error', 15)
        await scene.end()


@case('wfdsrc-rtp-never-comes')
async def rtp_never_comes(machine):
    """PLAY is answered and then nothing: the timeout finds it, M13 was tried."""
    async with stage(machine, wfdsrc('timeout=3000')) as scene:
        session = await scene.session(mute=True, profile='never-keep-alive')
        await session.open()
        session.link.deaf = True
        error = await scene.pipeline.wait('error', 15)
        check(len(error['text']) > 20, 'the error says only "%s"', error['text'])
        await scene.end()


@case('wfdsrc-still-screen')
async def still_screen(machine):
    """A source that sends nothing for a while but answers M13 is alive."""
    async with stage(machine, wfdsrc('timeout=3000')) as scene:
        session = await scene.play(20)
        await session.media.stop()
        await session.wait_event('m13', 10, count=session.idr_requests + 2)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
        session.media.play()
        await scene.pipeline.more('picture', 10)


# Media that is not as App. B wants it, and what must come of it.
FLAWS = {
    'loss': dict(loss=97), 'swapped-packets': dict(swap=20), 'doubled-packets': dict(double=10),
    'sequence-wrap': dict(first_sequence=65500), 'clock-wrap':
    dict(first_pcr=((1 << 33) - 90000) * 300), 'no-timestamps': dict(timestamps='zero'),
    'jumping-timestamps': dict(timestamps='jumping'), 'payload-type-96': dict(payload_type=96),
    'markers': dict(markers=True), 'single-ts-packets': dict(packets_per_datagram=1),
}


async def flaw_case(machine, flaw):
    """The picture plays on; order and doubles are repaired, after a loss M13 asks for an IDR."""
    async with stage(machine) as scene:
        session = await scene.play(90, **FLAWS[flaw])
        check_moving(scene.pipeline, 90)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
        if flaw == 'loss':
            check(session.idr_requests > 0, 'no M13 after lost packets')
        await scene.end()
        check_tongue(session)


for _flaw in FLAWS:
    case('wfdsrc-media-with-' + _flaw, family='wfdsrc-media', flaw=_flaw)(flaw_case)


@case('wfdsrc-playbin')
async def playbin(machine):
    """playbin finds the element by the URI."""
    description = '''playbin uri=wfd://127.0.0.1:7236 audio-sink="audioconvert !
        audio/x-raw,format=S16LE ! fakesink name=sound" video-sink="videoconvert !
        video/x-raw,format=I420 ! fakesink name=picture"'''
    async with stage(machine, description) as scene:
        session = await scene.play(30)
        check_moving(scene.pipeline, 30)
        await scene.end()
        await session.wait_event('m8', 2)


@case('rtspwfd-transport-stream', family='wfdsrc')
async def transport_stream(machine):
    """rtspwfd alone gives the transport stream to stock elements."""
    machine.need_plugin('rtspwfd')
    description = '''rtspwfd location=rtsp://127.0.0.1:7236 ! tsdemux name=d
        d. ! queue ! h264parse ! avdec_h264 ! videoconvert ! video/x-raw,format=I420 !
        fakesink name=picture sync=false
        d. ! queue ! aacparse ! avdec_aac ! audioconvert ! audio/x-raw,format=S16LE !
        fakesink name=sound sync=false'''
    async with stage(machine, description) as scene:
        session = await scene.play(60)
        check_moving(scene.pipeline, 60)
        check_tone(scene.pipeline, 30)
        await scene.end()
        await session.wait_event('m8', 2)
        check_tongue(session)
