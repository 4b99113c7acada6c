# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsink casts to our plain-socket sink, and programs nobody here wrote decode what came."""

import asyncio
import contextlib
import re

import machine as machine_parts
import streams
import wfd_sink
from harness import case, check

PICTURE = '''videotestsrc is-live=true pattern=ball !
             video/x-raw,width=1280,height=720,framerate=30/1 ! queue ! w. '''
TONE = '''audiotestsrc is-live=true freq=440 volume=0.3 ! audio/x-raw,rate=48000,channels=2 !
          queue ! w. '''
NULL_MS = 200
TIMER_S = 30
NOTICE_S = 10


def wfdsink(properties='', parts=PICTURE + TONE):
    return 'wfdsink name=w link=address address=127.0.0.1 rtsp-port=7236 %s %s' % (
        properties, parts)


class Stage:
    """A pipeline that casts, and sinks that come and go."""

    def __init__(self, machine, pipeline):
        self.machine, self.pipeline = machine, pipeline
        self.sinks = []

    def sink(self, **options):
        number = len(self.sinks)
        options.setdefault('out', self.machine.path('captured-%d.ts' % number))
        options.setdefault('transcript', self.machine.path('session-%d.txt' % number))
        sink = wfd_sink.Sink(wfd_sink.Options(**options))
        self.sinks.append(sink)
        return sink

    async def watch(self, pictures=30, **options):
        """Open a session that must work and wait for pictures."""
        sink = self.sink(**options)
        await sink.open()
        await sink.media.wait_pictures(pictures)
        return sink

    async def leave(self, sink):
        """TEARDOWN, and nothing may come after it."""
        await sink.teardown()
        await sink.close()
        check(sink.media.packets_after_end == 0, '%d packets came after TEARDOWN',
              sink.media.packets_after_end)

    async def end(self):
        await self.pipeline.set_null(NULL_MS)

    async def next_session_works(self):
        """Whatever came before: the next sink is served, without an error in between."""
        sink = await self.watch(10)
        await self.leave(sink)
        check(not self.pipeline.errors(), 'errors: %s', self.pipeline.errors())


@contextlib.asynccontextmanager
async def stage(machine, description=None):
    """A pipeline that plays and waits for a sink."""
    machine.need_plugin('wfdsink')
    machine_parts.need_elements('x264enc', 'avenc_aac')
    async with machine.pipeline(description or wfdsink('after-session=wait')) as pipeline:
        scene = Stage(machine, pipeline)
        await pipeline.set_state('play')
        try:
            yield scene
        finally:
            for sink in scene.sinks:
                await sink.close(0)


def check_tongue(sink):
    report = sink.report()
    check(not report['rtsp_complaints'], 'our source wrote: %s', report['rtsp_complaints'])
    check(not report['errors'], 'the sink noted: %s', report['errors'])


def check_stream(sink, audio=True):
    """RTP without loss, a transport stream without a flaw, the clock and the tables in time."""
    report = sink.report()
    rtp, ts = report['rtp'], report['ts']
    check(rtp['lost'] == rtp['reordered'] == rtp['doubled'] == 0, 'RTP: %s', rtp)
    check(not rtp['complaints'], 'RTP: %s', rtp['complaints'])
    check(len(rtp['ssrcs']) == 1, 'several SSRCs: %s', rtp['ssrcs'])
    check(report['bad_datagrams'] == 0, '%d datagrams are no RTP', report['bad_datagrams'])
    check(not ts['complaints'], 'TS: %s', ts['complaints'])
    # mpegtsmux sends what was waiting before its tables; gnome-network-displays does so as well.
    check(ts['packets_before_tables'] <= 64, '%d packets before the tables',
          ts['packets_before_tables'])
    # 100 ms, and what a loaded machine adds: pictures that come late.
    limit_ms = 100 + ts['silence_ms']['max']
    for kind in ('pat', 'pmt', 'pcr'):
        interval = ts[kind + '_interval_ms']
        check(interval and interval['max'] <= limit_ms and interval['median'] <= 101,
              '%s interval: %s, limit %s', kind, interval, limit_ms)
    for stream in ts['streams']:
        check(not stream['complaints'], '%s: %s', stream['codec'], stream['complaints'])
        check(stream['pts_ahead_of_pcr_ms']['min'] >= 0, '%s comes too late for its PTS: %s',
              stream['codec'], stream['pts_ahead_of_pcr_ms'])
    check(bool(ts['audio']) == audio, 'audio: %s', ts['audio'])


