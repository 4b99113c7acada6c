# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where a part of what is sent is not heard, from the first search on, two devices are paired and
come together again."""
import time

from lab import Device, Medium, check_time, close, find_both, pair, reopen, say

LOSSES_PERCENT = (10, 20, 30)
# A source that waits searches, and is deaf half of the time.
PAIRED_S, REOPENED_S = 20, 15


def main():
    medium = Medium()
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    for percent in LOSSES_PERCENT:
        say('== %d %% of each attempt' % percent)
        medium.tell('loss 0 1 %d' % percent)
        find_both(source, sink)
        for first, second in ((source, sink), (sink, source)):
            for opens, most_s in ((lambda one, other: pair(one, other, 'pbc'), PAIRED_S), (reopen, REOPENED_S)):
                link, _, took_s = opens(first, second)
                check_time('%s has opened it' % first.name, took_s, most_s)
                # The owner ends the group: nobody takes it for one that stands.
                close(*((first, second) if link['role'] == 'owner' else (second, first)))
                time.sleep(2)
    medium.stop()


main()
