# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every kind of stream that wfdsink sends, before judges that nobody here wrote and one that knows
the standard to the byte: not one warning."""

import asyncio
import os

import judges
import machine as machine_parts
import strict
import tones
from cases_sound import ffmpeg
from cases_wfdsink import stage
from harness import case, check

PICTURES = 60
# Live, as a screen is; what is dropped at the valve stands still.
PICTURE = '''videotestsrc is-live=true pattern=ball ! video/x-raw,width=1280,height=720,framerate=30/1 !
    valve name=screen ! queue ! w. '''
TONE = '''audiotestsrc is-live=true freq=440 volume=0.3 samplesperbuffer=480 !
    audio/x-raw,rate=48000,channels=2 ! valve name=player ! queue ! w. '''
# Sound of the stream, what the sink has, what is cast, caps for tsdemux.
SOUNDS = {
    'aac': ('AAC', 48000, 'AAC 00000001 00', TONE, 'audio/mpeg'),
    'lpcm': ('LPCM', 48000, 'LPCM 00000002 00', TONE, 'audio/x-private2-lpcm'),
    'lpcm-44100': ('LPCM', 44100, 'LPCM 00000001 00', TONE, 'audio/x-private2-lpcm'),
    'ac3': ('AC3', 48000, 'AC3 00000001 00',
            'filesrc location=%s ! ac3parse ! queue ! w. ', 'audio/x-ac3'),
    'no-sound': (None, 0, 'none', '', None),
}


def pipeline(machine, name, properties):
    sound = SOUNDS[name][3]
    if '%s' in sound:
        sound = sound % ac3_file(machine)
    codecs = 'audio-codecs=' + name if sound else ''
    return 'wfdsink name=w address=127.0.0.1 rtsp-port=7236 after-session=wait %s %s %s %s' % (
        codecs, properties, PICTURE, sound)


def ac3_file(machine):
    wav, path = machine.path('sound.wav'), machine.path('sound.ac3')
    tones.write_wav(wav, 48000, 2, tones.samples(48000, 2, 20))
    ffmpeg('-i', wav, '-c:a', 'ac3', '-f', 'ac3', path)
    return path


def check_strictly(sink, name):
    """PIDs, tables, clock, PES to the byte."""
    codec, rate_hz = SOUNDS[name][:2]
    judge = strict.Judge(sink.media.datagrams, codec, rate_hz,
                         late_ms=20 * machine_parts.slowness())
    check(not judge.complaints, 'to the byte: %s', dict(judge.complaints))
    check(len(judge.units[strict.PID_VIDEO]) >= PICTURES, '%d pictures',
          len(judge.units[strict.PID_VIDEO]))
    check(codec is None or len(judge.units[strict.PID_AUDIO]) >= 20, 'not enough sound')
    return judge


def check_by_others(machine, sink, name, judge):
    """ffprobe, ffmpeg, tsdemux, tsparse, Wireshark; and they agree on the bytes."""
    path, pcap = sink.options.out, machine.path('captured.pcap')
    with open(pcap, 'wb') as file:
        file.write(judges.pcap([(us * 1000, data) for us, data in sink.media.datagrams]))
    video, audio = machine.path('video.es'), machine.path('audio.es')
    caps = SOUNDS[name][4]
    for_ffmpeg = path if SOUNDS[name][0] != 'LPCM' else judges.without(
        path, strict.PID_AUDIO, machine.path('video.ts'))
    found = {
        'ffprobe': judges.ffprobe(for_ffmpeg), 'ffmpeg': judges.ffmpeg(for_ffmpeg),
        'tsdemux': judges.tsdemux(path, video, caps, audio),
        'tsparse': judges.tsparse(path, machine.path('parsed.ts')),
        'Wireshark': judges.wireshark(pcap),
    }
    found = {judge: lines[:5] for judge, lines in found.items() if lines}
    check(not found, '%s', found)
    for pid, es_path in ((strict.PID_VIDEO, video), (strict.PID_AUDIO, audio)):
        # tsdemux keeps the header of LPCM for the decoder.
        if os.path.exists(es_path):
            with open(es_path, 'rb') as file:
                check(file.read() == b''.join(judge.payloads(pid)), 'tsdemux finds other bytes')
    rows = judges.tshark(pcap, 'mpeg_pmt.pcr_pid', 'mpeg_pmt.stream.elementary_pid', only='mpeg_pmt')
    want = '0x1000', ','.join('0x%04x' % pid for pid in sorted(judge.kinds))
    check(rows and all(tuple(row.split('\t')) == want for row in rows), 'Wireshark finds %s',
          rows[:1])


async def proof_case(machine, name, properties='', still=False):
    """Not one warning."""
    machine_parts.need('ffmpeg', 'ffprobe', 'tshark')
    async with stage(machine, pipeline(machine, name, properties)) as scene:
        sink = await scene.watch(PICTURES // 2, keep=True,
                                 parameters=dict(wfd_audio_codecs=SOUNDS[name][2]))
        if still:
            # The screen stands still and the player is paused; then both go on.
            for element in ('screen', 'player') if SOUNDS[name][3] else ('screen',):
                await scene.pipeline.tell('set %s drop true' % element)
            await asyncio.sleep(2)  # the time of standing still is what is looked at
            for element in ('screen', 'player') if SOUNDS[name][3] else ('screen',):
                await scene.pipeline.tell('set %s drop false' % element)
        await sink.request_idr()
        await sink.media.wait_pictures(PICTURES // 2)
        await scene.leave(sink)
        check(not scene.pipeline.errors(), 'errors: %s', scene.pipeline.errors())
    judge = check_strictly(sink, name)
    check_by_others(machine, sink, name, judge)


for _name in SOUNDS:
    case('proof-' + _name, name=_name)(proof_case)
case('proof-still-screen', name='aac', still=True)(proof_case)
case('proof-still-screen-without-sound', name='no-sound', still=True)(proof_case)
case('proof-still-screen-with-lpcm', name='lpcm', still=True)(proof_case)
case('proof-openh264', name='aac', properties='encoder=openh264enc')(proof_case)
# An IDR of more than 64 KiB, whose PES cannot have a length.
case('proof-20-mbit', name='aac', properties='bitrate=20000')(proof_case)
