# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is measured: a screen with something on it, a source, a sink, and what they take."""

import asyncio
import contextlib
import json
import os
import subprocess
import time

import gnd
import machine
import pipeline

SCREEN = gnd.SCREEN
PORT = gnd.PORT
RTP_PORT = 15000
TICKS_PER_S = os.sysconf('SC_CLK_TCK')

# Drawn with the time of drawing in it, so that the way from the screen of one to that of the other
# can be measured whoever the source is.
CONTENT = ('videotestsrc name=drawing is-live=true pattern=ball ! video/x-raw,format=BGRx,'
           'width=%d,height=%d,framerate=30/1 ! ximagesink sync=false')
CAPTURE = 'ximagesrc use-damage=false ! video/x-raw,framerate=30/1 ! queue'
TONE = 'audiotestsrc is-live=true freq=440 volume=0.3 ! audio/x-raw,rate=48000,channels=2 ! queue'


def sink(sync=True):
    """As a player shows it, or each picture at once."""
    return ('wfdsrc name=wfd uri=wfd://127.0.0.1:%d wfd.video ! queue ! avdec_h264 ! videoconvert '
            '! fakevideosink name=show sync=%s wfd.audio ! queue ! avdec_aac ! audioconvert ! '
            'level ! fakesink sync=true' % (PORT, str(sync).lower()))


def source(properties=''):
    return '%s ! wfdsink name=cast rtsp-port=%d %s %s ! cast.' % (CAPTURE, PORT, properties, TONE)


class Usage:
    """What a process has taken so far."""

    def __init__(self, pid):
        self.pid = pid

    def cpu_s(self):
        with open('/proc/%d/stat' % self.pid, encoding='ascii') as file:
            fields = file.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def run_s(self):
        """The same of the threads that are there, to the nanosecond."""
        total_ns = 0
        for thread in os.listdir('/proc/%d/task' % self.pid):
            with open('/proc/%d/task/%s/schedstat' % (self.pid, thread), encoding='ascii') as file:
                total_ns += int(file.read().split()[0])
        return total_ns / 1e9

    def memory_mb(self):
        """(resident, of it its own: not files, nor what is shared with the X server)."""
        with open('/proc/%d/status' % self.pid, encoding='ascii') as file:
            lines = dict(line.split(':', 1) for line in file)
        return tuple(int(lines[key].split()[0]) * 1024 / 1e6 for key in ('VmRSS', 'RssAnon'))

    def descriptors(self):
        return len(os.listdir('/proc/%d/fd' % self.pid))

    def threads(self):
        return len(os.listdir('/proc/%d/task' % self.pid))

    async def cpu_percent(self, seconds):
        """Of one core, while it is left alone for so long."""
        cpu_s, begin = self.cpu_s(), time.monotonic()
        await asyncio.sleep(seconds)
        return (self.cpu_s() - cpu_s) * 100 / (time.monotonic() - begin)


class Stage:
    """The programs of the build, an environment for them, a folder for what they leave."""

    def __init__(self, folder, build):
        self.folder = folder
        self.cast_run = os.path.join(build, 'tools/cast/cast-run')
        self.runner = os.path.join(build, 'tests/interop/pipeline-runner')
        self.bench_way = os.path.join(build, 'tests/bench/bench-way')
        self.bench_load = os.path.join(build, 'tests/bench/bench-load')
        self.env = pipeline.environment(folder)
        self.env['GST_PLUGIN_PATH'] = os.path.join(build, 'gst')
        self.env['GST_DEBUG'] = '1'

    def path(self, name):
        return os.path.join(self.folder, name)

    def check(self):
        """Raise Missing if we ourselves cannot run."""
        machine.need('Xvfb', 'gst-launch-1.0')
        machine.need_elements('ximagesrc', 'ximagesink', 'x264enc', 'avenc_aac', 'avdec_h264')
        for program in (self.cast_run, self.runner, self.bench_way, self.bench_load):
            if not os.path.exists(program):
                raise machine.Missing('%s is not built' % program)

    @contextlib.contextmanager
    def processes(self, env=None):
        processes = machine.Processes(self.folder, env or self.env)
        try:
            yield processes
        finally:
            processes.stop()

    @contextlib.contextmanager
    def screen(self, size=SCREEN):
        """An X screen on which something moves; gives the environment to see it."""
        with self.processes(dict(self.env)) as processes:
            processes.env['DISPLAY'] = processes.start_screen(*size)
            processes.start('drawing', self.drawing(size))
            yield processes.env

    def drawing(self, size=SCREEN):
        return [self.cast_run, '--name', 'drawing', '--stamp', 'drawing', CONTENT % size]

    def pipeline(self, description, env=None):
        """One that is driven by its stdin; see pipeline.py."""
        return pipeline.Pipeline(self.runner, description, env or self.env,
                                 self.path('pipeline.log'))

    def receive(self, seconds, sync):
        """Let wfdsrc receive; return its figures, None if that failed."""
        path = self.path('figures.json')
        if os.path.exists(path):
            os.remove(path)
        with open(self.path('receive.log'), 'ab') as log:
            done = subprocess.run(
                [self.cast_run, '--name', 'sink', '--session', 'wfd', '--watch', 'show',
                 '--seconds', str(seconds), '--need-picture', '--json', path, sink(sync)],
                env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False)
        if done.returncode:
            return None
        with open(path, encoding='utf-8') as file:
            return json.load(file)


class Peer(gnd.Gnd):
    """gnome-network-displays with our drawing on its screen."""

    def __init__(self, stage):
        super().__init__()
        self.stage = stage

    def arm(self):
        super().arm()
        # The program's own window lies where the time is.
        self.processes.output_of('xdotool', 'search', '--onlyvisible', '--name', '^cast-run$',
                                 'windowraise')

    def _start_content(self):
        self.processes.start('drawing', self.stage.drawing(), env={
            'GST_REGISTRY': self.stage.env['GST_REGISTRY']})
        self.processes.start('tone', ['gst-launch-1.0', '-q', *TONE.split(), '!', 'pulsesink',
                                      'device=gnome_network_displays'])
