# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements that play twenty times, with a group each time, leave nothing over: no interface, no address, no
descriptor, no thread, no memory, and nothing in wpa_supplicant."""
import time

from leftovers import check_nothing_left, measure
from stage import SOURCE, end, listen, set_stage, show

TURNS = 20
# The allocator, the codecs and the pools have what they need after a few.
WARM = 5
MOST_KB = 256
GROUP_S = 5


def main():
    source, sink = set_stage()
    source.start_pipeline(SOURCE % 'pairing=pbc go-intent=15')
    listen(sink)
    before = {}
    for number in range(1, TURNS + 1):
        show(source, sink)
        end(source)
        for device in (source, sink):
            device.wait_no_group(GROUP_S)
        time.sleep(3)
        if number == WARM:
            before = {device: measure(device) for device in (source, sink)}
    for device, then in before.items():
        check_nothing_left(device, then, MOST_KB)


main()
