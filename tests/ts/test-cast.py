#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ffprobe, ffmpeg, GStreamer and Wireshark say of the streams that the media room writes:
the same bytes that went in, and not one warning."""

import collections
import json
import os
import tempfile
import unittest

import judges
import material
import strict
import ts
from material import FRAME_NS

Stream = collections.namedtuple('Stream', 'datagrams video audio audio_codec')

PCR_LIMIT_MS, TABLE_LIMIT_MS = 40, 100


def setUpModule():
    material.need('ffmpeg', 'ffprobe')


class Material(unittest.TestCase):
    """The streams are made once."""
    streams = {}

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def video(self, codec):
        if codec not in self.streams:
            self.streams[codec] = material.pictures(material.video(self.path('video'), codec), codec)
        return self.streams[codec]

    def with_aac(self, codec='h264', channels=2, rate=48000):
        frames = material.adts_frames(material.audio(self.path('audio'), 'adts', 'aac', rate=rate,
                                                     channels=channels))
        return self._cast(codec, frames, 'aac', material.AAC_SAMPLES, rate, channels)

    def with_ac3(self, channels=2):
        frames = material.ac3_frames(material.audio(self.path('audio'), 'ac3', 'ac3',
                                                    channels=channels))
        return self._cast('h264', frames, 'ac3', material.AC3_SAMPLES, 48000, channels)

    def with_lpcm(self, rate=48000, channels=2):
        samples = material.audio(self.path('audio'), 's16le', 'pcm_s16le', rate=rate,
                                 channels=channels)
        # Pieces unlike the packets that come of them.
        size = 2 * channels * 441
        pieces = [samples[at:at + size] for at in range(0, len(samples), size)]
        return self._cast('h264', pieces, 'lpcm', 441, rate, channels)

    def without_audio(self, codec='h264'):
        pictures = self.video(codec)
        units = material.timed(pictures, material.VIDEO, FRAME_NS)
        return Stream(material.cast(units, self._name(codec)), pictures, [], None)

    def _cast(self, codec, pieces, audio, samples, rate, channels):
        pictures = self.video(codec)
        units = material.timed(pictures, material.VIDEO, FRAME_NS) + \
            material.timed(pieces, material.AUDIO, samples * 1e9 / rate)
        return Stream(material.cast(units, self._name(codec), audio, rate, channels), pictures,
                      pieces, audio)

    @staticmethod
    def _name(codec):
        return {'h264': 'h264', 'hevc': 'h265'}[codec]

    def ts_file(self, stream):
        return material.write(self.path('stream.ts'), material.payload(stream.datagrams))


class TestFfmpeg(Material):
    def assert_read(self, stream, video_form, audio_form):
        path = self.ts_file(stream)
        # -v warning: whatever there is to say.
        probe = material.run(['ffprobe', '-v', 'warning', '-show_packets', '-show_streams', '-of',
                              'json', path])
        self.assertEqual(probe.stderr, b'')
        found = json.loads(probe.stdout)
        self.assert_times(found['packets'])
        done = material.ffmpeg('-i', path, '-map', '0:v', '-c', 'copy', '-f', video_form,
                               self.path('video.out'))
        self.assertEqual(done.stderr, b'')
        self.assertTrue(material.read(self.path('video.out')) == b''.join(stream.video))
        if audio_form:
            done = material.ffmpeg('-i', path, '-map', '0:a', '-c', 'copy', '-f', audio_form,
                                   self.path('audio.out'))
            self.assertEqual(done.stderr, b'')
            self.assertTrue(material.read(self.path('audio.out')) == b''.join(stream.audio))
        done = material.ffmpeg('-i', path, '-f', 'null', '-')
        self.assertEqual(done.stderr, b'')
        return found

    def assert_times(self, packets):
        for kind, step in ('video', 3000), ('audio', None):
            times = [int(packet['pts']) for packet in packets if packet['codec_type'] == kind]
            steps = [after - before for before, after in zip(times, times[1:])]
            if step:
                self.assertTrue(all(abs(one - step) <= 1 for one in steps), steps)
            else:
                self.assertTrue(all(one > 0 for one in steps), steps)

    def test_h264_with_aac(self):
        found = self.assert_read(self.with_aac(), 'h264', 'adts')
        ids = [int(stream['id'], 0) for stream in found['streams']]
        self.assertEqual(ids, [0x1011, 0x1100])
        self.assertEqual(*(stream['start_pts'] for stream in found['streams']))

    def test_h264_with_5_1_channels_of_aac(self):
        self.assert_read(self.with_aac(channels=6), 'h264', 'adts')

    def test_h264_with_aac_at_44100(self):
        self.assert_read(self.with_aac(rate=44100), 'h264', 'adts')

    def test_h264_with_ac3(self):
        self.assert_read(self.with_ac3(), 'h264', 'ac3')
        self.assert_read(self.with_ac3(channels=6), 'h264', 'ac3')

    def test_h265_with_aac(self):
        self.assert_read(self.with_aac('hevc'), 'hevc', 'adts')

    def test_video_alone(self):
        self.assert_read(self.without_audio(), 'h264', None)

    def test_silence_is_silent(self):
        """The frames that the room makes, for each number of channels."""
        for channels in 1, 2, 3, 4, 5, 6, 8:
            units = material.timed([b''] * 50, material.SILENCE, 1024e9 / 48000)
            datagrams = material.cast(units, audio='aac', channels=channels)
            path = material.write(self.path('stream.ts'), material.payload(datagrams))
            done = material.ffmpeg('-i', path, '-f', 's16le', self.path('samples'))
            self.assertEqual(done.stderr, b'')
            samples = material.read(self.path('samples'))
            self.assertGreater(len(samples), 45 * 1024 * 2 * channels)
            self.assertEqual(samples.count(0), len(samples))


def launch(*words):
    """Runs a pipeline; returns what its elements said."""
    env = dict(os.environ, GST_DEBUG='tsdemux:3,mpegts*:3,tsparse:3,dvdlpcmdec:3',
               GST_DEBUG_NO_COLOR='1')
    return material.run(['gst-launch-1.0', '-q', *words], env=env).stderr.decode().splitlines()


class TestGStreamer(Material):
    """tsdemux and tsparse, with all that they warn of or find unusual (level 3)."""

    def assert_read(self, stream, *audio):
        path = self.ts_file(stream)
        out = self.path('video.out')
        said = launch('filesrc', 'location=' + path, '!', 'tsdemux', 'name=d', 'd.', '!', 'queue',
                           'max-size-bytes=0', 'max-size-buffers=0', 'max-size-time=0', '!',
                           'filesink', 'location=' + out, *audio)
        self.assertEqual(said, [])
        self.assertTrue(material.read(out) == b''.join(stream.video))

    def test_h264_with_aac(self):
        material.need_elements('tsdemux', 'aacparse')
        stream = self.with_aac()
        out = self.path('audio.out')
        self.assert_read(stream, 'd.', '!', 'audio/mpeg', '!', 'queue', '!', 'filesink',
                         'location=' + out)
        self.assertTrue(material.read(out) == b''.join(stream.audio))

    def test_h264_with_lpcm(self):
        """Debian's decoder for the LPCM of DVDs takes that of Wi-Fi Display."""
        material.need_elements('tsdemux', 'dvdlpcmdec')
        for rate in 48000, 44100:
            stream = self.with_lpcm(rate=rate)
            out = self.path('audio.out')
            self.assert_read(stream, 'd.', '!', 'audio/x-private2-lpcm', '!', 'queue', '!',
                             'dvdlpcmdec', '!', 'audioconvert', '!', 'audio/x-raw,format=S16LE',
                             '!', 'filesink', 'location=' + out)
            samples = b''.join(stream.audio)
            whole = len(samples) // 1920 * 1920
            self.assertTrue(material.read(out) == samples[:whole])

    def test_tsparse(self):
        material.need_elements('tsparse')
        path = self.ts_file(self.with_aac())
        said = launch('filesrc', 'location=' + path, '!', 'tsparse', 'set-timestamps=true', '!',
                           'filesink', 'location=' + self.path('out.ts'))
        self.assertEqual(said, [])
        self.assertTrue(material.read(self.path('out.ts')) == material.read(path))


