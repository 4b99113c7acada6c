# SPDX-License-Identifier: LGPL-2.1-or-later
"""The analysers of RTP, transport stream and elementary streams, on packets written by hand."""

import unittest

import es
import recording
import rtp
import ts
from tsmaker import pes, ts_packet, with_crc

# A PAT and a PMT as AOSP's TSPacketizer writes them: PMT on 0x0100, version 1, PCR on 0x1000,
# H.264 on 0x1011, AAC on 0x1100.
PAT = bytes.fromhex('474000100000b00d0000c300000001e100')
PMT = bytes.fromhex('4741001000 02b017 0001c30000 f000 f000 1bf011f000 0ff100f000')
# PCR packet: adaptation field only, base 0x123456789, extension 0x0ab.
PCR_PACKET = (bytes.fromhex('47500020b710') + bytes.fromhex('91a2b3c4feab') + b'\xff' * 176)

SPS_720P = bytes.fromhex('6742c01fda014016ec0440000003004000000f23c60ca8')
PPS = bytes.fromhex('68ce3c80')


def access_unit(idr):
    slice_nal = b'\x65\x88\x80\x10' if idr else b'\x41\x9a\x00\x10'
    sets = b'\x00\x00\x00\x01' + SPS_720P + b'\x00\x00\x00\x01' + PPS if idr else b''
    return b'\x00\x00\x00\x01\x09\xf0' + sets + b'\x00\x00\x01' + slice_nal


class Rtp(unittest.TestCase):
    def test_parse(self):
        data = bytes.fromhex('80a1fffe0001000212345678') + b'G' * 188
        packet = rtp.parse(data)
        self.assertEqual(packet[:5], (33, 1, 0xfffe, 0x10002, 0x12345678))
        self.assertEqual(len(packet.payload), 188)
        self.assertEqual(rtp.build(0xfffe, 0x10002, 0x12345678, b'G' * 188, marker=1), data)

    def test_parse_csrc_extension_padding(self):
        head = bytes.fromhex('b221000100000000000000010000000a0000000b')
        data = head + bytes.fromhex('bede000101020304') + b'GG' + b'\x00\x00\x03'
        self.assertEqual(rtp.parse(data).payload, b'GG')

    def test_parse_nonsense(self):
        for data in (b'', b'\x80' * 11, b'\x00' * 12, b'\x8f' + b'\x00' * 20, b'\xa0' + b'\xff' * 11):
            with self.assertRaises(ValueError):
                rtp.parse(data)

    def count(self, *sequences, ssrc=1):
        counter = rtp.Counter()
        for sequence in sequences:
            counter.count(rtp.parse(rtp.build(sequence, 0, ssrc, b'G' * 188)))
        return counter.lost, counter.reordered, counter.doubled

    def test_count(self):
        self.assertEqual(self.count(65534, 65535, 0, 1), (0, 0, 0))
        self.assertEqual(self.count(65534, 1), (2, 0, 0))
        self.assertEqual(self.count(1, 3, 2, 4), (0, 1, 0))
        self.assertEqual(self.count(1, 2, 2, 3), (0, 0, 1))

    def test_new_ssrc_is_a_new_count(self):
        counter = rtp.Counter()
        for ssrc, sequence in ((1, 10), (1, 11), (2, 500), (2, 501)):
            counter.count(rtp.parse(rtp.build(sequence, 0, ssrc, b'G' * 188)))
        self.assertEqual((counter.lost, counter.ssrcs), (0, [1, 2]))

    def test_payloads_that_are_wrong(self):
        for payload in (b'', b'G' * 187, b'G' * 8 * 188, b'G' * 188 + b'x' * 188):
            packet = rtp.parse(rtp.build(1, 0, 1, payload))
            self.assertEqual(len(rtp.payload_complaints(packet)), 1, len(payload))
        packet = rtp.parse(rtp.build(1, 0, 1, b'G' * 188, payload_type=96))
        self.assertEqual(rtp.payload_complaints(packet), ['payload type 96'])

    def test_rtcp(self):
        report = b'\x80\xc8\x00\x06' + b'\x00' * 24 + b'\x81\xca\x00\x01' + b'\x00' * 4
        self.assertEqual(rtp.rtcp_types(report), [200, 202])


