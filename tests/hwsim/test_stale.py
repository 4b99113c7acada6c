# SPDX-License-Identifier: LGPL-2.1-or-later
"""A device asks to be paired whose peer has crashed, with its group left over, and whose program is there again only
some seconds later: that one is asked then, and the two come together."""
import time

from lab import Device, check_time, find_both, pair, say, wait_both

ASKED_S, AWAY_S = 20, 2


def leaves(first):
    first.tell('disconnect')
    first.wait('^done disconnect')


def looks_around(first):
    """And hears of the group of nobody."""
    leaves(first)
    find_both(first)


def is_new(first):
    first.peer.kill()
    first.peer.wait()
    first.start_peer()


def check(first, second, owner, does):
    say('== %s asks, %s owns the group, %s' % (first.name, owner.name, does.__name__))
    for device in (first, second):
        device.restart_peer('--go-intent', '15' if device is owner else '0')
    find_both(first, second)
    pair(first, second, 'pbc')
    second.peer.kill()
    second.peer.wait()
    does(first)
    first.tell('connect %s pbc' % second.name)
    time.sleep(AWAY_S)
    second.start_peer()
    find_both(second)
    begun_s = time.monotonic()
    peer = second.wait(r'^request (\S+) pbc')[1]
    check_time('asked', second.heard_s - begun_s, ASKED_S)
    second.tell('connect %s pbc' % peer)
    wait_both(first, second)
    leaves(second)
    first.wait('^lost')
    for device in (first, second):
        device.wait_no_group()


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    for first, second in ((source, sink), (sink, source)):
        for owner in (first, second):
            for does in (leaves, looks_around, is_new):
                check(first, second, owner, does)


main()
