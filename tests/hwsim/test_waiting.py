# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who looks for a display that is not there, and who waits to be cast to, does nothing: for a minute it asks
hardly anything of wpa_supplicant, hardly wakes, and finds, or is found, all the same. Who waits to be cast to does
so as well after its wpa_supplicant was started again and its radio was switched off and on."""
import glob
import os
import re
import subprocess
import time

from lab import Failure, check_time, say
from radios import block
from stage import PICTURE, SOURCE, end, listen, set_stage, show

# A source gives up after a minute.
SEEK_S, WAIT_S = 50, 60
# Told that it cannot be found, and there again.
TOLD_S, BACK_S = 1, 20
MOST_CALLS, MOST_WAKES, MOST_CPU_S = 24, 60, 0.1


def get_wakes(process):
    wakes = 0
    for path in glob.glob('/proc/%d/task/*/status' % process.pid):
        with open(path, encoding='utf-8') as file:
            wakes += int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', file.read(), re.M)[1])
    return wakes


def get_cpu_s(process):
    with open('/proc/%d/stat' % process.pid, encoding='utf-8') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def check(device, length_s):
    monitor = device.spawn('dbus-monitor', '--address', device.bus, '--profile', stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    wakes, cpu_s = get_wakes(device.peer), get_cpu_s(device.peer)
    time.sleep(length_s)
    wakes, cpu_s = get_wakes(device.peer) - wakes, get_cpu_s(device.peer) - cpu_s
    monitor.terminate()
    lines = monitor.communicate()[0].splitlines()
    if not any(line.startswith('sig') for line in lines):
        raise Failure('nothing is heard of the bus')
    calls = [line for line in lines if line.startswith('mc')]
    say('%s, in %d s: %d calls, woken %d times, %.2f s of the processor'
        % (device.name, length_s, len(calls), wakes, cpu_s))
    for line in calls:
        say(line)
    if len(calls) > MOST_CALLS or wakes > MOST_WAKES or cpu_s > MOST_CPU_S:
        raise Failure('it does not only wait')


def supplicant_killed(sink):
    sink.kill_supplicant()
    return sink.start_supplicant


def switched_off(sink):
    block(sink, True)
    return lambda: block(sink, False)


def interrupt(sink, happens):
    say('== %s' % happens.__name__)
    begun_s = time.monotonic()
    mend = happens(sink)
    text = sink.wait('^progress discover error (.*)')[1]
    check_time('“%s”' % text, sink.heard_s - begun_s, TOLD_S)
    # It tries again in vain.
    for _ in range(3):
        sink.wait('^progress discover error')
    sink.drop_lines()
    mend()
    mended_s = time.monotonic()
    sink.wait('^progress discover start')
    sink.quiet('^progress discover error', 3)
    check_time('there again', sink.heard_s - mended_s, BACK_S)


def main():
    # Only the first radio has a switch.
    source, sink = set_stage(source=1, sink=0)
    say('== for a display that is not there')
    # A picture would wake it.
    source.start_pipeline('appsrc is-live=true format=time caps=%s,format=I420 ! wfdsink link=p2p peer=Sink' % PICTURE)
    source.tell('play')
    source.wait('^progress discover start')
    # Until it has looked at one channel after the other.
    time.sleep(4)
    check(source, SEEK_S)
    end(source)
    source.stop_peer()
    source.start_pipeline(SOURCE % 'pairing=pbc')
    say('== for a source')
    listen(sink)
    sink.wait('^progress discover start')
    time.sleep(2)
    check(sink, WAIT_S)
    for happens in (supplicant_killed, switched_off):
        interrupt(sink, happens)
    show(source, sink)
    source.stop_peer()
    sink.stop_peer()


main()