class Clock(unittest.TestCase):
    def test_timestamp(self):
        # 0x1fffffffe in the form of ISO 13818-1 table 2-21, marker bits set
        self.assertEqual(ts.read_timestamp(bytes.fromhex('2ffffffffd')), 0x1fffffffe)
        data = bytearray(b'\x21\x00\x01\x00\x01')
        recording.write_timestamp(data, 0, 0x1fffffffe)
        self.assertEqual(data.hex(), '2ffffffffd')

    def test_pcr(self):
        self.assertEqual(ts.read_pcr(PCR_PACKET[6:12]), 0x123456789 * 300 + 0xab)
        data = bytearray(6)
        recording.write_pcr(data, 0, 0x123456789 * 300 + 0xab)
        self.assertEqual(data.hex(), '91a2b3c4feab')

    def test_step_over_the_wrap(self):
        self.assertEqual(ts.signed_step(5, ts.WRAP_33 - 5), 10)
        self.assertEqual(ts.signed_step(ts.WRAP_33 - 5, 5), -10)


class Psi(unittest.TestCase):
    def test_crc(self):
        self.assertEqual(ts.crc32(b'123456789'), 0x0376e6e7)

    def test_tables(self):
        self.assertEqual(ts.parse_pat(ts.section_of(with_crc(PAT)[4:])), {1: 0x100})
        pmt = ts.parse_pmt(ts.section_of(with_crc(PMT)[4:]))
        self.assertEqual(pmt, (1, 1, 0x1000, {0x1011: (0x1b, []), 0x1100: (0x0f, [])}))

    def test_broken_tables(self):
        good = with_crc(PAT)
        for bad in (good[:10] + b'\x55' + good[11:], good[:4] + b'\xb8' + good[5:],
                    good[:6] + b'\xbf\xff' + good[8:]):
            with self.assertRaises(ValueError):
                ts.section_of(bad[4:])