# CEA modes with the level they need (WFD 2.1 table 10), as far as they are negotiated here.
CEA = {1 << 0: (640, 480, 60), 1 << 5: (1280, 720, 30), 1 << 6: (1280, 720, 60),
       1 << 7: (1920, 1080, 30), 1 << 8: (1920, 1080, 60)}
LEVELS = {1: 31, 2: 32, 4: 40, 8: 41, 16: 42}


def check_as_agreed(sink):
    """The stream is what M4 says: size, profile, level not above, and M4 chose from the offer."""
    words = sink.agreed['wfd_video_formats'].split()
    check(len(words) == 13, 'M4 says %s', sink.agreed['wfd_video_formats'])
    check(re.fullmatch(r'[0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2}( [0-9a-f]{8}){3} '
                       r'[0-9a-f]{2} [0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{2} none none',
                       sink.agreed['wfd_video_formats'], re.I), 'M4 says %s', ' '.join(words))
    profile, level, cea = int(words[2], 16), int(words[3], 16), int(words[4], 16)
    check(cea in CEA, 'M4 chose CEA %08x', cea)
    video = sink.report()['ts']['video']
    check((video['width'], video['height']) == CEA[cea][:2], 'agreed on %s, sent %dx%d', CEA[cea],
          video['width'], video['height'])
    check(video['level_idc'] <= LEVELS[level], 'agreed on level %d, sent %d', LEVELS[level],
          video['level_idc'])
    if profile == 1:
        check(video['constrained_baseline'], 'agreed on Constrained Baseline, sent %s', video)
    check(not video['cabac'], 'CABAC is not allowed')
    check(set(video['slice_types']) <= {'I', 'P'}, 'slices: %s', video['slice_types'])
    check(list(video['slices_per_picture']) == [1], 'slices: %s', video['slices_per_picture'])


def check_decodes(machine, path, pictures, sound, codec='aac'):
    """ffprobe, ffmpeg and stock GStreamer decode all of it, without one line of complaint."""
    lines = streams.ffmpeg_errors(path)
    check(not lines, 'ffmpeg: %s', lines)
    found = streams.probe(path)
    check(not found['complaints'], 'ffprobe: %s', found['complaints'])
    count = int(found['video']['nb_read_frames'])
    check(count >= pictures, 'ffprobe decodes %d pictures, not %d', count, pictures)
    check(bool(sound) == ('audio' in found), 'ffprobe finds %s', list(found))
    if sound:
        heard = int(found['audio']['nb_read_frames'])
        check(heard >= sound, 'ffprobe decodes %d frames of sound, not %d', heard, sound)
        check(found['audio']['codec_name'] == codec, 'codec %s', found['audio']['codec_name'])
    seen, heard, lines = streams.gst_decode(path, bool(sound), machine.env, codec)
    check(not lines, 'GStreamer: %s', lines)
    # It leaves out what it cannot place at the begin and at a seam.
    check(seen >= 0.95 * pictures and heard >= 0.95 * sound, 'GStreamer decodes %d and %d', seen,
          heard)
    text = streams.discover(path, machine.env)
    check('video/x-h264' in text and 'rror' not in text, 'gst-discoverer says: %s', text)


@case('wfdsink-decodes-everywhere')
async def decodes_everywhere(machine):
    """10 s of H.264 and AAC: no loss, no flaw, decoded by three programs without an error."""
    async with stage(machine) as scene:
        sink = await scene.watch(300)
        await scene.leave(sink)
        check_tongue(sink)
        check_stream(sink)
        check_as_agreed(sink)
        check_decodes(machine, sink.options.out, 300, 300)
        await scene.end()


@case('wfdsink-screen')
async def screen(machine):
    """A real X screen with something moving on it, taken by ximagesrc, decodes as well."""
    machine_parts.need('Xvfb')
    machine_parts.need_elements('ximagesrc', 'ximagesink')
    processes = machine_parts.Processes(machine.folder, machine.env)
    try:
        display = processes.start_screen(1280, 720)
        machine.env['DISPLAY'] = display
        processes.env['DISPLAY'] = display
        processes.start('content', [
            'gst-launch-1.0', '-q', 'videotestsrc', 'is-live=true', 'pattern=ball', '!',
            'video/x-raw,width=1280,height=720,framerate=30/1', '!', 'ximagesink'])
        parts = '''ximagesrc use-damage=false ! video/x-raw,framerate=30/1 ! videoconvert ! queue !
                   w. ''' + TONE
        async with stage(machine, wfdsink('after-session=wait', parts)) as scene:
            sink = await scene.watch(120)
            await scene.leave(sink)
            check_stream(sink)
            check_as_agreed(sink)
            check_decodes(machine, sink.options.out, 120, 120)
    finally:
        processes.stop()


