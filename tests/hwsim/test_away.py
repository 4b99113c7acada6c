# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who is out of reach for three seconds at most is not lost: both sides are in the same
group with the same addresses afterwards, whoever of the two owns it and whose radio it
was that went silent, in a group of before as well."""
import time

from lab import EVERYBODY, NOBODY, Device, Failure, close, find_both, pair, reopen, say


def check_rides_out(device, other, away_s):
    say('%s is away for %.1f s' % (device.name, away_s))
    before = [one.stats() for one in (device, other)]
    device.set_group(NOBODY)
    time.sleep(away_s)
    device.set_group(EVERYBODY)
    start = time.monotonic()
    for one in (device, other):
        one.quiet('^(lost|opened)', 6)
    for one, then in zip((device, other), before):
        now = one.stats()
        for key in ('interface', 'local-address', 'peer-address', 'role'):
            if now.get(key) != then[key]:
                raise Failure('%s: %s was %s and is %s' % (one.name, key, then[key], now.get(key)))
        one.ping(now['peer-address'], now['interface'])
    say('both are there, %.1f s later' % (time.monotonic() - start))


def check(source, sink, intents):
    say('== intents %s' % (intents,))
    for device, intent in zip((source, sink), intents):
        device.restart_peer('--go-intent', intent)
    find_both(source, sink)
    pair(source, sink, 'pbc')
    for away_s in (1, 3):
        check_rides_out(sink, source, away_s)
        check_rides_out(source, sink, away_s)
    close(source, sink)
    say('== opened again')
    reopen(source, sink)
    for device, other in ((sink, source), (source, sink)):
        check_rides_out(device, other, 3)
    close(source, sink)


def main():
    source, sink = Device('Source', 0), Device('Sink', 1, '--sink')
    for intents in ((15, 0), (0, 15)):
        check(source, sink, intents)


main()
