# SPDX-License-Identifier: LGPL-2.1-or-later
"""Processes that have a network namespace each, with us as their router."""
import os
import signal
import socket
import subprocess
import sys
import time

SKIPPED = 77

# Of GLIBC_TUNABLES: what has been freed counts as free at once.
EXACT = 'glibc.malloc.tcache_count=0'


def ip(*args):
    subprocess.run(['ip', *args], check=True, stdout=subprocess.DEVNULL)


class Program:
    """A process; what it writes is in `lines`."""

    def __init__(self, command, environment, **options):
        self.lines = []
        self.rest = b''
        self.process = subprocess.Popen(command, env=dict(os.environ, **environment), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, bufsize=0, **options)

    def read(self):
        data = os.read(self.process.stdout.fileno(), 65536)
        self.rest += data
        *lines, self.rest = self.rest.split(b'\n')
        self.lines += [line.decode() for line in lines]
        return bool(data)

    def has(self, word):
        return sum(line.split()[0] == word for line in self.lines)


class Machine(Program):
    """At fd77::77:NUMBER, with us as its router: on one link for all of them each would
    keep all others as its neighbours, of which the kernel has some thousand for everybody."""

    def __init__(self, number, command, environment, on_link=False):
        self.number = number
        self.on_link = on_link
        script = ('read go && ip link set lo up && ip link set eth0 addrgenmode none && '
                  'ip addr add %s dev eth0 nodad && ip link set eth0 up && %s && exec "$@"' %
                  ((self.address() + '/64', 'true') if on_link else
                   (self.address() + '/128', 'ip -6 route add default via fe80::1 dev eth0')))
        super().__init__(['unshare', '-n', 'sh', '-c', script, 'sh'] + command, environment)
        self.link = 'node%d' % number
        self.wait_for_namespace()
        self.wait_for_name()
        ip('link', 'add', self.link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', str(self.process.pid))
        self.attach()
        self.process.stdin.write(b'go\n')

    def attach(self):
        if self.on_link:
            ip('link', 'set', self.link, 'master', 'bridge', 'up')
            return
        ip('addr', 'add', 'fe80::1/64', 'dev', self.link, 'nodad')
        ip('link', 'set', self.link, 'up')
        ip('-6', 'route', 'add', self.address() + '/128', 'dev', self.link)

    def detach(self):
        """Takes its address and route along."""
        ip('link', 'set', self.link, 'down')

    def wait_for_namespace(self):
        """Until the child has one of its own."""
        ours = os.readlink('/proc/self/ns/net')
        while os.readlink('/proc/%d/ns/net' % self.process.pid) == ours:
            time.sleep(0.005)

    def wait_for_name(self):
        """Until that of who was there before has gone with its namespace."""
        while any(name == self.link for _, name in socket.if_nameindex()):
            time.sleep(0.005)

    def address(self):
        return '%s::77:%x' % ('fe80' if self.on_link else 'fd77', self.number)

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """With its namespace the machine would go, and nobody would tell the others: it is given
        back to hold until they know."""
        held = open('/proc/%d/ns/net' % self.process.pid, 'rb')
        self.process.kill()
        self.process.wait()
        return held


def part(some, others, how='add'):
    """Nothing goes between them any more, or with 'del' again."""
    for node, other in [pair for one in some for another in others for pair in ((one, another), (another, one))]:
        ip('-6', 'rule', how, 'pref', '10', 'iif', node.link, 'to', other.address() + '/128', 'blackhole')


def enter():
    """In a namespace in which we may do all that. Returns FALSE where there is none."""
    if os.environ.get('WFD_PEER_INSIDE') is None:
        # As root without a namespace of users: the kernel may not let others have one.
        unshare = ['unshare', '-n'] if os.getuid() == 0 else ['unshare', '-rn']
        probe = unshare + ['ip', 'link', 'add', 'name', 'probe', 'type', 'veth']
        if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            print('no network namespaces here')
            return False
        os.environ['WFD_PEER_INSIDE'] = '1'
        os.execvp('unshare', unshare + [sys.executable] + sys.argv)
    ip('link', 'set', 'lo', 'up')
    ip('link', 'add', 'bridge', 'type', 'bridge')
    ip('link', 'set', 'bridge', 'up')
    with open('/proc/sys/net/ipv6/conf/all/forwarding', 'w', encoding='ascii') as file:
        file.write('1')
    return True
