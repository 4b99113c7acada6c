# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsink casts in every mode of the tables of Wi-Fi Display to a sink that has just this one, and
ffmpeg says what came: the size, the profile, the level, the rate, and a picture between its bars."""

import asyncio
import fractions
import json
import os
import subprocess

import es
import machine as machine_parts
import modes
import recording
import strict
import ts
from cases_wfdsink import stage
from harness import case, check

PICTURES = 5
# Darker than the red and green of the test picture, lighter than a bar.
BAR_LUMA = 36
# As far as a coded block of a border goes.
BLOCK_PIXELS = 8
# Between red and green an encoder leaves a dark pixel here and there.
SPECKLES = 0.02

# What is cast, wide or high, and in which format it comes: all is to become 4:2:0. Small
# squares in a large picture would be more than an encoder can do with the bits that it has.
SHAPES = {'square': (120, 120, 'Y444'), 'wide': (800, 400, 'I420')}
# Encoder, profile of the sink, shape of what is cast.
VARIANTS = {
    'x264-cbp': ('x264enc', 'cbp', 'square'),
    'x264-chp': ('x264enc', 'chp', 'wide'),
    'openh264-cbp': ('openh264enc', 'cbp', 'wide'),
    # It has no High profile, and its Baseline is all that Constrained High has to decode.
    'openh264-chp': ('openh264enc', 'chp', 'square'),
}
# Each mode once, by one variant after the other; or by all of them, which takes four times as long.
EVERYTHING = 'WFD_INTEROP_EVERYTHING' in os.environ
ALL_FORMATS = ', '.join(map(modes.name_of, modes.USABLE))


OFF = 'rate-control=off bitrate=8000'


def pipeline(encoder, shape, rate, control=OFF):
    """Not live: each picture is cast, and at its own time, be the encoder slower than the mode on this
    machine, which the rate control would follow."""
    width, height, pixels = SHAPES[shape]
    return '''wfdsink name=w address=127.0.0.1 rtsp-port=7236 after-session=wait encoder=%s %s
        video-formats="%s" videotestsrc pattern=checkers-8 horizontal-speed=4 !
        video/x-raw,format=%s,width=%d,height=%d,framerate=%d/%d ! queue ! w. ''' % (
            encoder, control, ALL_FORMATS, pixels, width, height, rate.numerator, rate.denominator)


async def cast(scene, formats, pictures=PICTURES + 1):
    """A session with a sink that says wfd_video_formats so; return the sink."""
    sink = await scene.watch(pictures, parameters=dict(wfd_video_formats=formats,
                                                       wfd_audio_codecs='none'))
    await sink.teardown()
    await sink.close(0)
    drop_last_picture(sink.options.out)
    return sink


def drop_last_picture(path):
    """It may have been on its way when the session ended."""
    with open(path, 'r+b') as file:
        data = file.read()
        begins = [at for at in range(0, len(data), ts.PACKET_BYTES)
                  if recording.starts_unit(data[at:at + 4]) and recording.pid_of(data[at:]) == 0x1011]
        file.truncate(begins[-1])


# What came, by three judges.

def check_session(sink, mode, profile):
    chosen, agreed_profile, level = modes.selected(sink.agreed['wfd_video_formats'])
    check(chosen == mode, 'M4 names %s', modes.name_of(chosen))
    check(agreed_profile == profile, 'M4 names %s', agreed_profile)
    check(level == modes.stream_level(mode), 'M4 names level %d', level)
    report = sink.report()
    check(not report['rtp']['complaints'] and not report['rtp']['lost'], 'RTP: %s', report['rtp'])
    check(not report['ts']['complaints'], 'TS: %s', report['ts']['complaints'])


def check_coding(sink, mode, profile, encoder):
    """Table 6 of WFD 2.1: what a stream of each profile has and has not."""
    video = sink.report()['ts']['video']
    sps = sink.media.analyser.video().checker.sps
    check(not video['complaints'], 'H.264: %s', video['complaints'])
    check((sps.width, sps.height) == (mode.width, mode.height), 'the SPS says %s', sps)
    check(sps.chroma == 1 and sps.progressive, 'not 4:2:0 or not progressive: %s', sps)
    check_level(sps.level_idc, mode, encoder)
    if profile == 'cbp' or encoder == 'openh264enc':
        check(sps.profile_idc == 66 and sps.constraints & 0xc0 == 0xc0, 'the SPS says %s', sps)
    else:
        check(sps.profile_idc == 100 and sps.constraints in (0, 0x0c), 'the SPS says %s', sps)
    check(not video['cabac'], 'CABAC is not allowed')
    check(set(video['slice_types']) <= {'I', 'P'}, 'slices: %s', video['slice_types'])
    check(list(video['slices_per_picture']) == [1], 'slices: %s', video['slices_per_picture'])
    check(all(es.NAL_AUD in unit.nal_types for unit in sink.media.analyser.units),
          'not every picture has a delimiter')


def check_level(level, mode, encoder):
    agreed = modes.stream_level(mode)
    if encoder == 'openh264enc':
        # It cannot be told, and takes the lowest that H.264 has for the picture.
        check(level <= agreed, 'level_idc is %d, agreed on %d', level, agreed)
    else:
        check(level == agreed, 'level_idc is %d, should be %d', level, agreed)


def check_probe(path, mode, profile, encoder, rate):
    """What ffprobe says of the stream and of each decoded picture; it may not warn."""
    done = subprocess.run(
        ['ffprobe', '-v', 'warning', '-err_detect', 'crccheck+bitstream+buffer', '-show_streams',
         '-show_frames', '-of', 'json', path], capture_output=True, text=True, check=True)
    check(not done.stderr, 'ffprobe: %s', done.stderr)
    found = json.loads(done.stdout)
    stream, frames = found['streams'][0], found['frames']
    names = ('Constrained Baseline',) if profile == 'cbp' or encoder == 'openh264enc' else ('High',)
    check(stream['codec_name'] == 'h264' and stream['profile'] in names, 'profile %s',
          stream['profile'])
    check_level(stream['level'], mode, encoder)
    check((stream['width'], stream['height']) == (mode.width, mode.height), '%sx%s',
          stream['width'], stream['height'])
    check(stream['pix_fmt'] == 'yuv420p' and stream['has_b_frames'] == 0, '%s, B %s',
          stream['pix_fmt'], stream['has_b_frames'])
    check(stream.get('sample_aspect_ratio', '1:1') in ('1:1', 'N/A', '0:1'), 'pixels %s',
          stream.get('sample_aspect_ratio'))
    check(len(frames) >= PICTURES, '%d pictures', len(frames))
    check(''.join(frame['pict_type'] for frame in frames).lstrip('I').strip('P') == ''
          and frames[0]['pict_type'] == 'I', 'pictures: %s', [f['pict_type'] for f in frames])
    check(not any(frame['interlaced_frame'] for frame in frames), 'interlaced')
    complaint = strict.judge_places([frame['pts'] for frame in frames],
                                    [number * 90000 / rate for number in range(len(frames))])
    check(not complaint, 'pictures: %s', complaint)


def decode(path, mode):
    """The luma of each picture; ffmpeg may not warn."""
    done = subprocess.run(
        ['ffmpeg', '-nostdin', '-v', 'warning', '-i', path, '-fps_mode', 'passthrough',
         '-enc_time_base', '-1', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-'],
        capture_output=True, check=True)
    check(not done.stderr, 'ffmpeg: %s', done.stderr.decode())
    luma, colour = mode.width * mode.height, -(-mode.width // 2) * -(-mode.height // 2)
    size = luma + 2 * colour
    return [done.stdout[at:at + luma] for at in range(0, len(done.stdout) - size + 1, size)]


def check_line(line, size, name):
    """A line of pixels is lit for so many in its middle, and black before and behind."""
    begin, end = (len(line) - size) / 2, (len(line) + size) / 2
    black = [at for at, luma in enumerate(line) if luma <= BAR_LUMA]
    lit = [at for at, luma in enumerate(line) if luma > BAR_LUMA]
    within = [at for at in black if begin + BLOCK_PIXELS <= at < end - BLOCK_PIXELS]
    beyond = [at for at in lit if not begin - BLOCK_PIXELS <= at < end + BLOCK_PIXELS]
    check(len(within) <= SPECKLES * size, '%s, %d pixels of the picture are black: %s', name,
          len(within), within[:9])
    check(not beyond, '%s, %d pixels of the bars are lit: %s', name, len(beyond), beyond[:9])


def check_bars(luma, mode, shape):
    """The picture has its shape, is as large as it can be and in the middle; the rest is black."""
    width, height, _ = SHAPES[shape]
    scale = min(mode.width / width, mode.height / height)
    check_line(luma[mode.height // 2 * mode.width:][:mode.width], width * scale, 'across')
    check_line(luma[mode.width // 2::mode.width], height * scale, 'down')


def judge(sink, mode, variant, rate):
    """Every complaint of a mode as one line; None if there is none."""
    encoder, profile, shape = VARIANTS[variant]
    path = sink.options.out
    try:
        check_session(sink, mode, profile)
        check_coding(sink, mode, profile, encoder)
        check_probe(path, mode, profile, encoder, rate)
        pictures = decode(path, mode)
        for luma in pictures[0], pictures[-1]:
            check_bars(luma, mode, shape)
        check(pictures[0] != pictures[-1], 'the picture stands still')
    except (AssertionError, subprocess.CalledProcessError) as error:
        return '%s in %s: %s' % (modes.name_of(mode), variant, error)
    return None


async def modes_case(machine, variant, rate, chosen, control=OFF):
    """Each mode of this rate is cast as the standard has it."""
    machine_parts.need('ffmpeg', 'ffprobe')
    encoder, profile, shape = VARIANTS[variant]
    machine_parts.need_elements(encoder)
    judged = []
    async with stage(machine, pipeline(encoder, shape, rate, control)) as scene:
        for mode in chosen:
            sink = await cast(scene, modes.offer([mode], profile))
            judged.append(asyncio.get_running_loop().run_in_executor(
                None, judge, sink, mode, variant, rate))
        complaints = [text for text in await asyncio.gather(*judged) if text]
        check(not complaints, '%d of %d modes:\n%s', len(complaints), len(chosen),
              '\n'.join(complaints))
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())


for _rate in sorted({mode.rate_hz for mode in modes.USABLE}):
    _modes = [mode for mode in modes.USABLE if mode.rate_hz == _rate]
    for _number, _variant in enumerate(VARIANTS):
        _chosen = _modes if EVERYTHING else _modes[_number::len(VARIANTS)]
        if _chosen:
            case('formats-%s-%d' % (_variant, _rate), seconds=250, variant=_variant,
                 rate=fractions.Fraction(_rate), chosen=_chosen)(modes_case)


# As it is when nobody says anything of it, with a mode that each machine encodes in time.
case('formats-rate-controlled', variant='x264-cbp', rate=fractions.Fraction(24), control='',
     chosen=[modes.find('1280x720p24')])(modes_case)


async def odd_rate_case(machine, rate, mode, expected):
    """What comes at another rate is cast at the agreed one, or at its neighbour that counts as such."""
    machine_parts.need('ffmpeg', 'ffprobe')
    async with stage(machine, pipeline('x264enc', 'wide', rate)) as scene:
        sink = await cast(scene, modes.offer([mode], 'chp'), 30)
        complaint = judge(sink, mode, 'x264-chp', expected)
        check(not complaint, '%s', complaint)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())


NTSC = fractions.Fraction(1000, 1001)
# The rate of a film, the rate of the mode, what is sent. 59.94 is a 60 of its own (WFD 2.1 §3.4.2).
for _film, _rate, _sent in ((60 * NTSC, 60, 60 * NTSC), (30 * NTSC, 30, 30 * NTSC),
                            (24 * NTSC, 24, 24 * NTSC), (30, 60, 60), (30, 24, 24), (25, 30, 30),
                            (24 * NTSC, 60, 60), (60, 30, 30), (15, 25, 25)):
    case('formats-film-of-%.5g-at-%d' % (_film, _rate), rate=fractions.Fraction(_film),
         mode=modes.find('1280x720p%d' % _rate),
         expected=fractions.Fraction(_sent))(odd_rate_case)


@case('formats-never-offered')
async def never_offered(machine):
    """Interlaced modes, modes of R2 and pictures too large for the level of the sink do not happen:
    640x480p60, which every display has, is cast instead."""
    machine_parts.need('ffmpeg', 'ffprobe')
    smallest = modes.find('640x480p60')
    never = [(42, [mode for mode in modes.MODES if mode not in modes.USABLE and mode.bit < 32])]
    # The tables say level 3.2 for 1920x1080p24, in which H.264 has no such picture.
    for level in modes.LEVELS:
        never.append((level, [mode for mode in modes.USABLE
                              if mode.level == level < modes.stream_level(mode)]))
    async with stage(machine, pipeline('x264enc', 'square', fractions.Fraction(60))) as scene:
        for level, chosen in never:
            if chosen:
                sink = await cast(scene, modes.offer(chosen, 'cbp', level))
                complaint = judge(sink, smallest, 'x264-cbp', fractions.Fraction(60))
                check(not complaint, 'the sink has %s: %s',
                      ', '.join(map(modes.name_of, chosen)), complaint)


@case('formats-no-such-format')
async def no_such_format(machine):
    """A wish for what is never offered is refused with the names of what is."""
    machine.need_plugin('wfdsink')
    for name in ('1920x1080i60', '3840x2160p30', '1920x1081p30'):
        description = pipeline('x264enc', 'square', fractions.Fraction(60)).replace(
            ALL_FORMATS, name)
        async with machine.pipeline(description) as pipe:
            await pipe.tell('play')
            said = str(await pipe.wait('error', 10))
            check(name in said and '1920x1080p60' in said, 'it says %s', said)
