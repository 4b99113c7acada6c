# SPDX-License-Identifier: LGPL-2.1-or-later
"""What happened when: a log that can be waited on, so that nothing here has to sleep."""

import asyncio
import json
import time


class Events:
    """Events with their time in milliseconds since the start; also printed if there is a stream."""

    def __init__(self, stream=None):
        self.start = time.monotonic()
        self.stream = stream
        self.log = []
        self.watchers = []

    def note(self, name, **details):
        at_ms = round((time.monotonic() - self.start) * 1000, 1)
        entry = dict(event=name, at_ms=at_ms, **details)
        self.log.append(entry)
        if self.stream:
            print(json.dumps(entry), file=self.stream, flush=True)
        for watched, future in self.watchers:
            if watched == name and not future.done():
                future.set_result(entry)
        self.watchers = [(n, f) for n, f in self.watchers if not f.done()]

    def all(self, name):
        return [entry for entry in self.log if entry['event'] == name]

    async def wait(self, name, timeout_s, count=1):
        """Wait until the event has happened count times; return the last of them."""
        deadline = time.monotonic() + timeout_s
        while len(self.all(name)) < count:
            future = asyncio.get_running_loop().create_future()
            self.watchers.append((name, future))
            try:
                await asyncio.wait_for(future, max(0, deadline - time.monotonic()))
            except asyncio.TimeoutError:
                raise TimeoutError('no event "%s" (number %d) within %g s; there were: %s' % (
                    name, count, timeout_s, [e['event'] for e in self.log[-12:]])) from None
        return self.all(name)[count - 1]
