#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The emulator with its devices: two programs with sockets, and the kernel between.

Nothing here depends on how fast this machine is: a link of so many bytes a
millisecond carries no more than that in any case.
"""
import argparse
import csv
import os
import subprocess
import sys
import tempfile
import textwrap

HEADER = '# wfd-link-trace 1\n'
PAYLOAD = 1316
PACKET = PAYLOAD + 12 + 28

# The source asks over TCP, as a session would, and then sends; the sink answers, counts
# and says how many came.
SOURCE = '''
import socket, struct, sys
while True:
    try:
        tcp = socket.create_connection(('10.99.0.2', 7236))
        break
    except ConnectionRefusedError:
        pass
assert tcp.recv(10) == b'ready'
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4000000)
n = int(sys.argv[1])
for i in range(n):
    udp.sendto(struct.pack('!BBHII', 0x80, 33, i, i, 1) + bytes(1316), ('10.99.0.2', 19000))
tcp.sendall(b'end')
assert tcp.recv(10) == b'bye'
'''
SINK = '''
import socket, sys
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4000000)
udp.bind(('10.99.0.2', 19000))
udp.settimeout(2)
tcp = socket.create_server(('10.99.0.2', 7236))
peer = tcp.accept()[0]
peer.sendall(b'ready')
n = 0
try:
    while n < int(sys.argv[1]):
        assert len(udp.recv(2000)) == 1328
        n += 1
except TimeoutError:
    pass
assert peer.recv(10) == b'end'
peer.sendall(b'bye')
open(sys.argv[2], 'w').write(str(n))
'''


class Link:
    def __init__(self, emulator, folder):
        self.emulator, self.folder = emulator, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)

    def run(self, lines, source, sink, *options):
        self.write('trace', HEADER + lines)
        return subprocess.run(
            [self.emulator, '--trace', self.path('trace'), '--log', self.path('log'),
             '--source', source, '--sink', sink, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False)

    def cast(self, lines, n, *options):
        """Sends n packets; returns how many the sink got, and the log."""
        self.write('source.py', SOURCE)
        self.write('sink.py', SINK)
        done = self.run(
            lines, 'exec python3 %s %d' % (self.path('source.py'), n),
            'exec python3 %s %d %s' % (self.path('sink.py'), n, self.path('count')), *options)
        assert done.returncode == 0, done.stdout.decode()
        with open(self.path('log'), encoding='ascii') as file:
            log = list(csv.DictReader(file))
        with open(self.path('count'), encoding='ascii') as file:
            return int(file.read()), log


def check_wide_link_loses_nothing(link):
    n, log = link.cast('12500 200000 0 0\n', 300)
    assert n == 300
    assert [int(row['sequence']) for row in log] == list(range(300))
    assert all(row['fate'] == 'delivered' for row in log)


def check_narrow_link_takes_its_time(link):
    # 2500 bytes in each of the milliseconds with air, which is every other one.
    n, log = link.cast('2500 65000 0 0\n0 65000 0 0\n', 200, '--fifo')
    assert n == 200
    for row in log:
        sent_before = int(row['sequence']) * PACKET
        assert int(row['out_us']) >= (sent_before / 1250 - 2) * 1000, row


def check_loss_is_lost(link):
    n, log = link.cast('12500 200000 0 200000\n', 300)
    delivered = sum(row['fate'] == 'delivered' for row in log)
    assert n == delivered < 280
    assert sum(row['fate'] == 'lost' for row in log) == 300 - delivered


def check_signals(link):
    path = link.path('signals')
    link.write('source.py', textwrap.dedent('''
        import socket, struct
        tell = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        tell.connect(%r)
        tell.settimeout(20)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        word, phy_kbps = tell.recv(65536).decode().split()[:2]
        # Every tenth is wrong by a step.
        assert word == 'station' and 45000 < int(phy_kbps) < 90000, (word, phy_kbps)
        for i in range(20):
            udp.sendto(struct.pack('!BBHII', 0x80, 33, i, i, 1) + bytes(1316), ('10.99.0.2', 19000))
        told = 0
        while told < 20 * 1356:
            for line in tell.recv(65536).decode().splitlines():
                word, *numbers = line.split()
                if word == 'queue':
                    assert told < int(numbers[0]) <= 20 * 1356
                    told = int(numbers[0])
        ''') % path)
    done = link.run('2500 65000 0 0\n', 'exec python3 ' + link.path('source.py'), 'exec sleep 60',
                    '--signals', path, '--seed', '3')
    assert done.returncode == 0, done.stdout.decode()
    assert not os.path.exists(path)


def check_ipv6(link):
    link.write('source.py', textwrap.dedent('''
        import socket, struct
        while True:
            try:
                tcp = socket.create_connection(('fd99::2', 7236))
                break
            except ConnectionRefusedError:
                pass
        udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        for i in range(20):
            udp.sendto(struct.pack('!BBHII', 0x80, 33, i, i, 1) + bytes(1316), ('fd99::2', 19000))
        assert tcp.recv(10) == b'bye'
        '''))
    link.write('sink.py', textwrap.dedent('''
        import socket
        udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        udp.bind(('fd99::2', 19000))
        tcp = socket.create_server(('fd99::2', 7236), family=socket.AF_INET6)
        peer = tcp.accept()[0]
        for i in range(20):
            assert len(udp.recv(2000)) == 1328
        peer.sendall(b'bye')
        '''))
    done = link.run('2500 65000 0 0\n', 'exec python3 ' + link.path('source.py'), 'exec python3 ' + link.path('sink.py'))
    assert done.returncode == 0, done.stdout.decode()
    with open(link.path('log'), encoding='ascii') as file:
        assert [row['fate'] for row in csv.DictReader(file)] == ['delivered'] * 20


def check_ends_with_the_source(link):
    assert link.run('2500 65000 0 0\n', 'exit 3', 'exec sleep 60').returncode == 3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('emulator')
    args = parser.parse_args()
    checks = [check_ends_with_the_source, check_wide_link_loses_nothing,
              check_narrow_link_takes_its_time, check_loss_is_lost, check_signals]
    if os.path.exists('/proc/net/if_inet6'):
        checks.append(check_ipv6)
    with tempfile.TemporaryDirectory() as folder:
        link = Link(args.emulator, folder)
        probe = link.run('2500 65000 0 0\n', 'true', 'true')
        if probe.returncode == 77:
            print(probe.stdout.decode().strip())
            return 77
        for check in checks:
            check(link)
            print('ok', check.__name__)
    return 0


if __name__ == '__main__':
    sys.exit(main())
