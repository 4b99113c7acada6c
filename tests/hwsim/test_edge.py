# SPDX-License-Identifier: LGPL-2.1-or-later
"""A sink that is invited at the moment in which it ends its look around and goes to listen comes at once, with and
without an interface for the group; and so does a source that is left, and is invited when it glances at a channel,
whoever owns the group."""
import time

from lab import HAS_OWN_TIME, Device, check_time, close, find_both, pair, reopen, say

# It looks around for two seconds.
DELAYS_S = (1.6, 1.7, 1.78, 1.82, 1.86, 1.9, 1.94, 1.98, 2.02, 2.1)
# It listens for 14 seconds. To invite takes 0.05 s, and who does it in the very moment of the end has no answer.
SOURCE_DELAYS_S = (14.02, 14.04, 14.06, 14.08, 14.1, 14.12, 14.14, 14.16)
# A search is deaf half of the time; a glance is over when it is invited once more.
MOST_S, SOURCE_MOST_S = 2, 1
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
    for device, intent in ((source, '15'), (sink, '0')):
        device.restart_peer('--go-intent', intent)
    find_both(source, sink)
    pair(source, sink, 'pbc')
    close(source, sink)
    source.tell('stop-find')
    took_s = {}
    for delay_s in DELAYS_S:
        sink.restart_peer('--go-intent', '0')
        sink.tell('find')
        sink.wait('^done find')
        time.sleep(delay_s)
        took_s[delay_s] = reopen(source, sink)[2]
        close(source, sink)
    check_times(took_s, MOST_S)


def check_times(took_s, most_s):
    late = sorted(took_s, key=took_s.get)[len(took_s) - MOST_FORGOTTEN:]
    for delay_s in took_s:
        check_time('invited after %.2f s' % delay_s, took_s[delay_s], FORGOTTEN_S if delay_s in late else most_s)


def check_source(source, sink, owner):
    say('== the source glances, %s owns the group' % owner.name)
    for device in (source, sink):
        device.restart_peer('--go-intent', '15' if device is owner else '0')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    took_s = {}
    for delay_s in SOURCE_DELAYS_S:
        # The other one is told at once.
        close(owner, sink if owner is source else source)
        time.sleep(delay_s)
        took_s[delay_s] = reopen(sink, source)[2]
    close(source, sink)
    check_times(took_s, SOURCE_MOST_S)


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    check(source, sink)
    # Elsewhere the moments are others, and it takes too long.
    for owner in (source, sink) if HAS_OWN_TIME else ():
        check_source(source, sink, owner)
    say('== without an interface')
    for device in (source, sink):
        use_config(device, 'p2p_no_group_iface=1\n')
    check(source, sink)
    if HAS_OWN_TIME:
        check_source(source, sink, source)


main()