@case('wfdsink-media-file')
async def media_file(machine):
    """A file through uridecodebin."""
    path = machine.recording(size=(1280, 720), seconds=8)
    parts = '''uridecodebin uri=file://%s name=d  d. ! videoconvert ! videoscale ! queue ! w.
               d. ! audioconvert ! audioresample ! queue ! w. ''' % path
    async with stage(machine, wfdsink(parts=parts)) as scene:
        sink = await scene.watch(120)
        # The file ends, and so does the session: a TEARDOWN trigger, which our sink follows.
        await sink.wait_event('torn-down', 20)
        await sink.close()
        await scene.pipeline.wait('eos', 10)
        check_stream(sink)
        check_as_agreed(sink)
        check_decodes(machine, sink.options.out, 120, 120)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())


async def encoded_case(machine, sink_is_first):
    """H.264 and AAC that are encoded upstream are passed on as they are, in their own format."""
    parts = '''videotestsrc is-live=true pattern=ball !
        video/x-raw,width=1280,height=720,framerate=30/1 !
        x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max=30 bitrate=2000 !
        video/x-h264,profile=constrained-baseline ! h264parse ! queue !
        identity name=units silent=true ! w.
        audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! avenc_aac ! aacparse !
        queue ! w. '''
    async with stage(machine, wfdsink('after-session=wait', parts)) as scene:
        if not sink_is_first:
            await scene.pipeline.more('units', 10)
        sink = await scene.watch(90)
        await scene.leave(sink)
        check_stream(sink)
        check_as_agreed(sink)
        video = sink.report()['ts']['video']
        check((video['width'], video['height']) == (1280, 720), 'sent %s', video)
        check_decodes(machine, sink.options.out, 90, 60)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())


case('wfdsink-already-encoded', sink_is_first=False)(encoded_case)
# The sink waits before there is a stream whose format could be known.
case('wfdsink-already-encoded-for-a-waiting-sink', sink_is_first=True)(encoded_case)


@case('wfdsink-openh264')
async def openh264(machine):
    """The other encoder of Debian, when x264enc is not there."""
    machine_parts.need_elements('openh264enc')
    machine.env['GST_PLUGIN_FEATURE_RANK'] = 'x264enc:NONE'
    async with stage(machine) as scene:
        sink = await scene.watch(90)
        seconds = await sink.request_idr()
        check(seconds < 5, 'the IDR came after %.3f s', seconds)
        await scene.leave(sink)
        check_stream(sink)
        check_decodes(machine, sink.options.out, 90, 60)


@case('wfdsink-key-unit')
async def key_unit(machine):
    """M13 brings an IDR; a storm of them is answered and does not bring a storm of IDRs."""
    async with stage(machine) as scene:
        sink = await scene.watch(40)
        for _ in range(3):
            seconds = await sink.request_idr()
            check(0 <= seconds < 5, 'the IDR came after %.3f s', seconds)
            await sink.media.wait_pictures(20)
        before = sink.media.idrs
        coming = asyncio.ensure_future(sink.media.wait_idr())
        await asyncio.gather(*[sink.set_parameter(b'wfd_idr_request\r\n') for _ in range(8)])
        await coming
        await sink.media.wait_pictures(20)
        check(1 <= sink.media.idrs - before <= 2, '8 requests brought %d IDRs',
              sink.media.idrs - before)
        await scene.leave(sink)
        check_tongue(sink)
        check_stream(sink)
        check_decodes(machine, sink.options.out, 100, 50)


