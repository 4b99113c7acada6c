# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sink that is invited at the moment in which it ends its look around and goes to listen comes at once, with and
without an interface for the group."""
import time

from lab import HAS_OWN_TIME, Device, check_time, close, find_both, pair, reopen, say

# It looks around for two seconds.
DELAYS_S = (1.6, 1.7, 1.78, 1.82, 1.86, 1.9, 1.94, 1.98, 2.02, 2.1)
# A search is deaf half of the time.
MOST_S = 2
# Where its time is not its own, wpa_supplicant may be about to answer in the moment of the end, and forgets
# it then; it is invited again after this.
FORGOTTEN_S, MOST_FORGOTTEN = 20, 0 if HAS_OWN_TIME else 1


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
    took_s = {}
    for delay_s in DELAYS_S:
        sink.restart_peer()
        sink.tell('find')
        sink.wait('^done find')
        time.sleep(delay_s)
        took_s[delay_s] = reopen(source, sink)[2]
        close(source, sink)
    late = sorted(took_s, key=took_s.get)[len(DELAYS_S) - MOST_FORGOTTEN:]
    for delay_s in DELAYS_S:
        most_s = FORGOTTEN_S if delay_s in late else MOST_S
        check_time('invited after %.2f s' % delay_s, took_s[delay_s], most_s)


def main():
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    check(source, sink)
    say('== without an interface')
    for device in (source, sink):
        use_config(device, 'p2p_no_group_iface=1\n')
    check(source, sink)


main()