class TestWireshark(Material):
    def capture(self, stream):
        material.need('tshark')
        return material.write(self.path('stream.pcap'), judges.pcap(stream.datagrams))

    def tshark(self, stream, *fields, only=None):
        return judges.tshark(self.capture(stream), *fields, only=only)

    def test_no_complaint(self):
        for stream in self.with_aac(), self.with_lpcm(), self.with_ac3(), self.without_audio('hevc'):
            self.assertEqual(judges.wireshark(self.capture(stream)), [])

    def test_rtp(self):
        stream = self.with_lpcm()
        rows = [row.split('\t') for row in self.tshark(stream, 'rtp.version', 'rtp.p_type',
                                                       'rtp.marker', 'rtp.ssrc', 'rtp.seq')]
        self.assertEqual(len(rows), len(stream.datagrams))
        self.assertEqual({tuple(row[:4]) for row in rows}, {('2', '33', '0', '0x0005ca57')})
        self.assertEqual([int(row[4]) for row in rows],
                         [(65530 + i) & 0xffff for i in range(len(rows))])

    def test_tables(self):
        rows = self.tshark(self.with_aac(), 'mpeg_pmt.pcr_pid', 'mpeg_pmt.stream.type',
                           'mpeg_pmt.stream.elementary_pid', only='mpeg_pmt')
        self.assertGreater(len(rows), 30)
        for row in rows:
            clock, types, pids = row.split('\t')
            self.assertEqual(int(clock, 0), 0x1000)
            self.assertEqual([int(one, 0) for one in types.split(',')], [0x1b, 0x0f])
            self.assertEqual([int(one, 0) for one in pids.split(',')], [0x1011, 0x1100])


