#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Wi-Fi Display source made of plain sockets.

It waits for a sink, leads it through M1–M5, answers SETUP, PLAY, PAUSE and TEARDOWN and casts a
recorded transport stream. It can talk like the sources that are around (profiles.py) and can
misbehave (faults.py). As a program it runs a script in each session and prints what happens as
lines of JSON; tests drive the classes.
"""

import argparse
import asyncio
import dataclasses
import json
import re
import socket
import sys

import connection
import events
import faults
import profiles
import recording
import rtp
import rtsp
import ts

PCR_HZ = 27_000_000
# What is due within this time is sent at once.
BATCH_S = 0.004


class SourceError(Exception):
    """The session did not go as wanted; the text says at which message."""


@dataclasses.dataclass
class Options:
    address: str = '127.0.0.1'
    port: int = 7236
    stream: str = None
    profile: str = 'plain'
    transcript: str = None
    chunk_bytes: int = 0
    faults: tuple = ()
    patience_s: float = 15
    m1_delay_s: float = 0
    audio: str = None
    video: str = None
    first_pcr: int = 0
    first_sequence: int = 0
    payload_type: int = rtp.MP2T
    loss: int = 0
    swap: int = 0
    double: int = 0
    timestamps: str = 'pcr'
    markers: bool = False
    packets_per_datagram: int = 7
    clock_restarts: bool = False
    mute: bool = False


class Media:
    """Casts a recording to the sink's port while the session plays."""

    def __init__(self, options, profile, stream, log):
        self.options, self.profile = options, profile
        self.stream = stream
        self.events = log
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((options.address, 0))
        self.port = self.socket.getsockname()[1]
        self.destination = None
        self.refused = 0
        self.caster = None
        self.sender = None
        self.task = None
        self.playing = False
        self.paused_at_s = 0

    def play(self):
        now_s = asyncio.get_running_loop().time()
        if self.caster is None or self.options.clock_restarts:
            self.caster = self.stream.new_caster(self.options.first_pcr)
        else:
            pause_ticks = (now_s - self.paused_at_s) * PCR_HZ
            self.caster.resume(self.caster.time() + pause_ticks)
        if self.sender is None:
            self.sender = self._new_sender(1, self.options.first_sequence)
        elif self.profile.rtp.get('new_ssrc_on_play'):
            self.sender = self._new_sender(self.sender.ssrc + 1, 7)
        self.playing = True
        self.task = asyncio.ensure_future(self._cast())

    def _new_sender(self, ssrc, sequence):
        options = self.options
        return recording.RtpSender(
            self._send, sequence, ssrc, options.payload_type, options.loss, options.swap,
            options.double, options.timestamps, options.markers)

    def _send(self, data):
        try:
            self.socket.sendto(data, self.destination)
        except ConnectionRefusedError:
            self.refused += 1

    async def stop(self):
        """Stop at the end of the picture that is being sent."""
        self.playing = False
        if self.task:
            await self.task
            self.task = None
        self.paused_at_s = asyncio.get_running_loop().time()

    async def _cast(self):
        loop = asyncio.get_running_loop()
        begin_s, begin = loop.time(), self.caster.time()
        batch = []
        while True:
            if self.caster.at_picture():
                self._flush(batch, True)
                if not self.playing:
                    self._send_rest()
                    return
            packet = self.caster.next()
            if packet is None:
                self._flush(batch, True)
                return
            batch.append(packet)
            if len(batch) == self.options.packets_per_datagram:
                self._flush(batch, False)
            due_s = begin_s + (self.caster.time() - begin) / PCR_HZ
            if due_s - loop.time() > BATCH_S:
                await asyncio.sleep(due_s - loop.time())

    def _send_rest(self):
        for packet in self.caster.pause():
            self._flush([packet], True)

    def _flush(self, batch, ends_frame):
        if batch and not self.options.mute:
            self.sender.cast(batch, self.caster.time() // 300, ends_frame)
        batch.clear()

    async def wait_pictures(self, count, timeout_s=60):
        goal = self.caster.pictures + count
        deadline = asyncio.get_running_loop().time() + timeout_s
        while self.caster.pictures < goal:
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError('%d pictures were not sent in %g s' % (count, timeout_s))
            await asyncio.sleep(0.01)

    def close(self):
        self.playing = False
        if self.task:
            self.task.cancel()
        self.socket.close()


class Session:
    """The dialogue with one sink."""

    def __init__(self, options, profile, stream, streams, log):
        self.options, self.profile = options, profile
        self.events = log
        self.transcript = connection.Transcript(options.transcript)
        self.plan = faults.Plan(options.faults)
        self.link = connection.Connection(*streams, self.transcript, 'sink', options.chunk_bytes,
                                          self.plan)
        self.link.cseq = profile.first_cseq - 1
        self.media = Media(options, profile, stream, log)
        host, self.port = streams[1].get_extra_info('sockname')[:2]
        self.peer_host = streams[1].get_extra_info('peername')[0]
        self.host = host
        self.capabilities = {}
        self.client_port = 0
        self.names_asked = []
        self.idr_requests = 0
        self.keep_alive_statuses = []
        self.errors = []
        self.tasks = set()
        self.closing = False
        self.handlers = {
            'OPTIONS': self._on_options, 'SETUP': self._on_setup, 'PLAY': self._on_play,
            'PAUSE': self._on_pause, 'TEARDOWN': self._on_teardown,
            'GET_PARAMETER': self._on_get_parameter, 'SET_PARAMETER': self._on_set_parameter}

    def fill(self, text):
        """Put addresses and ports into a text of the profile."""
        url = self.profile.url.format(host=self.host, port=self.port).split()[0]
        return text.format(host=self.host, port=self.port, client=self.client_port,
                           client1=self.client_port + 1, server=self.media.port, url=url)

    # Leading the sink from M1 to PLAY.

    async def open(self):
        self._spawn(self.link.serve(self._on_request))
        await asyncio.sleep(self.options.m1_delay_s)
        await self._request('m1', 'OPTIONS', '*', [('Require', 'org.wfa.wfd1.0')])
        if self.profile.waits_for_m2:
            await self.wait_event('m2')
        await self.ask_capabilities()
        await self.set_formats()
        for name, value in self.profile.after_m4:
            await self._set('after-m4', {name: value})
        await self.trigger('SETUP')
        await self.wait_event('m7')
        if self.profile.keep_alive_s:
            self._spawn(self._keep_alive())

    async def ask_capabilities(self):
        """M3, as often as the profile does it."""
        for names in self.profile.m3_names:
            self.names_asked += names
            body = ''.join(name + '\r\n' for name in names).encode()
            answer = await self._request('m3', 'GET_PARAMETER', self.fill(self.profile.uri),
                                         body=body)
            self.capabilities.update(rtsp.parse_parameters(answer.body))
        ports = re.search(r'unicast\s+(\d+)', self.capabilities.get('wfd_client_rtp_ports', ''))
        if not ports:
            raise SourceError('no wfd_client_rtp_ports in the answer to M3')
        self.client_port = int(ports.group(1))

    async def set_formats(self):
        """M4, in one message or in a message per parameter."""
        profile = self.profile
        values = {'wfd_video_formats': self.options.video or profile.video,
                  'wfd_audio_codecs': profile.audio if self.options.audio is None
                  else self.options.audio,
                  profile.url_name: self.fill(profile.url),
                  'wfd_client_rtp_ports': self.fill(profile.rtp_ports)}
        values = {name: value for name, value in values.items() if value}
        parts = [{n: v} for n, v in values.items()] if profile.splits_m4 else [values]
        for part in parts:
            await self._set('m4', part)

    async def trigger(self, method):
        """M5; the sink then sends the request itself."""
        await self._set('m5', {'wfd_trigger_method': method}, self.profile.m5_uri)

    async def _set(self, point, values, uri=None):
        await self._request(point, 'SET_PARAMETER', self.fill(uri or self.profile.uri),
                            body=rtsp.build_parameters(values))

    async def _request(self, point, method, uri, headers=(), body=b''):
        answer = await self.link.request(point, method, uri, self._headers(headers, body), body,
                                         self.options.patience_s)
        self.events.note(point, status=answer.status)
        if answer.status != 200:
            raise SourceError('%s (%s) was answered with %s' % (method, point, answer.start))
        return answer

    def _headers(self, headers=(), body=b''):
        result = list(headers) + list(self.profile.headers)
        if body and not self.profile.content_type:
            result.append(('Content-type', 'text/plain'))
        return result

    async def _keep_alive(self):
        while True:
            await asyncio.sleep(self.profile.keep_alive_s)
            await self.send_keep_alive()

    async def send_keep_alive(self):
        headers = [('Session', self.profile.session)] if self.profile.keep_alive_session else []
        answer = await self.link.request('m16', 'GET_PARAMETER',
                                         self.fill(self.profile.keep_alive_uri),
                                         self._headers(headers))
        self.keep_alive_statuses.append(answer.status)
        self.events.note('m16', status=answer.status)

    # What the sink asks.

    async def _on_request(self, message):
        handler = self.handlers.get(message.method)
        if handler:
            await handler(message)
        else:
            self.errors.append('the sink sent %s' % message.method)
            await self.link.respond('other', message, 501)

    async def _answer(self, point, message, status=200, headers=()):
        await self.link.respond(point, message, status, self._headers(headers))

    async def _on_options(self, message):
        await self._answer('m2', message, headers=[('Public', self.profile.public)])
        self.events.note('m2', require=message.get('Require'), agent=message.get('User-Agent'))

    async def _on_setup(self, message):
        transport = message.get('Transport', '')
        ports = re.search(r'client_port=(\d+)', transport)
        if ports:
            self.client_port = int(ports.group(1))
        self.media.destination = (self.peer_host, self.client_port)
        self.events.note('m6', transport=transport, uri=message.uri)
        session = self.profile.session + self.profile.session_tail
        await self._answer('m6', message, headers=[
            ('Session', session), ('Transport', self.fill(self.profile.transport))])

    async def _on_play(self, message):
        self._check_session(message)
        session = [('Session', self.profile.session + self.profile.session_tail)]
        headers = [(name, self.fill(value)) for name, value in self.profile.play_headers]
        await self._answer('m7', message,
                           headers=(session if self.profile.session_in_play else []) + headers)
        if not self.link.deaf and not self.link.closed.done():
            self.media.play()
        self.events.note('m7', uri=message.uri)

    async def _on_pause(self, message):
        self._check_session(message)
        await self.media.stop()
        await self._answer('m9', message)
        self.events.note('m9')

    async def _on_teardown(self, message):
        self._check_session(message)
        if self.profile.refuses_stream_teardown and '/streamid=' in message.uri:
            await self._answer('m8', message, 460)
            self.events.note('m8', status=460, uri=message.uri)
            return
        await self.media.stop()
        await self._answer('m8', message)
        self.closing = True
        self.events.note('m8', status=200, uri=message.uri)

    async def _on_get_parameter(self, message):
        await self._answer('sink-keep-alive', message)
        self.events.note('sink-keep-alive')

    async def _on_set_parameter(self, message):
        exact = message.body == b'wfd_idr_request\r\n'
        if exact or (b'wfd_idr_request' in message.body and not self.profile.idr_body_exact):
            self.idr_requests += 1
            await self._answer('m13', message)
            if self.media.caster:
                self.media.caster.want_key()
            self.events.note('m13')
            return
        await self._answer('set', message)
        self.events.note('set-parameter', body=message.body.decode('utf-8', 'replace'))

    def _check_session(self, message):
        session = message.get('Session', '')
        if session != self.profile.session:
            self.errors.append('%s with Session %r' % (message.method, session))

    # Odds and ends.

    async def misbehave(self, action):
        """Commit a fault in the middle of the session."""
        message = rtsp.request('GET_PARAMETER', self.fill(self.profile.uri), self.link.cseq + 1,
                               self._headers(), b'wfd_video_formats\r\n')
        self.events.note('fault', action=action)
        await faults.Fault('now:' + action).commit(self.link, message)

    async def wait_event(self, name, timeout_s=None, count=1):
        """Wait for an event, but not longer than the connection lives."""
        waiting = asyncio.ensure_future(
            self.events.wait(name, timeout_s or self.options.patience_s, count))
        await asyncio.wait({waiting, self.link.closed}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            # What was said just before the end is still being taken in.
            await asyncio.wait({waiting}, timeout=0.2)
        if not waiting.done():
            waiting.cancel()
            raise SourceError('waiting for "%s": %s' % (name, self.link.closed.result()))
        return await waiting

    async def wait_closed(self, timeout_s=10):
        try:
            return await asyncio.wait_for(asyncio.shield(self.link.closed), timeout_s)
        except asyncio.TimeoutError:
            raise TimeoutError('the sink keeps the connection for %g s' % timeout_s) from None

    def _spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() and not self.closing:
            self.errors.append(str(task.exception()))
            self.events.note('error', text=str(task.exception()))

    def close(self):
        self.closing = True
        self.media.close()
        for task in list(self.tasks):
            task.cancel()
        self.link.close()
        self.transcript.close()

    def report(self):
        return {
            'ended': self.link.closed.result() if self.link.closed.done() else None,
            'errors': self.errors, 'rtsp_complaints': self.link.complaints(),
            'capabilities': self.capabilities, 'names_asked': self.names_asked,
            'client_port': self.client_port, 'idr_requests': self.idr_requests,
            'keep_alive_statuses': self.keep_alive_statuses,
            'pictures': self.media.caster.pictures if self.media.caster else 0,
            'packets': self.media.sender.count if self.media.sender else 0,
            'faults_not_done': self.plan.not_done(), 'events': self.events.log}


class Source:
    """Listens, and has one session after another."""

    def __init__(self, options, log=None, stream=None):
        self.options = options
        self.events = log or events.Events()
        self.profile = profiles.PROFILES[options.profile]
        self.stream = stream or recording.Recording.load(options.stream)
        self.server = None
        self.arrivals = asyncio.Queue()

    async def listen(self):
        self.server = await asyncio.start_server(
            lambda *streams: self.arrivals.put_nowait(streams), self.options.address,
            self.options.port)
        self.port = self.server.sockets[0].getsockname()[1]
        self.events.note('listening', port=self.port)

    async def accept(self, timeout_s=30):
        """Wait for a sink; return the Session, not opened yet."""
        streams = await asyncio.wait_for(self.arrivals.get(), timeout_s)
        self.events.note('connected')
        return Session(self.options, self.profile, self.stream, streams, self.events)

    def close(self):
        if self.server:
            self.server.close()


async def _step_pictures(session, count='30'):
    await session.media.wait_pictures(int(count))


async def _step_trigger(session, method):
    point = {'PLAY': 'm7', 'PAUSE': 'm9', 'TEARDOWN': 'm8', 'SETUP': 'm6'}[method]
    before = len(session.events.all(point))
    await session.trigger(method)
    await session.wait_event(point, count=before + 1)


async def _step_event(session, name, timeout_s='60', count='1'):
    await session.wait_event(name, float(timeout_s), int(count))


async def _step_closed(session, timeout_s='10'):
    await session.wait_closed(float(timeout_s))


STEPS = {
    'pictures': _step_pictures, 'trigger': _step_trigger, 'event': _step_event,
    'closed': _step_closed, 'keep-alive': lambda session: session.send_keep_alive(),
    'm3': lambda session: session.ask_capabilities(), 'm4': lambda session: session.set_formats(),
    'fault': lambda session, action: session.misbehave(action),
    'stop-rtp': lambda session: session.media.stop(),
}


async def run_script(session, text):
    """Run "pictures 30, trigger PAUSE, closed"."""
    for part in text.split(','):
        words = part.split()
        if words:
            await STEPS[words[0]](session, *words[1:])


async def run(options, script, sessions, log):
    """Serve so many sinks; return (exit code, reports)."""
    source = Source(options, log)
    await source.listen()
    reports = []
    for _ in range(sessions):
        session = await source.accept(timeout_s=3600)
        try:
            await session.open()
            await run_script(session, script)
        except (SourceError, TimeoutError, ConnectionError) as error:
            session.errors.append(str(error))
            log.note('error', text=str(error))
        session.close()
        reports.append(session.report())
    source.close()
    return int(any(report['errors'] for report in reports)), reports


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    defaults = Options()
    for field in dataclasses.fields(Options):
        name = '--' + field.name.replace('_', '-')
        if field.type is bool:
            parser.add_argument(name, action='store_true')
        elif field.type is tuple:
            parser.add_argument(name, action='append', default=[])
        else:
            choices = sorted(profiles.PROFILES) if field.name == 'profile' else None
            parser.add_argument(name, type=field.type, default=getattr(defaults, field.name),
                                choices=choices, required=field.name == 'stream')
    parser.add_argument('--script', default='closed 3600', help='steps: ' + ', '.join(STEPS))
    parser.add_argument('--sessions', type=int, default=1)
    parser.add_argument('--json', help='write the reports to this file')
    return parser.parse_args()


def main():
    arguments = vars(_arguments())
    script, sessions, path = (arguments.pop(name) for name in ('script', 'sessions', 'json'))
    code, reports = asyncio.run(
        run(Options(**arguments), script, sessions, events.Events(sys.stdout)))
    if path:
        with open(path, 'w', encoding='utf-8') as file:
            json.dump(reports, file, indent=1)
    return code


if __name__ == '__main__':
    sys.exit(main())
