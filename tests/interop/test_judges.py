# SPDX-License-Identifier: LGPL-2.1-or-later
"""The judges tell good from bad: each fault that they look for is made once, and nothing else."""

import array
import os
import struct
import subprocess
import tempfile
import unittest
import unittest.mock

import cases_formats
import modes
import streams
import strict
import tones
import tsmaker

RATE_HZ, SECONDS = 48000, 1


class Decoders(unittest.TestCase):
    def test_sound_begins_long_after_the_picture(self):
        """A machine that is late makes such a stream, and all of it is decoded."""
        with tempfile.TemporaryDirectory(prefix='wfd-judges-') as folder:
            even, uneven = (os.path.join(folder, name) for name in ('even.ts', 'uneven.ts'))
            streams.make_recording(even, size=(640, 480), seconds=3)
            subprocess.run(['ffmpeg', '-v', 'error', '-i', even, '-itsoffset', '2', '-i', even, '-map',
                            '0:v', '-map', '1:a', '-c', 'copy', uneven], check=True)
            pictures, heard, lines = streams.gst_decode(uneven)
            self.assertEqual(lines, [])
            self.assertGreaterEqual(pictures, 88)
            self.assertGreaterEqual(heard, 130)


class Tones(unittest.TestCase):
    def setUp(self):
        self.values = tones.samples(RATE_HZ, 6, SECONDS)

    def complaints(self, values):
        return tones.complaints(values, RATE_HZ, 6, SECONDS, 0.05)

    def test_good(self):
        self.assertEqual(self.complaints(self.values), [])

    def test_good_between_silence(self):
        silence = array.array('h', bytes(2 * 6 * 3001))
        self.assertEqual(self.complaints(silence + self.values + silence), [])

    def test_gap(self):
        for missing in (7, 480 * 6, 1024):
            middle = 6 * RATE_HZ // 2
            self.assertNotEqual(
                self.complaints(self.values[:middle] + self.values[middle + 6 * missing:]), [])

    def test_end_is_missing(self):
        self.assertNotEqual(self.complaints(self.values[:6 * RATE_HZ * 9 // 10]), [])

    def test_channels_changed_places(self):
        swapped = array.array('h', self.values)
        swapped[0::6], swapped[1::6] = self.values[1::6], self.values[0::6]
        self.assertIn('channel 0', str(self.complaints(swapped)))
        self.assertNotIn('channel 2', str(self.complaints(swapped)))

    def test_channels_mixed(self):
        mixed = array.array('h', self.values)
        mixed[0::6] = array.array('h', [(a + b) // 2 for a, b in
                                        zip(self.values[0::6], self.values[1::6])])
        self.assertNotEqual(self.complaints(mixed), [])

    def test_bytes(self):
        self.assertEqual(tones.to_bytes(array.array('h', [1, -2]), big_endian=True),
                         b'\0\1\xff\xfe')
        self.assertEqual(list(tones.from_bytes(b'\1\0\xfe\xff', big_endian=False)), [1, -2])


class Modes(unittest.TestCase):
    def test_tables(self):
        count = {table: sum(mode.table == table for mode in modes.MODES) for table in modes.TABLES}
        self.assertEqual(count, {'CEA': 27, 'VESA': 34, 'HH': 12})
        self.assertEqual(sum(mode.interlaced for mode in modes.MODES), 4)
        self.assertEqual(modes.find('1366x768p60')[:3], ('VESA', 13, 1366))

    def test_levels(self):
        # H.264 has 8160 macroblocks a picture from level 4 on only.
        self.assertEqual(modes.stream_level(modes.find('1920x1080p24')), 40)
        self.assertEqual(modes.stream_level(modes.find('1280x720p60')), 32)
        self.assertNotIn(modes.find('1920x1200p30'), modes.USABLE)
        self.assertEqual(len(modes.USABLE), 53)

    def test_offer(self):
        text = modes.offer([modes.find('1280x720p30')], 'chp')
        self.assertEqual(text, '28 00 02 01 00000020 00000000 00000000 00 0000 0000 00 none none')
        self.assertEqual(modes.selected(text), (modes.find('1280x720p30'), 'chp', 31))
        with self.assertRaises(ValueError):
            modes.selected(text.replace('00000020', '00000021'))


class Maker(unittest.TestCase):
    def test_packets(self):
        maker = tsmaker.Maker({0x1011: (0x1b, b'')})
        maker.tables()
        maker.unit(0x1011, 0xe0, 9000, bytes(500), pcr=0)
        maker.clock(3000)
        data = maker.bytes()
        self.assertEqual(len(data) % 188, 0)
        self.assertEqual({data[at] for at in range(0, len(data), 188)}, {0x47})
        self.assertEqual([packet[3] & 15 for packet in maker.packets[2:]], [0, 1, 2, 2])


VIDEO, AUDIO, PCR = strict.PID_VIDEO, strict.PID_AUDIO, strict.PID_PCR
STREAMS = {VIDEO: (0x1b, bytes.fromhex('2804 42c01f3f 2a02 7e1f')),
           AUDIO: (0x0f, bytes.fromhex('2b03 010203'))}
ADTS = bytes.fromhex('fff14c80 01bffc')     # a frame of 13 bytes


def pes_of_sound(pts, payload):
    """With the two bytes of stuffing that Wi-Fi Display has in each header."""
    packet = bytearray(tsmaker.pes(0xc0, pts, b'\xff\xff' + payload))
    packet[6], packet[8] = 0x80, 7
    return bytes(packet)


def good_stream(maker, seconds=0.6):
    """[(µs, [TS packet])]: tables each 90 ms, a clock, a picture and sound each 30 ms."""
    maker.version = 1
    groups = []
    for number in range(round(seconds / 0.03)):
        clock = number * 2700
        if number % 3 == 0:
            maker.tables()
        maker.packets.append(tsmaker.ts_packet(PCR, 0, b'', True, clock * 300))
        maker.unit(VIDEO, 0xe0, clock + 9000, b'\0\0\0\1\x09\xf0' + bytes(300))
        maker.packets.append(tsmaker.ts_packet(AUDIO, number & 15, pes_of_sound(
            clock + 9000, ADTS + b'sound!'), True))
        groups.append((number * 30000, maker.packets))
        maker.packets = []
    return groups


def datagrams_of(groups):
    """Seven packets in each at most."""
    payloads = [(at_us, b''.join(packets[at:at + 7]))
                for at_us, packets in groups for at in range(0, len(packets), 7)]
    return [(at_us, struct.pack('!BBHII', 0x80, 33, number, at_us * 9 // 100, 7) + payload)
            for number, (at_us, payload) in enumerate(payloads)]


# In the second group: the PID of a packet, its byte, what it becomes, and what is said of it.
FLAWS_OF_A_BYTE = (
    (VIDEO, 0, 0x48, 'no sync byte'),
    (VIDEO, 1, 0xd0, 'error or scrambling'),
    (VIDEO, 3, 0x92, 'error or scrambling'),
    (VIDEO, 3, 0x02, 'neither payload nor'),
    (VIDEO, 3, 0x17, 'PID 1011: counter 7'),
    (AUDIO, 5, 0x01, 'adaptation field with flags 01'),
    (AUDIO, 6, 0x00, 'stuffing that is not ff'),
    (PCR, 2, 0x01, 'PCR on PID 1001'),
    (PCR, 1, 0x10, 'a PCR packet begins'),
    (PCR, 5, 0x30, 'a PCR packet with flags 30'),
    (PCR, 7, 0xff, 'RTP and PCR differ'),
    (VIDEO, 4, 0x01, 'H264: no PES'),
    (VIDEO, 7, 0xe1, 'H264 on stream id e1'),
    (VIDEO, 10, 0x44, 'H264: PES flags 44'),
    (VIDEO, 11, 0xc0, 'H264: PES flags c0'),
    (VIDEO, 10, 0x80, 'H264: not called aligned'),
    (VIDEO, 13, 0x31, 'PTS 31'),
    (VIDEO, 9, 0x37, 'H264: PES of'),
    (VIDEO, 8, 0x00, 'H264: PES of'),
    (VIDEO, 22, 0x0a, 'H264: no delimiter first'),
    (PCR, 8, 0x30, 'H264 is behind its clock'),
    (VIDEO, 14, 0xff, 'H264 is too far before its clock'),
)


class Strict(unittest.TestCase):
    def setUp(self):
        self.maker = tsmaker.Maker(dict(STREAMS), pcr_pid=PCR)
        self.maker.version = 1

    def said(self, groups=None, audio='AAC', datagrams=None):
        return strict.Judge(datagrams or datagrams_of(groups or good_stream(self.maker)),
                            audio).complaints

    def test_good(self):
        self.assertEqual(self.said(), {})

    def test_bytes(self):
        for pid, at, value, text in FLAWS_OF_A_BYTE:
            groups = good_stream(tsmaker.Maker(dict(STREAMS), pcr_pid=PCR))
            packets = groups[1][1]
            which = next(number for number, packet in enumerate(packets)
                         if (packet[1] & 31) << 8 | packet[2] == pid)
            packet = bytearray(packets[which])
            packet[at] = value
            packets[which] = bytes(packet)
            with self.subTest(text):
                self.assertIn(text, ' | '.join(self.said(groups)))

    def finds(self, text, **given):
        self.assertIn(text, ' | '.join(self.said(**given)))

    def test_rtp(self):
        good = datagrams_of(good_stream(self.maker))
        for at, value, text in ((0, 0x90, 'RTP begins with 90'), (1, 32, 'payload type 32'),
                                (3, 9, 'RTP out of sequence'), (11, 1, 'another SSRC')):
            data = bytearray(good[1][1])
            data[at] = value
            with self.subTest(text):
                self.finds(text, datagrams=[good[0], (good[1][0], bytes(data)), *good[2:]])

    def without(self, groups, pid, numbers):
        """The stream lacks the packets of a PID in some groups."""
        return [(at_us, [packet for packet in packets if number not in numbers
                         or (packet[1] & 31) << 8 | packet[2] != pid])
                for number, (at_us, packets) in enumerate(groups)]

    def test_what_is_missing(self):
        for pid, numbers, text in (
                (strict.PID_PAT, {0}, 'media before the tables and the clock'),
                (strict.PID_PMT, range(99), 'PID 0100 never came'), (PCR, range(99), 'no clock'),
                (PCR, {4}, 'PCR after 60 ms'), (strict.PID_PMT, {3}, 'PID 0100 after 180 ms'),
                (VIDEO, {1}, 'PID 1011: counter')):
            with self.subTest(text):
                self.finds(text, groups=self.without(good_stream(self.maker), pid, numbers))
                self.setUp()

    def test_tables(self):
        for kind, text in ({VIDEO: (0x24, STREAMS[VIDEO][1])}, 'H264 has type 24'), \
                ({VIDEO: (0x1b, b'')}, 'H264 lacks descriptor 28'), \
                ({AUDIO: (0x0f, bytes.fromhex('2b020102'))}, 'AAC: descriptor 2b is 0102'), \
                ({0x1200: STREAMS[AUDIO]}, "streams ['1011', '1100', '1200']"):
            with self.subTest(text):
                self.maker.streams = {**STREAMS, **kind}
                self.finds(text)
                self.setUp()
        groups = good_stream(self.maker)
        self.maker.version = 2
        self.maker.tables()
        groups[-1][1].extend(self.maker.packets)
        self.finds('PID 0100: version byte c5', groups=groups)
        self.finds('PID 0100 changes', groups=groups)

    def test_time(self):
        groups = good_stream(self.maker)
        late = [(at_us * 101 // 100, packets) for at_us, packets in groups]
        self.finds('PCR drifts by', groups=late)
        groups[2], groups[3] = (groups[2][0], groups[3][1]), (groups[3][0], groups[2][1])
        self.finds('H264: PTS goes back', groups=groups)

    def test_long_frame(self):
        """A frame that is longer than a PES of several may be has a PES of its own."""
        frame = bytearray(ADTS + bytes(2200))
        frame[3:6] = struct.pack('>I', 0x80 << 16 | len(frame) << 5 | 0x1f)[1:]
        groups = good_stream(self.maker)
        for _, packets in groups[3:]:
            packets.pop()
        rest = pes_of_sound(18000, bytes(frame))
        counter = 3
        while rest:
            size = min(184, len(rest))
            groups[4][1].append(tsmaker.ts_packet(AUDIO, counter & 15, rest[:size], counter == 3))
            rest, counter = rest[size:], counter + 1
        self.assertEqual(self.said(groups), {})

    def test_sound(self):
        for codec, stream_id, payload, text in (
                ('AAC', 0xc0, ADTS[:6], 'AAC: not whole frames'),
                ('AAC', 0xc0, b'\xff\x0f' + ADTS[2:] + b'sound!', 'AAC: no ADTS'),
                ('AAC', 0xbd, ADTS + b'sound!', 'AAC on stream id bd'),
                ('AAC', 0xc0, (ADTS + b'sound!') * 160, 'AAC: 2080 bytes in a PES'),
                ('LPCM', 0xbd, b'\xa0\x06\0\x09' + bytes(1920), 'LPCM: header a0060009'),
                ('LPCM', 0xbd, b'\xa0\x06\0\x11' + bytes(1916), 'LPCM: PES of 1928 bytes'),
                ('AC3', 0xbd, b'\x0b\x78' + bytes(90), 'AC3: no frame'),
                ('AC3', 0xbd, b'\x0b\x77' + bytes(3000), 'AC3: 3002 bytes in a PES')):
            groups = self.without(good_stream(self.maker), AUDIO, range(99))
            self.maker.unit(AUDIO, stream_id, 18000, payload)
            groups[2][1].extend(self.maker.packets)
            with self.subTest(text):
                self.finds(text, groups=groups, audio=codec)
                self.finds('%s: 5 bytes of PES header' % codec, groups=groups, audio=codec)
            self.setUp()


class Places(unittest.TestCase):
    PLACES = [0, 3000, 6000, 9000]

    def judge(self, times, slowness):
        with unittest.mock.patch('machine.slowness', return_value=slowness):
            return strict.judge_places([1000 + time for time in times], self.PLACES)

    def test_good(self):
        self.assertIsNone(self.judge(self.PLACES, 1))
        self.assertIsNone(self.judge([0, 3000.5, 5999.5, 9000], 1))

    def test_late(self):
        """One comes late, the first of them too, and those after it need not."""
        for times in ([0, 3000, 6500, 9000], [500, 3000, 6000, 9000], [0, 3500, 6500, 9500]):
            self.assertIn('of 4 are late', self.judge(times, 1))
            self.assertIsNone(self.judge(times, 1.1))


class Bars(unittest.TestCase):
    LINE = bytes([16] * 50 + [90] * 100 + [16] * 50)

    def test_good(self):
        for line in self.LINE, self.LINE[:90] + b'\x10' + self.LINE[91:]:
            cases_formats.check_line(line, 100, 'across')

    def test_bad(self):
        for line in (self.LINE[:10] + b'\x40' + self.LINE[11:], self.LINE[:-1] + b'\x40',
                     self.LINE[:90] + b'\x10' * 3 + self.LINE[93:], self.LINE[12:] + self.LINE[:12],
                     bytes([90]) * 200, bytes([16]) * 200):
            with self.assertRaises(AssertionError):
                cases_formats.check_line(line, 100, 'across')


if __name__ == '__main__':
    unittest.main()
