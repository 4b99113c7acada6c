# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program that is killed leaves its group; the next one ends that and opens another."""
import time

from lab import Device, Failure, find_both, pair, reopen


def wait_no_group(device):
    end = time.monotonic() + 20
    while device.groups():
        if time.monotonic() > end:
            raise Failure('a group is left: %s' % device.groups())
        time.sleep(0.1)


def main():
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    find_both(source, sink)
    pair(source, sink, 'pbc', 'pbc')
    source.peer.kill()
    source.peer.wait()
    if not source.groups():
        raise Failure('the group has gone with its program, so that this tests nothing')
    source.start_peer()
    find_both(source)
    wait_no_group(source)
    sink.wait('^lost')
    reopen(source, sink)


main()