@case('wfdsink-sloppy-key-unit-requests')
async def sloppy_key_unit(machine):
    """M13 with a colon, without a line end and to another URI is M13 all the same."""
    async with stage(machine) as scene:
        for body, uri in ((b'wfd_idr_request: \r\n', 'verbatim'), (b'wfd_idr_request', 'localhost'),
                          (b'WFD_IDR_REQUEST\r\n', 'verbatim')):
            sink = await scene.watch(20, request_uri=uri)
            seconds = await sink.request_idr(body)
            check(seconds < 5, '%s: the IDR came after %.3f s', body, seconds)
            await scene.leave(sink)


@case('wfdsink-pause-play')
async def pause_play(machine):
    """PAUSE stops RTP, PLAY brings it back with an IDR first; twice; all of it decodes."""
    async with stage(machine) as scene:
        sink = await scene.watch(40)
        for _ in range(2):
            await sink.pause()
            await sink.media.wait_quiet()
            # It may come before the answer to PLAY.
            await asyncio.gather(sink.media.wait_idr(3), sink.play())
            await sink.media.wait_pictures(30)
        units = sink.media.analyser.units
        check(units[0].idr, 'the first picture is no IDR')
        await scene.leave(sink)
        check_tongue(sink)
        check_stream(sink)
        check_decodes(machine, sink.options.out, 100, 50)


@case('wfdsink-asked-in-the-wrong-state')
async def wrong_state(machine):
    """PLAY while playing and PAUSE while paused are refused (406), and harm nothing."""
    async with stage(machine) as scene:
        sink = await scene.watch(20)
        answer = await sink.play(want=None)
        check(answer.status in (200, 406), 'PLAY while playing: %s', answer.start)
        await sink.pause()
        answer = await sink.pause(want=None)
        check(answer.status in (200, 406), 'PAUSE while paused: %s', answer.start)
        await sink.play()
        await sink.media.wait_pictures(20)
        await scene.leave(sink)


@case('wfdsink-triggers')
async def triggers(machine):
    """The sender's PAUSED and PLAYING become M5 PAUSE and PLAY, its EOS a TEARDOWN."""
    async with stage(machine, wfdsink()) as scene:
        sink = await scene.watch(20)
        for count in (1, 2):
            await scene.pipeline.set_state('pause')
            await sink.wait_event('m9', count=count)
            await sink.media.wait_quiet()
            await scene.pipeline.set_state('play')
            await sink.wait_event('m7', count=count + 1)
            await sink.media.wait_pictures(20)
        await scene.pipeline.tell('eos')
        await sink.wait_event('torn-down', 10)
        await scene.pipeline.wait('eos', 10)
        check_tongue(sink)
        check([e['method'] for e in sink.events.all('trigger')]
              == ['SETUP', 'PAUSE', 'PLAY', 'PAUSE', 'PLAY', 'TEARDOWN'], 'triggers: %s',
              sink.events.all('trigger'))
        await scene.end()


@case('wfdsink-null-ends-the-session')
async def null_ends(machine):
    """NULL in the middle of the picture: quick, and the sink is told."""
    async with stage(machine) as scene:
        for _ in range(2):
            await scene.pipeline.set_state('play')
            sink = await scene.watch(20)
            await scene.end()
            how = await sink.wait_closed(5)
            triggers_seen = [e['method'] for e in sink.events.all('trigger')]
            check('TEARDOWN' in triggers_seen, 'no trigger, only "%s"', how)


# 303 to the first M4s; the text says what was refused.
REFUSALS = {
    'format': ['wfd_video_formats: 415'],
    'profile-and-level': ['wfd_video_formats: 415, 457'],
    'bandwidth': ['wfd_video_formats: 453'],
    'audio': ['wfd_audio_codecs: 415'],
    'twice': ['wfd_video_formats: 415', 'wfd_video_formats: 415'],
    'without-code': ['wfd_video_formats'],
}


async def refusal_case(machine, refusal):
    """A refused M4 is tried again with less of what was refused, and the session comes to be."""
    parts = PICTURE.replace('1280', '1920').replace('720', '1080') + TONE
    async with stage(machine, wfdsink('after-session=wait', parts)) as scene:
        codes = REFUSALS[refusal]
        sink = await scene.watch(20, refuse_m4=codes)
        tries = [e['values'] for e in sink.events.all('m4')]
        check(sink.m4_count == len(codes) + 1, '%d times M4', sink.m4_count)
        kept, changed = ('wfd_video_formats', 'wfd_audio_codecs') if refusal == 'audio' else \
            ('wfd_audio_codecs', 'wfd_video_formats')
        values = [each.get(changed) for each in tries]
        check(len(set(values)) == len(values), '%s again: %s', changed, values)
        check(len({each.get(kept) for each in tries}) == 1, '%s was not refused: %s', kept, tries)
        await scene.leave(sink)
        check_tongue(sink)
        check_as_agreed(sink)
        await scene.next_session_works()


