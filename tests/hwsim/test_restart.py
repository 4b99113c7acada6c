# SPDX-License-Identifier: LGPL-2.1-or-later
"""A wpa_supplicant that is killed and started again, on either side, while it searches, asks, is asked, pairs,
invites or is invited, waits for an address as who invited or as who was, and while the link is open: it is told,
the other side fails or loses the link within seconds, and the two are together again after it, whoever owns the
group. With elements: test_killed.py, and while a session plays test_playing.py."""
import time

from lab import HAS_OWN_TIME, Device, ask, check_time, close, find_both, pair, reopen, say, wait_until

TOLD_S, LOST_S = 1, 5
# wpa_supplicant, which has to find out that a peer vanished from a group not yet formed.
FORMATION_S = 40


def searching(device, other):
    # The owner ends the group: nobody is told of it as one that stands.
    is_owner = device.stats()['role'] == 'owner'
    close(*((device, other) if is_owner else (other, device)))
    find_both(device, other)


def asked(device, other):
    """It has asked to be paired, and waits for an answer."""
    searching(device, other)
    ask(device, other, 'pbc')


def asking(device, other):
    """It is asked to be paired."""
    searching(device, other)
    ask(other, device, 'pbc')


def pairing(device, other):
    """Both want it, and a group is being formed."""
    searching(device, other)
    device.tell('connect %s pbc' % ask(other, device, 'pbc')[0])
    wait_until(device.groups, 'the group begins')


def reopening(device, other):
    """It has been asked to open a known pairing."""
    searching(device, other)
    device.tell('reopen ' + other.name)


def invited(device, other):
    """The other opens a known pairing, which has made a group of it."""
    reopening(other, device)
    wait_until(device.groups, 'the group begins')


def addressing(device, other):
    """The group stands, and there is no address in it yet."""
    reopening(device, other)
    device.wait('^stage address')


def addressed(device, other):
    """The same on the side that was invited."""
    reopening(other, device)
    device.wait('^stage address')


def opened(device, other):
    """As the case before left them."""


def check_not_open(other):
    """What it has opened meanwhile it has lost."""
    other.read_lines(0)
    last = [text for _, text in other.lines if text.startswith(('opened', 'lost'))][-1:]
    if last and last[0].startswith('opened'):
        other.wait('^lost', LOST_S)


PHASES = (opened, searching, asked, asking, pairing, reopening, invited, addressing, addressed)
# Where it is all the same who will own it.
WITHOUT_GROUP = (searching, asked, asking)


def check(device, other, phase):
    say('== %s, %s' % (device.name, phase.__name__))
    phase(device, other)
    killed_s = time.monotonic()
    device.kill_supplicant()
    # What it was about fails too.
    while 'unavailable' not in device.wait('^failed.*|^unavailable.*', 5)[0]:
        pass
    check_time('told', device.heard_s - killed_s, TOLD_S)
    if phase is opened:
        other.wait('^lost', 30)
        check_time('lost', other.heard_s - killed_s, LOST_S)
    elif phase in (asking, pairing, invited, addressed):
        other.tell('cancel')
        other.wait('^failed|^lost', FORMATION_S)
    for one in (device, other):
        one.wait_no_group(FORMATION_S)
    check_not_open(other)
    device.start_supplicant()
    find_both(device, other)
    if phase in (asked, asking, pairing):
        pair(device, other, 'pbc')
    else:
        reopen(device, other)


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    # Elsewhere it takes too long.
    for owner in (source, sink) if HAS_OWN_TIME else (source,):
        say('== %s owns the group' % owner.name)
        for device in (source, sink):
            device.restart_peer('--go-intent', '15' if device is owner else '0')
        find_both(source, sink)
        pair(source, sink, 'pbc')
        for phase in PHASES:
            if owner is source or phase not in WITHOUT_GROUP:
                check(source, sink, phase)
                check(sink, source, phase)


main()
