#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the media room makes of streams that ffmpeg and GStreamer wrote: the same bytes, unit for
unit, and each as soon as it is there."""

import os
import tempfile
import unittest

import material

AAC = ('adts', 'aac', 'aac')
AC3 = ('ac3', 'ac3', 'ac3')


def setUpModule():
    material.need('ffmpeg')


class Material(unittest.TestCase):
    made = {}

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def video(self, codec='h264'):
        """The path of an elementary stream, which is made once."""
        return self._elementary(codec, lambda path: material.video(path, codec))

    def audio(self, form, encoder, channels=2):
        return self._elementary('%s-%d' % (form, channels), lambda path: material.audio(
            path, form, encoder, channels=channels))

    def _elementary(self, name, make):
        path = self.path(name)
        if name not in self.made:
            self.made[name] = make(path)
        return material.write(path, self.made[name])

    def mux(self, *arguments, inputs):
        """A transport stream of the files, by ffmpeg."""
        path = self.path('stream.ts')
        words = []
        for name in inputs:
            words += ['-r', '30'] if name.endswith(('h264', 'hevc')) else []
            words += ['-i', name]
        for number in range(len(inputs)):
            words += ['-map', str(number)]
        material.ffmpeg(*words, '-c', 'copy', *arguments, '-f', 'mpegts', path)
        return material.read(path)

    def assert_caught(self, ts, video=None, audio=None, per_datagram=7, codec='h264',
                      audio_codec='aac'):
        """Every unit is there and whole; returns them."""
        units, counted = material.catch(material.datagrams_of(ts, per_datagram=per_datagram))
        self.assertEqual({name: n for name, n in counted.items() if n}, {})
        pictures = [unit for unit in units if unit.is_video]
        frames = [unit for unit in units if not unit.is_video]
        if video:
            name = {'h264': 'h264', 'hevc': 'h265'}[codec]
            expected = material.pictures(material.read(video), codec)
            self.assertEqual({unit.codec for unit in pictures}, {name})
            got = [unit.data for unit in pictures]
            if codec == 'hevc':
                # ffmpeg leaves the first zero of a start code with the picture before.
                got = [one.strip(b'\0') for one in got]
                expected = [one.strip(b'\0') for one in expected]
            self.assertIsNone(material.first_difference(got, expected))
            self.assertEqual([bool(unit.flags & material.FLAG_KEY) for unit in pictures],
                             [i % 15 == 0 for i in range(len(pictures))])
            steps = {after.pts - before.pts for before, after in zip(pictures, pictures[1:])}
            self.assertEqual(steps, {3000})
        if audio:
            cut = {'aac': material.adts_frames, 'ac3': material.ac3_frames}[audio_codec]
            self.assertEqual({unit.codec for unit in frames}, {audio_codec})
            self.assertIsNone(material.first_difference([unit.data for unit in frames],
                                                        cut(material.read(audio))))
            steps = [after.pts - before.pts for before, after in zip(frames, frames[1:])]
            samples = {'aac': 1024, 'ac3': 1536}[audio_codec]
            self.assertTrue(all(abs(step - samples * 90000 / 48000) <= 1 for step in steps), steps)
        flags = material.FLAG_LOSSY | material.FLAG_DISCONT | material.FLAG_RESTART
        self.assertEqual([unit.flags & flags for unit in units if unit.flags & flags], [])
        return units


class TestFfmpeg(Material):
    def test_h264_and_aac(self):
        video, audio = self.video(), self.audio('adts', 'aac')
        self.assert_caught(self.mux(inputs=[video, audio]), video, audio)

    def test_h265_and_aac(self):
        video, audio = self.video('hevc'), self.audio('adts', 'aac')
        self.assert_caught(self.mux(inputs=[video, audio]), video, audio, codec='hevc')

    def test_h264_and_ac3(self):
        video = self.video()
        for channels in 2, 6:
            audio = self.audio('ac3', 'ac3', channels)
            for flags in ('resend_headers', 'system_b'):    # type 0x81, and a descriptor
                ts = self.mux('-mpegts_flags', flags, inputs=[video, audio])
                self.assert_caught(ts, video, audio, audio_codec='ac3')

    def test_packets_with_and_without_length(self):
        video = self.video()
        for omit in '0', '1':
            ts = self.mux('-omit_video_pes_length', omit, inputs=[video])
            for per_datagram in 1, 4, 7:
                self.assert_caught(ts, video, per_datagram=per_datagram)

    def test_pictures_over_64_kib(self):
        path = self.path('h264')
        material.video(path, 'h264', seconds=1, size='1280x720', rate='40M')
        self.assertGreater(max(len(one) for one in
                               material.pictures(material.read(path), 'h264')), 65536)
        for omit in '0', '1':
            self.assert_caught(self.mux('-omit_video_pes_length', omit, inputs=[path]), path)

    def test_frames_alone_and_many_in_a_packet(self):
        video, audio = self.video(), self.audio('adts', 'aac')
        for size in '0', '100', '2930', '20000':
            ts = self.mux('-pes_payload_size', size, inputs=[video, audio])
            self.assert_caught(ts, video, audio)

    def test_other_pids_and_rates(self):
        video, audio = self.video(), self.audio('adts', 'aac')
        ts = self.mux('-mpegts_pmt_start_pid', '0x20', '-streamid', '0:0x1ff', '-streamid',
                      '1:0x1ffe', '-mpegts_service_id', '65535', '-pcr_period', '100',
                      '-pat_period', '1', '-muxrate', '8M', inputs=[video, audio])
        self.assert_caught(ts, video, audio)

    def test_no_wait_for_the_next_picture(self):
        """All but the first pictures are handed on with the datagram that ends them."""
        video = self.video()
        for omit in '0', '1':
            ts = self.mux('-omit_video_pes_length', omit, inputs=[video])
            units = self.assert_caught(ts, video, per_datagram=1)
            arrivals = [at_ns for at_ns, _ in material.datagrams_of(ts, per_datagram=1)]
            begins = [i for i in range(len(ts) // 188) if ts[i * 188 + 1:i * 188 + 3] == b'\x41\x00']
            self.assertEqual(len(begins), len(units))
            late = sum(unit.at_ns >= arrivals[begin]
                       for unit, begin in zip(units[1:-1], begins[2:]))
            # Without length a picture that fills its packets has no mark: one of 184.
            self.assertLessEqual(late, 3)


class TestGStreamer(Material):
    """mpegtsmux, as gnome-network-displays and others use it."""

    def mux_gst(self, options, *branches):
        material.need_elements('mpegtsmux', 'h264parse')
        path = self.path('stream.ts')
        words = ['mpegtsmux', 'name=m', *options, '!', 'filesink', 'location=' + path]
        for branch in branches:
            words += branch + ['!', 'queue', 'max-size-time=0', 'max-size-bytes=0',
                               'max-size-buffers=0', '!', 'm.']
        material.run(['gst-launch-1.0', '-q', *words])
        return material.read(path)

    def h264(self, path):
        return ['filesrc', 'location=' + path, '!', 'h264parse', '!',
                'video/x-h264,stream-format=byte-stream,alignment=au']

    def parsed(self, path, parser):
        material.need_elements(parser)
        return ['filesrc', 'location=' + path, '!', parser]

    def assert_same_bytes(self, ts, video, audio=None, audio_codec='aac'):
        """The times are those that the parsers made up, so only bytes are compared."""
        units, counted = material.catch(material.datagrams_of(ts))
        self.assertEqual({name: n for name, n in counted.items() if n}, {})
        # The parser has start codes of its own.
        parsed = self.path('parsed')
        material.run(['gst-launch-1.0', '-q', *self.h264(video), '!', 'filesink',
                      'location=' + parsed])
        self.assertIsNone(material.first_difference(
            [unit.data for unit in units if unit.is_video],
            material.pictures(material.read(parsed), 'h264')))
        if audio:
            cut = {'aac': material.adts_frames, 'ac3': material.ac3_frames}[audio_codec]
            self.assertIsNone(material.first_difference(
                [unit.data for unit in units if not unit.is_video], cut(material.read(audio))))

    def test_h264(self):
        video = self.video()
        for alignment in '-1', '7':
            ts = self.mux_gst(['alignment=' + alignment], self.h264(video))
            self.assert_same_bytes(ts, video)

    def test_h264_and_aac(self):
        video, audio = self.video(), self.audio('adts', 'aac')
        ts = self.mux_gst([], self.h264(video), self.parsed(audio, 'aacparse'))
        self.assert_same_bytes(ts, video, audio)

    def test_h264_and_ac3(self):
        """On stream id 0xfd, as on Blu-ray discs."""
        video, audio = self.video(), self.audio('ac3', 'ac3')
        ts = self.mux_gst([], self.h264(video), self.parsed(audio, 'ac3parse'))
        self.assert_same_bytes(ts, video, audio, 'ac3')

    def test_layout_of_gnome_network_displays(self):
        video, audio = self.video(), self.audio('adts', 'aac')
        ts = self.mux_gst(['alignment=7', 'prog-map=program_map,sink_4113=1,sink_4352=1,'
                           'PMT_1=(uint)32,PCR_1=sink_4113'],
                          self.h264(video), self.parsed(audio, 'aacparse'))
        self.assert_same_bytes(ts, video, audio)


if __name__ == '__main__':
    material.main()
