# SPDX-License-Identifier: LGPL-2.1-or-later
"""Casts a film from wfdsink to wfdsrc over the link emulator, in real time, and says what
became of each capture.

The two ends are rate-source and rate-sink, each in a network namespace of its own. What is
ours is steered by wfdsink; the others run in the emulator, which tells rate-source what to
do with each capture, while wfdsink sends what it gets (`rate-control=off`).
"""
import collections
import csv
import os
import shlex
import signal
import subprocess

# Of what an encoder makes, on the wire: headers of PES, TS, RTP, UDP and IP.
PAYLOAD_PART = 0.95
SETTLE_MS = 3000
START_KBPS = 8000
MIN_KBPS = 1000
MAX_KBPS = 40000
# In wfdsink.
OURS = ('balanced', 'low-latency')
# To set up a session, and to end it.
PATIENCE_S = 40
SKIP = 77

Mode = collections.namedtuple('Mode', 'width height level_kbps level')

# What an encoder may make in the level of the format (H.264 table A-1) bounds all controllers alike.
MODES = {
    ('model', 60): Mode(1920, 1080, 50000, '4.2'),
    ('model', 50): Mode(1920, 1080, 50000, '4.2'),
    ('model', 30): Mode(1920, 1080, 20000, '4'),
    ('model', 25): Mode(1920, 1080, 20000, '4'),
    ('model', 24): Mode(1920, 1080, 20000, '4'),
    ('x264', 60): Mode(1280, 720, 20000, '3.2'),
    ('x264', 30): Mode(1280, 720, 14000, '3.1'),
    ('x264', 25): Mode(1280, 720, 14000, '3.1'),
    ('x264', 24): Mode(1280, 720, 14000, '3.1'),
}
# As wfdsink sets it.
X264 = ('tune=zerolatency speed-preset=superfast threads=1 sliced-threads=false bframes=0 b-adapt=false '
        'weightb=false ref=1 cabac=false dct8x8=false aud=true key-int-max=600')

Cast = collections.namedtuple('Cast', 'frames ssim notes')


class Skip(Exception):
    """This machine cannot do it."""


def read_csv(path, names=None):
    with open(path, encoding='ascii') as file:
        return list(csv.DictReader(file, names))


def read_report(path):
    with open(path, encoding='ascii') as file:
        return {name: int(value) for name, value in (line.split() for line in file)}


def unwrap(packets):
    """RTP sequence numbers without their wrap; what the emulator wrote down is nearly in order."""
    last, result = None, []
    for packet in sorted(packets, key=lambda packet: int(packet['in_us'])):
        number = int(packet['sequence'])
        if last is not None:
            number = last + (number - last + 0x8000) % 0x10000 - 0x8000
        last = number
        result.append((number, packet))
    return [packet for _, packet in sorted(result, key=lambda item: item[0])]


def sum_packets(packets):
    """Of each unit: packets, how many arrived, bytes on the wire."""
    units, unit = {}, -1
    for packet in unwrap(packets):
        if int(packet['unit']) >= 0:
            unit = int(packet['unit'])
        count = units.setdefault(unit, [0, 0, 0])
        count[0] += 1
        count[1] += packet['fate'] == 'delivered'
        count[2] += int(packet['bytes'])
    return units


def read_source(path):
    """When captures were made, and what the encoder was told at each, by their number; units in the
    order of the encoder; and by what the link was measured."""
    captures, told, units, signals = {}, {}, [], set()
    with open(path, encoding='ascii') as file:
        for line in file:
            kind, *numbers = line.strip().split(',')
            if kind == 'signal':
                signals.update(numbers)
                continue
            numbers = [int(number) for number in numbers]
            if kind == 'capture':
                captures[numbers[0]] = numbers[1]
                told[numbers[0] - 1] = numbers[2]
            else:
                units.append(dict(zip(('unit', 'capture', 'us', 'bytes', 'key', 'kbps'), numbers)))
    return captures, told, units, signals


