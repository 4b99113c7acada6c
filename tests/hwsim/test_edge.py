# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sink that is invited at the moment in which it ends its look around and goes to listen comes at once, with and
without an interface for the group."""
import time

from lab import Device, check_time, close, find_both, pair, reopen, say

# It looks around for two seconds.
DELAYS_S = (1.6, 1.7, 1.78, 1.82, 1.86, 1.9, 1.94, 1.98, 2.02, 2.1)
# A search is deaf half of the time.
MOST_S = 2


def use_config(device, config):
    device.config = config
    device.kill_supplicant()
    device.wait('^unavailable')
    device.forget_pairings()
    device.start_supplicant()


def check(source, sink):
    find_both(source, sink)
    pair(source, sink, 'pbc')
    close(source, sink)
    source.tell('stop-find')
    for delay_s in DELAYS_S:
        sink.restart_peer()
        sink.tell('find')
        sink.wait('^done find')
        time.sleep(delay_s)
        check_time('invited after %.2f s' % delay_s, reopen(source, sink)[2], MOST_S)
        close(source, sink)


def main():
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    check(source, sink)
    say('== without an interface')
    for device in (source, sink):
        use_config(device, 'p2p_no_group_iface=1\n')
    check(source, sink)


main()
