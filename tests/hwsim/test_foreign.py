# SPDX-License-Identifier: LGPL-2.1-or-later
"""Into the group of somebody who knows no addresses in the handshake, as sink and as source: DHCP gives them, by
each of the clients that are installed, of what else it offers nothing is taken, and the client ends with the link."""
import os
import shutil
import sys

from lab import PIN, Device, Failure, run, say, wait_until

ADDRESS = '192.168.50.1'
CLIENTS = 'udhcpc', 'dhcpcd', 'busybox', 'dhclient'
ADMIN_PATH = '/usr/sbin:/sbin:/usr/bin:/bin'


def start_group(owner):
    """By hand, with the DHCP server that such an owner has."""
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


def make_folder(client, program):
    """In which this program is, and nothing else; None if it is not installed."""
    path = shutil.which(program, path=ADMIN_PATH)
    if path is None:
        return None
    folder = os.path.join(client.folder, program)
    os.mkdir(folder)
    os.symlink(path, os.path.join(folder, program))
    return folder


def list_programs(client):
    """Their names."""
    found = []
    for process in run('ip', 'netns', 'pids', client.name).split():
        try:
            with open('/proc/%s/comm' % process, encoding='utf-8') as file:
                found.append(file.read().strip())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return sorted(found)


def get_address(owner, group, client, folder):
    client.restart_peer('--programs', folder)
    before = list_programs(client)
    # By button it would let in one device in two minutes.
    owner.ask_supplicant('WPS_PIN any ' + PIN, group)
    client.tell('connect Foreign keypad ' + PIN)
    link = client.wait_opened()
    if link['role'] != 'client' or link['peer-address'] != ADDRESS or not link['local-address'].startswith('192.168.50.'):
        raise Failure('the link: %s' % link)
    client.ping(ADDRESS, link['interface'])
    check_routes(client, link['interface'])
    if os.path.basename(folder) not in list_programs(client):
        raise Failure('it does not stay: %s' % list_programs(client))
    client.tell('disconnect')
    client.wait('^done disconnect')
    client.wait_no_group()
    wait_until(lambda: list_programs(client) == before, 'no DHCP client is left')


def main():
    if not os.path.exists('/usr/sbin/dnsmasq'):
        print('skipped: dnsmasq is not installed')
        sys.exit(77)
    owner = Device('Foreign', 0)
    owner.stop_peer()
    group = start_group(owner)
    for client in (Device('Sink', 1, '--sink'), Device('Source', 2)):
        for program in CLIENTS:
            folder = make_folder(client, program)
            if folder is not None:
                say('== %s, by %s' % (client.name, program))
                get_address(owner, group, client, folder)


main()
