# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements in whose group nothing plays close it after idle-timeout, whichever of the two has the shorter one,
whoever owns it; and PLAYING of either opens it again, with nobody asked."""
import time

from lab import Failure, check_time, say
from stage import SOURCE, end, forget_pairings, listen, set_stage, show, wait_picture

IDLE_S, NEVER_MS = 4, 0
# Who has it learns of nothing but time; who owns the group waits for a client that left.
CLOSED_S, OTHER_S = 5, 10
# More than a session that has failed has to come again.
QUIET_S = 12
OPENED_S = 1


def let_go(source, sink, pauses, closes):
    pauses.tell('pause')
    time.sleep(IDLE_S / 2)
    if not source.groups() or not sink.groups():
        raise Failure('the group has gone before its time')
    closes.wait_no_group()
    check_time('the group is closed', time.monotonic() - pauses.told_s, CLOSED_S)
    for device in (source, sink):
        device.wait_no_group(OTHER_S)
    # Nobody opens it again, which also a source would that takes the end of the session for a failure.
    sink.drop_lines()
    source.drop_lines()
    source.quiet('^progress address', QUIET_S)
    sink.quiet('^progress address', 0)


def check(source, sink, closes, intents):
    say('== %s closes it, intents %s' % (closes.name, intents))
    idle_ms = {device: 1000 * IDLE_S if device is closes else NEVER_MS for device in (source, sink)}
    source.start_pipeline(SOURCE % 'pairing=pbc idle-timeout=%d go-intent=%d' % (idle_ms[source], intents[0]))
    sink.go_intent = intents[1]
    listen(sink, 'idle-timeout=%d' % idle_ms[sink])
    show(source, sink)
    let_go(source, sink, source, closes)
    show(source, sink)
    let_go(source, sink, sink, closes)
    sink.tell('play')
    for device in (source, sink):
        device.wait('^progress address complete')
        check_time('PLAYING of the display to addresses', device.heard_s - sink.told_s, OPENED_S)
    # Not before: it may still have one of those from before it was paused.
    sink.tell('look')
    wait_picture(sink)
    end(source)
    for device in (source, sink):
        device.stop_peer()
        device.wait_no_group()


def main():
    source, sink = set_stage()
    for intents in ((15, 0), (0, 15)):
        for closes in (source, sink):
            check(source, sink, closes, intents)
        forget_pairings(source, sink)


main()
