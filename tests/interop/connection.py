# SPDX-License-Identifier: LGPL-2.1-or-later
"""One RTSP connection that carries requests both ways, and what was said over it."""

import asyncio
import collections
import socket
import struct
import time

import faults
import rtsp


class Transcript:
    """Everything that was said, both ways, with the time since the connection."""

    def __init__(self, path=None):
        self.file = open(path, 'w', encoding='utf-8') if path else None
        self.start = time.monotonic()
        self.entries = []

    def note(self, who, raw):
        at_s = time.monotonic() - self.start
        self.entries.append((at_s, who, raw))
        if self.file:
            text = raw.decode('utf-8', 'backslashreplace').replace('\r\n', '\n')
            self.file.write('=== %s  t=%+.3fs  (%d bytes)\n%s\n' % (who, at_s, len(raw), text))
            self.file.flush()

    def close(self):
        if self.file:
            self.file.close()


class Connection:
    """Both ends send requests over it; answers are matched by CSeq.

    chunk_bytes: send so many bytes at a time, each in a segment of its own.
    wrongs: what to do wrong at which message (faults.Plan).
    """

    def __init__(self, reader, writer, transcript, peer_name, chunk_bytes=0, wrongs=None):
        self.reader, self.writer = reader, writer
        self.transcript = transcript
        self.peer_name = peer_name
        self.chunk_bytes = chunk_bytes
        self.wrongs = wrongs or faults.Plan()
        self.cseq = 0
        self.splitter = rtsp.Splitter()
        self.pending = collections.OrderedDict()
        self.peer_cseqs = []
        self.unmatched = []
        self.lock = asyncio.Lock()
        self.closed = asyncio.get_running_loop().create_future()
        self.deaf = False
        _no_delay(writer)

    async def send(self, raw):
        """Send bytes as they are."""
        self.transcript.note('we to %s' % self.peer_name, raw)
        async with self.lock:
            step = self.chunk_bytes or len(raw) or 1
            for begin in range(0, len(raw), step):
                self.writer.write(raw[begin:begin + step])
                await self.writer.drain()
                if self.chunk_bytes:
                    await asyncio.sleep(0.0002)  # else the kernel may merge it with the next one

    async def say(self, point, message):
        """Send a message, or commit what was planned for this point of the dialogue instead."""
        fault = self.wrongs.take(point)
        if fault:
            await fault.commit(self, message)
        elif not self.deaf:
            await self.send(message.to_bytes())

    async def respond(self, point, to, status=200, headers=(), body=b''):
        await self.say(point, rtsp.response(status, to.get('CSeq', '0'), headers, body))

    async def request(self, point, method, uri, headers=(), body=b'', timeout_s=10):
        """Send a request and wait for its response."""
        future = await self.request_nowait(point, method, uri, headers, body)
        try:
            return await asyncio.wait_for(future, timeout_s)
        except asyncio.TimeoutError:
            raise TimeoutError('no answer to %s (%s) within %g s' %
                               (method, point, timeout_s)) from None

    async def request_nowait(self, point, method, uri, headers=(), body=b''):
        self.cseq += 1
        future = asyncio.get_running_loop().create_future()
        self.pending[self.cseq] = future
        await self.say(point, rtsp.request(method, uri, self.cseq, headers, body))
        return future

    async def serve(self, on_request):
        """Read until the connection ends; on_request (message) is awaited for one after another."""
        try:
            while not self.closed.done():
                found = self.splitter.next()
                if found:
                    await self._dispatch(*found, on_request)
                    continue
                data = await self.reader.read(65536)
                if not data:
                    self._finish('closed by the peer')
                    return
                self.splitter.feed(data)
        except ConnectionError as error:
            self._finish('reset: %s' % error)
        except rtsp.ProtocolError as error:
            self._finish('not RTSP: %s' % error)

    async def _dispatch(self, message, raw, on_request):
        self.transcript.note('%s to us' % self.peer_name, raw)
        if self.deaf:
            return
        if not message.is_response:
            self.peer_cseqs.append(message.cseq)
            await on_request(message)
            return
        future = self.pending.pop(message.cseq, None)
        if future is None:
            self.unmatched.append(message.start)
        elif not future.done():
            future.set_result(message)

    def _finish(self, reason):
        if not self.closed.done():
            self.closed.set_result(reason)
        for future in self.pending.values():
            if not future.done():
                future.set_exception(ConnectionError(reason))
                future.exception()  # read here, as perhaps nobody waits for this answer
        self.pending.clear()

    def close(self):
        """Leave in the ordinary way (FIN); nothing happens if we have left already."""
        self._finish('closed by us')
        self.writer.close()

    def reset(self):
        """Vanish: the peer gets a RST instead of a FIN."""
        self._finish('reset by us')
        sock = self.writer.get_extra_info('socket')
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.writer.transport.abort()

    def complaints(self):
        """What the peer wrote that is not as the standard wants it (WFD 2.1 §6.6)."""
        steps = zip(self.peer_cseqs, self.peer_cseqs[1:])
        wrong_steps = ['CSeq %d follows %d' % (b, a) for a, b in steps if b != a + 1]
        unmatched = ['answer to nothing: %s' % start for start in self.unmatched]
        return self.splitter.complaints + wrong_steps + unmatched


def _no_delay(writer):
    sock = writer.get_extra_info('socket')
    if sock is not None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
