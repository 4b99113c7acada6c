#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real input goes from wfdsink to wfdsrc as a person would send it: with tools/try.

test-real.py screen|film|silent TRY BUILD. Exit status 77 means that this machine lacks a part; the reason
is printed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import machine

SKIP = 77
TIMEOUT_S = 100
PROGRAMS = ('bash', 'awk', 'python3', 'gst-launch-1.0', 'gst-inspect-1.0')
ELEMENTS = ('x264enc', 'avenc_aac', 'avdec_h264', 'avdec_aac', 'level', 'pngenc', 'mpegtsmux',
            'tsdemux')
FILM_S = 6
SCREEN_S = 5


def check(condition, text, *values):
    if not condition:
        raise AssertionError(text % values)


def make_film(path, sound=True):
    """As films are: pictures that need each other both ways, another rate and sound than we send."""
    tone = ['-f', 'lavfi', '-i', 'sine=f=440:r=44100', '-c:a', 'aac', '-ac', '1'] if sound else []
    subprocess.run(
        ['ffmpeg', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=854x480:r=25', *tone, '-t',
         str(FILM_S), '-c:v', 'libx264', '-profile:v', 'high', '-bf', '2', '-pix_fmt', 'yuv420p',
         path], check=True)


def cast(folder, program, build, *options):
    """Run tools/try; return its figures."""
    figures = os.path.join(folder, 'figures.json')
    command = [program, '--built', build, '--no-window', '--port', '0', '--json', figures,
               '--png', os.path.join(folder, 'picture.png'), *options]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S, check=False,
                          errors='replace')
    print(done.stdout)
    check(done.returncode == 0, 'it ended with %d', done.returncode)
    with open(os.path.join(folder, 'picture.png'), 'rb') as file:
        check(file.read(4) == b'\x89PNG', 'the picture is no PNG')
    with open(figures, encoding='utf-8') as file:
        return json.load(file)


def check_pictures(figures):
    check(figures['pictures_blank'] * 10 <= figures['pictures'], '%d of %d pictures are blank',
          figures['pictures_blank'], figures['pictures'])
    check(figures['packets_lost'] == 0, '%d packets are lost', figures['packets_lost'])


def check_all(figures):
    check_pictures(figures)
    check(figures['sound_db'] > -40, 'the sound has only %s dB', figures['sound_db'])


def test_screen(folder, program, build):
    """An X screen on which something moves."""
    machine.need('Xvfb')
    machine.need_elements('ximagesrc', 'ximagesink', 'timeoverlay')
    figures = cast(folder, program, build, '--seconds', str(SCREEN_S))
    check_all(figures)
    check(figures['pictures_moved'] >= 30, 'only %d pictures moved', figures['pictures_moved'])
    check(figures['pictures_stamped'] * 10 >= figures['pictures'] * 9,
          'only %d of %d pictures say when they were taken', figures['pictures_stamped'],
          figures['pictures'])


def test_film(folder, program, build):
    """A film of another size, rate and sound, at its own pace and to its end."""
    machine.need('ffmpeg')
    machine.need_elements('uridecodebin', 'qtdemux')
    film = os.path.join(folder, 'a film.mp4')
    make_film(film)
    figures = cast(folder, program, build, '--file', film, '--seconds', str(10 * FILM_S))
    check_all(figures)
    check(figures['media_s'] > 0.8 * FILM_S, 'only %g s of %d s came', figures['media_s'], FILM_S)
    check(figures['pictures_moved'] > 20 * FILM_S, 'only %d pictures moved',
          figures['pictures_moved'])
    # Slower is a matter of the machine; faster is wrong on any.
    check(figures['wall_s'] > 0.9 * figures['media_s'], '%g s of film came within %g s',
          figures['media_s'], figures['wall_s'])


def test_silent(folder, program, build):
    """A film without sound, of which nobody said that it has none."""
    machine.need('ffmpeg')
    machine.need_elements('uridecodebin', 'qtdemux')
    film = os.path.join(folder, 'silent.mp4')
    make_film(film, sound=False)
    figures = cast(folder, program, build, '--file', film, '--seconds', str(10 * FILM_S))
    check_pictures(figures)
    check(figures['media_s'] > 0.8 * FILM_S, 'only %g s of %d s came', figures['media_s'], FILM_S)


def main():
    name, program, build = sys.argv[1:]
    folder = tempfile.mkdtemp(prefix='wfd-real-')
    try:
        machine.need(*PROGRAMS)
        machine.need_elements(*ELEMENTS)
        # Not into a window of who runs the tests.
        os.environ.pop('DISPLAY', None)
        tests = {'screen': test_screen, 'film': test_film, 'silent': test_silent}
        tests[name](folder, program, build)
    except machine.Missing as missing:
        print('SKIP: %s' % missing)
        return SKIP
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
