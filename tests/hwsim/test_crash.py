# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that is killed leaves its group; the next one ends that and opens another."""
from lab import Device, Failure, find_both, pair, reopen


def main():
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    source.peer.kill()
    source.peer.wait()
    if not source.groups():
        raise Failure('the group has gone with its program, so that this tests nothing')
    source.start_peer()
    find_both(source)
    source.wait_no_group()
    sink.wait('^lost')
    reopen(source, sink)


main()
