#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Wi-Fi Display sink made of plain sockets.

It connects to a source, answers M1, M3, M4 and M5, sends M2, SETUP and PLAY, takes the RTP, checks
it and writes the transport stream to a file. It can behave like any sink a source has to live
with: see the options and faults.py. As a program it runs a script and prints what happens as lines
of JSON; tests drive the class.
"""

import argparse
import asyncio
import dataclasses
import json
import sys

import connection
import events
import faults
import receiver
import rtsp

AGGREGATE = '/wfd1.0'

DEFAULT_PARAMETERS = {
    'wfd_video_formats':
        '38 00 01 10 0001DEFF 157C7FFF 00000FFF 00 0000 0000 11 none none, '
        '02 10 0001DEFF 157C7FFF 00000FFF 00 0000 0000 11 none none',
    'wfd_audio_codecs': 'LPCM 00000002 00, AAC 00000001 00',
    'wfd_3d_video_formats': 'none',
    'wfd_content_protection': 'none',
    'wfd_display_edid': 'none',
    'wfd_coupled_sink': 'none',
    'wfd_uibc_capability': 'none',
    'wfd_standby_resume_capability': 'none',
    'wfd_connector_type': '05',
    'wfd_I2C': 'none',
    'wfd_idr_request_capability': '1',
}

# The forms of SETUP's Transport that real sinks send; {rtp} and {rtcp} are our ports.
TRANSPORTS = {
    'single': 'RTP/AVP/UDP;unicast;client_port={rtp}',
    'pair': 'RTP/AVP/UDP;unicast;client_port={rtp}-{rtcp}',
    'avp': 'RTP/AVP;unicast;client_port={rtp}-{rtcp}',
    'none': 'RTP/AVP/UDP;unicast',                              # old LG dongles
    'lower-case': 'rtp/avp/udp;unicast;client_port={rtp}',
    'extras': 'RTP/AVP/UDP;unicast;client_port={rtp}-{rtcp};mode=play;blocksize=1400',
    'tcp': 'RTP/AVP/TCP;interleaved=0-1',
    'no-port-number': 'RTP/AVP/UDP;unicast;client_port=',
    'big-port': 'RTP/AVP/UDP;unicast;client_port=99999',
    'zero-port': 'RTP/AVP/UDP;unicast;client_port=0',
}

# What sinks make of the presentation URL in their requests.
REQUEST_URIS = {
    'verbatim': lambda url: url,
    'no-port': lambda url: url.replace(':' + url.split(':')[2].split('/')[0], '')
    if url.count(':') > 1 else url,
    'no-stream': lambda url: url.replace('/streamid=0', ''),
    'slash': lambda url: url + '/',
    'localhost': lambda url: 'rtsp://localhost/wfd1.0/streamid=0',
    'other-host': lambda url: 'rtsp://192.168.49.77:554/wfd1.0/streamid=0',
}


class SinkError(Exception):
    """The session did not go as wanted; the text says at which message."""


@dataclasses.dataclass
class Options:
    host: str = '127.0.0.1'
    port: int = 7236
    rtp_address: str = '127.0.0.1'
    rtp_port: int = 0
    out: str = None
    keep: bool = False
    transcript: str = None
    parameters: dict = dataclasses.field(default_factory=dict)
    omit: tuple = ()
    answer_unasked: bool = False
    transport: str = 'single'
    request_uri: str = 'verbatim'
    session: str = 'id'          # id, none, wrong, timeout
    keep_alive: str = 'answer'   # answer, ignore, status, no-session
    triggers: str = 'obey'       # obey, ignore
    m2: str = 'after-m1'         # after-m1, before-m1, never
    early_setup: bool = False
    first_cseq: int = 1
    user_agent: str = 'wfd-interop-sink'
    refuse_m4: tuple = ()
    chunk_bytes: int = 0
    faults: tuple = ()
    patience_s: float = 15


class Sink:
    """One session. open() brings it to Playing, the other methods are what a sink may do then."""

    def __init__(self, options, log=None):
        self.options = options
        self.events = log or events.Events()
        self.media = receiver.Receiver(self.events, options.rtp_address, options.rtp_port,
                                       options.out, options.keep)
        self.transcript = connection.Transcript(options.transcript)
        self.plan = faults.Plan(options.faults)
        self.link = None
        self.url = None
        self.session = None
        self.session_timeout_s = None
        self.transport = None
        self.asked = []
        self.agreed = {}
        self.m4_count = 0
        self.refusals = list(options.refuse_m4)
        self.errors = []
        self.tasks = set()
        self.setup_sent = False
        self.torn_down = False
        self.put_away = False
        self.handlers = {'OPTIONS': self._on_options, 'GET_PARAMETER': self._on_get_parameter,
                         'SET_PARAMETER': self._on_set_parameter}

    # Opening a session.

    async def connect(self, retry_s=10):
        """Connect, again and again while nobody listens yet: a real sink does so for 90 s."""
        deadline = asyncio.get_running_loop().time() + retry_s
        while True:
            try:
                streams = await asyncio.open_connection(self.options.host, self.options.port)
                break
            except ConnectionRefusedError:
                if asyncio.get_running_loop().time() > deadline:
                    raise
                await asyncio.sleep(0.05)
        self.events.note('connected')
        self.link = connection.Connection(*streams, self.transcript, 'source',
                                          self.options.chunk_bytes, self.plan)
        self.link.cseq = self.options.first_cseq - 1
        self.media.start()
        self._spawn(self.link.serve(self._on_request))
        fault = self.plan.take('connect')
        if fault:
            await fault.commit(self.link, rtsp.Message('OPTIONS * RTSP/1.0', [('CSeq', '0')]))

    async def open(self, retry_s=10):
        """Connect, negotiate, SETUP, PLAY."""
        await self.connect(retry_s)
        await self.wait_event('setup-wanted')
        await self.setup()
        await self.play()

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
            raise SinkError('waiting for "%s": %s' % (name, self.link.closed.result()))
        return await waiting

    def _spawn(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task):
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            self.errors.append(str(task.exception()))
            self.events.note('error', text=str(task.exception()))

    # What the source asks.

    async def _on_request(self, message):
        handler = self.handlers.get(message.method)
        if handler:
            await handler(message)
        else:
            self.errors.append('the source sent %s' % message.method)
            await self.link.respond('other', message, 405)

    async def _on_options(self, message):
        self.events.note('m1', require=message.get('Require'), server=message.get('Server'))
        if self.options.m2 == 'before-m1':
            await self._send_m2_nowait()
        await self.link.respond(
            'm1', message, headers=[('Public', 'org.wfa.wfd1.0, GET_PARAMETER, SET_PARAMETER')])
        if self.options.m2 == 'after-m1':
            await self._send_m2_nowait()

    async def _send_m2_nowait(self):
        future = await self.link.request_nowait('m2', 'OPTIONS', '*', self._headers(
            ('Require', 'org.wfa.wfd1.0')))
        self._spawn(self._take_m2(future))

    async def _take_m2(self, future):
        answer = await future
        self.events.note('m2', status=answer.status, public=answer.get('Public'))

    async def _on_get_parameter(self, message):
        names = [line.strip() for line in message.body.decode().split('\n') if line.strip()]
        if not names:
            await self._on_keep_alive(message)
            return
        self.asked += names
        self.events.note('m3', names=names)
        known = {'wfd_client_rtp_ports': 'RTP/AVP/UDP;unicast %d 0 mode=play' % self.media.port,
                 **DEFAULT_PARAMETERS, **self.options.parameters}
        wanted = known if self.options.answer_unasked else names
        found = {name: known[name] for name in wanted
                 if name in known and name not in self.options.omit}
        await self.link.respond('m3', message, body=rtsp.build_parameters(found))

    async def _on_keep_alive(self, message):
        self.events.note('m16', session=message.get('Session'), uri=message.uri)
        how = self.options.keep_alive
        if how == 'ignore':
            return
        headers = self._session_header() if how == 'answer' else []
        await self.link.respond('m16', message, 501 if how == 'status' else 200, headers)

    async def _on_set_parameter(self, message):
        values = rtsp.parse_parameters(message.body)
        trigger = values.get('wfd_trigger_method')
        if trigger:
            self.events.note('trigger', method=trigger)
            await self.link.respond('m5', message)
            self._obey(trigger)
        elif 'wfd_video_formats' in values or 'wfd_audio_codecs' in values or \
                'wfd_presentation_URL' in values:
            await self._on_m4(message, values)
        else:
            self.events.note('set-parameter', values=values)
            await self.link.respond('set', message)

    async def _on_m4(self, message, values):
        self.m4_count += 1
        self.events.note('m4', values=values)
        if self.refusals:
            refusal = self.refusals.pop(0)
            await self.link.respond('m4', message, 303, body=(refusal + '\r\n').encode())
            return
        self.agreed = {**self.agreed, **values}
        if 'wfd_presentation_URL' in values:
            self.url = values['wfd_presentation_URL'].split()[0]
        await self.link.respond('m4', message)
        if self.options.early_setup and not self.session:
            self.events.note('setup-wanted')

    def _obey(self, trigger):
        if self.options.triggers == 'ignore' and trigger != 'SETUP':
            return
        if trigger == 'SETUP':
            if not self.setup_sent:
                self.events.note('setup-wanted')
            return
        actions = {'PLAY': self.play, 'PAUSE': self.pause, 'TEARDOWN': self.teardown}
        if trigger not in actions:
            self.errors.append('unknown trigger %s' % trigger)
        else:
            self._spawn(actions[trigger]())

    # What a sink does.

    def _headers(self, *more):
        agent = [('User-Agent', self.options.user_agent)] if self.options.user_agent else []
        return list(more) + agent

    def _session_header(self):
        forms = {'id': self.session, 'none': None, 'wrong': 'nobody',
                 'timeout': '%s;timeout=%s' % (self.session, self.session_timeout_s or 60)}
        value = forms[self.options.session]
        return [('Session', value)] if value else []

    def _uri(self):
        url = self.url or 'rtsp://%s/wfd1.0/streamid=0' % self.options.host
        return REQUEST_URIS[self.options.request_uri](url)

    async def _request(self, point, method, uri, headers=(), body=b'', want=200):
        answer = await self.link.request(point, method, uri, list(headers), body,
                                         self.options.patience_s)
        self.events.note(point, status=answer.status)
        if want and answer.status != want:
            raise SinkError('%s was answered with %s' % (method, answer.start))
        return answer

    async def setup(self, want=200):
        self.setup_sent = True
        ports = dict(rtp=self.media.port, rtcp=self.media.port + 1)
        transport = TRANSPORTS[self.options.transport].format(**ports)
        answer = await self._request('m6', 'SETUP', self._uri(),
                                     self._headers(('Transport', transport)), want=want)
        if answer.status != 200:
            return answer
        session, _, rest = (answer.get('Session') or '').partition(';')
        if not session:
            raise SinkError('no Session in the answer to SETUP')
        self.session = session.strip()
        self.transport = answer.get('Transport')
        if 'timeout=' in rest:
            self.session_timeout_s = int(rest.split('timeout=')[1])
        return answer

    async def play(self, want=200):
        self.media.restart()
        return await self._request('m7', 'PLAY', self._uri(),
                                   self._headers(*self._session_header()), want=want)

    async def pause(self, want=200):
        return await self._request('m9', 'PAUSE', self._uri(),
                                   self._headers(*self._session_header()), want=want)

    async def teardown(self):
        """TEARDOWN the stream; a source on gst-rtsp-server wants the aggregate URL (460)."""
        if self.torn_down:
            return
        self.torn_down = True
        headers = self._headers(*self._session_header())
        answer = await self._request('m8', 'TEARDOWN', self._uri(), headers, want=None)
        if answer.status == 460:
            uri = self._uri().replace('/streamid=0', '')
            answer = await self._request('m8', 'TEARDOWN', uri, headers)
        self.media.end()
        self.events.note('torn-down', status=answer.status)
        if answer.status != 200:
            raise SinkError('TEARDOWN was answered with %s' % answer.start)

    async def request_idr(self, body=b'wfd_idr_request\r\n', want=200):
        """Send M13; return the seconds until the IDR came."""
        coming = asyncio.ensure_future(self.media.wait_idr())
        try:
            await self._request('m13', 'SET_PARAMETER', self._uri(),
                                self._headers(*self._session_header()), body, want)
            return await coming
        finally:
            coming.cancel()

    async def set_parameter(self, body, want=200):
        return await self._request('set', 'SET_PARAMETER', self._uri(),
                                   self._headers(*self._session_header()), body, want)

    async def misbehave(self, action):
        """Commit a fault in the middle of the session."""
        message = rtsp.request('SET_PARAMETER', self._uri(), self.link.cseq + 1,
                               self._headers(*self._session_header()), b'wfd_idr_request\r\n')
        fault = faults.Fault('now:' + action)
        self.events.note('fault', action=action)
        await fault.commit(self.link, message)

    async def wait_closed(self, timeout_s=10):
        """Wait until the connection is gone; return how it went."""
        try:
            return await asyncio.wait_for(asyncio.shield(self.link.closed), timeout_s)
        except asyncio.TimeoutError:
            raise TimeoutError('the source keeps the connection for %g s' % timeout_s) from None

    async def close(self, linger_s=0.2):
        """Leave, count what still comes for a moment, and put everything away. Once is enough."""
        if self.put_away:
            return
        self.put_away = True
        if self.link:
            self.link.close()
        self.media.end()
        await asyncio.sleep(linger_s)  # packets that come after the end are what is looked for
        for task in list(self.tasks):
            task.cancel()
        self.media.stop()
        self.transcript.close()

    def report(self):
        ended = self.link.closed.result() if self.link and self.link.closed.done() else None
        return {
            'ended': ended, 'errors': self.errors,
            'rtsp_complaints': self.link.complaints() if self.link else [],
            'asked': self.asked, 'agreed': self.agreed, 'm4_count': self.m4_count,
            'session': self.session, 'session_timeout_s': self.session_timeout_s,
            'transport': self.transport, 'faults_not_done': self.plan.not_done(),
            'events': self.events.log, **self.media.report(),
        }


# Scripts: what the program does after open(), written as "pictures 30, idr, pause, teardown".

async def _step_pictures(sink, count='30'):
    await sink.media.wait_pictures(int(count), timeout_s=60)


async def _step_idr(sink):
    sink.events.note('idr-after', seconds=round(await sink.request_idr(), 4))


async def _step_pause(sink):
    await sink.pause()
    await sink.media.wait_quiet()
    sink.events.note('quiet')


async def _step_event(sink, name, timeout_s='60', count='1'):
    await sink.wait_event(name, float(timeout_s), int(count))


async def _step_closed(sink, timeout_s='10'):
    await sink.wait_closed(float(timeout_s))


STEPS = {
    'pictures': _step_pictures, 'idr': _step_idr, 'pause': _step_pause,
    'play': lambda sink: sink.play(), 'teardown': lambda sink: sink.teardown(),
    'event': _step_event, 'closed': _step_closed,
    'fault': lambda sink, action: sink.misbehave(action),
}


def parse_script(text):
    """"pictures 30, idr" → [(step, arguments)]; an unknown word is a ValueError."""
    steps = []
    for part in text.split(','):
        words = part.split()
        if words and words[0] not in STEPS:
            raise ValueError('unknown step %r, known are %s' % (words[0], ', '.join(STEPS)))
        if words:
            steps.append((STEPS[words[0]], words[1:]))
    return steps


async def run(options, script, log):
    """Run one session; return (exit code, report)."""
    sink = Sink(options, log)
    try:
        await sink.open()
        for step, arguments in parse_script(script):
            await step(sink, *arguments)
    except (SinkError, TimeoutError, ConnectionError) as error:
        sink.errors.append(str(error))
        log.note('error', text=str(error))
    await sink.close()
    return (1 if sink.errors else 0), sink.report()


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    defaults = Options()
    choices = {'transport': TRANSPORTS, 'request_uri': REQUEST_URIS,
               'session': ('id', 'none', 'wrong', 'timeout'),
               'keep_alive': ('answer', 'ignore', 'status', 'no-session'),
               'triggers': ('obey', 'ignore'), 'm2': ('after-m1', 'before-m1', 'never')}
    for field in dataclasses.fields(Options):
        name = '--' + field.name.replace('_', '-')
        default = getattr(defaults, field.name)
        if field.type is bool:
            parser.add_argument(name, action='store_true')
        elif field.type is tuple:
            parser.add_argument(name, action='append', default=[])
        elif field.type is dict:
            parser.add_argument(name, action='append', default=[], metavar='NAME=VALUE')
        else:
            parser.add_argument(name, type=field.type, default=default,
                                choices=choices.get(field.name))
    parser.add_argument('--script', default='pictures 60, teardown',
                        help='steps: ' + ', '.join(STEPS))
    parser.add_argument('--json', help='write the report to this file')
    return parser.parse_args()


def main():
    arguments = vars(_arguments())
    script, json_path = arguments.pop('script'), arguments.pop('json')
    arguments['parameters'] = dict(text.split('=', 1) for text in arguments['parameters'])
    code, report = asyncio.run(run(Options(**arguments), script, events.Events(sys.stdout)))
    if json_path:
        with open(json_path, 'w', encoding='utf-8') as file:
            json.dump(report, file, indent=1)
    return code


if __name__ == '__main__':
    sys.exit(main())
