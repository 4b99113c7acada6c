# SPDX-License-Identifier: LGPL-2.1-or-later
"""A radio goes silent while a session plays, whoever owns the group. For one second and for three nothing but
pictures is lost, in the same group; and whoever ends while the other is away, when it is lost, or when it is back
and is opened again, is at NULL at once, and the group gone."""
import time

from lab import EVERYBODY, NOBODY, SLACK, Failure, check_time, say
from stage import begin_again, end, for_each_owner, listen, set_stage, show, wait_picture

GROUP_S, BACK_S, SEEN_S = 1, 2, 2
LOST_S, LOST_SLACK = 5, min(SLACK, 2)
# What is said then; the group stands at first, and there is none when it is being opened again.
AWAY, LOST = '^progress connect continue .* is not heard', '^progress connect error'
LOST_AT_REST = {'Source': '^progress connect .*PAUSED, then PLAYING', 'Sink': LOST}
REOPENING = {'Source': '^progress connect start Connecting with', 'Sink': '^progress address start'}


def check_rides_out(device, source, sink, silent_s):
    say('== %s is silent for %d s' % (device.name, silent_s))
    before = source.groups(), sink.groups()
    for one in (source, sink):
        one.drop_lines()
    device.set_group(NOBODY)
    time.sleep(silent_s)
    device.set_group(EVERYBODY)
    back_s = time.monotonic()
    sink.tell('look')
    wait_picture(sink)
    check_time('the picture is back', sink.heard_s - back_s, BACK_S)
    time.sleep(SEEN_S)
    for one in (source, sink):
        one.quiet('^progress .* (error|start)|^failed', 0)
    if (source.groups(), sink.groups()) != before:
        raise Failure('the group is another one')


def check_ends(ends, source, sink, moment):
    """The other one is silent until @ends is to open the link again."""
    say('== %s ends: %s' % (ends.name, moment))
    other = sink if ends is source else source
    for one in (source, sink):
        one.drop_lines()
    begun_s = time.monotonic()
    other.set_group(NOBODY)
    ends.wait(moment if moment == AWAY else LOST)
    check_time('%s: told' % ends.name, ends.heard_s - begun_s, LOST_S, LOST_SLACK)
    if moment not in (AWAY, LOST):
        other.set_group(EVERYBODY)
        ends.wait(moment)
    end(ends)
    other.set_group(EVERYBODY)
    begin_again(ends, source, sink, GROUP_S)
    show(source, sink)


def check_lost_at_rest(device, source, sink, later_s):
    """In PAUSED, where no media flow."""
    say('== %s is silent in PAUSED' % device.name)
    for one in (source, sink):
        one.tell('pause')
        one.wait('^done pause')
    time.sleep(3 + later_s)
    for one in (source, sink):
        one.drop_lines()
    begun_s = time.monotonic()
    device.set_group(NOBODY)
    for one in (source, sink):
        one.wait(LOST_AT_REST[one.name])
        check_time('%s: lost' % one.name, one.heard_s - begun_s, LOST_S, LOST_SLACK)
    device.set_group(EVERYBODY)
    sink.tell('play')
    time.sleep(3)
    show(source, sink)


def check_all(source, sink):
    show(source, sink)
    for silent_s in (1, 3):
        for device in (sink, source):
            check_rides_out(device, source, sink, silent_s)
    for later_s in (0, 0.8):
        for device in (sink, source):
            check_lost_at_rest(device, source, sink, later_s)
    for ends in (source, sink):
        for moment in (AWAY, LOST, REOPENING[ends.name]):
            check_ends(ends, source, sink, moment)
    for device in (source, sink):
        end(device)
        device.wait_no_group(GROUP_S)


def main():
    for_each_owner(*set_stage(), check_all)


main()
