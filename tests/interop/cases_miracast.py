# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Miracast driver with wfdsink as its media, by the program of examples/winapi, casts to
our plain-socket sink."""

import asyncio
import contextlib
import os

import machine as machine_parts
import wfd_sink
from harness import case, check

PORT = 7236
EDID = '00ffffffffffff00' + '00' * 120


CLOSED = 'the display closed the connection: connect it again'
NO_ANSWER = 'the display does not answer: is it on, and does it wait for a picture?'


class Program:
    """The program, whose lines are read one by one."""

    def __init__(self, process):
        self.process = process

    async def line(self):
        return (await asyncio.wait_for(self.process.stdout.readline(), 20)).decode().strip()

    async def expect(self, wanted):
        line = await self.line()
        check(line == wanted, 'the program says "%s", not "%s"', line, wanted)

    async def end(self, code):
        await asyncio.wait_for(self.process.wait(), 10)
        check(self.process.returncode == code, 'the program ended with %d', self.process.returncode)


@contextlib.asynccontextmanager
async def program(machine):
    machine.need_plugin('wfdsink')
    machine_parts.need_elements('x264enc')
    path = os.environ.get('WFD_MIRACAST_CAST')
    if not path:
        raise machine_parts.Missing('WFD_MIRACAST_CAST does not name the program')
    with open(machine.path('cast.log'), 'ab') as log:
        process = await asyncio.create_subprocess_exec(
            path, str(PORT), stdout=asyncio.subprocess.PIPE, stderr=log, env=machine.env)
    running = Program(process)
    await running.expect('waiting on port %d' % PORT)
    try:
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def sink(machine, **options):
    return wfd_sink.Sink(wfd_sink.Options(transcript=machine.path('session.txt'),
                                          out=machine.path('captured.ts'), **options))


@case('miracast-casts')
async def casts(machine):
    """A display with a monitor gets pictures, and its TEARDOWN is the end."""
    async with program(machine) as running:
        peer = sink(machine, parameters={'wfd_display_edid': '0001 ' + EDID})
        await peer.open()
        await running.expect('suggested: 5000 kbit/s')
        await running.expect('started: monitor 1, modes reduced 0')
        await running.expect('monitor arrived, EDID of 128 bytes')
        await peer.media.wait_pictures(30)
        check('wfd_display_edid' in peer.asked, 'the driver does not ask for the EDID')
        await peer.teardown()
        await peer.close()
        check(not peer.errors, 'errors: %s', peer.errors)
        await running.expect('over: Miracast status 2, 0xc000020d: the display has ended it')
        await running.end(0)


@case('miracast-no-monitor')
async def no_monitor(machine):
    """A dongle without a monitor gets a session and no arrival."""
    async with program(machine) as running:
        peer = sink(machine, parameters={'wfd_display_edid': '0000 none',
                                         'wfd_connector_type': 'none'})
        await peer.open()
        await running.expect('suggested: 5000 kbit/s')
        await running.expect('started: monitor 0, modes reduced 0')
        await peer.media.wait_pictures(5)
        await peer.close(0)
        await running.expect('over: Miracast status 0, 0xc000020d: ' + CLOSED)
        await running.end(0)


@case('miracast-never-answers-m3')
async def never_answers(machine):
    """Who never answers M3 is given up within 15 s."""
    async with program(machine) as running:
        reader, writer = await asyncio.open_connection('127.0.0.1', PORT)
        await reader.readuntil(b'\r\n\r\n')
        writer.write(b'RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: org.wfa.wfd1.0, GET_PARAMETER, '
                     b'SET_PARAMETER\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 1\r\n'
                     b'Require: org.wfa.wfd1.0\r\n\r\n')
        started = asyncio.get_running_loop().time()
        await running.expect('suggested: 5000 kbit/s')
        await running.expect('not started: %s (0xc00000b5)' % NO_ANSWER)
        took_s = asyncio.get_running_loop().time() - started
        check(took_s < 15, 'it took %.1f s', took_s)
        writer.close()
        await running.end(1)
