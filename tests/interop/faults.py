# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a misbehaving peer does, and at which message of the dialogue.

A fault is written POINT:ACTION or POINT:ACTION=ARGUMENT, such as m3:half or m4:status=303. The
points are the messages we send ourselves: as a sink m1 is our answer to M1 and m6 our SETUP, as a
source m1 is our OPTIONS and m6 our answer to SETUP.
"""

import asyncio

import rtsp

# Bytes that are no text in any encoding RTSP knows, with line ends so that a reader that waits
# for a line gets one.
GARBAGE = bytes(range(256)) * 4 + b'\r\n\r\n' + b'\xff\xfe\x00' * 300 + b'\r\n\r\n'

HUGE_LENGTH = 4_000_000_000
ENDLESS_BYTES = 4 * 1024 * 1024


async def _reset(connection, message, argument):
    connection.reset()


async def _close(connection, message, argument):
    connection.close()


async def _silence(connection, message, argument):
    """Say nothing and answer nothing any more; the socket stays open."""
    connection.deaf = True


async def _garbage(connection, message, argument):
    await connection.send(GARBAGE)


async def _half(connection, message, argument):
    raw = message.to_bytes()
    await connection.send(raw[:len(raw) // 2])
    connection.deaf = True


async def _half_then_close(connection, message, argument):
    raw = message.to_bytes()
    await connection.send(raw[:len(raw) // 2])
    connection.close()


async def _huge_length(connection, message, argument):
    """Promise more than anybody can hold, and begin to deliver."""
    headers = [header for header in message.headers if header[0] != 'Content-Length']
    headers.append(('Content-Length', str(HUGE_LENGTH)))
    await connection.send(rtsp.Message(message.start, headers, b'x' * 65536).to_bytes())
    connection.deaf = True


async def _negative_length(connection, message, argument):
    headers = [header for header in message.headers if header[0] != 'Content-Length']
    headers.append(('Content-Length', '-1'))
    await connection.send(rtsp.Message(message.start, headers, message.body).to_bytes())


async def _endless(connection, message, argument):
    """A header that never ends."""
    raw = message.to_bytes().split(b'\r\n\r\n')[0] + b'\r\nX-Long: '
    block = b'a' * 65536
    await connection.send(raw)
    for _ in range(ENDLESS_BYTES // len(block)):
        connection.writer.write(block)
        await connection.writer.drain()
    connection.deaf = True


async def _flood(connection, message, argument):
    """The same, and it goes on until the other side has had enough."""
    connection.deaf = True

    async def pour():
        block = b'a' * 65536
        connection.writer.write(message.to_bytes().split(b'\r\n\r\n')[0] + b'\r\nX-Long: ')
        while not connection.closed.done():
            connection.writer.write(block)
            await connection.writer.drain()
    connection.later = asyncio.ensure_future(pour())


async def _many_headers(connection, message, argument):
    headers = message.headers + [('X-%d' % i, 'x' * 100) for i in range(5000)]
    await connection.send(rtsp.Message(message.start, headers, message.body).to_bytes())


async def _status(connection, message, argument):
    """Answer with another status: status=403."""
    await connection.send(rtsp.response(int(argument), message.get('CSeq')).to_bytes())


async def _twice(connection, message, argument):
    await connection.send(message.to_bytes() * 2)


async def _wrong_cseq(connection, message, argument):
    """Count from another beginning, as old versions of lazycast do."""
    wrong = str(int(message.get('CSeq')) - 1)
    headers = [(name, wrong if name == 'CSeq' else value) for name, value in message.headers]
    await connection.send(rtsp.Message(message.start, headers, message.body).to_bytes())


async def _no_cseq(connection, message, argument):
    headers = [header for header in message.headers if header[0] != 'CSeq']
    await connection.send(rtsp.Message(message.start, headers, message.body).to_bytes())


async def _late(connection, message, argument):
    """Say it, but only after so many seconds: late=2.5. Others may be said before."""
    async def send_later():
        await asyncio.sleep(float(argument))
        if not connection.closed.done():
            await connection.send(message.to_bytes())
    connection.later = asyncio.ensure_future(send_later())


async def _bytewise(connection, message, argument):
    before, connection.chunk_bytes = connection.chunk_bytes, 1
    await connection.send(message.to_bytes())
    connection.chunk_bytes = before


async def _blank_lines(connection, message, argument):
    await connection.send(b'\r\n\r\n\r\n' + message.to_bytes())


async def _lf_only(connection, message, argument):
    raw = message.to_bytes()
    end = raw.index(b'\r\n\r\n') + 4
    await connection.send(raw[:end].replace(b'\r\n', b'\n') + raw[end:])


async def _http(connection, message, argument):
    """Somebody's browser, or an RTSP-over-HTTP tunnel."""
    await connection.send(b'GET /wfd1.0 HTTP/1.0\r\nx-sessioncookie: 1\r\n'
                          b'Accept: application/x-rtsp-tunnelled\r\n\r\n')


async def _interleaved(connection, message, argument):
    """An RTP packet in the control connection, as RTSP allows and Wi-Fi Display does not."""
    await connection.send(b'$\x00\x05\x30' + b'\x80' * 1328 + message.to_bytes())


ACTIONS = {
    'reset': _reset,
    'close': _close,
    'silence': _silence,
    'garbage': _garbage,
    'half': _half,
    'half-then-close': _half_then_close,
    'huge-length': _huge_length,
    'negative-length': _negative_length,
    'endless': _endless,
    'flood': _flood,
    'many-headers': _many_headers,
    'status': _status,
    'twice': _twice,
    'wrong-cseq': _wrong_cseq,
    'no-cseq': _no_cseq,
    'late': _late,
    'bytewise': _bytewise,
    'blank-lines': _blank_lines,
    'lf-only': _lf_only,
    'http': _http,
    'interleaved': _interleaved,
}


class Fault:
    def __init__(self, text):
        self.text = text
        self.point, _, action = text.partition(':')
        name, _, self.argument = action.partition('=')
        if name not in ACTIONS:
            raise ValueError('unknown fault %r, known are %s' % (text, ', '.join(sorted(ACTIONS))))
        self.action = ACTIONS[name]
        self.done = False

    async def commit(self, connection, message):
        self.done = True
        await self.action(connection, message, self.argument)


class Plan:
    """The faults of one session; each happens once, in the order given."""

    def __init__(self, texts=()):
        self.faults = [Fault(text) for text in texts]

    def take(self, point):
        for fault in self.faults:
            if fault.point == point and not fault.done:
                return fault
        return None

    def not_done(self):
        """Faults whose moment never came: a test that planned them has not tested them."""
        return [fault.text for fault in self.faults if not fault.done]
