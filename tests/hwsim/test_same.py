# SPDX-License-Identifier: LGPL-2.1-or-later
"""A group on the interface of the adapter itself, for drivers that cannot have another
(p2p_no_group_iface), on either side; what was set there is undone."""
from lab import Device, Failure, find_both, pair, reopen

CONFIG = 'p2p_no_group_iface=1\n'


def check_undone(device):
    addresses = device.inside('ip', '-br', '-4', 'addr', 'show', 'dev', device.interface)
    if '192.168.' in addresses:
        raise Failure('%s: still there: %s' % (device.name, addresses))


def main():
    source = Device('Source', 0, '--go-intent', '15', config=CONFIG)
    sink = Device('Sink', 1, '--sink', '--go-intent', '0', config=CONFIG)
    find_both(source, sink)
    pair(source, sink, 'pbc')
    if source.groups() or sink.groups():
        raise Failure('there is an interface of its own')
    for again in (True, False):
        source.tell('disconnect')
        source.wait('^done disconnect')
        sink.wait('^lost')
        for device in (source, sink):
            check_undone(device)
        if again:
            reopen(source, sink)


main()
