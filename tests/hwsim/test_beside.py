# SPDX-License-Identifier: LGPL-2.1-or-later
"""Beside the connection with an access point, which goes on, a group is formed on its channel, whoever
of the two has it and whoever owns the group."""
from lab import Device, Failure, close, find_both, pair, reopen, say, wait_until

CHANNEL_MHZ = 2462


def add_network(device, *lines):
    number = device.ask_supplicant('ADD_NETWORK', device.interface).strip()
    for line in ('ssid "Home"', 'key_mgmt NONE', *lines):
        device.ask_supplicant('SET_NETWORK %s %s' % (number, line), device.interface)
    device.ask_supplicant('SELECT_NETWORK ' + number, device.interface)


def get_state(device):
    return device.ask_supplicant('STATUS', device.interface)


def is_connected(device):
    return 'wpa_state=COMPLETED' in get_state(device)


def check(device, other, intents):
    say('== %s has the connection, intents %s' % (device.name, intents))
    device.restart_peer('--go-intent', intents[0])
    other.restart_peer('--go-intent', intents[1])
    find_both(device, other)
    for opens in (lambda: pair(device, other, 'pbc'), lambda: reopen(device, other)):
        link, _, _ = opens()
        # The client of a known group is not told.
        frequency = (device if link['role'] == 'owner' else other).stats()['frequency-mhz']
        if int(frequency) != CHANNEL_MHZ:
            raise Failure('the group is on %s MHz' % frequency)
        if not is_connected(device):
            raise Failure('the connection has gone: ' + get_state(device))
        close(*((device, other) if link['role'] == 'owner' else (other, device)))


def main():
    point = Device('Point', 2)
    point.stop_peer()
    add_network(point, 'mode 2', 'frequency %d' % CHANNEL_MHZ)
    wait_until(lambda: is_connected(point), 'the access point')
    source = Device('Source', 0)
    sink = Device('Sink', 1, '--sink')
    for device, other in ((source, sink), (sink, source)):
        add_network(device)
        wait_until(lambda one=device: is_connected(one), 'the connection')
        for intents in (('15', '0'), ('0', '15')):
            check(device, other, intents)
        device.ask_supplicant('REMOVE_NETWORK all', device.interface)


main()
