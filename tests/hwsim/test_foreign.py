# SPDX-License-Identifier: LGPL-2.1-or-later
"""Into the group of somebody who knows no addresses in the handshake: DHCP gives them."""
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
    client.tell('disconnect')
    client.wait('^done disconnect')
    client.wait_no_group()


main()