class Analysis(unittest.TestCase):
    def setUp(self):
        self.units = []
        self.analyser = ts.Analyser(self.units.append)
        self.feed(with_crc(PAT), with_crc(PMT.replace(b'\xf0\x00\xf0\x00', b'\xf0\x11\xf0\x00', 1)))

    def feed(self, *packets):
        for packet in packets:
            self.assertEqual(len(packet), 188)
            self.analyser.feed(packet, 1000)

    def video(self, counter, pts, idr, **kwargs):
        self.feed(ts_packet(0x1011, counter, pes(0xe0, pts, access_unit(idr)), True, **kwargs))

    def complaints(self):
        return dict(self.analyser.complaints)

    def test_two_pictures(self):
        self.video(0, 9000, True, pcr=0)
        self.video(1, 12000, False, pcr=900000)
        self.assertEqual([unit.idr for unit in self.units], [True, False])
        self.assertEqual([unit.pts for unit in self.units], [9000, 12000])
        self.assertEqual(self.complaints(), {})
        video = self.analyser.report()['video']
        self.assertEqual(video['complaints'], {})
        self.assertEqual((video['width'], video['height'], video['level_idc']), (1280, 720, 31))
        self.assertTrue(video['constrained_baseline'])
        self.assertEqual(self.analyser.report()['pcr_interval_ms']['max'], 33.33)

    def test_picture_without_length_ends_with_the_next(self):
        self.feed(ts_packet(0x1011, 0, pes(0xe0, 9000, access_unit(True), 0), True))
        self.assertEqual(self.units, [])
        self.feed(ts_packet(0x1011, 1, pes(0xe0, 12000, access_unit(False), 0), True))
        self.assertEqual(len(self.units), 1)
        self.analyser.finish()
        self.assertEqual(len(self.units), 2)

    def test_continuity(self):
        self.video(0, 9000, True)
        self.video(2, 12000, False)
        self.assertEqual(self.complaints(), {'continuity broken': 1})

    def test_packet_sent_twice(self):
        self.video(0, 9000, True)
        self.video(0, 9000, True)
        self.assertEqual(self.complaints(), {'packet sent twice': 1})
        self.assertEqual(len(self.units), 1)

    def test_pcr_goes_back(self):
        self.video(0, 9000, True, pcr=900000)
        self.video(1, 12000, False, pcr=0)
        self.assertEqual(self.complaints(), {'PCR goes back': 1})

    def test_pcr_and_pts_over_the_wrap(self):
        self.video(0, ts.WRAP_33 - 1000, True, pcr=(ts.WRAP_33 - 4000) * 300)
        self.video(1, 2000, False, pcr=(ts.WRAP_33 - 1000) * 300)
        self.video(2, 5000, False, pcr=2000 * 300)
        self.assertEqual(self.complaints(), {})
        self.assertEqual(self.analyser.report()['video']['pts_ahead_of_pcr_ms']['max'], 33.33)

    def test_pts_goes_back(self):
        self.video(0, 12000, True)
        self.video(1, 9000, False)
        self.assertEqual(self.complaints(), {'PTS goes back': 1})

    def test_nothing_is_compared_over_a_restart(self):
        self.video(0, 12000, True, pcr=900000)
        self.analyser.restart()
        self.video(9, 100, True, pcr=0)
        self.assertEqual(self.complaints(), {})

    def test_foreign_pid_and_bad_sync(self):
        self.feed(ts_packet(0x33, 0, b'\x00' * 184), b'\x46' + b'\x00' * 187)
        self.assertEqual(self.complaints(), {'PID 0x0033 is not in the PMT': 1, 'no sync byte': 1})

    def test_first_picture_must_be_a_key(self):
        self.video(0, 9000, False)
        self.assertIn('the first picture is no IDR',
                      self.analyser.report()['video']['complaints'])

    def test_pes_longer_than_it_says(self):
        self.feed(ts_packet(0x1011, 0, pes(0xe0, 9000, access_unit(True), 20), True))
        self.assertEqual(self.complaints(), {'PES is not as long as it says': 1})


class Elementary(unittest.TestCase):
    def test_high_profile_with_cropping(self):
        # x264, High, 1920x1080: coded 1920x1088, 8 lines cropped
        sps = es.parse_sps(bytes.fromhex(
            '67640028acd940780227e5c05a808080a0000003002000000781e30632c0'))
        self.assertEqual((sps.profile_idc, sps.level_idc, sps.width, sps.height),
                         (100, 40, 1920, 1080))

    def test_nal_units(self):
        data = b'\x00\x00\x00\x01\x09\xf0\x00\x00\x01\x65\x88\x00\x00\x00\x01\x68\xce'
        self.assertEqual(es.nal_units(data), [b'\x09\xf0', b'\x65\x88', b'\x68\xce'])

    def test_cabac_is_not_constrained_baseline(self):
        checker = es.H264Checker()
        unit = access_unit(True).replace(PPS, bytes.fromhex('68ee3c80'))
        checker.look(unit)
        self.assertTrue(checker.cabac)
        self.assertFalse(checker.is_constrained_baseline)

    def test_idr_without_parameter_sets(self):
        checker = es.H264Checker()
        checker.look(b'\x00\x00\x01\x65\x88\x80\x10')
        self.assertEqual(dict(checker.complaints), {'an IDR without SPS and PPS before it': 1})

    def test_two_pictures_in_a_pes(self):
        checker = es.H264Checker()
        checker.look(access_unit(True) + access_unit(False))
        self.assertEqual(dict(checker.complaints), {'a PES with 2 pictures': 1})

    def test_cut_off_parameter_set(self):
        checker = es.H264Checker()
        checker.look(b'\x00\x00\x01\x67\x42\xc0')
        self.assertIn('NAL type 7: out of bits', checker.complaints)

    def test_adts(self):
        # 48 kHz, LC, stereo, 10 bytes
        frame = bytes.fromhex('fff14c80015ffc') + b'\x00' * 3
        checker = es.AdtsChecker()
        checker.look(frame + frame[:4])
        checker.look(frame[4:])
        self.assertEqual(checker.report(), {'frames': 2, 'formats': ['AAC LC 48000 Hz 2 ch'],
                                            'complaints': {}})

    def test_adts_sync_lost(self):
        checker = es.AdtsChecker()
        checker.look(b'\x00' * 20)
        self.assertEqual(checker.report()['complaints'], {'ADTS sync lost': 1})

    def test_lpcm(self):
        checker = es.LpcmChecker()
        checker.look(bytes.fromhex('a0060011') + b'\x00' * 1920)
        self.assertEqual(checker.report(), {'samples': 480, 'complaints': {},
                                            'formats': ['LPCM 48000 Hz 16 bit 2 ch']})
        checker.look(bytes.fromhex('a0060011') + b'\x00' * 1916)
        self.assertEqual(len(checker.complaints), 1)


