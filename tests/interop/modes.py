# SPDX-License-Identifier: LGPL-2.1-or-later
"""The resolutions and sounds of Wi-Fi Display (WFD 2.1 §5.4.1.1 and §6.1.2), copied from the standard
and not from the library, and what H.264 itself wants of a level."""

import collections

Mode = collections.namedtuple('Mode', 'table bit width height rate_hz interlaced level r2')
Sound = collections.namedtuple('Sound', 'codec bit rate_hz channels')

TABLES = ('CEA', 'VESA', 'HH')

# Width x height, p or i, rate; the lowest level of the standard, times ten; the bit is the place.
CEA = '''
    640x480p60 31   720x480p60 31   720x480i60 31   720x576p50 31   720x576i50 31
    1280x720p30 31  1280x720p60 32  1920x1080p30 40 1920x1080p60 42 1920x1080i60 40
    1280x720p25 31  1280x720p50 32  1920x1080p25 32 1920x1080p50 42 1920x1080i50 32
    1280x720p24 31  1920x1080p24 32
    3840x2160p24 51 3840x2160p25 51 3840x2160p30 51 3840x2160p50 52 3840x2160p60 52
    4096x2160p24 52 4096x2160p25 52 4096x2160p30 52 4096x2160p50 52 4096x2160p60 52'''
VESA = '''
    800x600p30 31   800x600p60 32   1024x768p30 31  1024x768p60 32  1152x864p30 32
    1152x864p60 40  1280x768p30 32  1280x768p60 40  1280x800p30 32  1280x800p60 40
    1360x768p30 32  1360x768p60 40  1366x768p30 32  1366x768p60 42  1280x1024p30 32
    1280x1024p60 42 1400x1050p30 32 1400x1050p60 42 1440x900p30 32  1440x900p60 42
    1600x900p30 32  1600x900p60 42  1600x1200p30 40 1600x1200p60 42 1680x1024p30 32
    1680x1024p60 42 1680x1050p30 32 1680x1050p60 42 1920x1200p30 42
    1920x1200p60 52 2560x1440p30 50 2560x1440p60 52 2560x1600p30 50 2560x1600p60 52'''
HH = '''
    800x480p30 31   800x480p60 31   854x480p30 31   854x480p60 31   864x480p30 31
    864x480p60 31   640x360p30 31   640x360p60 31   960x540p30 31   960x540p60 31
    848x480p30 31   848x480p60 31'''
# From these bits on a mode belongs to R2, which wfd_video_formats cannot name.
FIRST_OF_R2 = {'CEA': 17, 'VESA': 29, 'HH': 12}

SOUNDS = (
    Sound('LPCM', 0, 44100, 2), Sound('LPCM', 1, 48000, 2),
    Sound('AAC', 0, 48000, 2), Sound('AAC', 1, 48000, 4), Sound('AAC', 2, 48000, 6),
    Sound('AAC', 3, 48000, 8),
    Sound('AC3', 0, 48000, 2), Sound('AC3', 1, 48000, 4), Sound('AC3', 2, 48000, 6),
)

PROFILES = {'cbp': 1, 'chp': 2}
LEVELS = {31: 1, 32: 2, 40: 4, 41: 8, 42: 16}

# ITU-T H.264 table A-1: level, macroblocks of a picture, macroblocks in a second.
H264_LIMITS = ((31, 3600, 108000), (32, 5120, 216000), (40, 8192, 245760), (41, 8192, 245760),
               (42, 8704, 522240), (50, 22080, 589824), (51, 36864, 983040), (52, 36864, 2073600))


def _read(table, text):
    words = text.split()
    for bit, (name, level) in enumerate(zip(words[::2], words[1::2])):
        size, scan, rate = name.partition('i') if 'i' in name else name.partition('p')
        width, height = size.split('x')
        yield Mode(table, bit, int(width), int(height), int(rate), scan == 'i', int(level),
                   bit >= FIRST_OF_R2[table])


def h264_level(mode):
    """The lowest level in which H.264 itself allows a picture of this size at this rate."""
    blocks = -(-mode.width // 16) * -(-mode.height // 16)
    return next(level for level, size, rate in H264_LIMITS
                if size >= blocks and rate >= blocks * mode.rate_hz)


MODES = [*_read('CEA', CEA), *_read('VESA', VESA), *_read('HH', HH)]
# What can be sent: interlaced pictures never are, and H.264 has 1920x1200p30 in level 5 only, which
# wfd_video_formats cannot say; no encoder makes it at the 4.2 of the table.
USABLE = [mode for mode in MODES
          if not mode.interlaced and not mode.r2 and h264_level(mode) <= max(LEVELS)]


def find(name):
    return next(mode for mode in MODES if name_of(mode) == name)


def name_of(mode):
    return '%dx%d%s%d' % (mode.width, mode.height, 'i' if mode.interlaced else 'p', mode.rate_hz)


def sound_name(sound):
    """As the elements call it: aac, lpcm-44100, ac3-6ch."""
    return sound.codec.lower() + ('-%d' % sound.rate_hz if sound.rate_hz != 48000 else '') \
        + ('-%dch' % sound.channels if sound.channels != 2 else '')


def stream_level(mode):
    """The level that a stream has: for some modes the tables of Wi-Fi Display ask for less than
    H.264 does."""
    return max(mode.level, h264_level(mode))


def offer(chosen, profile, level=None):
    """wfd_video_formats of a sink that has these modes in one profile."""
    bits = {table: sum(1 << mode.bit for mode in chosen if mode.table == table) for table in TABLES}
    level = level or max(map(stream_level, chosen))
    return '%02x 00 %02x %02x %08x %08x %08x 00 0000 0000 00 none none' % (
        chosen[0].bit << 3 | TABLES.index(chosen[0].table), PROFILES[profile], LEVELS[level],
        bits['CEA'], bits['VESA'], bits['HH'])


def selected(text):
    """What an M4 names: (Mode, profile, level)."""
    words = [int(word, 16) for word in text.split()[2:7]]
    chosen = [mode for table, bits in zip(TABLES, words[2:]) for mode in MODES
              if mode.table == table and bits >> mode.bit & 1]
    if len(chosen) != 1:
        raise ValueError('%d modes in %s' % (len(chosen), text))
    names = {number: name for name, number in PROFILES.items()}
    levels = {number: level for level, number in LEVELS.items()}
    return chosen[0], names[words[0]], levels[words[1]]
