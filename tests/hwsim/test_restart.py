# SPDX-License-Identifier: LGPL-2.1-or-later
"""A wpa_supplicant that is killed and started again, on either side, while it searches and while the link
is open: it is told, the other side loses the link within seconds, and it is opened again."""
import time

from lab import Device, check_time, close, find_both, pair, reopen, say

LOST_S = 10


def searching(device, other):
    close(device, other)
    find_both(device, other)


def opened(device, other):
    """As the case before left them."""


def check(device, other, phase):
    say('== %s, %s' % (device.name, phase.__name__))
    phase(device, other)
    killed_s = time.monotonic()
    device.kill_supplicant()
    device.wait('^unavailable .*wpa_supplicant', 5)
    if phase is opened:
        other.wait('^lost', 30)
        check_time('lost', other.heard_s - killed_s, LOST_S)
    device.start_supplicant()
    find_both(device, other)
    reopen(device, other)


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    for phase in (opened, searching):
        check(source, sink, phase)
        check(sink, source, phase)


main()