for _refusal in REFUSALS:
    case('wfdsink-m4-refused-' + _refusal, family='wfdsink-sinks', refusal=_refusal)(refusal_case)


@case('wfdsink-m4-refused-for-ever', family='wfdsink-sinks')
async def refused_for_ever(machine):
    """A sink that refuses everything is let go, and the next one is served."""
    async with stage(machine) as scene:
        sink = scene.sink(refuse_m4=['wfd_video_formats: 415'] * 100)
        await sink.connect()
        await sink.wait_closed(TIMER_S)
        check(1 < sink.m4_count < 20, '%d times M4', sink.m4_count)
        await scene.next_session_works()


# Capabilities real sinks send, and the size that must come of it (None: any).
CAPABILITIES = {
    'minimal': (dict(wfd_video_formats='00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 '
                                       'none none'), (640, 480)),
    '720p-only': (dict(wfd_video_formats='28 00 01 01 00000021 00000000 00000000 00 0000 0000 00 '
                                         'none none'), (1280, 720)),
    'windows': (dict(wfd_video_formats='40 00 01 10 0001bdeb 051557ff 00000fff 10 0000 001f 11 0780 '
                                       '0438, 02 10 0001bdeb 155557ff 00000fff 10 0000 001f 11 0780 '
                                       '0438'), None),
    'lg-webos': (dict(wfd_video_formats='40 00 01 10 000194FF 155575DF 00000555 00 0000 0000 1F '
                                        'none none, 02 10 000194FF 155575DF 00000555 00 0000 0000 '
                                        '1F none none'), None),
    'actiontec': (dict(wfd_video_formats='00 01 02 08 00019ceb 05557fff 00000fff 02 0000 00ff 11 '
                                         '0780 0438, 01 08 00019ceb 05557fff 00000fff 02 0000 00ff '
                                         '11 0780 0438'), None),
    'aosp-all-bits': (dict(wfd_video_formats='28 00 01 01 ffffffff ffffffff ffffffff 00 0000 0000 '
                                             '00 none none'), None),
    'two-profiles-in-one': (dict(wfd_video_formats='00 00 03 10 0001ffff 1fffffff 00001fff 00 0000 '
                                                   '0000 10 none none'), None),
    'high-profile-only': (dict(wfd_video_formats='00 00 02 10 0001FEFF 3FFFFFFF 00000FFF 00 0000 '
                                                 '0000 00 none none'), None),
    'truncated': (dict(wfd_video_formats='00 00 01 10 0001bde1 00300000 000003c0'), None),
    'no-bits': (dict(wfd_video_formats='00 00 01 10 00000000 00000000 00000000 00 0000 0000 00 none '
                                       'none'), (640, 480)),
    'aac-only': (dict(wfd_audio_codecs='AAC 00000001 00'), None),
    'zero-masks': (dict(wfd_audio_codecs='LPCM 00000003 02, AAC 00000001 02, AC3 00000000 02'),
                   None),
    'windows-names': (dict(wfd2_video_formats='40 01 04 0080 000001ffbdeb 000155557fff 000000000fff '
                                              '10 0000 001f 11, 01 01 0080 000001ffbdeb '
                                              '0001555557ff 000000000fff 10 0000 001f 11 00',
                           microsoft_cursor='none', intel_sink_version='product_ID=x'), None),
}


async def capability_case(machine, name):
    """The session comes to be and the stream is what was agreed on."""
    values, size = CAPABILITIES[name]
    async with stage(machine) as scene:
        sink = await scene.watch(40, parameters=values, answer_unasked=name == 'windows-names')
        video = sink.report()['ts']['video']
        if size:
            check((video['width'], video['height']) == size, 'sent %dx%d', video['width'],
                  video['height'])
        await scene.leave(sink)
        check_stream(sink)
        check_tongue(sink)
        check_decodes(machine, sink.options.out, 40, 10)


for _name in CAPABILITIES:
    case('wfdsink-to-a-sink-with-' + _name, family='wfdsink-sinks', name=_name)(capability_case)


