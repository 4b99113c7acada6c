# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsrc receives from Debian's gnome-network-displays, unmodified."""

import contextlib
import os
import re
import signal
import subprocess
import time

import gnd
import machine as machine_parts
from cases_wfdsrc import AUDIO, VIDEO, check_tone, wfdsrc
from harness import case, check

# The source needs up to 10 s for its answer to SETUP on a loaded machine.
FIRST_PICTURE_S = 40
# The decoders of 1080p need some of it.
NULL_MS = 500


@contextlib.asynccontextmanager
async def receive(machine, description=None, **options):
    """gnome-network-displays waits for a sink, and the pipeline is not started yet."""
    machine.need_plugin('wfdsrc')
    gnd.Gnd.check()
    with gnd.Gnd(**options) as source:
        try:
            async with machine.pipeline(description or wfdsrc()) as pipeline:
                yield source, pipeline
        finally:
            with open(machine.path('gnd.log'), 'w', encoding='utf-8') as file:
                file.write(source.log())


def check_moving(pipeline, pictures):
    """Pictures, and not always the same one.

    It sends the last picture again when its capture is slow, and black ones before the first.
    """
    figures = pipeline.last['picture']
    check(figures['count'] >= pictures, 'only %d pictures', figures['count'])
    check(figures['blank'] <= 0.3 * figures['count'], '%d blank pictures', figures['blank'])
    check(figures['still'] < 0.97 * figures['count'], '%d of %d pictures stand still',
          figures['still'], figures['count'])


async def first_pictures(pipeline, count=30):
    await pipeline.set_state('play')
    await pipeline.more('picture', count, FIRST_PICTURE_S)


async def end(pipeline, source):
    """NULL at once, and the source must have understood that the sink is gone."""
    await pipeline.set_null(NULL_MS)
    machine_parts.wait_until(lambda: not machine_parts.is_listening(gnd.PORT), 10,
                             'the return of the source to its list')
    check(source.is_running(), 'the source has died')


@case('gnd-picture-and-sound')
async def picture_and_sound(machine):
    """Picture and sound are decoded; the caps are those of the stream."""
    async with receive(machine) as (source, pipeline):
        await first_pictures(pipeline, 60)
        await pipeline.more('sound', 60)
        check_moving(pipeline, 60)
        check_tone(pipeline, 60)
        caps = pipeline.all('caps', element='picture')[-1]['caps']
        check('width=(int)1920' in caps and 'height=(int)1080' in caps, 'caps are %s', caps)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())
        await end(pipeline, source)


@case('gnd-openh264-scrolling')
async def scrolling(machine):
    """The other encoder and a picture in which everything moves."""
    async with receive(machine, encoder='openh264enc', content='scroll') as (source, pipeline):
        await first_pictures(pipeline, 60)
        check_moving(pipeline, 60)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())
        await end(pipeline, source)


@case('gnd-key-unit')
async def key_unit(machine):
    """M13 is answered with an IDR: one comes long before its turn, which is every 10 s."""
    async with receive(machine) as (source, pipeline):
        await first_pictures(pipeline, 30)
        for _ in range(2):
            keys = pipeline.last['units']['key_units']
            begin = time.monotonic()
            await pipeline.tell('key-unit units')
            await pipeline.until(lambda: pipeline.last['units']['key_units'] > keys, 4, 'key unit')
            print('key unit after %.0f ms' % ((time.monotonic() - begin) * 1000))
            await pipeline.more('picture', 30)
        await end(pipeline, source)


@case('gnd-pause-play')
async def pause_play(machine):
    """PAUSED stops the pictures, PLAYING brings them back, though the source's clock goes back."""
    async with receive(machine) as (source, pipeline):
        await first_pictures(pipeline)
        for _ in range(2):
            await pipeline.set_state('pause')
            await pipeline.quiet('picture')
            await pipeline.set_state('play')
            await pipeline.more('picture', 45)
        check_moving(pipeline, 100)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())
        await end(pipeline, source)


@case('gnd-teardown-and-again')
async def teardown_and_again(machine):
    """The TEARDOWN it refuses with 460 is sent again as it wants it; a second session works."""
    async with receive(machine) as (source, pipeline):
        for _ in range(2):
            await first_pictures(pipeline)
            await end(pipeline, source)
            source.arm()
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())


