# SPDX-License-Identifier: LGPL-2.1-or-later
"""Into the group of somebody who knows no addresses in the handshake: DHCP gives them, and of what else it
offers nothing is taken."""
import os
import sys

from lab import Device, Failure, find_both, wait_until

ADDRESS = '192.168.50.1'


def start_group(owner):
    """By hand, with the DHCP server that such an owner has."""
    owner.stop_peer()
    owner.ask_supplicant('SET device_name Foreign')
    owner.ask_supplicant('P2P_GROUP_ADD')
    wait_until(owner.groups, 'the group')
    group = owner.groups()[0]
    owner.inside('ip', 'addr', 'add', ADDRESS + '/24', 'dev', group)
    owner.inside('dnsmasq', '--conf-file=/dev/null', '--port=0', '--interface=' + group, '--pid-file',
                 '--dhcp-leasefile=' + owner.folder + '/leases', '--dhcp-range=192.168.50.10,192.168.50.20,1h')
    return group


def check_routes(client, interface):
    """The server offers itself as the way to everywhere, as dnsmasq does of itself: the way there stays as it was."""
    routes = client.inside('ip', 'route', 'show', 'table', 'all').splitlines()
    of_group = [route for route in routes if ' dev %s ' % interface in route + ' ']
    others = [route for route in routes if route not in of_group and ' dev lo ' not in route + ' ']
    if not any(route.startswith('192.168.50.0/24 ') for route in of_group):
        raise Failure('no route into the group: %s' % routes)
    if others or any(route.startswith('default') for route in of_group):
        raise Failure('routes that are none of the group: %s' % routes)


def main():
    if not os.path.exists('/usr/sbin/dnsmasq'):
        print('skipped: dnsmasq is not installed')
        sys.exit(77)
    owner = Device('Foreign', 0)
    client = Device('Sink', 1, '--sink')
    group = start_group(owner)
    find_both(client)
    client.wait('^(found|changed) .*owner')
    client.tell('connect Foreign pbc')
    owner.ask_supplicant('WPS_PBC', group)
    link = client.wait_opened()
    if link['role'] != 'client' or link['peer-address'] != ADDRESS or not link['local-address'].startswith('192.168.50.'):
        raise Failure('the link: %s' % link)
    client.ping(ADDRESS, link['interface'])
    check_routes(client, link['interface'])
    client.tell('disconnect')
    client.wait('^done disconnect')
    client.wait_no_group()


main()
