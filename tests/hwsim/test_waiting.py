# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who waits to be cast to does nothing: for a minute it asks hardly anything of wpa_supplicant, hardly
wakes, and is found all the same."""
import glob
import os
import re
import subprocess
import time

from lab import Failure, say
from stage import SINK, SOURCE, TELL_PICTURES, set_stage, wait_picture

WAIT_S = 60
MOST_CALLS, MOST_WAKES, MOST_CPU_S = 10, 60, 0.1


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


def main():
    source, sink = set_stage()
    source.start_pipeline(SOURCE % ('', 'pairing=pbc'))
    sink.start_pipeline(SINK % '' + TELL_PICTURES)
    sink.tell('play')
    sink.wait('^progress discover start')
    time.sleep(5)
    monitor = sink.spawn('dbus-monitor', '--address', sink.bus, '--profile', stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    wakes, cpu_s = get_wakes(sink.peer), get_cpu_s(sink.peer)
    time.sleep(WAIT_S)
    wakes, cpu_s = get_wakes(sink.peer) - wakes, get_cpu_s(sink.peer) - cpu_s
    monitor.terminate()
    lines = monitor.communicate()[0].splitlines()
    if not any(line.startswith('sig') for line in lines):
        raise Failure('nothing is heard of the bus')
    calls = [line for line in lines if line.startswith('mc')]
    say('in %d s: %d calls, woken %d times, %.2f s of the processor' % (WAIT_S, len(calls), wakes, cpu_s))
    for line in calls:
        say(line)
    if len(calls) > MOST_CALLS or wakes > MOST_WAKES or cpu_s > MOST_CPU_S:
        raise Failure('it does not only wait')
    sink.tell('look')
    source.tell('play')
    wait_picture(sink)
    source.stop_peer()
    sink.stop_peer()


main()
