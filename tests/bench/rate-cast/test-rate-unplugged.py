#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A cast whose network device is removed goes on within the bounds of its bit rate, and says so once; 77 where
no network of our own can be made.

    test-rate-unplugged.py BUILD
"""
import os
import re
import subprocess
import sys
import tempfile
import time

SKIP = 77
INSIDE = 'GST_WFD_UNPLUGGED_INSIDE'
MIN_KBPS, MAX_KBPS = 1000, 8000
PATIENCE_S = 30
RTSP_PORT = 7236
# Captures: those after which the rate has settled, those that are looked at after the removal, and those
# in which a queue that is gone would count.
SETTLED, AFTER, SOON = 60, 120, 30
MOST_PART = 1.5
DEBUG = 'wfdrate:3,wfdpump:3,rtspwfd:3'
TROUBLE = 'The network does not take the stream'


def skip(text):
    print(text)
    sys.exit(SKIP)


def run(command):
    return subprocess.run(command.split(), check=False).returncode == 0


def count_lines(path, text):
    if not os.path.exists(path):
        return 0
    with open(path, encoding='utf-8', errors='replace') as file:
        return sum(text in line for line in file)


def wait_for(what, condition):
    for _ in range(PATIENCE_S * 10):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError('no ' + what)


class Cast:
    """wfdsink here, wfdsrc in a network of its own, and a cable between them."""

    def __init__(self, build, folder):
        self.folder, self.processes = folder, []
        program = os.path.join(build, 'tests/bench/rate-cast/rate-')
        away = self.start(['unshare', '-n', 'sleep', '600'])
        wait_for('network', lambda: os.readlink('/proc/%d/ns/net' % away.pid) != os.readlink('/proc/self/ns/net'))
        inside = 'nsenter -t %d -n ' % away.pid
        for command in ('ip link add near0 type veth peer name far0 netns %d' % away.pid,
                        'ip addr add 10.98.0.1/24 dev near0', 'ip link set near0 up', 'ip link set lo up',
                        'tc qdisc add dev near0 root tbf rate 5mbit burst 4000 limit 4000000',
                        inside + 'ip addr add 10.98.0.2/24 dev far0', inside + 'ip link set far0 up'):
            if not run(command):
                skip('no ip, no tc, or a kernel without veth or tbf')
        self.source = self.start(
            [program + 'source', '--log', self.path('source'), '--model', '--width', '1280', '--height', '720',
             '--fps', '60', '--pipeline',
             'appsrc name=capture ! wfdsink name=w address=10.98.0.1 encoder=x264enc min-bitrate=%d max-bitrate=%d '
             'start-bitrate=4000 adapt-format=false' % (MIN_KBPS, MAX_KBPS)],
            env=dict(os.environ, GST_DEBUG=DEBUG, GST_DEBUG_NO_COLOR='1'), stderr=open(self.path('log'), 'wb'))
        wait_for('source', lambda: count_lines('/proc/net/tcp', ':%04X 00000000:0000 0A' % RTSP_PORT) > 0)
        self.start(inside.split() + [
            program + 'sink', '--log', self.path('sink'), '--fps', '60', '--pipeline',
            'wfdsrc uri=wfd://10.98.0.1 name=w video-formats=1280x720p60 audio-codecs=none '
            '! identity name=units ! fakesink sync=false'])

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, command, **options):
        process = subprocess.Popen(command, **options)
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()

    def read_rates(self):
        """kbit/s that the encoder was told at each capture; the last line may not be whole yet."""
        with open(self.path('source'), encoding='ascii') as file:
            return [int(kbps) for kbps in re.findall(r'^capture,\d+,\d+,(\d+)\n', file.read(), re.M)]


def check(cast):
    wait_for('pictures', lambda: count_lines(cast.path('sink'), ',') > AFTER)
    before = cast.read_rates()
    assert run('ip link del near0')
    wait_for('captures after it', lambda: len(cast.read_rates()) >= len(before) + AFTER)
    rates = cast.read_rates()[len(before):]
    assert cast.source.poll() is None, 'the source has ended'
    assert all(MIN_KBPS <= kbps <= MAX_KBPS for kbps in rates), rates
    # A queue that is gone at once is no link that has become quick.
    assert max(rates[:SOON]) <= MOST_PART * max(before[SETTLED:]), (before[SETTLED:], rates[:SOON])
    wait_for('line in the log', lambda: count_lines(cast.path('log'), TROUBLE) > 0)
    with open(cast.path('log'), encoding='utf-8', errors='replace') as file:
        log = file.read()
    # A busy machine may have more to say, of other things.
    assert log.count(TROUBLE) == 1, log


def main():
    build = sys.argv[1]
    if os.environ.get(INSIDE) is None:
        if os.geteuid() != 0:
            skip('a network of our own takes root')
        os.environ[INSIDE] = '1'
        os.execvp('meson', ['meson', 'devenv', '-C', build, 'unshare', '-n', sys.executable,
                            os.path.abspath(__file__), *sys.argv[1:]])
    with tempfile.TemporaryDirectory() as folder:
        cast = Cast(build, folder)
        try:
            check(cast)
        finally:
            cast.stop()
    return 0


if __name__ == '__main__':
    sys.exit(main())