@case('wfdsink-lpcm-only-sink')
async def lpcm_only(machine):
    """A sink that knows LPCM alone gets the sound as samples; ffmpeg takes this LPCM for MP3."""
    async with stage(machine) as scene:
        sink = await scene.watch(60, parameters=dict(wfd_audio_codecs='LPCM 00000002 00'))
        check(sink.agreed['wfd_audio_codecs'].startswith('LPCM'), 'agreed on %s', sink.agreed)
        await scene.leave(sink)
        check_stream(sink)
        sound = sink.report()['ts']['audio']
        check(sound['formats'] == ['LPCM 48000 Hz 16 bit 2 ch'], 'sent %s', sound)
        check(sound['samples'] >= 48000 * 1.5, 'sent %s', sound)
        machine_parts.need_elements('dvdlpcmdec')
        seen, heard, lines = streams.gst_decode(sink.options.out, True, machine.env, 'lpcm')
        check(not lines and seen >= 57 and heard >= 130, 'GStreamer decodes %d and %d: %s', seen,
              heard, lines)


@case('wfdsink-ac3')
async def ac3(machine):
    """AC-3 that comes coded is passed on to a sink that takes it."""
    machine_parts.need_elements('avenc_ac3', 'ac3parse')
    parts = PICTURE + '''audiotestsrc is-live=true freq=440 volume=0.3 !
        audio/x-raw,rate=48000,channels=2 ! audioconvert ! avenc_ac3 ! ac3parse ! queue ! w. '''
    async with stage(machine, wfdsink('after-session=wait', parts)) as scene:
        sink = await scene.watch(60, parameters=dict(
            wfd_audio_codecs='LPCM 00000003 00, AAC 00000001 00, AC3 00000001 00'))
        check(sink.agreed['wfd_audio_codecs'].startswith('AC3'), 'agreed on %s', sink.agreed)
        await scene.leave(sink)
        check_stream(sink)
        check_decodes(machine, sink.options.out, 60, 40, codec='ac3')


@case('wfdsink-no-audio-sink')
async def no_audio(machine):
    """A projector without sound (wfd_audio_codecs: none) gets video alone."""
    async with stage(machine) as scene:
        sink = await scene.watch(40, parameters=dict(wfd_audio_codecs='none'))
        await scene.leave(sink)
        check_stream(sink, audio=False)
        check_decodes(machine, sink.options.out, 40, 0)


@case('wfdsink-video-only-pipeline')
async def video_only(machine):
    """Without an audio pad M4 has no audio, and the sink gets video alone."""
    async with stage(machine, wfdsink('after-session=wait', PICTURE)) as scene:
        sink = await scene.watch(40)
        check('wfd_audio_codecs' not in sink.agreed or sink.agreed['wfd_audio_codecs'] == 'none',
              'agreed on %s', sink.agreed)
        await scene.leave(sink)
        check_stream(sink, audio=False)


@case('wfdsink-no-video-sink')
async def no_video(machine):
    """wfd_video_formats: none, which kills other sources: no crash, the next sink is served."""
    async with stage(machine) as scene:
        sink = scene.sink(parameters=dict(wfd_video_formats='none'))
        try:
            await sink.open()
        except (wfd_sink.SinkError, TimeoutError, ConnectionError):
            pass
        await sink.close()
        await scene.next_session_works()


# Ways to write what a sink may write; all of them must come to a picture.
MANNERS = {
    'port-pair': dict(transport='pair'), 'profile-without-udp': dict(transport='avp'),
    'no-client-port': dict(transport='none'), 'lower-case-transport': dict(transport='lower-case'),
    'more-in-transport': dict(transport='extras'),
    'uri-without-port': dict(request_uri='no-port'),
    'uri-without-stream': dict(request_uri='no-stream'), 'uri-with-slash': dict(request_uri='slash'),
    'uri-localhost': dict(request_uri='localhost'), 'uri-of-another': dict(request_uri='other-host'),
    'no-session-header': dict(session='none'), 'wrong-session-header': dict(session='wrong'),
    'session-with-timeout': dict(session='timeout'), 'options-first': dict(m2='before-m1'),
    'early-setup': dict(early_setup=True), 'cseq-from-0': dict(first_cseq=0),
    'cseq-from-301': dict(first_cseq=301), 'byte-by-byte': dict(chunk_bytes=1),
    'no-user-agent': dict(user_agent=''), 'answers-unasked': dict(answer_unasked=True),
    'm1-with-blank-lines': dict(faults=['m1:blank-lines']),
    'm3-with-wrong-cseq': dict(faults=['m3:wrong-cseq']),
    'm4-with-wrong-cseq': dict(faults=['m4:wrong-cseq']),
    'm1-without-cseq': dict(faults=['m1:no-cseq']),
    'm3-with-lf-only': dict(faults=['m3:lf-only']), 'm3-twice': dict(faults=['m3:twice']),
    'm4-late': dict(faults=['m4:late=3']), 'm5-late': dict(faults=['m5:late=3']),
    'm7-late': dict(faults=['m7:late=3']),
}


