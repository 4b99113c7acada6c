# SPDX-License-Identifier: LGPL-2.1-or-later
"""An adapter whose name is so long that those of its groups do not say it all: whoever ends while a group is being
formed leaves none, at whatever moment, nor does the next program leave that of one that was killed."""
import time

from lab import Device, Failure, close, find_both, pair, reopen, say

GROUP_S = 1
# In the last both have it open.
DELAYS_S = (0, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.34, 0.5)


def cancelled(source):
    source.tell('cancel')
    if 'done' in source.wait('^failed|^done reopen')[0]:
        source.tell('disconnect')
        source.wait('^done disconnect')


def ended(source):
    source.restart_peer()


def killed(source):
    source.peer.kill()
    source.peer.wait()
    source.start_peer()
    find_both(source)


def main():
    source = Device('Source', 0, '--go-intent', '15', interface='wlx420000000000')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0', interface='wlx420000000100')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    if source.groups() != ['p2p-wlx4200-0']:
        raise Failure('the groups are called %s' % source.groups())
    close(source, sink)
    for happens in (cancelled, ended, killed):
        for delay_s in DELAYS_S:
            say('== %s after %.2f s' % (happens.__name__, delay_s))
            source.tell('reopen Sink')
            time.sleep(delay_s)
            happens(source)
            source.wait_no_group(GROUP_S)
            sink.wait_no_group()
    find_both(source)
    reopen(source, sink)
    close(source, sink)


main()
