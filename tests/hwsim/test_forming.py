# SPDX-License-Identifier: LGPL-2.1-or-later
"""Of two whose elements pair, one vanishes: when both have agreed, or when they have a key, or, if it has asked, before
the other one has answered. Its wpa_supplicant is killed, or its adapter unplugged. The other one is told when its own
wpa_supplicant has given up and a search has not found it. A display waits for the next, and when the first is there
again the two play, whoever owns the group."""
import itertools
import re
import time

from lab import Failure, check_time, need_own_time, say
from radios import plug, unplug
from stage import end, for_each_owner, forget_pairings, listen, set_stage, show, start_source

GROUP_S = 1
# What the wpa_supplicant of the sink says then. The one of the other side waits 15 s for a group, 10 s for whoever
# has the key to come into it.
MOMENTS = ('P2P-GO-NEG-REQUEST', 'P2P-GO-NEG-SUCCESS', 'P2P-GROUP-FORMATION-SUCCESS')
TOLD_S = 26
TOLD = '^progress (.*not heard.*)'


def supplicant_killed(device):
    device.kill_supplicant()
    end_program(device)
    return device.start_supplicant


def adapter_unplugged(device):
    unplug(device)
    end_program(device)
    return lambda: plug(device)


HAPPENINGS = supplicant_killed, adapter_unplugged


def end_program(device):
    end(device)
    device.stop_peer()


def wait_said(device, begun, moment):
    """By its wpa_supplicant, since its log had this length."""
    with open(device.supplicant_log, encoding='utf-8') as log:
        log.seek(begun)
        end_s = time.monotonic() + 20
        text = ''
        while not re.search(moment, text):
            if time.monotonic() > end_s:
                raise Failure('%s: no %s' % (device.name, moment))
            # The last of them takes twenty milliseconds.
            time.sleep(0.001)
            text += log.read()


def begin(device, source):
    if device is source:
        start_source(source)
    else:
        listen(device)


def check(source, sink, goes, happens, moment):
    say('== %s, %s: %s' % (goes.name, moment, happens.__name__))
    other = sink if goes is source else source
    with open(sink.supplicant_log, encoding='utf-8') as log:
        begun = len(log.read())
    source.tell('play')
    wait_said(sink, begun, moment)
    gone_s = time.monotonic()
    mend = happens(goes)
    text = other.wait(TOLD, TOLD_S + 9)[1]
    check_time('“%s”' % text, other.heard_s - gone_s, TOLD_S)
    if other is source:
        end(source)
    mend()
    begin(goes, source)
    if goes is source:
        time.sleep(3)
    for device in (source, sink):
        device.drop_lines()
    show(source, sink)
    for device in (source, sink):
        if len(device.groups()) != 1:
            raise Failure('%s: %s' % (device.name, device.groups()))
    for device in (source, sink):
        end_program(device)
        device.wait_no_group(GROUP_S)
    forget_pairings(source, sink)
    for device in (source, sink):
        begin(device, source)


def check_all(source, sink):
    # What happens to the one where the source owns the group happens to the other where the sink does.
    happenings = itertools.cycle(HAPPENINGS if source.go_intent > sink.go_intent else reversed(HAPPENINGS))
    for moment in MOMENTS:
        for goes in (source, sink):
            happens = next(happenings)
            # Of a display that is asked and has not answered nothing tells whether its person thinks.
            if goes is source or moment != MOMENTS[0]:
                check(source, sink, goes, happens, moment)
        # So that the other one meets with each as well.
        next(happenings)


def main():
    need_own_time()
    for_each_owner(*set_stage(), check_all)


main()
