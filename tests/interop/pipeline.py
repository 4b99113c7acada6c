# SPDX-License-Identifier: LGPL-2.1-or-later
"""A GStreamer pipeline in a process of its own, driven through pipeline-runner."""

import asyncio
import json
import os
import time

import machine


class PipelineError(Exception):
    """The pipeline did something it should not; the text says what."""


class Pipeline:
    """async with Pipeline (runner, description, env, log) as pipeline: …

    log is the list of everything it told; what comes of an element watched by pipeline-runner is
    also in last[name], the most recent figures of each.
    """

    def __init__(self, runner, description, env, log_path):
        self.command = [runner, description]
        self.env = env
        self.log_path = log_path
        self.log = []
        self.last = {}
        self.process = None
        self.reading = None
        self.waiting = []
        self.exit_code = None

    async def __aenter__(self):
        with open(self.log_path, 'ab') as stderr:
            self.process = await asyncio.create_subprocess_exec(
                *self.command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=stderr, env=self.env)
        self.reading = asyncio.ensure_future(self._read())
        await self.wait('ready', 20)
        return self

    async def __aexit__(self, kind, *_):
        try:
            await self.stop()
        except Exception:
            if kind is None:
                raise
        finally:
            if self.process.returncode is None:
                self.process.kill()
            await self.process.wait()
            self.reading.cancel()

    async def stop(self, timeout_s=10):
        """End the process in the ordinary way; it must not need longer nor crash."""
        if self.exit_code is not None:
            return
        try:
            await self.tell('quit')
        except (ConnectionError, PipelineError):
            pass
        try:
            self.exit_code = await asyncio.wait_for(self.process.wait(), timeout_s)
        except asyncio.TimeoutError:
            raise PipelineError('the pipeline does not end within %g s' % timeout_s) from None
        if self.exit_code:
            raise PipelineError('the pipeline ended with %d' % self.exit_code)

    async def _read(self):
        while True:
            line = await self.process.stdout.readline()
            if not line:
                break
            self._take(line.decode('utf-8', 'replace'))
            self._wake()
        await self.process.wait()
        self._wake()

    def _take(self, line):
        if not line.startswith('{"event"'):
            # GLib prints its debug messages here.
            with open(self.log_path, 'a', encoding='utf-8') as file:
                file.write(line)
            return
        entry = json.loads(line)
        entry['at'] = time.monotonic()
        if 'count' in entry:
            self.last[entry['element']] = entry
        else:
            self.log.append(entry)

    def _wake(self):
        for is_true, future in self.waiting:
            if not future.done() and (is_true() or self.process.returncode is not None):
                future.set_result(None)
        self.waiting = [entry for entry in self.waiting if not entry[1].done()]

    async def until(self, is_true, timeout_s, what):
        """Wait until is_true () holds, which is tried whenever the pipeline says something."""
        if not is_true():
            future = asyncio.get_running_loop().create_future()
            self.waiting.append((is_true, future))
            try:
                await asyncio.wait_for(future, timeout_s)
            except asyncio.TimeoutError:
                raise PipelineError('no %s within %g s; last: %s, %s' % (
                    what, timeout_s, self.log[-5:], list(self.last.values()))) from None
        if not is_true():
            raise PipelineError('the pipeline ended with %s while waiting for %s' % (
                self.process.returncode, what))

    def all(self, event, **fields):
        return [entry for entry in self.log if entry['event'] == event
                and all(entry.get(key) == value for key, value in fields.items())]

    async def wait(self, event, timeout_s=15, count=1, **fields):
        """Wait until so many events with these fields have come; return the last of them."""
        await self.until(lambda: len(self.all(event, **fields)) >= count, timeout_s,
                         '%s %s' % (event, fields or ''))
        return self.all(event, **fields)[count - 1]

    async def tell(self, command):
        if self.process.returncode is not None:
            raise PipelineError('the pipeline has ended with %d' % self.process.returncode)
        self.process.stdin.write(command.encode() + b'\n')
        await self.process.stdin.drain()

    async def set_state(self, command, timeout_s=10):
        """null, ready, pause or play; return how long the call took, in milliseconds."""
        before = len(self.all('set-state'))
        await self.tell(command)
        entry = await self.wait('set-state', timeout_s, before + 1)
        if entry['result'] == 'FAILURE':
            raise PipelineError('%s failed: %s' % (command, self.all('error')[-1:]))
        return entry['took_us'] / 1000

    async def set_null(self, limit_ms):
        """NULL, within the time it may take on a quiet machine."""
        took_ms = await self.set_state('null', 30)
        limit_ms *= machine.slowness()
        if took_ms > limit_ms:
            raise PipelineError('NULL took %.0f ms, more than %.0f' % (took_ms, limit_ms))

    async def get(self, element, name):
        before = len(self.all('property'))
        await self.tell('get %s %s' % (element, name))
        return (await self.wait('property', 5, before + 1))['value']

    def count(self, element='picture'):
        return self.last.get(element, {}).get('count', 0)

    async def more(self, element='picture', count=30, timeout_s=20):
        """Wait for so many more buffers in a watched element."""
        goal = self.count(element) + count
        await self.until(lambda: self.count(element) >= goal, timeout_s,
                         '%d more of %s' % (count, element))

    async def quiet(self, element='picture', quiet_s=0.5, timeout_s=5):
        """Wait until nothing has come into a watched element for quiet_s."""
        deadline = time.monotonic() + timeout_s
        while True:
            seen = self.count(element)
            await asyncio.sleep(quiet_s)  # the time of quiet is what is waited for
            if self.count(element) == seen:
                return
            if time.monotonic() > deadline:
                raise PipelineError('%s goes on for %g s' % (element, timeout_s))

    def errors(self):
        return ['%s (%s)' % (entry['text'], entry['debug']) for entry in self.all('error')]


def environment(folder):
    """The environment for GStreamer: plugin of the build, registry of this case alone."""
    env = dict(os.environ, GST_REGISTRY=os.path.join(folder, 'registry.bin'), LC_ALL='C.UTF-8',
               GST_DEBUG_NO_COLOR='1')
    env.setdefault('GST_DEBUG', '*:1,rtspwfd:4,wfd*:4')
    return env
