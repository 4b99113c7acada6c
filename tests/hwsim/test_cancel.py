# SPDX-License-Identifier: LGPL-2.1-or-later
"""At whatever step the application ends the pipeline, of either side, it is at NULL at once, and no
group is left; and the next time everything goes its way."""
import time

from lab import check_time, say
from stage import SINK, SOURCE, TELL_PICTURES, set_stage, wait_picture

NULL_S = 0.2
# Its own, and that of the other: whose peer vanishes while the group is being formed waits for it as long
# as its wpa_supplicant does, and who can come back is waited for.
GROUP_S, OTHER_S = 1, 20
# As they come the first time; from a known pairing they are the same without the second.
STEPS = ('discover', 'pair', 'address', 'connect', 'negotiate', 'play')


def stop(device):
    device.tell('null')
    # That the other one has gone may be an error.
    while device.wait('^failed|^done null')[0] != 'done null':
        pass
    check_time('%s to NULL' % device.name, device.get_took_s(), NULL_S)


def check_step(ends, source, sink, step):
    say('== %s, %s' % (ends.name, step))
    source.tell('play')
    ends.wait('^progress %s start' % step)
    stop(ends)
    other = sink if ends is source else source
    if other is source:
        stop(source)
    ends.wait_no_group(GROUP_S)
    other.wait_no_group(OTHER_S)
    if ends is sink:
        # What gst_parse_launch() has linked once it does not link again.
        sink.stop_peer()
        listen(sink)
    time.sleep(3)


def listen(sink):
    sink.start_pipeline(SINK % '' + TELL_PICTURES)
    sink.tell('play')


def main():
    source, sink = set_stage()
    source.start_pipeline(SOURCE % ('', 'pairing=pbc'))
    listen(sink)
    time.sleep(3)
    for ends in (source, sink):
        for step in STEPS:
            if step != 'pair' or ends is source:
                check_step(ends, source, sink, step)
    sink.tell('look')
    source.tell('play')
    wait_picture(sink)
    for device in (source, sink):
        stop(device)
        device.wait_no_group(GROUP_S)


main()
