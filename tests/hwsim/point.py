# SPDX-License-Identifier: LGPL-2.1-or-later
"""A device that is an access point, and the connection of others with it."""
from lab import Device, Failure, wait_until

CHANNEL_MHZ = 2462
# For who listens meanwhile.
JOIN_S = 60


def add_network(device, *lines):
    number = device.ask_supplicant('ADD_NETWORK', device.interface).strip()
    for line in ('ssid "Home"', 'key_mgmt NONE', *lines):
        device.ask_supplicant('SET_NETWORK %s %s' % (number, line), device.interface)
    device.ask_supplicant('SELECT_NETWORK ' + number, device.interface)


def get_state(device):
    return device.ask_supplicant('STATUS', device.interface)


def is_connected(device):
    return 'wpa_state=COMPLETED' in get_state(device)


def check_connected(device):
    if not is_connected(device):
        raise Failure('the connection has gone: ' + get_state(device))


def wait_connected(device):
    wait_until(lambda: is_connected(device), 'the connection', JOIN_S)


def join(device):
    add_network(device)
    wait_connected(device)


def leave(device):
    device.ask_supplicant('REMOVE_NETWORK all', device.interface)


def begin_point(point, frequency_mhz=CHANNEL_MHZ):
    leave(point)
    add_network(point, 'mode 2', 'frequency %d' % frequency_mhz)
    wait_until(lambda: is_connected(point), 'the access point')


def set_point(radio):
    point = Device('Point', radio)
    point.stop_peer()
    begin_point(point)
    return point
