# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsrc gives on what others sent, bit by bit: streams of ffmpeg and of mpegtsmux, and streams made
by hand that are as odd as real sources make them."""

import asyncio
import dataclasses
import glob
import os
import struct
import subprocess

import es
import machine as machine_parts
import recording
import tones
import wfd_source
from harness import case, check
from tsmaker import Maker

SECONDS, RATE_HZ, GOP = 2, 30, 15
FRAME_TICKS = 90000 // RATE_HZ
# The clock at the first picture, and how long before its time a unit comes.
BEGIN, AHEAD = 90000, 9000
PATIENCE_S = 10
X264 = 'aud=1:sliced-threads=0:threads=1'
X265 = 'aud=1:log-level=none:bframes=0:repeat-headers=1:pools=1:frame-threads=1'
M4_SOUND = {'AAC': 'AAC 00000001 00', 'LPCM': 'LPCM 00000002 00', 'LPCM-44100': 'LPCM 00000001 00',
            'AC3': 'AC3 00000001 00', None: 'none'}


@dataclasses.dataclass
class Sent:
    """What was put in: access units of video; sound as one string of bytes, LPCM as big-endian
    samples."""

    video: list
    sound: bytes = b''
    codec: str = None
    data: bytes = b''   # the transport stream, if our own source is to cast it
    more: bool = False  # what comes behind this is not compared

    def but_the_end(self):
        """For senders that leave their last datagram unsent if it is not full. A PES may have many
        frames of sound."""
        frames = {'AAC': es.adts_frames, 'AC3': es.ac3_frames}
        sound = b''.join(frames[self.codec](self.sound)[:-16]) if self.codec else b''
        return dataclasses.replace(self, video=self.video[:-1], sound=sound, more=True)


# Elementary streams, all by ffmpeg.

def ffmpeg(*arguments):
    machine_parts.need('ffmpeg')
    subprocess.run(['ffmpeg', '-nostdin', '-y', '-v', 'error', *arguments], check=True)


def make_video(machine, bitrate='2M', size='640x480', aud=True):
    path = machine.path('video.h264')
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=%s:r=%d' % (size, RATE_HZ), '-t', str(SECONDS), '-c:v',
           'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-profile:v', 'baseline',
           '-pix_fmt', 'yuv420p', '-g', str(GOP), '-b:v', bitrate, '-x264-params', X264, '-f',
           'h264', path)
    units = es.pictures(_read(path))
    # A delimiter is 6 bytes: 00 00 00 01 09 f0.
    return path, units if aud else [unit[6:] for unit in units]


def make_h265(machine):
    path = machine.path('video.h265')
    ffmpeg('-f', 'lavfi', '-i', 'testsrc2=s=640x480:r=%d' % RATE_HZ, '-t', str(SECONDS), '-c:v',
           'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', str(GOP), '-x265-params',
           X265, '-f', 'hevc', path)
    return es.pictures(_read(path), 'hevc')


def make_sound(machine, codec, rate_hz=48000):
    """Return the path and the bytes of a tone."""
    wav = machine.path('sound.wav')
    samples = tones.samples(rate_hz, 2, SECONDS)
    tones.write_wav(wav, rate_hz, 2, samples)
    if codec.startswith('LPCM'):
        return wav, tones.to_bytes(samples, big_endian=True)
    path, form, encoder = {'AAC': (machine.path('sound.aac'), 'adts', 'aac'),
                           'AC3': (machine.path('sound.ac3'), 'ac3', 'ac3')}[codec]
    ffmpeg('-i', wav, '-c:a', encoder, '-f', form, path)
    return path, _read(path)


def _read(path):
    with open(path, 'rb') as file:
        return file.read()


# Receiving.

def pipeline(machine):
    """Each unit becomes a file."""
    parts = ['''queue name=for-%s max-size-time=0 max-size-bytes=0 max-size-buffers=0 !
        identity name=units-%s silent=true !
        multifilesink location=%s-%%05d.unit next-file=buffer sync=false async=false ''' % (
            kind, kind, machine.path(kind)) for kind in ('video', 'audio')]
    return 'wfdsrc name=w uri=wfd://127.0.0.1:7236 audio-codecs="aac, lpcm, lpcm-44100, ac3" %s' \
        % ' '.join(parts)


def unit_paths(machine, kind):
    return sorted(glob.glob(machine.path(kind + '-*.unit')))


class Received:
    def __init__(self, machine, pipe):
        self.video, self.audio = (
            [_read(path) for path in unit_paths(machine, kind)] for kind in ('video', 'audio'))
        self.audio_caps = ([entry['caps'] for entry in pipe.all('caps', element='units-audio')]
                           or [''])[-1]

    def sound(self):
        """As one string; samples in the order that LPCM has on the wire."""
        data = b''.join(self.audio)
        if 'S16LE' in self.audio_caps:
            return tones.to_bytes(tones.from_bytes(data, big_endian=False), big_endian=True)
        return data


def check_same(received, sent):
    video, sound = received.video, received.sound()
    if sent.more:
        video, sound = video[:len(sent.video)], sound[:len(sent.sound)]
    for number, (got, given) in enumerate(zip(video, sent.video)):
        if got != given:
            at = len(os.path.commonprefix([got, given]))
            check(False, 'picture %d of %d differs at byte %d: %d bytes, should be %d', number,
                  len(sent.video), at, len(got), len(given))
    check(len(video) == len(sent.video), '%d pictures, should be %d', len(video), len(sent.video))
    if sound != sent.sound:
        check(False, 'sound differs at byte %d: %d bytes, should be %d; %s',
              len(os.path.commonprefix([sound, sent.sound])), len(sound), len(sent.sound),
              received.audio_caps)


async def receive(machine, sent, send=None):
    """A session in which send (session) casts, or our source sent.data; compare what came."""
    machine.need_plugin('wfdsrc')
    async with machine.pipeline(pipeline(machine)) as pipe:
        source = wfd_source.Source(wfd_source.Options(
            transcript=machine.path('session.txt'), audio=M4_SOUND[sent.codec],
            video='00 00 01 01 00000001 00000000 00000000 00 0000 0000 00 none none'),
            stream=recording.Once(sent.data))
        await source.listen()
        await pipe.set_state('play')
        session = await source.accept()
        try:
            if send:
                session.media.play = lambda: None
            await session.open()
            if send:
                await send(session)
            await all_came(machine, pipe, sent)
            check(not pipe.errors(), 'errors: %s', pipe.errors())
            await pipe.set_state('null')
        finally:
            session.close()
            source.close()
    check_same(Received(machine, pipe), sent)


async def all_came(machine, pipe, sent):
    """Wait until all is written, but not for ever: what is missing is found by who compares."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        written = [[os.path.getsize(path) for path in unit_paths(machine, kind)]
                   for kind in ('video', 'audio')]
        if len(written[0]) >= len(sent.video) and sum(written[0]) >= sum(map(len, sent.video)) \
                and sum(written[1]) >= len(sent.sound) or pipe.all('error'):
            return
        await asyncio.sleep(0.05)


