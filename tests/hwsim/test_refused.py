# SPDX-License-Identifier: LGPL-2.1-or-later
"""A wrong PIN is told to both sides at once, a refusal to who waits; and the two can be paired after it,
whoever of them asked."""
from lab import ANSWERS, Device, Failure, ask, check_time, close, find_both, pair, say

WRONG_PIN = '00000000'
TOLD_S = 5.5


def check_failed(device, reason, since_s):
    found = device.wait('^failed wfd-error-quark (.*)', 60)[1]
    check_time('%s: %s' % (device.name, found), device.heard_s - since_s, TOLD_S)
    if reason not in found:
        raise Failure('%s: %s' % (device.name, found))


def enter_wrong_pin(first, second, pairing):
    peer, pin = ask(first, second, pairing)
    if pin == WRONG_PIN:
        raise Failure('it is the PIN')
    second.tell('connect %s %s %s' % (peer, ANSWERS[pairing], WRONG_PIN))
    for device in (first, second):
        check_failed(device, 'the PIN is wrong', second.told_s)


def refuse(first, second, pairing):
    """wpa_supplicant does not tell who waits, but answers the next time that it is asked."""
    peer, _ = ask(first, second, pairing)
    second.tell('reject ' + peer)
    check_failed(first, 'refused', second.told_s)


CASES = (
    (enter_wrong_pin, 'display'),
    (enter_wrong_pin, 'keypad'),
    (refuse, 'pbc'),
    (refuse, 'keypad'),
)


def main():
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    for first, second in ((source, sink), (sink, source)):
        for go_wrong, pairing in CASES:
            say('== %s asks, %s: %s' % (first.name, pairing, go_wrong.__name__))
            find_both(source, sink)
            go_wrong(first, second, pairing)
            for device in (first, second):
                device.wait_no_group()
            find_both(first, second)
            # Who has refused has to ask.
            is_owner = pair(second, first, 'pbc')[0]['role'] == 'owner'
            close(*((second, first) if is_owner else (first, second)))


main()
