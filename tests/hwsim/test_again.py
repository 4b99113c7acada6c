# SPDX-License-Identifier: LGPL-2.1-or-later
"""Elements whose pairing one of the two has forgotten: the source finds out, of the answer or by itself, pairs again,
and the picture comes; then it is known again."""
from lab import Failure, say
from stage import SOURCE, end, forget_pairings, listen, set_stage, show


def play(source, sink, pairs):
    for device in (source, sink):
        device.drop_lines()
    show(source, sink)
    source.read_lines(0)
    if any(line.startswith('progress pair start') for _, line in source.lines) != pairs:
        raise Failure('it has %s' % ('not paired' if pairs else 'paired again'))
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


def main():
    source, sink = set_stage()
    source.start_pipeline(SOURCE % 'pairing=pbc')
    listen(sink)
    play(source, sink, True)
    for forgetful in (sink, source):
        check(source, sink, forgetful)


main()