class Casting(unittest.TestCase):
    """A recording of four pictures, the first and the third of them key frames."""

    def setUp(self):
        pmt = with_crc(PMT.replace(b'\xf0\x00\xf0\x00', b'\xf0\x11\xf0\x00', 1))
        packets = [with_crc(PAT), pmt]
        for i in range(4):
            packets.append(ts_packet(0x1011, i, pes(0xe0, 9000 + 3000 * i, access_unit(i % 2 == 0)),
                                     True, pcr=900000 * i))
            packets.append(ts_packet(0x33, i, b'\x00' * 184))
        self.recording = recording.Recording(b''.join(packets))

    def cast(self, count, first_pcr=0, want_key_at=None):
        caster = recording.Caster(self.recording, first_pcr)
        analyser = ts.Analyser()
        for i in range(count):
            if i == want_key_at:
                caster.want_key()
            analyser.feed(caster.next())
        return analyser

    def test_index(self):
        self.assertEqual(len(self.recording.packets), 6)
        self.assertEqual((self.recording.pictures, self.recording.keys), ([2, 3, 4, 5], [2, 4]))
        self.assertEqual(self.recording.times[2:], [0, 900000, 1800000, 2700000])

    def test_goes_on_for_ever_without_a_seam(self):
        analyser = self.cast(100)
        self.assertEqual(dict(analyser.complaints), {})
        self.assertGreater(len(analyser.units), 50)
        self.assertEqual(analyser.report()['pcr_interval_ms']['max'], 33.33)

    def test_over_the_wrap(self):
        analyser = self.cast(100, first_pcr=(ts.WRAP_33 - 30000) * 300)
        self.assertEqual(dict(analyser.complaints), {})
        self.assertLess(analyser.units[-1].pts, analyser.units[0].pts)

    def test_key_on_demand(self):
        # PAT, PMT, key, and now instead of the second picture
        analyser = self.cast(6, want_key_at=3)
        self.assertEqual([unit.idr for unit in analyser.units], [True, True])
        self.assertEqual(dict(analyser.complaints), {})

    def sent(self, count, **options):
        packets = []
        sender = recording.RtpSender(packets.append, sequence=65534, **options)
        for i in range(count):
            sender.cast([b'G' * 188], i, False)
        return [rtp.parse(packet).sequence for packet in packets]

    def test_rtp(self):
        self.assertEqual(self.sent(4), [65534, 65535, 0, 1])
        self.assertEqual(self.sent(4, loss=2), [65534, 0])
        self.assertEqual(self.sent(4, double=2), [65534, 65535, 65535, 0, 1, 1])
        self.assertEqual(self.sent(4, swap=2), [65534, 0, 65535])


if __name__ == '__main__':
    unittest.main()
