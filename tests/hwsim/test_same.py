# SPDX-License-Identifier: LGPL-2.1-or-later
"""A group on the interface of the adapter itself, for drivers that cannot have another
(p2p_no_group_iface), on either side; what was set there is undone. One side's is configured so, that of
the other is told so as a link tells it that has failed for want of an interface."""
from lab import Device, Failure, find_both, pair, reopen, run

CONFIG = 'p2p_no_group_iface=1\n'


def check_undone(device):
    addresses = device.inside('ip', '-br', '-4', 'addr', 'show', 'dev', device.interface)
    if '192.168.' in addresses:
        raise Failure('%s: still there: %s' % (device.name, addresses))


def share_interface(device):
    run('gdbus', 'call', '--address', device.bus, '--dest', 'fi.w1.wpa_supplicant1',
        '--object-path', '/fi/w1/wpa_supplicant1/Interfaces/0', '--method', 'org.freedesktop.DBus.Properties.Set',
        'fi.w1.wpa_supplicant1.Interface.P2PDevice', 'P2PDeviceConfig', "<{'NoGroupIface': <true>}>")


def main():
    source = Device('Source', 0, '--go-intent', '15')
    share_interface(source)
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
