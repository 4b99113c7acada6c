# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pairing that one of the two has forgotten, on either side, is told, and made again where that is
wanted."""
import time

from lab import Device, check_time, close, find_both, pair, reopen, say, wait_both

# What is left over of the group before has to be found out first.
REOPENED_S = 10


def forget(device):
    device.kill_supplicant()
    device.wait('^unavailable')
    device.forget_pairings()
    device.start_supplicant()
    find_both(device)


def reopen_forgotten(source, sink, forgetful):
    """The one remembers; told to, it pairs again."""
    other = source if forgetful is sink else sink
    say('== %s has forgotten' % forgetful.name)
    forget(forgetful)
    time.sleep(10)
    other.tell('reopen ' + forgetful.name)
    other.wait('^failed wfd-error-quark .*forgotten the pairing', 20)
    forgetful.tell('reopen ' + other.name)
    forgetful.wait('^failed wfd-error-quark .*not paired', 20)
    forget(forgetful)
    forgetful.wait('^found')
    forgetful.tell('reopen %s pbc' % other.name)
    peer = other.wait(r'^request (\S+) pbc')[1]
    other.tell('connect %s pbc' % peer)
    wait_both(forgetful, other)
    close(source, sink)
    time.sleep(3)
    check_time('opened', reopen(source, sink)[2], REOPENED_S)
    close(source, sink)


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    close(source, sink)
    reopen_forgotten(source, sink, sink)
    reopen_forgotten(source, sink, source)


main()