def find_whole(units, rows):
    """When units came, those from which nothing is missing; and how many came damaged."""
    sizes = {unit['unit']: unit['bytes'] for unit in units}
    got, n_damaged = {}, 0
    for row in rows:
        unit = int(row['unit'])
        if int(row['bytes']) >= sizes.get(unit, 0):
            got.setdefault(unit, int(row['us']))
        else:
            n_damaged += 1
    return got, n_damaged


def find_shown(units, got):
    """A unit is shown if it came whole and so did what it refers to."""
    shown, intact = set(), False
    for unit in units:
        intact = unit['unit'] in got and (bool(unit['key']) or intact)
        if intact:
            shown.add(unit['unit'])
    return shown


def merge(folder):
    """The lines of a .frames file, and what should be known of the run."""
    report = read_report(os.path.join(folder, 'report'))
    captures, told, units, signals = read_source(os.path.join(folder, 'source'))
    got, n_damaged = find_whole(units, read_csv(
        os.path.join(folder, 'sink'), ('us', 'unit', 'capture', 'captured_us', 'bytes', 'key')))
    on_wire = sum_packets(read_csv(os.path.join(folder, 'packets')))
    shown = find_shown(units, got)
    first = {}
    for unit in units:
        first.setdefault(unit['capture'], unit)

    begin, kbps, lines = report['begin_us'], 0, []
    for number, us in sorted(captures.items()):
        unit = first.get(number)
        kbps = unit['kbps'] if unit else told.get(number, 0) or kbps
        if us < begin:
            continue
        packets, arrived, size = on_wire.get(unit['unit'], (0, 0, 0)) if unit else (0, 0, 0)
        complete = got.get(unit['unit']) if unit else None
        lines.append((
            (us - begin) // 1000, round(kbps / PAYLOAD_PART), size, packets, arrived,
            -1 if complete is None else -((begin - complete) // 1000), int(unit is None),
            unit['key'] if unit else 0, int(unit is not None and unit['unit'] in shown)))
    whole = sum(unit >= 0 and packets == arrived for unit, (packets, arrived, _) in on_wire.items())
    return lines, {'late_ms': report['late_ms'], 'n_late': report['n_late'], 'units': len(units),
                   'arrived': whole, 'given': len(got), 'damaged': n_damaged, 'signals': ' '.join(sorted(signals))}


def go_first():
    """What runs in real time goes before what does not, where that is allowed."""
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except OSError:
        pass


class EmulatedBench:
    """Casts over traces; see cast()."""

    def __init__(self, build, encoder, fps, seconds, content='film', extra=(), ipv6=False, seed=1):
        self.build, self.encoder, self.fps, self.seconds = build, encoder, fps, seconds
        self.content, self.extra, self.seed = content, list(extra), seed
        self.source = 'fd99::1' if ipv6 else '10.99.0.1'
        self.mode = MODES[encoder, fps]
        self.max_kbps = min(MAX_KBPS, int(self.mode.level_kbps / PAYLOAD_PART))
        self.processes = set()
        self.run('gst-inspect-1.0', 'wfdsink', timeout=60)

    def path(self, name):
        return os.path.join(self.build, 'tests/bench', name)

    def run(self, *command, timeout):
        process = subprocess.Popen(
            ['meson', 'devenv', '-C', self.build, *command], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            preexec_fn=go_first)
        self.processes.add(process)
        try:
            output, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            output, _ = process.communicate()
            return 1, output.decode(errors='replace') + '\nit took too long'
        finally:
            self.processes.discard(process)
        return process.returncode, output.decode(errors='replace')

    def stop(self):
        """Ends what runs, from another thread."""
        for process in list(self.processes):
            os.killpg(process.pid, signal.SIGTERM)

    def get_rates(self):
        return {'min': MIN_KBPS, 'max': self.max_kbps, 'start': START_KBPS}

    def get_source(self, controller, folder):
        mode, rates = self.mode, self.get_rates()
        sink = 'wfdsink name=w address=' + self.source
        if controller in OURS:
            bounds = ' '.join('%s-bitrate=%d' % (name, kbps * PAYLOAD_PART) for name, kbps in rates.items())
            # In modelled sizes there is no picture that might be too coarse.
            bounds += ' adapt-format=%s' % str(self.encoder == 'x264').lower()
            pipeline = 'appsrc name=capture ! %s encoder=x264enc rate-control=auto rate-profile=%s %s' % (
                sink, controller, bounds)
            asked = []
        else:
            encoder = 'x264enc ' + (X264 if self.encoder == 'x264' else 'key-int-max=600')
            pipeline = ('appsrc name=capture ! %s ! video/x-h264,profile=constrained-baseline,'
                        'stream-format=byte-stream,alignment=au,level=(string)%s ! %s rate-control=off' % (
                            encoder, mode.level, sink))
            asked = ['--ask', os.path.join(folder, 'signals')]
        return [self.path('rate-cast/rate-source'), '--pipeline', pipeline, '--log', os.path.join(folder, 'source'),
                '--width', str(mode.width), '--height', str(mode.height), '--fps', str(self.fps),
                '--seed', str(self.seed), *asked,
                *(['--model'] if self.encoder == 'model' else []),
                *(['--screen'] if self.content == 'screen' else [])]

    def get_sink(self, folder):
        host = '[%s]' % self.source if ':' in self.source else self.source
        source = ('wfdsrc uri=wfd://%s name=w video-formats=%dx%dp%d audio-codecs=none ! identity name=units'
                  % (host, self.mode.width, self.mode.height, self.fps))
        command = [self.path('rate-cast/rate-sink'), '--log', os.path.join(folder, 'sink'), '--fps', str(self.fps)]
        if self.encoder == 'x264':
            return [*command, '--ssim', os.path.join(folder, 'ssim'), '--pipeline', source
                    + ' ! queue max-size-bytes=0 max-size-buffers=300 ! avdec_h264 max-threads=1'
                    ' ! fakesink name=show sync=false']
        return [*command, '--pipeline', source + ' ! fakesink sync=false']

    def get_pilot(self, controller):
        if controller in OURS:
            return []
        return ['--pilot', controller, '--fps', str(self.fps)] + [
            word for name, kbps in self.get_rates().items() for word in ('--' + name, str(kbps))]

    def cast(self, trace, controller, folder):
        """Casts over the trace, and leaves all that was written down in @folder."""
        os.makedirs(folder, exist_ok=True)
        for name in ('source', 'sink', 'packets', 'report', 'ssim'):
            if os.path.exists(os.path.join(folder, name)):
                os.remove(os.path.join(folder, name))
        signals = os.path.join(folder, 'signals')
        # Only one can be told.
        emulated = 'GST_WFD_EMULATED_LINK=%s ' % shlex.quote(signals) if controller in OURS else ''
        source = emulated + 'exec ' + shlex.join(self.get_source(controller, folder))
        # Once the source has begun to write, it will soon listen.
        sink = 'until [ -e %s ]; do sleep 0.1; done; sleep 0.5; exec %s' % (
            shlex.quote(os.path.join(folder, 'source')), shlex.join(self.get_sink(folder)))
        status, output = self.run(
            self.path('link-emulator/link-emulator'), '--trace', trace, '--signals', signals,
            '--log', os.path.join(folder, 'packets'), '--report', os.path.join(folder, 'report'),
            '--seed', str(self.seed), '--seconds', str(self.seconds), '--source', source, '--sink', sink,
            *self.get_pilot(controller), *self.extra, timeout=self.seconds + PATIENCE_S)
        if status == SKIP:
            raise Skip(output.strip())
        if status != 0:
            raise RuntimeError('%s on %s: %s' % (controller, trace, output.strip()))
        with open(os.path.join(folder, 'output'), 'w', encoding='utf-8') as file:
            file.write(output)
        lines, notes = merge(folder)
        return Cast(lines, self.read_ssim(folder, lines), notes)

    def read_ssim(self, folder, lines):
        """The mean of all captures that count."""
        if self.encoder != 'x264':
            return None
        first = SETTLE_MS * self.fps // 1000
        rows = [float(row['ssim']) for row in read_csv(os.path.join(folder, 'ssim'), ('number', 'ssim'))]
        return sum(rows[first:]) / max(len(rows[first:]), 1)
