# SPDX-License-Identifier: LGPL-2.1-or-later
"""What all cases share: their names, a folder and a network of their own, an end in any case."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

import machine
import pipeline
import streams

SKIP = 77
TAIL_LINES = 60

CASES = {}
FAMILIES = {}


def case(name, /, *, family=None, seconds=100, **arguments):
    """Register a coroutine (Machine) as a case; arguments are passed on to it.

    A family is what meson runs as one test; without one it is the first word of the name.
    """
    def register(function):
        if name in CASES:
            raise ValueError('two cases are called %s' % name)
        CASES[name] = (function, seconds, arguments)
        FAMILIES.setdefault(family or name.split('-')[0], []).append(name)
        return function
    return register


def check(condition, text, *values):
    """An assertion that says what it looked at and is not removed by -O."""
    if not condition:
        raise AssertionError(text % values if values else text)


class Machine:
    """The folder and the pipelines of one case."""

    def __init__(self, folder):
        self.folder = folder
        self.cache = os.environ.get('WFD_INTEROP_CACHE')
        self.env = pipeline.environment(folder)
        self._keep('registry.bin')
        self.runner = os.environ.get('WFD_PIPELINE_RUNNER', 'pipeline-runner')

    def path(self, name):
        return os.path.join(self.folder, name)

    def need_plugin(self, *elements):
        """Our own elements; without GST_PLUGIN_PATH there are none."""
        for element in elements:
            done = subprocess.run(
                ['gst-inspect-1.0', '--exists', '--atleast-version=0.0', element], check=False,
                env=dict(self.env, GST_DEBUG='0'))
            if done.returncode:
                raise machine.Missing('GStreamer does not find our %s' % element)
        self._store('registry.bin')

    def pipeline(self, description):
        return pipeline.Pipeline(self.runner, ' '.join(description.split()), self.env,
                                 self.path('pipeline.log'))

    def _keep(self, name):
        """Take a file from the cache; return whether there was one."""
        if not self.cache or not os.path.exists(os.path.join(self.cache, name)):
            return False
        shutil.copy(os.path.join(self.cache, name), self.path(name))
        return True

    def _store(self, name):
        """Put a file into the cache, whole or not at all."""
        if self.cache:
            os.makedirs(self.cache, exist_ok=True)
            half = os.path.join(self.cache, '%s.%d' % (name, os.getpid()))
            shutil.copy(self.path(name), half)
            os.replace(half, os.path.join(self.cache, name))

    def recording(self, **options):
        """A transport stream to cast."""
        name = '-'.join(['recording'] + ['%s=%s' % item for item in sorted(options.items())])
        name = name.replace(' ', '') + '.ts'
        if not self._keep(name):
            streams.make_recording(self.path(name), **options)
            self._store(name)
        return self.path(name)


def _print_logs(folder):
    for name in sorted(os.listdir(folder)):
        if name.endswith(('.log', '.txt')):
            with open(os.path.join(folder, name), encoding='utf-8', errors='replace') as file:
                lines = file.read().splitlines()
            print('---- %s (last of %d lines)' % (name, len(lines)))
            print('\n'.join(lines[-TAIL_LINES:]))


def _run(function, seconds, arguments, folder):
    async def bounded():
        await asyncio.wait_for(function(Machine(folder), **arguments), seconds)
    asyncio.run(bounded())


def run(name):
    """Run one case; return the exit code."""
    function, seconds, arguments = CASES[name]
    print('%s: %s' % (name, (function.__doc__ or '').strip().split('\n')[0]))
    if not machine.enter_private_network():
        print('no network of our own: ports may collide with those of other programs')
    folder = tempfile.mkdtemp(prefix='wfd-interop-')
    try:
        _run(function, seconds, arguments, folder)
        return 0
    except machine.Missing as missing:
        print('SKIP: %s' % missing)
        return SKIP
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        _print_logs(folder)
        return 1
    finally:
        keep = os.environ.get('WFD_INTEROP_KEEP')
        if keep:
            shutil.copytree(folder, os.path.join(keep, name), dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
