# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two devices are paired, by button and by PIN, and opened again from either side."""
import os
import time

from lab import SCRIPT, Device, Failure, close, find_both, pair, reopen


def check_stats(device):
    stats = device.stats()
    if not -90 < int(stats['signal-dbm']) < 0 or int(stats['tx-packets']) == 0:
        raise Failure('%s: statistics: %s' % (device.name, stats))


def check_server(client, link):
    """The owner also serves those who know no handshake."""
    said = client.inside('busybox', 'udhcpc', '-f', '-q', '-n', '-i', link['interface'], '-s', SCRIPT)
    if 'bound address=192.168.173.' not in said or 'server=192.168.173.1\n' not in said:
        raise Failure('DHCP: ' + said)


def main():
    source = Device('Source', 0, '--go-intent', '15')
    sink = Device('Sink', 1, '--sink', '--go-intent', '0')
    find_both(source, sink)
    _, link = pair(source, sink, 'pbc', 'pbc')
    if os.path.exists('/usr/sbin/dnsmasq'):
        check_server(sink, link)
    time.sleep(1)
    check_stats(source)
    check_stats(sink)
    close(source, sink)
    reopen(source, sink)
    close(sink, source)
    reopen(sink, source)
    close(sink, source)
    pair(source, sink, 'display', 'keypad')

    sink.stop_peer()
    source.wait('^lost')
    source.stop_peer()
    source.wait_no_group()
    sink.wait_no_group()


main()
