# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements whose pairing one of the two has forgotten, whoever owned the group: the source finds out, of the answer or
by itself, pairs again, and the picture comes; then it is known again."""
from lab import Failure, say
from stage import check_owner, end, for_each_owner, forget_pairings, listen, set_stage, wait_picture


def play(source, sink, pairs):
    for device in (source, sink):
        device.drop_lines()
    sink.tell('look')
    source.tell('play')
    wait_picture(sink)
    source.read_lines(0)
    if any(line.startswith('progress pair start') for _, line in source.lines) != pairs:
        raise Failure('it has %s' % ('not paired' if pairs else 'paired again'))
    check_owner(source)
    end(source)
    for device in (source, sink):
        device.wait_no_group()


def check(source, sink, forgetful):
    say('== %s has forgotten' % forgetful.name)
    if forgetful is sink:
        sink.stop_peer()
    forget_pairings(forgetful)
    if forgetful is sink:
        listen(sink)
    play(source, sink, True)
    say('== and knows it again')
    play(source, sink, False)


def check_both(source, sink):
    play(source, sink, True)
    for forgetful in (sink, source):
        check(source, sink, forgetful)


for_each_owner(*set_stage(), check_both)
