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
import sys
import tempfile
import time

from namespaces import SKIPPED, Machine, enter

PORT = 7700
PATIENCE_S = 200


def start(args, number, first, folder):
    command = [args.program, 'peer%03d' % number, str(args.nodes), str(args.count), str(args.size), str(PORT)]
    environment = {'XDG_DATA_HOME': os.path.join(folder, str(number))}
    if args.what == 'link':
        environment['PEER_INTERFACE'] = 'eth0'
    return Machine(number, command + ([] if first is None else [first]), environment, args.what == 'link')


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
    nodes.append(start(args, 1, None, folder))
    wait(nodes, 'ready')
    for number in range(2, args.nodes + 1):
        nodes.append(start(args, number, nodes[0].address(), folder))
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
        with nodes.pop().kill():
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
    if not enter():
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix='wfd-peer-') as folder:
        run(Args(sys.argv[1:]), folder)
    return 0


if __name__ == '__main__':
    sys.exit(main())
