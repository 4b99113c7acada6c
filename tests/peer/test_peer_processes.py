#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nodes of a graph as processes, each in a network namespace of its own.

  test_peer_processes.py PROGRAM NODES COUNT SIZE [kill|part|link|hub|halves|twice]

Every pair has a direct connection and sends COUNT messages of SIZE octets each way;
all arrive, once and in order (the program looks). With `kill` and `part` one node does not read at first,
so that all others are in the middle of what they send when it is killed, or when the network
of half of them is taken away for a second: nobody has everything by then. Those that are left lose
nothing. With `twice` they leave
and do the same once more, with no more memory than at first. With `link` all are on one link, as in a Wi-Fi Direct group, and have no addresses but those of it.

With `hub` the node that all others have as their only neighbour is killed, and with `halves`
nothing goes between one half and the other until the last link between them was given up, while
both publish records; then it goes again. In the end all have the records of all, each told once,
and a direct connection in every pair. For `halves` the clocks of the nodes run faster.
Skips where there are no namespaces.
"""
import os
import select
import sys
import tempfile
import time

from namespaces import EXACT, SKIPPED, Machine, enter, part

PORT = 7700
PATIENCE_S = 200
SPEED = 10
RECORDS = 10


def start(args, number, folder):
    command = [args.program, 'peer%03d' % number, str(args.nodes), str(args.count), str(args.size), str(PORT)]
    environment = {'XDG_DATA_HOME': os.path.join(folder, str(number)), 'GLIBC_TUNABLES': EXACT}
    if args.what == 'link':
        environment['PEER_INTERFACE'] = 'eth0'
    if args.what == 'halves':
        environment['PEER_SPEED'] = str(SPEED)
    return Machine(number, command, environment, args.what == 'link')


def wait_until(nodes, done, what):
    """All are @done."""
    until = time.monotonic() + PATIENCE_S
    while not all(done(node) for node in nodes):
        left = until - time.monotonic()
        ready, _, _ = select.select([node.process.stdout for node in nodes], [], [], max(left, 0))
        if not ready:
            sys.exit('no "%s" from %s' % (what, [n.number for n in nodes if not done(n)]))
        for node in nodes:
            if node.process.stdout in ready and not node.read():
                sys.exit('node %d ended with %s, before "%s": %s' %
                         (node.number, node.process.wait(), what, node.lines[-1:]))


def drain(nodes):
    """What they have written so far is in their lines."""
    while True:
        ready, _, _ = select.select([node.process.stdout for node in nodes], [], [], 0)
        if not ready:
            return nodes
        for node in nodes:
            if node.process.stdout in ready and not node.read():
                sys.exit('node %d has ended: %s' % (node.number, node.lines[-1]))


def wait(nodes, word, times=1):
    wait_until(nodes, lambda node: node.has(word) >= times, word)


def tell(nodes, line):
    for node in nodes:
        node.process.stdin.write(line.encode() + b'\n')


def publish(nodes):
    tell(nodes, 'publish %d' % RECORDS)


def wait_for_records(nodes, n):
    wait_until(nodes, lambda node: node.has('records') >= n, '%d records' % n)
    if any(node.has('records') > n for node in nodes):
        sys.exit('there are more records than were published')


def neighbours(node):
    near = []
    for word, *names in map(str.split, node.lines):
        if word == 'near':
            near += names
        elif word == 'far':
            near.remove(names[0])
    return near


def node_id(node):
    return next(line.split()[1] for line in node.lines if line.startswith('ready'))


def run(args, folder):
    nodes = []
    try:
        talk(args, folder, nodes)
    finally:
        for node in nodes:
            node.process.kill()


def talk(args, folder, nodes):
    nodes += [start(args, number, folder) for number in range(1, args.nodes + 1)]
    enter_all(nodes, 1)
    tell(nodes, 'call')
    wait(nodes, 'connected')
    print('%d nodes, each connected with each' % args.nodes)
    if args.what in ('kill', 'part'):
        send_in_part(args.what, nodes)
    else:
        tell(nodes, 'send')
    wait(nodes, 'received')
    slowest = max(float(line.split()[1]) for node in nodes for line in node.lines
                  if line.startswith('received'))
    print('%d octets over each connection and way, in %.3f s' % (args.count * args.size, slowest))
    if args.what == 'hub':
        kill_hub(nodes)
    elif args.what == 'halves':
        part_halves(nodes)
    elif args.what == 'twice':
        again(nodes)
    for node in nodes:
        if node.has('lost') != {'kill': 1, 'hub': 1, 'halves': len(nodes) // 2}.get(args.what, 0):
            sys.exit('node %d lost %d connections' % (node.number, node.has('lost')))
        tell([node], 'leave')
        node.process.stdin.close()
    for node in nodes:
        while node.read():
            continue
        if node.process.wait(PATIENCE_S) != 0:
            sys.exit('node %d ended with %d: %s' % (node.number, node.process.returncode, node.lines[-1]))


def enter_all(nodes, times):
    """One after the other: the first sends those whom it has no place for on to others."""
    for node in nodes:
        tell([node], 'enter' if node is nodes[0] else 'enter ' + nodes[0].address())
        wait([node], 'ready', times)


def again(nodes):
    tell(nodes, 'leave')
    wait(nodes, 'left')
    for node in nodes:
        node.lines = [line for line in node.lines if not line.startswith('lost')]
    enter_all(nodes, 2)
    tell(nodes, 'call')
    wait(nodes, 'connected', 2)
    tell(nodes, 'send')
    wait(nodes, 'received', 2)


def send_in_part(what, nodes):
    deaf, others = nodes[-1], nodes[:-1]
    deaf.pause()
    tell(nodes, 'send')
    wait(others, 'slow')
    if any(node.has('sent') for node in nodes):
        sys.exit('somebody has sent everything before')
    if what == 'kill':
        with nodes.pop().kill():
            wait(nodes, 'lost')
        return
    for node in nodes[::2]:
        node.detach()
    deaf.resume()
    time.sleep(1)
    if any(node.has('received') for node in drain(nodes)):
        sys.exit('somebody has everything before the others are back')
    for node in nodes[::2]:
        node.attach()


def kill_hub(nodes):
    hub = nodes.pop(0)
    publish(nodes)
    wait_for_records(nodes, RECORDS * len(nodes))
    if any(neighbours(node) != [node_id(hub)] for node in nodes):
        sys.exit('the first is not what holds them together: %s' % [neighbours(node) for node in nodes])
    with hub.kill():
        publish(nodes)
        wait(nodes, 'lost')
        wait_for_records(nodes, 2 * RECORDS * len(nodes))
    print('all have the records of all without the first')


def part_halves(nodes):
    halves = nodes[::2], nodes[1::2]
    publish(nodes)
    wait_for_records(nodes, RECORDS * len(nodes))
    part(*halves)
    begun = time.monotonic()
    publish(nodes)
    for half, other in (halves, halves[::-1]):
        away = set(map(node_id, other))
        wait_for_records(half, RECORDS * (len(nodes) + len(half)))
        wait(half, 'lost', len(other))
        wait_until(half, lambda node, away=away: not away & set(neighbours(node)), 'a link given up')
    publish(nodes)
    for half in halves:
        wait_for_records(half, RECORDS * (len(nodes) + 2 * len(half)))
    print('the halves were parted for %.0f s' % (SPEED * (time.monotonic() - begun)))
    begun = time.monotonic()
    part(*halves, how='del')
    publish(nodes)
    wait_for_records(nodes, 4 * RECORDS * len(nodes))
    print('and had the records of each other %.0f s later' % (SPEED * (time.monotonic() - begun)))
    tell(nodes, 'call')
    wait(nodes, 'connected', 2)


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