# Senders that nobody here wrote.

FFMPEG_FORMS = {
    'plain': [],
    'length-of-pes': ['-omit_video_pes_length', '0'],
    'other-pids': ['-mpegts_pmt_start_pid', '0x20', '-streamid', '0:0x1ff', '-streamid', '1:0x1ffe'],
    'rare-tables': ['-pcr_period', '100', '-pat_period', '1'],
    'constant-rate': ['-muxrate', '6M'],
    'frames-alone': ['-pes_payload_size', '0'],
}


async def ffmpeg_case(machine, codec, form):
    """ffmpeg multiplexes; our source casts its packets as they are."""
    video_path, video = make_video(machine)
    command, sound = ['-r', str(RATE_HZ), '-i', video_path], b''
    if codec:
        sound_path, sound = make_sound(machine, codec)
        command += ['-i', sound_path]
    path = machine.path('stream.ts')
    ffmpeg(*command, '-c', 'copy', *FFMPEG_FORMS[form], '-f', 'mpegts', path)
    await receive(machine, Sent(video, sound, codec, _read(path)))


for _form in FFMPEG_FORMS:
    case('receive-ffmpeg-' + _form, family='receive', codec='AAC', form=_form)(ffmpeg_case)
case('receive-ffmpeg-ac3', family='receive', codec='AC3', form='plain')(ffmpeg_case)
case('receive-ffmpeg-video-alone', family='receive', codec=None, form='plain')(ffmpeg_case)


@case('receive-ffmpeg-rtp', family='receive')
async def ffmpeg_rtp(machine):
    """ffmpeg is the sender (rtp_mpegts), in its own rhythm."""
    video_path, video = make_video(machine)
    sound_path, sound = make_sound(machine, 'AAC')

    async def send(session):
        process = await asyncio.create_subprocess_exec(
            'ffmpeg', '-nostdin', '-v', 'error', '-re', '-r', str(RATE_HZ), '-i', video_path, '-re',
            '-i', sound_path, '-c', 'copy', '-f', 'rtp_mpegts',
            'rtp://127.0.0.1:%d?pkt_size=1328' % session.client_port)
        check(await process.wait() == 0, 'ffmpeg fails')
    await receive(machine, Sent(video, sound, 'AAC').but_the_end(), send)


