# SPDX-License-Identifier: LGPL-2.1-or-later
"""A known pairing is opened again within a second, with nobody at the keyboard: from either side,
whoever owns the group, in whatever state the two are left."""
import random
import time

from lab import HAS_OWN_TIME, Device, check_time, close, find_both, pair, reopen, say

# By either: the other listens, so that it is reached at once.
REOPENED_S = 1.0
# A source that has begun anew searches: it is deaf half of the time, and for four seconds when it looks at all channels.
SEARCHES_S = 6.0
# Whoever is woken late may still hear the group before, and asks in vain first.
AT_ONCE_S = REOPENED_S if HAS_OWN_TIME else 10


def check_reopened(first, second, most_s=REOPENED_S):
    check_time('%s has opened it' % first.name, reopen(first, second)[2], most_s)


def reopen_from_both_sides(source, sink, owner):
    for device in (source, sink):
        device.restart_peer('--go-intent', '15' if device is owner else '0')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    for first, second in ((source, sink), (sink, source)):
        for closes, other in ((source, sink), (sink, source)):
            close(closes, other)
            time.sleep(random.uniform(0.5, 4))
            say('== %s owns, %s has closed, %s opens' % (owner.name, closes.name, first.name))
            check_reopened(first, second)
    close(source, sink)
    say('== at once')
    check_reopened(source, sink, AT_ONCE_S)
    close(sink, source)
    say('== at once, after the group of the other was heard')
    check_reopened(sink, source, AT_ONCE_S)
    close(source, sink)


def restart_programs(*devices):
    for device in devices:
        device.restart_peer()


def restart_supplicants(*devices):
    for device in devices:
        device.kill_supplicant()
        device.wait('^unavailable')
        device.start_supplicant()


def reopen_after_restart(source, sink):
    for restart in (restart_programs, restart_supplicants):
        for first, second in ((source, sink), (sink, source)):
            say('== %s, %s opens' % (restart.__name__, first.name))
            restart(source, sink)
            find_both(sink, source)
            time.sleep(random.uniform(3, 25))
            check_reopened(first, second, REOPENED_S if first is source else SEARCHES_S)
            close(source, sink)


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    reopen_from_both_sides(source, sink, source)
    reopen_from_both_sides(source, sink, sink)
    reopen_after_restart(source, sink)


main()
