#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nodes of a graph as processes, each in a network namespace of its own.

  test_peer_processes.py PROGRAM NODES COUNT SIZE [kill|part|link]

Every pair has a direct connection and sends COUNT messages of SIZE octets each way;
all arrive, once and in order (the program looks). With `kill` one node is killed
then, and each of the others is told; with `part` the network of half of them is
taken away for a second while they send; with `link` all are on one link, as in a
Wi-Fi Direct group, and have no addresses but those of it. Skips where there are no namespaces.
"""
import os
import select
import subprocess
import sys
import tempfile
import time

PORT = 7700
PATIENCE_S = 200
SKIPPED = 77


def ip(*args):
    subprocess.run(['ip', *args], check=True, stdout=subprocess.DEVNULL)


class Node:
    """A process at fd77::77:NUMBER, with us as its router: on one link for all of them each would
    keep all others as its neighbours, of which the kernel has some thousand for everybody."""

    def __init__(self, args, number, first, folder):
        self.number = number
        self.on_link = args.what == 'link'
        self.lines = []
        env = dict(os.environ, XDG_DATA_HOME=os.path.join(folder, str(number)))
        command = [args.program, 'peer%03d' % number, str(args.nodes), str(args.count), str(args.size),
                   str(PORT)] + ([] if first is None else [first])
        if self.on_link:
            env['PEER_INTERFACE'] = 'eth0'
        script = ('read go && ip link set lo up && ip link set eth0 addrgenmode none && '
                  'ip addr add %s dev eth0 nodad && ip link set eth0 up && %s && exec "$@"' %
                  ((self.address() + '/64', 'true') if self.on_link else
                   (self.address() + '/128', 'ip -6 route add default via fe80::1 dev eth0')))
        self.process = subprocess.Popen(['unshare', '-n', 'sh', '-c', script, 'sh'] + command, env=env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.link = 'node%d' % number
        self.wait_for_namespace()
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

    def address(self):
        return '%s::77:%x' % ('fe80' if self.on_link else 'fd77', self.number)

    def read(self):
        data = os.read(self.process.stdout.fileno(), 65536)
        self.rest = getattr(self, 'rest', b'') + data
        *lines, self.rest = self.rest.split(b'\n')
        self.lines += [line.decode() for line in lines]
        return bool(data)

    def has(self, word):
        return sum(line.split()[0] == word for line in self.lines)


def wait(nodes, word, times=1):
    until = time.monotonic() + PATIENCE_S
    while not all(node.has(word) >= times for node in nodes):
        left = until - time.monotonic()
        ready, _, _ = select.select([node.process.stdout for node in nodes], [], [], max(left, 0))
        if not ready:
            sys.exit('no "%s" from %s' % (word, [n.number for n in nodes if n.has(word) < times]))
        for node in nodes:
            if node.process.stdout in ready and not node.read():
                sys.exit('node %d ended with %s, before "%s"' % (node.number, node.process.wait(), word))


def run(args, folder):
    nodes = []
    try:
        talk(args, folder, nodes)
    finally:
        for node in nodes:
            node.process.kill()


def talk(args, folder, nodes):
    nodes.append(Node(args, 1, None, folder))
    wait(nodes, 'ready')
    for number in range(2, args.nodes + 1):
        nodes.append(Node(args, number, nodes[0].address(), folder))
    wait(nodes, 'connected')
    print('%d nodes, each connected with each' % args.nodes)
    if args.what == 'part':
        for node in nodes[::2]:
            node.detach()
        time.sleep(1)
        for node in nodes[::2]:
            node.attach()
    wait(nodes, 'received')
    slowest = max(float(line.split()[1]) for node in nodes for line in node.lines
                  if line.startswith('received'))
    print('%d octets over each connection and way, in %.3f s' % (args.count * args.size, slowest))
    if args.what == 'kill':
        killed = nodes.pop().process
        # With its namespace the machine would go, and nobody would tell the others.
        with open('/proc/%d/ns/net' % killed.pid, 'rb'):
            killed.kill()
            killed.wait()
            wait(nodes, 'lost')
    for node in nodes:
        if node.has('lost') != (args.what == 'kill'):
            sys.exit('node %d lost %d connections' % (node.number, node.has('lost')))
        node.process.stdin.close()
    for node in nodes:
        if node.process.wait(PATIENCE_S) != 0:
            sys.exit('node %d ended with %d' % (node.number, node.process.returncode))


class Args:
    def __init__(self, words):
        self.program = os.path.abspath(words[0])
        self.nodes, self.count, self.size = map(int, words[1:4])
        self.what = words[4] if len(words) > 4 else ''


def main():
    if os.environ.get('WFD_PEER_INSIDE') is None:
        # As root without a namespace of users: the kernel may not let others have one.
        unshare = ['unshare', '-n'] if os.getuid() == 0 else ['unshare', '-rn']
        probe = unshare + ['ip', 'link', 'add', 'name', 'probe', 'type', 'veth']
        if subprocess.run(probe, stderr=subprocess.DEVNULL, check=False).returncode != 0:
            print('no network namespaces here')
            return SKIPPED
        os.environ['WFD_PEER_INSIDE'] = '1'
        os.execvp('unshare', unshare + [sys.executable] + sys.argv)
    ip('link', 'add', 'bridge', 'type', 'bridge')
    ip('link', 'set', 'bridge', 'up')
    with open('/proc/sys/net/ipv6/conf/all/forwarding', 'w', encoding='ascii') as file:
        file.write('1')
    with tempfile.TemporaryDirectory(prefix='wfd-peer-') as folder:
        run(Args(sys.argv[1:]), folder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