class TestAnalyser(Material):
    """Intervals and the clock, by the reader that the cases of interop judge with."""

    def analyse(self, stream):
        analyser = ts.Analyser()
        for at_ns, datagram in stream.datagrams:
            analyser.feed(datagram[material.RTP_BYTES:], at_ns // 1000,
                          int.from_bytes(datagram[4:8], 'big'))
        analyser.finish()
        return analyser

    def assert_good(self, stream):
        analyser = self.analyse(stream)
        report = analyser.report()
        self.assertEqual(report['complaints'], {})
        self.assertEqual(report['pmt_pid'], '0x0100')
        self.assertEqual(report['pcr_pid'], '0x1000')
        self.assertEqual(analyser.pmt_versions, [1])
        self.assertLessEqual(report['pcr_interval_ms']['max'], PCR_LIMIT_MS)
        self.assertLessEqual(report['pat_interval_ms']['max'], TABLE_LIMIT_MS)
        self.assertLessEqual(report['pmt_interval_ms']['max'], TABLE_LIMIT_MS)
        # Nothing arrives behind its time.
        self.assertGreaterEqual(report['video']['pts_ahead_of_pcr_ms']['min'], 0)
        return report

    def test_all(self):
        for stream in self.with_aac(), self.with_lpcm(), self.with_ac3(), self.without_audio():
            report = self.assert_good(stream)
            self.assertEqual(report['pictures'], len(stream.video))

    def test_still_screen(self):
        """A picture, nothing for five seconds, another one."""
        pictures = self.video('h264')
        units = [(10 ** 9, material.VIDEO, pictures[0]), (6 * 10 ** 9, material.VIDEO, pictures[1])]
        stream = Stream(material.cast(units, 'h264'), pictures[:2], [], None)
        report = self.assert_good(stream)
        self.assertGreater(report['pcrs'], 125)

    def test_clock_is_that_of_the_sender(self):
        """PCR within the microsecond at which its packet left."""
        stream = self.with_lpcm()
        n = 0
        for at_ns, datagram in stream.datagrams:
            for at in range(material.RTP_BYTES, len(datagram), material.TS_BYTES):
                packet = datagram[at:at + material.TS_BYTES]
                if packet[1:3] == b'\x50\x00':
                    pcr = ts.read_pcr(packet[6:12])
                    self.assertLessEqual(abs(pcr * 1000 / 27 - at_ns), 1000)
                    n += 1
        self.assertGreater(n, 75)

    def test_each_unit_leaves_in_its_own_moment(self):
        stream = self.without_audio()
        analyser = self.analyse(stream)
        for i, unit in enumerate(analyser.units):
            sent_us = (10 ** 9 + i * FRAME_NS) // 1000
            self.assertEqual((unit.first_us, unit.last_us), (sent_us, sent_us))


class TestStrict(Material):
    """To the byte, as the standard has it."""

    def test_all(self):
        for stream, audio, rate in ((self.with_aac(), 'AAC', 48000), (self.with_ac3(), 'AC3', 48000),
                                    (self.with_lpcm(), 'LPCM', 48000),
                                    (self.with_lpcm(44100), 'LPCM', 44100),
                                    (self.without_audio(), None, 0)):
            judge = strict.Judge([(at_ns // 1000, data) for at_ns, data in stream.datagrams], audio,
                                 rate)
            self.assertEqual(judge.complaints, {})
            self.assertEqual(judge.payloads(strict.PID_VIDEO), stream.video)


class TestJudges(TestWireshark):
    """That the judges would find a fault: TS packets that are missing, of pictures and of sound."""

    def setUp(self):
        super().setUp()
        self.good = stream = self.with_aac()
        cut = [(at_ns, datagram[:material.RTP_BYTES]
                + datagram[material.RTP_BYTES + material.TS_BYTES:])
               for at_ns, datagram in stream.datagrams[40:60]]
        self.broken = stream._replace(
            datagrams=stream.datagrams[:40] + cut + stream.datagrams[60:])

    # tsparse passes on what is broken as well, without a word.
    def test_of_a_file(self):
        material.need('ffmpeg', 'ffprobe')
        material.need_elements('tsdemux')
        file_judges = {
            'ffprobe': judges.ffprobe,
            'ffmpeg': judges.ffmpeg,
            'tsdemux': lambda path: judges.tsdemux(path, self.path('out')),
        }
        for name, judge in file_judges.items():
            with self.subTest(name):
                self.assertEqual(judge(self.ts_file(self.good)), [])
                self.assertNotEqual(judge(self.ts_file(self.broken)), [])

    def test_no_complaint(self):
        self.assertNotEqual(judges.wireshark(self.capture(self.broken)), [])

    def test_strict(self):
        self.assertIn('PID 1011', str(strict.Judge(
            [(at_ns // 1000, data) for at_ns, data in self.broken.datagrams], 'AAC').complaints))

    test_rtp = test_tables = None


if __name__ == '__main__':
    material.main()
