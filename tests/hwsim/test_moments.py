# SPDX-License-Identifier: LGPL-2.1-or-later
"""A known pairing is opened again at any moment of the 70 s after the end of a group, in which wpa_supplicant forgets who
was not heard for a minute, by either side, whoever owns the group. An argument says how many times each."""
import random
import statistics
import sys
import time

from lab import Device, check_time, close, find_both, need_own_time, pair, reopen, say

N_TIMES = 4
MOST_S = 1.0
LAST_S = 70


def measure(owner, other, first, second, n_times):
    took_s = []
    for _ in range(n_times):
        # The other one is told at once.
        close(owner, other)
        delay_s = random.uniform(0, LAST_S)
        time.sleep(delay_s)
        took_s.append(reopen(first, second)[2])
        check_time('%s owns, %s opens after %.2f s' % (owner.name, first.name, delay_s), took_s[-1], MOST_S)
    return took_s


def main():
    need_own_time()
    n_times = int(sys.argv[1]) if len(sys.argv) > 1 else N_TIMES
    source, sink = Device('Source', 0), Device('Sink', 1, '--sink')
    lines = []
    for owner, other in (source, sink), (sink, source):
        for device in (source, sink):
            device.restart_peer('--go-intent', '15' if device is owner else '0')
        find_both(source, sink)
        pair(source, sink, 'pbc')
        for first, second in (source, sink), (sink, source):
            took_s = measure(owner, other, first, second, n_times)
            lines.append('%s owns, %s opens: %d times, %.2f s to %.2f s, half in less than %.2f s'
                         % (owner.name, first.name, n_times, min(took_s), max(took_s), statistics.median(took_s)))
        close(owner, other)
    for line in lines:
        say(line)


main()