async def manner_case(machine, manner):
    """The session comes to a picture all the same."""
    async with stage(machine) as scene:
        sink = await scene.watch(20, **MANNERS[manner])
        check(not sink.plan.not_done(), 'the fault never happened')
        await scene.leave(sink)
        report = sink.report()
        check(report['rtp']['lost'] == 0, 'RTP: %s', report['rtp'])
        await scene.next_session_works()


for _manner in MANNERS:
    case('wfdsink-bears-' + _manner, family='wfdsink-bears', manner=_manner)(manner_case)

# Transports that cannot be served, and how they may be answered.
BAD_TRANSPORTS = {'tcp': (461,), 'no-port-number': (200, 400, 461), 'big-port': (400, 461),
                  'zero-port': (200, 400, 461)}


async def transport_case(machine, form):
    """SETUP is answered with an error or the port of M3 is taken; the next session works."""
    async with stage(machine) as scene:
        sink = scene.sink(transport=form)
        await sink.connect()
        await sink.wait_event('setup-wanted')
        answer = await sink.setup(want=None)
        check(answer.status in BAD_TRANSPORTS[form], 'SETUP was answered with %s', answer.start)
        await sink.close()
        await scene.next_session_works()


for _form in BAD_TRANSPORTS:
    case('wfdsink-transport-' + _form, family='wfdsink-bears', form=_form)(transport_case)


@case('wfdsink-keep-alive', family='wfdsink-spoiled')
async def keep_alive(machine):
    """M16 comes in time, also while paused; 501 counts as an answer; the session lives on."""
    async with stage(machine) as scene:
        sink = await scene.watch(20, keep_alive='status')
        limit_s = (sink.session_timeout_s or 60) - 5
        await sink.wait_event('m16', limit_s)
        await sink.pause()
        await sink.wait_event('m16', limit_s, count=2)
        await sink.play()
        await sink.media.wait_pictures(20)
        await scene.leave(sink)
        check_tongue(sink)


@case('wfdsink-keep-alive-without-answer', family='wfdsink-spoiled', seconds=200)
async def keep_alive_without_answer(machine):
    """A sink that answers no M16 and says nothing else is let go after the timeout."""
    async with stage(machine) as scene:
        sink = await scene.watch(20, keep_alive='ignore')
        timeout_s = sink.session_timeout_s or 60
        await sink.wait_closed(2.5 * timeout_s + 10)
        await sink.close()
        check(sink.media.packets_after_end == 0, 'RTP goes on')
        await scene.next_session_works()


@case('wfdsink-second-connection')
async def second_connection(machine):
    """While a session runs, another connection gets an answer or an end, and disturbs nothing."""
    async with stage(machine) as scene:
        first = await scene.watch(20)
        second = scene.sink()
        await second.connect()
        how = await second.wait_closed(5)
        check('reset' not in how, 'the second connection is reset')
        await first.media.wait_pictures(30)
        await scene.leave(first)
        check_stream(first)
        await scene.next_session_works()


