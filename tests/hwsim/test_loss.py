# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whoever of the two owns the group, and whose radio of the two it is that goes silent, at
any moment and without a session: it is lost within seconds, on both sides, and opened again
when it is back."""
import time

from lab import EVERYBODY, HAS_OWN_TIME, NOBODY, SLACK, Device, check_time, close, find_both, pair, reopen, say

# Without us a client would take more than eleven seconds, and an owner minutes.
LOST_S, LOST_SLACK = 5, min(SLACK, 2)
# When each is asked whether it is there depends on when it was heard.
LATER_S = (0, 0.3, 0.6, 0.9) if HAS_OWN_TIME else (0.5,)


def check_lost(silent, devices, later_s):
    say('== %s falls silent' % silent.name)
    time.sleep(3 + later_s)
    begun_s = time.monotonic()
    silent.set_group(NOBODY)
    for device in devices:
        device.wait('^lost')
        check_time('%s: lost' % device.name, device.heard_s - begun_s, LOST_S, LOST_SLACK)
    silent.set_group(EVERYBODY)


def main():
    devices = source, sink = Device('Source', 0), Device('Sink', 1, '--sink')
    for intents in ((15, 0), (0, 15)):
        say('== intents %s' % (intents,))
        for device, intent in zip(devices, intents):
            device.restart_peer('--go-intent', intent)
        find_both(source, sink)
        pair(source, sink, 'pbc')
        for silent in devices:
            for later_s in LATER_S:
                check_lost(silent, devices, later_s)
                reopen(source, sink)
        close(source, sink)


main()
