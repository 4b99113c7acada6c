# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two devices are paired, by button and by PIN, whoever asks and whoever owns the group, and
both know the other's address."""
import os
import sys
import time

from lab import HAS_OWN_TIME, SCRIPT, Device, Failure, check_time, close, find_both, pair, run, say

# Who owns the group, who asks, and how.
CASES = [(owner, asker, pairing) for owner in ('Source', 'Sink') for asker in ('Source', 'Sink')
         for pairing in ('pbc', 'display', 'keypad')]
# The first time they have to find each other. The second time the one may have heard the group
# before, and has to find out first that it is gone: elsewhere it asks twice in vain then, and 14 s were seen.
FIRST_S, AGAIN_S = 5, 5 if HAS_OWN_TIME else 30
DHCP_S = 1


def check_stats(device):
    stats = device.stats()
    if not -90 < int(stats['signal-dbm']) < 0 or int(stats['tx-packets']) == 0:
        raise Failure('%s: statistics: %s' % (device.name, stats))


def check_server(client, interface):
    """The owner also serves those who know no handshake."""
    begun_s = time.monotonic()
    # Ten times, a second apart, as other devices ask too.
    said = client.inside('busybox', 'udhcpc', '-f', '-q', '-n', '-t', '10', '-T', '1', '-i', interface, '-s', SCRIPT)
    check_time('an address by DHCP', time.monotonic() - begun_s, DHCP_S)
    if 'bound address=192.168.173.' not in said or 'server=192.168.173.1 router=\n' not in said:
        raise Failure('DHCP: ' + said)


HAS_SERVER = os.path.exists('/usr/sbin/dnsmasq')


def load_programs():
    """The first time each is read from the disk, for which an emulated guest waits as long as DHCP does."""
    run('dnsmasq', '--version')
    run('busybox', 'udhcpc', '--help')
    run('sh', SCRIPT, 'deconfig')


def main():
    if HAS_SERVER:
        load_programs()
    devices = {'Source': Device('Source', 0), 'Sink': Device('Sink', 1, '--sink')}
    last_owner = None
    for owner, asker, pairing in CASES:
        say('== %s owns the group, %s asks, %s' % (owner, asker, pairing))
        is_first = owner != last_owner
        if is_first:
            for name, device in devices.items():
                device.restart_peer('--go-intent', '15' if name == owner else '0')
            find_both(*devices.values())
            last_owner = owner
        first = devices[asker]
        second = devices['Sink' if asker == 'Source' else 'Source']
        one, other, took_s = pair(first, second, pairing)
        check_time('paired', took_s, FIRST_S if is_first else AGAIN_S)
        is_owner = {first.name: one, second.name: other}[owner]['role'] == 'owner'
        if not is_owner:
            raise Failure('the group is of the other')
        if HAS_SERVER:
            check_server(*((second, other['interface']) if one['role'] == 'owner' else (first, one['interface'])))
        time.sleep(1)
        check_stats(first)
        check_stats(second)
        close(first, second)

    for device in devices.values():
        device.stop_peer()
    if not HAS_SERVER:
        print('skipped: all but whether the owner gives an address by DHCP; dnsmasq is not installed')
        sys.exit(77)


main()
