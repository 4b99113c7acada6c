# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two devices are paired; on the addresses that the link of their group gives itself, and no
others, one creates a graph, the other joins it, and both exchange data over a direct connection."""
import os
import re
import subprocess

from lab import Device, Failure, close, find_both, pair, say, wait_until

PROGRAM = os.environ['WFD_PEER_PROCESS']
COUNT, SIZE, PORT = 50, 20000, 7700
NODES_S = 60


class Node:
    def __init__(self, device):
        self.device = device
        self.interface = device.groups()[0]
        wait_until(self.address, device.name + ': an address of the link')
        self.log = '/run/vm/node-%s.log' % device.name
        environment = dict(os.environ, PEER_INTERFACE=self.interface,
                           XDG_DATA_HOME=os.path.join(device.folder, 'graph'))
        words = [PROGRAM, device.name.lower(), '2', str(COUNT), str(SIZE), str(PORT)]
        with open(self.log, 'w', encoding='utf-8') as log:
            self.process = subprocess.Popen(words, env=environment, preexec_fn=device.enter, stdin=subprocess.PIPE,
                                            stdout=log, stderr=log)

    def address(self):
        """None until the kernel has seen that nobody else has it."""
        text = self.device.inside('ip', '-6', 'addr', 'show', 'dev', self.interface, 'scope', 'link', '-tentative')
        found = re.search(r'inet6 (fe80:\S+)/', text)
        return found and found[1]

    def has(self, word):
        with open(self.log, encoding='utf-8') as log:
            text = log.read()
        if self.process.poll() is not None:
            raise Failure('%s: the node ended with %d: %s' % (self.device.name, self.process.returncode, text))
        return re.search('^' + word, text, re.M)

    def wait(self, word):
        wait_until(lambda: self.has(word), '%s: “%s”' % (self.device.name, word), NODES_S)

    def tell(self, command):
        self.process.stdin.write(command.encode() + b'\n')
        self.process.stdin.flush()

    def leave(self):
        self.tell('leave')
        self.process.stdin.close()
        if self.process.wait(20) != 0:
            raise Failure('%s: the node ended with %d' % (self.device.name, self.process.returncode))


def exchange(source, sink):
    first, second = Node(source), Node(sink)
    first.tell('enter')
    first.wait('ready')
    second.tell('enter ' + first.address())
    second.wait('ready')
    for command, answer in (('call', 'connected'), ('send', 'received')):
        for node in (first, second):
            node.tell(command)
        for node in (first, second):
            node.wait(answer)
    say('%d octets each way, between %s and %s' % (COUNT * SIZE, first.address(), second.address()))
    second.leave()
    first.wait('lost')
    first.leave()


def main():
    source, sink = Device('Source', 0), Device('Sink', 1, '--sink')
    find_both(source, sink)
    pair(source, sink, 'pbc')
    exchange(source, sink)
    close(source, sink)
    for device in (source, sink):
        device.stop_peer()


main()
