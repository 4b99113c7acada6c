# SPDX-License-Identifier: LGPL-2.1-or-later
"""At whatever step the application ends the pipeline, of either side, it is at NULL at once, and no
group is left; and the next time everything goes its way."""
import time

from lab import say
from stage import SOURCE, end, listen, set_stage, wait_picture

# Its own, and that of the other: whose peer vanishes while the group is being formed waits for it as long
# as its wpa_supplicant does, two minutes if it was asked and had no answer, and who can come back is waited for.
GROUP_S, OTHER_S = 1, 130
# As they come the first time; from a known pairing they are the same without the second.
STEPS = ('discover', 'pair', 'address', 'connect', 'negotiate', 'play')


def check_step(ends, source, sink, step):
    say('== %s, %s' % (ends.name, step))
    source.tell('play')
    ends.wait('^progress %s start' % step)
    end(ends)
    other = sink if ends is source else source
    if other is source:
        end(source)
    ends.wait_no_group(GROUP_S)
    other.wait_no_group(OTHER_S)
    if ends is sink:
        # What gst_parse_launch() has linked once it does not link again.
        sink.stop_peer()
        listen(sink)
    time.sleep(3)


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
        end(device)
        device.wait_no_group(GROUP_S)


main()
