# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a person does: gst-launch-1.0 with wfdsink on one device, with wfdsrc on the other; the
elements find each other, pair, form the group, and picture and sound are decoded; the rate control goes
by what the driver tells of packets. The second time nobody pairs."""
import array
import glob
import os
import signal
import time

from lab import FOLDER, Failure, say, wait_until
from stage import SINK, SOURCE, check_bars, set_stage

WIDTH, N_COLUMNS = 640, 7
RATE, TONE_HZ = 48000, 440
SENT_SOUND = ' audiotestsrc is-live=true freq=%d ! queue ! w.' % TONE_HZ
HEARD_SOUND = (' w.audio ! decodebin ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=%d,channels=1 ! '
               'filesink sync=false location=' % RATE)


def launch(device, pipeline):
    log = open('/run/vm/launch-%s.log' % device.name, 'w', encoding='utf-8')
    return device.spawn('gst-launch-1.0', '-e', *pipeline.split(), stdout=log, stderr=log)


def interrupt(process, what):
    process.send_signal(signal.SIGINT)
    if process.wait(20) != 0:
        raise Failure('gst-launch-1.0 with %s ends with %s' % (what, process.returncode))


def get_columns(file):
    """Of the upper half, where the bars are."""
    with open(file, 'rb') as picture:
        octets = picture.read()
    columns = []
    for column in range(N_COLUMNS):
        first, last = column * WIDTH // N_COLUMNS, (column + 1) * WIDTH // N_COLUMNS
        lines = [octets[at + first:at + last] for at in range(0, len(octets) // 2, WIDTH)]
        columns.append(sum(map(sum, lines)) // sum(map(len, lines)))
    return columns


def get_pictures(folder):
    return sorted(glob.glob(folder + '/*.gray'))


def check_sound(file):
    """The last second: how often it rises through zero."""
    with open(file, 'rb') as sound:
        samples = array.array('h', sound.read())[-RATE:]
    tone_hz = sum(last < 0 <= sample for last, sample in zip(samples, samples[1:]))
    if len(samples) < RATE or abs(tone_hz - TONE_HZ) > 5:
        raise Failure('%d samples of %d Hz are no tone of %d Hz' % (len(samples), tone_hz, TONE_HZ))


def cast(source, sink, folder):
    os.makedirs(folder)
    sound = folder + '/sound'
    receives = launch(sink, SINK % '' + 'multifilesink sync=false location=%s/%%04d.gray' % folder + HEARD_SOUND + sound)
    # Until it has looked around, and listens.
    time.sleep(3)
    sends = launch(source, SOURCE % 'pairing=pbc' + SENT_SOUND)
    wait_until(lambda: len(get_pictures(folder)) >= 60, '60 pictures', 60)
    interrupt(sends, 'wfdsink')
    interrupt(receives, 'wfdsrc')
    pictures = get_pictures(folder)
    for picture in pictures[:2] + pictures[-2:]:
        check_bars(get_columns(picture))
    check_sound(sound)
    say('%d pictures' % len(pictures))
    for device in (source, sink):
        device.wait_no_group()


def check_signal():
    """mac80211 tells of each packet, and wfdsink goes by that."""
    with open('/run/vm/launch-Source.log', encoding='utf-8') as log:
        if 'the link is measured by completion now' not in log.read():
            raise Failure('the rate control does not go by what the driver tells of packets')


def has_paired():
    with open('/run/vm/launch-Source.log', encoding='utf-8') as log:
        return 'Pairing with' in log.read()


def main():
    os.environ['GST_DEBUG'] = 'wfdrate:4'
    source, sink = set_stage()
    say('== the first time')
    cast(source, sink, FOLDER + '/first')
    check_signal()
    if not has_paired():
        raise Failure('nothing is told of a pairing')
    say('== the second time')
    cast(source, sink, FOLDER + '/second')
    if has_paired():
        raise Failure('it has paired again')


main()
