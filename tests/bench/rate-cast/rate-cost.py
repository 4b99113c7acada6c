#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What rate-control=auto costs a cast, beside rate-control=off: share of a core and system calls a second.

    rate-cost.py BUILD [--mbps N] [--kbps N] [--fps N] [--runs N] [--seconds N]

Casts 1280x720 of modelled sizes over loopback, in a network of its own whose tbf lets --mbps through. All threads of
the process count, with all they call, waiting included; so what the difference has of others is noise. Processor time
is taken first, while nobody counts calls (perf trace). 77: this machine cannot do it.
"""
import argparse
import collections
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

SKIP = 77
PORT = 7336
SETTLE_S = 4
# As the kernel check has it.
TBF = 'tc qdisc replace dev lo root tbf rate %dmbit burst 4000 limit 4000000'
INSIDE = 'GST_WFD_RATE_COST_INSIDE'


def skip(text):
    print(text)
    sys.exit(SKIP)


def open_network(mbps):
    """In a network of our own: a queue that can be seen, and echo requests."""
    for command in ('ip link set lo up', TBF % mbps):
        if subprocess.run(command.split(), check=False).returncode:
            skip('no ip, no tc, or a kernel without tbf')
    with open('/proc/sys/net/ipv4/ping_group_range', 'w', encoding='ascii') as file:
        file.write('0 0')


class Cast:
    """wfdsink and wfdsrc, each in a process."""

    def __init__(self, options, mode, folder):
        rate = options.kbps
        self.processes = []
        self.source = self.run(
            options, 'rate-source', '--log', os.path.join(folder, 'source'), '--model', '--width', '1280',
            '--height', '720', '--fps', str(options.fps), '--pipeline',
            'appsrc name=capture ! wfdsink address=127.0.0.1 rtsp-port=%d encoder=x264enc rate-control=%s bitrate=%d '
            'min-bitrate=1000 max-bitrate=%d start-bitrate=%d adapt-format=false' % (PORT, mode, rate, rate, rate))
        time.sleep(1)
        self.run(options, 'rate-sink', '--log', os.path.join(folder, 'sink'), '--fps', str(options.fps), '--pipeline',
                 'wfdsrc uri=wfd://127.0.0.1:%d name=w video-formats=1280x720p%d audio-codecs=none '
                 '! identity name=units ! fakesink sync=false' % (PORT, options.fps))
        time.sleep(SETTLE_S)

    def run(self, options, name, *arguments):
        process = subprocess.Popen([os.path.join(options.build, 'tests/bench/rate-cast', name), *arguments])
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.wait()


def run_s(pid):
    """Processor time of each thread so far, by its name."""
    times = collections.Counter()
    for thread in os.listdir('/proc/%d/task' % pid):
        with open('/proc/%d/task/%s/comm' % (pid, thread), encoding='ascii') as file:
            name = file.read().strip()
        with open('/proc/%d/task/%s/schedstat' % (pid, thread), encoding='ascii') as file:
            times[name] += int(file.read().split()[0]) / 1e9
    return times


def measure_cpu(pid, seconds):
    """Percent of a core: of all, and of the pump."""
    before, begin = run_s(pid), time.monotonic()
    time.sleep(seconds)
    after, took = run_s(pid), time.monotonic() - begin
    return [100 * taken / took for taken in (
        sum(after.values()) - sum(before.values()), after['wfd-pump'] - before['wfd-pump'])]


def count_calls(pid, seconds, path):
    """System calls a second of all threads, by name."""
    done = subprocess.run(['perf', 'trace', '-s', '-p', str(pid), '-o', path, '--', 'sleep', str(seconds)],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        skip('perf trace: %s' % done.stderr.decode(errors='replace').strip())
    calls = collections.Counter()
    with open(path, encoding='utf-8', errors='replace') as file:
        for line in file:
            row = re.match(r'   (\w+) +(\d+) ', line)
            if row:
                calls[row[1]] += int(row[2]) / seconds
    return calls


def measure(options, mode, folder):
    cast = Cast(options, mode, folder)
    try:
        cpu = measure_cpu(cast.source.pid, options.seconds)
        return cpu, count_calls(cast.source.pid, options.seconds, os.path.join(folder, 'calls'))
    finally:
        cast.stop()


def tell(options, runs):
    def median(mode, read):
        return statistics.median(read(run) for run in runs[mode])

    def differ(read):
        return [median('auto', read), median('off', read), median('auto', read) - median('off', read)]

    print('%d captures a second, up to %d kbit/s over %d Mbit/s, medians of %d' % (
        options.fps, options.kbps, options.mbps, options.runs))
    print('%-26s %8s %8s %8s' % ('', 'auto', 'off', 'more'))
    print('%-26s %8.2f %8.2f %+8.2f' % ('% of a core', *differ(lambda run: run[0][0])))
    print('%-26s %8.2f' % ('  of it the pump', median('auto', lambda run: run[0][1])))
    print('%-26s %8.0f %8.0f %+8.0f' % ('system calls a second', *differ(lambda run: sum(run[1].values()))))
    for name in sorted({name for mode in runs.values() for run in mode for name in run[1]}):
        figures = differ(lambda run, name=name: run[1][name])
        if abs(figures[2]) >= 1:
            print('%-26s %8.0f %8.0f %+8.0f' % ('  ' + name, *figures))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build')
    parser.add_argument('--mbps', type=int, default=20, help='that the link carries (20)')
    parser.add_argument('--kbps', type=int, default=12000, help='that the encoder makes at most (12000)')
    parser.add_argument('--fps', type=int, default=60, help='captures a second (60)')
    parser.add_argument('--runs', type=int, default=3, help='of each (3)')
    parser.add_argument('--seconds', type=int, default=8, help='of each measurement (8)')
    return parser.parse_args()


def main():
    options = read_options()
    if os.environ.get(INSIDE) is None:
        if os.geteuid() != 0 or shutil.which('perf') is None:
            skip('counting calls takes root and perf')
        os.environ[INSIDE] = '1'
        os.execvp('meson', ['meson', 'devenv', '-C', options.build, 'unshare', '-n', *sys.orig_argv[:1],
                            os.path.abspath(__file__), *sys.argv[1:]])
    open_network(options.mbps)
    runs = collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.runs):
            for mode in ('auto', 'off'):
                runs[mode].append(measure(options, mode, folder))
    tell(options, runs)
    return 0


if __name__ == '__main__':
    sys.exit(main())
