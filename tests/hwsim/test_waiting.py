# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who looks for a display that is not there, and who waits to be cast to, does nothing: for a minute it asks
hardly anything of wpa_supplicant, hardly wakes, and finds, or is found, all the same. Who waits to be cast to does
so as well after its wpa_supplicant was started again and its radio was switched off and on. Nor does who waits in a
group in which nothing plays, or for its display to open that again; and who has lost its display asks for one search
after the other, and for nothing else."""
import glob
import os
import re
import subprocess
import time

from lab import HAS_OWN_TIME, Failure, check_time, say
from radios import block
from stage import PICTURE, SOURCE, end, listen, set_stage, show, wait_picture

# A source gives up after a minute.
SEEK_S, WAIT_S = 50, 60
# Told that it cannot be found, and there again.
TOLD_S, BACK_S = 1, 20
MOST_CALLS, MOST_WAKES, MOST_CPU_S = 24, 60, 0.1
# In an open group the kernel is asked four times a second for the station, and wpa_supplicant for nothing.
OPEN_WAKES, OPEN_CPU_S = 640, 0.5
# In a minute. A search of 3 s and a glance at a channel are three calls, each with its answer and the signal of its end.
LOST_CALLS, LOST_WAKES = 72, 280
LISTENS_WAKES = 10
# Elsewhere to make pictures, even those that nobody sees, takes too long.
PICTURES_S = 60 if HAS_OWN_TIME else 15
IDLE_MS, QUIET_S = 4000, 14
MAKES_PICTURES = 'videotestsrc0:s'


def get_wakes(process):
    """Of each thread, but for the one that makes pictures."""
    wakes = {}
    for path in glob.glob('/proc/%d/task/*/status' % process.pid):
        with open(path, encoding='utf-8') as file:
            status = file.read()
        if not status.startswith('Name:\t' + MAKES_PICTURES):
            wakes[path] = int(re.search(r'^voluntary_ctxt_switches:\s+(\d+)', status, re.M)[1])
    return wakes


def get_cpu_s(process):
    with open('/proc/%d/stat' % process.pid, encoding='utf-8') as file:
        fields = file.read().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def check(device, length_s, most_calls=MOST_CALLS, most_wakes=MOST_WAKES, most_cpu_s=MOST_CPU_S):
    monitor = device.spawn('dbus-monitor', '--address', device.bus, '--profile', stdout=subprocess.PIPE, text=True)
    time.sleep(1)
    wakes, cpu_s = get_wakes(device.peer), get_cpu_s(device.peer)
    time.sleep(length_s)
    wakes = sum(n - wakes.get(path, 0) for path, n in get_wakes(device.peer).items())
    cpu_s = get_cpu_s(device.peer) - cpu_s
    monitor.terminate()
    lines = monitor.communicate()[0].splitlines()
    if not any(line.startswith('sig') for line in lines):
        raise Failure('nothing is heard of the bus')
    calls = [line for line in lines if line.startswith('mc')]
    say('%s, in %d s: %d calls, woken %d times, %.2f s of the processor'
        % (device.name, length_s, len(calls), wakes, cpu_s))
    for line in calls:
        say(line)
    if len(calls) > most_calls or wakes > most_wakes or cpu_s > most_cpu_s:
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


def check_open(source, sink):
    say('== in a group in which nothing plays')
    source.start_pipeline(SOURCE % 'pairing=pbc idle-timeout=0')
    listen(sink, 'idle-timeout=0')
    show(source, sink)
    source.tell('pause')
    time.sleep(3)
    for device in (source, sink):
        check(device, WAIT_S, 0, OPEN_WAKES, OPEN_CPU_S)
        if not device.groups():
            raise Failure('the group has gone')
    for device in (source, sink):
        device.stop_peer()
        device.wait_no_group()


def check_listens(source, sink):
    """Whose display has let go; it is PLAYING."""
    say('== for its display, which has let go')
    source.start_pipeline(SOURCE % 'pairing=pbc idle-timeout=%d' % IDLE_MS)
    listen(sink)
    show(source, sink)
    sink.tell('pause')
    source.wait_no_group()
    time.sleep(QUIET_S)
    check(source, PICTURES_S, 0, LISTENS_WAKES, PICTURES_S)
    sink.tell('play')
    sink.wait('^progress address complete')
    sink.tell('look')
    wait_picture(sink)


def check_lost(source, sink):
    """For good; the first time it is invited as well, and the group ends."""
    say('== for its display, which is lost')
    sink.peer.kill()
    sink.peer.wait()
    sink.kill_supplicant()
    source.wait('^progress connect error')
    for _ in range(2):
        check(source, PICTURES_S, LOST_CALLS * PICTURES_S / 60, LOST_WAKES * PICTURES_S / 60, PICTURES_S)
        if HAS_OWN_TIME:
            time.sleep(60)
    end(source)
    source.stop_peer()


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
    check_open(source, sink)
    check_listens(source, sink)
    check_lost(source, sink)


main()
