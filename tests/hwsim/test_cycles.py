# SPDX-License-Identifier: LGPL-2.1-or-later
"""Opened and closed twenty times, nothing is left over of it: no interface, no address, no
descriptor, no thread, no memory, and nothing in wpa_supplicant. With elements: test_turns.py."""
import random
import time

from lab import Device, close, find_both, pair, reopen
from leftovers import check_nothing_left, measure

CYCLES = 20
# The allocator has what it needs after a few; what each of the others lost would be more than this.
WARM = 5
MOST_KB = 128


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    close(source, sink)
    before = {}
    for number in range(1, CYCLES + 1):
        time.sleep(random.uniform(2, 3))
        first, second = (source, sink) if number % 2 else (sink, source)
        reopen(first, second)
        close(*random.choice(((first, second), (second, first))))
        if number == WARM:
            before = {device: measure(device) for device in (source, sink)}
    time.sleep(5)
    for device, then in before.items():
        check_nothing_left(device, then, MOST_KB)


main()
