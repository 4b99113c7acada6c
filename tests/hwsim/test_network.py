# SPDX-License-Identifier: LGPL-2.1-or-later
"""wfdsink and wfdsrc where the adapter of one of the two is in the network of an access point, on another channel than
the display listens on: they are paired, and the picture comes; whoever ends is at NULL at once, and the connection goes
on; PLAYING opens the pairing again; and the picture comes back when the display was silent until it was lost. Whoever of
the two is in the network, and whoever owns the group. An argument says how many times each."""
import random
import statistics
import sys
import time

from lab import EVERYBODY, NOBODY, Failure, check_median, check_time, say
from point import CHANNEL_MHZ, check_connected, join, leave, set_point, wait_connected
from stage import check_owner, end, for_each_owner, get_stats, play, set_stage, wait_picture

# Each time, and in half of the times; by who is in the network, and so listens for 0.5 s of 1.1 s.
FIRST_S, REOPENED_S, HALF_REOPENED_S = 5, {'Source': 1, 'Sink': 5}, 1
N_REOPENED, PAUSE_S = 5, 8
# Whoever has lost its network as well looks for it on all channels meanwhile.
LOST_S, BACK_S = 5, {'Source': 2, 'Sink': 15}
GROUP_S, OTHER_S = 1, 20
# After the picture, which a network that is looked for then may disturb.
SEEN_S = 5


def check_group(device, source):
    check_owner(source)
    frequency = get_stats(source)['link-frequency-mhz']
    if int(frequency) != CHANNEL_MHZ:
        raise Failure('the group is on %s MHz' % frequency)
    check_connected(device)


def check_ends(device, source, sink):
    end(source)
    for one in (source, sink):
        one.wait_no_group(GROUP_S)
    check_connected(device)


def check_lost(device, source, sink):
    """How long it takes from when the display can be heard to the picture."""
    say('== the display is silent')
    for one in (source, sink):
        one.drop_lines()
    begun_s = time.monotonic()
    sink.set_group(NOBODY)
    for one in (source, sink):
        text = one.wait('^progress connect error (.*)')[1]
        check_time('%s: “%s”' % (one.name, text), one.heard_s - begun_s, LOST_S)
    for one in (source, sink):
        one.drop_lines()
    sink.set_group(EVERYBODY)
    back_s = time.monotonic()
    for one in (source, sink):
        one.wait('^progress play complete')
    sink.tell('look')
    wait_picture(sink)
    took_s = sink.heard_s - back_s
    check_time('the picture is back', took_s, BACK_S[device.name])
    wait_connected(device)
    for one in (source, sink):
        one.quiet('^progress .* error|^failed', SEEN_S)
    sink.tell('look')
    wait_picture(sink)
    check_group(device, source)
    return took_s


def check(device, source, sink, took_s):
    say('== %s is in the network' % device.name)
    times_s = [play(source, sink, FIRST_S)], [], []
    check_group(device, source)
    for _ in range(N_REOPENED):
        check_ends(device, source, sink)
        time.sleep(random.uniform(0, PAUSE_S))
        times_s[1].append(play(source, sink, REOPENED_S[device.name]))
        check_group(device, source)
    check_median('opened again', times_s[1], HALF_REOPENED_S)
    times_s[2].append(check_lost(device, source, sink))
    for one in (sink, source):
        end(one)
        check_connected(device)
    for one in (source, sink):
        one.wait_no_group(OTHER_S)
    leave(device)
    for what, more_s in zip(('first', 'again', 'back'), times_s):
        took_s.setdefault('%s in the network, intent of the source %d, %s' % (device.name, source.go_intent, what),
                          []).extend(more_s)


def main():
    n_times = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    set_point(2)
    source, sink = set_stage()
    took_s = {}
    for device in n_times * (source, sink):
        for_each_owner(source, sink, lambda one, other, device=device: check(device, one, other, took_s),
                       lambda device=device: join(device))
    for what, times_s in took_s.items():
        say('%s: %d times, %.2f s to %.2f s, half in less than %.2f s'
            % (what, len(times_s), min(times_s), max(times_s), statistics.median(times_s)))


main()
