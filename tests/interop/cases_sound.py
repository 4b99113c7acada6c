# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsink casts in every sound of Wi-Fi Display to a sink that has just this one; what ffmpeg decodes
is what was put in: each channel its own tone, as long as it was, without a gap."""

import asyncio
import subprocess

import judges
import machine as machine_parts
import modes
import strict
import tones
from cases_wfdsink import stage
from harness import case, check

SECONDS = 3
AAC_SAMPLES, AC3_SAMPLES, LPCM_SAMPLES = 1024, 1536, 480
FRAME_SAMPLES = {'AAC': AAC_SAMPLES, 'AC3': AC3_SAMPLES, 'LPCM': LPCM_SAMPLES}
# What a codec puts before the first sample and after the last, and a window at each end.
SLACK_S = 0.08

PICTURE = '''videotestsrc num-buffers=%d pattern=ball ! video/x-raw,width=640,height=360,framerate=30/1 !
    queue max-size-time=5000000000 ! w. ''' % (SECONDS * 30)
FORMATS = modes.offer([modes.find('640x360p30')], 'cbp')


def ffmpeg(*arguments):
    machine_parts.need('ffmpeg')
    done = subprocess.run(['ffmpeg', '-nostdin', '-y', '-v', 'warning', *arguments],
                          capture_output=True, check=False)
    check(not done.stderr and not done.returncode, 'ffmpeg: %s', done.stderr.decode())
    return done.stdout


class Sound:
    """A sound to cast: as samples in a file, or coded by ffmpeg."""

    def __init__(self, machine, sound, coded):
        self.sound, self.coded = sound, coded
        self.samples = tones.samples(sound.rate_hz, sound.channels, SECONDS)
        self.path = machine.path('sound.wav')
        tones.write_wav(self.path, sound.rate_hz, sound.channels, self.samples)
        if coded:
            form, parser = {'AAC': ('adts', 'aacparse'), 'AC3': ('ac3', 'ac3parse')}[sound.codec]
            coded_path = machine.path('sound.' + form)
            ffmpeg('-i', self.path, '-c:a', 'aac' if form == 'adts' else 'ac3', '-b:a',
                   '%dk' % (96 * sound.channels), '-f', form, coded_path)
            self.path, self.parts = coded_path, parser
        else:
            self.parts = 'wavparse'

    def pipeline(self):
        return 'filesrc location=%s ! %s ! queue max-size-time=5000000000 ! w. ' % (
            self.path, self.parts)

    def decode(self, judge, path):
        """What was received, as samples."""
        if self.sound.codec == 'LPCM':
            data = b''.join(payload[4:] for payload in judge.payloads(strict.PID_AUDIO))
            return tones.from_bytes(data, big_endian=True)
        return tones.from_bytes(ffmpeg('-i', path, '-map', '0:a', '-f', 's16le', '-c:a', 'pcm_s16le',
                                       '-'), big_endian=False)


async def cast(machine, sound, coded):
    """Return the Sound, the strict judge of the stream, and its path."""
    source = Sound(machine, sound, coded)
    description = '''wfdsink name=w address=127.0.0.1 rtsp-port=7236 after-session=wait bitrate=1000
        audio-codecs=%s %s %s''' % (modes.sound_name(sound), PICTURE, source.pipeline())
    async with stage(machine, description) as scene:
        sink = scene.sink(keep=True, parameters=dict(
            wfd_video_formats=FORMATS,
            wfd_audio_codecs='%s %08x 00' % (sound.codec, 1 << sound.bit)))
        await sink.open()
        await sink.wait_event('torn-down', 30)
        await sink.close()
        check(sink.agreed.get('wfd_audio_codecs') == '%s %08x 00' % (sound.codec, 1 << sound.bit),
              'agreed on %s', sink.agreed)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
    judge = strict.Judge(sink.media.datagrams, sound.codec, sound.rate_hz,
                         late_ms=20 * machine_parts.slowness())
    return source, judge, sink.options.out


def check_times(judge, sound):
    """Each packet begins where the one before has ended."""
    frames = [frames_in(sound.codec, payload) for payload in judge.payloads(strict.PID_AUDIO)]
    step = FRAME_SAMPLES[sound.codec] * 90000 / sound.rate_hz
    complaint = strict.judge_places(judge.times(strict.PID_AUDIO),
                                    [sum(frames[:number]) * step for number in range(len(frames))])
    check(not complaint, 'packets of sound: %s', complaint)


def frames_in(codec, payload):
    if codec != 'AAC':
        return 1
    count = at = 0
    while at + 7 <= len(payload):
        at += (payload[at + 3] & 3) << 11 | payload[at + 4] << 3 | payload[at + 5] >> 5
        count += 1
    return count


def check_bytes(source, judge):
    """What came coded is passed on, and LPCM loses nothing."""
    got = b''.join(payload[4:] if source.sound.codec == 'LPCM' else payload
                   for payload in judge.payloads(strict.PID_AUDIO))
    if source.coded:
        with open(source.path, 'rb') as file:
            given = file.read()
    else:
        given = tones.to_bytes(source.samples, big_endian=True)
        given = given[:len(given) // (4 * LPCM_SAMPLES) * 4 * LPCM_SAMPLES]
    check(given in got, 'of %d bytes that were put in not all are in the %d that came', len(given),
          len(got))


async def sound_case(machine, sound, coded):
    """The sound that was put in comes out."""
    if sound.channels == 8 and not coded:
        machine_parts.need_elements('fdkaacenc')  # the only one that codes eight
    source, judge, path = await cast(machine, sound, coded)
    check(not judge.complaints, 'the stream: %s', dict(judge.complaints))
    check_times(judge, sound)
    if coded or sound.codec == 'LPCM':
        check_bytes(source, judge)
    values = await asyncio.to_thread(source.decode, judge, path)
    lines = tones.complaints(values, sound.rate_hz, sound.channels, SECONDS, SLACK_S)
    check(not lines, '%s', '; '.join(lines))
    if sound.codec != 'LPCM':
        check(not judges.ffprobe(path), 'ffprobe: %s', judges.ffprobe(path))


# AC-3 is passed on only; samples are coded to AAC or sent as they are.
for _sound in modes.SOUNDS:
    if _sound.codec != 'AC3':
        case('sound-' + modes.sound_name(_sound), family='sound', sound=_sound,
             coded=False)(sound_case)
    if _sound.codec != 'LPCM':
        case('sound-passed-on-' + modes.sound_name(_sound), family='sound', sound=_sound,
             coded=True)(sound_case)
