# SPDX-License-Identifier: LGPL-2.1-or-later
"""Others that take no address in the handshake, as phones do, or give none, and have DHCP instead, as source and as
display. Into a group of ours each of the DHCP clients that are installed comes by itself, is given an address, and we
know which; in a group of theirs we ask their server. The picture comes."""
import os
import re
import shutil
import sys
import time

from lab import INSTALLED_SCRIPT, SCRIPT, Device, Failure, check_time, say, wait_until
from other import OWN, SINK_THERE, SOURCE_THERE, Other
from stage import end, find_plugins, get_stats

# It sets what it gets, a moment later, as any device; the other two have scripts of their own for that.
UDHCPC = '#!/bin/sh\n[ "$1" != bound ] || { sleep 0.05; ip addr add "$ip/$mask" dev "$interface"; }\n'
UDHCPC_PATH = '/run/udhcpc-script'
CLIENTS = {
    'busybox': ('udhcpc', '-f', '-q', '-n', '-s', UDHCPC_PATH, '-i'),
    'dhcpcd': ('-4', '-1', '-f', '/dev/null'),
    'dhclient': ('-4', '-1', '-pf', '/run/dhclient.pid', '-lf', '/run/dhclient.leases'),
}
# What somebody may have set who wants no addresses in the handshake.
NO_POOL = 'ip_addr_go=192.168.88.1\nip_addr_mask=255.255.255.0\n'
# A server of others makes sure for 3 s that nobody has what it gives.
ADDRESS_S = 5
# From the end of that program. It has seen for 5 s that nobody has its address, in which we tried to connect.
PICTURE_S = {'dhcpcd': 5}


class ByDhcp(Other):
    """In the handshake it neither asks for an address nor gives one."""

    def __init__(self, device, client):
        # wpa_supplicant can be told not to ask on an interface that is there, which a group's is not before.
        super().__init__(device, 'p2p_no_group_iface=1\n')
        self.client = client
        self.server = None

    def begin(self):
        super().begin()
        self.device.ask_supplicant('P2P_SET disable_ip_addr_req 1', self.device.interface)

    def take_address(self):
        interface, role, rest = self.wait(r'P2P-GROUP-STARTED (\S+) (GO|client) (.*)').groups()
        if 'ip_addr' in rest:
            raise Failure('an address in the handshake: ' + rest)
        return (interface, *(self.serve(interface) if role == 'GO' else self.request(interface)))

    def serve(self, interface):
        device = self.device
        device.inside('ip', 'addr', 'add', OWN + '/24', 'dev', interface)
        leases = device.folder + '/leases'
        self.server = device.spawn('dnsmasq', '--keep-in-foreground', '--conf-file=/dev/null', '--port=0',
                                   '--pid-file', '--interface=' + interface, '--dhcp-leasefile=' + leases,
                                   '--dhcp-range=192.168.77.10,192.168.77.20,1h')
        wait_until(lambda: os.path.exists(leases) and os.path.getsize(leases) > 0, 'a lease')
        with open(leases, encoding='utf-8') as file:
            return OWN, file.read().split()[2]

    def request(self, interface):
        self.device.inside(self.client, *CLIENTS[self.client], interface)
        shown = self.device.inside('ip', '-4', '-o', 'addr', 'show', 'dev', interface)
        ours = re.search(r'inet (\S+)/24 ', shown)[1]
        return ours, ours.rsplit('.', 1)[0] + '.1'

    def leave(self, interface):
        super().leave(interface)
        if self.server is not None:
            self.server.terminate()
            self.server.wait()
            os.unlink(self.device.folder + '/leases')
        self.server = None
        self.device.inside('ip', 'addr', 'flush', 'dev', interface)


def check_known(device, ours, theirs):
    """@theirs is that of @device."""
    stats = get_stats(device)
    if stats['link-peer-address'] != ours or stats['link-local-address'] != theirs:
        raise Failure('%s is at %s, not %s: %s' % (device.name, theirs, ours, stats))


def cast(device, other, intent):
    """@other and @device, which is ours."""
    other.begin()
    (other.ask if device.name == 'Sink' else other.answer)(device, intent)
    device.wait('^progress address start')
    begun_s = device.heard_s
    interface, ours, theirs = other.take_address()
    device.wait('^progress address complete')
    check_time('an address', device.heard_s - begun_s, ADDRESS_S)
    check_known(device, ours, theirs)
    sink, pipeline = (device, SOURCE_THERE % ours) if device.name == 'Sink' else (other.device, SINK_THERE % theirs)
    begun_s = time.monotonic()
    other.show(pipeline, sink)
    check_time('the picture', time.monotonic() - begun_s, PICTURE_S.get(other.client, 0.6))
    other.leave(interface)
    end(device)
    device.stop_peer()


def check(device, other, intent, config=''):
    say('== %s and another by %s, its intent is %d; %s' % (device.name, other.client, intent, config.split()))
    for one in device, other.device:
        one.kill_supplicant()
        one.wait_no_group()
        one.config = config
        one.forget_pairings()
        one.start_supplicant()
    cast(device, other, intent)


def prepare():
    if shutil.which('dnsmasq') is None:
        print('skipped: dnsmasq is not installed')
        sys.exit(77)
    find_plugins()
    with open(UDHCPC_PATH, 'w', encoding='utf-8') as script:
        script.write(UDHCPC)
    os.chmod(UDHCPC_PATH, 0o755)
    # As it is where ours is installed.
    os.makedirs(os.path.dirname(INSTALLED_SCRIPT), exist_ok=True)
    shutil.copy(SCRIPT, INSTALLED_SCRIPT)


def main():
    prepare()
    devices = Device('Source', 0), Device('Sink', 1)
    for device in devices:
        device.stop_peer()
    source, sink = devices
    # It is not known beforehand where it is; a display comes to its source.
    for client in filter(shutil.which, CLIENTS):
        check(sink, ByDhcp(source, client), 0)
    check(sink, ByDhcp(source, 'busybox'), 0, NO_POOL)
    check(source, ByDhcp(sink, 'busybox'), 0)
    for device, other in (devices, reversed(devices)):
        check(device, ByDhcp(other, 'busybox'), 15)


main()
