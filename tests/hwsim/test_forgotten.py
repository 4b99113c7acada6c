# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pairing that one of the two has forgotten, on either side, whoever owned the group, is told, and made again where
that is wanted."""
import time

from lab import HAS_OWN_TIME, Device, Failure, check_time, close, find_both, pair, reopen, say, wait_both

# Elsewhere what is left over of the group before has to be found out first.
REOPENED_S = 1.0 if HAS_OWN_TIME else 10


def forget(device):
    device.kill_supplicant()
    device.wait('^unavailable')
    device.forget_pairings()
    device.start_supplicant()
    find_both(device)


def check_owner(owner, first, first_link):
    if (first_link['role'] == 'owner') != (first is owner):
        raise Failure('the group is not of ' + owner.name)


def reopen_forgotten(source, sink, owner, forgetful):
    """The one remembers; told to, it pairs again."""
    other = source if forgetful is sink else sink
    say('== %s owns the group, %s has forgotten' % (owner.name, forgetful.name))
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
    check_owner(owner, forgetful, wait_both(forgetful, other)[0])
    close(source, sink)
    time.sleep(3)
    link, _, took_s = reopen(source, sink)
    check_time('opened', took_s, REOPENED_S)
    check_owner(owner, source, link)
    close(source, sink)


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    for owner in (source, sink) if HAS_OWN_TIME else (source,):
        for device in (source, sink):
            device.restart_peer('--go-intent', '15' if device is owner else '0')
        find_both(source, sink)
        pair(source, sink, 'pbc')
        close(source, sink)
        for forgetful in (sink, source):
            reopen_forgotten(source, sink, owner, forgetful)


main()
