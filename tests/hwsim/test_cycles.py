# SPDX-License-Identifier: LGPL-2.1-or-later
"""Opened and closed twenty times, nothing is left over of it: no interface, no address, no
descriptor, no thread, no memory."""
import os
import random
import re
import time

from lab import Device, Failure, close, find_both, pair, reopen, say

CYCLES = 20
# The allocator has what it needs after a few; what each of the others lost would be more than this.
WARM = 5
MOST_KB = 256


def measure(device):
    folder = '/proc/%d' % device.peer.pid
    with open(folder + '/status', encoding='utf-8') as file:
        memory_kb = int(re.search(r'^RssAnon:\s+(\d+)', file.read(), re.M)[1])
    left = {
        'threads': len(os.listdir(folder + '/task')),
        'descriptors': sorted(os.readlink(folder + '/fd/' + number).split(':')[0]
                              for number in os.listdir(folder + '/fd')),
        'interfaces': re.findall(r'^(\S+)', device.interfaces(), re.M),
        'addresses': device.inside('ip', '-o', 'addr'),
        'routes': device.inside('ip', 'route'),
    }
    return left, memory_kb


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
    for device, (left, memory_kb) in before.items():
        now, now_kb = measure(device)
        say('%s: %d kB after %d cycles, %d kB after %d' % (device.name, memory_kb, WARM, now_kb, CYCLES))
        for key, value in now.items():
            if value != left[key]:
                raise Failure('%s: %s were %s and are %s' % (device.name, key, left[key], value))
        if now_kb - memory_kb > MOST_KB:
            raise Failure('%s: memory' % device.name)


main()
