# SPDX-License-Identifier: LGPL-2.1-or-later
"""While a session plays, the wpa_supplicant of either side is killed and started again, or its adapter is
unplugged and plugged in again, or its radio is silent for long: both sides say so within five seconds,
stay in PLAYING, and the picture comes back when what was missing has; whoever owns the group."""
import time

from lab import EVERYBODY, NOBODY, check_time, say
from radios import plug, unplug
from stage import for_each_owner, set_stage, show, wait_picture

TOLD_S, BACK_S = 5, 20


def supplicant_killed(device):
    device.kill_supplicant()
    return device.start_supplicant


def radio_silent(device):
    device.set_group(NOBODY)
    return lambda: device.set_group(EVERYBODY)


def adapter_unplugged(device):
    unplug(device)
    return lambda: plug(device)


def check(device, other, happens):
    say('== %s: %s' % (device.name, happens.__name__))
    devices = device, other
    begun_s = time.monotonic()
    mend = happens(device)
    for one in devices:
        text = one.wait('^progress connect error (.*)')[1]
        check_time('%s: “%s”' % (one.name, text), one.heard_s - begun_s, TOLD_S)
    time.sleep(2)
    sink = [one for one in devices if one.name == 'Sink'][0]
    for one in devices:
        one.drop_lines()
    mended_s = time.monotonic()
    mend()
    for one in devices:
        one.wait('^progress play complete')
    sink.tell('look')
    wait_picture(sink)
    check_time('the picture is back', sink.heard_s - mended_s, BACK_S)


def check_all(source, sink):
    show(source, sink)
    for happens in (supplicant_killed, radio_silent, adapter_unplugged):
        for device, other in ((source, sink), (sink, source)):
            check(device, other, happens)


def main():
    for_each_owner(*set_stage(), check_all)


main()