async def gstreamer_case(machine, options, codec):
    """mpegtsmux ! rtpmp2tpay ! udpsink, as in gnome-network-displays."""
    machine_parts.need_elements('mpegtsmux', 'rtpmp2tpay', 'h264parse')
    video_path, _ = make_video(machine)
    parsed = machine.path('parsed.h264')
    head = ['filesrc', 'location=' + video_path, '!', 'h264parse', '!',
            'video/x-h264,stream-format=byte-stream,alignment=au']
    # The parser has start codes of its own.
    subprocess.run(['gst-launch-1.0', '-q', *head, '!', 'filesink', 'location=' + parsed],
                   check=True)
    video, sound = es.pictures(_read(parsed)), b''
    room = ['!', 'queue', 'max-size-time=0', 'max-size-bytes=0', 'max-size-buffers=0', '!', 'm.']
    branches = head + room
    if codec:
        sound_path, sound = make_sound(machine, codec)
        branches += ['filesrc', 'location=' + sound_path, '!',
                     {'AAC': 'aacparse', 'AC3': 'ac3parse'}[codec], *room]

    async def send(session):
        process = await asyncio.create_subprocess_exec(
            'gst-launch-1.0', '-q', 'mpegtsmux', 'name=m', *options, '!', 'rtpmp2tpay', '!',
            'udpsink', 'sync=true', 'host=127.0.0.1', 'port=%d' % session.client_port, *branches)
        check(await process.wait() == 0, 'gst-launch-1.0 fails')
    sent = Sent(video, sound, codec)
    await receive(machine, sent if 'alignment=7' in options else sent.but_the_end(), send)


GND_MAP = 'prog-map=program_map,sink_4113=1,sink_4352=1,PMT_1=(uint)32,PCR_1=sink_4113'
for _name, _options, _codec in (('aac', ['alignment=7'], 'AAC'), ('ac3', [], 'AC3'),
                                ('gnd', ['alignment=7', GND_MAP], 'AAC'),
                                ('video-alone', ['alignment=0'], None),
                                ('seven-at-a-time', ['alignment=7'], None)):
    case('receive-mpegtsmux-' + _name, family='receive', options=_options,
         codec=_codec)(gstreamer_case)


# Streams made by hand.

VIDEO, AUDIO, CLOCK = 0x1011, 0x1100, 0x1000
H264, AAC, AC3, LPCM = {VIDEO: (0x1b, b'')}, (0x0f, b''), (0x81, b''), (0x83, b'')


def cast_by_hand(maker, video, put_video, sounds=(), clock_apart=False, between=None):
    """Tables, the clock and the units in the order of their time. put_video (number, PTS, unit,
    pcr) puts a picture; sounds is [(PTS, put)]."""
    sounds = list(sounds)
    for number, unit in enumerate(video):
        now = BEGIN + number * FRAME_TICKS
        if number % 2 == 0:
            maker.tables()
        if clock_apart:
            maker.clock(now)
        if between:
            between(number)
        put_video(number, now + AHEAD, unit, None if clock_apart else now)
        while sounds and sounds[0][0] <= now + AHEAD:
            sounds.pop(0)[1]()
    for _, put in sounds:
        put()
    maker.clock(BEGIN + len(video) * FRAME_TICKS)
    maker.tables()
    return maker.bytes()


def simple(maker, stream_id=0xe0, **options):
    def put(number, pts, unit, pcr):
        maker.unit(VIDEO, stream_id, pts, unit, pcr=pcr, **options)
    return put


def hand_lengths(machine, options):
    """PES with and without a length, on any stream id, with and without delimiters and stuffing."""
    _, video = make_video(machine, aud=options.pop('aud', True))
    maker = Maker(H264)
    return Sent(video, data=cast_by_hand(maker, video, simple(maker, **options)))


def hand_h265(machine):
    """Whatever was agreed on, the tables say what comes."""
    video = make_h265(machine)
    maker = Maker({VIDEO: (0x24, b'')})
    return Sent(video, data=cast_by_hand(maker, video, simple(maker, length=0)))


def hand_clock_apart(machine):
    """The clock on a PID of its own, between null packets."""
    _, video = make_video(machine)
    maker = Maker(H264, pcr_pid=CLOCK)
    return Sent(video, data=cast_by_hand(maker, video, simple(maker, length=0), clock_apart=True,
                                         between=lambda number: maker.null()))


def hand_over_64_kib(machine):
    """Pictures that a PES cannot say the length of."""
    _, video = make_video(machine, bitrate='40M', size='1280x720')
    check(max(map(len, video)) > 0x10000, 'no picture is that large')
    maker = Maker(H264)
    return Sent(video, data=cast_by_hand(maker, video, simple(maker, length=0)))


def hand_two_in_one(machine):
    """Two pictures in each PES."""
    _, video = make_video(machine)
    maker = Maker(H264)

    def put(number, pts, unit, pcr):
        if number % 2 == 0:
            maker.unit(VIDEO, 0xe0, pts, unit + video[number + 1], length=0, pcr=pcr)
    return Sent(video, data=cast_by_hand(maker, video, put))


