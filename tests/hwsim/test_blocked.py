# SPDX-License-Identifier: LGPL-2.1-or-later
"""While a session plays, the radio of either side is switched off: it says so at once, with what to do, the other
one sees a loss; both stay in PLAYING, and the picture comes back when the radio is on again, soon or late. Whoever
ends while it is off is at NULL at once; whoever owns the group."""
import time

from lab import Failure, check_time, say
from radios import block
from stage import begin_again, end, for_each_owner, set_stage, show, wait_picture

TOLD_S, LOST_S, BACK_S, GROUP_S = 1, 5, 20, 1
# Only the first radio has a switch.
SWITCHED = 'phy0'
REASON = '^progress connect error .*switched off.*rfkill'


def switch_off(device, other):
    for one in (device, other):
        one.drop_lines()
    begun_s = time.monotonic()
    block(device, True)
    device.wait(REASON)
    check_time('%s: told' % device.name, device.heard_s - begun_s, TOLD_S)
    other.wait('^progress connect error')
    check_time('%s: lost' % other.name, other.heard_s - begun_s, LOST_S)


def check_comes_back(device, other, sink, off_s):
    say('== %s is off for %d s' % (device.name, off_s))
    switch_off(device, other)
    time.sleep(off_s)
    for one in (device, other):
        one.drop_lines()
    block(device, False)
    on_s = time.monotonic()
    for one in (device, other):
        one.wait('^progress play complete')
    sink.tell('look')
    wait_picture(sink)
    check_time('the picture is back', sink.heard_s - on_s, BACK_S)


def check_says_why(device):
    """Who tries again does not say something else."""
    device.drop_lines()
    text = device.wait('^progress (discover|connect) error (.*)')[2]
    say('%s: again: %s' % (device.name, text))
    if 'switched off' not in text or device.interface not in text:
        raise Failure('it does not say that %s is off' % device.interface)


def check_ends(device, other, source, sink):
    say('== %s is off for good' % device.name)
    switch_off(device, other)
    check_says_why(device)
    end(device)
    block(device, False)
    begin_again(device, source, sink, GROUP_S)
    show(source, sink)


def check(source, sink):
    device, other = (source, sink) if source.phy == SWITCHED else (sink, source)
    say('== %s, whose radio has a switch, is the %s' % (device.name, 'source' if device is source else 'sink'))
    show(source, sink)
    for off_s in (0, 3, 30):
        check_comes_back(device, other, sink, off_s)
    check_ends(device, other, source, sink)


def main():
    device, other = set_stage()
    for source, sink in ((device, other), (other, device)):
        for_each_owner(source, sink, check)


main()
