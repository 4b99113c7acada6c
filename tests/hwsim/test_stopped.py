# SPDX-License-Identifier: LGPL-2.1-or-later
"""A wpa_supplicant that does not answer, of either side and at whatever step, keeps no pipeline from NULL;
when it goes on, the group goes, and the next session is as any."""
import signal
import time

from lab import say
from stage import SOURCE, end, listen, set_stage, wait_picture

# That of the stopped one, and of the other: who can come back is waited for.
GROUP_S, OTHER_S = 1, 20
STOPPED_S = 2
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
    other = sink if device is source else source
    if other is source:
        end(source)
    device.wait_no_group(GROUP_S)
    if step != 'pair':
        # Who has agreed to pair waits longer, and is asked again below.
        other.wait_no_group(OTHER_S)
    if device is sink:
        sink.stop_peer()
        listen(sink)
    time.sleep(3)


def main():
    source, sink = set_stage()
    source.start_pipeline(SOURCE % ('', 'pairing=pbc'))
    listen(sink)
    time.sleep(3)
    for step in (None, *STEPS):
        check(source, source, sink, step)
    for step in STEPS[2:]:
        check(sink, source, sink, step)
    sink.tell('look')
    source.tell('play')
    wait_picture(sink)
    for device in (source, sink):
        end(device)
        device.wait_no_group(GROUP_S)


main()