def hand_one_in_several(machine):
    """A picture in three PES, of which the first has the time."""
    _, video = make_video(machine)
    maker = Maker(H264)

    def put(number, pts, unit, pcr):
        third = len(unit) // 3
        for part in range(3):
            piece = unit[part * third:(part + 1) * third if part < 2 else None]
            maker.unit(VIDEO, 0xe0, None if part else pts, piece, pcr=None if part else pcr)
    return Sent(video, data=cast_by_hand(maker, video, put))


def hand_tables_change(machine):
    """In the middle the video moves to another PID, and the PMT to another version."""
    _, video = make_video(machine)
    maker = Maker(H264, pcr_pid=CLOCK)
    pids = [VIDEO]

    def between(number):
        if number == 2 * GOP:
            maker.version, pids[0] = 1, 0x0451
            maker.streams = {0x0451: (0x1b, b'')}
            maker.tables()

    def put(number, pts, unit, pcr):
        maker.unit(pids[0], 0xe0, pts, unit)
    return Sent(video, data=cast_by_hand(maker, video, put, clock_apart=True, between=between))


def with_sound(machine, codec, kind, stream_id, pieces, step_samples, rate_hz=48000, sound=None):
    """Pictures, and pieces of sound, each in a PES of its own."""
    _, video = make_video(machine)
    maker = Maker({**H264, AUDIO: kind})
    sounds = []
    for number, piece in enumerate(pieces):
        pts = BEGIN + AHEAD + number * step_samples * 90000 // rate_hz
        sounds.append((pts, lambda pts=pts, piece=piece: maker.unit(AUDIO, stream_id, pts, piece)))
    data = cast_by_hand(maker, video, simple(maker, length=0), sounds)
    return Sent(video, b''.join(pieces) if sound is None else sound, codec, data)


def hand_aac_cut_anywhere(machine):
    """ADTS frames that go on in the next PES, as its length is always the same."""
    _, sound = make_sound(machine, 'AAC')
    frames = es.adts_frames(sound)
    size = len(sound) // len(frames)
    pieces = [sound[at:at + size] for at in range(0, len(sound), size)]
    return with_sound(machine, 'AAC', AAC, 0xc0, pieces, 1024)


def hand_ac3(machine, stream_id):
    _, sound = make_sound(machine, 'AC3')
    return with_sound(machine, 'AC3', AC3, stream_id, es.ac3_frames(sound), 1536)


def hand_lpcm(machine, rate_hz, units):
    """units: of 80 samples in a PES; the standard has 6."""
    codec = 'LPCM' if rate_hz == 48000 else 'LPCM-44100'
    _, sound = make_sound(machine, codec, rate_hz)
    size = units * 80 * 4
    head = struct.pack('BBBB', 0xa0, units, 0, 0x11 if rate_hz == 48000 else 0x09)
    pieces = [head + sound[at:at + size] for at in range(0, len(sound) - size + 1, size)]
    return with_sound(machine, codec, LPCM, 0xbd, pieces, units * 80, rate_hz,
                      sound[:len(pieces) * size])


BY_HAND = {
    'with-length': lambda m: hand_lengths(m, {}),
    'without-length': lambda m: hand_lengths(m, dict(length=0)),
    'without-delimiters': lambda m: hand_lengths(m, dict(length=0, aud=False)),
    'stuffed-everywhere': lambda m: hand_lengths(m, dict(stuffed=20)),
    'stream-id-e5': lambda m: hand_lengths(m, dict(stream_id=0xe5)),
    'h265': hand_h265, 'clock-on-its-own-pid': hand_clock_apart, 'over-64-kib': hand_over_64_kib,
    'two-pictures-in-a-pes': hand_two_in_one, 'a-picture-in-three-pes': hand_one_in_several,
    'tables-that-change': hand_tables_change, 'aac-cut-anywhere': hand_aac_cut_anywhere,
    'ac3-on-bd': lambda m: hand_ac3(m, 0xbd), 'ac3-on-fd': lambda m: hand_ac3(m, 0xfd),
    'lpcm': lambda m: hand_lpcm(m, 48000, 6), 'lpcm-44100': lambda m: hand_lpcm(m, 44100, 6),
    'lpcm-of-12-units': lambda m: hand_lpcm(m, 48000, 12),
    'lpcm-of-1-unit': lambda m: hand_lpcm(m, 48000, 1),
}


async def hand_case(machine, name):
    """Received as it was put in."""
    await receive(machine, BY_HAND[name](machine))


for _name in BY_HAND:
    case('receive-' + _name, family='receive', name=_name)(hand_case)
