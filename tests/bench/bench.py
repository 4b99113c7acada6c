#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Measures what a person waits for and what a machine has to bear, ours beside that of others.

Figures of stock elements and of gnome-network-displays, where it is installed, come from the same
run: on the same machine, with the same content. Nothing here passes or fails.
"""

import argparse
import asyncio
import contextlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile

import figures
import machine
import measures
import media
import stage as stages

SKIP = 77
# Besides us.
BUSY_LOAD = 0.5
PARTS = ('sessions', 'screen', 'way', 'loss', 'instructions', 'memory', 'scale', 'endings', 'idle',
         'growth')


def say(text):
    print(text, flush=True)


def cpu_name():
    with open('/proc/cpuinfo', encoding='utf-8') as file:
        names = [line.partition(':')[2].strip() for line in file if line.startswith('model name')]
    return names[0] if names else platform.machine()


def facts():
    """What the figures depend on."""
    gstreamer = subprocess.run(['gst-launch-1.0', '--version'], stdout=subprocess.PIPE, text=True,
                               check=False).stdout.split('\n')
    return {'cpu': cpu_name(), 'cores': os.cpu_count(), 'kernel': platform.release(),
            'gstreamer': gstreamer[1] if len(gstreamer) > 1 else '?',
            'load': os.getloadavg()[0]}


def tell_facts(known):
    say('%(cores)d × %(cpu)s, Linux %(kernel)s, %(gstreamer)s' % known)
    if known['load'] > BUSY_LOAD:
        say('The machine is busy (load %(load).1f), so the figures are worse than they need be.' %
            known)


class Bench:
    def __init__(self, arguments, stage):
        self.arguments = arguments
        self.stage = stage
        self.table = figures.Table('gnome-network-displays')
        self.samples = {}
        self.quick = quick = arguments.quick
        self.runs = arguments.runs or (3 if quick else 7)
        self.seconds = 3 if quick else 10
        self.minutes = arguments.minutes if arguments.minutes is not None else (0 if quick else 3)

    @contextlib.contextmanager
    def peer(self):
        """The other source, armed; None where there is none."""
        if self.arguments.no_peer:
            yield None
            return
        try:
            stages.Peer.check()
        except machine.Missing as missing:
            say('  without gnome-network-displays: %s' % missing)
            yield None
            return
        with stages.Peer(self.stage) as peer:
            yield peer

    async def sessions(self):
        say('Sessions with a sink of plain sockets, %d of each…' % self.runs)
        await self.beside_peer(measures.plain_sessions, self.runs)

    async def screen(self):
        say('From screen to screen, %d times %d s of each…' % (self.runs, self.seconds))
        await self.beside_peer(measures.screen_to_screen, self.runs, self.seconds)

    async def way(self):
        runs = 1 if self.quick else 3
        say('The way of pictures, %d times %d s of each…' % (runs, self.seconds))
        await media.way(self.stage, self.table, runs, self.seconds)

    async def loss(self):
        seconds = 2 * self.seconds
        say('Lost packets, for %d s…' % seconds)
        await media.loss(self.stage, self.table, 1, seconds)

    async def instructions(self):
        runs, units = (1, 45) if self.quick else (3, 100)
        say('Instructions, %d times for %d pictures of each…' % (runs, units))
        await media.instructions(self.stage, self.table, runs, units)

    async def memory(self):
        say('Memory…')
        await self.beside_peer(media.memory, measures.open_session, measures.close_session)

    async def scale(self):
        say('Rates and sessions, %d s of each…' % self.seconds)
        await media.scale(self.stage, self.table,
                          media.SCALE_QUICK if self.quick else media.SCALE, self.seconds)

    async def endings(self):
        say('To NULL from each phase, %d times…' % self.runs)
        await measures.endings(self.stage, self.table, self.runs)

    async def idle(self):
        say('CPU while nothing is to be done, %d s each…' % self.seconds)
        await self.beside_peer(measures.idle, self.seconds)

    async def growth(self):
        if self.minutes <= 0:
            return
        say('Growth over %g min…' % self.minutes)
        self.samples = await measures.growth(self.stage, self.table, self.minutes)

    async def beside_peer(self, measure, *arguments):
        """Ours must not run while the peer does, nor its screen draw: one core may be all there is."""
        ours, theirs = figures.Table(''), figures.Table('')
        await measure(self.stage, ours, None, *arguments)
        with self.peer() as peer:
            if peer:
                await measure(self.stage, theirs, peer, *arguments)
        self.merge(ours, theirs)

    def merge(self, ours, theirs):
        peers = {figure.name: figure.peer for figure in theirs.figures}
        for figure in ours.figures:
            figure.peer = peers.get(figure.name, [])
            self.table.figures.append(figure)

    async def run(self):
        for part in self.arguments.parts or PARTS:
            try:
                await getattr(self, part)()
            except Exception as error:  # the other parts may still work
                measures.complain(part, error)


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--build', required=True, help='the build to measure')
    parser.add_argument('--quick', action='store_true', help='few and short runs, no growth')
    parser.add_argument('--runs', type=int, help='how often each thing is measured')
    parser.add_argument('--minutes', type=float, help='how long to look for growth; 0: not at all')
    parser.add_argument('--no-peer', action='store_true', help='ours only')
    parser.add_argument('--json', metavar='FILE', type=argparse.FileType('w', encoding='utf-8'),
                        help='also write all figures to this file')
    parser.add_argument('parts', nargs='*', metavar='PART', help='only these of: ' + ' '.join(PARTS))
    arguments = parser.parse_args()
    for part in arguments.parts:
        if part not in PARTS:
            parser.error('there is no part %s' % part)
    return arguments


def main():
    arguments = _arguments()
    machine.enter_private_network()
    folder = tempfile.mkdtemp(prefix='wfd-bench-')
    try:
        stage = stages.Stage(folder, os.path.abspath(arguments.build))
        stage.check()
        known = facts()
        tell_facts(known)
        bench = Bench(arguments, stage)
        asyncio.run(bench.run())
        say('\n' + bench.table.text())
        if arguments.json:
            with arguments.json as file:
                file.write(bench.table.json(machine=known, samples=bench.samples))
    except machine.Missing as missing:
        say('SKIP: %s' % missing)
        return SKIP
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