# Sinks that spoil the session: where, how, and whether only a timer can find it.
SPOILERS = {
    'connecting-only': ('connect:silence', True),
    'port-scan': ('connect:close', False), 'port-scan-with-reset': ('connect:reset', False),
    'http-client': ('connect:http', False), 'garbage-first': ('connect:garbage', False),
    'm1-garbage': ('m1:garbage', False), 'm1-reset': ('m1:reset', False),
    'm1-half': ('m1:half', True), 'm1-silence': ('m1:silence', True),
    'm1-status-551': ('m1:status=551', False),
    'm2-never': ('m2:silence', True),
    'm2-huge-length': ('m2:huge-length', False), 'm2-negative-length': ('m2:negative-length', False),
    'm2-endless': ('m2:endless', True), 'm2-flood': ('m2:flood', True),
    'm2-many-headers': ('m2:many-headers', None),
    'm3-garbage': ('m3:garbage', False), 'm3-silence': ('m3:silence', True),
    'm3-half': ('m3:half', True), 'm3-half-then-close': ('m3:half-then-close', False),
    'm3-huge-length': ('m3:huge-length', False), 'm3-status-400': ('m3:status=400', None),
    'm4-silence': ('m4:silence', True), 'm4-reset': ('m4:reset', False),
    'm4-status-500': ('m4:status=500', None), 'm5-status-403': ('m5:status=403', False),
    'm6-never': ('m6:silence', True), 'm6-reset': ('m6:reset', False),
    'm6-garbage': ('m6:garbage', False), 'm6-half': ('m6:half', True),
    'm7-never': ('m7:silence', True), 'm7-close': ('m7:close', False),
    'm7-interleaved': ('m7:interleaved', None), 'm6-huge-length': ('m6:huge-length', False),
}


async def spoiler_case(machine, name):
    """The bad sink is let go in a bounded time, wfdsink lives, the next session works."""
    fault, needs_timer = SPOILERS[name]
    async with stage(machine) as scene:
        sink = scene.sink(faults=[fault], patience_s=TIMER_S)
        opening = asyncio.ensure_future(sink.open())
        await sink.events.wait('connected', 10)
        if needs_timer is None:
            # Either answer is right: the session ends, or it comes to be.
            done, _ = await asyncio.wait({opening}, timeout=TIMER_S)
            check(done, 'neither a session nor an end')
        else:
            await sink.wait_closed(TIMER_S if needs_timer else NOTICE_S)
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        check(not sink.plan.not_done(), 'the fault never happened')
        await sink.close()
        await scene.next_session_works()


for _spoiler in SPOILERS:
    case('wfdsink-spoiled-by-' + _spoiler, family='wfdsink-spoiled', name=_spoiler)(spoiler_case)


async def vanish_case(machine, action):
    """A sink that errs or goes in the middle of the picture: RTP ends, the next one is served."""
    async with stage(machine) as scene:
        sink = await scene.watch(20)
        await sink.misbehave(action)
        if action not in ('reset', 'close'):
            await sink.wait_closed(10)
        await sink.media.wait_quiet(0.3, 5)
        await sink.close()
        await scene.next_session_works()


for _action in ('reset', 'close', 'garbage', 'huge-length', 'http'):
    case('wfdsink-vanishing-by-' + _action, family='wfdsink-spoiled', action=_action)(vanish_case)


@case('wfdsink-many-sessions')
async def many_sessions(machine):
    """Ten sinks one after another, half of them leaving without a word."""
    async with stage(machine) as scene:
        for number in range(10):
            sink = await scene.watch(10)
            if number % 2:
                await sink.misbehave('reset')
                await sink.close(0)
            else:
                await scene.leave(sink)
        await scene.next_session_works()
        await scene.end()


@case('wfdsink-one-session-then-eos')
async def one_session(machine):
    """after-session=stop, the default: an orderly TEARDOWN by the sink ends the pipeline."""
    async with stage(machine, wfdsink()) as scene:
        sink = await scene.watch(20)
        await sink.teardown()
        await scene.pipeline.until(
            lambda: scene.pipeline.all('eos') or scene.pipeline.all('error'), 5, 'end')
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
        await scene.end()


@case('rtspwfd-casts-a-file', family='wfdsink')
async def casts_a_file(machine):
    """rtspwfd role=source casts a ready transport stream without encoding it again."""
    path = machine.recording(size=(1280, 720), seconds=6)
    description = '''filesrc location=%s ! tsparse set-timestamps=true ! rtspwfd role=source
        address=127.0.0.1 rtsp-port=7236 name=w''' % path
    machine.need_plugin('rtspwfd')
    async with machine.pipeline(description) as pipeline:
        scene = Stage(machine, pipeline)
        await pipeline.set_state('play')
        sink = await scene.watch(60)
        await scene.leave(sink)
        report = sink.report()
        check(report['rtp']['lost'] == 0, 'RTP: %s', report['rtp'])
        lines = streams.ffmpeg_errors(sink.options.out)
        check(not lines, 'ffmpeg: %s', lines)
