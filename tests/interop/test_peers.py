# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two peers against each other: what they are to find in others they must not have."""

import asyncio
import contextlib
import os
import tempfile
import unittest

import machine
import profiles
import recording
import streams
import wfd_sink
import wfd_source

STREAM = None


def setUpModule():
    global STREAM
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'recording.ts')
        try:
            streams.make_recording(path, size=(640, 480), seconds=3)
        except machine.Missing as missing:
            raise unittest.SkipTest(str(missing))
        STREAM = recording.Recording.load(path)


@contextlib.asynccontextmanager
async def session(sink_options=None, **source_options):
    """A source that has accepted a sink; neither has said anything yet."""
    source = wfd_source.Source(wfd_source.Options(port=0, **source_options), stream=STREAM)
    await source.listen()
    sink = wfd_sink.Sink(wfd_sink.Options(port=source.port, **(sink_options or {})))
    opening = asyncio.ensure_future(sink.open())
    peer = await source.accept()
    leading = asyncio.ensure_future(peer.open())
    try:
        yield source, peer, sink, opening, leading
    finally:
        for task in (opening, leading):
            task.cancel()
        await sink.close(0)
        peer.close()
        source.close()


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 30))


class Sessions(unittest.TestCase):
    def play(self, pictures=20, sink_options=None, **source_options):
        async def body():
            async with session(sink_options, **source_options) as (_, peer, sink, opening, leading):
                await asyncio.gather(opening, leading)
                await sink.media.wait_pictures(pictures)
                await sink.teardown()
                return peer.report(), sink.report()
        return run(body())

    def check_clean(self, report):
        self.assertEqual(report['errors'], [])
        self.assertEqual(report['rtsp_complaints'], [])

    def test_plain(self):
        peer, sink = self.play()
        self.check_clean(peer)
        self.check_clean(sink)
        self.assertEqual(sink['rtp']['lost'], 0)
        self.assertEqual(sink['rtp']['complaints'], {})
        self.assertEqual(sink['ts']['complaints'], {})
        self.assertEqual(sink['ts']['video']['complaints'], {})
        self.assertEqual(sink['ts']['audio']['complaints'], {})
        self.assertGreaterEqual(sink['ts']['pictures'], 20)
        self.assertEqual(sink['packets_after_end'], 0)

    def test_every_profile_comes_to_play(self):
        for name in profiles.PROFILES:
            with self.subTest(name):
                peer, sink = self.play(5, profile=name)
                self.assertEqual(peer['errors'] + sink['errors'], [])

    def test_every_good_transport_comes_to_play(self):
        for name in ('single', 'pair', 'avp', 'lower-case', 'extras', 'none'):
            with self.subTest(name):
                self.check_clean(self.play(5, dict(transport=name))[1])

    def test_bytewise_both_ways(self):
        peer, sink = self.play(5, dict(chunk_bytes=1), chunk_bytes=1)
        self.check_clean(peer)
        self.check_clean(sink)

    def test_flaws_of_the_network_are_seen(self):
        for option, field in (('loss', 'lost'), ('swap', 'reordered'), ('double', 'doubled')):
            with self.subTest(option):
                _, sink = self.play(20, **{option: 10})
                self.assertGreater(sink['rtp'][field], 0)

    def test_sequence_and_clock_wrap(self):
        _, sink = self.play(20, first_sequence=65530, first_pcr=((1 << 33) - 20000) * 300)
        self.assertEqual((sink['rtp']['lost'], sink['ts']['complaints']), (0, {}))

    def test_teardown_with_460(self):
        peer, sink = self.play(5, profile='gnome-network-displays')
        statuses = [e['status'] for e in sink['events'] if e['event'] == 'm8']
        self.assertEqual(statuses, [460, 200])

    def test_refused_formats_end_a_source_that_has_no_others(self):
        async def body():
            async with session(dict(refuse_m4=['wfd_video_formats: 415'])) as (
                    _, peer, _, _, leading):
                with self.assertRaises(wfd_source.SourceError):
                    await leading
        run(body())

    def test_key_frame_on_demand(self):
        async def body():
            async with session() as (_, peer, sink, opening, leading):
                await asyncio.gather(opening, leading)
                await sink.media.wait_pictures(17)
                seconds = await sink.request_idr()
                self.assertLess(seconds, 0.25)
                self.assertEqual(peer.idr_requests, 1)
        run(body())

    def test_pause_and_play(self):
        async def body():
            async with session() as (_, peer, sink, opening, leading):
                await asyncio.gather(opening, leading)
                await sink.media.wait_pictures(5)
                await sink.pause()
                await sink.media.wait_quiet(0.2)
                await sink.play()
                await sink.media.wait_idr()
                self.assertEqual(sink.media.analyser.complaints, {})
        run(body())

    def test_triggers(self):
        async def body():
            async with session() as (_, peer, sink, opening, leading):
                await asyncio.gather(opening, leading)
                for step in ('pictures 5', 'trigger PAUSE', 'trigger PLAY', 'pictures 5', 'm3',
                             'keep-alive', 'trigger TEARDOWN'):
                    await wfd_source.run_script(peer, step)
                self.assertEqual(peer.errors + sink.errors, [])
                self.assertEqual(peer.keep_alive_statuses, [200])
        run(body())

    def test_faults_end_a_session(self):
        for fault in ('reset', 'close', 'garbage', 'huge-length', 'negative-length', 'endless',
                      'half-then-close', 'http'):
            with self.subTest(fault):
                async def body():
                    async with session(faults=['m3:' + fault]) as (_, peer, sink, opening, _):
                        with self.assertRaises((wfd_sink.SinkError, ConnectionError)):
                            await opening
                        self.assertEqual(peer.plan.not_done(), [])
                run(body())

    def test_silence_is_noticed(self):
        async def body():
            async with session(dict(patience_s=0.3), faults=['m3:silence']) as (_, _, _, opening, _):
                with self.assertRaises(TimeoutError):
                    await opening
        run(body())


class Scripts(unittest.TestCase):
    def test_parse(self):
        steps = wfd_sink.parse_script('pictures 30, idr,event m16 60,')
        self.assertEqual([arguments for _, arguments in steps], [['30'], [], ['m16', '60']])
        with self.assertRaises(ValueError):
            wfd_sink.parse_script('dance')


if __name__ == '__main__':
    unittest.main()
