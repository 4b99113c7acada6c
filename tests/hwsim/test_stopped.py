# SPDX-License-Identifier: LGPL-2.1-or-later
"""A wpa_supplicant that does not answer, of either side, whoever owns the group, and at whatever step, keeps no
pipeline from NULL; when it goes on, the group goes, and the next session is as any."""
import signal
import time

from lab import say
from stage import begin_again, end, for_each_owner, listen, set_stage, show

GROUP_S, STOPPED_S = 1, 2
STEPS = ('discover', 'pair', 'connect', 'address', 'negotiate', 'play')


def stop(device, signal_number=signal.SIGSTOP):
    device.supplicant.send_signal(signal_number)


def check(device, source, sink, step):
    say('== %s, %s' % (device.name, step or 'before'))
    if step is None:
        stop(device)
    source.tell('play')
    if step is not None:
        device.wait('^progress %s start' % step)
        stop(device)
    end(device)
    time.sleep(STOPPED_S)
    stop(device, signal.SIGCONT)
    begin_again(device, source, sink, GROUP_S)


def check_all(source, sink):
    for step in (None, *STEPS):
        check(source, source, sink, step)
    for step in STEPS[2:]:
        check(sink, source, sink, step)
    show(source, sink)
    for device in (source, sink):
        end(device)
        device.wait_no_group(GROUP_S)


def main():
    for_each_owner(*set_stage(), check_all)


main()
