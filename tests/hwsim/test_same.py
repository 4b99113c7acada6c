# SPDX-License-Identifier: LGPL-2.1-or-later
"""A group on the interface of the adapter itself, for drivers that cannot have another
(p2p_no_group_iface), on either side; what was set there is undone. One side's is configured so, that of
the other is told so as a link tells it that has failed for want of an interface. Elements play in such a group, also
when the program of either side was killed, of which the next one undoes what is left."""
from lab import Device, Failure, find_both, pair, reopen, run, say, wait_until
from stage import end, find_plugins, for_each_owner, forget_pairings, listen, show, start_source

CONFIG = 'p2p_no_group_iface=1\n'
UNDONE_S = 1


def get_addresses(device):
    return device.inside('ip', '-br', '-4', 'addr', 'show', 'dev', device.interface)


def check_undone(device):
    if '192.168.' in get_addresses(device):
        raise Failure('%s: still there: %s' % (device.name, get_addresses(device)))


def is_undone(device):
    return 'ssid DIRECT-' not in device.inside('iw', 'dev', device.interface, 'info') \
        and '192.168.' not in get_addresses(device)


def wait_undone(device):
    wait_until(lambda: is_undone(device), '%s: nothing is left' % device.name, UNDONE_S)


def share_interface(device):
    run('gdbus', 'call', '--address', device.bus, '--dest', 'fi.w1.wpa_supplicant1',
        '--object-path', '/fi/w1/wpa_supplicant1/Interfaces/0', '--method', 'org.freedesktop.DBus.Properties.Set',
        'fi.w1.wpa_supplicant1.Interface.P2PDevice', 'P2PDeviceConfig', "<{'NoGroupIface': <true>}>")


def kill(device):
    device.peer.kill()
    device.peer.wait()
    if is_undone(device):
        raise Failure('the group has gone with its program, so that this tests nothing')


def check_elements(source, sink):
    show(source, sink)
    if source.groups() or sink.groups():
        raise Failure('there is an interface of its own')
    for device, begin in ((sink, listen), (source, start_source)):
        say('== the program of %s is killed' % device.name)
        kill(device)
        begin(device)
        show(source, sink)
    say('== both are killed')
    for device in (source, sink):
        kill(device)
    listen(sink)
    wait_undone(sink)
    start_source(source)
    show(source, sink)
    for device in (source, sink):
        end(device)
        wait_undone(device)


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
    for device in (source, sink):
        device.stop_peer()
        device.config = CONFIG
    forget_pairings(source, sink)
    find_plugins()
    for_each_owner(source, sink, check_elements)


main()
