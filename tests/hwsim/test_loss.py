# SPDX-License-Identifier: LGPL-2.1-or-later
"""A client whose radio goes silent is lost within seconds, on both sides, and is
opened again when it is back."""
import time

from lab import HAS_OWN_TIME, Device, Failure, find_both, pair, reopen, say

EVERYBODY, NOBODY = 1, 2


def check_lost(device, start, most_s):
    device.wait('^lost', 30)
    took_s = time.monotonic() - start
    say('%s: lost after %.2f s' % (device.name, took_s))
    if took_s > most_s:
        raise Failure('%s: lost after %.2f s' % (device.name, took_s))


def main():
    owner = Device('Source', 0, '--go-intent', '15')
    client = Device('Sink', 1, '--sink', '--go-intent', '0')
    find_both(owner, client)
    pair(owner, client, 'pbc')
    start = time.monotonic()
    client.set_group(NOBODY)
    # Without us the client would take more than eleven seconds, and the owner minutes.
    most_s = 5 if HAS_OWN_TIME else 10
    check_lost(owner, start, most_s)
    check_lost(client, start, most_s)
    client.set_group(EVERYBODY)
    reopen(owner, client)


main()
