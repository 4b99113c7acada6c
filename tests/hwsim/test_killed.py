# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wpa_supplicant of either side, whoever owns the group, is killed while its elements search and at each step
to the first picture: that is told within a second, the pipeline is at NULL at once, nothing is left of a group; and
with wpa_supplicant started again it plays."""
import time

from lab import check_time, need_own_time, say
from stage import begin_again, end, for_each_owner, listen, set_stage, show

TOLD_S, GROUP_S = 1, 20
STEPS = ('discover', 'pair', 'connect', 'address', 'negotiate')


def check(device, source, sink, step):
    say('== %s, %s' % (device.name, step))
    if step != 'discover' or device is source:
        source.tell('play')
        device.wait('^progress %s start' % step)
    since_s = time.monotonic()
    device.kill_supplicant()
    text = device.wait('^progress .* error (.*)')[1]
    check_time('“%s”' % text, device.heard_s - since_s, TOLD_S)
    end(device)
    device.start_supplicant()
    begin_again(device, source, sink, GROUP_S)


def check_all(source, sink):
    for device in (source, sink):
        for step in STEPS:
            if step != 'pair' or device is source:
                check(device, source, sink, step)
    show(source, sink)
    for one in (source, sink):
        end(one)


def main():
    need_own_time()
    for_each_owner(*set_stage(), check_all)


main()
