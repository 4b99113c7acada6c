# SPDX-License-Identifier: LGPL-2.1-or-later
"""The RTSP of the peers: framing, checks of style, parameters, planned faults."""

import asyncio
import unittest

import connection
import faults
import rtsp

M1 = (b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nRequire: org.wfa.wfd1.0\r\n\r\n')


def split(data, step=None):
    splitter = rtsp.Splitter()
    messages = []
    for begin in range(0, len(data), step or len(data)):
        splitter.feed(data[begin:begin + (step or len(data))])
        while True:
            found = splitter.next()
            if not found:
                break
            messages.append(found[0])
    return messages, splitter


class Framing(unittest.TestCase):
    def test_two_messages_in_one_segment(self):
        body = b'wfd_video_formats\r\nwfd_audio_codecs\r\n'
        m3 = rtsp.request('GET_PARAMETER', 'rtsp://localhost/wfd1.0', 2, body=body).to_bytes()
        messages, splitter = split(M1 + m3)
        self.assertEqual([m.method for m in messages], ['OPTIONS', 'GET_PARAMETER'])
        self.assertEqual(messages[1].body, body)
        self.assertEqual(splitter.complaints, [])
        self.assertEqual(splitter.buffer, b'')

    def test_split_after_each_byte(self):
        raw = rtsp.response(200, 7, [('Session', 'a;timeout=30')], b'a: b\r\n').to_bytes()
        messages, _ = split(raw + M1, step=1)
        self.assertEqual(messages[0].status, 200)
        self.assertEqual(messages[0].cseq, 7)
        self.assertEqual(messages[0].body, b'a: b\r\n')
        self.assertEqual(messages[1].uri, '*')

    def test_body_that_is_not_all_there(self):
        raw = rtsp.response(200, 7, body=b'a: b\r\n').to_bytes()
        self.assertEqual(split(raw[:-1])[0], [])

    def test_garbage_is_an_error(self):
        for data in (b'\x00\x01\x02\r\n\r\n', b'HTTP/1.1 200 OK\r\n\r\n', faults.GARBAGE,
                     b'OPTIONS *\r\n\r\n', b'OPTIONS * RTSP/1.0\r\nno colon\r\n\r\n'):
            with self.assertRaises(rtsp.ProtocolError):
                split(data)

    def test_lengths_that_cannot_be(self):
        for length in (b'-1', b'4000000000', b'ten', b''):
            with self.assertRaises(rtsp.ProtocolError):
                split(b'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: ' + length + b'\r\n\r\n')

    def test_headers_that_never_end(self):
        splitter = rtsp.Splitter()
        splitter.feed(b'OPTIONS * RTSP/1.0\r\nX: ' + b'a' * rtsp.MAX_HEAD_BYTES)
        with self.assertRaises(rtsp.ProtocolError):
            splitter.next()

    def test_what_we_write_has_no_complaints(self):
        for message in (rtsp.request('OPTIONS', '*', 1, [('Require', 'org.wfa.wfd1.0')]),
                        rtsp.request('SET_PARAMETER', 'rtsp://a/', 2, body=b'wfd_idr_request\r\n'),
                        rtsp.response(303, 3, body=b'wfd_video_formats: 415, 457\r\n')):
            self.assertEqual(split(message.to_bytes())[1].complaints, [])


class Style(unittest.TestCase):
    def complaints(self, text):
        return split(text.encode())[1].complaints

    def test_sloppy_headers(self):
        for header in ('Require:org', 'Require : org', 'Require:  org', 'Require: org ',
                       ' Require: org', 'Require: org\n X: y'):
            text = 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n%s\r\n\r\n' % header
            self.assertEqual(len(self.complaints(text)), 1, header)

    def test_doubled_header(self):
        text = 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n'
        self.assertIn('2 headers content-length', self.complaints(text)[0])

    def test_no_cseq(self):
        self.assertIn('no CSeq', self.complaints('OPTIONS * RTSP/1.0\r\nX: y\r\n\r\n')[0])

    def test_body_without_type_and_end(self):
        text = 'SET_PARAMETER a RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\na: b'
        self.assertEqual(len(self.complaints(text)), 2)

    def test_blank_line_before(self):
        self.assertEqual(split(b'\r\n' + M1)[1].complaints, ['blank lines before a message'])


class Parameters(unittest.TestCase):
    def test_read(self):
        self.assertEqual(
            rtsp.parse_parameters(b'wfd_audio_codecs: AAC 00000001 00\r\nwfd_idr_request\r\n'
                                  b'url: rtsp://a:1/b none\r\n\r\n'),
            {'wfd_audio_codecs': 'AAC 00000001 00', 'wfd_idr_request': '',
             'url': 'rtsp://a:1/b none'})

    def test_write(self):
        self.assertEqual(rtsp.build_parameters({'a': 'b c', 'wfd_standby': None}),
                         b'a: b c\r\nwfd_standby\r\n')


class Faults(unittest.TestCase):
    def test_each_happens_once_at_its_point(self):
        plan = faults.Plan(['m3:half', 'm4:status=303'])
        self.assertIsNone(plan.take('m1'))
        plan.take('m3').done = True
        self.assertIsNone(plan.take('m3'))
        self.assertEqual(plan.take('m4').argument, '303')
        self.assertEqual(plan.not_done(), ['m4:status=303'])

    def test_unknown_action(self):
        with self.assertRaises(ValueError):
            faults.Plan(['m3:dance'])


class Conversation(unittest.TestCase):
    """Two connections over a real socket."""

    async def talk(self, chunk_bytes=0, wrongs=()):
        done = asyncio.get_running_loop().create_future()

        async def answer(link, message):
            await link.respond('m2', message, body=b'echo: %d\r\n' % len(message.body))

        async def serve(reader, writer):
            link = connection.Connection(reader, writer, connection.Transcript(), 'client',
                                         chunk_bytes, faults.Plan(wrongs))
            await link.serve(lambda message: answer(link, message))
            done.set_result(link)

        server = await asyncio.start_server(serve, '127.0.0.1', 0)
        streams = await asyncio.open_connection(*server.sockets[0].getsockname())
        link = connection.Connection(*streams, connection.Transcript(), 'server', chunk_bytes)

        async def nothing(message):
            raise AssertionError('unexpected %r' % message)

        reading = asyncio.ensure_future(link.serve(nothing))
        answers = []
        try:
            for length in (0, 500):
                answers.append(await link.request('m1', 'OPTIONS', '*', body=b'x' * length,
                                                  timeout_s=1))
        finally:
            link.close()
            await done
            reading.cancel()
            server.close()
        return answers, link, done.result()

    def test_whole_and_bytewise(self):
        for chunk_bytes in (0, 1, 7):
            answers, _, _ = asyncio.run(self.talk(chunk_bytes))
            self.assertEqual([a.body for a in answers], [b'echo: 0\r\n', b'echo: 500\r\n'])

    def test_wrong_cseq_matches_nothing(self):
        with self.assertRaises(TimeoutError):
            asyncio.run(self.talk(wrongs=['m2:wrong-cseq']))

    def test_reset_ends_the_waiting(self):
        with self.assertRaises(ConnectionError):
            asyncio.run(self.talk(wrongs=['m2:reset']))


if __name__ == '__main__':
    unittest.main()
