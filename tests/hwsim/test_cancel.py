# SPDX-License-Identifier: LGPL-2.1-or-later
"""At whatever step the application ends the pipeline, of either side, whoever owns the group, it is at NULL at once,
and no group is left; and the next time everything goes its way."""
from lab import say
from stage import begin_again, end, for_each_owner, forget_while_waiting, set_stage, show

GROUP_S = 1
# As they come the first time; from a known pairing they are the same without the second.
STEPS = ('discover', 'pair', 'address', 'connect', 'negotiate', 'play')


def check_step(ends, source, sink, step):
    say('== %s, %s' % (ends.name, step))
    if ends is sink and step == 'pair':
        forget_while_waiting(source, sink)
    source.tell('play')
    ends.wait('^progress %s start' % step)
    end(ends)
    begin_again(ends, source, sink, GROUP_S)


def check_all(source, sink):
    for ends in (source, sink):
        for step in STEPS:
            check_step(ends, source, sink, step)
    show(source, sink)
    for device in (source, sink):
        end(device)
        device.wait_no_group(GROUP_S)


def main():
    for_each_owner(*set_stage(), check_all)


main()
