# SPDX-License-Identifier: LGPL-2.1-or-later
"""RTSP messages in the form Wi-Fi Display uses them: read, written and checked.

Nothing here is shared with the library under test: a mistake in its framing must not be
repeated by the peer that is meant to find it.
"""

import collections
import re

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 1024 * 1024


class ProtocolError(Exception):
    """The peer sent something that is no RTSP."""


class Message:
    """One request or response. Headers keep their order and their doubles."""

    def __init__(self, start, headers=(), body=b''):
        self.start = start
        self.headers = list(headers)
        self.body = body

    @property
    def is_response(self):
        return self.start.startswith('RTSP/')

    @property
    def method(self):
        return self.start.split(' ')[0]

    @property
    def uri(self):
        return self.start.split(' ')[1]

    @property
    def status(self):
        return int(self.start.split(' ')[1])

    @property
    def cseq(self):
        return int(self.get('CSeq', '-1'))

    def get(self, name, default=None):
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return default

    def to_bytes(self):
        lines = [self.start] + ['%s: %s' % header for header in self.headers]
        return ('\r\n'.join(lines) + '\r\n\r\n').encode() + self.body

    def __repr__(self):
        return '<%s, %d headers, %d bytes>' % (self.start, len(self.headers), len(self.body))


def request(method, uri, cseq, headers=(), body=b''):
    return Message('%s %s RTSP/1.0' % (method, uri), _with_length(cseq, headers, body), body)


REASONS = {
    200: 'OK', 303: 'See Other', 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found',
    405: 'Method Not Allowed', 406: 'Not Acceptable', 451: 'Parameter Not Understood',
    454: 'Session Not Found', 455: 'Method Not Valid in This State',
    460: 'Only Aggregate Operation Allowed', 461: 'Unsupported Transport',
    500: 'Internal Server Error', 501: 'Not Implemented', 503: 'Service Unavailable',
    551: 'Option Not Supported',
}


def response(status, cseq, headers=(), body=b''):
    start = 'RTSP/1.0 %d %s' % (status, REASONS.get(status, 'Other'))
    return Message(start, _with_length(cseq, headers, body), body)


def _with_length(cseq, headers, body):
    result = [('CSeq', str(cseq))] + list(headers)
    if body and not any(name.lower() == 'content-type' for name, _ in result):
        result.append(('Content-Type', 'text/parameters'))
    if body:
        result.append(('Content-Length', str(len(body))))
    return result


def parse_head(head):
    """Read the start line and the headers. Blanks around the colon are as free as in RFC 2326."""
    lines = head.decode('utf-8', 'replace').replace('\r\n', '\n').split('\n')
    headers = []
    for line in lines[1:]:
        if not line:
            continue
        name, colon, value = line.partition(':')
        if not colon:
            raise ProtocolError('header without a colon: %r' % line)
        headers.append((name.strip(), value.strip()))
    if not re.match(r'RTSP/1\.0 \d{3}( .*)?$|[A-Z_]+ \S+ RTSP/1\.0$', lines[0]):
        raise ProtocolError('no RTSP start line: %r' % lines[0][:80])
    return Message(lines[0], headers)


class Splitter:
    """Cuts a byte stream into messages, wherever the stream was split on its way."""

    def __init__(self):
        self.buffer = b''
        self.complaints = []

    def feed(self, data):
        self.buffer += data

    def next(self):
        """Return (message, its bytes), or None as long as the next one is not complete."""
        stripped = self.buffer.lstrip(b'\r\n')
        if stripped != self.buffer:
            self.complaints.append('blank lines before a message')
            self.buffer = stripped
        end = self.buffer.find(b'\r\n\r\n')
        if end < 0:
            if len(self.buffer) > MAX_HEAD_BYTES:
                raise ProtocolError('headers do not end within %d bytes' % MAX_HEAD_BYTES)
            return None
        message = parse_head(self.buffer[:end])
        length = self._body_length(message)
        total = end + 4 + length
        if len(self.buffer) < total:
            return None
        raw, self.buffer = self.buffer[:total], self.buffer[total:]
        message.body = raw[end + 4:]
        self.complaints += lint(raw, message)
        return message, raw

    @staticmethod
    def _body_length(message):
        text = message.get('Content-Length', '0')
        if not text.isdigit() or int(text) > MAX_BODY_BYTES:
            raise ProtocolError('Content-Length is %r' % text)
        return int(text)


def lint(raw, message):
    """What in the message is not written the way WFD 2.1 §6.6 wants it written."""
    complaints = []
    head = raw[:raw.find(b'\r\n\r\n')].decode('utf-8', 'replace')
    for line in head.split('\r\n')[1:]:
        if '\n' in line or not re.match(r'[A-Za-z0-9-]+: \S(.*\S)?$', line):
            complaints.append('header is not "Name: value": %r' % line)
    names = [name.lower() for name, _ in message.headers]
    for name, count in collections.Counter(names).items():
        if count > 1:
            complaints.append('%d headers %s' % (count, name))
    if 'cseq' not in names:
        complaints.append('no CSeq')
    if message.body and 'content-type' not in names:
        complaints.append('a body without Content-Type')
    if message.body and not message.body.endswith(b'\r\n'):
        complaints.append('the body does not end with CRLF')
    return ['%s: %s' % (message.start, complaint) for complaint in complaints]


def parse_parameters(body):
    """Read a text/parameters body into {name: value}; a bare name has the value ''."""
    parameters = {}
    for line in body.decode('utf-8', 'replace').splitlines():
        name, _, value = line.partition(':')
        if name.strip():
            parameters[name.strip()] = value.strip()
    return parameters


def build_parameters(parameters):
    """The reverse of parse_parameters(); a value of None gives a bare name."""
    lines = [name if value is None else '%s: %s' % (name, value)
             for name, value in parameters.items()]
    return ''.join(line + '\r\n' for line in lines).encode()