@case('gnd-killed')
async def killed(machine):
    """The source dies in the middle of the picture: one clear error, and NULL is quick."""
    async with receive(machine) as (source, pipeline):
        await first_pictures(pipeline)
        source.kill()
        error = await pipeline.wait('error', 5)
        check(len(error['text']) > 20, 'the error says only "%s"', error['text'])
        await pipeline.set_null(NULL_MS)
        check(len(pipeline.all('error')) == 1, 'errors: %s', pipeline.errors())


@case('gnd-frozen')
async def frozen(machine):
    """The source stands still with its sockets open: the timeout finds it."""
    async with receive(machine, wfdsrc('timeout=3000')) as (source, pipeline):
        await first_pictures(pipeline)
        os.kill(source.app.pid, signal.SIGSTOP)
        try:
            await pipeline.wait('error', 15)
            await pipeline.set_null(NULL_MS)
        finally:
            os.kill(source.app.pid, signal.SIGCONT)


@case('gnd-keep-alive', seconds=150)
async def keep_alive(machine):
    """It stops sending 36 s after it began unless M16 is answered; 60 s are played."""
    async with receive(machine) as (source, pipeline):
        await first_pictures(pipeline)
        begin = time.monotonic()
        while time.monotonic() - begin < 60:
            await pipeline.more('picture', 30, 10)
        check_moving(pipeline, 300)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())
        await end(pipeline, source)


@case('gnd-null-while-it-sets-up')
async def null_while_it_sets_up(machine):
    """It takes seconds to answer SETUP; NULL does not wait for it."""
    async with receive(machine) as (source, pipeline):
        await pipeline.set_state('play')
        await pipeline.wait('progress', 15, code='negotiate', type='complete')
        await pipeline.set_null(NULL_MS)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())


@case('gnd-without-sound')
async def without_sound(machine):
    """It announces AAC in M4 and sends none: the picture does not wait for it."""
    async with receive(machine, sound=False) as (source, pipeline):
        await first_pictures(pipeline, 60)
        check_moving(pipeline, 60)
        await end(pipeline, source)


@case('gnd-still-screen')
async def still_screen(machine):
    """A screen on which nothing moves is not taken for a dead source."""
    description = wfdsrc('timeout=5000', VIDEO + AUDIO)
    async with receive(machine, description, content='still') as (source, pipeline):
        await first_pictures(pipeline, 10)
        begin = time.monotonic()
        while time.monotonic() - begin < 15:
            await pipeline.more('sound', 10, 10)
        check(not pipeline.errors(), 'errors: %s', pipeline.errors())
        await end(pipeline, source)


@case('gnd-gst-launch')
async def gst_launch(machine):
    """One line at the prompt: gst-launch-1.0 wfdsrc ! decodebin ! …, ended by ^C."""
    machine.need_plugin('wfdsrc')
    gnd.Gnd.check()
    with gnd.Gnd() as source:
        log = machine.path('launch.log')
        with open(log, 'wb') as file:
            launch = subprocess.Popen(
                ['gst-launch-1.0', '-v', '-e', 'wfdsrc', 'uri=wfd://127.0.0.1', '!', 'decodebin', '!',
                 'videoconvert', '!', 'identity', 'name=pictures', 'silent=false', '!', 'fakesink'],
                env=machine.env, stdout=file, stderr=subprocess.STDOUT,
                preexec_fn=machine_parts.die_with_parent)

        def pictures():
            with open(log, encoding='utf-8', errors='replace') as text:
                return len(re.findall('pictures.*last-message = chain', text.read()))
        try:
            machine_parts.wait_until(lambda: pictures() > 60, FIRST_PICTURE_S, '60 pictures')
            launch.send_signal(signal.SIGINT)
            check(launch.wait(10) == 0, 'gst-launch ended with %s', launch.returncode)
        finally:
            launch.kill()
        machine_parts.wait_until(lambda: not machine_parts.is_listening(gnd.PORT), 10,
                                 'the return of the source to its list')


@case('gnd-playbin')
async def playbin(machine):
    """playbin with the URI alone."""
    description = '''playbin uri=wfd://127.0.0.1 audio-sink="audioconvert !
        audio/x-raw,format=S16LE ! fakesink name=sound" video-sink="videoconvert !
        video/x-raw,format=I420 ! fakesink name=picture"'''
    async with receive(machine, description) as (source, pipeline):
        await first_pictures(pipeline, 60)
        check_moving(pipeline, 60)
        await end(pipeline, source)
